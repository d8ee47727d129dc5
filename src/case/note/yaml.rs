//! The note as YAML. The only place that writes YAML.
//!
//! Readers of YAML 1.1 and 1.2 must read every string back as it is. The writer quotes what either could take for
//! something else; two cases it leaves to us: a block scalar that starts with a tab or holds blank lines only (read
//! wrongly by `PyYAML` and by `yaml` of npm), and map keys such as `on`, which it quotes by the rules of 1.2 alone.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;
use serde_yaml::{DoubleQuoted, LitStr};

/// The note as YAML. Sections stand apart by an empty line.
pub(super) fn render(note: &impl Serialize) -> String {
    serde_json::to_value(note).ok().map_or_else(String::new, |value| write(&value))
}

/// Any JSON value as YAML.
fn write(value: &Value) -> String {
    let options = serde_yaml::ser_options! {
        compact_list_indent: false,
        folded_wrap_chars: usize::MAX,
        min_fold_chars: 0,
        prefer_block_scalars: false,
    };
    serde_yaml::to_string_with_options(&Node(value), options).map(|text| spaced(&text)).unwrap_or_default()
}

/// A value whose strings choose their own style.
struct Node<'a>(&'a Value);

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) => Text(text).serialize(serializer),
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&Node(item))?;
                }
                list.end()
            }
            Value::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(&Key(name), &Node(value))?;
                }
                map.end()
            }
            plain => plain.serialize(serializer),
        }
    }
}

struct Text<'a>(&'a str);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            text if fits_a_block(text) => LitStr(text).serialize(serializer),
            text if text.contains(['\n', '\r', '\t']) => DoubleQuoted(text).serialize(serializer),
            text => text.serialize(serializer),
        }
    }
}

struct Key<'a>(&'a str);

impl Serialize for Key<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let word = !reserved(self.0)
            && self.0.starts_with(|c: char| c.is_ascii_alphabetic())
            && self.0.chars().all(plain);
        if word { self.0.serialize(serializer) } else { DoubleQuoted(self.0).serialize(serializer) }
    }
}

/// Words that a reader of YAML 1.1 takes for a boolean or nothing.
fn reserved(word: &str) -> bool {
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"]
        .iter()
        .any(|reserved| word.eq_ignore_ascii_case(reserved))
}

/// True for text of several lines that a literal block keeps for every reader.
fn fits_a_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.contains('\n')
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && body.lines().all(|line| line.is_empty() || !line.ends_with(' '))
        && body.chars().all(|c| c == '\n' || (!c.is_control() && !is_odd(c)))
}

/// Line separators, marks and characters that YAML does not print as they are.
fn is_odd(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// An empty line before each section that is a map or a list, and after it. Keys at the outer level are the only lines
/// that do not start with a blank: lists are indented, and no text of several lines is written without indentation.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut lines = text.lines().peekable();
    let mut in_section = false;
    while let Some(line) = lines.next() {
        // The writer indents the empty lines of a block, too.
        let line = if line.trim_start().is_empty() { "" } else { line };
        let outer = !line.is_empty() && !line.starts_with(' ');
        let opens = outer && lines.peek().is_some_and(|next| next.starts_with(' '));
        if outer && !out.is_empty() && (in_section || opens) {
            out.push('\n');
        }
        if outer {
            in_section = opens;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::note::{sample, schema};
    use proptest::prelude::*;
    use serde_json::json;

    fn back(text: &str) -> Value {
        schema::read_yaml(text).unwrap_or_else(|_| panic!("reads back:\n{text}"))
    }

    /// Texts that readers of one version or the other take for something else.
    const NASTY: &[&str] = &[
        "",
        " ",
        "\n",
        "\n\n",
        " \n ",
        "\t",
        "\tx\ny",
        "\t\n",
        "a\n\tb",
        "no",
        "on",
        "Off",
        "y",
        "null",
        "~",
        "1e3",
        "1_000",
        "0x1F",
        "0o7",
        "012",
        "12:30:45",
        "2026-11-20",
        "2026-11-20T00:00:00Z",
        "=",
        "<<",
        "- a",
        "? b",
        "a: b",
        "a #b",
        "#b",
        "&a",
        "*a",
        "!a",
        "%a",
        "@a",
        "`a`",
        "---",
        "...",
        "a\n---\nb",
        "{a: 1}",
        "[a]",
        "\"q\"",
        "'q'",
        "it's",
        "trail ",
        "trail \nx",
        "x\n",
        "x\n\n",
        "x\ny\n",
        "x\ny\n\n",
        " lead\nx",
        "a\r\nb",
        "a\rb",
        "a\u{85}b",
        "a\u{2028}b\nc",
        "\u{feff}a",
        "[key#1]",
        "[prompt: 312 chars, 2 parts]",
        "\u{0}\u{7}\u{1b}[31m",
    ];

    #[test]
    fn nasty_strings_come_back_as_value_item_and_key() {
        for text in NASTY {
            let value =
                json!({"v": text, "l": [text], "n": {"a": {"b": text}, "l": [{"x": text}]}, "k": {*text: 1}});
            let yaml = write(&value);
            assert_eq!(back(&yaml), value, "{text:?} in\n{yaml}");
        }
    }

    #[test]
    fn every_sample_comes_back() {
        for name in sample::NAMES {
            let note = sample::note(name);
            let value = serde_json::to_value(&note).expect("serializes");
            assert_eq!(back(&render(&note)), value, "{name}");
        }
    }

    #[test]
    fn words_that_look_like_something_else_are_quoted() {
        let yaml = write(&json!({"a": "no", "on": "2026-11-20", "c": "12:30:45", "d": "x".repeat(300)}));
        assert_eq!(
            yaml,
            format!("a: \"no\"\n\"on\": \"2026-11-20\"\nc: \"12:30:45\"\nd: {}\n", "x".repeat(300))
        );
        let yaml = write(&json!({"text": "one\n  two\n\nthree\n", "next": 1}));
        assert_eq!(yaml, "text: |\n  one\n    two\n\n  three\n\nnext: 1\n");
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>(), lines in "[ \\t\\n\\ra:#'\"|>-]{0,12}") {
            for text in [&text, &lines] {
                let value = json!({"v": text, "l": [text, {"x": text}], "k": {text.as_str(): [[text]]}});
                let yaml = write(&value);
                prop_assert_eq!(back(&yaml), value, "{}", yaml);
            }
        }

        #[test]
        fn any_evidence_comes_back(text in any::<String>()) {
            let note = sample::hostile_note(&text);
            prop_assert_eq!(back(&render(&note)), serde_json::to_value(&note).expect("serializes"));
        }
    }
}
