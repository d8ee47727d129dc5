//! What a part of a form says of itself on the wire, as curl says it (curl/curl:lib/mime.c; a test compares it
//! with the bytes that curl 7.88.1 sent: `src/io/net/tests/curl_forms.json`).

use std::fmt::Write;

use super::{Part, PartContent};

/// File name endings for which curl itself names a media type; anything else is `application/octet-stream`.
const OF_CURL: [(&str, &str); 10] = [
    (".gif", "image/gif"),
    (".jpg", "image/jpeg"),
    (".jpeg", "image/jpeg"),
    (".png", "image/png"),
    (".svg", "image/svg+xml"),
    (".txt", "text/plain"),
    (".htm", "text/html"),
    (".html", "text/html"),
    (".pdf", "application/pdf"),
    (".xml", "application/xml"),
];

/// Endings of files that APIs take, with which a name may be described. An unknown ending may be a person's name.
const KNOWN: [&str; 48] = [
    "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif", "svg", "ico", "mp3",
    "mp4", "mpeg", "mpga", "m4a", "wav", "webm", "ogg", "oga", "opus", "flac", "aac", "aiff", "mov", "mkv",
    "avi", "pdf", "txt", "md", "csv", "tsv", "json", "jsonl", "xml", "html", "htm", "yaml", "yml", "docx",
    "xlsx", "pptx", "zip", "gz", "tar", "bin",
];

impl Part {
    /// The text, where the part carries one.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            PartContent::Text(text) => Some(text),
            PartContent::File { .. } => None,
        }
    }

    /// The path, where the content is read from a file.
    pub fn path(&self) -> Option<&str> {
        match &self.content {
            PartContent::Text(_) => None,
            PartContent::File { path, .. } => Some(path),
        }
    }

    /// The file name as it goes over the wire; `None`: the part is sent as a text field.
    pub fn sent_filename(&self) -> Option<&str> {
        match (&self.filename, &self.content) {
            (Some(name), _) => Some(name.as_str()).filter(|name| !name.is_empty()),
            (None, PartContent::File { path, .. }) => path.rsplit('/').next().filter(|name| !name.is_empty()),
            (None, PartContent::Text(_)) => None,
        }
    }

    /// The media type as it goes over the wire: as written, else what curl makes of the file's name; `None`: none is
    /// sent.
    pub fn sent_media_type(&self) -> Option<&str> {
        if let Some(written) = &self.media_type {
            return Some(written);
        }
        let by_ending = |name: &str| {
            OF_CURL
                .iter()
                .find(|(end, _)| {
                    let tail = name.len().checked_sub(end.len()).and_then(|at| name.get(at..));
                    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
                })
                .map(|(_, media)| *media)
        };
        let name = self.sent_filename();
        let guessed = name.and_then(by_ending).or_else(|| self.path().and_then(by_ending));
        match (guessed, name) {
            // A text field says nothing of its type.
            (Some("text/plain"), None) => None,
            (None, Some(_)) if self.path().is_some() => Some("application/octet-stream"),
            (guessed, _) => guessed,
        }
    }

    /// The head of the part as curl writes it, with the empty line at its end.
    pub fn head(&self) -> String {
        let mut out = String::from("Content-Disposition: form-data");
        for (name, value) in
            [("name", Some(self.name.as_str()).filter(|n| !n.is_empty())), ("filename", self.sent_filename())]
        {
            if let Some(value) = value {
                let value = value.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
                let _ = write!(out, "; {name}=\"{value}\"");
            }
        }
        out.push_str("\r\n");
        if let Some(media) = self.sent_media_type() {
            let media: String = media.chars().filter(|c| !c.is_control()).collect();
            let _ = write!(out, "Content-Type: {media}\r\n");
        }
        out.push_str("\r\n");
        out
    }

    /// Bytes of the content, as far as they are known.
    pub fn bytes(&self) -> Option<u64> {
        match &self.content {
            PartContent::Text(text) => Some(text.len() as u64),
            PartContent::File { bytes, .. } => *bytes,
        }
    }
}

/// Bytes of a form on the wire, with a boundary of `boundary` characters; files that were not looked at count nothing.
pub(super) fn form_bytes(form: &[Part], boundary: usize) -> u64 {
    if form.is_empty() {
        return 0;
    }
    // `--B CRLF`, head, content, `CRLF` for each part; `--B-- CRLF` at the end.
    let frame = |extra: usize| (boundary + extra) as u64;
    form.iter().map(|p| frame(6) + p.head().len() as u64 + p.bytes().unwrap_or(0)).sum::<u64>() + frame(6)
}

/// True for `multipart/form-data`, whatever its parameters.
pub(super) fn is_form_type(value: &str) -> bool {
    value.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("multipart/form-data"))
}

/// The ending of a file name without its dot, lower case, where it is one that says nothing of a person or project.
pub(crate) fn known_extension(name: &str) -> Option<&'static str> {
    let (stem, ending) = name.rsplit_once('.')?;
    let known = KNOWN.iter().find(|known| ending.eq_ignore_ascii_case(known))?;
    (!stem.is_empty()).then_some(*known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, filename: Option<&str>) -> Part {
        Part {
            name: "f".into(),
            content: PartContent::File { path: path.into(), bytes: None },
            filename: filename.map(str::to_owned),
            media_type: None,
        }
    }

    #[test]
    fn names_and_types_are_those_of_curl() {
        let table = [
            (file("/a/b.PNG", None), Some("b.PNG"), Some("image/png")),
            (file("b.mp3", None), Some("b.mp3"), Some("application/octet-stream")),
            (file("b.mp3", Some("c.jpeg")), Some("c.jpeg"), Some("image/jpeg")),
            (file("b.png", Some("c")), Some("c"), Some("image/png")),
            (file("b.txt", Some("")), None, None),
            (file("b.html", Some("")), None, Some("text/html")),
            (file("b.mp3", Some("")), None, None),
            (file("b.txt", None), Some("b.txt"), Some("text/plain")),
        ];
        for (part, name, media) in table {
            assert_eq!((part.sent_filename(), part.sent_media_type()), (name, media), "{:?}", part.path());
        }
        let text =
            |filename: Option<&str>| Part { content: PartContent::Text("x".into()), ..file("", filename) };
        assert_eq!(text(None).sent_media_type(), None);
        assert_eq!(text(Some("a.pdf")).sent_media_type(), Some("application/pdf"));
        assert_eq!(text(Some("a.bin")).sent_media_type(), None);
    }

    #[test]
    fn only_endings_of_kinds_of_files_are_told() {
        for (name, expected) in [
            ("x.PNG", Some("png")),
            ("x.tar.gz", Some("gz")),
            ("report.mueller", None),
            (".png", None),
            ("png", None),
        ] {
            assert_eq!(known_extension(name), expected, "{name}");
        }
    }
}
