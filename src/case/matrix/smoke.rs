//! The log record of the escalation guide's smoke test: its own keys, its own closed words.

use serde::Serialize;

use super::report::{Pins, Row};
use crate::case::vocabulary::{CheckFact, CheckVerdict, OperatorAction};

/// The guide's pass/fail logging fields, in its order (reviewed 2026-06-18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogRecord {
    /// When, UTC.
    pub reviewed_at: String,
    /// Who, as given; empty: nobody was named.
    pub operator: String,
    /// The documentation page.
    pub doc_url: String,
    /// The endpoint family.
    pub request_area: String,
    /// `stored_secret_reference_only`, or `none`.
    pub credential_used: String,
    /// The model.
    pub model_reference: String,
    /// Status of the happy path, or the client's error.
    pub status_observed: String,
    /// `json_object`, `stream`, `client_error` or `unknown`.
    pub response_shape_observed: String,
    /// `pass`, `fail` or `needs_support`.
    pub local_result: String,
    /// `none`: this program contacts nobody.
    pub support_path_used: String,
    /// A short note.
    pub notes: String,
}

impl LogRecord {
    pub(super) fn of(pins: &Pins, rows: &[Row], operator: &str, area: &str) -> Self {
        let first = rows.first();
        let fact = |row: Option<&Row>, fact| row.and_then(|r| r.observed.get(&fact)).cloned();
        let status = |row: Option<&Row>| {
            fact(row, CheckFact::Status)
                .or_else(|| fact(row, CheckFact::Transport))
                .unwrap_or_else(|| "not_run".into())
        };
        let shape = match fact(first, CheckFact::Shape).as_deref() {
            Some(known @ ("json_object" | "stream" | "client_error")) => known.to_owned(),
            None if fact(first, CheckFact::Transport).is_some() => "client_error".to_owned(),
            _ => "unknown".to_owned(),
        };
        let is_wrong = |row: &&Row| {
            matches!(row.verdict, CheckVerdict::Broken | CheckVerdict::Drifted | CheckVerdict::NotRun)
        };
        let wrong: Vec<&Row> = rows.iter().filter(is_wrong).collect();
        let of_vendor = |row: &&&Row| {
            row.observed
                .get(&CheckFact::Action)
                .is_some_and(|a| *a == OperatorAction::ContactSupport.as_str())
        };
        let result = match (wrong.is_empty(), wrong.iter().any(|row| of_vendor(&row))) {
            (true, _) => "pass",
            (false, true) => "needs_support",
            (false, false) => "fail",
        };
        let named: Vec<String> =
            rows.iter().map(|row| format!("{}: {} ({})", row.id, row.verdict, status(Some(row)))).collect();
        Self {
            reviewed_at: pins.checked_at.clone(),
            operator: operator.to_owned(),
            doc_url: pins.doc_url.clone(),
            request_area: area.to_owned(),
            credential_used: if pins.secret_source == "none" {
                "none"
            } else {
                "stored_secret_reference_only"
            }
            .to_owned(),
            model_reference: pins.model.clone(),
            status_observed: status(first),
            response_shape_observed: shape,
            local_result: result.to_owned(),
            support_path_used: "none".to_owned(),
            notes: named.join("; "),
        }
    }

    /// Keys and values in the guide's order.
    pub(super) fn lines(&self) -> [(&'static str, &str); 11] {
        [
            ("reviewed_at", &self.reviewed_at),
            ("operator", &self.operator),
            ("doc_url", &self.doc_url),
            ("request_area", &self.request_area),
            ("credential_used", &self.credential_used),
            ("model_reference", &self.model_reference),
            ("status_observed", &self.status_observed),
            ("response_shape_observed", &self.response_shape_observed),
            ("local_result", &self.local_result),
            ("support_path_used", &self.support_path_used),
            ("notes", &self.notes),
        ]
    }
}
