//! Files of other programs, by the marks that their formats document, and the source of programs that make a request: what they
//! are, and what of them can be read.

use serde_json::Value;

use crate::case::finding::{Finding, Level};

/// What is known of a file.
pub(super) enum Foreign {
    /// It describes requests and holds no failed one.
    Described(Finding),
    /// What its program printed when a call failed.
    Printed(String),
}

/// A format: the marks of it, what it is, and how a request comes out of it.
struct Format {
    is: fn(&Value) -> bool,
    what: &'static str,
    fix: &'static str,
}

const FORMATS: [Format; 3] = [
    // https://developer.konghq.com/insomnia/export, read 2026-11-22.
    Format {
        is: |file| text(file, "/_type") == Some("export") && file.get("__export_format").is_some(),
        what: "an Insomnia export",
        fix: "in Insomnia, copy the request that failed as cURL (Generate Code), or export its answer as HAR",
    },
    // https://spec.openapis.org/oas/v3.1.0#openapi-object; Swagger 2.0 has `swagger` in its place.
    Format {
        is: |file| {
            let named = text(file, "/openapi").or_else(|| text(file, "/swagger"));
            named.is_some() && file.get("paths").is_some_and(Value::is_object)
        },
        what: "an OpenAPI document",
        fix: "paste the request that failed, or its answer",
    },
    // https://nbformat.readthedocs.io/en/latest/format_description.html, read 2026-11-22.
    Format {
        is: is_notebook,
        what: "a notebook without an error in its outputs",
        fix: "run the cell that fails, save the notebook, and give it again; or paste the error",
    },
];

/// Bytes of a text in which a program's marks are looked for.
const MOST_SOURCE: usize = 64 << 10;

/// How the source of a program names what makes its requests; all words of a row stand in it.
const PROGRAMS: [(&[&str], &str); 21] = [
    (&["wget ", "://"], "a wget command"),
    (&["requests.post("], "Python with requests"),
    (&["requests.get("], "Python with requests"),
    (&["requests.request("], "Python with requests"),
    (&["httpx."], "Python with httpx"),
    (&["http.client."], "Python with http.client"),
    (&["urllib.request"], "Python with urllib"),
    (&["from openai import"], "Python with OpenAI's library"),
    (&["from anthropic import"], "Python with Anthropic's library"),
    (&["new OpenAI("], "JavaScript with OpenAI's library"),
    (&["new Anthropic("], "JavaScript with Anthropic's library"),
    (&["axios."], "JavaScript with axios"),
    (&["axios("], "JavaScript with axios"),
    (&["fetch(", "://"], "JavaScript with fetch"),
    (&["http.NewRequest"], "Go with net/http"),
    (&["curl_setopt"], "PHP with its curl"),
    (&["HttpRequest.newBuilder("], "Java with its HttpClient"),
    (&["OkHttpClient"], "Java with OkHttp"),
    (&["new HttpRequestMessage("], "C# with HttpClient"),
    (&["Net::HTTP"], "Ruby with Net::HTTP"),
    (&["meta {", "body:json {"], "a request of Bruno's (.bru)"),
];

/// What `text` is, where it is the source of a program that makes a request and nothing that failed.
pub(super) fn source(text: &str) -> Option<Finding> {
    let mut end = text.len().min(MOST_SOURCE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let near = text.get(..end)?;
    let (_, what) = PROGRAMS.iter().find(|(marks, _)| marks.iter().all(|mark| near.contains(mark)))?;
    let message = format!("this is {what}; its source is not read here, and it shows no failed call");
    let finding = Finding::new("not_recognised", Level::Warning, message);
    Some(finding.fix("copy the request as cURL, or paste the error that the program printed, or the answer"))
}

/// What `file` is, where it is one of those.
pub(super) fn of(file: &Value) -> Option<Foreign> {
    if let Some(printed) = is_notebook(file).then(|| last_error(file)).flatten() {
        return Some(Foreign::Printed(printed));
    }
    let format = FORMATS.iter().find(|format| (format.is)(file))?;
    let finding = Finding::new(
        "nothing_usable",
        Level::Error,
        format!("the file is {}; there is no failed call in it", format.what),
    )
    .fix(format.fix);
    Some(Foreign::Described(finding))
}

fn text<'v>(file: &'v Value, place: &str) -> Option<&'v str> {
    file.pointer(place)?.as_str()
}

