//! Secrets beside their names in any text: `"api_key": "…"`, `client_secret=…`, `$env:TOKEN = "…"`, `X-Api-Key: …`,
//! `--token …`, `-u name:…`. What a command would tell by its grammar is told here by the name alone, so that a text
//! which is no command known here loses its secrets as well. Linear in the text.

use super::name::{self, Sure};
use super::{has_reference, hold, is_placeholder, is_stand_in, mask_cookies, secret_starts_at};
use crate::case::catalog::Catalog;
use crate::case::keyring::{KeyRing, SecretKind};

/// Longest value that is looked at, bytes.
const LONGEST: usize = 4096;

/// How the value stands beside its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// In quotes, or right behind `=`.
    Assigned,
    /// Behind a colon or a blank, as sentences have it too.
    Said,
}

/// A value that may be a secret.
struct Beside {
    start: usize,
    end: usize,
    sure: Sure,
    shape: Shape,
    quoted: bool,
    /// It is a password or a cookie, for which people choose words.
    word: bool,
}

/// Masks the secrets that stand beside their names; `None` where there are none.
pub(super) fn mask(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let (mut done, mut found) = (0, false);
    for at in memchr::memchr3_iter(b'=', b':', b'-', bytes) {
        if at < done {
            continue;
        }
        if let Some((start, end)) = cookies(text, at) {
            let (masked, seen) = mask_cookies(text.get(start..end).unwrap_or(""), false, ring);
            if seen.literal {
                out.push_str(text.get(done..start).unwrap_or(""));
                out.push_str(&masked);
                (done, found) = (end, true);
            }
            continue;
        }
        let beside = match bytes.get(at) {
            Some(b'-') => option(text, at, catalog),
            _ => assigned(text, at, catalog),
        };
        let Some(beside) = beside.filter(|beside| beside.start >= done) else { continue };
        let value = text.get(beside.start..beside.end).unwrap_or("");
        if !is_secret(value, &beside) {
            continue;
        }
        out.push_str(text.get(done..beside.start).unwrap_or(""));
        let kind = if beside.word { SecretKind::Password } else { SecretKind::Key };
        out.push_str(&hold(ring, kind, value));
        (done, found) = (beside.end, true);
    }
    if !found {
        return None;
    }
    out.push_str(text.get(done..).unwrap_or(""));
    Some(out)
}

/// Whether a value beside the name of a secret is one.
fn is_secret(value: &str, beside: &Beside) -> bool {
    if value.len() > LONGEST || has_reference(value) {
        return false;
    }
    if if beside.word { is_stand_in(value) } else { is_placeholder(value) } {
        return false;
    }
    if !beside.quoted && is_code(value) {
        return false;
    }
    let digits = value.bytes().any(|b| b.is_ascii_digit());
    let letters = value.bytes().any(|b| b.is_ascii_alphabetic());
    let small = value.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_');
    match (beside.sure, beside.shape) {
        (Sure::Certain, Shape::Assigned) => value.len() >= 4,
        (Sure::Certain, Shape::Said) => value.len() >= 6 && !small && (digits || !is_one_word(value)),
        (Sure::Likely, _) => value.len() >= 10 && digits && letters && !value.contains(char::is_whitespace),
    }
}

/// `Unauthorized`, `MISSING`: a word of a sentence.
fn is_one_word(value: &str) -> bool {
    let tail_small = value.bytes().skip(1).all(|b| b.is_ascii_lowercase());
    let shouted = value.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    tail_small || shouted || value.contains(char::is_whitespace)
}

/// What a program writes in place of a value: a call, a member, a name.
fn is_code(value: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !part.starts_with(|c: char| c.is_ascii_digit())
    };
    let words = ["true", "false", "none", "null", "str", "string", "required", "self", "undefined"];
    value.contains('(')
        || value.starts_with(['$', '{', '[', '%', '@', '<'])
        || value.contains('.') && value.split('.').all(is_name) && !value.bytes().any(|b| b.is_ascii_digit())
        || value.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        || words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// The value behind the `=` or `:` at `at`, if the name before it is one of a secret.
