//! What the controls show. A verdict only where exactly one of them makes the request work.

use super::{code, counted, moment, own, primary_id, said, worked};
use crate::case::note::model::{Attribution, Compared, ControlPart, Deterministic, MinimalRequest};
use crate::case::sanitize::{Clean, SafeAttempt, SafeControl, SafeEvidence, SafeIsolation};
use crate::case::vocabulary::SoftFailure;

pub(super) fn parts(evidence: &SafeEvidence) -> Vec<ControlPart> {
    let deciding = super::deciding(evidence);
    let row = |at| evidence.isolation.as_ref()?.row_of(false, at);
    evidence.controls.iter().enumerate().map(|(at, control)| part(control, row(at), deciding)).collect()
}

fn part(control: &SafeControl, row: Option<usize>, deciding: Option<&SafeAttempt>) -> ControlPart {
    let attempt = &control.attempt;
    let response = attempt.response.as_ref();
    ControlPart {
        row,
        changed: control.changed.clone(),
        to: control.to.as_ref().and_then(said),
        held: held(&control.changed, control.smaller_body),
        outcome: compared(attempt, deciding),
        status: response.and_then(|r| r.status),
        error_code: response.and_then(|r| code(&r.error)),
        transport: attempt.transport,
        request_id: response.and_then(primary_id),
        at: attempt.at.map(moment),
        total_ms: attempt.timing.total_ms,
        model_listed: control.model_listed,
    }
}

/// Everything but the one thing.
fn held(changed: &str, smaller_body: bool) -> Vec<String> {
    ["base_url", "path", "method", "key", "model", "body"]
        .into_iter()
        .filter(|part| *part != changed && !((changed == "minimal_body" || smaller_body) && *part == "body"))
        .filter(|part| !(*part == "key" && matches!(changed, "no_key" | "reach")))
        .filter(|part| {
            !(matches!(changed, "models_list" | "reach") && matches!(*part, "path" | "method" | "model"))
        })
        .map(str::to_owned)
        .collect()
}

fn compared(control: &SafeAttempt, deciding: Option<&SafeAttempt>) -> Compared {
    if worked(control) || only_short(control, deciding) {
        Compared::Worked
    } else if deciding.is_some_and(|deciding| same(control, deciding)) {
        Compared::SameFailure
    } else {
        Compared::OtherFailure
    }
}

/// A control's answer of a few tokens may be cut by its own limit: it still shows that the request is served.
fn only_short(control: &SafeAttempt, deciding: Option<&SafeAttempt>) -> bool {
    let soft = |attempt: &SafeAttempt| attempt.response.as_ref().and_then(|r| r.soft);
    control.transport.is_none()
        && soft(control) == Some(SoftFailure::LengthLimit)
        && deciding.and_then(soft) != Some(SoftFailure::LengthLimit)
}

/// Same status and code, same failure below HTTP, same soft failure.
fn same(a: &SafeAttempt, b: &SafeAttempt) -> bool {
    let key = |attempt: &SafeAttempt| {
        let response = attempt.response.as_ref();
        (
            attempt.transport,
            response.and_then(|r| r.status),
            response.and_then(|r| code(&r.error)),
            response.and_then(|r| r.soft),
        )
    };
    key(a) == key(b)
}

/// Attempts like the last one, of all that this program sent.
pub(super) fn deterministic(evidence: &SafeEvidence) -> Option<Deterministic> {
    // How often a task fails was not tried: it was started once, and asked for.
    let last = super::deciding(evidence).filter(|last| last.polls == 0)?;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let sent = own(evidence);
    (!sent.is_empty()).then(|| Deterministic {
        same: count(sent.iter().filter(|a| same(a, last)).count()),
        of: count(sent.len()),
    })
}

/// What the attempts and controls show; `None` where nothing failed. A search says it where there was one.
pub(super) fn attribution(evidence: &SafeEvidence) -> Option<Attribution> {
    if let Some(isolation) = &evidence.isolation {
        return searched(isolation);
    }
    let deciding = super::deciding(evidence)?;
    let attempts = counted(evidence);
    let failed = attempts.iter().filter(|a| !worked(a)).count();
    if failed == 0 {
        return None;
    }
    if failed < attempts.len() {
        return Some(says(
            "flaky",
            format!(
                "The same request failed {failed} of {} times; a control cannot be compared with it.",
                attempts.len()
            ),
        ));
    }
    let controls: Vec<(&str, Compared)> = evidence
        .controls
        .iter()
        .map(|control| (control.changed.as_str(), compared(&control.attempt, Some(deciding))))
        .collect();
    Some(verdict(&controls))
}

