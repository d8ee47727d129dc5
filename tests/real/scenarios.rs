//! The practice gateway's failures, served a second time by another program: the notes must be the same.
//!
//! Each case starts `casefile practice --serve`, sends the scenario's command through the recording relay, lets another
//! program serve what was recorded (or fail in the same way by itself), sends the same command there, and compares.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use casefile::practice::{Scenario, scenarios};
use serde_json::Value;

use crate::alike::{Allowance, Side, alike};
use crate::compare::Faults;
use crate::leak::{Canary, random};
use crate::others::{self, Exchange, Other};
use crate::place::Place;
use crate::relay::Relay;
use crate::run::done;

/// A program that can serve a scenario.
enum By {
    /// mountebank: the recorded answer, framed by Node, for the recorded request only.
    Mountebank,
    /// nginx with these lines: it fails by itself.
    Nginx(&'static str, &'static [Allowance]),
    /// aimock: the recorded error or text, in aimock's own events; `true`: it falls silent.
    Aimock(bool, &'static [Allowance]),
}

/// A scenario and who can serve it.
struct Row {
    name: &'static str,
    by: &'static [By],
    /// Without the relay: it passes on neither a reset nor a half-open end.
    direct: bool,
    /// Options of casefile.
    options: &'static [&'static str],
    /// Why no other program can serve it.
    why_not: &'static str,
}

impl Row {
    const fn new(name: &'static str, by: &'static [By]) -> Self {
        Self { name, by, direct: false, options: &[], why_not: "" }
    }
}

/// Declares the table and one test for each row.
macro_rules! table {
    ($($test:ident: $name:literal, $by:expr $(, $field:ident: $value:expr)* ;)+) => {
        const TABLE: &[Row] = &[$(Row { $($field: $value,)* ..Row::new($name, &$by) }),+];
        $(
            #[test]
            #[ignore = "needs the servers of .ci/real"]
            fn $test() {
                serve_twice($name);
            }
        )+
    };
}

use By::{Aimock, Mountebank, Nginx};

const fn may(at: &'static str, why: &'static str) -> Allowance {
    Allowance { at, why }
}

/// aimock sends its ids as `x-request-id`, without a time in them, no server line, and events and objects with fewer fields.
const AIMOCK_STREAM: &[Allowance] = &[
    may("/response/request_ids/0/source", "aimock's id header"),
    may("/response/request_ids/0/decoded_time", "aimock's ids hold no time"),
    may("/response/edge/server", "aimock sends none"),
    may("/response/body", "the length of aimock's events"),
    may("/response/body_bytes", "the length of aimock's events"),
    may("/stream/bytes", "the length of aimock's events"),
];

/// The same for a whole answer, as far as its shape is shown.
const AIMOCK_WHOLE: &[Allowance] = &[
    may("/response/content_type", "aimock names no charset"),
    may("/response/request_ids/0/source", "aimock's id header"),
    may("/response/request_ids/0/decoded_time", "aimock's ids hold no time"),
    may("/response/edge/server", "aimock sends none"),
    may("/response/body/id", "aimock's ids are shorter"),
    may("/response/body/created", "a time"),
    may("/response/body/choices/0/message/refusal", "aimock states none"),
    may("/response/body/usage", "aimock counts otherwise"),
    may("/response/body_bytes", "all these"),
];

/// The message of the error carries the gateway's id too; every 429 of aimock has a wait and six limits.
const AIMOCK_429: &[Allowance] = &[
    may("/response/content_type", "aimock names no charset"),
    may("/response/request_ids", "the gateway's id stands in the message only, aimock's in its header"),
    may("/response/edge/server", "aimock sends none"),
    may("/response/headers", "aimock's limits"),
    may("/response/retry_after_ms", "aimock's wait"),
];

table! {
    invalid_token: "invalid-token", [Mountebank];
    missing_model: "missing-model", [Mountebank];
    missing_messages: "missing-messages", [Mountebank];
    unknown_model: "unknown-model", [Mountebank];
    wrong_path: "wrong-path", [
        Mountebank,
        Nginx("location / { return 301 https://www.cometapi.com$request_uri; }", &[
            may("/response/edge/server", "nginx"),
            may("/response/content_type", "nginx puts a page into a redirect, Go does not for a POST"),
            may("/response/body_bytes", "the page"),
            may("/response/body", "the page"),
            may("/response/error", "the page"),
            may("/missing_evidence/response.error.code", "the page holds none"),
            may("/missing_evidence/response.error.type", "the page holds none"),
            may("/missing_evidence/response.body", "there is the page"),
            may("/redactions/counts/text", "the page is shown by its shape"),
        ]),
    ];
    saturated_429: "saturated-429", [Mountebank, Aimock(false, AIMOCK_429)];
    stream_cut: "stream-cut", [Aimock(false, AIMOCK_STREAM)];
    done_without_reason: "done-without-reason", [Mountebank];
    ok: "ok", [Mountebank, Aimock(false, AIMOCK_WHOLE)];
}

#[test]
fn the_table_names_every_scenario_and_says_why_where_nobody_else_can_serve_it() {
    let listed: Vec<&str> = TABLE.iter().map(|row| row.name).collect();
    let practised: BTreeSet<&str> = scenarios().iter().map(|s| s.name.as_str()).collect();
    assert_eq!(listed.len(), listed.iter().collect::<BTreeSet<_>>().len(), "a scenario stands there twice");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), practised);
    for row in TABLE {
        assert_eq!(row.by.is_empty(), !row.why_not.is_empty(), "{}: served, or a reason why not", row.name);
    }
}

