//! One thing changed at a time, line by line: a single control, or the search.

use std::time::Duration;

use secrecy::SecretString;

use super::{Plain, Stop, told};
use crate::case::keyring::Origin;
use crate::case::sanitize::Format;
use crate::session::{ControlAsk, Event, IsolateAsk, Step};
use crate::ui::cli::say;

/// How long a search may take.
const SEARCH: Duration = Duration::from_secs(600);

impl Plain {
    pub(super) async fn isolate(&mut self) -> Result<(), Stop> {
        for line in told::controls(&self.walk.session) {
            say::line(&line);
        }
        let choices = [
            ("s", "search what makes it fail, by several requests"),
            ("m", "send it with another model"),
            ("k", "send it with another key"),
            ("y", "send it with a small body that is known to work"),
            ("l", "ask for the list of models, with the same key"),
            ("n", "go on to Review"),
            ("b", "go back to Reproduce"),
        ];
        match self.choose(&choices).await?.as_str() {
            "s" => self.search().await?,
            "m" => self.other_model().await?,
            "k" => self.other_key().await?,
            "y" => self.control(ControlAsk::MinimalBody).await?,
            "l" => self.control(ControlAsk::Models).await?,
            "n" => self.give(Event::GoTo(Step::Review)),
            _ => self.give(Event::GoTo(Step::Reproduce)),
        }
        Ok(())
    }

    async fn search(&mut self) -> Result<(), Stop> {
        self.give(Event::IsolateRequested(Box::<IsolateAsk>::default()));
        if self.agreed().await? {
            self.walk.search(SEARCH).await;
            if let Some(Ok(found)) = self.walk.session.isolation_report(Format::Plain) {
                say::line(found.as_str());
            }
        }
        Ok(())
    }

    async fn other_model(&mut self) -> Result<(), Stop> {
        let model = self.ask("Which model? An empty line goes back:").await?;
        if self.walk.session.masked(&model).is_some() {
            say::line("That looks like a key, not like a model: nothing was sent, and it is forgotten.");
        } else if !model.is_empty() {
            self.control(ControlAsk::Model(model)).await?;
        }
        Ok(())
    }

    async fn other_key(&mut self) -> Result<(), Stop> {
        let value = self.secret().await?;
        if let Some(value) = value {
            self.control(ControlAsk::Key { origin: Origin::Given("the key prompt"), value }).await?;
        }
        Ok(())
    }

    /// One control, after consent.
    async fn control(&mut self, ask: ControlAsk) -> Result<(), Stop> {
        self.give(Event::ControlRequested(ask));
        if self.agreed().await? {
            self.walk.settle().await?;
            self.tell_notice();
        }
        Ok(())
    }

    /// Chooses one of the requests of a paste.
    pub(super) async fn piece(&mut self) -> Result<(), Stop> {
        let pieces = self.walk.session.pieces();
        say::line(&format!("The paste holds {} requests:", pieces.len()));
        let mark = |taken| if taken { " (looked at now)" } else { "" };
        let lines: Vec<String> = pieces
            .iter()
            .map(|piece| {
                // The list has numbers of its own.
                let line = piece.line.split_once(". ").map_or(piece.line.as_str(), |(_, line)| line);
                format!("{line}{}", mark(piece.taken))
            })
            .collect();
        let question = "Which one? Its number; Enter keeps the one that is looked at:";
        if let Some(at) = self.pick(&lines, question).await? {
            self.give(Event::PieceChosen(at));
        }
        Ok(())
    }

    /// A key: masked on a terminal, a line elsewhere. It is told nowhere. `None`: none was given.
    pub(super) async fn secret(&mut self) -> Result<Option<SecretString>, Stop> {
        use std::io::IsTerminal as _;

        let value = if std::io::stdin().is_terminal() {
            match crate::io::secrets::from_prompt("Key, shown as stars; Esc goes on without:") {
                Ok(value) => value,
                Err(error) => {
                    say::line(&error.to_string());
                    return Ok(None);
                }
            }
        } else {
            SecretString::from(self.ask("Key; an empty line goes on without:").await?)
        };
        let is_empty = secrecy::ExposeSecret::expose_secret(&value).is_empty();
        Ok((!is_empty).then_some(value))
    }
}
