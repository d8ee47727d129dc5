//! Diagnosis, contract, environment, and the note's own limits: what stays open and what it does not claim.

use std::collections::BTreeSet;

use super::sentence::one_line;
use super::{base_url_alias, code, counted, observed, own, pending, said, worked};
use crate::case::catalog::{Catalog, Endpoint};
use crate::case::diagnose::Diagnosis;
use crate::case::note::model::{
    AlternativePart, Because, Contract, DiagnosisPart, Documented, Environment, Observed, Pins, Source,
    StatusObserved, TopicPart,
};
use crate::case::note::{Material, Run};
use crate::case::sanitize::{Clean, SafeAttempt, SafeBody, SafeEvidence, SafeRequest, SafeWords};
use crate::case::vocabulary::{FailureClass, Layer, TaskState};

impl DiagnosisPart {
    /// The diagnosis with what the catalog says of its topics.
    pub fn of(diagnosis: &Diagnosis, catalog: &Catalog) -> Self {
        part(diagnosis, catalog)
    }
}

fn part(diagnosis: &Diagnosis, catalog: &Catalog) -> DiagnosisPart {
    DiagnosisPart {
        failure_class: diagnosis.class,
        cause: diagnosis.cause.clone(),
        retryable: diagnosis.retryable,
        fallback: diagnosis.fallback,
        operator_action: diagnosis.operator_action,
        owner: diagnosis.owner,
        first_action: (!diagnosis.first_action.is_empty()).then(|| diagnosis.first_action.clone()),
        topic: topic(&diagnosis.topic, catalog),
        see_also: diagnosis.see_also.iter().filter_map(|id| topic(id, catalog)).collect(),
        because: diagnosis
            .because
            .iter()
            .map(|reason| Because {
                rule: reason.rule.clone(),
                words: reason.words.clone(),
                source: (!reason.source.is_empty()).then(|| reason.source.clone()),
            })
            .collect(),
        alternatives: diagnosis
            .alternatives
            .iter()
            .map(|other| AlternativePart { failure_class: other.class, rule: other.rule.clone() })
            .collect(),
        confirmed: diagnosis.confirmed,
    }
}

fn topic(id: &str, catalog: &Catalog) -> Option<TopicPart> {
    let topic = catalog.topic(id)?;
    Some(TopicPart {
        id: topic.id.clone(),
        title: topic.title.clone(),
        site: (!topic.site.is_empty()).then(|| topic.site.clone()),
        url: topic.url.clone(),
        accessed: topic.accessed.clone(),
        confirmed: topic.confirmed,
    })
}

pub(super) fn contract(
    material: &Material<'_>,
    endpoint: Option<&Endpoint>,
    status: Option<StatusObserved>,
) -> Contract {
    let Material { evidence, profile, run, .. } = *material;
    let request = evidence.request.as_ref();
    let (doc_url, accessed) =
        endpoint.map_or((&profile.doc_url, &profile.accessed), |e| (&e.doc_url, &e.accessed));
    let changed = run.policy.as_ref().filter(|p| p.is_changed());
    let named = |text: &Option<Clean>| text.as_ref().filter(|_| request.is_none()).and_then(said);
    Contract {
        documented: endpoint.map(documented),
        observed: request.map(|request| observed_side(request, endpoint, status)),
        pins: Pins {
            doc_url: doc_url.clone(),
            accessed: accessed.clone(),
            base_url_alias: base_url_alias(run),
            method: named(&evidence.said.method),
            path: request.map(|r| r.path.to_string()).or_else(|| named(&evidence.said.path)),
            auth_method: request.map(|r| observed::carried(r).unwrap_or_else(|| "none".to_owned())),
            secret_source: run.secret_source.clone(),
            model: super::model(evidence),
            streaming: request.map(|r| r.streaming),
            timeouts: run.timeouts,
            policy_version: run.policy.as_ref().map(|p| p.version.to_string()),
            retries: run.policy.as_ref().map(|p| if p.repeat > 1 { 0 } else { p.retries }),
            backoff_base_ms: changed.map(|p| p.base_ms),
            backoff_cap_ms: changed.map(|p| p.cap_ms),
            retry_deadline_ms: changed.map(|p| p.deadline_ms),
            repetitions: run.policy.as_ref().map(|p| p.repeat).filter(|n| *n > 1),
        },
    }
}

