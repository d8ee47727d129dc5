//! Page 4: what leaves, what was replaced in it, and the operator's own words.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::case::sanitize::Entry;
use crate::session::Session;
use crate::ui::tui::field::WordField;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::layout;
use crate::ui::tui::marks::Marks;
use crate::ui::tui::screen::{ReviewPane, Screen};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::rows::highlighted;
use crate::ui::tui::widget::text::{cut, fit, wrap};

/// Draws the page.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let areas = layout::review(area);
    evidence(frame, areas.evidence, session, screen, theme);
    ledger(frame, areas.ledger, session, screen, theme);
    words(frame, areas.words, screen, theme);
}

fn evidence(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let marked = screen.review == ReviewPane::Evidence;
    let confirmed = if session.confirmed() { " (confirmed)" } else { "" };
    let heading = format!("What leaves{confirmed}{}", standing(session, screen));
    let inner = area::headed(frame, area, &heading, marked, theme);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let lines = if session.output().is_none() {
        let text = if session.is_busy() {
            "  A request is under way; nothing was observed yet."
        } else {
            "  Nothing was observed yet."
        };
        vec![Line::from(Span::styled(cut(text, width), theme.hint))]
    } else {
        let styles = styles(&screen.marks, theme);
        highlighted(&screen.evidence_text, width, height, screen.tops.evidence, &styles, theme)
    };
    area::lines(frame, inner, lines);
}

/// Which of the replacements or hits was gone to.
fn standing(session: &Session, screen: &Screen) -> String {
    let marks = &screen.marks;
    let count = screen.count_of_marks();
    let at = screen.marked_place().map_or_else(String::new, |at| format!("{} of ", at + 1));
    match &marks.search {
        Some(search) => {
            let masked = session.masked(&search.text);
            format!(" · \"{}\": {at}{count}", masked.as_deref().unwrap_or(&search.text))
        }
        None if count == 0 => String::new(),
        None => format!(" · placeholders: {at}{count}"),
    }
}

/// The style of everything that stands out, in order and without overlaps.
fn styles(marks: &Marks, theme: &Theme) -> Vec<(Range<usize>, Style)> {
    let mut all: Vec<(Range<usize>, Style)> = Vec::new();
    let selection = marks.selection.iter().map(|selection| (selection.span.clone(), theme.marked));
    let here = marks.here().map(|span| (span.clone(), theme.marked));
    let hits = marks.search.iter().flat_map(|search| &search.hits);
    let hits = hits.map(|span| (span.clone(), theme.warn.add_modifier(Modifier::UNDERLINED)));
    let replaced = marks.replaced.iter().map(|span| (span.clone(), theme.accent));
    // What comes first wins.
    for (span, style) in selection.chain(here).chain(hits).chain(replaced) {
        let at = all.partition_point(|(other, _)| other.end <= span.start);
        if all.get(at).is_none_or(|(other, _)| span.end <= other.start) {
            all.insert(at, (span, style));
        }
    }
    all
}

/// The kind of the replacement that was gone to: `key` of `[key#1]`, `prompt` of `[prompt: 3 chars]`.
fn kind_here(screen: &Screen) -> Option<&str> {
    let span = screen.marks.here().filter(|_| screen.marks.search.is_none())?;
    let inner = screen.evidence_text.get(span.clone())?.strip_prefix('[')?;
    inner.split(['#', ':', ']']).next()
}

fn ledger(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let marked = screen.review == ReviewPane::Ledger;
    let entries = session.output().map(|o| o.ledger.entries.as_slice()).unwrap_or_default();
    let total: u64 = entries.iter().filter(|e| e.kind != "shown").map(|e| e.count).sum();
    let refused = session.output().and_then(|o| o.rendered.as_ref().err());
    let heading = match refused {
        Some(_) => "The audit refused the note".to_owned(),
        None if total == 0 => "Nothing was replaced".to_owned(),
        None => {
            let times = if total == 1 { "once".to_owned() } else { format!("{total} times") };
            let left = screen.count_of_placeholders();
            let word = if left == 1 { "placeholder" } else { "placeholders" };
            format!("Replaced {times}, by {left} {word}")
        }
    };
    let inner = area::headed(frame, area, &heading, marked, theme);
    let lines = ledger_lines(session, screen, usize::from(inner.width), theme);
    area::lines(
        frame,
        inner,
        lines.into_iter().skip(screen.tops.ledger).take(usize::from(inner.height)).collect(),
    );
}

/// Columns from which on the place of a replacement stands in its row, whole or not: with fewer it has a row of its own.
const BESIDE: usize = 60;

