//! Numbers of an attempt that the evidence does not write: its moments, the version of TLS, the tokens that it states.

use serde::{Deserialize, Serialize};

use crate::case::evidence::{Connection, Timing, TlsVersion, Usage};
use crate::case::sanitize::SafeAttempt;

/// Moments in milliseconds, as in [`Timing`]. The address that answered is left out: by patterns alone it cannot be told from
/// an address of the operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moments {
    dns_ms: Option<u64>,
    connect_ms: Option<u64>,
    tls_ms: Option<u64>,
    sent_ms: Option<u64>,
    first_byte_ms: Option<u64>,
    first_token_ms: Option<u64>,
    last_event_ms: Option<u64>,
    total_ms: Option<u64>,
    tls_1_3: Option<bool>,
    tokens: Option<(Option<u64>, Option<u64>)>,
}

impl Moments {
    pub(super) fn of(attempt: &SafeAttempt) -> Self {
        let Timing {
            dns_ms,
            connect_ms,
            tls_ms,
            sent_ms,
            first_byte_ms,
            first_token_ms,
            last_event_ms,
            total_ms,
        } = attempt.timing;
        let Connection { address: _, tls } = attempt.connection;
        let usage = attempt.response.as_ref().and_then(|response| response.usage);
        Self {
            dns_ms,
            connect_ms,
            tls_ms,
            sent_ms,
            first_byte_ms,
            first_token_ms,
            last_event_ms,
            total_ms,
            tls_1_3: tls.map(|version| version == TlsVersion::V1_3),
            tokens: usage.map(|usage| (usage.input_tokens, usage.output_tokens)),
        }
    }

    pub(super) fn put(&self, attempt: &mut SafeAttempt) {
        let Self {
            dns_ms,
            connect_ms,
            tls_ms,
            sent_ms,
            first_byte_ms,
            first_token_ms,
            last_event_ms,
            total_ms,
            ..
        } = *self;
        attempt.timing = Timing {
            dns_ms,
            connect_ms,
            tls_ms,
            sent_ms,
            first_byte_ms,
            first_token_ms,
            last_event_ms,
            total_ms,
        };
        let version = |newer: bool| if newer { TlsVersion::V1_3 } else { TlsVersion::V1_2 };
        attempt.connection = Connection { address: None, tls: self.tls_1_3.map(version) };
        if let Some(response) = &mut attempt.response {
            response.usage =
                self.tokens.map(|(input_tokens, output_tokens)| Usage { input_tokens, output_tokens });
        }
    }
}
