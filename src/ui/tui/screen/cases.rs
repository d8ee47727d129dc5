//! The list of cases: kept ones and unfinished ones, a filter, a preview; opens, shows and removes them. What it shows is
//! handed to it: this room reads no file.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use crossterm::event::KeyEvent;
use tokio::sync::Notify;

use super::typing::typed;
use super::{Screen, Wish};
use crate::case::kept::Unfinished;
use crate::session::{Event, Session};
use crate::ui::tui::keys::Action;

/// Longest filter, characters.
const LONGEST_FILTER: usize = 60;

/// A case in the list. Its texts passed the audit again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Its id.
    pub id: String,
    /// What is shown of it in one line.
    pub line: String,
    /// Small letters in which the filter looks.
    pub sought: String,
    /// It was not finished.
    pub unfinished: bool,
}

/// Where the cases are: what the list asks for. Errors are sentences for the operator.
pub trait CaseDesk {
    /// All cases, unfinished ones first, each part the newest first.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn rows(&mut self, now: DateTime<Utc>) -> Result<Vec<CaseRow>, String>;

    /// The note of a case, or what is there of an unfinished one.
    ///
    /// # Errors
    /// Where it cannot be read, or the audit refuses it.
    fn preview(&mut self, row: &CaseRow) -> Result<String, String>;

    /// The case, to go on with.
    ///
    /// # Errors
    /// Where its evidence was not kept, cannot be read, or the audit refuses it.
    fn open(&mut self, row: &CaseRow) -> Result<Unfinished, String>;

    /// Forgets a case.
    ///
    /// # Errors
    /// Where it cannot be removed.
    fn remove(&mut self, row: &CaseRow) -> Result<(), String>;

    /// Opens the folder with its files, where a desktop is; says where they are.
    fn reveal(&self, row: &CaseRow) -> String;

    /// What the rows are, for the heading, and what stands in their columns. Cases have no columns.
    fn title(&self) -> ListTitle {
        ListTitle::default()
    }

    /// Puts the rows into the next order and says which.
    ///
    /// # Errors
    /// There is one order only.
    fn sort(&mut self) -> Result<String, String> {
        Err("cases stand with the newest first".to_owned())
    }

    /// The list is what the program begins with.
    fn opens_first(&self) -> bool {
        false
    }

    /// Wakes where the rows are others than they were; `None`: they change by what is done here alone.
    fn fresh(&self) -> Option<Arc<Notify>> {
        None
    }
}

/// What is said over the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListTitle {
    /// What they are: `Cases`.
    pub name: String,
    /// What stands in their columns; empty: they have none.
    pub columns: String,
    /// What is said where there is no row.
    pub empty: String,
}

impl Default for ListTitle {
    fn default() -> Self {
        Self {
            name: "Cases".to_owned(),
            columns: String::new(),
            empty: "no case yet: one is kept when its note is copied, written or printed".to_owned(),
        }
    }
}

/// What the list wants of the [`CaseDesk`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseAsk {
    /// The rows, and the list opens.
    List,
    /// Go on with the marked case.
    Open,
    /// Forget the marked case.
    Remove,
    /// Open its folder, or say where its files are.
    Reveal,
    /// Put the rows into the next order.
    Sort,
}

/// The list.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    /// It is shown.
    pub is_open: bool,
    /// What was typed: the list shows what has all its words.
    pub filter: String,
    /// What is said over the rows.
    pub title: ListTitle,
    /// The marked one among those that are shown.
    pub marked: usize,
    /// Id and text of the case that is previewed.
    pub preview: Option<(String, String)>,
    /// The case whose removal was asked for once.
    removing: Option<String>,
    rows: Vec<CaseRow>,
    /// Places of the rows that are shown.
    shown: Vec<usize>,
}

impl Cases {
    /// How many cases there are, and how many are shown.
    pub fn counts(&self) -> (usize, usize) {
        (self.rows.len(), self.shown.len())
    }

    /// The rows that are shown, from the one at `first` on.
    pub fn from_row(&self, first: usize) -> impl Iterator<Item = &CaseRow> {
        self.shown.iter().skip(first).filter_map(|at| self.rows.get(*at))
    }

    /// They are groups of a log: unlike cases, their rows have columns, and nothing of them is kept.
    pub fn are_groups(&self) -> bool {
        !self.title.columns.is_empty()
    }

    /// The marked case.
    pub fn current(&self) -> Option<&CaseRow> {
        self.rows.get(*self.shown.get(self.marked)?)
    }

