//! Which cases of a list are asked for.

use chrono::{DateTime, Utc};

use super::Record;

/// Conditions on a record; all of them must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The failure's class.
    pub class: Option<String>,
    /// Status, or the word of the transport failure.
    pub status: Option<String>,
    /// Id of the gateway's profile, or alias of the base URL.
    pub gateway: Option<String>,
    /// A part of the model's name.
    pub model: Option<String>,
    /// Made at this moment or later.
    pub since: Option<DateTime<Utc>>,
    /// Made before this moment.
    pub until: Option<DateTime<Utc>>,
    /// The beginning of the fingerprint.
    pub fingerprint: Option<String>,
    /// Words that stand in it, in any order; small and large letters are the same.
    pub words: Vec<String>,
}

impl Filter {
    /// True where `record` is asked for.
    pub fn holds(&self, record: &Record) -> bool {
        let same = |asked: &Option<String>, has: Option<&str>| {
            asked.as_deref().is_none_or(|asked| has.is_some_and(|has| has.eq_ignore_ascii_case(asked)))
        };
        let gateway = |has: &Option<String>| same(&self.gateway, has.as_deref());
        let status = record.status.as_ref().map(ToString::to_string);
        same(&self.class, Some(&record.class))
            && same(&self.status, status.as_deref())
            && (gateway(&record.gateway) || gateway(&record.host_alias))
            && part_of(self.model.as_deref(), record.model.as_deref())
            && self.since.is_none_or(|since| record.created >= since)
            && self.until.is_none_or(|until| record.created < until)
            && self.fingerprint.as_deref().is_none_or(|asked| {
                let has = record.fingerprint.as_deref().unwrap_or("");
                !asked.is_empty() && has.starts_with(&asked.to_ascii_lowercase())
            })
            && self.words_in(record)
    }

    fn words_in(&self, record: &Record) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let text = searchable(record);
        self.words.iter().all(|word| text.contains(&word.to_lowercase()))
    }
}

fn part_of(asked: Option<&str>, has: Option<&str>) -> bool {
    let Some(asked) = asked else { return true };
    has.is_some_and(|has| has.to_lowercase().contains(&asked.to_lowercase()))
}

/// Everything of a record that a search looks at, in small letters.
fn searchable(record: &Record) -> String {
    let options = [
        &record.gateway,
        &record.host_alias,
        &record.method,
        &record.path,
        &record.model,
        &record.cause,
        &record.fingerprint,
        &record.message,
        &record.question,
    ];
    let mut text = format!("{}\n{}\n{}", record.id, record.title, record.class);
    let tickets = record.tickets.iter().flat_map(|t| [Some(&t.desk), Some(&t.id), t.url.as_ref()]);
    let more = options.into_iter().map(Option::as_ref).chain(tickets);
    for part in more.flatten().chain(&record.request_ids) {
        text.push('\n');
        text.push_str(part);
    }
    text.to_lowercase()
}
