//! Claims in the operator's own words that a failed request cannot show: prices, quotas, availability, service levels, charges, the
//! cause inside the vendor.
//!
//! Knowledge is data (`assets/catalog/claims.yaml`). A finding is a warning with a safer wording, never a refusal: the operator may
//! know more than the evidence does. It is lifted by what makes a claim checkable or none at all: a source in the same sentence, the
//! label *hypothesis*, a question, a quotation.

use std::sync::Arc;

use crate::case::catalog::{Catalog, ClaimPatterns, Claims};

/// Characters of a text that are looked at.
const MOST_CHARS: usize = 200_000;
/// Claims that are told of a text.
const MOST_CLAIMS: usize = 50;

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its kind: `price`, `quota`, ….
    pub kind: String,
    /// What is claimed.
    pub says: String,
    /// A wording that the evidence carries.
    pub instead: String,
    /// First byte of the words that claim it.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Claim {
    /// The warning. The words are not repeated: `place` says where they stand.
    pub fn told(&self, place: &str) -> String {
        format!(
            "claim ({}) in {place}: it says {}, which no failed request shows. {}",
            self.kind, self.says, self.instead
        )
    }
}

/// Looks for claims.
#[derive(Debug)]
pub struct Linter<'c> {
    claims: &'c Claims,
    patterns: Arc<ClaimPatterns>,
}

impl<'c> Linter<'c> {
    /// With the claims of `catalog`.
    pub fn new(catalog: &'c Catalog) -> Self {
        Self { claims: &catalog.claims, patterns: catalog.claim_patterns() }
    }

    /// The claims of `text`, in the order in which they stand.
    pub fn look(&self, text: &str) -> Vec<Claim> {
        let end = text.char_indices().nth(MOST_CHARS).map_or(text.len(), |(at, _)| at);
        let text = text.get(..end).unwrap_or_default();
        let mut found: Vec<Claim> = Vec::new();
        for (at, pattern) in self.patterns.worth_trying(text) {
            let Some(kind) = self.claims.kinds.get(at) else { continue };
            for hit in pattern.find_iter(text).take(MOST_CLAIMS) {
                let known =
                    found.iter().any(|c| c.kind == kind.id && c.start < hit.end() && hit.start() < c.end);
                if !known && !self.is_lifted(text, hit.start(), hit.end()) {
                    found.push(Claim {
                        kind: kind.id.clone(),
                        says: kind.says.clone(),
                        instead: kind.instead.clone(),
                        start: hit.start(),
                        end: hit.end(),
                    });
                }
            }
        }
        found.sort_by_key(|claim| (claim.start, claim.end));
        found.truncate(MOST_CLAIMS);
        found
    }

    /// A source, a label, a question or a quotation takes the claim away.
    fn is_lifted(&self, text: &str, start: usize, end: usize) -> bool {
        let (from, to) = sentence(text, start, end);
        let whole = text.get(from..to).unwrap_or_default();
        let lower = whole.to_lowercase();
        let asks = whole.trim_end_matches(['"', '”', '»', '」', ')', '）', ' ']).ends_with(['?', '？'])
            || ["か。", "吗。", "嗎。"].iter().any(|end| lower.ends_with(end));
        asks || lower.contains("http://")
            || lower.contains("https://")
            || self.claims.labels.iter().any(|label| lower.contains(label.as_str()))
            || is_quoted(whole, start - from, end - from)
    }
}

/// The sentence around `start..end`, with its end mark.
fn sentence(text: &str, start: usize, end: usize) -> (usize, usize) {
    let before = text.get(..start).unwrap_or_default();
    let mut from = 0;
    let mut marks = before.char_indices().peekable();
    while let Some((at, c)) = marks.next() {
        let next = marks.peek().map_or(' ', |(_, next)| *next);
        if ends(c, next) {
            from = at + c.len_utf8();
        }
    }
    let behind = text.get(end..).unwrap_or_default();
    let mut marks = behind.char_indices().peekable();
    while let Some((at, c)) = marks.next() {
        let next = marks.peek().map_or(' ', |(_, next)| *next);
        if ends(c, next) {
            return (from, end + at + c.len_utf8());
        }
    }
    (from, text.len())
}

/// `c` ends a sentence where `next` follows: a full stop of an address does not.
fn ends(c: char, next: char) -> bool {
    matches!(c, '\n' | '。' | '！' | '？') || (matches!(c, '.' | '!' | '?') && next.is_whitespace())
}

