//! Does a message repeat what the user sent? A gateway that quotes the prompt would carry it out of the log.
//!
//! The search goes the other way round than the sanitizer's: the message is short and known before, the prompts are long
//! and many, so that the message is indexed and each prompt is walked over once. Both are folded first: case, blanks,
//! punctuation, escapes, invisible characters. A number is another one in the message's form; it ends a run.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::OnceLock;

use super::skim::unescape;
use super::texts::each_text;
use crate::case::intake::percent_decoded;

/// Words in a row that are taken for an echo.
const WORDS: usize = 3;
/// A shorter run of them says nothing, bytes.
const SHORTEST: usize = 12;
/// Letters in a row, whatever stands between them.
const LETTERS: usize = 20;
/// The same in a script that has no blanks between words, or few.
const DENSE: usize = 6;
/// A text with fewer letters is not looked for as a whole.
const SHORTEST_WHOLE: usize = 5;
/// The same of those scripts.
const SHORTEST_DENSE: usize = 4;
/// Bytes of an HTML entity.
const ENTITY: usize = 10;

/// The runs of messages by which an echo is found.
#[derive(Debug, Clone, Default)]
pub(super) struct Runs {
    /// Hashes of [`WORDS`] words, and of [`LETTERS`] or [`DENSE`] letters.
    windows: HashSet<u64>,
    words: Vec<Word>,
    letters: String,
    /// Words that are nobody's but a user's: one alone is an echo.
    rare: HashSet<u64>,
    /// Made at the first look.
    sketch: OnceLock<Sketch>,
}

/// A word; a number is one like any other.
#[derive(Debug, Clone, Copy)]
struct Word {
    hash: u64,
    /// Bytes.
    len: usize,
    ends_run: bool,
}

const NUMBER: Word = Word { hash: 1, len: 1, ends_run: true };
/// Stands between two texts.
const BREAK: Word = Word { hash: 0, len: 0, ends_run: true };

impl Runs {
    /// The runs of `message`.
    pub(super) fn of(message: &str) -> Self {
        let mut runs = Self::default();
        runs.add(message);
        runs
    }

