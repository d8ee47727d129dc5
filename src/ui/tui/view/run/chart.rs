//! The chart of a probe: what ended when, a sign for each sort of end, and the figures of each route.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::case::probe::{Course, Latency, Sort};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::{cut, wrap_indented};

/// Columns before the chart: the count at its side.
const SIDE: u16 = 5;

/// Fewest and most parts of the time.
const PARTS: (usize, usize) = (12, 60);

/// Most columns of one part, a blank between two of them included.
const BROAD: usize = 6;

/// Most rows of the bars.
const HIGH: u16 = 12;

/// Rows of the chart beside the bars: how many are under way, the time, what the signs mean.
const FRAME: u16 = 3;

/// What a probe is not.
const CLAIM: &str = "What was observed on these requests; it claims no limit, no quota and no availability.";

/// The sign of a sort in the chart, and what it means.
fn sign(sort: Sort) -> (char, &'static str) {
    match sort {
        Sort::Worked => ('#', "worked"),
        Sort::SlowDown => ('~', "429"),
        Sort::Refused => ('4', "other 4xx"),
        Sort::Broken => ('5', "5xx"),
        Sort::Unusable => ('?', "unusable answer"),
        Sort::NoAnswer => ('x', "no answer"),
    }
}

fn style(sort: Sort, theme: &Theme) -> Style {
    match sort {
        Sort::Worked => theme.ok,
        Sort::SlowDown => theme.warn,
        Sort::Refused | Sort::Unusable => theme.accent,
        Sort::Broken | Sort::NoAnswer => theme.danger,
    }
}

/// Chart and table.
fn split(area: Rect, course: &Course) -> [Rect; 2] {
    let wanted = u16::try_from(course.routes.len()).unwrap_or(u16::MAX).saturating_mul(3).saturating_add(2);
    let least = FRAME + 2;
    let table = wanted.min(area.height.saturating_sub(least)).max(area.height.min(3));
    let chart = area.height.saturating_sub(table).min(FRAME + HIGH);
    Layout::vertical([Constraint::Length(chart), Constraint::Min(0)]).areas(area)
}

/// Where the table is.
pub(super) fn table_area(area: Rect, course: &Course) -> Rect {
    let [_, table] = split(area, course);
    table
}

/// Draws it; `elapsed_ms`: since the start, where it still runs. The table is scrolled by `top` rows.
pub(super) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    course: &Course,
    (elapsed_ms, top): (Option<u64>, usize),
    theme: &Theme,
) {
    let [chart, below] = split(area, course);
    let last = course.moments.iter().map(|moment| moment.ended_ms).max().unwrap_or(0);
    let until_ms = elapsed_ms.unwrap_or(0).max(last).max(1);
    area::lines(frame, chart, self::chart(course, chart, (until_ms, elapsed_ms.is_none()), theme));
    let rows = table(course, usize::from(below.width), theme);
    area::lines(frame, below, rows.into_iter().skip(top).take(usize::from(below.height)).collect());
}

fn chart(course: &Course, area: Rect, (until_ms, is_over): (u64, bool), theme: &Theme) -> Vec<Line<'static>> {
    let width = usize::from(area.width);
    let height = usize::from(area.height.saturating_sub(FRAME)).max(1);
    let room = usize::from(area.width.saturating_sub(SIDE)).max(1);
    // Some sends in each part, so that bars have a height.
    let count = (course.requests as usize / 2).clamp(PARTS.0, PARTS.1).min(room);
    let each = (room / count).clamp(1, BROAD);
    let signs = if each > 2 { each - 1 } else { each };
    let parts = course.parts(count, until_ms);
    let most = parts.iter().map(|part| part.iter().sum::<usize>()).max().unwrap_or(0);
    let scale = most.div_ceil(height).max(1);
    let bars: Vec<Vec<Sort>> = parts.iter().map(|part| bar(part, scale, height)).collect();
    let mut lines = vec![under_way(course, is_over, width, theme)];
    let highest = bars.iter().map(Vec::len).max().filter(|rows| *rows > 0);
    for row in (0..height).rev() {
        let side = if Some(row + 1) == highest { format!("{most:>4} ") } else { "     ".to_owned() };
        let mut spans = vec![Span::styled(side, theme.hint)];
        spans.extend(bars.iter().map(|bar| match bar.get(row) {
            Some(sort) => {
                let text = format!("{:<each$}", sign(*sort).0.to_string().repeat(signs));
                Span::styled(text, style(*sort, theme))
            }
            None => Span::raw(" ".repeat(each)),
        }));
        lines.push(Line::from(spans));
    }
    let end = seconds(until_ms);
    let gap = (count * each).saturating_sub(3 + end.len());
    lines
        .push(Line::from(Span::styled(cut(&format!("     0 s{}{end}", " ".repeat(gap)), width), theme.hint)));
    lines.push(legend(course, scale, width, theme));
    lines
}

