//! The practice list, the story beside the walk, and the score at its end.

use std::collections::BTreeMap;

use super::{Screen, Wish};
use crate::case::sanitize::Words;
use crate::practice::score::{Score, Trial};
use crate::practice::{GROUPS, Scenario};
use crate::session::{Event, Session, Step};

/// A practice scenario to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeChoice {
    /// Stable name.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Heading in the list, one of [`GROUPS`].
    pub group: &'static str,
    /// What happened, what to look at, what support will ask: a heading and a text each.
    pub story: Vec<(&'static str, String)>,
    /// How well the answer is known, where from, and when it was read.
    pub known: String,
    /// What to paste.
    pub paste: String,
    /// Profile of the gateway.
    pub gateway: String,
    /// What the note is judged by; `None`: there is no score.
    pub trial: Option<Trial>,
}

impl PracticeChoice {
    /// The choice for `scenario` with its command, on a gateway that accepts `key`.
    pub fn new(scenario: &Scenario, paste: String, key: &str) -> Self {
        Self {
            name: scenario.name.clone(),
            title: scenario.title.clone(),
            group: scenario.group(),
            story: vec![
                ("What happened", scenario.happened.clone()),
                ("Look at", scenario.look_at.clone()),
                ("Support will ask", scenario.support_asks.clone()),
            ],
            known: format!("{}: {}, {}", scenario.basis.word(), scenario.source, scenario.seen()),
            paste,
            gateway: "practice".to_owned(),
            trial: Some(Trial::new(scenario, key)),
        }
    }

    /// How well it fits `filter`, each word of which is the beginning of one of its words: 0, all in its name; 1, in name and
    /// title; 2, in its group as well. `None`: it does not fit.
    fn fit(&self, filter: &str) -> Option<usize> {
        let name = self.name.to_lowercase();
        let titled = format!("{name} {}", self.title.to_lowercase());
        let grouped = format!("{titled} {}", self.group.to_lowercase());
        let filter = filter.to_lowercase();
        [name, titled, grouped].iter().position(|text| filter.split_whitespace().all(|w| begins_in(text, w)))
    }
}

/// `word` is the beginning of a word of `text`.
fn begins_in(text: &str, word: &str) -> bool {
    let is_inner = |at: usize| text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
    // What begins with a sign may stand right behind a letter, as the rest of a name with hyphens does.
    let by_sign = !word.starts_with(char::is_alphanumeric);
    text.match_indices(word).any(|(at, _)| by_sign || !is_inner(at))
}

/// A row of the practice list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// A heading.
    Group(&'static str),
    /// The choice of that index.
    Choice(usize),
}

/// The practice list.
#[derive(Debug, Clone, Default)]
pub struct Practice {
    /// All scenarios.
    pub choices: Vec<PracticeChoice>,
    /// The list is shown.
    pub is_open: bool,
    /// The marked one.
    pub marked: usize,
    /// The one that is walked.
    pub chosen: Option<usize>,
    /// What was typed: the list shows what has all its words.
    pub filter: String,
    /// The operator opened (true) or folded (false) the story; `None`: as the place allows.
    pub story: Option<bool>,
    /// What the walks of this session were worth, by index.
    pub scores: BTreeMap<usize, Score>,
}

impl Practice {
    /// The scenario that is walked.
    pub fn current(&self) -> Option<&PracticeChoice> {
        self.choices.get(self.chosen?)
    }

    /// The score of the scenario that is walked, once its note was reached.
    pub fn score(&self) -> Option<&Score> {
        self.scores.get(&self.chosen?)
    }

