//! Which key does what: a table per mode, read from `assets/keys.yaml`. Help and the line at the bottom are made from it.

mod combo;
mod own;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use combo::{KeyCombo, NotAKey};
pub use own::Fault;

/// Everything that a key can do. Closed: a key file can move keys, not invent actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Leave at once.
    QuitNow,
    /// Leave, or ask where a note was not delivered.
    Quit,
    /// Draw everything again.
    Redraw,
    /// Stop the program until the shell lets it go on.
    Suspend,
    /// Show the help.
    Help,
    /// Choose an action by its name.
    Palette,
    /// Show a letter at each place of the page; a letter goes there.
    Jump,
    /// Choose the colours.
    ChooseTheme,
    /// Switch the mouse on or off.
    Mouse,
    /// Go to Request.
    StepRequest,
    /// Go to Reproduce.
    StepReproduce,
    /// Go to Isolate.
    StepIsolate,
    /// Go to Review.
    StepReview,
    /// Go to Note.
    StepNote,
    /// Go to the step before.
    PreviousStep,
    /// Go to the step after.
    NextStep,
    /// Show the list of cases.
    Cases,
    /// Forget the marked case, after a question.
    Remove,
    /// Say where the files of the marked case are.
    Reveal,
    /// Put the list into another order.
    SortList,
    /// Check the contract of this request's gateway.
    CheckContract,
    /// Look how this request's gateway answers several requests at a time.
    ProbeGateway,
    /// Give the size of a request that is too large.
    Oversize,
    /// Show the practice scenarios.
    Practice,
    /// Open or fold the practice story.
    Story,
    /// Walk the next practice scenario.
    NextScenario,
    /// Begin the guided tour, or leave it.
    Tour,
    /// The main key of a step: onwards.
    GoOn,
    /// Mark (or edit) the next field or pane.
    NextField,
    /// Mark (or edit) the field or pane before.
    PreviousField,
    /// One line or row down.
    Down,
    /// One line or row up.
    Up,
    /// One page down.
    PageDown,
    /// One page up.
    PageUp,
    /// To the first line.
    Top,
    /// To the last line.
    Bottom,
    /// Edit the marked field.
    EditField,
    /// Change the model.
    EditModel,
    /// Choose the gateway's profile.
    ChooseGateway,
    /// Choose an endpoint.
    ChooseEndpoint,
    /// Type a key.
    GiveKey,
    /// Go to the next finding.
    NextFinding,
    /// Choose another request of the paste.
    ChoosePiece,
    /// Open a file.
    OpenFile,
    /// Say how to paste.
    PasteHint,
    /// Send again.
    SendAgain,
    /// Ask for the task that the answer names, until it ends.
    AskForTask,
    /// Cancel what is under way.
    Cancel,
    /// Do not wait, retry now.
    SkipWait,
    /// Do not retry.
    StopRetrying,
    /// Allow, and keep the binding of key and host; not where a key belongs to another host.
    Allow,
    /// Allow in any case, and keep the binding of key and host.
    AllowAndRemember,
    /// Allow for this session.
    AllowOnce,
    /// Do not send.
    Refuse,
    /// A control with another model.
    OtherModel,
    /// A control with another key.
    OtherKey,
    /// A control with a minimal body.
    MinimalBody,
    /// The list of models, as a control.
    ListModels,
    /// Finds what makes it fail by several requests.
    Search,
    /// Edit the operator's words.
    EditWords,
    /// Take out what the audit refused.
    RemoveRefused,
    /// Choose a dropped field to show.
    ShowField,
    /// Change between YAML and Markdown.
    ToggleFormat,
    /// Copy the note.
    Copy,
    /// Write the note.
    Write,
    /// Put the note onto a ticket.
    Attach,
    /// Take what was typed or marked.
    Accept,
    /// Close what lies on top.
    Close,
    /// End editing.
    EndEdit,
    /// Open the marked attempt over the whole page.
    OpenEvidence,
    /// The next tab of an attempt.
    NextTab,
    /// The tab before.
    PreviousTab,
    /// Show an attempt as it came, on this screen only, or as it may leave.
    ToggleRaw,
    /// The next attempt.
    NextAttempt,
    /// The attempt before.
    PreviousAttempt,
    /// What differs from another attempt, or from what leaves.
    Compare,
    /// Fold or unfold the marked value.
    Fold,
    /// Fold everything, or nothing.
    FoldAll,
    /// Go to the next replacement, or hit of the search.
    NextMark,
    /// Go to the one before.
    PreviousMark,
    /// Search the text that leaves.
    SearchText,
    /// Mark a text that is to be taken out.
    StartMarking,
    /// The next word.
    NextWord,
    /// The word before.
    PreviousWord,
    /// One character more.
    Longer,
    /// One character less.
    Shorter,
    /// Movements make the marked text longer, or go to another word.
    Pin,
    /// Take out what is marked.
    TakeOut,
    /// Put back what the operator took out last.
    PutBack,
    /// Choose the place that the note is made for.
    ChoosePlace,
    /// Take back the last change of a text.
    Undo,
    /// Do it again.
    Redo,
    /// Find something in the body.
    FindInBody,
    /// Find it again.
    FindNext,
    /// Put one member of the body on a line.
    Tidy,
    /// Put at the cursor what the catalog knows of.
    Complete,
}

