//! The catalog's patterns, compiled once and tried only where their keywords stand.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use regex_automata::meta::Regex;

use super::layer::Layer;
use super::normal::is_dense;
use super::placeholder::is_placeholder;
use super::secrets::random_part;
use super::unexplained::{is_unexplained, stands_near};
use crate::case::catalog::{Detector, ManyWords, Proviso, Words, for_few_texts};

/// All patterns of a catalog.
pub(super) struct Detectors {
    list: Vec<Compiled>,
    keywords: ManyWords,
    /// For each keyword, the detector that it belongs to.
    owners: Vec<usize>,
}

struct Compiled {
    detector: Detector,
    regex: OnceLock<Option<Regex>>,
}

/// A place that a pattern found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit<'d> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: &'d str,
    pub(super) rule: &'d str,
}

/// Which patterns are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Free text: all.
    Free,
    /// Free text of an answer, which may repeat a prompt that nobody gave us: all, and the prompt.
    Answer,
    /// The operator's own words, which may hold a paste: all, and the prompt.
    Own,
    /// A typed value (a header, a path segment): credentials, accounts, addresses.
    Value,
    /// A name that was checked by its grammar and that people give (a model, a voice): credentials and e-mail addresses.
    Name,
    /// An identifier that was checked by its grammar: credentials only.
    Identifier,
}

/// Kinds that open a door.
pub(super) fn is_credential(kind: &str) -> bool {
    matches!(kind, "key" | "password" | "cookie")
}

impl Scope {
    pub(super) fn takes(self, kind: &str) -> bool {
        match self {
            Self::Free | Self::Answer | Self::Own => true,
            Self::Value => {
                is_credential(kind) || matches!(kind, "email" | "ip" | "account" | "url" | "token")
            }
            Self::Name => is_credential(kind) || kind == "email",
            Self::Identifier => is_credential(kind),
        }
    }
}

/// Compiling some eighty patterns takes longer than a note: the last compiled set is kept for the next case.
static LAST: Mutex<Option<Arc<Detectors>>> = Mutex::new(None);

impl Detectors {
    /// The compiled form of `detectors`.
    pub(super) fn of(detectors: &[Detector]) -> Arc<Self> {
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = last.as_ref()
            && known.list.len() == detectors.len()
            && known.list.iter().zip(detectors).all(|(c, d)| c.detector == *d)
        {
            return Arc::clone(known);
        }
        let patterns =
            detectors.iter().map(|d| Compiled { detector: d.clone(), regex: OnceLock::new() }).collect();
        let pairs = || detectors.iter().enumerate().flat_map(|(i, d)| d.keywords.iter().map(move |k| (i, k)));
        let keywords = ManyWords::new(pairs().map(|(_, k)| k), false);
        let set = Arc::new(Self { list: patterns, keywords, owners: pairs().map(|(i, _)| i).collect() });
        *last = Some(Arc::clone(&set));
        set
    }

    /// The id of a pattern that was wanted and does not compile: with it the promise would have a hole. The built-in
    /// ones are tested, a user's are tried when they are read; so only those are asked that some text called for.
    pub(super) fn broken(&self) -> Option<&str> {
        let failed = |c: &&Compiled| matches!(c.regex.get(), Some(None));
        self.list.iter().find(failed).map(|c| c.detector.id.as_str())
    }