    /// With those words of `message` that alone are an echo: longer ones that are not `ordinary`.
    pub(super) fn and_rare(mut self, message: &str, ordinary: impl Fn(&str) -> bool) -> Self {
        let words = message.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let rare = words.filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= SHORTEST_WHOLE);
        for word in rare.filter(|word| !ordinary(&word.to_lowercase())) {
            self.rare
                .extend(Folded::of(word).words.first().filter(|word| !word.ends_run).map(|word| word.hash));
        }
        self
    }

    /// Adds those of another message.
    pub(super) fn add(&mut self, message: &str) {
        let folded = Folded::of(message);
        folded.each_window(&mut |hash| {
            self.windows.insert(hash);
        });
        let backwards: Vec<char> = folded.letters.iter().rev().copied().collect();
        rolling(&backwards, LETTERS, &mut |_, hash| {
            self.windows.insert(hash);
        });
        self.words.extend(folded.words);
        self.words.push(BREAK);
        self.letters.extend(folded.letters);
        self.letters.push('\0');
        self.sketch = OnceLock::new();
    }

    /// True where there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.letters.chars().all(|c| c == '\0')
    }

    /// Whether one of them stands in `prompt`, JSON as it was written. `None`: there is no text in it that could tell.
    pub(super) fn stand_in(&self, prompt: &[u8]) -> Option<bool> {
        let mut found = None;
        each_text(prompt, &mut |text, is_spoken| {
            if found != Some(true) && tells(text) {
                found = Some(self.repeats(text));
            } else if is_spoken && self.repeats_word(text) {
                found = Some(true);
            }
        });
        found
    }

    /// True where `text` is one word, and a rare one of the messages.
    fn repeats_word(&self, text: &str) -> bool {
        !self.rare.is_empty()
            && matches!(Folded::of(text).words.as_slice(), [word] if self.rare.contains(&word.hash))
    }

    /// True where one of them stands in `text`, or all of a short `text` stands in the messages.
    pub(super) fn repeats(&self, text: &str) -> bool {
        if !tells(text) {
            return false;
        }
        let plain = decoded(text);
        if !self.may_repeat(&plain) {
            return false;
        }
        let folded = Folded::of_plain(&plain);
        let mut found = false;
        let sketch = self.sketch();
        folded.each_window(&mut |hash| found = found || sketch.has(hash) && self.windows.contains(&hash));
        found || self.hold_whole(&folded)
    }

    fn sketch(&self) -> &Sketch {
        self.sketch.get_or_init(|| Sketch::of(&self.windows, &self.letters))
    }

    /// False where no window of `plain` is one of the messages', and it is too long to stand in them whole: most prompts, told
    /// without taking them apart.
    fn may_repeat(&self, plain: &str) -> bool {
        let sketch = self.sketch();
        let mut walk = Walk::default();
        let mut rest = plain;
        while let Some(byte) = rest.as_bytes().first() {
            let (c, length) = if byte.is_ascii() {
                (Some(char::from(byte.to_ascii_lowercase())), 1)
            } else {
                let raw = rest.chars().next().unwrap_or_default();
                (seen(raw), raw.len_utf8())
            };
            rest = rest.get(length..).unwrap_or_default();
            let Some(c) = c else { continue };
            if c.is_ascii_alphabetic()
                || !c.is_ascii() && (c.is_alphanumeric() || is_dense(c)) && !c.is_numeric()
            {
                walk.part(c);
                walk.letter(c);
                if walk.may_be_in(sketch) {
                    return true;
                }
            } else if c.is_ascii_digit() || !c.is_ascii() && (c.is_alphanumeric() || is_dense(c)) {
                walk.part(c);
                walk.is_number = true;
            } else if c == '_' {
                walk.marks += 1;
            } else {
                if walk.end().is_some_and(|hash| sketch.has(hash) && self.windows.contains(&hash)) {
                    return true;
                }
                if c == '&' {
                    rest = behind_entity(rest);
                }
            }
        }
        walk.end().is_some_and(|hash| self.windows.contains(&hash)) || walk.letters < LETTERS
    }

    fn hold_whole(&self, folded: &Folded) -> bool {
        let (words, letters) = (&folded.words, &folded.letters);
        if letters.len() >= LETTERS {
            return false;
        }
        let dense = letters.iter().filter(|c| is_dense(**c)).count();
        if dense >= SHORTEST_DENSE && self.letters.contains(&letters.iter().collect::<String>()) {
            return true;
        }
        let same = |own: &[Word]| own.iter().zip(words).all(|(a, b)| a.hash == b.hash);
        words.len() > 1 && letters.len() >= SHORTEST_WHOLE && self.words.windows(words.len()).any(same)
    }
}

/// Letters in a row by which a long window is looked for first.
const GRAM: usize = 8;
/// The same of a window of dense letters.
const DENSE_GRAM: usize = 4;
/// The bits of letters of a dense script in all bytes of a short one.
const ALL_DENSE: u64 = 0xc0c0_c0c0;

/// Bits for what stands in the messages, so that little else is asked for.
#[derive(Debug, Clone, Default)]
struct Sketch {
    bits: Vec<u64>,
}

impl Sketch {
    fn of(windows: &HashSet<u64>, letters: &str) -> Self {
        let entries = windows.len() + 2 * letters.len();
        let mut sketch = Self { bits: vec![0; entries.next_power_of_two().clamp(16, 1 << 12)] };
        for hash in windows {
            sketch.set(*hash);
        }
        let mut grams = |letters: &mut dyn Iterator<Item = char>| {
            let (mut register, mut count) = (0_u64, 0);
            for c in letters {
                (register, count) = if c == '\0' { (0, 0) } else { (register << 8 | code(c), count + 1) };
                if count >= GRAM {
                    sketch.set(register);
                }
                if count >= DENSE_GRAM && register & ALL_DENSE == ALL_DENSE {
                    sketch.set(short(register));
                }
            }
        };
        grams(&mut letters.chars());
        grams(&mut letters.chars().rev());
        sketch
    }

    /// Two bits for each entry.
    fn places(&self, entry: u64) -> [(usize, u64); 2] {
        let mixed = entry.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = |part: u64| {
            let word = usize::try_from(part >> 6).unwrap_or(0) & (self.bits.len() - 1);
            (word, 1 << (part & 63))
        };
        [place(mixed >> 46), place(mixed >> 26 & 0x3_ffff)]
    }

    fn set(&mut self, entry: u64) {
        for (word, bit) in self.places(entry) {
            if let Some(bits) = self.bits.get_mut(word) {
                *bits |= bit;
            }
        }
    }

