//! What every face needs at its start: catalog, settings, session, driver.

use std::io::IsTerminal;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use super::exit::{Exit, Failed};
use super::{Arguments, SendArguments};
use crate::case::catalog::Catalog;
use crate::case::kept::{Twins, Unfinished};
use crate::case::note::{Audience, Template};
use crate::case::retry::Polling;
use crate::case::sanitize::{Format, Readmission, prepare};
use crate::io::clock::{Clock, SystemClock, system_seed};
use crate::io::deliver::{Deliverer, Surroundings};
use crate::io::driver::{Driver, Parts, SaveCase, Saving};
use crate::io::store::{CaseStore, StorePlace};
use crate::io::terminal::{Signal, has_utf8};
use crate::io::{net, secrets, store};
use crate::session::{Event, Session, Settings};
use crate::ui::tui;

/// Name and version, as a note says it.
pub(super) const TOOL: &str = concat!("casefile ", env!("CARGO_PKG_VERSION"));

/// What a face chooses at its start.
pub(super) struct Choice<'a> {
    pub(super) send: &'a SendArguments,
    /// After an answer that names a task, it is asked for within these bounds.
    pub(super) poll: Option<Polling>,
    pub(super) operator: Option<String>,
    pub(super) service: Option<String>,
    pub(super) deployment: Option<String>,
    pub(super) audience: Audience,
    pub(super) format: Option<Format>,
    pub(super) confirm_first: bool,
    /// A screen is open: the clipboard is held by this process.
    pub(super) screen: bool,
    /// The case is saved as it goes.
    pub(super) save: bool,
}

impl<'a> Choice<'a> {
    /// The walk by hand, line by line: what is not given comes from the configuration, and nothing leaves unconfirmed.
    pub(super) fn by_hand(ground: &Ground, send: &'a SendArguments) -> Self {
        Self {
            send,
            poll: None,
            operator: None,
            service: None,
            deployment: None,
            audience: Audience::Internal,
            format: None,
            confirm_first: true,
            screen: false,
            save: ground.saves(),
        }
    }
}

/// The configuration, the catalog with the user's files over it, and the bindings of keys to hosts.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) config: store::Config,
    pub(super) catalog: Arc<Catalog>,
    pub(super) bindings: Vec<crate::session::Binding>,
    pub(super) folders: store::Folders,
    /// Where the kept cases are, where somebody said so.
    pub(super) store: Option<StorePlace>,
}

/// Who makes a report, and from where; empty: not said.
#[derive(Debug, Clone, Default)]
pub(super) struct Reporter {
    /// The operator.
    pub(super) operator: String,
    /// The service that sends such requests.
    pub(super) service: String,
    /// Where that runs.
    pub(super) deployment: String,
}

impl Ground {
    /// Who the configuration says it is, `operator` before its own.
    pub(super) fn reporter(&self, operator: Option<&String>) -> Reporter {
        let config = &self.config;
        Reporter {
            operator: operator.or(config.operator.as_ref()).cloned().unwrap_or_default(),
            service: config.service.clone().unwrap_or_default(),
            deployment: config.deployment.clone().unwrap_or_default(),
        }
    }

    /// With the cases in `named`, where the command line says so.
    ///
    /// # Errors
    /// It is an address, which may hold a password.
    pub(super) fn with_store(mut self, named: Option<&Path>) -> Result<Self, Failed> {
        if let Some(named) = named {
            self.store = Some(StorePlace::named(named).map_err(|what| Failed::new(Exit::Usage, what))?);
        }
        Ok(self)
    }

    /// Without saving, where the command line says so.
    #[must_use]
    pub(super) fn saving(mut self, no_save: bool) -> Self {
        if no_save {
            // Neither while it goes on nor when its note is out.
            (self.config.save, self.config.keep_cases) = (Some(false), Some(false));
        }
        self
    }

    /// Cases are saved as they go.
    pub(super) fn saves(&self) -> bool {
        self.config.save.unwrap_or(true)
    }

