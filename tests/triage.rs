//! `casefile triage` as an operator runs it: the groups of generated logs, the same in whatever pieces; nothing planted comes
//! out; broken and hostile lines.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

#[path = "triage/generate.rs"]
mod generate;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use casefile::case::catalog::Catalog;
use casefile::case::explain::{Record, explain};
use casefile::case::triage::{Options, Reader, Report, Sort, Tally};
use generate::{Dice, Planted, log};
use serde_json::{Value, json};

fn run(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = Command::cargo_bin("casefile").expect("is built");
    command.env_clear().env("HOME", home.path()).arg("triage").args(arguments);
    let output = command.write_stdin(input.to_owned()).output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("is text");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

fn joined<'p>(all: impl IntoIterator<Item = &'p Planted>) -> Vec<u8> {
    all.into_iter().flat_map(|planted| format!("{}\n", planted.line).into_bytes()).collect()
}

fn read(lines: &str) -> Report {
    let catalog = Catalog::built_in();
    Report::of(&tally(lines.as_bytes(), &catalog), &catalog, Sort::Count, usize::MAX)
}

fn tally(lines: &[u8], catalog: &Catalog) -> Tally {
    let mut reader = Reader::new(catalog, &Options::default());
    for line in lines.split(|b| *b == b'\n') {
        let _ = reader.line(line);
    }
    reader.finish()
}

/// What can be known of a group from outside: how many, when first and last.
type Outline = (u64, String, String);

fn outlines(all: &[Planted]) -> BTreeMap<Outline, String> {
    let mut groups: BTreeMap<&str, Vec<&Planted>> = BTreeMap::new();
    for planted in all {
        groups.entry(&planted.group).or_default().push(planted);
    }
    let outline = |(name, members): (&str, Vec<&Planted>)| {
        let first = members.iter().map(|p| p.at.clone()).min().expect("one");
        let last = members.iter().map(|p| p.at.clone()).max().expect("one");
        ((members.len() as u64, first, last), name.to_owned())
    };
    groups.into_iter().map(outline).collect()
}

#[test]
fn the_groups_are_those_of_the_generator_and_nothing_planted_comes_out() {
    let all = log(7, 1_500);
    let input = joined(&all);
    let (code, document, stderr) = run(&["--output", "json"], &input);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&document).expect("is JSON");
    let truth = outlines(&all);
    let text = |group: &Value, name: &str| group[name].as_str().unwrap_or_default().to_owned();
    let found: BTreeSet<Outline> = report["groups"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|g| (g["count"].as_u64().expect("a count"), text(g, "first_seen"), text(g, "last_seen")))
        .collect();
    let missing: Vec<&String> =
        truth.iter().filter(|(outline, _)| !found.contains(*outline)).map(|(_, name)| name).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(found.len(), truth.len());
    assert!(truth.len() > 60);
    assert_eq!(report["failures"], json!(1_500));

    // Every id that is named is one of the log's, and each group of answers names some.
    let ids: BTreeSet<&str> = all.iter().map(|p| p.id.as_str()).collect();
    for group in report["groups"].as_array().expect("a list") {
        let named = group["request_ids"].as_array().expect("a list");
        assert!(
            !named.is_empty() && named.iter().all(|id| ids.contains(id.as_str().expect("text"))),
            "{group}"
        );
    }
    let mut outputs = document;
    for arguments in [
        &["--output", "text", "--top", "0"][..],
        &["--output", "jsonl"],
        &["--output", "csv"],
        &["--partial"],
    ] {
        let (code, stdout, stderr) = run(arguments, &input);
        assert_eq!(code, 0, "{stderr}");
        outputs += &stdout;
        outputs += &stderr;
    }
    let secrets: Vec<&str> = all.iter().flat_map(|planted| &planted.secret).map(String::as_str).collect();
    assert!(secrets.len() > 10_000);
    let search = aho_corasick::AhoCorasick::new(&secrets).expect("builds");
    assert_eq!(search.find(&outputs).map(|found| secrets[found.pattern()]), None);
}

