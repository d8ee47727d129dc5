//! One line of a log: which profile it has, and where in it the parts of a failure stand.

use std::cell::RefCell;

use super::skim::{below, elements, members, text, value_end};
use crate::case::catalog::{LogFields, LogProfile};

/// Why a line is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bad {
    /// It begins with no brace.
    NotAnObject,
    /// The object has no end: a writer stopped in the middle.
    CutOff,
    /// Something stands behind the object.
    Trailing,
    /// It is longer than [`super::LONGEST_LINE`].
    TooLong,
    /// An object in which nothing tells of a request.
    SaysNothing,
}

impl Bad {
    /// All, in the order in which they are counted.
    pub const ALL: [Self; 5] =
        [Self::NotAnObject, Self::CutOff, Self::Trailing, Self::TooLong, Self::SaysNothing];

    /// The word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAnObject => "not_an_object",
            Self::CutOff => "cut_off",
            Self::Trailing => "trailing",
            Self::TooLong => "too_long",
            Self::SaysNothing => "says_nothing",
        }
    }

    /// A few words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotAnObject => "no JSON object",
            Self::CutOff => "an object that has no end",
            Self::Trailing => "something behind the object",
            Self::TooLong => "too long, not read",
            Self::SaysNothing => "no status, answer or text of a failure where the profile looks",
        }
    }
}

/// The parts of a record as they are written in JSON; what is not there, or `null`, is `None`. Raw.
#[derive(Clone, Copy, Default)]
pub(super) struct Parts<'l> {
    pub(super) time: Option<&'l [u8]>,
    pub(super) request_id: Option<&'l [u8]>,
    pub(super) method: Option<&'l [u8]>,
    pub(super) path: Option<&'l [u8]>,
    pub(super) model: Option<&'l [u8]>,
    pub(super) status: Option<&'l [u8]>,
    pub(super) headers: Option<&'l [u8]>,
    pub(super) body: Option<&'l [u8]>,
    pub(super) text: Option<&'l [u8]>,
    pub(super) prompt: Option<&'l [u8]>,
    /// The log itself says that the request worked.
    pub(super) worked: bool,
}

type Place = Vec<Vec<u8>>;

/// A profile with its places taken apart.
struct Layout {
    marks: Vec<Place>,
    each: Vec<Place>,
    /// In the order of [`Parts`].
    fields: [Vec<Place>; 10],
    worked: Vec<(Place, Vec<String>)>,
}

/// The profiles that may be taken.
pub(super) struct Layouts {
    list: Vec<Layout>,
    /// The names of the last line's members, and what was taken for it.
    last: Option<(u64, usize)>,
}

