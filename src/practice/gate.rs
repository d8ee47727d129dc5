//! The order of checks of a gateway of the new-api family:
//! path and method, key, limit per key, model, body, costs, provider.
//!
//! Source of the order: github.com/Calcium-Ion/new-api, `router/relay-router.go` (the key is checked by the middleware of
//! a route's group, so a path without a route never gets there) and `middleware/distributor.go` (the model is looked up
//! before the body is validated). Accessed 2026-11-21. [`Check`]s can be put in another order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::envelope::{self, OWN_TYPE};
use super::family::{Captures, Family, Needed, route};
use super::fields::{self, Fields};
use super::fill::Call;
use super::mint::Mint;
use super::no_route::NoRoute;
use super::provider;
use super::scenario::shifted;
use super::special::{Special, Stage, Words, key_states, specials};
use super::{Check, Deviation, deviation, fixture};
use crate::case::replay::Fixture;
use crate::io::clock::Clock;

/// A request as far as the gateway needs it.
pub(super) struct Asked {
    /// As sent.
    pub(super) method: String,
    /// Path and query as sent.
    pub(super) target: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// The body.
    pub(super) body: Vec<u8>,
}

impl Asked {
    /// The first header of this name (lower case), trimmed.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.trim())
    }

    /// The path as sent.
    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or("")
    }

    fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        url::form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
    }
}

/// What goes back.
pub(super) struct Reply {
    pub(super) status: u16,
    /// The phrase behind the status where the server has its own.
    pub(super) reason: Option<&'static str>,
    /// Beside date, server (unless it is among them), connection and the framing; names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    /// Milliseconds before the first byte.
    pub(super) after_ms: u64,
}

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Body {
    /// In one piece.
    Whole(Vec<u8>),
    /// Event by event.
    Events {
        /// Each with its blank line.
        events: Vec<String>,
        /// What comes after them.
        then: Then,
    },
    /// In one piece, packed behind very much white space.
    Swollen(Vec<u8>),
    /// No answer, on an open connection.
    Hang,
    /// The connection is reset.
    Reset,
}

/// What comes after the events.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The last chunk.
    End,
    /// The end of the connection, without the last chunk.
    Cut,
    /// Nothing, on an open connection.
    Stall,
    /// This event, again and again.
    Endless(String),
}

impl Reply {
    pub(super) fn new(status: u16, body: Vec<u8>) -> Self {
        Self { status, reason: None, headers: Vec::new(), body: Body::Whole(body), after_ms: 0 }
    }

    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self::new(status, value.to_string().into_bytes()).with("content-type", JSON)
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// The content type of gin's `c.JSON`.
pub(super) const JSON: &str = "application/json; charset=utf-8";

/// Header that carries the request id.
const ID_HEADER: &str = "x-cometapi-request-id";

/// The desk at which every request is checked.
pub(super) struct Gate {
    key: String,
    /// Keys in a special state: its word, the key.
    states: Vec<(&'static str, String)>,
    order: Vec<Check>,
    mint: Mint,
    clock: Arc<dyn Clock>,
    deviations: Vec<&'static Deviation>,
    /// Requests so far.
    asked: AtomicU64,
    /// How often each task was asked for whose answers come in turn. Their names are those of the file.
    turns: Mutex<BTreeMap<&'static str, usize>>,
    /// The one answer that it gives.
    fixture: Option<Arc<Fixture>>,
}

/// A request on its way.
struct Visit<'a> {
    family: &'static Family,
    fields: Result<Fields, String>,
    /// Of the model or task; `None`: none is named, and the path needs none or it is at fault.
    name: Option<String>,
    /// The state of its key.
    state: Option<&'static str>,
    /// Which of all requests it is, from 1.
    number: u64,
    call: Call<'a>,
}

impl Gate {
    pub(super) fn new(key: String, order: Vec<Check>, mint: Mint, clock: Arc<dyn Clock>) -> Self {
        let states =
            key_states().into_iter().zip(2..).map(|(state, by)| (state, shifted(&key, by))).collect();
        Self {
            key,
            states,
            order,
            mint,
            clock,
            deviations: Vec::new(),
            asked: AtomicU64::new(0),
            turns: Mutex::default(),
            fixture: None,
        }
    }

    /// The same with these places broken.
    pub(super) fn deviating(self, deviations: Vec<&'static Deviation>) -> Self {
        Self { deviations, ..self }
    }

