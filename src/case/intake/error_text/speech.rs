//! Where in a client's text the answer speaks, and what it says there.
//!
//! ```text
//! lines ── the first that a frame of an error begins ──> peel the frames in front until none is left
//!                                                       └─> cut what stands behind ──> undo wraps ──> whose sentence?
//! ```

use super::beginning::begin;
use super::ending::{end, unquoted, without_padding};
use super::frames::{self, Weight};
use super::own::LANGUAGE;
use super::peel::peeled;
use super::{again, members, plain, voice};
use crate::case::catalog::Catalog;

/// How words were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Found {
    /// Something before them, or the whole text, leads to them.
    #[default]
    Led,
    /// Nothing framed them and nobody quoted them: they are the first line of a report.
    Loose,
    /// A report quotes them in its prose, and a rule knows them as an error's.
    Quoted,
}

/// What a text says where it holds no error object.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Speech {
    /// The sentence, without the frames around it.
    pub(super) message: String,
    /// It is the client's (or a person's), not the answer's.
    pub(super) own: bool,
    /// A code that a frame names.
    pub(super) code: Option<String>,
    /// How sure it is that the answer speaks.
    pub(super) weight: Option<Weight>,
    /// The status that a frame names.
    pub(super) status: Option<u16>,
    /// A type that a frame names.
    pub(super) error_type: Option<String>,
    /// A parameter that stands beside the message.
    pub(super) param: Option<String>,
    /// A frame named the status in words, so that what follows is more than its name.
    pub(super) named: bool,
    /// How it was found.
    pub(super) found: Found,
}

/// Reads `text`. `exception`: its name, and the byte where its message begins.
pub(super) fn of(text: &str, exception: Option<(&str, usize)>, catalog: &Catalog) -> Speech {
    let mut speech = Speech::default();
    let behind = exception.and_then(|(_, at)| text.get(at..)).filter(|m| !m.trim().is_empty());
    let spoken = match behind {
        Some(message) => {
            let (spoken, weight) = peeled(message.trim_start(), Weight::Client, &mut speech);
            let anchor = frames::anchor(first_line(spoken)).filter(|_| weight != Weight::Answer);
            let (spoken, weight) = match anchor.and_then(|at| spoken.get(at..)) {
                Some(answer) => peeled(answer, Weight::Client, &mut speech),
                None => (spoken, weight),
            };
            speech.weight = Some(weight);
            spoken
        }
        None => match google(text) {
            Some(print) => {
                let (spoken, weight) = peeled(print, Weight::Client, &mut speech);
                speech.weight = Some(weight);
                spoken
            }
            None => begin(text, &mut speech),
        },
    };
    let spoken = match frames::library(first_line(spoken)).and_then(|at| quoted_alone(spoken, at)) {
        Some(answer) => {
            let (spoken, weight) = peeled(answer, Weight::Client, &mut speech);
            speech.weight = Some(weight);
            spoken
        }
        None => spoken,
    };
    let rest = behind_status(spoken, &mut speech);
    let spoken = again::first(text, rest);
    let said = up_to_quote(text, rest, end(spoken));
    named_behind(spoken, &mut speech);
    let said = said.trim_end_matches("\\n").trim_end();
    let whole = without_padding(plain::unwrapped_of(said, lines_of(text, rest, said)));
    // The end of a `repr`.
    let bare = whole.strip_suffix("\")").or(whole.strip_suffix("')")).filter(|b| is_balanced(b));
    let bare = bare.map(|b| b.strip_prefix(['"', '\'']).unwrap_or(b));
    unquoted(bare.unwrap_or(&whole)).clone_into(&mut speech.message);
    // GNU Wget prints no body, only the status line's words.
    let transcript = text.contains("HTTP request sent, awaiting response...");
    if transcript {
        let last = text.lines().rev().map(str::trim).find(|line| !line.is_empty() && *line != "Giving up.");
        last.and_then(|line| line.rsplit(": ").next()).unwrap_or("").clone_into(&mut speech.message);
    }
    // A language's word for nothing is no message.
    if matches!(speech.message.as_str(), "null" | "None" | "undefined" | "nil" | "<nil>" | "(null)" | "N/A") {
        speech.message.clear();
    }
    let first = speech.message.lines().next().unwrap_or("");
    let language = speech.message.is_empty()
        || exception.is_some_and(|(name, _)| behind.is_some() && LANGUAGE.contains(&name))
            && !frames::is_sentence_of_gateway(&speech.message);
    // A heading whose text is missing.
    let heading = speech.message.ends_with([':', '：']);
    let answers = speech.weight == Some(Weight::Answer);
    // What a client says of a connection, and what a person tells in prose.
    let stack = !answers
        && !frames::is_sentence_of_gateway(&speech.message)
        && crate::case::intake::transport::kind(&speech.message, catalog).is_some();
    let prose = speech.weight.is_none() && frames::is_prose(text, &speech.message);
    // A status stood before it: a gateway too cannot read what it got, and names its own stack's error.
    // A gateway that numbers its calls tells of its own upstream.
    let numbered = first.contains("(request id: ");
    let refused = answers && speech.status.is_some() || numbered;
    let is_own = |line: &str| {
        (frames::is_own_line(line) || !refused && frames::is_soft_own(line))
            || latin_tail(line).is_some_and(|tail| frames::is_own_line(tail) || frames::is_soft_own(tail))
            || frames::is_person(line)
            || !speech.named && frames::is_bare(line)
    };
    let raised = behind.is_some() && exception.is_some_and(|(name, _)| super::is_of_an_answer(name));
    // `invalid_parameter_value。特别是…`: a person goes on.
    let named = first.split(['。', '，', '；']).next().unwrap_or(first);
    let code = frames::is_code(first)
        || named.len() < first.len() && named.contains('_') && frames::is_name_alone(named)
        || is_member_alone(first)
        || is_tag(first)
        || frames::is_name_alone(first) && !answers && !raised
        || is_bracket(first);
    // Elixir's tuples, pairs of a record and marks without words are nobody's sentence.
    let pairs = first.contains(' ') && first.split_whitespace().all(|word| word.contains('='));
    let wordless = pairs || !speech.message.contains(char::is_alphanumeric) || first.contains(" - {:");
    // Go's chain of words ends with the client's own.
    let chain = !answers && (ends_own(first) || ends_own(first_line(spoken))) || is_status_told(first);
    // What stood behind the frames was no more than a stack, or a dump of an object.
    let aside = plain::is_aside(first_line(spoken)) || frames::is_dump(spoken);
    let alone = frames::is_own_alone(&speech.message);
    let said = alone || is_own(first) || is_own(first_line(spoken)) || frames::is_heading(&speech.message);
    let sender = voice::is_senders(&speech.message);
    let outside = !answers
        && !frames::is_sentence_of_gateway(&speech.message)
        && (voice::is_from_outside(first) || sender);
    // Behind a status too, as long as it is all that was said.
    let sender =
        sender && speech.message.lines().count() <= 1 && voice::is_senders(first_sentence(&speech.message));
    speech.own = stack || transcript || prose || language || heading || aside || said || outside || sender;
    speech.own |= code || chain || wordless || frames::is_list(spoken);
    speech
}

