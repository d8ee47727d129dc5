//! What in the body makes it fail: its size, the customer's text, or the smallest set of fields.

use std::collections::BTreeSet;

use serde_json::Value;

use super::lab::{Kind, Lab, Stop};
use super::outer::{confirmed, rows};
use super::trial::{BodyId, TrialId};
use super::verdict::{Minimality, Verdict, Word};
use super::{body, search, threshold};

/// A body below this size is not asked for its size, bytes: no limit that was ever published is so low.
const LEAST_SIZE: usize = 1_500;
/// An array below this length is not asked for its length.
const LEAST_COUNT: usize = 9;
/// Independent culprits that are sought one after the other.
const MOST_CULPRITS: usize = 3;
/// Levels of nesting that are searched.
const MOST_DEPTH: usize = 40;

/// With nothing but what is needed it fails in another way: whether it still is the body. So where all fields but one fail
/// alike, whatever the one.
pub(super) fn seems_inside(lab: &mut Lab<'_>, units: &[String]) -> Result<bool, Stop> {
    let halves = units.split_at(units.len() / 2);
    for half in [halves.0, halves.1] {
        if half.is_empty() || half.len() == units.len() {
            continue;
        }
        let id = BodyId { without: half.iter().cloned().collect(), ..BodyId::default() };
        if lab.ask(&TrialId::Body(id))? == Some(Kind::Same) {
            return Ok(true);
        }
    }
    Ok(units.len() > 1)
}

/// The search in the body. `floor_works`: with the smallest body the request works.
pub(super) fn inside(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    units: &[String],
    floor_works: bool,
) -> Result<(), Stop> {
    let floor = BodyId { without: units.iter().cloned().collect(), ..BodyId::default() };
    if floor_works {
        let numbers = rows(&lab.numbers(&TrialId::Body(floor.clone())));
        verdict.says(
            Word::CannotTell,
            format!(
                "With the smallest body the request worked ({numbers}): something in the body makes it fail."
            ),
        );
    }
    let harmless = harmless(lab, verdict)?;
    if floor_works && size(lab, verdict, units)? {
        return Ok(());
    }
    let mut cured: BTreeSet<String> = BTreeSet::new();
    for _ in 0..MOST_CULPRITS {
        let kept = smallest(lab, verdict, units, harmless, &cured)?;
        if kept.is_empty() {
            break;
        }
        let first = cured.is_empty();
        cured.extend(kept.iter().cloned());
        verdict.fields = cured.iter().cloned().collect();
        if first {
            found(lab, verdict, &kept, harmless);
        }
        let without = BodyId { harmless, without: cured.clone(), ..BodyId::default() };
        match lab.ask(&TrialId::Body(without.clone()))? {
            Some(Kind::Worked) => return conclude(lab, verdict, &TrialId::Body(without), units, harmless),
            // One more that fails alike on its own.
            Some(Kind::Same) => {}
            Some(Kind::Other(other)) => {
                verdict.hidden.push(other);
                return hidden(lab, verdict, &floor, units, harmless);
            }
            None => break,
        }
    }
    if cured.is_empty() {
        verdict.says(Word::CannotTell, "No smaller body fails alike.".to_owned());
        verdict.fields.clear();
    }
    Ok(())
}

/// Whether it fails alike with harmless text of the same shape.
fn harmless(lab: &mut Lab<'_>, verdict: &mut Verdict) -> Result<bool, Stop> {
    let id = TrialId::Body(BodyId { harmless: true, ..BodyId::default() });
    let kind = lab.ask(&id)?;
    let numbers = rows(&lab.numbers(&id));
    match kind {
        Some(Kind::Same) => {
            verdict.harmless = Some(true);
            verdict.because.push(format!("It fails alike with harmless text of the same shape ({numbers}): the customer's text is not needed."));
        }
        Some(Kind::Worked) => {
            verdict.harmless = Some(false);
            verdict.because.push(format!(
                "With harmless text of the same shape it worked ({numbers}): it needs the original text."
            ));
        }
        _ => {}
    }
    Ok(kind == Some(Kind::Same))
}

