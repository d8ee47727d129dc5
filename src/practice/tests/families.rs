//! Every endpoint: success, an unknown model, a missing field; the order of checks and the latency.

use super::super::family::{BodyForm, Family, Form, families};
use super::scenarios::{End, Exchange, exchange};
use super::*;

/// A request of `family` for `model`, without the field `left_out`.
fn ask(gateway: &Gateway, family: &Family, template: &str, model: &str, left_out: &str) -> Exchange {
    let mut path = template.to_owned();
    let known = family.known_prefix.as_ref().filter(|_| model == "practice-ok");
    let name = known.map_or_else(|| model.to_owned(), |prefix| format!("{prefix}1"));
    let name = name.as_str();
    while let (Some(open), Some(close)) = (path.find('{'), path.find('}')) {
        let text =
            if path[open..close].contains("id") || path[open..close].contains("model") { name } else { "x" };
        path.replace_range(open..=close, text);
    }
    if let Some(query) = &family.name_query {
        path.extend(["?", query, "=", name]);
    }
    let mut fields: Vec<(String, String)> = family
        .required
        .iter()
        .filter(|needed| needed.field != left_out)
        .map(|needed| {
            let value = match needed.kind.split('|').next().expect("a type") {
                "array" => "[{\"role\":\"user\",\"content\":\"x\"}]",
                "object" => "{}",
                "number" => "3",
                "file" => "file",
                _ => "\"x\"",
            };
            (needed.field.clone(), value.to_owned())
        })
        .collect();
    if family.body.is_some() && !path.contains(model) {
        fields.push((family.model_field.clone(), format!("\"{model}\"")));
    }
    let (kind, body) = match family.body {
        None => ("text/plain", String::new()),
        Some(BodyForm::Json) => {
            let pairs: Vec<String> =
                fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            ("application/json", format!("{{{}}}", pairs.join(",")))
        }
        Some(BodyForm::Multipart) => {
            let mut form = String::new();
            for (name, value) in &fields {
                let file = if value == "file" { "; filename=\"a.png\"" } else { "" };
                let value = value.trim_matches('"');
                form.extend([
                    "--b\r\nContent-Disposition: form-data; name=\"",
                    name,
                    "\"",
                    file,
                    "\r\n\r\n",
                    value,
                    "\r\n",
                ]);
            }
            ("multipart/form-data; boundary=b", format!("{form}--b--\r\n"))
        }
    };
    let head = format!(
        "{} {path} HTTP/1.1\r\nauthorization: Bearer {}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        family.method,
        gateway.key(),
        body.len()
    );
    exchange(&gateway.base_url(), format!("{head}{body}").as_bytes())
}

#[test]
fn every_family_answers() {
    let gateway = gateway();
    for family in families() {
        for path in &family.paths {
            let who = format!("{} {path}", family.id);
            let right = ask(&gateway, family, path, "practice-ok", "");
            assert_eq!(right.end, End::Whole, "{who}");
            let wanted = family.only.as_ref().map_or(family.status, |only| only.status);
            assert_eq!(right.status, Some(wanted), "{who}: {}", right.text());
            let is_json = right.header("content-type").is_some_and(|kind| kind.contains("json"));
            assert!(!is_json || right.json().is_object() || right.json().is_array(), "{who}");
            assert!(!right.body.is_empty() && !right.text().contains("{request_id}"), "{who}");
        }
    }
}

#[test]
fn every_family_refuses_what_it_does_not_know() {
    let gateway = gateway();
    for family in families().iter().filter(|family| family.only.is_none()) {
        for path in &family.paths {
            let who = format!("{} {path}", family.id);
            let names = family.body.is_some() || path.contains("{model}") || path.contains("{id}");
            if names || family.name_query.is_some() {
                let unknown = ask(&gateway, family, path, "no-such", "");
                let wanted = family.unknown.as_ref().map_or(503, |unknown| unknown.status);
                assert_eq!(unknown.status, Some(wanted), "{who}: {}", unknown.text());
            }
            for needed in &family.required {
                let missing = ask(&gateway, family, path, "practice-ok", &needed.field);
                let (status, pointer) = match family.form {
                    Form::Openai | Form::Claude => (500, "/error/message"),
                    Form::Task | Form::Dashboard => (400, "/message"),
                    Form::Midjourney => (400, "/description"),
                };
                assert_eq!(missing.status, Some(status), "{who}");
                let said = missing.json();
                let said = said.pointer(pointer).and_then(Value::as_str).expect("a message").to_owned();
                assert!(said.starts_with(&needed.words), "{who}: {said}");
                assert_eq!(family.form == Form::Openai, missing.json().pointer("/error/param").is_some());
            }
        }
    }
}

