//! Real failures from public threads and documents (`tests/failures/*.jsonl`), labelled before a rule was tuned on them.
//!
//! The newest file is held back whole: nobody looks at its texts while rules are tuned, only this test reads them. All
//! older ones are open: anybody may read them and mend what they show.
//! `cargo test --release --test failures -- --nocapture` prints both figures; `FAILURES_TELL=1` names what is wrong in what is
//! open, never in the other. When newer records are collected, they take the place of these, which may then be opened.

#![expect(clippy::panic, reason = "a test fails by panicking")]

#[path = "failures/framed.rs"]
mod framed;

use std::collections::{BTreeMap, BTreeSet};

use casefile::case::catalog::Catalog;
use casefile::case::explain::{Explanation, Record, explain};
use serde::Deserialize;

/// As the reporters of threads gave them; restated from threads (the words of providers and reporters are ours there, codes,
/// types, ids and shapes are theirs); printed by clients in runs against servers of ours.
const FILES: [(&str, &str); 19] = [
    ("gateways", include_str!("failures/gateways.jsonl")),
    ("providers", include_str!("failures/providers.jsonl")),
    ("clients", include_str!("failures/clients.jsonl")),
    ("relays", include_str!("failures/relays.jsonl")),
    ("direct", include_str!("failures/direct.jsonl")),
    ("early", include_str!("failures/early.jsonl")),
    ("threads", include_str!("failures/threads.jsonl")),
    ("wider", include_str!("failures/wider.jsonl")),
    ("strangers", include_str!("failures/strangers.jsonl")),
    ("unseen", include_str!("failures/unseen.jsonl")),
    ("newest", include_str!("failures/newest.jsonl")),
    ("held", include_str!("failures/held.jsonl")),
    ("rest", include_str!("failures/rest.jsonl")),
    ("unread", include_str!("failures/unread.jsonl")),
    ("next", include_str!("failures/next.jsonl")),
    ("fresh", include_str!("failures/fresh.jsonl")),
    ("gained", include_str!("failures/gained.jsonl")),
    ("later", include_str!("failures/later.jsonl")),
    ("coming", include_str!("failures/coming.jsonl")),
];
/// The file that is held back whole; while none of [`FILES`] has its name, nothing is. Of the first files one half of each was
/// held back, measured (class 87.7, 82.9 and 89.9 %, retry 93, 94.3 and 93.9 %) and then opened. Held back whole, measured once
/// at the end and opened on 2026-11-23 were `newest`: class 91.0, retry 90.4, never retried where it must not be 98.0,
/// messages 87.2, codes 94.2, types 91.0, ids 98.0, statuses 95.5 %, nothing invented 98.7 % of 157; `held`, from some 195
/// repositories and sites: class 90.0, retry 96.1, never retried where it must not be 99.5, messages 81.3, codes 99.1, types 99.5,
/// ids 99.1, statuses 94.8 %, nothing invented 99.7 % of 231; `rest`, from 275: class 91.5, retry 95.5, never retried where
/// it must not be 100, messages 91.5, codes 98.3, types 99.4, ids 98.3, statuses 98.0 %, nothing invented 99.9 % of 356; and
/// `unread`, from 225 (the prose of its reporters is shortened, what machines printed is as it was pasted): class 91.9,
/// retry 96.6, never retried where it must not be 98.9, messages 87.2, codes 99.3, types 98.6, ids 96.9, statuses 95.2 %, nothing
/// invented 99.9 % of 297. `next`, from 220: class 93.0, retry 96.0, never retried where it must
/// not be 100, messages 90.6, codes 98.4, types 98.7, ids 94.2, statuses 95.7 %, nothing invented 99.9 % of 332 (of the ids the names
/// of headers and what was found were looked at, nothing else: capitals in names lost them; without that 97.8 %). `fresh`, from
/// 207 (the first file was called so before it became `early`): class 92.9, retry 95.4, never retried where it must not be 99.4,
/// messages 90.7, codes 98.3, types 99.4, ids 98.8, statuses 96.3 %, nothing invented 99.9 % of 355. `gained`,
/// from 308, a third of it in other languages than English: class 93.1, retry 95.1, never retried where it must not be 98.9,
/// messages 88.2, codes 99.2, types 98.4, ids 97.4, statuses 94.6 %, nothing invented 99.6 % of 393 (of the ids what was found and
/// the words beside them were looked at, nothing else: Google's details, the Hub's ids and records of relays lost them; without
/// that 99.4 %). `later`, from 294: class 93.7, retry 97.0, never retried where it must not be 99.7, messages 87.0, codes 98.1,
/// types 99.1, ids 99.1, statuses 96.7 %, nothing invented 99.7 % of 370. `coming`, from 143 repositories, collected on 2026-11-24, is the
/// one that is held back now; its figures are in [`BARS`].
const NEWEST: &str = "coming";
/// Its two wrong records (`v-ollama-…`, the kind of `y-ollama-unmarshal`) were read on 2026-11-23 by mistake.
/// Collected and labelled on 2026-11-22, after all tuning but the last lints. `threads` is of the same day: one half of it
/// was held back at first, measured before and after the rules were tuned on the other (class 91.0 and 91.5 %, retry 94.0
/// and 93.9 %, messages 83.5 and 86.7 %), and then opened. So were all of `wider`, of other languages and products: at first
/// class 91.0, retry 96.0, messages 79.7, codes 96.0, types 95.5, ids 94.9 %, nothing invented 99.6 % of 178. `strangers`, whole
/// issues as a stranger would sample them: class 93.4, retry 95.1, messages 82.9, codes 96.7, types 99.4, ids 95.6 %, nothing
/// invented 99.6 % of 182; 73 more of them (`y-…`): class 91.8, retry 95.9, messages 83.6, codes 97.3, ids 98.6 %.
const UNSEEN: &str = "unseen";

