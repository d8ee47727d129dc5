//! A program's name and options that stand in a variable or an alias and are called by it: `CURL="curl -sS"`, then `$CURL URL`.

use super::command;
use super::wrapping::holds;

/// Variables of a text that are looked at.
const MOST: usize = 16;

/// Longest value: a name and some options.
const LONGEST: usize = 300;

/// Bytes of a text that is looked at.
const LONGEST_TEXT: usize = 1 << 20;

/// `text` with the program where a line calls it by a variable; `None` where none does. The value stays a line of its own no
/// longer: it runs nothing.
pub(super) fn off(text: &str) -> Option<String> {
    if text.len() > LONGEST_TEXT
        || !["=curl", "=\"curl", "='curl", "=(curl"].iter().any(|mark| holds(text, mark))
    {
        return None;
    }
    let assigned: Vec<(&str, Call<'_>)> =
        text.lines().filter_map(|line| Some((line, Call::of(line)?))).take(MOST).collect();
    let mut called = false;
    let lines = text.lines().filter_map(|line| {
        if assigned.iter().any(|(own, _)| *own == line) {
            return None;
        }
        let replaced = assigned.iter().find_map(|(_, call)| call.replaced(line));
        called |= replaced.is_some();
        Some(replaced.unwrap_or_else(|| line.to_owned()))
    });
    let lines: Vec<String> = lines.collect();
    called.then(|| lines.join("\n"))
}

/// What stands for a program.
struct Call<'t> {
    name: &'t str,
    value: &'t str,
    is_alias: bool,
}

impl<'t> Call<'t> {
    /// `CURL="curl -sS"`, `curl=(curl -s)`, `alias c='curl -s'`.
    fn of(line: &'t str) -> Option<Self> {
        let line = line.trim_start_matches(['$', ' ']).trim_end_matches([' ', ';', '\r']);
        let alias = line.strip_prefix("alias ");
        let line = alias.unwrap_or_else(|| line.strip_prefix("export ").unwrap_or(line));
        let (name, value) = line.split_once('=')?;
        let value = [("\"", "\""), ("'", "'"), ("(", ")"), ("", "")]
            .iter()
            .find_map(|(open, close)| value.strip_prefix(open)?.strip_suffix(close))?;
        let is_call = (value == "curl" || value.starts_with("curl "))
            && value.len() <= LONGEST
            && !value.contains(['$', '`', '"', '|', ';'])
            && !value.contains("://");
        (is_call && command::is_name(name)).then_some(Self { name, value, is_alias: alias.is_some() })
    }

    /// `line` with the program in the place of its name, where it begins with that.
    fn replaced(&self, line: &str) -> Option<String> {
        let bare = line.trim_start();
        let indent = line.get(..line.len() - bare.len())?;
        // What takes the output stands before it.
        let (before, bare) = match bare.split_once("$(").filter(|(before, _)| before.ends_with('=')) {
            Some((assigned, behind)) => (format!("{assigned}$("), behind),
            None => (String::new(), bare),
        };
        let name = self.name;
        let forms = [
            format!("\"${{{name}[@]}}\""),
            format!("${{{name}[@]}}"),
            format!("\"${{{name}}}\""),
            format!("\"${name}\""),
            format!("${{{name}}}"),
            format!("${name}"),
            name.to_owned(),
        ];
        let forms = if self.is_alias { forms.get(6..)? } else { forms.get(..6)? };
        let behind = forms.iter().find_map(|form| bare.strip_prefix(form.as_str()))?;
        behind.starts_with([' ', '\t']).then(|| format!("{indent}{before}{}{behind}", self.value))
    }
}

#[cfg(test)]
mod tests {
    use super::off;

    #[test]
    fn a_program_is_called_by_its_variable() {
        let table = [
            ("CURL=\"curl -sS\"\n$CURL https://h.test -d x", Some("curl -sS https://h.test -d x")),
            (
                "#!/bin/sh\ncurl=curl\n${curl} https://h.test/a\n\"$curl\" https://h.test/b",
                Some("#!/bin/sh\ncurl https://h.test/a\ncurl https://h.test/b"),
            ),
            ("C=(curl -s -L)\nR=$(\"${C[@]}\" https://h.test)", Some("R=$(curl -s -L https://h.test)")),
            ("alias c='curl -s'\nc https://h.test", Some("curl -s https://h.test")),
            ("alias c='curl -s'\n$c https://h.test", None),
            ("CURL=curl\n$CURLX https://h.test", None),
            ("R=\"curl https://h.test\"\n$R -d x", None),
            ("CURL=\"curl -sS\"\ncurl https://h.test", None),
        ];
        for (text, expected) in table {
            assert_eq!(off(text).as_deref(), expected, "{text}");
        }
    }
}
