//! What the guided tour says at each step: one sentence, and the key that goes on.

use super::keys::{Action, Mode};
use super::screen::Screen;
use crate::session::{Delivered, Session, Step};

/// Steps of the tour.
const STEPS: usize = 6;

/// How the note went out, as the beginning of a sentence.
fn handed_over(out: &Delivered) -> String {
    let how = match (&out.path, out.certain) {
        (Some(_), _) => "written to",
        (None, true) if out.is_ticket() => "attached to",
        (None, true) if out.is_mail() => "sent by",
        (None, true) => "copied to",
        (None, false) => "handed to",
    };
    format!("{how} {}; ", out.route)
}

/// The sentence of the step as it stands; `None`: no tour runs.
pub fn sentence(session: &Session, screen: &Screen) -> Option<String> {
    if !screen.tour {
        return None;
    }
    let key = |mode, action| screen.keymap.key_for(mode, action);
    let leave = key(Mode::Steps, Action::Tour);
    let (at, text) = match session.step() {
        _ if session.consent().is_some() => (
            2,
            format!(
                "nothing is sent before you agree; this is what would go, where, and with which key. {} sends it, to a gateway inside this program.",
                key(Mode::Consent, Action::Allow)
            ),
        ),
        _ if session.is_busy() => (2, "the request is under way.".to_owned()),
        Step::Request => (
            1,
            format!(
                "this is a request that failed, as a colleague pasted it; its key is a label already. {} goes on, {leave} leaves the tour at any time.",
                key(Mode::Request, Action::GoOn)
            ),
        ),
        Step::Reproduce if !session.was_observed() => {
            (2, format!("{} asks whether to send it.", key(Mode::Reproduce, Action::GoOn)))
        }
        Step::Reproduce => (
            3,
            format!(
                "the answer, and what can be said of it, each with its reason. {} goes on; {} is where one thing at a time is changed.",
                key(Mode::Reproduce, Action::GoOn),
                key(Mode::Reproduce, Action::StepIsolate)
            ),
        ),
        Step::Isolate => (
            3,
            format!(
                "here one thing at a time is changed, to see whose fault it is. {} goes on.",
                key(Mode::Isolate, Action::GoOn)
            ),
        ),
        Step::Review => (
            4,
            format!(
                "this is all that leaves: keys and prompts are placeholders, {} adds your own words. {} confirms it.",
                key(Mode::Review, Action::EditWords),
                key(Mode::Review, Action::GoOn)
            ),
        ),
        Step::Note if session.is_handed_over() => (
            STEPS,
            format!(
                "{}that was a case from the paste to the note. {} walks the next failure, {leave} ends the tour; a failure of your own is pasted on Request ({}).",
                session.delivered().last().map_or_else(String::new, handed_over),
                key(Mode::Note, Action::NextScenario),
                key(Mode::Note, Action::StepRequest)
            ),
        ),
        Step::Note if !session.confirmed() => {
            (4, format!("look at what leaves first: {} is Review.", key(Mode::Note, Action::StepReview)))
        }
        Step::Note => (
            5,
            format!(
                "the note, byte for byte as it leaves, and what support still misses. {} copies it.",
                key(Mode::Note, Action::Copy)
            ),
        ),
    };
    Some(format!("Tour {at} of {STEPS}: {text}"))
}
