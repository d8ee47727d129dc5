//! What remains once a search is down: what is not needed after all goes, and what makes it fail is told from what only
//! holds it together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::descend::{Found, STRUCTURE, canonical, without_places};
use super::lab::{Kind, Lab, Stop};
use super::trial::{BodyId, TrialId};

/// Takes out what is not needed after all, from the leaves up, and tells what makes it fail from what only holds it together.
pub(super) fn finish(
    lab: &mut Lab<'_>,
    whole: &Value,
    (mut items, mut entered): (BTreeSet<String>, BTreeSet<String>),
    out: &BTreeSet<String>,
    cured: &BTreeSet<String>,
    harmless: bool,
) -> Result<Found, Stop> {
    let mut out = out.clone();
    // Of places that have to stay: whether it works without them.
    let mut known: BTreeMap<String, bool> = BTreeMap::new();
    loop {
        for item in items.clone() {
            if known.contains_key(&item) || (items.len() == 1 && entered.is_empty()) {
                continue;
            }
            let mut without = out.clone();
            without.insert(item.clone());
            if without == *cured {
                continue;
            }
            match lab.ask(&without_places(harmless, without.clone()))? {
                Some(Kind::Same) => {
                    out = without;
                    items.remove(&item);
                }
                kind => {
                    known.insert(item, kind == Some(Kind::Worked));
                }
            }
        }
        // A container of which nothing is left is a place of its own.
        let bare: Vec<String> = entered
            .iter()
            .filter(|c| !items.iter().chain(&entered).any(|other| other.starts_with(&format!("{c}/"))))
            .cloned()
            .collect();
        if bare.is_empty() {
            break;
        }
        for container in bare {
            entered.remove(&container);
            items.insert(container);
        }
    }
    let culprits = culprits(lab, whole, (&items, &known), &out, cured, harmless)?;
    Ok(Found { kept: items, culprits, without: canonical(out) })
}

/// Those of `items` that make it fail; the others only hold the rest together.
fn culprits(
    lab: &mut Lab<'_>,
    whole: &Value,
    (items, known): (&BTreeSet<String>, &BTreeMap<String, bool>),
    out: &BTreeSet<String>,
    cured: &BTreeSet<String>,
    harmless: bool,
) -> Result<BTreeSet<String>, Stop> {
    if items.len() < 2 {
        return Ok(items.clone());
    }
    let mut works = |without: BTreeSet<String>, simple: Option<&String>| {
        let simple = simple.into_iter().cloned().collect();
        let id = BodyId { harmless, without: canonical(without), simple, ..BodyId::default() };
        Ok(lab.ask(&TrialId::Body(id))? == Some(Kind::Worked))
    };
    let mut found = BTreeSet::new();
    for item in items {
        let is_scalar = whole.pointer(item).is_some_and(|value| !value.is_object() && !value.is_array());
        // A name that must be there may be wrong: another one in its place shows it, its absence is another mistake.
        if known.get(item) == Some(&true) || (is_scalar && works(out.clone(), Some(item))?) {
            found.insert(item.clone());
        }
    }
    // Of a field without which all else of it is another mistake, what stands above is asked, from below.
    let longest = items.iter().max_by_key(|item| item.len()).cloned().unwrap_or_default();
    let tops: BTreeSet<String> =
        items.iter().filter_map(|item| Some(format!("/{}", item.split('/').nth(1)?))).collect();
    for top in tops {
        let above = format!("{top}/");
        if found.iter().any(|place| *place == top || place.starts_with(&above)) {
            continue;
        }
        let deepest = items.iter().filter(|item| item.starts_with(&above)).max_by_key(|item| item.len());
        let mut at = deepest.unwrap_or(&longest).as_str();
        while let Some((parent, _)) = at.rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) {
            if works(out.iter().map(String::as_str).chain([parent]).map(str::to_owned).collect(), None)? {
                found.insert(parent.to_owned());
                break;
            }
            at = parent;
        }
    }
    // The kind of an object only says how the rest of it is read, where something in that rest is at fault.
    let all = found.clone();
    found.retain(|place| {
        let holds = |above: &str| all.iter().any(|other| other != place && is_below(other, above));
        !place.strip_suffix("/type").is_some_and(holds)
    });
    if !found.is_empty() {
        return Ok(found);
    }
    // With several mistakes in the whole request, the one that cures it.
    for item in items {
        if works(cured.iter().chain([item]).cloned().collect(), None)? {
            found.insert(item.clone());
        }
    }
    if found.is_empty() {
        let holds = |place: &&String| STRUCTURE.contains(&place.rsplit('/').next().unwrap_or_default());
        found = items.iter().filter(|place| !holds(place)).cloned().collect();
    }
    Ok(if found.is_empty() { items.clone() } else { found })
}

fn is_below(place: &str, above: &str) -> bool {
    place.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'))
}
