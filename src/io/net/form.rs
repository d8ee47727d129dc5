//! The bytes of a form: the parts with their heads as curl writes them, between the session's boundary.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

use secrecy::{ExposeSecret, SecretString};

use crate::case::evidence::TransportFailure;
use crate::case::request::{BOUNDARY_LENGTH, Part, PartContent};
use crate::io::files;

use super::prepare::local;

/// A form as it goes over the wire.
pub(super) struct Form {
    pub(super) boundary: String,
    pub(super) body: Vec<u8>,
}

/// The body of `form`. Texts are resolved, files are read now.
pub(super) fn build(
    form: &[Part],
    resolve: &impl Fn(&str) -> Result<SecretString, TransportFailure>,
) -> Result<Form, TransportFailure> {
    let plain = |masked: &str| resolve(masked).map(|text| text.expose_secret().to_owned());
    let mut pieces = Vec::new();
    for part in form {
        let (content, bytes) = match &part.content {
            PartContent::Text(text) => (PartContent::Text(String::new()), plain(text)?.into_bytes()),
            PartContent::File { path, bytes } => {
                let path = plain(path)?;
                let read = files::read(&path, *bytes).map_err(local)?;
                (PartContent::File { path, bytes: *bytes }, read)
            }
        };
        let part = Part {
            name: plain(&part.name)?,
            content,
            filename: part.filename.as_deref().map(plain).transpose()?,
            media_type: part.media_type.as_deref().map(plain).transpose()?,
        };
        pieces.push((part.head(), bytes));
    }
    let boundary = boundary(&pieces);
    let mut body = Vec::new();
    for (head, bytes) in pieces {
        body.extend(format!("--{boundary}\r\n{head}").bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    Ok(Form { boundary, body })
}

/// Hyphens and then a digest of the parts: no part can hold it, and the same form is the same bytes at each attempt.
fn boundary(pieces: &[(String, Vec<u8>)]) -> String {
    let mut out = "-".repeat(BOUNDARY_LENGTH - 22);
    for round in 0..2_u8 {
        let mut hasher = DefaultHasher::new();
        (round, pieces).hash(&mut hasher);
        let _ = write!(out, "{:016x}", hasher.finish());
    }
    out.truncate(BOUNDARY_LENGTH);
    out
}

/// `content_type` with this boundary in the place of any other.
pub(super) fn content_type(written: Option<&str>, boundary: &str) -> String {
    let is_boundary =
        |p: &str| p.split_once('=').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"));
    let kept: Vec<&str> = written
        .unwrap_or("multipart/form-data")
        .split(';')
        .filter(|p| !is_boundary(p))
        .map(str::trim)
        .collect();
    format!("{}; boundary={boundary}", kept.join("; "))
}
