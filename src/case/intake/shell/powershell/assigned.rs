//! What the lines above a command assign: `$body = '…'`, `$env:NAME = "…"`, `$list += @{…}`, `$table.name = 1`.

use serde_json::Value;

use super::super::{Variables, identifier};
use super::{cast, expression, split_own, table};
use crate::case::intake::command::take;
use crate::case::intake::web_request::{cut, depth, literal};
use crate::case::keyring::KeyRing;

/// A list that a script fills is no longer than this, bytes.
const LONGEST_LIST: usize = 64 << 10;

/// The variables that the lines above a command assign (`$body = '…'`, `$env:NAME = "…"`).
pub(in crate::case::intake) fn assignments(above: &str, variables: &mut Variables, ring: &mut KeyRing) {
    let mut at = 0;
    while let Some(line) = above.get(at..).and_then(|rest| rest.split_inclusive('\n').next()) {
        let next = at + line.len();
        let bare = line.trim_start();
        let bare =
            bare.strip_prefix("PS").and_then(|prompt| prompt.split_once("> ")).map_or(bare, |(_, rest)| rest);
        at = next;
        // What a function calls its parameters is given by who calls it.
        if bare.get(.."param".len()).is_some_and(|word| word.eq_ignore_ascii_case("param"))
            && let Some(blank) = bare.get("param".len()..)
            && blank.trim_start().starts_with('(')
        {
            let from = next - blank.trim_start().len();
            at = at.max(from + super::closing(above.get(from..).unwrap_or(""), 0));
            continue;
        }
        let bare = cast(bare).and_then(|len| bare.get(len..)).unwrap_or(bare);
        let Some(rest) = bare.strip_prefix('$') else { continue };
        match assigned(rest) {
            Some(Assigned { name, added, len }) if added => {
                append(above, next - len, &name, variables);
            }
            Some(Assigned { name, len, .. }) => {
                at = at.max(assign(above, next - len, name, variables, ring));
            }
            None => {
                table::added(above.get(next - rest.len()..).unwrap_or(rest), variables);
            }
        }
    }
}

/// A line that assigns.
struct Assigned {
    name: String,
    /// `+=`
    added: bool,
    /// Bytes from the value to the line's end.
    len: usize,
}

/// What the line behind its `$` assigns.
fn assigned(rest: &str) -> Option<Assigned> {
    let named = rest.strip_prefix("env:").unwrap_or(rest);
    let name = identifier(named);
    let sign = named.get(name.len()..)?.trim_start();
    let added = sign.starts_with("+=");
    let value = sign.strip_prefix("+=").or_else(|| sign.strip_prefix('='))?;
    let is_one = !name.is_empty() && !value.starts_with('=');
    is_one.then(|| Assigned { name: name.to_owned(), added, len: value.len() })
}

/// Gives `name` the value at byte `start`; the byte behind it.
fn assign(above: &str, start: usize, name: String, variables: &mut Variables, ring: &mut KeyRing) -> usize {
    let mut value = split_own(above, start, variables);
    let operator = value.words.get(1).map(|word| word.to_ascii_lowercase());
    if operator.is_some_and(|word| matches!(word.as_str(), "+" | "-f" | "-replace"))
        && let Some(text) = above.get(start..value.end)
        && let Some(text) = expression::value(text.trim().trim_end_matches(';'), variables)
    {
        take(name, text, variables, ring);
        return value.end;
    }
    // `ConvertTo-Json $table -Depth 5`
    let converts = value.words.first().is_some_and(|word| word.eq_ignore_ascii_case("convertto-json"));
    if converts && let Some(table) = value.words.iter().position(|word| word.starts_with('@')) {
        value.words.drain(..table);
    } else if above.get(start..).is_some_and(|text| begins_command(text.trim_start_matches([' ', '\t']))) {
        match printed(above, start, &value.words, value.end) {
            Some(text) => take(name, text, variables, ring),
            // What another command gives is not known: the name stays a reference.
            None => drop(variables.remove(&name)),
        }
        return value.end;
    }
    // A table that is made into JSON is that text.
    let piped = above.get(value.end..).and_then(|rest| rest.strip_prefix('|')).map(str::trim_start);
    let is_json =
        converts || piped.and_then(|p| p.get(..14)).is_some_and(|p| p.eq_ignore_ascii_case("convertto-json"));
    let options = if converts { above.get(start..) } else { piped }.unwrap_or("");
    let end = value.end;
    let Some(word) = value.words.into_iter().next() else { return start };
    let json = is_json.then(|| literal(&word, variables)).flatten();
    let json = json.map(|value| cut(value, depth(options)).to_string());
    take(name, json.unwrap_or(word), variables, ring);
    end
}

