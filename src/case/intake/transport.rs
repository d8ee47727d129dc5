//! Sentences of clients on requests that got no answer.

use crate::case::vocabulary::TransportKind;

/// Words (lower case) and what they mean, the more specific first. From the error texts of curl, Python's `httpx`,
/// `requests` and `aiohttp`, Node's `fetch` and `axios`, Go's `net/http` and Rust's `reqwest`.
const WORDS: &[(TransportKind, &[&str])] = &[
    (
        TransportKind::Proxy,
        &[
            "could not resolve proxy",
            "proxyerror",
            "tunnel connection failed",
            "proxy connect aborted",
            "proxyconnect",
            "unable to connect to proxy",
            "cannot connect to proxy",
        ],
    ),
    (
        TransportKind::Dns,
        &[
            "getaddrinfo",
            "enotfound",
            "eai_again",
            "could not resolve host",
            "could not resolve:",
            "could not contact dns",
            "couldn't resolve host",
            "name or service not known",
            "nodename nor servname",
            "name resolution",
            "nameresolutionerror",
            "no such host",
            "failed to resolve",
            "unknownhost",
            "err_name_not_resolved",
            "dns error",
            "dns lookup",
            "dns resolution",
            "failed to lookup address",
            "lookup timed out",
            "unable to resolve host",
            "cannot resolve host",
            "unresolvedaddress",
            "remote name could not be resolved",
            "hostname could not be found",
            "wsahost_not_found",
            "winerror 11001",
            "code=-1003",
            "不知道这样的主机",
            "域名解析",
            "无法解析",
        ],
    ),
    (
        TransportKind::Tls,
        &[
            "certificate",
            "self_signed_cert",
            "sslerror",
            "ssl error",
            "ssl_error",
            // aiohttp writes `ssl:default` behind every host.
            "ssl: ",
            "[ssl",
            "tls handshake",
            "handshake failure",
            "handshakeexception",
            "self-signed",
            "self signed",
            "wrong version number",
            "err_cert",
            "err_ssl",
            "sslv3",
            "tlsv1",
            "ssl_connect",
            "unknownissuer",
            "x509:",
            "pkix path",
            "secure connection",
            "sec_e_",
            "schannel",
            "err_tls",
            "tls connection",
            "code=-1200",
            "code=-1202",
            "证书",
            "憑證",
        ],
    ),
    (
        TransportKind::ConnectTimeout,
        &[
            "connecttimeout",
            "connect timeout",
            "connection timed out",
            "etimedout",
            "und_err_connect_timeout",
            "connection timeout",
            "connect etimedout",
            "dial tcp: i/o timeout",
            "winerror 10060",
            "wsaetimedout",
            "open timeout",
            "opentimeout",
            "err_connection_timed_out",
            "连接超时",
        ],
    ),
    (
        TransportKind::Connect,
        &[
            "econnrefused",
            "connection refused",
            "failed to connect",
            "couldn't connect",
            "could not connect",
            "no route to host",
            "network is unreachable",
            "ehostunreach",
            "enetunreach",
            "actively refused",
            "all connection attempts failed",
            "err_connection_refused",
            "newconnectionerror",
            "cannot connect to host",
            "winerror 10061",
            "winerror 10065",
            "winerror 10051",
            "wsaeconnrefused",
            "could not connect to the server",
            "tcp connect error",
            "client error (connect)",
            "network is down",
            "err_internet_disconnected",
            "err_address_unreachable",
            "code=-1004",
            "code=-1009",
            "积极拒绝",
            "连接被拒绝",
            "連線被拒",
            "verbindung verweigert",
            "connexion refusée",
            "conexión rechazada",
            "conexão recusada",
            "соединение отклонено",
        ],
    ),
    (
        TransportKind::Reset,
        &[
            "econnreset",
            "connection reset",
            "reset by peer",
            "socket hang up",
            "broken pipe",
            "epipe",
            "server disconnected",
            "remote end closed",
            "connection aborted",
            "remoteprotocolerror",
            "empty reply",
            "recv failure",
            "peer closed connection",
            "unexpected eof",
            "connection closed",
            "incomplete chunked read",
            "chunkedencodingerror",
            "incompleteread",
            "other side closed",
            "und_err_socket",
            "premature close",
            "premature_close",
            "response ended prematurely",
            "transfer closed with",
            "forcibly closed",
            "winerror 10054",
            "winerror 10053",
            "wsaeconnreset",
            "network connection was lost",
            "connection lost",
            "connection was lost",
            "err_connection_reset",
            "err_connection_closed",
            "err_empty_response",
            "connection terminated",
            "connection was closed",
            "use of closed network connection",
            "closed by remote host",
            "transferencodingerror",
            "payload is not completed",
            "code=-1005",
            "远程主机强迫",
            "连接被重置",
            "连接中断",
            "连接已断开",
            "連線中斷",
            "连接被对方重设",
            "соединение разорвано",
        ],
    ),
    (
        TransportKind::FirstByteTimeout,
        &["with 0 bytes received", "und_err_headers_timeout", "headers timeout error"],
    ),
    (TransportKind::IdleTimeout, &["und_err_body_timeout", "body timeout error"]),
    (
        TransportKind::TotalTimeout,
        &[
            "timed out",
            "timeout",
            "deadline exceeded",
            "econnaborted",
            "taskcanceledexception",
            "超时",
            "逾時",
        ],
    ),
    (
        TransportKind::Cancelled,
        &["aborterror", "operation was aborted", "user aborted", "request was aborted", "request aborted"],
    ),
    (
        TransportKind::Protocol,
        &[
            "hpe_invalid",
            "err_http2_protocol_error",
            "http2 framing",
            "stream was not closed cleanly",
            "malformed http",
            "invalid http response",
            "received http/0.9",
            "badstatusline",
        ],
    ),
    (
        TransportKind::Connect,
        &[
            "connection error",
            "connect error",
            "connecterror",
            "apiconnectionerror",
            "connectexception",
            "connection failed",
            "unable to connect",
            "unable to establish",
            "error sending request",
            "无法连接",
            "连接失败",
        ],
    ),
    (TransportKind::Reset, &["typeerror: terminated"]),
    (
        TransportKind::Other,
        &["fetch failed", "failed to fetch", "network error", "networkerror", "err_network", "apiuserabort"],
    ),
];

