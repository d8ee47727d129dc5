//! One endpoint: where it is, what it takes, what it answers, and the page that says so.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Profile;
use super::task::{TaskStart, TaskTold};

/// One endpoint: a method on a path.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Stable id, for example `chat_completions`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// HTTP method.
    pub method: String,
    /// Path from the host on, for example `/v1/chat/completions`; `{name}` stands for one segment or a part of it.
    pub path: String,
    /// Group in the picker: `text`, `image`, `audio`, `music`, `video` or `account`.
    #[serde(default = "Endpoint::text_group")]
    pub group: String,
    /// In which form the body is sent.
    #[serde(default)]
    pub body: BodyKind,
    /// It starts a task: the answer names a task id, and the result is fetched later from another path.
    #[serde(default)]
    pub task: bool,
    /// Where its answer names the task, and where that is asked for.
    #[serde(default)]
    pub starts: Option<TaskStart>,
    /// How its answer says how a task goes, where it is the one that tells.
    #[serde(default)]
    pub tells: Option<TaskTold>,
    /// Profiles whose gateways have it; empty: all.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// Base URL where it is not the gateway's own, for example that of the balance query; empty: the gateway's.
    #[serde(default)]
    pub base_url: String,
    /// How the key travels; the first is the usual one.
    #[serde(default = "Endpoint::usual_auth")]
    pub auth: Vec<Auth>,
    /// Query parameters that are known.
    #[serde(default)]
    pub query: Vec<Parameter>,
    /// Required body fields with their JSON types; `file` is a file of a form.
    #[serde(default)]
    pub required: Vec<Field>,
    /// Optional body fields whose types are known.
    #[serde(default)]
    pub optional: Vec<Field>,
    /// Roles that `messages[].role` may have; empty: not checked.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Headers that must be there beside the credential, for example `anthropic-version`, with a usual value.
    #[serde(default)]
    pub required_headers: Vec<HeaderHint>,
    /// How the answer can stream.
    #[serde(default)]
    pub stream: StreamKind,
    /// What a good answer's body is.
    #[serde(default)]
    pub answer: AnswerKind,
    /// Why a request to it is not sent from here and what to do instead, one sentence; empty: it is sent.
    #[serde(default)]
    pub not_sent: String,
    /// Whether the gateway serves it, as far as that is known.
    #[serde(default)]
    pub served: Served,
    /// What else an operator must know of it, one sentence; empty: nothing.
    #[serde(default)]
    pub remark: String,
    /// A harmless body, JSON, that works where the model does; `{model}` is replaced. For a form its members are the
    /// text parts. Empty where there is no body. Where the call starts a task or costs more than a few tokens it only
    /// begins the form: see [`Endpoint::is_cheap`].
    #[serde(default)]
    pub minimal_body: String,
    /// What a good answer must hold, as JSON pointers (`*` = any index); the soft-failure check uses it.
    #[serde(default)]
    pub answer_fields: Vec<String>,
    /// Documentation page: CometAPI's, where `docs` names no other.
    pub doc_url: String,
    /// Date (YYYY-MM-DD) of access.
    pub accessed: String,
    /// False where nobody confirmed the page or its anchor.
    #[serde(default)]
    pub confirmed: bool,
    /// Pages that document the same endpoint for other gateways, by profile id.
    #[serde(default)]
    pub docs: BTreeMap<String, Page>,
}

/// A page and when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Its URL.
    pub url: String,
    /// Date (YYYY-MM-DD) of access.
    pub accessed: String,
    /// True where the page was read on that date.
    #[serde(default)]
    pub confirmed: bool,
}

/// In which form a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    /// JSON.
    #[default]
    Json,
    /// `multipart/form-data`.
    Multipart,
    /// Either.
    MultipartOrJson,
    /// There is none.
    None,
}

/// How a key travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// In a header, `Authorization: Bearer …` unless the vendor's own header is used.
    Header,
    /// In the query, as `key=`.
    QueryKey,
    /// In a WebSocket subprotocol.
    Subprotocol,
    /// No key.
    None,
}

/// Whether an endpoint can stream, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamKind {
    /// Server-sent events with `stream: true` in the body, or always where [`AnswerKind::Sse`] says so.
    Sse,
    /// It is a WebSocket.
    Websocket,
    /// It cannot.
    #[default]
    None,
}

/// What a good answer's body is, where no stream was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// JSON.
    #[default]
    Json,
    /// Sound, pictures or other bytes.
    Binary,
    /// Server-sent events, always.
    Sse,
    /// Nothing.
    None,
}

/// Whether a gateway serves an endpoint that is documented for the API it imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Served {
    /// It does.
    #[default]
    Yes,
    /// Nobody saw it.
    Unconfirmed,
    /// It answers that it does not.
    No,
}

/// Where a request names its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelPlace {
    /// Field `model` of the body.
    Model,
    /// Field `model_name` of the body.
    ModelName,
    /// `{model}` in the path.
    Path,
    /// Query parameter `model`.
    Query,
}

/// A body field and its type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name at the top level of the body.
    pub name: String,
    /// `string`, `number`, `integer`, `boolean`, `array`, `object`, `file` or several joined by `|`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A query parameter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// It must be there.
    #[serde(default)]
    pub required: bool,
    /// A usual value; empty: only the operator knows it.
    #[serde(default)]
    pub value: String,
}

/// A header that an endpoint wants.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderHint {
    /// Lower-case name.
    pub name: String,
    /// A usual value.
    pub value: String,
}

impl Endpoint {
    fn text_group() -> String {
        "text".to_owned()
    }

    fn usual_auth() -> Vec<Auth> {
        vec![Auth::Header]
    }

