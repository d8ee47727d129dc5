//! What the screen asks of a run of several requests: made as the commands `check` and `probe` make it.

use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use super::exit::{Exit, Failed};
use super::place::Place;
use super::start::{Ground, Opening, screen_with};
use super::{check, consent, probe};
use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;
use crate::case::request::Request;
use crate::case::sanitize::{Refusal, Rendered};
use crate::io::deliver::{Deliverer, Surroundings};
use crate::io::store;
use crate::session::{Belongs, Consent, Delivered, Event, KeyUse, Session};
use crate::ui::tui::RunDesk;
use crate::ui::tui::screen::{Live, RunEnd, RunKind, RunNews, RunPlan, RunUnderWay};

/// What the command line says of a run.
pub(super) enum Given {
    /// A contract matrix.
    Check(Box<check::live::Given>),
    /// A probe.
    Probe(Box<probe::live::Given>),
}

/// A run that can begin.
pub(super) trait Prepared: Send {
    /// Runs it in this thread until its end, or until `stop` ends; `tell` hears of it. Gives what came of it, and the exit
    /// code of the command.
    fn run(self: Box<Self>, tell: &dyn Fn(RunNews), stop: Stop) -> (RunEnd, Exit);
}

/// Ends when the operator stops the run.
pub(super) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Comes back when the run is to end; never where nobody can stop it any more.
    pub(super) async fn wait(mut self) {
        if self.0.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Makes the consent for so many requests like this one, whose secrets these are.
pub(super) type Ask<'a> = dyn Fn(Request, u32, &KeyRing) -> Consent + 'a;

/// What was planned last.
struct Planned {
    prepared: Box<dyn Prepared>,
    consent: Consent,
}

/// The runs of this program.
pub(super) struct Runs {
    ground: Ground,
    given: Option<Given>,
    planned: Option<Planned>,
    deliverer: Deliverer,
    /// How the last run ended; `None`: none did.
    ended: Arc<Mutex<Option<Exit>>>,
}

impl Runs {
    pub(super) fn of(ground: &Ground) -> Self {
        let deliverer = Deliverer::new(Surroundings::from_environment(true));
        Self { ground: ground.clone(), given: None, planned: None, deliverer, ended: Arc::default() }
    }

    /// The program begins with a run.
    pub(super) fn is_given(&self) -> bool {
        self.given.is_some()
    }

    /// The place of the session's request.
    fn place(session: &Session) -> Result<Place, String> {
        session.aim().map(Place::of_aim)
    }
}

/// Shows a run of the command line on the screen; gives the exit code that the command would give.
///
/// # Errors
/// The screen cannot be shown, or nothing was sent.
pub(super) fn on_screen(ground: &Ground, given: Given) -> Result<Exit, Failed> {
    // The run has its own gateway and host; a request that is pasted afterwards goes where it says.
    let first = vec![Event::BindingsRead(ground.bindings.clone())];
    let runs = Runs { given: Some(given), ..Runs::of(ground) };
    let ended = Arc::clone(&runs.ended);
    let shown = screen_with(ground, first, Opening { runs: Some(runs), ..Opening::default() })?;
    let ended = ended.lock().unwrap_or_else(PoisonError::into_inner).take();
    match ended {
        _ if shown != Exit::Done => Ok(shown),
        Some(exit) => Ok(exit),
        None => Err(Failed::new(Exit::Usage, "left before a run was over: there is no report")),
    }
}

impl RunDesk for Runs {
    fn plan(&mut self, kind: RunKind, session: &Session, oversize: Option<u64>) -> Result<RunPlan, String> {
        self.planned = None;
        let ground = &self.ground;
        let said = |failed: Failed| failed.to_string();
        let by_command =
            |request, most, ring: &KeyRing| Consent::for_checks(request, most, ring, &ground.bindings);
        let beside = |request, most, _: &KeyRing| session.consent_for_checks(request, most);
        // A run that the program began with goes where the command line says, however often it is begun again.
        let is_given = self.opens_first() == Some(kind);
        let ask: &Ask<'_> = if is_given { &by_command } else { &beside };
        let (prepared, plan, consent): (Box<dyn Prepared>, _, _) = match (kind, &self.given) {
            (RunKind::Probe, Some(Given::Probe(given))) => {
                let (run, plan, consent) = given.as_ref().clone().prepare(ground, ask).map_err(said)?;
                (Box::new(run), plan, consent)
            }
            (RunKind::Probe, _) => {
                let given = probe::live::Given::at(Self::place(session)?);
                let (run, plan, consent) = given.prepare(ground, ask).map_err(said)?;
                (Box::new(run), plan, consent)
            }
            (RunKind::Check, given) => {
                let given = if let Some(Given::Check(given)) = given {
                    given.with(oversize)
                } else {
                    let place = Self::place(session)?;
                    check::live::Given::at(place, session.draft(), ground).map_err(said)?.with(oversize)
                };
                let (run, plan, consent) = given.prepare(ground, ask).map_err(said)?;
                (Box::new(run), plan, consent)
            }
        };
        self.planned = Some(Planned { prepared, consent });
        Ok(plan)
    }

    fn begin(&mut self, remember: bool) -> Result<RunUnderWay, String> {
        let Planned { prepared, consent } =
            self.planned.take().ok_or("nothing was planned; nothing was sent")?;
        for binding in consent.new_bindings().iter().filter(|_| remember) {
            store::remember_binding(&self.ground.folders, binding).map_err(|e| e.to_string())?;
            self.ground.bindings.push(binding.clone());
        }
        let (tell, news) = unbounded_channel();
        let (end, asked_to_end) = watch::channel(false);
        let ended = Arc::clone(&self.ended);
        let work = move || work(prepared, &tell, Stop(asked_to_end), &ended);
        std::thread::Builder::new()
            .name("run".to_owned())
            .spawn(work)
            .map_err(|e| format!("the system gives no thread ({e}); nothing was sent"))?;
        let stop = Rc::new(move || {
            // Nobody listens any more: it is over.
            let _ = end.send(true);
        });
        Ok(RunUnderWay { news, stop })
    }

    fn copy(&mut self, report: &Rendered) -> Result<String, String> {
        self.deliverer.copy(report).map(|delivered| said(&delivered)).map_err(|e| e.to_string())
    }

    fn write(&mut self, report: &Rendered, path: &str) -> Result<String, String> {
        self.deliverer.write(report, path).map(|delivered| said(&delivered)).map_err(|e| e.to_string())
    }

    fn opens_first(&self) -> Option<RunKind> {
        Some(match self.given.as_ref()? {
            Given::Check(_) => RunKind::Check,
            Given::Probe(_) => RunKind::Probe,
        })
    }
}

fn work(
    prepared: Box<dyn Prepared>,
    tell: &UnboundedSender<RunNews>,
    stop: Stop,
    ended: &Mutex<Option<Exit>>,
) {
    // The screen may be left by now.
    let hear = |news| drop(tell.send(news));
    let (end, exit) = prepared.run(&hear, stop);
    *ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(exit);
    hear(RunNews::Over(Box::new(end)));
}

fn said(delivered: &Delivered) -> String {
    let how = match (&delivered.path, delivered.certain) {
        (Some(_), _) => "written",
        (None, true) => "copied",
        (None, false) => "handed over",
    };
    format!("{how}: {}", delivered.route)
}

/// What is shown before anything is sent: `cost` in a line, what `consent` says, then `more`.
pub(super) fn shown(
    place: &Place,
    (consent, catalog): (&Consent, &Catalog),
    (cost, more): (&str, &[String]),
    live: Live,
) -> RunPlan {
    let mut lines = vec![cost.to_owned(), String::new()];
    lines.extend(consent::lines(consent, true, catalog));
    let hosts = |key: &KeyUse| match &key.belongs {
        Belongs::Elsewhere(hosts) => Some(hosts.join(", ")),
        _ => None,
    };
    let elsewhere: Vec<String> = consent.keys.iter().filter_map(hosts).collect();
    lines.extend(elsewhere.iter().map(|hosts| format!("  LOOK TWICE: the key belongs to {hosts}.")));
    lines.push(String::new());
    lines.extend(more.iter().cloned());
    let labels: Vec<String> = consent.keys.iter().map(|key| key.label.to_string()).collect();
    RunPlan {
        gateway: place.profile.name.clone(),
        host: consent.host.clone(),
        keys: labels.join(" "),
        is_practice: place.is_practice(),
        text: lines.join("\n"),
        remembers: !consent.new_bindings().is_empty(),
        elsewhere: (!elsewhere.is_empty()).then(|| elsewhere.join(", ")),
        live,
    }
}

/// A run of which there is nothing to report.
pub(super) fn failed(failed: &Failed) -> (RunEnd, Exit) {
    let end = RunEnd { said: failed.to_string(), has_trouble: true, reports: Vec::new() };
    (end, failed.exit)
}

/// A report in one form, or why the audit refuses it.
pub(super) fn form(
    ending: &'static str,
    report: Result<Rendered, Refusal>,
) -> (&'static str, Result<Rendered, String>) {
    (ending, report.map_err(|refusal| refusal.to_string()))
}
