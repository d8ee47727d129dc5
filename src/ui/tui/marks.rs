//! What stands out in the text of Review: the replacements, what is searched for, and what the operator marks to be taken
//! out. Bytes of the text; it knows nothing of a case but how a placeholder looks.

use std::ops::Range;

use regex::RegexBuilder;

use crate::case::sanitize::placeholders_in;

/// Hits of a search that are kept.
const MOST_HITS: usize = 10_000;

/// A search in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// What is searched for; upper and lower case are the same.
    pub text: String,
    /// Where it stands.
    pub hits: Vec<Range<usize>>,
}

/// What the operator marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The bytes.
    pub span: Range<usize>,
    /// Movements make it longer or shorter; else they go to another word.
    pub pinned: bool,
}

/// What stands out in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// The replacements, in order.
    pub replaced: Vec<Range<usize>>,
    /// The one that was gone to last: of the search where there is one, else of the replacements.
    pub current: Option<usize>,
    /// The search.
    pub search: Option<Search>,
    /// What is being marked.
    pub selection: Option<Selection>,
}

impl Marks {
    /// Takes another text: its replacements, and the search anew.
    pub fn follow(&mut self, text: &str) {
        self.replaced = placeholders_in(text);
        self.current = None;
        self.selection = None;
        if let Some(search) = self.search.take() {
            self.search(&search.text, text);
        }
    }

    /// Searches `text` for `sought`.
    pub fn search(&mut self, sought: &str, text: &str) {
        let pattern = RegexBuilder::new(&regex::escape(sought)).case_insensitive(true).build();
        let hits = pattern.map(|p| p.find_iter(text).map(|hit| hit.range()).take(MOST_HITS).collect());
        self.search = Some(Search { text: sought.to_owned(), hits: hits.unwrap_or_default() });
        self.current = None;
    }

    /// What `n` goes through.
    pub fn places(&self) -> &[Range<usize>] {
        self.search.as_ref().map_or(&self.replaced, |search| &search.hits)
    }

    /// The place that was gone to last.
    pub fn here(&self) -> Option<&Range<usize>> {
        self.places().get(self.current?)
    }

    /// Goes to the next place, or the one before, round and round; the first time to the first one from byte `from` on.
    pub fn next(&mut self, forward: bool, from: usize) -> Option<Range<usize>> {
        let places = self.places();
        let last = places.len().checked_sub(1)?;
        let at = match (self.current, forward) {
            (None, _) => {
                let at = places.partition_point(|place| place.start < from);
                if at > last { 0 } else { at }
            }
            (Some(at), true) if at >= last => 0,
            (Some(at), true) => at + 1,
            (Some(at), false) => at.checked_sub(1).unwrap_or(last),
        };
        let place = places.get(at).cloned();
        self.current = Some(at);
        place
    }

    /// Begins to mark: what was found, where something is searched for, else the first word from byte `from` on.
    pub fn begin(&mut self, text: &str, from: usize) {
        let found = self.search.is_some().then(|| self.here().cloned()).flatten();
        let span = found.or_else(|| next_value(text, from)).or_else(|| next_word(text, 0));
        self.selection = span.map(|span| Selection { span, pinned: false });
    }

    /// Goes to the next word, or the one before; where it is pinned, its end goes there.
    pub fn word(&mut self, text: &str, forward: bool) {
        let Some(selection) = &mut self.selection else { return };
        let Range { start, end } = selection.span;
        selection.span = match (forward, selection.pinned) {
            (true, false) => next_word(text, end).unwrap_or(start..end),
            (true, true) => start..next_word(text, end).map_or(end, |word| word.end),
            (false, false) => word_before(text, start).unwrap_or(start..end),
            (false, true) => {
                let first = next_word(text, start).map_or(end, |word| word.end);
                let last = word_before(text, end).map_or(start, |word| word.start);
                start..word_before(text, last).map_or(first, |word| word.end.max(first))
            }
        };
    }

    /// Goes to the line below or above, to the first word that is not before the same column.
    pub fn line(&mut self, text: &str, forward: bool) {
        let Some(selection) = self.selection.as_mut().filter(|selection| !selection.pinned) else { return };
        let start = selection.span.start;
        let begin = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let column = start - begin;
        let other = if forward {
            text.get(start..).and_then(|rest| rest.find('\n')).map(|at| start + at + 1)
        } else {
            let above = text.get(..begin.saturating_sub(1)).filter(|_| begin > 0);
            above.map(|above| above.rfind('\n').map_or(0, |at| at + 1))
        };
        let Some(other) = other else { return };
        let line_end = text.get(other..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| other + at);
        let wanted = (other + column).min(line_end);
        let wanted = (other..=wanted).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(other);
        let found = word_at(text, wanted).filter(|word| word.start < line_end);
        if let Some(word) = found.or_else(|| word_before(text, line_end)).filter(|word| word.end > other) {
            selection.span = word;
        }
    }

