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
mod filters;
mod template;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

use serde::Serialize;

use super::schema;
pub use template::{BUILT_IN, Template, TemplateError};

/// Steps that a template may take; the built-in one needs some thousands for a long note.
const FUEL: u64 = 2_000_000;

/// Bytes that a template may print; a long note has some ten thousand.
const LARGEST: usize = 1024 * 1024;

/// How deep templates, macros and loops may call each other.
const DEPTH: usize = 100;

/// The words of the built-in rendering that are neither keys nor values: its template, and what filters say.
pub(super) const OWN_TEXT: &str =
    concat!(include_str!("../../../templates/note.md.j2"), " yes no none null json yaml");

/// The note by the built-in template.
pub(super) fn render(note: &impl Serialize) -> String {
    // A test renders every sample: a fault of the built-in template cannot reach a release. Should it, plain text leaves.
    let template = Template::new("note.md.j2", BUILT_IN);
    render_with(&template, note).unwrap_or_else(|_| super::plain::render(note))
}

/// The note by a template of the operator's.
///
/// # Errors
/// [`TemplateError`] with the line: syntax, an unknown key or filter, too many steps, too much text.
pub(super) fn render_with(template: &Template, note: &impl Serialize) -> Result<String, TemplateError> {
    let name = template.name();
    template.check()?;
    let room = Arc::new(AtomicUsize::new(LARGEST));
    let environment = environment(template, &room).map_err(|e| fault(name, &e))?;
    let mut out = Bounded { bytes: Vec::new(), full: false };
    let done = environment
        .template_from_named_str(name, template.text())
        .and_then(|ready| ready.render_captured_to(context(note), &mut out).map(drop));
    match done {
        Ok(()) => Ok(tidy(&filters::apart(&String::from_utf8_lossy(&out.bytes)))),
        Err(error) if out.full || room.load(Ordering::Relaxed) == 0 => {
            let what = format!("it prints more than {} KiB", LARGEST / 1024);
            Err(TemplateError { what, ..fault(name, &error) })
        }
        Err(error) => Err(fault(name, &error)),
    }
}

/// Reads a template without a note, so that what can be known beforehand is told beforehand.
///
/// # Errors
/// [`TemplateError`]: the syntax, an unknown filter.
pub(super) fn parse(template: &Template) -> Result<(), TemplateError> {
    template.check()?;
    let environment = environment(template, &Arc::default()).map_err(|e| fault(template.name(), &e))?;
    environment
        .template_from_named_str(template.name(), template.text())
        .map(drop)
        .map_err(|e| fault(template.name(), &e))
}

