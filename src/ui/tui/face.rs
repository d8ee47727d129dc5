//! Takes what comes in, tells the session, and does what the screen wishes. It waits for nothing.

use std::io;
use std::sync::Arc;

use crossterm::event::Event as Input;

use super::PracticeGateway;
use super::screen::{
    self, Ask, AttachAsk, CaseDesk, RunAsk, RunDesk, RunNews, RunUnderWay, Screen, Sent, Stage, TicketDesk,
    UnderWay, Wish,
};
use crate::io::clock::Clock;
use crate::session::{Effect, Event, Session};

/// Session, screen and the world behind them.
pub(super) struct Face<'a, F> {
    pub(super) session: &'a mut Session,
    pub(super) screen: Screen,
    pub(super) run_effects: F,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ask: Box<dyn FnMut(Ask) -> io::Result<()>>,
    pub(super) redraw: bool,
    pub(super) cases: Option<Box<dyn CaseDesk>>,
    pub(super) desk: Option<Box<dyn TicketDesk>>,
    /// A note on its way to a desk.
    pub(super) under_way: Option<UnderWay>,
    pub(super) runs: Option<Box<dyn RunDesk>>,
    /// A run that is under way.
    pub(super) run: Option<RunUnderWay>,
    pub(super) practice_gateway: Option<Box<PracticeGateway>>,
}

impl<F: FnMut(Vec<Effect>) -> bool> Face<'_, F> {
    /// Tells the session; true: leave.
    pub(super) fn tell(&mut self, event: Event) -> bool {
        let effects = self.session.handle(event, self.clock.now());
        self.screen.follow(self.session);
        !effects.is_empty() && (self.run_effects)(effects)
    }

    /// Opens what the program begins with: a list, a run or the tour; true: leave.
    pub(super) fn begin(&mut self, tour: bool) -> bool {
        if self.cases.as_ref().is_some_and(|desk| desk.opens_first()) {
            self.screen.serve_cases(&screen::CaseAsk::List, self.cases.as_deref_mut(), self.clock.now());
            self.screen.preview_case(self.cases.as_deref_mut());
        }
        if let Some(kind) = self.runs.as_ref().and_then(|desk| desk.opens_first()) {
            self.serve_run(RunAsk::Plan(kind));
        }
        tour && self.tour()
    }

    /// What was under way goes on, unless an input stopped it or began another.
    pub(super) fn go_on(&mut self, under_way: Option<UnderWay>) {
        let is_wanted = self.screen.attach.as_ref().is_some_and(|attach| attach.stage == Stage::Sending);
        if is_wanted && self.under_way.is_none() {
            self.under_way = under_way;
        }
    }

    /// Takes what was told of the run, with all that is there besides.
    pub(super) fn hear(&mut self, first: Option<RunNews>) {
        let mut over = self.screen.hear(first);
        while !over && let Some(news) = self.run.as_mut().and_then(|run| run.news.try_recv().ok()) {
            over = self.screen.hear(Some(news));
        }
        if over {
            self.run = None;
        }
    }

    fn serve_run(&mut self, ask: RunAsk) {
        let now = self.clock.now();
        let begun = self.screen.serve_run(ask, self.runs.as_deref_mut(), self.session, now);
        self.run = begun.or_else(|| self.run.take());
    }

    /// A note came to a desk, or did not; true: leave.
    pub(super) fn attached(&mut self, ended: Result<Sent, String>) -> bool {
        let Some(event) = self.screen.attached(ended) else { return false };
        let leaves = self.tell(event);
        // The case is kept by now.
        if let Some(Err(error)) = self.desk.as_mut().map(|desk| desk.keep()) {
            self.screen.hint = Some(error);
        }
        leaves
    }

    /// Begins the tour, on a practice gateway that is started where there is none; true: leave.
    fn tour(&mut self) -> bool {
        if self.screen.practice.choices.is_empty() {
            let started = self.practice_gateway.as_mut().map(|start| start());
            match started {
                Some(Ok(choices)) => self.screen.practice.choices = choices,
                Some(Err(why)) => self.screen.hint = Some(why),
                None => self.screen.hint = Some("there is no practice gateway here".to_owned()),
            }
        }
        if self.screen.practice.choices.is_empty() {
            return false;
        }
        let wishes = self.screen.begin_tour(self.session);
        let mut events = wishes
            .into_iter()
            .filter_map(|wish| if let Wish::Tell(event) = wish { Some(event) } else { None });
        events.any(|event| self.tell(event))
    }

    /// Takes an input; true: leave. An error: the terminal does not do what it is asked.
    pub(super) fn take(&mut self, input: Input) -> io::Result<bool> {
        for wish in self.screen.on_input(input, self.session) {
            match wish {
                Wish::Redraw => self.redraw = true,
                Wish::Ask(ask) => {
                    (self.ask)(ask)?;
                    self.redraw |= ask == Ask::Suspend;
                }
                Wish::Cases(ask) => {
                    let now = self.clock.now();
                    let event = self.screen.serve_cases(&ask, self.cases.as_deref_mut(), now);
                    if event.is_some_and(|event| self.tell(event)) {
                        return Ok(true);
                    }
                }
                Wish::Attach(ask) => {
                    if matches!(ask, AttachAsk::Stop) {
                        self.under_way = None;
                    }
                    let begun = self.screen.serve_attach(ask, self.desk.as_deref_mut(), self.session);
                    self.under_way = begun.or_else(|| self.under_way.take());
                }
                Wish::Run(ask) => self.serve_run(ask),
                Wish::Tour => {
                    if self.tour() {
                        return Ok(true);
                    }
                }
                Wish::Tell(event) => {
                    if self.tell(event) {
                        return Ok(true);
                    }
                }
            }
        }
        self.screen.preview_case(self.cases.as_deref_mut());
        self.screen.follow(self.session);
        Ok(false)
    }
}
