//! curl's file of options (`-K`): one a line, as `name = value`, `--name value` or `-x value`
//! (<https://curl.se/docs/manpage.html#-K>).

/// The options of `text` as words of a command line.
pub(super) fn words(text: &str) -> Vec<String> {
    text.lines().flat_map(of_line).collect()
}

fn of_line(line: &str) -> Vec<String> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Vec::new();
    }
    let name_end = line.find(|c: char| c.is_whitespace() || matches!(c, '=' | ':')).unwrap_or(line.len());
    let (name, rest) = line.split_at(name_end);
    let name = if name.starts_with('-') { name.to_owned() } else { format!("--{name}") };
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | ':'));
    if rest.is_empty() {
        return vec![name];
    }
    vec![
        name,
        rest.strip_prefix('"')
            .map_or_else(|| rest.split_whitespace().next().unwrap_or("").to_owned(), quoted),
    ]
}

/// Up to the closing quote, escapes undone.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => break,
            '\\' => match characters.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('v') => out.push('\u{b}'),
                Some(other) => out.push(other),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_a_file_are_words() {
        let text =
            "# comment\nurl = \"https://h/a\"\n-X PUT\nheader: \"K: \\\"v\\\"\"\n  silent\n--data @b.json\n";
        let expected =
            ["--url", "https://h/a", "-X", "PUT", "--header", "K: \"v\"", "--silent", "--data", "@b.json"];
        assert_eq!(words(text), expected);
    }
}