/// Writes `files` into a folder; their paths in order.
fn written(folder: &Path, files: &[(String, Vec<u8>)]) -> Vec<PathBuf> {
    let write = |(name, bytes): &(String, Vec<u8>)| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("writes");
        path
    };
    files.iter().map(write).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).expect("packs");
    encoder.finish().expect("packs")
}

fn zstd(text: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn the_result_is_the_same_in_whatever_pieces_threads_and_order() {
    let mut all = log(11, 900);
    let folder = tempfile::tempdir().expect("a folder");
    let input = joined(&all);
    let expected = run(&["--output", "json", "--threads", "1"], &input).1;
    let same = |arguments: &[&str], input: &[u8], what: &str| {
        let (code, stdout, stderr) = run(&[&["--output", "json"], arguments].concat(), input);
        assert_eq!(code, 0, "{what}: {stderr}");
        assert!(stdout == expected, "{what}");
    };
    for threads in ["2", "16"] {
        same(&["--threads", threads], &input, threads);
    }
    // 100 files, packed in all ways, gzip of several members and zstd of several frames, in another order.
    let mut dice = Dice(3);
    for at in (1..all.len()).rev() {
        all.swap(at, dice.roll(at + 1));
    }
    let files: Vec<(String, Vec<u8>)> = all
        .chunks(9)
        .enumerate()
        .map(|(number, some)| {
            let (first, second) = (joined(&some[..4]), joined(&some[4..]));
            let bytes = match number % 3 {
                0 => [first, second].concat(),
                1 => [gzip(&first), gzip(&second)].concat(),
                _ => [zstd(&first), zstd(&second)].concat(),
            };
            (format!("{number}.log"), bytes)
        })
        .collect();
    let paths = written(folder.path(), &files);
    let names: Vec<&str> = paths.iter().map(|path| path.to_str().expect("text")).collect();
    assert_eq!(names.len(), 100);
    same(&names, b"", "100 files");
    same(&[&["--threads", "2"], names.as_slice()].concat(), b"", "100 files, two threads");
    same(&["-"], &gzip(&input), "gzip on stdin");

    // Parts, joined: directly, and in two steps.
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for some in names.chunks(23) {
        let (code, stdout, stderr) = run(&[&["--partial"], some].concat(), b"");
        assert_eq!(code, 0, "{stderr}");
        assert_eq!(stdout.lines().count(), 1);
        parts.push(stdout.into_bytes());
    }
    let (code, empty, _) = run(&["--partial"], b"");
    assert_eq!(code, 0);
    parts.push(empty.into_bytes());
    same(&["--merge"], &parts.concat(), "parts");
    let (_, half, _) = run(&["--merge", "--partial"], &parts[1..].concat());
    same(&["--merge"], &[parts[0].clone(), half.into_bytes()].concat(), "parts of parts");
}

#[test]
fn lines_that_are_no_records_are_counted_and_told_by_their_place() {
    let all = log(5, 40);
    let mut text = joined(&all);
    let secret = "the customer said that his violin is gone";
    let before = text.len();
    text.extend_from_slice(
        format!("panic: {secret}\n[1,2]\n{{\"status\":500,\"note\":\"{secret}\n").as_bytes(),
    );
    text.extend_from_slice(format!("{{\"a\":1}} {secret}\n{{\"hello\":\"{secret}\"}}\n\n").as_bytes());
    let whole = run(&["--output", "json"], &joined(&all)).1;
    let (code, document, stderr) = run(&["--output", "json"], &text);
    assert_eq!(code, 1, "{stderr}");
    let (report, whole): (Value, Value) =
        (serde_json::from_str(&document).expect("JSON"), serde_json::from_str(&whole).expect("JSON"));
    assert_eq!(
        report["bad_lines"],
        json!({"not_an_object": 2, "cut_off": 1, "trailing": 1, "says_nothing": 1})
    );
    assert_eq!(report["groups"], whole["groups"]);
    assert!(stderr.contains(&format!("byte {before}, ")), "{stderr}");
    assert!(!stderr.contains("violin") && !document.contains("violin"), "{stderr}");

    let (code, _, stderr) = run(&[], b"no json\nat all\n");
    assert_eq!(code, 3, "{stderr}");
    assert_eq!(run(&[], b"").0, 3);
    assert_eq!(run(&["/no/such/file"], b"").0, 3);
    assert_eq!(run(&["--profile", "teapot"], b"").0, 2);
    let (code, _, stderr) = run(&["-"], &gzip(&joined(&all))[..900]);
    assert!(matches!(code, 1 | 3) && stderr.contains("packed data"), "{stderr}");
}

#[test]
fn what_a_gateway_repeats_of_a_prompt_without_quotes_is_not_shown() {
    let line = |prompt: &str, says: &str| {
        json!({"status": 422, "path": "/v1/x", "response": {"body": {"error": {"message": says, "type": "odd", "code": "odd"}}},
            "request": {"body": json!({"messages": [{"content": prompt}]}).to_string()}})
        .to_string()
    };
    let own = "cannot comply with marble lantern wishes";
    let echo = line("please grant my marble lantern wishes now", own);
    let other = line("a text on something else", own);
    let report = read(&echo);
    assert_eq!((report.groups.len(), report.groups[0].words.clone()), (1, None));
    assert!(report.groups[0].words_withheld);
    // Where another prompt is not repeated, the words are the gateway's own.
    let both = read(&format!("{echo}\n{other}"));
    assert_eq!(both.groups.len(), 1);
    assert_eq!(both.groups[0].words.as_deref(), Some(own));
    assert_eq!(both.groups[0].id, report.groups[0].id);

    let part = |line: &str| run(&["--partial"], line.as_bytes()).1;
    assert!(!part(&echo).contains("marble"));
    let merged = run(&["--merge", "--output", "json"], (part(&other) + &part(&echo)).as_bytes()).1;
    assert_eq!(merged, run(&["--output", "json"], format!("{echo}\n{other}").as_bytes()).1);
    let echoes = run(&["--merge", "--output", "json"], (part(&echo) + &part(&echo)).as_bytes()).1;
    assert_eq!(echoes, run(&["--output", "json"], format!("{echo}\n{echo}").as_bytes()).1);
}

#[test]
fn what_a_gateway_repeats_of_a_prompt_in_another_form_is_not_shown() {
    let table = [
        ("please grant my marble lantern wishes", "Cannot comply with MY MARBLE LANTERN wishes"),
        ("please grant my\n\nmarble   lantern wishes", "cannot comply with my marble lantern wishes"),
        ("please grant my marble lantern wishes", "cannot comply with my\u{a0}marble\nlantern wishes"),
        ("it's my lantern's wishes that shine", "cannot say it's my lantern's wishes that shine"),
        ("bitte größte Wünsche für Äpfel erfüllen", "unmöglich: größte Wünsche für Äpfel"),
        ("바이올린 항구 이야기를 들려줘", "거부됨 바이올린 항구 이야기를"),
        ("请 告诉 我 小提琴 港口", "拒绝 告诉 我 小提琴 港口"),
        ("marble lantern", "cannot comply with marble lantern"),
    ];
    for (prompt, says) in table {
        let line = |prompt: &str| {
            let body = json!({"messages": [{"role": "user", "content": prompt}]}).to_string();
            json!({"status": 422, "path": "/v1/x", "response": {"body": {"error": {"message": says, "type": "odd", "code": "odd"}}},
                "request": {"body": body}})
            .to_string()
        };
        let echo = line(prompt);
        for echo in [echo.clone(), echo.replace('\'', "\\u0027")] {
            let report = read(&echo);
            assert_eq!((report.groups.len(), report.groups[0].words.clone()), (1, None), "{echo}");
            assert!(report.groups[0].words_withheld, "{echo}");
            // A request that is logged without its text proves nothing.
            let bare = line("");
            assert_eq!(read(&format!("{echo}\n{bare}")).groups[0].words, None, "{echo}");
        }
        let both = read(&format!("{echo}\n{}", line("a text on something else")));
        assert!(both.groups[0].words.is_some(), "{says}");
    }
}

#[test]
fn what_a_gateway_repeats_of_a_stacks_source_is_not_shown() {
    let line = |says: &str| {
        let told = format!(
            "Traceback (most recent call last):\n  File \"/app/ask.py\", line 7, in <module>\n    ask(\"grant my marble lantern wishes\")\nopenai.BadRequestError: Error code: 400 - {says}"
        );
        json!({"status": 400, "path": "/v1/x", "error": told}).to_string()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("notes");
    let echo = line("cannot grant my marble lantern wishes");
    for output in ["json", "text"] {
        let arguments = ["--output", output, "--notes", to.to_str().expect("text")];
        let (code, stdout, stderr) = run(&arguments, echo.as_bytes());
        assert_eq!(code, 0, "{stderr}");
        assert!(!stdout.contains("marble") && !stderr.contains("marble"), "{stdout}{stderr}");
    }
    assert!(!run(&["--partial"], echo.as_bytes()).1.contains("marble"));
    let files: Vec<PathBuf> =
        std::fs::read_dir(&to).expect("is there").map(|entry| entry.expect("one").path()).collect();
    assert!(!files.is_empty());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("reads");
        assert!(!text.contains("marble"), "{text}");
    }
}

#[test]
fn hostile_lines_steer_nothing() {
    let key = format!("sk-{}", "aB3dE5gH".repeat(6));
    let lines = [
        json!({"status": 400, "path": format!("/v1/{key}/x?k={key}"), "model": key, "request_id": key, "body": {"error": {"message": format!("no\u{1b}[31m good \u{202e}evil {key}"), "type": "t"}}}),
        json!({"status": 400, "path": "/=cmd|' /C calc'!A0", "model": "=1+1", "request_id": "=HYPERLINK(1)", "body": {"error": {"message": "=1+2 a,b \"c\"", "type": "t"}}}),
        json!({"status": 400, "path": "/v1/tell%20me%20about%20harbour", "model": "write me a poem please", "body": "plain <script>alert(1)</script> words"}),
        json!({"status": 400, "path": "/v1/x", "model": {"a": [1]}, "headers": [["x-request-id", "a\nb"]], "body": [[[["deep"]]]]}),
        json!({"status": {"code": 5}, "text": "\u{0}\u{7f}", "path": 7}),
    ];
    let input = lines.map(|line| line.to_string()).join("\n") + "\n";
    let nested = format!("{{\"status\":500,\"body\":{}{}}}\n", "[".repeat(200_000), "]".repeat(200_000));
    for output in ["text", "json", "jsonl", "csv"] {
        let (code, stdout, stderr) = run(&["--output", output], format!("{input}{nested}").as_bytes());
        assert!(matches!(code, 0 | 1), "{stderr}");
        for bad in [
            key.as_str(),
            "aB3dE5gH",
            "\u{1b}",
            "\u{202e}",
            "poem",
            "harbour",
            "script>alert",
            "\n=",
            ",=",
            "HYPERLINK",
        ] {
            assert!(!stdout.contains(bad) && !stderr.contains(bad), "{bad:?} in {output}: {stdout}");
        }
    }
}

#[test]
fn each_kind_of_log_is_read() {
    let id = "20260110000640AbCdEfGh12345678abcdefgh";
    let kinds = [
        (
            "litellm",
            json!({"request_id": id, "call_type": "acompletion", "status": "failure", "model": "gpt-4o", "startTime": "2026-01-10 00:06:40.123000",
            "metadata": {"error_information": {"error_code": "429", "error_message": "litellm.RateLimitError: RateLimitError: OpenAIException - Rate limit reached for gpt-4o"}}}),
            "rate_limited",
        ),
        (
            "new_api",
            json!({"id": 7, "created_at": 1_768_000_000, "type": 5, "content": "status_code=503, No available channel for model gpt-9 under group default (distributor)", "model_name": "gpt-9", "request_id": id}),
            "model_unavailable",
        ),
        (
            "nginx",
            json!({"time_iso8601": "2026-01-10T00:06:40+00:00", "request_method": "POST", "request_uri": "/v1/chat/completions", "status": "504", "request_id": id}),
            "gateway_timeout",
        ),
        (
            "envoy",
            json!({"start_time": "2026-01-10T00:06:40.123Z", "method": "POST", "path": "/v1/chat/completions", "response_code": 429, "response_flags": "RL", "x_request_id": id}),
            "rate_limited",
        ),
        (
            "otel",
            json!({"name": "chat gpt-4o", "start_time": "2026-01-10T00:06:40.123Z", "status": {"status_code": "ERROR"}, "attributes": {"gen_ai.request.model": "gpt-4o", "http.response.status_code": 401, "url.path": "/v1/chat/completions", "request_id": id}}),
            "auth",
        ),
        (
            "otlp",
            json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "chat", "startTimeUnixNano": "1768000000123000000", "status": {"code": 2},
            "attributes": [{"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}}, {"key": "http.response.status_code", "value": {"intValue": "503"}}, {"key": "request_id", "value": {"stringValue": id}}]}]}]}]}),
            "upstream_server",
        ),
        (
            "har",
            json!({"log": {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": [{"startedDateTime": "2026-01-10T00:06:40.123Z", "time": 12, "request": {"method": "POST", "url": "https://api.gateway.example/v1/chat/completions", "headers": [], "postData": {"mimeType": "application/json", "text": "{\"model\":\"gpt-4o\"}"}},
            "response": {"status": 401, "headers": [{"name": "X-Request-Id", "value": id}], "content": {"mimeType": "application/json", "text": "{\"error\":{\"message\":\"Incorrect API key provided.\",\"code\":\"invalid_api_key\"}}"}}}]}}),
            "auth",
        ),
    ];
    for (name, line, class) in kinds {
        let (code, stdout, stderr) = run(&["--output", "json"], format!("{line}\n").as_bytes());
        assert_eq!(code, 0, "{name}: {stderr}");
        let report: Value = serde_json::from_str(&stdout).expect("JSON");
        let group = &report["groups"][0];
        assert_eq!(
            (report["failures"].as_u64(), group["failure_class"].as_str()),
            (Some(1), Some(class)),
            "{name}: {group}"
        );
        assert_eq!(group["request_ids"], json!([id]), "{name}");
        assert!(group["first_seen"].as_str().is_some_and(|at| at.starts_with("2026-01-")), "{name}: {group}");
    }
    // What worked is counted, whatever the log says it with.
    for line in [
        json!({"call_type": "acompletion", "status": "success", "model": "m", "request_id": id}),
        json!({"created_at": 1_768_000_000, "type": 2, "content": "", "model_name": "m"}),
        json!({"time_iso8601": "2026-01-10T00:06:40+00:00", "request_uri": "/v1/x", "status": "200"}),
        json!({"status": 200, "path": "/v1/x", "msg": "request handled"}),
        json!({"status": 200, "path": "/v1/chat/completions", "body": {"object": "chat.completion", "model": "m", "choices": [{"finish_reason": "stop", "message": {"content": "all good"}}]}}),
    ] {
        let report = read(&line.to_string());
        assert_eq!((report.worked, report.failures, report.bad_lines.len()), (1, 0, 0), "{line}");
    }
    for (line, class) in [
        (
            json!({"status": 429, "path": "/v1/x", "error": {"message": "slow down", "code": "rate_limit_exceeded"}}),
            "rate_limited",
        ),
        (json!({"status": 200, "path": "/v1/x", "error": "read: connection reset by peer"}), "network_reset"),
        (
            json!({"created_at": 1_768_000_000, "type": 5, "content": "nothing known", "model_name": "m", "other": "{\"status_code\": 429}"}),
            "rate_limited",
        ),
        (
            json!({"time_local": "-", "request_uri": "/v1/x", "status": "504", "error": "-"}),
            "gateway_timeout",
        ),
    ] {
        let report = read(&line.to_string());
        let classes: Vec<String> = report.groups.iter().map(|g| g.failure_class.to_string()).collect();
        assert_eq!(classes, [class], "{line}");
    }
    let odd = json!({"answer": {"raw": {"error": {"message": "x", "code": "invalid_api_key"}}}, "c": 401, "when": 1_768_000_000}).to_string();
    let map = ["--output", "json", "--map", "status=c", "--map", "body=answer.raw", "--map", "time=/when"];
    let (code, stdout, stderr) = run(&map, odd.as_bytes());
    assert!(code == 0 && stdout.contains("\"auth\"") && stdout.contains("2026-01-"), "{stderr}{stdout}");
}

#[test]
fn a_record_is_classified_as_explain_does_it() {
    let catalog = Catalog::built_in();
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in ["clients", "direct", "fresh", "gateways", "newest", "providers", "relays"] {
        let text = std::fs::read_to_string(format!("tests/failures/{file}.jsonl")).expect("is there");
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let failure: Value = serde_json::from_str(line).expect("JSON");
            let record: Record = serde_json::from_value(failure["input"].clone()).expect("a record");
            let Some(explained) = explain(&record, None, &catalog) else { continue };
            count += 1;
            let report = read(&failure["input"].to_string());
            let own = report
                .groups
                .first()
                .map(|g| (g.failure_class.to_string(), g.cause.clone(), g.retryable.to_string(), g.status));
            let known = (
                explained.failure_class.to_string(),
                explained.cause.clone(),
                explained.retryable.to_string(),
                explained.status,
            );
            let worked = report.worked == 1 && known.0 == "none";
            if own.as_ref() != Some(&known) && !worked {
                wrong.push(format!("{}: {own:?} and not {known:?}", failure["id"]));
            }
        }
    }
    assert!(count > 300);
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn any_bytes_are_read_and_splits_join_to_the_whole() {
    let catalog = Catalog::built_in();
    let mut dice = Dice(99);
    let mut lines: Vec<Vec<u8>> = log(23, 60).into_iter().map(|p| p.line.into_bytes()).collect();
    for line in &mut lines {
        for _ in 0..dice.roll(4) {
            let at = dice.roll(line.len());
            match dice.roll(4) {
                0 => line.truncate(at),
                1 => line[at] = u8::try_from(dice.roll(256)).expect("a byte"),
                2 => drop(line.drain(at..(at + dice.roll(40)).min(line.len()))),
                _ => line.insert(at, b"{}[]\",:\\"[dice.roll(8)]),
            }
            if line.is_empty() {
                break;
            }
        }
    }
    let of = |lines: &[Vec<u8>]| tally(&lines.join(&b'\n'), &catalog);
    let whole = of(&lines);
    for _ in 0..6 {
        let at = dice.roll(lines.len());
        let (first, second) = lines.split_at(at);
        let mut joined = of(second);
        joined.join(of(first));
        assert_eq!(joined, whole);
        let mut again = Tally::default();
        for part in [of(first), of(second)] {
            again.join(Tally::of_partial(part.to_partial().trim_end().as_bytes(), &catalog).expect("is one"));
        }
        again.settle();
        let report = |tally: &Tally| Report::of(tally, &catalog, Sort::Class, usize::MAX).to_json();
        assert_eq!(report(&again), report(&whole));
    }
}

#[test]
fn what_is_no_partial_result_is_refused() {
    let good = run(&["--partial"], &joined(&log(1, 20))).1;
    assert_eq!(run(&["--merge"], good.as_bytes()).0, 0);
    let key = format!("sk-{}", "aB3dE5gH".repeat(6));
    for (from, to) in [
        ("casefile.triage.partial/1", "casefile.triage.partial/9".to_owned()),
        ("\"route\":\"/v1/", format!("\"route\":\"/v1/{key}/")),
        ("\"lines\":", "\"rows\":".to_owned()),
        ("\"cause\":\"", "\"cause\":\"\\u001b[31m".to_owned()),
        ("\"id\":\"req_", format!("\"id\":\"{key}")),
    ] {
        assert!(good.contains(from), "{from}");
        let (code, stdout, stderr) = run(&["--merge"], good.replace(from, &to).as_bytes());
        assert_eq!((code, stdout.as_str()), (3, ""), "{from}: {stderr}");
        assert!(!stderr.contains("aB3dE5gH") && stderr.contains("--partial"), "{stderr}");
    }
}

#[test]
fn a_page_is_written_for_each_group_that_is_shown() {
    let all = log(3, 200);
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("pages");
    let name = pages.to_str().expect("text");
    let (code, stdout, stderr) = run(&["--output", "jsonl", "--top", "4", "--notes", name], &joined(&all));
    assert_eq!(code, 0, "{stderr}");
    for line in stdout.lines() {
        let group: Value = serde_json::from_str(line).expect("JSON");
        let path = pages.join(format!("group-{}.yaml", group["id"].as_str().expect("text")));
        let text = std::fs::read_to_string(&path).expect("is there");
        let page: Value = serde_yaml::from_str(&text).expect("YAML");
        assert_eq!((&page["count"], &page["request_ids"]), (&group["count"], &group["request_ids"]));
        assert!(all.iter().all(|p| p.secret.iter().all(|secret| !text.contains(secret.as_str()))));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
        }
    }
    let names: Vec<String> = std::fs::read_dir(&pages)
        .expect("is there")
        .map(|entry| entry.expect("one").file_name().into_string().expect("text"))
        .collect();
    assert_eq!(names.iter().filter(|name| name.starts_with("group-")).count(), 4);
    assert!(names.len() > 4, "stdin can be read once, and yet there are notes: {names:?}");
}

