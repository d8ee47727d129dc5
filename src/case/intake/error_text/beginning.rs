//! Where in a text the answer begins to speak: the first line that a frame of an error begins; else a quotation, a fence, a
//! paragraph.

use super::ending::is_closing;
use super::frames::{self, Weight};
use super::peel::peeled;
use super::speech::{Found, Speech, first_line};
use super::{plain, quoting};

/// Lines that are tried as the one where the error begins.
const MOST_LINES: usize = 2000;

/// The text from where the answer speaks: the first line that a frame of an error begins; else what stands in the first
/// fence; else the whole.
pub(super) fn begin<'a>(text: &'a str, speech: &mut Speech) -> &'a str {
    if let Some(cause) = last_cause(text) {
        speech.weight = Some(Weight::Client);
        let (spoken, weight) = peeled(cause, Weight::Client, speech);
        speech.weight = Some(weight);
        return spoken;
    }
    let mut at = 0;
    let mut weak: Option<&'a str> = None;
    // An access log's line and the like say less than any other.
    let mut own: Option<&'a str> = None;
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
        let weight = if is_googles(said) { Weight::Answer } else { weight };
        match weight {
            Weight::Answer if found.named || !frames::is_bare(said) => {
                *speech = Speech { weight: Some(weight), ..found };
                return spoken;
            }
            Weight::Answer | Weight::Client if weak.is_none() && !said.trim().is_empty() => {
                let place = if said.starts_with("[GIN]") { &mut own } else { &mut weak };
                place.get_or_insert(spoken);
            }
            _ => {}
        }
    }
    if let Some(quoted) = frames::back_quoted(text) {
        speech.weight = Some(Weight::Answer);
        return peeled(quoted, Weight::Mark, speech).0;
    }
    // A line that is a client's own as a whole is not opened in its middle.
    let is_own = weak.is_some_and(|weak| {
        let line = first_line(weak);
        frames::is_own_line(line) && frames::anchor(text).is_some_and(|at| within(text, line, at))
    });
    if let Some(at) = frames::anchor(text).filter(|_| !is_own) {
        speech.weight = Some(Weight::Answer);
        return peeled(text.get(at..).unwrap_or(text), Weight::Mark, speech).0;
    }
    if let Some(spoken) = weak.or(own) {
        speech.weight = Some(Weight::Client);
        return after_bare(spoken);
    }
    let rest = fenced(text).unwrap_or_else(|| {
        if is_report(text) {
            speech.found = Found::Loose;
        }
        behind_heading(from_first(text))
    });
    peeled(rest, Weight::Mark, speech).0
}

/// Byte `at` of `text` stands in `line`, a part of it.
fn within(text: &str, line: &str, at: usize) -> bool {
    text.find(line).is_some_and(|begin| (begin..begin + line.len()).contains(&at))
}

/// What Google's library writes behind the answer's words: its details.
fn is_googles(line: &str) -> bool {
    let words = line.split(" [{\"@type\":\"type.googleapis.com/").next().unwrap_or("");
    words.len() < line.len() && words.starts_with(char::is_uppercase) && words.contains(' ')
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

/// What stands in the first fence that tells of a failure.
fn fenced(text: &str) -> Option<&str> {
    let mut rest = text;
    let mut only = None;
    for _ in 0..MOST_FENCES {
        let Some((_, after)) = rest.split_once("```") else { break };
        let (inside, behind) = after.split_once("```").unwrap_or((after, ""));
        // `plain text`: a language in words.
        let is_name = |name: &str| name.len() <= 12 && name.chars().all(|c| c.is_alphanumeric() || c == ' ');
        let named = inside.find('\n').filter(|at| inside.get(..*at).is_some_and(is_name));
        let inside = named.and_then(|at| inside.get(at..)).unwrap_or(inside).trim();
        // A log's good news at its begin are no words of an error.
        let told = from_first(inside).trim();
        if quoting::says(inside) && !told.is_empty() {
            return Some(told);
        }
        only = if rest.len() == text.len() { Some(told) } else { None };
        rest = behind;
    }
    only.filter(|inside| !inside.is_empty())
}

/// Fences of a report that are looked at.
const MOST_FENCES: usize = 16;
