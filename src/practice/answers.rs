//! What the practice gateway serves, and how its provider answers.

use serde_json::{Value, json};

use super::gate::{Body, Call, Reply, refusal, relay_error};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// `POST /v1/chat/completions`.
    Chat,
    /// `POST /v1/responses`.
    Responses,
    /// `POST /v1/messages`.
    Messages,
    /// `POST /v1/embeddings`.
    Embeddings,
    /// `POST /v1/images/generations`.
    Images,
    /// `GET /v1/models`.
    Models,
    /// `GET /v1/models/{id}`.
    Model(String),
}

impl Endpoint {
    pub(super) fn of(method: &str, path: &str) -> Option<Self> {
        match (method, path) {
            ("POST", "/v1/chat/completions") => Some(Self::Chat),
            ("POST", "/v1/responses") => Some(Self::Responses),
            ("POST", "/v1/messages") => Some(Self::Messages),
            ("POST", "/v1/embeddings") => Some(Self::Embeddings),
            ("POST", "/v1/images/generations") => Some(Self::Images),
            ("GET", "/v1/models") => Some(Self::Models),
            ("GET", path) => {
                let name = path.strip_prefix("/v1/models/")?;
                (!name.is_empty() && !name.contains('/')).then(|| Self::Model(name.to_owned()))
            }
            _ => None,
        }
    }
}

/// A model that is served: the name tells how its provider behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Model {
    /// Answers.
    Ok,
    /// Has no capacity left.
    Saturated,
    /// Breaks off in the middle of a stream.
    StreamCut,
    /// Ends a stream with the marker, but without a finish reason.
    DoneEarly,
}

impl Model {
    const ALL: [Self; 4] = [Self::Ok, Self::Saturated, Self::StreamCut, Self::DoneEarly];

    fn name(self) -> &'static str {
        match self {
            Self::Ok => "practice-ok",
            Self::Saturated => "practice-saturated",
            Self::StreamCut => "practice-stream-cut",
            Self::DoneEarly => "practice-done-early",
        }
    }

    /// The model called `name`; 503 for any other, as new-api's distributor answers.
    pub(super) fn named(name: &str, call: &Call) -> Result<Self, Reply> {
        Self::ALL.into_iter().find(|model| model.name() == name).ok_or_else(|| {
            let message = format!("No available channel for model {name} under group default (distributor)");
            refusal(503, "model_not_found", &message, call)
        })
    }
}

fn described(model: Model) -> Value {
    json!({"id": model.name(), "object": "model", "created": 1_626_777_600, "owned_by": "practice"})
}

pub(super) fn model_list() -> Reply {
    let data: Vec<Value> = Model::ALL.into_iter().map(described).collect();
    Reply::json(200, &json!({"data": data, "object": "list", "success": true}))
}

/// One model. An unknown one is a 200 that states an error: new-api `controller/model.go`, `RetrieveModel`.
pub(super) fn one_model(name: &str) -> Reply {
    let found = Model::ALL.into_iter().find(|model| model.name() == name);
    let value = found.map_or_else(
        || {
            let message = format!("The model '{name}' does not exist");
            json!({"error": {
                "message": message, "type": "invalid_request_error", "param": "model", "code": "model_not_found"
            }})
        },
        described,
    );
    Reply::json(200, &value)
}

const ROLES: [&str; 6] = ["system", "developer", "user", "assistant", "tool", "function"];

/// The provider's answer to a request that the gateway let through.
pub(super) fn provider(endpoint: &Endpoint, model: Model, body: &Value, call: &Call) -> Result<Reply, Reply> {
    if model == Model::Saturated {
        // The gateway replaces a provider's message on 429 and keeps its type and code: new-api `controller/relay.go`.
        let message = "Current group upstream load is saturated, please try again later";
        return Err(relay_error(endpoint, 429, (message, "requests", "", "rate_limit_exceeded"), call));
    }
    if *endpoint == Endpoint::Chat {
        check_roles(endpoint, body, call)?;
    }
    let streams = matches!(endpoint, Endpoint::Chat | Endpoint::Responses | Endpoint::Messages)
        && body.get("stream").and_then(Value::as_bool) == Some(true);
    Ok(if streams { stream(endpoint, model, call) } else { Reply::json(200, &whole(endpoint, model, call)) })
}

/// Roles are not checked by the gateway but by the provider.
fn check_roles(endpoint: &Endpoint, body: &Value, call: &Call) -> Result<(), Reply> {
    let messages = body.get("messages").and_then(Value::as_array).into_iter().flatten();
    for (index, message) in messages.enumerate() {
        let param = format!("messages[{index}].role");
        let (fault, code) = match message.get("role").and_then(Value::as_str) {
            Some(role) if ROLES.contains(&role) => continue,
            Some(role) => {
                (format!("Invalid value: '{role}'. Supported values are: {ROLES:?}."), "invalid_value")
            }
            None => (format!("Missing required parameter: '{param}'."), "missing_required_parameter"),
        };
        return Err(relay_error(endpoint, 400, (&fault, "invalid_request_error", &param, code), call));
    }
    Ok(())
}

/// The words of every answer.
const WORDS: [&str; 8] = ["This", " is", " the", " practice", " gateway:", " all", " is", " well."];

/// A grey picture of one pixel.
const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

fn usage() -> Value {
    json!({"prompt_tokens": 12, "completion_tokens": 8, "total_tokens": 20})
}

