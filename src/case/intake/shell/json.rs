//! A JSON body in single quotes that an apostrophe of its text cuts: `-d '{"q": "what's up"}'`.
//!
//! A shell ends the text there, and sends a body that no server reads. Whoever wrote it meant the whole of it.

use super::Shell;

/// Longest body that is read on, bytes.
const LONGEST: usize = 1 << 20;

/// Looks at what was read of a body that one command makes in vain: each reads all of it.
const MOST_FAILED: usize = 16;

/// Where a reader of JSON stands.
#[derive(Default, Clone, Copy)]
struct State {
    depth: usize,
    in_string: bool,
    escaped: bool,
    begun: bool,
}

impl State {
    fn of(text: &str) -> Self {
        let mut state = Self::default();
        text.chars().for_each(|c| state.take(c));
        state
    }

    fn take(&mut self, c: char) {
        if self.in_string {
            match c {
                _ if self.escaped => self.escaped = false,
                '\\' => self.escaped = true,
                '"' => self.in_string = false,
                _ => {}
            }
            return;
        }
        match c {
            '"' => self.in_string = true,
            '{' | '[' => {
                self.depth += 1;
                self.begun = true;
            }
            '}' | ']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn is_closed(self) -> bool {
        self.begun && self.depth == 0 && !self.in_string
    }
}

impl Shell<'_> {
    /// Reads the rest of a body whose text in single quotes, which begins here, an apostrophe cuts. False where a shell
    /// reads it whole, or where its JSON closes nowhere.
    pub(super) fn json_with_apostrophes(&mut self) -> bool {
        let rest = self.rest();
        let Some(inside) = rest.get(1..).and_then(|inside| inside.get(..inside.find('\'')?)) else {
            // Nothing closes the quote: no apostrophe cut it.
            return false;
        };
        if self.json_from.is_none() && inside.trim_start().starts_with(['{', '[']) {
            self.json_from = Some(self.word.len());
        }
        let Some(from) = self.json_from.filter(|_| self.failed_bodies < MOST_FAILED) else { return false };
        let behind = rest.get(inside.len() + 2..).unwrap_or("");
        if !ends_badly(behind) {
            return false;
        }
        let mut state = State::of(self.word.get(from..).unwrap_or(""));
        inside.chars().for_each(|c| state.take(c));
        if state.is_closed() || !state.in_string {
            self.failed_bodies += 1;
            return false;
        }
        let before = (self.at, self.word.clone(), self.expanded, self.out.oddities);
        self.bump();
        if self.read_on(State::of(self.word.get(from..).unwrap_or(""))) {
            self.in_word = true;
            self.out.oddities.apostrophe = true;
            return true;
        }
        (self.at, self.word, self.expanded, self.out.oddities) = before;
        self.failed_bodies += 1;
        false
    }

    /// Takes text up to the quote behind which the JSON is closed and a word can end.
    fn read_on(&mut self, mut state: State) -> bool {
        let stop = self.at.saturating_add(LONGEST);
        while let Some(c) = self.peek().filter(|_| self.at < stop) {
            if c != '\'' {
                // A second document is another option's.
                if state.is_closed() && !c.is_whitespace() {
                    return false;
                }
                state.take(c);
                self.bump();
                self.word.push(c);
                continue;
            }
            if state.is_closed() {
                self.bump();
                return self.peek().is_none_or(|c| {
                    c.is_whitespace() || matches!(c, ')' | ';' | '|' | '&' | '>' | '`' | '\\')
                });
            }
            if !self.glued() && !self.apostrophe(&mut state) {
                return false;
            }
        }
        false
    }

    /// What a shell joins to the text: `'\''`, `'"'"'`, `'"$X"'`, `'$X'`. False where none stands here.
    fn glued(&mut self) -> bool {
        let rest = self.rest();
        if let Some(form) = ["'\\''", "'\"'\"'"].iter().find(|form| rest.starts_with(**form)) {
            self.at += form.len();
            self.word.push('\'');
            return true;
        }
        let Some(behind) = rest.get(1..) else { return false };
        if behind.starts_with("\"$") && !ends_badly(behind) {
            self.bump();
            self.double();
        } else if behind.starts_with('$')
            && behind
                .get(1..)
                .is_some_and(|name| !super::identifier(name).is_empty() || name.starts_with('{'))
        {
            self.bump();
            self.dollar_in_quotes();
        } else {
            return false;
        }
        if self.peek() == Some('\'') {
            self.bump();
            return true;
        }
        false
    }

