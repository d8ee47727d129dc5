//! What can go wrong with a database, in words of ours: what a server says is never repeated, only its code.

use tokio_postgres::error::SqlState;

/// A question failed.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server is away, or the line broke: asked again, it may answer.
    Away(&'static str),
    /// Another try would end the same.
    Refused {
        /// What happened.
        what: String,
        /// What to do next.
        advice: &'static str,
    },
}

impl Trouble {
    pub(super) fn refused(what: impl Into<String>, advice: &'static str) -> Self {
        Self::Refused { what: what.into(), advice }
    }

    /// What happened, and what to do next.
    pub(super) fn said(self) -> (String, &'static str) {
        match self {
            Self::Away(what) => (
                what.to_owned(),
                "see that the server runs and can be reached, then try again; nothing that was kept is lost",
            ),
            Self::Refused { what, advice } => (what, advice),
        }
    }
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(code) = error.code() {
            return of_code(code);
        }
        if error.is_closed() {
            return Self::Away("the server ended the connection");
        }
        let mut said = String::new();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            if let Some(io) = inner.downcast_ref::<std::io::Error>() {
                return of_io(io);
            }
            if let Some(tls) = inner.downcast_ref::<rustls::Error>() {
                return of_tls(tls);
            }
            said = inner.to_string();
            cause = inner.source();
        }
        // These two have no kind of their own.
        if said.contains("password missing") {
            return Self::refused(
                "the server wants a password",
                "put it into the address, or into PGPASSWORD",
            );
        }
        if said.contains("does not support TLS") {
            return Self::refused(
                "the server has no TLS, which is wanted unless it is on this machine",
                "switch `ssl` on at the server, or go through a tunnel to the loopback address",
            );
        }
        Self::refused(
            "the server answered with what is not PostgreSQL, or not as it should",
            "check the address",
        )
    }
}

/// The line failed.
pub(super) fn of_io(error: &std::io::Error) -> Trouble {
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return of_tls(tls);
    }
    let too_much = error.get_ref().and_then(|inner| inner.downcast_ref::<super::line::TooMuch>());
    if too_much.is_some() {
        return Trouble::refused(
            "the server sends more than a store of cases holds, and was not listened to any longer",
            "check the address",
        );
    }
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::NotFound => {
            Trouble::Away("no server answers there")
        }
        std::io::ErrorKind::PermissionDenied => {
            Trouble::refused("the system does not let this user connect", "check the rights of the socket")
        }
        std::io::ErrorKind::TimedOut => Trouble::Away("the server does not answer in time"),
        _ => Trouble::Away("the connection broke"),
    }
}

fn of_tls(error: &rustls::Error) -> Trouble {
    let what = match error {
        rustls::Error::InvalidCertificate(_) => {
            "the server's certificate is not trusted, or is another host's"
        }
        rustls::Error::General(_) => "no certificates are there to check the server with",
        _ => "the TLS handshake failed",
    };
    Trouble::refused(
        what,
        "name the file with your team's certificate authority: ?sslrootcert=FILE in the store's address",
    )
}

fn of_code(code: &SqlState) -> Trouble {
    let refused = |what: &str, advice| Trouble::refused(what, advice);
    match code.code() {
        "28P01" | "28000" => refused(
            "the server does not let this user in (user name, password or pg_hba.conf)",
            "check user and password in the address, or PGPASSWORD",
        ),
        "3D000" => refused(
            "there is no such database on the server",
            "have it made by `createdb`, or check the address",
        ),
        "42501" => refused(
            "this role may not do that",
            "let the owner of the database run `casefile cases rebuild` once, then GRANT USAGE ON SCHEMA casefile and \
             SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA casefile",
        ),
        "53300" | "57P01" | "57P02" | "57P03" => Trouble::Away("the server takes no connections just now"),
        "40001" | "40P01" => Trouble::Away("others changed the same cases at the same time"),
        "55P03" | "57014" => {
            refused("the server took too long and the question was ended", "try again when it has less to do")
        }
        "53100" | "53200" | "54000" => {
            refused("the server has no room left", "make room on the server's disk; what was kept is whole")
        }
        "25006" => {
            refused("the server takes no changes (read-only)", "name the primary server in the address")
        }
        "42P01" | "42703" | "3F000" => refused(
            "the tables there are not those of casefile",
            "name another database, or put the schema `casefile` back from a backup",
        ),
        code if code.starts_with("08") => Trouble::Away("the connection broke"),
        code => {
            // Five letters and digits, as the standard wants it; anything else is not repeated.
            let known = code.len() == 5 && code.bytes().all(|b| b.is_ascii_alphanumeric());
            let code = if known { code } else { "that is none" };
            Trouble::refused(format!("the server refuses with code {code}"), "look into the server's log")
        }
    }
}
