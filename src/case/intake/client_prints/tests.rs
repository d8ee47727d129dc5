//! Prints as programs write them, and the exchanges that they show.

use crate::case::catalog::Catalog;
use crate::case::evidence::Outcome;
use crate::case::intake::read_all;
use crate::case::keyring::KeyRing;

/// Each piece: method, address, the request's headers and body, the status, one header and the body of the answer.
fn shown(text: &str) -> Vec<String> {
    let mut ring = KeyRing::default();
    let pieces = read_all(text, &|_| None, &Catalog::built_in(), &mut ring);
    let each = pieces.iter().map(|piece| {
        let intake = &piece.intake;
        let (method, url, sent) = match &intake.draft {
            Some(draft) => {
                let headers: Vec<String> =
                    draft.headers.iter().map(|h| format!("{}={}", h.name, h.value)).collect();
                (draft.method.clone(), draft.url.clone(), format!("[{}] {}", headers.join(", "), draft.body))
            }
            None => (
                intake.said.method.clone().unwrap_or_default(),
                intake.said.url.clone().unwrap_or_default(),
                "-".to_owned(),
            ),
        };
        let came = match intake.observed.as_ref().map(|observed| &observed.outcome) {
            None => "-".to_owned(),
            Some(Outcome::Transport(failure)) => format!("{:?}", failure.kind),
            Some(Outcome::Response(response)) => {
                let id = response.headers.iter().find(|(name, _)| name.ends_with("-id"));
                let id = id.map_or("-", |(_, value)| value.as_str());
                format!("{:?} {id} {}", response.status, String::from_utf8_lossy(&response.body))
            }
        };
        format!("{method} {url} {sent} | {came}")
    });
    each.collect()
}

