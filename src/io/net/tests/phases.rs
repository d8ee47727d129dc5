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

/// `after` less `before` is `expected` milliseconds, or a little more: others use the machine too.
fn lasts(what: &str, before: Option<u64>, after: Option<u64>, expected: u64) {
    let (before, after) = (before.expect(what), after.expect(what));
    let took = after.checked_sub(before).expect("in order");
    let slack = 100;
    assert!(
        (expected.saturating_sub(1)..=expected + slack).contains(&took),
        "{what}: {took} ms, {expected} expected"
    );
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
    let table = [
        (&version::TLS13, TlsVersion::V1_3, Delays { tls: 200, head: 0, event: 0 }),
        (&version::TLS12, TlsVersion::V1_2, Delays { tls: 0, head: 200, event: 0 }),
        (&version::TLS13, TlsVersion::V1_3, Delays { tls: 0, head: 0, event: 200 }),
    ];
    for (version, name, delays) in table {
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
        let timing = attempt.timing;
        ordered(&timing);
        lasts("handshake", timing.connect_ms, timing.tls_ms, delays.tls);
        lasts("wait for the head", timing.sent_ms, timing.first_byte_ms, delays.head);
        lasts("first content", timing.first_byte_ms, timing.first_token_ms, delays.event);
        lasts("rest of the stream", timing.first_token_ms, timing.last_event_ms, delays.event);
    }
}
