//! Files of requests as editors run them: `.http` and `.rest` of the REST Client for VS Code, of `JetBrains`' HTTP client and
//! of Visual Studio (<https://github.com/Huachao/vscode-restclient>,
//! <https://www.jetbrains.com/help/idea/exploring-http-syntax.html>, accessed 2026-11-21).

use super::braces::Braces;
use super::several::Piece;
use super::unmasked::Unmasked;
use super::{answer, curl, http};
use crate::case::catalog::Catalog;
use crate::case::evidence::Outcome;
use crate::case::finding::{Finding, Level, Place};
use crate::case::keyring::KeyRing;
use crate::case::request::{BodyFile, Intake, PartContent};

/// More requests than anybody reads.
const MOST: usize = 1000;

/// Lines at the start that are looked at to tell what a text is.
const LOOKED_AT: usize = 200;

/// True where the text is such a file: a request line with an address, and a mark that no log has.
pub(super) fn is_one(text: &str) -> bool {
    let mut marked = false;
    let mut lines = text.lines().take(LOOKED_AT).peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        if line.starts_with("< {%") {
            marked = true;
            if !line.contains("%}") {
                lines.by_ref().find(|line| line.contains("%}"));
            }
        } else if line.starts_with("###") || variable(line).is_some() {
            marked = true;
        } else if is_comment(line) {
            marked |= line.trim_start_matches(['#', '/', ' ']).starts_with('@');
        } else if let Some(request) = RequestLine::of(line) {
            let next = lines.peek().map_or("", |next| next.trim());
            let goes_on = header(next).is_some() || next.starts_with(['?', '&', '{', '[']);
            let body_follows = || {
                next.is_empty()
                    && lines.clone().nth(1).is_some_and(|body| body.trim_start().starts_with(['{', '[']))
            };
            let alone = lines.clone().all(|line| line.trim().is_empty());
            let ends = alone || next.starts_with("###");
            marked |= lines.clone().any(|line| line.starts_with("###"));
            return match request.method {
                // With a path alone it is what went over the wire.
                Some(_) if request.url.starts_with('/') => marked,
                Some(_) => marked || goes_on || alone || body_follows() || request.url.contains("{{"),
                None => marked && (goes_on || ends),
            };
        } else if !line.is_empty() {
            return false;
        }
    }
    false
}

/// The requests of a file; empty where it has none.
pub(super) fn read_all(
    text: &str,
    files: curl::Files<'_>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Vec<Piece> {
    let mut braces = Braces::default();
    for line in text.lines() {
        if let Some((name, value)) = variable(line) {
            let value = value.replace("\\n", "\n").replace("\\r", "\r");
            braces.set(name, &value, ring);
        }
    }
    let mut pieces = Vec::new();
    for (start, end) in blocks(text) {
        let block = text.get(start..end).unwrap_or("");
        let intake = request(block, &mut braces, files, catalog, ring);
        if let Some(intake) = intake.or_else(|| super::several::of_block(block, catalog, ring)) {
            pieces.push(Piece { intake, start, end });
        }
        if pieces.len() >= MOST {
            break;
        }
    }
    pieces
}

/// Bytes of each block between the lines that begin with `###`.
fn blocks(text: &str) -> Vec<(usize, usize)> {
    let (mut blocks, mut start, mut at) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        if line.starts_with("###") {
            blocks.push((start, at));
            start = at + line.len();
        }
        at += line.len();
    }
    blocks.push((start, at));
    blocks
}

/// `@name = value`.
fn variable(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim().strip_prefix('@')?.split_once('=')?;
    let name = name.trim();
    let is_name = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    is_name.then(|| (name, value.trim()))
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') || line.starts_with("//")
}

/// `Name: value`, the name a token of HTTP.
pub(super) fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim_end();
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    (!name.is_empty() && name.bytes().all(is_token) && !value.starts_with("//")).then(|| (name, value.trim()))
}

/// `[METHOD] address [HTTP/1.1]`.
struct RequestLine<'a> {
    method: Option<&'a str>,
    url: &'a str,
}

impl<'a> RequestLine<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let line = line.trim();
        let (first, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let is_method = (3..=10).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_uppercase());
        let (method, address) = if is_method { (Some(first), rest.trim_start()) } else { (None, line) };
        let address = match address.rsplit_once(" HTTP/") {
            Some((address, version)) if version.len() <= 3 => address.trim_end(),
            _ => address,
        };
        let known = address.starts_with("http://")
            || address.starts_with("https://")
            || (address.starts_with("{{") && address.contains("}}"))
            || (method.is_some() && address.starts_with('/'))
            || (method.is_some() && is_host(address));
        // A blank may stand inside braces only.
        let is_one_word = !without_braces(address).contains(char::is_whitespace);
        (known && is_one_word).then_some(Self { method, url: address })
    }
}