    /// Takes rows in place of those that were there.
    pub(super) fn take(&mut self, rows: Vec<CaseRow>) {
        self.rows = rows;
        self.preview = None;
        self.filter_by(self.filter.clone());
    }

    /// Takes rows that changed while somebody looked: the mark stays on its row, wherever that went.
    fn renew(&mut self, rows: Vec<CaseRow>) {
        let marked = self.current().map(|row| row.id.clone());
        let removing = self.removing.take();
        self.take(rows);
        self.removing = removing;
        let place = |id: &String| self.from_row(0).position(|row| row.id == *id);
        // A mark at the top was not set by hand.
        if let Some(at) = marked.as_ref().filter(|_| self.marked > 0).and_then(place) {
            self.marked = at;
        }
    }

    /// Puts the mark on the row `id` among those with the words of `filter`, where it still is.
    fn go_back_to(&mut self, id: &str, filter: String) {
        self.filter_by(filter);
        let at = self.from_row(0).position(|row| row.id == id);
        self.marked = at.unwrap_or_default();
    }

    /// Moves the mark by `steps` of what is shown.
    pub(super) fn step(&mut self, steps: isize) {
        self.removing = None;
        self.marked = self.marked.saturating_add_signed(steps).min(self.shown.len().saturating_sub(1));
    }

    fn filter_by(&mut self, filter: String) {
        let words: Vec<String> = filter.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let fits = |row: &CaseRow| words.iter().all(|word| row.sought.contains(word));
        self.shown = (0..self.rows.len()).filter(|at| self.rows.get(*at).is_some_and(fits)).collect();
        self.filter = filter;
        self.step(0);
    }

    /// Takes a key that is text; false where it is none.
    pub(super) fn type_key(&mut self, key: &KeyEvent) -> bool {
        let Some(filter) = typed(&self.filter, key, LONGEST_FILTER) else { return false };
        self.filter_by(filter);
        true
    }
}

impl Screen {
    pub(super) fn open_cases(&mut self, session: &Session) -> Vec<Wish> {
        if session.is_busy() {
            return self.say("a request is under way; cancel it before you look at other cases");
        }
        vec![Wish::Cases(CaseAsk::List)]
    }

    pub(super) fn close_cases(&mut self) {
        if self.cases.filter.is_empty() {
            self.cases = Cases::default();
        } else {
            self.cases.filter_by(String::new());
        }
    }

    /// The first press asks, the second one of the same case removes.
    pub(super) fn remove_case(&mut self) -> Vec<Wish> {
        if self.cases.are_groups() {
            return self.say("nothing of a log is kept, so there is nothing to forget");
        }
        let Some(id) = self.cases.current().map(|row| row.id.clone()) else { return Vec::new() };
        if self.cases.removing.as_ref() == Some(&id) {
            return vec![Wish::Cases(CaseAsk::Remove)];
        }
        let key = self.keymap.key_for(super::Mode::Cases, Action::Remove);
        let text = format!("forget {id} and its files? {key} once more forgets it, any move keeps it");
        self.cases.removing = Some(id);
        self.say(&text)
    }

    /// The case was opened from the groups of a log, where the list of cases leads back to.
    pub fn shows_group(&self) -> bool {
        self.of_group
    }

    /// The label of an action in the list where groups of a log stand in it; `None`: that of the key table.
    /// The groups of a log are what is seen, and no case yet.
    pub fn shows_groups(&self) -> bool {
        self.cases.is_open && self.cases.are_groups()
    }

