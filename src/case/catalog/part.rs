//! A part of the catalog that is read when it is first looked at: most runs need a few of them only.

use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

/// One part of the catalog. It stands for its value, wherever a reference to that is wanted.
pub struct Part<T> {
    value: OnceLock<T>,
    read: fn() -> T,
}

impl<T> Part<T> {
    /// A part that `read` makes at the first look.
    pub const fn new(read: fn() -> T) -> Self {
        Self { value: OnceLock::new(), read }
    }
}

impl<T> Deref for Part<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.get_or_init(self.read)
    }
}

impl<T> DerefMut for Part<T> {
    fn deref_mut(&mut self) -> &mut T {
        let read = self.read;
        self.value.get_or_init(read);
        match self.value.get_mut() {
            Some(value) => value,
            None => unreachable!("it was made a line before"),
        }
    }
}

impl<T: Default> Default for Part<T> {
    fn default() -> Self {
        Self::new(T::default)
    }
}

/// What was not looked at yet is read anew, where the copy is looked at.
impl<T: Clone> Clone for Part<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), read: self.read }
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Part<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.value.get() {
            Some(value) => value.fmt(f),
            None => f.write_str("(not read yet)"),
        }
    }
}

impl<'a, T> IntoIterator for &'a Part<Vec<T>> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
