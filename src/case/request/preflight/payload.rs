//! Texts that carry a file: data URLs, base64, links. Looked at in place, without a copy.

use crate::case::catalog::Payload;

/// How base64 of well-known formats begins, with the media type.
const BEGINNINGS: &[(&str, &str)] = &[
    ("iVBORw0KGgo", "image/png"),
    ("/9j/", "image/jpeg"),
    ("R0lGOD", "image/gif"),
    ("UklGR", "image/webp"),
    ("JVBERi0", "application/pdf"),
];

/// Ends of file names that people put where the content belongs.
const FILE_ENDS: &[&str] = &[
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic", ".bmp", ".pdf", ".mp3", ".wav", ".m4a", ".ogg",
    ".flac", ".mp4", ".mov", ".webm",
];

/// No path or link that people write is longer, bytes.
const LONGEST_NAME: usize = 1024;

/// True where `text` has `fault`; `media` are the media types that are accepted.
pub(super) fn has(text: &str, fault: Payload, media: &[String]) -> bool {
    let data_url = data_url(text);
    match fault {
        Payload::Empty => text.trim().is_empty() || data_url.is_some_and(|d| d.data.trim().is_empty()),
        Payload::NotBase64 => encoded(text).is_some_and(|t| !t.trim().is_empty() && !is_base64(t)),
        Payload::Whitespace => encoded(text).is_some_and(has_space),
        Payload::MediaType => {
            data_url.is_some_and(|d| !media.iter().any(|m| m.eq_ignore_ascii_case(d.media)))
        }
        Payload::OtherFormat => data_url.is_some_and(|d| {
            d.media.len() > "image/".len()
                && begins_as(d.data).is_some_and(|real| {
                    !(real.eq_ignore_ascii_case(d.media) || (real == "image/jpeg" && d.media == "image/jpg"))
                })
        }),
        Payload::NoBase64Mark => data_url.is_some_and(|d| !d.marked && !d.data.is_empty()),
        Payload::Bare => data_url.is_none() && is_bare(text),
        Payload::DataUrl => data_url.is_some(),
        Payload::Doubled => data_url.is_some_and(|d| {
            let head = start(d.data, 64);
            head.contains("data:") || head.contains("base64,")
        }),
        Payload::FilePath => is_path(text),
        Payload::LocalUrl => link_host(text).is_some_and(|host| is_local(&host)),
        Payload::Url => link_host(text).is_some(),
    }
}

/// A data URL in its parts.
#[derive(Clone, Copy)]
struct DataUrl<'a> {
    media: &'a str,
    marked: bool,
    data: &'a str,
}

fn data_url(text: &str) -> Option<DataUrl<'_>> {
    let text = text.trim_start();
    text.get(..5).filter(|head| head.eq_ignore_ascii_case("data:"))?;
    let rest = text.get(5..)?;
    // The head is short; without this bound a text without a comma would be read to its end each time.
    let comma = start(rest, 256).find(',');
    let (head, data) = match comma {
        Some(at) => (rest.get(..at)?, rest.get(at + 1..)?),
        None => (start(rest, 256), ""),
    };
    let media = head.split(';').next().unwrap_or("").trim();
    let marked = head.split(';').skip(1).any(|p| p.trim().eq_ignore_ascii_case("base64"));
    Some(DataUrl { media, marked, data })
}

/// The base64 of `text`: behind the head of a data URL, or all of a text that is neither a link nor a path.
fn encoded(text: &str) -> Option<&str> {
    match data_url(text) {
        Some(url) => url.marked.then_some(url.data),
        None => (link_host(text).is_none() && !is_path(text)).then_some(text),
    }
}

/// At most `most` bytes of the beginning.
fn start(text: &str, most: usize) -> &str {
    let most = most.min(text.len());
    (0..=most).rev().find_map(|end| text.get(..end)).unwrap_or("")
}

/// True for base64 of either alphabet, with or without its padding; spaces are another fault.
fn is_base64(text: &str) -> bool {
    let bytes = text.as_bytes();
    let padding = bytes.iter().rev().take_while(|b| **b == b'=' || b.is_ascii_whitespace()).count();
    let body = bytes.get(..bytes.len() - padding).unwrap_or_default();
    let mut count = 0usize;
    for byte in body {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'-' | b'_' => count += 1,
            byte if byte.is_ascii_whitespace() => {}
            _ => return false,
        }
    }
    let signs = bytes.iter().rev().take(padding).filter(|b| **b == b'=').count();
    signs <= 2 && count % 4 != 1
}

fn has_space(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_whitespace())
}

fn begins_as(data: &str) -> Option<&'static str> {
    BEGINNINGS.iter().find(|(begin, _)| data.starts_with(begin)).map(|(_, media)| *media)
}

/// Base64 that stands alone: it begins as a known format, or is long and of its alphabet.
fn is_bare(text: &str) -> bool {
    let text = text.trim();
    let head = start(text, 256);
    let long = head.len() >= 200 && head.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b));
    long || (text.len() >= 16 && begins_as(text).is_some() && !has_space(head))
}

