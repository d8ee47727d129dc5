//! Golden notes: every practice scenario, walked through the real session, driver, network and gateway, with a fixed
//! clock, fixed durations, ids and random source. A missing file is written, a changed one fails with a diff;
//! `UPDATE_GOLDEN=1` writes them anew.
#![expect(
    clippy::expect_used,
    clippy::format_collect,
    clippy::panic,
    reason = "a test: what cannot be fails it"
)]

mod practice_walk;

use std::fs;
use std::path::PathBuf;

use casefile::case::catalog::{BodyKind, Catalog, Endpoint, Served, StreamKind};
use casefile::case::note::validate;
use casefile::case::sanitize::Format;
use casefile::case::vocabulary::FailureClass;
use casefile::practice::{Gateway, scenarios};
use practice_walk::{run, walk, walk_command};

/// Compares `text` with the golden file; gives what is wrong.
fn compare(folder: &str, file: &str, text: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(folder).join(file);
    let golden = fs::read_to_string(&path).ok();
    if golden.is_none() || std::env::var_os("UPDATE_GOLDEN").is_some() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
        fs::create_dir_all(path.parent().expect("has a folder")).expect("creates");
        fs::write(&path, text).expect("writes");
        return None;
    }
    let golden = golden.unwrap_or_default();
    (golden != text).then(|| {
        let line = golden.lines().zip(text.lines()).position(|(a, b)| a != b).unwrap_or(0);
        let around = |t: &str| t.lines().skip(line.saturating_sub(1)).take(4).collect::<Vec<_>>().join("\n");
        format!(
            "{} line {}:\n--- golden\n{}\n--- now\n{}",
            path.display(),
            line + 1,
            around(&golden),
            around(text)
        )
    })
}

