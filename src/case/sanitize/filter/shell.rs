//! The words of a command line that sends a request: flags, quoted arguments, `name=value`.

use super::json;
use super::lines;
use super::names::Means;
use super::rule::Rules;

/// What the flag before a word says of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flag {
    None,
    /// `name:password`
    User,
    /// A secret as a whole.
    Secret(&'static str),
    /// A body, a field of a form.
    Data,
}

/// A line of a command. `None`: it stays.
pub(super) fn command(line: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(line.len());
    let (mut at, mut changed, mut flag) = (0, false, Flag::None);
    while at < line.len() {
        let blank = line.get(at..)?.iter().take_while(|b| b.is_ascii_whitespace()).count();
        out.extend_from_slice(line.get(at..at + blank)?);
        at += blank;
        let end = word_end(line, at);
        let word = line.get(at..end)?;
        if word.is_empty() {
            break;
        }
        let (new, next) = argument(word, flag, rules);
        changed |= new.is_some();
        out.extend_from_slice(new.as_deref().unwrap_or(word));
        flag = next;
        at = end;
    }
    // What lies over several words.
    let rest = rules.text(&out, false);
    changed |= rest.is_some();
    changed.then(|| rest.unwrap_or(out))
}

/// The end of the word at `at`: quotes hold blanks.
fn word_end(line: &[u8], at: usize) -> usize {
    let mut here = at;
    let mut quote = None;
    while let Some(byte) = line.get(here) {
        match (quote, byte) {
            (Some(b'"') | None, b'\\') => here += 1,
            (Some(open), b) if *b == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(*byte),
            // A placeholder has blanks in it.
            (None, b'[') => {
                here += json::placeholder_length(line.get(here..).unwrap_or(&[])).saturating_sub(1);
            }
            (None, b) if b.is_ascii_whitespace() => break,
            _ => {}
        }
        here += 1;
    }
    here.min(line.len())
}

fn argument(word: &[u8], flag: Flag, rules: &mut Rules) -> (Option<Vec<u8>>, Flag) {
    if flag == Flag::None && word.starts_with(b"-") {
        let (name, value) = match word.iter().position(|b| *b == b'=') {
            Some(at) if word.starts_with(b"--") => word.split_at_checked(at + 1).unwrap_or((word, &[])),
            _ if !word.starts_with(b"--") && word.len() > 2 => {
                word.split_at_checked(2).unwrap_or((word, &[]))
            }
            _ => (word, &[][..]),
        };
        let says = meaning(name.strip_suffix(b"=").unwrap_or(name));
        if value.is_empty() {
            return (None, says);
        }
        let new = quoted(value, says, rules);
        return (new.map(|new| [name, &new].concat()), Flag::None);
    }
    (quoted(word, flag, rules), Flag::None)
}

fn meaning(flag: &[u8]) -> Flag {
    match flag {
        b"-u" | b"--user" | b"-U" | b"--proxy-user" | b"-E" | b"--cert" | b"--proxy-cert" | b"-a"
        | b"--auth" => Flag::User,
        b"-b" | b"--cookie" => Flag::Secret("cookie"),
        b"--pass" | b"--proxy-pass" | b"--password" | b"--http-password" | b"--ftp-password"
        | b"--tlspassword" => Flag::Secret("password"),
        b"--oauth2-bearer" | b"--aws-sigv4-key" | b"--token" | b"--api-key" | b"--apikey" => {
            Flag::Secret("key")
        }
        b"-d" | b"--data" | b"--data-raw" | b"--data-binary" | b"--data-ascii" | b"--data-urlencode"
        | b"--json" | b"-F" | b"--form" | b"--form-string" | b"--post-data" | b"--body-data" => Flag::Data,
        _ => Flag::None,
    }
}

