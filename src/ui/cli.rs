//! The commands: one file per verb. Arguments in, an exit code out.

mod ask;
mod at_once;
mod attach;
mod attach_set;
mod cases;
mod check;
mod check_report;
mod completions;
mod config;
mod consent;
mod doctor;
mod exit;
mod explain;
mod given_key;
mod import;
mod isolate;
mod keys;
mod log;
mod look;
mod note;
mod place;
mod plain;
mod practice;
mod probe;
mod report;
mod runs;
mod sanitize;
mod say;
mod start;
mod subject;
mod triage;
mod validate;
mod verify;
mod walk;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::case::retry::{Policy, Polling};
use crate::session::ClientRequestHeader;

pub use at_once::at_once;
pub use completions::completed;
pub use exit::{Exit, Failed};

/// What `casefile` takes on its command line.
#[derive(Debug, Parser)]
#[command(
    name = "casefile",
    version,
    about = "Turns a failed LLM API request into a complete, honest, leak-free escalation note",
    long_about = "casefile takes a failed LLM API request, reproduces it under control, finds out what can honestly be \
                  said about it, and renders a sanitized escalation note. No key and no prompt gets into the note.\n\n\
                  Without a verb it opens the terminal program.",
    after_help = EXIT_CODES,
    after_long_help = concat!(
        "Examples:\n  casefile                                    open the terminal program and paste a command\n  \
         casefile failed.sh                          open it with a file\n  \
         casefile practice                           learn it, with no key and no network\n  \
         casefile note --from failed.sh --yes        reproduce a pasted command, print the note\n  \
         casefile note --no-send --response err.json --status 503\n  \
         casefile check --gateway practice             ask a gateway what a client depends on\n  \
         casefile validate note.yaml\n\n",
        "Exit codes:\n  0    done: the note or report was made (also when the request worked)\n  \
         1    done, with findings: `validate` found faults, `check` a broken or drifted contract, `keys --which` an unknown key, `cases diff` another failure, `verify` a failure that is not FIXED\n  2    wrong usage, or consent missing\n  \
         3    nothing usable in the input\n  4    the audit refused the output\n  \
         5    could not send for a local reason (CA store, proxy URL)\n  \
         6    file, clipboard, store or desk failed\n  130  interrupted\n  129, 131, 143\n       the terminal program lost its window, or was ended by SIGQUIT or SIGTERM\n\n\
         No telemetry. Raw requests and answers never touch the disk."
    ),
    disable_help_subcommand = true
)]
pub struct Arguments {
    /// What to do; without a verb the terminal program opens.
    #[command(subcommand)]
    pub verb: Option<Verb>,

    /// Open the terminal program with this file: a command, an answer, a log.
    #[arg(value_name = "FILE")]
    pub file: Option<std::path::PathBuf>,

    /// Gateway profile by id (cometapi, practice, …) for the terminal program.
    #[arg(long, value_name = "ID")]
    pub gateway: Option<String>,

    /// Scheme and host to send to in place of the pasted one, for the terminal program.
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,

    #[command(flatten)]
    key: given_key::KeyArguments,

    /// Keep the cases in this folder, for the terminal program [default: `store` of config.yaml, else the state folder].
    #[arg(long, value_name = "DIR")]
    pub store: Option<std::path::PathBuf>,

    /// Do not save the case while it is worked on; it is lost with the program [default: `save` of config.yaml].
    #[arg(long)]
    pub no_save: bool,

    /// Walk line by line, without a screen: for screen readers, simple terminals and pipes.
    #[arg(long)]
    pub plain: bool,

    /// Write a log of this program's own steps to FILE (never a request, an answer or a key).
    #[arg(long, value_name = "FILE", global = true)]
    pub log: Option<std::path::PathBuf>,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 done with findings, 2 usage or consent, 3 nothing usable, 4 audit refused, \
                          5 local reason, 6 delivery failed, 130 interrupted. See --help.";

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make a note without a screen: read, reproduce, render.
    Note(Box<note::NoteArguments>),
    /// Practise on a gateway inside this program: no key, no network.
    Practice(practice::PracticeArguments),
    /// Check a gateway's contract by small requests: what is kept, broken or has drifted.
    Check(Box<check::CheckArguments>),
    /// Say what can be said of a failure, without sending anything; one, or a record a line.
    Explain(explain::ExplainArguments),
    /// Show what is understood of a command, an archive, an answer or a log; nothing is sent.
    Import(import::ImportArguments),
    /// Find the one thing that makes a request fail, by controls and the smallest failing body; asks first.
    Isolate(Box<isolate::IsolateArguments>),
    /// Look how a gateway answers several requests at a time; bounded, and stopped by the first storm.
    Probe(probe::ProbeArguments),
    /// Group the failures of whole logs by what failed, sanitized; any size, any number of files.
    Triage(Box<triage::TriageArguments>),
    /// Check a note: the schema casefile.note/1, what it lacks, claims without a source, secrets.
    Validate(validate::ValidateArguments),
    /// Replace secrets and prompts in any text; the other bytes stay as they are.
    Sanitize(sanitize::SanitizeArguments),
    /// Tell in which cases a key was met; the answer stays on this machine.
    Keys(keys::KeysArguments),
    /// Find kept cases again: list, show, search, compare, forget, hand over.
    Cases(Box<cases::CasesArguments>),
    /// Put a note onto a ticket of a support desk, or into a mail; asks first, and sends nothing twice.
    Attach(Box<attach::AttachArguments>),
    /// Send a kept case again and say whether it is FIXED, STILL FAILS, has CHANGED or is FLAKY.
    Verify(Box<verify::VerifyArguments>),
    /// Send the request of a case, a note or a fixture again and make a note of what comes.
    Replay(Box<verify::ReplayArguments>),
    /// Describe this machine's set-up; never fails on what it finds.
    Doctor(doctor::DoctorArguments),
    /// Print the script that completes this program's words in a shell.
    Completions(completions::CompletionsArguments),
    /// Write the commented settings file, or say where the settings are.
    Config(config::ConfigArguments),
    /// Hold text from stdin on the clipboard (used by `--copy`).
    #[command(hide = true)]
    ClipboardHold,
}

