//! `desks.yaml`: where tickets are made. Written by people; holds names of tokens, never a token.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::file::read_text;
use super::{Folders, StoreError, yaml};
use crate::io::secrets::is_variable_name;

/// The commented example, for people to start from. Read as it stands it has no desk.
pub const EXAMPLE_DESKS: &str = include_str!("../../../assets/desks.yaml");

/// More than this is no file of ours, bytes.
const LIMIT: u64 = 256 * 1024;

/// What `desks.yaml` holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Desks {
    /// The desks.
    #[serde(default)]
    pub desks: Vec<DeskSettings>,
    /// How mail is written and sent.
    #[serde(default)]
    pub mail: Option<MailSettings>,
}

/// Which program a desk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeskKind {
    /// Request Tracker 5, REST 2.
    Rt,
    /// Redmine 4 or later.
    Redmine,
    /// Roundup 2.
    Roundup,
    /// Zendesk Support.
    Zendesk,
    /// Jira, Cloud or Data Center.
    Jira,
    /// GitHub, also Enterprise.
    Github,
    /// GitLab.
    Gitlab,
    /// Any other desk, described by `webhook`.
    Webhook,
}

impl DeskKind {
    /// The destination of the catalog that fits, where the settings name none.
    pub fn destination(self) -> &'static str {
        match self {
            Self::Rt => "rt",
            Self::Redmine => "redmine",
            Self::Roundup => "roundup",
            Self::Zendesk => "zendesk",
            Self::Jira => "jira",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Webhook => "generic",
        }
    }
}

/// One desk.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskSettings {
    /// The name by which `--to` names it.
    pub name: String,
    /// Which program it is.
    pub kind: DeskKind,
    /// Base URL, `https`, without user name, password, query; for `webhook` the URL itself stands below.
    #[serde(default)]
    pub url: String,
    /// Queue (rt), project (redmine, gitlab: id or path), project key (jira), `owner/name` (github).
    #[serde(default)]
    pub project: String,
    /// The user that the token belongs to, where the desk asks for it: roundup, jira (Cloud: the mail address), zendesk.
    #[serde(default)]
    pub login: Option<String>,
    /// Environment variable that holds the token.
    #[serde(default)]
    pub token_env: Option<String>,
    /// Command that prints the token on its first line.
    #[serde(default)]
    pub token_command: Option<String>,
    /// `http` is allowed to a host that is not this machine.
    #[serde(default)]
    pub insecure_http: bool,
    /// Destination of the catalog: limits and markup; else the one of the kind.
    #[serde(default)]
    pub destination: Option<String>,
    /// Comments can be read by the requester as well; otherwise they are internal, where the desk knows the difference.
    #[serde(default)]
    pub public_reply: bool,
    /// Jira's issue type for new tickets; otherwise `Task`.
    #[serde(default)]
    pub issue_type: Option<String>,
    /// Jira's API: 3 (Cloud, the default) or 2 (Data Center, Server).
    #[serde(default)]
    pub api: Option<u8>,
    /// How a desk of the kind `webhook` is spoken to.
    #[serde(default)]
    pub webhook: Option<Webhook>,
}

/// Requests of a desk that is described here, as templates (minijinja) over `case_id`, `marker`, `subject`, `text`, `ticket`,
/// `project` and `files` (`name`, `type`, `base64`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Headers of every request; `{{ token }}` stands for the token, and may stand nowhere else.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How a ticket is found by its marker. Without it a repeat cannot know of what is there, and is told so.
    #[serde(default)]
    pub find: Option<WebhookCall>,
    /// How a ticket is made.
    #[serde(default)]
    pub create: Option<WebhookCall>,
    /// How a comment is added.
    #[serde(default)]
    pub comment: Option<WebhookCall>,
    /// The ticket's address for people, a template over `ticket` and `project`.
    #[serde(default)]
    pub ticket_url: Option<String>,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookCall {
    /// Method; otherwise POST, and GET for `find`.
    #[serde(default)]
    pub method: Option<String>,
    /// URL.
    pub url: String,
    /// The body as JSON, as a template; `{{ x | tojson }}` writes a value.
    #[serde(default)]
    pub json: Option<String>,
    /// The parts of a form; the note's files follow under `file_field`.
    #[serde(default)]
    pub form: Option<BTreeMap<String, String>>,
    /// Name of the form's parts that hold the files.
    #[serde(default)]
    pub file_field: Option<String>,
    /// Where the answer has the ticket's id: a JSON pointer.
    #[serde(default)]
    pub id: Option<String>,
}

