//! Several requests as they went over the wire, each with its answer below it: `http -v --all`, two calls one after the
//! other in a log of a session or as curl's `-v` shows them; several answers one below the other.

use super::several::Piece;
use super::{answer, http, raw_request, read_kind};
use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;

/// More than anybody reads.
const MOST: usize = 1000;

/// True where the text begins with a request line and another one stands below an answer or below a whole request.
pub(super) fn is_one(text: &str) -> bool {
    http::starts_with_request_line(text) && starts(text).len() > 1
}

/// The requests with their answers.
pub(super) fn read_all(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Vec<Piece> {
    let starts = starts(text);
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let each = starts.iter().copied().zip(ends);
    each.map(|(start, end)| {
        let own = text.get(start..end).unwrap_or("");
        Piece { intake: raw_request(own, catalog, ring), start, end }
    })
    .collect()
}

/// Where each request begins: a request line at the start, below an answer, or below a request that is whole. What looks like
/// one within a request's own body is none.
fn starts(text: &str) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    let mut answered = true;
    for line in text.split_inclusive('\n') {
        if http::starts_with_request_line(line) && starts.len() < MOST {
            let is_next =
                || starts.last().is_none_or(|start| text.get(*start..at).is_some_and(http::is_whole));
            if answered || is_next() {
                starts.push(at);
                answered = false;
            }
        } else if http::starts_with_status_line(line) {
            answered = true;
        }
        at += line.len();
    }
    starts
}

/// The calls of which curl's `-v` tells, or the answers of `-i`, where they are several; else none.
pub(super) fn shown_by_curl(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Vec<Piece> {
    let starts = if http::starts_with_status_line(text) {
        answers(text)
    } else if http::is_verbose(text) {
        calls_of_curl(text)
    } else {
        Vec::new()
    };
    if starts.len() < 2 {
        return Vec::new();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let each = starts.iter().copied().zip(ends);
    each.map(|(start, end)| {
        let own = text.get(start..end).unwrap_or("");
        Piece { intake: read_kind(own, catalog, ring), start, end }
    })
    .collect()
}

/// Where each call begins of which curl's `-v` tells: with the notes above a request line, where the one before has its answer.
/// A redirect, a tunnel and the answer to a challenge belong to one call.
fn calls_of_curl(text: &str) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::new();
    let (mut at, mut notes) = (0, 0);
    let (mut over, mut connects) = (false, false);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if let Some(request) = bare.strip_prefix("> ").filter(|line| http::starts_with_request_line(line)) {
            if starts.is_empty() {
                starts.push(0);
            } else if over && starts.len() < MOST {
                starts.push(notes);
            }
            (over, connects) = (false, request.starts_with("CONNECT "));
        } else if let Some(status) = bare.strip_prefix("< ").and_then(http::status) {
            over = !connects && (status >= 400 || (200..300).contains(&status));
        } else if bare.starts_with("curl: (") {
            over = true;
        }
        let is_note = bare.starts_with("* ");
        if is_note && (bare.contains("another request") || bare.contains("uthentication problem")) {
            over = false;
        }
        if !is_note || bare.ends_with("left intact") || bare.contains("losing connection") {
            notes = at + line.len();
        }
        at += line.len();
    }
    starts
}

/// Where each answer begins of several failures one below the other; what a redirect or a challenge led to belongs to one call.
fn answers(text: &str) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if http::starts_with_status_line(line) && starts.len() < MOST {
            let before = starts.last().and_then(|start| text.get(*start..at));
            if before.is_none_or(is_whole_failure) {
                starts.push(at);
            }
        }
        at += line.len();
    }
    starts
}

/// Whether an answer is bad, no challenge, and has all of its body, which is JSON, a page or nothing.
fn is_whole_failure(text: &str) -> bool {
    let text = text.replace("\r\n", "\n");
    let Some((head, body)) = text.split_once("\n\n") else { return false };
    let challenges = head.to_ascii_lowercase().contains("-authenticate:");
    let body = body.trim();
    let is_whole =
        body.is_empty() || answer::json_extent(body) == Some(body.len()) || body.ends_with("</html>");
    http::status(head).is_some_and(|status| status >= 400) && !challenges && is_whole
}

#[cfg(test)]
mod tests {
    use crate::case::catalog::Catalog;
    use crate::case::intake::{read, read_all};
    use crate::case::keyring::KeyRing;

    #[test]
    fn each_exchange_is_a_piece_of_its_own() {
        let secret = format!("Zq7Rw2Lp{}", "9Xk4Vb8N");
        let text = format!(
            "GET /1 HTTP/1.1\nHost: a.example\n\nHTTP/1.1 302 Found\nLocation: /2\n\n\n\
             POST /2 HTTP/1.1\nHost: a.example\nCookie: sid={secret}\n\n{{\"a\":\"GET /x HTTP/1.1\"}}\n\n\
             HTTP/1.1 500 Oops\n\n{{}}\n"
        );
        let (catalog, mut ring) = (Catalog::built_in(), KeyRing::default());
        let pieces = read_all(&text, &|_| None, &catalog, &mut ring);
        let shown: Vec<String> = pieces
            .iter()
            .map(|piece| {
                let draft = piece.intake.draft.as_ref().expect("a request");
                let status = piece.intake.observed.as_ref().and_then(|a| a.response()?.status);
                let headers: Vec<&str> = draft.headers.iter().map(|h| h.value.as_str()).collect();
                format!("{} {} {headers:?} {} {status:?}", draft.method, draft.url, draft.body)
            })
            .collect();
        assert_eq!(
            shown,
            [
                "GET https://a.example/1 []  Some(302)",
                "POST https://a.example/2 [\"sid=[cookie#1]\"] {\"a\":\"GET /x HTTP/1.1\"} Some(500)",
            ]
        );
        let proposed = read(&text, &catalog, &mut KeyRing::default());
        assert_eq!(proposed.draft.map(|d| d.url).as_deref(), Some("https://a.example/2"));
    }

    #[test]
    fn a_request_without_an_answer_hides_none_behind_it() {
        let second = "GET /v1/models HTTP/1.1\nHost: a.example\n";
        let of = |first: &str| format!("{first}{second}");
        let table = [
            ("POST /1 HTTP/1.1\nHost: a\nContent-Length: 9\n\n{\"m\":\n1}\n\n", 2),
            ("POST /1 HTTP/1.1\r\nHost: a\r\n\r\n{\"m\":1}\r\n", 2),
            ("GET /1 HTTP/1.1\nHost: a\n\n", 2),
            // Its body, which is text, goes on.
            ("POST /1 HTTP/1.1\nHost: a\n\nsay\n", 1),
            ("POST /1 HTTP/1.1\nHost: a\nContent-Length: 40\n\n", 1),
            ("GET /1 HTTP/1.1\nHost: a\n", 1),
        ];
        for (first, expected) in table {
            let pieces = read_all(&of(first), &|_| None, &Catalog::built_in(), &mut KeyRing::default());
            assert_eq!(pieces.len(), expected, "{first:?}");
        }
    }
}
