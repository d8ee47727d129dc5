//! A list to choose from, under headings, with a filter. Its lines come from the catalog.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::case::catalog::{Catalog, Endpoint, Profile, Served, StreamKind};
use crate::session::PieceLine;
use crate::ui::tui::screen::DeskLine;

/// What can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// A gateway's profile.
    Gateway,
    /// An endpoint.
    Endpoint,
    /// A dropped field that is shown, or dropped again.
    Shown,
    /// Another request of the paste.
    Piece,
    /// The colours.
    Theme,
    /// The place that the note is made for.
    Place,
    /// An unfinished case to go on with.
    Unfinished,
    /// A ticket desk.
    Desk,
}

/// A line that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Stable id.
    pub id: String,
    /// What is shown.
    pub line: String,
    /// Heading under which it stands; empty: none.
    pub heading: String,
    /// What is told of it while it is marked.
    pub told: Vec<String>,
    /// Small letters in which the filter looks.
    sought: String,
}

/// A row of the list as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row<'p> {
    /// A heading.
    Heading(&'p str),
    /// An item; the flag: it is marked.
    Item(&'p Item, bool),
}

/// Longest filter, characters.
const LONGEST_FILTER: usize = 60;

/// A list to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picker {
    /// What is chosen.
    pub choice: Choice,
    /// All lines.
    items: Vec<Item>,
    /// The marked one among those that are shown.
    marked: usize,
    /// What was typed to filter; `None`: nothing is filtered.
    filter: Option<String>,
}

/// Characters of a field that are told before it is shown.
const PREVIEW: usize = 260;

/// What happens to the text below this line.
fn leaving(is_shown: bool) -> &'static str {
    if is_shown {
        "This leaves your machine with the note. Enter drops it again."
    } else {
        "Enter puts this into the note, and it leaves your machine with it:"
    }
}

/// The beginning of `text` on one line, and how long it is.
fn preview(text: Option<&str>) -> String {
    let Some(text) = text else { return "(its text is not told here: there are too many fields)".to_owned() };
    let start: String = text.chars().take(PREVIEW).collect();
    let start = start.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        n if n > PREVIEW => format!("{start}… ({n} characters in all)"),
        _ => start,
    }
}

impl Picker {
    /// The gateways; that of `current` is marked.
    pub fn gateways(catalog: &Catalog, current: Option<&Profile>) -> Self {
        let items: Vec<Item> = catalog
            .profiles
            .iter()
            .map(|p| {
                let base = p.base_urls.first().map_or("address as you give it", |b| b.url.as_str());
                let line = format!("{} · {base}", p.name);
                Item {
                    id: p.id.clone(),
                    sought: line.to_lowercase(),
                    line,
                    heading: String::new(),
                    told: Vec::new(),
                }
            })
            .collect();
        let marked = items.iter().position(|item| current.is_some_and(|p| p.id == item.id)).unwrap_or(0);
        Self { choice: Choice::Gateway, items, marked, filter: None }
    }

    /// The requests of the paste; the one that is looked at is marked.
    pub fn pieces(pieces: &[PieceLine]) -> Self {
        let items = pieces
            .iter()
            .enumerate()
            .map(|(at, piece)| Item {
                id: at.to_string(),
                sought: piece.line.to_lowercase(),
                line: piece.line.clone(),
                heading: String::new(),
                told: Vec::new(),
            })
            .collect();
        let marked = pieces.iter().position(|piece| piece.taken).unwrap_or(0);
        Self { choice: Choice::Piece, items, marked, filter: None }
    }

