//! JSON bodies: structure, names, lengths; of values only what an allow-list names.

use serde_json::{Map, Value};

use super::detect::Scope;
use super::layer::Layer;
use super::placeholder::{is_placeholder, measure};
use super::shape;
use super::shown::may_hold_a_credential;
use super::text::TextRule;
use crate::case::catalog::Safe;
use crate::case::keyring::{KeyRing, env_names};

/// Elements of an array, keys of an object that are shown.
const FIRST_ITEMS: usize = 50;
const FIRST_KEYS: usize = 200;
/// Nesting that is shown.
const DEEPEST: usize = 32;
/// Values that are shown of one body.
const MOST_VALUES: usize = 4_000;
/// Digits from which on an integer may be a card, an account or a telephone number.
const LONG_NUMBER: usize = 11;

/// Whose body it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// What was sent.
    Request,
    /// An answer that states an error.
    Failure,
    /// An answer with output.
    Success,
}

/// Fields of an error body that are sentences or words of the gateway: shown after the free text rule.
const ERROR_TEXT: [&str; 20] = [
    "message",
    "msg",
    "error",
    "err",
    "error_msg",
    "error_message",
    "errormessage",
    "errors",
    "detail",
    "details",
    "description",
    "error_description",
    "reason",
    "title",
    "statustext",
    "raw",
    "hint",
    "cause",
    "fault",
    "info",
];
/// Fields of an error body that identify: shown where they have the grammar of an identifier.
const ERROR_NAMES: [&str; 24] = [
    "code",
    "type",
    "param",
    "status",
    "statuscode",
    "status_code",
    "@type",
    "__type",
    "domain",
    "loc",
    "location",
    "field",
    "path",
    "instance",
    "request_id",
    "requestid",
    "request-id",
    "trace_id",
    "traceid",
    "event_id",
    "provider_name",
    "provider",
    "retrydelay",
    "ray_id",
];
/// Fields of an answer that repeat what was sent or what a model wrote.
const ECHO_FIELDS: [&str; 22] = [
    "input",
    "prompt",
    "messages",
    "content",
    "contents",
    "parts",
    "text",
    "body",
    "request",
    "request_body",
    "payload",
    "output",
    "instructions",
    "arguments",
    "failed_generation",
    "tools",
    "functions",
    "system",
    "user",
    "user_id",
    "ctx",
    "flagged_input",
];
/// Parts of the names of numbers that say what an account has or pays.
const MONEY: [&str; 9] =
    ["quota", "balance", "credit", "remain", "spend", "budget", "cost", "amount", "price"];

/// Where the walk is.
#[derive(Clone, Copy)]
struct Spot<'k> {
    /// The key under which the value stands; elements of an array stand under the array's key.
    key: &'k str,
    /// Below a field that holds text of the operator or a user; the flag: roles and types are of the API there.
    prompt: Option<bool>,
    /// Inside a map whose keys are words of the operator or a user.
    free: bool,
    depth: usize,
}

const TOP: Spot<'static> = Spot { key: "", prompt: None, free: false, depth: 0 };

impl<'k> Spot<'k> {
    /// The value under `key` of an object here.
    fn below(self, safe: &Safe, side: Side, key: &'k str) -> Self {
        let free = self.free || (side == Side::Request && is_free_map(safe, key));
        Spot { key, prompt: below(safe, side, self.prompt, key), free, depth: self.depth + 1 }
    }
}

/// `key` holds a map whose keys are words of the operator or a user.
pub(super) fn is_free_map(safe: &Safe, key: &str) -> bool {
    safe.free_maps.iter().any(|own| own.eq_ignore_ascii_case(key))
}

/// What becomes of a string.
enum Fate {
    Keep,
    Text,
    Name,
    Drop(&'static str),
}

/// The rule for one body.
pub(super) struct BodyRule<'r> {
    pub(super) safe: &'r Safe,
    pub(super) ring: &'r KeyRing,
    pub(super) text: &'r mut TextRule,
    pub(super) side: Side,
    /// For the ledger: `request.body`.
    pub(super) place: String,
    /// The place in the note, with indexes: `request.body.messages[0].content`.
    path: String,
    pub(super) left: usize,
}

