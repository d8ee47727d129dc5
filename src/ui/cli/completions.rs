//! `casefile completions`: the script that makes a shell complete this program's words, and the answers to that script. What
//! is offered comes from the arguments themselves; gateways, models, cases and the like from what this machine has.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;

use clap::{Arg, Args, Command, CommandFactory as _, ValueEnum, ValueHint};
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _,
};
use clap_complete::env::{Bash, EnvCompleter, Fish, Powershell, Shells, Zsh};

use super::exit::{Exit, Failed};
use super::say;
use super::start::ground;
use crate::case::catalog::Catalog;
use crate::case::sanitize::{Format, Readmission};
use crate::io::store::read_desks;
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
        (_, Some("CASE|all")) => offering(argument, cases_and_all),
        (_, Some("CASE|NOTE")) => argument.add(ArgValueCompleter::new(cases_and_paths)),
        (_, Some("DESK")) => offering(argument, desks),
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

/// What was kept may have been edited by hand, or come from somebody else: it is checked again before it is offered.
struct Kept(Readmission);

impl Kept {
    /// `text`, where it is as plain as what casefile writes into these places, and the audit lets it pass as it is.
    fn plain<'t>(&self, text: &'t str) -> Option<&'t str> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '/' | ' ' | '-');
        let passes = || self.0.pass(text, Format::Plain).is_ok_and(|passed| passed.as_str() == text);
        (text.chars().all(is_plain) && passes()).then_some(text)
    }
}

/// The kept cases by their ids, with what failed in a word of this program's own.
fn cases() -> Vec<CompletionCandidate> {
    let Ok(ground) = ground() else { return Vec::new() };
    let kept = Kept(Readmission::new(&ground.catalog));
    let records = ground.cases().records().unwrap_or_default();
    let told =
        |class: &str, day| format!("{day} {}", kept.plain(class).unwrap_or_default().replace('_', " "));
    let records = records.iter().take(MOST_CASES);
    records
        .filter_map(|r| candidate(kept.plain(&r.id)?, &told(&r.class, r.created.format("%Y-%m-%d"))))
        .collect()
}

fn cases_and_all() -> Vec<CompletionCandidate> {
    cases().into_iter().chain(candidate("all", "every case")).collect()
}

/// The kept cases that begin with what was typed, and files: a note is named by its path.
fn cases_and_paths(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed_bytes = typed.as_encoded_bytes();
    let begins = |case: &CompletionCandidate| case.get_value().as_encoded_bytes().starts_with(typed_bytes);
    cases().into_iter().filter(begins).chain(PathCompleter::any().complete(typed)).collect()
}

/// The desks of desks.yaml, and mail where it is set up.
fn desks() -> Vec<CompletionCandidate> {
    let Ok(ground) = ground() else { return Vec::new() };
    let Ok(desks) = read_desks(&ground.folders) else { return Vec::new() };
    let mail = desks.mail.and_then(|_| candidate("mail", "the mail server of desks.yaml"));
    let plain = Kept(Readmission::new(&ground.catalog));
    let names = desks.desks.iter().filter_map(|desk| candidate(plain.plain(&desk.name)?, ""));
    names.chain(mail).collect()
}

/// The models that kept cases name. A key that was written in the place of a model is none.
fn models() -> Vec<CompletionCandidate> {
    let Ok(ground) = ground() else { return Vec::new() };
    let mut models: Vec<String> =
        ground.cases().records().unwrap_or_default().into_iter().filter_map(|record| record.model).collect();
    models.sort();
    models.dedup();
    let kept = Kept(Readmission::new(&ground.catalog));
    models.retain(|model| kept.plain(model).is_some() && say::without_secrets(model) == *model);
    models.iter().filter_map(|model| candidate(model, "")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_into_a_kept_case_is_not_offered() {
        let kept = Kept(Readmission::new(&Catalog::built_in()));
        for plain in ["auth", "rate_limit", "gpt-4o", "openai/gpt-4o-mini", "CF-20261120-WHCK43EQ"] {
            assert_eq!(kept.plain(plain), Some(plain));
        }
        let key = format!("sk-{}", "aB3kX9".repeat(8));
        for planted in [key.as_str(), "a\u{1b}[2J", "a\nb", "$(touch x)", "jane.doe@example.org", "größer"]
        {
            assert_eq!(kept.plain(planted), None, "{planted:?}");
        }
    }
}
