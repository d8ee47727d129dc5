//! JSON that ends too early: what its kept part still says.

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::{Envelope, inner};
use crate::case::vocabulary::EnvelopeKind;

/// An error stands at the begin of a body; further in it is somebody's content.
const SEARCHED: usize = 64 * 1024;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern compiles")
}

/// A key and its string (perhaps without an end) or number.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#""(message|msg|detail|code|type|param)"\s*:\s*(?:"((?:[^"\\]|\\.)*)("?)|(-?[0-9]{1,12})\b)"#)
});
static ERROR: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?s)^.{0,400}?"error"\s*:\s*[{"]"#));

/// The envelope of a cut body; [`EnvelopeKind::NoError`] where the kept part states none.
pub(super) fn envelope(bytes: &[u8], success: bool) -> Envelope {
    let text = String::from_utf8_lossy(super::head(bytes, SEARCHED));
    let start = ERROR.find(&text).map(|m| m.end().saturating_sub(1));
    let mut found = Envelope { partial: true, ..Envelope::bare(EnvelopeKind::NoError) };
    let Some(text) = start.or((!success).then_some(0)).and_then(|at| text.get(at..)) else { return found };
    for pair in PAIR.captures_iter(text) {
        let Some(value) =
            pair.get(2).map(|s| unescape(s.as_str())).or(pair.get(4).map(|n| n.as_str().to_owned()))
        else {
            continue;
        };
        let place = match pair.get(1).map(|k| k.as_str()) {
            Some("code") => &mut found.code,
            Some("type") => &mut found.error_type,
            Some("param") => &mut found.param,
            _ => &mut found.message,
        };
        place.get_or_insert(value);
    }
    if found.message.is_some() {
        found.kind = if start.is_some() { EnvelopeKind::OpenAi } else { EnvelopeKind::Flat };
        inner::complete(&mut found);
    } else if start.is_none() {
        (found.code, found.error_type, found.param) = (None, None, None);
    }
    found
}

/// The text of a JSON string without its quotes. An escape that was cut is left out.
fn unescape(raw: &str) -> String {
    for end in (raw.len().saturating_sub(12)..=raw.len()).rev() {
        let Some(kept) = raw.get(..end) else { continue };
        if let Ok(text) = serde_json::from_str(&format!("\"{kept}\"")) {
            return text;
        }
    }
    raw.to_owned()
}
