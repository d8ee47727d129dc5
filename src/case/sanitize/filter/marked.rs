//! Texts between two marks, over any number of lines: turns of a template, elements of a page, turns of a transcript.
//!
//! ```text
//! <|im_start|>user        <prompt>        User: …
//! …                       …               …
//! <|im_end|>              </prompt>       Assistant: …
//! ```
//!
//! What stands there goes as a whole, whatever it is: a list, a letter, code.

use super::member::is_told;
use super::prose::is_written;
use super::terse::{Place, is_text};
use crate::case::sanitize::placeholder::{measure, without_placeholders};

/// Bytes in which the mark that ends a text is looked for.
const LONGEST: usize = 64 * 1024;
/// Bytes of a tag, and of the word that says who speaks.
const LONGEST_TAG: usize = 200;
const LONGEST_ROLE: usize = 24;

/// Marks in one line that nothing ends.
const MOST_IN_VAIN: usize = 16;

/// What the text begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Marked {
    /// No line with such a mark.
    None,
    /// More has to come to know where it ends.
    More,
    /// So many bytes are lines with such texts, which leave as this; so many texts.
    Of { length: usize, text: Vec<u8>, count: usize },
}

/// The end of a turn of `DeepSeek`'s template.
const DEEPSEEK_END: &[u8] = "<｜end▁of▁sentence｜>".as_bytes();

/// Marks of templates that a model reads: before a turn, behind the name of who speaks, and behind the turn.
const TURNS: [Turn; 10] = [
    Turn::of("<｜User｜>".as_bytes(), b"", &["<｜Assistant｜>".as_bytes(), DEEPSEEK_END]),
    Turn::of("<｜Assistant｜>".as_bytes(), b"", &["<｜User｜>".as_bytes(), DEEPSEEK_END, b"\n"]),
    Turn::of(b"<|im_start|>", b"", &[b"<|im_end|>", b"<|im_start|>"]),
    Turn::of(
        b"<|start_header_id|>",
        b"<|end_header_id|>",
        &[b"<|eot_id|>", b"<|eom_id|>", b"<|end_of_text|>", b"<|start_header_id|>"],
    ),
    Turn::of(b"<start_of_turn>", b"", &[b"<end_of_turn>", b"<start_of_turn>"]),
    Turn::of(b"<|system|", b">", &[b"<|end|>", b"</s>", b"<|user|>", b"<|assistant|>", b"<|endoftext|>"]),
    Turn::of(b"<|user|", b">", &[b"<|end|>", b"</s>", b"<|assistant|>", b"<|endoftext|>"]),
    Turn::of(b"<|assistant|", b">", &[b"<|end|>", b"</s>", b"<|user|>", b"<|endoftext|>"]),
    Turn::of(b"[INST", b"]", &[b"[/INST]"]),
    Turn::of(b"[/INST", b"]", &[b"</s>", b"[INST]"]),
];

/// The marks around one turn.
struct Turn {
    mark: &'static [u8],
    /// Behind the name of who speaks.
    behind: &'static [u8],
    ends: &'static [&'static [u8]],
}

impl Turn {
    const fn of(mark: &'static [u8], behind: &'static [u8], ends: &'static [&'static [u8]]) -> Self {
        Self { mark, behind, ends }
    }
}

/// A mark: where the text behind it begins, what ends it, and how much the mark says of it.
struct Open {
    from: usize,
    ends: Vec<Vec<u8>>,
    place: Option<Place>,
    is_element: bool,
}

impl Open {
    /// True for a text that this mark takes out. What is one sentence in an element is found as such.
    fn takes(&self, between: &[u8]) -> bool {
        let (is_line, text) = (!between.contains(&b'\n'), between.trim_ascii());
        let is_tree = self.place.is_some() && text.contains(&b'<');
        // Of a sentence that was found the mark of its length stands here: a second run leaves what is beside it, as the first one did.
        let was_found = memchr::memmem::find(text, b"[text: ").is_some();
        let found = is_tree || is_line && (was_found || is_written(&String::from_utf8_lossy(text)));
        !(self.is_element && found) && is_somebodys(text, self.place)
    }
}

