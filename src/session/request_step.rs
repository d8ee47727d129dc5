//! Step 1: what was pasted, typed or given becomes a draft, a request, an observed answer.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::{Activity, Binding, Effect, Paths, Session};
use crate::case::evidence::{Attempt, Evidence, Outcome, Source};
use crate::case::finding::{Finding, Level, Place};
use crate::case::intake;
use crate::case::keyring::{KeyRing, Label, Origin, SecretKind, env_names};
use crate::case::request::{
    Draft, Header, Intake, Part, PartContent, Request, Said, is_placeholder, preflight, preflight_keys,
};
use crate::case::sanitize::Words;
use crate::case::vocabulary::FailureClass;

impl Session {
    pub(super) fn bindings_read(&mut self, bindings: Vec<Binding>) -> Vec<Effect> {
        self.bindings = bindings;
        Vec::new()
    }

    pub(super) fn pasted(&mut self, text: &str) -> Vec<Effect> {
        if self.is_busy() {
            self.say(Level::Warning, "a request is under way; cancel it before you paste another one");
            return Vec::new();
        }
        Self::dropped(text).unwrap_or_else(|| self.take_paste(text))
    }

    /// Reads `text` whatever it looks like.
    pub(super) fn take_paste(&mut self, text: &str) -> Vec<Effect> {
        if self.is_busy() {
            return Vec::new();
        }
        let read = intake::read(text, &self.catalog, &mut self.ring);
        if read.draft.is_some() || read.observed.is_some() {
            self.keep_pieces(text, &read);
        }
        self.take_intake(read)
    }

    /// The id of the case that is left for what was pasted: it was observed and written about, and this is another request.
    fn left_for(&self, read: &Intake) -> Option<String> {
        let Words { operator, service, deployment, .. } = self.words.clone();
        let written = self.words != Words { operator, service, deployment, ..Words::default() };
        let another = match &read.draft {
            Some(draft) => *draft != self.draft,
            // An error text alone may be the answer to the request that stands here and was not sent.
            None => self.draft.is_empty() || self.evidence.attempts.iter().any(|a| a.source == Source::Sent),
        };
        // What an earlier run observed is compared by its shape: `same_case_or_another`.
        let observed = !self.evidence.attempts.is_empty();
        (written && another && observed && self.delivered.is_empty()).then(|| self.id().to_owned())
    }

    pub(super) fn take_intake(&mut self, read: Intake) -> Vec<Effect> {
        if read.draft.is_none() && read.observed.is_none() {
            // Nothing usable: what was there stays.
            let text = read.findings.first().map_or_else(
                || {
                    "nothing usable in what was pasted; paste a curl command, an error text or a response"
                        .to_owned()
                },
                |f| format!("{}; {}", f.message, f.fix),
            );
            self.say(Level::Error, text);
            self.paste_findings = read.findings;
            return Vec::new();
        }
        let before = self.left_for(&read);
        if !self.delivered.is_empty() || before.is_some() {
            // The note of the case before is out and the case is kept, or it stays unfinished: another failure is another case.
            self.case_id = None;
            self.sent_in_all = 0;
            self.saving = super::saving::Saving::default();
            self.removed.clear();
            (self.keys_seen, self.asked_twins, self.twins) = (None, None, None);
            let Words { operator, service, deployment, .. } = std::mem::take(&mut self.words);
            self.words = Words { operator, service, deployment, ..Words::default() };
        }
        self.forget_evidence();
        self.kind = read.kind;
        self.evidence.said = read.said;
        self.deadlines = read.deadlines;
        self.paste_findings = read.findings;
        self.paste_findings.extend(self.shorter_deadline());
        self.draft = read.draft.unwrap_or_default();
        // A key that stood in the paste is the one that failed; a key that was given before yields to it.
        if self.draft.headers.iter().any(|h| !self.ring.used_in(&h.value).is_empty()) {
            self.given_key = None;
        }
        self.forget_key_findings();
        self.agreed = None;
        self.evidence.client = read.client;
        // By the paste alone: a base URL of the operator's is another host, for which nobody gave this key.
        self.pasted_host = self.draft.clone().to_request(None).ok().map(|r| r.target.host_port());
        if let Some(attempt) = read.observed {
            self.observe(attempt);
            self.keep_bare(read.bare);
        }
        self.notice = None;
        if let Some(before) = before {
            let stays = if self.settings.save { "stays unfinished" } else { "is gone" };
            self.say(
                Level::Info,
                format!("this is another failure than that of {before}, so it is a case of its own; {before} {stays}"),
            );
        }
        self.body_file = read.body_file.filter(|file| env_names(&file.path).is_empty());
        let mut effects = self.draft_changed();
        effects.extend(self.body_file.as_ref().map(|file| Effect::ReadBody(Paths(vec![file.path.clone()]))));
        self.same_case_or_another();
        effects
    }

