//! Judges a report: against the truth of its scenario, and against what the server saw.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::gateway::Cause;
use crate::run::Ran;
use crate::scenario::{Limit, Payload, Scenario, other_key, own_key};
use crate::server::Seen;
use crate::tree::{leaves, nodes, without};
use crate::wire::Call;

/// Words of the customer; none may leave.
const CUSTOMER: [&str; 3] = ["Winterbottom", "Ottokar", "nightshade"];

/// Everything that is wrong with a run; empty where all is well.
pub fn judge(scenario: &Scenario, ran: &Ran, noisy: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    if ran.code != 0 {
        wrong.push(format!("exit {}: {}", ran.code, cut(&ran.err)));
    }
    let Some(report) = ran.report() else {
        wrong.push(format!("no JSON: {}", cut(&ran.out)));
        return wrong;
    };
    if report["schema"] != "casefile.isolate/1" {
        wrong.push(format!("schema {}", report["schema"]));
    }
    let job = Job { scenario, ran, report: &report, noisy };
    job.baseline(&mut wrong);
    job.verdict(&mut wrong);
    job.culprits(&mut wrong);
    job.minimal(&mut wrong);
    job.hidden(&mut wrong);
    job.limit(&mut wrong);
    job.counts(&mut wrong);
    job.rows(&mut wrong);
    job.privacy(&mut wrong);
    wrong
}

fn cut(text: &str) -> String {
    text.chars().take(300).collect::<String>().replace('\n', " ")
}

/// The texts of a list.
fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map_or_else(Vec::new, |list| list.iter().filter_map(Value::as_str).collect())
}

/// Most requests after the baseline for one culprit among so many leaves: 2·log2(leaves) + 10.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small whole numbers"
)]
pub fn cap(leaves: usize) -> u64 {
    (2.0 * (leaves.max(2) as f64).log2() + 10.0).floor() as u64
}

/// The answer of the gateway to this call with another body, were it sent.
pub fn cause_of(scenario: &Scenario, call: &Call, body: &Value) -> (Cause, bool) {
    let call = Call { body: body.to_string().into_bytes(), ..call.clone() };
    (scenario.gate.decide(&call, 0, 0, false).cause, scenario.gate.is_well_formed(&call))
}

/// Nodes that could be taken away: the failure stays, and so does what the endpoint asks for.
pub fn removable(scenario: &Scenario, call: &Call, body: &Value) -> impl Iterator<Item = String> {
    let before = cause_of(scenario, call, body);
    nodes(body).into_iter().filter(move |node| stays(scenario, call, &before, &without(body, node)))
}

/// True where `smaller` fails as was `before` and is no less well-formed.
pub fn stays(scenario: &Scenario, call: &Call, before: &(Cause, bool), smaller: &Value) -> bool {
    let (left, still) = cause_of(scenario, call, smaller);
    left == before.0 && (still || !before.1)
}

struct Job<'a> {
    scenario: &'a Scenario,
    ran: &'a Ran,
    report: &'a Value,
    noisy: bool,
}

