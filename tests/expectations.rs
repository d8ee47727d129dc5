//! Is every note right? `expectations.yaml` says what is, written from the sources before the code; here each practice
//! scenario is walked through the real session, and each hand-made answer (`expectations/answers.yaml`) is given to it
//! as an operator pastes one. All differences of a note are told at once.
#![expect(clippy::expect_used, clippy::panic, reason = "a test: what cannot be fails it")]

mod practice_walk;

use std::collections::{BTreeMap, BTreeSet};

use casefile::case::catalog::Catalog;
use casefile::case::sanitize::Format;
use casefile::practice::scenarios;
use casefile::session::{Event, Session, Step};
use practice_walk::{moment, run, settings, walk};
use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    sources: BTreeMap<String, String>,
    classification: BTreeMap<u32, String>,
    scenarios: Vec<Row>,
}

/// What is right for one scenario. An absent field must be absent in the note.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    answer: String,
    failure_class: String,
    cause: Option<String>,
    retryable: String,
    topic: Option<String>,
    #[serde(default)]
    see_also: Vec<String>,
    owner: String,
    first_action: Option<Value>,
    status: Value,
    shape: String,
    layer: String,
    envelope: Option<String>,
    message: Option<String>,
    altered: Option<bool>,
    code: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    param: Option<Value>,
    redirect: Option<BTreeMap<String, bool>>,
    stream: Option<String>,
    finish_reason: Option<String>,
    soft_failure: Option<String>,
    #[serde(default)]
    cf_ray: bool,
    ids: usize,
    primary: Option<String>,
    #[serde(default)]
    decoded: bool,
    #[serde(default)]
    uncertainty: Vec<String>,
    because: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    name: String,
    request: Option<String>,
    #[serde(rename = "answer")]
    text: String,
}

/// A note, and how it differs from its row.
struct Check<'a> {
    note: &'a Value,
    found: Vec<String>,
}

impl Check<'_> {
    fn at(&self, path: &str) -> Option<String> {
        let value = path.split('/').try_fold(self.note, |value, part| value.get(part))?;
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// `wanted` is absent, `not_stated`, or `a|b`.
    fn word(&mut self, path: &str, wanted: Option<&str>) {
        let have = self.at(path);
        let fits = match (wanted, &have) {
            (Some("not_stated"), _) | (None, None) => true,
            (Some(wanted), Some(have)) => wanted.split('|').any(|w| w == have),
            (Some(wanted), None) => wanted.split('|').any(|w| w == "not_stated"),
            (None, Some(_)) => false,
        };
        if !fits {
            self.found.push(format!(
                "{path}: {} instead of {}",
                have.as_deref().unwrap_or("nothing"),
                wanted.unwrap_or("nothing")
            ));
        }
    }

    /// Each of `wanted` occurs in `text`; `a|b` = either.
    fn speaks_of(&mut self, what: &str, text: &str, wanted: &[String]) {
        let lower = text.to_lowercase();
        for words in wanted {
            if !words.split('|').any(|w| lower.contains(&w.to_lowercase())) {
                self.found.push(format!("{what} does not speak of {words}: {text}"));
            }
        }
    }

    fn list(&self, path: &str) -> Vec<Value> {
        let value = path.split('/').try_fold(self.note, |value, part| value.get(part));
        value.and_then(Value::as_array).cloned().unwrap_or_default()
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    Some(match value? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    })
}

fn words(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(|v| text(Some(v))).collect()
}

/// All differences between a note and its row.
fn differences(row: &Row, yaml: &str) -> Vec<String> {
    let note: Value = serde_yaml::from_str(yaml).expect("a note is YAML");
    let mut check = Check { note: &note, found: Vec::new() };
    judgement(row, &mut check);
    answer(row, &mut check);
    request_ids(row, &mut check);
    let open = words(note.get("remaining_uncertainty")).join("\n");
    check.speaks_of("remaining_uncertainty", &open, &row.uncertainty);
    check.found
}

