//! The table of all sends (RFC 4180), a line each. A field that a spreadsheet would take for a formula gets a quote before it.

use super::report::Told;

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

fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_field_is_text_for_every_reader() {
        let table = [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("@a,b", "\"'@a,b\""),
            ("two\nlines", "\"two\nlines\""),
        ];
        for (text, expected) in table {
            assert_eq!(super::field(text), expected);
        }
    }
}
