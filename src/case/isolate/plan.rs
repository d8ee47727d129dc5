//! What the search would send, told before anything is sent.

use super::lab::estimate;
use super::trial::{BodyId, TrialId, documented_path, endpoint, extras};
use super::{Problem, body, harmless};
use crate::case::catalog::StreamKind;

/// One kind of request that the search may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The word of its rows.
    pub changed: &'static str,
    /// To what, where it is known: a model's name, `[key#2]`. Raw.
    pub to: Vec<String>,
    /// What it shows, one sentence.
    pub shows: &'static str,
    /// Most requests of this kind; `None`: it shares what the others leave of the budget.
    pub most: Option<u32>,
    /// Tokens that one may cost where it works, as estimated.
    pub tokens: u64,
}

/// Most requests that `plan` may lead to.
pub fn most_requests(plan: &[Planned], budget: u32) -> u32 {
    let known = plan.iter().try_fold(0_u32, |sum, planned| Some(sum.saturating_add(planned.most?)));
    known.map_or(budget, |known| known.min(budget))
}

/// The kinds, in their order. Which of them are sent depends on the answers; together they are never more than the budget,
/// and no more than it by their own numbers: where these do not fit, the kinds share it.
pub fn plan(problem: &Problem<'_>) -> Vec<Planned> {
    let mut all = kinds(problem);
    let known: u32 = all.iter().filter_map(|planned| planned.most).sum();
    if known > problem.options.budget {
        for planned in &mut all {
            planned.most = None;
        }
    }
    all
}

fn kinds(problem: &Problem<'_>) -> Vec<Planned> {
    let options = problem.options;
    let own = estimate(problem.request);
    let row =
        |changed, shows, most, tokens| Planned { changed, to: Vec::new(), shows, most: Some(most), tokens };
    let open = |changed, shows, tokens| Planned { changed, to: Vec::new(), shows, most: None, tokens };
    let mut all = vec![row(
        "baseline",
        "the request as it is: does it fail each time, and alike?",
        super::outer::most_baseline(options),
        own,
    )];
    all.push(row("reach", "where nothing answers: does the host answer at all?", 1, 0));
    let costly = !options.costly && !super::outer::is_cheap(problem);
    all.push(row("models_list", "is the key alive, and which models are there?", 1, 0));
    if costly {
        return all;
    }
    if problem.proxied {
        all.push(row("direct", "past the proxy: is it the proxy?", 3, own));
    }
    let units = body::units(problem);
    let floor = BodyId::floor(&units);
    let small = TrialId::Body(floor).request(problem).map_or(own, |request| estimate(&request));
    if documented_path(problem).is_some() {
        all.push(row("path", "the documented path: is it the path?", 3, small));
    }
    if !units.is_empty() {
        all.push(open("fields", "the smallest body, then as much of the failing one as it takes", own));
        if problem.request.json().is_some_and(|json| harmless::body(&json, problem.catalog).is_some()) {
            all.push(row(
                "harmless_text",
                "harmless text of the same shape: is the customer's text needed?",
                1,
                own,
            ));
        }
        all.push(open(
            "padded_body",
            "the smallest body at the failing one's size: is it the size, and from which on?",
            own,
        ));
        all.push(open(
            "value",
            "another value in the field that is left: is it the field or its value?",
            small,
        ));
    }
    if !extras(problem).is_empty() {
        all.push(row("headers", "without headers and parameters that nobody needs", 12, small));
    }
    if options.other_key.is_some() || options.other_account.is_some() {
        let labels = options.other_key.iter().chain(&options.other_account).map(ToString::to_string);
        all.push(Planned { to: labels.collect(), ..row("key", "the other key: is it this key?", 6, small) });
    }
    let model =
        options.other_model.clone().unwrap_or_else(|| "one or two of the gateway's own list".to_owned());
    all.push(Planned { to: vec![model], ..row("model", "another model: is it this one?", 6, small) });
    if endpoint(problem).is_some_and(|e| e.stream == StreamKind::Sse) {
        all.push(row("stream", "streamed, or not: is it the way of the answer?", 3, small));
    }
    all.push(row("no_key", "without a key: is the key looked at?", 1, 0));
    all
}
