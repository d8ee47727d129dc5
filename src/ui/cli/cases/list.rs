//! Lists: cases, what a search finds, groups.

use std::fmt::Write;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::Args;

use super::{Desk, print};
use crate::case::kept::{Filter, Group, Record, groups as grouped};
use crate::case::sanitize::Format;
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::{OutputKind, say};

/// Rows that are checked together.
const CHUNK: usize = 200;

/// Which cases.
#[derive(Debug, Clone, Args)]
pub(super) struct ListArguments {
    /// Of this failure class (auth, unknown, …).
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// With this status, or this transport failure (503, dns, …).
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Of this gateway profile, or this alias of a base URL.
    #[arg(long, value_name = "ID")]
    gateway: Option<String>,
    /// With this in the model's name.
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Made on this day (UTC) or later; a day, or a moment of RFC 3339.
    #[arg(long, value_name = "DAY", value_parser = since)]
    since: Option<DateTime<Utc>>,
    /// Made on this day (UTC) or earlier; or before this moment of RFC 3339.
    #[arg(long, value_name = "DAY", value_parser = until)]
    until: Option<DateTime<Utc>>,
    /// Whose fingerprint begins so: the same failure.
    #[arg(long, value_name = "HEX")]
    fingerprint: Option<String>,
    /// Rows at most; 0: all.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

impl ListArguments {
    fn filter(&self, words: &[String]) -> Filter {
        Filter {
            class: self.class.clone(),
            status: self.status.clone(),
            gateway: self.gateway.clone(),
            model: self.model.clone(),
            since: self.since,
            until: self.until,
            fingerprint: self.fingerprint.clone(),
            words: words.to_vec(),
        }
    }

    fn most(&self) -> usize {
        if self.limit == 0 { usize::MAX } else { self.limit }
    }
}

fn since(text: &str) -> Result<DateTime<Utc>, String> {
    moment(text, 0)
}

fn until(text: &str) -> Result<DateTime<Utc>, String> {
    moment(text, 1)
}

/// A moment, or the beginning of the day that is `days` later.
fn moment(text: &str, days: i64) -> Result<DateTime<Utc>, String> {
    let day = text.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    let day = day.and_then(|day| day.and_utc().checked_add_signed(TimeDelta::days(days)));
    let moment = || DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    day.or_else(moment).ok_or_else(|| "give a day such as 2026-04-01, or 2026-04-01T10:00:00Z".to_owned())
}

/// Cases that are asked for, the newest first.
pub(super) fn run(desk: &Desk, arguments: &ListArguments, words: &[String]) -> Result<Exit, Failed> {
    let filter = arguments.filter(words);
    let records = desk.records()?;
    let found: Vec<&Record> = records.iter().filter(|record| filter.holds(record)).collect();
    let shown = found.get(..arguments.most().min(found.len())).unwrap_or(&found);
    if found.is_empty() {
        nothing(desk, records.len());
    }
    let row = |record: &&Record| match desk.output {
        OutputKind::Json => json(record),
        OutputKind::Text => row(record),
    };
    let exit = rows(desk, shown, row, |record| record.id.clone())?;
    more(found.len(), shown.len());
    Ok(exit)
}

/// Groups of what is asked for.
pub(super) fn groups(desk: &Desk, arguments: &ListArguments) -> Result<Exit, Failed> {
    let filter = arguments.filter(&[]);
    let records = desk.records()?;
    let found = grouped(records.iter().filter(|record| filter.holds(record)));
    let shown = found.get(..arguments.most().min(found.len())).unwrap_or(&found);
    if found.is_empty() {
        nothing(desk, records.len());
    }
    let row = |group: &Group| match desk.output {
        OutputKind::Json => json(group),
        OutputKind::Text => group_row(group),
    };
    let exit = rows(desk, shown, row, |group| group.cases.first().cloned().unwrap_or_default())?;
    more(found.len(), shown.len());
    Ok(exit)
}

fn json(row: &impl serde::Serialize) -> String {
    serde_json::to_string(row).unwrap_or_default() + "\n"
}

fn nothing(desk: &Desk, kept: usize) {
    if kept == 0 {
        let place = desk.store.place(None);
        say::line(&format!(
            "no case is kept in {place}; one is kept when its note is copied, written or printed"
        ));
    } else {
        say::line(&format!("none of {kept} cases is of that kind"));
    }
}

fn more(found: usize, shown: usize) {
    if found > shown {
        say::line(&format!("{} more; --limit 0 lists all", found - shown));
    }
}

/// Prints rows that pass the audit, and names the others by `name` only.
fn rows<T>(
    desk: &Desk,
    all: &[T],
    row: impl Fn(&T) -> String,
    name: impl Fn(&T) -> String,
) -> Result<Exit, Failed> {
    let mut refused = 0;
    for chunk in all.chunks(CHUNK) {
        let text: String = chunk.iter().map(&row).collect();
        if let Ok(passed) = desk.readmission.pass(&text, Format::Plain) {
            print(passed.as_str())?;
            continue;
        }
        for one in chunk {
            match desk.readmission.pass(&row(one), Format::Plain) {
                Ok(passed) => print(passed.as_str())?,
                Err(refusal) => {
                    refused += 1;
                    say::line(&format!(
                        "{} is not shown: {}; its file was changed after it was kept, or comes from elsewhere",
                        name(one),
                        refusal.rule
                    ));
                }
            }
        }
    }
    Ok(if refused == 0 { Exit::Done } else { Exit::Refused })
}

pub(super) fn row(record: &Record) -> String {
    let mut text = format!("{}  {}", record.id, record.created.format("%Y-%m-%d %H:%M"));
    let place = record.gateway.as_ref().or(record.host_alias.as_ref());
    let _ = write!(text, "  {}  {}", place.map_or("-", String::as_str), record.title);
    if let Some(model) = &record.model {
        let _ = write!(text, "  [{model}]");
    }
    for ticket in &record.tickets {
        let _ = write!(text, "  #{} at {}", ticket.id, ticket.desk);
    }
    one_line(&text)
}

fn group_row(group: &Group) -> String {
    let days = match (group.first.date_naive(), group.last.date_naive()) {
        (first, last) if first == last => last.to_string(),
        (first, last) => format!("{first} to {last}"),
    };
    let print = group.fingerprint.as_deref().unwrap_or("worked");
    let newest = group.cases.first().map_or("", String::as_str);
    let gateway = group.gateway.as_deref().unwrap_or("-");
    one_line(&format!("{:>5}  {days}  {print}  {gateway}  {}  newest {newest}", group.count, group.title))
}

/// Whatever a file holds, a row is one line.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ") + "\n"
}
