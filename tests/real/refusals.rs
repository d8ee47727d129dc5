//! Refusals of real servers, for `isolate.rs`: a request that holds much more than what is refused, and what that is.

use serde_json::{Value, json};

use crate::tree::{put, without};

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
