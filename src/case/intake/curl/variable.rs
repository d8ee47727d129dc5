//! curl's own variables, since 8.3: `--variable`, and `{{name}}` in the value of an `--expand-…` option
//! (<https://curl.se/docs/manpage.html#--variable>).

use crate::case::intake::shell::Variables;

/// Longest value that is made.
const LONGEST: usize = 1 << 20;

/// The variable that `--variable TEXT` sets: `name=content`, `name@file`, `%NAME` of the environment, `%NAME=default`.
pub(super) fn set(text: &str, file: &dyn Fn(&str) -> Option<String>) -> Option<(String, String)> {
    if let Some(named) = text.strip_prefix('%') {
        let name = named.split(['=', '@']).next().unwrap_or(named);
        return Some((name.to_owned(), format!("[env:{name}]")));
    }
    let at = text.find(['=', '@'])?;
    let (name, content) = (text.get(..at)?, text.get(at + 1..)?);
    let value = if text.get(at..)?.starts_with('=') { content.to_owned() } else { file(content)? };
    Some((name.to_owned(), value))
}

/// `text` with the variables put in; `None` where one is not known, or a function of curl's that changes it.
pub(super) fn filled(text: &str, variables: &Variables) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, open)) = rest.split_once("{{") {
        let (inside, behind) = open.split_once("}}")?;
        if let Some(before) = before.strip_suffix('\\') {
            // A backslash takes the braces' meaning away.
            out.push_str(before);
            out.push_str("{{");
            rest = open;
            continue;
        }
        out.push_str(before);
        let mut steps = inside.split(':');
        let mut value = variables.get(steps.next()?)?.clone();
        for step in steps {
            value = changed(&value, step)?;
        }
        out.push_str(&value);
        if out.len() > LONGEST {
            return None;
        }
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

fn changed(value: &str, step: &str) -> Option<String> {
    use base64::Engine as _;
    let is_known = !crate::case::intake::secret::has_reference(value);
    match step {
        "trim" => Some(value.trim().to_owned()),
        "json" => {
            let quoted = serde_json::Value::String(value.to_owned()).to_string();
            quoted.get(1..quoted.len() - 1).map(str::to_owned)
        }
        "url" => Some(super::percent_encoded(value).replace('+', "%20")),
        "b64" if is_known => Some(base64::engine::general_purpose::STANDARD.encode(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in() {
        let file = |path: &str| (path == "f").then(|| "of a file".to_owned());
        let variables: Variables =
            ["a=x \"y\"", "%KEY", "%K2=d", "c@f"].iter().filter_map(|text| set(text, &file)).collect();
        let table = [
            ("{{KEY}}-{{K2}}", Some("[env:KEY]-[env:K2]")),
            ("{{a:json}} {{a:url}}", Some(r#"x \"y\" x%20%22y%22"#)),
            ("{{a:b64}} {{c:trim}}", Some("eCAieSI= of a file")),
            (r"\{{a}}", Some("{{a}}")),
            ("{{b}}", None),
            ("{{a:rot13}}", None),
            ("{{open", None),
            ("none", Some("none")),
        ];
        for (text, expected) in table {
            assert_eq!(filled(text, &variables).as_deref(), expected, "{text}");
        }
        assert_eq!(set("name", &file), None);
    }
}