impl<'r> BodyRule<'r> {
    pub(super) fn new(
        safe: &'r Safe,
        ring: &'r KeyRing,
        text: &'r mut TextRule,
        side: Side,
        place: &str,
    ) -> Self {
        let path = if side == Side::Request { "request.body" } else { "response.body" }.to_owned();
        Self { safe, ring, text, side, place: place.to_owned(), path, left: MOST_VALUES }
    }

    /// `value` as it may leave.
    pub(super) fn apply(&mut self, value: &Value) -> Value {
        let mut place = self.place.clone();
        self.walk(value, TOP, &mut place)
    }

    fn walk(&mut self, value: &Value, spot: Spot<'_>, place: &mut String) -> Value {
        self.left = self.left.saturating_sub(1);
        let word = if spot.prompt.is_some() { "prompt" } else { "text" };
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Object(_) | Value::Array(_) if spot.depth >= DEEPEST || self.left == 0 => {
                self.text.ledger.add(word, "too_deep_or_long", place);
                Value::String(shape::of_value(value, word))
            }
            Value::Object(map) => self.object(map, spot, place),
            Value::Array(items) => {
                let mut out = Vec::new();
                for (index, item) in items.iter().take(FIRST_ITEMS).enumerate() {
                    let length = self.path.len();
                    self.path.extend(["[", index.to_string().as_str(), "]"]);
                    out.push(self.walk(item, Spot { depth: spot.depth + 1, ..spot }, place));
                    self.path.truncate(length);
                }
                if items.len() > FIRST_ITEMS {
                    out.push(Value::String(format!("[… {} more]", items.len() - FIRST_ITEMS)));
                }
                Value::Array(out)
            }
            Value::Number(number) => self.number(number, spot, place),
            Value::String(text) => Value::String(self.string(text, spot, place)),
        }
    }

    fn object(&mut self, map: &Map<String, Value>, spot: Spot<'_>, place: &mut String) -> Value {
        let mut out = Map::new();
        for (key, value) in map.iter().take(FIRST_KEYS) {
            let mut name = self.name(key, spot.free);
            if out.contains_key(&name) {
                name = format!("{name} #{}", out.len() + 1);
            }
            let length = place.len();
            place.push('/');
            place.push_str(&name);
            let path_length = self.path.len();
            self.path.push('.');
            self.path.push_str(&name);
            let value = self.walk(value, spot.below(self.safe, self.side, key), place);
            place.truncate(length);
            self.path.truncate(path_length);
            out.insert(name, value);
        }
        if map.len() > FIRST_KEYS {
            out.insert("…".to_owned(), Value::String(format!("[… {} more]", map.len() - FIRST_KEYS)));
        }
        Value::Object(out)
    }

    /// A key, where it is a name; else its length.
    fn name(&self, key: &str, free: bool) -> String {
        if self.text.shows_key(key, free) { key.to_owned() } else { shape::of_key(key) }
    }

    fn number(&mut self, number: &serde_json::Number, spot: Spot<'_>, place: &str) -> Value {
        let key = spot.key.to_ascii_lowercase();
        let digits = shape::digits(number);
        let known = match self.side {
            Side::Request => self.safe.request_fields.contains(&key),
            Side::Failure | Side::Success => {
                self.safe.response_fields.contains(&key) || key.ends_with("_tokens")
            }
        };
        let keep = match (self.side, spot.prompt) {
            (_, Some(_)) => false,
            (Side::Success, None) => known,
            (Side::Request, None) => known || digits < LONG_NUMBER,
            (Side::Failure, None) => {
                known || (digits < LONG_NUMBER && !MONEY.iter().any(|m| key.contains(m)))
            }
        };
        if keep {
            return Value::Number(number.clone());
        }
        self.text.ledger.add("number", "unknown_field", place);
        Value::String(if digits >= LONG_NUMBER {
            measure("number", digits, "digits")
        } else {
            "[number]".to_owned()
        })
    }

    fn string(&mut self, text: &str, spot: Spot<'_>, place: &str) -> String {
        if let Some(label) = whole_label(text, self.ring) {
            self.text.ledger.add("key", "known_secret", place);
            return label;
        }
        match self.fate(text, spot) {
            Fate::Drop(_) if self.text.shown.contains(&self.path) && !may_hold_a_credential(&self.path) => {
                self.text.ledger.add("shown", "shown_by_the_operator", place);
                let clean = self.text.apply(text, Scope::Free, place).clean;
                self.text.lexicon.add(clean.as_str());
                clean.as_str().to_owned()
            }
            Fate::Keep => text.to_owned(),
            Fate::Text => self.error_text(text, place),
            Fate::Name => {
                let scope = if shape::is_identifier(text) { Scope::Value } else { self.free() };
                self.text.apply(text, scope, place).clean.as_str().to_owned()
            }
            Fate::Drop(word) => {
                let rule = if spot.prompt.is_some() { "prompt_field" } else { "unknown_field" };
                self.text.ledger.add(word, rule, place);
                shape::of_string(text, word)
            }
        }
    }

    fn fate(&self, text: &str, spot: Spot<'_>) -> Fate {
        match fate(self.safe, self.side, text, spot) {
            // The grammar alone does not know a held secret or a published key format.
            Fate::Keep if !self.text.spares(text, Scope::Name) => Fate::Drop("text"),
            fate => fate,
        }
    }

    /// A sentence of the gateway. Where it holds JSON (a provider's answer inside), the structure rule goes first.
    pub(super) fn error_text(&mut self, text: &str, place: &str) -> String {
        let trimmed = text.trim();
        if trimmed.starts_with(['{', '['])
            && place.len() < 400
            && let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str::<Value>(trimmed)
        {
            let mut below = format!("{place}/(json)");
            let ruled = self.walk(&inner, TOP, &mut below);
            if ruled != inner {
                // As it was laid out: Google's errors are, whoever hands them on as a text.
                let pretty = trimmed.contains('\n')
                    && serde_json::to_string_pretty(&inner).is_ok_and(|laid| laid == trimmed);
                let laid = pretty.then(|| serde_json::to_string_pretty(&ruled).ok()).flatten();
                let end = text
                    .get(trimmed.len()..)
                    .filter(|_| text.starts_with('{') && text.trim_end() == trimmed)
                    .unwrap_or("");
                return laid.map_or_else(|| ruled.to_string(), |laid| laid + end);
            }
        }
        let scope = self.free();
        self.text.apply(text, scope, place).clean.as_str().to_owned()
    }

    fn free(&self) -> Scope {
        if self.side == Side::Failure { Scope::Answer } else { Scope::Free }
    }
}

