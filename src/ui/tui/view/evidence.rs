//! One attempt over the whole page: when what happened, its stream, headers and body, and what differs.
//!
//! ```text
//!  attempt 2 of 3 · 401            what is looked at
//!  [Timeline]  Stream  Headers …   tabs
//!  as it may leave                 or: RAW, on this screen only
//!  (the open tab)
//! ```

mod body;
mod difference;
mod headers;
mod stream;
mod timeline;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::reproduce::outcome;
use crate::session::Session;
use crate::ui::tui::evidence::{Against, Answer, Look, Tab, subjects};
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::rows::numbered;
use crate::ui::tui::widget::text::cut;

/// Rows of the head.
const HEAD: u16 = 3;

/// The place of the open tab in the page.
pub fn content(body: Rect) -> Rect {
    let [_, content] = Layout::vertical([Constraint::Length(HEAD), Constraint::Min(0)]).areas(body);
    content
}

/// Draws the page.
pub fn render(
    frame: &mut Frame<'_>,
    page: Rect,
    look: &Look,
    session: &Session,
    screen: &Screen,
    theme: &Theme,
) {
    let width = usize::from(page.width);
    area::lines(
        frame,
        Rect { height: page.height.min(HEAD), ..page },
        vec![
            what(look, session, width, theme),
            tabs(look, theme),
            which(look, session, screen, width, theme),
        ],
    );
    let place = content(page);
    let (columns, rows) = (usize::from(place.width), usize::from(place.height));
    match (look.tab, &look.made.body) {
        (Tab::Body, Answer::Tree(tree)) => body::tree(frame, place, tree, look.top, theme),
        (Tab::Body, Answer::Text(text)) => {
            area::lines(frame, place, numbered(text, columns, rows, look.top, theme));
        }
        _ => {
            let lines = lines(look, session, columns, theme);
            area::lines(frame, place, lines.into_iter().skip(look.top).take(rows).collect());
        }
    }
}

/// The lines of the open tab; not of a body, of which only the rows that are seen are made.
pub fn lines(look: &Look, session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    match look.tab {
        Tab::Timeline => timeline::lines(look, session, width, theme),
        Tab::Stream => stream::lines(look, session, width, theme),
        Tab::Headers => headers::lines(look, session, width, theme),
        Tab::Difference => difference::lines(look, session, width, theme),
        Tab::Body => body::nothing(look, session, width, theme),
    }
}

/// Rows for the tree of a body of `height` rows, and below it for the whole value that has the mark.
pub use body::{token_style, tree_rows};

fn what(look: &Look, session: &Session, width: usize, theme: &Theme) -> Line<'static> {
    let all = subjects(session);
    let at = all.iter().position(|one| *one == look.subject).map_or(0, |at| at + 1);
    let place = if all.len() > 1 { format!(" ({at} of {})", all.len()) } else { String::new() };
    let came = look.subject.attempt(session).map(|attempt| outcome(attempt, look.subject.reading(session)));
    let text = format!("{}{place} · {}", look.subject.name(session), came.unwrap_or_default());
    Line::from(Span::styled(cut(&text, width), theme.title))
}

fn tabs(look: &Look, theme: &Theme) -> Line<'static> {
    let spans = Tab::ALL.into_iter().map(|tab| {
        if tab == look.tab {
            Span::styled(format!("[{}]", tab.name()), theme.accent)
        } else {
            Span::styled(format!(" {} ", tab.name()), theme.plain)
        }
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// Says plainly which of the two is shown, and how to get the other.
fn which(look: &Look, session: &Session, screen: &Screen, width: usize, theme: &Theme) -> Line<'static> {
    let key = screen.keymap.key_for(Mode::Evidence, Action::ToggleRaw);
    if look.tab == Tab::Difference && look.against == Against::Leaves {
        let text = "RAW against SANITIZED: the lines with - are on this screen only. Keys stand as labels.";
        return Line::from(Span::styled(cut(text, width), theme.danger));
    }
    if !look.has_raw(session) {
        let text = "SANITIZED, as it may leave. There is nothing more of it raw.";
        return Line::from(Span::styled(cut(text, width), theme.ok));
    }
    if look.raw {
        let text = format!("RAW, on this screen only; keys stand as labels. {key}: as it may leave");
        return Line::from(Span::styled(cut(&text, width), theme.danger));
    }
    Line::from(Span::styled(
        cut(&format!("SANITIZED, as it may leave. {key}: raw, on this screen only"), width),
        theme.ok,
    ))
}
