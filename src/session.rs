//! The walk as a state machine: events in, effects out. Pure: no clock, no disk, no network, no terminal.
//!
//! ```text
//!            Event ──> Session::handle(event, now) ──> Vec<Effect>
//!              ^                                            │
//!              └──────────────── io::driver <───────────────┘
//! ```
//!
//! Both faces (the terminal program and the commands) only send events and read the session's state. Each step of the
//! walk has its file: `request_step`, `reproduce`, `isolate_step`, `output`.

mod aim;
pub mod case_id;
mod consent;
mod effect;
mod event;
mod files;
mod isolate_step;
mod kept_cases;
mod known_keys;
mod open_file;
mod output;
mod pieces;
mod polling;
mod random;
mod reproduce;
mod request_step;
mod review;
mod safe;
mod saving;
mod search;

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use crate::case::catalog::{Catalog, Profile};
use crate::case::diagnose::Diagnosis;
use crate::case::evidence::{Evidence, Reading, Source};
use crate::case::finding::{Finding, Level};
use crate::case::intake;
use crate::case::isolate::Changed;
use crate::case::kept::{Observed, Twins, TwinsOf};
use crate::case::keyring::{KeyRing, Label};
use crate::case::note::{Audience, Removal, Template, Timeouts};
use crate::case::request::{BodyFile, Deadlines, Draft, Intake, Request, Said};
use crate::case::retry::{Policy, Polling};
use crate::case::sanitize::{Audit, Format, Rendered, SafeEvidence, SafeWords, Words};

pub use aim::Aim;
pub use consent::{Belongs, Consent, KeyUse, Purpose, Upload};
pub use effect::{Binding, Effect, Outgoing, Paths};
pub use event::{
    ControlAsk, Delivered, Event, FileFacts, FileSeen, FileTrouble, FilesSeen, IsolateAsk, Phase, Progress,
    STDOUT,
};
pub use files::{MOST_BODY_BYTES, MOST_FILE_BYTES, MOST_OPENED_BYTES};
pub use known_keys::{Acquaintance, CaseKey, CaseKeys, KeySeen, SeenIn};
pub use output::{Output, Place};
pub use pieces::PieceLine;
pub use polling::PollPlan;
pub use saving::SAVE_EVERY_MS;

use case_id::case_id;
use random::Random;

/// The five steps of the walk, always visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Paste or fill in the request.
    Request,
    /// Send it and look at what came.
    Reproduce,
    /// Send it with one thing changed.
    Isolate,
    /// Look at what leaves, add own words.
    Review,
    /// Copy or write the note.
    Note,
}

impl Step {
    /// All steps in order.
    pub const ALL: [Self; 5] = [Self::Request, Self::Reproduce, Self::Isolate, Self::Review, Self::Note];

    /// The step's name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "Request",
            Self::Reproduce => "Reproduce",
            Self::Isolate => "Isolate",
            Self::Review => "Review",
            Self::Note => "Note",
        }
    }
}

/// What is done of a step and what is missing, for the step bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Done.
    Done,
    /// Not needed on this walk, or optional.
    Optional,
    /// Still to do; says what is missing.
    Missing(&'static str),
}

/// Choices that hold for the whole session.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Retry policy.
    pub policy: Policy,
    /// After an answer that names a task, ask for it within these bounds; `None`: only when the operator wants it then.
    pub poll: Option<Polling>,
    /// Deadlines of an attempt.
    pub timeouts: Timeouts,
    /// Who writes the note.
    pub operator: String,
    /// The operator's service that sends such requests (`checkout-api`).
    pub service: String,
    /// Where that service runs (`production`).
    pub deployment: String,
    /// In which header each request carries an id of ours.
    pub client_request_id: ClientRequestHeader,
    /// Who reads it.
    pub audience: Audience,
    /// Format to begin with.
    pub format: Format,
    /// `casefile` and its version.
    pub tool: String,
    /// Operating system's name.
    pub os: String,
    /// Tells whether requests to a host (first) by a scheme (second) go through a proxy of the environment.
    pub proxy_for: fn(&str, &str) -> bool,
    /// Base URL (scheme and host) for requests that name none.
    pub default_base: Option<String>,
    /// The note leaves only after the operator confirmed the replacements (the terminal program).
    pub confirm_first: bool,
    /// The case is saved as it goes, so that it survives the end of the program.
    pub save: bool,
    /// Start of the session's number sequence (case id, jitter).
    pub seed: u64,
}

