//! The words behind the address: headers, parameters and fields (<https://httpie.io/docs/cli/request-items>).

/// What stands between a name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// `:`.
    Header,
    /// `;` at the end: a header without a value.
    EmptyHeader,
    /// `:@`: the value is a file's text.
    HeaderFile,
    /// `==`.
    Query,
    /// `==@`.
    QueryFile,
    /// `=`.
    Data,
    /// `=@`.
    DataFile,
    /// `:=`.
    Json,
    /// `:=@`.
    JsonFile,
    /// `@`: a file that is uploaded.
    File,
}

/// Longest first: at one place the longest is meant.
const SEPARATORS: [(&str, Separator); 9] = [
    (":=@", Separator::JsonFile),
    ("==@", Separator::QueryFile),
    (":=", Separator::Json),
    ("==", Separator::Query),
    ("=@", Separator::DataFile),
    (":@", Separator::HeaderFile),
    ("=", Separator::Data),
    ("@", Separator::File),
    (":", Separator::Header),
];

/// One word.
pub(super) struct Item {
    pub(super) separator: Separator,
    /// Name without its escapes; those of brackets stay, for the path of a field.
    pub(super) name: String,
    pub(super) value: String,
}

impl Item {
    /// Reads `word`; `None` where no separator stands in it.
    pub(super) fn of(word: &str) -> Option<Self> {
        let mut name = String::new();
        let mut rest = word;
        while let Some(c) = rest.chars().next() {
            // A reference is a value and no path or header.
            if let Some(end) = rest.strip_prefix("[env:").and_then(|inside| inside.find(']')) {
                let (reference, behind) = rest.split_at_checked(end + "[env:]".len())?;
                name.push_str(reference);
                rest = behind;
                continue;
            }
            if c == '\\' {
                let next = rest.get(1..).and_then(|rest| rest.chars().next());
                match next {
                    Some(escaped @ (':' | '=' | '@' | ';')) => name.push(escaped),
                    Some(other) => name.extend(['\\', other]),
                    None => name.push('\\'),
                }
                rest = rest.get(1 + next.map_or(0, char::len_utf8)..).unwrap_or("");
                continue;
            }
            if let Some((mark, separator)) = SEPARATORS.iter().find(|(mark, _)| rest.starts_with(mark)) {
                let value = rest.get(mark.len()..).unwrap_or("").to_owned();
                return Some(Self { separator: *separator, name, value });
            }
            if rest == ";" && !name.is_empty() {
                return Some(Self { separator: Separator::EmptyHeader, name, value: String::new() });
            }
            name.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or("");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_items() {
        let table = [
            ("X-A:b", Separator::Header, "X-A", "b"),
            ("Referer:https://x/?a=b", Separator::Header, "Referer", "https://x/?a=b"),
            ("X-A;", Separator::EmptyHeader, "X-A", ""),
            ("X-A:@f", Separator::HeaderFile, "X-A", "f"),
            ("q==v=w", Separator::Query, "q", "v=w"),
            ("q==@f", Separator::QueryFile, "q", "f"),
            ("a=b:c", Separator::Data, "a", "b:c"),
            ("a=@f", Separator::DataFile, "a", "f"),
            ("a:=1", Separator::Json, "a", "1"),
            ("a:=@f", Separator::JsonFile, "a", "f"),
            ("f@x.png", Separator::File, "f", "x.png"),
            ("@x", Separator::File, "", "x"),
            ("a\\:b=c", Separator::Data, "a:b", "c"),
            ("a\\[b=c", Separator::Data, "a\\[b", "c"),
            ("[env:K]=x", Separator::Data, "[env:K]", "x"),
        ];
        for (word, separator, name, value) in table {
            let item = Item::of(word).expect(word);
            assert_eq!(
                (item.separator, item.name.as_str(), item.value.as_str()),
                (separator, name, value),
                "{word}"
            );
        }
        for word in ["", "a", ";", "\\:"] {
            assert!(Item::of(word).is_none(), "{word}");
        }
    }
}
