//! Ground floor, pure: what a failure is and what may be said of it.
//!
//! Nothing here touches files, the network, the environment, the terminal, the clock or a source of randomness;
//! `tests/tidy.rs` checks it. Doors between the rooms go one way:
//! request, evidence, catalog <- intake, retry, sanitize, diagnose <- isolate <- note <- session.

pub mod catalog;
pub mod chunked;
pub mod claims;
pub mod csv;
pub mod destination;
pub mod diagnose;
pub mod evidence;
pub mod explain;
pub mod finding;
pub mod fingerprint;
pub mod intake;
pub mod isolate;
pub mod kept;
pub mod keyring;
pub mod matrix;
pub mod note;
pub mod pattern;
pub mod pointer;
pub mod probe;
pub mod replay;
pub mod request;
pub mod retry;
pub mod review;
pub mod sanitize;
pub mod triage;
pub mod vocabulary;
