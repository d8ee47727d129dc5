//! What the events of a stream say: OpenAI chat and Responses, Anthropic, Gemini. Text of the model is counted only.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Arrivals, SseEvent};
use crate::case::evidence::{StreamRecord, Usage, envelope};
use crate::case::vocabulary::{StreamIrregularity, StreamVerdict};

/// Most bytes that are kept of an error event, and most characters of a name.
const LONGEST_ERROR: usize = 64 * 1024;
const LONGEST_NAME: usize = 256;

/// What a finish reason means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::case::evidence) enum Finish {
    /// The model came to its end.
    Normal,
    /// A length limit.
    Length,
    /// A content rule.
    Filter,
    /// The provider says that it failed.
    Failed,
}

/// The meaning of a finish reason: OpenAI's, Anthropic's and Gemini's words.
pub(in crate::case::evidence) fn finish_of(reason: &str) -> Finish {
    match reason.to_ascii_lowercase().as_str() {
        "length" | "max_tokens" | "max_output_tokens" | "model_context_window_exceeded" | "model_length" => {
            Finish::Length
        }
        "content_filter"
        | "content_filtered"
        | "safety"
        | "recitation"
        | "blocklist"
        | "prohibited_content"
        | "spii"
        | "image_safety"
        | "refusal"
        | "sensitive"
        | "guardrail_intervened" => Finish::Filter,
        "error" | "failed" | "malformed_function_call" | "network_error" => Finish::Failed,
        _ => Finish::Normal,
    }
}

fn breaks_a_rule(what: StreamIrregularity) -> bool {
    use StreamIrregularity as I;
    matches!(what, I::NotJson | I::NotUtf8 | I::TooLong | I::UnknownField)
}

/// Names of events that the known APIs send: Anthropic's messages, `OpenAI`'s Responses, assistants, images and audio, and
/// what servers send to keep a connection open. From their references, read 2026-11-21.
fn is_known_event(name: &str) -> bool {
    const NAMES: [&str; 8] =
        ["error", "ping", "message", "done", "data", "keepalive", "heartbeat", "completion"];
    const FAMILIES: [&str; 9] = [
        "response.",
        "message_",
        "content_block_",
        "thread.",
        "image_generation.",
        "image_edit.",
        "speech.",
        "transcript.",
        "conversation.",
    ];
    NAMES.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// Counts and marks.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) events: u64,
    pub(super) comments: u64,
    pub(super) irregular: BTreeMap<StreamIrregularity, u64>,
    /// A field of the event-stream format came.
    pub(super) sse: bool,
    marker: Option<&'static str>,
    finish: Option<String>,
    usage_seen: bool,
    usage: Option<Usage>,
    error: Option<String>,
    content_chars: u64,
    tool_calls: bool,
    model: Option<String>,
    last_ms: Option<u64>,
    longest_gap_ms: Option<u64>,
    pub(super) arrivals: Arrivals,
}

impl Tally {
    /// When the last event came.
    pub(super) fn last_event_ms(&self) -> Option<u64> {
        self.last_ms
    }

    /// Something is not as usual.
    pub(super) fn note(&mut self, what: StreamIrregularity) {
        *self.irregular.entry(what).or_default() += 1;
    }

    /// What breaks a rule of the format.
    pub(super) fn faults(&self) -> u64 {
        self.irregular.iter().filter(|(what, _)| breaks_a_rule(**what)).map(|(_, count)| count).sum()
    }

