//! Logs of failed requests with known groups and with planted keys, personal data and prompts: none of them may come out.

#![expect(
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a generator for tests: what cannot be fails them, and a table of answers is long"
)]

use std::fmt::Write as _;

use serde_json::{Value, json};

/// One line of a log and what is known of it.
pub struct Planted {
    /// The line.
    pub line: String,
    /// What a fingerprint should keep apart.
    pub group: String,
    /// What may stand in no output.
    pub secret: Vec<String>,
    /// When it was, RFC 3339.
    pub at: String,
    /// The gateway's id, which may come out.
    pub id: String,
}

const MODELS: [&str; 7] =
    ["gpt-4o", "gpt-4o-mini", "o3", "claude-sonnet-4-20250514", "deepseek-chat", "qwen-max", "llama-3.3-70b"];
const WORDS: [&str; 24] = [
    "invoice",
    "customer",
    "the",
    "refund",
    "harbour",
    "violin",
    "glacier",
    "of",
    "copper",
    "meadow",
    "lantern",
    "and",
    "saffron",
    "pigeon",
    "marble",
    "a",
    "thunder",
    "velvet",
    "anchor",
    "in",
    "cinnamon",
    "plateau",
    "季度收入",
    "façade",
];
/// Class and status.
const CLASSES: [(&str, u16); 22] = [
    ("missing_model", 400),
    ("missing_messages", 400),
    ("empty_messages", 400),
    ("invalid_role", 400),
    ("unsupported_parameter", 400),
    ("context_length", 400),
    ("content_filter", 400),
    ("auth_missing", 401),
    ("auth_invalid", 401),
    ("quota_exhausted", 403),
    ("group_disabled", 403),
    ("waf_blocked", 403),
    ("wrong_path", 301),
    ("too_large", 413),
    ("rate_limited", 429),
    ("upstream_saturated", 429),
    ("internal_error", 500),
    ("no_channel", 503),
    ("edge_timeout", 524),
    ("client_timeout", 0),
    ("connection_reset", 0),
    ("stream_cut", 200),
];

/// Numbers that are the same in each run (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).expect("small")
    }

    fn of<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.roll(list.len())]
    }

    fn text(&mut self, length: usize, letters: &str) -> String {
        let letters: Vec<char> = letters.chars().collect();
        (0..length).map(|_| letters[self.roll(letters.len())]).collect()
    }
}

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// `count` records in the form of a gateway's own log.
pub fn log(seed: u64, count: usize) -> Vec<Planted> {
    let mut dice = Dice(seed);
    (0..count).map(|number| record(&mut dice, number)).collect()
}

fn record(dice: &mut Dice, number: usize) -> Planted {
    let (class, status) = CLASSES[dice.roll(CLASSES.len())];
    let chat = [
        "missing_messages",
        "empty_messages",
        "invalid_role",
        "unsupported_parameter",
        "context_length",
        "stream_cut",
    ];
    let path = match class {
        "wrong_path" => dice.of(&["/chat/completions", "/v1/v1/chat/completions"]),
        _ if chat.contains(&class) => "/v1/chat/completions",
        _ => dice.of(&["/v1/chat/completions", "/v1/messages", "/v1/embeddings"]),
    };
    let model = if class == "no_channel" {
        dice.of(&["gpt-4o-minni", "o9", "claude-3-opus"])
    } else {
        dice.of(&MODELS)
    };
    let key = format!("sk-{}", dice.text(48, ALNUM));
    let mail = format!(
        "{}.{}{}@example.org",
        dice.of(&["copper", "anchor"]),
        dice.of(&["meadow", "pigeon"]),
        number
    );
    let words: Vec<&str> = (0..30).map(|_| dice.of(&WORDS)).collect();
    let prompt = words.join(" ");
    let run = words[4..10].join(" ");
    let mut secret = vec![key.clone(), mail.clone()];
    secret.extend(words.windows(4).map(|four| four.join(" ")).filter(|four| four.len() > 18));
    let id = if dice.roll(2) == 0 {
        format!("20260110000640{}", dice.text(22, ALNUM))
    } else {
        format!("req_{}", dice.text(32, "0123456789abcdef"))
    };
    let content = format!("{prompt} mail {mail} key {key}");
    let mut body = json!({"model": model, "messages": [{"role": "user", "content": content}], "user": mail});
    if class == "missing_model" {
        body.as_object_mut().expect("object").remove("model");
    }
    let text = dice.roll(3) > 0;
    let (headers, answer, note) = answer(dice, class, (model, &key, &id, &run));
    let written = |value: Value| {
        if text && !value.is_null() && !value.is_string() { Value::String(value.to_string()) } else { value }
    };
    let ms = number * 337;
    let at = format!(
        "2026-01-10T{:02}:{:02}:{:02}.{:03}Z",
        ms / 3_600_000 % 24,
        ms / 60_000 % 60,
        ms / 1000 % 60,
        ms % 1000
    );
    let line = json!({
        "ts": at,
        "request_id": id,
        "method": "POST",
        "path": path,
        "query": format!("key={key}"),
        "model": if class == "missing_model" { Value::Null } else { json!(model) },
        "status": if status == 0 { Value::Null } else { json!(status) },
        "client_ip": "203.0.113.9",
        "request": {"headers": {"authorization": format!("Bearer {key}")}, "body": written(body)},
        "response": {"headers": headers, "body": written(answer)},
        "note": note,
    });
    let by_model = ["no_channel", "rate_limited", "context_length"].contains(&class);
    let group = format!("{class}:{path}:{}", if by_model { model } else { "" });
    Planted { line: line.to_string(), group, secret, at, id }
}