    /// The same, answering as `fixture` says.
    pub(super) fn serving(self, fixture: Option<Arc<Fixture>>) -> Self {
        Self { fixture, ..self }
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// `reply` to `asked` with the planted deviations in it.
    pub(super) fn deviate(&self, asked: Option<&Asked>, reply: Reply) -> Reply {
        deviation::deviate(&self.deviations, self, asked, reply)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The answer to `asked`.
    pub(super) fn answer(&self, asked: &Asked, lost: NoRoute) -> Reply {
        if let Some(served) = &self.fixture {
            let now = self.clock.now();
            return fixture::reply(served, asked, &Call::new(self.mint.request_id(now), now, &self.mint));
        }
        let Some((family, captures)) = route(&asked.method, asked.path()) else {
            return lost.reply(&asked.method, &asked.target, asked.path());
        };
        let visit = self.visit(asked, family, &captures);
        if let Some(edge) = visit.special(Stage::Edge) {
            return provider::special(edge, family, &visit.call);
        }
        let reply = self.check(asked, &visit).unwrap_or_else(|refusal| refusal);
        reply.with(ID_HEADER, &visit.call.id)
    }

    fn visit(&self, asked: &Asked, family: &'static Family, captures: &Captures) -> Visit<'_> {
        let now = self.clock.now();
        let mut call = Call::new(self.mint.request_id(now), now, &self.mint);
        let fields = fields::read(asked, family.body);
        let in_body = || fields.as_ref().ok()?.get(&family.model_field)?.as_str().filter(|n| !n.is_empty());
        let in_path = captures.get("model").or_else(|| captures.get("id")).map(String::as_str);
        let in_query = || family.name_query.as_deref().and_then(|name| asked.query(name));
        let name = in_path
            .or_else(in_body)
            .map(str::to_owned)
            .or_else(in_query)
            .or_else(|| family.default_model.clone());
        call.name = name.clone().unwrap_or_default();
        call.turn = self.turn_of(&call.name, family);
        call.token = token(asked, family);
        let state = self.states.iter().find(|(_, key)| bare(key) == bare(&call.token)).map(|(s, _)| *s);
        let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        Visit { family, fields, name, state, number, call }
    }

    /// How often the task `name` was asked for before; counted only where its answers come in turn.
    fn turn_of(&self, name: &str, family: &Family) -> usize {
        let in_turn = |special: &&Special| !special.turns.is_empty() && special.is_for(&family.id);
        let known = specials().iter().filter(in_turn).find_map(|s| s.name.as_deref().filter(|n| *n == name));
        let (Some(known), Ok(mut turns)) = (known, self.turns.lock()) else { return 0 };
        let turn = turns.entry(known).or_default();
        *turn += 1;
        *turn - 1
    }

    fn check(&self, asked: &Asked, visit: &Visit<'_>) -> Result<Reply, Reply> {
        for check in &self.order {
            match check {
                Check::Key => {
                    self.check_key(visit)?;
                    visit.pass(Stage::Key)?;
                    visit.pass(Stage::RateLimit)?;
                    if let Some(only) = &visit.family.only {
                        return Err(provider::special(only, visit.family, &visit.call));
                    }
                }
                Check::Model => {
                    visit.check_model()?;
                    visit.pass(Stage::Model)?;
                }
                Check::Body => {
                    visit.check_body()?;
                    visit.pass(Stage::Body)?;
                }
            }
        }
        visit.pass(Stage::Quota)?;
        let fields = visit.fields()?;
        if visit.family.roles {
            provider::check_roles(fields).map_err(|words| visit.relay(400, &words))?;
        }
        let asks_for_stream = fields.get("stream").and_then(Value::as_bool) == Some(true)
            || asked.query("alt").as_deref() == Some("sse");
        visit.pass(Stage::Provider)?;
        Ok(provider::answer(visit.family, visit.special(Stage::Provider), asks_for_stream, &visit.call))
    }

    fn check_key(&self, visit: &Visit<'_>) -> Result<(), Reply> {
        let token = bare(&visit.call.token);
        if visit.family.open || visit.state.is_some() || token == bare(&self.key) {
            return Ok(());
        }
        let message = if token.is_empty() { "Token not provided" } else { "Invalid token" };
        Err(visit.refusal(401, "", message))
    }
}

fn bare(token: &str) -> &str {
    token.strip_prefix("sk-").unwrap_or(token)
}

/// The key as it was sent. Every surface takes either of two headers (a live probe of 2026-08-10, not ours).
fn token(asked: &Asked, family: &Family) -> String {
    let own = family.key_headers.iter().find_map(|name| asked.header(name));
    let given = own.or_else(|| asked.header("authorization")).or_else(|| asked.header("x-api-key"));
    let in_query = || family.key_query.as_deref().and_then(|name| asked.query(name));
    let given = given.map(str::to_owned).or_else(in_query).unwrap_or_default();
    match given.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim().to_owned(),
        None if given.eq_ignore_ascii_case("bearer") => String::new(),
        _ => given,
    }
}

impl Visit<'_> {
    /// The special answer of this request at `stage`.
    fn special(&self, stage: Stage) -> Option<&'static Special> {
        specials().iter().find(|special| {
            let asks = match (&special.name, &special.key) {
                (Some(name), _) => self.name.as_ref() == Some(name),
                (None, Some(key)) => self.state == Some(key),
                (None, None) => false,
            };
            let has = |field: &String| self.fields.as_ref().is_ok_and(|fields| fields.contains_key(field));
            special.at == stage
                && asks
                && self.number.is_multiple_of(special.every.max(1))
                && special.is_for(&self.family.id)
                && special.has.as_ref().is_none_or(has)
        })
    }

