//! The last check, on the rendered bytes: independent of the redactor, fail closed.
//!
//! It compares *values*: every secret and every dropped text of the case is known, so that it can look for them in the
//! bytes, in all the ways in which a reader could read them. Running the same patterns again would find nothing that the
//! first pass missed; they come last here. Before each text it proves itself on canaries, by the same searches, with the
//! same knowledge.

mod canary;
mod fold;
mod known;
mod unpack;
mod view;

use std::sync::{Arc, LazyLock, OnceLock};

use super::detect::{Detectors, Scope, is_credential, looks_random};
use super::layer::Layer;
use super::lexicon::Lexicon;
use crate::case::keyring::KeyRing;
use known::{Folded, Known, Work};

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
    html: Option<String>,
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

    /// The same as HTML, where it goes along; it passed the audit like the text.
    pub fn html(&self) -> Option<&str> {
        self.html.as_deref()
    }
}

/// The audit found something. Says the rule and the place, never the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which rule.
    pub rule: String,
    /// The field of the note as a dotted path (`response.error.message`); empty where it is not in one field.
    pub field: String,
    /// Line, from 1.
    pub line: usize,
}

impl Refusal {
    /// A refusal of which only the line is known.
    pub fn at(line: usize, rule: impl Into<String>) -> Self {
        Self { rule: rule.into(), field: String::new(), line }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the audit refused the output: {} ", self.rule)?;
        if self.field.is_empty() {
            write!(f, "at line {}", self.line)?;
        } else {
            write!(f, "in {} (line {})", self.field, self.line)?;
        }
        f.write_str("; nothing was written")
    }
}

impl std::error::Error for Refusal {}

/// Bytes of one rendering; more than any note needs.
const LARGEST: usize = 8 * 1024 * 1024;

/// Bytes that one audit may look at, views and look-ups together: in place of a time-out, for there is no clock here.
const WORK: usize = 4 * 1024 * 1024 * 1024;

/// Knows everything that must not leave.
#[derive(Clone)]
pub struct Audit {
    known: Arc<Known>,
    lexicon: Arc<Lexicon>,
    detectors: Arc<Detectors>,
    work: usize,
    /// What the proof said, for this audit and its copies.
    proof: Arc<OnceLock<Option<&'static str>>>,
}

/// A finding: the rule, and the span in the text that was looked at.
struct Leak {
    rule: String,
    start: usize,
    end: usize,
}

impl std::fmt::Debug for Audit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Audit(…)")
    }
}

