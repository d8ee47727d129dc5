//! `keys.yaml`: in which cases a credential was met, by its fingerprint. Written when a note is out, never before; no
//! value of a credential is in it, and nothing of it is ever in a note.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::file::{private_folder, read_text, write_atomic};
use super::fingerprint::{self, BEGIN_ANEW, Fingerprints, normal};
use super::{Folders, StoreError, yaml};
use crate::session::{Acquaintance, CaseKey, CaseKeys, KeySeen, SeenIn};

/// More than this is no file of ours, bytes.
const LIMIT: u64 = 4 * 1024 * 1024;
/// Cases that are kept; the oldest go first.
const MOST_CASES: usize = 1_000;
/// Credentials of one case that are kept.
const MOST_KEYS: usize = 20;
/// A shorter value gets no fingerprint, characters: who has this folder could guess it.
pub const SHORTEST_KEY: usize = 12;

/// The file's content; the newest case is the last.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    cases: Vec<KeptCase>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptCase {
    case: String,
    at: DateTime<Utc>,
    host: String,
    keys: Vec<KeptKey>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptKey {
    placeholder: String,
    kind: String,
    fingerprint: String,
}

/// A credential that was met in cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownKey {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Kind of credential.
    pub kind: String,
    /// The cases, the newest first.
    pub cases: Vec<Occurrence>,
}

/// A case in which a credential was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Occurrence {
    /// The case's id.
    pub case: String,
    /// When its note was finished, UTC.
    pub at: DateTime<Utc>,
    /// The credential's placeholder in its note.
    pub placeholder: String,
    /// Host (and port) of its request; empty where there was no request.
    pub host: String,
}

/// How much was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// Cases.
    pub cases: usize,
}

fn path(folders: &Folders) -> PathBuf {
    folders.state.join("keys.yaml")
}

fn read(folders: &Folders) -> Result<Kept, StoreError> {
    let path = path(folders);
    let Some(text) = read_text(&path, LIMIT)? else { return Ok(Kept::default()) };
    yaml::read(&text).map(Option::unwrap_or_default).map_err(|what| StoreError::Faulty { path, what })
}

fn write(folders: &Folders, kept: &Kept) -> Result<(), StoreError> {
    let path = path(folders);
    let text = yaml::write(kept).map_err(|what| StoreError::Faulty { path: path.clone(), what })?;
    let head = "# In which cases a key was met, by fingerprints that mean something on this machine only. For you alone.\n";
    private_folder(&folders.state)?;
    write_atomic(&path, format!("{head}{text}").as_bytes())
}

/// What is known of each credential of a case. Writes nothing.
///
/// # Errors
/// Where the list or the secret cannot be used; says what to do.
pub fn recall_keys(folders: &Folders, keys: &CaseKeys) -> Result<Vec<KeySeen>, StoreError> {
    let kept = read(folders)?;
    let fingerprints = secret_for(folders, &kept)?;
    Ok(seen(&kept, keys, fingerprints.as_ref()))
}

/// The secret, where there is one; it must be there where fingerprints are.
fn secret_for(folders: &Folders, kept: &Kept) -> Result<Option<Fingerprints>, StoreError> {
    let fingerprints = Fingerprints::read(folders)?;
    let count = kept.cases.iter().map(|case| case.keys.len()).sum::<usize>();
    if fingerprints.is_none() && count > 0 {
        return Err(StoreError::Unusable {
            path: fingerprint::path(folders),
            what: format!(
                "is gone, and without it the {count} fingerprints that were kept can be compared with nothing"
            ),
            advice: format!("put the file back from a backup, or {BEGIN_ANEW}"),
        });
    }
    Ok(fingerprints)
}

fn seen(kept: &Kept, keys: &CaseKeys, fingerprints: Option<&Fingerprints>) -> Vec<KeySeen> {
    keys.keys
        .iter()
        .map(|key| {
            let fingerprint = fingerprints.and_then(|made| fingerprint_of(made, key));
            let acquaintance = if is_short(key.value.expose_secret()) {
                Acquaintance::TooShort
            } else {
                acquaintance(kept, keys, key, fingerprint.as_deref())
            };
            KeySeen {
                placeholder: key.placeholder.clone(),
                kind: key.kind.clone(),
                fingerprint,
                acquaintance,
            }
        })
        .collect()
}

/// True where `value` is too short for a fingerprint.
pub fn is_short(value: &str) -> bool {
    normal(value).chars().count() < SHORTEST_KEY
}

fn fingerprint_of(made: &Fingerprints, key: &CaseKey) -> Option<String> {
    let value = key.value.expose_secret();
    (!is_short(value)).then(|| made.of(&key.kind, value))
}

