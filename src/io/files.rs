//! The files that a form uploads: a look at them before the operator is asked, and their bytes when it is sent.

use std::fs::{File, Metadata};
use std::io::Read;

use secrecy::SecretString;

use crate::case::intake;
use crate::session::{
    FileFacts, FileSeen, FileTrouble, FilesSeen, MOST_BODY_BYTES, MOST_FILE_BYTES, MOST_OPENED_BYTES,
};

/// Bytes at a file's start that tell its kind.
const HEAD: u64 = 16;

/// Looks at each of `paths`: relative ones from the current folder, nothing in them replaced.
pub fn look(paths: Vec<String>) -> FilesSeen {
    let folder = std::env::current_dir().map_or_else(|_| ".".to_owned(), |f| f.display().to_string());
    let files = paths
        .into_iter()
        .map(|path| {
            let look = look_at(&path);
            FileSeen { path, look }
        })
        .collect();
    FilesSeen { folder, files }
}

fn look_at(path: &str) -> Result<FileFacts, FileTrouble> {
    let (file, facts) = open(path)?;
    if facts.len() > MOST_FILE_BYTES {
        return Err(FileTrouble::TooLarge);
    }
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head).map_err(|_| FileTrouble::Unreadable)?;
    Ok(FileFacts { bytes: facts.len(), kind: kind(&head) })
}

/// Opens a regular file. A pipe is not opened: that would wait for its writer.
fn open(path: &str) -> Result<(File, Metadata), FileTrouble> {
    let facts = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => FileTrouble::Unreadable,
        _ => FileTrouble::Missing,
    })?;
    if !facts.is_file() {
        return Err(FileTrouble::NotAFile);
    }
    let file = File::open(path).map_err(|_| FileTrouble::Unreadable)?;
    let facts = file.metadata().map_err(|_| FileTrouble::Unreadable)?;
    Ok((file, facts))
}

/// The content of the file at `path`, which had `expected` bytes when the operator agreed.
///
/// # Errors
/// A sentence without the path: it cannot be read, or it is another file by now.
pub fn read(path: &str, expected: Option<u64>) -> Result<Vec<u8>, String> {
    let (file, _) = open(path).map_err(|trouble| match trouble {
        FileTrouble::Missing => "a file of the form is not there any more".to_owned(),
        _ => "a file of the form cannot be read".to_owned(),
    })?;
    let most = expected.unwrap_or(MOST_FILE_BYTES);
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|_| "a file of the form cannot be read".to_owned())?;
    if bytes.len() as u64 > most || expected.is_some_and(|n| n != bytes.len() as u64) {
        return Err("a file of the form has changed since it was looked at; send it again".to_owned());
    }
    Ok(bytes)
}

/// The text of the file at `path`, for a body.
///
/// # Errors
/// It is not there, no regular file, not readable, too large, or no UTF-8 text.
pub fn read_body(path: &str) -> Result<SecretString, FileTrouble> {
    let (file, _) = open(path)?;
    let mut bytes = Vec::new();
    file.take(MOST_BODY_BYTES + 1).read_to_end(&mut bytes).map_err(|_| FileTrouble::Unreadable)?;
    if bytes.len() as u64 > MOST_BODY_BYTES {
        return Err(FileTrouble::TooLarge);
    }
    let text = String::from_utf8(bytes).map_err(|_| FileTrouble::NotText)?;
    // A NUL is text to no server.
    if text.contains('\0') { Err(FileTrouble::NotText) } else { Ok(SecretString::from(text)) }
}

/// Reads the text file that an operator opens; `~/` is the home folder. Bytes that are no UTF-8 are replaced: a log may
/// hold some.
///
/// # Errors
/// It is not there, no regular file, not readable, or too large.
pub fn open_text(path: &str) -> Result<SecretString, FileTrouble> {
    let home = path.strip_prefix("~/").and_then(|rest| Some((std::env::home_dir()?, rest)));
    let path =
        home.map_or_else(|| path.to_owned(), |(home, rest)| home.join(rest).to_string_lossy().into_owned());
    let (file, _) = open(&path)?;
    let mut bytes = Vec::new();
    file.take(MOST_OPENED_BYTES + 1).read_to_end(&mut bytes).map_err(|_| FileTrouble::Unreadable)?;
    if bytes.len() as u64 > MOST_OPENED_BYTES {
        return Err(FileTrouble::TooLarge);
    }
    Ok(SecretString::from(String::from_utf8_lossy(&intake::as_utf8(&bytes)).into_owned()))
}

