//! Notes about real servers, compared with what these servers really sent: the LiteLLM proxy, aimock behind it, and nginx
//! before it, all on the loopback interface. `.ci/real` installs and starts them and counts the cases that ran.
//!
//! Each case runs casefile three times: JSON on stdout, YAML into a file, Markdown on stdout. The module `scenarios` has
//! the practice gateway's failures served by mountebank, nginx and aimock, and compares the notes.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

#[path = "real/alike.rs"]
mod alike;
#[path = "real/compare.rs"]
mod compare;
#[path = "real/contract.rs"]
mod contract;
#[path = "real/isolate.rs"]
mod isolate;
#[path = "real/leak.rs"]
mod leak;
#[path = "real/others.rs"]
mod others;
#[path = "real/place.rs"]
mod place;
#[path = "real/refusals.rs"]
mod refusals;
#[path = "real/relay.rs"]
mod relay;
#[path = "real/run.rs"]
mod run;
#[path = "real/scenarios.rs"]
mod scenarios;
#[path = "isolate/tree.rs"]
mod tree;
#[path = "real/wire.rs"]
mod wire;

use run::{Case, Key, Route, run};

const FRONT: Route = Route::Relayed("CASEFILE_REAL_FRONT");
const FAULT: Route = Route::Relayed("CASEFILE_REAL_FAULT");

/// Declares one test for each case; all want the servers of `.ci/real`.
macro_rules! cases {
    ($($name:ident: $model:literal, $status:literal, $classes:tt $(, $field:ident: $value:expr)* ;)+) => {
        $(
            #[test]
            #[ignore = "needs the servers of .ci/real"]
            fn $name() {
                run(&Case { $($field: $value,)* ..Case::new(stringify!($name), $model, $status, &$classes) });
            }
        )+
    };
}

// The gateway itself.
cases! {
    success: "mock-ok", 200, ["none"];
    success_with_a_named_key: "mock-ok", 200, ["none"], key: Key::Named("Open");
    success_from_upstream: "up-ok", 200, ["none"];
    missing_auth: "mock-ok", 401, ["auth"], key: Key::Missing;
    invalid_token: "mock-ok", 401, ["auth"], key: Key::Unknown;
    expired_key: "mock-ok", 401, ["auth"], key: Key::Literal("Past");
    used_up_budget: "mock-ok", 422, ["quota_or_billing_claim"], key: Key::Literal("Used"),
        replaceable: &["0.02", "0.01"];
    unknown_model: "no-such-model", 400, ["model_unavailable"];
    unknown_model_upstream: "up-404", 404, ["model_unavailable"];
    doubled_version_in_path: "mock-ok", 404, ["path_or_base_url"], path: "/v1/v1/chat/completions";
    limit_of_the_key: "mock-ok", 429, ["rate_limited"], key: Key::Literal("Rpm2"), before: 2, replaceable: &["SHA-256"];
    limit_of_the_upstream: "up-429", 429, ["rate_limited"];
    server_error: "mock-500", 500, ["upstream_server"];
    server_error_upstream: "up-500", 500, ["upstream_server"];
    text_repeated_in_the_message: "up-ok", 500, ["upstream_server", "request_invalid"], echo: true,
        replaceable: &["ECHO"];
    context_window: "mock-context", 400, ["context_length"];
}

// Streams.
cases! {
    stream: "mock-ok", 200, ["none"], stream: true;
    stream_from_upstream: "up-long", 200, ["none"], stream: true;
    // The gateway hides the cut behind an error event of its own (code 500): both classes say what is in the record.
    stream_with_error_event: "up-cut", 200, ["stream_interrupted", "upstream_server"], stream: true;
    stream_refused: "up-429", 429, ["rate_limited"], stream: true;
    // The connection ends within the stream, after an event: no final chunk.
    stream_cut: "stream-slow", 200, ["stream_interrupted"], stream: true, route: FAULT,
        path: "/stall/v1/chat/completions", key: Key::Upstream;
}

// Before the gateway.
cases! {
    redirect_of_a_wrong_path: "mock-ok", 301, ["path_or_base_url"], route: FRONT, path: "/v2/chat/completions";
    key_repeated_in_a_redirect: "mock-ok", 301, ["path_or_base_url"], route: FRONT, path: "/v2/chat/completions",
        key: Key::Query("Open");
    page_for_a_large_body: "mock-ok", 413, ["payload_too_large"], route: FRONT, padding: 1_200_000;
    page_for_a_timeout: "up-slow", 504, ["gateway_timeout"], route: FRONT;
    page_for_a_dead_upstream: "mock-ok", 502, ["upstream_server"], route: FAULT, path: "/dead/v1/chat/completions";
    web_site_instead_of_an_api: "mock-ok", 200, ["path_or_base_url"], route: FAULT, path: "/site/v1/chat/completions";
}

/// Declares one test for each case in which no answer comes.
macro_rules! failures {
    ($($name:ident: $scheme:literal $server:literal $path:literal, $transport:literal, $class:literal, $trusted:expr ;)+) => {
        $(
            #[test]
            #[ignore = "needs the servers of .ci/real"]
            fn $name() {
                run(&Case {
                    route: Route::Direct($scheme, $server),
                    path: $path,
                    status: None,
                    transport: Some($transport),
                    trusted: $trusted,
                    ..Case::new(stringify!($name), "mock-ok", 0, &[$class])
                });
            }
        )+
    };
}

// Below HTTP.
failures! {
    connection_reset: "http" "CASEFILE_REAL_FAULT" "/rst/v1/chat/completions", "reset", "network_reset", None;
    connection_closed: "http" "CASEFILE_REAL_FAULT" "/close/v1/chat/completions", "reset", "network_reset", None;
    connection_refused: "http" "CASEFILE_REAL_DEAD" "/v1/chat/completions", "connect", "network_connect", None;
    certificate_nobody_trusts: "https" "CASEFILE_REAL_TLS" "/v1/chat/completions", "tls", "network_tls", None;
    certificate_for_another_name: "https" "CASEFILE_REAL_TLS" "/v1/chat/completions", "tls", "network_tls", Some("other-name.crt");
    certificate_expired: "https" "CASEFILE_REAL_EXPIRED" "/v1/chat/completions", "tls", "network_tls", Some("expired.crt");
}

/// The paste may name any host; a key from the environment goes only where the operator says.
#[test]
#[ignore = "needs the servers of .ci/real"]
fn named_key_without_its_host() {
    run::named_key_needs_its_host("named_key_without_its_host");
}