/// A whole note for each group: valid, the same in whatever order the log is read, with nothing in it that was planted.
#[test]
fn a_note_is_written_for_each_group_of_which_a_failure_may_be_shown() {
    let mut all = log(11, 600);
    let folder = tempfile::tempdir().expect("a folder");
    let notes = |name: &str, all: &[Planted], more: &[&str]| {
        let place = folder.path().join(name);
        let to = place.to_str().expect("text");
        let (code, _, stderr) = run(&[&["--notes", to, "--top", "15"], more].concat(), &joined(all));
        assert_eq!(code, 0, "{stderr}");
        let mut found = BTreeMap::new();
        for entry in std::fs::read_dir(&place).expect("is there") {
            let path = entry.expect("one").path();
            let name = path.file_name().and_then(|n| n.to_str()).expect("text").to_owned();
            found.insert(name, std::fs::read_to_string(&path).expect("reads"));
        }
        found
    };
    let first = notes("one", &all, &["--threads", "1"]);
    let of = |found: &BTreeMap<String, String>, kind: &str| {
        found.keys().filter(|name| name.starts_with(kind)).cloned().collect::<Vec<_>>()
    };
    let (pages, written) = (of(&first, "group-"), of(&first, "note-"));
    assert!(written.len() * 2 > pages.len(), "{} notes of {} groups", written.len(), pages.len());
    for name in &written {
        let text = &first[name];
        assert_eq!(casefile::case::note::validate(text), Vec::new(), "{name}");
        let page: Value = serde_yaml::from_str(&first[&name.replace("note-", "group-")]).expect("YAML");
        let note: Value = serde_yaml::from_str(text).expect("YAML");
        assert_eq!(note["diagnosis"]["failure_class"], page["failure_class"], "{name}");
        let told = text.contains(&format!("{} of 600", page["count"])) || text.contains("casefile triage");
        assert!(told, "{text}");
        let planted = all.iter().flat_map(|p| &p.secret).find(|secret| text.contains(secret.as_str()));
        assert!(planted.is_none(), "{name} has {planted:?}: {text}");
    }
    all.reverse();
    let second = notes("two", &all, &["--threads", "7"]);
    // Ids of cases and the moment of making differ.
    let same = |text: &str| {
        let differs = ["case_id:", "created_at:", "reviewed_at:"];
        text.lines()
            .filter(|line| !differs.iter().any(|d| line.contains(d)))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&second, "note-"), written);
    for name in &written {
        assert_eq!(same(&first[name]), same(&second[name]), "{name}");
    }
}

