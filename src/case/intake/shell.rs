//! Splits one shell command into words, as bash does, and forgives what copying does to a command.
//!
//! Ours, because the known splitters lack `$'…'`, CRLF continuations and here-documents, and because a variable must
//! become a reference (`[env:NAME]`) instead of nothing.

mod array;
mod braces;
pub(super) mod cmd;
mod dialect;
mod dollar;
mod expand;
mod jq;
mod json;
mod link;
mod pattern;
pub(super) mod powershell;
mod quote;
mod redirect;
mod substitution;
mod sum;
mod variables;

use super::flags;

pub(super) use dialect::Dialect;
pub(super) use link::at as link_at;
pub(super) use variables::Variables;

/// Most bytes that variables assigned in the paste may add to one command: `B=$A$A; C=$B$B; …` doubles each time.
const MOST_EXPANDED: usize = 1 << 20;

/// Each such search may read the whole rest of a text; more than these are not made.
const MOST_FAILED_HEREDOCS: usize = 8;

/// One command.
#[derive(Default)]
pub(super) struct Command {
    /// Its words, quotes removed, variables replaced.
    pub(super) words: Vec<String>,
    /// Where each stands: bytes of the text.
    pub(super) spans: Vec<(usize, usize)>,
    /// Byte of the text behind it.
    pub(super) end: usize,
    /// What a here-document or here-string gives it.
    pub(super) stdin: Option<String>,
    /// The file that it reads from (`< body.json`).
    pub(super) stdin_file: Option<String>,
    /// The file that it writes to (`> body.json`).
    pub(super) stdout_file: Option<String>,
    /// It writes behind what stands there (`>>`).
    pub(super) appends: bool,
    /// The files that `<(…)` makes: the word that names one, and its text.
    pub(super) given: Vec<(String, String)>,
    /// Byte behind its last word, where the rest of its line begins; a here-document may stand between that and `end`.
    pub(super) stopped: usize,
    /// What was forgiven.
    pub(super) oddities: Oddities,
    /// Whose rules were followed.
    pub(super) dialect: Dialect,
}

impl Command {
    fn push(&mut self, word: String, start: usize, end: usize) {
        self.words.push(word);
        self.spans.push((start, end));
    }
}

/// What was forgiven while splitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks, each becomes one finding")]
pub(super) struct Oddities {
    /// Typographic quotes took the place of quotes.
    pub(super) smart_quotes: bool,
    /// No-break or zero-width spaces between words.
    pub(super) odd_spaces: bool,
    /// A backslash with a space behind it at the end of a line, or none at all where options follow on the next line.
    pub(super) continuation: bool,
    /// A quote that nothing closes.
    pub(super) open_quote: bool,
    /// A quote that an apostrophe closed in the middle of a JSON body, which was read on.
    pub(super) apostrophe: bool,
    /// `$(…)` or backticks: another command's output, not run.
    pub(super) substitution: bool,
    /// `&` inside an address that is not quoted.
    pub(super) bare_ampersand: bool,
    /// The output was piped or redirected.
    pub(super) piped: bool,
    /// A comment between its lines ends it, with more options behind.
    pub(super) commented: bool,
}

/// Splits the command that begins at byte `start` of `text`, as the shell does that it was written for. `in_backticks`: it
/// stands in inline code; `below`: its here-document stands at or behind this byte, for those before belong to others.
pub(super) fn split_any(
    text: &str,
    start: usize,
    variables: &Variables,
    in_backticks: bool,
    below: usize,
) -> Command {
    let dialect = Dialect::of(text, start, in_backticks);
    // `--%`: the rest of the line goes to the program as it stands.
    let line = text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or("");
    if let Some(at) = line.find(" --% ") {
        return powershell::stopped(text, start, start + at, variables);
    }
    let command = match dialect {
        Dialect::Posix => split_within(text, start, variables, in_backticks, 0, below),
        Dialect::Cmd => cmd::split(text, start, variables),
        Dialect::PowerShell => powershell::split(text, start, variables),
    };
    Command { dialect, ..command }
}

/// What jq prints that is called with `words`, where nothing has to be run for it.
pub(super) fn printed_by_jq(words: &[String]) -> Option<String> {
    jq::printed(words)
}

/// Whether `text` is what the pattern of a `case` says.
pub(super) fn is_like(text: &str, pattern: &str, variables: &Variables) -> bool {
    let letters = pattern::letters(pattern, &|name| variables.get(name).cloned());
    letters.and_then(|letters| pattern::Pattern::of(&letters)).is_some_and(|pattern| pattern.is(text))
}

