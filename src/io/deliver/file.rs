//! A note as a file, named by its case.

use std::path::{Path, PathBuf};

use super::DeliverError;
use crate::case::sanitize::{Format, Rendered};
use crate::io::store::{private_folder, shown, write_atomic};
use crate::session::{Delivered, case_id};

/// The file that the operator's `path` means for this note; a folder is made if need be.
pub(super) fn place(rendered: &Rendered, path: &str, home: Option<&Path>) -> Result<PathBuf, DeliverError> {
    let whole = match path.strip_prefix("~/") {
        Some(rest) => home.ok_or(DeliverError::NoHome)?.join(rest),
        None => PathBuf::from(path),
    };
    if path.ends_with('/') || (cfg!(windows) && path.ends_with('\\')) {
        private_folder(&whole)?;
        return Ok(place_in(rendered, &whole));
    }
    Ok(whole)
}

/// Writes into `folder`, which must exist, under the name of the note's case. A note without one never replaces a file.
pub(super) fn write_into(rendered: &Rendered, folder: &Path) -> Result<Delivered, DeliverError> {
    write_at(rendered, &place_in(rendered, folder))
}

fn place_in(rendered: &Rendered, folder: &Path) -> PathBuf {
    let ending = ending(rendered.format());
    match case_id::find(rendered.as_str()) {
        Some(id) => folder.join(format!("{id}.{ending}")),
        None => (1_u32..1000)
            .map(|n| if n == 1 { String::new() } else { format!("-{n}") })
            .map(|n| folder.join(format!("casefile-note{n}.{ending}")))
            .find(|path| path.symlink_metadata().is_err())
            .unwrap_or_else(|| folder.join(format!("casefile-note.{ending}"))),
    }
}

/// Writes to that file, over what is there.
pub(super) fn write_at(rendered: &Rendered, path: &Path) -> Result<Delivered, DeliverError> {
    write_atomic(path, rendered.as_str().as_bytes())?;
    let path = shown(path);
    Ok(Delivered { route: format!("file {path}"), certain: true, path: Some(path) })
}

fn ending(format: Format) -> &'static str {
    match format {
        Format::Yaml => "yaml",
        Format::Markdown => "md",
        Format::Json => "json",
        Format::Plain => "txt",
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::super::tests::note;
    use super::*;

    fn write(rendered: &Rendered, path: &str, home: Option<&Path>) -> Result<Delivered, DeliverError> {
        write_at(rendered, &place(rendered, path, home)?)
    }

    #[test]
    fn a_note_is_written_where_the_operator_says() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| format!("{}/{path}", folder.path().display());
        let text = "case_id: CF-20261121-7K3M9QXZ\n";
        let table = [
            (at("a.yaml"), Format::Yaml, at("a.yaml")),
            (at("notes/"), Format::Markdown, at("notes/CF-20261121-7K3M9QXZ.md")),
            ("~/b.txt".to_owned(), Format::Plain, at("b.txt")),
            ("~/".to_owned(), Format::Json, at("CF-20261121-7K3M9QXZ.json")),
        ];
        for (path, format, written) in table {
            let delivered = write(&note(text, format), &path, Some(folder.path())).expect(&path);
            assert_eq!(delivered.path.as_deref(), Some(written.as_str()));
            assert_eq!(delivered.route, format!("file {written}"));
            assert_eq!(std::fs::read_to_string(&written).expect("there"), text);
        }
        let said =
            |path: &str| write(&note(text, Format::Yaml), path, None).expect_err("refused").to_string();
        assert!(said(&at("notes")).contains("end the path with /"));
        assert!(said("~/x").contains("no home folder"));
        assert!(said("").contains("path of a file"));
    }

    #[test]
    fn a_note_without_a_case_never_replaces_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["casefile-note.md", "casefile-note-2.md", "casefile-note-3.md"] {
            let delivered = write_into(&note("text", Format::Markdown), folder.path()).expect("writes");
            assert!(delivered.path.is_some_and(|p| p.ends_with(name)), "{name}");
        }
    }
}
