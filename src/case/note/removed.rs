//! What the operator has taken out of a note because the audit refused it: never a dead end, and no "export anyway".

use serde_json::Value;

use crate::case::sanitize::Audit;

/// A span that was taken out. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Removal {
    /// The field in which the audit found it, as a dotted path: `response.error.message`.
    pub field: String,
    /// The rule that refused it.
    pub rule: String,
    text: String,
}

impl std::fmt::Debug for Removal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Removal({}, {} chars)", self.field, self.text.chars().count())
    }
}

impl Removal {
    /// True for what the operator marked, not the audit.
    pub fn is_by_operator(&self) -> bool {
        self.rule == BY_OPERATOR
    }

    /// True where what was taken out still stands in `value`.
    pub fn applies_to(&self, value: &Value) -> bool {
        let mut found = false;
        each_text(value, "", &mut |_, text| found |= text.contains(&self.text));
        found
    }
}

/// `value` without what was taken out: `[removed#1]` in its place, the same text always under the same number.
pub(super) fn apply(removed: &[Removal], value: Value) -> Value {
    let replaced = |text: String| {
        removed.iter().enumerate().fold(text, |text, (index, removal)| {
            if text.contains(&removal.text) {
                text.replace(&removal.text, &format!("[removed#{}]", index + 1))
            } else {
                text
            }
        })
    };
    match value {
        _ if removed.is_empty() => value,
        Value::String(text) => Value::String(replaced(text)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| apply(removed, item)).collect()),
        Value::Object(fields) => Value::Object(
            fields.into_iter().map(|(key, field)| (replaced(key), apply(removed, field))).collect(),
        ),
        other => other,
    }
}

/// The rule of what the operator took out.
pub(super) const BY_OPERATOR: &str = "operator";

/// Shortest text that is taken out wherever it stands, characters.
const SHORTEST: usize = 3;

/// Why a text cannot be taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Untakable {
    /// It would tear too much.
    #[error("a text of fewer than 3 characters stands in too many places; mark more of it")]
    Short,
    /// It is no text of the evidence or of the operator's words.
    #[error("the note does not say that in one text; mark a value, or a part of one")]
    NotThere,
    /// It is one of the words of which every note is made.
    #[error("that is a word of the note itself, which says nothing of your case; mark a value")]
    Own,
}

/// The removal of `text`, which the operator marked, from a note of `value` whose twin, the same note of nothing, is `twin`.
///
/// # Errors
/// [`Untakable`].
pub(super) fn marked(text: &str, value: &Value, twin: &Value) -> Result<Vec<Removal>, Untakable> {
    let text = text.trim();
    if text.chars().count() < SHORTEST {
        return Err(Untakable::Short);
    }
    let is_word = text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let mut own = false;
    each_text(twin, "", &mut |_, known| own |= known.contains(text) && (is_word || known != text));
    let mut field = None;
    each_text(value, "", &mut |path, known| {
        if known.contains(text) && field.is_none() {
            field = Some(path.to_owned());
        }
    });
    match field {
        Some(_) if own => Err(Untakable::Own),
        Some(field) => Ok(of(&field, BY_OPERATOR, &[text.to_owned()])),
        None => Err(Untakable::NotThere),
    }
}

/// Where the audit finds something: the first field of `value`, and the spans in it.
pub(super) fn first_in(value: &Value, audit: &Audit) -> Option<(String, Vec<String>)> {
    let mut found = None;
    each_text(value, "", &mut |path, text| {
        if found.is_none() && !text.is_empty() {
            let spans = audit.spans(text);
            if !spans.is_empty() {
                let texts = spans.iter().filter_map(|(start, end)| text.get(*start..*end)).map(str::to_owned);
                found = Some((path.to_owned(), texts.collect()));
            }
        }
    });
    found
}

/// Fields that are tried one by one where the audit finds something that runs through several.
const MOST_TRIED: usize = 300;

/// The field without whose text the audit lets the note pass; for what runs through several fields.
pub(super) fn one_of_several(
    value: &Value,
    passes: impl Fn(&Value) -> bool,
) -> Option<(String, Vec<String>)> {
    let mut texts: Vec<(String, String)> = Vec::new();
    each_text(value, "", &mut |path, text| {
        if text.chars().count() >= 4 {
            texts.push((path.to_owned(), text.to_owned()));
        }
    });
    texts.into_iter().take(MOST_TRIED).find_map(|(field, text)| {
        let removal = of(&field, "", std::slice::from_ref(&text));
        passes(&apply(&removal, value.clone())).then_some((field, vec![text]))
    })
}

/// Removals of `texts`, found in `field` by `rule`.
pub(super) fn of(field: &str, rule: &str, texts: &[String]) -> Vec<Removal> {
    texts
        .iter()
        .filter(|text| !text.is_empty())
        .map(|text| Removal { field: field.to_owned(), rule: rule.to_owned(), text: text.clone() })
        .collect()
}

/// Calls `each` with every text of `value`, keys too, and the dotted path of the field in which it stands.
fn each_text(value: &Value, path: &str, each: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => each(path, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                each_text(item, &format!("{path}[{index}]"), each);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                each(path, key);
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                each_text(field, &below, each);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
