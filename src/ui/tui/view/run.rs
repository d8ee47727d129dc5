//! A run of several requests: what would be sent, the rows of the matrix or the chart of the probe, a row opened, the report.

mod chart;

use chrono::{DateTime, Utc};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::case::matrix::EntryOf;
use crate::case::vocabulary::{CheckVerdict, CriterionState};
use crate::ui::tui::layout;
use crate::ui::tui::screen::{Live, RowState, Run, RunPane, RunRow, RunStage};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::rows::{self, Rows};
use crate::ui::tui::widget::text::{cut, fit, wrap, wrap_indented};

/// From this many columns on the marked row is read beside the list.
const WIDE: u16 = 100;

/// Most rows of what is said at the end.
const SAID: usize = 4;

/// Columns of a check's name.
const NAME: usize = 23;

/// Draws it.
pub fn render(frame: &mut Frame<'_>, area: Rect, run: &Run, theme: &Theme, now: DateTime<Utc>) {
    match (&run.stage, run.pane) {
        (RunStage::Planned, _) => {
            let inner = area::headed(frame, area, &heading(run, now), true, theme);
            let shown = plan_rows(run, inner.width).into_iter().skip(run.top).take(usize::from(inner.height));
            let style = |row: &str| if row.starts_with('!') { theme.warn } else { theme.plain };
            let shown = shown.map(|row| {
                let style = style(&row);
                Line::from(Span::styled(row, style))
            });
            area::lines(frame, inner, shown.collect());
        }
        (_, RunPane::Opened) => {
            let name = run.current().map_or("", |row| row.entry.name.as_str());
            let inner = area::headed(frame, area, name, true, theme);
            let all = opened(run.current(), usize::from(inner.width), theme);
            area::lines(
                frame,
                inner,
                all.into_iter().skip(run.top).take(usize::from(inner.height)).collect(),
            );
        }
        (_, RunPane::Report) => {
            let inner = area::headed(frame, area, "The report, as it leaves", true, theme);
            let (width, height) = (usize::from(inner.width), usize::from(inner.height));
            area::lines(frame, inner, rows::numbered(report(run), width, height, run.top, theme));
        }
        (_, RunPane::Rows) => live(frame, area, run, theme, now),
    }
}

/// How many rows the text has that is scrolled, and the height of its window.
pub fn text_rows(run: &Run, body: Rect) -> (usize, usize) {
    let inner = layout::below_heading(body);
    let width = usize::from(inner.width);
    let count = match (&run.stage, run.pane) {
        (RunStage::Planned, _) => plan_rows(run, inner.width).len(),
        (_, RunPane::Opened) => opened(run.current(), width, &Theme::new(true)).len(),
        (_, RunPane::Report) => Rows::new(report(run), width.saturating_sub(rows::GUTTER)).count(),
        (_, RunPane::Rows) => match &run.live {
            Live::Probe(course) => {
                let below = chart::table_area(areas(body, run).list, course);
                let rows = chart::table(course, usize::from(below.width), &Theme::new(true)).len();
                return (rows, usize::from(below.height));
            }
            Live::Check { .. } => 0,
        },
    };
    (count, usize::from(inner.height))
}

/// Where each row of the list is that is seen.
pub fn places(run: &Run, body: Rect) -> Vec<(usize, Rect)> {
    if run.pane != RunPane::Rows || matches!(run.stage, RunStage::Planned) {
        return Vec::new();
    }
    let list = areas(body, run).list;
    let all = items(run);
    let first = first_item(run, &all, usize::from(list.height));
    let seen = all.iter().skip(first).zip(list.y..list.bottom());
    seen.filter_map(|(item, y)| match item {
        Item::Row(at) => Some((*at, Rect { y, height: 1, ..list })),
        Item::Heading(_) => None,
    })
    .collect()
}

fn report(run: &Run) -> &str {
    match run.report() {
        Some(Ok(report)) => report.as_str(),
        Some(Err(why)) => why,
        None => "",
    }
}

fn plan_rows(run: &Run, width: u16) -> Vec<String> {
    wrap_indented(&run.plan.text, usize::from(width))
}

/// Where the parts of a run stand.
struct Areas {
    said: Rect,
    list: Rect,
    beside: Option<Rect>,
}

fn areas(body: Rect, run: &Run) -> Areas {
    let inner = layout::below_heading(body);
    let said = run.end().map_or(0, |end| wrap(&end.said, usize::from(inner.width)).len().min(SAID));
    let said = u16::try_from(said).unwrap_or(0).min(inner.height / 2);
    let [said, rest] = Layout::vertical([Constraint::Length(said), Constraint::Min(0)]).areas(inner);
    if body.width < WIDE || run.rows().is_empty() {
        return Areas { said, list: rest, beside: None };
    }
    let [list, _, beside] =
        Layout::horizontal([Constraint::Percentage(52), Constraint::Length(2), Constraint::Min(0)])
            .areas(rest);
    Areas { said, list, beside: Some(beside) }
}

