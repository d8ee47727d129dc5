//! An error as a client printed it: `Error code: 401 - {'error': …}`, a traceback's last lines, a plain sentence.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::{Value, json};

mod again;
mod arrows;
mod beginning;
mod belief;
mod counted;
mod cut;
mod dump;
mod encoded;
mod ending;
mod framed;
mod frames;
mod grpc;
mod labels;
mod logfmt;
mod members;
mod named;
mod object;
mod own;
mod peel;
mod plain;
mod printed;
mod prints;
mod quoting;
mod report;
mod speech;
mod states;
mod structures;
mod voice;
mod wrapped;

use super::{answer, client, secret, transport};
use crate::case::catalog::Catalog;
use crate::case::evidence::{Attempt, Outcome, Response, TransportFailure, printed_ids};
use crate::case::keyring::KeyRing;
use crate::case::request::Said;
use crate::case::vocabulary::TransportKind;

pub(super) use again::times;
pub(super) use states::{is_of_client, states_an_error, status_field};
pub(super) use wrapped::words_of_record;

/// What an error text tells.
pub(super) struct Told {
    /// The answer or failure.
    pub(super) attempt: Attempt,
    /// The library that wrote it, a word of ours.
    pub(super) client: Option<String>,
    /// What it names of the request.
    pub(super) said: Said,
    /// A status, an error object, an exception or a known sentence was found.
    pub(super) marked: bool,
    /// An error object was found.
    pub(super) states_object: bool,
}

/// Bytes of a long log that are searched: its end, where the last error stands.
const NEAR: usize = 256 << 10;

/// A longer text without any mark of an error is none.
const LONGEST_SENTENCE: usize = 64 << 10;

/// Bytes of a line that are kept as the words of a failure below HTTP.
const LONGEST_DETAIL: usize = 2000;

/// Reads an error text; `strict`: nothing without a clear mark of an error is one.
pub(super) fn read(text: &str, strict: bool, catalog: &Catalog, ring: &mut KeyRing) -> Option<Told> {
    // Below most commands stands nothing.
    if text.trim().is_empty() {
        return None;
    }
    let records = last_records(text);
    let plain = plain::of(&records);
    let near = plain.as_ref();
    let wrapped = wrapped::wrapped(near).or_else(|| arrows::answer(&records));
    let near = wrapped.as_deref().unwrap_or(near);
    // A program's own window, and in it what a client printed.
    let page = page(near).filter(|at| near.get(*at..).is_none_or(|page| frames::library(page).is_none()));
    // A client may repeat the page in an object behind it.
    let object = object::find(near).filter(|object| page.is_none_or(|at| at > object.start));
    let object = object.map(|object| object::last_alike(near, object));
    // A log's object that only carries a page.
    let object =
        object.filter(|object| !page.is_some_and(|at| at < object.end && object.only_carries_a_page()));
    let page = page.filter(|_| object.is_none());
    let (before, after) = match (&object, page) {
        (Some(object), _) => (near.get(..object.start).unwrap_or(""), near.get(object.end..).unwrap_or("")),
        (None, Some(at)) => (near.get(..at).unwrap_or(""), ""),
        (None, None) => (near, ""),
    };
    let invented = object.is_none() && page.is_none() && transport::invents_status(near);
    // Numbers and words of a stack's source lines are nobody's.
    let quiet = plain::without_stack(before).replace("**", "");
    // A log tells of several tries: the object's own line says which status came with it.
    let beside =
        || before.rsplit('\n').next().and_then(|line| status_in(line).or_else(|| status_at_end(line)));
    let status = last_answered(near)
        .or_else(|| object.as_ref().and_then(|_| beside()).filter(|status| *status >= 400))
        .or_else(|| status_in(&quiet))
        .or_else(|| named_status(&quiet))
        .or_else(|| repeated_status(&quiet))
        .or_else(|| status_at_end(before).filter(|_| object.is_some() || page.is_some()))
        .or_else(|| object.as_ref().and_then(|_| status_in(after)))
        .or_else(|| page.and_then(|at| status_in(near.get(at..)?)))
        .or_else(|| object.as_ref().and_then(|o| status_field(&serde_json::from_slice(&o.body).ok()?)));
    let status = status
        .or_else(|| wrapped.as_ref().and_then(|_| status_in(&plain)).filter(|s| *s >= 400))
        .filter(|_| !invented);
    let exception =
        exception_in(before, catalog).or_else(|| exception_in(after, catalog).filter(|_| object.is_some()));
    // What broke off behind a good status, or what a program of its own answered with.
    let broke = object.is_none()
        && page.is_none()
        && near.contains("Caused by: ")
        && exception.as_ref().is_some_and(|e| catalog.transport.of_exception(&e.name).is_some());
    let status = status.filter(|status| *status >= 300 || !broke);
    let client = client::in_text(near, catalog);
    let said = said_in(near, catalog, ring);
    let spoken = (object.is_none() && page.is_none())
        .then(|| speech::of(near, exception.as_ref().map(|e| (e.name.as_str(), e.message_at)), catalog))
        .map(|speech| judged(speech, near, status, exception.as_ref(), catalog));
    let status = status.or_else(|| spoken.as_ref()?.status).filter(|_| !invented);
    let quoted = spoken.as_ref().is_some_and(|s| s.found == speech::Found::Quoted);
    // An exception with the answer's words, whatever good status stands elsewhere in the report.
    let refuses =
        exception.is_some() && spoken.as_ref().is_some_and(|s| !s.own && catalog.knows_refusal(&s.message));
    let failure = spoken
        .as_ref()
        .filter(|_| status.is_none())
        .and_then(|spoken| below_http(near, exception.as_ref(), spoken, invented, catalog));
    // Asked last: it frames no words, and denies no failure below HTTP.
    let alone = object.is_none() && page.is_none() && !invented && failure.is_none();
    let status = status.or_else(|| lone_status(&quiet).filter(|_| alone));
    let marked =
        object.is_some() || page.is_some() || status.is_some() || exception.is_some() || failure.is_some();
    if !marked && (strict || !is_sentence(text)) {
        return None;
    }
    let states_object = object.is_some();
    // An inspected error holds the answer's headers beside its body.
    let shown = object.as_ref().and_then(|o| near.get(o.start..o.end)).filter(|t| t.contains("headers"));
    let shown = shown.unwrap_or("");
    let within = object.as_ref().and_then(|o| near.get(o.start..o.end)).unwrap_or("");
    let outcome = if let Some((kind, line)) = failure {
        // What the client says last may be less than the line that tells the cause.
        let streams = line.to_lowercase().contains("stream");
        let last = spoken
            .map(|s| s.message)
            .filter(|_| !streams)
            .filter(|m| line.is_empty() || transport::kind(m, catalog) == Some(kind));
        let detail = last.unwrap_or_else(|| plain::head(line.trim(), LONGEST_DETAIL).to_owned());
        Outcome::Transport(TransportFailure { kind, detail })
    } else {
        let (body, told) = match (object, page) {
            (Some(object), _) => (opened(object.body), None),
            (None, Some(at)) => (near.get(at..).unwrap_or("").as_bytes().to_vec(), None),
            (None, None) => body_of(
                spoken.unwrap_or_default(),
                // The SDK raises the base class for an error event inside a stream.
                status.is_some_and(|s| s < 400)
                    && (quoted || refuses || exception.as_ref().is_some_and(|e| e.name == "APIError")),
            ),
        };
        let mut response =
            answer::response(status, None, None, headers_in([before, after, shown], client, catalog), body);
        response.exception = exception.map(|e| e.name);
        response.told = told;
        response.around =
            page.is_none().then(|| around(before, after)).filter(|text| !text.trim().is_empty());
        // Each try has an id of its own, in the order of the log.
        response.printed_ids = further_ids(before, catalog);
        if wrapped.is_some() && plain.matches("\"timestamp\"").count() > 1 {
            response.printed_ids.extend(printed_ids(&plain).into_iter().filter(|id| id.starts_with("req_")));
        }
        add_printed_ids(&mut response, before, within, after);
        Outcome::Response(response)
    };
    let client = client.map(str::to_owned);
    Some(Told { attempt: answer::attempt(outcome), client, said, marked, states_object })
}

