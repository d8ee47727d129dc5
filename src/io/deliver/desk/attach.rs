//! The order of the steps: look first, add what is missing, read back. A desk that cannot be asked is told so nowhere: no step
//! is named that is not done.

use super::{Desk, DeskError, Job, NoteFile, Present};

/// Which ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One that is there.
    Ticket(String),
    /// A new one, unless an earlier run made it.
    New {
        /// The ticket that the kept case says it has at this desk.
        known: Option<String>,
    },
}

impl Target {
    /// True where `desk` is asked what it has of the case before anything is sent.
    pub fn is_looked_for(&self, desk: &dyn Desk) -> bool {
        match self {
            Self::Ticket(_) => desk.can_look(),
            Self::New { .. } => desk.can_find(),
        }
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// The ticket.
    pub ticket: String,
    /// Its address.
    pub url: Option<String>,
    /// It was made now.
    pub created: bool,
    /// The text.
    pub text: TextState,
    /// Each file.
    pub files: Vec<(String, FileState)>,
    /// The comment was meant to be internal and is not.
    pub is_open: bool,
}

/// What became of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextState {
    /// Sent now and read back the same.
    Same,
    /// Sent now; the desk does not give it back as it was sent, only its marker was seen.
    Seen,
    /// Sent now; what the desk stored reads otherwise.
    Changed,
    /// It was there from an earlier run.
    There,
    /// A text of this case was there from an earlier run, and reads otherwise. It stays.
    Older,
    /// Sent now; this desk cannot be asked what it stored.
    NotReadBack,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// Sent now and read back byte for byte.
    Same,
    /// It was there from an earlier run, byte for byte.
    There,
    /// Sent now; what came back differs, or did not come back.
    Changed,
    /// Sent now; this desk cannot be asked what it stored.
    NotReadBack,
    /// Not sent: the case says that an earlier run sent it; this desk cannot be asked what it stored.
    Noted,
    /// Not sent: the ticket is of an earlier run, and this desk cannot be asked whether it has it.
    Unknown,
}

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Does the desk have it already?
    Looking,
    /// The ticket is made.
    Making,
    /// The comment is added.
    Commenting,
    /// Files are added.
    Uploading,
    /// What is stored is read back.
    ReadingBack,
}

impl Stage {
    /// In words.
    pub fn said(self) -> &'static str {
        match self {
            Self::Looking => "looking whether the desk has it already",
            Self::Making => "making the ticket",
            Self::Commenting => "adding the comment",
            Self::Uploading => "adding the files",
            Self::ReadingBack => "reading back and comparing",
        }
    }
}

/// It failed on the way: what is at the desk already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    /// Why.
    pub error: DeskError,
    /// The ticket, where one is known.
    pub ticket: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// What is there, for people.
    pub there: Vec<String>,
    /// A repeat asks the desk first what it has.
    pub is_looked_for: bool,
}

/// Puts the note onto a ticket. `tell` hears each step before it is done. Nothing that is there is sent again.
///
/// # Errors
/// [`Partial`]: why, and what the desk has already. Running it again goes on from there.
pub async fn attach(
    desk: &dyn Desk,
    job: &Job,
    target: &Target,
    tell: &dyn Fn(Stage),
) -> Result<Attached, Partial> {
    let mut walk = Walk { desk, job, tell, ticket: None, there: Vec::new() };
    match walk.run(target).await {
        Ok(attached) => Ok(attached),
        Err(error) => {
            let url = walk.ticket.as_deref().and_then(|ticket| desk.ticket_url(ticket));
            let is_looked_for = target.is_looked_for(desk);
            Err(Partial { error, ticket: walk.ticket, url, there: walk.there, is_looked_for })
        }
    }
}

struct Walk<'a> {
    desk: &'a dyn Desk,
    job: &'a Job,
    tell: &'a dyn Fn(Stage),
    ticket: Option<String>,
    there: Vec<String>,
}