    fn has(&self, entry: u64) -> bool {
        self.places(entry).iter().all(|(word, bit)| self.bits.get(*word).is_some_and(|bits| bits & bit != 0))
    }
}

/// A letter as one byte, in which a dense one is told by its upper bits.
fn code(c: char) -> u64 {
    let code = u64::from(u32::from(c));
    match c {
        c if c.is_ascii() => code,
        c if is_dense(c) => 0xc0 | code & 0x3f,
        _ => 0x80 | code & 0x3f,
    }
}

/// The last four letters of a register.
fn short(register: u64) -> u64 {
    register & 0xffff_ffff | 1 << 40
}

/// A text that is walked over for its windows; what it comes to is what [`Folded`] comes to.
#[derive(Default)]
struct Walk {
    /// The word until now.
    hash: Option<u64>,
    len: usize,
    is_number: bool,
    /// `_` behind it; they are a part of it where it goes on.
    marks: usize,
    /// Hash and length of the words before it, the last one last, as many as stand in a row.
    before: [(u64, usize); WORDS - 1],
    in_row: usize,
    /// The last letters, a byte each, and how many there were.
    register: u64,
    letters: usize,
}

impl Walk {
    /// One more character of a word.
    fn part(&mut self, c: char) {
        let mut hash = self.hash.unwrap_or(START);
        if self.hash.is_some() {
            for _ in 0..self.marks {
                hash = mixed(hash, u64::from(b'_'));
            }
            self.len += self.marks;
        }
        self.marks = 0;
        let mut buffer = [0; 4];
        let bytes = c.encode_utf8(&mut buffer).as_bytes();
        self.hash = Some(bytes.iter().fold(hash, |hash, byte| mixed(hash, u64::from(*byte))));
        self.len += bytes.len();
    }

    fn letter(&mut self, c: char) {
        self.register = self.register << 8 | code(c);
        self.letters += 1;
    }

    /// Whether a window that holds the last letters may stand in `sketch`. A long one is asked for where it must show: any so many
    /// letters hold a multiple of what is left when the shorter one is taken off.
    fn may_be_in(&self, sketch: &Sketch) -> bool {
        let due = self.letters >= GRAM && self.letters.is_multiple_of(LETTERS - GRAM + 1);
        due && sketch.has(self.register)
            || self.letters >= DENSE_GRAM
                && self.register & ALL_DENSE == ALL_DENSE
                && sketch.has(short(self.register))
    }

    /// The word ends: the hash of it and those before it, where they are long enough together.
    fn end(&mut self) -> Option<u64> {
        self.marks = 0;
        let hash = self.hash.take()?;
        let len = std::mem::take(&mut self.len);
        if std::mem::take(&mut self.is_number) {
            self.in_row = 0;
            return None;
        }
        let [first, second] = self.before;
        self.before = [second, (hash, len)];
        self.in_row += 1;
        let long = self.in_row >= WORDS && first.1 + second.1 + len + WORDS > SHORTEST;
        long.then(|| hash_of([first.0, second.0, hash].into_iter()))
    }
}

/// More than a name or a value of a parameter: words, also joined as in an address, or letters of a script without blanks.
fn tells(text: &str) -> bool {
    text.contains(|c: char| c.is_whitespace() || matches!(c, '+' | '%' | '&') || is_dense(c))
}

/// A text as it is compared.
#[derive(Default)]
struct Folded {
    words: Vec<Word>,
    /// Letters of all words, without digits.
    letters: Vec<char>,
}

impl Folded {
    fn of(text: &str) -> Self {
        Self::of_plain(&decoded(text))
    }

    /// Of a text without escapes.
    fn of_plain(plain: &str) -> Self {
        let mut folded = Self::default();
        let mut word = String::new();
        let mut rest = plain;
        while let Some(raw) = rest.chars().next() {
            rest = rest.get(raw.len_utf8()..).unwrap_or_default();
            let Some(c) = seen(raw) else { continue };
            if c.is_alphanumeric() || c == '_' || is_dense(c) {
                word.push(c);
                if c != '_' && !c.is_numeric() {
                    folded.letters.push(c);
                }
                continue;
            }
            folded.end(&mut word);
            if c == '&' {
                rest = behind_entity(rest);
            }
        }
        folded.end(&mut word);
        folded
    }

