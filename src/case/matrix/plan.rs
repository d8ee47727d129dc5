//! What will be sent: the checks in order, each with its request; those with the same request share it. And when to stop.

use std::collections::BTreeMap;
use std::fmt;

use super::request::build;
use crate::case::catalog::{Catalog, Change, Endpoint, Expected, MatrixCheck, Profile};
use crate::case::evidence::{Attempt, BodyEnd, Outcome};
use crate::case::keyring::Label;
use crate::case::note::Timeouts;
use crate::case::request::Request;
use crate::case::vocabulary::TransportKind;

/// The profile whose expectations hold where a profile has none of its own.
const DEFAULT: &str = "openai_compatible";

/// Everything that decides what is sent.
#[derive(Clone, Copy)]
pub struct Choice<'a> {
    /// What is known of gateways.
    pub catalog: &'a Catalog,
    /// The gateway.
    pub profile: &'a Profile,
    /// Scheme, host and what comes before `/v1`.
    pub base_url: &'a str,
    /// The model.
    pub model: &'a str,
    /// The operator's key; `None`: the gateway is asked without.
    pub key: Option<Label>,
    /// A key that was made up for this run.
    pub unknown_key: Label,
    /// Ids of the checks to run; empty: all.
    pub only: &'a [String],
    /// Ids of the checks to leave out.
    pub skip: &'a [String],
    /// The smoke test only.
    pub smoke: bool,
    /// Bytes of an oversized prompt.
    pub oversize: Option<u64>,
    /// Models that ask the gateway for a failure, by check.
    pub provoked: &'a BTreeMap<String, String>,
    /// Deadlines.
    pub timeouts: Timeouts,
}

/// What will be sent.
pub struct Plan<'a> {
    /// By what it was made.
    pub choice: Choice<'a>,
    /// The chat endpoint.
    pub endpoint: &'a Endpoint,
    /// The smallest request that works: what is shown when consent is asked for.
    pub base: Request,
    /// The checks in order.
    pub steps: Vec<Step<'a>>,
    /// The requests in order, each once.
    pub requests: Vec<Planned>,
}

/// A check with its part in the run.
pub struct Step<'a> {
    /// The check.
    pub check: &'a MatrixCheck,
    /// What is right, and the profile that says so.
    pub expected: Option<(&'a Expected, &'a str)>,
    /// Its request.
    pub run: Run,
}

/// A check's part in the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// The request of this index.
    Send(usize),
    /// None; why, a sentence for the report.
    Not(String),
}

/// A request with its deadlines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What is sent, masked.
    pub request: Request,
    /// Deadlines.
    pub timeouts: Timeouts,
}

/// What came of a planned request.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The attempt.
    pub attempt: Attempt,
    /// How often it was sent, counted where it is sent.
    pub sends: u32,
}

/// Bytes of an answer that are looked at: no completion of 16 tokens and no list of models has more.
const MOST_BYTES: usize = 2 * 1024 * 1024;

impl Answered {
    /// What came after so many sends. Of a body that is larger than any right one the first part is kept.
    pub fn new(mut attempt: Attempt, sends: u32) -> Self {
        if let Outcome::Response(response) = &mut attempt.outcome {
            let inflated = response.packed.as_ref().map_or(0, |packed| packed.inflated.len());
            if response.body.len().max(inflated) > MOST_BYTES {
                response.body.truncate(MOST_BYTES);
                if let Some(packed) = &mut response.packed {
                    packed.inflated.truncate(MOST_BYTES);
                }
                if response.end == BodyEnd::Complete {
                    response.end = BodyEnd::Capped;
                }
            }
        }
        Self { attempt, sends }
    }
}

