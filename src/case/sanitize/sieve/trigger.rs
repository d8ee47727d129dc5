//! What makes a pattern worth trying: a keyword, or the look of a word.

use super::LONG_RUN;
use crate::case::catalog::Detector;

/// How many there are.
pub(super) const TRIGGERS: usize = Trigger::Media as usize + 1;

/// What makes a pattern worth trying.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    /// One of its keywords.
    Keyword,
    /// Nothing less than the whole text.
    Always,
    /// A long word.
    Run,
    /// Four numbers with points.
    Address,
    /// A group of an IPv6 address that can be public.
    Address6,
    /// Ten digits or more.
    Number,
    /// Two capitals and two digits.
    Iban,
    /// 32 hexadecimal digits and a point.
    DottedHex,
    /// A UUID and a colon.
    PairedId,
    /// Hundreds of letters and digits without a break.
    Media,
}

pub(super) fn trigger(detector: &Detector) -> Trigger {
    match (detector.condition.as_str(), detector.id.as_str()) {
        (_, "packed_media") => Trigger::Media,
        ("unexplained", _) if detector.pattern.starts_with("[A-Za-z0-9]") => Trigger::Run,
        ("public_ip", "ipv4") => Trigger::Address,
        ("public_ip", "ipv6") => Trigger::Address6,
        ("luhn" | "china_id" | "us_ssn", _) | (_, "phone_mainland" | "phone_north_america")
            if detector.keywords.is_empty() =>
        {
            Trigger::Number
        }
        ("iban", _) => Trigger::Iban,
        (_, "zhipu_key") => Trigger::DottedHex,
        (_, "fal_key") => Trigger::PairedId,
        _ if detector.keywords.is_empty() => Trigger::Always,
        _ => Trigger::Keyword,
    }
}

/// True where a match of `pattern` that holds `keyword` begins with it, at the start of a word.
pub(super) fn begins_with(pattern: &str, keyword: &str) -> bool {
    let plain = pattern.replace('\\', "").to_ascii_lowercase();
    let Some(rest) = plain.strip_prefix("(?i)b").or_else(|| plain.strip_prefix('b')) else { return false };
    let bounded = pattern.starts_with("\\b") || pattern.starts_with("(?i)\\b");
    let word = keyword.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
    let alternatives = rest.strip_prefix("(?:").and_then(|r| r.split_once(')')).map(|(list, _)| list);
    bounded
        && word
        && match alternatives {
            Some(list) => {
                !list.contains('(')
                    && list.split('|').any(|a| a.starts_with(keyword))
                    && list.split('|').all(|a| a.starts_with(keyword) || !a.contains(keyword))
            }
            None => rest.starts_with(keyword),
        }
}

/// The least length of a word without a break in every match: the smallest of the long repetitions of letters in a
/// pattern; 0 where there is none. `tests.rs` holds this against the examples.
pub(super) fn longest_word(pattern: &str) -> usize {
    let mut least = 0;
    if pattern.contains('|') {
        return 0;
    }
    for (at, _) in pattern.match_indices("]{") {
        let class =
            pattern.get(..at).and_then(|before| before.rfind('[')).and_then(|open| pattern.get(open + 1..at));
        let digits = pattern.get(at + 2..).unwrap_or("");
        let digits = digits.split(|c: char| !c.is_ascii_digit()).next().unwrap_or("");
        let count = digits.parse().unwrap_or(0);
        let letters = class.is_some_and(|c| !c.starts_with('^') && !c.contains([' ', '\\']));
        if letters && count >= LONG_RUN && (least == 0 || count < least) {
            least = count;
        }
    }
    least
}