fn is_notebook(file: &Value) -> bool {
    file.get("nbformat").is_some_and(Value::is_u64) && file.get("cells").is_some_and(Value::is_array)
}

/// The traceback of the last cell that failed.
fn last_error(notebook: &Value) -> Option<String> {
    let cells = notebook.get("cells")?.as_array()?;
    let mut outputs = cells.iter().rev().filter_map(|cell| cell.get("outputs")?.as_array()).flatten();
    let error = outputs.find(|output| text(output, "/output_type") == Some("error"));
    let lines = error?.get("traceback")?.as_array()?.iter().filter_map(Value::as_str);
    let lines: Vec<&str> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::case::catalog::Catalog;
    use crate::case::evidence::Outcome;
    use crate::case::intake;
    use crate::case::keyring::KeyRing;
    use crate::case::request::Intake;

    fn read(file: &Value) -> Intake {
        intake::read(&file.to_string(), &Catalog::built_in(), &mut KeyRing::default())
    }

    #[test]
    fn a_file_that_describes_requests_is_no_answer() {
        for (file, what) in [
            (json!({"_type": "export", "__export_format": 4, "resources": []}), "an Insomnia export"),
            (json!({"openapi": "3.1.0", "info": {}, "paths": {}}), "an OpenAPI document"),
            (json!({"nbformat": 4, "cells": [{"outputs": []}]}), "a notebook without an error"),
        ] {
            let read = read(&file);
            assert!(read.draft.is_none() && read.observed.is_none(), "{what}");
            assert!(read.findings.iter().any(|finding| finding.message.contains(what)), "{what}");
        }
    }

    #[test]
    fn the_source_of_a_program_is_named() {
        for (text, what) in [
            ("import requests\nr = requests.post(url(), json=body())\nprint(r)", "requests"),
            ("we ask with wget and its options from a file: https://h.test/v1", "wget"),
            ("const r = await fetch('https://h.test/v1', options())", "fetch"),
            ("req, err := http.NewRequest(\"POST\", url, body)", "Go"),
        ] {
            let read = intake::read(text, &Catalog::built_in(), &mut KeyRing::default());
            let named = |finding: &Finding| finding.id == "not_recognised" && finding.message.contains(what);
            assert!(read.findings.iter().any(named), "{text}: {:?}", read.findings);
        }
        assert!(source("it failed with 401 and we do not know why").is_none());
    }

    #[test]
    fn the_last_error_of_a_notebook_is_read() {
        let cell = |status: u16, words: &str| {
            let raised = format!(
                "openai.RateLimitError: Error code: {status} - {{'error': {{'message': '{words}'}}}}"
            );
            json!({"cell_type": "code", "outputs": [
                {"output_type": "stream", "name": "stdout", "text": ["calling\n"]},
                {"output_type": "error", "ename": "E", "evalue": words,
                 "traceback": ["\u{1b}[0;31m-----\u{1b}[0m", "Traceback (most recent call last)", raised]},
            ]})
        };
        let cells = [cell(500, "the first"), cell(429, "slow down"), json!({"cell_type": "markdown"})];
        let read = read(&json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}));
        let Some(Outcome::Response(response)) = read.observed.map(|observed| observed.outcome) else {
            panic!("no answer")
        };
        assert_eq!(response.status, Some(429));
        assert!(String::from_utf8_lossy(&response.body).contains("slow down"));
    }
}
