//! A key from a program that keeps it: `pass show x`, `op read …`, `security find-generic-password -w …`.

use std::io::BufReader;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use secrecy::SecretString;

use super::{SecretError, first_line, from_line};
use crate::io::program;

/// How long a key command may take; some ask for a fingerprint or a passphrase.
const PATIENCE: Duration = Duration::from_secs(30);

/// The first line that `command` prints. The text is split as a shell splits words, and no shell runs: nothing in it
/// is expanded. The program gets no input; what it says on standard error reaches the operator.
///
/// # Errors
/// Where it does not start, fails, takes more than 30 s, or prints no key. Its output and arguments are never repeated.
pub fn from_command(command: &str) -> Result<SecretString, SecretError> {
    within(command, PATIENCE)
}

fn within(command: &str, patience: Duration) -> Result<SecretString, SecretError> {
    let words = shell_words::split(command).map_err(|_| SecretError::CommandSyntax)?;
    let (first, arguments) = words.split_first().ok_or(SecretError::CommandSyntax)?;
    let mut child = program::with_everything(first)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(SecretError::CommandStart)?;
    // It started, so its first word is a program and may be named.
    let program = crate::io::terminal::plain(
        &Path::new(first).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
    );
    let deadline = Instant::now() + patience;
    let slow = || SecretError::CommandSlow { program: program.clone(), seconds: patience.as_secs() };
    let (sender, line) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        // On a thread of its own: a grandchild that keeps the pipe open must not hold us.
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            let _ = sender.send(first_line(&mut output));
            let _ = std::io::copy(&mut output, &mut std::io::sink());
        });
    }
    let ended = wait(&mut child, deadline).ok_or_else(slow)?;
    if !ended.success() {
        let ended = ended.code().map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
        return Err(SecretError::CommandFailed { program, ended });
    }
    match line.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(Ok(line)) => from_line(&line, "the key command"),
        Ok(Err(_)) => Err(SecretError::NotText("the key command".to_owned())),
        Err(_) => Err(slow()),
    }
}

/// Waits for the end of `child`; at the deadline it is killed and `None` comes back.
fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(10)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_command_gives_its_first_line() {
        let key = format!("sk-{}", "aB3".repeat(16));
        let good = [
            format!("printf '%s\\n' {key}"),
            format!("sh -c 'echo {key}; echo url: https://x'"),
            // More than a pipe holds after the key.
            format!("sh -c 'echo {key}; head -c 300000 /dev/zero'"),
            // No shell around it: nothing is expanded, stdin is empty.
            format!("sh -c 'cat; echo {key}'"),
        ];
        for command in good {
            assert_eq!(from_command(&command).expect(&command).expose_secret(), key);
        }
    }

    #[test]
    fn faults_name_the_program_and_never_the_output() {
        let key = format!("sk-{}", "aB3".repeat(16));
        let table = [
            (format!("sh -c 'echo {key}; exit 3'"), "sh ended with exit code 3"),
            (format!("sh -c 'echo {key}; kill -9 $$'"), "sh ended with a signal"),
            (key.clone(), "did not start"),
            (format!("{key} 'open"), "open quote"),
            (String::new(), "open quote or is empty"),
            ("true".to_owned(), "gave no key"),
            (format!("echo $HOME {key}"), "at character"),
        ];
        for (command, said) in table {
            let error = from_command(&command).expect_err(&command);
            assert!(error.to_string().contains(said), "{error}");
            assert!(!format!("{error} {error:?}").contains("aB3"), "{error}");
        }
    }

    #[test]
    fn a_command_that_hangs_is_stopped() {
        let start = Instant::now();
        for command in ["sleep 20", "sh -c 'sleep 20 & exit 0'"] {
            let error = within(command, Duration::from_millis(300)).expect_err("slow");
            assert!(matches!(error, SecretError::CommandSlow { .. }), "{error}");
        }
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}
