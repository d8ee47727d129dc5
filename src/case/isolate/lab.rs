//! Answers the search's questions from the rows that are there, and says what has to be sent where none does.

use std::collections::{BTreeMap, BTreeSet};

use super::guess::Said;
use super::trial::{Trial, TrialId};
use super::{Options, Problem};
use crate::case::diagnose::Diagnosis;
use crate::case::evidence::{Attempt, Reading};
use crate::case::fingerprint::Fingerprint;
use crate::case::request::Request;
use crate::case::vocabulary::{FailureClass, SoftFailure, TransportKind};

/// Times that a passing answer (a 429 or 5xx between others) is asked again before it counts.
const MOST_AGAIN: usize = 4;
/// Times that a plain 500 says the same before it is taken as an answer. Overload and time-outs have a status of their own.
const SETTLED: usize = 3;
/// First wait before it is asked again, milliseconds; doubled each time.
const FIRST_WAIT_MS: u64 = 300;
/// Longest wait, milliseconds, whatever the gateway asks for.
const LONGEST_WAIT_MS: u64 = 20_000;
/// Words of a message that are compared with the names of fields.
const MOST_HINTS: usize = 60;
/// Characters of a message that are kept.
const MOST_CHARS: usize = 2_000;
/// Characters of a body that one token stands for, about.
const CHARS_PER_TOKEN: u64 = 4;
/// Output tokens of a request that sets no limit, for the estimate.
const OPEN_OUTPUT: u64 = 256;

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub id: TrialId,
    /// What came.
    pub answered: Answered,
}

/// An answer, as far as the search looks at it. Raw: it holds words of the gateway's message.
#[derive(Clone, PartialEq, Eq)]
pub struct Answered {
    /// The failure, where it is one.
    pub fingerprint: Fingerprint,
    /// It worked.
    pub worked: bool,
    /// It may be of this moment only: 429, 5xx, a cut connection.
    pub passing: bool,
    /// The wait that the gateway asks for, milliseconds.
    pub retry_after_ms: Option<u64>,
    /// Its class.
    pub class: FailureClass,
    /// Words of the message and the parameter, which may name fields.
    pub hints: Vec<String>,
    /// The parameter that the error names.
    pub param: Option<String>,
    /// Its sentences.
    pub messages: Vec<String>,
    /// Models of a list, in its order.
    pub models: Vec<String>,
    /// Tokens that it may have cost, input and output, as estimated.
    pub tokens: u64,
    /// The request could not be sent for a local reason.
    pub local: bool,
}

impl std::fmt::Debug for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answered({:?}, worked: {}, {})", self.fingerprint, self.worked, self.class.as_str())
    }
}

impl Answered {
    /// What `attempt` of `request` says.
    pub fn of(request: &Request, attempt: &Attempt, reading: &Reading, diagnosis: &Diagnosis) -> Self {
        let envelope = &reading.envelope;
        let status = attempt.response().and_then(|r| r.status);
        let worked = diagnosis.class == FailureClass::None;
        let said = [&envelope.param, &envelope.message, &envelope.inner_message];
        let words = said.into_iter().flatten().flat_map(|text| {
            text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').filter(|w| !w.is_empty())
        });
        let sentences = [&envelope.message, &envelope.inner_message];
        let messages = sentences.into_iter().flatten().map(|text| text.chars().take(MOST_CHARS).collect());
        let hints = if worked { Vec::new() } else { words.take(MOST_HINTS).map(str::to_owned).collect() };
        Self {
            fingerprint: Fingerprint::of(attempt, reading),
            worked,
            passing: !worked
                && (attempt.transport().is_some()
                    || status.is_some_and(|s| s == 429 || s == 408 || (500..600).contains(&s))),
            retry_after_ms: reading.retry_after_ms,
            class: diagnosis.class,
            hints,
            param: envelope.param.clone().filter(|_| !worked),
            messages: if worked { Vec::new() } else { messages.collect() },
            models: attempt.listed_models(),
            tokens: if worked { estimate(request) } else { 0 },
            local: attempt.transport().is_some_and(|t| t.kind == TransportKind::Local),
        }
    }
}

/// Tokens that `request` may cost where it works: a quarter of its body, and the output that it allows.
pub fn estimate(request: &Request) -> u64 {
    if request.method == "GET" {
        return 0;
    }
    let json = request.json();
    let limit = ["max_tokens", "max_completion_tokens", "max_output_tokens"];
    let limit = limit.iter().find_map(|name| json.as_ref()?.get(*name)?.as_u64());
    request.body_bytes() / CHARS_PER_TOKEN + limit.unwrap_or(OPEN_OUTPUT).min(1 << 20)
}