fn whole(endpoint: &Endpoint, model: Model, call: &Call) -> Value {
    let (name, text, created) = (model.name(), WORDS.concat(), call.now.timestamp());
    match endpoint {
        Endpoint::Responses => response_object(call, name, "completed", &text),
        Endpoint::Messages => json!({
            "id": format!("msg_{}", call.id), "type": "message", "role": "assistant", "model": name,
            "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": null,
            "usage": {"input_tokens": 12, "output_tokens": 8},
        }),
        Endpoint::Embeddings => json!({
            "object": "list", "model": name, "usage": {"prompt_tokens": 12, "total_tokens": 12},
            "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 0.125, 0.0]}],
        }),
        Endpoint::Images => json!({"created": created, "data": [{"b64_json": PICTURE}]}),
        _ => json!({
            "id": format!("chatcmpl-{}", call.id), "object": "chat.completion", "created": created, "model": name,
            "choices": [{
                "index": 0, "message": {"role": "assistant", "content": text}, "logprobs": null, "finish_reason": "stop",
            }],
            "usage": usage(),
        }),
    }
}

fn response_object(call: &Call, name: &str, status: &str, text: &str) -> Value {
    let output = if text.is_empty() {
        json!([])
    } else {
        json!([{
            "id": format!("msg_{}", call.id), "type": "message", "status": "completed", "role": "assistant",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
        }])
    };
    let usage =
        (status == "completed").then(|| json!({"input_tokens": 12, "output_tokens": 8, "total_tokens": 20}));
    json!({
        "id": format!("resp_{}", call.id), "object": "response", "created_at": call.now.timestamp(), "status": status,
        "model": name, "output": output, "usage": usage, "error": null, "incomplete_details": null,
    })
}

/// How many of the words come before a stream breaks off.
const BEFORE_CUT: usize = 4;

fn stream(endpoint: &Endpoint, model: Model, call: &Call) -> Reply {
    let words = if model == Model::Ok { &WORDS[..] } else { WORDS.get(..BEFORE_CUT).unwrap_or(&WORDS) };
    let (mut events, closing) = match endpoint {
        Endpoint::Responses => response_events(model, words, call),
        Endpoint::Messages => message_events(model, words, call),
        _ => chat_events(model, words, call),
    };
    match model {
        Model::Ok | Model::Saturated => events.extend(closing),
        // Gateways of this family write the marker themselves after a stall upstream.
        Model::DoneEarly => events.push("data: [DONE]\n\n".to_owned()),
        Model::StreamCut => {}
    }
    let headers =
        [("content-type", "text/event-stream"), ("cache-control", "no-cache"), ("x-accel-buffering", "no")];
    Reply {
        status: 200,
        headers: headers.into_iter().map(|(name, value)| (name, value.to_owned())).collect(),
        body: Body::Events { events, cut: model == Model::StreamCut },
    }
}

/// The events up to the last word, and those that close the stream.
type Events = (Vec<String>, Vec<String>);

fn chat_events(model: Model, words: &[&str], call: &Call) -> Events {
    let chunk = |choices: Value, usage: Value| {
        let data = json!({
            "id": format!("chatcmpl-{}", call.id), "object": "chat.completion.chunk", "created": call.now.timestamp(),
            "model": model.name(), "choices": choices, "usage": usage,
        });
        format!("data: {data}\n\n")
    };
    let delta = |delta: Value, finish: Option<&str>| {
        chunk(json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]), Value::Null)
    };
    let mut events = vec![delta(json!({"role": "assistant", "content": ""}), None)];
    events.extend(words.iter().map(|word| delta(json!({"content": word}), None)));
    let closing =
        vec![delta(json!({}), Some("stop")), chunk(json!([]), usage()), "data: [DONE]\n\n".to_owned()];
    (events, closing)
}

fn named_event(name: &str, mut data: Value) -> String {
    if let Some(object) = data.as_object_mut() {
        object.insert("type".to_owned(), Value::from(name));
    }
    format!("event: {name}\ndata: {data}\n\n")
}

fn response_events(model: Model, words: &[&str], call: &Call) -> Events {
    let begun = response_object(call, model.name(), "in_progress", "");
    let mut events = vec![named_event("response.created", json!({"response": begun}))];
    let item = format!("msg_{}", call.id);
    events.extend(words.iter().map(|word| {
        let data = json!({"item_id": item, "output_index": 0, "content_index": 0, "delta": word});
        named_event("response.output_text.delta", data)
    }));
    let text = words.concat();
    let done = json!({"item_id": item, "output_index": 0, "content_index": 0, "text": text});
    let completed = json!({"response": response_object(call, model.name(), "completed", &text)});
    (
        events,
        vec![named_event("response.output_text.done", done), named_event("response.completed", completed)],
    )
}

fn message_events(model: Model, words: &[&str], call: &Call) -> Events {
    let begun = json!({"message": {
        "id": format!("msg_{}", call.id), "type": "message", "role": "assistant", "model": model.name(), "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 12, "output_tokens": 1},
    }});
    let block = json!({"index": 0, "content_block": {"type": "text", "text": ""}});
    let mut events = vec![
        named_event("message_start", begun),
        named_event("content_block_start", block),
        named_event("ping", json!({})),
    ];
    events.extend(words.iter().map(|word| {
        named_event("content_block_delta", json!({"index": 0, "delta": {"type": "text_delta", "text": word}}))
    }));
    let end =
        json!({"delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": 8}});
    let closing = vec![
        named_event("content_block_stop", json!({"index": 0})),
        named_event("message_delta", end),
        named_event("message_stop", json!({})),
    ];
    (events, closing)
}
