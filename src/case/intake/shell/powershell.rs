//! `PowerShell`: its quotes, backticks, here-strings and variables
//! (<https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.core/about/about_quoting_rules>).

mod assigned;
mod expression;
mod files;
mod table;

pub(in crate::case::intake) use self::assigned::assignments;
pub(in crate::case::intake) use self::expression::{expression_len, operand, value as computed};
pub(in crate::case::intake) use self::files::files_written;

use super::{Command, Variables, identifier, is_name_char};
use crate::case::intake::web_request::literal;

/// Splits the command of another program (`curl.exe`) that begins at byte `start` of `text`.
pub(super) fn split(text: &str, start: usize, variables: &Variables) -> Command {
    let mut command = split_own(text, start, variables);
    // Windows PowerShell hands a quotation mark on only behind a backslash, so who writes `\"` means the mark; in JSON that
    // is whole already, it is the text's own.
    for word in &mut command.words {
        if word.contains("\\\"") && serde_json::from_str::<serde::de::IgnoredAny>(word).is_err() {
            *word = word.replace("\\\"", "\"");
        }
    }
    command
}

/// Splits a command of `PowerShell`'s own, or a value, that begins at byte `start` of `text`.
pub(in crate::case::intake) fn split_own(text: &str, start: usize, variables: &Variables) -> Command {
    let mut reader = Reader { text, at: start, variables, word: None, command: Command::default() };
    while reader.step() {}
    reader.end_word();
    let Reader { at, mut command, .. } = reader;
    command.end = at.min(text.len());
    command
}

/// A command with `--%` at byte `stop`: what stands behind it is read by the rules of Windows' programs alone.
pub(super) fn stopped(text: &str, start: usize, stop: usize, variables: &Variables) -> Command {
    let mut command = super::cmd::split(text, stop + " --% ".len(), &Variables::new());
    let before = split(text.get(..stop).unwrap_or(text), start, variables);
    command.words.splice(0..0, before.words);
    command.spans.splice(0..0, before.spans);
    command.dialect = super::Dialect::PowerShell;
    command
}

/// The first word of `text` and its length in bytes: one string, or up to where a word ends.
pub(in crate::case::intake) fn first_word(text: &str, variables: &Variables) -> Option<(String, usize)> {
    let mut reader = Reader { text, at: 0, variables, word: None, command: Command::default() };
    let quoted = text.starts_with(['\'', '"', '@']);
    while reader.command.words.is_empty() && reader.step() {
        if quoted && reader.word.is_some() {
            break;
        }
    }
    reader.end_word();
    let len = reader.at;
    reader.command.words.into_iter().next().map(|word| (word, len))
}

