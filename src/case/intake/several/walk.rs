//! The way through the commands of a text: what was assigned before each, its turns in loops and functions, and what stands
//! below it.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;

use crate::case::catalog::Catalog;
use crate::case::finding::{Finding, Level};
use crate::case::intake::script::{self, Script};
use crate::case::intake::several::{branches, turns};
use crate::case::intake::shell::{self, Dialect, Variables};
use crate::case::intake::{
    answer, command, curl, embedded, httpie, inner, litellm, literal_key, reported_above, tries, web_request,
    wget,
};
use crate::case::keyring::KeyRing;
use crate::case::request::{Draft, Intake, Tried};

/// Deepest script in a word of a script.
const DEEPEST: usize = 4;

/// More answers in a row that name a command are not stepped over.
const MOST_ANSWERS: usize = 50;

/// More commands than the script in a word has.
const MOST_INNER: usize = 50;

/// What one command makes.
pub(super) struct Commands {
    /// Its requests: one, and one more for each `--next`.
    pub(super) intakes: Vec<Intake>,
    /// The next command.
    pub(super) next: Option<command::Found>,
}

/// The way through the commands of a text; each byte is read for one command only.
pub(super) struct Walk<'a> {
    text: &'a str,
    files: curl::Files<'a>,
    catalog: &'a Catalog,
    /// What was assigned so far.
    variables: Variables,
    /// For each shell, up to which byte its assignments were read.
    assigned: [usize; 3],
    /// Text before this byte belongs to commands that were read.
    from: usize,
    /// Loops and functions.
    script: Script,
    /// Files that the text itself writes, with their text.
    written: BTreeMap<String, String>,
    /// How many scripts are around this one.
    depth: usize,
}

impl<'a> Walk<'a> {
    /// The way from the beginning of `text`.
    pub(super) fn new(text: &'a str, files: curl::Files<'a>, catalog: &'a Catalog) -> Self {
        let script = Script::of(text);
        let mut variables = Variables::new();
        for (name, body) in script.texts(text) {
            variables.insert(format!("{name}()"), body.to_owned());
        }
        Self {
            text,
            files,
            catalog,
            variables,
            assigned: [0; 3],
            from: 0,
            script,
            written: BTreeMap::new(),
            depth: 0,
        }
    }

    /// The command at `found`, and what stands below it, up to the next.
    pub(super) fn commands(&mut self, found: command::Found, ring: &mut KeyRing) -> Commands {
        let held = ring.iter().count();
        self.assign(found, ring);
        let above = self.text.get(self.from..found.line).unwrap_or("");
        let mut read = self.read(found, ring);
        let by_litellm = is_by_litellm(above);
        if by_litellm
            && let Some((end, finding)) =
                litellm::mend(self.text, found.arguments, &mut read.draft, self.catalog, ring)
        {
            read.findings = vec![finding];
            read.end = read.end.max(end);
        }
        // A here-document of the command before it on the same line stands below both.
        read.end = read.end.max(self.from);
        let ((below_from, rest_end), next) = self.pass(found, &read);
        let rest = self.text.get(below_from..rest_end).unwrap_or("");
        let mut below = answer::below(rest, read.prints_status, self.catalog, ring);
        if below.attempt.is_none() {
            below = reported_above(above, self.catalog, ring);
        }
        if ring.iter().count() > held && !read.findings.iter().any(|f| f.id == "literal_key") {
            read.findings.push(literal_key());
        }
        if let Some(attempt) = &mut below.attempt {
            // What was sent had the secrets in it; a variable without a value leaves the masked length.
            let sent = ring.resolve(&read.draft.body).map(|body| body.expose_secret().len());
            attempt.request_bytes = sent.unwrap_or(read.draft.body.len()) as u64;
        }
        let own = self.text.get(found.line..read.end).unwrap_or("");
        read.findings.extend(branches::noticed(self.text.get(..found.line).unwrap_or(""), own));
        for finding in &mut read.findings {
            finding.span.get_or_insert((found.line, read.end));
        }
        let tried = if below.attempt.is_some() { tries::read(rest) } else { Tried::default() };
        let mut intakes = intakes(found, by_litellm, read, below);
        if let Some(first) = intakes.first_mut() {
            first.tried = tried;
        }
        Commands { intakes, next }
    }