fn judgement(row: &Row, check: &mut Check<'_>) {
    check.word("diagnosis/failure_class", Some(&row.failure_class));
    check.word("diagnosis/cause", row.cause.as_deref());
    check.word("diagnosis/retryable", Some(&row.retryable));
    if row.failure_class != "none" {
        check.word("diagnosis/topic/id", row.topic.as_deref());
    }
    check.word("diagnosis/owner", Some(&row.owner));
    let topics: BTreeSet<String> =
        check.list("diagnosis/see_also").iter().filter_map(|t| text(t.get("id"))).collect();
    for wanted in &row.see_also {
        if !wanted.split('|').any(|w| topics.contains(w)) {
            check.found.push(format!("see_also: {wanted} is not among {topics:?}"));
        }
    }
    let action = check.at("diagnosis/first_action").unwrap_or_default();
    check.speaks_of("first_action", &action, &words(row.first_action.as_ref()));
    let reasons = check.list("diagnosis/because");
    if row.failure_class != "unknown" && reasons.is_empty() {
        check.found.push("because: no reason".to_owned());
    }
}

fn answer(row: &Row, check: &mut Check<'_>) {
    check.word("status_observed", text(Some(&row.status)).as_deref());
    check.word("response_shape_observed", Some(&row.shape));
    if check.note.get("response").is_some() {
        check.word("response/layer", Some(&row.layer));
    }
    // A note says the kind of an envelope only beside an error or a page.
    let quiet = matches!(row.envelope.as_deref(), None | Some("empty" | "html|empty" | "no_error"));
    if !quiet {
        check.word("response/error/envelope", row.envelope.as_deref());
    }
    check.word("response/error/code", row.code.as_deref());
    check.word("response/error/type", row.kind.as_deref());
    check.word("response/error/param", row.param.as_ref().and_then(|p| text(Some(p))).as_deref());
    if let Some(altered) = row.altered {
        check.word("response/error/altered", Some(&altered.to_string()));
    }
    check.word("response/finish_reason", row.finish_reason.as_deref().or(Some("not_stated")));
    check.word("response/soft_failure", row.soft_failure.as_deref());
    let verdict = check.at("stream/verdict");
    if verdict.as_deref() != Some("not_a_stream") {
        check.word("stream/verdict", row.stream.as_deref());
    }
    for name in ["to_web_site", "other_host"] {
        let wanted = row.redirect.as_ref().and_then(|r| r.get(name)).map(ToString::to_string);
        check.word(&format!("response/redirect/{name}"), wanted.as_deref());
    }
    if check.at("response/edge/cf_ray").is_some() != row.cf_ray {
        check.found.push(format!("edge.cf_ray: {}", if row.cf_ray { "is missing" } else { "is there" }));
    }
    message(row, check);
}

fn message(row: &Row, check: &mut Check<'_>) {
    let have = check.at("response/error/message");
    let ids = check.list("response/request_ids");
    let primary = ids.first().and_then(|i| text(i.get("id"))).unwrap_or_default();
    let fits = match (&row.message, &have) {
        (None, None) => true,
        (Some(wanted), Some(have)) => wanted.split('|').any(|wanted| {
            let pattern = regex::escape(wanted)
                .replace(r"\{any\}", "(?s:.*)")
                .replace(r"\{request_id\}", &regex::escape(&primary));
            Regex::new(&format!("^{pattern}$")).expect("a pattern").is_match(have)
        }),
        _ => false,
    };
    if !fits {
        check.found.push(format!("error.message: {have:?} instead of {:?}", row.message));
    }
}

fn request_ids(row: &Row, check: &mut Check<'_>) {
    let ids = check.list("response/request_ids");
    let different: BTreeSet<String> = ids.iter().filter_map(|i| text(i.get("id"))).collect();
    if different.len() != row.ids {
        check.found.push(format!("request_ids: {} instead of {}: {different:?}", different.len(), row.ids));
    }
    let primary: Vec<&Value> =
        ids.iter().filter(|i| i.get("primary").and_then(Value::as_bool) == Some(true)).collect();
    if primary.len() != usize::from(row.ids > 0) {
        check.found.push(format!("request_ids: {} are primary", primary.len()));
    }
    let Some(primary) = primary.first() else { return };
    let source = text(primary.get("source")).unwrap_or_default();
    if !row.primary.as_deref().is_some_and(|wanted| source.contains(wanted)) {
        check.found.push(format!("the primary id is from {source} instead of {:?}", row.primary));
    }
    if primary.get("decoded_time").is_some() != row.decoded {
        check.found.push("the primary id's time is not told".to_owned());
    }
}

fn table() -> Table {
    serde_yaml::from_str(include_str!("expectations.yaml")).expect("the table is YAML")
}

fn note_of(session: &Session, name: &str) -> String {
    let output = session.output().unwrap_or_else(|| panic!("{name}: no note: {:?}", session.notice()));
    output.render(Format::Yaml).unwrap_or_else(|r| panic!("{name}: {r}")).as_str().to_owned()
}

