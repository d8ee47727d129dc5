//! The practice scenarios, and the story or the score of the one that is walked.

mod score;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::session::{Session, Step};
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::layout;
use crate::ui::tui::screen::{Practice, PracticeChoice, Row, Screen};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::{cut, fit, wrap};

/// Draws the list with the story of the marked scenario.
pub fn render(frame: &mut Frame<'_>, area: Rect, screen: &Screen, theme: &Theme) {
    let practice = &screen.practice;
    let (list, story) = layout::practice_list(area);
    let inner = area::headed(frame, list, &heading(practice), true, theme);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let rows = practice.rows();
    let marked = rows.contains(&Row::Choice(practice.marked));
    let first = first_row(practice, &rows, height);
    let lines = rows.into_iter().skip(first).take(height).map(|row| line(row, practice, width, theme));
    area::lines(frame, inner, lines.collect());
    if !marked {
        let none = Line::from(Span::styled(
            "  no scenario has these words; Backspace takes letters away",
            theme.hint,
        ));
        area::lines(frame, inner, vec![none]);
        return;
    }
    if let Some(choice) = practice.choices.get(practice.marked) {
        let inner = area::headed(frame, story, &choice.title, false, theme);
        let width = usize::from(inner.width);
        // The story goes before its source where there is no place for both.
        let known = if inner.height < 6 { Vec::new() } else { indented(&choice.known, width, theme) };
        let rows = u16::try_from(known.len()).unwrap_or(0).min(inner.height);
        let [tale_area, known_area] =
            Layout::vertical([Constraint::Min(0), Constraint::Length(rows)]).areas(inner);
        let lines = tale(choice, width, theme);
        // Where there is place, the source stands right below the story.
        let end = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(1);
        shown(frame, tale_area, lines, theme);
        let y = known_area.y.min(inner.y.saturating_add(end));
        area::lines(frame, Rect { y, ..known_area }, known);
    }
}

/// The first row of the list that is seen in a window of `height` rows.
pub fn first_row(practice: &Practice, rows: &[Row], height: usize) -> usize {
    let marked = rows.iter().position(|row| *row == Row::Choice(practice.marked));
    // The heading of the first group comes into sight with its first scenario.
    area::window(marked.map_or(0, |at| if at == 1 { 0 } else { at }), rows.len(), height)
}

fn heading(practice: &Practice) -> String {
    let done = practice.scores.len();
    let all = practice.choices.len();
    match practice.filter.as_str() {
        "" if done > 0 => format!("Practice: {done} of {all} walked; no key and no network is used"),
        "" => format!("Practice: choose one of {all} failures; no key and no network is used"),
        typed => format!("Practice: {typed}_"),
    }
}

fn line(row: Row, practice: &Practice, width: usize, theme: &Theme) -> Line<'static> {
    let at = match row {
        Row::Group(name) => return Line::from(Span::styled(cut(name, width), theme.title)),
        Row::Choice(at) => at,
    };
    let Some(choice) = practice.choices.get(at) else { return Line::default() };
    let mark = if at == practice.marked { ">" } else { " " };
    let worth = practice.scores.get(&at).map_or_else(String::new, |score| {
        let (had, of) = score.points();
        format!("{} {had}/{of}", if score.is_full() { "✓" } else { "!" })
    });
    let style = if at == practice.marked { theme.marked } else { theme.plain };
    // The column is there once something has a score.
    let worth = if practice.scores.is_empty() { String::new() } else { fit(&worth, 7) + " " };
    let text = format!("{mark} {worth}{}  ({})", choice.title, choice.name);
    Line::from(Span::styled(cut(&text, width), style))
}

/// Draws the story of the scenario that is walked; at the end of the walk its score.
pub fn story(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    let Some(choice) = screen.practice.current() else { return };
    if area.is_empty() {
        return;
    }
    let key = |action| screen.keymap.key_for(Mode::Note, action);
    let open = layout::story_is_open(screen, session);
    let fold = key(Action::Story);
    let verb = if open { "folds" } else { "opens" };
    let column = open && is_column(area.width);
    let title = match score_here(session, screen) {
        Some(score) => {
            let (had, of) = score.points();
            let next = key(Action::NextScenario);
            if column {
                format!("Score {had} of {of}; {next} goes on")
            } else {
                format!("Score {had} of {of} ({fold} {verb}, {next} next scenario): {}", choice.title)
            }
        }
        None if column => format!("Practice ({fold} folds)"),
        None => format!("Practice ({fold} {verb} the story): {}", choice.title),
    };
    let inner = area::headed(frame, area, &title, false, theme);
    if open {
        shown(frame, inner, panel(session, screen, usize::from(inner.width), theme), theme);
    }
}

/// The lines of the open panel: the score on the page Note, else the story.
pub fn panel(session: &Session, screen: &Screen, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(choice) = screen.practice.current() else { return Vec::new() };
    let lines = match score_here(session, screen) {
        Some(score) => score::lines(score, width, theme),
        None => tale(choice, width, theme),
    };
    if !is_column(u16::try_from(width).unwrap_or(u16::MAX)) {
        return lines;
    }
    let title = wrap(&choice.title, width.saturating_sub(3));
    let title = title.into_iter().map(|l| Line::from(Span::styled(format!("  {l}"), theme.accent)));
    title.chain([Line::default()]).chain(lines).collect()
}

/// Too narrow for a heading and its text in one row.
fn is_column(width: u16) -> bool {
    width < 70
}

fn score_here<'a>(session: &Session, screen: &'a Screen) -> Option<&'a crate::practice::score::Score> {
    screen.practice.score().filter(|_| session.step() == Step::Note && session.output().is_some())
}

/// The story's parts: in a column each under its heading, on a wide row behind it.
fn tale(choice: &PracticeChoice, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let column = is_column(u16::try_from(width).unwrap_or(u16::MAX));
    let mut lines = Vec::new();
    for (heading, text) in &choice.story {
        if column {
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            lines.push(Line::from(Span::styled(format!("  {heading}"), theme.title)));
            lines.extend(
                wrap(text, width.saturating_sub(3)).into_iter().map(|l| Line::from(format!("  {l}"))),
            );
            continue;
        }
        let head = format!("  {}", fit(heading, 18));
        for (at, text) in wrap(text, width.saturating_sub(21)).into_iter().enumerate() {
            let head = if at == 0 { head.clone() } else { " ".repeat(20) };
            lines.push(Line::from(vec![Span::styled(head, theme.title), Span::raw(text)]));
        }
    }
    lines
}

fn indented(text: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let rows = wrap(text, width.saturating_sub(3)).into_iter();
    rows.map(|l| Line::from(Span::styled(format!("  {l}"), theme.hint))).collect()
}

/// Draws what fits; where something does not, the last row says so.
fn shown(frame: &mut Frame<'_>, area: Rect, mut lines: Vec<Line<'static>>, theme: &Theme) {
    let rows = usize::from(area.height);
    if lines.len() > rows {
        lines.truncate(rows.saturating_sub(1));
        lines.push(Line::from(Span::styled("  … (a larger terminal shows all)", theme.hint)));
    }
    area::lines(frame, area, lines);
}