/// How a command speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputKind {
    /// For people.
    #[default]
    Text,
    /// One JSON document on stdout and nothing else there.
    Json,
}

/// The note's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NoteFormat {
    /// YAML, the canonical one.
    Yaml,
    /// Markdown.
    Markdown,
    /// JSON.
    Json,
    /// Plain text, line by line.
    Plain,
}

impl From<NoteFormat> for crate::case::sanitize::Format {
    fn from(format: NoteFormat) -> Self {
        match format {
            NoteFormat::Yaml => Self::Yaml,
            NoteFormat::Markdown => Self::Markdown,
            NoteFormat::Json => Self::Json,
            NoteFormat::Plain => Self::Plain,
        }
    }
}

/// Bounds of sending, shared by the verbs that send. What is not given comes from the configuration.
#[derive(Debug, Clone, Default, Args)]
pub struct SendArguments {
    /// Retries after the first attempt, 0 to 4 [default: 2].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=4))]
    pub retries: Option<u32>,
    /// Send the request N times in all, whatever comes, 2 to 20: does it fail each time?
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=20), conflicts_with = "retries")]
    pub repeat: Option<u32>,
    /// Retry also after a part of an answer had come; the record says that the next answer is regenerated.
    #[arg(long)]
    pub regenerate: bool,
    /// Seconds of the first upper bound of the backoff [default: 1].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub backoff_base: Option<f64>,
    /// Seconds of the longest wait, also of one that Retry-After asks for [default: 30].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub backoff_cap: Option<f64>,
    /// Seconds after which no further attempt starts [default: 120].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub retry_deadline: Option<f64>,
    /// Name of this retry policy, for the note [default: full-jitter/1].
    #[arg(long, value_name = "NAME", value_parser = crate::io::store::policy_version)]
    pub policy_version: Option<String>,
    /// Header in which each request carries an id of ours (the case and a number), or `none` [default: the one that the
    /// gateway's profile allows].
    #[arg(long, value_name = "HEADER", value_parser = client_request_header)]
    pub client_request_id: Option<ClientRequestHeader>,
    /// Seconds for one attempt as a whole [default: 300].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<f64>,
    /// Seconds until connected [default: 10].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub connect_timeout: Option<f64>,
    /// Seconds until the answer begins [default: 120].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub first_byte_timeout: Option<f64>,
    /// Seconds of silence within an answer [default: 60].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub idle_timeout: Option<f64>,
}

impl SendArguments {
    /// The retry policy: what was given here, else what `configured` says.
    pub fn policy(&self, configured: Policy) -> Policy {
        let changed = [self.backoff_base, self.backoff_cap, self.retry_deadline].iter().any(Option::is_some);
        let policy = Policy {
            retries: self.retries.unwrap_or(configured.retries),
            base_ms: self.backoff_base.map_or(configured.base_ms, millis),
            cap_ms: self.backoff_cap.map_or(configured.cap_ms, millis),
            deadline_ms: self.retry_deadline.map_or(configured.deadline_ms, millis),
            repeat: self.repeat.unwrap_or(configured.repeat),
            regenerate: self.regenerate || configured.regenerate,
            version: configured.version,
        };
        let version = match &self.policy_version {
            Some(name) => name.clone().into(),
            None if changed && policy.is_changed() => format!("{}, changed", policy.version).into(),
            None => policy.version.clone(),
        };
        Policy { version, ..policy }
    }

    /// The deadlines: what was given here, else what `configured` says.
    pub fn timeouts(&self, configured: crate::case::note::Timeouts) -> crate::case::note::Timeouts {
        crate::case::note::Timeouts {
            connect_ms: self.connect_timeout.map_or(configured.connect_ms, millis),
            first_byte_ms: self.first_byte_timeout.map_or(configured.first_byte_ms, millis),
            idle_ms: self.idle_timeout.map_or(configured.idle_ms, millis),
            total_ms: self.timeout.map_or(configured.total_ms, millis),
        }
    }
}

