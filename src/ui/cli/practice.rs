//! `casefile practice`: the gateway inside this program.

mod all;
mod replayed;

use std::fmt::Write;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::exit::{Exit, Failed};
use super::note::{NoteArguments, finish, observe};
use super::start::{Opening, ground, on_this_thread, screen_with};
use super::{NoteFormat, OutputKind, say};
use crate::case::replay::Fixture;
use crate::io::clock::{SystemClock, system_seed};
use crate::practice::score::Trial;
use crate::practice::{Check, DEVIATIONS, Deviation, GROUPS, Gateway, Options, deviation, scenarios};
use crate::session::Event;
use crate::ui::tui::{PracticeChoice, PracticeGateway};

/// Options of `casefile practice`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Examples:\n  casefile practice                              choose a scenario on the screen\n  \
    casefile practice --list\n  casefile practice --all                        walk them all; a self-test of this program\n  casefile practice --scenario unknown-model --format markdown\n  \
    casefile practice --serve 127.0.0.1:8787       serve only; point any client at it"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct PracticeArguments {
    /// The scenario to run; without a terminal the first one is run.
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// List the scenarios, by group.
    #[arg(long, conflicts_with_all = ["scenario", "serve", "all"])]
    list: bool,
    /// Walk every scenario and print what each note was worth; exit code 1 where one is not as its source says.
    #[arg(long, conflicts_with_all = ["scenario", "serve", "out", "format"])]
    all: bool,
    /// Serve only, on this address of the loopback interface.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:0", conflicts_with = "scenario")]
    serve: Option<SocketAddr>,
    /// Answer as this fixture says that a request was answered (`casefile cases fixture` makes one of a case, `note --out DIR/`
    /// writes one), and walk its request; with --serve only answer.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scenario", "list", "all", "deviate"])]
    fixture: Option<String>,
    /// The gateway waits so long before the first byte of each answer.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=60_000))]
    latency_ms: u64,
    /// The order in which the gateway checks; what is left out is not checked.
    #[arg(long, value_name = "CHECKS", value_delimiter = ',', value_parser = check, default_value = "key,model,body")]
    order: Vec<Check>,
    /// The gateway breaks its contract in this place, so that `casefile check` can be tried. Give it once for each.
    #[arg(long, value_name = "NAME", value_parser = planted, requires = "serve")]
    deviate: Vec<&'static Deviation>,
    /// Begin with the guided tour: one minute, a sentence for each step.
    #[arg(long, conflicts_with_all = ["list", "serve", "all", "fixture", "scenario", "plain"])]
    tour: bool,
    /// Walk line by line, without a screen.
    #[arg(long, conflicts_with_all = ["list", "serve", "all", "fixture", "scenario"])]
    plain: bool,
    /// The note's format.
    #[arg(long, value_enum)]
    format: Option<NoteFormat>,
    /// Write the note to this file, or into this folder where it ends in `/`.
    #[arg(long, value_name = "PATH")]
    out: Option<String>,
    /// Keep the case in this folder [default: `store` of config.yaml, else the state folder].
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// For people, or one JSON document on stdout.
    #[arg(long, value_enum, default_value = "text")]
    output: OutputKind,
}

/// Practises.
pub(super) fn run(arguments: &PracticeArguments) -> Result<Exit, Failed> {
    if arguments.list {
        return list(arguments.output);
    }
    if let Some(fixture) = &arguments.fixture {
        return replayed::run(fixture, arguments);
    }
    if let Some(address) = arguments.serve {
        return serve(address, arguments);
    }
    if arguments.all {
        return all::run(&start(None, arguments)?, arguments.output);
    }
    let chosen = match &arguments.scenario {
        Some(name) => Some(scenarios().iter().find(|s| s.name == *name).ok_or_else(|| unknown(name))?),
        None => None,
    };
    let gateway = start(None, arguments)?;
    let on_screen = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    let ground = ground()?.with_store(arguments.store.as_deref())?;
    let plain = arguments.plain || (on_screen && super::plain::is_wanted(&ground));
    if (on_screen || plain) && chosen.is_none() {
        let choices = choices(&gateway);
        if plain {
            return super::plain::run(&ground, vec![Event::BindingsRead(ground.bindings.clone())], choices);
        }
        let tour = arguments.tour;
        let opening = Opening { practice: choices, tour, ..Opening::default() };
        return screen_with(&ground, vec![Event::BindingsRead(ground.bindings.clone())], opening);
    }
    if arguments.tour {
        return Err(Failed::new(
            Exit::Usage,
            "the tour needs a terminal on stdin and stdout; `casefile practice --plain` is a walk without one",
        ));
    }
    let Some(scenario) = chosen.or_else(|| scenarios().first()) else {
        return Err(Failed::new(Exit::NothingUsable, "there is no scenario"));
    };
    say::line(&format!("practice: {} ({})", scenario.title, scenario.name));
    let note = NoteArguments::for_practice(arguments.format, arguments.out.clone(), arguments.output);
    let paste = gateway.paste(scenario);
    let trial = Trial::new(scenario, gateway.key());
    on_this_thread(async {
        let mut walk = observe(&note, &ground, Some(paste)).await?;
        finish(&mut walk, &note, Some(&trial))
    })
}

