//! A command in a change that somebody shows (`git diff`): its newer side.

use super::command;
use super::wrapping::holds;

/// Lines without which a text is no change.
const HEADS: [&str; 6] = ["@@", "diff ", "index ", "--- ", "+++ ", "\\ No newline"];

/// The newer side of a text whose lines are all those of a change, the kept and the added ones; `None` where it is
/// none, or shows no command.
pub(super) fn newer(text: &str) -> Option<String> {
    if !text.starts_with('+') && !holds(text, "\n+") {
        return None;
    }
    let is_head = |line: &str| HEADS.iter().any(|head| line.starts_with(head));
    let is_line = |line: &str| line.is_empty() || line.starts_with([' ', '+', '-']) || is_head(line);
    // A shell that tells its commands (`set -x`) marks them, too, with a blank behind the mark; it takes nothing away.
    let tells = |line: &str| line.is_empty() || line.starts_with("+ ") || line.starts_with("++");
    let some = text.lines().any(|line| line.starts_with('+') && !is_head(line));
    let all_told = text.lines().all(tells);
    if !some || all_told || !text.lines().all(is_line) {
        return None;
    }
    let kept = text.lines().filter(|line| !is_head(line) && !line.starts_with('-'));
    let newer = kept.map(|line| line.get(1..).unwrap_or("")).collect::<Vec<_>>().join("\n");
    command::find(&newer, 0).is_some().then_some(newer)
}

#[cfg(test)]
mod tests {
    use super::newer;

    #[test]
    fn the_newer_side_of_a_change_is_read() {
        let table = [
            ("+curl https://h.test/2\n-curl https://h.test/1", Some("curl https://h.test/2")),
            (
                "@@ -1,2 +1,2 @@\n curl https://h.test \\\n-  -d a\n+  -d b\n\\ No newline at end of file",
                Some("curl https://h.test \\\n  -d b"),
            ),
            ("+ curl https://h.test\n", None),
            ("++ date\n+ curl https://h.test", None),
            ("+curl https://h.test\nbody", None),
            ("- curl https://h.test", None),
        ];
        for (text, expected) in table {
            assert_eq!(newer(text).as_deref(), expected, "{text}");
        }
    }
}