impl Action {
    /// The name of the key table, in words: `edit field`.
    pub fn name(self) -> String {
        let name = serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned));
        name.unwrap_or_default().replace('_', " ")
    }
}

/// What has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Tried first, whatever has the keyboard.
    Always,
    /// Tried last on the pages of the walk.
    Steps,
    /// The page Request.
    Request,
    /// The page Reproduce.
    Reproduce,
    /// The page Isolate.
    Isolate,
    /// The page Review.
    Review,
    /// The page Note.
    Note,
    /// Tried before the page while a request is under way.
    Sending,
    /// Tried before the page while a retry waits.
    Waiting,
    /// The question before something is sent.
    Consent,
    /// A field of one line.
    EditingLine,
    /// A field of many lines.
    EditingText,
    /// The operator's words.
    EditingWords,
    /// A question with a typed answer.
    Prompt,
    /// A list to choose from.
    Picker,
    /// A list while a filter is typed.
    PickerFilter,
    /// The practice scenarios.
    Practice,
    /// The list of cases.
    Cases,
    /// A note that goes onto a ticket.
    Attach,
    /// What a run of several requests would send.
    RunPlan,
    /// A run of several requests, under way or over.
    Run,
    /// The help.
    Help,
    /// The question before leaving.
    Leaving,
    /// The list of actions.
    Palette,
    /// Letters stand at the places of the page.
    Jump,
    /// An attempt was marked on Reproduce.
    Attempts,
    /// A row was marked on Isolate.
    Rows,
    /// An attempt over the whole page.
    Evidence,
    /// A text is being marked on Review.
    Marking,
}

impl Mode {
    /// Modes whose tables hold, in the order in which they are tried. The mode itself, on a page also [`Mode::Steps`].
    pub fn chain(self) -> &'static [Self] {
        match self {
            Self::Always => &[Self::Always],
            Self::Steps => &[Self::Always, Self::Steps],
            Self::Request => &[Self::Always, Self::Request, Self::Steps],
            Self::Reproduce => &[Self::Always, Self::Reproduce, Self::Steps],
            Self::Isolate => &[Self::Always, Self::Isolate, Self::Steps],
            Self::Review => &[Self::Always, Self::Review, Self::Steps],
            Self::Note => &[Self::Always, Self::Note, Self::Steps],
            Self::Sending => &[Self::Always, Self::Sending, Self::Steps],
            Self::Waiting => &[Self::Always, Self::Waiting, Self::Steps],
            Self::Consent => &[Self::Always, Self::Consent],
            Self::EditingLine => &[Self::Always, Self::EditingLine],
            Self::EditingText => &[Self::Always, Self::EditingText],
            Self::EditingWords => &[Self::Always, Self::EditingWords],
            Self::Prompt => &[Self::Always, Self::Prompt],
            Self::Picker => &[Self::Always, Self::Picker],
            Self::PickerFilter => &[Self::Always, Self::PickerFilter],
            Self::Practice => &[Self::Always, Self::Practice],
            Self::Cases => &[Self::Always, Self::Cases],
            Self::Attach => &[Self::Always, Self::Attach],
            Self::RunPlan => &[Self::Always, Self::RunPlan],
            Self::Run => &[Self::Always, Self::Run],
            Self::Help => &[Self::Always, Self::Help],
            Self::Leaving => &[Self::Always, Self::Leaving],
            Self::Palette => &[Self::Always, Self::Palette],
            Self::Jump => &[Self::Always, Self::Jump],
            Self::Attempts => &[Self::Always, Self::Attempts, Self::Reproduce, Self::Steps],
            Self::Rows => &[Self::Always, Self::Rows, Self::Isolate, Self::Steps],
            Self::Marking => &[Self::Always, Self::Marking],
            Self::Evidence => &[Self::Always, Self::Evidence],
        }
    }

    /// Letters are text here, or choose something, so that a key that is a letter alone would be in the way.
    pub fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Always
                | Self::EditingLine
                | Self::EditingText
                | Self::EditingWords
                | Self::Prompt
                | Self::PickerFilter
                | Self::Practice
                | Self::Cases
                | Self::Palette
                | Self::Jump
        )
    }

    /// A page of the walk: the keys of [`Mode::Steps`] hold there too.
    pub fn is_page(self) -> bool {
        self.chain().contains(&Self::Steps)
    }
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// Keys that do it, the one to show first.
    pub keys: Vec<KeyCombo>,
    /// What they do.
    pub action: Action,
    /// Words for the line at the bottom; empty: in the help only.
    #[serde(default)]
    pub label: String,
    /// Line of the help.
    pub help: String,
}

