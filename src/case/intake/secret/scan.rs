//! Finds what has the form of a key in a text: a maker's prefix, a JSON web token, `Bearer …`.

use crate::case::request::is_placeholder;

/// Prefixes of keys as their makers publish them, with the shortest length that counts in free text.
const PREFIXES: &[(&str, usize)] = &[
    ("sk-", 20),
    ("sk_", 20),
    ("rk_", 20),
    ("pk-lf-", 20),
    ("AIza", 35),
    ("AKIA", 20),
    ("ASIA", 20),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("ghu_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("hf_", 20),
    ("gsk_", 20),
    ("xai-", 20),
    ("pplx-", 20),
    ("r8_", 20),
    ("nvapi-", 20),
    ("tvly-", 20),
    ("ya29", 24),
];

/// Walks over a text from one key-like part to the next. Linear: whatever is refused is stepped over whole.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    /// A walk from the start of `text`.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Start and end of the next secret.
    pub(super) fn next_secret(&mut self) -> Option<(usize, usize)> {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            let start = self.at;
            let rest = bytes.get(start..).unwrap_or_default();
            let after_word = start > 0 && bytes.get(start - 1).is_some_and(u8::is_ascii_alphanumeric);
            if after_word || !begins_key(rest) {
                // The rest of the word holds no beginning.
                self.at += run(rest, |b| b.is_ascii_alphanumeric()).max(1);
                continue;
            }
            if let Some(spaces) = after_bearer(rest) {
                let from = start + spaces;
                let long = run(bytes.get(from..).unwrap_or_default(), is_token68);
                self.at = (from + long).max(start + 1);
                let token = self.text.get(from..from + long).unwrap_or("");
                let end = from + token.trim_end_matches('.').len();
                if self.accepts(from, end, 16) && !self.starts_placeholder(from, end) {
                    return Some((from, end));
                }
            } else if rest.starts_with(b"eyJ") {
                if let Some(end) = self.json_web_token(start) {
                    return Some((start, end));
                }
            } else if let Some(least) = prefix_of(rest) {
                let end = start + run(rest, is_key_byte);
                self.at = end;
                if self.accepts(start, end, least) && !self.starts_placeholder(start, end) {
                    return Some((start, end));
                }
            } else {
                self.at += 1;
            }
        }
        None
    }

    fn json_web_token(&mut self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut end = start;
        for part in 0..3 {
            let len = run(bytes.get(end..).unwrap_or_default(), is_key_byte);
            if part == 0 {
                self.at = start + len.max(1);
            }
            if len < 8 {
                return None;
            }
            end += len;
            if part < 2 {
                if bytes.get(end) != Some(&b'.') {
                    return None;
                }
                end += 1;
            }
        }
        self.at = end;
        Some(end)
    }

    /// Long enough, and a digit in it: words joined by hyphens are no key.
    fn accepts(&self, start: usize, end: usize, least: usize) -> bool {
        let secret = self.text.as_bytes().get(start..end).unwrap_or_default();
        secret.len() >= least && secret.iter().any(u8::is_ascii_digit)
    }

    fn starts_placeholder(&self, start: usize, end: usize) -> bool {
        self.text.get(start..end).is_none_or(is_placeholder)
    }
}

/// For each byte, which of the beginnings have it as their first letter, and which as their second: a bit for each prefix, one
/// for `Bearer` and one for `eyJ`. Most words of a text begin otherwise, and two bytes are looked up sooner than texts compared.
#[expect(clippy::indexing_slicing, reason = "the compiler runs it: what is out of bounds does not build")]
const BEGINNINGS: [[u32; 256]; 2] = {
    let mut letters = [[0; 256]; 2];
    let mut at = 0;
    while at < PREFIXES.len() {
        let prefix = PREFIXES[at].0.as_bytes();
        letters[0][prefix[0] as usize] |= 1 << at;
        letters[1][prefix[1] as usize] |= 1 << at;
        at += 1;
    }
    let others: [(&[u8], &[u8]); 2] = [(b"bB", b"eE"), (b"e", b"y")];
    while at < PREFIXES.len() + others.len() {
        let pair = others[at - PREFIXES.len()];
        let mut letter = 0;
        while letter < pair.0.len() {
            letters[0][pair.0[letter] as usize] |= 1 << at;
            letters[1][pair.1[letter] as usize] |= 1 << at;
            letter += 1;
        }
        at += 1;
    }
    letters
};

/// Whether the first two letters of `rest` are those of a key or of the word before one.
fn begins_key(rest: &[u8]) -> bool {
    let [first, second] = &BEGINNINGS;
    let of = |letters: &[u32; 256], byte: &u8| letters.get(usize::from(*byte)).copied().unwrap_or(0);
    matches!(rest, [a, b, ..] if of(first, a) & of(second, b) != 0)
}

/// The shortest length of a key with the prefix that `rest` begins with.
fn prefix_of(rest: &[u8]) -> Option<usize> {
    PREFIXES.iter().find(|(prefix, _)| rest.starts_with(prefix.as_bytes())).map(|(_, least)| *least)
}

/// Length of `bearer` and the spaces after it at the start of `rest`.
fn after_bearer(rest: &[u8]) -> Option<usize> {
    let word = rest.get(..6).filter(|word| word.first().is_some_and(|b| matches!(b, b'b' | b'B')))?;
    if !word.eq_ignore_ascii_case(b"bearer") {
        return None;
    }
    let spaces = run(rest.get(6..)?, |b| b == b' ' || b == b'\t');
    (spaces > 0).then_some(6 + spaces)
}

fn run(bytes: &[u8], fits: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|b| !fits(*b)).unwrap_or(bytes.len())
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn is_token68(byte: u8) -> bool {
    is_key_byte(byte) || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'=')
}