impl WebhookCall {
    /// True where the note's files go along.
    pub fn takes_files(&self) -> bool {
        // JSON goes before a form, as it does when the request is made.
        match &self.json {
            Some(json) => json.contains("files"),
            None => self.file_field.is_some(),
        }
    }
}

/// Mail.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// Sender, `a@b.example` or `Name <a@b.example>`.
    pub from: String,
    /// Receivers.
    pub to: Vec<String>,
    /// The server that takes mail; without it only drafts are made.
    #[serde(default)]
    pub smtp: Option<Smtp>,
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Host name.
    pub host: String,
    /// Port; otherwise that of the kind of encryption: 465, 587, 25.
    #[serde(default)]
    pub port: Option<u16>,
    /// Encryption; `none` only on this machine or with `insecure: true`.
    #[serde(default)]
    pub tls: SmtpTls,
    /// No encryption to another machine is allowed.
    #[serde(default)]
    pub insecure: bool,
    /// User name, where the server wants one.
    #[serde(default)]
    pub user: Option<String>,
    /// Environment variable that holds the password.
    #[serde(default)]
    pub password_env: Option<String>,
    /// Command that prints the password on its first line.
    #[serde(default)]
    pub password_command: Option<String>,
}

/// How the way to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// From the first byte (port 465).
    #[default]
    Tls,
    /// After a greeting (port 587); refused where the server does not offer it.
    Starttls,
    /// Not at all.
    None,
}

impl Desks {
    /// The desk of this name.
    pub fn desk(&self, name: &str) -> Option<&DeskSettings> {
        self.desks.iter().find(|desk| desk.name == name)
    }
}

/// The desks of this user; none where there is no file.
///
/// # Errors
/// Where the file cannot be read or a setting in it cannot be used; names the line or the setting, never a value.
pub fn read_desks(folders: &Folders) -> Result<Desks, StoreError> {
    let path = folders.config.join("desks.yaml");
    let Some(text) = read_text(&path, LIMIT)? else { return Ok(Desks::default()) };
    parse(&text).map_err(|what| StoreError::Faulty { path, what })
}

fn parse(text: &str) -> Result<Desks, String> {
    let desks: Desks = yaml::read(text)?.unwrap_or_default();
    for (index, desk) in desks.desks.iter().enumerate() {
        check(desk).map_err(|what| format!("desk {} ({}): {what}", index + 1, named(&desk.name)))?;
        if desks.desks.iter().take(index).any(|other| other.name == desk.name) {
            return Err(format!("two desks have the name {}", named(&desk.name)));
        }
    }
    let passwords =
        desks.mail.iter().filter_map(|mail| mail.smtp.as_ref()).filter_map(|s| s.password_env.as_ref());
    if passwords.into_iter().any(|name| !is_variable_name(name)) {
        return Err("mail: smtp: password_env must be the name of an environment variable, not the password"
            .to_owned());
    }
    Ok(desks)
}

