//! A curl command to a [`Draft`], with curl's own meaning of its options.

mod apply;
mod body;
mod build;
mod config;
mod cookies;
mod fields;
mod forgiven;
mod glob;
mod header;
mod refused;
#[cfg(test)]
mod tests;
mod variable;

pub(super) use body::without_line_ends;
pub(super) use fields::deadline as milliseconds;

use super::command;
use super::flags;
use super::secret;
use super::shell::{self, Variables};
use super::unmasked::form_encoded as percent_encoded;
use crate::case::catalog::Catalog;
use crate::case::finding::{Finding, Level, Place};
use crate::case::keyring::{KeyRing, SecretKind};
use crate::case::request::{BodyFile, Deadlines, Draft, Part};

/// Gives the text of a file that a command names; `None`: it is not to be had, or is no text.
pub(super) type Files<'a> = &'a dyn Fn(&str) -> Option<String>;

/// No file of this machine is read.
pub(super) fn no_files(_: &str) -> Option<String> {
    None
}

/// What a curl command says.
#[derive(Default)]
pub(super) struct Read {
    /// The request, masked.
    pub(super) draft: Draft,
    /// Byte of the text behind the command.
    pub(super) end: usize,
    /// Byte where the rest of its line begins.
    pub(super) stopped: usize,
    /// `-w` prints the status below the answer.
    pub(super) prints_status: bool,
    /// The file that holds the body.
    pub(super) body_file: Option<BodyFile>,
    /// Deadlines of `-m` and `--connect-timeout`.
    pub(super) deadlines: Deadlines,
    /// What was noticed.
    pub(super) findings: Vec<Finding>,
    /// The requests behind `--next`, with what was noticed of each.
    pub(super) others: Vec<(Draft, Vec<Finding>)>,
}

/// Most requests that one command makes with `--next`.
const MOST_REQUESTS: usize = 50;

/// Bytes that the requests of one command to further addresses may take together.
const MOST_REPEATED: usize = 16 << 20;

/// Reads the command that was found in `text`; its here-document stands at or behind byte `below`.
pub(super) fn read(
    text: &str,
    found: &command::Found,
    below: usize,
    variables: &Variables,
    files: Files<'_>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Read {
    let command = shell::split_any(text, found.arguments, variables, found.in_backticks, below);
    let piped = command::piped(text, found.arguments, variables);
    read_words(command, piped, files, catalog, ring)
}

/// Reads the words of a command; `piped` is what another one gives it.
pub(super) fn read_words(
    mut command: shell::Command,
    piped: Option<command::Piped>,
    files: Files<'_>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Read {
    let of_processes = command.given.clone();
    let given = |path: &str| {
        let own = of_processes.iter().find(|(name, _)| name == path).map(|(_, text)| text.clone());
        own.or_else(|| files(path))
    };
    let files: Files<'_> = &given;
    files_put_in(&mut command, files);
    for word in &mut command.words {
        if let Some((address, len)) = shell::link_at(word) {
            *word = format!("{address}{}", word.get(len..).unwrap_or(""));
        }
    }
    let piped_below = piped.as_ref().is_some_and(|piped| piped.below);
    // A here-document that a `cat` before the pipe announces stands below the command.
    let end = if piped_below {
        piped.as_ref().map_or(command.end, |p| p.end.max(command.end))
    } else {
        command.end
    };
    let piped_file = piped.as_ref().and_then(|piped| piped.file.clone());
    let stdin = command.stdin.clone().or_else(|| piped.filter(|p| p.file.is_none()).map(|piped| piped.text));
    let stdin_file = command.stdin_file.clone().or(piped_file);
    let stdin = stdin.or_else(|| files(stdin_file.as_deref()?));
    let mut parts = Parts::new(stdin, files);
    parts.stdin_file = stdin_file;
    forgiven::oddities(&command, &mut parts.findings);
    let mut words = Words { all: &mut command.words, spans: &command.spans, at: 0 };
    let mut more = parts.take_words(&mut words, ring);
    let prints_status = parts.prints_status;
    let whole = !parts.as_query && !parts.is_form && !parts.upload && !parts.head && !more;
    let mut data_files = std::mem::take(&mut parts.data_files);
    let (pieces, deadlines) = (parts.pieces, parts.deadlines);
    let draft = parts.draft(catalog, ring);
    let mut others = parts.sent_further(&draft, catalog, ring);
    let findings = std::mem::take(&mut parts.findings);
    let mut left = std::mem::take(&mut parts.left);
    while more && others.len() < MOST_REQUESTS {
        let mut next = Parts::new(None, files);
        more = next.take_config(left, ring) || next.take_words(&mut words, ring);
        left = std::mem::take(&mut next.left);
        let draft = next.draft(catalog, ring);
        let further = next.sent_further(&draft, catalog, ring);
        others.push((draft, next.findings));
        others.extend(further);
    }
    // Only where nothing else is in the body.
    let body_file = data_files
        .pop()
        .filter(|_| whole && pieces == 1)
        .map(|file| BodyFile { path: secret::mask_free(&file.path, catalog, ring).0, ..file });
    let stopped = command.stopped;
    Read { draft, end, stopped, prints_status, body_file, deadlines, findings, others }
}

