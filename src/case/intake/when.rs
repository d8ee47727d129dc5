//! When a call failed, as the log's line beside it says: a time with its date and its zone. Without a zone it is none, and of
//! several times the one above the failure counts. The answer's `Date` header is none of them.

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use chrono::{DateTime, Utc};

use crate::case::evidence::{Attempt, Outcome};
use crate::case::finding::{Finding, Level};
use crate::case::request::Intake;

/// Bytes of a text that are searched: its end, where the last failure stands.
const LONGEST: usize = 256 << 10;

/// Words of the answer by which its line is found.
const WORDS: usize = 24;

/// A time with its date and its zone, as logs write it.
const STAMP: &str = r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)\b?";

/// One that begins a log's line, in a bracket or behind the name of what wrote it.
static AT_BEGIN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"^(?:[\w./-]{{1,40}} *\| )?[\[(]?{STAMP}")).ok());

/// One that a member or a label of a record names.
static LABELLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r#"(?i)(?:^|[\s{{,"'|*])(?:@?timestamp|time|ts|datetime|asctime|occurred(?:[ _]at)?|event_?time|start_?time)\b["'*|]{{0,4}} *[:=|] *["'*]{{0,3}}{STAMP}"#
    ))
    .ok()
});

/// nginx' and Apache's.
static OF_ACCESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]").ok());

/// A time with its date and no zone, as it begins a log's line or stands in its first bracket: Python's and Go's, logcat's,
/// syslog's and rich's. What stands behind it is looked at by hand: a zone is not its own.
static WITHOUT_ZONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?:[A-Za-z0-9_./-]{1,40} *\| )?(?:\[[A-Z]{2,8}\] )?[\[(]?((?:[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}|[0-9]{2}/[0-9]{2}/[0-9]{2}|[0-9]{2}-[0-9]{2}|[A-Z][a-z]{2} {1,2}[0-9]{1,2})(?: - |[T ])[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?)",
    )
    .ok()
});

/// The time of `line`, where it has no zone.
fn without_zone(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let time = WITHOUT_ZONE.as_ref()?.captures(line)?.get(1)?;
    let behind = line.get(time.end()..).unwrap_or("");
    let zone = behind.trim_start_matches(' ');
    let is_zone = zone.starts_with("UTC")
        || zone.starts_with("GMT")
        || behind.starts_with('Z')
        || zone.strip_prefix(['+', '-']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    (!is_zone).then_some(time.as_str())
}

/// Sets the time of what was observed, where `text` tells it and nothing else did.
pub(super) fn complete(intake: &mut Intake, text: &str) {
    // What stands in a request's body is no time of the call's.
    if matches!(intake.kind, "curl" | "wget" | "httpie" | "json body" | "http file" | "hurl" | "source code")
    {
        return;
    }
    if let Some(attempt) = intake.observed.as_mut().filter(|attempt| attempt.at.is_none()) {
        match of(text, attempt) {
            Told::At(at) => attempt.at = Some(at),
            Told::WithoutZone(time) => intake.findings.push(
                Finding::new(
                    "time_without_zone",
                    Level::Info,
                    format!(
                        "the text says {time} and no time zone; it is not taken as the time of the failure"
                    ),
                )
                .fix("find out in which time zone that program writes, and tell the time with it"),
            ),
            Told::Nothing => {}
        }
    }
}

/// What a text tells of the time of a failure.
enum Told<'t> {
    At(DateTime<Utc>),
    WithoutZone(&'t str),
    Nothing,
}

/// The last time at or above the line on which the failure stands.
fn of<'t>(text: &'t str, attempt: &Attempt) -> Told<'t> {
    let mut from = text.len().saturating_sub(LONGEST);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let near = text.get(from..).unwrap_or("");
    let words = words(attempt);
    let (mut whole, mut bare) = (Times::default(), Times::default());
    for line in near.lines() {
        let at = of_line(line);
        let is_failure = words.iter().any(|word| holds(line, word));
        whole.take(at, is_failure);
        bare.take(without_zone(line).filter(|_| at.is_none()), is_failure);
    }
    match (whole.told(), bare.told()) {
        (Some(at), _) => Told::At(at),
        (None, Some(time)) => Told::WithoutZone(time),
        (None, None) => Told::Nothing,
    }
}

/// The times of one kind that the lines tell.
struct Times<T> {
    latest: Option<T>,
    of_failure: Option<T>,
    distinct: usize,
}

impl<T> Default for Times<T> {
    fn default() -> Self {
        Self { latest: None, of_failure: None, distinct: 0 }
    }
}