impl Audit {
    /// An audit that looks for every secret of `ring`, every dropped text and every file's name. What `lexicon` explains
    /// is no leak; of a random secret only `base`, the program's own words, explains anything.
    pub(in crate::case::sanitize) fn new<'t>(
        ring: &KeyRing,
        dropped: impl IntoIterator<Item = &'t str>,
        names: impl IntoIterator<Item = &'t str>,
        (lexicon, base): (&Lexicon, &Lexicon),
        detectors: &Arc<Detectors>,
    ) -> Self {
        Self {
            known: Arc::new(Known::new(ring, dropped, names, lexicon, base)),
            lexicon: Arc::new(lexicon.clone()),
            detectors: Arc::clone(detectors),
            work: WORK,
            proof: Arc::default(),
        }
    }

    /// Lets `phrase`, a text of the program itself (a template, a schema), explain chance matches as well. Nothing of the
    /// input's free text may be in it.
    #[must_use]
    pub fn knowing(mut self, phrase: &str) -> Self {
        Arc::make_mut(&mut self.lexicon).add(phrase);
        self
    }

    /// This audit, or `last` where that one knows the very same: what it proved of itself is so of this one, too.
    #[must_use]
    pub fn or_last(self, last: Option<&Self>) -> Self {
        let same = |last: &&Self| {
            self.work == last.work
                && Arc::ptr_eq(&self.detectors, &last.detectors)
                && *self.lexicon == *last.lexicon
                && *self.known == *last.known
        };
        match last.filter(same) {
            Some(last) => last.clone(),
            None => self,
        }
    }

    /// True when all of `text` is the program's own or stands in a typed field.
    pub fn explains(&self, text: &str) -> bool {
        self.lexicon.explains_window(text)
    }

    /// Checks `text` and lets it pass.
    ///
    /// # Errors
    /// [`Refusal`] where a secret or a dropped text stands in it, in any view.
    pub fn pass(&self, text: String, format: Format) -> Result<Rendered, Refusal> {
        if !Layer::Audit.is_on() {
            return Ok(Rendered { text, format, html: None });
        }
        if text.len() > LARGEST {
            return Err(Refusal::at(1, "larger than any note"));
        }
        if let Some(id) = self.detectors.broken() {
            return Err(Refusal::at(1, format!("the pattern {id} of the catalog cannot be used")));
        }
        if let Some(form) = self.proof.get_or_init(|| self.blind_to()) {
            return Err(blind(form));
        }
        // Whatever stands in the text and whatever explains it, canaries behind it must be seen.
        let length = text.len();
        let [prompt, ..] = canary::PROMPTS;
        let planted = format!("{text}\n{}\n\n{prompt}\n", canary::key());
        let behind = planted.len() - prompt.len() - 1;
        let leaks = self.leaks(&planted).map_err(|cannot| Refusal::at(1, cannot))?;
        match leaks.first() {
            Some(leak) if leak.start <= length => {
                Err(Refusal::at(line_of(&text, leak.start), leak.rule.clone()))
            }
            Some(leak) if leak.start < behind && leaks.iter().any(|leak| leak.start >= behind) => {
                Ok(Rendered { text, format, html: None })
            }
            _ => Err(blind("a canary behind the text")),
        }
    }

    /// Works out what the first audit of a process needs and no case changes: the planted values, the patterns that a text like
    /// this one calls for.
    pub(in crate::case::sanitize) fn get_ready(&self, text: &str) {
        LazyLock::force(&CANARIES);
        // Only what it works out on the way counts.
        let _ = self.leaks(text);
    }

    /// Checks `html`, which says what `rendered` says in another form, and lets both leave together. The text that passed explains
    /// what looks like an echo; a secret is looked for all the same.
    ///
    /// # Errors
    /// [`Refusal`], as of [`Audit::pass`].
    pub fn with_html(&self, rendered: Rendered, html: String) -> Result<Rendered, Refusal> {
        let passed = self.clone().knowing(&rendered.text).pass(html, Format::Plain)?;
        Ok(Rendered { html: Some(passed.text), ..rendered })
    }

    /// The spans of `text`, in bytes, that must not leave; in order, apart from each other. The whole text where it
    /// cannot be checked.
    pub fn spans(&self, text: &str) -> Vec<(usize, usize)> {
        let Ok(leaks) = self.leaks(text) else { return vec![(0, text.len())] };
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for leak in leaks {
            let start =
                (0..=leak.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let end = (leak.end..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            match spans.last_mut() {
                Some((_, last)) if start <= *last => *last = end.max(*last),
                _ => spans.push((start, end)),
            }
        }
        spans
    }

    /// Everything that must not leave, in order of its place.
    fn leaks(&self, text: &str) -> Result<Vec<Leak>, &'static str> {
        let views = view::all(text).map_err(|view::TooMuch| "too much stands packed in it to be checked")?;
        let mut leaks = self.values_in(views.iter().map(|view| (view, None)))?;
        for view in views.iter().filter(|view| view.is_readable()) {
            self.patterns_in(view, &mut leaks);
        }
        leaks.sort_by_key(|leak| (leak.start, leak.end));
        Ok(leaks)
    }

    fn values_in<'v>(
        &self,
        views: impl Iterator<Item = (&'v view::View, Option<&'v Folded>)>,
    ) -> Result<Vec<Leak>, &'static str> {
        let mut work = Work::new(self.work);
        let mut leaks = Vec::new();
        for (view, folded) in views {
            let hits = self.known.find(view, folded, &self.lexicon, &mut work);
            for hit in hits.map_err(|known::Exhausted| "it takes too long to be checked")? {
                let (start, end) = view.span(hit.start, hit.end);
                leaks.push(Leak { rule: hit.rule.to_owned(), start, end });
            }
        }
        Ok(leaks)
    }

    fn patterns_in(&self, view: &view::View, leaks: &mut Vec<Leak>) {
        for hit in self.detectors.find(view.bytes(), Scope::Identifier) {
            let value = String::from_utf8_lossy(view.bytes().get(hit.start..hit.end).unwrap_or(&[]));
            // Patterns for `password: word` lines also fit lines of the note itself; what no one typed does not.
            if is_credential(hit.kind)
                && looks_random(&value)
                && !self.lexicon.explains_word(&value.to_lowercase())
            {
                let (start, end) = view.span(hit.start, hit.end);
                leaks.push(Leak { rule: format!("pattern {}", hit.rule), start, end });
            }
        }
    }

    fn first_missed(&self, planted: &Planted) -> Option<&'static str> {
        let views = planted.views.iter().flatten().map(|(view, folded)| (view, Some(folded)));
        let leaks = planted.views.as_ref().and_then(|_| self.values_in(views).ok());
        let Some(leaks) = leaks else { return Some("no room") };
        let is_found = |start, end| leaks.iter().any(|leak| leak.start < end && start < leak.end);
        planted.places.iter().find(|(_, start, end)| !is_found(*start, *end)).map(|(name, ..)| *name)
    }

    /// Plants canaries and this case's own values, each in a form that must be found, and says which was not.
    fn blind_to(&self) -> Option<&'static str> {
        // What the note says by itself by now is no value of the case alone.
        let telling = self.known.samples().iter().filter(|value| !self.lexicon.explains_window(value));
        let samples = Planted::new(telling.map(|value| ("a value of this case", value.as_str())));
        if let Some(missed) = CANARIES.iter().chain([&samples]).find_map(|planted| self.first_missed(planted))
        {
            return Some(missed);
        }
        match self.leaks("message: \"[key#1] was refused, [prompt: 57 chars]\"\nline: 2\n") {
            Ok(leaks) if leaks.is_empty() => None,
            _ => Some("a clean text"),
        }
    }
}

