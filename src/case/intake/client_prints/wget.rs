//! What `wget` prints with `-d`, and the heads of answers that it prints with `-S`
//! (<https://www.gnu.org/software/wget/manual/wget.html>, read 2026-11-23).

use super::{Exchange, lines};
use crate::case::intake::{answer, http};

/// The exchanges of the print.
pub(super) fn read(text: &str) -> Vec<Exchange> {
    if text.contains("---request begin---") { debugged(text) } else { with_heads(text) }
}

/// `wget -d`: heads between marks.
fn debugged(text: &str) -> Vec<Exchange> {
    let mut found: Vec<Exchange> = Vec::new();
    let mut taken: Option<(bool, String)> = None;
    let mut address = "";
    for (start, line) in lines(text) {
        if let Some(url) = named(line) {
            address = url;
        } else if line.ends_with("---request begin---") {
            found.push(Exchange { start, ..Exchange::default() });
            taken = Some((true, String::new()));
        } else if line.ends_with("---response begin---") {
            taken = Some((false, String::new()));
        } else if line == "---request end---" || line == "---response end---" {
            let (Some((is_request, head)), Some(exchange)) = (taken.take(), found.last_mut()) else {
                continue;
            };
            if is_request {
                exchange.sent = http::written_request(&head, false).unwrap_or_default();
                if at_same_place(address, &exchange.sent.url) {
                    address.clone_into(&mut exchange.sent.url);
                }
            } else {
                exchange.answer = http::response(head.as_bytes());
            }
        } else if let Some((_, head)) = &mut taken {
            head.push_str(line);
            head.push('\n');
        } else if let Some(body) =
            ["[POST data: ", "[BODY data: "].iter().find_map(|mark| line.strip_prefix(mark))
            && let Some(exchange) = found.last_mut()
        {
            body.strip_suffix(']').unwrap_or(body).clone_into(&mut exchange.sent.body);
        }
    }
    found.retain(|exchange| !exchange.sent.method.is_empty());
    found
}

/// `wget -S`: the answer's head below the address, two blanks before each line.
fn with_heads(text: &str) -> Vec<Exchange> {
    const AWAITS: &str = "HTTP request sent, awaiting response...";
    if !text.contains(AWAITS) {
        return Vec::new();
    }
    let mut found: Vec<Exchange> = Vec::new();
    let (mut head, mut awaits) = (String::new(), false);
    let finish = |found: &mut Vec<Exchange>, head: &mut String| {
        if let Some(exchange) = found.last_mut().filter(|_| http::starts_with_status_line(head)) {
            exchange.answer = http::response(head.as_bytes());
        }
        head.clear();
    };
    for (start, line) in lines(text) {
        if let Some(url) = named(line) {
            finish(&mut found, &mut head);
            let mut exchange = Exchange { start, ..Exchange::default() };
            url.clone_into(&mut exchange.sent.url);
            found.push(exchange);
            awaits = false;
        } else if line.starts_with(AWAITS) {
            finish(&mut found, &mut head);
            awaits = true;
        } else if let Some(own) = line.strip_prefix("  ").filter(|_| awaits) {
            head.push_str(own);
            head.push('\n');
        } else {
            awaits = false;
        }
    }
    finish(&mut found, &mut head);
    // Whether it was a GET only the command says.
    found.retain(|exchange| exchange.answer.is_some());
    found
}

/// `--2026-11-23 10:00:00--  https://…`
fn named(line: &str) -> Option<&str> {
    let (time, url) = line.strip_prefix("--")?.split_once("--  ")?;
    (time.len() < 30 && time.starts_with(|c: char| c.is_ascii_digit()) && url.contains("://"))
        .then(|| url.trim())
}

/// Whether two addresses differ by their schemes alone.
fn at_same_place(first: &str, second: &str) -> bool {
    let bare = |url: &str| url.split_once("://").map(|(_, rest)| answer::trimmed(rest).to_owned());
    bare(first).is_some_and(|place| Some(place) == bare(second))
}
