//! Several failures in one text, each on a line of its own that says it whole: the records of a JSON log, the lines of a
//! gateway's access log, errors one below the other. Each is read alone, so that the words of one never stand beside the status
//! of another. Lines that tell of the tries of one call are one failure.

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::Value;

use super::several::Piece;
use super::{error_text, read_kind};
use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;

/// More lines than anybody looks through.
const MOST: usize = 1000;

/// More failures than a list shows; each is read by itself.
const MOST_FAILURES: usize = 100;

/// Printed errors that are read to see whether they are several.
const MOST_PRINTED: usize = 20;

/// A line of an access log: `"POST /v1 HTTP/1.1" 502`, gin's `| 502 | … | POST "/v1"`. One group holds the status.
static ACCESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#""[A-Z]{3,7} [^\s"]+ HTTP/[0-9.]{1,3}" ([0-9]{3})\b|^\[GIN\] [^|]{10,40}\| *([0-9]{3}) *\|"#)
        .ok()
});

/// Members that name the call of which a record tells.
const CALLS: [&str; 9] = [
    "request_id",
    "requestId",
    "req_id",
    "reqId",
    "trace_id",
    "traceId",
    "trace.id",
    "correlation_id",
    "correlationId",
];

/// The failures of `text`; empty where it tells of less than two.
pub(super) fn read_all(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Vec<Piece> {
    let places = places(text, catalog, ring).unwrap_or_default();
    let piece = |(start, end): (usize, usize)| {
        let own = text.get(start..end).unwrap_or("");
        Piece { intake: read_kind(own, catalog, ring), start, end }
    };
    places.into_iter().take(MOST_FAILURES).map(piece).collect()
}

/// Where each failure stands, of two or more that differ.
fn places(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Option<Vec<(usize, usize)>> {
    let lines = lines(text)?;
    let tells_of_tries = || {
        let lower = text.to_ascii_lowercase();
        ["retry", "retri", "attempt", "try "].iter().any(|word| lower.contains(word))
    };
    let first = lines.first()?.1;
    let failures = if first.starts_with('{') {
        let failures = of_json(&lines)?;
        Some(failures).filter(|_| !tells_of_tries())?
    } else if ACCESS.as_ref()?.is_match(first) {
        of_access(&lines)?
    } else {
        let failures = of_printed(&lines, catalog, ring)?;
        Some(failures).filter(|_| !tells_of_tries())?
    };
    let differ = failures.iter().any(|(_, what)| failures.first().is_some_and(|(_, first)| first != what));
    differ.then(|| failures.into_iter().map(|(place, _)| place).collect())
}

/// A line's place and text.
type Line<'t> = ((usize, usize), &'t str);

/// A failure's place, and what tells it from another.
type Failure = ((usize, usize), String);

/// The lines that are not empty, two or more.
fn lines(text: &str) -> Option<Vec<Line<'_>>> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if !bare.is_empty() {
            let start = at + (line.len() - line.trim_start().len());
            lines.push(((start, start + bare.len()), bare));
        }
        if lines.len() > MOST {
            return None;
        }
        at += line.len();
    }
    (lines.len() > 1).then_some(lines)
}