/// The same for bash and its kin.
pub(super) fn split(text: &str, start: usize, variables: &Variables, in_backticks: bool) -> Command {
    split_within(text, start, variables, in_backticks, 0, 0)
}

/// The command inside a substitution, in which no other is looked into.
fn split_inner(text: &str, start: usize, variables: &Variables) -> Command {
    split_within(text, start, variables, false, MOST_FAILED_HEREDOCS, 0)
}

fn split_within(
    text: &str,
    start: usize,
    variables: &Variables,
    in_backticks: bool,
    failed_heredocs: usize,
    below: usize,
) -> Command {
    let mut shell = Shell {
        text,
        at: start,
        variables,
        word: String::new(),
        word_start: start,
        step_start: start,
        in_word: false,
        in_quotes: false,
        in_nu: false,
        discard: false,
        takes_file: false,
        takes_stdin: false,
        commented: false,
        heredoc: None,
        expanded: 0,
        failed_heredocs,
        json_from: None,
        failed_bodies: 0,
        ranges: Vec::new(),
        out: Command::default(),
    };
    while shell.step(in_backticks) {}
    shell.step_start = shell.at;
    shell.end_word();
    shell.out.stopped = shell.at.min(text.len());
    shell.read_heredoc(below);
    shell.out.end = shell.at.min(text.len());
    shell.out
}

#[expect(clippy::struct_excessive_bools, reason = "independent marks of where the reader stands")]
struct Shell<'a> {
    text: &'a str,
    at: usize,
    variables: &'a Variables,
    word: String,
    word_start: usize,
    /// Where the present step began.
    step_start: usize,
    in_word: bool,
    /// In double quotes, where blanks part no words.
    in_quotes: bool,
    /// In nushell's `$"…"`.
    in_nu: bool,
    /// The next word is the target of a redirection.
    discard: bool,
    /// The next word is the file to read from.
    takes_file: bool,
    /// The next word is a here-string.
    takes_stdin: bool,
    /// A comment stands where the line before goes on.
    commented: bool,
    heredoc: Option<redirect::HereDoc>,
    expanded: usize,
    /// Here-documents in substitutions that were searched for their end in vain.
    failed_heredocs: usize,
    /// Where in the present word a JSON body in single quotes began.
    json_from: Option<usize>,
    /// Bodies whose end was searched for in vain.
    failed_bodies: usize,
    /// Where in the present word ranges of bash's braces (`{1..3}`) stand: their first byte and the one behind them.
    ranges: Vec<(usize, usize)>,
    out: Command,
}

