//! The walk line by line (`--plain`): the same session as the screen has, for screen readers, simple terminals and pipes.
//! Questions and answers are lines; nothing moves the cursor, draws boxes or depends on a colour. All that is told goes to
//! stderr, the note alone to stdout, so that `casefile --plain > note.yaml` works.

mod choose;
mod isolate;
mod lines;
mod told;

use std::io::IsTerminal;

use super::consent::lines as consent_lines;
use super::exit::{Exit, Failed};
use super::start::{Choice, Ground, on_this_thread, session, template};
use super::walk::Walk;
use super::{SendArguments, report, say};
use crate::case::finding::Level;
use crate::case::keyring::Origin;
use crate::case::sanitize::{Format, Words};
use crate::session::{Event, KeyUse, STDOUT, Session, Step};
use crate::ui::tui::PracticeChoice;

use lines::{Lines, Said};

/// True where the walk is told line by line without being asked to: by the configuration, on a terminal that can do no more,
/// and where the output goes elsewhere while somebody types.
pub(super) fn is_wanted(ground: &Ground) -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let (stdin, stdout) = (std::io::stdin().is_terminal(), std::io::stdout().is_terminal());
    ground.config.plain.unwrap_or(stdin && (dumb || !stdout))
}

/// Walks from the events `first`, or from a practice scenario.
pub(super) fn run(ground: &Ground, first: Vec<Event>, practice: Vec<PracticeChoice>) -> Result<Exit, Failed> {
    let send = SendArguments::default();
    let choice = Choice::by_hand(ground, &send);
    on_this_thread(async {
        let (mut session, driver, events) = session(ground, &choice);
        session.use_template(template(ground, None)?);
        let mut plain = Plain {
            walk: Walk::new(session, driver, events, false),
            lines: Lines::new(),
            trial: None,
            begun: String::new(),
        };
        for event in first {
            plain.walk.give(event);
        }
        say::line(
            "casefile, line by line. Answer each question and press Enter; q leaves. Nothing is sent before you agree.",
        );
        let ended = match plain.begin(ground, practice).await {
            Ok(()) => plain.steps().await,
            Err(stop) => Err(stop),
        };
        match ended {
            Ok(exit) | Err(Stop::Exit(exit)) => Ok(exit),
            Err(Stop::Failed(failed)) => Err(failed),
        }
    })
}

/// Why the walk stops.
enum Stop {
    /// The operator left, or the input ended.
    Exit(Exit),
    /// Something failed.
    Failed(Failed),
}

impl From<Failed> for Stop {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

struct Plain {
    walk: Walk,
    lines: Lines,
    trial: Option<crate::practice::score::Trial>,
    /// The first line of a paste that was given where a number was asked for.
    begun: String,
}

impl Plain {
    /// One line from the operator.
    async fn ask(&mut self, question: &str) -> Result<String, Stop> {
        say::prompt(question);
        match self.walk.meanwhile(self.lines.next()).await {
            Some(Said::Line(line)) => Ok(line.trim().to_owned()),
            Some(Said::End) => {
                say::line("");
                say::line("the input ended");
                Err(self.left())
            }
            None => {
                self.walk.give(Event::Quit);
                Err(Stop::Exit(Exit::Interrupted))
            }
        }
    }

    /// One of the letters in `choices`, each with what it does. Enter takes the first; `q` leaves.
    async fn choose(&mut self, choices: &[(&str, &str)]) -> Result<String, Stop> {
        let first = choices.first().map_or("q", |(letter, _)| letter);
        self.choose_or(choices, first).await
    }

    /// The same, where Enter takes `default`.
    async fn choose_or(&mut self, choices: &[(&str, &str)], default: &str) -> Result<String, Stop> {
        loop {
            for (letter, does) in choices {
                say::line(&format!("  {letter}: {does}"));
            }
            say::line("  q: leave");
            let mut answer = self.ask(&format!("Which one? Enter is {default}:")).await?.to_lowercase();
            if answer.is_empty() {
                default.clone_into(&mut answer);
            }
            match answer.as_str() {
                "q" | "quit" => return Err(self.left()),
                other if choices.iter().any(|(letter, _)| *letter == other) => return Ok(other.to_owned()),
                _ => say::line("That is none of these letters."),
            }
        }
    }