fn assigned(text: &str, at: usize, catalog: &Catalog) -> Option<Beside> {
    let before = text.get(..at)?;
    let (name, blank) = name_before(before)?;
    let sign = text.as_bytes().get(at..at + 2).unwrap_or_default();
    // `:=` and `=>` are one sign; `==` and `://` compare or begin an address.
    let behind = match sign {
        [b'=', b'='] | [b':', b'/' | b':'] => return None,
        [b':', b'='] | [b'=', b'>'] => at + 2,
        _ => at + 1,
    };
    let is_equals = text.as_bytes().get(at) == Some(&b'=');
    let (sure, word) = if is_user_option(before, name) && !is_equals {
        (Sure::Certain, true)
    } else {
        let lower = name.text.to_ascii_lowercase();
        let field = name::of_field(name.text, catalog);
        let header = !is_equals && catalog.credential_header(&lower).is_some();
        (if header { Sure::Certain } else { field? }, is_password(&lower))
    };
    let (start, end, quoted) = value(text, behind, name.quoted, name.outer)?;
    let value = text.get(start..end)?;
    let start = start + secret_starts_at(value);
    let with_scheme = secret_starts_at(value) > 0;
    let next_to = behind + 1 >= start && !blank || with_scheme;
    // Right behind the sign, or behind it and a scheme.
    let tight = next_to && (is_equals || behind == start);
    let assigned = quoted || name.outer.is_some() || tight;
    let shape = if assigned { Shape::Assigned } else { Shape::Said };
    // A name that has no quotes of its own inside quotes is code or prose: its value is bare.
    let quoted = quoted || name.outer.is_some();
    Some(Beside { start, end, sure, shape, quoted, word })
}

fn is_password(lower: &str) -> bool {
    lower.contains("pass") || lower.contains("pwd")
}

/// A name that stands before a sign.
#[derive(Clone, Copy)]
struct Name<'a> {
    text: &'a str,
    /// It has quotes of its own.
    quoted: bool,
    /// The quote that opens right before it and holds its value, too: `-H 'X-Api-Key: …'`.
    outer: Option<char>,
}

/// The name at the end of `before`; the flag: blanks stand behind it.
fn name_before(before: &str) -> Option<(Name<'_>, bool)> {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']');
    let bytes = before.as_bytes();
    let mut end = bytes.len();
    let mut blanks = 0;
    while end > 0 && blanks < 16 && matches!(bytes.get(end - 1), Some(b' ' | b'\t')) {
        end -= 1;
        blanks += 1;
    }
    let mut quoted = false;
    if end > 0 && matches!(bytes.get(end - 1), Some(b'"' | b'\'')) {
        quoted = true;
        end -= 1;
        while end > 0 && matches!(bytes.get(end - 1), Some(b'\\' | b'`')) {
            end -= 1;
        }
    }
    let near = bytes.get(end.saturating_sub(80)..end)?;
    let len = near.iter().rev().take_while(|b| is_part(**b)).count();
    let text = before.get(end - len..end)?.trim_start_matches('-');
    if text.is_empty() {
        return None;
    }
    let outer = before.get(..end - len)?.chars().next_back().filter(|c| !quoted && matches!(c, '"' | '\''));
    Some((Name { text, quoted, outer }, blanks > 0))
}

/// `-u name`, `--user name`: a password follows behind the colon.
fn is_user_option(before: &str, name: Name<'_>) -> bool {
    let Some(rest) = before.strip_suffix(name.text) else { return false };
    let rest = rest.trim_end_matches(['"', '\'']);
    let rest = rest.strip_suffix([' ', '=', '\t']).map_or(rest, str::trim_end);
    ["-u", "--user", "--proxy-user", "-U", "-a", "--auth"].iter().any(|option| {
        rest.strip_suffix(option)
            .is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace))
    })
}

