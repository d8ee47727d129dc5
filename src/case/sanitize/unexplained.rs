//! Long runs that nobody typed and that no evidence explains: keys of makers whose format is not in the catalog.
//!
//! Entropy is where evidence dies, so that what is known to be evidence comes first: ids by their prefix, their shape
//! and the word before them, digests, names in camel case. The words are the catalog's (`words.yaml`).

use crate::case::catalog::Words;

/// Characters of an unbroken piece from which on it can be a key; the second where a word for a key stands before it.
const SHORTEST: usize = 20;
const SHORTEST_KEY: usize = 16;
/// The same for pieces of one case and digits, as base32 and base36 make them. A ULID has 26.
const SHORTEST_ONE_CASE: usize = 28;
/// The same for pieces of letters alone, without a word for a key before them.
const SHORTEST_OF_LETTERS: usize = 24;
/// Names of keys that open no door: where something stands, or that it came before. Without `-` and `_`.
pub(super) const OTHER_KEYS: [&str; 29] = [
    "blobkey",
    "dedupekey",
    "eventkey",
    "filekey",
    "hashkey",
    "imagekey",
    "lockkey",
    "publickey",
    "querykey",
    "rangekey",
    "rowkey",
    "shardkey",
    "uniquekey",
    "cachekey",
    "idempotencykey",
    "sortkey",
    "partitionkey",
    "routingkey",
    "objectkey",
    "dedupkey",
    "deduplicationkey",
    "foreignkey",
    "groupkey",
    "messagekey",
    "translationkey",
    "lookupkey",
    "issuekey",
    "projectkey",
    "metrickey",
];
/// Bytes before the run that are looked at.
const CONTEXT: usize = 40;
/// Bytes before a value in which a word of its detector's context must stand.
const NEAR: usize = 64;

/// Whether `run` (letters, digits, `-`, `_`) at `start` of `text` has to be taken for a key.
pub(super) fn is_unexplained(words: &Words, run: &str, text: &[u8], start: usize) -> bool {
    // What is no noise behind a word for a key is none anywhere.
    if !run.split(['-', '_']).any(|piece| is_noise(piece, true)) {
        return false;
    }
    let head = run.split(['-', '_']).next().unwrap_or("");
    if head.len() < run.len() && words.id_prefixes.contains(&head.to_lowercase()) {
        return false;
    }
    let before = line_before(text, start, CONTEXT);
    if ends_with_word(&before, &words.id_words) {
        return false;
    }
    let after_key = is_behind_key(words, &before);
    run.split(['-', '_']).any(|piece| is_noise(piece, after_key))
}

/// Whether one of the last words is one for a key that opens a door.
fn is_behind_key(words: &Words, before: &str) -> bool {
    let last: Vec<&str> =
        before.split(|c: char| !c.is_alphanumeric()).rev().filter(|word| !word.is_empty()).take(6).collect();
    let is_key = |word: &str| {
        words.key_words.iter().any(|k| word == k || (!k.is_ascii() && word.contains(k.as_str())))
    };
    let is_other = |at: usize| {
        let pair = last.get(at..at + 2).map(|pair| pair.iter().rev().copied().collect::<String>());
        pair.is_some_and(|pair| OTHER_KEYS.contains(&pair.as_str()))
    };
    last.iter().take(5).enumerate().any(|(at, word)| is_key(word) && !is_other(at))
}

/// Whether one of `context` stands within [`NEAR`] bytes before `start`, at the start of a word, and no word for an id
/// stands directly before it: `datadog key …`, not `datadog trace id …`.
pub(super) fn stands_near(context: &[String], words: &Words, text: &[u8], start: usize) -> bool {
    let from = start.saturating_sub(NEAR);
    let before = String::from_utf8_lossy(text.get(from..start).unwrap_or(&[])).to_lowercase();
    let begins =
        |at: usize| !before.get(..at).is_some_and(|b| b.ends_with(|c: char| c.is_ascii_alphanumeric()));
    context.iter().any(|word| before.match_indices(word.as_str()).any(|(at, _)| begins(at)))
        && !ends_with_word(before.rsplit('\n').next().unwrap_or(""), &words.id_words)
}

/// Up to `most` bytes of the line before `start`, in small letters.
fn line_before(text: &[u8], start: usize, most: usize) -> String {
    let from = start.saturating_sub(most);
    let before = String::from_utf8_lossy(text.get(from..start).unwrap_or(&[])).to_lowercase();
    before.rsplit('\n').next().unwrap_or("").to_owned()
}

fn ends_with_word(before: &str, words: &[String]) -> bool {
    let before = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    words.iter().any(|word| {
        before
            .strip_suffix(word.as_str())
            .is_some_and(|rest| !word.is_ascii() || !rest.ends_with(|c: char| c.is_ascii_alphanumeric()))
    })
}