#[test]
fn prints_of_clients_are_exchanges() {
    let table: [(&str, &[&str]); 14] = [
        // OkHttp: bare, with two calls, behind Android's prefix, through java.util.logging, failed.
        (
            "--> GET https://h.test/v1/a\n--> END GET\n<-- 200 OK https://h.test/v1/a (3ms)\nx-request-id: r1\n\n[]\n<-- END HTTP (2-byte body)\n\
             --> POST https://h.test/v1/b h2\nContent-Type: application/json\n\n{\"a\":\n1}\n--> END POST (9-byte body)\n<-- 500 https://h.test/v1/b (12ms, 2-byte body)\nx-request-id: r2\n\n{}\n<-- END HTTP (2-byte body)",
            &[
                "GET https://h.test/v1/a - | Some(200) r1 []",
                "POST https://h.test/v1/b [Content-Type=application/json] {\"a\":\n1} | Some(500) r2 {}",
            ],
        ),
        (
            "11-23 10:00:00.1 12 34 D OkHttp  : --> PUT https://h.test/v1/a\n11-23 10:00:00.1 12 34 D OkHttp  : X-A: b\n11-23 10:00:00.2 12 34 W Other   : X-C: d\n11-23 10:00:00.1 12 34 D OkHttp  :\n11-23 10:00:00.1 12 34 D OkHttp  : {}\n11-23 10:00:00.1 12 34 D OkHttp  : --> END PUT (2-byte body)\n11-23 10:00:00.4 12 34 D OkHttp  : <-- 404 Not Found https://h.test/v1/a (333ms)\n11-23 10:00:00.4 12 34 D OkHttp  : x-request-id: r3\n11-23 10:00:00.4 12 34 D OkHttp  : <-- END HTTP",
            &["PUT https://h.test/v1/a [X-A=b] {} | Some(404) r3 "],
        ),
        (
            "Nov 23, 2026 10:00:00 AM okhttp3.internal.platform.Platform log\nINFO: --> POST https://h.test/v1/a http/1.1\nNov 23, 2026 10:00:00 AM okhttp3.internal.platform.Platform log\nINFO: X-A: b\nNov 23, 2026 10:00:00 AM okhttp3.internal.platform.Platform log\nINFO: --> END POST (0-byte body)\nNov 23, 2026 10:00:03 AM okhttp3.internal.platform.Platform log\nINFO: <-- HTTP FAILED: java.net.SocketTimeoutException: timeout",
            &["POST https://h.test/v1/a [X-A=b]  | TotalTimeout"],
        ),
        // Ruby.
        (
            "opening connection to h.test:443...\nopened\n<- \"POST /v1/x HTTP/1.1\\r\\nX-A: b\\r\\nHost: h.test\\r\\n\\r\\n\"\n<- \"{\\\"a\\\":\\\"\\u00e4\\\"}\"\n-> \"HTTP/1.1 429 Too Many Requests\\r\\n\"\n-> \"X-Request-Id: r4\\r\\n\"\n-> \"Transfer-Encoding: chunked\\r\\n\"\n-> \"\\r\\n\"\n-> \"2\\r\\n\"\nreading 2 bytes...\n-> \"{}\"\n-> \"\\r\\n\"\n-> \"0\\r\\n\"\n-> \"\\r\\n\"\nConn close",
            &["POST https://h.test/v1/x [X-A=b] {\"a\":\"ä\"} | Some(429) r4 {}"],
        ),
        // wget -d and -S.
        (
            "--2026-11-23 10:00:00--  http://h.test/v1/x\n---request begin---\nPOST /v1/x HTTP/1.1\nHost: h.test\nX-A: b\nContent-Length: 7\n\n---request end---\n[POST data: {\"a\":1}]\nHTTP request sent, awaiting response... \n---response begin---\nHTTP/1.1 403 Forbidden\nx-request-id: r5\n\n---response end---\n403 Forbidden\n",
            &["POST http://h.test/v1/x [X-A=b] {\"a\":1} | Some(403) r5 "],
        ),
        (
            "--2026-11-23 10:00:00--  https://h.test/v1/x\nConnecting to h.test (h.test)|10.0.0.1|:443... connected.\nHTTP request sent, awaiting response... \n  HTTP/1.1 401 Unauthorized\n  x-request-id: r6\n\nUsername/Password Authentication Failed.",
            &[" https://h.test/v1/x - | Some(401) r6 "],
        ),
        // langchain4j.
        (
            "INFO x : HTTP request:\n- method: POST\n- url: https://h.test/v1/x\n- headers: [X-A: b], [X-C: d, e]\n- body: {\n  \"a\" : 1\n}\n\nINFO x : HTTP response:\n- status code: 400\n- headers: [x-request-id: r7]\n- body: {\"error\":{\"message\":\"m\"}}\nINFO y : done",
            &[
                "POST https://h.test/v1/x [X-A=b, X-C=d, e] {\n  \"a\" : 1\n} | Some(400) r7 {\"error\":{\"message\":\"m\"}}",
            ],
        ),
        // Azure's for Python.
        (
            "INFO Request URL: 'https://h.test/v1/x?api-version=1'\nRequest method: 'POST'\nRequest headers:\n    'Content-Type': 'application/json'\n    'X-A': \"it's\"\nA body is sent with the request\nINFO Response status: 429\nResponse headers:\n    'apim-request-id': 'r8'",
            &["POST https://h.test/v1/x?api-version=1 [Content-Type=application/json]  | Some(429) r8 "],
        ),
        // .NET, also with a second try and with the words of the exception below it.
        (
            "info: System.Net.Http.HttpClient.a.LogicalHandler[100]\n      Start processing HTTP request POST https://h.test/v1/x\ninfo: System.Net.Http.HttpClient.a.ClientHandler[100]\n      Sending HTTP request POST https://h.test/v1/x\ninfo: System.Net.Http.HttpClient.a.ClientHandler[101]\n      Received HTTP response headers after 412.5ms - 403\ninfo: System.Net.Http.HttpClient.a.LogicalHandler[101]\n      End processing HTTP request after 420.1ms - 403",
            &["POST https://h.test/v1/x - | Some(403) - "],
        ),
        (
            "Start processing HTTP request GET https://h.test/v1/a\nEnd processing HTTP request after 42ms - 200\nSending HTTP request POST https://h.test/v1/x\ntrce: x[102]\n      Request Headers:\n      X-A: b\nReceived HTTP response headers after 1ms - 503\ntrce: x[103]\n      Response Headers:\n      x-request-id: r9\nEnd processing HTTP request after 2ms - 503",
            &[
                "GET https://h.test/v1/a - | Some(200) - ",
                "POST https://h.test/v1/x [X-A=b]  | Some(503) r9 ",
            ],
        ),
        // Postman's console.
        (
            "POST https://h.test/v1/x: {\n  \"Request Headers\": {\"x-a\": \"b\"},\n  \"Request Body\": \"{\\\"a\\\":1}\",\n  \"Response Headers\": {\"x-request-id\": \"r10\"},\n  \"Response Body\": \"{\\\"error\\\":{\\\"message\\\":\\\"m\\\"}}\"\n}",
            &["POST https://h.test/v1/x [x-a=b] {\"a\":1} | None r10 {\"error\":{\"message\":\"m\"}}"],
        ),
        // The panel of a browser: without and with the request's own headers.
        (
            "Request URL\nhttps://h.test/v1/x\nRequest Method\nPOST\nStatus Code\n429 Too Many Requests\nRemote Address\n10.0.0.1:443\ncontent-type\napplication/json\nx-request-id\nr11",
            &["POST https://h.test/v1/x - | Some(429) r11 "],
        ),
        (
            "General\nRequest URL:\nhttps://h.test/v1/x\nRequest Method:\nGET\nStatus Code:\n500 \nReferrer Policy:\nno-referrer\nResponse Headers\nx-request-id:\nr12\nRequest Headers\n:authority:\nh.test\nx-a:\nb",
            &["GET https://h.test/v1/x [x-a=b]  | Some(500) r12 "],
        ),
        // What only looks like one.
        (
            "--> the address https://h.test is wrong\nError code: 400 - {'error': {'message': 'm'}}",
            &["  - | Some(400) - {\"error\":{\"message\":\"m\"}}"],
        ),
    ];
    for (text, expected) in table {
        assert_eq!(shown(text), expected, "{text}");
    }
}
