//! The rule for text that must stay readable: `error.message`, titles, the operator's words.
//!
//! ```text
//! raw ──> shadows (plain, decoded once and twice, joined) ──> finds of secrets, echoes, patterns
//!      └─────────────── cut at the finds, placeholders in, control characters out ──────────> Clean
//! ```

use std::sync::Arc;

use super::detect::{Scope, is_credential};
use super::echo::EchoScan;
use super::ledger::Ledger;
use super::lexicon::Lexicon;
use super::placeholder::{Placeholders, is_placeholder, measure};
use super::quoted;
use super::safe::Clean;
use super::secrets::SecretScan;
use super::shadow::{Shadow, show};
use super::shape;
use super::sieve::{Memory, Patterns, What as Sieved};
use crate::case::keyring::Label;

/// Characters of one text that may stand in a note; the rest is counted.
const LONGEST: usize = 20_000;
/// What is looked at beyond [`LONGEST`], so that the cut cannot halve a secret.
const MARGIN: usize = 2_000;
/// Passes until nothing changes any more. Two do; the others are for texts that were made to defeat it.
const PASSES: usize = 6;

/// Knows what to look for, and how it is called.
#[derive(Clone)]
pub(super) struct TextRule {
    pub(super) lexicon: Lexicon,
    pub(super) secrets: SecretScan,
    pub(super) patterns: Arc<Patterns>,
    pub(super) prompts: EchoScan,
    pub(super) outputs: EchoScan,
    pub(super) placeholders: Placeholders,
    pub(super) ledger: Ledger,
    /// Request ids: long digit runs in them are no card and no telephone.
    pub(super) ids: Vec<String>,
    /// Fields of bodies that the operator marked as harmless: `request.body.messages[0].content`.
    pub(super) shown: Vec<String>,
}

/// A text after the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ruled {
    pub(super) clean: Clean,
    /// A span was replaced, or characters that cannot be shown were dropped or written out.
    pub(super) altered: bool,
}

/// What a span holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Held(Label),
    Echo(&'static str),
    Pattern { kind: String, rule: String },
}

/// A span of the text that has to go, in bytes, with the value as a reader sees it.
#[derive(Debug, Clone)]
struct Find {
    start: usize,
    end: usize,
    what: What,
    value: String,
}

impl Find {
    /// Finds of a lower rank give way where they overlap with one of a higher rank.
    fn rank(&self) -> u8 {
        match &self.what {
            What::Held(_) | What::Echo(_) => 2,
            What::Pattern { kind, .. }
                if is_credential(kind) || matches!(kind.as_str(), "prompt" | "text" | "url") =>
            {
                2
            }
            What::Pattern { .. } => 1,
        }
    }
}

impl TextRule {
    /// `raw` as it may leave; `place` is for the ledger.
    pub(super) fn apply(&mut self, raw: &str, scope: Scope, place: &str) -> Ruled {
        let (head, cut_at, left_over) = bounded(raw);
        let mut altered = left_over > 0;
        let (mut text, limit) = self.cut(head, cut_at, scope, place, &mut altered);
        if left_over > 0 {
            text.truncate(limit);
        }
        let mut shown = String::with_capacity(text.len());
        if show(&text, &mut shown) {
            altered = true;
            self.ledger.add("control", "control_characters", place);
        }
        // What a mark held together may now stand alone.
        let (mut out, _) = self.cut(&shown, shown.len(), scope, place, &mut altered);
        if left_over > 0 {
            self.ledger.add("text", "too_long", place);
            out.push_str(&measure("text", left_over, "chars"));
        }
        Ruled { clean: Clean::new(out), altered }
    }

    /// `raw` with every find replaced, until there is none; and where byte `limit` of it now is.
    fn cut(
        &mut self,
        raw: &str,
        limit: usize,
        scope: Scope,
        place: &str,
        altered: &mut bool,
    ) -> (String, usize) {
        let (mut text, mut limit) = (raw.to_owned(), limit);
        for _ in 0..PASSES {
            let finds = self.find(&text, scope);
            if finds.is_empty() {
                break;
            }
            *altered = true;
            (text, limit) = self.replace(&text, &finds, limit, place);
        }
        (text, limit)
    }

    /// `raw` as it is, but for the credentials in it: for the operator's own eyes, never for what leaves.
    pub(super) fn without_credentials(&mut self, raw: &str) -> String {
        self.cut(raw, raw.len(), Scope::Identifier, "", &mut false).0
    }

