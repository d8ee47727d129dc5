//! Labels that say whose text stands behind them, wherever in a line a label can stand: behind a level, a logger's name, a
//! moment. What is behind goes as a whole, unless it is evidence (`terse.rs`).
//!
//! ```text
//! INFO app.llm: Rendered prompt: …      用户提问：…      HumanMessage(content='…')      {Role:user Content:… Name:}
//!               spoken.rs  extent.rs                                   member.rs
//! ```

use super::extent::{behind, closing, end_of_label, is_field_of_go};
use super::json::placeholder_length;
use super::member::of_field;
use super::spoken::{LONGEST, of_label};
use super::terse::{Place, is_text};
use super::vocabulary::{Roles, last_letters, vocabulary};
use crate::case::sanitize::normal::is_unspaced;

/// Places of one text that are looked at in vain, and bytes of each value.
const MOST_IN_VAIN: usize = 256;
const LONGEST_LOOK: usize = 2_048;
/// Words from which on an argument of a bare function is for a model.
const MANY_WORDS: usize = 7;

/// The texts in `text` behind a label that begins before `limit`.
pub(super) fn spans(text: &[u8], limit: usize) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let (mut from, mut in_vain) = (0, 0);
    let labels = text.get(..limit).unwrap_or(text);
    for at in memchr::memchr3_iter(b':', b'=', 0xef, labels) {
        if at < from || in_vain == MOST_IN_VAIN {
            continue;
        }
        let Some((start, place)) = begin(text, at) else { continue };
        let said = behind(text, at, start).filter(|span| is_said(text, *span, place));
        match said {
            Some((start, end)) => {
                out.push((start, end));
                from = end;
            }
            None => in_vain += 1,
        }
    }
    if limit == text.len() {
        quotes(text, &mut out);
        speakers(text, &mut out);
        calls(text, &mut out);
    }
    out
}

/// The value is a text, as far as its begin tells.
fn is_said(text: &[u8], (start, end): (usize, usize), place: Place) -> bool {
    let value = text.get(start..end.min(start + LONGEST_LOOK)).unwrap_or(&[]);
    is_text(&String::from_utf8_lossy(value), place)
}

/// Quotes behind a label of two words or more, with no sign between: `User asked "…"`.
fn quotes(text: &[u8], out: &mut Vec<(usize, usize)>) {
    let (mut from, mut in_vain) = (0, 0);
    for at in memchr::memchr_iter(b'"', text) {
        let before = text.get(..at).unwrap_or(&[]);
        let Some(label) = before.strip_suffix(b" ").filter(|_| at >= from && in_vain < MOST_IN_VAIN) else {
            continue;
        };
        if !vocabulary().may_end(last_letters(label)) {
            continue;
        }
        let near = label.get(label.len().saturating_sub(LONGEST)..).unwrap_or(label);
        let near = near.get(memchr::memrchr2(b'\n', b'"', near).map_or(0, |end| end + 1)..).unwrap_or(near);
        let says =
            near.trim_ascii().contains(&b' ') && matches!(of_label(near), Some(Place::Sure | Place::Likely));
        let said = says.then(|| closing(text, at + 1, b'"')).flatten();
        match said.filter(|end| is_said(text, (at + 1, *end), Place::Likely)) {
            Some(end) => {
                out.push((at + 1, end));
                from = end + 1;
            }
            None => in_vain += usize::from(says),
        }
    }
}

/// Quoted arguments of calls that ask a model: `llm.invoke("…")`, `new UserChatMessage("…")`.
fn calls(text: &[u8], out: &mut Vec<(usize, usize)>) {
    let (mut from, mut in_vain) = (0, 0);
    for at in memchr::memchr_iter(b'(', text) {
        let Some(quote @ (b'"' | b'\'')) = text.get(at + 1).copied() else { continue };
        if at < from || in_vain == MOST_IN_VAIN {
            continue;
        }
        let Some(is_method) = asks(text.get(..at).unwrap_or(&[])) else { continue };
        let Some(end) = closing(text, at + 2, quote) else {
            in_vain += 1;
            continue;
        };
        // `ask("Proceed?")` of a program that asks its user.
        let words =
            text.get(at + 2..end).unwrap_or(&[]).split(u8::is_ascii_whitespace).take(MANY_WORDS).count();
        if (is_method || words == MANY_WORDS) && is_said(text, (at + 2, end), Place::Likely) {
            out.push((at + 2, end));
        }
        from = end;
    }
}

/// The name before a bracket is that of a call that asks a model. True: it is a method of something, or makes a message.
fn asks(before: &[u8]) -> Option<bool> {
    let length =
        before.iter().rev().take(40).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let (object, name) = before.split_at_checked(before.len() - length).unwrap_or((&[], before));
    let bare: Vec<u8> = name.iter().filter(|b| **b != b'_').map(u8::to_ascii_lowercase).collect();
    if vocabulary().is_message(&bare) {
        return Some(true);
    }
    vocabulary().is_call(&bare).then(|| object.ends_with(b"."))
}

