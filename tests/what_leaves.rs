//! The README's table of what leaves the machine is what the catalog says, and what the program does.
//! `UPDATE_GOLDEN=1` writes the table anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use casefile::case::catalog::Catalog;

const HEAD: &str = "| Place | Leaves with its value | All else there |\n|---|---|---|\n";

fn readme() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn names<'n>(names: impl IntoIterator<Item = &'n String>) -> String {
    let names: BTreeSet<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn table() -> String {
    let catalog = Catalog::built_in();
    let safe = &catalog.safe;
    let rows = [
        (
            "The request's line",
            "method, scheme, host and path as the catalog knows them, times, sizes".to_owned(),
            "a part of the path that is no route, model or id: its shape".to_owned(),
        ),
        (
            "Headers of the request",
            names(&safe.request_headers),
            format!(
                "the name alone; a placeholder (`[key#1]`) for {}",
                names(safe.credential_headers.keys())
            ),
        ),
        (
            "The query",
            names(&safe.query),
            format!(
                "the name and the value's shape (`[text: 10 chars]`); a placeholder for {}",
                names(&safe.credential_query)
            ),
        ),
        (
            "Fields of the request's body or form",
            format!("numbers, `true`, `false`, `null`; the texts of {}", names(&safe.request_fields)),
            format!(
                "the shape: `[text: 9 chars]`; files by type and size; `[prompt: 312 chars]` for prompts, which are {}",
                names(&safe.prompt_fields)
            ) + &format!(
                "; the length of every key in {} that the catalog does not know",
                names(&safe.free_maps)
            ),
        ),
        ("Headers of the answer", names(&safe.response_headers), "the name alone, or nothing".to_owned()),
        (
            "Fields of the answer",
            format!("numbers; request ids; the texts of {}", names(&safe.response_fields)),
            "the shape".to_owned(),
        ),
        (
            "`error.message`, `code`, `type`, `param`, a page's title, your own words",
            "the words".to_owned(),
            "secrets in any encoding: a placeholder; a prompt that is repeated there, and a sentence in the place of a code that is not made of the words of codes: its length".to_owned(),
        ),
    ];
    let row = |(place, leaves, else_): &(&str, String, String)| format!("| {place} | {leaves} | {else_} |\n");
    HEAD.to_owned() + &rows.iter().map(row).collect::<String>()
}

#[test]
fn the_readme_has_the_table() {
    let text = fs::read_to_string(readme()).expect("a README");
    let start = text.find(HEAD).expect("the table's head");
    let rest = text.get(start..).expect("there");
    let old = rest.split_once("\n\n").map_or(rest, |(table, _)| table).trim_end();
    let table = table();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(readme(), text.replacen(old, table.trim_end(), 1)).expect("writes");
        return;
    }
    assert!(old == table.trim_end(), "the table is old: run UPDATE_GOLDEN=1 cargo test --test what_leaves");
}

/// One name of each list with a value that is found again, and one name of none.
#[test]
fn the_program_does_what_the_table_says() {
    let home = tempfile::tempdir().expect("a folder");
    let key = format!("sk-{}", "Zq7Rk2mX9LpW".repeat(4));
    let command = format!(
        r#"curl "https://api.cometapi.com/v1/images/generations?page=7411&zz=inquery&key={key}" -H 'Accept-Language: en-GB' -H 'X-Zz: inheader' -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{{"model":"dall-e-3","prompt":"a red house on a hill","quality":"hdvalue","n":3177,"zz":"infield"}}'"#
    );
    let answer = "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nretry-after: 1733\r\nx-zz: inanswer\r\nset-cookie: sid=incookie\r\n\r\n\
         {\"error\":{\"message\":\"Bad size of the picture\",\"type\":\"invalid_request_error\"},\"zz\":\"inbody\",\"status\":\"failedstatus\"}";
    fs::write(home.path().join("failed.sh"), command).expect("writes");
    fs::write(home.path().join("answer.txt"), answer).expect("writes");
    let output = Command::new(env!("CARGO_BIN_EXE_casefile"))
        .args(["note", "--no-send", "--from", "failed.sh", "--response", "answer.txt"])
        .env_clear()
        .env("HOME", home.path())
        .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
        .env("CASEFILE_STATE_DIR", home.path().join("state"))
        .current_dir(home.path())
        .stdin(Stdio::null())
        .output()
        .expect("runs");
    let note = String::from_utf8(output.stdout).expect("text");
    for leaves in
        ["7411", "en-GB", "hdvalue", "3177", "dall-e-3", "1733", "Bad size of the picture", "failedstatus"]
    {
        assert!(note.contains(leaves), "{leaves} does not leave:\n{note}");
    }
    for stays in ["inquery", "inheader", "red house", "infield", "inanswer", "incookie", "inbody", "Zq7Rk2mX"]
    {
        assert!(!note.contains(stays), "{stays} leaves:\n{note}");
    }
    for shape in ["[text: 7 chars]", "[prompt: 21 chars]", "[key#1]"] {
        assert!(note.contains(shape), "no {shape}:\n{note}");
    }
}
