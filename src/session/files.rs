//! The files of a form: looked at before the operator is asked, and again before each sending. Their contents stay
//! outside.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::{Effect, FileFacts, FileSeen, FileTrouble, FilesSeen, Paths, Session};
use crate::case::finding::{Finding, Level, Place};
use crate::case::intake;
use crate::case::keyring::env_names;
use crate::case::request::{Part, PartContent, Request};

/// Bytes that the files of one request may have together.
pub const MOST_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes of a text file that becomes the body: it is shown and edited like a pasted one.
pub const MOST_BODY_BYTES: u64 = 16 * 1024 * 1024;
/// Largest file that is opened as a paste, bytes.
pub const MOST_OPENED_BYTES: u64 = 64 * 1024 * 1024;

impl Session {
    /// Asks for a look at files that are not known yet; with `again` at all.
    pub(super) fn look_at_files(&self, again: bool) -> Option<Effect> {
        let mut paths: Vec<String> = Vec::new();
        for path in self.draft.form.iter().filter_map(Part::path) {
            let is_known = self.seen.files.iter().any(|seen| seen.path == path);
            if (again || !is_known) && env_names(path).is_empty() && !paths.iter().any(|p| p == path) {
                paths.push(path.to_owned());
            }
        }
        (!paths.is_empty()).then_some(Effect::LookAtFiles(Paths(paths)))
    }

    pub(super) fn files_seen(&mut self, new: FilesSeen, now: DateTime<Utc>) -> Vec<Effect> {
        self.seen.files.retain(|old| new.files.iter().all(|file| file.path != old.path));
        self.seen.files.extend(new.files);
        // What was looked at for an earlier draft is of no use any more.
        let form = &self.draft.form;
        self.seen.files.retain(|seen| form.iter().any(|part| part.path() == Some(seen.path.as_str())));
        self.seen.folder = new.folder;
        let mut effects = self.draft_changed();
        if std::mem::take(&mut self.send_after_look) {
            effects.extend(self.ask_to_send(now));
        }
        effects
    }

    /// Sizes, as far as the files were seen.
    pub(super) fn put_sizes(&self, form: &mut [Part]) {
        for part in form {
            if let PartContent::File { path, bytes } = &mut part.content {
                *bytes = self.seen_at(path).and_then(|seen| seen.look.ok()).map(|facts| facts.bytes);
            }
        }
    }

    /// The text of the file that the command names becomes the body, masked as a pasted one would be.
    pub(super) fn body_read(&mut self, read: &Result<SecretString, FileTrouble>) -> Vec<Effect> {
        let Some(file) = self.body_file.take().filter(|_| self.draft.body.is_empty() && !self.is_busy())
        else {
            return Vec::new();
        };
        let told = match read {
            Ok(text) => {
                let text = text.expose_secret();
                let (body, key) = intake::body_of_file(text, &file, &self.catalog, &mut self.ring);
                self.draft.body = body.into();
                self.paste_findings.retain(|f| f.id != "body_from_file");
                self.paste_findings.extend(key);
                Finding::new(
                    "body_read_from_file",
                    Level::Info,
                    format!("the body was read from the file that the command names: {} bytes", text.len()),
                )
                .fix("check that it is the body that failed")
            }
            Err(trouble) => {
                let why = trouble.in_words();
                self.paste_findings.retain(|f| f.id != "body_from_file");
                Finding::new(
                    "body_from_file",
                    Level::Warning,
                    format!("the body comes from a file that could not be read: {why}"),
                )
                .fix("start casefile in the folder in which the command ran, or put the body in yourself")
            }
        };
        self.paste_findings.push(told.at(Place::Body { line: 1, column: 1, path: String::new() }));
        self.draft_changed()
    }

    fn seen_at(&self, path: &str) -> Option<&FileSeen> {
        self.seen.files.iter().find(|seen| seen.path == path)
    }

    pub(super) fn findings_of_files(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for part in &self.draft.form {
            let Some(path) = part.path() else { continue };
            let finding = match self.seen_at(path).map(|seen| seen.look) {
                None => None,
                Some(Err(trouble)) => Some(self.trouble(part, path, trouble)),
                Some(Ok(facts)) => about_type(part, facts),
            };
            findings.extend(finding);
        }
        let all: u64 =
            self.seen.files.iter().filter_map(|s| s.look.ok()).map(|f| f.bytes).fold(0, u64::saturating_add);
        if all > MOST_FILE_BYTES {
            findings.push(too_large(Place::Whole));
        }
        findings
    }

