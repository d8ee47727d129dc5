//! Whether the number of elements of an array decides, not one of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::descend::without_places;
use super::lab::{Lab, Stop};
use super::verdict::{Limit, Minimality, Verdict};

/// An array below this length is not asked for its length.
const LEAST_COUNT: usize = 4;

/// The number of elements from which on it fails, whichever they are; `None` where it is not their number. Some beginning
/// fails and one element fewer does not, and so do as many and one fewer from the end.
pub(super) fn limit_of(
    places: &[String],
    whole: &Value,
    fails: &mut impl FnMut(&BTreeSet<String>) -> Result<bool, Stop>,
) -> Result<Option<usize>, Stop> {
    let parent = places.first().and_then(|place| Some(place.rsplit_once('/')?.0));
    let is_array = parent.is_some_and(|parent| whole.pointer(parent).is_some_and(Value::is_array));
    if !is_array || places.len() < LEAST_COUNT {
        return Ok(None);
    }
    let first = |n: usize| places.iter().take(n).cloned().collect::<BTreeSet<String>>();
    let last = |n: usize| places.iter().skip(places.len() - n).cloned().collect::<BTreeSet<String>>();
    let (mut low, mut high) = (0, places.len());
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if fails(&first(middle))? {
            high = middle;
        } else {
            low = middle;
        }
    }
    let single = places.iter().skip(high - 1).take(1).cloned().collect::<BTreeSet<String>>();
    if high < 3 || fails(&single)? {
        return Ok(None);
    }
    if high < places.len() {
        return Ok((fails(&last(high))? && !fails(&last(high - 1))?).then_some(high));
    }
    let without_middle: BTreeSet<String> = places
        .iter()
        .filter(|p| **p != format!("{}/{}", parent.unwrap_or_default(), high / 2))
        .cloned()
        .collect();
    Ok((!fails(&last(high - 1))? && !fails(&without_middle)?).then_some(high))
}

/// The number of elements decides.
pub(super) fn too_many(
    lab: &Lab<'_>,
    verdict: &mut Verdict,
    array: &str,
    limit: usize,
    out: &BTreeSet<String>,
    (places, others): (&[String], &BTreeSet<String>),
    harmless: bool,
) {
    let row = |n: usize| {
        let mut without = others.clone();
        without.extend(places.iter().skip(n).cloned());
        lab.numbers(&without_places(harmless, without)).last().copied()
    };
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    verdict.because.push(format!(
        "With {limit} elements it fails alike, from the beginning as from the end, and with one fewer it does not: their number makes the difference."
    ));
    verdict.limit = Some(Limit {
        of: array.to_owned(),
        unit: "elements",
        works_up_to: number(limit - 1),
        fails_from: number(limit),
        rows: [row(limit - 1), row(limit)],
    });
    verdict.minimal = without_places(harmless, out.clone()).request(lab.problem);
    verdict.minimality = Minimality::OneMinimal;
}
