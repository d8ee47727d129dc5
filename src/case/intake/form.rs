//! The parts of a form as curl's `-F` writes them, and back: `name=text`, `name=@file`, `name=<file`, with `;type=`,
//! `;filename=`. The grammar is that of curl's own parser (`curl/curl:src/tool_formparse.c@01a8d8c`, read 2026-11-21)
//! and of its manual page (<https://curl.se/docs/manpage.html#-F>); a test compares what is
//! sent with what curl 7.88.1 sent (`src/io/net/tests/curl_forms.json`).
//!
//! The screen shows and edits the parts of a form in the same words, one line for each.

use crate::case::request::{Part, PartContent};

/// What curl would say or do about a field beside sending it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Oddity {
    /// There is no `=`: curl refuses the command.
    NoEquals,
    /// The media type is none: curl refuses the command.
    BadType,
    /// What stood behind a `;` is not sent.
    Cut,
    /// Headers or an encoder of the part, which are not sent here.
    Headers,
    /// Several files in one field, which curl packs into a part of its own.
    Several,
    /// A multipart within the form.
    Nested,
    /// A file name on `<file`, which curl does not send.
    NoFilename,
    /// An empty file name, which curl sends and which is left out here.
    EmptyFilename,
}

/// A field as it was read. Texts are not masked yet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    /// Its parts: one, or one for each file.
    pub(super) parts: Vec<Part>,
    /// What was noticed.
    pub(super) oddities: Vec<Oddity>,
}

/// Reads the value of `-F`; `literal` is `--form-string`.
pub(super) fn field(value: &str, literal: bool) -> Field {
    let mut field = Field::default();
    let Some((name, content)) = value.split_once('=') else {
        field.oddities.push(Oddity::NoEquals);
        return field;
    };
    let part = |content: PartContent, filename: Option<String>, media_type: Option<String>| Part {
        name: name.to_owned(),
        content,
        filename,
        media_type,
    };
    if literal {
        field.parts.push(part(PartContent::Text(content.to_owned()), None, None));
        return field;
    }
    if content.starts_with('(') || (name.is_empty() && content == ")") {
        field.oddities.push(Oddity::Nested);
        return field;
    }
    let mut reader = Reader { rest: content, oddities: Vec::new() };
    if content.starts_with('@') {
        loop {
            // The `@` or the comma.
            reader.step();
            let read = reader.part(Some(','));
            let path = PartContent::File { path: read.data, bytes: None };
            field.parts.push(part(path, read.filename, read.media_type));
            if !reader.rest.starts_with(',') {
                break;
            }
        }
        if field.parts.len() > 1 {
            reader.oddities.push(Oddity::Several);
        }
    } else if content.starts_with('<') {
        reader.step();
        let read = reader.part(None);
        if read.filename.is_some() {
            reader.oddities.push(Oddity::NoFilename);
        }
        let path = PartContent::File { path: read.data, bytes: None };
        field.parts.push(part(path, Some(String::new()), read.media_type));
    } else {
        let read = reader.part(None);
        field.parts.push(part(PartContent::Text(read.data), read.filename, read.media_type));
    }
    let is_empty = |part: &Part| part.filename.as_deref() == Some("");
    if !content.starts_with('<') && field.parts.iter().any(is_empty) {
        reader.oddities.push(Oddity::EmptyFilename);
    }
    reader.oddities.sort_unstable();
    reader.oddities.dedup();
    field.oddities = reader.oddities;
    field
}

/// One content with what belongs to it.
struct Content {
    data: String,
    filename: Option<String>,
    media_type: Option<String>,
}

struct Reader<'t> {
    rest: &'t str,
    oddities: Vec<Oddity>,
}

impl Reader<'_> {
    fn step(&mut self) {
        let mut chars = self.rest.chars();
        chars.next();
        self.rest = chars.as_str();
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(is_blank);
    }

    /// The content up to `end` (or the text's end), with its `;` parameters.
    fn part(&mut self, end: Option<char>) -> Content {
        self.blanks();
        let mut content = Content { data: self.word(end), filename: None, media_type: None };
        // While a media type is read, unknown parameters belong to it (`text/plain;charset=utf-8`).
        let mut in_type = false;
        while self.rest.starts_with(';') {
            self.step();
            let parameter = self.rest;
            self.blanks();
            if !in_type && self.takes("type=") {
                self.blanks();
                let media = self.until(end).to_owned();
                if !is_media_type(&media) {
                    self.oddities.push(Oddity::BadType);
                }
                content.media_type = Some(media);
                in_type = true;
            } else if self.takes("filename=") {
                in_type = false;
                self.blanks();
                content.filename = Some(self.word(end));
            } else if self.takes("headers=") || self.takes("encoder=") {
                in_type = false;
                self.oddities.push(Oddity::Headers);
                self.blanks();
                self.word(end);
            } else if in_type {
                let _ = self.until(end);
                let read = parameter.len() - self.rest.len();
                if let (Some(media), Some(more)) = (&mut content.media_type, parameter.get(..read)) {
                    media.push(';');
                    media.push_str(more.trim_end_matches(is_blank));
                }
            } else if !self.word(end).is_empty() {
                self.oddities.push(Oddity::Cut);
            }
        }
        content
    }

    /// True where `name` (in any case) comes next; it is taken.
    fn takes(&mut self, name: &str) -> bool {
        let (Some(head), Some(tail)) = (self.rest.get(..name.len()), self.rest.get(name.len()..)) else {
            return false;
        };
        let found = head.eq_ignore_ascii_case(name);
        if found {
            self.rest = tail;
        }
        found
    }

    /// Text up to `;` or `end`, blanks at its end left out.
    fn until(&mut self, end: Option<char>) -> &str {
        let length = self.rest.find(|c| c == ';' || Some(c) == end).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        text.trim_end_matches(is_blank)
    }

    /// A word, perhaps in double quotes, in which `\\` and `\"` are escapes.
    fn word(&mut self, end: Option<char>) -> String {
        if let Some((text, rest)) = quoted(self.rest) {
            self.rest = rest;
            if !self.until(end).is_empty() {
                self.oddities.push(Oddity::Cut);
            }
            return text;
        }
        self.until(end).to_owned()
    }
}

