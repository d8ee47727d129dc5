//! What the terminal program remembers beside the session: marks, scrolling, editors, what lies on top. Pure: input
//! in, wishes out; it sends nothing, reads no clock and decides nothing about a request.

mod act;
mod attach;
mod cases;
mod code;
mod look;
mod mark;
mod mode;
mod offer;
mod palette;
mod point;
mod practice;
mod run;
mod scroll;
mod seen;
mod tour;
mod typing;

use crossterm::event::{Event as Input, KeyEventKind};

use super::editor::Editor;
use super::evidence::{Look, subjects};
use super::field::{Field, WordField};
use super::keys::{Action, KeyCombo, Keymap, Mode};
use super::layout;
use super::marks::Marks;
use super::popup::Popup;
use super::theme::Themes;
use super::view;
use crate::case::finding::Level;
use crate::case::kept::Unfinished;
use crate::session::{Event, Session, Step};

pub use attach::{Attach, AttachAsk, DeskLine, Onto, Planned, Sent, Stage, TicketDesk, UnderWay};
pub use cases::{CaseAsk, CaseDesk, CaseRow, Cases, ListTitle};
pub use practice::{Practice, PracticeChoice, Row};
pub use run::{
    Live, RowState, Run, RunAsk, RunDesk, RunEnd, RunKind, RunNews, RunPane, RunPlan, RunRow, RunStage,
    RunUnderWay,
};
use seen::ReviewSeen;

/// What an input leads to.
#[derive(Debug, Clone)]
pub enum Wish {
    /// Tell the session.
    Tell(Event),
    /// Draw everything again.
    Redraw,
    /// Ask something of the terminal.
    Ask(Ask),
    /// Ask for cases.
    Cases(CaseAsk),
    /// Ask something of a ticket desk.
    Attach(AttachAsk),
    /// Ask something of a run: the contract matrix, the probe.
    Run(RunAsk),
    /// Start the practice gateway, and the tour on it.
    Tour,
}

/// What is asked of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Report what the mouse does, or no longer.
    Mouse(bool),
    /// Give the terminal back and stop, until the shell lets the program go on.
    Suspend,
    /// Tell whether its ground is dark or light.
    Shade,
}

/// A pane of the page Review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewPane {
    /// The evidence that leaves.
    Evidence,
    /// What was replaced.
    Ledger,
    /// A field of the operator's words.
    Words(WordField),
}

/// A pane of the page Note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotePane {
    /// The note.
    Preview,
    /// What is there and what is missing.
    Completeness,
}

/// Rows scrolled, per pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tops {
    /// The body on Request.
    pub body: usize,
    /// The text below the attempts.
    pub reproduce: usize,
    /// The page Isolate.
    pub isolate: usize,
    /// The evidence on Review.
    pub evidence: usize,
    /// The ledger on Review.
    pub ledger: usize,
    /// The note.
    pub note: usize,
    /// The completeness list.
    pub completeness: usize,
    /// The question before sending.
    pub consent: usize,
}

