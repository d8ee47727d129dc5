//! A page for each group (`--notes`): what is known of it, as YAML, to be handed on or opened later.

use std::path::Path;

use serde::Serialize;

use crate::case::catalog::Catalog;
use crate::case::sanitize::{Format, Readmission};
use crate::case::triage::{GroupReport, Report};
use crate::io::store::{private_folder, write_atomic};
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::say;

/// Name and version of a page's form.
const SCHEMA: &str = "casefile.triage.group/1";

#[derive(Serialize)]
struct Page<'r> {
    schema: &'static str,
    #[serde(flatten)]
    group: &'r GroupReport,
    /// Of how many failures it is a part.
    failures_in_the_log: u64,
}

/// Writes a page for each group of `report` into `folder`, `group-ID.yaml`: the same group has the same name in each run.
///
/// # Errors
/// The folder or a file cannot be written; the audit refused a page.
pub(super) fn write(folder: &Path, report: &Report, catalog: &Catalog) -> Result<(), Failed> {
    let failed = |e: crate::io::store::StoreError| Failed::new(Exit::Delivery, e.to_string());
    private_folder(folder).map_err(failed)?;
    let readmission = Readmission::new(catalog);
    for group in &report.groups {
        let page = Page { schema: SCHEMA, group, failures_in_the_log: report.failures };
        let text = serde_yaml::to_string(&page).map_err(|_| {
            Failed::new(
                Exit::Delivery,
                format!("the page of group {} cannot be written as YAML; this is a defect", group.id),
            )
        })?;
        let passed = readmission.pass(&text, Format::Yaml).map_err(|refusal| {
            let what = format!(
                "the audit refused the page of group {} ({} in line {})",
                group.id, refusal.rule, refusal.line
            );
            Failed::new(Exit::Refused, format!("{what}; the pages before it are written"))
        })?;
        write_atomic(&folder.join(format!("group-{}.yaml", group.id)), passed.as_str().as_bytes())
            .map_err(failed)?;
    }
    say::line(&format!("{} pages are in {}", report.groups.len(), folder.display()));
    Ok(())
}
