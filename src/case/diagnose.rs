//! Rules over the typed evidence: class, verdicts, topic, owner, first action, each with the ids of its reasons.
//!
//! A [`Diagnosis`] carries no text of the input: all its strings come from the catalog, so it is safe by type.
//!
//! ```text
//! Attempt + Reading ──> Facts ──rules──> matches, by rank, then by file order ──> Diagnosis
//! ```

mod facts;

use facts::{Facts, Fit};
use serde::{Deserialize, Serialize};

use crate::case::catalog::{Catalog, Profile, Rank, Rule};
use crate::case::evidence::{Attempt, Reading};
use crate::case::vocabulary::{FailureClass, Fallback, OperatorAction, Owner, RetryVerdict};

/// So many reasons, and so many alternatives, are named at most: a note has room for no more.
const MOST_NAMED: usize = 4;

/// What can honestly be said of a failure: a candidate with reasons, never a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The class.
    pub class: FailureClass,
    /// A finer cause, from the rule.
    pub cause: Option<String>,
    /// May it be retried?
    pub retryable: RetryVerdict,
    /// May another model be tried?
    pub fallback: Fallback,
    /// What the operator does.
    pub operator_action: OperatorAction,
    /// Who can mend it.
    pub owner: Owner,
    /// The first thing to do, one sentence of the catalog.
    pub first_action: String,
    /// Topic id.
    pub topic: String,
    /// Finer topics.
    pub see_also: Vec<String>,
    /// Why: the rules that matched, best first.
    pub because: Vec<Reason>,
    /// Other classes that fit, with the rule that says so.
    pub alternatives: Vec<Alternative>,
    /// What stays open, sentences of the catalog.
    pub uncertain: Vec<String>,
    /// False where the deciding fact is inferred.
    pub confirmed: bool,
}

impl Diagnosis {
    /// True where no rule knows the failure, and its words alone make a class likely.
    pub fn is_by_hint(&self, catalog: &Catalog) -> bool {
        let rule = |id: &str| catalog.rules.iter().find(|rule| rule.id == id);
        self.because.first().is_some_and(|reason| rule(&reason.rule).is_some_and(|r| r.rank() == Rank::Hint))
    }
}

/// A rule that matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Rule id.
    pub rule: String,
    /// The rule's sentence.
    pub words: String,
    /// Where the fact stands.
    pub source: String,
}

/// A further class that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// The class.
    pub class: FailureClass,
    /// Rule id.
    pub rule: String,
}

impl Diagnosis {
    /// What would tell the class from the others that fit, sentences of the catalog; none where no other fits.
    pub fn tell_apart(&self, catalog: &Catalog) -> Vec<String> {
        if self.alternatives.is_empty() {
            return Vec::new();
        }
        let mut list: Vec<String> = Vec::new();
        let classes = std::iter::once(self.class).chain(self.alternatives.iter().map(|other| other.class));
        for sentence in classes.filter_map(|class| catalog.class(class)?.told_by.clone()) {
            if list.len() < MOST_NAMED && !list.contains(&sentence) {
                list.push(sentence);
            }
        }
        list
    }

    /// What speaks against the class: the facts for the others that fit, sentences of the catalog.
    pub fn against(&self, catalog: &Catalog) -> Vec<String> {
        let words =
            |id: &str| catalog.rules.iter().find(|rule| rule.id == id).map(|rule| rule.because.clone());
        let mut list: Vec<String> = self.alternatives.iter().filter_map(|other| words(&other.rule)).collect();
        if !self.confirmed {
            list.push("The rule that decides is inferred; no page says so.".to_owned());
        }
        list
    }
}