fn is_path(text: &str) -> bool {
    let text = text.trim();
    if text.len() > LONGEST_NAME || begins_as(text).is_some() || text.contains('\n') {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("file:") {
        return true;
    }
    if lower.contains("://") || lower.starts_with("data:") {
        return false;
    }
    let drive = lower.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && lower.get(1..3).is_some_and(|s| s == ":\\" || s == ":/");
    drive
        || ["./", "../", "~/", "@"].iter().any(|begin| lower.starts_with(begin))
        || FILE_ENDS.iter().any(|end| lower.ends_with(end))
}

/// The host of an http link, lower case, without its port.
fn link_host(text: &str) -> Option<String> {
    let text = start(text.trim_start(), LONGEST_NAME);
    let (scheme, rest) = text.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    };
    Some(host.to_ascii_lowercase())
}

/// True for this machine and private networks (RFC 1918, RFC 4193, RFC 6762, RFC 8375).
fn is_local(host: &str) -> bool {
    let bracketed = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    match url::Host::parse(&bracketed) {
        Ok(url::Host::Ipv4(v4)) => {
            return v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified();
        }
        Ok(url::Host::Ipv6(v6)) => {
            return v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local();
        }
        _ => {}
    }
    host == "localhost"
        || [".localhost", ".local", ".internal", ".home.arpa", ".lan"].iter().any(|end| host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Payload; 12] = [
        Payload::Empty,
        Payload::NotBase64,
        Payload::Whitespace,
        Payload::MediaType,
        Payload::OtherFormat,
        Payload::NoBase64Mark,
        Payload::Bare,
        Payload::DataUrl,
        Payload::Doubled,
        Payload::FilePath,
        Payload::LocalUrl,
        Payload::Url,
    ];

    fn faults(text: &str) -> Vec<Payload> {
        let media = ["image/png".to_owned(), "image/jpeg".to_owned()];
        ALL.into_iter().filter(|f| has(text, *f, &media)).collect()
    }

    #[test]
    fn faults_are_told_apart() {
        use Payload::*;
        let long = "QUJD".repeat(64);
        let table: Vec<(String, Vec<Payload>)> = vec![
            ("data:image/png;base64,iVBORw0KGgoAAAAA".into(), vec![DataUrl]),
            ("data:image/png;base64,".into(), vec![Empty, DataUrl]),
            ("data:image/png;base64".into(), vec![Empty, DataUrl]),
            ("data:image/png;base64,iVBORw0KGgo\nAAAA".into(), vec![Whitespace, DataUrl]),
            ("data:image/png;base64,iVBO Rw0K".into(), vec![Whitespace, DataUrl]),
            ("data:image/png;base64,iVBORw0KG*AA".into(), vec![NotBase64, DataUrl]),
            ("data:image/png;base64,abcde".into(), vec![NotBase64, DataUrl]),
            ("data:image/png;base64,ab==cd".into(), vec![NotBase64, DataUrl]),
            ("data:image/png;base64,/9j/4AAQ".into(), vec![OtherFormat, DataUrl]),
            ("data:image/tiff;base64,SUkqAA==".into(), vec![MediaType, DataUrl]),
            ("data:image/png,abcd".into(), vec![NoBase64Mark, DataUrl]),
            ("data:image/png;base64,data:image/png;base64,AAAA".into(), vec![NotBase64, DataUrl, Doubled]),
            (long.clone(), vec![Bare]),
            ("iVBORw0KGgoAAAANSUhEUg==".into(), vec![Bare]),
            ("./cat.png".into(), vec![FilePath]),
            ("/home/me/cat.png".into(), vec![FilePath]),
            ("C:\\Users\\me\\cat.png".into(), vec![FilePath]),
            ("file:///tmp/cat.png".into(), vec![FilePath]),
            ("https://example.com/cat.png".into(), vec![Url]),
            ("http://localhost:8000/cat.png".into(), vec![LocalUrl, Url]),
            ("http://192.168.1.4/cat.png".into(), vec![LocalUrl, Url]),
            ("http://[::1]:80/cat.png".into(), vec![LocalUrl, Url]),
            ("https://10.example.com/cat.png".into(), vec![Url]),
            ("  ".into(), vec![Empty, Whitespace]),
        ];
        for (text, expected) in table {
            assert_eq!(faults(&text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "(data:|https?://)?\\PC{0,40}") {
            let _ = faults(&text);
        }

        #[test]
        fn real_base64_has_no_fault(bytes in proptest::collection::vec(any::<u8>(), 1..200)) {
            use base64::Engine;
            for text in [
                base64::engine::general_purpose::STANDARD.encode(&bytes),
                base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&bytes),
            ] {
                prop_assert!(is_base64(&text), "{}", text);
            }
        }
    }
}
