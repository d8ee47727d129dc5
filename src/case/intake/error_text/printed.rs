//! An error as programs print it that is no JSON: a structure of a language, a line of an SDK, labels in a row, XML.

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::{Value, json};

use super::ending;
use super::object::Object;
use crate::case::intake::literal;

/// Go's `%+v` of the new-api family's error: `{Error:{Message:m Type:t Param: Code:c} StatusCode:403}`.
static GO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\{(?:(?:Error|OpenAIError|RelayError):\{)?Message:([^{}\n]+?) Type:([^{}\n]{0,80}?) Param:([^{}\n]*?) Code:([^{}\n]{0,80}?)\}(?:[^{}\n]*?StatusCode:([1-5]\d\d))?",
    )
    .ok()
});

/// one-api's channel test (controller/channel-test.go): `type %s, code %v, message %s`.
static TEST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)(?:^|[:：]\s*)type ([^,\n]{1,80}), ?code ([^,\n]{1,80}), ?message ([^\n]+)$").ok()
});

/// A constructor as Python, Swift, Kotlin and Java print it: `Error(message="m", type='t')`,
/// `ThrottlingException(properties: …Properties(message: Optional("m")))`.
static CONSTRUCTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"\b([A-Z]\w*)(?:\(| \{ )(?:(?:[^()"'\n]|'[^'\n]{0,200}'|"[^"\n]{0,200}")*[(,{]\s?)?(?:message|errorMessage|msg)\s?[=:]\s?(?:Optional\(|Some\()?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"#,
    )
    .ok()
});

static MEMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"[,({]\s?(?:r#)?(type|code|param|errorCode|error_code)\s?[=:]\s?(?:Optional\(|Some\()?(?:String\()?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\w+)"#,
    )
    .ok()
});

/// A structure as a language prints it, as the envelope that it stands for.
pub(super) fn printed(text: &str) -> Option<Object> {
    go(text)
        .or_else(|| one_line(text))
        .or_else(|| azure_net(text))
        .or_else(|| channel_test(text))
        .or_else(|| constructed(text))
        .or_else(|| with_status(text))
        .or_else(|| map(text))
        .or_else(|| xml(text))
        .or_else(|| labelled(text))
}

/// `None` for what Go prints of nothing.
pub(super) fn word(text: &str) -> Value {
    match text.trim() {
        "" | "<nil>" | "nil" | "null" | "None" | "'null'" => Value::Null,
        // Java's `toString` of a class puts quotes around its texts, Kotlin's closes a bracket for each class.
        other => {
            let bare = other.strip_prefix('\'').and_then(|o| o.strip_suffix('\'')).unwrap_or(other);
            Value::String(bare.to_owned())
        }
    }
}

pub(super) fn object(found: crate::case::pattern::Match<'_>, error: &Value, status: Option<u16>) -> Object {
    let mut body = json!({ "error": error });
    if let (Some(status), Some(map)) = (status, body.as_object_mut()) {
        map.insert("status_code".into(), status.into());
    }
    Object { start: found.start(), end: found.end(), body: body.to_string().into_bytes() }
}

