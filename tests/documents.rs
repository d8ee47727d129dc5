//! Documents match the code: man pages, the README's note and commands, the schema's id.
//! `UPDATE_GOLDEN=1` writes the man pages and the help anew.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test: what cannot be fails it")]

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use casefile::ui::cli::Arguments;
use clap::CommandFactory;

fn file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(file(path)).unwrap_or_default()
}

#[test]
fn man_pages_are_what_the_arguments_say() {
    let mut command = Arguments::command().version("").long_version(None::<&str>);
    command.build();
    let mut pages = vec![("casefile.1".to_owned(), command.clone())];
    for verb in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        pages.push((format!("casefile-{}.1", verb.get_name()), verb.clone()));
    }
    assert!(pages.len() >= 5, "a page for each verb");
    for (name, command) in pages {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).date("2026-11-21").render(&mut page).expect("renders");
        let page = String::from_utf8(page).expect("is text");
        let path = format!("assets/man/{name}");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::create_dir_all(file("assets/man")).expect("creates");
            fs::write(file(&path), &page).expect("writes");
        }
        assert_eq!(read(&path), page, "{path} is old: run UPDATE_GOLDEN=1 cargo test --test documents");
    }
}

/// What a package lays where shells look for completions.
#[test]
fn completions_are_what_the_program_prints() {
    let names = [
        ("bash", "casefile.bash"),
        ("zsh", "_casefile"),
        ("fish", "casefile.fish"),
        ("powershell", "_casefile.ps1"),
    ];
    for (shell, name) in names {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_casefile"))
            .args(["completions", shell])
            .output()
            .expect("runs");
        let script = String::from_utf8(output.stdout).expect("is text");
        assert!(output.status.success() && script.contains("CASEFILE_COMPLETE"), "{shell}: {script}");
        let path = format!("assets/completions/{name}");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::create_dir_all(file("assets/completions")).expect("creates");
            fs::write(file(&path), &script).expect("writes");
        }
        assert_eq!(read(&path), script, "{path} is old: run UPDATE_GOLDEN=1 cargo test --test documents");
    }
}

/// The text that a pipe gets for `--help` without the tree of arguments being built.
#[test]
fn the_help_at_hand_is_what_the_arguments_say() {
    let help = Arguments::command().term_width(100).render_long_help().to_string();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(file("assets/help.txt"), &help).expect("writes");
    }
    assert!(
        read("assets/help.txt") == help,
        "assets/help.txt is old: run UPDATE_GOLDEN=1 cargo test --test documents"
    );
}

/// The first fenced block of `language` in `text`.
fn block<'a>(text: &'a str, language: &str) -> &'a str {
    let start = format!("```{language}\n");
    text.split_once(&start).and_then(|(_, rest)| rest.split_once("\n```")).map_or("", |(block, _)| block)
}

#[test]
fn the_readme_opens_with_two_commands_a_picture_and_a_note() {
    let readme = read("README.md");
    let head: String = readme.lines().take(30).collect::<Vec<_>>().join("\n");
    for words in ["cargo run --release -- practice", "cargo test", "assets/screens/"] {
        assert!(head.contains(words), "the README does not open with {words}");
    }
    let picture = head.split("(assets/screens/").nth(1).and_then(|t| t.split(')').next()).unwrap_or_default();
    assert!(file("assets/screens").join(picture).is_file(), "the picture {picture} is not there");
    let golden = read("tests/golden/unknown-model/note.yaml");
    let note = block(&readme, "yaml");
    assert!(note.lines().count() > 20, "the README shows a note");
    for part in note.split("\n# …\n") {
        assert!(golden.contains(part.trim_matches('\n')), "not in the golden note:\n{part}");
    }
}

#[test]
fn every_verb_and_exit_code_stands_in_the_readme() {
    let readme = read("README.md");
    for verb in Arguments::command().get_subcommands().filter(|c| !c.is_hide_set()) {
        assert!(readme.contains(&format!("casefile {}", verb.get_name())), "{} is missing", verb.get_name());
    }
    for exit in ["0", "1", "2", "3", "4", "5", "6", "130"] {
        assert!(readme.contains(&format!("| {exit} |")), "exit code {exit} is missing");
    }
}

#[test]
fn relative_links_lead_somewhere() {
    let docs = fs::read_dir(file("docs")).expect("is there").flatten();
    let docs = docs.filter_map(|entry| entry.file_name().into_string().ok());
    let is_page = |name: &String| PathBuf::from(name).extension().is_some_and(|end| end == "md");
    let pages = docs.filter(is_page).map(|name| format!("docs/{name}"));
    let top = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
    for document in
        top.map(str::to_owned).into_iter().chain(pages).chain(["assets/catalog/README.md".to_owned()])
    {
        let folder = PathBuf::from(&document).parent().map(PathBuf::from).unwrap_or_default();
        for target in read(&document).split("](").skip(1).filter_map(|t| t.split(')').next()) {
            let local = !target.contains("://") && !target.starts_with('#') && !target.starts_with("mailto:");
            let path = folder.join(target.split('#').next().unwrap_or_default());
            assert!(!local || file(&path.to_string_lossy()).exists(), "{document} links to {target}");
        }
    }
}