    /// Takes what was assigned between the command before and this one.
    fn assign(&mut self, found: command::Found, ring: &mut KeyRing) {
        let dialect = Dialect::of(self.text, found.arguments, found.in_backticks);
        let end = match dialect {
            Dialect::Posix => found.arguments,
            Dialect::Cmd => found.start,
            Dialect::PowerShell => found.line,
        };
        let mut take = |of: Dialect, end: usize| {
            let at = self.assigned.get_mut(of as usize);
            let from = at.map_or(end, |at| std::mem::replace(at, end.max(*at)));
            self.text.get(from..end).unwrap_or("")
        };
        let posix = take(Dialect::Posix, found.arguments);
        let own = take(dialect, end);
        command::assignments(posix, &mut self.variables, ring);
        let mut files = script::files_written(posix, &self.variables);
        match dialect {
            Dialect::PowerShell => {
                shell::powershell::assignments(own, &mut self.variables, ring);
                files.extend(shell::powershell::files_written(own, &self.variables));
            }
            Dialect::Cmd => shell::cmd::assignments(own, &mut self.variables, ring),
            Dialect::Posix => {}
        }
        for file in files {
            let text = self.written.entry(of_folder(&file.path).to_owned()).or_default();
            if !file.appends {
                text.clear();
            }
            text.push_str(&file.text);
        }
    }

    /// The command as each of its runs has it: in a loop or a function there may be several.
    fn read(&self, found: command::Found, ring: &mut KeyRing) -> curl::Read {
        let written = |path: &str| self.written.get(of_folder(path)).cloned().or_else(|| (self.files)(path));
        if let Some(turns) = turns::of(self.text, &found, &self.variables, &written)
            && let Some(read) = self.script_in(&turns.script, &self.variables, ring)
        {
            return curl::Read { end: turns.end, stopped: turns.end, ..read };
        }
        let is_open = self.script.is_open(self.text, found.start, &self.variables);
        let mut read = self.turns(found, ring);
        if is_open {
            let finding = Finding::new(
                "in_a_loop",
                Level::Warning,
                "the command stands in a loop whose turns are not known here; it is shown once, and what the loop gives is open",
            );
            read.findings.push(finding.fix("paste the command of the turn that failed, with its values"));
        }
        read
    }

    /// The same without a word on its loops.
    fn turns(&self, found: command::Found, ring: &mut KeyRing) -> curl::Read {
        let runs = self.script.runs(self.text, found.start, &self.variables, ring);
        let mut reads = runs.iter().map(|variables| self.run(found, variables, ring));
        let Some(mut first) = reads.next() else { return self.run(found, &self.variables, ring) };
        for read in reads {
            first.others.push((read.draft, read.findings));
            first.others.extend(read.others);
        }
        first
    }

    fn run(&self, found: command::Found, variables: &Variables, ring: &mut KeyRing) -> curl::Read {
        let text = self.text;
        let written = |path: &str| self.written.get(of_folder(path)).cloned().or_else(|| (self.files)(path));
        let files: curl::Files<'_> = &written;
        if found.program == command::Program::Wget {
            let command = shell::split_any(text, found.arguments, variables, found.in_backticks, self.from);
            let mut read = curl::read_words(wget::as_curl(command), None, files, self.catalog, ring);
            wget::named(&mut read.findings);
            return read;
        }
        if found.program != command::Program::Curl {
            return httpie::read(text, &found, self.from, variables, files, self.catalog, ring);
        }
        if let Some((draft, findings, end)) =
            web_request::of_alias(text, found.arguments, variables, self.catalog, ring)
        {
            return curl::Read { draft, end, findings, ..curl::Read::default() };
        }
        if let Some(command) = embedded::list(text, &found) {
            return curl::read_words(command, None, files, self.catalog, ring);
        }
        if let Some(word) = inner::word(text, &found, variables)
            && let Some(read) = self.script_in(&word.script, variables, ring)
        {
            return curl::Read { end: word.end, stopped: word.end, ..read };
        }
        if let Some(inner) = embedded::string(text, &found) {
            let within = command::Found {
                line: 0,
                start: 0,
                arguments: found.arguments - found.start,
                in_backticks: false,
                ..found
            };
            let mut read = curl::read(&inner.text, &within, 0, variables, files, self.catalog, ring);
            for finding in &mut read.findings {
                finding.span = None;
            }
            return curl::Read { end: inner.end, stopped: inner.end, ..read };
        }
        curl::read(text, &found, self.from, variables, files, self.catalog, ring)
    }