/// Whether the size alone decides. True: it does, and the search is over.
fn size(lab: &mut Lab<'_>, verdict: &mut Verdict, units: &[String]) -> Result<bool, Stop> {
    let bytes = lab.problem.request.body.as_ref().map_or(0, String::len);
    if bytes < LEAST_SIZE || verdict.harmless == Some(false) {
        return Ok(false);
    }
    let floor = BodyId { without: units.iter().cloned().collect(), ..BodyId::default() };
    let padded = TrialId::Body(BodyId { padded: Some(bytes), ..floor.clone() });
    if lab.ask(&padded)? != Some(Kind::Same) {
        return Ok(false);
    }
    verdict.minimal = padded.request(lab.problem);
    verdict.harmless = Some(true);
    let numbers = rows(&lab.numbers(&padded));
    verdict.because.push(format!(
        "The smallest body, filled to the same size with harmless text, fails alike ({numbers})."
    ));
    let says = "The smallest body works and the same body filled to the size of the failing one does not: the size, or the length of the text, makes the difference";
    confirmed(lab, verdict, &TrialId::Body(floor), Word::BodySize, says)?;
    if verdict.word == Word::BodySize {
        verdict.minimality = Minimality::Unsure;
        threshold::body(lab, verdict, units, bytes)?;
    }
    Ok(true)
}

/// The smallest set of places that fails alike when everything else is taken out; `cured` are out already.
fn smallest(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    units: &[String],
    harmless: bool,
    cured: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Stop> {
    let Some(whole) = body::base(lab.problem, harmless).or_else(|| form(lab)) else {
        return Ok(BTreeSet::new());
    };
    let hints = lab.oracle.as_ref().map(|o| o.hints.clone()).unwrap_or_default();
    // Of places inside a unit the ones that are cured already stay out.
    let start: Vec<String> = units.iter().filter(|u| !cured.contains(*u)).cloned().collect();
    let mut out: BTreeSet<String> = cured.clone();
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut levels: Vec<(Vec<String>, usize)> = vec![(start, 0)];
    while let Some((places, depth)) = levels.pop() {
        let likely: BTreeSet<String> =
            places.iter().filter(|place| is_hinted(place, &hints)).cloned().collect();
        let others = out.clone();
        let fails = |lab: &mut Lab<'_>, kept: &BTreeSet<String>| -> Result<bool, Stop> {
            let mut without = others.clone();
            without.extend(places.iter().filter(|place| !kept.contains(*place)).cloned());
            fails_without(lab, without, cured, harmless)
        };
        let kept = search::smallest(&places, &likely, &mut |kept| fails(lab, kept))?;
        let kept = search::without_idle(kept, &mut |kept| fails(lab, kept))?;
        out.extend(places.iter().filter(|place| !kept.contains(*place)).cloned());
        for place in kept {
            let below = body::children(&whole, &place);
            if below.is_empty()
                || depth >= MOST_DEPTH
                || count(lab, verdict, (&place, below.len()), &out, harmless)?
            {
                done.insert(place);
                continue;
            }
            // A container that fails although all that is in it is gone fails by being there.
            let mut without = out.clone();
            without.extend(below.iter().cloned());
            if fails_without(lab, without, cured, harmless)? {
                done.insert(place);
            } else {
                levels.push((below, depth + 1));
            }
        }
        progress(lab, verdict, &done, &levels, &out, harmless);
    }
    if done.len() < 2 {
        return Ok(done);
    }
    search::without_idle(done.clone(), &mut |kept| {
        let mut without = out.clone();
        without.extend(done.iter().filter(|place| !kept.contains(*place)).cloned());
        fails_without(lab, without, cured, harmless)
    })
}

fn fails_without(
    lab: &mut Lab<'_>,
    without: BTreeSet<String>,
    cured: &BTreeSet<String>,
    harmless: bool,
) -> Result<bool, Stop> {
    if without == *cured {
        // Seen before the search began.
        return Ok(true);
    }
    let id = TrialId::Body(BodyId { harmless, without: canonical(without), ..BodyId::default() });
    Ok(lab.ask(&id)? == Some(Kind::Same))
}

/// Without places that lie below another one.
fn canonical(places: BTreeSet<String>) -> BTreeSet<String> {
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
    levels: &[(Vec<String>, usize)],
    out: &BTreeSet<String>,
    harmless: bool,
) {
    let open = levels
        .iter()
        .filter_map(|(places, _)| places.first())
        .filter_map(|p| Some(p.rsplit_once('/')?.0.to_owned()));
    verdict.kept = done.iter().cloned().chain(open).collect();
    if verdict.fields.is_empty() || verdict.minimality == Minimality::Unsure {
        verdict.minimality = Minimality::Unsure;
        let id = BodyId { harmless, without: canonical(out.clone()), ..BodyId::default() };
        verdict.minimal = TrialId::Body(id).request(lab.problem);
        if verdict.word == Word::CannotTell || verdict.word == Word::Field {
            verdict.fields = verdict.kept.iter().cloned().collect();
            verdict.word = Word::Field;
        }
    }
}