fn documented(endpoint: &Endpoint) -> Documented {
    Documented {
        method: endpoint.method.clone(),
        path: endpoint.path.clone(),
        required_fields: endpoint.required.iter().map(|f| f.name.clone()).collect(),
        required_headers: endpoint.required_headers.iter().map(|h| h.name.clone()).collect(),
        doc_url: endpoint.doc_url.clone(),
        accessed: endpoint.accessed.clone(),
        confirmed: endpoint.confirmed,
    }
}

fn observed_side(
    request: &SafeRequest,
    endpoint: Option<&Endpoint>,
    status: Option<StatusObserved>,
) -> Observed {
    let missing_headers = endpoint.map_or_else(Vec::new, |e| {
        e.required_headers
            .iter()
            .filter(|want| !request.headers.iter().any(|h| h.name.as_str().eq_ignore_ascii_case(&want.name)))
            .map(|want| want.name.clone())
            .collect()
    });
    Observed {
        method: request.method.to_string(),
        path: request.path.to_string(),
        missing_fields: endpoint.and_then(|e| missing_fields(request, e)),
        missing_headers,
        status,
    }
}

/// Required fields that the body lacks; `None` where the body cannot be looked into.
fn missing_fields(request: &SafeRequest, endpoint: &Endpoint) -> Option<Vec<String>> {
    let lacks = |has: &dyn Fn(&str) -> bool| {
        endpoint.required.iter().filter(|f| !has(&f.name)).map(|f| f.name.clone()).collect()
    };
    match &request.body {
        Some(SafeBody::Json { value }) => value.as_object().map(|map| lacks(&|name| map.contains_key(name))),
        Some(SafeBody::Empty) | None => Some(lacks(&|_| false)),
        Some(SafeBody::Opaque { .. }) => None,
    }
}

pub(super) fn environment(evidence: &SafeEvidence, words: &SafeWords, run: &Run) -> Environment {
    Environment {
        os: run.os.clone(),
        tool: run.tool.clone(),
        proxy_in_use: run.proxy_in_use,
        client: evidence.client.clone(),
        service: said(&words.service),
        deployment: said(&words.deployment),
        mismatch: mismatch(evidence, run),
    }
}

/// Where what we sent differs from what failed first, so that nobody takes it for proof of more than it is.
fn mismatch(evidence: &SafeEvidence, run: &Run) -> Vec<String> {
    let Some(own) = own(evidence).pop() else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(client) = &evidence.client {
        found.push(format!(
            "The original request came from {client}; the reproduction was sent by {}.",
            run.tool
        ));
    }
    if let Some(pasted) = evidence.attempts.iter().find(|a| !a.sent) {
        found.extend(differences(pasted, own));
    }
    found
}

fn differences(pasted: &SafeAttempt, own: &SafeAttempt) -> Vec<String> {
    let mut found = Vec::new();
    let status = |a: &SafeAttempt| a.response.as_ref().and_then(|r| r.status);
    match (status(pasted), status(own)) {
        (Some(a), Some(b)) if a != b => {
            found.push(format!("The pasted answer has status {a}, the reproduction was answered {b}."));
        }
        (Some(a), None) => {
            let how = own.transport.map_or_else(String::new, |kind| format!(" ({kind})"));
            found.push(format!("The pasted answer has status {a}, the reproduction got no answer{how}."));
        }
        _ => {}
    }
    let stated = |a: &SafeAttempt| a.response.as_ref().and_then(|r| code(&r.error));
    if let (Some(a), Some(b)) = (stated(pasted), stated(own))
        && a != b
    {
        found.push(format!(
            "The pasted answer states {}, the reproduction got {}.",
            one_line(&a, 60),
            one_line(&b, 60)
        ));
    }
    found
}

/// What stays open.
pub(super) fn uncertainty(material: &Material<'_>) -> Vec<String> {
    let Material { evidence, diagnosis, .. } = *material;
    let mut open = Vec::new();
    let sent = own(evidence).len();
    let failed = counted(evidence).iter().filter(|a| !worked(a)).count();
    match sent {
        0 => open.push(
            "The request was not sent by this tool: the note rests on what was pasted, and nobody checked that it still happens."
                .to_owned(),
        ),
        1 => open.push("The request was sent once; how often it fails is not known.".to_owned()),
        _ => {}
    }
    if diagnosis.class == FailureClass::None && failed > 0 {
        open.push(format!("{failed} of {sent} attempts failed before the last one worked."));
    }
    open.extend(diagnosis.uncertain.iter().cloned());
    for other in &diagnosis.alternatives {
        open.push(format!("It may also be {} (rule {}).", other.class, other.rule));
    }
    if diagnosis.class != FailureClass::None && !diagnosis.confirmed {
        open.push("The deciding rule is an inference; no documentation confirms it.".to_owned());
    }
    let deciding = super::deciding(evidence);
    if let Some(state) = deciding.and_then(pending).filter(|_| diagnosis.class == FailureClass::None) {
        open.push(not_ended(state, deciding.is_some_and(|attempt| attempt.polls > 0)));
    }
    if let Some(response) = deciding.and_then(|a| a.response.as_ref()) {
        if response.error.altered {
            open.push("Parts of error.message were replaced (see redactions); the rest is exact.".to_owned());
        }
        if response.layer == Layer::Unknown && diagnosis.class != FailureClass::None {
            open.push("Who answered (edge, gateway or provider) is not known.".to_owned());
        }
    }
    if !evidence.controls.is_empty() {
        open.push("Each control was sent once.".to_owned());
    }
    open
}

