//! Ways to get a key, none of them through the arguments of the program (other users of the machine see those).
//!
//! No error of this room holds a key, nor a text that may be one by mistake: people write the key where its name
//! belongs.

mod command;
mod prompt;

use std::io::{BufRead, IsTerminal, Read};

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

pub use command::from_command;
pub use prompt::from_prompt;

/// Longer than this is no key, bytes. Tokens with claims inside reach some thousands.
const LONGEST: usize = 16 * 1024;

/// No key came; says why and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// What was given is no name of a variable; it may be the key, so it is not repeated.
    #[error(
        "that is not the name of an environment variable; give the NAME of the variable that holds the key, never the key itself"
    )]
    NotAName,
    /// The variable is not set or empty.
    #[error("{0} is not set; export it in this shell, or give the key by prompt, stdin or command")]
    NotSet(String),
    /// Nothing came.
    #[error("{0} gave no key: its first line is empty; check it and try again")]
    Empty(String),
    /// It is not text.
    #[error("{0} gave bytes that are no text; check it and try again")]
    NotText(String),
    /// A character that no key has.
    #[error(
        "the key from {way} has white space or another character that no key has, at character {at}; copy it again"
    )]
    Character {
        /// Where the key came from.
        way: String,
        /// Which character, from 1.
        at: usize,
    },
    /// It is too long.
    #[error("{0} gave more than {LONGEST} bytes on one line; that is no key")]
    TooLong(String),
    /// Standard input is the terminal: typing there would show the key.
    #[error(
        "standard input is a terminal, and a key typed there would be seen; pipe the key in, or use the prompt"
    )]
    StdinIsTerminal,
    /// Standard input failed.
    #[error("standard input cannot be read ({0}); pipe the key in again, or use the prompt")]
    Stdin(std::io::Error),
    /// The key command is no command.
    #[error(
        "the key command has an open quote or is empty; write it as in a shell, for example: pass show gateway"
    )]
    CommandSyntax,
    /// The key command did not start. Its text may be a key by mistake and is not repeated.
    #[error(
        "the key command did not start ({0}); its first word must be a program, not the key, and there is no shell around it"
    )]
    CommandStart(std::io::Error),
    /// The key command failed.
    #[error("the key command {program} ended with {ended}; run it yourself to see why")]
    CommandFailed {
        /// The program's name.
        program: String,
        /// `exit code 1`, or `a signal`.
        ended: String,
    },
    /// The key command took too long.
    #[error(
        "the key command {program} gave nothing within {seconds} s and was stopped; run it yourself, perhaps it asks something"
    )]
    CommandSlow {
        /// The program's name.
        program: String,
        /// The limit in seconds.
        seconds: u64,
    },
    /// There is nobody to ask.
    #[error(
        "there is no terminal to ask for the key; name a variable that holds it, or give it by stdin or by a command"
    )]
    NoTerminal,
    /// The terminal failed while asking.
    #[error("the terminal failed while asking for the key ({0}); name a variable that holds it instead")]
    Terminal(std::io::Error),
    /// The operator said no.
    #[error("no key was given: the prompt was cancelled")]
    Cancelled,
}

/// True when `name` can be the name of an environment variable: letters, digits and `_`, no digit first.
pub fn is_variable_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// The key in environment variable `name`. It is taken as it stands: a newline at its end breaks other clients, too,
/// and is an error here.
///
/// # Errors
/// Where `name` is no name, the variable is not set or empty, or holds what no key has.
pub fn from_env(name: &str) -> Result<SecretString, SecretError> {
    from_lookup(name, |name| std::env::var_os(name))
}

/// As [`from_env`], from any source of variables.
pub(crate) fn from_lookup(
    name: &str,
    lookup: impl Fn(&str) -> Option<std::ffi::OsString>,
) -> Result<SecretString, SecretError> {
    if !is_variable_name(name) {
        return Err(SecretError::NotAName);
    }
    let way = name_shown(name);
    let value = lookup(name).filter(|v| !v.is_empty()).ok_or_else(|| SecretError::NotSet(way.clone()))?;
    match value.into_string() {
        Ok(value) => accepted(&Zeroizing::new(value), way),
        Err(_) => Err(SecretError::NotText(way)),
    }
}

/// A variable's name for an error. Some keys are written like names (`gsk_…`): only a name in capitals is repeated.
fn name_shown(name: &str) -> String {
    if name.len() <= 64 && !name.bytes().any(|b| b.is_ascii_lowercase()) {
        format!("environment variable {name}")
    } else {
        "the environment variable that you named".to_owned()
    }
}

/// The key on the first line of standard input, without white space around it. The lines after it stay to be read.
///
/// # Errors
/// Where standard input is a terminal, cannot be read, is empty, or holds what no key has.
pub fn from_stdin() -> Result<SecretString, SecretError> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(SecretError::StdinIsTerminal);
    }
    let line = first_line(&mut stdin.lock()).map_err(SecretError::Stdin)?;
    from_line(&line, "standard input")
}

