//! The field that is edited: in its place on the page, or in a box for the operator's words.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::ui::tui::editor::{Content, Editor, Target};
use crate::ui::tui::field::Field;
use crate::ui::tui::layout;
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::wrap;

/// The editor on `field`, if that is what is edited.
pub fn of(screen: &Screen, field: Field) -> Option<&Editor> {
    screen.editor.as_ref().filter(|e| e.target == Target::Request(field))
}

/// Draws an editor in its place.
pub fn in_place(frame: &mut Frame<'_>, area: Rect, editor: &Editor) {
    // The editor counts on at least one cell of text beside its line numbers.
    if area.width > 8
        && area.height > 0
        && let Content::Lines(lines) = &editor.content
    {
        frame.render_widget(&**lines, area);
        unjoin(frame, area);
    }
}

/// Terminals disagree how wide joined emoji, flags and tones of skin are: of these the first is shown, so that the line stays
/// where the cursor is. The text keeps all of it.
fn unjoin(frame: &mut Frame<'_>, area: Rect) {
    let is_joined = |c: char| matches!(c, '\u{200d}' | '\u{fe0f}' | '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}');
    let buffer = frame.buffer_mut();
    for position in area.intersection(buffer.area).positions() {
        let Some(cell) = buffer.cell_mut(position) else { continue };
        let first = cell.symbol().chars().next().filter(|_| cell.symbol().chars().skip(1).any(is_joined));
        if let Some(first) = first {
            cell.set_char(first);
        }
    }
}

/// Draws the box of the operator's words, if they are edited.
pub fn words(frame: &mut Frame<'_>, whole: Rect, screen: &Screen, theme: &Theme) {
    let Some(editor) = &screen.editor else { return };
    let Target::Words(field) = editor.target else { return };
    let place = area::middle(layout::stage(whole), 76, 12);
    let inner = area::on_top(frame, place, &format!("{}: {}", field.name(), field.what()), theme.accent);
    let [text, hint] = Layout::vertical([Constraint::Min(1), Constraint::Length(2)]).areas(inner);
    in_place(frame, text, editor);
    let lines = wrap(
        "Keys, e-mail addresses and other secrets in it are replaced before anything leaves.",
        usize::from(hint.width),
    );
    area::lines(frame, hint, lines.into_iter().map(|l| Line::from(Span::styled(l, theme.hint))).collect());
}