    /// An apostrophe of the text itself: it stands in a string of the JSON.
    fn apostrophe(&mut self, state: &mut State) -> bool {
        if !state.in_string {
            return false;
        }
        // fish takes `\'` inside single quotes as the mark; JSON knows no such escape.
        if std::mem::take(&mut state.escaped) && self.word.ends_with('\\') {
            self.word.pop();
        }
        self.bump();
        self.word.push('\'');
        true
    }
}

/// Whether what stands behind a closing quote shows that none was meant to close there: the word ends, or goes on with
/// blanks or marks before the next quote.
fn ends_badly(behind: &str) -> bool {
    match behind.chars().next() {
        None | Some(')' | ';' | '|' | '&' | '>') => true,
        Some('\\' | '$' | '\'' | '`') => false,
        // A string in double quotes is joined, and behind it the single ones open again.
        Some('"') => {
            let mut escaped = false;
            let end = behind.char_indices().skip(1).find(|(_, c)| {
                let closes = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                closes
            });
            let next = end.and_then(|(at, _)| behind.get(at + 1..)?.chars().next());
            !matches!(next, Some('\'' | '"' | '$' | '\\' | '`'))
        }
        Some(c) if c.is_whitespace() => true,
        Some(_) => {
            let bare = behind.split('\'').next().unwrap_or("");
            bare.len() == behind.len() || bare.contains(|c: char| c.is_whitespace() || c == '"')
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::case::intake::shell::{Variables, split};

    #[test]
    fn bodies_are_read_past_apostrophes() {
        let table: &[(&str, &[&str], bool)] = &[
            (r#"'{"q": "what's up or it's down"}'"#, &[r#"{"q": "what's up or it's down"}"#], true),
            (r#"'{"q": "what's up"}' -H 'x: y'"#, &[r#"{"q": "what's up"}"#, "-H", "x: y"], true),
            (r#"'{"a":"it's","b":"it's"}' \"#, &[r#"{"a":"it's","b":"it's"}"#], true),
            ("'{\n\"q\": \"the users' data\"\n}'\n-v", &["{\n\"q\": \"the users' data\"\n}", "-v"], true),
            ("'{\"q\": \"the '90s\"}'", &["{\"q\": \"the '90s\"}"], true),
            (r#"'["it's"]' -v"#, &[r#"["it's"]"#, "-v"], true),
            (r#"'{"q":"it'\''s what's new"}'"#, &[r#"{"q":"it's what's new"}"#], true),
            (r#"'{"m":"'"$M"'","q":"what's up"}'"#, &[r#"{"m":"[env:M]","q":"what's up"}"#], true),
            (r#"'{"m":"'$M'","q":"what's up"}'"#, &[r#"{"m":"[env:M]","q":"what's up"}"#], true),
            (r#"'{"q":"it\'s and what\'s \"up\""}' -v"#, &[r#"{"q":"it's and what's \"up\""}"#, "-v"], true),
            // As bash reads them.
            (r#"'{"q":"it'\''s"}'"#, &[r#"{"q":"it's"}"#], false),
            (r#"'{"q":"it'"'"'s"}'"#, &[r#"{"q":"it's"}"#], false),
            (r#"'{"m":"'gpt-4'"}'"#, &[r#"{"m":"gpt-4"}"#], false),
            (r#"'{"m":"'"$M"'"}' -v"#, &[r#"{"m":"[env:M]"}"#, "-v"], false),
            (r#"'{"m":"'"a b"'"}' -v"#, &[r#"{"m":"a b"}"#, "-v"], false),
            (r#"'{"m":"'${M}'"}'"#, &[r#"{"m":"[env:M]"}"#], false),
            (r#"'{"a": 1' -d 'b'"#, &[r#"{"a": 1"#, "-d", "b"], false),
            (r#"'{"q": "open' -H 'x: y'"#, &[r#"{"q": "open"#, "-H", "x: y"], false),
            ("'it' s", &["it", "s"], false),
        ];
        for (text, expected, told) in table {
            let command = split(text, 0, &Variables::new(), false);
            assert_eq!(command.words, *expected, "{text}");
            assert_eq!(command.oddities.apostrophe, *told, "{text}");
        }
    }
}