/// The values of these variables as they stand, for a session. One that is not set, is empty or is no text has none.
pub fn read_environment(names: &[String]) -> Vec<(String, Option<SecretString>)> {
    let value = |name: &String| {
        let fit = is_variable_name(name);
        fit.then(|| std::env::var(name).ok()).flatten().filter(|v| !v.is_empty()).map(SecretString::from)
    };
    names.iter().map(|name| (name.clone(), value(name))).collect()
}

/// The first line with its end, or one byte more than a key may have.
fn first_line(from: &mut impl BufRead) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Room for the whole line from the start: a buffer that grows leaves copies behind.
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST + 2));
    from.take(LONGEST as u64 + 1).read_until(b'\n', &mut line)?;
    Ok(line)
}

fn from_line(line: &[u8], way: &str) -> Result<SecretString, SecretError> {
    let way = way.to_owned();
    if line.len() > LONGEST {
        return Err(SecretError::TooLong(way));
    }
    match std::str::from_utf8(line) {
        // A pipe from PowerShell begins with a byte order mark.
        Ok(line) => accepted(line.trim_start_matches('\u{feff}').trim(), way),
        Err(_) => Err(SecretError::NotText(way)),
    }
}

/// Takes `value` as a key if it can be one: visible ASCII, the only characters that a credential header takes everywhere.
fn accepted(value: &str, way: String) -> Result<SecretString, SecretError> {
    if value.is_empty() {
        return Err(SecretError::Empty(way));
    }
    if value.len() > LONGEST {
        return Err(SecretError::TooLong(way));
    }
    match value.chars().position(|c| !c.is_ascii_graphic()) {
        Some(before) => Err(SecretError::Character { way, at: before + 1 }),
        None => Ok(SecretString::from(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn key() -> String {
        format!("sk-{}", "aB3".repeat(16))
    }

    #[test]
    fn a_line_becomes_a_key_or_an_error_without_it() {
        let key = key();
        let good = [
            format!("{key}\n"),
            format!("{key}\r\nsecond line\n"),
            format!("  {key} \n"),
            format!("\u{feff}{key}"),
            key.clone(),
        ];
        for text in good {
            let line = first_line(&mut text.as_bytes()).expect("reads");
            let secret = from_line(&line, "standard input").expect(&text);
            assert_eq!(secret.expose_secret(), key, "{text:?}");
        }
        let bad = [
            (String::new(), "gave no key"),
            (format!("\n{key}\n"), "gave no key"),
            (format!("Bearer {key}\n"), "at character 7"),
            (format!("{key}\u{200b}\n"), "at character 52"),
            (format!("{key}\u{1b}[2J\n"), "at character 52"),
            ("a".repeat(LONGEST + 1), "that is no key"),
        ];
        for (text, said) in bad {
            let line = first_line(&mut text.as_bytes()).expect("reads");
            let error = from_line(&line, "standard input").expect_err(&text);
            assert!(error.to_string().contains(said), "{error}");
            assert!(!format!("{error} {error:?}").contains("aB3"), "{error}");
        }
        assert!(matches!(from_line(&[0xff, b'\n'], "x"), Err(SecretError::NotText(_))));
    }

    #[test]
    fn the_rest_of_a_pipe_stays() {
        let mut pipe = std::io::Cursor::new(format!("{}\ncurl https://x\n", key()));
        first_line(&mut pipe).expect("reads");
        let mut rest = String::new();
        pipe.read_to_string(&mut rest).expect("reads");
        assert_eq!(rest, "curl https://x\n");
    }

    #[test]
    fn variables_are_taken_as_they_stand() {
        let key = key();
        let set = |value: String| move |_: &str| Some(std::ffi::OsString::from(&value));
        assert_eq!(from_lookup("A_KEY", set(key.clone())).expect("set").expose_secret(), key);
        let said = |name: &str, value: Option<String>| {
            let error = from_lookup(name, |_| value.clone().map(Into::into)).expect_err("no key");
            let text = format!("{error} {error:?}");
            assert!(!text.contains("aB3"), "{text}");
            text
        };
        assert!(said("A_KEY", None).contains("A_KEY is not set"));
        assert!(said("A_KEY", Some(String::new())).contains("A_KEY is not set"));
        assert!(said("A_KEY", Some(format!("{key}\n"))).contains("at character 52"));
        assert!(said(&key, None).contains("never the key itself"));
        // Written like a name, and yet a key.
        assert!(said(&format!("gsk_{}", "aB3".repeat(16)), None).contains("that you named is not set"));
    }

    #[test]
    fn the_environment_is_read_by_name() {
        let names = ["PATH".to_owned(), "CASEFILE_NO_SUCH_VARIABLE".to_owned(), "A=B".to_owned()];
        let read = read_environment(&names);
        let found: Vec<bool> = read.iter().map(|(_, value)| value.is_some()).collect();
        assert_eq!(found, [true, false, false]);
        assert_eq!(read.first().map(|(name, _)| name.as_str()), Some("PATH"));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_give_a_header_value_or_an_error(bytes: Vec<u8>) {
            let line = first_line(&mut bytes.as_slice()).expect("reads");
            if let Ok(secret) = from_line(&line, "standard input") {
                proptest::prop_assert!(http::HeaderValue::from_str(secret.expose_secret()).is_ok());
            }
        }
    }
}
