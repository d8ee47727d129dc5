//! Places that a note can be sent to: their limits, their markup, who reads them.

use serde::Deserialize;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// Stable id, for example `github`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How it reads text.
    pub markup: Markup,
    /// Anybody may read it: the note's audience is public there.
    pub public: bool,
    /// Files can go along with a text.
    pub attaches: bool,
    /// Longest text; `None`: no limit is known.
    #[serde(default)]
    pub limit: Option<TextLimit>,
    /// Beginnings of the headings whose sections go first where the text is too long, in this order; empty: those of
    /// `generic`.
    #[serde(default)]
    pub cut: Vec<String>,
    /// The page that says so.
    pub source: String,
    /// Date (YYYY-MM-DD) on which it was read, or the entry was written.
    pub accessed: String,
    /// Somebody read the page for this entry.
    #[serde(default)]
    pub confirmed: bool,
}

/// The longest text that a destination takes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextLimit {
    /// Unicode characters.
    pub characters: usize,
    /// The page that says so.
    pub source: String,
    /// Date (YYYY-MM-DD) on which it was read, or the entry was written.
    pub accessed: String,
    /// Somebody read it there.
    pub confirmed: bool,
}

/// How a destination reads text, and so how a text is kept from doing anything there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Markup {
    /// Markdown with mentions, references and commands outside code, as GitHub and GitLab read it.
    Markdown,
    /// A fenced code block of Markdown.
    Fenced,
    /// A `<pre>` of Redmine's Textile.
    Textile,
    /// A `{noformat}` of Jira's wiki markup.
    Noformat,
    /// Jira's document format: the text is a code block's, and needs no escape.
    Adf,
    /// A `<pre>` of HTML.
    Html,
    /// A code block of Slack.
    Slack,
    /// Plain text, in which readers make links of what looks like one.
    Plain,
}
