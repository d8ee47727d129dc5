//! What stands behind a dollar: variables, their defaults and alternatives.

use super::array::closing_brace;
use super::{MOST_EXPANDED, Shell, expand, identifier};

impl Shell<'_> {
    pub(super) fn dollar(&mut self) {
        if self.rest().starts_with("$'") {
            self.at += 2;
            self.in_word = true;
            self.ansi();
        } else if self.rest().starts_with("$\"") {
            self.at += 1;
            self.in_nu = true;
            self.double();
            self.in_nu = false;
        } else {
            self.dollar_in_words();
        }
    }

    /// A variable without quotes: blanks in its value part words, and an empty one is none.
    pub(super) fn dollar_in_words(&mut self) {
        // fish makes as many words of it as it has.
        let name = identifier(self.rest().get(1..).unwrap_or(""));
        if let Some(list) = self.variables.get(&format!("{name}[]"))
            && self.expanded + list.len() <= MOST_EXPANDED
        {
            self.expanded += list.len();
            self.at += 1 + name.len();
            self.in_word = true;
            self.push_words(&list.split('\0').collect::<Vec<_>>());
            return;
        }
        // Words that stand there in quotes stay whole.
        let is_alternative = alternative_len(self.rest()).is_some();
        let (was_in_word, from, words) = (self.in_word, self.word.len(), self.out.words.len());
        self.in_word = true;
        if is_alternative {
            self.in_word = was_in_word;
            self.dollar_in_quotes();
            return;
        }
        self.dollar_in_quotes();
        if self.out.words.len() == words {
            self.parted(from, was_in_word);
        }
    }

    /// Parts what stands in the present word from byte `from` on at its blanks, as bash does with a value that stands in no
    /// quotes; `was_in_word`: the word had begun before it.
    pub(super) fn parted(&mut self, from: usize, was_in_word: bool) {
        let value = self.word.get(from..).unwrap_or("");
        // `NAME=$VALUE` is one word.
        let is_name = |name: &str| crate::case::intake::command::is_name(name.trim_end_matches('+'));
        let assigns = self.out.words.is_empty()
            && self
                .word
                .get(..from)
                .and_then(|word| word.split_once('='))
                .is_some_and(|(name, _)| is_name(name));
        if assigns || is_output(value) || !(value.is_empty() || value.contains(char::is_whitespace)) {
            return;
        }
        let value = self.word.split_off(from);
        self.in_word = was_in_word;
        if value.starts_with(char::is_whitespace) {
            self.end_word();
        }
        let mut pieces = value.split_whitespace().peekable();
        while let Some(piece) = pieces.next() {
            self.word.push_str(piece);
            self.in_word = true;
            if pieces.peek().is_some() || value.ends_with(char::is_whitespace) {
                self.end_word();
            }
        }
    }

    /// `$NAME`, `${NAME}`, `$(…)`; any other dollar stays.
    pub(super) fn dollar_in_quotes(&mut self) {
        let rest = self.rest();
        let after = rest.get(1..).unwrap_or("");
        let (name, len) = if let Some(braced) = after.strip_prefix('{') {
            // An argument with a default is that, where nothing calls the script.
            let has_default = braced.starts_with(|c: char| matches!(c, '1'..='9'))
                && braced.get(1..).is_some_and(|rest| rest.starts_with(":-") || rest.starts_with('-'));
            let name = Some(self.parameter(braced)).filter(|name| !name.is_empty() || !has_default);
            let name = name.or(braced.get(..1)).unwrap_or("");
            let close = closing_brace(braced);
            (name, close.map_or(0, |close| close + 3))
        } else if let Some(name) = after.strip_prefix("env:").map(identifier).filter(|n| !n.is_empty()) {
            // PowerShell.
            (name, 5 + name.len())
        } else {
            let name = self.parameter(after);
            (name, 1 + name.len())
        };
        // `${process.env.NAME}` of a JavaScript template, `$(NAME)` of a Makefile.
        if let Some(setting) = setting(after) {
            match self
                .variables
                .get(setting.name)
                .filter(|value| after.starts_with("env.") && value.len() < 10_000)
            {
                Some(value) => self.word.push_str(value),
                None => self.word.extend(["[env:", setting.name, "]"]),
            }
            self.at += 1 + setting.len;
            return;
        }
        // A function's own arguments.
        let all = ["@", "*", "{@}", "{*}"].iter().find(|form| after.starts_with(**form));
        if let Some(form) = all
            && self.variables.contains_key("#")
        {
            // None are left: not even an empty word.
            self.at += 1 + form.len();
            return;
        }
        if let Some(form) = all
            && self.array_words("{@[@]}", "@")
        {
            self.at += 1 + form.len();
            return;
        }
        if let Some(taken) = self.further_arguments(after).or_else(|| self.looked_up(after)) {
            self.at += 1 + taken;
            return;
        }
        if !name.is_empty() && len > 0 && self.array_words(after, name) {
            self.at += len;
            return;
        }
        if !name.is_empty() && len > 0 {
            let inside = after.strip_prefix('{').and_then(|b| b.get(name.len()..len.checked_sub(3)?));
            self.value_of(name, inside.unwrap_or(""), len);
            return;
        }
        if after.starts_with('(') && self.heredoc_in_substitution() {
            return;
        }
        if after.starts_with('(') {
            self.substitution();
            return;
        }
        self.bump();
        self.word.push('$');
    }

    /// The value of the variable `name`, changed as `operator` says; `len` bytes name it.
    fn value_of(&mut self, name: &str, operator: &str, len: usize) {
        let value = self.variables.get(name).filter(|v| self.expanded + v.len() <= MOST_EXPANDED);
        let fallback = [":-", "-", ":=", "="].iter().find_map(|o| operator.strip_prefix(o));
        // `${X:+WORDS}` gives WORDS and never the value; where X is not known it is taken as set, as `:-` takes it.
        let other = operator.strip_prefix(":+").or_else(|| operator.strip_prefix('+'));
        if let Some(other) = other {
            let is_argument = name.bytes().all(|b| b.is_ascii_digit());
            let is_empty = value.map_or(is_argument, |value| value.is_empty() && operator.starts_with(':'));
            let from = self.word.len();
            self.at += len;
            if !is_empty {
                self.alternative(other);
            }
            self.expanded += self.word.len().saturating_sub(from);
            return;
        }
        let changed = value.filter(|_| fallback.is_none() && !operator.is_empty());
        let changed = changed
            .and_then(|value| expand::changed(value, operator, &|name| self.variables.get(name).cloned()));
        // Another way to change the value is not followed, and a value may come from another command.
        let is_cut = !operator.is_empty() && fallback.is_none() && changed.is_none();
        self.out.oddities.substitution |= is_cut || value.is_some_and(|v| is_output(v));
        let replaced = match (value, fallback) {
            (Some(value), _) => changed.unwrap_or_else(|| value.clone()),
            // An address that the paste itself gives is the best that is known; another default may be a stand-in.
            // A call that gives no such argument leaves it empty.
            (None, written) if name.bytes().all(|b| b.is_ascii_digit()) => {
                self.default_of(written.unwrap_or(""))
            }
            (None, Some(written)) if written.starts_with("${") => {
                let written = self.default_of(written);
                let known = written.contains("://") && !written.contains("[env:");
                if known { written } else { format!("[env:{name}]") }
            }
            (None, Some(written))
                if (written.contains("://") || operator.contains('='))
                    && !written.contains(['$', '`', '"', '\'']) =>
            {
                written.to_owned()
            }
            (None, _) => format!("[env:{name}]"),
        };
        self.expanded += value.map_or(0, String::len);
        self.word.push_str(&replaced);
        self.at += len;
    }

    /// The variable's name at the start of `text`; a number is one where the script gives it.
    pub(super) fn parameter<'t>(&self, text: &'t str) -> &'t str {
        let name = identifier(text);
        let called = self.variables.contains_key("@[@]");
        let digit = text.get(..1).filter(|digit| {
            let is_argument = called && matches!(digit.as_bytes(), [b'1'..=b'9']);
            name.is_empty() && (is_argument || self.variables.contains_key(*digit))
        });
        digit.unwrap_or(name)
    }

    /// What `${NAME:-WRITTEN}` gives where the variable is not set.
    pub(super) fn default_of(&mut self, written: &str) -> String {
        let bare = written.strip_prefix('"').and_then(|w| w.strip_suffix('"')).unwrap_or(written);
        self.expanded(bare)
    }

    /// The words of `${X:+WORDS}`, read as the shell reads words: quotes in them are quotes, blanks part words where the whole
    /// stands in none.
    pub(super) fn alternative(&mut self, written: &str) {
        if self.in_quotes {
            let text = self.default_of(written);
            self.word.push_str(&text);
            return;
        }
        let inner = super::split_inner(written, 0, self.variables);
        self.out.oddities.substitution |= inner.oddities.substitution;
        self.push_words(&inner.words.iter().map(String::as_str).collect::<Vec<_>>());
        self.in_word = !inner.words.is_empty() || self.in_word && !self.word.is_empty();
    }
}

