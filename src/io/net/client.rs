//! The HTTP client of one attempt, with every default off that would falsify evidence.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, redirect, retry};

use super::cause::detail_of;
use super::marks::{Connecting, Marks, TimedResolver};
use super::proxy::{is_loopback, proxy_needs_tls};
use super::tls;

/// Most header lines of an answer over HTTP/1. The stack bounds their bytes at about 400 KiB.
const HEADER_LINES: usize = 256;

/// Largest header list of an answer over HTTP/2, bytes.
const HEADER_LIST: u32 = 256 * 1024;

/// Sent where the request names no other.
const USER_AGENT: &str = concat!("casefile/", env!("CARGO_PKG_VERSION"));

/// A client for one request to `host`; with `direct` past any proxy.
///
/// # Errors
/// Local faults, above all: no CA store on this machine. Says which.
pub(super) fn build(
    scheme: &str,
    host: &str,
    direct: bool,
    connect_ms: u64,
    marks: &Arc<Marks>,
) -> Result<Client, String> {
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .pool_max_idle_per_host(0)
        .connect_timeout(Duration::from_millis(connect_ms))
        .http1_max_headers(HEADER_LINES)
        .http2_max_header_list_size(HEADER_LIST)
        .user_agent(USER_AGENT)
        .dns_resolver(TimedResolver(Arc::clone(marks)))
        .connector_layer(Connecting(Arc::clone(marks)));
    if direct || is_loopback(host) {
        builder = builder.no_proxy();
    }
    builder = if scheme == "https" || (!direct && proxy_needs_tls(host, scheme)) {
        builder.tls_backend_preconfigured(tls::config(marks).map_err(|error| error.to_string())?)
    } else {
        // Without this the stack reads the CA store and fails where there is none, though nothing is encrypted.
        builder.tls_certs_only(std::iter::empty())
    };
    builder.build().map_err(|error| detail_of(&error))
}
