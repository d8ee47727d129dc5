//! Decides whether an output leaks, by what a reader can recover, and whether the evidence is still there. It shares no
//! code with the sanitizer.

use std::collections::HashSet;

use crate::views::{View, views};

/// How a value is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A credential: at most four characters at either end, no eight in a row.
    Token,
    /// A text: no twenty characters in a row, eight where the script has no spaces.
    Text,
    /// A number: like a credential, however its digits are grouped.
    Digits,
    /// Too short for parts: the whole value.
    Whole,
}

/// A value that must not be in an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub kind: String,
    pub value: String,
    /// What everybody knows of it: `sk-`.
    pub prefix: String,
    pub rule: Rule,
}

const WINDOW: usize = 8;
const TEXT_WINDOW: usize = 20;
/// Characters that may stay at either end.
const EDGE: usize = 4;

/// What leaked of each secret: its index and the kind of find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    pub secret: usize,
    pub what: String,
}

struct Prepared {
    index: usize,
    windows: Vec<Windows>,
    /// The rest of a mask: five characters beside the public prefix or a sign of masking.
    edges: Edges,
    digits: bool,
}

/// All parts of one length, and by which characters they begin (by the low bits: a first look, so that it is fast).
struct Windows {
    size: usize,
    parts: HashSet<Vec<char>>,
    starts: Vec<bool>,
}

/// Texts of several lengths.
struct Edges {
    texts: Vec<Vec<char>>,
    starts: Vec<bool>,
}

impl Edges {
    fn new(texts: &[String]) -> Self {
        let mut starts = vec![false; STARTS];
        let texts: Vec<Vec<char>> = texts.iter().map(|t| t.chars().collect()).collect();
        for text in &texts {
            starts[start_of(text[0])] = true;
        }
        Self { texts, starts }
    }

    fn are_in(&self, chars: &[char]) -> bool {
        let at = |i: usize| self.texts.iter().any(|t| chars[i..].starts_with(t));
        !self.texts.is_empty() && (0..chars.len()).any(|i| self.starts[start_of(chars[i])] && at(i))
    }
}

const STARTS: usize = 1 << 12;

fn start_of(c: char) -> usize {
    u32::from(c) as usize % STARTS
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn is_dense(text: &str) -> bool {
    let dense = |c: char| matches!(u32::from(c), 0x3040..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7af);
    text.chars().filter(|c| dense(*c)).count() * 3 > text.chars().count()
}

fn windows_of(text: &str, size: usize) -> Windows {
    let chars: Vec<char> = text.chars().collect();
    let size = size.min(chars.len()).max(1);
    let parts: HashSet<Vec<char>> = chars.windows(size).map(<[char]>::to_vec).collect();
    let mut starts = vec![false; STARTS];
    for part in &parts {
        starts[start_of(part[0])] = true;
    }
    Windows { size, parts, starts }
}

fn prepare(index: usize, secret: &Secret) -> Prepared {
    let body = secret.value.strip_prefix(secret.prefix.as_str()).unwrap_or(&secret.value);
    let mut edges = Vec::new();
    let windows = match secret.rule {
        Rule::Whole => vec![windows_of(body, usize::MAX)],
        Rule::Digits => {
            let digits: String = body.chars().filter(char::is_ascii_alphanumeric).collect();
            vec![windows_of(&digits, WINDOW)]
        }
        Rule::Text => {
            let size = if is_dense(body) { WINDOW } else { TEXT_WINDOW };
            vec![windows_of(body, size), windows_of(&squeezed(body), size)]
        }
        Rule::Token => {
            let chars: Vec<char> = body.chars().filter(|c| !c.is_whitespace()).collect();
            if chars.len() > 2 * WINDOW {
                let head: String = chars[..=EDGE].iter().collect();
                let tail: String = chars[chars.len() - EDGE - 1..].iter().collect();
                if !secret.prefix.is_empty() {
                    edges.push(format!("{}{head}", secret.prefix));
                }
                for sign in ["*", "...", "…", "•", "●", "＊", "xxx", "[", "<", "#"] {
                    edges.push(format!("{head}{sign}"));
                    edges.push(format!(
                        "{}{tail}",
                        if sign == "[" {
                            "]"
                        } else if sign == "<" {
                            ">"
                        } else {
                            sign
                        }
                    ));
                }
            }
            // The value inside the public prefix belongs to nobody; what crosses into the body counts from four on.
            vec![windows_of(&chars.iter().collect::<String>(), WINDOW)]
        }
    };
    Prepared { index, windows, edges: Edges::new(&edges), digits: secret.rule == Rule::Digits }
}

/// A digit group's separators taken out.
fn grouped(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}')).collect()
}

/// Every secret that can be recovered from `output`. What `explained` (evidence, the constant text of the case) holds is
/// no leak. `with` are the views that are looked at: all of them, but where a test wants to see that one is needed.
pub fn leaks(output: &str, secrets: &[Secret], explained: &str, with: &[View]) -> Vec<Leak> {
    let mut prepared: Vec<Prepared> = secrets.iter().enumerate().map(|(i, s)| prepare(i, s)).collect();
    for wanted in &mut prepared {
        let told = |edge: &[char]| explained.contains(edge.iter().collect::<String>().as_str());
        wanted.edges.texts.retain(|edge| !told(edge));
        let explained = if wanted.digits { grouped(explained) } else { explained.to_owned() };
        let explained: Vec<char> = explained.chars().collect();
        for windows in &mut wanted.windows {
            for window in explained.windows(windows.size) {
                windows.parts.remove(window);
            }
        }
    }
    let mut found = Vec::new();
    for view in views(output, with) {
        if prepared.is_empty() {
            break;
        }
        let chars: Vec<char> = view.chars().collect();
        let digits: Vec<char> =
            if prepared.iter().any(|p| p.digits) { grouped(&view).chars().collect() } else { Vec::new() };
        prepared.retain(|wanted| {
            let what = find(wanted, if wanted.digits { &digits } else { &chars });
            if let Some(what) = what {
                found.push(Leak { secret: wanted.index, what });
                return false;
            }
            true
        });
    }
    found.sort_by_key(|leak| leak.secret);
    found
}

fn find(wanted: &Prepared, chars: &[char]) -> Option<String> {
    for Windows { size, parts, starts } in &wanted.windows {
        for window in chars.windows(*size) {
            if starts[start_of(window[0])] && parts.contains(window) {
                return Some(format!("{size} in a row"));
            }
        }
    }
    wanted.edges.are_in(chars).then(|| "an end of a mask".to_owned())
}

/// The evidence that is not in `output`. Escapes of the output's own format do not count as loss.
pub fn lost<'e>(output: &str, evidence: &'e [String]) -> Vec<&'e str> {
    let plain = [output.to_owned()];
    let missing: Vec<&String> = evidence.iter().filter(|e| !plain[0].contains(e.as_str())).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let decoded = views(output, &[View::Json, View::Unwrapped]);
    missing.into_iter().map(String::as_str).filter(|e| !decoded.iter().any(|v| v.contains(e))).collect()
}
