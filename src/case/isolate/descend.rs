//! Down the tree of a body: of each level the smallest set of places that still fails alike, then what is below them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::lab::{Kind, Lab, Stop};
use super::trial::{BodyId, TrialId};
use super::verdict::{Minimality, Verdict};
use super::{body, count, guess, remain, search};

/// Levels of nesting that are searched.
const MOST_DEPTH: usize = 40;

/// Names that say what an object is: they stay while the rest of it is searched, for without them it is another mistake.
pub(super) const STRUCTURE: [&str; 6] = ["type", "name", "role", "id", "function", "tool_call_id"];

/// What a search in the body found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Places that have to stay.
    pub(super) kept: BTreeSet<String>,
    /// Those of them without which it works; the others only keep the rest well-formed.
    pub(super) culprits: BTreeSet<String>,
    /// Everything that is out then.
    pub(super) without: BTreeSet<String>,
}

/// A set of places and what is out beside it.
struct Level {
    places: Vec<String>,
    depth: usize,
}

/// The smallest set of places that fails alike when everything else is taken out; `cured` are out already.
pub(super) fn smallest(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    units: &[String],
    harmless: bool,
    cured: &BTreeSet<String>,
) -> Result<Found, Stop> {
    let Some(whole) = body::base(lab.problem, harmless).or_else(|| form(lab)) else {
        return Ok(Found::default());
    };
    let hints = lab.oracle.as_ref().map(|o| o.hints.clone()).unwrap_or_default();
    let floor = body::floor(lab.problem).unwrap_or_default();
    // Of places inside a unit the ones that are cured already stay out.
    let start: Vec<String> = units.iter().filter(|u| !cured.contains(*u)).cloned().collect();
    if cured.is_empty()
        && let Some(found) = guessed(lab, &whole, units, harmless)?
    {
        return Ok(found);
    }
    let mut out: BTreeSet<String> = cured.clone();
    let mut items: BTreeSet<String> = BTreeSet::new();
    let mut entered: BTreeSet<String> = BTreeSet::new();
    let mut levels = vec![Level { places: start, depth: 0 }];
    while let Some(Level { places, depth }) = levels.pop() {
        let (held, places) = held_apart(places, &whole, depth);
        items.extend(held);
        let likely: BTreeSet<String> =
            places.iter().filter(|place| is_hinted(place, &hints)).cloned().collect();
        let others = out.clone();
        let mut fails = |kept: &BTreeSet<String>| -> Result<bool, Stop> {
            let mut without = others.clone();
            without.extend(places.iter().filter(|place| !kept.contains(*place)).cloned());
            fails_without(lab, without, cured, harmless)
        };
        let named = !likely.is_empty() && likely.len() < places.len() && fails(&likely)?;
        if !named
            && depth > 0
            && let Some(limit) = count::limit_of(&places, &whole, &mut fails)?
        {
            let array = places
                .first()
                .and_then(|place| Some(place.rsplit_once('/')?.0.to_owned()))
                .unwrap_or_default();
            out.extend(places.iter().skip(limit).cloned());
            count::too_many(lab, verdict, &array, limit, &out, (&places, &others), harmless);
            items.insert(array);
            continue;
        }
        let kept = search::smallest(&places, &likely, &mut fails)?;
        let kept = search::without_idle(kept, &mut fails)?;
        out.extend(places.iter().filter(|place| !kept.contains(*place)).cloned());
        for place in kept {
            let below = body::children(&whole, &place);
            if below.is_empty() || depth >= MOST_DEPTH || !lab.options().minimise {
                items.insert(place);
                continue;
            }
            // A container that fails although all that is in it is gone fails by being there.
            let mut without = out.clone();
            without.extend(below.iter().cloned());
            let needed = floor.pointer(&place).is_some();
            if depth == 0 && !needed && fails_without(lab, without.clone(), cured, harmless)? {
                out = without;
                items.insert(place);
            } else {
                entered.insert(place);
                levels.push(Level { places: below, depth: depth + 1 });
            }
        }
        progress(lab, verdict, &items, &levels, &out, harmless);
    }
    remain::finish(lab, &whole, (items, entered), &out, cured, harmless)
}

