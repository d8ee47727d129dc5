//! `casefile check` at real servers: the verdict of every check, compared with a golden table.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::leak::random;
use crate::place::Place;
use crate::run::{done, setting};

#[test]
#[ignore = "needs the servers of .ci/real"]
fn contract_of_litellm() {
    matrix("litellm", "litellm", "CASEFILE_REAL_GATEWAY", "up-ok", &format!("sk-{}Open", random(40)));
}

#[test]
#[ignore = "needs the servers of .ci/real"]
fn contract_of_aimock() {
    let key = setting("CASEFILE_REAL_UPSTREAM_KEY");
    matrix("aimock", "openai_compatible", "CASEFILE_REAL_UPSTREAM", "gpt-4o-mini", &key);
}

#[test]
#[ignore = "needs the servers of .ci/real"]
fn contract_of_llama_cpp() {
    let key = setting("CASEFILE_REAL_LLAMA_KEY");
    matrix("llama_cpp", "llama_cpp", "CASEFILE_REAL_LLAMA", "tiny-random", &key);
}

/// Prism validates each request against the contract that it was given; what it does not do stands in a user's profile.
#[test]
#[ignore = "needs the servers of .ci/real"]
fn contract_of_prism() {
    let key = format!("sk-{}", random(40));
    matrix("prism", "prism", "CASEFILE_REAL_PRISM", "gpt-4o-mini", &key);
}

/// Runs the matrix and compares it; `UPDATE_GOLDEN=1` writes the table anew.
fn matrix(name: &str, gateway: &str, server: &str, model: &str, key: &str) {
    let place = Place::new();
    place.profile("prism.yaml", include_str!("prism/profile.yaml"));
    let url = format!("http://{}", setting(server));
    let arguments =
        ["check", "--gateway", gateway, "--base-url", &url, "--model", model, "--key-env", "CHECK_KEY"];
    // Prism never answers what is no JSON.
    let more = ["--oversize", "200000", "--timeout", "10", "--output", "json", "--yes"];
    let arguments: Vec<String> = arguments.iter().chain(&more).map(|a| (*a).to_owned()).collect();
    let output = place.casefile(&arguments, &[("CHECK_KEY", key.into())]);
    for bytes in [&output.stdout, &output.stderr] {
        assert!(!String::from_utf8_lossy(bytes).contains(&key[3..]), "{name}: the key was told");
    }
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let mut table = String::new();
    for row in report["checks"].as_array().expect("checks") {
        let text = |field: &str| row[field].as_str().unwrap_or("-").to_owned();
        let status = row["http.response.status_code"].to_string().replace("null", "-");
        let _ = write!(table, "{:<9} {:<23} {status:>3} {}", text("verdict"), text("id"), text("error.type"));
        for difference in row["differences"].as_array().into_iter().flatten() {
            let part = |field: &str| difference[field].as_str().unwrap_or("-");
            let _ = write!(table, "; {}: {}, not {}", part("fact"), part("observed"), part("expected"));
        }
        table.push('\n');
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/real/contract/{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("creates");
        fs::write(&path, &table).expect("writes");
    }
    done(&format!("contract_of_{name}"));
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(golden, table, "{name}: the golden table is another; read the diff, then UPDATE_GOLDEN=1");
}
