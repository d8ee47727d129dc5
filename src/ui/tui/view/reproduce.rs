//! Page 2: what is sent, what runs, the attempts, and what can be said of them.

mod detail;
mod explained;
mod running;
pub mod saved;

use chrono::{DateTime, Utc};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::case::evidence::{Attempt, Outcome, Reading, Source};
use crate::case::sanitize::SafeAttempt;
use crate::session::Session;
use crate::ui::tui::field::header_line;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::layout;
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::rows::Rows;
use crate::ui::tui::widget::text::{cut, fit, wrap};

pub use detail::{attempt_lines, diagnosis_lines};
use detail::{reason_lines, verdict_lines};
pub use explained::explained;
pub use running::running;

/// Draws the page.
pub fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    session: &Session,
    screen: &Screen,
    theme: &Theme,
    now: DateTime<Utc>,
) {
    let areas = layout::reproduce(area, session);
    area::lines(frame, areas.request, request(session, usize::from(areas.request.width), theme));
    area::lines(
        frame,
        areas.activity,
        running(session.activity(), now, usize::from(areas.activity.width), theme),
    );
    table(frame, areas.table, session, screen, theme);
    let observed = !session.evidence().attempts.is_empty();
    let heading = match (observed, session.earlier()) {
        (true, _) => "What it says",
        (false, Some(_)) => "What the saved case says",
        (false, None) => "What will be sent",
    };
    let inner = area::headed(frame, areas.below, heading, false, theme);
    let lines = below(session, screen, usize::from(inner.width), areas.beside.is_none(), theme);
    let top = screen.tops.reproduce;
    let key = screen.keymap.key_for(screen.mode(session), Action::PageDown);
    let window = |height: u16| (top, usize::from(height));
    area::lines(frame, inner, area::window_of(lines, window(inner.height), &key, theme));
    if let Some(place) = areas.beside {
        let number = screen.marked_attempt(session).map_or(0, |at| at + 1);
        let inner = area::headed(frame, place, &format!("Attempt {number}"), false, theme);
        let lines = beside(session, screen, usize::from(inner.width), theme);
        area::lines(frame, inner, area::window_of(lines, window(inner.height), &key, theme));
    }
}

/// Two lines: what is sent and where.
fn request(session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    match session.request() {
        Ok(request) => {
            let address = format!("{} {}", request.method, request.target.masked_url());
            let body = request.body.as_deref().map_or(0, str::len);
            let own = usize::from(session.client_request_header(&request).is_some());
            let headers = request.headers.len() + own;
            let facts = format!(
                "to {} · {headers} header{} · body of {body} bytes · at most {} requests",
                request.target.host_port(),
                if headers == 1 { "" } else { "s" },
                session.settings().policy.most_requests()
            );
            vec![
                Line::from(Span::styled(cut(&address, width), theme.title)),
                Line::from(Span::styled(cut(&facts, width), theme.hint)),
            ]
        }
        Err(_) if session.earlier().is_some() && session.draft().is_empty() => {
            let title = "The request itself was not kept: what it showed is below, as it may leave.";
            vec![Line::from(Span::styled(cut(title, width), theme.title)), Line::default()]
        }
        Err(_) if session.was_observed() && session.draft().is_empty() => {
            let hint = "It is explained below; to send the request too, paste the command on Request.";
            vec![
                Line::from(Span::styled(
                    cut("Only an answer is known, and no request to send.", width),
                    theme.title,
                )),
                Line::from(Span::styled(cut(hint, width), theme.hint)),
            ]
        }
        Err(finding) => vec![
            Line::from(Span::styled(cut("There is no request that can be sent.", width), theme.title)),
            Line::from(Span::styled(
                cut(&format!("{}; {}", finding.message, finding.fix), width),
                theme.hint,
            )),
        ],
    }
}

/// The lines below the table: diagnosis and, where they have no place beside, the marked attempt. Before anything was
/// sent: all that will be sent.
pub fn below(
    session: &Session,
    screen: &Screen,
    width: usize,
    alone: bool,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let Some(at) = screen.marked_attempt(session) else {
        return match session.earlier() {
            Some(earlier) => saved::lines(earlier, session, screen, width, theme),
            None => preview(session, screen, width, theme),
        };
    };
    if !alone {
        return diagnosis_lines(session, width, theme);
    }
    // Message and request id first: on a small screen the reasons are below its end.
    let mut lines = verdict_lines(session, width, theme);
    lines.push(Line::from(Span::styled(format!("Attempt {}", at + 1), theme.title)));
    lines.extend(attempt_lines(session, at, width, theme));
    let reasons = reason_lines(session, width, theme);
    if !reasons.is_empty() {
        lines.push(Line::from(Span::styled("Why", theme.title)));
    }
    lines.extend(reasons);
    lines
}

/// The lines beside: the marked attempt.
pub fn beside(session: &Session, screen: &Screen, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    screen.marked_attempt(session).map(|at| attempt_lines(session, at, width, theme)).unwrap_or_default()
}

