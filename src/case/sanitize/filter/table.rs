//! A table of lines: what the head of a column says of the values below it.
//!
//! ```text
//! | channel | key | status |        id,name,token        NAME   TOKEN   AGE
//! ```

use super::json::holds_placeholder;
use super::list::Ahead;
use super::names::{Means, Names};
use super::prose::is_written;
use super::rule::Rules;
use super::terse::{self, Place};

/// Bytes of a head line, and of a name in it.
const LONGEST_HEAD: usize = 400;
const LONGEST_NAME: usize = 40;

/// What stands between the cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    Sign(u8),
    /// Two blanks or more.
    Blanks,
}

/// The columns of a table that hold secrets.
#[derive(Debug, Clone)]
pub(super) struct Table {
    between: Between,
    cells: usize,
    columns: Vec<(usize, Means)>,
}

/// What a line is to a table.
pub(super) enum Row {
    /// The insides of its cells that hold secrets, by what the heads say.
    Cells(Vec<(usize, usize, Means)>),
    /// A line between rows.
    Rule,
    /// It is no part of the table.
    Other,
}

impl Table {
    /// The table whose head `line` is: names alone, of which one says that a secret follows.
    pub(super) fn of(line: &[u8], names: &mut Names) -> Option<Self> {
        if let Some(copied) = Self::of_copy(line, names) {
            return Some(copied);
        }
        let first = line.iter().find(|b| !b.is_ascii_whitespace())?;
        if line.len() > LONGEST_HEAD
            || !(first.is_ascii_alphabetic() || matches!(first, b'|' | b'"' | b'`' | b'#'))
        {
            return None;
        }
        let of_name = |b: &u8| {
            b.is_ascii_alphanumeric()
                || matches!(
                    b,
                    b' ' | b'\t'
                        | b'_'
                        | b'-'
                        | b'.'
                        | b','
                        | b';'
                        | b'|'
                        | b'"'
                        | b'\''
                        | b'`'
                        | b'*'
                        | b'#'
                )
        };
        if !line.iter().all(of_name) {
            return None;
        }
        let between =
            [b'|', b'\t', b';', b','].into_iter().find(|sign| line.contains(sign)).map(Between::Sign);
        let between = between.or_else(|| memchr::memmem::find(line, b"  ").map(|_| Between::Blanks))?;
        let cells = split(line, between);
        let is_prose = |between| matches!(between, Between::Sign(b',' | b';'));
        if cells.len() < if is_prose(between) { 3 } else { 2 } {
            return None;
        }
        if label(line, &cells, names).is_some() {
            return None;
        }
        let mut columns = Vec::new();
        for (index, (start, end)) in cells.iter().enumerate() {
            let name = line.get(*start..*end)?;
            let words = name.split(|b| *b == b' ').filter(|w| !w.is_empty()).count();
            if name.len() > LONGEST_NAME || words > 3 || name.first().is_some_and(u8::is_ascii_digit) {
                return None;
            }
            if name.is_empty() {
                continue;
            }
            if let Some(means) = column(name, names) {
                columns.push((index, means));
            }
        }
        (!columns.is_empty()).then_some(Self { between, cells: cells.len(), columns })
    }

    /// The table of `COPY name (a, b) FROM stdin;`, as `pg_dump` writes it.
    fn of_copy(line: &[u8], names: &mut Names) -> Option<Self> {
        let start = line.get(..5)?.eq_ignore_ascii_case(b"COPY ").then(|| memchr::memchr(b'(', line))?? + 1;
        let end = start + memchr::memchr(b')', line.get(start..)?)?;
        let heads = line.get(start..end)?;
        let cells = split(heads, Between::Sign(b','));
        let columns: Vec<(usize, Means)> = cells
            .iter()
            .enumerate()
            .filter_map(|(index, (from, to))| Some((index, column(heads.get(*from..*to)?, names)?)))
            .collect();
        let rest = line.get(end..)?.to_ascii_lowercase();
        let reads = memchr::memmem::find(&rest, b"from stdin").is_some() && !columns.is_empty();
        reads.then_some(Self { between: Between::Sign(b'\t'), cells: cells.len(), columns })
    }