fn is_noise(piece: &str, after_key: bool) -> bool {
    let class = |b: u8| (u8::from(b.is_ascii_uppercase()) << 1) | u8::from(b.is_ascii_digit());
    let has = |test: fn(&u8) -> bool| piece.bytes().filter(test).count();
    let (upper, lower, digits) =
        (has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase), has(u8::is_ascii_digit));
    if piece.bytes().all(|b| b.is_ascii_hexdigit()) && (upper == 0 || lower == 0) {
        return after_key && piece.len() >= 24 && digits >= 3 && upper + lower >= 3;
    }
    // One-api and its heirs begin an id with the time, to the second.
    if piece.starts_with("20") && piece.bytes().take_while(u8::is_ascii_digit).count() >= 14 {
        return false;
    }
    let turns = piece.as_bytes().windows(2).filter(|w| matches!(w, [a, b] if class(*a) != class(*b))).count();
    let shortest = match (upper.min(lower), after_key) {
        (0, _) => SHORTEST_ONE_CASE,
        (_, true) => SHORTEST_KEY,
        (_, false) => SHORTEST,
    };
    // Camel case turns twice per word; chance turns at every second place.
    piece.len() >= shortest
        && (digits >= 2 && turns * 100 >= piece.len() * 38 || is_noise_of_letters(piece, turns, after_key))
}

/// The same of a piece that has few digits or none. Words have more vowels than chance, and turn less often.
fn is_noise_of_letters(piece: &str, turns: usize, after_key: bool) -> bool {
    let has = |test: fn(&u8) -> bool| piece.bytes().filter(test).count();
    let vowels = has(|b| b"aeiouAEIOU".contains(b));
    // Of chance, less than a sixth stands in four small letters or more in a row that a word could have; of names in camel
    // case more than half.
    let of_word = |run: &&str| run.len() >= 4 && run.contains(['a', 'e', 'i', 'o', 'u']);
    let worded: usize = piece.split(|c: char| !c.is_ascii_lowercase()).filter(of_word).map(str::len).sum();
    let (shortest, most_vowels, most_worded) =
        if after_key { (SHORTEST, 38, 40) } else { (SHORTEST_OF_LETTERS, 32, 30) };
    piece.len() >= shortest
        && has(u8::is_ascii_uppercase).min(has(u8::is_ascii_lowercase)) >= 4
        && turns * 100 >= piece.len() * 28
        && worded * 100 < piece.len() * most_worded
        && vowels * 100 < piece.len() * most_vowels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;
    use crate::case::sanitize::detect::tests::expand;

    #[test]
    fn a_context_begins_a_word_and_yields_to_an_id() {
        let near = |before: &str| {
            let text = format!("{before}{}", "k9".repeat(20));
            stands_near(&["ark".to_owned()], &Catalog::built_in().words, text.as_bytes(), before.len())
        };
        for (before, expected) in [
            ("ark: ", true),
            ("ARK_API_KEY=", true),
            ("\"ark\",\n \"value\": \"", true),
            ("spark: ", false),
            ("ark request id: ", false),
            ("ark trace_id=", false),
        ] {
            assert_eq!(near(before), expected, "{before:?}");
        }
        assert!(!near(&format!("ark {}", "far away ".repeat(12))));
    }

    fn taken(example: &str) -> bool {
        let text = expand(example);
        text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
            .filter(|run| run.len() >= SHORTEST_KEY)
            .any(|run| {
                is_unexplained(
                    &Catalog::built_in().words,
                    run,
                    text.as_bytes(),
                    text.find(run).expect("is there"),
                )
            })
    }

    #[test]
    fn keys_of_unknown_makers_are_taken() {
        for example in [
            "Upstream rejected {alnum:40} for this channel",
            "newmaker_{alnum:36}",
            "api key {alnum:20} is invalid",
            "token {hex:32} is unknown",
            "dapi{hex:32}",
            "AGE-SECRET-KEY-1{upper:58}",
            "令牌 {alnum:24} 无效",
        ] {
            assert!(taken(example), "{example}");
        }
    }

    #[test]
    fn evidence_is_left() {
        for example in [
            "(request id: 20260618112233172321{digit:2}{alnum:8})",
            "trace {hex:32} and commit {hex:40}",
            "chatcmpl-{alnum:29}",
            "req_011C{alnum:20}",
            "request id {alnum:24}",
            "请求编号：{alnum:24}",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "ChatCompletionRequestSystemMessageParamContent4Part2",
            "anthropic/claude-3-5-sonnet-20241022:beta",
            "max_tokens_to_sample_per_request_limit_exceeded",
            "5f2b8c1e-3d4a-4b6c-9e8f-0a1b2c3d4e5f",
        ] {
            assert!(!taken(example), "{example}");
        }
    }
}