    /// The commands of a script that stands in a word of another command, as one with further requests.
    fn script_in(&self, script: &str, variables: &Variables, ring: &mut KeyRing) -> Option<curl::Read> {
        if self.depth >= DEEPEST {
            return None;
        }
        let mut walk = Walk::new(script, self.files, self.catalog);
        walk.variables.extend(variables.iter().map(|(name, value)| (name.clone(), value.clone())));
        walk.written.clone_from(&self.written);
        walk.depth = self.depth + 1;
        let mut found = Some(command::find(script, 0)?);
        let mut whole: Option<curl::Read> = None;
        for _ in 0..MOST_INNER {
            let Some(next) = found else { break };
            walk.assign(next, ring);
            let mut read = walk.read(next, ring);
            for finding in &mut read.findings {
                finding.span = None;
            }
            read.end = read.end.max(walk.from);
            found = walk.pass(next, &read).1;
            match &mut whole {
                None => whole = Some(read),
                Some(whole) => {
                    whole.others.push((read.draft, read.findings));
                    whole.others.extend(read.others);
                }
            }
        }
        whole
    }

    /// Goes on behind a command that was read: where what stands below it begins and ends, and the command that follows.
    fn pass(&mut self, found: command::Found, read: &curl::Read) -> ((usize, usize), Option<command::Found>) {
        let (below_from, next) = self.next(found, read.stopped, read.end);
        let rest_end = next.map_or(self.text.len(), |next| next.line.max(below_from));
        self.from = rest_end;
        for assigned in &mut self.assigned {
            *assigned = (*assigned).max(below_from.min(rest_end));
        }
        ((below_from, rest_end), next)
    }

    /// Where what stands below the command begins, and the command that follows.
    /// Its words stop at byte `stopped`, and what it takes up, at `end`.
    fn next(&self, found: command::Found, stopped: usize, end: usize) -> (usize, Option<command::Found>) {
        let mut below_from = end;
        // What a pipe led to belongs to the command's line.
        if !self.text.get(..end).is_some_and(|before| before.ends_with('\n')) {
            let line_end = self.text.get(end..).and_then(|rest| rest.find('\n'));
            below_from = line_end.map_or(self.text.len(), |at| end + at);
        }
        // Its here-document stands below the rest of its line, and another command may be there.
        if let Some(next) = self.beside_heredoc(found, stopped, end) {
            return (below_from, Some(next));
        }
        // In a sentence there may be another one in inline code.
        let prose = |next: &command::Found| found.in_backticks && next.in_backticks;
        let next = self.find_behind_answers(below_from).filter(|next| !next.in_prose || prose(next));
        // Another command on the same line, behind `;` or `&&`.
        let same_line = self.text.get(end..below_from).and_then(|rest| {
            let joint = rest.trim_start();
            let joined = joint.starts_with([';', '&']);
            let coded = || found.in_backticks && rest.trim_start_matches('`').contains('`');
            (joined || coded())
                .then(|| command::find(self.text, end))
                .flatten()
                .filter(|next| joined || next.in_backticks)
        });
        let next = same_line
            .filter(|n| n.arguments <= below_from)
            .map(|n| command::Found { line: end, ..n })
            .or(next);
        (below_from, next.filter(|next| next.arguments > found.arguments))
    }

    /// The next command at or behind byte `from` that stands in no answer which speaks of one.
    fn find_behind_answers(&self, mut from: usize) -> Option<command::Found> {
        for _ in 0..MOST_ANSWERS {
            let found = command::find(self.text, from)?;
            let line = self.text.get(found.line..).and_then(|rest| rest.lines().next()).unwrap_or("");
            let is_json = || serde_json::from_str::<serde::de::IgnoredAny>(line.trim()).is_ok();
            if !line.trim_start().starts_with('{') || !is_json() {
                return Some(found);
            }
            from = found.line + line.len();
        }
        command::find(self.text, from)
    }

    /// The command on the line of a here-document's mark, behind `;` or `&&`: `curl A -d @- <<EOF && curl B`.
    fn beside_heredoc(&self, found: command::Found, stopped: usize, end: usize) -> Option<command::Found> {
        let line = self.text.get(stopped..end)?.split('\n').next()?;
        if line.len() == end - stopped || !line.trim_start().starts_with([';', '&']) || stopped <= found.line
        {
            return None;
        }
        let next = command::find(self.text, stopped)?;
        (next.arguments <= stopped + line.len()).then_some(command::Found { line: stopped, ..next })
    }
}

/// LiteLLM logs what it sends as a command, below a line of these words (`litellm_logging.py`, `_get_request_curl_command`).
fn is_by_litellm(above: &str) -> bool {
    above.lines().next_back().is_some_and(|line| line.contains("Request Sent from LiteLLM"))
}

