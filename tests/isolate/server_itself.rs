//! The planted server and the table, tested without `casefile`: a scenario that does not hold what it says would test
//! nothing.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::bodies::{forty, hundred, talk};
use crate::contract::{Rules, chat};
use crate::gateway::{Cause, is_noise};
use crate::judge::{cause_of, removable, stays};
use crate::scenario::{Culprit, Scenario, own_key};
use crate::server::Server;
use crate::tree::{leaves, without};

#[test]
fn the_bodies_are_well_formed_and_large() {
    for body in [hundred(), forty()] {
        assert_eq!(chat(&body, Rules::default()), Ok(()));
        let count = leaves(&body).len();
        assert!((95..=110).contains(&count), "{count} leaves: {body}");
    }
    let strict = Rules { alternate: true, ..Rules::default() };
    assert_eq!(chat(&hundred(), strict), Ok(()));
    assert!(talk(12, 2200).to_string().len() > 26_000);
}

#[test]
fn names_are_used_once_and_there_are_enough() {
    let all = crate::scenarios();
    let mut names: Vec<&str> = all.iter().map(|s| s.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len());
    assert!(names.len() >= 40, "{}", names.len());
}

#[test]
fn a_culprit_is_itself_below_or_up_to_its_root() {
    let deep = Culprit("/tools/2/function/name", "/tools/2");
    for (named, is) in [
        ("/tools/2/function/name", true),
        ("/tools/2/function", true),
        ("/tools/2", true),
        ("/tools", false),
        ("/tools/2/function/parameters", false),
        ("/tools/20", false),
        ("/tools/2/function/name/x", true),
    ] {
        assert_eq!(deep.is(named), is, "{named}");
    }
    assert!(Culprit("~openai-beta", "").is("header OpenAI-Beta"));
}

#[test]
fn the_contract_refuses_each_lack_in_its_own_words() {
    let strict = Rules { alternate: true, ..Rules::default() };
    let talk = |roles: &[&str]| -> Value {
        roles.iter().map(|role| json!({"role": role, "content": "hi"})).collect()
    };
    // body, rules, code
    for (change, rules, code) in [
        (json!({"messages": []}), Rules::default(), "empty_array"),
        (json!({"messages": "hi"}), Rules::default(), "invalid_type"),
        (json!({"messages": [{"content": "hi"}]}), Rules::default(), "missing_role"),
        (json!({"messages": [{"role": "user"}]}), Rules::default(), "missing_content"),
        (json!({"messages": [{"role": "user", "content": 7}]}), Rules::default(), "content_type"),
        (json!({"messages": [{"role": "user", "content": []}]}), Rules::default(), "empty_parts"),
        (json!({"messages": [{"role": "user", "content": ""}]}), Rules::default(), "empty_content"),
        (
            json!({"messages": [{"role": "user", "content": [{"type": "text"}]}]}),
            Rules::default(),
            "incomplete_part",
        ),
        (json!({"messages": [{"role": "user", "content": [{"text": "a"}]}]}), Rules::default(), "part_kind"),
        (json!({"messages": talk(&["observer"])}), Rules::default(), "invalid_role_value"),
        (json!({"messages": talk(&["user", "system", "user"])}), strict, "system_first"),
        (json!({"messages": talk(&["user", "user"])}), strict, "role_order"),
        (json!({"messages": talk(&["assistant", "user"])}), strict, "role_order"),
        (json!({"messages": talk(&["user", "assistant"])}), strict, "last_is_user"),
        (json!({"messages": talk(&["system"])}), strict, ""),
        (json!({"messages": talk(&["system", "user", "assistant", "user"])}), strict, ""),
        (json!({"tools": []}), Rules::default(), "tools_shape"),
        (json!({"tools": [{"type": "function", "function": {}}]}), Rules::default(), "tool_incomplete"),
        (json!({"tool_choice": "auto"}), Rules::default(), "missing_companion"),
        (json!({"top_logprobs": 2, "logprobs": false}), Rules::default(), "missing_companion"),
        (json!({"response_format": {}}), Rules::default(), "format_type"),
        (json!({"response_format": {"type": "json_schema"}}), Rules::default(), "schema_incomplete"),
        (json!({"temperature": "warm"}), Rules::default(), "scalar_type"),
        (json!({"metadata": []}), Rules::default(), "object_type"),
        (json!({}), Rules::default(), ""),
    ] {
        let mut body = json!({"model": "m", "messages": talk(&["user"])});
        for (name, value) in change.as_object().expect("fields") {
            body[name] = value.clone();
        }
        let said = chat(&body, rules).err().map_or("", |refusal| refusal.code);
        // A lone system message has no user at its end.
        let code =
            if code.is_empty() && body["messages"] == talk(&["system"]) { "last_is_user" } else { code };
        assert_eq!(said, code, "{change}");
    }
    assert_eq!(chat(&json!({"model": "m"}), strict).map_err(|r| r.code), Err("missing_required_parameter"));
}

