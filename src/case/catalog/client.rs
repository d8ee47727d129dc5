//! Programs and libraries that call gateways.

use serde::Deserialize;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientMarks {
    /// Its name, as a note gives it.
    pub id: String,
    /// What stands in a text that it printed, in small letters; one that ends in a full stop is a module's name.
    #[serde(default)]
    pub marks: Vec<String>,
    /// How its `User-Agent` begins, in small letters.
    #[serde(default)]
    pub agents: Vec<String>,
    /// Where it is published.
    pub source: String,
    /// Date (YYYY-MM-DD) on which that was read.
    pub accessed: String,
    /// Its output was seen in a run of ours.
    #[serde(default)]
    pub confirmed: bool,
}
