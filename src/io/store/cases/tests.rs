//! Keeping, finding, losing and mending.

use super::*;
use crate::case::catalog::Catalog;
use crate::case::kept::{About, Ticket, Twins, TwinsOf};
use crate::case::sanitize::{Format, Readmission};
use crate::session::case_id::case_id;

const NOTE: &str = include_str!("../../../../tests/golden/unknown-model/note.yaml");

fn day(day: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + day)
}

fn id(number: u64) -> String {
    case_id(day(0), number)
}

fn case_with(number: u64, text: &str) -> KeptCase {
    let created = day(i64::try_from(number).expect("small")).to_rfc3339();
    let note = NOTE
        .replace("CF-20261120-WHCK43EQ", &id(number))
        .replace("created_at: \"2026-11-20T10:15:00Z\"", &format!("created_at: \"{created}\""))
        .replace("title: \"", &format!("title: \"{text}"));
    let readmission = Readmission::new(&Catalog::built_in());
    let note = readmission.pass(&note, Format::Yaml).expect("passes");
    let about = About { gateway: Some("practice".into()), at: day(50), by: Some("stdout") };
    KeptCase::of(note, &about).expect("a note")
}

fn case(number: u64) -> KeptCase {
    case_with(number, "")
}

fn folders(home: &tempfile::TempDir) -> Folders {
    Folders { config: home.path().join("config"), state: home.path().join("state") }
}

fn store(home: &tempfile::TempDir) -> FolderStore {
    FolderStore::at(&folders(home), None)
}

fn ids(store: &FolderStore) -> Vec<String> {
    store.records().expect("reads").into_iter().map(|record| record.id).collect()
}

#[test]
fn a_case_is_kept_whole_and_private_and_found_newest_first() {
    let home = tempfile::tempdir().expect("a folder");
    let store = store(&home);
    assert_eq!(store.records().expect("reads"), [], "no store is no fault");
    assert!(!store.folder().exists(), "looking makes nothing");
    for number in [2, 1, 3] {
        store.keep(&case(number)).expect("kept");
    }
    assert_eq!(ids(&store), [id(3), id(2), id(1)]);
    assert_eq!(store.note(&id(2)).expect("reads"), case(2).note().as_str(), "byte for byte");
    let names = |path: &Path| {
        let mut names: Vec<_> =
            fs::read_dir(path).expect("lists").map(|e| e.expect("one").file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&store.folder().join(id(1))), ["case.yaml", "note.yaml"]);
    assert_eq!(names(store.folder()).len(), 3, "nothing but cases lies in the store");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: PathBuf| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
        let place = store.folder().join(id(1));
        assert_eq!(
            [mode(place.clone()), mode(place.join("note.yaml")), mode(place.join("case.yaml"))],
            [0o700, 0o600, 0o600]
        );
        assert_eq!(mode(home.path().join("state/cases.jsonl")), 0o600);
    }
}

#[test]
fn a_case_that_goes_out_again_keeps_what_was_known() {
    let home = tempfile::tempdir().expect("a folder");
    let store = store(&home);
    store.keep(&case(1)).expect("kept");
    let place = store.folder().join(id(1)).join("case.yaml");
    let ticket = Ticket { desk: "desk".into(), id: "7".into(), url: None };
    let mut record = store.records().expect("reads").remove(0);
    record.tickets.push(ticket.clone());
    fs::write(&place, super::super::yaml::write(&record).expect("writes")).expect("edits");
    assert_eq!(store.records().expect("reads")[0].tickets, std::slice::from_ref(&ticket), "an edit is seen");
    store.keep(&case_with(1, "second ")).expect("kept again");
    let again = store.records().expect("reads");
    assert_eq!(again.len(), 1);
    assert!(again[0].title.starts_with("second "), "{}", again[0].title);
    assert_eq!(again[0].tickets, [ticket]);
    assert_eq!(again[0].deliveries.len(), 1, "the same delivery is not told twice");
}

#[test]
fn a_lost_cut_or_wrong_index_is_made_anew() {
    let home = tempfile::tempdir().expect("a folder");
    let store = store(&home);
    for number in 0..5 {
        store.keep(&case(number)).expect("kept");
    }
    let all = ids(&store);
    let index = home.path().join("state/cases.jsonl");
    let whole = fs::read(&index).expect("an index");
    let foreign = String::from_utf8_lossy(&whole).replace(&id(4), &id(9));
    let many = whole.repeat(200);
    let damages: [(&str, &[u8]); 6] = [
        ("cut", whole.get(..whole.len() - 40).expect("long")),
        ("empty", b""),
        ("no JSON", b"\xff\xfe nonsense\n{}\n[]\n"),
        ("ids of others", foreign.as_bytes()),
        ("worn", &many),
        ("a line too many", b"\n\n\n"),
    ];
    for (what, bytes) in damages {
        fs::write(&index, bytes).expect("damaged");
        assert_eq!(ids(&store), all, "{what}");
        assert_eq!(fs::read(&index).expect("an index").len(), whole.len(), "{what}: mended");
    }
    fs::remove_file(&index).expect("lost");
    assert_eq!(ids(&store), all, "lost");
    assert_eq!(store.rebuild().expect("rebuilt"), Rebuilt { cases: 5, broken: Vec::new() });
}

