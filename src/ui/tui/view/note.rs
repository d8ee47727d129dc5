//! Page 5: the note, byte for byte as it leaves, and what is missing in it.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::case::claims::Linter;
use crate::case::note::{self, NextStep};
use crate::case::sanitize::Format;
use crate::session::Session;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::layout;
use crate::ui::tui::screen::{NotePane, Screen};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::rows::numbered;
use crate::ui::tui::widget::text::wrap;

/// Draws the page.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let areas = layout::note(area);
    preview(frame, areas.preview, session, screen, theme);
    let marked = screen.note == NotePane::Completeness;
    let heading = session.output().map_or_else(
        || "What support needs".to_owned(),
        |output| {
            let items = note::completeness(&output.note);
            let missing = items.iter().filter(|item| !item.present).count();
            let counted = format!("{missing} of {} missing", items.len());
            // Two columns are the mark's.
            let room = usize::from(areas.completeness.width).saturating_sub(2);
            let whole = format!("What support needs: {counted}");
            if whole.len() > room { format!("Support needs: {counted}") } else { whole }
        },
    );
    let inner = area::headed(frame, areas.completeness, &heading, marked, theme);
    let lines = completeness(session, screen, usize::from(inner.width), theme);
    let rows = lines.into_iter().skip(screen.tops.completeness).take(usize::from(inner.height));
    area::lines(frame, inner, rows.collect());
}

fn preview(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let marked = screen.note == NotePane::Preview;
    let format = match session.format() {
        Format::Yaml => "YAML",
        Format::Markdown => "Markdown",
        Format::Json => "JSON",
        Format::Plain => "plain text",
    };
    let confirmed = if session.confirmed() { "" } else { ", not confirmed yet (4)" };
    let bytes = session.output().and_then(|o| o.rendered.as_ref().ok()).map_or(0, |r| r.as_str().len());
    let fault = session.output().is_some_and(|o| o.template_fault.is_some());
    let by = if fault { " by the built-in template, yours has a fault" } else { "" };
    let heading = format!("The note as {format}{by}, {}{confirmed}", size(session, bytes));
    let inner = area::headed(frame, area, &heading, marked, theme);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let refused = session.output().is_some_and(|o| o.rendered.is_err());
    if refused || session.output().is_none() {
        let style = if refused { theme.danger } else { theme.hint };
        let lines = wrap(&text(session), width);
        area::lines(frame, inner, lines.into_iter().map(|l| Line::from(Span::styled(l, style))).collect());
        return;
    }
    area::lines(frame, inner, numbered(&text(session), width, height, screen.tops.note, theme));
}

/// How large the note is, and what the chosen place takes.
fn size(session: &Session, bytes: usize) -> String {
    let rendered = session.output().and_then(|output| output.rendered.as_ref().ok());
    let Some((place, rendered)) = session.place().zip(rendered) else { return format!("{bytes} bytes") };
    let chars = rendered.as_str().chars().count();
    let name = &place.destination.name;
    match &place.destination.limit {
        Some(limit) if chars > limit.characters => {
            format!(
                "{chars} characters: TOO LONG for {name} ({}), which takes Markdown made to fit",
                limit.characters
            )
        }
        Some(limit) => format!("{chars} of the {} characters of {name}", limit.characters),
        None => format!("{chars} characters for {name}, no limit is known"),
    }
}

/// What the preview shows: the bytes, or why there are none.
pub fn text(session: &Session) -> Cow<'_, str> {
    match session.output().map(|o| &o.rendered) {
        Some(Ok(rendered)) => Cow::Borrowed(rendered.as_str()),
        Some(Err(refusal)) => Cow::Owned(format!(
            "{refusal}\nWhat to do: go to Review (4); the key x there takes the place out, or edit your own words. Where the place holds none of your words, it is a fault of this program as well: report the rule ({}) and the case id, not the note.",
            refusal.rule
        )),
        None if session.is_busy() => {
            Cow::Borrowed("There is no note yet: a request is under way. Reproduce (2) shows it.")
        }
        None => Cow::Borrowed(
            "There is no note yet: nothing was observed. Send the request (2), or paste an answer on Request (1).",
        ),
    }
}

