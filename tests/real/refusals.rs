//! Refusals of real servers: requests that hold much more than what is refused, and what that is. `isolate.rs` runs and judges.

use serde_json::{Value, json};

use crate::isolate::isolate;
use crate::tree::{put, without};

const ROLE: Truth = Truth::Fields(&[("/messages/8/role", "/messages/8")]);
const SCHEMA: (&str, &str) = (
    "/response_format",
    r#"{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object","properties":{
        "parcel":{"type":"string"},"total":{"type":"money"},"lines":{"type":"array","items":{"type":"string"}}}}}}"#,
);
const SCHEMA_TYPE: (&str, &str) =
    ("/response_format/json_schema/schema/properties/total/type", "/response_format/json_schema");

/// Declares one test for each refusal.
macro_rules! refusals {
    ($($name:ident: $server:ident $status:literal $says:literal, $truth:expr $(, $field:ident: $value:expr)* ;)+) => {
        $(
            #[test]
            #[ignore = "needs the servers of .ci/real"]
            fn $name() {
                isolate(&Refused { $($field: $value,)* ..Refused::$server(stringify!($name), $status, $says, $truth) });
            }
        )+
    };
}

refusals! {
    llama_role_of_a_message: llama 400 "Unexpected role: ", ROLE, broken: &[("/messages/8/role", r#""observer""#)];
    llama_type_of_a_number: llama 400 "Field 'temperature'", Truth::Fields(&[("/temperature", "/temperature")]),
        broken: &[("/temperature", r#""warm""#)];
    llama_number_of_answers: llama 400 "Field 'n'", Truth::Above(("/n", "/n"), 1), broken: &[("/n", "2")];
    llama_type_in_a_schema: llama 400 "unrecognized type money", Truth::Fields(&[SCHEMA_TYPE]), broken: &[SCHEMA];
    llama_kind_of_a_part: llama 400 "unsupported content[].type",
        Truth::Fields(&[("/messages/5/content/1/type", "/messages/5/content/1")]),
        broken: &[("/messages/5/content", r#"[{"type":"text","text":"Ward round"},{"type":"video","video":"bed 5"}]"#)];
    llama_message_without_content: llama 400 "All non-assistant messages must contain 'content'",
        Truth::Fields(&[("/messages/5", "/messages/5")]), broken: &[("/messages/5", r#"{"role":"user","name":"ana"}"#)];
    llama_grammar_beside_tools: llama 400 "Cannot use custom grammar constraints with tools",
        Truth::Fields(&[("/grammar", "/grammar"), ("/tools", "/tools")]), broken: &[("/grammar", r#""root ::= [a-z]+""#)];
    llama_context: llama 400 "exceed_context_size_error", Truth::BodySize, broken: &[("/messages/3/content", "words 4000")];
    llama_path: llama 404 "File Not Found", Truth::Path("/v1/chat/completions"), path: "/v1/v1/chat/completions";
    llama_key: llama 401 "Invalid API Key", Truth::Key(""), key: Given::Tagged("Open");
}

refusals! {
    prism_role_of_a_message: prism 422 ".role must be equal to one of", ROLE, broken: &[("/messages/8/role", r#""observer""#)];
    prism_range_of_a_number: prism 422 "temperature must be <= 2", Truth::Above(("/temperature", "/temperature"), 2),
        broken: &[("/temperature", "9")];
    prism_name_of_a_tool: prism 422 "function.name must match pattern",
        Truth::Fields(&[("/tools/1/function/name", "/tools/1/function")]),
        broken: &[("/tools/1/function/name", r#""find.person""#)];
    prism_type_in_a_tool: prism 422 "query.type must be equal to one of",
        Truth::Fields(&[("/tools/1/function/parameters/properties/query/type", "/tools/1/function/parameters")]),
        broken: &[("/tools/1/function/parameters/properties/query/type", r#""money""#)];
    prism_unknown_field: prism 422 "must NOT have additional properties", Truth::Fields(&[("/top_k_penalty", "/top_k_penalty")]),
        broken: &[("/top_k_penalty", "0.4")];
    prism_value_in_metadata: prism 422 "metadata.lane must be string", Truth::Fields(&[("/metadata/lane", "/metadata/lane")]),
        broken: &[("/metadata/lane", "3")];
    prism_too_many_stops: prism 422 "must NOT have more than 4 items", Truth::Above(("/stop", "/stop"), 4),
        broken: &[("/stop", r#"["a","b","c","d","e","f","g"]"#)];
    prism_length_of_a_text: prism 422 "must NOT have more than 2000 characters",
        Truth::Above(("/messages/5/content", "/messages/5"), 2000), broken: &[("/messages/5/content", "words 500")];
    prism_path: prism 404 "NO_PATH_MATCHED_ERROR", Truth::Path("/v1/chat/completions"), path: "/chat/completions";
}

refusals! {
    litellm_unsupported_parameter: litellm 400 "does not support parameters: ['reasoning_effort']",
        Truth::Fields(&[("/reasoning_effort", "/reasoning_effort")]), broken: &[("/reasoning_effort", r#""low""#)];
    litellm_field_that_is_called_auth: litellm 401 "api_base is not allowed in request body",
        Truth::Fields(&[("/api_base", "/api_base")]), broken: &[("/api_base", r#""http://127.0.0.1:9/v1""#)];
    litellm_field_that_is_called_outage: litellm 500 "could not convert string to float",
        Truth::Fields(&[("/timeout", "/timeout")]), broken: &[("/timeout", r#""soon""#)];
    litellm_role_behind_it: litellm 400 "Unexpected role: ", ROLE, model: "up-llama",
        broken: &[("/messages/8/role", r#""observer""#)];
    litellm_schema_behind_it: litellm 400 "unrecognized type money", Truth::Fields(&[SCHEMA_TYPE]), model: "up-llama",
        broken: &[SCHEMA];
    litellm_three_parameters: litellm 400 "does not support parameters", Truth::Fields(&[
        ("/top_p", "/top_p"), ("/presence_penalty", "/presence_penalty"), ("/frequency_penalty", "/frequency_penalty")]),
        model: "up-o3", gone: &["/top_p", "/presence_penalty", "/frequency_penalty", "/temperature"];
    litellm_model: litellm 400 "Invalid model name passed in", Truth::Model("up-ok"), model: "gpt-5o-mini";
    litellm_model_of_the_key: litellm 403 "key_model_access_denied", Truth::Model("mock-ok"), key: Given::Tagged("OneM");
    litellm_expired_key: litellm 401 "expired_key", Truth::Key("Open"), key: Given::Tagged("Past");
    litellm_budget: litellm 422 "budget_exceeded", Truth::Key("Open"), key: Given::Tagged("Used");
    litellm_path: litellm 404 "Not Found", Truth::Path("/v1/chat/completions"), path: "/v1/v1/chat/completions";
}

/// The key of a case.
#[derive(Clone, Copy)]
pub enum Given {
    /// The one that the llama.cpp server takes.
    Llama,
    /// A key of LiteLLM with this tag (`tests/real/litellm/custom_auth.py`); Prism takes any.
    Tagged(&'static str),
}

/// What is refused.
#[derive(Clone, Copy)]
pub enum Truth {
    /// These places of the body. Of each the place itself and the highest one above it that still names it well enough.
    Fields(&'static [(&'static str, &'static str)]),
    /// The number at this place or of its elements, or the length of its text: what works up to this.
    Above((&'static str, &'static str), u64),
    /// The size of the body; the bytes up to which it works stand in what passed.
    BodySize,
    /// The path; this one is right.
    Path(&'static str),
    /// The key; with one of this tag it works.
    Key(&'static str),
    /// The model; with this one it works.
    Model(&'static str),
}

/// One refusal.
pub struct Refused {
    /// Name, once only.
    pub name: &'static str,
    /// The setting that names the server.
    pub server: &'static str,
    /// Its profile.
    pub gateway: &'static str,
    /// Key.
    pub key: Given,
    /// Model.
    pub model: &'static str,
    /// Path.
    pub path: &'static str,
    /// What is put into the usual body to break it: place and JSON.
    pub broken: &'static [(&'static str, &'static str)],
    /// Places of the usual body that break it, where nothing was put in.
    pub gone: &'static [&'static str],
    /// Status of the refusal.
    pub status: u16,
    /// Words that stand in every answer that refuses this, and in no other.
    pub says: &'static str,
    /// What is refused.
    pub truth: Truth,
}

impl Refused {
    /// A refusal by the llama.cpp server.
    pub const fn llama(name: &'static str, status: u16, says: &'static str, truth: Truth) -> Self {
        Self {
            name,
            server: "CASEFILE_REAL_LLAMA",
            gateway: "llama_cpp",
            key: Given::Llama,
            model: "tiny-random",
            path: "/v1/chat/completions",
            broken: &[],
            gone: &[],
            status,
            says,
            truth,
        }
    }

    /// A refusal by Prism.
    pub const fn prism(name: &'static str, status: u16, says: &'static str, truth: Truth) -> Self {
        Self {
            server: "CASEFILE_REAL_PRISM",
            gateway: "openai_compatible",
            key: Given::Tagged("Open"),
            model: "gpt-4o-mini",
            ..Self::llama(name, status, says, truth)
        }
    }

    /// A refusal by LiteLLM.
    pub const fn litellm(name: &'static str, status: u16, says: &'static str, truth: Truth) -> Self {
        Self {
            server: "CASEFILE_REAL_GATEWAY",
            gateway: "litellm",
            key: Given::Tagged("Open"),
            model: "up-ok",
            ..Self::llama(name, status, says, truth)
        }
    }

    /// The body that the server takes. `secret` stands in its prompts.
    pub fn right(&self, secret: &str) -> Value {
        self.gone.iter().fold(self.usual(secret), |body, place| without(&body, place))
    }

    /// About sixty leaves.
    fn usual(&self, secret: &str) -> Value {
        let message = |k: usize| {
            let role = match k {
                0 => "system",
                _ if k % 2 == 1 => "user",
                _ => "assistant",
            };
            json!({ "role": role, "content": format!("Ward round, bed {k}: {secret}, say it in two words.") })
        };
        json!({
            "model": self.model,
            "messages": (0..12).map(message).collect::<Vec<_>>(),
            "temperature": 0.7, "top_p": 0.9, "n": 1, "max_tokens": 16,
            "presence_penalty": 0.1, "frequency_penalty": 0.2, "seed": 7, "user": "desk-7", "store": false,
            "stop": ["###", "END"],
            "tools": [tool("find_parcel"), tool("find_person")],
            "metadata": { "desk": "7", "shift": "late", "team": "parcels", "yard": "east" },
        })
    }

    /// The body that it refuses.
    pub fn wrong(&self, secret: &str) -> Value {
        let mut body = self.usual(secret);
        for (place, value) in self.broken {
            let value = match value.strip_prefix("words ") {
                Some(count) => Value::String("plain ".repeat(count.parse().expect("a number"))),
                None => serde_json::from_str(value).expect("JSON"),
            };
            put(&mut body, place, value);
        }
        body
    }
}

fn tool(name: &str) -> Value {
    json!({ "type": "function", "function": { "name": name, "description": "Looks something up", "parameters": {
        "type": "object", "required": ["query"], "properties": {
            "query": { "type": "string", "description": "what to look for" },
            "limit": { "type": "integer" },
        },
    } } })
}
