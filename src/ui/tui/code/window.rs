//! The rows of a text around a place, without a look at the rest. A long line is broken anew after some thousand bytes, so that
//! the row of any place is found by walking those bytes at most, also where the whole body is one line.

use std::ops::Range;

use super::Code;
use crate::ui::tui::widget::text::push_visible;

/// Bytes after which a line is broken anew.
const PIECE: usize = 4_096;

/// Bytes of a line that are coloured; what comes after them is plain.
pub const LONGEST_COLOURED: usize = 256 * 1024;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its bytes.
    pub span: Range<usize>,
    /// The line's number from 1 where it begins one.
    pub number: Option<usize>,
}

impl Code {
    /// The piece of its line in which byte `at` stands.
    fn piece(&self, at: usize) -> Range<usize> {
        let line = self.line(self.line_of(at));
        let border = |number: usize| {
            let at = (line.start + number * PIECE).min(line.end);
            (line.start..=at).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(line.start)
        };
        let number = at.saturating_sub(line.start) / PIECE;
        // The end of a line belongs to its last piece.
        let number = if at == line.end && number > 0 && border(number) == at { number - 1 } else { number };
        border(number)..border(number + 1)
    }

    /// The row in which byte `at` stands.
    pub(super) fn row_at(&self, at: usize) -> Row {
        let piece = self.piece(at);
        let line = self.line_of(at);
        let line_end = self.line(line).end;
        let mut start = piece.start;
        loop {
            let end = self.row_end(start, piece.end);
            if at < end || end >= piece.end {
                let number = (start == self.line(line).start).then_some(line + 1);
                debug_assert!(end <= line_end);
                return Row { span: start..end, number };
            }
            start = end;
        }
    }

    /// Where the row that begins at `start` ends, at the end of its piece at last.
    fn row_end(&self, start: usize, most: usize) -> usize {
        let (mut used, mut scratch) = (0, String::new());
        for (at, c) in self.text.get(start..most).unwrap_or_default().char_indices() {
            scratch.clear();
            let columns = push_visible(&mut scratch, c);
            // The first character is taken even where it is too wide, or this would not end.
            if used + columns > self.size.0 && at > 0 {
                return start + at;
            }
            used += columns;
        }
        most
    }

    fn below(&self, row: &Row) -> Option<Row> {
        let line = self.line(self.line_of(row.span.start));
        let next = if row.span.end < line.end { row.span.end } else { line.end + 1 };
        (next <= self.text.len() && (next > line.end || next > row.span.start)).then(|| self.row_at(next))
    }

    fn above(&self, row: &Row) -> Option<Row> {
        let at = row.span.start.checked_sub(1)?;
        let at = (0..=at).rev().find(|at| self.text.is_char_boundary(*at))?;
        Some(self.row_at(at))
    }

    /// The byte some rows away from the cursor, in the column to which it wants to go back.
    pub(super) fn rows_away(&self, rows: isize) -> usize {
        let mut row = self.row_at(self.cursor);
        let column = self.column.unwrap_or(self.cursor - row.span.start);
        for _ in 0..rows.unsigned_abs() {
            let next = if rows > 0 { self.below(&row) } else { self.above(&row) };
            let Some(next) = next else {
                return if rows > 0 { row.span.end } else { row.span.start };
            };
            row = next;
        }
        let line_end = self.line(self.line_of(row.span.start)).end;
        let last = if row.span.end < line_end {
            // Its end is the beginning of the next row.
            self.text
                .get(row.span.clone())
                .and_then(|own| own.chars().next_back())
                .map_or(row.span.end, |c| row.span.end - c.len_utf8())
        } else {
            row.span.end
        };
        let at = (row.span.start + column).min(last);
        (row.span.start..=at).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(row.span.start)
    }

    /// Moves the window so that the cursor is seen.
    pub(super) fn keep_seen(&mut self) {
        self.top = self.first_row().span.start;
    }

    /// The first row of the window: as it was, where the cursor is seen from there.
    fn first_row(&self) -> Row {
        let mut row = self.row_at(self.cursor);
        let top = self.row_at(self.top.min(self.text.len())).span.start;
        if row.span.start < top {
            return row;
        }
        for _ in 1..self.size.1 {
            if row.span.start <= top {
                break;
            }
            let Some(above) = self.above(&row) else { break };
            row = above;
        }
        row
    }

    /// The rows that are seen.
    pub fn seen(&self) -> Vec<Row> {
        let first = self.first_row();
        std::iter::successors(Some(first), |row| self.below(row)).take(self.size.1).collect()
    }
}