/// Puts the text of files into the words that `$(cat FILE)` or `$(< FILE)` alone makes.
fn files_put_in(command: &mut shell::Command, files: Files<'_>) {
    let is_open = |text: &str| text.contains("$(") || text.contains('`');
    // What is given to it counts as what stands in it, and so does fish's `(…)`.
    let mut open = usize::from(command.stdin.as_deref().is_some_and(is_open));
    open += command.given.iter().filter(|(_, text)| is_open(text)).count();
    let given: Vec<String> = command.given.iter().map(|(name, _)| name.clone()).collect();
    for word in &mut command.words {
        if given.iter().any(|name| word.contains(name.as_str())) {
            continue;
        }
        let inside = word.strip_prefix("$(").and_then(|w| w.strip_suffix(')'));
        let path = inside.and_then(|inside| inside.strip_prefix("cat ").or_else(|| inside.strip_prefix('<')));
        let path = path.map(|path| path.trim().trim_matches(['"', '\'']));
        match path.filter(|path| !path.contains(char::is_whitespace)).and_then(files) {
            Some(text) => text.trim_end_matches('\n').clone_into(word),
            None => open += usize::from(is_open(word) || word.contains('(')),
        }
    }
    command.oddities.substitution &= open > 0;
}

/// The words of a command, one after the other. Each is handed out once: a body is not copied.
struct Words<'a> {
    all: &'a mut [String],
    spans: &'a [(usize, usize)],
    at: usize,
}

impl Iterator for Words<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let word = self.all.get_mut(self.at)?;
        self.at += 1;
        Some(std::mem::take(word))
    }
}

impl Words<'_> {
    /// First byte of word `at`.
    fn start(&self, at: usize) -> usize {
        self.spans.get(at).map_or(0, |(start, _)| *start)
    }

    /// Byte behind the last word that was taken.
    fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|last| self.spans.get(last)).map_or(0, |(_, end)| *end)
    }
}

/// The command's parts before they make a request.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one of curl's own switches")]
struct Parts<'f> {
    files: Option<Files<'f>>,
    method: Option<String>,
    urls: Vec<String>,
    /// Masked addresses to which the same request goes, too.
    more_urls: Vec<FurtherUrl>,
    headers: Vec<(String, Option<String>)>,
    /// Headers that options of their own name (`-A`, `-e`, `-r`); one of `-H` goes before them.
    own_headers: Vec<(&'static str, Option<String>)>,
    cookies: Vec<String>,
    /// Texts of the files of `-b`.
    cookie_files: Vec<String>,
    /// The credential is sent only when the server asks for it, in a form that is made then.
    asked_for: bool,
    /// `--aws-sigv4`: the credential is the key of a signature.
    signed: bool,
    /// Options come from a file, where an unknown one is told and stepped over.
    in_config: bool,
    /// What stands in such a file behind `next`.
    left: Vec<String>,
    data: Option<String>,
    data_files: Vec<BodyFile>,
    pieces: usize,
    query: Vec<String>,
    user: Option<String>,
    bearer: Option<String>,
    target: Option<String>,
    globoff: bool,
    json: bool,
    as_query: bool,
    head: bool,
    form: Vec<Part>,
    is_form: bool,
    upload: bool,
    /// The files of `-T`: the first is of the first address, and so on.
    uploads: Vec<Upload>,
    /// The bytes that `-r` names.
    range: Option<String>,
    /// `-X` names the method.
    method_named: bool,
    prints_status: bool,
    deadlines: Deadlines,
    stdin: Option<String>,
    /// The file that the standard input comes from.
    stdin_file: Option<String>,
    /// `-K` files that were read: one may name itself.
    configs: usize,
    /// Those of `--variable`.
    variables: Variables,
    findings: Vec<Finding>,
}