/// In which header a request carries an id of this program's own, by which the gateway's logs can be searched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ClientRequestHeader {
    /// In the one that the gateway's profile names; in none where it names none.
    #[default]
    OfProfile,
    /// In this one, lower case, by the operator's choice.
    Named(String),
    /// In none.
    No,
}

impl Default for Settings {
    /// The defaults of a fresh configuration; who runs it says `tool`, `os`, `proxy_for` and `seed`.
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            poll: None,
            timeouts: Timeouts::default(),
            operator: String::new(),
            service: String::new(),
            deployment: String::new(),
            client_request_id: ClientRequestHeader::OfProfile,
            audience: Audience::Internal,
            format: Format::Yaml,
            tool: String::new(),
            os: String::new(),
            proxy_for: |_, _| false,
            default_base: None,
            confirm_first: false,
            save: false,
            seed: 0,
        }
    }
}

/// A line for the operator about what just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub level: Level,
    /// One or two sentences: what happened, to what, what to do next.
    pub text: String,
}

/// What runs at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Activity {
    /// Nothing.
    Idle,
    /// A request is under way.
    Sending {
        /// Where it is.
        progress: Progress,
        /// The control it is; `None` for the request itself.
        control: Option<Changed>,
        /// Index of the attempt, from 1.
        index: u32,
        /// Wall clock at the start.
        since: DateTime<Utc>,
        /// The operator asked to cancel it.
        cancelling: bool,
    },
    /// Waiting before a retry.
    Waiting {
        /// How long, milliseconds.
        ms: u64,
        /// Names the wait.
        token: u64,
        /// Wall clock at the start.
        since: DateTime<Utc>,
        /// Why it is waited that long.
        reason: &'static str,
    },
}

/// One walk of one case.
pub struct Session {
    catalog: Arc<Catalog>,
    settings: Settings,
    random: Random,
    case_id: Option<String>,
    ring: KeyRing,
    step: Step,
    notice: Option<Notice>,

    draft: Draft,
    kind: &'static str,
    paste_findings: Vec<Finding>,
    preflight: Vec<Finding>,
    chosen_profile: Option<String>,
    base_url: Option<String>,
    pasted_host: Option<String>,
    given_key: Option<Label>,
    asked_environment: Vec<String>,
    deadlines: Deadlines,
    seen: FilesSeen,
    file_findings: Vec<Finding>,
    send_after_look: bool,
    body_file: Option<BodyFile>,
    pieces: Vec<Intake>,
    piece: Option<usize>,

    bindings: Vec<Binding>,
    allowed: Vec<(Label, String)>,
    agreed: Option<Request>,
    consent: Option<Consent>,
    activity: Activity,
    sent_control: Option<Request>,
    /// Requests that were sent in this case, controls and repetitions among them.
    sent_in_all: u32,
    next_token: u64,
    run_start: usize,
    search: search::Search,
    asking: polling::Asking,

    evidence: Evidence,
    readings: Vec<Reading>,
    control_readings: Vec<Reading>,
    diagnosis: Option<Diagnosis>,

    words: Words,
    confirmed: bool,
    removed: Vec<Removal>,
    shown: Vec<String>,
    format: Format,
    template: Option<Template>,
    /// The place that the note is made for.
    place: Option<Place>,
    output: Option<Output>,
    /// The evidence as a screen may show it, where there is no note yet; made when a screen asks for it.
    clean: OnceLock<SafeEvidence>,
    /// The same of the operator's words.
    clean_words: OnceLock<SafeWords>,
    /// What was sanitized last.
    last_safe: RefCell<Option<Arc<safe::Safe>>>,
    /// The last check of what leaves, which proved itself.
    last_audit: RefCell<Option<Audit>>,
    /// The credentials that were asked about last, and the answer.
    asked_keys: Option<CaseKeys>,
    keys_seen: Option<Result<Vec<KeySeen>, String>>,
    /// Whose twins were asked for last, and the answer.
    asked_twins: Option<TwinsOf>,
    twins: Option<Result<Option<Twins>, String>>,
    delivered: Vec<Delivered>,
    /// The text that is on its way out, and the one that went out last.
    going_out: Option<Rendered>,
    handed_over: Option<Rendered>,
    /// What an earlier run of the program observed in this case.
    earlier: Option<Box<Observed>>,
    saving: saving::Saving,
}

