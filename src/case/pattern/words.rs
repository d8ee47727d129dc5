//! The words of which one stands in whatever a pattern matches. The build asks for those of the catalog's patterns
//! (`build.rs` includes this file), so that the program need not parse them; what it does not know, it asks here.

use std::borrow::Cow;
use std::ops::Range;

use regex_syntax::ParserBuilder;
use regex_syntax::ast::{self, Ast};
use regex_syntax::hir::{Class, Hir, HirKind};

/// A pattern with more words than this is tried on every text.
const MOST_WORDS: usize = 64;
/// A shorter word stands in too many texts to spare anything, bytes.
const SHORTEST: usize = 2;

/// True where the pattern can run over bytes, without the classes of Unicode.
pub(crate) fn is_of_bytes(pattern: &str) -> bool {
    let mut parser = ParserBuilder::new();
    parser.utf8(false).unicode(false).case_insensitive(true).build().parse(pattern).is_ok()
}

/// What a text must have for a pattern to match in it: one of these.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Needed {
    /// One of these words, lower case.
    pub(crate) words: Vec<Cow<'static, [u8]>>,
    /// A character beyond ASCII.
    pub(crate) beyond_ascii: bool,
}

/// The parts of `pattern` of which one matches wherever it matches: what stands between its outermost `|`. One part, where
/// there is none, where it sets flags that hold for all of them, or where it cannot be parsed.
pub(crate) fn branches(pattern: &str) -> Vec<Range<usize>> {
    let whole = || std::iter::once(0..pattern.len()).collect();
    let Ok(Ast::Alternation(ref all)) = ast::parse::Parser::new().parse(pattern) else { return whole() };
    let sets_flags = |part: &Ast| match part {
        Ast::Flags(_) => true,
        Ast::Concat(concat) => concat.asts.iter().any(|part| matches!(part, Ast::Flags(_))),
        _ => false,
    };
    if all.asts.iter().any(sets_flags) {
        return whole();
    }
    all.asts.iter().map(|part| part.span().start.offset..part.span().end.offset).collect()
}

/// What every match of `pattern` holds; `None`: that is not known, or too much.
pub(crate) fn needed_by(pattern: &str) -> Option<Needed> {
    let hir = parsed(pattern)?;
    let (beyond, words): (Vec<_>, Vec<_>) =
        sorted(needed(&hir)?).into_iter().partition(|word| is_foreign(word));
    // Each by itself; where the words of ASCII alone are too many or too short, nothing is spared.
    let fits = words.len() <= MOST_WORDS && words.iter().all(|w| w.len() >= SHORTEST && !is_cased(w));
    let words = words.into_iter().map(Cow::Owned).collect();
    fits.then_some(Needed { words, beyond_ascii: !beyond.is_empty() })
}

/// True for a word that no text of ASCII holds, whatever its case: the letters beyond ASCII that have a twin in it do not
/// count.
fn is_foreign(word: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(word) else { return false };
    is_cased(word)
        && text.chars().any(|c| !c.is_ascii() && !matches!(c, '\u{17f}' | '\u{212a}' | '\u{130}' | '\u{131}'))
}

/// The words of which one stands in every match of `pattern`, lower case; `None`: there are none, they are too short or too many.
/// What they are in a text beyond ASCII is not looked at.
pub(crate) fn in_every_match(pattern: &str) -> Option<Vec<Vec<u8>>> {
    let hir = ParserBuilder::new().utf8(false).unicode(false).build().parse(pattern).ok()?;
    let words = sorted(needed(&hir)?);
    (words.len() <= MOST_WORDS && words.iter().all(|w| w.len() >= SHORTEST)).then_some(words)
}

/// The words of which one stands in every match of `pattern`, lower case; `None`: there are none, or too many.
///
/// Small and capital letters of ASCII are the same to the automaton. A letter beyond ASCII that has both is no word's
/// part, for the same pattern may be meant without regard to case.
#[cfg(test)]
pub(crate) fn words_of(pattern: &str) -> Option<Vec<Vec<u8>>> {
    let words = sorted(needed(&parsed(pattern)?)?);
    let fits = words.len() <= MOST_WORDS && words.iter().all(|w| w.len() >= SHORTEST && !is_cased(w));
    fits.then_some(words)
}

fn parsed(pattern: &str) -> Option<Hir> {
    let parse = |unicode| ParserBuilder::new().utf8(false).unicode(unicode).build().parse(pattern).ok();
    parse(false).or_else(|| parse(true))
}

/// In lower case, each once.
fn sorted(mut words: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    for word in &mut words {
        word.make_ascii_lowercase();
    }
    words.sort_unstable();
    words.dedup();
    words
}

fn is_cased(word: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(word) else { return true };
    text.chars().any(|c| !c.is_ascii() && (c.is_lowercase() || c.is_uppercase()))
}

/// Texts of which one stands in every match of `hir`.
fn needed(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    Held::by(hir).needed
}

