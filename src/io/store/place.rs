//! Where the cases are kept, as the operator says it: a folder, or the address of a team's PostgreSQL.
//!
//! An address may hold a password, so it comes from `CASEFILE_STORE` or `config.yaml` and never from the command line, and
//! neither its `Debug` nor its display nor an error of its reading has anything of it but host, port, user and database.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::io::terminal::plain;

/// The variable that names the place.
pub const STORE_VARIABLE: &str = "CASEFILE_STORE";

/// PostgreSQL's port.
const PORT: u16 = 5432;

/// Where the cases are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorePlace {
    /// A folder of files.
    Folder(PathBuf),
    /// A team's PostgreSQL.
    Team(Box<TeamAddress>),
}

/// The address of a team's PostgreSQL.
#[derive(Clone)]
pub struct TeamAddress {
    /// Where the server listens.
    pub host: Host,
    /// Its port.
    pub port: u16,
    /// Role; `None`: `PGUSER`, else the name of who runs the program.
    pub user: Option<String>,
    /// Password; `None`: `PGPASSWORD`, else none.
    pub password: Option<SecretString>,
    /// Database; `None`: the role's name.
    pub database: Option<String>,
    /// The connection is encrypted, and the server's certificate is checked with its name.
    pub tls: bool,
    /// The certificates that are trusted, PEM; `None`: those of the system.
    pub root: Option<PathBuf>,
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name or an IP address.
    Network(String),
    /// The folder of a Unix socket.
    Socket(PathBuf),
}

impl Host {
    /// Nothing between here and the server can be listened to.
    fn is_local(&self) -> bool {
        match self {
            Self::Socket(_) => true,
            Self::Network(name) => {
                let address = name.trim_start_matches('[').trim_end_matches(']');
                name == "localhost"
                    || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
            }
        }
    }
}

impl StorePlace {
    /// Reads a folder's path or an address.
    ///
    /// # Errors
    /// What is wrong with it, without quoting it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if is_address(text) {
            return TeamAddress::parse(text).map(|address| Self::Team(Box::new(address)));
        }
        if text.trim().is_empty() || is_address_of_another_kind(text) {
            return Err(NO_PLACE.to_owned());
        }
        Ok(Self::Folder(PathBuf::from(text)))
    }

    /// What `CASEFILE_STORE` says; `None` where it is not set, or empty.
    ///
    /// # Errors
    /// What is wrong with it, without quoting it.
    pub fn from_lookup(variable: impl FnOnce(&str) -> Option<OsString>) -> Result<Option<Self>, String> {
        let Some(said) = variable(STORE_VARIABLE).filter(|said| !said.is_empty()) else {
            return Ok(None);
        };
        match said.to_str() {
            Some(text) => Self::parse(text).map(Some).map_err(|what| format!("{STORE_VARIABLE}: {what}")),
            None => Ok(Some(Self::Folder(PathBuf::from(said)))),
        }
    }

    /// The folder that a command line names.
    ///
    /// # Errors
    /// It is an address: every process of the machine can read a command line.
    pub fn named(path: &Path) -> Result<Self, String> {
        if path.to_str().is_some_and(is_address) {
            return Err(format!(
                "an address of PostgreSQL is not taken from the command line, which others can read; set {STORE_VARIABLE}, or `store:` in config.yaml"
            ));
        }
        if path.to_str().is_some_and(is_address_of_another_kind) {
            return Err(NO_PLACE.to_owned());
        }
        Ok(Self::Folder(path.to_owned()))
    }
}

/// True for what is meant as an address, also where a person wrote it with capitals or a blank in front.
fn is_address(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    text.starts_with("postgres:") || text.starts_with("postgresql:")
}

const NO_PLACE: &str = "store must be the path of a folder, or postgres://USER@HOST/DATABASE";

/// True for an address or a list of settings of some database: it may hold a password, and no folder is called so.
fn is_address_of_another_kind(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    // One letter is a drive of Windows.
    let is_scheme =
        scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+.-_".contains(&b));
    let names = ["password=", "passwd=", "pwd="].iter().any(|name| text.contains(name));
    is_scheme || names
}

