//! Text made harmless for a terminal, cut and wrapped by the width that it takes there.

use unicode_width::UnicodeWidthChar;

/// One character as it may be drawn: controls, bidi marks and invisible characters are written out, a tab is four
/// blanks. Pushes onto `out` and gives the columns that were added.
pub fn push_visible(out: &mut String, c: char) -> usize {
    let before = out.len();
    match c {
        '\t' => out.push_str("    "),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\u{1b}' => out.push_str("\\e"),
        c if c.is_control() || is_hidden(c) => out.extend(c.escape_unicode()),
        c => match c.width() {
            // A letter's own marks (Thai, Hindi, a decomposed é) are how it is read.
            None | Some(0) if is_marked_letter(out) => {
                out.push(c);
                return 0;
            }
            // A lone combining mark would change what stands before it.
            None | Some(0) => out.extend(c.escape_unicode()),
            Some(columns) => {
                out.push(c);
                return columns;
            }
        },
    }
    out.len() - before
}

/// True where terminals disagree how many columns `symbol` takes (flags, tones of skin, joined emoji, vowel signs of
/// India): what is drawn over it later may leave remains.
pub fn is_disputed(symbol: &str) -> bool {
    symbol.len() > 2
        && symbol.chars().any(|c| {
            matches!(c,
                '\u{0900}'..='\u{0dff}' | '\u{200d}' | '\u{fe0f}' | '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}')
        })
}

/// Most marks of one letter: more are no writing.
const MARKS: usize = 3;

/// `out` ends with a letter beyond ASCII or one that may have an accent, and has room for one more mark.
fn is_marked_letter(out: &str) -> bool {
    let is_mark = |c: &char| matches!(c.width(), None | Some(0)) && !c.is_control() && !is_hidden(*c);
    let marks = out.chars().rev().take_while(is_mark).count();
    marks < MARKS && out.chars().rev().nth(marks).is_some_and(char::is_alphabetic)
}

/// Bidi marks and other characters that change how a line looks without being seen.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// `text` on one line, harmless, at most `width` columns wide; what was cut off is shown by `…`. Reads no more of
/// `text` than fits.
pub fn cut(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    // Where to cut to make place for the sign.
    let mut keep = 0;
    for c in text.chars() {
        let before = out.len();
        let columns = push_visible(&mut out, c);
        if used + columns > width {
            out.truncate(keep.min(before));
            if width > 0 {
                out.push('…');
            }
            return out;
        }
        used += columns;
        if used < width {
            keep = out.len();
        }
    }
    out
}

/// `text` on one line, harmless, cut or filled with blanks to exactly `width` columns.
pub fn fit(text: &str, width: usize) -> String {
    let mut out = cut(text, width);
    let used = unicode_width::UnicodeWidthStr::width(out.as_str());
    out.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
    out
}

/// Sentences of ours (or an operator's), harmless, wrapped between words at `width` columns; a longer word is broken.
/// Line breaks of `text` are kept.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let (mut line, mut used) = (String::new(), 0);
        for word in paragraph.split(' ') {
            let mut shown = String::new();
            let columns: usize = word.chars().map(|c| push_visible(&mut shown, c)).sum();
            if used > 0 && used + 1 + columns > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            } else if used > 0 {
                line.push(' ');
                used += 1;
            }
            for c in shown.chars() {
                let columns = c.width().unwrap_or(0);
                if used + columns > width && used > 0 {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push(c);
                used += columns;
            }
        }
        lines.push(line);
    }
    lines
}

/// The same with the blanks at the beginning of each line kept; a line that goes on begins further in.
pub fn wrap_indented(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.lines() {
        let rest = line.trim_start_matches(' ');
        let indent = (line.len() - rest.len()).min(width / 2);
        let first = wrap(rest, width.saturating_sub(indent));
        let is_whole = first.len() < 2;
        let broken = if is_whole { first } else { wrap(rest, width.saturating_sub(indent + 2)) };
        lines.extend(broken.into_iter().enumerate().map(|(at, words)| {
            let blanks = if at == 0 { indent } else { indent + 2 };
            format!("{}{words}", " ".repeat(blanks))
        }));
        if rest.is_empty() {
            lines.push(String::new());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn texts_are_cut_by_columns() {
        let table = [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("abcd", 1, "…"),
            ("abcd", 0, ""),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("a\u{1b}[31mb", 20, "a\\e[31mb"),
            ("a\u{202e}b", 20, "a\\u{202e}b"),
            ("a\nb\tc", 20, "a\\nb    c"),
        ];
        for (text, width, wanted) in table {
            assert_eq!(cut(text, width), wanted, "{text:?} {width}");
        }
        assert_eq!(fit("ab", 4), "ab  ");
        assert_eq!(fit("日本語", 4), "日… ");
    }

    #[test]
    fn words_are_wrapped_and_long_words_broken() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("a\n\nb", 9), ["a", "", "b"]);
        assert_eq!(wrap_indented("  one two\n\nb", 7), ["  one", "    two", "", "b"]);
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left_and_nothing_is_too_wide(text in any::<String>(), width in 0_usize..90) {
            let mut lines = wrap(&text, width.max(8));
            prop_assert!(lines.iter().all(|l| l.width() <= width.max(8)));
            lines.push(cut(&text, width));
            prop_assert!(lines.last().is_some_and(|l| l.width() <= width));
            for line in lines {
                prop_assert!(!line.chars().any(|c| c.is_control() || is_hidden(c)));
            }
        }
    }
}
