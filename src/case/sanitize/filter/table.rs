//! A table of lines: what the head of a column says of the values below it.
//!
//! ```text
//! | channel | key | status |        id,name,token        NAME   TOKEN   AGE
//! ```

use super::names::{Means, Names};

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
#[derive(Debug)]
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
            let joined: Vec<u8> = name.iter().map(|b| if *b == b' ' { b'_' } else { *b }).collect();
            let means = names.means(&joined).0;
            if matches!(means, Means::Secret(_) | Means::MaybeSecret) {
                columns.push((index, means));
            }
        }
        (!columns.is_empty()).then_some(Self { between, cells: cells.len(), columns })
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
