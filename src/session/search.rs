//! Step 3, the search: one trial after the other until the rows tell what makes the request fail, after one consent for all.

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;

use super::{Activity, Effect, IsolateAsk, Purpose, Session};
use crate::case::diagnose::diagnose;
use crate::case::evidence::{Attempt, BodyEnd, ControlRun, Outcome, Source};
use crate::case::isolate::{
    Answered, Changed, Isolation, Next, Options, Place, Planned, Problem, Row, RowOf, Trial, TrialId,
    Verdict, next, plan,
};
use crate::case::keyring::{Label, SecretKind};
use crate::case::request::Request;
use crate::case::vocabulary::{RetryDecision, TransportKind};

/// Bytes of a trial's answer that are kept.
const MOST_BODY: usize = 256 * 1024;

/// The search of this case.
#[derive(Debug, Default)]
pub(super) struct Search {
    options: Options,
    rows: Vec<Row>,
    places: Vec<Place>,
    pending: Option<Box<Trial>>,
    runs: bool,
}

impl Session {
    /// Asks for consent to the whole search. Rows of an earlier one of the same request stay: it goes on there.
    pub(super) fn isolate_requested(&mut self, ask: IsolateAsk) -> Vec<Effect> {
        if self.is_busy() {
            return Vec::new();
        }
        let Some(request) = self.sendable() else { return Vec::new() };
        let mut hold = |key: Option<super::event::GivenKey>| -> Option<Label> {
            key.map(|(origin, value)| self.ring.hold(SecretKind::Key, origin, value.expose_secret()))
        };
        let options = Options {
            other_key: hold(ask.other_key),
            other_account: hold(ask.other_account),
            ended: false,
            ..ask.options
        };
        if self.evidence.request.as_ref() != Some(&request) {
            self.search = Search::default();
        }
        self.search.options = options;
        self.notice = None;
        self.consent = Some(self.consent_for(request, Purpose::Isolate));
        Vec::new()
    }

    /// What the search may do.
    pub(super) fn isolation_options(&self) -> &Options {
        &self.search.options
    }

    /// What a search of `request` would send, in its order.
    pub(super) fn plan_for(&self, request: &Request) -> Vec<Planned> {
        plan(&self.problem(request))
    }

    pub(super) fn problem<'a>(&'a self, request: &'a Request) -> Problem<'a> {
        Problem {
            request,
            catalog: &self.catalog,
            profile: self.profile(),
            options: &self.search.options,
            proxied: (self.settings.proxy_for)(&request.target.host, &request.target.scheme),
        }
    }

    /// True while a search runs.
    pub(super) fn searches(&self) -> bool {
        self.search.runs
    }

    pub(super) fn begin_search(&mut self, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(request) = self.agreed.clone() else { return Vec::new() };
        if self.evidence.request.as_ref() != Some(&request) || !self.was_sent() {
            self.evidence.attempts.retain(|a| a.source == Source::Pasted);
            self.run_start = self.evidence.attempts.len();
            self.evidence.request = Some(request);
            self.evidence.poll = None;
            self.reread();
        }
        if self.search.rows.is_empty() {
            self.take_runs_as_rows();
        }
        self.search.runs = true;
        self.advance(now)
    }

    /// What was sent before the search is its first runs of the unchanged request.
    fn take_runs_as_rows(&mut self) {
        let Some(request) = self.evidence.request.clone() else { return };
        for at in self.run_start..self.evidence.attempts.len() {
            let pair = (self.evidence.attempts.get(at), self.readings.get(at));
            let (Some(attempt), Some(reading)) = pair else { continue };
            let cancelled = attempt.transport().is_some_and(|t| t.kind == TransportKind::Cancelled);
            if cancelled || attempt.polls > 0 {
                continue;
            }
            let diagnosis = diagnose(attempt, reading, &self.catalog, self.profile());
            let answered = Answered::of(&request, attempt, reading, &diagnosis);
            self.search.rows.push(Row { id: TrialId::Same, answered });
            self.search.places.push(Place::Attempt(at));
        }
    }

