//! The name of a file in a header: a person gave it.

use super::rule::{Edit, Rules, apply};
use crate::case::sanitize::address::decode;
use crate::case::sanitize::placeholder::is_placeholder;
use crate::case::sanitize::shape::of_file_name;

const HEADER: &[u8] = b"content-disposition:";
/// Words of a name from which on it tells something.
const WORDS: usize = 4;
/// How a name is written, and what ends it.
const FORMS: [(&[u8], &[u8]); 3] =
    [(b"filename*=", b"; \t"), (b"filename=\"", b"\""), (b"filename=", b"\"; \t")];

/// A line `Content-Disposition: …` whose names that tell something left as their length and ending. `None`: it stays.
pub(super) fn of(line: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
    if !line.get(..HEADER.len()).is_some_and(|l| l.eq_ignore_ascii_case(HEADER)) {
        return None;
    }
    let mut edits = Vec::new();
    for (lead, until) in FORMS {
        let Some(at) = memchr::memmem::find(line, lead) else { continue };
        let value = line.get(at + lead.len()..).unwrap_or(&[]);
        let value = value.split(|b| until.contains(b)).next().unwrap_or(&[]);
        let charset = memchr::memmem::find(value, b"''").map_or(0, |at| at + 2);
        let name = decode(&String::from_utf8_lossy(value.get(charset..).unwrap_or(&[])));
        if tells_something(&name) {
            rules.count("text", "file_name");
            let start = at + lead.len();
            edits.push(Edit {
                start: start + charset,
                end: start + value.len(),
                text: of_file_name(&name).into_bytes(),
            });
        }
    }
    edits.sort_by_key(|e| e.start);
    let new = (!edits.is_empty()).then(|| apply(line, &edits))?;
    Some(rules.text(&new, false).unwrap_or(new))
}

/// A name of several words, or in letters other than a program's.
fn tells_something(name: &str) -> bool {
    let is_word = |w: &&str| w.chars().count() >= 2 && w.chars().all(char::is_alphabetic);
    // An ending is one short word.
    let is_ending = |end: &str| end.len() <= 10 && end.chars().all(char::is_alphanumeric);
    let stem = name.rsplit_once('.').filter(|(_, end)| is_ending(end)).map_or(name, |(stem, _)| stem);
    let words = stem.split([' ', '_', '-', '+']).filter(is_word).count();
    !is_placeholder(name) && (!name.is_ascii() || words >= WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_tell_something_are_known() {
        for (name, tells) in [
            ("ask Margaret about salmon.txt", true),
            ("my-own-secret-plan.pdf", true),
            ("分析报告.xlsx", true),
            ("batch_input_2026-11-20.jsonl", false),
            ("image.png", false),
            ("i@e.ne or xt_lh_ex", true),
            ("[file name: 14 chars, .png]", false),
        ] {
            assert_eq!(tells_something(name), tells, "{name}");
        }
    }
}