/// Diagnoses one attempt by its reading.
pub fn diagnose(
    attempt: &Attempt,
    reading: &Reading,
    catalog: &Catalog,
    profile: Option<&Profile>,
) -> Diagnosis {
    let facts = Facts::of(attempt, reading);
    let mut ranked = ranked_by(&facts, catalog, false);
    // The answer says nothing that is known; what stands around it may.
    let wider = || Facts::of(attempt, reading).with_surroundings();
    if ranked.is_empty()
        && let Some(facts) = wider()
    {
        ranked = ranked_by(&facts, catalog, false);
    }
    if ranked.is_empty() {
        ranked = ranked_by(wider().as_ref().unwrap_or(&facts), catalog, true);
    }
    // A bare status says less than the title of a report that names a fault of the request.
    if by_bare_status(&ranked)
        && let Some(facts) = Facts::of(attempt, reading).with_title()
    {
        let titled = ranked_by(&facts, catalog, false);
        if titled.first().is_some_and(|(rank, _)| *rank < Rank::Status) {
            ranked = titled;
        }
    }
    // Where the answer says nothing, the log around it may name what a server calls its own failure.
    if by_bare_status(&ranked) && reading.envelope.message.is_none() {
        let around = plain_faults(attempt, reading, catalog);
        let of_status = ranked.first().map(|(_, rule)| rule.then.class);
        if around.first().is_some_and(|(_, rule)| {
            matches!(rule.then.class, FailureClass::ContextLength | FailureClass::ContentPolicy)
                && of_status != Some(rule.then.class)
        }) {
            ranked = around;
        }
    }
    let matches: Vec<&Rule> = ranked.iter().map(|(_, rule)| *rule).collect();
    let Some(best) = matches.first().copied() else { return unknown(&facts, catalog, profile) };
    let defaults = Defaults::of(best.then.class, catalog, profile);
    let then = &best.then;
    let topic = then.topic.clone().unwrap_or_else(|| defaults.topic.clone());
    let agreeing: Vec<&Rule> = matches.iter().copied().filter(|rule| rule.then.class == then.class).collect();
    Diagnosis {
        class: then.class,
        // A code may say the class and the message beside it the cause.
        cause: agreeing.iter().find_map(|rule| rule.then.cause.clone()),
        retryable: match at_most(then.retry.unwrap_or(defaults.retryable), &matches) {
            RetryVerdict::Yes
                if ranked.first().is_some_and(|best| is_doubtful(attempt, reading, *best, catalog)) =>
            {
                RetryVerdict::Maybe
            }
            verdict => verdict,
        },
        fallback: then.fallback.unwrap_or(defaults.fallback),
        operator_action: then.operator_action.unwrap_or(defaults.operator_action),
        owner: then.owner.unwrap_or(defaults.owner),
        first_action: first_action(&agreeing, &matches).unwrap_or(defaults.first_action),
        see_also: finer_topics(defaults.beside, &agreeing, &matches, |id| {
            id != topic && belongs(id, catalog, profile)
        }),
        topic,
        because: reasons(&agreeing),
        alternatives: alternatives(&ranked),
        uncertain: open_questions(defaults.uncertain, &matches),
        confirmed: best.confirmed,
    }
}

/// True where `rule` holds for the attempt, whether it decides or not.
pub fn holds(rule: &Rule, attempt: &Attempt, reading: &Reading) -> bool {
    Facts::of(attempt, reading).fit(&rule.when).is_some()
}

/// The rules that hold, best first: by rank, then in the file order. A code that stands as a word in the text weighs as
/// words do, behind the message rules of its class. `hints`: only the rules that merely hint; else only the others.
fn ranked_by<'a>(facts: &Facts<'_>, catalog: &'a Catalog, hints: bool) -> Vec<(Rank, &'a Rule)> {
    let behind = |class: FailureClass| {
        let of_words = |rule: &Rule| {
            rule.rank() != Rank::Hint && !rule.when.message.is_empty() && rule.then.class <= class
        };
        catalog.rules.iter().rposition(of_words).unwrap_or(0)
    };
    let mut list: Vec<(Rank, usize, &Rule)> = Vec::new();
    // Most patterns are spared by one look at the words of the text.
    let may_match = catalog.rule_words().may_match(facts.searched());
    for (index, rule) in catalog.rules.iter().enumerate() {
        if may_match.get(index) == Some(&false) || (rule.rank() == Rank::Hint) != hints {
            continue;
        }
        match facts.fit(&rule.when) {
            Some(Fit::Stated) => list.push((rule.rank(), index, rule)),
            Some(Fit::InText) => list.push((Rank::Message, behind(rule.then.class), rule)),
            None => {}
        }
    }
    // Stable: what stands at one place stays in the file order.
    list.sort_by_key(|(rank, place, _)| (*rank, *place));
    list.into_iter().map(|(rank, _, rule)| (rank, rule)).collect()
}

/// The action of the first rule that names one, unless a rule before it names a cause of its own: an action belongs to
/// its cause. Else what a rule says whichever decides.
fn first_action(agreeing: &[&Rule], matches: &[&Rule]) -> Option<String> {
    let telling = agreeing.iter().find(|rule| rule.then.first_action.is_some() || rule.then.cause.is_some());
    let own = telling.and_then(|rule| rule.then.first_action.clone());
    own.or_else(|| matches.iter().find_map(|rule| rule.also.first_action.clone()))
}