/// From where Google's library for JavaScript prints, in the middle of a line too: whatever stands before it is a client's.
fn google(text: &str) -> Option<&str> {
    let at = text.find("[GoogleGenerativeAI Error]: ").filter(|at| *at > 0)?;
    text.get(at..)
}

/// Each bracket that is opened is closed.
fn is_balanced(text: &str) -> bool {
    text.matches('(').count() == text.matches(')').count()
}

/// A bracket alone: `[ACCESS]`, `(unk)`.
fn is_bracket(line: &str) -> bool {
    let line = line.trim();
    frames::is_name_alone(line)
        && (line.starts_with('[') && line.ends_with(']') || line.starts_with('(') && line.ends_with(')'))
}

/// One name in a program's writing, cut or whole: `statusMessa`.
fn is_member_alone(line: &str) -> bool {
    let line = line.trim();
    line.starts_with(|c: char| c.is_ascii_lowercase())
        && line.bytes().all(|b| b.is_ascii_alphanumeric())
        && line.bytes().any(|b| b.is_ascii_uppercase())
}

/// A piece of a page: `<div class="…">`.
fn is_tag(line: &str) -> bool {
    let inside = line.trim().strip_prefix('<').unwrap_or("");
    inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && inside.contains('>')
        && inside.contains(['=', '/'])
}

/// A client's words, and behind their colon no more than a status: `Request Failed: 400 Bad Request`, `400。可稳定复现`.
fn is_status_told(line: &str) -> bool {
    let bare = |text: &str| text.bytes().filter(u8::is_ascii_digit).count() == 3 && frames::is_bare(text);
    let (before, tail) = line.rsplit_once(": ").unwrap_or(("", line));
    let stop = tail.split(['。', '，']).next().unwrap_or(tail);
    let words = before.split_whitespace().count();
    (bare(tail) && (1..=4).contains(&words) && !frames::is_edges(line))
        || (stop.len() < tail.len() && bare(stop))
}

/// Links of a chain of words that are looked at.
const MOST_LINKS: usize = 8;

/// `a: b: unexpected status code: 400`: what the chain ends with is a client's own sentence.
fn ends_own(line: &str) -> bool {
    line.match_indices(": ")
        .take(MOST_LINKS)
        .any(|(at, mark)| line.get(at + mark.len()..).is_some_and(|tail| frames::is_own_line(tail.trim())))
}