/// Bytes of the value that begins at or behind `from`, and whether it has quotes of its own.
fn value(text: &str, from: usize, name_quoted: bool, outer: Option<char>) -> Option<(usize, usize, bool)> {
    let rest = text.get(from..)?;
    let blank = |c: char| matches!(c, ' ' | '\t') || (name_quoted && matches!(c, '\n' | '\r'));
    let start = from + rest.len() - rest.trim_start_matches(blank).len();
    let rest = head(text.get(start..)?);
    if let Some(outer) = outer {
        let line = rest.find('\n').unwrap_or(rest.len());
        let closed = rest.get(..line)?.find(outer);
        // A quote that closed something before is none that opens; then, and where the string around it ends first, the value
        // ends at the next quote.
        let next = rest.get(..line)?.find(['"', '\'']).unwrap_or(line);
        let ends_around = |end: usize| {
            let value = rest.get(..end).unwrap_or("");
            value.match_indices('"').any(|(at, _)| {
                value
                    .get(at + 1..)
                    .is_some_and(|behind| behind.trim_start().starts_with([',', '}', ']', ':']))
            })
        };
        let end = closed.filter(|end| !ends_around(*end)).unwrap_or(next);
        // Inside a string of JSON the closing quote has a backslash of its own.
        let end = rest.get(..end)?.trim_end_matches('\\').len();
        return (end > 0).then_some((start, start + end, false));
    }
    let slashes = rest.len() - rest.trim_start_matches(['\\', '`']).len();
    let open = rest.get(slashes..)?.chars().next()?;
    if matches!(open, '"' | '\'' | '“' | '”') {
        let from = slashes + open.len_utf8();
        let mark = if matches!(open, '“' | '”') { "”" } else { rest.get(..from)? };
        let inside = rest.get(from..)?;
        if let Some(len) = closing(inside, mark) {
            return (len > 0).then_some((start + from, start + from + len, true));
        }
        let end = inside.find(char::is_whitespace).unwrap_or(inside.len());
        return (end > 0).then_some((start + from, start + from + end, true));
    }
    let stop =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '&' | ',' | '<' | '>' | '\\' | '|');
    let mut end = rest.find(stop).unwrap_or(rest.len());
    // `Bearer …`: the word behind it.
    let scheme = secret_starts_at(rest.get(..(end + 1).min(rest.len())).unwrap_or(""));
    if scheme > end {
        let behind = rest.get(scheme..)?;
        end = scheme + behind.find(stop).unwrap_or(behind.len());
    }
    let end = rest.get(..end)?.trim_end_matches([';', ')', ']', '}', '.', '!', '?']).len();
    (end > 0).then_some((start, start + end, false))
}

/// Where `mark` closes a string; behind a backslash a bare quote does not.
fn closing(inside: &str, mark: &str) -> Option<usize> {
    inside
        .match_indices(mark)
        .map(|(at, _)| at)
        .find(|at| mark.len() > 1 || !inside.get(..*at).is_some_and(|before| before.ends_with('\\')))
        .filter(|len| !inside.get(..*len).is_some_and(|value| value.contains('\n')))
}

/// The start of `text`, bounded.
fn head(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// The value of an option whose `-` stands at `at`: `--token …`, `-Token …`, `--oauth2-bearer …`.
fn option(text: &str, at: usize, catalog: &Catalog) -> Option<Beside> {
    let before = text.get(..at)?.chars().next_back();
    if !before.is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'')) {
        return None;
    }
    let rest = head(text.get(at..)?);
    let bare = rest.trim_start_matches('-');
    let dashes = rest.len() - bare.len();
    let len = bare.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(bare.len());
    let name = bare.get(..len)?;
    if dashes > 2 || name.len() < 3 || !bare.get(len..)?.starts_with([' ', '\t']) {
        return None;
    }
    let sure = if name.ends_with("bearer") { Sure::Certain } else { name::of_field(name, catalog)? };
    let (start, end, quoted) = value(text, at + dashes + len, false, None)?;
    // The word behind a switch is another option.
    if text.get(start..end)?.starts_with('-') {
        return None;
    }
    let word = is_password(&name.to_ascii_lowercase());
    let shape = if quoted { Shape::Assigned } else { Shape::Said };
    // An option that is called a token has one behind it.
    Some(Beside { start, end, sure: Sure::Certain.max(sure), shape, quoted, word })
}

