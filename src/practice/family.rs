//! What the practice gateway serves: data in `assets/practice/families.yaml`, no path is known to code.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::special::Special;

const FILE: &str = include_str!(concat!(env!("OUT_DIR"), "/assets/practice/families.json"));

static FAMILIES: LazyLock<Vec<Family>> = LazyLock::new(|| {
    let read = serde_json::from_str(FILE);
    debug_assert!(read.is_ok(), "{read:?}");
    // A fault in the file is a defect that a test finds; the program still starts.
    read.unwrap_or_default()
});

/// One endpoint: how it is asked and how it answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Family {
    /// Stable id.
    pub(super) id: String,
    /// HTTP method.
    pub(super) method: String,
    /// Path templates; `{name}` stands for a part of one segment.
    pub(super) paths: Vec<String>,
    /// The shape of errors behind the gate.
    #[serde(default)]
    pub(super) form: Form,
    /// No key is asked for.
    #[serde(default)]
    pub(super) open: bool,
    /// Headers (lower case) that may hold the key beside `authorization` and `x-api-key`.
    #[serde(default)]
    pub(super) key_headers: Vec<String>,
    /// Query parameter that may hold the key.
    #[serde(default)]
    pub(super) key_query: Option<String>,
    /// How the body is sent; `None`: there is none.
    #[serde(default)]
    pub(super) body: Option<BodyForm>,
    /// Field of the body that names the model.
    #[serde(default = "model_field")]
    pub(super) model_field: String,
    /// Query parameter that names the model or the task.
    #[serde(default)]
    pub(super) name_query: Option<String>,
    /// The model where the request names none: the path decides it.
    #[serde(default)]
    pub(super) default_model: Option<String>,
    /// Beginning of names that are known beside those of `answers.yaml`: ids of tasks.
    #[serde(default)]
    pub(super) known_prefix: Option<String>,
    /// The answer to an unknown name, where it is not the 503 of a gateway that routes by model.
    #[serde(default)]
    pub(super) unknown: Option<Special>,
    /// The one answer to every request with a good key: the endpoint is there, but does nothing.
    #[serde(default)]
    pub(super) only: Option<Special>,
    /// Fields that must be there.
    #[serde(default)]
    pub(super) required: Vec<Needed>,
    /// Roles of `messages[]` are checked by the provider.
    #[serde(default)]
    pub(super) roles: bool,
    /// Status of a right answer.
    #[serde(default = "ok")]
    pub(super) status: u16,
    /// Headers of a right answer; `content-type` is JSON where it is not named.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// Body of a right answer, with placeholders.
    #[serde(default)]
    pub(super) answer: String,
    /// The body in base64, where it is not text.
    #[serde(default)]
    pub(super) base64: String,
    /// How it streams.
    #[serde(default)]
    pub(super) stream: Option<StreamForm>,
}

/// The shape of errors of the relay stage (of the gate, for [`Form::Dashboard`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Form {
    /// `{"error":{message,type,param,code}}`.
    #[default]
    Openai,
    /// `{"error":{type,message},"type":"error"}`.
    Claude,
    /// `{code,message,data}`, without a request id.
    Task,
    /// `{description,type,code}` with a number, without a request id.
    Midjourney,
    /// `{success,message}`.
    Dashboard,
}

/// How a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum BodyForm {
    /// JSON.
    Json,
    /// A form, or JSON where the content type says so.
    Multipart,
}

/// A field that must be there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Needed {
    /// Its name.
    pub(super) field: String,
    /// JSON types joined by `|`, or `file`.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The message when it is absent or empty.
    pub(super) words: String,
}

/// How an endpoint streams. An event is the text of its `data` line; one that begins with a small letter has its name
/// before the first space.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StreamForm {
    /// It streams without being asked to in the body.
    #[serde(default)]
    pub(super) always: bool,
    /// Events before the first word.
    #[serde(default)]
    pub(super) open: Vec<String>,
    /// The event of one word, `{word}`.
    pub(super) word: String,
    /// Events after the last word.
    #[serde(default)]
    pub(super) close: Vec<String>,
    /// An error, `{error}`, in the middle.
    pub(super) error: String,
}

/// What stands in the path for the names of a template.
pub(super) type Captures = BTreeMap<String, String>;

fn model_field() -> String {
    "model".to_owned()
}

fn ok() -> u16 {
    200
}

/// All that is served.
pub(super) fn families() -> &'static [Family] {
    &FAMILIES
}

/// The endpoint of a method and path (without query), and what stands in the path.
pub(super) fn route(method: &str, path: &str) -> Option<(&'static Family, Captures)> {
    families().iter().filter(|family| family.method == method).find_map(|family| {
        family.paths.iter().find_map(|template| matched(template, path)).map(|captures| (family, captures))
    })
}

/// Compares segment by segment.
fn matched(template: &str, path: &str) -> Option<Captures> {
    let mut captures = Captures::new();
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(captures),
            (Some(want), Some(have)) => one_segment(want, have, &mut captures)?,
            _ => return None,
        }
    }
}

/// `{name}:suffix` against `text:suffix`; a name never stands for nothing.
fn one_segment(want: &str, have: &str, captures: &mut Captures) -> Option<()> {
    let Some((prefix, rest)) = want.split_once('{') else {
        return (want == have).then_some(());
    };
    let (name, suffix) = rest.split_once('}')?;
    let held = have.strip_prefix(prefix)?.strip_suffix(suffix)?;
    if held.is_empty() {
        return None;
    }
    captures.insert(name.to_owned(), held.to_owned());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the build wrote as JSON is what the file says.
    #[test]
    fn both_forms_of_the_file_mean_the_same() {
        let written: Vec<Family> =
            serde_yaml::from_str(include_str!("../../assets/practice/families.yaml")).expect("reads");
        assert_eq!(format!("{written:?}"), format!("{:?}", *FAMILIES));
    }

    #[test]
    fn templates() {
        // template, path, capture
        let table = [
            ("/v1/models", "/v1/models", Some("")),
            ("/v1/models", "/v1/models/", None),
            ("/v1/models/{id}", "/v1/models/a", Some("a")),
            ("/v1/models/{id}", "/v1/models/", None),
            ("/v1/models/{id}", "/v1/models/a/b", None),
            ("/m/{model}:run", "/m/a:b:run", Some("a:b")),
            ("/m/{model}:run", "/m/a:walk", None),
        ];
        for (template, path, capture) in table {
            let found = matched(template, path).map(|c| c.values().next().cloned().unwrap_or_default());
            assert_eq!(found.as_deref(), capture, "{template} {path}");
        }
    }
}
