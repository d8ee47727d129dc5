//! The line of what runs: phase and elapsed time, or the countdown of a wait.

use chrono::{DateTime, Utc};
use ratatui::text::{Line, Span};

use crate::session::{Activity, Phase};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::text::cut;

/// The line; none when nothing runs.
pub fn running(activity: &Activity, now: DateTime<Utc>, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let since_ms = |since: &DateTime<Utc>| u64::try_from((now - *since).num_milliseconds()).unwrap_or(0);
    let text = match activity {
        Activity::Idle => return Vec::new(),
        Activity::Sending { progress, control, index, since, cancelling } => {
            let what = control.as_ref().map_or_else(
                || format!("attempt {index}"),
                |changed| format!("control: {}", changed.word().replace('_', " ")),
            );
            let phase = match (cancelling, progress.phase) {
                (true, _) => "cancelling",
                (false, Phase::Connecting) => "connecting",
                (false, Phase::Waiting) => "waiting for the answer",
                (false, Phase::Receiving) => "receiving",
            };
            let elapsed = seconds(since_ms(since).max(progress.elapsed_ms));
            let mut text = format!("~ {what}: {phase} · {elapsed}");
            for (count, what) in [(progress.bytes, "bytes"), (progress.events, "events")] {
                if count > 0 {
                    text.extend([" · ", &count.to_string(), " ", what]);
                }
            }
            text
        }
        Activity::Waiting { ms, since, reason, .. } => {
            let left = ms.saturating_sub(since_ms(since));
            format!("~ waiting {} before the next request ({reason})", seconds(left))
        }
    };
    vec![Line::from(Span::styled(cut(&text, width), theme.warn))]
}

/// Milliseconds as seconds with one digit.
fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}
