//! The closed word lists: classes, verdicts, layers, envelope kinds, transport failures. Their `snake_case` names are
//! part of the note's schema and of the catalog files.

use serde::{Deserialize, Serialize};

/// Declares a closed list: an enum whose variants have one stable name each.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident => $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word of the list, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it stands in notes and catalog files.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What kind of failure it is, in the order of choice where several fit.
    FailureClass {
        /// The prompt and answer do not fit the model's window.
        ContextLength => "context_length",
        /// Refused by a content rule.
        ContentPolicy => "content_policy",
        /// The envelope claims that quota or balance is used up. A claim of the envelope, never a finding of ours.
        QuotaOrBillingClaim => "quota_or_billing_claim",
        /// Too many requests, or saturation.
        RateLimited => "rate_limited",
        /// A parameter, value, role or feature that this model or endpoint does not take.
        UnsupportedParameter => "unsupported_parameter",
        /// Unknown model, missing deployment, no available channel.
        ModelUnavailable => "model_unavailable",
        /// The request is too large in bytes.
        PayloadTooLarge => "payload_too_large",
        /// The credential is missing, malformed, unknown or expired.
        Auth => "auth",
        /// Known but not allowed, or stopped by a firewall.
        PermissionOrWaf => "permission_or_waf",
        /// Wrong base URL, path or method.
        PathOrBaseUrl => "path_or_base_url",
        /// Wrong for any model.
        RequestInvalid => "request_invalid",
        /// The gateway or edge gave up waiting; completion unknown.
        GatewayTimeout => "gateway_timeout",
        /// Failure behind the gateway or in it.
        UpstreamServer => "upstream_server",
        /// The host name did not resolve.
        NetworkDns => "network_dns",
        /// No connection.
        NetworkConnect => "network_connect",
        /// TLS failed.
        NetworkTls => "network_tls",
        /// The connection broke.
        NetworkReset => "network_reset",
        /// Our own deadline passed.
        ClientTimeout => "client_timeout",
        /// A stream ended before its end.
        StreamInterrupted => "stream_interrupted",
        /// An answer that is none: empty, not JSON, missing fields.
        InvalidResponse => "invalid_response",
        /// Nothing fits.
        Unknown => "unknown",
        /// The request worked; the note says "not reproduced".
        None => "none",
    }
}

words! {
    /// May the same request be sent again?
    RetryVerdict {
        /// With backoff.
        Yes => "yes",
        /// Only if the deadline allows; it may not help.
        Maybe => "maybe",
        /// It fails the same.
        No => "no",
    }
}

words! {
    /// May another model or provider be tried? Never done by us.
    Fallback {
        /// It would hide the fault.
        No => "no",
        /// Within the user's deadline, if the request may be issued twice.
        Maybe => "maybe",
    }
}

words! {
    /// What the operator does.
    OperatorAction {
        /// Change the request.
        FixRequest => "fix_request",
        /// Check or replace the key.
        RefreshCredentials => "refresh_credentials",
        /// Bounded retry with backoff.
        RetryBriefly => "retry_briefly",
        /// Use another model within the deadline.
        FallBack => "fall_back",
        /// Tell whoever owns the account or the client.
        PageOwner => "page_owner",
        /// Hand the note to support.
        ContactSupport => "contact_support",
        /// Nothing to do.
        None => "none",
    }
}

words! {
    /// Who can mend it.
    Owner {
        /// Client code or configuration.
        Integrator => "integrator",
        /// Keys, groups, balance.
        Account => "account",
        /// Own network.
        Operator => "operator",
        /// The gateway.
        Vendor => "vendor",
        /// The model's maker.
        Provider => "provider",
        /// A content rule.
        Policy => "policy",
        /// Not known.
        Unknown => "unknown",
    }
}

words! {
    /// Who answered.
    Layer {
        /// CDN, firewall or proxy in front.
        Edge => "edge",
        /// The gateway itself.
        Gateway => "gateway",
        /// The model's provider, passed on by the gateway or met directly.
        Provider => "provider",
        /// Nobody: the failure is on our side of the wire.
        Client => "client",
        /// Not to be told.
        Unknown => "unknown",
    }
}

words! {
    /// The shape in which an error is stated.
    EnvelopeKind {
        /// `{"error":{"code","message","type"}}` with no `param`: new-api family middleware.
        GatewayError => "gateway_error",
        /// `{"error":{"message","type","param","code"}}`: the OpenAI shape.
        OpenAi => "openai",
        /// `{"type":"error","error":{"type","message"}}`.
        Anthropic => "anthropic",
        /// `{"error":{"code":int,"message","status"}}`, also in a one-element array.
        Gemini => "gemini",
        /// `{"code","message","data"}` or another flat object with a message.
        Flat => "flat",
        /// `{"detail": "…"}` or `{"detail":[{"loc","msg","type"}]}`.
        Detail => "detail",
        /// RFC 9457 `application/problem+json`.
        Problem => "problem",
        /// `{"error":"text"}`.
        ErrorString => "error_string",
        /// An HTML page.
        Html => "html",
        /// Plain text.
        Text => "text",
        /// No bytes at all.
        Empty => "empty",
        /// JSON that states no error.
        NoError => "no_error",
        /// Bytes of another kind.
        Other => "other",
    }
}

