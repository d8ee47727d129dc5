//! The line at the bottom: the keys of what has the keyboard, made from the key table.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::session::Session;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;

/// A key of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it does.
    pub action: Action,
    key: String,
    label: String,
}

impl Entry {
    /// Columns that it takes, with the two blanks behind it.
    pub fn width(&self) -> u16 {
        u16::try_from(self.key.width() + self.label.width() + 3).unwrap_or(u16::MAX)
    }
}

/// Draws the keys.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let spans: Vec<Span<'_>> = shown(area.width, session, screen)
        .into_iter()
        .flat_map(|e| [Span::styled(e.key, theme.accent), Span::raw(format!(" {}  ", e.label))])
        .collect();
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}

/// The keys that have place in `width` columns. What does not fit is left out from the end; on a page those of every page
/// (all actions, help, quit) stay.
pub fn shown(width: u16, session: &Session, screen: &Screen) -> Vec<Entry> {
    let mode = screen.mode(session);
    let keymap = &screen.keymap;
    let mut entries: Vec<Entry> = keymap
        .bindings(mode)
        .map(|b| (b, screen.label(mode, b, session)))
        .filter(|(b, label)| {
            !label.is_empty() && (b.action == Action::Palette || screen.offers(b.action, session))
        })
        .filter_map(|(b, label)| {
            let key = b.keys.first()?.to_string();
            Some(Entry { action: b.action, key, label: label.to_owned() })
        })
        .collect();
    let of_every_page = |e: &Entry| {
        mode.is_page()
            && keymap.own_bindings(Mode::Steps).any(|b| b.action == e.action && !b.label.is_empty())
    };
    let stays = entries.iter().rev().take_while(|e| of_every_page(e)).count();
    let tail = entries.split_off(entries.len().saturating_sub(stays));
    let mut room = width.saturating_sub(tail.iter().map(Entry::width).sum());
    let fitting = entries.into_iter().take_while(|entry| {
        let fits = entry.width() <= room;
        room = room.saturating_sub(entry.width());
        fits
    });
    fitting.chain(tail).collect()
}
