//! Page 1: the request as a form, with findings; or the answer that was pasted without one; or how to begin.

pub mod answer;

use std::fmt::Write;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::reproduce::saved;
use super::{code, edit, reproduce};
use crate::case::evidence::Source;
use crate::case::finding::{Finding, Place};
use crate::case::sanitize::SafeEvidence;
use crate::session::Session;
use crate::ui::tui::editor::Content;
use crate::ui::tui::field::{Field, READ_AT_MOST, header_line, model_of, shown_body};
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::layout;
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::{Theme, sign};
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::rows::numbered;
use crate::ui::tui::widget::text::{cut, fit, wrap};

/// Draws the page.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    if answer::is_alone(session, screen) {
        answer::render(frame, area, session, screen, theme);
    } else if session.draft().is_empty() && screen.editor.is_none() {
        how_to_begin(frame, area, session, screen, theme);
    } else {
        form(frame, area, session, screen, theme);
    }
}

fn how_to_begin(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let key = |action| screen.keymap.key_for(Mode::Request, action);
    let width = usize::from(area.width.saturating_sub(4));
    if let Some(earlier) = session.earlier() {
        taken_up(frame, area, earlier, screen, theme);
        return;
    }
    let texts = [
        (theme.title, "Paste what failed (with your terminal's paste key):".to_owned()),
        (theme.plain, "  - a curl command, as somebody ran it".to_owned()),
        (theme.plain, "  - an error text or a log of the client".to_owned()),
        (theme.plain, "  - a response: its JSON, or what curl -i printed".to_owned()),
        (theme.plain, String::new()),
        (
            theme.plain,
            format!(
                "Or press {} to open a file, {} to begin from an endpoint, {} to fill in the form, {} for the help.",
                key(Action::OpenFile),
                key(Action::ChooseEndpoint),
                key(Action::EditField),
                key(Action::Help)
            ),
        ),
        (theme.plain, no_failure_at_hand(screen)),
        (
            theme.plain,
            format!("{} lists the cases that you kept or did not finish.", key(Action::Cases)),
        ),
        (theme.plain, String::new()),
        (
            theme.hint,
            "A key in the paste moves into memory at once and is shown as a label. Nothing is sent before you agree, and nothing is copied or written before you saw it."
                .to_owned(),
        ),
    ];
    let mut lines: Vec<Line<'static>> = vec![Line::default()];
    for (style, text) in texts {
        let wrapped = if text.is_empty() { vec![String::new()] } else { wrap(&text, width) };
        lines.extend(wrapped.into_iter().map(|l| Line::from(Span::styled(format!("  {l}"), style))));
    }
    lines.push(Line::default());
    lines.extend(findings(session, screen, width, theme));
    area::lines(frame, area, lines);
}

/// A case that was taken up again: what is known of its request, and where the rest is.
fn taken_up(frame: &mut Frame<'_>, area: Rect, earlier: &SafeEvidence, screen: &Screen, theme: &Theme) {
    let key = |action| screen.keymap.key_for(Mode::Request, action);
    let width = usize::from(area.width.saturating_sub(4));
    let mut texts = vec![(theme.title, "The case goes on; its request was never kept.".to_owned())];
    if let Some(request) = &earlier.request {
        texts.push((theme.plain, format!("It was {}", saved::request_line(request))));
    }
    texts.push((theme.plain, String::new()));
    texts.push((
        theme.plain,
        format!(
            "To send it again, paste the command here. What was observed is on Reproduce ({}), the note on Note ({}).",
            key(Action::StepReproduce),
            key(Action::StepNote)
        ),
    ));
    let mut lines: Vec<Line<'static>> = vec![Line::default()];
    for (style, text) in texts {
        let wrapped = if text.is_empty() { vec![String::new()] } else { wrap(&text, width) };
        lines.extend(wrapped.into_iter().map(|l| Line::from(Span::styled(format!("  {l}"), style))));
    }
    area::lines(frame, area, lines);
}

/// How to try it without a failure of one's own.
fn no_failure_at_hand(screen: &Screen) -> String {
    if screen.practice.choices.is_empty() {
        let key = screen.keymap.key_for(Mode::Request, Action::Tour);
        format!(
            "No failure at hand? {key} is a guided tour of one minute; casefile practice has scenarios to walk."
        )
    } else {
        let key = screen.keymap.key_for(Mode::Request, Action::Practice);
        format!("Or press {key} for the list of practice scenarios.")
    }
}

