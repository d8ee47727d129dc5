//! The contract matrix: small requests with one thing changed each, and whether what comes is what the profile expects.
//!
//! ```text
//! Catalog + Choice ──plan──> Plan (requests) ──sent, one after the other──> Answered* ──judge──> Report
//!                                                             fixtures of the last time ──> drift ──┘
//! Report ──text | json | junit──> audit ──> Rendered
//! ```
//!
//! Nothing here sends. A verdict stands on words and numbers only (status, envelope, code, type, layer, verdicts), never
//! on the words of a message. What no source documents is `observed`, and neither kept nor broken.

mod criteria;
mod entry;
mod facts;
mod fixture;
mod judge;
mod junit;
mod leave;
mod plan;
mod report;
mod request;
mod row;
mod shape;
mod smoke;
mod text;

pub use criteria::CriterionRow;
pub use entry::{Entry, EntryOf};
pub use fixture::{Drift, Fixture};
pub use judge::Difference;
pub use leave::Format;
pub use plan::{Answered, Choice, Plan, Planned, Run, Step};
pub use report::{Circumstances, Ending, Given, Pins, Report, report};
pub use request::base_path;
pub use row::Row;
pub use shape::{Change, Shape};
pub use smoke::LogRecord;

#[cfg(test)]
mod tests;
