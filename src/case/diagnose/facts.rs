//! What the rules may ask of an attempt, gathered once, and whether a rule's conditions hold.

use crate::case::catalog::{StreamState, When};
use crate::case::evidence::{Attempt, BodyEnd, Reading, Response};
use crate::case::vocabulary::{
    EnvelopeKind, Layer, SoftFailure, StreamVerdict, TaskState, TransportKind, UnpackEnd,
};

/// Longer texts are searched in their first part only, bytes: an error says early what it is.
const SEARCHED: usize = 32 * 1024;
/// So many words of a text that look like codes are compared with the codes of the rules.
const MOST_WORDS: usize = 32;
/// A shorter word says too little to be taken for a code where it stands in a sentence.
const SHORTEST_CODE: usize = 8;

/// How a rule's conditions hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// By what the answer states in its own members.
    Stated,
    /// Its code stands as a word in the text: no more than words, and no less.
    InText,
}

/// All that a rule can ask. Borrowed; nothing of it leaves.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers one question of a rule; they do not exclude each other"
)]
pub(super) struct Facts<'a> {
    /// The status that counts: the answer's, or for an error inside a 2xx (or without a status) the one it names.
    pub(super) status: Option<u16>,
    /// The error stands inside a 2xx.
    inside: bool,
    envelope: EnvelopeKind,
    layer: Layer,
    codes: Vec<&'a str>,
    types: Vec<&'a str>,
    param: Option<&'a str>,
    texts: Vec<&'a str>,
    /// The words of a failure below HTTP: only a rule that asks for its kind may read them.
    detail: Option<&'a str>,
    /// Words of the text that look like codes.
    words: Vec<&'a str>,
    title: Option<&'a str>,
    exception: Option<&'a str>,
    transport: Option<TransportKind>,
    content_type: Option<String>,
    response: Option<&'a Response>,
    redirect: bool,
    retry_after: bool,
    cut: bool,
    stream: StreamState,
    soft: Option<SoftFailure>,
    packed: Option<UnpackEnd>,
    task: Option<TaskState>,
}

impl<'a> Facts<'a> {
    /// Gathers them.
    pub(super) fn of(attempt: &'a Attempt, reading: &'a Reading) -> Self {
        let response = attempt.response();
        let envelope = &reading.envelope;
        let texts = texts_of(attempt, reading);
        let whole = response
            .filter(|_| reading.stream.is_none() && envelope.kind == EnvelopeKind::NoError)
            .and_then(whole_answer);
        let header_type = response
            .and_then(|r| r.header("x-amzn-errortype"))
            .map(|kind| kind.split(':').next().unwrap_or(kind).trim());
        Self {
            status: status_that_counts(response, reading).or(whole.map(|_| 200)),
            inside: reading.soft == Some(SoftFailure::ErrorInBody),
            envelope: envelope.kind,
            layer: reading.layer,
            codes: [&envelope.code, &envelope.inner_code].into_iter().flatten().map(String::as_str).collect(),
            types: envelope.error_type.as_deref().into_iter().chain(header_type).collect(),
            param: envelope.param.as_deref(),
            detail: attempt.transport().map(|failure| head(&failure.detail)),
            words: texts.iter().flat_map(|text| code_words(text)).take(MOST_WORDS).collect(),
            texts,
            title: envelope.title.as_deref(),
            exception: response.and_then(|r| r.exception.as_deref()),
            transport: attempt.transport().map(|failure| failure.kind),
            content_type: response.and_then(Response::content_type),
            response,
            redirect: reading.redirect.is_some(),
            retry_after: reading.retry_after_ms.is_some(),
            cut: response.is_some_and(|r| matches!(r.end, BodyEnd::Cut(_))),
            stream: stream_state(reading),
            soft: reading.soft.or_else(|| whole.filter(|whole| !whole).map(|_| SoftFailure::MissingField)),
            packed: response.and_then(|r| r.packed.as_ref()).map(|packed| packed.end),
            task: reading.task.as_ref().and_then(|task| task.state),
        }
    }

