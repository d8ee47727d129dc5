//! `casefile isolate` against a gateway with planted faults: what it blames, what it leaves, what it sends.
//!
//! `cargo test --test isolate -- --nocapture` prints the figures; `ISOLATE_ONLY=words` in the environment runs the
//! scenarios whose names hold the words; with `ISOLATE_ALL=1` noise of all twenty seeds meets every scenario, as it does in a
//! release build.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test: what cannot be fails it"
)]

#[path = "wire/asked.rs"]
mod asked;
#[path = "isolate/bodies.rs"]
mod bodies;
#[path = "isolate/contract.rs"]
mod contract;
#[path = "isolate/fields.rs"]
mod fields;
#[path = "isolate/gateway.rs"]
mod gateway;
#[path = "isolate/judge.rs"]
mod judge;
#[path = "isolate/judge_itself.rs"]
mod judge_itself;
#[path = "isolate/looks.rs"]
mod looks;
#[path = "isolate/met.rs"]
mod met;
#[path = "isolate/places.rs"]
mod places;
#[path = "isolate/pure.rs"]
mod pure;
#[path = "isolate/run.rs"]
mod run;
#[path = "isolate/scenario.rs"]
mod scenario;
#[path = "isolate/server.rs"]
mod server;
#[path = "isolate/server_itself.rs"]
mod server_itself;
#[path = "isolate/sizes.rs"]
mod sizes;
#[path = "isolate/together.rs"]
mod together;
#[path = "isolate/tree.rs"]
mod tree;
#[path = "isolate/wire.rs"]
mod wire;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use run::{Ran, USUAL, run};
use scenario::Scenario;
use serde_json::Value;

/// Processes at a time.
const AT_ONCE: usize = 4;