    /// Tells that a deadline of the command is kept.
    fn shorter_deadline(&self) -> Option<Finding> {
        let (kept, own) = (self.timeouts(), self.settings.timeouts);
        let (option, ms) = if kept.total_ms < own.total_ms {
            ("-m", kept.total_ms)
        } else if kept.connect_ms < own.connect_ms {
            ("--connect-timeout", kept.connect_ms)
        } else {
            return None;
        };
        let message = format!("the command gives up after {ms} ms; the same deadline is kept here");
        Some(
            Finding::new("deadline_of_the_command", Level::Info, message)
                .at(Place::Option(option.to_owned()))
                .fix("leave the option out to see the answer that comes later"),
        )
    }

    pub(super) fn edited(&mut self, mut draft: Draft) -> Vec<Effect> {
        if self.is_busy() {
            self.say(Level::Warning, "a request is under way; cancel it before you change the request");
            return Vec::new();
        }
        // A literal key that was typed moves into memory at once.
        let (catalog, ring) = (&self.catalog, &mut self.ring);
        draft.method = intake::mask_secrets(&draft.method, catalog, ring).0;
        draft.url = intake::mask_secrets(&draft.url, catalog, ring).0;
        draft.body = intake::mask_secrets(&draft.body, catalog, ring).0.into();
        for Header { name, value } in &mut draft.headers {
            *value = intake::mask_header(name, value, catalog, ring);
        }
        intake::mask_form(&mut draft.form, catalog, ring);
        if draft == self.draft {
            return Vec::new();
        }
        if self.kind == "nothing" {
            self.kind = "form";
        }
        // What was said of the request before holds no more.
        self.notice = None;
        self.draft = draft;
        self.draft_changed()
    }

    pub(super) fn response_given(
        &mut self,
        text: &[u8],
        status: Option<u16>,
        at: Option<DateTime<Utc>>,
    ) -> Vec<Effect> {
        let read = intake::read_response(text, status, at, &self.catalog, &mut self.ring);
        self.paste_findings.extend(read.findings);
        match read.observed {
            Some(attempt) => {
                let client = read.client;
                self.evidence.client = self.evidence.client.take().or(client);
                self.evidence.attempts.clear();
                self.readings.clear();
                self.observe(attempt);
            }
            None => self.say(
                Level::Error,
                "nothing usable in the response; give its body, or `curl -i` text with its head",
            ),
        }
        self.draft_changed()
    }

    pub(super) fn observation_said(&mut self, status: Option<u16>, at: Option<DateTime<Utc>>) -> Vec<Effect> {
        if let Some(attempt) = self.evidence.attempts.iter_mut().find(|a| a.source == Source::Pasted) {
            attempt.at = at.or(attempt.at);
            if let Outcome::Response(response) = &mut attempt.outcome {
                response.status = status.or(response.status);
            }
        }
        self.draft_changed()
    }

