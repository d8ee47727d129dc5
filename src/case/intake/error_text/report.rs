//! Where a report holds the answer's sentence and no frame says so: between quotation marks in a person's prose, in the
//! title.
//!
//! ```text
//! # Audio: Invalid file format        <- a title: what stands behind a name or a colon
//! It gives "Invalid file format. …"   <- a quotation
//! ```
//! Neither is believed but where a rule knows the words as a refusal, and nobody but an answer speaks so.

use super::{belief, ending, frames, peel, plain, quoting, voice};
use crate::case::catalog::Catalog;

/// Marks around a quotation: the second ones are typed in the wrong order as often as not.
const MARKS: [(char, &[char]); 9] = [
    ('„', &['“', '”']),
    ('`', &['`']),
    ('"', &['"']),
    ('“', &['”', '“']),
    ('”', &['“', '”']),
    ('「', &['」']),
    ('『', &['』']),
    ('«', &['»']),
    ('\'', &['\'']),
];

/// A shorter quotation is a name, a longer one no sentence, characters.
const SHORTEST: usize = 12;
const LONGEST: usize = 1200;
/// Words of a sentence in a script with blanks, and characters of one without.
const FEWEST_WORDS: usize = 4;
const FEWEST_DENSE: usize = 6;
/// Quotations that are asked of the catalog.
const MOST_TRIES: usize = 24;

/// The answer's sentence in the report `text`.
pub(super) fn sentence(text: &str, catalog: &Catalog) -> Option<String> {
    let prose = without_fences(text);
    quotation(&prose, catalog)
        .or_else(|| below_words(&prose, catalog))
        .or_else(|| of_title(title(text)?, &prose, catalog))
        .or_else(|| below_heading(&prose, catalog))
        .or_else(|| of_line(&prose, catalog))
}

/// The one line of the prose that is a whole sentence and begins as those of answers do: a person speaks of himself.
fn of_line(text: &str, catalog: &Catalog) -> Option<String> {
    let speaks = |line: &&str| {
        let whole = line.split_whitespace().nth(7).is_some() && line.ends_with(['.', '!']);
        let to_you = [
            "You exceeded ",
            "You have exceeded ",
            "You have reached ",
            "You have insufficient ",
            "You've exceeded ",
            "You've reached ",
            "Your account ",
            "Your API ",
            "Your credit ",
            "Your quota ",
            "Your request was ",
            "Your prompt ",
            "Your organization ",
            "Incorrect API key ",
            "Rate limit reached ",
            "This model's maximum ",
            "The model `",
        ]
        .iter()
        .any(|begin| line.starts_with(begin));
        whole && to_you && !line.contains("**") && !frames::is_prose(line, line)
    };
    let mut lines = text.lines().map(str::trim).filter(speaks).filter(|line| is_answers(line, catalog));
    let first = lines.next()?;
    lines.all(|line| line == first).then(|| first.to_owned())
}

/// The first quotation in the prose `text` that is the answer's.
pub(super) fn quotation(text: &str, catalog: &Catalog) -> Option<String> {
    // A string of an object is nobody's quotation.
    let prose: Vec<&str> = text.lines().filter(|line| !line.contains("\":")).collect();
    let prose = prose.join("\n");
    let mut quoted = quotations(&prose).into_iter().take(MOST_TRIES).map(plain::unwrapped);
    let sentence = quoted.find(|words| words.starts_with(begins_sentence) && is_answers(words, catalog))?;
    // A program's apology, and behind its colon the answer: `Sorry, I had a problem talking to OpenAI: You exceeded …`.
    let said = belief::from_refusal(&sentence, catalog);
    let apology = said.len() < sentence.len() && sentence.starts_with("Sorry");
    Some(if apology { said.to_owned() } else { sentence })
}