    /// The unfinished cases that no run works on; none where they are not saved, or cannot be read.
    pub(super) fn unfinished(&self) -> Vec<Unfinished> {
        if !self.saves() {
            return Vec::new();
        }
        let readmission = Readmission::later(Arc::clone(&self.catalog));
        store::UnfinishedStore::at(&self.folders).list(&readmission).unwrap_or_default()
    }

    /// The kept cases.
    pub(super) fn cases(&self) -> Rc<dyn CaseStore> {
        Rc::from(store::open_cases(&self.folders, self.store.as_ref()))
    }
}

/// Reads the user's files.
///
/// # Errors
/// A file that cannot be read, with its place.
pub(super) fn ground() -> Result<Ground, Failed> {
    let failed = |e: store::StoreError| Failed::new(Exit::Delivery, e.to_string());
    let folders = store::Folders::locate().map_err(failed)?;
    let config = store::read_config(&folders).map_err(failed)?;
    let named = StorePlace::from_lookup(|name| std::env::var_os(name))
        .map_err(|what| Failed::new(Exit::Usage, what))?;
    Ok(Ground {
        store: named.or_else(|| config.store().cloned()),
        config,
        catalog: store::read_catalog(&folders).map_err(failed)?,
        bindings: store::read_bindings(&folders).map_err(failed)?,
        folders,
    })
}

/// The template for the note as Markdown; `None`: the built-in one. `named`: by the command line.
///
/// # Errors
/// A file that cannot be read.
pub(super) fn template(ground: &Ground, named: Option<&Path>) -> Result<Option<Template>, Failed> {
    store::read_template(&ground.folders, &ground.config, named).map_err(|e| {
        Failed::new(Exit::Usage, format!("{e}; or give --template {}", store::BUILT_IN_TEMPLATE))
    })
}

/// A session and the driver that runs it.
pub(super) fn session(ground: &Ground, choice: &Choice<'_>) -> (Session, Driver, UnboundedReceiver<Event>) {
    let settings = Settings {
        policy: choice.send.policy(ground.config.policy()),
        poll: choice.poll,
        timeouts: choice.send.timeouts(ground.config.timeouts.timeouts()),
        operator: choice.operator.clone().or_else(|| ground.config.operator.clone()).unwrap_or_default(),
        service: choice.service.clone().or_else(|| ground.config.service.clone()).unwrap_or_default(),
        deployment: choice
            .deployment
            .clone()
            .or_else(|| ground.config.deployment.clone())
            .unwrap_or_default(),
        client_request_id: choice.send.client_request_id.clone().unwrap_or_default(),
        audience: choice.audience,
        format: choice.format.or(ground.config.format).unwrap_or(Format::Yaml),
        tool: TOOL.to_owned(),
        os: std::env::consts::OS.to_owned(),
        proxy_for: net::proxy_in_use,
        default_base: ground.config.base_url.clone(),
        confirm_first: choice.confirm_first,
        save: choice.save,
        seed: system_seed(),
    };
    let session = Session::new(Arc::clone(&ground.catalog), settings);
    let (driver, events) =
        Driver::new(parts(ground, Arc::new(SystemClock::new()), (choice.screen, choice.save)));
    (session, driver, events)
}

/// Saves unfinished cases in the state folder.
fn save_case(folders: &store::Folders) -> Box<SaveCase> {
    let mut store = store::UnfinishedStore::at(folders);
    Box::new(move |saving| {
        match saving {
            Saving::Save(case) => store.save(&case),
            Saving::Forget(id) => store.forget(&id),
        }
        .map_err(|e| e.to_string())
    })
}

