//! A sentence without what differs from one request to the next: ids, keys, numbers and addresses become others of their kind.

/// What stands where the request's own model was named.
pub(super) const MODEL: &str = "gpt-0";
/// What stands for an id.
const ID: &[u8] = b"id0a1b2c3d4e5f6071";
/// The shortest id. A code or a model's name may be longer, and has no long part with a digit in it.
const SHORTEST_ID: usize = 16;
/// A part of an id between its hyphens, with a digit in it.
const SHORTEST_PART: usize = 8;
/// So many different numbers keep their order.
const ORDERED: usize = 9;

const TOKEN: u8 = 1;
const DIGIT: u8 = 2;
const STAR: u8 = 4;

/// What each byte may be a part of.
#[expect(clippy::indexing_slicing, reason = "the compiler runs it, and would refuse")]
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut at = 0;
    while at < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let byte = at as u8;
        kinds[at] = match byte {
            b'0'..=b'9' => TOKEN | DIGIT,
            b'*' => TOKEN | STAR,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'-' | b'.' => TOKEN,
            _ => 0,
        };
        at += 1;
    }
    kinds
};

fn kind(byte: u8) -> u8 {
    KINDS.get(usize::from(byte)).copied().unwrap_or(0)
}

/// Appends `text` in that form. `model`: the name that becomes [`MODEL`].
pub(super) fn sentence(text: &[u8], model: &[u8], out: &mut Vec<u8>) {
    // A word such as `default` may be a model's name; it stays.
    let model = if model.iter().any(|b| b.is_ascii_digit() || *b == b'-') { model } else { b"" };
    // Without a digit, a mask and an address nothing varies; a model's name has a digit, or is looked for.
    let varies = |b: &u8| b.is_ascii_digit() || matches!(b, b'*' | b'@');
    if !text.iter().any(varies) && (model.is_empty() || model.iter().any(u8::is_ascii_digit)) {
        out.extend_from_slice(text);
        return;
    }
    let mut numbers: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let between = rest.iter().position(|b| kind(*b) != 0).unwrap_or(rest.len());
        out.extend_from_slice(rest.get(..between).unwrap_or_default());
        at += between;
        let rest = rest.get(between..).unwrap_or_default();
        if !model.is_empty() && is_model(rest, model) {
            out.extend_from_slice(MODEL.as_bytes());
            at += model.len();
            continue;
        }
        let mut has = 0;
        let len = rest.iter().take_while(|b| {
            let kind = kind(**b);
            has |= kind;
            kind != 0
        });
        let len = len.count();
        if rest.get(len) == Some(&b'@') && rest.get(len + 1).is_some_and(u8::is_ascii_alphanumeric) {
            out.extend_from_slice(b"user@example.com");
            let host = rest.get(len + 1..).unwrap_or_default();
            at += len
                + 1
                + host.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')).count();
            continue;
        }
        let token = rest.get(..len).unwrap_or_default();
        if has & (DIGIT | STAR) == 0 {
            out.extend_from_slice(token);
        } else {
            let end = token.iter().rposition(|b| !matches!(b, b'.' | b'-')).map_or(len, |last| last + 1);
            let (token, tail) = token.split_at(end);
            varying(token, out, &mut numbers);
            out.extend_from_slice(tail);
        }
        at += len;
    }
    order(&numbers, out);
}

/// True where the model's name stands at the start of `rest`, and no longer name does.
fn is_model(rest: &[u8], model: &[u8]) -> bool {
    let after = |at: usize| rest.get(at).copied().unwrap_or(b' ');
    let goes_on = match after(model.len()) {
        b'.' | b':' => after(model.len() + 1).is_ascii_alphanumeric(),
        b => kind(b) != 0 || b == b'/',
    };
    rest.starts_with(model) && !goes_on
}

/// A word with a digit or a mask in it.
fn varying(token: &[u8], out: &mut Vec<u8>, numbers: &mut Vec<(usize, usize)>) {
    if token.windows(3).any(|w| w == b"***") {
        out.extend_from_slice(b"***");
    } else if is_id(token) {
        out.extend_from_slice(ID);
    } else if token.iter().all(u8::is_ascii_digit) {
        number(token, out, numbers);
    } else if token.first().is_some_and(u8::is_ascii_digit) {
        // A duration, a time, a sum: digits keep their number.
        let mut first = true;
        for byte in token {
            out.push(match byte {
                b'0'..=b'9' if first => b'1',
                b'0'..=b'9' => b'0',
                other => *other,
            });
            first = !byte.is_ascii_digit();
        }
    } else {
        out.extend_from_slice(token);
    }
}

