//! The judge, tested with reports made by hand: a good one passes, and each lie in it is found.

use std::time::Duration;

use serde_json::{Value, json};

use crate::judge::judge;
use crate::run::Ran;
use crate::scenario::{Scenario, other_key};
use crate::server::Seen;
use crate::tree::put;
use crate::wire::{Call, Reply};

/// What the server sees and casefile tells of a run of five baselines, the list of models and `tries`.
fn told(
    scenario: &Scenario,
    tries: &[Value],
    minimal: &Value,
    verdict: &str,
    fields: &[&str],
) -> (Value, Ran) {
    let body = scenario.body().expect("JSON");
    let mut calls = vec![scenario.call(body); 5];
    calls.push(Call { method: "GET".to_owned(), path: "/v1/models".to_owned(), ..scenario.call(body) });
    calls.extend(tries.iter().map(|body| scenario.call(body)));
    let (mut seen, mut rows) = (Vec::new(), Vec::new());
    for (count, mut call) in calls.into_iter().enumerate() {
        call.headers.push(("host".to_owned(), "h:1".to_owned()));
        let decided = scenario.gate.decide(&call, count as u64, 0, false);
        let Reply::Whole(status, ..) = decided.reply else { panic!("an answer") };
        let outcome = match decided.cause {
            crate::gateway::Cause::Worked => "worked",
            crate::gateway::Cause::Planted(0) => "same_failure",
            _ => "other_failure",
        };
        rows.push(json!({"index": count + 1, "changed": "fields", "outcome": outcome, "status": status, "request_id": decided.id}));
        seen.push(Seen { call, cause: decided.cause, id: decided.id, status });
    }
    let report = json!({
        "schema": "casefile.isolate/1",
        "baseline": {"same": 5, "of": 5, "fingerprint": {"status": 400}},
        "attribution": {"verdict": verdict, "fields": fields, "because": ["it is so"], "needed": []},
        "minimal": {"body": minimal, "minimality": "1-minimal", "harmless": true},
        "threshold": null, "hidden": [], "rows": rows,
        "requests": {"baseline": 5, "after": seen.len() - 5, "budget": 60},
    });
    let (out, err) = (report.to_string(), String::new());
    let took = Duration::ZERO;
    (report, Ran { code: 0, out, err, seen, host: "h:1".to_owned(), strayed: 0, took, raw: false })
}

fn small(more: &Value) -> Value {
    let mut body = json!({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "x"}]});
    for (name, value) in more.as_object().expect("fields") {
        body[name] = value.clone();
    }
    body
}

#[test]
fn a_true_report_passes_and_each_lie_is_found() {
    let scenario = crate::named("unknown parameter");
    let culprit = json!({"top_k_penalty": 0.4});
    let minimal = small(&culprit);
    let (report, ran) =
        told(&scenario, &[small(&json!({})), minimal.clone()], &minimal, "field", &["/top_k_penalty"]);
    assert_eq!(judge(&scenario, &ran, false), Vec::<String>::new());
    // what is changed in the report, words of what the judge says to it
    let lies: [(&str, Value, &str); 17] = [
        ("/schema", json!("casefile.isolate/2"), "schema"),
        ("/baseline/same", json!(4), "BASELINE 4 of 5"),
        ("/baseline/fingerprint/status", json!(401), "BASELINE fingerprint"),
        ("/rows/3/index", json!(9), "has the index 9"),
        ("/attribution/verdict", json!("key"), "VERDICT"),
        ("/attribution/verdict", json!("cannot_tell"), "VERDICT"),
        ("/attribution/fields", json!([]), "CULPRITS"),
        ("/attribution/fields", json!(["/top_k_penalty", "/seed"]), "innocent"),
        ("/attribution/because", json!([]), "no reason"),
        ("/minimal/minimality", json!("budget spent"), "MINIMALITY"),
        ("/minimal/harmless", json!(false), "harmless"),
        ("/minimal/body/seed", json!(7), "never failed so"),
        ("/requests/after", json!(2), "COUNT"),
        ("/rows/5/outcome", json!("same_failure"), "ROW"),
        ("/rows/6/outcome", json!("other_failure"), "ROW"),
        ("/rows/7/request_id", json!("2026-nobody"), "nobody gave"),
        ("/attribution/because", json!(["Mrs Winterbottom"]), "LEAK"),
    ];
    for (pointer, value, words) in lies {
        let mut lie = report.clone();
        put(&mut lie, pointer, value);
        let ran = Ran {
            out: lie.to_string(),
            seen: ran.seen.clone(),
            host: ran.host.clone(),
            err: String::new(),
            ..ran
        };
        let said = judge(&scenario, &ran, false).join("; ");
        assert!(said.contains(words), "{pointer}: {words}: {said}");
    }
}

