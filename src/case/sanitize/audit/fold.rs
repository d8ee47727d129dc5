//! Characters as a reader takes them: forms of the same letter folded, what is not seen left out.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Characters that are not seen, and marks that only turn the direction of text.
pub(super) fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Calls `each` with the characters of `c`, compatibility forms undone: full-width, circled, mathematical letters, accents as
/// marks of their own.
pub(super) fn compatible(c: char, each: impl FnMut(char)) {
    if is_simple(c) {
        return std::iter::once(c).for_each(each);
    }
    let mut buffer = [0; 4];
    DecomposingNormalizerBorrowed::new_nfkd().normalize(c.encode_utf8(&mut buffer)).chars().for_each(each);
}

/// Characters that are no form of another: the bulk of most texts.
pub(super) fn is_simple(c: char) -> bool {
    c.is_ascii()
        || matches!(c, '\u{430}'..='\u{438}' | '\u{43a}'..='\u{44f}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Letters and digits in lower case with their places, without accents and marks; Korean letters as syllables.
pub(super) fn letters(chars: impl Iterator<Item = (usize, char)>) -> Vec<(usize, char)> {
    let mut out: Vec<(usize, char)> = Vec::new();
    let mut push = |at: usize, c: char| {
        if is_mark(c) || !super::super::normal::is_letter(c) {
            return;
        }
        let c = super::super::normal::lower(c);
        if let Some((_, last)) = out.last_mut()
            && let Some(syllable) = syllable(*last, c)
        {
            *last = syllable;
        } else {
            out.push((at, c));
        }
    };
    chars.for_each(|(at, c)| {
        if is_simple(c) {
            push(at, c);
        } else if !is_unseen(c) {
            compatible(c, |c| push(at, c));
        }
    });
    out
}

/// Marks that some scripts count as letters, and which other spellings leave out.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6ed}' | '\u{3099}' | '\u{309a}' | '\u{20d0}'..='\u{20f0}')
}

/// The Korean syllable of a lead and a vowel, or of a syllable and its end.
fn syllable(last: char, next: char) -> Option<char> {
    let (last, next) = (u32::from(last), u32::from(next));
    match (last, next) {
        (0x1100..=0x1112, 0x1161..=0x1175) => {
            char::from_u32(0xac00 + ((last - 0x1100) * 21 + (next - 0x1161)) * 28)
        }
        (0xac00..=0xd7a3, 0x11a8..=0x11c2) if (last - 0xac00) % 28 == 0 => {
            char::from_u32(last + next - 0x11a7)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn essence(text: &str) -> String {
        letters(text.char_indices()).into_iter().map(|(_, c)| c).collect()
    }

    #[test]
    fn spellings_of_a_text_fall_together() {
        for (one, other) in [
            ("für Übung", "fu\u{308}r U\u{308}bung"),
            ("ＳＫ－ａｂｃ", "sk-abc"),
            ("𝐤𝐞𝐲", "key"),
            ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"),
            ("ｶﾞ", "ガ"),
            ("ﬁle", "file"),
            ("a\u{200b}b\u{202e}", "ab"),
            ("שָׁלוֹם", "שלום"),
        ] {
            assert_eq!(essence(one), essence(other), "{one}");
        }
        assert_ne!(essence("请把"), essence("请吧"));
    }
}