    /// True when nothing in `raw` would be replaced.
    pub(super) fn spares(&self, raw: &str, scope: Scope) -> bool {
        let mut shown = String::new();
        !show(raw, &mut shown) && self.find(raw, scope).is_empty()
    }

    /// True when `key` may be shown; `free`: in a map whose keys are words of the operator or a user, where only those of the
    /// catalog may.
    pub(super) fn shows_key(&self, key: &str, free: bool) -> bool {
        shape::is_name(key)
            && self.spares(key, Scope::Value)
            && (!free || self.lexicon.has_whole_word(&key.to_lowercase()))
    }

    fn find(&self, text: &str, scope: Scope) -> Vec<Find> {
        let plain = Shadow::plain(text);
        let mut finds = Vec::new();
        let once = plain.decoded();
        let twice = once.as_ref().and_then(Shadow::decoded);
        for shadow in [Some(&plain), once.as_ref(), twice.as_ref()].into_iter().flatten() {
            self.find_values(shadow, scope, &mut finds);
            self.find_patterns(shadow, scope, &mut finds);
            let quoted = match scope {
                Scope::Answer => quoted::spans(&shadow.bytes, quoted::Voice::Server),
                Scope::Own => quoted::spans(&shadow.bytes, quoted::Voice::Operator),
                _ => Vec::new(),
            };
            for (start, end) in quoted {
                let what = What::Pattern { kind: "text".to_owned(), rule: "echoed_prose".to_owned() };
                finds.push(made(shadow, start, end, what));
            }
        }
        let last = twice.as_ref().or(once.as_ref()).unwrap_or(&plain);
        let joined = last.joined();
        for outer in [last, &joined] {
            let inner = outer.unpacked();
            let innermost = inner.as_ref().and_then(Shadow::unpacked);
            for shadow in inner.iter().chain(&innermost) {
                self.find_values(shadow, scope, &mut finds);
                if matches!(scope, Scope::Free | Scope::Answer | Scope::Own) {
                    self.find_patterns(shadow, Scope::Identifier, &mut finds);
                }
            }
        }
        for found in self.secrets.find_pieces(&joined) {
            finds.push(made(&joined, found.start, found.end, What::Held(found.label)));
        }
        finds.retain(|f| f.start < f.end && !text.get(f.start..f.end).is_none_or(is_placeholder));
        self.spare_ids(text, &mut finds);
        settle(finds)
    }

    fn find_patterns(&self, shadow: &Shadow, scope: Scope, finds: &mut Vec<Find>) {
        let mut hits = Vec::new();
        self.patterns.find(&shadow.bytes, &Memory::default(), &mut hits, &mut Vec::new());
        for hit in hits {
            let Sieved::Rule(index) = hit.what else { continue };
            let (kind, rule) = self.patterns.rule(index);
            // What an answer repeats of a prompt without a name is for `quoted`, which knows whose words stand before it.
            let named = scope == Scope::Answer && self.patterns.names_its_text(index);
            let of_texts = self.patterns.is_of_texts(index) && !named;
            if scope.takes(kind) && !of_texts {
                let what = What::Pattern { kind: kind.to_owned(), rule: rule.to_owned() };
                finds.push(made(shadow, hit.start, hit.end, what));
            }
        }
    }

    fn find_values(&self, shadow: &Shadow, scope: Scope, finds: &mut Vec<Find>) {
        for found in self.secrets.find(shadow) {
            finds.push(made(shadow, found.start, found.end, What::Held(found.label)));
        }
        if !matches!(scope, Scope::Identifier | Scope::Name) {
            for (scan, word) in [(&self.prompts, "prompt"), (&self.outputs, "text")] {
                for (start, end) in scan.find(shadow, &self.lexicon) {
                    finds.push(made(shadow, start, end, What::Echo(word)));
                }
            }
        }
    }

    /// True where `raw` repeats a text that was dropped.
    pub(super) fn echoes(&self, raw: &str) -> bool {
        let shadow = Shadow::plain(raw);
        [&self.prompts, &self.outputs].into_iter().any(|scan| !scan.find(&shadow, &self.lexicon).is_empty())
    }

    /// A request id may look like a telephone number; it is what support needs most.
    fn spare_ids(&self, text: &str, finds: &mut Vec<Find>) {
        if finds.is_empty() {
            return;
        }
        let kept: Vec<(usize, usize)> = self
            .ids
            .iter()
            // An id has digits: without any it is words, and may be the very echo.
            .filter(|id| id.len() >= 8 && id.bytes().any(|b| b.is_ascii_digit()))
            .flat_map(|id| text.match_indices(id.as_str()).map(|(at, found)| (at, at + found.len())))
            .collect();
        finds.retain(|f| {
            let by_chance = matches!(&f.what, What::Echo(_)) || f.rank() < 2;
            !(by_chance && kept.iter().any(|(start, end)| *start <= f.start && f.end <= *end))
        });
    }

