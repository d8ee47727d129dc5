//! Values as Go, Java, C# and PHP write them, with the names that the same text sets to such a value.

use serde_json::{Map, Number, Value};

use crate::case::intake::command::is_name;

/// Deeper values are none.
const DEEPEST: usize = 30;

/// Most values that one source is made of, names followed.
const MOST_VALUES: usize = 5_000;

/// To look for what a name is set to costs as much as so many values.
const COST_OF_NAME: usize = 50;

/// Names within names that are followed.
const MOST_NAMES: usize = 4;

/// Bytes that are stepped over to find the end of an argument that cannot be read, and searched for what sets a name.
const MOST_SKIPPED: usize = 8 << 10;

/// Members under which a body stands with its type.
pub(super) const BODY: &str = "\0body";
pub(super) const TYPE: &str = "\0type";

/// The language of a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Language {
    Go,
    Java,
    CSharp,
    Php,
}

use Language::{CSharp, Go, Java, Php};

/// Calls that give what they are given.
const SAME: [&str; 25] = [
    "strings.NewReader",
    "bytes.NewReader",
    "bytes.NewBuffer",
    "bytes.NewBufferString",
    "io.NopCloser",
    "URI.create",
    "URL",
    "Uri",
    "BodyPublishers.ofString",
    "HttpRequest.BodyPublishers.ofString",
    "HttpUrl.parse",
    "HttpUrl.get",
    "MediaType.parse",
    "MediaType.get",
    "MediaTypeHeaderValue",
    "MediaTypeHeaderValue.Parse",
    "HttpMethod",
    "List.of",
    "Arrays.asList",
    "trim",
    "strval",
    "String.valueOf",
    "Encoding.UTF8.GetBytes",
    "Utils::jsonEncode",
    "GuzzleHttp\\json_encode",
];

/// Calls that make JSON of what they are given.
const AS_JSON: [&str; 9] = [
    "json.Marshal",
    "json_encode",
    "\\json_encode",
    "JsonSerializer.Serialize",
    "System.Text.Json.JsonSerializer.Serialize",
    "JsonConvert.SerializeObject",
    "Json::encode",
    "JsonContent.Create",
    "json.MarshalIndent",
];

/// Calls that read a variable of the environment.
const OF_ENVIRONMENT: [&str; 7] = [
    "os.Getenv",
    "System.getenv",
    "Environment.GetEnvironmentVariable",
    "System.Environment.GetEnvironmentVariable",
    "getenv",
    "env",
    "os.LookupEnv",
];