#[test]
fn places_that_the_architecture_names_exist() {
    let text = read("ARCHITECTURE.md");
    let named: Vec<&str> = text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|w| ["src/", "assets/", "tests/", "templates/"].iter().any(|s| w.starts_with(s)))
        .collect();
    assert!(named.len() > 15);
    for path in named {
        let exists = file(path).exists() || file(&format!("{path}.rs")).exists();
        assert!(exists, "ARCHITECTURE.md names {path}");
    }
}

/// A schema's part with its reference followed; the description beside the reference wins.
fn resolved<'s>(schema: &'s serde_json::Value, part: &'s serde_json::Value) -> &'s serde_json::Value {
    let name = part["$ref"].as_str().and_then(|r| r.strip_prefix("#/$defs/"));
    name.map_or(part, |name| &schema["$defs"][name])
}

/// Rows of a table: every key of the note, its type, what it means.
fn rows(schema: &serde_json::Value, part: &serde_json::Value, path: &str, out: &mut String) {
    let target = resolved(schema, part);
    let Some(properties) = target["properties"].as_object() else { return };
    for (name, part) in properties {
        let target = resolved(schema, part);
        let path = format!("{path}.{name}");
        let means = part["description"].as_str().or(target["description"].as_str()).unwrap_or("");
        let values: Vec<String> = target["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|v| v.as_str())
            .map(|v| format!("`{v}`"))
            .collect();
        let kind = match &target["type"] {
            serde_json::Value::String(kind) if kind == "array" => {
                let item = resolved(schema, &target["items"]);
                format!("list of {}s", item["type"].as_str().unwrap_or("value"))
            }
            serde_json::Value::String(kind) if kind == "object" && target["properties"].is_null() => {
                "map".to_owned()
            }
            serde_json::Value::String(kind) => kind.clone(),
            serde_json::Value::Array(_) => "text (JSON, indented)".to_owned(),
            _ if target["const"].is_string() => "string".to_owned(),
            _ => "number or string".to_owned(),
        };
        let values =
            if values.is_empty() { String::new() } else { format!(" One of {}.", values.join(", ")) };
        writeln!(out, "| `{path}` | {kind} | {means}{values} |").expect("a text takes it");
        if target["type"] == "array" {
            rows(schema, &target["items"], &format!("{path}[]"), out);
        } else {
            rows(schema, target, &path, out);
        }
    }
}

#[test]
fn the_fields_of_a_template_are_those_of_the_schema() {
    const MARK: &str = "<!-- fields: UPDATE_GOLDEN=1 cargo test --test documents -->\n";
    let schema: serde_json::Value = serde_json::from_str(&read("assets/note.schema.json")).expect("JSON");
    let mut table = "| key | type | meaning |\n|---|---|---|\n".to_owned();
    rows(&schema, &schema, "note", &mut table);
    assert!(table.contains("| `note.response.request_ids[].id` | string |"), "{table}");
    let text = read("templates/README.md");
    let (head, fields) = text.split_once(MARK).expect("the mark is there");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(file("templates/README.md"), format!("{head}{MARK}{table}")).expect("writes");
    } else {
        assert_eq!(
            fields, table,
            "templates/README.md is old: run UPDATE_GOLDEN=1 cargo test --test documents"
        );
    }
    for filter in ["text", "code", "cell", "block", "link", "by_reason", "join"] {
        assert!(head.contains(&format!("`{filter}")) || head.contains(&format!("| {filter}")), "{filter}");
    }
}

/// The guide to the catalog names every key of a user's file, as the reader takes it.
#[test]
fn the_guide_to_the_catalog_names_every_key() {
    let guide = read("assets/catalog/README.md");
    let field = regex::Regex::new(r"(?s)(?:#\[serde\(([^\]]*)\)\]\s*)?pub (\w+):").expect("a pattern");
    let renamed = regex::Regex::new(r#"rename = "(\w+)""#).expect("a pattern");
    let mut keys = 0;
    for (file, types) in [
        ("src/case/catalog.rs", &["Profile", "ErrorFields", "BaseUrl", "Contact", "Topic"][..]),
        ("src/case/catalog/endpoint.rs", &["Endpoint"]),
        ("src/case/catalog/rule.rs", &["Rule", "When", "Then", "Also"]),
        ("src/case/catalog/detector.rs", &["Detector", "Words"]),
        ("src/case/catalog/claim.rs", &["Claims", "ClaimKind"]),
    ] {
        let source = read(file);
        for name in types {
            let (_, rest) = source.split_once(&format!("pub struct {name} {{")).expect(name);
            let (inside, _) = rest.split_once("\n}").expect(name);
            for found in field.captures_iter(inside) {
                let attribute = found.get(1).map_or("", |a| a.as_str());
                let key =
                    renamed.captures(attribute).map_or(&found[2], |r| r.get(1).map_or("", |m| m.as_str()));
                assert!(guide.contains(&format!("`{key}`")), "{name} has {key}, the guide has not");
                keys += 1;
            }
        }
    }
    for word in casefile::case::catalog::CHECKS.iter().chain(&["context"]) {
        assert!(guide.contains(&format!("`{word}`")), "a detector's {word} is not in the guide");
    }
    assert!(keys > 76, "only {keys} keys were found");
}
