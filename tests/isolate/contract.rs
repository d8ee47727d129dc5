//! What the planted gateway asks of every body: strict, so that a candidate which lost what it needs is refused with
//! another error than the planted one.

use serde_json::Value;

/// An error of the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub kind: &'static str,
    pub param: Option<String>,
    pub message: String,
}

impl Refusal {
    pub fn new(status: u16, code: &'static str, message: &str) -> Self {
        Self { status, code, kind: "invalid_request_error", param: None, message: message.to_owned() }
    }

    pub fn at(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }
}

/// What a scenario leaves to its planted fault, and what it asks beyond the contract.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// The planted fault is about roles.
    pub any_role: bool,
    /// System first, then user and assistant in turn, a user at the end, as strict chat templates have it.
    pub alternate: bool,
    /// A response format of no kind is taken, and not looked at.
    pub any_format: bool,
}

type Checked = Result<(), Refusal>;

fn refuse(code: &'static str, param: &str, message: &str) -> Checked {
    Err(Refusal::new(400, code, message).at(param))
}

/// `POST /v1/chat/completions`.
pub fn chat(body: &Value, rules: Rules) -> Checked {
    let Some(messages) = body.get("messages") else {
        return refuse("missing_required_parameter", "messages", "Missing required parameter: 'messages'.");
    };
    let Some(messages) = messages.as_array() else {
        return refuse(
            "invalid_type",
            "messages",
            "Invalid type for 'messages': expected an array of objects.",
        );
    };
    if messages.is_empty() {
        return refuse("empty_array", "messages", "Invalid 'messages': empty array.");
    }
    for (k, message) in messages.iter().enumerate() {
        self::message(k, message, rules)?;
    }
    if rules.alternate {
        alternate(messages)?;
    }
    tools(body)?;
    companions(body)?;
    if !rules.any_format {
        response_format(body)?;
    }
    scalars(body)
}

fn message(k: usize, message: &Value, rules: Rules) -> Checked {
    let param = format!("messages[{k}].role");
    let Some(role) = message.get("role").and_then(Value::as_str) else {
        return refuse("missing_role", &param, "Missing required parameter: 'role' of a message.");
    };
    if !rules.any_role && !["system", "developer", "user", "assistant"].contains(&role) {
        return refuse("invalid_role_value", &param, "Invalid value for 'role'.");
    }
    let param = format!("messages[{k}].content");
    match message.get("content") {
        None | Some(Value::Null) => refuse("missing_content", &param, "A message needs content."),
        Some(Value::String(text)) if text.is_empty() => {
            refuse("empty_content", &param, "The content of a message is empty.")
        }
        Some(Value::String(_)) => Ok(()),
        Some(Value::Array(parts)) if parts.is_empty() => {
            refuse("empty_parts", &param, "The content of a message has no parts.")
        }
        Some(Value::Array(parts)) => parts.iter().try_for_each(|part| self::part(&param, part)),
        Some(_) => refuse("content_type", &param, "The content of a message is text or parts."),
    }
}

fn part(param: &str, part: &Value) -> Checked {
    let text = |pointer: &str| part.pointer(pointer).and_then(Value::as_str).is_some_and(|t| !t.is_empty());
    match part.get("type").and_then(Value::as_str) {
        Some("text") if text("/text") => Ok(()),
        Some("image_url") if text("/image_url/url") => Ok(()),
        Some("text" | "image_url") => {
            refuse("incomplete_part", param, "A part of the content is incomplete.")
        }
        _ => refuse("part_kind", param, "A part of the content has no known type."),
    }
}

fn alternate(messages: &[Value]) -> Checked {
    let turns = messages.iter().map(|m| m.get("role").and_then(Value::as_str).unwrap_or(""));
    let mut wanted = "user";
    for (k, role) in turns.enumerate() {
        if role == "system" {
            if k > 0 {
                return refuse("system_first", "messages", "System message must be at the beginning.");
            }
            continue;
        }
        if role != wanted {
            return refuse("role_order", "messages", "Conversation roles must alternate user/assistant.");
        }
        wanted = if role == "user" { "assistant" } else { "user" };
    }
    if wanted == "user" {
        return refuse("last_is_user", "messages", "The last message must be of the user.");
    }
    Ok(())
}

