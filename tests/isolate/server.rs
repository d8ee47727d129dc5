//! The planted gateway on a port of 127.0.0.1; keeps everything that it was asked.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use crate::gateway::{Cause, Gate};
use crate::wire::{self, Call, Reply};

/// A call and what came of it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub call: Call,
    pub cause: Cause,
    pub id: String,
    /// 0 where no whole answer went back.
    pub status: u16,
}

/// The server; its thread ends with the test's process.
pub struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub fn start(gate: Arc<Gate>, seed: u64, noisy: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
        let port = listener.local_addr().expect("an address").port();
        let all = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&all);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (gate, kept) = (Arc::clone(&gate), Arc::clone(&kept));
                std::thread::spawn(move || {
                    let Some(call) = wire::read(&mut stream) else { return };
                    let decided = {
                        // The number of a call is its place in the list.
                        let mut kept = kept.lock().expect("free");
                        let decided = gate.decide(&call, kept.len() as u64, seed, noisy);
                        let status = match &decided.reply {
                            Reply::Whole(status, ..) => *status,
                            Reply::Events(..) => 200,
                            Reply::Reset => 0,
                        };
                        kept.push(Seen {
                            call,
                            cause: decided.cause.clone(),
                            id: decided.id.clone(),
                            status,
                        });
                        decided
                    };
                    wire::write(stream, &decided.reply);
                });
            }
        });
        Self { port, seen: all }
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("free").clone()
    }
}
