//! Reads what a client's log prints of a JSON value: a Python dict, a JavaScript object, a Ruby hash, PHP's `[k => v]` and
//! `dd`, JSON that a terminal wrapped or whose quotes a chat made curly.

/// Deeper nesting is no error body.
const DEEPEST: usize = 64;

/// Reads the value at the start of `text`; gives it as JSON text and the bytes it took. `hard_wrap`: the text's lines
/// were cut at the terminal's width, so that a line end inside a string stands for nothing.
pub(super) fn read(text: &str, hard_wrap: bool) -> Option<(String, usize)> {
    let mut reader = Reader { text, at: 0, out: String::new(), hard_wrap, cut: false, is_word: false };
    reader.value(0)?;
    Some((reader.out, reader.at))
}

/// Reads the value at the start of `text` of which the end is missing; what is open at the end is closed.
pub(super) fn read_cut(text: &str, hard_wrap: bool) -> Option<String> {
    let mut reader = Reader { text, at: 0, out: String::new(), hard_wrap, cut: true, is_word: false };
    reader.value(0)?;
    Some(reader.out)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    out: String,
    hard_wrap: bool,
    /// The end of the text closes what is open.
    cut: bool,
    /// The value in hand is one word, so that a line end inside it stands for nothing.
    is_word: bool,
}