/// The three scores: what is open, and what is held back of two days.
const SCORES: [&str; 3] = ["opened", "held back (unseen)", "held back"];

/// Which of [`SCORES`] a record counts for.
fn score_of(file: &str) -> usize {
    match file {
        NEWEST => 2,
        UNSEEN => 1,
        _ => 0,
    }
}

/// One failure with what is right for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    id: String,
    /// The thread or page.
    source: String,
    accessed: String,
    input: Record,
    want: Want,
    /// Which words decide, by which rule.
    why: String,
    /// How the record came about, where it was no thread.
    #[serde(default)]
    form: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Want {
    failure_class: String,
    #[serde(default)]
    also_right: Vec<String>,
    retryable: String,
    #[serde(default)]
    also_retry: Vec<String>,
    message: Option<String>,
    /// Messages of equal right.
    #[serde(default)]
    also_message: Vec<Option<String>>,
    code: Option<String>,
    #[serde(rename = "type")]
    error_type: Option<String>,
    /// Code and type of equal right, where a client and the wire name the same word differently.
    #[serde(default)]
    also_named: Option<(Option<String>, Option<String>)>,
    param: Option<String>,
    #[serde(default)]
    inner_message: Option<String>,
    status: Option<u16>,
    request_ids: Vec<String>,
}

fn all() -> Vec<(&'static str, Failure)> {
    let lines = FILES.iter().flat_map(|(file, text)| {
        text.lines().filter(|l| !l.trim().is_empty()).enumerate().map(move |(n, line)| (*file, n + 1, line))
    });
    lines
        .map(|(file, n, line)| {
            (file, serde_json::from_str(line).unwrap_or_else(|e| panic!("{file}:{n}: {e}")))
        })
        .collect()
}

