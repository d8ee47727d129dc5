//! What the name of a member or a field says of its value: `userMessage`, `system_prompt`, `content=` of what a program prints.

use super::terse::Place;
use super::vocabulary::{last_letters, vocabulary};

/// Bytes of a name.
const LONGEST: usize = 40;

/// What the name of a member says of its value in any document. `None`: nothing for certain.
pub(super) fn is_told(name: &str) -> bool {
    matches!(of_name(name), Some((_, false)))
}

/// What a name says; true where it says so only in what a program prints of an object.
fn of_name(name: &str) -> Option<(Place, bool)> {
    if name.is_ascii() && !vocabulary().may_end(last_letters(name.as_bytes())) {
        return None;
    }
    let bare: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if bare.ends_with("prompt") {
        return Some((Place::Sure, false));
    }
    vocabulary().member(&bare).map(|of_reprs| (Place::Likely, of_reprs))
}

/// What a field says of its value, by what stands before its sign: `content=`, `user_prompt = `, `"message"=>`.
pub(super) fn of_field(before: &[u8], is_rocket: bool) -> Option<Place> {
    let near = before.trim_ascii_end();
    let blanks = near.len() < before.len();
    let near = match near {
        [rest @ .., b'\\', b'"' | b'\''] | [rest @ .., b'"' | b'\''] => rest,
        _ => near,
    };
    let of_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-') || *b >= 0x80;
    let length = near.iter().rev().take(LONGEST).take_while(|b| of_word(b)).count();
    let (around, name) = near.split_at_checked(near.len() - length)?;
    if is_rocket && matches!(name, b"message" | b"input" | b"output" | b"query") {
        return Some(Place::Likely);
    }
    let (place, of_reprs) = of_name(std::str::from_utf8(name).ok()?)?;
    // `text = "…"` is a line of a program; `<meta content="…">` and `HTTPException(content="…")` are no text of a model.
    let elsewhere = of_reprs && (blanks && !says_who(around) || is_of_page(around) || is_of_error(around));
    (!elsewhere).then_some(place)
}

/// Beside a field that says who speaks: `{ Role = user, Content = … }`.
fn says_who(around: &[u8]) -> bool {
    let near = around.get(around.len().saturating_sub(LONGEST)..).unwrap_or(around);
    near.windows(4).any(|word| word.eq_ignore_ascii_case(b"role"))
}

/// Inside a tag of a page.
fn is_of_page(around: &[u8]) -> bool {
    let tag = around.iter().rposition(|b| *b == b'<').and_then(|tag| around.get(tag..));
    tag.is_some_and(|tag| tag.starts_with(b"<meta"))
}

/// Among the arguments of an error.
fn is_of_error(around: &[u8]) -> bool {
    let open = memchr::memrchr(b'(', around).and_then(|open| around.get(..open));
    open.is_some_and(|name| {
        let name = last_letters(name);
        [&b"Error"[..], b"Exception", b"Failure", b"ErrorResponse"].iter().any(|end| name.ends_with(end))
    })
}
