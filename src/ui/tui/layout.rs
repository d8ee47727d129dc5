//! Where things stand on the screen. Drawing and scrolling both ask here, so they agree.

mod on_top;

use ratatui::layout::{Constraint, Layout, Rect};

use super::editor::Content;
use super::field::WordField;
use super::said::status_text;
use super::screen::Screen;
use super::theme::Theme;
use super::view::practice;
use super::widget::text::wrap;
use crate::session::{Activity, Session, Step};

pub use on_top::{ListAreas, help, help_frame, palette, picker, popup, popup_frame, stage};

/// From this many columns on, panes stand side by side.
const WIDE: u16 = 100;

/// Smallest terminal in which a page can be used, columns and rows.
pub const SMALLEST: (u16, u16) = (60, 15);

/// The parts of every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frames {
    /// Case, gateway, key.
    pub title: Rect,
    /// The five steps.
    pub steps: Rect,
    /// The practice story; may be empty.
    pub story: Rect,
    /// The page.
    pub body: Rect,
    /// What just happened.
    pub status: Rect,
    /// The keys.
    pub keys: Rect,
}

/// The parts of the page Request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestAreas {
    /// Gateway, model, key.
    pub facts: Rect,
    /// Method.
    pub method: Rect,
    /// URL.
    pub url: Rect,
    /// Headers with their heading.
    pub headers: Rect,
    /// The body's heading.
    pub body_head: Rect,
    /// The body.
    pub body: Rect,
    /// Findings with their heading.
    pub findings: Rect,
}

/// The parts of the page Reproduce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReproduceAreas {
    /// What is sent.
    pub request: Rect,
    /// What runs; may be empty.
    pub activity: Rect,
    /// The attempts; may be empty.
    pub table: Rect,
    /// Diagnosis with its heading, or all that will be sent.
    pub below: Rect,
    /// The marked attempt with its heading, where there is place beside.
    pub beside: Option<Rect>,
}

/// The panes of the page Review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewAreas {
    /// The evidence that leaves.
    pub evidence: Rect,
    /// What was replaced.
    pub ledger: Rect,
    /// The operator's words.
    pub words: Rect,
}

/// The panes of the page Note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteAreas {
    /// The note.
    pub preview: Rect,
    /// What is there and what is missing.
    pub completeness: Rect,
}

/// True where a page can be used in `area`.
pub fn is_large_enough(area: Rect) -> bool {
    area.width >= SMALLEST.0 && area.height >= SMALLEST.1
}

/// The whole terminal.
pub fn whole(size: (u16, u16)) -> Rect {
    Rect::new(0, 0, size.0, size.1)
}

/// The parts of every page in `area`.
pub fn frames(session: &Session, screen: &Screen, area: Rect) -> Frames {
    let said = wrap(&status_text(session, screen), usize::from(area.width.saturating_sub(2))).len();
    // Never more than a third of a small screen.
    let said = u16::try_from(said).unwrap_or(3).clamp(1, (area.height / 5).clamp(1, 4));
    let [title, steps, page, status, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(said),
        Constraint::Length(1),
    ])
    .areas(area);
    let (story, body) = split_story(session, screen, page);
    Frames { title, steps, story, body, status, keys }
}

/// From this many columns on the story stands beside the page.
const BESIDE: u16 = WIDE + 12;

/// The story (or the score) is open: as the operator wants it, else where there is place beside the page.
pub fn story_is_open(screen: &Screen, session: &Session) -> bool {
    let wide = screen.size.0 >= BESIDE;
    // A score is what the walk was for: it is not folded away on a high screen.
    let scored = session.step() == Step::Note
        && session.output().is_some()
        && screen.practice.score().is_some()
        && screen.size.1 >= 36;
    screen.practice.story.unwrap_or(wide || scored)
}

/// The story stands beside the page, or above it: one row, or opened half of the page at most. It never covers the work.
fn split_story(session: &Session, screen: &Screen, page: Rect) -> (Rect, Rect) {
    if screen.practice.current().is_none() || screen.practice.is_open || screen.run.is_some() {
        return (Rect::default(), page);
    }
    let open = story_is_open(screen, session);
    if open && page.width >= BESIDE {
        let columns = (page.width / 4).clamp(32, 44);
        let [body, _, story] =
            Layout::horizontal([Constraint::Min(0), Constraint::Length(1), Constraint::Length(columns)])
                .areas(page);
        return (story, body);
    }
    let rows = if open {
        let lines = practice::panel(session, screen, usize::from(page.width), &Theme::new(true)).len();
        u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(1).min(page.height / 2).max(1)
    } else {
        1
    };
    let [story, body] = Layout::vertical([Constraint::Length(rows), Constraint::Min(0)]).areas(page);
    (story, body)
}

/// The parts of the practice list: the list, and the story of the marked scenario.
pub fn practice_list(body: Rect) -> (Rect, Rect) {
    if body.width >= BESIDE {
        let columns = (body.width * 2 / 5).clamp(40, 64);
        let [list, _, story] =
            Layout::horizontal([Constraint::Min(0), Constraint::Length(1), Constraint::Length(columns)])
                .areas(body);
        return (list, story);
    }
    let rows = (body.height / 2).clamp(4, 12);
    let [list, story] = Layout::vertical([Constraint::Min(3), Constraint::Length(rows)]).areas(body);
    (list, story)
}

