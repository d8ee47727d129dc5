//! Answers that do not follow from the request: asked for by the name of a model, of a task or by the state of a key.
//! Data in `assets/practice/answers.yaml`; no name is known to code.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::scenario::Basis;

const FILE: &str = include_str!(concat!(env!("OUT_DIR"), "/assets/practice/answers.json"));

static SPECIALS: LazyLock<Vec<Special>> = LazyLock::new(|| {
    let read = serde_json::from_str(FILE);
    debug_assert!(read.is_ok(), "{read:?}");
    // A fault in the file is a defect that a test finds; the program still starts.
    read.unwrap_or_default()
});

/// One answer. Without any of `error`, `raw`, `stream` and `wire` it is the right one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Special {
    /// The model or task that asks for it.
    #[serde(default)]
    pub(super) name: Option<String>,
    /// The key that asks for it: the word of its placeholder in a scenario, for example `quota_key`.
    #[serde(default)]
    pub(super) key: Option<String>,
    /// Where on its way through the gateway the request gets it.
    #[serde(default)]
    pub(super) at: Stage,
    /// Only on these endpoints; empty: on all.
    #[serde(default)]
    pub(super) families: Vec<String>,
    /// Only where the body has this field.
    #[serde(default)]
    pub(super) has: Option<String>,
    /// Only each n-th request gets it; the others are right.
    #[serde(default = "each")]
    pub(super) every: u64,
    /// Status.
    #[serde(default = "ok")]
    pub(super) status: u16,
    /// The phrase behind it, where it is not that of RFC 9110.
    #[serde(default)]
    pub(super) reason: Option<String>,
    /// Headers, names in lower case.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// An error in the endpoint's own shape.
    #[serde(default)]
    pub(super) error: Option<Words>,
    /// The body word for word, with placeholders.
    #[serde(default)]
    pub(super) raw: Option<String>,
    /// Bodies word for word, one for each time that it is asked for, then from the first one on again.
    #[serde(default)]
    pub(super) turns: Vec<String>,
    /// What becomes of a stream; an answer in one piece is right.
    #[serde(default)]
    pub(super) stream: Option<Broken>,
    /// What the connection does.
    #[serde(default)]
    pub(super) wire: Wire,
    /// How well it is known.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "kept in the file for readers; a test asks for it"))]
    pub(super) basis: Option<Basis>,
    /// The page or file that says so.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "kept in the file for readers; a test asks for it"))]
    pub(super) source: String,
    /// When it was read.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "kept in the file for readers; a test asks for it"))]
    pub(super) accessed: String,
    /// Somebody read it on that date.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "kept in the file for readers; a test asks for it"))]
    pub(super) confirmed: bool,
}

/// A place on a request's way through the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// The proxy in front: no request id.
    Edge,
    /// The check of the key.
    Key,
    /// The limit per key, after it.
    RateLimit,
    /// The search for a channel.
    Model,
    /// The check of the body.
    Body,
    /// The reservation of the costs.
    Quota,
    /// Behind the gateway.
    #[default]
    Provider,
}

/// What an error says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// For people; the request id is put behind it where the shape has one.
    pub(super) message: String,
    /// The gateway's own where it is not named.
    #[serde(default = "own_type", rename = "type")]
    pub(super) kind: String,
    /// For machines.
    #[serde(default)]
    pub(super) code: String,
    /// The field at fault.
    #[serde(default)]
    pub(super) param: String,
}

/// A stream that does not end as it should.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Broken {
    /// How many of the words come.
    pub(super) words: usize,
    /// What comes then.
    pub(super) then: After,
    /// One more event word for word.
    #[serde(default)]
    pub(super) last: Option<String>,
}

/// What follows the last word of a broken stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum After {
    /// The body ends as its framing says.
    End,
    /// The connection ends in the middle.
    Cut,
    /// Nothing, on an open connection.
    Stall,
    /// Words without end.
    Endless,
    /// The error of the entry, as an event; then the body ends.
    Error,
}

/// What the connection does.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wire {
    /// Milliseconds before the first byte.
    #[serde(default)]
    pub(super) first_byte_after_ms: u64,
    /// No answer ever comes.
    #[serde(default)]
    pub(super) hang: bool,
    /// The connection is reset.
    #[serde(default)]
    pub(super) reset: bool,
    /// The answer is packed behind more white space than anybody should unpack.
    #[serde(default)]
    pub(super) swollen: bool,
}

fn ok() -> u16 {
    200
}

fn own_type() -> String {
    super::envelope::OWN_TYPE.to_owned()
}

/// All answers of the file.
pub(super) fn specials() -> &'static [Special] {
    &SPECIALS
}

/// The words of all special keys, each once, in the order of the file.
pub(super) fn key_states() -> Vec<&'static str> {
    let mut states: Vec<&str> = Vec::new();
    for state in specials().iter().filter_map(|special| special.key.as_deref()) {
        if !states.contains(&state) {
            states.push(state);
        }
    }
    states
}

/// All models that some endpoint serves, in the order of the file.
pub(super) fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = Vec::new();
    for name in specials().iter().filter_map(|special| special.name.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn each() -> u64 {
    1
}

impl Special {
    /// The body word for word, of the call that is the `turn`-th with its name, from 0.
    pub(super) fn body(&self, turn: usize) -> Option<&String> {
        self.raw.as_ref().or_else(|| self.turns.get(turn.checked_rem(self.turns.len())?))
    }

    /// True if this endpoint can give it.
    pub(super) fn is_for(&self, family: &str) -> bool {
        self.families.is_empty() || self.families.iter().any(|id| id == family)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the build wrote as JSON is what the file says.
    #[test]
    fn both_forms_of_the_file_mean_the_same() {
        let written: Vec<Special> =
            serde_yaml::from_str(include_str!("../../assets/practice/answers.yaml")).expect("reads");
        assert_eq!(format!("{written:?}"), format!("{:?}", *SPECIALS));
    }
}
