//! What the search shows as a document of its own, `casefile.isolate/1`, and as text.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::build::{code, primary_id, said};
use super::{Asked, Exchange, of_exchange};
use crate::case::sanitize::{
    self, Audit, Clean, Format, Leaving, Refusal, Rendered, SafeAttempt, SafeBody, SafeEvidence,
    SafeFingerprint, SafeIsolation, SafeRequest, SafeWords,
};
use crate::case::vocabulary::TransportKind;

/// The report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IsolationReport {
    /// `casefile.isolate/1`.
    schema: &'static str,
    /// What it is, and what it is not.
    reads_as: &'static str,
    case_id: String,
    tool: String,
    baseline: BaselinePart,
    attribution: AttributionPart,
    minimal: Option<MinimalPart>,
    threshold: Option<LimitPart>,
    hidden: Vec<FingerprintPart>,
    rows: Vec<RowPart>,
    not_sent: Vec<NotSentPart>,
    requests: RequestsPart,
    noise: NoisePart,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct BaselinePart {
    same: u32,
    of: u32,
    words_vary: bool,
    fingerprint: Option<FingerprintPart>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct AttributionPart {
    verdict: &'static str,
    fields: Vec<String>,
    because: Vec<String>,
    needed: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct MinimalPart {
    path: String,
    body: Option<Value>,
    form_fields: Vec<String>,
    fields: Vec<String>,
    minimality: &'static str,
    harmless: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct LimitPart {
    what: String,
    works_up_to: i64,
    fails_from: i64,
    exact: bool,
    ids: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct FingerprintPart {
    transport: Option<&'static str>,
    status: Option<u16>,
    soft_failure: Option<&'static str>,
    stream: Option<&'static str>,
    code: Option<String>,
    r#type: Option<String>,
    param: Option<String>,
    message: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct RowPart {
    index: usize,
    changed: &'static str,
    to: Option<String>,
    outcome: &'static str,
    status: Option<u16>,
    error_code: Option<String>,
    transport: Option<&'static str>,
    request_id: Option<String>,
    at: Option<String>,
    ms: Option<u64>,
    telemetry: Value,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct NotSentPart {
    changed: &'static str,
    because: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct RequestsPart {
    baseline: u32,
    after: usize,
    budget: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct NoisePart {
    transient: u32,
    confirmed: String,
}

impl IsolationReport {
    /// The report of `evidence`; `None` where no search was made.
    pub fn of(
        evidence: &SafeEvidence,
        words: &SafeWords,
        (case_id, tool, base_url_alias): (&str, &str, &str),
    ) -> Option<Self> {
        let isolation = evidence.isolation.as_ref()?;
        let rows = rows(isolation, evidence, (words, base_url_alias));
        let ids = |row: Option<usize>| rows.get(row?.checked_sub(1)?)?.request_id.clone();
        let threshold = isolation.limit.as_ref().map(|limit| LimitPart {
            what: format!("{} {}", limit.of, limit.unit),
            works_up_to: limit.works_up_to,
            fails_from: limit.fails_from,
            exact: limit.fails_from.abs_diff(limit.works_up_to) == 1,
            ids: limit.rows.into_iter().filter_map(ids).collect(),
        });
        let baseline = isolation.baseline_of;
        Some(Self {
            schema: "casefile.isolate/1",
            reads_as: "what these requests show, row by row; nothing on price, quota, availability or what is behind the gateway",
            case_id: case_id.to_owned(),
            tool: tool.to_owned(),
            baseline: BaselinePart {
                same: isolation.baseline_same,
                of: baseline,
                words_vary: isolation.words_vary,
                fingerprint: isolation.fingerprint.as_ref().map(fingerprint),
            },
            attribution: AttributionPart {
                verdict: isolation.verdict,
                fields: isolation.fields.iter().map(ToString::to_string).collect(),
                because: isolation.because.clone(),
                needed: isolation.needed.clone(),
            },
            minimal: isolation.minimal.as_ref().map(|request| minimal(request, isolation)),
            threshold,
            hidden: isolation.hidden.iter().map(fingerprint).collect(),
            not_sent: isolation
                .not_sent
                .iter()
                .map(|&(changed, because)| NotSentPart { changed, because })
                .collect(),
            requests: RequestsPart {
                baseline,
                after: rows.len().saturating_sub(usize::try_from(baseline).unwrap_or(0)),
                budget: isolation.budget,
            },
            noise: NoisePart {
                transient: isolation.transient,
                confirmed: format!("{0} of {0}", isolation.confirmed.max(1)),
            },
            rows,
        })
    }

    /// The bytes that leave: JSON, or text for people.
    ///
    /// # Errors
    /// The audit's refusal.
    pub fn leave(&self, format: Format, audit: &Audit) -> Result<Rendered, Refusal> {
        let write = |report: &Self| match format {
            Format::Json => serde_json::to_string_pretty(report).unwrap_or_default(),
            _ => report.text(),
        };
        sanitize::leave(self, write, format, audit)
    }

    fn text(&self) -> String {
        let mut out = String::new();
        let told = &self.attribution;
        let fields =
            if told.fields.is_empty() { String::new() } else { format!(" {}", told.fields.join(", ")) };
        let _ = writeln!(out, "{}: {}{fields}", self.case_id, told.verdict.replace('_', " "));
        for because in &told.because {
            let _ = writeln!(out, "  {because}");
        }
        for needed in &told.needed {
            let _ = writeln!(out, "  to tell more: {needed}");
        }
        if let Some(limit) = &self.threshold {
            let exact = if limit.exact { "" } else { ", between the two it is not known" };
            let _ = writeln!(
                out,
                "  limit of {}: works up to {}, fails from {}{exact}",
                limit.what, limit.works_up_to, limit.fails_from
            );
        }
        if let Some(minimal) = &self.minimal {
            let _ = writeln!(
                out,
                "\nsmallest request that fails alike ({}): {}",
                minimal.minimality, minimal.path
            );
            if let Some(body) = &minimal.body {
                let _ = writeln!(out, "{}", serde_json::to_string_pretty(body).unwrap_or_default());
            }
        }
        let _ = writeln!(
            out,
            "\n {:>3}  {:<14} {:<14} {:>6} {:>8}  request id",
            "row", "changed", "outcome", "status", "ms"
        );
        for row in &self.rows {
            let status =
                row.status.map_or_else(|| row.transport.unwrap_or("-").to_owned(), |s| s.to_string());
            let ms = row.ms.map_or_else(|| "-".to_owned(), |ms| ms.to_string());
            let changed =
                row.to.as_ref().map_or_else(|| row.changed.to_owned(), |to| format!("{} {to}", row.changed));
            let id = row.request_id.as_deref().unwrap_or("-");
            let _ = writeln!(
                out,
                " {:>3}  {changed:<14} {:<14} {status:>6} {ms:>8}  {id}",
                row.index, row.outcome
            );
        }
        for not_sent in &self.not_sent {
            let _ = writeln!(out, " not sent: {} ({})", not_sent.changed, not_sent.because);
        }
        let requests = &self.requests;
        let _ = writeln!(
            out,
            "\n{} requests to learn the failure, {} after; {} allowed; answers of a moment: {}; deciding answers seen {}",
            requests.baseline, requests.after, requests.budget, self.noise.transient, self.noise.confirmed
        );
        let _ = writeln!(out, "It says {}.", self.reads_as);
        out
    }
}

impl Leaving for IsolationReport {
    fn texts_of_the_case(&mut self) -> Vec<&mut String> {
        let mut texts: Vec<&mut String> = Vec::new();
        texts.extend(&mut self.attribution.fields);
        for found in self.baseline.fingerprint.iter_mut().chain(&mut self.hidden) {
            let parts = [&mut found.code, &mut found.r#type, &mut found.param, &mut found.message];
            texts.extend(parts.into_iter().flatten());
        }
        if let Some(minimal) = &mut self.minimal {
            texts.push(&mut minimal.path);
            texts.extend(minimal.form_fields.iter_mut().chain(&mut minimal.fields));
            if let Some(body) = &mut minimal.body {
                sanitize::strings(body, &mut texts);
            }
        }
        if let Some(limit) = &mut self.threshold {
            texts.push(&mut limit.what);
            texts.extend(&mut limit.ids);
        }
        for row in &mut self.rows {
            texts.extend([&mut row.to, &mut row.error_code, &mut row.request_id].into_iter().flatten());
            sanitize::strings(&mut row.telemetry, &mut texts);
        }
        texts
    }
}

fn minimal(request: &SafeRequest, isolation: &SafeIsolation) -> MinimalPart {
    MinimalPart {
        path: format!("{} {}", request.method, request.path),
        body: request.body.as_ref().map(|body| match body {
            SafeBody::Json { value } => value.clone(),
            SafeBody::Opaque { shape } => Value::from(shape.as_str()),
            SafeBody::Empty => Value::Null,
        }),
        form_fields: request.form_fields.iter().map(|(name, _)| name.to_string()).collect(),
        fields: isolation.kept.iter().map(ToString::to_string).collect(),
        minimality: isolation.minimality,
        harmless: isolation.harmless,
    }
}

fn fingerprint(found: &SafeFingerprint) -> FingerprintPart {
    let text = |text: &Option<Clean>| text.as_ref().and_then(said);
    FingerprintPart {
        transport: found.transport,
        status: found.status,
        soft_failure: found.soft,
        stream: found.stream,
        code: text(&found.code),
        r#type: text(&found.error_type),
        param: text(&found.param),
        message: text(&found.message),
    }
}

fn rows(
    isolation: &SafeIsolation,
    evidence: &SafeEvidence,
    (words, base_url_alias): (&SafeWords, &str),
) -> Vec<RowPart> {
    // A row that changes something was another request: of that one only what came is told here.
    let unchanged = evidence.request.as_ref().map(Asked::of).unwrap_or_default();
    let fields = |attempt: &SafeAttempt, is_attempt: bool| {
        of_exchange(&Exchange {
            attempt,
            diagnosis: None,
            asked: if is_attempt { unchanged } else { Asked::default() },
            base_url_alias,
            words: Some(words),
            resends: Some(0),
        })
    };
    let row = |(index, row): (usize, &sanitize::SafeRow)| {
        let control = evidence.controls.get(row.at).filter(|_| !row.is_attempt);
        let attempt: Option<&SafeAttempt> =
            if row.is_attempt { evidence.attempts.get(row.at) } else { control.map(|c| &c.attempt) };
        let response = attempt.and_then(|a| a.response.as_ref());
        RowPart {
            index: index + 1,
            changed: row.changed,
            to: control.and_then(|c| c.to.as_ref()).and_then(said),
            outcome: row.outcome,
            status: response.and_then(|r| r.status),
            error_code: response.and_then(|r| code(&r.error)),
            transport: attempt.and_then(|a| a.transport).map(TransportKind::as_str),
            request_id: response.and_then(primary_id),
            at: attempt.and_then(|a| a.at).map(super::build::moment),
            ms: attempt.and_then(|a| a.timing.total_ms),
            telemetry: attempt.map_or(Value::Null, |attempt| fields(attempt, row.is_attempt)),
        }
    };
    isolation.rows.iter().enumerate().map(row).collect()
}
