//! The exact limit where a size, a number of elements or a value decides, by halving.

use super::lab::{Kind, Lab, Stop};
use super::outer::rows;
use super::trial::{BodyId, TrialId};
use super::verdict::{Limit, Verdict};

/// Bytes of a body: between the smallest body and the failing one.
pub(super) fn body(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    units: &[String],
    bytes: usize,
) -> Result<(), Stop> {
    let floor = BodyId::floor(units);
    let least = TrialId::Body(floor.clone()).request(lab.problem).map_or(0, |r| r.body_bytes());
    let id = |n: i64| TrialId::Body(BodyId { padded: usize::try_from(n).ok(), ..floor.clone() });
    let (low, high) = (i64::try_from(least).unwrap_or(0), i64::try_from(bytes).unwrap_or(i64::MAX));
    limit(lab, verdict, ("body", "bytes"), (low, high), &id)
}

/// A number, or the length of a text.
pub(super) fn number(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    of: (&str, &'static str),
    value: i64,
    id: &dyn Fn(i64) -> TrialId,
) -> Result<(), Stop> {
    limit(lab, verdict, of, (1, value), id)
}

/// Halves between `works`, which is known to work, and `fails`, which is known to fail.
fn limit(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    (of, unit): (&str, &'static str),
    (works, fails): (i64, i64),
    id: &dyn Fn(i64) -> TrialId,
) -> Result<(), Stop> {
    if !lab.options().minimise && lab.options().threshold.is_none() {
        return Ok(());
    }
    let (mut low, mut high) = (works, fails);
    loop {
        let row = |lab: &Lab<'_>, n: i64| lab.numbers(&id(n)).last().copied();
        verdict.limit = Some(Limit {
            of: of.to_owned(),
            unit,
            works_up_to: low,
            fails_from: high,
            rows: [row(lab, low), row(lab, high)],
        });
        if (i128::from(high) - i128::from(low)).abs() <= 1 {
            return one_limit(lab, verdict, (high, fails), id);
        }
        let middle = i64::midpoint(low, high);
        match lab.ask(&id(middle))? {
            Some(Kind::Worked) => low = middle,
            Some(Kind::Same) => high = middle,
            // Between the two it fails in a third way: the bracket is all that can be said.
            _ => return Ok(()),
        }
    }
}

/// Whether it fails above the limit, too: of a value that must be one of several, or a multiple, the search by halving finds
/// two neighbours that are no limit.
fn one_limit(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    (from, known): (i64, i64),
    id: &dyn Fn(i64) -> TrialId,
) -> Result<(), Stop> {
    let next_power = u64::try_from(from).ok().and_then(u64::checked_next_power_of_two).unwrap_or(0);
    for above in [from.saturating_add(1), i64::try_from(next_power).unwrap_or(0)] {
        if above > from && above < known && lab.ask(&id(above))? != Some(Kind::Same) {
            verdict.because.push(format!(
                "It is no limit: above {from} it does not always fail alike ({}).",
                rows(&lab.numbers(&id(above)))
            ));
            verdict.limit = None;
            return Ok(());
        }
    }
    Ok(())
}
