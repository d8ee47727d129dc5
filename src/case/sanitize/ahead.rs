//! What the first note of a process needs and no case changes, worked out while a request is under way.

use super::{Sanitizer, Words};
use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;

/// Reads the lists of `catalog`, compiles its patterns and spreads out the planted values. Takes some ten milliseconds of a
/// core; whoever needs one of them meanwhile waits for it, so nothing is done twice.
pub fn prepare(catalog: &Catalog) {
    let ring = KeyRing::default();
    let mut sanitizer = Sanitizer::new(catalog, &ring);
    let words = Words { question: "Which limit applies to this key?".to_owned(), ..Words::default() };
    sanitizer.words(&words);
    sanitizer.audit().get_ready("question: Which limit applies to this key?\n");
}
