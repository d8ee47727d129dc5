//! The note as Markdown, from a template. The template sees the note's own keys (`casefile.note/1`), all of them: what
//! was not observed is `none`, a list without entries is empty; a key that the schema does not know is an error.
//!
//! Whatever a template prints is made harmless by [`escape`] unless a filter already did it, so that evidence can
//! neither break out of its place nor mention people, link, or carry HTML:
//!
//! * `{{ x }}` and `{{ x | text }}`: running text on one line; anything unusual stands as code
//! * `{{ x | code }}`: a code span; `{{ x | cell }}`: the same, for a table
//! * `{{ x | block("json") }}`: a code block; a body (`note.request.body`, `note.response.body`) is indented JSON text
//! * `{{ url | link(title) }}`: a link, where the URL is a plain web address

mod escape;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

use super::{Note, schema};

/// The built-in template.
const TEMPLATE: &str = include_str!("../../../templates/note.md.j2");

/// Steps that a template may take; the built-in one needs some thousands for a long note.
const FUEL: u64 = 2_000_000;

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the note template {name}: {what}; mend the template, or use the built-in one")]
pub struct TemplateError {
    /// Name of the template.
    pub name: String,
    /// Line, from 1; 0 where it is not known.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// The note by the built-in template.
pub(super) fn render(note: &Note) -> String {
    // A test renders every sample: a fault of the built-in template cannot reach a release. Should it, plain text leaves.
    render_with(TEMPLATE, "note.md.j2", note).unwrap_or_else(|_| super::plain::render(note))
}

/// The note by a template of the operator's.
///
/// # Errors
/// [`TemplateError`] with the line: syntax, an unknown key or filter, too many steps.
pub fn render_with(template: &str, name: &str, note: &Note) -> Result<String, TemplateError> {
    let environment = environment().map_err(|e| fault(name, &e))?;
    environment
        .render_named_str(name, template, context(note))
        .map(|text| tidy(&text))
        .map_err(|e| fault(name, &e))
}

/// The note as a template sees it. The engine sorts the keys of maps, so bodies come as text, in their own order.
fn context(note: &Note) -> Value {
    let mut value = schema::with_nothing(serde_json::to_value(note).unwrap_or_default());
    for pointer in ["/request/body", "/response/body"] {
        if let Some(body) = value.pointer_mut(pointer).filter(|body| !body.is_null()) {
            *body = serde_json::to_string_pretty(body).unwrap_or_default().into();
        }
    }
    Value::from(Serde(serde_json::json!({ "note": value })))
}

fn environment<'a>() -> Result<Environment<'a>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(|out, _, value| {
        if value.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        let text = if value.is_safe() { value.to_string() } else { escape::text(&words(value)) };
        out.write_str(&text).map_err(Error::from)
    });
    environment.add_filter("text", |value: &Value| safe(escape::text(&words(value))));
    environment.add_filter("code", |value: &Value| safe(escape::code(&words(value))));
    environment.add_filter("cell", |value: &Value| safe(escape::cell(&words(value))));
    environment.add_filter("block", |value: &Value, language: Option<String>| {
        safe(escape::block(&words(value), &language.unwrap_or_default()))
    });
    environment.add_filter("link", |url: &Value, title: Option<String>| {
        let url = words(url);
        safe(escape::link(&url, title.as_deref().unwrap_or(&url)))
    });
    Ok(environment)
}

fn safe(text: String) -> Value {
    Value::from_safe_string(text)
}

/// The text of a value; a text as it is, nothing as `-`.
fn words(value: &Value) -> String {
    if value.is_none() {
        "-".to_owned()
    } else {
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }
}

