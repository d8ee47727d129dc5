//! A time as logs write it, to milliseconds since 1970.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDateTime};

/// The time that the JSON value `raw` states, milliseconds since 1970, UTC. A time without a zone is taken for UTC.
pub(super) fn of(raw: &[u8]) -> Option<i64> {
    let inner = raw.strip_prefix(b"\"").and_then(|r| r.strip_suffix(b"\"")).unwrap_or(raw).trim_ascii();
    if inner.first()?.is_ascii_digit() && inner.iter().all(|b| b.is_ascii_digit() || *b == b'.') {
        return epoch(std::str::from_utf8(inner).ok()?);
    }
    iso(inner).or_else(|| spelled(inner))
}

/// Seconds, milliseconds, microseconds or nanoseconds, told by their size; seconds may have a fraction.
fn epoch(digits: &str) -> Option<i64> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let number: i64 = whole.parse().ok()?;
    Some(match whole.len() {
        9 | 10 => {
            // A second point is no digit.
            let digit = |at| {
                fraction
                    .as_bytes()
                    .get(at)
                    .map_or(Some(0), |b: &u8| b.is_ascii_digit().then(|| i64::from(b - b'0')))
            };
            number.checked_mul(1000)? + digit(0)? * 100 + digit(1)? * 10 + digit(2)?
        }
        12 | 13 => number,
        15 | 16 => number / 1000,
        18 | 19 => number / 1_000_000,
        _ => return None,
    })
}

/// `2026-01-10T12:34:56.789Z` in the form that is usual, without the cost of a general parser.
fn iso(text: &[u8]) -> Option<i64> {
    let head = text.get(..19)?;
    let number = |from: usize, to: usize| {
        head.get(from..to)?
            .iter()
            .try_fold(0_i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
    };
    let marks = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| head.get(*at) != Some(mark))
        || !matches!(head.get(10), Some(b'T' | b' '))
    {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = text.get(19..)?;
    let mut ms = 0;
    if let Some(fraction) = rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b",")) {
        let len = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        let digit = |at: usize| fraction.get(at).filter(|_| at < len).map_or(0, |b| i64::from(b - b'0'));
        ms = digit(0) * 100 + digit(1) * 10 + digit(2);
        rest = fraction.get(len..)?;
    }
    let offset = zone(rest.trim_ascii())?;
    let days = days_since_1970(year, month, day);
    Some((((days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1000 + ms)
}

/// Minutes east of UTC.
fn zone(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text.split_first() {
        None | Some((b'Z' | b'z', [])) => return Some(0),
        Some((b'+', rest)) => (1, rest),
        Some((b'-', rest)) => (-1, rest),
        Some(_) => return (text == b"UTC").then_some(0),
    };
    let two = |at: usize| -> Option<i64> { std::str::from_utf8(digits.get(at..at + 2)?).ok()?.parse().ok() };
    let minutes = match digits.len() {
        2 => 0,
        4 => two(2)?,
        5 => two(3)?,
        _ => return None,
    };
    Some(sign * (two(0)? * 60 + minutes))
}

/// Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant, `days_from_civil`).
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The other forms: nginx's `$time_local`, RFC 2822, Python's and Go's.
fn spelled(text: &[u8]) -> Option<i64> {
    let text: Cow<'_, str> = String::from_utf8_lossy(text.get(..text.len().min(64))?);
    let with_zone = |form| DateTime::parse_from_str(&text, form).ok();
    with_zone("%d/%b/%Y:%H:%M:%S %z")
        .or_else(|| DateTime::parse_from_rfc2822(&text).ok())
        .or_else(|| DateTime::parse_from_rfc3339(&text).ok())
        .map(|at| at.timestamp_millis())
        .or_else(|| {
            Some(NaiveDateTime::parse_from_str(&text, "%Y/%m/%d %H:%M:%S").ok()?.and_utc().timestamp_millis())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_forms_are_read() {
        let at = 1_768_000_000_123;
        for raw in [
            "\"2026-01-09T23:06:40.123Z\"",
            "\"2026-01-09T23:06:40.123456789+00:00\"",
            "\"2026-01-10 00:06:40.123+0100\"",
            "\"2026-01-09 23:06:40,123\"",
            "1768000000.123",
            "\"1768000000.1239\"",
            "1768000000123",
            "1768000000123456",
            "\"1768000000123456789\"",
        ] {
            assert_eq!(of(raw.as_bytes()), Some(at), "{raw}");
        }
        for raw in [
            "\"10/Jan/2026:00:06:40 +0100\"",
            "\"Fri, 09 Jan 2026 23:06:40 GMT\"",
            "1768000000",
            "\"2026/01/09 23:06:40\"",
        ] {
            assert_eq!(of(raw.as_bytes()), Some(1_768_000_000_000), "{raw}");
        }
        for raw in [
            "null",
            "\"\"",
            "\"yesterday\"",
            "{}",
            "12",
            "\"2026-13-09T23:06:40Z\"",
            "\"2026-01-09T23:06:40+9\"",
            "99999999999999999999",
        ] {
            assert_eq!(of(raw.as_bytes()), None, "{raw}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for day in ["1970-01-01", "1999-12-31", "2000-02-29", "2024-02-29", "2026-11-22", "2100-03-01"] {
            let raw = format!("\"{day}T00:00:00Z\"");
            let known = DateTime::parse_from_rfc3339(&format!("{day}T00:00:00Z")).expect("a date");
            assert_eq!(of(raw.as_bytes()), Some(known.timestamp_millis()), "{day}");
        }
    }
}
