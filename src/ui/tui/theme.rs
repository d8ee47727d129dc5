//! Colours by meaning. The theme `terminal` has the sixteen ANSI colours only, so the terminal's own palette decides; the
//! others bring their own page. Never colour alone: every meaning has a sign, a word or a modifier besides.

mod read;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::case::finding::Level;
use crate::io::terminal::Shade;

/// Styles by meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// What has no colour of its own: text and background of the whole screen.
    pub page: Style,
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
    /// A letter that goes to a place.
    pub label: Style,
}

impl Theme {
    /// The theme that follows the terminal; `no_color` (the variable `NO_COLOR` is set) leaves bold, dim and reversed
    /// text only.
    pub fn new(no_color: bool) -> Self {
        let colour = |colour: Color, modifier: Modifier| Style::new().fg(colour).add_modifier(modifier);
        let theme = Self {
            page: Style::new(),
            ok: colour(Color::Green, Modifier::empty()),
            warn: colour(Color::Yellow, Modifier::BOLD),
            danger: colour(Color::Red, Modifier::BOLD),
            hint: Style::new().add_modifier(Modifier::DIM),
            accent: colour(Color::Cyan, Modifier::BOLD),
            title: Style::new().add_modifier(Modifier::BOLD),
            plain: Style::new(),
            marked: Style::new().add_modifier(Modifier::REVERSED),
            label: Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
        };
        if no_color { theme.without_colour() } else { theme }
    }

    /// The same with its modifiers only.
    #[must_use]
    pub fn without_colour(self) -> Self {
        let plain = |style: Style| Style { fg: None, bg: None, underline_color: None, ..style };
        Self {
            page: plain(self.page),
            ok: plain(self.ok),
            warn: plain(self.warn),
            danger: plain(self.danger),
            hint: plain(self.hint),
            accent: plain(self.accent),
            title: plain(self.title),
            plain: plain(self.plain),
            marked: plain(self.marked),
            label: plain(self.label),
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

    /// Gives every cell that has no colour of its own the page's. Called last, so that no part of the screen needs to
    /// know that there is a page.
    pub fn paint(&self, buffer: &mut Buffer) {
        let (text, ground) = (self.page.fg, self.page.bg);
        if text.is_none() && ground.is_none() {
            return;
        }
        for cell in &mut buffer.content {
            if cell.fg == Color::Reset {
                cell.fg = text.unwrap_or(Color::Reset);
            }
            if cell.bg == Color::Reset {
                cell.bg = ground.unwrap_or(Color::Reset);
            }
        }
    }
}

/// The sign of a level: meaning without colour.
pub fn sign(level: Level) -> &'static str {
    match level {
        Level::Info => "·",
        Level::Warning => "!",
        Level::Error => "x",
    }
}

/// Themes that the program brings, besides `terminal` and `none`: name and text, as JSON.
const BUILT_IN: [(&str, &str); 3] = [
    ("dark", include_str!(concat!(env!("OUT_DIR"), "/assets/themes/dark.json"))),
    ("light", include_str!(concat!(env!("OUT_DIR"), "/assets/themes/light.json"))),
    ("high-contrast", include_str!(concat!(env!("OUT_DIR"), "/assets/themes/high-contrast.json"))),
];

/// The themes to choose from, and the one that is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Themes {
    all: Vec<(String, Theme)>,
    chosen: usize,
    no_color: bool,
    /// Nobody chose: the terminal's ground decides.
    follows: bool,
    ascii: bool,
}

impl Themes {
    /// The built-in ones, `terminal` chosen. `no_color`: whatever is chosen has no colour.
    pub fn built_in(no_color: bool) -> Self {
        let terminal = Theme::new(false);
        let mut all = vec![("terminal".to_owned(), terminal)];
        // Each of them reads: a test has tried it.
        all.extend(
            BUILT_IN.iter().filter_map(|(name, text)| Some(((*name).to_owned(), read::built_in(text)?))),
        );
        all.push(("none".to_owned(), Theme::new(true)));
        Self { all, chosen: 0, no_color, follows: true, ascii: false }
    }

