//! The body: is it JSON, and does it keep to what the endpoint's documentation says.

use std::borrow::Cow;

use serde_json::Value;

use super::headers::is_json;
use super::locate::{Spot, locate, spot_at, spot_of_error};
use super::placeholder::is_placeholder;
use super::url::{Address, method_of};
use super::{contract, form, sketch};
use crate::case::catalog::{BodyKind, Contract, Endpoint, Field, Profile};
use crate::case::finding::{Finding, Level, Place};
use crate::case::request::{Draft, PartContent};

/// Findings on members of one list, so that a thousand wrong messages do not make a thousand findings.
const MOST_PER_LIST: usize = 5;

/// No form on a screen is read further; each place costs a look through the body.
const MOST_FINDINGS: usize = 30;

/// What the body is checked against.
pub(super) struct Against<'a> {
    /// What the address says.
    pub(super) address: &'a Address<'a>,
    /// The checks of the published references.
    pub(super) contract: &'a Contract,
    /// The gateway's profile.
    pub(super) profile: Option<&'a Profile>,
}

/// Checks the body of `draft`.
pub(super) fn check(draft: &Draft, against: &Against<'_>, findings: &mut Vec<Finding>) {
    let endpoint = against.address.endpoint;
    let text = draft.body.as_str();
    let method = method_of(draft);
    let is_empty = text.trim().is_empty() && draft.form.is_empty();
    if is_empty {
        let wants_body = |e: &&Endpoint| !e.required.is_empty() && e.body != BodyKind::None;
        if let Some(endpoint) = endpoint.filter(wants_body).filter(|_| method != "HEAD") {
            let names: Vec<&str> = endpoint.required.iter().map(|f| f.name.as_str()).collect();
            let what = if endpoint.body == BodyKind::Multipart { "a form" } else { "a JSON object" };
            findings.push(
                at_start("body_missing", Level::Error, "this endpoint wants a body, and there is none")
                    .fix(format!("write {what} with {}", names.join(", "))),
            );
        }
        return;
    }
    if method == "GET" {
        findings.push(
            at_start("body_on_get", Level::Warning, "a GET request carries a body; most gateways ignore it")
                .fix("use POST"),
        );
    }
    size(draft, findings);
    if !draft.form.is_empty() {
        form::check(draft, against, findings);
        return;
    }
    let declared =
        draft.headers.iter().any(|h| h.name.eq_ignore_ascii_case("content-type") && is_json(&h.value));
    if !declared && !text.trim_start().starts_with(['{', '[']) {
        return;
    }
    let sketch = sketch::of(text);
    if let Some(sketch) = &sketch {
        judge(sketch, "", draft, against, &mut Vec::new());
    }
    match parse(text) {
        Err(error) => findings.push(syntax(text, &error)),
        Ok((value, text)) => judge(&value, &text, draft, against, findings),
    }
    if sketch.is_some() {
        // They were written above the tree, too, which is gone now.
        *findings = findings.clone();
    }
}

/// What `value`, as which `text` reads, does not keep to.
fn judge(value: &Value, text: &str, draft: &Draft, against: &Against<'_>, findings: &mut Vec<Finding>) {
    let mut checker = Checker { text, findings };
    if let Some(endpoint) = against.address.endpoint {
        checker.form_wanted(endpoint);
        let before = checker.findings.len();
        checker.endpoint(value, endpoint);
        for finding in checker.findings.iter_mut().skip(before) {
            *finding = finding.clone().source(&endpoint.doc_url, &endpoint.accessed, endpoint.confirmed);
        }
    }
    checker.contract(value, draft, against);
}

/// From this size on a body is worth a word, bytes.
const LARGE_BODY: usize = 8 << 20;

