//! A call as Postman's console copies it: method and address, and behind them an object of all that was sent and came
//! (<https://learning.postman.com/docs/sending-requests/response-data/troubleshooting-api-requests/>, read 2026-11-23).

use serde_json::Value;

use super::{Exchange, answered, is_method, lines, status};
use crate::case::intake::answer;

/// The calls of the console.
pub(super) fn read(text: &str) -> Vec<Exchange> {
    if !text.contains("\"Request Headers\"") && !text.contains("\"Response Headers\"") {
        return Vec::new();
    }
    lines(text).filter_map(|(start, line)| call(text, start, line)).collect()
}

/// `POST https://…: {`, with the object behind it.
fn call(text: &str, start: usize, line: &str) -> Option<Exchange> {
    let (method, rest) = line.split_once(' ')?;
    let (url, _) = rest.rsplit_once(": {").filter(|(url, _)| is_method(method) && url.contains("://"))?;
    let open = start + method.len() + 1 + url.len() + 2;
    let object = text.get(open..)?;
    let object: Value = serde_json::from_str(object.get(..answer::json_extent(object)?)?).ok()?;
    let headers = |name: &str| -> Vec<(String, String)> {
        let members = object.get(name).and_then(Value::as_object).into_iter().flatten();
        members.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    };
    let words = |name: &str| match object.get(name) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    };
    let mut exchange = Exchange { start, ..Exchange::default() };
    method.clone_into(&mut exchange.sent.method);
    url.trim().clone_into(&mut exchange.sent.url);
    exchange.sent.headers = headers("Request Headers");
    exchange.sent.body = words("Request Body");
    let code = ["Response Code", "Status", "Response Status"]
        .iter()
        .find_map(|name| status(&words(name)).map(|s| s.0));
    let (came, body) = (headers("Response Headers"), words("Response Body"));
    if code.is_some() || !came.is_empty() || !body.is_empty() {
        exchange.answer = Some(answered(code, "", came, &body));
    }
    Some(exchange)
}