impl<'a> Shell<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn push(&mut self, c: char) {
        self.word.push(c);
        self.in_word = true;
    }

    fn end_word(&mut self) {
        if !self.in_word {
            return;
        }
        let word = std::mem::take(&mut self.word);
        let ranges = std::mem::take(&mut self.ranges);
        self.json_from = None;
        self.in_word = false;
        if std::mem::take(&mut self.takes_stdin) {
            // bash ends a here-string with a line end.
            self.out.stdin = Some(format!("{word}\n"));
        } else if std::mem::take(&mut self.takes_file) {
            self.out.stdin_file = Some(word);
        } else if std::mem::take(&mut self.discard) {
            self.out.stdout_file = Some(word);
        } else {
            for word in braces::expanded(word, &ranges) {
                self.out.push(word, self.word_start, self.step_start.max(self.word_start));
            }
        }
    }

    /// Takes one piece of the command; false at its end.
    fn step(&mut self, in_backticks: bool) -> bool {
        self.step_start = self.at;
        if !self.in_word {
            self.word_start = self.at;
        }
        let Some(c) = self.peek() else { return false };
        match c {
            '\n' => return self.newline(),
            '\r' => {
                self.bump();
            }
            '#' if !self.in_word => self.skip_line(),
            '\'' => self.single(),
            '"' => self.double(),
            '‘' | '’' | '‚' | '“' | '”' | '„' if !self.in_word => self.smart(c),
            '$' => self.dollar(),
            'r' if !self.in_word && self.raw() => {}
            '\\' => self.backslash(),
            '`' if in_backticks => return false,
            // Another shell's, in a command that is bash otherwise.
            '^' | '`' if line_ends(self.rest().get(1..).unwrap_or("")) => {
                self.out.oddities.continuation = true;
                self.skip_line();
                self.bump();
            }
            '`' if !self.in_word && self.text_in_backticks() => {}
            '`' => self.backticks_in_words(),
            '|' | ';' | ')' => {
                self.out.oddities.piped |= c == '|';
                return false;
            }
            '&' => return self.ampersand(),
            '<' | '[' if !self.in_word && self.link() => {}
            '<' | '>' => self.redirect(c),
            '{' if braces::range(self.rest()).is_some() => self.braces(),
            '(' if self.in_word || !self.out.words.is_empty() => self.brackets(),
            '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {
                self.out.oddities.odd_spaces = true;
                self.bump();
            }
            c if c.is_whitespace() => {
                self.out.oddities.odd_spaces |= !c.is_ascii();
                self.bump();
                self.end_word();
            }
            c => {
                self.bump();
                self.push(c);
            }
        }
        true
    }

    /// A newline ends the command, unless options follow on the next line: then the backslash was lost in copying.
    fn newline(&mut self) -> bool {
        self.end_word();
        if self.heredoc.is_some() {
            return false;
        }
        if std::mem::take(&mut self.commented) {
            self.out.oddities.commented = self.rest().get(1..).is_some_and(options_follow);
            return false;
        }
        let mut skipped = 0;
        for line in self.rest().get(1..).unwrap_or("").split_inclusive('\n').take(8) {
            let trimmed = line.trim_start();
            if trimmed.is_empty() || trimmed.starts_with("# ") {
                skipped += line.len();
                continue;
            }
            if !options_follow(trimmed) && !self.is_cut_before(trimmed) {
                return false;
            }
            self.at += 1 + skipped;
            self.out.oddities.continuation = true;
            return true;
        }
        false
    }

    /// Mail and chat wrap a command between an option and its value, or before its address.
    fn is_cut_before(&self, next: &str) -> bool {
        let Some(last) = self.out.words.last() else { return false };
        let begins = next.trim_start_matches(['\'', '"']);
        let is_address = ["http://", "https://"].iter().any(|scheme| begins.starts_with(scheme));
        if takes_value(last) {
            return is_address || next.starts_with(['\'', '"']);
        }
        is_address && !self.out.words.iter().any(|word| word.contains("://") || word.starts_with("[env:"))
    }

    /// `{1..3}` outside quotes.
    fn braces(&mut self) {
        let Some((_, len)) = braces::range(self.rest()) else { return };
        let from = self.word.len();
        self.word.push_str(self.rest().get(..len).unwrap_or(""));
        self.ranges.push((from, self.word.len()));
        self.in_word = true;
        self.at += len;
    }

    /// `(…)` in a word: fish's other command, or a bracket of an address that lost its quotes.
    fn brackets(&mut self) {
        let len = balanced(self.rest()).unwrap_or(1);
        let inside = self.rest().get(..len).unwrap_or("(");
        self.out.oddities.substitution |= inside.contains(' ');
        self.word.push_str(inside);
        self.in_word = true;
        self.at += len;
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    fn backslash(&mut self) {
        self.bump();
        let rest = self.rest();
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\u{a0}']).len();
        let after = rest.get(blank..).unwrap_or("");
        if let Some(len) = self.lost_line_end(blank, after) {
            self.out.oddities.continuation = true;
            self.end_word();
            self.at += len;
        } else if after.is_empty() || after.starts_with('\n') || (blank > 0 && after.starts_with('#')) {
            self.out.oddities.continuation |=
                rest.get(..blank).is_some_and(|b| !b.trim_end_matches('\r').is_empty());
            self.at += blank;
            if after.starts_with('#') {
                self.skip_line();
            }
            if blank > 0 && !rest_is_only_cr(blank, self.text, self.at) {
                self.end_word();
            }
            self.bump();
            self.skip_prompt();
            self.comment_goes_on();
        } else if let Some(c) = self.bump() {
            self.push(c);
        }
    }

    /// The bytes behind a backslash that took a line end along when a form or a chat made one line of the command
    /// (`\ -H …`), or a page wrote it as `<br>`.
    fn lost_line_end(&self, blank: usize, after: &str) -> Option<usize> {
        let broken = ["<br>", "<br/>", "<br />"].iter().find(|mark| after.starts_with(**mark));
        if let Some(mark) = broken {
            return Some(blank + mark.len());
        }
        let next = after.trim_start_matches(['\'', '"']);
        let is_address = || next.starts_with("https://") || next.starts_with("http://");
        let goes_on = options_follow(after) || next.len() < after.len() || is_address();
        (blank > 0 && !self.in_word && goes_on && !after.starts_with('\n')).then_some(blank)
    }

    /// A comment in the middle of a command that goes on: it ends where its line ends, and so does the command in bash.
    fn comment_goes_on(&mut self) {
        let rest = self.rest();
        let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let is_comment = rest.get(indent..).is_some_and(|line| line.starts_with('#'));
        if is_comment && (indent > 0 || !self.in_word) {
            self.commented = true;
        }
    }

    /// A link that a chat or a page made of an address. False where none stands here.
    fn link(&mut self) -> bool {
        let Some((address, len)) = link::at(self.rest()) else { return false };
        let address = address.to_owned();
        self.at += len;
        self.word.push_str(&address);
        self.in_word = true;
        true
    }

    /// `> ` at the start of a continued line is bash's second prompt, copied from a terminal.
    fn skip_prompt(&mut self) {
        let rest = self.rest();
        let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if let Some(after) = rest.get(indent..).and_then(|r| r.strip_prefix("> "))
            && after.starts_with(['-', '\'', '"', 'h'])
        {
            self.at += indent + 2;
        }
    }

    /// `&` ends a command. In an address without quotes it rather belongs to the query, whose quotes were lost.
    fn ampersand(&mut self) -> bool {
        let after = self.rest().get(1..).unwrap_or("");
        if self.word.starts_with("http") && self.word.contains('?') && after.starts_with(is_name_char) {
            self.out.oddities.bare_ampersand = true;
            self.bump();
            self.push('&');
            return true;
        }
        if after.starts_with('>') {
            self.bump();
            self.redirect('>');
            return true;
        }
        false
    }
}

