//! What was observed, section by section: request, answer, attempts, stream.

use core::net::IpAddr;
use std::collections::BTreeMap;

use chrono::{SecondsFormat, TimeDelta};

use super::packing;
use super::sentence::base_url;
use super::{base_url_alias, code, moment, primary_id, said};
use crate::case::catalog::{Endpoint, Profile};
use crate::case::evidence::{Timing, TlsVersion};
use crate::case::note::Run;
use crate::case::note::model::{
    AttemptPart, Body, Edge, ErrorPart, FieldPart, FilePart, Happened, HeaderPart, QueryPart, RedirectPart,
    RequestIdPart, RequestPart, ResponsePart, StreamPart, TaskPart, TimingPart, UsagePart,
};
use crate::case::sanitize::{
    SafeAttempt, SafeBody, SafeEdge, SafeError, SafeFile, SafeHeader, SafeRequest, SafeResponse,
};
use crate::case::vocabulary::{EnvelopeKind, StreamVerdict};

pub(super) fn request(
    request: &SafeRequest,
    endpoint: Option<&Endpoint>,
    profile: &Profile,
    run: &Run,
) -> RequestPart {
    RequestPart {
        gateway: profile.name.clone(),
        base_url: base_url(request),
        base_url_alias: base_url_alias(run),
        method: request.method.to_string(),
        path: request.path.to_string(),
        query: request
            .query
            .iter()
            .map(|(name, value)| QueryPart {
                name: name.to_string(),
                value: value.as_ref().map(ToString::to_string),
            })
            .collect(),
        endpoint_family: endpoint.map(|e| e.name.clone()),
        doc_url: endpoint.map(|e| e.doc_url.clone()),
        accessed: endpoint.map(|e| e.accessed.clone()),
        model: request.model.as_ref().and_then(said),
        streaming: request.streaming,
        credential: credential(request, run),
        content_type: header_value(&request.headers, "content-type"),
        headers: headers(&request.headers),
        body: request.body.as_ref().and_then(body),
        files: request.files.iter().map(file).collect(),
        form_fields: request
            .form_fields
            .iter()
            .map(|(name, value)| FieldPart { name: name.to_string(), value: value.to_string() })
            .collect(),
        body_bytes: request.body_bytes,
    }
}

fn file(file: &SafeFile) -> FilePart {
    FilePart {
        field: file.field.to_string(),
        name: file.name.as_ref().map(ToString::to_string),
        media_type: file.media_type.as_ref().map(ToString::to_string),
        bytes: file.bytes,
        transport: file.transport,
    }
}

/// `header Authorization`, `query parameter key`; `None`: no credential.
pub(super) fn carried(request: &SafeRequest) -> Option<String> {
    let name = said(request.credential_in.as_ref()?)?;
    let header = request.headers.iter().any(|h| h.name.as_str().eq_ignore_ascii_case(&name));
    Some(format!("{} {name}", if header { "header" } else { "query parameter" }))
}

fn credential(request: &SafeRequest, run: &Run) -> String {
    match (carried(request), &run.secret_source) {
        (Some(carried), Some(source)) => format!("{carried}, from {source}"),
        (Some(carried), None) => carried,
        (None, _) => "none sent".to_owned(),
    }
}

fn header_value(headers: &[SafeHeader], name: &str) -> Option<String> {
    headers.iter().find(|h| h.name.as_str().eq_ignore_ascii_case(name))?.value.as_ref().and_then(said)
}

fn headers(headers: &[SafeHeader]) -> Vec<HeaderPart> {
    headers
        .iter()
        .map(|h| HeaderPart { name: h.name.to_string(), value: h.value.as_ref().map(ToString::to_string) })
        .collect()
}

pub(super) fn body(body: &SafeBody) -> Option<Body> {
    match body {
        SafeBody::Json { value } => Some(value.clone()),
        SafeBody::Opaque { shape } => said(shape).map(Body::String),
        SafeBody::Empty => None,
    }
}

pub(super) fn response(attempt: &SafeAttempt, response: &SafeResponse) -> ResponsePart {
    let mut request_ids: Vec<RequestIdPart> = response
        .request_ids
        .iter()
        .map(|id| RequestIdPart {
            id: id.id.to_string(),
            source: id.source.to_string(),
            primary: id.primary,
            decoded_time: id.decoded_time.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        })
        .collect();
    request_ids.sort_by_key(|id| !id.primary);
    ResponsePart {
        status: response.status,
        reason: response.reason.as_ref().and_then(said),
        http_version: response.http_version.as_ref().and_then(said),
        content_type: response.content_type.as_ref().and_then(said),
        shape: response.shape,
        layer: response.layer,
        layer_because: (!response.layer_because.is_empty()).then(|| response.layer_because.clone()),
        error: error(&response.error),
        request_ids,
        edge: edge(&response.edge),
        redirect: response.redirect.as_ref().map(|r| RedirectPart {
            location: r.location.to_string(),
            other_host: r.other_host,
            to_web_site: r.to_web_site,
        }),
        soft_failure: response.soft,
        task: (response.task_id.is_some() || response.task_status.is_some()).then(|| TaskPart {
            id: response.task_id.as_ref().and_then(said),
            status: response.task_status.as_ref().and_then(said),
            state: response.task_state,
        }),
        returned_model: response.returned_model.as_ref().and_then(said),
        usage: response
            .usage
            .map(|usage| UsagePart { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens }),
        finish_reason: response.finish_reason.as_ref().and_then(said),
        retry_after_ms: response.retry_after_ms,
        clock_skew_s: clock_skew(attempt, response),
        client_exception: response.exception.as_ref().and_then(said),
        headers: headers(&response.headers),
        body: body(&response.body),
        body_bytes: response.body_bytes,
        inflated_bytes: response.packed.as_ref().and_then(packing::inflated_bytes),
        packing: response.packed.as_ref().and_then(packing::sentence),
    }
}

