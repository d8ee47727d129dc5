//! A JSON text as a tree that folds. The text is kept once; a node knows its bytes, so that the tree of a body of some
//! megabytes is a list of small numbers, and only the rows that are seen are made.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::de::IgnoredAny;

use super::{Kind, Lexer};

/// Most values that a tree has; the text of a larger body is shown as text.
const MOST_NODES: usize = 2_000_000;

/// A value of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// How many brackets are open around it.
    pub depth: usize,
    /// Bytes of its name with quotes; `None` for an element and for the outermost value.
    pub key: Option<Range<usize>>,
    /// Its place in its list; `None` for a member.
    pub index: Option<usize>,
    /// Bytes of the value.
    pub value: Range<usize>,
    /// What it begins with.
    pub kind: Kind,
    /// Values right below it.
    pub children: usize,
    parent: Option<usize>,
    /// The node after all that lies below it.
    after: usize,
}

/// The tree with what is folded and what has the mark. `Debug` shows its size.
#[derive(Clone, PartialEq, Eq)]
pub struct Tree {
    text: String,
    nodes: Vec<Node>,
    folded: BTreeSet<usize>,
    marked: usize,
}

impl Tree {
    /// The tree of `text`.
    ///
    /// # Errors
    /// The text itself, where it is no JSON object or list, or has too many values.
    pub fn of(text: String) -> Result<Self, String> {
        let begins = text.trim_start().starts_with(['{', '[']);
        if !begins || serde_json::from_str::<IgnoredAny>(&text).is_err() {
            return Err(text);
        }
        match nodes(&text) {
            Some(nodes) => Ok(Self { text, nodes, folded: BTreeSet::new(), marked: 0 }),
            None => Err(text),
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The marked node's number.
    pub fn marked(&self) -> usize {
        self.marked
    }

    /// The node with a number.
    pub fn node(&self, at: usize) -> Option<&Node> {
        self.nodes.get(at)
    }

    /// True where what lies below the node is not shown.
    pub fn is_folded(&self, at: usize) -> bool {
        self.folded.contains(&at)
    }

    /// The text of some bytes.
    pub fn written(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// The way to a node as a JSON pointer.
    pub fn pointer(&self, at: usize) -> String {
        let mut steps = Vec::new();
        let mut next = Some(at);
        while let Some(node) = next.and_then(|at| self.nodes.get(at)) {
            match (&node.key, node.index) {
                (Some(key), _) => {
                    let name = self.written(key);
                    let name = serde_json::from_str::<String>(name).unwrap_or_else(|_| name.to_owned());
                    steps.push(crate::case::pointer::step(&name));
                }
                (None, Some(index)) => steps.push(index.to_string()),
                (None, None) => {}
            }
            next = node.parent;
        }
        steps.iter().rev().flat_map(|step| ["/", step]).collect()
    }

    /// Numbers of the nodes that are shown from `top` on.
    pub fn shown_from(&self, top: usize) -> impl Iterator<Item = usize> + '_ {
        let first = (top < self.nodes.len()).then_some(top);
        std::iter::successors(first, |at| self.below(*at))
    }

    /// The shown node after `at`.
    fn below(&self, at: usize) -> Option<usize> {
        let node = self.nodes.get(at)?;
        let next = if self.folded.contains(&at) { node.after } else { at + 1 };
        (next < self.nodes.len()).then_some(next)
    }

    /// The shown node before `at`.
    fn above(&self, at: usize) -> Option<usize> {
        let mut shown = at.checked_sub(1)?;
        let mut next = self.nodes.get(shown).and_then(|node| node.parent);
        while let Some(parent) = next {
            if self.folded.contains(&parent) {
                shown = parent;
            }
            next = self.nodes.get(parent).and_then(|node| node.parent);
        }
        Some(shown)
    }

    /// Moves the mark by shown nodes.
    pub fn step(&mut self, rows: isize) {
        for _ in 0..rows.unsigned_abs() {
            let next = if rows > 0 { self.below(self.marked) } else { self.above(self.marked) };
            let Some(next) = next else { return };
            self.marked = next;
        }
    }

    /// Marks the first node, or the last one that is shown.
    pub fn go(&mut self, end: bool) {
        self.marked = 0;
        if end {
            let mut last = self.nodes.len().saturating_sub(1);
            let mut next = Some(last);
            while let Some(at) = next {
                if self.folded.contains(&at) {
                    last = at;
                }
                next = self.nodes.get(at).and_then(|node| node.parent);
            }
            self.marked = last;
        }
    }

    /// Folds the marked node, or unfolds it; of a plain value the one around it is folded and gets the mark.
    pub fn fold(&mut self) {
        let Some(node) = self.nodes.get(self.marked) else { return };
        let at = if node.children > 0 { Some(self.marked) } else { node.parent };
        if let Some(at) = at {
            self.marked = at;
            if !self.folded.remove(&at) {
                self.folded.insert(at);
            }
        }
    }

    /// Folds everything below the outermost value, or unfolds all.
    pub fn fold_all(&mut self) {
        if self.folded.is_empty() {
            let inner = self.nodes.iter().enumerate().filter(|(_, node)| node.depth > 0 && node.children > 0);
            self.folded = inner.map(|(at, _)| at).collect();
            while let Some(parent) =
                self.nodes.get(self.marked).filter(|n| n.depth > 1).and_then(|n| n.parent)
            {
                self.marked = parent;
            }
        } else {
            self.folded.clear();
        }
    }

    /// The first shown node of a window of `height` rows that holds the mark, as near to `top` as can be.
    pub fn window(&self, top: usize, height: usize) -> usize {
        if self.marked < top {
            return self.marked;
        }
        let mut first = self.marked;
        for _ in 1..height.max(1) {
            if first == top {
                break;
            }
            let Some(before) = self.above(first) else { break };
            first = before;
        }
        first
    }
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tree({} values)", self.nodes.len())
    }
}

fn nodes(text: &str) -> Option<Vec<Node>> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut key: Option<Range<usize>> = None;
    for token in Lexer::new(text) {
        match token.kind {
            Kind::Key => key = Some(token.start..token.end),
            Kind::Mark => {}
            Kind::Close => {
                let last = nodes.len();
                if let Some(node) = open.pop().and_then(|at| nodes.get_mut(at)) {
                    node.value.end = token.end;
                    node.after = last;
                }
            }
            Kind::Open | Kind::Text | Kind::Number | Kind::Word | Kind::Wrong => {
                let parent = open.last().copied();
                let mut index = None;
                if let Some(parent) = parent.and_then(|at| nodes.get_mut(at)) {
                    index = key.is_none().then_some(parent.children);
                    parent.children += 1;
                }
                let at = nodes.len();
                if at >= MOST_NODES {
                    return None;
                }
                nodes.push(Node {
                    depth: open.len(),
                    key: key.take(),
                    index,
                    value: token.start..token.end,
                    kind: token.kind,
                    children: 0,
                    parent,
                    after: at + 1,
                });
                if token.kind == Kind::Open {
                    open.push(at);
                }
            }
        }
    }
    Some(nodes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"a": [1, {"b/c": "x"}], "d": {}, "e": null}"#;