/// The media type by the first bytes of a file, as each format's own specification begins it.
fn kind(head: &[u8]) -> Option<&'static str> {
    let at = |from: usize, mark: &[u8]| head.get(from..).is_some_and(|rest| rest.starts_with(mark));
    Some(match head {
        _ if at(0, b"\x89PNG\r\n\x1a\n") => "image/png",
        _ if at(0, b"\xff\xd8\xff") => "image/jpeg",
        _ if at(0, b"GIF8") => "image/gif",
        _ if at(0, b"RIFF") && at(8, b"WEBP") => "image/webp",
        _ if at(0, b"RIFF") && at(8, b"WAVE") => "audio/wav",
        _ if at(0, b"ID3") || at(0, b"\xff\xfb") || at(0, b"\xff\xf3") => "audio/mpeg",
        _ if at(0, b"fLaC") => "audio/flac",
        _ if at(0, b"OggS") => "audio/ogg",
        _ if at(0, b"\x1aE\xdf\xa3") => "video/webm",
        _ if at(4, b"ftypM4A") => "audio/mp4",
        _ if at(4, b"ftyp") => "video/mp4",
        _ if at(0, b"%PDF-") => "application/pdf",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_measured_and_its_kind_is_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(path("a.png"), b"\x89PNG\r\n\x1a\nrest").expect("written");
        std::fs::write(path("b"), b"plain").expect("written");
        assert!(std::process::Command::new("mkfifo").arg(path("pipe")).status().is_ok_and(|s| s.success()));
        let seen = look(["a.png", "b", "none", "", "pipe"].map(path).to_vec());
        let looks: Vec<_> = seen.files.iter().map(|f| f.look).collect();
        assert_eq!(
            looks,
            [
                Ok(FileFacts { bytes: 12, kind: Some("image/png") }),
                Ok(FileFacts { bytes: 5, kind: None }),
                Err(FileTrouble::Missing),
                Err(FileTrouble::NotAFile),
                Err(FileTrouble::NotAFile),
            ]
        );
        assert_eq!(look_at("/dev/zero"), Err(FileTrouble::NotAFile));
        let large = File::create(path("large")).expect("made");
        large.set_len(MOST_FILE_BYTES + 1).expect("stretched");
        assert_eq!(look_at(&path("large")), Err(FileTrouble::TooLarge));
    }

    #[test]
    fn a_body_is_read_as_text_or_not_at_all() {
        use secrecy::ExposeSecret;
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(path("a.json"), "{\"a\": 1}\n").expect("written");
        std::fs::write(path("b.mp3"), b"ID3\x04\x00\xff").expect("written");
        std::fs::write(path("c"), b"a\0b").expect("written");
        std::os::unix::fs::symlink(path("a.json"), path("link")).expect("linked");
        assert!(std::process::Command::new("mkfifo").arg(path("pipe")).status().is_ok_and(|s| s.success()));
        File::create(path("large")).expect("made").set_len(MOST_BODY_BYTES + 1).expect("stretched");
        let read = |name: &str| read_body(&path(name)).map(|text| text.expose_secret().to_owned());
        let table = [
            ("a.json", Ok("{\"a\": 1}\n".to_owned())),
            ("link", Ok("{\"a\": 1}\n".to_owned())),
            ("b.mp3", Err(FileTrouble::NotText)),
            ("c", Err(FileTrouble::NotText)),
            ("none", Err(FileTrouble::Missing)),
            ("pipe", Err(FileTrouble::NotAFile)),
            ("", Err(FileTrouble::NotAFile)),
            ("large", Err(FileTrouble::TooLarge)),
        ];
        for (name, expected) in table {
            assert_eq!(read(name), expected, "{name}");
        }
    }

    #[test]
    fn what_was_agreed_to_is_what_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a").display().to_string();
        std::fs::write(&path, b"12345").expect("written");
        assert_eq!(read(&path, Some(5)).as_deref(), Ok(&b"12345"[..]));
        for (expected, word) in [(Some(4), "changed"), (Some(6), "changed")] {
            assert!(read(&path, expected).is_err_and(|e| e.contains(word) && !e.contains("tmp")));
        }
        assert!(read(&format!("{path}x"), None).is_err_and(|e| e.contains("not there")));
    }
}
