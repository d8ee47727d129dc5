//! Redirections and here-documents.

use super::{Command, Shell, is_name_char, rest_starts};

impl Shell<'_> {
    pub(super) fn redirect(&mut self, c: char) {
        let rest = self.rest();
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

    /// Reads the lines of a here-document that stands below the command.
    pub(super) fn read_heredoc(&mut self) {
        let Some(heredoc) = self.heredoc.take() else { return };
        self.skip_line();
        self.bump();
        let (body, len, closed) = self.heredoc_text(&heredoc);
        self.at += len;
        self.out.oddities.open_quote |= !closed;
        self.out.stdin = Some(body);
    }

    /// The text of `heredoc`, whose first line begins here, the bytes it takes with its closing line, and whether that
    /// line is there.
    pub(super) fn heredoc_text(&self, heredoc: &HereDoc) -> (String, usize, bool) {
        let mut body = String::new();
        let mut closed = false;
        let mut len = 0;
        for line in self.rest().split_inclusive('\n') {
            len += line.len();
            if line.trim() == heredoc.delimiter {
                closed = true;
                break;
            }
            body.push_str(if heredoc.without_tabs { line.trim_start_matches('\t') } else { line });
        }
        if !heredoc.quoted && body.contains(['$', '\\', '`']) {
            body = self.expanded(&body);
        }
        (body, len, closed)
    }

    /// `text` with its variables and escapes read as in a here-document without quotes.
    fn expanded(&self, text: &str) -> String {
        let mut inner = Shell {
            text,
            at: 0,
            variables: self.variables,
            word: String::new(),
            word_start: 0,
            step_start: 0,
            in_word: false,
            discard: false,
            takes_file: false,
            takes_stdin: false,
            commented: false,
            heredoc: None,
            expanded: self.expanded,
            // None inside another: the depth stays bounded.
            failed_heredocs: super::MOST_FAILED_HEREDOCS,
            out: Command::default(),
        };
        while let Some(c) = inner.peek() {
            if c == '$' {
                inner.dollar_in_quotes();
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
        inner.word
    }
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

impl HereDoc {
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