    fn shown(tree: &Tree) -> String {
        tree.shown_from(0).map(|at| tree.pointer(at)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn nodes_have_their_place_and_their_bytes() {
        let tree = Tree::of(TEXT.to_owned()).expect("is JSON");
        assert_eq!(shown(&tree), " /a /a/0 /a/1 /a/1/b~1c /d /e");
        let node = tree.node(1).expect("there");
        assert_eq!((node.children, tree.written(&node.value)), (2, r#"[1, {"b/c": "x"}]"#));
        for text in ["", "7", "{\"a\":}", "text"] {
            assert_eq!(Tree::of(text.to_owned()), Err(text.to_owned()));
        }
    }

    #[test]
    fn what_is_folded_is_passed_over() {
        let mut tree = Tree::of(TEXT.to_owned()).expect("is JSON");
        tree.step(2);
        tree.fold();
        assert_eq!((tree.marked(), shown(&tree).as_str()), (1, " /a /d /e"), "the list around it is folded");
        tree.step(1);
        assert_eq!(tree.pointer(tree.marked()), "/d");
        tree.step(-1);
        tree.fold();
        assert_eq!(shown(&tree), " /a /a/0 /a/1 /a/1/b~1c /d /e");
        tree.go(true);
        assert_eq!(tree.pointer(tree.marked()), "/e");
        tree.step(-3);
        tree.fold_all();
        assert_eq!((shown(&tree).as_str(), tree.marked()), (" /a /d /e", 1));
        tree.step(9);
        assert_eq!(tree.window(0, 2), 5, "the mark is on the last row");
        assert_eq!(tree.window(0, 9), 0);
        tree.fold_all();
        assert!(shown(&tree).contains("/a/1/b~1c"));
    }

    #[test]
    fn the_last_node_that_is_shown_is_found() {
        let mut tree = Tree::of(r#"{"a": {"b": [1]}}"#.to_owned()).expect("is JSON");
        tree.step(1);
        tree.fold();
        tree.go(true);
        assert_eq!(tree.pointer(tree.marked()), "/a");
    }
}
