//! A paste or file with several requests: which one is looked at.

use super::{Effect, Session};
use crate::case::evidence::Outcome;
use crate::case::finding::Level;
use crate::case::intake;
use crate::case::request::Intake;

/// A request of the paste, for a list. Its texts are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceLine {
    /// Method, address, and what was answered.
    pub line: String,
    /// It is the one that is looked at.
    pub taken: bool,
}

impl Session {
    /// The requests of the paste, where it holds several; else none.
    pub fn pieces(&self) -> Vec<PieceLine> {
        let line = |(at, piece): (usize, &Intake)| PieceLine {
            line: told(at, piece),
            taken: self.piece == Some(at),
        };
        self.pieces.iter().enumerate().map(line).collect()
    }

    /// Keeps the requests of `text`, of which `taken` is one.
    pub(super) fn keep_pieces(&mut self, text: &str, taken: &Intake) {
        self.pieces.clear();
        self.piece = None;
        if !intake::is_one_of_several(taken) {
            return;
        }
        let pieces = intake::pieces(text, &self.catalog, &mut self.ring);
        if pieces.len() > 1 {
            self.piece = pieces.iter().position(|piece| piece.draft == taken.draft);
            self.pieces = pieces;
        }
    }

    pub(super) fn piece_chosen(&mut self, at: usize) -> Vec<Effect> {
        if self.is_busy() {
            self.say(Level::Warning, "a request is under way; cancel it before you choose another one");
            return Vec::new();
        }
        let Some(piece) = self.pieces.get(at).cloned() else { return Vec::new() };
        self.piece = Some(at);
        self.take_intake(piece)
    }
}

fn told(at: usize, piece: &Intake) -> String {
    let number = at + 1;
    let Some(draft) = &piece.draft else { return format!("{number}. {}", piece.kind) };
    let method = if draft.method.is_empty() { "GET" } else { &draft.method };
    let answer = piece.observed.as_ref().map(|attempt| match &attempt.outcome {
        Outcome::Response(response) => {
            response.status.map_or_else(|| "an answer".to_owned(), |status| status.to_string())
        }
        Outcome::Transport(failure) => failure.kind.to_string(),
    });
    let answer = answer.map_or_else(String::new, |answer| format!(" → {answer}"));
    format!("{number}. {method} {}{answer}", draft.url)
}