/// Members whose value is one word.
const WORDS: &[&str] = &["type", "code", "request_id", "requestId", "status", "param"];

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// What stands next, as much as a key may be long.
    fn near(&self) -> &str {
        let rest = self.rest();
        let end = (0..=rest.len().min(2 * LONGEST_KEY)).rev().find(|at| rest.is_char_boundary(*at));
        rest.get(..end.unwrap_or_default()).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// The text ends here, and that may be.
    fn is_cut(&self) -> bool {
        self.cut && self.at >= self.text.len()
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        self.skip_space();
        if self.is_cut() {
            self.out.push_str("null");
            return Some(());
        }
        self.skip_php_array();
        match self.peek()? {
            '{' => self.members('}', depth, true),
            '[' => self.members(']', depth, false),
            '(' => self.members(')', depth, false),
            c if is_quote(c) => self.string(),
            // A symbol of Ruby.
            ':' => {
                self.at += 1;
                self.bare()
            }
            _ => self.bare(),
        }
    }

    /// `array:4 [`, as Laravel's `dd` prints an array.
    fn skip_php_array(&mut self) {
        let Some(rest) = self.rest().strip_prefix("array:") else { return };
        let bare = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(' ');
        if bare.starts_with('[') {
            self.at = self.text.len() - bare.len();
        }
    }

    /// Members of an object or elements of a list, from the opening bracket to the closing one.
    fn members(&mut self, close: char, depth: usize, keyed: bool) -> Option<()> {
        self.at += 1;
        let keyed = keyed || self.has_arrow();
        self.out.push(if keyed { '{' } else { '[' });
        let mut first = true;
        loop {
            self.skip_space();
            if self.is_cut() {
                self.out.push(if keyed { '}' } else { ']' });
                return Some(());
            }
            let c = self.peek()?;
            if c == close || is_wide(c, close) {
                self.at += c.len_utf8();
                self.out.push(if keyed { '}' } else { ']' });
                return Some(());
            }
            if !first {
                // `dd` prints a member a line and no commas.
                let bare = close == ']' && keyed && c == '"';
                if !matches!(c, ',' | '，' | '、') && !bare {
                    return None;
                }
                self.at += if bare { 0 } else { c.len_utf8() };
                self.skip_space();
                if self.is_cut() || self.peek()? == close || is_wide(self.peek()?, close) {
                    continue;
                }
                self.out.push(',');
            }
            first = false;
            if keyed {
                self.key()?;
            }
            self.value(depth + 1)?;
        }
    }

    fn key(&mut self) -> Option<()> {
        self.skip_space();
        // A symbol of Ruby: `:error=>`.
        if self.peek()? == ':' {
            self.at += 1;
        }
        let name = if is_quote(self.peek()?) {
            let mut name = String::new();
            self.is_word = true;
            self.one_string(&mut name)?;
            name
        } else {
            let len =
                self.rest().find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '$' | '-'))?;
            let name = self.rest().get(..len).filter(|name| !name.is_empty())?.to_owned();
            self.at += len;
            name
        };
        self.emit(&name)?;
        self.is_word = WORDS.contains(&name.as_str());
        self.skip_space();
        if !self.is_cut() {
            self.at += ["=>", ":", "："].iter().find(|mark| self.rest().starts_with(**mark))?.len();
        }
        self.out.push(':');
        Some(())
    }

    /// What stands behind the bracket is a key of PHP's or Ruby's: `"error" => `. The arrow stands on the same line.
    fn has_arrow(&self) -> bool {
        let line = self.near().trim_start().lines().next().unwrap_or("");
        let Some(bare) = line.strip_prefix(['"', '\'']) else { return false };
        let Some(len) = bare.find(['"', '\'']).filter(|len| *len <= LONGEST_KEY) else { return false };
        bare.get(len + 1..).is_some_and(|after| after.trim_start().starts_with("=>"))
    }

    fn emit(&mut self, text: &str) -> Option<()> {
        self.out.push_str(&serde_json::to_string(text).ok()?);
        Some(())
    }

    /// One or several adjacent strings (`'a' +⏎ 'b'`, `'a'⏎ 'b'`), which are one.
    fn string(&mut self) -> Option<()> {
        let mut value = String::new();
        loop {
            self.one_string(&mut value)?;
            let before = self.at;
            self.skip_space();
            if self.peek() == Some('+') {
                self.at += 1;
                self.skip_space();
            }
            // Behind a line end a quoted word may be the next key of `dd`.
            let next = self.peek().is_some_and(is_quote) && !self.is_arrow_key();
            if !next {
                self.at = before;
                return self.emit(&value);
            }
        }
    }

    fn is_arrow_key(&self) -> bool {
        let line = self.near().lines().next().unwrap_or("");
        line.split_once("\" => ").is_some_and(|(key, _)| key.len() <= LONGEST_KEY)
    }

    fn one_string(&mut self, value: &mut String) -> Option<()> {
        let open = self.peek()?;
        self.at += open.len_utf8();
        let quote = match open {
            '“' | '”' | '„' => '”',
            '‘' | '’' | '‚' => '’',
            _ => open,
        };
        loop {
            if self.is_cut() {
                // Half a word is none; half a sentence is a sentence's half.
                if self.is_word {
                    value.clear();
                }
                return Some(());
            }
            let c = self.peek()?;
            self.at += c.len_utf8();
            match c {
                c if c == quote => return Some(()),
                '\\' => self.escape(value)?,
                '\r' if self.peek() == Some('\n') => {}
                '\n' => {
                    // The string has a line end of its own here; what follows is its indent.
                    if value.ends_with('\n') {
                        while self.peek() == Some('\n') {
                            self.at += 1;
                        }
                        continue;
                    }
                    let cut = self.cuts_a_word(value);
                    // A line that fills the terminal's width was cut there, however the next one is indented.
                    let filled = self.hard_wrap && !value.ends_with(' ') && self.ends_full_line();
                    let indented = !filled && self.peek().is_some_and(char::is_whitespace);
                    self.skip_space();
                    if self.is_word {
                        // `Too ⏎ Many Requests` is no name that a terminal cut.
                        let words = value.ends_with(' ') && self.peek().is_some_and(char::is_uppercase);
                        value.truncate(value.trim_end_matches([' ', '\t']).len());
                        if words {
                            value.push(' ');
                        }
                    } else {
                        join(value, indented, (self.hard_wrap || cut) && !self.stands_between_words(value));
                    }
                }
                c => value.push(c),
            }
        }
    }

    /// Both sides of a line end are whole words.
    fn stands_between_words(&self, value: &str) -> bool {
        let before = value.rsplit(' ').next();
        let next = self.near().split(|c: char| !c.is_alphanumeric()).next();
        let whole = |word: &str| SHORT_WORDS.contains(&word) || LONG_WORDS.contains(&word);
        [before, next].into_iter().all(|word| word.is_some_and(whole))
    }

    /// The line that ended here and the one behind it have the same length, and the next one is not the last.
    fn ends_full_line(&self) -> bool {
        let before = self.text.get(..self.at.saturating_sub(1)).unwrap_or("");
        let Some(line) = before.rfind('\n').and_then(|at| before.get(at + 1..)) else { return false };
        let mut below = self.rest().lines();
        let next = below.next().unwrap_or("");
        line.starts_with(' ') && line.chars().count() == next.chars().count() && below.next().is_some()
    }

    /// A print that stood on one line was cut at a terminal's width, in the middle of a word. `at` is behind the line end.
    fn cuts_a_word(&self, value: &str) -> bool {
        let before = self.text.get(..self.at.saturating_sub(1)).unwrap_or("");
        let line = before.rfind('\n').map_or(before, |at| before.get(at + 1..).unwrap_or(""));
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        // The first line lacks what stands before the value.
        let word = |word: Option<&str>| word.is_some_and(|w| SHORT_WORDS.contains(&w));
        let next = self.near().split(|c: char| !c.is_alphanumeric()).next();
        // No word has one letter but "a".
        if next.is_some_and(|w| w.len() == 1 && w.bytes().all(|b| b.is_ascii_lowercase() && b != b'a'))
            && value.ends_with(letter)
        {
            return true;
        }
        if word(value.rsplit(' ').next()) || word(next) || self.stands_between_words(value) {
            return false;
        }
        line.len() >= if before.contains('\n') { 90 } else { 50 }
            && !line.starts_with(char::is_whitespace)
            && value.ends_with(letter)
            && self.peek().is_some_and(letter)
    }

    fn escape(&mut self, value: &mut String) -> Option<()> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        let digits = match c {
            'n' => return push(value, '\n'),
            't' => return push(value, '\t'),
            'r' => return push(value, '\r'),
            'b' => return push(value, '\u{8}'),
            'f' => return push(value, '\u{c}'),
            '0' => return push(value, '\0'),
            '\n' => return Some(()),
            'x' => 2,
            'u' => 4,
            'U' => 8,
            '\\' | '\'' | '"' | '/' | '`' => return push(value, c),
            other => {
                value.push('\\');
                return push(value, other);
            }
        };
        let first = self.hex(digits)?;
        if c == 'x' && first >= 0x80 {
            return self.bytes(first, value);
        }
        // JSON writes one character beyond the basic plane as two escapes.
        if (0xD800..0xDC00).contains(&first) && self.rest().starts_with("\\u") {
            self.at += 2;
            let second = self.hex(4)?;
            let whole = 0x10000 + ((first - 0xD800) << 10) + second.checked_sub(0xDC00)?;
            return push(value, char::from_u32(whole).unwrap_or('\u{fffd}'));
        }
        push(value, char::from_u32(first).unwrap_or('\u{fffd}'))
    }

    /// The character of which a bytes string shows the bytes (`\xe4\xbd\xa0`), `first` the first of them; where they make none,
    /// the one of that number.
    fn bytes(&mut self, first: u32, value: &mut String) -> Option<()> {
        let len = match first {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => 1,
        };
        let mut bytes = vec![u8::try_from(first).ok()?];
        let mut rest = self.rest();
        while bytes.len() < len {
            let next = rest.strip_prefix("\\x").and_then(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok());
            let Some(byte) = next else { break };
            bytes.push(byte);
            rest = rest.get(4..)?;
        }
        match std::str::from_utf8(&bytes) {
            Ok(text) => {
                value.push_str(text);
                self.at += 4 * (bytes.len() - 1);
                Some(())
            }
            Err(_) => push(value, char::from_u32(first).unwrap_or('\u{fffd}')),
        }
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let number = u32::from_str_radix(self.rest().get(..digits)?, 16).ok()?;
        self.at += digits;
        Some(number)
    }

    /// `None`, `true`, `42`, or a word that is printed without quotes.
    fn bare(&mut self) -> Option<()> {
        let len = self
            .rest()
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '-' | '$' | '#')))
            .unwrap_or(self.rest().len());
        let word = self.rest().get(..len).filter(|word| !word.is_empty())?.to_owned();
        self.at += len;
        // A bytes or raw string of Python.
        if matches!(word.as_str(), "b" | "r" | "u" | "f") && matches!(self.peek(), Some('\'' | '"')) {
            return self.string();
        }
        match word.as_str() {
            "None" | "null" | "undefined" | "nil" => self.out.push_str("null"),
            "True" | "true" => self.out.push_str("true"),
            "False" | "false" => self.out.push_str("false"),
            number if serde_json::from_str::<serde_json::Number>(number).is_ok() => self.out.push_str(number),
            // Somebody cut the word for nothing: `'code': Non}`.
            "No" | "Non" | "nul" | "nu" | "undefine" => self.out.push_str("null"),
            // A word that the text's end cut says nothing.
            _ if self.is_cut() => self.out.push_str("null"),
            other => return self.emit(other),
        }
        Some(())
    }
}

