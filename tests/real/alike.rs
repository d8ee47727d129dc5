//! Compares two notes of one failure that two programs served, and names what does not agree.
//!
//! What may differ stands here and nowhere else: the host and the program's own framing and clock, the note's own number
//! and times, and durations within [`SLACK_MS`]. What one program cannot give is an [`Allowance`] of its case.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use crate::compare::Faults;

/// Milliseconds by which two durations may differ: two busy cores delay either side.
const SLACK_MS: f64 = 1400.0;

/// Header lines that a server's HTTP implementation writes by itself: how it frames a body and whether it keeps the
/// connection. `date` and `server` are not in this list of the note, but beside it, and are treated there.
const FRAMING: [&str; 4] = ["transfer-encoding", "content-length", "connection", "keep-alive"];

/// What may differ in every case, by pointer, and why.
const OWN: [(&str, &str); 7] = [
    ("/case_id", "each note has a number of its own"),
    ("/created_at", "a time"),
    ("/reviewed_at", "a time"),
    ("/attempts/*/at", "a time"),
    ("/attempts/*/client_request_id", "it begins with the number of the case"),
    ("/response/edge/date", "the server's own clock"),
    ("/response/body/created", "the server's own clock, the same one if both answered within one second"),
];

/// A place of the note where one program cannot give what the practice gateway gives.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// Pointer, with `*` for any one step; what stands below it is meant too.
    pub at: &'static str,
    /// Why.
    #[expect(dead_code, reason = "read by people")]
    pub why: &'static str,
}

/// One side.
pub struct Side<'a> {
    /// `host:port` that the request went to.
    pub host: &'a str,
    /// The note.
    pub note: &'a Value,
    /// What casefile said on stderr.
    pub said: &'a str,
}

/// Compares `ours` (the practice gateway's) with `theirs`; with `ids` the request ids must be the same ones.
pub fn alike(faults: &mut Faults, ours: &Side<'_>, theirs: &Side<'_>, ids: bool, allowed: &[Allowance]) {
    let words = [Words::of(ours, ids), Words::of(theirs, ids)];
    let mut found = Vec::new();
    differ("", ours.note, theirs.note, &words, &mut found);
    let mut used = BTreeSet::new();
    for (at, what) in found {
        if OWN.iter().any(|(pattern, _)| covers(pattern, &at)) {
            continue;
        }
        let allowance = allowed.iter().filter(|a| covers(a.at, &at)).inspect(|a| {
            used.insert(a.at);
        });
        if allowance.count() == 0 {
            faults.0.push(format!("{at}: {what}"));
        }
    }
    for unused in allowed.iter().filter(|a| !used.contains(a.at)) {
        faults.0.push(format!("nothing differs at {}: the allowance is not needed", unused.at));
    }
    if allowed.is_empty() {
        let said = [words[0].prose(ours.said), words[1].prose(theirs.said)];
        faults.check(said[0] == said[1], || format!("stderr: {:?} and {:?}", said[0], said[1]));
    }
}

/// `at` is the place that the pattern names, or lies below it.
fn covers(pattern: &str, at: &str) -> bool {
    let mut steps = at.split('/');
    pattern.split('/').all(|want| steps.next().is_some_and(|step| want == "*" || want == step))
}

/// Makes a text comparable.
struct Words {
    host: String,
    ids: Vec<String>,
    times: Regex,
    durations: Regex,
}

impl Words {
    fn of(side: &Side<'_>, ids: bool) -> Self {
        let listed = side.note.pointer("/response/request_ids").and_then(Value::as_array);
        let id = |entry: &Value| entry.get("id")?.as_str().map(str::to_owned);
        Self {
            host: side.host.to_owned(),
            ids: if ids { Vec::new() } else { listed.into_iter().flatten().filter_map(id).collect() },
            times: Regex::new(r"started at \d{4}-\d\d-\d\dT[0-9:.]+Z").expect("a pattern"),
            durations: Regex::new(r"\bafter [0-9.]+ m?s\b").expect("a pattern"),
        }
    }

    /// Without host and ids.
    fn plain(&self, text: &str) -> String {
        self.ids.iter().fold(text.replace(&self.host, "HOST"), |text, id| text.replace(id, "ID"))
    }

    /// A sentence of casefile's own: without the attempt's time and duration, too.
    fn prose(&self, text: &str) -> String {
        let text = self.plain(text);
        let text = self.times.replace_all(&text, "started at TIME");
        self.durations.replace_all(&text, "after TIME").into_owned()
    }
}

