//! A large body in small: the first members of its lists, the beginnings of its texts.
//!
//! What the checks compile at their first use stays. If they did so while the tree of a large body stands, it would come to lie
//! above that tree, and the allocator could give nothing of it back to the system: a pasted megabyte would hold two and a half more
//! for as long as the program runs. So the checks run over the sketch first, and what they say of it is thrown away.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
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

/// The tree of `text`, of which `sketch` is the sketch: its members are parsed into room that is made before them. What is freed last
/// is handed out next; were it the object's own room behind its members, what comes after would lie above all that they held.
pub(super) fn whole(text: &str, sketch: &Value) -> Result<Value, serde_json::Error> {
    let Some(members) = sketch.as_object().map(Map::len) else { return serde_json::from_str(text) };
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Members(members).deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// An object of so many members.
struct Members(usize);

impl<'de> DeserializeSeed<'de> for Members {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut kept = Map::with_capacity(self.0);
        while let Some((name, value)) = members.next_entry()? {
            kept.insert(name, value);
        }
        Ok(kept.into())
    }
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
        let text = body.to_string();
        let sketch = of(&text).expect("it is large");
        assert_eq!(sketch, expected);
        assert_eq!(whole(&text, &sketch).expect("JSON"), body);
        let list = format!("[{text}]");
        assert_eq!(whole(&list, &of(&list).expect("it is large")).expect("JSON"), json!([body]));
        assert_eq!(of("{}"), None);
        assert_eq!(of(&"[".repeat(LARGE)), None);
    }
}
