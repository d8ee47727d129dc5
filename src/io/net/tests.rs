//! Attempts against servers that answer by script, byte for byte, and break where real ones break.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::{Duration, Instant as StdInstant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

mod forms;
mod hostile;
mod packed;
mod phases;

use super::*;
use crate::case::evidence::{BodyEnd, Response};
use crate::case::keyring::{KeyRing, Origin, SecretKind};
use crate::case::request::{Header, Request, Target};
use crate::io::clock::SystemClock;

/// One thing that a scripted server does.
#[derive(Clone)]
enum Step {
    /// Reads one request, body included.
    Read,
    /// Takes whatever comes first.
    Take,
    /// Reads until the client closes.
    ReadToEnd,
    Send(Vec<u8>),
    Pause(u64),
    /// Ends the connection by a reset instead of a close.
    Reset,
}

fn send(text: impl AsRef<[u8]>) -> Step {
    Step::Send(text.as_ref().to_vec())
}

fn head(status: &str, more: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{more}\r\n")
}

/// A server for one connection; gives what it received when it is done.
async fn script(steps: Vec<Step>) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut received = Vec::new();
        for step in steps {
            match step {
                Step::Read => read_request(&mut stream, &mut received).await,
                Step::Take => {
                    // What stays unread turns the close into a reset.
                    received.reserve(64 * 1024);
                    drop(stream.read_buf(&mut received).await);
                }
                Step::ReadToEnd => drop(stream.read_to_end(&mut received).await),
                Step::Send(bytes) => drop(stream.write_all(&bytes).await),
                Step::Pause(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
                Step::Reset => stream.set_zero_linger().expect("linger"),
            }
        }
        received
    });
    (addr, task)
}

async fn read_request(stream: &mut TcpStream, received: &mut Vec<u8>) {
    loop {
        let text = String::from_utf8_lossy(received).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|l| l.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return;
            }
        }
        if stream.read_buf(received).await.unwrap_or(0) == 0 {
            return;
        }
    }
}