    /// The list as it is shown: by group, those that fit what was typed; what has it in its name comes first.
    pub fn rows(&self) -> Vec<Row> {
        let mut groups: Vec<(usize, &'static str, Vec<usize>)> = Vec::new();
        for group in GROUPS {
            let of_group = self.choices.iter().enumerate().filter(|(_, choice)| choice.group == group);
            let mut fitting: Vec<(usize, usize)> =
                of_group.filter_map(|(at, choice)| Some((choice.fit(&self.filter)?, at))).collect();
            // Stable: without letters all stay in their order.
            fitting.sort_by_key(|(fit, _)| *fit);
            if let Some((best, _)) = fitting.first() {
                groups.push((*best, group, fitting.iter().map(|(_, at)| *at).collect()));
            }
        }
        groups.sort_by_key(|(best, _, _)| *best);
        let rows = |(_, group, choices): (usize, &'static str, Vec<usize>)| {
            std::iter::once(Row::Group(group)).chain(choices.into_iter().map(Row::Choice))
        };
        groups.into_iter().flat_map(rows).collect()
    }

    /// The shown choices in their order.
    fn shown(&self) -> Vec<usize> {
        let choice = |row| if let Row::Choice(at) = row { Some(at) } else { None };
        self.rows().into_iter().filter_map(choice).collect()
    }

    /// Moves the mark by `steps` of what is shown.
    pub(super) fn step(&mut self, steps: isize) {
        let shown = self.shown();
        let at = shown.iter().position(|at| *at == self.marked).unwrap_or(0);
        let to = at.saturating_add_signed(steps).min(shown.len().saturating_sub(1));
        self.marked = shown.get(to).copied().unwrap_or(self.marked);
    }

    /// Changes what was typed; the mark goes to what fits best, and stays where it is without letters.
    pub(super) fn filter_by(&mut self, filter: String) {
        self.filter = filter;
        self.step(if self.filter.is_empty() { 0 } else { isize::MIN });
    }

    /// The scenario to walk next: the first after this one, in the order of the list, that has no score yet.
    fn next(&self) -> Option<usize> {
        let all = Self { filter: String::new(), ..self.clone() }.shown();
        let at = all.iter().position(|at| Some(*at) == self.chosen).map_or(0, |at| at + 1);
        let (before, after) = all.split_at(at.min(all.len()));
        after.iter().chain(before).find(|at| !self.scores.contains_key(at)).copied()
    }
}

impl Screen {
    pub(super) fn open_practice(&mut self, session: &Session) -> Vec<Wish> {
        if self.practice.choices.is_empty() {
            return self.say("there is no practice list here; start `casefile practice` for it");
        }
        if session.is_busy() {
            return self.say("a request is under way; cancel it before you choose another scenario");
        }
        self.practice.is_open = true;
        Vec::new()
    }

    pub(super) fn begin_practice(&mut self, session: &Session) -> Vec<Wish> {
        if !self.practice.rows().contains(&Row::Choice(self.practice.marked)) {
            return self.say("no scenario has these words; Backspace takes letters away, Esc takes all");
        }
        let Some(choice) = self.practice.choices.get(self.practice.marked).cloned() else {
            return Vec::new();
        };
        // A case of one's own is not mixed with a scenario: it stays as it is, saved.
        let own_case = self.practice.chosen.is_none()
            && !(session.draft().is_empty() && !session.was_observed() && session.delivered().is_empty());
        self.start_over();
        self.practice.is_open = false;
        self.practice.chosen = Some(self.practice.marked);
        // Words of the last scenario say nothing of this one.
        let own = session.words();
        let words = Words {
            operator: own.operator.clone(),
            service: own.service.clone(),
            deployment: own.deployment.clone(),
            ..Words::default()
        };
        // The page is left first: what is on Note when the words go would be judged as the new scenario's note.
        let begin = [
            Event::GoTo(Step::Request),
            Event::WordsSet(words),
            Event::GatewayChosen(choice.gateway),
            Event::Pasted(choice.paste),
        ];
        own_case.then_some(Event::AnotherCase).into_iter().chain(begin).map(Wish::Tell).collect()
    }

