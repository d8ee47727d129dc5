//! What an adversary pasted who had not seen the code: no secret stays in what is shown, and each text means what it says.

use super::*;

/// Everything of the pieces that a view may show.
fn shown(text: &str, ring: &mut KeyRing) -> String {
    let catalog = Catalog::built_in();
    let pieces = read_all(text, &|_| None, &catalog, ring);
    let each = pieces.iter().map(|piece| {
        let body = piece
            .intake
            .observed
            .as_ref()
            .and_then(|a| a.response())
            .map(|r| mask_secrets(&String::from_utf8_lossy(&r.body), &catalog, ring).0);
        let told: Vec<String> =
            piece.intake.findings.iter().map(|f| format!("{} {}", f.message, f.fix)).collect();
        let draft = piece.intake.draft.as_ref().map(|d| {
            let headers: Vec<String> = d.headers.iter().map(|h| format!("{}: {}", h.name, h.value)).collect();
            let parts: Vec<String> = d.form.iter().map(|p| format!("{}={:?}", p.name, p.text())).collect();
            format!("{} {} {} {} {}", d.method, d.url, headers.join("; "), d.body, parts.join("&"))
        });
        format!("{draft:?} {body:?} {told:?} {:?}", piece.intake.said.url)
    });
    each.collect::<Vec<_>>().join("\n")
}

#[test]
fn no_view_shows_a_secret() {
    let secret = format!("Zq7Rw2Lp{}", "9Xk4Vb8N");
    let h = "https://h.example.com/t";
    let names = [
        "client_secret",
        "password",
        "pwd",
        "passwd",
        "api_key",
        "apikey",
        "access_token",
        "refresh_token",
        "id_token",
        "token",
        "secret",
        "key",
        "signature",
        "user[password]",
        "clientSecret",
    ];
    let mut table: Vec<String> = Vec::new();
    for name in names {
        table.push(format!("curl {h} -d 'a=b&{name}=@'"));
        table.push(format!("curl {h} --data-urlencode '{name}=@'"));
        table.push(format!("curl {h} -F '{name}=@'"));
        table.push(format!("curl -G {h} -d '{name}=@'"));
        table.push(format!("http -f POST {h} a=b {name}=@"));
        table.push(format!("http POST {h} '{name}=@'"));
        table.push(format!(
            "### t\nPOST {h}\nContent-Type: application/x-www-form-urlencoded\n\na=b&{name}=@\n"
        ));
        table.push(format!("POST {h}\n[Form]\na: b\n{name}: @\nHTTP 200\n"));
        table.push(format!("POST /t HTTP/1.1\nHost: h.example.com\nContent-Type: application/x-www-form-urlencoded\n\na=b&{name}=@\n"));
        table.push(format!("Invoke-RestMethod {h} -Method Post -Body @{{'{name}'='@'; a='b'}}"));
        table.push(format!(
            "POST /t HTTP/1.1\nHost: h.example.com\nContent-Type: multipart/form-data; boundary=x\n\n--x\n\
             Content-Disposition: form-data; name=\"{name}\"\n\n@\n--x--\n"
        ));
        table.push(format!(
            "127.0.0.1:5: POST {h} HTTP/2.0\n    content-type: application/x-www-form-urlencoded\n\n    {name}: @\n    u: bob\n\n \
             << HTTP/2.0 200 OK 1b\n"
        ));
    }
    let others = [
        "{\"cmd\":\"curl https://h.example.com/t -u bob:@\"}",
        "{\"level\":\"info\",\"msg\":\"running: curl https://h.example.com/t -u bob:@\"}\n{\"msg\":\"z\"}",
        "GET /1 HTTP/1.1\nHost: a.example.com\n\nHTTP/1.1 301 Moved\nLocation: /2\n\nGET /2 HTTP/1.1\nHost: a.example.com\nCookie: sid=@\n\nHTTP/1.1 200 OK\n\n{}\n",
        "$env:TOKEN = \"@\"\ncurl.exe https://h.example.com/t -H \"X-My: $env:TOKEN\"\n",
        "$token = '@'\ncurl.exe https://h.example.com/t -H \"X-My: $token\"\n",
        "C:\\>set TOKEN=@\nC:\\>curl https://h.example.com/t -H \"X-My: %TOKEN%\"\n",
        "set API_KEY=@\ncurl \"https://h.example.com/t\" -H \"X-My: %API_KEY%\"\n",
        "export MY_TOKEN=@\ncurl https://h.example.com/t -H \"X-My: $MY_TOKEN\"\n",
        "Invoke-Something -Uri \"h.example.com/v1\" -Headers {'X-Api-Key' = '@'}\n",
        "$base='https://a.example.com'\nInvoke-RestMethod -Uri \"$($base)/v1\" -Headers {'X-Api-Key' = '@'}\n",
        "sometool POST h.example.com/t X-Api-Key:@ a=b\n",
        "sometool https://h.example.com/t --user bob:@ --token @\n",
        "C:\\>http POST h.example.com/t X-Api-Key:@ a=b\n",
        "wget --header 'Cookie: sid=@' --password=@ https://h.example.com/t\n",
    ];
    table.extend(others.map(str::to_owned));
    for text in table {
        let text = text.replace('@', &secret).replace(&format!("-Body {secret}{{"), "-Body @{");
        let mut ring = KeyRing::default();
        let shown = shown(&text, &mut ring);
        assert!(!shown.contains(&secret), "{text}\n-> {shown}");
    }
}