fn error(error: &SafeError) -> Option<ErrorPart> {
    let SafeError { kind, message, inner_message, code, error_type, param, title, altered } = error;
    let texts = [message, inner_message, code, error_type, param, title];
    let states_nothing = texts.iter().all(|t| t.is_none());
    if states_nothing && matches!(kind, EnvelopeKind::NoError | EnvelopeKind::Empty) {
        return None;
    }
    // An empty code is a fact of its own (some gateways always send one), so empty texts stay here.
    let [message, inner_message, code, error_type, param, page_title] =
        texts.map(|text| text.as_ref().map(ToString::to_string));
    Some(ErrorPart {
        message,
        code,
        error_type,
        param,
        altered: *altered,
        inner_message,
        page_title,
        envelope: *kind,
    })
}

fn edge(edge: &SafeEdge) -> Option<Edge> {
    let [cf_ray, server, via, date] =
        [&edge.cf_ray, &edge.server, &edge.via, &edge.date].map(|text| text.as_ref().and_then(said));
    let any = cf_ray.is_some() || server.is_some() || via.is_some() || date.is_some();
    any.then_some(Edge { cf_ray, server, via, date })
}

/// The server's clock less ours, when the head came. Only for what we sent: a paste has no clock of ours.
fn clock_skew(attempt: &SafeAttempt, response: &SafeResponse) -> Option<i64> {
    let (true, Some(start), Some(first_byte)) = (attempt.sent, attempt.at, attempt.timing.first_byte_ms)
    else {
        return None;
    };
    let head = start.checked_add_signed(TimeDelta::try_milliseconds(i64::try_from(first_byte).ok()?)?)?;
    Some((response.server_date? - head).num_seconds())
}

pub(in crate::case::note) fn happened(attempt: &SafeAttempt) -> Happened {
    match (&attempt.response, attempt.transport) {
        (Some(_), None) => Happened::Answered,
        (Some(_), Some(_)) => Happened::Cut,
        (None, _) => Happened::Failed,
    }
}

pub(super) fn attempt(attempt: &SafeAttempt) -> AttemptPart {
    let response = attempt.response.as_ref();
    let asked = response.filter(|_| attempt.polls > 0);
    AttemptPart {
        index: attempt.index,
        sent_by_tool: attempt.sent,
        polls: (attempt.polls > 0).then_some(attempt.polls),
        task_state: asked.and_then(|r| r.task_state),
        task_status: asked.and_then(|r| r.task_status.as_ref()).and_then(said),
        at: attempt.at.map(moment),
        outcome: happened(attempt),
        status: response.and_then(|r| r.status),
        error_code: response.and_then(|r| code(&r.error)),
        transport: attempt.transport,
        transport_detail: attempt.transport_detail.as_ref().and_then(said),
        request_id: response.and_then(primary_id),
        waited_ms: attempt.waited_ms,
        address: attempt.connection.address.filter(is_public).map(|a| a.to_string()),
        tls_version: attempt.connection.tls.map(TlsVersion::as_str),
        client_request_id: attempt.client_request_id.clone(),
        timing: timing(attempt.timing),
        decision: attempt.decision,
        reason: (!attempt.reason.is_empty()).then(|| attempt.reason.clone()),
    }
}

/// An address of the open network: others say how somebody's own network is built.
fn is_public(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let shared = first == 100 && (64..128).contains(&second);
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || shared)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(&IpAddr::V4(v4)),
            None => {
                !(v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_unique_local()
                    || v6.is_unicast_link_local())
            }
        },
    }
}

fn timing(timing: Timing) -> Option<TimingPart> {
    let Timing {
        dns_ms,
        connect_ms,
        tls_ms,
        sent_ms,
        first_byte_ms,
        first_token_ms,
        last_event_ms,
        total_ms,
    } = timing;
    (timing != Timing::default()).then_some(TimingPart {
        dns_ms,
        connect_ms,
        tls_ms,
        sent_ms,
        first_byte_ms,
        first_token_ms,
        last_event_ms,
        total_ms,
    })
}

/// The stream; where one was asked for and a plain answer came, the verdict alone.
pub(super) fn stream(response: &SafeResponse, asked: bool) -> Option<StreamPart> {
    let Some(stream) = &response.stream else {
        return asked.then_some(StreamPart {
            verdict: StreamVerdict::NotAStream,
            events: None,
            bytes: None,
            terminal_marker: None,
            finish_reason: None,
            usage_seen: None,
            content_chars: None,
            faults: None,
            irregularities: BTreeMap::new(),
            longest_gap_ms: None,
        });
    };
    Some(StreamPart {
        verdict: stream.verdict,
        events: Some(stream.events),
        bytes: Some(stream.bytes),
        terminal_marker: stream.terminal_marker.clone(),
        finish_reason: stream.finish_reason.as_ref().and_then(said),
        usage_seen: Some(stream.usage_seen),
        content_chars: Some(stream.content_chars),
        faults: Some(stream.faults),
        irregularities: stream.irregularities.clone(),
        longest_gap_ms: stream.longest_gap_ms,
    })
}