/// Words that stand whole beside a line end more often than as a part of another.
const SHORT_WORDS: &[&str] = &[
    "a", "an", "and", "are", "be", "do", "does", "exist", "for", "has", "have", "in", "is", "it", "not",
    "of", "on", "or", "that", "the", "this", "to", "was", "with", "you", "your",
];

/// Further words of error messages: where one stands on each side of a line end, none was cut.
const LONG_WORDS: &[&str] = &[
    "access",
    "account",
    "after",
    "again",
    "all",
    "also",
    "any",
    "api",
    "available",
    "been",
    "before",
    "billing",
    "but",
    "call",
    "can",
    "cannot",
    "change",
    "check",
    "completion",
    "contact",
    "context",
    "could",
    "current",
    "details",
    "documentation",
    "does",
    "either",
    "endpoint",
    "error",
    "exceed",
    "exceeded",
    "exceeds",
    "field",
    "from",
    "function",
    "greater",
    "header",
    "help",
    "increase",
    "information",
    "input",
    "invalid",
    "key",
    "later",
    "length",
    "less",
    "limit",
    "limits",
    "long",
    "many",
    "maximum",
    "may",
    "message",
    "messages",
    "minute",
    "model",
    "more",
    "must",
    "need",
    "new",
    "no",
    "only",
    "or",
    "organization",
    "our",
    "output",
    "parameter",
    "per",
    "plan",
    "please",
    "prompt",
    "provide",
    "quota",
    "rate",
    "reached",
    "read",
    "reduce",
    "request",
    "requested",
    "requests",
    "required",
    "response",
    "sales",
    "see",
    "set",
    "should",
    "support",
    "supported",
    "system",
    "than",
    "then",
    "there",
    "these",
    "they",
    "token",
    "tokens",
    "too",
    "tool",
    "tools",
    "try",
    "usage",
    "use",
    "used",
    "user",
    "value",
    "was",
    "were",
    "when",
    "which",
    "while",
    "will",
    "within",
    "without",
    "would",
];

