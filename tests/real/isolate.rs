//! `casefile isolate --minimise` at real servers that refuse: the true culprit, in few requests, and nothing around it.
//!
//! What is true is asked of the server itself: it takes the usual body, it refuses the broken one, and of what casefile
//! leaves it refuses nothing less in the same way.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::compare::Faults;
use crate::leak::{Canary, random};
use crate::place::Place;
use crate::refusals::{Given, Refused, Truth};
use crate::relay::{Passed, Relay};
use crate::run::{done, setting};
use crate::tree::{leaves, nodes, without};
use crate::wire::{self, Answer, Asked, ask_as};

/// A case under way.
struct Job<'a> {
    refused: &'a Refused,
    key: String,
    /// What is refused, as it is sent.
    body: Value,
    /// As many faults as the server states in its refusal.
    stated: usize,
}

/// Isolates one refusal and judges what came of it.
///
/// # Panics
/// With all that is wrong.
pub fn isolate(refused: &Refused) {
    let mut faults = Faults::default();
    let secret = random(24);
    let key = key(refused.key);
    let mut job = Job { refused, key, body: refused.wrong(&secret), stated: 0 };
    job.known(&mut faults, &refused.right(&secret));

    let place = Place::new();
    let relay = Relay::to(&setting(refused.server));
    let host = relay.address();
    let file = place.write("failed.sh", &job.curl(&host)).display().to_string();
    let mut arguments: Vec<String> =
        ["isolate", "--minimise", "--yes", "--output", "json", "--gateway", refused.gateway]
            .map(str::to_owned)
            .into();
    arguments.extend(["--from".to_owned(), file, "--key-host".to_owned(), host]);
    let other = job.other_key();
    if other.is_some() {
        arguments.extend(["--other-key-env", "OTHER_KEY"].map(str::to_owned));
    }
    let variables: Vec<_> = other.iter().map(|key| ("OTHER_KEY", key.into())).collect();
    let output = place.casefile(&arguments, &variables);
    let passed = Exchanges::of(&relay.finish());

    let mut canaries = vec![Canary::new("prompt", &secret), Canary::new("key", &job.key[3..43])];
    canaries.extend(other.iter().map(|key| Canary::new("the other key", &key[3..43])));
    place.leaks(&mut faults, &canaries, &["Ward round"], &output);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    faults.check(output.status.code() == Some(0), || format!("exit {:?}: {said}", output.status.code()));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    job.verdict(&mut faults, &report);
    job.limit(&mut faults, &report, &passed);
    job.minimal(&mut faults, &report, &passed);
    job.requests(&mut faults, &report, &passed);
    done(refused.name);
    println!("{}", job.line(&report, &passed));
    let rows = || report["rows"].as_array().into_iter().flatten().map(Value::to_string).collect::<Vec<_>>();
    assert!(
        faults.0.is_empty(),
        "{}: {} fault(s)\n  {}\n{}\n{}\n",
        refused.name,
        faults.0.len(),
        faults.0.join("\n  "),
        report["attribution"],
        rows().join("\n")
    );
}

fn key(given: Given) -> String {
    match given {
        Given::Llama => setting("CASEFILE_REAL_LLAMA_KEY"),
        Given::Tagged(tag) => format!("sk-{}{tag}", random(40)),
    }
}

