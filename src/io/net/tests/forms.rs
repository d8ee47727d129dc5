//! Forms against the bytes that curl itself sent (`curl_forms.json`: options, files, content type and body as a server
//! received them from curl 7.88.1 on 2026-11-21, boundaries replaced by a word).

use std::path::Path;

use serde::Deserialize;

use super::super::form;
use crate::case::catalog::Catalog;
use crate::case::finding::Level;
use crate::case::intake;
use crate::case::keyring::KeyRing;
use crate::case::request::{PartContent, Request};

#[derive(Deserialize)]
struct Record {
    curl: String,
    files: std::collections::BTreeMap<String, String>,
    forms: Vec<Sent>,
}

/// One command, and what curl sent or that it refused.
#[derive(Deserialize)]
struct Sent {
    options: String,
    stdin: Option<String>,
    refused: Option<u8>,
    method: Option<String>,
    content_type: Option<String>,
    body: Option<String>,
}

/// Where casefile sends something else on purpose: what the command's options hold, and the finding that says so.
const DIFFERS: [(&str, &str); 11] = [
    ("filename='", "form_filename_empty"),
    ("--form-escape", "option_not_applied"),
    ("a.png,b.txt", "form_several_files"),
    ("type=image/png,b.txt", "form_several_files"),
    ("prompt=(a", "form_nested"),
    ("boundary=mine", "boundary_written_twice"),
    ("headers=", "form_headers_not_sent"),
    ("encoder=", "form_headers_not_sent"),
    ("application/json' -F", "form_under_another_type"),
    ("multipart/mixed' -F", "form_under_another_type"),
    ("'Content-Type:' -F", "form_under_another_type"),
];

#[test]
fn forms_go_out_as_curl_sent_them() {
    let record: Record = serde_json::from_str(include_str!("curl_forms.json")).expect("a record");
    assert!(record.curl.starts_with("7.88.1 ") && record.forms.len() > 100);
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in &record.files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, content).expect("written");
    }
    let wrong: Vec<String> =
        record.forms.iter().filter_map(|sent| difference(sent, folder.path()).err()).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), record.forms.len(), wrong.join("\n\n"));
}

fn difference(sent: &Sent, folder: &Path) -> Result<(), String> {
    let piped = sent.stdin.as_ref().map_or_else(String::new, |text| format!("printf '{text}' | "));
    let paste = format!("{piped}curl -sS http://127.0.0.1:1/v1/files {}", sent.options);
    let read = intake::read(&paste, &Catalog::built_in(), &mut KeyRing::default());
    let says = |id: &str| read.findings.iter().any(|f| f.id == id);
    if sent.refused.is_some() {
        let refuses = read.findings.iter().any(|f| f.level == Level::Error);
        return refuses.then_some(()).ok_or_else(|| format!("curl refuses {}", sent.options));
    }
    let mut request = read.draft.as_ref().expect("a draft").to_request(None).expect("a request");
    for part in &mut request.form {
        if let PartContent::File { path, .. } = &mut part.content {
            *path = folder.join(path.as_str()).display().to_string();
        }
    }
    let ours = as_sent(&request);
    let curls = Some((sent.method.as_deref(), sent.content_type.as_deref(), sent.body.as_deref()));
    let same = ours.as_ref().map(|(m, c, b)| (Some(m.as_str()), Some(c.as_str()), Some(b.as_str()))) == curls;
    match DIFFERS.iter().find(|(options, _)| sent.options.contains(options)) {
        Some((_, id)) if same || !says(id) => Err(format!("{}: no difference or no {id}", sent.options)),
        None if !same => Err(format!("{}\n  curl: {curls:?}\n  ours: {ours:?}", sent.options)),
        _ => Ok(()),
    }
}

/// Method, content type and body with the boundary replaced.
fn as_sent(request: &Request) -> Option<(String, String, String)> {
    let ring = KeyRing::default();
    let resolve = |masked: &str| ring.resolve(masked).map_err(super::super::prepare::local);
    let form = form::build(&request.form, &resolve).ok()?;
    let content_type = form::content_type(request.header("content-type"), &form.boundary);
    let replaced = |text: &str| text.replace(&form.boundary, "BOUNDARY");
    let body = String::from_utf8_lossy(&form.body).into_owned();
    Some((request.method.clone(), replaced(&content_type), replaced(&body)))
}