/// Errors that a client prints on one line, by named groups: the message, and what stands beside it.
static ONE_LINE: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // google.golang.org/api (googleapi.Error.Error).
        r"(?m)\bgoogleapi: Error (?P<status>\d{3}): (?P<message>[^\n]+?), (?P<code>[a-z][A-Za-z]{3,40})\s*$",
        // google.golang.org/genai (APIError.Error).
        r"(?m)\bError (?P<status>[45]\d\d), Message: (?P<message>[^\n]+?), Status: (?P<type>[A-Z][A-Za-z_ ]{2,40})(?:, Details: [^\n]*)?$",
        // Those who put Google's three members into one line of their own, and PHP's place of the throw behind it.
        r"(?m)\bError [Cc]ode: (?P<code>[45]\d\d),\s{1,4}Message: (?P<message>[^\n]+?),\s{1,4}Status: (?P<type>[A-Z][A-Z_]{3,40})(?: in [^\n]{1,200})?$",
        // A library's own NSError with the status as its code; the system's have negative or small ones.
        r#"\bDomain=(?:[A-MO-Za-z]|N[A-RT-Za-z])[\w.-]{1,60} Code=(?P<status>[45]\d\d) "(?P<message>[^"\n]+)""#,
        // async-openai (ApiError's Display).
        r"(?m)(?:^|[\s:])(?P<type>(?:[a-z]{2,20}_){0,3}error): (?P<message>[^\n]+?) \(param: (?P<param>[^()\n]{1,80})\)(?: \(code: (?P<code>[^()\n]{1,80})\))?\s*$",
        r"(?m)(?:^|[\s:])(?P<type>(?:[a-z]{2,20}_){1,3}error): (?P<message>[^\n]+?) \(code: (?P<code>[^()\n]{1,80})\)\s*$",
        // The AWS SDK for Java, 2 and 1.
        r"\b(?P<code>[A-Z][A-Za-z]{2,60}Exception): (?P<message>[^\n]+(?:\n[^\n]*){0,3}?) \(Service: [A-Za-z]{2,60}, Status Code: ",
        r"(?m)Exception: (?P<message>[^\n]+?) \(Service: [A-Za-z]{2,60}; Status Code: \d{3}; Error Code: (?P<code>[A-Za-z]{2,60});",
        // sashabaranov/go-openai where the body is no JSON (RequestError.Error).
        r"(?m)\berror, status code: (?P<status>\d{3}), status: [^,\n]{0,60}, message: (?:invalid character|unexpected end of JSON|json: )[^\n]*?, body: (?P<message>[^\n<{]+)$",
    ]
    .iter()
    .filter_map(|text| Regex::new(text).ok())
    .collect()
});

fn one_line(text: &str) -> Option<Object> {
    // Cheap to ask, and true for few texts.
    let marks = [
        " Code=",
        "googleapi: ",
        ", Message: ",
        ",\nMessage: ",
        " (param: ",
        " (code: ",
        " (Service: ",
        ", body: ",
    ];
    if !marks.iter().any(|mark| text.contains(mark)) {
        return None;
    }
    let caught = ONE_LINE.iter().find_map(|p| p.captures(text))?;
    let part = |name: &str| caught.name(name).map_or(Value::Null, |m| word(m.as_str().trim()));
    let error = json!({
        "message": part("message"), "type": part("type"), "param": part("param"), "code": part("code"),
    });
    let status = caught.name("status").and_then(|m| m.as_str().parse().ok());
    Some(object(caught.name("message")?, &error, status))
}

fn go(text: &str) -> Option<Object> {
    let caught = GO.as_ref()?.captures(text)?;
    let part = |n| caught.get(n).map_or("", |m: crate::case::pattern::Match<'_>| m.as_str());
    let error = json!({"message": word(part(1)), "type": word(part(2)), "param": word(part(3)), "code": word(part(4))});
    Some(object(caught.get(0)?, &error, part(5).parse().ok()))
}

/// Azure's `RequestFailedException` for .NET (`Azure.Core`): the message, then `Status: 400 (Bad Request)`, `ErrorCode: x`.
static AZURE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?:^(?:[A-Za-z0-9_.]+Exception: )?|[A-Za-z0-9]Exception: |\n\n)([^\n]+(?:\n[^\n:]+){0,3}?)(?:\n+Status: ([1-5]\d\d)(?: \([^()\n]{1,60}\))?\n(?:ErrorCode: (\S{1,80}))?|[ \t]+Status: ([1-5]\d\d) \([^()\n]{1,60}\)[ \t]+ErrorCode: (\S{1,80}))",
    )
    .ok()
});

