//! The headers of a call as the panel of Chrome or Edge copies them: each name on a line, its value on the next
//! (<https://developer.chrome.com/docs/devtools/network/reference#headers>, read 2026-11-23).

use super::{Exchange, answered, is_method, lines, status};

/// What stands above the headers.
const GENERAL: [&str; 5] =
    ["Request URL", "Request Method", "Status Code", "Remote Address", "Referrer Policy"];

/// The call of the panel.
pub(super) fn read(text: &str) -> Vec<Exchange> {
    if !text.contains("Request URL") || !text.contains("Status Code") {
        return Vec::new();
    }
    panel(text).into_iter().collect()
}

fn panel(text: &str) -> Option<Exchange> {
    let mut exchange = Exchange::default();
    let (mut code, mut reason) = (None, "");
    let mut came: Vec<(String, String)> = Vec::new();
    let mut of_request = false;
    let mut name: Option<&str> = None;
    for (_, line) in lines(text) {
        let line = line.trim();
        let label = line.trim_end_matches(':');
        // The headings of the panel's own blocks.
        if matches!(label, "General" | "Response Headers" | "Request Headers" | "Raw" | "View source") {
            of_request |= label == "Request Headers";
            name = None;
            continue;
        }
        let Some(known) = name.take() else {
            if !is_name(label) && !GENERAL.contains(&label) {
                // Whatever else stands there, this is no panel.
                if line.is_empty() {
                    continue;
                }
                break;
            }
            name = Some(label);
            continue;
        };
        match known {
            "Request URL" => line.clone_into(&mut exchange.sent.url),
            "Request Method" => line.clone_into(&mut exchange.sent.method),
            "Status Code" => {
                let (status, rest) = status(line)?;
                (code, reason) = (Some(status), rest);
            }
            "Remote Address" | "Referrer Policy" => {}
            // The pseudo headers begin the request's.
            pseudo if pseudo.starts_with(':') => of_request = true,
            other => {
                let before = if of_request { &mut exchange.sent.headers } else { &mut came };
                // Both blocks are sorted: where the order begins anew, the request's headers begin.
                if !of_request && before.last().is_some_and(|(last, _)| last.as_str() > other) {
                    of_request = true;
                    exchange.sent.headers.push((other.to_owned(), line.to_owned()));
                } else {
                    before.push((other.to_owned(), line.to_owned()));
                }
            }
        }
    }
    let whole = is_method(&exchange.sent.method) && exchange.sent.url.contains("://");
    exchange.answer = Some(answered(Some(code.filter(|_| whole)?), reason, came, ""));
    Some(exchange)
}

/// `x-request-id`, `:authority`
fn is_name(text: &str) -> bool {
    let bare = text.strip_prefix(':').unwrap_or(text);
    !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
