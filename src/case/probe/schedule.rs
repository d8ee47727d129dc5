//! What is sent next, and when the probe ends. Knows no clock: milliseconds come in.

use std::collections::VecDeque;

use super::Plan;
use crate::case::diagnose::Diagnosis;
use crate::case::retry::decide;
use crate::case::vocabulary::FailureClass;

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Send request `number` (from 0), for the time `send` (from 1).
    Send {
        /// Number of the request.
        number: u32,
        /// Which time it is sent.
        send: u32,
    },
    /// Nothing before this moment, milliseconds from the start, unless something ends earlier.
    Wait(u64),
    /// Something must end first.
    Busy,
    /// Everything ended.
    Done,
}

/// Why a probe ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Half or more of the last answers asked to slow down, broke off, or did not come in time.
    Storm,
    /// The operator.
    Operator,
    /// Nothing can be sent from this machine.
    Local,
}

impl Stop {
    /// The word in a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Storm => "storm",
            Self::Operator => "operator",
            Self::Local => "local",
        }
    }
}

/// How a send ended, for the schedule.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// Number of the request.
    pub number: u32,
    /// Which time it was sent, from 1.
    pub send: u32,
    /// What came.
    pub diagnosis: &'a Diagnosis,
    /// Milliseconds that the answer asks to wait.
    pub retry_after_ms: Option<u64>,
}

/// A retry that waits for its moment.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    number: u32,
    send: u32,
    due_ms: u64,
}

/// The order of the sends.
#[derive(Debug)]
pub struct Schedule {
    plan_total: u32,
    concurrency: u32,
    policy: crate::case::retry::Policy,
    begun: u32,
    under_way: u32,
    waiting: Vec<Waiting>,
    /// Did the last answers ask to slow down? As many as can be under way, at least [`FEWEST`].
    last: VecDeque<bool>,
    stopped: Option<Stop>,
}

/// A storm is not told from fewer answers than this.
const FEWEST: usize = 4;

impl Schedule {
    /// The schedule of `plan` at its start.
    pub fn new(plan: &Plan) -> Self {
        Self {
            plan_total: if plan.requests.is_empty() { 0 } else { plan.total },
            concurrency: plan.concurrency.max(1),
            policy: plan.policy.clone(),
            begun: 0,
            under_way: 0,
            waiting: Vec::new(),
            last: VecDeque::new(),
            stopped: None,
        }
    }

    /// What to do `now_ms` after the start. A send that it names counts as under way.
    pub fn next(&mut self, now_ms: u64) -> Next {
        let finished = self.stopped.is_some() || (self.begun >= self.plan_total && self.waiting.is_empty());
        if finished {
            return if self.under_way == 0 { Next::Done } else { Next::Busy };
        }
        if self.under_way >= self.concurrency {
            return Next::Busy;
        }
        if let Some(at) = self.waiting.iter().position(|w| w.due_ms <= now_ms) {
            let Waiting { number, send, .. } = self.waiting.swap_remove(at);
            self.under_way += 1;
            return Next::Send { number, send };
        }
        if self.begun < self.plan_total {
            let number = self.begun;
            self.begun += 1;
            self.under_way += 1;
            return Next::Send { number, send: 1 };
        }
        let due = self.waiting.iter().map(|w| w.due_ms).min();
        due.map_or(Next::Busy, Next::Wait)
    }

    /// A send ended, `now_ms` after the start; `random` is any number, for the jitter. Gives the milliseconds after which it
    /// is sent again, where it is.
    pub fn ended(&mut self, ended: Ended<'_>, now_ms: u64, random: u64) -> Option<u64> {
        self.under_way = self.under_way.saturating_sub(1);
        let Ended { number, send, diagnosis, retry_after_ms } = ended;
        if self.last.len() >= FEWEST.max(self.concurrency as usize) {
            self.last.pop_front();
        }
        self.last.push_back(asks_to_slow_down(diagnosis.class));
        let more = self.begun < self.plan_total || !self.waiting.is_empty();
        if more && self.is_storm() {
            self.stop(Stop::Storm);
        }
        if self.stopped.is_some() {
            return None;
        }
        let next = decide(&self.policy, diagnosis, retry_after_ms, send, now_ms, random);
        let wait_ms = next.wait_ms?;
        self.waiting.push(Waiting { number, send: send + 1, due_ms: now_ms.saturating_add(wait_ms) });
        Some(wait_ms)
    }

    /// Nothing new is sent from now on.
    pub fn stop(&mut self, why: Stop) {
        self.stopped.get_or_insert(why);
        self.waiting.clear();
    }

    /// Why it was ended before its time.
    pub fn stopped(&self) -> Option<Stop> {
        self.stopped
    }

    /// Sends under way.
    pub fn under_way(&self) -> u32 {
        self.under_way
    }

    fn is_storm(&self) -> bool {
        let slow = self.last.iter().filter(|slow| **slow).count();
        self.last.len() >= FEWEST && 2 * slow >= self.last.len()
    }
}

/// What an overloaded gateway answers. A refused key or a bad request says nothing of load.
fn asks_to_slow_down(class: FailureClass) -> bool {
    use FailureClass as C;
    matches!(
        class,
        C::RateLimited | C::UpstreamServer | C::GatewayTimeout | C::NetworkReset | C::ClientTimeout
    )
}
