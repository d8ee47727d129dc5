//! `PowerShell`'s own requests: `Invoke-RestMethod` and `Invoke-WebRequest`
//! (<https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.utility/invoke-restmethod>).

use serde_json::Value;

use super::shell::{Variables, powershell};
use super::{literal_key, secret};
use crate::case::catalog::Catalog;
use crate::case::finding::{Finding, Level};
use crate::case::keyring::KeyRing;
use crate::case::request::{BodyFile, Draft, Header, Intake, Part, PartContent};

mod value;

pub(super) use value::{converted as literal, cut, depth};

/// The commands and their short names, in small letters.
const COMMANDS: [&str; 4] = ["invoke-restmethod", "invoke-webrequest", "irm", "iwr"];
/// Parameters that take no value.
const SWITCHES: [&str; 10] = [
    "usebasicparsing",
    "disablekeepalive",
    "skipcertificatecheck",
    "usedefaultcredentials",
    "passthru",
    "skipheadervalidation",
    "skiphttperrorcheck",
    "preserveauthorizationonredirect",
    "allowunencryptedauthentication",
    "verbose",
];

/// Where the first such command at or behind byte `from`, where a line begins, has its line, and where its arguments begin.
fn find(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut line_start = from;
    for line in text.get(from..)?.split_inclusive('\n') {
        let lower = line.to_ascii_lowercase();
        for command in COMMANDS {
            let Some(at) = lower.find(command) else { continue };
            let before = lower.get(..at).unwrap_or("").trim_end();
            let behind = lower.get(at + command.len()..).unwrap_or("");
            let is_whole = behind.starts_with(|c: char| c.is_whitespace());
            let begins = before.is_empty() || before.ends_with(['=', '>', '(', '{', ';']);
            if is_whole && begins {
                return Some((line_start, line_start + at + command.len()));
            }
        }
        line_start += line.len();
    }
    None
}