/// The text of the quoted word at the start of `text`, and what is behind it; `None` where no quote opens or none closes.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Some((out, chars.as_str())),
            '\\' if chars.as_str().starts_with(['\\', '"']) => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    None
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{b}' | '\u{c}')
}

fn is_media_type(text: &str) -> bool {
    text.split_once('/').is_some_and(|(top, sub)| {
        !top.is_empty()
            && !top.contains(' ')
            && sub.starts_with(|c: char| !matches!(c, ';' | ',' | ' ' | '\n'))
    })
}

/// One part in the words of `-F`; [`lines`] reads it back.
pub fn part_line(part: &Part) -> String {
    let mut out = format!("{}=", part.name);
    let mut filename = part.filename.as_deref();
    match &part.content {
        PartContent::Text(text) => push_word(&mut out, text, true),
        PartContent::File { path, .. } if filename == Some("") => {
            filename = None;
            out.push('<');
            push_word(&mut out, path, false);
        }
        PartContent::File { path, .. } => {
            out.push('@');
            push_word(&mut out, path, false);
        }
    }
    if let Some(media) = &part.media_type {
        out.push_str(";type=");
        out.push_str(media);
    }
    if let Some(name) = filename {
        out.push_str(";filename=");
        push_word(&mut out, name, false);
    }
    out
}

fn push_word(out: &mut String, word: &str, is_text: bool) {
    let plain = !word.contains([';', ',', '\n', '\r'])
        && !word.starts_with(|c: char| c == '"' || is_blank(c) || (is_text && matches!(c, '@' | '<' | '(')))
        && !word.ends_with(is_blank);
    if plain || (word.is_empty() && is_text) {
        out.push_str(word);
        return;
    }
    out.push('"');
    for c in word.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}

/// The parts that a person wrote, one on each line; a quoted text may go over several. Nothing is refused: a line
/// without `=` is a field without text yet.
pub fn lines(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, next) = logical_line(rest);
        rest = next;
        let line = line.trim_end_matches('\r');
        if line.trim().is_empty() {
            continue;
        }
        let read = field(line, false);
        if read.parts.is_empty() {
            let (name, text) = line.split_once('=').unwrap_or((line.trim(), ""));
            let content = PartContent::Text(text.to_owned());
            parts.push(Part { name: name.to_owned(), content, filename: None, media_type: None });
        } else {
            parts.extend(read.parts);
        }
    }
    parts
}

