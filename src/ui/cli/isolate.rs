//! `casefile isolate`: the one thing that makes a request fail.

use std::io::IsTerminal;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::consent::{Beforehand, obtain};
use super::exit::{Exit, Failed};
use super::given_key::KeyArguments;
use super::note::{NoteArguments, read, set_up};
use super::start::{ground, on_this_thread};
use super::walk::Walk;
use super::{OutputKind, say};
use crate::case::finding::Level;
use crate::case::isolate::{Options, Planned};
use crate::case::keyring::Origin;
use crate::case::sanitize::Format;
use crate::io::secrets;
use crate::session::{Event, IsolateAsk};

/// Seconds that a search may take where nobody said.
const DEADLINE_S: u64 = 600;

/// Options of `casefile isolate`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Examples:\n  casefile isolate --from failed.sh --dry-run           what it would send; nothing is sent\n  \
    casefile isolate --from failed.sh --key-env COMETAPI_KEY --other-key-env SECOND_KEY\n  \
    casefile isolate --from failed.sh --yes --threshold body --output json"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct IsolateArguments {
    /// The failing request as the operator has it, for example a curl command. `-` is stdin.
    #[arg(long, value_name = "FILE")]
    from: Option<String>,
    /// Gateway profile by id; otherwise chosen by host.
    #[arg(long, value_name = "ID")]
    gateway: Option<String>,
    /// Scheme and host to send to, in place of the pasted ones.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    #[command(flatten)]
    key: KeyArguments,
    /// Another key of the same account, from this environment variable.
    #[arg(long, value_name = "NAME")]
    other_key_env: Option<String>,
    /// A key of another account, from this environment variable.
    #[arg(long, value_name = "NAME")]
    other_account_key_env: Option<String>,
    /// Another model to compare with; otherwise one of the gateway's own list.
    #[arg(long, value_name = "MODEL")]
    other_model: Option<String>,
    /// Search the smallest failing request (the default).
    #[arg(long, overrides_with = "no_minimise")]
    minimise: bool,
    /// Do not search further than the field that makes it fail.
    #[arg(long)]
    no_minimise: bool,
    /// Search the limit of this, too: `body`, or the place of a list or number such as /tools.
    #[arg(long, value_name = "FIELD")]
    threshold: Option<String>,
    /// Most requests in all.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1000))]
    budget: u32,
    /// Most tokens in all, input and output, as estimated.
    #[arg(long, value_name = "N")]
    max_tokens: Option<u64>,
    /// Seconds that the search may take.
    #[arg(long, value_name = "SECONDS", default_value_t = DEADLINE_S, value_parser = clap::value_parser!(u64).range(1..=86400))]
    deadline: u64,
    /// Runs of the unchanged request before anything is changed.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..=50))]
    baseline: u32,
    /// Say what would be sent, and end.
    #[arg(long)]
    dry_run: bool,
    /// Send also what starts work that costs where it works: images, video, music, forms with files.
    #[arg(long)]
    include_costly: bool,
    /// Consent to sending.
    #[arg(long, short = 'y')]
    yes: bool,
    /// For people, or one JSON document on stdout.
    #[arg(long, value_enum, default_value = "text")]
    output: OutputKind,
}

/// Isolates.
pub(super) fn run(arguments: &IsolateArguments) -> Result<Exit, Failed> {
    let ground = ground()?;
    let input = match &arguments.from {
        Some(from) => read(from)?,
        None if !std::io::stdin().is_terminal() && !arguments.key.key_stdin => read("-")?,
        None => return Err(Failed::new(Exit::Usage, "there is no input; give --from FILE or --from -")),
    };
    let pasted = String::from_utf8_lossy(&input).into_owned();
    let as_note = NoteArguments::for_isolation(
        arguments.from.clone(),
        arguments.gateway.clone(),
        arguments.base_url.clone(),
        arguments.key.clone(),
        arguments.output,
    );
    let ask = ask(arguments)?;
    on_this_thread(async {
        let mut walk = set_up(&as_note, &ground, Some(pasted))?;
        if let Err(finding) = walk.session.request() {
            return Err(Failed::new(
                Exit::NothingUsable,
                format!("cannot be sent: {}; {}", finding.message, finding.fix),
            ));
        }
        walk.give(Event::IsolateRequested(Box::new(ask)));
        if walk.session.consent().is_none() {
            let what = walk.session.notice().map_or("it cannot be sent", |n| n.text.as_str()).to_owned();
            return Err(Failed::new(Exit::Usage, what));
        }
        if arguments.dry_run {
            return dry_run(&walk, arguments);
        }
        let before = Beforehand {
            yes: arguments.yes,
            key_host: arguments.key.key_host.clone(),
            host_is_named: arguments.base_url.is_some() || arguments.gateway.as_deref() == Some("practice"),
            silent: false,
        };
        consent(&mut walk, &before)?;
        let interrupted = walk.search(Duration::from_secs(arguments.deadline)).await;
        report(&mut walk, arguments.output)?;
        Ok(if interrupted { Exit::Interrupted } else { Exit::Done })
    })
}