words! {
    /// How a request failed before or while an answer came.
    TransportKind {
        /// The host name did not resolve.
        Dns => "dns",
        /// Refused, unreachable, or no route.
        Connect => "connect",
        /// No connection before the connect deadline.
        ConnectTimeout => "connect_timeout",
        /// TLS handshake or certificate.
        Tls => "tls",
        /// Reset or closed by the other side.
        Reset => "reset",
        /// No first byte before the deadline.
        FirstByteTimeout => "first_byte_timeout",
        /// No further byte before the idle deadline.
        IdleTimeout => "idle_timeout",
        /// The whole request took longer than allowed.
        TotalTimeout => "total_timeout",
        /// The proxy in between refused or failed.
        Proxy => "proxy",
        /// Something came that is not HTTP, or broke its rules.
        Protocol => "protocol",
        /// The operator cancelled.
        Cancelled => "cancelled",
        /// Could not be sent for a local reason (CA store, proxy URL).
        Local => "local",
        /// Not to be told apart.
        Other => "other",
    }
}

words! {
    /// How a stream ended.
    StreamVerdict {
        /// With its terminal marker and a reason.
        Complete => "complete",
        /// Cut: connection end, or a marker without a finish reason.
        Truncated => "truncated",
        /// An error event came inside.
        FailedMidStream => "failed_mid_stream",
        /// It ended, but empty, filtered or at a length limit.
        SoftFailure => "soft_failure",
        /// The answer was no stream.
        NotAStream => "not_a_stream",
    }
}

words! {
    /// What the answer looked like: the tutorial guide's closed values and ours.
    ResponseShape {
        /// A JSON object (or array).
        JsonObject => "json_object",
        /// Server-sent events.
        Stream => "stream",
        /// No answer: the client failed.
        ClientError => "client_error",
        /// An HTML page.
        Html => "html",
        /// A redirect.
        Redirect => "redirect",
        /// No bytes.
        Empty => "empty",
        /// Binary data.
        Binary => "binary",
        /// Not known.
        Unknown => "unknown",
    }
}

words! {
    /// A 2xx that is none.
    SoftFailure {
        /// No bytes.
        EmptyBody => "empty_body",
        /// Not JSON where JSON belongs.
        NotJson => "not_json",
        /// An HTML page where JSON belongs.
        Html => "html",
        /// The body states an error.
        ErrorInBody => "error_in_body",
        /// A field that the parser needs is missing.
        MissingField => "missing_field",
        /// Null or empty content without tool calls.
        EmptyContent => "empty_content",
        /// Finish reason `length`.
        LengthLimit => "length_limit",
        /// Finish reason `content_filter`.
        ContentFilter => "content_filter",
        /// A stream was asked for, plain JSON came.
        NotAStream => "not_a_stream",
        /// Its content coding cannot be undone, or only in part, or is declared and not there.
        Undecodable => "undecodable",
        /// An asynchronous task that failed and gives no reason.
        TaskFailed => "task_failed",
    }
}

words! {
    /// How a body is packed: the content codings that can be unpacked.
    Coding {
        /// RFC 1952, `gzip` or `x-gzip`.
        Gzip => "gzip",
        /// RFC 1950, or (against the rules, but common) bare RFC 1951.
        Deflate => "deflate",
        /// RFC 7932.
        Brotli => "br",
        /// RFC 8878.
        Zstd => "zstd",
    }
}

words! {
    /// How the unpacking of a body ended.
    UnpackEnd {
        /// With the end of the packed data.
        Whole => "whole",
        /// The body ended before the packed data did.
        Cut => "cut",
        /// The packed data breaks the rules of its coding.
        Broken => "broken",
        /// Stopped by us: more came out than any answer needs.
        TooLarge => "too_large",
        /// A coding is declared, but the body is not packed.
        NotPacked => "not_packed",
        /// A coding is declared that is not known here.
        UnknownCoding => "unknown_coding",
    }
}

words! {
    /// What was decided after an attempt.
    RetryDecision {
        /// Another attempt follows.
        Retried => "retried",
        /// None follows, because the failure says so.
        NotRetried => "not_retried",
        /// None follows, because the policy's limit is reached.
        FinalAttempt => "final_attempt",
        /// The operator stopped the waiting.
        StoppedByOperator => "stopped_by_operator",
        /// The same request is sent again, to see whether the outcome stays the same; no retry.
        Repeated => "repeated",
        /// The attempt worked.
        Succeeded => "succeeded",
        /// The task that the answer names is asked for; no retry.
        Polled => "polled",
    }
}

