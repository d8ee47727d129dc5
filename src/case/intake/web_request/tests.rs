//! Requests of `PowerShell`: parameters, what a script builds, files and forms.

use super::*;

#[test]
fn requests_of_powershell_are_read() {
    let text = "$headers = @{\n  \"Authorization\" = \"Bearer $env:COMETAPI_KEY\"\n  'X-A' = 'b'\n}\n\
                $body = @{\n  model = \"gpt-4o\"\n  n = 2\n  messages = @(@{ role = \"user\"; content = \"Hi there\" })\n  stream = $false\n\
                } | ConvertTo-Json -Depth 5\n\
                PS C:\\> $r = Invoke-RestMethod -Uri \"https://api.cometapi.com/v1/chat/completions\" `\n  -Method Post -Headers $headers `\n  \
                -ContentType 'application/json' -Body $body\n";
    let intake = read(text, &Catalog::built_in(), &mut KeyRing::default()).expect("a request");
    let draft = intake.draft.expect("a draft");
    assert_eq!(
        (draft.method.as_str(), draft.url.as_str()),
        ("POST", "https://api.cometapi.com/v1/chat/completions")
    );
    let headers: Vec<(&str, &str)> =
        draft.headers.iter().map(|h| (h.name.as_str(), h.value.as_str())).collect();
    assert_eq!(
        headers,
        [("Authorization", "Bearer [env:COMETAPI_KEY]"), ("X-A", "b"), ("Content-Type", "application/json")]
    );
    let body: Value = serde_json::from_str(&draft.body).expect("JSON");
    let expected = serde_json::json!({
        "model": "gpt-4o", "n": 2, "messages": [{"role": "user", "content": "Hi there"}], "stream": false
    });
    assert_eq!(body, expected);
}

#[test]
fn sessions_of_browsers_are_taken() {
    let text = "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n\
                $session.UserAgent = \"Mozilla/5.0 (X11)\"\n\
                $session.Cookies.Add((New-Object System.Net.Cookie(\"lang\", \"en\", \"/\", \"h.test\")))\n\
                $session.Cookies.Add((New-Object System.Net.Cookie(\"b\", \"c d\", \"/\", \"h.test\")))\n\
                Invoke-WebRequest -UseBasicParsing -Uri \"https://h.test/a\" `\n-WebSession $session `\n-Headers $other\n";
    let intake = read(text, &Catalog::built_in(), &mut KeyRing::default()).expect("a request");
    let draft = intake.draft.expect("a draft");
    let header = |name: &str| draft.headers.iter().find(|h| h.name == name).map(|h| h.value.as_str());
    assert_eq!(header("User-Agent"), Some("Mozilla/5.0 (X11)"));
    assert!(header("Cookie").is_some());
    assert!(intake.findings.iter().any(|f| f.id == "header_unknown"), "$other is not known");
}

#[test]
fn files_and_forms_are_told() {
    let table = [
        ("irm https://h.test/a -Method Post -InFile 'my body.json'", Some("my body.json"), ""),
        (
            "irm https://h.test/a -Method Post -Body (Get-Content body.json -Raw) -ContentType text/plain",
            Some("body.json"),
            "",
        ),
        (
            "irm https://h.test/a -Method Post -Body (Get-Content -Path body.json -Raw -Encoding utf8)",
            Some("body.json"),
            "",
        ),
        (
            "irm https://h.test/a -Method Post -Form @{ model=\"m\"; file=Get-Item a.txt }",
            None,
            "model=m file=@a.txt",
        ),
        (
            "irm https://h.test/a -Method Post -Form @{\n  model = 'm'\n  'file' = (Get-Item -Path b.wav)\n}",
            None,
            "model=m file=@b.wav",
        ),
        ("irm https://h.test/a -Method Post -Form @{ f = Get-Thing }", None, ""),
    ];
    for (text, file, form) in table {
        let intake = read(text, &Catalog::built_in(), &mut KeyRing::default()).expect(text);
        assert_eq!(intake.body_file.map(|file| file.path).as_deref(), file, "{text}");
        let draft = intake.draft.unwrap_or_default();
        let part = |part: &Part| match &part.content {
            PartContent::Text(text) => format!("{}={text}", part.name),
            PartContent::File { path, .. } => format!("{}=@{path}", part.name),
        };
        assert_eq!(draft.form.iter().map(part).collect::<Vec<_>>().join(" "), form, "{text}");
        assert_eq!(draft.body, "", "{text}");
    }
}