/// `casefile practice --serve`.
struct Practice {
    child: Child,
    host: String,
    key: String,
}

impl Practice {
    fn start(place: &Place) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_casefile"))
            .args(["practice", "--serve", "127.0.0.1:0"])
            .env("CASEFILE_CONFIG_DIR", place.write("config", "").with_extension("d"))
            .env("CASEFILE_STATE_DIR", place.write("state", "").with_extension("d"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("casefile runs");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut line = |before: &str| {
            let line = lines.next().expect("a line").expect("text");
            line.strip_prefix(before).unwrap_or_else(|| panic!("{line:?} begins otherwise")).to_owned()
        };
        let (host, key) = (line("base URL: http://"), line("key: "));
        Self { child, host, key }
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What one walk left.
struct Walk {
    host: String,
    note: Value,
    said: String,
}

/// Serves a scenario by the practice gateway and then by each other program that can.
fn serve_twice(name: &str) {
    let row = TABLE.iter().find(|row| row.name == name).expect("in the table");
    let scenario = scenarios().iter().find(|s| s.name == name).expect("a scenario");
    let mut faults = Faults::default();
    let place = Place::new();
    let practice = Practice::start(&place);
    let relay = (!row.direct).then(|| Relay::to(&practice.host));
    let host = relay.as_ref().map_or_else(|| practice.host.clone(), Relay::address);
    let (command, canaries) = command(scenario, &host, &practice.key);
    let ours = walk(&mut faults, row, &host, &command, &canaries);
    let passed: Vec<_> = relay.map(Relay::finish).unwrap_or_default();
    let passed: Vec<_> = passed.into_iter().filter(|p| !p.request.is_empty()).collect();
    faults.check(row.direct || passed.len() == 1, || format!("{} requests instead of one", passed.len()));
    let exchange = passed.first().and_then(Exchange::of);
    for by in row.by {
        let (program, other, allowed) = serve(by, exchange.as_ref());
        let command = command.replace(&host, &other.host);
        let mut found = Faults::default();
        let theirs = walk(&mut found, row, &other.host, &command, &canaries);
        if let (Some(ours), Some(theirs)) = (&ours, &theirs) {
            let same_ids = matches!(by, Mountebank);
            let side = |walk: &Walk| (walk.host.clone(), walk.note.clone(), walk.said.clone());
            let (ours, theirs) = (side(ours), side(theirs));
            alike(
                &mut found,
                &Side { host: &ours.0, note: &ours.1, said: &ours.2 },
                &Side { host: &theirs.0, note: &theirs.1, said: &theirs.2 },
                same_ids,
                allowed,
            );
        }
        faults.0.extend(found.0.into_iter().map(|fault| format!("{program}: {fault}")));
        done(&format!("{name}, by {program}"));
    }
    assert!(faults.0.is_empty(), "{name}: {} fault(s)\n  {}\n", faults.0.len(), faults.0.join("\n  "));
}

fn serve(by: &By, exchange: Option<&Exchange>) -> (&'static str, Other, &'static [Allowance]) {
    let recorded = || exchange.expect("an answer was recorded");
    match by {
        Mountebank => ("mountebank", others::mountebank(recorded()), &[]),
        Nginx(lines, allowed) => {
            ("nginx", others::nginx(lines, exchange.map_or(&[], Exchange::body)), allowed)
        }
        Aimock(silence, allowed) => ("aimock", others::aimock(recorded(), *silence), allowed),
    }
}

/// The scenario's command with a canary in each of its prompts, and what must not get out.
fn command(scenario: &Scenario, host: &str, key: &str) -> (String, Vec<Canary>) {
    let prompt = random(24);
    let mut command = scenario.paste(&format!("http://{host}"), key);
    let starts = ["content", "prompt", "input", "text"];
    for start in starts.map(|name| format!("\"{name}\": \"")).into_iter().chain(["-F prompt=".to_owned()]) {
        command = command.replace(&start, &format!("{start}Ward round {prompt}. "));
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let keys: BTreeSet<&str> =
        command.split(|c| !word(c)).filter(|w| w.starts_with("sk-") && w.len() > 20).collect();
    let canaries = keys.into_iter().chain([key]).map(|key| Canary::new("key", &key[3..]));
    let canaries = canaries.chain([Canary::new("prompt", &prompt)]).collect();
    (command, canaries)
}

/// casefile reads the command, sends it, and writes the note.
fn walk(faults: &mut Faults, row: &Row, host: &str, command: &str, canaries: &[Canary]) -> Option<Walk> {
    let place = Place::new();
    let file = place.write("failed.sh", command).display().to_string();
    let given =
        ["note", "--yes", "--retries", "0", "--gateway", "practice", "--format", "json", "--from", &file];
    let arguments: Vec<String> = given.iter().chain(row.options).map(|&a| a.to_owned()).collect();
    let output = place.casefile(&arguments, &[]);
    place.leaks(faults, canaries, &["Ward round", "all is well"], &output);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.code() != Some(0) {
        faults.0.push(format!("exit {:?} with {host}, stderr: {said}", output.status.code()));
        return None;
    }
    place.validate(faults, &output.stdout);
    match serde_json::from_slice(&output.stdout) {
        Ok(note) => Some(Walk { host: host.to_owned(), note, said }),
        Err(error) => {
            faults.0.push(format!("stdout is no JSON: {error}"));
            None
        }
    }
}
