//! The texts from which inputs are made: the sanitizer's corpus with its values filled in, practice answers, recorded
//! answers, notes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::corpus;

/// Values of the corpus: any draw will do.
const DRAW: u64 = 4;
/// Longer texts are cut: a short one is looked at more often.
const LONGEST: usize = 6_000;

/// All texts, in an order that does not change.
pub fn all() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
    texts.extend(
        corpus::cases(DRAW).into_iter().chain(corpus::unseen(DRAW)).map(|case| case.text.into_bytes()),
    );
    for file in ["assets/practice/scenarios.yaml", "tests/expectations/answers.yaml"] {
        let text = fs::read_to_string(root.join(file)).expect("reads");
        texts.extend(text.split("\n- name: ").map(answer));
    }
    let mut notes = Vec::new();
    files(&root.join("tests/golden"), &mut notes);
    notes.sort();
    texts.extend(notes.iter().map(|path| fs::read(path).expect("reads")));
    for text in &mut texts {
        text.truncate(LONGEST);
    }
    texts.extend(packed());
    assert!(texts.len() > 500, "{} texts", texts.len());
    texts
}

/// An entry of a list of answers without the indentation of the list.
fn answer(entry: &str) -> Vec<u8> {
    entry.lines().map(|line| line.trim_start_matches("    ")).collect::<Vec<_>>().join("\n").into_bytes()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let is_note = path.extension().is_some_and(|e| e == "yaml" || e == "md");
        if path.is_dir() {
            files(&path, found);
        } else if is_note {
            found.push(path);
        }
    }
}

/// Bodies as the wire carries them.
fn packed() -> Vec<Vec<u8>> {
    use std::io::Write as _;
    let body = b"{\"error\":{\"message\":\"Invalid token\",\"type\":\"new_api_error\"}} ".repeat(40);
    let level = flate2::Compression::default();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), level);
    gzip.write_all(&body).expect("packs");
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), level);
    zlib.write_all(&body).expect("packs");
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), level);
    deflate.write_all(&vec![0; 300_000]).expect("packs");
    let zstd =
        ruzstd::encoding::compress_to_vec(body.as_slice(), ruzstd::encoding::CompressionLevel::Fastest);
    let mut all = vec![
        gzip.finish().expect("packs"),
        zlib.finish().expect("packs"),
        deflate.finish().expect("packs"),
        zstd,
    ];
    // Several times: there are many texts of the other sort.
    all.extend(all.clone());
    all.extend(all.clone());
    all
}