    /// The help of an action in the list where groups of a log stand in it; `None`: that of the key table; empty: it does nothing.
    pub fn group_help(&self, action: Action) -> Option<&'static str> {
        if !self.shows_groups() {
            return None;
        }
        Some(match action {
            Action::Accept => "make a case of one failure of the marked group, as the log has it",
            Action::Down => "next group",
            Action::Up => "previous group",
            Action::PageDown => "ten groups further down",
            Action::PageUp => "ten groups further up",
            Action::Top => "go to the first group",
            Action::Bottom => "go to the last group",
            Action::Remove => "",
            Action::Reveal => "say the request ids of the marked group",
            Action::Close => {
                "take back what was typed; then leave the list; letters choose the groups that have them"
            }
            _ => return None,
        })
    }

    pub(super) fn group_label(&self, action: Action) -> Option<&'static str> {
        if !self.cases.are_groups() {
            return None;
        }
        match action {
            Action::SortList => Some("sort"),
            Action::Reveal => Some("request ids"),
            Action::Remove => Some(""),
            _ => None,
        }
    }

    /// Does with `desk` what the list wants; gives what the session is to be told.
    pub fn serve_cases(
        &mut self,
        ask: &CaseAsk,
        desk: Option<&mut (dyn CaseDesk + '_)>,
        now: DateTime<Utc>,
    ) -> Option<Event> {
        let Some(desk) = desk else {
            self.hint = Some("no cases are kept here".to_owned());
            return None;
        };
        let row = self.cases.current().cloned();
        let done = match (ask, row) {
            (CaseAsk::List, _) => desk.rows(now).map(|rows| {
                self.cases.is_open = true;
                self.cases.title = desk.title();
                self.cases.take(rows);
                if let Some((id, filter)) = self.group_place.take().filter(|_| self.cases.are_groups()) {
                    self.cases.go_back_to(&id, filter);
                }
            }),
            (CaseAsk::Sort, _) => desk.sort().and_then(|said| {
                self.hint = Some(said);
                desk.rows(now).map(|rows| self.cases.take(rows))
            }),
            (_, None) if self.cases.are_groups() => Err("no group is marked".to_owned()),
            (_, None) => Err("no case is marked".to_owned()),
            (CaseAsk::Open, Some(row)) => match desk.open(&row) {
                Ok(case) => {
                    let of_group = self.cases.are_groups();
                    // Who works through the groups comes back to this one.
                    self.group_place = of_group.then(|| (row.id.clone(), self.cases.filter.clone()));
                    self.cases = Cases::default();
                    self.start_over();
                    (self.of_group, self.opening_group) = (of_group, of_group);
                    return Some(Event::Resumed(Box::new(case)));
                }
                Err(error) => Err(error),
            },
            (CaseAsk::Remove, Some(row)) => desk.remove(&row).and_then(|()| {
                self.hint = Some(format!("{} is forgotten", row.id));
                desk.rows(now).map(|rows| self.cases.take(rows))
            }),
            (CaseAsk::Reveal, Some(row)) => {
                self.hint = Some(desk.reveal(&row));
                Ok(())
            }
        };
        if let Err(error) = done {
            self.hint = Some(error);
        }
        None
    }

    /// Shows the rows as they are now.
    pub fn renew_cases(&mut self, desk: Option<&mut (dyn CaseDesk + '_)>, now: DateTime<Utc>) {
        let Some(desk) = desk.filter(|_| self.cases.is_open) else { return };
        match desk.rows(now) {
            Ok(rows) => {
                self.cases.title = desk.title();
                self.cases.renew(rows);
            }
            Err(error) => self.hint = Some(error),
        }
    }

    /// Fetches the preview of the marked case where another one is shown.
    pub fn preview_case(&mut self, desk: Option<&mut (dyn CaseDesk + '_)>) {
        let Some(row) = self.cases.current().filter(|_| self.cases.is_open).cloned() else { return };
        let Some(desk) = desk else { return };
        if self.cases.preview.as_ref().is_none_or(|(id, _)| *id != row.id) {
            let text = desk.preview(&row).unwrap_or_else(|error| error);
            self.cases.preview = Some((row.id, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, line: &str) -> CaseRow {
        CaseRow { id: id.into(), line: line.into(), sought: line.to_lowercase(), unfinished: false }
    }

    #[test]
    fn what_is_typed_chooses_and_the_mark_stays_inside() {
        let mut cases = Cases::default();
        cases.take(vec![row("a", "Auth 401"), row("b", "Rate 429"), row("c", "auth 403")]);
        cases.step(9);
        assert_eq!(cases.current().map(|r| r.id.as_str()), Some("c"));
        // Rows that change go on under the mark.
        cases.renew(vec![
            row("x", "New 500"),
            row("c", "auth 403"),
            row("b", "Rate 429"),
            row("a", "Auth 401"),
        ]);
        assert_eq!((cases.current().map(|r| r.id.as_str()), cases.marked), (Some("c"), 1));
        cases.renew(vec![row("a", "Auth 401"), row("b", "Rate 429"), row("c", "auth 403")]);
        cases.filter_by("AUTH 4".into());
        assert_eq!((cases.counts(), cases.current().map(|r| r.id.as_str())), ((3, 2), Some("c")));
        cases.filter_by("nothing".into());
        assert_eq!((cases.counts(), cases.current()), ((3, 0), None));
        // Back from a case to the row that was opened.
        cases.go_back_to("c", "auth".into());
        assert_eq!((cases.counts(), cases.current().map(|r| r.id.as_str())), ((3, 2), Some("c")));
        cases.go_back_to("gone", String::new());
        assert_eq!(cases.current().map(|r| r.id.as_str()), Some("a"));
        cases.take(Vec::new());
        cases.step(1);
        assert_eq!(cases.current(), None);
    }
}
