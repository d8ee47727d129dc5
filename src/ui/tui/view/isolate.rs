//! Page 3: the same request with one thing changed, and how its outcome compares.

use chrono::{DateTime, Utc};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::reproduce::{outcome, primary_id, running};
use crate::case::evidence::{Attempt, ControlRun, Reading};
use crate::case::sanitize::{Clean, SafeControl};
use crate::session::Session;
use crate::ui::tui::evidence::changed;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::{cut, fit, wrap};

/// Least and most columns of the numbers of a search's rows.
const NUMBERS: (usize, usize) = (3, 12);

/// Draws the page.
pub fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    session: &Session,
    screen: &Screen,
    theme: &Theme,
    now: DateTime<Utc>,
) {
    let width = usize::from(area.width);
    let mut shown = running(session.activity(), now, width, theme);
    let height = usize::from(area.height).saturating_sub(shown.len());
    let key = screen.keymap.key_for(Mode::Isolate, Action::PageDown);
    let all = lines(session, screen, width, theme);
    shown.extend(area::window_of(all, (screen.tops.isolate, height), &key, theme));
    area::lines(frame, area, shown);
}

/// The lines of the page, without what runs.
pub fn lines(session: &Session, screen: &Screen, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let whole = width;
    let heading = "Send the same request once more with one thing changed. Each asks first.";
    let mut out: Vec<Line<'static>> =
        wrap(heading, width).into_iter().map(|line| Line::from(Span::styled(line, theme.title))).collect();
    for (action, text) in [
        (Action::Search, "search: one thing after the other, until it is known what makes it fail"),
        (Action::OtherModel, "another model: does this model fail, or every one?"),
        (Action::OtherKey, "another key: does this key or account fail, or every one?"),
        (Action::MinimalBody, "a minimal body: does this body fail, or every one?"),
        (Action::ListModels, "the list of models: is the key known, and which models has it?"),
    ] {
        let key = screen.keymap.key_for(Mode::Isolate, action);
        for (at, words) in wrap(text, width.saturating_sub(6)).into_iter().enumerate() {
            let key = if at == 0 { key.as_str() } else { "" };
            out.push(Line::from(vec![Span::styled(format!("  {key:<3} "), theme.accent), Span::raw(words)]));
        }
    }
    out.push(Line::default());
    out.extend(verdict(session, screen, width, theme));
    let controls = &session.evidence().controls;
    let failing = session.evidence().attempts.last().zip(session.readings().last());
    if controls.is_empty() {
        let kept = session.earlier().filter(|_| session.evidence().attempts.is_empty());
        let kept = kept.map_or(0, |earlier| earlier.controls.len());
        if kept > 0 {
            let step = screen.keymap.key_for(Mode::Isolate, Action::StepReproduce);
            let text = format!(
                "{kept} of them stand in the saved case and go into its note; {step} lists what came of them. To send another one, paste the request again on Request and send it."
            );
            out.extend(wrap(&text, width).into_iter().map(|l| Line::from(Span::styled(l, theme.hint))));
            return out;
        }
        let text = if session.request().is_err() {
            let step = screen.keymap.key_for(Mode::Isolate, Action::StepRequest);
            format!(
                "None of them can be sent, because there is no whole request; paste the command on Request ({step}). This step is optional."
            )
        } else {
            "No control was sent yet. This step is optional; with a control support can see what matters."
                .to_owned()
        };
        out.extend(wrap(&text, width).into_iter().map(|l| Line::from(Span::styled(l, theme.hint))));
        return out;
    }
    let found = session.clean_evidence().and_then(|evidence| evidence.isolation.as_ref());
    let attempts = 0..session.evidence().attempts.len();
    let baseline: Vec<usize> =
        attempts.filter_map(|at| found.and_then(|found| found.row_of(true, at))).collect();
    let mut all: Vec<(String, Cells)> =
        failing.iter().map(|failing| (ranges(&baseline), baseline_row(session, *failing))).collect();
    for (at, control) in controls.iter().enumerate() {
        let reading = session.control_readings().get(at);
        let clean = session.clean_evidence().and_then(|evidence| evidence.controls.get(at));
        let number = found.and_then(|found| found.row_of(false, at));
        let number = number.as_ref().map(ToString::to_string).unwrap_or_default();
        all.push((number, control_row(control, clean, reading, session.compared(at).unwrap_or_default())));
    }
    // The numbers by which the reasons above name a row.
    let widest = all.iter().map(|(numbers, _)| numbers.len()).max().unwrap_or(0).clamp(NUMBERS.0, NUMBERS.1);
    let numbered = |numbers: &str, text: String| match found {
        None => text,
        Some(_) => format!("{:>widest$} {text}", cut(numbers, widest)),
    };
    let width = width.saturating_sub(if found.is_some() { widest + 1 } else { 0 });
    let titles = ["changed", "outcome", "request id", "with the failing one"].map(str::to_owned);
    let columns = columns(all.iter().map(|(_, cells)| cells).chain([&titles]), width);
    let head = row(&titles, columns, width);
    let head = numbered("row", head);
    out.push(Line::from(Span::styled(cut(&format!(" {head}"), whole), theme.hint)));
    let rows = all.into_iter().map(|(numbers, cells)| numbered(&numbers, row(&cells, columns, width)));
    for (at, text) in rows.enumerate() {
        let marked = screen.choosing && at == screen.row;
        let sign = if marked { ">" } else { " " };
        let style = if marked { theme.marked } else { theme.plain };
        out.push(Line::from(Span::styled(cut(&format!("{sign}{text}"), whole), style)));
    }
    out
}

