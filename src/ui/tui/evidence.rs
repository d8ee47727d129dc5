//! One attempt, looked at closely: which one, which tab, raw or as it may leave. What is shown is made once per change, so
//! that drawing it costs the rows that are seen.
//!
//! Raw text comes from [`LocalView`](crate::case::sanitize::LocalView) only: credentials are under their labels on every screen.

mod made;
mod subject;

use super::json::Tree;
use crate::session::Session;

pub use made::{Answer, EventLine, HeaderLine, Made};
pub use subject::{Subject, changed, subjects};

/// A side of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// When what happened, over all attempts.
    Timeline,
    /// The events of a stream.
    Stream,
    /// Status and headers.
    Headers,
    /// The answer's body.
    Body,
    /// What differs from another attempt, or from what leaves.
    Difference,
}

impl Tab {
    /// All tabs in their order.
    pub const ALL: [Self; 5] = [Self::Timeline, Self::Stream, Self::Headers, Self::Body, Self::Difference];

    /// The tab's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Timeline => "Timeline",
            Self::Stream => "Stream",
            Self::Headers => "Headers",
            Self::Body => "Body",
            Self::Difference => "Difference",
        }
    }
}

/// What an attempt is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// What may leave of the same attempt.
    Leaves,
    /// Another one.
    Other(Subject),
}

/// What is looked at.
pub struct Look {
    /// Which attempt.
    pub subject: Subject,
    /// Which side of it.
    pub tab: Tab,
    /// As it came, for this screen only; else as it may leave.
    pub raw: bool,
    /// What it is compared with.
    pub against: Against,
    /// Rows scrolled; of a tree the first node.
    pub top: usize,
    /// What is shown.
    pub made: Made,
    /// What it was made from.
    seen: Option<Seen>,
    /// The body as it was folded when its tab was left, and the first node that was seen.
    left: Option<(Tree, usize)>,
}

/// What [`Made`] depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    subject: Subject,
    tab: Tab,
    raw: bool,
    against: Against,
    /// Moment and number of attempts: they change when the request is sent again.
    at: Option<chrono::DateTime<chrono::Utc>>,
    attempts: usize,
    shown: usize,
}

impl Look {
    /// A look at `subject`, as it may leave.
    pub fn new(subject: Subject, session: &Session) -> Self {
        let is_stream = subject.reading(session).is_some_and(|reading| reading.stream.is_some());
        let mut look = Self {
            subject,
            tab: if is_stream { Tab::Stream } else { Tab::Timeline },
            raw: false,
            against: Against::Leaves,
            top: 0,
            made: Made::default(),
            seen: None,
            left: None,
        };
        look.against = look.choices(session).first().copied().unwrap_or(Against::Leaves);
        look.follow(session);
        look
    }

    /// Makes what is shown where what it depends on changed; false where the attempt is no longer there.
    pub fn follow(&mut self, session: &Session) -> bool {
        let Some(attempt) = self.subject.attempt(session) else { return false };
        if let Against::Other(other) = self.against
            && other.attempt(session).is_none()
        {
            self.against = Against::Leaves;
        }
        let seen = Seen {
            subject: self.subject,
            tab: self.tab,
            raw: self.raw,
            against: self.against,
            at: attempt.at,
            attempts: session.evidence().attempts.len() + session.evidence().controls.len(),
            shown: session.shown_fields().len(),
        };
        if self.seen != Some(seen) {
            self.made = Made::of(self, session);
            self.seen = Some(seen);
            self.fold_as_left();
        }
        true
    }

    /// True where what came shows more on this tab than what may leave: not the times, but for the address that answered, and
    /// not the difference between the two.
    pub fn has_raw(&self, session: &Session) -> bool {
        match self.tab {
            Tab::Timeline => {
                self.subject.attempt(session).is_some_and(|attempt| attempt.connection.address.is_some())
            }
            Tab::Difference => self.against != Against::Leaves,
            Tab::Stream | Tab::Headers | Tab::Body => true,
        }
    }

    /// Another tab is looked at.
    fn leave_body(&mut self) {
        if let Answer::Tree(tree) = std::mem::take(&mut self.made.body) {
            self.left = Some((tree, self.top));
        }
    }

    /// The same body is folded as it was.
    fn fold_as_left(&mut self) {
        let Answer::Tree(tree) = &mut self.made.body else { return };
        if let Some((left, top)) = self.left.take_if(|(left, _)| left.text() == tree.text()) {
            *tree = left;
            self.top = top;
        }
    }

    /// The tab beside.
    pub fn turn(&mut self, forward: bool) {
        self.leave_body();
        self.tab = super::field::neighbour(&Tab::ALL, self.tab, forward);
        self.top = 0;
    }

    /// The attempt before or after in the list of the page.
    pub fn next(&mut self, session: &Session, forward: bool) -> bool {
        let all = subjects(session);
        if all.len() < 2 {
            return false;
        }
        self.subject = super::field::neighbour(&all, self.subject, forward);
        if self.against == Against::Other(self.subject) {
            self.against = self.choices(session).first().copied().unwrap_or(Against::Leaves);
        }
        self.top = 0;
        true
    }

    /// What it can be compared with: the other attempts, the nearest before it first, then what leaves.
    pub fn choices(&self, session: &Session) -> Vec<Against> {
        let all = subjects(session);
        let at = all.iter().position(|one| *one == self.subject).unwrap_or(0);
        let before = all.iter().take(at).rev();
        let after = all.iter().skip(at + 1);
        before.chain(after).map(|one| Against::Other(*one)).chain([Against::Leaves]).collect()
    }

    /// Compares with the next one, on the tab Difference.
    pub fn compare(&mut self, session: &Session) {
        if self.tab == Tab::Difference {
            self.against = super::field::neighbour(&self.choices(session), self.against, true);
        }
        self.leave_body();
        self.tab = Tab::Difference;
        self.top = 0;
    }
}
