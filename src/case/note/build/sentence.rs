//! Small pieces of sentences that several sections share.

use crate::case::sanitize::{SafeAttempt, SafeRequest};
use crate::case::vocabulary::{StreamVerdict, TaskState};

/// `text` on one line: control characters and line ends become blanks, at most `most` characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    for (count, c) in text.chars().map(|c| if is_break(c) { ' ' } else { c }).enumerate() {
        if count >= most {
            line.push('…');
            break;
        }
        line.push(c);
    }
    line
}

fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// `POST /v1/chat/completions`.
pub(super) fn route(request: &SafeRequest) -> String {
    format!("{} {}", one_line(request.method.as_str(), 20), one_line(request.path.as_str(), 100))
}

/// `https://host:port`.
pub(super) fn base_url(request: &SafeRequest) -> String {
    let (scheme, host) = (request.scheme.as_str(), request.host.as_str());
    request.port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}"))
}

/// What came of an attempt: `answered 503 (model_not_found)`, `got no answer (dns)`; of the last question for a task, what
/// came of the task.
pub(super) fn outcome(attempt: &SafeAttempt) -> String {
    if attempt.polls == 0 {
        return of_answer(attempt);
    }
    let response = attempt.response.as_ref();
    match response.and_then(|response| response.task_state) {
        Some(TaskState::Failed) => {
            let code = response.and_then(|response| super::code(&response.error));
            let code = code.map_or_else(String::new, |code| format!(" ({})", one_line(&code, 60)));
            format!("started a task that failed{code}")
        }
        Some(TaskState::Succeeded) => "started a task that succeeded".to_owned(),
        Some(TaskState::Unknown) => "started a task whose state is not known".to_owned(),
        Some(state) => format!("started a task that was {state} when it was asked for last"),
        None => format!("started a task, and the question for it {}", went_of(of_answer(attempt))),
    }
}

fn of_answer(attempt: &SafeAttempt) -> String {
    let Some(response) = &attempt.response else {
        return attempt
            .transport
            .map_or_else(|| "left no outcome".to_owned(), |kind| format!("got no answer ({kind})"));
    };
    let mut words = match response.status {
        Some(status) => format!("answered {status}"),
        None => "failed".to_owned(),
    };
    // Some gateways (LiteLLM) repeat the status as the code; saying it twice says nothing.
    let code =
        super::code(&response.error).filter(|code| response.status.is_none_or(|s| *code != s.to_string()));
    if let Some(code) = code {
        words = format!("{words} ({})", one_line(&code, 60));
    } else if let (None, Some(exception)) = (response.status, &response.exception) {
        words = format!("{words} with {}", one_line(exception.as_str(), 60));
    }
    let verdict = response.stream.as_ref().map(|stream| stream.verdict);
    let then = match (attempt.transport, verdict) {
        (Some(kind), Some(_)) => format!(", then the stream broke off ({kind})"),
        (Some(kind), None) => format!(", then the answer broke off ({kind})"),
        (None, Some(StreamVerdict::Truncated)) => ", then the stream ended too early".to_owned(),
        (None, Some(StreamVerdict::FailedMidStream)) => ", then the stream stated an error".to_owned(),
        (None, _) => {
            response.soft.map_or_else(String::new, |soft| format!(", but the answer is no good ({soft})"))
        }
    };
    words + &then
}

/// The same behind a subject: `was answered 503 (model_not_found)`.
pub(super) fn went(attempt: &SafeAttempt) -> String {
    went_of(outcome(attempt))
}

fn went_of(words: String) -> String {
    if words.starts_with("answered") { format!("was {words}") } else { words }
}

/// `once`, `twice`, `3 times`.
pub(super) fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}