    /// Takes an event. True when it carries content.
    pub(super) fn take(&mut self, event: &SseEvent, at_ms: u64) -> bool {
        self.events += 1;
        self.arrivals.take(at_ms);
        if let Some(last) = self.last_ms.replace(at_ms) {
            let gap = at_ms.saturating_sub(last);
            self.longest_gap_ms = Some(self.longest_gap_ms.map_or(gap, |longest| longest.max(gap)));
        }
        if !event.event.is_empty() && !is_known_event(&event.event) {
            self.note(StreamIrregularity::UnknownEvent);
        }
        let data = event.data.trim();
        if self.marker == Some("[DONE]") && data != "[DONE]" {
            self.note(StreamIrregularity::DataAfterEnd);
        }
        if data == "[DONE]" {
            // A gateway appends it itself: where the provider's own marker came, that one counts.
            self.marker.get_or_insert("[DONE]");
            return false;
        }
        let before = (self.content_chars, self.tool_calls);
        match serde_json::from_str::<Value>(data) {
            Ok(json) if json.is_object() || json.is_array() => self.read(event, &json),
            _ => {
                self.note(StreamIrregularity::NotJson);
                if event.event == "error" {
                    self.fail(data);
                }
            }
        }
        before != (self.content_chars, self.tool_calls)
    }

    fn read(&mut self, event: &SseEvent, json: &Value) {
        let kind = json.get("type").and_then(Value::as_str).unwrap_or_default();
        let failed = event.event == "error"
            || matches!(kind, "error" | "response.failed")
            || envelope::states_error(json);
        if failed {
            self.fail(&event.data);
        }
        self.name_model(json);
        if let Some(usage) = Usage::of(json) {
            self.usage = Some(self.usage.unwrap_or_default().then(usage));
        }
        if json.get("usage").or_else(|| json.pointer("/response/usage")).is_some_and(Value::is_object)
            || json
                .get("usageMetadata")
                .or_else(|| json.pointer("/message/usage"))
                .is_some_and(Value::is_object)
        {
            self.usage_seen = true;
        }
        if kind.starts_with("response.") {
            self.responses(kind, json);
        } else if json.get("candidates").is_some() || json.get("promptFeedback").is_some() {
            self.gemini(json);
        } else if json.get("choices").is_some() {
            self.chat(json);
        } else {
            self.anthropic(kind, json);
        }
    }

    fn fail(&mut self, text: &str) {
        let end = (0..=text.len().min(LONGEST_ERROR))
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or_default();
        self.error.get_or_insert_with(|| text.get(..end).unwrap_or_default().to_owned());
    }

    fn name_model(&mut self, json: &Value) {
        if self.model.is_none() {
            self.model = ["/model", "/response/model", "/message/model", "/modelVersion"]
                .iter()
                .find_map(|place| json.pointer(place)?.as_str().filter(|m| !m.is_empty()))
                .map(|m| m.chars().take(LONGEST_NAME).collect());
        }
    }

    fn finished(&mut self, reason: Option<&Value>) {
        if let Some(reason) = reason.and_then(Value::as_str).filter(|r| !r.is_empty()) {
            self.finish = Some(reason.chars().take(LONGEST_NAME).collect());
        }
    }

    fn count(&mut self, text: Option<&Value>) {
        let chars: usize = match text {
            Some(Value::String(text)) => text.chars().count(),
            Some(Value::Array(parts)) => {
                parts.iter().filter_map(|p| p.get("text")?.as_str()).map(|t| t.chars().count()).sum()
            }
            _ => 0,
        };
        self.content_chars = self.content_chars.saturating_add(chars as u64);
    }

    fn chat(&mut self, json: &Value) {
        for choice in json.get("choices").and_then(Value::as_array).into_iter().flatten() {
            for delta in [choice.get("delta"), choice.get("message")].into_iter().flatten() {
                self.count(delta.get("content"));
                self.count(delta.get("refusal"));
                let called =
                    |name| delta.get(name).is_some_and(|c: &Value| c.is_object() || c.get(0).is_some());
                self.tool_calls |= called("tool_calls") || called("function_call") || called("audio");
            }
            self.count(choice.get("text"));
            self.finished(choice.get("finish_reason"));
        }
    }

