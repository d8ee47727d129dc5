//! Kept cases of the same failure.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};

use super::{Record, Ticket};
use crate::case::note::SimilarCases;
use crate::case::sanitize::{Format, Readmission};

/// Cases, request ids and tickets that are named.
const NAMED: usize = 3;

/// Whose twins are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwinsOf {
    /// The case itself, which is no twin of its own.
    pub case_id: String,
    /// What failed.
    pub fingerprint: String,
    /// Id of the gateway's profile: the same words of another gateway are another failure.
    pub gateway: Option<String>,
}

/// Earlier cases of the same failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twins {
    /// How many.
    pub count: usize,
    /// When the first was made, UTC.
    pub first: DateTime<Utc>,
    /// When the last was made, UTC.
    pub last: DateTime<Utc>,
    /// The newest three, the newest first.
    pub cases: Vec<String>,
    /// Request ids of the newest.
    pub request_ids: Vec<String>,
    /// Tickets that exist, those of the newest case first.
    pub tickets: Vec<Ticket>,
}

impl Twins {
    /// Those of `asked` among `records`; `None` where there is none. What is told of them passes `readmission`: a record may
    /// have been edited by hand.
    pub fn among<'r>(
        records: impl IntoIterator<Item = &'r Record>,
        asked: &TwinsOf,
        readmission: impl FnOnce() -> Readmission,
    ) -> Option<Self> {
        let is_twin = |record: &&Record| {
            record.fingerprint.as_deref() == Some(&asked.fingerprint)
                && record.gateway == asked.gateway
                && record.id != asked.case_id
        };
        let mut twins: Vec<&Record> = records.into_iter().filter(is_twin).collect();
        twins.sort_by(|a, b| a.newest_first(b));
        let (newest, oldest) = (*twins.first()?, *twins.last()?);
        let readmission = readmission();
        let passes = |text: &String| {
            readmission.pass(text, Format::Plain).is_ok_and(|passed| passed.as_str() == text.as_str())
        };
        let tickets = twins.iter().flat_map(|record| &record.tickets);
        let sound = |ticket: &&Ticket| {
            [Some(&ticket.desk), Some(&ticket.id), ticket.url.as_ref()].into_iter().flatten().all(passes)
        };
        Some(Self {
            count: twins.len(),
            first: oldest.created,
            last: newest.created,
            cases: twins.iter().take(NAMED).map(|record| record.id.clone()).collect(),
            request_ids: newest.request_ids.iter().filter(|id| passes(id)).take(NAMED).cloned().collect(),
            tickets: tickets.take(NAMED).filter(sound).cloned().collect(),
        })
    }

    /// One line for people.
    pub fn said(&self) -> String {
        let newest = self.cases.first().map_or("", String::as_str);
        let times = if self.count == 1 { "once".to_owned() } else { format!("{} times", self.count) };
        let since =
            if self.count == 1 { String::new() } else { format!(" since {}", self.first.date_naive()) };
        let mut text = format!("same failure: {newest} on {}, {times}{since}", self.last.date_naive());
        if !self.request_ids.is_empty() {
            text.push_str("; last request ids ");
            text.push_str(&self.request_ids.join(", "));
        }
        for ticket in &self.tickets {
            let at = ticket.url.as_ref().map_or_else(String::new, |url| format!(" <{url}>"));
            let _ = write!(text, "; ticket #{} at {} exists{at}", ticket.id, ticket.desk);
        }
        text
    }

    /// As a note says it.
    pub fn part(&self) -> SimilarCases {
        let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        SimilarCases {
            count: u64::try_from(self.count).unwrap_or(u64::MAX),
            first: moment(self.first),
            last: moment(self.last),
            cases: self.cases.clone(),
        }
    }
}
