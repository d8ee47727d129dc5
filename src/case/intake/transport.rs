//! Sentences of clients on requests that got no answer.

mod words;

use std::sync::LazyLock;

use regex::Regex;
use words::{CURL_CODES, EXCEPTIONS, WORDS};

use crate::case::vocabulary::TransportKind;

/// What the text says of a request without an answer. A gateway that tells of its own upstream's timeout answered, and
/// is none.
pub(super) fn kind(text: &str) -> Option<TransportKind> {
    let lower = text.to_lowercase();
    if let Some(kind) = curl_code(&lower) {
        return Some(kind);
    }
    let found =
        WORDS.iter().find(|(_, words)| words.iter().any(|w| lower.contains(w))).map(|(kind, _)| *kind)?;
    (!speaks_of_gateway(&lower)).then_some(found)
}

/// What the name of a client's exception says, where its words say nothing.
pub(super) fn of_exception(name: &str) -> Option<TransportKind> {
    EXCEPTIONS.iter().find(|(_, names)| names.contains(&name)).map(|(kind, _)| *kind)
}

/// A server tells of another one behind it. The name of a host, a path or a file is no word of that.
fn speaks_of_gateway(lower: &str) -> bool {
    let quotes =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '(' | ')' | '[' | ']' | ',' | ';');
    let mut before = "";
    lower.split(quotes).any(|word| {
        let bare = word.trim_end_matches(['.', ':', '!', '?']);
        let of_rate = before == "rate" && bare.starts_with("limit");
        before = bare;
        let plain = bare.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-' || b == b'_');
        of_rate
            || (plain
                && ["upstream", "gateway", "backend", "overloaded"].iter().any(|mark| bare.starts_with(mark)))
    })
}

/// The status in this text is the client's own invention: no server sent one.
///
/// `HTTP::Tiny` writes 599 for what it could not do (<https://metacpan.org/pod/HTTP::Tiny>), tornado as well; LWP 500, 501 or
/// 400 (<https://metacpan.org/pod/LWP::UserAgent>, `Client-Warning: Internal response`); aiohttp 400 for an answer that is no
/// HTTP (`aiohttp/http_exceptions.py`). All read 2026-11-21.
pub(super) fn invents_status(text: &str) -> bool {
    static OWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?x)\b599\ (?:Internal\ Exception|:)|\bHTTP\ 599\b
            |\b500\ (?:Can't\ connect\ to|read\ timeout|read\ failed|write\ (?:timeout|failed)|[Ss]erver\ closed\ connection|Status\ read\ failed|Can't\ verify|Line\ too\ long|EOF\ when|SSL\ )
            |\b50[01]\ (?:Protocol\ scheme|Unsupported\ protocol)
            |\b400\ URL\ (?:must\ be\ absolute|missing)
            |\b400,\ message[=:]\s*\W{0,2}(?:Expected\ HTTP/|Bad\ status\ line|Bad\ HTTP|Invalid\ |Not\ enough\ data|Data\ after|Got\ more\ than|Can\ not\ decode)",
        )
        .ok()
    });
    OWN.as_ref().is_some_and(|p| p.is_match(text))
}

