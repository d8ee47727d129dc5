//! Which shell a command was written for.

/// A shell whose quoting differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::case::intake) enum Dialect {
    /// bash, zsh, sh.
    #[default]
    Posix,
    /// The Windows command prompt: carets, `%NAME%`, double quotes only.
    Cmd,
    /// `PowerShell`: backticks, `$env:NAME`, here-strings.
    PowerShell,
}

/// More lines than a command has.
const MOST_LINES: usize = 400;

/// Bytes of a command in which a here-string is looked for.
const MOST_BYTES: usize = 32 << 10;

impl Dialect {
    /// Tells the dialect of the command whose arguments begin at `start` of `text`, from its prompt, from how its lines
    /// go on, and from what only one shell knows.
    pub(in crate::case::intake) fn of(text: &str, start: usize, in_backticks: bool) -> Self {
        let before = text.get(..start).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("").trim_start();
        let rest = text.get(start..).unwrap_or("");
        if line.starts_with("PS ") && line.contains('>') {
            return Self::PowerShell;
        }
        if is_drive_prompt(line) {
            return Self::Cmd;
        }
        let mut found = None;
        for line in rest.split('\n').take(MOST_LINES) {
            let bare = line.trim_end();
            let goes_on = match bare.as_bytes().last() {
                Some(b'^') => Some(Self::Cmd),
                Some(b'`') if !in_backticks => Some(Self::PowerShell),
                Some(b'\\') => Some(Self::Posix),
                _ => None,
            };
            match goes_on {
                // A fence, or inline code that ends here.
                Some(Self::PowerShell) if bare.ends_with("```") || bare.matches('`').count() % 2 == 0 => {
                    break;
                }
                Some(dialect) => {
                    found = Some(dialect);
                    break;
                }
                None => {}
            }
            if found.is_none() && !opens_string(bare) {
                break;
            }
        }
        if let Some(dialect) = found {
            return dialect;
        }
        let own = rest.split('\n').next().unwrap_or("");
        if super::cmd::is_batch(before, line) || super::cmd::uses_a_variable(before, own) {
            return Self::Cmd;
        }
        if own.contains("^\"")
            || own.contains("\"{\"\"")
            || line.contains("curl.exe") && has_percent_variable(own)
        {
            return Self::Cmd;
        }
        if !own.contains(['\'', '$']) && names_a_setting(own) {
            return Self::Cmd;
        }
        // Not the whole rest: each command of a long text asks.
        let near = super::head(rest, MOST_BYTES);
        let here_string = ["@'", "@\""].iter().any(|open| {
            near.match_indices(open).take(8).any(|(at, _)| {
                let after = near.get(at + 2..).unwrap_or("");
                // `"$@"` at the end of a line is bash's.
                let begins = near.get(..at).is_some_and(|before| !before.ends_with('$'));
                begins && (after.starts_with('\n') || after.starts_with("\r\n"))
            })
        });
        // An apostrophe that stands in an apostrophe string of bash; no other shell writes it so.
        if own.contains("'\\''") {
            return Self::Posix;
        }
        if is_outside(own, "$env:") || own.contains("-Headers @{") || here_string || line.contains("curl.exe")
        {
            return Self::PowerShell;
        }
        Self::Posix
    }
}

/// Whether `what` stands in `line` where no apostrophe string is open: inside one it is text in every shell.
fn is_outside(line: &str, what: &str) -> bool {
    line.match_indices(what)
        .any(|(at, _)| line.get(..at).is_some_and(|before| before.matches('\'').count().is_multiple_of(2)))
}

/// `C:\Users\x>`: the prompt of the Windows command line.
fn is_drive_prompt(line: &str) -> bool {
    let bytes = line.as_bytes();
    matches!(bytes, [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic()) && line.contains('>')
}

/// `%NAME%`.
fn has_percent_variable(line: &str) -> bool {
    line.split('%')
        .skip(1)
        .step_by(2)
        .any(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

/// `%OPENAI_API_KEY%`: a name that is written as those of settings are; a percent-encoded byte is none.
fn names_a_setting(line: &str) -> bool {
    line.split('%').skip(1).step_by(2).any(|name| {
        name.len() >= 3
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    }) && line.matches('%').count().is_multiple_of(2)
}

/// Whether a string that `line` opens goes on below it.
fn opens_string(line: &str) -> bool {
    line.matches('"').count() % 2 == 1 || line.matches('\'').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_are_told_apart() {
        let table = [
            ("curl https://h -H 'a: b' \\\n -d x", Dialect::Posix),
            ("curl https://h -d '{\"a\":1}'", Dialect::Posix),
            ("curl https://h ^\n -d x", Dialect::Cmd),
            ("curl ^\"https://h^\" -d x", Dialect::Cmd),
            ("C:\\Users\\me>curl https://h -d x", Dialect::Cmd),
            ("curl.exe https://h -H \"Authorization: Bearer %KEY%\"", Dialect::Cmd),
            ("curl.exe https://h `\n -d x", Dialect::PowerShell),
            ("PS C:\\x> curl.exe https://h -d x", Dialect::PowerShell),
            ("curl https://h -H \"Authorization: Bearer $env:KEY\"", Dialect::PowerShell),
            ("curl https://h -d '{\"a\":\"set $env:KEY\"}'", Dialect::Posix),
            ("curl https://h -d '{\"a\":\"$env:K = '\\''x'\\''\"}'", Dialect::Posix),
            ("curl.exe https://h -d @'\n{\"a\":1}\n'@", Dialect::PowerShell),
            ("curl https://h -d '{\n\"a\":1\n}' \\\n -v", Dialect::Posix),
            ("curl -s \"$url\" \"$@\"\n}", Dialect::Posix),
            ("curl https://h -d \"50% of %\" \\\n -v", Dialect::Posix),
        ];
        for (text, expected) in table {
            let start = text.find("curl").expect("curl") + 4;
            let start = start + if text[start..].starts_with(".exe") { 4 } else { 0 };
            assert_eq!(Dialect::of(text, start, false), expected, "{text}");
        }
    }
}
