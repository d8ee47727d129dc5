//! Files that a JSON body attaches: inline as base64 or a `data:` URL, or by address. Each API has its own words for it:
//! `image_url`, `input_audio`, `source` (Anthropic), `inline_data` and `file_data` (Gemini), `base64Array` (Midjourney),
//! image and video fields of the generation endpoints. (Vendors' API references, as the allow-lists of the catalog.)

use serde_json::{Map, Value};

use super::safe::{Clean, SafeFile};
use super::{Sanitizer, address, shape};
use crate::case::vocabulary::FileTransport;

/// Files that are listed.
const MOST_FILES: usize = 100;
/// Nesting that is looked into.
const DEEPEST: usize = 32;
/// Characters from which on a text of the base64 alphabet is a file and no id.
const SHORTEST_BASE64: usize = 64;

/// Parts of the names of fields that hold a file, whatever the API; lower case.
const FILE_WORDS: [&str; 14] = [
    "image",
    "img",
    "audio",
    "video",
    "file",
    "inline",
    "base64",
    "b64",
    "mask",
    "frame",
    "media",
    "document",
    "source",
    "reference",
];

/// Fields that hold the name of a file.
const FILE_NAMES: [&str; 3] = ["filename", "file_name", "display_name"];

/// Where the walk is.
#[derive(Clone, Copy)]
struct Spot<'v> {
    /// The key above: `image_url` for the `url` in it.
    above: &'v str,
    /// The object that the value stands in.
    beside: Option<&'v Map<String, Value>>,
    depth: usize,
}

impl Sanitizer<'_> {
    /// The files in `body`, each with its place as a JSON pointer.
    pub(super) fn attached(&mut self, body: &Value) -> Vec<SafeFile> {
        let mut files = Vec::new();
        let spot = Spot { above: "", beside: None, depth: 0 };
        self.walk_attached(body, "", spot, &mut String::new(), &mut files);
        files
    }

    fn walk_attached(
        &mut self,
        value: &Value,
        key: &str,
        spot: Spot<'_>,
        place: &mut String,
        files: &mut Vec<SafeFile>,
    ) {
        if spot.depth > DEEPEST || files.len() >= MOST_FILES {
            return;
        }
        let length = place.len();
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    place.push('/');
                    place.push_str(&address::parameter_name(name, &self.text));
                    let spot = Spot { above: key, beside: Some(map), depth: spot.depth + 1 };
                    self.walk_attached(inner, name, spot, place, files);
                    place.truncate(length);
                }
            }
            Value::Array(items) => {
                for (index, inner) in items.iter().enumerate() {
                    place.push('/');
                    place.push_str(&index.to_string());
                    self.walk_attached(inner, key, Spot { depth: spot.depth + 1, ..spot }, place, files);
                    place.truncate(length);
                }
            }
            Value::String(text) => files.extend(self.attached_text(text, key, spot, place)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn attached_text(&mut self, text: &str, key: &str, spot: Spot<'_>, place: &str) -> Option<SafeFile> {
        let beside = |names: &[&str]| {
            names.iter().find_map(|name| spot.beside?.get(*name)?.as_str()).filter(|_| spot.beside.is_some())
        };
        let declared = beside(&["mime_type", "mimeType", "media_type", "mediaType", "content_type"])
            .map(str::to_owned)
            .or_else(|| Some(format!("audio/{}", beside(&["format"])?)).filter(|_| key == "data"));
        let holds_a_file = || is_file_word(key) || is_file_word(spot.above) || declared.is_some();
        let (transport, media, bytes) = if let Some(inline) = text.strip_prefix("data:") {
            let (head, payload) = inline.split_once(',')?;
            if !head.ends_with(";base64") {
                return None;
            }
            (FileTransport::Base64, Some(head.to_owned()), Some(shape::decoded_bytes(payload) as u64))
        } else if is_address(text) && holds_a_file() {
            (FileTransport::Url, declared, None)
        } else if is_base64(text) && holds_a_file() {
            let kind = declared.or_else(|| kind_of_base64(text).map(str::to_owned));
            (FileTransport::Base64, kind, Some(shape::decoded_bytes(text) as u64))
        } else {
            return None;
        };
        let name = beside(&FILE_NAMES).map(|name| Clean::new(shape::of_file_name(name)));
        self.text.lexicon.add(place);
        Some(SafeFile {
            field: Clean::new(place.to_owned()),
            name,
            media_type: media.map(|raw| self.media_type(&raw)),
            bytes,
            transport,
        })
    }
}

/// The names of files in `body`, for the search for echoes.
pub(super) fn file_names<'v>(body: &'v Value, depth: usize, out: &mut Vec<&'v str>) {
    match body {
        Value::Object(map) if depth <= DEEPEST => {
            for (key, inner) in map {
                match inner {
                    Value::String(name) if FILE_NAMES.contains(&key.as_str()) => out.push(name),
                    inner => file_names(inner, depth + 1, out),
                }
            }
        }
        Value::Array(items) if depth <= DEEPEST => {
            for inner in items {
                file_names(inner, depth + 1, out);
            }
        }
        _ => {}
    }
}

fn is_file_word(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    FILE_WORDS.iter().any(|word| key.contains(word))
}

fn is_address(text: &str) -> bool {
    ["https://", "http://", "gs://", "s3://"].iter().any(|scheme| text.starts_with(scheme))
}

fn is_base64(text: &str) -> bool {
    text.len() >= SHORTEST_BASE64
        && text.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=' | b'\n' | b'\r')
        })
}

/// The kind of a file by the first characters of its base64.
fn kind_of_base64(text: &str) -> Option<&'static str> {
    let table = [
        ("iVBORw0KGgo", "image/png"),
        ("/9j/", "image/jpeg"),
        ("R0lGOD", "image/gif"),
        ("JVBERi", "application/pdf"),
        ("SUQz", "audio/mpeg"),
        ("T2dnUw", "audio/ogg"),
        ("ZkxhQ", "audio/flac"),
    ];
    table.iter().find(|(head, _)| text.starts_with(head)).map(|(_, kind)| *kind)
}
