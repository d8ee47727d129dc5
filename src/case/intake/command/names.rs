//! The words by which commands are found: `curl` in any letters, and the names of `HTTPie`, xh and wget, which are words of every
//! text, only where no word goes on before them and a blank follows.

use memchr::memmem;

/// A walk over the names of a text. The searches go on side by side, each no further than to its next hit.
pub(super) struct Names<'t> {
    text: &'t str,
    /// Where each program's name is looked for from.
    from: usize,
    next: [Option<usize>; 4],
}

/// How each program is looked for.
const SEARCHES: [fn(&str, usize) -> Option<usize>; 4] = [
    curl,
    |text, from| other(text, from, "http"),
    |text, from| other(text, from, "xh"),
    |text, from| other(text, from, "wget"),
];

impl<'t> Names<'t> {
    /// A walk from byte `from` on.
    pub(super) fn within(text: &'t str, from: usize) -> Self {
        Self { text, from, next: SEARCHES.map(|search| search(text, from)) }
    }
}

impl<'t> Iterator for Names<'t> {
    type Item = (usize, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        for (next, search) in self.next.iter_mut().zip(SEARCHES) {
            if next.is_some_and(|at| at < self.from) {
                *next = search(self.text, self.from);
            }
        }
        let at = self.next.iter().flatten().min().copied()?;
        let rest = self.text.get(at..)?;
        let len = match rest.as_bytes() {
            [b'h', _, _, _, b's', ..] => 5,
            [b'x', _, b's', ..] => 3,
            [b'x', ..] => 2,
            _ => 4,
        };
        self.from = at + len;
        Some((at, rest.get(..len)?))
    }
}

/// The next `curl`, told by its second letter: of those that stand in most texts, the rarest but one.
fn curl(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let found = at + memchr::memchr2(b'u', b'U', bytes.get(at..)?)?;
        let start = found.checked_sub(1).filter(|start| *start >= from);
        if start
            .and_then(|start| bytes.get(start..start + 4))
            .is_some_and(|word| word.eq_ignore_ascii_case(b"curl"))
        {
            return start;
        }
        at = found + 1;
    }
}

/// The next `name` or `names` that no word goes on before, and behind which a blank stands.
fn other(text: &str, from: usize, name: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let found = at + memmem::find(bytes.get(at..)?, name.as_bytes())?;
        at = found + name.len();
        let of_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        let begins = found.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(|b| !of_word(b));
        let behind = bytes.get(at..)?;
        if begins && matches!(behind.strip_prefix(b"s").unwrap_or(behind), [b' ' | b'\t', ..]) {
            return Some(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

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
    }
}
