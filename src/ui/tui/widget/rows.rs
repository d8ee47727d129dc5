//! Long text in a small window: only the rows that are seen are made, so ten megabytes do not freeze the screen.

use ratatui::text::{Line, Span};

use super::text::push_visible;
use crate::ui::tui::theme::Theme;

/// A row of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line's number from 1 where the row begins a line; `None` where it goes on with the one above.
    pub number: Option<usize>,
    /// The row, harmless.
    pub text: String,
}

/// Breaks `text` into rows of `width` columns, lazily.
pub struct Rows<'a> {
    lines: std::str::Split<'a, char>,
    rest: Option<&'a str>,
    number: usize,
    begins: bool,
    width: usize,
}

impl<'a> Rows<'a> {
    /// The rows of `text`. A line break at its end begins no further row.
    pub fn new(text: &'a str, width: usize) -> Self {
        let text = text.strip_suffix('\n').unwrap_or(text);
        Self { lines: text.split('\n'), rest: None, number: 0, begins: false, width: width.max(1) }
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let rest = if let Some(rest) = self.rest.take() {
            rest
        } else {
            self.number += 1;
            self.begins = true;
            let line = self.lines.next()?;
            line.strip_suffix('\r').unwrap_or(line)
        };
        let (mut text, mut used, mut taken) = (String::new(), 0, rest.len());
        for (at, c) in rest.char_indices() {
            let before = text.len();
            let columns = push_visible(&mut text, c);
            // The first character is taken even where it is too wide, or this would not end.
            if used + columns > self.width && at > 0 {
                text.truncate(before);
                taken = at;
                break;
            }
            used += columns;
        }
        self.rest = rest.get(taken..).filter(|tail| !tail.is_empty());
        let number = std::mem::take(&mut self.begins).then_some(self.number);
        Some(Row { number, text })
    }
}

/// How far `text` can be scrolled in a window of `width` and `height`, looking no further than `from + further` rows.
pub fn scrolled(text: &str, width: usize, height: usize, from: usize, further: usize) -> usize {
    let seen = Rows::new(text, width).take(from.saturating_add(further).saturating_add(height)).count();
    from.saturating_add(further).min(seen.saturating_sub(height))
}

/// Lines of the window for `text` from row `top`: the line's number (or `»` where a line goes on), then the row.
pub fn numbered(text: &str, width: usize, height: usize, top: usize, theme: &Theme) -> Vec<Line<'static>> {
    let inner = width.saturating_sub(GUTTER);
    Rows::new(text, inner)
        .skip(top)
        .take(height)
        .map(|row| {
            let gutter = row.number.map_or_else(|| "   » ".to_owned(), |n| format!("{n:>4} "));
            Line::from(vec![Span::styled(gutter, theme.hint), Span::raw(row.text)])
        })
        .collect()
}

/// Columns of the line numbers.
pub const GUTTER: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, width: usize) -> Vec<(Option<usize>, String)> {
        Rows::new(text, width).map(|r| (r.number, r.text)).collect()
    }

    #[test]
    fn lines_are_broken_and_numbered() {
        assert_eq!(
            rows("abcde\nf\n\ng\n", 2),
            [
                (Some(1), "ab".into()),
                (None, "cd".into()),
                (None, "e".into()),
                (Some(2), "f".into()),
                (Some(3), String::new()),
                (Some(4), "g".into())
            ]
        );
        assert_eq!(rows("日本", 1), [(Some(1), "日".into()), (None, "本".into())]);
        assert_eq!(rows("", 4), [(Some(1), String::new())]);
    }

    #[test]
    fn scrolling_stops_at_the_end() {
        let text = "a\n".repeat(10);
        assert_eq!(scrolled(&text, 5, 4, 0, 3), 3);
        assert_eq!(scrolled(&text, 5, 4, 3, 100), 6);
        assert_eq!(scrolled(&text, 5, 40, 0, 1), 0);
    }

    #[test]
    fn the_first_window_of_a_huge_line_is_cheap() {
        let text = "x".repeat(64 * 1024 * 1024);
        let start = std::time::Instant::now();
        assert_eq!(Rows::new(&text, 80).take(50).count(), 50);
        assert!(start.elapsed().as_millis() < 500, "only the rows that are seen are made");
    }
}