    /// Everything that the patterns of `scope` find in `text`.
    pub(super) fn find(&self, text: &[u8], scope: Scope) -> Vec<Hit<'_>> {
        let wanted = self.wanted(text);
        let mut hits = Vec::new();
        for (compiled, wanted) in self.list.iter().zip(wanted) {
            let detector = &compiled.detector;
            if !scope.takes(&detector.kind) || !wanted {
                continue;
            }
            let Some(regex) = compiled.regex() else {
                // What cannot be looked for may stand anywhere.
                hits.push(Hit { start: 0, end: text.len(), kind: &detector.kind, rule: &detector.id });
                continue;
            };
            for found in regex.captures_iter(text) {
                let named = |name| found.get_group_by_name(name);
                let Some(group) =
                    named("secret").or_else(|| named("secret_too")).or_else(|| found.get_group(0))
                else {
                    continue;
                };
                let (start, end) = (group.start, group.end);
                let value = String::from_utf8_lossy(text.get(start..end).unwrap_or(&[]));
                if group.is_empty() || is_placeholder(&value) {
                    continue;
                }
                if condition_holds(&detector.condition, &value, text, start, end) {
                    hits.push(Hit { start, end, kind: &detector.kind, rule: &detector.id });
                }
            }
        }
        hits
    }
}

impl Detectors {
    /// For each pattern, whether one of its keywords stands in `text`, or it has none.
    fn wanted(&self, text: &[u8]) -> Vec<bool> {
        let mut wanted: Vec<bool> = self.list.iter().map(|c| c.detector.keywords.is_empty()).collect();
        self.keywords.find_unordered(text, |word| {
            if let Some(flag) = self.owners.get(word).and_then(|owner| wanted.get_mut(*owner)) {
                *flag = true;
            }
        });
        wanted
    }
}

impl Compiled {
    fn regex(&self) -> Option<&Regex> {
        // Bytes without Unicode classes: a tenth of the memory and thirty times the speed, with the same findings.
        self.regex.get_or_init(|| for_few_texts(&self.detector.pattern)).as_ref()
    }
}

/// Whether what a detector asks for besides its pattern holds for `value`, which stands at `start..end` of `text`. An
/// unknown check holds: it can only redact more.
pub(super) fn condition_holds(
    condition: &Proviso,
    value: &str,
    text: &[u8],
    start: usize,
    end: usize,
) -> bool {
    let layer = if condition.as_str() == "unexplained" { Layer::Entropy } else { Layer::Patterns };
    if !layer.is_on() {
        return false;
    }
    let words = &condition.words;
    let holds = match condition.as_str() {
        "luhn" => luhn(value),
        "iban" => iban(value),
        "china_id" => china_id(value),
        "us_ssn" => us_ssn(value),
        "public_ip" => is_public_address(value) && !is_version(text, start),
        "random" => looks_random(value),
        "mixed" => is_mixed(value),
        "personal" => !is_role_address(words, value),
        "money" => {
            !counts_something(words, text, end)
                && !ends_a_key(text, start, end)
                && !is_a_code(text, start, end)
        }
        "price" => !is_parameter(text, start, end),
        "unexplained" => is_unexplained(words, value, text, start),
        "chosen" => !is_word_for_none(words, value) && (is_no_word(value) || !is_cut(text, end)),
        // `get_password2(` is called.
        "no_word" => is_no_word(value) && !is_word_for_none(words, value) && text.get(end) != Some(&b'('),
        "asked" => is_asked(value),
        _ => true,
    };
    holds && (condition.context.is_empty() || stands_near(&condition.context, words, text, start))
}

fn is_word_for_none(words: &Words, value: &str) -> bool {
    words.no_secrets.iter().any(|word| word.eq_ignore_ascii_case(value))
}

/// What a page to sign in is asked for (`OpenID` Connect Core 1.0, 3.1.2.1).
const OF_SIGN_IN: [&str; 7] = ["none", "login", "consent", "select_account", "create", "true", "false"];

/// True for the value of a parameter `prompt` that is a text: several words, a name, letters of other scripts; one word in
/// small letters is a choice.
fn is_asked(value: &str) -> bool {
    let plain = value.replace("%20", "+");
    let letters = plain.bytes().filter(u8::is_ascii_alphabetic).count() >= 2;
    let chosen = plain.split(['+', ' ']).all(|word| OF_SIGN_IN.contains(&word.to_ascii_lowercase().as_str()));
    letters && !chosen && value.bytes().any(|b| b.is_ascii_uppercase() || matches!(b, b'+' | b'%' | b' '))
}

