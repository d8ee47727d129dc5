//! Lines that head what somebody wrote: who speaks, or what it is, between rules, behind hashes, before a colon at the end; and the
//! cues of subtitles.
//!
//! ```text
//! ================ Human Message ================      ---------- user ----------      ### Question
//! user_proxy (to assistant):                           Prompt after formatting:        00:00:01.000 --> 00:00:04.000
//! ```

use super::json::holds_placeholder;
use super::spoken::{LONGEST, of_label};
use super::terse::Place;

/// Signs of a rule, and how many of them make one.
const RULE: &[u8] = b"-=*~_";
const SHORTEST_RULE: usize = 3;
/// What stands between the two moments of a cue (`WebVTT`, SRT, whisper).
const ARROW: &[u8] = b" --> ";
/// Bytes of a cue.
const LONGEST_CUE: usize = 48;

/// True where the lines below `line` are a text that it names.
pub(super) fn heads(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    if line.len() < 4 || line.len() > 2 * LONGEST + 40 {
        return false;
    }
    if line.len() <= LONGEST_CUE && cue(line) == Some(line.len()) {
        return true;
    }
    let rule = |b: &&u8| RULE.contains(b);
    // Most lines are none.
    let (first, last) = (line.first(), line.last());
    if !matches!(first, Some(b'#' | b'['))
        && !first.is_some_and(|b| rule(&b))
        && !matches!(last, Some(b':' | b']' | 0x9a))
        && !last.is_some_and(|b| rule(&b))
    {
        return false;
    }
    let signs = line.iter().take_while(rule).count().max(line.iter().rev().take_while(rule).count());
    let hashes = line.iter().take_while(|b| **b == b'#').count();
    let Some((core, is_label)) = core(line).filter(|(core, _)| !holds_placeholder(core)) else {
        return false;
    };
    if is_addressed(core) {
        return is_label;
    }
    let said = of_label(core);
    match said {
        None => false,
        Some(_) if signs >= SHORTEST_RULE || line.starts_with(b"[[") && line.ends_with(b"]]") => true,
        // A document has such headings over what everybody may read.
        Some(place) if hashes > 0 => place == Place::Sure || is_label && place == Place::Likely,
        Some(place) => is_label && place == Place::Sure,
    }
}

/// The words of a heading, without what dresses them; true where a colon stands behind them.
fn core(line: &[u8]) -> Option<(&[u8], bool)> {
    let dress = |b: &u8| RULE.contains(b) || matches!(b, b'#' | b' ' | b'[' | b']' | b'>' | b'<');
    let start = line.iter().position(|b| !dress(b))?;
    let end = line.iter().rposition(|b| !dress(b))? + 1;
    let core = line.get(start..end)?;
    let (core, is_label) = match core.strip_suffix(b":") {
        Some(core) => (core.trim_ascii_end(), true),
        None => (core.strip_suffix("：".as_bytes()).unwrap_or(core), core.ends_with("：".as_bytes())),
    };
    (core.len() <= LONGEST && !core.contains(&b':')).then_some((core, is_label))
}

/// `user_proxy (to assistant)`, as agents say who speaks to whom.
fn is_addressed(core: &[u8]) -> bool {
    let name = |text: &[u8]| {
        !text.is_empty() && text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    };
    let parts = core.strip_suffix(b")").and_then(|core| {
        let at = memchr::memmem::find(core, b" (to ")?;
        Some((core.get(..at)?, core.get(at + 5..)?))
    });
    parts.is_some_and(|(from, to)| name(from) && name(to))
}

/// The bytes of the cue that `line` begins with, with the blanks behind it.
pub(super) fn cue(line: &[u8]) -> Option<usize> {
    let near = line.get(..LONGEST_CUE).unwrap_or(line);
    let at = memchr::memmem::find(near, ARROW)?;
    let open = usize::from(near.first() == Some(&b'['));
    let moment = |text: &[u8]| {
        (5..=12).contains(&text.len())
            && text.iter().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b','))
            && text.contains(&b':')
    };
    let behind = line.get(at + ARROW.len()..)?;
    let length = behind.iter().take_while(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b',')).count();
    if !moment(near.get(open..at)?) || !moment(behind.get(..length)?) {
        return None;
    }
    let rest = behind.get(length..)?;
    let rest = if open == 1 { rest.strip_prefix(b"]")? } else { rest };
    let blanks = rest.iter().take_while(|b| **b == b' ').count();
    Some(line.len() - rest.len() + blanks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_texts_are_known_by_their_words() {
        for line in [
            "---------- user ----------",
            "================================ Human Message =================================",
            "HUMAN MESSAGE =====",
            "*** Final Answer ***",
            "### Instruction:",
            "## Question",
            "[[ ## question ## ]]",
            "user_proxy (to assistant):",
            "Prompt after formatting:",
            "Agent Final Answer:",
            "User prompt:",
            "==== 用户输入 ====",
            "00:00:01,000 --> 00:00:04,000",
            "[00:00:00.000 --> 00:00:04.000]",
        ] {
            assert!(heads(line.as_bytes()), "{line}");
        }
        for line in [
            "## Response",
            "### Error message",
            "Response:",
            "---",
            "------------------------------",
            "Headers:",
            "# Answers of the gateway in July",
            "--- a/src/user.rs",
            "Status: 502",
            "-- user@host --",
            "======= upstream error =======",
            "[prompt: 7 chars]:",
            "a --> b",
            "parse (to json)",
        ] {
            assert!(!heads(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn a_cue_ends_before_its_text() {
        assert_eq!(cue(b"[00:00:00.000 --> 00:00:04.000]   So then"), Some(34));
        assert_eq!(cue(b"00:01.000 --> 00:04.000"), Some(23));
        assert_eq!(cue(b"[0 --> 3] x"), None);
    }
}
