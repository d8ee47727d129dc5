//! `casefile verify` and `casefile replay`: a case is sent again.

use clap::Args;

use super::exit::{Exit, Failed};
use super::given_key::KeyArguments;
use super::note::{NoteArguments, finish, observe, read};
use super::start::{Ground, ground, on_this_thread};
use super::subject::Subject;
use super::{NoteFormat, OutputKind, SendArguments, say};
use crate::case::replay::{FollowUp, Lacking, Outcome, Run, Texts, command, refill};
use crate::case::sanitize::{Format, Readmission};
use crate::session::{Event, Step};

/// Names of places that a message lists.
const MOST_NAMED: usize = 8;

/// What is sent again, and how.
#[derive(Debug, Clone, Default, Args)]
struct Again {
    /// A kept case's id or the beginning of it, a note (YAML or JSON), or a fixture. `-` is stdin.
    #[arg(value_name = "CASE")]
    subject: String,
    /// The original request as the operator has it, for example the curl command: a note holds no text of the customer.
    #[arg(long, value_name = "FILE")]
    from: Option<String>,
    /// Put harmless text of the same length into every place whose text the note does not hold. By itself this is done for
    /// prompts only, and only where a search has shown that it fails the same without the customer's text.
    #[arg(long, conflicts_with = "from")]
    harmless: bool,
    /// Gateway profile by id; otherwise chosen by host.
    #[arg(long, value_name = "ID")]
    gateway: Option<String>,
    /// Scheme and host to send to, in place of those of the note.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    #[command(flatten)]
    key: KeyArguments,
    /// Consent to sending.
    #[arg(long, short = 'y')]
    yes: bool,
    /// The folder with the cases [default: `store` of config.yaml, else the state folder].
    #[arg(long, value_name = "DIR")]
    store: Option<std::path::PathBuf>,
    /// For people, or one JSON document on stdout.
    #[arg(long, value_enum, default_value = "text")]
    output: OutputKind,
}

/// Options of `casefile verify`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Exit code 0: FIXED; 1: STILL FAILS (as before), CHANGED (it fails in another way) or FLAKY (some runs work).\n\n\
    Examples:\n  casefile verify CF-20260401-7Q --from failed.sh --key-env COMETAPI_KEY\n  \
    casefile verify note.yaml --harmless --key-env COMETAPI_KEY --yes --output json"
)]
pub struct VerifyArguments {
    #[command(flatten)]
    again: Again,
    /// Times that it is sent.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    runs: u32,
}

/// Options of `casefile replay`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Examples:\n  casefile replay CF-20260401-7Q --from failed.sh --key-env COMETAPI_KEY\n  \
    casefile replay fixture.json --harmless --base-url http://127.0.0.1:8787 --key-prompt\n\n\
    To serve a fixture instead: casefile practice --fixture FILE"
)]
pub struct ReplayArguments {
    #[command(flatten)]
    again: Again,
    /// Print the command that would be sent, and end. It holds no key.
    #[arg(long)]
    print: bool,
    /// The note's format [default: yaml, or the configuration's].
    #[arg(long, value_enum)]
    format: Option<NoteFormat>,
    /// Write the note to this file, or into this folder where it ends in `/`.
    #[arg(long, value_name = "PATH")]
    out: Option<String>,
}

/// Sends a case again and says whether it still fails.
pub(super) fn verify(arguments: &VerifyArguments) -> Result<Exit, Failed> {
    let again = &arguments.again;
    let ground = ground()?.with_store(again.store.as_deref())?;
    let subject = Subject::find(&again.subject, &ground)?;
    if subject.fixture.fingerprint.is_none() {
        return Err(Failed::new(
            Exit::NothingUsable,
            format!(
                "{}: the request worked when its note was made; there is no failure to verify",
                subject.fixture.case_id
            ),
        ));
    }
    let (paste, what) = paste(again, &subject)?;
    let send = if arguments.runs == 1 {
        SendArguments { retries: Some(0), ..SendArguments::default() }
    } else {
        SendArguments { repeat: Some(arguments.runs), ..SendArguments::default() }
    };
    let note = again.as_note(send, None, None);
    on_this_thread(async {
        let mut walk = observe(&note, &ground, Some(paste)).await?;
        if walk.interrupted() {
            // Fewer runs than were asked for would say too much.
            return Err(Failed::new(Exit::Interrupted, "interrupted before all runs; nothing is concluded"));
        }
        walk.give(Event::GoTo(Step::Note));
        let Some(output) = walk.session.output() else {
            return Err(Failed::new(Exit::NothingUsable, "nothing was observed"));
        };
        let runs: Vec<Run> = output.evidence.attempts.iter().filter(|a| a.sent).map(Run::of).collect();
        let Some(outcome) = Outcome::of(subject.fixture.fingerprint.as_deref(), &runs) else {
            return Err(Failed::new(Exit::NothingUsable, "nothing was sent"));
        };
        let follow_up = follow_up(&subject, outcome, what, runs);
        tell(&follow_up, again.output, &ground)?;
        Ok(if outcome == Outcome::Fixed { Exit::Done } else { Exit::Findings })
    })
}

