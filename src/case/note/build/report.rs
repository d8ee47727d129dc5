//! Title and report: what was done, what happened, made from the record; expected and impact are the operator's.

use super::sentence::{base_url, one_line, outcome, route, times, went};
use super::{counted, deciding, moment, own, pending, primary_id, said, worked};
use crate::case::note::Material;
use crate::case::note::model::Report;
use crate::case::sanitize::{Clean, SafeAttempt, SafeEvidence, SafeRequest, SafeSaid};
use crate::case::vocabulary::{FailureClass, FileTransport};

/// Class, endpoint and outcome in one line.
pub(super) fn title(class: FailureClass, evidence: &SafeEvidence) -> String {
    let head = match class {
        FailureClass::None if deciding(evidence).and_then(pending).is_some() => "task not ended".to_owned(),
        FailureClass::None => "not reproduced".to_owned(),
        class => class.to_string(),
    };
    let Some(attempt) = deciding(evidence) else {
        return match &evidence.request {
            Some(request) => format!("{head}: {}, not sent", route(request)),
            None => format!("{head}: nothing was observed"),
        };
    };
    let subject = match (&evidence.request, attempt.sent) {
        (Some(request), _) => route(request),
        (None, true) => "the request".to_owned(),
        (None, false) => "a pasted failure:".to_owned(),
    };
    let failed_before = counted(evidence).iter().filter(|a| !worked(a)).count();
    let mut title = format!("{head}: {subject} {}", outcome(attempt));
    if class == FailureClass::None && failed_before > 0 {
        title = format!("{title} after {failed_before} failed");
    }
    title
}

/// The report.
pub(super) fn report(material: &Material<'_>) -> Report {
    let words = material.words;
    Report {
        steps: steps(material),
        expected: said(&words.expected),
        actual: actual(material.evidence),
        impact: said(&words.impact),
        tried: said(&words.tried),
    }
}

fn steps(material: &Material<'_>) -> Vec<String> {
    let evidence = material.evidence;
    let Some(request) = &evidence.request else {
        let mut steps = vec!["No request is known: only an answer or an error text was given.".to_owned()];
        steps.extend(named(&evidence.said));
        return steps;
    };
    let mut steps = vec![setup(request, material)];
    steps.push(format!("Send {}{}.", route(request), with(request)));
    let repeats = own(evidence).len();
    if repeats > 1 {
        steps.push(format!("Repeat it: {} in all, with the waits under attempts.", times(repeats)));
    }
    let polls = polls(evidence);
    if polls > 0 {
        steps.push(format!(
            "Ask for the task that the answer names: {} here, as under attempts.",
            times(polls)
        ));
    }
    if let Some(attempt) = deciding(evidence) {
        steps.push(format!("Compare with what was observed: the request {}.", went(attempt)));
    }
    steps
}

/// How often the task was asked for.
fn polls(evidence: &SafeEvidence) -> usize {
    evidence.attempts.iter().map(|attempt| usize::try_from(attempt.polls).unwrap_or(0)).sum()
}

/// What the text names of its request.
fn named(text: &SafeSaid) -> Option<String> {
    let SafeSaid { method, path, model } = text;
    let part = |text: &Option<Clean>| text.as_ref().and_then(said).map(|text| one_line(&text, 200));
    let route: Vec<String> = [method, path].into_iter().filter_map(part).collect();
    let route = (!route.is_empty()).then(|| route.join(" "));
    let model = part(model).map(|model| format!("the model {model}"));
    let parts: Vec<String> = [route, model].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("The text names {}.", parts.join(" and ")))
}

fn setup(request: &SafeRequest, material: &Material<'_>) -> String {
    let base = one_line(&base_url(request), 200);
    match (&request.credential_in, &material.run.secret_source) {
        (Some(_), Some(source)) => {
            format!("Set BASE_URL to {base} and API_KEY to a key of the same account (here: {source}).")
        }
        (Some(_), None) => format!("Set BASE_URL to {base} and API_KEY to a key of the same account."),
        (None, _) => format!("Set BASE_URL to {base}. The request carries no credential."),
    }
}