fn azure_net(text: &str) -> Option<Object> {
    let caught = AZURE.as_ref()?.captures(text)?;
    // A form joins the lines to one.
    let either = |lines: usize, joined: usize| caught.get(lines).or_else(|| caught.get(joined));
    let code = either(3, 5).map_or(Value::Null, |m| word(m.as_str()));
    let message = super::peel::without_frames(caught.get(1)?.as_str().trim());
    let error = json!({"message": message, "code": code});
    Some(object(caught.get(0)?, &error, either(2, 4)?.as_str().parse().ok()))
}

fn channel_test(text: &str) -> Option<Object> {
    let caught = TEST.as_ref()?.captures(text)?;
    let part = |n| caught.get(n).map_or("", |m: crate::case::pattern::Match<'_>| m.as_str());
    let error = json!({"message": word(part(3)), "type": word(part(1)), "code": word(part(2))});
    Some(object(caught.get(0)?, &error, None))
}

fn constructed(text: &str) -> Option<Object> {
    let caught = CONSTRUCTED.as_ref()?.captures(text)?;
    let (name, message) = (caught.get(1)?.as_str(), string(caught.get(2)?.as_str())?);
    let whole = caught.get(0)?;
    let message = if message.is_empty() { Value::Null } else { Value::String(message) };
    let mut error = json!({ "message": message });
    let near = text.get(whole.start()..)?;
    let near = super::plain::head(near, whole.len() + 600);
    for member in MEMBER.as_ref()?.captures_iter(near.lines().next().unwrap_or("")) {
        let (Some(key), Some(value)) = (member.get(1), member.get(2)) else { continue };
        let value = string(value.as_str()).map_or_else(|| word(value.as_str()), Value::String);
        let key = if key.as_str().ends_with("ode") { "code" } else { key.as_str() };
        if let Some(map) = error.as_object_mut() {
            map.entry(key).or_insert(value);
        }
    }
    // AWS names its error by the class.
    if name.ends_with("Exception")
        && let Some(map) = error.as_object_mut()
    {
        map.entry("code").or_insert_with(|| name.into());
    }
    Some(object(whole, &error, None))
}

/// A constructor with a status and a text, as Swift and Kotlin print an enumeration's case: `statusCode(400, Optional("m"))`.
static WITH_STATUS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"\b[A-Za-z]\w{2,}\((?:\w+[:=] ?)?([45]\d\d), (?:\w+[:=] ?)?(?:Optional\(|Some\()?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"#,
    )
    .ok()
});

fn with_status(text: &str) -> Option<Object> {
    let caught = WITH_STATUS.as_ref()?.captures(text)?;
    let message =
        string(caught.get(2)?.as_str()).filter(|m| m.contains(' ') && !m.starts_with(['{', '<']))?;
    Some(object(caught.get(0)?, &json!({ "message": message }), caught.get(1)?.as_str().parse().ok()))
}

/// A map as Dart, Java and Ruby print it, without quotes: `{code: c, message: m, type: t}`, `{code=c, message=m}`.
static MAP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"[({\[](?:[A-Za-z_]{1,20}[:=] ?[^{}()\n,]*, ){0,6}message[:=] ?[^{}\n]+?[)}\]](?:[\s)}\]]|$)")
        .ok()
});

static KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?:^[({\[]|, )(message|type|code|param|status|status_code|statusCode|errorCode|error_code)[:=] ?",
    )
    .ok()
});

fn map(text: &str) -> Option<Object> {
    let whole = MAP.as_ref()?.find(text)?;
    // OkHttp's print of an answer: its message is the status' name.
    if text.get(..whole.start())?.ends_with("Response") {
        return None;
    }
    let inside = whole.as_str().trim_end();
    let inside = inside.strip_suffix(['}', ')', ']']).map(|i| i.trim_end_matches(['}', ']', ')']))?;
    let keys: Vec<_> =
        KEY.as_ref()?.captures_iter(inside).filter_map(|c| Some((c.get(0)?, c.get(1)?))).collect();
    let mut error = serde_json::Map::new();
    for (index, (mark, key)) in keys.iter().enumerate() {
        let end = keys.get(index + 1).map_or(inside.len(), |(next, _)| next.start());
        error.insert(key.as_str().to_owned(), word(inside.get(mark.end()..end)?));
    }
    let states = error.get("message").is_some_and(Value::is_string) && error.len() > 1;
    states.then(|| object(whole, &Value::Object(error), None))
}

