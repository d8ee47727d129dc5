//! What a desk refused, and what to do about it.

use serde_json::Value;

/// A desk did not do what it was asked for. Holds no token; what a desk says is cut and cannot steer a terminal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// No answer came. Whether the desk has done it is not known.
    #[error("{what}: no answer from {host} ({cause})")]
    NoAnswer {
        /// What was asked for.
        what: String,
        /// Host and port.
        host: String,
        /// Why.
        cause: String,
        /// The request may have arrived.
        sent: bool,
    },
    /// The desk said no.
    #[error("{what}: {host} answered {status}{}; {advice}", said(text))]
    Refused {
        /// What was asked for.
        what: String,
        /// Host and port.
        host: String,
        /// Status.
        status: u16,
        /// What it said.
        text: String,
        /// What to do next.
        advice: &'static str,
    },
    /// The answer is not what such a desk answers.
    #[error(
        "{what}: the answer of {host} is not what such a desk gives ({why}); check kind and url in desks.yaml"
    )]
    Unexpected {
        /// What was asked for.
        what: String,
        /// Host and port.
        host: String,
        /// What is wrong with it.
        why: String,
    },
    /// It cannot be asked from here.
    #[error("{0}")]
    Local(String),
}

impl DeskError {
    /// It is not known whether the desk has done what it was asked for.
    pub fn is_uncertain(&self) -> bool {
        match self {
            Self::NoAnswer { sent, .. } => *sent,
            // A gateway before the desk may speak while the desk goes on.
            Self::Refused { status, .. } => *status >= 500,
            Self::Unexpected { .. } => true,
            Self::Local(_) => false,
        }
    }
}

fn said(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" (it says: {text})") }
}

/// The texts of a refusal, wherever such desks put them.
pub(super) fn spoken(value: &Value) -> String {
    const KEYS: [&str; 9] =
        ["message", "msg", "error", "errors", "errorMessages", "description", "details", "detail", "title"];
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(next) = open.pop() {
        match next {
            Value::String(text) => found.push(text.clone()),
            Value::Array(items) => open.extend(items.iter().rev().take(5)),
            Value::Object(fields) if std::ptr::eq(next, value) => {
                open.extend(KEYS.iter().rev().filter_map(|key| fields.get(*key)));
            }
            Value::Object(fields) => open.extend(fields.values().take(5)),
            _ => {}
        }
    }
    found.dedup();
    found.join("; ")
}

pub(super) fn advice(status: u16) -> &'static str {
    match status {
        300..=399 => "url in desks.yaml leads elsewhere: give the address that it leads to",
        401 => "the desk does not take this token: check the token and login in desks.yaml",
        403 => "the token may not do this: ask who runs the desk for the right to it",
        404 | 410 => "there is no such ticket or project, or the token may not see it: check both",
        409 | 412 => "somebody changed it at the same time: run the command again",
        413 => "the note is too large for this desk: attach the file by hand, or ask for a higher limit",
        422 => "the desk does not take it as it is: what it says names the field or the limit",
        429 => "too many requests: wait and run the command again",
        500.. => "the desk has trouble of its own: run the command again later",
        _ => "check project and kind in desks.yaml",
    }
}
