//! Questions, lists and the help on top of a page.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::help;
use crate::session::Session;
use crate::ui::tui::popup::{Answer, Choice, Picker, Popup, Prompt};
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::{cut, wrap};

/// Draws what lies on top.
pub fn render(frame: &mut Frame<'_>, whole: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    match &screen.popup {
        Some(Popup::Help { top }) => help::render(frame, whole, session, screen, *top, theme),
        Some(Popup::Prompt(prompt)) => prompt_box(frame, whole, prompt, theme),
        Some(Popup::Picker(picker)) => picker_box(frame, whole, picker, theme),
        Some(Popup::Leaving) => leaving(frame, whole, session, theme),
        None => {}
    }
}

fn prompt_box(frame: &mut Frame<'_>, whole: Rect, prompt: &Prompt, theme: &Theme) {
    let place = area::middle(whole, 76, 5.min(whole.height));
    let inner = area::on_top(frame, place, prompt.asked.title(), theme.accent);
    let [line, hint] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(inner);
    match &prompt.answer {
        Answer::Open(text) => {
            if line.width > 2 && line.height > 0 {
                frame.render_widget(&**text, line);
            }
            let said = "Ctrl-U empties the line";
            frame.render_widget(Paragraph::new(Span::styled(said, theme.hint)), hint);
        }
        Answer::Hidden(_) => {
            let length = prompt.hidden_length();
            let stars = "*".repeat(length.min(usize::from(line.width)));
            frame.render_widget(Paragraph::new(stars), line);
            let said = match length {
                0 => "type or paste it".to_owned(),
                1 => "1 character".to_owned(),
                n => format!("{n} characters"),
            };
            frame.render_widget(Paragraph::new(Span::styled(said, theme.hint)), hint);
        }
    }
}

fn picker_box(frame: &mut Frame<'_>, whole: Rect, picker: &Picker, theme: &Theme) {
    let title = match picker.choice {
        Choice::Gateway => "Which gateway?",
        Choice::Endpoint => "Which endpoint? It fills in method, URL and a small body",
    };
    let rows = u16::try_from(picker.items.len()).unwrap_or(u16::MAX).saturating_add(2);
    let place = area::middle(whole, 76, rows.min(whole.height.saturating_sub(2)));
    let inner = area::on_top(frame, place, title, theme.accent);
    let height = usize::from(inner.height);
    let first = area::window(picker.marked, picker.items.len(), height);
    let lines = picker.items.iter().enumerate().skip(first).take(height).map(|(at, (_, text))| {
        let marked = at == picker.marked;
        let text = cut(&format!("{} {text}", if marked { ">" } else { " " }), usize::from(inner.width));
        Line::from(Span::styled(text, if marked { theme.marked } else { theme.plain }))
    });
    area::lines(frame, inner, lines.collect());
}

fn leaving(frame: &mut Frame<'_>, whole: Rect, session: &Session, theme: &Theme) {
    let place = area::middle(whole, 62, 5.min(whole.height));
    let inner = area::on_top(frame, place, "Leave?", theme.warn);
    let text = if session.is_busy() {
        "A request is still under way. It is cancelled when you leave, and its answer is lost."
    } else {
        "The note as it stands was neither copied nor written. What was observed is in memory only and is lost when you leave."
    };
    let lines = wrap(text, usize::from(inner.width));
    area::lines(frame, inner, lines.into_iter().map(Line::from).collect());
}