    /// The endpoint with the page that documents it for `profile`.
    #[must_use]
    pub fn documented_for(&self, profile: &Profile) -> Self {
        let mut endpoint = self.clone();
        let page = self.page_for(Some(profile));
        endpoint.doc_url.clone_from(&page.url);
        endpoint.accessed.clone_from(&page.accessed);
        endpoint.confirmed = page.confirmed;
        endpoint
    }

    /// The page that documents it for `profile`.
    pub fn page_for(&self, profile: Option<&Profile>) -> Page {
        // A gateway that says which of the general endpoints it has takes them from the makers of the APIs.
        let makers = profile.filter(|p| !p.endpoints.is_empty() && self.profiles.is_empty());
        let makers = makers.and_then(|_| self.docs.get("openai_compatible"));
        profile.and_then(|p| self.docs.get(&p.id)).or(makers).cloned().unwrap_or_else(|| Page {
            url: self.doc_url.clone(),
            accessed: self.accessed.clone(),
            confirmed: self.confirmed,
        })
    }

    /// True when the gateways of `profile` have it, as far as the catalog says.
    pub fn belongs_to(&self, profile: Option<&Profile>) -> bool {
        let listed = |p: &Profile| p.endpoints.is_empty() || p.endpoints.contains(&self.id);
        match profile {
            Some(profile) if self.profiles.is_empty() => listed(profile),
            _ => self.profiles.is_empty() || profile.is_some_and(|p| self.profiles.contains(&p.id)),
        }
    }

    /// Every body field that is known.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.required.iter().chain(&self.optional)
    }

    /// Where a request to it names its model; `None`: it names none.
    pub fn model_in(&self) -> Option<ModelPlace> {
        let has = |name: &str| self.fields().any(|f| f.name == name);
        if has("model") {
            Some(ModelPlace::Model)
        } else if has("model_name") {
            Some(ModelPlace::ModelName)
        } else if self.path.contains("{model}") && self.body != BodyKind::None {
            Some(ModelPlace::Path)
        } else if self.query.iter().any(|q| q.name == "model") {
            Some(ModelPlace::Query)
        } else {
            None
        }
    }

    /// Where `path`, which this endpoint takes, has the value of `{name}`; `None` where the template has no such name, or
    /// beside another one in the same segment.
    pub fn in_path(&self, name: &str, path: &str) -> Option<std::ops::Range<usize>> {
        self.fit(path)?;
        let mark = format!("{{{name}}}");
        let mut start = 0;
        for (want, have) in self.path.split('/').zip(path.split('/')) {
            if let Some((head, tail)) = want.split_once(mark.as_str()) {
                let alone = !head.contains('{') && !tail.contains('{');
                let end = (start + have.len()).checked_sub(tail.len())?;
                return alone.then_some(start + head.len()..end);
            }
            start += have.len() + 1;
        }
        None
    }

    /// True when the minimal body may be sent as a control: JSON, and no task behind it.
    pub fn is_cheap(&self) -> bool {
        !self.task && self.body == BodyKind::Json && !self.minimal_body.is_empty() && self.not_sent.is_empty()
    }

    /// How well `path` fits: `None` where it does not, else the number of segments that fit literally.
    pub(super) fn fit(&self, path: &str) -> Option<usize> {
        fit(&self.path, path)
    }
}

/// `{name}` takes one segment without a slash, and may be a part of it (`{model}:generateContent`). A segment that is
/// written out counts two, one with a written part counts one.
fn fit(template: &str, path: &str) -> Option<usize> {
    // What stands before the first name is asked first: of hundreds of templates most end there.
    let written = memchr::memchr(b'{', template.as_bytes()).unwrap_or(template.len());
    if !path.as_bytes().starts_with(template.as_bytes().get(..written)?) {
        return None;
    }
    let mut want = template.split('/');
    let mut have = path.split('/');
    let mut literal = 0;
    loop {
        match (want.next(), have.next()) {
            (None, None) => return Some(literal),
            (Some(w), Some(h)) => literal += fit_segment(w, h)?,
            _ => return None,
        }
    }
}

fn fit_segment(want: &str, have: &str) -> Option<usize> {
    if let (Some(open), Some(close)) = (want.find('{'), want.rfind('}'))
        && open < close
    {
        let (head, tail) = (want.get(..open).unwrap_or(""), want.get(close + 1..).unwrap_or(""));
        let fits = have.len() > head.len() + tail.len() && have.starts_with(head) && have.ends_with(tail);
        return fits.then_some(usize::from(!head.is_empty() || !tail.is_empty()));
    }
    (want == have).then_some(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_fit_paths() {
        let table = [
            ("/v1/chat/completions", "/v1/chat/completions", Some(8)),
            ("/v1/chat/completions", "/v1/chat/completions/", None),
            ("/v1/chat/completions", "/v1/chat", None),
            ("/v1/models/{id}", "/v1/models/gpt-4o", Some(6)),
            ("/v1/models/{id}", "/v1/models/", None),
            ("/v1beta/models/{model}:generateContent", "/v1beta/models/gemini-pro:generateContent", Some(7)),
            ("/v1beta/models/{model}:generateContent", "/v1beta/models/gemini-pro:embedContent", None),
            ("/v1beta/models/{model}:generateContent", "/v1beta/models/:generateContent", None),
            ("/flux/v1/{model}", "/flux/v1/get_result", Some(6)),
            ("/flux/v1/get_result", "/flux/v1/get_result", Some(8)),
        ];
        for (template, path, fits) in table {
            assert_eq!(fit(template, path), fits, "{template} {path}");
        }
    }
}
