//! A letter at each place of the page.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::Paragraph;

use crate::session::Session;
use crate::ui::tui::screen::Screen;
use crate::ui::tui::spots;
use crate::ui::tui::theme::Theme;

/// Draws the letters over the beginnings of their places.
pub fn render(frame: &mut Frame<'_>, session: &Session, screen: &Screen, theme: &Theme) {
    for (letter, spot) in spots::labelled(&spots::of(session, screen)) {
        let place = Rect { width: spot.area.width.min(3), height: 1, ..spot.area };
        let place = place.intersection(frame.area());
        frame.render_widget(Paragraph::new(Span::styled(format!("({letter})"), theme.label)), place);
    }
}
