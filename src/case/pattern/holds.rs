//! The words of a pattern, looked for in a text before it is compiled.

use std::borrow::Cow;

use super::{twin, words};

/// What stands in every match of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Words {
    /// That is not known.
    Unknown,
    /// One of these, lower case; `beyond`: or characters beyond ASCII.
    OneOf { words: Vec<Cow<'static, [u8]>>, beyond: bool },
}

impl Words {
    /// Those of the pattern whose twin this is.
    pub(super) fn of(twin: &str) -> Self {
        let Some(all) = words::in_every_match(twin) else { return Self::Unknown };
        let (beyond, words): (Vec<_>, Vec<_>) = all.into_iter().partition(|word| twin::is_foreign(word));
        Self::OneOf { words: words.into_iter().map(Cow::Owned).collect(), beyond: !beyond.is_empty() }
    }

    /// False where no match can stand in `text`; `ascii`: a twin searches it.
    pub(super) fn may_stand_in(&self, text: &str, ascii: bool) -> bool {
        let Self::OneOf { words, beyond } = self else { return true };
        if !ascii && (*beyond || text.contains(twin::FOLDED)) {
            return true;
        }
        words.iter().any(|word| stands_in(word, text.as_bytes()))
    }
}

/// True where `word`, lower case, stands in `text` in whatever case.
fn stands_in(word: &[u8], text: &[u8]) -> bool {
    let Some((at, rare)) = word.iter().enumerate().min_by_key(|(_, byte)| frequency(**byte)) else {
        return true;
    };
    let is_there = |found: usize| {
        let begin = found.checked_sub(at)?;
        text.get(begin..begin + word.len()).filter(|there| there.eq_ignore_ascii_case(word))
    };
    memchr::memchr2_iter(*rare, rare.to_ascii_uppercase(), text).any(|found| is_there(found).is_some())
}

/// How often a byte stands in English and in JSON, roughly; the rare ones first.
fn frequency(byte: u8) -> usize {
    const OFTEN: &[u8] = b"~`^|@%$#!&*+;?<>=qzxjkvbw'\\[](){}ygpfmc9876543hu2ld10-_./rsnioat:,\"e ";
    OFTEN.iter().position(|known| *known == byte).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_the_words_is_spared() {
        let table = [
            (r"(?i)\berror code:?\s*([1-5]\d\d)\b", "Error Code 404", true),
            (r"(?i)\berror code:?\s*([1-5]\d\d)\b", "an error, code 404", false),
            (r"\|\s*([1-5]\d\d)\s*\|", "nothing", true),
            (r"(?:错误|失败)\s*(\d+)", "failed 404", false),
            (r"(?:错误|失败)\s*(\d+)", "错误 404", true),
            (r"(?i)status", "ſtatus", true),
            (r"(?i)status", "état", false),
            (r"gateway\stimeout", "gateway\u{a0}timeout", true),
        ];
        for (pattern, text, want) in table {
            let words = twin::of(pattern).map_or(Words::Unknown, |twin| Words::of(&twin));
            assert_eq!(
                words.may_stand_in(text, super::super::is_for_twin(text)),
                want,
                "{pattern}: {text} {words:?}"
            );
        }
    }
}
