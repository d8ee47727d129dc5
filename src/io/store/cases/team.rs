//! A team's cases in PostgreSQL: the same cases as in a folder, one row each.
//!
//! ```text
//! casefile.cases(id, created, updated, fingerprint, gateway, record, note, evidence)
//! casefile.schema_version(version)                       `schema.rs` brings it up to date
//! ```
//!
//! A row holds what a folder holds: the audited note, its record and the cleaned evidence. What comes back is the word of
//! whoever may write into the database: sizes are asked before a text is sent, a row that is no case of ours is passed over,
//! and the verbs audit it all again as they do with files.

mod line;
mod schema;
mod tls;
mod trouble;

use chrono::{DateTime, Utc};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::super::place::TeamAddress;
use super::{CaseStore, Rebuilt, Retention};
use crate::case::kept::{About, KeptCase, Record, TwinsOf};
use crate::case::note;
use crate::io::store::StoreError;
use crate::session::case_id::is_case_id;
use line::Line;
use trouble::Trouble;

/// More than this is no evidence, note or record of ours, bytes: as in a folder.
const EVIDENCE_LIMIT: i32 = 32 * 1024 * 1024;
const NOTE_LIMIT: i32 = 8 * 1024 * 1024;
const RECORD_LIMIT: i32 = 256 * 1024;
/// Records that are asked for at most.
const MOST: i64 = 200_000;
/// Twins that are looked at.
const MOST_ALIKE: i64 = 10_000;
/// How often a case is tried that others make and forget meanwhile.
const TURNS: u32 = 5;

const INSERT: &str = "INSERT INTO casefile.cases (id, created, updated, fingerprint, gateway, record, note, evidence) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
const UPDATE: &str = "UPDATE casefile.cases SET created = $2, updated = $3, fingerprint = $4, gateway = $5, record = $6, \
                      note = $7, evidence = COALESCE($8, evidence) WHERE id = $1";

/// Cases in PostgreSQL. Nothing is connected before the first question.
pub(super) struct TeamStore {
    line: Line,
    place: String,
}

impl TeamStore {
    pub(super) fn at(address: &TeamAddress) -> Self {
        Self { line: Line::to(address.clone()), place: address.to_string() }
    }

    fn ask<T: Send>(
        &self,
        work: impl AsyncFn(&mut Client) -> Result<T, Trouble> + Send + Sync,
    ) -> Result<T, StoreError> {
        self.line.ask(work).map_err(|trouble| {
            let (what, advice) = trouble.said();
            StoreError::Team { place: self.place.clone(), what, advice }
        })
    }

    fn no_case(&self, id: &str) -> StoreError {
        let what = format!("there is no case {}", crate::io::terminal::plain(id));
        StoreError::Team { place: self.place.clone(), what, advice: "`casefile cases list` shows them" }
    }

    /// One text of a case, where it is no larger than `limit`.
    fn text(&self, id: &str, column: &str, limit: i32) -> Result<Option<String>, StoreError> {
        if !is_case_id(id) {
            return Err(self.no_case(id));
        }
        // A column's name is no value; `column` is a word of this file.
        let asked = format!(
            "SELECT CASE WHEN octet_length({column}) <= $2 THEN {column} END, octet_length({column}) > $2 \
             FROM casefile.cases WHERE id = $1"
        );
        let found = self.ask(async |client: &mut Client| {
            let row = client.query_typed_opt(&asked, &[(&id, Type::TEXT), (&limit, Type::INT4)]).await?;
            row.map(|row| Ok((row.try_get::<_, Option<String>>(0)?, row.try_get::<_, Option<bool>>(1)?)))
                .transpose()
        })?;
        match found {
            None => Err(self.no_case(id)),
            Some((_, Some(true))) => Err(StoreError::Team {
                place: self.place.clone(),
                what: format!("the {column} of {id} is larger than {limit} bytes and was not read"),
                advice: "it is none of casefile's; `casefile cases rm` forgets it",
            }),
            Some((text, _)) => Ok(text.filter(|text| text.len() <= usize::try_from(limit).unwrap_or(0))),
        }
    }
}

/// The values of a row, as [`INSERT`] and [`UPDATE`] number them.
struct Values<'a> {
    record: &'a Record,
    text: String,
    note: &'a str,
    evidence: Option<&'a str>,
}

impl<'a> Values<'a> {
    fn of(case: &'a KeptCase) -> Self {
        let evidence = case.evidence().map(|evidence| evidence.text().as_str());
        let text = serde_json::to_string(case.record()).unwrap_or_default();
        Self { record: case.record(), text, note: case.note().as_str(), evidence }
    }

    fn parameters(&self) -> [(&(dyn ToSql + Sync), Type); 8] {
        [
            (&self.record.id, Type::TEXT),
            (&self.record.created, Type::TIMESTAMPTZ),
            (&self.record.updated, Type::TIMESTAMPTZ),
            (&self.record.fingerprint, Type::TEXT),
            (&self.record.gateway, Type::TEXT),
            (&self.text, Type::TEXT),
            (&self.note, Type::TEXT),
            (&self.evidence, Type::TEXT),
        ]
    }
}