#[test]
fn folders_that_come_go_or_break_are_seen() {
    let home = tempfile::tempdir().expect("a folder");
    let store = store(&home);
    for number in 0..4 {
        store.keep(&case(number)).expect("kept");
    }
    // Another machine synchronised one away and one in, and a hand broke two.
    fs::rename(store.folder().join(id(0)), home.path().join("elsewhere")).expect("gone");
    assert_eq!(ids(&store).len(), 3);
    fs::rename(home.path().join("elsewhere"), store.folder().join(id(0))).expect("back");
    assert_eq!(ids(&store).len(), 4);
    fs::write(store.folder().join(id(1)).join("case.yaml"), "schema: x\n").expect("broken");
    assert_eq!(ids(&store).len(), 4, "the note tells the record again");
    fs::remove_file(store.folder().join(id(2)).join("case.yaml")).expect("gone");
    fs::write(store.folder().join(id(2)).join("note.yaml"), "- x\n").expect("broken");
    assert_eq!(ids(&store).len(), 3);
    assert_eq!(store.rebuild().expect("rebuilt").broken, [id(2)]);
    store.keep(&case(2)).expect("a broken case is kept anew");
    assert_eq!(ids(&store).len(), 4);
    assert_eq!(store.remove(&[id(3), id(9)]).expect("removed"), 1);
    assert_eq!(ids(&store).len(), 3);
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let home = tempfile::tempdir().expect("a folder");
    let store = store(&home);
    store.keep(&case(1)).expect("kept");
    let secret = home.path().join("secret");
    fs::write(&secret, "a secret").expect("written");
    let note = store.folder().join(id(1)).join("note.yaml");
    fs::remove_file(&note).expect("gone");
    symlink(&secret, &note).expect("a link");
    assert!(store.note(&id(1)).expect_err("refused").to_string().contains("symbolic link"));
    symlink(home.path(), store.folder().join(id(2))).expect("a link");
    assert_eq!(ids(&store), [id(1)]);
    assert!(store.note(&id(2)).is_err() && store.keep(&case(2)).is_err());
    assert!(store.note("../../secret").is_err());
}

#[test]
fn a_store_elsewhere_holds_nothing_but_cases() {
    let home = tempfile::tempdir().expect("a folder");
    let shared = home.path().join("shared");
    let store = FolderStore::at(&folders(&home), Some(&shared));
    store.keep(&case(1)).expect("kept");
    assert_eq!(ids(&store), [id(1)]);
    let names: Vec<_> = fs::read_dir(&shared).expect("lists").map(|e| e.expect("one").file_name()).collect();
    assert_eq!(names, [id(1).as_str()], "no index, no lock, no secret");
    assert_eq!(ids(&self::store(&home)), [""; 0], "the other store is another");
}

#[test]
fn old_and_surplus_cases_go_when_asked() {
    let home = tempfile::tempdir().expect("a folder");
    let store = store(&home);
    for number in 0..6 {
        store.keep(&case(number)).expect("kept");
    }
    assert_eq!(store.retain(Retention::default(), day(9_000)).expect("kept"), 0, "all are kept by default");
    assert_eq!(store.retain(Retention { days: 0, most: 4 }, day(50)).expect("retained"), 2);
    assert_eq!(ids(&store), [id(5), id(4), id(3), id(2)]);
    assert_eq!(store.retain(Retention { days: 10, most: 0 }, day(60)).expect("retained"), 0);
    assert_eq!(store.retain(Retention { days: 10, most: 0 }, day(61)).expect("retained"), 4);
}

#[test]
fn what_was_abandoned_is_swept_and_what_is_being_made_is_not() {
    let home = tempfile::tempdir().expect("a folder");
    let store = store(&home);
    store.keep(&case(1)).expect("kept");
    for (name, hours) in [("old", 30), ("young", 1)] {
        let place = store.folder().join(format!(".casefile-new-{name}"));
        fs::create_dir(&place).expect("made");
        let at = std::time::SystemTime::now() - std::time::Duration::from_secs(hours * 3600);
        fs::File::open(&place).and_then(|f| f.set_modified(at)).expect("aged");
    }
    store.rebuild().expect("rebuilt");
    let left: Vec<bool> =
        ["old", "young"].iter().map(|n| store.folder().join(format!(".casefile-new-{n}")).exists()).collect();
    assert_eq!(left, [false, true]);
}

#[test]
fn twins_are_those_of_the_same_gateway_and_failure() {
    let home = tempfile::tempdir().expect("a folder");
    let store = store(&home);
    for number in 0..5 {
        store.keep(&case(number)).expect("kept");
    }
    let records = store.records().expect("reads");
    let fingerprint = records[0].fingerprint.clone().expect("one");
    let asked = TwinsOf { case_id: id(4), fingerprint, gateway: Some("practice".into()) };
    let readmission = || Readmission::new(&Catalog::built_in());
    let twins = Twins::among(&records, &asked, readmission).expect("some");
    assert_eq!((twins.count, twins.cases.clone()), (4, vec![id(3), id(2), id(1)]));
    let said = twins.said();
    assert!(
        said.starts_with(&format!("same failure: {} on {}, 4 times", id(3), day(3).date_naive())),
        "{said}"
    );
    assert!(said.contains("last request ids 202611201815000SF0qMS6A"), "{said}");
    let elsewhere = TwinsOf { gateway: Some("cometapi".into()), ..asked.clone() };
    assert_eq!(Twins::among(&records, &elsewhere, readmission), None);
    // A record that was edited by hand says nothing that could not leave.
    let mut edited = records.clone();
    edited[1].request_ids = vec![format!("sk-{}", "aB3kX9".repeat(8)), "\u{1b}[2Jx".into(), "fine".into()];
    edited[1].tickets = vec![Ticket { desk: "desk".into(), id: "\u{1b}]0;x".into(), url: None }];
    let twins = Twins::among(&edited, &asked, readmission).expect("some");
    assert_eq!(twins.request_ids, ["fine"]);
    assert_eq!(twins.tickets, []);
}