/// The lines that `rest` begins with, where a text between two marks stands in them.
pub(super) fn marked(rest: &[u8], last: bool) -> Marked {
    let near = rest.get(..LONGEST).unwrap_or(rest);
    let may_come = !last && near.len() == rest.len() && near.len() < LONGEST;
    let line_end = |from: usize| near.get(from..).and_then(|r| memchr::memchr(b'\n', r)).map(|at| from + at);
    // A document is read by its brackets.
    if matches!(near, [b'{', b'"', ..] | [b'[', b'{', ..]) {
        return Marked::None;
    }
    let first = line_end(0);
    let line = near.get(..first.unwrap_or(near.len())).unwrap_or(near);
    if let Some(found) = transcript(near, line, may_come) {
        return found;
    }
    if memchr::memchr(b'<', line).is_none() && memchr::memmem::find(line, b"[INST]").is_none() {
        return Marked::None;
    }
    let mut until = first.unwrap_or(near.len());
    let (mut at, mut copied, mut count, mut in_vain, mut text) = (0, 0, 0, 0, Vec::new());
    while let Some(open) = next_open(near, at, until) {
        let Some(end) = nearest(near, open.from, &open.ends) else {
            if may_come {
                return Marked::More;
            }
            in_vain += 1;
            if in_vain == MOST_IN_VAIN {
                break;
            }
            at = open.from;
            continue;
        };
        let (from, to) = inner(near, open.from, end);
        if open.takes(near.get(open.from..end).unwrap_or(&[])) {
            text.extend_from_slice(near.get(copied..from).unwrap_or(&[]));
            text.extend_from_slice(shape(near.get(from..to).unwrap_or(&[])).as_bytes());
            copied = to;
            count += 1;
        }
        // In an element with others a text can stand, too.
        at = if copied == to { end } else { open.from };
        // What begins behind it in its last line belongs to it.
        until = until.max(line_end(end).unwrap_or(near.len()));
    }
    if count == 0 {
        return Marked::None;
    }
    if may_come && line_end(copied).is_none() {
        return Marked::More;
    }
    let length = line_end(copied).map_or(near.len(), |end| end + 1);
    text.extend_from_slice(near.get(copied..length).unwrap_or(&[]));
    Marked::Of { length, text, count }
}

/// The first mark in `at..until` behind which a text begins.
fn next_open(near: &[u8], at: usize, until: usize) -> Option<Open> {
    let line = near.get(..until)?;
    memchr::memchr2_iter(b'<', b'[', line.get(at..)?).find_map(|found| open(near, at + found))
}

/// What the mark at `at` opens.
fn open(near: &[u8], at: usize) -> Option<Open> {
    let rest = near.get(at..)?;
    if let Some(Turn { mark, behind, ends }) = TURNS.iter().find(|turn| rest.starts_with(turn.mark)) {
        // The marks of `DeepSeek` say who speaks themselves.
        let name = if mark.starts_with("<｜".as_bytes()) { 0 } else { LONGEST_ROLE };
        let name = rest.get(mark.len()..)?.iter().take(name).take_while(|b| of_name(**b)).count();
        let from = mark.len() + name;
        let from = from + rest.get(from..)?.starts_with(behind).then_some(behind.len())?;
        let ends = ends.iter().map(|end| end.to_vec()).collect();
        return Some(Open { from: at + from, ends, place: None, is_element: false });
    }
    let name = rest.get(1..)?.iter().take(LONGEST_ROLE).take_while(|b| of_name(**b)).count();
    if rest.first() != Some(&b'<') || name == 0 {
        return None;
    }
    let tag = rest.get(..LONGEST_TAG).unwrap_or(rest);
    let length = memchr::memchr(b'>', tag)? + 1;
    let (tag, name) = (tag.get(..length)?, tag.get(1..=name)?);
    if tag.ends_with(b"/>") || !matches!(tag.get(1 + name.len()), Some(b'>' | b' ' | b'\n')) {
        return None;
    }
    let bare = name.rsplit(|b| *b == b':').next()?;
    let is_prompt = ends_with_prompt(bare);
    let place = if bare.eq_ignore_ascii_case(b"textarea") {
        // Of a page, where people write to many.
        names_a_prompt(tag).then_some(None)?
    } else if is_prompt {
        None
    } else {
        // `<q>` is a quotation of a page.
        (bare.len() > 2 && is_told(&String::from_utf8_lossy(bare))).then_some(Some(Place::Likely))?
    };
    let close = [b"</", name].concat();
    Some(Open { from: at + length, ends: vec![close], place, is_element: true })
}

fn of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':')
}

fn ends_with_prompt(name: &[u8]) -> bool {
    name.len()
        .checked_sub(6)
        .and_then(|at| name.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case(b"prompt"))
}

