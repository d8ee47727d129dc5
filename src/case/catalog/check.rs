//! What a reader of YAML cannot see: whether a user's entry names things that are there, and holds what it must.

use super::read::{CatalogError, Kind, parse};
use super::{
    BodyKind, CHECKS, Catalog, ClassDefaults, Detector, Endpoint, Field, LogProfile, Matrix, Profile, Rule,
    Topic,
};
use crate::case::vocabulary::FailureClass;

/// Types that a field may have.
const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "array", "object", "file"];
/// Methods that an endpoint may have.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// What is wrong with an entry: the word in the file by which it is found, and the sentence.
pub(super) type Fault = (String, String);

/// Checks the entries of a user's `file` against the whole `catalog`.
///
/// # Errors
/// The first fault, with its line.
pub(super) fn file(catalog: &Catalog, file: &str, text: &str) -> Result<(), CatalogError> {
    let known = Known(catalog);
    let checked = match Kind::of(file)? {
        Kind::Profile => each(&[parse::<Profile>(file, text)?], |p| &p.id, |p| known.profile(p)),
        Kind::Rules => each(&parse::<Vec<Rule>>(file, text)?, |r| &r.id, |r| known.rule(r)),
        Kind::Endpoints => each(&parse::<Vec<Endpoint>>(file, text)?, |e| &e.id, |e| known.endpoint(e)),
        Kind::Topics => each(&parse::<Vec<Topic>>(file, text)?, |t| &t.id, |t| known.topic_entry(t)),
        Kind::Classes => {
            each(&parse::<Vec<ClassDefaults>>(file, text)?, |c| &c.topic, |c| known.topic(&c.topic))
        }
        Kind::Detectors => each(&parse::<Vec<Detector>>(file, text)?, |d| &d.id, detector),
        Kind::Matrix => {
            let Matrix { checks, criteria } = parse::<Matrix>(file, text)?;
            each(&checks, |c| &c.id, super::matrix::check)
                .and_then(|()| each(&criteria, |c| &c.id, |c| super::matrix::criterion(c, &catalog.matrix)))
        }
        Kind::Logs => each(&[parse::<LogProfile>(file, text)?], |p| &p.id, log_profile),
        // The contract checks itself while it is merged.
        Kind::Claims => return catalog.claims.compiled().map(|_| ()),
        Kind::Safe
        | Kind::Contract
        | Kind::Clients
        | Kind::Transport
        | Kind::Words
        | Kind::Grouping
        | Kind::Destinations => Ok(()),
    };
    checked.map_err(|(id, (word, what))| CatalogError {
        file: file.to_owned(),
        what: format!("line {}: in the entry {id}, {what}", line(text, &id, &word)),
    })
}

fn each<T>(
    entries: &[T],
    id: impl Fn(&T) -> &String,
    check: impl Fn(&T) -> Result<(), Fault>,
) -> Result<(), (String, Fault)> {
    entries.iter().try_for_each(|entry| check(entry).map_err(|fault| (id(entry).clone(), fault)))
}