/// A large body is refused by one or another program on the way; which one, nobody publishes for every gateway.
fn size(draft: &Draft, findings: &mut Vec<Finding>) {
    let files = draft.form.iter().map(|part| match part.content {
        PartContent::File { bytes, .. } => usize::try_from(bytes.unwrap_or(0)).unwrap_or(usize::MAX),
        PartContent::Text(ref text) => text.len(),
    });
    let bytes = files.fold(draft.body.len(), usize::saturating_add);
    if bytes >= LARGE_BODY {
        findings.push(
            at_start(
                "body_large",
                Level::Info,
                &format!(
                    "the body has {} MiB; gateways and the proxies before them limit its size",
                    bytes >> 20
                ),
            )
            .fix("if the answer is 413, send a smaller image, or a link to it instead of base64")
            .source(
                "https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/413",
                "2026-11-21",
                true,
            ),
        );
    }
}

fn at_start(id: &'static str, level: Level, message: &str) -> Finding {
    Finding::new(id, level, message).at(Place::Body { line: 1, column: 1, path: String::new() })
}

/// Parses the body. A reference that stands where a number belongs (`"max_tokens": [env:N]`) is read as a text of the
/// same length, so that places stay right.
fn parse(text: &str) -> Result<(Value, Cow<'_, str>), serde_json::Error> {
    match serde_json::from_str(text) {
        Ok(value) => Ok((value, Cow::Borrowed(text))),
        Err(error) if text.contains("[env:") => {
            let quoted = quote_references(text);
            serde_json::from_str(&quoted).map(|value| (value, Cow::Owned(quoted))).map_err(|_| error)
        }
        Err(error) => Err(error),
    }
}

/// Makes `[env:NAME]` outside of strings `"env:NAME"`.
fn quote_references(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_string, mut escaped, mut in_reference) = (false, false, false);
    for (at, c) in text.char_indices() {
        let opens = !in_string && c == '[' && text.get(at..).is_some_and(|rest| rest.starts_with("[env:"));
        if opens || (in_reference && c == ']') {
            in_reference = opens;
            out.push('"');
            continue;
        }
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else {
            in_string = c == '"';
        }
        out.push(c);
    }
    out
}

/// A syntax error, with a fix that fits what stands there. The parser's own words quote nothing of the input.
fn syntax(text: &str, error: &serde_json::Error) -> Finding {
    let spot = spot_of_error(text, error.line(), error.column());
    let words = error.to_string();
    let words = words.rfind(" at line ").and_then(|at| words.get(..at)).unwrap_or("it cannot be read");
    let there = character_at(text, spot);
    let fix = if error.is_eof() {
        "the text ends too early: close every quotation mark, bracket and brace"
    } else if words.contains("trailing comma") {
        "take out the comma before the closing bracket"
    } else if matches!(there, Some('“' | '”' | '‘' | '’')) {
        "write plain quotation marks instead of typographic ones"
    } else if there == Some('\'') || words.contains("key must be a string") {
        "put names and texts in double quotation marks"
    } else if words.contains("control character") {
        "write \\n for a line end inside a text"
    } else if matches!(there, Some('T' | 'F' | 'N')) {
        "write true, false or null in small letters"
    } else if words.contains("invalid escape") {
        "write \\\\ for a backslash inside a text"
    } else if words.contains("trailing characters") {
        if matches!(text.trim_start().chars().next(), Some('{' | '[')) {
            "take out what stands behind the closing brace"
        } else {
            "begin it with a brace: a body is one JSON object"
        }
    } else if words.contains("expected `,`") {
        "put a comma between the members, or a backslash before a quotation mark inside a text"
    } else {
        "mend the JSON at this place"
    };
    Finding::new("json_syntax", Level::Error, format!("the body is no JSON: {words}"))
        .at(Place::Body { line: spot.line, column: spot.column, path: String::new() })
        .fix(fix)
}

fn character_at(text: &str, spot: Spot) -> Option<char> {
    text.lines().nth(spot.line.checked_sub(1)?)?.chars().nth(spot.column.checked_sub(1)?)
}

/// The model that a path names (`/v1beta/models/{model}:generateContent`).
fn model_in_path(path: &str) -> Option<&str> {
    path.split_once("/models/")?.1.split(['/', ':']).next()
}

/// The name without a provider before it (`openai/gpt-4o`).
fn bare_model(name: &str) -> &str {
    name.trim().rsplit('/').next().unwrap_or(name)
}

