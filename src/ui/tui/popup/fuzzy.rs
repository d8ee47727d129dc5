//! How well a text fits what was typed: letters in their order, those at the beginning of words and side by side first.

/// A letter that is found.
const FOUND: i32 = 4;
/// It begins a word.
const BEGINS: i32 = 8;
/// It stands right after the one before it.
const BESIDE: i32 = 6;
/// A letter that lies between two found ones takes so much away.
const BETWEEN: i32 = 1;

/// How well `text` fits: every word of `typed` has its letters in it, in their order. `None`: it does not fit; more is
/// better. Letters of any case are alike.
pub fn fit(typed: &str, text: &str) -> Option<i32> {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    typed.to_lowercase().split_whitespace().map(|word| of_word(word, &text)).sum()
}

/// The best way to find the letters of `word`: for each letter the best value of an end at each place of the text.
fn of_word(word: &str, text: &[char]) -> Option<i32> {
    let mut ends: Vec<Option<i32>> = Vec::new();
    for (at, letter) in word.chars().enumerate() {
        let mut best_before: Option<i32> = None;
        let mut row = Vec::with_capacity(text.len());
        let mut previous = None;
        for (place, c) in text.iter().enumerate() {
            let begins = place.checked_sub(1).and_then(|p| text.get(p)).is_none_or(|p| !p.is_alphanumeric());
            let here = FOUND + if begins { BEGINS } else { 0 };
            let way = if at == 0 {
                Some(0)
            } else {
                let beside =
                    place.checked_sub(1).and_then(|p| ends.get(p)).copied().flatten().map(|v| v + BESIDE);
                beside.max(best_before)
            };
            let value = way.filter(|_| *c == letter).map(|way| way + here);
            row.push(value);
            // What ends further back is worth less with each letter that lies between.
            best_before = best_before.map(|v| v - BETWEEN).max(previous);
            previous = ends.get(place).copied().flatten().map(|v| v - BETWEEN);
        }
        ends = row;
    }
    ends.into_iter().flatten().max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_their_order_fit() {
        let table = [
            ("", "anything", true),
            ("cen", "choose endpoint", true),
            ("ENDP", "choose endpoint", true),
            ("end choose", "choose endpoint", true),
            ("nec", "choose endpoint", false),
            ("x", "", false),
            ("cc", "copy", false),
            ("日語", "日本語", true),
        ];
        for (typed, text, fits) in table {
            assert_eq!(fit(typed, text).is_some(), fits, "{typed:?} in {text:?}");
        }
    }

    #[test]
    fn beginnings_of_words_and_neighbours_are_worth_more() {
        let table = [
            ("en", "choose endpoint", "open file"),
            ("co", "copy the note", "choose another"),
            ("sa", "send again", "show all"),
            ("ce", "choose endpoint", "cancel"),
            ("note", "write note", "no other template"),
        ];
        for (typed, better, worse) in table {
            assert!(fit(typed, better) >= fit(typed, worse), "{typed}: {better} before {worse}");
        }
        assert!(fit("theme", "choose theme") > fit("theme", "the home of them"));
    }
}
