//! A status of gRPC as its libraries print it: Python's and C#'s objects, and the string of the core that is meant for
//! debugging. None of them is an envelope, and none names a code as envelopes do.
//!
//! ```text
//! <_InactiveRpcError of RPC that terminated with:
//!     status = StatusCode.PERMISSION_DENIED
//!     details = "…"
//! Status(StatusCode="PermissionDenied", Detail="…")        {grpc_status:7, grpc_message:"…"}
//! ```

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::json;

use super::object::Object;
use super::printed::{object, string};

/// Where the words stand, the clearest first; whoever printed them inside another string escaped their quotes.
static DETAILS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // grpcio (grpc/_channel.py, `_RPCState`), grpc.aio.
        r#"(?:^|[\s`]|\\t)details = \\"((?:[^"\\\n]|\\[^"])+)\\""#,
        r#"(?:^|[\s`])details = "((?:[^"\\\n]|\\.)+)""#,
        // Grpc.Core and Grpc.Net (`Status.ToString`).
        r#"\bStatus\(StatusCode="?[A-Za-z]{2,30}"?, Detail="((?:[^"\\\n]|\\.)+)""#,
        // The core's own string.
        r#"\bgrpc_message:\\"((?:[^"\\\n]|\\[^"])+)\\""#,
        r#"\bgrpc_message:"((?:[^"\\\n]|\\.)+)""#,
    ]
    .iter()
    .filter_map(|text| Regex::new(text).ok())
    .collect()
});

/// The words of such a print.
pub(super) fn printed(text: &str) -> Option<Object> {
    if !["details = ", "grpc_message:", "Status(StatusCode="].iter().any(|mark| text.contains(mark)) {
        return None;
    }
    let found = DETAILS.iter().find_map(|pattern| pattern.captures(text)?.get(1))?;
    let message =
        string(&format!("\"{}\"", found.as_str())).filter(|m| m.split_whitespace().nth(1).is_some())?;
    Some(object(found, &json!({ "message": message }), None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_words_of_a_status_are_found() {
        let words = "Permission 'a.b' denied on resource '//x' (or it may not exist).";
        for text in [
            "<_InactiveRpcError of RPC that terminated with:\n\tstatus = StatusCode.PERMISSION_DENIED\n\tdetails = \"Permission 'a.b' denied on resource '//x' (or it may not exist).\"\n\tdebug_error_string = \"UNKNOWN:Error\"\n>",
            "It says ` details = \"Permission 'a.b' denied on resource '//x' (or it may not exist).\"`",
            r#"RpcException: Status(StatusCode="PermissionDenied", Detail="Permission 'a.b' denied on resource '//x' (or it may not exist).")"#,
            r#"{created_time:"2025-02-17", grpc_status:7, grpc_message:"Permission 'a.b' denied on resource '//x' (or it may not exist)."}"#,
            r#"{created_time:\"2025-02-17\", grpc_status:7, grpc_message:\"Permission 'a.b' denied on resource '//x' (or it may not exist).\"}"#,
            r#"\tdetails = \"Permission \'a.b\' denied on resource \'//x\' (or it may not exist).\"\n"#,
        ] {
            let object = printed(text).unwrap_or_else(|| panic!("{text}"));
            let body: Value = serde_json::from_slice(&object.body).expect("JSON");
            assert_eq!(body["error"]["message"], words, "{text}");
        }
        for text in [
            "details = \"\"",
            "the details = none",
            "grpc_message:\"\"",
            "Status(StatusCode=OK, Detail=\"\")",
        ] {
            assert!(printed(text).is_none(), "{text}");
        }
    }
}
