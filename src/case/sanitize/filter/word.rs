//! Words that tell what a document is, and values that are words of an API and no text of a person.

use crate::case::sanitize::detect::is_no_word;
use crate::case::sanitize::normal::is_dense;

/// Members that only a request to a model or its answer has.
const OF_BODY: [&[u8]; 46] = [
    b"model",
    b"messages",
    b"choices",
    b"candidates",
    b"contents",
    b"prompt",
    b"negative_prompt",
    b"segments",
    b"instructions",
    b"max_tokens",
    b"max_completion_tokens",
    b"finish_reason",
    b"stop_reason",
    b"revised_prompt",
    b"generationConfig",
    b"response_format",
    b"notifyHook",
    b"notify_hook",
    b"callback_url",
    b"base64Array",
    b"external_task_id",
    b"temperature",
    b"usage",
    b"usageMetadata",
    b"inputs",
    b"preamble",
    b"chat_history",
    b"mv",
    b"make_instrumental",
    b"gpt_description_prompt",
    b"response_mode",
    b"instruction",
    b"question",
    b"lyrics",
    b"json_schema",
    b"system_prompt",
    b"input_type",
    b"top_n",
    b"return_documents",
    b"embedding_types",
    b"textGenerationConfig",
    b"inputText",
    b"outputText",
    b"chatInput",
    b"generation_id",
    b"stop_sequences",
];
/// Members that show the same where their value is a string: results of a search, songs.
const OF_TEXT: [&[u8]; 7] =
    [b"content", b"snippet", b"raw_content", b"page_content", b"lyric", b"image_prompt", b"chunk"];
/// Members of a record of a log.
const OF_LOG: [&[u8]; 15] = [
    b"level",
    b"lvl",
    b"severity",
    b"ts",
    b"timestamp",
    b"@timestamp",
    b"msg",
    b"logger",
    b"caller",
    b"latency_ms",
    b"latency",
    b"hostname",
    b"pid",
    b"log_level",
    b"startedDateTime",
];
/// Prefixes of ids that APIs give out for parts of a conversation.
const IDS: [&str; 16] = [
    "call", "toolu", "msg", "item", "resp", "rs", "fc", "chatcmpl", "thread", "run", "step", "asst", "file",
    "event", "audio", "tool",
];

/// A member that only a body has.
pub(super) fn is_of_body(name: &[u8]) -> bool {
    OF_BODY.contains(&name)
}

/// A member that only a body has, where its value is a string.
pub(super) fn is_of_text(name: &[u8]) -> bool {
    OF_TEXT.contains(&name)
}

/// A member that only a record of a log has.
pub(super) fn is_of_log(name: &[u8]) -> bool {
    OF_LOG.contains(&name)
}

/// A member that the cookies of a browser's export have.
pub(super) fn is_of_cookie(name: &[u8]) -> bool {
    [&b"httpOnly"[..], b"hostOnly", b"sameSite"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Words alone, as `System Environment Property` beside a value says where it comes from.
pub(super) fn is_words(inside: &[u8]) -> bool {
    let text = String::from_utf8_lossy(inside);
    inside.len() <= 120 && inside.contains(&b' ') && !text.split_whitespace().any(is_no_word)
}

/// The halves of a request to search or to sort texts: either stands in many documents, both in such a request only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    /// What is looked for.
    Query,
    /// Where.
    Texts,
}

impl Search {
    /// The half that a member is.
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        match name {
            b"query" => Some(Self::Query),
            b"documents" | b"texts" | b"passages" => Some(Self::Texts),
            _ => None,
        }
    }
}

/// A member with what a tool is called with.
pub(super) fn is_of_call(name: &[u8]) -> bool {
    matches!(
        name,
        b"tool_input" | b"toolInput" | b"arguments" | b"tool_args" | b"function_args" | b"action_input"
    )
}

/// A member that says who speaks in a conversation.
pub(super) fn is_of_speaker(name: &[u8]) -> bool {
    matches!(name, b"role" | b"from" | b"sender" | b"speaker")
}