/// A file of `-T`.
struct Upload {
    /// Its name, which goes behind an address that ends in a slash.
    name: Option<String>,
    /// Its text, where it is known.
    text: Option<String>,
}

/// A masked address behind the first.
struct FurtherUrl {
    url: String,
    /// Its number among the addresses of the command.
    number: usize,
}

impl<'f> Parts<'f> {
    fn new(stdin: Option<String>, files: Files<'f>) -> Self {
        Self { files: Some(files), stdin, ..Self::default() }
    }

    /// The text of the file at `path`.
    fn file(&self, path: &str) -> Option<String> {
        (self.files?)(path)
    }

    /// Takes the words up to `--next`; true where one stands there.
    fn take_words(&mut self, words: &mut Words<'_>, ring: &mut KeyRing) -> bool {
        let mut options = true;
        loop {
            let (first, noticed) = (words.at, self.findings.len());
            let Some(word) = words.next() else { return false };
            let go_on = if options && word == "--" {
                options = false;
                true
            } else if let Some(name) = word.strip_prefix("--").filter(|_| options) {
                self.long(name, words, ring)
            } else if let Some(name) = dashed(&word).filter(|_| options) {
                self.long(name, words, ring)
            } else if let Some(letters) =
                word.strip_prefix(['-', '–', '—']).filter(|l| options && !l.is_empty())
            {
                self.letters(letters, words, ring)
            } else {
                self.urls.push(word);
                true
            };
            let span = (words.start(first), words.end());
            for finding in self.findings.iter_mut().skip(noticed) {
                finding.span.get_or_insert(span);
            }
            if !go_on {
                // Behind the last one curl does nothing.
                return words.at < words.all.len() || !self.left.is_empty();
            }
        }
    }

    /// curl itself does not run the command; `reason` is its own, the option's value left out.
    fn refused(&mut self, option: &str, reason: &str) {
        if self.findings.iter().any(|f| f.id == "curl_refuses") {
            return;
        }
        let finding =
            Finding::new("curl_refuses", Level::Error, format!("curl refuses the command: {reason}"))
                .at(Place::Option(option.to_owned()))
                .fix("nothing was sent with it; mend the command, or paste the one that was run");
        self.findings.push(finding);
    }

    /// A long option; false where another request begins.
    fn long(&mut self, name: &str, words: &mut Words<'_>, ring: &mut KeyRing) -> bool {
        // curl 8.3: `{{name}}` in the value is a variable of `--variable`.
        if let Some((name, flag)) = name
            .strip_prefix("expand-")
            .and_then(|name| Some((name, flags::long(name)?)))
            .filter(|(_, flag)| flag.takes_value)
        {
            let option = format!("--{name}");
            let written = self.value(&option, words);
            let value = self.filled(written);
            return self.apply(flag.meaning, &option, value.into(), ring);
        }
        if let Some((name, flag)) =
            flags::long(name).map(|flag| (name, flag)).or_else(|| flags::abbreviated(name))
        {
            let option = format!("--{name}");
            let value = if flag.takes_value { self.value(&option, words) } else { String::new() };
            return self.apply(flag.meaning, &option, value.into(), ring);
        }
        // curl has no `--name=value`; who writes it means the value.
        if let Some((name, value)) = name.split_once('=')
            && let Some(flag) = flags::long(name).filter(|f| f.takes_value)
        {
            self.noticed(
                "option_with_equals",
                Level::Warning,
                &format!("--{name}"),
                "curl takes no value with an equals sign",
            );
            self.refused(&format!("--{name}"), &format!("option --{name}=…: is unknown"));
            return self.apply(flag.meaning, &format!("--{name}"), value.into(), ring);
        }
        self.unknown(&format!("--{name}"));
        true
    }

