//! Hurl files (<https://hurl.dev/docs/hurl-file.html> and the pages on the request and the grammar, accessed 2026-11-21):
//! requests one after the other, each perhaps with what is expected of its answer.

mod value;

use super::braces::Braces;
use super::http_file::{header, without_braces};
use super::several::Piece;
use super::unmasked::{Unmasked, form_encoded, with_pair};
use super::{answer, curl};
use crate::case::catalog::Catalog;
use crate::case::evidence::Outcome;
use crate::case::finding::{Finding, Level, Place};
use crate::case::keyring::KeyRing;
use crate::case::request::{BodyFile, Intake, Part, PartContent};
use value::{body_extent, unescaped};

/// More requests than anybody reads.
const MOST: usize = 1000;

/// Lines that are looked at to tell what a text is.
const LOOKED_AT: usize = 400;

/// True where the text is such a file: it begins with a request line, and a mark of Hurl's stands below it.
pub(super) fn is_one(text: &str) -> bool {
    let mut lines = text.lines().take(LOOKED_AT).filter(|line| !is_blank(line));
    let Some(first) = lines.next() else { return false };
    request_line(first).is_some()
        && lines.any(|line| {
            let line = line.trim_end();
            section(line).is_some()
                || response_line(line)
                || ["file,", "base64,", "hex,"].iter().any(|b| line.starts_with(b) && line.ends_with(';'))
                || (line.starts_with("```") && line.len() > 3)
        })
        && !text.lines().take(LOOKED_AT).any(|line| line.starts_with("###"))
}

fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// `POST https://h.test/x`, a comment perhaps behind it.
fn request_line(line: &str) -> Option<(&str, &str)> {
    let (method, rest) = line.split_once([' ', '\t'])?;
    let url = rest.trim().split(" #").next().unwrap_or("").trim();
    let is_method = (2..=20).contains(&method.len()) && method.bytes().all(|b| b.is_ascii_uppercase());
    let is_url = url.starts_with("http://") || url.starts_with("https://") || url.starts_with("{{");
    (is_method && is_url && !without_braces(url).contains(char::is_whitespace)).then_some((method, url))
}

/// `HTTP 200`, `HTTP/1.1 200`, `HTTP *`: what is expected. A recorded answer's line has a reason behind the number.
fn response_line(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let (Some(version), Some(status)) = (words.next(), words.next()) else { return false };
    let bare = words.next().is_none_or(|word| word.starts_with('#'));
    let is_version = version == "HTTP" || (version.starts_with("HTTP/") && version.len() <= 8);
    is_version && bare && (status == "*" || (status.len() == 3 && status.bytes().all(|b| b.is_ascii_digit())))
}

/// The sections that Hurl knows.
const SECTIONS: [&str; 11] = [
    "QueryStringParams",
    "Query",
    "FormParams",
    "Form",
    "MultipartFormData",
    "Multipart",
    "Cookies",
    "BasicAuth",
    "Options",
    "Captures",
    "Asserts",
];

/// `[Options]`: the name.
fn section(line: &str) -> Option<&str> {
    let name = line.trim_end().strip_prefix('[')?.split(']').next()?;
    SECTIONS.contains(&name).then_some(name)
}

/// The requests of a file; empty where it has none.
pub(super) fn read_all(
    text: &str,
    files: curl::Files<'_>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Vec<Piece> {
    let mut reader = Reader { text, at: 0, braces: Braces::default(), unended: 0 };
    let mut pieces = Vec::new();
    while pieces.len() < MOST {
        let Some((start, method, url)) = reader.next_request() else { break };
        let intake = reader.request(method, url, files, catalog, ring);
        pieces.push(Piece { intake, start, end: reader.at });
    }
    for piece in &mut pieces {
        let own = text.get(piece.start..piece.end).unwrap_or("");
        piece.intake.observed = refuted(own).map(|status| {
            answer::attempt(Outcome::Response(answer::response(
                Some(status),
                None,
                None,
                Vec::new(),
                Vec::new(),
            )))
        });
    }
    pieces
}