/// Reads `text` that holds such a command; `None` where there is none with an address.
pub(super) fn read(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Option<Intake> {
    let found = find(text, 0)?;
    let mut variables = Variables::new();
    powershell::assignments(text.get(..found.0)?, &mut variables, ring);
    let next = find(text, line_behind(text, found.1)).map_or(text.len(), |next| next.0);
    Some(one(text, found, next, &variables, catalog, ring)?.0)
}

/// More requests than a script shows.
const MOST: usize = 200;

/// The requests of `text` that holds several such commands, each with its first and last byte.
pub(super) fn read_several(
    text: &str,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Option<Vec<(Intake, usize, usize)>> {
    let mut found = find(text, 0)?;
    find(text, line_behind(text, found.1))?;
    let (mut pieces, mut variables, mut assigned) = (Vec::new(), Variables::new(), 0);
    while pieces.len() < MOST {
        powershell::assignments(text.get(assigned..found.0)?, &mut variables, ring);
        assigned = found.0;
        let next = find(text, line_behind(text, found.1));
        let until = next.map_or(text.len(), |next| next.0);
        if let Some((intake, end)) = one(text, found, until, &variables, catalog, ring) {
            pieces.push((intake, found.0, end));
        }
        let Some(next) = next else { break };
        found = next;
    }
    (pieces.len() > 1).then_some(pieces)
}

/// The first byte of the line behind byte `at`.
fn line_behind(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |len| at + len + 1)
}

/// The request of the command at `found`, its line and its arguments, with what stands below it up to byte `until`; the byte
/// behind it.
fn one(
    text: &str,
    (line, arguments): (usize, usize),
    until: usize,
    variables: &Variables,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Option<(Intake, usize)> {
    let held = ring.iter().count();
    let (Taken { draft, noticed, body_file }, end) = at(text, arguments, variables, catalog, ring)?;
    let below = super::answer::below(text.get(end..until).unwrap_or(""), false, catalog, ring);
    let mut findings = Vec::new();
    if ring.iter().count() > held {
        findings.push(literal_key());
    }
    findings.extend(noticed);
    for finding in &mut findings {
        finding.span = Some((line, end));
    }
    let intake = Intake {
        kind: "curl",
        draft: Some(draft),
        client: Some("powershell".to_owned()),
        observed: below.attempt,
        said: below.said,
        body_file,
        findings,
        ..Intake::default()
    };
    Some((intake, end))
}

/// The request whose parameters begin at byte `arguments`, masked; what was noticed; the byte behind it.
fn at(
    text: &str,
    arguments: usize,
    variables: &Variables,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Option<(Taken, usize)> {
    let command = powershell::split_own(text, arguments, variables);
    let mut said = Said::default();
    said.take(&command.words, variables);
    let mut draft = said.draft(variables)?;
    if said.has_session {
        session(text.get(..arguments)?, &mut draft, variables);
    }
    draft.url = secret::mask_url(&draft.url, catalog, ring).0;
    for header in &mut draft.headers {
        header.value = secret::mask_header(&header.name, &header.value, catalog, ring).0;
    }
    let media = draft.headers.iter().find(|h| h.name.eq_ignore_ascii_case("content-type"));
    let body = String::from(std::mem::take(&mut draft.body));
    draft.body = secret::mask_body(body, media.map(|h| h.value.as_str()), catalog, ring).0.into();
    let mut noticed = Vec::new();
    let is_run =
        |text: &str| text.starts_with('(') && text.ends_with(')') && text.contains(char::is_whitespace);
    let is_computed = is_run(&draft.url)
        || is_run(&draft.body)
        || is_run(said.token.as_deref().unwrap_or(""))
        || draft.headers.iter().any(|header| is_run(&header.value));
    if is_computed {
        noticed.push(
            Finding::new(
                "expression_not_computed",
                Level::Warning,
                "a value is an expression of PowerShell, which is not computed here; it stands as it is written",
            )
            .fix("put its value in its place"),
        );
    }
    if said.body_file().is_some() || said.form.is_some() && draft.form.is_empty() {
        noticed.push(Finding::new(
            "body_from_file",
            Level::Warning,
            "the body comes from a file or form that is not in the paste",
        ));
    }
    if said.headers.as_deref().is_some_and(|text| value::read(text, variables).is_none()) {
        noticed.push(Finding::new(
            "header_unknown",
            Level::Warning,
            "the headers come from a variable whose value is not in the paste; they were left out",
        ));
    }
    let body_file = said
        .body_file()
        .map(|file| BodyFile { path: secret::mask_free(&file.path, catalog, ring).0, ..file });
    Some((Taken { draft, noticed, body_file }, command.end))
}

/// What the parameters make.
struct Taken {
    draft: Draft,
    noticed: Vec<Finding>,
    body_file: Option<BodyFile>,
}

/// The request of `curl -Headers @{…} -Method Post`, where curl is Windows `PowerShell`'s other name of its own command; the
/// byte behind it.
pub(super) fn of_alias(
    text: &str,
    arguments: usize,
    variables: &Variables,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Option<(Draft, Vec<Finding>, usize)> {
    let line = text.get(arguments..)?.lines().next()?.to_ascii_lowercase();
    let own = [" -headers @{", " -headers $", " -uri ", " -method ", " -contenttype ", " -usebasicparsing"];
    if !own.iter().any(|parameter| line.contains(parameter)) {
        return None;
    }
    let (taken, end) = at(text, arguments, variables, catalog, ring)?;
    Some((taken.draft, taken.noticed, end))
}

/// What the lines above put into a session, as browsers write it: `$session.UserAgent = "…"`,
/// `$session.Cookies.Add((New-Object System.Net.Cookie("a", "b", "/", "h.test")))`.
fn session(above: &str, draft: &mut Draft, variables: &Variables) {
    let mut cookies = Vec::new();
    for line in above.lines().filter(|line| line.trim_start().starts_with('$')) {
        let word = |text: &str| powershell::first_word(text.trim_start(), variables);
        if let Some((_, agent)) = line.split_once(".UserAgent").and_then(|(_, rest)| rest.split_once('=')) {
            let has_one = draft.headers.iter().any(|h| h.name.eq_ignore_ascii_case("user-agent"));
            if let Some((agent, _)) = word(agent).filter(|_| !has_one) {
                draft.headers.push(Header::new("User-Agent", agent));
            }
        } else if let Some((_, list)) = line.split_once("System.Net.Cookie(")
            && let Some((name, len)) = word(list)
            && let Some((_, rest)) = list.trim_start().get(len..).and_then(|rest| rest.split_once(','))
            && let Some((value, _)) = word(rest)
        {
            cookies.push(format!("{name}={value}"));
        }
    }
    if !cookies.is_empty() {
        draft.headers.push(Header::new("Cookie", cookies.join("; ")));
    }
}

/// The file that `(Get-Content PATH -Raw)` or `(Get-Item PATH)` names; `whole`: only where it is read as one text.
fn file_of(expression: &str, command: &str, whole: bool) -> Option<String> {
    let inside = expression.trim().trim_start_matches('(').trim_end_matches(')').trim();
    let (name, rest) = inside.split_once(char::is_whitespace)?;
    if !name.eq_ignore_ascii_case(command) || rest.contains(['|', '$', '(']) {
        return None;
    }
    let words = powershell::split_own(rest, 0, &Variables::new()).words;
    let is_raw = words.iter().any(|word| word.eq_ignore_ascii_case("-raw"));
    let mut paths = words.into_iter().filter(|word| !word.starts_with('-'));
    let path = paths.next()?;
    // `-Encoding utf8`
    let is_encoding = |word: String| word.to_ascii_lowercase().starts_with("utf");
    (paths.all(is_encoding) && (is_raw || !whole)).then_some(path)
}

/// The parts of `-Form @{ name = "text"; file = Get-Item x.txt }`; `None` where one of them is neither a text nor a file.
fn parts(table: &str) -> Option<Vec<Part>> {
    let inside = table.trim().strip_prefix("@{")?.strip_suffix('}')?;
    let mut parts = Vec::new();
    for member in inside.split([';', '\n']).map(str::trim).filter(|member| !member.is_empty()) {
        let (name, value) = member.split_once('=')?;
        let (name, value) = (name.trim().trim_matches(['\'', '"']), value.trim());
        let content = match file_of(value, "get-item", false) {
            Some(path) => PartContent::File { path, bytes: None },
            // A bare word is a command's.
            None if !value.starts_with(['"', '\'']) && value.parse::<f64>().is_err() => return None,
            None => PartContent::Text(value::plain(&value::converted(value, &Variables::new())?)),
        };
        parts.push(Part { name: name.to_owned(), content, filename: None, media_type: None });
    }
    Some(parts)
}

/// The parameters.
#[derive(Default)]
struct Said {
    url: Option<String>,
    method: Option<String>,
    headers: Option<String>,
    body: Option<String>,
    content_type: Option<String>,
    user_agent: Option<String>,
    token: Option<String>,
    has_session: bool,
    /// The file of `-InFile`.
    in_file: Option<String>,
    /// The table of `-Form`.
    form: Option<String>,
}

impl Said {
    /// One parameter; its name may be cut.
    fn set(&mut self, name: &str, value: Option<String>) {
        let is = |whole: &str| name.len() >= 2 && whole.starts_with(name);
        let value = value.filter(|value| !value.eq_ignore_ascii_case("$null"));
        if is("uri") {
            self.url = value;
        } else if is("method") || is("custommethod") {
            self.method = value;
        } else if is("headers") {
            self.headers = value;
        } else if is("body") {
            self.body = value;
        } else if is("contenttype") {
            self.content_type = value;
        } else if is("useragent") {
            self.user_agent = value;
        } else if is("token") {
            self.token = value;
        } else if is("websession") {
            self.has_session = true;
        } else if is("infile") {
            self.in_file = value;
        } else if is("form") {
            self.form = value;
        }
    }

    /// The file that is all of the body: `-InFile x`, `-Body (Get-Content x -Raw)`.
    fn body_file(&self) -> Option<BodyFile> {
        let read = || file_of(self.body.as_deref()?, "get-content", true);
        let path = self.in_file.clone().or_else(read)?;
        Some(BodyFile { path, joined: false })
    }

    /// `@params`: a table whose members are the parameters.
    fn splatted(&mut self, name: &str, variables: &Variables) {
        let Some(text) = variables.get(name) else { return };
        let Some(Value::Object(table)) = value::read(text, variables) else { return };
        for (name, member) in table {
            let text = match &member {
                Value::Object(_) | Value::Array(_) => powershell::written(&member),
                other => value::plain(other),
            };
            self.set(&name.to_ascii_lowercase(), Some(text));
        }
    }

    fn take(&mut self, words: &[String], variables: &Variables) {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(name) =
                word.strip_prefix('-').filter(|name| name.starts_with(|c: char| c.is_alphabetic()))
            else {
                if let Some(name) = word.strip_prefix('@').filter(|name| super::command::is_name(name)) {
                    self.splatted(name, variables);
                    continue;
                }
                self.url.get_or_insert_with(|| word.clone());
                continue;
            };
            let (name, joined) =
                name.split_once(':').map_or((name, None), |(name, value)| (name, Some(value.to_owned())));
            let name = name.to_ascii_lowercase();
            if SWITCHES.iter().any(|switch| switch.starts_with(&name)) {
                continue;
            }
            let value = joined.filter(|value| !value.is_empty()).or_else(|| words.next().cloned());
            self.set(&name, value);
        }
    }

    fn draft(&self, variables: &Variables) -> Option<Draft> {
        let mut url = self.url.clone().filter(|url| url.contains("://") || url.starts_with("[env:"))?;
        let mut headers = Vec::new();
        if let Some(Value::Object(table)) =
            self.headers.as_deref().and_then(|text| value::read(text, variables))
        {
            // Chrome writes the pseudo headers of HTTP/2 among them, some versions without their colon; nobody sends them so.
            let pseudo = |name: &str| {
                let bare = name.strip_prefix(':').unwrap_or(name);
                ["authority", "method", "path", "scheme"].contains(&bare)
            };
            let copied = table.keys().filter(|name| pseudo(name)).count() == 4;
            for (name, value) in table.into_iter().filter(|(name, _)| !(copied && pseudo(name))) {
                headers.push(Header::new(name, value::plain(&value)));
            }
        }
        if let Some(token) = &self.token {
            let plain = token.trim_start_matches('(');
            headers.push(Header::new("Authorization", format!("Bearer {plain}")));
        }
        for (name, value) in [("Content-Type", &self.content_type), ("User-Agent", &self.user_agent)] {
            headers.extend(value.as_ref().map(|value| Header::new(name, value.clone())));
        }
        let method = self.method.as_ref().map(|method| method.to_ascii_uppercase());
        let form = self.form.as_deref().and_then(parts).unwrap_or_default();
        let mut body = String::new();
        match self
            .body
            .as_ref()
            .filter(|_| self.body_file().is_none())
            .map(String::as_str)
            .map(|text| (text, value::read(text, variables)))
        {
            Some((_, Some(Value::Object(fields)))) => {
                let pairs = fields.iter().map(|(name, value)| (name.clone(), value::plain(value)));
                let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                if method.as_deref().unwrap_or("GET") == "GET" {
                    url = format!("{url}{}{text}", if url.contains('?') { '&' } else { '?' });
                } else {
                    body = text;
                }
            }
            Some((_, Some(value))) => body = value::plain(&value),
            Some((text, None)) => text.clone_into(&mut body),
            None => {}
        }
        let typed = headers.iter().any(|h| h.name.eq_ignore_ascii_case("content-type"));
        if (!body.is_empty() || self.body_file().is_some()) && !typed {
            headers.push(Header::new("Content-Type", "application/x-www-form-urlencoded"));
        }
        Some(Draft {
            method: method.unwrap_or_else(|| "GET".to_owned()),
            url,
            headers,
            body: body.into(),
            form,
        })
    }
}

#[cfg(test)]
mod tests;