/// Adds the ids that stand before, in and behind the answer's object.
fn add_printed_ids(response: &mut Response, before: &str, within: &str, after: &str) {
    response.printed_ids.extend(printed_ids(&of_failures(before)));
    response.printed_before = response.printed_ids.len();
    response.printed_ids.extend(quoted_ids(within));
    response.printed_ids.extend(printed_ids(after));
}

/// `speech` as far as it is believed, or what else of the text is.
fn judged(
    speech: speech::Speech,
    near: &str,
    status: Option<u16>,
    exception: Option<&Exception>,
    catalog: &Catalog,
) -> speech::Speech {
    let speech = belief::believed(speech, status.is_some() || of_an_answer(exception), catalog);
    let speech = belief::or_below(speech, near, status, catalog);
    let speech = belief::or_above(speech, near, catalog);
    let speech = belief::or_quoted(belief::or_title(speech, near, catalog), near, catalog);
    let speech = belief::below_heading_of_client(belief::or_whole(speech, near), catalog);
    let mut speech = belief::or_cell(speech, near, catalog);
    if !speech.own && speech.code.is_none() {
        speech.code = exception
            .and_then(|e| code_of_aws(&e.name, near))
            .or_else(|| code_of_bedrock(&speech.message, near))
            .or_else(|| code_of_genkit(near));
    }
    speech
}

/// The answer's own body, where a client printed it as the message of its record of the call: openai-node 5 and later
/// (`url: '…', status: 500, message: '{"error":{…}}'`). A gateway's envelope has no address in it.
fn opened(body: Vec<u8>) -> Vec<u8> {
    let holds_one = memchr::memmem::find(&body, b"\"message\":\"{").is_some();
    let object = holds_one.then(|| serde_json::from_slice::<Value>(&body).ok()).flatten();
    let record =
        object.as_ref().filter(|object| object.get("url").is_some() && object.get("status").is_some());
    let message = record.and_then(|object| object.get("message")?.as_str());
    let inner = message.filter(|message| {
        serde_json::from_str(message).is_ok_and(|inner: Value| inner.is_object() && states_an_error(&inner))
    });
    inner.map(|inner| inner.as_bytes().to_vec()).unwrap_or(body)
}

/// The failure below HTTP that a text without any answer tells of, and the line that says so.
fn below_http<'t>(
    near: &'t str,
    exception: Option<&Exception>,
    spoken: &speech::Speech,
    invented: bool,
    catalog: &Catalog,
) -> Option<(TransportKind, &'t str)> {
    let answers = spoken.weight == Some(frames::Weight::Answer);
    if answers && frames::is_sentence_of_gateway(&spoken.message) {
        return None;
    }
    let by_name = || catalog.transport.of_exception(&exception?.name).filter(|_| !answers);
    let unworded = || by_name().or(invented.then_some(TransportKind::Other)).map(|kind| (kind, ""));
    // LiteLLM gives this name to whatever it has no other for.
    let coded = || Some((transport::kind(CODE.as_ref()?.captures(near)?.get(1)?.as_str(), catalog)?, ""));
    let own = Some(spoken.message.as_str()).filter(|message| message.contains(' '));
    // The last cause of a chain is what happened; what a person tells above it is one of its links.
    // One without words (`java.nio.channels.ClosedChannelException`) says only what came of it.
    let has_words =
        |e: &&Exception| near.get(..e.message_at).is_some_and(|head| head.trim_end().ends_with([':', '(']));
    let cause = exception.filter(|_| near.contains("Caused by: ")).filter(has_words);
    if let Some(kind) = cause.and_then(|e| catalog.transport.of_exception(&e.name)).filter(|_| !answers) {
        return Some((kind, ""));
    }
    match own.filter(|_| near.contains("litellm.APIConnectionError: ")) {
        Some(message) => transport::found(message, catalog).map(|(kind, _)| (kind, "")),
        None => coded()
            .or_else(|| transport::found(near, catalog))
            .filter(|(kind, _)| !(is_vague(*kind) && frames::is_unreadable(own.unwrap_or(""))))
            .or_else(unworded),
    }
}

/// Clients say so of whatever did not go well.
fn is_vague(kind: TransportKind) -> bool {
    matches!(kind, TransportKind::Connect | TransportKind::Other)
}

/// The ids of the answers that an object quotes as texts: a client's list of its errors.
fn quoted_ids(object: &str) -> Vec<String> {
    if object.matches("\\\"request_id\\\"").count() < 2 {
        return Vec::new();
    }
    printed_ids(object).into_iter().filter(|id| id.starts_with("req_")).collect()
}

/// `text` without the good news of a gateway's log: the ids on those lines are of other calls.
fn of_failures(text: &str) -> Cow<'_, str> {
    let good = |line: &str| line.trim_start().starts_with("[INFO] ");
    if !text.contains("[INFO] ") || !text.lines().any(|line| !good(line) && !line.trim().is_empty()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.lines().filter(|line| !good(line)).collect::<Vec<_>>().join("\n"))
}

/// Bytes on each side that are kept as what stands around an answer.
const LONGEST_AROUND: usize = 2000;

/// What stands around an answer: no stack, and no good news of a log.
fn around(before: &str, after: &str) -> String {
    let near = [tail(before, LONGEST_AROUND), plain::head(after, LONGEST_AROUND)];
    let lines = near.into_iter().flat_map(str::lines).filter(|line| !plain::is_news(line));
    plain::without_stack(&lines.collect::<Vec<_>>().join("\n")).into_owned()
}

/// The body that a speech stands for, and the client's own sentence. A code or type that stood before the message is
/// told as the envelope that a client made it of.
///
/// `within`: it came inside an answer that began well.
fn body_of(speech: speech::Speech, within: bool) -> (Vec<u8>, Option<String>) {
    if speech.own {
        // .NET tells the code, and a person goes on behind it.
        if speech.code.is_some()
            && speech.weight == Some(frames::Weight::Answer)
            && frames::is_person(&speech.message)
        {
            let error = json!({ "message": null, "type": speech.error_type, "code": speech.code });
            return (json!({ "error": error }).to_string().into_bytes(), None);
        }
        // An object that states no error says nothing in words.
        let told = if speech.message.starts_with("{'") { String::new() } else { speech.message };
        return (Vec::new(), Some(told));
    }
    if speech.code.is_none() && speech.error_type.is_none() && !within {
        return (speech.message.into_bytes(), None);
    }
    let error = json!({
        "message": speech.message, "type": speech.error_type, "code": speech.code, "param": speech.param,
    });
    (json!({ "error": error }).to_string().into_bytes(), None)
}

