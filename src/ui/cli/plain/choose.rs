//! What the walk begins with: an unfinished case, a practice scenario, or a paste.

use super::{Plain, Stop};
use crate::case::sanitize::Words;
use crate::session::Event;
use crate::ui::cli::say;
use crate::ui::cli::start::Ground;
use crate::ui::tui::PracticeChoice;

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
        if let Some(at) =
            self.pick(&lines, "Go on with which one? Its number; Enter begins a new case:").await?
            && let Some(case) = cases.into_iter().nth(at)
        {
            self.give(Event::Resumed(Box::new(case)));
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
    async fn pick(&mut self, lines: &[String], question: &str) -> Result<Option<usize>, Stop> {
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
            match answer.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|at| *at < lines.len()) {
                Some(at) => return Ok(Some(at)),
                None => say::line(&format!("Give a number from 1 to {}.", lines.len())),
            }
        }
    }
}