    fn responses(&mut self, kind: &str, json: &Value) {
        match kind {
            "response.output_text.delta" | "response.refusal.delta" => self.count(json.get("delta")),
            "response.function_call_arguments.delta" => self.tool_calls = true,
            "response.output_item.added" | "response.output_item.done" => {
                let item = json.pointer("/item/type").and_then(Value::as_str).unwrap_or_default();
                self.tool_calls |= item.ends_with("_call");
            }
            "response.completed" => self.marker = Some("response.completed"),
            "response.incomplete" => self.marker = Some("response.incomplete"),
            "response.failed" => self.marker = Some("response.failed"),
            _ => {}
        }
        if matches!(kind, "response.completed" | "response.incomplete" | "response.failed") {
            let why = json.pointer("/response/incomplete_details/reason");
            let status = kind.strip_prefix("response.").map(Value::from);
            self.finished(
                why.filter(|w| w.is_string())
                    .or_else(|| json.pointer("/response/status"))
                    .or(status.as_ref()),
            );
            if self.content_chars == 0 {
                let items = json.pointer("/response/output").and_then(Value::as_array);
                for item in items.into_iter().flatten() {
                    self.count(item.get("content"));
                }
            }
        }
    }

    fn anthropic(&mut self, kind: &str, json: &Value) {
        match kind {
            "content_block_start" => {
                self.count(json.pointer("/content_block/text"));
                let block = json.pointer("/content_block/type").and_then(Value::as_str).unwrap_or_default();
                self.tool_calls |= block.ends_with("tool_use");
            }
            "content_block_delta" => {
                self.count(json.pointer("/delta/text"));
                self.tool_calls |=
                    json.pointer("/delta/type").and_then(Value::as_str) == Some("input_json_delta");
            }
            "message_delta" => self.finished(json.pointer("/delta/stop_reason")),
            "message_stop" => self.marker = Some("message_stop"),
            _ => {}
        }
    }

    fn gemini(&mut self, json: &Value) {
        for candidate in json.get("candidates").and_then(Value::as_array).into_iter().flatten() {
            let parts = candidate.pointer("/content/parts");
            self.count(parts);
            let called = |p: &Value| p.get("functionCall").is_some() || p.get("inlineData").is_some();
            self.tool_calls |= parts.and_then(Value::as_array).is_some_and(|p| p.iter().any(called));
            self.finished(candidate.get("finishReason"));
        }
        // A blocked prompt has no candidate at all; whatever its reason is called, a content rule stopped it.
        if json.pointer("/promptFeedback/blockReason").is_some_and(Value::is_string) {
            self.finish = Some("SAFETY".to_owned());
        }
    }

    /// The record of a stream that has ended.
    pub(super) fn record(self, bytes: u64, cut: bool) -> StreamRecord {
        let (verdict, faults) = (self.verdict(cut), self.faults());
        StreamRecord {
            events: self.events,
            bytes,
            comments: self.comments,
            terminal_marker: self.marker,
            finish_reason: self.finish,
            usage_seen: self.usage_seen,
            usage: self.usage,
            error_event: self.error,
            content_chars: self.content_chars,
            tool_calls: self.tool_calls,
            model: self.model,
            faults,
            irregularities: self.irregular,
            longest_gap_ms: self.longest_gap_ms,
            arrivals: self.arrivals,
            verdict,
        }
    }

    /// `[DONE]` proves nothing, because gateways append it after a stall: only a finish reason proves an end.
    fn verdict(&self, cut: bool) -> StreamVerdict {
        if self.events == 0 && !self.sse && self.comments == 0 && !cut {
            return StreamVerdict::NotAStream;
        }
        if self.error.is_some() {
            return StreamVerdict::FailedMidStream;
        }
        let Some(reason) = self.finish.as_deref() else { return StreamVerdict::Truncated };
        if cut && self.marker.is_none() {
            return StreamVerdict::Truncated;
        }
        match finish_of(reason) {
            Finish::Failed => StreamVerdict::FailedMidStream,
            Finish::Length | Finish::Filter => StreamVerdict::SoftFailure,
            Finish::Normal if self.marker == Some("response.incomplete") => StreamVerdict::Truncated,
            Finish::Normal if self.content_chars == 0 && !self.tool_calls => StreamVerdict::SoftFailure,
            Finish::Normal => StreamVerdict::Complete,
        }
    }
}