/// The end of `place`, which says more than its beginning, in `room` columns.
fn end_of(place: &str, room: usize) -> String {
    let over = place.chars().count().saturating_sub(room.saturating_sub(1));
    if place.width() <= room {
        place.to_owned()
    } else {
        format!("…{}", place.chars().skip(over).collect::<String>())
    }
}

/// The lines of the ledger: why the note is refused, earlier cases of the same failure, where its keys were seen before,
/// what was replaced.
pub fn ledger_lines(session: &Session, screen: &Screen, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let styled = |text: String, style| {
        let lines = wrap(&text, width.saturating_sub(2)).into_iter();
        lines.map(move |line| Line::from(Span::styled(format!("  {line}"), style)))
    };
    let mut lines: Vec<Line<'static>> = Vec::new();
    if let Some(refusal) = session.output().and_then(|o| o.rendered.as_ref().err()) {
        let key = screen.keymap.key_for(Mode::Review, Action::RemoveRefused);
        lines.extend(styled(format!("{refusal}. {key} takes it out."), theme.danger));
    }
    if let Some(twins) = session.twins() {
        lines.extend(styled(twins.said(), theme.warn));
    }
    if let Some(why) = session.twins_trouble() {
        lines.extend(styled(format!("earlier cases cannot be looked up: {why}"), theme.warn));
    }
    match session.keys_seen() {
        Some(Ok(keys)) => {
            lines.extend(keys.iter().flat_map(|key| styled(key.said(), theme.plain)));
        }
        Some(Err(why)) => lines.extend(styled(format!("keys are not compared: {why}"), theme.warn)),
        None => {}
    }
    let entries = session.output().map(|o| o.ledger.entries.as_slice()).unwrap_or_default();
    let here = kind_here(screen);
    // As wide as what stands there.
    let widest =
        |of: fn(&Entry) -> &str, most| entries.iter().map(|e| of(e).width()).max().unwrap_or(0).min(most);
    let (kinds, rules) = (widest(|e| &e.kind, 9), widest(|e| &e.rule, 18));
    lines.extend(entries.iter().flat_map(|e| {
        let here = here == Some(e.kind.as_str());
        let sign = if here { ">" } else { " " };
        let style = if here { theme.accent } else { theme.plain };
        let head = format!("{sign} {:>3} x {} {} ", e.count, fit(&e.kind, kinds), fit(&e.rule, rules));
        let room = width.saturating_sub(head.width());
        let rows = if e.place.width() <= room || width >= BESIDE {
            vec![format!("{head}{}", end_of(&e.place, room))]
        } else {
            let place = end_of(&e.place, width.saturating_sub(8));
            vec![format!("{sign} {:>3} x {}  {}", e.count, e.kind, e.rule), format!("        {place}")]
        };
        rows.into_iter().map(move |row| Line::from(Span::styled(cut(&row, width), style)))
    }));
    if lines.is_empty() {
        lines.push(Line::from(Span::styled("  nothing", theme.hint)));
    }
    lines
}

fn words(frame: &mut Frame<'_>, area: Rect, screen: &Screen, theme: &Theme) {
    let marked = matches!(screen.review, ReviewPane::Words(_));
    let inner = area::headed(frame, area, "Your words, as they leave", marked, theme);
    // Where there is no place for a row each, two fields share a row.
    let columns = if usize::from(inner.height) < WordField::ALL.len() { 2 } else { 1 };
    let room = usize::from(inner.height) / WordField::ALL.len();
    let width = usize::from(inner.width) / columns;
    let mut lines = Vec::new();
    let texts: Vec<_> = WordField::ALL.into_iter().zip(&screen.words_text).collect();
    for fields in texts.chunks(columns) {
        let spans = fields.iter().flat_map(|(field, text)| word(*field, text, width, screen, theme));
        lines.push(Line::from(spans.collect::<Vec<_>>()));
        if room > 1 {
            lines.push(Line::default());
        }
    }
    area::lines(frame, inner, lines);
}

/// A field as it leaves; its editor has it as it was written.
fn word(field: WordField, text: &str, width: usize, screen: &Screen, theme: &Theme) -> [Span<'static>; 2] {
    let here = screen.review == ReviewPane::Words(field);
    let style = if here { theme.accent } else { theme.title };
    let name = format!("{} {:<9}", if here { ">" } else { " " }, field.name());
    let room = width.saturating_sub(11);
    let value = if text.is_empty() {
        Span::styled(fit(&format!("({})", field.what()), room), theme.hint)
    } else {
        Span::raw(fit(text, room))
    };
    [Span::styled(name, style), value]
}
