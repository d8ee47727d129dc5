//! What holds of a note that is made of any paste and any answer.

use std::sync::{Arc, LazyLock};

use casefile::case::catalog::Catalog;
use casefile::case::keyring::Origin;
use casefile::case::sanitize::{Format, Words};
use casefile::session::{Event, Session, Settings, Step};

use super::dress::{Dress, HELD, HELD_TRACES};
use super::{Outcome, parts, plant};

static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(Catalog::built_in);

fn settings() -> Settings {
    Settings { tool: "casefile test".to_owned(), os: "linux".to_owned(), seed: 1, ..Settings::default() }
}

/// The key is given to the program and stands in an answer, the operator's words or the request: no form of the note has
/// it. A refusal is no leak.
pub fn no_canary_reaches_a_note(data: &[u8]) -> Outcome {
    let ([way, form, place, fine], text) = parts(data);
    let Some(now) = chrono::DateTime::from_timestamp(1_795_237_300, 0) else { return Ok(()) };
    let planted = plant(text, Dress::of(form).on(&HELD).as_bytes(), (place, fine));
    let lossy = String::from_utf8_lossy(&planted).into_owned();
    let request = "curl https://api.cometapi.com/v1/chat/completions -H 'Content-Type: application/json' \
                   -d '{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a plan\"}]}'";
    let paste = if way % 4 == 0 { lossy.clone() } else { request.to_owned() };
    let answer = match way % 4 {
        1 => serde_json::json!({"error": {"message": lossy, "type": "server_error", "code": "x"}})
            .to_string()
            .into_bytes(),
        2 => planted,
        _ => b"{\"error\":{\"message\":\"No available channel\"}}".to_vec(),
    };
    let words = if way % 4 == 3 { Words { notes: lossy, ..Words::default() } } else { Words::default() };
    let mut session = Session::new(Arc::clone(&CATALOG), settings());
    for event in [
        Event::KeyGiven { origin: Origin::Given("a prompt"), value: HELD.clone().into() },
        Event::Pasted(paste),
        Event::ResponseGiven { text: answer, status: (way < 128).then_some(400), at: None },
        Event::WordsSet(words),
        Event::GoTo(Step::Note),
    ] {
        session.handle(event, now);
    }
    let Some(output) = session.output() else { return Ok(()) };
    for format in [Format::Yaml, Format::Markdown] {
        let Ok(rendered) = output.render(format) else { continue };
        if let Some(left) = HELD_TRACES.left_in(rendered.as_str().as_bytes()) {
            return Err(format!("the held key is left in a note as {format:?} {left}"));
        }
    }
    let ledger = serde_json::to_string(&output.ledger).unwrap_or_default();
    match HELD_TRACES.left_in(ledger.as_bytes()) {
        Some(left) => Err(format!("the held key is left in the ledger {left}")),
        None => Ok(()),
    }
}
