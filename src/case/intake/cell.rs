//! A command in a cell of a table that was saved as CSV, or copied out of a spreadsheet: the cell stands in quotation marks, and
//! each of its own is doubled (RFC 4180, 2.7).

use super::command;
use super::wrapping::holds;

/// `text` with the cell that holds a command as it was before it was saved; `None` where none is.
pub(super) fn off(text: &str) -> Option<String> {
    if !holds(text, "\"\"") {
        return None;
    }
    for start in memchr::memmem::find_iter(text.as_bytes(), "\"curl").take(MOST) {
        let begins =
            text.get(..start)?.chars().next_back().is_none_or(|c| matches!(c, ',' | ';' | '\t' | '\n'));
        let Some((cell, len)) = begins.then(|| cell(text.get(start + 1..)?)).flatten() else { continue };
        let behind = text.get(start + 1 + len..)?;
        let ends = behind.chars().next().is_none_or(|c| matches!(c, ',' | ';' | '\t' | '\n' | '\r'));
        let is_command = || command::find(&cell, 0).is_some_and(|found| !found.in_prose);
        if ends && holds(text.get(start..start + 1 + len)?, "\"\"") && is_command() {
            return Some(cell);
        }
    }
    None
}

/// More cells that begin so than anybody pastes.
const MOST: usize = 16;

/// The text of the cell whose quotation mark stands before `rest`, and the bytes up to behind the one that closes it.
fn cell(rest: &str) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut at = 0;
    loop {
        let len = rest.get(at..)?.find('"')?;
        out.push_str(rest.get(at..at + len)?);
        at += len + 1;
        if !rest.get(at..)?.starts_with('"') {
            return Some((out, at));
        }
        out.push('"');
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::off;

    #[test]
    fn a_cell_is_read_as_it_was() {
        let table = [
            (
                "id,cmd\n1,\"curl https://h.test -d '{\"\"a\"\":1}'\",x",
                Some("curl https://h.test -d '{\"a\":1}'"),
            ),
            ("\"curl https://h.test \\\n  -d \"\"{}\"\"\"\r\n", Some("curl https://h.test \\\n  -d \"{}\"")),
            ("1;\"curl https://h.test -H \"\"A: b\"\"\";2", Some("curl https://h.test -H \"A: b\"")),
            // Quotation marks of the shell's own.
            ("\"curl\" https://h.test -d \"\"", None),
            ("curl https://h.test -d \"{\\\"a\\\":\\\"\\\"}\"", None),
            ("bash -c \"curl https://h.test\" \"\"", None),
        ];
        for (text, expected) in table {
            assert_eq!(off(text).as_deref(), expected, "{text}");
        }
    }
}
