//! The rule for forms: a text is shown where its field is known to be harmless and it has the grammar of an identifier,
//! else its shape; of a file, field, type and size, and of its name the length and kind.

use super::detect::Scope;
use super::placeholder::{is_placeholder, measure};
use super::safe::{Clean, SafeFile};
use super::{Sanitizer, address, shape};
use crate::case::catalog::Safe;
use crate::case::keyring::SecretKind;
use crate::case::request::{Part, PartContent};
use crate::case::vocabulary::FileTransport;

/// Parts that are shown.
const FIRST_PARTS: usize = 200;
/// Digits from which on a number may be an account or a telephone number.
const LONG_NUMBER: usize = 11;
/// Characters from which on a file's name is looked for in answers.
const SHORTEST_NAME: usize = 4;
/// A name without its ending that is shorter is too often a word of the message.
const SHORTEST_STEM: usize = 6;

impl Sanitizer<'_> {
    /// Files and text fields of a form.
    pub(super) fn form(&mut self, form: &[Part]) -> (Vec<SafeFile>, Vec<(Clean, Clean)>) {
        let (mut files, mut fields) = (Vec::new(), Vec::new());
        for part in form.iter().take(FIRST_PARTS) {
            let field = self.field_name(&part.name);
            if part.sent_filename().is_some() {
                files.push(self.file(part, field));
            } else {
                let value = self.field_value(part, &field);
                fields.push((Clean::new(field), Clean::new(value)));
            }
        }
        if form.len() > FIRST_PARTS {
            let more = format!("[… {} more]", form.len() - FIRST_PARTS);
            fields.push((Clean::new("…".to_owned()), Clean::new(more)));
        }
        (files, fields)
    }

    fn field_name(&mut self, name: &str) -> String {
        let shown = match free_key(name, &self.catalog.safe) {
            Some((map, own)) if !self.text.shows_key(own, true) => {
                format!("{}[{}]", address::parameter_name(map, &self.text), shape::of_key(own))
            }
            _ => address::parameter_name(name, &self.text),
        };
        self.text.lexicon.add(&shown);
        shown
    }

    fn file(&mut self, part: &Part, field: String) -> SafeFile {
        let place = format!("request.files/{field}");
        let name = part.sent_filename().map(shape::of_file_name);
        self.text.ledger.add("text", "file_name", &place);
        let media_type = part.sent_media_type().map(|raw| self.media_type(raw));
        SafeFile {
            field: Clean::new(field),
            name: name.map(Clean::new),
            media_type,
            bytes: part.bytes(),
            transport: FileTransport::Direct,
        }
    }

    /// A media type without its parameters, or its length.
    pub(super) fn media_type(&mut self, raw: &str) -> Clean {
        let shown =
            shape::media_type(raw).unwrap_or_else(|| measure("media type", raw.chars().count(), "chars"));
        self.text.lexicon.add(&shown);
        Clean::new(shown)
    }

    fn field_value(&mut self, part: &Part, field: &str) -> String {
        let place = format!("request.form_fields/{field}");
        let PartContent::Text(text) = &part.content else {
            self.text.ledger.add("text", "unknown_field", &place);
            return part.bytes().map_or_else(
                || "[text of a file]".to_owned(),
                |n| measure("text", usize::try_from(n).unwrap_or(usize::MAX), "bytes"),
            );
        };
        if text.is_empty() {
            return "[empty]".to_owned();
        }
        if self.catalog.credential_query(&part.name) {
            return self.credential(text, SecretKind::Key, &place);
        }
        if let Some(labels) = self.labels(text) {
            self.text.ledger.add("key", "known_secret", &place);
            return labels;
        }
        if self.shows(part, text) {
            self.text.lexicon.add(text);
            return text.clone();
        }
        let (word, rule) = if is_prompt(part, &self.catalog.safe.prompt_fields) {
            ("prompt", "prompt_field")
        } else {
            ("text", "unknown_field")
        };
        self.text.ledger.add(word, rule, &place);
        shape::of_string(text, word)
    }

    /// As for scalars of a JSON body: names on the list with the grammar of an identifier; short numbers and
    /// `true`/`false` wherever no prompt stands.
    fn shows(&self, part: &Part, text: &str) -> bool {
        let safe = &self.catalog.safe;
        if is_prompt(part, &safe.prompt_fields) {
            return false;
        }
        let known = safe.request_fields.contains(&plain_name(&part.name)) && shape::is_identifier(text);
        let number = text.len() < LONG_NUMBER
            && text.parse::<f64>().is_ok()
            && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
        (known || number || matches!(text, "true" | "false")) && self.text.spares(text, Scope::Name)
    }

    /// Remembers what of `form` will not leave.
    pub(super) fn drop_form(&mut self, form: &[Part]) {
        for part in form {
            if let PartContent::Text(text) = &part.content
                && !is_placeholder(text)
                && (part.sent_filename().is_some() || !self.shows(part, text))
            {
                self.prompts.push(text.clone());
                if let Ok(json) = serde_json::from_str(text) {
                    self.prompts.extend(super::body::dropped_strings(
                        &json,
                        &self.catalog.safe,
                        super::body::Side::Request,
                    ));
                }
            }
            if let Some((_, own)) = free_key(&part.name, &self.catalog.safe) {
                self.drop_key(own);
            }
            if !shape::is_name(&part.name) {
                self.prompts.push(part.name.clone());
            }
            for name in part.sent_filename().into_iter().chain(part.path()) {
                self.drop_file_name(name);
            }
        }
    }

    /// Remembers a file's name or path, and the name without its ending.
    pub(super) fn drop_file_name(&mut self, path: &str) {
        self.prompts.push(path.to_owned());
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let stem = shape::stem(name);
        let whole = if path.contains(['/', '\\']) { path } else { name };
        for (text, shortest) in [(whole, SHORTEST_NAME), (name, SHORTEST_NAME), (stem, SHORTEST_STEM)] {
            self.drop_name(text, shortest);
        }
    }

    /// Remembers a name that may not stand anywhere.
    pub(super) fn drop_name(&mut self, name: &str, shortest: usize) {
        // A word of the catalog alone (`image`, `audio`) stands in any message.
        let tells = name.chars().any(|c| !c.is_alphabetic())
            || name.chars().count() >= 12
            || !self.text.lexicon.explains_word(&name.to_lowercase());
        if tells && name.chars().count() >= shortest && !self.names.iter().any(|n| n == name) {
            self.names.push(name.to_owned());
        }
    }

    /// Remembers a key that is a word of the operator or a user; what the catalog knows may stand anywhere.
    pub(super) fn drop_key(&mut self, key: &str) {
        if !self.text.lexicon.has_whole_word(&key.to_lowercase()) {
            self.drop_name(key, SHORTEST_NAME);
        }
    }
}

/// `metadata[team]`: the map `metadata`, whose keys are the operator's own, and `team`.
fn free_key<'n>(name: &'n str, safe: &Safe) -> Option<(&'n str, &'n str)> {
    let (map, own) = name.split_once('[')?;
    let own = own.trim_end_matches(']');
    (super::body::is_free_map(safe, map) && !own.is_empty()).then_some((map, own))
}

/// `image[]` is the field `image`.
fn plain_name(name: &str) -> String {
    name.split('[').next().unwrap_or(name).to_ascii_lowercase()
}

fn is_prompt(part: &Part, prompt_fields: &[String]) -> bool {
    prompt_fields.contains(&plain_name(&part.name))
}
