//! Loops of other shells: the Windows command prompt's `for %i in (a b) do …`, fish's `for m in a b … end`, `PowerShell`'s
//! `foreach ($m in 'a', 'b') { … }` and `1..3 | ForEach-Object { … }`.

use serde_json::Value;

use super::{Block, Kind, LONGEST_BODY, MOST_TURNS};
use crate::case::intake::shell::{Variables, powershell};
use crate::case::intake::web_request::literal;

/// The loop of the line `bare`, which begins at byte `at` of `text`.
pub(super) fn block(text: &str, at: usize, bare: &str) -> Option<Block> {
    let begins = |word: &str| bare.get(..word.len()).is_some_and(|first| first.eq_ignore_ascii_case(word));
    if begins("for ") {
        return of_prompt(text, at, bare).or_else(|| of_fish(text, at, bare));
    }
    if begins("foreach") {
        return of_powershell(text, at, bare);
    }
    if bare.contains('|') { of_pipe(text, at, bare) } else { None }
}

/// `for %i in (a b) do curl …`, `for /L %%i in (1,1,3) do ( … )`.
fn of_prompt(text: &str, at: usize, bare: &str) -> Option<Block> {
    let lower = bare.to_ascii_lowercase();
    let percent = bare.find('%').filter(|percent| *percent <= 8)?;
    let letter = bare.get(percent..)?.trim_start_matches('%').get(..1)?;
    let open = lower.find(" in (")? + " in (".len();
    let close = open + bare.get(open..)?.find(')')?;
    let list = bare.get(open..close)?;
    let start = close + lower.get(close..)?.find(" do")? + " do".len();
    let words: Vec<String> = if lower.get(..percent)?.contains("/l") {
        let numbers: Vec<i64> =
            list.split(',').map(|number| number.trim().parse().ok()).collect::<Option<_>>()?;
        let [from, step, to] = numbers.as_slice() else { return None };
        let counted = (*from..=*to).step_by(usize::try_from(*step).ok().filter(|step| *step > 0)?);
        counted.take(MOST_TURNS).map(|number| number.to_string()).collect()
    } else {
        let words = list.split([' ', ',', ';', '\t']).filter(|word| !word.is_empty());
        words.map(|word| word.trim_matches('"').to_owned()).take(MOST_TURNS).collect()
    };
    let body = text.get(at + start..)?;
    let line = body.split('\n').next()?;
    let len = if line.trim() == "(" { body.find("\n)")? } else { line.len() };
    let kind = Kind::Counted { name: format!("%{letter}"), words };
    (len <= LONGEST_BODY).then_some(Block { start: at + start, end: at + start + len, kind })
}

/// `for m in a b`, up to a line with `end` under its `for`.
fn of_fish(text: &str, at: usize, bare: &str) -> Option<Block> {
    let (name, words) = bare.strip_prefix("for ")?.split_once(" in ")?;
    let body = at + bare.len();
    let next = text.get(body..)?.trim_start();
    if !crate::case::intake::command::is_name(name) || words.contains(';') || next.starts_with("do") {
        return None;
    }
    let indent = text.get(..at)?.rsplit('\n').next()?;
    let near = text.get(body..)?;
    let mut len = 0;
    for line in near.split_inclusive('\n') {
        if line.trim_end().strip_prefix(indent) == Some("end") {
            let kind = Kind::Loop { name: name.to_owned(), words_at: body - words.len() };
            return Some(Block { start: body, end: body + len, kind });
        }
        len += line.len();
        if len > LONGEST_BODY || line.trim() == "done" {
            return None;
        }
    }
    None
}

/// `foreach ($m in 'a', 'b') { … }`
fn of_powershell(text: &str, at: usize, bare: &str) -> Option<Block> {
    let open = bare.find('(')?;
    let head = bare.get(open..)?;
    let len = powershell::closing(head, 0);
    let (name, list) = head.get(1..len.checked_sub(1)?)?.split_once(" in ")?;
    let kind = Kind::Listed { name: name.trim().strip_prefix('$')?.to_owned(), list: list.trim().to_owned() };
    of_braces(text, at + open + len, kind)
}

/// `'a', 'b' | ForEach-Object { … $_ … }`
fn of_pipe(text: &str, at: usize, bare: &str) -> Option<Block> {
    let lower = bare.to_ascii_lowercase();
    let (mark, word) = ["| foreach-object {", "| % {", "| foreach {"]
        .iter()
        .find_map(|word| lower.find(word).map(|mark| (mark, *word)))?;
    let kind = Kind::Listed { name: "_".to_owned(), list: bare.get(..mark)?.trim().to_owned() };
    of_braces(text, at + mark + word.len() - 1, kind)
}

/// The block whose brace stands at or behind byte `from`.
fn of_braces(text: &str, from: usize, kind: Kind) -> Option<Block> {
    let rest = text.get(from..)?;
    let blank = rest.len() - rest.trim_start().len();
    let body = rest.get(blank..).filter(|body| body.starts_with('{'))?;
    let near = body.get(..LONGEST_BODY).unwrap_or(body);
    let len = powershell::closing(near, 0);
    Some(Block { start: from + blank + 1, end: from + blank + len, kind })
}

/// The words of a list as `PowerShell` writes it; none where it is not known.
pub(super) fn listed(list: &str, variables: &Variables) -> Vec<String> {
    if let Some((from, to)) = list.trim_matches(['(', ')']).split_once("..")
        && let (Ok(from), Ok(to)) = (from.trim().parse::<i64>(), to.trim().parse::<i64>())
    {
        return (from..=to).take(MOST_TURNS).map(|number| number.to_string()).collect();
    }
    let written = match list.strip_prefix('$').and_then(|name| variables.get(name)) {
        Some(value) => value.clone(),
        None if list.starts_with("@(") => list.to_owned(),
        None => format!("@({list})"),
    };
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match literal(&written, variables) {
        Some(Value::Array(all)) => all.iter().map(plain).collect(),
        _ => Vec::new(),
    }
}