#[test]
fn an_array_of_records_is_read_as_lines_are() {
    let all = log(5, 300);
    let lines = joined(&all);
    let expected = run(&["--output", "json"], &lines).1;
    let records: Vec<Value> =
        all.iter().map(|planted| serde_json::from_str(&planted.line).expect("JSON")).collect();
    let array = Value::Array(records);
    let forms = [array.to_string(), serde_json::to_string_pretty(&array).expect("JSON")];
    for form in forms {
        for bytes in [form.clone().into_bytes(), zstd(form.as_bytes())] {
            let (code, document, stderr) = run(&["--output", "json"], &bytes);
            assert_eq!((code, stderr.as_str()), (0, ""));
            assert_eq!(document, expected);
        }
    }
    let cut = &array.to_string()[..5_000];
    let (code, document, _) = run(&["--output", "json"], cut.as_bytes());
    let report: Value = serde_json::from_str(&document).expect("JSON");
    assert_eq!((code, &report["bad_lines"]), (1, &json!({"cut_off": 1})), "the last element has no end");
}

#[test]
fn the_request_line_of_nginx_is_method_and_route() {
    let line = |request: &str| {
        format!(
            "{}\n",
            json!({"time_local": "01/Apr/2026:10:00:00 +0000", "request": request, "status": "502", "remote_addr": "192.0.2.1"})
        )
    };
    let text =
        [line("POST /v1/chat/completions HTTP/1.1"), line("POST /v1/chat/completions?x=1 HTTP/2.0")].concat();
    let report = read(&text);
    let routes: Vec<_> = report.groups.iter().map(|group| group.routes.clone()).collect();
    assert_eq!(routes, [Some(BTreeMap::from([("/v1/chat/completions".to_owned(), 2)]))]);
}

