//! What the status line says: the face's answer to the last key, what to do with what lies on top, the session's notice,
//! else what runs, what the step lacks, or what to do next.

use std::borrow::Cow;

use super::keys::{Action, Mode};
use super::screen::{RunPane, RunStage, Screen, Stage};
use super::tour;
use crate::case::finding::Level;
use crate::session::{Notice, Session, Standing, Step};

/// The text; never empty on a page.
pub fn status_text<'a>(session: &'a Session, screen: &'a Screen) -> Cow<'a, str> {
    if let Some(hint) = &screen.hint {
        return Cow::Borrowed(hint);
    }
    let on_a_page =
        screen.popup.is_none() && screen.editor.is_none() && !screen.cases.is_open && screen.run.is_none();
    let trouble = session
        .notice()
        .is_some_and(|notice| notice.level > Level::Info && !screen.is_overtaken(&notice.text));
    if let Some(said) = tour::sentence(session, screen).filter(|_| on_a_page && !trouble) {
        return Cow::Owned(said);
    }
    if let Some(said) = on_top(session, screen) {
        return Cow::Owned(said);
    }
    if screen.practice.is_open {
        let key = |action| screen.keymap.key_for(Mode::Practice, action);
        return Cow::Owned(match screen.practice.filter.as_str() {
            "" => format!(
                "type to choose; {} begins, {}: a request of your own",
                key(Action::Accept),
                key(Action::Close)
            ),
            _ => {
                format!("{} begins the scenario, {} shows all again", key(Action::Accept), key(Action::Close))
            }
        });
    }
    if let Some(notice) = notice(session, screen) {
        return Cow::Borrowed(notice.text.as_str());
    }
    let next = next(session, screen);
    if screen.shows_group() && screen.mode(session).is_page() {
        let key = screen.keymap.key_for(Mode::Steps, Action::Cases);
        return Cow::Owned(format!("{next}; {key} goes back to the groups"));
    }
    next
}

/// The session's notice, where the status line shows it.
pub fn notice<'a>(session: &'a Session, screen: &Screen) -> Option<&'a Notice> {
    // The tour has its own words for what went well; who chooses among rows or looks closely needs to know how to go back.
    let quiet = screen.tour || screen.choosing || screen.look.is_some();
    let told = |notice: &&Notice| notice.level > Level::Info || !quiet;
    let hidden = screen.hint.is_some() || screen.practice.is_open || on_top(session, screen).is_some();
    let still_so = |notice: &&Notice| !screen.is_overtaken(&notice.text);
    session.notice().filter(|_| !hidden).filter(told).filter(still_so)
}

/// What to do with what lies on top; `None`: nothing does. What the page wants is no help there.
fn on_top(session: &Session, screen: &Screen) -> Option<String> {
    let mode = screen.mode(session);
    let key = |action| screen.keymap.key_for(mode, action);
    Some(match mode {
        Mode::Help => format!("{} closes the help, {} scrolls", key(Action::Close), key(Action::PageDown)),
        Mode::Palette => {
            format!("{} does what is marked, {} does nothing", key(Action::Accept), key(Action::Close))
        }
        Mode::Jump => {
            format!("a letter goes to its place, 1 to 5 to a step; {} stays here", key(Action::Close))
        }
        Mode::Picker | Mode::PickerFilter => {
            format!("{} takes the marked line, {} goes back", key(Action::Accept), key(Action::Close))
        }
        Mode::Prompt => {
            format!("{} takes it, {} leaves it as it was", key(Action::Accept), key(Action::Close))
        }
        Mode::Cases if screen.cases.are_groups() => format!(
            "type to find; {} opens the marked group as a case, {} puts them into another order, {} goes back",
            key(Action::Accept),
            key(Action::SortList),
            key(Action::Close)
        ),
        Mode::Cases => {
            format!(
                "type to find; {} opens the marked case, {} goes back",
                key(Action::Accept),
                key(Action::Close)
            )
        }
        Mode::Attach => attach(screen)?,
        Mode::RunPlan | Mode::Run => run(screen, mode)?,
        Mode::Leaving => format!("{} leaves, {} stays", key(Action::QuitNow), key(Action::Close)),
        Mode::Consent => {
            format!("{} sends it, {} sends nothing", key(Action::AllowAndRemember), key(Action::Refuse))
        }
        _ => return None,
    })
}

