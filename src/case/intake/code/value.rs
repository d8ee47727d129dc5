//! Values as JavaScript and Python write them, with the names that the same text sets to such a value.

use serde_json::{Map, Number, Value};

use super::call::Arguments;
use crate::case::intake::command::is_name;

/// Deeper values are none.
const DEEPEST: usize = 40;

/// Deeper holes in texts are not looked into.
const MOST_HOLES: usize = 8;

/// Most values that one call is made of, names followed.
const MOST_VALUES: usize = 20_000;

/// Bytes that the texts of one call may take, names followed.
const MOST_TEXT: usize = 4 << 20;

/// Reads values from a place of a source.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    values: usize,
    bytes: usize,
    /// How many holes of texts this place is in.
    holes: usize,
    /// How many names are being followed.
    names: usize,
    /// A name was met whose value is not in the text.
    pub(super) has_unknown: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, values: 0, bytes: 0, holes: 0, names: 0, has_unknown: false }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let next = rest.trim_start();
            self.at += rest.len() - next.len();
            if next.starts_with("//") || next.starts_with('#') {
                self.at += next.find('\n').unwrap_or(next.len());
            } else if let Some(comment) = next.strip_prefix("/*") {
                self.at += comment.find("*/").map_or(next.len(), |end| end + 4);
            } else {
                return;
            }
        }
    }

    fn takes(&mut self, mark: &str) -> bool {
        self.skip();
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    /// The arguments behind an opening bracket, up to the closing one.
    pub(super) fn arguments(&mut self) -> Option<Arguments> {
        let mut arguments = Arguments::default();
        loop {
            if self.takes(")") {
                return Some(arguments);
            }
            // `name=value`
            let name = self.name();
            let behind = self.rest().get(name.len()..).unwrap_or("").trim_start();
            if !name.is_empty()
                && behind.starts_with('=')
                && !behind.starts_with("==")
                && !behind.starts_with("=>")
            {
                self.at += self.rest().find('=')? + 1;
                let value = self.value(0)?;
                arguments.named.insert(name.to_owned(), value);
            } else if self.rest().starts_with("**") {
                self.at += 2;
                let Value::Object(more) = self.value(0)? else { return None };
                arguments.named.extend(more);
            } else {
                let value = self.value(0)?;
                arguments.positional.push(value);
            }
            if !self.takes(",") && !self.rest().starts_with(')') {
                return None;
            }
        }
    }

    /// A value, texts joined by `+` among them.
    fn value(&mut self, depth: usize) -> Option<Value> {
        let mut value = self.one(depth)?;
        while self.takes("+") {
            let Value::String(before) = value else { return None };
            let next = match self.one(depth)? {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            value = Value::String(before + &next);
        }
        Some(value)
    }

    fn one(&mut self, depth: usize) -> Option<Value> {
        self.skip();
        self.values += 1;
        if depth > DEEPEST || self.values > MOST_VALUES || self.bytes > MOST_TEXT {
            return None;
        }
        let rest = self.rest();
        match rest.chars().next()? {
            '{' => self.object(depth),
            '[' => self.list(']', depth),
            '(' => {
                self.at += 1;
                let value = self.value(depth + 1)?;
                self.skip();
                // A tuple is a list.
                if self.rest().starts_with(',') {
                    let mut list = vec![value];
                    while self.takes(",") && !self.rest().trim_start().starts_with(')') {
                        list.push(self.value(depth + 1)?);
                    }
                    return self.takes(")").then_some(Value::Array(list));
                }
                self.takes(")").then_some(value)
            }
            '"' | '\'' | '`' => self.texts(),
            '-' | '0'..='9' | '.' => self.number(),
            'f' | 'r' | 'b' | 'F' | 'R'
                if rest.get(1..2).is_some_and(|quote| matches!(quote, "\"" | "'")) =>
            {
                self.texts()
            }
            _ => self.named(depth),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut members = Map::new();
        loop {
            if self.takes("}") {
                return Some(Value::Object(members));
            }
            if self.takes("...") || self.takes("**") {
                let Value::Object(more) = self.value(depth + 1)? else { return None };
                members.extend(more);
            } else {
                let name = self.name();
                let key = if name.is_empty() {
                    match self.one(depth + 1)? {
                        Value::String(text) => text,
                        Value::Number(number) => number.to_string(),
                        _ => return None,
                    }
                } else {
                    self.at += name.len();
                    name.to_owned()
                };
                let value = if self.takes(":") {
                    self.value(depth + 1)?
                } else {
                    // `{ model }`
                    self.at -= name.len();
                    self.named(depth + 1)?
                };
                members.insert(key, value);
            }
            if !self.takes(",") && !self.rest().starts_with('}') {
                return None;
            }
        }
    }

    fn list(&mut self, close: char, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut list = Vec::new();
        loop {
            self.skip();
            if self.rest().starts_with(close) {
                self.at += 1;
                return Some(Value::Array(list));
            }
            list.push(self.value(depth + 1)?);
            if !self.takes(",") && !self.rest().starts_with(close) {
                return None;
            }
        }
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let len = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')))
            .unwrap_or(rest.len());
        let written = rest.get(..len)?.replace('_', "");
        self.at += len;
        if let Ok(whole) = written.parse::<i64>() {
            return Some(Value::from(whole));
        }
        Number::from_f64(written.parse().ok()?).map(Value::Number)
    }

    /// Texts that stand one behind the other are one, as in Python.
    fn texts(&mut self) -> Option<Value> {
        let mut out = self.string()?;
        loop {
            let at = self.at;
            self.skip();
            let rest = self.rest();
            let is_text = rest.starts_with(['"', '\'']) || rest.starts_with("f\"") || rest.starts_with("f'");
            if !is_text {
                self.at = at;
                self.bytes += out.len();
                return Some(Value::String(out));
            }
            out.push_str(&self.string()?);
        }
    }

    fn string(&mut self) -> Option<String> {
        let rest = self.rest();
        let prefix = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let kind = rest.get(..prefix)?.to_ascii_lowercase();
        let quote = rest.get(prefix..)?.chars().next()?;
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        let open = if rest.get(prefix..)?.starts_with(&triple) && quote != '`' {
            triple.as_str()
        } else {
            rest.get(prefix..=prefix)?
        };
        let open = open.to_owned();
        self.at += prefix + open.len();
        let (formatted, raw, template) = (kind.contains('f'), kind.contains('r'), quote == '`');
        let mut out = String::new();
        loop {
            let rest = self.rest();
            if rest.starts_with(open.as_str()) {
                self.at += open.len();
                return Some(out);
            }
            let c = rest.chars().next()?;
            if c == '\n' && open.len() == 1 && !template {
                return None;
            }
            if c == '\\' && !raw {
                self.escape(&mut out)?;
                continue;
            }
            let hole =
                if template && rest.starts_with("${") { 2 } else { usize::from(formatted && c == '{') };
            if formatted && (rest.starts_with("{{") || rest.starts_with("}}")) {
                out.push(c);
                self.at += 2;
                continue;
            }
            if hole > 0 {
                self.at += hole;
                // A text in a hole of a text in a hole…
                self.holes += 1;
                let inner = if self.holes > MOST_HOLES { None } else { self.value(DEEPEST / 2) };
                self.holes -= 1;
                match inner? {
                    Value::String(text) => out.push_str(&text),
                    Value::Number(number) => out.push_str(&number.to_string()),
                    _ => return None,
                }
                if !self.takes("}") {
                    return None;
                }
                continue;
            }
            out.push(c);
            self.at += c.len_utf8();
        }
    }

    fn escape(&mut self, out: &mut String) -> Option<()> {
        let mut characters = self.rest().chars();
        characters.next();
        let c = characters.next()?;
        self.at += 1 + c.len_utf8();
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'u' | 'x' => {
                let len = if c == 'u' { 4 } else { 2 };
                let mut units = vec![u16::from_str_radix(self.rest().get(..len)?, 16).ok()?];
                self.at += len;
                if let Some(low) =
                    self.rest().strip_prefix("\\u").filter(|_| matches!(units.first(), Some(0xd800..=0xdbff)))
                {
                    units.push(u16::from_str_radix(low.get(..4)?, 16).ok()?);
                    self.at += 6;
                }
                out.push_str(&String::from_utf16(&units).ok()?);
            }
            '\n' => {}
            other => out.push(other),
        }
        Some(())
    }

    /// The name here; empty where there is none.
    fn name(&mut self) -> &'a str {
        self.skip();
        let rest = self.rest();
        let len =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(rest.len());
        let name = rest.get(..len).unwrap_or("");
        if name.starts_with(|c: char| c.is_ascii_digit()) || name.len() > 100 { "" } else { name }
    }

    /// A word: `true`, the name of a variable, `JSON.stringify(…)`, `os.environ["KEY"]`.
    fn named(&mut self, depth: usize) -> Option<Value> {
        let mut path = String::new();
        loop {
            let name = self.name();
            if name.is_empty() {
                return None;
            }
            path.push_str(name);
            self.at += name.len();
            if !self.rest().starts_with('.') && !self.rest().starts_with("?.") {
                break;
            }
            self.at += self.rest().find('.')? + 1;
            path.push('.');
        }
        match path.as_str() {
            "true" | "True" => return Some(Value::Bool(true)),
            "false" | "False" => return Some(Value::Bool(false)),
            "null" | "None" | "undefined" => return Some(Value::Null),
            "await" | "new" | "lambda" | "function" | "async" | "typeof" => return None,
            _ => {}
        }
        if self.rest().starts_with('(') {
            return self.called(&path, depth);
        }
        // `os.environ["KEY"]`
        if self.rest().starts_with('[') {
            self.at += 1;
            let Value::String(key) = self.value(depth + 1)? else { return None };
            return (path.ends_with("environ") && self.takes("]") && is_name(&key)).then(|| reference(&key));
        }
        if let Some(setting) =
            ["process.env.", "import.meta.env."].iter().find_map(|env| path.strip_prefix(env))
        {
            return is_name(setting).then(|| reference(setting));
        }
        if path.contains('.') {
            let last = path.rsplit('.').next().filter(|last| is_name(last))?;
            self.has_unknown = true;
            return Some(reference(last));
        }
        if let Some(value) = self.set(&path) {
            return Some(value);
        }
        self.has_unknown = true;
        is_name(&path).then(|| reference(&path))
    }

    /// What a function gives of which that is known: JSON of its argument, a setting.
    fn called(&mut self, path: &str, depth: usize) -> Option<Value> {
        self.at += 1;
        if depth > DEEPEST {
            return None;
        }
        let first = self.value(depth + 1)?;
        while self.takes(",") {
            // `json.dumps(x, ensure_ascii=False)`, `JSON.stringify(x, null, 2)`
            let name = self.name();
            if self.rest().get(name.len()..).is_some_and(|rest| rest.trim_start().starts_with('='))
                && !name.is_empty()
            {
                self.at += self.rest().find('=')? + 1;
            }
            if !self.rest().trim_start().starts_with(')') {
                self.value(depth + 1)?;
            }
        }
        if !self.takes(")") {
            return None;
        }
        match (path, first) {
            ("JSON.stringify" | "json.dumps", value) => {
                // `.encode()`, `.encode('utf-8')`
                if let Some((_, behind)) =
                    self.rest().strip_prefix(".encode(").and_then(|rest| rest.split_once(')'))
                {
                    self.at = self.text.len() - behind.len();
                }
                Some(Value::String(value.to_string()))
            }
            ("str" | "String" | "URL" | "Headers", value) => Some(value),
            (path, Value::String(name))
                if is_name(&name) && (path.ends_with("getenv") || path.ends_with("environ.get")) =>
            {
                Some(reference(&name))
            }
            _ => None,
        }
    }

    /// The value that the text sets `name` to, before this place.
    fn set(&mut self, name: &str) -> Option<Value> {
        if self.names >= 4 {
            return None;
        }
        let before = self.text.get(..self.at - name.len())?;
        let mut end = before.len();
        // The last one counts.
        for _ in 0..20 {
            let found = before.get(..end)?.rfind(name)?;
            end = found;
            let line = before.get(..found)?.rsplit('\n').next()?.trim();
            let is_set = matches!(line, "" | "const" | "let" | "var" | "export const" | ">>>");
            let behind = before.get(found + name.len()..)?;
            // `url: str = "…"`
            let typed = behind.trim_start_matches([' ', '\t']);
            let typed = typed
                .strip_prefix(':')
                .and_then(|t| t.get(t.find('=').filter(|at| *at < 60)?..))
                .unwrap_or(typed);
            let Some(value) =
                typed.strip_prefix('=').filter(|value| is_set && !value.starts_with(['=', '>']))
            else {
                continue;
            };
            let mut inner = Reader {
                text: self.text,
                at: before.len() - value.len(),
                values: self.values,
                bytes: self.bytes,
                holes: self.holes,
                names: self.names + 1,
                has_unknown: false,
            };
            let value = inner.value(0);
            (self.values, self.bytes) = (inner.values, inner.bytes);
            self.has_unknown |= inner.has_unknown;
            return value;
        }
        None
    }
}

fn reference(name: &str) -> Value {
    Value::String(format!("[env:{name}]"))
}