/// How a trial compares with the failing request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// It fails alike.
    Same,
    /// It works.
    Worked,
    /// It fails in another way.
    Other(Fingerprint),
}

/// Why the search stops here.
#[derive(Debug)]
pub(super) enum Stop {
    /// This has to be sent first.
    Need {
        /// What.
        trial: Box<Trial>,
        /// Wait before, milliseconds.
        wait_ms: u64,
    },
    /// Nothing more may be sent; says which bound was reached.
    Spent(&'static str),
}

/// What fails, as the baseline has it.
#[derive(Debug, Clone)]
pub(super) struct Oracle {
    /// The failure.
    pub(super) fingerprint: Fingerprint,
    /// Its words are the same each time.
    pub(super) stable: bool,
    /// It may be of a moment only.
    pub(super) passing: bool,
    /// Its class.
    pub(super) class: FailureClass,
    /// Words of its message.
    pub(super) hints: BTreeSet<String>,
    /// What it says.
    pub(super) said: Said,
}

/// The rows and what was made of them.
pub(super) struct Lab<'a> {
    /// The problem.
    pub(super) problem: &'a Problem<'a>,
    rows: BTreeMap<&'a TrialId, Vec<(usize, &'a Answered)>>,
    sent: u32,
    tokens: u64,
    /// Set by the baseline.
    pub(super) oracle: Option<Oracle>,
    /// Failures of a 500 that are what the request gets.
    settled: Vec<Fingerprint>,
    /// Answers of a moment that were seen.
    pub(super) noise: u32,
    /// Runs that the baseline took.
    pub(super) baseline_runs: u32,
}

impl<'a> Lab<'a> {
    pub(super) fn new(problem: &'a Problem<'a>, rows: &'a [Row]) -> Self {
        let mut by_id: BTreeMap<&TrialId, Vec<(usize, &Answered)>> = BTreeMap::new();
        for (index, row) in rows.iter().enumerate() {
            by_id.entry(&row.id).or_default().push((index, &row.answered));
        }
        let tokens = rows.iter().map(|row| row.answered.tokens).sum();
        let sent = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        Self {
            problem,
            rows: by_id,
            sent,
            tokens,
            oracle: None,
            settled: Vec::new(),
            noise: 0,
            baseline_runs: 0,
        }
    }

