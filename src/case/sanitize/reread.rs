//! Safe evidence that was written down and is read again. Its secrets are gone with the process that knew them: the text
//! passes the patterns of [`Readmission`] as a whole, and only while that reads may [`Clean`] text be made of a file.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::readmit::still;
use super::safe::{Clean, SafeAttempt, SafeControl, SafeEvidence, SafeRequest, SafeSaid};
use super::{Format, Readmission, Refusal, SafeIsolation};

thread_local! {
    /// True while a [`Readmission`] reads a text that it let pass.
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// Closes the door again on every way out.
struct Reading;

impl Reading {
    fn begin() -> Self {
        READING.set(true);
        Self
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        READING.set(false);
    }
}

/// Why a text is not taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The audit found something in it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is not what belongs there. The reader's words may repeat the text, so that they are not given.
    #[error("it is not what this version of casefile writes")]
    Faulty,
}

impl Readmission {
    /// Reads what holds cleaned text back from JSON.
    ///
    /// # Errors
    /// The audit's refusal, or that the text is none of ours.
    pub fn read<T: DeserializeOwned>(&self, text: &str) -> Result<T, Unreadable> {
        let passed = self.pass(text, Format::Json)?;
        let mut value: Value = serde_json::from_str(passed.as_str()).map_err(|_| Unreadable::Faulty)?;
        calm(&mut value);
        let _open = Reading::begin();
        serde_json::from_value(value).map_err(|_| Unreadable::Faulty)
    }
}

/// Takes what steers a terminal or turns a line out of every text and name of `value`: an escape of JSON may hide it from
/// what looks at the file as a whole. Read text is nested no deeper than the JSON reader allows.
fn calm(value: &mut Value) {
    match value {
        Value::String(text) => *text = still(text),
        Value::Array(list) => list.iter_mut().for_each(calm),
        Value::Object(map) => {
            for (name, mut inner) in std::mem::take(map) {
                calm(&mut inner);
                map.insert(still(&name), inner);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn only_while_reading<E: Error>() -> Result<(), E> {
    if READING.get() { Ok(()) } else { Err(E::custom("cleaned text is read by the sanitizer only")) }
}

impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        only_while_reading()?;
        String::deserialize(from).map(Self::new)
    }
}

/// The same fields as [`SafeEvidence`], whose door is closed elsewhere.
#[derive(Deserialize)]
pub(super) struct WrittenEvidence {
    request: Option<SafeRequest>,
    attempts: Vec<SafeAttempt>,
    controls: Vec<SafeControl>,
    isolation: Option<SafeIsolation>,
    client: Option<String>,
    #[serde(default)]
    said: SafeSaid,
}

impl TryFrom<WrittenEvidence> for SafeEvidence {
    type Error = &'static str;

    fn try_from(from: WrittenEvidence) -> Result<Self, Self::Error> {
        if !READING.get() {
            return Err("evidence is read by the sanitizer only");
        }
        let WrittenEvidence { request, attempts, controls, isolation, client, said } = from;
        let mut evidence = Self::empty();
        (evidence.request, evidence.attempts, evidence.controls) = (request, attempts, controls);
        (evidence.isolation, evidence.client, evidence.said) = (isolation, client, said);
        Ok(evidence)
    }
}

/// A word or sentence of this program. A type of its own name, so that `serde` does not want to borrow it from the input.
pub(super) type OwnWord = &'static str;

/// Different words that are taken from files at most, and their longest length in bytes: they stay in memory.
const MOST_WORDS: usize = 2_000;
const LONGEST_WORD: usize = 1_000;

/// The word that lives as long as the program and says the same as `text`.
fn own<E: Error>(text: &str) -> Result<OwnWord, E> {
    static KNOWN: OnceLock<Mutex<BTreeSet<OwnWord>>> = OnceLock::new();
    let mut known = KNOWN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(word) = known.get(text) {
        return Ok(word);
    }
    if known.len() >= MOST_WORDS || text.len() > LONGEST_WORD {
        return Err(E::custom("too many words that this program does not know"));
    }
    let word: OwnWord = String::leak(text.to_owned());
    known.insert(word);
    Ok(word)
}

pub(super) fn word<'de, D: Deserializer<'de>>(from: D) -> Result<OwnWord, D::Error> {
    own(&String::deserialize(from)?)
}

pub(super) fn some_word<'de, D: Deserializer<'de>>(from: D) -> Result<Option<OwnWord>, D::Error> {
    Option::<String>::deserialize(from)?.map(|text| own(&text)).transpose()
}

pub(super) fn words<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<OwnWord>, D::Error> {
    Vec::<String>::deserialize(from)?.iter().map(|text| own(text)).collect()
}

pub(super) fn pairs<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(OwnWord, OwnWord)>, D::Error> {
    let pairs = Vec::<(String, String)>::deserialize(from)?;
    pairs.iter().map(|(one, other)| Ok((own(one)?, own(other)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;
    use crate::case::sanitize::SafeWords;

    #[test]
    fn clean_text_is_read_by_nobody_else() {
        let text = r#"{"request":null,"attempts":[],"controls":[],"isolation":null,"client":null}"#;
        assert!(serde_json::from_str::<Clean>("\"x\"").is_err());
        assert!(serde_json::from_str::<SafeEvidence>(text).is_err());
        let readmission = Readmission::new(&Catalog::built_in());
        assert_eq!(readmission.read::<SafeEvidence>(text), Ok(SafeEvidence::empty()));
        assert!(serde_json::from_str::<Clean>("\"x\"").is_err(), "the door is closed again");
    }

    #[test]
    fn what_steers_or_leaks_does_not_come_back() {
        let readmission = Readmission::new(&Catalog::built_in());
        let words = serde_json::to_string(&SafeWords::default()).expect("writes");
        let put = |text: &str| words.replacen("\"\"", &format!("\"{text}\""), 1);
        let read: SafeWords = readmission.read(&put("a\\u001b[2Jb\\u202ec")).expect("reads");
        assert_eq!(read.question.as_str(), "a[2Jbc");
        let key = format!("sk-{}", "aB3kX9".repeat(8));
        assert!(matches!(readmission.read::<SafeWords>(&put(&key)), Err(Unreadable::Refused(_))));
        assert_eq!(readmission.read::<SafeWords>("{"), Err(Unreadable::Faulty));
    }
}
