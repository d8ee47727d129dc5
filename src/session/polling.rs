//! Step 2, once an answer has named a task: it is asked for until it ends, within bounds that were agreed to before.

use chrono::{DateTime, Utc};

use super::reproduce::ended_here;
use super::search::bound;
use super::{Activity, Effect, Purpose, Session};
use crate::case::diagnose::diagnose;
use crate::case::evidence::{Attempt, Reading, Task};
use crate::case::finding::Level;
use crate::case::request::{Header, Request, Target};
use crate::case::retry::{Next, Polling, decide_poll};
use crate::case::vocabulary::{FailureClass, RetryDecision};

/// What the operator is told of the questions for a task before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollPlan {
    /// Where the questions go, masked; `{task}` stands for an id that no answer has named yet.
    pub address: String,
    /// How often and how long.
    pub bounds: Polling,
}

impl PollPlan {
    /// The plan in one line; the count comes first.
    pub fn said(&self) -> String {
        // The request that starts the task goes first, where none has yet.
        let then = if self.address.contains("{task}") { "then, " } else { "" };
        format!(
            "{then}{}: GET {} with the same key, until the task that the answer names has ended",
            self.bounds.in_words(),
            self.address
        )
    }
}

/// The questions of this run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asking {
    runs: bool,
    bounds: Polling,
    asked: u32,
    since: Option<DateTime<Utc>>,
}

impl Session {
    /// True while a task is asked for.
    pub fn polls(&self) -> bool {
        self.asking.runs
    }

    /// The bounds of the questions, where they were chosen beforehand or not.
    pub(super) fn bounds(&self) -> Polling {
        self.settings.poll.unwrap_or_default()
    }

    /// The questions that may follow `request`, where they were asked for beforehand.
    pub(super) fn poll_plan(&self, request: &Request) -> Option<PollPlan> {
        let bounds = self.settings.poll?;
        let endpoint = self.catalog.endpoint_at(&request.method, &request.target.path, self.profile())?;
        if endpoint.tells.is_some() && request.method == "GET" {
            return Some(PollPlan { address: request.target.masked_url(), bounds });
        }
        let ask = endpoint.starts.as_ref().map(|starts| starts.ask.as_str()).filter(|ask| !ask.is_empty())?;
        Some(PollPlan { address: format!("{}{ask}", request.target.origin()), bounds })
    }

    /// Asks for consent to the questions for the task that the last answer names.
    pub(super) fn poll_requested(&mut self) -> Vec<Effect> {
        if self.is_busy() {
            return Vec::new();
        }
        match self.question() {
            Ok(question) => {
                self.notice = None;
                self.consent = Some(self.consent_for(question, Purpose::Poll));
            }
            Err(why) => self.say(Level::Warning, format!("there is no task to ask for: {why}")),
        }
        Vec::new()
    }

    /// True where an answer names a task that has not ended, and a request is known that tells of it.
    pub fn task_to_ask_for(&self) -> bool {
        let named = self.readings.iter().rev().find_map(|reading| reading.task.as_ref());
        !self.is_busy() && named.is_some_and(Task::goes_on) && self.question().is_ok()
    }

