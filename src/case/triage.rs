//! Whole logs of failures, grouped by what failed (`casefile triage`). Pure: bytes of lines in, groups out.
//!
//! ```text
//! line ──profile──> Parts ──> Form (without what differs between requests) ──memo──> Explanation ──> Group
//! Tally + Tally ──join, in any order──> Tally ──> Report;   Tally <──> Partial (JSON, sanitized)
//! ```
//!
//! Joining is associative and does not depend on any order: the groups are the same in whatever pieces, threads or machines
//! a log was read. What leaves was sanitized where it was made; what a gateway repeats of a prompt is not shown.

mod canonical;
mod echo;
mod example;
mod explained;
mod group;
mod line;
mod moment;
mod names;
mod partial;
mod reader;
mod report;
mod route;
mod sentence;
mod skim;
mod table;
mod tally;
mod texts;

pub use example::{Example, Examples};
pub use explained::Memory;
pub use group::Sample;
pub use line::Bad;
pub use partial::{NoPartial, PARTIAL_SCHEMA};
pub use reader::{Options, Reader};
pub use report::{GroupReport, REPORT_SCHEMA, Report, Sort};
pub use tally::Tally;

/// The longest line that is read, bytes.
pub const LONGEST_LINE: usize = 16 * 1024 * 1024;
