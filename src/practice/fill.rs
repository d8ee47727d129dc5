//! Placeholders of the answers: what only the call knows.

use std::cell::OnceCell;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::mint::Mint;
use super::special::names;

/// What one answer is made with.
pub(super) struct Call<'a> {
    /// The request id.
    pub(super) id: String,
    /// When it came.
    pub(super) now: DateTime<Utc>,
    /// The model or task that was asked for.
    pub(super) name: String,
    /// How often a task of that name was asked for before, where its answers come in turn.
    pub(super) turn: usize,
    /// The key as it was sent.
    pub(super) token: String,
    mint: &'a Mint,
    upstream: OnceCell<String>,
    deeper: OnceCell<String>,
    ray: OnceCell<String>,
}

impl<'a> Call<'a> {
    pub(super) fn new(id: String, now: DateTime<Utc>, mint: &'a Mint) -> Self {
        Self {
            id,
            now,
            name: String::new(),
            turn: 0,
            token: String::new(),
            mint,
            upstream: OnceCell::new(),
            deeper: OnceCell::new(),
            ray: OnceCell::new(),
        }
    }

    /// `text` with the facts of this call in the place of its placeholders. What the client sent goes in as plain
    /// letters, digits and a few signs, so that it fits JSON, HTML and a header line.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut out = text.to_owned();
        let mut put = |token: &str, value: &dyn Fn() -> String| {
            if out.contains(token) {
                out = out.replace(token, &value());
            }
        };
        put("{request_id}", &|| self.id.clone());
        put("{upstream_id}", &|| self.upstream.get_or_init(|| self.mint.request_id(self.now)).clone());
        put("{deeper_id}", &|| self.deeper.get_or_init(|| self.mint.request_id(self.now)).clone());
        put("{ray}", &|| self.ray.get_or_init(|| self.mint.hex(16)).clone());
        put("{model}", &|| plain(&self.name));
        put("{created}", &|| self.now.timestamp().to_string());
        put("{date}", &|| self.now.format("%Y-%m-%d %H:%M:%S UTC").to_string());
        put("{key_masked}", &|| masked(&plain(&self.token)));
        put("{key}", &|| plain(&self.token));
        put("{models}", &|| Value::from(names().into_iter().map(described).collect::<Vec<_>>()).to_string());
        put("{described}", &|| described(&plain(&self.name)).to_string());
        out
    }
}

fn described(name: &str) -> Value {
    json!({"id": name, "object": "model", "created": 1_626_777_600, "owned_by": "practice"})
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.:/".contains(*c)).take(200).collect()
}

/// The first and last three characters behind the prefix, as new-api's `model/token.go` shows a key.
fn masked(key: &str) -> String {
    let tail = key.strip_prefix("sk-").unwrap_or(key);
    let ends = (tail.get(..3), tail.len().checked_sub(3).and_then(|at| tail.get(at..)));
    match ends {
        (Some(first), Some(last)) => format!("sk-{first}***{last}"),
        _ => "sk-***".to_owned(),
    }
}