/// Bytes of a key that an arrow follows.
const LONGEST_KEY: usize = 80;

/// A bracket as East Asian keyboards and readers of pictures write it.
fn is_wide(c: char, close: char) -> bool {
    matches!((c, close), ('｝', '}') | ('］', ']') | ('）', ')'))
}

fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '"' | '`' | '“' | '”' | '‘' | '’')
}

/// Joins what a line end cut in two: padding at its end and the indent of the next line (`indented`) stand for one blank;
/// a cut at the terminal's width stands for nothing.
pub(super) fn join(value: &mut String, indented: bool, hard_wrap: bool) {
    let bare = value.trim_end_matches([' ', '\t']).len();
    let padded = bare < value.len();
    // A name was cut in two behind the mark that joins its words.
    let within_name = value.get(..bare).is_some_and(|text| {
        text.ends_with('_') && text.trim_end_matches('_').ends_with(|c: char| c.is_ascii_alphanumeric())
    });
    value.truncate(bare);
    if !within_name && (padded || indented || !hard_wrap) {
        value.push(' ');
    }
}

#[expect(clippy::unnecessary_wraps, reason = "lets every escape end with one expression")]
fn push(value: &mut String, c: char) -> Option<()> {
    value.push(c);
    Some(())
}

/// Lines cut at one width: two neighbours of the greatest length, or a usual terminal width. Lines that were broken between
/// words may have such a length by chance: none of them has room for the first word of the next one.
pub(super) fn is_hard_wrapped(text: &str) -> bool {
    if is_word_wrapped(text) || is_word_wrapped(widest(text)) {
        return false;
    }
    let mut lines: Vec<&str> = text.lines().take(200).collect();
    // A log repeats a line; that says nothing of a width.
    lines.dedup();
    let lengths: Vec<usize> = lines.iter().map(|line| line.chars().count()).collect();
    let most = lengths.iter().copied().max().unwrap_or(0);
    let full = lengths.windows(2).any(|pair| pair.iter().all(|len| *len == most));
    most >= 40 && (full || (lengths.len() > 1 && [80, 100, 120, 132, 160].contains(&most)))
}

