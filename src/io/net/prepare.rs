//! From masked texts to what goes on the wire: the only place where secrets are put back in.

use std::fmt::Display;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use percent_encoding::percent_decode_str;
use reqwest::{Client, Method, Url};
use secrecy::{ExposeSecret, SecretString};

use super::cause::Way;
use super::marks::{Marks, signalling_body};
use super::{client, form, proxy};
use crate::case::evidence::TransportFailure;
use crate::case::request::{Header, Request};
use crate::case::vocabulary::TransportKind;
use crate::session::Outgoing;

/// Ready to be sent.
pub(super) struct Prepared {
    pub(super) client: Client,
    pub(super) request: reqwest::Request,
    pub(super) way: Way,
    /// The request asks for a stream.
    pub(super) asks_for_stream: bool,
    /// Bytes of the body.
    pub(super) body_bytes: u64,
}

/// Header names whose value is always treated as a credential, beside every value that holds a secret of the ring.
const CREDENTIALS: [&str; 7] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "mj-api-secret",
];

pub(super) fn prepare(outgoing: &Outgoing, marks: &Arc<Marks>) -> Result<Prepared, TransportFailure> {
    let request = &outgoing.request;
    let target = &request.target;
    let resolve = |masked: &str| outgoing.ring.resolve(masked).map_err(local);
    let url = target.url(&outgoing.ring).map_err(local)?;
    let url = Url::parse(url.expose_secret())
        .map_err(|_| local("the URL cannot be read once its references are filled in"))?;
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| local("the method is not one that HTTP allows"))?;
    let mut headers = headers(request, outgoing.client_request_id.as_ref(), &resolve)?;
    if let Some(userinfo) = &target.userinfo
        && !headers.contains_key(AUTHORIZATION)
    {
        headers.insert(AUTHORIZATION, basic(&resolve(userinfo)?)?);
    }
    let body = match &request.body {
        Some(body) => Some(resolve(body)?.expose_secret().as_bytes().to_vec()),
        None if request.form.is_empty() => None,
        None => {
            let form = form::build(&request.form, &resolve)?;
            let written = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
            let value = form::content_type(written, &form.boundary);
            let value = HeaderValue::from_str(&value)
                .map_err(|_| local("the content type of the form cannot be sent"))?;
            headers.insert(CONTENT_TYPE, value);
            Some(form.body)
        }
    };
    let body_bytes = body.as_ref().map_or(0, |body| body.len() as u64);
    let client =
        client::build(&target.scheme, &target.host, outgoing.direct, outgoing.timeouts.connect_ms, marks)
            .map_err(|error| no_client(&target.scheme, &error))?;
    let mut sent = reqwest::Request::new(method, url);
    if let Some(body) = body {
        // The body goes out as a stream, whose length the stack does not know.
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body_bytes));
        *sent.body_mut() = Some(signalling_body(body, marks));
    }
    *sent.headers_mut() = headers;
    let way = Way {
        encrypted: target.scheme == "https",
        proxied: !outgoing.direct && proxy::proxy_in_use(&target.host, &target.scheme),
    };
    let asks_for_stream = request.streaming();
    Ok(Prepared { client, request: sent, way, asks_for_stream, body_bytes })
}

/// The operator's header lines, in order, repetitions kept. Left out is only what frames the message and must fit the
/// body as it is sent now (`content-length`, `transfer-encoding`), and the pseudo headers of an HTTP/2 record.
fn headers(
    request: &Request,
    further: Option<&Header>,
    resolve: &impl Fn(&str) -> Result<SecretString, TransportFailure>,
) -> Result<HeaderMap, TransportFailure> {
    let mut map = HeaderMap::new();
    for (index, line) in request.headers.iter().chain(further).enumerate() {
        if line.name.starts_with(':') {
            continue;
        }
        // A bad name is not quoted: a forgotten colon can put a key into it.
        let name = HeaderName::from_bytes(line.name.trim().as_bytes())
            .map_err(|_| local(format!("header line {} has a name that HTTP does not allow", index + 1)))?;
        if name == CONTENT_LENGTH || name == TRANSFER_ENCODING {
            continue;
        }
        let value = resolve(&line.value)?;
        let has_secret = value.expose_secret() != line.value;
        let mut value = HeaderValue::from_bytes(value.expose_secret().as_bytes()).map_err(|_| {
            local(format!(
                "the value of header {name} holds a line break or control character, which HTTP does not allow; \
                 a key that was read from a file often ends in one"
            ))
        })?;
        value.set_sensitive(has_secret || CREDENTIALS.contains(&name.as_str()));
        map.try_append(name, value).map_err(|_| local("there are more header lines than can be sent"))?;
    }
    Ok(map)
}

/// The header that a URL's `user:password@` stands for.
fn basic(userinfo: &SecretString) -> Result<HeaderValue, TransportFailure> {
    let (user, password) = userinfo.expose_secret().split_once(':').unwrap_or((userinfo.expose_secret(), ""));
    let mut pair: Vec<u8> = percent_decode_str(user).collect();
    pair.push(b':');
    pair.extend(percent_decode_str(password));
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair)))
        .map_err(|_| local("the user and password of the URL cannot be sent"))?;
    value.set_sensitive(true);
    Ok(value)
}

pub(super) fn local(what: impl Display) -> TransportFailure {
    TransportFailure { kind: TransportKind::Local, detail: what.to_string() }
}

fn no_client(scheme: &str, error: &str) -> TransportFailure {
    let hint = if scheme == "https" {
        "; install the system's CA certificates, or point SSL_CERT_FILE to a bundle"
    } else {
        ""
    };
    local(format!("the HTTP client cannot be set up on this machine: {error}{hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn userinfo_becomes_basic_credentials() {
        let table = [("user:pa%3Ass", "user:pa:ss"), ("user", "user:"), ("a%2:%zz%41", "a%2:%zzA")];
        for (userinfo, decoded) in table {
            let value = basic(&SecretString::from(userinfo.to_owned())).expect("valid");
            assert_eq!(
                value.to_str().expect("ascii"),
                format!("Basic {}", STANDARD.encode(decoded)),
                "{userinfo}"
            );
            assert!(value.is_sensitive());
        }
    }
}
