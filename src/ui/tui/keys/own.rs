//! Keys of the user's own: `keys.yaml` of the configuration folder over the built-in table. It moves keys; actions and
//! modes are those of the table. What cannot be used is told with its line, and the rest holds.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as NotKnown;
use serde_yaml::Spanned;

use super::{Action, Binding, KeyCombo, Keymap, Mode};

/// Something in the file that cannot be used as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line from 1; 0: the file as a whole.
    pub line: u64,
    /// What it is and what to do; holds no text of the file but words of small letters.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.what),
            line => write!(f, "line {line}: {}", self.what),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    keys: Spanned<Vec<String>>,
    action: String,
    label: Option<String>,
    help: Option<String>,
}

/// A key that is wanted: where, what for, and the line that says so.
struct Wanted {
    mode: Mode,
    action: Action,
    key: KeyCombo,
    line: u64,
}

impl Keymap {
    /// Puts the keys of `text` over those of this table. Where two want the same key in the same mode, the first one of
    /// the file has it; an own key goes before a built-in one.
    pub fn merge(&mut self, text: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        let options = serde_yaml::options! {
            strict_booleans: true,
            with_snippet: false,
            duplicate_keys: serde_yaml::DuplicateKeyPolicy::Error,
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let read: Result<Option<BTreeMap<String, Vec<Entry>>>, _> =
            serde_yaml::from_str_with_options(text, options);
        let modes = match read {
            Ok(modes) => modes.unwrap_or_default(),
            Err(error) => {
                // What the reader says may repeat a value.
                let line = error.location().map_or(0, |at| at.line());
                let what = "this is no table of keys; it has modes, and under each a list of \
                            {keys: [x], action: name} (see assets/keys.yaml of the source)";
                return vec![Fault { line, what: what.to_owned() }];
            }
        };
        let before = self.clone();
        let mut wanted = Vec::new();
        for (name, entries) in modes {
            let first = entries.first().map_or(0, |entry| entry.keys.referenced.line());
            let Some(mode) = named::<Mode>(&name) else {
                faults.push(Fault { line: first, what: format!("there is no mode{}", word(&name)) });
                continue;
            };
            for entry in entries {
                self.take(mode, entry, &mut wanted, &mut faults);
            }
        }
        // A map gives the modes by name; what comes first in the file has the key.
        wanted.sort_by_key(|w| w.line);
        self.settle(&wanted, &before, &mut faults);
        faults.sort_by_key(|fault| fault.line);
        faults
    }

    /// Takes the keys of one entry.
    fn take(&mut self, mode: Mode, entry: Entry, wanted: &mut Vec<Wanted>, faults: &mut Vec<Fault>) {
        let line = entry.keys.referenced.line();
        let mut fault = |what: String| faults.push(Fault { line, what });
        let action = named::<Action>(&entry.action);
        let binding = action.and_then(|action| {
            self.modes.get_mut(&mode).and_then(|all| all.iter_mut().find(|b| b.action == action))
        });
        let (Some(action), Some(binding)) = (action, binding) else {
            return fault(format!("there is no action{} in {}", word(&entry.action), mode.name()));
        };
        let mut keys = Vec::new();
        for text in &entry.keys.value {
            let Ok(key) = text.parse::<KeyCombo>() else {
                fault(format!("{} has something that is no key", action.name()));
                continue;
            };
            if let Some(why) = taken(key, action) {
                fault(format!("{key} cannot be used: {why}"));
            } else if mode.takes_text() && key.is_text() {
                fault(format!(
                    "{key} is text in {}; choose a key with ctrl- or alt-, or f1 to f12",
                    mode.name()
                ));
            } else if !keys.contains(&key) {
                keys.push(key);
                wanted.push(Wanted { mode, action, key, line });
            }
        }
        // Where nothing of what was wanted can be used the built-in keys stay.
        if !keys.is_empty() || entry.keys.value.is_empty() {
            binding.keys = keys;
        }
        if let Some(label) = entry.label {
            binding.label = label;
        }
        if let Some(help) = entry.help.filter(|help| !help.is_empty()) {
            binding.help = help;
        }
    }

    /// Leaves each key to one action of a mode, and tells what lost its last key.
    fn settle(&mut self, wanted: &[Wanted], before: &Self, faults: &mut Vec<Fault>) {
        for (at, own) in wanted.iter().enumerate() {
            let rival = wanted
                .iter()
                .take(at)
                .find(|other| other.mode == own.mode && other.key == own.key && other.action != own.action);
            if let Some(rival) = rival {
                let what = format!(
                    "{} is both {} (line {}) and {} in {}; the first one has it",
                    own.key,
                    rival.action.name(),
                    rival.line,
                    own.action.name(),
                    own.mode.name()
                );
                faults.push(Fault { line: own.line, what });
                self.drop_key(own.mode, own.key, |action| action == own.action);
                continue;
            }
            // What the file gives the same key to has its own turn.
            let also =
                |action| wanted.iter().any(|w| w.mode == own.mode && w.key == own.key && w.action == action);
            for loser in self.drop_key(own.mode, own.key, |action| !also(action)) {
                let what = format!(
                    "{} was the only key of {} in {}, which has none now; give it another one",
                    own.key,
                    loser.name(),
                    own.mode.name()
                );
                faults.push(Fault { line: own.line, what });
            }
            faults.extend(self.hidden_by_always(own));
        }
        self.keep_the_way_out(before, faults);
    }

    /// Takes `key` from the actions of `mode` that `from` names; gives those that have none left.
    fn drop_key(&mut self, mode: Mode, key: KeyCombo, from: impl Fn(Action) -> bool) -> Vec<Action> {
        let all: &mut [Binding] = self.modes.get_mut(&mode).map_or(&mut [], Vec::as_mut_slice);
        let mut without = Vec::new();
        for binding in all.iter_mut().filter(|b| from(b.action) && b.keys.contains(&key)) {
            binding.keys.retain(|k| *k != key);
            if binding.keys.is_empty() {
                without.push(binding.action);
            }
        }
        without
    }

    /// The keys of `always` are tried first, so that the same key does nothing else anywhere.
    fn hidden_by_always(&self, own: &Wanted) -> Option<Fault> {
        let said = |what: String| Some(Fault { line: own.line, what });
        if own.mode != Mode::Always {
            let always = self.own_bindings(Mode::Always).find(|b| b.keys.contains(&own.key))?;
            return said(format!(
                "{} is {} everywhere, so that it never is {}",
                own.key,
                always.action.name(),
                own.action.name()
            ));
        }
        let (mode, hidden) = self
            .modes
            .iter()
            .filter(|(mode, _)| **mode != Mode::Always)
            .find_map(|(mode, all)| Some((mode, all.iter().find(|b| b.keys == [own.key])?)))?;
        said(format!("{} hides {} in {}", own.key, hidden.action.name(), mode.name()))
    }

    /// One key that leaves at once is there whatever the file says.
    fn keep_the_way_out(&mut self, before: &Self, faults: &mut Vec<Fault>) {
        let has = self.own_bindings(Mode::Always).any(|b| b.action == Action::QuitNow && !b.keys.is_empty());
        if !has && let Some(built_in) = before.modes.get(&Mode::Always) {
            self.modes.insert(Mode::Always, built_in.clone());
            let what = "quit_now needs a key; the keys of always are the built-in ones".to_owned();
            faults.push(Fault { line: 0, what });
        }
    }
}

impl Mode {
    /// The name of the key table, in words: `editing line`.
    pub fn name(self) -> String {
        let name = serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned));
        name.unwrap_or_default().replace('_', " ")
    }
}