/// Lines that begin with who speaks in brackets: `[user] …`, `assistant> …`.
fn speakers(text: &[u8], out: &mut Vec<(usize, usize)>) {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len())).unwrap_or(rest);
        if let Some((lead, is_component)) = speaker(line) {
            let end = end_of_label(line).max(lead);
            let value = String::from_utf8_lossy(line.get(lead..end).unwrap_or(&[]));
            if is_text(&value, Place::Weak) && (!is_component || is_sentence(&value)) {
                out.push((at + lead, at + end));
            }
        }
        at += line.len() + 1;
    }
}

/// The bytes before what somebody says in a line; true where it can as well be the part of a program that logs.
fn speaker(line: &[u8]) -> Option<(usize, bool)> {
    let open = usize::from(matches!(line.first()?, b'[' | b'('));
    let length = line.get(open..)?.iter().take(12).take_while(|b| b.is_ascii_alphabetic()).count();
    let gap = match (open, line.get(open + length)?) {
        (1, b']' | b')') | (0, b'>') if line.get(open + length + 1) == Some(&b' ') => 2,
        (0, b'\t') if !line.get(length + 1..)?.contains(&b'\t') => 1,
        _ => return None,
    };
    let name = String::from_utf8_lossy(line.get(open..open + length)?).to_ascii_lowercase();
    let roles = vocabulary().roles(&name);
    let known = roles.has(Roles::SPEAKER.or(Roles::SPEAKER_WEAK));
    known.then_some((open + length + gap, open == 1 && roles.has(Roles::SPEAKER_WEAK)))
}

/// A sentence as people begin or end it; programs write small letters and no question.
fn is_sentence(value: &str) -> bool {
    value.chars().any(is_unspaced) || value.starts_with(char::is_uppercase) || value.trim_end().ends_with('?')
}

/// Where the value behind the sign at `at` begins, and what stands before it says.
fn begin(text: &[u8], at: usize) -> Option<(usize, Place)> {
    let sign = match text.get(at..)? {
        [0xef, 0xbc, 0x9a, ..] => 3,
        [b'=', b'>', ..] => 2,
        [0xef, ..] | [b':', b':' | b'/', ..] | [b'=', b'=' | b'~', ..] => return None,
        _ => 1,
    };
    if !may_be_named(text.get(..at)?) {
        return None;
    }
    let gap = text.get(at + sign..)?;
    let blanks = gap.iter().take(40).take_while(|b| matches!(b, b' ' | b'\t' | b'*')).count();
    let start = at + sign + blanks;
    let first = *text.get(start)?;
    let quoted = matches!(first, b'"' | b'\'' | b'`');
    let is_equals = text.get(at) == Some(&b'=');
    // `12:30`, `f = call()`: a label has a blank behind it, or another script; a field has none.
    let stands = match sign {
        _ if quoted => true,
        1 if is_equals => blanks == 0,
        1 => blanks > 0 || first >= 0x80 || is_field_of_go(text, at),
        2 => false,
        _ => true,
    };
    if !stands || matches!(first, b'\n' | b'\r' | 0x1b) || !quoted && is_construct(text.get(start..)?) {
        return None;
    }
    let start = start + usize::from(quoted);
    Some((start, place(text, at, start)?))
}

/// A quick look at what stands before a sign: most of it ends with no word of labels and fields.
fn may_be_named(before: &[u8]) -> bool {
    let around = |b: &u8| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'\\' | b'*' | b'`' | b'_' | b'-');
    let name =
        before.get(..before.iter().rposition(|b| !around(b)).map_or(0, |last| last + 1)).unwrap_or(&[]);
    name.last().is_some_and(|b| *b >= 0x80 || vocabulary().may_end(last_letters(name)))
}

/// `Text("…")`, `Some(…)`, `Vec::new()`: what a program makes or prints.
fn is_construct(value: &[u8]) -> bool {
    let name =
        value.iter().take(40).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
    name > 0 && matches!(value.get(name..), Some([b'(' | b'{' | b'[', ..] | [b':', b':', ..]))
}

/// What the label before the sign at `at` says of the value at `value`.
fn place(text: &[u8], at: usize, value: usize) -> Option<Place> {
    let near = text.get(at.saturating_sub(LONGEST)..at)?;
    let near = near.get(memchr::memrchr(b'\n', near).map_or(0, |end| end + 1)..)?;
    let quoted = matches!(text.get(value.wrapping_sub(1)), Some(b'"' | b'\'' | b'`'));
    let is_rocket = text.get(at..at + 2) == Some(b"=>");
    if (quoted || text.get(at) == Some(&b'='))
        && let Some(place) = of_field(near, is_rocket)
    {
        return Some(place);
    }
    if text.get(at) == Some(&b'=') || near.last() == Some(&b'"') || in_placeholder(text, at) {
        return None;
    }
    if is_field_of_go(text, at) && value == at + 1 {
        return Some(Place::Likely);
    }
    let near = near.trim_ascii_end();
    let near = near.strip_suffix(b"**").unwrap_or(near);
    let near = near.strip_suffix(b"`").unwrap_or(near);
    of_label(near)
}

