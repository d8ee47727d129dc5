//! What a name says of the value beside it: a header, a member of an object, a field of a form.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::short::{Short, mix};
use super::{member, word};
use crate::case::catalog::Safe;
use crate::case::sanitize::layer::Layer;
use crate::case::sanitize::unexplained::OTHER_KEYS;

/// What the name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Means {
    /// Nothing: the value is free text.
    #[default]
    Nothing,
    /// The value opens a door; the kind of placeholder.
    Secret(&'static str),
    /// It does where it looks random.
    MaybeSecret,
    /// Text of a user or a model, whatever is around it.
    Prompt,
    /// The same inside the body of a request or an answer.
    BodyPrompt,
    /// The same, but an address stays where it is one: its query is looked at.
    BodyAddress,
    /// The same in any document, unless it is evidence.
    Told,
    /// The value is a name for the member `value` beside it.
    Name,
    /// The value that such a name belongs to.
    Value,
    /// A word of an API (`role`, `type`): stays among prompts where it looks like a word.
    Word,
    /// A body follows.
    Body,
}

/// Words that make a name one of a credential, wherever they stand in it; without `-` and `_`.
const CREDENTIAL_WORDS: [(&str, &str); 20] = [
    ("apikey", "key"),
    ("accesskey", "key"),
    ("secretkey", "key"),
    ("privatekey", "key"),
    ("accesstoken", "key"),
    ("refreshtoken", "key"),
    ("idtoken", "key"),
    ("authtoken", "key"),
    ("sessiontoken", "key"),
    ("bearertoken", "key"),
    ("clientsecret", "key"),
    ("authorization", "key"),
    ("credential", "key"),
    ("secret", "password"),
    ("password", "password"),
    ("passwd", "password"),
    ("passphrase", "password"),
    ("pwd", "password"),
    ("accountkey", "key"),
    ("cookie", "cookie"),
];
/// What a name ends with that says something of a secret, and is none.
const ABOUT: [&str; 32] = [
    "name",
    "type",
    "id",
    "count",
    "length",
    "expires",
    "expiresin",
    "present",
    "hint",
    "status",
    "ref",
    "refs",
    "helper",
    "path",
    "policy",
    "rules",
    "required",
    "enabled",
    "disabled",
    "expiry",
    "expired",
    "strength",
    "manager",
    "provider",
    "store",
    "mode",
    "rotation",
    "env",
    "envvar",
    "alias",
    "version",
    "description",
];
/// Last words of names of passwords: `db_pass`, `root-pw`, `wpa_psk`.
const SHORT: [&str; 4] = ["pass", "pw", "psw", "psk"];
/// Words of configurations of servers that a password stands behind, without a sign between (Redis, LDAP).
const DIRECTIVES: [&str; 5] = ["requirepass", "masterauth", "bindpw", "rootpw", "rootbindpw"];
/// Names that hold text of a user or a model in any document. The catalog's longer list counts inside bodies only: in
/// a log, `url`, `title` and `state` are evidence.
const PROMPT_NAMES: [&str; 34] = [
    "prompt",
    "messages",
    "contents",
    "instructions",
    "system_instruction",
    "systeminstruction",
    "negative_prompt",
    "negativeprompt",
    "lyrics",
    "input_audio",
    "arguments",
    "chat_history",
    "prompttext",
    "gpt_description_prompt",
    "image_prompt",
    "input",
    "input_text",
    "content",
    "parts",
    "system_prompt",
    "user_prompt",
    "reasoning_content",
    "thinking",
    "b64_json",
    "completion",
    "transcript",
    "output_text",
    "partial_json",
    "failed_generation",
    "input_value",
    "tool_input",
    "function_call_arguments",
    "tool_calls",
    "bgm_prompt",
];
/// The same for texts that models write; inside bodies only.
const OUTPUT_NAMES: [&str; 20] = [
    "delta",
    "refusal",
    "reasoning",
    "summary",
    "answer",
    "choices",
    "candidates",
    "embedding",
    "response",
    "schema",
    "json_schema",
    "input_schema",
    "preamble",
    "inputs",
    "instruction",
    "segments",
    "words",
    "chosen",
    "rejected",
    "preferred_output",
];
/// Names of the value that belongs to a name beside it, and of what wraps it (OTLP's `stringValue`).
const VALUES: [&str; 6] = ["value", "val", "v", "stringvalue", "string_value", "currentvalue"];
/// Names whose own value can be the name of such a value, beside `name` and `header`; their own value is judged as ever.
const TWINS: [&str; 8] = ["key", "k", "field", "variable", "attribute", "property", "label", "setting"];
/// Names whose values are words of an API.
const WORDS: [&str; 15] = [
    "role",
    "type",
    "finish_reason",
    "finishreason",
    "stop_reason",
    "object",
    "mimetype",
    "mime_type",
    "media_type",
    "status",
    "format",
    "model",
    "datatype",
    "dtype",
    "origin",
];
/// Names under which a body stands.
const BODIES: [&str; 10] = [
    "body",
    "request_body",
    "requestbody",
    "response_body",
    "responsebody",
    "payload",
    "json_data",
    "extra_body",
    "params_body",
    "raw_body",
];
/// Different names that are remembered.
const MOST_NAMES: usize = 4_096;

