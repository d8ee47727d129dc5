//! The answer's body as a tree: one value on a row, and below it the whole value that has the mark.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::session::Session;
use crate::ui::tui::evidence::Look;
use crate::ui::tui::json::{Kind, Node, Tree};
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::{cut, wrap};

/// Bytes of a value that are looked at for its row.
const MOST_OF_ROW: usize = 2_000;

/// Rows for the tree, and for the value that has the mark with its heading.
pub fn tree_rows(height: u16) -> (u16, u16) {
    let value = if height >= 14 { (height / 3).min(9) } else { 0 };
    (height - value, value)
}

/// Draws the tree and the value that has the mark.
pub fn tree(frame: &mut Frame<'_>, place: Rect, tree: &Tree, top: usize, theme: &Theme) {
    let (rows, below) = tree_rows(place.height);
    let [rows, below] = Layout::vertical([Constraint::Length(rows), Constraint::Length(below)]).areas(place);
    let (width, height) = (usize::from(rows.width), usize::from(rows.height));
    let first = tree.window(top, height);
    let lines = tree.shown_from(first).take(height).filter_map(|at| row(tree, at, width, theme));
    area::lines(frame, rows, lines.collect());
    if below.height < 2 {
        return;
    }
    let pointer = tree.pointer(tree.marked());
    let heading = if pointer.is_empty() { "the whole body".to_owned() } else { pointer };
    let inner = area::headed(frame, below, &heading, false, theme);
    let value = tree.node(tree.marked()).map(|node| value_text(tree, node)).unwrap_or_default();
    let lines = wrap(&value, usize::from(inner.width)).into_iter().take(usize::from(inner.height));
    area::lines(frame, inner, lines.map(Line::from).collect());
}

fn row(tree: &Tree, at: usize, width: usize, theme: &Theme) -> Option<Line<'static>> {
    let node = tree.node(at)?;
    let marked = at == tree.marked();
    let sign = match (node.children > 0, tree.is_folded(at)) {
        (false, _) => " ",
        (true, true) => "+",
        (true, false) => "-",
    };
    let head = format!("{}{}{sign} ", if marked { ">" } else { " " }, "  ".repeat(node.depth.min(20)));
    let name = match (&node.key, node.index) {
        (Some(key), _) => format!("{}: ", tree.written(key)),
        (None, Some(index)) => format!("{index}: "),
        (None, None) => String::new(),
    };
    let used = head.chars().count() + name.chars().count();
    let name = cut(&name, width.saturating_sub(head.chars().count()));
    let value = cut(&summary(tree, at, node), width.saturating_sub(used));
    if marked {
        return Some(Line::from(Span::styled(format!("{head}{name}{value}"), theme.marked)));
    }
    Some(Line::from(vec![
        Span::styled(head, theme.hint),
        Span::styled(name, theme.accent),
        Span::styled(value, token_style(node.kind, theme)),
    ]))
}

/// The style of a token.
pub fn token_style(kind: Kind, theme: &Theme) -> Style {
    match kind {
        Kind::Key => theme.accent,
        Kind::Text => theme.plain,
        Kind::Number | Kind::Word => theme.ok,
        Kind::Open | Kind::Close | Kind::Mark => theme.hint,
        Kind::Wrong => theme.danger,
    }
}

/// A plain value as it is written; of an object or list how much is in it, and all of it where it is folded and short.
fn summary(tree: &Tree, at: usize, node: &Node) -> String {
    let span = node.value.start..node.value.end.min(node.value.start.saturating_add(MOST_OF_ROW));
    let written = (0..4)
        .find_map(|less| tree.text().get(span.start..span.end.saturating_sub(less)))
        .unwrap_or_default();
    if node.kind != Kind::Open {
        return written.to_owned();
    }
    let list = written.starts_with('[');
    let (what, brackets) = match (list, node.children) {
        (true, 1) => ("element", "[…]"),
        (true, _) => ("elements", "[…]"),
        (false, 1) => ("field", "{…}"),
        (false, _) => ("fields", "{…}"),
    };
    match node.children {
        0 => written.split_whitespace().collect(),
        _ if tree.is_folded(at) => format!("{brackets} {} {what}", node.children),
        n => format!("{} {n} {what}", if list { "[" } else { "{" }),
    }
}

/// The value for reading: a string without its escapes.
fn value_text(tree: &Tree, node: &Node) -> String {
    let written = tree.written(&node.value);
    if node.kind == Kind::Text && written.len() <= 100_000 {
        return serde_json::from_str(written).unwrap_or_else(|_| written.to_owned());
    }
    let end =
        (0..=written.len().min(MOST_OF_ROW)).rev().find(|at| written.is_char_boundary(*at)).unwrap_or(0);
    written.get(..end).unwrap_or_default().to_owned()
}

/// What is said where there is no body.
pub fn nothing(look: &Look, session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let came = look.subject.attempt(session).and_then(|attempt| attempt.response());
    let text = match came {
        None => "no answer came",
        Some(response) if response.body_bytes > 0 => "nothing of the body was kept",
        Some(_) => "the body is empty",
    };
    vec![Line::from(Span::styled(cut(text, width), theme.hint))]
}