/// A bare word begins a command of its own; `ConvertTo-Json` is read as what it makes.
fn begins_command(text: &str) -> bool {
    let word = text.split(|c: char| c.is_whitespace() || matches!(c, ';' | '|')).next().unwrap_or("");
    let converts = word.eq_ignore_ascii_case("convertto-json");
    word.starts_with(|c: char| c.is_ascii_alphabetic()) && !converts
}

/// What the command at byte `start` gives, where that is known without running it: `ConvertTo-SecureString "…"` its text,
/// `Get-Content x -Raw` the file's, which stays in brackets.
fn printed(above: &str, start: usize, words: &[String], end: usize) -> Option<String> {
    let named = |name: &str| words.first().is_some_and(|word| word.eq_ignore_ascii_case(name));
    if named("convertto-securestring") {
        return secure(words);
    }
    let is_raw = words.iter().any(|word| word.eq_ignore_ascii_case("-raw"));
    let piped = above.get(end..)?.starts_with('|');
    let text = above.get(start..end)?.trim();
    (named("get-content") && is_raw && !piped).then(|| format!("({text})"))
}

/// The text of `ConvertTo-SecureString "…" -AsPlainText -Force`.
pub(super) fn secure(words: &[String]) -> Option<String> {
    let plain = words.iter().any(|word| word.eq_ignore_ascii_case("-asplaintext"));
    let text = words.iter().skip(1).find(|word| !word.starts_with('-'));
    text.filter(|_| plain).cloned()
}

/// `$list += VALUE` where the list, or the text, is known. What stands there already is not read again.
fn append(above: &str, start: usize, name: &str, variables: &mut Variables) {
    let known = variables.keys().find(|known| known.eq_ignore_ascii_case(name)).cloned();
    let Some(key) = known else { return };
    let value = split_own(above, start, variables);
    let written = above.get(start..value.end).unwrap_or("").trim();
    let is_list = variables.get(&key).is_some_and(|before| before.starts_with("@(") && before.ends_with(')'));
    let more = if is_list {
        let items = match literal(written, variables) {
            Some(Value::Array(items)) => items,
            Some(one) => vec![one],
            None => return,
        };
        items.iter().map(super::written).collect::<Vec<_>>().join(", ")
    } else {
        let text = expression::value(written.trim_end_matches(';'), variables);
        let Some(text) = text.or_else(|| value.words.into_iter().next()) else { return };
        text
    };
    let Some(mut whole) = variables.remove(&key) else { return };
    if is_list && !more.is_empty() {
        whole.pop();
        let is_first = whole.get("@(".len()..).is_some_and(|inside| inside.trim().is_empty());
        whole.push_str(if is_first { "" } else { ", " });
        whole.push_str(&more);
        whole.push(')');
    } else if !is_list {
        whole.push_str(&more);
    }
    if whole.len() <= LONGEST_LIST {
        variables.insert(key, whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_assign_what_powershell_assigns() {
        let table: &[(&str, &str, Option<&str>)] = &[
            ("$m = @()\n$m += @{ a = 1 }\n$m += @{ a = 2 }\n", "m", Some("@(@{'a' = 1; }, @{'a' = 2; })")),
            ("$m = @('a')\n$m += @('b', 'c')\n", "m", Some("@('a', 'b', 'c')")),
            ("$m = @( )\n$m += @()\n$m += 'a'\n", "m", Some("@( 'a')")),
            ("$t = 'a'\n$t += \"b\"\n$t += 'c' + 'd'\n", "t", Some("abcd")),
            ("$other += 'b'\n", "other", None),
            ("[string]$t = 'a'\n", "t", Some("a")),
            ("$t = Get-Content .\\a.json -Raw\n", "t", Some("(Get-Content .\\a.json -Raw)")),
            ("$t = Get-Content a.json -Raw | ConvertFrom-Json\n", "t", None),
            ("$t = Read-Host 'Key'\n", "t", None),
            ("$t = 'a'\n$t = Get-Secret x\n", "t", None),
            ("$t = ConvertTo-SecureString \"a b\" -AsPlainText -Force\n", "t", Some("a b")),
            ("$t = ConvertTo-SecureString -AsPlainText -Force -String $env:T\n", "t", Some("[env:T]")),
            ("param(\n  [string]$t = 'a',\n  $u = 'b'\n)\n", "t", None),
            ("param([string]$t = 'a')\n$u = 'b'\n", "u", Some("b")),
        ];
        for (text, name, expected) in table {
            let mut variables = Variables::new();
            assignments(text, &mut variables, &mut KeyRing::default());
            assert_eq!(variables.get(*name).map(String::as_str), *expected, "{text:?}");
        }
    }
}
