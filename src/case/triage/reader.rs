//! Reads the lines of a log into a tally. One reader a thread.

use std::collections::HashMap;
use std::sync::Arc;

use super::canonical::{Canon, Form};
use super::example::{Examples, Found};
use super::explained::{Failure, Memo, Memory, Seen};
use super::group::{Detail, Figures, Sample};
use super::line::{Bad, Layouts, Parts};
use super::moment;
use super::names::{Cleaner, Name};
use super::skim::{in_text, members, text};
use super::tally::Tally;
use crate::case::catalog::{Catalog, LogProfile};

/// Groups that are held outside the tally at a time.
const MOST_OPEN: usize = 8_192;

/// How a log is read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The profile of every line; `None`: told for each line by its members.
    pub profile: Option<LogProfile>,
    /// The gateway that wrote it, by the id of its profile.
    pub gateway: Option<String>,
    /// What readers with the same options remember together.
    pub memory: Arc<Memory>,
    /// Where one failure of each group is kept; `None`: nowhere.
    pub examples: Option<Arc<Examples>>,
}

/// Reads lines.
pub struct Reader<'c> {
    layouts: Layouts,
    work: Work<'c>,
}

/// What becomes of records.
struct Work<'c> {
    canon: Canon<'c>,
    form: Form,
    memo: Memo<'c>,
    names: Cleaner<'c>,
    open: HashMap<Open, Figures>,
    tally: Tally,
    /// Records of the line that told something.
    told: usize,
    /// One failure of each group, where they are wanted, and where they go.
    found: Option<(Found, Arc<Examples>)>,
}

/// A group by what it was made of. The failure is compared by its place: two of the same contents join in the tally.
struct Open {
    failure: Arc<Failure>,
    route: Name,
    model: Name,
}

impl Open {
    fn detail(&self) -> Detail {
        Detail {
            route: self.route.as_deref().map(str::to_owned),
            model: self.model.as_deref().filter(|_| self.failure.by_model).map(str::to_owned),
            words: self.failure.words.clone(),
        }
    }
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &Name, b: &Name| match (a, b) {
            (Some(a), Some(b)) => a == b,
            (a, b) => a.is_none() && b.is_none(),
        };
        Arc::ptr_eq(&self.failure, &other.failure)
            && same(&self.route, &other.route)
            && same(&self.model, &other.model)
    }
}

impl Eq for Open {}

impl std::hash::Hash for Open {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.failure).hash(state);
        self.route.hash(state);
        self.model.hash(state);
    }
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reader({} lines)", self.work.tally.lines)
    }
}

impl<'c> Reader<'c> {
    /// A reader with the knowledge of `catalog`.
    pub fn new(catalog: &'c Catalog, options: &Options) -> Self {
        let layouts = match &options.profile {
            Some(profile) => {
                Layouts::new(std::iter::once(&LogProfile { marks: Vec::new(), ..profile.clone() }))
            }
            None => Layouts::new(catalog.log_profiles.iter()),
        };
        let work = Work {
            canon: Canon::new(catalog),
            form: Form::default(),
            memo: Memo::new(catalog, options.gateway.clone(), Arc::clone(&options.memory)),
            names: Cleaner::new(catalog),
            open: HashMap::new(),
            tally: Tally::default(),
            told: 0,
            found: options.examples.as_ref().map(|examples| (Found::default(), Arc::clone(examples))),
        };
        Self { layouts, work }
    }

    /// Reads one line; an empty one is passed over.
    ///
    /// # Errors
    /// Why it is no record. It is counted.
    pub fn line(&mut self, line: &[u8]) -> Result<(), Bad> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let Self { layouts, work } = self;
        work.told = 0;
        let read = layouts.read(line, &mut |parts| work.record(parts));
        let read = if read.is_ok() && work.told == 0 { Err(Bad::SaysNothing) } else { read };
        match read {
            // A line may hold several records.
            Ok(()) => work.tally.lines += u64::try_from(work.told).unwrap_or(u64::MAX),
            Err(why) => work.tally.bad(why),
        }
        read
    }

    /// Counts a line that was too long to be kept.
    pub fn too_long(&mut self) {
        self.work.tally.bad(Bad::TooLong);
    }

    /// What was counted until now; counting goes on from nothing.
    pub fn take(&mut self) -> Tally {
        self.work.close();
        if let Some((found, examples)) = &mut self.work.found {
            examples.join(std::mem::take(found));
        }
        std::mem::take(&mut self.work.tally)
    }

    /// What was counted.
    pub fn finish(mut self) -> Tally {
        self.take()
    }
}