/// Why `key` is not given to `action`: terminals or tmux take it, or report it as another one.
pub(super) fn taken(key: KeyCombo, action: Action) -> Option<&'static str> {
    const TAKEN: [(&str, &str); 8] = [
        ("ctrl-b", "tmux takes it"),
        ("ctrl-h", "terminals send it for Backspace"),
        ("ctrl-i", "terminals send it for Tab"),
        ("ctrl-j", "terminals send it for Enter"),
        ("ctrl-m", "terminals send it for Enter"),
        ("ctrl-q", "terminals take it"),
        ("ctrl-s", "terminals take it"),
        ("ctrl-z", "it stops the program, as everywhere"),
    ];
    let (name, why) = TAKEN.into_iter().find(|(name, _)| name.parse() == Ok(key))?;
    (name != "ctrl-z" || action != Action::Suspend).then_some(why)
}

/// The mode or action of that name.
fn named<'de, T: Deserialize<'de>>(name: &'de str) -> Option<T> {
    let from: serde::de::value::StrDeserializer<'de, NotKnown> = name.into_deserializer();
    T::deserialize(from).ok()
}

/// A word of the file where it is one: anything else is not repeated.
fn word(text: &str) -> String {
    let plain =
        !text.is_empty() && text.len() <= 24 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if plain { format!(" {text}") } else { " of that name".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(text: &str) -> (Keymap, Vec<String>) {
        let mut keymap = Keymap::built_in().expect("reads");
        let faults = keymap.merge(text);
        (keymap, faults.iter().map(ToString::to_string).collect())
    }

    fn does(keymap: &Keymap, mode: Mode, key: &str) -> Option<Action> {
        keymap.action(mode, key.parse().expect("a key"))
    }

    #[test]
    fn own_keys_replace_those_of_their_action_only() {
        let (keymap, faults) = merged("note:\n  - {keys: [c, ctrl-y], action: copy, label: take}\n");
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(does(&keymap, Mode::Note, "c"), Some(Action::Copy));
        assert_eq!(does(&keymap, Mode::Note, "ctrl-y"), Some(Action::Copy));
        assert_eq!(does(&keymap, Mode::Note, "y"), None);
        assert_eq!(does(&keymap, Mode::Note, "w"), Some(Action::Write));
        assert_eq!(keymap.key_for(Mode::Note, Action::Copy), "c");
        let binding = keymap.own_bindings(Mode::Note).find(|b| b.action == Action::Copy).expect("there");
        assert_eq!((binding.label.as_str(), binding.help.is_empty()), ("take", false));
        for nothing in ["", "# only a word\n", "{}"] {
            assert_eq!(merged(nothing).0, Keymap::built_in().expect("reads"), "{nothing:?}");
        }
        assert_eq!(does(&merged("steps: [{keys: [], action: mouse}]").0, Mode::Note, "M"), None);
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_line() {
        let secret = "sk-aB3aB3aB3aB3";
        let table: [(&str, &str, &str); 12] = [
            ("nte:\n  - {keys: [c], action: copy}\n", "line 2: ", "no mode nte"),
            ("note:\n  - {keys: [c], action: fly}\n", "line 2: ", "no action fly in note"),
            ("note:\n  - {keys: [c], action: search}\n", "line 2: ", "no action search in note"),
            ("note:\n\n  - {keys: [hyper-x], action: copy}\n", "line 3: ", "no key"),
            ("note:\n  - {keys: [ctrl-h], action: copy}\n", "line 2: ", "Backspace"),
            ("note:\n  - {keys: [ctrl-b], action: copy}\n", "line 2: ", "tmux"),
            ("editing_text:\n  - {keys: [x], action: end_edit}\n", "line 2: ", "text in editing text"),
            (
                "note:\n  - {keys: [c], action: copy}\n  - {keys: [c], action: write}\n",
                "line 3: ",
                "(line 2)",
            ),
            ("note:\n  - {keys: [w], action: copy}\n", "line 2: ", "only key of write"),
            ("note:\n  - {keys: [ctrl-l], action: copy}\n", "line 2: ", "never is copy"),
            ("always:\n  - {keys: [f1, ctrl-d], action: redraw}\n", "line 2: ", "hides quit in practice"),
            ("always:\n  - {keys: [], action: quit_now}\n", "", "needs a key"),
        ];
        for (text, place, said) in table {
            let (keymap, faults) = merged(text);
            assert!(faults.len() == 1, "{text}: {faults:?}");
            assert!(faults[0].starts_with(place) && faults[0].contains(said), "{text}: {faults:?}");
            assert_eq!(does(&keymap, Mode::Note, "ctrl-c"), Some(Action::QuitNow), "{text}");
        }
        for text in [
            format!("{secret}: [{{keys: [c], action: copy}}]"),
            format!("note: [{{keys: [{secret}], action: {secret}}}]"),
            secret.to_owned(),
            format!("note: {secret}"),
            "note: [".to_owned(),
        ] {
            let (keymap, faults) = merged(&text);
            assert!(!faults.is_empty() && !faults.concat().contains("aB3"), "{text}: {faults:?}");
            assert_eq!(keymap, Keymap::built_in().expect("reads"), "{text}");
        }
    }

    #[test]
    fn an_own_key_goes_before_a_built_in_one_and_the_first_before_the_second() {
        let (keymap, _) = merged("note:\n  - {keys: [w], action: copy}\n");
        assert_eq!(does(&keymap, Mode::Note, "w"), Some(Action::Copy));
        let (keymap, _) = merged("note:\n  - {keys: [c], action: write}\n  - {keys: [c, v], action: copy}\n");
        assert_eq!(does(&keymap, Mode::Note, "c"), Some(Action::Write));
        assert_eq!(does(&keymap, Mode::Note, "v"), Some(Action::Copy));
    }
}
