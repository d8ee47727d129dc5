//! A command line of `HTTPie` (`http`, `https`) or xh (`xh`, `xhs`), with the meaning that `HTTPie` gives it
//! (<https://httpie.io/docs/cli>, accessed 2026-11-21; `tests/httpie` holds what `HTTPie` 3.2.4 made of commands).

mod item;
mod nested;
mod options;

use super::curl::{Files, Read};
use super::shell::{self, Variables};
use super::unmasked::{Unmasked, form_encoded, with_pair};
use super::{command, secret};
use crate::case::catalog::Catalog;
use crate::case::finding::{Finding, Level, Place};
use crate::case::keyring::KeyRing;
use crate::case::request::{BodyFile, Deadlines, Part, PartContent};
use item::{Item, Separator};

/// Reads the command that was found in `text`; its here-document stands at or behind byte `below`.
pub(super) fn read(
    text: &str,
    command: &command::Found,
    below: usize,
    variables: &Variables,
    files: Files<'_>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Read {
    let split = shell::split_any(text, command.arguments, variables, command.in_backticks, below);
    let piped = command::piped(text, command.arguments, variables);
    let piped_below = piped.as_ref().is_some_and(|piped| piped.below);
    let end =
        if piped_below { piped.as_ref().map_or(split.end, |p| p.end.max(split.end)) } else { split.end };
    let piped_file = piped.as_ref().and_then(|piped| piped.file.clone());
    let stdin = split.stdin.clone().or_else(|| piped.filter(|p| p.file.is_none()).map(|piped| piped.text));
    let stdin_file = split.stdin_file.clone().or(piped_file);
    let stdin = stdin.or_else(|| files(stdin_file.as_deref()?));
    let mut call = Call { secure: command.program.is_secure(), ..Call::default() };
    call.substitution(&split);
    call.words(&split);
    if stdin.is_none()
        && let Some(path) = &stdin_file
    {
        call.body_file = Some(BodyFile { path: path.clone(), joined: false });
        call.noticed("body_from_file", "<", "the body comes from a file or form that is not in the paste");
    }
    if !call.ignores_stdin {
        call.raw = call.raw.take().or(stdin);
    }
    let unmasked = call.request(files, ring);
    let (draft, held) = unmasked.masked(catalog, ring);
    call.findings.extend(held);
    let body_file =
        call.body_file.map(|file| BodyFile { path: secret::mask_free(&file.path, catalog, ring).0, ..file });
    Read {
        draft,
        end,
        prints_status: false,
        body_file,
        deadlines: call.deadlines,
        findings: call.findings,
        stopped: split.stopped,
        others: Vec::new(),
    }
}

/// True where `rest`, the text behind the word, can be arguments: an address stands where one has to.
pub(super) fn starts_arguments(rest: &str) -> bool {
    let line = rest.split('\n').next().unwrap_or("");
    let near: String = line.chars().take(600).collect();
    let mut words = near.split_whitespace();
    let mut first = true;
    while let Some(written) = words.next() {
        let word = written.trim_matches(['"', '\'']);
        if word == "\\" {
            return true;
        }
        if let Some(option) = word.strip_prefix('-') {
            if options::of(option.trim_start_matches('-')).is_none() && !options::are_letters(option) {
                return false;
            }
            if options::takes_next(word) {
                // A value in quotes may be of several words.
                let value = words.next().unwrap_or("");
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
                if let Some(quote) = quote.filter(|quote| value.len() < 2 || !value.ends_with(*quote)) {
                    words.by_ref().find(|word| word.ends_with(quote));
                }
            }
            continue;
        }
        if is_address(word) {
            return true;
        }
        let is_method = METHODS.iter().any(|method| word.eq_ignore_ascii_case(method));
        if !first || !is_method {
            return false;
        }
        first = false;
    }
    false
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// The time with which a balancer's log goes on behind the protocol: `https 2026-11-23T10:11:12.3Z app/…`.
fn is_time(word: &str) -> bool {
    let date = word.get(..11).unwrap_or("");
    let is_digit = |at: &usize| date.as_bytes().get(*at).is_some_and(u8::is_ascii_digit);
    date.ends_with('T') && [0, 1, 2, 3, 5, 6, 8, 9].iter().all(is_digit)
}

fn is_address(word: &str) -> bool {
    if is_time(word) {
        return false;
    }
    if word.contains("://") || word.starts_with('$') {
        return true;
    }
    if let Some(rest) = word.strip_prefix(':') {
        return rest.is_empty() || rest.starts_with('/') || rest.starts_with(|c: char| c.is_ascii_digit());
    }
    let host = word.split([':', '/', '?']).next().unwrap_or("");
    let is_host = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let labels: Vec<&str> = host.split('.').collect();
    let dotted = labels.len() > 1 && labels.iter().all(|label| !label.is_empty());
    let named = host.contains(|c: char| c.is_ascii_alphabetic()) || labels.len() == 4;
    let port = word.get(host.len()..).and_then(|rest| rest.strip_prefix(':'));
    let has_port = port.is_some_and(|port| port.starts_with(|c: char| c.is_ascii_digit()));
    is_host && ((dotted && named) || host == "localhost" || (!host.is_empty() && has_port && named))
}

/// The media type that the tool guesses by a file's ending, where it is another than JSON's.
fn media_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "xml" => "application/xml",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "html" => "text/html",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        _ => return None,
    })
}

