//! Bodies packed by others' programs and by hand, whole, cut, broken, falsely declared, and bombs.

use std::io::Write;

use base64::Engine as _;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::*;
use UnpackEnd as E;

const TEXT: &str = r#"{"error":{"message":"model name is required","type":"comet_api_error"}}"#;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(data).and_then(|()| packer.finish()).expect("packs")
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(data).and_then(|()| packer.finish()).expect("packs")
}

fn bare(data: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    packer.write_all(data).and_then(|()| packer.finish()).expect("packs")
}

fn zstd(data: &[u8]) -> Vec<u8> {
    compress_to_vec(data, CompressionLevel::Fastest)
}

/// `TEXT` as node 20 packs it with Brotli.
fn brotli() -> Vec<u8> {
    base64::engine::general_purpose::STANDARD
        .decode("G0YAAIzTFfMjhHUfodIRNpf6chERg+H84c3UYelzjAOnz9+eB7KDa4yyyF67sXpB4ZCmETl91D39I98EoAc=")
        .expect("base64")
}

/// 20 MiB of spaces, by the same.
fn brotli_bomb() -> Vec<u8> {
    base64::engine::general_purpose::STANDARD
        .decode("y///P/glQOKxQCD3/o///3/wSwDEYRGA7v1f/v//4JcAiMMCAN37Hw==")
        .expect("base64")
}

fn answer(coding: &[&str], kind: &str) -> Response {
    let mut headers: Vec<(String, String)> =
        coding.iter().map(|c| ("content-encoding".to_owned(), (*c).to_owned())).collect();
    headers.push(("content-type".to_owned(), kind.to_owned()));
    Response { headers, ..Response::default() }
}

/// Unpacks in pieces of `step` bytes; gives what was handed on and the record.
fn unpack(response: &Response, body: &[u8], step: usize, bounds: Bounds) -> (Vec<u8>, Option<Packed>) {
    let mut out = Vec::new();
    let mut inflater = Inflater::of(response, bounds);
    for piece in body.chunks(step.max(1)) {
        inflater.feed(piece, &mut |piece| out.extend_from_slice(piece));
    }
    let packed = inflater.finish(body, &mut |piece| out.extend_from_slice(piece));
    (out, packed)
}

#[test]
fn every_coding_is_undone_however_it_is_cut() {
    let two = [gzip(&TEXT.as_bytes()[..10]), gzip(&TEXT.as_bytes()[10..])].concat();
    let padded = [gzip(TEXT.as_bytes()), vec![0; 40]].concat();
    let mut named = b"\x1f\x8b\x08\x1a\0\0\0\0\0\x03name\0comment\0\xff\xff".to_vec();
    named.extend_from_slice(&gzip(TEXT.as_bytes())[10..]);
    let skippable = [b"\x50\x2a\x4d\x18\x05\0\0\0hello".to_vec(), zstd(TEXT.as_bytes())].concat();
    let table: Vec<(&str, Vec<u8>)> = vec![
        ("gzip", gzip(TEXT.as_bytes())),
        ("X-GZIP", gzip(TEXT.as_bytes())),
        ("gzip", two),
        ("gzip", padded),
        ("gzip", named),
        ("deflate", zlib(TEXT.as_bytes())),
        ("deflate", bare(TEXT.as_bytes())),
        ("br", brotli()),
        ("zstd", zstd(TEXT.as_bytes())),
        ("zstd", skippable),
        ("zstd", [zstd(&TEXT.as_bytes()[..10]), zstd(&TEXT.as_bytes()[10..])].concat()),
        ("identity, gzip", gzip(TEXT.as_bytes())),
        ("deflate, gzip", gzip(&zlib(TEXT.as_bytes()))),
        ("br, zstd, gzip", gzip(&zstd(&brotli()))),
    ];
    for (coding, body) in table {
        for step in [1, 2, 7, body.len()] {
            let (out, packed) =
                unpack(&answer(&[coding], "application/json"), &body, step, Bounds::default());
            let packed = packed.expect("packed");
            assert_eq!(packed.end, E::Whole, "{coding} by {step}");
            assert_eq!(String::from_utf8_lossy(&out), TEXT, "{coding} by {step}");
            assert_eq!(
                (packed.inflated.as_slice(), packed.inflated_bytes),
                (TEXT.as_bytes(), TEXT.len() as u64)
            );
            assert_eq!(packed.read_bytes, body.len() as u64);
            assert!(packed.declared && !packed.is_partial());
        }
    }
    let (out, _) = unpack(
        &answer(&["deflate", "gzip"], "application/json"),
        &gzip(&bare(TEXT.as_bytes())),
        5,
        Bounds::default(),
    );
    assert_eq!(out, TEXT.as_bytes(), "two header lines are one list");
}

