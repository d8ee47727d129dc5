//! Files of requests as the editors' own documentation shows them.

use super::*;
use crate::case::intake::read_all as read_text;

/// Method, address, headers and body of every request, a line each.
fn shown(text: &str) -> Vec<String> {
    let mut ring = KeyRing::default();
    let pieces = read_text(text, &|_| None, &Catalog::built_in(), &mut ring);
    pieces
        .iter()
        .filter_map(|piece| {
            assert_eq!(piece.intake.kind, "http file", "{text}");
            let draft = piece.intake.draft.as_ref()?;
            let headers: Vec<String> =
                draft.headers.iter().map(|h| format!(" {}: {};", h.name, h.value)).collect();
            let headers = headers.concat();
            let form =
                draft.form.iter().map(|p| format!(" {}={}", p.name, p.text().or(p.path()).unwrap_or("")));
            Some(
                format!(
                    "{} {}{headers} {}{}",
                    draft.method,
                    draft.url,
                    draft.body,
                    form.collect::<Vec<_>>().concat()
                )
                .trim_end()
                .to_owned(),
            )
        })
        .collect()
}

/// From REST Client's README and `JetBrains`' page on the syntax.
#[test]
fn requests_of_a_file_are_read() {
    let table: &[(&str, &[&str])] = &[
        (
            "https://example.com/comments/1\n###\nGET https://example.com/topics/1 HTTP/1.1\n",
            &["GET https://example.com/comments/1", "GET https://example.com/topics/1"],
        ),
        (
            "POST https://example.com/comments HTTP/1.1\ncontent-type: application/json\n\n{\n    \"name\": \"sample\"\n}\n",
            &[
                "POST https://example.com/comments content-type: application/json; {\n    \"name\": \"sample\"\n}",
            ],
        ),
        (
            "GET https://example.com/comments\n    ?page=2\n    &pageSize=10\nX-A: b\n",
            &["GET https://example.com/comments?page=2&pageSize=10 X-A: b;"],
        ),
        (
            "@hostname = api.example.com\n@port=8080\n@host = {{hostname}}:{{port}}\n\n### List\n# @name list\n// a comment\nGET https://{{host}}/users HTTP/1.1\nAuthorization: Bearer {{token}}\n# not a header\nX-A: b\n\n###\n",
            &["GET https://api.example.com:8080/users Authorization: Bearer [env:token]; X-A: b;"],
        ),
        (
            "POST https://api.example.com/login HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\nname=foo\n&password=bar\n",
            &[
                "POST https://api.example.com/login Content-Type: application/x-www-form-urlencoded; name=foo&password=[key#1]",
            ],
        ),
        (
            "### a\nPOST http://h.test/x\nContent-Type: application/json\n\n{\"a\": {{n}}}\n\n> {% client.test(\"x\", function() {\n  client.assert(true);\n}); %}\n### b\nGET h.test/y\n",
            &["POST http://h.test/x Content-Type: application/json; {\"a\": [env:n]}", "GET http://h.test/y"],
        ),
        (
            "POST https://h.test/v1\nContent-Type: application/json\n\n< ./in.json\n",
            &["POST https://h.test/v1 Content-Type: application/json;"],
        ),
        ("### x\nGET /v1/models HTTP/1.1\nHost: h.test\n", &["GET https://h.test/v1/models"]),
        (
            "POST https://h.test/u\nContent-Type: multipart/form-data; boundary=B\n\n--B\nContent-Disposition: form-data; name=\"t\"\n\ntitle\n--B\nContent-Disposition: form-data; name=\"f\"; filename=\"1.png\"\nContent-Type: image/png\n\n< ./1.png\n--B--\n",
            &["POST https://h.test/u Content-Type: multipart/form-data;  t=title f=./1.png"],
        ),
        (
            "// why\nPOST {{base}}/v1/x\nX-Id: {{$guid}}\n\n{}\n",
            &["POST [env:base]/v1/x X-Id: {{$guid}}; {}"],
        ),
        (
            "GET https://h.test/a\nAuthorization: Basic me:pw\n",
            &["GET https://h.test/a Authorization: Basic [key#1];"],
        ),
    ];
    for (text, expected) in table {
        assert_eq!(shown(text), *expected, "{text}");
    }
}

#[test]
fn logs_are_no_files_of_requests() {
    let none = [
        "POST https://h.test/v1/chat 429 (Too Many Requests)",
        "GET https://h.test/v1\n\nError: it failed",
        "Error: x\nGET https://h.test/v1\nX-A: b",
        "# Title\n\nSome words about https://h.test/",
        "https://h.test/v1 answers 401",
        "{\"a\":1}",
        "POST /v1 failed",
    ];
    for text in none {
        assert!(!is_one(text), "{text}");
    }
}

#[test]
fn an_answer_below_is_kept() {
    let text = "POST https://h.test/v1\nContent-Type: application/json\n\n{\"a\":1}\n\nHTTP/1.1 401 Unauthorized\ncontent-type: application/json\n\n{\"error\":{\"message\":\"no\"}}\n";
    let mut ring = KeyRing::default();
    let intake = crate::case::intake::read(text, &Catalog::built_in(), &mut ring);
    assert_eq!(intake.draft.map(|d| d.body).as_deref(), Some("{\"a\":1}"));
    assert_eq!(intake.observed.and_then(|a| a.response().and_then(|r| r.status)), Some(401));
}
