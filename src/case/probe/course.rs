//! The course of a probe while it runs: which sends ended when and how, in numbers and words of ours only.

use std::collections::BTreeMap;

use super::figures::Latency;
use super::report::{Report, Sample, outcome};
use super::text;
use super::{Plan, Stop};
use crate::case::vocabulary::FailureClass;

/// A route with a model, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Method, path and, where one is named, the model.
    pub name: String,
}

/// How a send ended, by sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// It worked.
    Worked,
    /// An answer that asks to slow down: 429.
    SlowDown,
    /// Another answer of the sort 4xx.
    Refused,
    /// An answer of the sort 5xx.
    Broken,
    /// Another answer that does not say what it should: a 200 without its content, a redirect.
    Unusable,
    /// No whole answer: a failure below HTTP.
    NoAnswer,
}

impl Sort {
    /// All sorts, in the order in which a bar stacks them.
    pub const ALL: [Self; 6] =
        [Self::Worked, Self::SlowDown, Self::Refused, Self::Broken, Self::Unusable, Self::NoAnswer];
}

/// A send that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Which route.
    pub group: usize,
    /// It is not the first send of its request.
    pub again: bool,
    /// The status, or the failure below HTTP.
    pub outcome: String,
    /// The sort of that.
    pub sort: Sort,
    /// When it ended, milliseconds from the start.
    pub ended_ms: u64,
    /// How long it took, milliseconds.
    pub took_ms: Option<u64>,
}

impl Moment {
    /// What came of `sample`, `ended_ms` after the start.
    pub fn of(sample: &Sample, plan: &Plan, ended_ms: u64) -> Self {
        let attempt = &sample.attempt;
        let sort = match attempt.response().and_then(|r| r.status) {
            _ if sample.diagnosis.class == FailureClass::None => Sort::Worked,
            _ if attempt.transport().is_some() => Sort::NoAnswer,
            Some(429) => Sort::SlowDown,
            Some(500..) => Sort::Broken,
            Some(400..) => Sort::Refused,
            Some(_) => Sort::Unusable,
            None => Sort::NoAnswer,
        };
        Self {
            group: sample.number as usize % plan.requests.len().max(1),
            again: sample.send > 1,
            outcome: outcome(attempt),
            sort,
            ended_ms,
            took_ms: attempt.timing.total_ms,
        }
    }
}

/// How far a probe is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Course {
    /// The routes, each with each model.
    pub routes: Vec<Route>,
    /// Requests that were planned, retries not counted.
    pub requests: u32,
    /// Most at a time.
    pub concurrency: u32,
    /// Under way now.
    pub under_way: u32,
    /// Most that were under way at a time.
    pub most_under_way: u32,
    /// What ended, in the order in which it did.
    pub moments: Vec<Moment>,
}

/// Figures of one route.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// Sends that ended.
    pub sends: usize,
    /// Those beyond the first of a request.
    pub retries: usize,
    /// Sends that worked.
    pub worked: usize,
    /// Sends by status, or by the failure below HTTP, in words.
    pub outcomes: String,
    /// Milliseconds of those that worked; of those that failed where none did.
    pub latency: Option<Latency>,
}

impl Course {
    /// The course of `plan` at its start; `report` is the plan's report before anything was sent, for its clean names.
    pub fn begin(plan: &Plan, report: &Report) -> Self {
        let routes = report.groups.iter().map(|group| {
            let model = group.model.as_ref().map_or_else(String::new, |model| format!(" with {model}"));
            Route { name: format!("{} {}{model}", group.method, group.path) }
        });
        Self {
            routes: routes.collect(),
            requests: plan.total,
            concurrency: plan.concurrency,
            ..Self::default()
        }
    }

    /// The figures of a route.
    pub fn figures(&self, group: usize) -> Figures {
        let mine = || self.moments.iter().filter(|moment| moment.group == group);
        let times = |worked: bool| {
            let of = mine().filter(|m| (m.sort == Sort::Worked) == worked);
            Latency::of(of.filter_map(|m| m.took_ms).collect())
        };
        let mut outcomes = BTreeMap::new();
        for moment in mine() {
            *outcomes.entry(moment.outcome.clone()).or_insert(0) += 1;
        }
        Figures {
            sends: mine().count(),
            retries: mine().filter(|m| m.again).count(),
            worked: mine().filter(|m| m.sort == Sort::Worked).count(),
            outcomes: text::counts(&outcomes),
            latency: times(true).or_else(|| times(false)),
        }
    }

    /// What ended in each of `count` equal parts of the time until `until_ms`: how many of each sort, in the order of
    /// [`Sort::ALL`].
    pub fn parts(&self, count: usize, until_ms: u64) -> Vec<[usize; Sort::ALL.len()]> {
        let mut parts = vec![[0; Sort::ALL.len()]; count];
        for moment in &self.moments {
            let at = u128::from(moment.ended_ms) * count as u128 / u128::from(until_ms.max(1));
            let at = usize::try_from(at).unwrap_or(usize::MAX).min(count.saturating_sub(1));
            let sort = Sort::ALL.iter().position(|sort| *sort == moment.sort);
            if let Some(cell) = sort.and_then(|sort| parts.get_mut(at)?.get_mut(sort)) {
                *cell += 1;
            }
        }
        parts
    }
}

impl Stop {
    /// Why it ended before its time, and what to do, a sentence for people.
    pub fn said(self) -> &'static str {
        text::stopped(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(group: usize, ended_ms: u64, sort: Sort, took_ms: u64) -> Moment {
        let outcome = if sort == Sort::Worked { "200" } else { "429" }.to_owned();
        Moment { group, again: false, outcome, sort, ended_ms, took_ms: Some(took_ms) }
    }

    #[test]
    fn what_ended_is_counted_by_route_and_by_time() {
        let moments = vec![
            moment(0, 10, Sort::Worked, 10),
            moment(0, 49, Sort::SlowDown, 30),
            moment(1, 50, Sort::Worked, 20),
            moment(0, 100, Sort::Worked, 90),
        ];
        let course = Course { moments, ..Course::default() };
        let first = course.figures(0);
        assert_eq!((first.sends, first.worked, first.outcomes.as_str()), (3, 2, "2 × 200, 1 × 429"));
        assert_eq!(first.latency.map(|l| (l.min, l.max)), Some((10, 90)), "of what worked");
        assert_eq!(
            course.figures(7),
            Figures { outcomes: text::counts(&BTreeMap::new()), ..Figures::default() }
        );
        let parts = course.parts(2, 100);
        assert_eq!(parts, [[1, 1, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0]], "the last moment is in the last part");
        assert_eq!(course.parts(0, 100), Vec::<[usize; 6]>::new());
        assert_eq!(Course::default().parts(3, 0), vec![[0; 6]; 3]);
    }
}
