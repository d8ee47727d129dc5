//! A note that can be sent again: its request and answer as a file, and what came of sending it again.
//!
//! ```text
//! note ──Fixture::of──> Fixture ──refill──> command (to be pasted again) ──(walk)──> runs ──Outcome::of──> FIXED, STILL FAILS, …
//!                          └─────────────> practice gateway (answers as the gateway did)
//! ```
//!
//! A note holds no key and no text of the customer, so neither does a fixture. What a request lacks therefore is put back by
//! the operator (the original request), or replaced by harmless text of the same length: as proof that counts only where a
//! search has shown that the failure does not need the original text, and it is said whenever it was done.

mod command;
mod fixture;
mod outcome;
mod refill;

pub use command::{KEY_VARIABLE, command};
pub use fixture::{
    FIXTURE_SCHEMA, Fixture, FixtureError, FixtureFault, FixtureRequest, FixtureResponse, FixtureStream, Pair,
};
pub use outcome::{FollowUp, Outcome, Run};
pub use refill::{Lacking, Texts, refill};