/// The bytes of `${NAME:+…}` at the start of `text`.
fn alternative_len(text: &str) -> Option<usize> {
    let braced = text.strip_prefix("${")?;
    let operator = braced.get(identifier(braced).len()..).filter(|rest| rest.len() < braced.len())?;
    let is_one = operator.starts_with(":+") || operator.starts_with('+');
    closing_brace(braced).filter(|_| is_one).map(|close| close + 3)
}

/// Whether a variable's value is what another command would give, which stands there as it was written.
pub(super) fn is_output(value: &str) -> bool {
    let value = value.trim();
    value.contains("$(") || (value.len() > 2 && value.starts_with('`') && value.ends_with('`'))
}

/// A setting that another language names, and the bytes it takes.
pub(super) struct Setting<'a> {
    pub(super) name: &'a str,
    pub(super) len: usize,
}

/// What stands behind a dollar, where it is JavaScript's `{process.env.NAME}` or make's `(NAME)`.
pub(super) fn setting(after: &str) -> Option<Setting<'_>> {
    // `${{ secrets.NAME }}` of a workflow.
    if let Some((inside, _)) = after.strip_prefix("{{").and_then(|open| open.split_once("}}")) {
        let (kind, name) = inside.trim().split_once('.')?;
        let is_one = matches!(kind, "secrets" | "env" | "vars" | "inputs") && identifier(name) == name;
        return (is_one && !name.is_empty()).then(|| Setting { name, len: "{{}}".len() + inside.len() });
    }
    // `$env.NAME` of nushell.
    if let Some(named) = after.strip_prefix("env.") {
        let name = identifier(named);
        return (!name.is_empty()).then(|| Setting { name, len: "env.".len() + name.len() });
    }
    if let Some(named) =
        ["{process.env.", "{import.meta.env."].iter().find_map(|open| after.strip_prefix(open))
    {
        let name = identifier(named);
        let closed = !name.is_empty() && named.get(name.len()..)?.starts_with('}');
        return closed.then(|| Setting { name, len: after.len() - named.len() + name.len() + 1 });
    }
    let named = after.strip_prefix('(')?;
    let name = identifier(named);
    let shouted =
        name.len() >= 2 && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    (shouted && named.get(name.len()..)?.starts_with(')')).then(|| Setting { name, len: name.len() + 2 })
}

/// Length of `($NAME)` at the start of `text`.
pub(super) fn in_brackets(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('(')?;
    let len = inside.find(')').filter(|len| *len <= 100)?;
    let name = inside.get(..len)?.trim().strip_prefix('$')?;
    name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).then_some(len + 2)
}
