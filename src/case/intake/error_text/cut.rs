//! An error object whose end is missing: what stands there of it.

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::Value;

use super::object::{MOST_TRIES, Object};
use super::states::{is_of_machine, states_an_error};
use crate::case::intake::{answer, literal};

/// What clients write where they cut a body: guzzle, Google Apps Script, loggers.
static CUT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\s?\(truncated\.{3}\)|\.{3} \(use muteHttpExceptions|\s?\[(?:truncated|TRUNCATED|\.{3}|…)\]|\s?<truncated|\.{3} ?\(?[0-9]{1,7} more (?:characters|chars|bytes)|\.{3,}\s*$|…\s*$",
    )
    .ok()
});

/// An error object whose end is missing: what stands there of it.
pub(super) fn cut_object(whole: &str) -> Option<Object> {
    let text = CUT.as_ref().and_then(|p| whole.get(..p.find(whole)?.start())).unwrap_or(whole);
    let hard_wrap = literal::is_hard_wrapped(text);
    let places = text.match_indices('{').map(|(at, _)| at).take(MOST_TRIES);
    let speaks =
        |at: &usize| text.get(*at..).is_some_and(|rest| rest.contains("essage") || rest.contains("error"));
    places.filter(speaks).find_map(|start| {
        let rest = without_stack_below(text.get(start..)?);
        let read = |text: &str| serde_json::from_str::<Value>(&literal::read_cut(text, hard_wrap)?).ok();
        // What a report goes on with is no part of it.
        let mut value = paragraph(rest).and_then(read).filter(states_an_error).or_else(|| read(rest))?;
        with_whole_message(&mut value);
        (states_an_error(&value) && !is_of_machine(&value)).then(|| Object {
            start,
            end: text.len(),
            body: value.to_string().into_bytes(),
        })
    })
}

/// `object` up to an empty line, a heading or a fence; `None` where it has none.
fn paragraph(object: &str) -> Option<&str> {
    let end = ["\n\n", "\n```", "\n#"].iter().filter_map(|mark| object.find(mark)).min()?;
    object.get(..end)
}

/// `object`, or its first line alone where the second one begins a stack: what was cut there does not go on.
fn without_stack_below(object: &str) -> &str {
    static THROWN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(?:[A-Z]\w*(?:Error|Exception): |\s+at \S|Traceback )").ok());
    let mut lines = object.lines();
    let first = lines.next().unwrap_or("");
    let second = lines.next().unwrap_or("");
    if THROWN.as_ref().is_some_and(|p| p.is_match(second)) { first } else { object }
}

/// An object whose end is missing and whose message quotes another one, escaped: the outer one speaks.
pub(super) fn cut_outer(text: &str) -> Option<Object> {
    let before = text.get(..text.find("\\\"")?)?;
    let start = before.find('{')?;
    let inside = before.get(start + 1..)?;
    let plain = inside.trim_start().starts_with('"') && inside.contains("\"message\"");
    if !plain || inside.contains('}') || answer::json_extent(text.get(start..)?).is_some() {
        return None;
    }
    cut_object(text)
}

/// A gateway may say its message twice; the print was cut in the second.
fn with_whole_message(value: &mut Value) {
    let Some(whole) = value.get("message").and_then(Value::as_str).map(str::to_owned) else { return };
    if let Some(Value::String(cut)) = value.pointer_mut("/error/message")
        && whole.len() > cut.len()
        && whole.starts_with(cut.trim_end_matches('…'))
    {
        *cut = whole;
    }
}
