//! What a script assigns before a command: `KEY=…` wherever a command may begin, arrays, arguments (`set --`, `shift`).

use crate::case::intake::secret;
use crate::case::intake::shell::{self, Variables};
use crate::case::keyring::{KeyRing, SecretKind};
use crate::case::request::is_placeholder;

use super::printed::printed_by;
use super::{cases, is_name};

/// Reads the assignments (`KEY=…`, `export KEY=…`) above and before a command. A value that is a secret moves into the
/// ring, so that its label is what the variable gives.
pub(in crate::case::intake) fn assignments(above: &str, variables: &mut Variables, ring: &mut KeyRing) {
    let mut at = 0;
    let mut one_line = false;
    let mut next = 0;
    // The assignment that follows is made only where the variable has no value yet.
    let mut unless_known = false;
    while at < above.len() {
        // Several assignments may stand on one line.
        if at >= next {
            next = above.get(at..).and_then(|rest| rest.find('\n')).map_or(above.len(), |n| at + n + 1);
        }
        let Some(line) = above.get(at..next) else { break };
        if let Some((name, value, end)) = read_from_heredoc(above, at, line, variables) {
            variables.insert(name, value);
            at = next.max(end);
            continue;
        }
        if let Some(len) = keyword(line) {
            at += len;
            continue;
        }
        if shell_word(line, variables, ring) {
            at = command_start(line).map_or(next, |start| at + start.len);
            unless_known = command_start(line).is_some_and(|start| start.unless_known);
            continue;
        }
        if let Some(case) = cases::taken(above, at, line, variables) {
            if let Some(body) = case.body.and_then(|(start, end)| above.get(start..end)) {
                assignments(&format!("{body}\n"), variables, ring);
            }
            at = case.end;
            continue;
        }
        if let Some((name, key, value, end)) = element(above, at, line, variables) {
            element_set(&name, &key, value, variables);
            at = Some(behind(above, end)).filter(|end| *end > at).unwrap_or(next);
            continue;
        }
        if let Some((name, words, end)) = array(above, at, line, variables) {
            unless_known = false;
            let keyed = |word: &String| Some(word.strip_prefix('[')?.split_once("]=")?.0.to_owned());
            if words.first().and_then(keyed).is_some() {
                for word in &words {
                    let value = keyed(word).and_then(|key| word.get(key.len() + "[]=".len()..));
                    if let (Some(key), Some(value)) = (keyed(word), value) {
                        element_set(&name, &key, value.to_owned(), variables);
                    }
                }
            } else {
                variables.insert(format!("{name}[@]"), words.join("\0"));
            }
            at = Some(behind(above, end)).filter(|end| *end > at).unwrap_or(next);
            continue;
        }
        if let Some((name, value)) = nushell(line, variables) {
            take(name, value, variables, ring);
            at = next;
            continue;
        }
        if let Some((name, words)) = fish(line, variables) {
            take(name.clone(), words.join(" "), variables, ring);
            let list = if words.len() > 1 {
                words.join("\0")
            } else {
                variables.get(&name).cloned().unwrap_or_default()
            };
            variables.insert(format!("{name}[]"), list);
            at = next;
            continue;
        }
        if !is_assignment(line) {
            // An assignment may stand wherever a command may begin.
            let start = command_start(line);
            unless_known = start.as_ref().is_some_and(|start| start.unless_known);
            at = start.map_or(next, |start| at + start.len);
            continue;
        }
        let only_unknown = std::mem::take(&mut unless_known);
        // A value in quotes may reach over several lines.
        let start = at + line.len() - bare(line).len();
        let mut words = if one_line { None } else { Some(shell::split(above, start, variables, false)) };
        // A quote that nothing closes would swallow what follows; from there on every line is read alone.
        if words.as_ref().is_some_and(|w| w.oddities.open_quote) {
            one_line = true;
            words = None;
        }
        let end = words.as_ref().map(|w| behind(above, w.end)).filter(|end| *end > at).unwrap_or(next);
        let words = words.unwrap_or_else(|| shell::split(bare(line), 0, variables, false));
        for word in words.words {
            let Some((name, value)) = word.split_once('=') else { break };
            let (name, before) = match name.strip_suffix('+') {
                Some(name) => (name, variables.get(name).cloned().unwrap_or_default()),
                None => (name, String::new()),
            };
            if !is_name(name) {
                break;
            }
            if only_unknown && variables.contains_key(name) {
                continue;
            }
            take(name.to_owned(), format!("{before}{value}"), variables, ring);
        }
        at = end;
    }
}

