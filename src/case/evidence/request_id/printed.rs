//! The ids that a client or a log printed around an error.

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::{decode_time, is_cut, looks_like_id, valid};

/// The ids that a client or a log printed around an error: by their names, and those whose clock tells the new-api
/// family's (a gateway's own log has one on each line). A trace's id is the client's own.
pub fn printed_ids(text: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let named = NAMED_ID.captures_iter(text).filter_map(|found| {
        let id = found.get(1)?;
        // Nextcloud, pino and fastify number the calls that come to themselves.
        let own = found.get(0).is_some_and(|name| name.as_str().contains("\"reqId\""));
        let masked = is_cut(text, id) || own;
        let id = id.as_str().trim_end_matches(['.', ':', '-', '_']);
        (!masked && valid(id) && looks_like_id(id, true)).then(|| id.to_owned())
    });
    let clocked = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| (28..=39).contains(&word.len()) && decode_time(word, 0).is_some())
        .map(str::to_owned);
    let headed = HEADED_ID.captures_iter(text).filter_map(|found| {
        let id = found.get(1).or_else(|| found.get(2)).or_else(|| found.get(3))?;
        let masked = is_cut(text, id);
        (!masked && valid(id.as_str()) && looks_like_id(id.as_str(), true)).then(|| id.as_str().to_owned())
    });
    for id in named.chain(headed).chain(listed(text)).chain(clocked) {
        if ids.len() < MOST_PRINTED && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// The ids one below the other under words that name them: `two request ids:`.
fn listed(text: &str) -> Vec<String> {
    let names = |line: &str| {
        let words = line.trim_end().trim_end_matches([':', '：']).to_ascii_lowercase();
        ["request id", "request ids", "request-id", "request_id", "requestid", "request_ids"]
            .iter()
            .any(|name| words.ends_with(name))
    };
    let alone = |line: &str| {
        let bare = line.trim().trim_start_matches(['-', '*', ' ']).trim_matches('`');
        let whole = (12..=64).contains(&bare.len()) && valid(bare) && looks_like_id(bare, true);
        whole.then(|| bare.to_owned())
    };
    let mut lines = text.lines();
    let mut ids = Vec::new();
    while let Some(line) = lines.next() {
        if !names(line) {
            continue;
        }
        let below = lines.by_ref().map(str::trim).filter(|line| !line.is_empty()).map_while(alone);
        ids.extend(below.take(MOST_PRINTED));
    }
    ids
}

/// More ids than this in one text are a log of many calls.
const MOST_PRINTED: usize = 8;

static NAMED_ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:^|[^a-z0-9_\-])(?:(?:aws_)?request[ _\-]?id(?: for failed request)?|req[_\-]?id|tid|[请請]求[ _]?id|请求编号",
        // The same in other languages.
        r"|id (?:da|de la|de|della|do|du) (?:solicita[çc][aã]o|solicitud|petici[oó]n|richiesta|requisi[çc][aã]o|requ[eê]te|demande|pedido)|anf(?:rage|orderungs?)-?id|(?:リクエスト|要求) ?id|요청 ?id|id запроса|aanvraag-?id|id żądania|istek (?:id|kimliği))",
        r#"(?:\\?["'”]?\s{0,4}[:：=]\s{0,4}\\?|["'`*]{0,3}\s{0,20}\|\s{0,8}|\s)["'“`(\[]?([a-z0-9][a-z0-9_.:\-]{5,})"#
    ))
    .expect("a constant pattern compiles")
});

/// An id alone below the heading of a form or of a report that asks for it, and a trace's id that stands in brackets behind an
/// answer's words: `Internal server error [trace_id: X]`.
static HEADED_ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?im)^(?:#{1,6}[ \t]+|\*\*)[^\n]{0,40}\b(?:request|trace)[ _\-]?id\b[^\n]{0,40}\n\s*`?([a-z0-9][a-z0-9_.:\-]{11,})`?[ \t]*$",
        r"|[\[(（]trace(?:[ _\-]?id)?[:：] ?([a-z0-9][a-z0-9_.\-]{11,})[\])）]",
        // ByteDance's services give each call a time and twenty hexadecimal digits; the SDKs of Coze write them behind the words.
        r"|\blog_?id: ?(20\d{12}[0-9a-f]{18,22})\b",
    ))
    .expect("a constant pattern compiles")
});
