//! A curl command for bash that sends the request again, with placeholders. Made from the sanitized request; every
//! word is quoted so that nothing in it is run.

use std::fmt::Write as _;

use super::sentence::{base_url, one_line};
use crate::case::sanitize::{SafeBody, SafeFile, SafeHeader, SafeRequest};
use crate::case::vocabulary::FileTransport;

/// A longer body is not repeated in the command: it stands under `request.body`.
const MOST_BODY_BYTES: usize = 16 * 1024;

/// Headers that curl writes itself, or that would not fit the replaced body.
const CURLS_OWN: [&str; 6] =
    ["host", "content-length", "accept-encoding", "connection", "transfer-encoding", "expect"];

/// The command, with comment lines before it.
pub(super) fn command(request: &SafeRequest) -> String {
    let is_form = is_form(request);
    let (headers, left_out) = headers(request, is_form);
    let body = if is_form { form(request) } else { body(request.body.as_ref()) };
    let mut out = format!(
        "# BASE_URL is {}; API_KEY is a key of the same account.\n",
        one_line(&base_url(request), 300)
    );
    if let Some(comment) = body.comment {
        let _ = writeln!(out, "# {comment}");
    }
    if !left_out.is_empty() {
        let _ = writeln!(out, "# Left out: {}.", left_out.join(", "));
    }
    let _ = write!(out, "curl -sS -i -g -X {} {}", quoted(request.method.as_str()), url(request));
    for header in headers {
        let _ = write!(out, " \\\n  -H {}", with_variables(&header));
    }
    for argument in body.arguments {
        let _ = write!(out, " \\\n  {argument}");
    }
    out.push('\n');
    out
}

fn url(request: &SafeRequest) -> String {
    let mut tail = request.path.to_string();
    for (index, (name, value)) in request.query.iter().enumerate() {
        tail.push(if index == 0 { '?' } else { '&' });
        tail.push_str(name.as_str());
        if let Some(value) = value {
            let _ = write!(tail, "={value}");
        } else {
            tail.push_str("=VALUE_NOT_SHOWN");
        }
    }
    // A placeholder in a path may hold blanks, which no URL has.
    let tail: String = tail.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    with_variables(&format!("$BASE_URL{}", tail.replace(' ', "%20")))
}

/// The headers to send, as `Name: value`, and the names of those that are left out.
fn headers(request: &SafeRequest, is_form: bool) -> (Vec<String>, Vec<String>) {
    let (mut kept, mut left_out) = (Vec::new(), Vec::new());
    for SafeHeader { name, value } in &request.headers {
        let named = |word: &str| name.as_str().eq_ignore_ascii_case(word);
        // Of a form curl writes the content type, with the boundary.
        let own = CURLS_OWN.into_iter().any(named) || (is_form && named("content-type"));
        match value {
            Some(value) if !own => kept.push(one_line(&format!("{name}: {value}"), 4096)),
            Some(_) if own => {}
            _ => left_out.push(format!("header {}, whose value is not shown", one_line(name.as_str(), 60))),
        }
    }
    (kept, left_out)
}

fn is_form(request: &SafeRequest) -> bool {
    let is_direct = |file: &SafeFile| file.transport == FileTransport::Direct;
    !request.form_fields.is_empty() || request.files.iter().any(is_direct)
}

/// `-F` for each field, with stand-ins for files and for texts that are not shown.
fn form(request: &SafeRequest) -> BodyWords {
    let mut arguments: Vec<String> = request
        .form_fields
        .iter()
        .map(|(name, value)| {
            let (name, value) = (one_line(name.as_str(), 200), one_line(value.as_str(), 4096));
            format!("--form-string {}", with_variables(&format!("{name}={value}")))
        })
        .collect();
    let mut sizes = Vec::new();
    for file in request.files.iter().filter(|file| file.transport == FileTransport::Direct) {
        let field = one_line(file.field.as_str(), 200);
        let media = file.media_type.as_ref().map_or_else(String::new, |t| format!(";type={t}"));
        arguments.push(format!("-F {}", quoted(&format!("{field}=@FILE{media}"))));
        sizes.push(match file.bytes {
            Some(bytes) => format!("{field} of {bytes} bytes"),
            None => format!("{field} of a size that is not known"),
        });
    }
    let comment = if sizes.is_empty() {
        "Texts in brackets were replaced by their shape: put texts of the same length there.".to_owned()
    } else {
        format!(
            "Put files of your own for FILE: {}. Texts in brackets were replaced by their shape.",
            one_line(&sizes.join(", "), 400)
        )
    };
    BodyWords { comment: Some(comment), arguments }
}

struct BodyWords {
    comment: Option<String>,
    arguments: Vec<String>,
}

fn body(body: Option<&SafeBody>) -> BodyWords {
    match body {
        Some(SafeBody::Json { value }) => {
            let text = serde_json::to_string_pretty(value).unwrap_or_default();
            let replaced = text.contains(" chars") || text.contains("[text") || text.contains("[prompt");
            if text.len() > MOST_BODY_BYTES {
                return BodyWords {
                    comment: Some(
                        "The body is long: write request.body of this note to body.json, with texts of your own."
                            .to_owned(),
                    ),
                    arguments: vec!["--data-binary @body.json".to_owned()],
                };
            }
            BodyWords {
                comment: replaced.then(|| {
                    "Texts in the body were replaced by their shape: put texts of the same length there."
                        .to_owned()
                }),
                arguments: vec![format!("--data-binary {}", quoted(&text))],
            }
        }
        Some(SafeBody::Opaque { shape }) => BodyWords {
            comment: Some(format!(
                "The body is no JSON and is not shown ({}): write your own to body.bin.",
                one_line(shape.as_str(), 200)
            )),
            arguments: vec!["--data-binary @body.bin".to_owned()],
        },
        Some(SafeBody::Empty) | None => BodyWords { comment: None, arguments: Vec::new() },
    }
}

