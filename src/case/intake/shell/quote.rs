//! Quotes inside a word.

use super::Shell;

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
        // A workflow's runner puts its settings in before the shell reads anything.
        let mut rest = inside;
        while let Some((before, behind)) = rest.split_once("${{") {
            let Some(setting) = super::dollar::setting(rest.get(before.len() + 1..).unwrap_or("")) else {
                break;
            };
            self.word.extend([before, "[env:", setting.name, "]"]);
            rest = behind.get(setting.len - "{{".len()..).unwrap_or("");
        }
        self.word.push_str(rest);
    }

    /// nushell's `r#'…'#`. False where none stands here.
    pub(super) fn raw(&mut self) -> bool {
        let rest = self.rest();
        let Some(inside) = rest.strip_prefix("r#'") else { return false };
        let Some(len) = inside.find("'#") else { return false };
        self.word.push_str(inside.get(..len).unwrap_or(""));
        self.in_word = true;
        self.at += len + "r#''#".len();
        true
    }

    /// JSON in backticks, with which nushell quotes: no command begins so. False where none stands here.
    pub(super) fn text_in_backticks(&mut self) -> bool {
        let Some(inside) = self.rest().strip_prefix('`').filter(|inside| inside.starts_with(['{', '[']))
        else {
            return false;
        };
        let Some(len) =
            inside.find('`').filter(|len| inside.get(..*len).is_some_and(|text| text.contains('"')))
        else {
            return false;
        };
        self.word.push_str(inside.get(..len).unwrap_or(""));
        self.in_word = true;
        self.at += len + 2;
        true
    }

    pub(super) fn double(&mut self) {
        let before = std::mem::replace(&mut self.in_quotes, true);
        self.double_quoted();
        self.in_quotes = before;
    }

    pub(super) fn double_quoted(&mut self) {
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
                // nushell's `$"… ($name)"`
                Some('(') if self.in_nu && super::dollar::in_brackets(self.rest()).is_some() => {
                    let len = super::dollar::in_brackets(self.rest()).unwrap_or(1);
                    let name = self.rest().get(1..len - 1).unwrap_or("");
                    let value = self.expanded(name.trim());
                    self.word.push_str(&value);
                    self.at += len;
                }
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

    /// `$'…'`: backslash escapes as in C.
    pub(super) fn ansi(&mut self) {
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

    pub(super) fn ansi_escape(&mut self) {
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

    pub(super) fn number(&mut self, radix: u32, most: usize) {
        let digits: String = self.rest().chars().take(most).take_while(|c| c.is_digit(radix)).collect();
        self.at += digits.len();
        match u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32) {
            Some(c) => self.word.push(c),
            None => self.word.push('\u{fffd}'),
        }
    }
}
