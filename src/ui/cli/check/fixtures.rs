//! The folder of fixtures: read before, written after; what is written is audited like the report.

use std::collections::BTreeMap;

use super::CheckArguments;
use crate::case::matrix::{Fixture, Plan, Report};
use crate::case::sanitize::{Audit, Format};
use crate::case::vocabulary::CheckVerdict;
use crate::io::store;
use crate::ui::cli::exit::{Exit, Failed};

/// The saved fixtures; `None` without a folder.
pub(super) fn read(
    arguments: &CheckArguments,
    plan: &Plan<'_>,
) -> Result<Option<BTreeMap<String, Fixture>>, Failed> {
    let Some(folder) = &arguments.fixtures else { return Ok(None) };
    let checks = plan.steps.iter().map(|step| step.check.id.as_str());
    store::read_fixtures(folder, checks).map(Some).map_err(|e| {
        Failed::new(
            Exit::Delivery,
            format!("--fixtures: {e}; --update writes them anew once the file is gone"),
        )
    })
}

/// Writes those that are missing, or all with `--update`. A broken answer becomes a fixture only where it is asked for, and
/// none that never came. Says what was written; `None`: nothing.
pub(super) fn write(
    arguments: &CheckArguments,
    report: &Report,
    saved: Option<&BTreeMap<String, Fixture>>,
    audit: &Audit,
) -> Result<Option<String>, Failed> {
    let (Some(folder), Some(saved)) = (&arguments.fixtures, saved) else { return Ok(None) };
    let mut written = 0;
    for fixture in &report.fixtures {
        let Some(row) = report.checks.iter().find(|row| row.id == fixture.check) else { continue };
        let wanted = match row.verdict {
            CheckVerdict::NotRun => false,
            CheckVerdict::Broken => arguments.update && row.status.is_some(),
            _ => arguments.update || !saved.contains_key(&fixture.check),
        };
        if !wanted {
            continue;
        }
        let failed = |e: store::StoreError| Failed::new(Exit::Delivery, format!("--fixtures: {e}"));
        let text = store::fixture_text(fixture).map_err(failed)?;
        let rendered = audit
            .pass(text, Format::Yaml)
            .map_err(|refusal| Failed::new(Exit::Refused, format!("fixture {}: {refusal}", fixture.check)))?;
        store::write_fixture(folder, &fixture.check, &rendered).map_err(failed)?;
        written += 1;
    }
    Ok((written > 0).then(|| format!("{written} fixtures were written to {}", store::shown(folder))))
}