/// A text with values in it, each in a form that must be found.
struct Planted {
    /// The form, and where it stands, bytes.
    places: Vec<(&'static str, usize, usize)>,
    /// The ways to read it, with their forms; `None` where they take too much room.
    views: Option<Vec<(view::View, Folded)>>,
}

impl Planted {
    fn new<'f>(forms: impl Iterator<Item = (&'static str, &'f str)>) -> Self {
        let mut text = "a: b\n".to_owned();
        let mut places = Vec::new();
        for (name, form) in forms {
            text.push_str("- message: \"[key#1] was refused; ");
            places.push((name, text.len(), text.len() + form.len()));
            text.push_str(form);
            text.push_str("\"\n");
        }
        let with_forms = |view| {
            let folded = Folded::of(&view);
            (view, folded)
        };
        let views = view::all(&text).ok().map(|views| views.into_iter().map(with_forms).collect());
        Self { places, views }
    }
}

/// The canaries, ready to be looked for: the same for every audit. The deeply nested form is apart: it alone needs all the layers.
static CANARIES: LazyLock<[Planted; 2]> = LazyLock::new(|| {
    let all = forms();
    let of = |deep: bool| {
        let forms = all.iter().filter(|(name, _)| (*name == canary::DEEP) == deep);
        Planted::new(forms.map(|(name, form)| (*name, form.as_str())))
    };
    [of(true), of(false)]
});

/// The canaries in their forms: every form of the key, every prompt in some of them.
fn forms() -> Vec<(&'static str, String)> {
    let mut forms = canary::disguises(&canary::key());
    let count = canary::DISGUISES.len();
    for (index, prompt) in canary::PROMPTS.iter().enumerate() {
        let places = [0, (4 * index + 4) % count];
        let chosen = canary::DISGUISES.iter().enumerate();
        let chosen = chosen.filter(|(at, (name, _))| places.contains(at) && *name != canary::DEEP);
        forms.extend(chosen.map(|(_, (name, form))| (*name, form(prompt))));
    }
    forms
}