/// The status that came where another was expected, as Hurl reports it: `actual value is <401>`.
fn refuted(text: &str) -> Option<u16> {
    let (_, report) = text.split_once("Assert status code")?;
    let (_, actual) = report.split_once("actual value is <")?;
    actual.split('>').next()?.parse().ok().filter(|status| (100..600).contains(status))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    braces: Braces,
    /// Bodies whose end was searched for in vain.
    unended: usize,
}

/// Each such search may read the whole rest of a text; more than these are not made.
const MOST_UNENDED: usize = 8;

/// What the sections of one request give.
#[derive(Default)]
struct Sections {
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    is_form: bool,
    parts: Vec<Part>,
    cookies: Vec<(String, String)>,
    user: Option<(String, String)>,
    expects: bool,
    findings: Vec<Finding>,
}

/// A body and the type that Hurl names for it.
#[derive(Default)]
struct Body {
    text: String,
    media_type: Option<&'static str>,
    file: Option<String>,
    /// It is no text, or its coding is not undone here.
    elsewhere: bool,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// The line that begins here.
    fn line(&self) -> Option<&'a str> {
        let rest = self.rest();
        (!rest.is_empty()).then(|| rest.split('\n').next().unwrap_or("").trim_end_matches('\r'))
    }

    /// Length of the body that begins here.
    fn extent(&mut self) -> Option<usize> {
        if self.unended >= MOST_UNENDED {
            return None;
        }
        let extent = body_extent(self.rest());
        self.unended += usize::from(extent.is_none());
        extent
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find('\n').map_or(self.rest().len(), |end| end + 1);
    }

    fn next_request(&mut self) -> Option<(usize, &'a str, &'a str)> {
        loop {
            let (start, line) = (self.at, self.line()?);
            self.skip_line();
            if let Some((method, url)) = request_line(line) {
                return Some((start, method, url));
            }
        }
    }

    fn request(
        &mut self,
        method: &str,
        url: &str,
        files: curl::Files<'_>,
        catalog: &Catalog,
        ring: &mut KeyRing,
    ) -> Intake {
        let mut headers = Vec::new();
        let mut sections = Sections::default();
        let mut body = Body::default();
        while let Some(line) = self.line() {
            if request_line(line).is_some() {
                break;
            }
            if is_blank(line) {
                self.skip_line();
            } else if let Some(name) = section(line) {
                self.skip_line();
                self.section(name, &mut sections, ring);
            } else if response_line(line) {
                sections.expects = true;
                self.skip_response();
            } else if let Some((name, value)) =
                header(line).filter(|_| !line.starts_with(['{', '[', '`', '<']))
            {
                headers.push((name.to_owned(), self.braces.filled(&unescaped(value))));
                self.skip_line();
            } else {
                body = self.body(files);
            }
        }
        let mut unmasked = Unmasked {
            method: method.to_owned(),
            url: self.braces.filled(url),
            headers,
            ..Unmasked::default()
        };
        let mut findings = std::mem::take(&mut sections.findings);
        let file = body.file.take();
        if file.is_some() || body.elsewhere {
            findings.push(body_elsewhere());
        }
        put_in(&mut unmasked, sections, body, &mut findings, ring);
        findings.extend(self.braces.told());
        let (draft, held) = unmasked.masked(catalog, ring);
        findings.extend(held);
        let body_file = file.map(|path| BodyFile { path, joined: false });
        Intake { kind: "hurl", draft: Some(draft), body_file, findings, ..Intake::default() }
    }

    /// The lines of a section, `name: value` each.
    fn section(&mut self, name: &str, sections: &mut Sections, ring: &mut KeyRing) {
        sections.is_form |= matches!(name, "FormParams" | "Form");
        while let Some(line) = self.line() {
            if section(line).is_some() || response_line(line) || request_line(line).is_some() {
                return;
            }
            if !is_blank(line) {
                let Some((key, value)) = line.split_once(':').filter(|_| !line.starts_with(['{', '`', '<']))
                else {
                    return;
                };
                let key = self.braces.filled(&unescaped(key.trim()));
                let value = self.braces.filled(&unescaped(value.trim()));
                self.pair(name, key, value, sections, ring);
            }
            self.skip_line();
        }
    }

    fn pair(&mut self, name: &str, key: String, value: String, sections: &mut Sections, ring: &mut KeyRing) {
        match name {
            "QueryStringParams" | "Query" => sections.query.push((key, value)),
            "FormParams" | "Form" => sections.form.push((key, value)),
            "MultipartFormData" | "Multipart" => sections.parts.push(part(key, value)),
            "Cookies" => sections.cookies.push((key, value)),
            "BasicAuth" => sections.user = Some((key, value)),
            "Options" => self.option(&key, &value, sections, ring),
            _ => sections.expects = true,
        }
    }

    fn option(&mut self, key: &str, value: &str, sections: &mut Sections, ring: &mut KeyRing) {
        let on = value == "true";
        let (id, message) = match key {
            "variable" => {
                if let Some((name, value)) = value.split_once('=') {
                    self.braces.set(name.trim(), value.trim(), ring);
                }
                return;
            }
            "user" => {
                let (user, password) = value.split_once(':').unwrap_or((value, ""));
                sections.user = Some((user.to_owned(), password.to_owned()));
                return;
            }
            "insecure" if on => {
                ("certificates_checked", "Hurl did not check the certificate; here it is checked")
            }
            "location" | "location-trusted" if on => (
                "redirects_not_followed",
                "Hurl followed redirects; here a redirect is shown and not followed",
            ),
            "proxy" => ("proxy_not_used", "Hurl used a proxy; the one in the file is not used here"),
            "aws-sigv4" | "cert" | "key" | "connect-to" | "resolve" | "unix-socket" | "ntlm"
            | "negotiate" | "digest" => {
                ("option_not_applied", "this option changes what is sent or where; it is not applied here")
            }
            _ => return,
        };
        sections.findings.push(Finding::new(id, Level::Warning, message).at(Place::Option(key.to_owned())));
    }

    /// What is expected of the answer, up to the next request.
    fn skip_response(&mut self) {
        while let Some(line) = self.line() {
            if request_line(line).is_some() {
                return;
            }
            // A body may hold lines that look like a request's.
            let body = if line.starts_with(['{', '[', '`']) && section(line).is_none() {
                self.extent()
            } else {
                None
            };
            match body {
                Some(len) if len > 0 => self.at += len,
                _ => self.skip_line(),
            }
        }
    }

    fn body(&mut self, files: curl::Files<'_>) -> Body {
        let rest = self.rest();
        let line = self.line().unwrap_or("").trim_end();
        let within = |begin: &str| line.strip_prefix(begin)?.strip_suffix(';').map(str::trim);
        if let Some(path) = within("file,") {
            self.skip_line();
            let text = files(path);
            let file = if text.is_none() { Some(path.to_owned()) } else { None };
            return Body { text: text.unwrap_or_default(), file, ..Body::default() };
        }
        if let Some(text) = within("base64,") {
            use base64::Engine as _;
            self.skip_line();
            let decoded = base64::engine::general_purpose::STANDARD.decode(text).ok();
            let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
            return Body { elsewhere: text.is_none(), text: text.unwrap_or_default(), ..Body::default() };
        }
        if within("hex,").is_some() {
            self.skip_line();
            return Body { elsewhere: true, ..Body::default() };
        }
        if rest.starts_with("```") {
            return self.fenced();
        }
        let len = self.extent().unwrap_or(line.len()).max(1).min(rest.len());
        let written = rest.get(..len).unwrap_or("");
        self.at += written.len();
        self.skip_line();
        if let Some(text) = written.strip_prefix('`').and_then(|text| text.strip_suffix('`')) {
            return Body { text: self.braces.filled(&unescaped(text)), ..Body::default() };
        }
        let media_type = if written.starts_with('<') { "text/xml" } else { "application/json" };
        let known = written.starts_with(['<', '{', '[', '"']) || written.trim().parse::<f64>().is_ok();
        Body {
            text: self.braces.filled(written.trim_end()),
            media_type: known.then_some(media_type),
            ..Body::default()
        }
    }

    /// A body between three backticks, its language perhaps behind the first ones.
    fn fenced(&mut self) -> Body {
        let inside = self.rest().get(3..).unwrap_or("");
        let end = inside.find("```");
        let written = inside.get(..end.unwrap_or(inside.len())).unwrap_or("");
        self.at += 3 + written.len() + if end.is_some() { 3 } else { 0 };
        self.skip_line();
        let (language, text) = match written.split_once('\n') {
            Some((first, text)) => (first.trim(), text),
            None => ("", written),
        };
        let kind = language.split(',').next().unwrap_or("");
        let text = if language.contains("raw") { text.to_owned() } else { self.braces.filled(text) };
        match kind {
            "json" => Body { text, media_type: Some("application/json"), ..Body::default() },
            "xml" => Body { text, media_type: Some("text/xml"), ..Body::default() },
            "graphql" => {
                let query = serde_json::json!({ "query": text }).to_string();
                Body { text: query, media_type: Some("application/json"), ..Body::default() }
            }
            _ => Body { text, ..Body::default() },
        }
    }
}

