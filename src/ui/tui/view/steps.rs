//! The step bar: the five steps, what is done and what is missing, in signs and words.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::session::{Session, Standing, Step};
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;

/// Draws the step bar. The current step stands in brackets; what it lacks is said in the status line.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let here = here(session, screen);
    for (step, place) in cells(area, session, screen) {
        let style = match session.standing(step) {
            _ if Some(step) == here => theme.accent,
            Standing::Done => theme.ok,
            Standing::Optional => theme.hint,
            Standing::Missing(_) => theme.plain,
        };
        let is_narrow = is_narrow(area.width);
        frame.render_widget(Paragraph::new(Span::styled(text(step, here, session, is_narrow), style)), place);
    }
}

/// The current step; none while the groups of a log are looked at, which belong to no request.
fn here(session: &Session, screen: &Screen) -> Option<Step> {
    (!screen.shows_groups()).then(|| session.step())
}

/// Where each step stands.
pub fn cells(area: Rect, session: &Session, screen: &Screen) -> Vec<(Step, Rect)> {
    let here = here(session, screen);
    let is_narrow = is_narrow(area.width);
    let mut x = area.x;
    let cell = |step| {
        let width = u16::try_from(text(step, here, session, is_narrow).width()).unwrap_or(u16::MAX);
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

fn text(step: Step, here: Option<Step>, session: &Session, is_narrow: bool) -> String {
    let number = Step::ALL.iter().position(|s| *s == step).map_or(0, |at| at + 1);
    let sign = match session.standing(step) {
        Standing::Done => "✓",
        Standing::Optional => "-",
        Standing::Missing(_) => "…",
    };
    let text = format!("{number} {} {sign}", step.name());
    match (Some(step) == here, is_narrow) {
        (true, _) => format!("[{text}]"),
        (false, true) => text,
        (false, false) => format!(" {text} "),
    }
}
