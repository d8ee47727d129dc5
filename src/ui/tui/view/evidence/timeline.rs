//! The phases of all attempts as bars on one scale, and the same as numbers.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::case::evidence::{Attempt, Timing};
use crate::case::vocabulary::TransportKind;
use crate::session::Session;
use crate::ui::tui::evidence::{Look, subjects};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::text::{cut, fit, wrap};

/// A phase: its sign in the bar, its name, and when it ends.
type Phase = (char, &'static str, fn(&Timing) -> Option<u64>);

/// The phases in the order in which they come. Each has a sign of its own, so that no colour is needed.
const PHASES: [Phase; 7] = [
    ('░', "lookup", |t| t.dns_ms),
    ('▒', "connect", |t| t.connect_ms),
    ('▓', "tls", |t| t.tls_ms),
    ('>', "send", |t| t.sent_ms),
    ('─', "wait", |t| t.first_byte_ms),
    ('=', "token", |t| t.first_token_ms),
    ('█', "receive", |t| t.total_ms),
];

/// Places of some phases.
const LOOKUP: usize = 0;
const CONNECT: usize = 1;
const TLS: usize = 2;
const WAIT: usize = 4;
const RECEIVE: usize = 6;

/// A part of a bar: which phase, from when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    phase: usize,
    from_ms: u64,
    to_ms: u64,
}

/// The parts of an attempt.
fn parts_of(attempt: &Attempt) -> Vec<Part> {
    let failed = attempt.transport().map(|transport| transport.kind);
    let mut parts = parts(&attempt.timing);
    if let (Some(kind), [before @ .., last]) = (failed, parts.as_mut_slice())
        && last.phase == RECEIVE
        && attempt.response().is_none()
    {
        // Nothing was received: the rest of the time was spent where it failed.
        let next = before.last().map_or(0, |part| part.phase + 1);
        last.phase = match kind {
            TransportKind::Dns => LOOKUP,
            TransportKind::Tls => TLS,
            _ if next == LOOKUP || next == TLS => next.max(CONNECT),
            _ => next.min(WAIT),
        };
    }
    parts
}

/// The parts of one attempt that was answered. A phase whose end was not seen belongs to the next one that was.
fn parts(timing: &Timing) -> Vec<Part> {
    let mut from_ms = 0;
    let mut parts = Vec::new();
    for (phase, (.., end)) in PHASES.iter().enumerate() {
        if let Some(to_ms) = end(timing).filter(|to| *to >= from_ms) {
            parts.push(Part { phase, from_ms, to_ms });
            from_ms = to_ms;
        }
    }
    parts
}

/// The bar of `parts` in `width` columns for `whole_ms`: sign and phase of each column.
fn bar(parts: &[Part], whole_ms: u64, width: usize) -> Vec<usize> {
    let column = |ms: u64| {
        let columns = u128::from(ms) * width as u128;
        usize::try_from(columns.div_ceil(u128::from(whole_ms.max(1)))).unwrap_or(width).min(width)
    };
    let mut cells = Vec::new();
    for part in parts {
        cells.resize(column(part.to_ms).max(cells.len()), part.phase);
    }
    cells
}

fn style(phase: usize, theme: &Theme) -> Style {
    match phase {
        0..=2 => theme.hint,
        3 => theme.plain,
        4 => theme.warn,
        5 => theme.accent,
        _ => theme.ok,
    }
}

/// The lines of the tab.
pub fn lines(look: &Look, session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let rows: Vec<_> = subjects(session)
        .into_iter()
        .filter_map(|subject| Some((subject, subject.attempt(session)?)))
        .collect();
    let last = |attempt: &Attempt| parts_of(attempt).last().map_or(0, |part| part.to_ms);
    let whole = rows.iter().map(|(_, attempt)| last(attempt)).max().unwrap_or(0);
    if whole == 0 {
        let text = "No time was measured: an answer that was pasted has none. Send the request to see where the time goes.";
        return wrap(text, width).into_iter().map(|l| Line::from(Span::styled(l, theme.hint))).collect();
    }
    let name_width = if width >= 100 { 24 } else { 14 };
    let room = width.saturating_sub(name_width + 12);
    let mut out = Vec::new();
    for (subject, attempt) in &rows {
        let here = *subject == look.subject;
        let name = format!("{} {}", if here { ">" } else { " " }, subject.name(session));
        let mut spans =
            vec![Span::styled(fit(&name, name_width), if here { theme.accent } else { theme.plain })];
        spans.extend(drawn(&bar(&parts_of(attempt), whole, room), theme));
        let failed = if attempt.transport().is_some() { "x" } else { "" };
        spans.push(Span::styled(failed, theme.danger));
        spans.push(Span::raw(format!(" {} ms", last(attempt))));
        out.push(Line::from(spans));
    }
    out.push(scale(whole, name_width, room, theme));
    out.push(legend(theme));
    out.push(Line::default());
    out.push(Line::from(Span::styled(cut(&numbers_head(name_width), width), theme.hint)));
    for (subject, attempt) in &rows {
        let style = if *subject == look.subject { theme.accent } else { theme.plain };
        let text = numbers(&subject.name(session), attempt, name_width);
        out.push(Line::from(Span::styled(cut(&text, width), style)));
    }
    out.extend(remarks(look, session, width, theme));
    out
}