    /// Takes what a log says beside the answer; what the answer says itself stays.
    pub(super) fn beside_answer(&mut self, said: Said, request_id: Option<String>) -> Vec<Effect> {
        let (catalog, ring, known) = (&self.catalog, &mut self.ring, &mut self.evidence.said);
        for (known, said) in
            [(&mut known.method, said.method), (&mut known.url, said.url), (&mut known.model, said.model)]
        {
            let said = said.map(|text| intake::mask_secrets(&text, catalog, ring).0);
            *known = known.take().or(said);
        }
        let pasted = self.evidence.attempts.iter_mut().find(|a| a.source == Source::Pasted);
        if let (Some(Outcome::Response(response)), Some(id)) = (pasted.map(|a| &mut a.outcome), request_id)
            && !response.printed_ids.contains(&id)
        {
            response.printed_ids.push(id);
        }
        self.draft_changed()
    }

    pub(super) fn gateway_chosen(&mut self, id: String) -> Vec<Effect> {
        if self.catalog.profile(&id).is_some() {
            self.chosen_profile = Some(id);
        } else {
            self.say(Level::Error, "there is no gateway profile of that name");
        }
        self.draft_changed()
    }

    pub(super) fn base_url_set(&mut self, url: &str) -> Vec<Effect> {
        self.base_url = Some(url.trim().trim_end_matches('/').to_owned());
        self.notice = None;
        self.draft_changed()
    }

    pub(super) fn key_given(&mut self, origin: Origin, value: &SecretString) -> Vec<Effect> {
        let label = self.ring.hold(SecretKind::Key, origin, value.expose_secret());
        self.given_key = Some(label);
        self.notice = None;
        self.forget_key_findings();
        self.draft_changed()
    }

    /// A key that was given takes the place of what stood in the paste: what was noticed there holds no more.
    fn forget_key_findings(&mut self) {
        if self.given_key.is_some() {
            self.paste_findings
                .retain(|f| !matches!(f.id, "key_is_placeholder" | "variable_in_single_quotes"));
        }
    }

    pub(super) fn environment_read(&mut self, values: Vec<(String, Option<SecretString>)>) -> Vec<Effect> {
        for (name, value) in values {
            let Some(value) = value else { continue };
            let text = value.expose_secret();
            // A variable at the head of the URL holds an address, not a secret.
            let marker = format!("[env:{name}]");
            if self.draft.url.starts_with(&marker)
                && (text.starts_with("http://") || text.starts_with("https://"))
            {
                let masked =
                    intake::mask_secrets(text.trim_end_matches('/'), &self.catalog, &mut self.ring).0;
                self.draft.url = self.draft.url.replacen(&marker, &masked, 1);
            } else if self.is_path_only(&marker) && text.starts_with(['/', '.', '~']) {
                self.put_into_paths(&marker, text);
            } else {
                self.ring.hold(SecretKind::Key, Origin::Environment(name), text);
            }
        }
        self.draft_changed()
    }

    /// True where a variable stands in paths of files and nowhere else.
    fn is_path_only(&self, marker: &str) -> bool {
        let in_paths = self.draft.form.iter().filter_map(Part::path).filter(|p| p.contains(marker)).count();
        let Ok(request) = self.draft.to_request(Some("https://host")) else { return false };
        in_paths > 0 && request.masked_texts().filter(|text| text.contains(marker)).count() == in_paths
    }

    /// A folder of the environment, as in `@$HOME/a.png`, is no secret: it becomes part of the path.
    fn put_into_paths(&mut self, marker: &str, text: &str) {
        for part in &mut self.draft.form {
            if let PartContent::File { path, .. } = &mut part.content {
                *path = path.replace(marker, text);
            }
        }
    }

    /// The request as it would be sent now.
    ///
    /// # Errors
    /// The finding that stands in the way.
    pub fn request(&self) -> Result<Request, Box<Finding>> {
        self.made(self.draft.clone())
    }

