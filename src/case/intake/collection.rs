//! A collection of requests as Postman exports it, format 2.1 (<https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html>,
//! read 2026-11-23): folders in folders, a credential that a request inherits, variables of the collection, the answers that
//! somebody saved beside a request.

use serde_json::Value;

use super::several::Piece;
use super::unmasked::{Unmasked, form_encoded, with_pair};
use super::{answer, command};
use crate::case::catalog::Catalog;
use crate::case::evidence::{Outcome, Response};
use crate::case::finding::{Finding, Level};
use crate::case::keyring::KeyRing;
use crate::case::request::{Intake, Part, PartContent};

/// More requests than anybody reads.
const MOST: usize = 1000;

/// Deeper folders are not looked into.
const DEEPEST: usize = 20;

/// True where a JSON text may be a collection.
pub(super) fn may_be(text: &str) -> bool {
    text.contains("postman.com/json/collection")
}

/// The requests of `file`, each with the whole text (`len` bytes) as its place; `None` where it is no collection.
pub(super) fn read(file: &Value, len: usize, catalog: &Catalog, ring: &mut KeyRing) -> Option<Vec<Piece>> {
    let file = file.get("collection").filter(|inner| inner.get("item").is_some()).unwrap_or(file);
    file.pointer("/info/schema")?.as_str().filter(|schema| may_be(schema))?;
    let variables = file.get("variable").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut found = Vec::new();
    collect(file, file.get("auth"), 0, &mut found);
    if found.is_empty() {
        let finding = Finding::new(
            "nothing_usable",
            Level::Error,
            "the file is a Postman collection without a request",
        )
        .fix("export the collection that holds the request that failed, or paste the request's answer");
        return Some(vec![Piece {
            intake: Intake { kind: "nothing", findings: vec![finding], ..Intake::default() },
            start: 0,
            end: len,
        }]);
    }
    let pieces = found.into_iter().filter_map(|(request, auth, answer)| {
        // A saved answer has a copy of what was sent for it.
        let own =
            answer.and_then(|answer| answer.get("originalRequest")).filter(|own| own.get("url").is_some());
        let (draft, held) = sent(own.unwrap_or(request), auth, variables, ring)?.masked(catalog, ring);
        let findings = held.into_iter().collect();
        let observed = answer.map(|answer| answer::attempt(Outcome::Response(saved(answer))));
        let intake =
            Intake { kind: "http file", draft: Some(draft), observed, findings, ..Intake::default() };
        Some(Piece { intake, start: 0, end: len })
    });
    Some(pieces.take(MOST).collect())
}

/// A request of the file, the credential that it inherits, and an answer to it.
type Found<'v> = (&'v Value, Option<&'v Value>, Option<&'v Value>);

/// The answers that were saved beside a request; an example that somebody wrote without a status is none.
fn answers(item: &Value) -> Vec<&Value> {
    let saved = item.get("response").and_then(Value::as_array).into_iter().flatten();
    saved
        .filter(|answer| answer.get("code").and_then(Value::as_u64).is_some_and(|code| code >= 100))
        .collect()
}

/// A saved answer: its code, its headers and its text.
fn saved(answer: &Value) -> Response {
    let code = answer.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let headers = pairs(answer.get("header"), &[]);
    let body = answer.get("body").and_then(Value::as_str).unwrap_or("");
    let reason = answer.get("status").and_then(Value::as_str).map(str::to_owned);
    answer::response(code, reason, None, headers, body.as_bytes().to_vec())
}

/// The requests of a folder with the credential that each inherits.
fn collect<'v>(folder: &'v Value, auth: Option<&'v Value>, depth: usize, out: &mut Vec<Found<'v>>) {
    let items = folder.get("item").and_then(Value::as_array).into_iter().flatten();
    for item in items {
        let own = item.get("auth").filter(|auth| !auth.is_null()).or(auth);
        if let Some(request) = item.get("request").filter(|_| out.len() < MOST) {
            let own = request.get("auth").filter(|auth| !auth.is_null()).or(own);
            let answers = answers(item);
            if answers.is_empty() {
                out.push((request, own, None));
            }
            out.extend(answers.into_iter().map(|answer| (request, own, Some(answer))));
        } else if depth < DEEPEST {
            collect(item, own, depth + 1, out);
        }
    }
}

