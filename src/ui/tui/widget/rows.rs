//! Long text in a small window: only the rows that are seen are made, so ten megabytes do not freeze the screen.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text::push_visible;
use crate::ui::tui::theme::Theme;

/// A row of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line's number from 1 where the row begins a line; `None` where it goes on with the one above.
    pub number: Option<usize>,
    /// Bytes of the text that it shows.
    pub span: Range<usize>,
    /// The row, harmless.
    pub text: String,
}

/// Breaks `text` into rows of `width` columns, lazily.
pub struct Rows<'a> {
    text: &'a str,
    /// First byte of the next row; `None` at the end.
    at: Option<usize>,
    /// End of the line that the next row goes on with; `None` where it begins one.
    line_end: Option<usize>,
    number: usize,
    width: usize,
}

impl<'a> Rows<'a> {
    /// The rows of `text`. A line break at its end begins no further row.
    pub fn new(text: &'a str, width: usize) -> Self {
        let text = text.strip_suffix('\n').unwrap_or(text);
        Self { text, at: Some(0), line_end: None, number: 0, width: width.max(1) }
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let start = self.at?;
        let begins = self.line_end.is_none();
        let line_end = self.line_end.unwrap_or_else(|| {
            self.number += 1;
            let rest = self.text.as_bytes().get(start..).unwrap_or_default();
            memchr::memchr(b'\n', rest).map_or(self.text.len(), |at| start + at)
        });
        let rest = self.text.get(start..line_end).unwrap_or_default();
        let rest = rest.strip_suffix('\r').unwrap_or(rest);
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
        if taken < rest.len() {
            (self.at, self.line_end) = (Some(start + taken), Some(line_end));
        } else {
            (self.at, self.line_end) = ((line_end < self.text.len()).then_some(line_end + 1), None);
        }
        Some(Row { number: begins.then_some(self.number), span: start..start + taken, text })
    }
}

/// How far `text` can be scrolled in a window of `width` and `height`, looking no further than `from + further` rows.
pub fn scrolled(text: &str, width: usize, height: usize, from: usize, further: usize) -> usize {
    let seen = Rows::new(text, width).take(from.saturating_add(further).saturating_add(height)).count();
    from.saturating_add(further).min(seen.saturating_sub(height))
}

/// Lines of the window for `text` from row `top`: the line's number (or `»` where a line goes on), then the row.
pub fn numbered(text: &str, width: usize, height: usize, top: usize, theme: &Theme) -> Vec<Line<'static>> {
    highlighted(text, width, height, top, &[], theme)
}

/// The same with some bytes of `text` in a style of their own; `marks` stand in order.
pub fn highlighted(
    text: &str,
    width: usize,
    height: usize,
    top: usize,
    marks: &[(Range<usize>, Style)],
    theme: &Theme,
) -> Vec<Line<'static>> {
    let inner = width.saturating_sub(GUTTER);
    Rows::new(text, inner)
        .skip(top)
        .take(height)
        .map(|row| {
            let gutter = row.number.map_or_else(|| "   » ".to_owned(), |n| format!("{n:>4} "));
            let mut spans = vec![Span::styled(gutter, theme.hint)];
            spans.extend(styled(text, &row, marks));
            Line::from(spans)
        })
        .collect()
}

/// The row in pieces of one style.
fn styled(text: &str, row: &Row, marks: &[(Range<usize>, Style)]) -> Vec<Span<'static>> {
    let first = marks.partition_point(|(span, _)| span.end <= row.span.start);
    let here = marks.iter().skip(first).take_while(|(span, _)| span.start < row.span.end);
    let mut out = Vec::new();
    let mut at = row.span.start;
    let mut piece = |from: usize, to: usize, style: Style| {
        let mut shown = String::new();
        for c in text.get(from..to).unwrap_or_default().chars() {
            push_visible(&mut shown, c);
        }
        if !shown.is_empty() {
            out.push(Span::styled(shown, style));
        }
    };
    for (span, style) in here {
        let (from, to) = (span.start.max(at), span.end.min(row.span.end));
        if from < to {
            piece(at, from, Style::new());
            piece(from, to, *style);
            at = to;
        }
    }
    if at == row.span.start {
        return vec![Span::raw(row.text.clone())];
    }
    piece(at, row.span.end, Style::new());
    out
}

/// The row of `text` in which byte `at` stands.
pub fn row_of(text: &str, width: usize, at: usize) -> usize {
    Rows::new(text, width).take_while(|row| row.span.start <= at).count().saturating_sub(1)
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
    fn marked_bytes_have_a_style_of_their_own_on_every_row() {
        let text = "ab\u{1b}cd\nef";
        let mark = Style::new().add_modifier(ratatui::style::Modifier::REVERSED);
        let lines = highlighted(text, GUTTER + 4, 9, 0, &[(1..4, mark), (6..7, mark)], &Theme::new(true));
        let shown: Vec<Vec<(String, bool)>> = lines
            .iter()
            .map(|line| {
                let spans = line.spans.iter().skip(1);
                spans.map(|span| (span.content.to_string(), span.style == mark)).collect()
            })
            .collect();
        let piece = |text: &str, marked: bool| (text.to_owned(), marked);
        assert_eq!(
            shown,
            [
                vec![piece("a", false), piece("b\\e", true)],
                vec![piece("c", true), piece("d", false)],
                vec![piece("e", true), piece("f", false)]
            ]
        );
        for (at, row) in [(0, 0), (2, 0), (3, 1), (5, 1), (6, 2), (7, 2)] {
            assert_eq!(row_of(text, 4, at), row, "{at}");
        }
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
