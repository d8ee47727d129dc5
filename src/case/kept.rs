//! A case that is kept: its note as it was delivered, and a small record by which it is found again.
//!
//! ```text
//! Rendered note ──KeptCase::of──> Record + note ──> a store
//! Records ──Twins──> "same failure: CF-… on DAY, 9 times"      two notes ──compare──> Comparison
//! ```
//!
//! A case that is still worked on is kept as [`Unfinished`]: cleaned evidence and words, from which it goes on.
//!
//! Only a [`Rendered`](crate::case::sanitize::Rendered) note can be kept, and the record is made from it alone, so nothing
//! stands in a store that could not have left. What comes out of a store is checked again: its files may have been edited.

mod bundle;
mod compare;
mod filter;
mod group;
mod record;
mod twins;
mod unfinished;

pub use bundle::{BUNDLE_SCHEMA, Bundle, Bundled, Refused};
pub use compare::{Change, Comparison, compare};
pub use filter::Filter;
pub use group::{Group, groups};
pub(in crate::case) use record::last_said;
pub use record::{
    About, Delivery, KeptCase, NoNote, Outcome, RECORD_SCHEMA, Record, Ticket, attempt_fingerprint,
    fingerprint,
};
pub use twins::{Twins, TwinsOf};
pub use unfinished::{Observed, RunFacts, SavedCase, UNFINISHED_SCHEMA, Unfinished};