/// The AWS SDK for JavaScript names its exceptions by the codes of their services; its stack says that it is one.
fn code_of_aws(exception: &str, text: &str) -> Option<String> {
    let of_aws = ["@aws-sdk", "@smithy", "aws-sdk/"].iter().any(|name| text.contains(name));
    (of_aws && exception.ends_with("Exception")).then(|| exception.to_owned())
}

/// The names of Bedrock's errors, which its clients print before the words.
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html>, read 2026-11-23.
const OF_BEDROCK: [&str; 9] = [
    "AccessDeniedException",
    "ValidationException",
    "ThrottlingException",
    "ResourceNotFoundException",
    "ServiceQuotaExceededException",
    "ModelTimeoutException",
    "ModelNotReadyException",
    "ModelErrorException",
    "UnrecognizedClientException",
];

/// The code that stands right before `message` in a text that tells of AWS.
fn code_of_bedrock(message: &str, text: &str) -> Option<String> {
    let begin = plain::head(message, 40);
    let code =
        OF_BEDROCK.iter().find(|name| !begin.is_empty() && text.contains(&format!("{name}: {begin}")))?;
    let lower = text.to_lowercase();
    ["aws", "bedrock", "amazon"].iter().any(|name| lower.contains(name)).then(|| (*code).to_owned())
}

/// Genkit (js/core/src/error.ts) puts the name of Google's status before the words.
fn code_of_genkit(text: &str) -> Option<String> {
    let (_, behind) = text.split_once("GenkitError: ")?;
    let (name, _) = behind.split_once(": ")?;
    (name.len() >= 5 && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')).then(|| name.to_owned())
}

/// The exception is one that the SDKs raise on an answer alone.
fn of_an_answer(exception: Option<&Exception>) -> bool {
    exception.is_some_and(|e| is_of_an_answer(&e.name))
}

fn is_of_an_answer(name: &str) -> bool {
    [
        "BadRequest",
        "RateLimit",
        "Authentication",
        "Permission",
        "NotFound",
        "InternalServer",
        "Unprocessable",
        "InvalidRequest",
        "ServiceUnavailable",
        "Throttl",
        "QuotaExceeded",
        "ContentFilter",
        "ContextWindow",
        "ModelNotFound",
    ]
    .iter()
    .chain(&["APIError", "ApiError", "APICallError", "StatusError", "APIException", "ApiException"])
    .any(|word| name.contains(word))
}

/// The code of an error that Node's console or axios' JSON shows at its own level, not of one inside it.
static CODE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#"(?m)^ {0,2}["']?code["']?: ["'](E[A-Z]{4,12})["']"#));

/// Where a web page begins in the text.
fn page(text: &str) -> Option<usize> {
    static PAGE: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(r"(?i)<!doctype html[ >]|<html[ >]|<head>\s*<title>|<center><h1>"));
    PAGE.as_ref()?.find(text).map(|m| m.start())
}

/// The end of a long text, from where a record begins: a line, or the text's own beginning once more. One line that is longer
/// shows its begin and its end: what it carries in between is a request's or a document's.
fn last_records(text: &str) -> Cow<'_, str> {
    let near = tail(text, NEAR);
    if near.len() == text.len() {
        return Cow::Borrowed(near);
    }
    let line = near.trim_end().rfind('\n');
    let again = || near.find(text.get(..text.char_indices().nth(32)?.0)?);
    let begin = near.find('\n').map(|at| at + 1).filter(|_| line.is_some()).or_else(again);
    if let Some(begin) = begin {
        return Cow::Borrowed(near.get(begin..).unwrap_or(near));
    }
    let head = text.trim_end().rfind('\n').and_then(|at| text.get(at + 1..)).unwrap_or(text);
    Cow::Owned(format!("{}\n{}", plain::head(head, NEAR / 2), tail(text, NEAR / 2)))
}

