//! Texts that stand behind a prompt's name anywhere in a paste: in the body of a request that is shown beside its failure, in a
//! program's source, in the pairs of a log, in a line `prompt: …`. What repeats them is found only where they are known.

use std::ops::Range;
use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::wrapping::holds;
use super::written::literal;

/// The names behind which somebody's words stand, whoever wrote the text.
const NAMES: [&str; 10] = [
    "prompt",
    "negative_prompt",
    "input",
    "instructions",
    "system",
    "query",
    "question",
    "lyrics",
    "content",
    "text",
];

/// Blanks on each side of the sign between a name and its text.
const MOST_BLANKS: usize = 3;

/// Characters of a prompt that is given without quotes, at least. Counted by the pattern they would make it eight times as large.
const SHORTEST_LINE: usize = 8;

/// A line that gives the prompt without quotes.
static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?im)^[ \t>*|+•-]*(?:(?:my|the|user|system|full|original)[ \t])?(?:prompts?|question|提示词|用户输入)[ \t]?(?:\*\*)?[ \t]?[:：|](?:\*\*)?[ \t]*([^\n|"'`{\[]+)"#,
    )
    .ok()
});

/// What an error says behind the name of a field: no words of a person.
static JUDGES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)error|required|invalid|must|should|too |at (?:most|least)|\bnot\b|missing|exceed|tokens?\b",
    )
    .ok()
});

/// An answer, too, has texts and contents: these are a person's where a role or the type of a part stands beside them.
const SHARED: [&str; 2] = ["content", "text"];

/// What stands beside a text of a message, within so many bytes.
const BESIDE: usize = 160;

/// The texts of `text`, as they are written; escapes resolved.
pub(super) fn texts(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut done = 0;
    for sign in memchr::memchr2_iter(b':', b'=', text.as_bytes()) {
        let Some((name, mark)) = named(text, sign).filter(|(name, _)| done == 0 || name.start > done) else {
            continue;
        };
        done = mark.end;
        let behind = text.get(mark.end..).unwrap_or("");
        let mark = text.get(mark).unwrap_or("");
        let (end, inside) = mark_of(mark, behind);
        let (pieces, rest) = literal(inside, &end, mark == "`");
        let before = text.get(..name.start).unwrap_or("");
        let name = text.get(name).unwrap_or("");
        let is_shared = SHARED.iter().any(|shared| name.eq_ignore_ascii_case(shared));
        if !is_shared || is_of_a_message(before, rest) {
            out.extend(pieces.into_iter().map(|piece| piece.trim().to_owned()));
        }
    }
    let lines = LINE.iter().filter(|_| names_a_prompt(text));
    for caught in lines.flat_map(|pattern| pattern.captures_iter(text)) {
        let words = caught.get(1).map_or("", |words| words.as_str());
        if words.chars().nth(SHORTEST_LINE - 1).is_none() {
            continue;
        }
        let words = words.trim();
        if !JUDGES.as_ref().is_some_and(|judges| judges.is_match(words)) {
            out.push(words.to_owned());
        }
    }
    out
}

/// The name before the sign at byte `sign`, and the quotation mark behind it: `"content": f"…`.
fn named(text: &str, sign: usize) -> Option<(Range<usize>, Range<usize>)> {
    let bytes = text.as_bytes();
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let behind = bytes.get(sign + 1..)?;
    let blanks = behind.iter().take(MOST_BLANKS).take_while(|b| is_blank(b)).count();
    let is_prefix = |b: &u8| b"frbuFRBU".contains(b);
    let prefix = behind.get(blanks..)?.iter().take(2).take_while(|b| is_prefix(b)).count();
    let mark = sign + 1 + blanks + prefix;
    if !matches!(bytes.get(mark), Some(b'"' | b'\'' | b'`')) {
        return None;
    }
    let before = bytes.get(..sign)?;
    let blanks = before.iter().rev().take(MOST_BLANKS).take_while(|b| is_blank(b)).count();
    let before = before.get(..sign - blanks)?;
    let before = before
        .strip_suffix(b"\"")
        .or_else(|| before.strip_suffix(b"'"))
        .or_else(|| before.strip_suffix(b"`"))
        .unwrap_or(before);
    let is_letter = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let letters = before.iter().rev().take(20).take_while(|b| is_letter(b)).count();
    let start = before.len() - letters;
    let name = text.get(start..before.len())?;
    NAMES.iter().any(|own| own.eq_ignore_ascii_case(name)).then_some((start..before.len(), mark..mark + 1))
}

/// Whether one of the words that head a line with a prompt stands in `text`: its pattern is made ready for no other.
fn names_a_prompt(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is = |word: &'static [u8]| {
        move |at: usize| bytes.get(at..at + word.len()).is_some_and(|here| here.eq_ignore_ascii_case(word))
    };
    memchr::memchr2_iter(b'p', b'P', bytes).any(is(b"prompt"))
        || memchr::memchr2_iter(b'q', b'Q', bytes).any(is(b"question"))
        || ["提示词", "用户输入"].iter().any(|word| holds(text, word))
}

/// The mark that closes the literal, and what stands behind the one that opens it: three are one.
fn mark_of<'t>(mark: &str, behind: &'t str) -> (String, &'t str) {
    match behind.strip_prefix(&mark.repeat(2)) {
        Some(inside) => (mark.repeat(3), inside),
        None => (mark.to_owned(), behind),
    }
}

fn is_of_a_message(before: &str, behind: &str) -> bool {
    let mut from = before.len().saturating_sub(BESIDE);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    let mut to = BESIDE.min(behind.len());
    while !behind.is_char_boundary(to) {
        to -= 1;
    }
    let near = [before.get(from..).unwrap_or(""), behind.get(..to).unwrap_or("")];
    near.iter().any(|near| {
        let bare: String = near.chars().filter(|c| !c.is_whitespace()).collect();
        ["role\"", "role'", "role=", "role:", "\"input_text\"", "\"type\":\"text\"", "'type':'text'"]
            .iter()
            .any(|mark| bare.contains(mark))
    })
}

#[cfg(test)]
mod tests {
    use super::texts;

    #[test]
    fn what_stands_behind_a_prompts_name_is_known() {
        let table: [(&str, &[&str]); 11] = [
            (r#"{"model":"m","messages":[{"role":"user","content":"purple walrus"}]}"#, &["purple walrus"]),
            ("x = {'content': 'it\\'s a walrus', 'role': 'user'}", &["it's a walrus"]),
            ("prompt = \"\"\"purple\nwalrus\"\"\"", &["purple walrus"]),
            ("level=error status=400 prompt=\"purple walrus\"", &["purple walrus"]),
            ("- **Prompt:** purple walrus at noon", &["purple walrus at noon"]),
            ("| prompt | purple walrus at noon |", &["purple walrus at noon"]),
            ("input: `purple walrus`", &["purple walrus"]),
            // Words of an answer.
            (r#"{"error":{"content":"the key is not valid"}}"#, &[]),
            ("prompt: Field required", &[]),
            ("prompt: 12 tokens of 8", &[]),
            ("the prompt is too long", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(texts(text), expected, "{text}");
        }
    }
}
