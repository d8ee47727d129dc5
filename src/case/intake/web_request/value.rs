//! Literals of `PowerShell`: strings, numbers, `@{…}`, `@(…)`, and `ConvertTo-Json` of them.

use serde_json::{Map, Value};

use super::super::shell::{Variables, powershell};

/// Deeper tables are none.
const DEEPEST: usize = 24;

/// The value of `text`: a table, a list, a string, or one of them made into JSON. `None`: it is plain text.
pub(super) fn read(text: &str, variables: &Variables) -> Option<Value> {
    let text = text.trim();
    if let Some(inside) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        return converted(inside, variables);
    }
    if !text.starts_with("@{")
        && !text.starts_with("@(")
        && !text.starts_with("[ordered]@{")
        && argument(text).is_none()
    {
        return None;
    }
    converted(text, variables)
}

/// `VALUE | ConvertTo-Json`, or the value alone.
pub(in crate::case::intake) fn converted(text: &str, variables: &Variables) -> Option<Value> {
    let mut text = text.trim();
    // Brackets around it, and `[Text.Encoding]::UTF8.GetBytes(…)`.
    for _ in 0..DEEPEST {
        text = powershell::cast(text).and_then(|len| text.get(len..)).unwrap_or(text).trim();
        let inside = text.strip_prefix('(').filter(|_| powershell::closing(text, 0) == text.len());
        let Some(inside) = inside.and_then(|inside| inside.strip_suffix(')')) else { break };
        text = inside.trim();
    }
    if let Some(value) = argument(text) {
        let depth = depth(text);
        return converted(value, variables).map(|value| Value::String(cut(value, depth).to_string()));
    }
    let mut reader = Reader { text, at: 0, variables };
    let value = reader.value(0)?;
    reader.blanks();
    let rest = reader.rest();
    if rest.is_empty() {
        return Some(value);
    }
    let pipe = rest.strip_prefix('|')?.trim_start().to_ascii_lowercase();
    pipe.starts_with("convertto-json").then(|| Value::String(cut(value, depth(&pipe)).to_string()))
}

/// How deep `ConvertTo-Json` goes without `-Depth`
/// (<https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.utility/convertto-json>).
const DEPTH: usize = 2;

/// The depth that the options of a `ConvertTo-Json` name, up to the end of its line.
pub(in crate::case::intake) fn depth(options: &str) -> usize {
    let line = options.split(['\n', ')', ';']).next().unwrap_or("").to_ascii_lowercase();
    let mut words = line.split_whitespace().skip_while(|word| !word.starts_with("-d"));
    words.next().and_then(|_| words.next()).and_then(|number| number.parse().ok()).unwrap_or(DEPTH)
}

/// `value` as `ConvertTo-Json` gives it: what lies deeper is its name alone.
pub(in crate::case::intake) fn cut(value: Value, depth: usize) -> Value {
    match value {
        Value::Array(list) => {
            let inner = list.into_iter().map(|value| cut_within(value, depth));
            Value::Array(inner.collect())
        }
        Value::Object(table) => {
            let inner = table.into_iter().map(|(name, value)| (name, cut_within(value, depth)));
            Value::Object(inner.collect())
        }
        other => other,
    }
}

fn cut_within(value: Value, depth: usize) -> Value {
    match depth.checked_sub(1) {
        Some(depth) => cut(value, depth),
        None => named(value),
    }
}

fn named(value: Value) -> Value {
    match value {
        Value::Object(_) => Value::String("System.Collections.Hashtable".to_owned()),
        Value::Array(list) => {
            let words: Vec<String> = list.into_iter().map(|value| plain(&named(value))).collect();
            Value::String(words.join(" "))
        }
        other => other,
    }
}

/// What `ConvertTo-Json -Depth 5 VALUE` converts.
fn argument(text: &str) -> Option<&str> {
    const NAME: &str = "convertto-json";
    if !text.get(..NAME.len())?.eq_ignore_ascii_case(NAME) {
        return None;
    }
    let mut rest = text.get(NAME.len()..)?.trim_start();
    while let Some(option) = rest.strip_prefix('-') {
        let (name, behind) = option.split_once(char::is_whitespace)?;
        rest = behind.trim_start();
        if name.to_ascii_lowercase().starts_with('d') {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        }
    }
    let len = if rest.starts_with('@') {
        powershell::closing(rest, 1)
    } else {
        rest.find(" -").unwrap_or(rest.len())
    };
    rest.get(..len).filter(|value| !value.is_empty())
}