    fn end(&mut self, word: &mut String) {
        // Marks of emphasis.
        let bare = word.trim_matches('_');
        if bare.contains(char::is_numeric) {
            self.words.push(NUMBER);
        } else if !bare.is_empty() {
            let hash = hash_of(bare.bytes().map(u64::from));
            self.words.push(Word { hash, len: bare.len(), ends_run: false });
        }
        word.clear();
    }

    fn each_window(&self, each: &mut dyn FnMut(u64)) {
        for window in self.words.windows(WORDS) {
            let length = window.iter().map(|word| word.len + 1).sum::<usize>() - 1;
            if length >= SHORTEST && window.iter().all(|word| !word.ends_run) {
                each(hash_of(window.iter().map(|word| word.hash)));
            }
        }
        rolling(&self.letters, LETTERS, &mut |_, hash| each(hash));
        rolling(&self.letters, DENSE, &mut |window, hash| {
            if window.iter().all(|c| is_dense(*c)) {
                each(hash);
            }
        });
    }
}

/// FNV-1a. No secret depends on it.
fn hash_of(parts: impl Iterator<Item = u64>) -> u64 {
    parts.fold(START, mixed)
}

/// What a hash begins with.
const START: u64 = 0xcbf2_9ce4_8422_2325;

fn mixed(hash: u64, part: u64) -> u64 {
    (hash ^ part).wrapping_mul(0x0100_0000_01b3)
}

/// Calls `each` with every `width` letters in a row, and their rolling hash.
fn rolling(letters: &[char], width: usize, each: &mut dyn FnMut(&[char], u64)) {
    const BASE: u64 = 0x0000_0100_0000_01b3;
    let top = (1..width).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let code = |c: char| u64::from(u32::from(c)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut hash = 0_u64;
    for (index, c) in letters.iter().enumerate() {
        if let Some(gone) = index.checked_sub(width).and_then(|at| letters.get(at)) {
            hash = hash.wrapping_sub(code(*gone).wrapping_mul(top));
        }
        hash = hash.wrapping_mul(BASE).wrapping_add(code(*c));
        if let Some(window) = (index + 1).checked_sub(width).and_then(|start| letters.get(start..=index)) {
            each(window, hash);
        }
    }
}

/// `text` without the escapes of JSON and of addresses.
fn decoded(text: &str) -> Cow<'_, str> {
    let mut plain = Cow::Borrowed(text);
    if plain.contains('\\') {
        let mut out = Vec::with_capacity(plain.len());
        unescape(plain.as_bytes(), &mut out);
        plain = Cow::Owned(String::from_utf8_lossy(&out).into_owned());
    }
    if plain.contains('%') {
        plain = Cow::Owned(percent_decoded(&plain));
    }
    plain
}

/// What follows `nbsp;`, `#160;`, `amp;`; all of it where it begins with none.
fn behind_entity(rest: &str) -> &str {
    let name = rest.bytes().take(ENTITY).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
    rest.get(name..).and_then(|tail| tail.strip_prefix(';')).filter(|_| name > 0).unwrap_or(rest)
}

