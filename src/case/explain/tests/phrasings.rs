//! Wordings of gateways and clients from memory and made up in their manner, written down before the rules met them.

use serde::Deserialize;

use super::super::{Record, explain};
use crate::case::catalog::Catalog;
use crate::case::vocabulary::{FailureClass, RetryVerdict};

const PHRASINGS: &str = include_str!("phrasings.jsonl");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrasing {
    #[serde(rename = "in")]
    input: Record,
    want: Want,
}

type Asked = Option<Option<String>>;

/// Any of the classes and verdicts is right; the message is asked where the field stands, and `null` is none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Want {
    class: Vec<FailureClass>,
    retry: Vec<RetryVerdict>,
    #[serde(default, deserialize_with = "asked")]
    message: Asked,
}

fn asked<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Asked, D::Error> {
    Option::deserialize(from).map(Some)
}

#[test]
fn wordings_have_their_class_verdict_and_message() {
    let catalog = Catalog::built_in();
    let mut wrong = Vec::new();
    let lines: Vec<&str> = PHRASINGS.lines().collect();
    for line in &lines {
        let Phrasing { input, want } = serde_json::from_str(line).expect(line);
        let got = explain(&input, None, &catalog);
        let message = got.as_ref().and_then(|g| g.error.message.as_ref().map(ToString::to_string));
        let right = got.as_ref().is_some_and(|g| {
            want.class.contains(&g.failure_class)
                && want.retry.contains(&g.retryable)
                && want.message.as_ref().is_none_or(|asked| *asked == message)
        });
        if !right {
            let told = got.map(|g| (g.failure_class, g.retryable, message));
            wrong.push(format!("{line}\n    {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), lines.len(), wrong.join("\n"));
}