    /// The request without its body, for what asks for the address alone: a body of megabytes is not copied for it.
    ///
    /// # Errors
    /// Those of [`Self::request`], which has them whatever the body is.
    pub fn head(&self) -> Result<Request, Box<Finding>> {
        let Draft { method, url, headers, form, .. } = &self.draft;
        let (method, url, headers, form) = (method.clone(), url.clone(), headers.clone(), form.clone());
        self.made(Draft { method, url, headers, form, ..Draft::default() })
    }

    fn made(&self, draft: Draft) -> Result<Request, Box<Finding>> {
        let base = self.base_url.as_deref().or_else(|| self.default_base());
        let mut request = self.based(draft, base).to_request(base)?;
        if let Some(label) = self.given_key {
            put_key(&mut request.headers, label, |name| self.catalog.credential_header(name).is_some());
        }
        self.put_sizes(&mut request.form);
        Ok(request)
    }

    /// The address that a text without a request names, as a request to it.
    pub(super) fn named_address(&self) -> Option<Request> {
        let url = self.evidence.said.url.clone().filter(|_| self.draft.is_empty())?;
        Draft { url, ..Draft::default() }.to_request(None).ok()
    }

    fn default_base(&self) -> Option<&str> {
        let chosen = self.chosen_profile.as_deref().and_then(|id| self.catalog.profile(id));
        chosen
            .and_then(|p| p.base_urls.first())
            .map(|b| b.url.as_str())
            .or(self.settings.default_base.as_deref())
    }

    /// The draft with an unset variable at the head of its URL (`$BASE_URL/v1/…`) taken as the base URL, and with the
    /// operator's base URL in the place of the pasted one.
    fn draft_with_base(&self, base: Option<&str>) -> Draft {
        self.based(self.draft.clone(), base)
    }

    fn based(&self, mut draft: Draft, base: Option<&str>) -> Draft {
        if draft.url.starts_with("[env:")
            && base.is_some()
            && let Some((_, path)) = draft.url.split_once(']')
        {
            draft.url = path.to_owned();
        }
        if let (Some(base), Some((_, rest))) = (self.base_url.as_deref(), draft.url.split_once("://")) {
            let path = rest.find(['/', '?']).and_then(|at| rest.get(at..)).unwrap_or("/");
            draft.url = format!("{base}{path}");
        }
        draft
    }