fn blind(form: &str) -> Refusal {
    Refusal::at(1, format!("the audit's own test failed ({form})"))
}

/// The line of byte `at`, from 1.
fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|b| *b == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;
    use crate::case::keyring::{Origin, SecretKind};
    use base64::Engine as _;

    fn audit(secret: &str, dropped: &[&str]) -> Audit {
        let mut ring = KeyRing::default();
        ring.hold(SecretKind::Key, Origin::Pasted, secret);
        let catalog = Catalog::built_in();
        let lexicon = Lexicon::of(&catalog);
        let detectors = Detectors::of(&catalog.detectors);
        Audit::new(&ring, dropped.iter().copied(), [], (&lexicon, &lexicon), &detectors)
    }

    /// Not the canary.
    fn key() -> String {
        format!("sk-{}", canary::random(96).split_off(48))
    }

    #[test]
    fn it_proves_itself() {
        assert_eq!(audit(&key(), &["Summarise the merger plan of Nordwind"]).blind_to(), None);
    }

    #[test]
    fn what_goes_along_as_html_is_audited() {
        let key = key();
        let audit = audit(&key, &["Summarise the merger plan of Nordwind"]);
        let note = || audit.pass("# a\n".to_owned(), Format::Markdown).expect("passes");
        let both = audit.with_html(note(), "<h1>a</h1>\n".to_owned()).expect("passes");
        assert_eq!((both.as_str(), both.html()), ("# a\n", Some("<h1>a</h1>\n")));
        for leak in [key.replace('-', "&#45;"), key.clone(), "the merger plan of Nordwind".to_owned()] {
            assert!(audit.with_html(note(), format!("<h1>a</h1><p>{leak}</p>")).is_err(), "{leak}");
        }
    }

    #[test]
    fn the_proof_costs_little() {
        let audit = audit(&key(), &["Summarise the merger plan of Nordwind"]);
        let note = "  message: a line of a note with some words in it\n".repeat(300);
        assert_eq!(audit.blind_to(), None);
        let start = std::time::Instant::now();
        assert_eq!(audit.blind_to(), None);
        println!("proof: {:?}", start.elapsed());
        let limit = if cfg!(debug_assertions) { 3_000 } else { 50 };
        assert!(start.elapsed().as_millis() < limit, "{:?}", start.elapsed());
        let start = std::time::Instant::now();
        assert_eq!(audit.leaks(&note).map(|l| l.len()), Ok(0));
        println!("audit: {:?}", start.elapsed());
    }

    #[test]
    fn an_audit_that_was_blinded_says_so() {
        // Each of these stands for a fault: words that explain too much, no knowledge, no room.
        let mut explains_all = audit(&key(), &[]);
        let words = canary::PROMPTS.join(" ");
        Arc::make_mut(&mut explains_all.lexicon).add(&words);
        let mut knows_nothing = audit(&key(), &[]);
        let lexicon = Lexicon::default();
        let mut known = Known::new(&KeyRing::default(), [], [], &lexicon, &lexicon);
        known.forget();
        knows_nothing.known = Arc::new(known);
        let mut has_no_time = audit(&key(), &[]);
        has_no_time.work = 100;
        for (name, audit) in
            [("explains all", explains_all), ("knows nothing", knows_nothing), ("no time", has_no_time)]
        {
            let refusal = audit.pass("a: b\n".into(), Format::Yaml).expect_err(name);
            assert!(refusal.rule.starts_with("the audit's own test failed"), "{name}: {refusal}");
        }
    }

    #[test]
    fn every_disguise_is_refused_with_its_line() {
        let key = key();
        let audit = audit(&key, &[]);
        let disguises = canary::disguises(&key);
        assert!(disguises.len() >= 40);
        for (name, form) in disguises {
            let note = format!("schema: x\nsummary: fine\nmessage: \"got {form} here\"\nnext: \"x\"\n");
            let refusal = audit.pass(note, Format::Yaml).expect_err(name);
            assert_eq!(refusal.line, 3, "{name}");
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
    fn prompts_of_all_scripts_are_refused_in_every_disguise() {
        let prompts = [
            "Summarise the merger plan of Nordwind for the board",
            "Fasse die Übernahme der Firma Nordwind für den Vorstand zusammen",
            "Кратко изложи план слияния компании для правления",
            "لخص خطة الاندماج السرية للشركة من أجل مجلس الإدارة",
            "请把这份合同翻译成英文并保密不要告诉任何人",
            "この契約書を英語に翻訳して秘密にしてください",
            "이계약서를영어로번역하고비밀로해주세요",
        ];
        let audit = audit(&key(), &prompts);
        for prompt in prompts {
            for (name, form) in canary::disguises(prompt) {
                let note = format!("schema: x\nmessage: \"{form}\"\n");
                assert!(!audit.leaks(&note).expect("in time").is_empty(), "{name}: {prompt}");
            }
        }
    }

    #[test]
    fn masks_may_show_four_characters_at_either_end() {
        let key = key();
        let audit = audit(&key, &[]);
        let (head, tail) = (|n: usize| &key[3..3 + n], |n: usize| &key[key.len() - n..]);
        for good in [
            format!("sk-{}***{}", head(4), tail(4)),
            format!("sk-***{}", tail(4)),
            format!("sk-{}…", head(3)),
            "sk-abcdefgh***wxyz".to_owned(),
            "**bold** ... and so on".to_owned(),
        ] {
            assert!(audit.pass(format!("m: {good}\n"), Format::Yaml).is_ok(), "{good}");
        }
        for bad in [
            format!("sk-{}***{}", head(5), tail(4)),
            format!("sk-***{}", tail(6)),
            format!("sk-{}………{}", head(2), tail(5)),
            format!("{}••••", head(7)),
        ] {
            assert!(audit.pass(format!("m: {bad}\n"), Format::Yaml).is_err(), "{bad}");
        }
    }

    #[test]
    fn spans_cover_what_leaks_and_nothing_else() {
        let key = key();
        let audit = audit(&key, &["Summarise the merger plan of Nordwind"]);
        let packed = base64::engine::general_purpose::STANDARD.encode(&key);
        for (text, leak) in [
            (format!("é tried {} again", &key[3..30]), &key[3..30]),
            (format!("it said ({packed}), é"), packed.trim_end_matches('=')),
            ("so: merger plan of Nordwind, é".to_owned(), "merger plan of Nordwind"),
        ] {
            let spans = audit.spans(&text);
            let found: Vec<&str> = spans.iter().map(|(s, e)| &text[*s..*e]).collect();
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].contains(leak) && found[0].len() <= leak.len() + 2, "{text}: {found:?}");
        }
        assert!(audit.spans("nothing of it").is_empty());
    }

    #[test]
    fn a_random_secret_is_not_explained_by_a_typed_field() {
        let key = key();
        let mut ring = KeyRing::default();
        ring.hold(SecretKind::Key, Origin::Pasted, &key);
        let catalog = Catalog::built_in();
        let base = Lexicon::of(&catalog);
        let mut lexicon = base.clone();
        lexicon.add(&key);
        let audit = Audit::new(&ring, [], [], (&lexicon, &base), &Detectors::of(&catalog.detectors));
        assert!(audit.pass(format!("model: {key}\n"), Format::Yaml).is_err());
    }

    #[test]
    fn what_cannot_be_checked_in_time_is_refused() {
        let mut audit = audit(&key(), &[]);
        audit.work = 30_000_000;
        assert!(audit.pass("a: b\n".into(), Format::Yaml).is_ok());
        let refusal = audit.pass("word ".repeat(1_000_000), Format::Yaml).expect_err("too long");
        assert!(refusal.rule.contains("to be checked"), "{refusal}");
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
        let limit = if cfg!(debug_assertions) { 60 } else { 2 };
        assert!(start.elapsed().as_secs() < limit, "{:?}", start.elapsed());
    }
}