    fn left(&mut self) -> Stop {
        // What was said last is saved, too.
        self.walk.give(Event::Quit);
        let session = &self.walk.session;
        if session.delivered().is_empty() && session.was_observed() && session.settings().save {
            say::line(&format!(
                "{} is saved as unfinished; casefile offers it at the next start",
                session.id()
            ));
        }
        Stop::Exit(if session.delivered().is_empty() { Exit::Usage } else { Exit::Done })
    }

    /// Gives an event and tells what the session says of it.
    fn give(&mut self, event: Event) {
        self.walk.give(Event::NoticeSeen);
        self.walk.give(event);
        self.tell_notice();
    }

    fn tell_notice(&self) {
        if let Some(notice) = self.walk.session.notice() {
            let level = match notice.level {
                Level::Info => "",
                Level::Warning => "warning: ",
                Level::Error => "error: ",
            };
            say::line(&format!("{level}{}", notice.text));
        }
    }

    async fn steps(&mut self) -> Result<Exit, Stop> {
        loop {
            let step = self.walk.session.step();
            let number = Step::ALL.iter().position(|s| *s == step).unwrap_or(0) + 1;
            say::line(&format!("\nStep {number} of 5: {}. Case {}.", step.name(), self.walk.session.id()));
            match step {
                Step::Request => self.request().await?,
                Step::Reproduce => self.reproduce().await?,
                Step::Isolate => self.isolate().await?,
                Step::Review => self.review().await?,
                Step::Note => self.note().await?,
            }
        }
    }

    async fn request(&mut self) -> Result<(), Stop> {
        if self.walk.session.draft().is_empty() && !self.walk.session.was_observed() {
            self.paste().await?;
        }
        for line in told::request(&self.walk.session) {
            say::line(&line);
        }
        let (sendable, observed) = (self.walk.session.request().is_ok(), self.walk.session.was_observed());
        // The first one is what Enter takes: with an answer at hand nothing is sent unless it is chosen.
        let mut choices = Vec::new();
        if observed {
            choices.push(("r", "go on to Review with what was observed; nothing is sent"));
        }
        if sendable {
            choices.push(("s", "send it, after a question"));
        }
        let pieces = self.walk.session.pieces().len();
        let another = format!("choose another request of the paste, which holds {pieces}");
        if pieces > 1 {
            choices.push(("o", another.as_str()));
        }
        choices.extend([("p", "paste another one"), ("u", "set scheme and host"), ("k", "give a key")]);
        match self.choose(&choices).await?.as_str() {
            "s" => {
                self.give(Event::GoTo(Step::Reproduce));
                // Where nothing was observed the step itself asks.
                if observed {
                    self.send(Event::SendRequested).await?;
                }
            }
            "r" => self.give(Event::GoTo(Step::Review)),
            "u" => {
                let url = self.ask("Scheme and host, for example https://api.example.com:").await?;
                self.give(Event::BaseUrlSet(url));
            }
            "k" => self.key().await?,
            "o" => self.piece().await?,
            _ => self.paste().await?,
        }
        Ok(())
    }

    async fn paste(&mut self) -> Result<(), Stop> {
        loop {
            say::line(
                "Paste a command, an error text or an answer. End it with a line that holds a single dot, or with Ctrl-D.",
            );
            let mut text = std::mem::take(&mut self.begun);
            loop {
                match self.walk.meanwhile(self.lines.next()).await {
                    None => return Err(Stop::Exit(Exit::Interrupted)),
                    Some(Said::Line(line)) if line.trim_end() == "." => break,
                    Some(Said::Line(line)) if line.trim() == "q" && text.is_empty() => {
                        return Err(self.left());
                    }
                    Some(Said::Line(line)) => text.push_str(&line),
                    Some(Said::End) if text.is_empty() => return Err(self.left()),
                    Some(Said::End) => break,
                }
            }
            self.give(Event::Pasted(text));
            if !self.walk.session.draft().is_empty() || self.walk.session.was_observed() {
                break;
            }
        }
        if self.walk.session.pieces().len() > 1 {
            self.piece().await?;
        }
        if self.walk.session.lacks_key() {
            say::line("The request has a place for a key, and no key is there.");
            self.key().await?;
        }
        Ok(())
    }

