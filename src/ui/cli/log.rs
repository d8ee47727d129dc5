//! The log of this program's own steps. Names steps, numbers and statuses; never a request, an answer or a key.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

use super::exit::{Exit, Failed};

/// Appends the log to `path` (mode 0600). Only our own crate may speak: libraries log headers at debug level.
///
/// # Errors
/// The file cannot be opened.
pub(super) fn begin(path: &Path) -> Result<(), Failed> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|e| {
        Failed::new(
            Exit::Delivery,
            format!("the log {} cannot be written ({e}); choose another file", path.display()),
        )
    })?;
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .with_filter(Targets::new().with_target("casefile", tracing::Level::INFO));
    // A second call in one process (a test) keeps the first log.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer));
    Ok(())
}
