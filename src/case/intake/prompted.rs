//! Texts that stand behind a prompt's name anywhere in a paste: in the body of a request that is shown beside its failure, in a
//! program's source, in the pairs of a log, in a line `prompt: …`. What repeats them is found only where they are known.

use std::sync::LazyLock;

use regex::Regex;

use super::written::literal;

/// The names behind which somebody's words stand, whoever wrote the text.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?:^|[^A-Za-z0-9_])((?i-u:prompt|negative_prompt|input|instructions|system|query|question|lyrics|content|text))["'`]?[ \t\r\n]{0,3}[:=][ \t\r\n]{0,3}[frbuFRBU]{0,2}(["'`])"#,
    )
    .ok()
});

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
    for caught in NAMED.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let (Some(name), Some(mark)) = (caught.get(1), caught.get(2)) else { continue };
        let behind = text.get(mark.end()..).unwrap_or("");
        let (end, inside) = mark_of(mark.as_str(), behind);
        let (pieces, rest) = literal(inside, &end, mark.as_str() == "`");
        let is_shared = SHARED.iter().any(|shared| name.as_str().eq_ignore_ascii_case(shared));
        if !is_shared || is_of_a_message(text.get(..name.start()).unwrap_or(""), rest) {
            out.extend(pieces.into_iter().map(|piece| piece.trim().to_owned()));
        }
    }
    for caught in LINE.iter().flat_map(|pattern| pattern.captures_iter(text)) {
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