/// `text` as one word of bash, nothing in it expanded.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':');
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// `text` as one word of bash in which a leading `$BASE_URL` and the placeholders of secrets become variables.
fn with_variables(text: &str) -> String {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = text;
    if let Some(tail) = rest.strip_prefix("$BASE_URL") {
        pieces.push(Piece::Variable("BASE_URL".to_owned()));
        rest = tail;
    }
    while let Some(open) = rest.find('[') {
        let (before, tail) = rest.split_at(open);
        let Some((name, length)) = placeholder(tail) else {
            let next = open + 1;
            pieces.push(Piece::Text(rest.get(..next).unwrap_or(rest).to_owned()));
            rest = rest.get(next..).unwrap_or("");
            continue;
        };
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(Piece::Variable(name));
        rest = tail.get(length..).unwrap_or("");
    }
    pieces.push(Piece::Text(rest.to_owned()));
    join(&pieces)
}

enum Piece {
    Text(String),
    Variable(String),
}

/// The variable for `[key#1]`, `[password#2]`, `[env:NAME]` at the start of `text`, and the length of the placeholder.
fn placeholder(text: &str) -> Option<(String, usize)> {
    let end = text.find(']').filter(|end| *end < 128)?;
    let inner = text.get(1..end)?;
    if let Some(name) = inner.strip_prefix("env:") {
        let fits = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        return fits.then(|| (name.to_owned(), end + 1));
    }
    let (kind, number) = inner.split_once('#')?;
    let word = match kind {
        "key" => "API_KEY",
        "password" => "PASSWORD",
        "cookie" => "COOKIE",
        _ => return None,
    };
    let number: u32 = number.parse().ok()?;
    Some((if number == 1 { word.to_owned() } else { format!("{word}_{number}") }, end + 1))
}

/// In double quotes where that is plain to read and safe, else piece by piece.
fn join(pieces: &[Piece]) -> String {
    let harmless = |c: char| !c.is_control() && !matches!(c, '$' | '`' | '"' | '\\' | '!');
    let simple = pieces.iter().all(|piece| match piece {
        Piece::Text(text) => text.chars().all(harmless),
        Piece::Variable(_) => true,
    });
    let mut out = String::new();
    if simple {
        out.push('"');
    }
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) if simple => out.push_str(text),
            Piece::Text(text) if text.is_empty() => {}
            Piece::Text(text) => out.push_str(&quoted(text)),
            Piece::Variable(name) if simple => {
                let glued = matches!(pieces.get(index + 1), Some(Piece::Text(next))
                    if next.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '[')));
                let _ = if glued { write!(out, "${{{name}}}") } else { write!(out, "${name}") };
            }
            Piece::Variable(name) => {
                let _ = write!(out, "\"${name}\"");
            }
        }
    }
    if simple {
        out.push('"');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::note::sample;
    use proptest::prelude::*;

    /// The words of a bash command as `shell_words` reads them, variables left as they are.
    fn words(command: &str) -> Vec<String> {
        let code: Vec<&str> = command.lines().skip_while(|l| l.starts_with('#')).collect();
        shell_words::split(&code.join("\n")).expect("one command")
    }

    #[test]
    fn words_are_quoted() {
        let table = [("POST", "POST"), ("it's", r"'it'\''s'"), ("", "''"), ("$(id)", "'$(id)'")];
        for (text, expected) in table {
            assert_eq!(quoted(text), expected);
        }
        let table = [
            ("Authorization: Bearer [key#1]", "\"Authorization: Bearer $API_KEY\""),
            ("x-api-key: [key#2]", "\"x-api-key: $API_KEY_2\""),
            ("a: [env:MY_KEY]", "\"a: $MY_KEY\""),
            ("a: [key#1]x", "\"a: ${API_KEY}x\""),
            ("a: `id` [key#1]", "'a: `id` '\"$API_KEY\""),
            ("$BASE_URL/v1?key=[key#1]", "\"$BASE_URL/v1?key=$API_KEY\""),
            ("$BASE_URL/$HOME", "\"$BASE_URL\"'/$HOME'"),
            ("a: [text: 3 chars]", "\"a: [text: 3 chars]\""),
        ];
        for (text, expected) in table {
            assert_eq!(with_variables(text), expected, "{text}");
        }
    }

    #[test]
    fn the_command_is_one_command() {
        let evidence = sample::evidence("model_not_found");
        let text = command(evidence.request.as_ref().expect("a request"));
        let words = words(&text);
        assert_eq!(words.first().map(String::as_str), Some("curl"));
        assert!(words.contains(&"$BASE_URL/v1/chat/completions".to_owned()), "{words:?}");
        assert!(words.contains(&"Authorization: Bearer $API_KEY".to_owned()), "{words:?}");
        assert!(text.contains("# Texts in the body were replaced"), "{text}");
    }

    proptest! {
        #[test]
        fn nothing_in_a_request_becomes_a_command(text in "\\PC*|[ -~\\n\\t$`'\"\\\\!;&|]*") {
            let evidence = sample::hostile(&text);
            let command = command(evidence.request.as_ref().expect("a request"));
            let words = words(&command);
            prop_assert_eq!(words.first().map(String::as_str), Some("curl"));
            // -sS -i -g -X METHOD URL, three headers, one body: whatever the text, the words stay as many.
            prop_assert_eq!(words.len(), 1 + 3 + 2 + 1 + 2 * 3 + 2);
        }
    }
}