#[test]
fn what_the_header_says_and_what_the_bytes_are() {
    type Case<'a> = (&'a [&'a str], &'a str, Vec<u8>, Option<(Vec<Coding>, bool, E)>, Vec<u8>);
    let plain = TEXT.as_bytes().to_vec();
    let random: Vec<u8> = (0..64_u8).map(|n| n.wrapping_mul(37) ^ 0x80).collect();
    // header, content type, body -> codings, declared, end, what is read
    let table: Vec<Case<'_>> = vec![
        (&[], "application/json", plain.clone(), None, plain.clone()),
        (&["identity"], "application/json", plain.clone(), None, plain.clone()),
        (
            &["gzip"],
            "application/json",
            plain.clone(),
            Some((vec![Coding::Gzip], true, E::NotPacked)),
            plain.clone(),
        ),
        (
            &["br"],
            "application/json",
            plain.clone(),
            Some((vec![Coding::Brotli], true, E::NotPacked)),
            plain.clone(),
        ),
        (
            &["deflate"],
            "text/event-stream",
            b"data: [DONE]\n\n".to_vec(),
            Some((vec![Coding::Deflate], true, E::NotPacked)),
            b"data: [DONE]\n\n".to_vec(),
        ),
        (
            &["zstd"],
            "text/plain",
            b"no".to_vec(),
            Some((vec![Coding::Zstd], true, E::NotPacked)),
            b"no".to_vec(),
        ),
        (&["utf-8"], "application/json", plain.clone(), None, plain.clone()),
        (
            &["lzma"],
            "application/json",
            random.clone(),
            Some((vec![], true, E::UnknownCoding)),
            random.clone(),
        ),
        (
            &["gzip, gzip, gzip, gzip"],
            "application/json",
            random.clone(),
            Some((vec![], true, E::UnknownCoding)),
            random.clone(),
        ),
        (&["gzip"], "application/json", random, Some((vec![Coding::Gzip], true, E::Broken)), vec![]),
        (&["gzip"], "application/json", vec![], None, vec![]),
        (&[], "application/json", gzip(&plain), Some((vec![Coding::Gzip], false, E::Whole)), plain.clone()),
        (&[], "", zstd(&plain), Some((vec![Coding::Zstd], false, E::Whole)), plain.clone()),
        (&[], "application/gzip", gzip(&plain), None, gzip(&plain)),
        (&[], "application/octet-stream", gzip(&plain), None, gzip(&plain)),
    ];
    for (coding, kind, body, want, read) in table {
        for step in [1, 5, 1000] {
            let mut response = answer(coding, kind);
            if kind.is_empty() {
                response.headers.clear();
            }
            let (out, packed) = unpack(&response, &body, step, Bounds::default());
            let found = packed.as_ref().map(|p| (p.codings.clone(), p.declared, p.end));
            assert_eq!(found, want, "{coding:?} {kind}");
            // A body shorter than what is sniffed may be handed on late, or not at all where its coder took it.
            response.body.clone_from(&body);
            response.packed = packed;
            assert_eq!(response.readable().as_ref(), read, "{coding:?} {kind}");
            assert!(out == read || step > 5, "{coding:?} {kind}: {out:?}");
        }
    }
}