fn outgoing(url: &str, body: Option<&str>) -> Outgoing {
    let mut headers = Vec::new();
    if body.is_some() {
        headers.push(Header::new("Content-Type", "application/json"));
    }
    Outgoing {
        client_request_id: None,
        direct: false,
        request: Request {
            method: if body.is_some() { "POST" } else { "GET" }.to_owned(),
            target: Target::parse(url, None).expect("a url"),
            headers,
            body: body.map(Into::into),
            form: Vec::new(),
        },
        ring: KeyRing::default(),
        timeouts: Timeouts { connect_ms: 2_000, first_byte_ms: 3_000, idle_ms: 3_000, total_ms: 5_000 },
        index: 1,
        waited_ms: None,
    }
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

async fn sent(outgoing: Outgoing) -> Attempt {
    attempt(outgoing, Arc::new(SystemClock::new()), Cancelled::never(), |_| {}).await
}

/// Sends `{}` to a server that follows `steps`; gives the attempt and what the server received.
fn against(steps: Vec<Step>, adapt: impl FnOnce(&mut Outgoing)) -> (Attempt, String) {
    run(async {
        let (addr, server) = script(steps).await;
        let mut outgoing = outgoing(&format!("http://{addr}/v1/x"), Some("{}"));
        adapt(&mut outgoing);
        let attempt = sent(outgoing).await;
        (attempt, String::from_utf8_lossy(&server.await.expect("the server")).into_owned())
    })
}

fn response(attempt: &Attempt) -> &Response {
    attempt
        .response()
        .unwrap_or_else(|| panic!("no response: {:?}", attempt.transport().map(|t| (t.kind, &t.detail))))
}

fn failed(attempt: &Attempt) -> (TransportKind, String) {
    let failure = attempt.transport().expect("a transport failure");
    (failure.kind, failure.detail.clone())
}

#[test]
fn the_request_goes_out_as_it_is_written() {
    let key = format!("sk-{}", "aB3".repeat(16));
    let (attempt, received) =
        against(vec![Step::Read, send(head("200 OK", "content-length: 2\r\n")), send("ok")], |outgoing| {
            let label = outgoing.ring.hold(SecretKind::Key, Origin::Pasted, &key);
            outgoing.request.body = Some(format!("{{\"k\":\"{label}\"}}").into());
            outgoing.request.target.path = "/v1/a%20b".to_owned();
            outgoing.request.target.query =
                vec![("key".into(), label.to_string()), ("flag".into(), String::new())];
            outgoing.request.headers = vec![
                Header::new("X-Twice", "one"),
                Header::new("Authorization", format!("Bearer {label}")),
                Header::new("Content-Length", "9999"),
                Header::new("Transfer-Encoding", "chunked"),
                Header::new(":authority", "elsewhere.example"),
                Header::new("X-Twice", "two"),
                Header::new("X-Text", "caf\u{e9}"),
            ];
        });
    let body = format!("{{\"k\":\"{key}\"}}");
    let (head, sent_body) = received.split_once("\r\n\r\n").expect("a head");
    let lines: Vec<&str> = head.lines().collect();
    assert_eq!(sent_body, body);
    assert_eq!(lines[0], format!("POST /v1/a%20b?key={key}&flag HTTP/1.1"));
    assert_eq!(
        lines[1..5],
        ["x-twice: one", "x-twice: two", &format!("authorization: Bearer {key}"), "x-text: caf\u{e9}"],
        "in order, repetitions kept"
    );
    let mut rest: Vec<&str> = lines[5..].to_vec();
    rest.sort_unstable();
    assert_eq!(rest.len(), 4, "{rest:?}");
    assert_eq!(rest[0], "accept: */*");
    assert_eq!(rest[1], format!("content-length: {}", body.len()));
    assert!(rest[2].starts_with("host: 127.0.0.1:"), "{rest:?}");
    assert_eq!(rest[3], concat!("user-agent: casefile/", env!("CARGO_PKG_VERSION")));
    assert_eq!(attempt.request_bytes, body.len() as u64);
    assert_eq!(response(&attempt).body, b"ok");
}

#[test]
fn the_operators_own_agent_and_a_bodyless_request_stay_as_they_are() {
    let (attempt, received) = against(vec![Step::Read, send(head("204 No Content", ""))], |outgoing| {
        outgoing.request.method = "GET".to_owned();
        outgoing.request.body = None;
        outgoing.request.headers =
            vec![Header::new("User-Agent", "curl/8.5.0"), Header::new("Accept", "text/html")];
    });
    assert!(received.contains("\r\nuser-agent: curl/8.5.0\r\naccept: text/html\r\nhost: 127"), "{received}");
    assert!(!received.contains("content-length") && !received.contains("transfer-encoding"), "{received}");
    assert_eq!(
        (attempt.request_bytes, attempt.timing.sent_ms),
        (0, None),
        "no body, so nothing of it was handed over"
    );
    assert_eq!(response(&attempt).status, Some(204));
}

#[test]
fn userinfo_becomes_a_header_unless_there_is_one() {
    for (own, expected) in
        [(None, "authorization: Basic bWU6cC93"), (Some("Bearer x"), "authorization: Bearer x")]
    {
        let (_, received) =
            against(vec![Step::Read, send(head("200 OK", "content-length: 0\r\n"))], |outgoing| {
                let label = outgoing.ring.hold(SecretKind::Password, Origin::Pasted, "p%2Fw");
                outgoing.request.target.userinfo = Some(format!("me:{label}"));
                outgoing.request.headers = own.map(|v| Header::new("Authorization", v)).into_iter().collect();
            });
        assert!(received.contains(expected), "{received}");
        assert_eq!(received.to_lowercase().matches("authorization:").count(), 1, "{received}");
    }
}

#[test]
fn what_cannot_be_sent_is_a_local_failure_and_quotes_no_value() {
    type Adapt = fn(&mut Outgoing);
    let table: &[(Adapt, &str)] = &[
        (|o| o.request.headers = vec![Header::new("Authorization", "Bearer [env:NOT_SET]")], "[env:NOT_SET]"),
        (|o| o.request.body = Some("{\"k\":\"[env:NOT_SET]\"}".into()), "[env:NOT_SET]"),
        (|o| o.request.headers = vec![Header::new("X-Api-Key", "hush-hush\n")], "header x-api-key"),
        (|o| o.request.headers = vec![Header::new("Authorization hush-hush", "")], "header line 1"),
        (|o| o.request.method = "GE T".into(), "method"),
    ];
    for (adapt, names) in table {
        let attempt = run(async {
            let mut outgoing = outgoing("http://127.0.0.1:9/", Some("{}"));
            adapt(&mut outgoing);
            sent(outgoing).await
        });
        let (kind, detail) = failed(&attempt);
        assert_eq!(kind, TransportKind::Local, "{detail}");
        assert!(detail.contains(names) && !detail.contains("hush"), "{detail}");
        assert!(attempt.at.is_some() && attempt.timing == Timing::default());
    }
}

#[test]
fn a_redirect_is_an_answer_and_the_key_stays_here() {
    run(async {
        let (other, elsewhere) = script(vec![Step::Read]).await;
        let location = format!("location: http://{other}/v1/x\r\ncontent-length: 0\r\n");
        let (addr, server) = script(vec![Step::Read, send(head("301 Moved Permanently", &location))]).await;
        let mut outgoing = outgoing(&format!("http://{addr}/v1/x"), Some("{}"));
        outgoing.request.headers.push(Header::new("Authorization", "Bearer x"));
        let attempt = sent(outgoing).await;
        let answer = response(&attempt);
        assert_eq!((answer.status, answer.reason.as_deref()), (Some(301), Some("Moved Permanently")));
        assert_eq!(answer.header("location"), Some(format!("http://{other}/v1/x").as_str()));
        server.await.expect("the server");
        assert!(!elsewhere.is_finished(), "nobody may connect to the target");
    });
}

#[test]
fn answers_are_kept_as_they_came() {
    let packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03no gzip at all";
    let fields = format!(
        "Content-Encoding: gzip\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Bytes: caf\u{e9}\r\ncontent-length: {}\r\n",
        packed.len()
    );
    let (attempt, received) =
        against(vec![Step::Read, send(head("503 Gone Fishing", &fields)), send(packed)], |_| {});
    assert!(!received.contains("accept-encoding"), "{received}");
    let answer = response(&attempt);
    assert_eq!(answer.status, Some(503));
    assert_eq!(answer.reason.as_deref(), Some("Gone Fishing"));
    assert_eq!(answer.http_version.as_deref(), Some("HTTP/1.1"));
    assert_eq!(answer.body, packed);
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert_eq!(answer.headers.iter().filter(|(n, _)| n == "set-cookie").count(), 2);
    assert_eq!(answer.header("x-bytes"), Some("caf\u{e9}"));
    assert_eq!(answer.end, BodyEnd::Complete);
    assert!(answer.stream.is_none());
}

#[test]
fn reason_phrases() {
    let table = [
        ("404 Not Found", Some("Not Found")),
        ("404 ", None),
        ("404 Model (not) found", Some("Model (not) found")),
        ("200 OK", Some("OK")),
        ("599 Odd", Some("Odd")),
    ];
    for (status, reason) in table {
        let (attempt, _) = against(vec![Step::Read, send(head(status, "content-length: 0\r\n"))], |_| {});
        assert_eq!(response(&attempt).reason.as_deref(), reason, "{status}");
    }
}

#[test]
fn a_large_body_is_kept_in_part_and_counted_on() {
    // sent, kept, read at most -> kept, counted, end
    let table = [
        (5_000, 10_000, 1 << 20, 5_000, 5_000, BodyEnd::Complete),
        (5_000, 5_000, 1 << 20, 5_000, 5_000, BodyEnd::Complete),
        (100_000, 10_000, 1 << 20, 10_000, 100_000, BodyEnd::Capped),
    ];
    for (size, kept, read, expect_kept, expect_counted, end) in table {
        let attempt = run(capped(size, Limits { kept, read }));
        let answer = response(&attempt);
        assert_eq!((answer.body.len(), answer.body_bytes), (expect_kept, expect_counted));
        assert_eq!(answer.end, end);
    }
    let attempt = run(capped(4 << 20, Limits { kept: 1_000, read: 50_000 }));
    let answer = response(&attempt);
    assert_eq!((answer.body.len(), &answer.end), (1_000, &BodyEnd::Capped));
    assert!(
        answer.body_bytes >= 50_000 && answer.body_bytes < 4 << 20,
        "stops reading: {}",
        answer.body_bytes
    );
}

async fn capped(size: usize, limits: Limits) -> Attempt {
    let length = format!("content-length: {size}\r\n");
    let steps = vec![Step::Read, send(head("200 OK", &length)), send(vec![b'x'; size])];
    let (addr, _server) = script(steps).await;
    let outgoing = outgoing(&format!("http://{addr}/"), Some("{}"));
    attempt_within(
        outgoing,
        Arc::new(SystemClock::new()),
        Cancelled::never(),
        |_| {},
        (limits, marks::by_system),
    )
    .await
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table is read best in one piece")]
fn failures_are_told_apart() {
    use TransportKind as K;
    type Adapt = dyn Fn(&mut Outgoing);
    let chunked = || send(head("200 OK", "transfer-encoding: chunked\r\n"));
    let flood = |lines: usize| send(head("200 OK", &"x: y\r\n".repeat(lines)));
    let quick = |o: &mut Outgoing| o.timeouts = Timeouts { first_byte_ms: 200, idle_ms: 200, ..o.timeouts };
    let total = |o: &mut Outgoing| o.timeouts.total_ms = 200;
    let tls = |o: &mut Outgoing| o.request.target.scheme = "https".to_owned();
    let same = |_: &mut Outgoing| {};
    // what the server does, what is set, kind, whether a head came
    let table: Vec<(&str, Vec<Step>, &Adapt, K, bool)> = vec![
        ("silent", vec![Step::Read, Step::Pause(1_000)], &quick, K::FirstByteTimeout, false),
        ("silent, total first", vec![Step::Read, Step::Pause(1_000)], &total, K::TotalTimeout, false),
        (
            "half a head",
            vec![Step::Read, send("HTTP/1.1 200 OK\r\nx: "), Step::Pause(1_000)],
            &quick,
            K::FirstByteTimeout,
            false,
        ),
        (
            "falls silent",
            vec![Step::Read, chunked(), send("3\r\nabc\r\n"), Step::Pause(1_000)],
            &quick,
            K::IdleTimeout,
            true,
        ),
        ("trickles", trickle(), &total, K::TotalTimeout, true),
        ("closes at once", vec![Step::Read], &same, K::Reset, false),
        ("closes in the head", vec![Step::Read, send("HTTP/1.1 200 OK\r\nx")], &same, K::Reset, false),
        ("resets", vec![Step::Read, Step::Reset], &same, K::Reset, false),
        (
            "resets in the body",
            vec![Step::Read, chunked(), send("3\r\nabc\r\n"), Step::Pause(50), Step::Reset],
            &same,
            K::Reset,
            true,
        ),
        ("cut in a chunk", vec![Step::Read, chunked(), send("9\r\nabc")], &same, K::Reset, true),
        ("cut between chunks", vec![Step::Read, chunked(), send("3\r\nabc\r\n")], &same, K::Reset, true),
        (
            "short of its length",
            vec![Step::Read, send(head("200 OK", "content-length: 9\r\n")), send("abc")],
            &same,
            K::Reset,
            true,
        ),
        (
            "no chunk size",
            vec![Step::Read, chunked(), send("what?\r\n"), Step::Pause(300)],
            &same,
            K::Protocol,
            true,
        ),
        (
            "garbage",
            vec![Step::Read, send("SSH-2.0-OpenSSH_9.2\r\n\r\n"), Step::Pause(100)],
            &same,
            K::Protocol,
            false,
        ),
        (
            "bad status",
            vec![Step::Read, send("HTTP/1.1 abc\r\n\r\n"), Step::Pause(100)],
            &same,
            K::Protocol,
            false,
        ),
        (
            "bad header",
            vec![Step::Read, send(head("200 OK", "no colon\r\n")), Step::Pause(100)],
            &same,
            K::Protocol,
            false,
        ),
        ("too many headers", vec![Step::Read, flood(2_000), Step::Pause(100)], &same, K::Protocol, false),
        (
            "huge header",
            vec![
                Step::Read,
                send(head("200 OK", &format!("x: {}\r\n", "y".repeat(1 << 20)))),
                Step::Pause(100),
            ],
            &same,
            K::Protocol,
            false,
        ),
        (
            "http spoken to with tls",
            vec![send("HTTP/1.1 400 Bad Request\r\n\r\n"), Step::Pause(100)],
            &tls,
            K::Tls,
            false,
        ),
        ("closes during tls", vec![Step::Take], &tls, K::Tls, false),
        ("resets during tls", vec![Step::Take, Step::Reset], &tls, K::Reset, false),
    ];
    for (name, steps, adapt, kind, has_head) in table {
        let begun = StdInstant::now();
        let attempt = run(async {
            let (addr, _server) = script(steps).await;
            let mut outgoing = outgoing(&format!("http://{addr}/secret-path?key=hush"), Some("{}"));
            adapt(&mut outgoing);
            sent(outgoing).await
        });
        let (found, detail) = failed(&attempt);
        assert_eq!(found, kind, "{name}: {detail}");
        assert_eq!(attempt.response().is_some(), has_head, "{name}: {detail}");
        assert!(
            !detail.is_empty() && !detail.contains("secret-path") && !detail.contains("hush"),
            "{name}: {detail}"
        );
        assert!(begun.elapsed() < Duration::from_millis(900), "{name} took {:?}", begun.elapsed());
        assert!(attempt.timing.total_ms.is_some(), "{name}");
        assert_eq!(attempt.timing.first_byte_ms.is_some(), has_head, "{name}");
    }
}

fn trickle() -> Vec<Step> {
    let mut steps = vec![Step::Read, send(head("200 OK", "transfer-encoding: chunked\r\n"))];
    for _ in 0..20 {
        steps.extend([send("1\r\nx\r\n"), Step::Pause(20)]);
    }
    steps
}

#[test]
fn an_answer_that_comes_before_the_request_is_out_is_kept() {
    let refusal = head("413 Request Entity Too Large", "connection: close\r\ncontent-length: 4\r\n");
    for after in [vec![Step::Pause(300)], vec![Step::Pause(50), Step::ReadToEnd]] {
        let steps = [vec![Step::Take, send(&refusal), send("long")], after].concat();
        let (attempt, _) = against(steps, |o| o.request.body = Some("x".repeat(16 << 20).into()));
        let answer = response(&attempt);
        assert_eq!((answer.status, answer.body.as_slice()), (Some(413), &b"long"[..]));
        assert_eq!(answer.end, BodyEnd::Complete);
    }
}

#[test]
fn nobody_listens() {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let attempt = run(sent(outgoing(&format!("http://127.0.0.1:{port}/"), Some("{}"))));
    let (kind, detail) = failed(&attempt);
    assert_eq!(kind, TransportKind::Connect, "{detail}");
    assert!(detail.to_lowercase().contains("refused"), "{detail}");
    assert_eq!(
        (attempt.timing.dns_ms, attempt.timing.connect_ms, attempt.timing.first_byte_ms),
        (None, None, None)
    );
}

#[test]
fn a_name_that_does_not_exist() {
    if proxy_in_use("nothing.invalid", "http") {
        // The proxy would look the name up.
        return;
    }
    let attempt = run(sent(outgoing("http://nothing.invalid/", Some("{}"))));
    let (kind, detail) = failed(&attempt);
    assert_eq!(kind, TransportKind::Dns, "{detail}");
    assert!(attempt.timing.dns_ms.is_some() && attempt.timing.connect_ms.is_none());
}

#[test]
fn no_connection_before_the_deadline() {
    // A listener whose queue is full takes no further connection.
    run(async {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("bound");
        let listener = socket.listen(1).expect("a listener");
        let addr = listener.local_addr().expect("an address");
        let mut fillers = Vec::new();
        while let Ok(Ok(stream)) =
            tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(addr)).await
        {
            fillers.push(stream);
            assert!(fillers.len() < 64, "the queue does not fill");
        }
        let mut outgoing = outgoing(&format!("http://{addr}/"), Some("{}"));
        outgoing.timeouts.connect_ms = 200;
        let (kind, detail) = failed(&sent(outgoing.clone()).await);
        assert_eq!(kind, TransportKind::ConnectTimeout, "{detail}");
        outgoing.timeouts = Timeouts { connect_ms: 2_000, first_byte_ms: 150, ..outgoing.timeouts };
        let (kind, detail) = failed(&sent(outgoing).await);
        assert_eq!(kind, TransportKind::FirstByteTimeout);
        assert!(detail.contains("no connection yet"), "{detail}");
    });
}

#[test]
fn streams_are_read_as_they_come() {
    let event_stream = "content-type: text/event-stream; charset=utf-8\r\n";
    let json = "content-type: application/json\r\n";
    let ask = "{\"stream\":true}";
    // headers, request body, answer, is a stream
    let table = [
        (event_stream, "{}", "data: {}\n\ndata: [DONE]\n\n", true),
        (event_stream, ask, "", true),
        (json, ask, "data: {}\n\n", true),
        (json, ask, "\u{feff}\n: hi\n\n", true),
        (json, ask, ":\n\n", true),
        (json, "{}", "data: {}\n\n", false),
        (json, ask, "{\"error\":{}}", false),
        (json, ask, "", false),
        // Declared as packed, and not packed.
        ("content-type: text/event-stream\r\ncontent-encoding: gzip\r\n", ask, "data: {}\n\n", true),
    ];
    for (fields, body, answer, is_stream) in table {
        let mut steps = vec![Step::Read, send(head("200 OK", &format!("connection: close\r\n{fields}")))];
        steps.extend(answer.bytes().map(|byte| send([byte])));
        let (attempt, _) = against(steps, |o| o.request.body = Some(body.into()));
        let record = response(&attempt).stream.as_ref();
        assert_eq!(record.is_some(), is_stream, "{fields}{answer}");
        if let Some(record) = record {
            assert_eq!(record.bytes, answer.len() as u64, "every byte reaches the reader once");
        }
    }
}

#[test]
fn a_stream_that_breaks_is_cut() {
    let (attempt, _) = against(
        vec![
            Step::Read,
            send(head("200 OK", "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n")),
            send("a\r\ndata: {}\n\n\r\n"),
        ],
        |_| {},
    );
    let answer = response(&attempt);
    assert!(matches!(&answer.end, BodyEnd::Cut(f) if f.kind == TransportKind::Reset), "{:?}", answer.end);
    assert_eq!(answer.stream.as_ref().map(|s| s.bytes), Some(10));
}

#[test]
fn what_had_come_before_the_cancelling_is_kept() {
    // Before the head, and in the middle of a stream.
    let head = head("200 OK", "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n");
    let table = [
        (vec![Step::Read, Step::Pause(2_000)], 0),
        (vec![Step::Read, send(head), send("a\r\ndata: {}\n\n\r\n"), Step::Pause(2_000)], 10),
    ];
    for (steps, bytes) in table {
        let attempt = run(async {
            let (addr, server) = script(steps).await;
            let outgoing = outgoing(&format!("http://{addr}/v1/x"), Some("{}"));
            let (canceller, stop) = cancellation();
            let attempt = attempt(outgoing, Arc::new(SystemClock::new()), stop, |_| {});
            let cancel = async {
                tokio::time::sleep(Duration::from_millis(150)).await;
                canceller.cancel();
            };
            let (attempt, ()) = tokio::join!(attempt, cancel);
            server.abort();
            attempt
        });
        assert_eq!(failed(&attempt).0, TransportKind::Cancelled, "{bytes}");
        assert_eq!(attempt.response().map_or(0, |r| r.body_bytes), bytes);
    }
}

#[test]
fn what_is_cancelled_before_it_begins_is_not_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("can be set");
    let addr = listener.local_addr().expect("an address");
    let (canceller, stop) = cancellation();
    canceller.cancel();
    let outgoing = outgoing(&format!("http://{addr}/v1/x"), Some("{}"));
    let attempt = run(attempt(outgoing, Arc::new(SystemClock::new()), stop, |_| {}));
    assert_eq!(failed(&attempt).0, TransportKind::Cancelled);
    assert!(listener.accept().is_err(), "nobody came");
}

