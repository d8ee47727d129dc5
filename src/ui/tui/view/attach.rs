//! The note onto a ticket: what would go where, the step that is done now, what became of it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::ui::tui::screen::{Attach, Onto, Stage};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::text::wrap;
use crate::ui::tui::widget::{area, rows};

/// How far it can be scrolled, looking no further than `from + further` rows. What would go is shown as it is, line by line.
pub fn scrolled(attach: &Attach, width: usize, height: usize, from: usize, further: usize) -> usize {
    match &attach.stage {
        Stage::Planned(planned) => {
            rows::scrolled(&planned.text, width.saturating_sub(rows::GUTTER), height, from, further)
        }
        _ => from.saturating_add(further).min(wrapped(attach, width).len().saturating_sub(height)),
    }
}

/// What is told, between words.
fn wrapped(attach: &Attach, width: usize) -> Vec<String> {
    match &attach.stage {
        Stage::Sending => wrap(&format!("{} …", attach.step.get()), width),
        _ => wrap(attach.text(), width),
    }
}

/// Draws it.
pub fn render(frame: &mut Frame<'_>, area: Rect, attach: &Attach, theme: &Theme) {
    let desk = &attach.desk.name;
    let (heading, style) = match &attach.stage {
        Stage::Sending if !attach.desk.takes_ticket => ("On its way by mail".to_owned(), theme.plain),
        Stage::Sent(sent) if !attach.desk.takes_ticket => {
            (format!("The note went by {}", sent.route), theme.plain)
        }
        Stage::Failed(_) if !attach.desk.takes_ticket => ("It did not go by mail".to_owned(), theme.danger),
        Stage::Asking => (format!("Onto a ticket of {desk}"), theme.plain),
        Stage::Planned(planned) => (planned.heading.clone(), theme.plain),
        Stage::Sending => {
            let onto = match &attach.onto {
                Onto::New(_) => "a new ticket".to_owned(),
                Onto::Ticket(id) => format!("ticket {id}"),
            };
            (format!("On its way to {onto} of {desk}"), theme.plain)
        }
        Stage::Sent(sent) if sent.has_trouble => (format!("{}: look at it", sent.route), theme.warn),
        Stage::Sent(sent) => (format!("The note is on {}", sent.route), theme.plain),
        Stage::Failed(_) => (format!("It did not get to {desk}"), theme.danger),
    };
    let inner = area::headed(frame, area, &heading, true, theme);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    if let Stage::Planned(planned) = &attach.stage {
        area::lines(frame, inner, rows::numbered(&planned.text, width, height, attach.top, theme));
        return;
    }
    let rows = wrapped(attach, width).into_iter().skip(attach.top).take(height);
    area::lines(frame, inner, rows.map(|row| Line::from(Span::styled(row, style))).collect());
}