/// Where what follows an assignment that ends at byte `end` is read on: behind `;` or `&&`, else on the next line.
fn behind(text: &str, end: usize) -> usize {
    let rest = text.get(end..).unwrap_or("");
    let joint = rest.trim_start_matches([' ', '\t']);
    let next =
        joint.strip_prefix(';').filter(|next| !next.starts_with(';')).or_else(|| joint.strip_prefix("&&"));
    next.map_or_else(|| line_end(text, end), |next| end + rest.len() - next.len())
}

/// A variable's value; a secret moves into `ring`.
pub(in crate::case::intake) fn take(
    name: String,
    value: String,
    variables: &mut Variables,
    ring: &mut KeyRing,
) {
    let value = if is_secret(&name, &value) { secret::hold(ring, SecretKind::Key, &value) } else { value };
    variables.remove(&format!("{name}[]"));
    variables.insert(name, value);
}

/// `read -r -d '' NAME <<'EOF'`: the variable, its text, and the byte behind the here-document.
fn read_from_heredoc(
    above: &str,
    at: usize,
    line: &str,
    variables: &Variables,
) -> Option<(String, String, usize)> {
    let rest = bare(line).strip_prefix("read ").filter(|rest| rest.contains("<<"))?;
    let command = shell::split(above, at + line.len() - rest.len(), variables, false);
    let name = command.words.last().filter(|name| is_name(name))?.clone();
    let text = command.stdin?;
    Some((name, text.strip_suffix('\n').unwrap_or(&text).to_owned(), command.end))
}

/// `NAME=(word word …)`: the variable, its words, and the byte behind the bracket.
fn array(above: &str, at: usize, line: &str, variables: &Variables) -> Option<(String, Vec<String>, usize)> {
    let start = bare(line);
    let (name, rest) = start.split_once('=').filter(|(_, rest)| rest.starts_with('('))?;
    let (name, before) = match name.strip_suffix('+') {
        Some(name) => (name, variables.get(&format!("{name}[@]"))),
        None => (name, None),
    };
    if !is_name(name) {
        return None;
    }
    let mut from = at + line.len() - rest.len() + 1;
    let mut words: Vec<String> =
        before.map(|words| words.split('\0').map(str::to_owned).collect()).unwrap_or_default();
    // Line ends stand between the words as blanks do.
    for _ in 0..MOST_ARRAY_LINES {
        let command = shell::split(above, from, variables, false);
        words.extend(command.words);
        from = command.end;
        match above.get(from..).and_then(|rest| rest.chars().next())? {
            '\n' => from += 1,
            ')' => return Some((name.to_owned(), words, from + 1)),
            _ => return None,
        }
    }
    None
}

/// `NAME[key]=value`: the array, the key, the value, and the byte behind it.
fn element(
    above: &str,
    at: usize,
    line: &str,
    variables: &Variables,
) -> Option<(String, String, String, usize)> {
    let start = bare(line);
    let (name, rest) = start.split_once('[').filter(|(name, rest)| is_name(name) && rest.contains("]="))?;
    let mut command = shell::split(above, at + line.len() - start.len(), variables, false);
    let word = std::mem::take(command.words.first_mut()?);
    let (key, value) = word.get(name.len() + 1..)?.split_once("]=")?;
    let end = if command.oddities.open_quote { at + line.len() } else { command.end };
    (!rest.starts_with(']')).then(|| (name.to_owned(), key.to_owned(), value.to_owned(), end))
}

