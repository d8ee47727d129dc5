//! What makes two failures the same: who answered, how, and with which words, without what differs from one request to the
//! next (ids, numbers, times, names, quoted values).
//!
//! ```text
//! Attempt + Reading ──of──> Fingerprint ──same / id──> isolate (the oracle), cases (duplicates), triage (groups)
//! ```
//!
//! Equality of bodies never holds (each error carries a new request id), equality of the status holds too often (a request
//! that lost its `messages` is a 400 as well).

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};

use crate::case::evidence::{Attempt, Reading};
use crate::case::vocabulary::{EnvelopeKind, Layer, SoftFailure, StreamVerdict, TransportKind};

/// Characters of a message that count; what follows is the gateway's elaboration.
const MOST_CHARS: usize = 400;
/// A run of letters as long as this is no word of a sentence.
const LONGEST_WORD: usize = 24;

/// One failure without what changes from request to request. Its texts come from the answer: raw, unless they were made from
/// cleaned ones.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Fingerprint {
    /// The failure below HTTP.
    pub transport: Option<TransportKind>,
    /// Status.
    pub status: Option<u16>,
    /// Who answered.
    pub layer: Option<Layer>,
    /// The shape of the error.
    pub kind: Option<EnvelopeKind>,
    /// `error.code`, normalised.
    pub code: Option<String>,
    /// `error.type`, normalised.
    pub error_type: Option<String>,
    /// `error.param`, normalised.
    pub param: Option<String>,
    /// `error.message` (or the title of a page), normalised.
    pub message: Option<String>,
    /// How a stream ended, where it did not end well.
    pub stream: Option<StreamVerdict>,
    /// What a 2xx lacks.
    pub soft: Option<SoftFailure>,
}

impl Fingerprint {
    /// The fingerprint of what `attempt` shows.
    pub fn of(attempt: &Attempt, reading: &Reading) -> Self {
        let envelope = &reading.envelope;
        let words = envelope.message.as_deref().or(envelope.title.as_deref());
        let code = |text: &Option<String>| text.as_deref().map(name).filter(|text| !text.is_empty());
        let answered = attempt.response().is_some();
        Self {
            transport: attempt.transport().map(|t| t.kind),
            status: attempt.response().and_then(|r| r.status),
            layer: answered.then_some(reading.layer),
            kind: answered.then_some(envelope.kind),
            code: code(&envelope.code),
            error_type: code(&envelope.error_type),
            param: code(&envelope.param),
            message: words.map(normalised).filter(|text| !text.is_empty()),
            stream: reading.stream.as_ref().map(|s| s.verdict).filter(|v| *v != StreamVerdict::Complete),
            soft: reading.soft,
        }
    }

    /// True where nothing is known that one failure has and another has not: who answered and in which shape is none.
    pub fn says_nothing(&self) -> bool {
        *self == Self { layer: self.layer, kind: self.kind, ..Self::default() }
    }

    /// Everything but the words. Two failures that agree in it differ in their message at most.
    #[must_use]
    pub fn without_message(&self) -> Self {
        Self { message: None, ..self.clone() }
    }

    /// 16 hexadecimal digits that stand for it: the first 64 bits of the SHA-256 of its lines. Of a fingerprint that was
    /// made from cleaned texts it may leave; it is stable between versions as long as [`normalised`] is.
    pub fn id(&self) -> String {
        use fmt::Write as _;
        let hash = digest(&SHA256, self.lines().as_bytes());
        hash.as_ref().iter().take(8).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// One line for each part that is there.
    fn lines(&self) -> String {
        let status = self.status.map(|s| s.to_string());
        let parts = [
            ("transport", self.transport.map(TransportKind::as_str)),
            ("status", status.as_deref()),
            ("layer", self.layer.map(Layer::as_str)),
            ("code", self.code.as_deref()),
            ("type", self.error_type.as_deref()),
            ("param", self.param.as_deref()),
            ("message", self.message.as_deref()),
            ("stream", self.stream.map(StreamVerdict::as_str)),
            ("soft", self.soft.map(SoftFailure::as_str)),
        ];
        parts.iter().filter_map(|(name, part)| Some(format!("{name} {}\n", (*part)?))).collect()
    }
}

impl fmt::Debug for Fingerprint {
    /// Shapes only: the texts are the answer's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chars = self.message.as_ref().map(|m| m.chars().count());
        write!(f, "Fingerprint({:?}, {:?}, message: {chars:?} chars)", self.transport, self.status)
    }
}

/// `text` in lower case without what differs from one request to the next: what stands in quotes, brackets with an id, every
/// word with a digit in it, addresses, and names that are written together (`top_logprobs`, `gpt-x/y`).
pub fn normalised(text: &str) -> String {
    let text: String = text.chars().take(MOST_CHARS * 4).collect::<String>().to_lowercase();
    let mut out = String::new();
    for word in without_quoted(&text).split_whitespace() {
        let word = plain(word);
        // `# # #` of a time or a list of numbers is one.
        if word.is_empty() || (word == "#" && out.ends_with('#')) {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&word);
        if out.chars().count() > MOST_CHARS {
            break;
        }
    }
    out
}

