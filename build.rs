//! Writes the YAML files that the program brings as JSON without comments, which it reads some twenty times faster.
//! What a file means is decided where it is read (`src/case/catalog/read.rs` and others); tests there read both forms and
//! compare.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[path = "src/case/catalog/needle/words.rs"]
mod words;

/// The rules, whose patterns are many.
const RULES: &str = "assets/catalog/rules";

/// Folders and files that are read at each start, or for each note. Each goes to its own place below `OUT_DIR`.
const READ: [&str; 5] = [
    "assets/catalog",
    "assets/practice",
    "assets/themes",
    "assets/keys.yaml",
    "src/case/sanitize/filter/echoes.yaml",
];

fn main() -> Result<(), Box<dyn Error>> {
    let to = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/case/catalog/needle/words.rs");
    for from in READ {
        println!("cargo::rerun-if-changed={from}");
        written(Path::new(from), &to.join(from))?;
    }
    fs::write(to.join("words.json"), serde_json::to_string(&words_of_rules(&to.join(RULES))?)?)?;
    Ok(())
}

/// What `src/case/catalog/needle/known.rs` reads: each pattern of the rules, whether it runs over bytes, and its words.
fn words_of_rules(folder: &Path) -> Result<serde_json::Map<String, Value>, Box<dyn Error>> {
    let mut table = serde_json::Map::new();
    for entry in fs::read_dir(folder)? {
        let rules: Value = serde_json::from_str(&fs::read_to_string(entry?.path())?)?;
        let mut texts = Vec::new();
        texts_of(&rules, &mut texts);
        for text in texts {
            // A word that is cut inside a character is no text; its pattern is parsed when it is needed.
            let words: Option<Option<Vec<String>>> = words::words_of(text)
                .map(|all| all.into_iter().map(|word| String::from_utf8(word).ok()).collect())
                .map_or(Some(None), |all: Option<Vec<String>>| all.map(Some));
            if let Some(words) = words {
                table.insert(text.to_owned(), serde_json::json!([words::is_of_bytes(text), words]));
            }
        }
    }
    Ok(table)
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