/// Labels in a row, as the SDKs of `DashScope` and Tencent Cloud print an error:
/// `Status code: 400, error code: InvalidParameter, error message: …`, `code:X message:Y requestId:Z`.
static LABELLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?im)(?:\b(?:error[ _]?)?code\s?[:=：]|错误(?:代码|码)\s?(?:[:=：]|为|是)?)\s?([A-Za-z_][A-Za-z0-9_.]{2,60}|\d{3,6})\s{0,2}[,;，；\s]\s{0,2}(?:(?:err(?:or)?[ _]?)?(?:message|msg)|错误(?:信息|消息|描述))\s?[:=：]\s?([^\n{]{2,}?)(?:[,;，\s]+(?:request|log)_?id\s?[:=].*)?\s*$",
    )
    .ok()
});

fn labelled(text: &str) -> Option<Object> {
    let caught = LABELLED.as_ref()?.captures(text)?;
    let whole = caught.get(0)?;
    let (code, message) =
        // `Error code: InvalidApiKey. Error message: …`: the stop ends the label.
        (
            caught.get(1)?.as_str().trim_end_matches('.'),
            caught.get(2)?.as_str().trim_end_matches([']', ')', '}', '"', '\'']),
        );
    // A status is no code of an envelope.
    let status = code.parse::<u16>().ok().filter(|status| (400..600).contains(status));
    let code = if status.is_some() { Value::Null } else { word(code) };
    let message = ending::up_to_mark(message.trim_start_matches(['"', '\'']));
    let message = ending::without_other_voice(message);
    // An empty one: what was taken for it is the next label.
    let empty = message.starts_with([',', ';', '}']);
    // What stands behind the message may name an id.
    let end = caught.get(2)?.end();
    let found = object(whole, &json!({ "message": message, "code": code }), status);
    (!empty).then_some(Object { end, ..found })
}

/// The XML of object stores and of older services: `<Error><Code>c</Code><Message>m</Message>`.
static XML: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"<Code>([^<\n]+)</Code>\s*<Message>([^<]+)</Message>").ok());

/// SOAP's fault (<https://www.w3.org/TR/soap11>, 4.4).
static FAULT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:<faultcode[^<>]*>([^<\n]*)</faultcode>\s*)?<faultstring[^<>]*>([^<]+)</faultstring>").ok()
});

/// The members of any other error in XML.
static ELEMENT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"<(message|type|code|param)>([^<]+)</(?:message|type|code|param)>").ok());

fn xml(text: &str) -> Option<Object> {
    if text.contains("<message>") && text.contains("</error>") {
        let mut error = serde_json::Map::new();
        for caught in ELEMENT.as_ref()?.captures_iter(text).take(8) {
            let value = super::plain::without_entities(caught.get(2)?.as_str());
            error.entry(caught.get(1)?.as_str()).or_insert_with(|| word(&value));
        }
        let place = ELEMENT.as_ref()?.find(text)?;
        return error.contains_key("message").then(|| object(place, &Value::Object(error), None));
    }
    if let Some(caught) = FAULT.as_ref()?.captures(text) {
        let error =
            json!({"message": caught.get(2)?.as_str().trim(), "code": caught.get(1).map(|m| m.as_str())});
        return Some(object(caught.get(0)?, &error, None));
    }
    let caught = XML.as_ref()?.captures(text)?;
    let error = json!({"message": caught.get(2)?.as_str(), "code": caught.get(1)?.as_str()});
    Some(object(caught.get(0)?, &error, None))
}

/// A quoted string, its escapes resolved.
pub(super) fn string(text: &str) -> Option<String> {
    let (json, _) = text.starts_with(['"', '\'']).then(|| literal::read(text, false))??;
    serde_json::from_str(&json).ok()
}
