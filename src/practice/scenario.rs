//! Failures to practise with: data in `assets/practice/scenarios.yaml`, none of their names is known to code.

use std::sync::LazyLock;

use serde::Deserialize;

use super::special::key_states;
use crate::case::vocabulary::{FailureClass, RetryVerdict};

const FILE: &str = include_str!(concat!(env!("OUT_DIR"), "/assets/practice/scenarios.json"));

static SCENARIOS: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
    let read = serde_json::from_str(FILE);
    debug_assert!(read.is_ok(), "{read:?}");
    // A fault in the file is a defect that a test finds; the program still starts.
    read.unwrap_or_default()
});

/// A failure to practise with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Name on the command line: lower case and hyphens.
    pub name: String,
    /// One line for a list.
    pub title: String,
    /// What happened, for people.
    pub happened: String,
    /// What to look at.
    pub look_at: String,
    /// What support will ask.
    pub support_asks: String,
    /// Where the gateway's answer is known from.
    pub basis: Basis,
    /// Page or file that says so, a URL.
    pub source: String,
    /// When it was read, `YYYY-MM-DD`; when it was cited where it is not confirmed.
    pub accessed: String,
    /// True where somebody read it on that date.
    #[serde(default)]
    pub confirmed: bool,
    /// What the note about it should say.
    pub expect: Expect,
    /// The command to paste, with the placeholders `{base_url}`, `{stock_url}`, `{key}`, `{other_key}` (one that is not
    /// accepted) and the words of the special keys.
    curl: String,
}

/// What a right note says of a scenario: by the design's rules and the sources, not by what the program finds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The kind of failure.
    pub failure_class: FailureClass,
    /// The id of the help-center topic.
    pub topic: String,
    /// May the same request be sent again?
    pub retryable: RetryVerdict,
}

/// How well a scenario's answer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A real answer was seen or is quoted by the vendor.
    Recorded,
    /// Made from the gateway's source or from the vendor's description.
    Inferred,
}

impl Basis {
    /// The word for people and machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Inferred => "inferred",
        }
    }
}

/// All scenarios, in the order in which to learn from them.
pub fn scenarios() -> &'static [Scenario] {
    &SCENARIOS
}

impl Scenario {
    /// When its source was read, in words; that nobody read it where nobody did.
    pub fn seen(&self) -> String {
        if self.confirmed {
            format!("read {}", self.accessed)
        } else {
            format!("as of {}, not confirmed", self.accessed)
        }
    }

    /// The heading under which it stands in a list.
    pub fn group(&self) -> &'static str {
        group_of(self.expect.failure_class)
    }

    /// The keys that stand in a command: the one that is accepted, one that is not, and those in special states.
    pub(super) fn keys(key: &str) -> Vec<String> {
        let others = (1..).take(1 + key_states().len()).map(|by| shifted(key, by));
        std::iter::once(key.to_owned()).chain(others).collect()
    }

    /// The texts of the command that a note must not hold: prompts and the like, 8 characters or more.
    pub(super) fn prompts(&self) -> Vec<String> {
        prompts(&self.curl)
    }

    /// The command to paste, for the gateway at `base_url` that accepts `key`. `{stock_url}` stays: only a running
    /// gateway knows its second address, see [`super::Gateway::paste`].
    pub fn paste(&self, base_url: &str, key: &str) -> String {
        let states = key_states().into_iter().zip(2..);
        states
            .fold(self.curl.clone(), |text, (state, by)| {
                text.replace(&format!("{{{state}}}"), &shifted(key, by))
            })
            .replace("{other_key}", &shifted(key, 1))
            .replace("{base_url}", base_url.trim_end_matches('/'))
            .replace("{key}", key)
    }
}

/// The headings of a list, in their order.
pub const GROUPS: [&str; 7] = [
    "The key and the account",
    "The request",
    "The model and its limits",
    "The gateway and what is behind it",
    "The network",
    "Answers and streams that are none",
    "Others",
];

fn group_of(class: FailureClass) -> &'static str {
    use FailureClass as C;
    let [account, request, model, gateway, network, answer, others] = GROUPS;
    match class {
        C::Auth | C::PermissionOrWaf | C::QuotaOrBillingClaim => account,
        C::PathOrBaseUrl | C::RequestInvalid | C::PayloadTooLarge | C::UnsupportedParameter => request,
        C::ModelUnavailable | C::ContextLength | C::ContentPolicy | C::RateLimited => model,
        C::GatewayTimeout | C::UpstreamServer => gateway,
        C::NetworkDns | C::NetworkConnect | C::NetworkTls | C::NetworkReset | C::ClientTimeout => network,
        C::StreamInterrupted | C::InvalidResponse => answer,
        C::Unknown | C::None => others,
    }
}

/// Fields of a body whose text is the operator's own.
const OWN_TEXT: [&str; 7] = ["content", "text", "prompt", "input", "instructions", "system", "query"];

fn prompts(command: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in OWN_TEXT {
        for (at, _) in command.match_indices(name) {
            let before = command.get(..at).unwrap_or("").chars().next_back();
            let rest = command.get(at + name.len()..).unwrap_or("");
            let text = match before {
                // In JSON: "name": "text"
                Some('"') => rest
                    .strip_prefix('"')
                    .and_then(|r| r.trim_start().strip_prefix(':'))
                    .and_then(|r| r.trim_start().strip_prefix('"').map(|r| until(r, &['"']))),
                // In a form: -F 'name=text'
                Some('\'' | ' ') => rest.strip_prefix('=').map(|r| until(r, &['\'', '"', '\n'])),
                _ => None,
            };
            found.extend(text.filter(|t| t.chars().count() >= 8 && !t.contains('{')).map(str::to_owned));
        }
    }
    found
}

fn until<'t>(text: &'t str, ends: &[char]) -> &'t str {
    text.split(ends).next().unwrap_or(text)
}

/// Another key of the same shape: each letter and digit of the tail moved on by `by` places (fewer than ten).
pub(super) fn shifted(key: &str, by: u8) -> String {
    let (prefix, tail) = key.split_at(if key.starts_with("sk-") { 3 } else { 0 });
    let turned = |c: char, first: u8, count: u8| {
        let place = u8::try_from(c).unwrap_or(first).saturating_sub(first);
        char::from(first.saturating_add(place.saturating_add(by) % count))
    };
    let other: String = tail
        .chars()
        .map(|c| match c {
            'a'..='z' => turned(c, b'a', 26),
            'A'..='Z' => turned(c, b'A', 26),
            '0'..='9' => turned(c, b'0', 10),
            c => c,
        })
        .collect();
    format!("{prefix}{other}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_found_in_bodies_and_forms() {
        let command = "curl x -d '{\"messages\":[{\"role\":\"user\", \"content\" : \"Say hello to all.\"}],\"input\":\"hi\"}' \\\n -F 'prompt=a red house' -F text=no";
        assert_eq!(prompts(command), ["Say hello to all.", "a red house"]);
        assert_eq!(prompts("-d '{\"content\": \"{key} and more\"}'"), [""; 0]);
    }

    /// What the build wrote as JSON is what the file says.
    #[test]
    fn both_forms_of_the_file_mean_the_same() {
        let written: Vec<Scenario> =
            serde_yaml::from_str(include_str!("../../assets/practice/scenarios.yaml")).expect("reads");
        assert_eq!(format!("{written:?}"), format!("{:?}", *SCENARIOS));
    }

    #[test]
    fn every_class_has_its_group() {
        for class in FailureClass::ALL {
            assert!(GROUPS.contains(&group_of(*class)), "{class}");
        }
    }
}
