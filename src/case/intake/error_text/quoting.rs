//! Where people quote an error within their own words: in back quotes in a sentence, in a cell of a table. The error is put on
//! a line of its own.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::case::pattern::Regex;

/// What an error says and a name, a path or a setting does not.
static SAYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?-u:\b)[45]\d\d(?-u:\b)|error|fail|exception|invalid|denied|refused|forbidden|not (?:found|exist|allowed|supported)|timed? ?out|too (?:many|large)|incorrect|expired|exceed|unauthori[sz]ed|unsupported|cannot|"message"|错误|失败|异常|无效|不存在"#,
    )
    .ok()
});

/// Words of a quote that is more than a name.
const FEWEST_WORDS: usize = 3;
/// So many characters of a person's may stand around a quote in its line.
const MOST_AROUND: usize = 160;

/// `text` with its quoted errors on lines of their own; `None` where it has none.
pub(super) fn apart(text: &str) -> Option<String> {
    if !text.contains(['`', '"', '“'])
        && !text.contains("|-")
        && !text.contains("| -")
        && !text.contains("-+")
    {
        return None;
    }
    let is_table = text.lines().any(is_separator);
    let mut changed = false;
    let mut fenced = false;
    let mut below = text.lines().skip(1);
    let lines: Vec<Cow<'_, str>> = text
        .lines()
        .map(|line| {
            let heads = below.next().is_some_and(is_separator) && is_head(line);
            if heads && is_table && !fenced {
                changed = true;
                return Cow::Borrowed("");
            }
            fenced ^= line.trim_start().starts_with("```");
            let quoted = || of_whole(line).or_else(|| of_speech(line));
            let told = || of_sentence(line).or_else(|| of_row(line).filter(|_| is_table));
            let apart = quoted().or_else(|| if fenced { None } else { told() });
            changed |= apart.is_some();
            apart.map_or(Cow::Borrowed(line), Cow::Owned)
        })
        .collect();
    changed.then(|| lines.join("\n"))
}

/// The words say what an error says.
pub(super) fn says(text: &str) -> bool {
    SAYS.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// A line that is one quote of an error and nothing else: several may stand one below the other.
fn of_whole(line: &str) -> Option<String> {
    let quote = line.trim().strip_prefix('`')?.strip_suffix('`')?;
    let is_copied = COPIED.as_ref().is_some_and(|p| p.is_match(quote));
    // A client's words on its tries, or a sentence.
    let is_told =
        quote.starts_with("Failed after ") || quote.split_whitespace().nth(7).is_some() && says(quote);
    (is_copied && !quote.contains('`') || is_told && !quote.contains(['`', '{', '=']))
        .then(|| format!("{quote}\n"))
}

/// The one quote of a sentence that is an error, where the sentence itself is none.
fn of_sentence(line: &str) -> Option<String> {
    let (first, rest) = line.split_once('`')?;
    let (quote, behind) = rest.rsplit_once('`')?;
    let is_error = |quote: &str| quote.split_whitespace().nth(FEWEST_WORDS - 1).is_some() && says(quote);
    // Names in back quotes stand within an error, too: those come in pairs, the first mark inside opens one.
    let (before, quote, behind) = match quote.split_once('`') {
        Some((name, next))
            if !name.ends_with(char::is_whitespace) && !next.starts_with(char::is_alphanumeric) =>
        {
            of_several(line, is_error)?
        }
        _ => (first, quote, behind),
    };
    let around = before.chars().count() + behind.chars().count();
    let is_one = quote.matches('`').count() % 2 == 0 && !before.is_empty();
    let is_error = is_error(quote);
    let is_alone = behind.starts_with([' ', '.', ',', ';', ')', '!', '?', '。', '，']) || behind.is_empty();
    if !is_one || !is_error || !is_alone || around > MOST_AROUND || says(before) || says(behind) {
        return None;
    }
    Some(format!("{}\n\n{quote}\n\n{}", before.trim_end(), behind.trim_start()))
}

/// The only one of several quotes of a line that is an error, with what stands before and behind it.
fn of_several(line: &str, is_error: impl Fn(&str) -> bool) -> Option<(&str, &str, &str)> {
    let marks: Vec<usize> = line.match_indices('`').map(|(at, _)| at).collect();
    let place = |pair: &[usize]| match pair {
        [open, close] => Some((line.get(..*open)?, line.get(open + 1..*close)?, line.get(close + 1..)?)),
        _ => None,
    };
    let mut errors = marks.chunks(2).filter_map(place).filter(|(_, quote, _)| is_error(quote));
    errors.next().filter(|_| errors.next().is_none())
}

/// Words by which a person says that a quotation follows.
static TOLD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:(?-u:\b)(?:gets?|got|getting|gives?|comes?|came|says?|said|saying|shows?|showed|see|sees|saw|returns?|returned|receives?|received|ends? (?:in|with)|ended (?:in|with)|error|errors|message|throws?|thrown|with|fails? with|failed with)|提示|报错|显示|返回|错误|出现|弹出|为|是)\s*(?:this|the|a|an|me)?\s*(?:error|message)?\s*[:：,，]?\s*$",
    )
    .ok()
});

