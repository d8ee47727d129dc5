//! What a label says of the text behind it, by its words: `Rendered prompt:`, `User asked:`, `用户提问：`.

use super::extent::is_field;
use super::terse::Place;
use super::vocabulary::{Roles, SHORT, last_letters, vocabulary};

/// Words of a label.
const MOST_WORDS: usize = 6;
/// Bytes of a label.
pub(super) const LONGEST: usize = 72;
/// Nouns that beside a word of a fault say that a text follows.
const REFUSED: [&str; 7] = ["input", "content", "message", "request", "output", "query", "text"];

/// What the label at the end of `near` says, at most [`LONGEST`] bytes of a line.
pub(super) fn of_label(near: &[u8]) -> Option<Place> {
    if near.last().is_some_and(|b| *b >= 0x80) {
        return elsewhere(near);
    }
    if !vocabulary().may_end(last_letters(near)) {
        return None;
    }
    in_english(near).or_else(|| elsewhere(near))
}

/// A label in English before its colon.
fn in_english(near: &[u8]) -> Option<Place> {
    let mut buffer = [0; LONGEST];
    let small = buffer.get_mut(..near.len())?;
    small.copy_from_slice(near);
    small.make_ascii_lowercase();
    let small = std::str::from_utf8(small).ok().or_else(|| {
        // A character was cut, or is none: the label is behind it.
        let from = small.iter().rposition(|b| *b >= 0x80)? + 1;
        std::str::from_utf8(small.get(from..)?).ok()
    })?;
    let ends = Roles::SURE.or(Roles::NOUN).or(Roles::WHO).or(Roles::VERB).or(Roles::FAULT);
    let last = last_word(small);
    if !vocabulary().roles(last).has(ends) && !SHORT.contains(&last) {
        return None;
    }
    let (mut words, mut rest): (Vec<&str>, &str) = (Vec::with_capacity(MOST_WORDS), small);
    while words.len() < MOST_WORDS {
        // One sign between two words of it.
        let open = if words.is_empty() { rest } else { rest.strip_suffix([' ', '-', '_']).unwrap_or("") };
        let word = last_word(open);
        let before = open.len() - word.len();
        // The last word of a logger's name (`app.chat`) is none of the label's.
        let of_name = !words.is_empty() && open.get(..before).is_some_and(|before| before.ends_with('.'));
        if word.is_empty() || of_name || !is_of_label(word) {
            break;
        }
        words.push(word);
        rest = open.get(..open.len() - word.len())?;
    }
    words.reverse();
    let written = near.get(..near.len() - (small.len() - rest.len()))?;
    stands_free(written).then(|| weigh(&words, written)).flatten()
}

/// A word that labels have.
fn is_of_label(word: &str) -> bool {
    SHORT.contains(&word) || !vocabulary().roles(word).is_none()
}

fn last_word(text: &str) -> &str {
    let length = last_letters(text.as_bytes()).len();
    text.get(text.len() - length..).unwrap_or("")
}

/// True where a label can begin behind `before`: at the start, behind a sign or a level.
fn stands_free(before: &[u8]) -> bool {
    let trimmed = before.trim_ascii_end();
    let Some(last) = trimmed.last() else { return true };
    if before.len() == trimmed.len() && matches!(last, b'-' | b'_' | b'.' | b'/' | b'&' | b'?' | b'=') {
        return false;
    }
    if !last.is_ascii_alphabetic() || before.ends_with(b"  ") || before.ends_with(b"\t") {
        return !(last.is_ascii_digit() && before.len() == trimmed.len()) && *last != b',';
    }
    let word = trimmed.rsplit(|b| !b.is_ascii_alphabetic()).next().unwrap_or(&[]);
    let token = trimmed.rsplit(u8::is_ascii_whitespace).next().unwrap_or(&[]);
    // `/imagine prompt: …`, a command of a chat.
    let is_command = token.strip_prefix(b"/").is_some_and(|name| name == word);
    if is_field(token) || is_command || is_logger(token) {
        return before.len() > trimmed.len();
    }
    before.len() > trimmed.len() && vocabulary().is_level(word)
}

