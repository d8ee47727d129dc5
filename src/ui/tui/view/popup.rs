//! Questions, lists and the help on top of a page.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::{help, jump, palette};
use crate::session::Session;
use crate::ui::tui::layout;
use crate::ui::tui::popup::{Answer, Choice, Picker, Popup, Prompt, Row};
use crate::ui::tui::screen::{Run, Screen};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::{cut, wrap};

/// Draws what lies on top.
pub fn render(frame: &mut Frame<'_>, whole: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    match &screen.popup {
        Some(Popup::Help { top }) => help::render(frame, whole, session, screen, *top, theme),
        Some(Popup::Prompt(prompt)) => prompt_box(frame, whole, prompt, session, theme),
        Some(Popup::Picker(picker)) => picker_box(frame, whole, picker, theme),
        Some(Popup::Leaving) => leaving(frame, whole, (session, screen), theme),
        Some(Popup::Palette(palette)) => palette::render(frame, whole, palette, theme),
        Some(Popup::Jump) => jump::render(frame, session, screen, theme),
        None => {}
    }
}

fn prompt_box(frame: &mut Frame<'_>, whole: Rect, prompt: &Prompt, session: &Session, theme: &Theme) {
    let place = area::middle(whole, 76, 5.min(whole.height));
    let inner = area::on_top(frame, place, prompt.asked.title(), theme.accent);
    let [line, hint] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(inner);
    match &prompt.answer {
        Answer::Open(_) if session.masked(&prompt.open_answer()).is_some() => {
            let masked = session.masked(&prompt.open_answer()).unwrap_or_default();
            frame.render_widget(Paragraph::new(cut(&masked, usize::from(line.width))), line);
            let said = "what looks like a key is not shown; Ctrl-U empties the line";
            frame.render_widget(Paragraph::new(Span::styled(said, theme.warn)), hint);
        }
        Answer::Open(text) => {
            if line.width > 2 && line.height > 0 {
                frame.render_widget(&**text, line);
            }
            let said = match prompt.fitting() {
                0 => "Ctrl-U empties the line".to_owned(),
                1 => "Tab puts the one that is known; Ctrl-U empties the line".to_owned(),
                known => format!("Tab puts one of {known} that are known; Ctrl-U empties the line"),
            };
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
        Choice::Piece => "Which request of the paste?",
        Choice::Shown => "Which dropped text is harmless? It is then in the note",
        Choice::Place => "For which place? Its limits shorten the note, as Markdown",
        Choice::Unfinished => "Go on with an unfinished case?",
        Choice::Desk => "Onto a ticket of which desk? Nothing is sent before you have seen it",
        Choice::Theme => "Which colours?",
    };
    let rows = picker.rows();
    let layout::ListAreas { frame: place, search, list, told: below } = layout::picker(whole, picker);
    area::on_top(frame, place, title, theme.accent);
    if search.height > 0 {
        filter_line(frame, search, picker, theme);
    }
    let (width, height) = (usize::from(list.width), usize::from(list.height));
    let marked = rows.iter().position(|row| matches!(row, Row::Item(_, true))).unwrap_or(0);
    let first = area::window(marked, rows.len(), height);
    let lines = rows.iter().skip(first).take(height).map(|row| match row {
        Row::Heading(text) => Line::from(Span::styled(cut(text, width), theme.title)),
        Row::Item(item, marked) => {
            let text = cut(&format!("{} {}", if *marked { ">" } else { " " }, item.line), width);
            Line::from(Span::styled(text, if *marked { theme.marked } else { theme.plain }))
        }
    });
    area::lines(frame, list, lines.collect());
    if let Some(item) = picker.chosen() {
        tell(frame, below, &item.told, theme);
    }
}

fn filter_line(frame: &mut Frame<'_>, area: Rect, picker: &Picker, theme: &Theme) {
    let (text, style) = match (picker.filter(), picker.counts()) {
        (None, (_, all)) => {
            (format!("{all} endpoints of this gateway; type to filter by name, path or id"), theme.hint)
        }
        (Some(filter), (0, _)) => {
            (format!("filter: {filter}_  nothing fits; another gateway may have it"), theme.warn)
        }
        (Some(filter), (shown, all)) => (format!("filter: {filter}_  {shown} of {all}"), theme.accent),
    };
    area::lines(frame, area, vec![Line::from(Span::styled(cut(&text, usize::from(area.width)), style))]);
}

/// What is known of the marked line: where it is documented, and what else there is to say.
fn tell(frame: &mut Frame<'_>, area: Rect, told: &[String], theme: &Theme) {
    let width = usize::from(area.width);
    let mut lines = vec![Line::from(Span::styled("─".repeat(width), theme.hint))];
    let texts = told.iter().flat_map(|text| wrap(text, width));
    lines.extend(texts.map(|text| Line::from(Span::styled(text, theme.plain))));
    lines.truncate(usize::from(area.height));
    area::lines(frame, area, lines);
}

fn leaving(frame: &mut Frame<'_>, whole: Rect, (session, screen): (&Session, &Screen), theme: &Theme) {
    let place = area::middle(whole, 62, 5.min(whole.height));
    let inner = area::on_top(frame, place, "Leave?", theme.warn);
    let runs = screen.run.as_ref().is_some_and(Run::is_running);
    let text = if runs {
        "Requests are still under way. They are stopped when you leave, and there is no report of them."
    } else if session.is_busy() {
        "A request is still under way. It is cancelled when you leave, and its answer is lost."
    } else if session.stays_when_left() {
        "The note as it stands was neither copied nor written. The case is kept as unfinished and is offered again; Ctrl-X in the list of cases (C) forgets it."
    } else {
        "The note as it stands was neither copied nor written. What was observed is in memory only and is lost when you leave."
    };
    let lines = wrap(text, usize::from(inner.width));
    area::lines(frame, inner, lines.into_iter().map(Line::from).collect());
}