/// Whether the number of elements of the array at `place` decides, not one of them.
fn count(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    (place, length): (&str, usize),
    out: &BTreeSet<String>,
    harmless: bool,
) -> Result<bool, Stop> {
    let is_array =
        body::base(lab.problem, harmless).is_some_and(|b| b.pointer(place).is_some_and(Value::is_array));
    if !is_array || length < LEAST_COUNT {
        return Ok(false);
    }
    let copies = |n: usize| {
        TrialId::Body(BodyId {
            harmless,
            without: canonical(out.clone()),
            copies: Some((place.to_owned(), n)),
            ..BodyId::default()
        })
    };
    if lab.ask(&copies(length))? != Some(Kind::Same) || lab.ask(&copies(1))? == Some(Kind::Same) {
        return Ok(false);
    }
    verdict.because.push(format!(
        "As many copies of its first element fail alike, one alone does not ({}): the number of elements makes the difference.",
        rows(&lab.numbers(&copies(length)))
    ));
    threshold::count(lab, verdict, place, length, &copies)?;
    Ok(true)
}

/// The culprits are known.
fn found(lab: &mut Lab<'_>, verdict: &mut Verdict, kept: &BTreeSet<String>, harmless: bool) {
    verdict.kept.clone_from(kept);
    verdict.word = match (kept.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), verdict.harmless) {
        (["/stream"], _) => Word::Stream,
        (_, Some(false)) => Word::Content,
        _ => Word::Field,
    };
    verdict.minimality = Minimality::OneMinimal;
    let units = body::units(lab.problem);
    let without = complement(lab, &units, kept, harmless);
    let id = BodyId { harmless, without, ..BodyId::default() };
    verdict.minimal = TrialId::Body(id).request(lab.problem);
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

/// Without the culprits all else works.
fn conclude(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    cure: &TrialId,
    units: &[String],
    harmless: bool,
) -> Result<(), Stop> {
    let says = match verdict.word {
        Word::Stream => "Without streaming and all else the same the request worked",
        Word::Content => "Without this text and all else the same the request worked",
        _ => {
            "Without these fields (or with the smallest valid value in their place) and all else the same the request worked"
        }
    };
    let fields = verdict.fields.clone();
    confirmed(lab, verdict, cure, verdict.word, says)?;
    if verdict.word == Word::Flaky {
        return Ok(());
    }
    verdict.fields = fields;
    value(lab, verdict, units, harmless)
}

/// Something else fails once this one is away: with the smallest body it is known to be gone, or not.
fn hidden(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    floor: &BodyId,
    units: &[String],
    harmless: bool,
) -> Result<(), Stop> {
    let fields = verdict.fields.clone();
    let floor = TrialId::Body(floor.clone());
    if lab.ask(&floor)? == Some(Kind::Worked) {
        confirmed(
            lab,
            verdict,
            &floor,
            verdict.word,
            "With these fields the smallest body fails alike, without them it works",
        )?;
    } else {
        verdict.says(
            verdict.word,
            "With these fields the smallest body fails alike, without them in another way.".to_owned(),
        );
    }
    if verdict.word == Word::Flaky {
        return Ok(());
    }
    verdict.because.push("Once they are away the whole request fails in another way.".to_owned());
    verdict.fields = fields;
    value(lab, verdict, units, harmless)
}

/// Whether it is the field or its value; where it is a number, from which on.
fn value(lab: &mut Lab<'_>, verdict: &mut Verdict, units: &[String], harmless: bool) -> Result<(), Stop> {
    let [only] = verdict.fields.as_slice() else { return Ok(()) };
    let only = only.clone();
    let Some(whole) = body::base(lab.problem, harmless) else { return Ok(()) };
    let Some(value) = whole.pointer(&only) else {
        verdict.because.push("The field is missing.".to_owned());
        return Ok(());
    };
    if value.is_array() || value.is_object() || verdict.word != Word::Field {
        return Ok(());
    }
    let without = complement(lab, units, &std::iter::once(only.clone()).collect(), harmless);
    let id = TrialId::Body(BodyId {
        harmless,
        without: without.clone(),
        simple: std::iter::once(only.clone()).collect(),
        ..BodyId::default()
    });
    let kind = lab.ask(&id)?;
    let numbers = rows(&lab.numbers(&id));
    match kind {
        Some(Kind::Same) => {
            verdict
                .because
                .push(format!("It fails alike with a simple value of the same type there ({numbers})."));
        }
        Some(Kind::Worked) => {
            verdict.because.push(format!("With a simple value of the same type there it worked ({numbers}): the value makes the difference."));
            if let Some(number) = value.as_i64() {
                threshold::number(lab, verdict, &only, number, &|n| {
                    TrialId::Body(BodyId {
                        harmless,
                        without: without.clone(),
                        number: Some((only.clone(), n)),
                        ..BodyId::default()
                    })
                })?;
            }
        }
        _ => {}
    }
    Ok(())
}