/// `[prompt: 12 chars]`
fn in_placeholder(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(24)..at).unwrap_or(&[]);
    memchr::memrchr(b'[', before)
        .is_some_and(|open| placeholder_length(text.get(at - before.len() + open..).unwrap_or(&[])) > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        spans(text.as_bytes(), text.len()).iter().map(|(a, b)| &text[*a..*b]).collect()
    }

    #[test]
    fn labels_stand_behind_levels_names_and_moments() {
        const SAID: &str = "clinic vineyard callum who pays";
        for label in [
            "INFO Prompt: ",
            "2025-11-23 10:12:01 INFO app.llm: Prompt: ",
            "System prompt: ",
            "[app] Question: ",
            "Answer: ",
            "10:12 | Response: ",
            "Q: ",
            "Final Answer: ",
            "Action Input: ",
            "## Task: ",
            "- **Prompt**: ",
            "**Prompt:** ",
            "Rendered prompt: ",
            "Sending prompt to LLM: ",
            "DEBUG Received from model: ",
            "User request: ",
            "ERROR Invalid prompt: ",
            "Your request was rejected: ",
            "WARN Invalid json output: ",
            "Запрос пользователя: ",
            "INFO Pregunta: ",
            "Frage: ",
            "x - Réponse: ",
            "log level=info Human: ",
        ] {
            assert_eq!(found(&format!("{label}{SAID}")), [SAID], "{label}");
            assert_eq!(found(&format!("{label}{SAID} status=502 ms=7")), [SAID], "{label}");
        }
        for (text, inside) in [
            ("用户: 李建国的离婚协议", "李建国的离婚协议"),
            ("用户提问：Priya Harbour-Orchard", "Priya Harbour-Orchard"),
            ("r = llm.invoke('who is Priya')", "who is Priya"),
            ("new UserChatMessage(\"harbour of Priya\")", "harbour of Priya"),
            ("[INFO] 收到用户消息：李建国的离婚协议", "李建国的离婚协议"),
            ("ユーザー入力: 田中の遺言状", "田中の遺言状"),
            ("사용자 질문: 김민수 유언장", "김민수 유언장"),
            ("AIMessage(content='harbour of Priya', id='run-1')", "harbour of Priya"),
            (
                "{'content': 'Fill this: {\"turbine\": \"Priya burned it\", \"x\": null}'}",
                "Fill this: {\"turbine\": \"Priya burned it\", \"x\": null}",
            ),
            ("{Role:user Content:harbour of Priya Name:}", "harbour of Priya"),
            ("│ Prompt: harbour of Priya │", "harbour of Priya"),
            ("Prompt: harbour of Priya | Model: gpt-4o", "harbour of Priya"),
            ("[user] Where is the harbour of Priya", "Where is the harbour of Priya"),
            ("[assistant] harbour of Priya burns", "harbour of Priya burns"),
            ("Parameters: {\"message\"=>\"harbour of Priya\", \"model\"=>\"gpt-4o\"}", "harbour of Priya"),
            ("Message(role=user, content=harbour of Priya, name=null)", "harbour of Priya"),
            ("{'generated_text': 'harbour of Priya'}", "harbour of Priya"),
            ("level=info prompt=harbour of Priya status=502", "harbour of Priya"),
        ] {
            assert_eq!(found(text), [inside], "{text}");
        }
    }

    #[test]
    fn evidence_behind_labels_and_what_is_no_label_stay() {
        for text in [
            "INFO Prompt: 412 tokens",
            "Response: 502 Bad Gateway",
            "Response: <Response [200 OK]>",
            "prompt: [prompt: 12 chars]",
            "Completion: stop",
            "Answer: {\"a\": 1}",
            "User: root",
            "user: ops uid=0",
            "User Agent: Mozilla Firefox Browser Edition",
            "Please mind the prompt: the harbour burns",
            "Error response: no healthy upstream",
            "Content-Type: text plain thing",
            "Invalid prompt: your prompt was flagged by our safety system",
            "Invalid request: missing model parameter",
            "X-Prompt: blue whale song",
            "用户: 未登录",
            "用户: 12",
            "回答: 无",
            "error: 用户额度不足, 剩余额度: 0.1",
            "text='Not Found'",
            "content='application/json'",
            "<meta name=\"viewport\" content=\"width device whatever\">",
            "Model input: [1, 3, 224]",
            "Query: status=5 limit=10 offset=20",
            "response = getresponse()     | ConnectionError",
            "{ content: Text(\"x\"), name: None }, model: \"gpt-4o\"",
            "prompt=\u{1b}[0mharbour of Priya burns",
            "assert(\"harbour of Priya\")",
            "Error(content=no healthy upstream, status=503)",
            "[system] the harbour of Priya burns",
            "user> root",
            "level=info prompt=default model=gpt-4o",
            "Content rejected: the request was flagged by policy",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