/// Reads values from a place of a source.
pub(super) struct Reader<'a> {
    text: &'a str,
    pub(super) at: usize,
    language: Language,
    values: usize,
    depth: usize,
    names: usize,
    /// A value was met that is not in the text.
    pub(super) has_unknown: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, at: usize, language: Language) -> Self {
        Self { text, at, language, values: 0, depth: 0, names: 0, has_unknown: false }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip(&mut self) {
        loop {
            let next = self.rest().trim_start();
            self.at = self.text.len() - next.len();
            if next.starts_with("//") || (next.starts_with('#') && self.language == Php) {
                self.at += next.find('\n').unwrap_or(next.len());
            } else if let Some(comment) = next.strip_prefix("/*") {
                self.at += comment.find("*/").map_or(next.len(), |end| end + 4);
            } else {
                return;
            }
        }
    }

    pub(super) fn takes(&mut self, mark: &str) -> bool {
        self.skip();
        let found = self.rest().starts_with(mark);
        self.at += if found { mark.len() } else { 0 };
        found
    }

    /// The arguments behind an opening bracket, up to the closing one; `None` in the place of one that cannot be read.
    pub(super) fn arguments(&mut self) -> Option<Vec<Option<Value>>> {
        let mut arguments = Vec::new();
        loop {
            if self.takes(")") {
                return Some(arguments);
            }
            let start = self.at;
            // C#: `mediaType: "…"`
            let name = self.word();
            if self.language == CSharp && !name.is_empty() && self.rest().get(name.len()..)?.starts_with(": ")
            {
                self.at += name.len() + 2;
            }
            let value = self.value();
            self.skip();
            if value.is_some() && self.rest().starts_with([',', ')']) {
                arguments.push(value);
            } else {
                self.at = start;
                self.step_over()?;
                self.has_unknown = true;
                arguments.push(None);
            }
            if !self.takes(",") && !self.rest().starts_with(')') {
                return None;
            }
        }
    }

    /// Steps over an argument, up to the comma or bracket behind it.
    fn step_over(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        let mut quote = None;
        let mut escaped = false;
        let limit = self.rest().char_indices().take_while(|(at, _)| *at < MOST_SKIPPED);
        for (at, c) in limit {
            if let Some(open) = quote {
                if !escaped && c == open {
                    quote = None;
                }
                escaped = c == '\\' && !escaped;
                continue;
            }
            match c {
                '"' | '\'' | '`' => quote = Some(c),
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' | ',' if depth == 0 => {
                    self.at += at;
                    return Some(());
                }
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// A value, texts joined to it among them.
    pub(super) fn value(&mut self) -> Option<Value> {
        let mut value = self.one()?;
        let joint = if self.language == Php { "." } else { "+" };
        while self.takes(joint) {
            let Value::String(before) = value else { return None };
            let next = match self.one()? {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            value = Value::String(before + &next);
        }
        Some(value)
    }

    fn one(&mut self) -> Option<Value> {
        self.skip();
        self.values += 1;
        if self.depth >= DEEPEST || self.values > MOST_VALUES {
            return None;
        }
        self.depth += 1;
        let value = self
            .of_kind()
            .and_then(|value| if self.language == Java { self.extended(value) } else { Some(value) });
        self.depth -= 1;
        value
    }

    /// What Kotlin calls upon a value: `"…".toRequestBody("application/json".toMediaType())`, `"""…""".trimIndent()`.
    fn extended(&mut self, value: Value) -> Option<Value> {
        let mut value = value;
        loop {
            let behind = self.rest().trim_start();
            if ["toMediaType()", "toMediaTypeOrNull()", "trimIndent()", "toHttpUrl()"]
                .iter()
                .any(|call| behind.strip_prefix('.').is_some_and(|rest| rest.starts_with(call)))
            {
                self.at = self.text.len() - behind.split_once("()")?.1.len();
            } else if let Some(given) = behind.strip_prefix(".toRequestBody(") {
                self.at = self.text.len() - given.len();
                let media = self.arguments()?.into_iter().next().flatten();
                let members = [(BODY.to_owned(), value), (TYPE.to_owned(), media.unwrap_or_default())];
                value = Value::Object(members.into_iter().collect());
            } else {
                return Some(value);
            }
        }
    }

    fn of_kind(&mut self) -> Option<Value> {
        let rest = self.rest();
        match (rest.chars().next()?, self.language) {
            ('"', _) | ('\'', Php) | ('`', Go) | ('@' | '$', CSharp) => self.string().map(Value::String),
            ('<', Php) if rest.starts_with("<<<") => self.heredoc().map(Value::String),
            ('[', Php) => {
                self.at += 1;
                self.php_array("]")
            }
            ('[', Go) => self.go_literal(),
            ('-' | '0'..='9', _) => self.number(),
            ('(', _) => {
                self.at += 1;
                let value = self.value()?;
                self.takes(")").then_some(value)
            }
            ('{', Go) => self.braces(),
            ('&', Go) => {
                self.at += 1;
                self.one()
            }
            _ => self.named(),
        }
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let len =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-._".contains(c))).unwrap_or(rest.len());
        // PHP joins with a full stop: `1 . "a"`; a number ends in a digit or in the letter of its type.
        let written =
            rest.get(..len)?.trim_end_matches(['L', 'l', 'f', 'F', 'd', 'D', 'm', 'M', '.']).replace('_', "");
        self.at += len;
        if let Ok(whole) = written.parse::<i64>() {
            return Some(Value::from(whole));
        }
        Number::from_f64(written.parse().ok()?).map(Value::Number)
    }

    /// `map[string]any{…}`, `[]T{…}`, `[]byte("…")`
    fn go_literal(&mut self) -> Option<Value> {
        let rest = self.rest();
        if let Some(behind) = rest.strip_prefix("[]byte(") {
            self.at += rest.len() - behind.len();
            let value = self.value()?;
            return self.takes(")").then_some(value);
        }
        // The type, in which `interface{}` has braces of its own.
        let (mut from, limit) = (0, rest.len().min(120));
        loop {
            let open = rest.get(from..limit)?.find('{')? + from;
            if !rest.get(..open)?.ends_with("interface") {
                self.at += open;
                return self.braces();
            }
            from = open + 2;
        }
    }

    /// `{"a": 1}` or `{1, 2}`
    fn braces(&mut self) -> Option<Value> {
        self.at += 1;
        let (mut members, mut list) = (Map::new(), Vec::new());
        loop {
            if self.takes("}") {
                return match (members.is_empty(), list.is_empty()) {
                    (false, true) => Some(Value::Object(members)),
                    (true, _) => Some(Value::Array(list)),
                    (false, false) => None,
                };
            }
            let first = self.value()?;
            if self.takes(":") {
                let Value::String(name) = first else { return None };
                members.insert(name, self.value()?);
            } else {
                list.push(first);
            }
            if !self.takes(",") && !self.rest().starts_with('}') {
                return None;
            }
        }
    }

    /// PHP's `['a' => 1, 'b']`, behind its opening bracket.
    fn php_array(&mut self, close: &str) -> Option<Value> {
        let (mut members, mut list) = (Map::new(), Vec::new());
        loop {
            if self.takes(close) {
                return match (members.is_empty(), list.is_empty()) {
                    (true, _) => Some(Value::Array(list)),
                    (false, true) => Some(Value::Object(members)),
                    (false, false) => None,
                };
            }
            let first = self.value()?;
            if self.takes("=>") {
                let name = match first {
                    Value::String(name) => name,
                    Value::Number(number) => number.to_string(),
                    _ => return None,
                };
                members.insert(name, self.value()?);
            } else {
                list.push(first);
            }
            if !self.takes(",") && !self.rest().trim_start().starts_with(close) {
                return None;
            }
        }
    }

    /// C#'s `new { a = 1 }`, `new[] { 1 }`, `new Dictionary<…> { ["a"] = 1 }` and `{ { "a", 1 } }`, from the brace on.
    fn initialiser(&mut self) -> Option<Value> {
        if self.depth >= DEEPEST || !self.takes("{") {
            return None;
        }
        let (mut members, mut list) = (Map::new(), Vec::new());
        loop {
            if self.takes("}") {
                return match (members.is_empty(), list.is_empty()) {
                    (false, true) => Some(Value::Object(members)),
                    (true, _) => Some(Value::Array(list)),
                    (false, false) => None,
                };
            }
            self.values += 1;
            let name = self.word();
            let behind = self.rest().get(name.len()..).unwrap_or("").trim_start();
            if self.takes("[") {
                let Value::String(name) = self.value()? else { return None };
                if !self.takes("]") || !self.takes("=") {
                    return None;
                }
                members.insert(name, self.value()?);
            } else if self.rest().starts_with('{') {
                self.depth += 1;
                let pair = self.initialiser();
                self.depth -= 1;
                let Value::Array(mut pair) = pair? else { return None };
                let (value, name) = (pair.pop()?, pair.pop()?);
                let Value::String(name) = name else { return None };
                members.insert(name, value);
            } else if !name.is_empty() && behind.starts_with('=') && !behind.starts_with("==") {
                self.at += name.len();
                self.takes("=");
                members.insert(name.trim_start_matches('@').to_owned(), self.value()?);
            } else {
                list.push(self.value()?);
            }
            if !self.takes(",") && !self.rest().trim_start().starts_with('}') {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let rest = self.rest();
        let marks = rest.len() - rest.trim_start_matches(['@', '$']).len();
        let (prefix, body) = rest.split_at_checked(marks)?;
        let (verbatim, holes) = (prefix.contains('@'), prefix.contains('$'));
        if matches!(self.language, Java | CSharp) && body.starts_with("\"\"\"") && !verbatim {
            return self.block(marks, holes);
        }
        let quote = body.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
        let raw = quote == '`' || verbatim;
        let holes = holes || (self.language == Php && quote == '"');
        self.at += marks + 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let c = rest.chars().next()?;
            let twice = rest.get(1..).is_some_and(|next| next.starts_with(quote));
            if c == quote && verbatim && twice {
                out.push(c);
                self.at += 2;
            } else if c == quote {
                self.at += 1;
                return Some(out);
            } else if c == '\\' && !raw {
                self.escape(quote, &mut out)?;
            } else if holes && self.language == CSharp && (rest.starts_with("{{") || rest.starts_with("}}")) {
                out.push(c);
                self.at += 2;
            } else if holes && self.begins_hole(rest) {
                out.push_str(&self.hole()?);
            } else if c == '\n' && !raw && self.language != Php {
                return None;
            } else {
                out.push(c);
                self.at += c.len_utf8();
            }
        }
    }

    fn begins_hole(&self, rest: &str) -> bool {
        let is_variable = |text: &str| {
            text.strip_prefix('$')
                .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
        };
        match self.language {
            CSharp => rest.starts_with('{'),
            _ => is_variable(rest) || rest.strip_prefix('{').is_some_and(is_variable),
        }
    }

    /// `{name}`, `$name`, `{$name}`: its value within a text.
    fn hole(&mut self) -> Option<String> {
        let braced = self.takes("{");
        let value = if braced { self.value()? } else { self.named()? };
        if braced && !self.takes("}") {
            return None;
        }
        match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn escape(&mut self, quote: char, out: &mut String) -> Option<()> {
        let mut characters = self.rest().chars();
        characters.next();
        let c = characters.next()?;
        self.at += 1 + c.len_utf8();
        // PHP's single quotes keep a backslash before anything else.
        if quote == '\'' && !matches!(c, '\'' | '\\') {
            out.extend(['\\', c]);
            return Some(());
        }
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'u' => {
                let digits = self.rest().get(..4)?;
                let unit = u16::from_str_radix(digits, 16).ok()?;
                self.at += 4;
                let mut units = vec![unit];
                if (0xd800..0xdc00).contains(&unit) {
                    units.push(u16::from_str_radix(self.rest().strip_prefix("\\u")?.get(..4)?, 16).ok()?);
                    self.at += 6;
                }
                out.push_str(&String::from_utf16(&units).ok()?);
            }
            // The end of a line in a block of Java joins it to the next.
            '\n' => {}
            other => out.push(other),
        }
        Some(())
    }

    /// A block of Java or C#: its first line end and the blanks that all of its lines begin with are not of it.
    fn block(&mut self, marks: usize, holes: bool) -> Option<String> {
        const FENCE: &str = "\"\"\"";
        let inner = self.rest().get(marks + FENCE.len()..)?;
        let len = inner.find(FENCE)?;
        let written = inner.get(..len)?;
        if holes && written.contains('{') {
            return None;
        }
        self.at += marks + 2 * FENCE.len() + len;
        let Some((_, lines)) = written.split_once('\n') else { return Some(written.to_owned()) };
        let blanks = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let last = lines.rsplit('\n').next().filter(|line| line.trim().is_empty());
        let filled = lines.split('\n').filter(|line| !line.trim().is_empty()).chain(last);
        let indent = filled.map(blanks).min().unwrap_or(0);
        let stripped: Vec<&str> =
            lines.split('\n').map(|line| line.get(indent..).unwrap_or("").trim_end_matches('\r')).collect();
        let text = stripped.join("\n");
        let text = if last.is_some() && self.language == CSharp {
            text.strip_suffix('\n').unwrap_or(&text).to_owned()
        } else {
            text
        };
        Some(if self.language == Java { text.replace("\\\"", "\"").replace("\\n", "\n") } else { text })
    }

    /// PHP's `<<<JSON … JSON`, also `<<<'JSON'`.
    fn heredoc(&mut self) -> Option<String> {
        let rest = self.rest();
        let (head, behind) = rest.split_once('\n')?;
        let word = head.strip_prefix("<<<")?.trim().trim_matches(['\'', '"']);
        let plain = head.contains('\'');
        let mut body: Vec<&str> = Vec::new();
        let mut taken = head.len() + 1;
        for line in behind.split_inclusive('\n').take(MOST_VALUES) {
            let bare = line.trim_start();
            if bare
                .strip_prefix(word)
                .is_some_and(|end| !end.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
            {
                let indent = line.len() - bare.len();
                self.at += taken + indent + word.len();
                let lines: Vec<&str> = body
                    .iter()
                    .map(|line| line.get(indent..).unwrap_or("").trim_end_matches(['\n', '\r']))
                    .collect();
                let text = lines.join("\n");
                // A variable within it is read nowhere else.
                let has_variable =
                    text.match_indices('$').any(|(at, _)| self.begins_hole(text.get(at..).unwrap_or("")));
                return (plain || !has_variable).then_some(text);
            }
            body.push(line);
            taken += line.len();
        }
        None
    }

    /// The word here; empty where there is none.
    fn word(&mut self) -> &'a str {
        self.skip();
        let rest = self.rest();
        let len =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_$@\\".contains(c))).unwrap_or(rest.len());
        let word = rest.get(..len).unwrap_or("");
        if word.starts_with(|c: char| c.is_ascii_digit()) || word.len() > 100 { "" } else { word }
    }

    /// A name, or a call.
    fn named(&mut self) -> Option<Value> {
        let mut word = self.word();
        if word == "new" {
            self.at += word.len();
            self.skip();
            if self.rest().starts_with('{') {
                return self.initialiser();
            }
            if self.takes("[]") {
                return self.initialiser();
            }
            word = self.word();
        }
        if word == "array" && self.language == Php && self.rest().starts_with("array(") {
            self.at += "array(".len();
            return self.php_array(")");
        }
        if word == "map" && self.language == Go && self.rest().starts_with("map[") {
            return self.go_literal();
        }
        let path = self.path(word)?;
        match path.as_str() {
            "true" | "True" | "TRUE" => return Some(Value::Bool(true)),
            "false" | "False" | "FALSE" => return Some(Value::Bool(false)),
            "null" | "NULL" | "nil" | "http.NoBody" => return Some(Value::Null),
            _ => {}
        }
        // A type's parameters.
        if self.language == CSharp && self.rest().starts_with('<') {
            self.at += self.rest().get(..self.rest().len().min(100))?.find('>')? + 1;
        }
        if self.rest().starts_with('(') {
            let value = self.called(&path)?;
            let begins = self.rest().trim_start().starts_with('{')
                && self.language == CSharp
                && path.contains("Dictionary");
            return if begins { self.initialiser() } else { Some(value) };
        }
        if self.language == CSharp && path.contains("Dictionary") && self.rest().trim_start().starts_with('{')
        {
            return self.initialiser();
        }
        if self.language == Go && path == "http.Header" && self.rest().starts_with('{') {
            return self.braces();
        }
        if self.language == Php && self.rest().starts_with('[') {
            self.at += 1;
            let Value::String(key) = self.value()? else { return None };
            let of_environment = matches!(path.as_str(), "$_ENV" | "$_SERVER");
            return (self.takes("]") && of_environment && is_name(&key)).then(|| reference(&key));
        }
        if let Some(value) = self.set(&path) {
            return Some(value);
        }
        self.has_unknown = true;
        let last = path.rsplit(['.', '>', ':', '$', '\\']).next().filter(|last| is_name(last))?;
        Some(reference(last))
    }

    /// `a.b`, `$a->b`, `A::b`, from its first word on.
    fn path(&mut self, first: &str) -> Option<String> {
        let mut path = String::new();
        let mut word = first;
        loop {
            if word.is_empty() {
                return None;
            }
            path.push_str(word);
            self.at += word.len();
            let joint = ["::", "->", "."].into_iter().find(|joint| {
                let joins = *joint != "." || self.language != Php;
                joins
                    && self
                        .rest()
                        .strip_prefix(joint)
                        .is_some_and(|next| next.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
            });
            let Some(joint) = joint.filter(|_| path.len() < 200) else { return Some(path) };
            path.push_str(joint);
            self.at += joint.len();
            word = self.word();
        }
    }

    /// What a call gives of which that is known.
    fn called(&mut self, path: &str) -> Option<Value> {
        self.at += 1;
        let arguments = self.arguments()?;
        let mut given = arguments.into_iter();
        let first = given.next().flatten();
        if path.ends_with("noBody") {
            return Some(Value::Null);
        }
        let media =
            |value: Option<Value>| value.filter(|v| v.as_str().is_some_and(|text| text.contains('/')));
        match (path, first?) {
            ("StringContent" | "System.Net.Http.StringContent", body) => {
                let media = given.flatten().find(|v| v.as_str().is_some_and(|text| text.contains('/')));
                let media = media.as_ref().and_then(Value::as_str).unwrap_or("text/plain");
                Some(typed(body, format!("{media}; charset=utf-8").into()))
            }
            ("RequestBody.create", first) => {
                let second = given.next().flatten()?;
                match (media(Some(first.clone())), media(Some(second.clone()))) {
                    (Some(media), _) if !first.as_str().is_some_and(|t| t.starts_with('{')) => {
                        Some(typed(second, media))
                    }
                    (_, Some(media)) => Some(typed(first, media)),
                    _ => None,
                }
            }
            (
                "AuthenticationHeaderValue" | "System.Net.Http.Headers.AuthenticationHeaderValue",
                Value::String(scheme),
            ) => {
                let Value::String(value) = given.next().flatten()? else { return None };
                Some(Value::String(format!("{scheme} {value}")))
            }
            (path, Value::String(name)) if OF_ENVIRONMENT.contains(&path) && is_name(&name) => {
                Some(reference(&name))
            }
            ("JsonContent.Create", value) => {
                Some(typed(Value::String(value.to_string()), "application/json; charset=utf-8".into()))
            }
            ("Map.of", first) => {
                let mut members = Map::new();
                let mut name = Some(first);
                while let Some(Value::String(key)) = name {
                    members.insert(key, given.next().flatten()?);
                    name = given.next().flatten();
                }
                Some(Value::Object(members))
            }
            ("List.of" | "Arrays.asList", first) => {
                let rest: Option<Vec<Value>> = given.collect();
                Some(Value::Array(std::iter::once(first).chain(rest?).collect()))
            }
            (path, value) if AS_JSON.contains(&path) => Some(Value::String(value.to_string())),
            (path, value) if SAME.contains(&path) => Some(value),
            _ => None,
        }
    }

    /// The value that the text sets `path` to, before this place; the last one counts.
    fn set(&mut self, path: &str) -> Option<Value> {
        if self.names >= MOST_NAMES {
            return None;
        }
        self.values += COST_OF_NAME;
        let mut from = self.at.saturating_sub(path.len() + MOST_SKIPPED);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        let mut end = self.at - path.len();
        for _ in 0..20 {
            let found = from + self.text.get(from..end)?.rfind(path)?;
            end = found;
            let before = self.text.get(..found)?.rsplit('\n').next()?;
            let is_begin = before.chars().all(|c| c.is_ascii_alphanumeric() || "_<>[]?,. \t".contains(c))
                && !before.ends_with(|c: char| c.is_ascii_alphanumeric() || "_.".contains(c))
                && !before.trim_start().starts_with("return");
            let behind = self.text.get(found + path.len()..)?.trim_start_matches([' ', '\t']);
            // `body, err := json.Marshal(…)`
            let behind = behind
                .strip_prefix(',')
                .and_then(|rest| {
                    let rest =
                        rest.trim_start().trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '_');
                    Some(rest.trim_start()).filter(|rest| rest.starts_with(":="))
                })
                .unwrap_or(behind);
            let value = behind.strip_prefix(":=").or_else(|| behind.strip_prefix('='));
            let Some(value) = value.filter(|value| is_begin && !value.starts_with(['=', '>'])) else {
                continue;
            };
            let mut inner = Reader {
                text: self.text,
                at: value.as_ptr() as usize - self.text.as_ptr() as usize,
                language: self.language,
                values: self.values,
                depth: self.depth,
                names: self.names + 1,
                has_unknown: false,
            };
            let value = inner.value();
            self.values = inner.values;
            self.has_unknown |= inner.has_unknown;
            return value;
        }
        None
    }
}

fn typed(body: Value, media: Value) -> Value {
    Value::Object(Map::from_iter([(BODY.to_owned(), body), (TYPE.to_owned(), media)]))
}

fn reference(name: &str) -> Value {
    Value::String(format!("[env:{name}]"))
}
