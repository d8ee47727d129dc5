//! A letter at each place of the page.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::session::Session;
use crate::ui::tui::screen::Screen;
use crate::ui::tui::spots;
use crate::ui::tui::theme::Theme;

/// Columns of a letter with its brackets and the blanks around it.
const COLUMNS: u16 = 5;

/// Draws the letters behind the words of their places, so that they can be read.
pub fn render(frame: &mut Frame<'_>, session: &Session, screen: &Screen, theme: &Theme) {
    for (letter, spot) in spots::labelled(&spots::of(session, screen)) {
        let row = Rect { height: 1, ..spot.area }.intersection(frame.area());
        let x = free(frame.buffer_mut(), row);
        let place = Rect { x, width: COLUMNS.min(row.right().saturating_sub(x)), ..row };
        let text = Line::from(vec![
            Span::raw(" "),
            Span::styled(format!("({letter})"), theme.label),
            Span::raw(" "),
        ]);
        frame.render_widget(Paragraph::new(text), place);
    }
}

/// The column behind the last word of `row`; its end where it is full.
fn free(buffer: &Buffer, row: Rect) -> u16 {
    let is_empty = |x: &u16| {
        let cell = buffer.cell(Position::new(*x, row.y));
        cell.is_none_or(|cell| matches!(cell.symbol(), " " | "─"))
    };
    let end = (row.x..row.right()).rev().find(|x| !is_empty(x)).map_or(row.x, |last| last + 1);
    end.min(row.right().saturating_sub(COLUMNS)).max(row.x)
}
