//! What the splitter forgave, as findings.

use crate::case::finding::{Finding, Level};
use crate::case::intake::shell::{Command, Dialect};

/// Tells what was forgiven in `command`.
pub(super) fn oddities(command: &Command, findings: &mut Vec<Finding>) {
    let seen = command.oddities;
    let table = [
        (
            seen.smart_quotes,
            "smart_quotes",
            Level::Warning,
            "typographic quotes were read as plain ones",
            "write plain quotes",
        ),
        (
            seen.odd_spaces,
            "odd_spaces",
            Level::Info,
            "no-break or invisible spaces were read as plain ones or left out",
            "",
        ),
        (
            seen.continuation,
            "continuation",
            Level::Info,
            "a backslash at the end of a line is missing or has a space behind it; the lines were joined",
            "end the line with the backslash",
        ),
        (
            command.dialect == Dialect::Cmd,
            "windows_shell",
            Level::Info,
            "the command was read as the Windows command prompt reads it, where single quotes are no quotes",
            "",
        ),
        (
            command.dialect == Dialect::PowerShell,
            "windows_shell",
            Level::Info,
            "the command was read as PowerShell reads it",
            "",
        ),
        (
            seen.open_quote,
            "quote_not_closed",
            Level::Warning,
            "a quote is not closed; all that follows was taken as its text",
            "close the quote; write ' inside single quotes as '\\''",
        ),
        (
            seen.apostrophe,
            "apostrophe_in_quotes",
            Level::Warning,
            "an apostrophe stands in a body in single quotes, where a shell ends the text; it was read up to where its JSON closes",
            "write ' inside single quotes as '\\''",
        ),
        (
            seen.substitution,
            "command_substitution",
            Level::Warning,
            "a part comes from another command, which is not run here",
            "put its output in its place",
        ),
        (
            seen.commented,
            "comment_ends_command",
            Level::Warning,
            "a comment stands between two lines of the command; the shell ends it there, and the options below were not sent",
            "take the comment out",
        ),
        (
            seen.bare_ampersand,
            "url_not_quoted",
            Level::Warning,
            "the URL holds & but no quotes; a shell would cut it there",
            "put the URL in quotes",
        ),
    ];
    for (noticed, id, level, message, fix) in table {
        if noticed {
            findings.push(Finding::new(id, level, message).fix(fix));
        }
    }
}
