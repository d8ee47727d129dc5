//! The record of a case: what a list shows and a search looks at, made from the note's own values.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SavedCase;
use crate::case::fingerprint::{Fingerprint, normalised};
use crate::case::note;
use crate::case::sanitize::{Clean, Rendered, SafeAttempt};
use crate::case::vocabulary::{FailureClass, TransportKind};

/// Name and version of the record's form.
pub const RECORD_SCHEMA: &str = "casefile.case/1";

/// Characters of a text of the note that a record holds.
const MOST_CHARS: usize = 400;
/// Request ids of a case that a record holds.
const MOST_IDS: usize = 5;
/// Deliveries of a case that a record holds; the oldest go first.
const MOST_DELIVERIES: usize = 50;

/// What is known of a kept case without its note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// `casefile.case/1`.
    pub schema: String,
    /// The case's id.
    pub id: String,
    /// When its note was made first, UTC.
    pub created: DateTime<Utc>,
    /// When it was kept last, UTC.
    pub updated: DateTime<Utc>,
    /// Id of the gateway's profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// Alias of the base URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_alias: Option<String>,
    /// Method of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Path of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The model that the request named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The failure's class.
    pub class: String,
    /// A finer cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Status, or how the request failed below HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Outcome>,
    /// Stands for what failed; the same in two cases of the same failure. None where the request worked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Request ids, the one to name first in front.
    #[serde(default)]
    pub request_ids: Vec<String>,
    /// The note's title.
    pub title: String,
    /// The error's message, for a search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The operator's question, for a search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Tickets that the case has.
    #[serde(default)]
    pub tickets: Vec<Ticket>,
    /// Ways by which its note went out.
    #[serde(default)]
    pub deliveries: Vec<Delivery>,
}

/// A status, or the word of a transport failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    /// HTTP status.
    Status(u16),
    /// No status: how it failed below HTTP.
    Transport(String),
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => status.fmt(f),
            Self::Transport(kind) => kind.fmt(f),
        }
    }
}

/// A ticket at a support desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The desk's name in the settings.
    pub desk: String,
    /// The ticket's id there.
    pub id: String,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// One way out that a note took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// `file`, `clipboard`, `stdout`, `ticket` or `mail`: never a path, which names people.
    pub by: String,
}

/// What a record says beside the note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Id of the gateway's profile.
    pub gateway: Option<String>,
    /// Now, UTC.
    pub at: DateTime<Utc>,
    /// The way by which the note went out just now.
    pub by: Option<&'static str>,
}

/// A case as it may be kept: an audited note, and the record that was made from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCase {
    record: Record,
    note: Rendered,
    evidence: Option<SavedCase>,
}

/// The text is no note of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is no note of the schema casefile.note/1")]
pub struct NoNote;

impl KeptCase {
    /// A case to be kept. `note`: YAML or JSON.
    ///
    /// # Errors
    /// [`NoNote`] where the text cannot be read as one.
    pub fn of(note: Rendered, about: &About) -> Result<Self, NoNote> {
        let value = note::read(note.as_str()).map_err(|_| NoNote)?;
        let record = Record::of(&value, about).ok_or(NoNote)?;
        Ok(Self { record, note, evidence: None })
    }

    /// Its record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Its note, audited.
    pub fn note(&self) -> &Rendered {
        &self.note
    }

    /// The same case with its evidence, so that it can be opened again at its note. That of another case is not taken.
    #[must_use]
    pub fn with_evidence(mut self, evidence: Option<SavedCase>) -> Self {
        self.evidence = evidence.filter(|evidence| evidence.id() == self.record.id);
        self
    }

    /// Its evidence, where it is known.
    pub fn evidence(&self) -> Option<&SavedCase> {
        self.evidence.as_ref()
    }

    /// The same case with a ticket that it has now.
    #[must_use]
    pub fn with_ticket(mut self, ticket: Ticket) -> Self {
        // One ticket has one line, with the address that is known now.
        self.record.tickets.retain(|known| (&known.desk, &known.id) != (&ticket.desk, &ticket.id));
        self.record.tickets.push(ticket);
        self
    }

    /// The same case with what an earlier keeping knew: when it was made, its tickets and its deliveries.
    #[must_use]
    pub fn after(mut self, earlier: &Record) -> Self {
        let mine = &mut self.record;
        mine.created = earlier.created.min(mine.created);
        let mut deliveries = earlier.deliveries.clone();
        deliveries.extend(mine.deliveries.drain(..).filter(|d| !earlier.deliveries.contains(d)));
        let surplus = deliveries.len().saturating_sub(MOST_DELIVERIES);
        mine.deliveries = deliveries.split_off(surplus);
        for ticket in &earlier.tickets {
            if !mine.tickets.contains(ticket) {
                mine.tickets.push(ticket.clone());
            }
        }
        self
    }
}

