//! What real clients printed (`tests/fixtures/clients/*.log`), read as the logs say it: every field that a log holds is
//! found, and no field is invented. `tests/real/clients/remake.sh` made the logs; their README tells what the truth means.
//!
//! `CLIENTS_TELL=1 cargo test --test clients -- --nocapture` names what is wrong.

use std::collections::BTreeMap;
use std::path::Path;

use casefile::case::catalog::Catalog;
use casefile::case::evidence::{self, Expectation, Outcome};
use casefile::case::intake;
use casefile::case::keyring::KeyRing;
use serde::Deserialize;
use serde_json::Value;

/// What one log shows.
#[derive(Deserialize)]
struct Truth {
    log: String,
    client: Option<Client>,
    method: Option<String>,
    url: Option<String>,
    path: Option<String>,
    model: Option<String>,
    status: Option<u16>,
    message: Option<String>,
    code: Option<Value>,
    #[serde(rename = "type")]
    error_type: Option<String>,
    param: Option<String>,
    request_ids: Vec<String>,
    transport: Option<String>,
    stream: Option<String>,
    client_message: Option<String>,
    attempts: Option<u32>,
    waits_ms: Vec<f64>,
    at: Vec<String>,
    allowed: BTreeMap<String, Value>,
    weak: Vec<String>,
}

#[derive(Deserialize)]
struct Client {
    library: String,
    version: Option<String>,
}

/// What was read of a log, field by field.
#[derive(Default)]
struct Got(BTreeMap<&'static str, String>);

impl Got {
    fn put(&mut self, field: &'static str, value: Option<String>) {
        if let Some(value) = value {
            self.0.insert(field, value);
        }
    }
}

fn read(text: &str, catalog: &Catalog) -> Got {
    let mut ring = KeyRing::default();
    let read = intake::read(text, catalog, &mut ring);
    let mut got = Got::default();
    let request = read.draft.as_ref().and_then(|d| d.to_request(None).ok());
    got.put("method", request.as_ref().map(|r| r.method.clone()).or(read.said.method));
    let path = request.as_ref().map(|r| r.target.path.clone());
    let said = read.said.url.map(|url| match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/".to_owned(), |at| rest[at..].to_owned()),
        None => url,
    });
    got.put("path", path.or(said));
    got.put("model", request.and_then(|r| r.model(catalog)).or(read.said.model));
    got.put("attempts", read.tried.attempts.map(|n| n.to_string()));
    let waits: Vec<String> = read.tried.waits_ms.iter().map(f64::to_string).collect();
    got.put("waits", (!waits.is_empty()).then(|| waits.join(" ")));
    got.put("library", read.client);
    got.put("version", read.client_version);
    let Some(attempt) = read.observed else { return got };
    let reading = evidence::read(&attempt, &Expectation::default(), None);
    let envelope = reading.envelope;
    got.put("message", envelope.message);
    let filled = |value: Option<String>| value.filter(|v| !v.is_empty());
    got.put("code", filled(envelope.code));
    got.put("type", filled(envelope.error_type));
    got.put("param", filled(envelope.param));
    let ids: Vec<String> = reading.request_ids.into_iter().map(|id| id.id).collect();
    got.put("request ids", (!ids.is_empty()).then(|| ids.join(" ")));
    match attempt.outcome {
        Outcome::Response(response) => got.put("status", response.status.map(|s| s.to_string())),
        Outcome::Transport(failure) => {
            let kind = serde_json::to_value(failure.kind).ok();
            got.put("transport", kind.and_then(|k| k.as_str().map(str::to_owned)));
        }
    }
    got
}