impl TeamAddress {
    fn parse(text: &str) -> Result<Self, String> {
        const FORM: &str = "the address of the store cannot be read; write it like postgres://USER:PASSWORD@HOST:5432/DATABASE, \
             with %40 for an @ in a name or password";
        // With one slash the name and password would be taken for the database's name, and shown.
        let rest = text.trim().split_once(':').map_or("", |(_, rest)| rest);
        if !rest.starts_with("//") {
            return Err(FORM.to_owned());
        }
        let url = Url::parse(text.trim()).map_err(|_| FORM.to_owned())?;
        let decoded = |part: &str| {
            percent_decoded(part).filter(|text| !text.contains('\0')).ok_or_else(|| FORM.to_owned())
        };
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        if url.fragment().is_some() {
            return Err(FORM.to_owned());
        }
        let mut host = decoded(url.host_str().unwrap_or_default())?;
        let (mut mode, mut root) = (None, None);
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "host" => host = value.into_owned(),
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => root = some(value.into_owned()).map(PathBuf::from),
                "application_name" => {}
                _ => {
                    return Err(
                        "the address of the store has a setting that is not known; known are host, sslmode, sslrootcert"
                            .to_owned(),
                    );
                }
            }
        }
        let host = match host {
            path if path.starts_with('/') => Host::Socket(PathBuf::from(path)),
            name if name.is_empty() => Host::Network("localhost".to_owned()),
            name => Host::Network(name),
        };
        let tls = encrypted(mode.as_deref(), &host, root.is_some())?;
        Ok(Self {
            tls,
            host,
            port: url.port().unwrap_or(PORT),
            user: some(decoded(url.username())?),
            password: match url.password() {
                Some(password) => some(decoded(password)?).map(SecretString::from),
                None => None,
            },
            database: some(decoded(url.path().trim_start_matches('/'))?)
                .map(|name| if name.contains(['@', ':', '/']) { Err(FORM.to_owned()) } else { Ok(name) })
                .transpose()?,
            root,
        })
    }
}

/// Whether the connection is encrypted. There is no halfway: encryption without a look at the certificate tells nobody who
/// is at the other end, so `require` and `verify-ca` mean `verify-full` here, and `allow` and `prefer` are refused.
fn encrypted(mode: Option<&str>, host: &Host, has_root: bool) -> Result<bool, String> {
    match mode {
        None => Ok(has_root || !host.is_local()),
        Some("require" | "verify-ca" | "verify-full") if matches!(host, Host::Socket(_)) => {
            Err("a Unix socket has no TLS; leave sslmode out of the store's address".to_owned())
        }
        Some("require" | "verify-ca" | "verify-full") => Ok(true),
        Some("disable") if host.is_local() => Ok(false),
        Some("disable") => {
            Err("sslmode=disable is taken for this machine only (Unix socket, loopback): elsewhere \
                                password and cases would go in the open; use verify-full, or a tunnel"
                .to_owned())
        }
        Some(_) => {
            Err("sslmode of the store's address must be verify-full or disable: allow and prefer would let \
                        anybody in between switch the encryption off"
                .to_owned())
        }
    }
}

/// `%40` as `@`; `None` where that gives no text, or a `%` has no two digits.
fn percent_decoded(text: &str) -> Option<String> {
    let mut ends = text.split('%').skip(1);
    let whole =
        ends.all(|end| end.as_bytes().get(..2).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)));
    whole.then(|| percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned))?
}

impl fmt::Display for TeamAddress {
    /// For people: `postgres://db.example:5432/support as ana`, never a password, never what steers a terminal. What stands
    /// before an `@` is taken for a secret wherever it is printed, so the role stands behind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user.as_ref().map_or_else(String::new, |user| format!(" as {user}"));
        let database = self.database.as_deref().unwrap_or_default();
        let whole = match &self.host {
            Host::Network(name) => format!("postgres://{name}:{}/{database}{user}", self.port),
            Host::Socket(folder) => {
                format!("postgres:///{database}?host={}{user}", folder.display())
            }
        };
        f.write_str(&plain(&whole))
    }
}

impl fmt::Debug for TeamAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TeamAddress({self})")
    }
}