/// The end of `text`, at most `most` bytes.
fn tail(text: &str, most: usize) -> &str {
    let mut at = text.len().saturating_sub(most);
    while !text.is_char_boundary(at) {
        at += 1;
    }
    text.get(at..).unwrap_or(text)
}

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// Where texts state a status, the clearest first; group 1 is the status.
static STATUS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"(?i)\berror code:?\s*([1-5]\d\d)\b",
        // What a proxy answers to CONNECT: `http.client`, curl.
        r"(?i)\btunnel(?: connection)? failed[:,]?\s+(?:response\s+)?([1-5]\d\d)\b",
        r#"(?i)(?:\b|response|_|http)status[ _-]?code["']?\s*(?:(?:of (?:the|this|that|its|my|each|every) \w+ )?(?:is|was)|of|:|=)?\s*["'(]?([1-5]\d\d)\b"#,
        r"(?i)\bHTTP(?:/\d(?:\.\d)?)?(?:[ _/-](?:status|error|code|response))*\s*[:=]?\s*\(?([1-5]\d\d)\b",
        r#"(?i)\bstatus["']?\s*(?:[:=]|is|was|of)?\s*["'\[(]?([1-5]\d\d)\b"#,
        // The dialers of gorilla, ws and others print a refused upgrade so.
        r"(?i)\b(?:bad handshake|handshake (?:failed|error|refused)|unexpected server response)\b[^\n0-9]{0,30}\b([45]\d\d)\b",
        r#"(?i)\bresponse[ _]code["']?\s*(?:was|is|[:=])?\s*["'(]?([1-5]\d\d)\b"#,
        // The links of Cloudflare's own page.
        r"\berrorcode_([45]\d\d)\b",
        r"<Response \[([1-5]\d\d)",
        // urllib3, when it gives up.
        r"\btoo many ([45]\d\d) error responses\b",
        // aiohttp's ClientResponseError.
        r"\b([45]\d\d), message[=:]",
        r"(?i)\btunnel\b[^\n0-9]{0,60}\b(407)\b",
        r"\b[A-Z]\w*(?:Error|Exception)\b[:(]?\s*[\[(]?([45]\d\d)\b",
        r"(?:^|[^\d.,:])([45]\d\d)\s+(?:(?:Client|Server) )?Error\b",
        r"\b(404) page not found\b",
        r#"(?i)(?:\b(?:rejected|refused|failed|replied|answered|responded|ended)\b[^\n\d]{0,30}|["”] ?)\(([45]\d\d)\)"#,
        r"(?i)\b([45]\d\d)\W{1,3}(?:unauthorized|forbidden|not[ _]found|bad[ _]request|too[ _]many[ _]requests|internal[ _]server[ _]error|bad[ _]gateway|service[ _](?:temporarily )?unavailable|gateway[ _]time-?out|payment[ _]required|method[ _]not[ _]allowed|conflict|request entity too large|payload too large|content too large|unprocessable|unsupported media type|request time-?out)",
        r"(?i)\b(?:error|got|get|getting|gives?|gave|returns?|returned|received|with|code|answer(?:s|ed)|respond(?:s|ed))\s*:?\s+(?:an?\s+|http\s+)?[(\[]?([45]\d\d)s?\b",
        r"(?:状态码|错误码|错误代码|报错代码|响应码|返回码|狀態碼|錯誤碼|錯誤代碼|回應碼)(?:为|是|為)?\s*[:：]?\s*([1-5]\d\d)(?:\D|$)",
        // Chinese has no blanks around a number: 出现429报错, 返回 401 错误.
        r"(?:报错|错误|返回|出现|提示|报|显示|都是|仍是|还是|总是|遇到|收到|接口|状态|响应|報錯|錯誤|傳回|回傳|出現|顯示|狀態|回應)(?:了|以下|如下|的是)?\s*[(（:：\[【]{0,2}\s*([45]\d\d)(?:\D|$)",
        r"(?:^|[^\d.])([45]\d\d)\s*(?:报错|错误|异常|報錯|錯誤|異常)",
        r"(?:报错|错误|失败|出错|异常|拒绝|錯誤|失敗|出錯|異常|拒絕)[^\n\d]{0,6}[（(]([45]\d\d)[)）]",
        r"(?i)\b(?:antwortete|fehler|fehlercode|erreur|(?:errore|erro)\b|código|codice|статус\w*|код\w*|ошибк\w*|エラー|오류)[^\n\d]{0,12}\b([45]\d\d)\b",
        // `error` itself: nothing but marks in between.
        r"(?i)\berror[^\w\n]{1,6}([45]\d\d)\b",
        r"(?:상태 ?코드|ステータス(?:コード)?|エラー(?:コード)?|오류|статус|код)[^\n\d]{0,40}[\s:：（(]([45]\d\d)(?:\D|$)",
        // Access logs: `"POST /v1/x HTTP/1.1" 502 157`, gin's `| 429 |`.
        r#"HTTP/\d(?:\.\d)?["']\s+([1-5]\d\d)\b"#,
        r"\|\s*([1-5]\d\d)\s*\|",
        // Hono's logger: `--> POST /v1/messages 400 1s`.
        r"(?m)^\s*--> [A-Z]{3,7} \S+ ([45]\d\d) \d",
        // In brackets at a line's begin: `[401]: The session is over`.
        r"(?m)^\s*\[([45]\d\d)\]:?\s",
        // Dify joins it to its words.
        r"\b(?i:failed|failure|error)-([45]\d\d)\b",
        r"(?i)(?:unauthorized|forbidden|not found|bad request|too many requests|error)\s*\(([45]\d\d)\)",
        r#"^[\s"'`\[(]*([45]\d\d)\b"#,
        // A log that ends its line with address and status.
        r"(?m)\b(?i:error|failed|failure)\b[^\n]{0,60}https?://[^\s:]+(?::\d{1,5}[^\s:]*)?: ([45]\d\d)\s*$",
        // A script prints the status, then fails.
        r"^\s*([1-5]\d\d)(?:[ \t]+(?:text|application)/\S{1,60})?[ \t]*\n\s*Traceback ",
        // The AWS SDK for Swift.
        r"\bhttp_status_([1-5]\d\d)\b",
        // OkHttp (Response.toString).
        r"\bResponse\{protocol=[^{}\n]{0,40}\bcode=([1-5]\d\d)\b",
        // The SDKs of OpenAI and Anthropic for Node where the body is missing.
        r"\b([45]\d\d) status code \(no body\)",
        // GNU Wget.
        r"awaiting response\.\.\. ([1-5]\d\d)\b",
        // A status and the headers behind it, as a script prints them: `200 {'Content-Type': …`.
        r#"^\s*([1-5]\d\d)\s+\{["'][A-Za-z-]{2,40}["']: "#,
        // Words on a failure, and behind their colon the status: `Model request failed: 400`, `… to the API: 400 Invalid file`.
        r"(?i)\b(?:failed|failure|fails|rejected|refused|errored)\s?[:：]\s?(?:http\s)?([45]\d\d)(?:[\s:：,.;，。)）]|$)",
        r"\b(?i:error|failed|failure|exception|occurr?ed)\b[^\n]{0,160}[:：]\s([45]\d\d)\s+[A-Z]",
        // In brackets behind a name: `请求错误（DeepSeek 400）`.
        r"(?:错误|失败|报错|异常|出错|(?i:errors?|failed|failure|refused|rejected))[^\n\d]{0,12}[（(](?:[A-Za-z][\w.-]{1,30}\s){1,3}([45]\d\d)[)）]",
        // At the end of the line of a client.
        r"(?m)\b(?i:error|failed|failure|unable|could not|cannot)\b[^\n]{0,80}\s([45]\d\d)[ \t]*$",
        // ktor and others name the answer alone; a client fetches an address.
        r"(?i)\b(?:response:|error response)\s?([45]\d\d)\b",
        // OkHttp's logging interceptor; a row of a database's client.
        r"(?m)^[^\n]{0,60}<-- ([1-5]\d\d)(?: |$)",
        r"(?mi)^\s*(?:http_?)?status(?:_code)?\s*\|\s*([45]\d\d)\s*$",
        // In a sentence of a person: `always a 401 error`, `why cause 413?`.
        r"(?i)(?:^|[^\d.,:])([45]\d\d)\s+(?:(?:client|server|http|api|time-?out|gateway|auth\w*|rate[ -]limit|quota|proxy|upstream|network|connection)\s)?errors?\b",
        r"(?i)\bcause[sd]?\s(?:an?\s)?([45]\d\d)\b",
        r"(?:请求|调用|访问|接口|测试)(?:都|均|全部|总是)?\s?([45]\d\d)\s?(?:[：:，,。]|$)",
        // In a person's words: `throwing 429's`, `502 응답`, a title `it fails: 404 - no model`.
        r"(?i)\b(?:throw(?:s|n|ing)?|hit(?:s|ting)?|see(?:s|n|ing)?|rais(?:es|ed|ing)|rejected with)\s(?:an?\s|http\s|many\s)?([45]\d\d)(?:'?s)?\b",
        r"(?:^|[^\d.,:])([45]\d\d)\s?(?:응답|에러|오류|エラー|レスポンス)",
        // In brackets behind words of Korean or Japanese: `인증에 실패했습니다 (401)`.
        r"[\u{3040}-\u{30ff}\u{ac00}-\u{d7af}][^\n\d(（]{0,4}[（(]([45]\d\d)[)）]",
        r"(?m)^# [^\n\d]{1,40} ([45]\d\d) ?[:–—-] ",
        // Alibaba's models put it before the name of what was wrong.
        r"<([45]\d\d)> [A-Z]",
        // In a sentence of a person: `the answer is a 400`.
        r"(?i)\b(?:answer|response|result|reply)\s(?:is|was|comes? back as)\s(?:always\s)?(?:an?\s|the\s)?(?:http\s)?([45]\d\d)\b",
        // A page of Cloudflare's: the status and its own number.
        r"\b(403|429|503)/10\d\d\b",
        r"(?i)\b(30[12378])\s(?:http\s)?(?:status|redirect|response|code)",
        // A label, and nothing but the status behind it.
        r"(?mi)\b(?:message|error|code|says?|response)\s?(?:is|was|[:：=])\s?[:：]?\s?([45]\d\d)[.!]?\s*$",
        r"(?i)\b(?:response|status)\s(?:is|was)\s(?:already\s|still\s)?(?:an?\s)?[`'“(]?([1-5]\d\d)\b",
        // google-api-core's name of the status, and the status: `InvalidArgument: 400 The key is not valid`.
        r"(?m)(?:^|```)[a-z_.]{0,60}\b[A-Z][A-Za-z]{3,40}: ([45]\d\d) [A-Z]",
        // A relay's log: `POST /v1/responses -> 200`.
        r"\b(?:GET|POST|PUT|PATCH|DELETE) /\S{1,200} (?:->|→|=>) ([45]\d\d)\b",
        // A browser's console: `POST https://api.h/v1/x 404`; a person on an answer: `it will response 404`.
        r"(?m)\b(?:GET|POST|PUT|PATCH|DELETE)\s{1,4}https?://[!-~]{1,300} ([45]\d\d)(?: \(|[ \t]*$)",
        r"(?i)\b(?:it|will|would|to|and|that|which)\s(?:will\s|would\s)?respon(?:d|ds|se)\s(?:with\s)?(?:an?\s)?([45]\d\d)\b",
        // The status' name or a word on the answer behind it: `the 403 Access Denied`, `413 (Payload Too Large)`, `the actual 422 detail:`.
        r"(?i)(?:^|[^\d.,:])([45]\d\d)\s(?:access denied|deadline[ _]exceeded|details?:|reads\b|responses?\b|issues?\b|problems?\b|payload|\(\W{0,3}(?:payload|request entity|content too|too many|unauthorized|forbidden|not found|bad (?:request|gateway)|service|internal|gateway))",
        r"(?i)\berror is\W{1,4}([45]\d\d)\b",
        // Names of members without a parting: `httpCode: 403`, `upstream_status: 403`.
        r#"(?i)\b(?:http_?code|upstream_?status)["']?\s*[:=]\s*["']?([45]\d\d)\b"#,
        // Words on a failure in Chinese, and the status behind their colon; a line of a browser's console without the method.
        r"(?:失败|失敗)\s?[:：]\s?([45]\d\d)(?:\D|$)",
        r"(?m)https?://[!-~]{1,300}\s{1,8}([45]\d\d)(?: \(|[ \t]*$)",
        // Status and type at a line's begin: `400 invalid_request_error: …`.
        r"(?m)^\s*([45]\d\d) [a-z]+(?:_[a-z]+){0,3}_error\b",
        // A redirect by its name.
        r"(?i)\b(30[12378])\W{1,3}(?:temporar\w+ (?:moved|redirect)|(?:moved|permanently|permanent) \w+|found\b|see other|redirect)",
    ]
    .iter()
    .filter_map(|text| pattern(text))
    .collect()
});

