//! What `jq -n` prints of a filter that only builds a value: `jq -n --arg p "$PROMPT" '{model: "m", prompt: $p}'`
//! (<https://jqlang.org/manual/v1.7/>, read 2026-11-23).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Deeper values are none.
const DEEPEST: usize = 40;

/// What jq prints that is called with `words`; `None` where the filter does more than to build a value, or needs an input.
pub(super) fn printed(words: &[String]) -> Option<String> {
    let mut names: BTreeMap<&str, Value> = BTreeMap::new();
    let (mut null_input, mut compact, mut raw) = (false, false, false);
    let mut filter = None;
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--arg" => {
                let name = words.next()?;
                names.insert(name, Value::String(words.next()?.to_owned()));
            }
            "--argjson" => {
                let name = words.next()?;
                names.insert(name, serde_json::from_str(words.next()?).ok()?);
            }
            "--null-input" => null_input = true,
            "--compact-output" => compact = true,
            "--raw-output" => raw = true,
            letters if letters.starts_with('-') && !letters.starts_with("--") && letters.len() > 1 => {
                for letter in letters.chars().skip(1) {
                    match letter {
                        'n' => null_input = true,
                        'c' => compact = true,
                        'r' => raw = true,
                        'M' => {}
                        _ => return None,
                    }
                }
            }
            word if word.starts_with('-') => return None,
            word if filter.is_none() => filter = Some(word),
            _ => return None,
        }
    }
    let mut reader = Reader { rest: filter.filter(|_| null_input)?, names };
    let value = reader.value(0)?;
    if !reader.rest.trim().is_empty() {
        return None;
    }
    Some(match value {
        Value::String(text) if raw => text,
        value if compact => value.to_string(),
        value => serde_json::to_string_pretty(&value).ok()?,
    })
}

struct Reader<'a> {
    rest: &'a str,
    names: BTreeMap<&'a str, Value>,
}

impl<'a> Reader<'a> {
    fn takes(&mut self, mark: char) -> bool {
        let rest = self.rest.trim_start();
        let behind = rest.strip_prefix(mark);
        self.rest = behind.unwrap_or(rest);
        behind.is_some()
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest.trim_start();
        let len = rest.find(|c: char| !super::is_name_char(c)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(len);
        self.rest = behind;
        word
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        let rest = self.rest.trim_start();
        self.rest = rest;
        match rest.chars().next()? {
            '{' => self.object(depth),
            '[' => {
                self.takes('[');
                let mut list = Vec::new();
                while !self.takes(']') {
                    list.push(self.value(depth + 1)?);
                    if !self.takes(',') && !self.rest.starts_with(']') {
                        return None;
                    }
                }
                Some(Value::Array(list))
            }
            '(' => {
                self.takes('(');
                let value = self.value(depth + 1)?;
                self.takes(')').then_some(value)
            }
            '$' => {
                self.takes('$');
                let name = self.word();
                if name == "ENV" && self.takes('.') {
                    return Some(Value::String(format!("[env:{}]", self.word())));
                }
                self.names.get(name).cloned()
            }
            '"' => self.text(),
            _ if rest.starts_with("env.") => {
                self.rest = rest.get("env.".len()..)?;
                Some(Value::String(format!("[env:{}]", self.word())))
            }
            _ => {
                let len = rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || "+-._".contains(c)))
                    .unwrap_or(rest.len());
                let value = serde_json::from_str(rest.get(..len)?).ok()?;
                self.rest = rest.get(len..)?;
                Some(value)
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.takes('{');
        let mut members = Map::new();
        while !self.takes('}') {
            let (key, own) = if self.takes('$') {
                let name = self.word();
                (name.to_owned(), Some(self.names.get(name)?.clone()))
            } else if self.rest.starts_with('"') {
                (self.text()?.as_str()?.to_owned(), None)
            } else if self.takes('(') {
                let Value::String(key) = self.value(depth + 1)? else { return None };
                self.takes(')').then_some((key, None))?
            } else {
                (self.word().to_owned(), None)
            };
            let value = if self.takes(':') { self.value(depth + 1)? } else { own? };
            members.insert(key, value);
            if !self.takes(',') && !self.rest.starts_with('}') {
                return None;
            }
        }
        Some(Value::Object(members))
    }

    /// A string, with `\(…)` in it.
    fn text(&mut self) -> Option<Value> {
        self.takes('"');
        let mut out = String::new();
        loop {
            let end = self.rest.find(['"', '\\'])?;
            let (plain, behind) = self.rest.split_at(end);
            out.push_str(plain);
            if let Some(behind) = behind.strip_prefix('"') {
                self.rest = behind;
                return Some(Value::String(out));
            }
            if let Some(inside) = behind.strip_prefix("\\(") {
                self.rest = inside;
                match self.value(DEEPEST)? {
                    Value::String(text) => out.push_str(&text),
                    other => out.push_str(&other.to_string()),
                }
                if !self.takes(')') {
                    return None;
                }
                continue;
            }
            let len = if behind.starts_with("\\u") { 6 } else { 2 };
            let escaped: String = serde_json::from_str(&format!("\"{}\"", behind.get(..len)?)).ok()?;
            out.push_str(&escaped);
            self.rest = behind.get(len..)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each as jq 1.6 prints it.
    #[test]
    fn values_are_built_as_jq_does() {
        let table: &[(&[&str], Option<&str>)] = &[
            (
                &["-nc", "--arg", "m", "g\"x", "{model: $m, \"n\": 1, $m}"],
                Some(r#"{"model":"g\"x","n":1,"m":"g\"x"}"#),
            ),
            (&["-n", "{a: [1, true, null]}"], Some("{\n  \"a\": [\n    1,\n    true,\n    null\n  ]\n}")),
            (
                &["-n", "-c", "--argjson", "o", "{\"x\":2}", "{o: $o, t: \"a \\($o) \\n\"}"],
                Some(r#"{"o":{"x":2},"t":"a {\"x\":2} \n"}"#),
            ),
            (&["-nr", "\"a\""], Some("a")),
            (&["-nc", "{k: env.K, l: $ENV.L}"], Some(r#"{"k":"[env:K]","l":"[env:L]"}"#)),
            (&[".a"], None),
            (&["-n", "{a: 1} | .a"], None),
            (&["-n", "{a: input}"], None),
            (&["-n", "--slurpfile", "a", "f", "$a"], None),
        ];
        for (words, expected) in table {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(printed(&words).as_deref(), *expected, "{words:?}");
        }
        assert_eq!(printed(&["-n".to_owned(), "[".repeat(100_000)]), None);
    }
}
