//! `config.yaml`: what the operator prefers. Everything in it is optional.

use serde::{Deserialize, Deserializer, de};

use super::file::read_text;
use super::look::is_theme_name;
use super::place::StorePlace;
use super::{Folders, Retention, StoreError, yaml};
use crate::case::note::Timeouts;
use crate::case::retry::Policy;
use crate::case::sanitize::Format;
use crate::io::secrets::is_variable_name;

/// The commented default file, for people to start from. Read as it stands it changes nothing.
pub const DEFAULT_CONFIG: &str = include_str!("../../../assets/config.yaml");

/// More than this is no file of ours, bytes.
const LIMIT: u64 = 256 * 1024;

/// The settings. Built with [`read_config`], which also checks them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who writes the notes.
    pub operator: Option<String>,
    /// Id of the gateway profile for requests that do not tell.
    pub gateway: Option<String>,
    /// Scheme and host for requests that name none; `http` or `https`, without user name, password or query.
    pub base_url: Option<String>,
    /// Name of the environment variable that holds the key.
    pub key_env: Option<String>,
    /// The note's format.
    #[serde(default, deserialize_with = "format")]
    pub format: Option<Format>,
    /// The note's template for Markdown: a file below the configuration folder, or `built-in`.
    pub template: Option<String>,
    /// Retries after the first attempt, 0 to [`Policy::MOST_RETRIES`].
    pub retries: Option<u32>,
    /// The waits before a retry.
    #[serde(default)]
    pub backoff: Backoff,
    /// The operator's service that sends such requests.
    pub service: Option<String>,
    /// Where that service runs.
    pub deployment: Option<String>,
    /// Name of the terminal program's theme; `None`: it follows the terminal.
    pub theme: Option<String>,
    /// The mouse works in the terminal program from its start; `None`: it does not.
    pub mouse: Option<bool>,
    /// Fingerprints of the keys of finished cases are kept on this machine; `None`: they are.
    pub remember_keys: Option<bool>,
    /// Cases whose note went out are kept on this machine; `None`: they are.
    pub keep_cases: Option<bool>,
    /// A case is saved while it is worked on, so that it survives the end of the program; `None`: it is.
    pub save: Option<bool>,
    /// The walk is told line by line, without a screen; `None`: where the terminal asks for it.
    pub plain: Option<bool>,
    /// Where they are kept; `None`: `cases` in the state folder.
    #[serde(default, deserialize_with = "place")]
    store: Option<Result<StorePlace, String>>,
    /// Days for which they are kept; `None` or 0: for ever.
    pub cases_days: Option<u32>,
    /// Cases that are kept, the newest; `None` or 0: all.
    pub cases_max: Option<usize>,
    /// Deadlines.
    #[serde(default)]
    pub timeouts: Seconds,
}

/// The waits before a retry; where one is missing, that of [`Policy::default`] holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backoff {
    /// First upper bound, whole seconds.
    pub base: Option<u32>,
    /// Longest wait, whole seconds.
    pub cap: Option<u32>,
    /// No attempt starts later than this after the first one, whole seconds.
    pub deadline: Option<u32>,
    /// Name of the policy, for the note.
    pub version: Option<String>,
}

impl Config {
    /// How long cases are kept.
    pub fn retention(&self) -> Retention {
        Retention { days: self.cases_days.unwrap_or(0), most: self.cases_max.unwrap_or(0) }
    }

    /// Where cases are kept; `None`: `cases` in the state folder.
    pub fn store(&self) -> Option<&StorePlace> {
        self.store.as_ref()?.as_ref().ok()
    }

    /// The retry policy with the defaults filled in.
    pub fn policy(&self) -> Policy {
        let usual = Policy::default();
        let ms = |seconds: Option<u32>, otherwise: u64| seconds.map_or(otherwise, |s| u64::from(s) * 1000);
        let policy = Policy {
            retries: self.retries.unwrap_or(usual.retries),
            base_ms: ms(self.backoff.base, usual.base_ms),
            cap_ms: ms(self.backoff.cap, usual.cap_ms),
            deadline_ms: ms(self.backoff.deadline, usual.deadline_ms),
            ..usual
        };
        let version = match &self.backoff.version {
            Some(name) => name.clone().into(),
            None if policy.is_changed() => format!("{}, changed", Policy::VERSION).into(),
            None => Policy::VERSION.into(),
        };
        Policy { version, ..policy }
    }
}

