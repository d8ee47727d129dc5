//! The search alone, without process and network: each question it asks is answered by the gateway at once.

use std::time::Instant;

use casefile::case::catalog::Catalog;
use casefile::case::diagnose::diagnose;
use casefile::case::evidence::{Attempt, BodyEnd, Expectation, Outcome, TransportFailure, read};
use casefile::case::intake;
use casefile::case::isolate::{Answered, Minimality, Next, Options, Problem, Row, Verdict, next};
use casefile::case::keyring::{KeyRing, Origin, SecretKind};
use casefile::case::request::{PartContent, Request};
use casefile::case::vocabulary::TransportKind;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::run::{Ran, curl};
use crate::scenario::{Scenario, other_key};
use crate::server::Seen;
use crate::wire::{Call, Reply};

const HOST: &str = "127.0.0.1:8009";
/// Requests that may be sent.
const BUDGET: u32 = 150;

fn call_of(request: &Request, ring: &KeyRing) -> Call {
    let open = |text: &str| ring.resolve(text).expect("a held secret").expose_secret().to_owned();
    let mut headers: Vec<(String, String)> =
        request.headers.iter().map(|h| (h.name.to_ascii_lowercase(), open(&h.value))).collect();
    headers.push(("host".to_owned(), HOST.to_owned()));
    let mut body = open(request.body.as_deref().unwrap_or("")).into_bytes();
    if !request.form.is_empty() {
        headers.retain(|(name, _)| name != "content-type");
        headers.push(("content-type".to_owned(), "multipart/form-data; boundary=bbbb".to_owned()));
        for part in &request.form {
            let (file, text) = match &part.content {
                PartContent::Text(text) => ("", text.clone()),
                PartContent::File { .. } => ("; filename=\"f\"", "bytes".to_owned()),
            };
            body.extend(
                format!(
                    "--bbbb\r\nContent-Disposition: form-data; name=\"{}\"{file}\r\n\r\n{text}\r\n",
                    part.name
                )
                .into_bytes(),
            );
        }
        body.extend(b"--bbbb--\r\n");
    }
    let query = request.target.query.clone();
    Call { method: request.method.clone(), path: request.target.path.clone(), query, headers, body }
}

fn attempt_of(reply: &Reply) -> Attempt {
    let failed = |kind| TransportFailure { kind, detail: "as planted".to_owned() };
    intake::attempt(match reply {
        Reply::Whole(status, headers, body) => {
            Outcome::Response(intake::response_of(Some(*status), headers.clone(), body.clone().into_bytes()))
        }
        Reply::Events(headers, events, cut) => {
            let mut headers = headers.clone();
            headers.push(("content-type".to_owned(), "text/event-stream".to_owned()));
            let text: String = events.iter().map(|e| ["data: ", e, "\n\n"].concat()).collect();
            let mut response = intake::response_of(Some(200), headers, text.into_bytes());
            response.end = if *cut { BodyEnd::Cut(failed(TransportKind::Reset)) } else { BodyEnd::Complete };
            Outcome::Response(response)
        }
        Reply::Reset => Outcome::Transport(failed(TransportKind::Reset)),
    })
}

/// The question's answer, as the gateway gives it or as nobody does.
fn answer(
    scenario: &Scenario,
    call: Call,
    count: u64,
    seed: u64,
    noisy: bool,
    answered: &mut Vec<Seen>,
) -> Attempt {
    if scenario.paste.refused {
        let detail = "nobody listens".to_owned();
        return intake::attempt(Outcome::Transport(TransportFailure {
            kind: TransportKind::Connect,
            detail,
        }));
    }
    let decided = scenario.gate.decide(&call, count, seed, noisy);
    let attempt = attempt_of(&decided.reply);
    let status = attempt.response().and_then(|r| r.status).unwrap_or(0);
    answered.push(Seen { call, cause: decided.cause, id: decided.id, status });
    attempt
}

/// What the scenario's flags ask for.
fn options(scenario: &Scenario, ring: &mut KeyRing) -> Options {
    let mut options = Options { budget: BUDGET, ..Options::default() };
    let mut flags = scenario.flags.iter().map(|flag| (*flag).to_owned());
    while let Some(flag) = flags.next() {
        match flag.as_str() {
            "--other-key-env" => {
                flags.next();
                let origin = Origin::Environment("OTHER_KEY".to_owned());
                options.other_key = Some(ring.hold(SecretKind::Key, origin, &other_key()));
            }
            "--other-model" => options.other_model = flags.next(),
            "--threshold" => options.threshold = flags.next(),
            "--include-costly" => options.costly = true,
            _ => panic!("{flag} is not known here"),
        }
    }
    options
}

