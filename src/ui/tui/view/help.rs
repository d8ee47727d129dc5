//! The help: what the page is for and every key that holds on it, made from the key table.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::session::{Session, Step};
use crate::ui::tui::keys::Mode;
use crate::ui::tui::layout;
use crate::ui::tui::screen::{RunKind, RunStage, Screen};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::view::reproduce;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::{fit, wrap};

/// Columns of the keys.
const KEYS: usize = 16;

/// Draws the help from row `top`.
pub fn render(
    frame: &mut Frame<'_>,
    whole: Rect,
    session: &Session,
    screen: &Screen,
    top: usize,
    theme: &Theme,
) {
    let title = format!("Help: {}", page(session, screen));
    let inner = area::on_top(frame, layout::help_frame(whole), &title, theme.title);
    let rows = lines(session, screen, usize::from(inner.width));
    let rows = rows.into_iter().skip(top).take(usize::from(inner.height));
    let styled = rows.map(|(heading, text)| {
        Line::from(Span::styled(text, if heading { theme.title } else { theme.plain }))
    });
    area::lines(frame, inner, styled.collect());
}

/// What is helped with.
fn page(session: &Session, screen: &Screen) -> &'static str {
    if let Some(run) = &screen.run {
        run.kind.name()
    } else if screen.cases.is_open && screen.cases.are_groups() {
        "Groups of a log"
    } else if screen.cases.is_open {
        "Cases"
    } else if screen.page_is_attach() {
        "Ticket"
    } else if screen.practice.is_open {
        "Practice"
    } else if screen.look.is_some() {
        "Evidence"
    } else {
        session.step().name()
    }
}

/// The lines; true: a heading.
pub fn lines(session: &Session, screen: &Screen, width: usize) -> Vec<(bool, String)> {
    let mut out: Vec<(bool, String)> =
        wrap(purpose(session, screen), width).into_iter().map(|line| (false, line)).collect();
    out.push((false, String::new()));
    out.push((false, "Steps: ✓ done   … still to do   - optional".to_owned()));
    for (heading, sentences) in about_the_row(session, screen) {
        out.push((false, String::new()));
        out.push((true, heading));
        out.extend(sentences.iter().flat_map(|text| wrap(text, width)).map(|line| (false, line)));
    }
    let mode = if let Some(run) = &screen.run {
        if matches!(run.stage, RunStage::Planned) { Mode::RunPlan } else { Mode::Run }
    } else if screen.cases.is_open {
        Mode::Cases
    } else if screen.page_is_attach() {
        Mode::Attach
    } else if screen.practice.is_open {
        Mode::Practice
    } else {
        screen.page_mode(session)
    };
    let mut sections = vec![("Keys of this page", mode)];
    if !matches!(mode, Mode::Practice | Mode::Cases | Mode::Attach | Mode::RunPlan | Mode::Run) {
        sections.push(("Keys of every page", Mode::Steps));
    }
    sections.push(("Keys of everything", Mode::Always));
    sections.push(("While a field is edited", Mode::EditingText));
    for (heading, section) in sections {
        out.push((false, String::new()));
        out.push((true, heading.to_owned()));
        for binding in screen.keymap.own_bindings(section) {
            let by_list = screen.group_help(binding.action).filter(|_| section == Mode::Cases);
            let help = by_list.unwrap_or(&binding.help);
            if help.is_empty() {
                continue;
            }
            let keys = binding.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            for (at, line) in wrap(help, width.saturating_sub(KEYS + 4).max(10)).into_iter().enumerate() {
                let keys = if at == 0 { keys.as_str() } else { "" };
                out.push((false, format!("  {}  {line}", fit(keys, KEYS))));
            }
        }
    }
    out
}

/// On Reproduce the help begins with the marked row.
fn about_the_row(session: &Session, screen: &Screen) -> Vec<(String, Vec<String>)> {
    let is_covered = screen.practice.is_open || screen.cases.is_open || screen.run.is_some();
    if is_covered || screen.look.is_some() || session.step() != Step::Reproduce {
        return Vec::new();
    }
    screen.marked_attempt(session).map(|at| reproduce::explained(session, at)).unwrap_or_default()
}

fn purpose(session: &Session, screen: &Screen) -> &'static str {
    match screen.run.as_ref().map(|run| run.kind) {
        Some(RunKind::Check) => {
            return "The contract of a gateway: the smallest request that works, then the same with one thing changed each time, one after the other, none repeated. Each row says what was sent, what is expected by which source, and what came. Signs: + kept or met, x broken or not met, ! drifted, i no source says what is right, - not run, . its turn comes, * under way.";
        }
        Some(RunKind::Probe) => {
            return "A bounded look at how a gateway answers several requests at a time; the first storm ends it. The chart has a sign for each send that ended, from left to right as time goes. It reports what was observed on these requests, and claims no limit.";
        }
        None => {}
    }
    if screen.cases.is_open && screen.cases.are_groups() {
        return "The failures of a log, those alike as one group: how many, which class, when last. A group that is opened becomes a case, made of one of its failures. Letters choose the groups that have them.";
    }
    if screen.cases.is_open {
        return "The cases that were kept when their note was copied, written or printed, and those that were not finished. Letters choose the cases that have them.";
    }
    if screen.page_is_attach() {
        return "The note onto a ticket: what would be sent is shown first, then sent, read back and compared.";
    }
    if screen.look.is_some() && !screen.practice.is_open {
        return "One attempt from near: when what happened, its stream, headers and body, and what differs from another attempt or from what leaves. Raw text stands on this screen only.";
    }
    if screen.practice.is_open {
        return "Choose a failure and walk it to its note. Letters choose the scenarios that have them; a score at the end of a walk stands before its title. A gateway on this machine answers as the real one does; no key and no network is used.";
    }
    match session.step() {
        Step::Request => {
            "Paste what failed: a curl command, an error text, or a response. Or fill in the form. A key in it moves into memory at once and is shown as a label such as [key#1]."
        }
        Step::Reproduce => {
            "Shows what will be sent and to which host, asks, and sends it. Every attempt is a row. The text of an answer is shown to you only; what leaves is on Review (4)."
        }
        Step::Isolate => {
            "Sends the same request once more with one thing changed, after asking. What changes the outcome points to the cause; what does not rules one out."
        }
        Step::Review => {
            "What leaves, as it leaves, and what was replaced in it. Add your own words. Nothing is copied or written before you confirm here."
        }
        Step::Note => "The note, byte for byte as it is copied or written, and what is missing in it.",
    }
}
