//! A refusal without a leak is a dead end for the operator: prompts that share words with the note do not block it, and
//! the same prompts are still refused where they do leak.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use casefile::case::catalog::Catalog;
use casefile::case::note::{removals, render};
use casefile::case::sanitize::{Format, Sanitizer};
use casefile::session::{Event, Session, Settings, Step};

const FORMATS: [Format; 4] = [Format::Yaml, Format::Markdown, Format::Json, Format::Plain];

fn walked(key: &str, prompt: &str, message: &str) -> Session {
    let now = chrono::DateTime::from_timestamp(1_795_237_300, 0).expect("a time");
    let settings =
        Settings { tool: "casefile test".into(), os: "linux".into(), seed: 1, ..Settings::default() };
    let mut session = Session::new(Catalog::built_in(), settings);
    let body = serde_json::json!({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]});
    let paste = format!(
        "curl https://api.cometapi.com/v1/chat/completions -H 'Authorization: Bearer {key}' \\\n \
         -H 'Content-Type: application/json' -d '{}'",
        body.to_string().replace('\'', "'\\''")
    );
    session.handle(Event::Pasted(paste), now);
    let answer = serde_json::json!({"error": {"message": message, "type": "x_error", "param": null, "code": "x_code"}});
    let text = answer.to_string().into_bytes();
    session.handle(Event::ResponseGiven { text, status: Some(400), at: None }, now);
    session.handle(Event::GoTo(Step::Note), now);
    session
}

fn key() -> String {
    format!("sk-{}", "aB3dE5fG7hJ9kL1m".repeat(3))
}

fn refusals(key: &str, prompt: &str) -> Vec<String> {
    let session = walked(key, prompt, "The request was refused: the model is not served by this group");
    let output = session.output().expect("a note");
    FORMATS
        .into_iter()
        .filter_map(|format| {
            output.render(format).err().map(|r| format!("{format:?} of {prompt:?}: {} at {}", r.rule, r.line))
        })
        .collect()
}

#[test]
fn prompts_that_share_words_with_the_note_do_not_block_it() {
    let mut prompts: BTreeSet<String> = [
        "hello",
        "gpt-4o-mini",
        "required",
        "你好",
        "Quarterly report: status, error message and request id were not asserted, because the operator has not written it",
        "Reproduction steps: send the request, expected, actual, impact. Missing evidence: support question, request method",
        "Write a summary of the missing evidence, the remaining uncertainty and what was tried",
        "schema: casefile.note/1 case_id title support_question audience internal created_at tool",
        "credential_used: stored_secret_reference_only\nresponse_shape_observed: json_object\nlocal_result: needs_support",
        "curl \"$BASE_URL/v1/chat/completions\" -H \"Authorization: Bearer $COMETAPI_KEY\" -H \"Content-Type: application/json\"",
    ]
    .map(str::to_owned)
    .into();
    // Some long lines of a golden note.
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/invalid-token");
    for file in ["note.yaml", "note.md", "note.txt"] {
        let text = std::fs::read_to_string(golden.join(file)).expect("reads");
        let lines = text.lines().filter(|l| l.len() > 30);
        prompts.extend(lines.step_by(16).map(|l| l.trim().to_owned()));
    }
    let refused: Vec<String> = prompts.iter().flat_map(|prompt| refusals(&key(), prompt)).collect();
    assert!(refused.is_empty(), "{} of {}:\n{}", refused.len(), prompts.len() * 4, refused.join("\n"));
}

#[test]
fn keys_that_are_words_do_not_block_the_note() {
    for key in [
        "password",
        "status",
        "message",
        "request",
        "gpt-4o",
        "api.cometapi.com",
        "sk-test",
        "EMPTY",
        "missing_evidence",
    ] {
        assert_eq!(refusals(key, "tell me about zebras at dawn"), Vec::<String>::new(), "{key}");
    }
}

/// The other way round: what explains chance does not explain an echo.
#[test]
fn the_frame_of_the_note_explains_no_echo() {
    let prompt = "Ship the quarterly parcel to Anneliese at the old mill before Friday";
    let session = walked(&key(), prompt, "refused");
    let output = session.output().expect("a note");
    let mut sanitizer = Sanitizer::new(session.catalog(), session.ring());
    sanitizer.evidence(session.evidence(), session.readings(), session.control_readings(), session.profile());
    let audit = sanitizer.audit();
    for format in FORMATS {
        let clean = output.render(format).expect("passes").as_str().to_owned();
        for echo in [prompt.to_owned(), prompt.to_uppercase(), prompt.replace(' ', "_"), key()] {
            assert!(output.pass(format!("{clean}\nx: {echo}\n"), format).is_err(), "{echo} in {format:?}");
            let mut note = output.note.clone();
            note.remaining_uncertainty.push(echo.clone());
            assert!(render(&note, format, &audit).is_err(), "{echo} in {format:?}");
        }
    }
}

/// A prompt that is one of the note's own sentences, word for word: it does not block the note, in which that sentence
/// stands anyway; and where it stands in a text of the case, the frame does not explain it.
#[test]
fn a_sentence_of_the_frame_is_refused_where_it_stands_in_evidence() {
    let plain = walked(&key(), "tell me about zebras at dawn", "refused");
    let note = plain.output().expect("a note").note.clone();
    let own: Vec<String> =
        [note.not_asserted.clone(), note.remaining_uncertainty.clone(), note.report.steps.clone()]
            .concat()
            .into_iter()
            .filter(|sentence| sentence.chars().count() > 40)
            .collect();
    assert!(own.len() > 2, "{own:?}");
    for sentence in own {
        assert_eq!(refusals(&key(), &sentence), Vec::<String>::new(), "{sentence:?} as a prompt");
        let session = walked(&key(), &sentence, "refused");
        let output = session.output().expect("a note");
        let mut sanitizer = Sanitizer::new(session.catalog(), session.ring());
        sanitizer.evidence(
            session.evidence(),
            session.readings(),
            session.control_readings(),
            session.profile(),
        );
        let audit = sanitizer.audit();
        for format in FORMATS {
            // As if the redactor had missed the echo.
            let mut leaking = output.note.clone();
            let response = leaking.response.as_mut().expect("an answer");
            response.error.as_mut().expect("an error").message =
                Some(format!("I will not: {sentence} Sorry."));
            let refusal = render(&leaking, format, &audit).expect_err("refused");
            assert_eq!(
                (refusal.field.as_str(), refusal.rule.as_str()),
                ("response.error.message", "text that was dropped")
            );
            assert!(refusal.line > 1, "{refusal}");
            let removed = removals(&leaking, format, None, &audit);
            assert!(removed.first().is_some_and(|removal| removal.field == "response.error.message"));
            leaking.removed = removed;
            let mended = render(&leaking, format, &audit).expect("mended");
            assert!(mended.as_str().contains("[removed#1]"), "{}", mended.as_str());
        }
    }
}

/// The same of a secret: the frame explains texts, never a secret.
#[test]
fn a_secret_that_is_a_sentence_of_the_frame_is_not_explained_away() {
    let plain = walked(&key(), "tell me about zebras at dawn", "refused");
    let own = &plain.output().expect("a note").note.not_asserted;
    let sentence = own.iter().find(|sentence| sentence.len() > 40).expect("a sentence").clone();
    let session = walked(&sentence, "tell me about zebras at dawn", "refused");
    let output = session.output().expect("a note");
    for format in FORMATS {
        let Err(refusal) = output.render(format) else { panic!("{sentence:?} is in the note") };
        assert_eq!(refusal.rule, "a secret of this case");
    }
}
