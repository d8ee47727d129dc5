//! A request as Bruno keeps it in a `.bru` file (<https://docs.usebruno.com/bru-lang/overview>, read 2026-11-23): blocks of
//! pairs and of text, of which a `~` switches a line off.

use super::client_prints::is_method;
use super::collection::with_references;
use super::several::Piece;
use super::unmasked::{Unmasked, form_encoded, with_pair};
use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;
use crate::case::request::{Intake, Part, PartContent};

/// Lines of a text in which the block of the method is looked for.
const LOOKED_AT: usize = 400;

/// Longest file, bytes.
const LONGEST: usize = 4 << 20;

/// A block: its name, and the lines in it.
struct Block<'t> {
    name: &'t str,
    lines: Vec<&'t str>,
}

impl<'t> Block<'t> {
    /// `name: value`, without those that are switched off.
    fn pairs(&self) -> impl Iterator<Item = (&'t str, String)> {
        self.lines.iter().filter_map(|line| {
            let (name, value) = line.trim().split_once(':')?;
            let is_on = !name.starts_with('~') && !name.is_empty();
            is_on.then(|| (name.trim(), with_references(value.trim(), &[])))
        })
    }

    fn get(&self, name: &str) -> Option<String> {
        self.pairs().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The text of a body, which stands two blanks in.
    fn text(&self) -> String {
        let lines: Vec<&str> =
            self.lines.iter().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
        with_references(&lines.join("\n"), &[])
    }
}

/// `post {`
fn opened(line: &str) -> Option<&str> {
    let name = line.trim_end().strip_suffix(" {")?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b':' || b == b'-');
    is_name.then_some(name)
}

/// True where the text is such a file: a block named after a method, and its address in it.
pub(super) fn is_one(text: &str) -> bool {
    let mut lines = text.lines().take(LOOKED_AT);
    let is_block = |line: &str| opened(line).is_some_and(|name| is_method(&name.to_ascii_uppercase()));
    text.len() <= LONGEST
        && lines.find(|line| !line.trim().is_empty()).is_some_and(|first| opened(first).is_some())
        && text.lines().take(LOOKED_AT).any(is_block)
        && text.lines().take(LOOKED_AT).any(|line| line.trim_start().starts_with("url: "))
}

/// The request of the file.
pub(super) fn read_all(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Vec<Piece> {
    let blocks = blocks(text);
    let Some(unmasked) = request(&blocks, ring) else { return Vec::new() };
    let (draft, held) = unmasked.masked(catalog, ring);
    let findings = held.into_iter().collect();
    let intake = Intake { kind: "http file", draft: Some(draft), findings, ..Intake::default() };
    vec![Piece { intake, start: 0, end: text.len() }]
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        if open && line.trim_end() == "}" {
            open = false;
        } else if open {
            if let Some(block) = blocks.last_mut() {
                block.lines.push(line);
            }
        } else if let Some(name) = opened(line) {
            blocks.push(Block { name, lines: Vec::new() });
            open = true;
        }
    }
    blocks
}