    /// Reads a line below the head.
    pub(super) fn row(&self, line: &[u8]) -> Row {
        if !line.trim_ascii().is_empty()
            && line.iter().all(|b| matches!(b, b'-' | b'+' | b'|' | b'=' | b':' | b' '))
        {
            return Row::Rule;
        }
        let cells = split(line, self.between);
        if cells.len() != self.cells {
            return Row::Other;
        }
        let secret = |(index, means): &(usize, Means)| {
            let (start, end) = cells.get(*index)?;
            Some((*start, *end, *means))
        };
        Row::Cells(self.columns.iter().filter_map(secret).collect())
    }
}

/// Bytes of a row.
const LONGEST_ROW: usize = 64 * 1024;

impl Table {
    /// The row that `rest` begins with, where a cell in quotes goes over several lines: its bytes.
    pub(super) fn long_row(&self, rest: &[u8], last: bool) -> Ahead<usize> {
        let near = rest.get(..LONGEST_ROW).unwrap_or(rest);
        let Between::Sign(_) = self.between else { return Ahead::Nothing };
        let (mut at, mut open) = (0, false);
        while let Some(end) = memchr::memchr(b'\n', near.get(at..).unwrap_or(&[])) {
            let line = near.get(at..at + end).unwrap_or(&[]);
            open ^= memchr::memchr_iter(b'"', line).count() % 2 == 1;
            if !open && at == 0 {
                return Ahead::Nothing;
            }
            at += end + 1;
            if !open {
                break;
            }
        }
        let closes_at_end = open && last && near.len() == rest.len() && {
            open ^= memchr::memchr_iter(b'"', near.get(at..).unwrap_or(&[])).count() % 2 == 1;
            at = near.len();
            !open
        };
        if at == 0 || open && !closes_at_end {
            let more = !last && near.len() == rest.len() && (at > 0 || near.contains(&b'"'));
            return if more { Ahead::More } else { Ahead::Nothing };
        }
        match self.row(rest.get(..at).unwrap_or(rest).trim_ascii_end()) {
            Row::Cells(_) => Ahead::Found(at),
            Row::Rule | Row::Other => Ahead::Nothing,
        }
    }
}

/// The value of a row of two cells whose first one is its name: `| Password | … |`, `api_key  | …`.
pub(super) fn labelled(line: &[u8], names: &mut Names) -> Option<(usize, usize, Means)> {
    memchr::memchr(b'|', line)?;
    label(line, &split(line, Between::Sign(b'|')), names)
}

fn label(line: &[u8], cells: &[(usize, usize)], names: &mut Names) -> Option<(usize, usize, Means)> {
    let mut full = cells.iter().filter(|(start, end)| start < end);
    let (Some(name), Some((start, end)), None) = (full.next(), full.next(), full.next()) else { return None };
    let name = line.get(name.0..name.1)?;
    let is_name = name.len() <= LONGEST_NAME
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'_' | b'-' | b'.'));
    let means = column(name, names).filter(|_| is_name)?;
    let value = line.get(*start..*end).filter(|value| !value.contains(&b'['))?;
    // `| key | status |` is a head.
    let is_value = value.len() >= 6
        && (value.iter().any(u8::is_ascii_digit)
            || value.iter().skip(1).any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase)
            || value.iter().any(|b| !b.is_ascii_alphanumeric() && !matches!(b, b' ' | b'_')));
    is_value.then_some((*start, *end, means))
}

/// What the head of a column says of its values; `None`: nothing that matters. [`Means::BodyPrompt`]: text of a user or a
/// model where it reads like one.
pub(super) fn column(name: &[u8], names: &mut Names) -> Option<Means> {
    let joined: Vec<u8> = name.iter().map(|b| if *b == b' ' { b'_' } else { *b }).collect();
    match names.means(&joined).0 {
        means @ (Means::Secret(_) | Means::MaybeSecret) => Some(means),
        Means::Prompt if joined.to_ascii_lowercase().ends_with(b"prompt") => Some(Means::Prompt),
        Means::Prompt | Means::BodyPrompt => Some(Means::BodyPrompt),
        Means::Told => Some(Means::Told),
        _ => None,
    }
}