/// From byte `at` of `text` on; up to the mark of a quotation that begins there.
fn quoted_alone(text: &str, at: usize) -> Option<&str> {
    let (before, answer) = text.split_at_checked(at)?;
    let mark = before.chars().next_back().filter(|c| matches!(c, '\'' | '"'));
    let ends = |(end, c): (usize, char)| {
        let behind = answer.get(end + c.len_utf8()..)?;
        let parted = behind.is_empty()
            || behind.starts_with(|c: char| c.is_whitespace() || matches!(c, ')' | ',' | '.'));
        let closes = Some(c) == mark && parted;
        closes.then_some(end)
    };
    let end = first_line(answer).char_indices().find_map(ends);
    Some(end.and_then(|end| answer.get(..end)).unwrap_or(answer))
}

/// What stands behind a person's words in another script: `测试都会报错invalid character …`.
fn latin_tail(line: &str) -> Option<&str> {
    let (at, last) = line.char_indices().rfind(|(_, c)| *c >= '\u{2e80}')?;
    let tail = line.get(at + last.len_utf8()..)?.trim();
    (tail.split_whitespace().count() >= 3).then_some(tail)
}

/// A quotation that was opened before the text ends with its mark. `text` is the whole, `spoken` its end, `said` what of it
/// is taken for the message.
fn up_to_quote<'a>(text: &str, spoken: &str, said: &'a str) -> &'a str {
    let before = text.len().checked_sub(spoken.len()).and_then(|at| text.split_at_checked(at));
    let Some((before, _)) = before.filter(|(_, behind)| *behind == spoken) else { return said };
    let line = before.rfind('\n').and_then(|at| before.get(at..)).unwrap_or(before);
    let open = [('“', '”'), ('「', '」'), ('『', '』'), ('«', '»')]
        .into_iter()
        .find(|(open, close)| line.rfind(*open) > line.rfind(*close))
        // Markdown's: within it no further one stands.
        .or_else(|| (line.matches('`').count() % 2 == 1).then_some(('`', '`')));
    // A plain one ends what a person goes on behind, in the next line.
    let plain_end = || {
        let opened = line.trim_end().ends_with('"') || line.contains(" \"");
        (opened && line.matches('"').count() % 2 == 1 && said.matches('"').count() % 2 == 1)
            .then(|| said.find("\"\n"))
            .flatten()
    };
    // `(429 Too many tokens, wait.) comes with every request`
    let bracket = || {
        let opens = line.rfind('(').filter(|at| Some(*at) > line.rfind(')'));
        // A call's bracket stands right behind its name.
        let opened = opens.and_then(|at| line.get(..at)).is_some_and(|front| {
            front.is_empty() || front.ends_with(|c: char| c.is_whitespace() || c >= '\u{2e80}')
        });
        unopened(said).filter(|_| opened)
    };
    match open.and_then(|(_, close)| said.find(close)).or_else(plain_end).or_else(bracket) {
        Some(at) => said.get(..at).unwrap_or(said),
        None => said,
    }
}

/// Where a round bracket closes that was not opened in `text`.
fn unopened(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The whole lines of `text` in which `said` stands: the begin of `spoken`, the text's end.
fn lines_of<'a>(text: &'a str, spoken: &str, said: &'a str) -> &'a str {
    let Some(at) = text.len().checked_sub(spoken.len()).filter(|at| text.get(*at..) == Some(spoken)) else {
        return said;
    };
    let begin = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
    text.get(begin..at + said.len()).unwrap_or(said)
}

/// What stands behind a status in a line of which nothing else says where the answer speaks.
fn behind_status<'a>(spoken: &'a str, speech: &mut Speech) -> &'a str {
    if speech.weight == Some(Weight::Answer) || frames::is_own_line(first_line(spoken)) {
        return spoken;
    }
    let indented = |line: &str| line.starts_with(' ') && !line.trim().is_empty() && !plain::is_aside(line);
    let goes_on = spoken.lines().nth(1).is_some_and(indented);
    let Some(at) = voice::behind_status(first_line(spoken), goes_on) else { return spoken };
    let (before, behind) = spoken.split_at_checked(at).unwrap_or(("", spoken));
    speech.status = speech.status.or_else(|| frames::status(before));
    speech.weight = Some(Weight::Answer);
    peeled(behind, Weight::Answer, speech).0
}

/// Up to the first stop.
fn first_sentence(text: &str) -> &str {
    text.find(". ").and_then(|at| text.get(..at)).unwrap_or(text)
}

pub(super) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}

/// What a client tells of the error beside the message counts where an answer came: a status, a code or a type says so.
fn named_behind(spoken: &str, speech: &mut Speech) {
    let found = members::of(spoken);
    if found.code.is_none() && found.error_type.is_none() {
        return;
    }
    speech.code = speech.code.take().or(found.code);
    speech.error_type = speech.error_type.take().or(found.error_type);
    speech.param = speech.param.take().or(found.param);
    speech.weight = Some(Weight::Answer);
}
