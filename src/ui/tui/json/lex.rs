//! The tokens of a JSON text that may be wrong anywhere. A line break ends a string, so that one missing quote colours one
//! line, and so that any line can be read without those above it.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A string that names a member.
    Key,
    /// Another string.
    Text,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// `{` or `[`.
    Open,
    /// `}` or `]`.
    Close,
    /// `:` or `,`.
    Mark,
    /// No JSON: a bare word, a string without its end.
    Wrong,
}

/// A token with its bytes `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Reads tokens; white space is passed over.
#[derive(Debug, Clone)]
pub struct Lexer<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Lexer<'t> {
    /// The tokens of `text`.
    pub fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0 }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// One past the string that begins at `start`, and whether it has its closing quote.
    fn string(&self, start: usize) -> (usize, bool) {
        let mut at = start + 1;
        while let Some(byte) = self.byte(at) {
            match byte {
                b'"' => return (at + 1, true),
                b'\n' => return (at, false),
                // An escaped line break ends it all the same.
                b'\\' if self.byte(at + 1).is_some_and(|next| next != b'\n') => at += 2,
                _ => at += 1,
            }
        }
        (at.min(self.bytes.len()), false)
    }

    /// One past the run of letters, digits and signs that begins at `start`.
    fn run(&self, start: usize) -> usize {
        let is_end = |byte: &u8| {
            byte.is_ascii_whitespace() || matches!(byte, b'{' | b'}' | b'[' | b']' | b':' | b',' | b'"')
        };
        let rest = self.bytes.get(start..).unwrap_or_default();
        // At least one byte, and never the middle of a character: those bytes end no run.
        start + rest.iter().skip(1).position(is_end).map_or(rest.len(), |length| length + 1)
    }

    fn is_before_colon(&self, end: usize) -> bool {
        let rest = self.bytes.get(end..).unwrap_or_default();
        rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        while self.byte(self.at).is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
        let start = self.at;
        let (kind, end) = match self.byte(start)? {
            b'{' | b'[' => (Kind::Open, start + 1),
            b'}' | b']' => (Kind::Close, start + 1),
            b':' | b',' => (Kind::Mark, start + 1),
            b'"' => match self.string(start) {
                (end, false) => (Kind::Wrong, end),
                (end, true) if self.is_before_colon(end) => (Kind::Key, end),
                (end, true) => (Kind::Text, end),
            },
            _ => {
                let end = self.run(start);
                (bare(self.bytes.get(start..end).unwrap_or_default()), end)
            }
        };
        self.at = end;
        Some(Token { kind, start, end })
    }
}

fn bare(run: &[u8]) -> Kind {
    match run {
        b"true" | b"false" | b"null" => Kind::Word,
        _ if serde_json::from_slice::<&serde_json::value::RawValue>(run)
            .is_ok_and(|raw| raw.get().starts_with(|c: char| c == '-' || c.is_ascii_digit())) =>
        {
            Kind::Number
        }
        _ => Kind::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> String {
        Lexer::new(text)
            .map(|token| match token.kind {
                Kind::Key => 'k',
                Kind::Text => 't',
                Kind::Number => 'n',
                Kind::Word => 'w',
                Kind::Open => '(',
                Kind::Close => ')',
                Kind::Mark => ',',
                Kind::Wrong => '?',
            })
            .collect()
    }

    #[test]
    fn tokens_of_good_and_bad_json() {
        let table = [
            (r#"{"a": [1, -2.5e3, true, null, "x"]}"#, "(k,(n,n,w,w,t))"),
            (r#"{"a\"b" : "c\\"}"#, "(k,t)"),
            ("{\"a: 1,\n\"b\": 2}", "(?k,n)"),
            ("{'a': None}", "(?,?)"),
            ("01 +1 .5 日本 1.", "?????"),
            ("\"end\\", "?"),
            ("\"a\\\nb\"", "???"),
            ("", ""),
        ];
        for (text, wanted) in table {
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    proptest! {
        #[test]
        fn tokens_stand_in_order_on_borders_of_characters(text in any::<String>()) {
            let mut at = 0;
            for token in Lexer::new(&text) {
                prop_assert!(at <= token.start && token.start < token.end);
                prop_assert!(text.get(token.start..token.end).is_some());
                at = token.end;
            }
        }
    }
}
