//! What Ruby's `Net::HTTP` prints with `set_debug_output`: `<- "…"` what was sent, `-> "…"` what came
//! (<https://docs.ruby-lang.org/en/master/Net/HTTP.html#method-i-set_debug_output>, read 2026-11-23).

use super::{Exchange, lines};
use crate::case::intake::http;

/// The exchanges of the print.
pub(super) fn read(text: &str) -> Vec<Exchange> {
    if !text.contains("<- \"") {
        return Vec::new();
    }
    let encrypted = text.contains("SSL established") || text.contains(":443...");
    let mut found: Vec<Exchange> = Vec::new();
    let (mut sent, mut came) = (Vec::new(), Vec::new());
    let mut start = 0;
    for (at, line) in lines(text) {
        let line = line.trim_start();
        if let Some(bytes) = line.strip_prefix("<- ").and_then(unescaped) {
            if http::starts_with_request_line(&String::from_utf8_lossy(&bytes)) {
                found.extend(exchange(start, &sent, &came, encrypted));
                sent.clear();
                came.clear();
                start = at;
            }
            sent.extend(bytes);
        } else if let Some(bytes) = line.strip_prefix("-> ").and_then(unescaped) {
            came.extend(bytes);
        }
    }
    found.extend(exchange(start, &sent, &came, encrypted));
    found
}

fn exchange(start: usize, sent: &[u8], came: &[u8], encrypted: bool) -> Option<Exchange> {
    let sent = String::from_utf8_lossy(sent).replace("\r\n", "\n");
    let sent = http::written_request(&sent, encrypted)?;
    Some(Exchange { start, sent, answer: http::response(came), failure: String::new() })
}

/// The bytes of a text as Ruby's `inspect` writes it.
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut characters = text.trim_end().strip_prefix('"')?.strip_suffix('"')?.chars();
    while let Some(c) = characters.next() {
        let plain = match c {
            '\\' => match characters.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'e' => '\u{1b}',
                'x' => {
                    let digits: String = characters.by_ref().take(2).collect();
                    bytes.push(u8::from_str_radix(&digits, 16).ok()?);
                    continue;
                }
                'u' => {
                    let digits: String = characters.by_ref().take(4).collect();
                    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
                }
                other => other,
            },
            other => other,
        };
        bytes.extend(plain.encode_utf8(&mut [0; 4]).bytes());
    }
    Some(bytes)
}