/// Sends a case again and makes a note of what comes.
pub(super) fn replay(arguments: &ReplayArguments) -> Result<Exit, Failed> {
    let again = &arguments.again;
    let ground = ground()?.with_store(again.store.as_deref())?;
    let subject = Subject::find(&again.subject, &ground)?;
    if arguments.print {
        return print(again, &subject, &ground);
    }
    let (paste, _) = paste(again, &subject)?;
    let note = again.as_note(SendArguments::default(), arguments.format, arguments.out.clone());
    on_this_thread(async {
        let mut walk = observe(&note, &ground, Some(paste)).await?;
        finish(&mut walk, &note, None)
    })
}

impl Again {
    fn as_note(&self, send: SendArguments, format: Option<NoteFormat>, out: Option<String>) -> NoteArguments {
        let place = (self.gateway.clone(), self.base_url.clone());
        NoteArguments::for_replay(place, self.key.clone(), send, self.yes, (format, out, self.output))
    }
}

/// The command to be taken in, and what it is.
fn paste(again: &Again, subject: &Subject) -> Result<(String, &'static str), Failed> {
    if let Some(from) = &again.from {
        let bytes = read(from)?;
        return Ok((String::from_utf8_lossy(&bytes).into_owned(), "the original request"));
    }
    let texts = texts(again, subject);
    let (request, lacking) = refill(&subject.fixture, texts);
    if !lacking.missing.is_empty() {
        return Err(Failed::new(Exit::NothingUsable, missing(subject, &lacking, texts)));
    }
    if !lacking.left_out.is_empty() {
        say::line(&format!("left out, as the note has no value of it: {}", named(&lacking.left_out)));
    }
    let sent = if lacking.replaced.is_empty() {
        "the request of the note"
    } else {
        say::line(&format!("harmless text of the same length stands in {}", named(&lacking.replaced)));
        "the request of the note with harmless text"
    };
    let base_url = again.base_url.clone().or_else(|| request.base_url.clone()).ok_or_else(|| {
        Failed::new(
            Exit::Usage,
            "the note does not say where the request was sent; give --base-url https://host",
        )
    })?;
    Ok((command(&request, &base_url), sent))
}

fn texts(again: &Again, subject: &Subject) -> Texts {
    match (again.harmless, subject.fixture.harmless) {
        (true, _) => Texts::HarmlessAll,
        (false, Some(true)) => Texts::HarmlessPrompts,
        (false, _) => Texts::Original,
    }
}

fn missing(subject: &Subject, lacking: &Lacking, texts: Texts) -> String {
    let way = match (texts, subject.fixture.harmless) {
        (Texts::HarmlessAll, _) => "no text can stand for it; give the original request with --from FILE",
        (_, Some(false)) => {
            "the failure needs the original text, as a search has shown; give the request with --from FILE"
        }
        _ => "give the original request with --from FILE, or let harmless text stand for it with --harmless",
    };
    format!(
        "{} does not hold all that was sent ({}); {way}",
        subject.fixture.case_id,
        named(&lacking.missing)
    )
}

fn named(places: &[String]) -> String {
    let first: Vec<String> = places.iter().take(MOST_NAMED).map(|place| say::harmless(place)).collect();
    let more = places.len().saturating_sub(MOST_NAMED);
    if more > 0 { format!("{} and {more} more", first.join(", ")) } else { first.join(", ") }
}

fn follow_up(subject: &Subject, outcome: Outcome, sent: &'static str, runs: Vec<Run>) -> FollowUp {
    let mut limits = Vec::new();
    if sent.ends_with("harmless text") && subject.fixture.harmless != Some(true) {
        limits.push("It was sent with harmless text, and nobody has shown that the failure does not need the original text.");
    }
    match outcome {
        Outcome::Fixed if runs.len() == 1 => {
            limits.push("It was sent once: a failure that comes now and then may not have come.");
        }
        Outcome::Fixed => limits.push("It shows these runs only, not what was changed or that it stays so."),
        Outcome::Changed => limits.push("The earlier failure may be mended, or hidden behind this one."),
        Outcome::StillFails | Outcome::Flaky => {}
    }
    FollowUp {
        schema: "casefile.verify/1",
        case_id: subject.fixture.case_id.clone(),
        outcome,
        noted_at: subject.made(),
        verified_at: runs.iter().filter_map(|run| run.at).next_back().unwrap_or_default(),
        before: subject.seen.clone(),
        sent,
        runs,
        limits,
    }
}

fn tell(follow_up: &FollowUp, output: OutputKind, ground: &Ground) -> Result<(), Failed> {
    let (text, format) = match output {
        OutputKind::Json => (serde_json::to_string_pretty(follow_up).unwrap_or_default(), Format::Json),
        OutputKind::Text => (follow_up.text(), Format::Plain),
    };
    let passed = Readmission::new(&ground.catalog).pass(&text, format);
    let passed = passed.map_err(|refusal| Failed::new(Exit::Refused, refusal.to_string()))?;
    say::output(passed.as_str()).map_err(|e| Failed::stdout(&e))
}

/// The command, for an operator who sends it by other means.
fn print(again: &Again, subject: &Subject, ground: &Ground) -> Result<Exit, Failed> {
    if again.from.is_some() {
        return Err(Failed::new(Exit::Usage, "--print shows the request of the note; leave --from out"));
    }
    let (paste, _) = paste(again, subject)?;
    let passed = Readmission::new(&ground.catalog).pass(&paste, Format::Plain);
    let passed = passed.map_err(|refusal| Failed::new(Exit::Refused, refusal.to_string()))?;
    say::output(passed.as_str()).map_err(|e| Failed::stdout(&e))?;
    Ok(Exit::Done)
}
