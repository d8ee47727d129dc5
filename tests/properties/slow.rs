//! Texts that are made to be slow to read: what a reader that looks back, nests or starts over would choke on. The
//! benchmark measures them, and the tests hold them to a bound.

use casefile::case::explain::Record;

/// Bytes of a text in the benchmark.
pub const MEGABYTE: usize = 1_000_000;

fn repeated(part: &str, size: usize) -> String {
    part.repeat(size / part.len().max(1) + 1)
}

/// Parts until there is enough.
fn grown(size: usize, part: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(size + 1_000);
    let mut number = 0;
    while text.len() < size {
        text.push_str(&part(number));
        number += 1;
    }
    text
}

/// CJK that no language has, the same every time.
fn characters(size: usize) -> String {
    let mut state = 7_u32;
    let mut text = String::with_capacity(size + 4);
    while text.len() < size {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push(char::from_u32(0x4e00 + (state >> 12) % 0x5000).unwrap_or('一'));
    }
    text
}

/// A string of JSON that holds a string of JSON, and so on, as deep as it goes.
fn nested_strings(size: usize) -> String {
    let mut text = "{\"error\":{\"message\":\"deep inside\"}}".to_owned();
    while text.len() < size {
        let quoted = serde_json::to_string(&text).unwrap_or_default();
        text = format!("{{\"error\":{{\"message\":{quoted}}}}}");
    }
    text
}

fn object(size: usize) -> String {
    let members = grown(size, |n| {
        format!("{{\"id\":\"item_{n}\",\"text\":\"a word and another\",\"list\":[{n},null,true]}},")
    });
    format!(
        "{{\"list\":[{members}0],\"error\":{{\"message\":\"at the very end\",\"code\":\"server_error\"}}}}"
    )
}

/// The texts with their names, each of about `size` bytes.
pub fn texts(size: usize) -> Vec<(&'static str, String)> {
    let mut all = structures(size);
    all.extend(prints(size));
    all
}

/// Braces, quotes, escapes, ids and JSON.
fn structures(size: usize) -> Vec<(&'static str, String)> {
    let whole = object(size);
    let (head_gone, tail_gone) =
        (whole.get(2_000..).unwrap_or(""), whole.get(..whole.len() - 90).unwrap_or(""));
    vec![
        ("open braces", repeated("{", size)),
        ("open brackets", repeated("[", size)),
        ("open braces with names", repeated("{\"error\":", size)),
        ("open braces of a repr", repeated("{'error': ", size)),
        ("braces in pairs", repeated("{}", size)),
        ("quotes", repeated("\"", size)),
        ("single quotes", repeated("'", size)),
        ("quotes that never end", repeated("\"a: ", size)),
        ("single quotes in words", repeated("it's {'a': 'b ", size)),
        ("error, error", repeated("\"error\": ", size)),
        ("error members", repeated("\"error\": {\"message\": \"x\"}, ", size)),
        ("error: error:", repeated("error: ", size)),
        ("Error code: 400 -", repeated("Error code: 400 - ", size)),
        ("Error code with a brace", repeated("Error code: 400 - {'error': {'message': 'a', ", size)),
        ("exceptions in a row", repeated("openai.BadRequestError: ", size)),
        ("exceptions, a line each", repeated("openai.BadRequestError: Error code: 400\n", size)),
        ("backslashes", repeated("\\", size)),
        ("backslashes in a string", format!("{{\"error\":{{\"message\":\"{}\"}}}}", repeated("\\\\", size))),
        ("escaped quotes", format!("{{\"error\":{{\"message\":\"{}\"}}}}", repeated("\\\"", size))),
        ("escaped newlines", format!("{{\"error\":{{\"message\":\"{}\"}}}}", repeated("\\n", size))),
        ("newlines as two characters", repeated("\\n", size)),
        ("request id prefixes", repeated("(request id: ", size)),
        ("request ids", grown(size, |n| format!("(request id: 2026112110000012345{n:04}abcDEFGH) "))),
        ("request ids in a message", {
            let ids = grown(size, |n| format!("(request id: 2026112110000012345{n:04}abcDEFGH) "));
            format!("{{\"error\":{{\"message\":\"{ids}\",\"type\":\"new_api_error\"}}}}")
        }),
        ("one line of JSON", whole.clone()),
        ("one line of JSON without its head", head_gone.to_owned()),
        ("one line of JSON without its tail", tail_gone.to_owned()),
    ]
}

