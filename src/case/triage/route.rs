//! A path without what differs from one request to the next.

/// Steps of a path that count.
const MOST_STEPS: usize = 10;
/// A longer step is no word of an API.
const LONGEST_STEP: usize = 40;

/// Appends `path` with `{id}` for each step that is an id, a number or no word of an API.
pub(super) fn steps(path: &str, out: &mut Vec<u8>) {
    for (at, step) in path.split('/').enumerate() {
        if at > 0 {
            out.push(b'/');
        }
        if at > MOST_STEPS {
            out.extend_from_slice("…".as_bytes());
            return;
        }
        // `models/gemini-x:generateContent`: the verb behind the colon is the API's.
        let (name, verb) = step.split_once(':').map_or((step, None), |(name, verb)| (name, Some(verb)));
        out.extend_from_slice(if is_word(name) { name.as_bytes() } else { b"{id}" });
        if let Some(verb) = verb {
            out.push(b':');
            out.extend_from_slice(if is_word(verb) { verb.as_bytes() } else { b"{id}" });
        }
    }
}

fn is_word(step: &str) -> bool {
    if step.is_empty() || step == "{id}" {
        return true;
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let longest = step
        .split(['-', '_', '.'])
        .filter(|part| part.bytes().any(|b| b.is_ascii_digit()))
        .map(str::len)
        .max();
    step.len() <= LONGEST_STEP
        && step.bytes().all(plain)
        && !step.bytes().all(|b| b.is_ascii_digit())
        && longest.is_none_or(|len| len < 8)
}

#[cfg(test)]
mod tests {
    #[test]
    fn ids_are_left_out_and_words_stay() {
        for (path, expected) in [
            ("/v1/chat/completions", "/v1/chat/completions"),
            ("/v1/chat/completions/", "/v1/chat/completions/"),
            ("/v1/files/file-abc123def456", "/v1/files/{id}"),
            ("/v1/videos/1234/content", "/v1/videos/{id}/content"),
            (
                "/v1beta/models/gemini-2.5-pro:generateContent",
                "/v1beta/models/gemini-2.5-pro:generateContent",
            ),
            ("/x/tell%20me%20more", "/x/{id}"),
            ("", ""),
        ] {
            let mut out = Vec::new();
            super::steps(path, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected);
            let mut again = Vec::new();
            super::steps(expected, &mut again);
            assert_eq!(again, out, "{path}");
        }
    }
}