/// Takes as many bytes as a note may have.
struct Bounded {
    bytes: Vec<u8>,
    full: bool,
}

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > LARGEST {
            self.full = true;
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
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

fn environment<'t>(template: &'t Template, room: &Arc<AtomicUsize>) -> Result<Environment<'t>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    let room = Arc::clone(room);
    environment.set_formatter(move |out, _, value| {
        if value.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        let value = if value.is_safe() { value.clone() } else { filters::harmless(value, escape::text) };
        // Counted here as well, because what is captured (a macro, a `set` block) is not written out yet.
        let length = value.as_str().map_or(0, str::len);
        let left = room.load(Ordering::Relaxed).saturating_sub(length);
        room.store(left, Ordering::Relaxed);
        if left == 0 {
            return Err(Error::from(ErrorKind::OutOfFuel));
        }
        filters::write_bounded(out, &value)
    });
    filters::put_into(&mut environment);
    // Only what was read from the template's own folder is there; no name leads to a file.
    for (name, text) in template.parts() {
        environment.add_template(name, text)?;
    }
    Ok(environment)
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
    let detail = error.detail().unwrap_or("");
    let what = match error.kind() {
        ErrorKind::UndefinedError => "a key that the note does not have".to_owned(),
        ErrorKind::OutOfFuel => "it takes too many steps; is there a loop too many?".to_owned(),
        ErrorKind::InvalidOperation if detail.contains("recursion") => {
            "it calls itself without an end".to_owned()
        }
        ErrorKind::TemplateNotFound | ErrorKind::BadInclude => {
            "a template that is not in its folder; put the file there, with a name that ends in .j2"
                .to_owned()
        }
        ErrorKind::SyntaxError
        | ErrorKind::UnknownFilter
        | ErrorKind::UnknownFunction
        | ErrorKind::UnknownTest => {
            format!(
                "{}{}",
                error.kind(),
                if detail.is_empty() { String::new() } else { format!(": {detail}") }
            )
        }
        kind => kind.to_string(),
    };
    // The innermost error says where it is: an include only says that something in it went wrong.
    let mut place = (error.name().unwrap_or(name).to_owned(), error.line().unwrap_or(0));
    let mut source = std::error::Error::source(error);
    let mut inner = None;
    while let Some(next) = source {
        inner = next.downcast_ref::<Error>().or(inner);
        source = next.source();
    }
    if let Some(inner) = inner {
        let deeper = fault(name, inner);
        if deeper.line > 0 {
            place = (deeper.name, deeper.line);
        }
        if error.kind() == ErrorKind::BadInclude || error.kind() == ErrorKind::EvalBlock {
            return TemplateError { name: place.0, line: place.1, what: deeper.what };
        }
    }
    TemplateError { name: place.0, line: place.1, what }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::note::sample;
    use proptest::prelude::*;

    fn mine(template: &str, note: &impl Serialize) -> Result<String, TemplateError> {
        render_with(&Template::new("mine.md", template), note)
    }

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
            let text = render_with(&Template::new("note.md.j2", BUILT_IN), &sample::note(name)).expect(name);
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
            let error = render_with(&Template::new("mine.md", template), &note).expect_err(template);
            assert_eq!((error.line, error.name.as_str()), (line, "mine.md"), "{error}");
            assert!(error.what.contains(what), "{error}");
        }
        let text = mine("{{ note.case_id }}{% if note.response %}!{% endif %}", &note);
        assert_eq!(text.as_deref(), Ok("`CF-20261121-0K3M9Q7Z`\n"));
    }

    #[test]
    fn a_template_that_forgets_a_filter_is_still_harmless() {
        let note = sample::hostile_note("<img src=x> @someone https://evil.example [a](b)\n# head");
        let text = mine("{{ note.support_question }}", &note).expect("renders");
        assert_eq!(text, "`<img` `src=x>` `@someone` `https://evil.example` `[a](b)` `#` head\n");
    }

    /// Markdown that a template makes of hostile evidence through `expression` alone: every special character stands
    /// inside code, or is escaped there.
    fn outside_code(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('`') {
            let (before, tail) = rest.split_at(at);
            out.push_str(before);
            let run = tail.len() - tail.trim_start_matches('`').len();
            let fence = "`".repeat(run);
            let inside = &tail[run..];
            let mut from = 0;
            let end = loop {
                let Some(found) = inside[from..].find(&fence).map(|f| f + from) else { break None };
                let after = inside[found..].len() - inside[found..].trim_start_matches('`').len();
                if after == run {
                    break Some(found);
                }
                from = found + after;
            };
            if let Some(end) = end {
                rest = &inside[end + run..];
            } else {
                out.push_str(&fence);
                rest = inside;
            }
        }
        out + rest
    }

    #[test]
    fn no_filter_takes_the_harness_off() {
        let evil = "<img src=x onerror=y> @someone https://evil.example ` [a](javascript:b) # x";
        let note = sample::hostile_note(evil);
        let expressions = [
            "x",
            "x | e",
            "x | escape",
            "x | code | replace('`', '')",
            "x | code | replace('`', '' | text)",
            "x | replace('<', '<' | text)",
            "x | text | trim('`')",
            "(x | code | split('`'))[1]",
            "x | code | reverse | reverse",
            "x | code | list | join",
            "x | code | lower",
            "x | code | upper | lower",
            "x | code | title",
            "x | code | lines | first",
            "x | code | indent(2)",
            "[x, x] | join(' ')",
            "[x | code, x] | join('`')",
            "x | code }}{{ x | code",
            "['a', 'b'] | join(x)",
            "'%s' | format(x)",
            "('%s' | text) | format(x)",
            "(x | code)[1:-1]",
            "(x | code) ~ ''",
            "(x | code) * 1",
            "(x | code | list)[1:] | join",
            "x | code | string",
            "x | code | first",
            "x | code | default('')",
            "x | link(x)",
            "x | cell",
            "[x | code] | map('replace', '`', '') | join(' ')",
            "note",
            "note | pprint",
            "debug()",
        ];
        for expression in expressions {
            for template in [
                format!("{{% set x = note.support_question %}}a {{{{ {expression} }}}} b"),
                format!(
                    "{{% set x = note.support_question %}}{{% autoescape false %}}a {{{{ {expression} }}}} b{{% endautoescape %}}"
                ),
                format!(
                    "{{% set x = note.support_question %}}{{% autoescape 'html' %}}a {{{{ {expression} }}}} b{{% endautoescape %}}"
                ),
                format!(
                    "{{% set x = note.support_question %}}{{% macro m(x) %}}{{{{ {expression} }}}}{{% endmacro %}}a {{{{ m(x) }}}} b"
                ),
                format!(
                    "{{% set x = note.support_question %}}{{% set y %}}{{{{ {expression} }}}}{{% endset %}}a {{{{ y | replace('`', '') }}}} b"
                ),
                format!(
                    "{{% set x = note.support_question %}}a {{% filter replace('`', '') %}}{{{{ {expression} }}}}{{% endfilter %}} b"
                ),
                format!(
                    "{{% set x = note.support_question %}}a {{% for c in ({expression}) %}}{{{{ c }}}}{{% endfor %}} b"
                ),
            ] {
                // Some of them are errors; the others must be harmless.
                let Ok(text) = mine(&template, &note) else { continue };
                let open = outside_code(&text);
                for bad in ["<img", "@someone", "https://evil", "](java", "# x"] {
                    assert!(!open.to_lowercase().contains(bad), "{template}\n{text}");
                }
            }
        }
        let error =
            mine("a\n{{ note.support_question | safe }}", &note).expect_err("there is no such filter");
        assert_eq!((error.line, error.what.contains("safe")), (2, true), "{error}");
    }

    #[test]
    fn marks_around_a_value_are_refused() {
        let note = sample::note("dns");
        for template in ["a\nb `{{ note.title }}`", "a\n` {{ note.title }} `", "\n```\n{{ note.title }}\n```"]
        {
            let error = mine(template, &note).expect_err(template);
            assert!(error.line >= 2 && error.to_string().contains("| code"), "{error}");
        }
        assert!(mine("{# `{{ note.title }}` #}`x` {{ note.title }} `y`", &note).is_ok());
    }

    #[test]
    fn parts_are_those_of_the_folder_and_endless_ones_end() {
        let note = sample::note("dns");
        let template = |text: &str| {
            Template::new("note.md.j2", text)
                .with_part("head.j2", "Case {{ note.case_id }}\n")
                .with_part("marks.j2", "{% macro bold(x) %}**{{ x }}**{% endmacro %}")
                .with_part("again.j2", "x\n{% include 'again.j2' %}")
                .with_part("bad.j2", "a\nb\n{{ note.nope }}")
        };
        let good = "{% include 'head.j2' %}{% import 'marks.j2' as m %}{{ m.bold(note.audience) }}";
        assert_eq!(
            render_with(&template(good), &note).as_deref(),
            Ok("Case `CF-20261121-0K3M9Q7Z`**internal**\n")
        );
        let table = [
            ("{% include '../secret' %}", "note.md.j2", 1, "not in its folder"),
            ("\n{% include '/etc/hostname' %}", "note.md.j2", 2, "not in its folder"),
            ("{% import 'nope.j2' as n %}", "note.md.j2", 1, "not in its folder"),
            ("x{% include 'bad.j2' %}", "bad.j2", 3, "a key that the note does not have"),
            ("{% include 'again.j2' %}", "again.j2", 2, "without an end"),
            ("{% macro m() %}\n{{ m() }}{% endmacro %}{{ m() }}", "note.md.j2", 2, "without an end"),
            (
                "{% for i in range(90000) %}\nxxxxxxxxxxxxxxxxxxxxxx{% endfor %}",
                "note.md.j2",
                1,
                "more than 1024 KiB",
            ),
            (
                "{% set y %}{% for i in range(90000) %}\n{{ 'xxxxxxxxxxxxxxxxxxxxxxxx' }}{% endfor %}{% endset %}{{ y }}",
                "note.md.j2",
                2,
                "more than 1024 KiB",
            ),
        ];
        for (text, name, line, what) in table {
            let error = render_with(&template(text), &note).expect_err(text);
            assert!(error.what.contains(what), "{text}: {error}");
            assert_eq!(error.name, name, "{text}: {error}");
            assert!(error.line.abs_diff(line) <= 1, "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_template_is_rendered_or_refused(text in "(\\{\\{|\\}\\}|\\{%|%\\}| |note|\\.|\\||title|for|in|if|endif|endfor|set|`|[a-z\\n#\"']){0,40}") {
            let _ = mine(&text, &sample::note("dns"));
        }

        #[test]
        fn a_value_never_leaves_its_place(text in "\\PC{1,40}|[-`|#<>@*\\[\\]()\\\\\\n\\r ~x.1:/]{1,30}") {
            let note = sample::hostile_note(&text);
            for filter in ["text", "code"] {
                let shown = mine(&format!("a {{{{ note.support_question | {filter} }}}} b"), &note);
                let open = outside_code(&shown.unwrap_or_default());
                prop_assert!(!open.contains(['<', '@', '#', '\u{60}']), "{}", open);
                prop_assert!(!open.contains("://") && !open.contains("]("), "{}", open);
            }
        }

        #[test]
        fn evidence_does_not_change_the_structure(text in "\\PC{1,60}|[-`|#<>@*\\[\\]()\\\\\\n\\r ~x.1:/]{1,40}") {
            prop_assume!(!text.trim().is_empty());
            let plain = render(&sample::hostile_note("word"));
            let hostile = render(&sample::hostile_note(&text));
            prop_assert_eq!(structure(&hostile), structure(&plain), "{}", hostile);
        }
    }
}