/// Whether the value under `key` is text of the operator or a user.
fn below(safe: &Safe, side: Side, prompt: Option<bool>, key: &str) -> Option<bool> {
    if prompt.is_some() {
        return prompt;
    }
    let key = key.to_ascii_lowercase();
    match side {
        // In free maps and user ids, `type` and `role` are words of the user.
        Side::Request => safe.prompt_fields.contains(&key).then_some(!matches!(
            key.as_str(),
            "metadata" | "user" | "safety_identifier" | "query" | "callback_url" | "notify_hook"
        )),
        Side::Failure => ECHO_FIELDS.contains(&key.as_str()).then_some(false),
        Side::Success => None,
    }
}

fn fate(safe: &Safe, side: Side, text: &str, spot: Spot<'_>) -> Fate {
    if !Layer::Structure.is_on() {
        return Fate::Text;
    }
    let key = spot.key.to_ascii_lowercase();
    let has = |list: &[String]| list.contains(&key);
    match (side, spot.prompt) {
        (_, Some(roles)) => {
            if roles && matches!(key.as_str(), "role" | "type") && shape::is_plain_word(text) {
                Fate::Keep
            } else {
                Fate::Drop(if side == Side::Request { "prompt" } else { "text" })
            }
        }
        (Side::Request, None) if has(&safe.request_fields) && shape::is_identifier(text) => Fate::Keep,
        (Side::Success, None) if has(&safe.response_fields) && shape::is_identifier(text) => Fate::Keep,
        (Side::Failure, None) if key.is_empty() || ERROR_TEXT.contains(&key.as_str()) => Fate::Text,
        (Side::Failure, None)
            if (ERROR_NAMES.contains(&key.as_str()) || has(&safe.response_fields))
                && shape::may_be_a_code(text, safe) =>
        {
            Fate::Name
        }
        _ => Fate::Drop("text"),
    }
}