    pub(super) fn options(&self) -> &'a Options {
        self.problem.options
    }

    /// The answers to `id`, in order.
    pub(super) fn answers(&self, id: &TrialId) -> Vec<&'a Answered> {
        self.rows.get(id).into_iter().flatten().map(|(_, answered)| *answered).collect()
    }

    /// Numbers of the rows of `id`, from 1.
    pub(super) fn numbers(&self, id: &TrialId) -> Vec<usize> {
        self.rows.get(id).into_iter().flatten().map(|(index, _)| index + 1).collect()
    }

    /// The `number`th answer to `id` (from 0); sends it where it is not there yet.
    pub(super) fn answer(
        &self,
        id: &TrialId,
        number: usize,
        wait_ms: u64,
    ) -> Result<Option<&'a Answered>, Stop> {
        if let Some(answered) = self.answers(id).get(number) {
            return Ok(Some(answered));
        }
        let Some(request) = id.request(self.problem) else { return Ok(None) };
        let options = self.problem.options;
        if options.ended {
            return Err(Stop::Spent("it was stopped"));
        }
        if self.sent >= options.budget {
            return Err(Stop::Spent("the budget of requests is spent"));
        }
        if options.tokens.is_some_and(|most| self.tokens.saturating_add(estimate(&request)) > most) {
            return Err(Stop::Spent("the budget of tokens is spent"));
        }
        Err(Stop::Need { trial: Box::new(Trial { id: id.clone(), request }), wait_ms })
    }

    /// How `id` compares with the failing request; `None` where it cannot be made. An answer of a moment is asked again.
    pub(super) fn ask(&mut self, id: &TrialId) -> Result<Option<Kind>, Stop> {
        Ok(self.decided(id, 0)?.map(|(kind, _)| kind))
    }

    /// Asks `id` until it was decided `times` times; `None` where the answers differ.
    pub(super) fn confirm(&mut self, id: &TrialId, times: usize) -> Result<Option<Kind>, Stop> {
        let mut from = 0;
        let mut first: Option<Kind> = None;
        for _ in 0..times {
            let Some((kind, next)) = self.decided(id, from)? else { return Ok(None) };
            from = next;
            match &first {
                Some(known) if *known != kind => return Ok(None),
                _ => first = Some(kind),
            }
        }
        Ok(first)
    }

    /// The failing request fails alike in `more` runs beyond the baseline's. A passing answer of another kind is asked again.
    pub(super) fn confirm_same(&mut self, more: usize) -> Result<bool, Stop> {
        let mut at = usize::try_from(self.baseline_runs).unwrap_or(0);
        for _ in 0..more {
            let Some((kind, next)) = self.decided(&TrialId::Same, at)? else { return Ok(false) };
            at = next;
            if kind != Kind::Same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The next decided answer to `id` from its `from`th on, and where the one after it begins.
    fn decided(&mut self, id: &TrialId, from: usize) -> Result<Option<(Kind, usize)>, Stop> {
        let mut at = from;
        let mut again = 0;
        loop {
            let pause =
                match (again, at.checked_sub(1).and_then(|before| self.answers(id).get(before).copied())) {
                    (0, _) | (_, None) => 0,
                    (_, Some(last)) => wait(last, again),
                };
            let Some(answered) = self.answer(id, at, pause)? else { return Ok(None) };
            at += 1;
            let kind = self.kind(answered);
            // Where the failure itself may be of a moment, one that looks alike may be another moment's.
            let is_alike = kind == Kind::Same && self.oracle.as_ref().is_some_and(|o| o.passing);
            if is_alike && again == 0 && *id != TrialId::Same {
                again += 1;
                let Some(second) = self.answer(id, at, wait(answered, 1))? else { return Ok(None) };
                at += 1;
                if self.kind(second) == Kind::Same {
                    return Ok(Some((Kind::Same, at)));
                }
                self.noise += 1;
                if self.kind(second) == Kind::Worked {
                    return Ok(Some((Kind::Worked, at)));
                }
                continue;
            }
            if matches!(kind, Kind::Other(_)) && answered.passing && again < MOST_AGAIN {
                if self.is_settled(id, from, at) {
                    return Ok(Some((kind, at)));
                }
                self.noise += 1;
                again += 1;
                continue;
            }
            return Ok(Some((kind, at)));
        }
    }

    /// The answers to `id` from the `from`th up to the `to`th are a plain 500 in the same words each time, or in words that
    /// another body got so: what this request gets, and nothing of a moment.
    fn is_settled(&mut self, id: &TrialId, from: usize, to: usize) -> bool {
        let answers = self.answers(id);
        let these = answers.get(from..to).unwrap_or_default();
        let Some(print) =
            these.last().map(|last| &last.fingerprint).filter(|print| print.status == Some(500))
        else {
            return false;
        };
        if self.settled.contains(print) {
            return true;
        }
        let alike = these.iter().filter(|answered| answered.fingerprint == *print).count();
        let settled = alike >= SETTLED && alike == these.len();
        if settled {
            self.settled.push(print.clone());
        }
        settled
    }

    /// How `answered` compares with the failing request.
    pub(super) fn kind(&self, answered: &Answered) -> Kind {
        let Some(oracle) = &self.oracle else {
            return if answered.worked { Kind::Worked } else { Kind::Other(answered.fingerprint.clone()) };
        };
        // An answer of a few tokens that its own limit cut still shows that the request is served.
        let short = |fingerprint: &Fingerprint| fingerprint.soft == Some(SoftFailure::LengthLimit);
        if answered.worked || (short(&answered.fingerprint) && !short(&oracle.fingerprint)) {
            return Kind::Worked;
        }
        let alike = if oracle.stable {
            answered.fingerprint == oracle.fingerprint
        } else {
            answered.fingerprint.without_message() == oracle.fingerprint.without_message()
        };
        if alike { Kind::Same } else { Kind::Other(answered.fingerprint.clone()) }
    }
}

/// Milliseconds to wait after `last` before it is asked once more, the `again`th time.
pub(super) fn wait(last: &Answered, again: usize) -> u64 {
    let own = FIRST_WAIT_MS << again.min(6);
    last.retry_after_ms.unwrap_or(own).max(own).min(LONGEST_WAIT_MS)
}
