//! What a node answers to a path or method that it does not serve.

use serde_json::json;

use super::gate::Reply;

/// Where a `CometAPI` path without a route leads: <https://apidoc.cometapi.com/errors/error-codes-handling>, 2026-06-18.
const WEB: &str = "https://www.cometapi.com";

/// The page of a node's own web site, as short as can be.
const INDEX: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>New API</title>\n</head>\n\
    <body>\n<noscript>You need to enable JavaScript to run this app.</noscript>\n<div id=\"root\"></div>\n</body>\n</html>\n";

/// Which of two kinds of node it is. Source: github.com/Calcium-Ion/new-api, `router/main.go` and `router/web-router.go`,
/// accessed 2026-11-21.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoRoute {
    /// With `FRONTEND_BASE_URL`: a redirect to the web site.
    ToTheWebSite,
    /// A stock node: a JSON 404 below `/v1` and `/api`, else the page of its own web site.
    Stock,
}

impl NoRoute {
    /// The answer, without a request id.
    pub(super) fn reply(self, method: &str, target: &str, path: &str) -> Reply {
        match self {
            Self::ToTheWebSite => redirect(method, target),
            Self::Stock => stock(method, target, path),
        }
    }
}

/// As Go's `http.Redirect` does it: only a GET has the small page.
fn redirect(method: &str, target: &str) -> Reply {
    let location = format!("{WEB}{target}");
    let page = format!("<a href=\"{}\">Moved Permanently</a>.\n\n", html_escaped(&location));
    if method == "GET" {
        Reply::new(301, page.into_bytes())
            .with("location", &location)
            .with("content-type", "text/html; charset=utf-8")
    } else {
        Reply::new(301, Vec::new()).with("location", &location)
    }
}

fn stock(method: &str, target: &str, path: &str) -> Reply {
    let below = |root: &str| path == root || path.starts_with(&format!("{root}/"));
    if below("/v1") || below("/api") {
        let message = format!("Invalid URL ({method} {target})");
        return Reply::json(
            404,
            &json!({"error": {"message": message, "type": "invalid_request_error", "param": "", "code": ""}}),
        );
    }
    Reply::new(200, INDEX.as_bytes().to_vec())
        .with("content-type", "text/html; charset=utf-8")
        .with("cache-control", "no-cache")
}

fn html_escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}
