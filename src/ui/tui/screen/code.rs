//! What can be done in the editor of a text beside typing.

use super::{Screen, Wish};
use crate::session::Session;
use crate::ui::tui::json::tidy;

impl Screen {
    /// Takes back a change, or does it again.
    pub(super) fn undo(&mut self, session: &Session, again: bool) -> Vec<Wish> {
        if self.editor.as_mut().is_some_and(|editor| editor.undo(again)) {
            return self.hand_over(session);
        }
        self.say(if again { "nothing was taken back" } else { "there is nothing to take back" })
    }

    /// Finds `sought` in the body, from the cursor on.
    pub(super) fn find_in_body(&mut self, sought: &str) -> Vec<Wish> {
        sought.clone_into(&mut self.found);
        self.find_next()
    }

    /// Finds the same again.
    pub(super) fn find_next(&mut self) -> Vec<Wish> {
        let Some(code) = self.editor.as_mut().and_then(super::Editor::code) else {
            return self.say("only a body is searched");
        };
        if self.found.is_empty() {
            return self.say("nothing was looked for yet");
        }
        if code.find(&self.found) { Vec::new() } else { self.say("that stands nowhere in the body") }
    }

    /// Puts one member of the body on a line.
    pub(super) fn tidy_body(&mut self, session: &Session) -> Vec<Wish> {
        let Some(code) = self.editor.as_mut().and_then(super::Editor::code) else {
            return self.say("only a JSON body has this form");
        };
        match tidy(code.text()) {
            None => self.say("the body is no JSON as it stands; the findings say where"),
            Some(tidied) if tidied == code.text() => self.say("it has that form already"),
            Some(tidied) => {
                code.replace(0..code.text().len(), &tidied);
                code.at(0);
                self.hand_over(session)
            }
        }
    }

    /// Puts what fits at the cursor there, and says what else does.
    pub(super) fn complete(&mut self, session: &Session) -> Vec<Wish> {
        let known = self.editor.as_mut().and_then(|editor| editor.complete(session));
        let Some(completion) = known else {
            return self.say(
                "nothing is known for this place; fields are known at the top of a known endpoint's body",
            );
        };
        if completion.choices.len() > 1 {
            let shown: Vec<&str> = completion
                .choices
                .iter()
                .cycle()
                .skip(completion.at)
                .take(completion.choices.len().min(8))
                .map(|choice| choice.trim_end_matches(": "))
                .collect();
            let text = format!("{} of {}: {}", completion.at + 1, completion.choices.len(), shown.join(", "));
            self.say(&text);
        }
        self.hand_over(session)
    }
}