/// True where a letter beyond ASCII goes on with the word: of `hasło: nieprawidłowe` a pattern has the first half.
fn is_cut(text: &[u8], end: usize) -> bool {
    let next = text.get(end..(end + 4).min(text.len())).unwrap_or(&[]);
    let next = String::from_utf8_lossy(next).chars().next();
    next.is_some_and(|c| !c.is_ascii() && c.is_alphabetic() && !is_dense(c))
}

/// What is written with digits behind `password` or `AUTH`, and says how it is kept or told.
const OF_FORMS: [&str; 17] = [
    "cram-md5",
    "digest-md5",
    "scram-sha-1",
    "scram-sha-512",
    "xoauth2",
    "ntlmv2",
    "wpa2-psk",
    "sha1",
    "sha256",
    "sha-256",
    "sha512",
    "sha-512",
    "scram-sha-256",
    "pbkdf2",
    "base64",
    "utf8mb4",
    "argon2id",
];

/// True for what stands as a word in no sentence: a digit or a sign beside letters, a capital behind a small letter.
pub(super) fn is_no_word(value: &str) -> bool {
    let value = value.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'']);
    let (mut letters, mut signs, mut rises, mut lower) = (false, false, false, false);
    for byte in value.bytes() {
        letters = letters || byte.is_ascii_alphabetic();
        signs = signs || byte.is_ascii_digit() || b"!#$%&*+?@^~=".contains(&byte);
        rises = rises || lower && byte.is_ascii_uppercase();
        lower = byte.is_ascii_lowercase();
    }
    value.len() >= 4
        && !OF_FORMS.iter().any(|word| value.eq_ignore_ascii_case(word))
        && (letters && signs || rises || value.len() >= 6 && value.bytes().all(|b| b.is_ascii_digit()))
}

/// True for text that nobody typed as a word: digits among letters, changing case, or very long without a break.
pub(super) fn looks_random(value: &str) -> bool {
    let (mut digits, mut letters, mut rises, mut run, mut longest) = (0, 0, 0, 0, 0);
    let mut seen = [0_u128; 2];
    let mut lower = false;
    // All of it only grows, so that most keys are known by their first bytes.
    for piece in random_part(value).as_bytes().chunks(16) {
        for byte in piece {
            if let Some(half) = seen.get_mut(usize::from(byte >> 7)) {
                *half |= 1 << (byte & 127);
            }
            let (digit, letter) = (byte.is_ascii_digit(), byte.is_ascii_alphabetic());
            digits += usize::from(digit);
            letters += usize::from(letter);
            rises += usize::from(lower && byte.is_ascii_uppercase());
            lower = byte.is_ascii_lowercase();
            run = if digit || letter { run + 1 } else { 0 };
            longest = run.max(longest);
        }
        let distinct = seen.iter().map(|half| half.count_ones()).sum::<u32>();
        if distinct >= 5 && ((digits >= 2 && letters >= 2) || rises >= 2 || digits >= 16 || longest >= 28) {
            return !is_dated_name(value);
        }
    }
    false
}

/// Words and a date: `sk-retry-2024-11-20`, a branch or a release.
fn is_dated_name(value: &str) -> bool {
    let pieces: Vec<&str> = value.split(['-', '_', '.']).collect();
    let number = |p: &&str| (1..=4).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit());
    let word = |p: &&str| (1..=12).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_lowercase());
    pieces.len() <= 12
        && pieces.iter().all(|p| word(p) || number(p))
        && pieces.windows(3).any(|w| {
            matches!(w, [year, month, day]
                if year.len() == 4 && year.starts_with("20") && number(year) && number(month) && number(day)
                    && month.len() == 2 && day.len() == 2)
        })
}

