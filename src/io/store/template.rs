//! The operator's own template for the note: `<config>/templates/note.md.j2`, or a file that was named.

use std::fs;
use std::path::{Path, PathBuf};

use super::file::read_text;
use super::{Config, Folders, StoreError};
use crate::case::note::Template;

/// Folders below the template's own that are looked into.
const DEPTH: usize = 2;
/// Files that it may include; more is a mistake, such as a template in a home folder.
const MOST: usize = 100;
/// Size of one file, bytes.
const LIMIT: u64 = 256 * 1024;

/// The word that asks for the built-in template where a file could stand.
pub const BUILT_IN_TEMPLATE: &str = "built-in";

/// The template to use: the file `named` (a path as it is), else the setting `template` (a path below the configuration
/// folder), else `templates/note.md.j2` there; `None`: the built-in one. Other files of its folder that end in `.j2` come
/// along, for it to include; links among them do not, they could lead anywhere.
///
/// # Errors
/// Where a file that was named is not there, or a file cannot be read.
pub fn read_template(
    folders: &Folders,
    config: &Config,
    named: Option<&Path>,
) -> Result<Option<Template>, StoreError> {
    let set = config.template.as_deref().map(Path::new);
    let (path, must_be) = match (named, set) {
        (Some(word), _) | (None, Some(word)) if word == Path::new(BUILT_IN_TEMPLATE) => return Ok(None),
        (Some(path), _) => (path.to_owned(), true),
        (None, Some(path)) => (folders.config.join(path), true),
        (None, None) => (folders.config.join("templates").join("note.md.j2"), false),
    };
    let Some(text) = read_text(&path, LIMIT)? else {
        if must_be {
            let cause = std::io::ErrorKind::NotFound.into();
            return Err(StoreError::Read { path, cause });
        }
        return Ok(None);
    };
    let mut template = Template::new(super::shown(&path), text);
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .map_or_else(|| PathBuf::from("."), Path::to_owned);
    let mut parts = Vec::new();
    collect(&folder, "", DEPTH, &mut parts)?;
    for (name, text) in parts {
        template = template.with_part(name, text);
    }
    Ok(Some(template))
}

fn collect(
    folder: &Path,
    below: &str,
    depth: usize,
    parts: &mut Vec<(String, String)>,
) -> Result<(), StoreError> {
    let failed = |cause| StoreError::Read { path: folder.to_owned(), cause };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let kind = entry.file_type().map_err(failed)?;
        if name.starts_with('.') || kind.is_symlink() {
            continue;
        }
        if kind.is_dir() {
            // A folder that is not ours to read is none of the template's.
            if depth > 0 && fs::read_dir(entry.path()).is_ok() {
                collect(&entry.path(), &format!("{below}{name}/"), depth - 1, parts)?;
            }
        } else if kind.is_file() && Path::new(&name).extension().is_some_and(|e| e == "j2") {
            if parts.len() >= MOST {
                return Err(StoreError::Faulty {
                    path: folder.to_owned(),
                    what: format!(
                        "there are more than {MOST} templates; give the note's a folder of its own"
                    ),
                });
            }
            if let Some(text) = read_text(&entry.path(), LIMIT)? {
                parts.push((format!("{below}{name}"), text));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(folder: &Path) -> Folders {
        Folders { config: folder.join("config"), state: folder.join("state") }
    }

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("writes");
    }

    #[test]
    fn the_named_file_comes_first_then_the_setting_then_the_folder() {
        let home = tempfile::tempdir().expect("a folder");
        let (folders, mut config) = (folders(home.path()), Config::default());
        let text = |config: &Config, named: Option<&Path>| {
            read_template(&folders, config, named).expect("reads").map(|t| t.text().to_owned())
        };
        assert_eq!(text(&config, None), None, "built in");
        write(&folders.config.join("templates/note.md.j2"), "folder");
        assert_eq!(text(&config, None).as_deref(), Some("folder"));
        write(&folders.config.join("other.j2"), "setting");
        config.template = Some("other.j2".into());
        assert_eq!(text(&config, None).as_deref(), Some("setting"));
        let named = home.path().join("named.md");
        write(&named, "named");
        assert_eq!(text(&config, Some(&named)).as_deref(), Some("named"));
        assert_eq!(text(&config, Some(Path::new("built-in"))), None);
        config.template = Some("built-in".into());
        assert_eq!(text(&config, None), None);
        let error =
            read_template(&folders, &config, Some(&home.path().join("nope.j2"))).expect_err("is not there");
        assert!(error.to_string().contains("nope.j2"), "{error}");
        write(&home.path().join("large/note.md.j2"), &"x".repeat(300_000));
        assert!(read_template(&folders, &config, Some(&home.path().join("large/note.md.j2"))).is_err());
    }

    #[test]
    fn parts_are_plain_files_of_the_folder() {
        let home = tempfile::tempdir().expect("a folder");
        let folders = folders(home.path());
        let root = folders.config.join("templates");
        write(&root.join("note.md.j2"), "x");
        write(&root.join("parts/head.j2"), "head");
        write(&root.join("parts/.swap.j2"), "no");
        write(&root.join("read.me"), "no");
        write(&home.path().join("secret.j2"), "no");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(home.path().join("secret.j2"), root.join("link.j2")).expect("links");
            std::os::unix::fs::symlink(home.path(), root.join("up")).expect("links");
        }
        let template = read_template(&folders, &Config::default(), None).expect("reads").expect("is there");
        let names: Vec<&str> = template.parts().map(|(name, _)| name).collect();
        assert_eq!(names, ["note.md.j2", "parts/head.j2"]);
    }
}
