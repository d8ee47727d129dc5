//! Which program or library wrote a text or sent a request, and in which version.

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use crate::case::catalog::Catalog;
use crate::case::request::Intake;

/// Bytes of a text that are searched for marks.
const SEARCHED: usize = 256 * 1024;

/// The library whose mark stands in `text`.
pub(super) fn in_text<'c>(text: &str, catalog: &'c Catalog) -> Option<&'c str> {
    let mut end = text.len().min(SEARCHED);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let lower = text.get(..end).unwrap_or(text).to_lowercase();
    let named = |mark: &str| {
        lower.match_indices(mark).any(|(at, _)| !mark.ends_with('.') || is_module(&lower, at, mark))
    };
    catalog
        .clients
        .iter()
        .find(|client| client.marks.iter().any(|mark| named(mark)))
        .map(|client| client.id.as_str())
}

/// `openai.RateLimitError`, but not `api.openai.com` and not the end of a sentence.
fn is_module(lower: &str, at: usize, mark: &str) -> bool {
    let after = lower.get(at + mark.len()..).unwrap_or("");
    let before = lower.get(..at).and_then(|b| b.chars().next_back());
    after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && !["com", "azure", "ai"].iter().any(|domain| after.starts_with(domain))
        && !before.is_some_and(|c| matches!(c, '.' | '/' | '-' | '@') || c.is_alphanumeric())
}

/// Library and version of a `User-Agent` (`OpenAI/Python 1.40.0`, `curl/8.5.0`).
pub(super) fn of_agent<'c>(agent: &str, catalog: &'c Catalog) -> Option<(&'c str, Option<String>)> {
    let lower = agent.trim().to_ascii_lowercase();
    let mut agents = catalog
        .clients
        .iter()
        .flat_map(|client| client.agents.iter().map(move |begin| (begin.as_str(), client.id.as_str())));
    let (begin, library) = agents.find(|(begin, _)| {
        lower
            .strip_prefix(begin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ' ', ';', '(']))
    })?;
    let version: String = lower
        .get(begin.len()..)
        .unwrap_or("")
        .trim_start_matches(['/', ' ', 'v'])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+'))
        .take(40)
        .collect();
    Some((library, Some(version).filter(|v| v.starts_with(|c: char| c.is_ascii_digit()))))
}

static AGENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:\b|\\n)user[-_]agent['"]?[ \t]*[:=,][ \t]*\[?b?['"]?([^'"\r\n]{2,})"#).ok()
});

/// The user agent at the end of an access log's line, behind status, size and referrer.
static LOGGED_AGENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#" HTTP/[0-9.]{1,3}" [0-9]{3} (?:[0-9]{1,12}|-)(?: [0-9.]{1,12}){0,3} "[^"\n]{0,2000}" "([^"\n]{2,400})""#).ok()
});

/// Puts the client into what was read of `text`: the library by its marks, the version by the user agent that the request
/// or the text names.
pub(super) fn complete(intake: &mut Intake, text: &str, catalog: &Catalog) {
    if intake.draft.is_none() && intake.observed.is_none() {
        return;
    }
    let headers = intake.draft.iter().flat_map(|draft| &draft.headers);
    let of_headers = headers
        .filter(|h| h.name.eq_ignore_ascii_case("user-agent"))
        .find_map(|h| of_agent(&h.value, catalog));
    let of_text = || {
        AGENT
            .as_ref()?
            .captures_iter(text)
            .take(20)
            .find_map(|caught| of_agent(caught.get(1)?.as_str(), catalog))
    };
    let of_access = || of_agent(LOGGED_AGENT.as_ref()?.captures(text)?.get(1)?.as_str(), catalog);
    let of_envoy = || of_agent(super::access_line::line(text)?.agent, catalog);
    let of_access = || of_access().or_else(of_envoy);
    let of_text = || of_text().or_else(|| text.contains(" HTTP/").then(of_access).flatten());
    // A command's own words are no print of a client.
    let agent = of_headers.or_else(|| (intake.kind != "curl").then(of_text).flatten());
    if intake.client.is_none() {
        let printed = matches!(intake.kind, "error text" | "http response" | "http request");
        let marked = printed.then(|| in_text(text, catalog)).flatten();
        intake.client = marked.or(agent.as_ref().map(|(library, _)| *library)).map(str::to_owned);
    }
    if let Some((library, version)) = agent
        && intake.client.as_deref() == Some(library)
    {
        intake.client_version = version;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_name_library_and_version() {
        let table = [
            ("OpenAI/Python 1.40.0", Some(("openai-python", Some("1.40.0")))),
            ("AsyncOpenAI/Python 2.1.0", Some(("openai-python", Some("2.1.0")))),
            ("OpenAI/JS 6.49.0", Some(("openai-node", Some("6.49.0")))),
            ("curl/8.5.0", Some(("curl", Some("8.5.0")))),
            ("axios/1.7.2", Some(("axios", Some("1.7.2")))),
            ("got (https://github.com/sindresorhus/got)", Some(("got", None))),
            ("node", Some(("fetch", None))),
            ("ai/5.0.1 ai-sdk/provider-utils/3.0.0", Some(("ai-sdk", Some("5.0.1")))),
            ("Mozilla/5.0 (X11; Linux x86_64)", Some(("browser", Some("5.0")))),
            ("curlish/1", None),
            ("", None),
        ];
        for (agent, expected) in table {
            let catalog = Catalog::built_in();
            let got = of_agent(agent, &catalog);
            let got = got.as_ref().map(|(library, version)| (*library, version.as_deref()));
            assert_eq!(got, expected, "{agent}");
        }
    }
}
