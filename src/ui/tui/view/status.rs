//! The status line: what just happened and what to do next.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::case::finding::Level;
use crate::session::Session;
use crate::ui::tui::said::{notice, status_text};
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::{Theme, sign};
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::{cut, wrap};

/// Draws the status line; a long text takes several rows.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let text = status_text(session, screen);
    if text.is_empty() {
        return;
    }
    let (level, style) = match (&screen.hint, notice(session, screen)) {
        (None, Some(notice)) => (notice.level, theme.level(notice.level)),
        // What the tour asks for is what there is to read.
        (None, None) if screen.tour => (Level::Info, theme.title),
        (None, None) => (Level::Info, theme.hint),
        (Some(_), _) => (Level::Info, theme.plain),
    };
    let width = usize::from(area.width.saturating_sub(2));
    let rows = usize::from(area.height);
    let mut lines = wrap(&text, width);
    if lines.len() > rows {
        // What does not fit is at least not hidden.
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            *last = cut(&format!("{last}  more"), width);
            *last = format!("{}…", cut(last, width.saturating_sub(1)).trim_end_matches('…'));
        }
    }
    let lines = lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| {
            let mark = if at == 0 { sign(level) } else { " " };
            Line::from(vec![Span::styled(format!("{mark} "), style), Span::styled(line, style)])
        })
        .collect();
    area::lines(frame, area, lines);
}
