//! The frames in front of a text, taken off one by one until none is left.
//!
//! ```text
//! 10:15 ERROR api.py:7 - Error code: 429 - {words}
//! └mark └client └mark    └answer           └ what is left
//! ```

use super::ending::is_closing;
use super::frames::{self, Weight};
use super::named::note;
use super::speech::{Speech, first_line};
use super::{counted, plain};

/// Frames that are peeled off one text.
const MOST_FRAMES: usize = 24;

/// What Go's router answers (net/http, `NotFound`).
const GO_ROUTER: &str = "404 page not found";

/// A frame is looked for in so much of a text, bytes.
const FRAME: usize = 400;

/// `text` without the frames in front of it.
pub(super) fn without_frames(text: &str) -> &str {
    peeled(text, Weight::Client, &mut Speech::default()).0
}

/// `text` without the frames in front of it, and the greatest weight among them.
pub(super) fn peeled<'a>(text: &'a str, from: Weight, speech: &mut Speech) -> (&'a str, Weight) {
    let mut rest = text.trim_start();
    let mut weight = from;
    let words = frames::FRONTS.len().saturating_sub(frames::WORD_FRAMES);
    for _ in 0..MOST_FRAMES {
        // What Go's router and Cloudflare's edge answer begins with a status.
        if rest.starts_with(GO_ROUTER) || frames::is_edges(first_line(rest)) {
            return (rest, Weight::Answer);
        }
        let near = plain::head(rest, FRAME);
        if let Some(len) = frames::hub(near) {
            note(rest.get(..len).unwrap_or(""), Weight::Answer, speech);
            rest = rest.get(len..).unwrap_or("");
            weight = Weight::Answer;
            continue;
        }
        let is_empty = |len: usize| {
            let frame = rest.get(..len).unwrap_or("");
            frame.contains('\n') && plain::is_log_line(first_line(rest.get(len..).unwrap_or("")))
        };
        if let Some(len) = frames::body(near).filter(|len| !is_empty(*len)) {
            note(rest.get(..len).unwrap_or(""), Weight::Answer, speech);
            rest = rest.get(len..).unwrap_or("");
            weight = Weight::Answer;
            continue;
        }
        if frames::is_field_path(near) {
            return (rest, weight);
        }
        if let Some(len) = refusal_of_a_field(near).filter(|_| weight != Weight::Answer) {
            return (rest.get(len..).unwrap_or(rest), Weight::Answer);
        }
        if frames::is_sentence_of_gateway(near) {
            return (rest, Weight::Answer);
        }
        // AWS and pydantic count their faults: a sentence of the answer, no frame.
        if near.starts_with(|c: char| c.is_ascii_digit()) && near.contains(" validation error") {
            return (rest, weight);
        }
        // A client's own sentence belongs together: `404 Client Error: …`.
        if frames::is_own_line(first_line(near))
            || frames::is_soft_own(first_line(near)) && weight != Weight::Answer && !is_relays(near)
        {
            return (rest, stronger(weight, Weight::Client));
        }
        let frame = frames::FRONTS.iter().enumerate().find_map(|(index, frame)| {
            let is_words = index >= words;
            // Gateways use the words of clients, and a bracket or a dash may begin their sentence.
            if weight == Weight::Answer && (is_words || !frame.of_answers()) {
                return None;
            }
            let len = frame.pattern.find(near).filter(|m| !m.is_empty())?.end();
            // The number is the sentence's own.
            let len = first_line(near).find(GO_ROUTER).filter(|at| *at > 0 && *at < len).unwrap_or(len);
            let behind = rest.get(len..)?;
            // A stack's line behind it is no word of anybody.
            let frame_text = rest.get(..len)?;
            let empty = behind.trim().is_empty()
                || frame_text.contains("\n\n") && frames::is_bare(frame_text.trim())
                || frame_text.contains('\n') && is_closing(first_line(behind))
                || (frame_text.contains('\n')
                    && (plain::is_aside(first_line(behind))
                        || plain::is_log_line(first_line(behind))
                        || frames::is_list(behind)));
            // `Internal Server Error (ref: `: the bracket is the sentence's own.
            let opens = is_words && frame_text.matches('(').count() > frame_text.matches(')').count();
            let joins = is_words && starts_with_break(rest, len);
            let counts = ends_with_count(frame_text, behind);
            (!empty && !joins && !counts && !opens).then_some((frame, len))
        });
        let Some((frame, len)) = frame else {
            if let Some(len) = told_with_status(near).filter(|_| weight != Weight::Answer) {
                note(rest.get(..len).unwrap_or(""), Weight::Answer, speech);
                return (rest.get(len..).unwrap_or(rest), Weight::Answer);
            }
            // A quotation that begins with a status, or as an answer is printed.
            let printed = |bare: &str| {
                let bare = plain::head(bare, FRAME);
                let mut fronts = frames::FRONTS.iter().filter(|frame| frame.weight == Weight::Answer);
                fronts.any(|frame| frame.pattern.is_match(bare))
            };
            match rest.strip_prefix(['"', '\'', '“', '`']).filter(|_| weight != Weight::Answer) {
                Some(bare)
                    if frames::status(first_word(bare)).is_some()
                        || bare.starts_with("HTTP ")
                        || frames::is_thrown(bare)
                        || printed(bare) =>
                {
                    rest = bare;
                    continue;
                }
                _ => break,
            }
        };
        // A client tells the status, and the body begins with it once more.
        if weight == Weight::Answer && is_status_again(rest, speech) {
            break;
        }
        note(rest.get(..len).unwrap_or(""), frame.weight, speech);
        rest = rest.get(len..).unwrap_or("").trim_start_matches([' ', '\t']);
        weight = stronger(weight, frame.weight);
    }
    (rest.trim_start(), weight)
}

