//! Step 2: consent, attempts, retries, diagnosis.

use chrono::{DateTime, Utc};

use super::{Activity, ClientRequestHeader, Effect, Outgoing, Phase, Progress, Purpose, Session};
use crate::case::diagnose::diagnose;
use crate::case::evidence::{Attempt, ControlRun, Expectation, Outcome, Reading, Source, read};
use crate::case::finding::Level;
use crate::case::isolate::Changed;
use crate::case::request::{Header, Request};
use crate::case::retry::{Next, decide, decide_repeat};
use crate::case::vocabulary::{FailureClass, RetryDecision, TransportKind};

impl Session {
    pub(super) fn send_requested(&mut self, now: DateTime<Utc>) -> Vec<Effect> {
        if self.is_busy() {
            return Vec::new();
        }
        // A file may have changed since it was looked at.
        if let Some(look) = self.look_at_files(true) {
            self.send_after_look = true;
            return vec![look];
        }
        self.ask_to_send(now)
    }

    /// Asks for consent, or sends where it was given for this very request.
    pub(super) fn ask_to_send(&mut self, now: DateTime<Utc>) -> Vec<Effect> {
        if self.is_busy() {
            return Vec::new();
        }
        let Some(request) = self.sendable() else { return Vec::new() };
        self.notice = None;
        if self.agreed.as_ref() == Some(&request) {
            return self.begin(request, None, now);
        }
        self.consent = Some(self.consent_for(request, Purpose::Reproduce));
        Vec::new()
    }

    /// The request, where it can be sent; else the operator is told why not.
    pub(super) fn sendable(&mut self) -> Option<Request> {
        let finding = match self.request() {
            Err(finding) => *finding,
            Ok(request) => match self.obstacle(&request) {
                None => return Some(request),
                Some(finding) => finding,
            },
        };
        self.say(Level::Error, format!("cannot be sent: {}; {}", finding.message, finding.fix));
        None
    }

    pub(super) fn consent_given(&mut self, remember: bool, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(consent) = self.consent.take() else { return Vec::new() };
        let mut effects: Vec<Effect> =
            self.allow(&consent, remember).into_iter().map(Effect::RememberBinding).collect();
        let control = match consent.purpose {
            Purpose::Reproduce => {
                self.agreed = Some(consent.request.clone());
                None
            }
            Purpose::Control(changed) => Some(changed),
            Purpose::Check => None,
            Purpose::Poll => {
                effects.extend(self.begin_polls(consent.request, now));
                return effects;
            }
            Purpose::Isolate => {
                self.agreed = Some(consent.request);
                effects.extend(self.begin_search(now));
                return effects;
            }
        };
        effects.extend(self.begin(consent.request, control, now));
        effects
    }

    pub(super) fn consent_refused(&mut self) -> Vec<Effect> {
        if self.consent.take().is_some() {
            self.say(Level::Info, "nothing was sent");
        }
        Vec::new()
    }

    /// Starts a run: what was sent before is replaced, a pasted answer stays as the first attempt.
    fn begin(&mut self, request: Request, control: Option<Changed>, now: DateTime<Utc>) -> Vec<Effect> {
        if control.is_none() {
            self.evidence.attempts.retain(|a| a.source == Source::Pasted);
            self.evidence.request = Some(request.clone());
            self.evidence.poll = None;
            self.run_start = self.evidence.attempts.len();
            self.reread();
        }
        self.note_is_stale();
        self.send(request, control, None, now)
    }

    pub(super) fn send(
        &mut self,
        request: Request,
        control: Option<Changed>,
        waited_ms: Option<u64>,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let so_far =
            if control.is_some() { self.evidence.controls.len() } else { self.evidence.attempts.len() };
        let index = u32::try_from(so_far).unwrap_or(u32::MAX - 1) + 1;
        if control.is_some() {
            self.sent_control = Some(request.clone());
        }
        let client_request_id = self.client_request_id(&request);
        let direct = matches!(&control, Some(Changed::Trial(id)) if id.goes_direct());
        self.sent_in_all = self.sent_in_all.saturating_add(1);
        self.activity = Activity::Sending {
            progress: Progress { phase: Phase::Connecting, elapsed_ms: 0, bytes: 0, events: 0 },
            control,
            index,
            since: now,
            cancelling: false,
        };
        vec![Effect::Send(Box::new(Outgoing {
            ring: self.ring.clone(),
            timeouts: self.timeouts(),
            client_request_id,
            request,
            index,
            waited_ms,
            direct,
        }))]
    }

    /// The header with our own id that the next request carries: the case's id and how many were sent in it, controls
    /// among them, so that each id leads to one line of the gateway's log and back. `None` where nobody said which header
    /// may carry it, where the request has it already, and where the gateway would take it for its own.
    pub fn client_request_id(&self, request: &Request) -> Option<Header> {
        let name = self.client_request_header(request)?;
        Some(Header::new(name, format!("{}-{}", self.id(), self.sent_in_all.saturating_add(1))))
    }

