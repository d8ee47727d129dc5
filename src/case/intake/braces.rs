//! `{{name}}` as files of requests write their variables (REST Client, `JetBrains`, Hurl).

use std::collections::BTreeMap;

use super::{command, secret};
use crate::case::finding::{Finding, Level};
use crate::case::keyring::{KeyRing, SecretKind};

/// Most bytes that variables may add to one file: `@b={{a}}{{a}}` doubles each time.
const MOST_ADDED: usize = 1 << 20;

/// Longest text between the braces that is looked at, bytes.
const LONGEST: usize = 200;

/// The variables of a file.
#[derive(Default)]
pub(super) struct Braces {
    values: BTreeMap<String, String>,
    added: usize,
    /// What stands between braces that nothing here gives, in order, each once.
    open: Vec<String>,
}

impl Braces {
    /// Takes `name = value`; variables in the value are put in, and a secret moves into `ring`.
    pub(super) fn set(&mut self, name: &str, value: &str, ring: &mut KeyRing) {
        let value = self.filled(value);
        let value = if command::is_secret(name, &value) {
            secret::hold(ring, SecretKind::Key, &value)
        } else {
            value
        };
        self.values.insert(name.to_owned(), value);
    }

    /// `text` with its variables put in. One that the file does not give becomes a reference to the environment's; what is
    /// computed when the request is sent stays as it is.
    pub(super) fn filled(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("{{") {
            let (before, opened) = rest.split_at(at);
            out.push_str(before);
            let inside = opened.get(2..).unwrap_or("");
            let near = inside.char_indices().take(LONGEST).find(|(at, c)| {
                *c == '\n' || (*c == '}' && inside.get(*at..).is_some_and(|rest| rest.starts_with("}}")))
            });
            let Some((end, '}')) = near else {
                out.push_str("{{");
                rest = inside;
                continue;
            };
            let written = inside.get(..end).unwrap_or("");
            if let Some(value) = self.value(written.trim()) {
                out.push_str(&value);
            } else {
                out.push_str("{{");
                out.push_str(written);
                out.push_str("}}");
            }
            rest = inside.get(end + 2..).unwrap_or("");
        }
        out.push_str(rest);
        out
    }

    fn value(&mut self, name: &str) -> Option<String> {
        if let Some(value) = self.values.get(name) {
            self.added += value.len();
            return (self.added <= MOST_ADDED).then(|| value.clone());
        }
        // The environment's, as REST Client, JetBrains' client and Hurl name it.
        let of_environment = ["$dotenv %", "$dotenv ", "$processEnv %", "$processEnv ", "$env.", "getEnv "]
            .iter()
            .find_map(|begin| name.strip_prefix(begin))
            .map(|name| name.trim().trim_matches('"'));
        let variable = of_environment.unwrap_or(name);
        if command::is_name(variable) && variable.len() <= 100 {
            return Some(format!("[env:{variable}]"));
        }
        if self.open.len() < 20 && !self.open.iter().any(|known| known == name) {
            self.open.push(name.to_owned());
        }
        None
    }

    /// Forgets what stood open, and tells it.
    pub(super) fn told(&mut self) -> Option<Finding> {
        let open = std::mem::take(&mut self.open);
        (!open.is_empty()).then(|| {
            Finding::new(
                "variable_computed",
                Level::Warning,
                "a part in double braces is made when the request is sent, or comes from another answer; it stands here as it is written",
            )
            .fix("put its value in its place")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in() {
        let mut ring = KeyRing::default();
        let mut braces = Braces::default();
        braces.set("host", "h.test", &mut ring);
        braces.set("base", "https://{{host}}/v1", &mut ring);
        let key = format!("sk-{}", "aB3".repeat(16));
        braces.set("token", &key, &mut ring);
        let table = [
            ("{{base}}/x", "https://h.test/v1/x"),
            ("{{ host }}", "h.test"),
            ("Bearer {{token}}", "Bearer [key#1]"),
            ("{{other}}", "[env:other]"),
            ("{{$dotenv KEY}} {{$processEnv KEY}} {{$env.KEY}}", "[env:KEY] [env:KEY] [env:KEY]"),
            ("{{getEnv \"KEY\"}}", "[env:KEY]"),
            ("{{$guid}} {{a.response.body.$.id}}", "{{$guid}} {{a.response.body.$.id}}"),
            ("{{open", "{{open"),
            ("{{a\n}}", "{{a\n}}"),
            ("{\"a\":{\"b\":{}}}", "{\"a\":{\"b\":{}}}"),
        ];
        for (text, expected) in table {
            assert_eq!(braces.filled(text), expected, "{text}");
        }
        assert!(braces.told().is_some() && braces.told().is_none());
    }

    #[test]
    fn variables_cannot_grow_without_bound() {
        let mut ring = KeyRing::default();
        let mut braces = Braces::default();
        braces.set("a", &"x ".repeat(1000), &mut ring);
        for _ in 0..64 {
            braces.set("a", "{{a}}{{a}}", &mut ring);
        }
        assert!(braces.filled("{{a}}").len() <= 2 * MOST_ADDED);
    }
}
