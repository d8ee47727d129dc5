//! Whether a text in a place that is named for prompts or answers is one, however short it is: a status, a number, an id, a
//! sentence of an error may stand there, too, and is evidence.

use super::glued;
use super::prose::is_of_errors;
use super::vocabulary::vocabulary;
use crate::case::sanitize::normal::is_unspaced;
use crate::case::sanitize::placeholder::without_placeholders;

/// How much the place says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing but such a text stands there: `User prompt:`.
    Sure,
    /// Mostly: `Answer:`, `content=`.
    Likely,
    /// Other things as often: `Invalid input:`.
    Weak,
}

/// Words of a text from which on one of an error among so many explains it.
const OF_FIVE: usize = 5;

/// True for a text that is somebody's; false for evidence and for nothing.
pub(super) fn is_text(value: &str, place: Place) -> bool {
    let value = if value.contains('[') { without_placeholders(value) } else { value.to_owned() };
    let value = value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '*'));
    if value.starts_with(['{', '[']) || is_of_program(value) {
        return false;
    }
    let dense = value.chars().filter(|c| is_unspaced(*c)).count();
    if dense >= 2 {
        let enough = if place == Place::Weak { 8 } else { 3 };
        return dense >= enough && !glued::is_report(value);
    }
    let (mut tokens, mut words, mut reports) = (0, 0, 0);
    for token in value.split_whitespace() {
        tokens += 1;
        let word = token.trim_matches(|c: char| !c.is_alphanumeric());
        let is_identifier = word.contains('_') && word.is_ascii();
        if is_word(word) || is_identifier {
            words += 1;
            reports += usize::from(is_identifier || is_reported(word));
        }
    }
    if tokens == 1 {
        return place == Place::Sure && is_name(value);
    }
    if glued::is_report(value) || place == Place::Weak && is_of_source(value) {
        return false;
    }
    match place {
        // A list of names and values says how.
        _ if words * 3 < tokens => false,
        Place::Sure => words >= 1 && reports * 2 < words,
        Place::Likely => words >= 2 && reports * OF_FIVE < words,
        Place::Weak => words >= 3 && reports == 0,
    }
}

/// `<Response [200 OK]>`, `<openai.Stream object at 0x7f…>`, `b''`.
fn is_of_program(value: &str) -> bool {
    value.ends_with('(')
        || value.starts_with('<')
            && value.ends_with('>')
            && (value.contains(" object at 0x") || value.contains(" ["))
        || value.starts_with("HTTP/")
}

/// A line of a program, a signature, a statement of SQL.
fn is_of_source(value: &str) -> bool {
    let mut words = value.split_whitespace();
    let verb = words.next().unwrap_or("");
    // `update` and `select` begin sentences, too.
    let sql = [("select", "from"), ("insert", "into"), ("update", "set"), ("delete", "from")]
        .iter()
        .any(|(first, then)| verb.eq_ignore_ascii_case(first) && words.any(|w| w.eq_ignore_ascii_case(then)));
    sql || value.ends_with(['(', '{', ';'])
        || ["->", "::", " = ", "&'", "()"].iter().any(|sign| value.contains(sign))
        || value.split_whitespace().any(|token| token.ends_with(':'))
}

/// Letters with signs that words have in them.
fn is_word(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2
        && word
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '/' | ',' | '.') || !c.is_ascii())
}

fn is_reported(word: &str) -> bool {
    let small = word.to_lowercase();
    is_of_errors(&small) || vocabulary().is_of_status(&small)
}

/// One word that no program prints: it has a capital in front and small letters behind, or is of another alphabet.
fn is_name(word: &str) -> bool {
    let mut letters = word.chars();
    let rises = letters.next().is_some_and(char::is_uppercase) && letters.clone().any(char::is_lowercase);
    let plain = word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '.' | '!' | '?' | ','));
    let inner = letters.any(char::is_uppercase) && !word.contains('-');
    plain
        && word.chars().count() >= 4
        && (rises && !inner || !word.is_ascii())
        && !is_reported(word.trim_matches(|c: char| !c.is_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_no_text_wherever_it_stands() {
        for value in [
            "200 OK",
            "502 Bad Gateway",
            "Too Many Requests",
            "stop",
            "length",
            "412 ms",
            "37 tokens",
            "gpt-4o",
            "OK",
            "None",
            "req_011CabcDEF",
            "/var/log/app.log",
            "https://a.example/v1",
            "model=gpt-4o temperature=0.2 n=1",
            "<Response [200 OK]>",
            "{\"a\": 1}",
            "[1, 2]",
            "[prompt: 12 chars]",
            "Rate limit reached for requests",
            "no healthy upstream",
            "额度不足",
            "Mon Nov 23 2026",
            "请求失败，请稍后重试",
            "未登录",
            "превышен лимит запросов",
            "",
            "…",
        ] {
            for place in [Place::Sure, Place::Likely, Place::Weak] {
                assert!(!is_text(value, place), "{value} {place:?}");
            }
        }
        for value in [
            "clinic vineyard callum who pays",
            "The Harbour And The Orchard Of Priya",
            "李建国的离婚协议和遗嘱",
        ] {
            for place in [Place::Sure, Place::Likely, Place::Weak] {
                assert!(is_text(value, place), "{value} {place:?}");
            }
        }
        for value in
            ["select name from users", "fn parse(input: &str) -> Option<u8>", "style: bold text here"]
        {
            assert!(!is_text(value, Place::Weak), "{value}");
        }
        for value in ["Your account is not active", "content_filter triggered twice"] {
            assert!(!is_text(value, Place::Likely) && !is_text(value, Place::Weak), "{value}");
        }
        assert!(is_text("Update the harbour orchard letter", Place::Weak), "no statement");
        for value in ["Scheidung", "Kündigung", "李建国的遗嘱", "harbour", "who pays"] {
            assert!(!is_text(value, Place::Weak), "{value}");
        }
        assert!(
            is_text("Scheidung", Place::Sure)
                && is_text("who pays", Place::Sure)
                && is_text("李建国的遗嘱", Place::Likely)
        );
        assert!(!is_text("harbour", Place::Sure), "an enumeration's word");
    }
}
