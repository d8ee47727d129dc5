//! A group: what its failures have in common, and what is counted of them. All of it may leave.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::case::fingerprint::Fingerprint;
use crate::case::vocabulary::{FailureClass, Owner, RetryVerdict, TransportKind};

/// Request ids of a group that are named.
pub(super) const SAMPLES: usize = 3;
/// Different models or routes of a group that are counted one by one.
pub(super) const MOST_NAMES: usize = 64;

/// What is said of a failure in the words of the catalog, and how it came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// The class.
    pub class: FailureClass,
    /// A finer cause.
    pub cause: Option<String>,
    /// May it be retried?
    pub retryable: RetryVerdict,
    /// Who can mend it.
    pub owner: Owner,
    /// Id of the nearest help-center topic.
    pub topic: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// The failure below HTTP.
    pub transport: Option<TransportKind>,
}

/// What tells failures of one kind apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// The path of the request, without ids.
    pub route: Option<String>,
    /// The model, where another model is another failure.
    pub model: Option<String>,
    /// The gateway's words, sanitized and without what differs between requests, where they tell the failure from others.
    pub words: Option<String>,
}

impl Kind {
    /// 16 hexadecimal digits that stand for the group. The words count by their own digest, so that a partial result that
    /// withholds them gives the same.
    pub(super) fn id(&self, detail: &Detail) -> String {
        let words = detail.words.as_deref().map(withheld);
        let print = Fingerprint {
            status: self.status,
            transport: self.transport,
            code: Some(format!("{} {}", self.class, self.cause.as_deref().unwrap_or("-"))),
            error_type: Some(format!(
                "{} {} {}",
                self.retryable,
                self.owner,
                self.topic.as_deref().unwrap_or("-")
            )),
            param: Some(format!(
                "{} {}",
                detail.route.as_deref().unwrap_or("-"),
                detail.model.as_deref().unwrap_or("-")
            )),
            message: words,
            ..Fingerprint::default()
        };
        print.id()
    }
}

/// What stands for words that may not be shown: the same for the same words, and for what stands for them.
pub(super) fn withheld(words: &str) -> String {
    if is_withheld(words) {
        return words.to_owned();
    }
    let print = Fingerprint { message: Some(words.to_owned()), ..Fingerprint::default() };
    format!("{WITHHELD}{}]", print.id())
}

/// How words begin that stand for others.
const WITHHELD: &str = "[withheld ";

/// True for what [`withheld`] gives. No message is normalised to it.
pub(super) fn is_withheld(words: &str) -> bool {
    let digest = words.strip_prefix(WITHHELD).and_then(|rest| rest.strip_suffix(']'));
    digest.is_some_and(|d| d.len() == 16 && d.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// A request id with what decides whether it is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// The hour in which it was, since 1970; the newest come first.
    pub hour: i64,
    /// The id.
    pub id: String,
}

impl Sample {
    /// The order in which samples are named: of the newest hour, and in it by a mixture of the id's bytes, so that a log in
    /// the order of time does not bring a new sample with each line.
    fn place(&self) -> (std::cmp::Reverse<i64>, u64, &str) {
        let (hour, mixed) = place_of(self.hour, &self.id);
        (hour, mixed, &self.id)
    }
}

/// The order of samples, but for the id itself.
pub(super) fn place_of(hour: i64, id: &str) -> (std::cmp::Reverse<i64>, u64) {
    (std::cmp::Reverse(hour), mixed(id.as_bytes()))
}

/// FNV-1a with a last mixing step. No secret depends on it.
fn mixed(bytes: &[u8]) -> u64 {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

/// The first samples by their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Samples(pub(super) Vec<Sample>);

impl Samples {
    /// True where `id` would be named.
    pub(super) fn wants(&self, hour: i64, id: &str) -> bool {
        let Some(last) = self.0.get(SAMPLES - 1) else {
            return self.0.iter().all(|own| own.hour != hour || own.id != id);
        };
        let new = (std::cmp::Reverse(hour), mixed(id.as_bytes()), id);
        new < last.place() && self.0.iter().all(|own| own.hour != hour || own.id != id)
    }

    pub(super) fn add(&mut self, sample: Sample) {
        if self.wants(sample.hour, &sample.id) {
            let at = self.0.partition_point(|own| own.place() < sample.place());
            self.0.insert(at, sample);
            self.0.truncate(SAMPLES);
        }
    }
}

/// Names with how often each came; too many of them are not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub(super) counts: BTreeMap<String, u64>,
    /// There were more than [`MOST_NAMES`]: none is kept.
    pub(super) many: bool,
}

impl Names {
    pub(super) fn add(&mut self, name: &str, count: u64) {
        if self.many {
            return;
        }
        match self.counts.get_mut(name) {
            Some(known) => *known = known.saturating_add(count),
            None => {
                self.counts.insert(name.to_owned(), count);
            }
        }
        if self.counts.len() > MOST_NAMES {
            (self.many, self.counts) = (true, BTreeMap::new());
        }
    }

    fn join(&mut self, other: &Self) {
        if other.many {
            (self.many, self.counts) = (true, BTreeMap::new());
        }
        other.counts.iter().for_each(|(name, count)| self.add(name, *count));
    }
}

/// What is counted of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Figures {
    pub(super) count: u64,
    /// Milliseconds since 1970.
    pub(super) first_ms: Option<i64>,
    pub(super) last_ms: Option<i64>,
    pub(super) models: Names,
    pub(super) routes: Names,
    pub(super) samples: Samples,
    /// Somebody's message repeated his prompt.
    pub(super) echoed: bool,
    /// Somebody's message repeated nothing of his prompt: the words are the gateway's own.
    pub(super) attested: bool,
}

impl Figures {
    pub(super) fn at(&mut self, ms: Option<i64>) {
        let Some(ms) = ms else { return };
        self.first_ms = Some(self.first_ms.map_or(ms, |first| first.min(ms)));
        self.last_ms = Some(self.last_ms.map_or(ms, |last| last.max(ms)));
    }

    pub(super) fn join(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.at(other.first_ms);
        self.at(other.last_ms);
        self.models.join(&other.models);
        self.routes.join(&other.routes);
        other.samples.0.into_iter().for_each(|sample| self.samples.add(sample));
        self.told(other.echoed, other.attested);
    }

    /// Notes whether a message repeated its prompt. Where it is known that the words are the gateway's own, the rest does not
    /// matter, and need not be looked for.
    pub(super) fn told(&mut self, echoed: bool, attested: bool) {
        self.attested |= attested;
        self.echoed = !self.attested && (self.echoed || echoed);
    }

    /// The words may be shown.
    pub(super) fn words_are_the_gateways(&self) -> bool {
        self.attested || !self.echoed
    }
}
