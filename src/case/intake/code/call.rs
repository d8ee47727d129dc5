//! Where a source calls what makes a request, and with which arguments.

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::{Map, Value};

use super::value::Reader;

/// More calls than a paste has.
const MOST_CALLS: usize = 50;

/// A call's arguments.
#[derive(Default)]
pub(super) struct Arguments {
    /// Those without a name.
    pub(super) positional: Vec<Value>,
    /// Python's `name=value`.
    pub(super) named: Map<String, Value>,
}

/// A call of something that makes a request.
pub(super) struct Call<'t> {
    /// What is called.
    pub(super) name: &'t str,
    /// With what.
    pub(super) arguments: Arguments,
    /// An argument has a name in it whose value is not in the text.
    pub(super) has_unknown: bool,
}

static CALLS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x-u)\b(?: fetch | request | urllib\.request\.Request | Request | conn(?:ection)?\.request
        | (?:got|ky)\.(?:get|post|put|patch|delete) | axios(?:\.(?:request|get|post|put|patch|delete))?
        | (?:requests|httpx|client|session|http|s)\.(?:request|get|post|put|patch|delete)
        | [A-Za-z_][A-Za-z0-9_.]*\.(?:chat\.completions\.(?:create|parse)|completions\.create|responses\.create
            |embeddings\.create|images\.generate|moderations\.create|messages\.(?:create|stream)) )\(",
    )
    .ok()
});

static CLIENTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?x-u)\b(?:Async)?(?:OpenAI|Anthropic|openai\.Client|Client|AsyncClient)\(").ok()
});

/// The calls of `text` whose arguments can be read, in order.
pub(super) fn all(text: &str) -> Vec<Call<'_>> {
    let Some(calls) = CALLS.as_ref() else { return Vec::new() };
    let found = calls.find_iter(text).take(MOST_CALLS).filter_map(|found| {
        let mut reader = Reader::new(text, found.end());
        let arguments = reader.arguments()?;
        let name = text.get(found.start()..found.end() - 1)?;
        Some(Call { name, arguments, has_unknown: reader.has_unknown })
    });
    found.collect()
}

/// The headers that `text` appends to `name`, and whether all of them can be read.
pub(super) fn appended(text: &str, name: &str) -> (Vec<(String, String)>, bool) {
    let (mut headers, mut whole) = (Vec::new(), true);
    for way in [".append(", ".set("] {
        let mark = format!("{name}{way}");
        for at in memchr::memmem::find_iter(text.as_bytes(), &mark).take(MOST_CALLS) {
            let given = Reader::new(text, at + mark.len()).arguments();
            let mut given = given.map(|given| given.positional).unwrap_or_default().into_iter();
            match (given.next(), given.next()) {
                (Some(Value::String(name)), Some(Value::String(value))) => headers.push((name, value)),
                _ => whole = false,
            }
        }
    }
    (headers, whole)
}

/// What the text gives to the client that it makes (`OpenAI(base_url=…)`, `new OpenAI({…})`); `None` where it makes none.
pub(super) fn client(text: &str) -> Option<Map<String, Value>> {
    let made = CLIENTS.as_ref()?.find_iter(text).take(MOST_CALLS);
    let mut options = made.filter_map(|found| {
        let Arguments { positional, mut named } = Reader::new(text, found.end()).arguments()?;
        if let Some(Value::Object(options)) = positional.into_iter().next() {
            named.extend(options);
        }
        Some(named)
    });
    options.next()
}