/// Asking for the task that an answer names.
#[derive(Debug, Clone, Default, Args)]
pub struct PollArguments {
    /// Where the answer names a task (video, music, image), ask for it every SECONDS until it ends; what becomes of it is in
    /// the note [default: 5].
    #[arg(long, value_name = "SECONDS", value_parser = poll_seconds, num_args = 0..=1, require_equals = true,
          default_missing_value = "5", conflicts_with = "repeat")]
    pub poll: Option<f64>,
    /// Most times that a task is asked for, 1 to 200 [default: 60].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=200), requires = "poll")]
    pub poll_times: Option<u32>,
    /// Seconds after which a task is not asked for again [default: 600].
    #[arg(long, value_name = "SECONDS", value_parser = seconds, requires = "poll")]
    pub poll_deadline: Option<f64>,
}

impl PollArguments {
    /// The bounds; `None`: tasks are not asked for.
    pub fn bounds(&self) -> Option<Polling> {
        let usual = Polling::default();
        Some(Polling {
            every_ms: millis(self.poll?),
            most: self.poll_times.unwrap_or(usual.most),
            total_ms: self.poll_deadline.map_or(usual.total_ms, millis),
        })
    }
}

fn poll_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (1.0..=3_600.0).contains(&value) => Ok(value),
        _ => Err("give seconds from 1 to 3600".to_owned()),
    }
}

/// A header of its own: none that frames the message, names its host or carries a credential.
fn may_carry_an_id(name: &str) -> bool {
    const OTHER: [&str; 9] =
        ["key", "token", "auth", "secret", "cookie", "forward", "host", "real-ip", "method"];
    name.starts_with("x-")
        && name.len() <= 64
        && http::HeaderName::from_bytes(name.as_bytes()).is_ok()
        && !OTHER.iter().any(|part| name.contains(part))
}

fn client_request_header(text: &str) -> Result<ClientRequestHeader, String> {
    let name = text.to_ascii_lowercase();
    match name.as_str() {
        "none" => Ok(ClientRequestHeader::No),
        _ if may_carry_an_id(&name) => Ok(ClientRequestHeader::Named(name)),
        _ => Err("give a header made for ids, for example x-client-request-id, or none".to_owned()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.001..=86_400.0).contains(&value) => Ok(value),
        _ => Err("give seconds from 0.001 to 86400".to_owned()),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be from 0.001 to 86400"
)]
fn millis(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

/// Ends when the operator presses Ctrl-C; never where that cannot be heard.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Says why the command line was not understood; gives the exit code. The message repeats an argument, which may be a key.
pub fn not_understood(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        // Help and version: nothing of the arguments stands in them, and they must come at once.
        error.exit();
    }
    // The search for secrets costs a hundred times what all the rest of such a run does.
    if std::env::args_os().skip(1).all(|argument| is_a_word(&argument)) {
        error.exit();
    }
    let plain = error.to_string();
    let safe = say::without_secrets(&plain);
    if safe == plain {
        error.exit();
    }
    say::line(safe.trim_end());
    Exit::Usage
}

/// True for a verb or an option by itself, right or wrong: a few letters and hyphens, which no kind of secret consists of.
fn is_a_word(argument: &std::ffi::OsStr) -> bool {
    let text = argument.as_encoded_bytes();
    text.len() <= 16 && text.iter().all(|b| b.is_ascii_lowercase() || *b == b'-')
}

/// Runs the program with `arguments`; gives the exit code.
pub fn run(arguments: Arguments) -> Exit {
    crate::io::terminal::install_panic_hook();
    if let Some(Err(failed)) = arguments.log.as_deref().map(log::begin) {
        say::error(&failed.to_string());
        return failed.exit;
    }
    let result = match arguments.verb {
        None => start::terminal_program(&arguments),
        Some(Verb::Note(note)) => note::run(&note),
        Some(Verb::Practice(practice)) => practice::run(&practice),
        Some(Verb::Check(check)) => check::run(&check),
        Some(Verb::Explain(explain)) => explain::run(&explain),
        Some(Verb::Import(import)) => import::run(&import),
        Some(Verb::Isolate(isolate)) => isolate::run(&isolate),
        Some(Verb::Probe(probe)) => probe::run(&probe),
        Some(Verb::Triage(triage)) => triage::run(&triage),
        Some(Verb::Validate(validate)) => validate::run(&validate),
        Some(Verb::Sanitize(sanitize)) => sanitize::run(&sanitize),
        Some(Verb::Keys(keys)) => keys::run(&keys),
        Some(Verb::Cases(cases)) => cases::run(&cases),
        Some(Verb::Attach(attach)) => attach::run(&attach),
        Some(Verb::Verify(arguments)) => verify::verify(&arguments),
        Some(Verb::Replay(arguments)) => verify::replay(&arguments),
        Some(Verb::Doctor(doctor)) => doctor::run(&doctor),
        Some(Verb::Completions(completions)) => completions::run(&completions),
        Some(Verb::Config(config)) => config::run(&config),
        Some(Verb::ClipboardHold) => return Exit::from_code(crate::io::deliver::hold_clipboard()),
    };
    result.unwrap_or_else(|failed| {
        say::error(&failed.to_string());
        failed.exit
    })
}
