//! The last check, on the rendered bytes: independent of the redactor, fail closed.
//!
//! It compares *values*: every secret and every dropped text of the case is known, so that it can look for them in the
//! bytes, in all the ways in which a reader could read them. Running the same patterns again would find nothing that the
//! first pass missed; they come last here.

mod known;
mod view;

use std::sync::Arc;

use super::detect::{Detectors, Scope, is_credential, looks_random};
use super::lexicon::Lexicon;
use crate::case::keyring::{KeyRing, Origin, SecretKind};
use known::Known;

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The note as YAML.
    Yaml,
    /// The note as Markdown.
    Markdown,
    /// JSON.
    Json,
    /// Plain text.
    Plain,
}

/// Bytes that passed the audit: the only thing that may be shown as a note, copied, written or sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    text: String,
    format: Format,
}

impl Rendered {
    /// The bytes, exactly as they leave.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What they are.
    pub fn format(&self) -> Format {
        self.format
    }
}

/// The audit found something. Says the rule and the place, never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the audit refused the output: {rule} at line {line}; nothing was written. Edit the words there, or report this"
)]
pub struct Refusal {
    /// Which rule.
    pub rule: String,
    /// Line, from 1.
    pub line: usize,
}

/// Bytes of one rendering; more than any note needs.
const LARGEST: usize = 8 * 1024 * 1024;

/// Knows everything that must not leave.
#[derive(Clone)]
pub struct Audit {
    known: Arc<Known>,
    lexicon: Arc<Lexicon>,
    detectors: Arc<Detectors>,
}

impl std::fmt::Debug for Audit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Audit(…)")
    }
}

