//! One failure of each group as it came, from which a whole note can be made: it is kept in memory, only where it is asked
//! for, and leaves no other way than through the sanitizer.
//!
//! Which one does not depend on order, piece or thread: the one whose request id is named first, else the shortest.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::echo::Runs;
use super::group::place_of;
use super::line::Parts;
use super::texts::of_document;
use crate::case::explain::Record;

/// Groups of which one is kept.
const MOST: usize = 1_024;
/// A longer record is not kept, bytes.
const LONGEST: usize = 64 * 1024;
/// A quoted stretch is a phrase of somebody's from so many characters on, also without a blank.
const PHRASE: usize = 33;

/// A failure. Raw: never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Example {
    /// What the log says of it. Quoted phrases of its texts are taken out: they may be a user's.
    pub record: Record,
    /// Its request id.
    pub request_id: Option<String>,
    /// When it was, milliseconds since 1970.
    pub at_ms: Option<i64>,
}

impl std::fmt::Debug for Example {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Example(…)")
    }
}

/// What decides which failure of a group is kept.
type Place = (bool, Reverse<i64>, u64, Option<String>, usize, Vec<u8>);

/// A failure with its place among those of its group; without example where its message repeats the prompt.
struct Candidate {
    place: Place,
    example: Option<Example>,
}

/// What a reader found.
#[derive(Default)]
pub(super) struct Found(HashMap<String, Candidate>);

impl Found {
    /// Looks at a failure of the group `id`.
    pub(super) fn offer(
        &mut self,
        id: String,
        parts: &Parts<'_>,
        request_id: Option<&str>,
        at_ms: Option<i64>,
    ) {
        let all =
            [parts.method, parts.path, parts.model, parts.status, parts.headers, parts.body, parts.text];
        let length: usize = all.iter().flatten().map(|part| part.len()).sum();
        if length > LONGEST || (self.0.len() >= MOST && !self.0.contains_key(&id)) {
            return;
        }
        let hour = at_ms.map_or(i64::MIN, |ms| ms.div_euclid(3_600_000));
        let (hour, mixed) = place_of(hour, request_id.unwrap_or_default());
        let before = (request_id.is_none(), hour, mixed);
        if self.0.get(&id).is_some_and(|known| (known.place.0, known.place.1, known.place.2) < before) {
            return;
        }
        let bytes = all.iter().map(|part| part.unwrap_or_default()).collect::<Vec<_>>().join(&b'\n');
        let place: Place = (before.0, before.1, before.2, request_id.map(str::to_owned), length, bytes);
        if self.0.get(&id).is_some_and(|known| known.place <= place) {
            return;
        }
        let example =
            record(parts).map(|record| Example { record, request_id: request_id.map(str::to_owned), at_ms });
        self.0.insert(id, Candidate { place, example });
    }
}

/// Failures of groups, by the id of the group; what all readers of a log found.
#[derive(Default)]
pub struct Examples(Mutex<HashMap<String, Candidate>>);

impl std::fmt::Debug for Examples {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Examples(…)")
    }
}

impl Examples {
    /// Adds what a reader found.
    pub(super) fn join(&self, found: Found) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, candidate) in found.0 {
            if all.len() >= MOST && !all.contains_key(&id) {
                continue;
            }
            if all.get(&id).is_none_or(|known| candidate.place < known.place) {
                all.insert(id, candidate);
            }
        }
    }

    /// The failure that stands for the group; `None` where none was kept, or its message repeats what a user sent.
    pub fn of(&self, group: &str) -> Option<Example> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(group)?.example.clone()
    }
}

/// The record as it may be kept; `None` where it is none, or its words repeat what somebody wrote: the prompt, or, outside
/// quotes, a literal of the source that a stack shows.
fn record(parts: &Parts<'_>) -> Option<Record> {
    let raw = raw_record(parts)?;
    if parts.prompt.and_then(|prompt| said(&raw).stand_in(prompt)) == Some(true) {
        return None;
    }
    let written = raw.written();
    let record = without_quotes(raw);
    let repeated = !written.is_empty() && {
        let said = said(&record);
        written.iter().any(|literal| said.repeats(literal))
    };
    (!repeated).then_some(record)
}

/// What the answer says, all of it.
fn said(record: &Record) -> Runs {
    let mut said = Runs::default();
    for text in [&record.body, &record.text].into_iter().flatten() {
        of_document(text, &mut |text| said.add(text));
    }
    record.headers.iter().for_each(|(_, value)| said.add(value));
    said
}

fn raw_record(parts: &Parts<'_>) -> Option<Record> {
    let members = [
        ("method", parts.method),
        ("path", parts.path),
        ("model", parts.model),
        ("status", parts.status),
        ("headers", parts.headers),
        ("body", parts.body),
        ("text", parts.text),
    ];
    let mut json = b"{".to_vec();
    for (name, value) in members {
        let Some(value) = value else { continue };
        if json.len() > 1 {
            json.push(b',');
        }
        json.extend(format!("\"{name}\":").into_bytes());
        // The parts of a request line stand there without quotes.
        let is_bare = matches!(name, "method" | "path") && value.first() != Some(&b'"');
        if is_bare {
            json.push(b'"');
        }
        json.extend_from_slice(value);
        if is_bare {
            json.push(b'"');
        }
    }
    json.push(b'}');
    serde_json::from_slice(&json).ok()
}