/// A field of a form; `file,path; type` is a file.
fn part(name: String, value: String) -> Part {
    let Some((path, media)) = value.strip_prefix("file,").and_then(|rest| rest.split_once(';')) else {
        return Part { name, content: PartContent::Text(value), filename: None, media_type: None };
    };
    let media_type = Some(media.trim().to_owned()).filter(|media| !media.is_empty());
    let content = PartContent::File { path: path.trim().to_owned(), bytes: None };
    Part { name, content, filename: None, media_type }
}

/// Puts what the sections give and the body into the request.
fn put_in(
    unmasked: &mut Unmasked,
    sections: Sections,
    body: Body,
    findings: &mut Vec<Finding>,
    ring: &mut KeyRing,
) {
    for (name, value) in &sections.query {
        unmasked.url = with_pair(&unmasked.url, name, value);
    }
    if !sections.cookies.is_empty() {
        let cookies: Vec<String> =
            sections.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        unmasked.headers.push(("Cookie".to_owned(), cookies.join("; ")));
    }
    if !sections.parts.is_empty() {
        unmasked.form = sections.parts;
        unmasked.implied("Content-Type", "multipart/form-data");
    } else if sections.is_form {
        let pairs: Vec<String> = sections
            .form
            .iter()
            .map(|(name, value)| format!("{}={}", form_encoded(name), form_encoded(value)))
            .collect();
        unmasked.body = pairs.join("&");
        unmasked.implied("Content-Type", "application/x-www-form-urlencoded");
    } else {
        unmasked.body = body.text;
        if let Some(kind) = body.media_type {
            unmasked.implied("Content-Type", kind);
        }
    }
    if let Some((user, password)) = sections.user
        && !unmasked.has_header("authorization")
    {
        unmasked.basic(&user, &password, ring);
    }
    if sections.expects {
        findings.push(Finding::new(
            "expectations_left_out",
            Level::Info,
            "what the file expects or keeps of the answer is left out; the answer is shown as it comes",
        ));
    }
}

fn body_elsewhere() -> Finding {
    Finding::new(
        "body_from_file",
        Level::Warning,
        "the body comes from a file or form that is not in the paste",
    )
    .fix("put the body in yourself, or write down what it holds")
}

#[cfg(test)]
mod tests;
