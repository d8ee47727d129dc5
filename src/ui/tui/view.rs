//! Draws a session and a screen. No state change, no input or output, no clock in here.
//!
//! ```text
//!  casefile  CF-…  gateway  host  KEY [key#1]      title
//!  1 Request ✓  2 Reproduce …  …                   steps
//!  (the page, and the practice story)              request, reproduce, isolate, review, note
//!  what just happened                              status
//!  Enter go on  e edit  …                          keys
//! ```

pub mod attach;
pub mod cases;
pub mod code;
pub mod consent;
pub mod edit;
pub mod evidence;
pub mod help;
pub mod isolate;
pub mod jump;
pub mod keybar;
pub mod note;
pub mod palette;
pub mod popup;
pub mod practice;
pub mod reproduce;
pub mod request;
pub mod review;
pub mod run;
pub mod status;
pub mod steps;
pub mod title;

use chrono::{DateTime, Utc};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Paragraph, Wrap};

use super::layout;
use super::screen::{Screen, Stage};
use super::theme::Theme;
use super::widget::ascii;
use crate::session::{Session, Step};

/// Draws everything.
pub fn view(frame: &mut Frame<'_>, session: &Session, screen: &Screen, theme: &Theme, now: DateTime<Utc>) {
    let area = frame.area();
    if layout::is_large_enough(area) {
        parts(frame, area, session, screen, theme, now);
    } else {
        frame.render_widget(Paragraph::new(too_small(area)).wrap(Wrap { trim: true }), area);
    }
    if screen.themes.is_ascii() {
        ascii::spell(frame.buffer_mut());
    }
    theme.paint(frame.buffer_mut());
}

/// What is said where no page has place.
fn too_small(area: Rect) -> String {
    let ((columns, rows), Rect { width, height, .. }) = (layout::SMALLEST, area);
    format!(
        "This terminal has {width}x{height} characters. Make it {columns}x{rows} or larger; 80x24 is best. Ctrl-C leaves."
    )
}

fn parts(
    frame: &mut Frame<'_>,
    area: Rect,
    session: &Session,
    screen: &Screen,
    theme: &Theme,
    now: DateTime<Utc>,
) {
    let frames = layout::frames(session, screen, area);
    title::render(frame, frames.title, session, screen, theme);
    steps::render(frame, frames.steps, session, screen, theme);
    if let Some(run) = &screen.run {
        run::render(frame, frames.body, run, theme, now);
    } else if screen.cases.is_open {
        cases::render(frame, frames.body, screen, theme);
    } else if screen.practice.is_open {
        practice::render(frame, frames.body, screen, theme);
    } else {
        practice::story(frame, frames.story, session, screen, theme);
        page(frame, frames.body, session, screen, theme, now);
    }
    status::render(frame, frames.status, session, screen, theme);
    keybar::render(frame, frames.keys, session, screen, theme);
    edit::words(frame, area, screen, theme);
    popup::render(frame, area, session, screen, theme);
    if let Some(consent) = session.consent() {
        consent::render(frame, area, consent, screen, theme);
    }
}

fn page(
    frame: &mut Frame<'_>,
    area: Rect,
    session: &Session,
    screen: &Screen,
    theme: &Theme,
    now: DateTime<Utc>,
) {
    if let Some(look) = &screen.look {
        return evidence::render(frame, area, look, session, screen, theme);
    }
    match session.step() {
        Step::Request => request::render(frame, area, session, screen, theme),
        Step::Reproduce => reproduce::render(frame, area, session, screen, theme, now),
        Step::Isolate => isolate::render(frame, area, session, screen, theme, now),
        Step::Review => review::render(frame, area, session, screen, theme),
        Step::Note => match screen.attach.as_ref().filter(|attach| attach.stage != Stage::Asking) {
            Some(attach) => attach::render(frame, area, attach, theme),
            None => note::render(frame, area, session, screen, theme),
        },
    }
}