    /// Adds a theme of the user's, or puts it in the place of the one of that name. It may be `like` any that is there.
    ///
    /// # Errors
    /// Where and why it cannot be used; holds no value of the file.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), String> {
        let theme = read::theme(text, |like| self.all.iter().find(|(n, _)| n == like).map(|(_, t)| *t))?;
        match self.all.iter_mut().find(|(n, _)| n == name) {
            Some((_, place)) => *place = theme,
            None => self.all.push((name.to_owned(), theme)),
        }
        Ok(())
    }

    /// Chooses by name; false: there is none of that name, and nothing changed.
    pub fn choose(&mut self, name: &str) -> bool {
        let found = self.all.iter().position(|(n, _)| n == name);
        self.chosen = found.unwrap_or(self.chosen);
        self.follows &= found.is_none();
        found.is_some()
    }

    /// The terminal has no UTF-8: borders and signs are drawn in ASCII.
    pub fn draw_in_ascii(&mut self) {
        self.ascii = true;
    }

    /// Borders and signs are drawn in ASCII.
    pub fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// Nobody chose a theme, and the ground on which the terminal writes makes a difference.
    pub fn follows(&self) -> bool {
        self.follows && !self.no_color
    }

    /// Chooses what can be read on this ground, unless somebody chose: the sixteen colours are made for a dark one.
    pub fn follow(&mut self, shade: Shade) {
        if self.follows() {
            let name = match shade {
                Shade::Dark => "terminal",
                Shade::Light => "light",
            };
            self.chosen = self.all.iter().position(|(n, _)| n == name).unwrap_or(self.chosen);
        }
    }

    /// The names, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|(name, _)| name.as_str())
    }

    /// The name of the chosen one.
    pub fn chosen(&self) -> &str {
        self.all.get(self.chosen).map_or("terminal", |(name, _)| name)
    }

    /// `NO_COLOR` is set, so that the chosen theme shows its modifiers only.
    pub fn no_color(&self) -> bool {
        self.no_color
    }

    /// The chosen theme.
    pub fn theme(&self) -> Theme {
        let theme = self.all.get(self.chosen).map_or_else(|| Theme::new(false), |(_, theme)| *theme);
        if self.no_color { theme.without_colour() } else { theme }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    #[test]
    fn every_built_in_theme_reads_and_is_chosen_by_name() {
        for (name, _) in BUILT_IN {
            let written = std::fs::read_to_string(format!("assets/themes/{name}.yaml")).expect("a file");
            let mut themes = Themes::built_in(false);
            assert!(themes.choose(name));
            let built_in = themes.theme();
            themes.add("written", &written).expect(name);
            assert!(themes.choose("written"));
            assert_eq!(themes.theme(), built_in, "{name}");
        }
        let mut themes = Themes::built_in(false);
        let names: Vec<String> = themes.names().map(str::to_owned).collect();
        assert_eq!(names, ["terminal", "dark", "light", "high-contrast", "none"]);
        assert_eq!((themes.chosen(), themes.theme()), ("terminal", Theme::new(false)));
        let mut seen = Vec::new();
        for name in names {
            assert!(themes.choose(&name));
            assert!(!seen.contains(&themes.theme()), "{name} is as another one");
            seen.push(themes.theme());
        }
        assert!(!themes.choose("pink") && themes.chosen() == "none");
        assert_eq!(themes.theme(), Theme::new(true));
    }

    #[test]
    fn the_ground_decides_where_nobody_chose() {
        let mut themes = Themes::built_in(false);
        themes.follow(Shade::Light);
        assert_eq!((themes.chosen(), themes.follows()), ("light", true));
        themes.follow(Shade::Dark);
        assert_eq!(themes.chosen(), "terminal");
        assert!(themes.choose("dark") && !themes.follows());
        themes.follow(Shade::Light);
        assert_eq!(themes.chosen(), "dark");
        let mut themes = Themes::built_in(true);
        themes.follow(Shade::Light);
        assert_eq!(
            (themes.chosen(), themes.follows()),
            ("terminal", false),
            "nothing is asked without colours"
        );
    }

    #[test]
    fn the_terminal_theme_has_no_page_and_the_printed_one_is_the_same() {
        let printed = include_str!("../../../assets/themes/terminal.yaml");
        assert_eq!(read::theme(printed, |_| None), Ok(Theme::new(false)));
    }

    #[test]
    fn no_color_leaves_no_colour_in_any_theme() {
        let mut themes = Themes::built_in(true);
        themes.add("mine", "like: dark\nok: {fg: '#00ff00', underlined: true}\n").expect("reads");
        for name in themes.names().map(str::to_owned).collect::<Vec<_>>() {
            assert!(themes.choose(&name));
            let theme = themes.theme();
            let styles = [
                theme.page,
                theme.ok,
                theme.warn,
                theme.danger,
                theme.hint,
                theme.accent,
                theme.title,
                theme.plain,
                theme.marked,
                theme.label,
            ];
            assert!(styles.iter().all(|s| s.fg.is_none() && s.bg.is_none()), "{name}");
            // What has the mark can be seen without colour.
            assert!(!theme.marked.add_modifier.is_empty() && !theme.label.add_modifier.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_page_is_painted_under_what_has_no_colour() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
        buffer.set_string(0, 0, "a", Style::new().fg(Color::Red));
        Theme::new(false).paint(&mut buffer);
        assert_eq!(buffer[(1, 0)].bg, Color::Reset);
        let page = Style::new().fg(Color::White).bg(Color::Black);
        Theme { page, ..Theme::new(false) }.paint(&mut buffer);
        assert_eq!((buffer[(0, 0)].fg, buffer[(0, 0)].bg), (Color::Red, Color::Black));
        assert_eq!((buffer[(1, 0)].fg, buffer[(1, 0)].bg), (Color::White, Color::Black));
    }

    /// Contrast of text on its page by WCAG 2.1, for the colours that are given in full.
    #[test]
    fn the_text_of_built_in_pages_can_be_read() {
        let channel = |value: u8| {
            let c = f64::from(value) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let light = |colour: Color| match colour {
            Color::Rgb(r, g, b) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b),
            other => panic!("{other} is not given in full"),
        };
        let mut themes = Themes::built_in(false);
        for (name, least) in [("dark", 4.5), ("light", 4.5), ("high-contrast", 7.0)] {
            assert!(themes.choose(name));
            let theme = themes.theme();
            let ground = theme.page.bg.expect("a page");
            for style in
                [theme.page, theme.ok, theme.warn, theme.danger, theme.hint, theme.accent, theme.title]
            {
                let colour = style.fg.or(theme.page.fg).expect("a text");
                let (one, two) = (light(colour), light(style.bg.unwrap_or(ground)));
                let contrast = (one.max(two) + 0.05) / (one.min(two) + 0.05);
                assert!(contrast >= least, "{name}: {colour} has {contrast:.1}");
            }
        }
    }
}