fn with(request: &SafeRequest) -> String {
    let mut parts = Vec::new();
    if let Some(model) = request.model.as_ref().and_then(said) {
        parts.push(format!("model {}", one_line(&model, 100)));
    }
    if request.streaming {
        parts.push("a stream asked for".to_owned());
    }
    let files = request.files.iter().filter(|f| f.transport == FileTransport::Direct).count();
    if files > 0 || !request.form_fields.is_empty() {
        parts.push(format!(
            "a form of {} bytes: {} text fields and {files} files, shown under request.form_fields and request.files",
            request.body_bytes,
            request.form_fields.len()
        ));
    } else if request.body_bytes > 0 {
        parts.push(format!("the body of {} bytes shown under request.body", request.body_bytes));
    }
    if parts.is_empty() { String::new() } else { format!(" with {}", parts.join(", ")) }
}

/// What happened, from the record alone.
fn actual(evidence: &SafeEvidence) -> String {
    let Some(last) = deciding(evidence) else {
        return "Nothing was sent, and no answer was given.".to_owned();
    };
    let sent = own(evidence);
    let mut sentences = Vec::new();
    if last.polls > 0 {
        if !sent.is_empty() {
            sentences.push(format!("This tool sent the request {}.", times(sent.len())));
        }
        sentences.push(format!("It asked for the task {}.", times(polls(evidence))));
        sentences.push(format!("The request {}{}.", went(last), details(last)));
    } else if sent.is_empty() {
        sentences.push(format!("By what was pasted, the request {}{}.", went(last), details(last)));
        sentences.push("This tool did not send it.".to_owned());
    } else if let Some(own) = sent.last().filter(|_| !last.sent) {
        sentences.push(format!("By what was pasted, the request {}{}.", went(last), details(last)));
        sentences.push(format!(
            "This tool sent it {} and got no answer: the last one {}{}.",
            times(sent.len()),
            went(own),
            details(own)
        ));
    } else {
        let failed = sent.iter().filter(|a| !worked(a)).count();
        sentences.push(format!(
            "This tool sent the request {}; {failed} of {} failed.",
            times(sent.len()),
            sent.len()
        ));
        let is_last = sent.last().is_some_and(|a| a.index == last.index);
        let which = if is_last { "The last one" } else { "The last one that failed" };
        sentences.push(format!("{which} {}{}.", went(last), details(last)));
    }
    sentences.join(" ")
}

fn details(attempt: &SafeAttempt) -> String {
    let mut parts = Vec::new();
    if let Some(total) = attempt.timing.total_ms {
        parts.push(format!("after {total} ms"));
    }
    if let Some(at) = attempt.at {
        parts.push(format!("started at {}", moment(at)));
    }
    if let Some(id) = attempt.response.as_ref().and_then(primary_id) {
        parts.push(format!("request id {}", one_line(&id, 100)));
    }
    if parts.is_empty() { String::new() } else { format!(", {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::note::sample;

    #[test]
    fn titles() {
        use FailureClass as C;
        let table = [
            (
                "model_not_found",
                C::ModelUnavailable,
                "model_unavailable: POST /v1/chat/completions answered 503 (model_not_found)",
            ),
            ("unauthorized", C::Auth, "auth: POST /v1/chat/completions answered 401 (comet_api_error)"),
            (
                "stream_cut",
                C::StreamInterrupted,
                "stream_interrupted: POST /v1/chat/completions answered 200, then the stream broke off (reset)",
            ),
            ("dns", C::NetworkDns, "network_dns: POST /v1/chat/completions got no answer (dns)"),
            ("pasted_text", C::RateLimited, "rate_limited: a pasted failure: failed with RateLimitError"),
            ("success", C::None, "not reproduced: POST /v1/chat/completions answered 200"),
            ("flaky", C::None, "not reproduced: POST /v1/chat/completions answered 200 after 1 failed"),
            ("nothing", C::Unknown, "unknown: nothing was observed"),
        ];
        for (name, class, expected) in table {
            assert_eq!(title(class, &sample::evidence(name)), expected, "{name}");
        }
    }

    #[test]
    fn what_was_pasted_is_not_said_to_be_sent() {
        let text = actual(&sample::evidence("pasted_text"));
        assert!(text.starts_with("By what was pasted") && text.ends_with("did not send it."), "{text}");
        let text = actual(&sample::evidence("model_not_found"));
        assert!(text.starts_with("This tool sent the request twice; 2 of 2 failed."), "{text}");
    }
}