    async fn key(&mut self) -> Result<(), Stop> {
        if let Some(value) = self.secret().await? {
            self.give(Event::KeyGiven { origin: Origin::Given("the key prompt"), value });
            say::line("The key is held in memory for this request.");
        }
        Ok(())
    }

    async fn reproduce(&mut self) -> Result<(), Stop> {
        if !self.walk.session.was_observed() {
            self.send(Event::SendRequested).await?;
        }
        for line in told::observed(&self.walk.session) {
            say::line(&line);
        }
        let next = ("n", "go on to Review");
        let more = [
            ("a", "send it again"),
            ("i", "change one thing and see what comes, or search what makes it fail"),
            ("b", "go back to Request"),
        ];
        let choices: Vec<_> = if self.walk.session.was_observed() {
            let again = self.walk.session.was_sent();
            let sends = |letter: &str| matches!(letter, "a" | "i");
            let can_send = self.walk.session.request().is_ok();
            let more = more.into_iter().filter(|(letter, _)| can_send || !sends(letter));
            let more = more.map(
                |(letter, does)| if letter == "a" && !again { (letter, "send it") } else { (letter, does) },
            );
            let task = ("t", "ask for the task that the answer names, until it ends");
            let task = self.walk.session.task_to_ask_for().then_some(task);
            std::iter::once(next).chain(task).chain(more).collect()
        } else {
            vec![("b", "go back to Request"), ("a", "ask again whether to send it")]
        };
        match self.choose(&choices).await?.as_str() {
            "n" => self.give(Event::GoTo(Step::Review)),
            "a" => self.send(Event::SendRequested).await?,
            "t" => self.send(Event::PollRequested).await?,
            "i" => self.give(Event::GoTo(Step::Isolate)),
            _ => self.give(Event::GoTo(Step::Request)),
        }
        Ok(())
    }

    /// Sends what `asked` asks for, after consent.
    async fn send(&mut self, asked: Event) -> Result<(), Stop> {
        self.give(asked);
        if self.agreed().await? {
            self.walk.settle().await?;
            self.tell_notice();
        }
        Ok(())
    }

    /// Asks for consent in words. True: something is under way, or was agreed to before.
    async fn agreed(&mut self) -> Result<bool, Stop> {
        let Some(consent) = self.walk.session.consent().cloned() else {
            return Ok(self.walk.session.is_busy());
        };
        say::line("This would be sent:");
        for line in consent_lines(&consent, true, self.walk.session.catalog()) {
            say::line(&line);
        }
        for planned in &consent.plan {
            let changed = planned.changed.replace('_', " ");
            say::line(&super::isolate::line(planned).replacen(planned.changed, &changed, 1));
        }
        // A key that belongs elsewhere needs more than a letter.
        let elsewhere = consent.keys.iter().any(KeyUse::is_elsewhere);
        let yes = if elsewhere {
            let question = format!(
                "Look twice: the key belongs to another host. Type {} to send it there, anything else sends nothing:",
                consent.host
            );
            self.ask(&question).await? == consent.host
        } else {
            let answer = self.ask(&format!("Send to {}? yes or no:", consent.host)).await?;
            matches!(answer.to_lowercase().as_str(), "y" | "yes")
        };
        self.give(if yes { Event::ConsentGiven { remember: true } } else { Event::ConsentRefused });
        Ok(yes)
    }

    async fn review(&mut self) -> Result<(), Stop> {
        if self.walk.session.output().is_none() {
            say::line("Nothing was observed yet.");
            self.give(Event::GoTo(Step::Request));
            return Ok(());
        }
        if own_words(&self.walk.session).is_empty() {
            self.words().await?;
        }
        for line in told::review(&self.walk.session) {
            say::line(&line);
        }
        let refused = self.walk.session.output().is_some_and(|output| output.rendered.is_err());
        let mut choices = vec![("y", "confirm it and go on to the note")];
        if refused {
            choices.insert(0, ("x", "take out what the audit refuses"));
        }
        choices.extend([
            ("t", "read the text that leaves"),
            ("w", "write your words again"),
            ("b", "go back to Reproduce"),
        ]);
        match self.choose(&choices).await?.as_str() {
            "y" => {
                self.give(Event::Confirmed(true));
                self.give(Event::GoTo(Step::Note));
            }
            "x" => self.give(Event::RemoveRefused),
            "t" => say::line(&told::text(&self.walk.session)),
            "w" => self.words().await?,
            _ => self.give(Event::GoTo(Step::Reproduce)),
        }
        Ok(())
    }

