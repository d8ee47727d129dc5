//! Material to [`Note`]. The deciding attempt is the last one of the evidence.

mod controls;
mod curl;
mod judged;
mod observed;
mod packing;
mod report;
mod sentence;

use chrono::{DateTime, SecondsFormat, Utc};

use super::completeness;
use super::model::{CredentialUsed, LocalResult, Note, Redactions, SCHEMA_NAME, StatusObserved, SupportPath};
use super::{Material, Run};
use crate::case::catalog::Endpoint;
use crate::case::diagnose::Diagnosis;
use crate::case::sanitize::{Clean, SafeAttempt, SafeError, SafeEvidence, SafeResponse};
use crate::case::vocabulary::{
    EnvelopeKind, FailureClass, Owner, ResponseShape, RetryDecision, StreamVerdict, TaskState, TransportKind,
};

/// The note for this material, with its twin.
pub fn build(material: &Material<'_>) -> Note {
    let evidence = material.evidence.twin(material.audit);
    let words = material.words.twin(material.audit);
    let twin = assembled(&Material { evidence: &evidence, words: &words, ..*material });
    Note { twin: twin.value(), ..assembled(material) }
}

fn assembled(material: &Material<'_>) -> Note {
    let Material { evidence, diagnosis, words, ledger, profile, run, .. } = *material;
    let endpoint = endpoint(material);
    let endpoint = endpoint.as_ref();
    let deciding = deciding(evidence);
    let request = evidence.request.as_ref();
    let created_at = run.created_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut note = Note {
        schema: SCHEMA_NAME.to_owned(),
        case_id: run.case_id.clone(),
        title: report::title(diagnosis.class, evidence),
        support_question: said(&words.question),
        audience: run.audience,
        created_at: created_at.clone(),
        tool: run.tool.clone(),
        reviewed_at: created_at,
        operator: said(&words.operator),
        doc_url: endpoint.map(|e| e.doc_url.clone()),
        request_area: endpoint.map(|e| e.id.clone()),
        credential_used: request
            .and_then(|r| r.credential_in.as_ref())
            .map(|_| CredentialUsed::StoredSecretReferenceOnly),
        model_reference: model(evidence),
        status_observed: deciding.and_then(status_observed),
        response_shape_observed: shape(deciding),
        local_result: local_result(diagnosis, deciding.and_then(pending).is_some()),
        support_path_used: SupportPath::None,
        notes: said(&words.notes),
        diagnosis: super::DiagnosisPart::of(diagnosis, material.catalog),
        response: deciding.and_then(|a| Some(observed::response(a, a.response.as_ref()?))),
        request: request.map(|r| observed::request(r, endpoint, profile, run)),
        attempts: evidence.attempts.iter().map(observed::attempt).collect(),
        stream: deciding
            .and_then(|a| a.response.as_ref())
            .and_then(|response| observed::stream(response, request.is_some_and(|r| r.streaming))),
        controls: controls::parts(evidence),
        attribution: controls::attribution(evidence),
        minimal_request: controls::minimal_request(evidence),
        deterministic: controls::deterministic(evidence),
        similar_cases: run.similar.clone(),
        contract: judged::contract(material, endpoint, deciding.and_then(status_observed)),
        report: report::report(material),
        reproduction: request.map(curl::command),
        environment: judged::environment(evidence, words, run),
        missing_evidence: Vec::new(),
        remaining_uncertainty: judged::uncertainty(material),
        not_asserted: not_asserted(),
        redactions: Redactions { counts: ledger.counts(), confirmed_by_operator: run.confirmed_by_operator },
        sources: judged::sources(material, endpoint),
        removed: Vec::new(),
        twin: serde_json::Value::Null,
    };
    note.missing_evidence = completeness::gaps(&note, evidence);
    note
}