/// Takes away whatever can go until nothing can, bigger nodes first; then two neighbours at a time, for strict templates
/// let no message go alone.
fn greedy(scenario: &Scenario) -> Value {
    let mut body = scenario.body().expect("JSON").clone();
    let call = scenario.call(&body);
    loop {
        let alone = removable(scenario, &call, &body).next().map(|node| without(&body, &node));
        let pairs = (1..body["messages"].as_array().map_or(0, Vec::len)).map(|k| {
            let less = without(&body, &format!("/messages/{k}"));
            without(&less, &format!("/messages/{}", k - 1))
        });
        let before = cause_of(scenario, &call, &body);
        let smaller = alone.or_else(|| pairs.into_iter().find(|less| stays(scenario, &call, &before, less)));
        let Some(smaller) = smaller else { return body };
        body = smaller;
    }
}

#[test]
fn every_table_row_is_true() {
    for scenario in crate::scenarios() {
        let Some(body) = scenario.body() else { continue };
        let name = scenario.name;
        if scenario.truth.verdicts.contains(&"flaky") {
            continue;
        }
        let cause = scenario.gate.decide(&scenario.call(body), 0, 0, false).cause;
        let wanted = if scenario.gate.faults.is_empty() { Cause::Worked } else { Cause::Planted(0) };
        assert_eq!(cause, wanted, "{name}");
        let Some(most) = scenario.truth.leaves else { continue };
        let small = greedy(&scenario);
        assert_eq!(leaves(&small).len(), most, "{name}: {small}");
        assert!(scenario.gate.is_well_formed(&scenario.call(&small)), "{name}: {small}");
        // Each culprit of the body is one that its absence mends (two apart mend it only together).
        for Culprit(leaf, _) in &scenario.truth.culprits {
            if leaf.starts_with('~') || scenario.truth.any {
                continue;
            }
            let mended = without(body, leaf);
            let cause = scenario.gate.decide(&scenario.call(&mended), 0, 0, false).cause;
            assert_ne!(cause, Cause::Planted(0), "{name}: without {leaf}");
        }
    }
}

fn ask(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(server.host()).expect("connects");
    stream.write_all(request.as_bytes()).expect("sends");
    let mut answer = Vec::new();
    // A reset ends it too.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(path: &str, key: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn it_answers_over_the_wire_and_keeps_what_it_saw() {
    let start = |name: &str| Server::start(std::sync::Arc::clone(&crate::named(name).gate), 1, false);
    let small = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]});
    let streamed =
        json!({"model": "gpt-4o", "stream": true, "messages": [{"role": "user", "content": "hi"}]});
    let key = own_key();
    let models = format!("GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n");
    // scenario, request, words of the answer
    for (name, request, words) in [
        (
            "nothing fails",
            post("/v1/chat/completions", &key, &small),
            vec!["200", "chat.completion", "x-request-id"],
        ),
        (
            "nothing fails",
            post("/v1/chat/completions", &key, &streamed),
            vec!["event-stream", "[DONE]", "0\r\n\r\n"],
        ),
        ("nothing fails", models.clone(), vec!["200", "gpt-4o-mini"]),
        ("nothing fails", post("/v1/chat/completions", "nobody", &small), vec!["401", "unknown_token"]),
        ("nothing fails", post("/v1/nothing", &key, &small), vec!["404", "Invalid URL (POST /v1/nothing)"]),
        ("nothing fails", post("/v1/chat/completions", &key, &json!([])), vec!["400", "unreadable_body"]),
        ("nothing fails", post("/v1/chat/completions", &key, &json!({})), vec!["400", "no_model"]),
        ("everything is down", models, vec!["503", "service_unavailable", "(request id: 20261122"]),
        (
            "a slash at the end",
            post("/v1/chat/completions/", &key, &small),
            vec!["301", "location: /v1/chat"],
        ),
        (
            "only streams are cut",
            post("/v1/chat/completions", &key, &streamed),
            vec!["event-stream", "data: "],
        ),
        ("every connection is reset", post("/v1/chat/completions", &key, &small), vec![]),
    ] {
        let server = start(name);
        let answer = ask(&server, &request);
        for word in words {
            assert!(answer.contains(word), "{name}: {word} in {answer}");
        }
        if name == "only streams are cut" {
            assert!(!answer.contains("0\r\n\r\n"), "{answer}");
        }
        assert_eq!(server.seen().len(), 1, "{name}");
    }
}

#[test]
fn a_request_id_is_new_each_time_and_noise_is_one_in_twenty() {
    let scenario = crate::named("unknown parameter");
    let call = scenario.call(scenario.body().expect("JSON"));
    let mut ids: Vec<String> = (0..500).map(|k| scenario.gate.decide(&call, k, 3, true).id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 500);
    let noise =
        (0..20).flat_map(|seed| (0..500).map(move |k| is_noise(1000 + seed, k))).filter(|n| *n).count();
    assert!((400..600).contains(&noise), "{noise} of 10000");
}

#[test]
fn forms_are_read() {
    let body = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b\r\nContent-Disposition: form-data; \
                name=\"image\"; filename=\"a.png\"\r\n\r\n\r\n\r\n--b--\r\n";
    let call = crate::wire::Call {
        headers: vec![("content-type".to_owned(), "multipart/form-data; boundary=b".to_owned())],
        body: body.as_bytes().to_vec(),
        ..crate::wire::Call::default()
    };
    let parts = call.form();
    assert_eq!(parts.len(), 2);
    assert_eq!(
        (parts[0].name.as_str(), parts[0].value.as_slice(), parts[0].is_file),
        ("model", &b"m"[..], false)
    );
    assert_eq!((parts[1].name.as_str(), parts[1].is_file), ("image", true));
}
