//! What this machine offers and what would stand in the way. It describes, it sends nothing and changes nothing, and
//! nothing that it finds is a failure of its own. No value of a variable and no content of a file is repeated.

mod files;
mod network;
mod screen;

use std::ffi::OsString;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use serde::Serialize;

use crate::io::clock::Clock;
use crate::io::deliver::{Route, Surroundings};
use crate::io::store::{Folders, StoreError};
use crate::io::terminal::plain;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at, one word.
    pub name: &'static str,
    /// How it is.
    pub state: State,
    /// What was seen, one sentence.
    pub detail: String,
    /// What to do; empty where nothing is to be done.
    pub advice: String,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Ok,
    /// Worth knowing; casefile works.
    Note,
    /// Something of casefile will not work.
    Problem,
}

impl Check {
    fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, state: State::Ok, detail: detail.into(), advice: String::new() }
    }

    fn note(name: &'static str, detail: impl Into<String>, advice: &str) -> Self {
        Self { name, state: State::Note, detail: detail.into(), advice: advice.to_owned() }
    }

    fn problem(name: &'static str, detail: impl Into<String>, advice: &str) -> Self {
        Self { name, state: State::Problem, detail: detail.into(), advice: advice.to_owned() }
    }
}

/// The value of an environment variable, by name.
type Lookup = Box<dyn Fn(&str) -> Option<OsString>>;

/// The machine as the checks see it, so that a test can make one.
struct Machine {
    variables: Lookup,
    folders: Result<Folders, StoreError>,
    surroundings: Surroundings,
    now: DateTime<Utc>,
    /// When the program's file was written.
    built: Option<DateTime<Utc>>,
    /// Columns and lines of the terminal.
    size: Option<(u16, u16)>,
    /// True when an HTTP client can be made, which needs the certificates.
    client: bool,
}

impl Machine {
    fn this_one() -> Self {
        let built = std::env::current_exe().and_then(std::fs::metadata).and_then(|about| about.modified());
        let surroundings = Surroundings::from_environment(true);
        // Without a terminal crossterm asks `tput`, which makes up 80 by 24.
        let size = surroundings.terminal.as_ref().and_then(|_| crossterm::terminal::size().ok());
        Self {
            variables: Box::new(|name| std::env::var_os(name)),
            folders: Folders::locate(),
            surroundings,
            now: crate::io::clock::SystemClock::new().now(),
            built: built.ok().map(DateTime::from),
            size: size.filter(|(columns, lines)| *columns > 0 && *lines > 0),
            client: reqwest::Client::builder().no_proxy().build().is_ok(),
        }
    }

    /// The variable's text; `None` where it is not set or empty.
    fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name).filter(|v| !v.is_empty()).map(|v| v.to_string_lossy().into_owned())
    }
}

/// Looks at everything that casefile depends on.
pub fn examine() -> Vec<Check> {
    examine_with(Vec::new())
}

/// The same, with `more` that was looked at elsewhere.
pub fn examine_with(more: Vec<Check>) -> Vec<Check> {
    let machine = Machine::this_one();
    let mut checks = examine_machine(&machine);
    checks.extend(more);
    said(&mut checks, &machine);
    checks
}

/// Makes what is said fit to be shown and passed on.
fn said(checks: &mut [Check], machine: &Machine) {
    for check in checks {
        check.detail = without_home(&plain(&check.detail), machine.surroundings.home.as_deref());
    }
}

fn examine_machine(machine: &Machine) -> Vec<Check> {
    let mut checks = vec![version()];
    let (of_files, config, catalog) = files::checks(machine);
    checks.extend(of_files);
    checks.push(network::keys(machine, &config, &catalog));
    checks.push(network::certificates(machine));
    checks.push(network::proxy(machine));
    checks.push(clipboard(&machine.surroundings));
    checks.extend(screen::checks(machine));
    checks.push(clock(machine));
    said(&mut checks, machine);
    checks
}

/// The home folder names its owner; `~` says the same.
fn without_home(text: &str, home: Option<&std::path::Path>) -> String {
    match home.and_then(std::path::Path::to_str) {
        Some(home) if home.len() > 1 => text.replace(home.trim_end_matches('/'), "~"),
        _ => text.to_owned(),
    }
}

