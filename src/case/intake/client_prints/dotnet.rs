//! What .NET's `IHttpClientFactory` logs of a call
//! (<https://learn.microsoft.com/en-us/dotnet/core/extensions/httpclient-factory#logging>, read 2026-11-23): the line that sends,
//! the line that received, and, where tracing is on, the headers of both.

use super::{Exchange, answered, header, is_method, lines, status};

const STARTS: [&str; 2] = ["Start processing HTTP request ", "Sending HTTP request "];
const RECEIVED: [&str; 2] = ["Received HTTP response headers after ", "End processing HTTP request after "];

/// The calls of the log.
pub(super) fn read(text: &str) -> Vec<Exchange> {
    if !STARTS.iter().any(|mark| text.contains(mark)) {
        return Vec::new();
    }
    let mut found: Vec<Exchange> = Vec::new();
    let mut came: Option<(u16, Vec<(String, String)>)> = None;
    // Whose headers stand below: nobody's, the request's, the answer's.
    let mut below: Option<bool> = None;
    let mut over = true;
    for (start, line) in lines(text) {
        if let Some((method, url)) = begun(line) {
            let again = found.last().is_some_and(|last| last.sent.method == method && last.sent.url == url);
            // The handler within tells the same call once more, and a policy's retry sends it once more.
            if over || !again {
                close(&mut found, &mut came);
                let mut exchange = Exchange { start, ..Exchange::default() };
                method.clone_into(&mut exchange.sent.method);
                url.clone_into(&mut exchange.sent.url);
                found.push(exchange);
                over = false;
            }
            below = None;
        } else if let Some(status) = RECEIVED.iter().find_map(|mark| received(line, mark)) {
            if came.as_ref().is_none_or(|(known, _)| *known != status) {
                came = Some((status, Vec::new()));
            }
            over |= line.contains("End processing");
            below = None;
        } else if line.trim_end().ends_with("Request Headers:") {
            below = Some(false);
        } else if line.trim_end().ends_with("Response Headers:") {
            below = Some(true);
        } else if let (Some(of_answer), Some(header)) = (below, header(line.trim())) {
            match (&mut came, found.last_mut()) {
                (Some((_, headers)), _) if of_answer => push_new(headers, header),
                (_, Some(exchange)) if !of_answer => push_new(&mut exchange.sent.headers, header),
                _ => {}
            }
        } else {
            below = None;
        }
    }
    close(&mut found, &mut came);
    // A line that only sends says less than what the client raised below it.
    found.retain(|exchange| exchange.answer.is_some() || text.contains("HTTP request failed after "));
    found
}

/// Adds a header that the handler without has not told yet.
fn push_new(headers: &mut Vec<(String, String)>, header: (String, String)) {
    if !headers.contains(&header) {
        headers.push(header);
    }
}

fn close(found: &mut [Exchange], came: &mut Option<(u16, Vec<(String, String)>)>) {
    if let (Some((status, headers)), Some(exchange)) = (came.take(), found.last_mut()) {
        exchange.answer = Some(answered(Some(status), "", headers, ""));
    }
}

/// `Sending HTTP request POST https://…`
fn begun(line: &str) -> Option<(&str, &str)> {
    let at = STARTS.iter().find_map(|mark| Some(line.find(mark)? + mark.len()))?;
    let mut words = line.get(at..)?.split_whitespace();
    let method = words.next().filter(|word| is_method(word))?;
    let url = words.next().filter(|word| word.contains("://"))?;
    Some((method, url.trim_end_matches(['"', ','])))
}

/// `… after 412.5ms - 403`
fn received(line: &str, mark: &str) -> Option<u16> {
    let (_, rest) = line.split_once(mark)?;
    let (took, rest) = rest.split_once(" - ")?;
    took.ends_with("ms").then(|| status(rest.trim()).map(|(status, _)| status))?
}