/// A field of a page whose name or label says that a model is asked there.
fn names_a_prompt(tag: &[u8]) -> bool {
    let small = tag.to_ascii_lowercase();
    [&b"prompt"[..], b"question", b"message", b"query", b"chat", b"ask", b"user_input"]
        .iter()
        .any(|word| memchr::memmem::find(&small, word).is_some())
}

/// Where the first of `ends` stands behind `from`.
fn nearest(near: &[u8], from: usize, ends: &[Vec<u8>]) -> Option<usize> {
    let rest = near.get(from..)?;
    ends.iter().filter_map(|end| memchr::memmem::find(rest, end)).min().map(|at| from + at)
}

/// `from..to` without the white space at its ends.
fn inner(near: &[u8], from: usize, to: usize) -> (usize, usize) {
    let text = near.get(from..to).unwrap_or(&[]);
    let start = from + (text.len() - text.trim_ascii_start().len());
    (start, start + text.trim_ascii().len())
}

/// True where letters stand in a text beside what stands for others, and no evidence alone.
fn is_somebodys(text: &[u8], place: Option<Place>) -> bool {
    let plain = without_placeholders(&String::from_utf8_lossy(text));
    let letters = plain.chars().filter(|c| c.is_alphabetic()).count();
    let is_word = matches!(plain.trim(), "true" | "false" | "null" | "none" | "None" | "...");
    letters >= 2 && !is_word && place.is_none_or(|place| plain.contains('\n') || is_text(&plain, place))
}

fn shape(text: &[u8]) -> String {
    measure("prompt", String::from_utf8_lossy(text).chars().count(), "chars")
}

/// The two sides of a transcript.
const SIDES: [&[&str]; 2] = [
    &[
        "user",
        "human",
        "customer",
        "you",
        "me",
        "用户",
        "用戶",
        "ユーザー",
        "사용자",
        "utilisateur",
        "usuario",
    ],
    &[
        "assistant",
        "ai",
        "bot",
        "chatbot",
        "chatgpt",
        "gpt",
        "claude",
        "gemini",
        "助手",
        "アシスタント",
        "asistente",
    ],
];
/// Bytes in which the next one speaks.
const LONGEST_TURN: usize = 16 * 1024;

/// A turn that `line` begins with, where it ends before a line in which the other side speaks.
fn transcript(near: &[u8], line: &[u8], may_come: bool) -> Option<Marked> {
    let (side, from) = speaker(line)?;
    let turn = near.get(..LONGEST_TURN).unwrap_or(near);
    let mut at = line.len() + 1;
    let end = loop {
        let rest = match turn.get(at..) {
            Some(rest) if !rest.is_empty() => rest,
            _ if may_come && turn.len() < LONGEST_TURN => return Some(Marked::More),
            _ => return None,
        };
        let next = memchr::memchr(b'\n', rest);
        if next.is_none() && may_come && turn.len() < LONGEST_TURN {
            return Some(Marked::More);
        }
        let here = rest.get(..next.unwrap_or(rest.len())).unwrap_or(rest);
        match speaker(here) {
            Some((other, _)) if other != side => break at,
            Some(_) => return None,
            None if is_of_program(here) => return None,
            None => at += here.len() + 1,
        }
    };
    let (from, to) = inner(near, from, end);
    let said = near.get(from..to).unwrap_or(&[]);
    let place = if said.contains(&b'\n') { None } else { Some(Place::Sure) };
    if !is_somebodys(said, place) {
        return None;
    }
    let mut text = near.get(..from)?.to_vec();
    text.extend_from_slice(shape(said).as_bytes());
    text.extend_from_slice(near.get(to..end)?);
    Some(Marked::Of { length: end, text, count: 1 })
}

/// A line that a program writes between turns: a rule, a record of a log, a document.
fn is_of_program(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    let is_rule = text.len() >= 5 && text.iter().all(|b| b"*=-_#~".contains(b));
    let digits = text.iter().take(5).take_while(|b| b.is_ascii_digit()).count();
    let is_record = digits == 4 && matches!(text.get(4), Some(b'-' | b'/'));
    is_rule || is_record || text.starts_with(b"{\"") || matches!(text, [b'[', b'0'..=b'9', ..])
}