    /// The same with what the client's text has around the answer, where it has anything there.
    pub(super) fn with_surroundings(mut self) -> Option<Self> {
        let around = self.response?.around.as_deref().map(head)?;
        self.words.extend(code_words(around).take(MOST_WORDS));
        self.texts.push(around);
        Some(self)
    }

    /// The same with the title of the report around it, where it has one and the answer itself says nothing.
    pub(super) fn with_title(mut self) -> Option<Self> {
        let first = self.response?.around.as_deref()?.lines().find(|line| !line.trim().is_empty())?;
        let title =
            first.strip_prefix("# ").filter(|_| self.texts.iter().all(|text| text.trim().is_empty()))?;
        self.words.extend(code_words(title).take(MOST_WORDS));
        self.texts.push(title);
        Some(self)
    }

    /// All the text that there is, and no status: what else could be read from it.
    pub(super) fn of_all_text(attempt: &'a Attempt, reading: &'a Reading) -> Option<Self> {
        let mut facts = Self::of(attempt, reading);
        let response = facts.response?;
        facts.texts.extend(response.around.as_deref().map(head));
        facts.texts.extend(as_text(&response.body));
        facts.words = facts.texts.iter().flat_map(|text| code_words(text)).take(MOST_WORDS).collect();
        Some(facts)
    }

    /// The texts in which the patterns of messages are looked for.
    pub(super) fn searched(&self) -> impl Iterator<Item = &'a str> {
        self.texts.clone().into_iter().chain(self.detail)
    }

    /// How the rule holds, if every condition does.
    pub(super) fn fit(&self, when: &When) -> Option<Fit> {
        let fit = self.fit_code(&when.code)?;
        self.fit_all_but_code(when).then_some(fit)
    }

    fn fit_code(&self, wanted: &[String]) -> Option<Fit> {
        if wanted.is_empty() || wanted.iter().any(|w| self.codes.iter().any(|have| word_fits(w, have))) {
            return Some(Fit::Stated);
        }
        // A part of a word in a sentence says nothing.
        let word = |w: &String| {
            w.len() >= SHORTEST_CODE
                && !w.starts_with('*')
                && self.words.iter().any(|have| word_fits(w, have))
        };
        (!self.words.is_empty() && wanted.iter().any(word)).then_some(Fit::InText)
    }

    fn fit_all_but_code(&self, when: &When) -> bool {
        one_of(&when.envelope, &self.envelope)
            && one_of(&when.layer, &self.layer)
            && one_of(&when.stream, &self.stream)
            && (when.status.is_empty() || when.status.iter().any(|s| self.has_status(s)))
            && (when.transport.is_empty() || self.transport.is_some_and(|t| when.transport.contains(&t)))
            && when.redirect.is_none_or(|wanted| wanted == self.redirect)
            && when.retry_after.is_none_or(|wanted| wanted == self.retry_after)
            && when.cut.is_none_or(|wanted| wanted == self.cut)
            && (when.task.is_empty() || self.task.is_some_and(|t| when.task.contains(&t)))
            && (when.packed.is_empty() || self.packed.is_some_and(|p| when.packed.contains(&p)))
            && (when.soft.is_empty()
                || when.soft.iter().any(|s| s == self.soft.map_or("none", SoftFailure::as_str)))
            && self.fit_names(when)
            && self.fit_patterns(when)
    }

    fn fit_names(&self, when: &When) -> bool {
        let any = |wanted: &[String], have: &[&str]| {
            wanted.is_empty() || wanted.iter().any(|w| have.iter().any(|h| word_fits(w, h)))
        };
        let header = |name: &String| self.response.is_some_and(|r| r.header(name).is_some());
        any(&when.kind, &self.types)
            && (when.param.is_empty() || self.param.is_some_and(|p| when.param.iter().any(|w| w == p)))
            && (when.content_type.is_empty()
                || self.content_type.as_ref().is_some_and(|c| when.content_type.contains(c)))
            && (when.header.is_empty() || when.header.iter().any(header))
    }

    fn fit_patterns(&self, when: &When) -> bool {
        let detail = self.detail.filter(|_| !when.transport.is_empty());
        let any_text = |patterns: &crate::case::catalog::Patterns| {
            self.texts.iter().copied().chain(detail).any(|text| patterns.is_match(text))
        };
        (when.title.is_empty() || self.title.is_some_and(|t| when.title.is_match(t)))
            && (when.exception.is_empty() || self.exception.is_some_and(|e| when.exception.is_match(e)))
            && (when.message.is_empty() || any_text(&when.message))
            && (when.unless_message.is_empty() || !any_text(&when.unless_message))
            && (when.body.is_empty() || self.bodies().any(|text| when.body.is_match(text)))
            && when.larger.as_ref().is_none_or(|larger| self.texts.iter().any(|t| larger.is_in(t)))
    }

    /// The body as it came, where it is text, and what a client printed of it.
    fn bodies(&self) -> impl Iterator<Item = &'a str> {
        let told = self.response.and_then(|r| r.told.as_deref()).map(head);
        self.response.and_then(|r| as_text(&r.body)).into_iter().chain(told)
    }

    fn has_status(&self, wanted: &str) -> bool {
        let Some(status) = self.status else { return wanted == if self.inside { "inside" } else { "none" } };
        match wanted.split_once('-') {
            Some((low, high)) => {
                low.parse().is_ok_and(|low| status >= low) && high.parse().is_ok_and(|high| status <= high)
            }
            None => wanted.parse() == Ok(status),
        }
    }
}

