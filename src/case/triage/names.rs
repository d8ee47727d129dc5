//! Routes, models and ids as they may leave. Each is cleaned once and remembered within bounds.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::case::catalog::Catalog;
use crate::case::evidence::decode_time;
use crate::case::keyring::KeyRing;
use crate::case::request::Said;
use crate::case::sanitize::{Clean, SafeSaid, Sanitizer};

/// Names that are remembered at a time.
const MOST: usize = 4_096;
/// A longer name is none, bytes.
const LONGEST: usize = 256;

/// A name that may leave.
pub(super) type Name = Option<Rc<str>>;

/// A log has no secrets of ours.
static NO_SECRETS: LazyLock<KeyRing> = LazyLock::new(KeyRing::default);

/// Cleans names.
pub(super) struct Cleaner<'c> {
    catalog: &'c Catalog,
    /// Judges ids; it is never told of a text.
    judge: Sanitizer<'c>,
    models: HashMap<Box<str>, Name>,
    routes: HashMap<Box<str>, Name>,
}

impl<'c> Cleaner<'c> {
    pub(super) fn new(catalog: &'c Catalog) -> Self {
        Self {
            catalog,
            judge: Sanitizer::new(catalog, &NO_SECRETS),
            models: HashMap::new(),
            routes: HashMap::new(),
        }
    }

    /// A model's name; what is none is told by its length.
    pub(super) fn model(&mut self, raw: &str) -> Name {
        if let Some(known) = self.models.get(raw) {
            return known.clone();
        }
        let clean = match raw.len() {
            0 => None,
            1..=LONGEST => {
                self.said(&Said { model: Some(raw.to_owned()), ..Said::default() }).model.as_ref().map(name)
            }
            _ => Some("[model: too long]".into()),
        };
        if self.models.len() >= MOST {
            self.models.clear();
        }
        self.models.insert(raw.into(), clean.clone());
        clean
    }

    /// A route: the path of `url` without ids.
    pub(super) fn route(&mut self, url: &str) -> Name {
        let bare = url.split(['?', '#']).next().unwrap_or(url);
        let path = bare
            .split_once("://")
            .map_or(bare, |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"));
        // So many characters: a shorter text need not be counted.
        let whole = path.len() <= 4 * LONGEST;
        let end = if whole { None } else { path.char_indices().nth(4 * LONGEST).map(|(at, _)| at) };
        let path = end.and_then(|end| path.get(..end)).unwrap_or(path);
        if let Some(known) = self.routes.get(path) {
            return known.clone();
        }
        let mut steps = Vec::new();
        super::route::steps(path, &mut steps);
        let steps = String::from_utf8_lossy(&steps).into_owned();
        let clean = if steps.is_empty() {
            None
        } else {
            self.said(&Said { url: Some(steps), ..Said::default() }).path.as_ref().map(name)
        };
        if self.routes.len() >= MOST {
            self.routes.clear();
        }
        self.routes.insert(path.into(), clean.clone());
        clean
    }

    /// True where `id` is an id and no credential.
    pub(super) fn is_id(&self, id: &str) -> bool {
        is_made_by_a_gateway(id) || self.judge.is_request_id(id)
    }

    fn said(&self, said: &Said) -> SafeSaid {
        Sanitizer::new(self.catalog, &NO_SECRETS).said(said)
    }
}

fn name(clean: &Clean) -> Rc<str> {
    Rc::from(clean.as_str())
}

/// The two shapes that most ids have and no key has: the new-api family's clock with letters behind it, and `req_` before
/// hexadecimal digits. They need no closer look.
fn is_made_by_a_gateway(id: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match id.strip_prefix("req_") {
        Some(rest) => (16..=40).contains(&rest.len()) && is_hex(rest),
        None => decode_time(id, 0).is_some(),
    }
}