/// `value` as a literal.
pub(in crate::case::intake) fn written(value: &serde_json::Value) -> String {
    table::written(value, 0)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    variables: &'a Variables,
    word: Option<(String, usize)>,
    command: Command,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn push(&mut self, c: char) {
        let at = self.at;
        self.word.get_or_insert_with(|| (String::new(), at)).0.push(c);
    }

    fn push_str(&mut self, text: &str) {
        let at = self.at;
        self.word.get_or_insert_with(|| (String::new(), at)).0.push_str(text);
    }

    fn end_word(&mut self) {
        if let Some((word, from)) = self.word.take() {
            self.command.push(word, from, self.at);
        }
    }

    fn step(&mut self) -> bool {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return false };
        match c {
            '\n' => {
                self.end_word();
                if !super::options_follow(rest.get(1..).unwrap_or("")) {
                    return false;
                }
                self.command.oddities.continuation = true;
                self.at += 1;
            }
            '`' => self.backtick(),
            '\'' | '‘' | '’' | '‚' => self.single(c),
            '"' | '“' | '”' | '„' => self.double(c),
            '[' if self.word.is_none() && cast(rest).is_some() => self.at += cast(rest).unwrap_or(1),
            '@' if self.word.is_none() && self.here_string() => {}
            '@' if self.word.is_none()
                && rest.starts_with(['@'])
                && rest.get(1..).is_some_and(|r| r.starts_with(['{', '('])) =>
            {
                let len = closing(rest, 1);
                self.push_str(rest.get(..len).unwrap_or(rest));
                self.at += len;
            }
            '(' if self.word.is_none() => {
                let len = closing(rest, 0);
                let inside = rest.get(1..len.saturating_sub(1)).unwrap_or("");
                if let Some(value) = expression::value(inside, self.variables) {
                    self.push_str(&value);
                } else if let Some(value) = self.secure(inside) {
                    self.push_str(&value);
                } else {
                    self.command.oddities.substitution = true;
                    self.push_str(rest.get(..len).unwrap_or(rest));
                }
                self.at += len;
            }
            '$' if self.word.is_none() && self.member() => {}
            '@' if self.word.is_none() && self.splatted() => {}
            '$' => self.dollar(),
            '#' if self.word.is_none() => self.at += rest.find('\n').unwrap_or(rest.len()),
            '|' | ';' | ')' => {
                self.end_word();
                self.command.oddities.piped |= c == '|';
                return false;
            }
            '>' => {
                self.end_word();
                let target = rest.trim_start_matches(['>', ' ', '\t']);
                let skipped = rest.len() - target.len();
                self.at += skipped + target.find(char::is_whitespace).unwrap_or(target.len());
            }
            c if c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}') => {
                self.end_word();
                self.at += c.len_utf8();
            }
            c => {
                self.push(c);
                self.at += c.len_utf8();
            }
        }
        true
    }

    /// The text of `ConvertTo-SecureString "…" -AsPlainText`.
    fn secure(&self, inside: &str) -> Option<String> {
        let is_one =
            inside.trim_start().get(..11).is_some_and(|word| word.eq_ignore_ascii_case("convertto-s"));
        is_one.then(|| assigned::secure(&split_own(inside, 0, self.variables).words)).flatten()
    }

    /// `$table.Name` as a word of its own. False where none stands here.
    fn member(&mut self) -> bool {
        let rest = self.rest();
        let name = identifier(rest.get(1..).unwrap_or(""));
        let behind = rest.get(1 + name.len()..).unwrap_or("");
        if name.is_empty() || !behind.starts_with(['.', '[']) {
            return false;
        }
        let Some((value, len)) =
            expression::variable(rest, self.variables).filter(|(_, len)| *len > 1 + name.len())
        else {
            return false;
        };
        self.push_str(&value);
        self.at += len;
        true
    }

    /// `@list`: each of its words is one of the command. False where none stands here.
    fn splatted(&mut self) -> bool {
        let rest = self.rest();
        let name = identifier(rest.get(1..).unwrap_or(""));
        let known = self.variables.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let Some((_, written)) = known.filter(|(_, value)| value.starts_with("@(")) else { return false };
        let Some(serde_json::Value::Array(list)) = literal(written, self.variables) else { return false };
        let end = self.at + 1 + name.len();
        for value in list {
            let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.command.push(word, self.at, end);
        }
        self.at = end;
        true
    }

    /// A backtick at a line's end joins the lines; before a character it takes its meaning away.
    fn backtick(&mut self) {
        let rest = self.rest().get(1..).unwrap_or("");
        let behind = rest.trim_start_matches([' ', '\t', '\r']);
        if behind.is_empty() || behind.starts_with('\n') {
            self.end_word();
            self.at += 1 + (rest.len() - behind.len()) + usize::from(!behind.is_empty());
            return;
        }
        if let Some(c) = rest.chars().next() {
            self.push(unescaped(c));
            self.at += 1 + c.len_utf8();
        }
    }

    fn single(&mut self, open: char) {
        self.push_str("");
        self.at += open.len_utf8();
        let is_mark = |c: char| matches!(c, '\'' | '‘' | '’' | '‚') && (c == '\'') == (open == '\'');
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else {
                self.command.oddities.open_quote = true;
                return;
            };
            self.at += c.len_utf8();
            if is_mark(c) {
                match self.rest().chars().next() {
                    Some(next) if is_mark(next) && open == '\'' => {
                        self.push(next);
                        self.at += next.len_utf8();
                    }
                    _ => return,
                }
            } else {
                self.push(c);
            }
        }
    }

    fn double(&mut self, open: char) {
        self.push_str("");
        self.at += open.len_utf8();
        let is_mark = |c: char| matches!(c, '"' | '“' | '”' | '„') && (c == '"') == (open == '"');
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else {
                self.command.oddities.open_quote = true;
                return;
            };
            match c {
                '\\' if rest.starts_with("\\\"") && inner_mark(rest) => {
                    self.push_str("\"");
                    self.at += 2;
                    continue;
                }
                '`' => {
                    if let Some(next) = rest.get(1..).and_then(|r| r.chars().next()) {
                        self.push(unescaped(next));
                        self.at += 1 + next.len_utf8();
                        continue;
                    }
                }
                '$' => {
                    self.dollar();
                    continue;
                }
                _ => {}
            }
            self.at += c.len_utf8();
            if is_mark(c) {
                match self.rest().chars().next() {
                    Some(next) if is_mark(next) && open == '"' => {
                        self.push(next);
                        self.at += next.len_utf8();
                    }
                    _ => return,
                }
            } else {
                self.push(c);
            }
        }
    }

    /// `@'⏎…⏎'@` and `@"⏎…⏎"@`.
    fn here_string(&mut self) -> bool {
        let rest = self.rest();
        let (mark, end) = match rest.get(..2) {
            Some("@'") => ('\'', "\n'@"),
            Some("@\"") => ('"', "\n\"@"),
            _ => return false,
        };
        let inside = rest.get(2..).unwrap_or("").trim_start_matches([' ', '\t', '\r']);
        let Some(inside) = inside.strip_prefix('\n') else { return false };
        let from = self.at + rest.len() - inside.len();
        // The closing mark may follow at once.
        let (text, len) = match inside.find(end).or_else(|| inside.starts_with(end.trim_start()).then_some(0))
        {
            Some(0) => ("", end.len() - 1),
            Some(len) => (inside.get(..len).unwrap_or(""), len + end.len()),
            None => {
                self.command.oddities.open_quote = true;
                (inside, inside.len())
            }
        };
        let text = text.strip_suffix('\r').unwrap_or(text);
        self.push_str("");
        if mark == '\'' {
            self.push_str(text);
        } else {
            self.expanded(text);
        }
        self.at = from + len;
        true
    }

    fn expanded(&mut self, text: &str) {
        let inner =
            Reader { text, at: 0, variables: self.variables, word: None, command: Command::default() };
        let mut inner = inner;
        while let Some(c) = inner.rest().chars().next() {
            match c {
                '$' => inner.dollar(),
                '`' => {
                    let next = inner.rest().get(1..).and_then(|r| r.chars().next());
                    inner.push(next.map_or('`', unescaped));
                    inner.at += 1 + next.map_or(0, char::len_utf8);
                }
                c => {
                    inner.push(c);
                    inner.at += c.len_utf8();
                }
            }
        }
        let text = inner.word.map(|(word, _)| word).unwrap_or_default();
        self.push_str(&text);
    }

    /// `$env:NAME`, `$name`, `${name}`, `$(…)`; `$true` and its kin stay.
    fn dollar(&mut self) {
        let rest = self.rest();
        let after = rest.get(1..).unwrap_or("");
        if after.starts_with('(') {
            let len = 1 + closing(after, 0);
            let inner = rest.get(2..len.saturating_sub(1)).unwrap_or("").trim();
            if let Some(name) = inner.strip_prefix("$env:").filter(|name| name.chars().all(is_name_char)) {
                self.push_str(&format!("[env:{name}]"));
            } else if inner.strip_prefix('$').is_some_and(|name| !name.is_empty() && identifier(name) == name)
            {
                let mut reader = Reader {
                    text: inner,
                    at: 0,
                    variables: self.variables,
                    word: None,
                    command: Command::default(),
                };
                reader.dollar();
                let value = reader.word.map(|(word, _)| word).unwrap_or_default();
                self.push_str(&value);
            } else if let Some(c) = character(inner) {
                self.push(c);
            } else if let Some(value) = expression::value(inner, self.variables) {
                self.push_str(&value);
            } else {
                self.command.oddities.substitution = true;
                self.push_str(rest.get(..len).unwrap_or(rest));
            }
            self.at += len;
            return;
        }
        let (braced, inside) = after.strip_prefix('{').map_or((0, after), |inside| (1, inside));
        let (scope, named) = ["env:", "Env:", "ENV:", "script:", "global:"]
            .iter()
            .find_map(|scope| Some((*scope, inside.strip_prefix(scope)?)))
            .unwrap_or(("", inside));
        let name = identifier(named);
        let closed = braced == 0 || named.get(name.len()..).is_some_and(|r| r.starts_with('}'));
        if name.is_empty() || !closed {
            self.push('$');
            self.at += 1;
            return;
        }
        let len = 1 + braced + scope.len() + name.len() + braced;
        let known = self.variables.get(name).or_else(|| {
            let same = |(n, _): &(&String, &String)| n.eq_ignore_ascii_case(name);
            self.variables.iter().find(same).map(|(_, value)| value)
        });
        match known {
            Some(value)
                if self.command.words.iter().map(String::len).sum::<usize>() < super::MOST_EXPANDED =>
            {
                let value = value.clone();
                self.push_str(&value);
            }
            _ if matches!(name, "true" | "false" | "null") => self.push_str(rest.get(..len).unwrap_or("")),
            _ => self.push_str(&format!("[env:{name}]")),
        }
        self.at += len;
    }
}

