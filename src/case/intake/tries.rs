//! How often a client tried: the requests that a log shows to have gone out, and the waits that it announced between them.

use std::sync::LazyLock;

use crate::case::pattern::{Captures, Regex};

use crate::case::request::Tried;

use super::wrapping::holds;

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
        // urllib3.
        r#"\bhttps?://[A-Za-z0-9.:-]+ "([A-Z]{3,7} [^\s"]+) HTTP/1\.[01]" [0-9]{3}"#,
    ]
    .iter()
    .filter_map(|text| Regex::new(text).ok())
    .collect()
});

/// A request that was answered well ends a row of tries.
static DONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"HTTP/[\d.]+"? 2\d\d\b|"2\d\d OK"|\b(?:succeeded|completed) with status 2\d\d"#).ok()
});

/// A number that the client gives itself, and how many tries it leaves out: a retry comes behind a first try.
static COUNTED: LazyLock<Vec<(Regex, usize)>> = LazyLock::new(|| {
    let forms = [
        (r"(?i)\bfailed after ([0-9]{1,4}) attempts?\b", 0),
        (r"\bLiteLLM Retried: ([0-9]{1,4}) times?\b", 1),
        // A member of a record, of AWS' `$metadata` among them; a line of a log.
        (r#"(?:^|[\s{,])["']?attempts?["']?[:=] ?([0-9]{1,4})(?:[\s,}]|$)"#, 0),
        (r"(?i)\battempt #?([0-9]{1,4})(?:/| of )[0-9]{1,4}\b", 0),
        // botocore.
        (r"\(reached max retries: ([0-9]{1,4})\)", 1),
    ];
    forms.iter().filter_map(|(form, more)| Some((Regex::new(form).ok()?, *more))).collect()
});

/// What tenacity logs before it waits; group 1 is what it calls once more.
static TENACITY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\bRetrying ([A-Za-z0-9_.<>]{3,200}) in [0-9.]{1,12} seconds as it raised ").ok()
});

/// The tries before each of which tenacity announced a wait, with the one that it did not try again.
fn announced(text: &str) -> usize {
    let Some(form) = TENACITY.as_ref().filter(|_| text.contains(" seconds as it raised ")) else { return 0 };
    let (row, _) = last_row(text, form);
    let behind = form.find_iter(text).last().and_then(|last| text.get(last.end()..)).unwrap_or("");
    let ends =
        behind.split_once('\n').is_some_and(|(_, rest)| rest.contains("Error") || rest.contains("Exception"));
    if ends { row + 1 } else { 0 }
}

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
    let rows = SENT.iter().map(|form| last_row(near, form));
    let (sent, last_sent) = rows.max_by_key(|(row, _)| *row).unwrap_or_default();
    let is_counted = ["ttempt", "Retried", "reached max retries"].iter().any(|word| near.contains(word));
    let counted = if is_counted { counted(near) } else { 0 };
    let attempts = (sent + broken(near, sent)).max(counted).max(announced(near));
    // A wait behind the last request is before one that the text does not show.
    let between = |caught: &Captures<'_>| {
        sent == 0 || sent < attempts || caught.get(0).is_some_and(|c| c.start() < last_sent)
    };
    let waits: Vec<f64> = WAIT
        .iter()
        .flat_map(|form| form.captures_iter(near))
        .filter(between)
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

/// The tries that urllib3 broke off and made again, which no other line of it tells, beside `sent` of its requests.
fn broken(text: &str, sent: usize) -> usize {
    let retried =
        if holds(text, "Retrying (Retry(") { text.matches("Retrying (Retry(").count().min(MOST) } else { 0 };
    retried + usize::from(retried > 0 && sent == 0)
}

/// The last number of tries that the text gives itself.
fn counted(text: &str) -> usize {
    let numbers = COUNTED.iter().filter_map(|(form, more)| {
        let number = form.captures_iter(text).last()?.get(1)?.as_str().parse::<usize>().ok()?;
        Some(if number == 0 { 0 } else { number + more })
    });
    numbers.max().unwrap_or(0)
}

/// How often `form` names what it names last, at the end of `text`, with no good answer in between; the byte behind the last.
fn last_row(text: &str, form: &Regex) -> (usize, usize) {
    let sent: Vec<(usize, &str)> = form
        .captures_iter(text)
        .filter_map(|caught| Some((caught.get(0)?.end(), caught.get(1)?.as_str())))
        .collect();
    let Some((mut behind, last)) = sent.last().copied() else { return (0, 0) };
    let (mut row, end) = (1, behind);
    for (at, what) in sent.iter().rev().skip(1).take(MOST) {
        let between = text.get(*at..behind).unwrap_or("");
        // The line that tells the answer may be the one that tells the request.
        if *what != last || DONE.as_ref().is_some_and(|done| done.is_match(between)) {
            break;
        }
        row += 1;
        behind = *at;
    }
    (row, end)
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
            ("x (attempts: 3) LiteLLM Retried: 2 times".to_owned(), Some(3), vec![]),
            ("{\"level\":\"error\",\"attempt\":4}".to_owned(), Some(4), vec![]),
            ("  '$metadata': {\n    attempts: 2,\n    totalRetryDelay: 4\n }".to_owned(), Some(2), vec![]),
            ("level=error attempt=2 msg=x".to_owned(), Some(2), vec![]),
            ("attempt 2/5 failed\nAttempt 3 of 5 failed".to_owned(), Some(3), vec![]),
            ("max_attempts: 5, attempts: 0".to_owned(), None, vec![]),
            ("Retrying a.b in 0.5 seconds as it raised E: x..\nRetrying a.b in 1.5 seconds as it raised E: x..\nopenai.APIError: x".to_owned(), Some(3), vec![500.0, 1500.0]),
            ("Retrying a.b in 0.5 seconds as it raised E: x..".to_owned(), None, vec![500.0]),
            ("https://h:443 \"POST /a HTTP/1.1\" 503 None\nRetry: /a\nhttps://h:443 \"POST /a HTTP/1.1\" 503 None".to_owned(), Some(2), vec![]),
            ("retrying in 250ms".to_owned(), None, vec![250.0]),
            ("HTTP Request: POST h\nRetrying request in 0.5 seconds\nHTTP Request: POST h\nRetrying request in 2 seconds".to_owned(), Some(2), vec![500.0]),
            ("Retrying (Retry(total=2)) after connection broken by 'x': /a\nhttps://h:443 \"POST /a HTTP/1.1\" 503 91".to_owned(), Some(2), vec![]),
            ("Retrying (Retry(total=1)) after x: /a\nRetrying (Retry(total=0)) after x: /a\nMax retries exceeded".to_owned(), Some(3), vec![]),
            ("when calling the InvokeModel operation (reached max retries: 4): Too many requests".to_owned(), Some(5), vec![]),
            ("an error".to_owned(), None, vec![]),
        ];
        for (text, attempts, waits) in table {
            let tried = read(&text);
            assert_eq!((tried.attempts, tried.waits_ms), (attempts, waits), "{text}");
        }
    }
}