    /// `value` with the variables of `--variable` in it.
    fn filled(&mut self, value: String) -> String {
        let filled = variable::filled(&value, &self.variables);
        filled.unwrap_or_else(|| {
            self.noticed(
                "option_not_applied",
                Level::Warning,
                "--variable",
                "a variable is not set here, or is changed in a way that is not known here; it stands as it is written",
            );
            value
        })
    }

    /// Short options, perhaps several in one word (`-sSX POST`, `-XPOST`); false where another request begins.
    fn letters(&mut self, letters: &str, words: &mut Words<'_>, ring: &mut KeyRing) -> bool {
        let mut rest = letters.chars();
        while let Some(letter) = rest.next() {
            let Some(flag) = flags::short(letter) else {
                self.unknown(&format!("-{letter}"));
                return true;
            };
            let name = format!("-{letter}");
            if flag.takes_value {
                let joined = rest.as_str();
                let value = if joined.is_empty() { self.value(&name, words).into() } else { joined.into() };
                return self.apply(flag.meaning, &name, value, ring);
            }
            if !self.apply(flag.meaning, &name, "".into(), ring) {
                return false;
            }
        }
        true
    }

    /// The word behind an option that needs one.
    fn value(&mut self, option: &str, words: &mut Words<'_>) -> String {
        words.next().unwrap_or_else(|| {
            self.refused(option, &format!("option {option}: requires parameter"));
            String::new()
        })
    }

    /// The same request to the other addresses that the command names. Each has a body of its own: together they take no more
    /// than [`MOST_REPEATED`].
    fn sent_further(
        &mut self,
        draft: &Draft,
        catalog: &Catalog,
        ring: &mut KeyRing,
    ) -> Vec<(Draft, Vec<Finding>)> {
        let more = std::mem::take(&mut self.more_urls);
        let size =
            draft.body.len() + draft.headers.iter().map(|h| h.name.len() + h.value.len()).sum::<usize>();
        let most = (MOST_REPEATED / size.max(1)).min(MOST_REQUESTS);
        if more.len() > most {
            self.noticed(
                "addresses_left_out",
                Level::Warning,
                "--url",
                "the command names more addresses than are made out here; the first were taken",
            );
        }
        let of = |FurtherUrl { url, number }: FurtherUrl| {
            let mut draft = Draft { url, ..draft.clone() };
            if number > 0 && self.upload {
                let text = self.uploads.get(number).map(|upload| upload.text.clone().unwrap_or_default());
                if text.is_none() && !self.method_named {
                    "GET".clone_into(&mut draft.method);
                }
                draft.body = secret::mask_free(&text.unwrap_or_default(), catalog, ring).0.into();
            }
            (draft, Vec::new())
        };
        more.into_iter().take(most).map(of).collect()
    }

    fn unknown(&mut self, option: &str) {
        let plain = option.len() <= 32 && option.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let shown = if plain || option.chars().count() == 2 { option } else { "--…" };
        self.noticed(
            "option_unknown",
            Level::Warning,
            shown,
            "curl has no such option that is known here; it was left out",
        );
        if !self.in_config {
            self.refused(shown, &format!("option {shown}: is unknown"));
        }
    }

    fn noticed(&mut self, id: &'static str, level: Level, option: &str, message: &str) {
        let place = Place::Option(option.to_owned());
        if !self.findings.iter().any(|f| f.id == id && f.place == place) {
            self.findings.push(Finding::new(id, level, message).at(place));
        }
    }

    fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
    }
}

/// A long option whose two hyphens were made one dash by a text editor.
fn dashed(word: &str) -> Option<&str> {
    word.strip_prefix(['–', '—'])
        .map(|name| name.trim_start_matches('-'))
        .filter(|name| flags::long(name).is_some())
}

fn hold_user(user: &str, ring: &mut KeyRing) {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let held = if password.is_empty() { name } else { password };
    if !held.is_empty() && !secret::has_reference(held) {
        secret::hold(ring, SecretKind::Password, held);
    }
}
