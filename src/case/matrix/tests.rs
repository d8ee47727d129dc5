//! The matrix without a network: plans, verdicts, criteria.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::*;
use crate::case::catalog::{Catalog, read_files};
use crate::case::evidence::{Attempt, BodyEnd, Outcome, Response, Source, Timing, TransportFailure};
use crate::case::keyring::{KeyRing, Label, Origin, SecretKind};
use crate::case::note::Timeouts;
use crate::case::vocabulary::{CheckFact, CheckVerdict, CriterionState, FailureClass, TransportKind};

/// A ring with the operator's key and a made-up one.
fn ring() -> (KeyRing, Label, Label) {
    let mut ring = KeyRing::default();
    let real = ring.hold(
        SecretKind::Key,
        Origin::Environment("GATEWAY_KEY".into()),
        &format!("sk-{}", "aB3".repeat(16)),
    );
    let made_up =
        ring.hold(SecretKind::Key, Origin::Given("this program"), &format!("sk-{}", "zY9".repeat(16)));
    (ring, real, made_up)
}

/// Gives a plan of the whole matrix for `profile` to `use_it`, after `change`.
fn with_plan<T>(
    catalog: &Catalog,
    profile: &str,
    change: impl for<'a> FnOnce(&mut Choice<'a>),
    use_it: impl FnOnce(&Plan<'_>) -> T,
) -> T {
    let (_, real, made_up) = ring();
    let provoked = BTreeMap::new();
    let mut choice = Choice {
        catalog,
        profile: catalog.profile(profile).expect("is there"),
        base_url: "https://llm.example/v1/",
        model: "some-model",
        key: Some(real),
        unknown_key: made_up,
        only: &[],
        skip: &[],
        smoke: false,
        oversize: None,
        provoked: &provoked,
        timeouts: Timeouts::default(),
    };
    change(&mut choice);
    use_it(&Plan::new(choice).expect("a plan"))
}

fn run_of(plan: &Plan<'_>, id: &str) -> Run {
    plan.steps.iter().find(|step| step.check.id == id).expect(id).run.clone()
}

fn answer(status: u16, body: &str) -> Answered {
    let response = Response {
        status: Some(status),
        http_version: Some("HTTP/1.1".into()),
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.as_bytes().to_vec(),
        body_bytes: body.len() as u64,
        end: BodyEnd::Complete,
        ..Response::default()
    };
    answered(Outcome::Response(response))
}

fn answered(outcome: Outcome) -> Answered {
    let attempt = Attempt {
        index: 1,
        source: Source::Sent,
        at: Some(moment()),
        outcome,
        client_request_id: None,
        connection: crate::case::evidence::Connection::default(),
        timing: Timing { first_byte_ms: Some(5), ..Timing::default() },
        polls: 0,
        waited_ms: None,
        decision: None,
        reason: String::new(),
        request_bytes: 1,
        written: Vec::new(),
    };
    Answered::new(attempt, 1)
}

fn moment() -> DateTime<Utc> {
    "2026-11-21T10:00:00Z".parse().expect("reads")
}

fn circumstances() -> Circumstances {
    Circumstances {
        service: "checkout".to_owned(),
        deployment: "staging".to_owned(),
        tool: "casefile".into(),
        at: moment(),
        operator: String::new(),
        secret_source: Some("environment variable GATEWAY_KEY".into()),
        base_url_alias: "custom".into(),
        ending: Ending::Whole,
    }
}

const RIGHT: &str = r#"{"id":"1","object":"chat.completion","created":1,"model":"some-model","choices":[{"index":0,"message":{"role":"assistant","content":"Blue whales sing at dawn."},"finish_reason":"stop"}]}"#;

#[test]
fn a_base_url_is_read_as_people_write_it() {
    for (written, base) in [
        ("https://a.example", "https://a.example"),
        ("https://a.example/", "https://a.example"),
        ("https://a.example/v1", "https://a.example"),
        (" https://a.example/api/v1/ ", "https://a.example/api"),
        ("https://a.example/v10", "https://a.example/v10"),
    ] {
        assert_eq!(base_path(written), base);
    }
}

