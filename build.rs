//! Writes the YAML files that the program brings as JSON without comments, which it reads some twenty times faster.
//! What a file means is decided where it is read (`src/case/catalog/read.rs` and others); tests there read both forms and
//! compare. And says how a release is linked (`build/link.rs`).

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[path = "build/link.rs"]
mod link;
#[path = "src/case/pattern/twin.rs"]
mod twin;
#[path = "src/case/pattern/words.rs"]
mod words;

/// Sources with many expressions.
const READERS: [&str; 3] = ["src/case/intake", "src/case/evidence", "src/case/destination"];

/// The rules, whose patterns are many.
const RULES: &str = "assets/catalog/rules";

/// Folders and files that are read at each start, or for each note. Each goes to its own place below `OUT_DIR`.
const READ: [&str; 6] = [
    "assets/catalog",
    "assets/practice",
    "assets/themes",
    "assets/keys.yaml",
    "src/case/sanitize/filter/echoes.yaml",
    "src/case/sanitize/filter/labels.yaml",
];

fn main() -> Result<(), Box<dyn Error>> {
    let to = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    for from in READERS.into_iter().chain(["src/case/pattern/twin.rs", "src/case/pattern/words.rs"]) {
        println!("cargo::rerun-if-changed={from}");
    }
    fs::write(to.join("expressions.txt"), words_of_expressions()?)?;
    for from in READ {
        println!("cargo::rerun-if-changed={from}");
        written(Path::new(from), &to.join(from))?;
    }
    fs::write(to.join("words.txt"), words_of_rules(&to.join(RULES))?)?;
    link::as_told(&to);
    Ok(())
}

/// What `src/case/catalog/needle/known.rs` reads: a line for each pattern of the rules, in their order. Behind the pattern and a
/// tab stands whether it runs over bytes (`b`), else `u`; then, each behind a tab, its branches: first and last byte, `a` where its
/// words are all that it needs one of, `u` where a character beyond ASCII does as well, `?` where nothing is known; and the words.
/// A zero stands between these.
fn words_of_rules(folder: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    // A rule without a pattern takes any text.
    let mut patterns = BTreeSet::from([".*".to_owned()]);
    for entry in fs::read_dir(folder)? {
        let rules: Value = serde_json::from_str(&fs::read_to_string(entry?.path())?)?;
        let mut texts = Vec::new();
        texts_of(&rules, &mut texts);
        patterns.extend(texts.into_iter().map(str::to_owned));
    }
    Ok(patterns.iter().filter_map(|pattern| line_of(pattern)).flatten().collect())
}

/// What `src/case/pattern/known.rs` reads: an entry for each raw string of the readers' sources that is an expression, in their order,
/// with `\x1e` behind it. Behind the expression stands `a` where every match holds one of its words, `u` where a character beyond
/// ASCII does as well, `?` where nothing is known; and the words. `\x1f` stands between these.
fn words_of_expressions() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut all = BTreeSet::new();
    for folder in READERS {
        raw_strings(Path::new(folder), &mut all)?;
    }
    let is_plain = |text: &[u8]| !text.iter().any(|byte| matches!(byte, b'\x1e' | b'\x1f'));
    let entry = |text: &String| {
        let needed = twin::of(text).and_then(|twin| words::in_every_match(&twin));
        let (words, beyond): (Vec<_>, Vec<_>) =
            needed.iter().flatten().partition(|word| !twin::is_foreign(word));
        let tag = if needed.is_none() {
            '?'
        } else if beyond.is_empty() {
            'a'
        } else {
            'u'
        };
        let mut entry = format!("{text}\x1f{tag}").into_bytes();
        for word in &words {
            entry.push(b'\x1f');
            entry.extend_from_slice(word);
        }
        entry.push(b'\x1e');
        (is_plain(text.as_bytes()) && words.iter().all(|word| is_plain(word))).then_some(entry)
    };
    Ok(all.iter().filter_map(entry).flatten().collect())
}

/// The raw strings of the sources below `folder` that could be expressions.
fn raw_strings(folder: &Path, out: &mut BTreeSet<String>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            raw_strings(&path, out)?;
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(path)?;
            for (open, close) in [("r\"", "\""), ("r#\"", "\"#")] {
                let strings = text.split(open).skip(1).filter_map(|behind| behind.split(close).next());
                let are = |text: &&str| text.contains(['\\', '[', '(']) && regex_syntax::parse(text).is_ok();
                out.extend(strings.filter(are).map(str::to_owned));
            }
        }
    }
    Ok(())
}

/// The line of a pattern; `None` where it is parsed when it is needed: it holds what stands between the parts of a line, or is no
/// pattern.
fn line_of(pattern: &str) -> Option<Vec<u8>> {
    let is_plain = |text: &[u8]| !text.iter().any(|byte| matches!(byte, b'\t' | b'\n' | 0));
    let of_bytes = words::is_of_bytes(pattern);
    if !is_plain(pattern.as_bytes()) || !of_bytes && regex_syntax::parse(pattern).is_err() {
        return None;
    }
    let mut line = format!("{pattern}\t{}", if of_bytes { 'b' } else { 'u' }).into_bytes();
    for place in words::branches(pattern) {
        let needed = pattern.get(place.clone()).and_then(words::needed_by);
        let tag = needed.as_ref().map_or('?', |needed| if needed.beyond_ascii { 'u' } else { 'a' });
        line.extend(format!("\t{}\0{}\0{tag}", place.start, place.end).into_bytes());
        for word in needed.into_iter().flat_map(|needed| needed.words) {
            if !is_plain(&word) {
                return None;
            }
            line.push(0);
            line.extend_from_slice(&word);
        }
    }
    line.push(b'\n');
    Some(line)
}

/// The texts under `when` of every rule: patterns, and names, which do no harm in the table.
fn texts_of<'v>(value: &'v Value, out: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => out.push(text),
        Value::Array(items) => {
            for item in items {
                texts_of(item, out);
            }
        }
        Value::Object(members) => {
            if let Some(when) = members.get("when") {
                return texts_of(when, out);
            }
            for member in members.values() {
                texts_of(member, out);
            }
        }
        _ => {}
    }
}

/// The YAML file `from`, or every one of that folder and its folders, as a JSON file at `to`.
fn written(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    if from.is_dir() {
        for entry in fs::read_dir(from)? {
            let path = entry?.path();
            written(&path, &to.join(path.file_name().ok_or("a path without a name")?))?;
        }
    } else if from.extension().is_some_and(|end| end == "yaml") {
        let text = fs::read_to_string(from)?;
        let options = serde_yaml::options! { strict_booleans: true, with_snippet: false };
        let value: Value = serde_yaml::from_str_with_options(&text, options)
            .map_err(|e| format!("{}: {e}", from.display()))?;
        fs::create_dir_all(to.parent().ok_or("a path without a folder")?)?;
        fs::write(to.with_extension("json"), serde_json::to_string(&value)?)?;
    }
    Ok(())
}
