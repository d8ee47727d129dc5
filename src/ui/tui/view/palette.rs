//! The list of all that can be done: name, keys, what happens.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::ui::tui::layout;
use crate::ui::tui::popup::{Entry, Palette};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::{cut, fit, wrap};

/// Columns of the names.
const NAME: usize = 20;
/// Columns of the keys.
const KEYS: usize = 14;

/// Draws the list.
pub fn render(frame: &mut Frame<'_>, whole: Rect, palette: &Palette, theme: &Theme) {
    let areas = layout::palette(whole, palette);
    area::on_top(frame, areas.frame, "What to do?", theme.accent);
    let shown = palette.shown();
    area::lines(frame, areas.search, vec![typed(palette, shown.len(), areas.search.width, theme)]);
    let (width, height) = (usize::from(areas.list.width), usize::from(areas.list.height));
    let first = area::window(palette.marked(), shown.len(), height);
    let lines = shown.iter().enumerate().skip(first).take(height);
    let lines = lines.map(|(at, entry)| row(entry, at == palette.marked(), width, theme));
    area::lines(frame, areas.list, lines.collect());
    if let Some(entry) = palette.chosen().filter(|_| !areas.told.is_empty()) {
        let told = usize::from(areas.told.width);
        let mut lines = vec![Line::from(Span::styled("─".repeat(told), theme.hint))];
        lines.extend(wrap(&entry.help, told).into_iter().map(|l| Line::from(Span::raw(l))));
        area::lines(frame, areas.told, lines);
    }
}

/// What was typed, and how many lines fit it.
fn typed(palette: &Palette, shown: usize, width: u16, theme: &Theme) -> Line<'static> {
    let all = palette.count();
    let (text, style) = match (palette.typed.as_str(), shown) {
        ("", _) => (format!("{all} actions; type some letters of a name"), theme.hint),
        (typed, 0) => {
            (format!(": {typed}_  nothing has these letters; Backspace takes one away"), theme.warn)
        }
        (typed, _) => (format!(": {typed}_  {shown} of {all}"), theme.accent),
    };
    Line::from(Span::styled(cut(&text, usize::from(width)), style))
}

fn row(entry: &Entry, marked: bool, width: usize, theme: &Theme) -> Line<'static> {
    let mark = if marked { ">" } else { " " };
    let head = format!("{mark} {} ", fit(&entry.name, NAME));
    let keys = format!("{} ", fit(&entry.keys, KEYS));
    let help = fit(&entry.help, width.saturating_sub(NAME + KEYS + 4));
    if marked {
        return Line::from(Span::styled(cut(&format!("{head}{keys}{help}"), width), theme.marked));
    }
    Line::from(vec![Span::raw(head), Span::styled(keys, theme.accent), Span::styled(help, theme.hint)])
}
