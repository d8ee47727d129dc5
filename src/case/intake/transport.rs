//! Sentences of clients on requests that got no answer.
//!
//! ```text
//! lines that speak (no stack frame, no quoted source) ── words of transport.yaml, by rank ──> kind
//! ```

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use crate::case::catalog::Catalog;
use crate::case::vocabulary::TransportKind;

/// Longer texts are searched in their end only, bytes.
const NEAR: usize = 256 << 10;

/// What the text says of a request without an answer. A gateway that tells of its own upstream's timeout answered, and
/// is none.
pub(super) fn kind(text: &str, catalog: &Catalog) -> Option<TransportKind> {
    found(text, catalog).map(|(kind, _)| kind)
}

/// The kind, and the line that says so.
pub(super) fn found<'t>(text: &'t str, catalog: &Catalog) -> Option<(TransportKind, &'t str)> {
    let mut at = text.len().saturating_sub(NEAR);
    while !text.is_char_boundary(at) {
        at += 1;
    }
    let near = text.get(at..).unwrap_or(text);
    let of_curl = |line: &&str| line.contains("curl: (") || line.contains("cURL error ");
    if let Some(found) =
        near.lines().filter(of_curl).find_map(|line| Some((curl_code(&line.to_lowercase(), catalog)?, line)))
    {
        return Some(found);
    }
    // axios names its own deadline, whatever a program around it says of the connection.
    let of_axios = |line: &&str| line.contains("timeout of ") && line.contains("ms exceeded");
    if let Some(line) = near.lines().find(of_axios) {
        return Some((TransportKind::TotalTimeout, line));
    }
    let is_python = near.contains("File \"");
    // A system's own name for what happened says more than the words that people find for it.
    let named = near.lines().find(|line| {
        let is_plain = !line.trim_start().starts_with("at ") && !line.contains("://");
        is_plain && RESETS.iter().any(|name| line.contains(name))
    });
    let ranked = near.lines().filter_map(|line| {
        let lower = line.to_lowercase();
        let rank = speaks(&lower, is_python).then(|| rank_of(&lower, catalog))??;
        Some((rank, line))
    });
    let (rank, line) = ranked.min_by_key(|(rank, _)| *rank)?;
    let kind = catalog.transport.kind_at(rank)?;
    let worded = kind == TransportKind::Connect && !line.bytes().any(|b| b.is_ascii_digit() || b == b':');
    if let Some(named) = named.filter(|_| worded)
        && let Some(rank) = rank_of(&named.to_lowercase(), catalog)
    {
        return Some((catalog.transport.kind_at(rank)?, named));
    }
    Some((kind, line))
}

/// Names of a connection that stood and broke.
const RESETS: [&str; 2] = ["ECONNRESET", "EPIPE"];

/// The status in this text is the client's own invention: no server sent one.
///
/// `HTTP::Tiny` writes 599 for what it could not do (<https://metacpan.org/pod/HTTP::Tiny>), tornado as well; LWP 500, 501 or
/// 400 (<https://metacpan.org/pod/LWP::UserAgent>, `Client-Warning: Internal response`); aiohttp 400 for an answer that is no
/// HTTP (`aiohttp/http_exceptions.py`); LiteLLM 408 for a timeout of its own (`litellm/exceptions.py`). All read 2026-11-21.
pub(super) fn invents_status(text: &str) -> bool {
    static OWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?x)\b599\ (?:Internal\ Exception|:)|\bHTTP\ 599\b
            |\b500\ (?:Can't\ connect\ to|read\ timeout|read\ failed|write\ (?:timeout|failed)|[Ss]erver\ closed\ connection|Status\ read\ failed|Can't\ verify|Line\ too\ long|EOF\ when|SSL\ )
            |\b50[01]\ (?:Protocol\ scheme|Unsupported\ protocol)
            |\b400\ URL\ (?:must\ be\ absolute|missing)
            |\blitellm\.Timeout:\ APITimeoutError
            |<(?:TransferEncoding|ContentLength)Error:\ 400
            |\b400,\ message[=:]\s*\W{0,2}(?:Expected\ HTTP/|Bad\ status\ line|Bad\ HTTP|Invalid\ |Not\ enough\ data|Data\ after|Got\ more\ than|Can\ not\ decode)",
        )
        .ok()
    });
    OWN.as_ref().is_some_and(|p| p.is_match(text))
}

/// False for a frame of a stack and for the source that Python quotes under it: they name timeouts and sockets whatever
/// failed.
fn speaks(line: &str, is_python: bool) -> bool {
    // Python draws a bar before the lines of an exception's group.
    let line = line.trim_start().strip_prefix("| ").unwrap_or(line);
    let bare = line.trim_start();
    let indent = line.len() - bare.len();
    let is_frame = bare.starts_with("at ")
        && (bare.contains('(') || bare.contains("://") || bare.contains(" async "))
        || bare.starts_with("file \"")
        || bare.starts_with("data: {");
    let is_source = is_python && indent >= 4;
    !(is_frame || is_source)
}

/// The rank of the strongest word of the line.
fn rank_of(line: &str, catalog: &Catalog) -> Option<usize> {
    let known = &catalog.transport;
    if let Some(kind) = of_go(line) {
        return known.groups.iter().position(|group| group.kind == kind);
    }
    let search = catalog.transport_search();
    let found = search.within(line).filter(|(_, start, end)| stands(line, *start, *end));
    let rank = found.map(|(rank, ..)| rank).min()?;
    (!known.of_gateways.iter().any(|word| has_word(line, word))).then_some(rank)
}