    /// The themes; the chosen one is marked.
    pub fn themes<'a>(names: impl Iterator<Item = &'a str>, chosen: &str) -> Self {
        let items: Vec<Item> = names
            .map(|name| Item {
                id: name.to_owned(),
                sought: name.to_lowercase(),
                line: name.to_owned(),
                heading: String::new(),
                told: Vec::new(),
            })
            .collect();
        let marked = items.iter().position(|item| item.id == chosen).unwrap_or(0);
        Self { choice: Choice::Theme, items, marked, filter: None }
    }

    /// Marks the item of that place among those that are shown; false: there is none.
    pub fn mark(&mut self, at: usize) -> bool {
        let is_there = at < self.shown().count();
        self.marked = if is_there { at } else { self.marked };
        is_there
    }

    /// The places that a note can be made for, and none; that of `current` is marked.
    pub fn places(catalog: &Catalog, current: Option<&str>) -> Self {
        let item = |id: &str, line: String, told: Vec<String>| Item {
            id: id.to_owned(),
            sought: line.to_lowercase(),
            line,
            heading: String::new(),
            told,
        };
        let none = item("", "no place: the note as it is".to_owned(), vec!["nothing is cut off".to_owned()]);
        let places = catalog.destinations.iter().map(|place| {
            let limit = place.limit.as_ref();
            let most = limit.map_or_else(
                || "no limit is known".to_owned(),
                |l| format!("at most {} characters", l.characters),
            );
            let public = if place.public { ", public" } else { "" };
            let source = limit.map_or(place.source.as_str(), |limit| limit.source.as_str());
            item(&place.id, format!("{} · {most}{public}", place.name), vec![source.to_owned()])
        });
        let items: Vec<Item> = std::iter::once(none).chain(places).collect();
        let marked = items.iter().position(|item| Some(item.id.as_str()) == current).unwrap_or(0);
        Self { choice: Choice::Place, items, marked, filter: None }
    }

    /// Unfinished cases by id and line, the first one marked, and a new case below them.
    pub fn unfinished(cases: impl Iterator<Item = (String, String)>) -> Self {
        let new = (String::new(), "none of them: begin a new case".to_owned());
        let items = cases.chain([new]).map(|(id, line)| Item {
            id,
            sought: line.to_lowercase(),
            told: vec![line.clone()],
            line,
            heading: String::new(),
        });
        Self { choice: Choice::Unfinished, items: items.collect(), marked: 0, filter: None }
    }

    /// The ticket desks, the first one marked.
    pub fn desks(desks: &[DeskLine]) -> Self {
        let items = desks.iter().map(|desk| Item {
            id: desk.name.clone(),
            sought: desk.line.to_lowercase(),
            line: desk.line.clone(),
            heading: String::new(),
            told: desk.told.clone(),
        });
        Self { choice: Choice::Desk, items: items.collect(), marked: 0, filter: None }
    }

    /// Fields whose text was dropped, and those that are `shown` already, each with its text as it would leave.
    pub fn fields(fields: Vec<(String, Option<String>)>, shown: &[String]) -> Self {
        let items = fields
            .into_iter()
            .map(|(field, text)| {
                let is_shown = shown.contains(&field);
                let heading = if is_shown {
                    "shown; choose one to drop it again"
                } else {
                    "dropped; choose one that is harmless"
                };
                Item {
                    told: vec![leaving(is_shown).to_owned(), preview(text.as_deref())],
                    sought: field.to_lowercase(),
                    line: field.clone(),
                    id: field,
                    heading: heading.to_owned(),
                }
            })
            .collect();
        Self { choice: Choice::Shown, items, marked: 0, filter: None }
    }

    /// The endpoints that gateways of `profile` have, in the groups of the catalog.
    pub fn endpoints(catalog: &Catalog, profile: Option<&Profile>) -> Self {
        let fitting = || catalog.endpoints.iter().filter(|e| e.belongs_to(profile));
        let mut groups: Vec<&str> = GROUPS.iter().map(|(id, _)| *id).collect();
        for endpoint in fitting() {
            if !groups.contains(&endpoint.group.as_str()) {
                groups.push(&endpoint.group);
            }
        }
        let items = groups
            .iter()
            .flat_map(|group| fitting().filter(move |e| e.group == *group))
            .map(|endpoint| item(endpoint, profile))
            .collect();
        Self { choice: Choice::Endpoint, items, marked: 0, filter: None }
    }

    /// Moves the mark by `lines`; it stops at the ends.
    pub fn step(&mut self, forward: bool, lines: usize) {
        let last = self.shown().count().saturating_sub(1);
        self.marked = if forward {
            self.marked.saturating_add(lines).min(last)
        } else {
            self.marked.saturating_sub(lines)
        };
    }

    /// The marked line.
    pub fn chosen(&self) -> Option<&Item> {
        self.shown().nth(self.marked)
    }

    /// The rows of the list, headings before their items.
    pub fn rows(&self) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        let mut heading = "";
        for (at, item) in self.shown().enumerate() {
            if item.heading != heading {
                heading = &item.heading;
                rows.push(Row::Heading(heading));
            }
            rows.push(Row::Item(item, at == self.marked));
        }
        rows
    }

    /// What was typed to filter; `None`: nothing is filtered.
    pub fn filter(&self) -> Option<&str> {
        self.filter.as_deref()
    }

    /// How many lines are shown, and of how many.
    pub fn counts(&self) -> (usize, usize) {
        (self.shown().count(), self.items.len())
    }

    /// Takes a key that has no other meaning: it is typed into the filter.
    pub fn key(&mut self, key: &KeyEvent) {
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match (key.code, &mut self.filter) {
            (KeyCode::Char('/'), None) if plain => self.filter = Some(String::new()),
            (KeyCode::Char(c), filter) if plain && !c.is_control() => {
                let filter = filter.get_or_insert_default();
                if filter.chars().count() < LONGEST_FILTER {
                    filter.push(c);
                }
            }
            (KeyCode::Char('u'), Some(filter)) => filter.clear(),
            (KeyCode::Backspace, Some(filter)) => {
                if filter.pop().is_none() {
                    self.filter = None;
                }
            }
            _ => return,
        }
        self.marked = 0;
    }

    /// Puts pasted text into the filter.
    pub fn paste(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()).take(LONGEST_FILTER) {
            self.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }

    /// Takes the filter away, the mark staying on its line; `false` where there was none.
    pub fn unfilter(&mut self) -> bool {
        if self.filter.is_none() {
            return false;
        }
        let id = self.chosen().map(|item| item.id.clone());
        self.filter = None;
        self.marked = self.items.iter().position(|item| Some(&item.id) == id.as_ref()).unwrap_or(0);
        true
    }

    /// The lines in which every word of the filter stands.
    fn shown(&self) -> impl Iterator<Item = &Item> {
        let words: Vec<String> =
            self.filter.as_deref().unwrap_or("").split_whitespace().map(str::to_lowercase).collect();
        self.items.iter().filter(move |item| words.iter().all(|word| item.sought.contains(word)))
    }
}

