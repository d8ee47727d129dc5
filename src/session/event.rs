//! What can happen to a session.

use secrecy::SecretString;

use super::effect::Binding;
use super::known_keys::KeySeen;
use crate::case::evidence::Attempt;
use crate::case::kept::{Twins, Unfinished};
use crate::case::keyring::Origin;
use crate::case::request::{Draft, Said};
use crate::case::sanitize::{Format, Words};

/// Everything that can happen.
#[derive(Debug, Clone)]
pub enum Event {
    /// Bindings of keys to hosts that the operator confirmed earlier were read.
    BindingsRead(Vec<Binding>),
    /// A new paste replaces the request.
    Pasted(String),
    /// The editor's content changed. Texts may hold literal secrets: they are moved into memory at once.
    Edited(Draft),
    /// An answer that the operator has: a body, or text with its head.
    ResponseGiven {
        /// The bytes.
        text: Vec<u8>,
        /// Status, as the operator says.
        status: Option<u16>,
        /// Time, as the operator says.
        at: Option<chrono::DateTime<chrono::Utc>>,
    },
    /// What a log says beside the answer: its request, where that is not known, and the id of the call.
    BesideAnswer {
        /// The request.
        said: Said,
        /// The id.
        request_id: Option<String>,
    },
    /// What the operator says of the answer that stood in the paste.
    ObservationSaid {
        /// Its status.
        status: Option<u16>,
        /// When it was seen.
        at: Option<chrono::DateTime<chrono::Utc>>,
    },
    /// The operator chose a gateway profile by id.
    GatewayChosen(String),
    /// The operator set the base URL (scheme and host).
    BaseUrlSet(String),
    /// The operator gave a key for this request.
    KeyGiven {
        /// How.
        origin: Origin,
        /// The key.
        value: SecretString,
    },
    /// Environment variables were read: name and value, where it is set.
    EnvironmentRead(Vec<(String, Option<SecretString>)>),
    /// The files of the form were looked at.
    FilesSeen(FilesSeen),
    /// The file that holds the body was read as text. It may hold a key.
    BodyRead(Result<SecretString, FileTrouble>),
    /// The operator chose this request of the paste, by its place in [`super::Session::pieces`].
    PieceChosen(usize),
    /// The operator wants to open the file at this path.
    OpenRequested(String),
    /// The file was read. It may hold keys.
    FileOpened {
        /// Its text.
        read: Result<SecretString, FileTrouble>,
        /// The paste that was taken for its path.
        pasted: Option<String>,
    },
    /// The operator wants the request sent.
    SendRequested,
    /// The operator allows what [`super::Consent`] shows; `remember` binds the key to the host for later sessions.
    ConsentGiven {
        /// Keep the binding of key and host.
        remember: bool,
    },
    /// The operator does not.
    ConsentRefused,
    /// The running attempt moved on.
    Progressed(Progress),
    /// The running attempt ended.
    AttemptDone(Box<Attempt>),
    /// The wait with this token is over.
    WaitOver(u64),
    /// Ask for the task that the last answer names, until it ends.
    PollRequested,
    /// Do not wait any longer, retry now.
    SkipWait,
    /// Do not retry.
    StopRetrying,
    /// The operator has read the notice.
    NoticeSeen,
    /// The operator goes to a step.
    GoTo(super::Step),
    /// Cancel what is running.
    Cancel,
    /// Send one control request, after consent.
    ControlRequested(ControlAsk),
    /// Find what makes the request fail by several requests, after one consent.
    IsolateRequested(Box<IsolateAsk>),
    /// The operator's words changed.
    WordsSet(Words),
    /// The operator's words while they are typed: they are saved, and told once they are done.
    WordsTyped(Words),
    /// The operator goes on with a case that an earlier run of the program saved, or opens a kept one.
    Resumed(Box<Unfinished>),
    /// A case of another kind begins (practice after a case of one's own, or the other way round): nothing of the one before
    /// goes into it.
    AnotherCase,
    /// The time to save is there.
    SaveDue,
    /// The case could not be saved as it goes; says why and what to do.
    CaseNotSaved(String),
    /// Take out of the note what the audit refused, at the place that it named.
    RemoveRefused,
    /// Show this dropped field of a body, or drop it again: the operator says that it is harmless.
    ShowField(String),
    /// Take this text, which the operator marked, out of the note wherever it stands.
    TakeOut(String),
    /// Put back what the operator took out last.
    PutBack,
    /// Make the note for this place of the catalog; `None`: for none.
    PlaceChosen(Option<String>),
    /// The operator confirmed the replacements (or took it back).
    Confirmed(bool),
    /// The note's format.
    FormatChosen(Format),
    /// Copy the note.
    CopyRequested,
    /// Write the note to this path; `None`: a name made from the case id in the current folder.
    WriteRequested(Option<String>),
    /// A copy or a file was delivered, or not.
    Delivered(Result<Delivered, String>),
    /// Where the case's credentials were seen before, or why that cannot be said.
    KeysRecalled(Result<Vec<KeySeen>, String>),
    /// The credentials of a note that is out could not be remembered; says why and what to do.
    KeysNotRemembered(String),
    /// Earlier cases of the same failure, or why they cannot be looked up.
    TwinsFound(Result<Option<Twins>, String>),
    /// The case of a note that is out could not be kept; says why and what to do.
    CaseNotKept(String),
    /// Leave.
    Quit,
}

