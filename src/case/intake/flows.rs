//! What mitmproxy's console prints of flows (`mitmdump --flow-detail 2` to `4`): a line with the client and the request,
//! headers and body indented by four, a line with ` << ` and the answer
//! (<https://docs.mitmproxy.org/stable/concepts/options/#flow_detail>; the shape is that of mitmproxy 12, run here).

use super::several::Piece;
use super::unmasked::{Unmasked, form_encoded};
use super::{answer, http_file, transport};
use crate::case::catalog::Catalog;
use crate::case::evidence::{Attempt, Outcome, TransportFailure};
use crate::case::keyring::KeyRing;
use crate::case::request::Intake;
use crate::case::vocabulary::TransportKind;

/// More flows than anybody reads.
const MOST: usize = 1000;

/// Lines at the start in which the first flow stands.
const LOOKED_AT: usize = 200;

/// True where the text is such a dump.
pub(super) fn is_one(text: &str) -> bool {
    let mut lines = text.lines().take(LOOKED_AT);
    lines.any(|line| request_line(line).is_some())
        && text.lines().take(LOOKED_AT * 10).any(|line| line.trim_start().starts_with("<< "))
}

/// The flows of a dump; empty where there is none.
pub(super) fn read_all(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut flow: Option<Flow> = None;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        if let Some((method, url)) = request_line(line) {
            if let Some(flow) = flow.take() {
                pieces.push(flow.piece(start, catalog, ring));
            }
            if pieces.len() >= MOST {
                return pieces;
            }
            flow = Some(Flow { method: method.to_owned(), url: url.to_owned(), start, ..Flow::default() });
        } else if let Some(flow) = &mut flow {
            flow.take(line);
        }
    }
    if let Some(flow) = flow {
        pieces.push(flow.piece(text.len(), catalog, ring));
    }
    pieces
}

/// `127.0.0.1:45482: POST http://host/path [HTTP/2.0]`: method and address.
fn request_line(line: &str) -> Option<(&str, &str)> {
    let (client, rest) = line.split_once(": ")?;
    let (_, port) = client.rsplit_once(':')?;
    let mut words = rest.split(' ');
    let (method, url) = (words.next()?, words.next()?);
    let version = words.next().is_none_or(|word| word.starts_with("HTTP/"));
    let is_method = !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
    let is_port = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) && !client.contains(' ');
    (is_port && is_method && version && words.next().is_none() && url.contains("://"))
        .then_some((method, url))
}

/// A line of a message's head or body, without its indent.
fn indented(line: &str) -> Option<&str> {
    line.strip_prefix("    ").or_else(|| line.is_empty().then_some(""))
}

/// One message: its head, then its body.
#[derive(Default)]
struct Message {
    headers: Vec<(String, String)>,
    body: String,
    in_body: bool,
}

impl Message {
    fn take(&mut self, line: &str) {
        let Some(line) = indented(line) else { return };
        if !self.in_body {
            if line.is_empty() {
                self.in_body = true;
            } else if let Some((name, value)) = http_file::header(line) {
                self.headers.push((name.to_owned(), value.to_owned()));
            }
        } else if !matches!(line.trim(), "(cut off)" | "(content missing)" | "No content") {
            self.body.push_str(line);
            self.body.push('\n');
        }
    }
}

/// One flow.
#[derive(Default)]
struct Flow {
    method: String,
    url: String,
    start: usize,
    sent: Message,
    /// What stands behind ` << `.
    came: Option<String>,
    received: Message,
}

impl Flow {
    fn take(&mut self, line: &str) {
        if let Some(came) =
            line.trim_start().strip_prefix("<< ").filter(|_| !line.starts_with("    ") || self.came.is_none())
        {
            self.came = Some(came.trim().to_owned());
        } else if self.came.is_some() {
            self.received.take(line);
        } else {
            self.sent.take(line);
        }
    }

    fn piece(self, end: usize, catalog: &Catalog, ring: &mut KeyRing) -> Piece {
        let observed = self.came.as_deref().and_then(|came| attempt(came, self.received, catalog));
        // A proxy's own header is none of the client's request.
        let mut headers = self.sent.headers;
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("proxy-connection"));
        let mut unmasked = Unmasked { method: self.method, url: self.url, headers, ..Unmasked::default() };
        let body = self.sent.body.trim_end();
        let is_form =
            unmasked.header("content-type").is_some_and(|kind| kind.contains("x-www-form-urlencoded"));
        let form = if is_form { form_view(body) } else { None };
        unmasked.body = form.unwrap_or_else(|| body.to_owned());
        let (draft, held) = unmasked.masked(catalog, ring);
        let intake = Intake {
            kind: "http dump",
            draft: Some(draft),
            observed,
            findings: held.into_iter().collect(),
            ..Intake::default()
        };
        Piece { intake, start: self.start, end }
    }
}

