//! A streamed answer in a log, word by word: lines that differ in one short value alone.
//!
//! ```text
//! 10:15:00 DEBUG delta="The " idx=0        10:15:00 DEBUG delta="[text: 4 chars]" idx=0
//! 10:15:00 DEBUG delta="salmon " idx=1  ──>  10:15:00 DEBUG delta="[text: 7 chars]" idx=1
//! ```

use super::json::holds_placeholder;
use super::prose::is_written;
use crate::case::sanitize::placeholder::measure;

/// Lines from which on it is a stream.
const LINES: usize = 5;
/// Bytes of such a line, and of the value in it.
const LONGEST_LINE: usize = 300;
const LONGEST_VALUE: usize = 48;
/// Lines by which it is told whether they are a stream, and those that are then taken together.
const TELLING: usize = 32;
const MOST_LINES: usize = 4_096;

/// The lines that `rest` begins with, where they are a streamed answer: their bytes, and the values in them. `last`: nothing
/// comes behind `rest`; else its last line may not be whole.
pub(super) fn streamed(rest: &[u8], last: bool) -> Option<(usize, Vec<(usize, usize)>)> {
    let mut lines = Lines { rest, at: 0, last };
    let first = lines.next()?.1;
    // Most lines are told by the next one.
    let second = lines.next()?.1;
    let near = head(&[first, second])?;
    let tail = |line: &[u8], end: usize| -> Vec<u8> {
        line.get(end..).unwrap_or(&[]).iter().copied().filter(|b| !b.is_ascii_digit()).collect()
    };
    let first_tail = tail(first, value_end(first, near)?);
    value_end(second, near).filter(|end| tail(second, *end) == first_tail)?;
    let begin: Vec<&[u8]> = Lines { rest, at: 0, last }.take(LINES).map(|(_, line)| line).collect();
    let head = head(&begin).filter(|_| begin.len() == LINES)?;
    let is_stream = |values: &[(usize, usize)]| {
        let said = |between: &str| {
            let text = |(from, to): &(usize, usize)| rest.get(*from..*to).map(String::from_utf8_lossy);
            values.iter().filter_map(text).collect::<Vec<_>>().join(between)
        };
        // A program that prints the pieces trimmed says what they are.
        let lead = first.get(..head).unwrap_or(first).to_ascii_lowercase();
        let named = [&b"token"[..], b"chunk", b"delta", b"content", b"text"]
            .iter()
            .any(|word| memchr::memmem::find(&lead, word).is_some());
        values.len() >= LINES && (is_written(&said("")) || named && is_written(&said(" ")))
    };
    let (mut values, mut length) = (Vec::new(), 0);
    for (at, line) in (Lines { rest, at: 0, last }).take(MOST_LINES) {
        let like = head_of(first, line) >= head;
        let end = value_end(line, head).filter(|end| like && tail(line, *end) == first_tail);
        // What was replaced was another text before, perhaps a longer one, and each its own.
        let Some(end) = end.filter(|_| !holds_placeholder(line)) else { break };
        if values.len() == TELLING && !is_stream(&values) {
            return None;
        }
        values.push((at + head, at + end));
        length = (at + line.len() + 1).min(rest.len());
    }
    (values.len() > TELLING || is_stream(&values)).then_some((length, values))
}

/// The short lines of a text, one after the other, without their ends.
struct Lines<'t> {
    rest: &'t [u8],
    at: usize,
    last: bool,
}

impl<'t> Iterator for Lines<'t> {
    type Item = (usize, &'t [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let here = self.rest.get(self.at..)?;
        let near = here.get(..=LONGEST_LINE).unwrap_or(here);
        let end =
            memchr::memchr(b'\n', near).or((self.last && near.len() == here.len()).then_some(here.len()))?;
        let found = (self.at, here.get(..end)?);
        self.at += end + 1;
        (end >= 3).then_some(found)
    }
}

/// Bytes with which two lines begin alike.
fn head_of(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| same(**a, **b)).count()
}

/// Digits count as one another: times and numbers of pieces.
fn same(a: u8, b: u8) -> bool {
    a == b || a.is_ascii_digit() && b.is_ascii_digit()
}

/// Bytes with which the first lines begin, up to a sign before the value.
fn head(lines: &[&[u8]]) -> Option<usize> {
    let first = lines.first()?;
    let common = lines.iter().map(|line| head_of(first, line)).min()?;
    let is_sign = |b: &u8| matches!(b, b'"' | b'\'' | b'`' | b'=' | b':' | b'>');
    let sign = first.get(..common)?.iter().rposition(is_sign)?;
    // `token: The`: the blank belongs to the line.
    let blank = first.get(sign..sign + 2) == Some(b": ") && common > sign + 1;
    Some(sign + 1 + usize::from(blank))
}

/// Where the value of `line` ends: before the quote that closes it, else with the line.
fn value_end(line: &[u8], head: usize) -> Option<usize> {
    let end = match line.get(head - 1)? {
        quote @ (b'"' | b'\'' | b'`') => {
            let mut escaped = false;
            head + line.get(head..)?.iter().position(|b| {
                let closes = !escaped && b == quote;
                escaped = !escaped && *b == b'\\';
                closes
            })?
        }
        _ => line.len() - usize::from(line.ends_with(b"\r")),
    };
    (end - head <= LONGEST_VALUE).then_some(end)
}

/// The lines of `raw` with their values as lengths; the number of replacements.
pub(super) fn shaped(raw: &[u8], values: &[(usize, usize)], out: &mut Vec<u8>) -> u64 {
    let (mut at, mut count) = (0, 0);
    for (start, end) in values {
        let value = raw.get(*start..*end).unwrap_or(&[]);
        out.extend_from_slice(raw.get(at..*start).unwrap_or(&[]));
        if value.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80) {
            let chars = String::from_utf8_lossy(value).chars().count();
            out.extend_from_slice(measure("text", chars, "chars").as_bytes());
            count += 1;
        } else {
            out.extend_from_slice(value);
        }
        at = *end;
    }
    out.extend_from_slice(raw.get(at..).unwrap_or(&[]));
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_in_a_word_are_a_stream() {
        let words = ["The ", "small ", "walrus ", "sings ", "of ", "the ", "sea"];
        let all = |form: &dyn Fn(usize, &str) -> String| -> String {
            words.iter().enumerate().map(|(at, word)| form(at, word)).collect()
        };
        for text in [
            all(&|at, word| format!("2026-11-20T10:15:0{at}Z DEBUG delta=\"{word}\" idx={}\n", at + 8)),
            all(&|_, word| format!("0:\"{word}\"\n")),
            all(&|_, word| format!("received token: {}\n", word.trim())),
        ] {
            let (length, values) = streamed(text.as_bytes(), true).expect("is a stream");
            assert_eq!((length, values.len()), (text.len(), words.len()), "{text}");
            let mut out = Vec::new();
            assert_eq!(shaped(text.as_bytes(), &values, &mut out), words.len() as u64);
            let out = String::from_utf8(out).expect("is text");
            assert!(!out.contains("walrus") && !out.contains("sea"), "{out}");
            assert_eq!(streamed(out.as_bytes(), true), None, "{out}");
        }
        let log: String = ["started", "loading", "ready", "stopping", "stopped"]
            .map(|w| format!("10:15:00 INFO worker: {w}\n"))
            .concat();
        assert_eq!(streamed(log.as_bytes(), true), None);
        assert_eq!(streamed(b"0:\"The \"\n0:\"small \"\n", true), None);
    }
}