pub(super) struct Checker<'a> {
    pub(super) text: &'a str,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl Checker<'_> {
    /// The endpoint takes a form, the body is JSON.
    fn form_wanted(&mut self, endpoint: &Endpoint) {
        if endpoint.body == BodyKind::Multipart {
            self.findings.push(
                at_start(
                    "json_for_form",
                    Level::Warning,
                    "the body is JSON, the API reference names multipart/form-data here",
                )
                .fix("send the fields as a form (curl: -F name=value, -F file=@path)")
                .source(&endpoint.doc_url, &endpoint.accessed, endpoint.confirmed),
            );
        }
    }

    /// What the published references say.
    pub(super) fn contract(&mut self, value: &Value, draft: &Draft, against: &Against<'_>) {
        let Address { target, endpoint, .. } = against.address;
        let written = target.as_ref().map_or("", |t| t.path.as_str());
        let in_body = ["model", "model_name"].iter().find_map(|n| value.get(*n)?.as_str());
        let subject = contract::Subject {
            body: value,
            form: !draft.form.is_empty(),
            bytes: draft.body.len(),
            headers: &draft.headers,
            model: in_body.or_else(|| model_in_path(written)).map(bare_model),
            endpoint: endpoint.map(|e| e.id.as_str()),
            paths: &[written, endpoint.map_or("", |e| e.path.as_str())],
            profile: against.profile.map(|p| p.id.as_str()),
        };
        let before = self.findings.len();
        'hits: for hit in contract::run(against.contract, &subject) {
            for place in &hit.places {
                if self.findings.len() >= MOST_FINDINGS {
                    break 'hits;
                }
                let check = hit.check;
                let level = contract::level(check.level);
                self.report(check.id.as_str(), level, place, check.message.clone(), check.fix.clone());
                if let Some(finding) = self.findings.pop() {
                    self.findings.push(finding.source(
                        &check.source.url,
                        &check.source.accessed,
                        check.source.confirmed,
                    ));
                }
            }
        }
        // A check knows more than that a role or a type is not on the list: at the same place it speaks alone.
        let places: Vec<Place> = self.findings.iter().skip(before).map(|f| f.place.clone()).collect();
        self.findings
            .retain(|f| !(matches!(f.id, "role_invalid" | "field_type") && places.contains(&f.place)));
    }

    /// A finding at the value under `pointer`, or at its nearest parent that is there.
    pub(super) fn report(
        &mut self,
        id: &'static str,
        level: Level,
        pointer: &str,
        message: String,
        fix: String,
    ) {
        let mut there = pointer;
        let spot = loop {
            match locate(self.text, there) {
                Some(spot) => break spot,
                None if there.is_empty() => break spot_at(self.text, 0),
                None => there = there.rfind('/').and_then(|at| there.get(..at)).unwrap_or(""),
            }
        };
        let place = Place::Body { line: spot.line, column: spot.column, path: pointer.to_owned() };
        self.findings.push(Finding::new(id, level, message).at(place).fix(fix));
    }

    fn endpoint(&mut self, value: &Value, endpoint: &Endpoint) {
        let Value::Object(map) = value else {
            if !endpoint.required.is_empty() {
                self.report(
                    "body_not_object",
                    Level::Error,
                    "",
                    "the body is no JSON object".into(),
                    "write { … }".into(),
                );
            }
            return;
        };
        for field in &endpoint.required {
            let pointer = format!("/{}", field.name);
            match map.get(&field.name) {
                None => self.report(
                    "field_missing",
                    Level::Error,
                    &pointer,
                    format!("the required field {} is missing", field.name),
                    format!("add \"{}\" ({})", field.name, field.kind.replace('|', " or ")),
                ),
                Some(value) => {
                    self.kind(value, field, &pointer);
                    self.not_empty(value, field, &pointer);
                }
            }
        }
        for field in &endpoint.optional {
            if let Some(value) = map.get(&field.name).filter(|v| !v.is_null()) {
                self.kind(value, field, &format!("/{}", field.name));
            }
        }
        for name in ["model", "model_name"] {
            if let Some(model) = map.get(name).and_then(Value::as_str) {
                self.model(model, &format!("/{name}"));
            }
        }
        for name in ["messages", "input"] {
            if let Some(Value::Array(items)) = map.get(name) {
                self.messages(items, name, endpoint);
            }
        }
    }

    fn kind(&mut self, value: &Value, field: &Field, pointer: &str) {
        let fits = is_reference(value) || field.kind.split('|').any(|kind| is_kind(value, kind.trim()));
        if !fits {
            let wanted = field.kind.replace('|', " or ");
            let quoted_number =
                value.as_str().is_some_and(|s| s.parse::<f64>().is_ok() || matches!(s, "true" | "false"));
            let fix = if quoted_number {
                "write it without quotation marks".to_owned()
            } else {
                format!("write it as {wanted}")
            };
            self.report(
                "field_type",
                Level::Error,
                pointer,
                format!("the field {} is {}, where {wanted} belongs", field.name, kind_of(value)),
                fix,
            );
        }
    }

    fn not_empty(&mut self, value: &Value, field: &Field, pointer: &str) {
        let empty = match value {
            Value::Array(items) => items.is_empty(),
            Value::String(text) => text.trim().is_empty(),
            _ => false,
        };
        if empty {
            let id = if field.name == "messages" { "messages_empty" } else { "field_empty" };
            self.report(
                id,
                Level::Error,
                pointer,
                format!("the field {} is empty", field.name),
                format!("put at least one entry into {}", field.name),
            );
        }
    }

    pub(super) fn model(&mut self, model: &str, pointer: &str) {
        if is_placeholder(model) {
            self.report(
                "model_is_placeholder",
                Level::Error,
                pointer,
                "a stand-in is where the model's name belongs".into(),
                "write the exact id of a model from the gateway's model list".into(),
            );
        } else if model.trim() != model {
            self.report(
                "model_with_space",
                Level::Warning,
                pointer,
                "the model's name begins or ends with a space".into(),
                "take the space out".into(),
            );
        }
    }

    fn messages(&mut self, items: &[Value], name: &str, endpoint: &Endpoint) {
        let before = self.findings.len();
        for (index, item) in items.iter().enumerate() {
            if self.findings.len() >= before + MOST_PER_LIST {
                return;
            }
            let pointer = format!("/{name}/{index}");
            match item {
                Value::Object(message) => self.message(message, &pointer, name == "messages", endpoint),
                // An input list may hold texts; a list of messages holds objects only.
                other if name == "messages" && !is_reference(other) => self.report(
                    "message_type",
                    Level::Error,
                    &pointer,
                    format!("a message is {}, where an object belongs", kind_of(other)),
                    "write {\"role\": …, \"content\": …}".into(),
                ),
                _ => {}
            }
        }
    }

    fn message(
        &mut self,
        message: &serde_json::Map<String, Value>,
        pointer: &str,
        strict: bool,
        endpoint: &Endpoint,
    ) {
        let roles = &endpoint.roles;
        if roles.is_empty() {
            return;
        }
        let role_at = format!("{pointer}/role");
        let list = roles.join(", ");
        match message.get("role") {
            Some(Value::String(role)) if roles.contains(role) || role.contains("[env:") => {}
            Some(_) => self.report(
                "role_invalid",
                Level::Error,
                &role_at,
                "this role is none that the endpoint takes".into(),
                format!("use one of {list}"),
            ),
            None if strict => self.report(
                "role_missing",
                Level::Error,
                &role_at,
                "a message has no role".into(),
                format!("add \"role\", one of {list}"),
            ),
            None => {}
        }
        let calls =
            ["tool_calls", "function_call", "refusal", "audio"].iter().any(|n| message.contains_key(*n));
        if strict && !message.contains_key("content") && !calls {
            self.report(
                "content_missing",
                Level::Warning,
                &format!("{pointer}/content"),
                "a message has no content".into(),
                "add \"content\"".into(),
            );
        }
    }
}

/// True for a text that stands for a variable: what it will be is not known.
fn is_reference(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.starts_with("env:") || (text.starts_with("[env:") && text.ends_with(']')))
}

fn is_kind(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        // A kind of a later catalog is not ours to judge.
        _ => true,
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
