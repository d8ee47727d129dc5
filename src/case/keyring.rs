//! The secrets that one case holds, in memory only, each under a label such as `[key#1]`.
//!
//! Text that once held a secret carries the label in its place (we call that *masked text*); only `io::net` puts the
//! value back, when the request is sent. A reference to an environment variable is written `[env:NAME]` until its
//! value was read; what it resolves to is held here under a label of its own, so that the sanitizer knows the value.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// What sort of secret a label stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecretKind {
    /// An API key or bearer token.
    Key,
    /// A password (`-u name:password`, a URL's userinfo).
    Password,
    /// A cookie value.
    Cookie,
}

impl SecretKind {
    /// The word in the placeholder.
    pub fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Password => "password",
            Self::Cookie => "cookie",
        }
    }
}

/// Where a secret came from. Decides to which host it may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It stood in the pasted request itself, for the request's own host.
    Pasted,
    /// It was read from this environment variable.
    Environment(String),
    /// The operator typed it, piped it in or named a command; the text names the way (`the prompt`, `standard input`, `a command`).
    Given(&'static str),
}

/// Names one held secret: kind and number, numbered by first appearance in the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label {
    /// Sort of secret.
    pub kind: SecretKind,
    /// From 1, per kind.
    pub number: u32,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}#{}]", self.kind.word(), self.number)
    }
}

/// One secret with its label and origin. Debug prints no value.
#[derive(Clone)]
pub struct Held {
    /// Its label.
    pub label: Label,
    /// Where it came from.
    pub origin: Origin,
    value: SecretString,
}

impl Held {
    /// The value, for the wire and for searching outputs; nothing else may call this.
    pub fn expose(&self) -> &str {
        self.value.expose_secret()
    }

    /// True where the value begins with a published `prefix` of somebody's keys (`sk-ant-`). This is all that preflight
    /// may know of it.
    pub fn begins_with(&self, prefix: &str) -> bool {
        !prefix.is_empty() && self.value.expose_secret().starts_with(prefix)
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Held({} from {:?})", self.label, self.origin)
    }
}

/// All secrets of the case. Cloning copies the secrets; each copy is wiped when dropped.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    held: Vec<Held>,
}

/// A reference in masked text that has no value yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} has no value: set the variable, or give a key by --key-env, --key-stdin or the prompt")]
pub struct Unresolved(
    /// The reference as it is written, for example `[env:COMETAPI_KEY]`.
    pub String,
);

impl KeyRing {
    /// How many secrets are held. None is ever put away, so that one more is another number.
    pub fn count(&self) -> usize {
        self.held.len()
    }

    /// Holds `value`; the same value always gets the same label (its first origin is kept).
    pub fn hold(&mut self, kind: SecretKind, origin: Origin, value: &str) -> Label {
        if let Some(held) = self.held.iter().find(|h| h.expose() == value) {
            return held.label;
        }
        let number = 1 + u32::try_from(self.held.iter().filter(|h| h.label.kind == kind).count())
            .unwrap_or(u32::MAX - 1);
        let label = Label { kind, number };
        self.held.push(Held { label, origin, value: SecretString::from(value.to_owned()) });
        label
    }

    /// Everything held, in order of first appearance.
    pub fn iter(&self) -> impl Iterator<Item = &Held> {
        self.held.iter()
    }

    /// True when nothing is held.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// The secret under `label`.
    pub fn by_label(&self, label: Label) -> Option<&Held> {
        self.held.iter().find(|h| h.label == label)
    }

    /// The secret that was read from environment variable `name`.
    pub fn by_env(&self, name: &str) -> Option<&Held> {
        self.held.iter().find(|h| matches!(&h.origin, Origin::Environment(n) if n == name))
    }

    /// Puts the values back into `masked`. The result is a secret itself.
    ///
    /// # Errors
    /// [`Unresolved`] names the first reference without a value.
    pub fn resolve(&self, masked: &str) -> Result<SecretString, Unresolved> {
        self.filled(masked, true)
    }

    /// The same, where a reference without a value stays as it is written.
    pub fn resolve_known(&self, masked: &str) -> SecretString {
        self.filled(masked, false).unwrap_or_else(|_| SecretString::from(masked.to_owned()))
    }