/// The names, and what was found out about those already seen.
pub(super) struct Names {
    credentials: HashMap<Vec<u8>, &'static str>,
    query: Vec<Vec<u8>>,
    prompts: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
    seen: HashMap<Vec<u8>, Said, BuildHasherDefault<Quick>>,
    /// The last short ones: most names come again at once.
    last: Vec<(Short, Said)>,
}

/// Short names that are remembered so.
const LAST: usize = 512;

/// All that a name says.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "what one name says, each on its own")]
pub(super) struct Said {
    pub(super) means: Means,
    /// It stands in a body, or in a record of a log.
    pub(super) of_body: bool,
    pub(super) of_log: bool,
    /// It stands in a body where its value is a string.
    pub(super) of_text: bool,
    /// Its value is an id or a digest: what looks random in it is no secret for that.
    pub(super) of_id: bool,
    /// Its value can be the name of the value beside it.
    pub(super) of_name: bool,
    /// What a tool is called with: all strings of it are texts.
    pub(super) of_call: bool,
    /// Its value says who speaks, what that one says, of which type the object is.
    pub(super) of_speaker: bool,
    pub(super) of_speech: bool,
    pub(super) of_type: bool,
    /// The half of a search that it is, which together with the other one shows a body.
    pub(super) of_search: Option<word::Search>,
    /// Nothing in the name itself has to be replaced. A value can be a name elsewhere, so that to be known is not enough.
    is_clean: bool,
}

impl Names {
    pub(super) fn new(safe: &Safe) -> Self {
        Self {
            credentials: safe
                .credential_headers
                .iter()
                .map(|(name, kind)| {
                    let kind = match kind.as_str() {
                        "password" => "password",
                        "cookie" => "cookie",
                        _ => "key",
                    };
                    (name.as_bytes().to_vec(), kind)
                })
                .collect(),
            query: safe.credential_query.iter().map(|n| n.as_bytes().to_vec()).collect(),
            prompts: safe.prompt_fields.iter().map(|n| n.as_bytes().to_vec()).collect(),
            words: safe
                .request_fields
                .iter()
                .chain(&safe.response_fields)
                .filter(|name| !matches!(name.as_str(), "code" | "param"))
                .map(|n| n.as_bytes().to_vec())
                .collect(),
            seen: HashMap::default(),
            last: vec![(Short::default(), Said::default()); LAST],
        }
    }

    /// What `name` says of its value; the flag: nobody has looked for a secret in it yet.
    pub(super) fn means(&mut self, name: &[u8]) -> (Means, bool) {
        let (said, new) = self.said(name);
        (said.means, new)
    }

    /// All that `name` says; the flag: nobody has looked for a secret in it yet.
    pub(super) fn said(&mut self, name: &[u8]) -> (Said, bool) {
        let short = Short::of(name);
        if let Some(short) = short
            && let Some((known, said)) = self.last.get(short.place(LAST))
            && *known == short
        {
            return (*said, !said.is_clean);
        }
        if let Some(said) = self.seen.get(name) {
            if let Some(short) = short
                && let Some(last) = self.last.get_mut(short.place(LAST))
            {
                *last = (short, *said);
            }
            return (*said, !said.is_clean);
        }
        let means = self.judge(&name.to_ascii_lowercase());
        let said = Said {
            means,
            of_name: is_name(name),
            of_body: word::is_of_body(name),
            of_log: word::is_of_log(name),
            of_text: word::is_of_text(name),
            of_id: word::is_of_id(name),
            of_call: word::is_of_call(name),
            of_speaker: word::is_of_speaker(name),
            of_speech: word::is_of_speech(name),
            of_type: name == b"type",
            of_search: word::Search::of(name),
            is_clean: false,
        };
        if name.len() <= 64 && self.seen.len() < MOST_NAMES {
            self.seen.insert(name.to_vec(), said);
        }
        (said, true)
    }

    /// Nothing in `name` has to be replaced: it needs no further look.
    pub(super) fn mark_clean(&mut self, name: &[u8]) {
        if let Some(said) = self.seen.get_mut(name) {
            said.is_clean = true;
        }
        if let Some(short) = Short::of(name)
            && let Some((known, said)) = self.last.get_mut(short.place(LAST))
            && *known == short
        {
            said.is_clean = true;
        }
    }

