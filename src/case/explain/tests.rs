//! Whole families of records, and what is said of them.

use serde_json::json;

use super::{Record, explain};
use crate::case::catalog::Catalog;

mod families;
mod phrasings;

#[test]
fn headers_are_read_however_their_names_are_spelled() {
    let catalog = Catalog::built_in();
    let id = "req_3cb9fe52602cc533f5f42b3436a78bfc";
    for name in [
        "x-request-id",
        "X-Request-Id",
        "X-REQUEST-ID",
        "Apim-Request-Id",
        "x-amzn-RequestId",
        "X-Oneapi-Request-Id",
    ] {
        for headers in [
            json!({name: id}),
            json!({name: [id]}),
            json!([[name, id]]),
            json!({"Server": "x", format!(" {name}"): id}),
        ] {
            let record =
                json!({"status": 429, "headers": headers, "body": "{\"error\":{\"message\":\"slow down\"}}"});
            let record: Record = serde_json::from_value(record).expect("reads");
            let told = explain(&record, None, &catalog).expect("told");
            let ids: Vec<_> = told.request_ids.iter().map(|found| found.id.as_str()).collect();
            assert_eq!(ids, [id], "{name} {headers}");
        }
    }
}
