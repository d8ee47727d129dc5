//! What is worked out of a catalog once.

use std::sync::{Arc, OnceLock};

/// A value that is worked out at its first use and kept beside what it was worked out of. A copy, which may be changed,
/// begins anew.
pub struct Derived<T: ?Sized>(OnceLock<Arc<T>>);

impl<T: ?Sized> Derived<T> {
    /// The value, worked out by `make` at the first use.
    pub fn of(&self, make: impl FnOnce() -> Arc<T>) -> Arc<T> {
        Arc::clone(self.0.get_or_init(make))
    }
}

impl<T: ?Sized> Default for Derived<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T: ?Sized> Clone for Derived<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T: ?Sized> std::fmt::Debug for Derived<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Derived({})", if self.0.get().is_some() { "known" } else { "not yet" })
    }
}