/// Bytes of a client's words that word a refusal before a place in the request, as providers name it:
/// `LLM request rejected: messages.3.content.0: …`.
fn refusal_of_a_field(text: &str) -> Option<usize> {
    let (words, behind) = first_line(text).split_once(": ")?;
    let plain = words.len() <= 60 && words.chars().all(|c| c.is_ascii_alphabetic() || c == ' ');
    let refuses = ["rejected", "refused", "failed", "error"].iter().any(|word| words.ends_with(word));
    (plain && refuses && frames::is_field_path(behind)).then_some(words.len() + 2)
}

/// Bytes of few words and a status in front of a whole sentence: `Gemini 429 Resource has been exhausted (e.g. check quota)`.
fn told_with_status(text: &str) -> Option<usize> {
    const MOST_WORDS: usize = 4;
    let line = first_line(text);
    let mut at = 0;
    for word in line.split_inclusive(' ').take(MOST_WORDS + 1) {
        let bare = word.trim_end();
        let (before, behind) = (line.get(..at)?, line.get(at + word.len()..)?);
        at += word.len();
        if bare.len() == 3 && bare.starts_with(['4', '5']) && bare.bytes().all(|b| b.is_ascii_digit()) {
            let sentence = behind.starts_with(|c: char| c.is_ascii_uppercase())
                && behind.split_whitespace().nth(3).is_some()
                && !frames::is_own_line(behind)
                && !frames::is_told_in_prose(behind);
            let person = [
                "Get",
                "Gets",
                "Got",
                "Getting",
                "See",
                "Seeing",
                "Receive",
                "Receiving",
                "Throws",
                "Returns",
            ]
            .iter()
            .any(|verb| before.split(' ').any(|word| word.eq_ignore_ascii_case(verb)));
            let counts = super::is_place(before) || counted::is_count(before, &format!(" {behind}"));
            return (sentence && !person && !before.is_empty() && !counts).then_some(at);
        }
        if bare.is_empty() || !bare.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-') {
            return None;
        }
    }
    None
}

/// `text` begins with the status that a frame told already, and its name.
fn is_status_again(text: &str, speech: &Speech) -> bool {
    let number = first_word(text);
    let told = speech.status.is_some_and(|status| number.parse() == Ok(status));
    told && frames::is_bare(first_line(text).split('\\').next().unwrap_or("")) && first_line(text) != number
}

fn first_word(text: &str) -> &str {
    text.split(char::is_whitespace).next().unwrap_or("")
}

/// A status, and a program's sentence in small letters on what it got from behind: a gateway's.
fn is_relays(text: &str) -> bool {
    let text = text.strip_prefix("Error: ").unwrap_or(text);
    let bare = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | ':'));
    if text.starts_with(['4', '5']) && frames::names_status(text.split_inclusive(": ").next().unwrap_or("")) {
        return true;
    }
    text.starts_with(['4', '5'])
        && text.len() - bare.len() >= 4
        && ["failed to ", "error ", "json: ", "unmarshal", "cannot ", "could not ", "invalid character "]
            .iter()
            .any(|begin| bare.starts_with(begin))
}

/// What was taken for a status tells how many of what stands behind it.
fn ends_with_count(frame: &str, behind: &str) -> bool {
    let bare = frame.trim_end_matches([' ', '\t']);
    let before = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    let blanks = frame.len() > bare.len() || behind.starts_with(' ');
    bare.len() == before.len() + 3
        && counted::is_count(before, &format!("{}{}", if blanks { " " } else { "" }, behind.trim_start()))
}

/// A frame that swallowed an empty line joined two paragraphs.
fn starts_with_break(text: &str, len: usize) -> bool {
    text.get(..len).is_some_and(|frame| frame.contains("\n\n"))
}

fn stronger(one: Weight, other: Weight) -> Weight {
    match (one, other) {
        (Weight::Answer, _) | (_, Weight::Answer) => Weight::Answer,
        (Weight::Client, _) | (_, Weight::Client) => Weight::Client,
        _ => Weight::Mark,
    }
}
