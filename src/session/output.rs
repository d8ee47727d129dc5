//! Steps 4 and 5: the sanitized evidence, the note, its renderings and their way out.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::known_keys::CaseKey;
use super::safe::Safe;
use super::{Delivered, Effect, STDOUT, Session};
use crate::case::catalog::{Catalog, Destination};
use crate::case::claims::Linter;
use crate::case::destination::{Source, fit};
use crate::case::evidence;
use crate::case::finding::Level;
use crate::case::kept::Twins;
use crate::case::keyring::Origin;
use crate::case::note::{self, Audience, Material, Note, RenderError, Run, Template, TemplateError};
use crate::case::sanitize::{
    Audit, Format, Ledger, PlaceholderMap, Refusal, Rendered, SafeEvidence, SafeWords, Sanitizer, Words,
    shown_field,
};

/// What would leave now. Made anew when anything in it changes, so the preview is what is copied, byte for byte.
#[derive(Clone)]
pub struct Output {
    /// The sanitized evidence.
    pub evidence: SafeEvidence,
    /// The operator's words.
    pub words: SafeWords,
    /// What was replaced.
    pub ledger: Ledger,
    /// The note.
    pub note: Note,
    /// The note in the chosen format, or why it may not leave.
    pub rendered: Result<Rendered, Refusal>,
    /// What is wrong with the operator's template; the note is by the built-in one then.
    pub template_fault: Option<TemplateError>,
    /// The credentials behind its placeholders.
    pub(super) keys: Vec<CaseKey>,
    pub(super) audit: Audit,
}

impl Output {
    /// The same note in another format, as Markdown by the built-in template.
    ///
    /// # Errors
    /// The audit's refusal.
    pub fn render(&self, format: Format) -> Result<Rendered, Refusal> {
        note::render(&self.note, format, &self.audit)
    }

    /// Checks another text that is made from this case, and lets it pass.
    ///
    /// # Errors
    /// The audit's refusal.
    pub fn pass(&self, text: String, format: Format) -> Result<Rendered, Refusal> {
        self.audit.pass(text, format)
    }
}

/// A place that the note is made for, and what goes first where the note is too long for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The place.
    pub destination: Destination,
    /// Beginnings of the headings that go first.
    pub cut_first: Vec<String>,
}

impl Place {
    /// The place with this id in `catalog`.
    pub fn of(catalog: &Catalog, id: &str) -> Option<Self> {
        let destination = catalog.destination(id)?.clone();
        let cut_first = catalog.cut_first(&destination).to_vec();
        Some(Self { destination, cut_first })
    }

    /// The note's Markdown as a text for this place. It says nothing that the note does not say, so the audited note explains
    /// what looks like an echo; a secret is looked for all the same.
    fn fit(&self, note: &Note, markdown: &Rendered, audit: &Audit) -> Result<Rendered, Refusal> {
        let source = Source { case_id: &note.case_id, markdown: markdown.as_str(), own: true, files: &[] };
        let fitted = fit(source, &self.destination, &self.cut_first);
        audit.clone().knowing(markdown.as_str()).pass(fitted.text, Format::Markdown)
    }
}

impl Session {
    /// The report of the search, in JSON or as text; `None` where none was made.
    ///
    /// # Errors
    /// The audit's refusal.
    pub fn isolation_report(&self, format: Format) -> Option<Result<Rendered, Refusal>> {
        let mut sanitizer = self.sanitizer();
        let evidence =
            sanitizer.evidence(&self.evidence, &self.readings, &self.control_readings, self.profile());
        let words = sanitizer.words(&self.words);
        let of = (self.id(), self.settings.tool.as_str(), &*self.base_url_alias());
        let report = note::IsolationReport::of(&evidence, &words, of)?;
        Some(report.leave(format, &self.audit_of(&sanitizer)))
    }

    pub(super) fn words_set(&mut self, words: Words) -> Vec<Effect> {
        if words != self.words {
            self.words = words;
            self.confirmed = false;
            self.note_is_stale();
            self.tell_claims();
        }
        Vec::new()
    }

