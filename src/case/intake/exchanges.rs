//! Several requests as they went over the wire, each with its answer below it: `http -v --all`, two calls one after the
//! other in a log of a session.

use super::several::Piece;
use super::{http, raw_request};
use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;

/// More than anybody reads.
const MOST: usize = 1000;

/// True where the text begins with a request line and another one stands below an answer.
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

/// Where each request begins: a request line at the start, behind an empty line, or right below an answer's body. What looks
/// like one within a request's own body is none: an answer stands between two requests.
fn starts(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = 0;
    let mut answered = true;
    for line in text.split_inclusive('\n') {
        if answered && http::starts_with_request_line(line) && starts.len() < MOST {
            starts.push(at);
            answered = false;
        } else if http::starts_with_status_line(line) {
            answered = true;
        }
        at += line.len();
    }
    starts
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
}
