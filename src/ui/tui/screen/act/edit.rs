//! Which field has the mark, and its editor.

use crate::case::finding::Place;
use crate::session::Session;
use crate::ui::tui::editor::{EDITABLE, Editor, Target};
use crate::ui::tui::field::{Field, WordField, neighbour};
use crate::ui::tui::keys::Mode;
use crate::ui::tui::screen::{NotePane, ReviewPane, Screen, Wish};
use crate::ui::tui::view;

impl Screen {
    pub(super) fn next_field(&mut self, mode: Mode, session: &Session, forward: bool) -> Vec<Wish> {
        let target = self.editor.as_ref().map(|e| e.target);
        match (mode, target) {
            (Mode::EditingWords, Some(Target::Words(word))) => {
                let wishes = self.leave_editor(session);
                let next = neighbour(&WordField::ALL, word, forward);
                self.review = ReviewPane::Words(next);
                self.edit(Target::Words(next), session);
                // The words are told before the next field begins, so its text is that of the session.
                wishes
            }
            (Mode::EditingLine, Some(Target::Request(field))) => {
                let wishes = self.leave_editor(session);
                self.field = neighbour(&Field::ALL, field, forward);
                self.edit(Target::Request(self.field), session);
                wishes
            }
            (Mode::Request, _) => {
                self.field = neighbour(&Field::ALL, self.field, forward);
                Vec::new()
            }
            (Mode::Review, _) => {
                let words = WordField::ALL.map(ReviewPane::Words);
                let panes: Vec<ReviewPane> =
                    [ReviewPane::Evidence, ReviewPane::Ledger].into_iter().chain(words).collect();
                self.review = neighbour(&panes, self.review, forward);
                Vec::new()
            }
            (Mode::Note, _) => {
                self.note = neighbour(&[NotePane::Preview, NotePane::Completeness], self.note, forward);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    pub(in crate::ui::tui::screen) fn edit(&mut self, target: Target, session: &Session) -> Vec<Wish> {
        if session.is_busy() {
            return self.say("a request is under way; cancel it before you change anything");
        }
        if target == Target::Request(Field::Body) && Field::Body.text(session.draft()).len() > EDITABLE {
            return self.say("the body is too large to be edited here; it is sent as it was pasted");
        }
        let mut editor = Editor::new(target, session.draft(), session.words());
        if target == Target::Request(Field::Url) && session.draft().url.starts_with('/') {
            // The host is what is missing, and it goes before the path.
            editor.jump(1, 1);
        }
        self.editor = Some(editor);
        Vec::new()
    }

    pub(super) fn edit_words(&mut self, session: &Session) -> Vec<Wish> {
        let word = match self.review {
            ReviewPane::Words(word) => word,
            ReviewPane::Evidence | ReviewPane::Ledger => WordField::Question,
        };
        self.review = ReviewPane::Words(word);
        self.edit(Target::Words(word), session)
    }

    pub(super) fn visit_finding(&mut self, session: &Session) -> Vec<Wish> {
        let findings = session.findings();
        let next = self.finding.map_or(0, |at| at + 1);
        let next = if next < findings.len() { next } else { 0 };
        let Some(finding) = findings.get(next) else {
            return self.say("there is no finding");
        };
        self.finding = Some(next);
        // The pane may be too low for all of it.
        let text = view::request::finding_text(finding, self);
        let _ = self.say(&text);
        let (field, place) = match &finding.place {
            Place::Method => (Field::Method, None),
            Place::Url => (Field::Url, None),
            Place::Header(name) => {
                let line = session.draft().headers.iter().position(|h| h.name.eq_ignore_ascii_case(name));
                (Field::Headers, line.map(|l| (l + 1, usize::MAX)))
            }
            Place::Body { line, column, .. } => (Field::Body, Some((*line, *column))),
            Place::Field(name) => {
                let line = session.draft().form.iter().position(|part| part.name == *name);
                (Field::Body, line.map(|l| (l + 1, usize::MAX)))
            }
            Place::Whole | Place::Span { .. } | Place::Option(_) => return Vec::new(),
        };
        self.field = field;
        let _ = self.edit(Target::Request(field), session);
        if let (Some(editor), Some((line, column))) = (&mut self.editor, place) {
            editor.jump(line, column);
        }
        Vec::new()
    }
}