#[test]
fn progress_is_told_by_phase_and_not_too_often() {
    let told = RefCell::new(Vec::new());
    let attempt = run(async {
        let mut steps = vec![Step::Read, Step::Pause(50), send(head("200 OK", "connection: close\r\n"))];
        for _ in 0..100 {
            steps.extend([send("x"), Step::Pause(1)]);
        }
        let (addr, _server) = script(steps).await;
        let outgoing = outgoing(&format!("http://{addr}/"), Some("{}"));
        attempt(outgoing, Arc::new(SystemClock::new()), Cancelled::never(), |progress| {
            told.borrow_mut().push(progress);
        })
        .await
    });
    let told = told.into_inner();
    let phases: Vec<Phase> = told.iter().map(|p| p.phase).collect();
    assert_eq!(phases[..3], [Phase::Connecting, Phase::Waiting, Phase::Receiving]);
    assert!(phases[3..].iter().all(|p| *p == Phase::Receiving));
    let total = attempt.timing.total_ms.expect("a total");
    assert!(told.len() as u64 <= 5 + total / 50, "{} in {total} ms", told.len());
    assert_eq!(told.last().map(|p| p.bytes), Some(100));
    assert!(told.windows(2).all(|w| w[0].elapsed_ms <= w[1].elapsed_ms && w[0].bytes <= w[1].bytes));
    let timing = attempt.timing;
    assert_eq!(attempt.connection.address, Some([127, 0, 0, 1].into()));
    assert_eq!((timing.tls_ms, attempt.connection.tls), (None, None));
    assert_eq!(timing.dns_ms, None, "an address needs no lookup");
    assert!(
        timing.connect_ms <= timing.first_byte_ms && timing.first_byte_ms <= timing.total_ms,
        "{timing:?}"
    );
    assert!(timing.connect_ms.is_some() && timing.first_byte_ms >= Some(45), "{timing:?}");
}