/// `text` with the collection's own values in place of `{{name}}`, and a reference in place of any other.
pub(super) fn with_references(text: &str, variables: &[Value]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        out.push_str(before);
        // A name is short: what nothing closes is not searched to its end.
        let near = behind.as_bytes();
        let closed =
            near.get(..near.len().min(102)).and_then(|near| near.windows(2).position(|pair| pair == b"}}"));
        let Some((name, next)) = closed.and_then(|at| Some((behind.get(..at)?, behind.get(at + 2..)?)))
        else {
            out.push_str("{{");
            rest = behind;
            continue;
        };
        let bare = name.trim();
        let known = variables.iter().find(|v| v.get("key").and_then(Value::as_str) == Some(bare));
        let known =
            known.and_then(|v| v.get("value")?.as_str()).filter(|v| !v.is_empty() && !v.contains("{{"));
        let bare = bare.strip_prefix("process.env.").unwrap_or(bare);
        match known {
            Some(value) => out.push_str(value),
            None if command::is_name(bare) => {
                out.push_str("[env:");
                out.push_str(bare);
                out.push(']');
            }
            None if bare.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.$".contains(&b))
                && !bare.is_empty() =>
            {
                let name: String = bare
                    .chars()
                    .filter(|c| *c != '$')
                    .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
                    .collect();
                out.push_str("[env:");
                out.push_str(&name);
                out.push(']');
            }
            None => {
                out.push_str("{{");
                out.push_str(name);
                out.push_str("}}");
            }
        }
        rest = next;
    }
    out.push_str(rest);
    out
}

/// `[{key, value, disabled}]` as pairs.
fn pairs(list: Option<&Value>, variables: &[Value]) -> Vec<(String, String)> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    let on = list.filter(|pair| pair.get("disabled") != Some(&Value::Bool(true)));
    let word = |pair: &Value, name: &str| {
        pair.get(name).and_then(Value::as_str).map(|text| with_references(text, variables))
    };
    on.filter_map(|pair| {
        Some((word(pair, "key").filter(|key| !key.is_empty())?, word(pair, "value").unwrap_or_default()))
    })
    .collect()
}

fn sent(request: &Value, auth: Option<&Value>, variables: &[Value], ring: &mut KeyRing) -> Option<Unmasked> {
    let filled = |text: &str| with_references(text, variables);
    if let Some(url) = request.as_str() {
        return Some(Unmasked { method: "GET".to_owned(), url: filled(url), ..Unmasked::default() });
    }
    let method = request.get("method").and_then(Value::as_str).unwrap_or("GET").to_ascii_uppercase();
    let mut sent = Unmasked { method, url: address(request.get("url")?, variables)?, ..Unmasked::default() };
    sent.headers = match request.get("header") {
        Some(Value::String(lines)) => lines
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_owned(), filled(value.trim())))
            .collect(),
        other => pairs(other, variables),
    };
    if let Some(auth) = auth {
        take_auth(&mut sent, auth, variables, ring);
    }
    if let Some(body) = request.get("body") {
        take_body(&mut sent, body, variables);
    }
    Some(sent)
}

/// An address as its text, or as its parts; a path's own variables are put in.
fn address(url: &Value, variables: &[Value]) -> Option<String> {
    let text = url.as_str().or_else(|| url.get("raw")?.as_str());
    let words = |name: &str, joint: &str| -> String {
        match url.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(words)) => {
                words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(joint)
            }
            _ => String::new(),
        }
    };
    let mut text = match text {
        Some(text) => text.to_owned(),
        None => format!(
            "{}://{}/{}",
            url.get("protocol").and_then(Value::as_str).unwrap_or("https"),
            words("host", "."),
            words("path", "/")
        ),
    };
    for (name, value) in pairs(url.get("variable"), variables) {
        if !value.is_empty() {
            text = text.replace(&format!("/:{name}"), &format!("/{value}"));
        }
    }
    Some(with_references(&text, variables)).filter(|url| !url.is_empty())
}