/// Like [`looks_random`], for a name in a typed field: a long unbroken run such as no model and no word has.
pub(super) fn looks_like_a_key(value: &str) -> bool {
    value.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| {
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        let upper = run.bytes().filter(u8::is_ascii_uppercase).count();
        let lower = run.bytes().filter(u8::is_ascii_lowercase).count();
        (run.len() >= 24 && digits >= 3 && upper >= 3 && lower >= 3) || (run.len() >= 32 && digits >= 3)
    })
}

fn luhn(value: &str) -> bool {
    let digits: Vec<u32> = value.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| match (i % 2, d * 2) {
            (0, _) => *d,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10) && digits.iter().any(|d| *d != 0)
}

fn iban(value: &str) -> bool {
    let text: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    let (Some(head), Some(tail)) = (text.get(..4), text.get(4..)) else { return false };
    let rest = tail.chars().chain(head.chars()).try_fold(0_u32, |rest, c| {
        let digit = c.to_digit(36)?;
        Some(if digit > 9 { (rest * 100 + digit) % 97 } else { (rest * 10 + digit) % 97 })
    });
    (15..=34).contains(&text.len()) && rest == Some(1)
}

/// True for an address on the open internet: not private, loopback, link-local, documentation, shared or multicast.
pub(super) fn is_public_address(text: &str) -> bool {
    use core::net::{Ipv4Addr, Ipv6Addr};
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let public_v4 = |ip: Ipv4Addr| {
        let [a, b, ..] = ip.octets();
        !(ip.is_private()
            || ip.is_loopback()
            || ip.is_link_local()
            || ip.is_documentation()
            || ip.is_broadcast()
            || ip.is_multicast()
            || a == 0
            || a >= 240
            || (a == 100 && (64..128).contains(&b))
            || (a == 198 && (18..20).contains(&b)))
    };
    if let Ok(ip) = bare.parse::<Ipv4Addr>() {
        return public_v4(ip);
    }
    match bare.parse::<Ipv6Addr>() {
        Ok(ip) => match (ip.to_ipv4_mapped(), ip.segments()) {
            (Some(inner), _) => public_v4(inner),
            (None, [0x2001, 0x0db8, ..]) => false,
            (None, [first, ..]) => (0x2000..0x4000).contains(&first),
        },
        Err(_) => false,
    }
}

/// `Chrome/126.0.0.0` and `v1.2.3.4` are versions.
fn is_version(text: &[u8], start: usize) -> bool {
    let before = text.get(..start).unwrap_or(&[]);
    match before {
        [.., b'v' | b'V'] => true,
        [head @ .., b'/'] => {
            let word: Vec<u8> = head
                .iter()
                .rev()
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
                .copied()
                .collect();
            word.first().is_some_and(u8::is_ascii_alphanumeric) && !word.contains(&b'.')
        }
        _ => before.to_ascii_lowercase().ends_with(b"version "),
    }
}

/// Addresses that a service publishes for everybody.
fn is_role_address(words: &Words, value: &str) -> bool {
    let local = value.split('@').next().unwrap_or("").to_ascii_lowercase();
    words.role_addresses.contains(&local)
}

/// A number with `requests` or `tokens` behind it is a limit, not money.
fn counts_something(words: &Words, text: &[u8], end: usize) -> bool {
    let after = text.get(end..(end + 16).min(text.len())).unwrap_or(&[]).to_ascii_lowercase();
    let word = String::from_utf8_lossy(&after);
    let word = word.trim_start();
    words.count_units.iter().any(|unit| word.starts_with(unit.as_str()))
}

/// `insufficient balance (1008)`: the code of the failure, as it stands in brackets of its own behind the words for it.
fn is_a_code(text: &[u8], start: usize, end: usize) -> bool {
    let digits = text.get(start..end).unwrap_or(&[]);
    (3..=5).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && text.get(..start).is_some_and(|before| before.ends_with(b"("))
        && text.get(end) == Some(&b')')
}