/// A name for a retry policy: it stands in the note.
///
/// # Errors
/// What a name may be made of.
pub fn policy_version(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    if (1..=40).contains(&text.len()) && text.chars().all(fits) {
        return Ok(text.to_owned());
    }
    Err("give 1 to 40 letters, digits, dots, dashes, slashes or underscores".to_owned())
}

/// Deadlines of one attempt in whole seconds, 1 to 3600; where one is missing, that of [`Timeouts::default`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seconds {
    /// Until connected.
    pub connect: Option<u32>,
    /// Until the response head.
    pub first_byte: Option<u32>,
    /// Between two pieces of the body.
    pub idle: Option<u32>,
    /// For the whole attempt.
    pub total: Option<u32>,
}

impl Seconds {
    /// The deadlines with the defaults filled in.
    pub fn timeouts(&self) -> Timeouts {
        let default = Timeouts::default();
        let ms = |seconds: Option<u32>, otherwise: u64| seconds.map_or(otherwise, |s| u64::from(s) * 1000);
        Timeouts {
            connect_ms: ms(self.connect, default.connect_ms),
            first_byte_ms: ms(self.first_byte, default.first_byte_ms),
            idle_ms: ms(self.idle, default.idle_ms),
            total_ms: ms(self.total, default.total_ms),
        }
    }
}

/// What is wrong with an address is said by [`check`]: the reader of YAML repeats no words.
fn place<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Result<StorePlace, String>>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(|text| StorePlace::parse(&text)))
}

fn format<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Format>, D::Error> {
    const WORDS: &[&str] = &["yaml", "markdown", "json", "plain"];
    let Some(word) = Option::<String>::deserialize(from)? else { return Ok(None) };
    match word.as_str() {
        "yaml" => Ok(Some(Format::Yaml)),
        "markdown" => Ok(Some(Format::Markdown)),
        "json" => Ok(Some(Format::Json)),
        "plain" => Ok(Some(Format::Plain)),
        _ => Err(de::Error::unknown_variant("", WORDS)),
    }
}

/// The settings of this user; the defaults where there is no file.
///
/// # Errors
/// Where the file cannot be read or a setting in it cannot be used; names the line or the setting, never a value.
pub fn read_config(folders: &Folders) -> Result<Config, StoreError> {
    let path = folders.config.join("config.yaml");
    let Some(text) = read_text(&path, LIMIT)? else { return Ok(Config::default()) };
    parse(&text).map_err(|what| StoreError::Faulty { path, what })
}

fn parse(text: &str) -> Result<Config, String> {
    let config: Config = yaml::read(text)?.unwrap_or_default();
    check(&config)?;
    Ok(config)
}

fn check(config: &Config) -> Result<(), String> {
    if let Some(url) = &config.base_url {
        check_base_url(url)?;
    }
    if config.key_env.as_deref().is_some_and(|name| !is_variable_name(name)) {
        return Err("key_env must be the name of an environment variable, not the key itself".to_owned());
    }
    if config.theme.as_deref().is_some_and(|name| !is_theme_name(name)) {
        return Err("theme must be the name of one: small letters, digits and dashes".to_owned());
    }
    if config.retries.is_some_and(|n| n > Policy::MOST_RETRIES) {
        return Err(format!("retries must be 0 to {}", Policy::MOST_RETRIES));
    }
    if let Some(Err(what)) = config.backoff.version.as_deref().map(policy_version) {
        return Err(format!("backoff: version: {what}"));
    }
    if let Some(Err(what)) = &config.store {
        return Err(what.clone());
    }
    let b = &config.backoff;
    for (name, seconds) in [("base", b.base), ("cap", b.cap), ("deadline", b.deadline)] {
        if seconds.is_some_and(|s| !(1..=3600).contains(&s)) {
            return Err(format!("backoff: {name} must be 1 to 3600 seconds"));
        }
    }
    let t = &config.timeouts;
    for (name, seconds) in
        [("connect", t.connect), ("first_byte", t.first_byte), ("idle", t.idle), ("total", t.total)]
    {
        if seconds.is_some_and(|s| !(1..=3600).contains(&s)) {
            return Err(format!("timeouts: {name} must be 1 to 3600 seconds"));
        }
    }
    Ok(())
}