impl Record {
    /// The order of lists: by when the note was made first, whose time has whole seconds, then by when it was kept last.
    pub fn newest_first(&self, other: &Self) -> std::cmp::Ordering {
        (other.created, other.updated, &other.id).cmp(&(self.created, self.updated, &self.id))
    }

    /// The record of `note`, a note's keys and values; `None` where it has no case id, title or class.
    pub fn of(note: &Value, about: &About) -> Option<Self> {
        let text = |place: &str| note.pointer(place).and_then(Value::as_str).map(cut);
        let created = text("/created_at").and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
        let status = match note.get("status_observed") {
            Some(Value::Number(status)) => {
                status.as_u64().and_then(|s| u16::try_from(s).ok()).map(Outcome::Status)
            }
            Some(Value::String(kind)) => Some(Outcome::Transport(cut(kind))),
            _ => None,
        };
        Some(Self {
            schema: RECORD_SCHEMA.to_owned(),
            id: text("/case_id")?,
            created: created.map_or(about.at, |at| at.to_utc()),
            updated: about.at,
            gateway: about.gateway.clone(),
            host_alias: text("/request/base_url_alias"),
            method: text("/request/method"),
            path: text("/request/path"),
            model: text("/model_reference"),
            class: text("/diagnosis/failure_class")?,
            cause: text("/diagnosis/cause"),
            status,
            fingerprint: fingerprint(note).map(|f| f.id()),
            request_ids: request_ids(note),
            title: text("/title")?,
            message: text("/response/error/message").or_else(|| text("/response/error/page_title")),
            question: text("/support_question"),
            tickets: Vec::new(),
            deliveries: about.by.map(|by| Delivery { at: about.at, by: by.to_owned() }).into_iter().collect(),
        })
    }

    /// Every text of it that a note, a file or an operator brought in.
    pub(super) fn texts(&mut self) -> Vec<&mut String> {
        let mut texts = vec![&mut self.title, &mut self.class];
        let options = [
            &mut self.gateway,
            &mut self.host_alias,
            &mut self.method,
            &mut self.path,
            &mut self.model,
            &mut self.cause,
            &mut self.fingerprint,
            &mut self.message,
            &mut self.question,
        ];
        texts.extend(options.into_iter().flatten());
        texts.extend(&mut self.request_ids);
        if let Some(Outcome::Transport(kind)) = &mut self.status {
            texts.push(kind);
        }
        for ticket in &mut self.tickets {
            texts.extend([&mut ticket.desk, &mut ticket.id]);
            texts.extend(&mut ticket.url);
        }
        texts.extend(self.deliveries.iter_mut().map(|delivery| &mut delivery.by));
        texts
    }

    /// True where a file of ours could hold it: an id of ours, no text longer than a record holds.
    pub(super) fn is_sound(&mut self) -> bool {
        self.schema == RECORD_SCHEMA
            && self.request_ids.len() <= MOST_IDS
            && self.deliveries.len() <= MOST_DELIVERIES
            && self.texts().into_iter().all(|text| text.chars().count() <= MOST_CHARS)
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MOST_CHARS).collect()
}

fn request_ids(note: &Value) -> Vec<String> {
    let all = note.pointer("/response/request_ids").and_then(Value::as_array);
    let mut ids: Vec<(bool, String)> = all
        .into_iter()
        .flatten()
        .filter_map(|id| {
            let primary = id.get("primary").and_then(Value::as_bool).unwrap_or(false);
            Some((!primary, cut(id.get("id")?.as_str()?)))
        })
        .collect();
    ids.sort_by_key(|(later, _)| *later);
    let mut seen: Vec<String> = Vec::new();
    for (_, id) in ids {
        if !seen.contains(&id) && seen.len() < MOST_IDS {
            seen.push(id);
        }
    }
    seen
}

/// The last attempt of a note that the operator did not cancel; where each was, the last.
pub(in crate::case) fn last_said(note: &Value) -> Option<&Value> {
    let attempts = note.get("attempts").and_then(Value::as_array)?;
    let said =
        |a: &&Value| a.get("transport").and_then(Value::as_str) != Some(TransportKind::Cancelled.as_str());
    attempts.iter().rev().find(said).or(attempts.last())
}

