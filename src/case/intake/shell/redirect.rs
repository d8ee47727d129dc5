//! Redirections and here-documents.

use super::{Command, Shell, is_name_char, rest_starts};

impl Shell<'_> {
    pub(super) fn redirect(&mut self, c: char) {
        let rest = self.rest();
        // `<MODEL_ID>` is a stand-in of a documentation page, no redirection.
        if c == '<'
            && let Some(inner) = rest.get(1..).and_then(|r| r.get(..r.len().min(60)).or(Some(r)))
            && let Some(len) = inner.find(|c: char| !is_name_char(c) && !matches!(c, '-' | '.' | ' '))
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
            self.discard = true;
        }
    }

    fn heredoc_delimiter(&mut self) {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches(['-', '~', ' ', '\t']);
        let len = trimmed
            .find(|c: char| c.is_whitespace() || matches!(c, '|' | ';' | '>'))
            .unwrap_or(trimmed.len());
        let written = trimmed.get(..len).unwrap_or("");
        self.at += rest.len() - trimmed.len() + len;
        let quoted = written.contains(['\'', '"', '\\']);
        let delimiter = written.replace(['\'', '"', '\\'], "");
        if !delimiter.is_empty() {
            self.heredoc = Some((delimiter, quoted));
        }
    }

    /// Reads the lines of a here-document that stands below the command.
    pub(super) fn read_heredoc(&mut self) {
        let Some((delimiter, quoted)) = self.heredoc.take() else { return };
        self.skip_line();
        self.bump();
        let mut body = String::new();
        let mut closed = false;
        let start = self.at;
        let mut end = start;
        for line in self.rest().split_inclusive('\n') {
            end += line.len();
            if line.trim() == delimiter {
                closed = true;
                break;
            }
            body.push_str(line);
        }
        self.at = end;
        self.out.oddities.open_quote |= !closed;
        if !quoted && body.contains('$') {
            let source = body;
            let mut inner = Shell {
                text: &source,
                at: 0,
                variables: self.variables,
                word: String::new(),
                in_word: false,
                discard: false,
                takes_stdin: false,
                heredoc: None,
                expanded: self.expanded,
                out: Command::default(),
            };
            while let Some(c) = inner.peek() {
                if c == '$' {
                    inner.dollar_in_quotes();
                } else {
                    inner.bump();
                    inner.word.push(c);
                }
            }
            body = inner.word;
        }
        self.out.stdin = Some(body);
    }
}
