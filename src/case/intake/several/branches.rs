//! Variables of a command that a script sets in a branch: which one is taken depends on what is not tried here.

use crate::case::finding::{Finding, Level};
use crate::case::intake::command::is_name;

/// Bytes above a command in which branches are looked for.
const NEAR: usize = 32 << 10;

/// What is to be said where `command`, which stands below `above`, uses a variable that an `if` sets.
pub(super) fn noticed(above: &str, command: &str) -> Option<Finding> {
    let mut from = above.len().saturating_sub(NEAR);
    while !above.is_char_boundary(from) {
        from += 1;
    }
    let near = above.get(from..)?;
    if !command.contains('$') || !near.contains("if ") || !near.contains("then") {
        return None;
    }
    let mut depth = 0_usize;
    let mut name = None;
    for part in near.split(['\n', ';']) {
        let mut part = part.trim();
        // Words behind which a command begins.
        while let Some((word, rest)) = part.split_once(char::is_whitespace).or(Some((part, ""))) {
            match word {
                "if" => depth += 1,
                "fi" => depth = depth.saturating_sub(1),
                "then" | "else" | "elif" | "export" | "local" | "declare" => {}
                _ => break,
            }
            part = rest.trim_start();
            if part.is_empty() {
                break;
            }
        }
        let assigned = part.split_once('=').map(|(name, _)| name.trim_end_matches('+'));
        if let Some(assigned) = assigned.filter(|name| depth > 0 && is_name(name) && uses(command, name)) {
            name = Some(assigned);
        }
    }
    let name = name?;
    let message = format!(
        "a branch of an `if` sets {name}; its condition is not tried here, and the value that stands last was taken"
    );
    Some(
        Finding::new("branch_not_tried", Level::Warning, message)
            .fix("put in the value that the variable has when it fails"),
    )
}

/// Whether `command` names the variable.
fn uses(command: &str, name: &str) -> bool {
    command.match_indices('$').any(|(at, _)| {
        let rest = command.get(at + 1..).unwrap_or("");
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.strip_prefix(name)
            .is_some_and(|end| !end.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    })
}

#[cfg(test)]
mod tests {
    use super::noticed;

    #[test]
    fn a_branch_that_sets_what_a_command_uses_is_told() {
        let table = [
            ("if [ -z \"$X\" ]; then URL=https://h.test/a; else URL=https://h.test/b; fi\n", true),
            ("URL=a\nif [ -n \"$DEBUG\" ]\nthen\n  export URL=b\nfi\n", true),
            ("if a; then if b; then URL=c; fi; fi\n", true),
            ("if a; then echo; fi; URL=c\n", false),
            ("if a; then URLS=c; fi\n", false),
            ("if a; then echo URL; fi\n", false),
            ("URL=c\n", false),
        ];
        for (above, expected) in table {
            assert_eq!(noticed(above, "curl \"${URL}/x\"").is_some(), expected, "{above}");
        }
        assert!(noticed("if a; then URL=c; fi\n", "curl https://h.test").is_none());
    }
}