    /// The operator's words, one after the other.
    async fn words(&mut self) -> Result<(), Stop> {
        say::line("Your own words. Enter leaves a field as it is; a single dash empties it.");
        for (question, field) in FIELDS {
            let before = field(&mut self.walk.session.words().clone()).clone();
            let now = if before.is_empty() { String::new() } else { format!(" (now: {before})") };
            let answer = self.ask(&format!("{question}{now}:")).await?;
            if answer.is_empty() {
                continue;
            }
            let mut words = self.walk.session.words().clone();
            *field(&mut words) = if answer == "-" { String::new() } else { answer };
            self.give(Event::WordsSet(words));
        }
        Ok(())
    }

    async fn note(&mut self) -> Result<(), Stop> {
        if self.walk.session.output().is_none() {
            say::line("There is no note yet: nothing was observed.");
            self.give(Event::GoTo(Step::Request));
            return Ok(());
        }
        for line in told::missing(&self.walk.session) {
            say::line(&line);
        }
        if let (Some(trial), Some(output)) = (&self.trial, self.walk.session.output()) {
            report::score(&trial.judge(&output.note, &output.rendered));
        }
        let choices = [
            ("p", "print the note"),
            ("c", "copy it"),
            ("f", "write it to a file"),
            ("m", "change its format"),
            ("b", "go back to Review"),
        ];
        // What went out once is not printed again by an Enter too many.
        let default = if self.walk.session.is_handed_over() { "q" } else { "p" };
        match self.choose_or(&choices, default).await?.as_str() {
            "p" => self.print()?,
            "c" => self.give(Event::CopyRequested),
            "f" => {
                let path = self.ask("Which file? Enter names it after the case, in this folder:").await?;
                self.give(Event::WriteRequested((!path.is_empty()).then_some(path)));
            }
            "m" => {
                let next = match self.walk.session.format() {
                    Format::Yaml => Format::Markdown,
                    Format::Markdown => Format::Plain,
                    Format::Plain | Format::Json => Format::Yaml,
                };
                self.give(Event::FormatChosen(next));
                say::line(&format!("The note is {} now.", told::format(next)));
            }
            _ => self.give(Event::GoTo(Step::Review)),
        }
        Ok(())
    }

    /// The note on stdout, once it was confirmed.
    fn print(&mut self) -> Result<(), Stop> {
        if !self.walk.session.confirmed() {
            say::line("Confirm it in Review first: letter b.");
            return Ok(());
        }
        let rendered = match self.walk.session.output().map(|output| output.rendered.clone()) {
            Some(Ok(rendered)) => rendered,
            Some(Err(refusal)) => {
                say::line(&format!("error: {refusal}; go back to Review and take it out"));
                return Ok(());
            }
            None => return Ok(()),
        };
        say::output(rendered.as_str()).map_err(|e| Failed::stdout(&e))?;
        let delivered = crate::session::Delivered { route: STDOUT.to_owned(), certain: true, path: None };
        self.give(Event::Delivered(Ok(delivered)));
        Ok(())
    }
}

/// A field of the words.
type FieldOf = fn(&mut Words) -> &mut String;

/// The fields with their questions.
const FIELDS: [(&str, FieldOf); 6] = [
    ("Your one question to support", |words| &mut words.question),
    ("What should have happened", |words| &mut words.expected),
    ("Who is hit, since when, how often", |words| &mut words.impact),
    ("What you tried", |words| &mut words.tried),
    ("Anything else", |words| &mut words.notes),
    ("Who writes this", |words| &mut words.operator),
];

/// What the operator wrote of this case.
fn own_words(session: &Session) -> String {
    let words = session.words();
    [&words.question, &words.expected, &words.impact, &words.tried, &words.notes]
        .into_iter()
        .cloned()
        .collect()
}