    /// Makes the selection one character longer or shorter at its end.
    pub fn character(&mut self, text: &str, longer: bool) {
        let Some(selection) = &mut self.selection else { return };
        let Range { start, end } = selection.span;
        let end = if longer {
            let next = text.get(end..).and_then(|rest| rest.chars().next()).filter(|c| *c != '\n');
            end + next.map_or(0, char::len_utf8)
        } else {
            let last = text.get(start..end).and_then(|own| own.chars().next_back());
            end - last.filter(|c| end - c.len_utf8() > start).map_or(0, char::len_utf8)
        };
        (selection.span, selection.pinned) = (start..end, true);
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '+' | '/' | '=' | '%' | '*')
}

/// The first word that begins at or after byte `from`.
fn next_word(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    let start = from + rest.find(is_word)?;
    let end = text.get(start..)?.find(|c| !is_word(c)).map_or(text.len(), |length| start + length);
    Some(start..end)
}

/// The word in which byte `at` stands, else the next one.
fn word_at(text: &str, at: usize) -> Option<Range<usize>> {
    match text.get(at..)?.chars().next() {
        Some(c) if is_word(c) => word_before(text, at + c.len_utf8()),
        _ => next_word(text, at),
    }
}

/// The same as [`next_word`], passing over the names of fields: they are not the case's own.
fn next_value(text: &str, mut from: usize) -> Option<Range<usize>> {
    loop {
        let word = word_at(text, from)?;
        if !text.get(word.end..).is_some_and(|rest| rest.starts_with(": ") || rest.starts_with(":\n")) {
            return Some(word);
        }
        from = word.end;
    }
}

/// The last word that begins before byte `to`.
fn word_before(text: &str, to: usize) -> Option<Range<usize>> {
    let last = text.get(..to)?.rfind(is_word)?;
    let before = text.get(..last)?;
    let start =
        before.char_indices().rev().find(|(_, c)| !is_word(*c)).map_or(0, |(at, c)| at + c.len_utf8());
    next_word(text, start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "message: no channel for [key#1]\nhost: gw.example, [email#2]\nid: Key#1 é x\n";

    fn marks() -> Marks {
        let mut marks = Marks::default();
        marks.follow(TEXT);
        marks
    }

    fn shown(span: Option<Range<usize>>) -> String {
        span.and_then(|span| TEXT.get(span)).unwrap_or("(nothing)").to_owned()
    }

    #[test]
    fn replacements_and_hits_are_gone_through() {
        let mut marks = marks();
        let mut seen = Vec::new();
        for forward in [true, true, true, false] {
            seen.push(shown(marks.next(forward, 0)));
        }
        assert_eq!(seen, ["[key#1]", "[email#2]", "[key#1]", "[email#2]"]);
        marks.search("KEY#1", TEXT);
        assert_eq!(marks.places().len(), 2);
        assert_eq!(shown(marks.next(true, 40)), "Key#1", "the first one from there on");
        marks.search("a.c", TEXT);
        assert_eq!((marks.places().len(), marks.next(true, 0)), (0, None), "no pattern, only text");
        marks.follow("gone");
        assert!(marks.replaced.is_empty() && marks.search.is_some());
    }

    #[test]
    fn words_are_marked_and_made_longer() {
        let mut marks = marks();
        marks.begin(TEXT, 9);
        let now = |marks: &Marks| shown(marks.selection.as_ref().map(|s| s.span.clone()));
        assert_eq!(now(&marks), "no");
        marks.word(TEXT, true);
        assert_eq!(now(&marks), "channel");
        marks.line(TEXT, true);
        assert_eq!(now(&marks), "gw.example", "the word at the same column, whole");
        marks.word(TEXT, false);
        assert_eq!(now(&marks), "host");
        marks.line(TEXT, false);
        assert_eq!(now(&marks), "message");
    }

    #[test]
    fn a_pinned_selection_grows_and_shrinks() {
        let mut marks = marks();
        marks.begin(TEXT, 9);
        if let Some(selection) = &mut marks.selection {
            selection.pinned = true;
        }
        let now = |marks: &Marks| shown(marks.selection.as_ref().map(|s| s.span.clone()));
        marks.word(TEXT, true);
        assert_eq!(now(&marks), "no channel");
        marks.word(TEXT, true);
        marks.word(TEXT, false);
        assert_eq!(now(&marks), "no channel");
        marks.character(TEXT, true);
        marks.character(TEXT, true);
        assert_eq!(now(&marks), "no channel f");
        for _ in 0..30 {
            marks.character(TEXT, false);
        }
        assert_eq!(now(&marks), "n", "one character stays");
        marks.word(TEXT, false);
        assert_eq!(now(&marks), "no");
    }

    #[test]
    fn marking_begins_on_a_value() {
        let mut marks = marks();
        marks.begin(TEXT, 0);
        assert_eq!(shown(marks.selection.map(|selection| selection.span)), "no");
    }

    #[test]
    fn empty_text_has_nothing_to_mark() {
        let mut marks = Marks::default();
        marks.follow("");
        marks.begin("", 0);
        assert_eq!((marks.selection.clone(), marks.next(true, 0)), (None, None));
        marks.word("", true);
        marks.line("", false);
    }
}
