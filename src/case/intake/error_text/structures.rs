//! An error's members in the prints of languages that [`literal`](crate::case::intake::literal) does not read: values in
//! constructors, keys without quotes, values without quotes.
//!
//! ```text
//! Object {"message": String("m"), "type": String("t")}     <── quoted: the words stand in a string
//! map[message:The key is gone type:auth_error]             <── bare: they end where the next key begins, or the bracket
//! ```

use std::ops::Range;
use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::{Map, Value, json};

use super::object::Object;
use super::plain;
use crate::case::intake::literal;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// What such prints hold, by which the search is spared for all other texts.
const MARKS: [&str; 19] = [
    "map[",
    "String(\"",
    "Some(",
    "Optional(",
    "Map(",
    "@{",
    "#{<<",
    "Dict{",
    "fromList",
    "array (",
    "{:error {",
    "{:message \"",
    "message = \"",
    "$message",
    "{ Message = ",
    ", Message = ",
    "[\"error\": ",
    "[\"message\": ",
    "message -> ",
];

/// The words of the message in a string: `message: Some("…")`, `<<"message">> => <<"…">>`, `("message",String "…")`.
static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"(?:<<"|[{,(\s\[:;"'$]|^)(message|Message|msg|type|Type|code|Code|param|Param)(?:">>|["'])?(?:\s*\n\[1\]\s|\s{0,3}(?:=>|->|=|:|,)\s{0,3}|\s)(?:(?:Some|String|Optional|Just|Text|Number|Any|Integer|Str)(?:\(\s*|\s)|<<|b|@|r#){0,2}("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d{1,9}\b|(?:None|nil|null|NULL|Null|nothing|undef|undefined)\b)"#,
    )
});

/// A key before words without quotes.
static BARE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"(?:^|[,;]\s{0,2}|[\s(\[{])["']?(message|Message|type|Type|code|Code|param|Param|status)["']?(:|\s?->\s?|\s?=\s?|:\s)"#,
    )
});

/// Bytes on each side of a message in which its group is looked for.
const NEAR: usize = 6 * 1024;
/// Members that name an error beside its message.
const NAMES: [&str; 4] = ["type", "code", "Type", "Code"];
/// Brackets around one member that hold nothing else.
const MOST_AROUND: usize = 4;
/// Members that are read.
const MOST_MEMBERS: usize = 40;
/// Messages of a text that are tried.
const MOST_TRIES: usize = 8;

/// The error of `text`, where it is printed so.
pub(super) fn find(text: &str) -> Option<Object> {
    if !MARKS.iter().any(|mark| text.contains(mark)) {
        return None;
    }
    quoted(text).or_else(|| bare(text))
}

fn quoted(text: &str) -> Option<Object> {
    let pattern = QUOTED.as_ref()?;
    let is_message = |caught: &crate::case::pattern::Captures<'_>| {
        caught.get(1).is_some_and(|key| matches!(key.as_str(), "message" | "Message" | "msg"))
            && caught.get(2).is_some_and(|value| value.as_str().starts_with(['"', '\'']))
    };
    let messages = pattern.captures_iter(text).filter(is_message).take(MOST_TRIES);
    messages.filter_map(|caught| caught.get(1)).find_map(|key| {
        let group = group(text, key.start()).unwrap_or_else(|| paragraph(text, key.start()));
        let inside = text.get(group.clone())?;
        let mut error = Map::new();
        for member in pattern.captures_iter(inside).take(MOST_MEMBERS) {
            if !is_outside(inside, member.get(0)?.start()) {
                continue;
            }
            let (name, value) = (member.get(1)?, member.get(2)?.as_str());
            if inside.get(..name.start()).is_some_and(|before| before.ends_with("tatus ")) {
                continue;
            }
            let value = if value.starts_with(['"', '\'']) {
                let (json, _) = literal::read(value, false)?;
                serde_json::from_str(&json).ok()?
            } else {
                bare_word(value)
            };
            let name = name.as_str().to_ascii_lowercase();
            error.entry(if name == "msg" { "message".to_owned() } else { name }).or_insert(value);
        }
        object(error, group)
    })
}