/// Keeps a case: a new one by one statement, a known one with what was known before, while its row is held.
async fn keep(client: &mut Client, case: &KeptCase) -> Result<(), Trouble> {
    for _ in 0..TURNS {
        if client.execute_typed(INSERT, &Values::of(case).parameters()).await? == 1 {
            return Ok(());
        }
        let held = client.transaction().await?;
        let asked = "SELECT CASE WHEN octet_length(record) <= $2 THEN record END FROM casefile.cases WHERE id = $1 FOR UPDATE";
        let id = &case.record().id;
        let row = held.query_typed_opt(asked, &[(id, Type::TEXT), (&RECORD_LIMIT, Type::INT4)]).await?;
        // It was forgotten in between: it is new again.
        let Some(row) = row else { continue };
        let earlier = row.try_get::<_, Option<String>>(0)?.and_then(|text| record(id, &text));
        let merged = earlier.map_or_else(|| case.clone(), |earlier| case.clone().after(&earlier));
        held.execute_typed(UPDATE, &Values::of(&merged).parameters()).await?;
        held.commit().await?;
        return Ok(());
    }
    Err(Trouble::refused("others change this case all the time", "try again"))
}

/// The record of a row; `None` where it is none of ours.
fn record(id: &str, text: &str) -> Option<Record> {
    let read: Record = serde_json::from_str(text).ok()?;
    (read.id == id && is_case_id(id)).then_some(read)
}

/// The record that is made of a note again.
fn made_again(id: &str, text: &str) -> Option<Record> {
    let about = About { gateway: None, at: DateTime::UNIX_EPOCH, by: None };
    let made = Record::of(&note::read(text).ok()?, &about).filter(|made| made.id == id)?;
    Some(Record { updated: made.created, ..made })
}

/// The records of `rows` (id, record), and the ids of those that hold none. Rows whose id is none are nobody's.
fn records(rows: &[Row]) -> Result<(Vec<Record>, Vec<String>), Trouble> {
    let (mut read, mut broken) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let id: String = row.try_get(0)?;
        let text: Option<String> = row.try_get(1)?;
        match text.and_then(|text| record(&id, &text)) {
            Some(record) => read.push(record),
            None if is_case_id(&id) => broken.push(id),
            None => {}
        }
    }
    read.sort_by(Record::newest_first);
    Ok((read, broken))
}

impl CaseStore for TeamStore {
    fn keep(&self, case: &KeptCase) -> Result<(), StoreError> {
        self.ask(async |client: &mut Client| keep(client, case).await)
    }

    fn records(&self) -> Result<Vec<Record>, StoreError> {
        let (mut all, broken) = self.ask(async |client: &mut Client| {
            let asked = "SELECT id, CASE WHEN octet_length(record) <= $1 THEN record END FROM casefile.cases \
                         ORDER BY created DESC, id DESC LIMIT $2";
            records(&client.query_typed(asked, &[(&RECORD_LIMIT, Type::INT4), (&MOST, Type::INT8)]).await?)
        })?;
        if !broken.is_empty() {
            let notes = broken.iter().filter_map(|id| made_again(id, &self.note(id).ok()?));
            all.extend(notes);
            all.sort_by(Record::newest_first);
        }
        Ok(all)
    }

    fn alike(&self, asked: &TwinsOf) -> Result<Vec<Record>, StoreError> {
        self.ask(async |client: &mut Client| {
            let sql = "SELECT id, CASE WHEN octet_length(record) <= $1 THEN record END FROM casefile.cases \
                       WHERE fingerprint = $2 ORDER BY created DESC, id DESC LIMIT $3";
            let parameters: [(&(dyn ToSql + Sync), Type); 3] =
                [(&RECORD_LIMIT, Type::INT4), (&asked.fingerprint, Type::TEXT), (&MOST_ALIKE, Type::INT8)];
            Ok(records(&client.query_typed(sql, &parameters).await?)?.0)
        })
    }

    fn note(&self, id: &str) -> Result<String, StoreError> {
        self.text(id, "note", NOTE_LIMIT)?.ok_or_else(|| self.no_case(id))
    }

    fn evidence(&self, id: &str) -> Result<Option<String>, StoreError> {
        self.text(id, "evidence", EVIDENCE_LIMIT)
    }

    fn remove(&self, ids: &[String]) -> Result<usize, StoreError> {
        let removed = self.ask(async |client: &mut Client| {
            let sql = "DELETE FROM casefile.cases WHERE id = ANY($1)";
            Ok(client.execute_typed(sql, &[(&ids, Type::TEXT_ARRAY)]).await?)
        })?;
        Ok(usize::try_from(removed).unwrap_or(usize::MAX))
    }

    /// Records that cannot be read are made again from their notes.
    fn rebuild(&self) -> Result<Rebuilt, StoreError> {
        let (read, without) = self.ask(async |client: &mut Client| {
            let asked = "SELECT id, CASE WHEN octet_length(record) <= $1 THEN record END FROM casefile.cases";
            records(&client.query_typed(asked, &[(&RECORD_LIMIT, Type::INT4)]).await?)
        })?;
        let mut found = Rebuilt { cases: read.len(), broken: Vec::new() };
        for id in without {
            let text = self.note(&id).unwrap_or_default();
            let Some(made) = made_again(&id, &text) else {
                found.broken.push(id);
                continue;
            };
            let values = Values {
                record: &made,
                text: serde_json::to_string(&made).unwrap_or_default(),
                note: &text,
                evidence: None,
            };
            self.ask(async |client: &mut Client| {
                Ok(client.execute_typed(UPDATE, &values.parameters()).await?)
            })?;
            found.cases += 1;
        }
        Ok(found)
    }

    /// A team's cases are not one operator's to forget by a setting of theirs.
    fn retain(&self, _: Retention, _: DateTime<Utc>) -> Result<usize, StoreError> {
        Ok(0)
    }

    fn place(&self, case: Option<&str>) -> String {
        case.map_or_else(|| self.place.clone(), |id| format!("{}, case {id}", self.place))
    }
}