fn parts(ground: &Ground, clock: Arc<dyn Clock>, (screen, saves): (bool, bool)) -> Parts {
    // Where keys are not to be remembered, nothing is looked up either.
    let folders = ground.config.remember_keys.unwrap_or(true).then(|| ground.folders.clone());
    let known = folders.clone();
    let keeps = ground.config.keep_cases.unwrap_or(true);
    let cases = keeps.then(|| ground.cases());
    let finder = cases.clone();
    let (retention, catalog) = (ground.config.retention(), Arc::clone(&ground.catalog));
    let watch = Arc::clone(&clock);
    let deliverer =
        std::rc::Rc::new(std::cell::RefCell::new(Deliverer::new(Surroundings::from_environment(screen))));
    let writer = std::rc::Rc::clone(&deliverer);
    let ahead = Arc::clone(&ground.catalog);
    Parts {
        ahead: Some(Box::new(move || prepare(&ahead))),
        clock,
        environment: Box::new(|name| {
            secrets::read_environment(&[name.to_owned()]).pop().and_then(|(_, value)| value)
        }),
        remember: Box::new(|binding| {
            let folders = store::Folders::locate().map_err(|e| e.to_string())?;
            store::remember_binding(&folders, binding).map_err(|e| e.to_string())
        }),
        save_case: saves.then(|| save_case(&ground.folders)),
        recall_keys: Box::new(move |keys| {
            let Some(folders) = &known else { return Ok(Vec::new()) };
            store::recall_keys(folders, keys).map_err(|e| e.to_string())
        }),
        remember_keys: Box::new(move |keys, now| {
            let Some(folders) = &folders else { return Ok(Vec::new()) };
            store::remember_keys(folders, keys, now).map_err(|e| e.to_string())
        }),
        find_twins: Box::new(move |asked| {
            let Some(store) = &finder else { return Ok(None) };
            let records = store.alike(asked).map_err(|e| e.to_string())?;
            Ok(Twins::among(&records, asked, || Readmission::new(&catalog)))
        }),
        keep_case: Box::new(move |case| {
            let Some(store) = &cases else { return Ok(()) };
            store.keep(case).map_err(|e| e.to_string())?;
            store.retain(retention, watch.now()).map(drop).map_err(|e| e.to_string())
        }),
        copy: Box::new(move |rendered| deliverer.borrow_mut().copy(rendered).map_err(|e| e.to_string())),
        write: Box::new(move |rendered, path| {
            writer.borrow_mut().write(rendered, path).map_err(|e| e.to_string())
        }),
    }
}

/// Runs `work` on a runtime of this thread.
///
/// # Errors
/// What `work` gives, or that no runtime can be had.
pub(super) fn on_this_thread<T>(work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| {
        Failed::new(Exit::Local, format!("the system gives no event loop ({e}); close other programs"))
    })?;
    tokio::task::LocalSet::new().block_on(&runtime, work)
}

/// Opens the terminal program.
pub(super) fn terminal_program(arguments: &Arguments) -> Result<Exit, Failed> {
    if let Some(file) = arguments.file.as_ref().filter(|file| !file.exists()) {
        // A mistyped verb is a file that is not there.
        return Err(Failed::new(
            Exit::Usage,
            format!("'{}' is neither a verb nor a file that is here; see casefile --help", file.display()),
        ));
    }
    let ground = ground()?.with_store(arguments.store.as_deref())?.saving(arguments.no_save);
    let plain = arguments.plain || super::plain::is_wanted(&ground);
    if !plain {
        need_terminal()?;
    }
    let key = arguments.key.read()?;
    let mut first = vec![Event::BindingsRead(ground.bindings.clone())];
    first.extend(
        arguments.gateway.clone().or_else(|| ground.config.gateway.clone()).map(Event::GatewayChosen),
    );
    first.extend(arguments.base_url.clone().map(Event::BaseUrlSet));
    first.extend(key.map(|(origin, value)| Event::KeyGiven { origin, value }));
    if let Some(file) = &arguments.file {
        let bytes = super::note::read(&file.to_string_lossy())?;
        first.push(Event::FileOpened {
            read: Ok(String::from_utf8_lossy(&bytes).into_owned().into()),
            pasted: None,
        });
    }
    if plain {
        return super::plain::run(&ground, first, Vec::new());
    }
    let begun = arguments.file.is_some();
    // Told once, on a machine that has no trace of this program yet.
    // The offer is made once: not under the question which unfinished case to go on with.
    let first_run = !begun && ground.unfinished().is_empty() && store::is_first_run(&ground.folders);
    screen_with(&ground, first, Opening { first_run, ..Opening::default() })
}