/// The documented endpoint of the request, with the page that documents it for this gateway.
fn endpoint(material: &Material<'_>) -> Option<Endpoint> {
    let (evidence, catalog) = (material.evidence, material.catalog);
    let request = evidence.request.as_ref();
    // What a text alone names is enough to find the page.
    let (method, path) = match request {
        Some(request) => (&request.method, &request.path),
        None => (evidence.said.method.as_ref()?, evidence.said.path.as_ref()?),
    };
    // The sanitizer knows the whole path, but not whose gateway it is.
    catalog
        .endpoint_at(method.as_str(), path.as_str(), Some(material.profile))
        .filter(|endpoint| endpoint.belongs_to(Some(material.profile)))
        .or_else(|| catalog.endpoint(request?.endpoint.as_deref()?))
        .map(|endpoint| endpoint.documented_for(material.profile))
}

/// The model of the request; where it has none, the one that the text names.
fn model(evidence: &SafeEvidence) -> Option<String> {
    let of_request = evidence.request.as_ref().and_then(|r| r.model.as_ref());
    of_request.or(evidence.said.model.as_ref()).and_then(said)
}

/// The text, if there is any.
pub(super) fn said(text: &Clean) -> Option<String> {
    let text = text.as_str().trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Milliseconds matter where attempts are compared with a gateway's log.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(super) use observed::happened;

/// What came of `attempt` in a note's own form: `response`, `attempts` and `stream`.
pub(super) fn observed_form(attempt: &SafeAttempt, streaming: bool) -> serde_json::Value {
    let response = attempt.response.as_ref();
    serde_json::json!({
        "response": response.map(|response| observed::response(attempt, response)),
        "attempts": [observed::attempt(attempt)],
        "stream": response.and_then(|response| observed::stream(response, streaming)),
    })
}

fn status_observed(attempt: &SafeAttempt) -> Option<StatusObserved> {
    let status = attempt.response.as_ref().and_then(|r| r.status).map(StatusObserved::Status);
    status.or_else(|| attempt.transport.map(StatusObserved::Transport))
}

fn shape(deciding: Option<&SafeAttempt>) -> ResponseShape {
    match deciding {
        None => ResponseShape::Unknown,
        Some(SafeAttempt { response: Some(response), .. }) => response.shape,
        Some(SafeAttempt { response: None, .. }) => ResponseShape::ClientError,
    }
}

/// `error.code`, or `error.type` where the code says nothing.
pub(super) fn code(error: &SafeError) -> Option<String> {
    error.code.as_ref().and_then(said).or_else(|| error.error_type.as_ref().and_then(said))
}

pub(super) fn primary_id(response: &SafeResponse) -> Option<String> {
    let ids = &response.request_ids;
    ids.iter().find(|id| id.primary).or_else(|| ids.first()).and_then(|id| said(&id.id))
}

/// The attempt that the note is about: the last one that the operator did not cancel; of a request that was repeated to see whether it fails each time, the
/// last that failed, so that a good answer at the end does not hide what comes now and then. Where this tool got no answer,
/// the answer that was pasted: a network that fails here tells nothing of what the gateway refused there.
pub(super) fn deciding(evidence: &SafeEvidence) -> Option<&SafeAttempt> {
    let said = evidence.attempts.iter().rev().find(|attempt| !is_cancelled(attempt));
    let last = said.or(evidence.attempts.last())?;
    if last.sent
        && last.response.is_none()
        && evidence.attempts.iter().all(|a| !a.sent || a.response.is_none())
    {
        let pasted = evidence.attempts.iter().rev().find(|a| !a.sent && a.response.is_some());
        return Some(pasted.unwrap_or(last));
    }
    let repeated = evidence.attempts.iter().any(|a| a.decision == Some(RetryDecision::Repeated));
    let failed = || evidence.attempts.iter().rev().find(|a| a.sent && !worked(a) && !is_cancelled(a));
    Some(if repeated && worked(last) { failed().unwrap_or(last) } else { last })
}

pub(super) use judged::not_asserted;

/// True for a whole, successful answer that states no error.
pub fn worked(attempt: &SafeAttempt) -> bool {
    attempt.transport.is_none()
        && attempt.response.as_ref().is_some_and(|r| {
            r.status.is_some_and(|s| (200..300).contains(&s))
                && r.soft.is_none()
                && (r.error.kind == EnvelopeKind::NoError
                    || r.error.message.is_none() && code(&r.error).is_none())
                && r.stream.as_ref().is_none_or(|s| s.verdict == StreamVerdict::Complete)
        })
}

/// The operator ended it before an answer began: it says nothing.
fn is_cancelled(attempt: &SafeAttempt) -> bool {
    attempt.response.is_none() && attempt.transport == Some(TransportKind::Cancelled)
}

/// The times that this program sent the request itself, and not a question for its task; one that was cancelled counts where
/// there is no other.
fn own(evidence: &SafeEvidence) -> Vec<&SafeAttempt> {
    let sent = || evidence.attempts.iter().filter(|a| a.sent && a.polls == 0);
    let said: Vec<_> = sent().filter(|a| !is_cancelled(a)).collect();
    if said.is_empty() { sent().collect() } else { said }
}

/// Attempts that this program sent; where it sent none, those that were pasted.
fn counted(evidence: &SafeEvidence) -> Vec<&SafeAttempt> {
    let sent = own(evidence);
    if sent.is_empty() { evidence.attempts.iter().filter(|a| a.polls == 0).collect() } else { sent }
}

/// The state of a task that had not ended when it was heard of last; `None` where there is no such task.
fn pending(attempt: &SafeAttempt) -> Option<TaskState> {
    let response = attempt.response.as_ref().filter(|response| response.task_id.is_some())?;
    let state = response.task_state.unwrap_or(TaskState::Unknown);
    matches!(state, TaskState::Queued | TaskState::Running | TaskState::Unknown).then_some(state)
}

/// `pending`: a task that the request started has not ended, so that nothing passed yet.
fn local_result(diagnosis: &Diagnosis, pending: bool) -> LocalResult {
    match (diagnosis.class, diagnosis.owner) {
        (FailureClass::None, _) if pending => LocalResult::NeedsSupport,
        (FailureClass::None, _) => LocalResult::Pass,
        (_, Owner::Vendor | Owner::Provider | Owner::Unknown) => LocalResult::NeedsSupport,
        (_, Owner::Integrator | Owner::Account | Owner::Operator | Owner::Policy) => LocalResult::Fail,
    }
}

fn base_url_alias(run: &Run) -> Option<String> {
    (!run.base_url_alias.is_empty()).then(|| run.base_url_alias.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::note::sample;

    #[test]
    fn the_guides_closed_values() {
        use FailureClass as C;
        use LocalResult as L;
        let table = [
            (C::None, Owner::Unknown, L::Pass),
            (C::ModelUnavailable, Owner::Vendor, L::NeedsSupport),
            (C::UpstreamServer, Owner::Provider, L::NeedsSupport),
            (C::Unknown, Owner::Unknown, L::NeedsSupport),
            (C::Auth, Owner::Account, L::Fail),
            (C::RequestInvalid, Owner::Integrator, L::Fail),
            (C::NetworkDns, Owner::Operator, L::Fail),
        ];
        for (class, owner, expected) in table {
            let diagnosis = Diagnosis { owner, ..sample::diagnosis(class) };
            assert_eq!(local_result(&diagnosis, false), expected, "{class} {owner}");
        }
    }

    #[test]
    fn a_note_holds_the_facts_of_the_last_attempt() {
        let note = sample::note("model_not_found");
        assert_eq!(note.title, "model_unavailable: POST /v1/chat/completions answered 503 (model_not_found)");
        assert_eq!(note.status_observed, Some(StatusObserved::Status(503)));
        assert_eq!(note.request_area.as_deref(), Some("chat_completions"));
        assert_eq!(note.credential_used, Some(CredentialUsed::StoredSecretReferenceOnly));
        assert_eq!(note.attempts.len(), 2);
        let response = note.response.expect("an answer");
        assert!(response.request_ids.first().expect("an id").primary);
        assert_eq!(response.clock_skew_s, Some(2));
    }

    #[test]
    fn an_attempt_works_only_when_whole() {
        let (good, cut) = (sample::evidence("success"), sample::evidence("stream_cut"));
        assert!(worked(good.attempts.last().expect("one")));
        assert!(!worked(cut.attempts.last().expect("one")));
    }
}
