//! What holds of everything that reads: pastes, answers, streams, envelopes, packed bodies.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use casefile::case::catalog::Catalog;
use casefile::case::evidence::{
    Bounds, Envelope, Expectation, Inflater, Response, SseReader, ids_in_text, read,
};
use casefile::case::explain::{Record, explain};
use casefile::case::intake;
use casefile::case::keyring::KeyRing;

use super::{Outcome, parts, pieces};

static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(Catalog::built_in);

/// Curl commands, raw HTTP, JSON, error texts: whatever it is, it is read. What it was told apart is read again.
pub fn any_paste_is_read(data: &[u8]) -> Outcome {
    let ([way, ..], text) = parts(data);
    let text = String::from_utf8_lossy(text);
    let text = match way % 8 {
        0 => format!("curl https://h.example/v1/chat/completions {text}"),
        1 => format!("curl https://h.example/v1/x -d '{text}'"),
        2 => format!("POST /v1/x HTTP/1.1\r\n{text}"),
        3 => format!("HTTP/1.1 400 Bad Request\r\n{text}"),
        4 => format!("openai.BadRequestError: Error code: 400 - {text}"),
        _ => text.into_owned(),
    };
    let mut ring = KeyRing::default();
    let intake = intake::read(&text, &CATALOG, &mut ring);
    if let Some(attempt) = &intake.observed {
        read(attempt, &Expectation::default(), None);
    }
    if let Some(Ok(request)) = intake.draft.as_ref().map(|draft| draft.to_request(None)) {
        let values = request.masked_texts().collect::<Vec<_>>().join("\n");
        for held in ring.iter().map(casefile::case::keyring::Held::expose).filter(|value| value.len() >= 24) {
            let random = held.bytes().filter(u8::is_ascii_digit).count() >= 6;
            let plain = held.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if random && plain && values.contains(held) {
                return Err(format!("a key that was taken for one is left in the request: {values:?}"));
            }
        }
    }
    let _ = intake::mask_secrets(&text, &CATALOG, &mut ring);
    let _ = intake::mask_header("authorization", &text, &CATALOG, &mut ring);
    let _ = intake::form_lines(&text).iter().map(intake::part_line).count();
    Ok(())
}

/// An answer as an operator has it, with or without a head.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one form for all properties; this one asks only that nothing panics"
)]
pub fn any_answer_is_read(data: &[u8]) -> Outcome {
    let ([way, status, ..], text) = parts(data);
    let head = match way % 4 {
        0 => "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n",
        1 => "HTTP/2 429\r\nContent-Encoding: gzip\r\ncontent-type: application/json\r\n\r\n",
        _ => "",
    };
    let bytes = [head.as_bytes(), text].concat();
    let status = u16::try_from(status).ok().filter(|_| way & 64 > 0).map(|s| 300 + s);
    let intake = intake::read_response(&bytes, status, None, &CATALOG, &mut KeyRing::default());
    if let Some(attempt) = &intake.observed {
        read(attempt, &Expectation { streaming: way & 32 > 0, ..Expectation::default() }, None);
    }
    Ok(())
}

/// A stream shows the same whatever the pieces in which the network brought it.
pub fn a_stream_reads_the_same_however_it_is_cut(data: &[u8]) -> Outcome {
    let ([size, start, cut, _], text) = parts(data);
    let record = |pieces: &[&[u8]]| {
        let mut reader = SseReader::new();
        for piece in pieces {
            reader.feed(piece, 7);
        }
        reader.finish(cut % 2 == 0)
    };
    let (whole, cut) = (record(&[text]), record(&pieces(text, size % 64 + 1, start)));
    if whole == cut { Ok(()) } else { Err(format!("{whole:?}\n{cut:?}")) }
}