    fn trouble(&self, part: &Part, path: &str, trouble: FileTrouble) -> Finding {
        let place = Place::Field(part.name.clone());
        let folder = &self.seen.folder;
        let (id, message, fix) = match trouble {
            FileTrouble::TooLarge => return too_large(place),
            FileTrouble::Missing if path.is_empty() => (
                "file_missing",
                "no path is given for the file yet".to_owned(),
                "write it behind the @".to_owned(),
            ),
            FileTrouble::Missing if path == "-" => (
                "file_missing",
                "the file comes from the standard input of the command, which is not here".to_owned(),
                "save it to a file and write its path".to_owned(),
            ),
            FileTrouble::Missing if path.starts_with('~') => (
                "file_missing",
                "there is no such file: behind @ no shell replaces a ~ by the home folder".to_owned(),
                "write the whole path".to_owned(),
            ),
            FileTrouble::Missing if path.starts_with('/') => (
                "file_missing",
                "there is no such file on this machine".to_owned(),
                "copy it there, or write the path that it has here".to_owned(),
            ),
            FileTrouble::Missing => (
                "file_missing",
                format!("there is no such file; it was looked for from the folder {folder}"),
                "start casefile in the folder in which the command ran, or write the whole path".to_owned(),
            ),
            FileTrouble::NotAFile => (
                "file_not_regular",
                "the path leads to a folder, a pipe or a device, not to a file".to_owned(),
                "write the path of a file".to_owned(),
            ),
            FileTrouble::Unreadable | FileTrouble::NotText => (
                "file_unreadable",
                "the file is there, but it may not be read".to_owned(),
                "change its permissions, or copy it".to_owned(),
            ),
        };
        Finding::new(id, Level::Error, message).at(place).fix(fix)
    }

    /// What stands in the way of sending the form's files.
    pub(super) fn file_obstacle(&self, request: &Request) -> Option<Finding> {
        let unseen = request.form.iter().find(|part| {
            matches!(&part.content, PartContent::File { bytes: None, path } if self.seen_at(path).is_none_or(|s| s.look.is_ok()))
        });
        let unseen = unseen.map(|part| {
            Finding::new(
                "file_not_seen",
                Level::Error,
                "a file of the form was not looked at: its path is not known",
            )
            .at(Place::Field(part.name.clone()))
            .fix("write the whole path")
        });
        self.file_findings.iter().find(|f| f.level == Level::Error).cloned().or(unseen).or_else(|| {
            // Without the body that the command reads from a file another request would be reproduced.
            let unread = self.paste_findings.iter().find(|f| f.id == "body_from_file");
            unread.filter(|_| request.body.is_none() && request.form.is_empty()).cloned()
        })
    }
}

fn too_large(place: Place) -> Finding {
    Finding::new(
        "file_too_large",
        Level::Error,
        "the files are larger than the 64 MiB that are sent from here",
    )
    .at(place)
    .fix("reproduce with a smaller file; if the size is the fault, keep the answer that you have")
}

/// The type that is declared for a file, against what its first bytes say.
fn about_type(part: &Part, facts: FileFacts) -> Option<Finding> {
    let place = Place::Field(part.name.clone());
    if facts.bytes == 0 {
        return Some(
            Finding::new("file_empty", Level::Warning, "the file is empty")
                .at(place)
                .fix("check that it is the file that failed"),
        );
    }
    let (kind, declared) = (facts.kind?, part.sent_media_type().filter(|_| part.sent_filename().is_some())?);
    let declared = declared.split(';').next().unwrap_or("").trim();
    if declared.eq_ignore_ascii_case(kind) || same_family(declared, kind) {
        return None;
    }
    let message = if declared == "application/octet-stream" && part.media_type.is_none() {
        format!("the file is {kind} by its first bytes, but curl sends it as application/octet-stream")
    } else {
        format!("the file is {kind} by its first bytes, but it is sent under another type")
    };
    let fix = format!("add ;type={kind} behind the path; some endpoints look at the declared type only");
    Some(Finding::new("file_type_differs", Level::Info, message).at(place).fix(fix))
}

/// Names that stand for the same kind of file: `audio/mp3` and `audio/mpeg`, `audio/x-wav` and `audio/wav`.
fn same_family(one: &str, other: &str) -> bool {
    let plain = |media: &str| {
        let media = media.to_ascii_lowercase().replace("/x-", "/");
        match media.as_str() {
            "audio/mp3" | "audio/mpga" => "audio/mpeg".to_owned(),
            "audio/wave" | "audio/vnd.wave" => "audio/wav".to_owned(),
            "image/jpg" => "image/jpeg".to_owned(),
            "audio/m4a" | "audio/mp4" => "video/mp4".to_owned(),
            "audio/webm" => "video/webm".to_owned(),
            _ => media,
        }
    };
    plain(one) == plain(other)
}
