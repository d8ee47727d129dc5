//! What a saved case brought along, as long as this run of the program observed nothing itself.

use ratatui::text::{Line, Span};

use super::detail::{diagnosis_lines, fact};
use crate::case::sanitize::{Clean, SafeAttempt, SafeEvidence, SafeRequest};
use crate::session::Session;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::text::wrap;

/// Attempts that are listed.
const MOST: usize = 20;

/// Where the evidence comes from and what can be done, the diagnosis, and the attempts as they were kept.
pub(super) fn lines(
    earlier: &SafeEvidence,
    session: &Session,
    screen: &Screen,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let key = |action| screen.keymap.key_for(Mode::Reproduce, action);
    let next = if session.request().is_ok() {
        format!("{} sends the request, after asking.", key(Action::SendAgain))
    } else {
        format!("To send it again, paste it on Request ({}).", key(Action::StepRequest))
    };
    let from = if screen.shows_group() {
        "This is one failure of the group, as the log has it. Only what may leave is taken of it"
    } else {
        "This was observed when the case was worked on before. Only what may leave was kept of it"
    };
    let text = format!(
        "{from}, so there is nothing raw to look at. {} goes on to Review with it. {next}",
        key(Action::GoOn)
    );
    let mut out: Vec<Line<'static>> =
        wrap(&text, width).into_iter().map(|line| Line::from(Span::styled(line, theme.hint))).collect();
    if let Some(request) = &earlier.request {
        fact(&mut out, "request", &request_line(request), width, theme);
    }
    for attempt in earlier.attempts.iter().take(MOST) {
        fact(&mut out, &format!("attempt {}", attempt.index), &outcome(attempt), width, theme);
    }
    for control in earlier.controls.iter().take(MOST) {
        let to = control.to.as_ref().map_or_else(String::new, |to| format!(" {to}"));
        let text = format!("{}{to}: {}", control.changed.replace('_', " "), outcome(&control.attempt));
        fact(&mut out, "changed", &text, width, theme);
    }
    out.extend(diagnosis_lines(session, width, theme));
    out
}

/// Method, address and model, in one line.
pub(in crate::ui::tui::view) fn request_line(request: &SafeRequest) -> String {
    let model = request.model.as_ref().map_or_else(String::new, |model| format!(", model {model}"));
    let port = request.port.map_or_else(String::new, |port| format!(":{port}"));
    format!("{} {}://{}{port}{}{model}", request.method, request.scheme, request.host, request.path)
}

/// What came of an attempt, in one line.
fn outcome(attempt: &SafeAttempt) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(at) = attempt.at {
        parts.push(at.format("%Y-%m-%d %H:%M:%S UTC").to_string());
    }
    if let Some(kind) = attempt.transport {
        parts.push(format!("no whole answer ({})", kind.as_str().replace('_', " ")));
    }
    if let Some(response) = &attempt.response {
        parts.push(response.status.map_or_else(|| "no status".to_owned(), |status| status.to_string()));
        let code = response.error.code.as_ref().map(Clean::as_str).filter(|code| !code.is_empty());
        parts.extend(code.map(|code| format!("code {code}")));
        parts.extend(super::primary_id(attempt).map(|id| format!("request id {id}")));
        parts.extend(response.error.message.as_ref().map(ToString::to_string));
    }
    parts.join(", ")
}