/// `[char]233`, `[char]0x00e9`: how a browser writes what is not ASCII.
fn character(text: &str) -> Option<char> {
    let number =
        text.get(.."[char]".len()).filter(|c| c.eq_ignore_ascii_case("[char]")).and(text.get(6..))?.trim();
    let code = match number.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code)
}

/// Length of a type in brackets before a value: `[ordered]@{…}`, `[string]"…"`, `[System.Text.Encoding]::UTF8.GetBytes($body)`
/// up to its bracket, for the text is what is sent.
pub(in crate::case::intake) fn cast(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('[')?;
    let len = inside.find(']').filter(|len| (1..=60).contains(len))?;
    let is_type = inside.get(..len)?.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'['));
    let behind = inside.get(len + 1..)?;
    if let Some(call) = behind.strip_prefix("::") {
        let name = call.find('(').filter(|len| *len <= 40)?;
        return call.get(..name)?.ends_with("GetBytes").then_some(len + 2 + "::".len() + name);
    }
    (is_type && behind.starts_with(['@', '"', '\'', '$'])).then_some(len + 2)
}

/// `\"` inside double quotes is a mark only where the string goes on behind it, as those write it who mean bash or the C
/// runtime.
fn inner_mark(rest: &str) -> bool {
    let line = rest.get(2..).and_then(|r| r.split('\n').next()).unwrap_or("");
    line.contains('"')
}

