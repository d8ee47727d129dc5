//! A delay that a server makes lands in its own phase, and in no other.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion, version};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::case::evidence::{Timing, TlsVersion};

/// A server that waits before the handshake and before each part of its answer, milliseconds.
#[derive(Clone, Copy)]
struct Delays {
    tls: u64,
    head: u64,
    event: u64,
}

const STREAM: [&str; 3] = [
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n",
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
];

async fn serve(listener: tokio::net::TcpListener, config: Arc<ServerConfig>, delays: Delays) {
    let (stream, _) = listener.accept().await.expect("a connection");
    tokio::time::sleep(Duration::from_millis(delays.tls)).await;
    let mut stream = TlsAcceptor::from(config).accept(stream).await.expect("a handshake");
    let mut seen = Vec::new();
    while !seen.ends_with(b"{}") {
        let mut piece = [0; 1024];
        let read = stream.read(&mut piece).await.expect("the request");
        seen.extend_from_slice(&piece[..read]);
    }
    for (part, wait) in STREAM.into_iter().zip([delays.head, delays.event, delays.event]) {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        stream.write_all(part.as_bytes()).await.expect("taken");
        stream.flush().await.expect("taken");
    }
    stream.shutdown().await.expect("closed");
}

/// How long each phase took, milliseconds: name, TCP, TLS, wait for the head, first content, rest of the stream.
type Phases = [(&'static str, u64); 6];

fn phases(timing: &Timing) -> Phases {
    let took = |before: Option<u64>, after: Option<u64>| {
        after.unwrap_or(0).saturating_sub(before.or(after).unwrap_or(0))
    };
    let way = timing.tls_ms.or(timing.connect_ms);
    [
        ("name", timing.dns_ms.unwrap_or(0)),
        ("tcp", took(timing.dns_ms.or(Some(0)), timing.connect_ms)),
        ("tls", took(timing.connect_ms, timing.tls_ms)),
        ("head", took(timing.sent_ms.or(way), timing.first_byte_ms)),
        ("content", took(timing.first_byte_ms, timing.first_token_ms)),
        ("rest", took(timing.first_token_ms, timing.last_event_ms)),
    ]
}

/// The phases that are named have become longer by `delay` milliseconds than they are without it, to within 5 ms or a tenth of
/// it; the others have not. A loaded machine may add time once, so it is measured once more; nothing ever takes time away.
fn lands(named: &[&str], delay: u64, mut measure: impl FnMut(u64) -> Timing) {
    let tolerance = (delay / 10).max(5);
    let mut said = String::new();
    for _ in 0..2 {
        let (without, with) = (phases(&measure(0)), phases(&measure(delay)));
        let mut off = Vec::new();
        for ((name, before), (_, after)) in without.into_iter().zip(with) {
            let expected = if named.contains(&name) { before + delay } else { before };
            if named.contains(&name) {
                assert!(after + 1 >= delay, "{name}: {after} ms, {delay} were injected: {with:?}");
            }
            if after.abs_diff(expected) > tolerance {
                off.push(name);
            }
        }
        if off.is_empty() {
            return;
        }
        said = format!("{off:?} of {with:?}, without the delay {without:?}");
    }
    panic!("{delay} ms in {named:?} did not land there alone: {said}");
}

fn ordered(timing: &Timing) {
    let moments = [
        timing.dns_ms,
        timing.connect_ms,
        timing.tls_ms,
        timing.sent_ms,
        timing.first_byte_ms,
        timing.first_token_ms,
        timing.last_event_ms,
        timing.total_ms,
    ];
    assert!(moments.iter().all(Option::is_some), "{timing:?}");
    assert!(moments.is_sorted(), "{timing:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn each_delay_lands_in_its_own_phase() {
    let folder = tempfile::tempdir().expect("a folder");
    if !is_child() {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let path = folder.path().join("both.pem");
        std::fs::write(&path, cert.pem()).expect("written");
        std::fs::write(folder.path().join("key.der"), signing_key.serialize_der()).expect("written");
        std::fs::write(folder.path().join("cert.der"), cert.der()).expect("written");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let variables = [("SSL_CERT_FILE", path("both.pem")), ("CASEFILE_TEST_TLS", path(""))];
        in_child("phases::each_delay_lands_in_its_own_phase", &variables);
        return;
    }
    let folder = std::path::PathBuf::from(std::env::var_os("CASEFILE_TEST_TLS").expect("set"));
    let read = |name: &str| std::fs::read(folder.join(name)).expect("there");
    let (cert, key) = (read("cert.der"), read("key.der"));
    let config = |version: &'static SupportedProtocolVersion| {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.clone()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.clone().into()], key);
        Arc::new(config.expect("a configuration"))
    };
    let once = |version: &'static SupportedProtocolVersion, name: TlsVersion, delays: Delays| {
        let attempt = run(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let port = listener.local_addr().expect("an address").port();
            let server = tokio::spawn(serve(listener, config(version), delays));
            let mut out = outgoing(&format!("https://localhost:{port}/v1/chat/completions"), Some("{}"));
            out.request.method = "POST".to_owned();
            let attempt = sent(out).await;
            server.await.expect("served");
            attempt
        });
        assert_eq!(response(&attempt).status, Some(200), "{:?}", attempt.transport());
        assert_eq!(attempt.connection.tls, Some(name));
        ordered(&attempt.timing);
        attempt.timing
    };
    let still = Delays { tls: 0, head: 0, event: 0 };
    lands(&["tls"], 200, |ms| once(&version::TLS13, TlsVersion::V1_3, Delays { tls: ms, ..still }));
    lands(&["head"], 200, |ms| once(&version::TLS12, TlsVersion::V1_2, Delays { head: ms, ..still }));
    let events = ["content", "rest"];
    lands(&events, 200, |ms| once(&version::TLS13, TlsVersion::V1_3, Delays { event: ms, ..still }));
}