impl Audit {
    /// An audit that looks for every secret of `ring`, every dropped text and every file's name. What `lexicon` explains
    /// is no leak.
    pub(in crate::case::sanitize) fn new<'t>(
        ring: &KeyRing,
        dropped: impl IntoIterator<Item = &'t str>,
        names: impl IntoIterator<Item = &'t str>,
        lexicon: &Lexicon,
        detectors: &Arc<Detectors>,
    ) -> Self {
        Self {
            known: Arc::new(Known::new(ring, dropped, names, lexicon)),
            lexicon: Arc::new(lexicon.clone()),
            detectors: Arc::clone(detectors),
        }
    }

    /// Lets `phrase`, a text of the program itself (a template, a schema), explain chance matches as well. Nothing of the
    /// input's free text may be in it.
    #[must_use]
    pub fn knowing(mut self, phrase: &str) -> Self {
        Arc::make_mut(&mut self.lexicon).add(phrase);
        self
    }

    /// True when all of `text` is the program's own or stands in a typed field.
    pub fn explains(&self, text: &str) -> bool {
        self.lexicon.explains_window(text)
    }

    /// True when `text` can be put together from such texts, none of them too short to say that.
    pub fn explains_in_pieces(&self, text: &str) -> bool {
        self.lexicon.explains_in_pieces(text)
    }

    /// Checks `text` and lets it pass.
    ///
    /// # Errors
    /// [`Refusal`] where a secret or a dropped text stands in it, in any view.
    pub fn pass(&self, text: String, format: Format) -> Result<Rendered, Refusal> {
        if text.len() > LARGEST {
            return Err(Refusal { rule: "larger than any note".to_owned(), line: 1 });
        }
        if let Some(id) = self.detectors.broken() {
            return Err(Refusal { rule: format!("the pattern {id} of the catalog cannot be used"), line: 1 });
        }
        if !Self::proves_itself() {
            return Err(Refusal { rule: "the audit's own test failed".to_owned(), line: 1 });
        }
        match self.first_leak(&text) {
            Some(refusal) => Err(refusal),
            None => Ok(Rendered { text, format }),
        }
    }

    fn first_leak(&self, text: &str) -> Option<Refusal> {
        for view in view::all(text) {
            if let Some((rule, at)) = self.known.find(&view, &self.lexicon) {
                return Some(Refusal { rule: rule.to_owned(), line: view.line(at) });
            }
            if view.is_readable() {
                for hit in self.detectors.find(view.bytes(), Scope::Identifier) {
                    let value = String::from_utf8_lossy(view.bytes().get(hit.start..hit.end).unwrap_or(&[]));
                    // Patterns for `password: word` lines also fit lines of the note itself; what no one typed does not.
                    if is_credential(hit.kind)
                        && looks_random(&value)
                        && !self.lexicon.explains_word(&value.to_lowercase())
                    {
                        return Some(Refusal {
                            rule: format!("pattern {}", hit.rule),
                            line: view.line(hit.start),
                        });
                    }
                }
            }
        }
        None
    }

    /// Plants canaries in every form that must be found, and a text that must pass. False: do not trust this audit.
    pub fn proves_itself() -> bool {
        let canary = view::canary(48);
        let prompt = "Planted: the quiet lighthouse keeper counts eleven boats.";
        let dense = "这是一段被植入的秘密提示词";
        let mut ring = KeyRing::default();
        ring.hold(SecretKind::Key, Origin::Given("canary"), &format!("sk-{canary}"));
        let lexicon = Lexicon::default();
        let known = Known::new(&ring, [prompt, dense], [], &lexicon);
        let finds = |text: &str| view::all(text).iter().any(|v| known.find(v, &lexicon).is_some());
        let wrapped = |text: &str| text.replace(' ', "\n    ");
        let planted = view::disguises(&canary).into_iter().chain([
            wrapped(prompt),
            view::percent(prompt),
            prompt.to_uppercase(),
            prompt.replace(' ', "_"),
            prompt.replace(' ', "<br>"),
            prompt.chars().rev().collect(),
            view::base64(prompt),
            view::escaped(dense),
            dense.to_owned(),
        ]);
        planted.into_iter().all(|form| finds(&format!("a: b\nmessage: \"x {form} y\"\nc: d\n")))
            && !finds("message: \"[key#1] was refused, [prompt: 57 chars]\"\nline: 2\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;

    fn audit(secret: &str, dropped: &[&str]) -> Audit {
        let mut ring = KeyRing::default();
        ring.hold(SecretKind::Key, Origin::Pasted, secret);
        let catalog = Catalog::built_in();
        let lexicon = Lexicon::of(&catalog);
        Audit::new(&ring, dropped.iter().copied(), [], &lexicon, &Detectors::of(&catalog.detectors))
    }

    fn key() -> String {
        format!("sk-{}", view::canary(48))
    }

    #[test]
    fn it_proves_itself() {
        assert!(Audit::proves_itself());
    }

    #[test]
    fn every_disguise_is_refused_with_its_line() {
        let key = key();
        let audit = audit(&key, &[]);
        for form in view::disguises(&key) {
            let note = format!("schema: x\nsummary: fine\nmessage: \"got {form} here\"\n");
            let refusal = audit.pass(note, Format::Yaml).expect_err(&form);
            assert_eq!(refusal.line, 3, "{form}");
            assert!(!refusal.to_string().contains(&key[3..11]));
        }
        for piece in [&key[5..13], &key[20..29], &key[43..]] {
            assert!(audit.pass(format!("a\nb {piece} c"), Format::Markdown).is_err(), "{piece}");
        }
        let folded = format!("m: \"{}\\\n  {}\"\n", &key[..10], &key[10..16]);
        assert!(audit.pass(folded, Format::Yaml).is_err());
        assert!(audit.pass(format!("{}\n{}", &key[3..7], &key[7..11]), Format::Plain).is_err());
    }

    #[test]
    fn dropped_texts_are_refused_and_the_notes_own_words_pass() {
        let prompt = "Summarise the merger plan of Nordwind for the board";
        let own = "POST /v1/chat/completions with Content-Type: application/json to https://api.cometapi.com";
        let audit = audit(&key(), &[prompt, own, "请把这份合同翻译成英文"]);
        assert_eq!(
            audit.pass(format!("a\n\nx: {}", &prompt[4..26]), Format::Yaml).expect_err("echo").line,
            3
        );
        assert!(audit.pass("summarise: 合同翻译成英文 x".into(), Format::Yaml).is_ok());
        assert!(audit.pass("m: 把这份合同翻译成".into(), Format::Yaml).is_err());
        assert!(audit.pass("the merger\n   plan of\n   Nordwind".into(), Format::Yaml).is_err());
        assert!(audit.pass("the&#32;merger%20plan%20of Nordwind".into(), Format::Yaml).is_err());
        assert!(
            audit
                .pass("path: /v1/chat/completions\nContent-Type: application/json\n".into(), Format::Yaml)
                .is_ok()
        );
        assert!(audit.pass("the merger plan\n".into(), Format::Yaml).is_ok());
    }

    #[test]
    fn short_and_word_like_secrets_do_not_block_every_note() {
        let note = "credential_used: stored_secret_reference_only\nmethod: POST\nnone: test\n";
        for secret in ["none", "EMPTY", "test", "password", "no-key-required", "sk-proj-", "x"] {
            assert!(audit(secret, &[]).pass(note.into(), Format::Yaml).is_ok(), "{secret}");
        }
        assert!(audit("hunter2", &[]).pass("pw: hunter2\n".into(), Format::Yaml).is_err());
        assert!(audit("hunter2", &[]).pass("pw: xhunter2x\n".into(), Format::Yaml).is_ok());
        assert!(
            audit("cometapi-prod-7711", &[]).pass("host: api.cometapi.com\n".into(), Format::Yaml).is_ok()
        );
    }

    #[test]
    fn an_unknown_key_is_refused_by_its_pattern() {
        let other = format!("sk-{}", "Zy9Xw8Vu7Ts6".repeat(4));
        let refusal =
            audit(&key(), &[]).pass(format!("a\ntried: {other}\n"), Format::Yaml).expect_err("pattern");
        assert_eq!((refusal.rule.as_str(), refusal.line), ("pattern gateway_key", 2));
        let sample = "authorization: Bearer [key#1]\ncurl -H 'Authorization: Bearer $COMETAPI_KEY'\nexport API_KEY=\"$COMETAPI_KEY\"\n\
                      request_id: 202604051248045912188748268d9d6xiYbVTp0\nsecret: pasted\n";
        assert!(audit(&key(), &[]).pass(sample.into(), Format::Yaml).is_ok());
    }

    #[test]
    fn a_large_note_and_a_large_prompt_are_checked_in_time() {
        let prompt = (0..40_000).map(|i| format!("line {i} of a long prompt\n")).collect::<Vec<_>>().concat();
        let note = (0..40_000).map(|i| format!("  - item: {}\n", i * 7919)).collect::<Vec<_>>().concat();
        let audit = audit(&key(), &[&prompt]);
        let start = std::time::Instant::now();
        assert!(audit.pass(note, Format::Yaml).is_ok());
        let limit = if cfg!(debug_assertions) { 30 } else { 1 };
        assert!(start.elapsed().as_secs() < limit, "{:?}", start.elapsed());
    }
}