    fn judge(&self, name: &[u8]) -> Means {
        if !Layer::Structure.is_on() {
            return Means::Nothing;
        }
        if let Some(kind) = self.credentials.get(name) {
            return Means::Secret(kind);
        }
        let text = String::from_utf8_lossy(name);
        let is = |list: &[&str]| list.contains(&text.as_ref());
        if is(&["name", "header"]) {
            return Means::Name;
        }
        if is(&VALUES) {
            return Means::Value;
        }
        if is(&WORDS) || text == "id" || text.ends_with("_id") && !text.contains("key") {
            return Means::Word;
        }
        if is(&PROMPT_NAMES) {
            return Means::Prompt;
        }
        if is(&BODIES) {
            return Means::Body;
        }
        if text.ends_with("prompt") || text.ends_with("prompts") || is_text_of_model(&text) {
            return Means::Prompt;
        }
        let bare: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        if bare.starts_with("privatekey") {
            return Means::Secret("key");
        }
        let told = ABOUT.iter().any(|end| bare.ends_with(end)) && !bare.ends_with("password")
            // `api_key_header` says which one; `cookie_header` holds it.
            || bare.ends_with("header") && !bare.contains("authorization") && !bare.contains("cookie")
            || names_a_secret(&bare);
        if let Some((_, kind)) = CREDENTIAL_WORDS.iter().find(|(word, _)| !told && bare.contains(word)) {
            return Means::Secret(kind);
        }
        let last = text.rsplit(['_', '-', '.']).next().unwrap_or("");
        if SHORT.contains(&last) || DIRECTIVES.contains(&text.as_ref()) {
            return Means::Secret("password");
        }
        let elsewhere = matches!(bare.as_str(), "code" | "state");
        let numbered = bare.trim_end_matches(|c: char| c.is_ascii_digit());
        if !elsewhere && self.query.iter().any(|q| q == name)
            || bare.ends_with("token")
            || numbered.ends_with("key") && !OTHER_KEYS.iter().any(|lead| numbered.ends_with(lead))
            || matches!(text.as_ref(), "salt" | "sk")
        {
            return Means::MaybeSecret;
        }
        if is(&["url", "uri", "link", "urls"]) {
            return Means::BodyAddress;
        }
        if member::is_told(&text) {
            return Means::Told;
        }
        if self.prompts.iter().any(|p| p == name) || is(&OUTPUT_NAMES) {
            return Means::BodyPrompt;
        }
        if self.words.iter().any(|w| w == name) {
            return Means::Word;
        }
        Means::Nothing
    }

    /// Looks at every name anew.
    pub(super) fn forget(&mut self) {
        self.seen.clear();
        self.last.fill((Short::default(), Said::default()));
    }

    /// Looks anew at the names in which a secret stands that was not known before.
    pub(super) fn forget_those_with(&mut self, secret: &[u8]) {
        self.last.fill((Short::default(), Said::default()));
        self.seen.retain(|name, _| name.len() < secret.len() || memchr::memmem::find(name, secret).is_none());
    }

    /// What the name of a header says: only a credential counts.
    pub(super) fn header(&mut self, name: &[u8]) -> Option<&'static str> {
        match self.means(name).0 {
            Means::Secret(kind) => Some(kind),
            _ => None,
        }
    }
}

/// `existingSecret`, `imagePullSecret`: what the secret is called that is kept elsewhere. Without `-` and `_`.
pub(super) fn names_a_secret(bare: &str) -> bool {
    bare.starts_with("existing") && bare.ends_with("secret")
        || ["existingsecret", "pullsecret", "pullsecrets", "tlssecret"].iter().any(|end| bare.ends_with(end))
}

/// A word of a configuration that a password stands behind, without a sign between.
pub(super) fn is_directive(name: &[u8]) -> bool {
    DIRECTIVES.iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes()))
}

/// True for a member whose value can be the name of the value beside it.
pub(super) fn is_name(member: &[u8]) -> bool {
    ["name", "header"].iter().chain(&TWINS).any(|name| member.eq_ignore_ascii_case(name.as_bytes()))
}

/// `prompt_text`, `gen_ai.prompt.0.content`, `llm.input_messages.0.message.content`, `input.value`: names in several words, as
/// traces write them.
fn is_text_of_model(name: &str) -> bool {
    const SUBJECTS: [&str; 8] =
        ["prompt", "prompts", "completion", "question", "answer", "transcript", "utterance", "lyrics"];
    const TEXTS: [&str; 11] = [
        "text", "content", "contents", "value", "body", "message", "messages", "string", "raw", "preview",
        "snippet",
    ];
    // OpenTelemetry's GenAI conventions, OpenLLMetry, OpenInference, Langfuse and the AI SDK.
    const TRACES: [&str; 6] = ["gen_ai.", "llm.", "traceloop.", "langfuse.", "ai.prompt.", "ai.response."];
    const OF_TRACES: [&str; 5] = ["input", "output", "arguments", "instructions", "parts"];
    let mut words =
        name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.bytes().all(|b| b.is_ascii_digit()));
    let Some(last) = words.next_back() else { return false };
    let of_text = TEXTS.contains(&last);
    of_text && words.any(|word| SUBJECTS.contains(&word))
        || matches!(name, "input.value" | "output.value")
        || TRACES.iter().any(|lead| name.starts_with(lead)) && (of_text || OF_TRACES.contains(&last))
}

/// A hash for short names; the table that it serves is bounded, so that made-up collisions cost little.
#[derive(Default)]
pub(super) struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let word = chunk.try_into().map_or(0, u64::from_le_bytes);
            self.0 = mix(self.0, word);
        }
        let rest = chunks.remainder().iter().fold(bytes.len() as u64, |w, b| (w << 8) | u64::from(*b));
        self.0 = mix(self.0, rest);
        self.0 ^= self.0 >> 29;
    }
}
