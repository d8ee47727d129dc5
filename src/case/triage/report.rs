//! The groups as they are shown: sorted, counted, with what the catalog says of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat};
use serde::Serialize;

use super::group::{Detail, Figures, Kind, Names, is_withheld};
use super::line::Bad;
use super::tally::Tally;
use crate::case::catalog::Catalog;
use crate::case::vocabulary::{FailureClass, Owner, RetryVerdict, TransportKind};

/// Name and version of the JSON form.
pub const REPORT_SCHEMA: &str = "casefile.triage/1";

/// The order of the groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// The largest first.
    #[default]
    Count,
    /// The one that came last first.
    Last,
    /// By class, in the order of the catalog; in it the largest first.
    Class,
}

/// What a log comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// `casefile.triage/1`.
    pub schema: &'static str,
    /// Lines with something in them.
    pub lines: u64,
    /// Requests that worked.
    pub worked: u64,
    /// Requests that failed.
    pub failures: u64,
    /// Failures that a client sends again by its status though nothing will come of it.
    pub retried_in_vain: u64,
    /// The same as a share of all failures, 0 to 1.
    pub retried_in_vain_share: f64,
    /// Lines that are no records, by reason.
    pub bad_lines: BTreeMap<&'static str, u64>,
    /// When the first failure was, UTC.
    pub first_seen: Option<String>,
    /// When the last one was, UTC.
    pub last_seen: Option<String>,
    /// Number of groups, those that are not shown too.
    pub groups_total: u64,
    /// The groups.
    pub groups: Vec<GroupReport>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupReport {
    /// Stands for the group; the same in another log of the same failure.
    pub id: String,
    /// How many failures.
    pub count: u64,
    /// Of all failures, 0 to 1.
    pub share: f64,
    /// The class.
    pub failure_class: FailureClass,
    /// A finer cause.
    pub cause: Option<String>,
    /// May it be retried?
    pub retryable: RetryVerdict,
    /// A client that looks at the status alone sends it again, in vain.
    pub retried_in_vain: bool,
    /// Who can mend it.
    pub owner: Owner,
    /// The first thing to do.
    pub first_action: Option<String>,
    /// The nearest help-center topic.
    pub topic: Option<Topic>,
    /// HTTP status.
    pub status: Option<u16>,
    /// The failure below HTTP.
    pub transport: Option<TransportKind>,
    /// Routes with how often each came; null: too many.
    pub routes: Option<BTreeMap<String, u64>>,
    /// Models with how often each came; null: too many.
    pub models: Option<BTreeMap<String, u64>>,
    /// The model is what tells the group from others.
    pub by_model: bool,
    /// The gateway's words, where they tell the group from others: normalised and sanitized.
    pub words: Option<String>,
    /// The words repeat what users sent, and are not shown.
    pub words_withheld: bool,
    /// When it was first seen, UTC.
    pub first_seen: Option<String>,
    /// When it was last seen, UTC.
    pub last_seen: Option<String>,
    /// Some request ids of the newest hour.
    pub request_ids: Vec<String>,
}

/// A help-center topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Topic {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its page.
    pub url: String,
}

