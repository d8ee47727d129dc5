//! A case as a fixture: request and answer, to be served or sent again.

use std::path::Path;

use super::{Desk, id_among};
use crate::case::replay::Fixture;
use crate::case::sanitize::Format;
use crate::io::store;
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::say;

/// Prints it, or writes it to `out`.
pub(super) fn run(desk: &Desk, case: &str, out: Option<&Path>) -> Result<Exit, Failed> {
    let id = id_among(&desk.records()?, case)?;
    let fixture =
        Fixture::of(&desk.value(&id)?).map_err(|e| Failed::new(Exit::NothingUsable, format!("{id}: {e}")))?;
    let passed = desk
        .readmission
        .pass(&fixture.text(), Format::Json)
        .map_err(|refusal| Failed::new(Exit::Refused, format!("{id}: {refusal}")))?;
    let Some(path) = out else {
        super::print(passed.as_str())?;
        return Ok(Exit::Done);
    };
    store::write_atomic(path, passed.as_str().as_bytes()).map_err(|e| super::failed(&e))?;
    say::line(&format!("written to {}", store::shown(path)));
    Ok(Exit::Done)
}
