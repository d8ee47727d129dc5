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
//! * `{% for gap in note.missing_evidence | by_reason %}`: gaps (`fields`, `why`) with the same reason together

mod escape;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

use serde::Serialize;

use super::{Gap, schema};

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
pub(super) fn render(note: &impl Serialize) -> String {
    // A test renders every sample: a fault of the built-in template cannot reach a release. Should it, plain text leaves.
    render_with(TEMPLATE, "note.md.j2", note).unwrap_or_else(|_| super::plain::render(note))
}

/// The note by a template of the operator's.
///
/// # Errors
/// [`TemplateError`] with the line: syntax, an unknown key or filter, too many steps.
pub(super) fn render_with(
    template: &str,
    name: &str,
    note: &impl Serialize,
) -> Result<String, TemplateError> {
    let environment = environment().map_err(|e| fault(name, &e))?;
    environment
        .render_named_str(name, template, context(note))
        .map(|text| tidy(&text))
        .map_err(|e| fault(name, &e))
}

/// The note as a template sees it. The engine sorts the keys of maps, so bodies come as text, in their own order.
fn context(note: &impl Serialize) -> Value {
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
        let value = if value.is_safe() { value.clone() } else { harmless(value, escape::text) };
        write!(out, "{value}").map_err(Error::from)
    });
    environment.add_filter("text", |value: &Value| harmless(value, escape::text));
    environment.add_filter("code", |value: &Value| harmless(value, escape::code));
    environment.add_filter("cell", |value: &Value| harmless(value, escape::cell));
    environment.add_filter("block", |value: &Value, language: Option<String>| {
        harmless(value, |text| escape::block(text, &language.unwrap_or_default()))
    });
    environment.add_filter("link", |url: &Value, title: Option<String>| {
        harmless(url, |url| escape::link(url, title.as_deref().unwrap_or(url)))
    });
    environment.add_filter("by_reason", |Serde(gaps): Serde<Vec<Gap>>| Value::from(Serde(by_reason(gaps))));
    Ok(environment)
}

/// The text of a value, made harmless; nothing as `-`.
fn harmless(value: &Value, escape: impl FnOnce(&str) -> String) -> Value {
    if value.is_none() {
        return Value::from_safe_string("-".to_owned());
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Value::from_safe_string(escape(&text))
}

/// Gaps that have one reason, together, in the order of the first of them.
fn by_reason(gaps: Vec<Gap>) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for Gap { field, why } in gaps {
        match reasons.iter_mut().find(|reason| reason.why == why) {
            Some(reason) => reason.fields.push(field),
            None => reasons.push(Reason { fields: vec![field], why }),
        }
    }
    reasons
}

/// Gaps with one reason.
#[derive(serde::Serialize)]
struct Reason {
    fields: Vec<String>,
    why: String,
}

/// At most one empty line in a row outside code blocks, none at the ends.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut fence = None;
    let mut empty = true;
    for line in text.lines() {
        fence = after(fence, line);
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

/// The open fence (its number of backticks) after `line`. A fence has no backtick behind it: that would be a span.
fn after(fence: Option<usize>, line: &str) -> Option<usize> {
    let rest = line.trim_start_matches('`');
    let ticks = line.len() - rest.len();
    match fence {
        None => (ticks >= 3 && !rest.contains('`')).then_some(ticks),
        Some(open) if ticks >= open && rest.trim().is_empty() => None,
        open => open,
    }
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

    /// What must not depend on evidence: headings, blocks, rows of tables, lists, paragraphs.
    fn structure(markdown: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut fence = None;
        for line in markdown.lines() {
            let was = fence;
            fence = after(fence, line);
            found.push(match (was, fence) {
                (None, Some(_)) => "block".to_owned(),
                (Some(_), None) => "end".to_owned(),
                (Some(_), Some(_)) => continue,
                // The title holds evidence: of the first line, only that it is a heading.
                (None, None) if line.starts_with("# ") => "#".to_owned(),
                (None, None) if line.starts_with('#') => line.to_owned(),
                (None, None) if line.starts_with('|') => {
                    format!("row of {}", line.matches('|').count() - line.matches("\\|").count())
                }
                (None, None) => line.chars().take(1).filter(|c| !c.is_alphabetic()).collect(),
            });
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
