//! The only place of this floor that reads and writes YAML. Its errors name a line and never a value: people put keys
//! into settings files by accident.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads `text`; an empty document (or one of comments only) is `None`.
///
/// # Errors
/// One sentence without a full stop: where and what is wrong.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<Option<T>, String> {
    let options = serde_yaml::options! {
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
        duplicate_keys: serde_yaml::DuplicateKeyPolicy::Error,
    };
    // A byte order mark is what some editors leave; it is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(None);
    }
    serde_yaml::from_str_with_options::<Option<T>>(text, options).map_err(|e| said(&e))
}

/// Writes `value`; every text is quoted, so that it comes back as it was.
///
/// # Errors
/// What the writer said.
pub(super) fn write(value: &impl Serialize) -> Result<String, String> {
    let options = serde_yaml::ser_options! { quote_all: true };
    serde_yaml::to_string_with_options(value, options).map_err(|e| e.to_string())
}

fn said(error: &serde_yaml::Error) -> String {
    use serde_yaml::Error;
    let line = error.location().map_or_else(String::new, |at| format!("line {}: ", at.line()));
    let what = match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            // A word of small letters is the name of a field; anything else could be a value in the wrong place.
            let field = if field.len() <= 24 && field.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
                format!(" {field:?}")
            } else {
                String::new()
            };
            format!("there is no setting{field} here; known are {}", expected.join(", "))
        }
        Error::SerdeUnknownVariant { expected, .. } => {
            format!("the value must be one of {}", expected.join(", "))
        }
        Error::SerdeMissingField { field, .. } => format!("{field} is missing"),
        Error::DuplicateMappingKey { .. } => "the same setting stands there twice".to_owned(),
        Error::SerdeInvalidType { expected, .. } | Error::SerdeInvalidValue { expected, .. } => {
            format!("the value has the wrong type, {expected} belongs there")
        }
        Error::InvalidScalar { ty, .. } => format!("the value has the wrong type, {ty} belongs there"),
        _ => "this is not valid YAML, or not the kind of value that belongs there".to_owned(),
    };
    line + &what
}
