//! Files that a script writes before a command names them: `@'…'@ | Out-File body.json`, `Set-Content body.json $body`.

use super::super::Variables;
use super::split_own;
use crate::case::intake::script::Written;
use crate::case::intake::web_request::{cut, depth, literal};
use crate::case::intake::wrapping::holds;

/// More files than a paste writes.
const MOST: usize = 100;
/// More commands than stand between two pipes of it.
const MOST_PIPED: usize = 4;

/// The files that commands of `text` write, with what they write.
pub(in crate::case::intake) fn files_written(text: &str, variables: &Variables) -> Vec<Written> {
    let mut found = Vec::new();
    let words = ["Out-File", "Set-Content", "Add-Content", "out-file", "set-content"];
    if !words.iter().any(|word| holds(text, word)) {
        return found;
    }
    let mut at = 0;
    while let Some(line) = text.get(at..).and_then(|rest| rest.split_inclusive('\n').next()) {
        let bare = line.trim_start();
        let bare = bare.strip_prefix("PS").and_then(|rest| rest.split_once("> ")).map_or(bare, |(_, b)| b);
        let start = at + line.len() - bare.len();
        at += line.len();
        let begins = bare.starts_with(['@', '\'', '"', '$', '(', 'S', 's', 'A', 'a', 'C', 'c']);
        if !begins || found.len() >= MOST {
            continue;
        }
        let (written, end) = pipeline(text, start, variables);
        found.extend(written);
        // A text in quotes may reach over several lines.
        at = at.max(end);
    }
    found
}

/// What the commands from byte `start` on write, and the byte behind the last of them.
fn pipeline(text: &str, start: usize, variables: &Variables) -> (Option<Written>, usize) {
    let mut command = split_own(text, start, variables);
    let mut end = command.end;
    let mut value = None;
    for _ in 0..MOST_PIPED {
        let name = command.words.first().map(|word| word.to_ascii_lowercase()).unwrap_or_default();
        if matches!(name.as_str(), "out-file" | "set-content" | "add-content" | "tee-object") {
            return (file(&command.words, value, name == "add-content"), end);
        }
        if name == "convertto-json" {
            let options = text.get(end.saturating_sub(80)..end).unwrap_or("");
            let table = value.as_deref().and_then(|table: &str| literal(table, variables));
            value = table.map(|table| cut(table, depth(options)).to_string());
        } else if value.is_none() {
            value = command.words.into_iter().next();
        } else {
            return (None, end);
        }
        if !text.get(end..).is_some_and(|rest| rest.starts_with('|')) {
            return (None, end);
        }
        command = split_own(text, end + 1, variables);
        end = command.end;
    }
    (None, end)
}

/// The file of `Out-File -FilePath x`, of `Set-Content -Path x -Value y`, with what came through the pipe or is its value.
fn file(words: &[String], piped: Option<String>, appends: bool) -> Option<Written> {
    let (mut path, mut value, mut line_end) = (None, piped, "\r\n");
    let mut words = words.iter().skip(1);
    let mut positions = Vec::new();
    while let Some(word) = words.next() {
        let Some(name) = word.strip_prefix('-') else {
            positions.push(word.clone());
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "nonewline" => line_end = "",
            "force" | "append" | "noclobber" => {}
            "filepath" | "path" | "literalpath" => path = words.next().cloned(),
            "value" => value = words.next().cloned(),
            _ => drop(words.next()),
        }
    }
    let mut positions = positions.into_iter();
    let path = path.or_else(|| positions.next())?;
    let text = value.or_else(|| positions.next())?;
    Some(Written { path, text: text + line_end, appends })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_what_the_script_wrote() {
        let variables = Variables::from([("b".to_owned(), "{\"m\":1}".to_owned())]);
        let table: &[(&str, Option<(&str, &str)>)] = &[
            (
                "@'\n{\"a\":1}\n'@ | Out-File -Encoding ascii -NoNewline body.json\n",
                Some(("body.json", "{\"a\":1}")),
            ),
            ("$b | Out-File -FilePath \"x y.json\" -Encoding utf8\n", Some(("x y.json", "{\"m\":1}\r\n"))),
            ("Set-Content -Path x.json -Value $b -Encoding utf8\n", Some(("x.json", "{\"m\":1}\r\n"))),
            ("PS C:\\> Set-Content x.json '{\"a\":1}' -NoNewline\n", Some(("x.json", "{\"a\":1}"))),
            ("@{ a = 1 } | ConvertTo-Json | Set-Content x.json\n", Some(("x.json", "{\"a\":1}\r\n"))),
            ("Get-Content a | Sort-Object | Out-File x\n", None),
            ("'a' | Write-Host # Out-File\n", None),
        ];
        for (text, expected) in table {
            let files = files_written(text, &variables);
            let got = files.first().map(|file| (file.path.as_str(), file.text.as_str()));
            assert_eq!(got, *expected, "{text}");
        }
    }
}