/// The status that .NET names by its enumeration (`System.Net.HttpStatusCode`).
fn named_status(text: &str) -> Option<u16> {
    const NAMES: [(&str, u16); 12] = [
        ("BadRequest", 400),
        ("Unauthorized", 401),
        ("PaymentRequired", 402),
        ("Forbidden", 403),
        ("NotFound", 404),
        ("MethodNotAllowed", 405),
        ("RequestEntityTooLarge", 413),
        ("TooManyRequests", 429),
        ("InternalServerError", 500),
        ("BadGateway", 502),
        ("ServiceUnavailable", 503),
        ("GatewayTimeout", 504),
    ];
    static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"\b(?i:status(?: ?code)?|http(?: error| status)?|error code)\s?[:=–-]{1,2}\s?'?([A-Z][A-Za-z]{7,24})\b",
        )
    });
    let name = NAMED.as_ref()?.captures(text)?.get(1)?.as_str();
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, status)| *status)
}

/// The status that a person says again and again: `503, 503, 503 everywhere`. A list of several is a setting.
fn repeated_status(text: &str) -> Option<u16> {
    text.lines().find_map(|line| {
        let mut words = line.split(", ");
        let first = words.next().filter(|word| word.len() == 3)?;
        let status = first.parse().ok().filter(|status| (400..600).contains(status))?;
        words.next().is_some_and(|word| word == first).then_some(status)
    })
}

/// The status that stands right before an object: `->  400 {`.
fn status_at_end(before: &str) -> Option<u16> {
    let bare =
        before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '—' | '(' | ','));
    let digits = bare.get(bare.len().checked_sub(3)?..)?;
    let alone = bare
        .strip_suffix(digits)?
        .chars()
        .next_back()
        .is_none_or(|c| c.is_whitespace() || "([（：>\"'".contains(c));
    digits.parse().ok().filter(|status| alone && (400..600).contains(status))
}

/// The status of the last try, where a log tells those of several: the last one is what the caller got.
fn last_answered(text: &str) -> Option<u16> {
    static ANSWERED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r#"\bfailed with status (\d{3}) in |HTTP Request: \S+ \S+ "HTTP/[\d.]+ (\d{3})\b|HTTP Response: \S+ \S+ "(\d{3})\b|(?m:^)\s*--> [A-Z]{3,7} \S+ (\d{3}) \d"#,
        )
    });
    let mut count = 0;
    let last = ANSWERED.as_ref()?.captures_iter(text).inspect(|_| count += 1).last()?;
    let status = last.iter().skip(1).flatten().next()?.as_str().parse().ok()?;
    (count > 1 && (400..600).contains(&status)).then_some(status)
}

fn status_in(text: &str) -> Option<u16> {
    let mut good = None;
    for (index, pattern) in STATUS.iter().enumerate() {
        let found = pattern.captures_iter(text).take(MOST_STATUSES).filter_map(|caught| caught.get(1));
        let found = found.filter(|number| index < CLEAR || is_status(text, number.range()));
        for status in found.filter_map(|number| number.as_str().parse().ok()) {
            if status >= 400 {
                return Some(status);
            }
            if is_sent_by_servers(status) {
                good.get_or_insert(status);
            }
        }
    }
    good
}

/// The number at `place` of `text`, of which nothing says what it is, may be a status: it is one that servers send, tells not
/// how many, and stands in no address.
fn is_status(text: &str, place: std::ops::Range<usize>) -> bool {
    let sent = text.get(place.clone()).and_then(|number| number.parse().ok()).is_some_and(is_sent_by_servers);
    let (before, behind) = (text.get(..place.start).unwrap_or(""), text.get(place.end..).unwrap_or(""));
    let line = before.rsplit('\n').next().unwrap_or("");
    let word = line.rsplit(char::is_whitespace).next().unwrap_or("");
    sent && !is_example(line) && !word.contains("://") && !is_place(line) && !counted::is_count(line, behind)
}

