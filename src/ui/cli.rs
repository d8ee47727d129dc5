//! The commands: one file per verb. Arguments in, an exit code out.

mod ask;
mod consent;
mod doctor;
mod exit;
mod given_key;
mod note;
mod practice;
mod report;
mod say;
mod start;
mod validate;
mod walk;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
         casefile practice                           learn it on a gateway inside, with no key and no network\n  \
         casefile note --from failed.sh --yes        reproduce a pasted command, print the note\n  \
         casefile note --no-send --response err.json --status 503\n  \
         casefile validate note.yaml\n\n",
        "Exit codes:\n  0    done: the note or report was made (also when the request worked)\n  \
         1    done, with findings: `validate` found faults\n  2    wrong usage, or consent missing\n  \
         3    nothing usable in the input\n  4    the audit refused the output\n  \
         5    could not send for a local reason (CA store, proxy URL)\n  \
         6    file, clipboard or store failed\n  130  interrupted\n\n\
         No telemetry. Raw requests and answers never touch the disk."
    ),
    disable_help_subcommand = true
)]
pub struct Arguments {
    /// What to do; without a verb the terminal program opens.
    #[command(subcommand)]
    pub verb: Option<Verb>,

    /// Gateway profile by id (cometapi, openai_compatible, …) for the terminal program.
    #[arg(long, value_name = "ID")]
    pub gateway: Option<String>,

    /// Scheme and host to send to in place of the pasted one, for the terminal program.
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,

    #[command(flatten)]
    key: given_key::KeyArguments,

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
    /// Check a note (YAML or JSON) against the schema casefile.note/1.
    Validate(validate::ValidateArguments),
    /// Describe this machine's set-up; never fails on what it finds.
    Doctor(doctor::DoctorArguments),
    /// Hold text from stdin on the clipboard (used by `--copy`).
    #[command(hide = true)]
    ClipboardHold,
}

/// How a command speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputKind {
    /// For people.
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

/// Bounds of sending, shared by the verbs that send.
#[derive(Debug, Clone, Copy, Args)]
pub struct SendArguments {
    /// Retries after the first attempt, 0 to 4.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=4))]
    pub retries: u32,
    /// Seconds for one attempt as a whole.
    #[arg(long, value_name = "SECONDS", default_value_t = 300.0, value_parser = seconds)]
    pub timeout: f64,
    /// Seconds until connected.
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = seconds)]
    pub connect_timeout: f64,
    /// Seconds until the answer begins.
    #[arg(long, value_name = "SECONDS", default_value_t = 120.0, value_parser = seconds)]
    pub first_byte_timeout: f64,
    /// Seconds of silence within an answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = seconds)]
    pub idle_timeout: f64,
}

impl Default for SendArguments {
    fn default() -> Self {
        Self {
            retries: 2,
            timeout: 300.0,
            connect_timeout: 10.0,
            first_byte_timeout: 120.0,
            idle_timeout: 60.0,
        }
    }
}

impl SendArguments {
    /// The deadlines in milliseconds.
    pub fn timeouts(&self) -> crate::case::note::Timeouts {
        crate::case::note::Timeouts {
            connect_ms: millis(self.connect_timeout),
            first_byte_ms: millis(self.first_byte_timeout),
            idle_ms: millis(self.idle_timeout),
            total_ms: millis(self.timeout),
        }
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

/// Runs the program with `arguments`; gives the exit code.
pub fn run(arguments: Arguments) -> Exit {
    let result = match arguments.verb {
        None => start::terminal_program(&arguments),
        Some(Verb::Note(note)) => note::run(&note),
        Some(Verb::Practice(practice)) => practice::run(&practice),
        Some(Verb::Validate(validate)) => validate::run(&validate),
        Some(Verb::Doctor(doctor)) => doctor::run(&doctor),
        Some(Verb::ClipboardHold) => return Exit::from_code(crate::io::deliver::hold_clipboard()),
    };
    result.unwrap_or_else(|failed| {
        say::error(&failed.to_string());
        failed.exit
    })
}
