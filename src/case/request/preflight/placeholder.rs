//! Is this text a stand-in, where a key or a model's name belongs?

/// Words of which one is enough.
const SAYS_SO: &[&str] = &[
    "your",
    "yours",
    "placeholder",
    "redacted",
    "replace",
    "replaceme",
    "insert",
    "changeme",
    "change",
    "dummy",
    "example",
    "here",
    "masked",
    "hidden",
    "removed",
    "todo",
    "fixme",
    "yourkey",
    "yourapikey",
    "yourtoken",
    "yourmodel",
    "myapikey",
    "mykey",
    "sample",
    "fill",
];

/// Words that name the thing instead of being it; a text made of nothing else is a stand-in.
const NAMES_IT: &[&str] = &[
    "api", "key", "apikey", "token", "secret", "model", "models", "id", "name", "sk", "my", "the", "a",
    "access", "bearer", "auth", "value",
];

/// True where `value` stands in for a key or a model's name: `<API_KEY_PLACEHOLDER>`, `YOUR_API_KEY`, `sk-xxxx`,
/// `$KEY`, `sk-abc***xyz`, `your-model-id`.
///
/// A part that looks random settles it the other way: what may be a real key is never taken for a stand-in.
pub(crate) fn is_placeholder(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'', '`']);
    if value.is_empty() || value.len() > 200 {
        return false;
    }
    // What a program writes where its setting was not there.
    if ["undefined", "none", "null", "nil"].iter().any(|word| value.eq_ignore_ascii_case(word)) {
        return true;
    }
    let parts: Vec<&str> =
        value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| looks_random(part)) {
        return false;
    }
    if is_shell_variable(value) || is_enclosed(value) {
        return true;
    }
    if ["***", "...", "…", "•••"].iter().any(|mask| value.contains(mask)) {
        return true;
    }
    let is_run = |part: &str| {
        let mut chars = part.chars().map(|c| c.to_ascii_lowercase());
        let first = chars.next();
        part.len() >= 3 && chars.all(|c| Some(c) == first)
    };
    let lower: Vec<String> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
    let names_thing =
        |part: &String| matches!(part.as_str(), "key" | "apikey" | "token" | "secret" | "model");
    let shouted = value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    parts.iter().any(|part| is_run(part))
        || lower.iter().any(|part| SAYS_SO.contains(&part.as_str()))
        || (lower.iter().any(names_thing)
            && (shouted || lower.iter().all(|part| NAMES_IT.contains(&part.as_str()))))
}

/// A part of a real key: long, or letters and digits mixed over some length; a run of one letter is none.
fn looks_random(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let first = part.bytes().next().map(|b| b.to_ascii_lowercase());
    let one_letter = part.bytes().all(|b| Some(b.to_ascii_lowercase()) == first);
    !one_letter && ((part.len() >= 12 && digits > 0 && digits < part.len()) || part.len() >= 24)
}

fn is_shell_variable(value: &str) -> bool {
    let percent = value.strip_prefix('%').and_then(|v| v.strip_suffix('%'));
    let Some(name) = value.strip_prefix('$').or(percent) else { return false };
    name.starts_with(['{', '('])
        || (!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':'))
}

/// `<…>`, `{…}`, `{{…}}`, `[…]`; a reference to a secret (`[key#1]`, `[env:NAME]`) is none.
fn is_enclosed(value: &str) -> bool {
    let inner = [('<', '>'), ('{', '}'), ('[', ']')]
        .iter()
        .find_map(|(open, close)| value.strip_prefix(*open).and_then(|v| v.strip_suffix(*close)));
    inner.is_some_and(|inner| !inner.contains('#') && !inner.starts_with("env:"))
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn stand_ins_are_told_from_keys() {
        let stand_ins = [
            "<API_KEY_PLACEHOLDER>",
            "<COMETAPI_KEY>",
            "YOUR_API_KEY",
            "your-api-key-here",
            "sk-xxxx",
            "sk-XXXXXXXX",
            "sk-your-key",
            "$COMETAPI_KEY",
            "${KEY}",
            "%KEY%",
            "{{api_key}}",
            "sk-abc***xyz",
            "sk-...",
            "API_KEY",
            "COMETAPI_KEY",
            "ACME_LLM_TOKEN",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "REDACTED",
            "[REDACTED]",
            "your-model-id",
            "your-verified-model-id",
            "<MODEL_ID>",
            "model-id",
            "MODEL_NAME",
        ];
        for text in stand_ins {
            assert!(is_placeholder(text), "{text}");
        }
        let random = format!("sk-{}", "aB3".repeat(16));
        let wrapped = format!("<{random}>");
        let masked = format!("sk-your-{}", "q7W".repeat(8));
        let real = [
            random.as_str(),
            &wrapped,
            &masked,
            "abc",
            "gpt-4o",
            "claude-sonnet-4-5",
            "[key#1]",
            "[env:KEY]",
            "",
            "sk-invalid",
            "wrong-key",
            "gpt-5.4-mini-2026-03-17",
            "o1",
        ];
        for text in real {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