/// Every scenario, to be walked on `gateway`.
fn choices(gateway: &Gateway) -> Vec<PracticeChoice> {
    scenarios().iter().map(|s| PracticeChoice::new(s, gateway.paste(s), gateway.key())).collect()
}

/// Starts a gateway at the first question and gives its scenarios; it runs as long as what is given back lives.
pub(super) fn on_demand() -> Box<PracticeGateway> {
    let mut running: Option<Gateway> = None;
    Box::new(move || {
        if running.is_none() {
            let started = Gateway::start(Options::new(Arc::new(SystemClock::new()), system_seed()));
            running = Some(started.map_err(|e| format!("the practice gateway cannot listen ({e})"))?);
        }
        Ok(running.as_ref().map(choices).unwrap_or_default())
    })
}

fn check(word: &str) -> Result<Check, String> {
    let known = Check::ALL.map(Check::word).join(", ");
    let found = Check::ALL.into_iter().find(|check| check.word() == word.trim());
    found.ok_or_else(|| format!("give some of {known}, with commas between them"))
}

fn planted(name: &str) -> Result<&'static Deviation, String> {
    let known = || DEVIATIONS.iter().map(|d| d.name).collect::<Vec<_>>().join(", ");
    deviation(name.trim()).ok_or_else(|| format!("give one of {}", known()))
}

fn unknown(name: &str) -> Failed {
    let known: Vec<&str> = scenarios().iter().map(|s| s.name.as_str()).collect();
    Failed::new(
        Exit::Usage,
        format!("there is no scenario {}; known: {}", say::harmless(name), known.join(", ")),
    )
}

fn start(address: Option<SocketAddr>, arguments: &PracticeArguments) -> Result<Gateway, Failed> {
    start_with(address, arguments, None)
}

fn start_with(
    address: Option<SocketAddr>,
    arguments: &PracticeArguments,
    fixture: Option<Arc<Fixture>>,
) -> Result<Gateway, Failed> {
    let options = Options {
        fixture,
        addr: address,
        latency_ms: arguments.latency_ms,
        order: arguments.order.clone(),
        deviations: arguments.deviate.clone(),
        ..Options::new(Arc::new(SystemClock::new()), system_seed())
    };
    Gateway::start(options).map_err(|e| {
        Failed::new(Exit::Local, format!("the practice gateway cannot listen ({e}); choose another address"))
    })
}

fn list(output: OutputKind) -> Result<Exit, Failed> {
    let failed = |e: std::io::Error| Failed::stdout(&e);
    let text = match output {
        OutputKind::Json => serde_json::to_string_pretty(
            &scenarios()
                .iter()
                .map(|s| serde_json::json!({"name": s.name, "title": s.title, "group": s.group(), "certainty": s.basis.word(), "source": s.source, "accessed": s.accessed, "confirmed": s.confirmed}))
                .collect::<Vec<_>>(),
        )
        .unwrap_or_default(),
        OutputKind::Text => by_group(),
    };
    say::output(&text).map_err(failed)?;
    Ok(Exit::Done)
}

fn by_group() -> String {
    let mut text = String::new();
    for group in GROUPS {
        let of_group: Vec<_> = scenarios().iter().filter(|s| s.group() == group).collect();
        if of_group.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}{group}", if text.is_empty() { "" } else { "\n" });
        for scenario in of_group {
            let _ = writeln!(text, "  {:<28} {} ({})", scenario.name, scenario.title, scenario.basis.word());
        }
    }
    text
}

fn serve(address: SocketAddr, arguments: &PracticeArguments) -> Result<Exit, Failed> {
    if !address.ip().is_loopback() {
        return Err(Failed::new(
            Exit::Usage,
            "the practice gateway serves this machine only; give an address such as 127.0.0.1:8787",
        ));
    }
    serve_gateway(&start(Some(address), arguments)?)
}

fn serve_gateway(gateway: &Gateway) -> Result<Exit, Failed> {
    say::output(&format!("base URL: {}\nkey: {}\n", gateway.base_url(), gateway.key()))
        .map_err(|e| Failed::stdout(&e))?;
    say::line("serving until Ctrl-C");
    on_this_thread(async {
        crate::io::terminal::terminated().await;
        Ok(Exit::Done)
    })
}
