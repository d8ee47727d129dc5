//! Colours by meaning. ANSI colours only, so the terminal's own palette decides; never colour alone.

use ratatui::style::{Color, Modifier, Style};

use crate::case::finding::Level;

/// Styles by meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Done, works.
    pub ok: Style,
    /// Look twice.
    pub warn: Style,
    /// It cannot work, or a secret is concerned.
    pub danger: Style,
    /// Less important.
    pub hint: Style,
    /// Has the mark.
    pub accent: Style,
    /// Headings.
    pub title: Style,
    /// Ordinary text.
    pub plain: Style,
    /// The marked row of a list.
    pub marked: Style,
}

impl Theme {
    /// The theme; `no_color` (the variable `NO_COLOR` is set) leaves bold, dim and reversed text only.
    pub fn new(no_color: bool) -> Self {
        let colour = |colour: Color, modifier: Modifier| {
            let style = Style::new().add_modifier(modifier);
            if no_color { style } else { style.fg(colour) }
        };
        Self {
            ok: colour(Color::Green, Modifier::empty()),
            warn: colour(Color::Yellow, Modifier::BOLD),
            danger: colour(Color::Red, Modifier::BOLD),
            hint: Style::new().add_modifier(Modifier::DIM),
            accent: colour(Color::Cyan, Modifier::BOLD),
            title: Style::new().add_modifier(Modifier::BOLD),
            plain: Style::new(),
            marked: Style::new().add_modifier(Modifier::REVERSED),
        }
    }

    /// The style of a level.
    pub fn level(&self, level: Level) -> Style {
        match level {
            Level::Info => self.plain,
            Level::Warning => self.warn,
            Level::Error => self.danger,
        }
    }
}

/// The sign of a level: meaning without colour.
pub fn sign(level: Level) -> &'static str {
    match level {
        Level::Info => "i",
        Level::Warning => "!",
        Level::Error => "x",
    }
}
