//! PHP's dumps of an array or object (`print_r`, `var_dump`) as JSON.
//!
//! ```text
//! print_r     [error] => Array          var_dump     ["error"]=>
//!                 (                                   array(2) {
//!                     [message] => m                    ["message"]=>
//!                 )                                     string(1) "m"
//! ```

use serde_json::{Map, Value};

/// Deeper nesting is no error body.
const DEEPEST: usize = 32;
/// Lines of a dump that are read.
const MOST_LINES: usize = 4000;

/// The first dump in `text`: where it begins, where it ends, its value.
pub(super) fn find(text: &str) -> Option<(usize, usize, Value)> {
    if !text.contains("=>") {
        return None;
    }
    let lines = lines_of(text);
    let start = lines.iter().position(|(_, line)| opens(line) && !line.contains("=> "))?;
    let mut dump = Dump { lines: lines.get(start..)?, at: 0 };
    let value = dump.container(0)?;
    let from = lines.get(start)?.0;
    let to = lines.get(start + dump.at).map_or(text.len(), |(at, _)| *at);
    Some((from, to, value))
}

/// Lines with the byte where each begins, without the blanks around them.
fn lines_of(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n')
        .take(MOST_LINES)
        .map(|line| {
            let from = at;
            at += line.len();
            (from, line.trim())
        })
        .collect()
}

/// A line that opens an array or object: `Array`, `stdClass Object`, `array(4) {`, `object(stdClass)#3 (4) {`.
fn opens(line: &str) -> bool {
    let line = line.rsplit("=> ").next().unwrap_or(line);
    let printed =
        line == "Array" || line.ends_with(" Object") || line == "Array (" || line.ends_with(" Object (");
    printed || (line.ends_with('{') && (line.starts_with("array(") || line.starts_with("object(")))
}

struct Dump<'a> {
    lines: &'a [(usize, &'a str)],
    at: usize,
}

impl<'a> Dump<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let line = self.lines.get(self.at)?.1;
        self.at += 1;
        Some(line)
    }

    fn peek(&self) -> &'a str {
        self.lines.get(self.at).map_or("", |line| line.1)
    }

    /// From the line that opens a container to the one that closes it; the end of the text closes it too.
    fn container(&mut self, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        self.next()?;
        if self.peek() == "(" {
            self.next()?;
        }
        let mut members = Map::new();
        while let Some(line) = self.next() {
            if matches!(line, ")" | "}") {
                break;
            }
            let Some((key, after)) = key_of(line) else { continue };
            let value = if opens(after) {
                self.at -= 1;
                self.container(depth + 1)?
            } else if after.is_empty() && opens(self.peek()) {
                self.container(depth + 1)?
            } else if after.is_empty() && line.ends_with("=>") && is_typed(self.peek()) {
                let typed = self.next()?;
                self.typed(typed)
            } else {
                self.printed(after)
            };
            members.insert(key.to_owned(), value);
        }
        Some(as_list(members))
    }

    /// A value of `print_r`: a text goes on until the next key or the container's end.
    fn printed(&mut self, first: &str) -> Value {
        let mut text = first.to_owned();
        while self.at < self.lines.len() && !matches!(self.peek(), ")" | "") && key_of(self.peek()).is_none()
        {
            text.push('\n');
            text.push_str(self.next().unwrap_or(""));
        }
        match text.as_str() {
            "" => Value::Null,
            number => number.parse::<i64>().map_or_else(|_| Value::String(number.to_owned()), Value::from),
        }
    }

    /// A value of `var_dump`: `string(3) "abc"`, `int(5)`, `NULL`.
    fn typed(&mut self, line: &str) -> Value {
        if let Some((_, inside)) = line.strip_prefix("string(").and_then(|rest| rest.split_once(") \"")) {
            let mut text = inside.to_owned();
            while !text.ends_with('"') {
                let Some(more) = self.next() else { break };
                text.push('\n');
                text.push_str(more);
            }
            return Value::String(text.strip_suffix('"').unwrap_or(&text).to_owned());
        }
        let inside = line.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or("");
        match inside {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            number => number.parse::<i64>().map_or(Value::Null, Value::from),
        }
    }
}

fn is_typed(line: &str) -> bool {
    line == "NULL" || ["string(", "int(", "float(", "bool("].iter().any(|kind| line.starts_with(kind))
}

/// `[error] => x`, `["error"]=>`: the key, and what stands behind the arrow.
fn key_of(line: &str) -> Option<(&str, &str)> {
    let (key, after) = line.strip_prefix('[')?.split_once(']')?;
    let key = key.split(':').next().unwrap_or(key).trim_matches(['"', '\'']);
    Some((key, after.trim_start().strip_prefix("=>")?.trim_start()))
}

/// Keys 0, 1, 2… are a list.
fn as_list(members: Map<String, Value>) -> Value {
    let counts = !members.is_empty() && (0..members.len()).all(|n| members.contains_key(&n.to_string()));
    if counts {
        Value::Array(members.into_iter().map(|(_, value)| value).collect())
    } else {
        Value::Object(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dumps_become_json() {
        let table = [
            (
                "before\nArray\n(\n    [error] => Array\n        (\n            [message] => one\ntwo\n            [param] => \n            [code] => 7\n        )\n\n)\nafter",
                r#"{"error":{"message":"one\ntwo","param":null,"code":7}}"#,
            ),
            (
                "array(1) {\n  [\"error\"]=>\n  array(2) {\n    [\"message\"]=>\n    string(1) \"m\"\n    [\"code\"]=>\n    NULL\n  }\n}",
                r#"{"error":{"message":"m","code":null}}"#,
            ),
            (
                "stdClass Object\n(\n    [choices] => Array\n        (\n            [0] => stdClass Object\n                (\n                    [index] => 0\n                )\n\n        )\n\n)",
                r#"{"choices":[{"index":0}]}"#,
            ),
        ];
        for (text, json) in table {
            let expected: Value = serde_json::from_str(json).expect(json);
            assert_eq!(find(text).map(|(_, _, value)| value), Some(expected), "{text}");
        }
        assert!(find("x => y").is_none());
    }

    proptest! {
        #[test]
        fn a_place_is_inside_the_text(text in "(Array\n|\\(\n|\\[a\\] => |\\[\"b\"\\]=>\n|string\\(1\\) \"x\"?\n|array\\(1\\) \\{\n|\\)\n|[a-z]\n){0,30}") {
            if let Some((start, end, _)) = find(&text) {
                prop_assert!(start <= end && text.get(start..end).is_some());
            }
        }
    }
}
