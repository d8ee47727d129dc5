//! Where in a client's text the answer speaks, and what it says there.
//!
//! ```text
//! lines ── the first that a frame of an error begins ──> peel the frames in front until none is left
//!                                                       └─> cut what stands behind ──> undo wraps ──> whose sentence?
//! ```

use super::frames::{self, Weight};
use super::named::note;
use super::own::LANGUAGE;
use super::{again, counted, members, plain, voice};
use crate::case::catalog::Catalog;

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
    /// Nothing framed it and nobody quoted it: it is the first line of a report.
    loose: bool,
}

/// Lines that are tried as the one where the error begins.
const MOST_LINES: usize = 2000;

/// Frames that are peeled off one text.
const MOST_FRAMES: usize = 24;

/// A frame is looked for in so much of a text, bytes.
const FRAME: usize = 400;

/// A message of a text is not longer, bytes; an envelope's may be.
const LONGEST: usize = 4 * 1024;

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
        None => begin(text, &mut speech),
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
    let whole = without_padding(plain::unwrapped(said.trim_end_matches("\\n").trim_end()));
    // The end of a `repr`.
    let bare = whole.strip_suffix("\")").or(whole.strip_suffix("')")).filter(|b| !b.contains('('));
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
    let refused = answers && speech.status.is_some();
    let is_own = |line: &str| {
        (frames::is_own_line(line) || !refused && frames::is_soft_own(line))
            || latin_tail(line).is_some_and(|tail| frames::is_own_line(tail) || frames::is_soft_own(tail))
            || frames::is_person(line)
            || !speech.named && frames::is_bare(line)
    };
    let raised = behind.is_some() && exception.is_some_and(|(name, _)| super::is_of_an_answer(name));
    let code =
        frames::is_code(first) || frames::is_name_alone(first) && !answers && !raised || is_bracket(first);
    // Go's chain of words ends with the client's own.
    let chain = !answers && (ends_own(first) || ends_own(first_line(spoken))) || is_status_told(first);
    // What stood behind the frames was no more than a stack, or a dump of an object.
    let aside = plain::is_aside(first_line(spoken)) || frames::is_dump(spoken);
    let said = is_own(first) || is_own(first_line(spoken)) || frames::is_heading(&speech.message);
    let sender = voice::is_senders(&speech.message);
    let outside = !answers
        && !frames::is_sentence_of_gateway(&speech.message)
        && (voice::is_from_outside(first) || sender);
    // Behind a status too, as long as it is all that was said.
    let sender =
        sender && speech.message.lines().count() <= 1 && voice::is_senders(first_sentence(&speech.message));
    speech.own = stack || transcript || prose || language || heading || aside || said || outside || sender;
    speech.own |= code || chain || frames::is_list(spoken);
    speech
}

/// A bracket alone: `[ACCESS]`, `(unk)`.
fn is_bracket(line: &str) -> bool {
    let line = line.trim();
    frames::is_name_alone(line)
        && (line.starts_with('[') && line.ends_with(']') || line.starts_with('(') && line.ends_with(')'))
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
        .find(|(open, close)| line.rfind(*open) > line.rfind(*close));
    match open.and_then(|(_, close)| said.find(close)) {
        Some(at) => said.get(..at).unwrap_or(said),
        None => said,
    }
}

/// `text` without the frames in front of it.
pub(super) fn without_frames(text: &str) -> &str {
    peeled(text, Weight::Client, &mut Speech::default()).0
}

/// Words before which nothing says that the answer speaks, of which no rule knows a refusal, beside which no status
/// stands: nobody can say that they are the answer's.
pub(super) fn believed(mut speech: Speech, has_status: bool, catalog: &Catalog) -> Speech {
    let framed =
        speech.weight == Some(Weight::Answer) || speech.status.is_some() || has_status && !speech.loose;
    if !framed && !speech.own && catalog.knows_refusal(&speech.message) {
        speech.message = from_refusal(&speech.message, catalog).to_owned();
    }
    speech.own = speech.own || !framed && !catalog.knows_refusal(&speech.message);
    speech
}

