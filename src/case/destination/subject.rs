//! The subject of a ticket or a mail: one line that is read and does nothing. It is plain text at every desk, but mail gates,
//! readers and templates take commands, mentions and links from it all the same, and a webhook may put it into any markup. So
//! all that any of them is known to act on is broken, and no place gets a subject of its own. A command at the beginning of a
//! line (`/close`) needs nothing: the marker stands there.

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::harmless::{Pattern, broken, unfilled};
use super::marker;

/// Most characters of what stands behind the marker. The shortest limit of a desk is 255 with it (GitLab, Jira, Redmine).
const MOST: usize = 220;

/// `title` under the marker of the case: one line, without mentions, links, references, commands or placeholders that a desk
/// fills in. What gets too long by that is cut.
pub fn subject(case_id: &str, title: &str) -> String {
    let line = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = [Pattern::Scheme, Pattern::Www, Pattern::At, Pattern::Number, Pattern::Designator]
        .into_iter()
        .fold(line, |line, pattern| broken(&line, pattern));
    let line = unreferring(&unfilled(&line));
    let line = match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    };
    format!("{} {line}", marker(case_id))
}

/// Without what only a subject does: mail to Jira goes onto the ticket that it names (`SUP-12`), GitLab notes at `!12` and `&12`
/// that they were named, Slack reads `<!channel>`, Markdown `[x](y)`.
fn unreferring(line: &str) -> String {
    static STEPS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let steps = [
            (r"\b([A-Z][A-Z0-9]+)-([0-9])", "$1[-]$2"),
            (r"([!&])([0-9])", "$1[]$2"),
            (r"<([!A-Za-z/#])", "[<]$1"),
            (r"\]\(", "] ("),
        ];
        steps.into_iter().filter_map(|(found, by)| Some((Regex::new(found).ok()?, by))).collect()
    });
    STEPS.iter().fold(line.to_owned(), |line, (found, by)| found.replace_all(&line, by).into_owned())
}
