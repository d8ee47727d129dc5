//! Which program made the call.

use super::entry::{Entry, pairs};

/// The beginnings of user agents, lower case, and the program's name. The SDKs' own go before what they stand on.
const AGENTS: [(&str, &str); 27] = [
    ("openai/python", "openai-python"),
    ("asyncopenai/python", "openai-python"),
    ("openai/js", "openai-node"),
    ("anthropic/python", "anthropic-python"),
    ("asyncanthropic/python", "anthropic-python"),
    ("anthropic/js", "anthropic-node"),
    ("litellm", "litellm"),
    ("google-genai-sdk", "google-genai"),
    ("ai-sdk", "ai-sdk"),
    ("ai/", "ai-sdk"),
    ("curl/", "curl"),
    ("httpie/", "httpie"),
    ("xh/", "xh"),
    ("python-requests/", "requests"),
    ("python-httpx/", "httpx"),
    ("python/3", "aiohttp"),
    ("python-urllib", "urllib"),
    ("axios/", "axios"),
    ("node-fetch", "node-fetch"),
    ("undici", "fetch"),
    ("node", "fetch"),
    ("go-http-client/", "go"),
    ("okhttp/", "okhttp"),
    ("postmanruntime/", "postman"),
    ("insomnia/", "insomnia"),
    ("grafana k6", "k6"),
    ("mozilla/", "browser"),
];

/// Tools that make the calls which they write down, by the beginning of `creator.name`, lower case.
const CREATORS: [(&str, &str); 12] = [
    ("webinspector", "browser"),
    ("firefox", "browser"),
    ("webkit web inspector", "browser"),
    ("microsoft edge", "browser"),
    ("browserup", "browser"),
    ("browsermob", "browser"),
    ("playwright", "browser"),
    ("insomnia", "insomnia"),
    ("postman", "postman"),
    ("k6", "k6"),
    ("bruno", "bruno"),
    ("paw", "paw"),
];

/// The program by the request's user agent, else by the tool that wrote the file.
pub(super) fn client(entry: &Entry<'_>, creator: Option<&str>) -> Option<String> {
    let agent =
        pairs(entry.request.headers).into_iter().find(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
    let agent = agent.map(|(_, value)| value.trim().to_ascii_lowercase()).unwrap_or_default();
    let name = |table: &[(&str, &'static str)], text: &str| {
        table.iter().find(|(start, _)| text.starts_with(start)).map(|(_, name)| *name)
    };
    let creator = creator.map(str::to_ascii_lowercase).unwrap_or_default();
    name(&AGENTS, &agent).or_else(|| name(&CREATORS, creator.trim())).map(str::to_owned)
}