words! {
    /// How an asynchronous task goes, whatever its vendor calls that.
    TaskState {
        /// Accepted, and not begun.
        Queued => "queued",
        /// Under way.
        Running => "running",
        /// Ended as it should.
        Succeeded => "succeeded",
        /// Ended without a result: failed, refused, cancelled, expired.
        Failed => "failed",
        /// The vendor's word is none that the catalog knows.
        Unknown => "unknown",
    }
}

words! {
    /// What was not as usual in a stream. The first four break a rule and are counted as faults; a strict
    /// client loses an event without a blank line behind it.
    StreamIrregularity {
        /// The data of an event is no JSON object or list.
        NotJson => "not_json",
        /// The data of an event is no UTF-8.
        NotUtf8 => "not_utf8",
        /// A line or an event is longer than anything that is read.
        TooLong => "too_long",
        /// A line is no field of the event-stream format.
        UnknownField => "unknown_field",
        /// The last event had no blank line behind it.
        NoBlankLine => "no_blank_line",
        /// Data came after the marker that ends the stream.
        DataAfterEnd => "data_after_end",
        /// An event bears a name that none of the known APIs has.
        UnknownEvent => "unknown_event",
        /// Lines end in more than one way.
        MixedLineEnds => "mixed_line_ends",
        /// The stream begins with a byte order mark.
        ByteOrderMark => "byte_order_mark",
    }
}

words! {
    /// How a file goes along with a request.
    FileTransport {
        /// Its bytes, as a part of a form.
        Direct => "direct",
        /// An address from which the server fetches it.
        Url => "url",
        /// Its bytes as base64 in the JSON body.
        Base64 => "base64",
    }
}

words! {
    /// What a check of the contract matrix came to.
    CheckVerdict {
        /// What came is what the profile expects.
        Kept => "kept",
        /// What came is something else.
        Broken => "broken",
        /// As expected, but not of the shape that was saved before.
        Drifted => "drifted",
        /// It was run, and no source says what is right: neither kept nor broken.
        Observed => "observed",
        /// It was not run, or what came says nothing of it; the reason says why.
        NotRun => "not_run",
    }
}

words! {
    /// A fact of an answer by which a check is judged: a word or a number, never the words of a message. A fact that is not
    /// there is `none`.
    CheckFact {
        /// HTTP status.
        Status => "status",
        /// What the answer looked like, see [`ResponseShape`].
        Shape => "shape",
        /// In which shape an error is stated, see [`EnvelopeKind`].
        Envelope => "envelope",
        /// `error.code`.
        Code => "code",
        /// `error.type`.
        Type => "type",
        /// Failure class, see [`FailureClass`].
        Class => "class",
        /// May it be retried? See [`RetryVerdict`].
        Retry => "retry",
        /// What the retry policy does after it, see [`RetryDecision`].
        Decision => "decision",
        /// What the operator does, see [`OperatorAction`].
        Action => "action",
        /// Who answered, see [`Layer`].
        Layer => "layer",
        /// How the stream ended, see [`StreamVerdict`].
        Stream => "stream",
        /// What a 2xx lacks, see [`SoftFailure`].
        Soft => "soft",
        /// The failure below HTTP, see [`TransportKind`].
        Transport => "transport",
        /// Where a redirect leads: `web_site`, `other_host`, `same_host`.
        Redirect => "redirect",
        /// `finish_reason`.
        Finish => "finish",
        /// The marker that ended the stream.
        Terminal => "terminal",
        /// Lines and events of the stream that break its rules, their number.
        Faults => "faults",
        /// A first byte came and was timed: `true`, `false`.
        FirstByte => "first_byte",
        /// A request id came: `true`, `false`.
        RequestId => "request_id",
        /// The answer names the model that was asked for: `true`, `false`.
        SameModel => "same_model",
        /// The list of models has the model: `true`, `false`.
        ModelListed => "model_listed",
        /// The answer repeats the credential that was sent: `true`, `false`.
        CredentialInAnswer => "credential_in_answer",
        /// What this program tells of the run holds one of its credentials: `true`, `false`.
        CredentialInReport => "credential_in_report",
        /// How often it was sent.
        Sends => "sends",
        /// How the answer is read with fields added and required ones taken away: `tolerant`, `intolerant`.
        Parser => "parser",
    }
}

words! {
    /// Whether a criterion of acceptance is met.
    CriterionState {
        /// By what was observed.
        Met => "met",
        /// What was observed speaks against it.
        NotMet => "not_met",
        /// Nothing that was run can say.
        NotTested => "not_tested",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_serde_writes() {
        for class in FailureClass::ALL {
            assert_eq!(serde_json::to_string(class).expect("serializes"), format!("\"{class}\""));
        }
    }
}