impl Session {
    /// A session at its start.
    pub fn new(catalog: Arc<Catalog>, settings: Settings) -> Self {
        let words = Words {
            operator: settings.operator.clone(),
            service: settings.service.clone(),
            deployment: settings.deployment.clone(),
            ..Words::default()
        };
        let (random, format) = (Random::new(settings.seed), settings.format);
        Self {
            catalog,
            settings,
            random,
            case_id: None,
            ring: KeyRing::default(),
            step: Step::Request,
            notice: None,
            draft: Draft::default(),
            kind: "nothing",
            paste_findings: Vec::new(),
            preflight: Vec::new(),
            chosen_profile: None,
            base_url: None,
            pasted_host: None,
            given_key: None,
            asked_environment: Vec::new(),
            deadlines: Deadlines::default(),
            seen: FilesSeen { folder: String::new(), files: Vec::new() },
            file_findings: Vec::new(),
            send_after_look: false,
            body_file: None,
            pieces: Vec::new(),
            piece: None,
            bindings: Vec::new(),
            allowed: Vec::new(),
            agreed: None,
            consent: None,
            activity: Activity::Idle,
            sent_control: None,
            sent_in_all: 0,
            next_token: 0,
            run_start: 0,
            search: search::Search::default(),
            asking: polling::Asking::default(),
            evidence: Evidence::default(),
            readings: Vec::new(),
            control_readings: Vec::new(),
            diagnosis: None,
            words,
            confirmed: false,
            removed: Vec::new(),
            shown: Vec::new(),
            format,
            template: None,
            place: None,
            output: None,
            last_audit: RefCell::default(),
            clean: OnceLock::new(),
            clean_words: OnceLock::new(),
            last_safe: RefCell::default(),
            asked_keys: None,
            keys_seen: None,
            asked_twins: None,
            twins: None,
            delivered: Vec::new(),
            going_out: None,
            handed_over: None,
            earlier: None,
            saving: saving::Saving::default(),
        }
    }

    /// Takes one event at the moment `now`; gives what the world must do. Never blocks.
    pub fn handle(&mut self, event: Event, now: DateTime<Utc>) -> Vec<Effect> {
        if self.case_id.is_none() {
            self.case_id = Some(case_id(now, self.random.next()));
        }
        let before = self.saving_before(&event);
        let mut effects = self.dispatch(event, now);
        if self.case_id.is_none() {
            self.case_id = Some(case_id(now, self.random.next()));
        }
        if self.step >= Step::Review {
            self.refresh_output(now);
            effects.extend(self.recall_keys());
            effects.extend(self.find_twins());
        }
        effects.extend(self.save_as_it_goes(before, now));
        effects
    }