/// A task whose end nobody saw.
fn not_ended(state: TaskState, asked: bool) -> String {
    let last = match (asked, state) {
        (false, _) => "The answer names a task, and nobody asked for it".to_owned(),
        (true, TaskState::Unknown) => "The task's own word for its state is not known here".to_owned(),
        (true, state) => format!("The task was {state} when it was asked for last"),
    };
    format!("{last}: whether it succeeds or fails is not known.")
}

/// What no record of requests can show.
pub(in crate::case::note) fn not_asserted() -> Vec<String> {
    [
        "availability: that a model or the service is or was unavailable beyond the attempts in this note",
        "price: that a price or a multiplier is wrong or changed",
        "quota: that the account's quota or balance is used up; what the answer says of it is the answer's claim",
        "service level: that a target was missed",
        "billing: that anything was or was not charged",
        "latency: that the durations in this note are usual",
        "root cause: the diagnosis is a candidate with its reasons, not a finding",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Every page that the note rests on, once.
pub(super) fn sources(material: &Material<'_>, endpoint: Option<&Endpoint>) -> Vec<Source> {
    let Material { diagnosis, catalog, profile, .. } = *material;
    let mut all = Vec::new();
    if let Some(endpoint) = endpoint {
        all.push(source(&format!("endpoint {}", endpoint.id), &endpoint.doc_url, &endpoint.accessed));
    }
    for id in std::iter::once(&diagnosis.topic).chain(&diagnosis.see_also) {
        if let Some(topic) = catalog.topic(id) {
            all.push(source(&format!("topic {id}"), &topic.url, &topic.accessed));
        }
    }
    let used =
        diagnosis.because.iter().map(|r| &r.rule).chain(diagnosis.alternatives.iter().map(|a| &a.rule));
    for id in used {
        if let Some(rule) = catalog.rules.iter().find(|r| r.id == *id) {
            all.push(source(&format!("rule {id}"), &rule.source, &rule.accessed));
        }
    }
    all.push(source(&format!("gateway {}", profile.id), &profile.doc_url, &profile.accessed));
    let mut seen = BTreeSet::new();
    all.retain(|s| !s.url.is_empty() && seen.insert((s.url.clone(), s.accessed.clone())));
    all
}

fn source(what: &str, url: &str, accessed: &str) -> Source {
    Source { what: what.to_owned(), url: url.to_owned(), accessed: accessed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::note::sample;

    #[test]
    fn a_reproduction_that_differs_says_so() {
        let evidence = sample::evidence("pasted_then_sent");
        let found = mismatch(&evidence, &sample::run());
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().any(|s| s.contains("status 429") && s.contains("answered 503")), "{found:?}");
        assert!(mismatch(&sample::evidence("pasted_text"), &sample::run()).is_empty());
    }

    #[test]
    fn required_fields_are_looked_up_in_the_body() {
        let note = sample::note("model_not_found");
        assert_eq!(note.contract.observed.and_then(|o| o.missing_fields), Some(Vec::new()));
        let note = sample::note("bare_post");
        let missing = note.contract.observed.and_then(|o| o.missing_fields);
        assert_eq!(missing, Some(vec!["model".to_owned(), "messages".to_owned()]));
    }

    #[test]
    fn what_stays_open_is_said() {
        let open = |name: &str| sample::note(name).remaining_uncertainty.join("\n");
        assert!(open("pasted_text").contains("not sent by this tool"));
        assert!(open("unauthorized").contains("sent once"));
        assert!(open("stream_cut").contains("completed behind the gateway"));
        assert!(open("flaky").contains("1 of 2 attempts failed"));
        assert!(open("model_not_found").contains("Each control was sent once"));
    }
}
