//! Whether words are believed to be the answer's where nothing in front of them says so, and what else of a report is taken
//! where they are not: the line below a client's own, its title, a quotation.

use super::ending::{closed, is_closing, unquoted, without_back};
use super::frames::{self, Weight};
use super::peel::peeled;
use super::speech::{Found, Speech};
use super::{plain, report, voice};
use crate::case::catalog::Catalog;

/// Words before which nothing says that the answer speaks, of which no rule knows a refusal, beside which no status
/// stands: nobody can say that they are the answer's.
pub(super) fn believed(mut speech: Speech, has_status: bool, catalog: &Catalog) -> Speech {
    let loose = speech.found == Found::Loose;
    let framed = speech.weight == Some(Weight::Answer) || speech.status.is_some() || has_status && !loose;
    if !framed && !speech.own && catalog.knows_refusal(&speech.message) {
        speech.message = unquoted(closed(from_refusal(&speech.message, catalog))).to_owned();
    }
    // Nothing stands before them, and they tell of a failure as reports do: somebody's own words.
    let bare = speech.weight.is_none() && speech.status.is_none();
    let told = bare && (voice::is_report(&speech.message) || super::names_status(&speech.message));
    let wish = loose && frames::is_wish(&speech.message)
        || speech.status.is_none() && frames::names_status_in_other_letters(&speech.message);
    speech.own = speech.own || told || !framed && (wish || !catalog.knows_refusal(&speech.message));
    speech
}

/// `speech`; where its words are nobody's answer and the report's title holds a refusal that a rule knows, the title.
pub(super) fn or_title(speech: Speech, text: &str, catalog: &Catalog) -> Speech {
    let title = text.lines().find(|line| !line.trim().is_empty()).and_then(|line| line.strip_prefix("# "));
    let Some(title) = title.map(str::trim).filter(|_| speech.own) else { return speech };
    let mut told = Speech::default();
    let (spoken, weight) = peeled(title, Weight::Mark, &mut told);
    if let Some(message) = report::quotation(title, catalog) {
        let weight = Some(Weight::Answer);
        return Speech { message, own: false, found: Found::Quoted, weight, ..told };
    }
    if weight == Weight::Answer && told.status.is_some() && spoken.split_whitespace().nth(2).is_some() {
        let message = report::without_remark(without_back(spoken).trim());
        let own = frames::is_own_line(message) || frames::is_soft_own(message) || frames::is_bare(message);
        let own = own || frames::is_told_in_prose(message);
        if !own && !voice::is_senders(message) && catalog.knows_refusal(message) {
            return Speech { message: message.to_owned(), own: false, weight: Some(weight), ..told };
        }
    }
    if catalog.knows_refusal(title) && !catalog.knows_refusal(&speech.message) {
        return Speech { message: title.to_owned(), ..speech };
    }
    speech
}

/// `speech`; where its words are nobody's answer, or a person's prose, the sentence that the report quotes.
pub(super) fn or_quoted(speech: Speech, text: &str, catalog: &Catalog) -> Speech {
    let framed = speech.weight == Some(Weight::Answer);
    let told = !framed && frames::is_told_in_prose(&speech.message);
    // Clauses of a person's; the quotation among them says what came.
    let clauses = speech.message.matches(['，', '。']).count() >= 3;
    let quotes = speech.message.contains(['“', '”', '「']);
    let loose = speech.found == Found::Loose && (clauses || quotes);
    // Nothing stands before a person's words, and some of them are quoted.
    let person = speech.weight.is_none_or(|weight| weight == Weight::Mark)
        && [" \"", "\"**", " `", " “", " '"].iter().any(|mark| speech.message.contains(mark));
    if !framed
        && (loose || person)
        && let Some(message) = report::quotation(text, catalog)
    {
        return Speech { message, own: false, found: Found::Quoted, ..speech };
    }
    let unframed = !framed && speech.status.is_none();
    if unframed && let Some(message) = report::latin_in_dense(&speech.message, catalog) {
        return Speech { message, own: false, found: Found::Quoted, ..speech };
    }
    if !framed && !speech.own && report::refuses_in_quotes_alone(&speech.message, catalog) {
        let sentence = report::quotation(text, catalog);
        let own = sentence.is_none();
        let found = if own { speech.found } else { Found::Quoted };
        return Speech { message: sentence.unwrap_or(speech.message), own, found, ..speech };
    }
    if !speech.own && !told {
        let bare = speech.weight.is_none();
        let message = if bare { up_to_title(speech.message, text) } else { speech.message };
        return Speech { message, ..speech };
    }
    match report::sentence(text, catalog) {
        Some(message) => {
            Speech { message, own: false, found: Found::Quoted, weight: Some(Weight::Answer), ..speech }
        }
        None => Speech { own: true, ..speech },
    }
}

/// `speech`; where it stands in a row of a table, the cell that holds a refusal that a rule knows: the others are what was
/// asked, and how it went.
pub(super) fn or_cell(speech: Speech, text: &str, catalog: &Catalog) -> Speech {
    let is_row = |line: &&str| line.trim_start().starts_with('|') && line.matches('|').count() >= 3;
    if speech.own
        || speech.status.is_some()
        || speech.weight == Some(Weight::Answer) && speech.found != Found::Led
    {
        return speech;
    }
    let begin = plain::head(&speech.message, 24);
    let mut rows = text.lines().filter(is_row);
    let Some(row) = rows.find(|row| !begin.is_empty() && row.contains(begin)) else { return speech };
    let cells = row.trim().trim_matches('|').split(" | ").map(str::trim);
    let refusal = cells.filter_map(|cell| {
        let words = peeled(cell, Weight::Mark, &mut Speech::default()).0;
        let words = report::quotation(words, catalog).unwrap_or_else(|| unquoted(words).to_owned());
        (words.split_whitespace().nth(2).is_some() && catalog.knows_refusal(&words)).then_some(words)
    });
    match refusal.last() {
        Some(message) => Speech { message, ..speech },
        None => Speech { own: true, ..speech },
    }
}

