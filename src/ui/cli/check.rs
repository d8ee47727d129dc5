//! `casefile check`: the contract matrix of a gateway.

mod fixtures;
pub(super) mod live;
mod send;
mod set_up;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};

use super::exit::{Exit, Failed};
use super::place::PlaceArguments;
use super::say;
use super::start::{Reporter, TOOL, ground, need_terminal, on_this_thread};
use crate::case::matrix::{Circumstances, Ending, Format, Given, Plan, Report, report};
use crate::case::vocabulary::{CheckVerdict, TransportKind};
use crate::io::clock::{Clock, SystemClock};

/// Options of `casefile check`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Examples:\n  casefile check --gateway practice                       the gateway inside this program: no key, no network\n  \
    casefile check --gateway cometapi --model MODEL --key-env COMETAPI_KEY\n  \
    casefile check --base-url http://127.0.0.1:4000 --gateway litellm --model MODEL --fixtures contract --yes\n  \
    casefile check --gateway cometapi --model MODEL --preset smoke --output json --yes\n  \
    casefile check --gateway practice --screen              the same on the screen: asks there, fills row by row\n\n\
    What is sent: the smallest chat completion, at most 16 output tokens, with one thing changed each time; one request after the \
    other, none of them retried. The number of requests, the most output tokens, the host and the key are shown first. Wrong keys are \
    made up; yours goes to the confirmed host only.\n\n\
    Verdicts: kept, broken, drifted (as expected, but not of the shape of the fixture), observed (no source says what is right), \
    not_run (with the reason).\n\n\
    Exit code 0: nothing broken or drifted; 1: a check is broken or drifted; 2: wrong usage, or consent missing; 4: the audit refused \
    the report; 5: could not send for a local reason; 6: a fixture or stdout cannot be read or written; 130: interrupted, what was \
    done is told."
)]
pub struct CheckArguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// The model to ask for.
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Run this check only. Give it once for each.
    #[arg(long, value_name = "CHECK")]
    only: Vec<String>,
    /// Leave this check out. Give it once for each.
    #[arg(long, value_name = "CHECK")]
    skip: Vec<String>,
    /// Which checks.
    #[arg(long, value_enum, default_value = "contract")]
    preset: Preset,
    /// Compare with the fixtures in this folder, and write those that are missing: shapes and safe facts, no values.
    #[arg(long, value_name = "DIR")]
    fixtures: Option<PathBuf>,
    /// Write all fixtures anew.
    #[arg(long, requires = "fixtures")]
    update: bool,
    /// Run the check of a request that is too large, with a prompt of so many bytes.
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..=67_108_864))]
    oversize: Option<u64>,
    /// Seconds for one request.
    #[arg(long, value_name = "SECONDS", value_parser = super::seconds, default_value = "60")]
    timeout: f64,
    /// Who runs it, for the smoke test's log record.
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
    /// Consent to sending.
    #[arg(long, short = 'y')]
    yes: bool,
    /// For people, one JSON document, or XML for a build server, on stdout.
    #[arg(long, value_enum, default_value = "text")]
    output: CheckOutput,
    /// Show it on the screen: first what would be sent, then each check as its answer comes, each to be opened; Esc stops it.
    #[arg(long, conflicts_with_all = ["output", "yes"])]
    screen: bool,
}

/// Which checks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Preset {
    /// The whole matrix.
    Contract,
    /// A completion and a wrong key, with the escalation guide's log record.
    Smoke,
}

/// How the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckOutput {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// XML as `JUnit` writes it.
    #[value(help = "XML as JUnit writes it")]
    Junit,
}

impl CheckArguments {
    /// The whole matrix, as where nobody says more than the model.
    fn usual(model: Option<String>) -> Self {
        Self {
            place: PlaceArguments::default(),
            model,
            only: Vec::new(),
            skip: Vec::new(),
            preset: Preset::Contract,
            fixtures: None,
            update: false,
            oversize: None,
            timeout: 60.0,
            operator: None,
            yes: false,
            output: CheckOutput::Text,
            screen: true,
        }
    }
}