#[test]
fn what_a_script_builds_is_what_it_sends() {
    let json = "Content-Type: application/json";
    let table = [
        (
            "$p = @{\n  Uri     = 'https://h.test/a'\n  Method  = 'Post'\n  Headers = @{ A = 'b' }\n  \
             Body    = (@{ m = 1 } | ConvertTo-Json)\n  TimeoutSec = 30\n  ContentType = 'application/json'\n}\n\
             Invoke-RestMethod @p",
            format!("POST https://h.test/a A: b|{json} {{\"m\":1}}"),
        ),
        (
            "$b = 'https://h.test'\nirm ($b + '/a') -Headers @{ A = 'x ' + $env:K; B = \"y\" }",
            "GET https://h.test/a A: x [env:K]|B: y ".to_owned(),
        ),
        (
            "irm https://h.test/a -Headers @{ A = ('{0}-{1}' -f 'x', 'y'); B = '{0},{1}' -f 1, 2 }",
            "GET https://h.test/a A: x-y|B: 1,2 ".to_owned(),
        ),
        (
            "$m = @()\n$m += @{ r = 'a' }\n$m += @{ r = 'b' }\n\
             irm https://h.test/a -Method Post -ContentType application/json -Body (@{ m = $m } | ConvertTo-Json -Depth 5)",
            format!("POST https://h.test/a {json} {{\"m\":[{{\"r\":\"a\"}},{{\"r\":\"b\"}}]}}"),
        ),
        (
            "$t = ConvertTo-SecureString $env:K -AsPlainText -Force\nirm https://h.test/a -Authentication Bearer -Token $t",
            "GET https://h.test/a Authorization: Bearer [env:K] ".to_owned(),
        ),
        (
            "irm https://h.test/a -Authentication Bearer -Token (ConvertTo-SecureString \"$env:K\" -AsPlainText -Force)",
            "GET https://h.test/a Authorization: Bearer [env:K] ".to_owned(),
        ),
        (
            "$t = Get-Secret x\nirm https://h.test/a -Headers @{ A = \"Bearer $t\" }",
            "GET https://h.test/a A: Bearer [env:t] ".to_owned(),
        ),
        (
            "function f {\n  param([string]$q = 'x')\n  irm \"https://h.test/a?q=$q\"\n}\nf -q y",
            "GET https://h.test/a?q=[env:q]  ".to_owned(),
        ),
    ];
    for (text, expected) in table {
        let intake = read(text, &Catalog::built_in(), &mut KeyRing::default()).expect(text);
        let draft = intake.draft.unwrap_or_default();
        let headers: Vec<String> = draft.headers.iter().map(|h| format!("{}: {}", h.name, h.value)).collect();
        let got = format!("{} {} {} {}", draft.method, draft.url, headers.join("|"), draft.body);
        assert_eq!(got, expected, "{text}");
        assert!(intake.findings.iter().all(|f| f.id != "expression_not_computed"), "{text}");
    }
    let text = "$b = Get-Content a.json -Raw\nirm https://h.test/a -Method Post -Body $b";
    let intake = read(text, &Catalog::built_in(), &mut KeyRing::default()).expect("a request");
    assert_eq!(intake.body_file.map(|file| file.path).as_deref(), Some("a.json"));
}