/// What ended in one part, from below: failures first, so that one among many is seen.
fn bar(part: &[usize], scale: usize, height: usize) -> Vec<Sort> {
    let mut cells = Vec::new();
    for (sort, count) in Sort::ALL.iter().zip(part).skip(1) {
        cells.extend(std::iter::repeat_n(*sort, count.div_ceil(scale)));
    }
    let all = part.iter().sum::<usize>().div_ceil(scale);
    let worked = part.first().copied().unwrap_or(0);
    let rest = all.saturating_sub(cells.len()).max(usize::from(worked > 0));
    if worked > 0 {
        cells.extend(std::iter::repeat_n(Sort::Worked, rest));
    }
    cells.truncate(height);
    cells
}

fn under_way(course: &Course, is_over: bool, width: usize, theme: &Theme) -> Line<'static> {
    let (now, most) = (course.under_way, course.concurrency);
    let cells = usize::try_from(most).unwrap_or(usize::MAX).min(20);
    let full = (now as usize * cells).div_ceil((most as usize).max(1)).min(cells);
    let seen = format!("most at once: {}", course.most_under_way);
    let text = if is_over {
        format!("all over; {seen} of at most {most}")
    } else {
        format!(
            "under way [{}{}] {now} of at most {most}; {seen}",
            "=".repeat(full),
            " ".repeat(cells - full)
        )
    };
    Line::from(Span::styled(cut(&text, width), theme.plain))
}

/// The signs that stand in the chart, and what they mean.
fn legend(course: &Course, scale: usize, width: usize, theme: &Theme) -> Line<'static> {
    let is_there = |sort: &Sort| course.moments.iter().any(|moment| moment.sort == *sort);
    let mut spans = Vec::new();
    let mut used = 0;
    let each =
        if scale == 1 { "a row: 1 request".to_owned() } else { format!("a row: up to {scale} requests") };
    let words = Sort::ALL.into_iter().filter(is_there).map(|sort| {
        let (sign, word) = sign(sort);
        (format!("{sign} {word}  "), style(sort, theme))
    });
    for (text, style) in words.chain([(each, theme.hint)]) {
        let text = cut(&text, width.saturating_sub(used));
        used += text.len();
        spans.push(Span::styled(text, style));
    }
    Line::from(spans)
}

/// The figures of each route, and what they are not.
pub(super) fn table(course: &Course, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut say = |text: &str, style: Style| {
        lines.extend(wrap_indented(text, width).into_iter().map(|l| Line::from(Span::styled(l, style))));
    };
    for (group, route) in course.routes.iter().enumerate() {
        let figures = course.figures(group);
        say(&cut(&route.name, width), theme.title);
        let again = if figures.retries > 0 { format!(" ({} again)", figures.retries) } else { String::new() };
        if figures.sends == 0 {
            say("  nothing ended yet", theme.hint);
            continue;
        }
        let failed = if figures.worked < figures.sends { theme.warn } else { theme.plain };
        say(
            &format!("  {} sent{again}, {} worked: {}", figures.sends, figures.worked, figures.outcomes),
            failed,
        );
        if let Some(Latency { min, median, p90, p99, max, .. }) = figures.latency {
            let of = if figures.worked > 0 { "worked" } else { "failed" };
            let text =
                format!("  ms of what {of}: min {min}, median {median}, p90 {p90}, p99 {p99}, max {max}");
            say(&text, theme.plain);
        }
    }
    say(CLAIM, theme.hint);
    lines
}

#[expect(clippy::cast_precision_loss, reason = "seconds with one decimal")]
fn seconds(ms: u64) -> String {
    if ms < 1000 {
        return format!("{ms} ms");
    }
    format!("{:.1} s", ms as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_among_many_is_seen() {
        let bar = bar(&[99, 0, 0, 1, 0, 0], 10, 12);
        assert_eq!((bar.first(), bar.len()), (Some(&Sort::Broken), 10));
        assert_eq!(super::bar(&[0, 0, 0, 0, 0, 0], 1, 5), Vec::<Sort>::new());
        assert_eq!(super::bar(&[1, 3, 3, 3, 3, 3], 1, 5).len(), 5, "never above the chart");
    }
}
