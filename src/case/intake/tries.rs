//! How often a client tried: the requests that a log shows to have gone out, and the waits that it announced between them.

use std::sync::LazyLock;

use regex::Regex;

use crate::case::request::Tried;

/// Bytes of a long log that are searched: its end, where the last call stands.
const NEAR: usize = 256 << 10;

/// What clients print when a request goes out; each form is counted alone, for a log may hold several of one request.
/// Group 1 is what was asked for, where the form names it. Seen in runs of our own (`tests/real/clients`).
static SENT: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"Sending HTTP Request: ([A-Z]+(?: https?://\S+)?)",
        // httpx; the line above it is openai's own.
        r"(?m)(?:^|[^g] |:)HTTP Request: ([A-Z]+ \S+)",
        r"sending request \{\s*method: ('\w+',\s*url: '[^']*')",
        r"sending request to ([A-Z]+ \S+)",
        r"(?m)^> ([A-Z]{3,7} \S+) HTTP/",
        r"send: b'([A-Z]{3,7} \S+) HTTP/",
        r"(?m)=> Send header(),",
        r"(?m)^([A-Z]{3,7} /\S*) HTTP/[12](?:\.[01])?\r?$",
    ]
    .iter()
    .filter_map(|text| Regex::new(text).ok())
    .collect()
});

/// A request that was answered well ends a row of tries.
static DONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"HTTP/[\d.]+ 2\d\d\b|"2\d\d OK"|\b(?:succeeded|completed) with status 2\d\d"#).ok()
});

/// A number that the client gives itself.
static COUNTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\bfailed after (\d{1,4}) attempts?\b").ok());

/// An announced wait: group 1 in seconds, group 2 in milliseconds.
static WAIT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:retrying|will retry|retry)\b[^\n]*?\bin (?:(\d{1,6}(?:\.\d{1,9})?) ?s(?:ec(?:ond)?s?)?\b|(\d{1,9}(?:\.\d{1,6})?) ?m(?:illi)?s(?:econds?)?\b)",
    )
    .ok()
});

/// More tries than any client makes.
const MOST: usize = 1000;

/// Reads the tries of the last call in `text`.
pub(super) fn read(text: &str) -> Tried {
    let mut from = text.len().saturating_sub(NEAR);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let near = text.get(from..).unwrap_or(text);
    let sent = SENT.iter().map(|form| last_row(near, form)).max().unwrap_or(0);
    let counted = COUNTED.as_ref().and_then(|form| form.captures_iter(near).last());
    let counted = counted.and_then(|caught| caught.get(1)?.as_str().parse::<usize>().ok()).unwrap_or(0);
    let attempts = sent.max(counted);
    let waits: Vec<f64> = WAIT
        .iter()
        .flat_map(|form| form.captures_iter(near))
        .filter_map(|caught| {
            let seconds = caught.get(1).and_then(|s| s.as_str().parse::<f64>().ok()).map(|s| s * 1000.0);
            seconds.or_else(|| caught.get(2)?.as_str().parse().ok())
        })
        .take(MOST)
        .collect();
    // Between the tries that are counted no more can lie; without a count the waits stand for themselves.
    let kept = if attempts > 0 { waits.len().min(attempts - 1) } else { waits.len() };
    Tried {
        attempts: if attempts > 0 { u32::try_from(attempts).ok() } else { None },
        waits_ms: waits.get(waits.len() - kept..).unwrap_or_default().to_vec(),
    }
}

/// How often `form` names what it names last, at the end of `text`, with no good answer in between.
fn last_row(text: &str, form: &Regex) -> usize {
    let sent: Vec<(usize, &str)> = form
        .captures_iter(text)
        .filter_map(|caught| Some((caught.get(0)?.end(), caught.get(1)?.as_str())))
        .collect();
    let Some((mut behind, last)) = sent.last().copied() else { return 0 };
    let mut row = 1;
    for (end, what) in sent.iter().rev().skip(1).take(MOST) {
        let between = text.get(*end..behind).unwrap_or("");
        // The line that tells the answer may be the one that tells the request.
        if *what != last || DONE.as_ref().is_some_and(|done| done.is_match(between)) {
            break;
        }
        row += 1;
        behind = *end;
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_and_waits_are_counted() {
        let sent = |n: usize| "Sending HTTP Request: POST http://h/v1\n".repeat(n);
        let table = [
            (format!("{}Retrying request to /v1 in 0.459521 seconds\n{}", sent(1), sent(1)), Some(2), vec![459.521]),
            ("Warning: Problem: HTTP error. Will retry in 1 seconds. 2 retries left.".to_owned(), None, vec![1000.0]),
            ("> POST /a HTTP/1.1\n> POST /a HTTP/1.1\n".to_owned(), Some(2), vec![]),
            ("> GET /b HTTP/1.1\n> POST /a HTTP/1.1\n".to_owned(), Some(1), vec![]),
            ("HTTP Request: POST http://h/a \"HTTP/1.1 200 OK\"\nHTTP Request: POST http://h/a \"HTTP/1.1 429 x\"\n".to_owned(), Some(1), vec![]),
            ("Failed after 3 attempts. Last error: x".to_owned(), Some(3), vec![]),
            ("retrying in 250ms".to_owned(), None, vec![250.0]),
            ("an error".to_owned(), None, vec![]),
        ];
        for (text, attempts, waits) in table {
            let tried = read(&text);
            assert_eq!((tried.attempts, tried.waits_ms), (attempts, waits), "{text}");
        }
    }
}