/// The line `curl: (N) …` (or PHP's `cURL error N: …`) in `text` (lower case), refined by its words where the code covers
/// several failures.
pub(super) fn curl_code(text: &str) -> Option<TransportKind> {
    let own = text.split_once("curl: (").and_then(|(_, after)| after.split_once(')'));
    let (code, message) =
        own.or_else(|| text.split_once("curl error ").and_then(|(_, after)| after.split_once(':')))?;
    let code: u16 = code.trim().parse().ok()?;
    let message = message.lines().next().unwrap_or("");
    let refined = match code {
        28 if message.contains("connection timed out")
            || message.contains("failed to connect")
            || message.contains("resolving") =>
        {
            TransportKind::ConnectTimeout
        }
        28 if message.contains("with 0 bytes received") || message.contains("0 out of 0 bytes") => {
            TransportKind::FirstByteTimeout
        }
        1 if message.contains("http/") => TransportKind::Protocol,
        56 if message.contains("proxy") || message.contains("tunnel") => TransportKind::Proxy,
        _ => CURL_CODES
            .iter()
            .find(|(_, codes)| codes.contains(&code))
            .map_or(TransportKind::Other, |(kind, _)| *kind),
    };
    Some(refined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_have_their_kind() {
        let table = [
            ("openai.APIConnectionError: Connection error.", Some(TransportKind::Connect)),
            ("openai.APITimeoutError: Request timed out.", Some(TransportKind::TotalTimeout)),
            ("Error: getaddrinfo ENOTFOUND api.example.com", Some(TransportKind::Dns)),
            ("httpx.ConnectError: [Errno -2] Name or service not known", Some(TransportKind::Dns)),
            ("connect ECONNREFUSED 127.0.0.1:443", Some(TransportKind::Connect)),
            ("read ECONNRESET", Some(TransportKind::Reset)),
            (
                "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate",
                Some(TransportKind::Tls),
            ),
            ("timeout of 10000ms exceeded", Some(TransportKind::TotalTimeout)),
            ("curl: (6) Could not resolve host: h", Some(TransportKind::Dns)),
            ("curl: (28) Connection timed out after 5001 milliseconds", Some(TransportKind::ConnectTimeout)),
            (
                "curl: (28) Operation timed out after 5001 milliseconds with 0 bytes received",
                Some(TransportKind::FirstByteTimeout),
            ),
            ("curl: (52) Empty reply from server", Some(TransportKind::Reset)),
            (
                "curl: (60) SSL certificate problem: unable to get local issuer certificate",
                Some(TransportKind::Tls),
            ),
            ("ConnectTimeoutError: Connect Timeout Error", Some(TransportKind::ConnectTimeout)),
            ("TypeError: fetch failed", Some(TransportKind::Other)),
            ("TypeError: fetch failed\n[cause]: SocketError: other side closed", Some(TransportKind::Reset)),
            ("TypeError: terminated", Some(TransportKind::Reset)),
            (
                "[WinError 10054] An existing connection was forcibly closed by the remote host",
                Some(TransportKind::Reset),
            ),
            ("[WinError 10061] 由于目标计算机积极拒绝，无法连接。", Some(TransportKind::Connect)),
            ("[WinError 10060] A connection attempt failed", Some(TransportKind::ConnectTimeout)),
            ("[Errno 11001] getaddrinfo failed", Some(TransportKind::Dns)),
            ("Get \"https://h/v1\": dial tcp: lookup h: no such host", Some(TransportKind::Dns)),
            (
                "Post \"https://h/v1\": dial tcp 1.2.3.4:443: connect: connection refused",
                Some(TransportKind::Connect),
            ),
            (
                "Post \"https://h\": tls: failed to verify certificate: x509: unknown authority",
                Some(TransportKind::Tls),
            ),
            (
                "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
                Some(TransportKind::FirstByteTimeout),
            ),
            ("java.net.UnknownHostException: h", Some(TransportKind::Dns)),
            ("java.net.ConnectException: Connection refused", Some(TransportKind::Connect)),
            ("java.net.SocketException: Connection reset", Some(TransportKind::Reset)),
            ("java.net.SocketTimeoutException: Read timed out", Some(TransportKind::TotalTimeout)),
            ("javax.net.ssl.SSLHandshakeException: PKIX path building failed", Some(TransportKind::Tls)),
            (
                "System.Net.Http.HttpRequestException: No such host is known. (h:443)",
                Some(TransportKind::Dns),
            ),
            ("System.Net.WebException: The remote name could not be resolved: 'h'", Some(TransportKind::Dns)),
            (
                "Faraday::ConnectionFailed: Failed to open TCP connection (Connection refused)",
                Some(TransportKind::Connect),
            ),
            ("Net::OpenTimeout: execution expired, open timeout", Some(TransportKind::ConnectTimeout)),
            ("cURL error 60: SSL certificate problem: self-signed certificate", Some(TransportKind::Tls)),
            (
                "error sending request for url: client error (Connect): dns error: failed to lookup address information",
                Some(TransportKind::Dns),
            ),
            (
                "error trying to connect: tcp connect error: Connection refused (os error 111)",
                Some(TransportKind::Connect),
            ),
            (
                "NSURLErrorDomain Code=-1003 \"A server with the specified hostname could not be found.\"",
                Some(TransportKind::Dns),
            ),
            (
                "NSURLErrorDomain Code=-1004 \"Could not connect to the server.\"",
                Some(TransportKind::Connect),
            ),
            ("NSURLErrorDomain Code=-1005 \"The network connection was lost.\"", Some(TransportKind::Reset)),
            ("NSURLErrorDomain Code=-1001 \"The request timed out.\"", Some(TransportKind::TotalTimeout)),
            (
                "aiohttp.client_exceptions.ClientConnectorError: Cannot connect to host h:443 ssl:default [Connect call failed]",
                Some(TransportKind::Connect),
            ),
            ("net::ERR_CONNECTION_RESET", Some(TransportKind::Reset)),
            // No word of the network: a client that found no key.
            (
                "Could not resolve authentication method. Expected either api_key or auth_token to be set",
                None,
            ),
            ("upstream request timeout", None),
            ("504 Gateway Time-out", None),
            ("model not found", None),
        ];
        for (text, expected) in table {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn hosts_codes_and_addresses_have_their_kind() {
        let table = [
            // The name of a host is no word of a gateway behind a gateway.
            (
                "Failed to resolve 'a-gateway.test' ([Errno -2] Name or service not known)",
                Some(TransportKind::Dns),
            ),
            (
                "Post \"https://backend.h/v1\": dial tcp 1.2.3.4:443: i/o timeout",
                Some(TransportKind::ConnectTimeout),
            ),
            ("the upstream: connection refused", None),
            ("Rate limit reached, connection closed", None),
            ("curl: (1) Protocol \"htps\" not supported or disabled in libcurl", Some(TransportKind::Local)),
            (
                "curl: (92) HTTP/2 stream 1 was not closed cleanly: INTERNAL_ERROR (err 2)",
                Some(TransportKind::Reset),
            ),
            ("curl: (47) Maximum (50) redirects followed", Some(TransportKind::Local)),
            ("curl: (5) Could not resolve proxy: p", Some(TransportKind::Proxy)),
            ("No data received.\nGiving up.", Some(TransportKind::Reset)),
            ("Read error (Connection timed out) in headers.", Some(TransportKind::FirstByteTimeout)),
            ("No scheme supplied. Perhaps you meant https://h?", Some(TransportKind::Local)),
            ("Post \"h/v1\": unsupported protocol scheme \"\"", Some(TransportKind::Local)),
            ("Invalid character in header content [\"Authorization\"]", Some(TransportKind::Local)),
            ("http: server gave HTTP response to HTTPS client", Some(TransportKind::Protocol)),
            ("unexpected end of stream on http://127.0.0.1:1/...", Some(TransportKind::Reset)),
            (
                "Client network socket disconnected before secure TLS connection was established",
                Some(TransportKind::Tls),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn a_clients_own_status_is_known() {
        let table = [
            ("599 Internal Exception\nCould not connect to 'h:80'", true),
            ("HTTP 599: Timeout while connecting", true),
            ("500 Can't connect to h:443 (Name or service not known)", true),
            ("400, message='Expected HTTP/:\\n\\n  b'x'', url='http://h'", true),
            ("500 Internal Server Error", false),
            ("400 URL is not valid", false),
        ];
        for (text, expected) in table {
            assert_eq!(invents_status(text), expected, "{text}");
        }
    }

    #[test]
    fn exceptions_have_their_kind() {
        assert_eq!(of_exception("ConnectionRefusedError"), Some(TransportKind::Connect));
        assert_eq!(of_exception("gaierror"), Some(TransportKind::Dns));
        assert_eq!(of_exception("BadRequestError"), None);
    }
}
