//! The contract, checked before anything is sent.

use super::Draft;
use crate::case::catalog::{Catalog, Profile};
use crate::case::finding::Finding;

/// What is wrong or unusual with `draft` as far as the catalog knows. Never a refusal to send.
pub fn preflight(draft: &Draft, catalog: &Catalog, profile: Option<&Profile>) -> Vec<Finding> {
    let _ = (draft, catalog, profile);
    Vec::new()
}