/// The texts whose words count: the messages of the envelope; where it states none, the words of the client or server.
fn texts_of<'a>(attempt: &'a Attempt, reading: &'a Reading) -> Vec<&'a str> {
    let envelope = &reading.envelope;
    let mut texts: Vec<&str> =
        [&envelope.message, &envelope.inner_message].into_iter().flatten().map(|t| head(t)).collect();
    let response = attempt.response();
    texts.extend(response.and_then(|r| r.told.as_deref()).map(head));
    // The stack's words count only where its kind says nothing: "certificate is not valid" is no word of a gateway.
    if let (None, Some(failure)) = (response, attempt.transport())
        && failure.kind == TransportKind::Other
    {
        texts.push(head(&failure.detail));
    }
    let refused = response.is_some_and(|r| r.status.is_none_or(|s| !(200..300).contains(&s)));
    // An object that is no known envelope speaks too, unless it is an answer that worked.
    let speaks = match envelope.kind {
        EnvelopeKind::Text => true,
        EnvelopeKind::NoError => reading.returned_model.is_none() && reading.finish_reason.is_none(),
        _ => false,
    };
    if texts.is_empty()
        && refused
        && speaks
        && reading.stream.is_none()
        && let Some(text) = response.and_then(|r| as_text(&r.body))
    {
        texts.push(text);
    }
    texts
}

/// An answer whose status nobody saw, as it says itself: true where it is whole, or a task that is done; false where it
/// names itself an answer and holds none.
fn whole_answer(response: &Response) -> Option<bool> {
    if response.status.is_some() || response.exception.is_some() || response.told.is_some() {
        return None;
    }
    let json: serde_json::Value = serde_json::from_slice(&response.readable()).ok()?;
    let word = |place: &str| json.pointer(place).and_then(serde_json::Value::as_str);
    let filled = |place: &str| word(place).is_some_and(|text| !text.trim().is_empty());
    let choices = json.get("choices");
    let named = word("/object") == Some("chat.completion");
    // An empty list beside the members of an answer, all of them empty too.
    let hollow = choices.and_then(|c| c.as_array()).is_some_and(Vec::is_empty)
        && ["object", "model", "id", "created"].iter().any(|name| json.get(*name).is_some())
        && word("/object").is_none_or(|kind| kind.is_empty() || kind == "chat.completion");
    if hollow || named && choices.is_none_or(serde_json::Value::is_null) {
        return Some(false);
    }
    let ended = ["/choices/0/finish_reason", "/stop_reason"].iter().find_map(|place| word(place));
    let ended = ended.is_none_or(|word| matches!(word, "stop" | "end_turn" | "stop_sequence"));
    let answers = filled("/choices/0/message/content")
        || (word("/type") == Some("message") && filled("/content/0/text"));
    let done = ["/status", "/data/status", "/task_status", "/data/task_status", "/output/task_status"]
        .iter()
        .find_map(|place| word(place))
        .is_some_and(|word| {
            matches!(word.to_ascii_lowercase().as_str(), "success" | "succeeded" | "succeed" | "completed")
        });
    let blamed = ["/fail_reason", "/data/fail_reason", "/error", "/error/message", "/failReason"]
        .iter()
        .any(|p| filled(p));
    let is_task = ["task_id", "taskId", "progress", "fail_reason", "data", "output", "object"]
        .iter()
        .any(|name| json.get(*name).is_some());
    ((answers && ended) || (done && is_task && !blamed)).then_some(true)
}