    /// The next trial, or the end.
    fn advance(&mut self, now: DateTime<Utc>) -> Vec<Effect> {
        self.note_is_stale();
        let Some(request) = self.evidence.request.clone() else { return Vec::new() };
        match next(&self.problem(&request), &self.search.rows) {
            Next::Send { trial, wait_ms: 0 } => self.send_trial(*trial, None, now),
            Next::Send { trial, wait_ms } => {
                self.search.pending = Some(trial);
                self.next_token += 1;
                self.activity = Activity::Waiting {
                    ms: wait_ms,
                    token: self.next_token,
                    since: now,
                    reason: "an answer that may be of a moment is asked for once more",
                };
                vec![Effect::Wait { ms: wait_ms, token: self.next_token }]
            }
            Next::Done(verdict) => {
                self.search_over(*verdict);
                Vec::new()
            }
        }
    }

    fn send_trial(&mut self, trial: Trial, waited_ms: Option<u64>, now: DateTime<Utc>) -> Vec<Effect> {
        let control = (trial.id != TrialId::Same).then_some(Changed::Trial(trial.id));
        self.send(trial.request, control, waited_ms, now)
    }

    /// The wait before a trial is over. `None`: no trial waits.
    pub(super) fn pending_trial(&mut self, waited_ms: u64, now: DateTime<Utc>) -> Option<Vec<Effect>> {
        let trial = self.search.pending.take()?;
        Some(self.send_trial(*trial, Some(waited_ms), now))
    }

    /// A trial of the search ended.
    pub(super) fn trial_done(
        &mut self,
        control: Option<Changed>,
        mut attempt: Attempt,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let request =
            if control.is_some() { self.sent_control.take() } else { self.evidence.request.clone() };
        let Some(request) = request else { return Vec::new() };
        let reading = self.read_attempt(&attempt, Some(&request));
        let diagnosis = diagnose(&attempt, &reading, &self.catalog, self.profile());
        let answered = Answered::of(&request, &attempt, &reading, &diagnosis);
        let cancelled = attempt.transport().is_some_and(|t| t.kind == TransportKind::Cancelled);
        self.search.options.ended |= cancelled || answered.local;
        bound(&mut attempt);
        let (id, place) = if let Some(Changed::Trial(id)) = control {
            self.control_readings.push(reading);
            let changed = Changed::Trial(id.clone());
            self.evidence.controls.push(ControlRun { changed, request, attempt });
            (id, Place::Control(self.evidence.controls.len() - 1))
        } else {
            attempt.decision = Some(RetryDecision::Repeated);
            "a run of the unchanged request, to see whether it fails each time"
                .clone_into(&mut attempt.reason);
            // A run that the operator cancelled says nothing where another one does.
            if !cancelled && !answered.worked || self.diagnosis.is_none() {
                self.diagnosis = Some(diagnosis);
            }
            self.readings.push(reading);
            self.evidence.attempts.push(attempt);
            (TrialId::Same, Place::Attempt(self.evidence.attempts.len() - 1))
        };
        if !cancelled {
            self.search.rows.push(Row { id, answered });
            self.search.places.push(place);
        }
        self.advance(now)
    }

    /// The operator stops the search while it waits.
    pub(super) fn stop_search(&mut self, now: DateTime<Utc>) -> Vec<Effect> {
        self.search.pending = None;
        self.search.options.ended = true;
        self.activity = Activity::Idle;
        self.advance(now)
    }

    fn search_over(&mut self, verdict: Verdict) {
        self.search.runs = false;
        let rows = self.search.rows.iter().zip(&self.search.places).zip(&verdict.outcomes);
        let rows = rows.map(|((row, place), outcome)| RowOf { id: row.id.clone(), outcome, place: *place });
        let isolation = Isolation { rows: rows.collect(), budget: self.search.options.budget, verdict };
        self.evidence.isolation = Some(isolation);
        self.note_is_stale();
    }
}

/// Many answers are kept: of each only its beginning.
pub(super) fn bound(attempt: &mut Attempt) {
    if let Outcome::Response(response) = &mut attempt.outcome
        && response.body.len() > MOST_BODY
    {
        response.body.truncate(MOST_BODY);
        response.packed = None;
        response.end = BodyEnd::Capped;
    }
}
