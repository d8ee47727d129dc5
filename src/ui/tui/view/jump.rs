//! A letter at each place of the page.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::session::Session;
use crate::ui::tui::screen::Screen;
use crate::ui::tui::spots;
use crate::ui::tui::theme::Theme;

/// Draws the letters over the beginnings of their places.
pub fn render(frame: &mut Frame<'_>, session: &Session, screen: &Screen, theme: &Theme) {
    for (letter, spot) in spots::labelled(&spots::of(session, screen)) {
        // With a blank behind it, so that it is not read as a letter of the word below.
        let place = Rect { width: spot.area.width.min(4), height: 1, ..spot.area };
        let place = place.intersection(frame.area());
        let text = Line::from(vec![Span::styled(format!("({letter})"), theme.label), Span::raw(" ")]);
        frame.render_widget(Paragraph::new(text), place);
    }
}