fn tools(body: &Value) -> Checked {
    let Some(tools) = body.get("tools") else { return Ok(()) };
    let Some(tools) = tools.as_array().filter(|tools| !tools.is_empty()) else {
        return refuse("tools_shape", "tools", "'tools' must be a list with at least one tool.");
    };
    for tool in tools {
        let name = tool.pointer("/function/name").and_then(Value::as_str);
        if tool.get("type").and_then(Value::as_str) != Some("function") || name.is_none_or(str::is_empty) {
            return refuse("tool_incomplete", "tools", "A tool needs a type and a name.");
        }
        if tool.pointer("/function/parameters").is_some_and(|p| !p.is_object()) {
            return refuse("tool_parameters", "tools", "The parameters of a tool are a JSON schema.");
        }
    }
    Ok(())
}

/// Fields that are only allowed beside another, as OpenAI has it.
fn companions(body: &Value) -> Checked {
    let on = |name: &str| body.get(name).is_some_and(|v| *v != Value::Bool(false));
    for (field, needs) in [
        ("tool_choice", "tools"),
        ("parallel_tool_calls", "tools"),
        ("stream_options", "stream"),
        ("top_logprobs", "logprobs"),
    ] {
        if body.get(field).is_some() && !on(needs) {
            let message = format!("'{field}' is only allowed when '{needs}' is specified.");
            return refuse("missing_companion", field, &message);
        }
    }
    Ok(())
}

fn response_format(body: &Value) -> Checked {
    let Some(format) = body.get("response_format") else { return Ok(()) };
    match format.get("type").and_then(Value::as_str) {
        Some("text" | "json_object") => Ok(()),
        Some("json_schema") => {
            let named = format.pointer("/json_schema/name").is_some_and(Value::is_string);
            if named && format.pointer("/json_schema/schema").is_some_and(Value::is_object) {
                return Ok(());
            }
            refuse("schema_incomplete", "response_format", "A JSON schema needs a name and a schema.")
        }
        _ => refuse("format_type", "response_format.type", "The response format has no known type."),
    }
}

/// Names of fields, what fits them, and that in words.
type Kind = (&'static [&'static str], fn(&Value) -> bool, &'static str);

fn scalars(body: &Value) -> Checked {
    let checks: [Kind; 4] = [
        (&["temperature", "top_p", "presence_penalty", "frequency_penalty"], Value::is_number, "a number"),
        (&["max_tokens", "n", "top_logprobs"], Value::is_u64, "a whole number"),
        (&["stream", "logprobs", "store", "parallel_tool_calls"], Value::is_boolean, "true or false"),
        (&["user", "service_tier", "reasoning_effort", "verbosity"], Value::is_string, "a text"),
    ];
    for (names, fits, what) in checks {
        for name in names {
            if body.get(name).is_some_and(|v| !fits(v)) {
                return refuse("scalar_type", name, &format!("'{name}' must be {what}."));
            }
        }
    }
    for name in ["metadata", "logit_bias"] {
        if body.get(name).is_some_and(|v| !v.is_object()) {
            return refuse("object_type", name, &format!("'{name}' must be an object."));
        }
    }
    Ok(())
}

/// `POST /v1/embeddings`.
pub fn embeddings(body: &Value) -> Checked {
    match body.get("input") {
        Some(Value::String(text)) if !text.is_empty() => Ok(()),
        Some(Value::Array(texts)) if !texts.is_empty() && texts.iter().all(Value::is_string) => Ok(()),
        _ => refuse("input_needed", "input", "'input' must be a text or a list of texts."),
    }
}

/// `POST /v1/messages`.
pub fn messages(body: &Value) -> Checked {
    if body.get("max_tokens").is_none_or(|v| !v.is_u64()) {
        return refuse("max_tokens_needed", "max_tokens", "max_tokens: Field required");
    }
    let Some(messages) = body.get("messages").and_then(Value::as_array).filter(|m| !m.is_empty()) else {
        return refuse("messages_needed", "messages", "messages: at least one message is required");
    };
    messages.iter().enumerate().try_for_each(|(k, message)| self::message(k, message, Rules::default()))
}
