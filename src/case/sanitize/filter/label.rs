//! A field whose name stands in another one (`ArcSight` CEF): `cs1Label=apiKey cs1=… cs2Label=prompt cs2=…`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::rule::{Edit, Rules, apply};

const LABEL: &[u8] = b"Label=";
static LABELS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(LABEL));

/// `line` with the values replaced whose labels say that they are secrets or prompts. `None`: it stays.
pub(super) fn of(line: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
    LABELS.find(line)?;
    let mut edits = Vec::new();
    for at in LABELS.find_iter(line) {
        let before = line.get(..at).unwrap_or(&[]);
        let start = before.iter().rposition(|b| !b.is_ascii_alphanumeric()).map_or(0, |gap| gap + 1);
        let field = before.get(start..).unwrap_or(&[]);
        let rest = line.get(at + LABEL.len()..).unwrap_or(&[]);
        let name = rest.get(..field_end(rest)).unwrap_or(&[]).trim_ascii();
        if let Some((start, end)) = value_of(line, field).filter(|_| !field.is_empty()) {
            let value = line.get(start..end).unwrap_or(&[]);
            let means = rules.names.means(name).0;
            if let Some(text) = rules.named(means, value, false) {
                edits.push(Edit { start, end, text });
            }
        }
    }
    edits.sort_by_key(|edit| edit.start);
    edits.dedup_by(|next, edit| next.start < edit.end);
    let new = (!edits.is_empty()).then(|| apply(line, &edits))?;
    Some(rules.text(&new, false).unwrap_or(new))
}

/// Where the value of `field` stands: behind the field's own name, up to the next one.
fn value_of(line: &[u8], field: &[u8]) -> Option<(usize, usize)> {
    let name = [field, b"="].concat();
    let start = memchr::memmem::find_iter(line, &name).find(|at| {
        at.checked_sub(1).is_none_or(|before| matches!(line.get(before), Some(b' ' | b'|' | b'\t')))
    })? + name.len();
    Some((start, start + field_end(line.get(start..)?)))
}

/// The end of the value that `rest` begins with: before ` name=`, or where the line ends.
fn field_end(rest: &[u8]) -> usize {
    memchr::memchr_iter(b' ', rest)
        .find(|gap| {
            let next = rest.get(gap + 1..).unwrap_or(&[]);
            let name =
                next.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
            name > 0 && next.get(name) == Some(&b'=')
        })
        .unwrap_or(rest.len())
}