/// The one status of a report that names no other: a number that servers send, that counts nothing and is no example.
fn lone_status(text: &str) -> Option<u16> {
    static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"(?:^|[^\w.,:/#<=+$€-]|[\u2e80-\uffef])(4(?:0[0-9]|1[0-9]|2[0-9]|31|51)|5(?:0[0-9]|2[0-9]|30))(?:[^\w.,:/%+-]|[\u2e80-\uffef]|[.,:](?:[^\d]|$)|$)",
        )
    });
    static EXAMPLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"(?i)(?:\be\.?g\.?,?|\blike|\bsuch as|\bfor example,?|\bor|\band|\bthan|\bmax(?:imum)?|\blimit(?:ed)?(?: of| to)?|\bup to|\bat (?:least|most)|\babout|\baround|\bevery|\bfirst|\blast|\bnot|\bno|\bbuild|\bversion|\bPR|\bissue|例如|比如|如|或|和|超过|最多|大约|约|第|大于|小于|等于|z\.\s?B\.)\W{0,3}$",
        )
    });
    let number = NUMBER.as_ref()?;
    let mut only = None;
    for found in number.captures_iter(text).take(MOST_STATUSES).filter_map(|caught| caught.get(1)) {
        let before = text.get(..found.start()).unwrap_or("");
        let line = tail(before.rsplit('\n').next().unwrap_or(""), 40);
        let example = EXAMPLE.as_ref().is_some_and(|p| p.is_match(line));
        let behind = text.get(found.end()..).unwrap_or("");
        let timed = [" in the", " in \n"].iter().any(|words| behind.starts_with(words))
            || behind.strip_prefix(" in ").is_some_and(|b| b.starts_with(|c: char| c.is_ascii_digit()));
        // A member of an object, a value that a parser names.
        let member =
            ["':", "\":"].iter().any(|end| line.trim_end().ends_with(end)) || line.ends_with("integer `");
        if example || timed || member || !is_status(text, found.range()) {
            continue;
        }
        let status = found.as_str().parse().ok()?;
        if only.is_some_and(|other: u16| other != status) {
            return None;
        }
        only = Some(status);
    }
    only
}

/// A sentence names a status somewhere in it; the numbers of things are none.
fn names_status(sentence: &str) -> bool {
    static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"(?:^|[^\w.,:/#<=+-]|[\u2e80-\uffef])([45]\d\d)(?:[\u2e80-\uffef]|[^\w.,:/%-]|[.,:](?:\D|$)|$)",
        )
    });
    let Some(number) = NUMBER.as_ref() else { return false };
    let mut found = number.captures_iter(sentence).take(MOST_STATUSES).filter_map(|caught| caught.get(1));
    found.any(|number| is_status(sentence, number.range()))
}

/// What stands before the number says that it is an example.
fn is_example(before: &str) -> bool {
    let bare = before.trim_end_matches([' ', ',', '(', ':']).to_lowercase();
    [
        "e.g.",
        "e.g",
        "such as",
        "for example",
        "for instance",
        "i.e.",
        "例如",
        "比如",
        "z. b.",
        "z.b.",
        "p. ex.",
    ]
    .iter()
    .any(|words| bare.ends_with(words))
}

/// What stands before the number says that it counts lines or steps.
fn is_place(before: &str) -> bool {
    let word = before.trim_end().rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("");
    [
        "line", "lines", "row", "column", "col", "position", "page", "step", "port", "epoch", "index",
        "offset", "chunk",
    ]
    .iter()
    .any(|place| word.eq_ignore_ascii_case(place))
}

/// The statuses of the registry of IANA, and those of Cloudflare, nginx, Anthropic and load balancers.
/// <https://www.iana.org/assignments/http-status-codes>, read 2026-11-22.
fn is_sent_by_servers(status: u16) -> bool {
    matches!(
        status,
        100..=103 | 200..=208 | 226 | 300..=308 | 400..=418 | 420..=426 | 428 | 429 | 431 | 440 | 444 | 449..=451
            | 460 | 463 | 494..=500 | 501..=511 | 520..=530 | 561 | 598 | 599
    )
}

/// A good status beside a bad one is another request's; so many are looked at for each form.
const MOST_STATUSES: usize = 8;

/// How many of [`STATUS`] say in words what the number is: they are believed in the middle of a message too.
const CLEAR: usize = 8;

/// The status that a message names.
pub(super) fn stated_status(message: &str) -> Option<u16> {
    static FIRST: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(r"^(?:[A-Za-z ]{1,40}: )?<?([45]\d\d)(?:>? [A-Z<]|:| [a-z]+/\S)"));
    static NAMED: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(r"\[([45]\d\d) [A-Z][a-z]+(?: [A-Z][a-z]+){0,3}\]"));
    static LAST: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"(?i)[:：]\s([45]\d\d) (?:bad request|unauthorized|forbidden|not found|too many requests|internal server error|bad gateway|service unavailable|gateway time-?out)\W*$",
        )
    });
    static WITHIN: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(r"(?i)\b(?:error|failed|failure) \(([45]\d\d)\): \S"));
    static RELAYED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:[45]\d\d )?(?:upstream|provider|backend) (?:error|returned|status|request failed)\W{0,3}(?:status |code |http ){0,2}([45]\d\d)\W*$",
        )
    });
    let forms = STATUS
        .iter()
        .take(CLEAR)
        .chain(FIRST.as_ref())
        .chain(NAMED.as_ref())
        .chain(LAST.as_ref())
        .chain(WITHIN.as_ref())
        .chain(RELAYED.as_ref());
    let caught = forms.into_iter().find_map(|p| p.captures(message))?;
    caught.get(1)?.as_str().parse().ok().filter(|status| (400..600).contains(status))
}

/// The status of a failure that the words of a person name.
pub(super) fn bad_status_in(words: &str) -> Option<u16> {
    status_in(words).filter(|status| *status >= 400)
}

/// The status that the title of a report names.
pub(super) fn status_of_title(text: &str) -> Option<u16> {
    status_in(report::title(text)?).filter(|status| *status >= 400)
}

/// A good status that a client printed: curl's `-w '%{http_code}'`.
pub(super) fn good_status(text: &str) -> Option<u16> {
    status_in(text).filter(|status| (200..300).contains(status))
}

/// An exception's name and the byte where its message begins.
struct Exception {
    name: String,
    message_at: usize,
}

static EXCEPTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?m)^[ \t]*(?:[A-Za-z0-9_.:\[\]()>-]{1,60} ){0,3}?(?:\[?[A-Za-z0-9_]+(?:[.\\$]|::))*\[?([A-Z][A-Za-z0-9_]*(?:Error|Exception|Timeout|Exceeded|Exhausted|NotFound|Unavailable|Disconnected)|Invalid(?:Parameter|Argument)(?:Value)?|MissingSchema|InvalidSchema|TooManyRedirects|URLSchemeUnknown|RemoteDisconnected|InvalidURL|InvalidHeader|UnsupportedProtocol|IncompleteRead|BadStatusLine|gaierror|herror)\]? ?(?:[:(]|$)",
    )
});

/// An exception in the middle of a log line: with its module, or behind the words that a retry logs.
static INSIDE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?:\braised |\b[a-z_]{2,40}\.(?:[a-z_]+\.){0,6})([A-Z][A-Za-z0-9_]{0,60}(?:Error|Exception|Timeout|Exceeded)): ",
    )
});

