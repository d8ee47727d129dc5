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

/// Where a match stands, as seen from its keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// With the keyword, which begins a word.
    Word,
    /// With the keyword.
    Keyword,
    /// With the quote before the keyword.
    Quote,
    /// Behind it: it is a word of the context, and begins one.
    Behind,
    /// Perhaps before it.
    Anywhere,
}

/// True where every match of `detector` begins with a quote and, behind it, one of its keywords as a whole name in quotes.
pub(super) fn begins_quoted(detector: &Detector) -> bool {
    let list = detector.pattern.strip_prefix("[\"'](?:").and_then(|rest| rest.split_once(")[\"']"));
    list.is_some_and(|(list, _)| {
        list.split('|').all(|name| detector.keywords.iter().any(|known| known == name))
    })
}

/// Where a match of `pattern` that holds `keyword` begins.
pub(super) fn start(pattern: &str, keyword: &str) -> Start {
    let plain = pattern.replace('\\', "").to_ascii_lowercase();
    let insensitive = plain.strip_prefix("(?i)").unwrap_or(&plain);
    let bounded = pattern.starts_with("\\b") || pattern.starts_with("(?i)\\b");
    let sign = keyword.as_bytes().first().is_some_and(|b| !b.is_ascii_alphanumeric());
    if sign
        && !pattern.contains('|')
        && insensitive.starts_with(keyword)
        && plain.matches(keyword).count() == 1
    {
        return Start::Keyword;
    }
    let Some(rest) = insensitive.strip_prefix('b').filter(|_| bounded && !sign) else {
        return Start::Anywhere;
    };
    let alternatives = rest.strip_prefix("(?:").and_then(|r| r.split_once(')')).map(|(list, _)| list);
    let begins = match alternatives {
        Some(list) => {
            !list.contains('(')
                && list.split('|').any(|a| a.starts_with(keyword))
                && list.split('|').all(|a| a.starts_with(keyword) || !a.contains(keyword))
        }
        None => rest.starts_with(keyword),
    };
    if begins { Start::Word } else { Start::Anywhere }
}

/// How `keyword` is spelled in every match of `pattern`, where letters of the other case are no match: small and capital
/// letters as the pattern has them.
pub(super) fn spelling<'p>(pattern: &'p str, keyword: &str) -> Option<&'p str> {
    if pattern.contains("(?i") || pattern.contains("(?mi") || pattern.contains("(?si") {
        return None;
    }
    let lower = pattern.to_ascii_lowercase();
    let mut places = lower.match_indices(keyword).filter_map(|(at, _)| pattern.get(at..at + keyword.len()));
    let first = places.next()?;
    // A class of letters, a count, an escape: no text that a match holds as it is.
    let is_text =
        first.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'/' | b' '));
    let in_class = lower.find(keyword).is_some_and(|at| {
        let before = pattern.get(..at).unwrap_or("");
        before.rfind('[') > before.rfind(']')
            || before.ends_with('\\')
            || before.rfind('{') > before.rfind('}')
    });
    (is_text && !in_class && places.all(|other| other == first)).then_some(first)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_match_begins() {
        for (pattern, keyword, want) in [
            (r"\bsk-[A-Za-z0-9_-]{12,}", "sk-", Start::Word),
            (r"(?i)\b(?:set-)?cookie=.", "cookie", Start::Anywhere),
            (r"\b(?:org|proj)[-_][a-z]{12}", "proj", Start::Word),
            (r"\b(?:org|my-proj)[-_][a-z]{12}", "proj", Start::Anywhere),
            (r"\+[1-9][0-9]{7}", "+", Start::Keyword),
            (r"\+[1-9]+", "+", Start::Anywhere),
            (r"[a-z]+://x", "://", Start::Anywhere),
        ] {
            assert_eq!(start(pattern, keyword), want, "{pattern} {keyword}");
        }
    }

    #[test]
    fn how_a_keyword_is_spelled() {
        for (pattern, keyword, want) in [
            (r"\bAPI-[A-Z0-9]{26}", "api-", Some("API-")),
            (r"(?i)\bAPI-[A-Z0-9]{26}", "api-", None),
            (r"\b(?i:api)-[A-Z0-9]{26}", "api-", None),
            (r"\bsk-[a-z]+|Sk-[a-z]+", "sk-", None),
            (r"[0-9]{8}:AA[A-Za-z]{33}", ":a", Some(":A")),
            (r"[abc][0-9]{8}", "abc", None),
            (r"x\bdef", "bd", None),
        ] {
            assert_eq!(spelling(pattern, keyword), want, "{pattern} {keyword}");
        }
    }
}