/// Most keys of one array.
const MOST_KEYS: usize = 200;

/// Gives an array a value under a key.
fn element_set(name: &str, key: &str, value: String, variables: &mut Variables) {
    let (keys, words) = (format!("{name}[!]"), format!("{name}[@]"));
    let mut known: Vec<String> =
        variables.get(&keys).map(|keys| keys.split('\0').map(str::to_owned).collect()).unwrap_or_default();
    if !known.iter().any(|one| one == key) && known.len() < MOST_KEYS {
        known.push(key.to_owned());
    }
    variables.insert(format!("{name}[{key}]"), value);
    let values = known.iter().map(|key| variables.get(&format!("{name}[{key}]")).map_or("", String::as_str));
    let values = values.collect::<Vec<_>>().join("\0");
    variables.insert(words, values);
    variables.insert(keys, known.join("\0"));
}

/// More lines than the arguments of a command take.
const MOST_ARRAY_LINES: usize = 200;

/// Byte behind the line end at or behind `at`; `at` itself where a line begins there.
fn line_end(text: &str, at: usize) -> usize {
    if text.get(..at).is_some_and(|before| before.ends_with('\n')) {
        return at;
    }
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| at + n + 1)
}

/// True for a line that assigns a variable.
pub(in crate::case::intake) fn is_assignment(line: &str) -> bool {
    bare(line).split_once('=').is_some_and(|(name, _)| is_name(name.strip_suffix('+').unwrap_or(name)))
}

/// The line without a prompt and `export`.
fn bare(line: &str) -> &str {
    let line = line.trim_start().trim_start_matches(['$', '%', '#', '>']).trim_start();
    let words = ["export ", "local ", "declare ", "readonly ", "typeset "];
    let Some(mut rest) = words.iter().find_map(|word| line.strip_prefix(word)).map(str::trim_start) else {
        return line;
    };
    // `declare -rx NAME=…`
    while let Some((option, behind)) = rest.split_once(' ').filter(|(option, _)| option.starts_with('-')) {
        if !option.bytes().skip(1).all(|b| b.is_ascii_alphabetic()) {
            break;
        }
        rest = behind.trim_start();
    }
    rest
}

/// Bytes of a word behind which a command begins, at the start of `line`.
fn keyword(line: &str) -> Option<usize> {
    let bare = line.trim_start_matches([' ', '\t']);
    let words = ["if ", "then ", "else ", "elif ", "do ", "{ ", "( ", "! ", "while ", "until "];
    let word = words.iter().find(|word| bare.starts_with(**word))?;
    Some(line.len() - bare.len() + word.len())
}

/// Where the next command of a line begins.
struct Start {
    /// Bytes before it.
    len: usize,
    /// It is run where a variable has no value: behind `||`, or behind `[ -z "$X" ] &&`.
    unless_known: bool,
}

/// The place behind the first `;`, `&&` or `||` of `line` that stands in no quotes.
fn command_start(line: &str) -> Option<Start> {
    let mut quote = None;
    let mut before = ' ';
    let mut characters = line.char_indices();
    while let Some((at, c)) = characters.next() {
        let behind = line.get(at + c.len_utf8()..).unwrap_or("");
        match (quote, c) {
            (open, '\\') if open != Some('\'') => {
                characters.next();
            }
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') if before.is_whitespace() && at > 0 => return None,
            (None, ';') if !behind.starts_with(';') && before != ';' => {
                return Some(Start { len: at + 1, unless_known: tests_empty(line.get(..at).unwrap_or("")) });
            }
            (None, '&' | '|') if behind.starts_with(c) => {
                let unless_known = c == '|' || tests_empty(line.get(..at).unwrap_or(""));
                return Some(Start { len: at + 2, unless_known });
            }
            _ => {}
        }
        before = c;
    }
    None
}