fn form(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let areas = layout::request_now(area, session, screen);
    facts(frame, areas.facts, session, theme);
    line_field(frame, areas.method, Field::Method, session, screen, theme);
    line_field(frame, areas.url, Field::Url, session, screen, theme);
    headers(frame, areas.headers, session, screen, theme);
    body(frame, areas.body_head, areas.body, session, screen, theme);
    let heading = match session.findings().len() {
        0 => "Findings: none".to_owned(),
        n => format!("Findings: {n}"),
    };
    let inner = area::headed(frame, areas.findings, &heading, false, theme);
    let mut lines = findings(session, screen, usize::from(inner.width), theme);
    let rows = usize::from(inner.height);
    if lines.len() > rows && rows > 0 {
        // What has no place is told of: the key shows one finding after the other, whole.
        let key = screen.keymap.key_for(Mode::Request, Action::NextFinding);
        let told = format!(" … {key} shows all ");
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            let text: String = last.spans.iter().map(|span| span.content.as_ref()).collect();
            let room = usize::from(inner.width).saturating_sub(told.len());
            *last = Line::from(vec![Span::raw(fit(&text, room)), Span::styled(told, theme.hint)]);
        }
    }
    area::lines(frame, inner, lines);
}

fn facts(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let gateway = session.profile().map_or("not known", |p| p.name.as_str());
    let body = &session.draft().body;
    let model = match model_of(session.draft()) {
        Some(model) if model.is_empty() => "empty in the body".to_owned(),
        Some(model) => model,
        None if body.len() > READ_AT_MOST => "not looked for, the body is large".to_owned(),
        None => "not named in the body".to_owned(),
    };
    let pieces = session.pieces();
    let taken = pieces.iter().position(|piece| piece.taken);
    let call = taken.map_or_else(String::new, |at| format!("Call {} of {}   ", at + 1, pieces.len()));
    let from = match session.kind() {
        "nothing" | "form" => String::new(),
        kind => format!("   from: {kind}"),
    };
    let answer = session.evidence().attempts.iter().zip(session.readings());
    let answer = answer.into_iter().find(|(attempt, _)| attempt.source == Source::Pasted);
    let answer = answer
        .map(|(attempt, reading)| {
            format!("Answer: {}, pasted   ", reproduce::outcome(attempt, Some(reading)))
        })
        .unwrap_or_default();
    // The title names the gateway, too: where not all has room, the model stays.
    let text = format!("  {call}{answer}Gateway: {gateway}   Model: {model}{from}");
    let text = if text.width() <= usize::from(area.width) {
        text
    } else {
        format!("  {call}{answer}Model: {model}{from}")
    };
    frame.render_widget(Paragraph::new(Span::styled(cut(&text, usize::from(area.width)), theme.plain)), area);
}

/// The mark and style of a field.
fn mark(field: Field, screen: &Screen, theme: &Theme) -> (&'static str, Style) {
    if edit::of(screen, field).is_some() {
        ("*", theme.accent)
    } else if screen.field == field && screen.editor.is_none() {
        (">", theme.accent)
    } else {
        (" ", theme.title)
    }
}

fn line_field(
    frame: &mut Frame<'_>,
    area: Rect,
    field: Field,
    session: &Session,
    screen: &Screen,
    theme: &Theme,
) {
    let [name, value] = Layout::horizontal([Constraint::Length(9), Constraint::Min(0)]).areas(area);
    let (sign, style) = mark(field, screen, theme);
    frame.render_widget(Paragraph::new(Span::styled(format!("{sign} {}", field.name()), style)), name);
    if let Some(editor) = edit::of(screen, field) {
        edit::in_place(frame, value, editor);
        return;
    }
    let text = field.text(session.draft());
    let shown = if text.is_empty() {
        Span::styled("(not given)", theme.hint)
    } else {
        Span::raw(cut(&text, usize::from(value.width)))
    };
    frame.render_widget(Paragraph::new(shown), value);
}

fn headers(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let count = session.draft().headers.len();
    let (sign, style) = mark(Field::Headers, screen, theme);
    let [head, rest] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
    let rows = usize::from(rest.height);
    let key = |action| screen.keymap.key_for(Mode::Request, action);
    // What has no place is reached by its field: the mark goes there, and editing shows all.
    let more = match (count > rows, screen.field == Field::Headers) {
        (false, _) => String::new(),
        (true, true) => format!(", {rows} of {count}; {} shows all", key(Action::EditField)),
        (true, false) => {
            format!(", {rows} of {count}; {} and {} show all", key(Action::NextField), key(Action::EditField))
        }
    };
    let title = format!("{sign} Headers (name: value{more}){}", about_the_key(session, screen));
    frame.render_widget(Paragraph::new(Span::styled(cut(&title, usize::from(head.width)), style)), head);
    let rest = Rect { x: rest.x + 2.min(rest.width), width: rest.width.saturating_sub(2), ..rest };
    if let Some(editor) = edit::of(screen, Field::Headers) {
        edit::in_place(frame, rest, editor);
        return;
    }
    let width = usize::from(rest.width);
    let mut lines: Vec<Line<'static>> =
        session.draft().headers.iter().take(rows).map(|h| Line::from(cut(&header_line(h), width))).collect();
    if lines.is_empty() {
        lines.push(Line::from(Span::styled("(none)", theme.hint)));
    }
    area::lines(frame, rest, lines);
}