/// Waits as long as the name says, and finds this machine.
#[expect(clippy::needless_pass_by_value, reason = "the form of a lookup")]
fn slow_lookup(host: String) -> futures_util::future::BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> {
    let ms = host.trim_start_matches("after-").split('.').next().and_then(|ms| ms.parse().ok()).unwrap_or(0);
    Box::pin(async move {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        Ok(vec![SocketAddr::from(([127, 0, 0, 1], 0))])
    })
}

#[test]
fn a_slow_lookup_is_the_phase_of_the_name() {
    lands(&["name"], 200, |ms| {
        let attempt = run(async {
            let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
            let (addr, server) = script(vec![Step::Read, super::send(ok)]).await;
            let out = outgoing(&format!("http://after-{ms}.test:{}/v1/x", addr.port()), Some("{}"));
            let limits = Limits { kept: BODY_KEPT, read: BODY_READ };
            let by = (limits, slow_lookup as Lookup);
            let clock = Arc::new(SystemClock::new());
            let attempt = attempt_within(out, clock, Cancelled::never(), |_| {}, by).await;
            server.await.expect("served");
            attempt
        });
        assert_eq!(response(&attempt).status, Some(200), "{:?}", attempt.transport());
        attempt.timing
    });
}

/// A queue of connections that is full: the kernel drops what asks to be let in, and the client's asks again after a second
/// (`TCP_TIMEOUT_INIT`), which is the delay; when the server accepts in between says nothing.
#[test]
#[cfg(target_os = "linux")]
fn a_connection_that_waits_to_be_accepted_is_the_phase_of_tcp() {
    const AGAIN_AFTER: u64 = 1_000;
    lands(&["tcp"], AGAIN_AFTER, |ms| {
        let attempt = run(async {
            let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
            socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("bound");
            let addr = socket.local_addr().expect("an address");
            // A queue of one holds two on Linux.
            let listener = socket.listen(1).expect("listens");
            let before = if ms == 0 { 0 } else { 2 };
            let mut waiting = Vec::new();
            for _ in 0..before {
                waiting.push(TcpStream::connect(addr).await.expect("queued"));
            }
            let server = tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(ms / 4)).await;
                for _ in 0..before {
                    drop(listener.accept().await.expect("one of the queue"));
                }
                let (mut stream, _) = listener.accept().await.expect("ours");
                read_request(&mut stream, &mut Vec::new()).await;
                let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
                stream.write_all(ok).await.expect("taken");
            });
            let attempt = sent(outgoing(&format!("http://{addr}/v1/x"), Some("{}"))).await;
            server.await.expect("served");
            drop(waiting);
            attempt
        });
        assert_eq!(response(&attempt).status, Some(200), "{:?}", attempt.transport());
        attempt.timing
    });
}
