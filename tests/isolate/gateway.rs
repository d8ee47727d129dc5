//! The planted gateway: decides on a call in the request order of a gateway (edge, path, auth, rate limit, model, body,
//! quota, provider). Deciding is pure, so that a test can ask it about a body that was never sent.

use serde_json::{Map, Value, json};

use crate::contract::{self, Refusal, Rules};
use crate::wire::{Call, Reply};

/// Where a fault stands in the request order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Edge,
    Path,
    Auth,
    Rate,
    Model,
    Body,
    Quota,
    Provider,
}

/// A call while it is decided on.
pub struct Moment<'a> {
    pub call: &'a Call,
    /// The body; a form as an object of its parts.
    pub body: &'a Value,
    /// Number of the call at this server, from 0.
    pub count: u64,
    pub seed: u64,
}

impl Moment<'_> {
    /// An even number below `below`, the same for the same call of the same seed.
    pub fn dice(&self, salt: u64, below: u64) -> u64 {
        mix(mix(self.seed ^ (salt << 32)) ^ self.count) % below
    }

    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.body.pointer(pointer)
    }

    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).and_then(Value::as_str).unwrap_or("")
    }

    pub fn list(&self, pointer: &str) -> &[Value] {
        self.at(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

/// `splitmix64`: an even spread of a counter.
pub fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What a fault says.
#[derive(Debug, Clone)]
pub enum Said {
    Error(Refusal),
    /// An HTML page.
    Page(u16, &'static str),
    /// 301 to this address.
    Moved(String),
    /// 200 with this body.
    Body(Value),
    /// 422 with these problem details.
    Problem(Value),
    /// 200 with a stream that breaks off.
    Cut,
    Reset,
}

type Hit = Box<dyn Fn(&Moment) -> bool + Send + Sync>;
type Say = Box<dyn Fn(&Moment) -> Said + Send + Sync>;

pub struct Fault {
    pub stage: Stage,
    pub hit: Hit,
    pub say: Say,
}

/// Why a call got its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    Worked,
    /// The fault with this number.
    Planted(usize),
    /// The gateway's own contract, by code.
    Refused(&'static str),
    Noise,
}

pub struct Decided {
    pub cause: Cause,
    pub id: String,
    pub reply: Reply,
}

pub struct Gate {
    pub faults: Vec<Fault>,
    pub rules: Rules,
    /// Keys that are valid.
    pub keys: Vec<String>,
    /// Models that exist.
    pub models: Vec<&'static str>,
}

/// Why the way through the gateway ended.
enum Stop {
    Planted(usize),
    Refused(Refusal),
    Said(Said),
}

const POSTS: [&str; 5] = [
    "/v1/chat/completions",
    "/v1/embeddings",
    "/v1/messages",
    "/v1/images/edits",
    "/v1/audio/transcriptions",
];

/// One call in twenty fails for a moment.
pub fn is_noise(seed: u64, count: u64) -> bool {
    mix(mix(seed ^ 0x5eed) ^ count).is_multiple_of(20)
}

impl Gate {
    pub fn decide(&self, call: &Call, count: u64, seed: u64, noisy: bool) -> Decided {
        let id = request_id(seed, count);
        if noisy && is_noise(seed, count) {
            let refusal = if mix(seed ^ count).is_multiple_of(2) {
                Refusal::new(503, "service_busy", "The service is busy for a moment, try again.")
            } else {
                Refusal::new(429, "rate_limit_exceeded", "Too many requests at this moment, try again.")
            };
            return Decided { cause: Cause::Noise, reply: error(&refusal, &id, call), id };
        }
        let body = body_of(call);
        let moment = Moment { call, body: &body, count, seed };
        let (cause, said) = match self.walk(&moment) {
            Ok(()) => (Cause::Worked, None),
            Err(Stop::Planted(k)) => (Cause::Planted(k), Some((self.faults[k].say)(&moment))),
            Err(Stop::Refused(refusal)) => (Cause::Refused(refusal.code), Some(Said::Error(refusal))),
            Err(Stop::Said(said)) => (Cause::Refused("page"), Some(said)),
        };
        let reply = said.map_or_else(|| self.good(&moment, &id), |said| render(said, &id, call));
        Decided { cause, id, reply }
    }

    fn planted(&self, stage: Stage, moment: &Moment) -> Result<(), Stop> {
        match self.faults.iter().position(|f| f.stage == stage && (f.hit)(moment)) {
            Some(k) => Err(Stop::Planted(k)),
            None => Ok(()),
        }
    }

    fn walk(&self, moment: &Moment) -> Result<(), Stop> {
        let call = moment.call;
        self.planted(Stage::Edge, moment)?;
        self.planted(Stage::Path, moment)?;
        let lists = call.method == "GET" && call.path == "/v1/models";
        if !lists && call.method != "POST" && call.path == "/" {
            return Err(Stop::Said(Said::Page(200, "<!doctype html><title>Dashboard</title>")));
        }
        if !(lists || call.method == "POST" && POSTS.contains(&call.path.as_str())) {
            let message = format!("Invalid URL ({} {})", call.method, call.path);
            return Err(Stop::Refused(Refusal::new(404, "invalid_url", &message)));
        }
        self.planted(Stage::Auth, moment)?;
        match call.key() {
            None => return Err(Stop::Refused(Refusal::new(401, "no_token", "No token was provided."))),
            Some(key) if !self.keys.iter().any(|k| k == key) => {
                return Err(Stop::Refused(Refusal::new(401, "unknown_token", "Invalid token.")));
            }
            Some(_) => {}
        }
        self.planted(Stage::Rate, moment)?;
        if lists {
            return Ok(());
        }
        self.model(moment)?;
        self.check(moment).map_err(Stop::Refused)?;
        self.planted(Stage::Body, moment)?;
        self.planted(Stage::Quota, moment)?;
        self.planted(Stage::Provider, moment)
    }

    fn model(&self, moment: &Moment) -> Result<(), Stop> {
        let refused = |status, code, message: &str| Err(Stop::Refused(Refusal::new(status, code, message)));
        if !moment.body.is_object() {
            return refused(400, "unreadable_body", "The body could not be read.");
        }
        self.planted(Stage::Model, moment)?;
        match moment.at("/model").and_then(Value::as_str) {
            None | Some("") => refused(400, "no_model", "You must provide a model parameter."),
            Some(model) if !self.models.contains(&model) => {
                refused(404, "no_such_model", "The model does not exist or is not yours.")
            }
            Some(_) => Ok(()),
        }
    }

    /// The contract of the endpoint alone.
    fn check(&self, moment: &Moment) -> Result<(), Refusal> {
        let lacks = |names: &[&str]| -> Result<(), Refusal> {
            match names.iter().find(|name| moment.body.get(name).is_none()) {
                Some(name) => Err(Refusal::new(400, "part_missing", &format!("The part {name} is missing."))),
                None => Ok(()),
            }
        };
        match moment.call.path.as_str() {
            "/v1/embeddings" => contract::embeddings(moment.body),
            "/v1/messages" => contract::messages(moment.body),
            "/v1/images/edits" => lacks(&["model", "image", "prompt"]),
            "/v1/audio/transcriptions" => lacks(&["model", "file"]),
            _ => contract::chat(moment.body, self.rules),
        }
    }

    /// True where the body holds what the endpoint asks for: model and contract, whatever the faults say.
    pub fn is_well_formed(&self, call: &Call) -> bool {
        let body = body_of(call);
        let moment = Moment { call, body: &body, count: 0, seed: 0 };
        !moment.text("/model").is_empty() && self.check(&moment).is_ok()
    }

    fn good(&self, moment: &Moment, id: &str) -> Reply {
        let call = moment.call;
        let model = moment.text("/model");
        let body = match call.path.as_str() {
            "/v1/models" => {
                let data: Vec<Value> = self
                    .models
                    .iter()
                    .map(|m| json!({"id": m, "object": "model", "owned_by": "x"}))
                    .collect();
                json!({"object": "list", "data": data})
            }
            "/v1/embeddings" => json!({
                "object": "list", "model": model, "usage": {"prompt_tokens": 3, "total_tokens": 3},
                "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
            }),
            "/v1/messages" => json!({
                "id": "msg_1", "type": "message", "role": "assistant", "model": model, "stop_reason": "end_turn",
                "content": [{"type": "text", "text": "OK"}], "usage": {"input_tokens": 3, "output_tokens": 1},
            }),
            "/v1/images/edits" => json!({"created": 1, "data": [{"b64_json": "aGk="}]}),
            "/v1/audio/transcriptions" => json!({"text": "hello"}),
            _ if moment.at("/stream") == Some(&Value::Bool(true)) => {
                let mut events: Vec<String> = ["O", "K"].map(|piece| chunk(model, piece, None)).into();
                events.push(chunk(model, "", Some("stop")));
                events.push("[DONE]".to_owned());
                return Reply::Events(headers(id, None), events, false);
            }
            _ => completion(model, "OK"),
        };
        Reply::Whole(200, headers(id, Some("application/json")), body.to_string())
    }
}

/// A good answer of chat.
pub fn completion(model: &str, content: &str) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model,
        "choices": [{"index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": content}}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10},
    })
}