/// The words that make `message` a refusal stand between quotation marks in it: the rest is a person's.
pub(super) fn refuses_in_quotes_alone(message: &str, catalog: &Catalog) -> bool {
    const PAIRS: [(char, char); 5] = [('“', '”'), ('„', '“'), ('「', '」'), ('«', '»'), ('"', '"')];
    let pair = PAIRS.iter().find_map(|(open, close)| {
        let at = message.find(*open).filter(|at| *at > 0)?;
        let behind = at + open.len_utf8();
        let end = behind + message.get(behind..)?.find(*close)?;
        Some((at, behind, end, end + close.len_utf8()))
    });
    let Some((at, begin, end, behind)) = pair else { return false };
    let (Some(before), Some(inside), Some(after)) =
        (message.get(..at), message.get(begin..end), message.get(behind..))
    else {
        return false;
    };
    // A name is quoted by answers, too.
    let sentence =
        inside.split_whitespace().nth(1).is_some() || inside.chars().filter(|c| is_dense(*c)).count() >= 4;
    sentence && catalog.knows_refusal(inside) && !catalog.knows_refusal(&format!("{before} {after}"))
}

/// The sentence in Latin letters that a line of another script repeats: `经常出现No available accounts，但账号有额度`.
pub(super) fn latin_in_dense(message: &str, catalog: &Catalog) -> Option<String> {
    message.chars().filter(|c| is_dense(*c)).nth(3)?;
    let parts = message.split(|c: char| is_dense(c) || matches!(c, '“' | '”' | '\n'));
    let bare = |part: &str| ending::unquoted(part.trim().trim_end_matches([',', ';', ':'])).to_owned();
    let mut said = parts.map(bare).filter(|part| {
        part.split_whitespace().nth(3).is_some()
            && part.starts_with(|c: char| c.is_ascii_uppercase())
            && is_answers(part, catalog)
    });
    let first = said.next()?;
    said.all(|part| part == first).then_some(first)
}

/// The paragraph that a person puts below words that end with a colon: `and this explicit error:`.
fn below_words(text: &str, catalog: &Catalog) -> Option<String> {
    let mut paragraphs = text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()).peekable();
    while let Some(words) = paragraphs.next() {
        let leads = words.ends_with([':', '：']) && quoting::is_told(words);
        let Some(next) = paragraphs.peek().filter(|_| leads) else { continue };
        let below = plain::unwrapped(ending::end(peel::without_frames(next)));
        if below.starts_with(begins_title) && is_answers(&below, catalog) {
            return Some(below);
        }
    }
    None
}

/// The one line below a heading of a form that asks for what came, where it is a whole sentence.
fn below_heading(text: &str, catalog: &Catalog) -> Option<String> {
    let asks = |line: &str| {
        let lower = line.to_lowercase();
        let words =
            ["error", "actual", "expected", "log", "output", "message", "报错", "错误", "实际", "日志"];
        line.starts_with('#') && words.iter().any(|word| lower.contains(word))
    };
    let filled: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    filled.windows(2).skip(1).filter(|pair| pair.first().is_some_and(|line| asks(line))).find_map(|pair| {
        let line = pair.get(1)?;
        let whole = line.split_whitespace().nth(7).is_some() && line.ends_with(['.', '!']);
        let wished = [" should ", " will ", " able to ", " as long as ", " instead of "]
            .iter()
            .any(|word| line.contains(word));
        let says = whole && !wished && line.starts_with(char::is_uppercase) && !frames::is_prose(line, line);
        (says && is_answers(line, catalog)).then(|| (*line).to_owned())
    })
}

/// The report's title.
pub(super) fn title(text: &str) -> Option<&str> {
    let first = text.lines().find(|line| !line.trim().is_empty())?;
    first.strip_prefix("# ").map(str::trim).filter(|title| !title.is_empty())
}

fn is_dense(c: char) -> bool {
    c >= '\u{2e80}'
}

/// A quotation that begins with a comma or a bracket's end is what stands between two others.
fn begins_sentence(c: char) -> bool {
    c.is_alphabetic() || is_dense(c) || matches!(c, '<' | '[' | '`' | '\'' | '"')
}

