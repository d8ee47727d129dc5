//! The cases: text with slots, one file per kind of input, and a table of every kind of secret in its usual places.
//!
//! `=== id` begins a case (`known` behind it: the program holds its secrets). In the text,
//! `{s:kind#tag|encoding|…}` is a secret, `{p:language#tag|encoding}` a prompt, `«…»` is evidence that must survive,
//! `{alnum:8}` and the like are random parts of evidence, `<<encoding,encoding|…>>` is encoded as a whole.

use std::collections::BTreeMap;

use regex::Regex;

use crate::encode::encode;
use crate::generate::{KINDS, Random, expand, prompt, secret};
use crate::oracle::{Rule, Secret};

/// A case with its values filled in.
#[derive(Debug, Clone)]
pub struct Case {
    pub id: String,
    pub kind: &'static str,
    pub text: String,
    pub secrets: Vec<Secret>,
    pub evidence: Vec<String>,
    /// What the case says besides its secrets: a window of it explains itself.
    pub constant: String,
    /// Whether the program holds the secrets.
    pub known: bool,
}

impl Case {
    /// True for a case that holds nothing to hide.
    pub fn is_look_alike(&self) -> bool {
        self.secrets.is_empty()
    }
}

const FILES: [(&str, &str); 12] = [
    ("header", include_str!("corpus/header.txt")),
    ("url", include_str!("corpus/url.txt")),
    ("json", include_str!("corpus/json.txt")),
    ("curl", include_str!("corpus/curl.txt")),
    ("sse", include_str!("corpus/sse.txt")),
    ("error", include_str!("corpus/error.txt")),
    ("log", include_str!("corpus/log.txt")),
    ("html", include_str!("corpus/html.txt")),
    ("har", include_str!("corpus/har.txt")),
    ("env", include_str!("corpus/env.txt")),
    ("multipart", include_str!("corpus/multipart.txt")),
    ("other", include_str!("corpus/other.txt")),
];

/// All cases, with the values of `seed`.
pub fn cases(seed: u64) -> Vec<Case> {
    let mut all = Vec::new();
    for (kind, text) in FILES {
        for part in text.split("=== ").skip(1) {
            let (head, body) = part.split_once('\n').expect("a head line");
            let mut words = head.split_whitespace();
            let id = format!("{kind}/{}", words.next().expect("an id"));
            all.push(fill(seed, &id, kind, body.trim_end_matches('\n'), words.any(|w| w == "known")));
        }
    }
    let mut number = 0;
    for (name, _, rule) in KINDS {
        let personal = matches!(
            *name,
            "aws-account"
                | "email"
                | "phone"
                | "phone-cn"
                | "phone-us"
                | "card"
                | "iban"
                | "cn-id"
                | "pem"
                | "blob"
        );
        if personal || *rule == Rule::Whole || name.contains("password") {
            continue;
        }
        // Two places each, in turn.
        for (kind, carrier) in carriers(name, number) {
            number += 1;
            all.push(fill(
                seed,
                &format!("{kind}/table-{name}-{number}"),
                kind,
                &carrier.replace("{S", &format!("{{s:{name}")),
                false,
            ));
        }
    }
    for dress in DRESSES {
        for (kind, carrier) in [
            (
                "log",
                "2026-11-20T10:15:00Z «ERROR» upstream said «401» for key={S} («request_id=req_{alnum:24}»)",
            ),
            (
                "json",
                "{\"error\":{\"message\":\"bad credential {S}\",\"type\":\"«invalid_request_error»\",\"code\":\"«invalid_api_key»\"}}",
            ),
        ] {
            let text = carrier.replace("{S}", &format!("{{s:gateway|{dress}}}"));
            all.push(fill(seed, &format!("{kind}/dress-{dress}"), kind, &text, false));
            let id = format!("{kind}/dress-{dress}-known");
            all.push(fill(seed, &id, kind, &text.replace("s:gateway", "s:together-old"), true));
        }
    }
    all
}

/// Cases that were written from the shapes in public issue threads when the filter stood, to see what it does to what
/// nobody had in view. Their kind is the second word of their head.
pub fn unseen(seed: u64) -> Vec<Case> {
    let parts = include_str!("corpus/unseen.txt").split("=== ").skip(1);
    let case = |part: &str| {
        let (head, body) = part.split_once('\n').expect("a head line");
        let (id, word) = head.split_once(' ').expect("a kind");
        let kind = FILES.iter().map(|(kind, _)| *kind).find(|kind| *kind == word).expect("a known kind");
        fill(seed, &format!("unseen/{id}"), kind, body.trim_end_matches('\n'), false)
    };
    parts.map(case).collect()
}

/// Encodings in which a key is met in free text.
pub const DRESSES: [&str; 22] = [
    "b64",
    "b64url",
    "b64off1",
    "b64off2",
    "gz",
    "hex",
    "percent",
    "x",
    "u",
    "entities",
    "wide",
    "bold",
    "zero",
    "hyphen",
    "colour",
    "reverse",
    "wrap",
    "plus",
    "list",
    "json3|u",
    "percent|percent",
    "b64|percent",
];