fn bare(text: &str) -> Option<Object> {
    let pattern = BARE.as_ref()?;
    let is_message = |caught: &crate::case::pattern::Captures<'_>| {
        caught.get(1).is_some_and(|key| key.as_str().eq_ignore_ascii_case("message"))
    };
    let messages = pattern.captures_iter(text).filter(is_message).take(MOST_TRIES);
    messages.filter_map(|caught| Some((caught.get(1)?, caught.get(2)?.as_str()))).find_map(|(key, sign)| {
        let group = group(text, key.start())?;
        // JSON and its like are read as what they are.
        if !is_structure(text, group.start) {
            return None;
        }
        let inside = text.get(group.clone())?;
        let keys: Vec<(Range<usize>, &str)> = pattern
            .captures_iter(inside)
            .filter(|caught| caught.get(2).is_some_and(|own| own.as_str() == sign))
            .filter_map(|caught| Some((caught.get(0)?.range(), caught.get(1)?.as_str())))
            .collect();
        let mut error = Map::new();
        for (index, (place, name)) in keys.iter().enumerate() {
            let end = keys.get(index + 1).map_or(inside.len(), |(next, _)| next.start);
            let value = inside.get(place.end..end)?.trim_matches([' ', ',', ';', '\n', '\t']);
            error.entry(name.to_ascii_lowercase()).or_insert_with(|| bare_word(value));
        }
        object(error, group)
    })
}

/// The bracket before byte `at` is one of Go's maps, Swift's dictionaries, Scala's maps, PowerShell's tables, C#'s records.
fn is_structure(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or("");
    if before.ends_with("map[") || before.ends_with("Map(") || before.ends_with("@{") {
        return true;
    }
    let inside = text.get(at..).unwrap_or("").trim_start();
    if before.ends_with('[') {
        // Swift quotes its keys alone.
        return inside.starts_with('"')
            && inside.split_once("\": ").is_some_and(|(_, value)| !value.starts_with(['"', '{']));
    }
    let name = before.strip_suffix('{').map_or("", str::trim_end);
    name.ends_with(|c: char| c.is_ascii_alphanumeric()) && inside.contains(" = ")
}

/// What a print without quotes holds; `null` for a language's word for nothing.
fn bare_word(value: &str) -> Value {
    match value {
        "" | "None" | "nil" | "null" | "NULL" | "Null" | "nothing" | "undef" | "undefined" | "<nil>"
        | "<null>" => Value::Null,
        other => Value::from(other),
    }
}

/// The envelope of the members, where a message and what names it stand side by side.
fn object(mut error: Map<String, Value>, place: Range<usize>) -> Option<Object> {
    for value in error.values_mut() {
        if value.as_str() == Some("<null>") {
            *value = Value::Null;
        }
    }
    let says = error.get("message").and_then(Value::as_str).is_some_and(|words| !words.is_empty());
    let named = ["type", "code"].iter().any(|name| error.contains_key(*name));
    (says && named).then(|| Object {
        start: place.start,
        end: place.end,
        body: json!({ "error": error }).to_string().into_bytes(),
    })
}

/// Whether a print that is read character by character stands in a string.
#[derive(Default)]
struct Strings {
    within: Option<char>,
    escaped: bool,
    /// The character before; an apostrophe behind a letter opens no string.
    before: Option<char>,
}

impl Strings {
    /// Takes the next character; true where it stands in no string and is no quote of one.
    fn passes(&mut self, c: char) -> bool {
        let before = self.before.replace(c);
        match (self.within, c) {
            (Some(_), _) if self.escaped => self.escaped = false,
            (Some(_), '\\') => self.escaped = true,
            (Some(quote), c) if c == quote => self.within = None,
            // No string of these prints has a line end.
            (Some(_), '\n') => self.within = None,
            (Some(_), _) => {}
            (None, '"') => self.within = Some('"'),
            (None, '\'') if !before.is_some_and(char::is_alphanumeric) => self.within = Some('\''),
            (None, _) => return true,
        }
        false
    }
}

/// What stands in the innermost brackets around byte `at`. A bracket in a string is none.
fn group(text: &str, at: usize) -> Option<Range<usize>> {
    let mut from = at.saturating_sub(NEAR);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let near = plain::head(text.get(from..)?, at - from + NEAR);
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut strings = Strings::default();
    let mut tried = 0;
    for (place, c) in near.char_indices() {
        let place = from + place;
        if !strings.passes(c) {
            continue;
        }
        let wanted = match c {
            '{' | '[' | '(' => {
                open.push((c, place + 1));
                continue;
            }
            '}' => '{',
            ']' => '[',
            ')' => '(',
            _ => continue,
        };
        let matching = open.iter().rposition(|(bracket, _)| *bracket == wanted);
        if let Some((_, start)) = matching.and_then(|index| open.drain(index..).next())
            && start <= at
            && place >= at
        {
            // Haskell and Rust put each pair and each value into brackets of their own.
            let inside = near.get(start - from..place - from).unwrap_or("");
            if NAMES.iter().any(|name| inside.contains(name)) {
                return Some(start..place);
            }
            tried += 1;
            if tried >= MOST_AROUND {
                return None;
            }
        }
    }
    None
}

