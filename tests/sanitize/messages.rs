//! What real gateways said of real failures stays: the messages of `tests/failures`, as a line of a log and in an envelope.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use casefile::case::catalog::Catalog;
use casefile::case::keyring::KeyRing;
use casefile::case::sanitize::filter::{Filter, Kind};

/// The records that may be read; what is held back is not.
const OPEN: [&str; 8] = [
    include_str!("../failures/gateways.jsonl"),
    include_str!("../failures/providers.jsonl"),
    include_str!("../failures/strangers.jsonl"),
    include_str!("../failures/rest.jsonl"),
    include_str!("../failures/unread.jsonl"),
    include_str!("../failures/next.jsonl"),
    include_str!("../failures/fresh.jsonl"),
    include_str!("../failures/gained.jsonl"),
];
/// Of a thousand messages so many may lose words to a shape: some repeat what somebody wrote, and a few cannot be told from that.
const MOST_SHAPED: usize = 20;

fn messages() -> BTreeSet<String> {
    let records = OPEN.iter().flat_map(|file| file.lines());
    let record = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("a record a line");
    records.filter_map(|line| record(line)["want"]["message"].as_str().map(str::to_owned)).collect()
}

/// The lines of `text` in which words became a shape.
fn shaped(kind: Kind, text: &str) -> Vec<String> {
    let mut filter = Filter::new(&Catalog::built_in(), kind, &KeyRing::default());
    let mut out = Vec::new();
    filter.feed(text.as_bytes(), &mut out);
    filter.finish(&mut out);
    let out = String::from_utf8(out).expect("text stays text");
    let shapes = |line: &str| line.matches("[text: ").count() + line.matches("[prompt: ").count();
    text.lines()
        .zip(out.lines())
        .filter(|(raw, left)| shapes(raw) < shapes(left))
        .map(|(raw, _)| raw.to_owned())
        .collect()
}

#[test]
fn what_gateways_said_stays() {
    let messages = messages();
    assert!(messages.len() > 900, "{} messages", messages.len());
    let (mut lines, mut records) = (String::new(), String::new());
    for message in &messages {
        let line = message.replace(['\r', '\n'], " ");
        let _ = writeln!(lines, "2026-11-21 10:00:00 ERROR Error code: 400 - {line}");
        let record = serde_json::json!({"error": {"message": message, "type": "invalid_request_error"}});
        let _ = writeln!(records, "{record}");
    }
    for (kind, text) in [(Kind::Log, lines), (Kind::Json, records)] {
        let shaped = shaped(kind, &text);
        assert!(
            shaped.len() * 1000 <= messages.len() * MOST_SHAPED,
            "{kind:?}: {} of {}: {shaped:#?}",
            shaped.len(),
            messages.len()
        );
    }
}

/// Names in back quotes do not make a quotation of what stands between them.
#[test]
fn names_in_back_quotes_quote_nothing() {
    for message in [
        "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model",
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
        "included an `assistant` message in the final position, which would pre-fill the `assistant` response",
        "insufficient balance (1008)",
    ] {
        let line = format!("ERROR 400 {message}\n");
        assert_eq!(shaped(Kind::Log, &line), Vec::<String>::new(), "{message}");
    }
    let said = "The bot wrote `please bring the blue boat to the old harbour` twice\n";
    assert_eq!(shaped(Kind::Log, said).len(), 1, "a quotation goes");
}