    /// After any change of the draft: checks it, asks for variables that it names, makes the note stale.
    pub(super) fn draft_changed(&mut self) -> Vec<Effect> {
        self.note_is_stale();
        self.confirmed = false;
        let profile = self.profile().cloned();
        let mut draft = self.draft_with_base(self.base_url.as_deref());
        if let Some(label) = self.given_key {
            put_key(&mut draft.headers, label, |name| self.catalog.credential_header(name).is_some());
        }
        self.put_sizes(&mut draft.form);
        self.file_findings = self.findings_of_files();
        // What was observed belongs to the request as it was sent; an edit waits for the next sending. What stays is made before
        // preflight builds the tree of a body: see `preflight::sketch`.
        if !self.was_sent() {
            self.evidence.request = self.request().ok();
        }
        self.preflight =
            if draft.is_empty() { Vec::new() } else { preflight(&draft, &self.catalog, profile.as_ref()) };
        self.preflight.extend(preflight_keys(&draft, &self.ring, &self.catalog, profile.as_ref()));
        self.reread();
        let mut names: Vec<String> = Vec::new();
        let texts = [self.draft.url.as_str(), self.draft.body.as_str()]
            .into_iter()
            .chain(self.draft.headers.iter().map(|h| h.value.as_str()))
            .chain(self.draft.form.iter().flat_map(Part::masked_texts));
        for name in texts.flat_map(env_names) {
            if self.ring.by_env(&name).is_none()
                && !self.asked_environment.contains(&name)
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        let mut effects = Vec::new();
        if !names.is_empty() {
            self.asked_environment.extend(names.iter().cloned());
            effects.push(Effect::ReadEnvironment(names));
        }
        effects.extend(self.look_at_files(false));
        effects
    }

    /// Takes an answer that the operator has as the first attempt.
    fn observe(&mut self, mut attempt: Attempt) {
        attempt.index = 1;
        self.evidence.attempts.insert(0, attempt);
        self.reread();
    }

    /// Words of which no rule knows anything, or of which a status alone was understood, are the answer's own: nothing that
    /// was pasted is lost.
    fn keep_bare(&mut self, bare: Option<String>) {
        let has_words = self.readings.first().is_some_and(|reading| reading.envelope.message.is_some());
        let is_known = self
            .diagnosis
            .as_ref()
            .is_none_or(|d| d.class != FailureClass::Unknown && !d.is_by_hint(&self.catalog));
        let by_status =
            self.evidence.attempts.first().and_then(Attempt::response).is_some_and(|r| r.status.is_some());
        let is_explained = is_known && (has_words || !by_status);
        let (Some(words), false) = (bare, is_explained) else { return };
        if let Some(Outcome::Response(response)) = self.evidence.attempts.first_mut().map(|a| &mut a.outcome)
            && response.body.is_empty()
        {
            response.body_bytes = u64::try_from(words.len()).unwrap_or(u64::MAX);
            response.body = words.into_bytes();
            self.reread();
        }
    }

    /// Starts over with nothing observed.
    fn forget_evidence(&mut self) {
        self.evidence = Evidence::default();
        self.readings.clear();
        self.control_readings.clear();
        self.diagnosis = None;
        self.activity = Activity::Idle;
        self.consent = None;
        self.delivered.clear();
        self.confirmed = false;
        self.run_start = 0;
        self.note_is_stale();
    }

    /// True when the request has a place for a credential but no usable one: a placeholder, or a variable without value.
    /// A request without any credential is left as it is: that may be the failure.
    pub fn lacks_key(&self) -> bool {
        let Ok(request) = self.request() else { return false };
        request.headers.iter().any(|h| {
            self.catalog.credential_header(&h.name).is_some()
                && self.ring.used_in(&h.value).is_empty()
                && (!env_names(&h.value).is_empty() || is_placeholder(&h.value))
        })
    }

    /// The key that was given for this request; it takes the place of what stands in its headers.
    pub fn given_key(&self) -> Option<Label> {
        self.given_key
    }

    /// `text`, as it is typed, with what looks like a key or a password under a label; `None` where nothing does.
    pub fn masked(&self, text: &str) -> Option<String> {
        let (masked, found) = intake::mask_secrets(text, &self.catalog, &mut KeyRing::default());
        found.then_some(masked)
    }

    /// What stands in the way of sending, as a finding; `None` where nothing does.
    pub(super) fn obstacle(&self, request: &Request) -> Option<Finding> {
        self.unset_variable(request).or_else(|| self.file_obstacle(request))
    }

    /// A variable of the request that has no value, as a finding.
    pub(super) fn unset_variable(&self, request: &Request) -> Option<Finding> {
        let mut names = request.masked_texts().flat_map(env_names);
        let name = names.find(|name| self.ring.by_env(name).is_none())?;
        Some(
            Finding::new("variable_not_set", Level::Error, format!("the variable {name} is not set"))
                .at(Place::Whole)
                .fix("set it, or give a key: `k` on the screen, --key-env NAME on the command line"),
        )
    }
}

/// Puts `label` in the place of the credential: every credential header but cookies; a bearer header where there is none.
fn put_key(headers: &mut Vec<Header>, label: Label, is_credential: impl Fn(&str) -> bool) {
    let mut found = false;
    for Header { name, value } in headers.iter_mut() {
        let name = name.to_ascii_lowercase();
        if !matches!(name.as_str(), "authorization" | "x-api-key" | "api-key" | "x-goog-api-key")
            || !is_credential(&name)
        {
            continue;
        }
        *value = if name == "authorization" { format!("Bearer {label}") } else { label.to_string() };
        found = true;
    }
    if !found {
        headers.push(Header::new("Authorization", format!("Bearer {label}")));
    }
}
