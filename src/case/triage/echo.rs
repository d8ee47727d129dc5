//! Does a message repeat what the user sent? A gateway that quotes the prompt would carry it out of the log.

/// Words in a row that are taken for an echo.
const WORDS: usize = 3;
/// A shorter run says nothing, bytes.
const SHORTEST: usize = 12;
/// Letters in a row, where a script has no blanks between words.
const LETTERS: usize = 6;
/// Runs of one message that are looked for.
const MOST: usize = 96;

/// The runs of a message by which an echo is found, as they stand in JSON.
#[derive(Debug, Clone, Default)]
pub(super) struct Runs(Vec<Vec<u8>>);

impl Runs {
    /// The runs of `message`.
    pub(super) fn of(message: &str) -> Self {
        let mut runs: Vec<Vec<u8>> = Vec::new();
        // What JSON writes in another way ends a run.
        for piece in message.split(|c: char| !c.is_ascii() || c.is_ascii_control() || matches!(c, '"' | '\\'))
        {
            let words: Vec<&str> = piece.split(' ').filter(|w| !w.is_empty()).collect();
            for window in words.windows(WORDS) {
                let run = window.join(" ");
                let run = run.trim_matches(|c: char| !c.is_ascii_alphanumeric());
                if run.len() >= SHORTEST {
                    runs.push(run.as_bytes().to_vec());
                }
            }
        }
        for piece in message.split(|c: char| c.is_ascii() || !c.is_alphanumeric()) {
            let letters: Vec<char> = piece.chars().collect();
            for window in letters.windows(LETTERS) {
                let plain: String = window.iter().collect();
                let mut escaped = String::new();
                for unit in plain.encode_utf16() {
                    use std::fmt::Write as _;
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
                // In a text inside the JSON the escape is escaped.
                let twice = escaped.replace('\\', "\\\\");
                runs.extend([plain, escaped, twice].map(String::into_bytes));
            }
        }
        runs.sort_unstable();
        runs.dedup();
        runs.truncate(MOST);
        Self(runs)
    }

    /// True where there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True where one of them stands in `prompt`, JSON as it was written.
    pub(super) fn stand_in(&self, prompt: &[u8]) -> bool {
        self.0.iter().any(|run| memchr::memmem::find(prompt, run).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_prompt_is_found_however_the_json_is_written() {
        let prompt = serde_json::json!({"messages": [{"content": "please tell the violin harbour, and 季度收入增长患者 a \"word\""}]});
        let once = prompt.to_string();
        let twice = serde_json::Value::String(once.clone()).to_string();
        let ascii: String = once
            .chars()
            .map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", c as u32) })
            .collect();
        for json in [&once, &twice, &ascii, &ascii.replace('\\', "\\\\")] {
            assert!(Runs::of("refused near tell the violin harbour now").stand_in(json.as_bytes()));
            assert!(Runs::of("拒绝：季度收入增长患者").stand_in(json.as_bytes()), "{json}");
            assert!(!Runs::of("The server had an error while processing").stand_in(json.as_bytes()));
        }
        assert!(Runs::of("two words").is_empty());
    }
}