/// At most one empty line in a row outside code blocks, none at the ends.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut fence: Option<String> = None;
    let mut empty = true;
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(open) if line.trim_end() == open.as_str() => fence = None,
            _ => {}
        }
        let blank = line.trim().is_empty() && fence.is_none();
        if !(blank && empty) {
            out.push_str(if blank { "" } else { line });
            out.push('\n');
        }
        empty = blank;
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// The engine's words without the values in them: kind and line are enough to mend a template.
fn fault(name: &str, error: &Error) -> TemplateError {
    let what = match error.kind() {
        ErrorKind::UndefinedError => "a key that the note does not have".to_owned(),
        ErrorKind::OutOfFuel => "it takes too many steps".to_owned(),
        ErrorKind::SyntaxError
        | ErrorKind::UnknownFilter
        | ErrorKind::UnknownFunction
        | ErrorKind::UnknownTest => {
            format!("{}{}", error.kind(), error.detail().map_or_else(String::new, |d| format!(": {d}")))
        }
        kind => kind.to_string(),
    };
    TemplateError { name: error.name().unwrap_or(name).to_owned(), line: error.line().unwrap_or(0), what }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::note::sample;
    use proptest::prelude::*;

    /// What must not depend on evidence: headings, fences, tables and lists, outside code blocks.
    fn structure(markdown: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut fence: Option<String> = None;
        for line in markdown.lines() {
            let ticks: String = line.chars().take_while(|c| *c == '`').collect();
            match &fence {
                None if ticks.len() >= 3 => {
                    found.push("fence".to_owned());
                    fence = Some(ticks);
                }
                Some(open) if line == open => {
                    found.push("end".to_owned());
                    fence = None;
                }
                Some(_) => {}
                // The title holds evidence: of the first line, only that it is a heading.
                None if line.starts_with("# ") => found.push("#".to_owned()),
                None if line.starts_with('#') => found.push(line.to_owned()),
                None if line.starts_with('|') => {
                    let bars = line.matches('|').count() - line.matches("\\|").count();
                    found.push(format!("row of {bars}"));
                }
                None if line.is_empty() => {}
                None => {
                    found.push(line.chars().take(1).filter(|c| !c.is_alphabetic() && *c != '`').collect())
                }
            }
        }
        assert_eq!(fence, None, "a block is not closed:\n{markdown}");
        found
    }

    #[test]
    fn every_sample_renders() {
        for name in sample::NAMES {
            let text = render_with(TEMPLATE, "note.md.j2", &sample::note(name)).expect(name);
            assert!(text.starts_with("# ") && text.ends_with('\n'), "{name}:\n{text}");
            assert!(!text.contains("\n\n\n") && !text.contains("undefined"), "{name}:\n{text}");
        }
    }

    #[test]
    fn a_template_of_the_operators_is_told_its_line() {
        let note = sample::note("dns");
        let table = [
            ("a\n{{ note.titel }}", 2, "a key that the note does not have"),
            ("{% if note.nope %}x{% endif %}", 1, "a key that the note does not have"),
            ("a\nb\n{{ note.title | shout }}", 3, "unknown filter"),
            ("{% for x in %}", 1, "syntax error"),
            (
                "{% for a in range(9000) %}{% for b in range(9000) %}x{% endfor %}{% endfor %}",
                1,
                "too many steps",
            ),
        ];
        for (template, line, what) in table {
            let error = render_with(template, "mine.md", &note).expect_err(template);
            assert_eq!((error.line, error.name.as_str()), (line, "mine.md"), "{error}");
            assert!(error.what.contains(what), "{error}");
        }
        let text = render_with("{{ note.case_id }}{% if note.response %}!{% endif %}", "mine.md", &note);
        assert_eq!(text.as_deref(), Ok("`CF-20261121-0K3M9Q7Z`\n"));
    }

    #[test]
    fn a_template_that_forgets_a_filter_is_still_harmless() {
        let note = sample::hostile_note("<img src=x> @someone https://evil.example [a](b)\n# head");
        let text = render_with("{{ note.support_question }}", "mine.md", &note).expect("renders");
        assert_eq!(text, "`<img` `src=x>` `@someone` `https://evil.example` `[a](b)` `#` head\n");
    }

    proptest! {
        #[test]
        fn evidence_does_not_change_the_structure(text in "\\PC{1,60}|[-`|#<>@*\\[\\]()\\\\\\n\\r ~x.1:/]{1,40}") {
            prop_assume!(!text.trim().is_empty());
            let plain = render(&sample::hostile_note("word"));
            let hostile = render(&sample::hostile_note(&text));
            prop_assert_eq!(structure(&hostile), structure(&plain), "{}", hostile);
        }
    }
}
