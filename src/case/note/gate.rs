//! The gate through which every rendering of a note goes: rendered, read back, held against the schema, audited. A panic
//! on the way is a refusal like any other.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use super::frame::{self, Frame};
use super::{removed, schema};
use crate::case::finding::Place;
use crate::case::sanitize::{Format, Refusal, Rendered};

/// One rendering and what it was made from.
pub(super) struct Rendering<'a> {
    /// The note.
    pub(super) value: &'a Value,
    /// Its text.
    pub(super) text: String,
    /// What the text is.
    pub(super) format: Format,
    /// Every word of it must be the template's or the note's: where the template is our own.
    pub(super) words_of: Option<&'a str>,
}

/// Runs `render`; a panic in it is a refusal.
pub(super) fn guarded<T, E: From<Refusal>>(render: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(render)).unwrap_or_else(|_| {
        Err(Refusal::at(1, "the program failed while the note was made (a fault of it)").into())
    })
}

/// Lets a rendering pass, or says where not.
///
/// # Errors
/// [`Refusal`] with the field, where it is in one.
pub(super) fn pass(rendering: Rendering<'_>, frame: &Frame<'_>) -> Result<Rendered, Refusal> {
    let Rendering { value, text, format, words_of } = rendering;
    read_back(value, &text, format)?;
    if let Some(template) = words_of {
        only_words_of(value, template, &text)?;
    }
    let rendered = frame.audit().pass(text, format).map_err(|refusal| {
        let field = removed::first_in(value, frame.audit()).map(|(field, _)| field).unwrap_or_default();
        Refusal { field, ..refusal }
    })?;
    frame.pass_evidence(value, rendered.as_str())?;
    Ok(rendered)
}

/// YAML and JSON: a reader gets the note back and nothing else, and every field is known to the schema.
fn read_back(value: &Value, text: &str, format: Format) -> Result<(), Refusal> {
    let back = match format {
        Format::Markdown | Format::Plain => return Ok(()),
        Format::Yaml => schema::read_yaml(text).ok(),
        Format::Json => serde_json::from_str(text).ok(),
    };
    if back.as_ref() != Some(value) {
        return Err(Refusal::at(1, "it does not read back as the note that was made"));
    }
    // What was read is the note, so it is judged as it is.
    let Some(fault) = schema::faults_in(value, text).into_iter().next() else { return Ok(()) };
    let (line, path) = match fault.place {
        Place::Body { line, path, .. } => (line, path),
        _ => (1, String::new()),
    };
    let field = path.trim_start_matches('/').replace('/', ".");
    Err(Refusal { rule: format!("the note's schema: {}", fault.message), field, line: line.max(1) })
}

/// Markdown by our own template, and plain text: every word is one of the template, of a key or of a field. What this
/// cannot tell is whether the words stand in their place.
fn only_words_of(value: &Value, template: &str, text: &str) -> Result<(), Refusal> {
    let source = value.to_string();
    let mut known: HashSet<String> = words(template).chain(words(&source)).collect();
    let mut texts = Vec::new();
    frame::texts(value, &mut texts);
    known.extend(texts.iter().flat_map(|text| words(text)));
    for (index, line) in text.lines().enumerate() {
        let is_new = |word: &String| !word.bytes().all(|b| b.is_ascii_digit()) && !known.contains(word);
        if words(line).any(|word| is_new(&word)) {
            return Err(Refusal::at(index + 1, "a word that is neither the template's nor a field's"));
        }
    }
    Ok(())
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;
    use crate::case::keyring::KeyRing;
    use crate::case::note::{BUILT_IN, render, sample};
    use crate::case::sanitize::{Audit, Sanitizer};

    fn audit() -> Audit {
        Sanitizer::new(&Catalog::built_in(), &KeyRing::default()).audit()
    }

    #[test]
    fn every_sample_passes_in_every_format() {
        let audit = audit();
        for name in sample::NAMES {
            for format in [Format::Yaml, Format::Markdown, Format::Json, Format::Plain] {
                let passed = render(&sample::note(name), format, &audit);
                assert!(passed.is_ok(), "{name} as {format:?}: {:?}", passed.err());
            }
        }
    }

    #[test]
    fn what_is_not_the_note_is_refused() {
        let audit = audit();
        let value = sample::note("model_not_found").value();
        let yaml = crate::case::note::write(&value, Format::Yaml);
        let frame = Frame::of(&value, &audit, |_| None);
        let refused = |text: String, format: Format, words_of: Option<&str>| {
            pass(Rendering { value: &value, text, format, words_of }, &frame).expect_err("refused").rule
        };
        assert!(refused(format!("{yaml}extra: 1\n"), Format::Yaml, None).contains("read back"));
        assert!(refused("a: [".into(), Format::Yaml, None).contains("read back"));
        assert!(refused("{}".into(), Format::Json, None).contains("read back"));
        let other = serde_json::json!({"schema": "casefile.note/1", "smuggled": "words"});
        let text = other.to_string();
        let rendering = Rendering { value: &other, text, format: Format::Json, words_of: None };
        assert!(pass(rendering, &frame).expect_err("unknown field").rule.contains("schema"));
        let markdown = crate::case::note::write(&value, Format::Markdown);
        let smuggled = format!("{markdown}\nzebras graze\n");
        assert!(refused(smuggled, Format::Markdown, Some(BUILT_IN)).contains("a word that is neither"));
    }

    #[test]
    fn a_panic_is_a_refusal() {
        let refused: Result<(), Refusal> = guarded(|| {
            assert!(BUILT_IN.is_empty(), "a planted fault");
            Ok(())
        });
        assert!(refused.expect_err("refused").rule.contains("the program failed"));
    }
}
