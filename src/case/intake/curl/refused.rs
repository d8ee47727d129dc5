//! What curl itself refuses to run, with its own reason (curl 7.88.1; `tests/curl` holds what it did).

use super::Parts;
use crate::case::intake::secret;

/// The protocols that curl can be built with (<https://curl.se/docs/manpage.html#PROTOCOLS>).
const PROTOCOLS: [&str; 28] = [
    "dict", "file", "ftp", "ftps", "gopher", "gophers", "http", "https", "imap", "imaps", "ldap", "ldaps",
    "mqtt", "pop3", "pop3s", "rtmp", "rtmps", "rtsp", "scp", "sftp", "smb", "smbs", "smtp", "smtps",
    "telnet", "tftp", "ws", "wss",
];

impl Parts<'_> {
    /// Looks for what curl refuses in the command as a whole; `url` is its address.
    pub(super) fn refuse(&mut self, url: &str, has_data: bool) {
        if self.urls.is_empty() {
            self.refused("--url", "no URL specified");
            return;
        }
        let data = has_data && self.pieces > 0 && !self.as_query;
        let kinds = [data, self.is_form, self.head, self.upload];
        if kinds.iter().filter(|kind| **kind).count() > 1 {
            self.refused("-d", "You can only select one HTTP request method");
        }
        if let Some(reason) = fault_of_url(url, self.globoff) {
            self.refused("--url", &reason);
        }
    }
}

fn fault_of_url(url: &str, globoff: bool) -> Option<String> {
    // A path without a host.
    if url.starts_with('/') {
        return Some("URL using bad/illegal format or missing URL".to_owned());
    }
    let (scheme, rest) = url.split_once("://")?;
    if !PROTOCOLS.iter().any(|known| scheme.eq_ignore_ascii_case(known))
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    {
        return Some("Protocol not supported or disabled in libcurl".to_owned());
    }
    let malformed = || Some("URL using bad/illegal format or missing URL".to_owned());
    // A stand-in or a variable of the paste is no part of what was run.
    if secret::has_reference(url) || url.contains(['<', '$']) {
        return None;
    }
    if url.bytes().any(|b| b <= b' ' || b == 0x7f) {
        return malformed();
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("");
    let (name, port) = match host.rfind(':').filter(|at| !host.get(*at..).unwrap_or("").contains(']')) {
        Some(at) => (host.get(..at).unwrap_or(""), host.get(at + 1..).unwrap_or("")),
        None => (host, ""),
    };
    if name.is_empty() && !scheme.eq_ignore_ascii_case("file") {
        return malformed();
    }
    if !port.is_empty() && port.parse::<u16>().is_err() {
        return Some("Port number was not a decimal number between 0 and 65535".to_owned());
    }
    let path = rest.get(authority.len()..).unwrap_or("");
    (!globoff && bad_glob(path)).then(|| "bad range or unmatched bracket in the URL (use -g)".to_owned())
}

/// A bracket or brace that is no range (`[1-3]`, `[a-z:2]`), no set (`{a,b}`), not `[]`, and has no backslash before it.
fn bad_glob(path: &str) -> bool {
    let mut rest = path;
    while let Some(at) = rest.find(['\\', '[', '{', ']', '}']) {
        let open = rest.get(at..).unwrap_or("");
        let inside = open.get(1..).unwrap_or("");
        let close = match open.as_bytes().first() {
            Some(b'\\') => {
                rest = inside.strip_prefix(['[', '{', ']', '}']).unwrap_or(inside);
                continue;
            }
            Some(b'[') => inside
                .find(']')
                .filter(|end| inside.get(..*end).is_some_and(|range| range.is_empty() || is_range(range))),
            Some(b'{') => inside
                .find('}')
                .filter(|end| inside.get(..*end).is_some_and(|set| !set.is_empty() && !set.contains('{'))),
            _ => return true,
        };
        let Some(close) = close else { return true };
        rest = inside.get(close + 1..).unwrap_or("");
    }
    false
}

fn is_range(text: &str) -> bool {
    let (range, step) = text.split_once(':').unwrap_or((text, "1"));
    let number = |text: &str| text.parse::<u64>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let letter = |text: &str| match text.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => Some(u64::from(*letter)),
        _ => None,
    };
    let Some((from, to)) = range.split_once('-') else { return false };
    let Some(step) = number(step) else { return false };
    let Some((from, to)) = number(from).zip(number(to)).or_else(|| letter(from).zip(letter(to))) else {
        return false;
    };
    // curl counts upwards only, and by no more than there is between the ends.
    if from == to { step == 1 } else { from < to && (1..=to - from).contains(&step) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_curl_refuses() {
        let table = [
            ("https://h/a", false),
            ("https://h:8080/a?b[]=c", false),
            (r"https://h/a?b=\[\]\{", false),
            ("https://h/a?b=[c]", true),
            ("https://h/{}/b", true),
            ("https://[::1]:8080/a", false),
            ("https://h/a[1-3]/{b,c}", false),
            ("https://h/a[1", true),
            ("https://h/a}", true),
            ("https://h:99999/", true),
            ("https://h:x/", true),
            ("https://", true),
            ("htps://h/", true),
            ("https://h/a b", true),
            ("https://h/[env:MODEL]", false),
            ("https://h/<MODEL>/x", false),
            ("h/a", false),
            ("//h/a", true),
            ("/v1/a", true),
            ("https://h/[3-1]", true),
            ("https://h/[c-a]", true),
            ("https://h/[1-5:0]", true),
            ("https://h/[1-5:4]", false),
            ("https://h/[1-5:5]", true),
            ("https://h/[2-2]", false),
        ];
        for (url, refused) in table {
            assert_eq!(fault_of_url(url, false).is_some(), refused, "{url}");
        }
    }
}
