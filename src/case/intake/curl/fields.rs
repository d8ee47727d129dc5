//! The fields of a form (`-F`) and the deadlines of a curl command.

use super::Parts;
use crate::case::catalog::Catalog;
use crate::case::finding::{Finding, Level, Place};
use crate::case::intake::form::{self, Oddity};
use crate::case::intake::secret;
use crate::case::keyring::KeyRing;
use crate::case::request::{Part, PartContent};

impl Parts<'_> {
    /// `-F`, or `--form-string` where `literal`.
    pub(super) fn form_field(&mut self, option: &str, value: &str, literal: bool) {
        self.is_form = true;
        let read = form::field(value, literal);
        for oddity in read.oddities {
            self.form_oddity(option, oddity);
        }
        for mut part in read.parts {
            if part.path() == Some("-") {
                match self.stdin.take() {
                    Some(text) => {
                        let sent_as_file = part.filename.is_none();
                        part.filename = part.filename.filter(|n| !n.is_empty());
                        if sent_as_file {
                            part.filename = Some("-".to_owned());
                        }
                        part.content = PartContent::Text(text);
                    }
                    None => self.body_elsewhere(option),
                }
            }
            self.form.push(part);
        }
    }

    fn form_oddity(&mut self, option: &str, oddity: Oddity) {
        let (id, level, message, fix) = match oddity {
            Oddity::NoEquals => (
                "form_field_without_equals",
                Level::Error,
                "a field of the form has no =; curl refuses the command",
                "write it as name=text or name=@file",
            ),
            Oddity::BadType => (
                "form_type_invalid",
                Level::Error,
                "the media type of a field is none; curl refuses the command",
                "write it as type=image/png",
            ),
            Oddity::Cut => (
                "form_text_cut",
                Level::Warning,
                "curl ends the text of a field at a semicolon or behind a closing quote, so the rest was not sent",
                "put the text in double quotes inside the single ones, or use --form-string",
            ),
            Oddity::Headers => (
                "form_headers_not_sent",
                Level::Warning,
                "headers or an encoder of a single field are not applied here",
                "leave them out, or name them in your words",
            ),
            Oddity::Several => (
                "form_several_files",
                Level::Warning,
                "curl packs several files of one field into one nested part; here each is sent as a field of the same name",
                "write one -F for each file: most servers understand only that",
            ),
            Oddity::Nested => (
                "form_nested",
                Level::Warning,
                "a form within the form is not read; it was left out",
                "write its fields one by one",
            ),
            Oddity::NoFilename => (
                "form_filename_not_sent",
                Level::Warning,
                "curl sends no file name for a text that is read from a file by <",
                "write @ in place of < where a file is to be sent",
            ),
            Oddity::EmptyFilename => (
                "form_filename_empty",
                Level::Warning,
                "curl sends an empty file name for this field; here none is sent",
                "give the file a name, or leave filename= out",
            ),
        };
        if matches!(oddity, Oddity::NoEquals | Oddity::BadType) {
            self.refused(option, "Illegally formatted input field");
        }
        let place = Place::Option(option.to_owned());
        if !self.findings.iter().any(|f| f.id == id && f.place == place) {
            self.findings.push(Finding::new(id, level, message).at(place).fix(fix));
        }
    }

    /// What the command says beside its form. True where the form is what is sent.
    pub(super) fn form_conflicts(&mut self, has_data: bool) {
        let other = match (has_data, self.upload, self.head) {
            (true, ..) if !self.as_query => "-d",
            (_, true, _) => "-T",
            (.., true) => "-I",
            _ => return,
        };
        self.findings.push(
            Finding::new(
                "form_beside_data",
                Level::Error,
                "the command has both -F and another kind of request (-d, -T or -I); curl refuses it: it sends one kind only",
            )
            .at(Place::Option(other.to_owned()))
            .fix("make every field an -F; the form alone was taken here"),
        );
    }

    /// The form with its secrets moved into the ring; the flag: there were any.
    pub(super) fn masked_form(&mut self, catalog: &Catalog, ring: &mut KeyRing) -> (Vec<Part>, bool) {
        let mut form = std::mem::take(&mut self.form);
        let found = secret::mask_form(&mut form, catalog, ring);
        (form, found)
    }
}

/// The header of `-z`: a date, perhaps behind a dash (`If-Unmodified-Since`). A file's time is not known here.
pub(super) fn since(value: &str) -> Option<(&'static str, String)> {
    let (name, date) = match value.strip_prefix('-') {
        Some(date) => ("If-Unmodified-Since", date),
        None => ("If-Modified-Since", value.strip_prefix('+').unwrap_or(value)),
    };
    let date = date.trim();
    let read = chrono::DateTime::parse_from_rfc2822(date).ok()?.with_timezone(&chrono::Utc);
    Some((name, read.format("%a, %d %b %Y %H:%M:%S GMT").to_string()))
}

/// Seconds, perhaps with a fraction, as milliseconds; 0 is no deadline.
pub(in crate::case::intake) fn deadline(value: &str) -> Option<u64> {
    let ms = value.trim().parse::<f64>().ok()? * 1000.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
    (1.0..1e12).contains(&ms).then_some(ms as u64)
}
