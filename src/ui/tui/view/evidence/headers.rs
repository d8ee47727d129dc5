//! Status and headers of the answer, then the headers of the request.

use ratatui::text::{Line, Span};

use crate::session::Session;
use crate::ui::tui::evidence::{HeaderLine, Look, Subject};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::text::{cut, fit, wrap};

/// The lines of the tab.
pub fn lines(look: &Look, session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut out =
        vec![Line::from(Span::styled(cut(&format!("Answer: {}", look.made.status), width), theme.title))];
    let none = if look.subject.attempt(session).is_some_and(|attempt| attempt.response().is_some()) {
        "no header is known"
    } else {
        "no answer came"
    };
    table(&mut out, &look.made.answered, none, width, theme);
    out.push(Line::default());
    out.push(Line::from(Span::styled(cut("Request", width), theme.title)));
    let none = match look.subject {
        Subject::Control(_) if !look.raw => "of a control only what was changed leaves",
        _ => "no header is known",
    };
    table(&mut out, &look.made.asked, none, width, theme);
    out
}

fn table(out: &mut Vec<Line<'static>>, headers: &[HeaderLine], none: &str, width: usize, theme: &Theme) {
    if headers.is_empty() {
        out.push(Line::from(Span::styled(cut(&format!("  {none}"), width), theme.hint)));
    }
    let longest = headers.iter().map(|header| header.name.chars().count()).max().unwrap_or(0);
    let name_width = longest.clamp(8, (width / 3).max(8)) + 3;
    for header in headers.iter().take(500) {
        // A name that has no place is cut before the column's end, so that the value does not run into it.
        let name = format!("{} ", fit(&format!("  {}", header.name), name_width.saturating_sub(1)));
        let room = width.saturating_sub(name_width);
        let (text, style) = match &header.value {
            Some(value) => (value.as_str(), theme.plain),
            None => ("(the value does not leave)", theme.hint),
        };
        for (at, line) in wrap(text, room).into_iter().take(40).enumerate() {
            let name = if at == 0 { name.clone() } else { " ".repeat(name_width) };
            out.push(Line::from(vec![Span::styled(name, theme.accent), Span::styled(line, style)]));
        }
    }
}
