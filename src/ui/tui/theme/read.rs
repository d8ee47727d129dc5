//! A theme as a file: colours and modifiers by meaning.

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::Theme;

/// A theme as it is written. What is left out is as in the theme that it is like.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    like: Option<String>,
    page: Option<Colours>,
    ok: Option<Colours>,
    warn: Option<Colours>,
    danger: Option<Colours>,
    hint: Option<Colours>,
    accent: Option<Colours>,
    title: Option<Colours>,
    plain: Option<Colours>,
    marked: Option<Colours>,
    label: Option<Colours>,
}

/// Colours and modifiers of one meaning.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the modifiers of a terminal, each on or off")]
struct Colours {
    fg: Option<Colour>,
    bg: Option<Colour>,
    #[serde(default)]
    bold: bool,
    #[serde(default)]
    dim: bool,
    #[serde(default)]
    italic: bool,
    #[serde(default)]
    underlined: bool,
    #[serde(default)]
    reversed: bool,
}

/// A colour by name, by number (0 to 255) or as `#rrggbb`.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Colour(Color);

impl TryFrom<String> for Colour {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self).map_err(|_| "no colour")
    }
}

impl Colours {
    fn style(&self) -> Style {
        let modifiers = [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.italic, Modifier::ITALIC),
            (self.underlined, Modifier::UNDERLINED),
            (self.reversed, Modifier::REVERSED),
        ];
        let on = modifiers.into_iter().filter(|(on, _)| *on).map(|(_, modifier)| modifier);
        Style {
            fg: self.fg.as_ref().map(|c| c.0),
            bg: self.bg.as_ref().map(|c| c.0),
            add_modifier: on.collect(),
            ..Style::new()
        }
    }
}

/// Reads a theme; `known` gives the theme of a name.
///
/// # Errors
/// Where and why it cannot be used; holds no value of the text.
pub(super) fn theme(text: &str, known: impl Fn(&str) -> Option<Theme>) -> Result<Theme, String> {
    use serde_yaml::Error;
    let options = serde_yaml::options! {
        strict_booleans: true,
        with_snippet: false,
        duplicate_keys: serde_yaml::DuplicateKeyPolicy::Error,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let written: Written = serde_yaml::from_str_with_options(text, options).map_err(|error| {
        let at = error.location().map_or_else(String::new, |at| format!("line {}: ", at.line()));
        let what = match error {
            Error::SerdeUnknownField { expected, .. } => format!("known here are {}", expected.join(", ")),
            _ => "this is no theme; a meaning has {fg: colour, bg: colour, bold: true}, and a colour is a name, a number to 255 or \"#rrggbb\"".to_owned(),
        };
        at + &what
    })?;
    of(&written, known)
}

/// A theme that the program brings; its text is JSON.
pub(super) fn built_in(text: &str) -> Option<Theme> {
    of(&serde_json::from_str(text).ok()?, |_| None).ok()
}

fn of(written: &Written, known: impl Fn(&str) -> Option<Theme>) -> Result<Theme, String> {
    let base = match &written.like {
        Some(name) => known(name).ok_or("like: there is no theme of that name before this one")?,
        None => Theme::new(false),
    };
    let style = |own: &Option<Colours>, base: Style| own.as_ref().map_or(base, Colours::style);
    Ok(Theme {
        page: style(&written.page, base.page),
        ok: style(&written.ok, base.ok),
        warn: style(&written.warn, base.warn),
        danger: style(&written.danger, base.danger),
        hint: style(&written.hint, base.hint),
        accent: style(&written.accent, base.accent),
        title: style(&written.title, base.title),
        plain: style(&written.plain, base.plain),
        marked: seen(style(&written.marked, base.marked)),
        label: seen(style(&written.label, base.label)),
    })
}

/// A mark that is made of nothing is not seen, and without colour neither is one of colour alone.
fn seen(style: Style) -> Style {
    if style.add_modifier.is_empty() { style.add_modifier(Modifier::BOLD) } else { style }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_names_numbers_and_triples() {
        let read =
            theme("ok: {fg: light-blue}\nwarn: {fg: '208', bold: true}\nmarked: {bg: '#102030'}\n", |_| None)
                .expect("reads");
        assert_eq!(read.ok, Style::new().fg(Color::LightBlue));
        assert_eq!(read.warn, Style::new().fg(Color::Indexed(208)).add_modifier(Modifier::BOLD));
        assert_eq!(read.marked.bg, Some(Color::Rgb(16, 32, 48)));
        assert!(!read.marked.add_modifier.is_empty(), "never colour alone");
        assert_eq!(read.danger, Theme::new(false).danger, "what is left out stays");
    }

    #[test]
    fn a_fault_names_its_line_and_no_value() {
        let table = [
            ("ok: {fg: aB3aB3}", "line 1: "),
            ("ok: {fg: red}\naB3: {fg: red}", "line 2: known here are "),
            ("like: aB3", "like: "),
            ("aB3", "no theme"),
            ("[]", "no theme"),
            ("ok: {fg: '#12'}", "no theme"),
        ];
        for (text, said) in table {
            let fault = theme(text, |_| None).expect_err(text);
            assert!(fault.contains(said) && !fault.contains("aB3"), "{text}: {fault}");
        }
    }
}