/// The state of the terminal program.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Screen {
    /// The key table.
    pub keymap: Keymap,
    /// The path that was typed last to be opened, so that a slip in it is mended and not typed again.
    pub opened: String,
    /// The path that was typed last to write the note to, and how often the note had been handed over by then.
    pub written: (String, usize),
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The marked field on Request.
    pub field: Field,
    /// The finding that was visited last.
    pub finding: Option<usize>,
    /// The marked attempt; `None`: the last one.
    pub attempt: Option<usize>,
    /// The operator moved the mark of the page's list, so that Enter opens what has it.
    pub choosing: bool,
    /// The marked row on Isolate.
    pub row: usize,
    /// The attempt that is looked at over the whole page.
    pub look: Option<Look>,
    /// The marked pane on Review.
    pub review: ReviewPane,
    /// The marked pane on Note.
    pub note: NotePane,
    /// Rows scrolled.
    pub tops: Tops,
    /// Controls that were there when the page was shown last.
    controls_seen: usize,
    /// The field that is edited.
    pub editor: Option<Editor>,
    /// What was looked for in the body.
    pub found: String,
    /// What lies on top.
    pub popup: Option<Popup>,
    /// A line of the face itself; the session's notice goes before it.
    pub hint: Option<String>,
    /// The colours.
    pub themes: Themes,
    /// The terminal reports what the mouse does.
    pub mouse: bool,
    /// Practice.
    pub practice: Practice,
    /// The guided tour runs.
    pub tour: bool,
    /// The cleaned evidence as text, made once per change.
    pub evidence_text: String,
    /// What stands out in it.
    pub marks: Marks,
    /// The cleaned words of the operator, in the order of [`WordField::ALL`].
    pub words_text: [String; 6],
    review_seen: Option<ReviewSeen>,
    consent_seen: bool,
    /// The page that was followed last.
    step: Step,
    /// The list of cases.
    pub cases: Cases,
    /// Unfinished cases that are offered.
    unfinished: Vec<Unfinished>,
    /// A text of the session's notice that is no longer so, and is not shown any more.
    overtaken: Option<String>,
    /// The case is a group of a log, opened from the list.
    of_group: bool,
    /// Id of the group that was opened last, and what was typed in the list then.
    group_place: Option<(String, String)>,
    /// That group was opened just now: what the session says of a case that goes on is meant for others.
    opening_group: bool,
    /// The note that goes onto a ticket.
    pub attach: Option<Attach>,
    /// The desks that were offered.
    desks: Vec<DeskLine>,
    /// A run of several requests, over the page.
    pub run: Option<Run>,
}

impl Screen {
    /// A screen at its start; with scenarios it begins with their list.
    pub fn new(keymap: Keymap, size: (u16, u16), choices: Vec<PracticeChoice>) -> Self {
        let is_open = !choices.is_empty();
        let mut practice = Practice { choices, is_open, ..Practice::default() };
        // The mark begins on the first row, whatever its place in the file.
        practice.step(isize::MIN);
        Self {
            keymap,
            size,
            field: Field::Url,
            finding: None,
            attempt: None,
            choosing: false,
            row: 0,
            look: None,
            review: ReviewPane::Evidence,
            note: NotePane::Preview,
            tops: Tops::default(),
            controls_seen: 0,
            editor: None,
            found: String::new(),
            popup: None,
            opened: String::new(),
            written: (String::new(), 0),
            hint: None,
            themes: Themes::built_in(false),
            mouse: false,
            practice,
            tour: false,
            evidence_text: String::new(),
            marks: Marks::default(),
            words_text: Default::default(),
            review_seen: None,
            consent_seen: false,
            step: Step::Request,
            cases: Cases::default(),
            unfinished: Vec::new(),
            overtaken: None,
            of_group: false,
            group_place: None,
            opening_group: false,
            attach: None,
            desks: Vec::new(),
            run: None,
        }
    }