/// The whole table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Keymap {
    modes: BTreeMap<Mode, Vec<Binding>>,
}

/// The key file cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the key table cannot be read: {0}; compare it with the commented one that `casefile` brings")]
pub struct KeymapError(String);

/// `assets/keys.yaml`, as JSON.
const BUILT_IN: &str = include_str!(concat!(env!("OUT_DIR"), "/assets/keys.json"));
/// The table that the program brings, as text with its comments.
pub const KEYS: &str = include_str!("../../../assets/keys.yaml");

impl Keymap {
    /// The table that the program brings.
    ///
    /// # Errors
    /// Never for a build that passed its tests: the embedded file is checked there.
    pub fn built_in() -> Result<Self, KeymapError> {
        serde_json::from_str(BUILT_IN).map_err(|error| KeymapError(error.to_string()))
    }

    /// Reads a table.
    ///
    /// # Errors
    /// What the reader says: an unknown mode, action or key.
    pub fn read(text: &str) -> Result<Self, KeymapError> {
        let options = serde_yaml::options! { strict_booleans: true, with_snippet: false };
        serde_yaml::from_str_with_options(text, options).map_err(|error| KeymapError(error.to_string()))
    }

    /// What `combo` does in `mode`.
    pub fn action(&self, mode: Mode, combo: KeyCombo) -> Option<Action> {
        self.tried(mode).find(|b| b.keys.contains(&combo)).map(|b| b.action)
    }

    /// Every binding of `mode`, in the order in which it is tried.
    fn tried(&self, mode: Mode) -> impl Iterator<Item = &Binding> {
        mode.chain().iter().filter_map(|m| self.modes.get(m)).flatten()
    }

    /// Every binding whose first key does it in `mode`, in the order in which it is tried.
    pub fn bindings(&self, mode: Mode) -> impl Iterator<Item = &Binding> {
        self.tried(mode)
            .filter(move |b| b.keys.first().is_some_and(|key| self.action(mode, *key) == Some(b.action)))
    }

    /// The bindings of `mode`'s own table, for the help.
    pub fn own_bindings(&self, mode: Mode) -> impl Iterator<Item = &Binding> {
        self.modes.get(&mode).into_iter().flatten()
    }

    /// The first key of `action` in `mode`, for sentences that name a key.
    pub fn key_for(&self, mode: Mode, action: Action) -> String {
        let does = |key: &&KeyCombo| self.action(mode, **key) == Some(action);
        // What holds everywhere comes last: the mode's own key is the one that belongs there.
        self.own_bindings(mode)
            .chain(self.bindings(mode))
            .filter(|b| b.action == action)
            .flat_map(|b| &b.keys)
            .find(does)
            .map_or_else(|| "(no key)".to_owned(), ToString::to_string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_table_reads_and_names_no_key_twice() {
        let keymap = Keymap::built_in().expect("the embedded table reads");
        let written = Keymap::read(include_str!("../../../assets/keys.yaml")).expect("the table reads");
        assert_eq!(keymap, written, "what the build wrote is what is read");
        for (mode, bindings) in &keymap.modes {
            let mut seen = Vec::new();
            for key in bindings.iter().flat_map(|b| &b.keys) {
                assert!(!seen.contains(&key), "{key} twice in {mode:?}");
                seen.push(key);
            }
        }
        assert_eq!(keymap.modes.len(), 29, "every mode has a table");
    }

    #[test]
    fn no_key_is_used_that_terminals_or_tmux_take() {
        let keymap = Keymap::built_in().expect("reads");
        for binding in keymap.modes.values().flatten() {
            for key in &binding.keys {
                assert_eq!(own::taken(*key, binding.action), None, "{key}");
            }
        }
    }

    #[test]
    fn modes_fall_back_to_the_steps_and_ctrl_c_works_everywhere() {
        let keymap = Keymap::built_in().expect("reads");
        let key = |text: &str| text.parse::<KeyCombo>().expect("a key");
        for mode in keymap.modes.keys() {
            assert_eq!(keymap.action(*mode, key("ctrl-c")), Some(Action::QuitNow), "{mode:?}");
        }
        assert_eq!(keymap.action(Mode::Note, key("3")), Some(Action::StepIsolate));
        assert_eq!(Action::ChooseEndpoint.name(), "choose endpoint");
        assert_eq!(keymap.action(Mode::EditingText, key("3")), None);
        assert_eq!(keymap.action(Mode::Request, key("E")), Some(Action::ChooseEndpoint));
        assert_eq!(keymap.action(Mode::Request, key("e")), Some(Action::EditField));
    }

    #[test]
    fn a_bad_table_is_refused_with_its_reason() {
        for text in [
            "request: [{keys: [hyper-x], action: quit, help: x}]",
            "request: [{keys: [x], action: fly, help: x}]",
            "7",
        ] {
            assert!(Keymap::read(text).is_err(), "{text}");
        }
    }
}