fn chunk(model: &str, content: &str, finish: Option<&str>) -> String {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model,
        "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finish}],
    })
    .to_string()
}

fn body_of(call: &Call) -> Value {
    let form = call.form();
    if form.is_empty() {
        return call.json().unwrap_or(Value::Null);
    }
    let fields: Map<String, Value> = form
        .into_iter()
        .map(|part| {
            let text = String::from_utf8_lossy(&part.value).into_owned();
            (part.name, if part.is_file { json!({"bytes": part.value.len()}) } else { Value::String(text) })
        })
        .collect();
    Value::Object(fields)
}

fn request_id(seed: u64, count: u64) -> String {
    let number = mix(seed.rotate_left(17) ^ count);
    format!("20261122{:09}{:08x}", number % 1_000_000_000, number >> 32)
}

fn headers(id: &str, kind: Option<&str>) -> Vec<(String, String)> {
    let mut lines = vec![("x-request-id".to_owned(), id.to_owned())];
    lines.extend(kind.map(|kind| ("content-type".to_owned(), kind.to_owned())));
    lines
}

fn error(refusal: &Refusal, id: &str, call: &Call) -> Reply {
    let message = format!("{} (request id: {id})", refusal.message);
    let body = if call.path == "/v1/messages" {
        json!({"type": "error", "error": {"type": refusal.kind, "message": message}})
    } else {
        json!({"error": {"message": message, "type": refusal.kind, "param": refusal.param, "code": refusal.code}})
    };
    let mut lines = headers(id, Some("application/json"));
    if matches!(refusal.code, "service_busy" | "rate_limit_exceeded") {
        lines.push(("retry-after".to_owned(), "0".to_owned()));
    }
    Reply::Whole(refusal.status, lines, body.to_string())
}

fn render(said: Said, id: &str, call: &Call) -> Reply {
    match said {
        Said::Error(refusal) => error(&refusal, id, call),
        Said::Page(status, html) => Reply::Whole(status, headers(id, Some("text/html")), html.to_owned()),
        Said::Moved(to) => {
            let mut lines = headers(id, Some("text/html"));
            lines.push(("location".to_owned(), to));
            Reply::Whole(301, lines, "<html>Moved Permanently</html>".to_owned())
        }
        Said::Body(body) => Reply::Whole(200, headers(id, Some("application/json")), body.to_string()),
        Said::Problem(body) => {
            Reply::Whole(422, headers(id, Some("application/problem+json")), body.to_string())
        }
        Said::Cut => Reply::Events(headers(id, None), vec![chunk("m", "O", None)], true),
        Said::Reset => Reply::Reset,
    }
}