/// The gateway listens on a free port; a golden file names one that is always the same.
fn without_port(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("127.0.0.1:") {
        let (before, after) = rest.split_at(at + "127.0.0.1:".len());
        out.push_str(before);
        out.push_str("8787");
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out.push_str(rest);
    out
}

#[test]
fn every_scenario_has_its_golden_note() {
    let mut faults = Vec::new();
    for scenario in scenarios() {
        // What a scenario is called and said to be must not matter: the note is made from the request and its answer.
        let mut renamed = scenario.clone();
        renamed.name = "another-name".into();
        renamed.title = "Another title".into();
        renamed.happened = String::new();
        let session = run(walk(&renamed));
        let output =
            session.output().unwrap_or_else(|| panic!("{}: no note: {:?}", scenario.name, session.notice()));
        for (format, file) in
            [(Format::Yaml, "note.yaml"), (Format::Markdown, "note.md"), (Format::Plain, "note.txt")]
        {
            let rendered = output.render(format).unwrap_or_else(|r| panic!("{}: {r}", scenario.name));
            faults.extend(compare(&scenario.name, file, &without_port(rendered.as_str())));
            if format == Format::Yaml {
                assert_eq!(validate(rendered.as_str()), [], "{}", scenario.name);
            }
        }
        let ledger: String = output
            .ledger
            .entries
            .iter()
            .map(|e| format!("{} {} {} {}\n", e.kind, e.rule, e.place, e.count))
            .collect();
        let findings: String =
            session.findings().iter().map(|f| format!("{:?} {} {:?}\n", f.level, f.id, f.place)).collect();
        faults.extend(compare(&scenario.name, "ledger.txt", &ledger));
        faults.extend(compare(&scenario.name, "findings.txt", &findings));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// A model that no gateway serves.
const UNKNOWN: &str = "no-such-model";

/// What stands for a name in a path, a query or a body.
struct Names {
    model: &'static str,
    /// Of a task, a file, or whatever the endpoint knows.
    id: &'static str,
}

impl Names {
    /// The path with all its placeholders filled, and the query parameters that must be there.
    fn address(&self, endpoint: &Endpoint) -> String {
        let mut path = endpoint.path.clone();
        while let (Some(open), Some(close)) = (path.find('{'), path.find('}')) {
            let names_task = path[open..close].contains("id") && !path.starts_with("/v1/models/");
            path.replace_range(open..=close, if names_task { self.id } else { self.model });
        }
        // The key goes in a header.
        let needed = endpoint.query.iter().filter(|parameter| parameter.required && parameter.name != "key");
        needed.fold(path, |path, parameter| {
            let sign = if path.contains('?') { '&' } else { '?' };
            let name = if parameter.name.contains("id") { self.id } else { self.model };
            format!("{path}{sign}{}={name}", parameter.name)
        })
    }

    /// The minimal body; what only an operator knows is empty there.
    fn body(&self, endpoint: &Endpoint) -> serde_json::Map<String, serde_json::Value> {
        let body = endpoint.minimal_body.replace("{model}", self.model);
        let mut fields: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&body).unwrap_or_default();
        for value in fields.values_mut() {
            if value == "" {
                *value = self.id.into();
            } else if value.as_array().is_some_and(Vec::is_empty) {
                *value = serde_json::json!([self.id]);
            }
        }
        fields
    }
}

/// A command for `endpoint` with its minimal body, without the field `left_out`.
fn command(endpoint: &Endpoint, gateway: &Gateway, names: &Names, left_out: &str) -> String {
    let path = names.address(endpoint);
    let mut command = format!("curl -X {} '{}{path}'", endpoint.method, gateway.base_url());
    let mut add = |flag: &str, value: &str| {
        command.extend([" ", flag, " '", value, "'"]);
    };
    add("-H", &format!("Authorization: Bearer {}", gateway.key()));
    for header in &endpoint.required_headers {
        add("-H", &format!("{}: {}", header.name, header.value));
    }
    let mut fields = names.body(endpoint);
    fields.remove(left_out);
    if endpoint.body == BodyKind::Multipart {
        for field in endpoint.required.iter().filter(|field| field.name != left_out) {
            match fields.get(&field.name) {
                Some(serde_json::Value::String(text)) => add("-F", &format!("{}={text}", field.name)),
                Some(value) => add("-F", &format!("{}={value}", field.name)),
                None if field.kind == "file" => {
                    add("-F", &format!("{}=grey;filename=grey.png;type=image/png", field.name));
                }
                None if field.name == "model" => add("-F", &format!("model={}", names.model)),
                None => add("-F", &format!("{}=A plain grey square.", field.name)),
            }
        }
    } else if !endpoint.minimal_body.is_empty() {
        add("-H", "Content-Type: application/json");
        add("-d", &serde_json::Value::from(fields).to_string());
    }
    command
}

#[test]
fn every_endpoint_family_has_its_golden_note() {
    let mut faults = Vec::new();
    let names = Names { model: UNKNOWN, id: UNKNOWN };
    let catalog = Catalog::built_in();
    let here = catalog.profile("practice");
    for endpoint in catalog.endpoints.iter().filter(|e| e.belongs_to(here)) {
        let session = run(walk_command(|gateway| command(endpoint, gateway, &names, "")));
        let output =
            session.output().unwrap_or_else(|| panic!("{}: no note: {:?}", endpoint.id, session.notice()));
        let rendered = output.render(Format::Yaml).unwrap_or_else(|r| panic!("{}: {r}", endpoint.id));
        faults.extend(compare(
            "families",
            &format!("{}.yaml", endpoint.id),
            &without_port(rendered.as_str()),
        ));
        assert_eq!(validate(rendered.as_str()), [], "{}", endpoint.id);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// Status and class of what the practice gateway answers to `endpoint` with a model and ids that it knows.
fn asked(endpoint: &Endpoint, left_out: &str) -> (Option<u16>, FailureClass) {
    let id = if endpoint.path.contains("/batches/") { "msgbatch_1" } else { "task_1" };
    let names = Names { model: "practice-ok", id };
    let session = run(walk_command(|gateway| command(endpoint, gateway, &names, left_out)));
    let output =
        session.output().unwrap_or_else(|| panic!("{}: no note: {:?}", endpoint.id, session.notice()));
    let status = output.note.response.as_ref().and_then(|response| response.status);
    (status, output.note.diagnosis.failure_class)
}

/// Endpoints that the practice gateway serves over HTTP.
fn practised(endpoint: &Endpoint) -> bool {
    let here = endpoint.belongs_to(Catalog::built_in().profile("practice"));
    here && endpoint.base_url.is_empty() && endpoint.stream != StreamKind::Websocket
}

#[test]
fn every_endpoint_works_with_its_minimal_body() {
    let mut faults = Vec::new();
    for endpoint in Catalog::built_in().endpoints.iter().filter(|e| practised(e)) {
        let (status, class) = asked(endpoint, "");
        let right = match endpoint.served {
            Served::No => status == Some(501),
            _ => status.is_some_and(|status| (200..300).contains(&status)) && class == FailureClass::None,
        };
        if !right {
            faults.push(format!("{}: {status:?} {class}", endpoint.id));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Required by the API that the gateway imitates; the gateway does not look at it, or has a value of its own for it
/// (new-api, `relay/helper/valid_request.go`).
const NOT_LOOKED_AT: [(&str, &str); 1] = [("messages", "max_tokens")];

#[test]
fn every_required_field_is_missed() {
    let mut faults = Vec::new();
    for endpoint in Catalog::built_in().endpoints.iter().filter(|e| practised(e)) {
        if endpoint.served == Served::No {
            continue;
        }
        for field in &endpoint.required {
            let (status, _) = asked(endpoint, &field.name);
            let refused = status.is_some_and(|status| status >= 400);
            if refused == NOT_LOOKED_AT.contains(&(&endpoint.id, &field.name)) {
                faults.push(format!("{} without {}: {status:?}", endpoint.id, field.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_golden_file_is_left_over() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let known: Vec<String> =
        scenarios().iter().map(|s| s.name.clone()).chain(["families".to_owned()]).collect();
    for entry in fs::read_dir(&folder).expect("reads") {
        let name = entry.expect("reads").file_name().to_string_lossy().into_owned();
        assert!(known.contains(&name), "tests/golden/{name} belongs to no scenario");
    }
    let ids: Vec<String> = Catalog::built_in().endpoints.iter().map(|e| format!("{}.yaml", e.id)).collect();
    for entry in fs::read_dir(folder.join("families")).into_iter().flatten() {
        let name = entry.expect("reads").file_name().to_string_lossy().into_owned();
        assert!(ids.contains(&name), "tests/golden/families/{name} belongs to no endpoint");
    }
}

#[test]
fn the_same_walk_makes_the_same_bytes() {
    let scenario = &scenarios()[0];
    let bytes = || {
        let session = run(walk(scenario));
        without_port(session.output().expect("a note").render(Format::Yaml).expect("passes").as_str())
    };
    assert_eq!(bytes(), bytes());
}
