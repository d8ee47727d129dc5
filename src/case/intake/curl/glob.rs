//! Several addresses in one: curl makes a request for each of `{a,b}` and `[1-3]` (<https://curl.se/docs/manpage.html>, URL).

/// More requests of one address are not made out.
const MOST: usize = 50;

/// The addresses that `url` stands for, in curl's order; itself alone where it has no set of several and no range. A brace
/// around one word stays: it is a stand-in of a documentation page rather than a set.
pub(super) fn expanded(url: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut open = vec![url.to_owned()];
    while let Some(url) = open.pop() {
        match first(&url) {
            Some((at, end, words)) if done.len() + open.len() + words.len() <= MOST => {
                let whole = |word: &String| {
                    format!("{}{word}{}", url.get(..at).unwrap_or(""), url.get(end..).unwrap_or(""))
                };
                open.extend(words.iter().rev().map(whole));
            }
            _ => done.push(without_escapes(&url)),
        }
    }
    done
}

/// A bracket or brace behind a backslash is the character itself.
fn without_escapes(url: &str) -> String {
    ['[', ']', '{', '}'].iter().fold(url.to_owned(), |url, c| url.replace(&format!("\\{c}"), &c.to_string()))
}

/// The first set or range: where it stands, and its words.
fn first(url: &str) -> Option<(usize, usize, Vec<String>)> {
    let host = url.find("://").map_or(0, |at| at + 3);
    // A bracket in the host is that of an IPv6 address.
    let path = host + url.get(host..)?.find(['/', '?']).unwrap_or(url.len() - host);
    let mut from = host;
    while let Some(at) = url.get(from..)?.find(['{', '[']).map(|at| from + at) {
        if url.get(..at)?.ends_with('\\') {
            from = at + 1;
            continue;
        }
        if at < path && url.get(at..)?.starts_with('[') {
            from = at + 1;
            continue;
        }
        let close = if url.get(at..)?.starts_with('{') { '}' } else { ']' };
        let end = at + url.get(at..)?.find(close)? + 1;
        let inside = url.get(at + 1..end - 1)?;
        let words = if close == '}' { set(inside) } else { range(inside) };
        if let Some(words) = words {
            return Some((at, end, words));
        }
        from = end;
    }
    None
}

fn set(inside: &str) -> Option<Vec<String>> {
    // A bare name is a stand-in that a documentation page left (`/files/{file_id}`).
    let is_name = inside.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    (!is_name).then(|| inside.split(',').map(str::to_owned).collect())
}

/// Whether `url` has a stand-in in place of a part of it: `{file_id}`, `<FILE_ID>`.
pub(super) fn has_stand_in(url: &str) -> bool {
    [('{', '}'), ('<', '>')].into_iter().any(|(open, close)| {
        url.split(open).skip(1).any(|rest| {
            rest.split_once(close).is_some_and(|(inside, _)| {
                inside.starts_with(|c: char| c.is_ascii_alphabetic())
                    && inside.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-. ".contains(&b))
            })
        })
    })
}

/// `1-3`, `001-100:10`, `a-e`.
fn range(inside: &str) -> Option<Vec<String>> {
    let (bounds, step) = inside.split_once(':').unwrap_or((inside, "1"));
    let (from, to) = bounds.split_once('-')?;
    let step = step.parse::<usize>().ok().filter(|step| *step > 0)?;
    if let (Ok(first), Ok(last)) = (from.parse::<u64>(), to.parse::<u64>()) {
        let width = if from.starts_with('0') { from.len() } else { 0 };
        return Some((first..=last).step_by(step).take(MOST + 1).map(|n| format!("{n:0width$}")).collect());
    }
    let (mut first, mut last) = (from.chars(), to.chars());
    let (Some(first), None, Some(last), None) = (first.next(), first.next(), last.next(), last.next()) else {
        return None;
    };
    let letters = first.is_ascii_alphabetic() && last.is_ascii_alphabetic();
    letters.then(|| (first..=last).step_by(step).map(String::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_ranges_are_several_addresses() {
        let table: &[(&str, &[&str])] = &[
            ("https://h/a", &["https://h/a"]),
            ("https://h/{a,b}/x", &["https://h/a/x", "https://h/b/x"]),
            ("https://h/[1-3]", &["https://h/1", "https://h/2", "https://h/3"]),
            (
                "https://h/[01-03:2]{x,y}",
                &["https://h/01x", "https://h/01y", "https://h/03x", "https://h/03y"],
            ),
            ("https://h/[a-c]", &["https://h/a", "https://h/b", "https://h/c"]),
            ("https://h/{model}", &["https://h/{model}"]),
            ("https://h/[env:MODEL]", &["https://h/[env:MODEL]"]),
            ("https://[::1]/a", &["https://[::1]/a"]),
            ("https://{a,b}.h/x", &["https://a.h/x", "https://b.h/x"]),
            (r#"https://h/x?f={"a":1}"#, &[r#"https://h/x?f="a":1"#]),
            (r"https://h/\{a,b\}?x=\[1\]", &["https://h/{a,b}?x=[1]"]),
            ("https://h/?include[]=a", &["https://h/?include[]=a"]),
        ];
        for (url, expected) in table {
            assert_eq!(expanded(url), *expected, "{url}");
        }
        assert_eq!(expanded("https://h/[1-1000]").len(), 1, "too many stay one");
        assert!(expanded("https://h/[0-6][0-6][0-6]").len() <= MOST);
    }
}