/// The paragraph of `text` that holds its longest line: a fence, an empty line or a log's next record ends one.
fn widest(text: &str) -> &str {
    let ends = |line: &str| line.trim().is_empty() || line.trim_start().starts_with("```");
    let begins = |line: &str| {
        line.starts_with(|c: char| c.is_ascii_digit()) && line.get(2..3).is_some_and(|c| c == ":" || c == "2")
            || line.starts_with("Traceback ")
    };
    let (mut at, mut start) = (0, 0);
    // Begin, end and longest line of the paragraph.
    let mut found = (0, text.len(), 0);
    for line in text.split_inclusive('\n').take(200) {
        let bare = line.trim_end_matches(['\n', '\r']);
        if begins(bare) {
            start = at;
        }
        at += line.len();
        if ends(bare) {
            start = at;
            continue;
        }
        let length = bare.chars().count();
        if length > found.2 {
            found = (start, at, length);
        } else if start == found.0 {
            found.1 = at;
        }
    }
    text.get(found.0..found.1).unwrap_or(text)
}

fn is_word_wrapped(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().take(200).collect();
    let length = |line: &str| line.chars().count();
    let most = lines.iter().map(|line| length(line)).max().unwrap_or(0);
    let Some((_, ended)) = lines.split_last() else { return false };
    // Words end where they end: many lines of the very same length were cut.
    let full = ended.iter().filter(|line| length(line) == most).count();
    if full >= 3 && full * 4 >= ended.len() * 3 {
        return false;
    }
    let shorter = ended.iter().any(|line| length(line) < most);
    let full = |pair: &[&str]| match pair {
        [line, next] => {
            let word = next.split_whitespace().next().unwrap_or("");
            length(line) + 1 + length(word) > most
        }
        _ => true,
    };
    shorter && lines.windows(2).all(full)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_break_between_words_is_told_from_a_cut() {
        let words = "the balance of this account is too low to send a request with this model to the gateway today, please top up";
        let cut = |width: usize| {
            let all: Vec<char> = words.chars().collect();
            all.chunks(width).map(String::from_iter).collect::<Vec<_>>().join("\n")
        };
        assert!(is_hard_wrapped(&cut(40)) && is_hard_wrapped(&cut(80)));
        for width in 40..100 {
            let mut lines = vec![String::new()];
            for word in words.split(' ') {
                let line = lines.last_mut().expect("one");
                if !line.is_empty() && line.len() + 1 + word.len() > width {
                    lines.push(word.to_owned());
                } else {
                    line.push_str(if line.is_empty() { "" } else { " " });
                    line.push_str(word);
                }
            }
            let even = lines.iter().rev().skip(1).all(|line| line.len() == lines[0].len());
            assert!(even || !is_hard_wrapped(&lines.join("\n")), "{width}: {lines:?}");
        }
    }

    #[test]
    fn a_name_that_a_terminal_cut_is_whole_again() {
        for (before, after) in [("\"request_", "id\""), ("\"max_completion_", "tokens\"")] {
            let mut value = before.to_owned();
            join(&mut value, true, false);
            assert_eq!(value + after, format!("{before}{after}"));
        }
        let mut value = "a snake_case word".to_owned();
        join(&mut value, true, false);
        assert_eq!(value, "a snake_case word ");
    }

    #[test]
    fn dicts_and_objects_become_json() {
        let table = [
            (
                "{'error': {'message': \"it's (request id: 1)\", 'type': 'x', 'param': None, 'ok': True}} tail",
                r#"{"error":{"message":"it's (request id: 1)","type":"x","param":null,"ok":true}}"#,
            ),
            (
                "{ error: { message: 'a' +\n  'b', code: 429, x: [Object] } }",
                r#"{"error":{"message":"ab","code":429,"x":["Object"]}}"#,
            ),
            (r"['\u00e4\n\'', b'x', -1.5e3, (1, 2,)]", r#"["ä\n'","x",-1.5e3,[1,2]]"#),
            (r#"{"a": "\ud83d\ude00"}"#, r#"{"a":"😀"}"#),
            (r#"{"a": b"\xe5\xbd\x93 \xe5x"}"#, r#"{"a":"当 åx"}"#),
            ("{\"a\": \"one\ntwo\"}", r#"{"a":"one two"}"#),
            (
                "{:error=>{:message=>\"m\", :code=>nil, :kind=>:x}}",
                r#"{"error":{"message":"m","code":null,"kind":"x"}}"#,
            ),
            ("{\"error\" => {\"message\" => \"m\"}}", r#"{"error":{"message":"m"}}"#),
            ("[ 'error' => [ 'message' => 'm', 'code' => 5 ] ]", r#"{"error":{"message":"m","code":5}}"#),
            (
                "array:1 [\n  \"error\" => array:2 [\n    \"message\" => \"m\"\n    \"type\" => \"t\"\n  ]\n]",
                r#"{"error":{"message":"m","type":"t"}}"#,
            ),
            ("{“error”:{“message”:“m”,“code”：null}}", r#"{"error":{"message":"m","code":null}}"#),
            ("{‘error’: {‘message’: ‘m’, ‘code’: None}}", r#"{"error":{"message":"m","code":null}}"#),
            (
                "{\"\n  message\":\"a\n  b\",\"type\":\"overload\n  ed_error\"}",
                r#"{"message":"a b","type":"overloaded_error"}"#,
            ),
        ];
        for (text, json) in table {
            assert_eq!(read(text, false).map(|(json, _)| json).as_deref(), Some(json), "{text}");
        }
        let long = format!("{{'a': '{}\n{}\nxyz'}}", "p".repeat(73), "q".repeat(80));
        let (json, _) = read(&long, is_hard_wrapped(&long)).expect("reads");
        assert!(json.contains(&format!("p{}xyz", "q".repeat(80))));
        for text in ["{'a': ", "{'a' 1}", "'open", "", "{'a': 1 'b': 2}", &"[".repeat(5000)] {
            assert_eq!(read(text, false), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_json(text in "[{}\\[\\]()'\"a-c0-9:, \\\\\\nbNone]{0,60}") {
            if let Some((json, end)) = read(&text, false) {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{}", json);
                prop_assert!(text.is_char_boundary(end));
            }
        }
    }
}