impl<'a> Plan<'a> {
    /// The plan for `choice`.
    ///
    /// # Errors
    /// Why nothing can be sent, a sentence for the operator.
    pub fn new(choice: Choice<'a>) -> Result<Self, String> {
        let Choice { catalog, profile, .. } = choice;
        if let Some(id) = choice.only.iter().chain(choice.skip).find(|id| catalog.matrix.check(id).is_none())
        {
            let known: Vec<&str> = catalog.matrix.checks.iter().map(|c| c.id.as_str()).collect();
            // An argument may be anything, also a key; it is repeated only where it looks like an id.
            let plain = id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && id.len() < 40;
            let named = if plain { id.as_str() } else { "of that id" };
            return Err(format!("there is no check {named}; known: {}", known.join(", ")));
        }
        let endpoint = catalog
            .endpoint_at("POST", "/v1/chat/completions", Some(profile))
            .ok_or("the catalog has no endpoint for chat completions")?;
        let base = build("", &Change::default(), &choice, endpoint)?;
        let mut plan = Self { choice, endpoint, base, steps: Vec::new(), requests: Vec::new() };
        for check in catalog.matrix.checks.iter().filter(|check| check.smoke || !choice.smoke) {
            let run = plan.run(check);
            plan.steps.push(Step { check, expected: expected(check, &choice), run });
        }
        Ok(plan)
    }

    fn run(&mut self, check: &MatrixCheck) -> Run {
        let choice = &self.choice;
        if !choice.only.is_empty() && !choice.only.contains(&check.id) {
            return Run::Not("left out: --only names other checks".to_owned());
        }
        if choice.skip.contains(&check.id) {
            return Run::Not("left out by --skip".to_owned());
        }
        let request = match build(&check.id, &check.change, choice, self.endpoint) {
            Ok(request) => request,
            Err(reason) => return Run::Not(reason),
        };
        let mut timeouts = choice.timeouts;
        if check.change.first_byte_ms > 0 {
            // Just before the end of all, so that the deadline that passes is this one.
            timeouts.first_byte_ms = check.change.first_byte_ms.min(timeouts.total_ms.saturating_sub(1));
        }
        let planned = Planned { request, timeouts };
        let at = self.requests.iter().position(|known| *known == planned).unwrap_or_else(|| {
            self.requests.push(planned);
            self.requests.len() - 1
        });
        Run::Send(at)
    }

    /// Most output tokens that all answers together can cost.
    pub fn most_output_tokens(&self) -> u64 {
        let of = |planned: &Planned| {
            let body = planned.request.json()?;
            body.get("max_tokens").or_else(|| body.get("max_completion_tokens"))?.as_u64()
        };
        self.requests.iter().filter_map(of).sum()
    }

    /// Most seconds that it can take.
    pub fn most_seconds(&self) -> u64 {
        self.requests.iter().map(|planned| planned.timeouts.total_ms).sum::<u64>().div_ceil(1000)
    }

    /// Why nothing more is sent after these answers; `None`: it goes on. A host that cannot be reached, and a gateway that
    /// refuses for its load twice in a row, say nothing of the contract.
    pub fn stop_after(answered: &[Result<Answered, String>]) -> Option<String> {
        let attempts: Vec<&Attempt> =
            answered.iter().filter_map(|a| a.as_ref().ok()).map(|a| &a.attempt).collect();
        let last = attempts.last()?;
        let unreachable = |kind| {
            matches!(
                kind,
                TransportKind::Dns
                    | TransportKind::Connect
                    | TransportKind::ConnectTimeout
                    | TransportKind::Tls
                    | TransportKind::Proxy
                    | TransportKind::Local
            )
        };
        if let Some(failure) = last.transport().filter(|f| unreachable(f.kind)) {
            return Some(format!(
                "the host could not be reached ({}), so nothing more was sent",
                failure.kind
            ));
        }
        let busy = |attempt: &&Attempt| attempt.response().and_then(|r| r.status) == Some(429);
        (attempts.len() > 1 && attempts.iter().rev().take(2).all(busy)).then(|| {
            "the gateway answered 429 twice in a row, so nothing more was sent; run it again later".to_owned()
        })
    }
}

/// What is right for `check`: by the profile, else by the default.
fn expected<'a>(check: &MatrixCheck, choice: &Choice<'a>) -> Option<(&'a Expected, &'a str)> {
    let of = |profile: &'a Profile| Some((profile.expectations.get(&check.id)?, profile.id.as_str()));
    of(choice.profile).or_else(|| of(choice.catalog.profile(DEFAULT)?))
}

impl fmt::Debug for Plan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plan({} checks, {} requests)", self.steps.len(), self.requests.len())
    }
}
