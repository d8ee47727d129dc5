//! The places of the screen that can be gone to: where each is, and what is there. The mouse and the letters of the jump
//! ask here; where things stand is the layout's.

use ratatui::layout::{Position, Rect};

use super::editor::Target;
use super::field::{Field, WordField};
use super::keys::Action;
use super::layout;
use super::popup::{Popup, Row};
use super::screen::{NotePane, ReviewPane, Row as PracticeRow, Screen};
use super::view::{keybar, practice, run as view_run, steps};
use super::widget::area;
use crate::session::{Session, Step};

/// What is at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// A step of the walk.
    Step(Step),
    /// A key of the line at the bottom.
    Key(Action),
    /// A field of the request.
    Field(Field),
    /// The findings of the request.
    Findings,
    /// An attempt.
    Attempt(usize),
    /// A pane of Review.
    Review(ReviewPane),
    /// A pane of Note.
    Note(NotePane),
    /// The line of that number in the list that lies on top.
    Item(usize),
    /// The practice scenario of that number.
    Scenario(usize),
    /// The row of that number of a run.
    RunRow(usize),
}

/// A place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Where it is.
    pub area: Rect,
    /// What is there.
    pub goal: Goal,
}

/// Letters of the jump, the easy ones first.
const LETTERS: &str = "asdfghjklqwertyuiopzxcvbnm";

/// All places that can be gone to now. Where something lies on top, only what belongs to it.
pub fn of(session: &Session, screen: &Screen) -> Vec<Spot> {
    let whole = layout::whole(screen.size);
    if !layout::is_large_enough(whole) {
        return Vec::new();
    }
    let frames = layout::frames(session, screen, whole);
    let mut out = keys(frames.keys, session, screen);
    let words = screen.editor.as_ref().is_some_and(|editor| matches!(editor.target, Target::Words(_)));
    if session.consent().is_some() || words {
        return out;
    }
    match &screen.popup {
        Some(Popup::Picker(picker)) => {
            let list = layout::picker(whole, picker).list;
            let rows = picker.rows();
            let marked = rows.iter().position(|row| matches!(row, Row::Item(_, true))).unwrap_or(0);
            let first = area::window(marked, rows.len(), usize::from(list.height));
            let before = rows.iter().take(first).filter(|row| matches!(row, Row::Item(..))).count();
            let seen = rows.iter().skip(first).zip(lines(list));
            let items = seen.filter(|(row, _)| matches!(row, Row::Item(..)));
            out.extend(items.enumerate().map(|(at, (_, area))| Spot { area, goal: Goal::Item(before + at) }));
        }
        Some(Popup::Palette(palette)) => {
            let list = layout::palette(whole, palette).list;
            let count = palette.shown().len();
            let first = area::window(palette.marked(), count, usize::from(list.height));
            let seen = (first..count).zip(lines(list));
            out.extend(seen.map(|(at, area)| Spot { area, goal: Goal::Item(at) }));
        }
        Some(Popup::Help { .. } | Popup::Prompt(_) | Popup::Leaving) => {}
        None if screen.run.is_some() => {
            let rows = screen.run.as_ref().map(|run| view_run::places(run, frames.body)).unwrap_or_default();
            out.extend(rows.into_iter().map(|(at, area)| Spot { area, goal: Goal::RunRow(at) }));
        }
        Some(Popup::Jump) | None => {
            out.extend(
                steps::cells(frames.steps, session, screen)
                    .into_iter()
                    .map(|(step, area)| Spot { area, goal: Goal::Step(step) }),
            );
            if screen.practice.is_open {
                scenarios(frames.body, screen, &mut out);
            } else {
                page(frames.body, session, screen, &mut out);
            }
        }
    }
    out
}

/// What is at a point; what was named last lies on top.
pub fn at(spots: &[Spot], x: u16, y: u16) -> Option<Goal> {
    spots.iter().rev().find(|spot| spot.area.contains(Position::new(x, y))).map(|spot| spot.goal)
}

/// The places of the page with the letter of each. Steps have their numbers and keys their keys.
pub fn labelled(spots: &[Spot]) -> impl Iterator<Item = (char, &Spot)> {
    let places = spots.iter().filter(|spot| !matches!(spot.goal, Goal::Step(_) | Goal::Key(_)));
    LETTERS.chars().zip(places.filter(|spot| !spot.area.is_empty()))
}

/// The rows of an area, from its top.
fn lines(area: Rect) -> impl Iterator<Item = Rect> {
    (area.y..area.bottom()).map(move |y| Rect { y, height: 1, ..area })
}

fn keys(area: Rect, session: &Session, screen: &Screen) -> Vec<Spot> {
    let mut x = area.x;
    let shown = keybar::shown(area.width, session, screen).into_iter();
    shown
        .map(|entry| {
            let width = entry.width();
            let place = Rect { x, width: width.saturating_sub(2), ..area };
            x = x.saturating_add(width);
            Spot { area: place.intersection(area), goal: Goal::Key(entry.action) }
        })
        .collect()
}

fn scenarios(body: Rect, screen: &Screen, out: &mut Vec<Spot>) {
    let list = layout::below_heading(layout::practice_list(body).0);
    let rows = screen.practice.rows();
    let first = practice::first_row(&screen.practice, &rows, usize::from(list.height));
    for (row, area) in rows.iter().skip(first).zip(lines(list)) {
        if let PracticeRow::Choice(at) = row {
            out.push(Spot { area, goal: Goal::Scenario(*at) });
        }
    }
}

fn page(body: Rect, session: &Session, screen: &Screen, out: &mut Vec<Spot>) {
    match session.step() {
        Step::Request if session.draft().is_empty() && screen.editor.is_none() => {}
        Step::Request => {
            let areas = layout::request(body, session);
            for (field, area) in [
                (Field::Method, areas.method),
                (Field::Url, areas.url),
                (Field::Headers, areas.headers),
                (Field::Body, areas.body_head.union(areas.body)),
            ] {
                out.push(Spot { area, goal: Goal::Field(field) });
            }
            if !session.findings().is_empty() {
                out.push(Spot { area: areas.findings, goal: Goal::Findings });
            }
        }
        Step::Reproduce => {
            let table = layout::below_heading(layout::reproduce(body, session).table);
            let count = session.evidence().attempts.len();
            let marked = screen.marked_attempt(session).unwrap_or(0);
            let first = area::window(marked, count, usize::from(table.height));
            out.extend(
                (first..count).zip(lines(table)).map(|(at, area)| Spot { area, goal: Goal::Attempt(at) }),
            );
        }
        Step::Isolate => {}
        Step::Review => {
            let areas = layout::review(body);
            out.push(Spot { area: areas.evidence, goal: Goal::Review(ReviewPane::Evidence) });
            out.push(Spot { area: areas.ledger, goal: Goal::Review(ReviewPane::Ledger) });
            let cells = layout::words(areas.words);
            out.extend(
                WordField::ALL
                    .into_iter()
                    .zip(cells)
                    .map(|(word, area)| Spot { area, goal: Goal::Review(ReviewPane::Words(word)) }),
            );
        }
        Step::Note => {
            let areas = layout::note(body);
            out.push(Spot { area: areas.preview, goal: Goal::Note(NotePane::Preview) });
            out.push(Spot { area: areas.completeness, goal: Goal::Note(NotePane::Completeness) });
        }
    }
}
