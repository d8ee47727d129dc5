//! The layers by name, so that their proof can switch one off: `layer/tests.rs` shows for each what leaks without it.
//!
//! The switch exists in the crate's own unit tests only. Everywhere else [`Layer::is_on`] is the constant `true`.

#[cfg(test)]
mod tests;

/// What stands between the input and what leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    /// What the place says: names of fields, headers, parameters.
    Structure,
    /// Values that are known: secrets that are held or were learned, texts that were dropped.
    Known,
    /// Published formats.
    Patterns,
    /// What looks random where nothing explains it.
    Entropy,
    /// The last check of what was rendered.
    Audit,
}

impl Layer {
    /// Always.
    #[cfg(not(test))]
    pub(super) const fn is_on(self) -> bool {
        matches!(self, Self::Structure | Self::Known | Self::Patterns | Self::Entropy | Self::Audit)
    }

    /// True unless a test runs without it.
    #[cfg(test)]
    pub(super) fn is_on(self) -> bool {
        OFF.with(|off| off.get() != Some(self))
    }

    /// Runs `run` without this layer, in this thread.
    #[cfg(test)]
    fn without<T>(self, run: impl FnOnce() -> T) -> T {
        OFF.with(|off| off.set(Some(self)));
        let done = run();
        OFF.with(|off| off.set(None));
        done
    }
}

#[cfg(test)]
thread_local! {
    static OFF: std::cell::Cell<Option<Layer>> = const { std::cell::Cell::new(None) };
}
