//! A part of a result, as JSON: what one of many processes found, to be joined with what the others did. It may leave like
//! the result itself.

use serde::{Deserialize, Serialize};

use super::group::{Detail, Figures, Kind, MOST_NAMES, Names, SAMPLES, is_withheld, withheld};
use super::line::Bad;
use super::names::Cleaner;
use super::tally::{Level, Tally};
use crate::case::catalog::Catalog;

/// Name and version of the form.
pub const PARTIAL_SCHEMA: &str = "casefile.triage.partial/1";

/// Characters of a text in it.
const LONGEST: usize = 256;

/// The text is no partial result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no partial result of {PARTIAL_SCHEMA} ({0}); make one with `casefile triage --partial`")]
pub struct NoPartial(&'static str);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    schema: String,
    lines: u64,
    worked: u64,
    bad: [u64; Bad::ALL.len()],
    kinds: Vec<Part>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    kind: Kind,
    level: Level,
    groups: Vec<Group>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    detail: Detail,
    figures: Figures,
}

impl Tally {
    /// The partial result: one line of JSON, the same for the same tally.
    pub fn to_partial(&self) -> String {
        let kinds = self.kinds.iter().map(|(kind, family)| Part {
            kind: kind.clone(),
            level: family.level,
            groups: family.groups.iter().map(|(detail, figures)| group(detail, figures)).collect(),
        });
        let whole = Whole {
            schema: PARTIAL_SCHEMA.to_owned(),
            lines: self.lines,
            worked: self.worked,
            bad: self.bad,
            kinds: kinds.collect(),
        };
        serde_json::to_string(&whole).unwrap_or_default() + "\n"
    }

    /// Reads a partial result.
    ///
    /// # Errors
    /// It is none, or holds what no result of ours can hold.
    pub fn of_partial(line: &[u8], catalog: &Catalog) -> Result<Self, NoPartial> {
        let whole: Whole = serde_json::from_slice(line).map_err(|_| NoPartial("its JSON is another"))?;
        if whole.schema != PARTIAL_SCHEMA {
            return Err(NoPartial("its schema is another"));
        }
        let mut names = Cleaner::new(catalog);
        let mut tally = Self { lines: whole.lines, worked: whole.worked, bad: whole.bad, ..Self::default() };
        for part in whole.kinds {
            if ![&part.kind.cause, &part.kind.topic].into_iter().flatten().all(|word| is_word(word)) {
                return Err(NoPartial("a cause or topic is no word of a catalog"));
            }
            for Group { mut detail, mut figures } in part.groups {
                check(&mut detail, &mut figures, &mut names)?;
                tally.add(&part.kind, detail, figures);
            }
            tally.kinds.entry(part.kind).or_default().raise(part.level);
        }
        Ok(tally)
    }

    /// Where one part withheld the words of a group and another one knows that they are the gateway's, they are one group.
    pub fn settle(&mut self) {
        for family in self.kinds.values_mut() {
            let hidden: Vec<Detail> = family
                .groups
                .keys()
                .filter(|d| d.words.as_deref().is_some_and(is_withheld))
                .cloned()
                .collect();
            for hidden in hidden {
                let stands_for = |d: &&Detail| {
                    let digest = d.words.as_deref().map(withheld);
                    d.words != hidden.words
                        && digest == hidden.words
                        && d.route == hidden.route
                        && d.model == hidden.model
                };
                let known = family.groups.keys().find(stands_for).cloned();
                if let Some(known) = known
                    && let Some(figures) = family.groups.remove(&hidden)
                {
                    family.add(known, figures);
                }
            }
        }
    }
}

fn group(detail: &Detail, figures: &Figures) -> Group {
    let mut detail = detail.clone();
    if !figures.words_are_the_gateways() {
        detail.words = detail.words.as_deref().map(withheld);
    }
    Group { detail, figures: figures.clone() }
}

fn check(detail: &mut Detail, figures: &mut Figures, names: &mut Cleaner<'_>) -> Result<(), NoPartial> {
    let mut route = |raw: &str| raw == "[refused]" || names.route(raw).as_deref() == Some(raw);
    let routes_hold =
        detail.route.as_deref().is_none_or(&mut route) && figures.routes.counts.keys().all(|r| route(r));
    let mut model = |raw: &str| is_measure(raw) || names.model(raw).as_deref() == Some(raw);
    let models_hold =
        detail.model.as_deref().is_none_or(&mut model) && figures.models.counts.keys().all(|m| model(m));
    if !routes_hold || !models_hold {
        return Err(NoPartial("a route or model is not as this program writes it"));
    }
    let plain = |text: &String| text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
    if !detail.words.iter().all(plain) {
        return Err(NoPartial("a text is not as this program writes it"));
    }
    if figures.samples.0.len() > SAMPLES || !figures.samples.0.iter().all(|sample| names.is_id(&sample.id)) {
        return Err(NoPartial("a request id is none"));
    }
    let too_many = |names: &Names| names.counts.len() > MOST_NAMES;
    if too_many(&figures.models) || too_many(&figures.routes) {
        return Err(NoPartial("a group has too many names"));
    }
    // The order of the samples is ours.
    let samples = std::mem::take(&mut figures.samples.0);
    for sample in samples {
        figures.samples.add(sample);
    }
    Ok(())
}

/// What stands for a name that may not be shown.
fn is_measure(text: &str) -> bool {
    let length = text.strip_prefix("[model: ").and_then(|rest| rest.strip_suffix(" chars]"));
    matches!(text, "[model: too long]" | "[refused]")
        || length.is_some_and(|n| n.len() < 9 && n.bytes().all(|b| b.is_ascii_digit()))
}

fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}
