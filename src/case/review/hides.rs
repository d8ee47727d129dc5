//! Whether a rule holds wherever another one holds.

use crate::case::catalog::{Also, Catalog, Rule, When};

/// The rule that goes before the one at `index` and holds wherever that one holds, so that it never decides. A rule that
/// adds something whichever decides is hidden by none, nor is one that only names a cause for the same class.
pub(super) fn which_hides(catalog: &Catalog, index: usize) -> Option<&Rule> {
    let rule = catalog.rules.get(index)?;
    if rule.also != Also::default() {
        return None;
    }
    let before = |at: usize, other: &Rule| (other.rank(), at) < (rule.rank(), index);
    let adds = |other: &Rule| {
        other.then.class == rule.then.class && other.then.cause.is_none() && rule.then.cause.is_some()
    };
    catalog
        .rules
        .iter()
        .enumerate()
        .find(|(at, other)| {
            *at != index && before(*at, other) && covers(&other.when, &rule.when) && !adds(other)
        })
        .map(|(_, other)| other)
}

/// True where `wide` holds wherever `narrow` holds, as far as the conditions themselves show it.
fn covers(wide: &When, narrow: &When) -> bool {
    // Names every condition, so that a new one has to be compared here, too.
    #[rustfmt::skip]
    let When {
        status: _, envelope: _, layer: _, code: _, kind: _, param: _, message: _, unless_message: _, body: _, larger: _,
        title: _, exception: _, transport: _, content_type: _, header: _, redirect: _, retry_after: _, cut: _, stream: _,
        soft: _, packed: _, task: _,
    } = wide;
    within(&wide.status, &narrow.status, |w, n| has_status(w, n))
        && within(&wide.envelope, &narrow.envelope, PartialEq::eq)
        && within(&wide.layer, &narrow.layer, PartialEq::eq)
        && within(&wide.code, &narrow.code, |w, n| has_word(w, n))
        && within(&wide.kind, &narrow.kind, |w, n| has_word(w, n))
        && within(&wide.param, &narrow.param, PartialEq::eq)
        && within(wide.message.sources(), narrow.message.sources(), PartialEq::eq)
        && within(wide.body.sources(), narrow.body.sources(), PartialEq::eq)
        && within(wide.title.sources(), narrow.title.sources(), PartialEq::eq)
        && within(wide.exception.sources(), narrow.exception.sources(), PartialEq::eq)
        && within(&wide.transport, &narrow.transport, PartialEq::eq)
        && within(&wide.content_type, &narrow.content_type, PartialEq::eq)
        && within(&wide.header, &narrow.header, PartialEq::eq)
        && within(&wide.stream, &narrow.stream, PartialEq::eq)
        && within(&wide.soft, &narrow.soft, PartialEq::eq)
        && within(&wide.packed, &narrow.packed, PartialEq::eq)
        && within(&wide.task, &narrow.task, PartialEq::eq)
        // What excludes a match for the wide one has to exclude it for the narrow one too.
        && wide.unless_message.sources().iter().all(|p| narrow.unless_message.sources().contains(p))
        && (wide.larger.is_none() || wide.larger == narrow.larger)
        && [
            (wide.redirect, narrow.redirect),
            (wide.retry_after, narrow.retry_after),
            (wide.cut, narrow.cut),
        ]
        .iter()
        .all(|(wide, narrow)| wide.is_none() || wide == narrow)
}

/// No condition, or every value of the narrow one is among those of the wide one.
fn within<T>(wide: &[T], narrow: &[T], has: impl Fn(&T, &T) -> bool) -> bool {
    wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(|n| wide.iter().any(|w| has(w, n))))
}

/// The same word whatever its case; a trailing `*` is a prefix.
fn has_word(wide: &str, narrow: &str) -> bool {
    match wide.strip_suffix('*') {
        Some(prefix) => narrow.get(..prefix.len()).is_some_and(|n| n.eq_ignore_ascii_case(prefix)),
        None => wide.eq_ignore_ascii_case(narrow),
    }
}

fn has_status(wide: &str, narrow: &str) -> bool {
    let range = |text: &str| -> Option<(u16, u16)> {
        let (low, high) = text.split_once('-').unwrap_or((text, text));
        Some((low.parse().ok()?, high.parse().ok()?))
    };
    wide == narrow || matches!((range(wide), range(narrow)), (Some(w), Some(n)) if w.0 <= n.0 && n.1 <= w.1)
}
