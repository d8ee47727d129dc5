//! Every request of a paste that holds several, to choose from.

use std::io::Cursor;

use super::{har, several};
use crate::case::catalog::Catalog;
use crate::case::finding::Finding;
use crate::case::keyring::KeyRing;
use crate::case::request::Intake;

/// Requests that are kept to choose from; a longer text is for `casefile import`.
const MOST: usize = 300;

/// Findings by which [`super::read`] tells that a text holds more than it took.
const SEVERAL: [&str; 3] = ["several_commands", "several_urls", "har_calls"];

/// True where the text from which `taken` was read may hold further requests.
pub fn is_one_of_several(taken: &Intake) -> bool {
    taken.findings.iter().any(is_choice)
}

/// True for the finding that says which of several requests was taken.
pub fn is_choice(finding: &Finding) -> bool {
    SEVERAL.contains(&finding.id)
}

/// The requests and answers of `text` in their order, at most 300; an archive's calls as well as commands. No file that the
/// text names is read.
pub fn pieces(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Vec<Intake> {
    let inner = super::without_fence(text.trim_start_matches('\u{feff}').trim());
    if har::begins_as_json(inner)
        && let Ok(calls) = har::har_calls(Cursor::new(inner.as_bytes()), catalog)
        && calls.count > 0
    {
        let entry = |call: &har::Call| {
            let place = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
            inner.as_bytes().get(place(call.start)..place(call.end))
        };
        let creator = calls.creator.as_deref();
        let entries = calls.list.iter().filter_map(entry).take(MOST);
        let mut found: Vec<Intake> =
            entries.map(|json| har::har_entry(json, creator, catalog, ring)).collect();
        for draft in found.iter_mut().filter_map(|intake| intake.draft.as_mut()) {
            super::again::mask(draft, ring);
        }
        return found;
    }
    let pieces = several::read_all(text, &|_| None, catalog, ring);
    pieces.into_iter().take(MOST).map(|piece| piece.intake).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_requests_of_a_text_are_there_to_choose_from() {
        let catalog = Catalog::built_in();
        let har = r#"{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[
            {"startedDateTime":"2026-11-20T10:15:00Z","time":1,"request":{"method":"GET","url":"https://h.example/v1/models","headers":[]},"response":{"status":200,"headers":[],"content":{"size":0}}},
            {"startedDateTime":"2026-11-20T10:15:01Z","time":1,"request":{"method":"POST","url":"https://h.example/v1/chat/completions","headers":[]},"response":{"status":503,"headers":[],"content":{"size":0}}}]}}"#;
        let table = [
            (
                "curl https://h.example/a\ncurl https://h.example/b",
                vec!["https://h.example/a", "https://h.example/b"],
            ),
            ("curl https://h.example/{a,b}", vec!["https://h.example/a", "https://h.example/b"]),
            (
                "GET https://h.example/a\n\n###\n\nGET https://h.example/b\n",
                vec!["https://h.example/a", "https://h.example/b"],
            ),
            (har, vec!["https://h.example/v1/models", "https://h.example/v1/chat/completions"]),
        ];
        for (text, urls) in table {
            let mut ring = KeyRing::default();
            let taken = super::super::read(text, &catalog, &mut ring);
            assert!(is_one_of_several(&taken), "{text}: {:?}", taken.findings);
            let found: Vec<String> =
                pieces(text, &catalog, &mut ring).into_iter().filter_map(|i| Some(i.draft?.url)).collect();
            assert_eq!(found, urls, "{text}");
        }
        let one = super::super::read("curl https://h.example/a", &catalog, &mut KeyRing::default());
        assert!(!is_one_of_several(&one));
    }
}
