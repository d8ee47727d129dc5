//! The practice scenarios, and the story of the one that is walked.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::{cut, wrap};

/// Draws the list with the story of the marked scenario.
pub fn render(frame: &mut Frame<'_>, area: Rect, screen: &Screen, theme: &Theme) {
    let practice = &screen.practice;
    let [list, story] =
        Layout::vertical([Constraint::Min(3), Constraint::Length((area.height / 3).max(4))]).areas(area);
    let inner =
        area::headed(frame, list, "Practice: choose a failure; no key and no network is used", true, theme);
    let height = usize::from(inner.height);
    let first = area::window(practice.marked, practice.choices.len(), height);
    let width = usize::from(inner.width);
    let rows = practice.choices.iter().enumerate().skip(first).take(height).map(|(at, choice)| {
        let mark = if at == practice.marked { ">" } else { " " };
        let style = if at == practice.marked { theme.marked } else { theme.plain };
        Line::from(Span::styled(cut(&format!("{mark} {}  ({})", choice.title, choice.name), width), style))
    });
    area::lines(frame, inner, rows.collect());
    if let Some(choice) = practice.choices.get(practice.marked) {
        tell(frame, story, "What happened", &choice.story, theme);
    }
}

/// Draws the story of the scenario that is walked.
pub fn story(frame: &mut Frame<'_>, area: Rect, screen: &Screen, theme: &Theme) {
    if let Some(choice) = screen.practice.current()
        && !area.is_empty()
    {
        tell(frame, area, &format!("Practice: {}", choice.title), &choice.story, theme);
    }
}

fn tell(frame: &mut Frame<'_>, area: Rect, title: &str, story: &str, theme: &Theme) {
    let inner = area::headed(frame, area, title, false, theme);
    let width = usize::from(inner.width.saturating_sub(2));
    let (mut lines, rows) = (wrap(story, width), usize::from(inner.height));
    if lines.len() > rows
        && let Some(last) = lines.get_mut(rows.saturating_sub(1))
    {
        *last = cut(&format!("{last} …"), width);
    }
    area::lines(frame, inner, lines.into_iter().map(|line| Line::from(format!("  {line}"))).collect());
}
