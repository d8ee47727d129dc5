//! Fingerprints of credentials, keyed with a secret of this machine. Whoever has a fingerprint alone learns nothing and
//! can try nothing; whoever has the secret as well can try guesses, so both stay here and short values get none.

use std::fs;
use std::path::{Path, PathBuf};

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretString};

use super::file::{private_folder, read_text, write_new};
use super::{Folders, StoreError};

/// Bytes of the secret.
const SECRET_BYTES: usize = 32;
/// Bytes of the HMAC that are shown: 80 bits, so that two of a million keys look alike once in a billion machines.
const SHOWN_BYTES: usize = 10;
/// More than this is no file of ours, bytes.
const LIMIT: u64 = 4 * 1024;

/// The secret file.
pub(super) fn path(folders: &Folders) -> PathBuf {
    folders.state.join("fingerprint.key")
}

/// Makes fingerprints.
pub(super) struct Fingerprints(hmac::Key);

impl Fingerprints {
    /// With the secret of this machine; `None` where there is none yet.
    ///
    /// # Errors
    /// Where the secret cannot be read, can be read by others, or is none.
    pub(super) fn read(folders: &Folders) -> Result<Option<Self>, StoreError> {
        let path = path(folders);
        let Some(text) = read_text(&path, LIMIT)?.map(SecretString::from) else { return Ok(None) };
        refuse_what_others_can_read(&path)?;
        let Some(secret) = from_hex(text.expose_secret().trim_end()) else {
            return Err(StoreError::Unusable {
                path,
                what: "is not the secret that casefile wrote".to_owned(),
                advice: format!("put the file back from a backup, or {BEGIN_ANEW}"),
            });
        };
        Ok(Some(Self(hmac::Key::new(hmac::HMAC_SHA256, &secret))))
    }

    /// With the secret of this machine, which is made where there is none yet.
    ///
    /// # Errors
    /// As [`Fingerprints::read`], and where it cannot be written.
    pub(super) fn read_or_make(folders: &Folders) -> Result<Self, StoreError> {
        if let Some(known) = Self::read(folders)? {
            return Ok(known);
        }
        let path = path(folders);
        let unusable = || StoreError::Unusable {
            path: path.clone(),
            what: "could not be made: the system gives no random bytes".to_owned(),
            advice: "set `remember_keys: false` in config.yaml".to_owned(),
        };
        let mut secret = [0; SECRET_BYTES];
        // The system's own: the library's generator takes a tenth of a second to begin.
        getrandom::fill(&mut secret).map_err(|_| unusable())?;
        private_folder(&folders.state)?;
        // Where another run was first, its secret is the one that holds.
        write_new(&path, format!("{}\n", to_hex(&secret)).as_bytes())?;
        Self::read(folders)?.ok_or_else(unusable)
    }

    /// The fingerprint of `value`, which is a `kind` (`key`, `password`, …): `7QK2-M9XA-0B3D-VWQ1`.
    pub(super) fn of(&self, kind: &str, value: &str) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        for part in ["casefile fingerprint 1", kind] {
            context.update(part.as_bytes());
            context.update(&[0]);
        }
        context.update(normal(value).as_bytes());
        in_groups(context.sign().as_ref())
    }
}

/// What to do where nothing else helps.
pub(super) const BEGIN_ANEW: &str = "begin anew with `casefile keys --forget all`";

/// The credential alone, without the word before it in a header.
pub(super) fn normal(value: &str) -> &str {
    let value = value.trim();
    match value.split_once(char::is_whitespace) {
        Some((scheme, rest)) if ["bearer", "token"].iter().any(|word| scheme.eq_ignore_ascii_case(word)) => {
            rest.trim_start()
        }
        _ => value,
    }
}

/// The first 80 bits in Crockford's base32, in groups of four.
fn in_groups(tag: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = tag.iter().take(SHOWN_BYTES).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    let count = SHOWN_BYTES * 8 / 5;
    let mut out = String::with_capacity(count + count / 4);
    for at in 0..count {
        if at > 0 && at % 4 == 0 {
            out.push('-');
        }
        let digit = usize::try_from((bits >> (5 * (count - 1 - at))) & 31).unwrap_or(0);
        out.push(DIGITS.get(digit).copied().map_or('0', char::from));
    }
    out
}

fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Option<[u8; SECRET_BYTES]> {
    if text.len() != 2 * SECRET_BYTES || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut secret = [0; SECRET_BYTES];
    for (index, byte) in secret.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(secret)
}

#[cfg(unix)]
fn refuse_what_others_can_read(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let about = fs::metadata(path).map_err(|cause| StoreError::Read { path: path.to_owned(), cause })?;
    let mode = about.permissions().mode() & 0o777;
    // The last six bits are those of the group and of all others.
    if mode.is_multiple_of(0o100) {
        return Ok(());
    }
    Err(StoreError::Unusable {
        path: path.to_owned(),
        what: format!("can be read by others (mode {mode:03o}), and fingerprints are worth no more than it"),
        advice: format!("chmod 600 it where nobody else uses this machine, else {BEGIN_ANEW}"),
    })
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same on every system")]
fn refuse_what_others_can_read(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(folder: &tempfile::TempDir) -> Folders {
        Folders { config: folder.path().join("config"), state: folder.path().join("state") }
    }

    #[test]
    fn a_fingerprint_is_a_keyed_hmac_of_kind_and_value() {
        // Vector made with Python 3: hmac.new(bytes(range(32)), b"casefile fingerprint 1\0key\0" + value, "sha256").
        let secret: Vec<u8> = (0..32).collect();
        let made = Fingerprints(hmac::Key::new(hmac::HMAC_SHA256, &secret));
        let value = format!("sk-{}", "aB3x".repeat(12));
        assert_eq!(made.of("key", &value), "QPE6-X6SQ-1NDG-HMSJ");
        assert_eq!(made.of("key", &format!(" Bearer  {value}\n")), made.of("key", &value));
        assert_ne!(made.of("password", &value), made.of("key", &value));
        assert_ne!(made.of("key", &value[1..]), made.of("key", &value));
    }

    #[test]
    fn the_secret_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = folders(&folder);
        assert!(Fingerprints::read(&folders).expect("none yet").is_none());
        assert!(!folders.state.exists(), "reading makes nothing");
        let first = Fingerprints::read_or_make(&folders).expect("made").of("key", "some value");
        let again = Fingerprints::read_or_make(&folders).expect("read").of("key", "some value");
        assert_eq!(first, again);
        assert!(!write_new(&path(&folders), b"x").expect("stays"), "a second run does not replace it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
            assert_eq!((mode(&path(&folders)), mode(&folders.state)), (0o600, 0o700));
        }
        let other = tempfile::tempdir().expect("a folder");
        let other = super::tests::folders(&other);
        assert_ne!(Fingerprints::read_or_make(&other).expect("made").of("key", "some value"), first);
    }

    #[test]
    fn a_secret_that_cannot_be_trusted_is_told_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = folders(&folder);
        Fingerprints::read_or_make(&folders).expect("made");
        let said = || Fingerprints::read(&folders).map(|_| ()).expect_err("refused").to_string();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path(&folders), fs::Permissions::from_mode(0o644)).expect("set");
            assert!(said().contains("mode 644") && said().contains("chmod 600"), "{}", said());
            fs::set_permissions(path(&folders), fs::Permissions::from_mode(0o600)).expect("set");
        }
        for text in ["", "abc", &"zz".repeat(32), &"é".repeat(32)] {
            fs::write(path(&folders), text).expect("writes");
            assert!(said().contains("is not the secret") && said().contains("--forget all"), "{}", said());
        }
    }
}
