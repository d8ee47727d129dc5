//! What the walk begins with: an unfinished case, a practice scenario, or a paste.

use super::{Plain, Stop};
use crate::case::sanitize::Words;
use crate::session::Event;
use crate::ui::cli::say;
use crate::ui::cli::start::Ground;
use crate::ui::tui::PracticeChoice;

/// What was answered to a list.
enum Picked {
    /// The place of a line.
    At(usize),
    /// Something else.
    Pasted(String),
}

impl Plain {
    pub(super) async fn begin(&mut self, ground: &Ground, practice: Vec<PracticeChoice>) -> Result<(), Stop> {
        if !practice.is_empty() {
            return self.practise(practice).await;
        }
        let cases = ground.unfinished();
        if cases.is_empty() || !self.walk.session.draft().is_empty() || self.walk.session.was_observed() {
            return Ok(());
        }
        let now = self.walk.now();
        say::line("Unfinished cases:");
        let lines: Vec<String> = cases.iter().map(|case| case.line(now)).collect();
        let question = "Go on with which one? Its number; Enter, or a paste, begins a new case:";
        match self.pick_or_paste(&lines, question).await? {
            Some(Picked::At(at)) => {
                if let Some(case) = cases.into_iter().nth(at) {
                    self.give(Event::Resumed(Box::new(case)));
                }
            }
            Some(Picked::Pasted(line)) => self.begun = format!("{line}\n"),
            None => {}
        }
        Ok(())
    }

    async fn practise(&mut self, choices: Vec<PracticeChoice>) -> Result<(), Stop> {
        let lines: Vec<String> =
            choices.iter().map(|c| format!("{} ({}; {})", c.title, c.name, c.group)).collect();
        say::line("Practice: no key and no network is used.");
        let at = self.pick(&lines, "Which failure? Its number; Enter takes the first:").await?.unwrap_or(0);
        let Some(choice) = choices.into_iter().nth(at) else { return Ok(()) };
        for (heading, text) in &choice.story {
            say::line(&format!("{heading}: {text}"));
        }
        self.trial.clone_from(&choice.trial);
        let own = self.walk.session.words().clone();
        let words = Words {
            operator: own.operator,
            service: own.service,
            deployment: own.deployment,
            ..Words::default()
        };
        self.give(Event::WordsSet(words));
        self.give(Event::GatewayChosen(choice.gateway));
        self.give(Event::Pasted(choice.paste));
        Ok(())
    }

    /// The place of the line that is chosen by number; `None` for Enter.
    pub(super) async fn pick(&mut self, lines: &[String], question: &str) -> Result<Option<usize>, Stop> {
        loop {
            match self.pick_or_paste(lines, question).await? {
                Some(Picked::At(at)) => return Ok(Some(at)),
                Some(Picked::Pasted(_)) => say::line(&format!("Give a number from 1 to {}.", lines.len())),
                None => return Ok(None),
            }
        }
    }

    /// The same; what is no number may be the first line of a paste.
    async fn pick_or_paste(&mut self, lines: &[String], question: &str) -> Result<Option<Picked>, Stop> {
        for (at, line) in lines.iter().enumerate() {
            say::line(&format!("  {}: {line}", at + 1));
        }
        loop {
            let answer = self.ask(question).await?;
            if answer.is_empty() {
                return Ok(None);
            }
            if matches!(answer.as_str(), "q" | "quit") {
                return Err(self.left());
            }
            let Ok(number) = answer.parse::<usize>() else { return Ok(Some(Picked::Pasted(answer))) };
            match number.checked_sub(1).filter(|at| *at < lines.len()) {
                Some(at) => return Ok(Some(Picked::At(at))),
                None => say::line(&format!("Give a number from 1 to {}.", lines.len())),
            }
        }
    }
}