/// The letter that a reader sees, in lower case; `None`: he sees none.
fn seen(c: char) -> Option<char> {
    let c = match c {
        '\u{ad}'
        | '\u{300}'..='\u{36f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => return None,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    let mut many = c.to_lowercase();
    Some(match (many.next(), many.next()) {
        (Some(one), None) => one,
        _ => c,
    })
}

/// A character of a script without blanks between words, or in which a syllable is one character: Chinese, Japanese,
/// Korean, Thai, Lao, Burmese, Khmer.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_prompt_is_found_however_the_json_is_written() {
        let prompt = serde_json::json!({"messages": [{"content": "please tell the violin harbour, and 季度收入增长患者 a \"word\""}]});
        let once = prompt.to_string();
        let twice = serde_json::Value::String(once.clone()).to_string();
        let ascii: String = once
            .chars()
            .map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", c as u32) })
            .collect();
        for json in [&once, &twice, &ascii, &ascii.replace('\\', "\\\\")] {
            let found = |message: &str| Runs::of(message).stand_in(json.as_bytes());
            assert_eq!(found("refused near tell the violin harbour now"), Some(true), "{json}");
            assert_eq!(found("拒绝：季度收入增长患者"), Some(true), "{json}");
            assert_eq!(found("The server had an error while processing"), Some(false), "{json}");
        }
        assert!(Runs::of("").is_empty() && Runs::of("12 34").is_empty() && !Runs::of("a").is_empty());
    }

    #[test]
    fn a_repeated_prompt_is_found_in_whatever_form_the_message_has_it() {
        let table = [
            ("tell the violin harbour", "Cannot TELL The Violin now"),
            ("tell the\n\nviolin  harbour", "cannot tell the violin harbour"),
            ("tell the violin harbour", "cannot tell\u{a0}the \n violin harbour"),
            ("tell the violin harbour", "cannot tell&nbsp;the+violin%20harbour"),
            ("tell the violin harbour at noon", "cannot tell_the_violin_harbour_at_noon"),
            ("tell the violin harbour at noon", "cannot tell-the.violin-harbour"),
            ("tell the violin harbour at noon", "cannot tellthevio\u{200b}linharbouratnoon"),
            ("don't tell the violin", "cannot don\\u0027t tell the violin"),
            ("prompt=tell+the+violin+harbour", "cannot tell the violin"),
            ("Süße Äpfel für Ärzte", "nicht möglich: süße äpfel FÜR ärzte"),
            ("скажи мне про скрипку", "нельзя: Скажи мне про скрипку"),
            ("바이올린 항구 이야기를 해", "거부됨: 바이올린 항구 이야기를 해"),
            ("季度 收入 增长 患者", "拒绝 季度 收入 增长"),
            ("季度收入", "拒绝：季度收入。"),
            ("Violin harbour", "cannot read violin harbour here"),
            ("tell the violin harbour at noon", "cannot noon ta ruobrah niloiv eht llet"),
            ("pay 450 euros", "cannot pay 900 euros"),
        ];
        for (sent, message) in table {
            let prompt = serde_json::json!({"messages": [{"role": "user", "content": sent}]}).to_string();
            assert_eq!(Runs::of(message).stand_in(prompt.as_bytes()), Some(true), "{sent} / {message}");
        }
    }

    #[test]
    fn names_and_words_of_a_gateway_are_no_echo() {
        let messages = serde_json::json!([{"role": "user", "content": "Please max out the harbour"}]);
        let model = "some/long-model-name-of-theirs";
        let body = serde_json::json!({"model": model, "max_completion_tokens": 5, "messages": messages});
        let prompt = body.to_string();
        for message in [
            "Unsupported parameter: max_tokens. Use max_completion_tokens instead.",
            "The model some/long-model-name-of-theirs does not exist",
            "please try again",
        ] {
            assert_eq!(Runs::of(message).stand_in(prompt.as_bytes()), Some(false), "{message}");
            let cut = prompt.get(..prompt.len() - 8).expect("ASCII");
            assert_eq!(Runs::of(message).stand_in(cut.as_bytes()), Some(false), "{message}");
        }
        // A request without a text of somebody's proves nothing.
        for bare in [&br#"{"method":"POST"}"#[..], b"\"\"", b"{}", b"null"] {
            assert_eq!(Runs::of("cannot tell the violin").stand_in(bare), None);
        }
    }

    #[test]
    fn a_prompt_of_one_rare_word_is_found_where_a_user_speaks() {
        let message = "cannot read Zwiebelkuchen as an image, use base64";
        let runs = Runs::of(message).and_rare(message, |word| ["cannot", "image", "read"].contains(&word));
        for (prompt, expected) in [
            (r#"{"messages":[{"role":"user","content":"zwiebelkuchen!"}]}"#, Some(true)),
            (r#"{"input":["Zwiebelkuchen"]}"#, Some(true)),
            ("\"Zwiebelkuchen\"", Some(true)),
            (r#"{"body":"{\"prompt\":\"Zwiebelkuchen\"}"}"#, Some(true)),
            (r#"{"model":"zwiebelkuchen","input":"image"}"#, None),
            (r#"{"encoding":"base64","input":"cannot"}"#, None),
        ] {
            assert_eq!(runs.stand_in(prompt.as_bytes()), expected, "{prompt}");
        }
    }

    #[test]
    fn a_run_at_the_end_of_a_long_message_is_known() {
        let words = (0..500_u32).filter_map(|n| char::from_u32(0x4e00 + n)).map(|c| format!("w{c}"));
        let long = words.collect::<Vec<String>>().join(" ");
        let runs = Runs::of(&format!("{long} zebra yields the violin harbour"));
        assert!(runs.repeats("my zebra yields the most"));
    }
}