/// At most the first `most` bytes of `text`.
fn head(text: &str, most: usize) -> &str {
    let mut at = most.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.get(..at).unwrap_or(text)
}

fn rest_starts(text: &str, at: usize, with: &str) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with(with))
}

/// True where the blank behind a backslash was the carriage return of a CRLF line alone, which joins as in bash.
fn rest_is_only_cr(blank: usize, text: &str, at: usize) -> bool {
    blank == 1 && at.checked_sub(1).and_then(|b| text.as_bytes().get(b)) == Some(&b'\r')
}

/// An option of curl's that stands without the value which it needs.
fn takes_value(word: &str) -> bool {
    if let Some(name) = word.strip_prefix("--") {
        return flags::long(name).is_some_and(|flag| flag.takes_value);
    }
    let Some(letters) = word.strip_prefix('-') else { return false };
    // The first letter that needs a value takes the rest of the word as one.
    let needs = letters.char_indices().find(|(_, c)| flags::short(*c).is_some_and(|flag| flag.takes_value));
    needs.is_some_and(|(at, c)| at + c.len_utf8() == letters.len())
}

/// Options on the next line: what joins the lines was lost in copying.
fn options_follow(rest: &str) -> bool {
    let next = rest.trim_start_matches([' ', '\t', '\r']);
    next.strip_prefix('-').is_some_and(|option| {
        option.trim_start_matches('-').starts_with(|c: char| c.is_ascii_alphabetic())
            && !next.starts_with("---")
    })
}

fn line_ends(rest: &str) -> bool {
    rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n')
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The variable's name at the start of `text`; empty where there is none. Longer ones than a reference can hold are none.
fn identifier(text: &str) -> &str {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return "";
    }
    let len = text.find(|c: char| !is_name_char(c)).unwrap_or(text.len());
    if len > 100 { "" } else { text.get(..len).unwrap_or("") }
}

/// Characters in which the end of a bracket is looked for.
const MOST_BALANCED: usize = 400;