/// All scenarios.
fn scenarios() -> Vec<Scenario> {
    [
        fields::single(),
        together::several(),
        looks::looks(),
        sizes::sizes(),
        places::keys_and_models(),
        places::paths(),
        places::streams(),
        places::elsewhere(),
        met::met(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn named(name: &str) -> Scenario {
    scenarios().into_iter().find(|s| s.name == name).expect("a scenario of that name")
}

fn chosen() -> Vec<Scenario> {
    let only = std::env::var("ISOLATE_ONLY").unwrap_or_default();
    scenarios().into_iter().filter(|s| s.name.contains(&only)).collect()
}

/// One line of the figures.
fn figures(scenario: &Scenario, ran: &Ran, wrong: usize) -> String {
    let report = ran.report().unwrap_or_default();
    let verdict = report.pointer("/attribution/verdict").and_then(Value::as_str).unwrap_or("-");
    let after = report.pointer("/requests/after").and_then(Value::as_u64).unwrap_or(0);
    let all = scenario.body().map_or(0, |body| tree::leaves(body).len());
    let left = report.pointer("/minimal/body").filter(|b| b.is_object()).map_or(0, |b| tree::leaves(b).len());
    let most = if scenario.truth.single { judge::cap(all).to_string() } else { "-".to_owned() };
    let mark = if wrong == 0 { "ok" } else { "WRONG" };
    format!(
        "| {:<52} | {verdict:<16} | {after:>5} | {most:>4} | {all:>6} | {left:>4} | {:>5} | {mark} |",
        scenario.name,
        ran.took.as_millis()
    )
}

const HEAD: &str =
    "| scenario | verdict | after | most | leaves | left | ms | |\n|---|---|---|---|---|---|---|---|";

/// A scenario, a seed, and whether one answer in twenty is noise.
type Job<'a> = (&'a Scenario, u64, bool);

/// Runs, prints, and fails with everything that is wrong.
fn check(title: &str, jobs: &[Job], at_once: usize, run: impl Fn(&Job) -> Ran + Sync) {
    let done = run::all(jobs, at_once, |job| {
        let ran = run(job);
        let wrong = judge::judge(job.0, &ran, job.2);
        (figures(job.0, &ran, wrong.len()), ran, wrong)
    });
    let mut told = format!("\n{title}\n{HEAD}\n");
    let mut all_wrong = Vec::new();
    for ((scenario, seed, _), (line, _, wrong)) in jobs.iter().zip(&done) {
        told.extend([line, "\n"]);
        if !wrong.is_empty() {
            all_wrong.push(format!("{} (seed {seed}):\n    {}", scenario.name, wrong.join("\n    ")));
        }
    }
    let sent: usize = done.iter().map(|(_, ran, _)| ran.seen.len()).sum();
    println!("{told}{} runs, {sent} requests, {} with something wrong", jobs.len(), all_wrong.len());
    assert!(all_wrong.is_empty(), "{title}\n{}", all_wrong.join("\n"));
}

/// By the program, over HTTP.
fn by_program(title: &str, jobs: &[Job]) {
    check(title, jobs, AT_ONCE, |(scenario, seed, noisy)| run(scenario, *seed, *noisy, USUAL));
}

/// By the search alone: the same questions, answered at once.
fn by_search(title: &str, jobs: &[Job]) {
    let catalog = casefile::case::catalog::Catalog::built_in();
    check(title, jobs, 2, |(scenario, seed, noisy)| pure::run(scenario, *seed, *noisy, &catalog));
}

/// A debug build is ten times as slow: it leaves to the search alone what is like another scenario on the wire.
const ALIKE: [&str; 26] = [
    "unsupported value",
    "wrong type at the top",
    "provider-specific field",
    "null where a value belongs",
    "a tool's name has a dot",
    "a value, not the field",
    "a list too long",
    "three together",
    "two tools of one name",
    "two codes with one wording",
    "JSON mode without the word",
    "strict template, a field",
    "names, numbers and quoted values change",
    "a query parameter",
    "body size that says the JSON is invalid",
    "context length",
    "too many messages",
    "a word of the system message",
    "no quota for this key",
    "no quota, no other key at hand",
    "all keys suspended",
    "no permission for a model",
    "rate limit of this key",
    "/v1 missing",
    "only streams work",
    "flaky, three in ten",
];

#[test]
fn each_scenario_is_told_right() {
    let scenarios = chosen();
    let jobs: Vec<Job> = scenarios
        .iter()
        .filter(|s| !cfg!(debug_assertions) || !ALIKE.contains(&s.name))
        .map(|scenario| (scenario, 1, false))
        .collect();
    by_program("The program, without noise", &jobs);
}

#[test]
fn each_scenario_is_searched_right() {
    let scenarios = chosen();
    let jobs: Vec<Job> = scenarios.iter().map(|scenario| (scenario, 1, false)).collect();
    by_search("The search, without noise", &jobs);
}

/// Those that are quickest to run and most different from each other.
const OFTEN: [&str; 10] = [
    "unknown parameter",
    "unknown role in message 17 of 40",
    "stream and logprobs",
    "three wordings at random",
    "a bad key, the other works",
    "a bad model, another named",
    "/v1 twice",
    "only streams are cut",
    "everything is down",
    "flaky, three in ten",
];

#[test]
fn the_search_is_right_under_noise_over_twenty_seeds() {
    let scenarios = chosen();
    let all = !cfg!(debug_assertions) || std::env::var_os("ISOLATE_ALL").is_some();
    let often = |s: &Scenario| all || OFTEN.contains(&s.name);
    let seeds = |s: &Scenario| if often(s) { 0..20 } else { 0..1 };
    let jobs: Vec<Job> =
        scenarios.iter().flat_map(|s| seeds(s).map(move |seed| (s, 1000 + seed, true))).collect();
    by_search("The search, one answer in twenty is 503 or 429", &jobs);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "minutes in a debug build: cargo test --release --test isolate")]
fn the_program_is_right_under_noise() {
    let scenarios = chosen();
    let often = scenarios.iter().filter(|s| OFTEN.contains(&s.name));
    let mut jobs: Vec<Job> = scenarios.iter().map(|s| (s, 100, true)).collect();
    jobs.extend(often.flat_map(|s| (1..20).map(move |seed| (s, 100 + seed, true))));
    by_program("The program, one answer in twenty is 503 or 429", &jobs);
}

#[test]
fn a_dry_run_shows_its_plan_and_sends_nothing() {
    let scenario = named("unknown parameter");
    for more in [&["--dry-run"][..], &["--dry-run", "--yes"], &["--dry-run", "--output", "json"]] {
        let ran = run(&scenario, 1, false, more);
        assert_eq!(ran.code, 0, "{more:?}: {}", ran.err);
        assert!(ran.seen.is_empty() && ran.strayed == 0, "{more:?}: {} were sent", ran.seen.len());
        let shown = [ran.out.as_str(), ran.err.as_str()].concat();
        for word in [ran.host.as_str(), "models", "[key#1]", "tokens", "60"] {
            assert!(shown.contains(word), "{more:?}: the plan does not name {word}: {shown}");
        }
        assert!(!shown.contains(&scenario::own_key()) && !shown.contains("Winterbottom"), "{shown}");
    }
}

#[test]
fn the_budget_holds_to_the_request() {
    let jobs: Vec<(Scenario, usize, bool)> = [
        ("unknown parameter", 7, false),
        ("unknown parameter", 1, false),
        ("tools and response_format", 12, true),
        ("body size that says the model is missing", 9, true),
        ("a bad key, the other works", 6, false),
        ("rate limit of everything", 7, false),
        ("everything is down", 3, true),
    ]
    .into_iter()
    .map(|(name, budget, noisy)| (named(name), budget, noisy))
    .collect();
    let wrong: Vec<String> = run::all(&jobs, AT_ONCE, |(scenario, budget, noisy)| {
        let most = budget.to_string();
        let ran = run(scenario, 5, *noisy, &["--yes", "--output", "json", "--budget", &most]);
        let told = ran.report().and_then(|r| r.pointer("/requests/budget").and_then(Value::as_u64));
        let right = ran.seen.len() <= *budget && ran.code == 0 && told == Some(*budget as u64);
        let minimality = ran.report().and_then(|r| r.pointer("/minimal/minimality").cloned());
        let sure = scenario.truth.leaves.is_some() && minimality == Some("1-minimal".into());
        (!right || sure).then(|| {
            format!(
                "{} of {budget}: {} came, exit {}, told {told:?}, {minimality:?}: {}",
                scenario.name,
                ran.seen.len(),
                ran.code,
                ran.err
            )
        })
    })
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn budgets_of_tokens_and_seconds_hold() {
    let scenario = named("unknown parameter");
    let ran = run(&scenario, 5, false, &["--yes", "--output", "json", "--max-tokens", "1"]);
    let posts = ran.seen.iter().filter(|s| s.call.method == "POST").count();
    // Where nothing was sent there may be no report.
    assert!(
        posts == 0 && (ran.code == 0 || ran.code == 3),
        "exit {}, {posts} were sent: {}",
        ran.code,
        ran.err
    );

    let slow =
        scenario::fault(gateway::Stage::Edge, contract::Refusal::new(400, "slow", "It is slow."), |_| {
            std::thread::sleep(Duration::from_millis(400));
            true
        });
    let scenario = Scenario::new("slow", bodies::hundred(), &["cannot_tell", "platform"], vec![slow]);
    let ran = run(&scenario, 5, false, &["--yes", "--output", "json", "--deadline", "2"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    // 2 seconds hold 5 answers; the one under way may end.
    assert!(ran.seen.len() <= 6, "{} were sent", ran.seen.len());
}

#[test]
fn without_consent_nothing_is_sent() {
    let scenario = named("unknown parameter");
    for more in [&[][..], &["--output", "json"], &["--budget", "9"]] {
        let ran = run(&scenario, 1, false, more);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{more:?}: {}", ran.err);
        assert!(ran.err.contains("--yes"), "{}", ran.err);
        assert!(ran.seen.is_empty() && ran.strayed == 0);
    }
}

/// A redirect to another host is not followed, with key or without.
#[test]
fn a_redirect_leads_nowhere() {
    let elsewhere = server::Server::start(Arc::clone(&named("nothing fails").gate), 1, false);
    for address in
        [format!("http://{}/v1/chat/completions", elsewhere.host()), "http://gateway.example/v1".into()]
    {
        let to = address.clone();
        let moved = scenario::said(
            gateway::Stage::Edge,
            move |_| gateway::Said::Moved(to.clone()),
            |m| m.call.method == "POST",
        );
        let scenario = Scenario::new("redirect", bodies::hundred(), &["path_or_base_url"], vec![moved]);
        let ran = run(&scenario, 1, false, USUAL);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(elsewhere.seen().is_empty() && ran.strayed == 0, "{address}");
    }
}

/// What could cost is left out unless it is asked for: of a picture, not even the same again.
#[test]
fn what_costs_is_sent_only_where_it_was_asked_for() {
    let mut scenario = named("a field of a picture's form");
    scenario.flags.clear();
    let ran = run(&scenario, 1, false, USUAL);
    let pictures = ran.seen.iter().filter(|s| s.call.method == "POST").count();
    assert_eq!(pictures, 0, "exit {}: {}", ran.code, ran.err);
    assert!([ran.out, ran.err].concat().contains("--include-costly"), "it says how to ask for it");
}

/// Every value that a `changed` row names was in the request; no control changed two of model, key and path.
#[test]
fn a_control_changes_one_thing() {
    for name in ["a bad model, another named", "a bad key, the other works", "unknown parameter"] {
        let scenario = named(name);
        let ran = run(&scenario, 1, false, USUAL);
        let report = ran.report().expect("a report");
        let own = scenario::own_key();
        for row in report["rows"].as_array().into_iter().flatten() {
            let of = |name: &str| row["telemetry"].get(name).unwrap_or(&Value::Null);
            assert_eq!(
                (of("http.response.status_code"), of("casefile.request_id")),
                (&row["status"], &row["request_id"])
            );
            let unchanged = row["changed"] == "baseline";
            assert_eq!(of("http.request.method").is_string(), unchanged, "{name}: {row}");
            let Some(seen) = ran.seen.iter().find(|s| row["request_id"].as_str() == Some(&s.id)) else {
                continue;
            };
            let changed = row["changed"].as_str().unwrap_or("");
            let model = seen.call.json().map(|b| b["model"].clone());
            let paste_model = scenario.body().map(|b| b["model"].clone());
            let differs: BTreeSet<&str> = [
                ("model", model.is_some() && model != paste_model),
                ("key", seen.call.key().is_some_and(|k| k != own)),
                ("no_key", seen.call.key().is_none()),
            ]
            .into_iter()
            .filter_map(|(what, differs)| differs.then_some(what))
            .collect();
            assert!(differs.len() <= 1, "{name}: row {} changed {differs:?}", row["index"]);
            for what in differs {
                assert!(changed.contains(what), "{name}: row {changed} has another {what}");
            }
        }
    }
}
