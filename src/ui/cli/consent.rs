//! Consent on the command line: what is shown, and which key may go where without a question.

use super::ask;
use super::exit::{Exit, Failed};
use super::say;
use crate::case::catalog::Catalog;
use crate::case::keyring::Origin;
use crate::session::{Belongs, Consent, KeyUse, Purpose};

/// What the operator said beforehand.
#[derive(Debug, Clone, Default)]
pub(super) struct Beforehand {
    /// `--yes`.
    pub(super) yes: bool,
    /// `--key-host`.
    pub(super) key_host: Option<String>,
    /// The host was named by the operator (`--base-url`), not by the paste.
    pub(super) host_is_named: bool,
    /// The request is not shown: many walks of practice run, to this program's own gateway.
    pub(super) silent: bool,
}

/// Shows `consent` and gets an answer.
///
/// # Errors
/// Consent is missing, or a key would go to a host for which it was never confirmed.
pub(super) fn obtain(consent: &Consent, before: &Beforehand, catalog: &Catalog) -> Result<(), Failed> {
    if !before.silent {
        // What nobody is asked about may end in a log of somebody else's: names and sizes only.
        for line in lines(consent, !before.yes && ask::possible(), catalog) {
            say::line(&line);
        }
    }
    if before.yes {
        for key in consent.keys.iter().filter(|k| k.is_new()) {
            if !may_go(key, &consent.host, before, catalog) {
                return Err(Failed::new(Exit::Usage, refusal(key, &consent.host)));
            }
        }
        return Ok(());
    }
    if !ask::possible() {
        return Err(Failed::new(
            Exit::Usage,
            match consent.purpose {
                Purpose::Check | Purpose::Isolate | Purpose::Poll => {
                    "sending needs consent and there is no terminal to ask on; add --yes"
                }
                Purpose::Reproduce | Purpose::Control(_) => {
                    "sending needs consent and there is no terminal to ask on; add --yes, or --no-send with --response FILE"
                }
            },
        ));
    }
    if consent.keys.iter().any(KeyUse::is_elsewhere) {
        say::line("Look twice: the key belongs to another host.");
    }
    if ask::yes(&format!("Send to {}?", consent.host)) {
        Ok(())
    } else {
        Err(Failed::new(Exit::Usage, "nothing was sent: consent was not given"))
    }
}

/// What will be sent: whole for the eyes of the operator who is asked, else without values.
pub(super) fn lines(consent: &Consent, whole: bool, catalog: &Catalog) -> Vec<String> {
    let mut lines = Vec::new();
    if whole {
        lines.push(format!("{} {}", consent.method, consent.url));
        for header in &consent.headers {
            lines.push(format!("  {}: {}", header.name, header.value));
        }
    } else {
        lines.push(format!("{} {}", consent.method, address_without_names(consent, catalog)));
        let names: Vec<&str> = consent.headers.iter().map(|header| header.name.as_str()).collect();
        lines.push(format!(
            "  headers: {}",
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        ));
    }
    lines.push(format!(
        "  body: {} bytes; at most {} request(s) to {}",
        consent.body_bytes, consent.most_requests, consent.host
    ));
    if let Some(polls) = &consent.polls {
        lines.push(format!("  {}", polls.said()));
    }
    if let Some(risk) = consent.risk() {
        lines.push(format!("  {risk}"));
    }
    for upload in &consent.uploads {
        lines.push(format!("  uploads {}", if whole { upload.line() } else { upload.shape() }));
    }
    for key in &consent.keys {
        let from = match &key.origin {
            Origin::Environment(name) => format!("environment variable {name}"),
            Origin::Pasted => "the pasted text".to_owned(),
            Origin::Given(way) => (*way).to_owned(),
        };
        let sign = if matches!(key.belongs, Belongs::Confirmed) { " " } else { "!" };
        lines.push(format!("{sign} {} from {from}: {}", key.label, key.said(&consent.host)));
    }
    lines
}

/// The address without its query, and its path as the catalog documents it: a path may name a file, a model or a person.
fn address_without_names(consent: &Consent, catalog: &Catalog) -> String {
    let address = consent.address();
    let after = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = after.find('/').and_then(|at| after.get(at..)).unwrap_or("/");
    let origin = address.strip_suffix(path).unwrap_or(&consent.host);
    match catalog.endpoint_at(&consent.method, path, None) {
        Some(endpoint) => format!("{origin}{}", endpoint.path),
        None if path == "/" => format!("{origin}/"),
        None => format!("{origin}/… (a path of {} characters)", path.chars().count()),
    }
}

/// With `--yes`, a key that is new to the host may go there only where the operator, not the paste, named the host, or
/// where the catalog says that this variable holds a key of this host. A key known for another host needs its name.
fn may_go(key: &KeyUse, host: &str, before: &Beforehand, catalog: &Catalog) -> bool {
    if before.key_host.as_deref() == Some(host) {
        return true;
    }
    if key.is_elsewhere() {
        return false;
    }
    let known = match &key.origin {
        Origin::Environment(name) => {
            catalog.profiles.iter().any(|p| p.is_at(host) && p.key_env.contains(name))
        }
        _ => false,
    };
    before.host_is_named || known
}

fn refusal(key: &KeyUse, host: &str) -> String {
    let before = match &key.belongs {
        Belongs::Elsewhere(hosts) => format!("it belongs to {} only", hosts.join(", ")),
        _ => "it was never confirmed for that host".to_owned(),
    };
    format!(
        "the key {} was not sent to {host}: {before}. If it belongs there, add --key-host {host}; \
         on a terminal leave out --yes to be asked",
        key.label
    )
}
