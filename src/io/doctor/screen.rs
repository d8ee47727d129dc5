//! The terminal: size, colours, characters.

use super::{Check, Machine};

/// Columns and lines below which the panels get narrow.
const COMFORT: (u16, u16) = (80, 24);

pub(super) fn checks(machine: &Machine) -> [Check; 3] {
    [size(machine), colour(machine), locale(machine)]
}

fn size(machine: &Machine) -> Check {
    match machine.size {
        None => Check::note(
            "terminal",
            "there is no terminal, so the screen cannot be shown",
            "use the commands, for example `casefile note`",
        ),
        Some((columns, lines)) if columns < COMFORT.0 || lines < COMFORT.1 => Check::note(
            "terminal",
            format!("{columns} by {lines} characters"),
            "80 by 24 or more shows every panel",
        ),
        Some((columns, lines)) => Check::ok("terminal", format!("{columns} by {lines} characters")),
    }
}

fn colour(machine: &Machine) -> Check {
    let term = machine.variable("TERM").unwrap_or_default();
    let colorterm = machine.variable("COLORTERM").unwrap_or_default();
    if machine.variable("NO_COLOR").is_some() {
        return Check::ok("colour", "none, as NO_COLOR asks");
    }
    if term.is_empty() && !cfg!(windows) || term.starts_with("dumb") {
        let advice = "set TERM to what your terminal is, for example xterm-256color";
        return Check::note("colour", "TERM names no terminal that can move its cursor", advice);
    }
    let seen = if colorterm.contains("truecolor") || colorterm.contains("24bit") {
        "16 million colours"
    } else if term.contains("256") {
        "256 colours"
    } else {
        "8 or 16 colours"
    };
    Check::ok("colour", seen)
}

fn locale(machine: &Machine) -> Check {
    // The first that is set decides (POSIX, environment variables, section 8.2).
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| machine.variable(name));
    let utf8 = locale.is_some_and(|l| {
        let l = l.to_ascii_lowercase();
        l.ends_with("utf-8") || l.ends_with("utf8") || l.contains("utf-8@") || l.contains("utf8@")
    });
    if utf8 || cfg!(windows) {
        return Check::ok("locale", "UTF-8");
    }
    Check::note(
        "locale",
        "LC_ALL, LC_CTYPE and LANG do not say UTF-8, so lines and signs may come out wrong",
        "set LANG to a UTF-8 locale, for example C.UTF-8",
    )
}
