//! The list of keys by cases, as the store keeps it.

use super::*;

use secrecy::SecretString;

fn folders(folder: &tempfile::TempDir) -> Folders {
    Folders { config: folder.path().join("config"), state: folder.path().join("state") }
}

fn key(letter: char) -> String {
    format!("sk-{}", format!("{letter}B3x9").repeat(10))
}

fn of_case(id: &str, host: &str, values: &[&str]) -> CaseKeys {
    let keys = values.iter().enumerate().map(|(index, value)| CaseKey {
        placeholder: format!("[key#{}]", index + 1),
        kind: "key".into(),
        value: SecretString::from((*value).to_owned()),
    });
    CaseKeys { case_id: id.into(), host: host.into(), keys: keys.collect() }
}

fn at(day: u32) -> DateTime<Utc> {
    chrono::NaiveDate::from_ymd_opt(2026, 11, day)
        .and_then(|d| d.and_hms_opt(9, 0, 0))
        .expect("a time")
        .and_utc()
}

fn said(seen: &[KeySeen]) -> Vec<String> {
    seen.iter().map(KeySeen::said).collect()
}

#[test]
fn a_key_is_known_again_in_the_next_case() {
    let folder = tempfile::tempdir().expect("a folder");
    let folders = folders(&folder);
    let first = of_case("CF-1", "a.example", &[&key('p'), "short"]);
    let seen = recall_keys(&folders, &first).expect("nothing yet");
    assert_eq!(said(&seen), ["[key#1] not seen before", "[key#2] too short to be compared with other cases"]);
    assert!(!folders.state.exists(), "looking writes nothing");
    let seen = remember_keys(&folders, &first, at(20)).expect("kept");
    assert!(matches!(
        seen.first().map(|key| (&key.fingerprint, &key.acquaintance)),
        Some((Some(_), Acquaintance::New { other: None }))
    ));
    // The same note twice is one case.
    remember_keys(&folders, &first, at(20)).expect("kept");
    let second = of_case("CF-2", "a.example", &[&format!("Bearer {}", key('p')), &key('q')]);
    assert_eq!(
        said(&recall_keys(&folders, &second).expect("reads")),
        [
            "[key#1] the same key as in case CF-1 of 2026-11-20 (1 case)",
            "[key#2] not seen before; another key than in case CF-1 of 2026-11-20"
        ]
    );
    remember_keys(&folders, &second, at(21)).expect("kept");
    let third = of_case("CF-3", "b.example", &[&key('p'), &key('r')]);
    assert_eq!(
        said(&recall_keys(&folders, &third).expect("reads")),
        ["[key#1] the same key as in case CF-2 of 2026-11-21 (2 cases)", "[key#2] not seen before"]
    );
    let known = known_keys(&folders).expect("reads");
    let cases: Vec<Vec<&str>> =
        known.iter().map(|known| known.cases.iter().map(|c| c.case.as_str()).collect()).collect();
    assert_eq!(cases, [vec!["CF-2", "CF-1"], vec!["CF-2"]]);
    assert_eq!(which_key(&folders, &key('q')).expect("reads").as_ref(), known.get(1));
    assert_eq!(which_key(&folders, &key('r')).expect("reads"), None);
}

#[test]
fn no_value_is_kept_and_the_file_is_private() {
    let folder = tempfile::tempdir().expect("a folder");
    let folders = folders(&folder);
    let secret = key('p');
    remember_keys(&folders, &of_case("CF-1", "a.example", &[&secret, "hunter2hunt"]), at(20)).expect("kept");
    for entry in fs::read_dir(&folders.state).expect("lists") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("reads");
        for piece in secret.as_bytes().windows(8).map(|w| std::str::from_utf8(w).expect("text")) {
            assert!(!text.contains(piece), "{piece} in {}", path.display());
        }
        assert!(!text.contains("hunter2"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        }
    }
    let made = format!("{:?}", of_case("CF-1", "a.example", &[&secret]));
    assert!(!made.contains("B3x9"), "{made}");
}