    /// The name of the header in which `request` carries an id of ours.
    pub fn client_request_header(&self, request: &Request) -> Option<String> {
        let profile = self.profile();
        let name = match &self.settings.client_request_id {
            ClientRequestHeader::No => return None,
            ClientRequestHeader::Named(name) => name.clone(),
            ClientRequestHeader::OfProfile => profile?.client_request_id.as_ref()?.header.clone(),
        };
        let taken = request.headers.iter().any(|h| h.name.eq_ignore_ascii_case(&name))
            || profile.is_some_and(|p| p.request_id_headers.contains(&name));
        (!taken).then_some(name)
    }

    pub(super) fn progressed(&mut self, new: Progress) -> Vec<Effect> {
        if let Activity::Sending { progress, .. } = &mut self.activity {
            *progress = new;
        }
        Vec::new()
    }

    pub(super) fn attempt_done(&mut self, attempt: Attempt, now: DateTime<Utc>) -> Vec<Effect> {
        let Activity::Sending { control, .. } = std::mem::replace(&mut self.activity, Activity::Idle) else {
            return Vec::new();
        };
        self.note_is_stale();
        self.confirmed = false;
        if self.searches() {
            return self.trial_done(control, attempt, now);
        }
        match control {
            Some(changed) => self.control_done(changed, attempt),
            None if self.polls() => self.poll_done(attempt, now),
            None => self.own_attempt_done(attempt, now),
        }
    }

    fn control_done(&mut self, changed: Changed, attempt: Attempt) -> Vec<Effect> {
        let Some(request) = self.sent_control.take() else { return Vec::new() };
        let reading = self.read_attempt(&attempt, Some(&request));
        self.control_readings.push(reading);
        let what = match &changed {
            Changed::Model(model) => format!("model {model}"),
            Changed::Key(label) => format!("key {label}"),
            Changed::MinimalBody => "the minimal body".to_owned(),
            Changed::Trial(id) => id.word().replace('_', " "),
        };
        let came = match &attempt.outcome {
            Outcome::Response(response) => {
                response.status.map_or_else(|| "an answer without a status".to_owned(), |s| s.to_string())
            }
            Outcome::Transport(failure) => failure.kind.to_string(),
        };
        self.evidence.controls.push(ControlRun { changed, request, attempt });
        let compared = self.compared(self.evidence.controls.len() - 1).unwrap_or_default();
        self.say(Level::Info, format!("{what}: {came}, {compared}"));
        Vec::new()
    }

    fn own_attempt_done(&mut self, mut attempt: Attempt, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(request) = self.evidence.request.clone() else { return Vec::new() };
        let reading = self.read_attempt(&attempt, Some(&request));
        let diagnosis = diagnose(&attempt, &reading, &self.catalog, self.profile());
        let next = self.next_after(&attempt, &reading, &diagnosis, now);
        let next = self.poll_instead(next, &request, &reading, now);
        attempt.decision = Some(next.decision);
        next.reason.clone_into(&mut attempt.reason);
        // Of a repeated request what failed is what the note is about, also where the last one worked.
        let repeats = self.settings.policy.repeat > 1 && diagnosis.class == FailureClass::None;
        // An answer that was pasted says more than none of our own.
        let unanswered =
            attempt.response().is_none() && self.decides().is_some_and(|at| self.is_pasted_answer(at));
        let is_new =
            !repeats || self.diagnosis.as_ref().is_none_or(|known| known.class == FailureClass::None);
        // One that the operator ended says nothing of the failure, where another one does.
        let says_nothing = attempt.is_cancelled() && self.decides().is_some();
        if is_new && !unanswered && !says_nothing {
            self.diagnosis = Some(diagnosis);
        }
        self.readings.push(reading);
        self.evidence.attempts.push(attempt);
        self.wait_for(next, now)
    }

    fn next_after(
        &mut self,
        attempt: &Attempt,
        reading: &Reading,
        diagnosis: &crate::case::diagnose::Diagnosis,
        now: DateTime<Utc>,
    ) -> Next {
        let stop = |decision, reason| Next { decision, wait_ms: None, reason };
        if let Some(ended) = ended_here(attempt) {
            return ended;
        }
        let partial = attempt.response().and_then(|r| r.stream.as_ref()).is_some_and(|s| s.content_chars > 0);
        let policy = &self.settings.policy;
        let worked = diagnosis.class == FailureClass::None;
        if partial && !worked && policy.repeat <= 1 && !policy.regenerate {
            return stop(
                RetryDecision::NotRetried,
                "part of an answer had come; a retry would make another answer",
            );
        }
        let sent = self.evidence.attempts.len().saturating_sub(self.run_start);
        let index = u32::try_from(sent).unwrap_or(u32::MAX - 1) + 1;
        if policy.repeat > 1 {
            return decide_repeat(policy, worked, reading.retry_after_ms, index, self.random.next());
        }
        let started =
            self.evidence.attempts.get(self.run_start).and_then(|a| a.at).or(attempt.at).unwrap_or(now);
        let elapsed = u64::try_from((now - started).num_milliseconds()).unwrap_or(0);
        let next = decide(
            &self.settings.policy,
            diagnosis,
            reading.retry_after_ms,
            index,
            elapsed,
            self.random.next(),
        );
        if partial && next.wait_ms.is_some() {
            return Next {
                reason: "asked for although part of an answer had come: the next answer is regenerated",
                ..next
            };
        }
        next
    }