/// The cookies behind `Cookie:` whose colon stands at `at`: up to the quote that opened before the name, else the line's end.
fn cookies(text: &str, at: usize) -> Option<(usize, usize)> {
    let before = text.get(..at)?;
    let cut = before.len().checked_sub(6)?;
    if text.as_bytes().get(at) != Some(&b':') || !before.get(cut..)?.eq_ignore_ascii_case("cookie") {
        return None;
    }
    let outer = before.get(..cut)?.chars().next_back();
    if outer.is_some_and(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let rest = head(text.get(at + 1..)?);
    let quote = outer.filter(|c| matches!(c, '"' | '\''));
    // A cookie holds no quote and no backslash (RFC 6265): there its text ends, as within a string of JSON.
    let end = rest.find(|c| matches!(c, '\n' | '"' | '\\') || Some(c) == quote).unwrap_or(rest.len());
    let value = rest.get(..end)?.trim_end();
    // Words about cookies have no pair.
    value.contains('=').then(|| {
        let lead = value.len() - value.trim_start().len();
        (at + 1 + lead, at + 1 + value.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_beside_their_names_are_masked_in_any_text() {
        let catalog = Catalog::built_in();
        let secret = format!("Zq7Rw2Lp{}", "9Xk4Vb8N");
        let table = [
            "{\"api_key\":\"@\"}",
            "{\"a\":\"{\\\"password\\\": \\\"@\\\"}\"}",
            "{'client_secret': '@', 'x': 1}",
            "\"token\": \"@\"",
            "grant_type=x&client_secret=@&y=1",
            "$env:TOKEN = \"@\"",
            "$token='@'",
            "set TOKEN=@",
            "export MY_TOKEN=@",
            "set \"API_KEY=@\"",
            "{`\"password`\": `\"@`\"}",
            "Invoke-X -Headers @{ 'X-Api-Key' = '@' } -Y",
            "Connect-X -Token @ -Y",
            "C:\\>http POST h.example.com/t X-Api-Key:@ a=b",
            "tool https://h.example.com/t -u bob:@",
            "tool --user 'bob:@' https://h.example.com",
            "tool --password @",
            "tool --oauth2-bearer @ x",
            "    password: @",
            "X-Api-Key: @",
            "Authorization: Basic @",
            "Cookie: sid=@",
            "tool -H 'Cookie: a=1234; sid=@' x",
            "tool -H \"X-Auth-Token: @\"",
            "secret => '@'",
            "password := @",
        ];
        for text in table {
            let text = text.replace('@', &secret).replace(&format!("-Headers {secret}{{"), "-Headers @{");
            let mut ring = KeyRing::default();
            let masked = mask(&text, &catalog, &mut ring).expect("a secret");
            assert!(!masked.contains(&secret), "{text} -> {masked}");
            assert_eq!(mask(&masked, &catalog, &mut ring), None, "twice: {text}");
            let back = ring.resolve(&masked).expect("resolves");
            assert_eq!(secrecy::ExposeSecret::expose_secret(&back), text, "{text}");
        }
    }

    #[test]
    fn words_about_secrets_stay() {
        let catalog = Catalog::built_in();
        let spared = [
            "the password: please",
            "invalid token: expired",
            "password: Incorrect",
            "Authorization: Bearer <COMETAPI_KEY>",
            "api_key=os.environ",
            "client = OpenAI(api_key=API_KEY, x=1)",
            "api_key=getenv(\"KEY\")",
            "token=self.token",
            "{\"max_tokens\": 5, \"prompt_cache_key\": \"abc123def456\"}",
            "{\"token\":\" Hello\",\"logprob\":-0.1}",
            "the cookie: a word",
            "Cookie: [cookie#1]",
            "password=[password#1]&x=1",
            "https://h.example/?key=YOUR_API_KEY",
            "-p 8080:80 -u 1000:10",
            "key == value",
            "use --token to give one",
            "e.g. token: a b",
        ];
        for text in spared {
            assert_eq!(mask(text, &catalog, &mut KeyRing::default()), None, "{text}");
        }
    }
}