/// Stdin and stdout must be a terminal for the terminal program.
pub(super) fn need_terminal() -> Result<(), Failed> {
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Failed::new(
        Exit::Usage,
        "the terminal program needs a terminal on stdin and stdout; use `casefile --plain`, or `casefile note --from FILE`, without one",
    ))
}

/// What the terminal program begins with.
#[derive(Default)]
pub(super) struct Opening {
    /// Practice scenarios; none: no practice.
    pub(super) practice: Vec<tui::PracticeChoice>,
    /// The guided tour.
    pub(super) tour: bool,
    /// The tour is offered.
    pub(super) first_run: bool,
    /// Another list in the place of that of the cases.
    pub(super) list: Option<Box<dyn tui::CaseDesk>>,
    /// A run to begin with.
    pub(super) runs: Option<super::runs::Runs>,
}

/// Runs the terminal program with the events `first` and, for practice, the choices to begin with.
pub(super) fn screen(
    ground: &Ground,
    first: Vec<Event>,
    practice: Vec<tui::PracticeChoice>,
) -> Result<Exit, Failed> {
    screen_with(ground, first, Opening { practice, ..Opening::default() })
}

/// The same with all that it can begin with.
pub(super) fn screen_with(ground: &Ground, first: Vec<Event>, opening: Opening) -> Result<Exit, Failed> {
    let Opening { practice, tour, first_run, list, runs } = opening;
    let runs = runs.unwrap_or_else(|| super::runs::Runs::of(ground));
    let list = list.unwrap_or_else(|| Box::new(super::cases::screen::Cases::of(ground)));
    let send = SendArguments::default();
    let choice = Choice { screen: true, ..Choice::by_hand(ground, &send) };
    on_this_thread(async {
        let (mut session, mut driver, events) = session(ground, &choice);
        session.use_template(template(ground, None)?);
        let look = super::look::of(&ground.folders, &ground.config)?;
        let offered = first_run.then(|| {
            let key = look.keymap.key_for(tui::keys::Mode::Request, tui::keys::Action::Tour);
            format!("new here? {key} is a guided tour of one minute, on a gateway inside this program; it is offered this once")
        });
        let without_letters = (!has_utf8()).then(|| {
            "this locale has no UTF-8, so letters beyond ASCII show as ?; where the terminal has it, LANG=C.UTF-8 shows them".to_owned()
        });
        let said = look.said().or(offered).or(without_letters);
        let super::look::Look { keymap, mut themes, .. } = look;
        if !has_utf8() {
            themes.draw_in_ascii();
        }
        let mouse = ground.config.mouse.unwrap_or(false);
        let is_plain = practice.is_empty() && !list.opens_first() && !runs.is_given();
        let unfinished = if is_plain { ground.unfinished() } else { Vec::new() };
        let desk: Option<Box<dyn tui::TicketDesk>> =
            Some(Box::new(super::attach::screen::TicketDesks::of(ground)));
        let practice_gateway = Some(super::practice::on_demand());
        let options = tui::Options {
            keymap,
            themes,
            mouse,
            said,
            practice,
            tour,
            practice_gateway,
            unfinished,
            cases: Some(list),
            desk,
            runs: Some(Box::new(runs)),
            first,
        };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let signal = tui::open(&mut session, &mut driver, events, clock, options).await.map_err(|e| {
            let exit = match e {
                tui::OpenError::Screen(_) => Exit::Usage,
                tui::OpenError::Lost(_) => Exit::Ended(Signal::HangUp),
            };
            Failed::new(exit, e.to_string())
        })?;
        Ok(signal.map_or(Exit::Done, Exit::Ended))
    })
}