/// Each field with what the log says of it.
fn wanted(truth: &Truth) -> [(&'static str, Option<String>); 14] {
    let scalar = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let path = truth.path.clone().or_else(|| {
        let (_, rest) = truth.url.as_deref()?.split_once("://")?;
        rest.find('/').map(|at| rest[at..].to_owned())
    });
    let ids: Vec<&str> = truth.request_ids.iter().filter(|id| !is_ray(id)).map(String::as_str).collect();
    [
        ("method", truth.method.clone()),
        ("path", path),
        ("model", truth.model.clone()),
        ("status", truth.status.map(|s| s.to_string())),
        ("message", truth.message.clone()),
        ("code", truth.code.as_ref().map(scalar)),
        ("type", truth.error_type.clone()),
        ("param", truth.param.clone()),
        ("request ids", (!ids.is_empty()).then(|| ids.join(" "))),
        ("transport", truth.transport.clone()),
        ("attempts", truth.attempts.map(|n| n.to_string())),
        (
            "waits",
            (!truth.waits_ms.is_empty())
                .then(|| truth.waits_ms.iter().map(f64::to_string).collect::<Vec<_>>().join(" ")),
        ),
        ("library", truth.client.as_ref().map(|c| c.library.clone())),
        ("version", truth.client.as_ref().and_then(|c| c.version.clone())),
    ]
}

/// Cloudflare's ray is evidence of the edge and no request id.
fn is_ray(id: &str) -> bool {
    let hex = id.split('-').next().unwrap_or(id);
    hex.len() == 16 && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The path of an address that the log names without calling it: the base address in a line of the library.
fn is_allowed_path(truth: &Truth, path: &str) -> bool {
    let urls = truth.allowed.get("url").and_then(Value::as_array).into_iter().flatten();
    urls.filter_map(Value::as_str).any(|url| url.ends_with(path))
}

/// Words of ours for what the truth names otherwise.
fn same(field: &str, got: &str, want: &str) -> bool {
    match field {
        "transport" => {
            let kinds: &[&str] = match want {
                "refused" => &["connect", "refused", "connection_refused"],
                "closed" | "reset" => &["reset", "closed"],
                "timeout" => &["timeout", "timed_out", "total_timeout", "idle_timeout", "first_byte_timeout"],
                other => return got.contains(other),
            };
            kinds.iter().any(|kind| got.contains(kind))
        }
        "library" => got.contains(want.trim_end_matches("-python")) || want.contains(got),
        _ => got == want,
    }
}

#[test]
fn fields_of_real_logs_are_found_and_none_is_invented() {
    let catalog = Catalog::built_in();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/clients");
    let truths = std::fs::read_to_string(folder.join("truth.jsonl")).expect("the truth");
    let truths: Vec<Truth> =
        truths.lines().map(|line| serde_json::from_str(line).expect("a line of truth")).collect();
    assert!(truths.len() >= 40, "{} logs", truths.len());
    let tell = std::env::var_os("CLIENTS_TELL").is_some();
    let mut found: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut invented: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for truth in &truths {
        let bytes = std::fs::read(folder.join(&truth.log)).expect("a log");
        let got = read(&String::from_utf8_lossy(&bytes), &catalog);
        for (field, want) in wanted(truth) {
            let has = got.0.get(field);
            let weak = truth.weak.iter().any(|w| w == field);
            let allowed = truth.allowed.contains_key(field)
                || (field == "path" && has.is_some_and(|has| is_allowed_path(truth, has)))
                || (field == "message" && truth.client_message.is_some())
                // A stream that was cut is one by a failure below HTTP.
                || (field == "transport" && truth.stream.is_some());
            let right = match (&want, has) {
                (Some(want), Some(has)) => same(field, has, want),
                (Some(_), None) => weak,
                (None, has) => has.is_none() || allowed,
            };
            let (good, all) =
                if want.is_some() { found.entry(field) } else { invented.entry(field) }.or_default();
            *good += usize::from(right);
            *all += 1;
            if tell && !right {
                println!("{} {field}: {has:?}, not {want:?}", truth.log);
            }
        }
    }
    for (name, score) in [("found", &found), ("not invented", &invented)] {
        println!("{name}");
        for (field, (good, all)) in score {
            println!("  {field:<12} {good:>4} of {all:>4}");
        }
    }
    let share = |score: &BTreeMap<&str, (usize, usize)>| {
        let (good, all) = score.values().fold((0, 0), |(g, a), (good, all)| (g + good, a + all));
        good * 1000 / all.max(1)
    };
    let (found, kept) = (share(&found), share(&invented));
    assert!(found >= FOUND && kept >= NOT_INVENTED, "found {found}, not invented {kept} of a thousand");
}

/// These clients print no zone, so that the time is not known; with one behind each time the failure has one of them.
#[test]
fn a_time_is_known_where_its_zone_is() {
    let catalog = Catalog::built_in();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/clients");
    let truths = std::fs::read_to_string(folder.join("truth.jsonl")).expect("the truth");
    let at = |text: &str| {
        let read = intake::read(text, &catalog, &mut KeyRing::default());
        read.observed.map(|attempt| attempt.at)
    };
    let mut dated = 0;
    for line in truths.lines() {
        let truth: Truth = serde_json::from_str(line).expect("a line of truth");
        let bytes = std::fs::read(folder.join(&truth.log)).expect("a log");
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(at(&text).flatten().is_none(), "{}: a zone was invented", truth.log);
        let mut times = truth.at.clone();
        times.retain(|time| time.starts_with("2026-"));
        if times.is_empty() || truth.status.is_none() {
            continue;
        }
        for time in &times {
            let followed: Vec<String> = [" ", "]"].iter().map(|end| format!("{time}{end}")).collect();
            for (written, end) in followed.iter().zip([" ", "]"]) {
                text = text.replace(written, &format!("{time}Z{end}"));
            }
        }
        let got = at(&text).expect("an answer");
        let zoned = times.iter().map(|time| format!("{}Z", time.replace(',', ".").replace(' ', "T")));
        let known: Vec<_> = zoned.map(|time| time.parse().expect("a time")).collect();
        assert!(got.is_some_and(|got| known.contains(&got)), "{}: {got:?}", truth.log);
        dated += 1;
    }
    assert!(dated >= 15, "{dated} logs with times");
}

/// Thousandths; they only rise.
const FOUND: usize = 1000;
const NOT_INVENTED: usize = 999;
