//! What `--notes` writes: a note for each group, made of one of its failures, else a page of what is known of the group.

use std::path::Path;

use serde::Serialize;

use super::case;
use crate::case::sanitize::{Format, Readmission};
use crate::case::triage::{Examples, GroupReport, Report};
use crate::io::store::{private_folder, shown, write_atomic};
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::say;
use crate::ui::cli::start::Ground;

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

/// Writes for each group of `report` into `folder`: `group-ID.yaml`, its page, and `note-ID.yaml`, a note of one of its
/// failures, where one is known. The same group has the same names in each run.
///
/// # Errors
/// The folder or a file cannot be written; the audit refused a page.
pub(super) fn write(
    folder: &Path,
    report: &Report,
    ground: &Ground,
    examples: Option<&Examples>,
) -> Result<(), Failed> {
    let failed = |e: crate::io::store::StoreError| Failed::new(Exit::Delivery, e.to_string());
    private_folder(folder).map_err(failed)?;
    let readmission = Readmission::new(&ground.catalog);
    let mut notes = 0;
    for group in &report.groups {
        let text = page(group, report.failures, &readmission)
            .map_err(|what| Failed::new(Exit::Refused, format!("{what}; the pages before it are written")))?;
        write_atomic(&folder.join(format!("group-{}.yaml", group.id)), text.as_bytes()).map_err(failed)?;
        let Some(example) = example(group, examples) else { continue };
        match case::of(ground, group, &example, report.failures) {
            Ok(case) => {
                let path = folder.join(format!("note-{}.yaml", group.id));
                write_atomic(&path, case.note.as_str().as_bytes()).map_err(failed)?;
                notes += 1;
            }
            Err(why) => say::line(&format!("group {} has a page and no note: {why}", group.id)),
        }
    }
    say::line(&format!("{} pages and {notes} notes are in {}", report.groups.len(), shown(folder)));
    Ok(())
}

/// The failure that stands for a group; none where its words repeat what users sent.
pub(super) fn example(
    group: &GroupReport,
    examples: Option<&Examples>,
) -> Option<crate::case::triage::Example> {
    if group.words_withheld { None } else { examples?.of(&group.id) }
}

/// The page of a group.
///
/// # Errors
/// The audit refused it.
pub(super) fn page(group: &GroupReport, failures: u64, readmission: &Readmission) -> Result<String, String> {
    let page = Page { schema: SCHEMA, group, failures_in_the_log: failures };
    let text = serde_yaml::to_string(&page)
        .map_err(|_| format!("the page of group {} cannot be written as YAML; this is a defect", group.id))?;
    let passed = readmission.pass(&text, Format::Yaml).map_err(|refusal| {
        format!(
            "the audit refused the page of group {} ({} in line {})",
            group.id, refusal.rule, refusal.line
        )
    })?;
    Ok(passed.as_str().to_owned())
}