/// curl's exit codes (<https://curl.se/docs/manpage.html#EXIT>, accessed 2026-11-21), as in `curl: (6) …`.
const CURL_CODES: &[(u16, TransportKind)] = &[
    (1, TransportKind::Protocol),
    (3, TransportKind::Local),
    (5, TransportKind::Proxy),
    (6, TransportKind::Dns),
    (7, TransportKind::Connect),
    (8, TransportKind::Protocol),
    (16, TransportKind::Protocol),
    (18, TransportKind::Reset),
    (28, TransportKind::TotalTimeout),
    (35, TransportKind::Tls),
    (51, TransportKind::Tls),
    (52, TransportKind::Reset),
    (53, TransportKind::Tls),
    (55, TransportKind::Reset),
    (56, TransportKind::Reset),
    (58, TransportKind::Tls),
    (59, TransportKind::Tls),
    (60, TransportKind::Tls),
    (77, TransportKind::Tls),
    (80, TransportKind::Tls),
    (83, TransportKind::Tls),
    (90, TransportKind::Tls),
    (91, TransportKind::Tls),
    (92, TransportKind::Protocol),
    (95, TransportKind::Protocol),
    (97, TransportKind::Proxy),
    (98, TransportKind::Tls),
];

/// What the text says of a request without an answer. A gateway that tells of its own upstream's timeout answered, and
/// is none.
pub(super) fn kind(text: &str) -> Option<TransportKind> {
    let lower = text.to_lowercase();
    if let Some(kind) = curl_code(&lower) {
        return Some(kind);
    }
    let found =
        WORDS.iter().find(|(_, words)| words.iter().any(|w| lower.contains(w))).map(|(kind, _)| *kind)?;
    let of_gateway =
        ["upstream", "gateway", "backend", "overloaded", "rate limit"].iter().any(|w| lower.contains(w));
    (!of_gateway).then_some(found)
}

/// The line `curl: (N) …` in `text` (lower case), refined by its words where the code covers several failures.
pub(super) fn curl_code(text: &str) -> Option<TransportKind> {
    let (_, after) = text.split_once("curl: (")?;
    let (code, message) = after.split_once(')')?;
    let code: u16 = code.parse().ok()?;
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
        56 if message.contains("proxy") => TransportKind::Proxy,
        _ => CURL_CODES.iter().find(|(n, _)| *n == code).map_or(TransportKind::Other, |(_, kind)| *kind),
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
}