impl<T: Copy + PartialEq> Times<T> {
    fn take(&mut self, at: Option<T>, is_failure: bool) {
        if at.is_some() {
            self.distinct += usize::from(self.latest != at);
            self.latest = at;
        }
        if is_failure {
            self.of_failure = self.latest.or(self.of_failure);
        }
    }

    /// One time alone is the failure's wherever it stands.
    fn told(self) -> Option<T> {
        self.of_failure.or(self.latest.filter(|_| self.distinct == 1))
    }
}

/// What the line of the failure holds: the status, the answer's words, the words of a broken connection.
fn words(attempt: &Attempt) -> Vec<String> {
    let begin = |text: &str| -> String { text.trim().chars().take(WORDS).collect() };
    match &attempt.outcome {
        Outcome::Transport(failure) => vec![begin(&failure.detail)],
        Outcome::Response(response) => {
            let body: Option<serde_json::Value> = serde_json::from_slice(&response.body).ok();
            let message = body.as_ref().and_then(|body| {
                let error = body.get("error").unwrap_or(body);
                error.get("message").or(Some(error)).and_then(|message| message.as_str()).map(begin)
            });
            let status = response.status.map(|status| status.to_string());
            status.into_iter().chain(message).chain(response.exception.clone()).collect()
        }
    }
    .into_iter()
    .filter(|word| !word.is_empty())
    .collect()
}

/// Whether `word` stands in `line`; a number does where no digit and no part of a number or a time stands beside it.
fn holds(line: &str, word: &str) -> bool {
    let is_number = word.bytes().all(|b| b.is_ascii_digit());
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let behind = line.get(at + word.len()..).and_then(|rest| rest.chars().next());
        let goes_on = |c: char| c.is_ascii_alphanumeric() || c == '_';
        // `status=429`, `code:429,` and `429:` name it.
        let part_of_one =
            before.is_some_and(|c| goes_on(c) || ".,-".contains(c)) || behind.is_some_and(goes_on);
        !is_number || !part_of_one
    })
}

/// A line that is a label and a time, and nothing more.
static LABEL_ALONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^[\s*_>-]*(?:time|timestamp|date(?: ?time)?|when|occurred(?: at)?)[*_ ]*[:=][*_ ]*\d[\d :./T,+-]{5,30}(?:Z|UTC|GMT|[A-Z]{3,4})?[\s*_]*$").ok()
});

/// `text` without the lines that tell a time alone, which are no words of an error; `None` where it has none, or nothing else.
pub(super) fn without_labels(text: &str) -> Option<String> {
    const LONGEST: usize = 64 << 10;
    let label = LABEL_ALONE.as_ref().filter(|_| text.len() <= LONGEST)?;
    let kept: Vec<&str> = text.lines().filter(|line| !label.is_match(line)).collect();
    let changed = kept.len() < text.lines().count() && kept.iter().any(|line| !line.trim().is_empty());
    changed.then(|| kept.join("\n"))
}

