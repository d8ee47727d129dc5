//! What is found is compared with the `regex` crate, over all expressions of the readers and real pastes.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// All raw strings of the sources below `folder` that are expressions: what the readers know.
fn expressions(folder: &str) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder)]);
    let raw = regex::Regex::new(r##"(?s)\br(?:"([^"\n]{6,})"|#"([^\n]{6,}?)"#)"##).expect("an expression");
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(path).expect("a source");
                let strings = raw.captures_iter(&text).filter_map(|c| c.get(1).or(c.get(2)));
                found.extend(strings.map(|m| m.as_str().to_owned()));
            }
        }
    }
    found.retain(|text| text.contains(['[', '(', '\\']) && regex::Regex::new(text).is_ok());
    found.sort();
    found.dedup();
    found
}

/// What people pasted.
fn pasted() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/failures/unread.jsonl");
    let text = fs::read_to_string(file).expect("the file");
    let records = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let of = |record: serde_json::Value| record.pointer("/input/text")?.as_str().map(str::to_owned);
    records.filter_map(of).collect()
}

fn spans(found: &regex::Captures<'_>) -> Vec<Option<(usize, usize)>> {
    found.iter().map(|group| group.map(|m| (m.start(), m.end()))).collect()
}

#[test]
fn what_is_found_is_what_the_engine_finds() {
    let (all, texts) = (expressions("src/case/intake"), pasted());
    assert!(all.len() > 200 && texts.len() > 100, "{} {}", all.len(), texts.len());
    let mut matches = 0;
    for (number, expression) in all.iter().enumerate() {
        let known = regex::Regex::new(expression).expect("it is well formed");
        let ours = Regex::new(expression).expect("never fails");
        // Some by a few looks, some by many; beyond ASCII and not.
        for text in texts.iter().skip(number % 41).step_by(41) {
            let text: String = text.chars().take(1500).collect();
            let want: Vec<_> = known.captures_iter(&text).map(|c| spans(&c)).collect();
            let ours_now = Regex::new(expression).expect("never fails");
            for ours in [&ours, &ours_now] {
                let found = ours.captures_iter(&text);
                let found: Vec<Vec<_>> =
                    found.map(|c| c.iter().map(|g| g.map(|m| (m.start(), m.end()))).collect()).collect();
                assert_eq!(found, want, "{expression}\n{text}");
            }
            matches += want.len();
        }
    }
    assert!(matches > 200, "{matches}");
}

#[test]
fn every_expression_is_searched_without_tables_where_it_can_be() {
    let all = expressions("src/case/intake");
    let with_tables = all.iter().filter(|text| {
        let twin = twin::of(text);
        twin.is_none_or(|twin| compiled(&twin, false, true).is_none())
    });
    let with_tables: Vec<_> = with_tables.collect();
    assert!(with_tables.len() * 50 < all.len(), "{with_tables:#?}");
}

#[test]
fn places_groups_and_replacements() {
    let regex = Regex::new(r"(?P<key>\w+)=(\d+)(x)?").expect("never fails");
    let text = "é a=1, bc=22x";
    assert_eq!(regex.find(text).map(|m| m.range()), Some(3..6));
    assert_eq!(regex.find_at(text, 4).map(|m| m.as_str()), Some("bc=22x"));
    assert_eq!(regex.find_at(text, 1), None, "no character begins there");
    let caught = regex.captures(text).expect("it matches");
    assert_eq!((&caught["key".len() - 1], caught.name("key").map(|m| m.as_str())), ("1", Some("a")));
    assert_eq!((caught.get(3), &caught[3]), (None, ""));
    assert_eq!(regex.replace(text, "$2:$key"), "é 1:a, bc=22x");
    assert_eq!(regex.replace_all(text, "<$3>"), "é <>, <x>");
    assert!(matches!(regex.replace_all("nothing", "x"), Cow::Borrowed("nothing")));
    assert_eq!(Regex::new("^").expect("never fails").replace_all("a", "> "), "> a");
    assert_eq!(regex.find_iter(text).map(|m| m.len()).collect::<Vec<_>>(), [3, 6]);
}

#[test]
fn a_pattern_whose_words_are_missing_is_not_compiled() {
    let regex = Regex::new(r"(?i)\berror code:?\s*([1-5]\d\d)\b").expect("never fails");
    assert!((0..FEW).all(|_| !regex.is_match("there is no such thing")));
    assert!(regex.ascii.few.get().is_none() && regex.full.few.get().is_none());
    assert!(!regex.is_match("there is no such thing"));
    assert!(regex.ascii.many.get().is_some(), "from now on it pays");
}
