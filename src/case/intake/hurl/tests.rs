//! Files as Hurl's own pages show them.

use super::*;
use crate::case::intake::read_all as read_text;

/// Method, address, headers and body or fields of every request, a line each.
fn shown(text: &str) -> Vec<String> {
    let mut ring = KeyRing::default();
    let pieces = read_text(text, &|_| None, &Catalog::built_in(), &mut ring);
    pieces
        .iter()
        .filter_map(|piece| {
            assert_eq!(piece.intake.kind, "hurl", "{text}");
            let draft = piece.intake.draft.as_ref()?;
            let headers: Vec<String> =
                draft.headers.iter().map(|h| format!(" {}: {};", h.name, h.value)).collect();
            let headers = headers.concat();
            let form = draft.form.iter().map(|p| {
                let kind = p.media_type.as_ref().map_or(String::new(), |kind| format!(" ({kind})"));
                format!(" {}={}{kind}", p.name, p.text().or(p.path()).unwrap_or(""))
            });
            let line = format!(
                "{} {}{headers} {}{}",
                draft.method,
                draft.url,
                draft.body,
                form.collect::<Vec<_>>().concat()
            );
            Some(line.trim_end().to_owned())
        })
        .collect()
}

/// From Hurl's own pages.
#[test]
fn requests_of_a_hurl_file_are_read() {
    let table: &[(&str, &[&str])] = &[
        (
            "# Get home:\nGET https://example.org\nHTTP 200\n[Captures]\ncsrf_token: xpath \"string(//meta)\"\n\n# Do login!\nPOST https://example.org/login?user=toto&password=1234\nX-CSRF-TOKEN: {{csrf_token}}\nHTTP 302\n",
            &[
                "GET https://example.org",
                "POST https://example.org/login?user=toto&password=[key#1] X-CSRF-TOKEN: [env:csrf_token];",
            ],
        ),
        (
            "GET https://example.org/news\n[QueryStringParams]\norder: newest\nsearch: something to search\ncount: 100\n",
            &["GET https://example.org/news?order=newest&search=something+to+search&count=100"],
        ),
        (
            "POST https://example.org/contact\n[FormParams]\ndefault: false\ntoken: {{token}}\nemail: john.doe@rookie.org\nnumber: 33611223344\n",
            &[
                "POST https://example.org/contact Content-Type: application/x-www-form-urlencoded; default=false&token=[env:token]&email=john.doe%40rookie.org&number=33611223344",
            ],
        ),
        (
            "POST https://example.org/upload\n[MultipartFormData]\nfield1: value1\nfield2: file,example.txt;\n# One can specify the file content type:\nfield3: file,example.zip; application/zip\n",
            &[
                "POST https://example.org/upload Content-Type: multipart/form-data;  field1=value1 field2=example.txt field3=example.zip (application/zip)",
            ],
        ),
        (
            "GET https://example.org/protected\n[BasicAuth]\nbob: secret-pw-1\n\nHTTP 200\n",
            &["GET https://example.org/protected Authorization: Basic [key#1];"],
        ),
        (
            "GET https://example.org/index.html\n[Cookies]\ntheme: light\nsessionToken: abc123\n",
            &["GET https://example.org/index.html Cookie: theme=[cookie#1]; sessionToken=[cookie#2];"],
        ),
        (
            "POST https://example.org/api/cats\n{\n    \"id\": {{n}},\n    \"tags\": [\"a # b\"]\n}\nHTTP 201\n[Asserts]\njsonpath \"$.id\" == 1\n\nGET https://example.org/b\n",
            &[
                "POST https://example.org/api/cats Content-Type: application/json; {\n    \"id\": [env:n],\n    \"tags\": [\"a # b\"]\n}",
                "GET https://example.org/b",
            ],
        ),
        (
            "POST https://example.org/models\n```\nYear,Make\n1997,Ford\n```\nHTTP 200\n",
            &["POST https://example.org/models Year,Make\n1997,Ford"],
        ),
        (
            "POST https://example.org/x\n```json\n{\"a\":1}\n```\n",
            &["POST https://example.org/x Content-Type: application/json; {\"a\":1}"],
        ),
        (
            "POST https://example.org/helloworld\n`Hello world!`\nHTTP *\n",
            &["POST https://example.org/helloworld Hello world!"],
        ),
        ("POST https://example.org\n# a comment\nbase64,SGVsbG8=;\n", &["POST https://example.org Hello"]),
        ("POST https://example.org\nfile,data.bin;\n", &["POST https://example.org"]),
        (
            "GET {{host}}/a # why\nX-A: b # c\nHTTP 200\n{\"x\": \"\nGET https://other.test/\n\"}\nGET https://example.org/c\nHTTP 200\n",
            &["GET [env:host]/a X-A: b;", "GET https://example.org/c"],
        ),
        (
            "GET https://h.test/{{id}}\n[Options]\nvariable: unused=1\ninsecure: true\nHTTP 200\n",
            &["GET https://h.test/[env:id]"],
        ),
    ];
    for (text, expected) in table {
        assert_eq!(shown(text), *expected, "{text}");
    }
}

#[test]
fn options_and_expectations_are_told() {
    let text = "GET https://h.test/a\n[Options]\ninsecure: true\nlocation: true\nHTTP 200\n[Asserts]\nstatus < 300\n";
    let mut ring = KeyRing::default();
    let intake = crate::case::intake::read(text, &Catalog::built_in(), &mut ring);
    let ids: Vec<&str> = intake.findings.iter().map(|f| f.id).collect();
    assert_eq!(ids, ["certificates_checked", "redirects_not_followed", "expectations_left_out"]);
}

#[test]
fn other_texts_are_no_hurl_files() {
    for text in [
        "GET https://h.test/a",
        "POST https://h.test/a 429\n[Asserts]",
        "HTTP 200\n[Asserts]",
        "words\n[Options]",
    ] {
        assert!(!is_one(text), "{text}");
    }
}