/// `speech`; where its words are nobody's answer and the report's title holds a refusal that a rule knows, the title.
pub(super) fn or_title(speech: Speech, text: &str, catalog: &Catalog) -> Speech {
    let title = text.lines().find(|line| !line.trim().is_empty()).and_then(|line| line.strip_prefix("# "));
    let Some(title) = title.map(str::trim).filter(|_| speech.own) else { return speech };
    let mut told = Speech::default();
    let (spoken, weight) = peeled(title, Weight::Mark, &mut told);
    if weight == Weight::Answer && told.status.is_some() && spoken.split_whitespace().nth(2).is_some() {
        let message = without_back(spoken).trim();
        // What a person adds in brackets is no word of the answer.
        let message = message.split_once(" (").map_or(message, |(message, _)| message);
        let own = frames::is_own_line(message) || frames::is_soft_own(message) || frames::is_bare(message);
        if !own && !voice::is_senders(message) && catalog.knows_refusal(message) {
            return Speech { message: message.to_owned(), own: false, weight: Some(weight), ..told };
        }
    }
    if catalog.knows_refusal(title) && !catalog.knows_refusal(&speech.message) {
        return Speech { message: title.to_owned(), ..speech };
    }
    speech
}

/// `speech`; where it is a client's own line on a status and the line right below holds a refusal that a rule knows, that line:
/// the client printed the body there.
pub(super) fn or_below(speech: Speech, text: &str, status: Option<u16>, catalog: &Catalog) -> Speech {
    if !speech.own || status.is_none() {
        return speech;
    }
    let mut lines = text.lines().map(str::trim).skip_while(|line| line.is_empty());
    let (Some(first), Some(below)) = (lines.next(), lines.next()) else { return speech };
    let told = peeled(first, Weight::Mark, &mut Speech::default()).0;
    let is_whole = below.ends_with(['.', '!', '?', '。']) && below.split_whitespace().nth(4).is_some();
    let aside =
        plain::is_aside(below) || plain::is_log_line(below) || frames::is_code(below) || is_closing(below);
    let own = frames::is_own_line(below) || frames::is_soft_own(below) || voice::is_senders(below);
    let person = frames::is_person(below) || voice::is_from_outside(below);
    if (frames::is_own_line(first) || frames::is_own_line(told))
        && frames::status(first) == status
        && is_whole
        && !(aside || own || person)
        && catalog.knows_refusal(below)
    {
        return Speech { message: below.to_owned(), own: false, weight: Some(Weight::Answer), ..speech };
    }
    speech
}

/// What may part a client's words from those of the answer where nothing else does.
const PARTS: &[&str] = &[": ", "：", " -> ", " (", " = ", "提示 ", "报错 "];

/// Words of a client are not cut off that are longer, bytes.
const LONGEST_WORDS: usize = 100;

/// `message` from where the refusal begins that a rule knows.
fn from_refusal<'a>(message: &'a str, catalog: &Catalog) -> &'a str {
    if frames::is_field_path(message) {
        return message;
    }
    let mut rest = message;
    for _ in 0..PARTS.len() {
        let near = plain::head(rest, LONGEST_WORDS);
        let cut = PARTS.iter().filter_map(|part| Some((near.find(part)?, *part))).min();
        let Some((before, behind, part)) =
            cut.and_then(|(at, part)| Some((rest.get(..at)?, rest.get(at + part.len()..)?, part)))
        else {
            break;
        };
        let begins = behind
            .trim_start_matches(['"', '\'', '`', '“'])
            .starts_with(|c: char| c.is_uppercase() || c >= '\u{2e80}');
        let says = behind.split_whitespace().count() >= 4
            || behind.chars().filter(|c| *c >= '\u{2e80}').count() >= 6;
        if !begins || !says || catalog.knows_refusal(before) || !catalog.knows_refusal(behind) {
            break;
        }
        rest = if part == " (" { behind.strip_suffix(')').unwrap_or(behind) } else { behind };
    }
    rest
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

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}