/// The gateway's own page, then the finer topics of the rules that agree, best first, then those that hold whichever rule
/// decides.
fn finer_topics(
    own_page: Option<String>,
    agreeing: &[&Rule],
    matches: &[&Rule],
    fits: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut list: Vec<String> = own_page.into_iter().filter(|id| fits(id)).collect();
    let beside = matches.iter().map(|rule| &rule.also.see_also);
    let own = agreeing.iter().map(|rule| &rule.then.see_also);
    // The deciding rule's topics all stand; those that others add are few.
    let most = agreeing.first().map_or(0, |rule| rule.then.see_also.len()).max(MOST_NAMED);
    for id in agreeing.first().map(|rule| &rule.then.see_also).into_iter().chain(beside).chain(own).flatten()
    {
        if list.len() < most && fits(id) && !list.contains(id) {
            list.push(id.clone());
        }
    }
    list
}

/// The verdict, bounded by what every rule that holds allows.
fn at_most(verdict: RetryVerdict, matches: &[&Rule]) -> RetryVerdict {
    let bounds = matches.iter().filter_map(|rule| rule.also.retry_at_most);
    bounds.fold(verdict, |verdict, bound| match (verdict, bound) {
        (RetryVerdict::No, _) | (_, RetryVerdict::No) => RetryVerdict::No,
        (RetryVerdict::Maybe, _) | (_, RetryVerdict::Maybe) => RetryVerdict::Maybe,
        (RetryVerdict::Yes, RetryVerdict::Yes) => RetryVerdict::Yes,
    })
}

/// True where no more than the status decides.
fn by_bare_status(ranked: &[(Rank, &Rule)]) -> bool {
    let general = |rule: &Rule| rule.when.message.is_empty() && rule.then.class != FailureClass::None;
    ranked.first().is_some_and(|(rank, rule)| *rank >= Rank::Status && general(rule))
}

/// True where "yes" would promise more than is known: the message holds words that no rule knows, and only a general status
/// or type stands beside them; or the text says elsewhere what would fail again.
fn is_doubtful(attempt: &Attempt, reading: &Reading, best: (Rank, &Rule), catalog: &Catalog) -> bool {
    let (rank, rule) = best;
    let general = match rank {
        Rank::Type => rule.then.class == FailureClass::UpstreamServer && rule.then.cause.is_none(),
        Rank::Status => matches!(Facts::of(attempt, reading).status, Some(429 | 500)),
        _ => false,
    };
    // A word or two name no more than the status does.
    // Behind the exception of the same class, as relays print it first, other words are its cause.
    let says = reading.envelope.message.as_deref().is_some_and(|text| {
        (text.split_whitespace().nth(2).is_some()
            || text.chars().filter(|c| *c >= '\u{2e80}').nth(5).is_some())
            && !begins_with_exception(text, rule.then.class, catalog)
    });
    // A code is certain, whatever a person tells around it.
    general && says && rule.when.message.is_empty()
        || rank > Rank::Code && !plain_faults(attempt, reading, catalog).is_empty()
}

/// `litellm.InternalServerError: …`: the message names an exception first that is one for `class`.
fn begins_with_exception(message: &str, class: FailureClass, catalog: &Catalog) -> bool {
    let Some((name, _)) = message.split_once(": ").filter(|(name, _)| !name.contains(char::is_whitespace))
    else {
        return false;
    };
    let rules = catalog.rules.iter().filter(|rule| rule.then.class == class);
    rules.into_iter().any(|rule| !rule.when.exception.is_empty() && rule.when.exception.is_match(name))
}

/// The rules for classes of which every further try fails as well, by words anywhere in the text: what a server's own trouble
/// is never described with.
fn plain_faults<'a>(attempt: &Attempt, reading: &Reading, catalog: &'a Catalog) -> Vec<(Rank, &'a Rule)> {
    let all = Facts::of_all_text(attempt, reading).map(|all| ranked_by(&all, catalog, false));
    let plain = |class| {
        matches!(
            class,
            FailureClass::ContextLength
                | FailureClass::ContentPolicy
                | FailureClass::QuotaOrBillingClaim
                | FailureClass::UnsupportedParameter
                | FailureClass::PayloadTooLarge
        )
    };
    all.into_iter()
        .flatten()
        .filter(|(rank, rule)| *rank == Rank::Message && plain(rule.then.class))
        .collect()
}

