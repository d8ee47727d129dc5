//! The words by which commands are found: `curl` in any letters, and the names of `HTTPie`, xh and wget, which are words of every
//! text, only where no word goes on before them and a blank follows.

use memchr::memmem;

/// A walk over the names of a text, window by window: a search for a name that stands nowhere reads no further than the others,
/// however often somebody asks for the next command.
pub(super) struct Names<'t> {
    text: &'t str,
    from: usize,
}

/// Bytes of the first window. The next ones are twice as wide each.
const NARROW: usize = 512;

/// Longest name with what tells it, bytes.
const LONGEST: usize = 6;

/// Looks in a text, from a byte on, for a name that begins before another byte.
type Search = fn(&[u8], usize, usize) -> Option<usize>;

/// How each program is looked for.
const SEARCHES: [Search; 4] = [
    curl,
    |text, from, end| other(text, from, end, b"http"),
    |text, from, end| other(text, from, end, b"xh"),
    |text, from, end| other(text, from, end, b"wget"),
];

impl<'t> Names<'t> {
    /// A walk from byte `from` on.
    pub(super) fn within(text: &'t str, from: usize) -> Self {
        Self { text, from }
    }
}

impl<'t> Iterator for Names<'t> {
    type Item = (usize, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        let mut width = NARROW;
        while self.from < bytes.len() {
            let end = self.from.saturating_add(width).min(bytes.len());
            let near = bytes.get(..end.saturating_add(LONGEST).min(bytes.len()))?;
            let found = SEARCHES.iter().filter_map(|search| search(near, self.from, end)).min();
            let Some(at) = found else {
                self.from = end;
                width *= 2;
                continue;
            };
            let rest = self.text.get(at..)?;
            let len = match rest.as_bytes() {
                [b'h', _, _, _, b's', ..] => 5,
                [b'x', _, b's', ..] => 3,
                [b'x', ..] => 2,
                _ => 4,
            };
            self.from = at + len;
            return Some((at, rest.get(..len)?));
        }
        None
    }
}

/// The next `curl`, told by its second letter: of those that stand in most texts, the rarest but one.
fn curl(text: &[u8], from: usize, end: usize) -> Option<usize> {
    let mut at = from + 1;
    loop {
        let found = at + memchr::memchr2(b'u', b'U', text.get(at..)?)?;
        let start = found.checked_sub(1).filter(|start| *start < end)?;
        if text.get(start..start + 4).is_some_and(|word| word.eq_ignore_ascii_case(b"curl")) {
            return Some(start);
        }
        at = found + 1;
    }
}

/// The next `name` or `names` that no word goes on before, and behind which a blank stands.
fn other(text: &[u8], from: usize, end: usize, name: &[u8]) -> Option<usize> {
    let mut at = from;
    loop {
        let found = at + memmem::find(text.get(at..)?, name)?;
        if found >= end {
            return None;
        }
        at = found + name.len();
        let of_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        let begins = found.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|b| !of_word(b));
        let behind = text.get(at..)?;
        if begins && matches!(behind.strip_prefix(b"s").unwrap_or(behind), [b' ' | b'\t', ..]) {
            return Some(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NARROW, Names};

    #[test]
    fn names_of_programs_are_found_in_their_order() {
        let table: [(&str, &[(usize, &str)]); 7] = [
            ("curl a; Curl b; cURL c", &[(0, "curl"), (8, "Curl"), (16, "cURL")]),
            (
                "xh a\nhttps b\ncurl c\nhttp\td xhs e",
                &[(0, "xh"), (5, "https"), (13, "curl"), (20, "http"), (27, "xhs")],
            ),
            ("libcurl, curling", &[(3, "curl"), (9, "curl")]),
            ("http://h.test axh b _http c httpx d httpsx e http", &[]),
            ("u ur url", &[]),
            ("\u{e9}http a", &[(2, "http")]),
            ("", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(Names::within(text, 0).collect::<Vec<_>>(), expected, "{text}");
        }
        assert_eq!(Names::within("curl curl", 1).collect::<Vec<_>>(), [(5, "curl")]);
        assert_eq!(Names::within("curl", 9).collect::<Vec<_>>(), []);
        // Wherever a window ends.
        for name in ["curl ", "https ", "xhs ", "wget "] {
            for before in NARROW - 8..NARROW + 2 {
                let text = format!("{}{name}a", " ".repeat(before));
                assert_eq!(
                    Names::within(&text, 0).collect::<Vec<_>>(),
                    [(before, name.trim_end())],
                    "{name} {before}"
                );
            }
        }
    }
}
