//! Where in a JSON text a byte stands: under which names, on a name or a value, and which bracket belongs to which.

use super::{Kind, Lexer, Token};

/// Where a byte of a JSON text stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Names from the outside to the object or list that is open there; a list's element has the name of its list.
    pub path: Vec<String>,
    /// The name of the member whose value stands there; `None` where a name belongs, and in lists.
    pub member: Option<String>,
    /// The innermost open bracket is one of a list.
    pub in_list: bool,
    /// Names that the open object has already.
    pub names: Vec<String>,
    /// What is written of the word at the place, without quotes.
    pub word: String,
    /// First byte of that word, a quote before it included.
    pub start: usize,
    /// It begins with a quote.
    pub quoted: bool,
}

/// An open bracket.
struct Level {
    list: bool,
    name: String,
    member: Option<String>,
    names: Vec<String>,
}

/// Where byte `at` of `text` stands; what lies behind it is not looked at. `None` outside of any bracket.
pub fn place_at(text: &str, at: usize) -> Option<Place> {
    let before = text.get(..at)?;
    let unquoted = |token: &Token| {
        let written = before.get(token.start..token.end).unwrap_or_default();
        serde_json::from_str(written).unwrap_or_else(|_| written.trim_matches('"').to_owned())
    };
    let mut levels: Vec<Level> = Vec::new();
    let mut last: Option<Token> = None;
    for token in Lexer::new(before) {
        match (token.kind, before.as_bytes().get(token.start)) {
            (Kind::Open, byte) => {
                let name =
                    levels.last().map(|level| level.member.clone().unwrap_or_else(|| level.name.clone()));
                levels.push(Level {
                    list: byte == Some(&b'['),
                    name: name.unwrap_or_default(),
                    member: None,
                    names: Vec::new(),
                });
            }
            (Kind::Close, _) => drop(levels.pop()),
            (Kind::Mark, Some(b',')) => {
                if let Some(level) = levels.last_mut() {
                    level.member = None;
                }
            }
            (Kind::Key, _) => {
                if let Some(level) = levels.last_mut() {
                    let name: String = unquoted(&token);
                    level.names.push(name.clone());
                    level.member = Some(name);
                }
            }
            _ => {}
        }
        last = Some(token);
    }
    let level = levels.last()?;
    // The word that ends where the cursor stands; a string with its end is no longer being written.
    let open = last.filter(|token| token.end == at && matches!(token.kind, Kind::Wrong | Kind::Word));
    let written = open.and_then(|token| before.get(token.start..)).unwrap_or_default();
    Some(Place {
        path: levels.iter().skip(1).map(|level| level.name.clone()).collect(),
        member: level.member.clone(),
        in_list: level.list,
        names: level.names.clone(),
        word: written.trim_start_matches('"').to_owned(),
        start: at - written.len(),
        quoted: written.starts_with('"'),
    })
}

/// Names that the object has which is open at byte `from`, behind it.
pub fn names_behind(text: &str, from: usize) -> Vec<String> {
    let rest = text.get(from..).unwrap_or_default();
    let mut depth = 0_usize;
    let mut names = Vec::new();
    for token in Lexer::new(rest) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close if depth == 0 => break,
            Kind::Close => depth -= 1,
            Kind::Key if depth == 0 => {
                let written = rest.get(token.start..token.end).unwrap_or_default();
                names.extend(serde_json::from_str::<String>(written));
            }
            _ => {}
        }
    }
    names
}

/// The brackets at or right before byte `at` of `text` and its partner, in order; looked for among `text`'s tokens only.
pub fn partner(text: &str, at: usize) -> Option<(usize, usize)> {
    let mut open: Vec<usize> = Vec::new();
    for token in Lexer::new(text) {
        match token.kind {
            Kind::Open => open.push(token.start),
            Kind::Close => {
                let Some(begin) = open.pop() else { continue };
                if [begin, token.start].iter().any(|bracket| *bracket == at || bracket + 1 == at) {
                    let same = matches!(
                        (text.as_bytes().get(begin), text.as_bytes().get(token.start)),
                        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']'))
                    );
                    return same.then_some((begin, token.start));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_known_while_it_is_typed() {
        let table: [(&str, &str, Option<&str>, &str, bool); 8] = [
            ("{\"mod|", "", None, "mod", true),
            ("{\"a\": 1, m|", "", None, "m", false),
            ("{\"model\": \"gp|\"}", "", Some("model"), "gp", true),
            ("{\"messages\": [{\"role\": \"as|", "messages/messages", Some("role"), "as", true),
            ("{\"messages\": [{\"role\": \"user\", \"|\"}]}", "messages/messages", None, "", true),
            ("{\"stream\": tr|", "", Some("stream"), "tr", false),
            ("{\"a\": {\"b\": [|", "a/b", None, "", false),
            ("{\"a\": \"done\"|", "", Some("a"), "", false),
        ];
        for (text, path, member, word, quoted) in table {
            let at = text.find('|').expect("has the cursor");
            let place = place_at(&text.replace('|', ""), at).expect("inside");
            let got = (place.path.join("/"), place.member.as_deref(), place.word.as_str(), place.quoted);
            assert_eq!(got, (path.to_owned(), member, word, quoted), "{text}");
        }
        assert_eq!(place_at("\"a", 2), None);
        assert_eq!(place_at("{}", 2), None);
    }

    #[test]
    fn brackets_find_their_partner() {
        let text = "{\"a]\": [1, {}]}";
        for (at, wanted) in [
            (0, Some((0, 14))),
            (15, Some((0, 14))),
            (7, Some((7, 13))),
            (11, Some((11, 12))),
            (3, None),
            (9, None),
        ] {
            assert_eq!(partner(text, at), wanted, "{at}");
        }
        assert_eq!(partner("[}", 0), None);
    }
}
