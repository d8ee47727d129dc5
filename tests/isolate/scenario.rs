//! What a scenario is: a paste, a gateway with faults in it, and the truth about them.

use std::sync::Arc;

use serde_json::Value;

use crate::bodies::MODEL;
use crate::contract::{Refusal, Rules};
use crate::gateway::{Fault, Gate, Moment, Said, Stage};
use crate::wire::Call;

pub struct Scenario {
    pub name: &'static str,
    pub paste: Paste,
    pub gate: Arc<Gate>,
    pub truth: Truth,
    /// More arguments of `casefile isolate`.
    pub flags: Vec<&'static str>,
}

pub struct Paste {
    /// Path and query.
    pub target: &'static str,
    pub headers: Vec<(&'static str, &'static str)>,
    pub payload: Payload,
    pub key: String,
    /// Nobody listens.
    pub refused: bool,
}

pub enum Payload {
    Json(Value),
    /// Names and values; `@name` is a file.
    Form(Vec<(&'static str, &'static str)>),
}

/// A thing that is at fault: a pointer, and the highest node above it that still names it well enough. `~name` is a
/// header or a query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Culprit(pub &'static str, pub &'static str);

impl Culprit {
    /// True where `named` is the culprit, a node under it, or one above it but not above its root.
    pub fn is(&self, named: &str) -> bool {
        let Self(leaf, root) = *self;
        if let Some(name) = leaf.strip_prefix('~') {
            return named.to_ascii_lowercase().contains(name);
        }
        let below = |p: &str, top: &str| p == top || p.strip_prefix(top).is_some_and(|r| r.starts_with('/'));
        below(named, leaf) || (below(named, root) && below(leaf, named))
    }
}

/// What must come out.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    /// Verdicts that are right.
    pub verdicts: &'static [&'static str],
    /// Verdicts that are right too where one answer in twenty is noise.
    pub noisy_verdicts: &'static [&'static str],
    /// All of them are at fault; with `any`, each alone.
    pub culprits: Vec<Culprit>,
    pub any: bool,
    /// Most leaves of the smallest failing body; it must be 1-minimal.
    pub leaves: Option<usize>,
    pub harmless: Option<bool>,
    /// The code of a failure behind the first.
    pub hidden: Option<&'static str>,
    pub limit: Option<Limit>,
    /// A word of what would be needed.
    pub needs: Option<&'static str>,
    /// One culprit: few requests must do.
    pub single: bool,
}

/// Where a size decides.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// Works up to this, fails from one more.
    At(u64),
    /// Wherever: the server's record has both sides.
    Proven,
}

/// The key of the paste.
pub fn own_key() -> String {
    format!("sk-{}", "q7RtZ".repeat(9))
}

/// The other key.
pub fn other_key() -> String {
    format!("sk-{}", "Wm4xK".repeat(9))
}

impl Scenario {
    pub fn new(
        name: &'static str,
        body: Value,
        verdicts: &'static [&'static str],
        faults: Vec<Fault>,
    ) -> Self {
        let models = vec![MODEL, "gpt-4o", "claude-sonnet-4", "text-embedding-3-small"];
        Self {
            name,
            paste: Paste {
                target: "/v1/chat/completions",
                headers: Vec::new(),
                payload: Payload::Json(body),
                key: own_key(),
                refused: false,
            },
            gate: Arc::new(Gate {
                faults,
                rules: Rules::default(),
                keys: vec![own_key(), other_key()],
                models,
            }),
            truth: Truth { verdicts, ..Truth::default() },
            flags: Vec::new(),
        }
    }

    /// Fields of the body are at fault: all of `culprits` together.
    pub fn field(
        name: &'static str,
        body: Value,
        culprits: &[(&'static str, &'static str)],
        leaves: usize,
        faults: Vec<Fault>,
    ) -> Self {
        let mut scenario = Self::new(name, body, &["field"], faults);
        scenario.truth.culprits = culprits.iter().map(|(leaf, root)| Culprit(leaf, root)).collect();
        scenario.truth.leaves = Some(leaves);
        scenario.truth.harmless = Some(true);
        scenario.truth.single = culprits.len() == 1;
        scenario
    }

    pub fn truth(mut self, change: impl FnOnce(&mut Truth)) -> Self {
        change(&mut self.truth);
        self
    }

    pub fn paste(mut self, change: impl FnOnce(&mut Paste)) -> Self {
        change(&mut self.paste);
        self
    }

    pub fn gate(mut self, change: impl FnOnce(&mut Gate)) -> Self {
        change(Arc::get_mut(&mut self.gate).expect("not shared yet"));
        self
    }

    pub fn flags(mut self, flags: &[&'static str]) -> Self {
        self.flags.extend(flags);
        self
    }

    /// The call that the paste makes, as the server would see it. Only of JSON.
    pub fn call(&self, body: &Value) -> Call {
        let (path, query) = self.paste.target.split_once('?').unwrap_or((self.paste.target, ""));
        let mut headers = vec![
            ("authorization".to_owned(), format!("Bearer {}", self.paste.key)),
            ("content-type".to_owned(), "application/json".to_owned()),
        ];
        headers.extend(self.paste.headers.iter().map(|(n, v)| (n.to_ascii_lowercase(), (*v).to_owned())));
        Call {
            method: "POST".to_owned(),
            path: path.to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers,
            body: body.to_string().into_bytes(),
        }
    }

    /// The JSON body of the paste.
    pub fn body(&self) -> Option<&Value> {
        match &self.paste.payload {
            Payload::Json(body) => Some(body),
            Payload::Form(_) => None,
        }
    }
}

/// A fault that answers with an error.
pub fn fault(stage: Stage, refusal: Refusal, hit: impl Fn(&Moment) -> bool + Send + Sync + 'static) -> Fault {
    said(stage, move |_| Said::Error(refusal.clone()), hit)
}

/// A fault that answers as it likes.
pub fn said(
    stage: Stage,
    say: impl Fn(&Moment) -> Said + Send + Sync + 'static,
    hit: impl Fn(&Moment) -> bool + Send + Sync + 'static,
) -> Fault {
    Fault { stage, hit: Box::new(hit), say: Box::new(say) }
}

/// 400 as soon as something stands at `pointer`.
pub fn on(pointer: &'static str, code: &'static str, message: &str) -> Fault {
    let param = pointer.trim_start_matches('/').replace('/', ".");
    let refusal = Refusal::new(400, code, message).at(&param);
    fault(Stage::Body, refusal, move |m| m.at(pointer).is_some())
}