/// `message` up to where the report's title ends, where that is its begin: what goes on behind it is the reporter's.
fn up_to_title(message: String, text: &str) -> String {
    let title = report::title(text).filter(|title| title.split_whitespace().nth(4).is_some());
    let ends = |title: &&str| {
        let behind = message.strip_prefix(title);
        behind.is_some_and(|behind| {
            behind.starts_with(char::is_whitespace) && title.ends_with(['.', '!', '。'])
        })
    };
    title.filter(ends).map(str::to_owned).unwrap_or(message)
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

/// `speech`; where it is nobody's answer and .NET prints an exception around it, that one's words: `{words}` and below them
/// ` ---> {inner exception}`.
pub(super) fn or_above(speech: Speech, text: &str, catalog: &Catalog) -> Speech {
    if !speech.own || !text.contains("---> ") {
        return speech;
    }
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let around = lines.windows(2).find_map(|pair| match pair {
        [above, below] if below.starts_with("---> ") => {
            Some(peeled(above, Weight::Mark, &mut Speech::default()).0)
        }
        _ => None,
    });
    match around.filter(|words| !words.contains("Exception") && report::is_answers(words, catalog)) {
        Some(words) => {
            let message = words.to_owned();
            Speech { message, own: false, weight: Some(Weight::Answer), ..speech }
        }
        None => speech,
    }
}

/// `speech`; where it was cut within a word (a form keeps so many characters of a title) and the text has it whole, the whole.
pub(super) fn or_whole(speech: Speech, text: &str) -> Speech {
    const SHORTEST: usize = 24;
    let message = speech.message.as_str();
    if message.len() < SHORTEST || !message.ends_with(char::is_alphanumeric) || message.contains('\n') {
        return speech;
    }
    let ends =
        |at: &usize| text.get(at + message.len()..).is_none_or(|behind| behind.starts_with(['\n', '\r']));
    let goes_on = |at: &usize| {
        text.get(at + message.len()..).is_some_and(|behind| behind.starts_with(char::is_alphanumeric))
    };
    let mut places = text.match_indices(message).map(|(at, _)| at).take(8);
    let whole = places.next().filter(ends).and_then(|_| places.find(goes_on)).and_then(|at| text.get(at..));
    match whole.map(|whole| super::ending::end(whole).to_owned()) {
        Some(message) => Speech { message, ..speech },
        None => speech,
    }
}

/// `speech` without a client's heading of its failure that stands on the line above the answer's sentence:
/// `Error interacting with language model`.
pub(super) fn below_heading_of_client(speech: Speech, catalog: &Catalog) -> Speech {
    const HEADS: [&str; 8] = [
        "Error ",
        "Failed ",
        "Failure ",
        "Problem ",
        "Could not ",
        "Unable ",
        "Cannot ",
        "There was an error ",
    ];
    const VERBS: [&str; 12] = [
        "interacting",
        "communicating",
        "talking",
        "calling",
        "connecting",
        "generating",
        "running",
        "processing",
        "contacting",
        "getting",
        "fetching",
        "requesting",
    ];
    let heads = HEADS.iter().any(|head| speech.message.starts_with(head));
    if !heads || speech.own {
        return speech;
    }
    // The line's end became a blank: a sentence begins where a capital follows a small letter's word.
    let joins = speech.message.match_indices(' ').map(|(at, _)| at).filter(|at| {
        let (before, behind) = speech.message.split_at(*at);
        before.ends_with(|c: char| c.is_ascii_lowercase())
            && behind.get(1..).is_some_and(|b| b.starts_with(|c: char| c.is_ascii_uppercase()))
    });
    let mut parts = joins.filter_map(|at| Some((speech.message.get(..at)?, speech.message.get(at + 1..)?)));
    let is_heading = |words: &str| {
        let mut words = words.split(' ').skip(1).peekable();
        words.peek().is_some()
            && words.clone().take(3).any(|w| VERBS.contains(&w))
            && words.all(|w| w.bytes().all(|b| b.is_ascii_lowercase()))
    };
    let found = parts.find(|(head, behind)| {
        is_heading(head)
            && behind.split_whitespace().nth(3).is_some()
            && catalog.knows_refusal(behind)
            && !catalog.knows_refusal(head)
    });
    match found.map(|(_, behind)| behind.to_owned()) {
        Some(message) => Speech { message, ..speech },
        None => speech,
    }
}

/// What may part a client's words from those of the answer where nothing else does.
const PARTS: &[&str] = &[": ", "：", " -> ", " (", " = ", "提示 ", "报错 "];

/// Words of a client are not cut off that are longer, bytes.
const LONGEST_WORDS: usize = 100;

/// `message` from where the refusal begins that a rule knows.
pub(super) fn from_refusal<'a>(message: &'a str, catalog: &Catalog) -> &'a str {
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
