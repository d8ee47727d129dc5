//! What curl sends, where options meet each other, a shell's words or files of the paste.

use crate::case::catalog::Catalog;
use crate::case::intake::read_all;
use crate::case::keyring::KeyRing;
use crate::case::request::Draft;

fn sent(text: &str) -> Vec<(Draft, Vec<&'static str>)> {
    let files = |name: &str| {
        (name == "c.cfg").then(|| "url=https://h.test/a\nnext\nurl=https://h.test/b\n".to_owned())
    };
    let pieces = read_all(text, &files, &Catalog::built_in(), &mut KeyRing::default());
    let of = |intake: crate::case::request::Intake| {
        let ids = intake.findings.iter().map(|finding| finding.id).collect();
        intake.draft.map(|draft| (draft, ids))
    };
    pieces.into_iter().filter_map(|piece| of(piece.intake)).collect()
}

fn header(draft: &Draft, name: &str) -> String {
    let values = draft.headers.iter().filter(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.as_str());
    values.collect::<Vec<_>>().join(" + ")
}

#[test]
fn a_header_is_sent_once_and_the_written_one_holds() {
    let table = [
        ("curl -A x -H 'User-Agent: y' https://h.test/a", "user-agent", "y"),
        ("curl -H 'User-Agent:' -A x https://h.test/a", "user-agent", ""),
        ("curl -A x -A z https://h.test/a", "user-agent", "z"),
        ("curl -e x -H 'Referer: y' https://h.test/a", "referer", "y"),
        ("curl -r 0-1 -H 'Range: bytes=5-6' https://h.test/a", "range", "bytes=5-6"),
        ("curl -r 0-1 -r 5- https://h.test/a", "range", "bytes=5-"),
        ("curl -r 0-1 https://h.test/a", "range", "bytes=0-1"),
        ("curl -H 'X-A: [env:B]:c' https://h.test/a", "x-a", "[env:B]:c"),
    ];
    for (text, name, expected) in table {
        let sent = sent(text);
        assert_eq!(header(&sent.first().expect(text).0, name), expected, "{text}");
    }
    let both = sent("curl -H 'Cookie: x=1' -b y=2 https://h.test/a");
    let cookies = both.first().expect("a request").0.headers.iter().filter(|h| h.name == "Cookie").count();
    assert_eq!(cookies, 1);
}

#[test]
fn credentials_that_curl_does_not_send_are_not_sent() {
    let (draft, ids) =
        sent("curl --aws-sigv4 aws:amz:us-east-1:bedrock -u AKIA:secret https://h.test/a").remove(0);
    assert_eq!((header(&draft, "authorization"), draft.url.as_str()), (String::new(), "https://h.test/a"));
    assert!(ids.contains(&"request_signed"), "{ids:?}");
    for text in ["curl -u a:b https://c:d@h.test/a", "curl -H 'Authorization: Bearer x' https://c:d@h.test/a"]
    {
        let (draft, _) = sent(text).remove(0);
        assert_eq!(draft.url, "https://h.test/a", "{text}");
        assert!(!header(&draft, "authorization").is_empty(), "{text}");
    }
}

#[test]
fn a_whole_header_that_nobody_knows_is_told() {
    for text in [
        "curl https://h.test/a -H \"$AUTH\"",
        "curl https://h.test/a -H \"${H[0]}\"",
        "curl https://h.test/a -H \"$(get header)\" -H \"$AUTH\"",
    ] {
        let (draft, ids) = sent(text).remove(0);
        assert!(draft.headers.is_empty(), "{text}: {} headers", draft.headers.len());
        assert!(ids.contains(&"header_unknown"), "{text}: {ids:?}");
    }
    let (draft, _) =
        sent("H=('X-A: b' 'X-C: d')\ncurl https://h.test/a -H \"${H[0]}\" -H \"${H[-1]}\"").remove(0);
    assert_eq!((header(&draft, "x-a"), header(&draft, "x-c")), ("b".to_owned(), "d".to_owned()));
}

/// The addresses of a paste, and the body of the first request.
type Row<'a> = (&'a str, &'a [&'a str], &'a str);