/// A member with what that one says.
pub(super) fn is_of_speech(name: &[u8]) -> bool {
    matches!(name, b"value" | b"text" | b"message" | b"msg" | b"content" | b"mes")
}

/// Who speaks in a conversation with a model.
pub(super) fn is_speaker(inside: &[u8]) -> bool {
    [&b"human"[..], b"gpt", b"user", b"assistant", b"ai", b"bot", b"chatgpt", b"chatbot"]
        .iter()
        .any(|who| inside.eq_ignore_ascii_case(who))
}

/// The type of a part that calls a tool.
pub(super) fn is_call(inside: &[u8]) -> bool {
    matches!(inside, b"tool_use" | b"server_tool_use" | b"mcp_tool_use" | b"tool_call" | b"tool-call")
}

/// A member or header that holds an id or a digest.
pub(super) fn is_of_id(name: &[u8]) -> bool {
    let bare: String = name
        .iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect();
    let id = [
        "id",
        "ids",
        "ray",
        "etag",
        "digest",
        "hash",
        "fingerprint",
        "traceparent",
        "nonce",
        "cursor",
        "sha256",
        "commit",
    ];
    let secret = ["key", "secret", "token", "session", "sid", "auth", "access", "client"];
    id.iter().any(|end| bare.ends_with(end)) && !secret.iter().any(|word| bare.contains(word))
}

/// Words, where an id is expected: some callers put what their user wrote into an id of their own.
pub(super) fn is_sentence(inside: &[u8]) -> bool {
    if inside.iter().all(u8::is_ascii_graphic) {
        return false;
    }
    let text = String::from_utf8_lossy(inside);
    let words = text.split_whitespace();
    words.clone().count() >= 3 && words.clone().all(|w| !w.bytes().any(|b| b.is_ascii_digit()))
        || text.chars().filter(|c| is_dense(*c)).count() >= 4
}

/// The type of an event of a stream: `response.output_text.delta`.
pub(super) fn is_event(inside: &[u8]) -> bool {
    inside.contains(&b'.')
        && inside.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'.'))
        && [
            &b"response."[..],
            b"conversation.",
            b"session.",
            b"input_audio_buffer.",
            b"thread.",
            b"transcript.",
        ]
        .iter()
        .any(|lead| inside.starts_with(lead))
}

/// One word: a role, a type, a media type.
pub(super) fn is_plain(inside: &[u8]) -> bool {
    inside.len() <= 32
        && inside.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'-' | b'.' | b'/'))
}

/// A word of an API in a place that is known to hold one: also `MAX_TOKENS`, a model's name, an id.
pub(super) fn is_of_api(inside: &[u8]) -> bool {
    is_plain(inside) || is_constant(inside) || is_model(inside) || is_id(inside)
}

fn is_constant(inside: &[u8]) -> bool {
    inside.len() <= 32 && inside.iter().all(|b| b.is_ascii_uppercase() || *b == b'_')
}

fn is_model(inside: &[u8]) -> bool {
    inside.len() <= 48
        && inside.iter().all(|b| {
            b.is_ascii_lowercase()
                || b.is_ascii_digit()
                || matches!(b, b'_' | b'-' | b'.' | b'/' | b':' | b'@')
        })
        && inside.first().is_some_and(u8::is_ascii_alphanumeric)
}

fn is_id(inside: &[u8]) -> bool {
    let text = String::from_utf8_lossy(inside);
    let Some((head, tail)) = text.split_once(['_', '-']) else { return false };
    inside.len() <= 64
        && IDS.contains(&head)
        && !tail.is_empty()
        && tail.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// `Path`, `Lax`, a date, a short number: what stands beside a secret's value.
pub(super) fn is_cookie_fact(inside: &[u8]) -> bool {
    // A capital inside a word makes it a value.
    let rises =
        inside.windows(2).any(|w| matches!(w, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
    inside.len() <= 24
        && !(rises && inside.len() > 8)
        && inside.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'.' | b'_' | b'-'))
        || inside.len() <= 40 && inside.starts_with(b"20") && inside.contains(&b'T')
        || inside.len() <= 3 && inside.iter().all(u8::is_ascii_digit)
}