    pub(super) fn wait_over(&mut self, token: u64, now: DateTime<Utc>) -> Vec<Effect> {
        match &self.activity {
            Activity::Waiting { token: current, .. } if *current == token => self.retry_now(now),
            _ => Vec::new(),
        }
    }

    pub(super) fn skip_wait(&mut self, now: DateTime<Utc>) -> Vec<Effect> {
        if matches!(self.activity, Activity::Waiting { .. }) { self.retry_now(now) } else { Vec::new() }
    }

    fn retry_now(&mut self, now: DateTime<Utc>) -> Vec<Effect> {
        let Activity::Waiting { since, .. } = &self.activity else { return Vec::new() };
        let waited = u64::try_from((now - *since).num_milliseconds()).unwrap_or(0);
        if let Some(effects) = self.pending_trial(waited, now) {
            return effects;
        }
        if self.polls() {
            return self.ask_for_task(Some(waited), now);
        }
        match self.agreed.clone() {
            Some(request) => self.send(request, None, Some(waited), now),
            None => Vec::new(),
        }
    }

    pub(super) fn stop_retrying(&mut self, now: DateTime<Utc>) -> Vec<Effect> {
        if self.searches() && matches!(self.activity, Activity::Waiting { .. }) {
            return self.stop_search(now);
        }
        if matches!(self.activity, Activity::Waiting { .. }) {
            self.activity = Activity::Idle;
            self.stop_asking();
            if let Some(last) = self.evidence.attempts.last_mut() {
                last.decision = Some(RetryDecision::StoppedByOperator);
                "the operator stopped the waiting".clone_into(&mut last.reason);
            }
            self.note_is_stale();
        }
        Vec::new()
    }

    pub(super) fn cancel(&mut self, now: DateTime<Utc>) -> Vec<Effect> {
        match &mut self.activity {
            Activity::Sending { cancelling, .. } => {
                *cancelling = true;
                vec![Effect::CancelSend]
            }
            Activity::Waiting { .. } => self.stop_retrying(now),
            Activity::Idle => Vec::new(),
        }
    }

    /// Reads one attempt with what its request leads one to expect.
    pub(super) fn read_attempt(&self, attempt: &Attempt, request: Option<&Request>) -> Reading {
        let endpoint =
            request.and_then(|r| self.catalog.endpoint_at(&r.method, &r.target.path, self.profile()));
        let streaming = request.is_some_and(Request::streaming);
        let host = request.map(|r| r.target.host.as_str());
        read(attempt, &Expectation { streaming, endpoint, host }, self.profile())
    }

    /// Reads everything again, after the request or the gateway changed.
    pub(super) fn reread(&mut self) {
        let (request, poll) = (self.evidence.request.clone(), self.evidence.poll.clone());
        let of = |a: &Attempt| if a.polls > 0 { poll.as_ref() } else { request.as_ref() };
        self.readings = self.evidence.attempts.iter().map(|a| self.read_attempt(a, of(a))).collect();
        let deciding = self.decides();
        self.diagnosis =
            match deciding.and_then(|at| self.evidence.attempts.get(at).zip(self.readings.get(at))) {
                Some((attempt, reading)) => Some(diagnose(attempt, reading, &self.catalog, self.profile())),
                None => None,
            };
    }

    /// The attempt that the case is about, as in the note: the last that the operator did not cancel; where what was sent got no answer, the one that was
    /// pasted with one.
    fn decides(&self) -> Option<usize> {
        let attempts = &self.evidence.attempts;
        let said = attempts.iter().rposition(|a| !a.is_cancelled());
        let last = said.or(attempts.len().checked_sub(1))?;
        let unanswered = attempts.iter().all(|a| a.source == Source::Pasted || a.response().is_none());
        let pasted = (0..=last).rev().find(|at| self.is_pasted_answer(*at));
        Some(pasted.filter(|_| unanswered).unwrap_or(last))
    }

    fn is_pasted_answer(&self, at: usize) -> bool {
        let attempt = self.evidence.attempts.get(at);
        attempt.is_some_and(|a| a.source == Source::Pasted && a.response().is_some())
    }
}

/// What follows an attempt that ended on this machine: nothing. `None`: it ended out there.
pub(super) fn ended_here(attempt: &Attempt) -> Option<Next> {
    let stop = |decision, reason| Some(Next { decision, wait_ms: None, reason });
    match attempt.transport()?.kind {
        TransportKind::Cancelled => {
            stop(RetryDecision::StoppedByOperator, "the operator cancelled the request")
        }
        TransportKind::Local => stop(RetryDecision::NotRetried, "it could not be sent for a local reason"),
        _ => None,
    }
}