#[test]
fn each_check_changes_one_thing_and_same_requests_are_sent_once() {
    let catalog = Catalog::built_in();
    with_plan(
        &catalog,
        "cometapi",
        |_| {},
        |plan| {
            assert_eq!(run_of(plan, "happy_path"), run_of(plan, "parse_tolerance"));
            assert_eq!(run_of(plan, "stream_first_byte"), run_of(plan, "stream_terminal"));
            assert_ne!(run_of(plan, "happy_path"), run_of(plan, "stream_terminal"));
            let request = |id: &str| match run_of(plan, id) {
                Run::Send(at) => plan.requests[at].request.clone(),
                Run::Not(reason) => panic!("{id}: {reason}"),
            };
            let base = &plan.base;
            assert_eq!(base.target.masked_url(), "https://llm.example/v1/chat/completions");
            // check, header authorization, body has
            for (id, credential) in [
                ("happy_path", Some("Bearer [key#1]")),
                ("missing_auth", None),
                ("empty_bearer", Some("Bearer")),
                ("malformed_bearer", Some("Bearer not a key")),
                ("invalid_token", Some("Bearer [key#2]")),
            ] {
                let request = request(id);
                assert_eq!(request.header("authorization"), credential, "{id}");
                assert_eq!((&request.body, &request.target), (&base.body, &base.target), "{id}");
            }
            let whole = base.json().expect("JSON");
            assert_eq!((&whole["model"], &whole["max_tokens"]), (&json!("some-model"), &json!(16)));
            for (id, pointer, value) in [
                ("missing_model", "/model", None),
                ("missing_messages", "/messages", None),
                ("empty_messages", "/messages", Some(json!([]))),
                ("invalid_role", "/messages/0/role", Some(json!("narrator"))),
                ("wrong_type", "/messages", Some(json!(7))),
                ("stream_chunks", "/stream", Some(json!(true))),
            ] {
                let body = request(id).json().expect("JSON");
                assert_eq!(body.pointer(pointer), value.as_ref(), "{id}");
                let other = if id.contains("model") { "messages" } else { "model" };
                assert_eq!(body[other], whole[other], "{id}");
            }
            assert!(request("malformed_json").json().is_none());
            assert_eq!(request("base_url_without_v1").target.path, "/chat/completions");
            assert_eq!(
                (request("wrong_method").method.as_str(), request("wrong_method").body),
                ("GET", None)
            );
            assert_eq!(plan.most_seconds(), 300 * plan.requests.len() as u64);
            assert!(matches!(run_of(plan, "timeout_before_headers"), Run::Not(_)), "it cannot be provoked");
        },
    );
}

#[test]
fn what_decides_the_plan() {
    let catalog = Catalog::built_in();
    let not = |plan: &Plan<'_>, id: &str| match run_of(plan, id) {
        Run::Send(_) => String::new(),
        Run::Not(reason) => reason,
    };
    with_plan(
        &catalog,
        "openai",
        |choice| choice.key = None,
        |plan| {
            assert_eq!(plan.base.header("authorization"), None);
            assert!(not(plan, "invalid_token").contains("no key was given"));
            assert!(not(plan, "missing_auth").contains("no key was given"));
            assert_eq!(not(plan, "missing_model"), "");
        },
    );
    with_plan(
        &catalog,
        "openai",
        |choice| choice.oversize = Some(1_000_000),
        |plan| {
            let Run::Send(at) = run_of(plan, "oversized") else { panic!("it is run") };
            assert!(plan.requests[at].request.body_bytes() > 1_000_000);
        },
    );
    with_plan(
        &catalog,
        "openai",
        |choice| choice.smoke = true,
        |plan| {
            assert_eq!((plan.steps.len(), plan.requests.len()), (3, 2));
        },
    );
    // Where the key travels otherwise, the wrong one does too.
    with_plan(
        &catalog,
        "azure_openai",
        |_| {},
        |plan| {
            assert_eq!(plan.base.header("api-key"), Some("[key#1]"));
        },
    );
    let provoked = BTreeMap::from([("stream_disconnect".to_owned(), "cuts".to_owned())]);
    let (_, real, made_up) = ring();
    let choice = Choice {
        catalog: &catalog,
        profile: catalog.profile("openai").expect("is there"),
        base_url: "https://llm.example",
        model: "m",
        key: Some(real),
        unknown_key: made_up,
        only: &["stream_disconnect".to_owned()],
        skip: &[],
        smoke: false,
        oversize: None,
        provoked: &provoked,
        timeouts: Timeouts::default(),
    };
    let plan = Plan::new(choice).expect("a plan");
    assert_eq!(plan.requests.len(), 1);
    assert_eq!(plan.requests[0].request.json().expect("JSON")["model"], "cuts");
    let secret = format!("sk-{}", "aB3".repeat(16));
    let error =
        Plan::new(Choice { only: std::slice::from_ref(&secret), ..plan.choice }).expect_err("no such check");
    assert!(error.contains("there is no check") && !error.contains(&secret), "{error}");
}