/// The words of `text` that are written as codes are (`rate_limit_exceeded`, `ThrottlingException`), and neither name a
/// setting (`request_timeout=60`) nor stand in an address (`…/errors/MODEL_RATE_LIMIT/`).
fn code_words(text: &str) -> impl Iterator<Item = &str> {
    text.split("://").enumerate().flat_map(|(index, piece)| {
        let address =
            |c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | '`' | ')' | ']' | '>' | ',' | '\\');
        code_words_outside(if index == 0 { piece } else { piece.trim_start_matches(address) })
    })
}

fn code_words_outside(text: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.')).filter(move |word| {
        let end = from + word.len();
        let next = text.get(end..).and_then(|rest| rest.chars().next());
        from = end + next.map_or(0, char::len_utf8);
        next != Some('=') && is_code_word(word)
    })
}

fn is_code_word(word: &str) -> bool {
    let inner_capital = || {
        word.as_bytes()
            .windows(2)
            .any(|w| matches!(w, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
    };
    word.len() >= SHORTEST_CODE && (word.contains('_') || inner_capital())
}

/// The first part of a body that is text.
fn as_text(body: &[u8]) -> Option<&str> {
    let kept = body.get(..SEARCHED).unwrap_or(body);
    match std::str::from_utf8(kept) {
        Ok(text) => Some(text),
        // The end may fall inside a character.
        Err(e) if e.error_len().is_none() => {
            kept.get(..e.valid_up_to()).and_then(|k| std::str::from_utf8(k).ok())
        }
        Err(_) => None,
    }
}

/// An error inside a 2xx is judged by the status that it names itself (`"code": 429`), else by no status.
fn status_that_counts(response: Option<&Response>, reading: &Reading) -> Option<u16> {
    let outer = response.and_then(|r| r.status);
    let error_inside = reading.soft == Some(SoftFailure::ErrorInBody);
    if outer.is_some() && !error_inside {
        return outer;
    }
    let envelope = &reading.envelope;
    [&envelope.code, &envelope.inner_code]
        .into_iter()
        .flatten()
        .filter_map(|code| code.parse().ok())
        .find(|status| (400..600).contains(status))
}

fn stream_state(reading: &Reading) -> StreamState {
    match reading.stream.as_ref().map(|s| s.verdict) {
        None | Some(StreamVerdict::NotAStream) => StreamState::None,
        Some(StreamVerdict::Complete) => StreamState::Complete,
        Some(StreamVerdict::Truncated) => StreamState::Truncated,
        Some(StreamVerdict::FailedMidStream) => StreamState::FailedMidStream,
        Some(StreamVerdict::SoftFailure) => StreamState::SoftFailure,
    }
}

fn one_of<T: PartialEq>(wanted: &[T], have: &T) -> bool {
    wanted.is_empty() || wanted.contains(have)
}

/// The same word whatever its case; a trailing `*` is a prefix, a leading one a suffix, both a part.
fn word_fits(wanted: &str, have: &str) -> bool {
    if let Some(end) = wanted.strip_prefix('*') {
        let (part, open) = end.strip_suffix('*').map_or((end, false), |part| (part, true));
        return have
            .to_ascii_lowercase()
            .match_indices(&part.to_ascii_lowercase())
            .any(|(at, _)| open || at + part.len() == have.len());
    }
    match wanted.strip_suffix('*') {
        Some(prefix) => have.get(..prefix.len()).is_some_and(|h| h.eq_ignore_ascii_case(prefix)),
        None => wanted.eq_ignore_ascii_case(have),
    }
}

fn head(text: &str) -> &str {
    if text.len() <= SEARCHED {
        return text;
    }
    let end = (0..=SEARCHED).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}
