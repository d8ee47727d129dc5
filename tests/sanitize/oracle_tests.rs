//! Is the judge right? The untouched input leaks all, an empty output none, evidence alone none, and each view finds what
//! no other finds.

use crate::corpus::{cases, unseen};
use crate::encode::encode;
use crate::generate::{Random, prompt, secret};
use crate::oracle::{leaks, lost};
use crate::views::{ALL, View};

#[test]
fn untouched_input_leaks_every_secret_and_loses_nothing() {
    let mut wrong = Vec::new();
    for case in cases(1).into_iter().chain(unseen(1)) {
        let found = leaks(&case.text, &case.secrets, &case.constant, &ALL);
        for (index, secret) in case.secrets.iter().enumerate() {
            if !found.iter().any(|leak| leak.secret == index) {
                wrong.push(format!("{}: {} is not found", case.id, secret.kind));
            }
        }
        wrong.extend(
            lost(&case.text, &case.evidence).iter().map(|e| format!("{}: {e} is not found", case.id)),
        );
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn nothing_and_evidence_alone_leak_nothing() {
    for case in cases(1) {
        assert_eq!(leaks("", &case.secrets, &case.constant, &ALL), [], "{}", case.id);
        // Without the help of the constant text: what the case says besides is not mistaken for a secret.
        assert_eq!(leaks(&case.evidence.join("\n"), &case.secrets, "", &ALL), [], "{}", case.id);
        assert_eq!(lost("", &case.evidence).len(), case.evidence.len(), "{}", case.id);
    }
}

#[test]
fn each_view_finds_what_no_other_finds() {
    let mut random = Random::new(7, "views");
    let key = secret(&mut random, "gateway");
    for (view, dress) in [
        (View::Unwrapped, "narrow"),
        (View::Percent, "percent"),
        (View::Json, "u"),
        (View::Entities, "entities"),
        (View::Escapes, "x"),
        (View::Normal, "wide"),
        (View::Invisible, "zero"),
        (View::Base64, "b64"),
        (View::Gzip, "gz"),
        (View::Hex, "hex"),
        (View::Reversed, "reverse"),
        (View::Concatenated, "list"),
        (View::Deltas, "sse"),
    ] {
        let text = match dress {
            "narrow" => {
                key.value.as_bytes().chunks(5).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n  ")
            }
            // Packed noise is stored as it is; among words it is not.
            "gz" => encode(dress, &format!("{}{}", "the key of the case is kept ".repeat(9), key.value)),
            dress => encode(dress, &key.value),
        };
        let others: Vec<View> = ALL.into_iter().filter(|v| *v != view).collect();
        let secrets = [key.clone()];
        assert_eq!(leaks(&text, &secrets, "", &ALL).len(), 1, "{view:?} is found: {text}");
        assert_eq!(leaks(&text, &secrets, "", &others), [], "only {view:?} finds {text}");
    }
}

#[test]
fn windows_and_edges_are_counted_as_published() {
    let mut random = Random::new(7, "edges");
    let key = secret(&mut random, "gateway");
    let body = key.value.strip_prefix("sk-").expect("its prefix");
    let (first, last) = (|n: usize| &body[..n], |n: usize| &body[body.len() - n..]);
    let secrets = [key.clone()];
    for (text, leaked) in [
        (format!("sk-{}***{}", first(4), last(4)), false),
        (format!("sk-{}***{}", first(5), last(4)), true),
        (format!("sk-{}***{}", first(4), last(5)), true),
        (format!("[key#1]{}", last(5)), true),
        (format!("it has {} inside", &body[20..27]), false),
        (format!("it has {} inside", &body[20..28]), true),
        ("[key#1]".to_owned(), false),
    ] {
        assert_eq!(!leaks(&text, &secrets, "", &ALL).is_empty(), leaked, "{text}");
    }
    let english = [prompt(&mut random, "en")];
    let chinese = [prompt(&mut random, "zh")];
    let part = |text: &str, n: usize| text.chars().skip(3).take(n).collect::<String>();
    for (secrets, count, leaked) in
        [(&english, 15, false), (&english, 20, true), (&chinese, 7, false), (&chinese, 8, true)]
    {
        let text = part(&secrets[0].value, count);
        assert_eq!(!leaks(&text, secrets, "", &ALL).is_empty(), leaked, "{text}");
    }
    let card = [secret(&mut random, "card")];
    let tight: String = card[0].value.chars().filter(|c| *c != ' ').collect();
    assert!(!leaks(&tight, &card, "", &ALL).is_empty());
    // A value that the program's own text holds is no find.
    assert!(leaks(&key.value, &secrets, &key.value, &ALL).is_empty());
}

#[test]
fn evidence_in_the_escapes_of_the_output_is_not_lost() {
    let evidence = ["a \"quoted\" word".to_owned(), "模型 无可用渠道".to_owned()];
    assert!(
        lost(r#"x: "a \"quoted\" word, \u6a21\u578b \u65e0\u53ef\u7528\u6e20\u9053""#, &evidence).is_empty()
    );
    assert_eq!(lost("a quoted word", &evidence).len(), 2);
}