/// Groups of the catalog in their order, with their headings.
const GROUPS: [(&str, &str); 6] = [
    ("text", "Text"),
    ("image", "Images"),
    ("audio", "Speech and sound"),
    ("music", "Music"),
    ("video", "Video"),
    ("account", "Account, models, files"),
];

fn item(endpoint: &Endpoint, profile: Option<&Profile>) -> Item {
    let page = endpoint.page_for(profile);
    let seen = if page.confirmed { "" } else { ", not confirmed" };
    let mut told = vec![format!("{} (as of {}{seen})", page.url, page.accessed)];
    let served = match (endpoint.stream, endpoint.served) {
        (StreamKind::Websocket, _) => endpoint.not_sent.as_str(),
        (_, Served::Unconfirmed) => "Nobody saw this gateway serve it.",
        _ => "",
    };
    told.extend([served, endpoint.remark.as_str()].into_iter().filter(|t| !t.is_empty()).map(str::to_owned));
    let heading =
        GROUPS.iter().find(|(id, _)| *id == endpoint.group).map_or(endpoint.group.as_str(), |(_, name)| name);
    Item {
        id: endpoint.id.clone(),
        line: format!("{} · {} {}", endpoint.name, endpoint.method, endpoint.path),
        heading: heading.to_owned(),
        told,
        sought: format!("{} {} {}", endpoint.name, endpoint.path, endpoint.id).to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(picker: &mut Picker, text: &str) {
        for c in text.chars() {
            picker.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }

    #[test]
    fn only_the_gateways_own_endpoints_are_offered() {
        let catalog = Catalog::built_in();
        let ids = |profile: &str| -> Vec<String> {
            Picker::endpoints(&catalog, catalog.profile(profile)).items.into_iter().map(|i| i.id).collect()
        };
        let comet = ids("cometapi");
        let others = catalog.endpoints.iter().filter(|e| !e.profiles.is_empty()).map(|e| &e.id);
        assert!(others.clone().filter(|id| !comet.contains(id)).all(|id| {
            ["azure_", "openrouter_", "gemini_openai_"].iter().any(|other| id.starts_with(other))
        }));
        assert!(comet.len() > 110 && comet.contains(&"suno_music".to_owned()));
        assert_eq!(comet.first().map(String::as_str), Some("chat_completions"));
        let general = ids("openai_compatible");
        assert!(general.contains(&"audio_speech".to_owned()) && !general.contains(&"suno_music".to_owned()));
        assert_eq!(ids("practice"), comet);
    }

    #[test]
    fn every_list_is_filtered_by_typing() {
        let catalog = Catalog::built_in();
        let mut gateways = Picker::gateways(&catalog, None);
        typed(&mut gateways, "azure");
        assert_eq!(gateways.chosen().map(|item| item.id.as_str()), Some("azure_openai"));
        let mut themes = Picker::themes(["dark", "light"].into_iter(), "dark");
        typed(&mut themes, "/lig");
        assert_eq!((themes.counts(), themes.chosen().map(|item| item.id.as_str())), ((1, 2), Some("light")));
    }

    #[test]
    fn headings_stand_once_and_a_group_of_a_users_own_comes_last() {
        let text = "- {id: acme_weather, name: Weather, group: weather, method: GET, path: /weather, body: none, \
                    doc_url: 'https://acme.example/w', accessed: '2026-11-21'}\n\
                    - {id: acme_talk, name: Talk, method: POST, path: /talk, doc_url: 'https://acme.example/t', \
                    accessed: '2026-11-21'}\n";
        let catalog = crate::case::catalog::read_files([("endpoints.yaml", text)]).expect("reads");
        let picker = Picker::endpoints(&catalog, catalog.profile("openai_compatible"));
        let headings: Vec<&str> = picker
            .rows()
            .iter()
            .filter_map(|row| match row {
                Row::Heading(text) => Some(*text),
                Row::Item(..) => None,
            })
            .collect();
        assert_eq!(
            headings,
            ["Text", "Images", "Speech and sound", "Video", "Account, models, files", "weather"]
        );
        assert_eq!(
            picker.chosen().map(|i| i.id.as_str()),
            Some("acme_talk"),
            "one's own stand first in their group"
        );
    }

    #[test]
    fn the_filter_looks_in_name_path_and_id() {
        let catalog = Catalog::built_in();
        let mut picker = Picker::endpoints(&catalog, catalog.profile("cometapi"));
        typed(&mut picker, "Kling effects");
        assert_eq!(picker.counts().0, 1);
        assert_eq!(picker.chosen().map(|i| i.id.as_str()), Some("kling_effects"));
        assert!(picker.unfilter());
        assert_eq!(picker.chosen().map(|i| i.id.as_str()), Some("kling_effects"), "the mark stays");
        assert!(!picker.unfilter());
        for (text, id) in
            [("/mj/submit/modal", "midjourney_modal"), ("count_tok", "count_tokens"), ("quer ban", "")]
        {
            typed(&mut picker, "/");
            typed(&mut picker, text);
            assert_eq!(picker.chosen().map_or("", |i| i.id.as_str()), id, "{text}");
            picker.unfilter();
        }
        typed(&mut picker, "zz");
        assert_eq!((picker.counts().0, picker.chosen()), (0, None));
        picker.step(true, 1);
        for expected in [Some("z"), Some(""), None] {
            picker.key(&KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
            assert_eq!(picker.filter(), expected);
        }
    }

    #[test]
    fn what_is_told_names_the_page_of_the_gateway() {
        let catalog = Catalog::built_in();
        let told = |id: &str, profile: &str| {
            let picker = Picker::endpoints(&catalog, catalog.profile(profile));
            picker.items.iter().find(|i| i.id == id).map(|i| i.told.join(" | ")).unwrap_or_default()
        };
        assert!(
            told("chat_completions", "cometapi")
                .contains("apidoc.cometapi.com/api/text/chat (as of 2026-06-18, not confirmed)")
        );
        assert!(told("chat_completions", "openai_compatible").contains("platform.openai.com"));
        assert!(told("gemini_generate", "cometapi").ends_with("(as of 2026-11-21)"));
        assert!(told("realtime", "cometapi").contains("cannot be reproduced here"));
        assert!(told("files", "cometapi").contains("501"));
    }
}