/// Quoted stretches become `"#"`. An apostrophe inside a word opens none, and a quote that is never closed is a character.
fn without_quoted(text: &str) -> String {
    const PAIRS: [(char, char); 8] =
        [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’'), ('«', '»'), ('「', '」'), ('„', '“')];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        let close = PAIRS.iter().find(|(open, _)| *open == first && !before.is_alphanumeric());
        let end = close.and_then(|(_, close)| Some((after.find(*close)?, close.len_utf8())));
        if let Some((length, width)) = end {
            out.push_str(" # ");
            rest = after.get(length + width..).unwrap_or_default();
            before = ' ';
        } else {
            out.push(first);
            before = first;
            rest = after;
        }
    }
    out
}

/// A code, a type or the place of a parameter: lower case, with `#` for the numbers of elements, and for an id.
fn name(text: &str) -> String {
    let text: String = text.trim().chars().take(MOST_CHARS).collect::<String>().to_lowercase();
    // A status is a code of its own; a longer number is an id.
    if text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit()) {
        return text;
    }
    let mut out = String::new();
    for c in text.chars() {
        let c = if c.is_numeric() { '#' } else { c };
        if c != '#' || !out.ends_with('#') {
            out.push(c);
        }
    }
    out
}

/// One word: itself, or `#` where it is a number, an id, an address or a name.
fn plain(word: &str) -> String {
    let core = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '_' && c != '$' && c != '#');
    let is_name = core.contains(['_', '/', '@', '\\', '=', '{', '}'])
        || core.contains("://")
        || core.split(['.', ':']).filter(|part| !part.is_empty()).count() > 1
        || core.chars().any(char::is_numeric)
        || (core.is_ascii() && core.len() > LONGEST_WORD);
    if core.is_empty() {
        String::new()
    } else if is_name {
        "#".to_owned()
    } else {
        core.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_between_two_requests_is_not_in_it() {
        let same = [
            (
                "Unsupported parameter: 'logprobs' is not supported with this model. (request id: 20260401101500123456789AbCdEfGh)",
                "Unsupported parameter: 'top_k' is not supported with this model. (request id: 20260402101500123456789XyCdEfGh)",
            ),
            ("Invalid value at messages[17].role", "Invalid value at messages[3].role"),
            (
                "The model `gpt-a` does not exist or you do not have access to it.",
                "The model `b/c-d` does not exist or you do not have access to it.",
            ),
            (
                "context length is 8192 tokens, you asked for 9001",
                "context length is 4096 tokens, you asked for 5,000",
            ),
            ("retry at 2026-04-01 10:15:00 UTC", "retry at 2027-05-02 11:16:01 UTC"),
        ];
        for (a, b) in same {
            assert_eq!(normalised(a), normalised(b), "{a}");
        }
    }

    #[test]
    fn what_is_another_failure_stays_another() {
        let other = [
            ("Unsupported parameter: 'a'", "Unsupported value: 'a'"),
            ("messages must not be empty", "field model is required"),
            ("you don't have access", "you don't have quota"),
            ("模型不存在", "余额不足"),
        ];
        for (a, b) in other {
            assert_ne!(normalised(a), normalised(b), "{a}");
        }
    }

    #[test]
    fn any_text_is_taken_and_bounded() {
        for text in ["", "'", "''", "\"open", "’s", "a\u{0}b", "don't 'do' \"it", "\u{202e}x"] {
            let _ = normalised(text);
        }
        assert!(normalised(&"word ".repeat(100_000)).chars().count() < MOST_CHARS + LONGEST_WORD);
        assert!(normalised(&"' ".repeat(100_000)).len() < 4 * MOST_CHARS);
    }

    #[test]
    fn who_answered_alone_makes_no_failure() {
        let nothing = Fingerprint {
            layer: Some(Layer::Unknown),
            kind: Some(EnvelopeKind::Empty),
            ..Fingerprint::default()
        };
        assert!(nothing.says_nothing() && Fingerprint::default().says_nothing());
        assert!(!Fingerprint { status: Some(500), ..nothing.clone() }.says_nothing());
        assert!(!Fingerprint { message: Some("slow".into()), ..nothing }.says_nothing());
    }

    #[test]
    fn the_id_stands_for_all_its_parts() {
        let one = Fingerprint { status: Some(400), message: Some("a b".into()), ..Fingerprint::default() };
        let other = Fingerprint { status: Some(400), code: Some("a b".into()), ..Fingerprint::default() };
        assert_eq!(one.id(), one.clone().id());
        assert_ne!(one.id(), other.id());
        assert_eq!(one.id().len(), 16);
        assert_eq!(one.without_message(), Fingerprint { status: Some(400), ..Fingerprint::default() });
    }
}