fn ask(arguments: &IsolateArguments) -> Result<IsolateAsk, Failed> {
    let looks_like_a_key = |name: &String| name.starts_with("sk-") || name.len() > 200;
    if arguments.other_model.as_ref().is_some_and(looks_like_a_key) {
        return Err(Failed::new(
            Exit::Usage,
            "--other-model looks like a key, not like a model; a key is given by --other-key-env NAME",
        ));
    }
    if arguments.threshold.as_ref().is_some_and(|of| of != "body" && !of.starts_with('/')) {
        return Err(Failed::new(
            Exit::Usage,
            "--threshold takes `body`, or the place of a list or a number as /tools or /max_tokens",
        ));
    }
    let key = |name: &Option<String>| -> Result<_, Failed> {
        let Some(name) = name else { return Ok(None) };
        let value = secrets::from_env(name).map_err(|e| Failed::new(Exit::Usage, e.to_string()))?;
        Ok(Some((Origin::Environment(name.clone()), value)))
    };
    let options = Options {
        baseline: arguments.baseline,
        minimise: !arguments.no_minimise,
        threshold: arguments.threshold.clone(),
        budget: arguments.budget,
        tokens: arguments.max_tokens,
        other_model: arguments.other_model.clone(),
        costly: arguments.include_costly,
        ..Options::default()
    };
    Ok(IsolateAsk {
        options,
        other_key: key(&arguments.other_key_env)?,
        other_account: key(&arguments.other_account_key_env)?,
    })
}

/// What may be sent, in its order; nothing is.
fn dry_run(walk: &Walk, arguments: &IsolateArguments) -> Result<Exit, Failed> {
    let plan = walk.session.consent().map(|c| c.plan.clone()).unwrap_or_default();
    let host = walk.session.consent().map(|c| c.host.clone()).unwrap_or_default();
    let most = walk.session.consent().map_or(arguments.budget, |c| c.most_requests);
    let model = walk.session.request().ok().and_then(|request| request.model(walk.session.catalog()));
    let keys: Vec<String> = walk
        .session
        .consent()
        .map(|c| c.keys.iter().map(|k| k.label.to_string()).collect())
        .unwrap_or_default();
    let text = match arguments.output {
        OutputKind::Json => {
            let rows: Vec<_> = plan
                .iter()
                .map(|p| json!({"changed": p.changed, "to": p.to, "shows": p.shows, "most": p.most.unwrap_or(most), "tokens_each": p.tokens}))
                .collect();
            let document = json!({
                "schema": "casefile.isolate-plan/1", "host": host, "model": model, "keys": keys, "budget": arguments.budget, "plan": rows,
            });
            serde_json::to_string_pretty(&document).unwrap_or_default()
        }
        OutputKind::Text => {
            let mut text = format!(
                "at most {most} requests to {host}, for the model {}, with {}; which of these are sent depends on the answers:\n",
                model.as_deref().unwrap_or("-"),
                if keys.is_empty() { "no key".to_owned() } else { keys.join(", ") }
            );
            for p in &plan {
                text.push_str(&line(p));
                text.push('\n');
            }
            text.push_str("Nothing was sent.\n");
            text
        }
    };
    say::output(&text).map_err(|e| Failed::stdout(&e))?;
    Ok(Exit::Done)
}

/// One kind of request of the plan, for people.
pub(super) fn line(planned: &Planned) -> String {
    let to = if planned.to.is_empty() { String::new() } else { format!(" ({})", planned.to.join(", ")) };
    let Planned { changed, shows, most, tokens, .. } = planned;
    let most = most.map_or_else(|| "of the rest".to_owned(), |most| format!("at most {most:>3}"));
    format!("  {changed:<14} {most}, ~{tokens} tokens each: {shows}{to}")
}

/// The search of a note that is being made; its runs so far are the first of the unchanged request.
pub(super) async fn within_note(walk: &mut Walk, key: &KeyArguments, yes: bool) -> Result<(), Failed> {
    walk.give(Event::IsolateRequested(Box::default()));
    let named = Beforehand { yes, key_host: key.key_host.clone(), host_is_named: true, silent: false };
    // The host was consented to when the request was sent.
    consent(walk, &named)?;
    if walk.search(Duration::from_secs(DEADLINE_S)).await {
        say::line("interrupted: the note is made of what the search has shown until then");
    }
    Ok(())
}

fn consent(walk: &mut Walk, before: &Beforehand) -> Result<(), Failed> {
    let Some(consent) = walk.session.consent() else { return Ok(()) };
    for planned in &consent.plan {
        say::line(&line(planned));
    }
    let catalog = walk.session.catalog().clone();
    obtain(consent, before, &catalog)?;
    walk.give(Event::ConsentGiven { remember: !before.yes });
    Ok(())
}

fn report(walk: &mut Walk, output: OutputKind) -> Result<(), Failed> {
    let last = walk.session.evidence().attempts.last();
    if let Some(failure) =
        last.and_then(|a| a.transport()).filter(|f| f.kind == crate::case::vocabulary::TransportKind::Local)
    {
        return Err(Failed::local(&failure.detail));
    }
    let format = if output == OutputKind::Json { Format::Json } else { Format::Plain };
    let Some(made) = walk.session.isolation_report(format) else {
        let said = walk.session.notice().filter(|n| n.level == Level::Error).map(|n| n.text.clone());
        return Err(Failed::new(
            Exit::NothingUsable,
            said.unwrap_or_else(|| "nothing was observed".to_owned()),
        ));
    };
    let rendered = made.map_err(|r| Failed::new(Exit::Refused, r.to_string()))?;
    let text = match output {
        OutputKind::Json => rendered.as_str().to_owned(),
        OutputKind::Text => say::harmless(rendered.as_str()),
    };
    say::output(&text).map_err(|e| Failed::stdout(&e))
}