    /// Says what the words claim without a source.
    fn tell_claims(&mut self) {
        let linter = Linter::new(&self.catalog);
        let words = &self.words;
        let fields = [
            ("the question", &words.question),
            ("expected", &words.expected),
            ("impact", &words.impact),
            ("tried", &words.tried),
            ("notes", &words.notes),
        ];
        let told: Vec<String> = fields
            .into_iter()
            .flat_map(|(field, text)| linter.look(text).into_iter().map(move |claim| claim.told(field)))
            .collect();
        if let Some(first) = told.first() {
            let more = if told.len() > 1 { format!(" ({} more)", told.len() - 1) } else { String::new() };
            self.say(Level::Warning, format!("{first}{more}"));
        }
    }

    /// The words as they may be kept. The evidence goes first, so that a prompt in the words is known as one.
    pub(super) fn safe_words(&self) -> SafeWords {
        let mut sanitizer = self.sanitizer();
        sanitizer.evidence(&self.evidence, &self.readings, &self.control_readings, self.profile());
        sanitizer.words(&self.words)
    }

    /// Takes out what the audit refused, at the field that it named; the note is made anew.
    pub(super) fn remove_refused(&mut self) -> Vec<Effect> {
        let Some(output) = self.output.as_ref() else { return Vec::new() };
        let Err(refusal) = &output.rendered else {
            self.say(Level::Info, "the audit refuses nothing; there is nothing to take out");
            return Vec::new();
        };
        let found = note::removals(&output.note, self.format, self.template.as_ref(), &output.audit);
        let Some(first) = found.first() else {
            let text = format!(
                "{refusal}; it is in no text of the note, so nothing can be taken out: report the rule"
            );
            self.say(Level::Error, text);
            return Vec::new();
        };
        let text = format!("taken out of {}; look at the note again before you confirm it", first.field);
        self.removed.extend(found);
        self.confirmed = false;
        self.note_is_stale();
        self.say(Level::Info, text);
        Vec::new()
    }

    /// Takes a text that the operator marked out of the note, wherever it stands.
    pub(super) fn take_out(&mut self, text: &str) -> Vec<Effect> {
        let Some(output) = self.output.as_ref() else {
            self.say(Level::Error, "nothing was observed yet, so there is no note");
            return Vec::new();
        };
        match note::take_out(&output.note, text) {
            Ok(found) => {
                let field = found.first().map(|removal| removal.field.clone()).unwrap_or_default();
                self.removed.extend(found);
                self.confirmed = false;
                self.note_is_stale();
                self.say(Level::Info, format!("taken out of {field} and wherever else it stands"));
            }
            Err(reason) => self.say(Level::Warning, format!("nothing was taken out: {reason}")),
        }
        Vec::new()
    }

    /// Puts back what the operator took out last.
    pub(super) fn put_back(&mut self) -> Vec<Effect> {
        let last = self.removed.iter().rposition(note::Removal::is_by_operator);
        let Some(last) = last else {
            self.say(Level::Info, "you took nothing out, so nothing can be put back");
            return Vec::new();
        };
        let field = self.removed.remove(last).field;
        self.confirmed = false;
        self.note_is_stale();
        self.say(Level::Info, format!("put back into {field}; look at it again before you confirm"));
        Vec::new()
    }

    /// Shows a dropped field, or drops it again.
    pub(super) fn show_field(&mut self, field: &str) -> Vec<Effect> {
        if self.only_earlier().is_some() {
            self.say(
                Level::Error,
                "the text of that field is gone with the earlier run; paste the request again and send it",
            );
            return Vec::new();
        }
        if let Some(at) = self.shown.iter().position(|shown| shown == field) {
            self.shown.remove(at);
            self.say(Level::Info, "that field leaves as its shape only, as before");
        } else {
            let Some(output) = self.output.as_ref() else {
                self.say(Level::Error, "nothing was observed yet, so nothing was dropped");
                return Vec::new();
            };
            match shown_field(field, &output.evidence) {
                Ok(path) => {
                    self.shown.push(path);
                    self.say(
                        Level::Warning,
                        "that field is now in the note, less the secrets that were found in it; read it before you confirm",
                    );
                }
                Err(reason) => {
                    self.say(Level::Error, reason.to_string());
                    return Vec::new();
                }
            }
        }
        self.confirmed = false;
        self.note_is_stale();
        Vec::new()
    }

    /// Every numbered placeholder of the note with its value: for this machine only.
    pub fn placeholder_map(&self) -> PlaceholderMap {
        let mut sanitizer = self.sanitizer();
        sanitizer.evidence(&self.evidence, &self.readings, &self.control_readings, self.profile());
        sanitizer.words(&self.words);
        sanitizer.placeholders()
    }

