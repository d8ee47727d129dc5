//! The words with which people and programs name prompts, and those with which programs report: `labels.yaml`, ready to be asked.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::BuildHasherDefault;
use std::sync::OnceLock;

use serde::Deserialize;

use super::names::Quick;
use super::prose::{OF_ERRORS_DENSE, OF_ERRORS_ELSEWHERE};
use crate::case::catalog::ManyWords;

/// `labels.yaml` as it is written.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Lists {
    sure: Vec<String>,
    nouns: Vec<String>,
    alone: Vec<String>,
    alone_weak: Vec<String>,
    who: Vec<String>,
    speakers: Vec<String>,
    speakers_weak: Vec<String>,
    verbs: Vec<String>,
    besides: Vec<String>,
    faults: Vec<String>,
    levels: Vec<String>,
    elsewhere: BTreeMap<String, Vec<String>>,
    members: Vec<String>,
    reprs: Vec<String>,
    whose: Vec<String>,
    what: Vec<String>,
    status: Vec<String>,
    servers: BTreeMap<String, Vec<String>>,
    calls: Vec<String>,
    messages: Vec<String>,
}

/// Labels of which only the place tells: `Q:`, `A:`, `# Task:`.
pub(super) const SHORT: [&str; 3] = ["q", "a", "task"];

/// What a word is in a label: a set of these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Roles(u16);

impl Roles {
    pub(super) const SURE: Self = Self(1);
    pub(super) const NOUN: Self = Self(1 << 1);
    pub(super) const ALONE: Self = Self(1 << 2);
    pub(super) const ALONE_WEAK: Self = Self(1 << 3);
    pub(super) const WHO: Self = Self(1 << 4);
    pub(super) const SPEAKER: Self = Self(1 << 5);
    pub(super) const SPEAKER_WEAK: Self = Self(1 << 6);
    pub(super) const VERB: Self = Self(1 << 7);
    pub(super) const FAULT: Self = Self(1 << 8);
    const BESIDES: Self = Self(1 << 9);

    /// A word of this role and one of that.
    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// It has one of `others`.
    pub(super) const fn has(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    pub(super) fn is_none(self) -> bool {
        self == Self::default()
    }
}

type Table<V> = HashMap<String, V, BuildHasherDefault<Quick>>;

/// All of them.
pub(super) struct Vocabulary {
    roles: Table<Roles>,
    levels: Vec<String>,
    /// Labels of other languages; those with the same last character together, the longest first.
    elsewhere: HashMap<char, Vec<String>>,
    /// Names of members; true for those that are told in what a program prints of an object only.
    members: Table<bool>,
    status: HashSet<String, BuildHasherDefault<Quick>>,
    /// Words and stems of errors in other languages; behind `of_errors` of them those of servers and their logs.
    reports: ManyWords,
    of_errors: usize,
    calls: Vec<String>,
    messages: Vec<String>,
    /// The last words of labels and names, in short: length, first and last letter.
    ends: Ends,
}

/// Most words before a `:` or `=` name no text: this says so by three of their bytes.
struct Ends(Vec<u32>);

impl Ends {
    const LONGEST: usize = 31;

    fn add(&mut self, word: &str) {
        if let Some((length, first, last)) = Self::key(word.as_bytes())
            && let Some(lengths) = self.0.get_mut(first * 26 + last)
        {
            *lengths |= 1 << length;
        }
    }

    fn has(&self, word: &[u8]) -> bool {
        Self::key(word).is_some_and(|(length, first, last)| {
            self.0.get(first * 26 + last).is_some_and(|lengths| lengths & (1 << length) != 0)
        })
    }

    fn key(word: &[u8]) -> Option<(usize, usize, usize)> {
        let letter = |b: &u8| {
            let small = b.to_ascii_lowercase();
            small.is_ascii_lowercase().then(|| usize::from(small - b'a'))
        };
        Some((word.len().min(Self::LONGEST), letter(word.first()?)?, letter(word.last()?)?))
    }
}

/// The letters of ASCII at the end of `text`.
pub(super) fn last_letters(text: &[u8]) -> &[u8] {
    let length = text.iter().rev().take(Ends::LONGEST).take_while(|b| b.is_ascii_alphabetic()).count();
    text.get(text.len() - length..).unwrap_or(&[])
}

impl Vocabulary {
    fn of(lists: Lists) -> Self {
        let mut roles = Table::<Roles>::default();
        for (words, role) in [
            (&lists.sure, Roles::SURE),
            (&lists.nouns, Roles::NOUN),
            (&lists.alone, Roles::ALONE),
            (&lists.alone_weak, Roles::ALONE_WEAK),
            (&lists.who, Roles::WHO),
            (&lists.speakers, Roles::SPEAKER),
            (&lists.speakers_weak, Roles::SPEAKER_WEAK),
            (&lists.verbs, Roles::VERB),
            (&lists.faults, Roles::FAULT),
            (&lists.besides, Roles::BESIDES),
        ] {
            for word in words {
                let known = roles.entry(word.clone()).or_default();
                *known = known.or(role);
            }
        }
        let bare = |name: &String| name.replace('_', "");
        let mut members: Table<bool> = lists.members.iter().map(|name| (bare(name), false)).collect();
        members.extend(lists.reprs.iter().map(|name| (bare(name), true)));
        for who in &lists.whose {
            members.extend(lists.what.iter().map(|what| (format!("{who}{what}"), false)));
        }
        let mut ends = Ends(vec![0; 26 * 26]);
        let latin = lists.elsewhere.values().flatten();
        let of_names = members.keys().chain(&lists.what).chain(&lists.members).chain(&lists.reprs);
        for word in SHORT {
            ends.add(word);
        }
        for word in roles.iter().filter(|(_, role)| **role != Roles::BESIDES).map(|(word, _)| word) {
            ends.add(word);
        }
        // `promptTemplate` is another name; `systemPrompt` and `SYSTEMPROMPT` end with the word.
        for word in of_names.chain(latin) {
            ends.add(&String::from_utf8_lossy(last_letters(word.as_bytes())));
        }
        let mut elsewhere: HashMap<char, Vec<String>> = HashMap::new();
        for label in lists.elsewhere.into_values().flatten() {
            elsewhere.entry(label.chars().next_back().unwrap_or_default()).or_default().push(label);
        }
        for labels in elsewhere.values_mut() {
            labels.sort_by_key(|label| std::cmp::Reverse(label.len()));
        }
        let of_errors: BTreeSet<&str> = OF_ERRORS_DENSE.iter().chain(&OF_ERRORS_ELSEWHERE).copied().collect();
        let servers: BTreeSet<&str> = lists.servers.values().flatten().map(String::as_str).collect();
        let all = of_errors.iter().chain(servers.difference(&of_errors));
        Self {
            reports: ManyWords::new(all, true),
            of_errors: of_errors.len(),
            roles,
            levels: lists.levels,
            elsewhere,
            members,
            status: lists.status.into_iter().collect(),
            calls: lists.calls,
            messages: lists.messages,
            ends,
        }
    }