/// A word with or without quotes around all or the end of it.
fn quoted(word: &[u8], flag: Flag, rules: &mut Rules) -> Option<Vec<u8>> {
    let open = word.iter().position(|b| matches!(b, b'"' | b'\''));
    let quote = open.and_then(|at| word.get(at)).copied();
    let around = match (open, quote) {
        (Some(open), Some(quote)) if word.len() > open + 1 && word.last() == Some(&quote) => {
            Some((open, word.len() - 1))
        }
        (Some(open), Some(quote)) if word.len() > open + 1 => {
            let close = word.iter().rposition(|b| *b == quote).filter(|at| *at > open);
            Some((open, close.unwrap_or(word.len())))
        }
        _ => None,
    };
    let (from, to) = around.map_or((0, word.len()), |(open, end)| (open + 1, end));
    let (lead, inside) = (word.get(..from)?, word.get(from..to)?);
    let escaped = quote == Some(b'"') && inside.contains(&b'\\');
    // `Authorization:"Bearer …"`, `input="…"` of httpie.
    let named = around.is_some() && from > 1 && !lead.starts_with(b"$");
    let new = if named {
        let name = lead.get(..from - 1)?.trim_ascii_end();
        let name =
            name.strip_suffix(b":=").or_else(|| name.strip_suffix(b"=")).or_else(|| name.strip_suffix(b":"));
        field(name.unwrap_or(&[]), inside, escaped, rules)
    } else {
        plain(inside, flag, escaped, rules)
    }?;
    Some([lead, &new, word.get(to..)?].concat())
}

fn plain(inside: &[u8], flag: Flag, escaped: bool, rules: &mut Rules) -> Option<Vec<u8>> {
    match flag {
        Flag::User => {
            let colon = inside.iter().position(|b| *b == b':')?;
            let password = rules.secret(inside.get(colon + 1..)?, "password", "user_argument")?;
            Some([inside.get(..=colon)?, &password].concat())
        }
        Flag::Secret(_) if inside.ends_with(b".txt") || inside.ends_with(b".jar") => {
            rules.text(inside, escaped)
        }
        Flag::Secret(kind) => rules.secret(inside, kind, "credential_argument"),
        Flag::Data if !inside.starts_with(b"{") && !inside.starts_with(b"[") && !inside.starts_with(b"@") => {
            match json::form(inside, rules) {
                Some(new) => Some(new),
                None => pair(inside, escaped, rules),
            }
        }
        _ if escaped => escaped_document(inside, rules).or_else(|| rules.text(inside, true)),
        Flag::Data => lines::plain_line(inside, 1, rules),
        Flag::None => pair(inside, escaped, rules),
    }
}

/// A document in double quotes, as `\"` shows.
fn escaped_document(inside: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
    let start = inside.trim_ascii_start();
    if !start.starts_with(b"{") && !start.starts_with(b"[") {
        return None;
    }
    json::escaped_document(inside, rules)
}

/// `name=value` and `name=@file`.
fn pair(inside: &[u8], escaped: bool, rules: &mut Rules) -> Option<Vec<u8>> {
    let at = inside.iter().position(|b| *b == b'=');
    let name = at.and_then(|at| inside.get(..at)).unwrap_or(&[]);
    let is_name = !name.is_empty()
        && name.len() <= 64
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'[' | b']' | b'.'));
    match at.filter(|_| is_name) {
        Some(at) => {
            let new = field(name, inside.get(at + 1..)?, escaped, rules)?;
            // A secret may be glued to the name.
            let name = rules.text(name, escaped).unwrap_or_else(|| name.to_vec());
            Some([&name, b"=".as_slice(), &new].concat())
        }
        None if escaped => rules.text(inside, true),
        None => lines::plain_line(inside, 1, rules),
    }
}

fn field(name: &[u8], value: &[u8], escaped: bool, rules: &mut Rules) -> Option<Vec<u8>> {
    if value.starts_with(b"@") {
        return rules.text(value, escaped);
    }
    match rules.names.means(name).0 {
        Means::BodyPrompt if !value.starts_with(b"http") => rules.named(Means::Prompt, value, escaped),
        means @ (Means::Secret(_) | Means::MaybeSecret | Means::Prompt) => rules.named(means, value, escaped),
        _ if value.starts_with(b"{") || value.starts_with(b"[") => lines::plain_line(value, 1, rules),
        _ => rules.text(value, escaped),
    }
}
