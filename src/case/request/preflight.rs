//! The contract, checked before anything is sent: the address, the headers and the body against the catalog.
//!
//! Fast enough for every keystroke: the body is parsed once, and a place in it is looked up only for what is reported.

mod body;
mod contract;
mod credential;
mod form;
mod headers;
mod locate;
mod payload;
mod placeholder;
mod sketch;
mod url;

use super::Draft;
use crate::case::catalog::{Catalog, Profile};
use crate::case::finding::Finding;

pub use credential::preflight_keys;
pub(crate) use placeholder::is_placeholder;

/// What is wrong or unusual with `draft` as far as the catalog knows. Never a refusal to send.
///
/// Order: address, headers, body. Each finding has a stable id, a place and a fix that names what to write.
pub fn preflight(draft: &Draft, catalog: &Catalog, profile: Option<&Profile>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let address = url::check(draft, catalog, profile, &mut findings);
    headers::check(draft, &address, catalog, profile, &mut findings);
    credential::check(draft, &address, &catalog.contract, profile, &mut findings);
    let against = body::Against { address: &address, contract: &catalog.contract, profile };
    body::check(draft, &against, &mut findings);
    findings
}

#[cfg(test)]
mod tests;