    fn replace(&mut self, text: &str, finds: &[Find], limit: usize, place: &str) -> (String, usize) {
        let mut out = String::with_capacity(text.len());
        let (mut at, mut new_limit) = (0, None);
        for find in finds {
            let between = text.get(at..find.start).unwrap_or("");
            if new_limit.is_none() && find.end > limit {
                // The limit lies before or inside this find: it stays before it.
                new_limit = Some(out.len() + between.len().min(limit.saturating_sub(at)));
            }
            out.push_str(between);
            out.push_str(&self.placeholder(find, text, place));
            at = find.end;
        }
        let rest = text.get(at..).unwrap_or("");
        let new_limit = new_limit.unwrap_or(out.len() + limit.saturating_sub(at).min(rest.len()));
        out.push_str(rest);
        (out, new_limit)
    }

    fn placeholder(&mut self, find: &Find, text: &str, place: &str) -> String {
        let length = text.get(find.start..find.end).unwrap_or("").chars().count();
        match &find.what {
            What::Held(label) => {
                self.ledger.add(label.kind.word(), "known_secret", place);
                label.to_string()
            }
            What::Echo(word) => {
                self.ledger.add(word, "dropped_text", place);
                measure(word, length, "chars")
            }
            What::Pattern { kind, rule } => {
                self.ledger.add(kind, rule, place);
                if matches!(kind.as_str(), "prompt" | "text") {
                    return measure(kind, length, "chars");
                }
                if let Some(label) = self.secrets.by_mask(&find.value) {
                    return label.to_string();
                }
                self.placeholders.of(kind, &find.value)
            }
        }
    }
}

fn made(shadow: &Shadow, start: usize, end: usize, what: What) -> Find {
    let value = String::from_utf8_lossy(shadow.bytes.get(start..end).unwrap_or(&[])).into_owned();
    let (start, end) = shadow.span(start, end);
    Find { start, end, what, value }
}

/// The part of `raw` to look at, the byte at which the kept part ends, and the characters beyond it.
fn bounded(raw: &str) -> (&str, usize, usize) {
    let Some((cut_at, _)) = raw.char_indices().nth(LONGEST) else { return (raw, raw.len(), 0) };
    let tail = raw.get(cut_at..).unwrap_or("");
    let end = tail.char_indices().nth(MARGIN).map_or(raw.len(), |(at, _)| cut_at + at);
    (raw.get(..end).unwrap_or(raw), cut_at, tail.chars().count())
}

/// One find for each place: in order, without overlaps.
fn settle(mut finds: Vec<Find>) -> Vec<Find> {
    finds.sort_by_key(|f| (std::cmp::Reverse(f.rank()), f.start, std::cmp::Reverse(f.end)));
    let mut kept: Vec<Find> = Vec::new();
    let strong = finds.partition_point(|f| f.rank() == 2);
    let weak = finds.split_off(strong);
    for find in finds {
        join(&mut kept, find);
    }
    let mut light: Vec<Find> = Vec::new();
    for find in weak {
        let at = kept.partition_point(|k| k.end <= find.start);
        if kept.get(at).is_none_or(|k| k.start >= find.end) {
            join(&mut light, find);
        }
    }
    kept.extend(light);
    kept.sort_by_key(|f| f.start);
    kept
}

/// Appends `find`, or joins it with the last one where they overlap.
fn join(kept: &mut Vec<Find>, find: Find) {
    let Some(last) = kept.last_mut().filter(|last| find.start < last.end) else {
        kept.push(find);
        return;
    };
    let end = last.end.max(find.end);
    let (length, last_length) = (find.end - find.start, last.end - last.start);
    let takes_over = match (&last.what, &find.what) {
        // An echoed text is more than the key in it; a held key is better known than a pattern.
        (What::Held(_), What::Echo(_)) | (What::Pattern { .. }, What::Pattern { .. }) => length > last_length,
        (What::Echo(_), What::Held(_)) => length >= last_length,
        (What::Pattern { .. }, What::Held(_) | What::Echo(_)) => true,
        (What::Held(_), What::Held(_) | What::Pattern { .. })
        | (What::Echo(_), What::Echo(_) | What::Pattern { .. }) => false,
    };
    if takes_over {
        last.what = find.what;
        last.value = find.value;
    }
    last.end = end;
}
