//! The command that LiteLLM logs of what it sends: its address is the base alone, and its body is Python's print in single
//! quotes, which no shell would take.

use super::{literal, secret};
use crate::case::catalog::Catalog;
use crate::case::finding::{Finding, Level, Place};
use crate::case::keyring::KeyRing;
use crate::case::request::Draft;

/// Bytes of the command that are searched for its body.
const LONGEST: usize = 1 << 20;

/// Puts the body as JSON into `draft`; the command's arguments begin at `from` in `text`. Gives the byte behind the body
/// and what is to be said.
pub(super) fn mend(
    text: &str,
    from: usize,
    draft: &mut Draft,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Option<(usize, Finding)> {
    let rest = text.get(from..)?;
    let rest = rest.get(..LONGEST).unwrap_or(rest);
    let at = rest.find("-d '{")? + "-d '".len();
    let (json, len) = literal::read(rest.get(at..)?, false)?;
    draft.body = secret::mask_free(&json, catalog, ring).0.into();
    let content_type = draft.headers.iter_mut().find(|h| h.name.eq_ignore_ascii_case("content-type"));
    if let Some(header) = content_type {
        "application/json".clone_into(&mut header.value);
    }
    let finding = Finding::new(
        "url_is_base",
        Level::Warning,
        "LiteLLM's line names the base address and not the path that was called",
    )
    .at(Place::Url)
    .fix("add the path, for example /chat/completions");
    Some((from + at + len + 1, finding))
}
