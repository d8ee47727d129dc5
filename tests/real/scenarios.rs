//! The practice gateway's failures, served a second time by another program: the notes must be the same.
//!
//! Each case starts a practice gateway, sends the scenario's command through the recording relay, lets another program
//! serve what was recorded (or fail in the same way by itself), sends the same command there, and compares.

use std::collections::BTreeSet;
use std::sync::Arc;

use casefile::io::clock::{SystemClock, system_seed};
use casefile::practice::{Gateway, Options, Scenario, scenarios};
use serde_json::Value;

use crate::alike::{Allowance, Side, alike};
use crate::compare::Faults;
use crate::leak::{Canary, random};
use crate::others::{self, Exchange, Other};
use crate::place::Place;
use crate::relay::{Passed, Relay};
use crate::run::done;

/// A program that can serve a scenario.
enum By {
    /// mountebank: the recorded answer, framed by Node, for the recorded request only.
    Mountebank,
    /// The same, where Node does not write what the practice gateway writes.
    MountebankBut(&'static [Allowance]),
    /// nginx with these lines: it fails by itself.
    Nginx(&'static str, &'static [Allowance]),
    /// aimock: the recorded error or text, in aimock's own events.
    Aimock(&'static [Allowance]),
    /// aimock: as many of the recorded words as came, then silence.
    AimockFallsSilent(&'static [Allowance]),
    /// aimock with 6 s before every first byte.
    AimockComesLate,
}

/// A scenario and who can serve it.
struct Row {
    name: &'static str,
    by: &'static [By],
    /// Without the relay: it passes on neither a reset nor a half-open end.
    direct: bool,
    /// Why no other program can serve it.
    why_not: &'static str,
}

impl Row {
    const fn new(name: &'static str, by: &'static [By]) -> Self {
        Self { name, by, direct: false, why_not: "" }
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

use By::{Aimock, AimockComesLate, AimockFallsSilent, Mountebank, MountebankBut, Nginx};

const fn may(at: &'static str, why: &'static str) -> Allowance {
    Allowance { at, why }
}

/// Node writes its own phrase behind a status.
const PHRASE: &[Allowance] = &[may("/response/reason", "Node's phrase")];

/// aimock sends its ids as `x-request-id`, without a time in them, no server line, and events and objects with fewer fields.
const AIMOCK_STREAM: &[Allowance] = &[
    may("/response/request_ids/0/source", "aimock's id header"),
    may("/response/request_ids/0/decoded_time", "aimock's ids hold no time"),
    may("/response/edge/server", "aimock sends none"),
    may("/response/body", "the length of aimock's events"),
    may("/response/body_bytes", "the length of aimock's events"),
    may("/stream/bytes", "the length of aimock's events"),
];

/// aimock's words are all of one length, and it counts tokens only where that was asked for.
const AIMOCK_STREAM_WHOLE: &[Allowance] = &[
    may("/response/request_ids/0/source", "aimock's id header"),
    may("/response/request_ids/0/decoded_time", "aimock's ids hold no time"),
    may("/response/edge/server", "aimock sends none"),
    may("/response/body", "the length of aimock's events"),
    may("/response/body_bytes", "the length of aimock's events"),
    may("/stream/bytes", "the length of aimock's events"),
    may("/stream/events", "the number of aimock's events"),
    may("/stream/usage_seen", "aimock counts only where it was asked for"),
    may("/response/usage", "aimock counts only where it was asked for"),
];

/// The same for a whole answer, as far as its shape is shown.
const AIMOCK_WHOLE: &[Allowance] = &[
    may("/response/content_type", "aimock names no charset"),
    may("/response/request_ids/0/source", "aimock's id header"),
    may("/response/request_ids/0/decoded_time", "aimock's ids hold no time"),
    may("/response/edge/server", "aimock sends none"),
    may("/response/body/id", "aimock's ids are shorter"),
    may("/response/body/choices/0/message/refusal", "aimock states none"),
    may("/response/body/usage", "aimock counts otherwise"),
    may("/response/usage", "aimock counts otherwise"),
    may("/response/body_bytes", "all these"),
];

/// The message of an error carries the gateway's id too.
const AIMOCK_ERROR: &[Allowance] = &[
    may("/response/content_type", "aimock names no charset"),
    may("/response/request_ids", "the gateway's id stands in the message only, aimock's in its header"),
    may("/response/edge/server", "aimock sends none"),
];

/// Every 429 of aimock has a wait and six limits.
const AIMOCK_429: &[Allowance] = &[
    may("/response/content_type", "aimock names no charset"),
    may("/response/request_ids", "the gateway's id stands in the message only, aimock's in its header"),
    may("/response/edge/server", "aimock sends none"),
    may("/response/headers", "aimock's limits"),
    may("/response/retry_after_ms", "aimock's wait"),
];

/// nginx puts a page into every redirect, Go (which the gateways are written in) does not for a POST.
const REDIRECT: &[Allowance] = &[
    may("/response/edge/server", "nginx"),
    may("/response/content_type", "the page"),
    may("/response/body_bytes", "the page"),
    may("/response/body", "the page"),
    may("/response/error", "the page"),
    may("/missing_evidence/response.error.code", "the page holds none"),
    may("/missing_evidence/response.error.type", "the page holds none"),
    may("/missing_evidence/response.body", "there is the page"),
    may("/redactions/counts/text", "the page is shown by its shape"),
];

/// The same, where Go has a page too.
const REDIRECT_GET: &[Allowance] = &[
    may("/response/edge/server", "nginx"),
    may("/response/content_type", "nginx names no charset"),
    may("/response/error/page_title", "Go's page has no title"),
    may("/response/body_bytes", "the page"),
    may("/response/body", "the page"),
];

/// The recorded events again and again, slowly: more than anybody waits for.
const ENDLESS: &str = "location / { root @DIR@; default_type text/event-stream; limit_rate 4k;
    add_header x-cometapi-request-id @ID@; error_page 405 =200 /endless; try_files /endless =404; }";

/// nginx sends it as bytes, not event by event.
const ENDLESS_MAY: &[Allowance] = &[
    may("/response/edge/server", "nginx"),
    may("/response/body", "as much as came in the time"),
    may("/response/body_bytes", "as much as came in the time"),
    may("/stream/events", "as much as came in the time"),
    may("/stream/bytes", "as much as came in the time"),
    may("/stream/content_chars", "as much as came in the time"),
];

/// The recorded packed body as a file.
const PACKED: &str = "location / { root @DIR@; default_type 'application/json; charset=utf-8'; add_header content-encoding gzip;
    add_header x-cometapi-request-id @ID@; error_page 405 =200 /body; try_files /body =404; }";

table! {
    invalid_token: "invalid-token", [Mountebank];
    missing_auth: "missing-auth", [Mountebank];
    token_quota: "token-quota", [Mountebank];
    balance: "balance", [Mountebank];
    task_balance: "task-balance", [Mountebank];
    group_disabled: "group-disabled", [Mountebank];
    ip_allowlist: "ip-allowlist", [Mountebank];
    waf_403: "waf-403", [Mountebank];
    missing_model: "missing-model", [Mountebank];
    missing_messages: "missing-messages", [Mountebank];
    image_edit_no_file: "image-edit-no-file", [Mountebank];
    provider_refused_parameter: "provider-refused-parameter", [Mountebank];
    unknown_model: "unknown-model", [Mountebank];
    price_not_set: "price-not-set", [Mountebank];
    wrong_path: "wrong-path", [Mountebank, Nginx("return 301 https://www.cometapi.com$request_uri;", REDIRECT)];
    wrong_method: "wrong-method", [Mountebank, Nginx("return 301 https://www.cometapi.com$request_uri;", REDIRECT_GET)];
    stock_404: "stock-404", [Mountebank];
    html_200: "html-200", [Mountebank];
    api_not_implemented: "api-not-implemented", [Mountebank];
    body_too_large_json: "body-too-large-json", [MountebankBut(PHRASE)];
    body_too_large_nginx: "body-too-large-nginx", [MountebankBut(PHRASE), Nginx("client_max_body_size 10;", &[])];
    saturated_429: "saturated-429", [Mountebank, Aimock(AIMOCK_429)];
    empty_429: "empty-429", [Mountebank];
    context_length_429: "context-length-429", [Mountebank, Aimock(AIMOCK_429)];
    midjourney_busy: "midjourney-busy", [Mountebank];
    server_error_500: "server-error-500", [Mountebank, Aimock(AIMOCK_ERROR)];
    provider_opaque: "provider-opaque", [Mountebank, Aimock(AIMOCK_ERROR)];
    nested_gateways: "nested-gateways", [Mountebank];
    bad_gateway_502: "bad-gateway-502", [Mountebank, Nginx("location / { proxy_pass http://@DEAD@; }", &[])];
    gateway_timeout_504: "gateway-timeout-504", [MountebankBut(PHRASE), Nginx("location / { proxy_pass http://@SILENT@; proxy_read_timeout 1s; }", &[])];
    origin_timeout_524: "origin-timeout-524", [MountebankBut(PHRASE)];
    connection_reset: "connection-reset", [Nginx("reset_timedout_connection on; return 444;", &[])], direct: true;
    slow_first_byte: "slow-first-byte", [Mountebank];
    hanging: "hanging", [AimockComesLate, Nginx("location / { proxy_pass http://@SILENT@; }", &[])], direct: true;
    stream_cut: "stream-cut", [Aimock(AIMOCK_STREAM)];
    done_without_reason: "done-without-reason", [Mountebank];
    stream_error_event: "stream-error-event", [Mountebank];
    stream_stalled: "stream-stalled", [AimockFallsSilent(AIMOCK_STREAM)];
    endless_stream: "endless-stream", [Nginx(ENDLESS, ENDLESS_MAY)];
    error_in_200: "error-in-200", [Mountebank];
    empty_200: "empty-200", [Mountebank];
    length_cut: "length-cut", [Mountebank];
    content_filtered: "content-filtered", [Mountebank];
    task_fails_later: "task-fails-later", [Mountebank];
    task_without_reason: "task-without-reason", [Mountebank];
    key_echo: "key-echo", [Mountebank];
    gemini_bad_key: "gemini-bad-key", [Mountebank];
    decompression_bomb: "decompression-bomb", [Mountebank, Nginx(PACKED, &[may("/response/edge/server", "nginx")])];
    stream_ok: "stream-ok", [Mountebank, Aimock(AIMOCK_STREAM_WHOLE)];
    ok: "ok", [Mountebank, Aimock(AIMOCK_WHOLE)];
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

/// The practice gateway with a relay before each of its two addresses, or without.
struct Practice {
    gateway: Gateway,
    relays: Option<[Relay; 2]>,
}

impl Practice {
    fn start(direct: bool) -> Self {
        let options = Options::new(Arc::new(SystemClock::new()), system_seed());
        let gateway = Gateway::start(options).expect("a free port");
        let relays = [gateway.base_url(), gateway.stock_url()].map(|url| host(&url));
        let relays = (!direct).then(|| relays.map(|server| Relay::to(&server)));
        Self { gateway, relays }
    }

    /// The scenario's command with a canary in each of its prompts, what must not get out, and the host in the command.
    fn command(&self, scenario: &Scenario) -> (String, Vec<Canary>, String) {
        let prompt = random(24);
        let mut command = self.gateway.paste(scenario);
        let mut hosts = [self.gateway.base_url(), self.gateway.stock_url()].map(|url| host(&url));
        for (own, relay) in hosts.iter_mut().zip(self.relays.iter().flatten()) {
            command = command.replace(own.as_str(), &relay.address());
            *own = relay.address();
        }
        let asked: Vec<_> = hosts.into_iter().filter(|host| command.contains(host.as_str())).collect();
        let [host] = asked.try_into().expect("one host in the command");
        let fields = ["content", "prompt", "input", "text"].map(|name| format!("\"{name}\": \""));
        for start in fields.into_iter().chain(["\"prompt=".to_owned()]) {
            command = command.replace(&start, &format!("{start}Ward round {prompt}. "));
        }
        let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let words = command.split(|c| !word(c)).chain([self.gateway.key()]);
        let keys: BTreeSet<&str> = words.filter(|w| w.starts_with("sk-") && w.len() > 20).collect();
        let canaries = keys.into_iter().map(|key| Canary::new("key", &key[3..]));
        let canaries = canaries.chain([Canary::new("prompt", &prompt)]).collect();
        (command, canaries, host)
    }

    /// What passed through the relays.
    fn finish(self) -> Vec<Passed> {
        let passed = self.relays.into_iter().flatten().flat_map(Relay::finish);
        passed.filter(|passed| !passed.request.is_empty()).collect()
    }
}

fn host(url: &str) -> String {
    url.trim_start_matches("http://").to_owned()
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
    let practice = Practice::start(row.direct);
    let (command, canaries, host) = practice.command(scenario);
    let ours = walk(&mut faults, &host, &command, &canaries);
    let passed = practice.finish();
    faults.check(row.direct || passed.len() == 1, || format!("{} requests instead of one", passed.len()));
    let exchange = passed.first().and_then(Exchange::of);
    for by in row.by {
        let (program, other, allowed) = serve(by, exchange.as_ref());
        let command = command.replace(&host, &other.host);
        let mut found = Faults::default();
        let theirs = walk(&mut found, &other.host, &command, &canaries);
        if let (Some(ours), Some(theirs)) = (&ours, &theirs) {
            let same_ids = matches!(by, Mountebank | MountebankBut(_));
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
        MountebankBut(allowed) => ("mountebank", others::mountebank(recorded()), allowed),
        Nginx(lines, allowed) => ("nginx", others::nginx(lines, exchange), allowed),
        Aimock(allowed) => ("aimock", others::aimock(recorded(), false), allowed),
        AimockFallsSilent(allowed) => ("aimock", others::aimock(recorded(), true), allowed),
        AimockComesLate => ("aimock", others::running("CASEFILE_REAL_SLOW"), &[]),
    }
}

/// casefile reads the command, sends it, and writes the note.
fn walk(faults: &mut Faults, host: &str, command: &str, canaries: &[Canary]) -> Option<Walk> {
    let place = Place::new();
    let file = place.write("failed.sh", command).display().to_string();
    let given =
        ["note", "--yes", "--retries", "0", "--gateway", "practice", "--format", "json", "--from", &file];
    let arguments: Vec<String> = given.iter().map(|&a| a.to_owned()).collect();
    let output = place.casefile(&arguments, &[]);
    place.leaks(faults, canaries, &["Ward round", "all is well"], &output);
    // Our own id of the attempt begins with the number of the case.
    let said = String::from_utf8_lossy(&output.stderr);
    let said: String = said
        .lines()
        .filter(|line| !line.contains("x-client-request-id"))
        .flat_map(|line| [line, "\n"])
        .collect();
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