fn check_base_url(url: &str) -> Result<(), String> {
    let Ok(url) = url::Url::parse(url) else {
        return Err("base_url is not a URL; write it like https://api.example.com".to_owned());
    };
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err("base_url must start with http:// or https:// and a host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("base_url holds a user name or password; take it out".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("base_url must end before any ? or #".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_file_changes_nothing_and_its_examples_are_valid() {
        assert_eq!(parse(DEFAULT_CONFIG), Ok(Config::default()));
        // Prose lines start with "# " and a capital letter; settings with a small one.
        let used: String = DEFAULT_CONFIG
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| {
                line.starts_with(|c: char| c.is_ascii_lowercase() || c == ' ') && line.contains(':')
            })
            .filter(|line| !line.starts_with("casefile"))
            .fold(String::new(), |text, line| text + line + "\n");
        let config = parse(&used).expect(&used);
        assert_eq!(config.timeouts.timeouts(), Timeouts::default());
        assert_eq!((config.format, config.retries), (Some(Format::Yaml), Some(Policy::default().retries)));
        assert!(config.operator.is_some() && config.gateway.is_some() && config.base_url.is_some());
    }

    #[test]
    fn faults_name_the_line_and_never_a_value() {
        let key = format!("sk-{}", "aB3".repeat(16));
        let table = [
            ("operator: a\ncolor: red\n".to_owned(), "line 2: there is no setting \"color\""),
            (format!("operator: a\n{key}: x\n"), "line 2: there is no setting here"),
            (format!("retries: {key}"), "line 1"),
            (format!("format: {key}"), "one of yaml, markdown, json, plain"),
            (format!("store: postgres://u:{key}@db.example/x?sslmode=prefer"), "verify-full"),
            (format!("store: postgres://u:{key}@db.example:x/y"), "the address of the store"),
            ("store: ''".to_owned(), "the path of a folder"),
            (format!("key_env: {key}"), "key_env must be the name"),
            ("operator: a\noperator: b\n".to_owned(), "twice"),
            ("retries: 99".to_owned(), "retries must be 0 to"),
            (format!("theme: {key}"), "theme must be the name"),
            ("timeouts: {total: 0}".to_owned(), "total must be 1 to 3600"),
            ("timeouts: {totl: 1}".to_owned(), "\"totl\""),
            (format!("base_url: https://u:{key}@host"), "user name or password"),
            (format!("base_url: https://host/?k={key}"), "before any ?"),
            (format!("base_url: ftp://{key}"), "http:// or https://"),
            (format!("base_url: {key}"), "is not a URL"),
            (format!("- {key}"), "line 1"),
            (key.clone(), "line 1"),
            (format!("operator: [{key}"), "line"),
            (format!("operator: !!binary {key}"), "line 1"),
        ];
        for (text, said) in table {
            let error = parse(&text).expect_err(&text);
            assert!(error.contains(said), "{error:?} does not say {said:?}");
            assert!(!error.contains("aB3aB3"), "{error}");
        }
    }

    #[test]
    fn a_file_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = Folders { config: folder.path().to_owned(), state: folder.path().to_owned() };
        assert_eq!(read_config(&folders).expect("no file"), Config::default());
        let text = "\u{feff}operator: Jané\nformat: markdown\ntimeouts: {connect: 3}\n";
        std::fs::write(folder.path().join("config.yaml"), text).expect("writes");
        let config = read_config(&folders).expect("reads");
        assert_eq!((config.operator.as_deref(), config.format), (Some("Jané"), Some(Format::Markdown)));
        assert_eq!(config.timeouts.timeouts().connect_ms, 3000);
    }

    proptest::proptest! {
        #[test]
        fn any_file_is_read_or_refused(text in "(\\PC|[\n:{}&*!|>'\"#-]| |operator|timeouts|retries|: ){0,60}") {
            let _ = parse(&text);
        }
    }
}
