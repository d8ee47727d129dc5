//! Links that a chat or an editor makes of an address: `<https://h|h>`, `[h](https://h)`.

/// The address of the link at the start of `text`, and the bytes that it takes. A link whose words are another address
/// is none.
pub(in crate::case::intake) fn at(text: &str) -> Option<(&str, usize)> {
    let is_address = |text: &str| {
        (text.starts_with("http://") || text.starts_with("https://")) && !text.contains(char::is_whitespace)
    };
    let line = text.split('\n').next().unwrap_or("");
    if let Some(inside) = line.strip_prefix('<') {
        let inside = inside.split('>').next().filter(|inside| inside.len() + 1 < line.len())?;
        let address = inside.split('|').next().unwrap_or(inside);
        return (is_address(address) && !address.contains('<')).then_some((address, inside.len() + 2));
    }
    let (label, rest) = line.strip_prefix('[')?.split_once("](")?;
    let address = rest.split(')').next().filter(|address| address.len() < rest.len())?;
    let bare = |text: &str| {
        let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
        text.trim_end_matches('/').to_owned()
    };
    (is_address(address) && bare(label) == bare(address))
        .then_some((address, label.len() + address.len() + "[](".len() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_addresses() {
        let table = [
            ("<https://h.test/a|h.test/a> -v", Some(("https://h.test/a", 27))),
            ("<https://h.test/a>", Some(("https://h.test/a", 18))),
            ("[https://h.test/a](https://h.test/a)/b", Some(("https://h.test/a", 36))),
            ("[h.test](http://h.test/) x", Some(("http://h.test/", 24))),
            ("[here](https://h.test)", None),
            ("<file", None),
            ("[1,2](x)", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(at(text), expected, "{text}");
        }
    }
}