    fn dispatch(&mut self, event: Event, now: DateTime<Utc>) -> Vec<Effect> {
        match event {
            Event::BindingsRead(bindings) => self.bindings_read(bindings),
            Event::Pasted(text) => self.pasted(&text),
            Event::Edited(draft) => self.edited(draft),
            Event::ResponseGiven { text, status, at } => self.response_given(&text, status, at),
            Event::BesideAnswer { said, request_id } => self.beside_answer(said, request_id),
            Event::ObservationSaid { status, at } => self.observation_said(status, at),
            Event::GatewayChosen(id) => self.gateway_chosen(id),
            Event::BaseUrlSet(url) => self.base_url_set(&url),
            Event::KeyGiven { origin, value } => self.key_given(origin, &value),
            Event::EnvironmentRead(values) => self.environment_read(values),
            Event::GoTo(step) => self.go_to(step),
            Event::BodyRead(read) => self.body_read(&read),
            Event::PieceChosen(at) => self.piece_chosen(at),
            Event::OpenRequested(path) => Self::open_requested(&path),
            Event::FileOpened { read, pasted } => self.file_opened(read, pasted.as_deref()),
            Event::FilesSeen(seen) => self.files_seen(seen, now),
            Event::SendRequested => self.send_requested(now),
            Event::ConsentGiven { remember } => self.consent_given(remember, now),
            Event::ConsentRefused => self.consent_refused(),
            Event::Progressed(progress) => self.progressed(progress),
            Event::AttemptDone(attempt) => self.attempt_done(*attempt, now),
            Event::WaitOver(token) => self.wait_over(token, now),
            Event::PollRequested => self.poll_requested(),
            Event::SkipWait => self.skip_wait(now),
            Event::StopRetrying => self.stop_retrying(now),
            Event::Cancel => self.cancel(now),
            Event::ControlRequested(ask) => self.control_requested(ask),
            Event::IsolateRequested(ask) => self.isolate_requested(*ask),
            Event::WordsSet(words) => self.words_set(words),
            Event::WordsTyped(words) => self.words_typed(words),
            Event::Resumed(case) => self.resumed(*case),
            Event::AnotherCase => self.another_case(now),
            Event::SaveDue => Vec::new(),
            Event::CaseNotSaved(error) => self.case_not_saved(&error),
            Event::RemoveRefused => self.remove_refused(),
            Event::ShowField(field) => self.show_field(&field),
            Event::TakeOut(text) => self.take_out(&text),
            Event::PutBack => self.put_back(),
            Event::PlaceChosen(id) => self.place_chosen(id.as_deref()),
            Event::Confirmed(confirmed) => self.set_confirmed(confirmed),
            Event::FormatChosen(format) => self.format_chosen(format),
            Event::CopyRequested => self.copy_requested(now),
            Event::WriteRequested(path) => self.write_requested(path, now),
            Event::Delivered(result) => self.note_delivered(result, now),
            Event::KeysRecalled(result) => self.keys_recalled(result),
            Event::KeysNotRemembered(error) => self.keys_not_remembered(&error),
            Event::TwinsFound(result) => self.twins_found(result),
            Event::CaseNotKept(error) => self.case_not_kept(&error),
            Event::NoticeSeen => {
                self.notice = None;
                Vec::new()
            }
            Event::Quit => vec![Effect::Quit],
        }
    }

    fn go_to(&mut self, step: Step) -> Vec<Effect> {
        self.saving.step_changed |= self.step != step;
        self.step = step;
        self.notice = None;
        if step == Step::Note {
            self.tell_template_fault();
        }
        Vec::new()
    }

    fn say(&mut self, level: Level, text: impl Into<String>) {
        self.notice = Some(Notice { level, text: text.into() });
    }

    /// Evidence, words or settings changed: the note must be made again and be confirmed again.
    fn note_is_stale(&mut self) {
        self.saving.changed();
        self.output = None;
        self.clean = OnceLock::new();
        self.clean_words = OnceLock::new();
        self.last_safe = RefCell::default();
    }
}

/// Reading the state: what the faces draw.
impl Session {
    /// The catalog in use.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The session's settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The case's id; empty before the first event.
    pub fn id(&self) -> &str {
        self.case_id.as_deref().unwrap_or("")
    }

    /// The step that is shown.
    pub fn step(&self) -> Step {
        self.step
    }

    /// What is done of `step`, and what is missing.
    pub fn standing(&self, step: Step) -> Standing {
        let has_answer = self.was_observed();
        match step {
            Step::Request if has_answer || self.head().is_ok() => Standing::Done,
            Step::Request if !self.draft.is_empty() => {
                Standing::Missing("the URL is missing or cannot be read")
            }
            Step::Request => Standing::Missing("paste a command or an error"),
            Step::Reproduce if self.reproduces() => Standing::Missing("under way"),
            Step::Reproduce if self.is_overtaken() => {
                Standing::Missing("changed since it was sent; send it again")
            }
            Step::Reproduce if self.was_sent() => Standing::Done,
            Step::Reproduce if has_answer => Standing::Optional,
            Step::Reproduce => Standing::Missing("not sent yet"),
            Step::Isolate if !self.evidence.controls.is_empty() => Standing::Done,
            Step::Isolate if self.earlier().is_some_and(|e| !e.controls.is_empty()) => Standing::Done,
            Step::Isolate => Standing::Optional,
            Step::Review if self.confirmed => Standing::Done,
            Step::Review if has_answer => Standing::Missing("look at what leaves, confirm"),
            Step::Review => Standing::Missing("nothing observed yet"),
            Step::Note if self.is_handed_over() => Standing::Done,
            Step::Note if !self.delivered.is_empty() => {
                Standing::Missing("as it stands it was not handed over")
            }
            Step::Note => Standing::Missing("copy or write it"),
        }
    }