impl Report {
    /// The report of `tally`, with `top` groups at most.
    pub fn of(tally: &Tally, catalog: &Catalog, sort: Sort, top: usize) -> Self {
        let all: Vec<(&Kind, &Detail, &Figures)> = tally
            .kinds
            .iter()
            .flat_map(|(kind, family)| {
                family.groups.iter().map(move |(detail, figures)| (kind, detail, figures))
            })
            .collect();
        let failures: u64 = all.iter().map(|(_, _, figures)| figures.count).sum();
        let in_vain = |kind: &Kind| is_in_vain(kind, catalog);
        let vain: u64 =
            all.iter().filter(|(kind, _, _)| in_vain(kind)).map(|(_, _, figures)| figures.count).sum();
        let first = all.iter().filter_map(|(_, _, figures)| figures.first_ms).min();
        let last = all.iter().filter_map(|(_, _, figures)| figures.last_ms).max();
        let total = all.len() as u64;
        let mut groups: Vec<(i64, GroupReport)> = all
            .into_iter()
            .map(|(kind, detail, figures)| {
                (
                    figures.last_ms.unwrap_or(i64::MIN),
                    GroupReport::of((kind, detail, figures), failures, catalog),
                )
            })
            .collect();
        groups.sort_by(|(a_last, a), (b_last, b)| {
            let by_class =
                if sort == Sort::Class { a.failure_class.cmp(&b.failure_class) } else { 0.cmp(&0) };
            let by_last =
                if sort == Sort::Last { Reverse(*a_last).cmp(&Reverse(*b_last)) } else { 0.cmp(&0) };
            by_class.then(by_last).then(Reverse(a.count).cmp(&Reverse(b.count))).then_with(|| a.id.cmp(&b.id))
        });
        groups.truncate(top);
        Self {
            schema: REPORT_SCHEMA,
            lines: tally.lines,
            worked: tally.worked,
            failures,
            retried_in_vain: vain,
            retried_in_vain_share: share(vain, failures),
            bad_lines: Bad::ALL
                .iter()
                .zip(tally.bad)
                .filter(|(_, n)| *n > 0)
                .map(|(why, n)| (why.as_str(), n))
                .collect(),
            first_seen: first.and_then(moment),
            last_seen: last.and_then(moment),
            groups_total: total,
            groups: groups.into_iter().map(|(_, group)| group).collect(),
        }
    }

    /// One JSON document.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// A line for each group.
    pub fn to_json_lines(&self) -> String {
        self.groups.iter().map(|group| serde_json::to_string(group).unwrap_or_default() + "\n").collect()
    }

    /// For a spreadsheet.
    pub fn to_csv(&self) -> String {
        super::table::csv(self)
    }

    /// For people.
    pub fn to_text(&self) -> String {
        super::table::text(self)
    }
}

impl GroupReport {
    fn of((kind, detail, figures): (&Kind, &Detail, &Figures), failures: u64, catalog: &Catalog) -> Self {
        let topic = kind.topic.as_deref().and_then(|id| catalog.topic(id));
        let shown = figures.words_are_the_gateways() && !detail.words.as_deref().is_some_and(is_withheld);
        let names = |names: &Names| (!names.many).then(|| names.counts.clone());
        Self {
            id: kind.id(detail),
            count: figures.count,
            share: share(figures.count, failures),
            failure_class: kind.class,
            cause: kind.cause.clone(),
            retryable: kind.retryable,
            retried_in_vain: is_in_vain(kind, catalog),
            owner: kind.owner,
            first_action: catalog.class(kind.class).map(|class| class.first_action.clone()),
            topic: topic.map(|t| Topic { id: t.id.clone(), title: t.title.clone(), url: t.url.clone() }),
            status: kind.status,
            transport: kind.transport,
            routes: names(&figures.routes),
            models: names(&figures.models),
            by_model: detail.model.is_some(),
            words: detail.words.clone().filter(|_| shown),
            words_withheld: detail.words.is_some() && !shown,
            first_seen: figures.first_ms.and_then(moment),
            last_seen: figures.last_ms.and_then(moment),
            request_ids: figures.samples.0.iter().map(|sample| sample.id.clone()).collect(),
        }
    }
}

fn is_in_vain(kind: &Kind, catalog: &Catalog) -> bool {
    kind.retryable == RetryVerdict::No && catalog.grouping.clients_retry.holds(kind.status)
}

/// To four digits, so that it is the same everywhere.
fn share(part: u64, whole: u64) -> f64 {
    let parts = u128::from(part) * 10_000 / u128::from(whole.max(1));
    f64::from(u32::try_from(parts).unwrap_or(10_000)) / 10_000.0
}

fn moment(ms: i64) -> Option<String> {
    DateTime::from_timestamp_millis(ms).map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
}