/// `localhost:8080/x` and `api.example.com/v1`: an address whose scheme was left out.
fn is_host(text: &str) -> bool {
    let host = text.split(['/', '?', ':']).next().unwrap_or("");
    host == "localhost"
        || (host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && text.len() > host.len()
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')))
}

/// `text` without what stands in double braces.
pub(super) fn without_braces(text: &str) -> String {
    let mut out = String::new();
    for (index, piece) in text.split("{{").enumerate() {
        out.push_str(if index == 0 {
            piece
        } else {
            piece.split_once("}}").map_or(piece, |(_, behind)| behind)
        });
    }
    out
}

/// The request of one block.
fn request(
    block: &str,
    braces: &mut Braces,
    files: curl::Files<'_>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Option<Intake> {
    let mut rest = block;
    let line = loop {
        let line = next_line(&mut rest)?;
        if line.trim().is_empty() || is_comment(line) || variable(line).is_some() {
            continue;
        }
        if line.starts_with("< {%") {
            skip_script(line, &mut rest);
            continue;
        }
        break line;
    };
    let request = RequestLine::of(line)?;
    let mut url = request.url.to_owned();
    let mut unmasked = Unmasked { method: request.method.unwrap_or("GET").to_owned(), ..Unmasked::default() };
    let mut in_address = true;
    let mut whole_head = false;
    while !whole_head && !rest.is_empty() {
        let Some(line) = next_line(&mut rest) else { break };
        let bare = line.trim();
        if bare.is_empty() {
            whole_head = true;
        } else if in_address
            && (bare.starts_with(['?', '&']) || (line.starts_with([' ', '\t']) && header(bare).is_none()))
        {
            url.push_str(bare);
        } else if is_comment(line) {
        } else if let Some((name, value)) = header(bare) {
            in_address = false;
            unmasked.headers.push((name.to_owned(), braces.filled(value)));
        }
    }
    unmasked.url = braces.filled(&url);
    with_host(&mut unmasked);
    let mut findings = Vec::new();
    authorization(&mut unmasked, &mut findings, ring);
    let mut body = Body::read(rest, files);
    if unmasked
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    {
        body.text = form_joined(&body.text);
    }
    unmasked.body = if body.filled || body.file.is_none() { braces.filled(&body.text) } else { body.text };
    as_graphql(&mut unmasked);
    findings.extend(braces.told());
    let (mut draft, held) = unmasked.masked(catalog, ring);
    for part in &mut draft.form {
        let path = part.text().and_then(|text| text.strip_prefix("< ")).map(|path| path.trim().to_owned());
        if let Some(path) = path {
            part.content = PartContent::File { path, bytes: None };
        }
    }
    findings.extend(held);
    if let Some(file) = &body.file {
        findings.push(
            Finding::new(
                "body_from_file",
                Level::Warning,
                "the body comes from a file or form that is not in the paste",
            )
            .at(Place::Option(file.path.clone()))
            .fix("put the body in yourself, or write down what it holds"),
        );
    }
    let observed = body.answer.map(|response| answer::attempt(Outcome::Response(response)));
    Some(Intake {
        kind: "http file",
        draft: Some(draft),
        observed,
        body_file: body.file,
        findings,
        ..Intake::default()
    })
}

/// A path alone goes to the host of the header, and a host alone over http, as REST Client has it.
fn with_host(unmasked: &mut Unmasked) {
    if unmasked.url.starts_with('/') {
        if let Some(host) = unmasked.header("host") {
            let local = host.starts_with("localhost") || host.starts_with("127.");
            let scheme = if local { "http" } else { "https" };
            unmasked.url = format!("{scheme}://{host}{}", unmasked.url);
        }
    } else if !unmasked.url.contains("://")
        && !unmasked.url.starts_with("[env:")
        && !unmasked.url.starts_with('{')
    {
        unmasked.url = format!("http://{}", unmasked.url);
    }
}

/// `GRAPHQL address` of `JetBrains`' client and `X-Request-Type: GraphQL` of REST Client: the query, and behind an empty line
/// its variables, are sent as JSON.
fn as_graphql(unmasked: &mut Unmasked) {
    let marked =
        unmasked.header("x-request-type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("graphql"));
    if unmasked.method != "GRAPHQL" && !marked {
        return;
    }
    if unmasked.method == "GRAPHQL" {
        "POST".clone_into(&mut unmasked.method);
    }
    unmasked.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("x-request-type"));
    let body = unmasked.body.trim();
    let split = body.rfind("\n{").map(|at| body.split_at(at));
    let variables = split.and_then(|(query, json)| {
        let value: serde_json::Value = serde_json::from_str(json.trim()).ok()?;
        Some((query.trim_end(), value))
    });
    let (query, variables) = variables.map_or((body, None), |(query, value)| (query, Some(value)));
    let mut json = serde_json::json!({ "query": query });
    if let (Some(object), Some(value)) = (json.as_object_mut(), variables) {
        object.insert("variables".to_owned(), value);
    }
    unmasked.body = json.to_string();
    unmasked.implied("Content-Type", "application/json");
}

/// `Basic user:password` and `Basic user password`, which the editor encodes itself.
fn authorization(unmasked: &mut Unmasked, findings: &mut Vec<Finding>, ring: &mut KeyRing) {
    let Some(at) = unmasked.headers.iter().position(|(name, _)| name.eq_ignore_ascii_case("authorization"))
    else {
        return;
    };
    let Some((_, value)) = unmasked.headers.get(at).cloned() else { return };
    let Some((scheme, rest)) = value.split_once(' ') else { return };
    let pair = rest.trim().split_once(':').or_else(|| rest.trim().split_once(' '));
    match (scheme.to_ascii_lowercase().as_str(), pair) {
        ("basic", Some((user, password))) => {
            unmasked.headers.remove(at);
            unmasked.basic(user.trim(), password.trim(), ring);
        }
        ("digest" | "aws", _) => {
            unmasked.headers.remove(at);
            findings.push(
                Finding::new(
                    "option_not_applied",
                    Level::Warning,
                    "this kind of authorization is made when the request is sent; it is not applied here",
                )
                .at(Place::Header("Authorization".to_owned())),
            );
        }
        _ => {}
    }
}

/// A form over several lines, as REST Client joins it.
fn form_joined(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(str::trim) {
        if !out.is_empty() && !line.starts_with('&') && !out.ends_with('&') {
            out.push('\n');
        }
        out.push_str(line);
    }
    out
}

/// The body of a block.
#[derive(Default)]
struct Body {
    text: String,
    /// The file that is all of it, where it was not read.
    file: Option<BodyFile>,
    /// Variables are put into it, too.
    filled: bool,
    answer: Option<crate::case::evidence::Response>,
}

impl Body {
    fn read(text: &str, files: curl::Files<'_>) -> Self {
        let mut body = Self { filled: true, ..Self::default() };
        let mut rest = text;
        let mut named = None;
        let mut is_multipart = false;
        while !rest.is_empty() {
            let from = rest;
            let Some(line) = next_line(&mut rest) else { break };
            // What came back, pasted below.
            if http::starts_with_status_line(from) && (line.starts_with("HTTP/")) {
                body.answer = http::pasted(from);
                break;
            }
            if line.starts_with("> {%") || line.starts_with("< {%") {
                skip_script(line, &mut rest);
                continue;
            }
            let is_reference = ["> ", ">> ", ">>! ", "<> ", "<>"].iter().any(|begin| line.starts_with(begin));
            let is_redirect = is_reference && !line.trim_start_matches(['<', '>', '!', ' ']).is_empty();
            if is_redirect && !is_multipart {
                continue;
            }
            is_multipart |= line.starts_with("--");
            if let Some(path) = file_named(line).filter(|_| !is_multipart && body.text.trim().is_empty()) {
                named = Some((path.to_owned(), line.starts_with("<@")));
                continue;
            }
            body.text.push_str(line.trim_end_matches('\r'));
            body.text.push('\n');
        }
        let end = body.text.trim_end().len();
        body.text.truncate(end);
        let start = body.text.len() - body.text.trim_start_matches('\n').len();
        body.text.drain(..start);
        if let Some((path, with_variables)) = named {
            match files(&path) {
                Some(text) => {
                    body.filled = with_variables;
                    body.text = text;
                }
                None if body.text.is_empty() => body.file = Some(BodyFile { path, joined: false }),
                None => {}
            }
        }
        body
    }
}

/// `< ./file`, `<@ ./file`, `<@latin1 ./file`.
fn file_named(line: &str) -> Option<&str> {
    let (mark, path) = line.split_once(' ')?;
    let is_mark = mark == "<"
        || mark.strip_prefix("<@").is_some_and(|e| e.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    (is_mark && !path.trim().is_empty()).then(|| path.trim())
}

/// A handler or script in `{% … %}`.
fn skip_script(line: &str, rest: &mut &str) {
    if line.contains("%}") {
        return;
    }
    while let Some(line) = next_line(rest) {
        if line.contains("%}") {
            break;
        }
    }
}

/// The next line of `rest` without its end; `None` at the end.
pub(super) fn next_line<'a>(rest: &mut &'a str) -> Option<&'a str> {
    if rest.is_empty() {
        return None;
    }
    let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
    *rest = behind;
    Some(line.trim_end_matches('\r'))
}

#[cfg(test)]
mod tests;