/// A line of a program that throws: what stands in its brackets are names.
fn is_statement(text: &str, caught: &crate::case::pattern::Captures<'_>) -> bool {
    let Some(whole) = caught.get(0) else { return false };
    let named = text.get(whole.end()..).is_some_and(|inside| inside.starts_with(|c: char| c.is_alphabetic()));
    let whole = whole.as_str();
    named
        && whole.ends_with('(')
        && ["raise ", "throw ", "throw new "].iter().any(|word| whole.contains(word))
}

/// The last exception of the text: a traceback's final line. One that says nothing, or no more than a status, yields to one
/// before it whose words may be the answer's, unless its name tells of a failure below HTTP.
fn exception_in(text: &str, catalog: &Catalog) -> Option<Exception> {
    let words = |caught: &crate::case::pattern::Captures<'_>| {
        let whole = caught.get(0)?;
        let opened = whole.as_str().trim_end().ends_with([':', '(']);
        let line = text.get(whole.end()..)?.lines().next().unwrap_or("").trim();
        Some(line.to_owned()).filter(|_| opened)
    };
    let of = |caught: &crate::case::pattern::Captures<'_>| {
        let name: String = caught.get(1)?.as_str().chars().take(80).collect();
        let end = caught.get(0)?.end();
        // Without a colon the next line is somebody else's.
        let opened = caught.get(0)?.as_str().trim_end().ends_with([':', '(']);
        let message_at = if opened { end } else { text.len() };
        Some(Exception { name, message_at })
    };
    let inside = || INSIDE.as_ref()?.captures_iter(text).last();
    let mut last = None;
    let mut telling = None;
    for caught in EXCEPTION.as_ref()?.captures_iter(text).filter(|caught| !is_statement(text, caught)) {
        let says = words(&caught).is_some_and(|words| frames::may_be_answers(&words));
        let own = caught.get(1).is_some_and(|name| own::LANGUAGE.contains(&name.as_str()));
        if says && !own {
            telling = of(&caught);
        }
        last = Some((of(&caught)?, words(&caught)));
    }
    let Some((last, said)) = last else { return of(&inside()?) };
    let empty =
        said.is_none_or(|words| words.is_empty() || frames::is_bare(&words) || is_named_status(&words));
    if empty && catalog.transport.of_exception(&last.name).is_none() {
        let telling = telling.or_else(|| {
            let caught = inside()?;
            words(&caught).is_some_and(|words| frames::may_be_answers(&words)).then(|| of(&caught))?
        });
        return telling.or(Some(last));
    }
    Some(last)
}

/// The OpenAI library for .NET puts the words below its status, and the next exception of the chain stands there:
/// `HTTP 401 (invalid_request_error: invalid_api_key)`.
fn is_named_status(words: &str) -> bool {
    let inside =
        words.strip_prefix("HTTP ").and_then(|rest| rest.get(3..)?.strip_prefix(" (")?.strip_suffix(')'));
    inside.is_some_and(|inside| !inside.contains(['(', ')']))
}

static HEADER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"(?i)["'(]?\b([a-z][a-z0-9-]{1,40})(?:["']?\s*(?::|=>?)|["']\s*,)(?:[ \t]*\[?b?["']?|\s*\[?\s*b?["'])([A-Za-z0-9][A-Za-z0-9._:-]{0,127})"#,
    )
});

/// Names and values that stand beside each other as headers are printed. What stands behind a name that is none of `known`
/// may be the next one.
fn named_values(text: &str, known: impl Fn(&str) -> bool) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    let Some(pattern) = HEADER.as_ref() else { return found };
    let mut from = 0;
    while let Some(caught) = pattern.captures_at(text, from) {
        let (Some(name), Some(value)) = (caught.get(1), caught.get(2)) else { break };
        let lower = name.as_str().to_ascii_lowercase();
        if known(&lower) {
            from = value.end();
            found.push((lower, value.as_str()));
        } else {
            from = name.end();
        }
    }
    found
}

/// Headers that the text prints (a header dump, `request_id: 'req_…'` of an SDK), as far as they lead support to the call.
fn headers_in(texts: [&str; 3], client: Option<&str>, catalog: &Catalog) -> Vec<(String, String)> {
    let known = |name: &str| {
        matches!(name, "cf-ray" | "retry-after")
            || catalog.profiles.iter().any(|p| p.request_id_headers.iter().any(|h| h == name))
    };
    let mut headers: Vec<(String, String)> = Vec::new();
    for text in texts {
        for (name, value) in named_values(text, known) {
            // An empty header: what was taken for its value is the next one's name.
            if !value.ends_with(':') && !headers.iter().any(|(n, _)| *n == name) {
                headers.push((name, value.to_owned()));
            }
        }
        // The SDKs give the header's value under a name of their own.
        let header = match client {
            Some("openai-python" | "openai-node") => "x-request-id",
            Some("anthropic-python" | "anthropic-node") => "request-id",
            _ => continue,
        };
        if let Some(id) = SDK_ID.as_ref().and_then(|p| p.captures(text)).and_then(|c| c.get(1))
            && !headers.iter().any(|(n, _)| n == header)
        {
            headers.push((header.to_owned(), id.as_str().to_owned()));
        }
    }
    headers
}

/// The ids that headers of several answers name, as a log of tries shows them.
fn further_ids(text: &str, catalog: &Catalog) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut known: Vec<&str> =
        catalog.profiles.iter().flat_map(|p| &p.request_id_headers).map(String::as_str).collect();
    known.sort_unstable();
    for (_, value) in named_values(text, |name| known.binary_search(&name).is_ok()) {
        if value.len() >= 8
            && !value.ends_with(':')
            && ids.len() < MOST_TRIES
            && !ids.iter().any(|id| id == value)
        {
            ids.push(value.to_owned());
        }
    }
    if ids.len() > 1 { ids } else { Vec::new() }
}

/// More tries than clients make.
const MOST_TRIES: usize = 8;

static SDK_ID: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#"\b(?:request_id|requestID)["']?\s*[:=]\s*["']?(req_[A-Za-z0-9]{6,60})"#));

static SAID_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"\b(GET|POST|PUT|PATCH|DELETE)\b["':,\s]{1,4}(?:url["':=\s]{1,6})?((?:https?://|/)[^\s"'<>`,)\]}]+)"#,
    )
});

/// `method: 'post'`, `method=POST`, `Sending HTTP Request: POST`.
static SAID_METHOD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"(?:\b[Mm]ethod["']?\s*[:=]\s*["']?|\bHTTP Request: )([Gg][Ee][Tt]|[Pp][Oo][Ss][Tt]|[Pp][Uu][Tt]|[Pp][Aa][Tt][Cc][Hh]|[Dd][Ee][Ll][Ee][Tt][Ee])\b"#,
    )
});

/// urllib3: `Max retries exceeded with url: /v1/models (Caused by …`.
static SAID_PATH: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#"\bexceeded with url: (/[^\s"'<>`)]*)"#));

static SAID_URL: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r#"https?://[^\s"'<>`,)\]}\\]+"#));

/// More than this is no name of a model, bytes.
const LONGEST_MODEL: usize = 160;