fn is_id(token: &[u8]) -> bool {
    token.len() >= SHORTEST_ID
        && token
            .split(|b| matches!(b, b'-' | b'_' | b'.'))
            .any(|part| part.len() >= SHORTEST_PART && part.iter().any(u8::is_ascii_digit))
}

/// A status and a code stay, and so does one digit. Of others it is told at the end which is larger.
fn number(token: &[u8], out: &mut Vec<u8>, numbers: &mut Vec<(usize, usize)>) {
    let is_status = token.len() == 3 && matches!(token.first(), Some(b'1'..=b'5'));
    let before = out.get(out.len().saturating_sub(12)..).unwrap_or_default();
    let follows = |word: &[u8]| before.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word));
    let is_code =
        token.len() <= 8 && [&b"code"[..], b"status", b"error ", b"curl: ("].iter().any(|word| follows(word));
    if token.len() > 1 && !is_status && !is_code {
        numbers.push((out.len(), token.len()));
    }
    out.extend_from_slice(token);
}

/// Gives each different number another one: as many digits, the same order.
fn order(numbers: &[(usize, usize)], out: &mut [u8]) {
    let value = |out: &[u8], (at, len): (usize, usize)| {
        let digits = out.get(at..at + len).unwrap_or_default();
        (len, digits.to_vec())
    };
    let mut known: Vec<(usize, Vec<u8>)> = numbers.iter().map(|place| value(out, *place)).collect();
    known.sort_unstable();
    known.dedup();
    for &(at, len) in numbers {
        let own = value(out, (at, len));
        let rank = known.iter().position(|k| *k == own).filter(|_| known.len() <= ORDERED).unwrap_or(0);
        let Some(digits) = out.get_mut(at..at + len) else { continue };
        digits.fill(b'0');
        // Above every status that stays.
        if let Some(first) = digits.first_mut() {
            *first = b'9';
        }
        if let (Some(last), Ok(rank)) = (digits.last_mut(), u8::try_from(rank)) {
            *last = b'0' + rank;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, model: &str) -> String {
        let mut out = Vec::new();
        sentence(text.as_bytes(), model.as_bytes(), &mut out);
        String::from_utf8(out).expect("text stays text")
    }

    #[test]
    fn ids_numbers_and_names_become_others_of_their_kind() {
        for (text, expected) in [
            ("plain words, stay. Ok", "plain words, stay. Ok"),
            ("key sk-abc************wxyz.", "key ***."),
            ("id 0f8fad5b-d9cb-469f-a165-70867728950e.", "id id0a1b2c3d4e5f6071."),
            ("(request id: 20260110000640iTWwHOpqrstuv0123)", "(request id: id0a1b2c3d4e5f6071)"),
            ("req_29c134aec323c85fc6ab1eab96678aeb", "id0a1b2c3d4e5f6071"),
            ("limit 128000, got 450467", "limit 900000, got 900001"),
            ("limit 450467, got 128000", "limit 900001, got 900000"),
            ("curl: (56) in 77 s", "curl: (56) in 90 s"),
            ("status 503 code 20012 in 20432ms", "status 503 code 20012 in 10000ms"),
            ("mail a.b@example.org now", "mail user@example.com now"),
            ("model gpt-4o-mini is not gpt-4o.", "model gpt-4o-mini is not gpt-0."),
            ("insufficient_user_quota v1 utf-8", "insufficient_user_quota v1 utf-8"),
            ("未提供令牌 1234", "未提供令牌 9000"),
        ] {
            assert_eq!(of(text, "gpt-4o"), expected);
        }
    }

    #[test]
    fn the_form_of_a_form_is_itself() {
        for text in [
            "limit 128000, got 450467 of 77",
            "a@b.c 1.5 2026-01-02T03:04:05Z sk-abc***def",
            "x 12 13 14 15 16 17 18 19 20 21 22 23",
        ] {
            let once = of(text, "");
            assert_eq!(of(&once, ""), once);
        }
    }
}