/// `"GET" "user_quota:7"`: the number is a part of a name in the quotes of a command, as a cache has them.
fn ends_a_key(text: &[u8], start: usize, end: usize) -> bool {
    let before = text.get(start.saturating_sub(64)..start).unwrap_or(&[]);
    let name =
        before.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':'));
    let mut lead = before.iter().rev().skip(name.count());
    let (quote, gap, other) = (lead.next(), lead.next(), lead.next());
    before.ends_with(b":")
        && matches!(quote, Some(b'"' | b'\''))
        && gap == Some(&b' ')
        && other == quote
        && text.get(end).is_some_and(|b| Some(b) == quote || *b == b':')
}

/// Bytes on either side of `$1` in which it is found out what it is.
const STATEMENT: usize = 400;

/// `$1` of a statement or a script, which is no price: numbered from one beside another, or behind a sign and a word of
/// theirs.
fn is_parameter(text: &[u8], start: usize, end: usize) -> bool {
    let Some(digits) = text.get(start..end).and_then(|v| v.strip_prefix(b"$")) else { return false };
    if digits.len() > 2 || digits.first() == Some(&b'0') || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let line = text.get(start.saturating_sub(STATEMENT)..(end + STATEMENT).min(text.len())).unwrap_or(&[]);
    let stands = |number: &[u8]| {
        memchr::memmem::find_iter(line, number).any(|at| match line.get(at + 2..).unwrap_or(&[]) {
            [b'.' | b',', next, ..] => !next.is_ascii_digit(),
            [next, ..] => !next.is_ascii_alphanumeric(),
            [] => true,
        })
    };
    if stands(b"$1") && stands(b"$2") {
        return true;
    }
    let before = text.get(start.saturating_sub(STATEMENT)..start).unwrap_or(&[]);
    let signed =
        matches!(before.trim_ascii_end().last(), Some(b'=' | b'(' | b',' | b'"' | b'{' | b'<' | b'>'));
    let word = |word: &[u8]| before.split(|b| !b.is_ascii_alphabetic()).any(|w| w.eq_ignore_ascii_case(word));
    let of_script = [&b"where"[..], b"values", b"awk", b"echo", b"printf", b"sed", b"returning"];
    let of_shell = [&b"if"[..], b"then", b"case", b"test", b"local", b"export"];
    let counts = [&b"limit "[..], b"offset ", b"print "];
    let quoted = before.ends_with(b"\"") && text.get(end) == Some(&b'"');
    (signed || counts.iter().any(|c| before.to_ascii_lowercase().ends_with(c)))
        && of_script.into_iter().any(word)
        || quoted && of_shell.into_iter().any(word)
}

/// Capitals, small letters and digits: neither a word nor a digest.
fn is_mixed(value: &str) -> bool {
    let has = |test: fn(&u8) -> bool| value.bytes().filter(test).count();
    has(u8::is_ascii_uppercase) >= 2 && has(u8::is_ascii_lowercase) >= 2 && has(u8::is_ascii_digit) >= 1
}

/// A resident identity number of the People's Republic of China: a date that can be, and the check character of
/// GB 11643 (ISO 7064, MOD 11-2).
fn china_id(value: &str) -> bool {
    let number =
        |from: usize, to: usize| value.get(from..to).and_then(|t| t.parse::<u32>().ok()).unwrap_or(0);
    let (Some(digits), Some(last)) = (value.get(..17), value.as_bytes().get(17).copied()) else {
        return false;
    };
    if value.len() != 18 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let rest = digits.chars().filter_map(|c| c.to_digit(10)).fold(0, |rest, digit| (rest + digit) * 2 % 11);
    let check = match (12 - rest) % 11 {
        10 => b'X',
        digit => b'0' + u8::try_from(digit).unwrap_or(0),
    };
    last.to_ascii_uppercase() == check
        && (1900..2100).contains(&number(6, 10))
        && (1..=12).contains(&number(10, 12))
        && (1..=31).contains(&number(12, 14))
}