fn acquaintance(kept: &Kept, keys: &CaseKeys, key: &CaseKey, fingerprint: Option<&str>) -> Acquaintance {
    let others = || kept.cases.iter().rev().filter(|case| case.case != keys.case_id);
    let is_same = |known: &KeptKey| Some(known.fingerprint.as_str()) == fingerprint;
    let same: Vec<&KeptCase> = others().filter(|case| case.keys.iter().any(is_same)).collect();
    let told = |case: &KeptCase| SeenIn { case_id: case.case.clone(), on: case.at.date_naive() };
    if let Some(last) = same.first() {
        return Acquaintance::Seen { last: told(last), cases: same.len() };
    }
    let mut at_host = others().filter(|case| !case.host.is_empty() && case.host == keys.host);
    let other = at_host.find(|case| case.keys.iter().any(|known| known.kind == key.kind));
    Acquaintance::New { other: other.map(told) }
}

/// Keeps the fingerprints of a case whose note is out; gives what is known of its credentials.
///
/// # Errors
/// Where the list or the secret cannot be used or written; says what to do. Nothing was changed then.
pub fn remember_keys(
    folders: &Folders,
    keys: &CaseKeys,
    now: DateTime<Utc>,
) -> Result<Vec<KeySeen>, StoreError> {
    if keys.keys.iter().all(|key| is_short(key.value.expose_secret())) {
        return recall_keys(folders, keys);
    }
    secret_for(folders, &read(folders)?)?;
    let made = Fingerprints::read_or_make(folders)?;
    // Two runs at once take their turns; where the disk knows no locks, the later one wins.
    let lock = fs::File::open(fingerprint::path(folders)).ok();
    let _ = lock.as_ref().map(fs::File::lock);
    let mut kept = read(folders)?;
    let known: Vec<KeptKey> = keys
        .keys
        .iter()
        .filter_map(|key| {
            Some(KeptKey {
                placeholder: key.placeholder.clone(),
                kind: key.kind.clone(),
                fingerprint: fingerprint_of(&made, key)?,
            })
        })
        .take(MOST_KEYS)
        .collect();
    kept.cases.retain(|case| case.case != keys.case_id);
    let (case, host) = (keys.case_id.clone(), keys.host.clone());
    kept.cases.push(KeptCase { case, at: now, host, keys: known });
    let surplus = kept.cases.len().saturating_sub(MOST_CASES);
    kept.cases.drain(..surplus);
    write(folders, &kept)?;
    Ok(seen(&kept, keys, Some(&made)))
}

/// Every credential that is kept, those of the newest cases first.
///
/// # Errors
/// Where the list cannot be used.
pub fn known_keys(folders: &Folders) -> Result<Vec<KnownKey>, StoreError> {
    let kept = read(folders)?;
    let mut order: Vec<KnownKey> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for case in kept.cases.iter().rev() {
        for key in &case.keys {
            let place = *places.entry(&key.fingerprint).or_insert(order.len());
            if place == order.len() {
                let (fingerprint, kind) = (key.fingerprint.clone(), key.kind.clone());
                order.push(KnownKey { fingerprint, kind, cases: Vec::new() });
            }
            if let Some(known) = order.get_mut(place) {
                known.cases.push(Occurrence {
                    case: case.case.clone(),
                    at: case.at,
                    placeholder: key.placeholder.clone(),
                    host: case.host.clone(),
                });
            }
        }
    }
    Ok(order)
}

/// The known credential that `value` is, whatever kind it was met as.
///
/// # Errors
/// Where the list or the secret cannot be used, or the value is too short to have been kept.
pub fn which_key(folders: &Folders, value: &str) -> Result<Option<KnownKey>, StoreError> {
    let Some(made) = secret_for(folders, &read(folders)?)? else { return Ok(None) };
    Ok(known_keys(folders)?
        .into_iter()
        .find(|known| !is_short(value) && made.of(&known.kind, value) == known.fingerprint))
}

/// Forgets one case.
///
/// # Errors
/// Where the list cannot be used or written.
pub fn forget_case(folders: &Folders, case: &str) -> Result<Forgotten, StoreError> {
    let mut kept = read(folders)?;
    let before = kept.cases.len();
    kept.cases.retain(|known| known.case != case);
    let cases = before - kept.cases.len();
    if cases > 0 {
        write(folders, &kept)?;
    }
    Ok(Forgotten { cases })
}

/// Forgets every case, and the secret with them: what is met from now on has fingerprints that say nothing of before.
/// Works on whatever is there; this is how one begins anew.
///
/// # Errors
/// Where a file cannot be removed.
pub fn forget_keys(folders: &Folders) -> Result<Forgotten, StoreError> {
    let cases = read(folders).map_or(0, |kept| kept.cases.len());
    for path in [path(folders), fingerprint::path(folders)] {
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::Write { path, cause, advice: "remove the file yourself" });
            }
            _ => {}
        }
    }
    Ok(Forgotten { cases })
}

#[cfg(test)]
mod tests;
