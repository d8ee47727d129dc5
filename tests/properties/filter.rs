//! What holds of the filter.

use std::sync::{Arc, LazyLock};

use casefile::case::catalog::Catalog;
use casefile::case::keyring::{KeyRing, Origin, SecretKind};
use casefile::case::sanitize::filter::{Filter, Kind};
use serde::de::IgnoredAny;

use super::dress::{Dress, FOREIGN, FOREIGN_TRACES, HELD, HELD_TRACES};
use super::{Outcome, parts, pieces, plant};

static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(Catalog::built_in);

/// Bytes that the filter looks at together; a text that begins shortly before is cut by it.
const WINDOW: usize = 256 * 1024;

fn ring() -> KeyRing {
    let mut ring = KeyRing::default();
    ring.hold(SecretKind::Key, Origin::Pasted, &HELD);
    ring
}

fn kind(byte: usize) -> Kind {
    Kind::ALL.into_iter().cycle().nth(byte % Kind::ALL.len()).unwrap_or(Kind::Auto)
}

/// Any kind but the one that is found out: what was replaced can make another one of it.
fn given_kind(byte: usize) -> Kind {
    Kind::ALL.into_iter().filter(|k| *k != Kind::Auto).nth(byte % (Kind::ALL.len() - 1)).unwrap_or(Kind::Text)
}

fn filtered(kind: Kind, ring: &KeyRing, pieces: &[&[u8]]) -> Vec<u8> {
    let mut filter = Filter::new(&CATALOG, kind, ring);
    let mut out = Vec::new();
    for piece in pieces {
        filter.feed(piece, &mut out);
    }
    let before = out.len();
    let summary = filter.finish(&mut out);
    assert!(before <= out.len() && summary.bytes_out == out.len() as u64, "the sums are wrong");
    out
}

fn differ(what: &str, one: &[u8], other: &[u8]) -> Outcome {
    if one == other {
        return Ok(());
    }
    let at = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let around = |text: &[u8]| {
        text.get(at.saturating_sub(40)..(at + 60).min(text.len())).unwrap_or(&[]).escape_ascii().to_string()
    };
    Err(format!("{what}, from byte {at}:\n  {}\n  {}", around(one), around(other)))
}

/// Whatever the pieces in which it comes.
pub fn cut_anywhere_it_is_the_same(data: &[u8]) -> Outcome {
    let ([which, size, start, far], text) = parts(data);
    // Now and then over the border of a window.
    let filler = "a line of a log with some words in it\n".repeat(WINDOW / 38);
    let text = if far == 255 { [filler.as_bytes(), text].concat() } else { text.to_vec() };
    let most = if far == 255 { 40_000 } else { size % 64 + 1 };
    let whole = filtered(kind(which), &KeyRing::default(), &[&text]);
    let cut = filtered(kind(which), &KeyRing::default(), &pieces(&text, most, start));
    differ("cut into pieces it is another text", &whole, &cut)
}

/// A text that was filtered is not changed by another run.
pub fn twice_is_once(data: &[u8]) -> Outcome {
    let ([which, ..], text) = parts(data);
    let kind = given_kind(which);
    let once = filtered(kind, &KeyRing::default(), &[text]);
    let twice = filtered(kind, &KeyRing::default(), &[&once]);
    differ(&format!("{} is changed by a second run", kind.word()), &once, &twice)
}

/// What is JSON before is JSON behind: as it came, and as a string in a document.
pub fn json_stays_json(data: &[u8]) -> Outcome {
    let ([which, form, place, fine], text) = parts(data);
    let kind = if which % 2 == 0 { Kind::Json } else { Kind::Har };
    let planted = plant(text, HELD.as_bytes(), (place, fine));
    let inner = String::from_utf8_lossy(&planted);
    let mut value = match form % 3 {
        0 => serde_json::json!({"note": inner, "n": 1.5}),
        1 => {
            serde_json::json!({"request": {"headers": [{"name": inner, "value": "x"}], "postData": {"text": inner}}})
        }
        _ => serde_json::json!([{"error": {"message": inner, "code": null}}, inner]),
    };
    for _ in 0..form / 3 % 3 {
        value = serde_json::json!({"body": value.to_string()});
    }
    let mut texts = vec![value.to_string().into_bytes()];
    if serde_json::from_slice::<IgnoredAny>(text).is_ok() {
        texts.push(text.to_vec());
    }
    for text in texts {
        let out = filtered(kind, &ring(), &[&text]);
        if let Err(fault) = serde_json::from_slice::<IgnoredAny>(&out) {
            return Err(format!("{} is JSON no more: {fault}: {}", kind.word(), out.escape_ascii()));
        }
        if let Some(left) = HELD_TRACES.left_in(&out) {
            return Err(format!("the held key is left in {} {left}", kind.word()));
        }
    }
    Ok(())
}

/// A key that the program holds goes in every form, wherever it stands. A key that it does not know goes where it stands
/// as a word of its own.
pub fn no_canary_survives(data: &[u8]) -> Outcome {
    let ([which, form, place, fine], text) = parts(data);
    let kind = kind(which);
    let dress = Dress::of(form);
    let held = plant(text, dress.on(&HELD).as_bytes(), (place, fine));
    let out = filtered(kind, &ring(), &[&held]);
    if let Some(left) = HELD_TRACES.left_in(&out) {
        return Err(format!("the held key ({dress:?}) is left in {} {left}", kind.word()));
    }
    let foreign = plant(text, format!(" {} ", *FOREIGN).as_bytes(), (place, fine));
    let out = filtered(kind, &KeyRing::default(), &[&foreign]);
    if let Some(left) = FOREIGN_TRACES.left_in(&out) {
        return Err(format!("a key that nobody told is left in {} {left}", kind.word()));
    }
    Ok(())
}