#[test]
fn addresses_and_bodies_are_those_that_curl_sends() {
    let table: &[Row<'_>] = &[
        ("curl -G 'https://h.test/a#f' -d b=c", &["https://h.test/a?b=c#f"], ""),
        ("curl 'https://h.test/a?x=1#t' --url-query y=2", &["https://h.test/a?x=1&y=2#t"], ""),
        ("curl -G 'https://h.test/a' --url-query q=1 -d d=2", &["https://h.test/a?d=2"], ""),
        ("curl -T f.txt https://h.test", &["https://h.test/f.txt"], ""),
        ("curl -T 'f x.txt' 'https://h.test/d/?x=1'", &["https://h.test/d/f%20x.txt?x=1"], ""),
        ("curl -T f.txt https://h.test/d/g", &["https://h.test/d/g"], ""),
        ("curl http:/h.test/a", &["http://h.test/a"], ""),
        ("curl https:///h.test/a", &["https://h.test/a"], ""),
        (
            "curl 'https://h.test/[1-2]' 'https://h.test/[a-c]'",
            &[
                "https://h.test/1",
                "https://h.test/2",
                "https://h.test/a",
                "https://h.test/b",
                "https://h.test/c",
            ],
            "",
        ),
        (
            "curl -s https://h.test/p{1..3}",
            &["https://h.test/p1", "https://h.test/p2", "https://h.test/p3"],
            "",
        ),
        ("curl -s 'https://h.test/p{1..3}'", &["https://h.test/p{1..3}"], ""),
        ("A=x; B=y\ncurl https://h.test/$A/$B", &["https://h.test/x/y"], ""),
        ("A=x && B=y && curl https://h.test/$A/$B", &["https://h.test/x/y"], ""),
        ("H=(a b); B=y\ncurl https://h.test/${H[1]}/$B", &["https://h.test/b/y"], ""),
        (
            "{ curl https://h.test/a; echo; curl https://h.test/b; }",
            &["https://h.test/a", "https://h.test/b"],
            "",
        ),
        (
            "curl https://h.test/a --data-binary @- <<'EOF' && curl https://h.test/b\n{\"a\":1}\nEOF\ncurl https://h.test/c",
            &["https://h.test/a", "https://h.test/b", "https://h.test/c"],
            "{\"a\":1}\n",
        ),
        (
            "curl https://h.test/a -d @- <<EOF; curl https://h.test/b\nx\nEOF\n",
            &["https://h.test/a", "https://h.test/b"],
            "x",
        ),
        ("curl https://h.test/a -d @<(echo '{\"a\": \"b c\"}')", &["https://h.test/a"], "{\"a\": \"b c\"}"),
        ("curl https://h.test/a --data-binary @<(printf 'a=%s' b)", &["https://h.test/a"], "a=b"),
        (
            "curl https://h.test/a --data-binary @<(cat <<'EOF'\n{\"a\": 1}\nEOF\n)",
            &["https://h.test/a"],
            "{\"a\": 1}\n",
        ),
        ("curl -K <(printf 'url = https://h.test/k\\n')", &["https://h.test/k"], ""),
        ("curl -K c.cfg", &["https://h.test/a", "https://h.test/b"], ""),
        ("curl \"${A:-${B:-https://h.test/x}}\"", &["https://h.test/x"], ""),
        ("ask() { curl https://h.test/x -d \"q=${1:-hello}\"; }\nask", &["https://h.test/x"], "q=hello"),
        ("api() { curl \"https://h.test/$1\" \"${@:2}\"; }\napi v1 -d a", &["https://h.test/v1"], "a"),
        ("T=hello\ncurl https://h.test/x -d \"n=${#T}\"", &["https://h.test/x"], "n=5"),
        ("A=B; B=c\ncurl https://h.test/x -d \"${!A}\"", &["https://h.test/x"], "c"),
        (
            "curl https://h.test/x -d '{\"q\": \"what'\"'\"'s up\", \"r\": \"it's\"}'",
            &["https://h.test/x"],
            "{\"q\": \"what's up\", \"r\": \"it's\"}",
        ),
        ("set -l b \"a b\"\ncurl https://h.test/x -d $b", &["https://h.test/x"], "a b"),
        ("set body '{\"a\": 1}'\ncurl https://h.test/x -d $body", &["https://h.test/x"], "{\"a\": 1}"),
        ("curl https://h.test/x -H \"Authorization: Bearer \"(cat k) -d x", &["https://h.test/x"], "x"),
        ("echo -e 'a\\nb' | curl https://h.test/x --data-binary @-", &["https://h.test/x"], "a\nb\n"),
        (
            "% curl https://h.test/x -d '{\nquote> \"a\": 1\nquote> }'",
            &["https://h.test/x"],
            "{\n\"a\": 1\n}",
        ),
        (
            "  1  curl https://h.test/x \\\n  2    -d '{\n  3    \"a\": 1\n  4  }'",
            &["https://h.test/x"],
            "{\n  \"a\": 1\n}",
        ),
        (
            "exec.Command(\"curl\", \"-d\", `{\"a\":1}`, \"https://h.test/x\")",
            &["https://h.test/x"],
            "{\"a\":1}",
        ),
        ("await Process.run('curl', [\n  'https://h.test/x',\n  '-d', 'a',\n]);", &["https://h.test/x"], "a"),
        (
            "curl --variable %T --variable n=1 --expand-url 'https://h.test/{{n}}' --expand-data 'k={{T}}'",
            &["https://h.test/1"],
            "k=[env:T]",
        ),
    ];
    for (text, urls, body) in table {
        let sent = sent(text);
        let got: Vec<&str> = sent.iter().map(|(draft, _)| draft.url.as_str()).collect();
        assert_eq!(got, *urls, "{text}");
        assert_eq!(sent.first().map(|(draft, _)| draft.body.as_str()), Some(*body), "{text}");
    }
}

#[test]
fn what_comes_from_another_command_is_told() {
    for text in [
        "F=$(curl https://h.test/n | jq -r .id)\ncurl https://h.test/$F -d x",
        "B=`base64 -i f`\ncurl https://h.test/a -d '\"data:'$B'\"'",
        "curl https://h.test/a -d @- <<EOF\n{\"a\":\"$(date)\"}\nEOF",
        "curl https://h.test/a -d @- <<EOF\n{\"a\":\"`date`\"}\nEOF",
        "curl https://h.test/a -d @<(jq . a.json)",
    ] {
        let sent = sent(text);
        let (_, ids) = sent.last().expect(text);
        assert!(ids.contains(&"command_substitution"), "{text}: {ids:?}");
    }
    let (draft, _) = sent("B=`base64 -i f`\ncurl https://h.test/a -d '\"data:'$B'\"' -X PUT").remove(0);
    assert_eq!((draft.method.as_str(), draft.body.as_str()), ("PUT", "\"data:`base64 -i f`\""));
}