const CARRIERS: [(&str, &str); 8] = [
    (
        "header",
        "GET /v1/models HTTP/1.1\nhost: «api.cometapi.com»\nauthorization: Bearer {S}\nuser-agent: «OpenAI/Python 1.99.1»\naccept: */*",
    ),
    (
        "error",
        "«401» «invalid_request_error»: Incorrect API key provided: {S}. You can find your API key at «https://platform.openai.com/account/api-keys».",
    ),
    (
        "log",
        "2026-11-20 10:15:00,123 «DEBUG» openai._base_client: request options headers={'api-key': '{S}'} «status=401»",
    ),
    ("env", "«LOG_LEVEL=debug»\nUPSTREAM_API_KEY={S}\n«REGION=eu-central-1»"),
    ("json", "{\"«model»\":\"«gpt-4o-mini-2024-07-18»\",\"api_key\":\"{S}\",\"«max_tokens»\":«512»}"),
    (
        "curl",
        "curl «https://api.cometapi.com/v1/chat/completions» -H 'x-api-key: {S}' -H '«content-type: application/json»' -d '{\"model\":\"«gpt-4o»\"}'",
    ),
    ("url", "GET «https://gateway.example/v1/images/generations»?api_key={S}&«n=1» HTTP/1.1"),
    (
        "html",
        "<html><head><title>«401 Authorization Required»</title></head><body><p>token <code>{S}</code> rejected</p><hr>«nginx/1.27.1»</body></html>",
    ),
];

fn carriers(name: &str, number: usize) -> Vec<(&'static str, &'static str)> {
    match name {
        n if n.ends_with("-hook") && n != "stripe-hook" => {
            vec![
                ("log", "«WARN» notify failed: POST {S} -> «404»"),
                ("json", "{\"notify_hook\":\"{S}\",\"«action»\":\"«IMAGINE»\"}"),
            ]
        }
        "session" | "session-hex" | "cf-bm" => vec![
            (
                "header",
                "«HTTP/1.1 403 Forbidden»\nset-cookie: __cf_bm={S}; path=/; HttpOnly\n«cf-ray: 8e5{hex:13}-FRA»",
            ),
            ("header", "GET / HTTP/1.1\ncookie: lang=en; sid={S}\n«accept-language: de»"),
        ],
        "basic" => vec![
            ("header", "GET / HTTP/1.1\nhost: «relay.example»\nauthorization: Basic {S}"),
            ("log", "«[warn]» proxy-authorization: basic {S} «407»"),
        ],
        "oauth-code" | "oauth-state" | "signature" | "sas" => vec![
            ("url", "https://login.example/«callback»?code={S|form}&«lang=en»"),
            ("url", "«https://files.example/out/video.mp4»?sig={S|form}&«se=2026-11-21»"),
        ],
        "account-key" => vec![(
            "env",
            "BLOB=DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={S};«EndpointSuffix=core.windows.net»",
        )],
        _ => vec![CARRIERS[number % CARRIERS.len()], CARRIERS[(number + 3) % CARRIERS.len()]],
    }
}

/// Fills the slots of a template.
pub fn fill(seed: u64, id: &str, kind: &'static str, template: &str, known: bool) -> Case {
    let slot = Regex::new(r"\{([sp]):([a-z0-9-]+)(#[a-z0-9]+)?((?:\|[a-z0-9-]+)*)\}").expect("a pattern");
    let mut random = Random::new(seed, id);
    let mut values: BTreeMap<String, Secret> = BTreeMap::new();
    let mut order = Vec::new();
    let text = slot.replace_all(template, |c: &regex::Captures<'_>| {
        let name = format!("{}:{}{}", &c[1], &c[2], c.get(3).map_or("", |m| m.as_str()));
        let value = values.entry(name.clone()).or_insert_with(|| {
            order.push(name);
            if &c[1] == "s" { secret(&mut random, &c[2]) } else { prompt(&mut random, &c[2]) }
        });
        c[4].split('|').filter(|e| !e.is_empty()).fold(value.value.clone(), |text, name| encode(name, &text))
    });
    let text = expand(&mut random, &text);
    let marked = Regex::new("«([^»]*)»").expect("a pattern");
    let evidence: Vec<String> = marked.captures_iter(&text).map(|c| c[1].to_owned()).collect();
    let text = blocks(text.replace(['«', '»'], ""));
    let constant = slot.replace_all(template, "\n").replace(['«', '»'], "") + "\n" + &evidence.join("\n");
    let secrets = order.iter().filter_map(|name| values.remove(name)).collect();
    Case { id: id.to_owned(), kind, text, secrets, evidence, constant, known }
}

/// `<<encoding,encoding|…>>`, from within.
fn blocks(mut text: String) -> String {
    while let Some(end) = text.find(">>") {
        let Some(start) = text[..end].rfind("<<") else { break };
        let Some((names, inner)) = text[start + 2..end].split_once('|') else { break };
        let encoded = names.split(',').fold(inner.to_owned(), |t, name| encode(name, &t));
        text.replace_range(start..end + 2, &encoded);
    }
    text
}