/// Right and asked, by what is asked.
#[derive(Default)]
struct Score(BTreeMap<&'static str, (usize, usize)>);

impl Score {
    fn count(&mut self, what: &'static str, right: bool) -> bool {
        let (good, all) = self.0.entry(what).or_default();
        *good += usize::from(right);
        *all += 1;
        right
    }

    fn thousandths(&self, what: &str) -> usize {
        self.0.get(what).map_or(1000, |(good, all)| good * 1000 / all)
    }
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Placeholders stand for what was masked in the record already.
fn judge(failure: &Failure, got: Option<&Explanation>, score: &mut Score) -> Vec<String> {
    let want = &failure.want;
    let text = |clean: Option<&casefile::case::sanitize::Clean>| clean.map(ToString::to_string);
    let class = got.map_or("unknown".to_owned(), |g| word(g.failure_class));
    let retry = got.map_or("maybe".to_owned(), |g| word(g.retryable));
    let error = got.map(|g| &g.error);
    let mut wrong = Vec::new();
    let mut check = |what: &'static str, right: bool, got: String, want: String| {
        if !score.count(what, right) {
            wrong.push(format!("{what}: {got:?}, not {want:?}"));
        }
    };
    let classes: BTreeSet<&String> = want.also_right.iter().chain([&want.failure_class]).collect();
    check("class", classes.contains(&class), class.clone(), want.failure_class.clone());
    let retries: BTreeSet<&String> = want.also_retry.iter().chain([&want.retryable]).collect();
    check("retry", retries.contains(&retry), retry.clone(), want.retryable.clone());
    check(
        "no retry where none may be",
        !(retry == "yes" && want.retryable == "no" && !retries.contains(&retry)),
        retry,
        want.retryable.clone(),
    );
    let message = error.and_then(|e| text(e.message.as_ref()));
    check(
        "message",
        message == want.message
            || want.also_message.contains(&message)
            || error.is_some_and(|e| e.altered)
                && same_but_for_secrets(message.as_deref(), want.message.as_deref()),
        format!("{message:?}"),
        format!("{:?}", want.message),
    );
    let named = (error.and_then(|e| text(e.code.as_ref())), error.and_then(|e| text(e.error_type.as_ref())));
    let (code, error_type) = match &want.also_named {
        Some(also) if *also == named => (&also.0, &also.1),
        _ => (&want.code, &want.error_type),
    };
    for (what, got, want) in [
        ("code", named.0.clone(), code),
        ("type", named.1.clone(), error_type),
        ("param", error.and_then(|e| text(e.param.as_ref())), &want.param),
        ("inner message", error.and_then(|e| text(e.inner_message.as_ref())), &want.inner_message),
    ] {
        check(what, got == *want, format!("{got:?}"), format!("{want:?}"));
        if want.is_none() {
            check("nothing invented", got.is_none(), format!("{what} {got:?}"), "nothing".to_owned());
        }
    }
    let status = got.and_then(|g| g.status);
    check("status", status == want.status, format!("{status:?}"), format!("{:?}", want.status));
    let ids: Vec<String> =
        got.map(|g| g.request_ids.iter().map(|i| i.id.to_string()).collect()).unwrap_or_default();
    check("request ids", ids == want.request_ids, format!("{ids:?}"), format!("{:?}", want.request_ids));
    wrong
}

/// A mask in the record (`sk-ab***yz`) leaves as a placeholder: what stands between placeholders is there, in this order.
fn same_but_for_secrets(got: Option<&str>, want: Option<&str>) -> bool {
    let (Some(got), Some(want)) = (got, want) else { return false };
    let pieces = pieces(got);
    let mut rest = want;
    let in_order = pieces.iter().all(|piece| match rest.find(piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    });
    // A part of the message is not the message.
    let whole =
        |piece: Option<&&str>, test: fn(&str, &str) -> bool| piece.is_some_and(|piece| test(want, piece));
    in_order && whole(pieces.first(), |w, p| w.starts_with(p)) && whole(pieces.last(), |w, p| w.ends_with(p))
}

/// `text` without its placeholders (`[key#1]`, `[prompt: 312 chars]`); other brackets are the text's own.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(open) = text[at..].find('[').map(|open| at + open) {
        let inside = text[open + 1..].split([']', '[']).next().unwrap_or("");
        let closed = text[open + 1 + inside.len()..].starts_with(']');
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let placeholder = closed && inside.split_once(['#', ':']).is_some_and(|(kind, _)| is_word(kind));
        at = open + 1;
        if placeholder {
            pieces.push(&text[from..open]);
            from = open + inside.len() + 2;
            at = from;
        }
    }
    pieces.push(&text[from..]);
    pieces
}