/// The web form that the console's view of one (`name: value` lines) was made of.
fn form_view(view: &str) -> Option<String> {
    let fields: Option<Vec<String>> = view
        .lines()
        .map(|line| {
            let (name, value) = line.split_once(": ").or_else(|| Some((line.strip_suffix(':')?, "")))?;
            (!name.contains('='))
                .then(|| format!("{}={}", form_encoded(name.trim()), form_encoded(value.trim())))
        })
        .collect();
    fields.filter(|fields| !fields.is_empty()).map(|fields| fields.join("&"))
}

/// `[replay] HTTP/2.0 401 Unauthorized 60b`, or what kept the answer from coming.
fn attempt(came: &str, received: Message, catalog: &Catalog) -> Option<Attempt> {
    let came = came.strip_prefix("[replay] ").unwrap_or(came);
    let (version, rest) = match came.split_once(' ') {
        Some((version, rest)) if version.starts_with("HTTP/") => (Some(version.to_owned()), rest),
        _ => (None, came),
    };
    let code = rest.split(' ').next().unwrap_or("");
    let status = if code.len() == 3 { code.parse::<u16>().ok() } else { None };
    let Some(status) = status.filter(|status| (100..1000).contains(status)) else {
        let lower = came.to_ascii_lowercase();
        let kind = match transport::found(came, catalog) {
            Some((kind, _)) => kind,
            None if lower.starts_with("client disconnected") => TransportKind::Cancelled,
            None if lower.starts_with("server disconnected") => TransportKind::Reset,
            None => return None,
        };
        return Some(answer::attempt(Outcome::Transport(TransportFailure { kind, detail: came.to_owned() })));
    };
    let reason = rest.get(3..).unwrap_or("").trim();
    // The size stands behind the reason.
    let reason = reason.rsplit_once(' ').map_or("", |(reason, _)| reason);
    let mut headers: Vec<(String, String)> =
        received.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    // The dump shows the body unpacked.
    headers.retain(|(name, _)| name != "content-encoding");
    let body = received.body.trim_end().as_bytes().to_vec();
    let reason = Some(reason.trim_end_matches(" (content").to_owned()).filter(|reason| !reason.is_empty());
    Some(answer::attempt(Outcome::Response(answer::response(Some(status), reason, version, headers, body))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::intake::read_all as read_text;

    /// As mitmproxy 12.2 printed it here.
    const DUMP: &str = include_str!("../../../tests/fixtures/http/mitmdump-detail-3.txt");

    #[test]
    fn flows_are_listed_with_their_answers() {
        let mut ring = KeyRing::default();
        let pieces = read_text(DUMP, &|_| None, &Catalog::built_in(), &mut ring);
        let shown: Vec<String> = pieces
            .iter()
            .map(|piece| {
                let draft = piece.intake.draft.as_ref().expect("a request");
                let came = piece.intake.observed.as_ref().map(|a| match a.response() {
                    Some(r) => format!("{:?} {:?} {} {}", r.status, r.reason, r.headers.len(), r.body.len()),
                    None => "failed".to_owned(),
                });
                format!("{} {} {} {:?}", draft.method, draft.url, draft.body.len(), came.unwrap_or_default())
            })
            .collect();
        assert_eq!(
            shown,
            [
                "POST http://127.0.0.1:18999/v1/chat/completions 45 \"Some(401) Some(\\\"Unauthorized\\\") 5 92\"",
                "GET http://127.0.0.1:18999/v1/models 0 \"Some(401) Some(\\\"Unauthorized\\\") 5 92\"",
                "GET http://127.0.0.1:18998/v1/models 0 \"failed\"",
            ]
        );
        assert!(DUMP.get(pieces[1].start..).is_some_and(|rest| rest.starts_with("127.0.0.1:")));
        assert_eq!(pieces[0].intake.kind, "http dump");
    }

    #[test]
    fn logs_are_no_dumps() {
        for text in ["10:00: GET https://h/x", "a: b << c", "127.0.0.1:80: POST https://h/x failed << y", ""]
        {
            assert!(!is_one(text), "{text}");
        }
    }
}
