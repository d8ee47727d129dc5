//! What clients print where no answer came, or none that they can read: a text of each family, and its class.

use super::super::{Record, explain};
use crate::case::catalog::Catalog;
use crate::case::vocabulary::FailureClass as C;

/// Text and class; all of them carry no message of an envelope.
const FAMILIES: &[(&str, C)] = &[
    // Node and libuv.
    (
        "Error: getaddrinfo EAI_AGAIN api.h.test\n    at GetAddrInfoReqWrap.onlookup [as oncomplete] (node:dns:107:26) {\n  errno: -3001,\n  code: 'EAI_AGAIN',\n  syscall: 'getaddrinfo',\n  hostname: 'api.h.test'\n}",
        C::NetworkDns,
    ),
    (
        "TypeError: fetch failed\n    at node:internal/deps/undici/undici:13502:13 {\n  [cause]: AggregateError [ECONNREFUSED]: \n      at internalConnectMultiple (node:net:1118:18) {\n    code: 'ECONNREFUSED',\n    [errors]: [ [Error], [Error] ]\n  }\n}",
        C::NetworkConnect,
    ),
    (
        "TypeError: fetch failed\n  [cause]: ConnectTimeoutError: Connect Timeout Error (attempted address: api.h.test:443, timeout: 10000ms)\n    code: 'UND_ERR_CONNECT_TIMEOUT'",
        C::NetworkConnect,
    ),
    (
        "TypeError: fetch failed\n  [cause]: HeadersTimeoutError: Headers Timeout Error\n  code: 'UND_ERR_HEADERS_TIMEOUT'",
        C::ClientTimeout,
    ),
    ("TypeError: fetch failed\n[cause]: Error: connect EHOSTUNREACH 192.0.2.1:443", C::NetworkConnect),
    ("Error: connect ENETUNREACH 2001:db8::1:443 - Local (:::0)", C::NetworkConnect),
    (
        "Error: write EPIPE\n    at afterWriteDispatched (node:internal/stream_base_commons:161:15)",
        C::NetworkReset,
    ),
    (
        "Error: write EPROTO 140736:error:1408F10B:SSL routines:ssl3_get_record:wrong version number",
        C::NetworkTls,
    ),
    (
        "Error: self-signed certificate in certificate chain\n  code: 'SELF_SIGNED_CERT_IN_CHAIN'",
        C::NetworkTls,
    ),
    (
        "request to https://gateway.h.test/v1/models failed, reason: unable to verify the first certificate, code UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        C::NetworkTls,
    ),
    (
        "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: Host: h",
        C::NetworkTls,
    ),
    ("AxiosError: timeout of 60000ms exceeded\n  code: 'ECONNABORTED'", C::ClientTimeout),
    (
        "AxiosError: Network Error\n  code: 'ERR_NETWORK',\n  cause: Error: connect ECONNREFUSED 127.0.0.1:3000",
        C::NetworkConnect,
    ),
    ("AxiosError: read ECONNRESET", C::NetworkReset),
    ("FetchError: request to https://upstream.h.test/v1 failed, reason: socket hang up", C::NetworkReset),
    ("TypeError: Failed to parse URL from api.h.test/v1/chat/completions", C::PathOrBaseUrl),
    (
        "TypeError: Invalid URL\n    at new URL (node:internal/url:797:36) {\n  code: 'ERR_INVALID_URL',\n  input: 'undefined/chat/completions'\n}",
        C::PathOrBaseUrl,
    ),
    ("TypeError [ERR_INVALID_CHAR]: Invalid character in header content [\"Authorization\"]", C::Auth),
    (
        "TypeError: Cannot convert argument to a ByteString because the character at index 7 has a value of 24744 which is greater than 255. Authorization",
        C::Auth,
    ),
    (
        "Error: The socket connection was closed unexpectedly. For more information, pass `verbose: true`",
        C::NetworkReset,
    ),
    // Python.
    (
        "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='gateway.h.test', port=443): Max retries exceeded with url: /v1 (Caused by NewConnectionError('<urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno 111] Connection refused'))",
        C::NetworkConnect,
    ),
    (
        "requests.exceptions.ConnectionError: ('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
        C::NetworkReset,
    ),
    (
        "requests.exceptions.SSLError: HTTPSConnectionPool(host='h', port=443): Max retries exceeded with url: / (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1000)')))",
        C::NetworkTls,
    ),
    (
        "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='gateway.h.test', port=443): Read timed out. (read timeout=30)",
        C::ClientTimeout,
    ),
    (
        "requests.exceptions.ConnectTimeout: HTTPSConnectionPool(host='h', port=443): Max retries exceeded with url: /v1 (Caused by ConnectTimeoutError(<urllib3.connection.HTTPSConnection object>, 'Connection to h timed out. (connect timeout=5)'))",
        C::NetworkConnect,
    ),
    (
        "requests.exceptions.InvalidSchema: No connection adapters were found for 'htps://h/v1'",
        C::PathOrBaseUrl,
    ),
    (
        "requests.exceptions.InvalidURL: Invalid URL 'https:///v1/chat/completions': No host supplied",
        C::PathOrBaseUrl,
    ),
    (
        "httpx.UnsupportedProtocol: Request URL is missing an 'http://' or 'https://' protocol.",
        C::PathOrBaseUrl,
    ),
    ("httpx.LocalProtocolError: Illegal header value b'Bearer '", C::Auth),
    ("httpx.ConnectError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", C::NetworkTls),
    ("httpx.ConnectError: All connection attempts failed", C::NetworkConnect),
    (
        "Traceback (most recent call last):\n  File \"/a/httpcore/_backends/sync.py\", line 126, in read\n    with map_exceptions(exc_map):\n    sock.settimeout(timeout)\nhttpcore.ConnectError: [Errno 8] nodename nor servname provided, or not known\n\nThe above exception was the direct cause of the following exception:\n\nopenai.APIConnectionError: Connection error.",
        C::NetworkDns,
    ),
    ("httpx.RemoteProtocolError: Server disconnected without sending a response.", C::NetworkReset),
    ("httpx.ReadError: [Errno 104] Connection reset by peer", C::NetworkReset),
    (
        "httpx.RemoteProtocolError: peer closed connection without sending complete message body (incomplete chunked read)",
        C::StreamInterrupted,
    ),
    ("openai.APIConnectionError: Connection error.", C::NetworkConnect),
    ("openai.APITimeoutError: Request timed out.", C::ClientTimeout),
    (
        "aiohttp.client_exceptions.ClientConnectorError: Cannot connect to host gateway.h.test:443 ssl:default [Name or service not known]",
        C::NetworkDns,
    ),
    (
        "aiohttp.client_exceptions.ClientConnectorCertificateError: Cannot connect to host h:443 ssl:True [SSLCertVerificationError: (1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed')]",
        C::NetworkTls,
    ),
    ("aiohttp.client_exceptions.ServerDisconnectedError: Server disconnected", C::NetworkReset),
    (
        "aiohttp.client_exceptions.ClientPayloadError: Response payload is not completed: <TransferEncodingError: 400, message='Not enough data to satisfy transfer length header.'>",
        C::StreamInterrupted,
    ),
    ("urllib.error.URLError: <urlopen error [Errno 61] Connection refused>", C::NetworkConnect),
    ("urllib.error.URLError: <urlopen error unknown url type: htps>", C::PathOrBaseUrl),
    ("http.client.IncompleteRead: IncompleteRead(1200 bytes read)", C::StreamInterrupted),
    ("json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)", C::InvalidResponse),
    (
        "OSError: [WinError 10054] An existing connection was forcibly closed by the remote host",
        C::NetworkReset,
    ),
    (
        "ConnectionRefusedError: [WinError 1225] The remote computer refused the network connection",
        C::NetworkConnect,
    ),
    // Go.
    (
        "Post \"https://gateway.h.test/v1/chat/completions\": dial tcp 192.0.2.1:443: i/o timeout",
        C::NetworkConnect,
    ),
    (
        "Post \"https://h/v1\": dial tcp: lookup h on 192.0.2.53:53: read udp 192.0.2.2:5353->192.0.2.53:53: i/o timeout",
        C::NetworkDns,
    ),
    ("Post \"https://h/v1\": dial tcp: lookup h: server misbehaving", C::NetworkDns),
    ("Get \"https://h/v1/models\": net/http: TLS handshake timeout", C::NetworkTls),
    (
        "Post \"https://h/v1\": net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
        C::ClientTimeout,
    ),
    ("Post \"https://h/v1\": context deadline exceeded", C::ClientTimeout),
    (
        "Post \"https://h/v1\": read tcp 192.0.2.2:52000->192.0.2.1:443: read: connection reset by peer",
        C::NetworkReset,
    ),
    ("Post \"https://h/v1\": EOF", C::NetworkReset),
    ("Post \"https://h/v1\": unexpected EOF", C::NetworkReset),
    (
        "Post \"https://h/v1\": http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR",
        C::NetworkReset,
    ),
    ("Post \"https://h/v1\": http: server gave HTTP response to HTTPS client", C::NetworkTls),
    ("Post \"h/v1\": unsupported protocol scheme \"\"", C::PathOrBaseUrl),
    ("invalid character '<' looking for beginning of value", C::PathOrBaseUrl),
    (
        "Post \"https://h/v1\": proxyconnect tcp: dial tcp 127.0.0.1:7890: connect: connection refused",
        C::NetworkConnect,
    ),
    // Java and Kotlin.
    ("java.net.UnknownHostException: gateway.h.test: Name or service not known", C::NetworkDns),
    (
        "java.net.UnknownHostException: Unable to resolve host \"h\": No address associated with hostname",
        C::NetworkDns,
    ),
    ("java.net.ConnectException: Failed to connect to h/192.0.2.1:443", C::NetworkConnect),
    (
        "java.net.SocketTimeoutException: timeout\n\tat okhttp3.internal.http2.Http2Stream$StreamTimeout.newTimeoutException(Http2Stream.kt:675)",
        C::ClientTimeout,
    ),
    ("java.net.SocketTimeoutException: connect timed out", C::NetworkConnect),
    (
        "javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target",
        C::NetworkTls,
    ),
    ("java.io.IOException: unexpected end of stream on https://h/...", C::NetworkReset),
    ("java.io.IOException: Premature EOF", C::NetworkReset),
    (
        "org.springframework.web.client.ResourceAccessException: I/O error on POST request for \"https://h/v1\": Connection reset",
        C::NetworkReset,
    ),
    ("org.apache.http.NoHttpResponseException: h:443 failed to respond", C::NetworkReset),
    (
        "java.lang.IllegalArgumentException: Expected URL scheme 'http' or 'https' but no scheme was found for h/v1",
        C::PathOrBaseUrl,
    ),
    // Rust.
    (
        "error sending request for url (https://gateway.h.test/v1/chat/completions): error trying to connect: dns error: failed to lookup address information: Name or service not known",
        C::NetworkDns,
    ),
    (
        "reqwest::Error { kind: Request, url: \"https://h/v1\", source: hyper_util::client::legacy::Error(Connect, ConnectError(\"tcp connect error\", Os { code: 111, kind: ConnectionRefused, message: \"Connection refused\" })) }",
        C::NetworkConnect,
    ),
    (
        "error sending request for url (https://h/v1): client error (SendRequest): connection closed before message completed",
        C::NetworkReset,
    ),
    ("error sending request for url (https://h/v1): operation timed out", C::ClientTimeout),
    (
        "error sending request for url (https://h/v1): client error (Connect): invalid peer certificate: UnknownIssuer",
        C::NetworkTls,
    ),
    ("builder error: relative URL without a base", C::PathOrBaseUrl),
    ("error decoding response body: expected value at line 1 column 1", C::InvalidResponse),
    // .NET.
    (
        "System.Net.Http.HttpRequestException: No such host is known. (gateway.h.test:443)\n ---> System.Net.Sockets.SocketException (11001): No such host is known.",
        C::NetworkDns,
    ),
    (
        "System.Net.Http.HttpRequestException: The SSL connection could not be established, see inner exception.\n ---> System.Security.Authentication.AuthenticationException: The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot",
        C::NetworkTls,
    ),
    (
        "System.Net.Http.HttpRequestException: Connection refused (localhost:5001)\n ---> System.Net.Sockets.SocketException (111): Connection refused",
        C::NetworkConnect,
    ),
    (
        "System.Threading.Tasks.TaskCanceledException: The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing.",
        C::ClientTimeout,
    ),
    (
        "System.IO.IOException: Unable to read data from the transport connection: An existing connection was forcibly closed by the remote host.",
        C::NetworkReset,
    ),
    (
        "System.Net.Http.HttpIOException: The response ended prematurely. (ResponseEnded)",
        C::StreamInterrupted,
    ),
    (
        "System.InvalidOperationException: An invalid request URI was provided. Either the request URI must be an absolute URI or BaseAddress must be set.",
        C::PathOrBaseUrl,
    ),
    // PHP and curl.
    (
        "cURL error 6: Could not resolve host: gateway.h.test (see https://curl.haxx.se/libcurl/c/libcurl-errors.html)",
        C::NetworkDns,
    ),
    (
        "GuzzleHttp\\Exception\\ConnectException: cURL error 7: Failed to connect to h port 443 after 3 ms: Couldn't connect to server",
        C::NetworkConnect,
    ),
    (
        "cURL error 28: Operation timed out after 30001 milliseconds with 0 bytes received for https://h/v1",
        C::ClientTimeout,
    ),
    ("cURL error 60: SSL certificate problem: unable to get local issuer certificate", C::NetworkTls),
    ("curl: (3) URL rejected: Malformed input to a URL function", C::PathOrBaseUrl),
    ("curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to h:443", C::NetworkTls),
    ("curl: (97) Can't complete SOCKS5 connection to h. (4)", C::NetworkConnect),
    // Swift, Ruby, Dart, browsers, wget, gRPC.
    (
        "Error Domain=NSURLErrorDomain Code=-1003 \"A server with the specified hostname could not be found.\" UserInfo={NSErrorFailingURLStringKey=https://gateway.h.test/v1}",
        C::NetworkDns,
    ),
    (
        "Error Domain=NSURLErrorDomain Code=-1009 \"The Internet connection appears to be offline.\"",
        C::NetworkConnect,
    ),
    (
        "Error Domain=NSURLErrorDomain Code=-1200 \"An SSL error has occurred and a secure connection to the server cannot be made.\"",
        C::NetworkTls,
    ),
    ("Error Domain=NSURLErrorDomain Code=-1001 \"The request timed out.\"", C::ClientTimeout),
    ("Error Domain=NSURLErrorDomain Code=-1002 \"unsupported URL\"", C::PathOrBaseUrl),
    (
        "Faraday::ConnectionFailed: Failed to open TCP connection to h:443 (getaddrinfo: Name or service not known)",
        C::NetworkDns,
    ),
    ("Net::ReadTimeout with #<TCPSocket:(closed)>", C::ClientTimeout),
    ("EOFError: end of file reached", C::NetworkReset),
    (
        "SocketException: Failed host lookup: 'gateway.h.test' (OS Error: No address associated with hostname, errno = 7)",
        C::NetworkDns,
    ),
    (
        "HandshakeException: Handshake error in client (OS Error: CERTIFICATE_VERIFY_FAILED: unable to get local issuer certificate(handshake.cc:393))",
        C::NetworkTls,
    ),
    ("POST https://gateway.h.test/v1/chat/completions net::ERR_NAME_NOT_RESOLVED", C::NetworkDns),
    ("POST https://h/v1 net::ERR_CONNECTION_TIMED_OUT", C::NetworkConnect),
    ("net::ERR_CERT_DATE_INVALID", C::NetworkTls),
    ("net::ERR_INCOMPLETE_CHUNKED_ENCODING 200 (OK)", C::StreamInterrupted),
    ("wget: unable to resolve host address 'h'", C::NetworkDns),
    ("500 Can't connect to h:443 (Connection refused)", C::NetworkConnect),
    ("SyntaxError: Unexpected end of JSON input", C::InvalidResponse),
    ("SyntaxError: Unexpected token < in JSON at position 0", C::PathOrBaseUrl),
    ("Unexpected token 'I', \"Internal S\"... is not valid JSON", C::InvalidResponse),
];

#[test]
fn what_clients_print_has_its_class() {
    let catalog = Catalog::built_in();
    let mut wrong = Vec::new();
    for (text, class) in FAMILIES {
        let record = Record { text: Some((*text).to_owned()), ..Record::default() };
        let got = explain(&record, None, &catalog);
        let told = got
            .as_ref()
            .map(|g| (g.failure_class, g.error.message.as_ref().map(ToString::to_string), g.status));
        let no_status = told.as_ref().is_some_and(|t| t.2.is_none() || text.contains("200 (OK)"));
        if !told.as_ref().is_some_and(|t| t.0 == *class && t.1.is_none() && no_status) {
            wrong.push(format!("{class}: {text:?}\n    {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), FAMILIES.len(), wrong.join("\n"));
}