#[test]
fn a_fault_keeps_what_came_before_it() {
    let long: Vec<u8> = (0..60_000_u32).flat_map(|n| n.to_string().into_bytes()).collect();
    for (coding, whole) in
        [("gzip", gzip(&long)), ("deflate", zlib(&long)), ("deflate", bare(&long)), ("zstd", zstd(&long))]
    {
        let cut = &whole[..whole.len() * 3 / 4];
        let (out, packed) = unpack(&answer(&[coding], "application/json"), cut, 1000, Bounds::default());
        let packed = packed.expect("packed");
        assert_eq!(packed.end, E::Cut, "{coding}");
        assert!(packed.is_partial() && out.len() > 1000, "{coding}: {}", out.len());
        assert!(long.starts_with(&out), "{coding}");

        let mut broken = whole.clone();
        for byte in broken.iter_mut().skip(whole.len() * 3 / 4) {
            *byte = byte.rotate_left(3) ^ 0x5a;
        }
        let (out, packed) = unpack(&answer(&[coding], "application/json"), &broken, 1000, Bounds::default());
        let packed = packed.expect("packed");
        assert_eq!(packed.end, E::Broken, "{coding}");
        assert!(out.len() > 1000, "{coding}: {}", out.len());
    }
    let mut checksum = gzip(TEXT.as_bytes());
    let at = checksum.len() - 6;
    checksum[at] ^= 1;
    let (out, packed) = unpack(&answer(&["gzip"], "application/json"), &checksum, 9, Bounds::default());
    assert_eq!(
        (out.as_slice(), packed.map(|p| p.end)),
        (TEXT.as_bytes(), Some(E::Broken)),
        "a false checksum"
    );
    let (_, packed) = unpack(&answer(&["br"], "application/json"), &brotli()[..20], 9, Bounds::default());
    assert_eq!(packed.map(|p| p.end), Some(E::Cut));
    let huge_window = b"\x28\xb5\x2f\xfd\x00\xf8\x01\0\0aaaaaaaa";
    let (_, packed) = unpack(&answer(&["zstd"], "application/json"), huge_window, 9, Bounds::default());
    assert_eq!(packed.map(|p| p.end), Some(E::Broken), "a window of 2 TiB");
}

/// Found by the seeded loop: decoders drop what they made of the bytes of the call in which the fault is.
#[test]
fn where_a_fault_is_seen_does_not_depend_on_the_pieces() {
    let zeros = |tail: &[u8]| {
        let head = b"\xed\xc0\x01\r\0\0\0\xc2\xa0\xf7Om\x0f\x07\x05";
        [head.as_slice(), &[0; 18], tail].concat()
    };
    let corrupt = b"\0\0\0\x06\0\x06\x1c\x8b\xaa\0\x06\0\x06\x1c\x8b\xaa\xaa\x8b\0\0\xde\x1c";
    for (coding, bytes) in [
        ("br", corrupt.to_vec()),
        ("deflate", zeros(b"\x82")),
        ("deflate", zeros(b"e")),
        ("gzip", [&b"\x1f\x8b\x08\0\0\0\0\0\0\0"[..], &zeros(b"e")].concat()),
    ] {
        let answer = answer(&[coding], "application/json");
        let whole = unpack(&answer, &bytes, bytes.len(), Bounds::default());
        assert_eq!(whole.1.as_ref().map(|p| p.end), Some(E::Broken), "{coding}");
        for step in 1..bytes.len() {
            assert_eq!(
                unpack(&answer, &bytes, step, Bounds::default()),
                whole,
                "{coding} in pieces of {step}"
            );
        }
    }
}

