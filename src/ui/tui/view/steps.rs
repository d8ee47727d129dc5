//! The step bar: the five steps, what is done and what is missing, in signs and words.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::session::{Session, Standing, Step};
use crate::ui::tui::theme::Theme;

/// Draws the step bar. The current step stands in brackets; what it lacks is said in the status line.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let mut spans = Vec::new();
    // Where the row is too short for it, the names lose the blanks around them, never their signs.
    let whole: usize = Step::ALL.iter().map(|step| step.name().len() + 6).sum();
    let narrow = usize::from(area.width) < whole;
    for (index, step) in Step::ALL.into_iter().enumerate() {
        let standing = session.standing(step);
        let (sign, style) = match standing {
            Standing::Done => ("✓", theme.ok),
            Standing::Optional => ("-", theme.hint),
            Standing::Missing(_) => ("…", theme.plain),
        };
        let text = format!("{} {} {sign}", index + 1, step.name());
        if step == session.step() {
            spans.push(Span::styled(format!("[{text}]"), theme.accent));
        } else if narrow {
            spans.push(Span::styled(text, style));
        } else {
            spans.push(Span::styled(format!(" {text} "), style));
        }
        if narrow {
            spans.push(Span::raw(" "));
        }
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}