    /// Takes what the terminal reports. Apply each wish, in order, then call [`Screen::follow`].
    pub fn on_input(&mut self, input: Input, session: &Session) -> Vec<Wish> {
        match input {
            Input::Key(key) if key.kind != KeyEventKind::Release => {
                self.hint = None;
                let mode = self.mode(session);
                let combo = KeyCombo::from(&key);
                // Once something was typed, what could be typed is text.
                let is_text = mode == Mode::Cases && combo.is_text() && !self.cases.filter.is_empty();
                let action = self.keymap.action(mode, combo).filter(|_| !is_text);
                if !self.is_seen() {
                    // What nobody can read nobody agrees to.
                    let action =
                        action.filter(|a| matches!(a, Action::QuitNow | Action::Redraw | Action::Suspend));
                    return action.map_or_else(Vec::new, |action| self.act(action, mode, session));
                }
                match action {
                    Some(action) => self.act(action, mode, session),
                    None => self.type_key(&key, session),
                }
            }
            Input::Paste(text) => {
                self.hint = None;
                self.paste(text, session)
            }
            Input::Mouse(event) => self.point(event, session),
            Input::Resize(width, height) => {
                self.size = (width, height);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// The terminal is large enough for the pages.
    fn is_seen(&self) -> bool {
        layout::is_large_enough(layout::whole(self.size))
    }

    /// Takes over what changed in the session: masked text in the editor, new evidence, a new question.
    pub fn follow(&mut self, session: &Session) {
        if let Some(editor) = &mut self.editor {
            editor.follow(session.draft());
        }
        self.resize_code(session);
        if std::mem::take(&mut self.opening_group) {
            let told = session.notice().filter(|notice| notice.level == Level::Info);
            self.overtaken = told.map(|notice| notice.text.clone());
        }
        let asks = session.consent().is_some();
        if asks && !self.consent_seen {
            self.popup = None;
            self.tops.consent = 0;
        }
        self.consent_seen = asks;
        if self.attempt.is_some_and(|at| at >= session.evidence().attempts.len()) {
            self.attempt = None;
        }
        self.row = self.row.min(subjects(session).len().saturating_sub(1));
        if session.step() != self.step {
            // Marks, what was looked at and what was said of it belong to the page.
            self.hint = None;
            (self.step, self.look, self.choosing) = (session.step(), None, false);
            self.attach = None;
            self.marks.selection = None;
        }
        if self.look.as_mut().is_some_and(|look| !look.follow(session)) {
            self.look = None;
        }
        self.follow_controls(session);
        self.follow_review(session);
        self.judge(session);
    }

    /// Tells the editor of a body its window: movements by rows depend on it.
    fn resize_code(&mut self, session: &Session) {
        if self.editor.as_mut().is_none_or(|editor| editor.code().is_none()) {
            return;
        }
        let body = layout::frames(session, self, layout::whole(self.size)).body;
        let area = layout::request_now(body, session, self).body;
        if let Some(code) = self.editor.as_mut().and_then(Editor::code) {
            // A cell stays for a cursor behind the last character.
            let columns = usize::from(area.width).saturating_sub(view::code::gutter(code) + 1);
            code.resize(columns, usize::from(area.height));
        }
    }

    /// The index of the marked attempt.
    pub fn marked_attempt(&self, session: &Session) -> Option<usize> {
        let last = session.evidence().attempts.len().checked_sub(1)?;
        Some(self.attempt.unwrap_or(last).min(last))
    }

    /// True where this text of the session's notice is no longer so.
    pub fn is_overtaken(&self, notice: &str) -> bool {
        self.overtaken.as_deref() == Some(notice)
    }

    /// Another note stands here than the one that was handed over, or another hand-over begins: what was said of the last one
    /// is shown no more.
    fn overtake_delivery(&mut self, session: &Session) {
        let last = session.delivered().last().map(|delivered| delivered.route.as_str());
        let of_it = session.notice().filter(|notice| last.is_some_and(|route| notice.text.contains(route)));
        if let Some(notice) = of_it {
            self.overtaken = Some(notice.text.clone());
        }
    }

    /// Marks and scrolling as at the start: another request came.
    fn start_over(&mut self) {
        (self.overtaken, self.of_group) = (None, false);
        self.editor = None;
        self.popup = None;
        // What comes is no scenario's, until one is begun.
        (self.practice.chosen, self.tour) = (None, false);
        self.field = Field::Url;
        self.finding = None;
        self.attempt = None;
        (self.look, self.choosing, self.row, self.attach, self.run) = (None, false, 0, None, None);
        self.review = ReviewPane::Evidence;
        self.note = NotePane::Preview;
        self.written = (String::new(), 0);
        self.tops = Tops::default();
    }
}
