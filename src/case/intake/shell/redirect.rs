//! Redirections and here-documents.

use super::{Command, Shell, is_name_char, rest_starts};

/// How far from its beginning a here-document's own end word is looked for behind an indented one, bytes.
const MOST_BEHIND_INDENTED: usize = 64 << 10;

/// More files than any command gets from `<(…)`.
const MOST_GIVEN: usize = 50;

impl Shell<'_> {
    pub(super) fn redirect(&mut self, c: char) {
        let rest = self.rest();
        if c == '<' && rest.starts_with("<(") {
            self.process();
            return;
        }
        // `>(…)`: what is written to it goes to another command.
        if c == '>' && rest.starts_with(">(") && !self.in_word {
            let len = super::balanced(rest.get(1..).unwrap_or("")).unwrap_or(1);
            self.word.push_str(rest.get(..=len).unwrap_or(">"));
            self.in_word = true;
            self.at += rest.get(..=len).map_or(1, str::len);
            return;
        }
        // `<MODEL_ID>` is a stand-in of a documentation page, no redirection.
        if c == '<'
            && let Some(inner) = rest.get(1..).and_then(|r| r.get(..r.len().min(200)).or(Some(r)))
            && let Some(len) = inner.find(|c: char| {
                let of_address = inner.starts_with("http") && matches!(c, ':' | '/');
                !(is_name_char(c) || matches!(c, '-' | '.' | ' ') || of_address)
            })
            && len > 0
            && inner.get(len..).is_some_and(|r| r.starts_with('>'))
            && !inner.starts_with(' ')
        {
            let literal = rest.get(..len + 2).unwrap_or("");
            self.at += literal.len();
            self.word.push_str(literal);
            self.in_word = true;
            return;
        }
        if self.in_word && self.word.bytes().all(|b| b.is_ascii_digit()) {
            self.word.clear();
            self.in_word = false;
        }
        self.end_word();
        if rest_starts(self.text, self.at, "<<<") {
            self.at += 3;
            self.takes_stdin = true;
        } else if rest_starts(self.text, self.at, "<<") {
            self.at += 2;
            self.heredoc_delimiter();
        } else {
            self.at += 1;
            self.out.appends = c == '>' && self.peek() == Some('>');
            while matches!(self.peek(), Some('>' | '|' | '&')) {
                self.bump();
            }
            self.takes_file = c == '<';
            self.discard = c == '>';
        }
    }

    fn heredoc_delimiter(&mut self) {
        if let Some((heredoc, len)) = HereDoc::at(self.rest()) {
            self.at += len;
            self.heredoc = Some(heredoc);
        }
    }

    /// Reads the lines of a here-document that stands below the command, at or behind byte `below`.
    pub(super) fn read_heredoc(&mut self, below: usize) {
        let Some(heredoc) = self.heredoc.take() else { return };
        self.skip_line();
        self.bump();
        self.at = self.at.max(below).min(self.text.len());
        let lines = heredoc.lines(self.rest());
        self.out.oddities.open_quote |= !lines.closed;
        self.out.stdin = Some(self.heredoc_text(&heredoc, lines.body));
        self.at += lines.len;
    }

    /// The text that the lines of `heredoc` give, which begin here and take `body` bytes.
    pub(super) fn heredoc_text(&mut self, heredoc: &HereDoc, body: usize) -> String {
        let body = self.rest().get(..body).unwrap_or("");
        let body = if heredoc.without_tabs {
            body.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect()
        } else {
            body.to_owned()
        };
        if !heredoc.quoted && body.contains(['$', '\\', '`']) { self.expanded(&body) } else { body }
    }

    /// `text` with its variables and escapes read as in a here-document without quotes.
    pub(super) fn expanded(&mut self, text: &str) -> String {
        let mut inner = Shell {
            text,
            at: 0,
            variables: self.variables,
            word: String::new(),
            word_start: 0,
            step_start: 0,
            in_word: false,
            in_quotes: true,
            in_nu: false,
            discard: false,
            takes_file: false,
            takes_stdin: false,
            commented: false,
            heredoc: None,
            expanded: self.expanded,
            // None inside another: the depth stays bounded.
            failed_heredocs: super::MOST_FAILED_HEREDOCS,
            json_from: None,
            failed_bodies: 0,
            ranges: Vec::new(),
            out: Command::default(),
        };
        while let Some(c) = inner.peek() {
            if c == '$' {
                inner.dollar_in_quotes();
                continue;
            }
            if c == '`' {
                inner.substitution_in_backticks();
                continue;
            }
            inner.bump();
            let escaped = if c == '\\' { inner.peek() } else { None };
            match escaped {
                Some(next @ ('$' | '`' | '\\')) => {
                    inner.bump();
                    inner.word.push(next);
                }
                Some('\n') => {
                    inner.bump();
                }
                _ => inner.word.push(c),
            }
        }
        self.expanded = self.expanded.max(inner.expanded);
        self.out.oddities.substitution |= inner.out.oddities.substitution;
        inner.word
    }

    /// What the command prints that begins at byte `from`, up to its closing bracket, where nothing has to be run for it:
    /// `echo`, `printf`, `cat`.
    pub(super) fn printed(&mut self, from: usize) -> Option<Printed> {
        if self.failed_heredocs >= super::MOST_FAILED_HEREDOCS || !self.variables.may_search() {
            return None;
        }
        let inside = self.text.get(from..)?;
        let blank = inside.len() - inside.trim_start().len();
        let word = super::head(inside.trim_start(), 16);
        let word = word.split(|c: char| c.is_whitespace() || c == ')').next().unwrap_or("");
        if !matches!(word, "echo" | "printf" | "cat" | "jq") {
            return None;
        }
        let command = super::split_inner(self.text, from + blank + word.len(), self.variables);
        let behind = self.text.get(command.end..).unwrap_or("");
        let blank = behind.len() - behind.trim_start().len();
        let closes = behind.get(blank..).is_some_and(|b| b.starts_with(')')) && !command.oddities.open_quote;
        let substitution = command.oddities.substitution;
        let text = match (word, command.words.as_slice(), command.stdin) {
            ("cat", [], stdin) => stdin.map(Ok),
            ("cat", [path], None) => Some(Err(path.clone())),
            ("cat", ..) => None,
            (program, words, _) => crate::case::intake::command::printed_by(program, words).map(Ok),
        };
        if let Some(text) = text.filter(|_| closes) {
            return Some(Printed { text, end: command.end + blank + 1, substitution });
        }
        self.failed_heredocs += 1;
        self.variables.searched_in_vain(command.end.saturating_sub(from));
        None
    }

    /// `<(…)`: a file with what a command prints. It is a word, which names that file; its text is known where nothing
    /// has to be run for it.
    fn process(&mut self) {
        let rest = self.rest();
        let inside = rest.get(2..).unwrap_or("");
        let word = super::head(inside.trim_start(), 16)
            .split(|c: char| c.is_whitespace() || c == ')')
            .next()
            .unwrap_or("");
        if self.out.given.len() < MOST_GIVEN
            && let Some(printed) = self.printed(self.at + 2)
        {
            match printed.text {
                Ok(text) => {
                    let name = format!("<({word} {})", self.out.given.len() + 1);
                    self.word.push_str(&name);
                    self.out.given.push((name, text));
                }
                Err(path) => self.word.push_str(&path),
            }
            self.out.oddities.substitution |= printed.substitution;
            self.in_word = true;
            self.at = printed.end;
            return;
        }
        let len = super::balanced(rest.get(1..).unwrap_or("")).unwrap_or(1);
        self.out.oddities.substitution = true;
        self.word.push_str(rest.get(..=len).unwrap_or("<"));
        self.in_word = true;
        self.at += rest.get(..=len).map_or(1, str::len);
    }
}