/// The records that state a failure, where every line is a record; `None` where two of them tell of one call.
fn of_json(lines: &[Line<'_>]) -> Option<Vec<Failure>> {
    let mut failures = Vec::new();
    let mut calls: Vec<String> = Vec::new();
    for (place, line) in lines {
        let Ok(record @ Value::Object(_)) = serde_json::from_str(line) else { return None };
        let Some(what) = failed(&record) else { continue };
        let call = CALLS.iter().find_map(|name| Some(record.get(*name)?.to_string()));
        if let Some(call) = call {
            if calls.contains(&call) {
                return None;
            }
            calls.push(call);
        }
        failures.push((*place, what));
    }
    Some(failures)
}

/// What tells a record of a failure from another: its status, its error or its path.
fn failed(record: &Value) -> Option<String> {
    let status = error_text::status_field(record).filter(|status| *status >= 400);
    let error = error_text::states_an_error(record);
    if status.is_none() && !error {
        return None;
    }
    let part = |names: &[&str]| {
        names.iter().find_map(|name| record.get(*name)).map(Value::to_string).unwrap_or_default()
    };
    let path = part(&["path", "url", "uri", "endpoint"]);
    Some(format!("{status:?} {} {path}", part(&["error", "msg", "message"])))
}

/// The lines with a bad status, where every line is one of an access log.
fn of_access(lines: &[Line<'_>]) -> Option<Vec<Failure>> {
    let form = ACCESS.as_ref()?;
    let mut failures = Vec::new();
    for (place, line) in lines {
        let caught = form.captures(line)?;
        let status = caught.get(1).or(caught.get(2))?.as_str();
        if status.starts_with(['4', '5']) {
            let request = line.get(caught.get(0)?.start()..)?;
            let path = request.split('"').nth(1).unwrap_or("");
            failures.push((*place, format!("{status} {path}")));
        }
    }
    Some(failures)
}

/// The errors, where every line is one with a status and an object of its own.
fn of_printed(lines: &[Line<'_>], catalog: &Catalog, ring: &mut KeyRing) -> Option<Vec<Failure>> {
    if lines.len() > MOST_PRINTED || !lines.iter().all(|(_, line)| line.contains('{') && line.ends_with('}'))
    {
        return None;
    }
    let mut failures = Vec::new();
    for (place, line) in lines {
        let told = error_text::read(line, true, catalog, ring).filter(|told| told.states_object)?;
        let response = told.attempt.response()?;
        let status = response.status.filter(|status| *status >= 400)?;
        failures.push((*place, format!("{status} {}", String::from_utf8_lossy(&response.body))));
    }
    Some(failures)
}

#[cfg(test)]
mod tests {
    use crate::case::catalog::Catalog;
    use crate::case::intake::{is_one_of_several, read, read_all};
    use crate::case::keyring::KeyRing;

    #[test]
    fn each_failure_is_a_piece_of_its_own() {
        let table: [(&str, &[u16]); 9] = [
            (
                "{\"level\":\"error\",\"status\":500,\"msg\":\"first\",\"path\":\"/a\"}\n{\"level\":\"error\",\"status\":429,\"msg\":\"second\",\"path\":\"/b\"}",
                &[500, 429],
            ),
            (
                "openai.BadRequestError: Error code: 400 - {'error': {'message': 'first'}}\nopenai.AuthenticationError: Error code: 401 - {'error': {'message': 'second'}}",
                &[400, 401],
            ),
            (
                "1.1.1.1 - - [23/Nov/2026:10:00:00 +0000] \"POST /a HTTP/1.1\" 502 1 \"-\" \"x\"\n1.1.1.1 - - [23/Nov/2026:10:00:00 +0000] \"POST /a HTTP/1.1\" 200 1 \"-\" \"x\"\n1.1.1.1 - - [23/Nov/2026:10:00:01 +0000] \"POST /b HTTP/1.1\" 401 1 \"-\" \"x\"",
                &[502, 401],
            ),
            (
                "> POST /a HTTP/1.1\n> Host: h.test\n>\n< HTTP/1.1 400 Bad Request\n<\n{\"error\":{\"message\":\"first\"}}\n* Connection #0 to host h.test left intact\n> POST /b HTTP/1.1\n> Host: h.test\n>\n< HTTP/1.1 500 Oops\n<\n{}",
                &[400, 500],
            ),
            (
                "HTTP/1.1 400 Bad Request\nA: b\n\n{\"error\":{\"message\":\"first\"}}\n\nHTTP/1.1 500 Oops\nA: b\n\n{}",
                &[400, 500],
            ),
            // The tries of one call, its redirect, its second answer to a challenge.
            (
                "Error code: 429 - {'error': {'message': 'first'}} retrying\nError code: 401 - {'error': {'message': 'second'}}",
                &[429],
            ),
            (
                "> GET /a HTTP/1.1\n> Host: h.test\n>\n< HTTP/1.1 302 Found\n< location: /b\n<\n* Issue another request to this URL\n> GET /b HTTP/1.1\n> Host: h.test\n>\n< HTTP/1.1 500 Oops\n<\n{}",
                &[302],
            ),
            ("HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Digest x\n\n\nHTTP/1.1 400 Oops\n\n{}", &[401]),
            (
                "{\"status\":500,\"msg\":\"first\",\"trace_id\":\"a1\"}\n{\"status\":429,\"msg\":\"second\",\"trace_id\":\"a1\"}",
                &[],
            ),
        ];
        let catalog = Catalog::built_in();
        for (text, expected) in table {
            let pieces = read_all(text, &|_| None, &catalog, &mut KeyRing::default());
            let statuses: Vec<u16> =
                pieces.iter().filter_map(|p| p.intake.observed.as_ref()?.response()?.status).collect();
            if expected.is_empty() {
                assert_eq!(pieces.len(), 1, "{text}");
            } else {
                assert_eq!(statuses, expected, "{text}");
            }
            let taken = read(text, &catalog, &mut KeyRing::default());
            assert_eq!(is_one_of_several(&taken), expected.len() > 1, "{text}");
        }
    }
}