/// The side that speaks in a line, and where what it says begins.
fn speaker(line: &[u8]) -> Option<(usize, usize)> {
    let near = line.get(..40).unwrap_or(line);
    if near.first().is_none_or(u8::is_ascii_digit) {
        return None;
    }
    let lead = near.iter().take_while(|b| matches!(b, b'*' | b'#' | b'>' | b' ')).count();
    let colon = near.iter().position(|b| matches!(b, b':' | 0xef)).filter(|at| *at > lead)?;
    let from = match near.get(colon..)? {
        [b':', b' ' | b'*' | b'\n' | b'\r', ..] | [b':'] => colon + 1,
        [0xef, 0xbc, 0x9a, ..] => colon + 3,
        _ => return None,
    };
    let name = near.get(lead..colon)?.trim_ascii_end();
    let name = name.strip_suffix(b"**").unwrap_or(name);
    let name = std::str::from_utf8(name).ok().filter(|name| !name.contains(' '))?.to_lowercase();
    let side = SIDES.iter().position(|side| side.contains(&name.as_str()))?;
    let marks = line.get(from..)?.iter().take_while(|b| **b == b'*').count();
    Some((side, from + marks))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str) -> String {
        match marked(text.as_bytes(), true) {
            Marked::Of { length, text: new, .. } => {
                String::from_utf8(new).expect("is text") + text.get(length..).expect("a line's end")
            }
            _ => text.to_owned(),
        }
    }

    #[test]
    fn what_stands_between_two_marks_goes_as_a_whole() {
        const SAID: &str = "- harbour of Harriet\n\n1. def sell(x):\n\treturn 7";
        for (open, close) in [
            ("<|im_start|>user\n", "<|im_end|>\n"),
            ("<|im_start|>system\n", "\n<|im_start|>assistant\n"),
            ("<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>\n"),
            ("<start_of_turn>user\n", "<end_of_turn>\n"),
            ("<|user|>\n", "<|end|>\n<|assistant|>\n"),
            ("10:15 DEBUG <s>[INST] ", " [/INST]\n"),
            ("<request><prompt>", "</prompt><id>7</id></request>\n"),
            ("<ns:userPrompt lang=\"en\">", "</ns:userPrompt>\n"),
            ("<form><textarea rows=3 name=\"prompt\">", "</textarea></form>\n"),
            ("<｜User｜>", "<｜Assistant｜>\n"),
            ("User: ", "\nAssistant: [prompt: 12 chars]\n"),
            ("**Human:** ", "\nAI: [prompt: 12 chars]\n"),
            ("用户：", "\n助手：[prompt: 12 chars]\n"),
        ] {
            let text = format!("{open}{SAID}{close}INFO status=502\n");
            let want = format!("{open}[prompt: {} chars]{close}INFO status=502\n", SAID.len());
            assert_eq!(left(&text), want);
            assert_eq!(left(&want), want);
        }
        assert_eq!(
            left("<prompt>who pays</prompt><model>gpt-4o</model>\n"),
            "<prompt>[prompt: 8 chars]</prompt><model>gpt-4o</model>\n"
        );
        assert_eq!(
            left("[INST] who pays [/INST] Priya does</s>"),
            "[INST] [prompt: 8 chars] [/INST] [prompt: 10 chars]</s>"
        );
    }

    #[test]
    fn a_sentence_on_a_line_of_its_own_goes_too() {
        assert_eq!(
            left("<SystemPrompt>\nthe small orchard of Priya was sold quietly in spring\n</SystemPrompt>\n"),
            "<SystemPrompt>\n[prompt: 53 chars]\n</SystemPrompt>\n"
        );
    }

    #[test]
    fn evidence_between_marks_and_what_has_no_end_stay() {
        for text in [
            "<prompt>412</prompt>\n",
            "<prompt>[prompt: 8 chars]</prompt>\n",
            "<|im_start|>user\nno end of it\n",
            "<prompt_tokens>twelve of them</prompt_tokens>\n",
            "<textarea name=\"address\">Main Street 7</textarea>\n",
            "<title>Bad gateway</title>\n",
            "<Prompt>mt >[text: 40 chars]</Prompt\n",
            "<ask><model>gpt-4o</model><n>2</n></ask>\n",
            "User: root\nUser: ops\n",
            "User: root\n*****\n** Response: **\nAssistant: none\n",
            "User: root\n2025-11-23 INFO status=502\nAssistant: none\n",
            "{\"a\":\"<prompt>who pays</prompt>\"}\n",
            "Vec<prompt>\n",
        ] {
            assert_eq!(left(text), text);
        }
        assert_eq!(marked(b"<|im_start|>user\nDear", false), Marked::More);
        assert_eq!(marked(b"User: a\n", false), Marked::More);
    }
}