/// Checks.
pub(super) fn run(arguments: &CheckArguments) -> Result<Exit, Failed> {
    let ground = ground()?;
    if arguments.screen {
        need_terminal()?;
    }
    let set_up = set_up::SetUp::of(arguments, &ground)?;
    if arguments.screen {
        let set_up = live::Given { arguments: arguments.clone(), set_up };
        return super::runs::on_screen(&ground, super::runs::Given::Check(Box::new(set_up)));
    }
    let plan = plan(&set_up, arguments)?;
    let saved = fixtures::read(arguments, &plan)?;
    set_up.consent(&plan, arguments, &ground)?;

    let clock = std::sync::Arc::new(SystemClock::new());
    let at = clock.now();
    let mut told = |answers: &send::Answers| {
        if arguments.output == CheckOutput::Text {
            send::tell(&plan, answers);
        }
    };
    let ring = &set_up.place.ring;
    let sent =
        on_this_thread(async { Ok(send::all(&plan, ring, clock, super::interrupted(), &mut told).await) })?;
    refuse_local(&sent)?;

    let reporter = ground.reporter(arguments.operator.as_ref());
    let circumstances = circumstances(&set_up, reporter, (at, sent.ending));
    let given = Given {
        ring: &set_up.place.ring,
        fixtures: saved.as_ref(),
        update: arguments.update,
        circumstances: &circumstances,
    };
    let (report, audit) = report(&plan, &sent.answered, &given);
    let format = match arguments.output {
        CheckOutput::Text => Format::Text,
        CheckOutput::Json => Format::Json,
        CheckOutput::Junit => Format::Junit,
    };
    let rendered = report.leave(format, &audit).map_err(|r| Failed::new(Exit::Refused, r.to_string()))?;
    let text = match format {
        Format::Text => say::harmless(rendered.as_str()),
        Format::Json | Format::Junit => rendered.as_str().to_owned(),
    };
    say::output(&text).map_err(|e| Failed::stdout(&e))?;
    if let Some(written) = fixtures::write(arguments, &report, saved.as_ref(), &audit)? {
        say::line(&written);
    }
    Ok(exit(&report))
}

/// The exit code that a report leads to.
fn exit(report: &Report) -> Exit {
    match report.result {
        _ if report.interrupted => Exit::Interrupted,
        CheckVerdict::Broken | CheckVerdict::Drifted => Exit::Findings,
        CheckVerdict::Kept | CheckVerdict::Observed | CheckVerdict::NotRun => Exit::Done,
    }
}

/// What will be sent; an error where nothing would be.
fn plan<'a>(set_up: &'a set_up::SetUp, arguments: &'a CheckArguments) -> Result<Plan<'a>, Failed> {
    let plan = Plan::new(set_up.choice(arguments)).map_err(|what| Failed::new(Exit::Usage, what))?;
    if plan.requests.is_empty() {
        return Err(Failed::new(Exit::Usage, "no check is left to run; change --only and --skip"));
    }
    Ok(plan)
}

fn circumstances(
    set_up: &set_up::SetUp,
    reporter: Reporter,
    (at, ending): (DateTime<Utc>, Ending),
) -> Circumstances {
    Circumstances {
        tool: TOOL.to_owned(),
        at,
        operator: reporter.operator,
        service: reporter.service,
        deployment: reporter.deployment,
        secret_source: set_up.place.secret_source(),
        base_url_alias: set_up.place.alias(),
        ending,
    }
}

/// Nothing could be sent from this machine: no report of the gateway.
fn refuse_local(sent: &send::Sent) -> Result<(), Failed> {
    let first = sent.answered.first().and_then(|a| a.as_ref().ok()).and_then(|a| a.attempt.transport());
    match first.filter(|failure| failure.kind == TransportKind::Local) {
        Some(failure) => Err(Failed::local(&failure.detail)),
        None => Ok(()),
    }
}
