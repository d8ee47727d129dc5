//! The events of a stream over time, with its gaps, its stalls and its end.

use ratatui::text::{Line, Span};

use crate::case::evidence::{Arrivals, BodyEnd, StreamRecord};
use crate::session::Session;
use crate::ui::tui::evidence::Look;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::text::{cut, fit, wrap};

/// A time without an event that is called a stall, milliseconds.
const STALL_MS: u64 = 1_000;

/// Rows of one event.
const MOST_ROWS: usize = 4;

/// Signs for few to many events in a column.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The lines of the tab.
pub fn lines(look: &Look, session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(stream) = look.subject.reading(session).and_then(|reading| reading.stream.as_ref()) else {
        let text = "The answer is no stream.";
        return vec![Line::from(Span::styled(cut(text, width), theme.hint))];
    };
    let mut out = Vec::new();
    if stream.arrivals.counts().is_empty() {
        let text = "When the events came is not known: only the text of the stream was pasted, or none came.";
        out.extend(wrap(text, width).into_iter().map(|line| Line::from(Span::styled(line, theme.hint))));
    } else {
        out.extend(chart(look, session, stream, width, theme));
    }
    out.push(Line::default());
    out.extend(facts(look, session, stream, width, theme));
    out.push(Line::default());
    out.push(Line::from(Span::styled(cut(" event       bytes", width), theme.hint)));
    let last = look.made.events.len();
    for (at, event) in look.made.events.iter().enumerate() {
        let data = event.data.as_deref().unwrap_or(if at + 1 == last { "(the last one)" } else { "" });
        let name = if event.name.is_empty() { String::new() } else { format!("{} ", event.name) };
        let head = format!("{:>6} {:>11}  ", at + 1, event.bytes);
        let rows = wrap(&format!("{name}{data}"), width.saturating_sub(head.len()).max(8));
        let rows = if rows.is_empty() { vec![String::new()] } else { rows };
        for (at, row) in rows.into_iter().take(MOST_ROWS).enumerate() {
            let head = if at == 0 { head.clone() } else { " ".repeat(head.len()) };
            out.push(Line::from(vec![Span::styled(head, theme.hint), Span::raw(row)]));
        }
    }
    let more = stream.events.saturating_sub(u64::try_from(last).unwrap_or(u64::MAX));
    if more > 0 {
        let text = format!("and {more} more, of which nothing was kept");
        out.push(Line::from(Span::styled(cut(&text, width), theme.hint)));
    }
    out
}

/// Events per column: heights, and whether a column lies in a stall.
fn columns(arrivals: &Arrivals, whole_ms: u64, width: usize) -> Vec<(u32, bool)> {
    let width = width.max(1);
    let column = |ms: u64| {
        let at = u128::from(ms) * width as u128 / u128::from(whole_ms.max(1));
        usize::try_from(at).unwrap_or(width).min(width - 1)
    };
    let mut cells = vec![(0_u32, false); width];
    for (slot, count) in arrivals.counts().iter().enumerate() {
        let at = column(arrivals.slot_ms().saturating_mul(slot as u64));
        if let Some((sum, _)) = cells.get_mut(at) {
            *sum = sum.saturating_add(*count);
        }
    }
    for gap in arrivals.gaps().iter().filter(|gap| gap.ms >= STALL_MS) {
        let (from, to) = (column(gap.from_ms), column(gap.from_ms.saturating_add(gap.ms)));
        for (sum, stalled) in cells.iter_mut().take(to).skip(from) {
            *stalled = *sum == 0;
        }
    }
    cells
}

fn chart(
    look: &Look,
    session: &Session,
    stream: &StreamRecord,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let arrivals = &stream.arrivals;
    let attempt = look.subject.attempt(session);
    let seen = arrivals.slot_ms().saturating_mul(arrivals.counts().len() as u64);
    let total = attempt.and_then(|attempt| attempt.timing.total_ms).unwrap_or(seen).max(seen).max(1);
    let cells = columns(arrivals, total, width.saturating_sub(2));
    let most = cells.iter().map(|(count, _)| *count).max().unwrap_or(0).max(1);
    let broken =
        attempt.and_then(|attempt| attempt.response()).is_some_and(|r| matches!(r.end, BodyEnd::Cut(_)));
    let mut bars: Vec<Span<'static>> = Vec::new();
    for run in cells.chunk_by(|a, b| a.1 == b.1) {
        let stalled = run.first().is_some_and(|cell| cell.1);
        let text: String = run
            .iter()
            .map(|(count, stalled)| match (*count, *stalled) {
                (0, true) => '!',
                (0, false) => ' ',
                (count, _) => {
                    let level = u64::from(count) * 8 / u64::from(most);
                    let at = usize::try_from(level).unwrap_or(8).clamp(1, 8) - 1;
                    LEVELS.get(at).copied().unwrap_or('█')
                }
            })
            .collect();
        bars.push(Span::styled(text, if stalled { theme.warn } else { theme.ok }));
    }
    bars.push(if broken { Span::styled("x", theme.danger) } else { Span::styled("|", theme.plain) });
    let end = format!("{total} ms");
    let axis = format!("0{end:>rest$}", rest = width.saturating_sub(2));
    let per = format!(
        "events over time, at most {most} in a column; ! is a stall of {STALL_MS} ms or more; {}",
        if broken { "x: the connection broke" } else { "| is the end" }
    );
    let mut out = vec![Line::from(bars), Line::from(Span::styled(axis, theme.hint))];
    out.extend(wrap(&per, width).into_iter().map(|line| Line::from(Span::styled(line, theme.hint))));
    out
}

fn facts(
    look: &Look,
    session: &Session,
    stream: &StreamRecord,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    let mut fact = |name: &str, text: &str| {
        for (at, line) in wrap(text, width.saturating_sub(14)).into_iter().enumerate() {
            let name = fit(if at == 0 { name } else { "" }, 14);
            out.push(Line::from(vec![Span::styled(name, theme.hint), Span::raw(line)]));
        }
    };
    fact("verdict", &stream.verdict.as_str().replace('_', " "));
    let timing = look.subject.attempt(session).map(|attempt| attempt.timing).unwrap_or_default();
    let at = timing.last_event_ms.map(|ms| format!(", the last event came at {ms} ms")).unwrap_or_default();
    let end = match stream.terminal_marker {
        Some(marker) => format!("{marker}{at}"),
        None => format!("no end marker came{at}"),
    };
    fact("end marker", &end);
    let finish = look
        .subject
        .clean(session)
        .and_then(|clean| clean.response.as_ref()?.stream.as_ref()?.finish_reason.as_ref());
    fact("finish reason", finish.map_or("none", |reason| reason.as_str()));
    fact(
        "came",
        &format!(
            "{} events, {} bytes, {} characters of content, {} comments, {}",
            stream.events,
            stream.bytes,
            stream.content_chars,
            stream.comments,
            if stream.usage_seen { "usage" } else { "no usage" }
        ),
    );
    if let Some(ms) = timing.first_token_ms {
        fact("first content", &format!("at {ms} ms"));
    }
    let gaps: Vec<String> = stream
        .arrivals
        .gaps()
        .iter()
        .take(4)
        .map(|gap| {
            let stall = if gap.ms >= STALL_MS { " (stall)" } else { "" };
            format!("{} ms from {} ms{stall}", gap.ms, gap.from_ms)
        })
        .collect();
    if !gaps.is_empty() {
        fact("longest gaps", &gaps.join(", "));
    }
    for (what, count) in &stream.irregularities {
        fact("not as usual", &format!("{} x {}", count, what.as_str().replace('_', " ")));
    }
    out
}