/// What support needs: what is missing and why, then what is there.
pub fn completeness(session: &Session, screen: &Screen, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(output) = session.output() else { return Vec::new() };
    let mut items = note::completeness(&output.note);
    items.sort_by_key(|item| item.present);
    let present = items.iter().filter(|item| item.present).count();
    let mut out = vec![bar(present, items.len(), width, theme)];
    out.extend(claims(session, width, theme));
    for item in items {
        let (sign, style, text) = if item.present {
            ("  ✓ ", theme.ok, item.label.to_owned())
        } else {
            let next = next_step(item.next, screen);
            ("  - ", theme.warn, format!("{}: {}{next}", item.label, item.why))
        };
        for (at, line) in wrap(&text, width.saturating_sub(4)).into_iter().enumerate() {
            let sign = if at == 0 { sign } else { "    " };
            out.push(Line::from(vec![Span::styled(sign, style), Span::raw(line)]));
        }
    }
    out
}

/// The keys that bring it.
fn next_step(next: NextStep, screen: &Screen) -> String {
    let key = |mode, action| screen.keymap.key_for(mode, action);
    let page = |action| key(Mode::Steps, action);
    match next {
        NextStep::None => String::new(),
        NextStep::Request => format!("; paste the command on Request ({})", page(Action::StepRequest)),
        NextStep::Send => {
            let send = key(Mode::Reproduce, Action::SendAgain);
            format!("; {send} on Reproduce ({}) sends it", page(Action::StepReproduce))
        }
        NextStep::Search => {
            let search = key(Mode::Isolate, Action::Search);
            format!("; {search} on Isolate ({}) asks", page(Action::StepIsolate))
        }
        NextStep::Words => {
            let write = key(Mode::Review, Action::EditWords);
            format!("; {write} on Review ({}) writes it", page(Action::StepReview))
        }
        NextStep::Confirm => {
            let confirm = key(Mode::Review, Action::GoOn);
            format!("; {confirm} on Review ({})", page(Action::StepReview))
        }
    }
}

/// How much of it is there.
fn bar(present: usize, of: usize, width: usize, theme: &Theme) -> Line<'static> {
    let columns = width.saturating_sub(18).clamp(4, 30);
    let full = present * columns / of.max(1);
    let text = format!("  {present} of {of} there");
    Line::from(vec![
        Span::styled(format!("  {}", "█".repeat(full)), theme.ok),
        Span::styled("░".repeat(columns - full), theme.hint),
        Span::raw(text),
    ])
}

/// What the operator's own words claim that no failed request shows, with a wording that the evidence carries.
fn claims(session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let linter = Linter::new(session.catalog());
    let words = session.clean_words();
    let fields = [
        ("question", &words.question),
        ("expected", &words.expected),
        ("impact", &words.impact),
        ("tried", &words.tried),
        ("notes", &words.notes),
    ];
    let mut out = Vec::new();
    for (field, text) in fields {
        for claim in linter.look(text.as_str()) {
            let said = text.as_str().get(claim.start..claim.end).unwrap_or_default();
            let told = format!(
                "claim in {field}, \"{said}\": it says {}, which no failed request shows",
                claim.says
            );
            for (sign, text, style) in
                [("  ! ", told, theme.warn), ("    ", format!("instead: {}", claim.instead), theme.plain)]
            {
                for (at, line) in wrap(&text, width.saturating_sub(4)).into_iter().enumerate() {
                    let sign = if at == 0 { sign } else { "    " };
                    out.push(Line::from(vec![Span::styled(sign, style), Span::raw(line)]));
                }
            }
        }
    }
    out
}