#[test]
fn bombs_are_stopped() {
    let spaces = vec![b' '; 20 << 20];
    let mut blocks = b"\x28\xb5\x2f\xfd\x00\x38".to_vec();
    for _ in 0..2000 {
        // A block of 128 KiB that repeats one byte.
        blocks.extend_from_slice(&[0x02, 0, 0x10, b' ']);
    }
    let table = [
        ("gzip", gzip(&spaces)),
        ("deflate", zlib(&spaces)),
        ("br", brotli_bomb()),
        ("zstd", blocks),
        ("gzip, gzip", gzip(&gzip(&spaces))),
        ("br, gzip", gzip(&brotli_bomb())),
    ];
    for (coding, body) in table {
        let mut handed = 0;
        let mut inflater = Inflater::of(&answer(&[coding], "application/json"), Bounds::default());
        inflater.feed(&body, &mut |piece| handed += piece.len());
        let packed = inflater.finish(&body, &mut |_| panic!("nothing more comes")).expect("packed");
        assert_eq!(packed.end, E::TooLarge, "{coding}");
        assert_eq!(packed.inflated.len(), 8 << 20, "{coding}");
        assert!(packed.inflated_bytes >= 8 << 20 && packed.inflated_bytes < 9 << 20, "{coding}");
        assert_eq!((handed as u64, packed.inflated_bytes), (8 << 20, 8 << 20), "{coding}");
        assert!(packed.read_bytes.is_multiple_of(STEP) || packed.read_bytes == body.len() as u64, "{coding}");
        assert!(packed.is_partial());
    }
    // Without a great ratio the sum counts.
    let bounds = Bounds { kept: 1_000, out: 50_000 };
    let noise: Vec<u8> = (0..100_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
    let (out, packed) = unpack(&answer(&["gzip"], "application/json"), &gzip(&noise), 4096, bounds);
    let packed = packed.expect("packed");
    assert_eq!((packed.end, out.len(), packed.inflated.len()), (E::TooLarge, 50_000, 1_000));
    let (out, packed) = unpack(&answer(&["gzip"], "application/json"), &gzip(&noise[..40_000]), 4096, bounds);
    let packed = packed.expect("packed");
    assert_eq!((packed.end, out.len(), packed.is_partial()), (E::Whole, 40_000, true));
}

#[test]
fn a_paste_is_unpacked_where_it_is_packed() {
    let mut response = answer(&["gzip"], "application/json");
    response.body = TEXT.as_bytes().to_vec();
    response.unpack();
    assert_eq!(response.packed, None, "curl --compressed shows the header and the plain body");
    response.body = gzip(TEXT.as_bytes());
    response.unpack();
    assert_eq!(response.readable().as_ref(), TEXT.as_bytes());
    assert!(!response.is_partial());
    let shown = format!("{:?}", response.packed);
    assert!(shown.contains("71 out") && !shown.contains("model"), "{shown}");
}

proptest! {
    #[test]
    fn no_bytes_panic_and_cuts_do_not_matter(
        bytes in prop::collection::vec(any::<u8>(), 0..300), magic in 0_usize..5, coding in 0_usize..5, step in 1_usize..40,
    ) {
        let magics: [&[u8]; 5] = [b"", b"\x1f\x8b\x08", b"\x78\x9c", b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfd\x20\x20\x05\0\0"];
        let codings: [&[&str]; 5] = [&[], &["gzip"], &["deflate"], &["br"], &["zstd"]];
        let body = [magics[magic], &bytes].concat();
        let response = answer(codings[coding], "application/json");
        let apart = |step| unpack(&response, &body, step, Bounds::default());
        prop_assert_eq!(apart(step), apart(body.len()));
    }

    #[test]
    fn what_was_packed_comes_out(bytes in prop::collection::vec(any::<u8>(), 0..3000), step in 1_usize..500) {
        for (coding, body) in [("gzip", gzip(&bytes)), ("zstd", zstd(&bytes))] {
            let (out, packed) = unpack(&answer(&[coding], "x"), &body, step, Bounds::default());
            prop_assert_eq!(&out, &bytes);
            prop_assert_eq!(packed.map(|p| p.end), Some(E::Whole));
        }
    }

    #[test]
    fn one_wrong_byte_panics_nothing(bytes in prop::collection::vec(any::<u8>(), 1..2000), at in any::<prop::sample::Index>(), with in any::<u8>()) {
        for (coding, mut body) in [("gzip", gzip(&bytes)), ("zstd", zstd(&bytes)), ("br", brotli())] {
            let at = at.index(body.len());
            body[at] = with;
            let _ = unpack(&answer(&[coding], "x"), &body, 100, Bounds::default());
        }
    }

    #[test]
    fn where_a_bomb_is_stopped_does_not_depend_on_the_cuts(
        lead in prop::collection::vec(any::<u8>(), 0..9000),
        blanks in 0_usize..2_000_000,
        cuts in prop::collection::vec(1_usize..6000, 1..20),
        coding in 0_usize..4,
    ) {
        let long = [lead, vec![b' '; blanks], (0..blanks / 50).map(|n| n.to_le_bytes()[0]).collect()].concat();
        let (name, body) = [
            ("gzip", gzip(&long)), ("deflate", zlib(&long)), ("zstd", zstd(&long)), ("gzip, gzip", gzip(&gzip(&long))),
        ][coding].clone();
        let response = answer(&[name], "application/json");
        let bounds = Bounds { kept: 20_000, out: 1_500_000 };
        let mut out = Vec::new();
        let mut inflater = Inflater::of(&response, bounds);
        let (mut rest, mut sizes) = (body.as_slice(), cuts.iter().cycle());
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(*sizes.next().expect("a size")));
            inflater.feed(piece, &mut |piece| out.extend_from_slice(piece));
            rest = after;
        }
        let packed = inflater.finish(&body, &mut |piece| out.extend_from_slice(piece));
        prop_assert_eq!((out, packed), unpack(&response, &body, body.len(), bounds));
    }
}