/// What the words of the command say.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one of HTTPie's own switches")]
struct Call {
    secure: bool,
    default_scheme: Option<String>,
    positional: Vec<String>,
    json: bool,
    form: bool,
    multipart: bool,
    raw: Option<String>,
    auth: Option<String>,
    auth_type: String,
    ignores_stdin: bool,
    body_file: Option<BodyFile>,
    deadlines: Deadlines,
    findings: Vec<Finding>,
}

impl Call {
    fn substitution(&mut self, split: &shell::Command) {
        if split.oddities.open_quote {
            self.noticed(
                "quote_not_closed",
                "",
                "a quote is not closed; all that follows was taken as its text",
            );
        }
        if split.oddities.substitution {
            self.noticed(
                "command_substitution",
                "",
                "a part comes from another command, which is not run here",
            );
        }
    }

    fn noticed(&mut self, id: &'static str, option: &str, message: &str) {
        let place = if option.is_empty() { Place::Whole } else { Place::Option(option.to_owned()) };
        if !self.findings.iter().any(|f| f.id == id && f.place == place) {
            self.findings.push(Finding::new(id, Level::Warning, message).at(place));
        }
    }

    fn words(&mut self, split: &shell::Command) {
        let mut words = split.words.iter().zip(&split.spans);
        let mut only_items = false;
        while let Some((word, span)) = words.next() {
            let noticed = self.findings.len();
            let mut end = span.1;
            if word == "--" && !only_items {
                only_items = true;
            } else if only_items || !word.starts_with('-') || word == "-" {
                self.positional.push(word.clone());
            } else {
                let mut value = || {
                    words.next().map(|(value, span)| {
                        end = span.1;
                        value.clone()
                    })
                };
                for (option, value) in options::read(word, &mut value) {
                    self.option(&option, value.unwrap_or_default());
                }
            }
            for finding in self.findings.iter_mut().skip(noticed) {
                finding.span.get_or_insert((span.0, end));
            }
        }
    }

    fn option(&mut self, option: &str, value: String) {
        match option {
            "json" => self.json = true,
            "form" => self.form = true,
            "multipart" => self.multipart = true,
            "raw" => self.raw = Some(value),
            "auth" => self.auth = Some(value),
            "bearer" => (self.auth_type, self.auth) = ("bearer".to_owned(), Some(value)),
            "auth-type" => self.auth_type = value,
            "default-scheme" => self.default_scheme = Some(value),
            "https" => self.secure = true,
            "ignore-stdin" => self.ignores_stdin = true,
            "timeout" => {
                self.deadlines.connect_ms = super::curl::milliseconds(&value).or(self.deadlines.connect_ms);
            }
            "verify" if matches!(value.to_ascii_lowercase().as_str(), "no" | "false") => self.noticed(
                "certificates_checked",
                "--verify",
                "the tool did not check the certificate; here it is checked",
            ),
            "follow" => self.noticed(
                "redirects_not_followed",
                "--follow",
                "the tool followed redirects; here a redirect is shown and not followed",
            ),
            "proxy" => self.noticed(
                "proxy_not_used",
                "--proxy",
                "the tool used a proxy; the one in the command is not used here",
            ),
            "session" | "session-read-only" => self.noticed(
                "session_not_applied",
                "--session",
                "headers, cookies and the credential of a stored session are not in the paste; they are not applied here",
            ),
            "compress" | "chunked" | "cert" | "path-as-is" | "resolve" | "unix-socket" | "interface" | "http-version" => {
                self.noticed(
                    "option_not_applied",
                    &format!("--{option}"),
                    "this option changes what is sent or where; it is not applied here",
                );
            }
            "offline" => self.noticed("sent_nothing", "--offline", "with --offline the tool sends nothing"),
            "" => self.noticed("option_unknown", "--…", "the tool has no such option that is known here; it was left out"),
            _ => {}
        }
    }