/// The text from where the answer speaks: the first line that a frame of an error begins; else what stands in the first
/// fence; else the whole.
fn begin<'a>(text: &'a str, speech: &mut Speech) -> &'a str {
    if let Some(cause) = last_cause(text) {
        speech.weight = Some(Weight::Client);
        let (spoken, weight) = peeled(cause, Weight::Client, speech);
        speech.weight = Some(weight);
        return spoken;
    }
    let mut at = 0;
    let mut weak: Option<&'a str> = None;
    for line in text.split_inclusive('\n').take(MOST_LINES) {
        let rest = text.get(at..).unwrap_or("");
        at += line.len();
        if line.trim().is_empty()
            || plain::is_aside(line)
            || frames::is_code(line)
            || (plain::is_news(line) && !tells_of_failure(line))
        {
            continue;
        }
        let mut found = Speech::default();
        let (spoken, weight) = peeled(rest, Weight::Mark, &mut found);
        let said = first_line(spoken);
        match weight {
            Weight::Answer if found.named || !frames::is_bare(said) => {
                *speech = Speech { weight: Some(weight), ..found };
                return spoken;
            }
            Weight::Answer | Weight::Client if weak.is_none() && !said.trim().is_empty() => {
                weak = Some(spoken);
            }
            _ => {}
        }
    }
    if let Some(quoted) = frames::back_quoted(text) {
        speech.weight = Some(Weight::Answer);
        return peeled(quoted, Weight::Mark, speech).0;
    }
    if let Some(at) = frames::anchor(text) {
        speech.weight = Some(Weight::Answer);
        return peeled(text.get(at..).unwrap_or(text), Weight::Mark, speech).0;
    }
    if let Some(spoken) = weak {
        speech.weight = Some(Weight::Client);
        return after_bare(spoken);
    }
    let rest = fenced(text).unwrap_or_else(|| {
        speech.loose = is_report(text);
        behind_heading(from_first(text))
    });
    peeled(rest, Weight::Mark, speech).0
}

/// Headings of Markdown or of a form stand in the text: what stands below them without a frame or a fence is a person's.
fn is_report(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("# ") || line.starts_with("## ") || line.starts_with("### "))
}

/// The last cause of a chain as Rust's `anyhow` prints it: `Caused by:`, and below it one line for each, indented.
fn last_cause(text: &str) -> Option<&str> {
    const HEAD: &str = "Caused by:\n";
    let at = text.rfind(HEAD)? + HEAD.len();
    let below = text.get(at..)?;
    let mut from = 0;
    let mut cause = None;
    for line in below.split_inclusive('\n') {
        let bare = line.trim_start();
        if bare.is_empty() || bare.len() == line.len() {
            break;
        }
        let numbered = bare.trim_start_matches(|c: char| c.is_ascii_digit());
        let words = numbered.strip_prefix(": ").filter(|_| numbered.len() < bare.len());
        // A line without a number goes on with the cause before it, where those are numbered.
        if words.is_some() || cause.is_none() {
            cause = Some(from + (line.len() - words.unwrap_or(bare).len()));
        }
        from += line.len();
    }
    cause.and_then(|at| below.get(at..))
}

/// A line of a log's good news may tell of a failure all the same.
fn tells_of_failure(line: &str) -> bool {
    let lower = line.to_lowercase();
    frames::status(line).is_some() || ["error", "fail", "exception"].iter().any(|word| lower.contains(word))
}

/// From the first line that is neither beside the error nor a good news of a log.
fn from_first(text: &str) -> &str {
    let mut at = 0;
    for line in text.split_inclusive('\n').take(MOST_LINES) {
        if !line.trim().is_empty() && !plain::is_aside(line) && !plain::is_news(line) {
            return text.get(at..).unwrap_or(text);
        }
        at += line.len();
    }
    ""
}

/// A client's heading that is no more than the word stands before the text.
fn behind_heading(text: &str) -> &str {
    let heading = first_line(text).trim().trim_end_matches([':', '：', '!']);
    let rest = text.get(first_line(text).len()..).unwrap_or("").trim_start();
    let alone = ["Error", "ERROR", "错误", "报错"].contains(&heading);
    if alone && !rest.is_empty() && !plain::is_aside(first_line(rest)) { rest } else { text }
}

