//! What stands before each line of a copy: a terminal's second prompt, the quote marks of a mail, the name and the time that a
//! log puts there.
//!
//! ```text
//! $ curl URL \          app-1  | curl URL \        2026-11-23T10:00:00Z > POST /v1 HTTP/1.1
//! >   -d '{}'           app-1  |   -d '{}'         2026-11-23T10:00:00Z < HTTP/1.1 400
//! ```

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::wrapping::holds;
use super::{command, http};

/// Prefixes that are taken off one text: a mail may quote a log.
const MOST_LAYERS: usize = 3;

/// What is put before each line.
struct Frame {
    /// Whether a line can have it: most texts have none, and a pattern is made ready only for a text that may.
    may_begin: fn(&[u8]) -> bool,
    pattern: LazyLock<Option<Regex>>,
}

/// The frames. One blank belongs to the mark, the others to the line. In ASCII: the letters of all scripts, repeated, take
/// longer to be made ready than everything else that a paste needs.
static FRAMES: [Frame; 6] = [
    // The name of a container: `app-1  | `.
    Frame {
        may_begin: |line| {
            let name = line.iter().take(61).take_while(|b| is_of_name(**b)).count();
            let behind = line.get(name..).unwrap_or_default().iter().find(|b| **b != b' ');
            name > 0 && behind == Some(&b'|')
        },
        pattern: LazyLock::new(|| Regex::new(r"^[A-Za-z0-9][A-Za-z0-9_./-]{0,60} *\| ?").ok()),
    },
    // GitHub's and Docker's times, and the stream of Kubernetes' log files.
    Frame {
        may_begin: |line| matches!(line, [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|b| b.is_ascii_digit())),
        pattern: LazyLock::new(|| {
            Regex::new(r"^[0-9]{4}-[0-9][0-9]-[0-9][0-9][T ][0-9][0-9]:[0-9][0-9]:[0-9][0-9](?:[.,][0-9]{1,9})?(?:Z|[+-][0-9][0-9]:?[0-9][0-9])? ?(?:std(?:out|err) [FP] ?)?").ok()
        }),
    },
    // syslog and journald.
    Frame {
        may_begin: |line| matches!(line, [a, b, c, b' ', ..] if a.is_ascii_uppercase() && b.is_ascii_lowercase() && c.is_ascii_lowercase()),
        pattern: LazyLock::new(|| {
            Regex::new(r"^[A-Z][a-z]{2} [ 0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9] [A-Za-z0-9_.-]{1,80} [A-Za-z0-9_./-]{1,80}(?:\[[0-9]{1,9}\])?: ?").ok()
        }),
    },
    // Jenkins' times, the name of a pod, of a job.
    Frame {
        may_begin: |line| line.starts_with(b"["),
        pattern: LazyLock::new(|| Regex::new(r"^\[[^\]\n]{1,80}\] ?").ok()),
    },
    Frame {
        may_begin: |line| line.starts_with(b"&gt;"),
        pattern: LazyLock::new(|| Regex::new(r"^&gt; ?").ok()),
    },
    Frame { may_begin: |line| line.starts_with(b">"), pattern: LazyLock::new(|| Regex::new(r"^> ?").ok()) },
];

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-')
}

/// Curl's progress meter in front of what it writes next on the same line.
static METER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?m)^[^\n<>{]{20}[^\n<>{]*?(?:[0-9-]{1,3}:[0-9-]{2}:[0-9-]{2} +){3}[0-9.]+[kKMGTP]?\r?([<>*{}] |\{|HTTP/)",
    )
    .ok()
});

/// `text` without the progress meter on the lines of a head or a body.
fn unmetered(text: &str) -> Option<String> {
    if !holds(text, ":--:--") && !holds(text, "% Total") {
        return None;
    }
    Some(METER.as_ref()?.replace_all(text, "$1").into_owned()).filter(|bare| bare.len() < text.len())
}

