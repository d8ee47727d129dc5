//! Bodies that have nothing wrong with them.

use serde_json::{Value, json};

/// The model of every paste.
pub const MODEL: &str = "gpt-4o-mini";

fn tool(name: &str) -> Value {
    json!({"type": "function", "function": {"name": name, "description": format!("Calls {name} for the shop"),
    "parameters": {"type": "object", "required": ["query"], "properties": {
        "query": {"type": "string", "description": "what to look for"},
        "filter": {"type": "array", "items": {"type": "string"}},
    }}}})
}

fn turn(k: usize) -> Value {
    let said = format!("Turn {k}: the parcel of Mrs Winterbottom-{k} left the yard at Rue Cler on day {k}.");
    json!({"role": if k % 2 == 1 { "user" } else { "assistant" }, "content": said})
}

fn conversation(count: usize) -> Vec<Value> {
    let mut messages =
        vec![json!({"role": "system", "content": "You answer for the parcel desk of Ottokar & Sons."})];
    messages.extend((1..count).map(turn));
    messages
}

/// About 100 leaves: 12 messages, 3 tools, a JSON schema and the usual fields.
pub fn hundred() -> Value {
    json!({
        "model": MODEL,
        "messages": conversation(12),
        "temperature": 0.7, "top_p": 0.9, "n": 1, "max_tokens": 200,
        "presence_penalty": 0.1, "frequency_penalty": 0.2,
        "user": "desk-7", "seed": 7, "logprobs": true, "top_logprobs": 2,
        "stop": ["###", "END"],
        "tools": [tool("find_parcel"), tool("list_parcels"), tool("find_person")],
        "tool_choice": "auto", "parallel_tool_calls": true,
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "strict": false, "schema": {
            "type": "object", "additionalProperties": false, "required": ["parcel", "total"], "properties": {
                "parcel": {"type": "string", "description": "number of the parcel"},
                "total": {"type": "number", "minimum": 0},
                "lines": {"type": "array", "items": {"type": "string"}},
            }}}},
        "metadata": {"desk": "7", "shift": "late", "run": "nightly", "team": "parcels", "yard": "east",
            "lane": "3", "cart": "4", "gate": "b"},
        "store": false, "service_tier": "auto", "logit_bias": {"50256": -100, "198": -1},
        "reasoning_effort": "low", "verbosity": "low",
        "prompt_cache_key": "desk-7-late", "safety_identifier": "desk-7-user",
        "modalities": ["text"], "prediction": {"type": "content", "content": "The parcel"},
    })
}

/// 40 messages and a few fields.
pub fn forty() -> Value {
    let mut body = hundred();
    body["messages"] = Value::Array(conversation(40));
    for name in ["tools", "tool_choice", "parallel_tool_calls", "response_format", "prediction"] {
        crate::tree::put(&mut body, &format!("/{name}"), Value::Null);
        body = crate::tree::without(&body, &format!("/{name}"));
    }
    body
}

/// The usual body with so many tools.
pub fn with_tools(count: usize) -> Value {
    let mut body = hundred();
    body["tools"] = (0..count).map(|k| tool(&format!("tool_{k}"))).collect();
    body
}

/// A conversation of so many messages, each with `filler` more characters, and five fields beside it.
pub fn talk(count: usize, filler: usize) -> Value {
    let mut messages = conversation(count);
    for message in &mut messages {
        let more = "and so on with parcels, carts and yards; ".repeat(filler.div_ceil(41));
        let text = format!("{} {}", message["content"].as_str().unwrap_or(""), &more[..filler]);
        message["content"] = Value::String(text);
    }
    json!({"model": MODEL, "messages": messages, "temperature": 0.7, "top_p": 0.9, "user": "desk-7",
        "seed": 7, "metadata": {"desk": "7", "shift": "late"}})
}

/// The usual body with another value at some pointers.
pub fn with(changes: &[(&str, Value)]) -> Value {
    changed(hundred(), changes)
}

pub fn changed(mut body: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, value) in changes {
        crate::tree::put(&mut body, pointer, value.clone());
    }
    body
}