    pub(super) fn sanitizer(&self) -> Sanitizer<'_> {
        Sanitizer::new(&self.catalog, &self.ring).showing(&self.shown).withholding(&self.fingerprints())
    }

    /// The check for what `sanitizer` took in: the last one, where the case has not changed for it.
    pub(super) fn audit_of(&self, sanitizer: &Sanitizer<'_>) -> Audit {
        let audit = sanitizer.audit().or_last(self.last_audit.borrow().as_ref());
        *self.last_audit.borrow_mut() = Some(audit.clone());
        audit
    }

    pub(super) fn set_confirmed(&mut self, confirmed: bool) -> Vec<Effect> {
        if confirmed != self.confirmed {
            self.confirmed = confirmed;
            // The note says so; what was sanitized is the same.
            let safe = self.last_safe.take();
            self.note_is_stale();
            self.last_safe.replace(safe);
        }
        Vec::new()
    }

    pub(super) fn format_chosen(&mut self, format: Format) -> Vec<Effect> {
        if format != self.format {
            self.format = format;
            if let Some(output) = &mut self.output {
                (output.rendered, output.template_fault) = render(
                    &output.note,
                    format,
                    &output.audit,
                    (self.template.as_ref(), self.place.as_ref()),
                );
            }
            self.tell_template_fault();
        }
        Vec::new()
    }

    /// Makes the note where it is stale and something was observed.
    pub(super) fn refresh_output(&mut self, now: DateTime<Utc>) {
        if self.output.is_some() || !self.was_observed() {
            return;
        }
        self.output = self.make_output(now);
        self.tell_template_fault();
    }

    /// The evidence as a screen may show it, so that what an answer repeats of a key is drawn nowhere: of the note, where
    /// there is one. `None` as long as nothing was observed.
    pub fn clean_evidence(&self) -> Option<&SafeEvidence> {
        if let Some(output) = &self.output {
            return Some(&output.evidence);
        }
        let clean = || {
            let (readings, controls) = (&self.readings, &self.control_readings);
            self.sanitizer().evidence(&self.evidence, readings, controls, self.profile())
        };
        if self.evidence.attempts.is_empty() {
            return self.earlier().filter(|_| self.was_observed());
        }
        Some(self.clean.get_or_init(clean))
    }

    /// Takes a template of the operator's for the note as Markdown; `None`: the built-in one.
    pub fn use_template(&mut self, template: Option<Template>) {
        self.template = template;
        self.note_is_stale();
    }

    /// Makes the note as Markdown into a text that fits this place, where one is named.
    pub fn use_place(&mut self, place: Option<Place>) {
        self.place = place;
        self.note_is_stale();
    }

    /// The place that the note is made for, where one was chosen.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Makes the note for a place of the catalog, as Markdown; `None`: for none.
    pub(super) fn place_chosen(&mut self, id: Option<&str>) -> Vec<Effect> {
        let place = id.and_then(|id| Place::of(&self.catalog, id));
        if place.is_some() {
            self.format = Format::Markdown;
        }
        let public = |place: Option<&Place>| place.is_some_and(|place| place.destination.public);
        if public(place.as_ref()) != public(self.place.as_ref()) {
            // Another reader: what leaves is another text.
            self.confirmed = false;
        }
        if let Some(place) = place.as_ref().filter(|place| place.destination.public) {
            let name = &place.destination.name;
            self.say(
                Level::Warning,
                format!(
                    "{name} can be read by anybody: models and names are left out; confirm it in Review (4)"
                ),
            );
        }
        self.use_place(place);
        Vec::new()
    }

    /// Says what is wrong with the operator's template, as long as it is.
    pub(super) fn tell_template_fault(&mut self) {
        if let Some(fault) = self.output.as_ref().and_then(|o| o.template_fault.as_ref()) {
            let text = format!("{fault}; this is the note by the built-in one");
            self.say(Level::Warning, text);
        }
    }

    fn make_output(&self, now: DateTime<Utc>) -> Option<Output> {
        let (diagnosis, profile) = (self.diagnosis()?, self.profile()?);
        let safe = match self.only_earlier() {
            Some(earlier) => Arc::new(self.safe_words_with(earlier)),
            None => self.safe(&self.words),
        };
        let Safe { evidence, words, keys, audit, .. } = &*safe;
        let mut ledger = safe.ledger.clone();
        let run = self.run_facts(now);
        let built = |ledger: &Ledger| {
            let (catalog, run) = (&*self.catalog, &run);
            note::build(&Material { evidence, diagnosis, words, ledger, catalog, profile, run, audit })
        };
        let mut note = built(&ledger);
        if !self.removed.is_empty() {
            let value = note.value();
            for removal in self.removed.iter().filter(|removal| removal.applies_to(&value)) {
                ledger.add(
                    "removed",
                    if removal.is_by_operator() { "operator" } else { "audit" },
                    &removal.field,
                );
            }
            note = Note { removed: self.removed.clone(), ..built(&ledger) };
        }
        let (rendered, template_fault) =
            render(&note, self.format, audit, (self.template.as_ref(), self.place.as_ref()));
        let (evidence, words) = (evidence.clone(), words.clone());
        let (keys, audit) = (keys.clone(), audit.clone());
        Some(Output { evidence, words, ledger, note, rendered, template_fault, keys, audit })
    }

    pub(super) fn run_facts(&self, now: DateTime<Utc>) -> Run {
        let sent = self.evidence.attempts.iter().any(|a| a.source == evidence::Source::Sent);
        let earlier = self.only_earlier().map(|earlier| &earlier.run);
        Run {
            case_id: self.id().to_owned(),
            created_at: now,
            tool: self.settings.tool.clone(),
            os: self.settings.os.clone(),
            base_url_alias: earlier.map_or_else(|| self.base_url_alias(), |run| run.base_url_alias.clone()),
            policy: match earlier {
                Some(run) => run.policy.clone(),
                None => sent.then(|| self.settings.policy.clone()),
            },
            timeouts: earlier.map_or_else(|| sent.then_some(self.timeouts()), |run| run.timeouts),
            secret_source: earlier.map_or_else(|| self.secret_source(), |run| run.secret_source.clone()),
            confirmed_by_operator: self.confirmed,
            audience: match &self.place {
                Some(place) if place.destination.public => Audience::Public,
                _ => self.settings.audience,
            },
            proxy_in_use: match (earlier, &self.evidence.request) {
                (Some(run), _) => run.proxy_in_use,
                (None, Some(r)) if sent => Some((self.settings.proxy_for)(&r.target.host, &r.target.scheme)),
                (None, _) => None,
            },
            similar: self.twins().map(Twins::part),
        }
    }

    /// The name under which the base URL may stand in a note: the profile's alias where the host is the profile's
    /// own, its id where it was chosen by name, else `custom`.
    fn base_url_alias(&self) -> String {
        let request = self.evidence.request.as_ref();
        let origin = request.or(self.named_address().as_ref()).map(|r| r.target.origin());
        let profile = self.profile();
        let known = profile.and_then(|p| p.base_urls.iter().find(|b| Some(&b.url) == origin.as_ref()));
        match (known, &self.chosen_profile) {
            (Some(base), _) => base.alias.clone(),
            (None, Some(id)) if id == "practice" => id.clone(),
            _ if origin.is_none() => note::NOT_GIVEN.to_owned(),
            _ => "custom".to_owned(),
        }
    }

    fn secret_source(&self) -> Option<String> {
        let request = self.evidence.request.as_ref()?;
        let held = request.masked_texts().flat_map(|text| self.ring.used_in(text)).next()?;
        Some(match &held.origin {
            Origin::Environment(name) => format!("environment variable {name}"),
            Origin::Pasted => "the pasted request".to_owned(),
            Origin::Given(way) => (*way).to_owned(),
        })
    }

    pub(super) fn copy_requested(&mut self, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(rendered) = self.leaving(now) else { return Vec::new() };
        self.going_out = Some(rendered.clone());
        vec![Effect::Copy(self.rich(rendered))]
    }

    /// With HTML beside the note as Markdown, for web forms. The text for a place is written in that place's markup, and has none; nor
    /// has a note whose HTML the audit refuses: it goes as text alone.
    fn rich(&self, rendered: Rendered) -> Rendered {
        let Some(output) = &self.output else { return rendered };
        if rendered.format() != Format::Markdown || self.place.is_some() {
            return rendered;
        }
        let html = note::html(rendered.as_str());
        output.audit.with_html(rendered.clone(), html).unwrap_or(rendered)
    }

    pub(super) fn write_requested(&mut self, path: Option<String>, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(rendered) = self.leaving(now) else { return Vec::new() };
        // A folder is made, and the file in it named, where the file is written.
        let path = path.unwrap_or_else(|| format!("{}.{}", self.id(), extension(rendered.format())));
        self.going_out = Some(rendered.clone());
        vec![Effect::Write { path, rendered }]
    }

    /// The bytes that leave, or a notice why not.
    fn leaving(&mut self, now: DateTime<Utc>) -> Option<Rendered> {
        self.refresh_output(now);
        match self.ready() {
            Ok(rendered) => Some(rendered.clone()),
            Err((level, why)) => {
                self.say(level, why);
                None
            }
        }
    }

    /// The note as it may leave now, by copy or into a file.
    ///
    /// # Errors
    /// Why it may not: something runs, it was not confirmed, nothing was observed, or the audit refuses it.
    pub fn ready(&self) -> Result<&Rendered, (Level, String)> {
        let warning = |text: &str| Err((Level::Warning, text.to_owned()));
        if self.is_busy() {
            return warning("a request is still under way; wait for it, or cancel it");
        }
        match self.output.as_ref().map(|output| &output.rendered) {
            None => {
                warning("there is no note yet: nothing was observed; send the request or paste an answer")
            }
            Some(Err(refusal)) => Err((Level::Error, refusal.to_string())),
            Some(Ok(_)) if self.settings.confirm_first && !self.confirmed => {
                warning("look at what leaves in Review (4) and confirm it there; then copy or write it")
            }
            Some(Ok(rendered)) => Ok(rendered),
        }
    }

    pub(super) fn note_delivered(
        &mut self,
        result: Result<Delivered, String>,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        match result {
            Ok(delivered) => {
                let verb = match (&delivered.path, delivered.certain) {
                    (Some(_), _) => "written",
                    (None, _) if delivered.route == STDOUT => "printed",
                    (None, true) if delivered.is_ticket() => "attached",
                    (None, true) if delivered.is_mail() => "sent",
                    (None, true) => "copied",
                    (None, false) => "handed over",
                };
                self.say(Level::Info, format!("{verb}: {}", delivered.route));
                let by = delivered.by();
                // Of what a command printed itself nothing was asked here: it is the note as it stands.
                let as_it_stands = || self.output.as_ref().and_then(|output| output.rendered.clone().ok());
                self.handed_over = self.going_out.take().or_else(as_it_stands);
                self.delivered.push(delivered);
                let kept = self.keep_case(by, now);
                let forgotten = self.forget_saved();
                return self.remember_keys().into_iter().chain(kept).chain(forgotten).collect();
            }
            Err(error) => self.say(Level::Error, error),
        }
        Vec::new()
    }
}

