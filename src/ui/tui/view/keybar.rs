//! The line at the bottom: the keys of what has the keyboard, made from the key table.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::session::Session;
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;

/// Draws the keys. What does not fit is left out from the end; the last two (help and quit, on a page) stay.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let pairs: Vec<(String, String)> = screen
        .keymap
        .bindings(screen.mode(session))
        .filter(|b| !b.label.is_empty())
        .filter_map(|b| Some((b.keys.first()?.to_string(), b.label.clone())))
        .collect();
    let width = |(key, label): &(String, String)| key.width() + label.width() + 3;
    let room = usize::from(area.width);
    let split = pairs.len().saturating_sub(2);
    let tail: usize = pairs.iter().skip(split).map(width).sum();
    let mut used = tail;
    let mut shown: Vec<&(String, String)> = Vec::new();
    for pair in pairs.iter().take(split) {
        used += width(pair);
        if used > room {
            break;
        }
        shown.push(pair);
    }
    shown.extend(pairs.iter().skip(split));
    let spans = shown
        .into_iter()
        .flat_map(|(key, label)| [Span::styled(key.clone(), theme.accent), Span::raw(format!(" {label}  "))])
        .collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}
