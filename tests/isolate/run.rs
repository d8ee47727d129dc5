//! Runs `casefile isolate` on a scenario, several at a time.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::scenario::{Paste, Payload, Scenario, other_key};
use crate::server::{Seen, Server};

/// A run must have ended by then.
const PATIENCE: Duration = Duration::from_secs(45);

/// What a run left.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
    pub seen: Vec<Seen>,
    pub host: String,
    /// Requests that went to a proxy, which is where all other hosts would be reached.
    pub strayed: usize,
    pub took: Duration,
    /// `out` is not what is printed, and not sanitized.
    pub raw: bool,
}

impl Ran {
    pub fn report(&self) -> Option<Value> {
        serde_json::from_str(&self.out).ok()
    }
}

/// Arguments of a usual run.
pub const USUAL: &[&str] = &["--yes", "--output", "json", "--budget", "150", "--deadline", "40"];

/// Runs one scenario. `arguments` stand behind the scenario's own.
pub fn run(scenario: &Scenario, seed: u64, noisy: bool, arguments: &[&str]) -> Ran {
    let server = Server::start(Arc::clone(&scenario.gate), seed, noisy);
    let stray = Server::start(Arc::clone(&scenario.gate), seed, false);
    let host = if scenario.paste.refused { free_host() } else { server.host() };
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("paste.txt"), curl(&scenario.paste, &host)).expect("writes");
    fs::write(home.path().join("photo.png"), b"\x89PNG\r\n\x1a\nnot really").expect("writes");
    fs::write(home.path().join("call.mp3"), b"ID3 not really").expect("writes");
    let mut more: Vec<&str> = scenario.flags.clone();
    if scenario.truth.leaves.is_some() {
        more.push("--minimise");
    }
    let started = Instant::now();
    let (code, out, err) = casefile(home.path(), &host, &stray.host(), &[&more, arguments].concat());
    let took = started.elapsed();
    Ran { code, out, err, seen: server.seen(), host, strayed: stray.seen().len(), took, raw: false }
}

fn casefile(home: &Path, host: &str, proxy: &str, arguments: &[&str]) -> (i32, String, String) {
    let file = |name: &str| File::create(home.join(name)).expect("a file");
    let proxy = format!("http://{proxy}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_casefile"));
    command
        .env_clear()
        .env("CASEFILE_CONFIG_DIR", home.join("config"))
        .env("CASEFILE_STATE_DIR", home.join("state"))
        .env("HOME", home)
        .env("OTHER_KEY", other_key())
        // Whatever goes to another host comes to this proxy.
        .env("HTTP_PROXY", &proxy)
        .env("http_proxy", &proxy)
        .env("HTTPS_PROXY", &proxy)
        .env("ALL_PROXY", &proxy)
        .env("NO_PROXY", "127.0.0.1")
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(file("out"))
        .stderr(file("err"))
        .args(["isolate", "--from", "paste.txt", "--key-host", host])
        .args(arguments);
    let mut child = command.spawn().expect("starts");
    let started = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().expect("is ours") {
            break status.code().unwrap_or(-1);
        }
        if started.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            break -9;
        }
        std::thread::sleep(Duration::from_millis(4));
    };
    let text = |name: &str| String::from_utf8_lossy(&fs::read(home.join(name)).expect("reads")).into_owned();
    (code, text("out"), text("err"))
}

/// A port where nobody listens.
fn free_host() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
    listener.local_addr().expect("an address").to_string()
}

/// The paste as a curl command for `host`.
pub fn curl(paste: &Paste, host: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let mut words = vec!["curl".to_owned(), quoted(&format!("http://{host}{}", paste.target))];
    words.extend(["-H".to_owned(), quoted(&format!("Authorization: Bearer {}", paste.key))]);
    for (name, value) in &paste.headers {
        words.extend(["-H".to_owned(), quoted(&format!("{name}: {value}"))]);
    }
    match &paste.payload {
        Payload::Json(body) => words.extend([
            "-H".to_owned(),
            quoted("Content-Type: application/json"),
            "-d".to_owned(),
            quoted(&body.to_string()),
        ]),
        Payload::Form(parts) => {
            for (name, value) in parts {
                words.extend(["-F".to_owned(), quoted(&format!("{name}={value}"))]);
            }
        }
    }
    words.join(" ")
}

/// Does `work` on every job, `at_once` at a time; the results stand in the order of the jobs.
pub fn all<J: Sync, R: Send>(jobs: &[J], at_once: usize, work: impl Fn(&J) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some((k, job)) = {
                    let k = next.fetch_add(1, Ordering::SeqCst);
                    jobs.get(k).map(|job| (k, job))
                } {
                    let result = work(job);
                    done.lock().expect("free").push((k, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("free");
    done.sort_by_key(|(k, _)| *k);
    done.into_iter().map(|(_, result)| result).collect()
}
