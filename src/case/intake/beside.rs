//! What a report says beside the requests that it shows: people paste an error, and below it how they asked.

use super::{command, http, http_file, hurl};

const FENCE: &str = "```";

/// PowerShell's ways to send a request.
const WEB_REQUESTS: [&str; 4] = ["Invoke-RestMethod", "Invoke-WebRequest", "irm ", "iwr "];

/// `text` without its requests: fenced blocks that hold one, and outside of fences the paragraph from a command or request
/// line on. `None` where nothing is left, or nothing was taken out.
pub(super) fn requests(text: &str) -> Option<String> {
    let mut kept: Vec<&str> = Vec::new();
    let mut lines = text.lines();
    let mut within_request = false;
    let mut taken = false;
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with(FENCE) {
            within_request = false;
            let block: Vec<&str> =
                lines.by_ref().take_while(|line| !line.trim_start().starts_with(FENCE)).collect();
            if is_request(&block.join("\n")) {
                taken = true;
            } else {
                kept.push(line);
                kept.extend(block);
                kept.push(FENCE);
            }
            continue;
        }
        // What a sentence says around a command in back quotes: `curl …` gives 401.
        if let Some((before, inside)) = opens_code(line).filter(|_| !within_request) {
            let mut ahead = lines.clone().take_while(|line| !line.trim().is_empty());
            let behind = inside.split_once('`').map(|(_, behind)| behind);
            let closes = if behind.is_some() { None } else { ahead.position(|line| line.contains('`')) };
            let further = closes.and_then(|at| lines.nth(at)).and_then(|line| line.split_once('`'));
            if let Some(behind) = behind.or(further.map(|(_, behind)| behind)) {
                taken = true;
                kept.extend([before, behind]);
                continue;
            }
        }
        within_request = !line.trim().is_empty() && (within_request || begins_request(line));
        taken |= within_request;
        if !within_request {
            kept.push(line);
        }
    }
    let kept = kept.join("\n").trim().to_owned();
    (taken && !kept.is_empty()).then_some(kept)
}

fn is_request(block: &str) -> bool {
    block.lines().any(begins_request) || hurl::is_one(block) || http_file::is_one(block) || is_body(block)
}

/// The JSON body of a request to a model.
fn is_body(block: &str) -> bool {
    let Ok(serde_json::Value::Object(members)) = serde_json::from_str(block) else { return false };
    members.contains_key("model")
        && ["messages", "input", "prompt", "contents"].iter().any(|name| members.contains_key(*name))
        && !members.contains_key("error")
}

/// A command, a request line, or a call of PowerShell's begins on this line.
fn begins_request(line: &str) -> bool {
    let bare = line.trim_start();
    command::find(line, 0).is_some_and(|found| !found.in_prose)
        || http::starts_with_request_line(bare)
        || is_method_and_address(bare)
        || WEB_REQUESTS.iter().any(|name| bare.starts_with(name) || bare.contains(&format!("= {name}")))
}

/// What stands before a command in inline code, and from the command on.
fn opens_code(line: &str) -> Option<(&str, &str)> {
    let found = command::find(line, 0).filter(|found| found.in_backticks)?;
    let (before, inside) = line.split_at_checked(found.start)?;
    Some((before.strip_suffix('`')?, inside))
}

/// `POST https://…` and nothing else.
fn is_method_and_address(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let method = words.next().unwrap_or("");
    ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method)
        && words
            .next()
            .is_some_and(|address| address.starts_with("http://") || address.starts_with("https://"))
        && words.next().is_none_or(|version| version.starts_with("HTTP/"))
}

#[cfg(test)]
mod tests {
    use super::requests;

    #[test]
    fn what_stands_beside_a_request_is_left() {
        let table = [
            ("Error: 429\n\n```\nPOST https://h.test/v1\n```\nwhy?", Some("Error: 429\n\nwhy?")),
            (
                "```\nError: 429\n```\n\ncurl https://h.test/v1 \\\n  -d x\n\nwhy?",
                Some("```\nError: 429\n```\n\n\nwhy?"),
            ),
            (
                "### Endpoint\nPOST https://h.test/v1\n\n### Error\nbad key",
                Some("### Endpoint\n\n### Error\nbad key"),
            ),
            ("$r = Invoke-RestMethod -Uri https://h.test\n\nbad key", Some("bad key")),
            ("With `curl https://h.test/v1 -d '{}'` I get 401 bad key", Some("With \n I get 401 bad key")),
            ("`curl https://h.test/v1 \\\n -d '{}'`: bad key\nwhy?", Some(": bad key\nwhy?")),
            ("curl https://h.test/v1 -d x", None),
            ("Error: 429 of POST https://h.test/v1", None),
            ("```json\n{\"a\":1}\n```", None),
        ];
        for (text, expected) in table {
            assert_eq!(requests(text).as_deref(), expected, "{text}");
        }
    }
}
