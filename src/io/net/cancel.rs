//! Cancelling an attempt: what had come until then stays in its record.

use tokio::sync::watch;

/// Cancels the attempt that holds the other end.
#[derive(Debug)]
pub struct Canceller(watch::Sender<bool>);

/// Tells an attempt that it is cancelled.
#[derive(Debug, Clone)]
pub struct Cancelled(watch::Receiver<bool>);

/// Both ends for one attempt.
pub fn cancellation() -> (Canceller, Cancelled) {
    let (sender, receiver) = watch::channel(false);
    (Canceller(sender), Cancelled(receiver))
}

impl Canceller {
    /// Cancels it.
    pub fn cancel(&self) {
        // No receiver: the attempt is over already.
        let _ = self.0.send(true);
    }
}

impl Cancelled {
    /// An attempt that nobody can cancel.
    pub fn never() -> Self {
        cancellation().1
    }

    /// It is cancelled already.
    pub(super) fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Comes back when the attempt is cancelled; never where its canceller is gone.
    pub(super) async fn wait(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|cancelled| *cancelled).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