/// What is known of the matches of a part.
struct Held {
    /// All of them, where they are few.
    exact: Option<Vec<Vec<u8>>>,
    /// Texts of which one stands in each of them.
    needed: Option<Vec<Vec<u8>>>,
}

impl Held {
    fn by(hir: &Hir) -> Self {
        let (exact, needed) = match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => (Some(vec![Vec::new()]), None),
            HirKind::Literal(literal) => (Some(vec![literal.0.to_vec()]), None),
            HirKind::Class(class) => (of_class(class), None),
            HirKind::Capture(capture) => return Self::by(&capture.sub),
            HirKind::Repetition(repetition) => {
                let Self { exact, needed } = Self::by(&repetition.sub);
                let once = exact.filter(|_| repetition.max == Some(1)).map(|mut all| {
                    all.extend((repetition.min == 0).then(Vec::new));
                    all
                });
                (once, needed.filter(|_| repetition.min > 0))
            }
            HirKind::Concat(parts) => {
                let parts: Vec<Self> = parts.iter().map(Self::by).collect();
                let whole =
                    parts.iter().try_fold(vec![Vec::new()], |all, part| product(&all, part.exact.as_ref()?));
                // Where all is known, nothing more is asked.
                let best = if is_told(whole.as_deref()) { None } else { of_parts(&parts) };
                (whole, best)
            }
            HirKind::Alternation(branches) => {
                let branches: Vec<Self> = branches.iter().map(Self::by).collect();
                (
                    all_of(branches.iter().map(|b| b.exact.as_ref())),
                    all_of(branches.iter().map(|b| b.needed.as_ref())),
                )
            }
        };
        let needed = if is_told(exact.as_deref()) { exact.clone() } else { needed };
        Self { exact, needed }
    }
}

/// True where the texts that a part matches are words themselves.
fn is_told(exact: Option<&[Vec<u8>]>) -> bool {
    exact.is_some_and(|all| all.iter().all(|text| text.len() >= SHORTEST))
}

/// What several branches hold together, where it is known of each.
fn all_of<'h>(branches: impl Iterator<Item = Option<&'h Vec<Vec<u8>>>>) -> Option<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    for branch in branches {
        all.extend_from_slice(branch?);
        if all.len() > MOST_WORDS {
            return None;
        }
    }
    Some(all)
}

/// The best words of a sequence: those of a run of parts that are known in full, or those of one part.
fn of_parts(parts: &[Held]) -> Option<Vec<Vec<u8>>> {
    let mut best: Option<Vec<Vec<u8>>> = None;
    let mut consider = |words: &[Vec<u8>]| {
        if worth(words) > best.as_ref().map_or((0, 0), |b| worth(b)) {
            best = Some(words.to_vec());
        }
    };
    let mut run: Vec<Vec<u8>> = vec![Vec::new()];
    for part in parts {
        if let Some(joined) = part.exact.as_ref().and_then(|all| product(&run, all)) {
            run = joined;
            consider(&run);
            continue;
        }
        run = part.exact.clone().unwrap_or_else(|| vec![Vec::new()]);
        consider(&run);
        if let Some(words) = &part.needed {
            consider(words);
        }
    }
    best
}

/// Longer words stand in fewer texts; among words of equal length the fewer are the better.
fn worth(words: &[Vec<u8>]) -> (usize, usize) {
    let shortest = words.iter().map(Vec::len).min().unwrap_or(0);
    if shortest < SHORTEST || words.len() > MOST_WORDS {
        return (0, 0);
    }
    (shortest.min(6), MOST_WORDS + 1 - words.len())
}

/// A class of few characters.
fn of_class(class: &Class) -> Option<Vec<Vec<u8>>> {
    // Not so many that `\s` is among them, which has further ones in a text beyond ASCII.
    const MOST: u32 = 5;
    match class {
        Class::Bytes(class) => {
            let size: u32 = class.ranges().iter().map(|r| u32::from(r.end() - r.start()) + 1).sum();
            (size <= MOST)
                .then(|| class.ranges().iter().flat_map(|r| r.start()..=r.end()).map(|b| vec![b]).collect())
        }
        Class::Unicode(class) => {
            let size: u32 =
                class.ranges().iter().map(|r| u32::from(r.end()) - u32::from(r.start()) + 1).sum();
            (size <= MOST).then(|| {
                let all = class.ranges().iter().flat_map(|r| r.start()..=r.end());
                all.map(|c| c.to_string().into_bytes()).collect()
            })
        }
    }
}

/// Each of `heads` with each of `tails` behind it, where these are few.
fn product(heads: &[Vec<u8>], tails: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    (heads.len() * tails.len() <= MOST_WORDS).then(|| {
        let pairs = heads.iter().flat_map(|head| tails.iter().map(move |tail| [&head[..], tail].concat()));
        pairs.collect()
    })
}
