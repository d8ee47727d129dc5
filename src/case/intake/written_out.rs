//! What curl's `-w '%{json}'` prints below the answer (<https://curl.se/docs/manpage.html#-w>).

use serde_json::Value;

use super::{answer, transport};
use crate::case::catalog::Catalog;
use crate::case::evidence::{Attempt, Outcome, TransportFailure};
use crate::case::request::{Intake, Said};

/// Reads `text` that ends with such an object, the answer's body before it.
pub(super) fn read(text: &str, catalog: &Catalog) -> Option<Intake> {
    let at = text.rfind("\n{\"").map(|at| at + 1).or_else(|| text.starts_with("{\"").then_some(0))?;
    let (object, below) = {
        let rest = text.get(at..)?;
        let end = rest.find('\n').unwrap_or(rest.len());
        (rest.get(..end)?, rest.get(end..)?)
    };
    let told: Value = serde_json::from_str(object.trim()).ok()?;
    let url = told.get("url_effective").or_else(|| told.get("url"))?.as_str()?.to_owned();
    let status = told.get("http_code").or_else(|| told.get("response_code"))?.as_u64()?;
    let word = |name: &str| {
        told.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let body = text.get(..at)?.trim_end_matches('\n');
    let attempt = attempt(&told, u16::try_from(status).ok()?, body, below, catalog)?;
    Some(Intake {
        kind: "http response",
        observed: Some(attempt),
        client: Some("curl".to_owned()),
        client_version: word("curl_version")
            .and_then(|v| super::client::of_agent(&v.replace("libcurl", "curl"), catalog)?.1),
        said: Said { method: word("method"), url: Some(url), ..Said::default() },
        ..Intake::default()
    })
}

/// The answer; without a status the failure that curl names.
fn attempt(told: &Value, status: u16, body: &str, below: &str, catalog: &Catalog) -> Option<Attempt> {
    if status != 0 {
        let kind = told
            .get("content_type")
            .and_then(Value::as_str)
            .map(|kind| ("content-type".to_owned(), kind.to_owned()));
        let response =
            answer::response(Some(status), None, None, kind.into_iter().collect(), body.as_bytes().to_vec());
        return Some(answer::attempt(Outcome::Response(response)));
    }
    let message = told.get("errormsg").and_then(Value::as_str).unwrap_or("");
    let exit = told.get("exitcode").and_then(Value::as_u64).unwrap_or(0);
    let line = format!("curl: ({exit}) {message}\n{below}");
    let (kind, _) = transport::found(&line, catalog)?;
    let detail = message.to_owned();
    Some(answer::attempt(Outcome::Transport(TransportFailure { kind, detail })))
}