fn response(kind: usize, coding: usize, body: &[u8]) -> Response {
    let kinds =
        ["application/json", "text/html; charset=utf-8", "text/event-stream", "application/octet-stream", ""];
    let codings = ["", "gzip", "br", "zstd", "deflate", "gzip, br", "identity", "x-unknown"];
    let named = |name: &str, list: &[&str], pick: usize| {
        list.get(pick % list.len().max(1))
            .filter(|value| !value.is_empty())
            .map(|value| (name.to_owned(), (*value).to_owned()))
    };
    let headers = [named("content-type", &kinds, kind), named("content-encoding", &codings, coding)];
    Response {
        status: Some(400),
        headers: headers.into_iter().flatten().collect(),
        body: body.to_vec(),
        body_bytes: body.len() as u64,
        ..Response::default()
    }
}

/// Error bodies of any make.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one form for all properties; this one asks only that nothing panics"
)]
pub fn any_envelope_is_read(data: &[u8]) -> Outcome {
    let ([kind, coding, ..], text) = parts(data);
    let mut response = response(kind, coding, text);
    let plain = Envelope::of(&response);
    let _ = plain.states_error();
    response.unpack();
    let _ = Envelope::of(&response).states_error();
    let _ = ids_in_text(&String::from_utf8_lossy(text));
    Ok(())
}

/// A failure record of any make is explained in time, whatever stands in it, and what comes out is JSON of a bounded size.
pub fn any_record_is_explained(data: &[u8]) -> Outcome {
    let ([way, status, ..], text) = parts(data);
    let text = String::from_utf8_lossy(text).into_owned();
    let status = u16::try_from(status).ok().map(|s| 200 + s * 2).filter(|_| way & 64 > 0);
    let header = |name: &str| (name.to_owned(), text.chars().filter(|c| !c.is_control()).take(80).collect());
    let mut record = match way % 4 {
        0 => Record { body: Some(text), ..Record::default() },
        1 => Record { headers: vec![header("x-request-id"), header("location")], ..Record::default() },
        2 => Record { text: Some(text.clone()), body: Some(text), ..Record::default() },
        _ => Record { text: Some(text), ..Record::default() },
    };
    record.status = status;
    let gateway = ["cometapi", "openai", "azure_openai", "litellm"].get(way / 4 % 8).copied();
    let start = Instant::now();
    let explained = explain(&record, gateway, &CATALOG);
    // A debug build is many times slower.
    let longest = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 5 });
    if start.elapsed() > longest {
        return Err(format!("it took {:?}", start.elapsed()));
    }
    let Some(explained) = explained else { return Ok(()) };
    let json = serde_json::to_string(&explained).map_err(|e| e.to_string())?;
    let size = record.body.iter().chain(&record.text).map(String::len).sum::<usize>();
    if json.len() > 200_000 + 12 * size { Err(format!("{} bytes from {size}", json.len())) } else { Ok(()) }
}

/// No packed body makes more than its bounds, and the pieces in which it comes decide nothing.
pub fn unpacking_has_bounds(data: &[u8]) -> Outcome {
    let ([kind, coding, size, start], text) = parts(data);
    let response = response(kind, coding, text);
    let bounds = Bounds { kept: 4_096, out: 65_536 };
    let unpacked = |pieces: &[&[u8]]| {
        let mut told = 0_usize;
        let mut inflater = Inflater::of(&response, bounds);
        for piece in pieces {
            inflater.feed(piece, &mut |out| told += out.len());
        }
        let packed = inflater.finish(&response.body, &mut |out| told += out.len());
        (packed, told)
    };
    let (whole, _) = unpacked(&[text]);
    let (cut, told) = unpacked(&pieces(text, size % 64 + 1, start));
    let kept = whole.as_ref().map_or(0, |packed| packed.inflated.len());
    if kept > bounds.kept {
        return Err(format!("{kept} bytes were kept"));
    }
    // What one step may make before the bound is looked at.
    if told > text.len() + 1024 * 1024 {
        return Err(format!("{told} bytes came out of {}", text.len()));
    }
    if whole == cut { Ok(()) } else { Err(format!("{whole:?}\n{cut:?}")) }
}
