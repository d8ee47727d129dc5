//! Places on the screen: boxes with a title, and boxes that lie on top.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph};

use super::text::cut;
use crate::ui::tui::theme::Theme;

/// Draws a heading over the width of `area` and gives what is left below it. `marked`: it has the keyboard.
pub fn headed(frame: &mut Frame<'_>, area: Rect, title: &str, marked: bool, theme: &Theme) -> Rect {
    let style = if marked { theme.accent } else { theme.title };
    let sign = if marked { ">" } else { " " };
    let text = format!("{sign} {title}");
    let line = "─".repeat(usize::from(area.width));
    let head = Rect { height: area.height.min(1), ..area };
    frame.render_widget(Paragraph::new(Span::styled(line, theme.hint)), head);
    // The blank behind the words is no reason to cut them.
    let mut words = cut(&text, usize::from(area.width));
    if unicode_width::UnicodeWidthStr::width(words.as_str()) < usize::from(area.width) {
        words.push(' ');
    }
    let words_area = Rect {
        width: u16::try_from(unicode_width::UnicodeWidthStr::width(words.as_str()))
            .unwrap_or(area.width)
            .min(area.width),
        ..head
    };
    frame.render_widget(Paragraph::new(Span::styled(words, style)), words_area);
    Rect { y: area.y.saturating_add(head.height), height: area.height.saturating_sub(head.height), ..area }
}

/// Draws `lines` from the top of `area`; what does not fit is not drawn.
pub fn lines(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>) {
    if !area.is_empty() {
        frame.render_widget(Paragraph::new(lines), area);
    }
}

/// The rows of `all` that are seen from row `top` on in `height` rows. Where more stand below, the last row says how many, and
/// that `key` shows them.
pub fn window_of(
    all: Vec<Line<'static>>,
    (top, height): (usize, usize),
    key: &str,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let below = all.len().saturating_sub(top + height);
    let mut shown: Vec<Line<'static>> = all.into_iter().skip(top).take(height).collect();
    if below > 0
        && let Some(last) = shown.last_mut()
    {
        *last = Line::from(Span::styled(format!("… {} more lines; {key} shows them", below + 1), theme.warn));
    }
    shown
}

/// The middle of `area`, at most `width` by `height`.
pub fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Clears a box on top of all else and draws its frame; gives the inside.
pub fn on_top(frame: &mut Frame<'_>, area: Rect, title: &str, style: Style) -> Rect {
    let title = cut(title, usize::from(area.width.saturating_sub(4)));
    let block = Block::new()
        .borders(Borders::ALL)
        .border_style(style.remove_modifier(Modifier::UNDERLINED))
        .title_style(style)
        .title(format!(" {title} "));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    inner.inner(ratatui::layout::Margin { horizontal: u16::from(inner.width > 20), vertical: 0 })
}

/// The window of `height` rows that holds row `marked` of `count`: its first row.
pub fn window(marked: usize, count: usize, height: usize) -> usize {
    marked.saturating_sub(height.saturating_sub(1)).min(count.saturating_sub(height))
}