#[test]
fn what_was_sent_is_judged_too() {
    let scenario = crate::named("unknown parameter");
    let minimal = small(&json!({"top_k_penalty": 0.4}));
    let (_, mut ran) =
        told(&scenario, std::slice::from_ref(&minimal), &minimal, "field", &["/top_k_penalty"]);
    ran.strayed = 1;
    assert!(judge(&scenario, &ran, false).join("; ").contains("another host"));
    ran.strayed = 0;
    ran.seen[6].call.headers[0].1 = format!("Bearer {}", other_key());
    assert!(judge(&scenario, &ran, false).join("; ").contains("none of those given"));
    let last = ran.seen[6].call.headers.len() - 1;
    ran.seen[6].call.headers[last].1 = "h:2".to_owned();
    assert!(judge(&scenario, &ran, false).join("; ").contains("host"));
    // Many requests for one culprit.
    let many = vec![minimal.clone(); 30];
    let (_, ran) = told(&scenario, &many, &minimal, "field", &["/top_k_penalty"]);
    assert!(judge(&scenario, &ran, false).join("; ").contains("REQUESTS 31, at most 23"));
}

#[test]
fn a_body_that_could_be_smaller_is_found() {
    let scenario = crate::named("unknown parameter");
    let large = small(&json!({"top_k_penalty": 0.4, "seed": 7}));
    let (_, ran) = told(&scenario, std::slice::from_ref(&large), &large, "field", &["/top_k_penalty"]);
    let said = judge(&scenario, &ran, false).join("; ");
    assert!(said.contains("NOT 1-MINIMAL, removable: /seed") && said.contains("5 leaves are left"), "{said}");
}

#[test]
fn limits_and_hidden_failures_are_judged() {
    let mut scenario = crate::named("max_tokens above the limit");
    scenario.truth.leaves = None;
    let (mut report, mut ran) = told(&scenario, &[], &Value::Null, "field", &["/max_tokens"]);
    assert!(judge(&scenario, &ran, false).join("; ").contains("THRESHOLD"));
    for (works, fails, words) in [(4096, 4097, ""), (4000, 4001, "LIMIT"), (4000, 5000, "not exact")] {
        report["threshold"] =
            json!({"what": "/max_tokens", "works_up_to": works, "fails_from": fails, "exact": true});
        ran.out = report.to_string();
        let said = judge(&scenario, &ran, false).join("; ");
        assert!(if words.is_empty() { said.is_empty() } else { said.contains(words) }, "{words}: {said}");
    }
    let mut scenario = crate::named("one behind the other");
    scenario.truth.leaves = None;
    let (mut report, mut ran) = told(&scenario, &[], &Value::Null, "field", &["/verbosity"]);
    assert!(judge(&scenario, &ran, false).join("; ").contains("store_not_allowed"));
    report["hidden"] = json!([{"fingerprint": {"code": "store_not_allowed"}}]);
    ran.out = report.to_string();
    assert_eq!(judge(&scenario, &ran, false), Vec::<String>::new());
}
