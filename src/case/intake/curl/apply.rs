//! What each option of curl does to a request.

use std::borrow::Cow;

use super::{MOST_REQUESTS, Parts, Words, config, fields, hold_user, variable};
use crate::case::finding::Level;
use crate::case::intake::flags::Meaning;
use crate::case::keyring::KeyRing;

/// A file of options may name another.
const MOST_CONFIGS: usize = 8;

/// Options that change nothing here, and whose value curl wants to be a number.
const NUMBERS: [&str; 12] = [
    "--max-redirs",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "--speed-limit",
    "--speed-time",
    "-y",
    "-Y",
    "--keepalive-time",
    "--expect100-timeout",
    "--parallel-max",
    "--happy-eyeballs-timeout-ms",
];

impl Parts<'_> {
    /// Applies one option; false where another request begins.
    pub(super) fn apply(
        &mut self,
        meaning: Meaning,
        option: &str,
        value: Cow<'_, str>,
        ring: &mut KeyRing,
    ) -> bool {
        let is_text = matches!(meaning, Meaning::Data | Meaning::DataRaw | Meaning::Json);
        self.pieces += usize::from(is_text || meaning == Meaning::DataUrlencode);
        if is_text {
            self.data(meaning, option, value);
            return true;
        }
        let value = value.as_ref();
        match meaning {
            Meaning::Method => self.method = Some(value.trim().to_owned()),
            Meaning::Header => self.header_line(option, value),
            Meaning::DataUrlencode => match self.urlencoded(value) {
                Some(text) => self.join("&", text),
                None => self.body_elsewhere(option),
            },
            Meaning::Config => return self.config(option, value, ring),
            Meaning::Get => self.as_query = true,
            Meaning::Head => self.head = true,
            Meaning::Url => self.urls.push(value.to_owned()),
            Meaning::UrlQuery => {
                match value.strip_prefix('+').map(str::to_owned).or_else(|| self.urlencoded(value)) {
                    Some(text) => self.query.push(text),
                    None => self.body_elsewhere(option),
                }
            }
            Meaning::User => self.user = Some(value.to_owned()),
            Meaning::Bearer => self.bearer = Some(value.to_owned()),
            Meaning::Cookie if value.contains('=') => self.cookies.push(value.to_owned()),
            Meaning::Cookie if value.is_empty() => {}
            Meaning::Cookie if self.file(value).is_some() => self.cookie_files.extend(self.file(value)),
            Meaning::Cookie => {
                self.noticed(
                    "cookies_from_file",
                    Level::Warning,
                    option,
                    "the cookies come from a file that is not in the paste",
                );
            }
            Meaning::UserAgent => self.own_header("User-Agent", unless_empty(value)),
            Meaning::Referer => {
                // `;auto` is for redirects, which are not followed.
                let value = value.strip_suffix(";auto").unwrap_or(value);
                self.own_header("Referer", unless_empty(value));
            }
            Meaning::RequestTarget => self.target = Some(value.to_owned()),
            Meaning::GlobOff => self.globoff = true,
            Meaning::Range => {
                // A number alone is where it begins.
                let open = if value.bytes().all(|b| b.is_ascii_digit()) { "-" } else { "" };
                self.range = Some(format!("{value}{open}"));
            }
            Meaning::Form => self.form_field(option, value, false),
            Meaning::FormString => self.form_field(option, value, true),
            Meaning::MaxTime | Meaning::ConnectTimeout if value.trim().parse::<f64>().is_err() => {
                self.refused(option, &format!("option {option}: expected a proper numerical parameter"));
            }
            Meaning::MaxTime => {
                self.deadlines.total_ms = fields::deadline(value).or(self.deadlines.total_ms);
            }
            Meaning::ConnectTimeout => {
                self.deadlines.connect_ms = fields::deadline(value).or(self.deadlines.connect_ms);
            }
            Meaning::Upload => self.upload(option, value),
            Meaning::Follow => self.noticed(
                "redirects_not_followed",
                Level::Warning,
                option,
                "curl followed redirects; here a redirect is shown and not followed",
            ),
            Meaning::Insecure => self.noticed(
                "certificates_checked",
                Level::Warning,
                option,
                "curl did not check the certificate; here it is checked",
            ),
            Meaning::Proxy => {
                hold_password(value, ring);
                self.noticed(
                    "proxy_not_used",
                    Level::Warning,
                    option,
                    "curl used a proxy; the one in the command is not used here",
                );
            }
            Meaning::ProxyUser => hold_user(value, ring),
            Meaning::WriteOut => {
                self.prints_status |= value.contains("http_code") || value.contains("response_code");
            }
            Meaning::NotApplied | Meaning::Ignored => self.left_out(meaning, option, value),
            Meaning::Data | Meaning::DataRaw | Meaning::Json => {}
            Meaning::Next => return false,
        }
        true
    }

    /// A header that an option of its own names; the last one holds.
    pub(super) fn own_header(&mut self, name: &'static str, value: Option<String>) {
        self.own_headers.retain(|(known, _)| *known != name);
        self.own_headers.push((name, value));
    }

    /// An option that is not applied, or of which only a part is.
    fn left_out(&mut self, meaning: Meaning, option: &str, value: &str) {
        match meaning {
            Meaning::NotApplied if matches!(option, "--continue-at" | "-C") && value == "-" => {}
            Meaning::NotApplied if matches!(option, "--continue-at" | "-C") => {
                self.own_header("Range", Some(format!("bytes={}-", value.trim())));
            }
            Meaning::NotApplied
                if matches!(option, "--time-cond" | "-z") && fields::since(value).is_some() =>
            {
                if let Some((name, date)) = fields::since(value) {
                    self.own_header(name, Some(date));
                }
            }
            Meaning::NotApplied if option == "--variable" && self.variables.len() < MOST_REQUESTS => {
                let set = variable::set(value, &|path| self.file(path));
                self.variables.extend(set);
            }
            Meaning::NotApplied if option == "--aws-sigv4" => {
                self.signed = true;
                self.noticed(
                    "request_signed",
                    Level::Warning,
                    option,
                    "curl signed the request with the user and password; no signature can be made here, and they are not sent",
                );
            }
            Meaning::NotApplied if matches!(option, "--digest" | "--anyauth" | "--ntlm" | "--negotiate") => {
                self.asked_for = true;
                self.noticed(
                    "credential_asked_for",
                    Level::Warning,
                    option,
                    "curl sends this kind of credential when the server asks for it; it is not sent here",
                );
            }
            Meaning::Ignored if NUMBERS.contains(&option) && value.trim().parse::<f64>().is_err() => {
                self.refused(option, &format!("option {option}: expected a proper numerical parameter"));
            }
            Meaning::NotApplied => self.noticed(
                "option_not_applied",
                Level::Warning,
                option,
                "this option changes what curl sends or where; it is not applied here",
            ),
            _ => {}
        }
    }

    /// `-K`: options from a file.
    fn config(&mut self, option: &str, value: &str, ring: &mut KeyRing) -> bool {
        let text = if value == "-" { self.stdin.take() } else { self.file(value) };
        let Some(text) = text.filter(|_| self.configs < MOST_CONFIGS) else {
            self.noticed(
                "options_from_file",
                Level::Warning,
                option,
                "options come from a file that is not in the paste",
            );
            return true;
        };
        self.configs += 1;
        !self.take_config(config::words(&text), ring)
    }

    /// Takes words of a file of options up to `next`; true where one stands there.
    pub(super) fn take_config(&mut self, mut all: Vec<String>, ring: &mut KeyRing) -> bool {
        let mut words = Words { all: &mut all, spans: &[], at: 0 };
        let before = std::mem::replace(&mut self.in_config, true);
        let next = self.take_words(&mut words, ring);
        let taken = words.at;
        self.in_config = before;
        if next && self.left.is_empty() {
            self.left = all.into_iter().skip(taken).collect();
        }
        next
    }
}

fn unless_empty(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}

/// The password of a proxy's URL.
fn hold_password(url: &str, ring: &mut KeyRing) {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    if let Some((userinfo, _)) = authority.rsplit_once('@') {
        hold_user(userinfo, ring);
    }
}