#[test]
fn a_verdict_stands_on_facts_and_never_on_words() {
    let catalog = Catalog::built_in();
    let (ring, ..) = ring();
    let error = |status: u16, message: &str, kind: &str| {
        answer(
            status,
            &json!({"error": {"message": message, "type": kind, "param": null, "code": "c"}}).to_string(),
        )
    };
    // check, answer, verdict, first difference
    let table: Vec<(&str, Answered, CheckVerdict, &str)> = vec![
        ("happy_path", answer(200, RIGHT), CheckVerdict::Kept, ""),
        ("happy_path", answer(200, "<!doctype html><html></html>"), CheckVerdict::Broken, "shape"),
        ("happy_path", answer(200, &RIGHT.replace("stop", "length")), CheckVerdict::Kept, ""),
        (
            "happy_path",
            answer(200, &RIGHT.replace("Blue whales sing at dawn.", "")),
            CheckVerdict::Broken,
            "soft",
        ),
        (
            "parse_tolerance",
            answer(200, &RIGHT.replace(r#""index":0,"#, "")),
            CheckVerdict::Broken,
            "/choices/0/index",
        ),
        ("missing_model", error(400, "one wording", "invalid_request_error"), CheckVerdict::Kept, ""),
        ("missing_model", error(400, "quite another", "other_error"), CheckVerdict::Kept, ""),
        ("missing_model", error(500, "one wording", "invalid_request_error"), CheckVerdict::Broken, "status"),
        ("base_url_without_v1", error(404, "x", "y"), CheckVerdict::Observed, ""),
    ];
    for (id, answered, verdict, difference) in table {
        let only = [id.to_owned()];
        let (_, real, made_up) = self::ring();
        let provoked = BTreeMap::new();
        let choice = Choice {
            catalog: &catalog,
            profile: catalog.profile("openai").expect("is there"),
            base_url: "https://llm.example",
            model: "some-model",
            key: Some(real),
            unknown_key: made_up,
            only: &only,
            skip: &[],
            smoke: false,
            oversize: None,
            provoked: &provoked,
            timeouts: Timeouts::default(),
        };
        let plan = Plan::new(choice).expect("a plan");
        let circumstances = circumstances();
        let given = Given { ring: &ring, fixtures: None, update: false, circumstances: &circumstances };
        let (report, audit) = report(&plan, &[Ok(answered)], &given);
        let row = report.checks.iter().find(|row| row.id == id).expect("a row");
        let first = row.differences.first().map_or("", |d| d.fact.as_str());
        assert_eq!((row.verdict, first), (verdict, difference), "{id}: {row:?}");
        for format in [Format::Text, Format::Json, Format::Junit] {
            let text = report.leave(format, &audit).expect("passes");
            assert!(!text.as_str().contains("Blue whales"), "what the model said never leaves");
        }
    }
}

#[test]
fn a_run_that_was_cut_short_says_why() {
    let catalog = Catalog::built_in();
    let (ring, ..) = ring();
    let gone =
        answered(Outcome::Transport(TransportFailure { kind: TransportKind::Dns, detail: String::new() }));
    let busy = || Ok(answer(429, "{}"));
    assert!(Plan::stop_after(&[Ok(gone.clone())]).expect("stops").contains("dns"));
    assert!(Plan::stop_after(&[busy()]).is_none());
    assert!(Plan::stop_after(&[busy(), Ok(answer(200, "{}"))]).is_none());
    assert!(Plan::stop_after(&[busy(), busy()]).expect("stops").contains("429"));
    with_plan(
        &catalog,
        "openai",
        |_| {},
        |plan| {
            let circumstances = circumstances();
            let given = Given { ring: &ring, fixtures: None, update: false, circumstances: &circumstances };
            let (report, _) = report(plan, &[Ok(gone), Err("it is gone".into())], &given);
            assert_eq!((report.result, report.requests_sent), (CheckVerdict::Broken, 1));
            let row = |id: &str| report.checks.iter().find(|row| row.id == id).expect(id);
            assert_eq!(row("happy_path").observed[&CheckFact::Transport], "dns");
            assert_eq!(row("missing_auth").reason.as_deref(), Some("it is gone"));
            assert_eq!(row("models_list").reason.as_deref(), Some("the run ended before it"));
            let states: Vec<CriterionState> = report.acceptance.iter().map(|c| c.state).collect();
            assert!(!states.contains(&CriterionState::Met), "{states:?}");
        },
    );
}

#[test]
fn a_key_that_is_refused_itself_judges_nothing_else() {
    let catalog = Catalog::built_in();
    let (ring, ..) = ring();
    let error = r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#;
    with_plan(
        &catalog,
        "openai",
        |_| {},
        |plan| {
            let circumstances = circumstances();
            let given = Given { ring: &ring, fixtures: None, update: false, circumstances: &circumstances };
            let answered: Vec<_> = plan.requests.iter().map(|_| Ok(answer(401, error))).collect();
            let (report, _) = report(plan, &answered, &given);
            for (id, verdict) in [
                ("happy_path", CheckVerdict::Broken),
                ("missing_auth", CheckVerdict::Kept),
                ("invalid_token", CheckVerdict::Kept),
                ("missing_model", CheckVerdict::NotRun),
                ("models_list", CheckVerdict::NotRun),
            ] {
                let row = report.checks.iter().find(|row| row.id == id).expect(id);
                assert_eq!(row.verdict, verdict, "{row:?}");
                assert!(
                    verdict != CheckVerdict::NotRun
                        || row.reason.as_deref().is_some_and(|r| r.contains("was refused"))
                );
            }
            assert_eq!(report.refused, Some(FailureClass::Auth));
        },
    );
}

#[test]
fn a_model_that_is_refused_itself_is_no_broken_contract() {
    let catalog = Catalog::built_in();
    let (ring, ..) = ring();
    let error = r#"{"error":{"message":"The model `gpt-5.4` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#;
    with_plan(
        &catalog,
        "openai",
        |_| {},
        |plan| {
            let circumstances = Circumstances { ending: Ending::CutOff, ..circumstances() };
            let given = Given { ring: &ring, fixtures: None, update: false, circumstances: &circumstances };
            let answered: Vec<_> = plan.requests.iter().map(|_| Ok(answer(404, error))).collect();
            let (report, _) = report(plan, &answered, &given);
            let verdict = |id: &str| report.checks.iter().find(|row| row.id == id).map(|row| row.verdict);
            // Another model that is refused too is what that check asks for.
            assert_eq!(verdict("unknown_model"), Some(CheckVerdict::Kept));
            for id in ["missing_messages", "invalid_role", "stream_chunks"] {
                assert_eq!(verdict(id), Some(CheckVerdict::NotRun), "{id}");
            }
            assert_eq!(report.refused, Some(FailureClass::ModelUnavailable));
            assert!(report.summary().contains("give another model"), "{}", report.summary());
            assert!(report.interrupted);
            assert_eq!(report.requests_sent, report.requests_answered + 1);
        },
    );
}

#[test]
fn a_profile_of_ones_own_can_add_checks_and_expectations() {
    let checks = "checks:\n  - {id: tea, title: Tea is served, sends: a pot, change: {set: {/model: tea}}, outcome: none, outcome_words: Drink it.}\n";
    let profile = "id: acme\nname: Acme\ndoc_url: https://acme.example\naccessed: '2026-11-21'\n\
                   expectations:\n  tea: {accept: [{status: [418], retry: [\"no\"]}], source: 'https://acme.example/tea', accessed: '2026-11-21'}\n";
    let catalog = read_files([("checks.yaml", checks), ("profiles/acme.yaml", profile)]).expect("reads");
    with_plan(
        &catalog,
        "acme",
        |_| {},
        |plan| {
            let tea = plan.steps.last().expect("steps");
            assert_eq!((tea.check.id.as_str(), tea.expected.map(|(_, by)| by)), ("tea", Some("acme")));
            assert_eq!(plan.steps[0].expected.map(|(_, by)| by), Some("openai_compatible"));
        },
    );
    for (line, said) in [
        ("  te: {accept: [], source: 'https://a.example', accessed: '2026-11-21'}", "no check te"),
        (
            "  tea: {accept: [{status: [99]}], source: 'https://a.example', accessed: '2026-11-21'}",
            "99 is no value",
        ),
        (
            "  tea: {accept: [{retry: [never]}], source: 'https://a.example', accessed: '2026-11-21'}",
            "never is no value",
        ),
        ("  tea: {accept: [{taste: [good]}], source: 'https://a.example', accessed: '2026-11-21'}", "taste"),
        (
            "  tea: {fields: {leaf: string}, source: 'https://a.example', accessed: '2026-11-21'}",
            "write a field as",
        ),
        ("  tea: {accept: [], source: acme, accessed: '2026-11-21'}", "https://"),
    ] {
        let text = format!(
            "id: acme\nname: Acme\ndoc_url: https://acme.example\naccessed: '2026-11-21'\nexpectations:\n{line}\n"
        );
        let error =
            read_files([("checks.yaml", checks), ("profiles/acme.yaml", text.as_str())]).expect_err(line);
        assert!(error.what.contains(said), "{line}: {error}");
    }
}

/// What an endpoint wants beside the credential goes along with every check.
#[test]
fn the_headers_that_an_endpoint_requires_are_sent() {
    let endpoint = "- {id: house_chat, name: Chat, method: POST, path: /v1/chat/completions, profiles: [litellm],\n   \
                    required_headers: [{name: x-house, value: '7'}],\n   \
                    minimal_body: '{\"model\":\"{model}\",\"messages\":[{\"role\":\"user\",\"content\":\"ok\"}]}',\n   \
                    doc_url: 'https://acme.example/chat', accessed: '2026-11-21'}\n";
    let catalog = read_files([("endpoints.yaml", endpoint)]).expect("reads");
    let names = |plan: &Plan<'_>| -> Vec<bool> {
        let sent = plan.requests.iter().map(|planned| &planned.request);
        sent.map(|request| request.headers.iter().any(|h| h.name == "x-house" && h.value == "7")).collect()
    };
    let with = with_plan(&catalog, "litellm", |_| {}, names);
    assert!(with.len() > 5 && with.iter().all(|there| *there), "{with:?}");
    let without = with_plan(&catalog, "cometapi", |_| {}, names);
    assert!(without.iter().all(|there| !there), "{without:?}");
}

/// The list of a screen says what the report says: no words of an answer, each check with what was sent, expected and came.
#[test]
fn the_list_has_checks_criteria_and_pins() {
    let catalog = Catalog::built_in();
    with_plan(
        &catalog,
        "cometapi",
        |_| {},
        |plan| {
            let (ring, _, _) = ring();
            let error =
                r#"{"error":{"message":"Blue whales sing at dawn.","type":"new_api_error","code":""}}"#;
            let Run::Send(missing_auth) = run_of(plan, "missing_auth") else { panic!("it is run") };
            // The happy path works, without a credential it works too, and there the run is left.
            let answers: Vec<_> = (0..=missing_auth)
                .map(|at| {
                    Ok(if at == 0 || at == missing_auth { answer(200, RIGHT) } else { answer(400, error) })
                })
                .collect();
            let circumstances = circumstances();
            let given = Given { ring: &ring, fixtures: None, update: false, circumstances: &circumstances };
            let (report, audit) = report(plan, &answers, &given);
            let entries = report.entries(&audit).expect("passes");
            let (checks, criteria) = (plan.steps.len(), catalog.matrix.criteria.len());
            assert_eq!(entries.len(), checks + criteria + 1);
            assert!(
                entries[..checks].iter().zip(&plan.steps).all(|(entry, step)| entry.name == step.check.id)
            );
            assert!(entries[checks..checks + criteria].iter().all(|e| matches!(e.of, EntryOf::Criterion(_))));
            assert_eq!(entries.last().map(|entry| entry.of), Some(EntryOf::Pins));
            let of = |id: &str| entries.iter().find(|entry| entry.name == id).expect(id);
            let broken = of("missing_auth");
            assert_eq!((broken.of, broken.came.as_str()), (EntryOf::Check(CheckVerdict::Broken), "200"));
            for start in
                ["sent: no credential (POST", "expected: status 401", "came: status 200", "operator: "]
            {
                assert!(broken.told.iter().any(|line| line.starts_with(start)), "{start}: {:?}", broken.told);
            }
            assert_eq!(broken.told.iter().filter(|line| line.starts_with("sent: ")).count(), 1);
            assert_eq!(of("models_list").of, EntryOf::Check(CheckVerdict::NotRun));
            let all = format!("{entries:?}");
            assert!(!all.contains("whales") && !all.contains("aB3aB3"), "{all}");
        },
    );
}
