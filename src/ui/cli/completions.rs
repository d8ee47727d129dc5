//! `casefile completions`: the script that makes a shell complete this program's words, and the answers to that script. What
//! is offered comes from the arguments themselves; gateways, models, cases and the like from what this machine has.

use std::ffi::OsString;
use std::io::Write as _;

use clap::{Arg, Args, Command, CommandFactory as _, ValueEnum, ValueHint};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{Bash, EnvCompleter, Fish, Powershell, Shells, Zsh};

use super::exit::{Exit, Failed};
use super::say;
use super::start::ground;
use crate::case::catalog::Catalog;
use crate::practice::{DEVIATIONS, scenarios};

/// Names the shell that asks. A name of its own: another program's variable must not turn a run into a question.
const VARIABLE: &str = "CASEFILE_COMPLETE";

/// Cases that are offered, the newest first.
const MOST_CASES: usize = 200;

/// Options of `casefile completions`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "To switch it on:\n  bash        echo 'source <(casefile completions bash)' >> ~/.bashrc\n  \
    zsh         echo 'source <(casefile completions zsh)' >> ~/.zshrc      (behind compinit)\n  \
    fish        casefile completions fish > ~/.config/fish/completions/casefile.fish\n  \
    powershell  casefile completions powershell >> $PROFILE\n\nThe script asks casefile itself at each Tab, so that gateways, \
    models and cases are those of this machine."
)]
pub struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// A shell that can be helped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

impl Shell {
    fn completer(self) -> &'static dyn EnvCompleter {
        match self {
            Self::Bash => &Bash,
            Self::Zsh => &Zsh,
            Self::Fish => &Fish,
            Self::Powershell => &Powershell,
        }
    }
}

/// Prints the script.
pub(super) fn run(arguments: &CompletionsArguments) -> Result<Exit, Failed> {
    let mut script = Vec::new();
    let shell = arguments.shell.completer();
    shell
        .write_registration(VARIABLE, "casefile", "casefile", "casefile", &mut script)
        .and_then(|()| say::output(&String::from_utf8_lossy(&script)))
        .map_err(|e| Failed::stdout(&e))?;
    Ok(Exit::Done)
}

/// Answers a shell that asks what fits behind `arguments` (without the program's name); `None`: none asks.
pub fn completed(arguments: impl Iterator<Item = OsString>) -> Option<Exit> {
    let name = std::env::var(VARIABLE).ok()?;
    let shells = Shells::builtins();
    let shell = shells.completer(&name)?;
    let words: Vec<OsString> = arguments.skip_while(|word| word != "--").skip(1).collect();
    if words.is_empty() {
        return None;
    }
    let mut command = with_values(super::Arguments::command());
    command.build();
    let folder = std::env::current_dir().ok();
    let mut answer = Vec::new();
    // A shell that gets no answer completes nothing: what went wrong here would stand in the middle of a line.
    if shell.write_complete(&mut command, words, folder.as_deref(), &mut answer).is_ok() {
        let _ = std::io::stdout().write_all(&answer);
    }
    Some(Exit::Done)
}

/// The tree of arguments, where each knows what its values can be.
fn with_values(command: Command) -> Command {
    command.mut_args(with_candidates).mut_subcommands(with_values)
}

fn with_candidates(argument: Arg) -> Arg {
    let value = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let id = argument.get_id().as_str();
    match (id, value.as_deref()) {
        ("gateway", _) => offering(argument, gateways),
        ("scenario", _) => offering(argument, practice_scenarios),
        ("deviate", _) => offering(argument, deviations),
        ("place", _) => offering(argument, places),
        (_, Some("MODEL")) => offering(argument, models),
        (_, Some("CASE")) => offering(argument, cases),
        (_, Some("FILE" | "PATH" | "NOTE")) => argument.value_hint(ValueHint::AnyPath),
        (_, Some("DIR")) => argument.value_hint(ValueHint::DirPath),
        _ => argument,
    }
}

fn offering(argument: Arg, offered: fn() -> Vec<CompletionCandidate>) -> Arg {
    argument.add(ArgValueCandidates::new(offered))
}

/// A value with a word on what it is. What could end the line or steer a terminal is offered nowhere.
fn candidate(value: &str, help: &str) -> Option<CompletionCandidate> {
    let is_harmless = !value.is_empty() && value.len() <= 200 && value.chars().all(|c| c.is_ascii_graphic());
    let help: String = help.chars().filter(|c| !c.is_control()).take(80).collect();
    is_harmless.then(|| CompletionCandidate::new(value).help((!help.is_empty()).then(|| help.into())))
}

fn gateways() -> Vec<CompletionCandidate> {
    let catalog = ground().map_or_else(|_| Catalog::built_in(), |ground| ground.catalog);
    catalog.profiles.iter().filter_map(|profile| candidate(&profile.id, &profile.name)).collect()
}

fn places() -> Vec<CompletionCandidate> {
    let catalog = ground().map_or_else(|_| Catalog::built_in(), |ground| ground.catalog);
    catalog.destinations.iter().filter_map(|place| candidate(&place.id, &place.name)).collect()
}

fn practice_scenarios() -> Vec<CompletionCandidate> {
    scenarios().iter().filter_map(|scenario| candidate(&scenario.name, &scenario.title)).collect()
}

fn deviations() -> Vec<CompletionCandidate> {
    DEVIATIONS.iter().filter_map(|deviation| candidate(deviation.name, "")).collect()
}

/// The kept cases by their ids, with what failed in a word of this program's own.
fn cases() -> Vec<CompletionCandidate> {
    let Ok(records) = ground()
        .and_then(|ground| ground.cases().records().map_err(|e| Failed::new(Exit::Delivery, e.to_string())))
    else {
        return Vec::new();
    };
    let told = |class: &str, day| format!("{day} {}", class.replace('_', " "));
    let records = records.iter().take(MOST_CASES);
    records.filter_map(|r| candidate(&r.id, &told(&r.class, r.created.format("%Y-%m-%d")))).collect()
}

/// The models that kept cases name. A key that was written in the place of a model is none.
fn models() -> Vec<CompletionCandidate> {
    let Ok(ground) = ground() else { return Vec::new() };
    let mut models: Vec<String> =
        ground.cases().records().unwrap_or_default().into_iter().filter_map(|record| record.model).collect();
    models.sort();
    models.dedup();
    models.retain(|model| say::without_secrets(model) == *model);
    models.iter().filter_map(|model| candidate(model, "")).collect()
}
