//! The words of a `wget` command as those with which curl asks for the same
//! (<https://www.gnu.org/software/wget/manual/wget.html#HTTP-Options>, read 2026-11-23).

use super::shell::Command;
use crate::case::finding::{Finding, Place};

/// Options of one letter that take a value.
const SHORT_WITH_VALUE: &str = "ABDEGIOPQRTUXaeloitw";

/// Long options that take a value and shape no request.
const WITH_VALUE: [&str; 14] = [
    "output-document",
    "output-file",
    "append-output",
    "directory-prefix",
    "tries",
    "wait",
    "waitretry",
    "retry-on-http-error",
    "limit-rate",
    "dns-timeout",
    "read-timeout",
    "max-redirect",
    "load-cookies",
    "save-cookies",
];

/// What an option of wget's is to curl.
enum Meaning {
    /// An option with its value.
    With(&'static str),
    /// An option without one.
    Alone(&'static str),
    User,
    Password,
    /// Nothing that is sent; `true`: it takes a value.
    Nothing(bool),
}

/// `command` with curl's words in place of wget's.
pub(super) fn as_curl(command: Command) -> Command {
    let mut words = vec!["-L".to_owned()];
    let first = command.spans.first().copied().unwrap_or_default();
    let mut spans = vec![first];
    let (mut user, mut password) = (None, None);
    let mut given = command.words.iter().zip(&command.spans);
    while let Some((word, span)) = given.next() {
        let Some((meaning, value)) = option(word) else {
            words.push(word.clone());
            spans.push(*span);
            continue;
        };
        let mut value = || value.map(str::to_owned).or_else(|| given.next().map(|(word, _)| word.clone()));
        let taken = match meaning {
            Meaning::Nothing(takes) => {
                if takes {
                    value();
                }
                continue;
            }
            Meaning::User => {
                user = value();
                continue;
            }
            Meaning::Password => {
                password = value();
                continue;
            }
            Meaning::Alone(own) => vec![own.to_owned()],
            Meaning::With("--data-binary") => {
                vec!["--data-binary".to_owned(), format!("@{}", value().unwrap_or_default())]
            }
            Meaning::With(own) => vec![own.to_owned(), value().unwrap_or_default()],
        };
        spans.extend(taken.iter().map(|_| *span));
        words.extend(taken);
    }
    if let Some(user) = user {
        words.extend(["-u".to_owned(), format!("{user}:{}", password.unwrap_or_default())]);
        spans.extend([first, first]);
    }
    Command { words, spans, ..command }
}

/// Findings in the words of a wget command: wget follows redirects without being told to.
pub(super) fn named(findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|finding| finding.id == "redirects_not_followed") {
        finding.message = "wget follows redirects; here a redirect is shown and not followed".into();
        finding.place = Place::Whole;
    }
}

/// What the option `word` means, with the value that is joined to it; `None`: it is none.
fn option(word: &str) -> Option<(Meaning, Option<&str>)> {
    if let Some(long) = word.strip_prefix("--").filter(|long| !long.is_empty()) {
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        let meaning = match name {
            "method" => Meaning::With("-X"),
            "header" => Meaning::With("-H"),
            "post-data" | "body-data" => Meaning::With("--data-raw"),
            "post-file" | "body-file" => Meaning::With("--data-binary"),
            "user-agent" => Meaning::With("-A"),
            "referer" => Meaning::With("-e"),
            "timeout" => Meaning::With("-m"),
            "connect-timeout" => Meaning::With("--connect-timeout"),
            "user" | "http-user" => Meaning::User,
            "password" | "http-password" => Meaning::Password,
            "no-check-certificate" => Meaning::Alone("-k"),
            "compression" => Meaning::Nothing(true),
            other => Meaning::Nothing(WITH_VALUE.contains(&other)),
        };
        return Some((meaning, value));
    }
    // `-qO-`, `-T 30`: what stands behind a letter that takes a value is the value.
    let letters =
        word.strip_prefix('-').filter(|letters| letters.starts_with(|c: char| c.is_ascii_alphabetic()))?;
    // `-nc`, `-nv`: two letters are one option.
    let at = if letters.starts_with('n') { None } else { letters.find(|c| SHORT_WITH_VALUE.contains(c)) };
    let Some(at) = at else { return Some((Meaning::Nothing(false), None)) };
    let value = letters.get(at + 1..).filter(|value| !value.is_empty());
    let meaning = match letters.get(at..=at) {
        Some("U") => Meaning::With("-A"),
        Some("T") => Meaning::With("-m"),
        _ => Meaning::Nothing(true),
    };
    Some((meaning, value))
}

#[cfg(test)]
mod tests {
    use crate::case::catalog::Catalog;
    use crate::case::intake::read_all;
    use crate::case::keyring::KeyRing;

    #[test]
    fn wget_asks_as_curl_does() {
        // The command; method, address, headers and body.
        let table = [
            ("wget https://h.test/a", "GET https://h.test/a [] "),
            (
                "$ wget -qO- --method=POST --header='X-A: b' --body-data='{\"a\":1}' https://h.test/a",
                "POST https://h.test/a [X-A: b, Content-Type: application/x-www-form-urlencoded] {\"a\":1}",
            ),
            (
                "wget --no-check-certificate --quiet \\\n  --method POST \\\n  --timeout=0 \\\n  --header 'Content-Type: application/json' \\\n  --body-data '{}' \\\n   'https://h.test/a'",
                "POST https://h.test/a [Content-Type: application/json] {}",
            ),
            (
                "wget --post-data \"a=b\" -O out.json -T 30 -nv -U tool https://h.test/a",
                "POST https://h.test/a [User-Agent: tool, Content-Type: application/x-www-form-urlencoded] a=b",
            ),
            ("wget -d --server-response h.test/a", "GET http://h.test/a [] "),
        ];
        for (text, expected) in table {
            let mut ring = KeyRing::default();
            let pieces = read_all(text, &|_| None, &Catalog::built_in(), &mut ring);
            let [piece] = pieces.as_slice() else { panic!("{} requests: {text}", pieces.len()) };
            let draft = piece.intake.draft.as_ref().expect("a request");
            let headers: Vec<String> =
                draft.headers.iter().map(|h| format!("{}: {}", h.name, h.value)).collect();
            let got = format!("{} {} [{}] {}", draft.method, draft.url, headers.join(", "), draft.body);
            assert_eq!((piece.intake.kind, got.as_str()), ("wget", expected), "{text}");
        }
        for text in [
            "the wget manual says so",
            "wget: unable to resolve host address 'h.test'",
            "apt install wget curl",
        ] {
            let pieces = read_all(text, &|_| None, &Catalog::built_in(), &mut KeyRing::default());
            assert!(pieces.iter().all(|piece| piece.intake.draft.is_none()), "{text}");
        }
    }
}