impl Layouts {
    /// These profiles, tried in this order. The profile is chosen for each line by itself, so that it does not matter in
    /// which file or piece a line stands.
    pub(super) fn new<'p>(profiles: impl Iterator<Item = &'p LogProfile>) -> Self {
        let mut list: Vec<Layout> = profiles.map(Layout::of).collect();
        // What fits every line is tried last.
        list.sort_by_key(|layout| layout.marks.is_empty());
        Self { list, last: None }
    }

    /// Gives the parts of each record in `line` to `take`.
    ///
    /// # Errors
    /// Why the line is no record.
    pub(super) fn read<'l>(&mut self, line: &'l [u8], take: &mut dyn FnMut(&Parts<'l>)) -> Result<(), Bad> {
        let line = line.trim_ascii();
        if line.first() == Some(&b'[') {
            return self.list(line, take);
        }
        if line.first() != Some(&b'{') {
            return Err(Bad::NotAnObject);
        }
        let mut all = members(line);
        let mut top: All<'l> = Vec::with_capacity(24);
        top.extend(&mut all);
        let end = all.end().ok_or(Bad::CutOff)?;
        if end < line.len() {
            return Err(Bad::Trailing);
        }
        let Some(layout) = self.choose(&top) else { return Err(Bad::SaysNothing) };
        if layout.each.is_empty() {
            let opened = RefCell::default();
            take(&layout.parts(&|place| find(&top, &opened, place)));
        } else {
            spread(line, &layout.each, &mut |record| {
                take(&layout.parts(&|place| below(record, place).filter(|value| is_set(value))));
            });
        }
        Ok(())
    }

    /// The records of an array that stands on one line.
    fn list<'l>(&mut self, line: &'l [u8], take: &mut dyn FnMut(&Parts<'l>)) -> Result<(), Bad> {
        let is_object = |record: &&[u8]| record.first() == Some(&b'{');
        if !elements(line).next().is_some_and(|first| is_object(&first)) {
            return Err(Bad::NotAnObject);
        }
        let end = value_end(line, 0).ok_or(Bad::CutOff)?;
        if end < line.len() {
            return Err(Bad::Trailing);
        }
        elements(line)
            .filter(is_object)
            .map(|record| self.read(record, take))
            .fold(Err(Bad::SaysNothing), Result::or)
    }

    fn choose(&mut self, top: &[(&[u8], &[u8])]) -> Option<&Layout> {
        let names = top.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, (name, _)| {
            let hash = name.iter().fold(hash, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
            (hash ^ 0xff).wrapping_mul(0x0100_0000_01b3)
        });
        // Only the outermost names decide, so that lines of the same names have the same profile.
        let at = match self.last {
            Some((known, at)) if known == names => at,
            _ => {
                let has =
                    |place: &Place| place.first().is_some_and(|name| top.iter().any(|(own, _)| own == name));
                self.list.iter().position(|layout| layout.marks.iter().all(has))?
            }
        };
        self.last = Some((names, at));
        self.list.get(at)
    }
}

/// The members of an object, name and value.
type All<'l> = Vec<(&'l [u8], &'l [u8])>;

