//! Addresses in a note that came from elsewhere: only those that the catalog names become links.

use serde_json::Value;

use crate::case::catalog::Catalog;

/// Keys of a note whose value is rendered as a link.
const LINKS: [&str; 3] = ["doc_url", "url", "source"];

/// `note` (its keys and values) with every address that no entry of `catalog` names broken, so that it is shown as text.
#[must_use]
pub fn without_foreign_links(note: Value, catalog: &Catalog) -> Value {
    match note {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(key, value)| {
                    let value = match value {
                        Value::String(url)
                            if LINKS.contains(&key.as_str()) && !catalog.names_address(&url) =>
                        {
                            Value::String(url.replace("://", "[:]//"))
                        }
                        other => without_foreign_links(other, catalog),
                    };
                    (key, value)
                })
                .collect(),
        ),
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| without_foreign_links(item, catalog)).collect())
        }
        other => other,
    }
}