/// `[key#1]` alone stays; `[env:NAME]` becomes the ring's label, or `[key]` where the variable has no value.
fn whole_label(text: &str, ring: &KeyRing) -> Option<String> {
    let text = text.trim();
    if let [name] = env_names(text).as_slice()
        && text.len() == name.len() + "[env:]".len()
    {
        return Some(ring.by_env(name).map_or_else(|| "[key]".to_owned(), |held| held.label.to_string()));
    }
    (is_placeholder(text) && text.contains('#') && ring.used_in(text).len() == 1).then(|| text.to_owned())
}

/// Every string of `value` that will not leave, for the search for echoes.
pub(super) fn dropped_strings(value: &Value, safe: &Safe, side: Side) -> Vec<String> {
    let mut out = Vec::new();
    collect(value, safe, side, TOP, &mut out);
    out
}

/// Every key of `value` that is a word of the operator or a user.
pub(super) fn free_keys(value: &Value, safe: &Safe) -> Vec<String> {
    let mut out = Vec::new();
    collect_keys(value, safe, TOP, &mut out);
    out
}

fn collect_keys(value: &Value, safe: &Safe, spot: Spot<'_>, out: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, safe, spot, out)),
        Value::Object(map) => {
            for (key, value) in map {
                if spot.free && out.len() < FIRST_KEYS {
                    out.push(key.clone());
                }
                collect_keys(value, safe, spot.below(safe, Side::Request, key), out);
            }
        }
        _ => {}
    }
}

fn collect(value: &Value, safe: &Safe, side: Side, spot: Spot<'_>, out: &mut Vec<String>) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::Array(items) => {
            for item in items {
                collect(item, safe, side, spot, out);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                if !shape::is_name(key) && side != Side::Failure {
                    out.push(key.clone());
                }
                collect(value, safe, side, Spot { depth: 0, ..spot.below(safe, side, key) }, out);
            }
        }
        Value::String(text) => {
            let matters = match side {
                Side::Request => true,
                // An error body says the same thing in several fields: only what repeats the request is an echo.
                Side::Failure => spot.prompt.is_some(),
                Side::Success => text.chars().any(|c| c.is_whitespace() || !c.is_ascii()) || text.len() > 128,
            };
            if matters && !is_placeholder(text) && matches!(fate(safe, side, text, spot), Fate::Drop(_)) {
                out.push(text.clone());
                collect_inside(text, out);
            }
        }
    }
}

/// The strings inside a string that holds JSON, as an error may quote them decoded.
fn collect_inside(text: &str, out: &mut Vec<String>) {
    let trimmed = text.trim();
    if !trimmed.starts_with(['{', '[']) || out.len() > 100_000 {
        return;
    }
    if let Ok(inner) = serde_json::from_str::<Value>(trimmed) {
        strings(&inner, out);
    }
}

fn strings(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        Value::Object(map) => map.values().for_each(|item| strings(item, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The structure alone: names, types and plain words, no text. A note holds it in any case.
pub(super) fn skeleton(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.iter().map(|(k, v)| (k.clone(), skeleton(v))).collect()),
        Value::Array(items) => Value::Array(items.iter().map(skeleton).collect()),
        Value::String(text) if is_placeholder(text) || shape::is_plain_word(text) => value.clone(),
        Value::String(_) => Value::String(String::new()),
        other => other.clone(),
    }
}
