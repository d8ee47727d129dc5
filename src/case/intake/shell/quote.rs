//! Quotes, variables and substitutions inside a word.

use super::redirect::HereDoc;
use super::{MOST_EXPANDED, MOST_FAILED_HEREDOCS, Shell, balanced, expand, identifier, sum};

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
        if self.json_with_apostrophes() {
            return;
        }
        self.bump();
        self.in_word = true;
        let end = self.rest().find('\'');
        self.out.oddities.open_quote |= end.is_none();
        let inside = self.rest().get(..end.unwrap_or(self.rest().len())).unwrap_or("");
        self.at += inside.len() + usize::from(end.is_some());
        self.word.push_str(inside);
    }

    pub(super) fn double(&mut self) {
        let before = std::mem::replace(&mut self.in_quotes, true);
        self.double_quoted();
        self.in_quotes = before;
    }

    fn double_quoted(&mut self) {
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
        let is_substitution = self.rest().starts_with("$(");
        if is_alternative {
            self.in_word = was_in_word;
            self.dollar_in_quotes();
            return;
        }
        self.dollar_in_quotes();
        let value = self.word.get(from..).unwrap_or("");
        if is_substitution
            || is_output(value)
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
            self.word.extend(["[env:", setting.name, "]"]);
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
            let value = self.variables.get(name).filter(|v| self.expanded + v.len() <= MOST_EXPANDED);
            let inside = after.strip_prefix('{').and_then(|b| b.get(name.len()..len.checked_sub(3)?));
            let operator = inside.unwrap_or("");
            let fallback = [":-", "-", ":=", "="].iter().find_map(|o| operator.strip_prefix(o));
            // `${X:+WORDS}` gives WORDS and never the value; where X is not known it is taken as set, as `:-` takes it.
            let other = operator.strip_prefix(":+").or_else(|| operator.strip_prefix('+'));
            if let Some(other) = other {
                let is_argument = name.bytes().all(|b| b.is_ascii_digit());
                let is_empty =
                    value.map_or(is_argument, |value| value.is_empty() && operator.starts_with(':'));
                let from = self.word.len();
                self.at += len;
                if !is_empty {
                    self.alternative(other);
                }
                self.expanded += self.word.len().saturating_sub(from);
                return;
            }
            let changed = value.filter(|_| fallback.is_none() && !operator.is_empty());
            let changed = changed.and_then(|value| expand::changed(value, operator, &|name| self.variables.get(name).cloned()));
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

    /// `$(…)` of another kind: what it gives where that is known, else as it is written.
    fn substitution(&mut self) {
        let rest = self.rest();
        let after = rest.get(1..).unwrap_or("");
        let len = balanced(after).unwrap_or(1);
        if let Some(text) = after.get(..len).and_then(|inside| self.reckoned(inside)) {
            self.at += 1 + len;
            self.word.push_str(&text);
            return;
        }
        if self.in_quotes
            && let Some(printed) = self.printed(self.at + 2)
            && let Ok(text) = printed.text
            && !printed.substitution
        {
            self.word.push_str(text.trim_end_matches('\n'));
            self.at = printed.end;
            return;
        }
        self.out.oddities.substitution = true;
        let inside = rest.get(..=len).unwrap_or("$");
        self.at += inside.len();
        self.word.push_str(inside);
    }

    /// The variable's name at the start of `text`; a number is one where the script gives it.
    fn parameter<'t>(&self, text: &'t str) -> &'t str {
        let name = identifier(text);
        let called = self.variables.contains_key("@[@]");
        let digit = text.get(..1).filter(|digit| {
            let is_argument = called && matches!(digit.as_bytes(), [b'1'..=b'9']);
            name.is_empty() && (is_argument || self.variables.contains_key(*digit))
        });
        digit.unwrap_or(name)
    }

    /// What `${NAME:-WRITTEN}` gives where the variable is not set.
    fn default_of(&mut self, written: &str) -> String {
        let bare = written.strip_prefix('"').and_then(|w| w.strip_suffix('"')).unwrap_or(written);
        self.expanded(bare)
    }

    /// The words of `${X:+WORDS}`, read as the shell reads words: quotes in them are quotes, blanks part words where the whole
    /// stands in none.
    fn alternative(&mut self, written: &str) {
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

    /// What `((1+2))` or `(echo word)` gives, where nothing has to be run for it.
    fn reckoned(&self, inside: &str) -> Option<String> {
        if let Some(sum) = inside.strip_prefix("((").and_then(|rest| rest.strip_suffix("))")) {
            return sum::value(sum, &|name| self.variables.get(name).cloned()).map(|sum| sum.to_string());
        }
        echoed(inside.strip_prefix('(')?.strip_suffix(')')?)
    }

    /// `${NAME[@]}`: each word of the array is a word of the command. False where it is no such thing, or not known.
    fn array_words(&mut self, after: &str, name: &str) -> bool {
        let Some(inside) = after.strip_prefix('{').and_then(|b| b.get(name.len()..)) else { return false };
        let inside = closing_brace(inside).and_then(|end| inside.get(..=end)).unwrap_or("");
        let Some(words) = self.variables.get(&format!("{name}[@]")) else { return false };
        if self.expanded + words.len() > MOST_EXPANDED {
            return false;
        }
        self.expanded += words.len();
        let all: Vec<&str> = words.split('\0').collect();
        let taken = match inside {
            "[@]}" | "[*]}" => all,
            // The first one where none is named.
            "}" => all.into_iter().take(1).collect(),
            _ => {
                let Some(index) = inside.strip_prefix('[').and_then(|i| i.strip_suffix("]}")) else {
                    return self.slice(inside, &all, 0);
                };
                let Some(index) = self.index(index) else { return false };
                let index = if index < 0 { index + i64::try_from(all.len()).unwrap_or(0) } else { index };
                usize::try_from(index).ok().and_then(|index| all.get(index).copied()).into_iter().collect()
            }
        };
        self.push_words(&taken);
        true
    }

    /// `${NAME[@]:1}`, `${@:2:1}`: some of the words. False where it is no such thing.
    fn slice(&mut self, inside: &str, all: &[&str], first: usize) -> bool {
        let of_all = inside.strip_prefix("[@]").or_else(|| inside.strip_prefix("[*]"));
        let Some(cut) = of_all.and_then(|i| i.strip_prefix(':')).and_then(|cut| cut.strip_suffix('}')) else {
            return false;
        };
        let (from, len) = cut.split_once(':').map_or((cut, None), |(from, len)| (from, Some(len)));
        let len = len.map(|len| len.trim().parse().unwrap_or(0));
        let Ok(from) = from.trim().parse::<usize>() else { return false };
        let from = from.saturating_sub(first);
        let taken: Vec<&str> = all.iter().skip(from).take(len.unwrap_or(usize::MAX)).copied().collect();
        self.push_words(&taken);
        true
    }

    /// `${@:2}`: a function's arguments from the second on; the bytes behind the dollar.
    fn further_arguments(&mut self, after: &str) -> Option<usize> {
        let cut = after.strip_prefix("{@").or_else(|| after.strip_prefix("{*"))?;
        let end = closing_brace(cut).filter(|_| cut.starts_with(':'))?;
        let words =
            self.variables.get("@[@]").filter(|words| self.expanded + words.len() <= MOST_EXPANDED)?;
        self.expanded += words.len();
        let all: Vec<&str> = words.split('\0').collect();
        self.slice(&format!("[@]{}", cut.get(..=end)?), &all, 1).then_some("{@".len() + end + 1)
    }

    /// `${#NAME}`, the length of a value, and `${!NAME}`, the value of the variable that it names; the bytes behind the
    /// dollar.
    fn looked_up(&mut self, after: &str) -> Option<usize> {
        let named = after.strip_prefix("{#").or_else(|| after.strip_prefix("{!"))?;
        let name = identifier(named);
        let value = self
            .variables
            .get(name)
            .filter(|_| named.get(name.len()..).is_some_and(|r| r.starts_with('}')))?;
        let value = if after.starts_with("{#") {
            value.chars().count().to_string()
        } else {
            let named = super::super::command::is_name(value).then_some(value)?;
            self.variables.get(named).cloned().unwrap_or_else(|| format!("[env:{named}]"))
        };
        if self.expanded + value.len() > MOST_EXPANDED {
            return None;
        }
        self.expanded += value.len();
        self.word.push_str(&value);
        Some("{#".len() + name.len() + 1)
    }

    /// The number that an array's index names.
    fn index(&self, text: &str) -> Option<i64> {
        sum::value(text, &|name| self.variables.get(name).cloned())
    }

    fn push_words(&mut self, words: &[&str]) {
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                self.end_word();
                self.in_word = true;
            }
            self.word.push_str(word);
        }
    }

    /// `$(cat <<'EOF'⏎ … ⏎EOF⏎)`: its output stands in the paste. False where it is another substitution.
    fn heredoc_in_substitution(&mut self) -> bool {
        if self.failed_heredocs >= MOST_FAILED_HEREDOCS || !self.variables.may_search() {
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
        let lines = heredoc.lines(self.rest());
        let behind = self.rest().get(lines.len..).unwrap_or("");
        let space = behind.len() - behind.trim_start().len();
        if !lines.closed || !behind.get(space..).is_some_and(|r| r.starts_with(')')) {
            self.variables.searched_in_vain(lines.len);
            self.at = before;
            self.failed_heredocs += 1;
            return false;
        }
        let body = self.heredoc_text(&heredoc, lines.body);
        self.at += lines.len + space + 1;
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

/// Where the brace closes that stands open before `text`; `${` in it opens another.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 1usize;
    let mut before = ' ';
    for (at, c) in text.char_indices().take(400) {
        match c {
            // A backslash that another one makes plain hides nothing.
            _ if before == '\\' => {
                before = ' ';
                continue;
            }
            '{' if before == '$' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        before = c;
    }
    None
}

/// The bytes of `${NAME:+…}` at the start of `text`.
fn alternative_len(text: &str) -> Option<usize> {
    let braced = text.strip_prefix("${")?;
    let operator = braced.get(identifier(braced).len()..).filter(|rest| rest.len() < braced.len())?;
    let is_one = operator.starts_with(":+") || operator.starts_with('+');
    closing_brace(braced).filter(|_| is_one).map(|close| close + 3)
}

/// Whether a variable's value is what another command would give, which stands there as it was written.
fn is_output(value: &str) -> bool {
    let value = value.trim();
    value.contains("$(") || (value.len() > 2 && value.starts_with('`') && value.ends_with('`'))
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
