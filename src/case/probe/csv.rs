//! The table of all sends (RFC 4180), a line each.

use super::report::Told;
use crate::case::csv::field;

const HEAD: &str = "request,send,started_at,http.request.method,url.path,gen_ai.request.model,outcome,error.type,first_byte_ms,took_ms,request_id";

pub(super) fn write(told: &Told) -> String {
    let mut out = format!("{HEAD}\r\n");
    for line in &told.lines {
        let f = &line.failure;
        let method = told.report.groups.get(line.group).map(|g| g.method.clone()).unwrap_or_default();
        let number = |ms: Option<u64>| ms.map(|ms| ms.to_string()).unwrap_or_default();
        let fields = [
            f.request.to_string(),
            f.send.to_string(),
            f.started_at.clone().unwrap_or_default(),
            method,
            f.path.clone(),
            f.model.clone().unwrap_or_default(),
            line.outcome.clone(),
            f.class.to_string(),
            number(line.first_byte_ms),
            number(f.took_ms),
            f.request_id.clone().unwrap_or_default(),
        ];
        out.push_str(&fields.map(|f| field(&f)).join(","));
        out.push_str("\r\n");
    }
    out
}