#[test]
fn a_name_is_looked_up_and_timed() {
    let (attempt, _) = against(vec![Step::Read, send(head("200 OK", "content-length: 0\r\n"))], |o| {
        o.request.target.host = "localhost".to_owned();
    });
    assert_eq!(response(&attempt).status, Some(200));
    assert!(attempt.timing.dns_ms.is_some() && attempt.timing.dns_ms <= attempt.timing.connect_ms);
}

#[test]
fn dropping_the_attempt_closes_the_connection() {
    run(async {
        let (addr, server) = script(vec![Step::Read, Step::ReadToEnd]).await;
        let running = sent(outgoing(&format!("http://{addr}/"), Some("{}")));
        tokio::time::timeout(Duration::from_millis(200), running).await.expect_err("it waits for the answer");
        tokio::time::timeout(Duration::from_secs(1), server)
            .await
            .expect("the server sees the end")
            .expect("no panic");
    });
}

/// Runs test `name` again in a process with other environment variables: they cannot be changed safely in this one.
fn in_child(name: &str, variables: &[(&str, String)]) {
    let program = std::env::current_exe().expect("this program");
    let mut child = std::process::Command::new(program);
    child
        .args(["--exact", &format!("io::net::tests::{name}"), "--nocapture"])
        .env("CASEFILE_TEST_CHILD", "1");
    child.envs(variables.iter().map(|(name, value)| (*name, value.as_str())));
    let output = child.output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn is_child() -> bool {
    std::env::var_os("CASEFILE_TEST_CHILD").is_some()
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_ca_store_only_https_fails() {
    if !is_child() {
        let nowhere = || "/nonexistent".to_owned();
        let proxy = ("ALL_PROXY", String::new());
        in_child(
            "without_a_ca_store_only_https_fails",
            &[("SSL_CERT_FILE", nowhere()), ("SSL_CERT_DIR", nowhere()), proxy],
        );
        return;
    }
    let (attempt, _) = against(vec![Step::Read, send(head("200 OK", "content-length: 0\r\n"))], |_| {});
    assert_eq!(response(&attempt).status, Some(200));
    let (kind, detail) = failed(&run(sent(outgoing("https://127.0.0.1:9/", Some("{}")))));
    assert_eq!(kind, TransportKind::Local, "{detail}");
    assert!(detail.contains("SSL_CERT_FILE"), "{detail}");
}

#[test]
fn a_proxy_that_fails_is_named_as_such() {
    if !is_child() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let refusing = format!("http://user:hush@{}", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            use std::io::{Read, Write};
            for mut stream in listener.incoming().flatten() {
                drop(stream.read(&mut [0; 4096]));
                drop(
                    stream.write_all(
                        b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
                    ),
                );
            }
        });
        let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
        in_child(
            "a_proxy_that_fails_is_named_as_such",
            &[
                ("HTTPS_PROXY", refusing),
                ("HTTP_PROXY", format!("http://{closed}")),
                ("NO_PROXY", String::new()),
            ],
        );
        return;
    }
    assert!(proxy_in_use("host.invalid", "https") && proxy_in_use("host.invalid", "http"));
    for url in ["https://host.invalid/", "http://host.invalid/"] {
        let (kind, detail) = failed(&run(sent(outgoing(url, Some("{}")))));
        assert_eq!(kind, TransportKind::Proxy, "{url}: {detail}");
        assert!(!detail.contains("hush"), "{detail}");
        let (kind, detail) = failed(&run(sent(Outgoing { direct: true, ..outgoing(url, Some("{}")) })));
        assert_eq!(kind, TransportKind::Dns, "past the proxy nobody knows the name: {detail}");
    }
    let (attempt, _) = against(vec![Step::Read, send(head("200 OK", "content-length: 0\r\n"))], |_| {});
    assert_eq!(response(&attempt).status, Some(200), "this machine is reached without the proxy");
}

