//! What a session asks of the world.

use super::known_keys::CaseKeys;
use crate::case::kept::{KeptCase, SavedCase, TwinsOf};
use crate::case::keyring::KeyRing;
use crate::case::note::Timeouts;
use crate::case::request::{Header, Request};
use crate::case::sanitize::Rendered;

/// Everything that the driver does for a session.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Read these environment variables; answer with [`super::Event::EnvironmentRead`].
    ReadEnvironment(Vec<String>),
    /// Look at the files under these paths; answer with [`super::Event::FilesSeen`].
    LookAtFiles(Paths),
    /// Read the text file at this path, which holds the body; answer with [`super::Event::BodyRead`].
    ReadBody(Paths),
    /// Read the text file that the operator opens; answer with [`super::Event::FileOpened`].
    OpenFile {
        /// Its path; `~/` stands for the home folder.
        paths: Paths,
        /// The paste that may be this path.
        pasted: Option<String>,
    },
    /// Send once; answer with [`super::Event::Progressed`] and [`super::Event::AttemptDone`].
    Send(Box<Outgoing>),
    /// Cancel the running attempt; it ends with [`super::Event::AttemptDone`] and a cancelled outcome.
    CancelSend,
    /// Wait, then answer with [`super::Event::WaitOver`] and the token.
    Wait {
        /// Milliseconds.
        ms: u64,
        /// Names this wait.
        token: u64,
    },
    /// Keep this binding for later sessions.
    RememberBinding(Binding),
    /// Put it on the clipboard; answer with [`super::Event::Delivered`].
    Copy(Rendered),
    /// Write it to a file; answer with [`super::Event::Delivered`].
    Write {
        /// Path.
        path: String,
        /// What.
        rendered: Rendered,
    },
    /// Save the case as it stands, in place of what was saved of it; answer with [`super::Event::CaseNotSaved`] where that
    /// fails.
    SaveCase(Box<SavedCase>),
    /// Answer with [`super::Event::SaveDue`] after so many milliseconds.
    SaveLater(u64),
    /// The note of this case is out: forget what was saved of it on the way.
    ForgetSaved(String),
    /// Look up where these credentials were seen before; answer with [`super::Event::KeysRecalled`].
    RecallKeys(CaseKeys),
    /// The note is out: keep the fingerprints of its credentials on this machine; answer with
    /// [`super::Event::KeysRecalled`] or [`super::Event::KeysNotRemembered`].
    RememberKeys(CaseKeys),
    /// Look up earlier cases of the same failure; answer with [`super::Event::TwinsFound`].
    FindTwins(TwinsOf),
    /// The note is out: keep the case on this machine; answer with [`super::Event::CaseNotKept`] where that fails.
    KeepCase(Box<KeptCase>),
    /// Leave the program.
    Quit,
}

/// Paths as they are written in a form. They name persons and projects, so `Debug` shows how many there are.
#[derive(Clone, PartialEq, Eq)]
pub struct Paths(pub Vec<String>);

impl std::fmt::Debug for Paths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Paths({})", self.0.len())
    }
}

/// A key that may go to a host: confirmed once by the operator.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Binding {
    /// Name of the environment variable that holds the key.
    pub key: String,
    /// Host (and port, where the URL names one).
    pub host: String,
}

/// What is sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The request, masked.
    pub request: Request,
    /// The secrets that it refers to.
    pub ring: KeyRing,
    /// Deadlines.
    pub timeouts: Timeouts,
    /// Index of the attempt, from 1.
    pub index: u32,
    /// Milliseconds waited before it.
    pub waited_ms: Option<u64>,
    /// A header beyond the request's own, with our id of this attempt.
    pub client_request_id: Option<Header>,
    /// No proxy is used, whatever the environment names.
    pub direct: bool,
}