/// A value as a header or a field has it.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    variables: &'a Variables,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Steps over blanks, comments and the separators `ends`.
    fn skip(&mut self, ends: &[char]) {
        loop {
            let rest = self.rest();
            let next = rest.trim_start_matches(|c: char| c.is_whitespace() || ends.contains(&c) || c == '`');
            self.at += rest.len() - next.len();
            if !next.starts_with('#') {
                return;
            }
            self.at += next.find('\n').unwrap_or(next.len());
        }
    }

    fn blanks(&mut self) {
        self.skip(&[]);
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        self.blanks();
        let rest = self.rest();
        for (open, skipped) in [("@{", 2), ("[ordered]@{", 11), ("[pscustomobject]@{", 18)] {
            if rest.get(..open.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(open)) {
                self.at += skipped;
                return self.table(depth);
            }
        }
        if rest.starts_with("@(") {
            self.at += 2;
            return self.list(depth);
        }
        if rest.starts_with('(') {
            return self.bracketed();
        }
        if let Some(value) = self.computed() {
            return Some(value);
        }
        self.scalar(depth)
    }

    /// `(@{…} | ConvertTo-Json)`, `('{0}' -f $a)`; what would have to be run stands as it is written.
    fn bracketed(&mut self) -> Option<Value> {
        let rest = self.rest();
        let len = powershell::closing(rest, 0);
        let whole = rest.get(..len)?;
        self.at += len;
        let inside = whole.get(1..len.checked_sub(1)?)?;
        let value = converted(inside, self.variables)
            .or_else(|| powershell::computed(inside, self.variables).map(Value::String));
        Some(value.unwrap_or_else(|| Value::String(whole.to_owned())))
    }

    /// `'Bearer ' + $env:KEY`, `'{0}' -f $a`: a member's value that its operator goes on with, up to the member's end.
    fn computed(&mut self) -> Option<Value> {
        let rest = self.rest();
        if !rest.starts_with(['"', '\'', '$']) {
            return None;
        }
        let first = powershell::operand(rest)?;
        let behind = rest.get(first..)?.trim_start_matches([' ', '\t']);
        let format = behind.starts_with("-f ");
        if !format && !behind.starts_with('+') && !behind.starts_with("-replace ") {
            return None;
        }
        let len = powershell::expression_len(rest, format);
        let value = powershell::computed(rest.get(..len)?, self.variables)?;
        self.at += len;
        Some(Value::String(value))
    }

    fn table(&mut self, depth: usize) -> Option<Value> {
        let mut table = Map::new();
        loop {
            self.skip(&[';']);
            if self.rest().starts_with('}') {
                self.at += 1;
                return Some(Value::Object(table));
            }
            let name = super::value::plain(&self.name()?);
            self.blanks();
            self.at += usize::from(self.rest().strip_prefix('=').is_some());
            let first = self.value(depth + 1)?;
            table.insert(name, self.with_commas(first, depth)?);
        }
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        let mut list = Vec::new();
        loop {
            self.skip(&[';', ',']);
            if self.rest().starts_with(')') {
                self.at += 1;
                return Some(Value::Array(list));
            }
            list.push(self.value(depth + 1)?);
        }
    }

    /// `'a', 'b'` without brackets is a list too.
    fn with_commas(&mut self, first: Value, depth: usize) -> Option<Value> {
        let mut list = vec![first];
        loop {
            self.inline_blanks();
            if !self.rest().starts_with(',') {
                break;
            }
            self.at += 1;
            list.push(self.value(depth + 1)?);
        }
        Some(if list.len() == 1 { list.pop()? } else { Value::Array(list) })
    }

    fn inline_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn name(&mut self) -> Option<Value> {
        if self.rest().starts_with(['\'', '"']) {
            return self.scalar(DEEPEST);
        }
        let rest = self.rest();
        let len = rest.find(|c: char| c.is_whitespace() || c == '=').filter(|len| *len > 0)?;
        self.at += len;
        rest.get(..len).map(|name| Value::String(name.to_owned()))
    }

    /// A string, a number, a variable or a bare word.
    fn scalar(&mut self, depth: usize) -> Option<Value> {
        let rest = self.rest();
        let quoted = rest.starts_with(['\'', '"']) || rest.starts_with("@'") || rest.starts_with("@\"");
        let end = if quoted {
            rest.len()
        } else {
            let open = rest.starts_with("$(");
            let stop = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '}' | ')' | '|');
            if open { powershell::closing(rest, 1) } else { rest.find(stop).unwrap_or(rest.len()) }
        };
        let (word, len) = powershell::first_word(rest.get(..end)?, self.variables)?;
        self.at += len.max(1);
        // A variable that holds a table.
        let is_table = word.starts_with("@{") || word.starts_with("@(");
        if !quoted && is_table && rest.starts_with('$') {
            let mut inner = Reader { text: &word, at: 0, variables: self.variables };
            return inner.value(depth + 1);
        }
        if quoted {
            return Some(Value::String(word));
        }
        Some(match word.to_ascii_lowercase().as_str() {
            "$true" => Value::Bool(true),
            "$false" => Value::Bool(false),
            "$null" => Value::Null,
            _ => serde_json::from_str::<serde_json::Number>(&word).map_or(Value::String(word), Value::Number),
        })
    }
}