/// A name of letters and digits; anything else could be a value in the wrong place.
fn is_name(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn named(name: &str) -> &str {
    if is_name(name) { name } else { "no name" }
}

fn check(desk: &DeskSettings) -> Result<(), String> {
    if !is_name(&desk.name) {
        return Err("name must be 1 to 40 letters, digits, dots, dashes or underscores".to_owned());
    }
    if desk.name == "mail" {
        return Err("mail is what `--to mail` sends by mail; choose another name".to_owned());
    }
    if desk.token_env.as_deref().is_some_and(|name| !is_variable_name(name)) {
        return Err("token_env must be the name of an environment variable, not the token itself".to_owned());
    }
    if desk.token_env.is_some() && desk.token_command.is_some() {
        return Err("give one of token_env and token_command".to_owned());
    }
    if !matches!(desk.api, None | Some(2 | 3)) {
        return Err("api must be 2 or 3".to_owned());
    }
    if desk.kind == DeskKind::Webhook {
        let webhook = desk.webhook.as_ref().ok_or("a desk of the kind webhook needs webhook")?;
        if webhook.create.is_none() && webhook.comment.is_none() {
            return Err("webhook needs create or comment".to_owned());
        }
        return Ok(());
    }
    check_url(&desk.url, desk.insecure_http)?;
    let login = desk.login.as_deref().unwrap_or_default();
    if login.contains(':') || (desk.kind == DeskKind::Roundup && login.is_empty()) {
        return Err("login must be the name of the user that the token belongs to".to_owned());
    }
    let is_owner_and_name = desk.project.split('/').filter(|part| !part.is_empty()).count() == 2;
    if desk.kind == DeskKind::Github && !is_owner_and_name {
        return Err("project must be owner/name".to_owned());
    }
    if desk.project.is_empty() && desk.kind == DeskKind::Gitlab {
        return Err("project is missing".to_owned());
    }
    Ok(())
}

/// Tokens go over an encrypted way, but to this machine.
///
/// # Errors
/// What is wrong with the URL; quotes nothing of it.
pub fn check_url(text: &str, insecure: bool) -> Result<(), String> {
    let url = url::Url::parse(text)
        .map_err(|_| "url must be an address such as https://desk.example".to_owned())?;
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("url must hold no user name, password or fragment".to_owned());
    }
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "https" => Ok(()),
        "http" if insecure || crate::io::net::is_loopback(host) => Ok(()),
        "http" => {
            Err("url must be https, so that nobody on the way reads the token; insecure_http: true allows it"
                .to_owned())
        }
        _ => Err("url must begin with https://".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_has_every_setting_in_comments_and_can_be_used() {
        assert_eq!(parse(EXAMPLE_DESKS).expect("reads"), Desks::default());
        let text: String = EXAMPLE_DESKS
            .lines()
            .map(|line| line.strip_prefix("#! ").map_or_else(String::new, |rest| format!("{rest}\n")))
            .collect();
        let desks = parse(&text).expect("reads");
        assert_eq!(desks.desks.len(), 8, "one of each kind");
        assert!(desks.mail.is_some_and(|mail| mail.smtp.is_some()));
    }

    #[test]
    fn faults_name_the_desk_and_no_value() {
        let desk = |more: &str| format!("desks:\n  - {{name: a, kind: rt, {more}}}\n");
        let table = [
            (desk("url: 'http://desk.example'"), "must be https"),
            (desk("url: 'ftp://desk.example'"), "must begin with https"),
            (desk("url: 'https://u:secretword@desk.example'"), "no user name"),
            (desk("url: 'https://desk.example', token_env: 'secret-word'"), "not the token itself"),
            (desk("url: 'https://desk.example', token: secretword"), "there is no setting"),
            (
                desk("url: 'https://desk.example'") + "  - {name: a, kind: rt, url: 'https://x'}\n",
                "two desks",
            ),
            ("desks:\n  - {name: mail, kind: rt, url: 'https://x'}\n".to_owned(), "another name"),
            ("desks:\n  - {name: a, kind: osticket}\n".to_owned(), "must be one of rt"),
            ("desks:\n  - {name: a, kind: webhook}\n".to_owned(), "needs webhook"),
            ("desks:\n  - {name: a, kind: github, url: 'https://x', project: y}\n".to_owned(), "owner/name"),
            ("desks:\n  - {name: a, kind: roundup, url: 'https://x'}\n".to_owned(), "login"),
        ];
        for (text, said) in table {
            let what = parse(&text).expect_err(&text);
            assert!(
                what.contains(said) && !what.contains("secretword") && !what.contains("secret-word"),
                "{what}"
            );
        }
        for url in ["http://127.0.0.1:8090", "http://localhost/rt", "https://desk.example/rt/"] {
            assert_eq!(check_url(url, false), Ok(()));
        }
        assert_eq!(check_url("http://desk.example", true), Ok(()));
    }
}