/// The parts of the page Request.
pub fn request(body: Rect, session: &Session) -> RequestAreas {
    let found = u16::try_from(session.findings().len()).unwrap_or(u16::MAX);
    let headers = u16::try_from(session.draft().headers.len()).unwrap_or(u16::MAX);
    let wide = body.width >= WIDE;
    let (left, mut findings) = if wide {
        let [left, _, right] =
            Layout::horizontal([Constraint::Percentage(62), Constraint::Length(3), Constraint::Min(0)])
                .areas(body);
        (left, right)
    } else {
        (body, Rect::default())
    };
    // On a low page the address and what was found go before the rest; what is known of it stands in the title, too.
    let low = left.height < 13;
    let below = if wide { 0 } else { found.saturating_mul(2).clamp(1, if low { 2 } else { 6 }) + 1 };
    let most_headers = if wide { 10 } else { 4 };
    let [facts, method, url, headers, body_head, text, under] = Layout::vertical([
        Constraint::Length(u16::from(!low)),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(1 + headers.clamp(1, if low { 1 } else { most_headers })),
        Constraint::Length(1),
        Constraint::Min(if low { 1 } else { 3 }),
        Constraint::Length(below),
    ])
    .areas(left);
    if !wide {
        findings = under;
    }
    RequestAreas { facts, method, url, headers, body_head, body: text, findings }
}

/// The page Request where an answer alone was pasted: what was observed and, where there is place beside, what it says.
pub fn answer(body: Rect) -> (Rect, Option<Rect>) {
    if body.width < WIDE {
        return (body, None);
    }
    let [left, _, right] =
        Layout::horizontal([Constraint::Percentage(50), Constraint::Length(3), Constraint::Min(0)])
            .areas(body);
    (left, Some(right))
}

/// The rows below which a body that is edited has the whole page.
const LOW: u16 = 30;

/// The parts of the page Request as it stands: on a low screen a body that is edited has the place of all but the findings.
pub fn request_now(body: Rect, session: &Session, screen: &Screen) -> RequestAreas {
    let is_code = screen.editor.as_ref().is_some_and(|editor| matches!(editor.content, Content::Code(_)));
    if !is_code || body.height >= LOW {
        return request(body, session);
    }
    let found = u16::try_from(session.findings().len()).unwrap_or(u16::MAX);
    let [body_head, text, findings] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(3),
        Constraint::Length(found.saturating_mul(2).clamp(1, 4) + 1),
    ])
    .areas(body);
    let none = Rect { height: 0, ..body };
    RequestAreas { facts: none, method: none, url: none, headers: none, body_head, body: text, findings }
}

/// The parts of the page Reproduce.
pub fn reproduce(body: Rect, session: &Session) -> ReproduceAreas {
    let attempts = u16::try_from(session.evidence().attempts.len()).unwrap_or(u16::MAX);
    let table = if attempts == 0 { 0 } else { 1 + attempts.min(5) };
    let activity = match session.activity() {
        Activity::Idle => 0,
        Activity::Sending { .. } | Activity::Waiting { .. } => 1,
    };
    let [request, activity, table, rest] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(activity),
        Constraint::Length(table),
        Constraint::Min(0),
    ])
    .areas(body);
    if attempts > 0 && body.width >= WIDE {
        let [below, _, beside] =
            Layout::horizontal([Constraint::Percentage(50), Constraint::Length(3), Constraint::Min(0)])
                .areas(rest);
        return ReproduceAreas { request, activity, table, below, beside: Some(beside) };
    }
    ReproduceAreas { request, activity, table, below: rest, beside: None }
}

/// The panes of the page Review.
pub fn review(body: Rect) -> ReviewAreas {
    if body.width >= WIDE {
        let [evidence, _, right] =
            Layout::horizontal([Constraint::Percentage(55), Constraint::Length(3), Constraint::Min(0)])
                .areas(body);
        let [ledger, words] = Layout::vertical([Constraint::Min(3), Constraint::Length(14)]).areas(right);
        return ReviewAreas { evidence, ledger, words };
    }
    let [evidence, ledger, words] =
        Layout::vertical([Constraint::Min(3), Constraint::Length(5), Constraint::Length(4)]).areas(body);
    ReviewAreas { evidence, ledger, words }
}

/// The panes of the page Note.
pub fn note(body: Rect) -> NoteAreas {
    if body.width >= WIDE {
        let [preview, _, completeness] =
            Layout::horizontal([Constraint::Percentage(62), Constraint::Length(3), Constraint::Min(0)])
                .areas(body);
        return NoteAreas { preview, completeness };
    }
    let [preview, completeness] = Layout::vertical([Constraint::Min(4), Constraint::Length(6)]).areas(body);
    NoteAreas { preview, completeness }
}

/// The cells of the operator's words on the page Review, in the order of [`WordField::ALL`]. Where there is no place for
/// a row each, two share a row.
pub fn words(area: Rect) -> Vec<Rect> {
    let inner = below_heading(area);
    let count = u16::try_from(WordField::ALL.len()).unwrap_or(1);
    let columns = if inner.height < count { 2 } else { 1 };
    let each = if inner.height / count > 1 { 2 } else { 1 };
    let width = inner.width / columns;
    let cell = |at: u16| {
        let (row, column) = (at / columns * each, at % columns);
        Rect { x: inner.x + column * width, y: inner.y.saturating_add(row), width, height: 1 }
    };
    (0..count).map(|at| cell(at).intersection(inner)).collect()
}

/// What [`super::widget::area::headed`] leaves below its heading.
pub fn below_heading(area: Rect) -> Rect {
    let head = area.height.min(1);
    Rect { y: area.y.saturating_add(head), height: area.height - head, ..area }
}