/// The cells of a bar, one span for each run.
fn drawn(cells: &[usize], theme: &Theme) -> Vec<Span<'static>> {
    cells
        .chunk_by(|a, b| a == b)
        .filter_map(|run| {
            let phase = *run.first()?;
            let (sign, ..) = PHASES.get(phase)?;
            Some(Span::styled(sign.to_string().repeat(run.len()), style(phase, theme)))
        })
        .collect()
}

fn scale(whole: u64, name_width: usize, room: usize, theme: &Theme) -> Line<'static> {
    let (half, end) = (format!("{} ms", whole / 2), format!("{whole} ms"));
    let text = if room > half.len() + end.len() + 12 {
        format!("0{half:>middle$}{end:>rest$}", middle = room / 2, rest = room - room / 2 - 1)
    } else {
        format!("0 to {end}")
    };
    Line::from(Span::styled(format!("{}{text}", " ".repeat(name_width)), theme.hint))
}

fn legend(theme: &Theme) -> Line<'static> {
    let spans = PHASES.iter().enumerate().flat_map(|(phase, (sign, name, _))| {
        [Span::styled(format!(" {sign}"), style(phase, theme)), Span::styled(format!(" {name} "), theme.hint)]
    });
    Line::from(spans.collect::<Vec<_>>())
}

fn numbers_head(name_width: usize) -> String {
    let names = PHASES.iter().map(|(_, name, _)| format!("{name:>9}"));
    format!("{}{}", fit("  ms", name_width), names.collect::<String>())
}

fn numbers(name: &str, attempt: &Attempt, name_width: usize) -> String {
    let parts = parts_of(attempt);
    let cells = (0..PHASES.len()).map(|phase| {
        let part = parts.iter().find(|part| part.phase == phase);
        let text = part.map_or_else(|| "-".to_owned(), |part| (part.to_ms - part.from_ms).to_string());
        format!("{text:>9}")
    });
    format!("{}{}", fit(&format!("  {name}"), name_width), cells.collect::<String>())
}

/// What the bars cannot show: waits before attempts, the connection.
fn remarks(look: &Look, session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut out = vec![Line::default()];
    let mut say = |text: String| {
        out.extend(wrap(&text, width).into_iter().map(|line| Line::from(Span::styled(line, theme.plain))));
    };
    let Some(attempt) = look.subject.attempt(session) else { return out };
    if let Some(waited) = attempt.waited_ms {
        say(format!("{waited} ms were waited before it, which the bars leave out."));
    }
    let mut connection = Vec::new();
    if let Some(address) = attempt.connection.address.filter(|_| look.raw) {
        connection.push(format!("{address} answered"));
    }
    if let Some(tls) = attempt.connection.tls {
        connection.push(format!("TLS {}", tls.as_str()));
    }
    if !connection.is_empty() {
        say(connection.join(", "));
    }
    say(format!("{} bytes were sent as the body.", attempt.request_bytes));
    say("- : that moment was not seen; its time is in the phase after it.".to_owned());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_that_was_not_seen_goes_to_the_next() {
        let timing = Timing {
            connect_ms: Some(10),
            first_byte_ms: Some(90),
            total_ms: Some(100),
            ..Timing::default()
        };
        let found = parts(&timing);
        assert_eq!(
            found.iter().map(|p| (p.phase, p.from_ms, p.to_ms)).collect::<Vec<_>>(),
            [(1, 0, 10), (4, 10, 90), (6, 90, 100)]
        );
        let cells = bar(&found, 100, 20);
        assert_eq!(cells.len(), 20);
        assert_eq!(
            (cells.iter().filter(|c| **c == 1).count(), cells.iter().filter(|c| **c == 4).count()),
            (2, 16)
        );
    }

    #[test]
    fn bars_have_one_scale_and_never_run_over() {
        let table = [
            (100, 100, 40, 40),
            (50, 100, 40, 20),
            (1, 1_000_000, 40, 1),
            (0, 100, 40, 0),
            (u64::MAX, u64::MAX, 7, 7),
        ];
        for (total, whole, width, wanted) in table {
            let timing = Timing { total_ms: Some(total), ..Timing::default() };
            assert_eq!(bar(&parts(&timing), whole, width).len(), wanted, "{total} of {whole}");
        }
    }
}
