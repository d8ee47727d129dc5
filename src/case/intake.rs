//! Text to [`Intake`]: curl commands, error texts, responses. Never fails on what people paste.

use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;
use crate::case::request::Intake;

/// Reads what an operator pasted. Literal secrets move into `ring` and leave their label behind; a shell variable
/// becomes `[env:NAME]`. What cannot be used is a finding with its place.
pub fn read(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let _ = (text, catalog, ring);
    Intake { kind: "nothing", ..Intake::default() }
}

/// Reads an answer that the operator has: a body, or `curl -i` text with its head. `status` and `at` are what the
/// operator said of it and win over what the text says.
pub fn read_response(
    text: &[u8],
    status: Option<u16>,
    at: Option<chrono::DateTime<chrono::Utc>>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Intake {
    let _ = (text, status, at, catalog, ring);
    Intake { kind: "nothing", ..Intake::default() }
}

/// Moves literal secrets out of `text` (an edited header value, URL or body) into `ring`; gives the masked text and
/// whether anything was found.
pub fn mask_secrets(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> (String, bool) {
    let _ = (catalog, ring);
    (text.to_owned(), false)
}

/// Moves the value of a credential header out of `value`; `name` decides. Values that are references stay.
pub fn mask_header(name: &str, value: &str, catalog: &Catalog, ring: &mut KeyRing) -> String {
    let _ = name;
    mask_secrets(value, catalog, ring).0
}
