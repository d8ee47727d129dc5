//! The metamorphic property: over fixed evidence, a secret or a prompt that is replaced by another of the same shape
//! (roles, parts, characters, encoded bytes, script, media, which values are equal) changes no byte of the note.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test: what cannot be fails it")]

use casefile::case::catalog::Catalog;
use casefile::case::sanitize::{Format, Words};
use casefile::session::{Event, Session, Settings, Step};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError};

/// Method and path, further headers, and the body of a request of each family. `P` to `S` are prompts, `K` is a key, `J`
/// another one, `B` is the base64 text of a picture, `U` a user's id.
const FAMILIES: [(&str, &str); 15] = [
    (
        "/v1/chat/completions",
        r#"{"model":"gpt-4o","stream":false,"user":"«U»","messages":[{"role":"system","content":"«P»"},{"role":"user","content":"«Q»"},{"role":"user","content":"«P»"}]}"#,
    ),
    (
        "/v1/chat/completions",
        r#"{"model":"gpt-4o","metadata":{"note":"«R»"},"messages":[{"role":"user","content":[{"type":"text","text":"«P»"},{"type":"image_url","image_url":{"url":"data:image/png;base64,«B»"}}]},{"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look_up","arguments":"{\"place\":\"«Q»\"}"}}]},{"role":"tool","tool_call_id":"call_1","content":"«R»"}],"tools":[{"type":"function","function":{"name":"look_up","description":"«S»","parameters":{"type":"object"}}}]}"#,
    ),
    (
        "/v1/responses",
        r#"{"model":"gpt-4o","instructions":"«P»","input":[{"role":"user","content":[{"type":"input_text","text":"«Q»"}]}]}"#,
    ),
    ("/v1/responses", r#"{"model":"gpt-4o","input":"«P»"}"#),
    (
        "/v1/messages",
        r#"{"model":"claude-sonnet-4","max_tokens":64,"system":"«P»","messages":[{"role":"user","content":[{"type":"text","text":"«Q»"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"«B»"}}]}]}"#,
    ),
    (
        "/v1beta/models/gemini-2.0-flash:generateContent",
        r#"{"systemInstruction":{"parts":[{"text":"«P»"}]},"contents":[{"role":"user","parts":[{"text":"«Q»"},{"inlineData":{"mimeType":"image/png","data":"«B»"}}]}]}"#,
    ),
    ("/v1/embeddings", r#"{"model":"text-embedding-3-small","input":["«P»","«Q»","«P»"]}"#),
    ("/v1/completions", r#"{"model":"gpt-3.5-turbo-instruct","prompt":"«P»","suffix":"«Q»"}"#),
    ("/v1/images/generations", r#"{"model":"gpt-image-1","prompt":"«P»","n":1,"size":"1024x1024"}"#),
    ("/v1/audio/speech", r#"{"model":"tts-1","input":"«P»","voice":"alloy","instructions":"«Q»"}"#),
    ("/v1/moderations", r#"{"model":"omni-moderation-latest","input":"«P»"}"#),
    ("/v1/rerank", r#"{"model":"rerank-english-v3.0","query":"«P»","documents":["«Q»","«R»"]}"#),
    ("/v1/videos", r#"{"model":"sora-2","prompt":"«P»","seconds":"4"}"#),
    ("/suno/submit/music", r#"{"prompt":"«P»","title":"«Q»","tags":"«R»","mv":"chirp-v4"}"#),
    ("/some/unknown/path", r#"{"model":"x-1","api_key":"«J»","anything":{"deep":["«P»",{"more":"«Q»"}]}}"#),
];

/// Answers: silent on the request, an echo of the prompt, an echo of the key.
const ANSWERS: [&str; 4] = [
    r#"{"error":{"message":"No available channel for this model (request id: 202604051248045912188748268d9d6xiYbVTp0)","type":"new_api_error","param":null,"code":"model_not_found"}}"#,
    r#"{"error":{"message":"cannot process '«P»' now","type":"invalid_request_error","param":"input","code":"bad_input"}}"#,
    r#"{"error":{"message":"Incorrect API key provided: «K».","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
    r#"{"detail":[{"loc":["body","input"],"msg":"value is not valid","type":"value_error","input":"«Q»"}]}"#,
];

const SCRIPTS: [&str; 5] = [
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзиклмнопрстуфхцчшщэюя",
    "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往",
    "あいうえおかきくけこさしすせそ",
    "äöüéèêçñøåæ",
];

/// Texts of one shape: the same script, characters and places of the blanks.
#[derive(Debug, Clone)]
struct Shape {
    script: usize,
    length: usize,
    blank_each: usize,
}

/// Letters without a period: of a text that repeats itself, a word of the answer behind an echo may be the next letter of the
/// period, and is one echo more.
fn text(shape: &Shape, seed: &[u8]) -> String {
    let letters: Vec<char> = SCRIPTS[shape.script].chars().collect();
    let mut drawn = draws(seed, letters.len());
    (0..shape.length)
        .map(|at| {
            let letter = letters[drawn.next().expect("endless")];
            if at % shape.blank_each == shape.blank_each - 1 { ' ' } else { letter }
        })
        .collect()
}

fn token(length: usize, seed: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    draws(seed, ALPHABET.len()).take(length).map(|at| char::from(ALPHABET[at])).collect()
}

/// Numbers below `most`, as if drawn, the same for the same seed.
fn draws(seed: &[u8], most: usize) -> impl Iterator<Item = usize> {
    const FACTOR: u64 = 6_364_136_223_846_793_005;
    let start = seed.iter().fold(7_u64, |s, b| s.wrapping_mul(FACTOR).wrapping_add(u64::from(*b) + 1));
    let next = |state: &u64| Some(state.wrapping_mul(FACTOR).wrapping_add(1_442_695_040_888_963_407));
    std::iter::successors(next(&start), next)
        .map(move |state| usize::try_from(state >> 33).expect("fits") % most)
}

/// What is put in for the marks; the seeds differ between the two notes, the shapes do not.
fn fill(template: &str, shapes: &[Shape; 4], seed: &[u8]) -> String {
    let salted = |salt: u8| seed.iter().map(|b| b.wrapping_add(salt)).collect::<Vec<u8>>();
    let prompt = |index: usize| text(&shapes[index], &salted(u8::try_from(index * 17).expect("fits")));
    template
        .replace("«P»", &prompt(0))
        .replace("«Q»", &prompt(1))
        .replace("«R»", &prompt(2))
        .replace("«S»", &prompt(3))
        .replace("«U»", &format!("user-{}", token(12, &salted(3))))
        .replace("«B»", &token(160, &salted(5)))
        .replace("«K»", &format!("sk-{}", token(48, &salted(9))))
        .replace("«J»", &format!("sk-{}", token(32, &salted(11))))
}

fn notes(path: &str, body: &str, answer: &str, words: &str, shapes: &[Shape; 4], seed: &[u8]) -> Vec<String> {
    let now = chrono::DateTime::from_timestamp(1_795_237_300, 0).expect("a time");
    let settings =
        Settings { tool: "casefile test".into(), os: "linux".into(), seed: 1, ..Settings::default() };
    let filled = |template: &str| fill(template, shapes, seed);
    let mut session = Session::new(Catalog::built_in(), settings);
    let paste = format!(
        "curl 'https://api.cometapi.com{path}' -H 'Authorization: Bearer {}' -H 'Cookie: session={}' \
         -H 'Content-Type: application/json' -d '{}'",
        filled("«K»"),
        filled("«J»"),
        filled(body)
    );
    session.handle(Event::Pasted(paste), now);
    session
        .handle(Event::ResponseGiven { text: filled(answer).into_bytes(), status: Some(400), at: None }, now);
    session.handle(Event::WordsSet(Words { question: filled(words), ..Words::default() }), now);
    session.handle(Event::GoTo(Step::Note), now);
    let output = session.output().expect("a note");
    let format = [Format::Yaml, Format::Markdown, Format::Plain, Format::Json];
    let mut texts: Vec<String> = format
        .map(|f| output.render(f).map_or_else(|r| format!("refused: {r}"), |r| r.as_str().to_owned()))
        .into();
    texts.push(serde_json::to_string(&output.ledger).expect("serializes"));
    texts
}

fn shape() -> impl Strategy<Value = Shape> {
    (0..SCRIPTS.len(), 24_usize..120, 4_usize..9).prop_map(|(script, length, blank_each)| Shape {
        script,
        length,
        blank_each,
    })
}

fn check(
    family: usize,
    answer: usize,
    shapes: &[Shape; 4],
    seeds: (&[u8], &[u8]),
) -> Result<(), TestCaseError> {
    let (path, body) = FAMILIES[family];
    let words = ["Is the model served?", "It said «P», why?", "Is «K» the right key?"][answer % 3];
    let one = notes(path, body, ANSWERS[answer], words, shapes, seeds.0);
    let other = notes(path, body, ANSWERS[answer], words, shapes, seeds.1);
    for (one, other) in one.iter().zip(&other) {
        prop_assert!(!one.starts_with("refused"), "{path}: {one}");
        prop_assert_eq!(one, other, "{}", path);
    }
    Ok(())
}

#[test]
fn every_family_has_the_property() {
    let shapes = [
        Shape { script: 0, length: 60, blank_each: 6 },
        Shape { script: 2, length: 30, blank_each: 8 },
        Shape { script: 1, length: 41, blank_each: 7 },
        Shape { script: 4, length: 33, blank_each: 5 },
    ];
    for family in 0..FAMILIES.len() {
        check(family, family % ANSWERS.len(), &shapes, (&[1, 2, 3, 50, 90], &[201, 7, 33, 4]))
            .expect("the same note");
    }
}

/// The property does not hold for what is evidence: without this the tests above could compare nothing.
#[test]
fn evidence_does_change_the_note() {
    let shapes = [const { Shape { script: 0, length: 30, blank_each: 6 } }; 4];
    let (path, body) = FAMILIES[0];
    let base = notes(path, body, ANSWERS[0], "", &shapes, &[1, 2]);
    for (name, body, answer) in [
        ("model", body.replace("gpt-4o", "gpt-4p"), ANSWERS[0].to_owned()),
        ("length", body.replace("«Q»", "«Q»x"), ANSWERS[0].to_owned()),
        ("equal values", body.to_owned(), ANSWERS[0].replace("channel", "tunnel")),
    ] {
        let other = notes(path, &body, &answer, "", &shapes, &[1, 2]);
        assert!(base.iter().zip(&other).take(4).all(|(a, b)| a != b), "{name}");
    }
}

proptest! {
    #![proptest_config(Config { cases: if cfg!(debug_assertions) { 12 } else { 200 }, failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_secret_or_prompt_of_the_same_shape_changes_no_byte(
        family in 0..FAMILIES.len(),
        answer in 0..ANSWERS.len(),
        shapes in [shape(), shape(), shape(), shape()],
        one in prop::collection::vec(any::<u8>(), 3..20),
        other in prop::collection::vec(any::<u8>(), 3..20),
    ) {
        check(family, answer, &shapes, (&one, &other))?;
    }
}
