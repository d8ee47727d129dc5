//! Page 1 where an answer or an error text was pasted without its request: what was observed, and what can be said of it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::findings;
use crate::session::Session;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::layout;
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::view::reproduce::{attempt_lines, diagnosis_lines};
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::{cut, wrap};

/// True where the page shows an answer alone.
pub fn is_alone(session: &Session, screen: &Screen) -> bool {
    session.draft().is_empty() && screen.editor.is_none() && !session.evidence().attempts.is_empty()
}

/// Draws the page: side by side where there is place.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let (left, beside) = layout::answer(area);
    let heading = format!("Observed answer ({})", session.kind());
    let inner = area::headed(frame, left, &heading, true, theme);
    let top = screen.tops.body;
    let shown = |lines: Vec<Line<'static>>| lines.into_iter().skip(top).collect();
    let width = usize::from(inner.width);
    area::lines(frame, inner, shown(lines(session, screen, width, beside.is_none(), theme)));
    if let Some(place) = beside {
        let inner = area::headed(frame, place, "What it says", false, theme);
        area::lines(frame, inner, shown(diagnosis_lines(session, usize::from(inner.width), theme)));
    }
}

/// What was observed; where there is no place beside it (`alone`), what can be said of it, too; and what to do.
pub fn lines(
    session: &Session,
    screen: &Screen,
    width: usize,
    alone: bool,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let mut lines = attempt_lines(session, 0, width, theme);
    let said = session.said();
    for (name, value) in [("method", &said.method), ("URL", &said.url), ("model", &said.model)] {
        if let Some(value) = value {
            lines.push(Line::from(cut(&format!("the text names the {name}: {value}"), width)));
        }
    }
    if alone {
        lines.push(Line::from(Span::styled("What it says", theme.title)));
        lines.extend(diagnosis_lines(session, width, theme));
    }
    lines.push(Line::default());
    let key = |action| screen.keymap.key_for(Mode::Request, action);
    let next = format!(
        "There is no request in it. {} goes on with what was observed; the note says what is missing. To send it too, paste the command, or fill in the form with {}.",
        key(Action::GoOn),
        key(Action::EditField)
    );
    lines.extend(wrap(&next, width).into_iter().map(|l| Line::from(Span::styled(l, theme.hint))));
    lines.push(Line::default());
    lines.extend(findings(session, screen, width, theme));
    lines
}
