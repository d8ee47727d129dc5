//! `casefile probe`: a bounded look at how a gateway answers several requests at a time.

pub(super) mod live;
mod run;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};

use super::exit::{Exit, Failed};
use super::place::{Place, PlaceArguments};
use super::say;
use super::start::{Ground, Reporter, TOOL, ground, need_terminal, on_this_thread};
use crate::case::catalog::Catalog;
use crate::case::matrix::base_path;
use crate::case::note::Timeouts;
use crate::case::probe::{Circumstances, Format, Plan, Stop, Told, requests};
use crate::case::sanitize::{Audit, prepare};
use crate::io::clock::{Clock, SystemClock};

/// Options of `casefile probe`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Examples:\n  casefile probe --gateway practice                       the gateway inside this program: no key, no network\n  \
    casefile probe --gateway cometapi --key-env COMETAPI_KEY\n  \
    casefile probe --gateway cometapi --endpoint chat_completions --model A --model B --requests 12 --output json\n  \
    casefile probe --base-url http://127.0.0.1:4000 --output csv --yes > sends.csv\n  \
    casefile probe --gateway practice --screen              the same on the screen: asks there, draws what ends as it ends\n\n\
    What is sent: GET /v1/models, or the smallest request that the named endpoint takes (at most 16 output tokens), the models in \
    turn. The number of requests, the host and the key are shown first. A failure that may pass is sent again after a wait with \
    jitter; where half or more of the last answers ask to slow down, the probe stops.\n\n\
    It states what was observed, never a limit.\n\n\
    Exit code 0: done, whatever was answered; 1: stopped by a storm; 2: wrong usage, or consent missing; 4: the audit refused the \
    report; 5: could not send for a local reason; 6: stdout cannot be written; 130: interrupted, what was done is told."
)]
pub struct ProbeArguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// Endpoint of the catalog by id; one that starts no task.
    #[arg(long, value_name = "ID", default_value = "models")]
    endpoint: String,
    /// A model to ask for, where the endpoint needs one. Give it once for each.
    #[arg(long, value_name = "MODEL")]
    model: Vec<String>,
    /// Most requests at a time.
    #[arg(long, value_name = "N", default_value_t = Plan::USUAL_CONCURRENCY, value_parser = clap::value_parser!(u32).range(1..=1000))]
    concurrency: u32,
    /// Requests in all, retries not counted.
    #[arg(long, value_name = "M", default_value_t = Plan::USUAL_TOTAL, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    requests: u32,
    /// Times that a request is sent again, 0 to 4, where its failure may pass.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=4))]
    retries: u32,
    /// More than 100 requests, or more than 100 at a time, are meant.
    #[arg(long)]
    more_than_100: bool,
    /// Seconds for one request.
    #[arg(long, value_name = "SECONDS", value_parser = super::seconds, default_value = "60")]
    timeout: f64,
    /// Consent to sending.
    #[arg(long, short = 'y')]
    yes: bool,
    /// For people, one JSON document, or a table of all sends.
    #[arg(long, value_enum, default_value = "text")]
    output: ProbeOutput,
    /// Show it on the screen: first what would be sent, then a chart of what ends when and how; Esc stops it.
    #[arg(long, conflicts_with_all = ["output", "yes"])]
    screen: bool,
}

impl ProbeArguments {
    /// The models' list, as where nobody says more.
    fn usual() -> Self {
        Self {
            place: PlaceArguments::default(),
            endpoint: "models".to_owned(),
            model: Vec::new(),
            concurrency: Plan::USUAL_CONCURRENCY,
            requests: Plan::USUAL_TOTAL,
            retries: 1,
            more_than_100: false,
            timeout: 60.0,
            yes: false,
            output: ProbeOutput::Text,
            screen: true,
        }
    }
}

/// How the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProbeOutput {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// Comma-separated values, a line each send.
    Csv,
}

/// Probes.
pub(super) fn run(arguments: &ProbeArguments) -> Result<Exit, Failed> {
    if arguments.requests.max(arguments.concurrency) > Plan::MOST && !arguments.more_than_100 {
        return Err(Failed::new(
            Exit::Usage,
            format!(
                "{} requests, {} at a time: more than {} put load on others; add --more-than-100 where you mean it",
                arguments.requests,
                arguments.concurrency,
                Plan::MOST
            ),
        ));
    }
    if arguments.screen {
        need_terminal()?;
    }
    let ground = ground()?;
    let place = Place::of(&arguments.place, &ground)?;
    if arguments.screen {
        let given = live::Given { arguments: arguments.clone(), place };
        return super::runs::on_screen(&ground, super::runs::Given::Probe(Box::new(given)));
    }
    let plan = plan(arguments, &place, &ground)?;
    consent(&plan, &place, arguments, &ground)?;

    let mut last = std::time::Instant::now();
    let mut told = |how_far: &run::HowFar<'_>| {
        if last.elapsed() >= TELL_EVERY {
            last = std::time::Instant::now();
            run::tell(how_far, &plan);
        }
    };
    let probing = Probing {
        plan: &plan,
        place: &place,
        arguments,
        catalog: &ground.catalog,
        reporter: ground.reporter(None),
    };
    let (told, audit, stopped) = probing.run(super::interrupted(), &mut told)?;
    let format = match arguments.output {
        ProbeOutput::Text => Format::Text,
        ProbeOutput::Json => Format::Json,
        ProbeOutput::Csv => Format::Csv,
    };
    let rendered = told.leave(format, &audit).map_err(|r| Failed::new(Exit::Refused, r.to_string()))?;
    let text = match format {
        Format::Text => say::harmless(rendered.as_str()),
        Format::Json | Format::Csv => rendered.as_str().to_owned(),
    };
    say::output(&text).map_err(|e| Failed::stdout(&e))?;
    Ok(exit(stopped))
}