/// The note in `format`; as Markdown by the operator's template where there is one and it can be used.
fn render(
    note: &Note,
    format: Format,
    audit: &Audit,
    (template, place): (Option<&Template>, Option<&Place>),
) -> (Result<Rendered, Refusal>, Option<TemplateError>) {
    let (rendered, fault) = whole(note, format, audit, template);
    match place.filter(|_| format == Format::Markdown) {
        Some(place) => (rendered.and_then(|rendered| place.fit(note, &rendered, audit)), fault),
        None => (rendered, fault),
    }
}

fn whole(
    note: &Note,
    format: Format,
    audit: &Audit,
    template: Option<&Template>,
) -> (Result<Rendered, Refusal>, Option<TemplateError>) {
    let Some(template) = template.filter(|_| format == Format::Markdown) else {
        return (note::render(note, format, audit), None);
    };
    match note::render_with(note, template, audit) {
        Ok(rendered) => (Ok(rendered), None),
        Err(RenderError::Refused(refusal)) => (Err(refusal), None),
        Err(RenderError::Template(fault)) => (note::render(note, format, audit), Some(fault)),
    }
}

/// The file name extension of a format.
fn extension(format: Format) -> &'static str {
    match format {
        Format::Yaml => "yaml",
        Format::Markdown => "md",
        Format::Json => "json",
        Format::Plain => "txt",
    }
}