    /// What `word`, in small letters, is in a label.
    pub(super) fn roles(&self, word: &str) -> Roles {
        self.roles.get(word).copied().unwrap_or_default()
    }

    /// A level, as loggers write it.
    pub(super) fn is_level(&self, word: &[u8]) -> bool {
        self.levels.iter().any(|level| level.as_bytes() == word)
    }

    /// `text`, in small letters, ends with a level.
    pub(super) fn ends_with_level(&self, text: &str) -> bool {
        let word = last_letters(text.as_bytes());
        self.levels.iter().any(|level| level.as_bytes().eq_ignore_ascii_case(word))
    }

    /// The longest label of another language at the end of `text`, in small letters.
    pub(super) fn label_elsewhere(&self, text: &str) -> Option<&str> {
        let labels = self.elsewhere.get(&text.chars().next_back()?)?;
        labels.iter().find(|label| text.ends_with(label.as_str())).map(String::as_str)
    }

    /// False where no label and no name of a text can end with `letters`: quick, and often right.
    pub(super) fn may_end(&self, letters: &[u8]) -> bool {
        let of_prompt = letters.len().checked_sub(6).and_then(|from| letters.get(from..));
        self.ends.has(letters) || of_prompt.is_some_and(|end| end.eq_ignore_ascii_case(b"prompt"))
    }

    /// True for the name of a member, in small letters and without signs, whose value is a text; inside: in what a program
    /// prints of an object only.
    pub(super) fn member(&self, bare: &str) -> Option<bool> {
        self.members.get(bare).copied()
    }

    /// A word, in small letters, of a status, a measure, a fault.
    pub(super) fn is_of_status(&self, word: &str) -> bool {
        self.status.contains(word)
    }

    /// How many words and stems stand in `small`, text in small letters: those of errors, and all that servers say.
    pub(super) fn reports(&self, small: &str) -> (usize, usize) {
        let mut seen = BTreeSet::new();
        self.reports.find_unordered(small.as_bytes(), |word| {
            seen.insert(word);
        });
        (seen.range(..self.of_errors).count(), seen.len())
    }

    /// The name, in small letters and without signs, of a call that asks a model.
    pub(super) fn is_call(&self, bare: &[u8]) -> bool {
        self.calls.iter().any(|call| call.as_bytes() == bare)
    }

    /// The name of what makes a message.
    pub(super) fn is_message(&self, bare: &[u8]) -> bool {
        self.messages.iter().any(|end| bare.ends_with(end.as_bytes()))
    }
}

/// The words, read at first use.
pub(super) fn vocabulary() -> &'static Vocabulary {
    static KNOWN: OnceLock<Vocabulary> = OnceLock::new();
    KNOWN.get_or_init(|| Vocabulary::of(serde_json::from_str(super::LABELS).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_read_and_their_words_pass_the_quick_look() {
        let lists: Lists = serde_json::from_str(super::super::LABELS).expect("labels.yaml is sound");
        for words in [&lists.sure, &lists.nouns, &lists.who, &lists.verbs, &lists.faults] {
            for word in words {
                assert!(vocabulary().may_end(word.to_uppercase().as_bytes()), "{word}");
                assert!(!vocabulary().roles(word).is_none(), "{word}");
            }
        }
        for name in ["userMessage", "systemPrompt", "inputText", "q", "WEBSEARCHQUERIES"] {
            assert!(vocabulary().may_end(name.as_bytes()), "{name}");
        }
        for name in ["status", "level", "ts", "msgid", "request_id"] {
            assert!(!vocabulary().may_end(last_letters(name.as_bytes())), "{name}");
        }
        assert_eq!(vocabulary().label_elsewhere("收到用户消息"), Some("用户消息"));
        assert_eq!(vocabulary().reports("该令牌无法连接"), (1, 3));
    }
}