#[test]
fn placeholders_are_told_from_brackets() {
    let whole = r#"{"loc":["body",0],"input":[prompt: 72 chars]}, key [key#1] at [400]"#;
    assert_eq!(pieces(whole), [r#"{"loc":["body",0],"input":"#, "}, key ", " at [400]"]);
    assert!(same_but_for_secrets(Some("key [key#1] is bad"), Some("key sk-ab***yz is bad")));
    assert!(!same_but_for_secrets(Some("key [key#1] is [0]"), Some("key sk-ab***yz is bad")));
    assert!(!same_but_for_secrets(Some("key [key#1] is"), Some("key sk-ab***yz is bad")));
    assert!(!same_but_for_secrets(Some("[key#1] is bad and"), Some("key sk-ab***yz is bad")));
}

#[test]
fn real_failures_are_told_right() {
    let catalog = Catalog::built_in();
    let tell = std::env::var("FAILURES_TELL").unwrap_or_default();
    let mut scores = [Score::default(), Score::default(), Score::default()];
    for (file, failure) in all() {
        let got = explain(&failure.input, None, &catalog);
        let score = score_of(file);
        let wrong = judge(&failure, got.as_ref(), &mut scores[score]);
        if !wrong.is_empty() && score == 0 && tell == "1" {
            println!("{} ({})\n    {}", failure.id, failure.why, wrong.join("\n    "));
        }
    }
    for (name, score) in SCORES.iter().zip(&scores) {
        println!("{name}");
        for (what, (good, all)) in &score.0 {
            let thousandths = good * 1000 / all;
            println!("  {what:<28} {good:>4} of {all:>4}  {:>3}.{} %", thousandths / 10, thousandths % 10);
        }
    }
    for (what, bars) in BARS {
        for (score, bar) in scores.iter().zip(bars) {
            let now = score.thousandths(what);
            assert!(now >= bar, "{what}: {now} thousandths, and {bar} are the bar");
        }
    }
}

/// Thousandths that must be right in what is open, in `unseen` and in what is held back; there the bar is what was measured at
/// first sight. They only rise, but where what is open grew by records that had been held back:
/// the goals are 950 for class and retry, 980 for messages, and 1000 for ids, for what is not invented and for what must not
/// be retried.
const BARS: [(&str, [usize; 3]); 9] = [
    ("class", [987, 1000, 939]),
    ("retry", [990, 1000, 972]),
    ("no retry where none may be", [1000, 1000, 1000]),
    ("message", [972, 1000, 900]),
    ("code", [994, 1000, 972]),
    ("type", [994, 1000, 1000]),
    ("request ids", [996, 1000, 977]),
    ("status", [988, 1000, 983]),
    ("nothing invented", [999, 1000, 998]),
];

#[test]
fn the_records_are_what_they_claim() {
    let held_back = all().iter().filter(|(file, _)| *file == NEWEST).count();
    let comes = FILES.iter().any(|(file, _)| *file == NEWEST);
    assert!(held_back >= 100 || !comes, "{held_back} held back");
    let all: Vec<Failure> = all().into_iter().map(|(_, failure)| failure).collect();
    let ids: BTreeSet<&str> = all.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "ids are unique");
    assert!(all.len() >= 200, "{} records", all.len());
    for failure in &all {
        assert!(failure.source.starts_with("http") || failure.form.is_some(), "{}: a source", failure.id);
        assert!(failure.accessed.len() == 10 && !failure.why.is_empty(), "{}", failure.id);
    }
}