/// Numbers in ascending order, those in a row as a range: `1-5,13`.
fn ranges(numbers: &[usize]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b).map(|run| match *run {
        [first, _, .., last] => format!("{first}-{last}"),
        _ => run.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    });
    runs.collect::<Vec<_>>().join(",")
}

/// What the search shows, with its reasons.
fn verdict(session: &Session, screen: &Screen, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(found) = session.clean_evidence().and_then(|evidence| evidence.isolation.as_ref()) else {
        return Vec::new();
    };
    let fields: Vec<&str> = found.fields.iter().map(Clean::as_str).collect();
    let mut head = format!("What makes it fail: {}", found.verdict.replace('_', " "));
    if !fields.is_empty() {
        head = format!("{head} {}", fields.join(", "));
    }
    let mut texts: Vec<(String, Style)> = vec![(head, theme.accent)];
    texts.extend(found.because.iter().map(|because| (format!("  {}", here(because, screen)), theme.plain)));
    if let Some(limit) = &found.limit {
        let text = format!(
            "  limit of {} ({}): works up to {}, fails from {}",
            limit.of, limit.unit, limit.works_up_to, limit.fails_from
        );
        texts.push((text, theme.plain));
    }
    let needed = found.needed.iter().map(|needed| here(needed, screen));
    texts.extend(needed.map(|needed| (format!("  to tell more: {needed}"), theme.hint)));
    let baseline = format!(
        "  the unchanged request failed alike {} of {} times; {} requests in all",
        found.baseline_same,
        found.baseline_of,
        found.rows.len()
    );
    texts.push((baseline, theme.hint));
    let wrapped = texts.into_iter().flat_map(|(text, style)| {
        wrap(&text, width).into_iter().map(move |line| Line::from(Span::styled(line, style)))
    });
    wrapped.chain([Line::default()]).collect()
}

/// What a report says of options of the command line, as it is done on this screen.
fn here(text: &str, screen: &Screen) -> String {
    let key = |action| format!("key {} here", screen.keymap.key_for(Mode::Isolate, action));
    let (model, other) = (key(Action::OtherModel), key(Action::OtherKey));
    [
        ("(--other-key-env)", format!("({other})")),
        ("(--other-account-key-env)", format!("({other})")),
        ("(--other-model)", format!("({model})")),
        ("(--include-costly)", "(`casefile isolate --include-costly`, not on this screen)".to_owned()),
        ("; `--include-costly` allows it", "; `casefile isolate --include-costly` allows it".to_owned()),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (option, here)| text.replace(option, &here))
}

/// What was changed, the outcome, the request id, and how it compares.
type Cells = [String; 4];

/// The request as it is, with which the others are compared.
fn baseline_row(session: &Session, failing: (&Attempt, &Reading)) -> Cells {
    let clean = session.clean_evidence().and_then(|evidence| evidence.attempts.last());
    let id = clean.and_then(primary_id).unwrap_or("-");
    ["nothing".to_owned(), outcome(failing.0, Some(failing.1)), id.to_owned(), "this is the one".to_owned()]
}

fn control_row(
    control: &ControlRun,
    clean: Option<&SafeControl>,
    reading: Option<&Reading>,
    compared: &str,
) -> Cells {
    let changed = changed(&control.changed, clean.and_then(|c| c.to.as_ref()).map(Clean::as_str));
    let id = clean.and_then(|clean| primary_id(&clean.attempt)).unwrap_or("-");
    [changed, outcome(&control.attempt, reading), id.to_owned(), compared.to_owned()]
}

/// Columns of the first three cells: what they need, and no more than what leaves room for the last one.
fn columns<'c>(rows: impl Iterator<Item = &'c Cells>, width: usize) -> [usize; 3] {
    // Where it is narrow the id stands in the opened row only.
    let most = match width {
        100.. => [28, 24, 36],
        64.. => [20, 16, 18],
        _ => [16, 14, 0],
    };
    let mut needed = [0; 4];
    for cells in rows {
        for (needed, cell) in needed.iter_mut().zip(cells) {
            *needed = cell.width().max(*needed);
        }
    }
    let [changed, outcome, id, last] = needed;
    let [changed, outcome] = [changed.min(most[0]), outcome.min(most[1])];
    // The id is what support asks for: it gets what the others leave.
    let room = width.saturating_sub(changed + outcome + last + 3);
    [changed, outcome, if most[2] == 0 { 0 } else { id.min(room.max(most[2])) }]
}

fn row(cells: &Cells, columns: [usize; 3], width: usize) -> String {
    let mut out = String::new();
    for (text, columns) in cells.iter().zip(columns).filter(|(_, columns)| *columns > 0) {
        out.push_str(&fit(text, columns));
        out.push(' ');
    }
    let used: usize = columns.iter().filter(|columns| **columns > 0).map(|columns| columns + 1).sum();
    let [.., last] = cells;
    out.push_str(&cut(last, width.saturating_sub(used)));
    cut(&out, width)
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn numbers_in_a_row_are_a_range() {
        let table: [(&[usize], &str); 6] = [
            (&[], ""),
            (&[7], "7"),
            (&[1, 2], "1,2"),
            (&[1, 2, 3, 4, 5], "1-5"),
            (&[1, 2, 3, 4, 5, 13], "1-5,13"),
            (&[1, 3, 4, 5, 9, 10], "1,3-5,9,10"),
        ];
        for (numbers, text) in table {
            assert_eq!(ranges(numbers), text);
        }
    }
}