/// `text` without what stands before each line of its requests; `None` where nothing does.
pub(super) fn off(text: &str) -> Option<String> {
    let mut bare: Option<String> = unmetered(text);
    for _ in 0..MOST_LAYERS {
        let text = bare.as_deref().unwrap_or(text);
        let mut may_be = frames_of(text).into_iter().zip(&FRAMES).filter(|(may_be, _)| *may_be);
        let layer = may_be.find_map(|(_, frame)| without(text, frame)).or_else(|| unindented(text));
        match layer {
            Some(layer) => bare = Some(layer),
            None => break,
        }
    }
    second_prompts(bare.as_deref().unwrap_or(text)).or(bare)
}

/// Which of the frames two lines have that follow each other; one alone is none.
fn frames_of(text: &str) -> [bool; 6] {
    let bytes = text.as_bytes();
    let (mut last, mut twice) = ([false; 6], [false; 6]);
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', bytes).map(|at| at + 1));
    for start in starts {
        let line = bytes.get(start..).unwrap_or_default();
        for ((frame, last), twice) in FRAMES.iter().zip(&mut last).zip(&mut twice) {
            let now = (frame.may_begin)(line);
            *twice |= now && *last;
            *last = now;
        }
    }
    twice
}

/// `text` without `frame` on the lines that follow each other with it and show a request.
fn without(text: &str, frame: &Frame) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut out: Vec<&str> = Vec::with_capacity(lines.len());
    let mut changed = false;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or_default();
        let framed: Vec<&str> = rest.iter().map_while(|line| behind(line, frame)).collect();
        if framed.len() > 1 && shows_request(&framed, rest.get(..framed.len()).unwrap_or_default()) {
            at += framed.len();
            out.extend(framed);
            changed = true;
        } else {
            let taken = framed.len().max(1);
            out.push(line);
            out.extend(rest.iter().take(taken).skip(1));
            at += taken;
        }
    }
    changed.then(|| out.join("\n"))
}

/// What stands behind `frame`.
fn behind<'a>(line: &'a str, frame: &Frame) -> Option<&'a str> {
    if !(frame.may_begin)(line.as_bytes()) {
        return None;
    }
    let len = frame.pattern.as_ref()?.find(line).filter(|found| !found.is_empty())?.end();
    line.get(len..)
}

/// Whether the bare lines are a command or what curl's `-v` wrote, and the marks before them are not curl's own.
fn shows_request(bare: &[&str], framed: &[&str]) -> bool {
    let text = bare.join("\n");
    let of_curl = |line: &&str| {
        line.strip_prefix("> ").is_some_and(http::starts_with_request_line) || line.starts_with("HTTP/")
    };
    if framed.iter().any(of_curl) {
        return false;
    }
    begins_command(&text) || is_head_of_curl(&text)
}

/// A command that is not within a sentence stands in `text`.
fn begins_command(text: &str) -> bool {
    command::find(text, 0).is_some_and(|found| !found.in_prose)
}

/// Curl's `-v` shows a request in `text`.
fn is_head_of_curl(text: &str) -> bool {
    text.lines().any(|line| line.strip_prefix("> ").is_some_and(http::starts_with_request_line))
}

/// The output of curl's `-v` without the indentation of a page's code.
fn unindented(text: &str) -> Option<String> {
    if !holds(text, "> ") || !holds(text, " HTTP/") {
        return None;
    }
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let least = text.lines().filter(|line| !line.trim().is_empty()).map(indent);
    // The first line lost its own where the text was trimmed.
    let least = least.skip(1).min().filter(|least| *least > 0)?;
    let bare: Vec<&str> =
        text.lines().map(|line| line.get(least.min(indent(line))..).unwrap_or(line)).collect();
    let bare = bare.join("\n");
    is_head_of_curl(&bare).then_some(bare)
}