/// What clients, terminals, pages and logs print.
fn prints(size: usize) -> Vec<(&'static str, String)> {
    vec![
        ("JSON in strings in JSON", nested_strings(size)),
        (
            "HTML without an end",
            format!(
                "<!DOCTYPE html><html><head><title>502</title>{}",
                repeated("<div class=\"a\"><p>wait", size)
            ),
        ),
        ("tags", repeated("<", size)),
        ("titles", repeated("<title>", size)),
        ("a page in a line", format!("Error code: 502 - {}", repeated("<html><body>Bad Gateway ", size))),
        ("frames of a traceback", {
            let frames = grown(size, |n| {
                format!("  File \"/srv/app/{n}.py\", line {n}, in step\n    raise_for(response)\n")
            });
            format!(
                "Traceback (most recent call last):\n{frames}openai.RateLimitError: Error code: 429 - {{'error': {{'message': 'slow down'}}}}\n"
            )
        }),
        (
            "tracebacks",
            repeated(
                "Traceback (most recent call last):\n  File \"a.py\", line 1, in b\n    c()\nValueError: d\n\nDuring handling of the above exception, another exception occurred:\n\n",
                size,
            ),
        ),
        (
            "frames of Node",
            format!("Error: 429\n{}", repeated("    at async step (file:///srv/app/a.mjs:10:5)\n", size)),
        ),
        (
            "a long repr",
            format!(
                "Error code: 400 - {{'error': {{'message': '{}', 'code': None}}}}",
                repeated("it was \\'long\\' ", size)
            ),
        ),
        (
            "a list in a repr",
            format!(
                "Error code: 422 - {{'detail': [{}]}}",
                repeated("{'loc': ('body', 'x'), 'msg': \"it's\"}, ", size)
            ),
        ),
        (
            "curl lines",
            repeated(
                "curl https://api.acme.example/v1/chat/completions -H 'A: b' -d '{\"model\":\"m\"}'\n",
                size,
            ),
        ),
        ("curl in one line", repeated("curl ", size)),
        (
            "curl with a long body",
            format!("curl https://api.acme.example/v1/x -d '{{\"a\":\"{}\"}}'", repeated("word ", size)),
        ),
        ("CJK", characters(size)),
        ("CJK in a message", format!("{{\"error\":{{\"message\":\"{}\"}}}}", characters(size))),
        ("newlines", repeated("\n", size)),
        ("blanks", repeated(" ", size)),
        ("blanks and newlines", repeated("   \n", size)),
        ("one letter", repeated("a", size)),
        ("letters with stops", repeated("a.", size)),
        ("colons", repeated(":", size)),
        ("digits", repeated("4", size)),
        ("statuses", repeated("HTTP 429 ", size)),
        ("heads of answers", repeated("HTTP/1.1 429 Too Many Requests\n", size)),
        ("header lines", grown(size, |n| format!("x-header-{n}: value {n}\n"))),
        ("data lines", repeated("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n", size)),
        ("error events", repeated("event: error\ndata: {\"error\":{\"message\":\"a\"}}\n\n", size)),
        ("commas of code words", repeated("rate_limit_exceeded, ", size)),
        (
            "log lines",
            grown(size, |n| {
                format!(
                    "2026-11-21T10:00:00.{:03}Z ERROR [relay] {{\"status\":429,\"error\":\"slow down {n}\"}}\n",
                    n % 1000
                )
            }),
        ),
        ("keys", grown(size, |n| format!("sk-{n:048} "))),
        ("addresses", repeated("https://api.acme.example/v1/x?key=1 ", size)),
    ]
}

/// The ways in which a text comes: printed by a client, and as the body of an answer.
pub fn records(text: &str) -> [(&'static str, Record); 2] {
    let told = Record { text: Some(text.to_owned()), ..Record::default() };
    let answered = Record {
        status: Some(400),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: Some(text.to_owned()),
        ..Record::default()
    };
    [("told", told), ("answered", answered)]
}