/// The same without phrases in quotes.
fn without_quotes(mut record: Record) -> Record {
    record.body = record.body.map(|body| match serde_json::from_str::<Value>(&body) {
        Ok(mut value) => {
            each_text(&mut value, &mut |text| *text = without_phrases(text));
            value.to_string()
        }
        Err(_) => without_phrases(&body),
    });
    record.text = record.text.map(|text| without_phrases(&text));
    record
}

fn each_text(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::Object(members) => members.values_mut().for_each(|member| each_text(member, change)),
        _ => {}
    }
}

/// `text` with `[quoted: 31 chars]` for what stands in quotes and is no name: it may be what a user wrote.
fn without_phrases(text: &str) -> String {
    const PAIRS: [(char, char); 6] =
        [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’'), ('«', '»')];
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut before) = (text, ' ');
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        let close = PAIRS
            .iter()
            .find(|(open, _)| *open == first && !before.is_alphanumeric())
            .map(|(_, close)| *close);
        let inside = close.and_then(|close| after.split_once(close));
        out.push(first);
        (rest, before) = match (inside, close) {
            (Some((inside, behind)), Some(close)) => {
                let length = inside.chars().count();
                let is_name = length < PHRASE && !inside.contains(char::is_whitespace);
                if is_name {
                    out.push_str(inside);
                } else {
                    let _ = write!(out, "[quoted: {length} chars]");
                }
                out.push(close);
                (behind, ' ')
            }
            _ => (after, first),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_phrases_are_taken_out_and_names_stay() {
        for (text, expected) in [
            ("no model 'gpt-4o' here", "no model 'gpt-4o' here"),
            ("bad: \"tell me a story\"", "bad: \"[quoted: 15 chars]\""),
            ("don't `stop it now` x", "don't `[quoted: 11 chars]` x"),
            ("open \"and never closed", "open \"and never closed"),
            ("“ёж и уж”", "“[quoted: 7 chars]”"),
        ] {
            assert_eq!(without_phrases(text), expected);
        }
        assert!(!without_phrases(&format!("'{}'", "x".repeat(40))).contains("xx"));
    }

    #[test]
    fn the_same_one_is_kept_in_any_order() {
        let lines: Vec<(String, i64)> =
            (0..50).map(|n| (format!("\"req-{n:03}\""), 1_000_000 * (n % 7))).collect();
        let kept = |order: &[usize]| {
            let examples = Examples::default();
            for half in order.chunks(20) {
                let mut found = Found::default();
                for at in half {
                    let (id, ms) = &lines[*at];
                    let parts =
                        Parts { status: Some(b"503"), request_id: Some(id.as_bytes()), ..Parts::default() };
                    found.offer("g".into(), &parts, Some(id.trim_matches('"')), Some(*ms));
                }
                examples.join(found);
            }
            examples.of("g").and_then(|example| example.request_id)
        };
        let forth: Vec<usize> = (0..50).collect();
        let back: Vec<usize> = (0..50).rev().collect();
        assert!(kept(&forth).is_some());
        assert_eq!(kept(&forth), kept(&back));
    }

    #[test]
    fn what_repeats_the_prompt_is_no_example() {
        let is_kept = |body: &str, prompt: &str| {
            let parts = Parts {
                status: Some(b"400"),
                body: Some(body.as_bytes()),
                prompt: Some(prompt.as_bytes()),
                ..Parts::default()
            };
            let mut found = Found::default();
            found.offer("g".into(), &parts, None, None);
            let examples = Examples::default();
            examples.join(found);
            examples.of("g").is_some()
        };
        let body = r#"{"error":{"message":"cannot read marmalade for the zeppelin"}}"#;
        let prompt = r#"{"messages":[{"content":"fly marmalade for the zeppelin at noon"}]}"#;
        assert!(is_kept(body, r#"{"messages":[{"content":"something else entirely"}]}"#));
        assert!(!is_kept(body, prompt));
        let long: Vec<String> =
            ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| format!("{a}{b}word"))).collect();
        let late = body.replace("cannot read", &format!("{} cannot read", long.join(" ")));
        assert!(!is_kept(&late, prompt), "also where it is the last of many words");
        for joint in ["&nbsp;", "+", "%20", "_", "-", "."] {
            let phrase = "marmalade for the zeppelin at noon".replace(' ', joint);
            let joined = body.replace("marmalade for the zeppelin", &phrase);
            assert!(!is_kept(&joined, prompt), "{joined}");
        }
    }

    #[test]
    fn what_repeats_a_literal_of_its_stack_is_no_example() {
        let kept = |says: &str| {
            let told = format!(
                "Traceback (most recent call last):\n  File \"a.py\", line 7, in ask\n    ask(\"fly marmalade for the zeppelin\")\nError: 400 {says}"
            );
            let told = serde_json::to_string(&told).expect("writes");
            record(&Parts { status: Some(b"400"), text: Some(told.as_bytes()), ..Parts::default() })
        };
        assert!(kept("cannot fly marmalade for the zeppelin").is_none());
        let text = kept("the model is not there").and_then(|record| record.text).expect("is kept");
        assert!(!text.contains("marmalade"), "{text}");
    }
}
