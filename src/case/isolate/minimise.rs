//! What in the body makes it fail: its size, the customer's text, or the smallest set of fields.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::lab::{Kind, Lab, Stop};
use super::outer::{confirmed, rows};
use super::trial::{BodyId, TrialId};
use super::verdict::{Limit, Minimality, Verdict, Word};
use super::{body, guess, search, threshold};
use crate::case::vocabulary::FailureClass;

/// A body below this size is not asked for its size, bytes: no limit that was ever published is so low.
const LEAST_SIZE: usize = 4_096;
/// An array below this length is not asked for its length.
const LEAST_COUNT: usize = 4;
/// A text below this length is not asked for its length, characters.
const LEAST_LENGTH: i64 = 32;
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
    let Some(harmless) = harmless(lab, verdict)? else {
        verdict.word = Word::CannotTell;
        verdict.needed.push("more runs of the same request at other times");
        return Ok(());
    };
    if floor_works && size(lab, verdict, units)? {
        return Ok(());
    }
    let mut cured: BTreeSet<String> = BTreeSet::new();
    for _ in 0..MOST_CULPRITS {
        let found = smallest(lab, verdict, units, harmless, &cured)?;
        if found.kept.is_empty() {
            break;
        }
        let first = cured.is_empty();
        cured.extend(found.culprits.iter().cloned());
        verdict.fields = cured.iter().cloned().collect();
        if first {
            told(lab, verdict, &found, harmless);
        }
        let without = BodyId { harmless, without: cured.clone(), ..BodyId::default() };
        match lab.ask(&TrialId::Body(without.clone()))? {
            Some(Kind::Worked) => return conclude(lab, verdict, &TrialId::Body(without), &found, harmless),
            // One more that fails alike on its own.
            Some(Kind::Same) => {}
            Some(Kind::Other(other)) => {
                verdict.hidden.push(other);
                return hidden(lab, verdict, &floor, &found, harmless);
            }
            None => break,
        }
    }
    if cured.is_empty() {
        verdict.says(Word::CannotTell, "No smaller body fails alike.".to_owned());
        verdict.fields.clear();
    } else {
        // Never seen to work without them.
        verdict.minimality = Minimality::Unsure;
        verdict.says(
            Word::CannotTell,
            "Each of these places alone makes it fail alike; without all of them it still does: more remain."
                .to_owned(),
        );
    }
    Ok(())
}

/// Whether it fails alike with harmless text of the same shape; `None` where nothing in the text or the fields is it.
fn harmless(lab: &mut Lab<'_>, verdict: &mut Verdict) -> Result<Option<bool>, Stop> {
    let id = TrialId::Body(BodyId { harmless: true, ..BodyId::default() });
    let kind = lab.ask(&id)?;
    let numbers = rows(&lab.numbers(&id));
    match kind {
        Some(Kind::Same) => {
            verdict.harmless = Some(true);
            verdict.because.push(format!("It fails alike with harmless text of the same shape ({numbers}): the customer's text is not needed."));
        }
        Some(Kind::Worked) => {
            let anew = TrialId::Body(BodyId { anew: true, ..BodyId::default() });
            if lab.ask(&anew)? == Some(Kind::Worked) || !lab.confirm_same(1)? {
                verdict.because.push(format!(
                    "The same JSON, only written anew, worked, or the request itself does by now ({numbers}): no field can be told."
                ));
                return Ok(None);
            }
            verdict.harmless = Some(false);
            verdict.because.push(format!(
                "With harmless text of the same shape it worked ({numbers}): it needs the original text."
            ));
        }
        _ => {}
    }
    Ok(Some(kind == Some(Kind::Same)))
}