/// What a log says beside an answer is no gap of the note that is made of it: request, moment and id.
#[test]
fn what_the_log_says_beside_the_answer_is_not_missing() {
    let beside = |id: &str| json!({"time": "2026-11-20T10:00:00Z", "method": "POST", "path": "/v1/chat/completions", "model": "gpt-4o", "request_id": id});
    let mut whole = beside("req_0123456789abcdef0123456789abcdef");
    whole["status"] = json!(503);
    whole["body"] = json!({"error": {"message": "no channel is free", "type": "server_error"}});
    let mut text = beside("req_fedcba9876543210fedcba9876543210");
    text["error"] =
        json!("openai.RateLimitError: Error code: 429 - {'error': {'message': 'Slow down', 'type': 'rate'}}");
    for line in [whole, text] {
        let folder = tempfile::tempdir().expect("a folder");
        let to = folder.path().join("notes");
        let (code, _, stderr) = run(&["--notes", to.to_str().expect("text")], format!("{line}\n").as_bytes());
        assert_eq!(code, 0, "{stderr}");
        let written = std::fs::read_dir(&to).expect("is there").map(|entry| entry.expect("one").path());
        let note = written.into_iter().find(|path| path.to_string_lossy().contains("note-")).expect("a note");
        let text = std::fs::read_to_string(note).expect("reads");
        let note: Value = serde_yaml::from_str(&text).expect("YAML");
        assert_eq!(note["model_reference"], "gpt-4o");
        let gaps: Vec<&str> = note["missing_evidence"]
            .as_array()
            .expect("gaps")
            .iter()
            .filter_map(|g| g["field"].as_str())
            .collect();
        for field in
            ["request.method", "request.path", "request.model", "attempts.at", "response.request_ids"]
        {
            assert!(!gaps.contains(&field), "{field}: {text}");
        }
    }
}
