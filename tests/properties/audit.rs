//! What holds of the audit.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use casefile::case::catalog::Catalog;
use casefile::case::evidence::Evidence;
use casefile::case::intake;
use casefile::case::keyring::{KeyRing, Origin, SecretKind};
use casefile::case::sanitize::{Audit, Format, Sanitizer};

use super::dress::{Dress, HELD};
use super::{Outcome, parts, plant};

static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(Catalog::built_in);

/// The prompt of the case.
const PROMPT: &str = "Summarise the merger plan of Nordwind for the board";

/// A text of a note is judged in less; a debug build is many times slower.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 120 } else { 20 });

/// The audit of a case that holds a key and dropped a prompt.
static AUDIT: LazyLock<Audit> = LazyLock::new(|| {
    let mut ring = KeyRing::default();
    ring.hold(SecretKind::Key, Origin::Pasted, &HELD);
    let paste = format!(
        "curl https://api.acme-gateway.example/v1/chat/completions -H 'Authorization: Bearer {}' \
         -d '{{\"model\":\"m\",\"messages\":[{{\"role\":\"user\",\"content\":\"{PROMPT}\"}}]}}'",
        *HELD
    );
    let request =
        intake::read(&paste, &CATALOG, &mut ring).draft.and_then(|draft| draft.to_request(None).ok());
    assert!(request.is_some(), "the request of the case is read");
    let mut sanitizer = Sanitizer::new(&CATALOG, &ring);
    sanitizer.evidence(&Evidence { request, ..Evidence::default() }, &[], &[], None);
    sanitizer.audit()
});

fn format(byte: usize) -> Format {
    match byte % 4 {
        0 => Format::Yaml,
        1 => Format::Markdown,
        2 => Format::Json,
        _ => Format::Plain,
    }
}

/// Any text is let pass or refused, in time; what is said of it can be shown, and the spans lie in it.
pub fn any_text_is_judged(data: &[u8]) -> Outcome {
    let ([which, ..], text) = parts(data);
    let text = String::from_utf8_lossy(text);
    let start = Instant::now();
    let judged = AUDIT.pass(text.clone().into_owned(), format(which));
    if start.elapsed() > LONGEST {
        return Err(format!("it took {:?}", start.elapsed()));
    }
    match judged {
        Ok(rendered) if rendered.as_str() != text => return Err("another text passed".to_owned()),
        Err(refusal) if refusal.line == 0 || refusal.line > text.split('\n').count() => {
            return Err(format!("line {} of {:?}", refusal.line, text));
        }
        // Its own test must not depend on what it looks at, for a text that a note can hold.
        Err(refusal) if refusal.rule.contains("own test") => return Err(refusal.to_string()),
        _ => {}
    }
    let mut last = 0;
    for (from, to) in AUDIT.spans(&text) {
        if from < last || to <= from || text.get(from..to).is_none() {
            return Err(format!("span {from}..{to} of {}", text.len()));
        }
        last = to;
    }
    Ok(())
}

/// The held key and the dropped prompt are refused in every form, wherever they stand.
pub fn a_planted_value_is_refused(data: &[u8]) -> Outcome {
    let ([which, form, place, fine], text) = parts(data);
    let text = String::from_utf8_lossy(text);
    let dress = Dress::of(form);
    let value = if form / 6 % 4 == 0 { PROMPT } else { HELD.as_str() };
    let planted = plant(text.as_bytes(), dress.on(value).as_bytes(), (place, fine));
    let planted = String::from_utf8_lossy(&planted).into_owned();
    if AUDIT.spans(&planted).is_empty() {
        return Err(format!("{dress:?} has no span in {planted:?}"));
    }
    match AUDIT.pass(planted, format(which)) {
        Err(refusal) if refusal.to_string().contains(value) => Err("the refusal tells the value".to_owned()),
        Err(_) => Ok(()),
        Ok(passed) => Err(format!("{dress:?} passed in {:?}", passed.as_str())),
    }
}