    /// The question for the task that was named last.
    fn question(&self) -> Result<Request, &'static str> {
        let request = self.evidence.request.clone().or_else(|| self.request().ok());
        let request = request.ok_or("the command that started the task is not known; paste it")?;
        let named = self.readings.iter().rev().find(|reading| reading.task.is_some());
        self.question_for(&request, named.ok_or("no answer names a task")?)
    }

    /// The operator agreed: the first question goes out at once.
    pub(super) fn begin_polls(&mut self, question: Request, now: DateTime<Utc>) -> Vec<Effect> {
        if self.evidence.request.is_none() {
            self.evidence.request = self.request().ok();
        }
        self.begin_asking(question, self.bounds(), now);
        self.ask_for_task(None, now)
    }

    fn begin_asking(&mut self, question: Request, bounds: Polling, now: DateTime<Utc>) {
        self.evidence.poll = Some(question);
        self.asking = Asking { runs: true, bounds, asked: 0, since: Some(now) };
    }

    /// What follows an answer that worked: where it names a task and the operator agreed to that, the task is asked for.
    pub(super) fn poll_instead(
        &mut self,
        next: Next,
        request: &Request,
        reading: &Reading,
        now: DateTime<Utc>,
    ) -> Next {
        let goes_on = reading.task.as_ref().is_some_and(Task::goes_on);
        let wanted = next.decision == RetryDecision::Succeeded && self.settings.policy.repeat <= 1 && goes_on;
        let Some(bounds) = self.settings.poll.filter(|_| wanted) else { return next };
        match self.question_for(request, reading) {
            Ok(question) => {
                self.begin_asking(question, bounds, now);
                Next {
                    decision: RetryDecision::Polled,
                    wait_ms: Some(bounds.every_ms),
                    reason: "the answer names a task, which is asked for until it ends",
                }
            }
            Err(why) => {
                self.say(Level::Warning, format!("the task is not asked for: {why}"));
                next
            }
        }
    }

    /// The GET request that tells of the task that `reading`, an answer to `request`, names: to the same host, with the same
    /// credential, without a body.
    fn question_for(&self, request: &Request, reading: &Reading) -> Result<Request, &'static str> {
        let endpoint = self.catalog.endpoint_at(&request.method, &request.target.path, self.profile());
        let endpoint = endpoint.ok_or("the catalog does not know the endpoint")?;
        if endpoint.tells.is_some() && request.method == "GET" {
            return Ok(request.clone());
        }
        if endpoint.starts.as_ref().is_none_or(|starts| starts.ask.is_empty()) {
            return Err("the catalog knows no GET request that tells of this endpoint's tasks");
        }
        let id = reading.task.as_ref().and_then(|task| task.id.as_deref()).ok_or("no answer names a task")?;
        if self.ring.iter().any(|held| held.expose().contains(id) || id.contains(held.expose())) {
            return Err("the task's id is a secret of this request; it is not put into an address");
        }
        let address = endpoint.address_of_task(&request.target.path, id);
        let address = address.ok_or("the task's id is not such that it may stand in an address")?;
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        let own = query.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        let credential = |(_, value): &&(String, String)| !self.ring.used_in(value).is_empty();
        let kept = request.target.query.iter().filter(credential).cloned();
        let query = own.into_iter().chain(kept).collect();
        Ok(Request {
            method: "GET".to_owned(),
            target: Target { path: path.to_owned(), query, ..request.target.clone() },
            headers: request.headers.iter().filter(|header| !is_of_a_body(header)).cloned().collect(),
            body: None,
            form: Vec::new(),
        })
    }

    /// The next question.
    pub(super) fn ask_for_task(&mut self, waited_ms: Option<u64>, now: DateTime<Utc>) -> Vec<Effect> {
        self.note_is_stale();
        match self.evidence.poll.clone() {
            Some(question) => self.send(question, None, waited_ms, now),
            None => Vec::new(),
        }
    }

    /// The question was answered, or not.
    pub(super) fn poll_done(&mut self, mut attempt: Attempt, now: DateTime<Utc>) -> Vec<Effect> {
        let reading = self.read_attempt(&attempt, self.evidence.poll.as_ref());
        let diagnosis = diagnose(&attempt, &reading, &self.catalog, self.profile());
        self.asking.asked += 1;
        let next = ended_here(&attempt).unwrap_or_else(|| {
            let Asking { bounds, asked, since, .. } = self.asking;
            let elapsed =
                since.map_or(0, |since| u64::try_from((now - since).num_milliseconds()).unwrap_or(0));
            let state = reading.task.as_ref().and_then(|task| task.state);
            decide_poll(&bounds, state, &diagnosis, reading.retry_after_ms, asked, elapsed)
        });
        attempt.polls = 1;
        attempt.decision = Some(next.decision);
        next.reason.clone_into(&mut attempt.reason);
        bound(&mut attempt);
        let worked = diagnosis.class == FailureClass::None;
        if !attempt.is_cancelled() {
            self.diagnosis = Some(diagnosis);
        }
        self.keep_poll(attempt, reading, worked);
        self.wait_for(next, now)
    }

    /// An answer that says what the one before it said takes its row: what is of use to support is when a state was seen last.
    fn keep_poll(&mut self, mut attempt: Attempt, reading: Reading, worked: bool) {
        let status = |attempt: &Attempt| attempt.response().and_then(|r| r.status);
        if let (Some(last), Some(known)) = (self.evidence.attempts.last_mut(), self.readings.last_mut())
            && worked
            && last.polls > 0
            && status(last) == status(&attempt)
            && known.task == reading.task
        {
            attempt.polls = last.polls + 1;
            attempt.index = last.index;
            (*last, *known) = (attempt, reading);
            return;
        }
        self.evidence.attempts.push(attempt);
        self.readings.push(reading);
    }

    /// Waits as `next` says; without a wait, what ran is over.
    pub(super) fn wait_for(&mut self, next: Next, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(ms) = next.wait_ms else {
            self.stop_asking();
            return Vec::new();
        };
        self.next_token += 1;
        self.activity = Activity::Waiting { ms, token: self.next_token, since: now, reason: next.reason };
        vec![Effect::Wait { ms, token: self.next_token }]
    }

    /// No further question is sent.
    pub(super) fn stop_asking(&mut self) {
        self.asking.runs = false;
    }
}

/// A header that belongs to the request which started the task, and not to a question without a body.
fn is_of_a_body(header: &Header) -> bool {
    let name = header.name.to_ascii_lowercase();
    name.starts_with("content-")
        || matches!(name.as_str(), "transfer-encoding" | "expect" | "idempotency-key" | "trailer")
}