pub(super) fn is_answers(words: &str, catalog: &Catalog) -> bool {
    let enough = words.split_whitespace().nth(FEWEST_WORDS - 1).is_some()
        || words.chars().filter(|c| is_dense(*c)).count() >= FEWEST_DENSE;
    let line = words.lines().next().unwrap_or("");
    let own = frames::is_own_line(line) || frames::is_soft_own(line) || frames::is_code(line);
    let outside = voice::is_senders(words) || voice::is_from_outside(words) || frames::is_person(line);
    enough
        && !own
        && !outside
        && !frames::is_bare(line)
        && !frames::is_heading(line.trim_end_matches(']'))
        && !frames::is_told_in_prose(words)
        && !frames::is_wish(words)
        && catalog.knows_refusal(words)
}

/// `text` without what stands in its fences.
fn without_fences(text: &str) -> String {
    let mut within = false;
    let lines = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        within ^= fence;
        !fence && !within
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What stands between quotation marks, in the order of the text.
fn quotations(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((at, open)) = rest.char_indices().find(|(_, c)| MARKS.iter().any(|(open, _)| open == c)) {
        let before = rest.get(..at).and_then(|before| before.chars().next_back());
        rest = rest.get(at + open.len_utf8()..).unwrap_or("");
        // A fence is no quotation; what stands in it may hold some.
        if open == '`' && rest.starts_with("``") {
            rest = rest.get(2..).unwrap_or("");
            continue;
        }
        // An apostrophe, the end of a quotation.
        if open.is_ascii() && before.is_some_and(|c| c.is_alphanumeric() && !is_dense(c)) {
            continue;
        }
        let ends = MARKS.iter().find(|(mark, _)| *mark == open).map_or(&[][..], |(_, ends)| *ends);
        let near = rest.split("\n\n").next().unwrap_or(rest);
        // The same mark within a word is no end.
        let closes = |(end, c): &(usize, char)| {
            let behind = near.get(end + c.len_utf8()..).and_then(|behind| behind.chars().next());
            ends.contains(c) && behind.is_none_or(|c| !c.is_alphanumeric() || is_dense(c))
        };
        let Some((end, close)) = near.char_indices().take(LONGEST).find(closes) else { continue };
        let inside = near.get(..end).unwrap_or("");
        let bare = inside.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '*'));
        if bare.chars().count() >= SHORTEST {
            found.push(peel::without_frames(bare));
        }
        rest = rest.get(end + close.len_utf8()..).unwrap_or("");
    }
    found
}

/// What the title says of the answer: behind a client's name of the failure, behind a colon, or as the body says it again.
fn of_title(title: &str, body: &str, catalog: &Catalog) -> Option<String> {
    if title.contains(['「', '“', '我']) {
        return None;
    }
    let told = peel::without_frames(title);
    let said = belief::from_refusal(told, catalog);
    let said = without_remark(said).trim();
    if !is_answers(said, catalog) || said.ends_with(['?', '？']) {
        return None;
    }
    // A client's own words on a status' name.
    if !said.starts_with(begins_title) || said.rsplit(" - ").next().is_some_and(frames::is_bare) {
        return None;
    }
    let behind_words = said.len() < title.len() && title.contains([':', '：']);
    let long = said.split_whitespace().nth(6).is_some() || said.chars().any(is_dense);
    let whole = said.ends_with(['.', '!', '。', '！']) && long;
    let again = body.lines().skip(1).find_map(|line| Some((line.find(said)?, line)));
    // Behind a frame of the body it goes on as long as the answer did.
    if let Some((at, line)) = again.filter(|(at, _)| *at > 0) {
        return line.get(at..).map(|behind| ending::end(behind).to_owned());
    }
    (behind_words || whole || again.is_some()).then(|| said.to_owned())
}

fn begins_title(c: char) -> bool {
    c.is_uppercase() || is_dense(c) || matches!(c, '<' | '[' | '`' | '\'')
}

/// Without what a person adds in brackets; an id of the call is the answer's.
pub(super) fn without_remark(message: &str) -> &str {
    match message.split_once(" (") {
        Some((before, remark)) if !names_an_id(remark) => before,
        _ => message,
    }
}

fn names_an_id(remark: &str) -> bool {
    let lower = plain::head(remark, 24).to_lowercase();
    ["request id", "request_id", "requestid", "traceid", "trace_id", "ref:"]
        .iter()
        .any(|w| lower.starts_with(w))
}
