//! The files of ours.

use std::sync::Arc;

use super::{Check, Machine};
use crate::case::catalog::{Catalog, ids_of_rules};
use crate::case::review::{Doubt, Kind, review};
use crate::case::sanitize::Readmission;
use crate::io::store::{
    Config, DeskSettings, Folders, Retention, StoreError, StorePlace, UnfinishedStore, catalog_files,
    open_cases, read_bindings, read_catalog, read_config, read_desks, read_template, shown,
};

/// The checks, and the settings and catalog that hold for the other checks.
pub(super) fn checks(machine: &Machine) -> (Vec<Check>, Config, Arc<Catalog>) {
    let folders = match &machine.folders {
        Ok(folders) => folders,
        Err(error) => {
            let check = Check::problem(
                "config",
                error.to_string(),
                "set HOME, or CASEFILE_CONFIG_DIR and CASEFILE_STATE_DIR; without them nothing is remembered",
            );
            return (vec![check], Config::default(), Catalog::built_in());
        }
    };
    let (of_catalog, catalog) = catalog(folders);
    let (of_config, config) = config(folders, &catalog);
    let template = template(folders, &config);
    let mut checks = vec![of_config, of_catalog];
    checks.extend(rules(folders, &catalog));
    checks.extend([template, bindings(folders), unfinished(folders), cases(machine, folders, &config)]);
    checks.extend(desks(folders, &catalog));
    (checks, config, catalog)
}

fn faulty(name: &'static str, error: &StoreError, meanwhile: &str) -> Check {
    Check::problem(name, error.to_string(), meanwhile)
}

/// The desks, where there are any.
fn desks(folders: &Folders, catalog: &Catalog) -> Option<Check> {
    let path = shown(&folders.config.join("desks.yaml"));
    Some(match read_desks(folders) {
        Err(error) => faulty("desks", &error, "mend the file; until then nothing can be attached"),
        Ok(desks) if desks.desks.is_empty() && desks.mail.is_none() => return None,
        Ok(desks) => {
            let goes_nowhere = |desk: &&DeskSettings| {
                desk.destination.as_deref().is_some_and(|d| catalog.destination(d).is_none())
            };
            if let Some(desk) = desks.desks.iter().find(goes_nowhere) {
                let known: Vec<&str> = catalog.destinations.iter().map(|d| d.id.as_str()).collect();
                let detail = format!("{path}: destination of {} is none of {}", desk.name, known.join(", "));
                return Some(Check::problem(
                    "desks",
                    detail,
                    "set destination to one of them, or leave it out",
                ));
            }
            let mut names: Vec<&str> = desks.desks.iter().map(|desk| desk.name.as_str()).collect();
            names.extend(desks.mail.is_some().then_some("mail"));
            Check::ok("desks", format!("{path} is valid: {}", names.join(", ")))
        }
    })
}

fn config(folders: &Folders, catalog: &Catalog) -> (Check, Config) {
    let path = folders.config.join("config.yaml");
    match read_config(folders) {
        Err(error) => (
            faulty("config", &error, "mend the file; until then none of its settings can be used"),
            Config::default(),
        ),
        Ok(config) if config.gateway.as_deref().is_some_and(|id| catalog.profile(id).is_none()) => {
            let known: Vec<&str> = catalog.profiles.iter().map(|p| p.id.as_str()).collect();
            let detail = format!("{}: gateway is none of {}", shown(&path), known.join(", "));
            (
                Check::problem("config", detail, "set gateway to one of them, or add a profile to catalog/"),
                config,
            )
        }
        Ok(config) if path.exists() => (Check::ok("config", format!("{} is valid", shown(&path))), config),
        Ok(config) => {
            (Check::ok("config", format!("no settings yet; they would be in {}", shown(&path))), config)
        }
    }
}

fn catalog(folders: &Folders) -> (Check, Arc<Catalog>) {
    match read_catalog(folders) {
        Err(error) => (
            // The reader of catalog files quotes values; what is shown here may be passed on.
            Check::problem(
                "catalog",
                catalog_fault(&error),
                "mend the file or move it away; any other command, such as `casefile explain`, says what is wrong with it",
            ),
            Catalog::built_in(),
        ),
        Ok(catalog) => {
            let own = !Arc::ptr_eq(&catalog, &Catalog::built_in());
            let detail = format!(
                "{} gateways, {} endpoints, {} topics, {} rules{}",
                catalog.profiles.len(),
                catalog.endpoints.len(),
                catalog.topics.len(),
                catalog.rules.len(),
                if own { ", with files of your own" } else { ", all built in" }
            );
            (Check::ok("catalog", detail), catalog)
        }
    }
}

/// So many doubts about rules are told.
const MOST_DOUBTS: usize = 20;