/// Go's dialer puts the address between its words: `dial tcp 192.0.2.1:443: i/o timeout`, `dial tcp: lookup h: i/o timeout`;
/// its client ends with the one word `Post "https://h": EOF`.
fn of_go(line: &str) -> Option<TransportKind> {
    if line.trim_end().ends_with("\": eof") {
        return Some(TransportKind::Reset);
    }
    let (_, dial) = line.split_once("dial tcp")?;
    if dial.contains(": lookup ") || dial.starts_with(" lookup ") {
        return Some(TransportKind::Dns);
    }
    (dial.contains("i/o timeout") || dial.contains("connectex:")).then_some(TransportKind::ConnectTimeout)
}

/// True where the match stands for itself: an `errno`'s name is a whole word, a word of an address is none, and a setting
/// is no failure (`timeout=60`, `"timeout": 30`).
fn stands(line: &str, start: usize, end: usize) -> bool {
    let (Some(word), Some(before), Some(after)) = (line.get(start..end), line.get(..start), line.get(end..))
    else {
        return false;
    };
    let letter = |c: char| c.is_ascii_alphanumeric();
    let is_name = word.starts_with('e')
        && word.len() <= 15
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if is_name && (before.ends_with(letter) || after.starts_with(letter)) {
        return false;
    }
    if word == "timeout" || word == "eof" {
        let value = after.trim_start_matches(['"', '\'', ' ', '_', 's']).trim_start();
        let is_set = value.starts_with(['=', ':'])
            && value
                .trim_start_matches(['=', ':', ' '])
                .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '{' | 'n'));
        let is_part = after.starts_with(['_', '=']);
        if is_set || is_part {
            return false;
        }
    }
    let mut from = before.len().saturating_sub(LONGEST_ADDRESS);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    let near = before.get(from..).unwrap_or("");
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '(' | '<' | '`');
    let token = near.rfind(ends).map_or(near, |at| near.get(at..).unwrap_or(""));
    !token.contains("://")
}

/// So far back from a word the begin of an address is looked for, bytes.
const LONGEST_ADDRESS: usize = 300;

/// `word` stands in the line, and not as a part of a host's name, a path or a tag.
fn has_word(line: &str, word: &str) -> bool {
    let joins =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_' | '@' | '[' | ']' | '\'');
    line.match_indices(word).any(|(at, _)| {
        !line.get(..at).is_some_and(|b| b.ends_with(joins))
            && !line.get(at + word.len()..).is_some_and(|a| a.starts_with(joins))
    })
}

/// The line `curl: (N) …` in `text` (lower case), refined by its words where the code covers several failures.
pub(super) fn curl_code(text: &str, catalog: &Catalog) -> Option<TransportKind> {
    let (code, message) = match text.split_once("curl: (") {
        Some((_, after)) => after.split_once(')')?,
        None => text.split_once("curl error ")?.1.split_once(':')?,
    };
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
        _ => catalog.transport.of_curl(code).unwrap_or(TransportKind::Other),
    };
    Some(refined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<TransportKind> {
        super::kind(text, &Catalog::built_in())
    }

    #[test]
    fn a_users_words_go_before_ours() {
        let own = "groups:\n  - {kind: proxy, words: ['Verbindung Abgelehnt', ' ', 'connection refused'], exceptions: [XError]}\n";
        let catalog = crate::case::catalog::read_files([("transport.yaml", own)]).expect("reads");
        let said = |text: &str| super::kind(text, &catalog);
        assert_eq!(said("Fehler: Verbindung abgelehnt"), Some(TransportKind::Proxy));
        assert_eq!(said("connect: connection refused"), Some(TransportKind::Proxy));
        assert_eq!(said("read ECONNRESET"), Some(TransportKind::Reset));
        assert_eq!(said("all is well"), None);
        assert_eq!(catalog.transport.of_exception("XError"), Some(TransportKind::Proxy));
    }

    #[test]
    fn one_long_line_is_searched_in_linear_time() {
        let start = std::time::Instant::now();
        for piece in
            ["timeout", "timeout: 1 ", "connection refused", "upstream timeout/", "curl: (", "eepipe"]
        {
            let _ = kind(&piece.repeat((1 << 20) / piece.len()));
        }
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }

    #[test]
    fn settings_addresses_and_stacks_are_no_failures() {
        for text in [
            "timeout=60, model=m",
            "{\"timeout\": 30, \"model\": \"m\"}",
            "POST https://timeout.h.test/econnrefused",
            "Traceback\n  File \"a.py\", line 1, in f\n    sock.settimeout(timeout)\nValueError: x",
            "    at Timeout.onTimeout (node:net:1:1)",
            "a recipepipe",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }

    #[test]
    fn a_gateways_name_in_an_address_is_no_word_of_a_gateway() {
        assert_eq!(kind("connect ECONNREFUSED api.gateway.test:443"), Some(TransportKind::Connect));
        assert_eq!(kind("upstream: connect ECONNREFUSED"), None);
    }

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
            ("# can't connect\n\nECONNRESET: the socket was closed", Some(TransportKind::Reset)),
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
                Some(TransportKind::TotalTimeout),
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
            ("http: server gave HTTP response to HTTPS client", Some(TransportKind::Tls)),
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
        assert_eq!(
            Catalog::built_in().transport.of_exception("ConnectionRefusedError"),
            Some(TransportKind::Connect)
        );
        assert_eq!(Catalog::built_in().transport.of_exception("gaierror"), Some(TransportKind::Dns));
        assert_eq!(Catalog::built_in().transport.of_exception("BadRequestError"), None);
    }
}
