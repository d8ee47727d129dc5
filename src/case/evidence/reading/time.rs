//! Times that an answer states: its date, and how long to wait.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;

use crate::case::evidence::Response;

/// An HTTP date in any of the three forms of RFC 9110 section 5.6.7.
pub(super) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(time) = DateTime::parse_from_rfc2822(text) {
        return Some(time.to_utc());
    }
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|time| time.and_utc())
}

/// How long the answer asks to wait, in milliseconds. A date is read against `now`; one in the past is no wait.
///
/// LiteLLM hands its provider's header on as `llm_provider-retry-after` (seen with 1.106.2).
pub(super) fn retry_after_ms(
    response: &Response,
    json: Option<&Value>,
    now: Option<DateTime<Utc>>,
) -> Option<u64> {
    let header = |name| response.header(name).map(str::trim).filter(|v| !v.is_empty());
    let from_header = |name| {
        let value = header(name)?;
        decimal_ms(value, 1_000.0).or_else(|| {
            let wait = http_date(value)?.signed_duration_since(now?);
            Some(u64::try_from(wait.num_milliseconds()).unwrap_or_default())
        })
    };
    header("retry-after-ms")
        .and_then(|value| decimal_ms(value, 1.0))
        .or_else(|| from_header("retry-after"))
        .or_else(|| from_header("llm_provider-retry-after"))
        .or_else(|| retry_info_ms(json?))
}

/// Gemini's `google.rpc.RetryInfo`: `"retryDelay": "17.5s"`.
fn retry_info_ms(json: &Value) -> Option<u64> {
    let error = json.get("error").or_else(|| json.get(0)?.get("error"))?;
    let details = error.get("details")?.as_array()?;
    let delay = details.iter().find_map(|d| d.get("retryDelay")?.as_str())?;
    decimal_ms(delay.strip_suffix('s')?, 1_000.0)
}

/// A plain decimal number times `factor`, in whole milliseconds.
fn decimal_ms(text: &str, factor: f64) -> Option<u64> {
    if text.len() > 20 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "digits only: not negative; `as` saturates"
    )]
    let ms = (number * factor).ceil() as u64;
    Some(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Headers = &'static [(&'static str, &'static str)];

    #[test]
    fn dates_in_three_forms() {
        let want: DateTime<Utc> = "1994-11-06T08:49:37Z".parse().expect("a time");
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            assert_eq!(http_date(text), Some(want), "{text}");
        }
        assert_eq!(http_date("yesterday"), None);
    }

    #[test]
    fn waits() {
        let now: DateTime<Utc> = "2026-11-21T08:00:00Z".parse().expect("a time");
        let json = serde_json::json!({"error": {"details": [
            {"@type": "type.googleapis.com/google.rpc.QuotaFailure"},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17.5s"}]}});
        let table: [(Headers, Option<u64>); 11] = [
            (&[("retry-after", "7")], Some(7_000)),
            (&[("retry-after", " 0.25 ")], Some(250)),
            (&[("retry-after", "Sat, 21 Nov 2026 08:00:20 GMT")], Some(20_000)),
            (&[("retry-after", "Sat, 21 Nov 2026 07:00:00 GMT")], Some(0)),
            (&[("retry-after", "9"), ("retry-after-ms", "1500")], Some(1_500)),
            (&[("llm_provider-retry-after", "7")], Some(7_000)),
            (&[("retry-after", "soon")], Some(17_500)),
            (&[("retry-after", "-5")], Some(17_500)),
            (&[("retry-after", "1e9")], Some(17_500)),
            (&[("retry-after", "99999999999999999999")], Some(u64::MAX)),
            (&[], Some(17_500)),
        ];
        for (headers, want) in table {
            let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            let response = Response { headers, ..Response::default() };
            assert_eq!(retry_after_ms(&response, Some(&json), Some(now)), want, "{:?}", response.headers);
        }
        let date = [("retry-after".to_owned(), "Sat, 21 Nov 2026 08:00:20 GMT".to_owned())];
        let response = Response { headers: date.to_vec(), ..Response::default() };
        assert_eq!(retry_after_ms(&response, None, None), None, "nothing to read the date against");
    }
}
