//! What the matches of a pattern are made of: so many bytes in a row, none of them another one. Where they do not stand, the
//! pattern need not be tried.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::run::long_runs;

/// The group that is taken out of a match.
const TAKEN: &str = "secret";

/// The bytes of which a part of every match consists.
#[derive(Debug)]
pub(super) struct Material {
    /// For each byte: it may be one of them.
    bytes: [bool; 256],
    /// The fewest that stand in a row.
    least: usize,
}

impl Material {
    /// Those of `pattern`; `None` where it says nothing.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let hir = ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()?;
        let part = taken(&hir).unwrap_or(&hir);
        let mut material = Self { bytes: [false; 256], least: part.properties().minimum_len()? };
        material.add(part)?;
        (material.least > 1).then_some(material)
    }

    /// Adds the bytes of `part`; `None` where any character may be one.
    fn add(&mut self, part: &Hir) -> Option<()> {
        match part.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => literal.0.iter().for_each(|byte| self.allow(*byte)),
            HirKind::Class(Class::Bytes(class)) => {
                for range in class.ranges() {
                    (range.start()..=range.end()).for_each(|byte| self.allow(byte));
                }
            }
            HirKind::Class(Class::Unicode(_)) => return None,
            HirKind::Repetition(repetition) => self.add(&repetition.sub)?,
            HirKind::Capture(capture) => self.add(&capture.sub)?,
            HirKind::Concat(parts) | HirKind::Alternation(parts) => {
                parts.iter().try_for_each(|part| self.add(part))?;
            }
        }
        Some(())
    }

    fn allow(&mut self, byte: u8) {
        if let Some(allowed) = self.bytes.get_mut(usize::from(byte)) {
            *allowed = true;
        }
    }

    /// False where no match stands in `window`.
    pub(super) fn may_stand(&self, window: &[u8]) -> bool {
        let own = |byte: u8| self.bytes.get(usize::from(byte)).is_some_and(|own| *own);
        long_runs(window, self.least, own).next().is_some()
    }
}

/// The group that is taken, where it is a part of every match.
fn taken(hir: &Hir) -> Option<&Hir> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    parts.iter().find_map(|part| match part.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some(TAKEN) => Some(&*capture.sub),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;
    use regex::bytes::RegexBuilder;

    #[test]
    fn what_is_not_made_of_it_is_no_match() {
        for (pattern, text, want) in [
            ("(?:^|[^0-9])(?P<secret>1[3-9][0-9]{9})(?:$|[^0-9])", "from 203.0.113.51, to", false),
            ("(?:^|[^0-9])(?P<secret>1[3-9][0-9]{9})(?:$|[^0-9])", "call 13912345678 now", true),
            (r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b", "1.2.3.4", true),
            (r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b", "1.2.3 4", false),
            ("(?i)ab+c", "xABCx", true),
            ("(?i)ab+c", "xAB Cx", false),
            ("(?P<secret>a{3})|b", "b", true),
            ("x*", "", true),
            ("(", "", true),
        ] {
            let may = Material::of(pattern).is_none_or(|material| material.may_stand(text.as_bytes()));
            assert_eq!(may, want, "{pattern} {text}");
        }
    }

    #[test]
    fn every_match_of_the_catalog_is_made_of_it() {
        let mut tried = 0;
        for detector in &*Catalog::built_in().detectors {
            let regex = RegexBuilder::new(&detector.pattern).unicode(false).build().expect("compiles");
            let Some(material) = Material::of(&detector.pattern) else { continue };
            for text in detector.matches.iter().chain(&detector.spares) {
                if let Some(found) = regex.find(text.as_bytes()) {
                    assert!(material.may_stand(found.as_bytes()), "{} {text}", detector.id);
                    tried += 1;
                }
            }
        }
        assert!(tried > 100, "{tried}");
    }
}
