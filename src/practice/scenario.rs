//! Failures to practise with: data in `assets/practice/scenarios.yaml`, none of their names is known to code.

use std::sync::LazyLock;

use serde::Deserialize;

const FILE: &str = include_str!("../../assets/practice/scenarios.yaml");

static SCENARIOS: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
    let read = serde_yaml::from_str(FILE);
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
    /// When it was read, `YYYY-MM-DD`.
    pub accessed: String,
    /// The command to paste, with the placeholders `{base_url}`, `{key}` and `{other_key}` (one that is not accepted).
    curl: String,
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
    /// The command to paste, for the gateway at `base_url` that accepts `key`.
    pub fn paste(&self, base_url: &str, key: &str) -> String {
        self.curl
            .replace("{other_key}", &other_key(key))
            .replace("{base_url}", base_url.trim_end_matches('/'))
            .replace("{key}", key)
    }
}

/// A key of the same shape that is not accepted: each letter and digit of the tail moved on by one.
fn other_key(key: &str) -> String {
    let (prefix, tail) = key.split_at(if key.starts_with("sk-") { 3 } else { 0 });
    let other: String = tail
        .chars()
        .map(|c| match c {
            'z' => 'a',
            'Z' => 'A',
            '9' => '0',
            c if c.is_ascii_alphanumeric() => char::from(u8::try_from(c).unwrap_or(b'x').saturating_add(1)),
            c => c,
        })
        .collect();
    format!("{prefix}{other}")
}
