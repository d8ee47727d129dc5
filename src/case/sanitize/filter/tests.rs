//! Tests of the filter: tables per kind, and what holds for any input.

mod prompts;
mod secrets;

use proptest::prelude::*;

use super::*;
use crate::case::keyring::{Origin, SecretKind};
use crate::case::sanitize::detect::tests::expand;
use crate::case::sanitize::sieve::{Patterns, Sieve};

fn filtered_in(kind: Kind, ring: &KeyRing, pieces: &[&[u8]]) -> Vec<u8> {
    static CATALOG: std::sync::OnceLock<std::sync::Arc<Catalog>> = std::sync::OnceLock::new();
    let mut filter = Filter::new(CATALOG.get_or_init(Catalog::built_in), kind, ring);
    let mut out = Vec::new();
    for piece in pieces {
        filter.feed(piece, &mut out);
    }
    filter.finish(&mut out);
    out
}

fn filtered(kind: Kind, text: &str) -> String {
    String::from_utf8(filtered_in(kind, &KeyRing::default(), &[text.as_bytes()])).expect("is text")
}

fn sk() -> String {
    expand("sk-{alnum:48}")
}

#[test]
fn every_detector_keeps_its_word_behind_the_sieve() {
    let catalog = Catalog::built_in();
    let mut faults = Vec::new();
    for detector in &catalog.detectors {
        let sieve = Sieve::new(Patterns::of(std::iter::once(detector)));
        for example in &detector.matches {
            for text in [
                expand(example),
                format!("{}\n{} {}", "word ".repeat(300), expand(example), "word ".repeat(300)),
            ] {
                let mut hits = Vec::new();
                sieve.find(text.as_bytes(), &mut hits, &mut Vec::new());
                if hits.is_empty() && !(text.contains('\n') && detector.id == "secret_line") {
                    faults.push(format!("{} misses {}", detector.id, text.trim()));
                }
            }
        }
        for example in &detector.spares {
            let mut hits = Vec::new();
            sieve.find(expand(example).as_bytes(), &mut hits, &mut Vec::new());
            if !hits.is_empty() {
                faults.push(format!("{} hits {example:?}", detector.id));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_pattern_of_texts_compiles() {
    for detector in rule::detectors(&Catalog::built_in()) {
        let regex = regex::bytes::RegexBuilder::new(&detector.pattern).unicode(false).build();
        assert!(regex.is_ok(), "{} does not compile: {:?}", detector.id, regex.err());
    }
}

#[test]
fn each_kind_loses_its_secrets_and_keeps_its_evidence() {
    let key = sk();
    let table: Vec<(Kind, String, &str)> = vec![
        (Kind::Text, format!("call with {key} failed, request id req_011CabcDEF\n"), "call with [key#1] failed, request id req_011CabcDEF\n"),
        (Kind::Json, r#"{"api_key": "blue-whale-song", "max_tokens": 5, "status":"failed"}"#.to_owned(), r#"{"api_key": "[key#1]", "max_tokens": 5, "status":"failed"}"#),
        (Kind::Json, r#"{"model":"gpt-4o","messages":[{"role":"user","content":"a plan"}],"stream":true}"#.to_owned(), r#"{"model":"gpt-4o","messages":[{"role":"user","content":"[prompt: 6 chars]"}],"stream":true}"#),
        (Kind::Json, format!("{{\"a\":\"x\"}}\n{{\"authorization\":\"Bearer {key}\"}}\n"), "{\"a\":\"x\"}\n{\"authorization\":\"Bearer [key#1]\"}\n"),
        (Kind::Har, r#"{"log":{"entries":[{"headers":[{"name":"Cookie","value":"sid=one"},{"value":"whale","name":"X-Api-Key"},{"name":"host","value":"h.example"}]}]}}"#.to_owned(),
            r#"{"log":{"entries":[{"headers":[{"name":"Cookie","value":"sid=[cookie#1]"},{"value":"[key#1]","name":"X-Api-Key"},{"name":"host","value":"h.example"}]}]}}"#),
        (Kind::Har, r#"{"postData":{"text":"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a \\\"plan\\\"\"}]}"}}"#.to_owned(),
            r#"{"postData":{"text":"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"[prompt: 8 chars]\"}]}"}}"#),
        (Kind::Headers, "POST /v1/x HTTP/1.1\r\nx-api-key: word-like\r\nAuthorization: Bearer\r\n  folded-value\r\nx-request-id: abc\r\n".to_owned(),
            "POST /v1/x HTTP/1.1\r\nx-api-key: [key#1]\r\nAuthorization: Bearer\r\n  [key#2]\r\nx-request-id: abc\r\n"),
        (Kind::Url, format!("https://user:pass-word@h.example/v1?key={key}&n=1"), "https://[password#1]@h.example/v1?key=[key#1]&n=1"),
        (Kind::Curl, "curl -u me:hunter-two https://h.example -H 'x-api-key: word-like' -d '{\"model\":\"m\",\"prompt\":\"a plan\"}'".to_owned(),
            "curl -u me:[password#1] https://h.example -H 'x-api-key: [key#1]' -d '{\"model\":\"m\",\"prompt\":\"[prompt: 6 chars]\"}'"),
        (Kind::Sse, "event: x\ndata: {\"choices\":[{\"delta\":{\"content\":\"sk-\"}}]}\n\ndata: [DONE]\n".to_owned(),
            "event: x\ndata: {\"choices\":[{\"delta\":{\"content\":\"[prompt: 3 chars]\"}}]}\n\ndata: [DONE]\n"),
        (Kind::Html, format!("<p>{}&#45;{}</p>\n", &key[..2], &key[3..]), "<p>[key#1]</p>\n"),
        (Kind::Log, format!("2026-11-21 10:00:00 INFO sent {{\"model\":\"m\",\"messages\":[{{\"content\":\"plan\"}}]}} by {key}\n"),
            "2026-11-21 10:00:00 INFO sent {\"model\":\"m\",\"messages\":[{\"content\":\"[prompt: 4 chars]\"}]} by [key#1]\n"),
        (Kind::Multipart, "--bound1\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na secret\r\nplan\r\n--bound1\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--bound1--\r\n".to_owned(),
            "--bound1\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n[text: 12 bytes]\r\n--bound1\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--bound1--\r\n"),
        (Kind::Yaml, "gateway_secret: blue-whale\nmodel: m\nprompt: |\n  a plan\n  of two lines\nn: 1\n".to_owned(),
            "gateway_secret: [password#1]\nmodel: m\nprompt: |\n  [prompt: 18 chars]\nn: 1\n"),
    ];
    for (kind, raw, clean) in table {
        assert_eq!(filtered(kind, &raw), clean, "{kind:?}");
        assert_eq!(filtered(kind, clean), clean, "{kind:?} a second time");
    }
}

/// `body` in frames of `size` bytes.
fn framed(body: &str, size: usize, line_end: &str) -> String {
    let frame = |data: &[u8]| {
        format!("{:x}{line_end}{}{line_end}", data.len(), std::str::from_utf8(data).expect("is ASCII"))
    };
    let frames: String = body.as_bytes().chunks(size).map(frame).collect();
    format!("{frames}0{line_end}{line_end}")
}

#[test]
fn frames_hide_no_prompt_and_no_key() {
    let (key, said) = (sk(), "Purple walruses negotiate");
    let body =
        format!(r#"{{"model":"m-1","api_key":"{key}","messages":[{{"role":"user","content":"{said}"}}]}}"#);
    let clean =
        r#"{"model":"m-1","api_key":"[key#1]","messages":[{"role":"user","content":"[prompt: 25 chars]"}]}"#;
    for (line_end, size) in [("\r\n", 1), ("\n", 3), ("\r\n", 7), ("\n", 23), ("\r\n", 60)] {
        for kind in [Kind::Auto, Kind::Log, Kind::Headers] {
            let head = ["POST /v1/x HTTP/1.1", "Transfer-Encoding: chunked", "x-request-id: abc", "", ""]
                .join(line_end);
            let raw = format!("{head}{}HTTP/1.1 400 Bad Request{line_end}", framed(&body, size, line_end));
            let out = filtered(kind, &raw);
            assert!(out.starts_with(&format!("{head}{clean}")), "{size}: {out}");
            assert!(out.ends_with(&format!("HTTP/1.1 400 Bad Request{line_end}")), "{size}: {out}");
            assert_eq!(filtered(kind, &out), out, "{size}: a second time");
            let pieces: Vec<&[u8]> = raw.as_bytes().chunks(5).collect();
            assert_eq!(filtered_in(kind, &KeyRing::default(), &pieces), out.as_bytes(), "{size}: in pieces");
        }
    }
}

#[test]
fn frames_without_secrets_and_lines_in_frames_stay() {
    let head = "HTTP/1.1 429 Too Many Requests\r\ntransfer-encoding: chunked\r\n\r\n";
    let error =
        r#"{"error":{"message":"Rate limit reached for gpt-4o","type":"requests","code":"rate_limit"}}"#;
    for size in [1, 10, 40, 200] {
        let raw = format!("{head}{}", framed(error, size, "\r\n"));
        assert_eq!(filtered(Kind::Auto, &raw), raw, "{size}");
    }
    // Events in a frame each: only what is in them changes.
    let event = "data: {\"choices\":[{\"delta\":{\"content\":\"walrus\"}}]}\n\n";
    let raw = format!("{head}{}", framed(&event.repeat(2), event.len(), "\r\n"));
    let out = filtered(Kind::Auto, &raw);
    assert_eq!(out, raw.replace("walrus", "[prompt: 6 chars]"));
    assert_eq!(filtered(Kind::Auto, &out), out);
}

#[test]
fn a_body_that_is_too_long_to_be_put_together_leaves_as_its_length() {
    let head = "POST /v1/x HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
    let body = format!(r#"{{"messages":[{{"content":"{}"}}]}}"#, "a walrus sings ".repeat(200_000));
    for size in [900, 70_000, 2_800_000] {
        let raw = format!("{head}{}x-trailer: 1\r\n", framed(&body, size, "\r\n"));
        let out = filtered(Kind::Auto, &raw);
        assert!(!out.contains("walrus") && out.contains(" bytes]\n") && out.len() < 2_000, "{size}: {out}");
        assert!(out.ends_with("x-trailer: 1\r\n"), "{size}: {out}");
        assert_eq!(filtered(Kind::Auto, &out), out, "{size}: a second time");
    }
}

#[test]
fn text_in_wide_units_is_read_as_text() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let raw = format!("key {} of {{\"model\":\"m\",\"prompt\":\"小さな plan 🦭\"}}\r\n", sk());
    let clean = "key [key#1] of {\"model\":\"m\",\"prompt\":\"[prompt: 10 chars]\"}\r\n";
    for kind in [Kind::Auto, Kind::Text] {
        for (before, mark) in [("", "\u{feff}"), ("", ""), ("a line before\n", "")] {
            let text = [before.as_bytes(), &wide(&format!("{mark}{raw}"))].concat();
            let out = filtered_in(kind, &KeyRing::default(), &[&text]);
            let expected = [before.as_bytes(), &wide(&format!("{mark}{clean}"))].concat();
            assert_eq!(out, expected, "{kind:?} {before:?} {mark:?}");
            assert_eq!(filtered_in(kind, &KeyRing::default(), &[&out]), out, "a second time");
            let pieces: Vec<&[u8]> = text.chunks(3).collect();
            assert_eq!(filtered_in(kind, &KeyRing::default(), &pieces), expected, "in pieces");
        }
    }
}

#[test]
fn what_people_and_templates_write_around_a_value_is_theirs() {
    let key = "1f9dd8d5-4a24-b614-2462-e86939d36cbc";
    let table: Vec<(Kind, String, &str)> = vec![
        (Kind::Log, "> **Password**: Yacht7dusty\n**API Key:** `QFBSCJ-H0CTYG`\n- **Model**: gpt-4o\n".to_owned(), "> **Password**: [password#1]\n**API Key:** [key#1]\n- **Model**: gpt-4o\n"),
        (Kind::Log, format!("### API key\n{key}\n\n### Prompt\n\na walrus sings of the sea\n\n### What happened?\nThe server had an error\n"), "### API key\n[key#1]\n\n### Prompt\n\n[prompt: 25 chars]\n\n### What happened?\nThe server had an error\n"),
        (Kind::Log, "[INST] two seals [/INST]\n<|im_start|>user\ntwo more<|im_end|>\nUser: पत्थर चिड़िया हाथी पहाड़ बगीचा\n".to_owned(), "[INST] [prompt: 9 chars] [/INST]\n<|im_start|>user\n[prompt: 8 chars]<|im_end|>\nUser: [prompt: 30 chars]\n"),
        (Kind::Log, "machine api.h.example login bob password Peri-rusty\ndb.h.example:5432:gw:bob:Hedge-noisy\n".to_owned(), "machine api.h.example login bob password [password#1]\ndb.h.example:5432:gw:bob:[password#2]\n"),
        (Kind::Log, "0:\"The \"\n0:\"small \"\n0:\"walrus \"\n0:\"sings \"\n0:\"of \"\n0:\"the sea\"\nd:{\"finishReason\":\"stop\"}\n".to_owned(), "0:\"[text: 4 chars]\"\n0:\"[text: 6 chars]\"\n0:\"[text: 7 chars]\"\n0:\"[text: 6 chars]\"\n0:\"[text: 3 chars]\"\n0:\"[text: 7 chars]\"\nd:{\"finishReason\":\"stop\"}\n"),
    ];
    for (kind, raw, clean) in table {
        assert_eq!(filtered(kind, &raw), clean, "{kind:?}");
        assert_eq!(filtered(kind, clean), clean, "{kind:?} a second time");
    }
}

/// Forms that were met in logs, traces and collections.
#[test]
fn a_name_that_stands_elsewhere_judges_the_value() {
    let key = "1f9dd8d5-4a24-b614-2462-e86939d36cbc";
    let table: Vec<(Kind, String, &str)> = vec![
        // A trace's attributes.
        (
            Kind::Json,
            format!(r#"{{"key":"llm.api_key","value":{{"stringValue":"{key}"}}}}"#),
            r#"{"key":"llm.api_key","value":{"stringValue":"[key#1]"}}"#,
        ),
        (
            Kind::Json,
            r#"{"key":"gen_ai.completion.0.content","value":{"stringValue":"two walruses"}}"#.to_owned(),
            r#"{"key":"gen_ai.completion.0.content","value":{"stringValue":"[prompt: 12 chars]"}}"#,
        ),
        (
            Kind::Json,
            r#"{"value":{"arrayValue":{"values":[{"stringValue":"gpt-4o"}]}},"key":"model"}"#.to_owned(),
            r#"{"value":{"arrayValue":{"values":[{"stringValue":"gpt-4o"}]}},"key":"model"}"#,
        ),
        (
            Kind::Log,
            "     -> gen_ai.prompt.0.content: Str(חלון ספר מכתב עיר ציפור רכבת)\n".to_owned(),
            "     -> gen_ai.prompt.0.content: [prompt: 33 chars]\n",
        ),
        // A collection's variables.
        (
            Kind::Json,
            r#"{"key": "pass", "value": "Wigwam-gentle", "type":"secret"}"#.to_owned(),
            r#"{"key": "pass", "value": "[password#1]", "type":"secret"}"#,
        ),
        (
            Kind::Json,
            r#"{"value": "a short plan", "key": "system_prompt"}"#.to_owned(),
            r#"{"value": "[prompt: 12 chars]", "key": "system_prompt"}"#,
        ),
        (
            Kind::Json,
            r#"{"key":"region","value":"eu-west-1"}"#.to_owned(),
            r#"{"key":"region","value":"eu-west-1"}"#,
        ),
        // Fields of CEF.
        (
            Kind::Log,
            format!(
                "CEF:0|A|G|1|503|Overloaded|8|src=h cs1Label=apiKey cs1={key} cs2Label=prompt cs2=a plan cs3Label=model cs3=gpt-4o\n"
            ),
            "CEF:0|A|G|1|503|Overloaded|8|src=h cs1Label=apiKey cs1=[key#1] cs2Label=prompt cs2=[prompt: 6 chars] cs3Label=model cs3=gpt-4o\n",
        ),
        // Words of a run's log.
        (
            Kind::Log,
            format!(
                "x ::add-mask::{key}\nx ::set-output name=my_token::{key}\nx ::set-output name=model::gpt-4o\n"
            ),
            "x ::add-mask::[key#1]\nx ::set-output name=my_token::[key#1]\nx ::set-output name=model::gpt-4o\n",
        ),
        // A short prompt, and one in a script without spaces.
        (
            Kind::Log,
            "level=error model=m prompt=\"my plan\" status=503\n".to_owned(),
            "level=error model=m prompt=\"[prompt: 7 chars]\" status=503\n",
        ),
        (
            Kind::Log,
            "level=error answer=\"สีส้มรถไฟภูเขานกฮูก\" status=503\n".to_owned(),
            "level=error answer=\"[prompt: 19 chars]\" status=503\n",
        ),
        (
            Kind::Json,
            r#"{"level":"error","llm":{"prompt_text":"رسالة نافذة"}}"#.to_owned(),
            r#"{"level":"error","llm":{"prompt_text":"[prompt: 11 chars]"}}"#,
        ),
        // Lines that a container's runtime cut.
        (
            Kind::Log,
            "1Z stdout P {\"model\":\"m\",\"prompt\":\"a p\n2Z stdout F lan\"}\n3Z stdout F next\n"
                .to_owned(),
            "1Z stdout F {\"model\":\"m\",\"prompt\":\"[prompt: 6 chars]\"}\n3Z stdout F next\n",
        ),
        (
            Kind::Log,
            "1Z stdout P {\"status\":50\n2Z stdout F 3}\n".to_owned(),
            "1Z stdout P {\"status\":50\n2Z stdout F 3}\n",
        ),
    ];
    for (kind, raw, clean) in table {
        assert_eq!(filtered(kind, &raw), clean, "{kind:?}");
        assert_eq!(filtered(kind, clean), clean, "{kind:?} a second time");
    }
}

#[test]
fn what_stands_around_a_value_is_the_languages() {
    let key = "1f9dd8d5-4a24-b614-2462-e86939d36cbc";
    let table: Vec<(Kind, String, &str)> = vec![
        // What programs print around a value.
        (
            Kind::Log,
            "Client { password: Secret(\"Windmill!noisy\"), model: Some(\"gpt-4o\") }\n".to_owned(),
            "Client { password: [password#1]\"[key#1]\"), model: Some(\"gpt-4o\") }\n",
        ),
        (
            Kind::Log,
            format!("LLM(openai_api_key=SecretStr('{key}'), openai_proxy='')\n"),
            "LLM(openai_api_key=SecretStr('[key#1]'), openai_proxy='')\n",
        ),
        (
            Kind::Log,
            format!(
                "a:1:{{s:7:\"api_key\";s:36:\"{key}\";s:7:\"content\";s:131:\"किताब बगीचा बादल नाव संगीत\";}}\n"
            ),
            "a:1:{s:7:\"api_key\";s:36:\"[key#1]\";s:7:\"content\";s:131:\"[prompt: 26 chars]\";}\n",
        ),
        (
            Kind::Log,
            "prompt => <<\"עיר ציפור גינה ירח ספר\"/utf8>>,api_key => <<\"int-live-abc\">>\n".to_owned(),
            "prompt => <<\"[prompt: 22 chars]\"/utf8>>,api_key => <<\"[key#1]\">>\n",
        ),
        (
            Kind::Log,
            "  [\"content\"]=>\n  string(9) \"two seals\"\n  [\"role\"]=>\n  string(4) \"user\"\n".to_owned(),
            "  [\"content\"]=>\n  string(9) \"[prompt: 9 chars]\"\n  [\"role\"]=>\n  string(4) \"user\"\n",
        ),
        (
            Kind::Log,
            "  [password:protected] => Kettle-hollow\n".to_owned(),
            "  [password:protected] => [key#1]\n",
        ),
        (
            Kind::Text,
            format!("os.environ[\"OPENAI_API_KEY\"] = \"{key}\"\nmodel = os.getenv(\"MODEL_NAME\")\n"),
            "os.environ[\"OPENAI_API_KEY\"] = \"[key#1]\"\nmodel = os.getenv(\"MODEL_NAME\")\n",
        ),
        (Kind::Yaml, format!("env:\n- name: GATEWAY_KEY\n  value: {key}\n- name: DB_PASSWORD\n  value: \"Meadow-crooked\"\n- name: MODEL\n  value: gpt-4o\n"), "env:\n- name: GATEWAY_KEY\n  value: [key#1]\n- name: DB_PASSWORD\n  value: \"[password#1]\"\n- name: MODEL\n  value: gpt-4o\n"),
        (Kind::Log, "<entry key=\"password\">Meadow-crooked</entry><param name=\"token\" value=\"Kettle-hollow\"/><param name=\"model\" value=\"gpt-4o\"/>\n".to_owned(), "<entry key=\"password\">[password#1]</entry><param name=\"token\" value=\"[password#2]\"/><param name=\"model\" value=\"gpt-4o\"/>\n"),
        (Kind::Log, "503 config password = b\"Nutmeg-crooked\" and pwd: new String(\"Caravan-brittle\")\n".to_owned(), "503 config password = b\"[key#1]\" and pwd: new String(\"[key#2]\")\n"),
        (Kind::Json, format!(r#"{{"rawHeaders":["X-Api-Key","{key}","Content-Type","text/plain","x-request-id","req_8a7b6c5d4e3f"]}}"#), r#"{"rawHeaders":["X-Api-Key","[key#1]","Content-Type","text/plain","x-request-id","req_8a7b6c5d4e3f"]}"#),
        // A dump of what was sent.
        (Kind::Log, "=> Send header\n0000: 61 70 69 5f 6b 65 79 3d 4e 75 74 6d 65 67 2d 63 api_key=Nutmeg-c\n0010: 72 6f 6f 6b 65 64 35 35                         rooked55\n== Info\n".to_owned(), "=> Send header\napi_key=[key#1]\n== Info\n"),
        // Records and rows of a database.
        (
            Kind::Log,
            format!("id       | 7\npassword | Kettle-hollow\napi_key  | {key}\nmodel    | gpt-4o\n"),
            "id       | 7\npassword | [password#1]\napi_key  | [key#1]\nmodel    | gpt-4o\n",
        ),
        (Kind::Text, "| Field | Value |\n|---|---|\n| Password | Kettle7hollow |\n| Model | gpt-4o |\n".to_owned(), "| Field | Value |\n|---|---|\n| Password | [password#1] |\n| Model | gpt-4o |\n"),
        (
            Kind::Log,
            format!(
                "INSERT INTO tokens (id, `key`, prompt) VALUES (1,'{key}','it''s'), (2, NULL, 'a, (b)');\n"
            ),
            "INSERT INTO tokens (id, `key`, prompt) VALUES (1,'[key#1]','[prompt: 5 chars]'), (2, NULL, '[prompt: 6 chars]');\n",
        ),
        (
            Kind::Log,
            format!("COPY public.tokens (id, key, name) FROM stdin;\n1\t{key}\tmain one\n"),
            "COPY public.tokens (id, key, name) FROM stdin;\n1\t[key#1]\tmain one\n",
        ),
        (
            Kind::Log,
            "id,prompt,model\n1,\"two seals\",gpt-4o\n".to_owned(),
            "id,prompt,model\n1,\"[prompt: 9 chars]\",gpt-4o\n",
        ),
        // An address without a scheme.
        (
            Kind::Text,
            "curl me:S3cretPw12345@localhost:3000/v1/models\n".to_owned(),
            "curl me:[password#1]@localhost:3000/v1/models\n",
        ),
    ];
    for (kind, raw, clean) in table {
        assert_eq!(filtered(kind, &raw), clean, "{kind:?}");
        assert_eq!(filtered(kind, clean), clean, "{kind:?} a second time");
    }
}

/// Found by the seeded loop: what a second run would judge in another way.
#[test]
fn a_second_run_judges_the_same() {
    let table: Vec<(Kind, String, String)> = vec![
        // Words behind a secret's name that are none any more once a text in them is gone.
        (Kind::Text, "rapi_key=e: rs a a ns st our cs March o wi".to_owned(), "rapi_key=[key#1]".to_owned()),
        (Kind::Log, "apikey={\"content\"\" y h".to_owned(), "apikey=[key#1]".to_owned()),
        (
            Kind::Text,
            "pass: [k tt sh stay ask and lo salmon en f".to_owned(),
            "pass: [password#1]".to_owned(),
        ),
        (
            Kind::Yaml,
            "x-api-key: c2 d f a nn ft M for nobody t pa".to_owned(),
            "x-api-key: [key#1]".to_owned(),
        ),
        // What is left of it are words: they stay.
        (
            Kind::Text,
            format!("api_key: the key {} was refused", sk()),
            "api_key: the key [key#1] was refused".to_owned(),
        ),
        // A secret of a form goes on behind a `&`; what stands in the other fields stays.
        (Kind::Text, "APIKEY=0&".to_owned(), "APIKEY=[key#1]".to_owned()),
        (Kind::Text, "PASSWORD=blue&whale&n=1".to_owned(), "PASSWORD=[password#1]&n=1".to_owned()),
        (
            Kind::Text,
            "api_key=blue&prompt=a+plan&n=1".to_owned(),
            "api_key=[key#1]&prompt=[prompt: 6 chars]&n=1".to_owned(),
        ),
        (
            Kind::Json,
            r#"{"x":"api_key=blue&prompt=a+plan&n=1"}"#.to_owned(),
            r#"{"x":"api_key=[key#1]&prompt=[prompt: 6 chars]&n=1"}"#.to_owned(),
        ),
        (
            Kind::Text,
            format!("k={}&signature=0", expand("AKIDpW{alnum:10}")),
            "k=[key#1]&signature=[key#2]".to_owned(),
        ),
        // A form once its blank stands in a placeholder.
        (
            Kind::Text,
            "l=&messages=%22content%22%3A%22 %22".to_owned(),
            "l=&messages=[prompt: 39 chars]".to_owned(),
        ),
        // A name that became a placeholder.
        (
            Kind::Text,
            format!("{{\"basic {}\":\"a\"}}", expand("XB{alnum:10}")),
            "{\"basic [password#1]\":\"[password#2]\"}".to_owned(),
        ),
        // Quotes that open and close elsewhere once a placeholder stands there.
        (Kind::Curl, "prompt=si+sd+rs+sk+译唔\"}".to_owned(), "prompt=[prompt: 19 chars]".to_owned()),
        (Kind::Curl, "input_value='}".to_owned(), "input_value=[prompt: 34 chars]".to_owned()),
        // A scope without a secret before it, and one whose secret went.
        (
            Kind::Text,
            "Authorization:AWS4-HMAC-SHA256 l=/aws4_request,e=8".to_owned(),
            "Authorization:AWS4-HMAC-SHA256 l=/aws4_request,e=[key#1]".to_owned(),
        ),
        // A header's value that goes on in a line which only looks like a header.
        (
            Kind::Headers,
            format!("secret:\n {}: ", expand("{alnum:18}9a7")),
            "secret:\n [password#1] ".to_owned(),
        ),
        // A member that is cut off.
        (
            Kind::Yaml,
            "\"messages\":{\"\",\"content\"\"e\"".to_owned(),
            "\"messages\":{\"\",\"content\"\"[prompt: 1 chars]\"".to_owned(),
        ),
        // A name with its value in a list says nothing of the next one.
        (Kind::Text, "{\"\"[\"apikey:EY=sgz\"\"T".to_owned(), "{\"\"[\"apikey:[password#1]\"\"T".to_owned()),
        // Parameters that say how.
        (
            Kind::Text,
            format!("cookie:n=T;Path={}", expand("OPENO{alnum:15}")),
            "cookie:n=[cookie#1];Path=[token#1]".to_owned(),
        ),
        // A head without its dashes; what stands behind the end is another line.
        (
            Kind::Text,
            "-----BEGINPRIVATE KEY\nMIIEvQIBADANBgkqhkiG9w0BAQEF\n-----END\n ".to_owned(),
            "-----BEGINPRIVATE KEY\n-----END\n ".to_owned(),
        ),
        // What went ends where it went, whatever is glued to it.
        (
            Kind::Json,
            "r\"prompt\":\"e\"ld {\"Iy provided\"".to_owned(),
            "r\"prompt\":\"[prompt: 1 chars]\"ld {\"Iy provided\"".to_owned(),
        ),
        (
            Kind::Headers,
            format!("Authorization: Digest response=\"x\", realm={}", sk()),
            "Authorization: Digest response=\"[key#1]\", realm=[key#2]".to_owned(),
        ),
    ];
    judged_the_same(&table);
}

fn judged_the_same(table: &[(Kind, String, String)]) {
    for (kind, raw, clean) in table {
        assert_eq!(filtered(*kind, raw), *clean, "{kind:?}");
        assert_eq!(filtered(*kind, clean), *clean, "{kind:?} a second time");
    }
}

/// The same of what goes over several lines, cells and members.
#[test]
fn a_second_run_judges_the_same_over_lines() {
    let table: Vec<(Kind, String, String)> = vec![
        // A word of an API in which something was replaced.
        (
            Kind::Json,
            r#"{"","messages"[{"role""t:avel@h:00"#.to_owned(),
            r#"{"","messages"[{"role""[prompt: 11 chars]"#.to_owned(),
        ),
        // A number where a key belongs; words around a placeholder in a bare word.
        (Kind::Har, "{\"secret\",2026\":".to_owned(), "{\"secret\",2026\":".to_owned()),
        // No boundary: a placeholder stands in it.
        (
            Kind::Text,
            "-------BEGIN PRIVATE KEY-----\nContent-Disposition: name=file\n\nx".to_owned(),
            "--[key#1]\nContent-Disposition: name=file\n\nx".to_owned(),
        ),
        // A list whose longest words went is no answer word by word.
        (
            Kind::Text,
            "  - \"s\"\n  - \"b: th or was ble beyond the attempts in this note\"\n  - \"\"\n  - \" \"\n  - \"il ed\"".to_owned(),
            "  - \"s\"\n  - \"b: [text: 46 chars]\"\n  - \"\"\n  - \" \"\n  - \"il ed\"".to_owned(),
        ),
        // A name, and a cell, whose blank stands in a placeholder.
        (
            Kind::Text,
            "name:passwd:-length\nvalue:\"".to_owned(),
            "name:passwd:[password#1]\nvalue:\"".to_owned(),
        ),
        (
            Kind::Text,
            "||key|\n||\"\"+9 0358\"\"iIqW|".to_owned(),
            "||key|\n||\"\"[phone#1]\"\"iIqW|".to_owned(),
        ),
        // Under a heading, what was words and is one word once some of them stand in a placeholder.
        (Kind::Text, "#apikey\n{\"key\"\"aSyC -".to_owned(), "#apikey\n{\"key\"\"[key#1]".to_owned()),
        // A name of a member that reads as a secret's once a part of it went.
        (Kind::Json, "{\"/?key=id\"\"sBqTY".to_owned(), "{\"/?key=[key#1]\"\"[key#2]".to_owned()),
        // A line of text among JSON is settled as one of a log.
        (
            Kind::Har,
            format!("KEY=\"k-CgTGfU1uDA\"{}", expand("{alnum:20}")),
            "KEY=\"[key#1]\"[token#1]".to_owned(),
        ),
    ];
    judged_the_same(&table);
}

/// What leaves of a text that fits into one window says the same to a further run, whatever a placeholder changed around it.
#[test]
fn a_text_is_run_through_until_nothing_changes() {
    for (kind, raw) in [
        (Kind::Yaml, "parts=cs1Label=token cs1=c48aX"),
        (Kind::Text, "-----\nContent-Disposition: name=file\n\n-----@l.am-"),
        (
            Kind::Text,
            "--eyJGciO-abc\nContent-Disposition: name=\n\n-----\nContent-Disposition: name=file\n\nc",
        ),
        (Kind::Text, "W,,PRIVATEKEY\n\"\n{\"\",\"prompt\"\",,sk-yDx"),
        (Kind::Json, "{\"\",\"v\"\"{\"\"}\"httpOnly"),
        (Kind::Json, "\"rk_l\nSXHvwneshS4t>-&#x73;d 'onst ui  отчёт грjson', \"\"})<\","),
        (Kind::Har, "{eyJhbGciOiJ\"apikey\"\"Q"),
        (Kind::Multipart, "------b\n name=file\n\n------b1apw40bVdW7Bw3OkRLq"),
    ] {
        let once = filtered(kind, raw);
        assert_eq!(filtered(kind, &once), once, "{kind:?}");
    }
    // Nothing is counted twice.
    let text = "key=sk-proj-4f9Q2mX7vT1bN8cR5dW0\n\"prompt\": \"a cat on a mat\"\n".replace('9', "a");
    let mut filter = Filter::new(&Catalog::built_in(), Kind::Text, &KeyRing::default());
    let mut out = Vec::new();
    filter.feed(text.as_bytes(), &mut out);
    assert_eq!(filter.finish(&mut out).replaced, 2, "{}", String::from_utf8_lossy(&out));
}

/// Parts are known by a boundary that leaves as a placeholder: browsers make random ones.
#[test]
fn a_random_boundary_bounds_its_parts() {
    let random = |bytes: &str| bytes.replace('x', "7MA4YWxk");
    for boundary in [
        random("------WebKitFormBoundaryxTrZu0gW"),
        random("--------------------------x73"),
        "-----6f3a9c1b2d4e5f60718293a4b5c6d7e8".to_owned(),
    ] {
        for kind in [Kind::Auto, Kind::Text, Kind::Multipart] {
            let out = filtered(
                kind,
                &format!(
                    "{boundary}\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na cat on a mat\r\n{boundary}--\r\n"
                ),
            );
            assert!(out.contains("[text: 14 bytes]") && !out.contains("cat"), "{kind:?}: {out}");
        }
    }
}

/// A word for nothing says nothing of the words behind it.
#[test]
fn behind_a_harmless_word_a_key_goes() {
    let key = sk();
    for first in ["none", "$KEY", "<key>", "sk-", "sk-xxxx", "YOUR_API_KEY"] {
        for raw in [
            format!("{{\"token\":\"{first} {key}\"}}"),
            format!("{{\"authentication\":{{\"type\":\"bearer\",\"token\":\"{first} {key} more\"}}}}"),
            format!("x-api-key: {first} {key}"),
            format!("api_key={first} {key}"),
        ] {
            for kind in [Kind::Json, Kind::Text, Kind::Headers, Kind::Multipart] {
                let clean = filtered(kind, &raw);
                assert!(clean.contains("[key#1]") && !clean.contains(&key[4..]), "{kind:?}: {clean}");
            }
        }
    }
}

#[test]
fn clean_text_stays() {
    for (kind, text) in [
        (
            Kind::Log,
            "2026-11-21T10:00:00.123Z ERROR upstream 503 (request id: 20261121100000123456789abcDEFGH) in 1.2 s\n",
        ),
        (
            Kind::Json,
            "{\"error\":{\"message\":\"The model `x` does not exist\",\"type\":\"invalid_request_error\",\"code\":null}}",
        ),
        (
            Kind::Headers,
            "HTTP/1.1 429 Too Many Requests\r\nretry-after: 3\r\ncf-ray: 8e6f1a2b3c4d5e6f-FRA\r\n\r\n",
        ),
        (Kind::Html, "<html><h1>502 Bad Gateway</h1><hr>nginx/1.25.3</html>"),
    ] {
        assert_eq!(filtered(kind, text), text);
    }
}

#[test]
fn the_kind_is_found() {
    for (text, kind) in [
        ("{\"log\":{\"version\":\"1.2\",\"entries\":[]}}", Kind::Har),
        ("{\"a\":1}\n{\"a\":2}\n", Kind::Json),
        ("[2026-11-21] started", Kind::Log),
        ("curl https://x", Kind::Curl),
        ("data: {}\n\n", Kind::Sse),
        ("HTTP/1.1 200 OK\r\n", Kind::Headers),
        ("API_KEY=x\nB=y\n", Kind::Yaml),
        ("https://h.example/?a=b", Kind::Url),
        ("<!DOCTYPE html><p>", Kind::Html),
        ("--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", Kind::Multipart),
    ] {
        assert_eq!(Kind::of(text.as_bytes()), kind, "{text}");
    }
}

#[test]
fn long_lines_and_strings_stay_bounded_and_clean() {
    let key = sk();
    let log = format!("{} {key} {} end\n", "word ".repeat(60_000), "x".repeat(400_000));
    let out = filtered(Kind::Log, &log);
    assert!(!out.contains(&key[3..11]) && out.contains("[key#1]") && out.ends_with(" end\n"));
    let json = format!("{{\"a\":\"{}\",\"b\":\"{key}\"}}", format!("{key} words, ").repeat(60_000));
    let out = filtered(Kind::Json, &json);
    assert!(!out.contains(&key[3..11]), "{}", out.len());
    serde_json::from_str::<serde_json::Value>(&out).expect("is JSON");
}

#[test]
fn a_secret_found_late_goes_in_its_own_record() {
    let out =
        filtered(Kind::Json, r#"{"note":"see aB3dE5fG7hJ9 there","authorization":"Bearer aB3dE5fG7hJ9"}"#);
    assert_eq!(out, r#"{"note":"see [key#1] there","authorization":"Bearer [key#1]"}"#);
}

#[test]
fn known_secrets_go_in_every_dress() {
    use base64::Engine as _;
    let mut ring = KeyRing::default();
    let secret = expand("{alnum:32}");
    ring.hold(SecretKind::Key, Origin::Pasted, &secret);
    let packed = base64::engine::general_purpose::STANDARD.encode(format!("x{secret}y"));
    let hex = secret.bytes().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    for dress in [
        secret.clone(),
        packed,
        hex,
        secret.chars().rev().collect(),
        format!("{}\u{200b}{}", &secret[..9], &secret[9..]),
    ] {
        for kind in Kind::ALL {
            let text = format!("seen {dress} here\n");
            let text = if matches!(kind, Kind::Json | Kind::Har) {
                format!("{{\"a\":\"{}\"}}", text.trim())
            } else {
                text
            };
            let out = String::from_utf8(filtered_in(kind, &ring, &[text.as_bytes()])).expect("is text");
            assert!(out.contains("[key#1]") && !out.contains(&dress[..8]), "{kind:?} {dress} {out}");
        }
    }
}

/// Pieces of which inputs are made: what the kinds have in common, and what breaks them.
fn input() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(format!("\"authorization\":\"Bearer {}\",", sk()).into_bytes()),
        Just(b"{\"messages\":[{\"role\":\"user\",\"content\":\"plan\"}]}".to_vec()),
        Just(b"x-api-key: word\r\n".to_vec()),
        Just(sk().into_bytes()),
        Just(b"\\\"".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"{\"a\":\"{\\\"prompt\\\":\\\"q\\\"}\"}".to_vec()),
        Just("%73k\u{200b}－ 令牌：".as_bytes().to_vec()),
        Just(b"-----BEGIN PRIVATE KEY-----\nabc".to_vec()),
        Just(b"jane@mail.example.com +49 30 1234 5678 ".to_vec()),
        Just(b"data: {\"text\":\"x\"}\n".to_vec()),
        "[ -~]{0,12}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(48)
}

proptest! {
    // Other inputs in each run; PROPTEST_CASES says how many.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn cut_anywhere_it_is_the_same(input in input(), kind in 0..Kind::ALL.len(), size in 1..40_usize) {
        let whole = filtered_in(Kind::ALL[kind], &KeyRing::default(), &[&input]);
        let pieces: Vec<&[u8]> = input.chunks(size).collect();
        let cut = filtered_in(Kind::ALL[kind], &KeyRing::default(), &pieces);
        prop_assert_eq!(String::from_utf8_lossy(&cut), String::from_utf8_lossy(&whole));
        let key = sk();
        prop_assert!(memchr::memmem::find(&whole, key.as_bytes()).is_none());
    }

    #[test]
    fn twice_is_once(input in input(), kind in 1..Kind::ALL.len()) {
        let once = filtered_in(Kind::ALL[kind], &KeyRing::default(), &[&input]);
        let twice = filtered_in(Kind::ALL[kind], &KeyRing::default(), &[&once]);
        prop_assert_eq!(String::from_utf8_lossy(&twice), String::from_utf8_lossy(&once));
    }

    #[test]
    fn json_stays_json(words in proptest::collection::vec("[ -~é\\n]{0,20}", 0..8), deep in 0..3_usize) {
        let mut value = serde_json::json!({"model": "m", "prompt": words, "n": 3, "note": words.concat(), "key": sk()});
        for _ in 0..deep {
            value = serde_json::json!({"body": value.to_string(), "n": [1.5, null, true]});
        }
        let raw = value.to_string();
        let out = filtered(Kind::Json, &raw);
        let clean: serde_json::Value = serde_json::from_str(&out).expect("is JSON");
        prop_assert!(alike(&value, &clean), "{}\n{}", raw, out);
        prop_assert!(!out.contains(&sk()[3..11]));
    }
}

/// Equal but for strings.
fn alike(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.values().zip(b.values()).all(|(a, b)| alike(a, b))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Value::String(_), Value::String(_)) => true,
        (a, b) => a == b,
    }
}

/// A string that stood somewhere as a value is looked at anew where it is a name.
#[test]
fn a_name_that_was_a_value_loses_its_secret() {
    let key = expand("x, {alnum:28}9a7");
    for (kind, raw) in [
        (Kind::Json, format!("{{\"a\":[\"{key}\"],\"b\":{{\"{key}\":1}}}}")),
        (Kind::Text, format!("[\"{key}\",{{\"{key}\":1}}]")),
        (Kind::Text, format!("{{\"name\":\"{key}\"}} {{\"{key}\":1}}")),
    ] {
        let clean = filtered(kind, &raw);
        assert!(!clean.contains(&key[3..]), "{kind:?} {clean}");
    }
}

/// What stays of `text` in every kind that reads lines, where it is the same twice and in pieces.
fn filtered_alike(text: &str) -> String {
    let out = filtered(Kind::Auto, text);
    assert_eq!(filtered(Kind::Auto, &out), out, "{text} a second time");
    let pieces: Vec<&[u8]> = text.as_bytes().chunks(3).collect();
    assert_eq!(filtered_in(Kind::Auto, &KeyRing::default(), &pieces), out.as_bytes(), "{text} in pieces");
    out
}

#[test]
fn a_place_that_is_named_for_prompts_loses_them_however_short() {
    const SAID: &str = "harbour orchard priya who pays";
    for (before, after) in [
        ("2026-11-21 10:00:00 INFO app.llm: Prompt: ", ""),
        ("DEBUG Received from model: ", " status=502"),
        ("Final Answer: ", ""),
        ("用户提问：", ""),
        ("Пользователь: ", ""),
        ("│ Question: ", " │"),
        ("{\"answer\":\"", "\",\"status\":\"failed\"}"),
        ("{\"inputText\":\"", "\"}"),
        ("{\"documents\":[\"", "\"],\"top_n\":3}"),
        ("{\"texts\":[\"", "\"],\"input_type\":\"search_query\"}"),
        ("{\"tool_input\":{\"q\":\"", "\",\"n\":3}}"),
        ("{\"arguments\":{\"title\":\"", "\"}}"),
        ("{\"type\":\"tool_use\",\"input\":{\"x\":\"", "\"}}"),
        ("{\"query\":3,\"documents\":[\"", "\"]}"),
        ("{\"documents\":[\"", "\"],\"query\":[]}"),
        ("{\"from\":\"human\",\"value\":\"", "\"}"),
        ("{\"sender\":\"human\",\"text\":\"", "\"}"),
        ("{\"role\":\"USER\",\"message\":\"", "\"}"),
        ("{\"delta\":{\"reasoning\":\"", "\"}}"),
        ("{\"userMessage\":\"", "\",\"userId\":\"u-17\"}"),
        ("{\"error\":{\"message\":\"Your request was rejected: ", "\",\"code\":\"content_filter\"}}"),
        ("[HumanMessage(content='", "', id='run-1')]"),
        ("Parameters: {\"message\"=>\"", "\", \"model\"=>\"gpt-4o\"}"),
        ("{Model:gpt-4o Messages:[{Role:user Content:", " Name:}] MaxTokens:100}"),
        ("r = llm.invoke('", "', n=1)"),
        ("level=info prompt=", " status=502"),
        (
            "--XyZ\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--XyZ\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n",
            "\r\n--XyZ--\r\n",
        ),
    ] {
        let out = filtered_alike(&format!("{before}{SAID}{after}\n"));
        assert!(out.starts_with(&format!("{before}[")) && !out.contains("harbour"), "{out}");
        assert!(out.trim_end().ends_with(after.trim_end()), "{out}");
    }
}

#[test]
fn evidence_in_a_place_that_is_named_for_prompts_stays() {
    for text in [
        "2026-11-21 10:00:00 INFO app.llm: Prompt: 412 tokens in 3 messages",
        "Response: 502 Bad Gateway",
        "INFO Completion: stop",
        "ERROR Invalid request: missing model parameter",
        "Answer: <Response [200 OK]>",
        "User: root",
        "用户: 未登录",
        "{\"answer\":\"stop\",\"response\":\"502 Bad Gateway\"}",
        "{\"response\":\"no healthy upstream\",\"generation\":\"gpt-4o-2024\"}",
        "{\"type\":\"user\",\"message\":\"Rate limit reached for requests\"}",
        "{\"from\":\"eu-west-1\",\"value\":\"three retries left here\"}",
        "{\"stop\":true,\"suffix\":null,\"reasoning\":12}",
        "text='Not Found' content='application/json'",
        "response = getresponse()     | ConnectionError",
        "assert_eq(\"left is right\")",
        "{\"message\":\"该令牌额度已用尽\",\"type\":\"new_api_error\"}",
        "[SYS] 2026/11/23 - 10:12:10 | 数据库迁移已经全部完成",
        "error=\"превышен лимит запросов\"",
        "2026-11-21 10:00:00 INFO gateway: Response: Your account is not active",
        "ERROR Error response: The engine is currently overloaded",
        "INFO Model output: parsed into Person schema",
        "INFO Completion: finished after retry",
        "WARN System message: worker pool exhausted",
        "INFO Query: select name from models where deprecated is false",
        "response: Final = client.post(",
        "    text: TextType, style: StyleType, justify: \"JustifyMethod\" = \"center\"",
        "    pub fn parse(input: ParseStream, allow_plus: bool) -> Result<Self> {",
        "let text = \"Brian was here. Briefly.\";",
        "raise HTTPException(status_code=503, content='Service going down soon')",
        "t.prompt(\"Continue anyway?\") ask(\"Proceed (Y/n)?\")",
        "[user] alice signed in from Berlin",
        "[bot] restarted by systemd after crash",
        "Respuesta: servicio no disponible temporalmente",
        "ERROR Invalid json output: trailing comma near end",
        "{\"documents\":[\"invoice.pdf\",\"Terms of Service\"],\"total\":2}",
        "{\"texts\":[\"Sign in\",\"Forgot password\"],\"locale\":\"en\"}",
        "{\"citations\":[{\"title\":\"Rust Book\"}],\"count\":1}",
        "{\"plan\":\"Team annual billing\",\"goal\":\"Free up disk\",\"stop\":\"user pressed stop\"}",
        "{\"response\":\"Your account is not active\",\"code\":402}",
        "{\"type\":\"bot\",\"value\":\"Slack notifier online now\"}",
        "{\"sender\":\"system\",\"message\":\"failover to Frankfurt begun\"}",
        "{\"author\":\"user\",\"text\":\"Fixes the retry loop\"}",
        "{\"role\":\"user\",\"msg\":\"deadlock found when trying\",\"level\":\"warn\"}",
        "验证码不正确，请重新输入",
        "积分不足，无法生成图片",
        "место на диске закончилось",
        "{\"generation\":\"Mon Nov 23 2026\",\"response\":\"Sun, 01 Mar 2026 10:00:00 GMT\"}",
    ] {
        assert_eq!(filtered_alike(&format!("{text}\n")), format!("{text}\n"));
    }
}

#[test]
fn scripts_of_their_own_are_texts_wherever_they_stand() {
    for (text, clean) in [
        ("client.run(\"为什么刘芳卖掉药房之前没有看过\")", "client.run(\"[text: 15 chars]\")"),
        ("7|gpt-4o|なぜ花子は薬局を売ったのか|429", "7|gpt-4o|[text: 13 chars]|429"),
        ("x(body:Объясни, почему Борис продал завод, model:x)", "x(body:[text: 34 chars], model:x)"),
        ("7,gpt-4o,\"اشرح لماذا باع سالم العقد\",429", "7,gpt-4o,\"[text: 25 chars]\",429"),
    ] {
        assert_eq!(filtered_alike(text), clean);
    }
}
