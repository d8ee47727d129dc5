//! What a frame in front of an error names: its status, its code, its type, its parameter.
//!
//! ```text
//! HTTP 429 (insufficient_quota: x)      [429:rate_limit]      An error occurred (ThrottlingException) when …
//! ```

use super::frames::{self, Weight};
use super::speech::Speech;

/// The names of Google's statuses.
/// <https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto>, read 2026-11-24.
const OF_GOOGLE: [&str; 16] = [
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "UNAUTHENTICATED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
];

/// The code or type that a frame names.
pub(super) fn note(frame: &str, weight: Weight, speech: &mut Speech) {
    speech.named = speech.named || frames::names_status(frame);
    if weight == Weight::Answer {
        speech.status = speech.status.or_else(|| frames::status(frame));
        speech.named |= frame.starts_with("unexpected status ") || frame.starts_with("Unexpected status ");
    }
    if let Some((_, after)) = frame.split_once("operation error ") {
        let name = after.trim_end().strip_suffix(':').and_then(|f| f.rsplit(' ').next());
        speech.code = name.map(str::to_owned);
    } else if let Some((_, after)) = frame.split_once("An error occurred (") {
        speech.code = after.split_once(')').map(|(code, _)| code.to_owned());
    } else if let Some((_, after)) = frame.split_once("type: ")
        && frame.trim_end().ends_with("message:")
    {
        speech.error_type = after.split(',').next().map(|name| name.trim().to_owned());
    } else if let Some((_, after)) = frame.split_once("reports an error with code ") {
        speech.error_type = after.split(' ').next().map(str::to_owned);
    } else if let Some(code) = frame.strip_suffix(" - ").filter(|code| is_code_in_words(code)) {
        speech.code = speech.code.take().or_else(|| Some(code.to_owned()));
    } else if let Some(kind) = bracketed_type(frame) {
        speech.error_type = Some(kind.to_owned());
    } else if let Some(code) =
        code_alone(frame).filter(|_| speech.status.is_some() || weight == Weight::Answer)
    {
        speech.code = speech.code.take().or_else(|| Some(code.to_owned()));
    } else if let Some(name) = frame.strip_prefix('(').and_then(|f| f.trim_end().strip_suffix(')'))
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_alphanumeric())
        && name.bytes().any(|b| b.is_ascii_lowercase())
    {
        speech.code = speech.code.take().or_else(|| Some(name.to_owned()));
    } else if let Some(name) = google_name(frame).filter(|_| speech.status.is_some()) {
        // Google's own are its status; others write their codes so.
        let place = if OF_GOOGLE.contains(&name) { &mut speech.error_type } else { &mut speech.code };
        place.get_or_insert_with(|| name.to_owned());
    } else if let Some(named) = from_http(frame).and_then(|f| f.split_once('(')) {
        let inside = named.1.split(')').next().unwrap_or("");
        let inside = inside.strip_prefix("Code ").or_else(|| inside.strip_prefix("Code: ")).unwrap_or(inside);
        let (kind, code) = inside.split_once(": ").unwrap_or(("", inside));
        speech.code = Some(code.to_owned()).filter(|c| !c.is_empty() && !c.contains(' '));
        speech.error_type = Some(kind.to_owned()).filter(|k| !k.is_empty());
        let param = frame
            .split_once("Parameter: ")
            .map(|(_, after)| after.lines().next().unwrap_or("").trim().to_owned());
        speech.param = speech.param.take().or(param);
    } else if let Some(code) = numbered(frame) {
        speech.code = speech.code.take().or_else(|| Some(code.to_owned()));
    } else if let Some(word) =
        frame.trim().strip_suffix(':').and_then(|words| words.rsplit([':', ' ']).next())
        && word.ends_with("_error")
    {
        speech.error_type = Some(word.to_owned());
    }
}

/// The code that is named behind the status: `HTTP 400 – error code 3210 – `.
fn numbered(frame: &str) -> Option<&str> {
    let begin = frame.trim_end().strip_suffix(['–', '—', ',', ':', '-'])?.trim_end();
    let (before, code) = begin.rsplit_once([' '])?;
    let before = before.trim_end_matches(':');
    let status = frames::status(before).filter(|status| code != status.to_string());
    (status.is_some() && before.to_ascii_lowercase().ends_with("code")).then_some(code)
}

/// `frame` from its `HTTP ` on, behind a client's words in small letters.
fn from_http(frame: &str) -> Option<&str> {
    frame.strip_prefix("HTTP ").or_else(|| {
        let (words, rest) = frame.split_once(": HTTP ")?;
        (rest.contains("(Code") || rest.contains("(code")).then_some(rest).filter(|_| !words.contains('('))
    })
}

/// Google's name of a failure alone in a frame: `FAILED_PRECONDITION: `.
fn google_name(frame: &str) -> Option<&str> {
    let name = frame.trim_end().strip_suffix([':', '.'])?;
    (name.len() >= 6 && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')).then_some(name)
}

/// `InvalidApiKey`, `DataInspection.Failed`: a code that is written as names are, and no class of an SDK's.
fn is_code_in_words(word: &str) -> bool {
    let class = ["Exception", "Error", "Warning"].iter().any(|end| word.ends_with(end));
    let inner =
        word.bytes().zip(word.bytes().skip(1)).any(|(a, b)| a.is_ascii_lowercase() && b.is_ascii_uppercase());
    !class
        && inner
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
}

/// The code on a line of its own above the message, with or without a name before it.
fn code_alone(frame: &str) -> Option<&str> {
    let line = frame.contains('\n').then(|| frame.trim_end())?;
    let code = line.rsplit(": ").next()?;
    (code.contains('_') && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')).then_some(code)
}

/// The type in `[429:insufficient_quota] `.
fn bracketed_type(frame: &str) -> Option<&str> {
    let (before, kind) = frame.trim_end().strip_suffix(']')?.rsplit_once(':')?;
    let status = before.rsplit_once('[')?.1;
    (status.len() == 3 && status.bytes().all(|b| b.is_ascii_digit())).then_some(kind)
}
