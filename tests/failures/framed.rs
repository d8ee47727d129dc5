//! What stands around a failure changes nothing: each record that is told right alone is told right in the frames that people
//! and programs put around it, too. A frame may cost a few messages, whose end it hides; what it may cost at most stands beside
//! it, in thousandths of the records, and only falls.

use casefile::case::catalog::Catalog;
use casefile::case::explain::{Record, explain};

use super::{Failure, NEWEST, Score, UNSEEN, all, judge};

/// Every so many records are tried in a test run.
const EACH: usize = 5;

const FENCE: &str = "```";

/// A frame: its name, what it makes of a text (`None`: it does not fit around this one), and how many thousandths may be lost
/// of the class and of the message.
type Frame = (&'static str, fn(&str) -> Option<String>, [usize; 2]);

fn without_fence(text: &str) -> Option<&str> {
    (!text.contains(FENCE)).then_some(text)
}

fn one_line(text: &str) -> Option<&str> {
    (!text.contains('\n') && !text.contains('`')).then_some(text)
}

fn before_each(text: &str, mark: &str) -> String {
    text.lines().map(|line| format!("{mark}{line}")).collect::<Vec<_>>().join("\n")
}

const FRAMES: [Frame; 12] = [
    (
        "the form of an issue",
        |t| {
            Some(format!(
                "### Checklist\n\n- [x] I searched the issues\n\n### What happened?\n\n{t}\n\n### Steps to reproduce\n\n1. Start it\n2. Send a prompt\n\n### Version\n\nv1.2.3"
            ))
        },
        [15, 30],
    ),
    (
        "a fence",
        |t| {
            Some(format!(
                "### Relevant log output\n\n{FENCE}shell\n{}\n{FENCE}\n\n### Version\n\nv1.2.3",
                without_fence(t)?
            ))
        },
        [15, 30],
    ),
    (
        "its request in a fence",
        |t| {
            Some(format!(
                "{}\n\nEndpoint:\n\n{FENCE}\nPOST https://llm.example/v1/chat/completions\n{FENCE}",
                without_fence(t)?
            ))
        },
        [15, 30],
    ),
    (
        "its command",
        |t| {
            Some(format!(
                "{}\n\nTo reproduce:\n\n{FENCE}bash\ncurl https://llm.example/v1/chat/completions -H 'Content-Type: application/json' -d '{{\"model\":\"m-1\",\"messages\":[]}}'\n{FENCE}",
                without_fence(t)?
            ))
        },
        [15, 40],
    ),
    (
        "its body",
        |t| {
            Some(format!(
                "{}\n\nThe request was:\n\n{FENCE}json\n{{\"model\": \"m-1\", \"messages\": [{{\"role\": \"user\", \"content\": \"hi\"}}]}}\n{FENCE}",
                without_fence(t)?
            ))
        },
        [15, 30],
    ),
    ("a quote", |t| Some(format!("I get:\n\n{}\n\nWhy?", before_each(t, "> "))), [15, 35]),
    ("a container's name", |t| t.contains('\n').then(|| before_each(t, "app-1  | ")), [12, 20]),
    (
        "a platform's time",
        |t| t.contains('\n').then(|| before_each(t, "2026-11-22T10:11:12.345678901Z ")),
        [15, 45],
    ),
    (
        "a pair of a log",
        |t| {
            let quoted = serde_json::to_string(t).ok()?;
            Some(format!("time=2026-11-22T10:11:12Z level=error msg={quoted} component=relay"))
        },
        [15, 40],
    ),
    ("back quotes in a sentence", |t| Some(format!("I get `{}` with every model.", one_line(t)?)), [15, 60]),
    (
        "a person's words",
        |t| {
            Some(format!(
                "Since the update I get: {t}\n\nIt worked with the version before. Can you look at it?"
            ))
        },
        [15, 30],
    ),
    (
        "another call's access line",
        |t| Some(format!("{t}\nINFO:     127.0.0.1:51234 - \"GET /health HTTP/1.1\" 200 OK")),
        [5, 10],
    ),
];

#[test]
fn what_stands_around_a_failure_changes_nothing() {
    let catalog = Catalog::built_in();
    let open =
        all().into_iter().filter(|(file, _)| ![NEWEST, UNSEEN].contains(file)).map(|(_, failure)| failure);
    let of_text =
        open.filter(|f| f.input.text.is_some() && f.input.status.is_none() && f.input.body.is_none());
    let right = of_text.step_by(EACH).filter(|failure| {
        judge(failure, explain(&failure.input, None, &catalog).as_ref(), &mut Score::default()).is_empty()
    });
    let right: Vec<Failure> = right.collect();
    assert!(right.len() > 200, "{} records", right.len());
    let mut faults = Vec::new();
    for (name, frame, most) in FRAMES {
        let mut score = Score::default();
        let mut lost = Vec::new();
        for failure in &right {
            let Some(text) = failure.input.text.as_deref().and_then(frame) else { continue };
            let framed = Record { text: Some(text), ..Record::default() };
            let wrong = judge(failure, explain(&framed, None, &catalog).as_ref(), &mut score);
            lost.extend((!wrong.is_empty()).then_some(failure.id.as_str()));
        }
        let missing = ["class", "message"].map(|what| 1000 - score.thousandths(what));
        println!("{name:<28} class -{} message -{} thousandths", missing[0], missing[1]);
        if missing.iter().zip(most).any(|(missing, most)| *missing > most) {
            faults.push(format!("{name}: {missing:?} of {most:?} thousandths are lost: {lost:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