    fn filled(&self, masked: &str, whole: bool) -> Result<SecretString, Unresolved> {
        let mut out = String::with_capacity(masked.len() + 64);
        let mut rest = masked;
        while let Some(start) = rest.find('[') {
            let (before, tail) = rest.split_at(start);
            out.push_str(before);
            let Some((reference, len)) = reference_at(tail) else {
                out.push('[');
                rest = tail.get(1..).unwrap_or("");
                continue;
            };
            let written = tail.get(..len).unwrap_or(tail);
            match self.value_of(&reference) {
                Some(held) => out.push_str(held.expose()),
                // Text that merely looks like a label stays as it is; a variable without value is an error.
                None if !whole || matches!(reference, Reference::Label(..)) => out.push_str(written),
                None => return Err(Unresolved(written.to_owned())),
            }
            rest = tail.get(len..).unwrap_or("");
        }
        out.push_str(rest);
        Ok(SecretString::from(out))
    }

    /// The held secrets that `masked` refers to, in order, without repetition.
    pub fn used_in(&self, masked: &str) -> Vec<&Held> {
        let mut found: Vec<&Held> = Vec::new();
        for (reference, _) in references(masked) {
            if let Some(held) = self.value_of(&reference)
                && !found.iter().any(|f| f.label == held.label)
            {
                found.push(held);
            }
        }
        found
    }

    fn value_of(&self, reference: &Reference) -> Option<&Held> {
        match reference {
            Reference::Env(name) => self.by_env(name),
            Reference::Label(word, number) => {
                self.held.iter().find(|h| h.label.kind.word() == word && h.label.number == *number)
            }
        }
    }
}

/// A reference found in masked text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reference {
    Env(String),
    Label(String, u32),
}

/// Names of the environment variables that `masked` refers to, in order, without repetition.
pub fn env_names(masked: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (reference, _) in references(masked) {
        if let Reference::Env(name) = reference
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

fn references(masked: &str) -> impl Iterator<Item = (Reference, usize)> + '_ {
    masked.match_indices('[').filter_map(|(at, _)| masked.get(at..).and_then(reference_at))
}

/// No reference is longer, bytes.
const LONGEST_REFERENCE: usize = 128;

/// Reads `[key#1]` or `[env:NAME]` at the start of `text`; gives the reference and its length in bytes.
fn reference_at(text: &str) -> Option<(Reference, usize)> {
    // Bounded, so that a text full of brackets costs no quadratic time.
    let end = text.bytes().take(LONGEST_REFERENCE).position(|b| b == b']')?;
    let inner = text.get(1..end)?;
    if let Some(name) = inner.strip_prefix("env:") {
        let valid = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !name.starts_with(|c: char| c.is_ascii_digit());
        return valid.then(|| (Reference::Env(name.to_owned()), end + 1));
    }
    let (word, number) = inner.split_once('#')?;
    if !matches!(word, "key" | "password" | "cookie") {
        return None;
    }
    Some((Reference::Label(word.to_owned(), number.parse().ok()?), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_stable_and_values_come_back() {
        let mut ring = KeyRing::default();
        let first = ring.hold(SecretKind::Key, Origin::Pasted, "alpha-value");
        let second = ring.hold(SecretKind::Key, Origin::Environment("GATEWAY_KEY".into()), "beta-value");
        assert_eq!(ring.hold(SecretKind::Key, Origin::Given("stdin"), "alpha-value"), first);
        assert_eq!((first.to_string(), second.to_string()), ("[key#1]".into(), "[key#2]".into()));
        let resolved = |masked: &str| ring.resolve(masked).map(|s| s.expose_secret().to_owned());
        assert_eq!(resolved("Bearer [key#1]"), Ok("Bearer alpha-value".into()));
        assert_eq!(resolved("Bearer [env:GATEWAY_KEY]!"), Ok("Bearer beta-value!".into()));
        assert_eq!(resolved("[1,2] [key#9] [x"), Ok("[1,2] [key#9] [x".into()));
        assert_eq!(resolved("[env:NOT_SET]"), Err(Unresolved("[env:NOT_SET]".into())));
        let known = ring.resolve_known("[key#1] [env:NOT_SET]");
        assert_eq!(known.expose_secret(), "alpha-value [env:NOT_SET]");
        assert_eq!(env_names("a [env:A] [env:B] [env:A] [env:9]"), ["A", "B"]);
        assert!(!format!("{ring:?}").contains("alpha"));
    }
}
