//! A note as mail: a draft that a mail program opens, or sent to the server of the settings.
//!
//! The message is made once and the same for both: text, files, a `Message-ID` from the case, so that a mail program or desk
//! that sees it twice knows it.

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};
use secrecy::{ExposeSecret, SecretString};

use super::desk::Job;
use crate::io::store::{MailSettings, Smtp, SmtpTls};

/// How long the server may be silent.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
/// Without this line mail programs show a draft as a mail that was received.
const UNSENT: &str = "X-Unsent: 1\r\n";

/// No mail was made or sent. Holds no password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// An address cannot be used.
    #[error("{0} in desks.yaml is no mail address; write it as a@b.example or Name <a@b.example>")]
    Address(&'static str),
    /// The message cannot be made.
    #[error("the mail cannot be made ({0})")]
    Message(String),
    /// The settings would send the password or the note unencrypted to another machine.
    #[error("mail: smtp: tls: none is for this machine only; choose tls or starttls, or say insecure: true")]
    Unencrypted,
    /// The server refused, or was not to be had.
    #[error("the mail server {host} did not take the mail ({what}); {advice}")]
    Server {
        /// Its name.
        host: String,
        /// What it said, or why it was not to be had.
        what: String,
        /// What to do next.
        advice: &'static str,
    },
}

/// A mail that is ready.
#[derive(Debug, Clone)]
pub struct Mail {
    message: Message,
}

impl Mail {
    /// The mail of `job`. `settings`: without them it has no receiver and an example's sender, to be filled in.
    ///
    /// # Errors
    /// [`MailError::Address`], [`MailError::Message`].
    pub fn of(job: &Job, settings: Option<&MailSettings>) -> Result<Self, MailError> {
        let no_message = |e: lettre::error::Error| MailError::Message(e.to_string());
        let mut builder = Message::builder()
            .subject(job.subject.as_str().trim())
            .message_id(Some(format!("<casefile.{}@casefile.invalid>", job.case_id)));
        let from = settings.map_or("operator@casefile.invalid", |settings| &settings.from);
        builder = builder.from(from.parse().map_err(|_| MailError::Address("mail: from"))?);
        let to = settings.map(|settings| settings.to.as_slice()).unwrap_or_default();
        for receiver in to {
            let mailbox: Mailbox = receiver.parse().map_err(|_| MailError::Address("mail: to"))?;
            builder = builder.to(mailbox);
        }
        if to.is_empty() {
            builder = builder.to("support@casefile.invalid".parse().map_err(|_| MailError::Address("to"))?);
        }
        let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(job.text.as_str().to_owned());
        let plain =
            ContentType::parse("application/octet-stream").map_err(|e| MailError::Message(e.to_string()))?;
        let whole = job.files.iter().fold(MultiPart::mixed().singlepart(text), |whole, file| {
            // As bytes: a text's ends of lines would be written anew on the way.
            whole.singlepart(Attachment::new(file.name.clone()).body(file.bytes().to_vec(), plain.clone()))
        });
        Ok(Self { message: builder.multipart(whole).map_err(no_message)? })
    }

    /// As a file that a mail program opens to be looked at and sent.
    pub fn draft(&self) -> Vec<u8> {
        let mut bytes = UNSENT.as_bytes().to_vec();
        bytes.extend(self.message.formatted());
        bytes
    }

    /// Receivers, for the question before it is sent.
    pub fn receivers(&self) -> Vec<String> {
        self.message.envelope().to().iter().map(ToString::to_string).collect()
    }

    /// Sends it. Waits for the server.
    ///
    /// # Errors
    /// [`MailError::Unencrypted`], [`MailError::Server`].
    pub fn send(&self, smtp: &Smtp, password: Option<&SecretString>) -> Result<(), MailError> {
        let failed = |e: &lettre::transport::smtp::Error| {
            let advice = if e.is_permanent() {
                "what it says names the address, the size or the login to be changed"
            } else {
                "nothing is known to be sent; check host, port and tls in desks.yaml and run the command again"
            };
            let mut what: String = e.to_string().chars().take(300).collect();
            if let Some(password) = password {
                what = what.replace(password.expose_secret(), "[password]");
            }
            MailError::Server { host: smtp.host.clone(), what: crate::io::terminal::plain(&what), advice }
        };
        let parameters = || TlsParameters::new(smtp.host.clone()).map_err(|e| failed(&e));
        let (tls, port) = match smtp.tls {
            SmtpTls::Tls => (Tls::Wrapper(parameters()?), 465),
            SmtpTls::Starttls => (Tls::Required(parameters()?), 587),
            SmtpTls::None if smtp.insecure || crate::io::net::is_loopback(&smtp.host) => (Tls::None, 25),
            SmtpTls::None => return Err(MailError::Unencrypted),
        };
        let mut builder = SmtpTransport::builder_dangerous(&smtp.host)
            .port(smtp.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(PATIENCE));
        if let (Some(user), Some(password)) = (&smtp.user, password) {
            builder =
                builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
        }
        builder.build().send(&self.message).map(drop).map_err(|e| failed(&e))
    }
}