/// A number that the United States' administration gives out: no area 000, 666 or from 900, no group 00, no serial 0000.
fn us_ssn(value: &str) -> bool {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let number =
        |from: usize, to: usize| digits.get(from..to).and_then(|t| t.parse::<u32>().ok()).unwrap_or(0);
    let area = number(0, 3);
    digits.len() == 9 && area != 666 && (1..900).contains(&area) && number(3, 5) > 0 && number(5, 9) > 0
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::case::catalog::Catalog;

    /// Writes out the generator parts of an example: `{alnum:48}`, `{hex:32}`, `{upper:16}`, `{digit:12}`, `{b64:40}`.
    /// Always the same text for the same example.
    pub(crate) fn expand(example: &str) -> String {
        expand_parts(example).0
    }

    /// Like [`expand`], with the parts that were made.
    pub(crate) fn expand_parts(example: &str) -> (String, Vec<String>) {
        let mut parts = Vec::new();
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut out = String::new();
        let mut rest = example;
        while let Some(open) = rest.find('{') {
            let Some((inner, after)) = rest[open + 1..].split_once('}') else { break };
            let alphabet = match inner.split_once(':').map(|(name, _)| name) {
                Some("alnum") => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                Some("hex") => "0123456789abcdef",
                Some("upper") => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
                Some("lower") => "abcdefghijklmnopqrstuvwxyz0123456789",
                Some("digit") => "123456789",
                Some("b64") => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                _ => "",
            };
            let length = inner.split_once(':').and_then(|(_, n)| n.parse().ok());
            let (false, Some(length)) = (alphabet.is_empty(), length) else {
                out.push_str(&rest[..=open]);
                rest = &rest[open + 1..];
                continue;
            };
            out.push_str(&rest[..open]);
            let start = out.len();
            for _ in 0..length {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                let pick = usize::try_from(seed % alphabet.len() as u64).expect("small");
                out.push(char::from(alphabet.as_bytes()[pick]));
            }
            parts.push(out[start..].to_owned());
            rest = after;
        }
        (out + rest, parts)
    }

    #[test]
    fn every_detector_compiles_and_keeps_its_word() {
        let catalog = Catalog::built_in();
        assert!(catalog.detectors.len() > 300);
        let mut faults = Vec::new();
        for detector in &catalog.detectors {
            let (id, alone) = (&detector.id, Detectors::of(std::slice::from_ref(detector)));
            let complete = [&detector.what, &detector.source].iter().all(|t| !t.is_empty())
                && detector.accessed.len() == 10
                && !detector.matches.is_empty()
                && !detector.spares.is_empty();
            if !complete || catalog.detectors.iter().filter(|d| d.id == *id).count() != 1 {
                faults.push(format!("{id} lacks a field, or stands twice"));
            }
            if alone.list.iter().any(|c| c.regex().is_none()) {
                faults.push(format!("{id} does not compile"));
            }
            let finds = |text: &str| !alone.find(text.as_bytes(), Scope::Free).is_empty();
            let missed = detector.matches.iter().map(|e| expand(e)).filter(|text| !finds(text));
            faults.extend(missed.map(|text| format!("{id} misses {text:?}")));
            let hit = detector.spares.iter().map(|e| expand(e)).filter(|text| finds(text));
            faults.extend(hit.map(|text| format!("{id} hits {text:?}")));
        }
        assert!(faults.is_empty(), "{} faults: {faults:#?}", faults.len());
    }

    #[test]
    fn a_pattern_that_cannot_be_used_takes_everything() {
        let mut broken =
            Catalog::built_in().detectors.iter().find(|d| d.id == "jwt").expect("is there").clone();
        broken.pattern = "(".to_owned();
        let alone = Detectors::of(&[broken]);
        assert_eq!((alone.find(b"plain words", Scope::Free).len(), alone.broken()), (0, None));
        let hits = alone.find(b"words with eyJ in them", Scope::Free);
        assert_eq!(hits.iter().map(|h| (h.start, h.end)).collect::<Vec<_>>(), [(0, 22)]);
        assert_eq!(alone.broken(), Some("jwt"));
    }

    #[test]
    fn numbers_with_a_check_are_checked() {
        for (value, holds) in [
            ("11010519491231002X", true),
            ("11010519491231002x", true),
            ("110105194912310021", false),
            ("110105194913310025", false),
            ("11010519491231002", false),
            ("", false),
        ] {
            assert_eq!(china_id(value), holds, "{value}");
        }
        for (value, holds) in
            [("219-09-9999", true), ("000-12-3456", false), ("900-12-3456", false), ("219-09-0000", false)]
        {
            assert_eq!(us_ssn(value), holds, "{value}");
        }
    }

    #[test]
    fn examples_expand_the_same_way_each_time() {
        let text = expand("sk-{alnum:48} {\"a\":1} {hex:4}");
        assert_eq!(text, expand("sk-{alnum:48} {\"a\":1} {hex:4}"));
        assert_eq!(text.len(), 3 + 48 + 1 + 7 + 1 + 4);
        assert!(text.contains("{\"a\":1}"));
    }

    #[test]
    fn conditions_hold() {
        for (value, random) in [
            ("sk-proj-aB3dE5fG7hJ9", true),
            ("sk-learn-tutorial-for-beginners", false),
            ("authentication", false),
            ("sk-retry-2024-11-20", false),
            ("xxxxxxxxxxxxxxxxxxxxxxxxxxxx", false),
            ("dXNlcjpwYXNzd29yZA", true),
        ] {
            assert_eq!(looks_random(value), random, "{value}");
        }
        for (value, no_word) in [
            ("tiger7paw", true),
            ("m0nkey.FFTdwj?", true),
            ("dragon#claw!", true),
            ("blueWhale", true),
            ("20261123", true),
            ("required.", false),
            ("blue-whale", false),
            ("string", false),
            ("NULL", false),
            ("a1", false),
        ] {
            assert_eq!(is_no_word(value), no_word, "{value}");
        }
        for (text, parameter) in [
            ("VALUES (@, $2, $3)", true),
            ("parameters: @ = '12', $2 = 'user'", true),
            ("SELECT a FROM t WHERE id = @", true),
            ("awk '{print @}' access.log", true),
            ("if [ \"@\" = \"\" ]; then", true),
            ("you owe @ of $2.50", false),
            ("(@)", false),
            ("price is @, not more", false),
            ("the values: you pay @", false),
        ] {
            let at = text.find('@').expect("is there");
            let text = text.replace('@', "$1");
            assert_eq!(is_parameter(text.as_bytes(), at, at + 2), parameter, "{text}");
        }
        for model in [
            "gpt-4o-mini-2024-07-18",
            "claude-3-5-sonnet-20241022",
            "accounts/fireworks/models/llama-v3p1-405b-instruct",
        ] {
            assert!(!looks_like_a_key(model), "{model}");
        }
        assert!(looks_like_a_key(&expand("{hex:32}")) && looks_like_a_key(&expand("{alnum:40}")));
        for (ip, public) in [
            ("8.8.8.8", true),
            ("10.1.2.3", false),
            ("127.0.0.1", false),
            ("192.0.2.7", false),
            ("100.64.0.1", false),
            ("2606:4700::6810:84e5", true),
            ("2001:db8::1", false),
            ("fe80::1", false),
            ("::1", false),
            ("::ffff:8.8.8.8", true),
            ("abc::def", false),
            ("999.1.1.1", false),
        ] {
            assert_eq!(is_public_address(ip), public, "{ip}");
        }
    }
}