/// Searches; what is told and what the gateway saw.
pub fn run(scenario: &Scenario, seed: u64, noisy: bool, catalog: &Catalog) -> Ran {
    let started = Instant::now();
    let mut ring = KeyRing::default();
    let draft = intake::read(&curl(&scenario.paste, HOST), catalog, &mut ring).draft.expect("a request");
    let request = draft.to_request(None).map_err(|f| f.message).expect("complete");
    let options = options(scenario, &mut ring);
    let problem = Problem { request: &request, catalog, profile: None, options: &options, proxied: false };
    let (mut rows, mut answered): (Vec<Row>, Vec<Seen>) = (Vec::new(), Vec::new());
    let verdict = loop {
        let trial = match next(&problem, &rows) {
            Next::Done(verdict) => break verdict,
            Next::Send { trial, .. } => trial,
        };
        let call = call_of(&trial.request, &ring);
        let attempt = answer(scenario, call, rows.len() as u64, seed, noisy, &mut answered);
        let expectation = Expectation {
            streaming: trial.request.streaming(),
            endpoint: catalog.endpoint_for(&trial.request.method, &trial.request.target.path),
            host: Some("127.0.0.1"),
        };
        let reading = read(&attempt, &expectation, None);
        let diagnosis = diagnose(&attempt, &reading, catalog, None);
        let answered = Answered::of(&trial.request, &attempt, &reading, &diagnosis);
        rows.push(Row { id: trial.id, answered });
    };
    // For a look at one scenario's questions, with `ISOLATE_ONLY`.
    if std::env::var_os("ISOLATE_ROWS").is_some() {
        for (index, (row, outcome)) in rows.iter().zip(&verdict.outcomes).enumerate() {
            let body = answered.get(index).map(|s| String::from_utf8_lossy(&s.call.body).into_owned());
            let short: String = body.unwrap_or_default().chars().take(400).collect();
            println!("{:>3} {outcome:<14} {:<12} {short}", index + 1, row.id.word());
        }
    }
    let (out, err) = (report(&verdict, &rows, &answered).to_string(), String::new());
    Ran {
        code: 0,
        out,
        err,
        seen: answered,
        host: HOST.to_owned(),
        strayed: 0,
        took: started.elapsed(),
        raw: true,
    }
}

/// The verdict in the words of the program's report, as far as the judge reads it.
fn report(verdict: &Verdict, rows: &[Row], answered: &[Seen]) -> Value {
    let told: Vec<Value> = rows
        .iter()
        .zip(&verdict.outcomes)
        .enumerate()
        .map(|(at, (row, outcome))| {
            let answered = answered.get(at);
            json!({"index": at + 1, "changed": row.id.word(), "outcome": outcome,
                "request_id": answered.map(|s| &s.id), "status": answered.map(|s| s.status)})
        })
        .collect();
    let baseline = u64::from(verdict.baseline.of);
    let fingerprint = verdict.baseline.fingerprint.as_ref().map(|f| json!({"status": f.status}));
    let minimality = match verdict.minimality {
        Minimality::OneMinimal => "1-minimal",
        Minimality::Unsure => "budget spent",
        Minimality::NotSought => "not sought",
    };
    let threshold = verdict.limit.as_ref().map(|limit| {
        json!({"what": if limit.of == "body" { "body bytes" } else { &limit.of }, "works_up_to": limit.works_up_to,
            "fails_from": limit.fails_from, "exact": limit.fails_from == limit.works_up_to + 1})
    });
    json!({
        "schema": "casefile.isolate/1",
        "baseline": {"same": verdict.baseline.same, "of": baseline, "fingerprint": fingerprint},
        "attribution": {"verdict": verdict.word.as_str(), "fields": verdict.fields, "because": verdict.because,
            "needed": verdict.needed},
        "minimal": {"body": verdict.minimal.as_ref().and_then(Request::json), "minimality": minimality,
            "harmless": verdict.harmless},
        "threshold": threshold,
        "hidden": verdict.hidden.iter().map(|f| json!({"code": f.code})).collect::<Vec<_>>(),
        "rows": told,
        "requests": {"baseline": baseline, "after": rows.len() as u64 - baseline, "budget": BUDGET},
    })
}