/// The value at `place`. `opened`: the outermost objects that were looked into, as several places lie in one.
fn find<'l>(top: &All<'l>, opened: &RefCell<Vec<(usize, All<'l>)>>, place: &Place) -> Option<&'l [u8]> {
    let (name, rest) = place.split_first()?;
    let at = top.iter().position(|(own, _)| is_named(own, name))?;
    let (_, value) = top.get(at)?;
    let (Some((inner, deeper)), Some(b'{')) = (rest.split_first(), value.first()) else {
        return below(value, rest).filter(|value| is_set(value));
    };
    let mut opened = opened.borrow_mut();
    let known = opened.iter().position(|(own, _)| *own == at).unwrap_or_else(|| {
        opened.push((at, members(value).collect()));
        opened.len() - 1
    });
    let (_, all) = opened.get(known)?;
    let (_, value) = all.iter().find(|(own, _)| is_named(own, inner))?;
    below(value, deeper).filter(|value| is_set(value))
}

/// Whether a member has this name: told by the first byte, mostly.
fn is_named(own: &[u8], name: &[u8]) -> bool {
    own.len() == name.len() && own.first() == name.first() && own == name
}

/// Not `null`, and not the hyphen by which servers say that there is nothing. An empty body is one.
fn is_set(value: &[u8]) -> bool {
    !matches!(value, b"null" | b"\"-\"")
}

/// Every element of the lists `each`, one inside the other.
fn spread<'l>(value: &'l [u8], each: &[Place], take: &mut dyn FnMut(&'l [u8])) {
    let Some((place, rest)) = each.split_first() else { return take(value) };
    for element in below(value, place).into_iter().flat_map(elements) {
        spread(element, rest, take);
    }
}

/// The steps of a JSON pointer; `a.b` is taken for `/a/b`.
fn place(pointer: &str) -> Place {
    let steps =
        pointer.strip_prefix('/').map(|rest| rest.split('/').map(crate::case::pointer::name).collect());
    let steps: Vec<String> = steps.unwrap_or_else(|| pointer.split('.').map(str::to_owned).collect());
    steps.into_iter().map(String::into_bytes).collect()
}

impl Layout {
    fn of(profile: &LogProfile) -> Self {
        let all = |list: &[String]| list.iter().map(|pointer| place(pointer)).collect::<Vec<_>>();
        let LogFields { time, request_id, method, path, model, status, headers, body, text, prompt } =
            &profile.fields;
        let fields = [time, request_id, method, path, model, status, headers, body, text, prompt];
        Self {
            marks: all(&profile.marks),
            each: all(&profile.each),
            fields: fields.map(|list| all(list)),
            worked: profile.worked.iter().map(|w| (place(&w.at), w.is.clone())).collect(),
        }
    }

    fn parts<'l>(&self, find: &dyn Fn(&Place) -> Option<&'l [u8]>) -> Parts<'l> {
        let first = |places: &[Place]| places.iter().find_map(find);
        let [time, request_id, method, path, model, status, headers, body, told, prompt] = &self.fields;
        let is = |(at, values): &(Place, Vec<String>)| {
            let have = find(at).and_then(text);
            have.is_some_and(|have| values.iter().any(|value| have == value.as_str()))
        };
        Parts {
            time: first(time),
            request_id: first(request_id),
            method: first(method),
            path: first(path),
            model: first(model),
            status: first(status),
            headers: first(headers),
            body: first(body),
            text: first(told),
            prompt: first(prompt),
            worked: self.worked.iter().any(is),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;

    fn statuses(line: &str) -> Result<Vec<String>, Bad> {
        let catalog = Catalog::built_in();
        let mut layouts = Layouts::new(catalog.log_profiles.iter());
        let mut all = Vec::new();
        layouts.read(line.as_bytes(), &mut |parts| {
            all.push(
                parts.status.and_then(text).map_or_else(|| "-".to_owned(), std::borrow::Cow::into_owned),
            );
        })?;
        Ok(all)
    }

    #[test]
    fn each_kind_of_log_is_told_by_its_members() {
        for (line, expected) in [
            (r#"{"ts":"x","status":429,"path":"/v1"}"#, "429"),
            (
                r#"{"call_type":"acompletion","status":"failure","metadata":{"error_information":{"error_code":"503"}}}"#,
                "503",
            ),
            (r#"{"time_iso8601":"t","request_uri":"/v1/x","status":"502"}"#, "502"),
            (r#"{"start_time":"t","response_code":504,"response_flags":"UT"}"#, "504"),
            (r#"{"name":"chat","attributes":{"http.response.status_code":500}}"#, "500"),
            (r#"{"type":5,"content":"x","model_name":"m","other":{"status_code":401}}"#, "401"),
        ] {
            assert_eq!(statuses(line).expect(line), [expected], "{line}");
        }
        let otlp = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"http.response.status_code","value":{"intValue":"429"}}]},{"attributes":[]}]}]}]}"#;
        assert_eq!(statuses(otlp).expect("read"), ["429", "-"]);
        let list = r#" [{"ts":"x","status":429,"path":"/v1"}, 7, {"ts":"x","status":500,"path":"/v1"}] "#;
        assert_eq!(statuses(list).expect("read"), ["429", "500"]);
    }

    #[test]
    fn what_is_no_record_says_why() {
        for (line, why) in [
            ("panic: x", Bad::NotAnObject),
            ("[1]", Bad::NotAnObject),
            ("[2026-04-01] it fails", Bad::NotAnObject),
            ("[GIN] it fails", Bad::NotAnObject),
            (r#"[{"status":4}"#, Bad::CutOff),
            (r#"[{"status":4}] x"#, Bad::Trailing),
            ("", Bad::NotAnObject),
            (r#"{"status":4"#, Bad::CutOff),
            (r#"{"status":4} x"#, Bad::Trailing),
            (r#"{"status":4}{"status":5}"#, Bad::Trailing),
        ] {
            assert_eq!(statuses(line), Err(why), "{line}");
        }
    }
}