/// `start..end` of `sentence` stands within quotation marks.
fn is_quoted(sentence: &str, start: usize, end: usize) -> bool {
    let before = sentence.get(..start).unwrap_or_default();
    let behind = sentence.get(end..).unwrap_or_default();
    let pairs = [('“', '”'), ('«', '»'), ('「', '」'), ('『', '』'), ('„', '“'), ('‘', '’')];
    let opened = |(open, close): &(char, char)| {
        before
            .rfind(*open)
            .is_some_and(|at| before.get(at + open.len_utf8()..).is_some_and(|b| !b.contains(*close)))
            && behind.contains(*close)
    };
    let odd = |mark: char| before.matches(mark).count() % 2 == 1 && behind.contains(mark);
    pairs.iter().any(opened) || odd('"') || odd('`')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;

    fn kinds(text: &str) -> Vec<String> {
        let catalog = Catalog::built_in();
        let linter = Linter::new(&catalog);
        let mut kinds: Vec<String> = linter.look(text).into_iter().map(|claim| claim.kind).collect();
        kinds.dedup();
        kinds
    }

    #[test]
    fn every_pattern_compiles() {
        let catalog = Catalog::built_in();
        assert_eq!(catalog.claims.compiled().map(|all| all.len()), Ok(54), "six kinds in nine languages");
    }

    #[test]
    fn claims_are_found_in_nine_languages() {
        let rows: [(&str, &[&str]); 9] = [
            (
                "price",
                &[
                    "The price of gpt-4o changed yesterday",
                    "模型价格上调了",
                    "El precio ha aumentado",
                    "Le prix du modèle a augmenté",
                    "Der Preis wurde erhöht",
                    "料金が値上げされました",
                    "가격이 변경되었습니다",
                    "O preço aumentou",
                    "Цена выросла вчера",
                ],
            ),
            (
                "quota",
                &[
                    "our quota is exhausted",
                    "我们的额度已用完",
                    "El saldo está agotado",
                    "Notre crédit est épuisé",
                    "Unser Guthaben ist aufgebraucht",
                    "残高が不足しています",
                    "할당량이 소진되었습니다",
                    "O saldo acabou",
                    "Квота исчерпана",
                ],
            ),
            (
                "availability",
                &[
                    "Your API has been down since noon",
                    "模型不可用",
                    "El servicio está caído",
                    "Le service est indisponible",
                    "Das Gateway ist ausgefallen",
                    "サービスが停止しています",
                    "서비스 장애입니다",
                    "O serviço está fora do ar",
                    "Сервис недоступен",
                ],
            ),
            (
                "service_level",
                &[
                    "This breaches the SLA",
                    "服务等级未达标",
                    "El SLA fue incumplido",
                    "Le SLA n'est pas respecté: SLA non respecté",
                    "Das SLA wurde verletzt",
                    "SLAに違反",
                    "SLA 위반",
                    "O SLA foi violado",
                    "SLA нарушен",
                ],
            ),
            (
                "billing",
                &[
                    "We were charged for it",
                    "我们被扣费了",
                    "Nos han cobrado dos veces",
                    "Nous avons été facturés",
                    "Es wurde uns doppelt berechnet",
                    "課金されました",
                    "요금이 이중 청구",
                    "Fomos cobrados",
                    "Нам списали деньги",
                ],
            ),
            (
                "root_cause",
                &[
                    "The root cause is a memory leak",
                    "根本原因是缓存",
                    "La causa raíz es el balanceador",
                    "La cause racine est un cache",
                    "Die Ursache ist ein Cache",
                    "根本原因はキャッシュです",
                    "근본 원인은 캐시입니다",
                    "A causa raiz é o cache",
                    "Первопричина в том, что кэш",
                ],
            ),
            ("availability", &["There is an outage"; 9]),
            ("billing", &["The customer was billed twice"; 9]),
            ("root_cause", &["This is a bug on your side: the problem is on your end"; 9]),
        ];
        for (kind, texts) in rows {
            for text in texts {
                assert!(kinds(text).iter().any(|found| found == kind), "{kind}: {text}: {:?}", kinds(text));
            }
        }
    }

    #[test]
    fn what_evidence_carries_is_no_claim() {
        for text in [
            "3 of 3 attempts were answered 503 between 10:00 and 10:05 UTC.",
            "Is this model unavailable for our account?",
            "Did the price change?",
            "Hypothesis: the model is unavailable.",
            "假设：模型不可用。",
            "The price changed on 2026-11-01 (https://vendor.example/pricing).",
            "The answer says \"your quota is exhausted\".",
            "Die Antwort sagt „Guthaben ist aufgebraucht“.",
            "We tried another key and another model; both fail alike.",
            "Checkout fails for all users of our shop since Monday.",
            "We expected a JSON answer with choices.",
            "モデルは利用できませんか。",
            "All chat requests of the billing service time out.",
            "I rotated the key, checked the quota page and the price list.",
            "Low: one internal batch job is delayed.",
        ] {
            assert!(kinds(text).is_empty(), "{text}: {:?}", kinds(text));
        }
    }

    #[test]
    fn a_label_lifts_its_own_sentence_only_and_the_place_is_exact() {
        let text = "Hypothesis: the model is down. We were charged twice.";
        let catalog = Catalog::built_in();
        let found = Linter::new(&catalog).look(text);
        assert_eq!(found.len(), 1, "{found:?}");
        let claim = found.first().expect("one");
        assert!(text[claim.start..claim.end].contains("charged"), "{claim:?}");
        assert!(!claim.instead.is_empty());
    }
}
