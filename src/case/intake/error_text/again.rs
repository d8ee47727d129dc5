//! Where the next record of the same print begins: a log repeats an error line by line, and a paste repeats a line.
//!
//! ```text
//! 10:15:00 Error: 429 Too many requests     <- the record
//! 10:15:01 Error: 429 Too many requests     <- the same print: numbers aside, it begins as the first one does
//! ```

/// Letters and digits that a print has at least before its words: a bullet alone begins the lines of one list.
const SHORTEST_PRINT: usize = 4;
/// A shorter sentence may well stand in a text twice, characters.
const SHORTEST_RECORD: usize = 12;

/// How often `text` holds the same record, numbers aside: 1 where it is anything else than one record again and again. The
/// last one may be cut.
pub(in crate::case::intake) fn times(text: &str) -> usize {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    let Some(first) = lines.next().filter(|first| first.chars().count() >= SHORTEST_RECORD) else { return 1 };
    if lines.peek().is_none() {
        return times_on_line(first);
    }
    let is_cut = |line: &str| line.len() < first.len() && begins_as(first, line);
    let mut count = 1;
    while let Some(line) = lines.next() {
        let same = line.len() == first.len() && begins_as(line, first);
        if !same && (lines.peek().is_some() || !is_cut(line)) {
            return 1;
        }
        count += 1;
    }
    count
}

fn times_on_line(line: &str) -> usize {
    let begin = line.char_indices().nth(SHORTEST_RECORD).and_then(|(at, _)| line.get(..at));
    let length = begin.and_then(|begin| line.match_indices(begin).map(|(at, _)| at).find(|at| *at > 0));
    let Some(record) = length.and_then(|length| line.get(..length)) else { return 1 };
    let mut rest = line;
    let mut count = 0;
    while let Some(behind) = rest.strip_prefix(record) {
        (rest, count) = (behind, count + 1);
    }
    // Without the blank that parts them the last one may be whole.
    let is_whole = !rest.is_empty() && record.starts_with(rest);
    if is_whole || rest.is_empty() { count + usize::from(is_whole) } else { 1 }
}

/// `spoken`, the end of `text`, up to the next record of the same print.
pub(super) fn first<'t>(text: &str, spoken: &'t str) -> &'t str {
    let print = print_of(text, spoken);
    let ends = [next_line(print, spoken), next_on_line(print, spoken)];
    let end = ends.into_iter().flatten().min();
    end.and_then(|at| spoken.get(..at)).map_or(spoken, str::trim_end)
}

/// What stands on the line before `spoken`.
fn print_of<'t>(text: &'t str, spoken: &str) -> &'t str {
    let before = text.len().checked_sub(spoken.len()).and_then(|at| text.split_at_checked(at));
    let before = before.filter(|(_, behind)| *behind == spoken).map_or("", |(before, _)| before);
    before.rsplit('\n').next().unwrap_or("")
}

/// The byte of the first further line that begins as the print does, or is the first line again.
fn next_line(print: &str, spoken: &str) -> Option<usize> {
    let mut lines = spoken.split_inclusive('\n');
    let first = lines.next()?;
    let is_print = print.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST_PRINT;
    let is_record = first.trim().chars().count() >= SHORTEST_RECORD;
    let mut at = first.len();
    for line in lines {
        if is_print && begins_as(line, print) || is_record && line.trim() == first.trim() {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// Numbers aside: a time, a count of tries.
fn begins_as(line: &str, print: &str) -> bool {
    let mut characters = line.chars();
    let same = |a: char, b: char| a == b || a.is_ascii_digit() && b.is_ascii_digit();
    print.chars().all(|own| characters.next().is_some_and(|c| same(own, c)))
}

/// The byte of the first line at which print and words begin anew, where the line goes on with them.
fn next_on_line(print: &str, spoken: &str) -> Option<usize> {
    let print = print.trim();
    let line = spoken.lines().next()?;
    let begins =
        if print.is_empty() { line.get(..line.char_indices().nth(SHORTEST_RECORD)?.0)? } else { print };
    let at = line.match_indices(begins).map(|(at, _)| at).find(|at| *at > 0)?;
    let record = line.get(..at)?;
    let again = line.get(at..)?.strip_prefix(print)?;
    let words = record.trim();
    let goes_on = again.trim_start();
    let same = goes_on.starts_with(words) || !goes_on.is_empty() && words.starts_with(goes_on.trim_end());
    (same && words.chars().count() >= SHORTEST_RECORD).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_stands_many_times_is_counted() {
        for (text, expected) in [
            ("Error: 429 Too many requests\n".repeat(20_000), 20_000),
            ("Error: 429 Too many requests ".repeat(300), 300),
            ("10:15:00 Error: no channel\n10:15:01 Error: no channel\n10:15:".to_owned(), 3),
            ("Error: 429 Too many requests".to_owned(), 1),
            ("Error: 429 Too many requests\nError: 500 Internal error now".to_owned(), 1),
            ("Error: 429 Too many requests\nand then\nError: 429 Too many requests".to_owned(), 1),
            (String::new(), 1),
        ] {
            assert_eq!(times(&text), expected, "{}", text.get(..80).unwrap_or(&text));
        }
    }

    #[test]
    fn a_record_ends_where_the_next_one_begins() {
        for (text, spoken, record) in [
            ("Error: 429 Too many requests\nError: 429 Too many requests\n", "Too many", "Too many requests"),
            ("Error: 429 slow down\nError: 429 no quota left\n", "slow", "slow down"),
            ("10:15:00 E no channel left\n10:15:01 E no channel left", "no", "no channel left"),
            ("Too many requests now\nToo many requests now", "Too", "Too many requests now"),
            ("Error: 429 Too many requests Error: 429 Too many requests ", "Too", "Too many requests"),
            ("Error: 429 Too many requestsError: 429 Too many req", "Too", "Too many requests"),
            (
                "Error: 429 Too many requests. Another Error: 429 was seen",
                "Too",
                "Too many requests. Another Error: 429 was seen",
            ),
            ("- no channel\n- no key", "no channel", "no channel\n- no key"),
            ("Error: wait\nthen ask again", "wait", "wait\nthen ask again"),
        ] {
            let at = text.find(spoken).expect(text);
            let spoken = text.get(at..).expect(text);
            assert_eq!(first(text, spoken).trim_end(), record, "{text}");
        }
    }
}
