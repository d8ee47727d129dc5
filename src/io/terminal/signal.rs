//! Signals that ask the program to end.

/// Why the system wants us to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM.
    Terminate,
    /// SIGHUP, or the end of the terminal's input: the terminal went away.
    HangUp,
    /// SIGINT, Ctrl-C where the terminal is not raw.
    Interrupt,
    /// SIGQUIT, Ctrl-\ where the terminal is not raw.
    Quit,
}

impl Signal {
    /// The exit code by convention: 128 and the signal's number.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::HangUp => 129,
            Self::Interrupt => 130,
            Self::Quit => 131,
            Self::Terminate => 143,
        }
    }
}

/// Ends when the system wants us to end. It listens from the call on, before its first poll: call it before the terminal
/// is taken, pin it outside the loop and select on `&mut` of it, because a signal between two futures would be lost.
/// Needs a tokio runtime.
#[cfg(unix)]
pub fn terminated() -> impl Future<Output = Signal> {
    use tokio::signal::unix::{Signal as Listener, SignalKind, signal};
    async fn on(listener: Option<Listener>) {
        match listener {
            Some(mut listener) => {
                listener.recv().await;
            }
            // Where we cannot listen the system's own way holds, and we never hear of it.
            None => std::future::pending().await,
        }
    }
    let [terminate, hang_up, interrupt, quit] =
        [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt(), SignalKind::quit()]
            .map(|kind| signal(kind).ok());
    async move {
        tokio::select! {
            () = on(terminate) => Signal::Terminate,
            () = on(hang_up) => Signal::HangUp,
            () = on(interrupt) => Signal::Interrupt,
            () = on(quit) => Signal::Quit,
        }
    }
}

/// Ends when the system wants us to end; here that is Ctrl-C only. Needs a tokio runtime.
#[cfg(not(unix))]
pub async fn terminated() -> Signal {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    Signal::Interrupt
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_signal_is_heard() {
        for (name, signal) in [("-HUP", Signal::HangUp), ("-QUIT", Signal::Quit)] {
            // The handlers are there before the first poll; without them the signal would end the test program.
            let mut ended = std::pin::pin!(terminated());
            let id = std::process::id().to_string();
            let sent = std::process::Command::new("kill").args([name, &id]).status().expect("kill runs");
            assert!(sent.success());
            let heard = tokio::time::timeout(std::time::Duration::from_secs(5), &mut ended).await;
            assert_eq!(heard.ok(), Some(signal));
        }
    }
}