/// Headers and the first lines of the body.
fn preview(session: &Session, screen: &Screen, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Ok(request) = session.request() else { return Vec::new() };
    let send = screen.keymap.key_for(Mode::Reproduce, Action::GoOn);
    let hint = format!("{send} sends it, after asking. A key stands here as its label.");
    let mut lines: Vec<Line<'static>> = Vec::new();
    if !session.is_busy() {
        lines.extend(wrap(&hint, width).into_iter().map(|l| Line::from(Span::styled(l, theme.hint))));
    }
    let own = session.client_request_id(&request);
    let headers = request.headers.iter().take(100).chain(&own);
    lines.extend(headers.map(|h| Line::from(cut(&header_line(h), width))));
    // What is under way is looked at by its answers; the request's text has been agreed to.
    if let Some(body) = request.body.as_ref().filter(|_| !session.is_busy()) {
        lines.push(Line::default());
        let shown = 200;
        lines.extend(Rows::new(body, width).take(shown).map(|row| Line::from(row.text)));
        if lines.len() >= shown {
            lines.push(Line::from(Span::styled("(more on Request)", theme.hint)));
        }
    }
    lines
}

fn table(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    if area.is_empty() {
        return;
    }
    let width = usize::from(area.width);
    let mut lines = vec![Line::from(Span::styled(
        cut(
            &columns(["#", "time UTC", "outcome", "request id", "1st/all ms"], "decision, reason", width),
            width,
        ),
        theme.hint,
    ))];
    let attempts = &session.evidence().attempts;
    let marked = screen.marked_attempt(session).unwrap_or(0);
    let height = usize::from(area.height.saturating_sub(1));
    let first = area::window(marked, attempts.len(), height);
    for (at, attempt) in attempts.iter().enumerate().skip(first).take(height) {
        let clean = session.clean_evidence().and_then(|evidence| evidence.attempts.get(at));
        let text = row(at, attempt, (session.readings().get(at), clean), width, at == marked);
        lines.push(Line::from(Span::styled(text, if at == marked { theme.marked } else { theme.plain })));
    }
    area::lines(frame, area, lines);
}

fn row(
    at: usize,
    attempt: &Attempt,
    (reading, clean): (Option<&Reading>, Option<&SafeAttempt>),
    width: usize,
    marked: bool,
) -> String {
    let time = match (attempt.source, attempt.at) {
        (Source::Pasted, None) => "(pasted)".to_owned(),
        (_, None) => "unknown".to_owned(),
        (_, Some(at)) => at.format("%H:%M:%S").to_string(),
    };
    let id = clean.and_then(primary_id).unwrap_or("-");
    let ms = |ms: Option<u64>| ms.map_or_else(|| "-".to_owned(), |ms| ms.to_string());
    let timing = format!("{}/{}", ms(attempt.timing.first_byte_ms), ms(attempt.timing.total_ms));
    let decision = match (attempt.decision, attempt.source) {
        (Some(decision), _) => format!("{}: {}", decision.as_str().replace('_', " "), attempt.reason),
        (None, Source::Pasted) => "pasted, not sent".to_owned(),
        (None, Source::Sent) => String::new(),
    };
    let number = format!("{}{}", if marked { ">" } else { " " }, at + 1);
    columns([&number, &time, &outcome(attempt, reading), id, &timing], &decision, width)
}

/// Five columns and a last one that takes the rest of `width`.
fn columns(first: [&str; 5], last: &str, width: usize) -> String {
    let wide = width >= 110;
    let widths = if wide { [3, 8, 20, 34, 12] } else { [2, 8, 14, 14, 11] };
    let mut out = String::new();
    for (text, columns) in first.into_iter().zip(widths) {
        out.push_str(&fit(text, columns));
        out.push(' ');
    }
    let used = widths.iter().sum::<usize>() + widths.len();
    out.push_str(&fit(last, width.saturating_sub(used)));
    out
}

/// The id to name first, else the first one.
pub fn primary_id(attempt: &SafeAttempt) -> Option<&str> {
    let ids = &attempt.response.as_ref()?.request_ids;
    ids.iter().find(|id| id.primary).or_else(|| ids.first()).map(|id| id.id.as_str())
}

/// Status or transport failure in a few words; of a stream, how it ended.
pub fn outcome(attempt: &Attempt, reading: Option<&Reading>) -> String {
    match &attempt.outcome {
        Outcome::Transport(failure) => failure.kind.as_str().replace('_', " "),
        Outcome::Response(response) => {
            let mut text = response.status.map_or_else(|| "no status".to_owned(), |s| s.to_string());
            if let Some(failure) = attempt.transport() {
                text.push_str(", then ");
                text.push_str(&failure.kind.as_str().replace('_', " "));
            } else if let Some(stream) = reading.and_then(|reading| reading.stream.as_ref()) {
                text.push(' ');
                text.push_str(&stream.verdict.as_str().replace('_', " "));
            } else if let Some(state) = reading.and_then(|reading| reading.task.as_ref()?.state) {
                text.push_str(" task ");
                text.push_str(state.as_str());
            }
            if attempt.polls > 1 {
                text.extend([" x", &attempt.polls.to_string()]);
            }
            text
        }
    }
}
