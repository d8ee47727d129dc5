//! Arrays and the arguments of a function: `${NAME[@]}`, `${NAME[key]}`, `${@:2}`, `${#NAME}`.

use super::{MOST_EXPANDED, Shell, identifier, sum};

impl Shell<'_> {
    /// `${NAME[@]}`: each word of the array is a word of the command. False where it is no such thing, or not known.
    pub(super) fn array_words(&mut self, after: &str, name: &str) -> bool {
        let Some(inside) = after.strip_prefix('{').and_then(|b| b.get(name.len()..)) else { return false };
        let inside = closing_brace(inside).and_then(|end| inside.get(..=end)).unwrap_or("");
        let Some(words) = self.variables.get(&format!("{name}[@]")) else { return false };
        // `${NAME[key]}`
        let key = inside.strip_prefix('[').and_then(|key| key.strip_suffix("]}"));
        if let Some(key) = key.filter(|key| !matches!(*key, "@" | "*"))
            && self.variables.contains_key(&format!("{name}[!]"))
        {
            let key = self.expanded(key.trim_matches(['"', '\'']));
            let value = self.variables.get(&format!("{name}[{key}]")).cloned().unwrap_or_default();
            self.expanded += value.len();
            self.word.push_str(&value);
            return true;
        }
        if self.expanded + words.len() > MOST_EXPANDED {
            return false;
        }
        self.expanded += words.len();
        let all: Vec<&str> = words.split('\0').collect();
        let taken = match inside {
            "[@]}" | "[*]}" => all,
            // The first one where none is named.
            "}" => all.into_iter().take(1).collect(),
            _ => {
                let Some(index) = inside.strip_prefix('[').and_then(|i| i.strip_suffix("]}")) else {
                    return self.slice(inside, &all, 0);
                };
                let Some(index) = self.index(index) else { return false };
                let index = if index < 0 { index + i64::try_from(all.len()).unwrap_or(0) } else { index };
                usize::try_from(index).ok().and_then(|index| all.get(index).copied()).into_iter().collect()
            }
        };
        self.push_words(&taken);
        true
    }

    /// `${NAME[@]:1}`, `${@:2:1}`: some of the words. False where it is no such thing.
    pub(super) fn slice(&mut self, inside: &str, all: &[&str], first: usize) -> bool {
        let of_all = inside.strip_prefix("[@]").or_else(|| inside.strip_prefix("[*]"));
        let Some(cut) = of_all.and_then(|i| i.strip_prefix(':')).and_then(|cut| cut.strip_suffix('}')) else {
            return false;
        };
        let (from, len) = cut.split_once(':').map_or((cut, None), |(from, len)| (from, Some(len)));
        let len = len.map(|len| len.trim().parse().unwrap_or(0));
        let Ok(from) = from.trim().parse::<usize>() else { return false };
        let from = from.saturating_sub(first);
        let taken: Vec<&str> = all.iter().skip(from).take(len.unwrap_or(usize::MAX)).copied().collect();
        self.push_words(&taken);
        true
    }

    /// `${@:2}`: a function's arguments from the second on; the bytes behind the dollar.
    pub(super) fn further_arguments(&mut self, after: &str) -> Option<usize> {
        let cut = after.strip_prefix("{@").or_else(|| after.strip_prefix("{*"))?;
        let end = closing_brace(cut).filter(|_| cut.starts_with(':'))?;
        let words =
            self.variables.get("@[@]").filter(|words| self.expanded + words.len() <= MOST_EXPANDED)?;
        self.expanded += words.len();
        let all: Vec<&str> = words.split('\0').collect();
        self.slice(&format!("[@]{}", cut.get(..=end)?), &all, 1).then_some("{@".len() + end + 1)
    }

    /// `${#NAME}`, the length of a value, and `${!NAME}`, the value of the variable that it names; the bytes behind the
    /// dollar.
    pub(super) fn looked_up(&mut self, after: &str) -> Option<usize> {
        let named = after.strip_prefix("{#").or_else(|| after.strip_prefix("{!"))?;
        let name = identifier(named);
        let behind = named.get(name.len()..)?;
        if behind.starts_with("[@]}") || behind.starts_with("[*]}") {
            let keys = self.keys(name).filter(|keys| self.expanded + keys.len() * 8 <= MOST_EXPANDED)?;
            self.expanded += keys.iter().map(String::len).sum::<usize>();
            if after.starts_with("{#") {
                self.word.push_str(&keys.len().to_string());
            } else {
                self.push_words(&keys.iter().map(String::as_str).collect::<Vec<_>>());
            }
            return Some("{#".len() + name.len() + "[@]}".len());
        }
        let value = self
            .variables
            .get(name)
            .filter(|_| named.get(name.len()..).is_some_and(|r| r.starts_with('}')))?;
        let value = if after.starts_with("{#") {
            value.chars().count().to_string()
        } else {
            let named = super::super::command::is_name(value).then_some(value)?;
            self.variables.get(named).cloned().unwrap_or_else(|| format!("[env:{named}]"))
        };
        if self.expanded + value.len() > MOST_EXPANDED {
            return None;
        }
        self.expanded += value.len();
        self.word.push_str(&value);
        Some("{#".len() + name.len() + 1)
    }

    /// The keys of the array `name`, or its numbers.
    fn keys(&self, name: &str) -> Option<Vec<String>> {
        if let Some(keys) = self.variables.get(&format!("{name}[!]")) {
            return Some(keys.split('\0').map(str::to_owned).collect());
        }
        let words = self.variables.get(&format!("{name}[@]"))?;
        Some((0..words.split('\0').count()).map(|number| number.to_string()).collect())
    }

    /// The number that an array's index names.
    pub(super) fn index(&self, text: &str) -> Option<i64> {
        sum::value(text, &|name| self.variables.get(name).cloned())
    }

    pub(super) fn push_words(&mut self, words: &[&str]) {
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                self.end_word();
                self.in_word = true;
            }
            self.word.push_str(word);
        }
    }
}

/// Where the brace closes that stands open before `text`; `${` in it opens another.
pub(super) fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 1usize;
    let mut before = ' ';
    for (at, c) in text.char_indices().take(400) {
        match c {
            // A backslash that another one makes plain hides nothing.
            _ if before == '\\' => {
                before = ' ';
                continue;
            }
            '{' if before == '$' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        before = c;
    }
    None
}
