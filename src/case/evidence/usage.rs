//! Token counts as an answer states them: numbers, so they may leave as they are.

use serde_json::Value;

/// Tokens that an answer says were used. What it does not say is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Of the request.
    pub input_tokens: Option<u64>,
    /// Of the answer.
    pub output_tokens: Option<u64>,
}

/// Where the object stands: chat completions and embeddings, a Responses event, an Anthropic event, Gemini.
const PLACES: [&str; 4] = ["/usage", "/response/usage", "/message/usage", "/usageMetadata"];

/// Its names there: OpenAI's two, Anthropic's (as the newer of OpenAI's), Gemini's.
const INPUT: [&str; 3] = ["prompt_tokens", "input_tokens", "promptTokenCount"];
const OUTPUT: [&str; 3] = ["completion_tokens", "output_tokens", "candidatesTokenCount"];

impl Usage {
    /// What `json` states; `None` where it states neither.
    pub(super) fn of(json: &Value) -> Option<Self> {
        let usage = PLACES.iter().find_map(|place| json.pointer(place)?.as_object())?;
        let first = |names: [&str; 3]| names.iter().find_map(|name| usage.get(*name)?.as_u64());
        let usage = Self { input_tokens: first(INPUT), output_tokens: first(OUTPUT) };
        (usage != Self::default()).then_some(usage)
    }

    /// Takes what `later` states over what was stated before: Anthropic tells the two numbers in two events.
    #[must_use]
    pub(super) fn then(self, later: Self) -> Self {
        Self {
            input_tokens: later.input_tokens.or(self.input_tokens),
            output_tokens: later.output_tokens.or(self.output_tokens),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn counts_are_found_where_each_family_puts_them() {
        let table = [
            (json!({"usage": {"prompt_tokens": 3, "completion_tokens": 5}}), Some((Some(3), Some(5)))),
            (json!({"usage": {"input_tokens": 3, "output_tokens": 5}}), Some((Some(3), Some(5)))),
            (json!({"usage": {"prompt_tokens": 3}}), Some((Some(3), None))),
            (
                json!({"response": {"usage": {"input_tokens": 1, "output_tokens": 2}}}),
                Some((Some(1), Some(2))),
            ),
            (json!({"message": {"usage": {"input_tokens": 9}}}), Some((Some(9), None))),
            (
                json!({"usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 6}}),
                Some((Some(4), Some(6))),
            ),
            (json!({"usage": null}), None),
            (json!({"usage": {"prompt_tokens": "3", "completion_tokens": -1}}), None),
            (json!([]), None),
        ];
        for (json, expected) in table {
            let found = Usage::of(&json).map(|u| (u.input_tokens, u.output_tokens));
            assert_eq!(found, expected, "{json}");
        }
    }
}