fn unescaped(c: char) -> char {
    match c {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        other => other,
    }
}

/// Bytes of the bracketed part whose bracket stands at byte `at` of `text`, strings in it skipped; all of it where nothing
/// closes it.
pub(in crate::case::intake) fn closing(text: &str, at: usize) -> usize {
    let (mut depth, mut quote) = (0usize, None);
    for (index, c) in text.char_indices().skip_while(|(index, _)| *index < at) {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '{') => depth += 1,
            (None, ')' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::keyring::KeyRing;

    #[test]
    fn words_are_split_as_powershell_does() {
        let variables = Variables::from([("body".to_owned(), "{\"a\":1}".to_owned())]);
        let table: &[(&str, &[&str])] = &[
            ("a 'b ''c'' d' \"e `\"f`\" \"\"g\"\"\"", &["a", "b 'c' d", "e \"f\" \"g\""]),
            ("a `\n  -b `\r\n  c", &["a", "-b", "c"]),
            (
                "\"Bearer $env:KEY\" \"${env:KEY}x\" \"$($env:KEY)\"",
                &["Bearer [env:KEY]", "[env:KEY]x", "[env:KEY]"],
            ),
            ("-d $body $Body $other", &["-d", "{\"a\":1}", "{\"a\":1}", "[env:other]"]),
            ("-d @'\n{\"a\":\"$x\"}\n'@ -v", &["-d", "{\"a\":\"$x\"}", "-v"]),
            ("-d @\"\n{\"a\":\"$body`\"\"}\n\"@", &["-d", "{\"a\":\"{\"a\":1}\"\"}"]),
            (r#"-d '{\"a\":\"b c\"}'"#, &["-d", r#"{"a":"b c"}"#]),
            (r#"-d "{\"a\":\"b c\"}""#, &["-d", r#"{"a":"b c"}"#]),
            (r#"-d '{"a":"x \"y\""}'"#, &["-d", r#"{"a":"x \"y\""}"#]),
            ("\"caf$([char]233) $([char]0x00e9)\"", &["café é"]),
            ("a # why\nnext", &["a"]),
            ("a | ConvertFrom-Json", &["a"]),
            ("-H @{ 'A' = \"b;c\"; D = 'e' } -x", &["-H", "@{ 'A' = \"b;c\"; D = 'e' }", "-x"]),
            ("a > out.json -b", &["a", "-b"]),
            ("“a b” ‘c’", &["a b", "c"]),
        ];
        for (text, expected) in table {
            assert_eq!(split(text, 0, &variables).words, *expected, "{text:?}");
        }
        let own = split_own(r#"-Body 'a \"b\"'"#, 0, &variables);
        assert_eq!(own.words, ["-Body", r#"a \"b\""#], "no other program gets it");
        assert!(split("a 'b", 0, &variables).oddities.open_quote);
        let mut assigned = Variables::new();
        assignments(
            "words\n$a = 'x y'\nPS C:\\> $b = @'\n1\n2\n'@\n$env:K = \"$a!\"\n$c == 1\n",
            &mut assigned,
            &mut KeyRing::default(),
        );
        let got: Vec<(&str, &str)> = assigned.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(got, [("K", "x y!"), ("a", "x y"), ("b", "1\n2")]);
    }
}
