//! The fields of a body: of a JSON object, or of a `multipart/form-data` form (RFC 7578).

use serde_json::{Map, Value};

use super::family::BodyForm;
use super::gate::Asked;

/// The fields by name. A file of a form is an object, for no text is one.
pub(super) type Fields = Map<String, Value>;

/// Most parts of a form that are read.
const PARTS: usize = 64;

/// Reads the body; an error is the gateway's sentence about it.
pub(super) fn read(asked: &Asked, form: Option<BodyForm>) -> Result<Fields, String> {
    let kind = asked.header("content-type").unwrap_or("");
    match form {
        None => Ok(Fields::new()),
        Some(BodyForm::Multipart) if !kind.to_ascii_lowercase().contains("json") => {
            let boundary = boundary(kind).ok_or("no multipart boundary param in Content-Type")?;
            parts(&asked.body, &boundary).ok_or_else(|| "multipart: NextPart: EOF".to_owned())
        }
        Some(_) => json(&asked.body),
    }
}

fn json(body: &[u8]) -> Result<Fields, String> {
    let fault = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(fields)) => return Ok(fields),
        Ok(_) => "json: cannot unmarshal into Go value of type middleware.ModelRequest",
        Err(error) if error.is_eof() => "unexpected end of JSON input",
        Err(_) => "invalid character in JSON input",
    };
    Err(fault.to_owned())
}

fn boundary(content_type: &str) -> Option<String> {
    if !content_type.to_ascii_lowercase().starts_with("multipart/form-data") {
        return None;
    }
    let parameter = |text: &str| -> Option<String> {
        let (name, value) = text.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then(|| value.trim_matches('"').to_owned())
    };
    content_type.split(';').find_map(parameter).filter(|b| !b.is_empty() && b.len() <= 70)
}

/// The parts between the lines of `boundary`; `None` where the last line is missing.
fn parts(body: &[u8], boundary: &str) -> Option<Fields> {
    let line = format!("\r\n--{boundary}");
    let mut fields = Fields::new();
    // The first line has no line end before it.
    let mut rest = body.strip_prefix(line.trim_start().as_bytes())?;
    for _ in 0..PARTS {
        if rest.starts_with(b"--") {
            return Some(fields);
        }
        let end = find(rest, line.as_bytes())?;
        let (part, after) = (rest.get(..end)?, rest.get(end + line.len()..)?);
        let head_end = find(part, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(part.get(..head_end)?).into_owned();
        let content = part.get(head_end + 4..).unwrap_or_default();
        if let Some(name) = quoted(&head, " name=") {
            let value = if quoted(&head, " filename=").is_some() {
                Value::Object(Map::new())
            } else {
                Value::String(String::from_utf8_lossy(content).into_owned())
            };
            fields.insert(name, value);
        }
        rest = after;
    }
    None
}

/// The text in quotes (or up to a semicolon) behind `key`.
fn quoted(head: &str, key: &str) -> Option<String> {
    let (_, value) = head.split_once(key)?;
    let end: &[char] = if value.starts_with('"') { &['"'] } else { &[';', '\r', '\n'] };
    value.trim_start_matches('"').split(end).next().map(str::to_owned)
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(kind: &str, body: &[u8]) -> Asked {
        Asked {
            method: "POST".to_owned(),
            target: "/".to_owned(),
            headers: vec![("content-type".to_owned(), kind.to_owned())],
            body: body.to_vec(),
        }
    }

    #[test]
    fn forms_and_json() {
        let form = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n\
            --b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n\0\0\r\n--b--\r\n";
        let json = r#"{"model":"m","image":{}}"#;
        let kind = "multipart/form-data; boundary=b";
        // form, content type, body, fields
        let table = [
            (Some(BodyForm::Multipart), kind, form, Ok(r#"{"model":"m","image":{}}"#)),
            (Some(BodyForm::Multipart), "multipart/form-data; boundary=\"b\"", form, Ok(json)),
            (Some(BodyForm::Multipart), "application/json", json, Ok(json)),
            (Some(BodyForm::Json), "", json, Ok(json)),
            (Some(BodyForm::Json), "", "[]", Err("cannot unmarshal")),
            (Some(BodyForm::Multipart), "multipart/form-data", form, Err("boundary")),
            (Some(BodyForm::Multipart), kind, "--b\r\n", Err("EOF")),
            (Some(BodyForm::Multipart), kind, "", Err("EOF")),
            (None, "", "x", Ok("{}")),
        ];
        for (form, kind, body, wanted) in table {
            let found = read(&asked(kind, body.as_bytes()), form).map(Value::Object);
            match (found, wanted) {
                (Ok(found), Ok(wanted)) => assert_eq!(found.to_string(), wanted, "{kind} {body}"),
                (Err(found), Err(wanted)) => assert!(found.contains(wanted), "{found}"),
                (found, _) => panic!("{kind} {body}: {found:?}"),
            }
        }
    }

    proptest! {
        #[test]
        fn no_body_panics(body: Vec<u8>, kind in "(multipart/form-data; boundary=(--|[a-z]?))?") {
            let _ = read(&asked(&kind, &body), Some(BodyForm::Multipart));
            let framed = [b"--a".as_slice(), &body, b"\r\n--a--"].concat();
            let _ = read(&asked("multipart/form-data; boundary=a", &framed), Some(BodyForm::Multipart));
        }
    }
}