/// The parts of a received form: head and content of each.
fn received_parts(received: &[u8]) -> (String, Vec<(String, Vec<u8>)>) {
    let find = |hay: &[u8], needle: &[u8]| hay.windows(needle.len()).position(|w| w == needle);
    let at = find(received, b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&received[..at]).into_owned();
    let boundary = head
        .lines()
        .find_map(|l| l.strip_prefix("content-type: ")?.split_once("boundary=").map(|(_, b)| b.to_owned()))
        .expect("a boundary");
    let mut rest = received[at + 4..].strip_prefix(format!("--{boundary}\r\n").as_bytes()).expect("begins");
    let mark = format!("\r\n--{boundary}");
    let mut parts = Vec::new();
    loop {
        let end = find(rest, mark.as_bytes()).expect("an end");
        let split = find(&rest[..end + 4], b"\r\n\r\n").expect("a part's head");
        let content = rest.get(split + 4..end).unwrap_or_default().to_vec();
        parts.push((String::from_utf8_lossy(&rest[..split]).into_owned(), content));
        rest = &rest[end + mark.len()..];
        if rest == b"--\r\n" {
            return (head, parts);
        }
        rest = rest.strip_prefix(b"\r\n").expect("goes on");
    }
}

#[test]
fn a_form_goes_out_with_its_files_and_the_right_length() {
    use crate::case::request::{Part, PartContent};
    let folder = tempfile::tempdir().expect("a folder");
    let bytes: Vec<u8> = (0..128).cycle().take(70_000).collect();
    let path = folder.path().join("na\"me.png").display().to_string();
    std::fs::write(&path, &bytes).expect("written");
    run(async {
        let (addr, server) =
            script(vec![Step::Read, send(head("200 OK", "content-length: 2\r\n") + "{}")]).await;
        let mut out = outgoing(&format!("http://{addr}/v1/images/edits"), None);
        let label = out.ring.hold(SecretKind::Key, Origin::Pasted, "held-value");
        let part = |name: &str, content: PartContent| Part {
            name: name.into(),
            content,
            filename: None,
            media_type: None,
        };
        out.request.method = "POST".into();
        out.request.headers =
            vec![Header::new("Content-Type", "multipart/form-data; boundary=old; charset=utf-8")];
        out.request.form = vec![
            part("model", PartContent::Text("gpt-image-1".into())),
            part("user", PartContent::Text(format!("is {label}"))),
            part("image", PartContent::File { path: path.clone(), bytes: Some(70_000) }),
            Part { filename: Some(String::new()), ..part("raw", PartContent::File { path, bytes: None }) },
        ];
        let promised = out.request.body_bytes();
        let attempt = sent(out).await;
        assert_eq!(attempt.response().and_then(|r| r.status), Some(200), "{:?}", attempt.transport());
        let received = server.await.expect("served");
        let (head, parts) = received_parts(&received);
        assert!(head.contains("content-type: multipart/form-data; charset=utf-8; boundary=------"), "{head}");
        assert!(head.contains(&format!("content-length: {}", attempt.request_bytes)), "{head}");
        // The label is as long as `[key#1]`, and the file without a look is not counted.
        assert_eq!(attempt.request_bytes, promised + 3 + 70_000);
        let heads: Vec<&str> = parts.iter().map(|(head, _)| head.as_str()).collect();
        assert_eq!(
            heads,
            [
                "Content-Disposition: form-data; name=\"model\"",
                "Content-Disposition: form-data; name=\"user\"",
                "Content-Disposition: form-data; name=\"image\"; filename=\"na%22me.png\"\r\nContent-Type: image/png",
                "Content-Disposition: form-data; name=\"raw\"\r\nContent-Type: image/png",
            ]
        );
        assert_eq!((&parts[0].1[..], &parts[1].1[..]), (&b"gpt-image-1"[..], &b"is held-value"[..]));
        assert!(parts[2].1 == bytes && parts[3].1 == bytes);
    });
}

#[test]
fn a_file_that_changed_is_not_sent() {
    use crate::case::request::{Part, PartContent};
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("zebra").display().to_string();
    std::fs::write(&path, b"12345").expect("written");
    run(async {
        let mut out = outgoing("http://127.0.0.1:9/", None);
        let content = PartContent::File { path, bytes: Some(4) };
        out.request.form = vec![Part { name: "f".into(), content, filename: None, media_type: None }];
        let attempt = sent(out).await;
        let failure = attempt.transport().expect("not sent");
        assert_eq!(failure.kind, TransportKind::Local);
        assert!(
            failure.detail.contains("changed") && !failure.detail.contains("zebra"),
            "{}",
            failure.detail
        );
    });
}
