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
const UPSTREAM: Route = Route::Relayed("CASEFILE_REAL_UPSTREAM");
const LLAMA: Route = Route::Relayed("CASEFILE_REAL_LLAMA");
const PRISM: Route = Route::Relayed("CASEFILE_REAL_PRISM");
const HAPROXY: Route = Route::Relayed("CASEFILE_REAL_HAPROXY");

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

// What the gateway makes of its upstream's failures.
cases! {
    no_model: "", 400, ["request_invalid"], raw: Some(r#"{"messages":[{"role":"user","content":"Ward round"}]}"#);
    a_list_as_body: "", 500, ["upstream_server"], raw: Some("[]");
    json_without_an_end: "", 400, ["request_invalid"], raw: Some(r#"{"model": "mock-ok", "messages": ["#);
    base_url_without_v1: "mock-ok", 200, ["none"], path: "/chat/completions";
    trailing_slash: "mock-ok", 307, ["path_or_base_url"], path: "/v1/chat/completions/";
    // A bad request by its type; only its last word says more.
    content_rule: "mock-filter", 400, ["content_policy", "request_invalid"];
    time_out_of_the_gateway: "mock-timeout", 408, ["gateway_timeout"];
    key_of_the_gateway_refused: "up-401", 401, ["auth"];
    overloaded_upstream: "up-503", 503, ["upstream_server"];
    // Refused, an unknown name and a certificate: the gateway says the same of the three.
    upstream_refuses_connections: "up-refused", 500, ["upstream_server"];
    upstream_without_a_name: "up-dns", 500, ["upstream_server"];
    upstream_with_a_certificate_nobody_trusts: "up-tls", 500, ["upstream_server"];
    late_upstream: "up-slow-408", 408, ["gateway_timeout"];
    page_of_502_from_upstream: "up-502-html", 502, ["upstream_server"];
    page_of_504_from_upstream: "up-504-html", 504, ["gateway_timeout"];
    redirect_from_upstream: "up-301", 500, ["upstream_server"];
    web_site_as_upstream: "up-200-html", 500, ["upstream_server"];
    junk_from_upstream: "up-malformed", 500, ["upstream_server"];
    // A page or junk becomes a stream that ends well and holds nothing.
    page_as_an_empty_stream: "up-200-html", 200, ["invalid_response"], stream: true;
    junk_as_an_empty_stream: "up-malformed", 200, ["invalid_response"], stream: true;
    stream_that_lost_its_upstream: "up-disconnect", 200, ["stream_interrupted", "upstream_server"], stream: true;
}

// aimock itself.
cases! {
    aimock_limit: "err-429", 429, ["rate_limited"], route: UPSTREAM, key: Key::Upstream;
    aimock_overload: "err-503", 503, ["upstream_server"], route: UPSTREAM, key: Key::Upstream;
    aimock_stream_cut: "stream-cut", 200, ["stream_interrupted"], stream: true, route: UPSTREAM, key: Key::Upstream;
    aimock_stream_disconnected: "stream-disconnect", 200, ["stream_interrupted"], stream: true, route: UPSTREAM, key: Key::Upstream;
    aimock_junk: "chaos-malformed", 200, ["invalid_response"], route: UPSTREAM, key: Key::Upstream;
}

// The llama.cpp server.
cases! {
    llama_without_a_key: "tiny-random", 401, ["auth"], route: LLAMA, key: Key::Missing;
    llama_with_another_key: "tiny-random", 401, ["auth"], route: LLAMA, key: Key::Unknown;
    llama_wrong_type: "tiny-random", 400, ["request_invalid"], route: LLAMA, key: Key::Llama,
        with: &[("temperature", r#""warm""#)];
    llama_two_answers: "tiny-random", 400, ["unsupported_parameter"], route: LLAMA, key: Key::Llama,
        with: &[("n", "2")];
    llama_negative_limit: "tiny-random", 400, ["request_invalid"], route: LLAMA, key: Key::Llama,
        with: &[("max_tokens", "-5")];
    llama_no_messages: "tiny-random", 400, ["request_invalid"], route: LLAMA, key: Key::Llama, with: &[("messages", "[]")];
    llama_unknown_role: "tiny-random", 400, ["request_invalid"], route: LLAMA, key: Key::Llama,
        with: &[("messages", r#"[{"role":"narrator","content":"Ward round"}]"#)];
    llama_picture: "tiny-random", 500, ["unsupported_parameter"], route: LLAMA, key: Key::Llama,
        with: &[("messages", r#"[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]"#)];
    llama_context: "tiny-random", 400, ["context_length"], route: LLAMA, key: Key::Llama, padding: 20_000;
    llama_wrong_path: "tiny-random", 404, ["path_or_base_url"], route: LLAMA, key: Key::Llama, path: "/v1/v1/chat/completions";
    llama_embeddings: "tiny-random", 501, ["unsupported_parameter"], route: LLAMA,
        key: Key::Llama, path: "/v1/embeddings";
}

// Prism with its contract.
cases! {
    prism_without_a_key: "gpt-4o-mini", 401, ["auth"], route: PRISM, key: Key::Missing;
    prism_wrong_value: "gpt-4o-mini", 422, ["request_invalid"], route: PRISM, with: &[("temperature", "9")];
    prism_wrong_path: "gpt-4o-mini", 404, ["path_or_base_url"], route: PRISM, path: "/chat/completions";
}

// HAProxy and nginx of their own.
cases! {
    haproxy_dead_server: "gpt-4o-mini", 503, ["upstream_server"], route: HAPROXY, path: "/dead/v1/chat/completions";
    haproxy_slow_server: "gpt-4o-mini", 504, ["gateway_timeout"], route: HAPROXY, path: "/slow/v1/chat/completions";
    haproxy_limit: "gpt-4o-mini", 429, ["rate_limited"], route: HAPROXY, path: "/rate/v1/chat/completions";
    haproxy_stream_cut: "stream-slow", 200, ["stream_interrupted"], stream: true, route: HAPROXY, path: "/stall/v1/chat/completions",
        key: Key::Upstream;
    haproxy_slow_head: "gpt-4o-mini", 408, ["upstream_server"],
        route: Route::Dripping("CASEFILE_REAL_HAPROXY", 2_500);
    proxy_without_a_password: "gpt-4o-mini", 407, ["network_connect"], route: Route::Proxied("CASEFILE_REAL_PROXY");
    limit_as_a_page: "mock-ok", 429, ["rate_limited"], route: FAULT, path: "/limited/v1/chat/completions", before_at: "CASEFILE_REAL_FAULT", before: 1;
    limit_with_a_wait: "mock-ok", 429, ["rate_limited"], route: FAULT, path: "/limited-json/v1/chat/completions",
        before_at: "CASEFILE_REAL_FAULT", before: 1;
    moved_for_good: "mock-ok", 301, ["path_or_base_url"], route: FAULT, path: "/r301/v1/chat/completions";
    moved_to_a_login: "mock-ok", 302, ["path_or_base_url"], route: FAULT, path: "/r302/v1/chat/completions";
    moved_with_its_method: "mock-ok", 308, ["path_or_base_url"], route: FAULT, path: "/r308/v1/chat/completions";
    page_of_a_firewall: "mock-ok", 403, ["permission_or_waf"], route: FAULT, path: "/e403/v1/chat/completions";
    page_of_503: "mock-ok", 503, ["upstream_server"], route: FAULT, path: "/e503/v1/chat/completions";
    empty_524: "mock-ok", 524, ["gateway_timeout"], route: FAULT, path: "/e524/v1/chat/completions";
    plain_text_on_a_tls_port: "mock-ok", 400, ["path_or_base_url"], route: Route::Relayed("CASEFILE_REAL_TLS");
    body_cut: "mock-ok", 200, ["stream_interrupted"], route: FAULT, path: "/cut/v1/chat/completions";
    body_stalled: "mock-ok", 200, ["client_timeout"], route: Route::Relayed("CASEFILE_REAL_CUT"), more: &["--idle-timeout", "1"];
}

/// Declares one test for each case in which no answer comes.
macro_rules! failures {
    ($($name:ident: $scheme:literal $server:literal $path:literal, $transport:literal, $class:literal, $trusted:expr
        $(, $field:ident: $value:expr)* ;)+) => {
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
                    $($field: $value,)*
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
    tls_on_a_plain_port: "https" "CASEFILE_REAL_FAULT" "/v1/chat/completions", "tls", "network_tls", None;
    name_that_nobody_has: "http" "gateway.invalid:80" "/v1/chat/completions", "dns", "network_dns", None;
    answer_that_does_not_begin: "http" "CASEFILE_REAL_SLOW" "/v1/chat/completions", "first_byte_timeout", "client_timeout", None,
        more: &["--first-byte-timeout", "1"];
    tunnel_without_a_password: "https" "gateway.invalid:443" "/v1/chat/completions", "proxy", "network_connect", None,
        proxy: Some("CASEFILE_REAL_PROXY");
}

/// The paste may name any host; a key from the environment goes only where the operator says.
#[test]
#[ignore = "needs the servers of .ci/real"]
fn named_key_without_its_host() {
    run::named_key_needs_its_host("named_key_without_its_host");
}