/// What failed, by the note's own values; `None` where nothing did, and where nothing is known of what did: two failures of
/// which nothing is known are not the same.
pub fn fingerprint(note: &Value) -> Option<Fingerprint> {
    let class: FailureClass = word(note, "/diagnosis/failure_class")?;
    if class == FailureClass::None {
        return None;
    }
    let deciding = last_said(note).unwrap_or(&Value::Null);
    let answered = note.get("response").is_some();
    let said = |place: &str| {
        note.pointer(place).and_then(Value::as_str).map(normalised).filter(|text| !text.is_empty())
    };
    let found = Fingerprint {
        transport: word(deciding, "/transport"),
        status: note.pointer("/response/status").and_then(Value::as_u64).and_then(|s| u16::try_from(s).ok()),
        layer: word(note, "/response/layer"),
        kind: answered.then(|| word(note, "/response/error/envelope")).flatten(),
        code: said("/response/error/code"),
        error_type: said("/response/error/type"),
        param: said("/response/error/param"),
        message: said("/response/error/message").or_else(|| said("/response/error/page_title")),
        stream: word(note, "/stream/verdict")
            .filter(|v| *v != crate::case::vocabulary::StreamVerdict::Complete),
        soft: word(note, "/response/soft_failure"),
    };
    (!found.says_nothing()).then_some(found)
}

/// What failed in `attempt`, by the same values as those of a note about it.
pub fn attempt_fingerprint(attempt: &SafeAttempt) -> Fingerprint {
    let said = |text: Option<&Clean>| text.map(|t| normalised(t.as_str())).filter(|text| !text.is_empty());
    let response = attempt.response.as_ref();
    let error = response.map(|r| &r.error);
    Fingerprint {
        transport: attempt.transport,
        status: response.and_then(|r| r.status),
        layer: response.map(|r| r.layer),
        kind: error.map(|e| e.kind),
        code: said(error.and_then(|e| e.code.as_ref())),
        error_type: said(error.and_then(|e| e.error_type.as_ref())),
        param: said(error.and_then(|e| e.param.as_ref())),
        message: said(error.and_then(|e| e.message.as_ref()))
            .or_else(|| said(error.and_then(|e| e.title.as_ref()))),
        stream: response
            .and_then(|r| r.stream.as_ref())
            .map(|s| s.verdict)
            .filter(|v| *v != crate::case::vocabulary::StreamVerdict::Complete),
        soft: response.and_then(|r| r.soft),
    }
}

/// The word of a closed list at `place`.
fn word<T: serde::de::DeserializeOwned>(value: &Value, place: &str) -> Option<T> {
    T::deserialize(value.pointer(place)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn about() -> About {
        About { gateway: Some("cometapi".into()), at: DateTime::UNIX_EPOCH, by: Some("stdout") }
    }

    fn note(message: &str, status: u64) -> Value {
        json!({
            "case_id": "CF-20260401-7QAAAAAA", "title": "t", "created_at": "2026-04-01T10:00:00Z", "status_observed": status,
            "diagnosis": {"failure_class": "auth"}, "attempts": [{"index": 1}],
            "response": {"status": status, "layer": "gateway", "error": {"message": message, "envelope": "gateway_error"},
                "request_ids": [{"id": "b", "primary": false}, {"id": "a", "primary": true}, {"id": "b"}]},
        })
    }

    #[test]
    fn a_record_is_made_from_the_note_alone() {
        let record = Record::of(&note("invalid token", 401), &about()).expect("a record");
        assert_eq!(record.request_ids, ["a", "b"], "the primary one first, none twice");
        assert_eq!((record.status, record.class.as_str()), (Some(Outcome::Status(401)), "auth"));
        assert_eq!(record.created.to_rfc3339(), "2026-04-01T10:00:00+00:00");
        assert_eq!(record.fingerprint.as_ref().map(String::len), Some(16));
        for gone in ["case_id", "title", "diagnosis"] {
            let mut note = note("m", 401);
            note.as_object_mut().expect("a map").remove(gone);
            assert_eq!(Record::of(&note, &about()), None, "{gone}");
        }
        let long = Record::of(&note(&"x".repeat(100_000), 401), &about()).expect("a record");
        assert_eq!(long.message.map(|m| m.len()), Some(MOST_CHARS));
    }

    #[test]
    fn ids_and_numbers_do_not_tell_two_failures_apart_and_words_do() {
        let print = |message: &str, status| fingerprint(&note(message, status)).expect("one").id();
        let first = print("No channel for model 'a' (request id: 20260401aB3)", 503);
        assert_eq!(first, print("No channel for model 'b' (request id: 20260402xY9)", 503));
        assert_ne!(first, print("No channel for model 'a' (request id: 20260401aB3)", 500));
        assert_ne!(first, print("No quota for model 'a'", 503));
        let mut passed = note("", 200);
        passed["diagnosis"]["failure_class"] = json!("none");
        assert_eq!(fingerprint(&passed), None, "what worked is no failure");
    }
}