static SAID_MODEL: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r#"["']model(?:_name)?\\?["']\s*[:=]\s*\\?["']([^"'\s\\]+)\\?["']"#,
        r#"(?i)\bmodel\s*=\s*["']?([\w./:@-]+)"#,
        r#"(?i)\bmodel:?\s+[`'"“]([\w./:@-]+)[`'"”]"#,
        r"(?i)\bmodel:?\s+([A-Za-z][\w./:@-]*\d[\w./:@-]*)",
        r"模型\s*[`'“]?([A-Za-z][\w./:@-]+)",
        // OpenAI's own sentence, LiteLLM's, a person's: `with gpt-4o`, `on claude-sonnet-4-5`.
        r"\b(?i:limit|quota) (?:reached|exceeded) for ([a-z][a-z0-9./:@-]{0,80}[0-9][a-z0-9./:@-]{0,80})(?: |$)",
        r"\bReceived Model Group=([A-Za-z0-9./:@_-]{1,160})",
        r"(?i)\b(?:with|on|using|from|for|calling|against) [`'“]?((?:gpt|chatgpt|claude|gemini|deepseek|qwen|glm|llama|mistral|grok|kimi|text-embedding|dall-e|whisper|sora|doubao|minimax)-?[0-9a-z][a-z0-9./:@-]{0,80})",
    ]
    .iter()
    .filter_map(|text| pattern(text))
    .collect()
});

/// Method, address and model that the text names. An address counts only where the catalog or a version segment says that
/// it is an API's; the pages to which error texts point are none.
pub(super) fn said_in(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Said {
    let mut said = Said::default();
    if let Some(caught) = SAID_LINE.as_ref().and_then(|p| p.captures(text)) {
        said.method = caught.get(1).map(|m| m.as_str().to_owned());
        said.url = caught.get(2).map(|u| u.as_str().to_owned());
    } else if let Some(caught) = SAID_PATH.as_ref().and_then(|p| p.captures(text)) {
        said.url = caught.get(1).map(|u| u.as_str().to_owned());
    } else if let Some(pattern) = SAID_URL.as_ref() {
        said.url = pattern
            .find_iter(text)
            .take(50)
            .map(|m| m.as_str())
            .find(|url| is_api(url, catalog))
            .map(str::to_owned);
    }
    if said.method.is_none() {
        let caught = SAID_METHOD.as_ref().and_then(|p| p.captures(text));
        said.method = caught.and_then(|c| c.get(1)).map(|m| m.as_str().to_ascii_uppercase());
    }
    said.url = said.url.map(|url| secret::mask_url(url.trim_end_matches(['.', ';', ':']), catalog, ring).0);
    said.model = SAID_MODEL
        .iter()
        .find_map(|p| Some(p.captures(text)?.get(1)?.as_str().trim_end_matches(['.', ':', ',']).to_owned()))
        .filter(|model| model.len() <= LONGEST_MODEL && !secret::is_key_like(model));
    said
}

fn is_api(url: &str, catalog: &Catalog) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let path =
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("").split(['?', '#']).next().unwrap_or("");
    catalog.endpoints_on_path(path).next().is_some()
        || path.starts_with("/v1/")
        || path.starts_with("/v1beta/")
        || path.ends_with("/chat/completions")
}

/// True for a text that a person or a program may have written about a failure: printable, and words.
fn is_sentence(text: &str) -> bool {
    if text.len() > LONGEST_SENTENCE {
        return false;
    }
    let (mut letters, mut odd) = (0usize, 0usize);
    for c in text.chars() {
        letters += usize::from(c.is_alphabetic());
        odd +=
            usize::from(c == '\u{fffd}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{1b}')));
    }
    let several_words = text.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).count() >= 2;
    let dense_script = text.chars().filter(|c| *c >= '\u{2e80}').count() >= 3;
    letters >= 3
        && odd * 20 <= letters
        && (several_words || dense_script || text.to_lowercase().contains("error"))
}

#[cfg(test)]
mod speeches;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!((STATUS.len(), SAID_MODEL.len()), (70, 8));
        for pattern in [&EXCEPTION, &INSIDE, &HEADER, &SDK_ID, &SAID_LINE, &SAID_URL] {
            assert!(pattern.is_some());
        }
    }

    #[test]
    fn an_answer_printed_as_a_message_is_the_answer() {
        let table = [
            (
                r#"{"url":"https://h.test/a","status":500,"message":"{\"error\":{\"message\":\"m\"}}"}"#,
                r#"{"error":{"message":"m"}}"#,
            ),
            // A gateway's own envelope, whose type and code are its own.
            (
                r#"{"message":"{\"detail\":\"no\"}","type":"t","code":"7"}"#,
                r#"{"message":"{\"detail\":\"no\"}","type":"t","code":"7"}"#,
            ),
            (
                r#"{"url":"u","status":1,"message":"{\"id\":1}"}"#,
                r#"{"url":"u","status":1,"message":"{\"id\":1}"}"#,
            ),
            (r#"{"message":"{not json"}"#, r#"{"message":"{not json"}"#),
            (r#"{"message":"m"}"#, r#"{"message":"m"}"#),
        ];
        for (body, expected) in table {
            assert_eq!(String::from_utf8_lossy(&opened(body.as_bytes().to_vec())), expected);
        }
    }

    #[test]
    fn the_one_status_of_a_report_is_found() {
        let table = [
            ("The key was refused - Denied (403)\n\nThe same on another machine", Some(403)),
            ("读取列表时是404。别的都好", Some(404)),
            ("“Too fast” / 429 after two calls", Some(429)),
            ("(503)", Some(503)),
            ("it wraps a 502, and the 502 is not seen", Some(502)),
            // Which of two is it?
            ("with one key 401, with the other 403", None),
            ("it fails on errors, e.g. 504", None),
            ("a timeout such as 504 is not tried again", None),
            ("parts of at most 500 characters", None),
            ("POST /api/x 500 in 3172ms", None),
            ("(3703 in the messages, 500 in the completion)", None),
            ("{'error_code': 500, 'text': 'x'}", None),
            ("invalid type: integer `400`, expected a string", None),
            ("version 4.401, port 443, 2024-05-02, 12:500", None),
        ];
        for (text, expected) in table {
            assert_eq!(lone_status(text), expected, "{text}");
        }
    }

    #[test]
    fn shapes_of_errors_are_known() {
        let table = [
            (r#"{"error":{"message":"m"}}"#, true),
            (r#"{"error":"m"}"#, true),
            (r#"[{"error":{"code":400}}]"#, true),
            (r#"{"type":"error","error":{}}"#, true),
            (r#"{"detail":"m"}"#, true),
            (r#"{"code":null,"message":"m","data":null}"#, true),
            (r#"{"description":"m","type":"upstream_error","code":30}"#, true),
            (r#"{"success":false,"message":"m"}"#, true),
            (r#"{"title":"t","status":404}"#, true),
            (r#"{"error":null,"choices":[]}"#, false),
            (r#"{"model":"m","messages":[]}"#, false),
            (r#"{"role":"user","content":"c"}"#, false),
            (r#"{"id":"x"}"#, false),
            ("[]", false),
            ("[1]", false),
        ];
        for (json, expected) in table {
            let value = serde_json::from_str(json).expect(json);
            assert_eq!(states_an_error(&value), expected, "{json}");
        }
    }
}
