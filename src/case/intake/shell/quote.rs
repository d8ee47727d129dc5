//! Quotes, variables and substitutions inside a word.

use super::redirect::HereDoc;
use super::{MOST_EXPANDED, MOST_FAILED_HEREDOCS, Shell, balanced, expand, identifier};

/// What `echo` prints of plain words.
fn echoed(command: &str) -> Option<String> {
    let words = command.trim().strip_prefix("echo ")?;
    let words = words.strip_prefix("-n ").unwrap_or(words).trim();
    let whole = ['"', '\''].iter().find_map(|quote| words.strip_prefix(*quote)?.strip_suffix(*quote));
    let inside = whole.unwrap_or(words);
    let is_plain = !inside.contains(['$', '`', '|', ';', '&', '<', '>', '\\', '"', '\'', '*', '?', '(', ')']);
    is_plain.then(|| {
        if whole.is_some() {
            inside.to_owned()
        } else {
            inside.split_whitespace().collect::<Vec<_>>().join(" ")
        }
    })
}

impl Shell<'_> {
    pub(super) fn single(&mut self) {
        self.bump();
        self.in_word = true;
        let end = self.rest().find('\'');
        self.out.oddities.open_quote |= end.is_none();
        let inside = self.rest().get(..end.unwrap_or(self.rest().len())).unwrap_or("");
        self.at += inside.len() + usize::from(end.is_some());
        self.word.push_str(inside);
    }

    pub(super) fn double(&mut self) {
        self.bump();
        self.in_word = true;
        loop {
            match self.peek() {
                None => {
                    self.out.oddities.open_quote = true;
                    return;
                }
                Some('"') => {
                    self.bump();
                    return;
                }
                Some('$') => self.dollar_in_quotes(),
                Some('`') => self.substitution_in_backticks(),
                Some('\\') => {
                    self.bump();
                    match self.peek() {
                        Some(c @ ('$' | '`' | '"' | '\\')) => {
                            self.bump();
                            self.word.push(c);
                        }
                        Some('\n') => {
                            self.bump();
                        }
                        Some('\r') if self.rest().starts_with("\r\n") => self.at += 2,
                        _ => self.word.push('\\'),
                    }
                }
                Some(c) => {
                    self.bump();
                    self.word.push(c);
                }
            }
        }
    }

    /// Typographic quotes around a word: they close before a space, so that one inside the text does not end it.
    pub(super) fn smart(&mut self, open: char) {
        self.out.oddities.smart_quotes = true;
        self.bump();
        self.in_word = true;
        let closing: &[char] =
            if matches!(open, '“' | '”' | '„') { &['“', '”', '"'] } else { &['‘', '’', '\''] };
        let double = closing.contains(&'"');
        let mut ahead = self.rest().char_indices().peekable();
        let mut end = None;
        while let Some((at, c)) = ahead.next() {
            if closing.contains(&c) && ahead.peek().is_none_or(|(_, n)| n.is_whitespace()) {
                end = Some((at, c.len_utf8()));
                break;
            }
        }
        self.out.oddities.open_quote |= end.is_none();
        let (len, close) = end.unwrap_or((self.rest().len(), 0));
        let stop = self.at + len;
        if double {
            while self.at < stop {
                if self.peek() == Some('$') {
                    self.dollar_in_quotes();
                } else if let Some(c) = self.bump() {
                    self.word.push(c);
                }
            }
        } else {
            let inside = self.rest().get(..len).unwrap_or("");
            self.word.push_str(inside);
        }
        self.at = self.at.max(stop) + close;
    }

    pub(super) fn dollar(&mut self) {
        if self.rest().starts_with("$'") {
            self.at += 2;
            self.in_word = true;
            self.ansi();
        } else if self.rest().starts_with("$\"") {
            self.at += 1;
            self.double();
        } else {
            self.dollar_in_words();
        }
    }

    /// A variable without quotes: blanks in its value part words, and an empty one is none.
    fn dollar_in_words(&mut self) {
        let (was_in_word, from, words) = (self.in_word, self.word.len(), self.out.words.len());
        self.in_word = true;
        let is_substitution = self.rest().starts_with("$(");
        self.dollar_in_quotes();
        let value = self.word.get(from..).unwrap_or("");
        if is_substitution
            || self.out.words.len() > words
            || !(value.is_empty() || value.contains(char::is_whitespace))
        {
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
            let name = self.parameter(braced);
            let close = braced.char_indices().take(400).find(|(_, c)| *c == '}').map(|(at, _)| at);
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
            self.word.extend(["[env:", setting.name, "]"]);
            self.at += 1 + setting.len;
            return;
        }
        // A function's own arguments.
        let all = ["@", "*", "{@}", "{*}"].iter().find(|form| after.starts_with(**form));
        if let Some(form) = all
            && self.array_words("{@[@]}", "@")
        {
            self.at += 1 + form.len();
            return;
        }
        if !name.is_empty() && len > 0 && self.array_words(after, name) {
            self.at += len;
            return;
        }
        if !name.is_empty() && len > 0 {
            let value = self.variables.get(name).filter(|v| self.expanded + v.len() <= MOST_EXPANDED);
            let inside = after.strip_prefix('{').and_then(|b| b.get(name.len()..len.checked_sub(3)?));
            let operator = inside.unwrap_or("");
            let fallback = [":-", "-", ":=", "="].iter().find_map(|o| operator.strip_prefix(o));
            let changed = value.filter(|_| fallback.is_none() && !operator.is_empty());
            let changed = changed.and_then(|value| expand::changed(value, operator));
            // Another way to change the value is not followed, and a value may come from another command.
            let is_cut = !operator.is_empty() && fallback.is_none() && changed.is_none();
            self.out.oddities.substitution |= is_cut || value.is_some_and(|v| v.contains("$("));
            let replaced = match (value, fallback) {
                (Some(value), _) => changed.unwrap_or_else(|| value.clone()),
                // An address that the paste itself gives is the best that is known; another default may be a stand-in.
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
            return;
        }
        if after.starts_with('(') && self.heredoc_in_substitution() {
            return;
        }
        if after.starts_with('(') {
            let len = balanced(after).unwrap_or(1);
            if let Some(text) = after.get(..len).and_then(|inside| self.reckoned(inside)) {
                self.at += 1 + len;
                self.word.push_str(&text);
                return;
            }
            self.out.oddities.substitution = true;
            let inside = rest.get(..=len).unwrap_or("$");
            self.at += inside.len();
            self.word.push_str(inside);
            return;
        }
        self.bump();
        self.word.push('$');
    }

    /// The variable's name at the start of `text`; a number is one where the script gives it.
    fn parameter<'t>(&self, text: &'t str) -> &'t str {
        let name = identifier(text);
        let digit = text.get(..1).filter(|digit| name.is_empty() && self.variables.contains_key(*digit));
        digit.unwrap_or(name)
    }

    /// What `((1+2))` or `(echo word)` gives, where nothing has to be run for it.
    fn reckoned(&self, inside: &str) -> Option<String> {
        if let Some(sum) = inside.strip_prefix("((").and_then(|rest| rest.strip_suffix("))")) {
            return expand::sum(sum, &|name| self.variables.get(name).cloned()).map(|sum| sum.to_string());
        }
        echoed(inside.strip_prefix('(')?.strip_suffix(')')?)
    }

    /// `${NAME[@]}`: each word of the array is a word of the command. False where it is no such thing, or not known.
    fn array_words(&mut self, after: &str, name: &str) -> bool {
        let inside = after.strip_prefix('{').and_then(|b| b.get(name.len()..)).unwrap_or("");
        if !inside.starts_with("[@]}") && !inside.starts_with("[*]}") {
            return false;
        }
        let Some(words) = self.variables.get(&format!("{name}[@]")) else { return false };
        if self.expanded + words.len() > MOST_EXPANDED {
            return false;
        }
        self.expanded += words.len();
        for (index, word) in words.split('\0').enumerate() {
            if index > 0 {
                self.end_word();
                self.in_word = true;
            }
            self.word.push_str(word);
        }
        true
    }

    /// `$(cat <<'EOF'⏎ … ⏎EOF⏎)`: its output stands in the paste. False where it is another substitution.
    fn heredoc_in_substitution(&mut self) -> bool {
        if self.failed_heredocs >= MOST_FAILED_HEREDOCS {
            return false;
        }
        let rest = self.rest();
        let after_cat = rest.get(2..).unwrap_or("").trim_start().strip_prefix("cat").map(str::trim_start);
        let Some(announced) = after_cat.and_then(|r| r.strip_prefix("<<")).filter(|r| !r.starts_with('<'))
        else {
            return false;
        };
        let Some((heredoc, len)) = HereDoc::at(announced) else { return false };
        let behind = announced.get(len..).unwrap_or("");
        if !super::line_ends(behind) {
            return false;
        }
        let before = self.at;
        self.at = self.text.len() - behind.len() + behind.find('\n').map_or(0, |at| at + 1);
        let (body, taken, closed) = self.heredoc_text(&heredoc);
        self.at += taken;
        let space = self.rest().len() - self.rest().trim_start().len();
        if !closed || !self.rest().get(space..).is_some_and(|r| r.starts_with(')')) {
            self.at = before;
            self.failed_heredocs += 1;
            return false;
        }
        self.at += space + 1;
        self.word.push_str(body.trim_end_matches('\n'));
        true
    }

    pub(super) fn substitution_in_backticks(&mut self) {
        let before = std::mem::replace(&mut self.out.oddities.substitution, true);
        self.in_word = true;
        self.bump();
        self.word.push('`');
        let len = self.rest().find(['`', '\n']).unwrap_or(self.rest().len());
        if let Some(text) = self.rest().get(..len).and_then(echoed)
            && self.rest().get(len..).is_some_and(|rest| rest.starts_with('`'))
        {
            self.word.pop();
            self.word.push_str(&text);
            self.at += len + 1;
            self.out.oddities.substitution = before;
            return;
        }
        let inside = self.rest().get(..len).unwrap_or("");
        self.word.push_str(inside);
        self.at += len;
        if self.peek() == Some('`') {
            self.bump();
            self.word.push('`');
        }
    }

    /// `$'…'`: backslash escapes as in C.
    fn ansi(&mut self) {
        loop {
            match self.bump() {
                None => {
                    self.out.oddities.open_quote = true;
                    return;
                }
                Some('\'') => return,
                Some('\\') => self.ansi_escape(),
                Some(c) => self.word.push(c),
            }
        }
    }

    fn ansi_escape(&mut self) {
        let Some(c) = self.bump() else { return };
        let plain = match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'e' | 'E' => '\u{1b}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '\\' | '\'' | '"' | '?' => c,
            'x' => return self.number(16, 2),
            'u' => return self.number(16, 4),
            'U' => return self.number(16, 8),
            '0'..='7' => {
                self.at -= 1;
                return self.number(8, 3);
            }
            other => {
                self.word.push('\\');
                other
            }
        };
        self.word.push(plain);
    }

    fn number(&mut self, radix: u32, most: usize) {
        let digits: String = self.rest().chars().take(most).take_while(|c| c.is_digit(radix)).collect();
        self.at += digits.len();
        match u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32) {
            Some(c) => self.word.push(c),
            None => self.word.push('\u{fffd}'),
        }
    }
}

/// A setting that another language names, and the bytes it takes.
struct Setting<'a> {
    name: &'a str,
    len: usize,
}

/// What stands behind a dollar, where it is JavaScript's `{process.env.NAME}` or make's `(NAME)`.
fn setting(after: &str) -> Option<Setting<'_>> {
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
