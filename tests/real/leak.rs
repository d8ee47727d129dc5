//! Canaries: random secrets that no output may hold, in no form in which a program may write them.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Bytes of a secret in a row that count as a leak.
const ROW: usize = 8;

/// `length` random letters and digits.
pub fn random(length: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    // Every RandomState is keyed anew.
    let draw = |i| usize::try_from(RandomState::new().hash_one(i) % 62).expect("below 62");
    (0..length).map(|i| char::from(*ALPHABET.get(draw(i)).expect("below 62"))).collect()
}

/// A secret by its random part.
#[derive(Debug, Clone)]
pub struct Canary {
    name: String,
    secret: String,
}

impl Canary {
    /// A canary; `secret` is random, at least [`ROW`] bytes of ASCII.
    pub fn new(name: &str, secret: &str) -> Self {
        assert!(secret.len() >= ROW && secret.is_ascii(), "a canary needs {ROW} bytes of ASCII");
        Self { name: name.to_owned(), secret: secret.to_owned() }
    }

    /// The first form in which a row of the secret stands in `output`.
    pub fn found_in(&self, output: &[u8]) -> Option<String> {
        self.forms().into_iter().find_map(|(form, text, row)| {
            let row = row.min(text.len());
            let parts: HashSet<&[u8]> = text.as_bytes().windows(row).collect();
            // Few places of the output begin like a part; only those are looked up.
            let pair = |w: &[u8]| usize::from(w[0]) << 8 | usize::from(w[1]);
            let mut begins = vec![false; 1 << 16];
            for part in &parts {
                begins[pair(part)] = true;
            }
            output
                .windows(row)
                .any(|w| begins[pair(w)] && parts.contains(w))
                .then(|| format!("{}, {form}", self.name))
        })
    }

    /// Name of the form, the secret in it, and how many bytes of it in a row hold [`ROW`] bytes of the secret.
    fn forms(&self) -> Vec<(String, String, usize)> {
        let bytes = self.secret.as_bytes();
        let each = |write: fn(&mut String, u8)| {
            bytes.iter().fold(String::new(), |mut text, byte| {
                write(&mut text, *byte);
                text
            })
        };
        let hex = |text: &mut String, byte| write!(text, "{byte:02x}").expect("a string takes all");
        let percent = |text: &mut String, byte| write!(text, "%{byte:02X}").expect("a string takes all");
        let escaped = |text: &mut String, byte| write!(text, "\\u{byte:04x}").expect("a string takes all");
        let mut forms = vec![
            ("as it is".to_owned(), self.secret.clone(), ROW),
            ("reversed".to_owned(), self.secret.chars().rev().collect(), ROW),
            ("hexadecimal".to_owned(), each(hex), 2 * ROW),
            ("hexadecimal, upper case".to_owned(), each(hex).to_uppercase(), 2 * ROW),
            ("percent-encoded".to_owned(), each(percent), 3 * ROW),
            ("percent-encoded, lower case".to_owned(), each(percent).to_lowercase(), 3 * ROW),
            ("JSON escapes".to_owned(), each(escaped), 6 * ROW),
        ];
        for lead in 0..3 {
            // Whatever stands before the secret only moves it by 0, 1 or 2 bytes within the groups of three.
            let moved = [vec![0; lead], bytes.to_vec()].concat();
            for (name, text) in
                [("base64", STANDARD_NO_PAD.encode(&moved)), ("base64url", URL_SAFE_NO_PAD.encode(&moved))]
            {
                let whole = (moved.len() / 3) * 4;
                let text = text.get(if lead == 0 { 0 } else { 4 }..whole).unwrap_or_default().to_owned();
                forms.push((format!("{name}, moved by {lead}"), text, 12));
            }
        }
        forms
    }
}

#[test]
fn a_canary_is_found_in_every_form_and_only_then() {
    let secret = "q7Rk2mZx9LpWc4Tn8VbY3sHd";
    let canary = Canary::new("key", secret);
    let reversed: String = secret.chars().rev().collect();
    let leaks = [
        format!("x{secret}y"),
        secret[5..13].to_owned(),
        reversed[3..14].to_owned(),
        "x=%37%52%6B%32%6D%5A%78%39%4C".to_owned(),
        STANDARD_NO_PAD.encode(format!("Bearer sk-{secret}")),
        STANDARD_NO_PAD.encode(format!("a{secret}b")),
        URL_SAFE_NO_PAD.encode(format!("ab{secret}")),
        "37526b326d5a7839".to_owned(),
    ];
    for leak in leaks {
        assert!(canary.found_in(leak.as_bytes()).is_some(), "not found: {leak}");
    }
    for clean in ["", "q7Rk2mZ", "[key#1] and 312 characters", "q7Rk2mZ_9LpWc4T_8VbY3sH"] {
        assert_eq!(canary.found_in(clean.as_bytes()), None, "found in: {clean}");
    }
}
