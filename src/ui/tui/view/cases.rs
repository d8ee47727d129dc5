//! The list of cases with the note of the marked one.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::ui::tui::layout;
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::rows::numbered;
use crate::ui::tui::widget::text::cut;

/// Draws the list.
pub fn render(frame: &mut Frame<'_>, area: Rect, screen: &Screen, theme: &Theme) {
    let cases = &screen.cases;
    let (list, preview) = layout::practice_list(area);
    let (all, shown) = cases.counts();
    let heading = match cases.filter.as_str() {
        "" => format!("{}: {all}; type to choose", cases.title.name),
        typed => format!("{}: {shown} of {all} with {typed}_", cases.title.name),
    };
    let mut inner = area::headed(frame, list, &heading, true, theme);
    if !cases.title.columns.is_empty() && inner.height > 1 {
        let columns = cut(&format!("  {}", cases.title.columns), usize::from(inner.width));
        area::lines(frame, inner, vec![Line::from(Span::styled(columns, theme.hint))]);
        (inner.y, inner.height) = (inner.y + 1, inner.height - 1);
    }
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let first = area::window(cases.marked, shown, height);
    let lines = cases.from_row(first).take(height).enumerate().map(|(at, row)| {
        let here = first + at == cases.marked;
        let sign = if here { ">" } else { " " };
        let mark = if row.unfinished { "unfinished " } else { "" };
        let style = if here { theme.marked } else { theme.plain };
        Line::from(Span::styled(cut(&format!("{sign} {mark}{}", row.line), width), style))
    });
    let lines: Vec<Line<'static>> = lines.collect();
    let Some(row) = cases.current() else {
        let said = if all == 0 {
            format!("  {}", cases.title.empty)
        } else {
            "  none has these words; Backspace takes letters away".to_owned()
        };
        area::lines(frame, inner, vec![Line::from(Span::styled(cut(&said, width), theme.hint))]);
        return;
    };
    area::lines(frame, inner, lines);
    let inner = area::headed(frame, preview, &row.id, false, theme);
    let text = cases.preview.as_ref().filter(|(id, _)| *id == row.id).map_or("", |(_, text)| text);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    area::lines(frame, inner, numbered(text, width, height, 0, theme));
}