fn take_auth(sent: &mut Unmasked, auth: &Value, variables: &[Value], ring: &mut KeyRing) {
    let kind = auth.get("type").and_then(Value::as_str).unwrap_or("");
    // An object in 2.0, a list of pairs in 2.1.
    let given = |name: &str| -> String {
        let own = auth.get(kind);
        let of_list =
            || pairs(own, variables).into_iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let of_object = || Some(with_references(own?.get(name)?.as_str()?, variables));
        of_list().or_else(of_object).unwrap_or_default()
    };
    match kind {
        "bearer" => sent.implied("Authorization", &format!("Bearer {}", given("token"))),
        "basic" => sent.basic(&given("username"), &given("password"), ring),
        "apikey" if given("in") == "query" => sent.url = with_pair(&sent.url, &given("key"), &given("value")),
        "apikey" if !given("key").is_empty() => sent.implied(&given("key"), &given("value")),
        _ => {}
    }
}

fn take_body(sent: &mut Unmasked, body: &Value, variables: &[Value]) {
    if body.get("disabled") == Some(&Value::Bool(true)) {
        return;
    }
    match body.get("mode").and_then(Value::as_str).unwrap_or("") {
        "raw" => {
            let text = body.get("raw").and_then(Value::as_str).unwrap_or("");
            sent.body = with_references(text, variables);
            let language = body.pointer("/options/raw/language").and_then(Value::as_str).unwrap_or("");
            let is_json = language == "json"
                || language.is_empty() && answer::json_extent(text.trim()) == Some(text.trim().len());
            if is_json && !sent.body.is_empty() {
                sent.implied("Content-Type", "application/json");
            }
        }
        "urlencoded" => {
            let fields = pairs(body.get("urlencoded"), variables);
            let fields =
                fields.iter().map(|(name, value)| format!("{}={}", form_encoded(name), form_encoded(value)));
            sent.body = fields.collect::<Vec<_>>().join("&");
            sent.implied("Content-Type", "application/x-www-form-urlencoded");
        }
        "formdata" => {
            let fields = body.get("formdata").and_then(Value::as_array).into_iter().flatten();
            sent.form = fields.filter_map(|field| part(field, variables)).collect();
        }
        "graphql" => {
            let query = body.pointer("/graphql/query").and_then(Value::as_str).unwrap_or("");
            let given = body.pointer("/graphql/variables").and_then(Value::as_str).unwrap_or("");
            let given: Value =
                serde_json::from_str(&with_references(given, variables)).unwrap_or(Value::Null);
            sent.body = serde_json::json!({"query": with_references(query, variables), "variables": given})
                .to_string();
            sent.implied("Content-Type", "application/json");
        }
        _ => {}
    }
}