/// Method, address and body of each request.
#[test]
fn windows_shells_are_read() {
    let u = "https://h.example/v1";
    let table = [
        (
            "$h = New-Object \"System.Collections.Generic.Dictionary[[String],[String]]\"\n$h.Add(\"X-A\", \"b\")\nirm ~ -Headers $h -Body $null -Method Put",
            "PUT ~ X-A: b; ",
        ),
        ("$h = @{}\n$h['X-A'] = 'it''s'\n$h.B = 'c'\nirm ~ -Headers $h", "GET ~ X-A: it's; B: c; "),
        (
            "irm ~ -Method Post -ContentType 'a/json' -Body (ConvertTo-Json @{a=1})",
            "POST ~ Content-Type: a/json; {\"a\":1}",
        ),
        (
            "$b = @{a=1}\nirm ~ -Method Post -ContentType 'a/json' -Body ($b | ConvertTo-Json -Depth 3)",
            "POST ~ Content-Type: a/json; {\"a\":1}",
        ),
        (
            "$b = [ordered]@{a=1;b=2}|ConvertTo-Json\nirm ~ -Method Post -ContentType 'a/json' -Body $b",
            "POST ~ Content-Type: a/json; {\"a\":1,\"b\":2}",
        ),
        (
            "$b = @{a=1}\n$j = ConvertTo-Json $b -Depth 5\nirm ~ -Method Post -ContentType 'a/json' -Body $j",
            "POST ~ Content-Type: a/json; {\"a\":1}",
        ),
        (
            "$b = @{a=1}\nirm ~ -Method Post -ContentType 'a/json' -Body ([System.Text.Encoding]::UTF8.GetBytes(($b | ConvertTo-Json)))",
            "POST ~ Content-Type: a/json; {\"a\":1}",
        ),
        (
            "$p = @{\n Uri = '~'\n Method = 'POST'\n ContentType = 'a/json'\n Body = '{\"a\":1}'\n Headers = @{ A = 'b' }\n}\nInvoke-RestMethod @p",
            "POST ~ A: b; Content-Type: a/json; {\"a\":1}",
        ),
        (
            "PS C:\\> Invoke-WebRequest -Uri ~ `\n>>   -Method POST `\n>>   -ContentType a/json -Body '{}'",
            "POST ~ Content-Type: a/json; {}",
        ),
        ("curl ~ -Headers @{ A = \"b\" }", "GET ~ A: b; "),
        ("$base='https://h.example'\nirm \"$($base)/v1\"", "GET ~ "),
        (
            "set BASE=https://h.example\ncurl \"%BASE%/v1\" -H \"A: %OTHER_ONE%\"",
            "GET ~ A: [env:OTHER_ONE]; ",
        ),
        ("curl \"https://h.example/v1?a=%E4%B8%AD%20x\"", "GET ~?a=%E4%B8%AD%20x "),
    ];
    for (text, expected) in table {
        let (text, expected) = (text.replace('~', u), expected.replace('~', u));
        let intake = read(&text, &Catalog::built_in(), &mut KeyRing::default());
        let draft = intake.draft.expect(&text);
        let headers: String =
            draft.headers.iter().flat_map(|h| [h.name.as_str(), ": ", h.value.as_str(), "; "]).collect();
        assert_eq!(format!("{} {} {headers}{}", draft.method, draft.url, draft.body), expected, "{text}");
    }
}

/// Method, address, body and status of each request.
#[test]
fn texts_mean_what_they_say() {
    let table: [(&str, &[&str]); 9] = [
        (
            "Run `curl https://h.example/a` and `curl -I https://h.example/b` please",
            &["GET https://h.example/a  None", "HEAD https://h.example/b  None"],
        ),
        (
            "{\"scripts\":{\"a\":\"curl https://h.example/a -d '{\\\"b\\\":1}'\",\"c\":\"tsc\"}}",
            &["POST https://h.example/a {\"b\":1} None"],
        ),
        ("hey\n```curl https://h.example/a -d x```\nwhy?", &["POST https://h.example/a x None"]),
        (
            "### q\nGRAPHQL https://h.example/a\n\nquery { me }\n\n{\"x\":1}\n",
            &["POST https://h.example/a {\"query\":\"query { me }\",\"variables\":{\"x\":1}} None"],
        ),
        (
            "### a\nGET https://h.example/a\n\n### b\ncurl https://h.example/b -d c\n",
            &["GET https://h.example/a  None", "POST https://h.example/b c None"],
        ),
        (
            "### a\n< {%\n  request.variables.set(\"m\", \"x\")\n%}\nPOST https://h.example/a\nX-A: b\n\nx\n",
            &["POST https://h.example/a x None"],
        ),
        (
            "POST https://h.example/a\n{\"b\":1}\nHTTP 200\n\nerror: Assert status code\n  --> a.hurl:3:6\n   |      ^^^ actual value is <401>\n",
            &["POST https://h.example/a {\"b\":1} Some(401)"],
        ),
        (
            "Mine:\nPOST https://h.example/a\nX-A: b\n{\"b\":1}\nHTTP 200\n",
            &["POST https://h.example/a {\"b\":1} None"],
        ),
        (
            "exec(`curl https://h.example/a -d \"${process.env.B}\"`)",
            &["POST https://h.example/a [env:B] None"],
        ),
    ];
    for (text, expected) in table {
        let pieces = read_all(text, &|_| None, &Catalog::built_in(), &mut KeyRing::default());
        let got: Vec<String> = pieces
            .iter()
            .map(|piece| {
                let draft = piece.intake.draft.clone().unwrap_or_default();
                let status = piece.intake.observed.as_ref().and_then(|a| a.response()?.status);
                format!("{} {} {} {status:?}", draft.method, draft.url, draft.body)
            })
            .collect();
        assert_eq!(got, expected, "{text}");
    }
}
