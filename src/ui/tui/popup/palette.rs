//! All that can be done now, by name: made from the key table, chosen by some letters.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::fuzzy;
use crate::ui::tui::keys::{Action, Binding, Mode};

/// What a line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// An action of the key table.
    Action(Action),
    /// Chooses the theme of that name.
    Theme(String),
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it does.
    pub does: Does,
    /// Its name, one to three words: that of the line at the bottom, where it stands there.
    pub name: String,
    /// Its name in the key table, which finds it as well.
    also: String,
    /// The keys that do the same.
    pub keys: String,
    /// What happens, one sentence.
    pub help: String,
}

impl Entry {
    /// The line of a binding.
    pub fn of(binding: &Binding) -> Self {
        Self {
            does: Does::Action(binding.action),
            name: match binding.label.as_str() {
                "" => binding.action.name(),
                label => label.to_owned(),
            },
            also: binding.action.name(),
            keys: binding.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            help: binding.help.clone(),
        }
    }

    /// The line that chooses the theme `name`, which is `help`.
    pub fn theme(name: &str, help: String) -> Self {
        let does = Does::Theme(name.to_owned());
        Self { does, name: format!("theme {name}"), also: String::new(), keys: String::new(), help }
    }

    /// How well it fits; the name counts twice.
    fn fit(&self, typed: &str) -> Option<i32> {
        let by_name = fuzzy::fit(typed, &self.name).map(|value| value * 2);
        let by_name = by_name.max(fuzzy::fit(typed, &self.also).map(|value| value * 2));
        // In a sentence any letters are found somewhere: there, words are looked for as they are.
        let sentence = format!("{} {}", self.help, self.keys).to_lowercase();
        let has_words = typed.to_lowercase().split_whitespace().all(|word| sentence.contains(word));
        by_name.or_else(|| has_words.then_some(0))
    }
}

/// Longest text that is taken, characters.
const LONGEST: usize = 60;

/// The list of what can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    /// What had the keyboard when it was opened.
    pub mode: Mode,
    /// What was typed.
    pub typed: String,
    entries: Vec<Entry>,
    marked: usize,
}

impl Palette {
    /// The list for `mode`.
    pub fn new(mode: Mode, entries: Vec<Entry>) -> Self {
        Self { mode, typed: String::new(), entries, marked: 0 }
    }

    /// The lines that fit what was typed, the best first; without it all, in the order of the table.
    pub fn shown(&self) -> Vec<&Entry> {
        let mut fitting: Vec<(i32, &Entry)> =
            self.entries.iter().filter_map(|entry| Some((entry.fit(&self.typed)?, entry))).collect();
        // Of names that fit alike the shorter one is meant: `quit` before `quit now`. Stable: without letters all stay in
        // the order of the table.
        let rest = |entry: &Entry| if self.typed.is_empty() { 0 } else { entry.name.len() };
        fitting.sort_by_key(|(value, entry)| (std::cmp::Reverse(*value), rest(entry)));
        fitting.into_iter().map(|(_, entry)| entry).collect()
    }

    /// How many lines there are in all.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// The place of the mark among the lines that are shown.
    pub fn marked(&self) -> usize {
        self.marked
    }

    /// The marked line.
    pub fn chosen(&self) -> Option<&Entry> {
        self.shown().get(self.marked).copied()
    }

    /// Moves the mark by `lines`; it stops at the ends.
    pub fn step(&mut self, forward: bool, lines: usize) {
        let last = self.shown().len().saturating_sub(1);
        self.marked = if forward {
            self.marked.saturating_add(lines).min(last)
        } else {
            self.marked.saturating_sub(lines)
        };
    }

    /// Marks the line of that place; false: there is none.
    pub fn mark(&mut self, at: usize) -> bool {
        let is_there = at < self.shown().len();
        self.marked = if is_there { at } else { self.marked };
        is_there
    }

    /// Takes a key as text.
    pub fn key(&mut self, key: &KeyEvent) {
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match key.code {
            KeyCode::Char('u') if !plain => self.typed.clear(),
            KeyCode::Char(c) if plain && !c.is_control() && self.typed.chars().count() < LONGEST => {
                self.typed.push(c);
            }
            KeyCode::Backspace => {
                self.typed.pop();
            }
            _ => return,
        }
        self.marked = 0;
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()).take(LONGEST) {
            self.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tui::keys::Keymap;

    #[test]
    fn every_action_of_a_page_is_found_by_its_name() {
        let keymap = Keymap::built_in().expect("reads");
        for mode in [Mode::Request, Mode::Reproduce, Mode::Isolate, Mode::Review, Mode::Note] {
            let entries: Vec<Entry> = keymap.bindings(mode).map(Entry::of).collect();
            for entry in &entries {
                let mut palette = Palette::new(mode, entries.clone());
                palette.paste(&entry.name);
                assert_eq!(palette.chosen().map(|e| &e.does), Some(&entry.does), "{mode:?} {}", entry.name);
            }
        }
    }

    #[test]
    fn a_sentence_is_searched_by_words() {
        let keymap = Keymap::built_in().expect("reads");
        let mut palette = Palette::new(Mode::Note, keymap.bindings(Mode::Note).map(Entry::of).collect());
        palette.paste("what is copied");
        assert_eq!(palette.chosen().map(|e| e.name.as_str()), Some("format"));
        palette.key(&KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(palette.shown().len(), palette.count());
        palette.step(true, usize::MAX);
        assert_eq!(palette.marked(), palette.count() - 1);
        palette.paste("zzz");
        assert_eq!((palette.chosen(), palette.marked()), (None, 0));
        palette.step(true, 1);
        assert!(!palette.mark(0) && palette.chosen().is_none());
    }
}