fn request(blocks: &[Block<'_>], ring: &mut KeyRing) -> Option<Unmasked> {
    let block = |name: &str| blocks.iter().find(|block| block.name == name);
    let call = blocks.iter().find(|block| is_method(&block.name.to_ascii_uppercase()))?;
    let mut sent =
        Unmasked { method: call.name.to_ascii_uppercase(), url: call.get("url")?, ..Unmasked::default() };
    for (name, value) in block("params:path").into_iter().flat_map(Block::pairs) {
        sent.url = sent.url.replace(&format!("/:{name}"), &format!("/{value}"));
    }
    let headers = block("headers").into_iter().flat_map(Block::pairs);
    sent.headers = headers.map(|(name, value)| (name.to_owned(), value)).collect();
    let auth = call.get("auth").unwrap_or_default();
    let of_auth = block(&format!("auth:{auth}"));
    let given = |name: &str| of_auth.and_then(|auth| auth.get(name)).unwrap_or_default();
    match auth.as_str() {
        "bearer" => sent.implied("Authorization", &format!("Bearer {}", given("token"))),
        "basic" => sent.basic(&given("username"), &given("password"), ring),
        "apikey" if given("placement") == "queryparams" => {
            sent.url = with_pair(&sent.url, &given("key"), &given("value"));
        }
        "apikey" => sent.implied(&given("key"), &given("value")),
        _ => {}
    }
    let kind = call.get("body").unwrap_or_default();
    take_body(&mut sent, &kind, block(&format!("body:{}", written(&kind))), block("body:graphql:vars"));
    Some(sent)
}

/// What the block of a body is called whose kind the method's block names.
fn written(kind: &str) -> &str {
    match kind {
        "formUrlEncoded" => "form-urlencoded",
        "multipartForm" => "multipart-form",
        other => other,
    }
}

fn take_body(sent: &mut Unmasked, kind: &str, body: Option<&Block<'_>>, variables: Option<&Block<'_>>) {
    let Some(body) = body else { return };
    match written(kind) {
        "form-urlencoded" => {
            let pairs =
                body.pairs().map(|(name, value)| format!("{}={}", form_encoded(name), form_encoded(&value)));
            sent.body = pairs.collect::<Vec<_>>().join("&");
            sent.implied("Content-Type", "application/x-www-form-urlencoded");
        }
        "multipart-form" => {
            let part = |(name, value): (&str, String)| {
                let file = value.strip_prefix("@file(").and_then(|rest| rest.split(')').next());
                let content = match file {
                    Some(path) => PartContent::File { path: path.to_owned(), bytes: None },
                    None => PartContent::Text(value),
                };
                Part { name: name.to_owned(), content, filename: None, media_type: None }
            };
            sent.form = body.pairs().map(part).collect();
        }
        "graphql" => {
            let variables =
                variables.and_then(|block| serde_json::from_str::<serde_json::Value>(&block.text()).ok());
            sent.body = serde_json::json!({"query": body.text(), "variables": variables}).to_string();
            sent.implied("Content-Type", "application/json");
        }
        kind => {
            sent.body = body.text();
            let media = match kind {
                "json" => "application/json",
                "xml" => "application/xml",
                "sparql" => "application/sparql-query",
                _ => "text/plain",
            };
            sent.implied("Content-Type", media);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::case::catalog::Catalog;
    use crate::case::intake::read;
    use crate::case::keyring::KeyRing;

    #[test]
    fn requests_of_bruno_are_read() {
        let table = [
            (
                "meta {\n  name: a\n  seq: 1\n}\n\nput {\n  url: {{base}}/v1/:id?x=1\n  body: json\n  auth: none\n}\n\nparams:path {\n  id: 7\n}\n\nheaders {\n  X-A: b:c\n  ~X-Off: 1\n}\n\nbody:json {\n  {\n    \"m\": \"{{process.env.M}}\"\n  }\n}\n",
                "PUT [env:base]/v1/7?x=1 [X-A=b:c, Content-Type=application/json] {\n  \"m\": \"[env:M]\"\n}",
            ),
            (
                "get {\n  url: https://h.test/v1\n  body: none\n  auth: apikey\n}\nauth:apikey {\n  key: k\n  value: {{v}}\n  placement: queryparams\n}\nbody:json {\n  {}\n}",
                "GET https://h.test/v1?k=[env:v] [] ",
            ),
            (
                "post {\n  url: https://h.test/v1\n  body: formUrlEncoded\n}\nbody:form-urlencoded {\n  a: b c\n  ~d: e\n}",
                "POST https://h.test/v1 [Content-Type=application/x-www-form-urlencoded] a=b+c",
            ),
            (
                "post {\n  url: https://h.test/v1\n  body: multipartForm\n}\nbody:multipart-form {\n  a: b\n  f: @file(x/y.wav)\n}",
                "POST https://h.test/v1 []  2 parts",
            ),
        ];
        for (text, expected) in table {
            let read = read(text, &Catalog::built_in(), &mut KeyRing::default());
            let draft = read.draft.unwrap_or_default();
            let headers: Vec<String> =
                draft.headers.iter().map(|h| format!("{}={}", h.name, h.value)).collect();
            let parts =
                if draft.form.is_empty() { String::new() } else { format!(" {} parts", draft.form.len()) };
            let shown =
                format!("{} {} [{}] {}{parts}", draft.method, draft.url, headers.join(", "), draft.body);
            assert_eq!(shown, expected, "{text}");
        }
        let none = read(
            "meta {\n  name: a\n}\n\nwe have no url: here",
            &Catalog::built_in(),
            &mut KeyRing::default(),
        );
        assert!(none.draft.is_none());
    }
}