impl PartialEq for TeamAddress {
    fn eq(&self, other: &Self) -> bool {
        let secret = |address: &Self| address.password.as_ref().map(|p| p.expose_secret().to_owned());
        (&self.host, self.port, &self.user, &self.database, self.tls, &self.root, secret(self))
            == (&other.host, other.port, &other.user, &other.database, other.tls, &other.root, secret(other))
    }
}

impl Eq for TeamAddress {}

#[cfg(test)]
mod tests {
    use super::*;

    fn team(text: &str) -> TeamAddress {
        match StorePlace::parse(text) {
            Ok(StorePlace::Team(address)) => *address,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn addresses_are_read_and_shown_without_the_password() {
        let table = [
            ("postgres://ana:s%40crt@db.example/support", "postgres://db.example:5432/support as ana", true),
            (
                "postgresql://ana:s%40crt@10.0.0.1:99/x?sslmode=require",
                "postgres://10.0.0.1:99/x as ana",
                true,
            ),
            ("postgres://db.example/x?sslmode=verify-full", "postgres://db.example:5432/x", true),
            ("postgres://localhost/x", "postgres://localhost:5432/x", false),
            ("POSTGRES://ana:s%40crt@[::1]:1/x?sslmode=disable", "postgres://[::1]:1/x as ana", false),
            ("postgres://127.0.0.1/x?sslrootcert=/ca.pem", "postgres://127.0.0.1:5432/x", true),
            ("postgres:///x?host=/run/postgresql", "postgres:///x?host=/run/postgresql", false),
            ("postgres://%2Frun%2Fpg/x", "postgres:///x?host=/run/pg", false),
        ];
        for (text, shown, tls) in table {
            let address = team(text);
            assert_eq!((address.to_string().as_str(), address.tls), (shown, tls), "{text}");
            let said = format!("{address:?} {:?}", StorePlace::parse(text));
            assert!(!said.contains("crt") || text.contains("sslrootcert"), "{said}");
        }
        let with = team("postgres://ana:s%40crt@db.example/support");
        assert_eq!(with.password.as_ref().map(ExposeSecret::expose_secret), Some("s@crt"));
        assert_ne!(with, team("postgres://ana:other@db.example/support"));
        assert!(!team("postgres://a%1b]0;x@h/x").to_string().contains('\u{1b}'));
    }

    #[test]
    fn what_cannot_be_kept_safe_is_refused_without_a_word_of_it() {
        for text in [
            "postgres:/bob:s3crt@db.example",
            "postgres:bob:s3crt@db.example/x",
            "postgres://h/bob:s3crt@x",
            "mysql://bob:s3crt@db.example/x",
            "host=h user=bob password=s3crt",
        ] {
            let said = StorePlace::parse(text).expect_err(text);
            assert!(!said.contains("s3crt") && !said.contains("bob"), "{said}");
            let said = StorePlace::named(Path::new(text)).expect_err(text);
            assert!(!said.contains("s3crt") && !said.contains("bob"), "{said}");
        }
        let refused = [
            "postgres://ana:SECRET@db.example/x?sslmode=disable",
            "postgres://ana:SECRET@db.example/x?sslmode=prefer",
            "postgres://ana:SECRET@db.example/x?sslmode=allow",
            "postgres://ana@db.example/x?password=SECRET",
            "postgres://ana@db.example/x?SECRET=1",
            "postgres:///x?host=/run/pg&sslmode=require",
            "postgres://ana:SECRET@db.example:port/x",
            "postgres://ana:SECRET%zz@db.example/x",
            "postgres://ana:SECRET%ff@db.example/x",
            "postgres://ana:SECRET@db.example/x#y",
            "  ",
        ];
        for text in refused {
            let error = StorePlace::parse(text).expect_err(text);
            assert!(!error.contains("SECRET"), "{error}");
        }
        assert!(matches!(StorePlace::parse("./postgres"), Ok(StorePlace::Folder(_))));
        for text in ["postgres://u:SECRET@h/x", " PostgreSQL://h/x"] {
            let error = StorePlace::named(Path::new(text)).expect_err(text);
            assert!(error.contains(STORE_VARIABLE) && !error.contains("SECRET"), "{error}");
        }
        assert_eq!(StorePlace::named(Path::new("a/b")), Ok(StorePlace::Folder("a/b".into())));
    }
}
