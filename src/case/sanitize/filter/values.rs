//! Rows that a statement of SQL writes: `INSERT INTO t (id, key) VALUES (1, '…'), (2, '…');`.

use super::names::{Means, Names};
use super::rule::{Edit, Rules, apply};
use super::table;

/// Names of columns that are read.
const MOST_COLUMNS: usize = 200;

/// The columns that matter of a statement that is not at its end.
#[derive(Debug, Clone)]
pub(super) struct Values(Vec<Option<Means>>);

impl Values {
    /// `line` with the values replaced whose columns say that they are secrets or prompts; `open`: the statement of the line
    /// before goes on. `None`: it stays.
    pub(super) fn in_line(open: &mut Option<Self>, line: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
        let start = line.trim_ascii_start();
        let is_insert = start.first().is_some_and(|b| matches!(b, b'I' | b'i' | b'R' | b'r'))
            && (begins(start, b"insert ") || begins(start, b"replace into "));
        let from = if is_insert {
            let (columns, from) = Self::of(line, &mut rules.names)?;
            *open = Some(columns);
            from
        } else if open.is_some() && (start.starts_with(b"(") || begins(start, b"values")) {
            0
        } else {
            *open = None;
            return None;
        };
        let edits = open.as_ref().map_or_else(Vec::new, |columns| columns.edits(line, from, rules));
        if line.trim_ascii_end().ends_with(b";") {
            *open = None;
        }
        let new = (!edits.is_empty()).then(|| apply(line, &edits))?;
        Some(rules.text(&new, false).unwrap_or(new))
    }

    /// The columns that a statement names, and where its rows begin.
    fn of(line: &[u8], names: &mut Names) -> Option<(Self, usize)> {
        let open = memchr::memchr(b'(', line)?;
        let end = open + memchr::memchr(b')', line.get(open..)?)?;
        let heads = line.get(open + 1..end)?;
        let means: Vec<Option<Means>> = heads
            .split(|b| *b == b',')
            .take(MOST_COLUMNS)
            .map(|head| {
                let name: Vec<u8> =
                    head.iter().copied().filter(|b| b.is_ascii_alphanumeric() || *b == b'_').collect();
                table::column(&name, names)
            })
            .collect();
        means.iter().any(Option::is_some).then_some((Self(means), end + 1))
    }

    fn edits(&self, line: &[u8], from: usize, rules: &mut Rules) -> Vec<Edit> {
        let mut edits = Vec::new();
        let (mut at, mut depth, mut column) = (from, 0_usize, 0);
        while let Some(byte) = line.get(at) {
            match byte {
                b'(' => {
                    depth += 1;
                    column = if depth == 1 { 0 } else { column };
                }
                b')' => depth = depth.saturating_sub(1),
                b',' if depth == 1 => column += 1,
                b'\'' => {
                    let end = string_end(line, at + 1);
                    let means = self.0.get(column).copied().flatten().filter(|_| depth == 1);
                    let value = line.get(at + 1..end).unwrap_or(&[]);
                    if let Some(text) = means.and_then(|means| table::cell(value, means, rules)) {
                        edits.push(Edit { start: at + 1, end, text });
                    }
                    at = end;
                }
                _ => {}
            }
            at += 1;
        }
        edits
    }
}

fn begins(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// The quote that ends a string; two of them, and one behind a backslash, do not.
fn string_end(line: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = line.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\'' if line.get(at + 1) == Some(&b'\'') => at += 1,
            b'\'' => return at,
            _ => {}
        }
        at += 1;
    }
    line.len()
}
