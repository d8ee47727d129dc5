//! `$(…)` and backticks: what another command prints, where nothing has to be run for it.

use super::redirect::HereDoc;
use super::{MOST_BALANCED, MOST_FAILED_HEREDOCS, Shell, balanced, sum};

/// More numbers than `seq` is asked for to count a few requests.
const MOST_NUMBERS: usize = 1000;

/// What `echo` prints of plain words.
pub(super) fn echoed(command: &str) -> Option<String> {
    let words = command.trim().strip_prefix("echo ")?;
    let words = words.strip_prefix("-n ").unwrap_or(words).trim();
    let whole = ['"', '\''].iter().find_map(|quote| words.strip_prefix(*quote)?.strip_suffix(*quote));
    let inside = whole.unwrap_or(words);
    let is_plain = !inside.contains(['$', '`', '|', ';', '&', '<', '>', '\\', '"', '\'', '*', '?', '(', ')']);
    is_plain.then(|| {
        if whole.is_some() {
            inside.to_owned()
        } else {
            inside.split_whitespace().collect::<Vec<_>>().join(" ")
        }
    })
}

impl Shell<'_> {
    /// `$(…)` of another kind: what it gives where that is known, else as it is written.
    pub(super) fn substitution(&mut self) {
        let rest = self.rest();
        let after = rest.get(1..).unwrap_or("");
        let len = self.balanced_bracket(after).unwrap_or(1);
        if let Some(text) = after.get(..len).and_then(|inside| self.reckoned(inside)) {
            self.at += 1 + len;
            self.word.push_str(&text);
            return;
        }
        // What is assigned is not parted into words, as within quotes.
        let is_assigned = self.out.words.is_empty()
            && self
                .word
                .strip_suffix('=')
                .is_some_and(|name| crate::case::intake::command::is_name(name.trim_end_matches('+')));
        if (self.in_quotes || is_assigned)
            && let Some(printed) = self.printed(self.at + 2)
        {
            if let Ok(text) = printed.text
                && !printed.substitution
            {
                self.word.push_str(text.trim_end_matches('\n'));
                self.at = printed.end;
                return;
            }
            // What stands in it is read once more.
            self.variables.searched_in_vain(printed.end.saturating_sub(self.at));
        }
        self.out.oddities.substitution = true;
        let inside = rest.get(..=len).unwrap_or("$");
        self.at += inside.len();
        self.word.push_str(inside);
    }

    /// [`balanced`], which is not looked for any more where too much was searched in vain.
    fn balanced_bracket(&self, text: &str) -> Option<usize> {
        if !self.variables.may_search() {
            return None;
        }
        let len = balanced(text);
        if len.is_none() {
            self.variables.searched_in_vain(text.len().min(MOST_BALANCED));
        }
        len
    }

    /// What `((1+2))` or `(echo word)` gives, where nothing has to be run for it.
    pub(super) fn reckoned(&self, inside: &str) -> Option<String> {
        if let Some(sum) = inside.strip_prefix("((").and_then(|rest| rest.strip_suffix("))")) {
            return sum::value(sum, &|name| self.variables.get(name).cloned()).map(|sum| sum.to_string());
        }
        let command = inside.strip_prefix('(')?.strip_suffix(')')?;
        if let Some((before, behind)) = command.split_once('|') {
            return self.encoded(before, behind);
        }
        echoed(command).or_else(|| self.counted(command)).or_else(|| self.called(command))
    }

    /// What `echo -n … | base64` prints.
    fn encoded(&self, before: &str, behind: &str) -> Option<String> {
        use base64::Engine as _;
        let mut words = behind.split_whitespace();
        let options = ["-w0", "-w", "0", "--wrap=0"];
        if words.next() != Some("base64") || !words.all(|word| options.contains(&word)) {
            return None;
        }
        let (program, rest) =
            before.trim().split_once(' ').filter(|(program, _)| matches!(*program, "echo" | "printf"))?;
        let command = super::split_inner(rest, 0, self.variables);
        let text = crate::case::intake::command::printed_by(program, &command.words)?;
        let is_known = !command.oddities.substitution && !text.contains("[env:") && text.len() <= 4096;
        is_known.then(|| base64::engine::general_purpose::STANDARD.encode(text))
    }

    /// The numbers that `seq` prints.
    fn counted(&self, command: &str) -> Option<String> {
        let rest = command.trim().strip_prefix("seq ")?;
        let numbers = super::split_inner(rest, 0, self.variables).words;
        let numbers: Vec<i64> = numbers.iter().map(|word| word.parse().ok()).collect::<Option<_>>()?;
        let (from, step, to) = match numbers.as_slice() {
            [to] => (1, 1, *to),
            [from, to] => (*from, 1, *to),
            [from, step, to] => (*from, *step, *to),
            _ => return None,
        };
        let mut printed = Vec::new();
        let mut at = from;
        while step > 0 && at <= to || step < 0 && at >= to {
            if printed.len() >= MOST_NUMBERS {
                return None;
            }
            printed.push(at.to_string());
            at = at.checked_add(step)?;
        }
        (step != 0).then(|| printed.join("\n"))
    }

    /// What a function of the paste prints, which does nothing else than that and to name its arguments.
    fn called(&self, command: &str) -> Option<String> {
        if self.failed_heredocs >= MOST_FAILED_HEREDOCS || !self.variables.may_search() {
            return None;
        }
        let name = command.trim_start().split(char::is_whitespace).next()?;
        let body = self.variables.get(&format!("{name}()"))?;
        let mut turn = self.variables.clone();
        self.variables.searched_in_vain(body.len());
        let words = super::split_inner(command, 0, self.variables).words;
        for (number, word) in (0..=9).zip(&words) {
            turn.insert(number.to_string(), word.clone());
        }
        turn.insert("@[@]".to_owned(), words.get(1..).unwrap_or_default().join("\0"));
        let mut out = String::new();
        let mut at = 0;
        while let Some(line) = body.get(at..).and_then(|rest| rest.split_inclusive('\n').next()) {
            let bare = line.trim_start_matches([' ', '\t', ';', '\n', '\r']);
            let start = at + line.len() - bare.len();
            at += line.len();
            let word = bare.split(|c: char| c.is_whitespace()).next().unwrap_or("");
            let behind = start + word.len();
            if word.is_empty() || word.starts_with('#') {
                continue;
            }
            if matches!(word, "local" | "declare" | "export") || word.contains('=') {
                let from = if word.contains('=') { start } else { behind };
                let assigned = super::split_inner(body, from, &turn);
                for (name, value) in assigned.words.iter().filter_map(|word| word.split_once('=')) {
                    turn.insert(name.to_owned(), value.to_owned());
                }
                at = assigned.end.max(start + 1);
                continue;
            }
            let command = super::split_inner(body, behind, &turn);
            at = command.end.max(behind);
            if command.oddities.substitution || command.oddities.open_quote || command.oddities.piped {
                return None;
            }
            out.push_str(&match (word, command.words.is_empty(), command.stdin) {
                ("cat", true, Some(text)) => text,
                ("echo" | "printf" | "jq", ..) => {
                    crate::case::intake::command::printed_by(word, &command.words)?
                }
                _ => return None,
            });
        }
        Some(out.trim_end_matches('\n').to_owned())
    }

    /// The same as [`Self::substitution_in_backticks`] where blanks of what is printed part words.
    pub(super) fn backticks_in_words(&mut self) {
        let (was_in_word, from) = (self.in_word, self.word.len());
        self.substitution_in_backticks();
        if !self.word.get(from..).is_some_and(|value| value.starts_with('`')) {
            self.parted(from, was_in_word);
        }
    }

    /// `$(cat <<'EOF'⏎ … ⏎EOF⏎)`: its output stands in the paste. False where it is another substitution.
    pub(super) fn heredoc_in_substitution(&mut self) -> bool {
        if self.failed_heredocs >= MOST_FAILED_HEREDOCS || !self.variables.may_search() {
            return false;
        }
        let rest = self.rest();
        let after_cat = rest.get(2..).unwrap_or("").trim_start().strip_prefix("cat").map(str::trim_start);
        let Some(announced) = after_cat.and_then(|r| r.strip_prefix("<<")).filter(|r| !r.starts_with('<'))
        else {
            return false;
        };
        let Some((heredoc, len)) = HereDoc::at(announced) else { return false };
        let behind = announced.get(len..).unwrap_or("");
        if !super::line_ends(behind) {
            return false;
        }
        let before = self.at;
        self.at = self.text.len() - behind.len() + behind.find('\n').map_or(0, |at| at + 1);
        let lines = heredoc.lines(self.rest());
        let behind = self.rest().get(lines.len..).unwrap_or("");
        let space = behind.len() - behind.trim_start().len();
        if !lines.closed || !behind.get(space..).is_some_and(|r| r.starts_with(')')) {
            self.variables.searched_in_vain(lines.len);
            self.at = before;
            self.failed_heredocs += 1;
            return false;
        }
        let body = self.heredoc_text(&heredoc, lines.body);
        self.at += lines.len + space + 1;
        self.word.push_str(body.trim_end_matches('\n'));
        true
    }

    pub(super) fn substitution_in_backticks(&mut self) {
        let before = std::mem::replace(&mut self.out.oddities.substitution, true);
        self.in_word = true;
        self.bump();
        self.word.push('`');
        let len = self.rest().find(['`', '\n']).unwrap_or(self.rest().len());
        if let Some(text) = self.rest().get(..len).and_then(|inside| self.reckoned(&format!("({inside})")))
            && self.rest().get(len..).is_some_and(|rest| rest.starts_with('`'))
        {
            self.word.pop();
            self.word.push_str(&text);
            self.at += len + 1;
            self.out.oddities.substitution = before;
            return;
        }
        let inside = self.rest().get(..len).unwrap_or("");
        self.word.push_str(inside);
        self.at += len;
        if self.peek() == Some('`') {
            self.bump();
            self.word.push('`');
        }
    }
}