/// The user's rules: what may be wrong with them; nothing where there are none.
fn rules(folders: &Folders, catalog: &Catalog) -> Vec<Check> {
    let files = catalog_files(folders).unwrap_or_default();
    let own = ids_of_rules(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    // A catalog that could not be read was told of; the built-in one stands in for it.
    if own.is_empty() || !own.iter().all(|id| catalog.rules.iter().any(|rule| rule.id == *id)) {
        return Vec::new();
    }
    let doubts = review(catalog, &own);
    let mut checks: Vec<Check> = doubts.iter().take(MOST_DOUBTS).map(doubt).collect();
    if doubts.len() > MOST_DOUBTS {
        checks.push(Check::note(
            "rules",
            format!("{} further doubts", doubts.len() - MOST_DOUBTS),
            "mend those above first",
        ));
    }
    if checks.is_empty() {
        checks.push(Check::ok("rules", format!("{} of your own, without a conflict", own.len())));
    }
    checks
}

fn doubt(doubt: &Doubt) -> Check {
    let (rule, other) = (name(&doubt.rule), doubt.other.as_deref().map_or_else(String::new, name));
    let (detail, advice) = match doubt.kind {
        Kind::Twice => (
            format!("{rule} stands in your files more than once; the last one counts"),
            "give the rules ids of their own, or take the others out",
        ),
        Kind::Replaces => (
            format!("{rule} replaces the built-in rule of this id"),
            "choose another id if both should be tried",
        ),
        Kind::Contradicts => (
            format!("{rule} has the same conditions as {other} and says something else"),
            "take one of them out, or add a condition that tells them apart",
        ),
        Kind::Hidden => (
            format!("{rule} never decides: {other} goes before it and holds wherever it holds"),
            "put it before the other one, give it a rank, or narrow the other one",
        ),
        Kind::Impossible => (
            format!("{rule} never holds: its conditions exclude each other or name what no answer has"),
            "look at its status, transport and soft; statuses are written 404, 500-599, none or inside",
        ),
        Kind::LosesItsExamples => (
            format!("{rule} decides none of its examples; {other} does"),
            "a code beats a message, a message a type, a type a status; give it a rank, or mend its patterns",
        ),
        Kind::MatchesNothing => (
            format!("{rule} holds on none of the examples in the catalog, and has none of its own"),
            "add an example of the failure that it is for; casefile doctor then tries it",
        ),
    };
    if doubt.kind.is_fault() {
        Check::problem("rules", detail, advice)
    } else {
        Check::note("rules", detail, advice)
    }
}

/// An id as it may be shown: one that is a word. Anything else of a file is not repeated.
fn name(id: &str) -> String {
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.');
    let is_word = !id.is_empty() && id.len() <= 60 && digits <= 4 && id.bytes().all(plain);
    if is_word { format!("the rule {id}") } else { "a rule whose id is no word".to_owned() }
}

fn template(folders: &Folders, config: &Config) -> Check {
    match read_template(folders, config, None) {
        Err(error) => faulty("template", &error, "mend it, or set template: built-in in config.yaml"),
        Ok(None) => Check::ok(
            "template",
            format!(
                "the built-in one; your own would be {}",
                shown(&folders.config.join("templates/note.md.j2"))
            ),
        ),
        Ok(Some(template)) => match template.parse() {
            Ok(()) => Check::ok("template", format!("{} can be read", template.name())),
            Err(fault) => {
                Check::problem("template", fault.to_string(), "until then Markdown is by the built-in one")
            }
        },
    }
}

fn catalog_fault(error: &StoreError) -> String {
    match error {
        StoreError::Faulty { path, what } => {
            let line = what.split("line ").nth(1).unwrap_or("");
            let line: String = line.chars().take_while(char::is_ascii_digit).collect();
            let at = if line.is_empty() { String::new() } else { format!(" (line {line})") };
            format!("{} is no valid catalog file{at}", shown(path))
        }
        other => other.to_string(),
    }
}

fn bindings(folders: &Folders) -> Check {
    match read_bindings(folders) {
        Err(error) => {
            faulty("bindings", &error, "mend or remove it; until then every key is asked about again")
        }
        Ok(bindings) => Check::ok("bindings", format!("{} keys are bound to a host by name", bindings.len())),
    }
}

fn cases(machine: &Machine, folders: &Folders, config: &Config) -> Check {
    if config.keep_cases == Some(false) {
        return Check::ok("cases", "none is kept: keep_cases is false".to_owned());
    }
    let named = match StorePlace::from_lookup(|name| (machine.variables)(name)) {
        Ok(named) => named.or_else(|| config.store().cloned()),
        Err(what) => return Check::problem("cases", what, "until then casefile keeps and shows no case"),
    };
    let store = open_cases(folders, named.as_ref());
    let place = store.place(None);
    let Retention { days, most } = config.retention();
    let until = match (days, most) {
        // A setting of one operator forgets nothing of a team's.
        _ if matches!(named, Some(StorePlace::Team(_))) => {
            "until somebody of the team forgets them".to_owned()
        }
        (0, 0) => "for ever".to_owned(),
        (days, 0) => format!("for {days} days"),
        (0, most) => format!("the newest {most}"),
        (days, most) => format!("for {days} days, the newest {most}"),
    };
    match store.records() {
        Err(error) => {
            faulty("cases", &error, "until then no note says that the same failure was there before")
        }
        Ok(records) => Check::ok(
            "cases",
            format!("{} kept in {place}, {until}; `casefile cases rm` forgets", records.len()),
        ),
    }
}

fn unfinished(folders: &Folders) -> Check {
    let readmission = Readmission::new(&Catalog::built_in());
    match UnfinishedStore::at(folders).list(&readmission) {
        Err(error) => faulty("unfinished", &error, "until then no case survives the end of the program"),
        Ok(cases) if cases.is_empty() => Check::ok("unfinished", "no unfinished case is saved"),
        Ok(cases) => Check::note(
            "unfinished",
            format!("{} unfinished case(s) are saved", cases.len()),
            "start casefile to go on with one; the list of cases (C) forgets",
        ),
    }
}
