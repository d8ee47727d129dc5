//! What an expression gives: `'a' + $b`, `'{0}/x' -f $m`, `$h.'X-A'`, `$m -replace '/', '-'`
//! (<https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.core/about/about_operators>).

use serde_json::Value;

use super::super::{MOST_EXPANDED, Variables, identifier, is_name_char};
use crate::case::intake::web_request::literal;

/// Deeper brackets are none.
const DEEPEST: usize = 16;

/// Bytes of the string or variable at the start of `text`, as far as its line goes.
pub(in crate::case::intake) fn operand(text: &str) -> Option<usize> {
    let line = text.lines().next()?;
    let quote = line.chars().next()?;
    if quote == '$' {
        let stop = |c: char| !is_name_char(c) && !matches!(c, '$' | ':' | '.');
        return Some(line.find(stop).unwrap_or(line.len()));
    }
    let mut at = 1;
    loop {
        let rest = line.get(at..)?;
        let found = rest.find([quote, '`'])?;
        let doubled = rest.get(found + 1..).is_some_and(|next| next.starts_with(quote));
        if rest.get(found..).is_some_and(|mark| mark.starts_with('`') && quote == '"') {
            at += found + 1 + rest.get(found + 1..)?.chars().next().map_or(0, char::len_utf8);
        } else if rest.get(found..).is_some_and(|mark| mark.starts_with(quote)) && !doubled {
            return Some(at + found + 1);
        } else {
            at += found + 1 + usize::from(doubled);
        }
    }
}

/// Bytes of the expression at the start of `text`: up to the end of its line, of its member or of the table around it.
/// `commas`: they are the expression's own (`-f $a, $b`).
pub(in crate::case::intake) fn expression_len(text: &str, commas: bool) -> usize {
    let (mut depth, mut quote) = (0usize, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '{') => depth += 1,
            (None, '\n' | ';' | ')' | '}' | '|') if depth == 0 => return at,
            (None, ',') if depth == 0 && !commas => return at,
            (None, ')' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text.len()
}

/// The text that `expression` gives; `None` where something would have to be run for it, or where it is no text.
pub(in crate::case::intake) fn value(expression: &str, variables: &Variables) -> Option<String> {
    within(expression, variables, 0)
}

fn within(expression: &str, variables: &Variables, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    let mut reader = Reader { rest: expression.trim(), variables, depth };
    let value = reader.compared()?;
    reader.rest.trim().is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
    variables: &'a Variables,
    depth: usize,
}

impl Reader<'_> {
    fn takes(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start();
        let found = rest.get(..sign.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(sign));
        let behind = rest.get(sign.len()..).unwrap_or("");
        let whole = !sign.starts_with('-') || !behind.starts_with(|c: char| c.is_ascii_alphabetic());
        if found && whole {
            self.rest = behind;
        }
        found && whole
    }

    /// `-replace` and `-join`, which bind least.
    fn compared(&mut self) -> Option<String> {
        let mut value = self.added()?;
        while self.takes("-replace") || self.takes("-creplace") {
            let what = self.added()?;
            let with = if self.takes(",") { self.added()? } else { String::new() };
            // What is looked for is a regular expression; one with marks of its own is left alone.
            let plain = what.strip_prefix('\\').unwrap_or(&what);
            if plain.is_empty()
                || plain.contains(['.', '*', '+', '?', '[', '(', '{', '|', '^', '$', '\\']) && plain.len() > 1
            {
                return None;
            }
            value = value.replace(plain, &with);
        }
        (value.len() <= MOST_EXPANDED).then_some(value)
    }

    fn added(&mut self) -> Option<String> {
        let mut value = self.formatted()?;
        while self.takes("+") {
            value.push_str(&self.formatted()?);
            if value.len() > MOST_EXPANDED {
                return None;
            }
        }
        Some(value)
    }

    /// `'{0}' -f $a, $b`
    fn formatted(&mut self) -> Option<String> {
        let value = self.one()?;
        if !self.takes("-f") {
            return Some(value);
        }
        let mut arguments = vec![self.one()?];
        while self.takes(",") {
            arguments.push(self.one()?);
        }
        filled(&value, &arguments)
    }

    fn one(&mut self) -> Option<String> {
        let rest = self.rest.trim_start();
        if rest.starts_with('(') {
            let len = super::closing(rest, 0);
            let value = within(rest.get(1..len.checked_sub(1)?)?, self.variables, self.depth + 1)?;
            self.rest = rest.get(len..)?;
            return Some(value);
        }
        if rest.starts_with(['\'', '"']) {
            let (value, len) = super::first_word(rest, self.variables)?;
            self.rest = rest.get(len..)?;
            return Some(value);
        }
        if let Some(number) = rest.get(..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()))
            && !number.is_empty()
        {
            self.rest = rest.get(number.len()..)?;
            return Some(number.to_owned());
        }
        let (value, len) = variable(rest, self.variables)?;
        self.rest = rest.get(len..)?;
        Some(value)
    }
}