/// `text` without bash's second prompt, which stands before each line with which a command goes on.
fn second_prompts(text: &str) -> Option<String> {
    if !holds(text, "\n>") {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut out: Vec<&str> = Vec::with_capacity(lines.len());
    let mut changed = false;
    let mut goes_on = false;
    for (at, line) in lines.iter().enumerate() {
        let prompted = line.strip_prefix("> ").or_else(|| (*line == ">").then_some(""));
        let Some(bare) = prompted else {
            goes_on = false;
            out.push(line);
            continue;
        };
        if !goes_on {
            let before = at.checked_sub(1).and_then(|before| lines.get(before)).copied().unwrap_or("");
            goes_on = is_open(before) && begins_command(before) && !http::starts_with_request_line(bare);
        }
        changed |= goes_on;
        out.push(if goes_on { bare } else { line });
    }
    changed.then(|| out.join("\n"))
}

/// Whether the shell asks for more behind `line`: a backslash, a here-document, a quote that nothing closes.
fn is_open(line: &str) -> bool {
    let line = line.trim_end();
    if line.ends_with('\\') || line.contains("<<") || line.ends_with(['|', '(']) || line.ends_with("&&") {
        return true;
    }
    let mut quote = None;
    let mut escaped = false;
    for c in line.chars() {
        match (c, quote) {
            _ if escaped => escaped = false,
            ('\\', None | Some('"')) => escaped = true,
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
    }
    quote.is_some()
}

#[cfg(test)]
mod tests {
    use super::off;

    #[test]
    fn what_stands_before_each_line_is_taken_off() {
        let table = [
            (
                "$ curl https://h.test/v1 \\\n>   -H 'A: b' \\\n>   -d '{\n>     \"a\": 1\n>   }'\n{}",
                Some("$ curl https://h.test/v1 \\\n  -H 'A: b' \\\n  -d '{\n    \"a\": 1\n  }'\n{}"),
            ),
            (
                "(venv) me@box:~$ curl https://h.test/v1 -d @- <<'EOF'\n> x\n>\n> EOF\n",
                Some("(venv) me@box:~$ curl https://h.test/v1 -d @- <<'EOF'\nx\n\nEOF"),
            ),
            // The output of `-v` right below a command that is complete.
            ("$ curl -v https://h.test/v1\n> GET /v1 HTTP/1.1\n> Host: h.test\n", None),
            (
                "On Monday Anna wrote:\n> curl https://h.test/v1 \\\n>   -d x\n",
                Some("On Monday Anna wrote:\ncurl https://h.test/v1 \\\n  -d x"),
            ),
            (
                "app-1  | curl https://h.test/v1 \\\napp-1  |   -d '{\napp-1  | }'",
                Some("curl https://h.test/v1 \\\n  -d '{\n}'"),
            ),
            (
                "2026-11-23T10:00:00.1234567Z > GET /v1 HTTP/1.1\n2026-11-23T10:00:00.2234567Z > Host: h.test\n2026-11-23T10:00:01Z < HTTP/1.1 400",
                Some("> GET /v1 HTTP/1.1\n> Host: h.test\n< HTTP/1.1 400"),
            ),
            (
                "> * Connected\n> > GET /v1 HTTP/1.1\n> > Host: h.test",
                Some("* Connected\n> GET /v1 HTTP/1.1\n> Host: h.test"),
            ),
            (
                "* Connected\n    > GET /v1 HTTP/1.1\n    > Host: h.test",
                Some("* Connected\n> GET /v1 HTTP/1.1\n> Host: h.test"),
            ),
            ("> GET /v1 HTTP/1.1\n> Host: h.test\n< HTTP/1.1 400", None),
            (
                "  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0> GET /v1 HTTP/1.1\n> Host: h.test",
                Some("> GET /v1 HTTP/1.1\n> Host: h.test"),
            ),
            ("> GET /v1 HTTP/1.1\n> Host: h.test", None),
            // A log without a request keeps its times.
            ("2026-11-23 10:00:00 one\n2026-11-23 10:00:01 two", None),
            ("[1] curl is fine\n[2] so it is", None),
        ];
        for (text, expected) in table {
            assert_eq!(off(text).as_deref(), expected, "{text}");
        }
    }
}