#[test]
fn every_command_of_a_script_is_a_request() {
    let text = "$h = @{ A = 'b' }\nirm https://h.test/a -Headers $h\n$h.B = 'c'\n\
                $r = irm https://h.test/b -Headers $h -Method Post -Body 'x'\n$r | ConvertTo-Json\n";
    let all = read_several(text, &Catalog::built_in(), &mut KeyRing::default()).expect("two");
    let urls = all.iter().filter_map(|(intake, ..)| intake.draft.as_ref());
    let urls: Vec<_> = urls.map(|d| (d.url.as_str(), d.headers.len())).collect();
    assert_eq!(urls, [("https://h.test/a", 1), ("https://h.test/b", 3)]);
    let one = "irm https://h.test/a\nWe use irm and iwr here.\n";
    assert!(read_several(one, &Catalog::built_in(), &mut KeyRing::default()).is_none());
}

#[test]
fn pseudo_headers_of_a_browser_are_not_sent() {
    let all = "@{'authority'='h.test'; 'method'='POST'; 'path'='/a'; 'scheme'='https'; 'x-a'='b'}";
    for (table, expected) in [(all, "x-a"), ("@{'method'='x'; 'x-a'='b'}", "method,x-a")] {
        let text = format!("iwr https://h.test/a -Headers {table}");
        let intake = read(&text, &Catalog::built_in(), &mut KeyRing::default()).expect("a request");
        let draft = intake.draft.unwrap_or_default();
        let names: Vec<&str> = draft.headers.iter().map(|h| h.name.as_str()).collect();
        assert_eq!(names.join(","), expected);
    }
}

#[test]
fn short_names_positions_and_tables() {
    let table = [
        ("irm https://h.test/v1/models", ("GET", "https://h.test/v1/models", "")),
        (
            "iwr -Method POST -Uri https://h.test/a -Body '{\"a\":1}'",
            ("POST", "https://h.test/a", "{\"a\":1}"),
        ),
        ("Invoke-RestMethod https://h.test/a -Body @{q='x y'}", ("GET", "https://h.test/a?q=x+y", "")),
        (
            "Invoke-RestMethod https://h.test/a -Me Post -Body (@{a=@(1,2)} | ConvertTo-Json -Compress)",
            ("POST", "https://h.test/a", "{\"a\":[1,2]}"),
        ),
        (
            r#"irm https://h.test/a -Method Post -Body '{"a":"x \"y\""}'"#,
            ("POST", "https://h.test/a", r#"{"a":"x \"y\""}"#),
        ),
        (
            "$b = @{a='x \"y\"'} | ConvertTo-Json\nirm https://h.test/a -Method Post -Body $b",
            ("POST", "https://h.test/a", r#"{"a":"x \"y\""}"#),
        ),
        (
            "$b = @{ a = @(@{ p = @(@{ t = 'x' }) }) } | ConvertTo-Json\nirm https://h.test/a -Method Post -Body $b",
            ("POST", "https://h.test/a", r#"{"a":[{"p":"System.Collections.Hashtable"}]}"#),
        ),
        (
            "irm https://h.test/a -Method Post -Body (@{ a = @(@{ p = @(@{ t = 'x' }) }) } | ConvertTo-Json -Depth 9)",
            ("POST", "https://h.test/a", r#"{"a":[{"p":[{"t":"x"}]}]}"#),
        ),
        (
            "$b = @'\n{\"a\":\"x \\\"y\\\"\"}\n'@\nirm https://h.test/a -Method Post -Body $b",
            ("POST", "https://h.test/a", r#"{"a":"x \"y\""}"#),
        ),
    ];
    for (text, expected) in table {
        let intake = read(text, &Catalog::built_in(), &mut KeyRing::default()).expect(text);
        let draft = intake.draft.expect("a draft");
        assert_eq!((draft.method.as_str(), draft.url.as_str(), draft.body.as_str()), expected, "{text}");
    }
    for text in ["we use irm for that", "Invoke-RestMethod", "firmware https://h.test/"] {
        assert!(read(text, &Catalog::built_in(), &mut KeyRing::default()).is_none(), "{text}");
    }
}