impl Work<'_> {
    fn record(&mut self, parts: &Parts<'_>) {
        let mut parts = *parts;
        let status = parts.status.and_then(status);
        let good = status.is_some_and(|s| (200..300).contains(&s));
        // An error that is logged as an object is an answer's.
        if parts.text.is_some_and(|told| matches!(told.first(), Some(b'{' | b'['))) {
            parts.body = parts.body.or(parts.text);
            parts.text = None;
        }
        // Beside a good status and no answer a text is a remark, unless it says that the connection failed.
        if good && parts.body.is_none() {
            let failed = |told: &[u8]| text(told).is_some_and(|told| self.memo.tells_of_silence(&told));
            parts.text = parts.text.filter(|told| failed(told));
        }
        // nginx's `$request`: method, path and version in one.
        if let Some((method, path)) = parts.path.and_then(request_line) {
            // It is no prompt either.
            parts.prompt = parts.prompt.filter(|prompt| Some(*prompt) != parts.path);
            (parts.method, parts.path) = (parts.method.or(Some(method)), Some(path));
        }
        let parts = &parts;
        if parts.worked || (good && parts.body.is_none() && parts.text.is_none()) {
            self.tally.worked += 1;
            self.told += 1;
            return;
        }
        if status.is_none() && parts.body.is_none() && parts.text.is_none() {
            return;
        }
        let model = parts.model.and_then(text).or_else(|| {
            Some(String::from_utf8_lossy(parts.prompt.and_then(|prompt| in_text(prompt, b"model"))?))
        });
        self.canon.read(parts, status, model.as_deref().unwrap_or("").as_bytes(), &mut self.form);
        match self.memo.get(&self.form) {
            Seen::Nothing => {}
            Seen::Worked => {
                self.tally.worked += 1;
                self.told += 1;
            }
            Seen::Failed(failure) => {
                self.told += 1;
                self.failed(parts, failure, model.as_deref());
            }
        }
    }

    fn failed(&mut self, parts: &Parts<'_>, failure: Arc<Failure>, model: Option<&str>) {
        let route = parts.path.and_then(text).and_then(|url| self.names.route(&url));
        let model = model.and_then(|model| self.names.model(model));
        let open = Open { failure, route, model };
        if self.open.len() >= MOST_OPEN && !self.open.contains_key(&open) {
            self.close();
        }
        let names = &self.names;
        let at = parts.time.and_then(moment::of);
        let id = parts.request_id.or_else(|| parts.headers.and_then(id_header)).and_then(text);
        if let Some((found, _)) = &mut self.found {
            let id = id.as_deref().filter(|id| names.is_id(id));
            found.offer(open.failure.kind.id(&open.detail()), parts, id, at);
        }
        // Most records belong to a group that is open.
        let failure = Arc::clone(&open.failure);
        let figures = self.open.entry(open).or_default();
        figures.count += 1;
        figures.at(at);
        if let Some(id) = id {
            let hour = at.map_or(i64::MIN, |ms| ms.div_euclid(3_600_000));
            if figures.samples.wants(hour, &id) && names.is_id(&id) {
                figures.samples.add(Sample { hour, id: id.into_owned() });
            }
        }
        if figures.attested || failure.runs.is_empty() {
            return;
        }
        let echoes = if failure.repeats_source {
            Some(true)
        } else {
            parts.prompt.and_then(|prompt| failure.runs.stand_in(prompt))
        };
        if let Some(echoes) = echoes {
            figures.told(echoes, !echoes);
        }
    }

    /// Moves the open groups into the tally.
    fn close(&mut self) {
        for (open, mut figures) in std::mem::take(&mut self.open) {
            if let Some(route) = &open.route {
                figures.routes.add(route, figures.count);
            }
            if let Some(model) = &open.model {
                figures.models.add(model, figures.count);
            }
            self.tally.add(&open.failure.kind, open.detail(), figures);
        }
    }
}

/// A status as logs write it: a number, its digits, `502 Bad Gateway`.
fn status(raw: &[u8]) -> Option<u16> {
    let digits = raw.strip_prefix(b"\"").unwrap_or(raw);
    let (three, rest) = digits.split_at_checked(3)?;
    let alone = rest.first().is_none_or(|b| !b.is_ascii_alphanumeric());
    let number =
        three.iter().try_fold(0_u16, |n, b| b.is_ascii_digit().then(|| n * 10 + u16::from(b - b'0')));
    number.filter(|status| alone && (100..600).contains(status))
}

/// Method and path of a request's first line, as it stands in JSON.
fn request_line(raw: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = raw.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let (method, rest) = line.split_at_checked(memchr::memchr(b' ', line)?)?;
    let (path, version) = rest.split_at_checked(memchr::memrchr(b' ', rest)?)?;
    let path = path.trim_ascii();
    let fits = method.len() <= 16
        && method.iter().all(u8::is_ascii_uppercase)
        && version.trim_ascii().starts_with(b"HTTP/")
        && !path.is_empty()
        && !path.contains(&b' ');
    fits.then_some((method, path))
}

/// The request id among the headers of an answer.
fn id_header(headers: &[u8]) -> Option<&[u8]> {
    const NAMES: [&[u8]; 4] = [b"x-request-id", b"request-id", b"x-oneapi-request-id", b"apim-request-id"];
    members(headers)
        .find(|(name, _)| NAMES.iter().any(|own| name.eq_ignore_ascii_case(own)))
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_line_is_method_and_path() {
        let table: [(&str, Option<(&str, &str)>); 6] = [
            ("\"POST /v1/chat/completions HTTP/1.1\"", Some(("POST", "/v1/chat/completions"))),
            ("\"GET /v1/models?a=b HTTP/2.0\"", Some(("GET", "/v1/models?a=b"))),
            ("\"/v1/models\"", None),
            ("\"POST /a b HTTP/1.1\"", None),
            ("\"post me some HTTP/1.1\"", None),
            ("\"\"", None),
        ];
        for (raw, expected) in table {
            let found = request_line(raw.as_bytes());
            let expected = expected.map(|(method, path)| (method.as_bytes(), path.as_bytes()));
            assert_eq!(found, expected, "{raw}");
        }
    }

    #[test]
    fn statuses_are_read_as_logs_write_them() {
        for (raw, expected) in [
            ("429", Some(429)),
            ("\"503\"", Some(503)),
            ("\"502 Bad Gateway\"", Some(502)),
            ("0", None),
            ("\"-\"", None),
            ("4290", None),
            ("\"success\"", None),
            ("999", None),
        ] {
            assert_eq!(status(raw.as_bytes()), expected, "{raw}");
        }
    }
}