/// The words say that a quotation follows.
pub(super) fn is_told(words: &str) -> bool {
    TOLD.as_ref().is_some_and(|p| p.is_match(words))
}

/// How an error begins that a person copied: with its name, or with a status behind few words.
static COPIED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?:[^\n]{0,60}(?-u:\b)[45]\d\d(?-u:\b)|(?:[A-Z]\w*(?:Error|Exception)|Error|API Error)(?-u:\b)[^\n]{0,40}:)",
    )
    .ok()
});

/// The one quote in quotation marks of a sentence that says so, where the quote begins as errors are printed.
fn of_speech(line: &str) -> Option<String> {
    let (open, close) = if line.contains('“') { ('“', '”') } else { ('"', '"') };
    let (before, rest) = line.split_once(open)?;
    let (quote, behind) = rest.rsplit_once(close)?;
    let is_one = !quote.contains([open, close]) && !line.contains(['{', '=', '[']);
    let is_told = TOLD.as_ref().is_some_and(|p| p.is_match(before));
    let is_copied = COPIED.as_ref().is_some_and(|p| p.is_match(quote));
    let around = before.chars().count() + behind.chars().count();
    (is_one && is_told && is_copied && around <= MOST_AROUND)
        .then(|| format!("{}\n\n{quote}\n\n{}", before.trim_end(), behind.trim_start()))
}

/// `|---|:-:|`
fn is_separator(line: &str) -> bool {
    let bare = line.trim();
    // A terminal's table draws with crosses.
    let bare = bare.strip_prefix('+').filter(|bare| bare.contains("--")).map_or(bare, |_| "|--|");
    bare.starts_with('|') && bare.len() > 2 && bare.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// The names of a table's columns: one or two words each.
fn is_head(line: &str) -> bool {
    let cells = line.trim().trim_matches('|').split('|');
    let name =
        |cell: &str| cell.split_whitespace().count() <= 2 && !cell.contains(|c: char| c.is_ascii_digit());
    line.trim().starts_with('|') && cells.map(str::trim).all(name)
}

/// The cell of a table's row that is an error, and below it the others; nothing of what only draws.
fn of_row<'t>(line: &'t str) -> Option<String> {
    if is_separator(line) {
        return Some(String::new());
    }
    let inside = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let bare = |cell: &'t str| {
        let cell = cell.trim();
        let inside = |mark: char| {
            let inside = cell.strip_prefix(mark).and_then(|cell| cell.strip_suffix(mark));
            inside.filter(|inside| !inside.contains(mark))
        };
        inside('"').or_else(|| inside('`')).unwrap_or(cell)
    };
    let cells: Vec<&str> = inside.split(" |").map(bare).collect();
    let is_error = |cell: &&&str| cell.split_whitespace().nth(FEWEST_WORDS - 1).is_some() && says(cell);
    let error = *cells.iter().filter(is_error).max_by_key(|cell| cell.len())?;
    let others = cells.iter().filter(|cell| **cell != error && !cell.is_empty());
    // A number alone says nothing; in its column it may be a status.
    let number = |cell: &str| cell.len() == 3 && cell.bytes().all(|b| b.is_ascii_digit());
    let other = |cell: &&str| if number(cell) { format!("| {cell} |") } else { (*cell).to_owned() };
    Some(format!("\n{error}\n\n{}", others.map(other).collect::<Vec<_>>().join("\n\n")))
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn an_error_within_words_stands_alone() {
        let table = [
            ("I get `Error: 429 slow down` with it.", Some("I get\n\nError: 429 slow down\n\nwith it.")),
            ("The model `gpt-x` does not exist", None),
            ("Error: the model `a b c failed` is unknown", None),
            ("see `docs/errors.md`", None),
            ("```\nx `a b error` y\n```", None),
            (
                "| time | what |\n|---|:-:|\n| 10:11 | 403 your request was blocked |",
                Some("\n\n\n403 your request was blocked\n\n10:11"),
            ),
            ("| 10:11 | 403 your request was blocked |", None),
            (
                "With it comes \"Upload failed: 403: it was blocked\".",
                Some("With it comes\n\nUpload failed: 403: it was blocked\n\n."),
            ),
            ("It knows the word \"Error: x\" in a text", None),
            ("I get \"the answer is 42\" here", None),
            ("{\"error\": \"Error: 400 bad\"}", None),
        ];
        for (text, expected) in table {
            assert_eq!(apart(text).as_deref(), expected, "{text}");
        }
    }
}