/// The first line and what is behind it. A newline within quotes that close belongs to the line.
fn logical_line(text: &str) -> (&str, &str) {
    // A word may begin behind the first `=` and behind `filename=`; only there a quote opens.
    let (mut at, mut opens, mut named) = (0, false, false);
    while let Some(c) = text.get(at..).and_then(|t| t.chars().next()) {
        if c == '\n' {
            return (text.get(..at).unwrap_or(""), text.get(at + 1..).unwrap_or(""));
        }
        if c == '"'
            && opens
            && let Some((_, behind)) = text.get(at..).and_then(quoted)
        {
            at = text.len() - behind.len();
            opens = false;
            continue;
        }
        opens = match c {
            '=' if !named => true,
            '=' => text.get(..at).is_some_and(|before| before.ends_with("filename")),
            '@' | '<' => opens,
            c => opens && is_blank(c),
        };
        named |= c == '=';
        at += c.len_utf8();
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(value: &str) -> String {
        let read = field(value, false);
        let parts: Vec<String> = read
            .parts
            .iter()
            .map(|p| {
                let content = match &p.content {
                    PartContent::Text(text) => format!("text {text:?}"),
                    PartContent::File { path, .. } => format!("file {path:?}"),
                };
                let filename = p.filename.as_ref().map_or(String::new(), |n| format!(" name {n:?}"));
                let media = p.media_type.as_ref().map_or(String::new(), |t| format!(" type {t}"));
                format!("{}: {content}{filename}{media}", p.name)
            })
            .collect();
        let oddities = read.oddities.iter().fold(String::new(), |all, o| format!("{all} !{o:?}"));
        format!("{}{oddities}", parts.join(" | "))
    }

    /// The examples of curl's manual page on `-F`, and what its parser makes of the rest.
    #[test]
    fn fields_are_read_as_curl_reads_them() {
        let table = [
            ("profile=@portrait.jpg", "profile: file \"portrait.jpg\""),
            ("name=John", "name: text \"John\""),
            ("shoesize=11", "shoesize: text \"11\""),
            ("story=<hugefile.txt", "story: file \"hugefile.txt\" name \"\""),
            ("web=@index.html;type=text/html", "web: file \"index.html\" type text/html"),
            ("name=daniel;type=text/foo", "name: text \"daniel\" type text/foo"),
            ("file=@localfile;filename=nameinpost", "file: file \"localfile\" name \"nameinpost\""),
            (
                r#"file=@"local,file";filename="name;in;post""#,
                r#"file: file "local,file" name "name;in;post""#,
            ),
            (
                r#"file=@"local,file";filename="name\"in\\post";type=a/b"#,
                r#"file: file "local,file" name "name\"in\\post" type a/b"#,
            ),
            (
                r#"colors="red; green; blue";type=text/x-myapp"#,
                "colors: text \"red; green; blue\" type text/x-myapp",
            ),
            ("submit=OK;headers=\"X-submit-type: OK\"", "submit: text \"OK\" !Headers"),
            ("a=@b.txt;encoder=base64", "a: file \"b.txt\" !Headers"),
            (
                "f=@a.png,b.png;type=image/png",
                "f: file \"a.png\" | f: file \"b.png\" type image/png !Several",
            ),
            ("prompt=hello; world", "prompt: text \"hello\" !Cut"),
            ("prompt=hello;", "prompt: text \"hello\""),
            ("a=b=c", "a: text \"b=c\""),
            ("a=", "a: text \"\""),
            ("a= b ", "a: text \"b\""),
            ("a=\" b \"", "a: text \" b \""),
            ("a=\"b\" c", "a: text \"b\" !Cut"),
            ("a=\"b", "a: text \"\\\"b\""),
            ("a=x,y", "a: text \"x,y\""),
            ("a={\"b\": [1, 2]}", "a: text \"{\\\"b\\\": [1, 2]}\""),
            (
                "a=x;TYPE=text/plain; charset=utf-8;filename=n",
                "a: text \"x\" name \"n\" type text/plain; charset=utf-8",
            ),
            ("a=x;type=png", "a: text \"x\" type png !BadType"),
            ("a=<b.txt;filename=c", "a: file \"b.txt\" name \"\" !NoFilename"),
            ("nothing", " !NoEquals"),
            ("=(;type=multipart/alternative", " !Nested"),
            ("=)", " !Nested"),
        ];
        for (value, expected) in table {
            assert_eq!(shown(value), expected, "{value}");
        }
        let literal = field("a=@b;type=x/y", true);
        assert_eq!(literal.parts.first().and_then(Part::text), Some("@b;type=x/y"));
    }

    #[test]
    fn lines_of_the_editor_are_fields_and_nothing_is_refused() {
        let text =
            "model=whisper-1\n\nprompt=\"two\nlines\"\nfile=@~/a.mp3;type=audio/mpeg\nunfinished\nx=\"open\n";
        let names: Vec<String> = lines(text).iter().map(|p| format!("{}:{:?}", p.name, p.text())).collect();
        assert_eq!(
            names,
            [
                "model:Some(\"whisper-1\")",
                "prompt:Some(\"two\\nlines\")",
                "file:None",
                "unfinished:Some(\"\")",
                "x:Some(\"\\\"open\")"
            ]
        );
    }

    proptest! {
        #[test]
        fn no_field_panics(value in "\\PC{0,60}|[a=;@<\",\\\\ \\n()typefilnam/]{0,60}") {
            let _ = field(&value, false);
            let _ = lines(&value);
        }

        /// What is written is read back: the editor loses nothing.
        #[test]
        fn parts_are_written_and_read_back(
            name in "[a-z_]{1,8}(\\[\\])?",
            text in "[ -~\\n\u{e4}]{0,20}",
            filename in proptest::option::of("[ -~]{0,10}"),
            media in proptest::option::of("[a-z]{1,5}/[a-z]{1,5}"),
            is_file in any::<bool>(),
        ) {
            let (content, filename) = if is_file {
                (PartContent::File { path: text, bytes: None }, filename)
            } else {
                (PartContent::Text(text), filename)
            };
            let part = Part { name, content, filename, media_type: media };
            let written = format!("{}\nnext=1", part_line(&part));
            let read = lines(&written);
            prop_assert_eq!(read.len(), 2, "{}", written);
            prop_assert_eq!(read.first(), Some(&part), "{}", written);
        }
    }
}
