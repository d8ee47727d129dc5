//! Where the present request goes, for runs of several requests beside it: same gateway, same host, same key.

use super::Session;
use crate::case::catalog::Profile;
use crate::case::keyring::{KeyRing, Label, SecretKind};
use crate::case::request::{Request, Target};

/// A gateway, its address and the key of the present request.
#[derive(Debug, Clone)]
pub struct Aim {
    /// The gateway's profile.
    pub profile: Profile,
    /// Scheme, host and what comes before `/v1`.
    pub base_url: String,
    /// The secrets of the case.
    pub ring: KeyRing,
    /// The request's key; `None`: it has none, or its variable is not set.
    pub key: Option<Label>,
}

impl Session {
    /// Where the present request goes.
    ///
    /// # Errors
    /// There is none, a sentence for the operator.
    pub fn aim(&self) -> Result<Aim, String> {
        let request = self
            .head()
            .map_err(|_| "there is no request whose gateway could be asked: paste one on Request (1)")?;
        let profile = self.profile().ok_or("the gateway has no profile; choose one on Request (1)")?.clone();
        let base_url = base_of(&request.target, &profile);
        if let Some(finding) = self.unset_variable(&request) {
            return Err(format!("{}: {}", finding.message, finding.fix));
        }
        if self.lacks_key() {
            return Err("the request has a place for a key and a placeholder stands there: `k` on Request (1) takes a key".to_owned());
        }
        let key = self.key_of(&request);
        Ok(Aim { profile, base_url, ring: self.ring().clone(), key })
    }

    fn key_of(&self, request: &Request) -> Option<Label> {
        let is_credential =
            |name: &str| self.catalog().credential_header(&name.to_ascii_lowercase()).is_some();
        let headers = request.headers.iter().filter(|header| is_credential(&header.name));
        let texts = headers.map(|header| &header.value).chain(request.target.query.iter().map(|(_, v)| v));
        let mut held = texts.flat_map(|text| self.ring().used_in(text));
        held.find(|held| held.label.kind == SecretKind::Key).map(|held| held.label)
    }
}

/// The profile's own address where `target` is below it, else what stands before `/v1`.
fn base_of(target: &Target, profile: &Profile) -> String {
    let whole = format!("{}{}", target.origin(), target.path);
    let is_above = |base: &str| whole.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
    if let Some(base) = profile.base_urls.iter().find(|base| is_above(base.url.trim_end_matches('/'))) {
        return base.url.clone();
    }
    let path = &target.path;
    let before = path.split_once("/v1/").map(|(before, _)| before).or_else(|| path.strip_suffix("/v1"));
    format!("{}{}", target.origin(), before.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;

    #[test]
    fn the_base_is_what_stands_before_the_version() {
        let catalog = Catalog::built_in();
        let profile = catalog.profile("openai_compatible").expect("is there");
        for (url, base) in [
            ("https://h.example/v1/chat/completions", "https://h.example"),
            ("https://h.example:8443/api/v1/models?x=1", "https://h.example:8443/api"),
            ("https://h.example/v1", "https://h.example"),
            ("https://h.example/mj/submit", "https://h.example"),
        ] {
            let target = Target::parse(url, None).expect("reads");
            assert_eq!(base_of(&target, profile), base, "{url}");
        }
    }
}