fn part(field: &Value, variables: &[Value]) -> Option<Part> {
    if field.get("disabled") == Some(&Value::Bool(true)) {
        return None;
    }
    let word =
        |name: &str| field.get(name).and_then(Value::as_str).map(|text| with_references(text, variables));
    let is_file = field.get("type").and_then(Value::as_str) == Some("file");
    let path = || match field.get("src") {
        Some(Value::Array(paths)) => paths.first().and_then(Value::as_str).map(str::to_owned),
        other => other.and_then(Value::as_str).map(str::to_owned),
    };
    let content = if is_file {
        PartContent::File { path: path()?, bytes: None }
    } else {
        PartContent::Text(word("value").unwrap_or_default())
    };
    Some(Part {
        name: word("key")?,
        content,
        filename: None,
        media_type: word("contentType").filter(|kind| !kind.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::case::catalog::Catalog;
    use crate::case::intake::{read, read_all};
    use crate::case::keyring::KeyRing;

    fn shown(file: &Value) -> Vec<String> {
        let pieces = read_all(&file.to_string(), &|_| None, &Catalog::built_in(), &mut KeyRing::default());
        let each = pieces.iter().filter_map(|piece| {
            let draft = piece.intake.draft.as_ref()?;
            let headers: Vec<String> =
                draft.headers.iter().map(|h| format!("{}={}", h.name, h.value)).collect();
            let parts: Vec<&str> = draft.form.iter().map(|part| part.name.as_str()).collect();
            Some(format!(
                "{} {} [{}] {}{}",
                draft.method,
                draft.url,
                headers.join(", "),
                draft.body,
                parts.join(",")
            ))
        });
        each.collect()
    }

    #[test]
    fn requests_of_a_collection_are_read() {
        const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
        let file = |more: Value, items: Value| {
            let mut file = json!({"info": {"name": "a", "schema": SCHEMA}, "item": items});
            for (name, value) in more.as_object().cloned().unwrap_or_default() {
                file[name] = value;
            }
            file
        };
        let table = [
            (
                file(
                    json!({"variable": [{"key": "base", "value": "https://h.test"}], "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{key}}"}]}}),
                    json!([{"name": "f", "item": [
                        {"name": "a", "request": {"method": "post", "url": {"raw": "{{base}}/v1/:id", "variable": [{"key": "id", "value": "7"}]},
                            "header": [{"key": "X-A", "value": "b"}, {"key": "X-Off", "value": "c", "disabled": true}],
                            "body": {"mode": "raw", "raw": "{\"m\":\"{{m}}\"}", "options": {"raw": {"language": "json"}}}}},
                        {"name": "b", "request": {"method": "GET", "auth": {"type": "noauth"}, "url": {"protocol": "https", "host": ["h", "test"], "path": ["v1", "x"]}}},
                    ]}]),
                ),
                vec![
                    "POST https://h.test/v1/7 [X-A=b, Authorization=Bearer [env:key], Content-Type=application/json] {\"m\":\"[env:m]\"}",
                    "GET https://h.test/v1/x [] ",
                ],
            ),
            (
                file(
                    json!({}),
                    json!([
                        {"name": "a", "request": "https://h.test/v1/models"},
                        {"name": "b", "request": {"method": "POST", "url": "https://h.test/f", "body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "b c"}]}}},
                        {"name": "c", "request": {"method": "POST", "url": "https://h.test/g", "body": {"mode": "formdata", "formdata": [{"key": "t", "value": "x", "type": "text"}, {"key": "f", "type": "file", "src": "/x.wav"}]}}},
                        {"name": "d", "request": {"method": "GET", "url": "https://h.test/q?a=1", "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "k"}, {"key": "value", "value": "{{v}}"}, {"key": "in", "value": "query"}]}}},
                    ]),
                ),
                vec![
                    "GET https://h.test/v1/models [] ",
                    "POST https://h.test/f [Content-Type=application/x-www-form-urlencoded] a=b+c",
                    "POST https://h.test/g [] t,f",
                    "GET https://h.test/q?a=1&k=[env:v] [] ",
                ],
            ),
        ];
        for (file, expected) in table {
            assert_eq!(shown(&file), expected, "{file}");
        }
        let empty = file(json!({}), json!([]));
        let read = read(&empty.to_string(), &Catalog::built_in(), &mut KeyRing::default());
        assert!(
            read.draft.is_none() && read.findings.iter().any(|f| f.message.contains("Postman collection"))
        );
    }

    #[test]
    fn saved_answers_are_what_was_observed() {
        const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
        let sent = |path: &str| json!({"method": "POST", "url": {"raw": format!("https://h.test/{path}")}});
        let file = json!({"info": {"name": "a", "schema": SCHEMA}, "item": [
            {"name": "a", "request": sent("a"), "response": [
                {"name": "bad", "originalRequest": sent("b"), "status": "Too Many Requests", "code": 429,
                    "header": [{"key": "X-Request-Id", "value": "req_1"}, {"key": "Retry-After", "value": "3"}],
                    "cookie": [], "body": "{\"error\":{\"message\":\"slow down\"}}"},
                {"name": "good", "code": 200, "header": null, "body": "{}"},
                {"name": "draft", "header": [], "body": "x"},
            ]},
            {"name": "c", "request": sent("c"), "response": []},
        ]});
        let pieces = read_all(&file.to_string(), &|_| None, &Catalog::built_in(), &mut KeyRing::default());
        let shown = pieces.iter().map(|piece| {
            let answer = piece.intake.observed.as_ref().and_then(|attempt| attempt.response());
            let answer = answer.map(|answer| {
                let id = answer.header("x-request-id").unwrap_or("-");
                format!("{} {id} {}", answer.status.unwrap_or(0), String::from_utf8_lossy(&answer.body))
            });
            format!("{} {}", piece.intake.draft.as_ref().map_or("", |d| &d.url), answer.unwrap_or_default())
        });
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [
                "https://h.test/b 429 req_1 {\"error\":{\"message\":\"slow down\"}}",
                "https://h.test/a 200 - {}",
                "https://h.test/c ",
            ]
        );
    }
}