/// `{0}` and its kin in `text` replaced by the arguments.
fn filled(text: &str, arguments: &[String]) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(rest.get(..at)?);
        let mark = rest.get(at..)?;
        if mark.starts_with("{{") || mark.starts_with("}}") {
            out.push_str(mark.get(..1)?);
            rest = mark.get(2..)?;
            continue;
        }
        let (number, behind) = mark.strip_prefix('{')?.split_once('}')?;
        out.push_str(arguments.get(number.parse::<usize>().ok()?)?);
        rest = behind;
        if out.len() > MOST_EXPANDED {
            return None;
        }
    }
    Some(out + rest)
}

/// `$name`, `$env:NAME`, `$table.Name`, `$table.'X-A'`, `$table['X-A']`: its value, and the bytes that name it.
pub(super) fn variable(text: &str, variables: &Variables) -> Option<(String, usize)> {
    let named = text.strip_prefix('$')?;
    if let Some(setting) = named.strip_prefix("env:") {
        let name = identifier(setting);
        let known = variables.get(name).cloned().unwrap_or_else(|| format!("[env:{name}]"));
        return (!name.is_empty()).then_some((known, "$env:".len() + name.len()));
    }
    let name = identifier(named);
    let known = variables.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let mut at = 1 + name.len();
    if name.is_empty() {
        return None;
    }
    let Some((_, value)) = known else { return Some((format!("[env:{name}]"), at)) };
    if !value.starts_with("@{") && !value.starts_with("[ordered]@{") {
        return Some((value.clone(), at));
    }
    let mut value = literal(value, variables)?;
    for _ in 0..DEEPEST {
        let rest = text.get(at..)?;
        let Some((key, len)) = member(rest) else { break };
        value = match value {
            Value::Object(table) => table.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?.1,
            Value::Array(list) => list.into_iter().nth(key.parse().ok()?)?,
            _ => return None,
        };
        at += len;
    }
    match value {
        Value::String(text) => Some((text, at)),
        Value::Object(_) | Value::Array(_) | Value::Null => None,
        other => Some((other.to_string(), at)),
    }
}

/// `.Name`, `.'X-A'`, `['X-A']`, `[0]` at the start of `text`: the key, and the bytes.
fn member(text: &str) -> Option<(&str, usize)> {
    if let Some(inside) = text.strip_prefix('[') {
        let key = inside.get(..inside.find(']')?)?;
        return Some((key.trim().trim_matches(['"', '\'']), key.len() + 2));
    }
    let named = text.strip_prefix('.')?;
    if let Some(quote) = named.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inside = named.get(1..)?;
        let key = inside.get(..inside.find(quote)?)?;
        return Some((key, key.len() + ".''".len()));
    }
    let len = named.find(|c: char| !is_name_char(c)).unwrap_or(named.len());
    (len > 0).then(|| (named.get(..len).unwrap_or(""), len + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_give_what_powershell_gives() {
        let variables = Variables::from([
            ("m".to_owned(), "gpt-4o".to_owned()),
            ("h".to_owned(), "@{ 'X-A' = 'b'; Auth = \"Bearer x\"; In = @{ n = 1 } }".to_owned()),
        ]);
        let table = [
            ("'a' + \"b$m\"", Some("abgpt-4o")),
            ("'{0}/{1}{{x}}' -f $m, 'c'", Some("gpt-4o/c{x}")),
            ("('{0}' -f $m) + '!'", Some("gpt-4o!")),
            ("$h.'X-A'", Some("b")),
            ("$h['X-A']", Some("b")),
            ("$h.auth", Some("Bearer x")),
            ("$h.In.n", Some("1")),
            ("$env:KEY", Some("[env:KEY]")),
            ("'a/b' -replace '/', '-'", Some("a-b")),
            ("'a.b' -replace '\\.'", Some("ab")),
            ("'ab' -replace 'a.*', '-'", None),
            ("Get-Content x", None),
            ("$h", None),
            ("'{9}' -f 1", None),
            ("$m | Out-String", None),
        ];
        for (text, expected) in table {
            assert_eq!(value(text, &variables).as_deref(), expected, "{text}");
        }
        assert_eq!(value(&"(".repeat(5_000), &variables), None);
    }
}