    /// Goes on, unless a special answer ends the way here. A stream that breaks is the provider's matter.
    fn pass(&self, stage: Stage) -> Result<(), Reply> {
        match self.special(stage) {
            Some(special) if special.ends_here() => Err(provider::special(special, self.family, &self.call)),
            _ => Ok(()),
        }
    }

    fn fields(&self) -> Result<&Fields, Reply> {
        let fault = |text: &String| self.refusal(400, "", &format!("Invalid request, {text}"));
        self.fields.as_ref().map_err(fault)
    }

    /// Refused before any provider was called.
    fn refusal(&self, status: u16, code: &str, message: &str) -> Reply {
        let words = Words { message: message.to_owned(), code: code.to_owned(), ..own_words() };
        Reply::json(status, &envelope::of_the_gate(self.family.form, &words, &self.call.id))
    }

    fn relay(&self, status: u16, words: &Words) -> Reply {
        Reply::json(status, &envelope::of_the_relay(self.family.form, words, &self.call.id))
    }

    fn check_model(&self) -> Result<(), Reply> {
        let fields = self.fields()?;
        let Some(name) = &self.name else {
            let wrong = fields.get(&self.family.model_field).is_some_and(|v| !v.is_null() && !v.is_string());
            return match (self.family.body, wrong) {
                (None, _) => Ok(()),
                (Some(_), true) => {
                    Err(self.refusal(400, "", "Invalid request, field model must be a string"))
                }
                // The one wording that the vendor's page quotes, with an empty code.
                (Some(_), false) => Err(self.refusal(400, "", "model name is required")),
            };
        };
        let served = |s: &Special| s.name.as_ref() == Some(name) && s.is_for(&self.family.id);
        let known = |prefix: &String| name.starts_with(prefix.as_str());
        if specials().iter().any(served) || self.family.known_prefix.as_ref().is_some_and(known) {
            return Ok(());
        }
        if let Some(unknown) = &self.family.unknown {
            return Err(provider::special(unknown, self.family, &self.call));
        }
        let message = format!("No available channel for model {name} under group default (distributor)");
        Err(self.refusal(503, "model_not_found", &message))
    }

    /// The fields that the relay stage wants: an absent or empty one is answered with the code `invalid_request`.
    fn check_body(&self) -> Result<(), Reply> {
        let fields = self.fields()?;
        for needed in &self.family.required {
            if let Some(fault) = fault_of(needed, fields.get(&needed.field)) {
                let words = Words { message: fault, code: "invalid_request".to_owned(), ..own_words() };
                return Err(self.relay(envelope::fault_status(self.family.form), &words));
            }
        }
        Ok(())
    }
}

fn own_words() -> Words {
    Words { kind: OWN_TYPE.to_owned(), ..Words::default() }
}

/// What is wrong with a field that must be there.
fn fault_of(needed: &Needed, given: Option<&Value>) -> Option<String> {
    let value = match given {
        None | Some(Value::Null) => return Some(needed.words.clone()),
        Some(value) => value,
    };
    let is_empty = match value {
        Value::Array(list) => list.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    let allowed = needed.kind.split('|').any(|kind| match kind {
        // A text where a file belongs is no file.
        "file" => value.is_object(),
        kind => kind == kind_of(value),
    });
    match (is_empty || (needed.kind == "file" && !allowed), allowed) {
        (true, _) => Some(needed.words.clone()),
        (false, true) => None,
        (false, false) => {
            Some(format!("json: cannot unmarshal {} into Go struct field .{}", kind_of(value), needed.field))
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