/// The exit code that the end of a probe leads to.
fn exit(stopped: Option<Stop>) -> Exit {
    match stopped {
        Some(Stop::Operator) => Exit::Interrupted,
        Some(Stop::Storm) => Exit::Findings,
        Some(Stop::Local) | None => Exit::Done,
    }
}

/// Progress is told at most this often.
const TELL_EVERY: std::time::Duration = std::time::Duration::from_secs(1);

/// A probe that may begin.
struct Probing<'a> {
    plan: &'a Plan,
    place: &'a Place,
    arguments: &'a ProbeArguments,
    catalog: &'a Catalog,
    reporter: Reporter,
}

impl Probing<'_> {
    /// Runs it; gives what is told of it, the audit by which that leaves, and why it ended before its time.
    fn run(
        &self,
        stop: impl Future<Output = ()>,
        told: &mut dyn FnMut(&run::HowFar<'_>),
    ) -> Result<(Told, Audit, Option<Stop>), Failed> {
        let Self { plan, place, catalog, .. } = self;
        let clock = Arc::new(SystemClock::new());
        let at = clock.now();
        let total_ms = super::millis(self.arguments.timeout);
        let timeouts = Timeouts {
            connect_ms: Timeouts::default().connect_ms.min(total_ms),
            first_byte_ms: total_ms,
            idle_ms: total_ms,
            total_ms,
        };
        let around = run::Around { catalog, place, timeouts, clock };
        let ran = std::thread::scope(|scope| {
            scope.spawn(|| prepare(catalog));
            on_this_thread(async { Ok(run::all(plan, &around, stop, told).await) })
        })?;
        if let Some(detail) = ran.local {
            return Err(Failed::local(&detail));
        }
        let stopped = ran.stopped;
        let (told, audit) = self.told(&ran, at);
        Ok((told, audit, stopped))
    }

    fn told(&self, ran: &run::Ran, at: DateTime<Utc>) -> (Told, Audit) {
        let circumstances = Circumstances {
            tool: TOOL.to_owned(),
            at,
            took_ms: ran.took_ms,
            most_under_way: ran.most_under_way,
            service: self.reporter.service.clone(),
            deployment: self.reporter.deployment.clone(),
            base_url_alias: self.place.alias(),
            secret_source: self.place.secret_source(),
            stopped: ran.stopped,
        };
        let known = (self.catalog, &self.place.profile, &self.place.ring);
        Told::of(self.plan, &ran.samples, known, &circumstances)
    }
}

fn plan(arguments: &ProbeArguments, place: &Place, ground: &Ground) -> Result<Plan, Failed> {
    let usage = |what: String| Failed::new(Exit::Usage, what);
    let endpoint = ground.catalog.endpoint(&arguments.endpoint).ok_or_else(|| {
        let known = ground.catalog.endpoints.iter().filter(|e| e.is_cheap() || e.id == "models");
        let known: Vec<&str> = known.map(|e| e.id.as_str()).collect();
        usage(format!("there is no endpoint of that id; some that can be probed: {}", known.join(", ")))
    })?;
    let mut models = arguments.model.clone();
    if models.is_empty() && place.is_practice() && endpoint.id != "models" {
        models.push(crate::practice::Gateway::model().to_owned());
    }
    let base_url = base_path(&place.base_url);
    let requests = requests(endpoint, base_url, &models, (&place.profile, place.key)).map_err(usage)?;
    Ok(Plan {
        requests,
        total: arguments.requests,
        concurrency: arguments.concurrency,
        policy: Plan::policy(arguments.retries),
    })
}

fn consent(plan: &Plan, place: &Place, arguments: &ProbeArguments, ground: &Ground) -> Result<(), Failed> {
    let Some(request) = plan.requests.first() else {
        return Err(Failed::new(Exit::Usage, "there is nothing to send; give --model"));
    };
    say::line(&format!("probe of {}: {}; the first:", place.profile.name, cost(plan)));
    place.consent((request.clone(), plan.most_sends()), &arguments.place, arguments.yes, ground)
}

/// What the plan costs at most, in words.
fn cost(plan: &Plan) -> String {
    let charged = plan.requests.iter().any(|request| request.body.is_some());
    format!(
        "{} requests, at most {} at a time, with retries at most {}{}",
        plan.total,
        plan.concurrency,
        plan.most_sends(),
        if charged { "; each may be charged" } else { "" }
    )
}