/// Which key goes along where the headers do not say it, or how to give one.
fn about_the_key(session: &Session, screen: &Screen) -> String {
    if let Some(label) = session.given_key() {
        return format!(" · {label} goes as the key");
    }
    if session.lacks_key() {
        let key = screen.keymap.key_for(Mode::Request, Action::GiveKey);
        return format!(" · no key yet: {key} takes one");
    }
    String::new()
}

fn body(frame: &mut Frame<'_>, head: Rect, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let text = &*shown_body(session);
    let (sign, style) = mark(Field::Body, screen, theme);
    let edited = edit::of(screen, Field::Body);
    if let Some((editor, Content::Code(code))) = edited.map(|editor| (editor, &editor.content)) {
        let line = code.line_of(code.cursor());
        let before = code.text().get(code.line(line).start..code.cursor()).unwrap_or_default();
        // Counting the characters of a line of megabytes would take longer than a key may.
        let column = if before.len() > 65_536 { before.len() } else { before.chars().count() } + 1;
        let later = if editor.is_checked_later() { ", checked when you leave it" } else { "" };
        let title = format!(
            "{sign} Body ({} bytes), line {} of {}, column {column}{later}",
            code.text().len(),
            line + 1,
            code.lines()
        );
        frame.render_widget(Paragraph::new(Span::styled(cut(&title, usize::from(head.width)), style)), head);
        code::render(frame, area, code, &session.findings(), theme);
        return;
    }
    let title = match session.draft() {
        draft if draft.is_form() => {
            let bytes = session.request().map_or(0, |request| request.body_bytes());
            format!("{sign} Form, one field a line ({} fields, {bytes} bytes)", draft.form.len())
        }
        draft => format!("{sign} Body ({} bytes)", draft.body.len()),
    };
    frame.render_widget(Paragraph::new(Span::styled(title, style)), head);
    if let Some(editor) = edited {
        edit::in_place(frame, area, editor);
    } else if text.is_empty() {
        frame.render_widget(Paragraph::new(Span::styled("  (none)", theme.hint)), area);
    } else {
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        area::lines(frame, area, numbered(text, width, height, screen.tops.body, theme));
    }
}

/// Lines of the findings: sign, place, what was noticed, what to do. The one that was visited stands first.
fn findings(session: &Session, screen: &Screen, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let all = session.findings();
    let first = screen.finding.filter(|at| *at < all.len()).unwrap_or(0);
    let mut lines = Vec::new();
    for (at, finding) in all.iter().enumerate().skip(first).take(40) {
        let style = theme.level(finding.level);
        let mark = if screen.finding == Some(at) { ">" } else { " " };
        let mut text = finding_text(finding, screen);
        // The one that was visited shows where it is published.
        if let Some(source) = finding.source.as_ref().filter(|_| screen.finding == Some(at)) {
            let _ = write!(text, " (source: {}, {})", source.url, source.seen());
        }
        for (row, line) in wrap(&text, width.saturating_sub(4)).into_iter().enumerate() {
            let head = if row == 0 { format!("{mark} {} ", sign(finding.level)) } else { "    ".to_owned() };
            lines.push(Line::from(vec![Span::styled(head, style), Span::raw(line)]));
        }
    }
    if first > 0 {
        lines.push(Line::from(Span::styled(format!("    and {first} before it"), theme.hint)));
    }
    lines
}

/// What a finding calls the choice among the requests of a paste; where there is a screen, it has a key.
const CHOICE: &str = "choose another one on the screen";

/// A finding in one text: its place, what was noticed, what to do, with the key that does it.
pub fn finding_text(finding: &Finding, screen: &Screen) -> String {
    let place = match &finding.place {
        Place::Whole | Place::Span { .. } => String::new(),
        Place::Method => "method: ".to_owned(),
        Place::Url => "URL: ".to_owned(),
        Place::Header(name) => format!("header {name}: "),
        Place::Body { line, column, path } if path.is_empty() => format!("body {line}:{column}: "),
        Place::Body { line, column, path } => format!("body {line}:{column} {path}: "),
        Place::Field(name) => format!("field {name}: "),
        Place::Option(option) => format!("option {option}: "),
    };
    let key = screen.keymap.key_for(Mode::Request, Action::ChoosePiece);
    let fix = finding.fix.replace(CHOICE, &format!("choose another one (key {key})"));
    let fix = if fix.is_empty() { fix } else { format!("; {fix}") };
    format!("{place}{}{fix}", finding.message)
}