/// Whether `command` asks if a variable is empty.
fn tests_empty(command: &str) -> bool {
    let command = command.trim_start();
    (command.starts_with('[') || command.starts_with("test ")) && command.contains(" -z ")
}

/// Most words that a script's arguments are.
const MOST_ARGUMENTS: usize = 1000;

/// Takes `set -- …`, `shift`, `unset …`, `printf -v …`, `setenv …` and `: ${X:=…}`; false where `line` begins with none.
fn shell_word(line: &str, variables: &mut Variables, ring: &mut KeyRing) -> bool {
    let line = line.trim_start().trim_start_matches(['$', '%', '>']).trim_start();
    let end = line.find(|c: char| c.is_whitespace() || c == ';').unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    let words = |variables: &Variables| shell::split(rest, 0, variables, false).words;
    match word {
        "set" if rest.trim_start().starts_with("-- ") => {
            let all = words(variables).split_off(1);
            arguments(all, variables);
        }
        "shift" => {
            let most = words(variables).first().map_or(Some(1), |number| number.parse().ok());
            let (Some(most), Some(all)) = (most, variables.get("@[@]")) else { return false };
            let left: Vec<String> = all.split('\0').skip(most).map(str::to_owned).collect();
            arguments(left, variables);
        }
        "unset" => {
            for name in words(variables) {
                for form in [name.clone(), format!("{name}[@]"), format!("{name}[]")] {
                    variables.remove(&form);
                }
            }
        }
        "printf" if rest.trim_start().starts_with("-v ") => {
            let words = words(variables);
            let name = words.get(1).filter(|name| is_name(name)).cloned();
            let text = words.get(2..).and_then(|words| printed_by("printf", words));
            if let (Some(name), Some(text)) = (name, text) {
                take(name, text, variables, ring);
            }
        }
        "setenv" => {
            if let [name, value] = words(variables).as_slice()
                && is_name(name)
            {
                take(name.clone(), value.clone(), variables, ring);
            }
        }
        ":" => {
            let inside = rest.trim_start().trim_start_matches('"').strip_prefix("${");
            let set = inside.and_then(|inside| inside.split_once(":=").or_else(|| inside.split_once('=')));
            if let Some((name, behind)) = set.filter(|(name, _)| is_name(name))
                && !variables.contains_key(name)
                && let Some((value, _)) = behind.split_once('}')
            {
                let value = shell::split(value, 0, variables, false).words.join(" ");
                take(name.to_owned(), value, variables, ring);
            }
        }
        _ => return false,
    }
    true
}

/// Gives a script or a function these arguments.
fn arguments(words: Vec<String>, variables: &mut Variables) {
    for number in 1..=9 {
        variables.remove(&number.to_string());
    }
    let words: Vec<String> = words.into_iter().take(MOST_ARGUMENTS).collect();
    if words.is_empty() {
        // An empty list has no word; a text without a mark would be one empty word.
        variables.insert("@[@]".to_owned(), String::new());
        variables.insert("#".to_owned(), "0".to_owned());
        return;
    }
    variables.remove("#");
    variables.insert("@[@]".to_owned(), words.join("\0"));
    for (number, word) in (1..=9).zip(words) {
        variables.insert(number.to_string(), word);
    }
}

/// nushell: `let NAME = value`, `$env.NAME = value`.
fn nushell(line: &str, variables: &Variables) -> Option<(String, String)> {
    let line = line.trim_start().trim_start_matches('>').trim_start();
    let rest = ["let ", "mut ", "const ", "$env."].iter().find_map(|word| line.strip_prefix(word))?;
    let (name, value) = rest.split_once('=')?;
    let (name, value) = (name.trim(), value.trim().trim_end_matches(';'));
    let words = shell::split(value, 0, variables, false).words;
    let [value] = words.as_slice() else { return None };
    is_name(name).then(|| (name.to_owned(), value.clone()))
}

