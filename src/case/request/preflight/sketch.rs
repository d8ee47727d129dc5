//! A large body in small: the first members of its lists, the beginnings of its texts.
//!
//! What the checks compile at their first use stays. Were it made while the tree of a large body stands, it would lie above that tree,
//! which takes two to three times the text, and keep the allocator from giving it back. So the checks run over the sketch first, and
//! what they say of it is thrown away.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Smaller bodies are checked at once: their tree is soon used for other things.
const LARGE: usize = 256 * 1024;

/// Members of a list that are kept.
const MEMBERS: usize = 4;

/// Characters of a text that are kept.
const CHARACTERS: usize = 200;

/// The sketch of `text`; `None` where it is not large, or no JSON.
pub(super) fn of(text: &str) -> Option<Value> {
    if text.len() < LARGE {
        return None;
    }
    serde_json::from_str::<Sketch>(text).ok().map(|sketch| sketch.0)
}

struct Sketch(Value);

impl<'de> Deserialize<'de> for Sketch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Small).map(Self)
    }
}

struct Small;

impl<'de> Visitor<'de> for Small {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.chars().take(CHARACTERS).collect::<String>().into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < MEMBERS {
            let Some(Sketch(member)) = members.next_element()? else { return Ok(kept.into()) };
            kept.push(member);
        }
        while members.next_element::<IgnoredAny>()?.is_some() {}
        Ok(kept.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while let Some((name, Sketch(value))) = members.next_entry::<String, Sketch>()? {
            kept.insert(name, value);
        }
        Ok(kept.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_large_body_is_small_in_its_sketch() {
        let message = json!({"role": "user", "content": "ä".repeat(300)});
        let body = json!({"model": "m", "n": [1, -2, 0.5, true, null], "messages": vec![message; 1000]});
        let small = json!({"role": "user", "content": "ä".repeat(200)});
        let expected = json!({"model": "m", "n": [1, -2, 0.5, true], "messages": vec![small; 4]});
        assert_eq!(of(&body.to_string()), Some(expected));
        assert_eq!(of("{}"), None);
        assert_eq!(of(&"[".repeat(LARGE)), None);
    }
}
