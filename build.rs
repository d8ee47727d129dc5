//! Writes the files of `assets/catalog/` as JSON without comments, which the program reads some twenty times faster than YAML.
//! What a file means is decided where it is read (`src/case/catalog/read.rs`); a test there reads both forms and compares.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let from = Path::new("assets/catalog");
    let to = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?).join("catalog");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", from.display());
    folder(from, &to)
}

/// Every YAML file of `from`, and of its folders, as a JSON file of the same name in `to`.
fn folder(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().ok_or("a path without a name")?;
        if path.is_dir() {
            folder(&path, &to.join(name))?;
        } else if path.extension().is_some_and(|end| end == "yaml") {
            let text = fs::read_to_string(&path)?;
            let options = serde_yaml::options! { strict_booleans: true, with_snippet: false };
            let value: serde_json::Value = serde_yaml::from_str_with_options(&text, options)
                .map_err(|e| format!("{}: {e}", path.display()))?;
            fs::write(to.join(name).with_extension("json"), serde_json::to_string(&value)?)?;
        }
    }
    Ok(())
}
