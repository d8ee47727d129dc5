//! The name of a case: `CF-20261121-7K3M9QXZ`.

use chrono::{DateTime, Utc};

/// Crockford's base 32: no I, L, O, U, so that an id survives a telephone (<https://www.crockford.com/base32.html>).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Length of an id in bytes, all ASCII.
pub const LENGTH: usize = "CF-20261121-".len() + 8;

/// The id of a case that starts at `now`; its last eight characters are the low 40 bits of `random`.
pub fn case_id(now: DateTime<Utc>, random: u64) -> String {
    let mut id = now.format("CF-%Y%m%d-").to_string();
    for place in (0..8).rev() {
        let digit = usize::try_from((random >> (place * 5)) & 31).unwrap_or(0);
        id.push(ALPHABET.get(digit).copied().map_or('0', char::from));
    }
    id
}

/// The first case id that stands in `text` as a word of its own.
pub fn find(text: &str) -> Option<&str> {
    text.match_indices("CF-").find_map(|(at, _)| {
        let id = text.get(at..at + LENGTH)?;
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + LENGTH..).and_then(|t| t.chars().next());
        let alone =
            ![before, after].into_iter().flatten().any(|c| c.is_alphanumeric() || c == '-' || c == '_');
        (alone && is_case_id(id)).then_some(id)
    })
}

/// True when `text` is written as a case id is.
pub fn is_case_id(text: &str) -> bool {
    let mut parts = text.split('-');
    let fits = |part: Option<&str>, length: usize, allowed: fn(u8) -> bool| {
        part.is_some_and(|p| p.len() == length && p.bytes().all(allowed))
    };
    parts.next() == Some("CF")
        && fits(parts.next(), 8, |b| b.is_ascii_digit())
        && fits(parts.next(), 8, |b| ALPHABET.contains(&b))
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-11-21T23:59:59Z").expect("a time").to_utc()
    }

    #[test]
    fn ids_are_written_in_crockford() {
        let table = [
            (0, "CF-20261121-00000000"),
            (31, "CF-20261121-0000000Z"),
            (32, "CF-20261121-00000010"),
            (u64::MAX, "CF-20261121-ZZZZZZZZ"),
            (1 << 40, "CF-20261121-00000000"),
        ];
        for (random, id) in table {
            assert_eq!(case_id(day(), random), id);
        }
    }

    #[test]
    fn an_id_is_found_in_a_note() {
        let table = [
            ("schema: casefile.note/1\ncase_id: CF-20261121-7K3M9QXZ\n", Some("CF-20261121-7K3M9QXZ")),
            ("# 429 (CF-20261121-7K3M9QXZ)", Some("CF-20261121-7K3M9QXZ")),
            ("CF-RAY CF-20261121-7K3M9QXI CF-20261121-7K3M9QXZ", Some("CF-20261121-7K3M9QXZ")),
            ("CF-20261121-7K3M9QXZQ", None),
            ("XCF-20261121-7K3M9QXZ", None),
            ("CF-2026112", None),
            ("", None),
        ];
        for (text, found) in table {
            assert_eq!(find(text), found, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_id_is_one(random: u64) {
            let id = case_id(day(), random);
            prop_assert!(is_case_id(&id));
            prop_assert_eq!(find(&id), Some(id.as_str()));
        }

        #[test]
        fn any_text_can_be_searched(text in "(CF-|\\PC|[0-9-]){0,60}") {
            let _ = find(&text);
        }
    }
}