/// What stands instead of `cell`, in a column that `means` something. `None`: it stays.
pub(super) fn cell(cell: &[u8], means: Means, rules: &mut Rules) -> Option<Vec<u8>> {
    match means {
        Means::BodyPrompt if !is_written(&String::from_utf8_lossy(cell)) => None,
        Means::Told if !is_somebodys(&String::from_utf8_lossy(cell)) => None,
        Means::BodyPrompt | Means::Told | Means::Prompt => rules.shape("prompt", cell, false),
        // What is left beside a placeholder was words before.
        _ if cell.len() < 6 || cell.contains(&b' ') || holds_placeholder(cell) => None,
        means => rules.named(means, cell, false),
    }
}

/// A text, however short, and no evidence.
fn is_somebodys(cell: &str) -> bool {
    is_written(cell) || terse::is_text(cell, Place::Likely)
}

/// The cells of a line, without the blanks and quotes around each. Signs in quotes divide nothing.
fn split(line: &[u8], between: Between) -> Vec<(usize, usize)> {
    let mut cells = Vec::new();
    let (mut start, mut at, mut quoted) = (0, 0, false);
    while let Some(byte) = line.get(at) {
        let divides = match between {
            Between::Sign(sign) => *byte == sign && !quoted,
            Between::Blanks => *byte == b' ' && line.get(at + 1) == Some(&b' ') && at > start,
        };
        if *byte == b'"' && between != Between::Blanks {
            quoted = !quoted;
        }
        if divides {
            cells.push(bare(line, start, at));
            at += match between {
                Between::Sign(_) => 1,
                Between::Blanks => line.get(at..).unwrap_or(&[]).iter().take_while(|b| **b == b' ').count(),
            };
            start = at;
            continue;
        }
        if between == Between::Blanks && *byte == b' ' && at == start {
            start += 1;
        }
        at += 1;
    }
    if between != Between::Blanks || start < line.len() {
        cells.push(bare(line, start, line.len()));
    }
    cells
}

fn bare(line: &[u8], start: usize, end: usize) -> (usize, usize) {
    let cell = line.get(start..end).unwrap_or(&[]);
    let around = |b: &&u8| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'*' | b'#' | b'\r');
    let lead = cell.iter().take_while(around).count();
    let tail = cell.iter().skip(lead).rev().take_while(around).count();
    (start + lead, end - tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;

    fn below(head: &str, line: &str) -> Option<Vec<String>> {
        let mut names = Names::new(&Catalog::built_in().safe);
        match Table::of(head.as_bytes(), &mut names)?.row(line.as_bytes()) {
            Row::Cells(cells) => Some(cells.iter().map(|(a, b, _)| line[*a..*b].to_owned()).collect()),
            Row::Rule => Some(vec!["rule".to_owned()]),
            Row::Other => None,
        }
    }

    #[test]
    fn columns_of_keys_are_known_by_their_heads() {
        for (head, line, cell) in [
            ("| channel | key | status |", "| 17 | abc | 2 |", "abc"),
            ("| channel | API key |", "|---|:--:|", "rule"),
            ("id,name,token", "12,\"a, b\",abc", "abc"),
            ("name\ttoken\tgroup", "main\tabc\tdefault", "abc"),
            ("NAME    TOKEN     AGE", "relay   abc       2d", "abc"),
            (" id |  secret_key  | status ", " 1 |  abc | x ", "abc"),
            ("COPY public.tokens (id, \"key\", name) FROM stdin;", "1\tabc\tmain one", "abc"),
        ] {
            assert_eq!(below(head, line), Some(vec![cell.to_owned()]), "{head}");
        }
        for (head, line) in [
            ("| channel | status |", "| 17 | 2 |"),
            ("Invalid token, try again", "one, two"),
            ("2026-11-20 | key | status", "1 | 2 | 3"),
            ("| channel | key | status |", "| 17 | abc |"),
            ("key: value, token: x", "a, b"),
        ] {
            assert_eq!(below(head, line), None, "{head}");
        }
    }
}