    pub(super) fn next_scenario(&mut self, session: &Session) -> Vec<Wish> {
        if self.practice.chosen.is_none() {
            return self.say("this is no practice; `casefile practice` has scenarios to walk");
        }
        if session.is_busy() {
            return self.say("a request is under way; cancel it before you go to another scenario");
        }
        let Some(next) = self.practice.next() else {
            self.practice.is_open = true;
            return self.say("every scenario has been walked; well done. Choose one to walk again");
        };
        self.practice.marked = next;
        self.practice.filter.clear();
        self.begin_practice(session)
    }

    pub(super) fn toggle_story(&mut self, session: &Session) -> Vec<Wish> {
        if self.practice.chosen.is_none() {
            return self.say("there is no story here; it belongs to the scenarios of `casefile practice`");
        }
        let open = super::super::layout::story_is_open(self, session);
        self.practice.story = Some(!open);
        Vec::new()
    }

    /// Judges the note once it is reached, and again when it changes.
    pub(super) fn judge(&mut self, session: &Session) {
        if session.step() != Step::Note {
            return;
        }
        let (Some(at), Some(output)) = (self.practice.chosen, session.output()) else { return };
        let trial = self.practice.choices.get(at).and_then(|c| c.trial.as_ref());
        if let Some(score) = trial.map(|trial| trial.judge(&output.note, &output.rendered)) {
            self.practice.scores.insert(at, score);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn practice() -> Practice {
        let choice = |name: &str, group| PracticeChoice {
            name: name.into(),
            title: format!("The {name} case"),
            group,
            story: Vec::new(),
            known: String::new(),
            paste: String::new(),
            gateway: "practice".into(),
            trial: None,
        };
        let choices = vec![choice("one", GROUPS[1]), choice("two", GROUPS[0]), choice("three", GROUPS[1])];
        Practice { choices, ..Practice::default() }
    }

    #[test]
    fn the_list_goes_by_group_and_by_what_is_typed() {
        let mut practice = practice();
        let order =
            [Row::Group(GROUPS[0]), Row::Choice(1), Row::Group(GROUPS[1]), Row::Choice(0), Row::Choice(2)];
        assert_eq!(practice.rows(), order);
        practice.step(1);
        assert_eq!(practice.marked, 2);
        practice.step(-9);
        assert_eq!(practice.marked, 1);
        practice.filter_by("THREE case".into());
        assert_eq!((practice.rows(), practice.marked), (vec![Row::Group(GROUPS[1]), Row::Choice(2)], 2));
        practice.filter_by("nothing".into());
        assert_eq!(practice.rows(), []);
    }

    #[test]
    fn beginnings_of_words_choose_and_names_come_first() {
        let mut practice = practice();
        practice.filter_by("hree".into());
        assert_eq!(practice.rows(), [], "the middle of a word is none");
        // All titles have `case`; one has it in its name, and its group comes first.
        if let Some(choice) = practice.choices.get_mut(2) {
            choice.name = "the-case-3".into();
        }
        practice.filter_by("cas".into());
        let wanted =
            [Row::Group(GROUPS[1]), Row::Choice(2), Row::Choice(0), Row::Group(GROUPS[0]), Row::Choice(1)];
        assert_eq!((practice.rows().as_slice(), practice.marked), (wanted.as_slice(), 2));
        practice.filter_by("the-case".into());
        assert_eq!(practice.rows(), [Row::Group(GROUPS[1]), Row::Choice(2)]);
        practice.filter_by("-3".into());
        assert_eq!(practice.marked, 2);
        practice.filter_by(String::new());
        assert_eq!((practice.rows().len(), practice.marked), (5, 2));
    }

    #[test]
    fn the_next_one_is_the_first_without_a_score() {
        let mut practice = practice();
        let score = Score { had: 0, asked: 0, checks: Vec::new() };
        assert_eq!(practice.next(), Some(1));
        practice.chosen = Some(0);
        practice.scores.insert(0, score.clone());
        assert_eq!(practice.next(), Some(2));
        practice.scores.insert(2, score.clone());
        assert_eq!(practice.next(), Some(1), "it begins again at the top");
        practice.scores.insert(1, score);
        assert_eq!(practice.next(), None);
    }
}