    /// Method, address and items: the first word is the method where it has letters only and another follows.
    fn parts(&mut self) -> (Option<String>, String, Vec<String>) {
        let mut words = std::mem::take(&mut self.positional).into_iter();
        let Some(first) = words.next() else { return (None, String::new(), Vec::new()) };
        let rest: Vec<String> = words.collect();
        let is_method = !first.is_empty() && first.bytes().all(|b| b.is_ascii_alphabetic());
        match rest.split_first() {
            Some((url, items)) if is_method => {
                (Some(first.to_ascii_uppercase()), url.clone(), items.to_vec())
            }
            _ => (None, first, rest),
        }
    }

    fn request(&mut self, files: Files<'_>, ring: &mut KeyRing) -> Unmasked {
        let (method, url, words) = self.parts();
        let mut sent = Unmasked { url: self.address(&url), ..Unmasked::default() };
        if url.is_empty() {
            self.findings.push(
                Finding::new("url_missing", Level::Error, "the command has no URL")
                    .at(Place::Url)
                    .fix("paste the whole command, or fill in the URL"),
            );
        }
        let mut fields = Vec::new();
        let mut taken_out = Vec::new();
        for word in &words {
            let Some(item) = Item::of(word) else {
                self.noticed(
                    "item_without_separator",
                    "",
                    "a word of the command is no header, field or parameter; it was left out",
                );
                continue;
            };
            match item.separator {
                Separator::Header if item.value.is_empty() => taken_out.push(item.name.to_ascii_lowercase()),
                Separator::Header | Separator::EmptyHeader => {
                    sent.headers.push((item.name, item.value.trim().to_owned()));
                }
                Separator::HeaderFile => {
                    if let Some(text) = self.file(&item.value, files) {
                        sent.headers.push((item.name, text.trim_end_matches('\n').to_owned()));
                    }
                }
                Separator::Query => sent.url = with_pair(&sent.url, &item.name, &item.value),
                Separator::QueryFile => {
                    if let Some(text) = self.file(&item.value, files) {
                        sent.url = with_pair(&sent.url, &item.name, text.trim_end_matches('\n'));
                    }
                }
                _ => fields.push(item),
            }
        }
        let has_data = !fields.is_empty() || self.raw.is_some() || self.body_file.is_some();
        self.body(&mut sent, fields, files);
        sent.method = method.unwrap_or_else(|| if has_data { "POST" } else { "GET" }.to_owned());
        let is_json = (has_data && !self.form && !self.multipart) || self.json;
        if is_json {
            sent.implied("Accept", "application/json, */*;q=0.5");
            sent.implied("Content-Type", "application/json");
        } else if self.form && sent.form.is_empty() {
            sent.implied("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        }
        self.credential(&mut sent, ring);
        sent.headers.retain(|(name, _)| !taken_out.iter().any(|out| name.eq_ignore_ascii_case(out)));
        sent
    }

    /// `:3000/x` and `:/x` are this machine's; without a scheme it is the program's.
    fn address(&self, url: &str) -> String {
        if url.is_empty() || url.starts_with("[env:") || (url.contains("://") && !url.starts_with("://")) {
            return url.to_owned();
        }
        let scheme = self.default_scheme.as_deref().unwrap_or(if self.secure { "https" } else { "http" });
        if let Some(rest) = url.strip_prefix("://") {
            return format!("{scheme}://{rest}");
        }
        match url.strip_prefix(':') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => {
                format!("{scheme}://localhost:{rest}")
            }
            Some(rest) => format!("{scheme}://localhost{rest}"),
            None => format!("{scheme}://{url}"),
        }
    }

    fn file(&mut self, path: &str, files: Files<'_>) -> Option<String> {
        let text = files(path);
        if text.is_none() {
            self.noticed(
                "body_from_file",
                "@",
                "a part of the request comes from a file that is not in the paste",
            );
        }
        text
    }

    /// The body that the fields make.
    fn body(&mut self, sent: &mut Unmasked, fields: Vec<Item>, files: Files<'_>) {
        if let Some(raw) = self.raw.take() {
            sent.body = raw;
            return;
        }
        // `@file` alone is the whole body.
        if let [Item { separator: Separator::File, name, value }] = fields.as_slice()
            && name.is_empty()
        {
            if let Some(kind) = media_type(value) {
                sent.implied("Content-Type", kind);
            }
            match self.file(value, files) {
                Some(text) => sent.body = text,
                None => self.body_file = Some(BodyFile { path: value.clone(), joined: false }),
            }
            return;
        }
        let has_file = fields.iter().any(|field| field.separator == Separator::File);
        if self.multipart || (self.form && has_file) {
            let form = fields.into_iter().filter_map(|field| self.part(field, files)).collect();
            sent.form = form;
            sent.implied("Content-Type", "multipart/form-data");
        } else if self.form {
            let pairs: Vec<String> = fields
                .into_iter()
                .filter_map(|field| Some((field.name.clone(), self.text_of(field, files)?)))
                .map(|(name, value)| format!("{}={}", form_encoded(&name), form_encoded(&value)))
                .collect();
            sent.body = pairs.join("&");
        } else if !fields.is_empty() {
            sent.body = self.json(fields, files);
        }
    }

    /// A field's text, that of its file where it names one.
    fn text_of(&mut self, field: Item, files: Files<'_>) -> Option<String> {
        match field.separator {
            Separator::DataFile | Separator::JsonFile => self.file(&field.value, files),
            _ => Some(field.value),
        }
    }

    fn part(&mut self, field: Item, files: Files<'_>) -> Option<Part> {
        let name = field.name.clone();
        if field.separator != Separator::File {
            let text = self.text_of(field, files)?;
            return Some(Part { name, content: PartContent::Text(text), filename: None, media_type: None });
        }
        let (path, media_type) = match field.value.split_once(";type=") {
            Some((path, kind)) => (path.to_owned(), Some(kind.to_owned())),
            None => (field.value, None),
        };
        Some(Part { name, content: PartContent::File { path, bytes: None }, filename: None, media_type })
    }

    fn json(&mut self, fields: Vec<Item>, files: Files<'_>) -> String {
        let mut object = nested::Tree::default();
        for field in fields {
            let raw = matches!(field.separator, Separator::Json | Separator::JsonFile);
            let name = field.name.clone();
            let Some(text) = self.text_of(field, files) else { continue };
            let text = text.trim_end_matches('\n');
            // A reference stands for a value that is not known yet.
            let value = if raw { nested::Leaf::raw(text) } else { Some(nested::Leaf::text(text)) };
            if value.is_none() {
                self.noticed(
                    "field_no_json",
                    ":=",
                    "the value of a field with := is no JSON; the tool refuses it",
                );
            }
            if let Some(value) = value
                && !object.set(&name, value)
            {
                self.noticed(
                    "field_no_json",
                    ":=",
                    "the name of a field cannot be put beside the others; it was left out",
                );
            }
        }
        object.written()
    }

    fn credential(&mut self, sent: &mut Unmasked, ring: &mut KeyRing) {
        let Some(auth) = self.auth.take() else { return };
        if sent.has_header("authorization") {
            return;
        }
        match self.auth_type.as_str() {
            "bearer" => sent.headers.push(("Authorization".to_owned(), format!("Bearer {auth}"))),
            "" | "basic" => {
                let (user, password) = auth.split_once(':').unwrap_or((&auth, ""));
                if !auth.contains(':') {
                    self.noticed(
                        "password_asked",
                        "--auth",
                        "the tool asks for the password, which is not in the paste",
                    );
                }
                let (user, password) = (user.to_owned(), password.to_owned());
                sent.basic(&user, &password, ring);
            }
            _ => self.noticed(
                "option_not_applied",
                "--auth-type",
                "this kind of authorization is made when the request is sent; it is not applied here",
            ),
        }
    }
}