fn live(frame: &mut Frame<'_>, area: Rect, run: &Run, theme: &Theme, now: DateTime<Utc>) {
    area::headed(frame, area, &heading(run, now), true, theme);
    let Areas { said, list, beside } = areas(area, run);
    if let Some(end) = run.end() {
        let style = if end.has_trouble { theme.warn } else { theme.plain };
        let lines = wrap(&end.said, usize::from(said.width)).into_iter().take(usize::from(said.height));
        area::lines(frame, said, lines.map(|line| Line::from(Span::styled(line, style))).collect());
    }
    match &run.live {
        Live::Probe(course) => chart::render(frame, list, course, (elapsed_ms(run, now), run.top), theme),
        Live::Check { .. } => {
            let (width, height) = (usize::from(list.width), usize::from(list.height));
            let all = items(run);
            let first = first_item(run, &all, height);
            let lines = all.iter().skip(first).take(height).map(|item| line(run, item, width, theme));
            area::lines(frame, list, lines.collect());
            if let Some(beside) = beside {
                let name = run.current().map_or("", |row| row.entry.name.as_str());
                let inner = area::headed(frame, beside, name, false, theme);
                let told = opened(run.current(), usize::from(inner.width), theme);
                area::lines(frame, inner, told.into_iter().take(usize::from(inner.height)).collect());
            }
        }
    }
}

/// Milliseconds since the run began; when it is over nothing moves any more.
fn elapsed_ms(run: &Run, now: DateTime<Utc>) -> Option<u64> {
    match run.stage {
        RunStage::Running(since) | RunStage::Stopping(since) => {
            Some(u64::try_from((now - since).num_milliseconds()).unwrap_or(0))
        }
        RunStage::Planned | RunStage::Over(_) => None,
    }
}

fn heading(run: &Run, now: DateTime<Utc>) -> String {
    let name = run.kind.name();
    let how_far = match &run.live {
        Live::Check { answered, planned, .. } => format!("{answered} of {planned} requests answered"),
        Live::Probe(course) => {
            let again = course.moments.iter().filter(|moment| moment.again).count();
            let first = course.moments.len() - again;
            let more = if again > 0 { format!(", {again} sent again") } else { String::new() };
            format!("{first} of {} requests came back{more}", course.requests)
        }
    };
    let seconds = elapsed_ms(run, now).map_or(0, |ms| ms / 1000);
    match run.stage {
        RunStage::Planned => format!("{name}: what would be sent to {}", run.plan.host),
        RunStage::Running(_) => format!("{name}: {how_far}, {seconds} s"),
        RunStage::Stopping(_) => format!("{name}: stopping; {how_far}"),
        RunStage::Over(_) => format!("{name}: over"),
    }
}

/// A line of the list.
enum Item {
    /// Over what follows.
    Heading(&'static str),
    /// The row of that number.
    Row(usize),
}

fn items(run: &Run) -> Vec<Item> {
    let mut out = Vec::new();
    let mut section = "";
    for (at, row) in run.rows().iter().enumerate() {
        let now = match row.entry.of {
            EntryOf::Check(_) => "",
            EntryOf::Criterion(_) => "Acceptance",
            EntryOf::Pins => "What was tested",
        };
        if now != section {
            out.push(Item::Heading(now));
            section = now;
        }
        out.push(Item::Row(at));
    }
    out
}

fn first_item(run: &Run, all: &[Item], height: usize) -> usize {
    let marked = all.iter().position(|item| matches!(item, Item::Row(at) if *at == run.marked));
    area::window(marked.unwrap_or(0), all.len(), height)
}

fn line(run: &Run, item: &Item, width: usize, theme: &Theme) -> Line<'static> {
    let at = match item {
        Item::Heading(text) => return Line::from(Span::styled(cut(text, width), theme.title)),
        Item::Row(at) => *at,
    };
    let Some(row) = run.rows().get(at) else { return Line::default() };
    let is_marked = at == run.marked;
    let (sign, word, style) = standing(row, theme);
    let mark = if is_marked { ">" } else { " " };
    let head = if word.is_empty() { format!("{mark}{sign} ") } else { format!("{mark}{sign} {word:<10} ") };
    let rest = if matches!(row.entry.of, EntryOf::Check(_)) {
        format!("{} {}", fit(&row.entry.name, NAME), row.entry.came)
    } else {
        row.entry.name.clone()
    };
    if is_marked {
        return Line::from(Span::styled(fit(&format!("{head}{rest}"), width), theme.marked));
    }
    let room = width.saturating_sub(head.len());
    Line::from(vec![Span::styled(cut(&head, width), style), Span::styled(cut(&rest, room), theme.plain)])
}

/// Sign, word and style of a row: never its colour alone.
fn standing(row: &RunRow, theme: &Theme) -> (char, &'static str, Style) {
    match (row.state, row.entry.of) {
        (RowState::Runs, _) => ('*', "running", theme.accent),
        (RowState::Waits, _) => ('.', "not run", theme.hint),
        (RowState::Over, EntryOf::Check(verdict)) => match verdict {
            CheckVerdict::Kept => ('+', "kept", theme.ok),
            CheckVerdict::Broken => ('x', "broken", theme.danger),
            CheckVerdict::Drifted => ('!', "drifted", theme.warn),
            CheckVerdict::Observed => ('i', "observed", theme.plain),
            CheckVerdict::NotRun => ('-', "not run", theme.hint),
        },
        (RowState::Over, EntryOf::Criterion(state)) => match state {
            CriterionState::Met => ('+', "met", theme.ok),
            CriterionState::NotMet => ('x', "not met", theme.danger),
            CriterionState::NotTested => ('-', "not tested", theme.hint),
        },
        (RowState::Over, EntryOf::Pins) => (' ', "", theme.plain),
    }
}

/// A row as it is read when it is opened.
fn opened(row: Option<&RunRow>, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(row) = row else { return Vec::new() };
    let (sign, word, style) = standing(row, theme);
    let mut out = Vec::new();
    if !word.is_empty() {
        out.push(Line::from(Span::styled(format!("{sign} {word}"), style)));
    }
    for text in &row.entry.told {
        out.extend(wrap_indented(text, width).into_iter().map(Line::from));
    }
    out
}
