//! The name of a case.

use chrono::{DateTime, Utc};

/// Crockford's base32 alphabet: no I, L, O, U.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// `CF-YYYYMMDD-` and 8 characters of Crockford base32 from the low 40 bits of `random`.
pub fn case_id(now: DateTime<Utc>, random: u64) -> String {
    let tail: String = (0..8)
        .rev()
        .filter_map(|place| CROCKFORD.get(usize::try_from(random >> (place * 5) & 31).unwrap_or(0)))
        .map(|byte| char::from(*byte))
        .collect();
    format!("CF-{}-{tail}", now.format("%Y%m%d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_date_and_eight_letters() {
        let now = DateTime::from_timestamp(1_795_000_000, 0).expect("valid");
        assert_eq!(case_id(now, 0), "CF-20261118-00000000");
        assert_eq!(case_id(now, u64::MAX), "CF-20261118-ZZZZZZZZ");
        assert_eq!(case_id(now, 1), "CF-20261118-00000001");
    }
}