/// fish: `set -x NAME value`, `set NAME value value`: the variable and its words, of which `$NAME` makes as many.
fn fish(line: &str, variables: &Variables) -> Option<(String, Vec<String>)> {
    let rest = line.trim_start().trim_start_matches(['$', '>']).trim_start().strip_prefix("set ")?;
    let words = shell::split(rest, 0, variables, false).words;
    let first = words.iter().position(|word| !word.starts_with('-'))?;
    let options = words.get(..first)?;
    if !options.iter().all(|o| o.bytes().skip(1).all(|b| b.is_ascii_lowercase() || b == b'-')) {
        return None;
    }
    let name = words.get(first).filter(|name| is_name(name))?;
    let values = words.get(first + 1..).filter(|values| !values.is_empty())?;
    Some((name.clone(), values.to_vec()))
}

/// Whether a variable of this name and value holds a secret.
pub(in crate::case::intake) fn is_secret(name: &str, value: &str) -> bool {
    if value.is_empty() || secret::has_reference(value) || is_placeholder(value) {
        return false;
    }
    let named = secret::is_name(name);
    secret::is_key_like(value) || (named && !value.contains("://") && !value.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_stand_wherever_a_command_begins() {
        let table: &[(&str, &str, Option<&str>)] = &[
            ("[ -n \"$K\" ] && A=b\n", "A", Some("b")),
            ("[ -z \"$A\" ] && A=b\n", "A", Some("b")),
            ("A=x\n[ -z \"$A\" ] && A=b\n", "A", Some("x")),
            ("[[ -n $A ]] || export A=b\n", "A", Some("b")),
            ("A=x; [ -n \"$A\" ] || A=b\n", "A", Some("x")),
            ("A=$(printf '{\"m\":\"%s\"}' x); B=c\n", "A", Some("{\"m\":\"x\"}")),
            ("export A=$(jq -nc --arg m y '{m:$m, n:2}')\n", "A", Some("{\"m\":\"y\",\"n\":2}")),
            ("A+=$(echo 'b c')\n", "A", Some("b c")),
            ("if true; then A=b; fi\n", "A", Some("b")),
            ("B=(-s); if true; then B+=(-d x); fi\n", "B[@]", Some("-s\0-d\0x")),
            ("{ A=b; }\n", "A", Some("b")),
            (": \"${A:=b}\"\n", "A", Some("b")),
            ("declare -rx A=b\n", "A", Some("b")),
            ("setenv A b\n", "A", Some("b")),
            ("A=b\nunset A\n", "A", None),
            ("printf -v A 'x%s' y\n", "A", Some("xy")),
            ("set -- a b c\nshift\n", "@[@]", Some("b\0c")),
            ("set -- a b c; shift 2\n", "1", Some("c")),
            ("echo 'x; A=b'\n", "A", None),
            ("declare -A H=([a]='x y' [b]=z)\n", "H[a]", Some("x y")),
            ("declare -A H\nH[\"a\"]=x; H[b]=y\n", "H[@]", Some("x\0y")),
            ("E=b\ncase $E in a) A=1;; b|c) A=2 B=3;; *) A=4;; esac\n", "A", Some("2")),
            ("E=x\ncase \"$E\" in\n  (a) A=1 ;;\n  *) A='4;;' ;;\nesac\n", "A", Some("4;;")),
            ("A=0\ncase $E in\n a) A=1;;\n *) A=4;;\nesac\n", "A", Some("0")),
            ("echo x # ; A=b\n", "A", None),
        ];
        for (text, name, expected) in table {
            let mut variables = Variables::new();
            assignments(text, &mut variables, &mut KeyRing::default());
            assert_eq!(variables.get(*name).map(String::as_str), *expected, "{text:?}");
        }
    }
}
