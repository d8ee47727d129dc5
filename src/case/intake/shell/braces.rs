//! Ranges in bash's braces: `p{1..3}`, `{a..c}`
//! (<https://www.gnu.org/software/bash/manual/html_node/Brace-Expansion.html>).

/// More words are not made of one.
const MOST: usize = 50;

/// The words of the range at the start of `text`, and the bytes that it takes.
pub(super) fn range(text: &str) -> Option<(Vec<String>, usize)> {
    let near = text.get(1..).map(|inside| super::head(inside, 64))?;
    let end = near.find('}').filter(|_| text.starts_with('{'))?;
    let inside = near.get(..end)?;
    let (from, rest) = inside.split_once("..")?;
    let (to, step) = rest.split_once("..").unwrap_or((rest, "1"));
    let step = usize::try_from(step.parse::<i64>().ok()?.unsigned_abs()).ok()?.max(1);
    let words = if let (Ok(first), Ok(last)) = (from.parse::<i64>(), to.parse::<i64>()) {
        let padded = |text: &str| {
            text.trim_start_matches('-').len() > 1 && text.trim_start_matches('-').starts_with('0')
        };
        let width = if padded(from) || padded(to) { from.len().max(to.len()) } else { 0 };
        let written = |number: i64| format!("{number:0width$}");
        let numbers: Vec<i64> = if first <= last {
            (first..=last).step_by(step).take(MOST).collect()
        } else {
            (last..=first).rev().step_by(step).take(MOST).collect()
        };
        numbers.into_iter().map(written).collect()
    } else {
        let letter = |text: &str| text.parse::<char>().ok().filter(char::is_ascii_alphabetic);
        let (first, last) = (letter(from)?, letter(to)?);
        let letters: Vec<char> = if first <= last {
            (first..=last).step_by(step).take(MOST).collect()
        } else {
            (last..=first).rev().step_by(step).take(MOST).collect()
        };
        letters.into_iter().map(String::from).collect()
    };
    Some((words, end + 2))
}

/// The words that `word` makes with ranges at these places.
pub(super) fn expanded(word: String, ranges: &[(usize, usize)]) -> Vec<String> {
    let mut words = vec![word];
    // From the last on, so that the places before it stay.
    for (from, end) in ranges.iter().rev() {
        let whole = words.first().map_or("", String::as_str);
        let Some((turns, _)) = whole.get(*from..).and_then(range) else { continue };
        if turns.len() * words.len() > MOST {
            continue;
        }
        let all = turns.iter().flat_map(|turn| {
            words.iter().map(move |word| {
                format!("{}{turn}{}", word.get(..*from).unwrap_or(""), word.get(*end..).unwrap_or(""))
            })
        });
        words = all.collect();
    }
    words
}
