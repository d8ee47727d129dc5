//! An exchange as programs print one that write it neither as HTTP nor as curl does: `OkHttp`, Ruby's `Net::HTTP`, `wget -d`,
//! .NET's `HttpClient`, langchain4j, Azure's SDK for Python, Postman's console, the panel of a browser. Each of them becomes
//! the request that was sent, with its answer; what a print does not show is not there.

mod dotnet;
mod labelled;
mod okhttp;
mod panel;
mod postman;
mod ruby;
mod wget;

use super::several::Piece;
use super::unmasked::Unmasked;
use super::{answer, error_text, secret, tries};
use crate::case::catalog::Catalog;
use crate::case::evidence::{Attempt, Outcome, Response};
use crate::case::keyring::KeyRing;
use crate::case::request::{Intake, Said};

/// More exchanges than anybody reads.
const MOST: usize = 200;

/// Bytes of a text that are read.
const LONGEST: usize = 8 << 20;

/// One exchange as a print shows it. No `Debug`: it may hold a key.
#[derive(Default)]
struct Exchange {
    /// First byte of it.
    start: usize,
    /// What was sent, as far as it is shown.
    sent: Unmasked,
    /// What came.
    answer: Option<Response>,
    /// What the client says where nothing came.
    failure: String,
}

/// The exchanges that a program printed; empty where `text` holds no print that is known here.
pub(super) fn read_all(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Vec<Piece> {
    const READERS: [fn(&str) -> Vec<Exchange>; 8] = [
        okhttp::read,
        ruby::read,
        wget::read,
        labelled::langchain4j,
        labelled::azure,
        dotnet::read,
        postman::read,
        panel::read,
    ];
    if text.len() > LONGEST {
        return Vec::new();
    }
    let Some(exchanges) = READERS.iter().map(|read| read(text)).find(|found| !found.is_empty()) else {
        return Vec::new();
    };
    let mut ends: Vec<usize> = exchanges.iter().skip(1).map(|exchange| exchange.start).collect();
    ends.push(text.len());
    let mut pieces = Vec::new();
    for (at, (exchange, end)) in exchanges.into_iter().zip(ends).take(MOST).enumerate() {
        let start = if at == 0 { 0 } else { exchange.start };
        let own = text.get(start..end).unwrap_or("");
        pieces.push(Piece { intake: intake(exchange, own, catalog, ring), start, end });
    }
    pieces
}

fn intake(exchange: Exchange, own: &str, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let Exchange { sent, answer, failure, .. } = exchange;
    // A line that names a method and an address shows no request: nobody knows what else was sent.
    let shown = !sent.headers.is_empty() || !sent.body.is_empty();
    let (draft, said, held) = if shown {
        let (draft, held) = sent.masked(catalog, ring);
        (Some(draft), Said::default(), held)
    } else {
        let url = secret::mask_url(&sent.url, catalog, ring).0;
        (None, Said { method: Some(sent.method), url: Some(url), model: None }, None)
    };
    let (observed, client) = observed(answer, &failure, own, catalog, ring);
    Intake {
        kind: if draft.is_some() { "http request" } else { "error text" },
        draft,
        observed,
        client,
        said,
        tried: tries::read(own),
        findings: held.into_iter().collect(),
        ..Intake::default()
    }
}

/// The answer of the print; where it shows none, or none of its words, what the client says beside it.
fn observed(
    answer: Option<Response>,
    failure: &str,
    own: &str,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> (Option<Attempt>, Option<String>) {
    let mut told = |text: &str| error_text::read(text.trim(), true, catalog, ring);
    let Some(answer) = answer else {
        let told = told(failure).or_else(|| if failure.is_empty() { told(own) } else { None });
        return told.map_or((None, None), |told| (Some(told.attempt), told.client));
    };
    if answer.body.is_empty()
        && answer.status.is_none_or(|status| status >= 400)
        && let Some(mut told) = told(own)
        && let Outcome::Response(words) = &mut told.attempt.outcome
        && (told.states_object || words.exception.is_some())
        && (words.status == answer.status || words.status.is_none() || answer.status.is_none())
        && !words.body.is_empty()
    {
        words.status = answer.status.or(words.status);
        if !answer.headers.is_empty() {
            words.headers = answer.headers;
        }
        return (Some(told.attempt), told.client);
    }
    (Some(answer::attempt(Outcome::Response(answer))), None)
}

/// An answer without a version of HTTP.
fn answered(status: Option<u16>, reason: &str, headers: Vec<(String, String)>, body: &str) -> Response {
    let reason = Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    // Who prints a body has unpacked it.
    let headers = headers.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-encoding"));
    answer::response(status, reason, None, headers.collect(), body.trim().as_bytes().to_vec())
}

/// The lines of `text`, without their ends, each with its first byte.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    })
}

/// `Name: value`.
fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    is_name.then(|| (name.to_owned(), value.trim().to_owned()))
}

/// True for a method as programs print it.
pub(super) fn is_method(word: &str) -> bool {
    matches!(word, "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS")
}

/// A status, with which `text` begins, and what stands behind it.
fn status(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.split_at_checked(3)?;
    let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
    let status = digits.parse().ok().filter(|status| (100..600).contains(status) && ends)?;
    Some((status, rest))
}

#[cfg(test)]
mod tests;