/// The place that the message points to, where it alone, with what holds it together, fails alike, and all else works.
fn guessed(
    lab: &mut Lab<'_>,
    whole: &Value,
    units: &[String],
    harmless: bool,
) -> Result<Option<Found>, Stop> {
    let Some(oracle) = &lab.oracle else { return Ok(None) };
    for place in guess::places(whole, &oracle.said) {
        let inside = units
            .iter()
            .any(|unit| place.strip_prefix(unit.as_str()).is_some_and(|rest| rest.starts_with('/')));
        if !inside {
            continue;
        }
        let cure =
            BodyId { harmless, without: std::iter::once(place.clone()).collect(), ..BodyId::default() };
        if lab.ask(&TrialId::Body(cure))? != Some(Kind::Worked) {
            continue;
        }
        let mut items: BTreeSet<String> = std::iter::once(place.clone()).collect();
        let mut entered = BTreeSet::new();
        for (at, _) in place.match_indices('/').skip(1) {
            let Some(above) = place.get(..at) else { continue };
            entered.insert(above.to_owned());
            let (held, _) = held_apart(body::children(whole, above), whole, 1);
            items.extend(held.into_iter().filter(|other| !place.starts_with(&format!("{other}/"))));
        }
        let without = complement(lab, units, &items, harmless);
        if fails_without(lab, without.clone(), &BTreeSet::new(), harmless)? {
            return remain::finish(lab, whole, (items, entered), &without, &BTreeSet::new(), harmless)
                .map(Some);
        }
    }
    Ok(None)
}

/// Places that say what their object is, apart from the rest; all of them together where there is no rest.
fn held_apart(places: Vec<String>, whole: &Value, depth: usize) -> (Vec<String>, Vec<String>) {
    let is_structure = |place: &String| {
        let name = place.rsplit('/').next().unwrap_or_default();
        depth > 0
            && STRUCTURE.contains(&name)
            && whole.pointer(place).is_some_and(|v| !v.is_object() && !v.is_array())
    };
    let (held, rest): (Vec<String>, Vec<String>) = places.into_iter().partition(is_structure);
    if rest.is_empty() { (Vec::new(), held) } else { (held, rest) }
}

pub(super) fn fails_without(
    lab: &mut Lab<'_>,
    without: BTreeSet<String>,
    cured: &BTreeSet<String>,
    harmless: bool,
) -> Result<bool, Stop> {
    if without == *cured {
        // Seen before the search began.
        return Ok(true);
    }
    Ok(lab.ask(&without_places(harmless, without))? == Some(Kind::Same))
}

/// The trial with these places taken out.
pub(super) fn without_places(harmless: bool, places: BTreeSet<String>) -> TrialId {
    TrialId::Body(BodyId { harmless, without: canonical(places), ..BodyId::default() })
}

/// Without places that lie below another one.
pub(super) fn canonical(places: BTreeSet<String>) -> BTreeSet<String> {
    let all = places.clone();
    places
        .into_iter()
        .filter(|place| {
            !place.match_indices('/').skip(1).any(|(at, _)| place.get(..at).is_some_and(|p| all.contains(p)))
        })
        .collect()
}

/// A form as an object, so that its parts can be walked; they have nothing below them.
fn form(lab: &Lab<'_>) -> Option<Value> {
    let parts = &lab.problem.request.form;
    (!parts.is_empty()).then(|| parts.iter().map(|part| (part.name.clone(), Value::Null)).collect())
}

/// The last name of the place, or the number of the element, stands in the message.
fn is_hinted(place: &str, hints: &BTreeSet<String>) -> bool {
    let name = place.rsplit('/').next().unwrap_or_default();
    hints.contains(name)
}

/// What is known so far, for the case that the search has to end here.
fn progress(
    lab: &Lab<'_>,
    verdict: &mut Verdict,
    done: &BTreeSet<String>,
    levels: &[Level],
    out: &BTreeSet<String>,
    harmless: bool,
) {
    let open = levels
        .iter()
        .filter_map(|level| level.places.first())
        .filter_map(|p| Some(p.rsplit_once('/')?.0.to_owned()));
    verdict.kept = done.iter().cloned().chain(open).collect();
    if verdict.fields.is_empty() || verdict.minimality == Minimality::Unsure {
        verdict.minimality = Minimality::Unsure;
        verdict.minimal = without_places(harmless, out.clone()).request(lab.problem);
    }
}

/// Every place that is not kept, nor above or below one that is.
fn complement(lab: &Lab<'_>, units: &[String], kept: &BTreeSet<String>, harmless: bool) -> BTreeSet<String> {
    let Some(whole) = body::base(lab.problem, harmless).or_else(|| form(lab)) else { return BTreeSet::new() };
    let mut out = BTreeSet::new();
    let mut open: Vec<String> = units.to_vec();
    while let Some(place) = open.pop() {
        if kept.contains(&place) {
            continue;
        }
        let above = format!("{place}/");
        if kept.iter().any(|k| k.starts_with(&above)) {
            open.extend(body::children(&whole, &place));
        } else {
            out.insert(place);
        }
    }
    out
}
