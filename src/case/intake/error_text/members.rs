//! Code, type and parameter that a client tells beside a message, where no object of the answer is printed.
//!
//! ```text
//! BadRequestError: 400 too small {        <── Node's inspected error: its members stand on lines below the message
//!   code: 'integer_below_min_value',
//! role is not known (type: bad, code: b)  <── behind it in brackets, or after a comma
//! ```

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::plain;

/// What is told beside a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Members {
    pub(super) code: Option<String>,
    pub(super) error_type: Option<String>,
    pub(super) param: Option<String>,
}

/// Bytes behind the begin of a message in which they are looked for.
const NEAR: usize = 8 * 1024;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// A member on a line of its own, as `util.inspect` prints it.
static LINE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#"(?m)^\s{2,8}(code|type|param): ['"]([A-Za-z0-9_.\[\]-]{1,80})['"],?\s*$"#));

/// Where the members of an inspected error begin.
static OPENS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"(?m) \{\s*$"));

/// At the end of the first line: `(type: t, code: c)`, `, code: c, type: t`, `(invalid_request_error)`.
static BEHIND: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?m)(?:\s\(|, )((?:type|code|param)\s?[:=] ?[A-Za-z0-9_.-]{2,60}(?:[,;] ?(?:type|code|param)\s?[:=] ?[A-Za-z0-9_.-]{2,60}){0,2})\)?\s*$|\s\(([a-z]{2,20}(?:_[a-z]{2,20}){0,3}_error)\)\s*$|\sError Code: ([a-z]{2,20}(?:_[a-z]{2,20}){1,4})\s*$",
    )
});

/// The members of Azure's exception.
static AZURE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?m)^\s*Status: [45]\d\d \([A-Za-z ]{2,40}\)\s*\n\s*ErrorCode: ([A-Za-z0-9_.-]{2,60})\s*$")
});

/// Reads them from `text`, where a message begins.
pub(super) fn of(text: &str) -> Members {
    let near = plain::head(text, NEAR);
    let mut members = Members::default();
    let opened = OPENS.as_ref().and_then(|p| p.find(near)).and_then(|m| near.get(m.end()..));
    let lines = opened.and_then(|block| Some((LINE.as_ref()?, block)));
    for caught in lines.into_iter().flat_map(|(line, block)| line.captures_iter(block)) {
        if let (Some(name), Some(value)) = (caught.get(1), caught.get(2)) {
            members.note(name.as_str(), value.as_str());
        }
    }
    // azure-core for .NET (`RequestFailedException`): `Status: 401 (Unauthorized)`, and below it `ErrorCode: c`.
    if let Some(caught) = AZURE.as_ref().and_then(|p| p.captures(near)) {
        members.code = caught.get(1).map(|code| code.as_str().to_owned());
    }
    let first = near.lines().next().unwrap_or("");
    let Some(caught) = BEHIND.as_ref().and_then(|p| p.captures(first)) else { return members };
    if let Some(name) = caught.get(2) {
        members.note("type", name.as_str());
    }
    if let Some(name) = caught.get(3) {
        members.note("code", name.as_str());
    }
    for member in caught.get(1).map_or("", |m| m.as_str()).split([',', ';']) {
        if let Some((name, value)) = member.split_once([':', '=']) {
            members.note(name.trim(), value.trim());
        }
    }
    members
}

impl Members {
    /// Statuses and the codes of the own machine (`ECONNREFUSED`, `ERR_BAD_REQUEST`, `UND_ERR_SOCKET`) are no words of
    /// the answer.
    fn note(&mut self, name: &str, value: &str) {
        let of_machine = value.starts_with("ERR_")
            || value.starts_with("UND_ERR")
            || (value.starts_with('E') && value.bytes().all(|b| b.is_ascii_uppercase()));
        let nothing = matches!(value, "null" | "None" | "undefined" | "nil" | "N/A" | "system");
        let status = value.parse::<u16>().is_ok_and(|n| (100..600).contains(&n));
        if of_machine || nothing || status {
            return;
        }
        let place = match name {
            "code" => &mut self.code,
            "type" => &mut self.error_type,
            _ => &mut self.param,
        };
        place.get_or_insert_with(|| value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_beside_a_message_are_read() {
        let table = [
            (
                "too small {\n  status: 400,\n  code: 'below_min',\n  param: 'n',\n  type: 'bad_request'\n}",
                ["below_min", "bad_request", "n"],
            ),
            ("it was refused {\n  errno: -111,\n  code: 'ECONNREFUSED',\n  type: 'system'\n}", ["", "", ""]),
            ("role is not known (type: bad_role, code: b_1)", ["b_1", "bad_role", ""]),
            ("role is not known (type=bad_role; code=400)", ["", "bad_role", ""]),
            ("asked twice, code: asked_twice, type: api_error", ["asked_twice", "api_error", ""]),
            ("it went wrong (overloaded_error)", ["", "overloaded_error", ""]),
            ("all of it is used. Error Code: rate_limited", ["rate_limited", "", ""]),
            ("it went wrong. Error Code: 42", ["", "", ""]),
            ("the type: string is wrong, and the rest", ["", "", ""]),
            ("a sentence (of a person)", ["", "", ""]),
        ];
        for (text, [code, kind, param]) in table {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let wanted = Members { code: some(code), error_type: some(kind), param: some(param) };
            assert_eq!(of(text), wanted, "{text}");
        }
    }
}