/// Length of `(…)` at the start of `text`, within one line and a few hundred bytes.
fn balanced(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices().take(MOST_BALANCED) {
        match c {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            '\n' => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        split(text, 0, &Variables::new(), false).words
    }

    #[test]
    fn words_are_split_as_bash_does() {
        let table: &[(&str, &[&str])] = &[
            ("a 'b c' \"d e\" f\\ g", &["a", "b c", "d e", "f g"]),
            ("a'b'\"c\"d", &["abcd"]),
            ("'it'\\''s'", &["it's"]),
            ("$'a\\'b\\n\\u00e4\\x41\\101'", &["a'b\näAA"]),
            ("\"a\\\"b \\n $X ${Y} ${Z:-d} $ $5\"", &["a\"b \\n [env:X] [env:Y] [env:Z] $ $5"]),
            ("'$X' $env:Y", &["$X", "[env:Y]"]),
            ("a \\\n  b\\\r\nc", &["a", "bc"]),
            ("a \\\r\n  -b", &["a", "-b"]),
            ("a \\ \n -b", &["a", "-b"]),
            ("a \\ # why\n -b", &["a", "-b"]),
            ("a\n  -H 'x: y'\n{\"error\":1}", &["a", "-H", "x: y"]),
            ("a # comment\n# more\n --data x", &["a", "--data", "x"]),
            ("a b#c", &["a", "b#c"]),
            ("a b | jq .", &["a", "b"]),
            ("a b 2>&1 >out.json -c; d", &["a", "b", "-c"]),
            ("a b 2>/dev/null -c && d", &["a", "b", "-c"]),
            ("a ''", &["a", ""]),
            ("a -o >(cat >&2) b", &["a", "-o", ">(cat >&2)", "b"]),
            ("a “b c” ‘d’s e’ f", &["a", "b c", "d’s e", "f"]),
            ("a\u{a0}b\u{200b}c", &["a", "bc"]),
            ("a http://h/?a=b&c=d -e", &["a", "http://h/?a=b&c=d", "-e"]),
            ("a http://h/v1/models/<MODEL_ID> -e", &["a", "http://h/v1/models/<MODEL_ID>", "-e"]),
            ("a $(cat key.txt) b", &["a", "$(cat key.txt)", "b"]),
            ("a \"$(printf '{\"m\":\"%s\"}' gpt)\" b", &["a", "{\"m\":\"gpt\"}", "b"]),
            ("a \"x$(echo '{\"m\": \"y\"}')z\"", &["a", "x{\"m\": \"y\"}z"]),
            ("a \"$(cat key.txt)\" b", &["a", "$(cat key.txt)", "b"]),
            ("a ^\n -b `\n -c", &["a", "-b", "-c"]),
            ("a \\\n> -b \\\n> 'c'", &["a", "-b", "c"]),
            ("a \\ -b 'c' \\ -d \\ 'e'", &["a", "-b", "c", "-d", "e"]),
            ("a \\<br>-b \\<br/> c", &["a", "-b", "c"]),
            ("a b\\ -c \\ d", &["a", "b -c", " d"]),
        ];
        for (text, expected) in table {
            assert_eq!(words(text), *expected, "{text:?}");
        }
    }

    #[test]
    fn here_documents_are_the_standard_input() {
        let variables = Variables::from([("M".to_owned(), "gpt".to_owned())]);
        let text = "c -d @- <<EOF\n{\"model\":\"$M\",\"k\":\"$K\"}\nEOF\nnext";
        let command = split(text, 0, &variables, false);
        assert_eq!(command.words, ["c", "-d", "@-"]);
        assert_eq!(command.stdin.as_deref(), Some("{\"model\":\"gpt\",\"k\":\"[env:K]\"}\n"));
        assert_eq!(text.get(command.end..), Some("next"));
        let quoted = split("c -d @- << 'E'\n$M\nE\n", 0, &variables, false);
        assert_eq!(quoted.stdin.as_deref(), Some("$M\n"));
        assert_eq!(split("c -d @- <<< \"$M\"", 0, &variables, false).stdin.as_deref(), Some("gpt\n"));
        let escaped = split("c -d @- <<-E\n\t\\$M \\\\ \\n\n\tE\n", 0, &variables, false);
        assert_eq!(escaped.stdin.as_deref(), Some("$M \\ \\n\n"));
        let catted = split("c -d \"$(cat <<'E'\n{\"a\":\"$M\"}\n\nE\n)\" -X PUT", 0, &variables, false);
        assert_eq!(catted.words, ["c", "-d", "{\"a\":\"$M\"}", "-X", "PUT"]);
        let other = split("c -d \"$(cat <<E\nx\"", 0, &variables, false);
        assert!(other.oddities.substitution);
        assert!(split("c 'open", 0, &variables, false).oddities.open_quote);
    }

    #[test]
    fn variables_cannot_grow_without_bound() {
        let variables = Variables::from([("A".to_owned(), "x".repeat(MOST_EXPANDED / 2))]);
        let command = split(&"\"$A$A$A$A\" ".repeat(10), 0, &variables, false);
        assert!(command.words.iter().map(String::len).sum::<usize>() <= MOST_EXPANDED + 10_000);
    }

    proptest! {
        #[test]
        fn any_text_is_split(text in "[\\PC\\n\\r'\"\\\\$<>&|`{}()#^ ]{0,80}", backticks: bool) {
            let command = split(&text, 0, &Variables::new(), backticks);
            prop_assert!(command.end <= text.len());
            prop_assert!(text.is_char_boundary(command.end));
        }
    }
}
