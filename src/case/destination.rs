//! A note as the text of a ticket, a comment or a message: made to fit, and made to do nothing but be read.
//!
//! ```text
//! Markdown of an audited note ──sections──> less, until it fits ──harmless──> text for the place, under its marker
//! ```
//!
//! What is known of places (limits, markup, readers) is data: `assets/catalog/destinations.yaml`. What comes out is audited
//! once more by whoever sends it.

mod harmless;
mod links;
mod sections;
mod subject;

use crate::case::catalog::{Destination, Markup};

pub use links::without_foreign_links;
use sections::Section;
pub use subject::subject;

/// The mark by which a ticket or comment of this case is found again.
pub fn marker(case_id: &str) -> String {
    format!("[casefile {case_id}]")
}

/// What a text is made from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The case's id.
    pub case_id: &'a str,
    /// The note as Markdown.
    pub markdown: &'a str,
    /// This program rendered it just now, so that nothing in it mentions, links or commands. What somebody else may have
    /// edited is shown as code.
    pub own: bool,
    /// Names of the files that go along.
    pub files: &'a [String],
}

/// A text that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The text, with the marker.
    pub text: String,
    /// Headings of the sections that were left out.
    pub cut: Vec<String>,
    /// What was left is cut off in the middle.
    pub shortened: bool,
}

/// Makes `source` fit `to`. `first`: beginnings of the headings that go first, in this order.
pub fn fit(source: Source<'_>, to: &Destination, first: &[String]) -> Fitted {
    let markup = match to.markup {
        Markup::Markdown if !source.own => Markup::Fenced,
        markup => markup,
    };
    let most = to.limit.as_ref().map_or(usize::MAX, |limit| limit.characters);
    let whole = |body: &str, cut: &[String], shortened: bool| {
        let head = marker(source.case_id);
        harmless::place(markup, &head, body, &closing(source.files, cut, shortened))
    };
    let fits = |text: &str| text.chars().count() <= most;
    let mut sections = sections::of(source.markdown);
    let mut cut = Vec::new();
    for begins in std::iter::once(None).chain(first.iter().map(Some)) {
        if let Some(begins) = begins {
            let goes = |section: &Section| section.heading.starts_with(begins.as_str());
            let gone = sections.iter().filter(|s| goes(s)).map(|s| s.heading.clone());
            let gone: Vec<String> = gone.collect();
            if gone.is_empty() {
                continue;
            }
            cut.extend(gone);
            sections.retain(|section| !goes(section));
        }
        let text = whole(&sections::joined(&sections), &cut, false);
        if fits(&text) {
            return Fitted { text, cut, shortened: false };
        }
    }
    let body = sections::joined(&sections);
    let lines = body.lines().count();
    // The most lines that fit: halved, because each try renders the whole.
    let (mut low, mut high) = (0, lines);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if fits(&whole(&sections::first_lines(&body, middle), &cut, true)) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Fitted { text: whole(&sections::first_lines(&body, low), &cut, true), cut, shortened: true }
}

/// The last lines: where the rest is.
fn closing(files: &[String], cut: &[String], shortened: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let rest = if files.is_empty() { "left out for its length" } else { "only in the attached files" };
    if !cut.is_empty() {
        lines.push(format!("Sections {rest}: {}.", cut.join(", ")));
    }
    if shortened {
        lines.push(format!("The end of this text is {rest}."));
    }
    if !files.is_empty() {
        lines.push(format!("Attached: {}.", files.join(", ")));
    }
    lines
}

#[cfg(test)]
mod tests;