/// `app.chat`, the name of who logs.
fn is_logger(token: &[u8]) -> bool {
    let mut parts = token.split(|b| *b == b'.');
    let name = |part: &[u8]| {
        part.first().is_some_and(u8::is_ascii_alphabetic)
            && part.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'-'))
    };
    token.contains(&b'.') && parts.all(name)
}

/// What the words of a label say together.
fn weigh(words: &[&str], before: &[u8]) -> Option<Place> {
    let last = *words.last()?;
    let [first @ .., _] = words else { return None };
    if first.is_empty() {
        return alone(last, before.trim_ascii_end());
    }
    let roles = vocabulary().roles(last);
    let any = |role: Roles| words.iter().any(|word| vocabulary().roles(word).has(role));
    if any(Roles::FAULT) {
        let of_text = any(Roles::SURE) || words.iter().any(|word| REFUSED.contains(word));
        return of_text.then_some(Place::Weak);
    }
    if any(Roles::SURE) && roles.has(Roles::SURE.or(Roles::WHO)) {
        return Some(Place::Sure);
    }
    if roles.has(Roles::NOUN) && any(Roles::WHO) {
        // Programs have requests and outputs, too, and a system speaks of itself.
        let of_program =
            matches!(last, "request" | "output" | "response" | "responses") || words.contains(&"system");
        return Some(if of_program { Place::Likely } else { Place::Sure });
    }
    let said = any(Roles::VERB) && (any(Roles::WHO) || roles.has(Roles::NOUN));
    // `Prompt after formatting:`
    let treated = any(Roles::SURE) && roles.has(Roles::VERB) && !any(Roles::WHO);
    let addressed = any(Roles::NOUN)
        && roles.has(Roles::WHO)
        && words.iter().any(|word| matches!(*word, "to" | "from" | "for" | "of" | "by"));
    if treated {
        return Some(Place::Sure);
    }
    (said || addressed).then_some(Place::Likely)
}

/// What one word says as a label, with what stands before it.
fn alone(word: &str, before: &[u8]) -> Option<Place> {
    let roles = vocabulary().roles(word);
    match word {
        "q" if before.is_empty() => Some(Place::Likely),
        "a" if before.is_empty() => Some(Place::Weak),
        "task" => before.ends_with(b"#").then_some(Place::Likely),
        _ if roles.has(Roles::SURE) => Some(Place::Sure),
        _ if roles.has(Roles::ALONE.or(Roles::SPEAKER)) => Some(Place::Likely),
        _ if roles.has(Roles::ALONE_WEAK.or(Roles::SPEAKER_WEAK)) => Some(Place::Weak),
        _ => None,
    }
}

/// A label of another language.
fn elsewhere(near: &[u8]) -> Option<Place> {
    let from = near.iter().position(|b| *b & 0xc0 != 0x80)?;
    let small = std::str::from_utf8(near.get(from..)?).ok()?.to_lowercase();
    let label = vocabulary().label_elsewhere(&small)?;
    let before = small.get(..small.len() - label.len())?;
    // What has no spaces may have a few words before it.
    let glued = before.chars().rev().take(7).take_while(|c| c.is_alphabetic()).count();
    let dense = label.chars().next().is_some_and(|c| c >= '\u{3040}');
    let first = before.len() - before.chars().rev().take(glued).map(char::len_utf8).sum::<usize>();
    let stands = if dense { glued <= 4 } else { glued == 0 };
    let free = before.get(..first).is_some_and(|b| {
        let trimmed = b.trim_end();
        !trimmed.ends_with(|c: char| c.is_lowercase() && c.is_ascii())
            || b.len() > trimmed.len() && dense
            || vocabulary().ends_with_level(trimmed)
    });
    (stands && free).then_some(Place::Likely)
}
