//! The same failure over time.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Record;

/// Ids of cases that a group names.
const NAMED: usize = 3;

/// The cases of one failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What failed; `None`: the requests that worked.
    pub fingerprint: Option<String>,
    /// Id of the gateway's profile.
    pub gateway: Option<String>,
    /// How many cases.
    pub count: usize,
    /// When the first was made, UTC.
    pub first: DateTime<Utc>,
    /// When the last was made, UTC.
    pub last: DateTime<Utc>,
    /// The newest three, the newest first.
    pub cases: Vec<String>,
    /// Title of the newest.
    pub title: String,
}

/// The groups of `records`, the largest first, then the one that came last.
pub fn groups<'r>(records: impl IntoIterator<Item = &'r Record>) -> Vec<Group> {
    let mut all: Vec<Vec<&Record>> = Vec::new();
    let mut places: HashMap<(Option<&str>, Option<&str>), usize> = HashMap::new();
    for record in records {
        let key = (record.fingerprint.as_deref(), record.gateway.as_deref());
        let place = *places.entry(key).or_insert(all.len());
        match all.get_mut(place) {
            Some(group) => group.push(record),
            None => all.push(vec![record]),
        }
    }
    let mut groups: Vec<Group> = all.into_iter().filter_map(group).collect();
    groups.sort_by_key(|group| std::cmp::Reverse((group.count, group.last)));
    groups
}

fn group(mut cases: Vec<&Record>) -> Option<Group> {
    cases.sort_by(|a, b| a.newest_first(b));
    let (newest, oldest) = (*cases.first()?, *cases.last()?);
    Some(Group {
        fingerprint: newest.fingerprint.clone(),
        gateway: newest.gateway.clone(),
        count: cases.len(),
        first: oldest.created,
        last: newest.created,
        cases: cases.iter().take(NAMED).map(|record| record.id.clone()).collect(),
        title: newest.title.clone(),
    })
}
