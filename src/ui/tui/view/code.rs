//! A body that is edited: colours by token, findings underlined in their place, the bracket that belongs to the cursor's. Only
//! what is seen is looked at.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::evidence::token_style;
use crate::case::finding::{Finding, Level, Place};
use crate::ui::tui::code::{Code, LONGEST_COLOURED, Row};
use crate::ui::tui::json::{Kind, Lexer, Token, partner};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::push_visible;

/// Bytes behind the window that are read to know whether a string names a member.
const BEYOND: usize = 2_048;

/// Columns of the line numbers with the blank behind them.
pub fn gutter(code: &Code) -> usize {
    code.lines().max(1).ilog10() as usize + 1 + usize::from(code.lines() < 1_000) + 1
}

/// Draws the window.
pub fn render(frame: &mut Frame<'_>, place: Rect, code: &Code, findings: &[&Finding], theme: &Theme) {
    let rows = code.seen();
    let styles = styles(code, &rows, findings, theme);
    let width = gutter(code).saturating_sub(1);
    let lines = rows.iter().map(|row| {
        let number = row.number.map_or_else(|| "»".to_owned(), |n| n.to_string());
        let mut spans = vec![Span::styled(format!("{number:>width$} "), theme.hint)];
        spans.extend(drawn(code, row, &styles));
        Line::from(spans)
    });
    area::lines(frame, place, lines.collect());
}

/// The styles of bytes that are seen: a later one is laid over those before it.
fn styles(code: &Code, rows: &[Row], findings: &[&Finding], theme: &Theme) -> Vec<(Range<usize>, Style)> {
    let tokens = tokens(code, rows);
    let mut styles: Vec<(Range<usize>, Style)> =
        tokens.iter().map(|token| (token.start..token.end, token_style(token.kind, theme))).collect();
    for finding in findings {
        if let Some(span) = place_of(code, finding, &tokens) {
            styles.push((span, underlined(finding.level, theme)));
        }
    }
    if let Some((open, close)) = brackets(code, rows) {
        let style = theme.accent.add_modifier(Modifier::UNDERLINED);
        styles.extend([open, close].map(|at| (at..at + 1, style)));
    }
    styles
}

fn underlined(level: Level, theme: &Theme) -> Style {
    theme.level(level).add_modifier(Modifier::UNDERLINED)
}

/// The tokens that are seen.
fn tokens(code: &Code, rows: &[Row]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    for lines in rows.chunk_by(|a, b| code.line_of(a.span.start) == code.line_of(b.span.start)) {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { continue };
        let line = code.line(code.line_of(first.span.start));
        if last.span.end - line.start > LONGEST_COLOURED || line.start < at {
            continue;
        }
        at = line.end;
        let end = (last.span.end + BEYOND).min(line.end);
        let end = (line.start..=end).rev().find(|at| code.text().is_char_boundary(*at)).unwrap_or(line.start);
        let read = Lexer::new(code.text().get(line.start..end).unwrap_or_default());
        tokens.extend(
            read.map(|token| Token {
                // A string that goes on behind what was read is not yet wrong.
                kind: if token.kind == Kind::Wrong && line.start + token.end == end && end < line.end {
                    Kind::Text
                } else {
                    token.kind
                },
                start: line.start + token.start,
                end: line.start + token.end,
            })
            .filter(|token| token.end > first.span.start && token.start < last.span.end),
        );
    }
    tokens
}

/// The bytes of what was noticed, where they are among the tokens that are seen.
fn place_of(code: &Code, finding: &Finding, tokens: &[Token]) -> Option<Range<usize>> {
    let Place::Body { line, column, .. } = &finding.place else { return None };
    let own = code.line(line.checked_sub(1)?);
    if own.len() > LONGEST_COLOURED {
        return None;
    }
    let at = code.place(*line, *column);
    let token = tokens.iter().find(|token| token.start <= at && at < token.end)?;
    Some(token.start..token.end)
}

/// The bracket at the cursor and its partner, in a small body anywhere, in a large one where both are seen.
fn brackets(code: &Code, rows: &[Row]) -> Option<(usize, usize)> {
    if code.text().len() <= LONGEST_COLOURED {
        return partner(code.text(), code.cursor());
    }
    let (start, end) = (rows.first()?.span.start, rows.last()?.span.end);
    let (open, close) = partner(code.text().get(start..end)?, code.cursor().checked_sub(start)?)?;
    Some((start + open, start + close))
}

/// A row in pieces of one style, with the cursor.
fn drawn(code: &Code, row: &Row, styles: &[(Range<usize>, Style)]) -> Vec<Span<'static>> {
    let here: Vec<&(Range<usize>, Style)> =
        styles.iter().filter(|(span, _)| span.start < row.span.end && row.span.start < span.end).collect();
    let mut pieces: Vec<(String, Style)> = Vec::new();
    for (at, c) in code.text().get(row.span.clone()).unwrap_or_default().char_indices() {
        let at = row.span.start + at;
        let covering = here.iter().filter(|(span, _)| span.contains(&at));
        let mut style = covering.fold(Style::new(), |style, (_, next)| style.patch(*next));
        if at == code.cursor() {
            style = style.add_modifier(Modifier::REVERSED);
        }
        match pieces.last_mut() {
            Some((text, known)) if *known == style => drop(push_visible(text, c)),
            _ => {
                let mut text = String::new();
                push_visible(&mut text, c);
                pieces.push((text, style));
            }
        }
    }
    let line_end = code.line(code.line_of(row.span.start)).end;
    if code.cursor() == row.span.end && row.span.end == line_end {
        pieces.push((" ".to_owned(), Style::new().add_modifier(Modifier::REVERSED)));
    }
    pieces.into_iter().map(|(text, style)| Span::styled(text, style)).collect()
}
