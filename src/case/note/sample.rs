//! Notes for the tests of this room.

use chrono::DateTime;

use super::{Audience, Material, Note, Run, Timeouts, build};
use crate::case::catalog::Catalog;
use crate::case::diagnose::{Alternative, Diagnosis, Reason};
use crate::case::keyring::KeyRing;
use crate::case::retry::Policy;
use crate::case::sanitize::{Ledger, SafeEvidence, SafeWords, Sanitizer, sample};
use crate::case::vocabulary::{FailureClass, Fallback, OperatorAction, Owner, RetryVerdict};

pub(super) use sample::{NAMES, evidence, hostile};

pub(super) fn run() -> Run {
    Run {
        case_id: "CF-20261121-0K3M9Q7Z".to_owned(),
        created_at: DateTime::from_timestamp(1_795_237_300, 0).expect("a time"),
        tool: "casefile 0.1.0".to_owned(),
        os: "linux".to_owned(),
        base_url_alias: "cometapi".to_owned(),
        policy: Some(Policy::default()),
        timeouts: Some(Timeouts::default()),
        secret_source: Some("env COMETAPI_KEY".to_owned()),
        confirmed_by_operator: true,
        audience: Audience::Internal,
        proxy_in_use: Some(false),
        similar: None,
    }
}

/// What the built-in catalog says stays open with a class.
fn catalog_words(class: FailureClass) -> Vec<String> {
    Catalog::built_in().class(class).and_then(|c| c.uncertain.clone()).into_iter().collect()
}

pub(super) fn diagnosis(class: FailureClass) -> Diagnosis {
    use FailureClass as C;
    let (retryable, operator_action, owner, first_action) = match class {
        C::ModelUnavailable => (
            RetryVerdict::Maybe,
            OperatorAction::ContactSupport,
            Owner::Vendor,
            "Check that the exact model id is in the gateway's list; if it is, wait 5 minutes and try once more.",
        ),
        C::Auth => (
            RetryVerdict::No,
            OperatorAction::RefreshCredentials,
            Owner::Account,
            "Check the base URL first, then the key.",
        ),
        C::None => (RetryVerdict::No, OperatorAction::None, Owner::Unknown, ""),
        _ => (RetryVerdict::Maybe, OperatorAction::RetryBriefly, Owner::Unknown, "Try once more."),
    };
    let reasons = [Reason {
        rule: "status_401".to_owned(),
        words: "Status 401 says that the credential was not accepted.".to_owned(),
        source: "https://apidoc.cometapi.com/errors/error-codes-handling".to_owned(),
    }];
    Diagnosis {
        class,
        cause: (class == C::ModelUnavailable).then(|| "no_channel_for_model".to_owned()),
        retryable,
        fallback: Fallback::No,
        operator_action,
        owner,
        first_action: first_action.to_owned(),
        topic: "error_handling".to_owned(),
        see_also: vec!["support_form".to_owned()],
        because: if class == C::Auth { reasons.to_vec() } else { Vec::new() },
        alternatives: if class == C::ModelUnavailable {
            vec![Alternative { class: C::PermissionOrWaf, rule: "group_without_model".to_owned() }]
        } else {
            Vec::new()
        },
        uncertain: catalog_words(class),
        confirmed: class != C::Unknown,
    }
}

fn class_of(name: &str) -> FailureClass {
    match name {
        "model_not_found" | "pasted_then_sent" => FailureClass::ModelUnavailable,
        "unauthorized" | "bare_post" => FailureClass::Auth,
        "stream_cut" => FailureClass::StreamInterrupted,
        "dns" => FailureClass::NetworkDns,
        "pasted_text" => FailureClass::RateLimited,
        "success" | "flaky" => FailureClass::None,
        _ => FailureClass::Unknown,
    }
}

/// The note of a sample.
pub(super) fn note(name: &str) -> Note {
    let sent = evidence(name).attempts.iter().any(|a| a.sent);
    let words = if name == "model_not_found" { sample::words() } else { SafeWords::default() };
    let mut run = run();
    if !sent {
        run = Run { policy: None, timeouts: None, proxy_in_use: None, confirmed_by_operator: false, ..run };
    }
    if evidence(name).request.is_none() {
        run.base_url_alias = super::NOT_GIVEN.to_owned();
    }
    if evidence(name).request.is_none_or(|r| r.credential_in.is_none()) {
        run.secret_source = None;
    }
    of(&evidence(name), class_of(name), &words, &run)
}

/// A note in which every text of the evidence and of the operator is `text`.
pub(super) fn hostile_note(text: &str) -> Note {
    of(&hostile(text), FailureClass::Auth, &sample::words_of(text), &run())
}

fn of(evidence: &SafeEvidence, class: FailureClass, words: &SafeWords, run: &Run) -> Note {
    let catalog = Catalog::built_in();
    let mut ledger = Ledger::default();
    ledger.add("prompt", "prompt_field", "request.body/messages/0/content");
    ledger.add("prompt", "prompt_field", "request.body/messages/1/content");
    ledger.add("key", "known_secret", "request.header/authorization");
    build(&Material {
        evidence,
        diagnosis: &diagnosis(class),
        words,
        ledger: &ledger,
        catalog: &catalog,
        profile: catalog.profile("cometapi").expect("a profile"),
        run,
        audit: &Sanitizer::new(&catalog, &KeyRing::default()).audit(),
    })
}