/// What stays open: by the class, then by every rule that holds, each sentence once.
fn open_questions(of_class: Option<String>, matches: &[&Rule]) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for sentence in of_class.into_iter().chain(matches.iter().filter_map(|rule| rule.also.uncertain.clone()))
    {
        if !list.contains(&sentence) {
            list.push(sentence);
        }
    }
    list
}

/// The deciding rule, then others that agree with it.
fn reasons(agreeing: &[&Rule]) -> Vec<Reason> {
    agreeing
        .iter()
        .take(MOST_NAMED)
        .map(|rule| Reason {
            rule: rule.id.clone(),
            words: rule.because.clone(),
            source: rule.source.clone(),
        })
        .collect()
}

/// Other classes that fit as well, or nearly: by rules of the same rank or the next one. Rules by status, shape, stream and
/// transport stand from the special to the general, so that behind the first of them no other says anything new.
fn alternatives(ranked: &[(Rank, &Rule)]) -> Vec<Alternative> {
    let mut list: Vec<Alternative> = Vec::new();
    let Some((best_rank, best)) = ranked.first() else { return list };
    if *best_rank == Rank::Status {
        return list;
    }
    for (_, rule) in ranked.iter().filter(|(rank, _)| *rank as u8 <= *best_rank as u8 + 1) {
        let class = rule.then.class;
        if class != best.then.class && list.iter().all(|a| a.class != class) && list.len() < MOST_NAMED {
            list.push(Alternative { class, rule: rule.id.clone() });
        }
    }
    list
}

/// A finer topic is named only for the gateways to which it belongs.
fn belongs(topic: &str, catalog: &Catalog, profile: Option<&Profile>) -> bool {
    catalog
        .topic(topic)
        .is_some_and(|t| t.profiles.is_empty() || profile.is_some_and(|p| t.profiles.contains(&p.id)))
}

/// No rule fits. A 4xx that nobody knows fails the same again.
fn unknown(facts: &Facts<'_>, catalog: &Catalog, profile: Option<&Profile>) -> Diagnosis {
    let defaults = Defaults::of(FailureClass::Unknown, catalog, profile);
    let refused = facts.status.is_some_and(|s| (400..500).contains(&s));
    Diagnosis {
        class: FailureClass::Unknown,
        cause: None,
        retryable: if refused { RetryVerdict::No } else { defaults.retryable },
        fallback: defaults.fallback,
        operator_action: defaults.operator_action,
        owner: defaults.owner,
        first_action: defaults.first_action,
        see_also: defaults.beside.into_iter().filter(|id| *id != defaults.topic).collect(),
        topic: defaults.topic,
        because: Vec::new(),
        alternatives: Vec::new(),
        uncertain: defaults.uncertain.into_iter().collect(),
        confirmed: false,
    }
}

/// What follows from a class, with the profile's own choice of topics.
struct Defaults {
    retryable: RetryVerdict,
    fallback: Fallback,
    operator_action: OperatorAction,
    owner: Owner,
    first_action: String,
    topic: String,
    /// The gateway's own page on failures of the class.
    beside: Option<String>,
    uncertain: Option<String>,
}

impl Defaults {
    fn of(class: FailureClass, catalog: &Catalog, profile: Option<&Profile>) -> Self {
        let own_topic = profile.and_then(|p| p.topics.get(class.as_str())).cloned();
        let beside = profile.and_then(|p| p.see_also.get(class.as_str())).cloned();
        match catalog.class(class) {
            Some(known) => Self {
                retryable: known.retry,
                fallback: known.fallback,
                operator_action: known.operator_action,
                owner: known.owner,
                first_action: known.first_action.clone(),
                topic: own_topic.unwrap_or_else(|| known.topic.clone()),
                beside,
                uncertain: known.uncertain.clone(),
            },
            // Only with a catalog whose classes are missing: nothing is promised.
            None => Self {
                retryable: RetryVerdict::No,
                fallback: Fallback::No,
                operator_action: OperatorAction::ContactSupport,
                owner: Owner::Unknown,
                first_action: String::new(),
                topic: own_topic.unwrap_or_else(|| "support_form".to_owned()),
                beside,
                uncertain: None,
            },
        }
    }
}

#[cfg(test)]
mod tests;