/// What was found where the paths of a form lead to. Nothing of the contents is in it.
#[derive(Clone, PartialEq, Eq)]
pub struct FilesSeen {
    /// The folder from which relative paths lead.
    pub folder: String,
    /// Each path with what was found.
    pub files: Vec<FileSeen>,
}

/// One path of a form.
#[derive(Clone, PartialEq, Eq)]
pub struct FileSeen {
    /// The path as it is written.
    pub path: String,
    /// What is there.
    pub look: Result<FileFacts, FileTrouble>,
}

/// What is known of a file without its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// Bytes.
    pub bytes: u64,
    /// Media type by its first bytes, where they tell.
    pub kind: Option<&'static str>,
}

/// Why a file cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileTrouble {
    /// There is none.
    Missing,
    /// It is a folder, a pipe or a device.
    NotAFile,
    /// It may not be read.
    Unreadable,
    /// It is larger than what is sent from memory.
    TooLarge,
    /// It is no UTF-8 text, where the body is to be one.
    NotText,
}

impl FileTrouble {
    /// Why, for a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Missing => "there is no such file here",
            Self::NotAFile => "the path leads to a folder, a pipe or a device",
            Self::Unreadable => "the file may not be read",
            Self::TooLarge => {
                "the file is larger than what is read (16 MiB of a body, 64 MiB of an opened file)"
            }
            Self::NotText => "the file is no UTF-8 text",
        }
    }
}

impl std::fmt::Debug for FilesSeen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.files).finish()
    }
}

impl std::fmt::Debug for FileSeen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileSeen({:?})", self.look)
    }
}

/// A key and how it was given.
pub type GivenKey = (Origin, SecretString);

/// A search that the operator asks for.
#[derive(Debug, Clone, Default)]
pub struct IsolateAsk {
    /// What may be sent; its labels of other keys are set from the keys here.
    pub options: crate::case::isolate::Options,
    /// Another key of the same account.
    pub other_key: Option<GivenKey>,
    /// A key of another account.
    pub other_account: Option<GivenKey>,
}

/// A control that the operator asks for.
#[derive(Debug, Clone)]
pub enum ControlAsk {
    /// Another model.
    Model(String),
    /// Another key.
    Key {
        /// How it was given.
        origin: Origin,
        /// The key.
        value: SecretString,
    },
    /// A small body that is known to work.
    MinimalBody,
    /// The list of models, with the same key.
    Models,
}

/// Where a running attempt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Phase.
    pub phase: Phase,
    /// Milliseconds since the start.
    pub elapsed_ms: u64,
    /// Bytes of the body so far.
    pub bytes: u64,
    /// Events of the stream so far.
    pub events: u64,
}

/// Phase of a running attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Resolving, connecting, TLS.
    Connecting,
    /// Sent, waiting for the response head.
    Waiting,
    /// The body comes.
    Receiving,
}

/// The route of a note that a command printed.
pub const STDOUT: &str = "standard output";

/// Something reached the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The way it took, for people: `tmux buffer and terminal clipboard`, `file ./CF-….yaml`.
    pub route: String,
    /// False where the way cannot tell whether it worked (a terminal's OSC 52).
    pub certain: bool,
    /// The file, where it was one.
    pub path: Option<String>,
}

impl Delivered {
    /// It went onto a ticket: the route begins with that word.
    pub fn is_ticket(&self) -> bool {
        self.route.starts_with("ticket ")
    }

    /// It went by mail: the route begins with that word.
    pub fn is_mail(&self) -> bool {
        self.route.starts_with("mail ")
    }

    /// The kind of way in a word, without where it led to.
    pub fn by(&self) -> &'static str {
        match &self.path {
            Some(_) => "file",
            None if self.route == STDOUT => "stdout",
            None if self.is_ticket() => "ticket",
            None if self.is_mail() => "mail",
            None => "clipboard",
        }
    }
}