/// The search's verdict; `None` where the request worked each time.
fn searched(isolation: &SafeIsolation) -> Option<Attribution> {
    let fields: Vec<&str> = isolation.fields.iter().map(Clean::as_str).collect();
    let verdict = match (isolation.verdict, fields.first()) {
        ("none", _) => return None,
        ("field", Some(first)) if first.starts_with('/') => format!("field:{first}"),
        ("field", Some(first)) => format!("field:/{}", first.replacen(':', "/", 1)),
        (word, _) => word.to_owned(),
    };
    let mut because = isolation.because.join(" ");
    if fields.len() > 1 {
        because = format!("{because} Places: {}.", fields.join(", "));
    }
    if let Some(limit) = &isolation.limit {
        because = format!(
            "{because} Limit of {} ({}): works up to {}, fails from {}.",
            limit.of, limit.unit, limit.works_up_to, limit.fails_from
        );
    }
    Some(Attribution { verdict, because })
}

/// The smallest request that the search found.
pub(super) fn minimal_request(evidence: &SafeEvidence) -> Option<MinimalRequest> {
    let isolation = evidence.isolation.as_ref()?;
    let request = isolation.minimal.as_ref()?;
    Some(MinimalRequest {
        method: request.method.to_string(),
        path: request.path.to_string(),
        body: request.body.as_ref().and_then(super::observed::body),
        fields: isolation.kept.iter().map(ToString::to_string).collect(),
        minimality: isolation.minimality,
        harmless: isolation.harmless,
    })
}

fn verdict(controls: &[(&str, Compared)]) -> Attribution {
    if controls.is_empty() {
        return says("cannot_tell", "No control was sent.".to_owned());
    }
    let named = |outcome: Compared| {
        let mut names: Vec<&str> =
            controls.iter().filter(|(_, o)| *o == outcome).map(|(changed, _)| *changed).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let (good, bad) = (named(Compared::Worked), named(Compared::SameFailure));
    match good.as_slice() {
        [] if bad.is_empty() => {
            says("cannot_tell", "Every control failed in another way than the request.".to_owned())
        }
        [] => says(
            "cannot_tell",
            format!("The failure stayed the same with the following changed: {}.", bad.join(", ")),
        ),
        // The same change both worked and failed: it decides nothing.
        [one] if controls.iter().any(|(c, o)| c == one && *o != Compared::Worked) => {
            says("cannot_tell", format!("Controls that change {one} both worked and failed."))
        }
        ["key"] => says(
            "key",
            "With another key and all else the same the request worked: the key, its group or its account makes the difference.".to_owned(),
        ),
        ["model"] => says(
            "model",
            "With another model and all else the same the request worked: the model makes the difference.".to_owned(),
        ),
        ["minimal_body"] => says(
            "content",
            "With a minimal body for the same model and key the request worked: something in the body makes the difference; which field is not known.".to_owned(),
        ),
        many => says(
            "cannot_tell",
            format!("The request worked with each of these changed: {}; no single one can be named.", many.join(", ")),
        ),
    }
}

fn says(verdict: &str, because: String) -> Attribution {
    Attribution { verdict: verdict.to_owned(), because }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::note::sample;

    #[test]
    fn one_thing_alone_decides() {
        use Compared::{OtherFailure, SameFailure, Worked};
        let table: [(&[(&str, Compared)], &str); 9] = [
            (&[], "cannot_tell"),
            (&[("key", Worked)], "key"),
            (&[("model", Worked), ("key", SameFailure)], "model"),
            (&[("minimal_body", Worked), ("key", SameFailure)], "content"),
            (&[("key", Worked), ("model", Worked)], "cannot_tell"),
            (&[("model", Worked), ("model", SameFailure)], "cannot_tell"),
            (&[("model", Worked), ("model", Worked)], "model"),
            (&[("key", SameFailure)], "cannot_tell"),
            (&[("key", OtherFailure)], "cannot_tell"),
        ];
        for (controls, expected) in table {
            assert_eq!(verdict(controls).verdict, expected, "{controls:?}");
        }
    }

    #[test]
    fn a_flaky_request_is_not_attributed() {
        let shown = attribution(&sample::evidence("flaky")).expect("something failed");
        assert_eq!(shown.verdict, "flaky");
        assert_eq!(attribution(&sample::evidence("success")), None);
        let controls = attribution(&sample::evidence("model_not_found")).expect("failed");
        assert_eq!(controls.verdict, "model");
    }

    #[test]
    fn repetition_counts_what_was_sent() {
        let of = |name: &str| deterministic(&sample::evidence(name));
        assert_eq!(of("model_not_found"), Some(Deterministic { same: 2, of: 2 }));
        assert_eq!(of("flaky"), Some(Deterministic { same: 1, of: 2 }));
        assert_eq!(of("pasted_text"), None);
    }
}
