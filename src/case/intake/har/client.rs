//! Which program made the call.

use super::super::client::of_agent;
use super::entry::{Entry, pairs};
use crate::case::catalog::Catalog;

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
pub(super) fn client(entry: &Entry<'_>, creator: Option<&str>, catalog: &Catalog) -> Option<String> {
    let agent =
        pairs(entry.request.headers).into_iter().find(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
    let by_agent = agent.and_then(|(_, value)| of_agent(&value, catalog)).map(|(library, _)| library);
    let creator = creator.map(str::to_ascii_lowercase).unwrap_or_default();
    let by_creator =
        || CREATORS.iter().find(|(start, _)| creator.trim().starts_with(start)).map(|(_, name)| *name);
    by_agent.or_else(by_creator).map(str::to_owned)
}