/// A heading that is a status' name alone stands before the text.
fn after_bare(spoken: &str) -> &str {
    if !frames::is_bare(first_line(spoken)) {
        return spoken;
    }
    let rest = spoken.get(first_line(spoken).len()..).unwrap_or("").trim_start();
    let line = first_line(rest);
    let apart = line.ends_with(['?', '？']);
    let aside = plain::is_aside(line) || plain::is_log_line(line) || is_closing(line);
    if rest.is_empty() || apart || aside { spoken } else { rest }
}

/// What stands between the first two fences.
fn fenced(text: &str) -> Option<&str> {
    let (_, after) = text.split_once("```")?;
    let (inside, _) = after.split_once("```").unwrap_or((after, ""));
    let named = inside.find('\n').filter(|at| {
        inside.get(..*at).is_some_and(|lang| lang.len() <= 12 && lang.chars().all(char::is_alphanumeric))
    });
    let inside = named.and_then(|at| inside.get(at..)).unwrap_or(inside).trim();
    (!inside.is_empty()).then_some(inside)
}

/// `text` without the frames in front of it, and the greatest weight among them.
fn peeled<'a>(text: &'a str, from: Weight, speech: &mut Speech) -> (&'a str, Weight) {
    let mut rest = text.trim_start();
    let mut weight = from;
    let words = frames::FRONTS.len().saturating_sub(frames::WORD_FRAMES);
    for _ in 0..MOST_FRAMES {
        // What Go's router and Cloudflare's edge answer begins with a status.
        if rest.starts_with("404 page not found") || frames::is_edges(first_line(rest)) {
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
                        || printed(bare) =>
                {
                    rest = bare;
                    continue;
                }
                _ => break,
            }
        };
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

/// The part of `text` that is the answer's: up to an empty line, a stack, a log line, a fence, a client's tail.
fn end(text: &str) -> &str {
    let text = plain::head(text, LONGEST);
    let mut len = 0;
    let mut lines = text.lines().skip(1).map(frames::is_label).peekable();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        // A record's or a form's further members: two labels one below the other.
        if index > 0 && lines.next() == Some(true) && lines.peek() == Some(&true) {
            break;
        }
        let bare = line.trim();
        let previous = text.get(..len).unwrap_or("");
        if index > 0
            && (bare.is_empty()
                || plain::is_log_line(line)
                || plain::is_aside(line)
                || frames::is_own_line(bare) && !goes_on(previous, bare)
                || is_closing(bare)
                || breaks(previous, bare))
        {
            break;
        }
        if let Some(fence) = line.find("```") {
            len += fence;
            break;
        }
        len += line.len();
    }
    let text = text.get(..len).unwrap_or(text);
    // What one cut leaves may end with another.
    let text = without_back(without_back(text).trim_end());
    let text = closed(text.trim());
    // A bracket that was opened before the text: `API Error (503 no healthy upstream)`.
    match text.strip_suffix(')') {
        Some(bare) if text.matches(')').count() > text.matches('(').count() => bare.trim_end(),
        _ => text,
    }
}

/// A sentence that has not ended goes on with an object that it quotes.
fn goes_on(before: &str, line: &str) -> bool {
    let open = before.trim_end().ends_with(|c: char| c.is_ascii_lowercase());
    open && (line.starts_with("{\"") || line.starts_with("[{\""))
        && before.split_whitespace().nth(4).is_some()
}

/// A program says behind the error what it does now.
fn is_closing(line: &str) -> bool {
    let begins = [
        "Request failed",
        "Giving up",
        "Aborting",
        "Exiting",
        "Stopping",
        "Skipping",
        "Retrying",
        "Done.",
        "exit status",
        "Process finished",
        "goroutine ",
        "Attempt ",
        "How can I",
        "How do I",
        "Any idea",
        "Can you",
        "What ",
        "Thanks",
    ];
    line.chars().count() <= 60 && begins.iter().any(|word| line.trim_start().starts_with(word))
        || is_asked(line)
}