/// What to do with a run.
fn run(screen: &Screen, mode: Mode) -> Option<String> {
    let key = |action| screen.keymap.key_for(mode, action);
    let (run, back) = (screen.run.as_ref()?, key(Action::Close));
    Some(match (&run.stage, run.pane) {
        (RunStage::Planned, _) => {
            let (send, scroll) = (key(Action::Allow), key(Action::PageDown));
            format!("nothing is sent yet: {send} sends it, {scroll} scrolls, {back} sends nothing")
        }
        (RunStage::Stopping(_), _) => "it is being stopped; nothing more is sent".to_owned(),
        (_, RunPane::Opened) => format!("{back} goes back to the list"),
        (_, RunPane::Report) => {
            format!(
                "this is what is copied ({}) and written ({}); {back} goes back",
                key(Action::Copy),
                key(Action::Write)
            )
        }
        (RunStage::Running(_), _) => format!("under way; {back} stops it: nothing more is sent then"),
        (RunStage::Over(_), _) => {
            let opens = if run.current().is_some() {
                format!("{} opens the marked row, ", key(Action::Accept))
            } else {
                String::new()
            };
            format!("{opens}{} shows the report, {back} leaves it", key(Action::NextTab))
        }
    })
}

/// What to do with a note that goes onto a ticket.
fn attach(screen: &Screen) -> Option<String> {
    let key = |action| screen.keymap.key_for(Mode::Attach, action);
    let (on, back) = (key(Action::Accept), key(Action::Close));
    Some(match screen.attach.as_ref()?.stage {
        Stage::Asking => return None,
        Stage::Planned(_) => format!("nothing is sent yet: {on} sends it, {back} goes back to the note"),
        Stage::Sending => format!("under way; {back} stops it"),
        Stage::Sent(_) => format!("{on} goes back to the note"),
        Stage::Failed(_) => {
            format!("{on} shows it again before it is sent again, {back} goes back to the note")
        }
    })
}