#[test]
fn ids_are_unique_and_data_is_whole() {
    let mut ids: Vec<&str> = families().iter().map(|family| family.id.as_str()).collect();
    assert!(ids.len() > 40);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), families().len());
    for family in families() {
        let answers = !family.answer.is_empty() || !family.base64.is_empty() || family.only.is_some();
        assert!(answers || family.stream.as_ref().is_some_and(|s| s.always), "{}", family.id);
    }
}

#[test]
fn every_place_for_a_key_is_taken() {
    let gateway = gateway();
    let get = |line: &str, path: &str| {
        let text = format!("GET {path} HTTP/1.1\r\n{line}\r\n\r\n");
        exchange(&gateway.base_url(), text.as_bytes()).status
    };
    let key = gateway.key();
    // header line, path, status
    let table = [
        (format!("authorization: Bearer {key}"), "/v1/models".to_owned(), 200),
        (format!("authorization: {key}"), "/v1/models".to_owned(), 200),
        (format!("x-api-key: {key}"), "/v1/models".to_owned(), 200),
        (format!("x-goog-api-key: {key}"), "/v1beta/models".to_owned(), 200),
        ("a: b".to_owned(), format!("/v1beta/models?key={key}"), 200),
        ("a: b".to_owned(), format!("/user/quota?key={key}"), 200),
        (format!("mj-api-secret: {key}"), "/mj/task/task_1/fetch".to_owned(), 200),
        ("a: b".to_owned(), "/api/models".to_owned(), 200),
        (format!("mj-api-secret: {key}"), "/v1/videos/task_1".to_owned(), 401),
        ("a: b".to_owned(), "/user/quota".to_owned(), 401),
    ];
    for (line, path, status) in table {
        assert_eq!(get(&line, &path), Some(status), "{line} {path}");
    }
}

#[test]
fn the_order_of_checks_can_be_changed() {
    use Check::{Body, Key, Model};
    // order, status, in the message, of a request with a wrong key, an unknown model and no messages
    let table = [
        (Check::ALL.to_vec(), 401, "Invalid token"),
        (vec![Model, Key, Body], 503, "No available channel"),
        (vec![Body, Model, Key], 500, "field messages is required"),
        (vec![Body], 500, "field messages is required"),
        (vec![Model], 503, "No available channel"),
    ];
    for (order, status, text) in table {
        let gateway = Gateway::start(Options { order: order.clone(), ..options() }).expect("started");
        let body = r#"{"model":"no-such"}"#;
        let request = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nauthorization: Bearer x\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = exchange(&gateway.base_url(), request.as_bytes());
        assert_eq!(answer.status, Some(status), "{order:?}");
        assert!(answer.text().contains(text), "{order:?}: {}", answer.text());
    }
}

#[test]
fn latency_comes_before_the_first_byte_of_every_answer() {
    let gateway = Gateway::start(Options { latency_ms: 150, ..options() }).expect("started");
    for path in ["/v1/models", "/nowhere"] {
        let begun = Instant::now();
        let answer = exchange(&gateway.base_url(), format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes());
        assert!(begun.elapsed() >= Duration::from_millis(150), "{path}");
        assert!(answer.status.is_some(), "{path}");
    }
}

#[test]
fn a_stock_node_answers_wrong_paths_itself() {
    let gateway = gateway();
    // path, status, in head or body
    let table = [
        ("/v1/nothing", 404, "\"message\":\"Invalid URL (GET /v1/nothing)\""),
        ("/api/nothing", 404, "invalid_request_error"),
        ("/chat", 200, "content-type: text/html; charset=utf-8\r\n"),
        ("/v1beyond", 200, "<title>New API</title>"),
        ("/v1/models", 401, "Token not provided"),
    ];
    for (path, status, text) in table {
        let answer = exchange(&gateway.stock_url(), format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes());
        assert_eq!(answer.status, Some(status), "{path}");
        assert!(format!("{}{}", answer.head, answer.text()).contains(text), "{path}: {}", answer.text());
    }
    assert_ne!(gateway.stock_url(), gateway.base_url());
}
