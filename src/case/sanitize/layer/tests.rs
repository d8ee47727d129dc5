//! Switching off any one layer turns a test red: for each, inputs of several kinds that are clean with all of them and
//! leak when only this one is off. So no layer is there in vain, and none can be lost unseen.

use super::Layer;
use crate::case::catalog::Catalog;
use crate::case::keyring::{KeyRing, Origin, SecretKind};
use crate::case::note::Template;
use crate::case::sanitize::detect::tests::expand;
use crate::case::sanitize::filter::{Filter, Kind};
use crate::case::sanitize::{Format, Words};
use crate::session::{Event, Output, Session, Settings, Step};

/// The layers before the audit.
const LAYERS: [Layer; 4] = [Layer::Structure, Layer::Known, Layer::Patterns, Layer::Entropy];

/// A secret that no pattern knows and that reads like words: only who holds it knows it.
const HELD: &str = "quiet-harbour-lantern";

fn held() -> String {
    HELD.to_owned()
}

/// What nobody typed and no pattern knows.
fn noise() -> String {
    expand("{alnum:40}")
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

fn hex(text: &str) -> String {
    text.bytes().flat_map(|b| format!("{b:02x}").into_bytes()).map(char::from).collect()
}

/// An input with `§` in the place of a value, and that value.
struct Case {
    layer: Layer,
    kind: &'static str,
    text: &'static str,
    value: String,
}

fn case(layer: Layer, kind: &'static str, text: &'static str, value: impl Into<String>) -> Case {
    Case { layer, kind, text, value: value.into() }
}

impl Case {
    fn filled(&self) -> String {
        self.text.replace('§', &self.value)
    }

    fn name(&self) -> String {
        format!("{:?}, {}, {}", self.layer, self.kind, self.text)
    }
}

/// At least three cases for each layer, each of another kind.
fn is_complete(cases: &[Case]) {
    for layer in LAYERS {
        let mut kinds: Vec<&str> = cases.iter().filter(|c| c.layer == layer).map(|c| c.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert!(kinds.len() >= 3, "{layer:?}: {kinds:?}");
    }
}

/// With every layer no value is left; without its own layer each is.
fn proves(cases: &[Case], left: &dyn Fn(&Case) -> String) {
    is_complete(cases);
    let mut faults = Vec::new();
    for case in cases {
        let whole = left(case);
        if whole.contains(&case.value) {
            faults.push(format!("{}: leaks with every layer: {whole}", case.name()));
        }
        let without = case.layer.without(|| left(case));
        if !without.contains(&case.value) {
            faults.push(format!("{}: another layer takes it too: {without}", case.name()));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}

fn filtered(case: &Case) -> String {
    let kind = Kind::ALL.into_iter().find(|k| k.word() == case.kind).expect("a kind");
    let mut ring = KeyRing::default();
    ring.hold(SecretKind::Key, Origin::Pasted, HELD);
    let mut filter = Filter::new(&Catalog::built_in(), kind, &ring);
    let mut out = Vec::new();
    filter.feed(case.filled().as_bytes(), &mut out);
    filter.finish(&mut out);
    String::from_utf8(out).expect("is text")
}

#[test]
fn the_filter_needs_each_layer() {
    use Layer::{Entropy, Known, Patterns, Structure};
    let key = expand("AKIA{upper:16}");
    let cases = [
        case(Structure, "headers", "GET / HTTP/1.1\r\nopenai-project: §\r\n", "blue-whale-song"),
        case(Structure, "headers", "GET / HTTP/1.1\r\nanthropic-organization-id: §\r\n", "blue-whale-song"),
        case(Structure, "json", r#"{"model":"m","api_key":"§"}"#, "blue-whale-song"),
        case(
            Structure,
            "json",
            r#"{"model":"m","messages":[{"role":"user","content":"§"}]}"#,
            "a plan for spring",
        ),
        case(Structure, "text", r#"400 bad request: {"error":"no","prompt":"§"}"#, "a plan for spring"),
        case(
            Structure,
            "har",
            r#"{"log":{"entries":[{"headers":[{"name":"openai-project","value":"§"}]}]}}"#,
            "blue-whale-song",
        ),
        case(
            Structure,
            "multipart",
            "--bound1\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n§\r\n--bound1--\r\n",
            "a plan for spring",
        ),
        case(
            Structure,
            "sse",
            "data: {\"choices\":[{\"delta\":{\"content\":\"§\"}}]}\n\n",
            "a plan for spring",
        ),
        case(Known, "headers", "GET / HTTP/1.1\r\nx-note: §\r\n", held()),
        case(Known, "json", r#"{"note":"it said § today"}"#, held()),
        case(Known, "text", "401 wrong word § (request id: req_1)\n", hex(HELD)),
        case(Known, "url", "https://h.example/v1/§/x", held()),
        // A secret that the input itself showed.
        case(Known, "json", r#"{"authorization":"Bearer §","note":"the word § was used"}"#, "aB3dE5fG7hJ9"),
        case(Patterns, "headers", "GET / HTTP/1.1\r\nx-note: by §\r\n", "jane.doe@mail.example.com"),
        case(Patterns, "json", r#"{"note":"from § on"}"#, "8.8.4.4"),
        case(Patterns, "text", "403 for § in the bucket\n", key.clone()),
        case(Patterns, "url", "https://me:§@h.example/v1/x", "blue-whale-song"),
        case(Entropy, "headers", "GET / HTTP/1.1\r\nx-note: §\r\n", noise()),
        case(Entropy, "json", r#"{"note":"it said § today"}"#, noise()),
        case(Entropy, "text", "upstream rejected § for this channel\n", noise()),
        case(Entropy, "url", "https://h.example/v1/§/x", noise()),
    ];
    proves(&cases, &filtered);
}

fn settings() -> Settings {
    Settings { tool: "casefile test".to_owned(), os: "linux".to_owned(), seed: 1, ..Settings::default() }
}

fn output(paste: String, answer: String, notes: String) -> Output {
    output_by(None, paste, answer, notes)
}

/// A case as far as the note: the program holds [`HELD`].
fn output_by(template: Option<Template>, paste: String, answer: String, notes: String) -> Output {
    let now = chrono::DateTime::from_timestamp(1_795_237_300, 0).expect("a time");
    let format = if template.is_some() { Format::Markdown } else { Format::Yaml };
    let mut session = Session::new(Catalog::built_in(), Settings { format, ..settings() });
    session.use_template(template);
    for event in [
        Event::KeyGiven { origin: Origin::Given("a prompt"), value: HELD.to_owned().into() },
        Event::Pasted(paste),
        Event::ResponseGiven { text: answer.into_bytes(), status: None, at: None },
        Event::WordsSet(Words { notes, ..Words::default() }),
        Event::GoTo(Step::Note),
    ] {
        session.handle(event, now);
    }
    session.output().expect("a note").clone()
}

const PASTE: &str = r#"curl https://api.cometapi.com/v1/chat/completions -d '{"model":"m","messages":[{"role":"user","content":"Tell me of spring and its long rains"}]}'"#;
const ANSWER: &str = "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n\r\n{\"error\":{\"message\":\"No such model\"}}";

/// The note before the audit: it would refuse much of what a missing layer lets through.
fn noted(case: &Case) -> String {
    let text = case.filled();
    let request = |what: &str| format!("curl https://api.cometapi.com/v1/chat/completions {what}");
    let made = match case.kind {
        "header" if text.contains("HTTP/1.1") => output(PASTE.to_owned(), text, String::new()),
        "error text" => {
            let error = serde_json::json!({"error": {"message": text}}).to_string();
            output(PASTE.to_owned(), format!("HTTP/1.1 400 Bad Request\r\n\r\n{error}"), String::new())
        }
        "answer body" => {
            output(PASTE.to_owned(), format!("HTTP/1.1 400 Bad Request\r\n\r\n{text}"), String::new())
        }
        "header" => output(request(&format!("-H '{text}' -d '{{}}'")), ANSWER.to_owned(), String::new()),
        "body" => output(request(&format!("-d '{text}'")), ANSWER.to_owned(), String::new()),
        "url" => output(format!("curl '{text}' -d '{{}}'"), ANSWER.to_owned(), String::new()),
        "words" => output(PASTE.to_owned(), ANSWER.to_owned(), text),
        other => panic!("no kind {other}"),
    };
    made.note.value().to_string()
}

#[test]
fn a_note_needs_each_layer() {
    use Layer::{Entropy, Known, Patterns, Structure};
    let prompt = "Tell me of spring and its long rains";
    let cases = [
        case(Structure, "header", "x-thing: §", "some plain words"),
        case(Structure, "header", "HTTP/1.1 400 Bad Request\r\nx-thing: §\r\n\r\n{}", "some plain words"),
        case(
            Structure,
            "body",
            r#"{"model":"m","messages":[{"role":"user","content":"§"}]}"#,
            "some plain words",
        ),
        case(Structure, "answer body", r#"{"error":{"message":"no"},"remark":"§"}"#, "some plain words"),
        case(Structure, "url", "https://api.cometapi.com/v1/chat/completions?topic=§", "plain-words"),
        case(Known, "header", "HTTP/1.1 400 Bad Request\r\nserver: §\r\n\r\n{}", held()),
        case(Known, "error text", "The word § is not valid", held()),
        case(Known, "error text", "The word § is not valid", hex(HELD)),
        case(Known, "error text", "I cannot do this: §", prompt),
        case(Known, "url", "https://api.cometapi.com/v1/§/completions", held()),
        case(Known, "words", "I used § for it", held()),
        case(Patterns, "header", "HTTP/1.1 400 Bad Request\r\nvia: 1.1 §\r\n\r\n{}", "8.8.4.4"),
        case(Patterns, "error text", "Write to § for more", "jane.doe@mail.example.com"),
        case(Patterns, "error text", "No access for §", expand("AKIA{upper:16}")),
        case(Patterns, "url", "https://api.cometapi.com/v1/§/completions", "jane.doe@mail.example.com"),
        case(Patterns, "words", "Call § for it", "jane.doe@mail.example.com"),
        case(Entropy, "header", "HTTP/1.1 400 Bad Request\r\nserver: §\r\n\r\n{}", noise()),
        case(Entropy, "error text", "Upstream rejected § for this channel", noise()),
        case(Entropy, "url", "https://api.cometapi.com/v1/§/completions", noise()),
        case(Entropy, "words", "I used § for it", noise()),
    ];
    proves(&cases, &noted);
}

/// A way in which a note could take a secret out.
type Way<'w> = Box<dyn Fn() -> Option<String> + 'w>;

/// What only the last check sees: texts that were put together behind the other layers, by a template of the operator
/// and by what else is made of a case.
#[test]
fn what_leaves_needs_the_audit() {
    let made = output(PASTE.to_owned(), ANSWER.to_owned(), String::new());
    let by_template = |text: &str| {
        let template = Some(Template::new("own", text));
        let made = output_by(template, PASTE.to_owned(), ANSWER.to_owned(), String::new());
        assert_eq!(made.template_fault, None);
        made.rendered.map(|r| r.as_str().to_owned()).ok()
    };
    let by_text = |text: &str, format| made.pass(text.to_owned(), format).map(|r| r.as_str().to_owned()).ok();
    let prompt = "Tell me of spring and its long rains";
    let ways: Vec<(&str, Way<'_>)> = vec![
        ("a template with the key", Box::new(|| by_template(&format!("# Note\n\nkey: {HELD}\n")))),
        (
            "a template with the key in base64",
            Box::new(|| by_template(&format!("# Note\n\n{}\n", base64(HELD)))),
        ),
        (
            "a header in a script",
            Box::new(|| by_text(&format!("curl -H 'x-api-key: {HELD}'\n"), Format::Plain)),
        ),
        ("a body in JSON", Box::new(|| by_text(&format!("{{\"content\":\"{prompt}\"}}"), Format::Json))),
        (
            "a URL",
            Box::new(|| {
                by_text(&format!("https://h.example/?k={}", HELD.replace('-', "%2D")), Format::Plain)
            }),
        ),
    ];
    let mut faults = Vec::new();
    for (name, way) in ways {
        if let Some(passed) = way() {
            faults.push(format!("{name} passes the audit: {passed}"));
        }
        if Layer::Audit.without(&way).is_none() {
            faults.push(format!("{name} is refused by something else"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The layers are independent of the switch of another thread, and all on again behind it.
#[test]
fn the_switch_ends_with_its_run() {
    assert!(Layer::Known.is_on());
    Layer::Known.without(|| {
        assert!(!Layer::Known.is_on() && Layer::Patterns.is_on());
        std::thread::spawn(|| assert!(Layer::Known.is_on())).join().expect("ends");
    });
    assert!(Layer::Known.is_on());
}
