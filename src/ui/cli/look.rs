//! Keys and colours of the terminal program: the built-in ones with the user's files over them.

use super::exit::{Exit, Failed};
use crate::io::doctor::{Check, State};
use crate::io::store::{Config, Folders, read_config, read_look, shown};
use crate::io::terminal::shade_of;
use crate::ui::tui::keys::Keymap;
use crate::ui::tui::theme::Themes;

/// Keys and colours, and what of the user's files was left aside.
pub(super) struct Look {
    pub(super) keymap: Keymap,
    pub(super) themes: Themes,
    /// What is wrong: one word for what it concerns, and a sentence with its place.
    faults: Vec<(&'static str, String)>,
    /// Themes and actions of the user's own are there.
    has_own: [bool; 2],
}

impl Look {
    /// What to say at the start; `None`: all is well.
    pub(super) fn said(&self) -> Option<String> {
        let (_, first) = self.faults.first()?;
        Some(match self.faults.len() {
            1 => format!("left aside: {first}"),
            n => format!("left aside: {first}; and {} more, which casefile doctor tells", n - 1),
        })
    }
}

/// Reads the user's files. A fault in them stops nothing: the rest holds.
///
/// # Errors
/// Never for a build that passed its tests: the built-in table reads.
pub(super) fn of(folders: &Folders, config: &Config) -> Result<Look, Failed> {
    let mut keymap = Keymap::built_in().map_err(|e| Failed::new(Exit::Usage, e.to_string()))?;
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let mut themes = Themes::built_in(no_color);
    let (own, unread) = read_look(folders);
    let has_own = [own.keys.is_some(), !own.themes.is_empty()];
    let mut faults: Vec<(&'static str, String)> =
        unread.into_iter().map(|error| ("look", error.to_string())).collect();
    if let Some(text) = own.keys {
        let path = shown(&folders.config.join("keys.yaml"));
        faults.extend(keymap.merge(&text).into_iter().map(|fault| ("keymap", format!("{path}: {fault}"))));
    }
    for (name, text) in own.themes {
        if let Err(what) = themes.add(&name, &text) {
            let path = shown(&folders.config.join("themes").join(format!("{name}.yaml")));
            faults.push(("theme", format!("{path}: {what}")));
        }
    }
    // What the terminal itself answers comes later and wins.
    if let Some(shade) = std::env::var("COLORFGBG").ok().as_deref().and_then(shade_of)
        && config.theme.is_none()
    {
        themes.follow(shade);
    }
    if let Some(name) = &config.theme
        && !themes.choose(name)
    {
        let known = themes.names().collect::<Vec<_>>().join(", ");
        let path = shown(&folders.config.join("config.yaml"));
        faults.push(("theme", format!("{path}: there is no theme {name}; there are {known}")));
    }
    Ok(Look { keymap, themes, faults, has_own })
}

/// What `casefile doctor` says of them.
pub(super) fn checks() -> Vec<Check> {
    // Without folders there is nothing of the user's, and another check says so.
    let Ok(folders) = Folders::locate() else { return Vec::new() };
    let config = read_config(&folders).unwrap_or_default();
    let Ok(look) = of(&folders, &config) else { return Vec::new() };
    let ok = |name, detail: String| Check { name, state: State::Ok, detail, advice: String::new() };
    let has_fault = |name| look.faults.iter().any(|(of, _)| *of == name);
    let mut checks = Vec::new();
    if look.has_own[0] && !has_fault("keymap") {
        checks.push(ok("keymap", "your keys are without a conflict".to_owned()));
    }
    if !has_fault("theme") {
        let own = if look.has_own[1] { ", with themes of your own" } else { "" };
        checks.push(ok("theme", format!("{}{own}", look.themes.chosen())));
    }
    checks.extend(look.faults.iter().map(|(name, detail)| Check {
        name,
        state: State::Problem,
        detail: detail.clone(),
        advice: "mend the file; until then the rest of it holds".to_owned(),
    }));
    checks
}
