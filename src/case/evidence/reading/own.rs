//! An error shape that only a profile knows: where it says that message, code and the rest stand.

use serde_json::Value;

use crate::case::catalog::ErrorFields;
use crate::case::evidence::Envelope;
use crate::case::vocabulary::EnvelopeKind;

/// The envelope of `json` by the pointers of `fields`; `None` where neither message nor code stands there.
pub(super) fn envelope(json: &Value, fields: &ErrorFields) -> Option<Envelope> {
    let message = text(json, &fields.message);
    let code = text(json, &fields.code);
    (message.is_some() || code.is_some()).then(|| Envelope {
        message,
        code,
        error_type: text(json, &fields.kind),
        param: text(json, &fields.param),
        ..Envelope::bare(EnvelopeKind::Flat)
    })
}

/// The text or number under `pointer`.
fn text(json: &Value, pointer: &str) -> Option<String> {
    if pointer.is_empty() {
        return None;
    }
    match json.pointer(pointer)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_find_what_they_name() {
        let fields = ErrorFields {
            message: "/fault/say".into(),
            code: "/fault/no".into(),
            kind: "/fault/kind".into(),
            ..ErrorFields::default()
        };
        let json = serde_json::json!({"fault": {"say": "dry", "no": 42, "kind": ["x"]}});
        let found = envelope(&json, &fields).expect("there");
        assert_eq!(found.kind, EnvelopeKind::Flat);
        assert_eq!((found.message.as_deref(), found.code.as_deref()), (Some("dry"), Some("42")));
        assert_eq!((found.error_type, found.param), (None, None));
        for other in
            [serde_json::json!({}), serde_json::json!([1]), serde_json::json!({"fault": {"say": null}})]
        {
            assert!(envelope(&other, &fields).is_none());
        }
    }
}
