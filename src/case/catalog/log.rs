//! How the logs of gateways are laid out, and what makes two failures of a log the same.

use serde::Deserialize;

use crate::case::vocabulary::FailureClass;

/// How one kind of log is laid out (`log_profiles/*.yaml`): a JSON object a line, and where in it the parts of a failure stand.
///
/// Places are JSON pointers (`/response/status`). A step that meets a list of named things (`[{"key": …, "value": …}]`, as
/// OpenTelemetry and HAR write attributes and headers) takes the one of that name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogProfile {
    /// Stable id, for example `litellm`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Members of the line that must all be there for this profile to be taken by itself; empty: only where nothing else fits.
    #[serde(default)]
    pub marks: Vec<String>,
    /// Lists, one inside the other, whose elements are the records; empty: the line is one.
    #[serde(default)]
    pub each: Vec<String>,
    /// Where the parts stand.
    pub fields: LogFields,
    /// The record tells of a request that worked where one of these holds.
    #[serde(default)]
    pub worked: Vec<LogValue>,
    /// Page that says how such a log is written.
    pub source: String,
    /// Date (YYYY-MM-DD) on which it was read, or cited where it is not confirmed.
    pub accessed: String,
    /// True where a log of this kind was read that the program itself had written.
    #[serde(default)]
    pub confirmed: bool,
}

/// Places, best first; the first that holds something counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogFields {
    /// When it was: RFC 3339, another common form, or seconds to nanoseconds since 1970.
    pub time: Vec<String>,
    /// The gateway's id of the request.
    pub request_id: Vec<String>,
    /// Method of the request.
    pub method: Vec<String>,
    /// Path or URL of the request.
    pub path: Vec<String>,
    /// Model of the request.
    pub model: Vec<String>,
    /// HTTP status of the answer.
    pub status: Vec<String>,
    /// Headers of the answer.
    pub headers: Vec<String>,
    /// Body of the answer: its text, or JSON.
    pub body: Vec<String>,
    /// What a client or gateway printed of the failure.
    pub text: Vec<String>,
    /// What the user sent. It is never shown; what an error repeats of it is not shown either.
    pub prompt: Vec<String>,
}

/// A place and the values that it may have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogValue {
    /// Where.
    pub at: String,
    /// Any of these, as text.
    pub is: Vec<String>,
}

/// What makes two failures of a log the same, beyond class, cause, status and route (`grouping.yaml`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grouping {
    /// Causes that say of what kind a fault is and not which one: the message tells such failures apart. Where no cause is
    /// known it does so in any case.
    pub told_by_message: Vec<String>,
    /// Classes in which another model is another failure, whether the message names it or not.
    pub told_by_model: Vec<FailureClass>,
    /// What common clients send again by themselves.
    pub clients_retry: ClientsRetry,
}

/// What common clients send again by themselves, whatever the gateway's words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientsRetry {
    /// Statuses, single (`429`) or ranges (`500-599`).
    pub status: Vec<String>,
    /// True: failures below HTTP too.
    pub transport: bool,
    /// Page that says so.
    pub source: String,
    /// Date (YYYY-MM-DD) on which it was read.
    pub accessed: String,
}

impl ClientsRetry {
    /// True where a client sends it again; `None`: no answer came.
    pub fn holds(&self, status: Option<u16>) -> bool {
        let Some(status) = status else { return self.transport };
        self.status.iter().any(|wanted| match wanted.split_once('-') {
            Some((low, high)) => {
                low.parse().is_ok_and(|low| status >= low) && high.parse().is_ok_and(|high| status <= high)
            }
            None => wanted.parse() == Ok(status),
        })
    }
}
