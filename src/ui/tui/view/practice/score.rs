//! The score of a practice walk: what to do better first, then what is good.

use ratatui::text::{Line, Span};

use crate::practice::score::{Check, Score};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::text::wrap;

/// The score, in lines.
pub(super) fn lines(score: &Score, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let verdict = match (score.is_full(), score.operator().all(|c| c.ok)) {
        (true, true) => "A note that support can act on, with all that you know.",
        (true, false) => "The note is right. What only you know would make it better:",
        (false, _) => "The note is not yet as it should be:",
    };
    lines.extend(row("", theme.title, verdict, width, theme));
    let (lost, kept): (Vec<&Check>, Vec<&Check>) = score.checks.iter().partition(|c| !c.ok);
    for check in lost {
        let style = if check.is_operators() { theme.warn } else { theme.danger };
        // The advice says what is missing, so that it alone is enough where a person is asked.
        let text = if check.is_operators() {
            check.better.clone()
        } else {
            format!("{}: {}", check.said, check.better)
        };
        lines.extend(row("- ", style, &text, width, theme));
    }
    for check in kept {
        lines.extend(row("✓ ", theme.ok, &check.said, width, theme));
    }
    lines
}

fn row(
    sign: &'static str,
    style: ratatui::style::Style,
    text: &str,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let plain = if sign.is_empty() { style } else { theme.plain };
    wrap(text, width.saturating_sub(5))
        .into_iter()
        .enumerate()
        .map(|(at, line)| {
            let sign = if at == 0 {
                sign
            } else if sign.is_empty() {
                ""
            } else {
                "  "
            };
            Line::from(vec![Span::raw("  "), Span::styled(sign, style), Span::styled(line, plain)])
        })
        .collect()
}