#[test]
fn short_keys_alone_write_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let folders = folders(&folder);
    remember_keys(&folders, &of_case("CF-1", "a.example", &["sk-1234"]), at(20)).expect("nothing to keep");
    assert!(!folders.state.exists());
}

#[test]
fn the_newest_cases_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let folders = folders(&folder);
    let many = (0..MOST_CASES + 3).map(|n| KeptCase {
        case: format!("CF-{n}"),
        at: at(1),
        host: String::new(),
        keys: Vec::new(),
    });
    write(&folders, &Kept { cases: many.collect() }).expect("writes");
    remember_keys(&folders, &of_case("CF-new", "", &[&key('p')]), at(20)).expect("kept");
    let kept = read(&folders).expect("reads");
    assert_eq!(kept.cases.len(), MOST_CASES);
    assert_eq!(kept.cases.last().map(|c| c.case.as_str()), Some("CF-new"));
    assert_eq!(kept.cases.first().map(|c| c.case.as_str()), Some("CF-4"));
}

#[test]
fn cases_are_forgotten_one_by_one_or_all_with_the_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let folders = folders(&folder);
    assert_eq!(forget_keys(&folders).expect("nothing there"), Forgotten { cases: 0 });
    for (id, day) in [("CF-1", 20), ("CF-2", 21)] {
        remember_keys(&folders, &of_case(id, "a.example", &[&key('p')]), at(day)).expect("kept");
    }
    assert_eq!(forget_case(&folders, "CF-9").expect("reads"), Forgotten { cases: 0 });
    assert_eq!(forget_case(&folders, "CF-1").expect("reads"), Forgotten { cases: 1 });
    let old = known_keys(&folders).expect("reads");
    assert_eq!(old.len(), 1);
    assert_eq!(forget_keys(&folders).expect("removes"), Forgotten { cases: 1 });
    assert_eq!(fs::read_dir(&folders.state).expect("lists").count(), 0);
    remember_keys(&folders, &of_case("CF-3", "a.example", &[&key('p')]), at(22)).expect("kept");
    let new = known_keys(&folders).expect("reads");
    assert_ne!(new.first().map(|k| &k.fingerprint), old.first().map(|k| &k.fingerprint), "a new secret");
}

#[test]
fn a_lost_secret_or_a_faulty_list_is_told_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let folders = folders(&folder);
    let case = of_case("CF-1", "a.example", &[&key('p')]);
    remember_keys(&folders, &case, at(20)).expect("kept");
    fs::remove_file(fingerprint::path(&folders)).expect("lost");
    let list = fs::read_to_string(path(&folders)).expect("reads");
    for error in [
        recall_keys(&folders, &case).err(),
        remember_keys(&folders, &case, at(21)).err(),
        which_key(&folders, &key('p')).err(),
    ] {
        let said = error.expect("refused").to_string();
        assert!(said.contains("fingerprint.key is gone") && said.contains("--forget all"), "{said}");
    }
    assert_eq!(fs::read_to_string(path(&folders)).expect("reads"), list);
    assert!(!fingerprint::path(&folders).exists(), "no new secret beside fingerprints of another");
    fs::write(path(&folders), "cases: [{case: 1").expect("writes");
    let said = remember_keys(&folders, &case, at(21)).expect_err("faulty").to_string();
    assert!(said.contains("keys.yaml") && said.contains("mend the file or remove it"), "{said}");
    assert_eq!(fs::read_to_string(path(&folders)).expect("reads"), "cases: [{case: 1");
    forget_keys(&folders).expect("anew");
    remember_keys(&folders, &case, at(21)).expect("kept");
}

#[test]
fn runs_at_the_same_time_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let folders = folders(&folder);
    let runs: Vec<_> = (0..6)
        .map(|n| {
            let folders = folders.clone();
            std::thread::spawn(move || {
                remember_keys(&folders, &of_case(&format!("CF-{n}"), "", &[&key('p')]), at(20)).map(|_| ())
            })
        })
        .collect();
    for run in runs {
        run.join().expect("ends").expect("kept");
    }
    let known = known_keys(&folders).expect("reads");
    assert_eq!(known.iter().map(|k| k.cases.len()).collect::<Vec<_>>(), [6]);
}
