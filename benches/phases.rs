//! Where the time of a request goes, by casefile and by `curl -w`, on the same server: `cargo bench --bench phases`. The
//! server waits before it answers; both must say so of the same moment, and of the others the same.
//!
//! ```text
//! cargo bench --bench phases           # a line for each delay and moment: curl, casefile, their difference (medians, ms)
//! ```
#![expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]
#![expect(clippy::expect_used, reason = "a benchmark that cannot measure has nothing to tell")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use casefile::case::evidence::Timing;
use casefile::case::keyring::KeyRing;
use casefile::case::note::Timeouts;
use casefile::case::request::{Request, Target};
use casefile::io::clock::SystemClock;
use casefile::io::net::{Cancelled, attempt};
use casefile::session::Outgoing;

/// Requests of which the median is told.
const TIMES: usize = 21;
/// Delays of the server before the head and before the body, milliseconds.
const DELAYS: [(u64, u64); 3] = [(0, 0), (50, 0), (0, 50)];

/// Moments of one request, milliseconds from its start: connected, head, end.
type Moments = [f64; 3];

fn serve(mut stream: TcpStream, (head, body): (u64, u64)) {
    let mut piece = [0; 4096];
    let mut seen: Vec<u8> = Vec::new();
    while !seen.windows(4).any(|w| w == b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(count) => seen.extend(piece.iter().take(count)),
        }
    }
    std::thread::sleep(Duration::from_millis(head));
    let start = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n";
    if stream.write_all(start).is_ok() {
        std::thread::sleep(Duration::from_millis(body));
        // A client that has gone away is no matter here.
        let _ = stream.write_all(b"{}");
    }
}

fn server(delays: (u64, u64)) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream, delays));
        }
    });
    addr
}

fn by_curl(url: &str) -> Option<Moments> {
    let form = "%{time_connect} %{time_starttransfer} %{time_total}";
    let output = Command::new("curl").args(["-s", "-o", "/dev/null", "-w", form, url]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut seconds = text.split(' ').map(|word| word.trim().parse::<f64>().map(|s| s * 1000.0));
    Some([seconds.next()?.ok()?, seconds.next()?.ok()?, seconds.next()?.ok()?])
}

fn by_casefile(url: &str) -> Option<Moments> {
    let request = Request {
        method: "GET".to_owned(),
        target: Target::parse(url, None).ok()?,
        headers: Vec::new(),
        body: None,
        form: Vec::new(),
    };
    let outgoing = Outgoing {
        request,
        ring: KeyRing::default(),
        timeouts: Timeouts::default(),
        index: 1,
        waited_ms: None,
        client_request_id: None,
        direct: false,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let made = runtime.block_on(attempt(outgoing, Arc::new(SystemClock::new()), Cancelled::never(), |_| {}));
    let Timing { connect_ms, first_byte_ms, total_ms, .. } = made.timing;
    let number = |ms: Option<u64>| ms.map(|ms| f64::from(u32::try_from(ms).unwrap_or(u32::MAX)));
    Some([number(connect_ms)?, number(first_byte_ms)?, number(total_ms)?])
}

fn medians(measure: impl Fn() -> Option<Moments>) -> Option<Moments> {
    let all: Vec<Moments> = (0..TIMES).filter_map(|_| measure()).collect();
    let median = |at: usize| {
        let mut values: Vec<f64> = all.iter().filter_map(|moments| moments.get(at).copied()).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    Some([median(0)?, median(1)?, median(2)?])
}

fn main() {
    println!("{:<24} {:<10} {:>8} {:>10} {:>6}", "server waits (ms)", "moment", "curl", "casefile", "off");
    for (head, body) in DELAYS {
        let url = format!("http://{}/v1/models", server((head, body)));
        let Some(curl) = medians(|| by_curl(&url)) else {
            println!("there is no curl here to compare with");
            return;
        };
        let own = medians(|| by_casefile(&url)).expect("casefile's own moments");
        for ((name, curl), own) in ["connected", "head", "end"].into_iter().zip(curl).zip(own) {
            let waits = format!("head {head}, body {body}");
            println!("{waits:<24} {name:<10} {curl:>8.1} {own:>10.1} {:>6.1}", own - curl);
        }
    }
}