/// What to do next on the page.
fn next<'a>(session: &Session, screen: &Screen) -> Cow<'a, str> {
    let mode = screen.page_mode(session);
    let key = |action| screen.keymap.key_for(mode, action);
    let step = session.step();
    if screen.editor.is_some() {
        let done = screen.keymap.key_for(screen.mode(session), Action::EndEdit);
        return Cow::Owned(format!("{done} ends editing"));
    }
    match (mode, session.standing(step)) {
        (Mode::Sending, _) => Cow::Owned(format!("under way; {} cancels it", key(Action::Cancel))),
        (Mode::Waiting, _) => {
            let what = if session.polls() { "asks" } else { "retries" };
            Cow::Owned(format!("{} {what} now, {} stops", key(Action::SkipWait), key(Action::StopRetrying)))
        }
        (Mode::Evidence, _) => {
            let next = if screen.offers(Action::NextAttempt, session) {
                format!(" {} the next attempt,", key(Action::NextAttempt))
            } else {
                String::new()
            };
            Cow::Owned(format!(
                "{} the next side of it,{next} {} goes back",
                key(Action::NextTab),
                key(Action::Close)
            ))
        }
        (Mode::Marking, _) => Cow::Owned(format!(
            "{} takes the marked text out wherever it stands; {} holds its beginning, {} and {} change its end",
            key(Action::TakeOut),
            key(Action::Pin),
            key(Action::Longer),
            key(Action::Shorter)
        )),
        (Mode::Attempts | Mode::Rows, _) => Cow::Owned(format!(
            "{} opens the marked one, {} takes the mark away",
            key(Action::OpenEvidence),
            key(Action::Close)
        )),
        (Mode::Request, Standing::Missing(what)) => Cow::Borrowed(what),
        (Mode::Reproduce, Standing::Optional | Standing::Done) if session.task_to_ask_for() => {
            Cow::Owned(format!(
                "the task has not ended: {} asks for it until it does; {} goes on to Review",
                key(Action::AskForTask),
                key(Action::GoOn)
            ))
        }
        (Mode::Reproduce, Standing::Optional) if session.request().is_ok() => Cow::Owned(format!(
            "an answer is there; {} goes on to Review with it, {} sends the request, after asking",
            key(Action::GoOn),
            key(Action::SendAgain)
        )),
        (_, Standing::Missing(what)) => Cow::Owned(missing(what, session, screen, mode)),
        (Mode::Reproduce, Standing::Optional) => Cow::Owned(format!(
            "an answer is there; {} goes on to Review with it; to send the request, paste it on Request ({})",
            key(Action::GoOn),
            key(Action::StepRequest)
        )),
        (_, Standing::Optional) => {
            Cow::Owned(format!("this step is optional; {} goes on to Review", key(Action::GoOn)))
        }
        (Mode::Request, Standing::Done) if session.standing(Step::Reproduce) == Standing::Optional => {
            Cow::Owned(format!(
                "an answer is there; {} goes on with it, and sends nothing",
                key(Action::GoOn)
            ))
        }
        (_, Standing::Done) => match step {
            Step::Request => {
                Cow::Owned(format!("{} goes on; nothing is sent before you agree", key(Action::GoOn)))
            }
            Step::Reproduce => Cow::Owned(format!(
                "{} goes on to Review; {} is Isolate, where one thing at a time is changed",
                key(Action::GoOn),
                key(Action::StepIsolate)
            )),
            Step::Isolate => Cow::Owned(format!("{} goes on to Review", key(Action::GoOn))),
            Step::Review => Cow::Owned(format!("confirmed; {} goes on to the note", key(Action::GoOn))),
            Step::Note => Cow::Owned(format!("the note was handed over; {} leaves", key(Action::Quit))),
        },
    }
}

/// What a page lacks, and how to come by it.
fn missing(what: &str, session: &Session, screen: &Screen, mode: Mode) -> String {
    let key = |action| screen.keymap.key_for(mode, action);
    let can_send = session.request().is_ok();
    match session.step() {
        Step::Reproduce if can_send => format!("{what}; {} sends it, after asking", key(Action::GoOn)),
        Step::Reproduce => {
            format!("{what}; {} is Request, where it is pasted or filled in", key(Action::StepRequest))
        }
        Step::Review | Step::Note if session.output().is_none() && session.is_busy() => {
            format!("a request is under way; {} shows it", key(Action::StepReproduce))
        }
        Step::Review | Step::Note if session.output().is_none() && can_send => format!(
            "nothing was observed yet; {} is Reproduce, where the request is sent",
            key(Action::StepReproduce)
        ),
        Step::Review | Step::Note if session.output().is_none() => format!(
            "nothing was observed yet; {} is Request: paste a command or an answer there",
            key(Action::StepRequest)
        ),
        Step::Review if session.is_overtaken() => format!(
            "this tells of the request as it was sent, not as it was changed since; {} confirms it",
            key(Action::GoOn)
        ),
        Step::Review => format!("look at what leaves; {} confirms it", key(Action::GoOn)),
        Step::Note if !session.confirmed() => {
            format!("it is not confirmed yet; {} is Review, where that is done", key(Action::StepReview))
        }
        Step::Note => {
            let before = if session.is_overtaken() {
                "it tells of the request as it was sent, not as it was changed since: "
            } else if session.delivered().is_empty() {
                ""
            } else {
                "as it stands it is not copied yet: "
            };
            format!("{before}{} copies it, {} writes it to a file", key(Action::Copy), key(Action::Write))
        }
        Step::Request | Step::Isolate => what.to_owned(),
    }
}