fn answer(
    dice: &mut Dice,
    class: &str,
    (model, key, id, run): (&str, &str, &str, &str),
) -> (Value, Value, Value) {
    let error = |message: String, kind: &str, code: Value| json!({"error": {"message": format!("{message} (request id: {id})"), "type": kind, "param": null, "code": code}});
    let invalid = "invalid_request_error";
    let own = "comet_api_error";
    let json = match class {
        "missing_model" => error("model is required".into(), own, json!(dice.of(&["", "invalid_request"]))),
        "missing_messages" => error("you must provide a messages parameter".into(), invalid, Value::Null),
        "empty_messages" => error(
            "Invalid 'messages': empty array. Expected an array with minimum length 1.".into(),
            invalid,
            Value::Null,
        ),
        "invalid_role" => error(
            "Invalid value: 'bot'. Supported values are: 'system', 'user' and 'developer'.".into(),
            invalid,
            json!("invalid_value"),
        ),
        "unsupported_parameter" => error(
            "Unsupported parameter: 'max_tokens' is not supported with this model.".into(),
            invalid,
            json!("unsupported_parameter"),
        ),
        "context_length" => error(
            format!(
                "This model's maximum context length is 128000 tokens. However, your messages resulted in {} tokens.",
                130_000 + dice.roll(900_000)
            ),
            invalid,
            json!("context_length_exceeded"),
        ),
        "content_filter" => error(
            format!("Your request was rejected by the safety system near: \"{run}\""),
            invalid,
            json!("content_policy_violation"),
        ),
        "auth_missing" => error(
            dice.of(&["未提供令牌 (no token provided)", "You didn't provide an API key."]).into(),
            own,
            Value::Null,
        ),
        "auth_invalid" => {
            let shown = if dice.roll(3) == 0 {
                key.to_owned()
            } else {
                format!("{}{}{}", &key[..6], "*".repeat(12), &key[47..])
            };
            error(
                format!("Incorrect API key provided: {shown}. invalid token"),
                own,
                json!("invalid_api_key"),
            )
        }
        "quota_exhausted" => error(
            format!("This token quota is used up, token remain quota $0.{:06}", dice.roll(1_000_000)),
            own,
            json!("insufficient_user_quota"),
        ),
        "group_disabled" => error(
            format!("Token group {} has been disabled", dice.of(&["vip", "default", "azure"])),
            own,
            Value::Null,
        ),
        "rate_limited" => error(
            format!(
                "Rate limit reached for {model} in organization org-{} on requests per min. Limit: {} / min. Please try again in {}ms.",
                dice.text(24, ALNUM),
                dice.of(&["60", "500", "3000"]),
                20 + dice.roll(60_000)
            ),
            "requests",
            json!("rate_limit_exceeded"),
        ),
        "upstream_saturated" => error(
            dice.of(&[
                "当前分组上游负载已饱和，请稍后再试",
                "The current group upstream load is saturated, please try again later",
            ])
            .into(),
            own,
            Value::Null,
        ),
        "internal_error" => error(
            "The server had an error while processing your request. Sorry about that!".into(),
            "server_error",
            Value::Null,
        ),
        "no_channel" => error(
            format!(
                "No available channel for model {model} under current group {}",
                dice.of(&["default", "vip"])
            ),
            own,
            json!("model_not_found"),
        ),
        "client_timeout" => {
            return (
                Value::Null,
                Value::Null,
                json!("context deadline exceeded (Client.Timeout exceeded while awaiting headers)"),
            );
        }
        "connection_reset" => {
            return (
                Value::Null,
                Value::Null,
                json!("read tcp 10.0.0.7:52114->203.0.113.9:443: read: connection reset by peer"),
            );
        }
        "stream_cut" => {
            let mut events = String::new();
            for _ in 0..3 + dice.roll(9) {
                let chunk = json!({"id": format!("chatcmpl-{}", &id[..16]), "object": "chat.completion.chunk", "model": model,
                    "choices": [{"index": 0, "delta": {"content": format!("{} ", dice.of(&WORDS))}, "finish_reason": null}]});
                let _ = write!(events, "data: {chunk}\n\n");
            }
            events += "data: {\"id\":\"chatcmpl-";
            return (
                json!({"content-type": "text/event-stream", "x-request-id": id}),
                json!(events),
                Value::Null,
            );
        }
        page => {
            let title = match page {
                "waf_blocked" => "Attention Required! | Cloudflare",
                "edge_timeout" => "524: A timeout occurred",
                "too_large" => "413 Request Entity Too Large",
                _ => "Moved Permanently",
            };
            let ray = format!("{}-FRA", dice.text(16, "0123456789abcdef"));
            let mut filler = String::new();
            for _ in 0..4 {
                let word = dice.of(&WORDS);
                let _ = writeln!(filler, "<div class=\"cf-{word}\">{word} {run}</div>");
            }
            let html = format!(
                "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body><h1>{title}</h1>\n{filler}<p>Ray ID: {ray}</p></body></html>\n"
            );
            let mut headers = json!({"content-type": "text/html", "cf-ray": ray, "server": "cloudflare", "x-request-id": id});
            if page == "wrong_path" {
                headers["location"] = json!("https://www.gateway.example/v1");
            }
            return (headers, json!(html), Value::Null);
        }
    };
    let mut headers = json!({"content-type": "application/json; charset=utf-8", "x-request-id": id, "date": "Sat, 10 Jan 2026 00:06:40 GMT"});
    if class == "rate_limited" {
        headers["retry-after"] = json!(format!("{}", 1 + dice.roll(60)));
    }
    (headers, json, Value::Null)
}
