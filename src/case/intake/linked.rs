//! Addresses that a mail or a tracker wrote twice: Outlook's `URL<URL>`, Jira's `[URL|URL]`.

use super::secret::percent_decoded;

/// Longest address that is looked at.
const LONGEST: usize = 4000;

/// `text` with each address once; `None` where none stands there twice.
pub(super) fn off(text: &str) -> Option<String> {
    let trackers = written_once(text, "[http", tracker);
    let once = written_once(trackers.as_deref().unwrap_or(text), "<http", mail).or(trackers);
    written_once(once.as_deref().unwrap_or(text), "https://", guarded).or(once)
}

/// The guard of a mail server that stands in the place of the address itself.
fn guarded(_: &str, rest: &str) -> Option<(String, usize)> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | ')' | ']' | '\\');
    let near = rest.get(..rest.len().min(LONGEST)).unwrap_or(rest);
    let address = near.get(..near.find(ends).unwrap_or(near.len()))?;
    let host = address.strip_prefix("https://")?.split(['/', '?']).next()?;
    let target = behind_guard(address).filter(|_| host.ends_with(".safelinks.protection.outlook.com"))?;
    target.contains("://").then_some((target, address.len()))
}

/// What a mark at the start of `rest` stands for behind `before`, and the bytes that it takes.
type Reader = fn(before: &str, rest: &str) -> Option<(String, usize)>;

fn written_once(text: &str, mark: &str, read: Reader) -> Option<String> {
    let mut out = String::new();
    let mut at = 0;
    for found in memchr::memmem::find_iter(text.as_bytes(), mark) {
        let (Some(before), Some(rest)) = (text.get(at..found), text.get(found..)) else { continue };
        let Some((once, len)) = read(before, rest) else { continue };
        out.push_str(before);
        out.push_str(&once);
        at = found + len;
    }
    (at > 0).then(|| out + text.get(at..).unwrap_or(""))
}

/// `[URL|URL]`, `[URL|URL|smart-link]`: the address.
fn tracker(_: &str, rest: &str) -> Option<(String, usize)> {
    let inside = rest.get(1..)?;
    let len = inside.bytes().take(LONGEST).position(|b| b == b']' || b.is_ascii_whitespace())?;
    let inside = inside.get(..len)?;
    let closes = rest.get(1 + len..)?.starts_with(']');
    let mut parts = inside.split('|');
    let (shown, address) = (parts.next()?, parts.next()?);
    (closes && bare(shown) == bare(address)).then(|| (shown.to_owned(), len + 2))
}

/// `URL<URL>`: nothing more than the address before it.
fn mail(before: &str, rest: &str) -> Option<(String, usize)> {
    let inside = rest.get(1..)?;
    let len = inside.bytes().take(LONGEST).position(|b| b == b'>' || b.is_ascii_whitespace())?;
    let address = inside.get(..len)?;
    let closes = rest.get(1 + len..)?.starts_with('>');
    let target = behind_guard(address);
    let target = bare(target.as_deref().unwrap_or(address)).to_owned();
    let shown = before.trim_end_matches('/');
    (closes && target.contains('.') && shown.ends_with(&target)).then(|| (String::new(), len + 2))
}

/// The address that a mail server's guard leads to: `https://…safelinks…/?url=…&data=…`.
fn behind_guard(address: &str) -> Option<String> {
    let (_, query) = address.split_once("safelinks.")?.1.split_once('?')?;
    let url = query.split('&').find_map(|pair| pair.strip_prefix("url="))?;
    Some(percent_decoded(url))
}

/// Without its scheme and a slash at its end.
fn bare(address: &str) -> &str {
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    address.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::off;

    #[test]
    fn an_address_is_written_once() {
        let table = [
            ("curl https://h.test/v1<https://h.test/v1> -d x", Some("curl https://h.test/v1 -d x")),
            ("curl \"https://h.test<https://h.test/>\"", Some("curl \"https://h.test\"")),
            (
                "curl https://h.test/v1<https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fh.test%2Fv1&data=05> -d x",
                Some("curl https://h.test/v1 -d x"),
            ),
            ("curl [https://h.test/v1|https://h.test/v1] -d x", Some("curl https://h.test/v1 -d x")),
            (
                "curl [https://h.test/v1|https://h.test/v1|smart-link] -d x",
                Some("curl https://h.test/v1 -d x"),
            ),
            (
                "curl \"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fh.test%2Fv1&amp;data=05\" -d x",
                Some("curl \"https://h.test/v1\" -d x"),
            ),
            ("curl <https://h.test/v1> -d x", None),
            ("[https://h.test|https://g.test]", None),
            ("see https://g.test <https://h.test>", None),
        ];
        for (text, expected) in table {
            assert_eq!(off(text).as_deref(), expected, "{text}");
        }
    }
}