/// A line in which a person asks, in Chinese.
fn is_asked(line: &str) -> bool {
    ["请问", "求", "怎么", "为什么", "有人", "有没有", "大家", "麻烦", "如何", "谢谢", "感谢", "不知道"]
        .iter()
        .any(|word| line.trim_start().starts_with(word))
}

/// Up to what clients write behind the text.
fn without_back(text: &str) -> &str {
    // OpenHands counts its tries behind words that are missing.
    if text.starts_with(". Attempt #") {
        return "";
    }
    let cut = frames::BACKS.as_ref().and_then(|p| p.find(text)).map(|m| m.start());
    cut.filter(|at| *at > 0).and_then(|at| text.get(..at)).unwrap_or(text)
}

/// The next line is another speaker's: its script is another, or the sentence before is whole and short.
fn breaks(before: &str, line: &str) -> bool {
    let is_dense = |c: char| c >= '\u{2e80}';
    let last = before.trim_end().lines().next_back().unwrap_or("");
    let other_script =
        is_asked(line) || line.chars().next().is_some_and(is_dense) && !before.chars().any(is_dense);
    let whole = last.ends_with(['.', '!', '?', '。', '！', '？']);
    other_script || (whole && last.chars().count() < 60)
}

/// Without a bracket, a quote or Chinese stop that was opened before the text. `[API Error: 401 …]`
fn closed(text: &str) -> &str {
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        // `Expected ',' or ']' after`: a bracket that is spoken of.
        let quoted = || {
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let behind = text.get(at + 1..).and_then(|t| t.chars().next());
            matches!(
                (before, behind),
                (Some('\''), Some('\'')) | (Some('"'), Some('"')) | (Some('`'), Some('`'))
            )
        };
        match c {
            '[' | ']' if quoted() => {}
            '[' => depth += 1,
            ']' if depth == 0 => return text.get(..at).unwrap_or(text).trim_end(),
            ']' => depth -= 1,
            _ => {}
        }
    }
    text.trim_end_matches(['；', ';', '，', ',', ' '])
}

/// A print that a terminal wrapped and a form joined again: runs of blanks inside its sentences.
fn without_padding(text: String) -> String {
    if !text.contains("    ") {
        return text;
    }
    text.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The sentence that a person quotes at the beginning of `text` and goes on after: `“Incorrect API key: x.”. Moreover, …`.
fn quoted_sentence(text: &str) -> Option<&str> {
    let quotes = [('"', '"'), ('`', '`'), ('“', '”'), ('「', '」'), ('«', '»')];
    let (open, close) = *quotes.iter().find(|(open, _)| text.starts_with(*open))?;
    let bare = text.get(open.len_utf8()..)?;
    let (inside, after) = bare.split_at_checked(bare.find(close)?)?;
    let after = after.get(close.len_utf8()..)?.trim_start();
    let goes_on = after.is_empty() || after.starts_with(['.', ',', ';', ')', '。', '，']);
    (goes_on && inside.split_whitespace().count() >= 4).then_some(inside.trim())
}

/// Without quotes around the whole.
fn unquoted(text: &str) -> &str {
    let mut text = text.trim();
    // The end of what Markdown made bold: its begin was a frame.
    text = text.strip_suffix("**").filter(|bare| !bare.contains("**")).unwrap_or(text);
    for _ in 0..2 {
        text = quoted_sentence(text).unwrap_or(text);
    }
    for (open, close) in [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”')] {
        if let Some(inside) = text.strip_prefix(open).and_then(|t| t.strip_suffix(close))
            && !inside.contains([open, close])
        {
            text = inside.trim();
        }
    }
    // A quote that was opened before the text: `error="HTTP 401 …" next=1`.
    match text.split_once("\" ") {
        Some((inside, after)) if !inside.contains('"') && after.contains('=') => inside,
        _ if text.matches('"').count() == 1 => text.strip_suffix('"').unwrap_or(text).trim_end(),
        _ if text.matches('`').count() == 1 => text.strip_suffix('`').unwrap_or(text).trim_end(),
        _ => text,
    }
}
