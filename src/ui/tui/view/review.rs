//! Page 4: what leaves, what was replaced in it, and the operator's own words.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::session::Session;
use crate::ui::tui::field::WordField;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::layout;
use crate::ui::tui::screen::{ReviewPane, Screen};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::rows::numbered;
use crate::ui::tui::widget::text::{cut, fit, wrap};

/// Draws the page.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let areas = layout::review(area);
    evidence(frame, areas.evidence, session, screen, theme);
    ledger(frame, areas.ledger, session, screen, theme);
    words(frame, areas.words, session, screen, theme);
}

fn evidence(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let marked = screen.review == ReviewPane::Evidence;
    let heading = if session.confirmed() { "What leaves (confirmed)" } else { "What leaves" };
    let inner = area::headed(frame, area, heading, marked, theme);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let lines = if session.output().is_none() {
        vec![Line::from(Span::styled(cut("  Nothing was observed yet.", width), theme.hint))]
    } else {
        numbered(&screen.evidence_text, width, height, screen.tops.evidence, theme)
    };
    area::lines(frame, inner, lines);
}

fn ledger(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let marked = screen.review == ReviewPane::Ledger;
    let entries = session.output().map(|o| o.ledger.entries.as_slice()).unwrap_or_default();
    let total: u64 = entries.iter().filter(|e| e.kind != "shown").map(|e| e.count).sum();
    let refused = session.output().and_then(|o| o.rendered.as_ref().err());
    let heading = match refused {
        Some(_) => "The audit refused the note".to_owned(),
        None => format!("Replaced: {total}"),
    };
    let inner = area::headed(frame, area, &heading, marked, theme);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let mut lines: Vec<Line<'static>> = refused
        .map(|refusal| {
            format!("{refusal}. {} takes it out.", screen.keymap.key_for(Mode::Review, Action::RemoveRefused))
        })
        .into_iter()
        .flat_map(|text| wrap(&text, width))
        .map(|line| Line::from(Span::styled(line, theme.danger)))
        .collect();
    let replaced = entries.iter().skip(screen.tops.ledger).take(height).map(|e| {
        let head = format!("  {:>3} x {} {} ", e.count, fit(&e.kind, 9), fit(&e.rule, 18));
        Line::from(cut(&format!("{head}{}", e.place), width))
    });
    lines.extend(replaced);
    if lines.is_empty() {
        lines.push(Line::from(Span::styled("  nothing", theme.hint)));
    }
    area::lines(frame, inner, lines);
}

fn words(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let marked = matches!(screen.review, ReviewPane::Words(_));
    let inner = area::headed(frame, area, "Your words", marked, theme);
    // Where there is no place for a row each, two fields share a row.
    let columns = if usize::from(inner.height) < WordField::ALL.len() { 2 } else { 1 };
    let room = usize::from(inner.height) / WordField::ALL.len();
    let width = usize::from(inner.width) / columns;
    let mut lines = Vec::new();
    for fields in WordField::ALL.chunks(columns) {
        let spans = fields.iter().flat_map(|field| word(*field, width, session, screen, theme));
        lines.push(Line::from(spans.collect::<Vec<_>>()));
        if room > 1 {
            lines.push(Line::default());
        }
    }
    area::lines(frame, inner, lines);
}

fn word(
    field: WordField,
    width: usize,
    session: &Session,
    screen: &Screen,
    theme: &Theme,
) -> [Span<'static>; 2] {
    let here = screen.review == ReviewPane::Words(field);
    let style = if here { theme.accent } else { theme.title };
    let name = format!("{} {:<9}", if here { ">" } else { " " }, field.name());
    let text = field.text(session.words());
    let room = width.saturating_sub(11);
    let value = if text.is_empty() {
        Span::styled(fit(&format!("({})", field.what()), room), theme.hint)
    } else {
        Span::raw(fit(text, room))
    };
    [Span::styled(name, style), value]
}