/// What a command prints.
pub(super) struct Printed {
    /// The text, or the file that holds it.
    pub(super) text: Result<String, String>,
    /// Byte behind the closing bracket.
    pub(super) end: usize,
    /// A part of it comes from another command.
    pub(super) substitution: bool,
}

/// A here-document as its operator announces it.
pub(super) struct HereDoc {
    /// The line that ends it.
    delimiter: String,
    /// Nothing in it is expanded.
    quoted: bool,
    /// `<<-`: tabs at the start of its lines are taken off.
    without_tabs: bool,
}

/// The lines of a here-document.
pub(super) struct Lines {
    /// Bytes of its text.
    pub(super) body: usize,
    /// Bytes of that and of the line that ends it.
    pub(super) len: usize,
    /// Whether that line is there.
    pub(super) closed: bool,
}

impl HereDoc {
    /// Its lines, the first of which begins `rest`. The end word alone on a line ends it; one that a page or a chat indented
    /// does where none stands alone before the next here-document.
    pub(super) fn lines(&self, rest: &str) -> Lines {
        let mut at = 0;
        let mut indented = None;
        for line in rest.split_inclusive('\n') {
            let end = at + line.len();
            let bare = line.trim_end_matches(['\n', '\r']);
            let bare = if self.without_tabs { bare.trim_start_matches('\t') } else { bare };
            if bare == self.delimiter {
                return Lines { body: at, len: end, closed: true };
            }
            if indented.is_some() && (line.contains("<<") || end > MOST_BEHIND_INDENTED) {
                break;
            }
            if indented.is_none() && bare.trim() == self.delimiter {
                indented = Some(Lines { body: at, len: end, closed: true });
            }
            at = end;
        }
        indented.unwrap_or(Lines { body: rest.len(), len: rest.len(), closed: false })
    }

    /// The one whose delimiter stands at the start of `rest` (behind `<<`), and the bytes read.
    pub(super) fn at(rest: &str) -> Option<(Self, usize)> {
        let trimmed = rest.trim_start_matches(['-', '~', ' ', '\t']);
        let len = trimmed
            .find(|c: char| c.is_whitespace() || matches!(c, '|' | ';' | '>' | ')'))
            .unwrap_or(trimmed.len());
        let written = trimmed.get(..len).unwrap_or("");
        let quoted = written.contains(['\'', '"', '\\']);
        let delimiter = written.replace(['\'', '"', '\\'], "");
        let read = rest.len() - trimmed.len() + len;
        (!delimiter.is_empty())
            .then(|| (Self { delimiter, quoted, without_tabs: rest.starts_with('-') }, read))
    }
}
