//! A `multipart/form-data` body as it stands in a raw request (RFC 7578), to the parts of a form.

use crate::case::request::{Header, Part, PartContent};

/// Parts that are read of one body.
const MOST_PARTS: usize = 1_000;

/// The boundary that the content type names, where the body is a form.
pub(super) fn boundary(headers: &[Header]) -> Option<&str> {
    let value =
        headers.iter().find(|h| h.name.eq_ignore_ascii_case("content-type")).map(|h| h.value.as_str())?;
    let (media, parameters) = value.split_once(';')?;
    if !media.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("boundary") && !value.is_empty()).then_some(value)
    })
}

/// The content type without its boundary: the sender makes its own.
pub(super) fn without_boundary(value: &str) -> String {
    let is_boundary =
        |p: &&str| p.split_once('=').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"));
    value.split(';').filter(|p| !is_boundary(p)).map(str::trim).collect::<Vec<_>>().join("; ")
}

/// The parts of `body`; `None` where it is not made of parts with this boundary. Line ends may have become `\n`.
pub(super) fn parts(body: &str, boundary: &str) -> Option<Vec<Part>> {
    let mark = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut current: Option<(usize, usize)> = None;
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\r', '\n']);
        if let Some(tail) = bare.strip_prefix(mark.as_str())
            && matches!(tail.trim_end(), "" | "--")
        {
            if let Some((start, end)) = current.take() {
                parts.push(part(body.get(start..end.max(start))?)?);
            }
            if tail.starts_with("--") || parts.len() > MOST_PARTS {
                return (!parts.is_empty()).then_some(parts);
            }
            current = Some((at + line.len(), at + line.len()));
        } else if let Some((_, end)) = &mut current {
            // The line end before a boundary belongs to the boundary.
            *end = at + bare.len();
        }
        at += line.len();
    }
    // The last boundary is often cut off when a request is copied.
    if let Some((start, end)) = current {
        parts.extend(body.get(start..end.max(start)).and_then(part));
    }
    (!parts.is_empty()).then_some(parts)
}

fn part(text: &str) -> Option<Part> {
    let (head, content) = text
        .split_once("\r\n\r\n")
        .filter(|(head, _)| !head.contains("\n\n"))
        .or_else(|| text.split_once("\n\n"))
        // A part without text ends with its head.
        .unwrap_or((text, ""));
    let mut part = Part {
        name: String::new(),
        content: PartContent::Text(content.to_owned()),
        filename: None,
        media_type: None,
    };
    let mut named = false;
    for line in head.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.trim().eq_ignore_ascii_case("content-disposition") {
            part.name = parameter(value, "name")?;
            part.filename = parameter(value, "filename");
            named = true;
        } else if name.trim().eq_ignore_ascii_case("content-type") {
            part.media_type = Some(value.trim().to_owned());
        }
    }
    named.then_some(part)
}

/// A parameter of `Content-Disposition`, its quotes and escapes undone.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value;
    while let Some(at) = rest.find(';') {
        rest = rest.get(at + 1..)?.trim_start();
        let (name, tail) = rest.split_once('=')?;
        let mut text = String::new();
        if let Some(inner) = tail.strip_prefix('"') {
            let mut chars = inner.chars();
            loop {
                match chars.next() {
                    Some('"') | None => break,
                    Some('\\') if chars.as_str().starts_with(['"', '\\']) => text.extend(chars.next()),
                    Some(c) => text.push(c),
                }
            }
            rest = chars.as_str();
        } else {
            let end = tail.find(';').unwrap_or(tail.len());
            tail.get(..end)?.trim().clone_into(&mut text);
            rest = tail.get(end..)?;
        }
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(text.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_form_is_read_with_either_line_end() {
        let body = "--X1\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--X1\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"a; \\\"b.txt\"\r\nContent-Type: text/plain\r\n\r\n\
            one\r\n\r\ntwo\r\n--X1--\r\nbehind";
        for body in [body.to_owned(), body.replace("\r\n", "\n"), body.replace("\r\n--X1--\r\nbehind", "")] {
            let parts = parts(&body, "X1").expect("a form");
            assert_eq!(parts.len(), 2, "{body}");
            let (first, second) = (&parts[0], &parts[1]);
            assert_eq!((first.name.as_str(), first.text()), ("model", Some("whisper-1")));
            assert_eq!(second.filename.as_deref(), Some("a; \"b.txt"));
            assert_eq!(second.media_type.as_deref(), Some("text/plain"));
            assert_eq!(second.text().map(|t| t.replace('\r', "")).as_deref(), Some("one\n\ntwo"));
        }
        let empty =
            parts("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--b--", "b").expect("a form");
        assert_eq!(empty[0].text(), Some(""));
        assert!(parts("no parts", "b").is_none());
        assert!(parts("--b\nno head\n--b--", "b").is_none());
    }

    #[test]
    fn the_boundary_is_found_and_left_out() {
        let of = |value: &str| vec![Header::new("content-type", value)];
        let table = [
            ("multipart/form-data; boundary=abc", Some("abc"), "multipart/form-data"),
            (
                "Multipart/Form-Data; charset=x; boundary=\"a b\"",
                Some("a b"),
                "Multipart/Form-Data; charset=x",
            ),
            ("multipart/form-data", None, "multipart/form-data"),
            ("application/json; boundary=a", None, "application/json"),
        ];
        for (value, expected, rest) in table {
            assert_eq!(boundary(&of(value)), expected, "{value}");
            assert_eq!(without_boundary(value), rest, "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_body_panics(body in "(--b|\\r|\\n|-|Content-Disposition: form-data|; name=|\"|\\\\|a|\u{e4}){0,40}") {
            let _ = parts(&body, "b");
        }
    }
}