impl Walk<'_> {
    async fn run(&mut self, target: &Target) -> Result<Attached, DeskError> {
        let (desk, job) = (self.desk, self.job);
        if target.is_looked_for(desk) {
            (self.tell)(Stage::Looking);
        }
        let found = match target {
            Target::Ticket(id) => Some(id.clone()),
            Target::New { known } => desk.find(job).await?.or_else(|| known.clone()),
        };
        let created = found.is_none();
        let ticket = match found {
            Some(ticket) => ticket,
            None => self.create().await?,
        };
        if created {
            self.ticket = Some(ticket.clone());
        }
        let before = if created { None } else { desk.look(&ticket, job).await? };
        self.ticket = Some(ticket.clone());
        // Of a ticket that was made before, and about which the desk tells nothing, nothing is sent twice.
        let knows = before.is_some();
        let had_text = match (&before, target) {
            (Some(present), _) => present.has_text,
            (None, Target::New { .. }) => true,
            (None, Target::Ticket(_)) => false,
        };
        if had_text {
            self.there.push("the text".to_owned());
        }
        let had = match &before {
            Some(present) => self.same_files(present).await?,
            None => Vec::new(),
        };
        let missing: Vec<NoteFile> = job.files.iter().filter(|f| !had.contains(&f.name)).cloned().collect();
        if !had_text {
            self.comment(&ticket, &missing).await?;
            self.there.push("the text".to_owned());
        }
        if desk.can_look() {
            (self.tell)(Stage::ReadingBack);
        }
        let Some(after) = desk.look(&ticket, job).await? else {
            if created && !missing.is_empty() && !desk.create_takes_files() {
                (self.tell)(Stage::Uploading);
                desk.upload(&ticket, job, &missing).await?;
            }
            let files = match target {
                Target::New { known } if !created && known.as_ref() == Some(&ticket) => FileState::Noted,
                Target::New { .. } if !created => FileState::Unknown,
                _ => FileState::NotReadBack,
            };
            return Ok(self.unread(ticket, created, had_text && !knows && !created, files));
        };
        let mut now = self.same_files(&after).await?;
        let rest: Vec<NoteFile> = job.files.iter().filter(|f| !now.contains(&f.name)).cloned().collect();
        self.there.extend(now.iter().cloned());
        let after = if rest.is_empty() {
            after
        } else {
            (self.tell)(Stage::Uploading);
            desk.upload(&ticket, job, &rest).await?;
            (self.tell)(Stage::ReadingBack);
            let again = desk.look(&ticket, job).await?.unwrap_or(after);
            now = self.same_files(&again).await?;
            again
        };
        let state = |file: &NoteFile| match (had.contains(&file.name), now.contains(&file.name)) {
            (true, _) => FileState::There,
            (false, true) => FileState::Same,
            (false, false) => FileState::Changed,
        };
        Ok(Attached {
            url: desk.ticket_url(&ticket),
            ticket,
            created,
            text: self.text_state(&after, had_text && !created),
            files: job.files.iter().map(|file| (file.name.clone(), state(file))).collect(),
            is_open: after.is_open,
        })
    }

    /// Makes the ticket. Where no answer comes, the desk is asked whether it has it, as often as it has patience for.
    async fn create(&mut self) -> Result<String, DeskError> {
        (self.tell)(Stage::Making);
        let made = self.desk.create(self.job).await;
        if !made.as_ref().is_err_and(DeskError::is_uncertain) {
            return made;
        }
        for wait in self.desk.patience() {
            tokio::time::sleep(*wait).await;
            if let Ok(Some(ticket)) = self.desk.find(self.job).await {
                return Ok(ticket);
            }
        }
        made
    }

    async fn comment(&mut self, ticket: &str, files: &[NoteFile]) -> Result<(), DeskError> {
        (self.tell)(Stage::Commenting);
        match self.desk.comment(ticket, self.job, files).await {
            Err(error) if error.is_uncertain() => match self.desk.look(ticket, self.job).await {
                Ok(Some(present)) if present.has_text => Ok(()),
                _ => Err(error),
            },
            other => other,
        }
    }

    /// The names of the files that the desk holds byte for byte.
    async fn same_files(&self, present: &Present) -> Result<Vec<String>, DeskError> {
        let mut same = Vec::new();
        for file in &self.job.files {
            for stored in present.files.iter().filter(|stored| stored.name == file.name) {
                if self.desk.read(stored).await? == file.bytes() {
                    same.push(file.name.clone());
                    break;
                }
            }
        }
        Ok(same)
    }

    fn text_state(&self, present: &Present, was_there: bool) -> TextState {
        let is_same = present.text.as_deref().map(|text| alike(text, self.job.text.as_str()));
        match (was_there, present.has_text, is_same) {
            (true, _, Some(false)) => TextState::Older,
            (true, ..) => TextState::There,
            (false, true, Some(true)) => TextState::Same,
            (false, true, None) => TextState::Seen,
            _ => TextState::Changed,
        }
    }

    fn unread(&self, ticket: String, created: bool, was_there: bool, state: FileState) -> Attached {
        Attached {
            url: self.desk.ticket_url(&ticket),
            ticket,
            created,
            text: if was_there { TextState::There } else { TextState::NotReadBack },
            files: self.job.files.iter().map(|file| (file.name.clone(), state)).collect(),
            is_open: false,
        }
    }
}

/// The same text, but for the ends of lines and of the text, which desks write in their own way.
fn alike(stored: &str, sent: &str) -> bool {
    let lines = |text: &str| {
        let text = text.replace("\r\n", "\n");
        text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>()
    };
    lines(stored) == lines(sent)
}
