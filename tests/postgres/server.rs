//! A real PostgreSQL of a test's own: made in a temporary folder, on a Unix socket and a free port of the loopback
//! interface, run by nobody where the tests are run by root. Ends with the test.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// The owner's password. Its letters stand nowhere else, so that a look for them finds it in any output.
pub const PASSWORD: &str = "Zq7wXk2@pass/word";
/// The same in an address.
pub const IN_ADDRESS: &str = "Zq7wXk2%40pass%2Fword";
/// What no output may hold.
pub const MARK: &str = "Zq7wXk2";

/// `nobody` of Debian.
const NOBODY: u32 = 65534;

pub struct Server {
    folder: TempDir,
    pub port: u16,
    running: Option<Child>,
    more: Vec<String>,
}

impl Server {
    /// A running server with an empty database `team`, whose owner is `ana`.
    pub fn start(more: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("casefile-pg").tempdir_in("/tmp").expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("set");
        let place = folder.path().join("pg");
        fs::create_dir(&place).expect("made");
        fs::write(place.join("password"), PASSWORD).expect("writes");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
        let more = more.iter().map(|&one| one.to_owned()).collect();
        let mut server = Self { folder, port, running: None, more };
        if is_root() {
            for path in [place.join("password"), place.clone()] {
                chown(path, Some(NOBODY), Some(NOBODY)).expect("given away");
            }
        }
        let made = Self::command("initdb")
            .args(["-U", "ana", "-A", "scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C", "-D"])
            .arg(place.join("data"))
            .arg(format!("--pwfile={}", place.join("password").display()))
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        server.run();
        server.sql("postgres", "CREATE DATABASE team");
        server
    }

    pub fn place(&self) -> PathBuf {
        self.folder.path().join("pg")
    }

    /// A program of PostgreSQL, as the user who may run it.
    fn command(name: &str) -> Command {
        let program = program(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.arg(format!("--reuid={NOBODY}")).arg(format!("--regid={NOBODY}")).arg("--clear-groups");
            command.arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/").env_remove("PGUSER").env_remove("PGPASSWORD");
        command
    }

    /// Starts it, and waits until it answers.
    pub fn run(&mut self) {
        let place = self.place();
        let mut command = Self::command("postgres");
        command.arg("-D").arg(place.join("data")).arg("-k").arg(&place);
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        for setting in ["fsync=off", "shared_buffers=16MB", "max_connections=40"] {
            command.args(["-c", setting]);
        }
        for setting in &self.more {
            command.args(["-c", setting]);
        }
        let log = fs::File::create(self.folder.path().join("log")).expect("a log");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("starts");
        self.running = Some(child);
        let mut turns = 0;
        while !self.psql("postgres", "SELECT 1").status.success() {
            turns += 1;
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(turns < 600, "the server does not answer: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it as an administrator does (`INT`) or as a crash does (`QUIT`).
    pub fn stop(&mut self, signal: &str) {
        let Some(mut child) = self.running.take() else { return };
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status();
        assert!(sent.is_ok_and(|sent| sent.success()), "the signal is sent");
        child.wait().expect("it ends");
    }

    fn psql(&self, database: &str, sql: &str) -> Output {
        Command::new(program("psql"))
            .args(["-X", "-q", "-tA", "-v", "ON_ERROR_STOP=1", "-U", "ana", "-d", database, "-p"])
            .arg(self.port.to_string())
            .arg("-h")
            .arg(self.place())
            .args(["-c", sql])
            .env("PGPASSWORD", PASSWORD)
            .output()
            .expect("psql runs")
    }

    /// What a client of PostgreSQL's own makers is answered.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let Output { status, stdout, stderr } = self.psql(database, sql);
        assert!(status.success(), "{sql}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).expect("text").trim_end().to_owned()
    }

    /// The address over the network, with `more` behind it.
    pub fn address(&self, more: &str) -> String {
        format!("postgres://ana:{IN_ADDRESS}@127.0.0.1:{}/team{more}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.stop("QUIT");
        }
    }
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").expect("linux")) == 0
}

/// Debian keeps the server's programs outside of the search path.
fn program(name: &str) -> PathBuf {
    let mut places: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin").join(name))
        .filter(|path| path.is_file())
        .collect();
    places.sort();
    places.pop().unwrap_or_else(|| Path::new(name).to_owned())
}