impl Job<'_> {
    fn said(&self) -> &str {
        self.report.pointer("/attribution/verdict").and_then(Value::as_str).unwrap_or("")
    }

    fn number(&self, pointer: &str) -> Option<u64> {
        self.report.pointer(pointer).and_then(Value::as_u64)
    }

    fn verdict(&self, wrong: &mut Vec<String>) {
        let truth = &self.scenario.truth;
        let said = self.said();
        let first = self.ran.seen.iter().filter(|s| s.call.method == "POST").take(5);
        // Chance may have it that a flaky request works five times.
        let never_failed =
            truth.verdicts.contains(&"flaky") && first.clone().all(|s| s.cause == Cause::Worked);
        let right = truth.verdicts.contains(&said)
            || self.noisy && truth.noisy_verdicts.contains(&said)
            || never_failed && said == "none";
        if !right {
            wrong.push(format!("VERDICT {said}, not {}", truth.verdicts.join("/")));
        }
        if texts(&self.report["attribution"]["because"]).is_empty() {
            wrong.push("no reason is given".to_owned());
        }
        if said == "cannot_tell" && texts(&self.report["attribution"]["needed"]).is_empty() {
            wrong.push("what would be needed to tell is not told".to_owned());
        }
        if let Some(word) = truth.needs {
            let needed = self.report["attribution"]["needed"].to_string().to_ascii_lowercase();
            if !needed.contains(word) {
                wrong.push(format!("what is needed does not name {word}: {needed}"));
            }
        }
    }

    /// What is told of the unchanged request is what the server answered to it.
    fn baseline(&self, wrong: &mut Vec<String>) {
        let (same, of) = (self.number("/baseline/same"), self.number("/baseline/of"));
        let (Some(same), Some(of)) = (same, of) else {
            wrong.push(format!("BASELINE {}", self.report["baseline"]));
            return;
        };
        if self.scenario.paste.refused {
            return;
        }
        let runs =
            self.ran.seen.iter().filter(|s| s.call.method == "POST").take(usize::try_from(of).unwrap_or(0));
        let failed = runs.filter(|s| matches!(s.cause, Cause::Planted(_))).count() as u64;
        // Under noise some runs are asked again, and which of them count is for the report to say.
        if of < 2 || !self.noisy && same != failed {
            wrong.push(format!("BASELINE {same} of {of}, {failed} failed"));
        }
        let first = self.failed().next().filter(|s| matches!(s.cause, Cause::Planted(_)) && s.status != 0);
        if let Some(seen) = first
            && same > 0
            && self.number("/baseline/fingerprint/status") != Some(u64::from(seen.status))
        {
            wrong.push(format!("BASELINE fingerprint {}", self.report["baseline"]["fingerprint"]));
        }
    }

    fn culprits(&self, wrong: &mut Vec<String>) {
        let truth = &self.scenario.truth;
        let named = texts(&self.report["attribution"]["fields"]);
        let demanded = self.said() == "field" || self.said() == "stream" && truth.culprits.len() > 1;
        if truth.culprits.is_empty() || !(demanded || self.said() == "content") {
            return;
        }
        for name in &named {
            if !truth.culprits.iter().any(|c| c.is(name)) {
                wrong.push(format!("CULPRIT {name} is innocent"));
            }
        }
        let found = truth.culprits.iter().filter(|c| named.iter().any(|name| c.is(name))).count();
        let enough = if truth.any { found > 0 } else { found == truth.culprits.len() };
        if demanded && !enough {
            wrong.push(format!("CULPRITS {named:?} of {:?}", truth.culprits));
        }
    }

    /// The calls that got the failure of the paste.
    fn failed(&self) -> impl Iterator<Item = &Seen> {
        let first = self.ran.seen.iter().find(|s| s.call.method == "POST" && s.cause != Cause::Noise);
        let cause = first.map(|s| s.cause.clone());
        self.ran.seen.iter().filter(move |s| s.call.method == "POST" && Some(&s.cause) == cause.as_ref())
    }

    fn minimal(&self, wrong: &mut Vec<String>) {
        let truth = &self.scenario.truth;
        let Some(most) = truth.leaves else { return };
        let minimal = &self.report["minimal"];
        if minimal["minimality"] != "1-minimal" {
            wrong.push(format!("MINIMALITY {}", minimal["minimality"]));
        }
        if let Some(harmless) = truth.harmless
            && minimal["harmless"] != harmless
        {
            wrong.push(format!("harmless is {}", minimal["harmless"]));
        }
        if matches!(self.scenario.paste.payload, Payload::Form(_)) {
            let fewest =
                self.failed().map(|s| s.call.form()).filter(|f| !f.is_empty()).map(|f| f.len()).min();
            if fewest != Some(most) {
                wrong.push(format!("MINIMAL form has {fewest:?} parts, not {most}"));
            }
            return;
        }
        let shape: BTreeSet<String> = leaves(&minimal["body"]).into_iter().collect();
        let sent = self.failed().filter_map(|s| Some((s, s.call.json()?)));
        let Some((seen, body)) =
            sent.filter(|(_, body)| leaves(body).into_iter().collect::<BTreeSet<_>>() == shape).last()
        else {
            wrong.push(format!("MINIMAL never failed so: {}", cut(&minimal["body"].to_string())));
            return;
        };
        let free: Vec<String> = removable(self.scenario, &seen.call, &body).collect();
        if !free.is_empty() {
            wrong.push(format!("NOT 1-MINIMAL, removable: {}", cut(&free.join(" "))));
        }
        if shape.len() > most {
            wrong.push(format!("{} leaves are left, {most} are enough", shape.len()));
        }
    }

    fn hidden(&self, wrong: &mut Vec<String>) {
        if let Some(code) = self.scenario.truth.hidden
            && !self.report["hidden"].to_string().contains(code)
        {
            wrong.push(format!("the failure {code} behind it is not told: {}", self.report["hidden"]));
        }
    }

    fn limit(&self, wrong: &mut Vec<String>) {
        let Some(limit) = self.scenario.truth.limit else { return };
        let threshold = &self.report["threshold"];
        let (works, fails) = (threshold["works_up_to"].as_u64(), threshold["fails_from"].as_u64());
        let (Some(works), Some(fails)) = (works, fails) else {
            wrong.push(format!("THRESHOLD {}", cut(&threshold.to_string())));
            return;
        };
        if threshold["exact"] != true || fails != works + 1 {
            wrong.push(format!("the limit is not exact: {works}..{fails}"));
        }
        if let Limit::At(most) = limit
            && works != most
        {
            wrong.push(format!("LIMIT {works}, not {most}"));
        }
        if threshold["what"].as_str().is_some_and(|what| what.contains("bytes")) {
            let of = |size: u64| self.ran.seen.iter().filter(move |s| s.call.body.len() as u64 == size);
            if !of(works).any(|s| s.cause == Cause::Worked) {
                wrong.push(format!("nothing of {works} bytes worked"));
            }
            if !of(fails).any(|s| matches!(s.cause, Cause::Planted(_))) {
                wrong.push(format!("nothing of {fails} bytes failed"));
            }
        }
    }

    fn counts(&self, wrong: &mut Vec<String>) {
        let (baseline, after) = (self.number("/requests/baseline"), self.number("/requests/after"));
        let (Some(baseline), Some(after)) = (baseline, after) else {
            wrong.push(format!("requests: {}", self.report["requests"]));
            return;
        };
        let seen = self.ran.seen.len() as u64;
        if !self.scenario.paste.refused && baseline + after != seen {
            wrong.push(format!("COUNT {baseline}+{after} told, {seen} came"));
        }
        let of = self.report["rows"].as_array().map_or(0, Vec::len) as u64;
        if of != baseline + after {
            wrong.push(format!("{of} rows for {} requests", baseline + after));
        }
        if let Some(body) = self.scenario.body()
            && self.scenario.truth.single
            && !self.noisy
            && after > cap(leaves(body).len())
        {
            wrong.push(format!("REQUESTS {after}, at most {}", cap(leaves(body).len())));
        }
    }

    /// Each row tells of an answer what the server knows of it.
    fn rows(&self, wrong: &mut Vec<String>) {
        let own = self.failed().next().map(|s| s.cause.clone());
        for (place, row) in self.report["rows"].as_array().into_iter().flatten().enumerate() {
            if row["index"].as_u64() != Some(place as u64 + 1) {
                wrong.push(format!("row {} has the index {}", place + 1, row["index"]));
            }
            let Some(id) = row["request_id"].as_str() else { continue };
            let Some(seen) = self.ran.seen.iter().find(|s| s.id == id) else {
                wrong.push(format!("row {} has an id that nobody gave: {id}", row["index"]));
                continue;
            };
            let outcome = row["outcome"].as_str().unwrap_or("");
            let fits = match &seen.cause {
                Cause::Worked => outcome == "worked",
                Cause::Noise => outcome == "transient" || outcome == "other_failure",
                Cause::Refused(_) if seen.call.path == "/" => true,
                // Of a failure that comes and goes each may be of a moment.
                Cause::Planted(_) if self.said() == "flaky" => outcome != "worked",
                Cause::Refused(_) => outcome == "other_failure",
                cause if Some(cause) == own.as_ref() && seen.call.method == "POST" => {
                    outcome == "same_failure"
                }
                Cause::Planted(_) => outcome != "worked",
            };
            if !fits {
                wrong.push(format!(
                    "ROW {} {} is {outcome}, was {:?}",
                    row["index"], row["changed"], seen.cause
                ));
            }
            if seen.status != 0 && row["status"].as_u64() != Some(u64::from(seen.status)) {
                wrong.push(format!("row {}: status {} was {}", row["index"], row["status"], seen.status));
            }
        }
    }

    /// No other host, no key that was not given, nothing of the customer in what is printed.
    fn privacy(&self, wrong: &mut Vec<String>) {
        let (own, other) = (own_key(), other_key());
        if self.ran.strayed > 0 {
            wrong.push(format!("{} requests went to another host", self.ran.strayed));
        }
        let may_other = self.scenario.flags.contains(&"--other-key-env");
        for seen in &self.ran.seen {
            if seen.call.header("host") != Some(self.ran.host.as_str()) {
                wrong.push(format!("host {:?}", seen.call.header("host")));
            }
            let fits = seen.call.key().is_none_or(|key| key == own || may_other && key == other);
            if !fits {
                wrong.push("a key was sent that is none of those given".to_owned());
            }
        }
        if self.ran.raw {
            return;
        }
        for (what, text) in [("the output", &self.ran.out), ("stderr", &self.ran.err)] {
            for word in CUSTOMER.into_iter().chain([own.as_str(), other.as_str()]) {
                if text.contains(word) {
                    wrong.push(format!("LEAK: {what} has {}…", &word[..6]));
                }
            }
        }
    }
}