    /// True where the request was changed since it was sent: what was observed is not of what stands there now.
    pub fn is_overtaken(&self) -> bool {
        self.was_sent() && self.evidence.request != self.request().ok()
    }

    /// True where the text that would leave now is the one that was handed over last.
    pub fn is_handed_over(&self) -> bool {
        let now = self.output.as_ref().and_then(|output| output.rendered.as_ref().ok());
        now.is_some_and(|now| self.handed_over.as_ref().is_some_and(|out| out.as_str() == now.as_str()))
    }

    /// True while the request is sent, or waited before it is sent again.
    fn reproduces(&self) -> bool {
        !self.searches()
            && matches!(self.activity, Activity::Sending { control: None, .. } | Activity::Waiting { .. })
    }

    /// True when this program sent the request at least once in this case.
    pub fn was_sent(&self) -> bool {
        self.evidence.attempts.iter().any(|a| a.source == Source::Sent)
    }

    /// What just happened, if it must be said.
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// The secrets held.
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// The request as it is edited, masked.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// What kind of text was pasted, in words.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Facts that a paste without a request names.
    pub fn said(&self) -> &Said {
        &self.evidence.said
    }

    /// Findings of the paste and of the preflight: which of several requests this is, then the gravest first.
    pub fn findings(&self) -> Vec<&Finding> {
        // Intake and preflight may notice the same thing at the same place: the graver word stands.
        let mut all: Vec<&Finding> = Vec::new();
        for finding in self.preflight.iter().chain(&self.file_findings).chain(&self.paste_findings) {
            if !all.iter().any(|f| f.id == finding.id && f.place == finding.place) {
                all.push(finding);
            }
        }
        let is_choice = |f: &Finding| self.pieces.len() > 1 && intake::is_choice(f);
        all.sort_by_key(|f| (!is_choice(f), std::cmp::Reverse(f.level)));
        all
    }

    /// The gateway's profile.
    pub fn profile(&self) -> Option<&Profile> {
        match (&self.chosen_profile, self.head()) {
            (Some(id), _) => self.catalog.profile(id),
            (None, Ok(request)) => self.catalog.profile_for_host(&request.target.host_port()),
            (None, Err(_)) => self
                .named_address()
                .and_then(|named| self.catalog.profile_for_host(&named.target.host_port())),
        }
        .or_else(|| self.catalog.profile("openai_compatible"))
    }

    /// Deadlines of an attempt: the session's, or those of the pasted command where they are shorter.
    pub fn timeouts(&self) -> Timeouts {
        let own = self.settings.timeouts;
        let shorter = |own: u64, theirs: Option<u64>| theirs.map_or(own, |ms| ms.min(own));
        Timeouts {
            connect_ms: shorter(own.connect_ms, self.deadlines.connect_ms),
            total_ms: shorter(own.total_ms, self.deadlines.total_ms),
            ..own
        }
    }

    /// What waits for the operator's consent.
    pub fn consent(&self) -> Option<&Consent> {
        self.consent.as_ref()
    }

    /// What runs.
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// True while something runs.
    pub fn is_busy(&self) -> bool {
        self.activity != Activity::Idle
    }

    /// All that was observed, raw: for the operator's own eyes only.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// What the attempts say, in their order.
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// What the controls say, in their order.
    pub fn control_readings(&self) -> &[Reading] {
        &self.control_readings
    }

    /// The diagnosis of the last attempt.
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        self.diagnosis.as_ref().or_else(|| self.earlier.as_ref()?.diagnosis.as_ref())
    }

    /// The operator's words.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The operator confirmed the replacements.
    pub fn confirmed(&self) -> bool {
        self.confirmed
    }

    /// Fields of bodies that the operator marked as harmless, as full paths.
    pub fn shown_fields(&self) -> &[String] {
        &self.shown
    }

    /// The note's format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The sanitized evidence, the note and its renderings; made when Review is entered.
    pub fn output(&self) -> Option<&Output> {
        self.output.as_ref()
    }

    /// What was delivered so far.
    pub fn delivered(&self) -> &[Delivered] {
        &self.delivered
    }
}

#[cfg(test)]
mod tests;