/// The line (from 1) on which `word` stands in the entry `id`; that of the entry where it does not stand there.
fn line(text: &str, id: &str, word: &str) -> usize {
    let names = |line: &str| {
        line.find("id:").and_then(|at| line.get(at + 3..)).is_some_and(|rest| {
            let rest = rest.trim_start().trim_start_matches(['"', '\'']);
            rest.strip_prefix(id)
                .is_some_and(|end| !end.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    };
    let start = text.lines().position(names).unwrap_or(0);
    let within = text.lines().skip(start).position(|line| line.contains(word)).unwrap_or(0);
    start + within + 1
}

/// Every place of a log is a pointer.
fn log_profile(profile: &LogProfile) -> Result<(), Fault> {
    let fields = &profile.fields;
    let lists = [
        &profile.marks,
        &profile.each,
        &fields.time,
        &fields.request_id,
        &fields.method,
        &fields.path,
        &fields.model,
        &fields.status,
        &fields.headers,
        &fields.body,
        &fields.text,
        &fields.prompt,
    ];
    let places = lists.into_iter().flatten().chain(profile.worked.iter().map(|worked| &worked.at));
    for place in places {
        if !place.starts_with('/') || place.len() < 2 {
            return fault(place, "a place in a line is a JSON pointer; write /response/status");
        }
    }
    Ok(())
}

struct Known<'c>(&'c Catalog);

impl Known<'_> {
    fn profile(&self, profile: &Profile) -> Result<(), Fault> {
        for host in &profile.hosts {
            let name = host.strip_prefix("*.").filter(|domain| domain.contains('.')).unwrap_or(host);
            if name.contains(['/', '*']) || name.chars().any(char::is_uppercase) || name.is_empty() {
                return fault(
                    host,
                    "a host is a name in small letters, perhaps with its port; write llm.example, 127.0.0.1:4000, or *.llm.example for all below",
                );
            }
        }
        for base in &profile.base_urls {
            web(&base.url)?;
            if base.url.ends_with('/') || base.url.ends_with("/v1") {
                return fault(
                    &base.url,
                    "a base URL ends after the host; leave out the slash and /v1 at its end",
                );
            }
        }
        for id in &profile.endpoints {
            if self.0.endpoint(id).is_none() {
                return fault(
                    id,
                    &format!(
                        "the endpoint {id} is not there; add it to endpoints.yaml, or write the id of one that is"
                    ),
                );
            }
        }
        for way in &profile.auth {
            if way.header.is_empty() == way.query.is_empty() {
                return fault(
                    "auth",
                    "a key travels in a header or in the query; write {header: authorization, scheme: Bearer} or {query: key}",
                );
            }
        }
        for document in &profile.docs {
            page(&document.url, &document.accessed)?;
        }
        for (check, expected) in &profile.expectations {
            super::matrix::expected(check, expected, &self.0.matrix)?;
            page(&expected.source, &expected.accessed)?;
        }
        for (class, topic) in profile.topics.iter().chain(&profile.see_also) {
            if !FailureClass::ALL.iter().any(|known| known.as_str() == class) {
                let known: Vec<&str> = FailureClass::ALL.iter().map(|c| c.as_str()).collect();
                return fault(
                    class,
                    &format!("{class} is no failure class; write one of {}", known.join(", ")),
                );
            }
            self.topic(topic)?;
        }
        let fields = &profile.error_fields;
        for pointer in [&fields.message, &fields.code, &fields.kind, &fields.param, &fields.request_id] {
            if !pointer.is_empty() && !pointer.starts_with('/') {
                return fault(pointer, "a place in an error is a JSON pointer; write it as /error/message");
            }
        }
        if !profile.own_error_type.is_empty() {
            pattern(&profile.own_error_type)?;
        }
        page(&profile.doc_url, &profile.accessed)
    }

    fn endpoint(&self, endpoint: &Endpoint) -> Result<(), Fault> {
        if !METHODS.contains(&endpoint.method.as_str()) {
            return fault("method", &format!("the method is not known; write one of {}", METHODS.join(", ")));
        }
        if !endpoint.path.starts_with('/') {
            return fault(
                "path",
                "the path does not begin with a slash; write it from the host on, as /v1/…",
            );
        }
        self.profiles(&endpoint.profiles)?;
        if !endpoint.base_url.is_empty() {
            web(&endpoint.base_url)?;
        }
        for Field { name, kind } in endpoint.fields() {
            if !kind.split('|').all(|kind| TYPES.contains(&kind.trim())) {
                return fault(
                    name,
                    &format!(
                        "the type of {name} is not known; write one of {}, or several with | between",
                        TYPES.join(", ")
                    ),
                );
            }
        }
        if let Some(starts) = &endpoint.starts {
            starts.check(&endpoint.path)?;
        }
        if let Some(tells) = &endpoint.tells {
            tells.check()?;
            tells.pages.iter().try_for_each(|told| page(&told.url, &told.accessed))?;
        }
        minimal(endpoint)?;
        page(&endpoint.doc_url, &endpoint.accessed)?;
        endpoint.docs.values().try_for_each(|other| page(&other.url, &other.accessed))
    }

    fn rule(&self, rule: &Rule) -> Result<(), Fault> {
        rule.check()
            .map_err(|what| ("when".to_owned(), format!("a pattern cannot be used: {what}; mend it")))?;
        rule.then.topic.iter().chain(&rule.then.see_also).try_for_each(|topic| self.topic(topic))?;
        date(&rule.accessed)
    }

    fn topic_entry(&self, topic: &Topic) -> Result<(), Fault> {
        self.profiles(&topic.profiles)?;
        page(&topic.url, &topic.accessed)
    }

    fn topic(&self, id: &str) -> Result<(), Fault> {
        if self.0.topic(id).is_some() {
            return Ok(());
        }
        fault(
            id,
            &format!("the topic {id} is not there; add it to topics.yaml, or write the id of one that is"),
        )
    }

    fn profiles(&self, ids: &[String]) -> Result<(), Fault> {
        let Some(id) = ids.iter().find(|id| self.0.profile(id).is_none()) else { return Ok(()) };
        let known: Vec<&str> = self.0.profiles.iter().map(|p| p.id.as_str()).collect();
        fault(
            id,
            &format!(
                "the profile {id} is not there; add profiles/{id}.yaml, or write one of {}",
                known.join(", ")
            ),
        )
    }
}

pub(super) fn fault(word: &str, what: &str) -> Result<(), Fault> {
    Err((word.to_owned(), what.to_owned()))
}

fn pattern(pattern: &str) -> Result<(), Fault> {
    match regex::Regex::new(pattern) {
        Ok(_) => Ok(()),
        Err(_) => fault(pattern, "the pattern is no regular expression; mend it"),
    }
}

fn detector(detector: &Detector) -> Result<(), Fault> {
    // Over bytes, as it will run.
    if regex::bytes::RegexBuilder::new(&detector.pattern).unicode(false).build().is_err() {
        return fault(&detector.pattern, "the pattern is no regular expression over bytes; mend it");
    }
    // A placeholder is known again by its kind.
    if detector.kind.is_empty() || !detector.kind.bytes().all(|b| b.is_ascii_lowercase()) {
        return fault(
            "kind",
            "the kind is no word of small letters; write key, password, account or another",
        );
    }
    let check = detector.condition.as_str();
    if !check.is_empty() && !CHECKS.contains(&check) {
        return fault(
            check,
            &format!("the condition {check} is not known; write one of {}", CHECKS.join(", ")),
        );
    }
    if detector.accessed.is_empty() { Ok(()) } else { date(&detector.accessed) }
}

/// The minimal body is JSON and holds what is required.
fn minimal(endpoint: &Endpoint) -> Result<(), Fault> {
    if endpoint.minimal_body.is_empty() {
        return Ok(());
    }
    if endpoint.body == BodyKind::None {
        return fault("minimal_body", "there is a minimal body, but body says none; take out one of them");
    }
    let Ok(serde_json::Value::Object(body)) = serde_json::from_str(&endpoint.minimal_body) else {
        return fault(
            "minimal_body",
            "the minimal body is no JSON object; write it as '{\"model\":\"{model}\"}'",
        );
    };
    match endpoint.required.iter().find(|f| f.kind != "file" && !body.contains_key(&f.name)) {
        Some(field) => fault(
            "minimal_body",
            &format!("the minimal body lacks the required field {}; add it", field.name),
        ),
        None => Ok(()),
    }
}

fn page(url: &str, accessed: &str) -> Result<(), Fault> {
    web(url)?;
    date(accessed)
}

fn web(url: &str) -> Result<(), Fault> {
    if url.starts_with("https://") || url.starts_with("http://") {
        return Ok(());
    }
    fault(url, "a URL does not begin with https://; write it in full")
}

fn date(text: &str) -> Result<(), Fault> {
    if chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() && text.len() == 10 {
        return Ok(());
    }
    fault("accessed", "the date of access is none; write it as '2026-11-21'")
}