/// The requests of a command, the first with what stands below it.
fn intakes(found: command::Found, by_litellm: bool, read: curl::Read, below: answer::Below) -> Vec<Intake> {
    let (kind, client) = match found.program {
        command::Program::Httpie { .. } => ("httpie", "httpie"),
        command::Program::Xh { .. } => ("httpie", "xh"),
        command::Program::Wget => ("wget", "wget"),
        command::Program::Curl if by_litellm => ("curl", "litellm"),
        command::Program::Curl => ("curl", "curl"),
    };
    let of = |draft: Draft, findings: Vec<Finding>| Intake {
        kind,
        draft: Some(draft),
        client: Some(client.to_owned()),
        findings,
        ..Intake::default()
    };
    let first = Intake {
        observed: below.attempt,
        said: below.said,
        deadlines: read.deadlines,
        body_file: read.body_file,
        ..of(read.draft, read.findings)
    };
    let others = read.others.into_iter().map(|(draft, findings)| of(draft, findings));
    std::iter::once(first).chain(others).collect()
}

/// The path without the mark of the folder in which it is looked for.
fn of_folder(path: &str) -> &str {
    path.strip_prefix("./").or_else(|| path.strip_prefix(".\\")).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use crate::case::intake::{curl, several};

    use super::*;

    fn pieces(text: &str) -> Vec<several::Piece> {
        several::read_all(text, &curl::no_files, &Catalog::built_in(), &mut KeyRing::default())
    }

    /// Each request has a body of its own: many addresses of one command may not hold it again and again.
    #[test]
    fn what_is_never_closed_takes_no_more_memory_than_its_text() {
        let table = [
            "curl https://h.test/a -d \"$(cat <<EOF\n{EOF\n)\"",
            "curl https://h.test/a -d @- <<EOF; ",
            "curl https://h.test/a -d @- <<EOF\n",
            "for i in a b; do curl https://h.test/$i -d x\n",
            "sh -c 'curl https://h.test/a -d x\n",
        ];
        for part in table {
            let text = part.repeat(1500);
            let held: usize = pieces(&text)
                .iter()
                .filter_map(|piece| piece.intake.draft.as_ref())
                .map(|draft| draft.body.len() + draft.url.len())
                .sum();
            assert!(held <= text.len() * 60, "{part:?}: {held} bytes of {}", text.len());
        }
        let many = format!("curl -d {} {}", "x".repeat(1 << 20), "https://h.test/a ".repeat(500));
        let held: usize =
            pieces(&many).iter().filter_map(|p| p.intake.draft.as_ref()).map(|d| d.body.len()).sum();
        assert!(held <= 20 << 20, "{held}");
    }

    #[test]
    fn scripts_in_words_have_their_own_assignments_and_commands() {
        let text = "bash -c 'K=abc; curl https://h.test/a -H \"X-A: $K\"; curl https://h.test/b -d y' && curl https://h.test/c";
        let urls: Vec<String> =
            pieces(text).iter().filter_map(|p| p.intake.draft.as_ref()).map(|d| d.url.clone()).collect();
        assert_eq!(urls, ["https://h.test/a", "https://h.test/b", "https://h.test/c"]);
    }

    #[test]
    fn an_answer_that_names_a_command_is_no_request() {
        let text = "curl https://h.test/a -d x\n{\"error\":{\"message\":\"curl https://h.test/z failed\"}}\ncurl https://h.test/b";
        let urls: Vec<String> =
            pieces(text).iter().filter_map(|p| p.intake.draft.as_ref()).map(|d| d.url.clone()).collect();
        assert_eq!(urls, ["https://h.test/a", "https://h.test/b"]);
    }

    #[test]
    fn a_loop_that_is_not_known_is_said() {
        for (text, said) in [
            ("while true; do\n  curl https://h.test/a\ndone\n", true),
            ("cat list | while read m; do curl https://h.test/$m; done\n", true),
            ("while read m; do curl https://h.test/$m; done < list\n", true),
            ("seq 3 | xargs -I % curl https://h.test/%\n", false),
            ("cat list | xargs -I % curl https://h.test/%\n", true),
            ("foreach ($m in 'a', 'b') { curl.exe https://h.test/$m }\n", false),
            ("for %i in (a b) do curl https://h.test/%i\n", false),
            ("for i in 1 2; do curl https://h.test/$i; done\n", false),
        ] {
            let found = pieces(text).iter().any(|p| p.intake.findings.iter().any(|f| f.id == "in_a_loop"));
            assert_eq!(found, said, "{text}");
        }
    }
}
