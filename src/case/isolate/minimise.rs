//! What in the body makes it fail: its size, the customer's text, or the smallest set of fields.

use std::collections::BTreeSet;

use super::descend::{Found, smallest};
use super::lab::{Kind, Lab, Stop};
use super::outer::{confirmed, rows};
use super::trial::{BodyId, TrialId};
use super::verdict::{Minimality, Verdict, Word};
use super::{body, threshold};
use crate::case::vocabulary::FailureClass;

/// A body below this size is not asked for its size, bytes: no limit that was ever published is so low.
const LEAST_SIZE: usize = 4_096;
/// A text below this length is not asked for its length, characters.
const LEAST_LENGTH: i64 = 32;
/// Independent culprits that are sought one after the other.
const MOST_CULPRITS: usize = 3;

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
    let floor = BodyId::floor(units);
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
    let bytes = lab.problem.request.body.as_deref().map_or(0, str::len);
    let class = lab.oracle.as_ref().map(|o| o.class);
    let says_so = matches!(class, Some(FailureClass::PayloadTooLarge | FailureClass::ContextLength));
    if (bytes < LEAST_SIZE && !says_so) || verdict.harmless == Some(false) {
        return Ok(false);
    }
    let floor = BodyId::floor(units);
    let padded = TrialId::Body(BodyId { padded: Some(bytes), ..floor.clone() });
    if lab.ask(&padded)? != Some(Kind::Same) {
        return Ok(false);
    }
    let spread = TrialId::Body(BodyId { padded: Some(bytes), spread: true, ..floor.clone() });
    if lab.ask(&spread)? == Some(Kind::Worked) {
        verdict.because.push(format!(
            "As many bytes in several short texts worked ({}): the length of one text makes the difference, not the size.",
            rows(&lab.numbers(&spread))
        ));
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
    confirmed(lab, verdict, cure, verdict.word, says)?;
    if verdict.word == Word::Flaky {
        return Ok(());
    }
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