fn differ(at: &str, ours: &Value, theirs: &Value, words: &[Words; 2], found: &mut Vec<(String, String)>) {
    let name = at.rsplit('/').next().unwrap_or_default();
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let at = format!("{at}/{key}");
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => differ(&at, a, b, words, found),
                    (a, _) => found.push((at, format!("only with {}", either(a.is_some())))),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if at == "/missing_evidence" => {
            // By field: a gap more on one side shifts the others.
            let gaps = |list: &[Value]| {
                let field =
                    |gap: &Value| gap.get("field").and_then(Value::as_str).unwrap_or_default().to_owned();
                Value::Object(list.iter().map(|gap| (field(gap), gap.clone())).collect())
            };
            differ(at, &gaps(a), &gaps(b), words, found);
        }
        (Value::Array(a), Value::Array(b)) => {
            let (a, b) = (without_framing(at, a), without_framing(at, b));
            for (index, (a, b)) in a.iter().zip(&b).enumerate() {
                differ(&format!("{at}/{index}"), a, b, words, found);
            }
            let (both, with) = (a.len().min(b.len()), either(a.len() > b.len()));
            let longer = if a.len() > b.len() { &a } else { &b };
            for (index, value) in longer.iter().enumerate().skip(both) {
                found.push((format!("{at}/{index}"), format!("only with {with}: {value}")));
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let off = (a.as_f64().unwrap_or(f64::MAX) - b.as_f64().unwrap_or(f64::MIN)).abs();
            let slack = match name {
                // The servers state whole seconds.
                "clock_skew_s" => 1.0,
                "longest_gap_ms" => SLACK_MS,
                name if name.ends_with("_ms") && at.contains("/timing/") => SLACK_MS,
                _ => 0.0,
            };
            if off > slack {
                found.push((at.to_owned(), format!("{a} with practice, {b} with the other program")));
            }
        }
        (Value::String(a), Value::String(b)) => {
            let plain = |words: &Words, text| match at {
                at if at.starts_with("/report/") => words.prose(text),
                _ => words.plain(text),
            };
            let (a, b) = (plain(&words[0], a), plain(&words[1], b));
            if a != b {
                found.push((at.to_owned(), format!("{a:?} with practice, {b:?} with the other program")));
            }
        }
        (a, b) if a == b => {}
        (a, b) => found.push((at.to_owned(), format!("{a} with practice, {b} with the other program"))),
    }
}

fn either(practice: bool) -> &'static str {
    if practice { "practice" } else { "the other program" }
}

fn without_framing<'a>(at: &str, list: &'a [Value]) -> Vec<&'a Value> {
    let framing = |header: &&Value| {
        let name = header.get("name").and_then(Value::as_str).unwrap_or_default();
        at != "/response/headers" || !FRAMING.contains(&name.to_ascii_lowercase().as_str())
    };
    list.iter().filter(framing).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(ours: &Value, theirs: &Value, ids: bool, allowed: &[Allowance]) -> Vec<String> {
        let mut faults = Faults::default();
        let ours = Side { host: "127.0.0.1:1", note: ours, said: "sent to 127.0.0.1:1 after 3 ms" };
        let theirs = Side { host: "127.0.0.1:2", note: theirs, said: "sent to 127.0.0.1:2 after 9 ms" };
        alike(&mut faults, &ours, &theirs, ids, allowed);
        faults.0
    }

    #[test]
    fn only_what_is_the_servers_own_may_differ() {
        let note = |host: &str, id: &str, ms: u32, framing: &str| {
            json!({
                "case_id": id, "attempts": [{"at": id, "timing": {"total_ms": ms}}],
                "report": {"actual": format!("to {host} after {ms} ms, started at 2026-11-21T06:32:51.672Z, request id {id}")},
                "response": {
                    "request_ids": [{"id": id}], "edge": {"date": id},
                    "headers": [{"name": framing, "value": id}, {"name": "x", "value": "y"}],
                },
            })
        };
        let ours = note("127.0.0.1:1", "one", 5, "transfer-encoding");
        let theirs = note("127.0.0.1:2", "two", 90, "Content-Length");
        assert_eq!(faults(&ours, &theirs, false, &[]), Vec::<String>::new());
        assert_eq!(faults(&ours, &theirs, true, &[]).len(), 2, "the id, in two places");
    }

    #[test]
    fn every_other_difference_is_found() {
        let ours = json!({"a": 1, "b": [1, 2], "c": "x", "d": null, "timing": {"total_ms": 1}, "response": {"headers": []}});
        for (pointer, value) in [
            ("/a", json!(2)),
            ("/a", json!("1")),
            ("/b", json!([1])),
            ("/b", json!([1, 2, 3])),
            ("/b", json!([2, 1])),
            ("/c", json!("y")),
            ("/d", json!(0)),
            ("/timing/total_ms", json!(5000)),
            ("/response/headers", json!([{"name": "retry-after", "value": "1"}])),
        ] {
            let mut theirs = ours.clone();
            *theirs.pointer_mut(pointer).expect("there") = value;
            assert!(!faults(&ours, &theirs, false, &[]).is_empty(), "{theirs}");
            let allowed = [Allowance { at: pointer, why: "a test" }];
            assert_eq!(faults(&ours, &theirs, false, &allowed), Vec::<String>::new(), "{theirs}");
        }
        let mut theirs = ours.clone();
        theirs.as_object_mut().expect("an object").remove("d");
        assert_eq!(faults(&ours, &theirs, false, &[]).len(), 1);
        assert_eq!(faults(&ours, &ours, false, &[Allowance { at: "/a", why: "a test" }]).len(), 1, "unused");
    }
}