fn report(wrong: &[(String, Vec<String>)]) -> String {
    let lines: Vec<String> =
        wrong.iter().map(|(name, found)| format!("\n{name}\n  {}", found.join("\n  "))).collect();
    lines.concat()
}

#[test]
fn every_scenario_is_judged_right() {
    let table = table();
    let known: BTreeSet<&str> = scenarios().iter().map(|s| s.name.as_str()).collect();
    let mut wrong = Vec::new();
    for row in &table.scenarios {
        let Some(scenario) = scenarios().iter().find(|s| s.name == row.name) else {
            wrong.push((row.name.clone(), vec!["practice has no such scenario".to_owned()]));
            continue;
        };
        let found = differences(row, &note_of(&run(walk(scenario)), &row.name));
        if !found.is_empty() {
            wrong.push((row.name.clone(), found));
        }
    }
    for name in known {
        if table.scenarios.iter().all(|row| row.name != name) {
            wrong.push((name.to_owned(), vec!["is not in the table".to_owned()]));
        }
    }
    assert!(wrong.is_empty(), "{}", report(&wrong));
}

/// What the score calls right is what the table says.
#[test]
fn the_score_asks_for_what_the_table_says() {
    for row in &table().scenarios {
        let Some(scenario) = scenarios().iter().find(|s| s.name == row.name) else { continue };
        let expect = &scenario.expect;
        let said = [expect.failure_class.to_string(), expect.retryable.to_string()];
        assert_eq!(said, [row.failure_class.clone(), row.retryable.clone()], "{}", row.name);
        // Where nothing failed the table leaves the topic open.
        if let Some(topic) = &row.topic {
            assert_eq!(&expect.topic, topic, "{}", row.name);
        }
    }
}

/// The request of an answer that names none.
const REQUEST: &str = "curl http://127.0.0.1:8787/v1/chat/completions -H 'Content-Type: application/json' \
    -d '{\"model\": \"practice-ok\", \"messages\": [{\"role\": \"user\", \"content\": \"Say hello.\"}]}'";

/// Ids as new-api makes them, of the time in the answers' `date` header.
fn with_ids(answer: &str) -> String {
    ["A", "B", "C"].iter().fold(answer.to_owned(), |text, letter| {
        text.replace(&format!("{{id{letter}}}"), &format!("202611201815001234567{letter}7k2mQ9z"))
    })
}

#[test]
fn hand_made_answers_are_judged_right() {
    let answers: Vec<Answer> =
        serde_yaml::from_str(include_str!("expectations/answers.yaml")).expect("the answers are YAML");
    let table = table();
    let mut wrong = Vec::new();
    for given in &answers {
        let row = table.scenarios.iter().find(|row| row.name == given.name);
        let row = row.unwrap_or_else(|| panic!("{} is not in the table", given.name));
        let mut session = Session::new(Catalog::built_in(), settings());
        let request = given.request.clone().unwrap_or_else(|| REQUEST.to_owned());
        for event in [
            Event::GatewayChosen("practice".into()),
            Event::Pasted(request),
            Event::ResponseGiven {
                text: with_ids(&given.text).into_bytes(),
                status: None,
                at: Some(moment()),
            },
            Event::GoTo(Step::Review),
            Event::Confirmed(true),
            Event::GoTo(Step::Note),
        ] {
            session.handle(event, moment());
        }
        let found = differences(row, &note_of(&session, &row.name));
        if !found.is_empty() {
            wrong.push((row.name.clone(), found));
        }
    }
    assert!(wrong.is_empty(), "{}", report(&wrong));
}

/// Every row says where it is known from, in words that the table explains.
#[test]
fn every_row_has_its_sources() {
    let table = table();
    for row in &table.scenarios {
        assert!(!row.answer.is_empty() && !row.because.is_empty(), "{}", row.name);
        let mut known = 0;
        for reason in &row.because {
            let word = reason.split(':').next().unwrap_or(reason);
            let row_of = word.strip_prefix("row ").and_then(|n| n.parse().ok());
            known += usize::from(
                row_of.is_some_and(|n: u32| table.classification.contains_key(&n))
                    || table.sources.contains_key(word),
            );
        }
        assert!(known > 0, "{} names no source", row.name);
    }
    assert!(table.sources.values().all(|url| url.starts_with("https://")));
}