/// Byte `at` of `inside` stands in no string and in no deeper brackets but round ones.
fn is_outside(inside: &str, at: usize) -> bool {
    let mut depth = 0_i32;
    let mut strings = Strings::default();
    for c in inside.get(..at).unwrap_or("").chars() {
        match c {
            _ if !strings.passes(c) => {}
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
    }
    strings.within.is_none() && depth == 0
}

/// The lines around byte `at` up to two empty ones, where no bracket stands around it: R prints a list so.
fn paragraph(text: &str, at: usize) -> Range<usize> {
    let (before, behind) = text.split_at_checked(at).unwrap_or(("", text));
    let start = before.rfind("\n\n\n").map_or(0, |found| found + 3).max(at.saturating_sub(NEAR));
    let start = (start..=at).find(|start| text.is_char_boundary(*start)).unwrap_or(at);
    let end = plain::head(behind, NEAR).find("\n\n\n").map_or(plain::head(behind, NEAR).len(), |found| found);
    start..at + end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prints_of_many_languages_are_read() {
        let whole =
            r#"{"error":{"message":"The \"key\" is gone: wait","type":"auth_error","code":"no_key"}}"#;
        for text in [
            // Rust: serde_json's value, a struct, and it on several lines.
            r#"said Object {"error": Object {"code": String("no_key"), "message": String("The \"key\" is gone: wait"), "type": String("auth_error")}}"#,
            r#"E { error: Api { code: Some("no_key"), message: "The \"key\" is gone: wait", type: Some("auth_error"), param: None } }"#,
            "E {\n    error: Api {\n        message: Some(\n            \"The \\\"key\\\" is gone: wait\",\n        ),\n        type: Some(\n            \"auth_error\",\n        ),\n        code: Some(\n            \"no_key\",\n        ),\n    },\n}",
            // Erlang, Julia, Clojure, Haskell, Swift's options.
            r#"#{<<"error">> => #{<<"message">> => <<"The \"key\" is gone: wait">>,<<"type">> => <<"auth_error">>,<<"code">> => <<"no_key">>}}"#,
            r#"Dict{String, Any}("error" => Dict{String, Any}("message" => "The \"key\" is gone: wait", "type" => "auth_error", "code" => "no_key"))"#,
            r#"{:error {:message "The \"key\" is gone: wait", :type "auth_error", :code "no_key"}}"#,
            r#"Object (fromList [("error",Object (fromList [("message",String "The \"key\" is gone: wait"),("type",String "auth_error"),("code",String "no_key")]))])"#,
            r#"B(error: B(code: Optional("no_key"), message: Optional("The \"key\" is gone: wait"), type: Optional("auth_error")))"#,
            // PHP's var_export, Foundation's dictionary, R.
            "array (\n  'error' => \n  array (\n    'message' => 'The \"key\" is gone: wait',\n    'type' => 'auth_error',\n    'param' => NULL,\n    'code' => 'no_key',\n  ),\n)",
            "{\n    error =     {\n        code = \"no_key\";\n        message = \"The \\\"key\\\" is gone: wait\";\n        param = \"<null>\";\n        type = \"auth_error\";\n    };\n}",
            "$error$message\n[1] \"The \\\"key\\\" is gone: wait\"\n\n$error$type\n[1] \"auth_error\"\n\n$error$code\n[1] \"no_key\"\n",
            // Without quotes: Go, Scala, PowerShell, C#, Swift.
            "map[error:map[code:no_key message:The \"key\" is gone: wait type:auth_error]]",
            "Map(error -> Map(message -> The \"key\" is gone: wait, type -> auth_error, code -> no_key))",
            "@{error=@{message=The \"key\" is gone: wait; type=auth_error; param=; code=no_key}}",
            "Response { Error = Error { Message = The \"key\" is gone: wait, Type = auth_error, Code = no_key } }",
            "[\"error\": [\"message\": The \"key\" is gone: wait, \"type\": auth_error, \"code\": no_key]]",
        ] {
            let found = find(text).unwrap_or_else(|| panic!("{text}"));
            let mut got: Value = serde_json::from_slice(&found.body).expect("JSON");
            got["error"].as_object_mut().expect("one").retain(|_, value| !value.is_null());
            let want: Value = serde_json::from_str(whole).expect("JSON");
            assert_eq!(got, want, "{text}");
        }
        for text in [
            r#"const x = { message: "hi", role: "user" };"#,
            "the message: it is gone (type: none)",
            "map[message:hello there]",
            r#"messages=[Message(role="user", content="What type: of code: is it")]"#,
        ] {
            assert!(find(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_place_is_inside_the_text(text in "(map\\[|Some\\(|\"|'|message|type|code|:|=>|->|=|,|;|\\{|\\}|\\[|\\]|\\(|\\)|\n|é|[a-z]| ){0,60}") {
            if let Some(object) = find(&text) {
                prop_assert!(object.start <= object.end && text.get(object.start..object.end).is_some());
            }
        }
    }
}