fn of_line(line: &str) -> Option<DateTime<Utc>> {
    // The text of a prompt may tell times of its own.
    let is_request = ["messages", "prompt", "content\""].iter().any(|name| line.contains(name));
    let caught = AT_BEGIN.as_ref()?.captures(line.trim_start());
    let caught = caught.or_else(|| LABELLED.as_ref()?.captures(line).filter(|_| !is_request));
    if let Some(caught) = caught {
        let part =
            |number| caught.get(number).map_or("", |found: crate::case::pattern::Match<'_>| found.as_str());
        let fraction = if part(3).is_empty() { "0" } else { part(3) };
        let zone = if matches!(part(4), "Z" | "UTC" | "GMT") { "+00:00" } else { part(4) };
        let zone = if zone.contains(':') {
            zone.to_owned()
        } else {
            format!("{}:{}", zone.get(..3)?, zone.get(3..)?)
        };
        let written = format!("{}T{}.{fraction}{zone}", part(1), part(2));
        return DateTime::parse_from_rfc3339(&written).ok().map(|at| at.with_timezone(&Utc));
    }
    let caught = OF_ACCESS.as_ref()?.captures(line)?;
    let at = DateTime::parse_from_str(caught.get(1)?.as_str(), "%d/%b/%Y:%H:%M:%S %z").ok()?;
    Some(at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use crate::case::catalog::Catalog;
    use crate::case::intake::read;
    use crate::case::keyring::KeyRing;

    #[test]
    fn a_time_is_no_message() {
        let table = [
            ("Time: 2026-11-23 10:00:00 UTC\nError: bad key", Some("Error: bad key")),
            ("**Date:** 23.11.2026 10:00\nbad key", Some("bad key")),
            ("Time: 2026-11-23 10:00:00 bad key", None),
            ("Time: 2026-11-23 10:00:00", None),
            ("bad key", None),
        ];
        for (text, expected) in table {
            assert_eq!(super::without_labels(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_time_beside_the_failure_is_its_time() {
        const ERROR: &str = "Error code: 429 - {'error': {'message': 'slow down now'}}";
        let table = [
            (format!("2026-11-23T10:00:03.123Z ERROR {ERROR}"), Some("2026-11-23T10:00:03.123Z")),
            (format!("[2026-11-23 10:00:03 +0100] ERROR {ERROR}"), Some("2026-11-23T09:00:03Z")),
            (format!("time=\"2026-11-23T10:00:03Z\" level=error msg=\"{ERROR}\""), Some("2026-11-23T10:00:03Z")),
            (format!("Time: 2026-11-23 10:00:03 UTC\nError: {ERROR}"), Some("2026-11-23T10:00:03Z")),
            ("1.1.1.1 - - [23/Nov/2026:10:00:03 +0100] \"POST /v1/x HTTP/1.1\" 502 1 \"-\" \"x\"".to_owned(), Some("2026-11-23T09:00:03Z")),
            ("{\"@timestamp\":\"2026-11-23T10:00:03Z\",\"level\":\"error\",\"error\":{\"message\":\"slow down\"},\"status\":429}".to_owned(), Some("2026-11-23T10:00:03Z")),
            (format!("app-1  | 2026-11-23T10:00:03Z {ERROR}"), Some("2026-11-23T10:00:03Z")),
            // The line of the failure is the last but one.
            (format!("2026-11-23T10:00:01Z start\n2026-11-23T10:00:03Z {ERROR}\n2026-11-23T10:00:09Z stopped"), Some("2026-11-23T10:00:03Z")),
            (format!("2026-11-23T10:00:03Z ERROR call failed\nTraceback (most recent call last):\n{ERROR}"), Some("2026-11-23T10:00:03Z")),
            // No zone, no date, or the answer's own.
            (format!("2026-11-23 10:00:03 ERROR {ERROR}"), None),
            (format!("10:00:03 ERROR {ERROR}"), None),
            (format!("HTTP/1.1 429 Too Many\ndate: Mon, 23 Nov 2026 10:00:03 GMT\n\n{ERROR}"), None),
            (format!("{ERROR}, 'reset_at': '2026-11-23T10:00:03Z'"), None),
        ];
        for (text, expected) in table {
            let read = read(&text, &Catalog::built_in(), &mut KeyRing::default());
            let at = read.observed.and_then(|attempt| attempt.at);
            let shown = at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
            assert_eq!(shown.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_told_and_not_taken() {
        const ERROR: &str = "Error code: 429 - {'error': {'message': 'slow down now'}}";
        let table = [
            (format!("2026-11-23 10:00:03,123 ERROR {ERROR}"), Some("2026-11-23 10:00:03,123")),
            (format!("2026-11-23T10:00:03 ERROR {ERROR}"), Some("2026-11-23T10:00:03")),
            (format!("2026/11/23 10:00:03 {ERROR}"), Some("2026/11/23 10:00:03")),
            (format!("[11/23/26 10:00:03] INFO {ERROR}"), Some("11/23/26 10:00:03")),
            (format!("Nov  3 10:00:03 host app[1]: {ERROR}"), Some("Nov  3 10:00:03")),
            (format!("11-23 10:00:03.456  12  34 E App: {ERROR}"), Some("11-23 10:00:03.456")),
            (
                format!(
                    "app-1  | 2026-11-23 10:00:01 start\n2026-11-23 10:00:03 {ERROR}\n2026-11-23 10:00:09 end"
                ),
                Some("2026-11-23 10:00:03"),
            ),
            (format!("2026-11-23 10:00:03 UTC {ERROR}"), None),
            (format!("2026-11-23 10:00:03 +0100 {ERROR}"), None),
            (format!("2026-11-23T10:00:03.5Z {ERROR}"), None),
            (format!("10:00:03 {ERROR}"), None),
            (ERROR.to_owned(), None),
        ];
        for (text, expected) in table {
            let read = read(&text, &Catalog::built_in(), &mut KeyRing::default());
            let found = read.findings.iter().find(|finding| finding.id == "time_without_zone");
            assert_eq!(found.is_some(), expected.is_some(), "{text}");
            if let (Some(found), Some(time)) = (found, expected) {
                assert!(found.message.contains(&format!("says {time} and")), "{}", found.message);
                assert!(read.observed.is_some_and(|attempt| attempt.at.is_none()), "{text}");
            }
        }
    }
}
