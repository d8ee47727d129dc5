//! Rows of a box in which longer lines were wrapped, as tracebacks with locals are printed: read without the box.
//!
//! ```text
//! │ prompt = 'Please summarise the letter that │        prompt = 'Please summarise the letter that Harriet burned'
//! │ Harriet burned'                            │  ──>
//! ```

use super::dump::Dump;

const BAR: &[u8] = "│".as_bytes();
/// Bytes of rows that are put together.
const LONGEST: usize = 64 * 1024;

/// The rows that `rest` begins with, without the bars and with what was wrapped in one line.
pub(super) fn boxed(rest: &[u8], last: bool) -> Dump {
    if !rest.starts_with(BAR) {
        return Dump::None;
    }
    let (mut at, mut rows, mut wrapped, mut text) = (0, 0, false, Vec::new());
    let mut goes_on = false;
    while at < LONGEST {
        let here = rest.get(at..).unwrap_or(&[]);
        if !here.starts_with(BAR.get(..here.len().min(BAR.len())).unwrap_or(BAR)) || here.is_empty() && last {
            break;
        }
        let end = memchr::memchr(b'\n', here).map(|end| end + 1);
        let Some(end) = end.or(last.then_some(here.len())) else {
            return if here.len() < LONGEST { Dump::More } else { Dump::None };
        };
        let Some(inside) = here.get(..end).and_then(inside) else { break };
        if rows > 0 && !wrapped {
            text.push(b'\n');
        }
        goes_on = goes_on || wrapped;
        let blanks = inside.len() - inside.trim_ascii_end().len();
        wrapped = blanks <= 1;
        text.extend_from_slice(if wrapped { inside } else { inside.trim_ascii_end() });
        rows += 1;
        at += end;
    }
    if !goes_on {
        return Dump::None;
    }
    Dump::Of { length: at, text }
}

/// What stands between the bars of a row, with one blank to either side.
fn inside(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii_end();
    let inside = line.strip_prefix(BAR)?.strip_suffix(BAR)?;
    let mut inside = inside.strip_prefix(b" ")?.strip_suffix(b" ")?;
    // A box in a box.
    while let Some(inner) = inside.strip_prefix(BAR) {
        inside = inner.strip_suffix(BAR).unwrap_or(inner);
    }
    // Cells of a table.
    memchr::memmem::find(inside, BAR).is_none().then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_wrapped_is_put_together() {
        let text = "│ prompt = 'the letter that │\n│ Harriet burned'           │\n│ n = 3                     │\nnext\n";
        let Dump::Of { length, text: read } = boxed(text.as_bytes(), true) else { panic!("is none") };
        assert_eq!(length, text.len() - 5);
        assert_eq!(String::from_utf8_lossy(&read), "prompt = 'the letter thatHarriet burned'\nn = 3");
        assert_eq!(boxed(&text.as_bytes()[..40], false), Dump::More);
        for none in ["│ one │\nx\n", "│ a │ b │\n│ c │ d │\n", "plain\n", "│ open\n│ open\n"]
        {
            assert_eq!(boxed(none.as_bytes(), true), Dump::None, "{none}");
        }
    }
}
