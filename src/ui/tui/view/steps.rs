//! The step bar: the five steps, what is done and what is missing, in signs and words.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::session::{Session, Standing, Step};
use crate::ui::tui::theme::Theme;

/// Draws the step bar. The current step stands in brackets; what it lacks is said in the status line.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    for (step, place) in cells(area, session) {
        let style = match session.standing(step) {
            _ if step == session.step() => theme.accent,
            Standing::Done => theme.ok,
            Standing::Optional => theme.hint,
            Standing::Missing(_) => theme.plain,
        };
        let is_narrow = is_narrow(area.width);
        frame.render_widget(Paragraph::new(Span::styled(text(step, session, is_narrow), style)), place);
    }
}

/// Where each step stands.
pub fn cells(area: Rect, session: &Session) -> Vec<(Step, Rect)> {
    let is_narrow = is_narrow(area.width);
    let mut x = area.x;
    let cell = |step| {
        let width = u16::try_from(text(step, session, is_narrow).width()).unwrap_or(u16::MAX);
        let place = Rect { x, width, ..area };
        x = x.saturating_add(width).saturating_add(u16::from(is_narrow));
        (step, place.intersection(area))
    };
    Step::ALL.into_iter().map(cell).collect()
}

/// Where the row is too short for it, the names lose the blanks around them, never their signs.
fn is_narrow(width: u16) -> bool {
    usize::from(width) < Step::ALL.iter().map(|step| step.name().len() + 6).sum()
}

fn text(step: Step, session: &Session, is_narrow: bool) -> String {
    let number = Step::ALL.iter().position(|s| *s == step).map_or(0, |at| at + 1);
    let sign = match session.standing(step) {
        Standing::Done => "✓",
        Standing::Optional => "-",
        Standing::Missing(_) => "…",
    };
    let text = format!("{number} {} {sign}", step.name());
    match (step == session.step(), is_narrow) {
        (true, _) => format!("[{text}]"),
        (false, true) => text,
        (false, false) => format!(" {text} "),
    }
}
