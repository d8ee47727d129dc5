//! What would be sent, for people: each request with what stands in it; the texts once.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::Room;
use crate::case::sanitize::Format;
use crate::io::deliver::desk::{Body, Call, Job};
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::{OutputKind, say};

/// Prints `calls`; nothing is sent, and no token is known.
pub(super) fn show(room: &Room, job: &Job, calls: &[Call], is_looked_for: bool) -> Result<Exit, Failed> {
    let shown = match room.output {
        OutputKind::Json => {
            let calls: Vec<Value> = calls
                .iter()
                .map(|call| json!({"method": call.method.as_str(), "url": call.url, "body": body(job, &call.body)}))
                .collect();
            let files: Vec<Value> =
                job.files.iter().map(|f| json!({"name": f.name, "bytes": f.bytes().len()})).collect();
            let document = json!({
                "case_id": job.case_id,
                "subject": job.subject.as_str(),
                "text": job.text.as_str(),
                "files": files,
                "looks_first": is_looked_for,
                "requests": calls,
            });
            serde_json::to_string_pretty(&document).unwrap_or_default()
        }
        OutputKind::Text => {
            let mut out = String::from("Nothing is sent. ");
            out.push_str(&text(job, calls, is_looked_for));
            out
        }
    };
    let passed = room.readmission.pass(&shown, Format::Plain);
    let passed = passed.map_err(|refusal| Failed::new(Exit::Refused, refusal.to_string()))?;
    say::output(passed.as_str()).map_err(|e| Failed::stdout(&e))?;
    Ok(Exit::Done)
}

/// What would be sent, for people. `is_looked_for`: the desk can be asked, and is, what it has.
pub(super) fn text(job: &Job, calls: &[Call], is_looked_for: bool) -> String {
    let mut out = String::from(if is_looked_for {
        "It would be looked first whether the desk has it already; then:\n"
    } else {
        "This desk cannot be asked whether it has it already; what would go there:\n"
    });
    for call in calls {
        let body = serde_json::to_string_pretty(&body(job, &call.body)).unwrap_or_default();
        let _ = writeln!(out, "\n{} {}\n{body}", call.method, call.url);
    }
    for file in &job.files {
        let _ = writeln!(out, "\nfile {}, {} bytes", file.name, file.bytes().len());
    }
    out + "\nText:\n\n" + job.text.as_str()
}

fn body(job: &Job, body: &Body) -> Value {
    match body {
        Body::Empty => Value::Null,
        Body::Json(value) => shortened(job, value.clone()),
        Body::Bytes(kind, bytes) => json!({"content_type": kind, "bytes": bytes.len()}),
        Body::Form(parts) => parts
            .iter()
            .map(|part| {
                let Some(name) = &part.file else {
                    let text = String::from_utf8_lossy(&part.bytes).into_owned();
                    return json!({"part": part.name, "value": shortened(job, Value::String(text))});
                };
                json!({"part": part.name, "file": name, "bytes": part.bytes.len()})
            })
            .collect(),
    }
}

/// With a word in place of the text and the files, which are shown apart.
fn shortened(job: &Job, value: Value) -> Value {
    match value {
        Value::String(text) if text == job.text.as_str() => json!("<the text below>"),
        Value::String(text) => {
            let file = job.files.iter().find(|file| BASE64_STANDARD.encode(file.bytes()) == text);
            file.map_or(Value::String(text), |file| json!(format!("<{} as base64>", file.name)))
        }
        Value::Array(items) => items.into_iter().map(|item| shortened(job, item)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, field)| (key, shortened(job, field))).collect())
        }
        other => other,
    }
}
