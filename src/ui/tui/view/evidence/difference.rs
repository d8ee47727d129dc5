//! What differs from another attempt, or from what leaves, field by field.

use ratatui::text::{Line, Span};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::case::kept::Change;
use crate::session::Session;
use crate::ui::tui::evidence::{Against, Look};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::text::{cut, fit, wrap};

/// Rows of one value.
const MOST_ROWS: usize = 6;
/// Columns of a field's name, where it is shorter.
const NAME: usize = 22;
/// Characters of one value that are looked at.
const MOST_CHARS: usize = 2_000;

/// The lines of the tab.
pub fn lines(look: &Look, session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let name = look.subject.name(session);
    let (minus, plus) = match look.against {
        Against::Leaves => (format!("{name}, raw, on this screen only"), "as it may leave".to_owned()),
        Against::Other(other) => (other.name(session), name),
    };
    let mut out = vec![
        Line::from(Span::styled(cut(&format!("- {minus}"), width), theme.danger)),
        Line::from(Span::styled(cut(&format!("+ {plus}"), width), theme.ok)),
        Line::default(),
    ];
    let found = &look.made.difference;
    let lists = [
        ("Other value", &found.changed),
        (
            if look.against == Against::Leaves { "Only as it leaves" } else { "Only in the second" },
            &found.new,
        ),
        (if look.against == Against::Leaves { "Does not leave" } else { "Only in the first" }, &found.gone),
        ("Differs between any two (moments, durations, ids)", &found.always_different),
    ];
    for (heading, changes) in lists.into_iter().filter(|(_, changes)| !changes.is_empty()) {
        let text = format!("{heading}: {}", changes.len());
        out.push(Line::from(Span::styled(cut(&text, width), theme.title)));
        for change in changes.iter().take(500) {
            field(&mut out, change, width, theme);
        }
        out.push(Line::default());
    }
    if out.len() == 3 {
        out.push(Line::from(Span::styled("They do not differ.", theme.hint)));
    }
    out
}

fn field(out: &mut Vec<Line<'static>>, change: &Change, width: usize, theme: &Theme) {
    let name = format!("  {}", change.field);
    if let (Some(before), Some(after)) = (&change.before, &change.after) {
        let (before, after) = (words(before), words(after));
        // Two short values stand beside their field.
        if name.width().max(NAME) + before.width() + after.width() + 8 <= width
            && !before.contains('\n')
            && !after.contains('\n')
        {
            out.push(Line::from(vec![
                Span::styled(fit(&name, name.width().max(NAME)), theme.accent),
                Span::styled("  - ", theme.danger),
                Span::raw(cut(&before, width)),
                Span::styled("  + ", theme.ok),
                Span::raw(cut(&after, width)),
            ]));
            return;
        }
    }
    out.push(Line::from(Span::styled(cut(&name, width), theme.accent)));
    for (sign, value, style) in [("-", &change.before, theme.danger), ("+", &change.after, theme.ok)] {
        let Some(value) = value else { continue };
        let rows = wrap(&words(value), width.saturating_sub(6));
        let more = rows.len() > MOST_ROWS;
        for (at, row) in rows.into_iter().take(MOST_ROWS).enumerate() {
            let sign = if at == 0 { sign } else { " " };
            out.push(Line::from(vec![Span::styled(format!("    {sign} "), style), Span::raw(row)]));
        }
        if more {
            out.push(Line::from(Span::styled("      …", theme.hint)));
        }
    }
}

fn words(value: &Value) -> String {
    let text = match value {
        Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars().take(MOST_CHARS).collect()
}