impl Job<'_> {
    /// The server takes the right body and refuses the wrong one: it tests the case, not casefile.
    fn known(&mut self, faults: &mut Faults, right: &Value) {
        let (path, key, model) = match self.refused.truth {
            Truth::Path(path) => (path, self.key.clone(), self.refused.model),
            Truth::Key(_) => (self.refused.path, self.other_key().expect("another key"), self.refused.model),
            Truth::Model(model) => (self.refused.path, self.key.clone(), model),
            _ => (self.refused.path, self.key.clone(), self.refused.model),
        };
        let mut right = right.clone();
        right["model"] = json!(model);
        let answer = ask_as(&setting(self.refused.server), &key, path, &right.to_string());
        faults.check(answer.status == 200, || {
            format!("THE CASE: {} to what is right: {}", answer.status, answer.text())
        });
        let refusal = self.send(&self.body);
        self.stated = stated(&refusal);
        faults.check(self.is_alike(&refusal), || format!("THE CASE: {} {}", refusal.status, refusal.text()));
    }

    fn send(&self, body: &Value) -> Answer {
        ask_as(&setting(self.refused.server), &self.key, self.refused.path, &body.to_string())
    }

    fn is_alike(&self, answer: &Answer) -> bool {
        answer.status == self.refused.status
            && String::from_utf8_lossy(&answer.body).contains(self.refused.says)
            && stated(answer) == self.stated
    }

    fn other_key(&self) -> Option<String> {
        match self.refused.truth {
            Truth::Key("") => Some(key(Given::Llama)),
            Truth::Key(tag) => Some(key(Given::Tagged(tag))),
            _ => None,
        }
    }

    fn curl(&self, host: &str) -> String {
        let body = self.body.to_string().replace('\'', "'\\''");
        format!(
            "curl -sS http://{host}{} -H 'Authorization: Bearer {}' -H 'Content-Type: application/json' -d '{body}'\n",
            self.refused.path, self.key
        )
    }

    fn verdict(&self, faults: &mut Faults, report: &Value) {
        let (verdict, culprits): (&str, &[_]) = match &self.refused.truth {
            Truth::Fields(culprits) => ("field", culprits),
            Truth::Above(culprit, _) => ("field", std::slice::from_ref(culprit)),
            Truth::BodySize => ("body_size", &[]),
            Truth::Path(_) => ("path_or_base_url", &[]),
            Truth::Key(_) => ("key", &[]),
            Truth::Model(_) => ("model", &[]),
        };
        let told = &report["attribution"];
        faults.check(told["verdict"] == verdict, || {
            format!("VERDICT {} instead of {verdict}", told["verdict"])
        });
        let named: Vec<&str> =
            told["fields"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let is = |named: &str, (leaf, root): &(&str, &str)| {
            let below = |place: &str, top: &str| {
                place.strip_prefix(top).is_some_and(|r| r.is_empty() || r.starts_with('/'))
            };
            below(named, leaf) || (below(named, root) && below(leaf, named))
        };
        for culprit in culprits {
            faults.check(named.iter().any(|n| is(n, culprit)), || {
                format!("CULPRIT {} is not among {named:?}", culprit.0)
            });
        }
        for name in named {
            faults.check(culprits.iter().any(|c| is(name, c)), || format!("CULPRIT {name} is innocent"));
        }
    }

    /// The largest that works and the smallest that fails, as they passed.
    fn limit(&self, faults: &mut Faults, report: &Value, passed: &Exchanges) {
        let told = &report["threshold"];
        match self.refused.truth {
            Truth::Above(_, most) => {
                faults.check(told["works_up_to"] == most && told["fails_from"] == most + 1, || {
                    format!("LIMIT {told}")
                });
            }
            Truth::BodySize => {
                let came = |bytes: &Value, status: u16| {
                    passed.0.iter().any(|(asked, answer)| {
                        asked.body.len() as u64 == bytes.as_u64().unwrap_or(0) && answer.status == status
                    })
                };
                let exact = told["exact"] == true
                    && came(&told["works_up_to"], 200)
                    && came(&told["fails_from"], self.refused.status);
                faults.check(exact, || format!("LIMIT {told}"));
            }
            _ => {}
        }
    }

    /// What is left fails at the server, and nothing in it could go.
    fn minimal(&self, faults: &mut Faults, report: &Value, passed: &Exchanges) {
        let minimal = &report["minimal"];
        if matches!(self.refused.truth, Truth::BodySize) || minimal["body"].is_null() {
            let is_body = matches!(self.refused.truth, Truth::Fields(_) | Truth::Above(..));
            faults.check(!is_body, || "MINIMAL is missing".to_owned());
            return;
        }
        faults
            .check(minimal["minimality"] == "1-minimal", || format!("MINIMALITY {}", minimal["minimality"]));
        let shape = |body: &Value| leaves(body).into_iter().collect::<BTreeSet<_>>();
        let wanted = shape(&minimal["body"]);
        let sent = passed.0.iter().rev().filter(|(_, answer)| self.is_alike(answer));
        let mut bodies = sent.filter_map(|(asked, _)| serde_json::from_slice::<Value>(&asked.body).ok());
        let Some(body) = bodies.find(|body| shape(body) == wanted) else {
            faults.0.push(format!("MINIMAL was never refused: {}", minimal["body"]));
            return;
        };
        for node in nodes(&body).into_iter().filter(|node| !is_required(node, &body)) {
            let answer = self.send(&without(&body, &node));
            faults.check(!self.is_alike(&answer), || format!("NOT 1-MINIMAL: {node} could go from {body}"));
        }
    }

    /// As many as came, and no more than are promised.
    fn requests(&self, faults: &mut Faults, report: &Value, passed: &Exchanges) {
        let told = |name: &str| report["requests"][name].as_u64().unwrap_or(0);
        let (baseline, after) = (told("baseline"), told("after"));
        faults.check(baseline + after == passed.0.len() as u64, || {
            format!("REQUESTS {baseline} + {after} told, {} came", passed.0.len())
        });
        let most = self.most(report);
        faults.check(after <= most, || format!("REQUESTS {after} after the baseline, at most {most}"));
    }

    /// 2·log2(leaves) + 10 for each culprit, and log2 of it for a limit that is found exactly.
    fn most(&self, report: &Value) -> u64 {
        let twice_log2 = |n: u64| u64::from((n * n).max(2).ilog2());
        let culprits =
            if let Truth::Fields(culprits) = self.refused.truth { culprits.len() as u64 } else { 1 };
        let of = leaves(&self.body).len() as u64;
        let limit = match self.refused.truth {
            Truth::Above(_, most) => twice_log2(most),
            Truth::BodySize => twice_log2(report["threshold"]["fails_from"].as_u64().unwrap_or(2)),
            _ => 0,
        };
        culprits * (twice_log2(of) + 10) + limit
    }

    fn line(&self, report: &Value, passed: &Exchanges) -> String {
        let told = &report["attribution"];
        let fields: Vec<&str> =
            told["fields"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let truth = match self.refused.truth {
            Truth::Fields(culprits) => culprits.iter().map(|(leaf, _)| *leaf).collect::<Vec<_>>().join(", "),
            Truth::Above((leaf, _), most) => format!("{leaf} > {most}"),
            Truth::BodySize => "body_size".to_owned(),
            Truth::Path(_) => "path".to_owned(),
            Truth::Key(_) => "key".to_owned(),
            Truth::Model(_) => "model".to_owned(),
        };
        format!(
            "| {} | {} leaves | {truth} | {} {} | {} of {} after, {} in all |",
            self.refused.name,
            leaves(&self.body).len(),
            told["verdict"].as_str().unwrap_or("-"),
            fields.join(", "),
            report["requests"]["after"],
            self.most(report),
            passed.0.len()
        )
    }
}

/// Faults that a refusal states one by one.
fn stated(answer: &Answer) -> usize {
    let body = answer.json().unwrap_or_default();
    body["validation"].as_array().map_or(0, Vec::len)
}

/// What the endpoint asks for stays: the model, one message, and of each message role and content.
fn is_required(node: &str, body: &Value) -> bool {
    let steps: Vec<&str> = node.split('/').skip(1).collect();
    match steps.as_slice() {
        ["model" | "messages"] => true,
        ["messages", _] => body["messages"].as_array().is_some_and(|all| all.len() == 1),
        ["messages", _, name] => ["role", "content"].contains(name),
        _ => false,
    }
}

/// Each request with its answer.
struct Exchanges(Vec<(Asked, Answer)>);

impl Exchanges {
    fn of(passed: &[Passed]) -> Self {
        let pairs = |one: &Passed| {
            let (asked, answers) = (wire::requests(&one.request), wire::answers(&one.response));
            assert_eq!(asked.len(), answers.len(), "an answer for each request");
            asked.into_iter().zip(answers).collect::<Vec<_>>()
        };
        Self(passed.iter().flat_map(pairs).collect())
    }
}
