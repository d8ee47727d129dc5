//! Why there is no (whole) answer: the stack's chain of errors, read for its cause.
//!
//! The error types of hyper, h2 and rustls cannot be named from here (they are dependencies of a dependency), so their
//! cause is told by the I/O error kinds in the chain, by what reqwest says of itself, and by the fixed wording of
//! hyper 1.12 and h2 0.4.

use std::error::Error;
use std::io::{self, ErrorKind};

use crate::case::evidence::TransportFailure;
use crate::case::vocabulary::TransportKind;

/// Longest detail text, characters.
const DETAIL: usize = 400;

/// Deepest chain that is followed.
const DEEPEST: usize = 16;

/// What lies between here and the server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// TLS is spoken.
    pub(super) encrypted: bool,
    /// Through a proxy.
    pub(super) proxied: bool,
}

/// The failure that `error` stands for.
pub(super) fn failure(error: reqwest::Error, way: Way) -> TransportFailure {
    let error = error.without_url();
    TransportFailure { kind: kind(&error, way), detail: detail_of(&error) }
}

/// The texts of the chain, outermost first, without the address and without repetitions.
pub(crate) fn detail_of(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for link in chain(error) {
        // reqwest's own texts only say "error sending request", and may quote the URL.
        let text = link.to_string();
        if !link.is::<reqwest::Error>() && !text.is_empty() && !parts.iter().any(|p| p.ends_with(&text)) {
            parts.push(text);
        }
    }
    let joined = if parts.is_empty() { "no cause given".to_owned() } else { parts.join(": ") };
    joined.chars().take(DETAIL).collect()
}

fn kind(error: &reqwest::Error, way: Way) -> TransportKind {
    use TransportKind as K;
    let links = chain(error);
    let texts: Vec<String> = links.iter().map(ToString::to_string).collect();
    let says = |text: &str| texts.iter().any(|t| t.contains(text));
    if error.is_builder() {
        return K::Local;
    }
    if says("tunnel error") {
        return K::Proxy;
    }
    if error.is_dns() {
        return if way.proxied { K::Proxy } else { K::Dns };
    }
    let io = links.iter().rev().find_map(|link| link.downcast_ref::<io::Error>());
    if error.is_connect() {
        return match io {
            // The operating system's own timeout carries its number; ours does not.
            _ if error.is_timeout() && io.is_none_or(|io| io.raw_os_error().is_none()) => K::ConnectTimeout,
            Some(io) => while_connecting(io, way),
            None => K::Connect,
        };
    }
    if let Some(found) = io.and_then(|io| on_connection(io, way)) {
        return found;
    }
    by_wording(&says)
}

fn while_connecting(io: &io::Error, way: Way) -> TransportKind {
    use TransportKind as K;
    match io.kind() {
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof if way.encrypted => K::Tls,
        // TCP refuses before it is connected, and resets only after: then it was the handshake that broke.
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => K::Reset,
        _ if way.proxied => K::Proxy,
        _ => K::Connect,
    }
}

fn on_connection(io: &io::Error, way: Way) -> Option<TransportKind> {
    use TransportKind as K;
    match io.kind() {
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof
        | ErrorKind::NotConnected => Some(K::Reset),
        // A TLS fault has an inner error of the TLS library; hyper's own chunk errors are plain texts.
        ErrorKind::InvalidData if way.encrypted && is_tls_text(&io.to_string()) => Some(K::Tls),
        ErrorKind::InvalidData | ErrorKind::InvalidInput => Some(K::Protocol),
        _ => None,
    }
}

fn is_tls_text(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["alert", "certificate", "corrupt message", "decrypt", "tls", "peer"]
        .iter()
        .any(|word| text.contains(word))
}

fn by_wording(says: &impl Fn(&str) -> bool) -> TransportKind {
    use TransportKind as K;
    let closed = [
        "connection closed before message completed",
        "end of file before message length reached",
        "operation was canceled",
        "channel closed",
        "stream error received",
        "connection error received",
        "connection closed",
        // Over HTTP/2 the I/O error itself is hidden, only its text is left.
        "broken pipe",
        "onnection reset",
        "unexpected end of file",
    ];
    let broken = [
        "invalid HTTP",
        "invalid content-length parsed",
        "unexpected transfer-encoding parsed",
        "message head is too large",
        "received unexpected message",
        "http2 error",
        "invalid chunk",
        "Invalid chunk",
    ];
    if closed.iter().any(|text| says(text)) {
        K::Reset
    } else if broken.iter().any(|text| says(text)) {
        K::Protocol
    } else {
        K::Other
    }
}

/// The error and its causes. An I/O error hides the error that it wraps from `source()`: it is looked into.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut links = Vec::new();
    let mut next = Some(error);
    while let Some(link) = next
        && links.len() < DEEPEST
    {
        links.push(link);
        next = match link.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => link.source(),
        };
    }
    links
}
