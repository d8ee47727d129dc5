//! The line to a database: made at the first question, made again where it broke, never waited on for ever.
//!
//! The rest of the program asks its stores without waiting in between, also from inside its own event loop; so each question
//! runs on a thread of its own, and the connection lives in an event loop that only such threads turn.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};

use super::schema;
use super::tls::Tls;
use super::trouble::{Trouble, of_io};
use crate::io::store::place::{Host, TeamAddress};

/// Until connected, tables up to date.
const CONNECTING: Duration = Duration::from_secs(10);
/// One question at the longest; the server ends its statements before.
const ASKING: Duration = Duration::from_secs(30);
/// Waits between the tries of one question: a server that is started again has about this long.
const WAITS: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(3),
];
/// Bytes that are taken for one question.
const MOST_BYTES: u64 = 512 * 1024 * 1024;
/// What holds for each connection: no statement and no lock is waited on for ever, and names are looked up in no schema
/// that another role could put before ours.
const SETTINGS: &str = "SET statement_timeout = '20s'; SET lock_timeout = '10s'; \
                        SET idle_in_transaction_session_timeout = '20s'; SET search_path = pg_catalog; \
                        SET client_min_messages = error; SET standard_conforming_strings = on";

/// The line.
pub(super) struct Line {
    address: TeamAddress,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    runtime: Option<Runtime>,
    open: Option<Open>,
    /// The last question found nobody, so that the next one does not wait as long.
    is_away: bool,
}

struct Open {
    client: Client,
    budget: Arc<AtomicU64>,
}

impl Drop for State {
    fn drop(&mut self) {
        self.open = None;
        // It may be dropped inside another event loop, where nothing may be waited on.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Line {
    pub(super) fn to(address: TeamAddress) -> Self {
        Self { address, state: Mutex::default() }
    }

    /// Does `work` with the connection; where the line breaks, again with a new one. So `work` must be such that doing it
    /// twice is as good as once.
    pub(super) fn ask<T: Send>(
        &self,
        work: impl AsyncFn(&mut Client) -> Result<T, Trouble> + Send + Sync,
    ) -> Result<T, Trouble> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        let asked = std::thread::scope(|scope| scope.spawn(|| self.turn(state, &work)).join());
        asked.unwrap_or_else(|_| Err(Trouble::refused("the question ended in a defect", "report it, please")))
    }

    fn turn<T>(
        &self,
        state: &mut State,
        work: &impl AsyncFn(&mut Client) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let State { runtime, open, is_away } = state;
        let runtime = match runtime {
            Some(runtime) => runtime,
            none => none.insert(Builder::new_current_thread().enable_all().build().map_err(|e| of_io(&e))?),
        };
        let waits: &[Duration] = if *is_away { &[] } else { &WAITS };
        let mut waits = waits.iter();
        let done = runtime.block_on(async {
            loop {
                let trouble = match once(&self.address, open, work).await {
                    Err(Trouble::Away(what)) => what,
                    done => return done,
                };
                *open = None;
                let Some(wait) = waits.next() else { return Err(Trouble::Away(trouble)) };
                tokio::time::sleep(*wait).await;
            }
        });
        *is_away = matches!(done, Err(Trouble::Away(_)));
        done
    }
}

/// One try.
async fn once<T>(
    address: &TeamAddress,
    open: &mut Option<Open>,
    work: &impl AsyncFn(&mut Client) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    if open.as_ref().is_none_or(|open| open.client.is_closed()) {
        *open = Some(in_time(CONNECTING, connect(address)).await?);
    }
    let Some(Open { client, budget }) = open else { return Err(Trouble::Away("the connection broke")) };
    budget.store(MOST_BYTES, Ordering::Relaxed);
    let done = in_time(ASKING, work(client)).await;
    if budget.load(Ordering::Relaxed) == 0 {
        *open = None;
        return Err(of_io(&io::Error::other(TooMuch)));
    }
    done
}

async fn in_time<T>(time: Duration, work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    match tokio::time::timeout(time, work).await {
        Ok(done) => done,
        // Whoever is silent for so long is not asked again and again.
        Err(_) => Err(Trouble::refused(
            "the server does not answer in time",
            "see that the server can be reached and is not too busy, then try again",
        )),
    }
}

async fn connect(address: &TeamAddress) -> Result<Open, Trouble> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let mut config = Config::new();
    let user = address.user.clone().or_else(|| variable("PGUSER")).or_else(|| variable("USER"));
    let user = user.ok_or_else(|| {
        Trouble::refused(
            "nobody says which role to use",
            "write it into the address: postgres://ROLE@HOST/DATABASE",
        )
    })?;
    config.dbname(address.database.as_deref().unwrap_or(&user)).user(user).application_name("casefile");
    let password = address.password.clone().or_else(|| variable("PGPASSWORD").map(SecretString::from));
    if let Some(password) = password {
        config.password(password.expose_secret());
    }
    config.ssl_mode(if address.tls { SslMode::Require } else { SslMode::Disable });
    let budget = Arc::new(AtomicU64::new(MOST_BYTES));
    let failed = |e: io::Error| of_io(&e);
    let mut client = match &address.host {
        #[cfg(unix)]
        Host::Socket(folder) => {
            let path = folder.join(format!(".s.PGSQL.{}", address.port));
            let stream = tokio::net::UnixStream::connect(path).await.map_err(failed)?;
            start(&config, Metered { stream, budget: Arc::clone(&budget) }, None).await?
        }
        #[cfg(not(unix))]
        Host::Socket(_) => {
            return Err(Trouble::refused("this system has no Unix sockets", "name a host in the address"));
        }
        Host::Network(name) => {
            let tls = if address.tls { Some(Tls::new(name, address.root.as_deref())?) } else { None };
            let bare = name.trim_start_matches('[').trim_end_matches(']');
            let stream = tokio::net::TcpStream::connect((bare, address.port)).await.map_err(failed)?;
            // Small questions, each waited for.
            stream.set_nodelay(true).map_err(failed)?;
            start(&config, Metered { stream, budget: Arc::clone(&budget) }, tls).await?
        }
    };
    client.batch_execute(SETTINGS).await?;
    schema::bring_up(&mut client).await?;
    Ok(Open { client, budget })
}

/// Begins to speak over `stream`; the connection is turned by the event loop of the questions.
async fn start<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    config: &Config,
    stream: S,
    tls: Option<Tls>,
) -> Result<Client, Trouble> {
    // How a connection ends is seen by the question that needs it.
    if let Some(tls) = tls {
        let (client, connection) = config.connect_raw(stream, tls).await?;
        tokio::spawn(async { drop(connection.await) });
        return Ok(client);
    }
    let (client, connection) = config.connect_raw(stream, NoTls).await?;
    tokio::spawn(async { drop(connection.await) });
    Ok(client)
}

/// More came than a question may bring.
#[derive(Debug, thiserror::Error)]
#[error("more came than a question may bring")]
pub(super) struct TooMuch;

/// A stream that gives no more than its budget.
struct Metered<S> {
    stream: S,
    budget: Arc<AtomicU64>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let done = Pin::new(&mut self.stream).poll_read(cx, buf);
        let came = buf.filled().len().saturating_sub(before) as u64;
        let left = self.budget.load(Ordering::Relaxed).saturating_sub(came);
        self.budget.store(left, Ordering::Relaxed);
        if left == 0 { Poll::Ready(Err(io::Error::other(TooMuch))) } else { done }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
