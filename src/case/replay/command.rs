//! A request as a curl command, to be taken in as any pasted one is.

use std::fmt::Write as _;

use super::fixture::{FixtureRequest, Pair};
use crate::case::sanitize::{Shape, shape_of};

/// Name of the variable in which the command expects the key. No environment sets it: the key is asked for.
pub const KEY_VARIABLE: &str = "CASEFILE_REPLAY_KEY";

/// `request` as a command for bash, sent to `base_url` (scheme and host).
pub fn command(request: &FixtureRequest, base_url: &str) -> String {
    let mut address = quoted(&format!("{}{}", base_url.trim_end_matches('/'), request.path));
    for (at, Pair { name, value }) in request.query.iter().enumerate() {
        let value = value.as_deref().unwrap_or_default();
        let is_key = shape_of(value) == Some(Shape::Credential);
        let value = if is_key { with_key(value) } else { quoted(&escaped(value)) };
        let _ = write!(address, "{}{value}", quoted(&format!("{}{name}=", if at == 0 { '?' } else { '&' })));
    }
    let mut out = format!("curl -g -X {} {address}", quoted(&request.method));
    for Pair { name, value } in &request.headers {
        let value = value.as_deref().unwrap_or_default();
        // curl sets the boundary of a form and the length itself.
        let is_of_curl = name.eq_ignore_ascii_case("content-length")
            || (name.eq_ignore_ascii_case("content-type") && value.starts_with("multipart/"))
            || name.eq_ignore_ascii_case("host");
        if !is_of_curl {
            let _ = write!(out, " -H {}", with_key(&format!("{name}: {value}")));
        }
    }
    for Pair { name, value } in &request.form_fields {
        let _ = write!(
            out,
            " --form-string {}",
            quoted(&format!("{name}={}", value.as_deref().unwrap_or_default()))
        );
    }
    if let Some(body) = &request.body {
        let _ = write!(out, " --data-raw {}", quoted(&body.to_string()));
    }
    out
}

/// `text` in quotes of bash; a credential's placeholder in it as the variable.
fn with_key(text: &str) -> String {
    let behind = text.rsplit_once(": ").map_or(text, |(_, value)| value);
    match text.rsplit_once('[') {
        Some((before, _)) if shape_of(behind) == Some(Shape::Credential) => {
            format!("{}\"${KEY_VARIABLE}\"", quoted(before))
        }
        _ => quoted(text),
    }
}

/// `text` in single quotes of bash.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// `text` as a value of a query.
fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_hostile_to_a_shell_stays_one_word() {
        let request = FixtureRequest {
            base_url: None,
            method: "POST".to_owned(),
            path: "/v1/it's".to_owned(),
            query: vec![Pair { name: "a".to_owned(), value: Some("b&c $(x)".to_owned()) }],
            headers: vec![
                Pair { name: "Authorization".to_owned(), value: Some("Bearer [key#1]".to_owned()) },
                Pair { name: "X-Odd".to_owned(), value: Some("`id` 'x'".to_owned()) },
            ],
            body: Some(json!({"q": "it's $HOME"})),
            form_fields: Vec::new(),
            files: Vec::new(),
        };
        let made = command(&request, "https://h.example/");
        let words = shell_words::split(&made).expect("splits");
        assert_eq!(
            words,
            [
                "curl",
                "-g",
                "-X",
                "POST",
                "https://h.example/v1/it's?a=b%26c+%24%28x%29",
                "-H",
                "Authorization: Bearer $CASEFILE_REPLAY_KEY",
                "-H",
                "X-Odd: `id` 'x'",
                "--data-raw",
                "{\"q\":\"it's $HOME\"}"
            ]
        );
    }
}