fn version() -> Check {
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    Check::ok("version", format!("casefile {} on {system} {machine}", env!("CARGO_PKG_VERSION")))
}

fn clipboard(surroundings: &Surroundings) -> Check {
    // The size of a usual note.
    match surroundings.routes(4_000).into_iter().next() {
        Some(Route::File) | None => Check::note(
            "clipboard",
            "there is no clipboard here; a copy goes to a file in the current folder",
            "for a clipboard, run casefile inside tmux, over SSH from a terminal with OSC 52, or on a desktop",
        ),
        Some(route) if route.certain() => {
            Check::ok("clipboard", format!("a copy goes to the {route} (not tried now)"))
        }
        Some(route) => Check::note(
            "clipboard",
            format!("a copy goes to the {route}; nothing tells whether it arrived"),
            "paste once to see that it works; if it does not, run casefile inside tmux or write a file",
        ),
    }
}

fn clock(machine: &Machine) -> Check {
    let shown = machine.now.format("%Y-%m-%d %H:%M:%S UTC");
    let advice = "set the clock: the times in a note let support find the request, and TLS depends on them";
    let first = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).single();
    if first.is_some_and(|first| machine.now < first) {
        return Check::problem("clock", format!("it says {shown}, before this program was written"), advice);
    }
    if machine.built.is_some_and(|built| built - machine.now > TimeDelta::days(1)) {
        return Check::problem(
            "clock",
            format!("it says {shown}, before this program was installed"),
            advice,
        );
    }
    Check::ok("clock", format!("{shown}; it was not compared with another clock"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::Path;

    fn machine(folder: &Path, variables: &[(&str, String)]) -> Machine {
        let variables: BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Machine {
            variables: Box::new(move |name| variables.get(name).map(OsString::from)),
            folders: Ok(Folders { config: folder.join("config"), state: folder.join("state") }),
            surroundings: Surroundings { home: Some(folder.to_owned()), ..Surroundings::default() },
            now: Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).single().expect("a time"),
            built: None,
            size: Some((120, 40)),
            client: true,
        }
    }

    fn find(checks: &[Check], name: &str) -> (State, String) {
        let check = checks.iter().find(|c| c.name == name).expect(name);
        assert_eq!(check.state == State::Ok, check.advice.is_empty(), "{check:?}");
        (check.state, format!("{} / {}", check.detail, check.advice))
    }

    #[test]
    fn a_fresh_machine_is_described() {
        let folder = tempfile::tempdir().expect("a folder");
        let locale = [("LANG", "C.UTF-8".to_owned()), ("TERM", "xterm-256color".to_owned())];
        let checks = examine_machine(&machine(folder.path(), &locale));
        for name in [
            "version",
            "config",
            "catalog",
            "bindings",
            "certificates",
            "proxy",
            "terminal",
            "locale",
            "clock",
        ] {
            assert_eq!(find(&checks, name).0, State::Ok, "{name}");
        }
        assert_eq!(find(&checks, "keys").0, State::Note);
        assert_eq!(find(&checks, "clipboard").0, State::Note);
        assert!(find(&checks, "config").1.contains("~/config"));
    }

    #[test]
    fn what_stands_in_the_way_is_said_without_a_secret() {
        let folder = tempfile::tempdir().expect("a folder");
        let secret = format!("sk-{}", "aB3".repeat(16));
        let config = folder.path().join("config");
        std::fs::create_dir_all(config.join("catalog")).expect("folders");
        std::fs::write(config.join("config.yaml"), format!("key_env: {secret}\n")).expect("writes");
        std::fs::write(config.join("catalog/wrong.yaml"), format!("a: {secret}\n")).expect("writes");
        std::fs::write(config.join("bindings.yaml"), format!("{secret}\n")).expect("writes");
        let variables = [
            ("COMETAPI_KEY", format!("{secret}\n")),
            ("HTTPS_PROXY", format!("http://jane:{secret}@proxy.example:3128")),
            ("http_proxy", format!("::{secret}")),
            ("NO_PROXY", "a,b".to_owned()),
            ("LANG", "C".to_owned()),
            ("TERM", format!("dumb\u{1b}]52;c;{secret}")),
        ];
        let mut machine = machine(folder.path(), &variables);
        machine.client = false;
        machine.now = Utc.with_ymd_and_hms(1970, 1, 1, 0, 0, 5).single().expect("a time");
        machine.size = Some((60, 20));
        let checks = examine_machine(&machine);
        let all = serde_json::to_string(&checks).expect("serializes");
        assert!(!all.contains("aB3") && !all.contains("jane") && !all.contains("\\u001b"), "{all}");
        let table = [
            ("config", State::Problem, "key_env must be the name"),
            ("catalog", State::Problem, "wrong.yaml"),
            ("bindings", State::Problem, "line 1"),
            ("keys", State::Problem, "COMETAPI_KEY"),
            ("certificates", State::Problem, "ca-certificates"),
            ("proxy", State::Problem, "proxy.example:3128"),
            ("terminal", State::Note, "60 by 20"),
            ("locale", State::Note, "UTF-8"),
            ("clock", State::Problem, "1970-01-01"),
        ];
        for (name, state, said) in table {
            let found = find(&checks, name);
            assert!(found.0 == state && found.1.contains(said), "{name}: {found:?}");
        }
    }

    #[test]
    fn rules_of_ones_own_are_looked_at() {
        let folder = tempfile::tempdir().expect("a folder");
        let rules = folder.path().join("config/catalog/rules");
        std::fs::create_dir_all(&rules).expect("folders");
        let of_rules = || -> Vec<(State, String)> {
            let checks = examine_machine(&machine(folder.path(), &[]));
            let of_rules = checks.iter().filter(|c| c.name == "rules");
            of_rules.map(|c| (c.state, format!("{} / {}", c.detail, c.advice))).collect()
        };
        assert!(of_rules().is_empty(), "there are none");
        let rule = |id: &str, class: &str, more: &str| {
            format!(
                "- {{id: {id}, when: {{code: [HOUSE_FULL]}}, then: {{class: {class}}}, because: b., source: casefile, \
                 accessed: '2026-11-21'{more}}}\n"
            )
        };
        let sound = rule("house", "rate_limited", ", examples: [{status: 400, code: HOUSE_FULL}]");
        std::fs::write(rules.join("a.yaml"), &sound).expect("writes");
        assert!(matches!(of_rules().as_slice(), [(State::Ok, said)] if said.contains("1 of your own")));
        std::fs::write(rules.join("b.yaml"), rule("home", "auth", "")).expect("writes");
        let found = of_rules();
        // The later file's rules come first, so that the earlier one is the one that never decides.
        let told = "the rule house has the same conditions as the rule home and says something else";
        assert!(matches!(found.as_slice(), [(State::Problem, said)] if said.contains(told)), "{found:?}");
        let key = format!("sk-{}", "aB3".repeat(16));
        std::fs::write(rules.join("b.yaml"), rule(&key, "auth", "")).expect("writes");
        assert!(of_rules().iter().any(|(_, said)| said.contains("whose id is no word")));
        assert!(of_rules().iter().all(|(_, said)| !said.contains("aB3")));
        // Later files replace by id.
        std::fs::write(rules.join("b.yaml"), &sound).expect("writes");
        assert!(matches!(of_rules().as_slice(), [(State::Problem, said)] if said.contains("more than once")));
    }

    #[test]
    fn no_home_and_no_terminal_are_described_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut machine = machine(folder.path(), &[]);
        machine.folders = Err(StoreError::NoHome);
        machine.size = None;
        let checks = examine_machine(&machine);
        assert_eq!(find(&checks, "config").0, State::Problem);
        assert_eq!(find(&checks, "terminal").0, State::Note);
        // This machine, whatever it is like.
        let names: Vec<&str> = examine().iter().map(|check| check.name).collect();
        assert!(names.len() >= 10, "{names:?}");
    }

    #[test]
    fn the_clipboard_route_is_named() {
        let tmux = Surroundings { tmux: Some("tmux".into()), ..Surroundings::default() };
        let ssh = Surroundings { ssh: true, terminal: Some("/dev/tty".into()), ..Surroundings::default() };
        let table = [
            (tmux, State::Ok, "tmux buffer"),
            (ssh, State::Note, "OSC 52"),
            (Surroundings::default(), State::Note, "no clipboard here"),
        ];
        for (surroundings, state, said) in table {
            let check = clipboard(&surroundings);
            assert!(check.state == state && check.detail.contains(said), "{check:?}");
        }
    }
}