/// Whether the size alone decides. True: it does, and the search is over.
fn size(lab: &mut Lab<'_>, verdict: &mut Verdict, units: &[String]) -> Result<bool, Stop> {
    let bytes = lab.problem.request.body.as_ref().map_or(0, String::len);
    let class = lab.oracle.as_ref().map(|o| o.class);
    let says_so = matches!(class, Some(FailureClass::PayloadTooLarge | FailureClass::ContextLength));
    if (bytes < LEAST_SIZE && !says_so) || verdict.harmless == Some(false) {
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

/// What a search in the body found.
#[derive(Debug, Default)]
struct Found {
    /// Places that have to stay.
    kept: BTreeSet<String>,
    /// Those of them without which it works; the others only keep the rest well-formed.
    culprits: BTreeSet<String>,
    /// Everything that is out then.
    without: BTreeSet<String>,
}

/// Names that say what an object is: they stay while the rest of it is searched, for without them it is another mistake.
const STRUCTURE: [&str; 6] = ["type", "name", "role", "id", "function", "tool_call_id"];

/// A set of places and what is out beside it.
struct Level {
    places: Vec<String>,
    depth: usize,
}

/// The smallest set of places that fails alike when everything else is taken out; `cured` are out already.
fn smallest(
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
            && let Some(limit) = limit_of(&places, &whole, &mut fails)?
        {
            let array = places
                .first()
                .and_then(|place| Some(place.rsplit_once('/')?.0.to_owned()))
                .unwrap_or_default();
            out.extend(places.iter().skip(limit).cloned());
            too_many(lab, verdict, &array, limit, &out, (&places, &others), harmless);
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
    finish(lab, &whole, (items, entered), &out, cured, harmless)
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
            return finish(lab, whole, (items, entered), &without, &BTreeSet::new(), harmless).map(Some);
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

/// Takes out what is not needed after all, from the leaves up, and tells what makes it fail from what only holds it together.
fn finish(
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
            let id = BodyId { harmless, without: canonical(without.clone()), ..BodyId::default() };
            match lab.ask(&TrialId::Body(id))? {
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
    if found.len() > 1 && found.iter().any(|place| !place.ends_with("/type")) {
        found.retain(|place| !place.ends_with("/type"));
    }
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

/// The number of elements from which on it fails, whichever they are; `None` where it is not their number. Some beginning
/// fails and one element fewer does not, and so do as many and one fewer from the end.
fn limit_of(
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
fn too_many(
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
        let id = BodyId { harmless, without: canonical(without), ..BodyId::default() };
        lab.numbers(&TrialId::Body(id)).last().copied()
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
    let id = BodyId { harmless, without: canonical(out.clone()), ..BodyId::default() };
    verdict.minimal = TrialId::Body(id).request(lab.problem);
    verdict.minimality = Minimality::OneMinimal;
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
        let id = BodyId { harmless, without: canonical(out.clone()), ..BodyId::default() };
        verdict.minimal = TrialId::Body(id).request(lab.problem);
    }
}

/// The culprits are known.
fn told(lab: &mut Lab<'_>, verdict: &mut Verdict, found: &Found, harmless: bool) {
    verdict.kept.clone_from(&found.kept);
    let culprits: Vec<&str> = found.culprits.iter().map(String::as_str).collect();
    verdict.word = match (culprits.as_slice(), verdict.harmless) {
        (["/stream"], _) => Word::Stream,
        (_, Some(false)) => Word::Content,
        _ => Word::Field,
    };
    if verdict.word == Word::Content {
        // Only what harmless text replaced is text.
        let (own, plain) = (body::base(lab.problem, false), body::base(lab.problem, true));
        let is_text = |place: &String| match (&own, &plain) {
            (Some(own), Some(plain)) => own.pointer(place) != plain.pointer(place),
            _ => true,
        };
        let texts: Vec<String> = verdict.fields.iter().filter(|place| is_text(place)).cloned().collect();
        if !texts.is_empty() {
            verdict.fields = texts;
        }
    }
    if verdict.limit.is_some() {
        return;
    }
    verdict.minimality = Minimality::OneMinimal;
    let id = BodyId { harmless, without: found.without.clone(), ..BodyId::default() };
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
    found: &Found,
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
    value(lab, verdict, found, harmless)
}

/// Something else fails once this one is away: with the smallest body it is known to be gone, or not.
fn hidden(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    floor: &BodyId,
    found: &Found,
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
    value(lab, verdict, found, harmless)
}

/// Whether it is the field or its value; where it is a number, from which on.
fn value(lab: &mut Lab<'_>, verdict: &mut Verdict, found: &Found, harmless: bool) -> Result<(), Stop> {
    let [only] = verdict.fields.as_slice() else { return Ok(()) };
    if !lab.options().minimise {
        return Ok(());
    }
    let only = only.clone();
    let Some(whole) = body::base(lab.problem, harmless) else { return Ok(()) };
    let Some(value) = whole.pointer(&only) else {
        verdict.because.push("The field is missing.".to_owned());
        return Ok(());
    };
    if value.is_array() || value.is_object() || verdict.word != Word::Field {
        return Ok(());
    }
    let without = found.without.clone();
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
            verdict.because.push(format!(
                "With a simple value of the same type there it worked ({numbers}): the value makes the difference."
            ));
            let size = value.as_i64().or_else(|| i64::try_from(value.as_str()?.chars().count()).ok());
            let unit = if value.is_string() { "characters" } else { "value" };
            let sized = |n: i64| {
                TrialId::Body(BodyId {
                    harmless,
                    without: without.clone(),
                    number: Some((only.clone(), n)),
                    ..BodyId::default()
                })
            };
            // A text is too long where any text of its length is.
            if let Some(size) = size
                && (!value.is_string()
                    || (size >= LEAST_LENGTH && lab.ask(&sized(size))? == Some(Kind::Same)))
            {
                threshold::number(lab, verdict, (&only, unit), size, &sized)?;
            }
        }
        _ => {}
    }
    Ok(())
}
