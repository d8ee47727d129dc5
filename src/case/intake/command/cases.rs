//! `case WORD in … esac`: the branch that the word takes.

use crate::case::intake::shell::{self, Variables};

/// More branches than a script has.
const MOST_BRANCHES: usize = 100;

/// What a choice among cases comes to.
pub(super) struct Case {
    /// Bytes of the commands of the branch that is taken; `None` where none is, or where the word is not known.
    pub(super) body: Option<(usize, usize)>,
    /// Byte behind it.
    pub(super) end: usize,
}

/// The choice that `line`, which begins at byte `at` of `text`, opens; `None` where it opens none that is closed.
pub(super) fn taken(text: &str, at: usize, line: &str, variables: &Variables) -> Option<Case> {
    let bare = line.trim_start().strip_prefix("case ").filter(|rest| rest.contains(" in"))?;
    if !variables.may_search() {
        return None;
    }
    let command = shell::split(text, at + line.len() - bare.len(), variables, false);
    let word = command.words.first().filter(|_| command.words.get(1).is_some_and(|word| word == "in"))?;
    let is_known = !word.contains(['$', '`']) && !word.contains("[env:");
    let mut from = command.spans.get(1)?.1;
    let mut body = None;
    for _ in 0..MOST_BRANCHES {
        let rest = text.get(from..)?;
        let branch = rest.trim_start_matches([' ', '\t', '\r', '\n', ';', '&']);
        from += rest.len() - branch.len();
        if branch.starts_with("esac") {
            return Some(Case { body, end: from + "esac".len() });
        }
        let open = branch.strip_prefix('(').unwrap_or(branch);
        let Some((patterns, _)) = open.split_once(')').filter(|(patterns, _)| !patterns.contains('\n'))
        else {
            break;
        };
        let start = from + branch.len() - open.len() + patterns.len() + 1;
        let Some(len) = text.get(start..).and_then(commands) else { break };
        let is_taken = |pattern: &str| shell::is_like(word, pattern.trim(), variables);
        if is_known && body.is_none() && patterns.split('|').any(is_taken) {
            body = Some((start, start + len));
        }
        from = start + len;
    }
    variables.searched_in_vain(from.saturating_sub(at));
    None
}

/// Length of the commands of a branch: up to `;;` or `esac` outside quotes.
fn commands(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut word_begins = true;
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        let rest = text.get(at..)?;
        match (quote, c) {
            (open, '\\') if open != Some('\'') => {
                characters.next();
            }
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, _) if rest.starts_with(";;") || rest.starts_with(";&") => return Some(at),
            (None, 'e') if word_begins && rest.starts_with("esac") => return Some(at),
            _ => {}
        }
        word_begins = c.is_whitespace() || c == ';';
    }
    None
}
