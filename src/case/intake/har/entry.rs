//! An entry of a HAR as any tool writes it: every member may be missing, `null` or of another type.

use std::borrow::Cow;

use base64::Engine as _;

use super::walk::{Walk, number, text};

/// The JSON text of a value; empty: the member is not there.
pub(super) type Raw<'a> = &'a [u8];

/// Headers, parameters and parts of a form that are read of one list.
const MOST_PAIRS: usize = 2_000;

/// An entry. The names are those of HAR 1.2 (<http://www.softwareishard.com/blog/har-12-spec/>, accessed 2026-11-21).
#[derive(Clone, Copy, Default)]
pub(super) struct Entry<'a> {
    pub(super) started: Raw<'a>,
    pub(super) time: Raw<'a>,
    pub(super) timings: Raw<'a>,
    pub(super) request: Request<'a>,
    pub(super) response: Response<'a>,
    /// What failed, where the tool writes it beside the response.
    pub(super) error: Raw<'a>,
    /// Chrome: `fetch`, `script`, `websocket`, ….
    pub(super) resource: Raw<'a>,
    /// Chrome, mitmproxy.
    pub(super) socket: Raw<'a>,
    /// Chrome.
    pub(super) events: Raw<'a>,
}

/// `request`.
#[derive(Clone, Copy, Default)]
pub(super) struct Request<'a> {
    pub(super) is_there: bool,
    pub(super) method: Raw<'a>,
    pub(super) url: Raw<'a>,
    pub(super) headers: Raw<'a>,
    pub(super) query: Raw<'a>,
    pub(super) body_size: Raw<'a>,
    pub(super) post: Post<'a>,
}

/// `request.postData`.
#[derive(Clone, Copy, Default)]
pub(super) struct Post<'a> {
    pub(super) mime: Raw<'a>,
    pub(super) text: Raw<'a>,
    pub(super) params: Raw<'a>,
    /// HAR 1.3's proposal; Charles and browsers' forks write it as well.
    pub(super) encoding: Raw<'a>,
}

/// `response`.
#[derive(Clone, Copy, Default)]
pub(super) struct Response<'a> {
    pub(super) is_there: bool,
    pub(super) status: Raw<'a>,
    pub(super) reason: Raw<'a>,
    pub(super) version: Raw<'a>,
    pub(super) headers: Raw<'a>,
    pub(super) body_size: Raw<'a>,
    pub(super) transferred: Raw<'a>,
    /// Chrome, Safari, mitmproxy: `_error`; Playwright: `_failureText`.
    pub(super) error: Raw<'a>,
    /// Charles: `COMPLETE`, `EXCEPTION`, ….
    pub(super) charles: Raw<'a>,
    pub(super) comment: Raw<'a>,
    pub(super) content: Content<'a>,
}

/// `response.content`.
#[derive(Clone, Copy, Default)]
pub(super) struct Content<'a> {
    pub(super) is_there: bool,
    pub(super) size: Raw<'a>,
    pub(super) mime: Raw<'a>,
    pub(super) text: Raw<'a>,
    pub(super) encoding: Raw<'a>,
}

impl<'a> Entry<'a> {
    /// Reads an entry in one walk. Of a member that stands twice the last one counts.
    pub(super) fn read(json: &'a [u8]) -> Self {
        let mut entry = Self::default();
        Walk::new(json).members(|name, walk| match name {
            b"startedDateTime" => entry.started = walk.skip(),
            b"time" => entry.time = walk.skip(),
            b"timings" => entry.timings = walk.skip(),
            b"request" => entry.request = Request::read(walk),
            b"response" => entry.response = Response::read(walk),
            b"_error" | b"_failureText" => entry.error = value(walk),
            b"_resourceType" => entry.resource = value(walk),
            b"_webSocketMessages" => entry.socket = filled(walk),
            b"_eventSourceMessages" => entry.events = filled(walk),
            _ => {}
        });
        entry
    }

    /// True for what only an entry of a HAR has. Logs have objects with a request and a response too.
    pub(super) fn is_har(&self, listed: bool) -> bool {
        let request = &self.request;
        let names_call = !request.url.is_empty() || !request.method.is_empty();
        let is_list = |raw: Raw| raw.starts_with(b"[");
        let has_shape = !self.started.is_empty()
            || (is_list(request.headers) && (self.response.content.is_there || is_list(request.query)));
        request.is_there && names_call && (listed || has_shape)
    }

    /// What the tool says of a failure.
    pub(super) fn error_text(&self) -> Option<Cow<'a, str>> {
        [self.response.error, self.error]
            .into_iter()
            .find_map(|raw| text(raw).filter(|text| !text.trim().is_empty() && text.as_ref() != "false"))
    }
}

/// The value that stands here, without `null`.
fn value<'a>(walk: &mut Walk<'a>) -> Raw<'a> {
    let raw = walk.skip();
    if raw == b"null" { &[] } else { raw }
}

/// The list that stands here, where there is anything in it.
fn filled<'a>(walk: &mut Walk<'a>) -> Raw<'a> {
    let raw = value(walk);
    let inner = raw.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")).unwrap_or(raw);
    if inner.trim_ascii().is_empty() { &[] } else { raw }
}

impl<'a> Request<'a> {
    fn read(walk: &mut Walk<'a>) -> Self {
        let mut request = Self::default();
        walk.members(|name, walk| {
            request.is_there = true;
            match name {
                b"method" => request.method = value(walk),
                // The beginning of an address is none.
                b"url" => {
                    let raw = value(walk);
                    request.url = if raw.len() > 1 && raw.ends_with(b"\"") { raw } else { &[] };
                }
                b"headers" => request.headers = value(walk),
                b"queryString" => request.query = value(walk),
                b"bodySize" => request.body_size = value(walk),
                b"postData" => request.post = Post::read(walk),
                _ => {}
            }
        });
        request
    }
}

impl<'a> Post<'a> {
    fn read(walk: &mut Walk<'a>) -> Self {
        let mut post = Self::default();
        walk.members(|name, walk| match name {
            b"mimeType" => post.mime = value(walk),
            b"text" => post.text = value(walk),
            b"params" => post.params = value(walk),
            b"encoding" | b"_encoding" => post.encoding = value(walk),
            _ => {}
        });
        post
    }

    /// The text of the body, its base64 undone; `None` where the export has none. What is no text comes with U+FFFD.
    pub(super) fn body(&self) -> Option<Cow<'a, str>> {
        let body = text(self.text)?;
        if !is_base64(self.encoding) {
            return Some(body);
        }
        match decoded(&body) {
            Some(bytes) => Some(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())),
            None => Some(body),
        }
    }
}

impl<'a> Response<'a> {
    fn read(walk: &mut Walk<'a>) -> Self {
        let mut response = Self::default();
        walk.members(|name, walk| {
            response.is_there = true;
            match name {
                b"status" => response.status = value(walk),
                b"statusText" => response.reason = value(walk),
                b"httpVersion" => response.version = value(walk),
                b"headers" => response.headers = value(walk),
                b"bodySize" => response.body_size = value(walk),
                b"content" => response.content = Content::read(walk),
                b"comment" => response.comment = value(walk),
                b"_transferSize" => response.transferred = value(walk),
                b"_error" | b"_failureText" => response.error = value(walk),
                b"_charlesStatus" => response.charles = value(walk),
                _ => {}
            }
        });
        response
    }

    /// The status, where there is one: tools write 0 or -1 where no answer came.
    pub(super) fn status(&self) -> Option<u16> {
        whole(self.status).and_then(|status| u16::try_from(status).ok()).filter(|s| (100..1000).contains(s))
    }
}

impl<'a> Content<'a> {
    fn read(walk: &mut Walk<'a>) -> Self {
        let mut content = Self::default();
        walk.members(|name, walk| {
            content.is_there = true;
            match name {
                b"size" => content.size = value(walk),
                b"mimeType" => content.mime = value(walk),
                b"text" => content.text = value(walk),
                b"encoding" => content.encoding = value(walk),
                _ => {}
            }
        });
        content
    }

    /// The body, its base64 undone; `None` where the export has none.
    pub(super) fn body(&self) -> Option<Cow<'a, [u8]>> {
        let body = text(self.text)?;
        if is_base64(self.encoding)
            && let Some(bytes) = decoded(&body)
        {
            return Some(Cow::Owned(bytes));
        }
        Some(match body {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        })
    }
}

/// A count or size that is not negative.
pub(super) fn whole(raw: Raw) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the bounds are checked")]
    number(raw).filter(|n| (0.0..9e15).contains(n)).map(|n| n as u64)
}

pub(super) fn is_base64(encoding: Raw) -> bool {
    text(encoding).is_some_and(|name| name.trim().eq_ignore_ascii_case("base64"))
}

/// The bytes of a base64 text, or of a list of them, as Polly.JS keeps a packed body (`["H4sI…","…"]`).
fn decoded(text: &str) -> Option<Vec<u8>> {
    if text.trim_start().starts_with('[') {
        let pieces: Vec<String> = serde_json::from_str(text).ok()?;
        let decoded: Option<Vec<Vec<u8>>> = pieces.iter().map(|piece| decoded_text(piece)).collect();
        return decoded.map(|pieces| pieces.concat());
    }
    decoded_text(text)
}

/// The bytes of one base64 text, with or without its padding, in either alphabet.
fn decoded_text(text: &str) -> Option<Vec<u8>> {
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const ANY: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, ANY);
    let plain: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        })
        .collect();
    ENGINE.decode(plain).ok()
}

/// The pairs of a list of `{"name":…, "value":…}`, or of an object that has names as members.
pub(super) fn pairs(raw: Raw) -> Vec<(String, String)> {
    let mut list = Vec::new();
    if raw.starts_with(b"{") {
        Walk::new(raw).members(|name, walk| {
            let name = String::from_utf8_lossy(name).into_owned();
            if let Some(value) = text(walk.skip())
                && list.len() < MOST_PAIRS
            {
                list.push((name, value.into_owned()));
            }
        });
        return list;
    }
    Walk::new(raw).elements(|walk| {
        let (mut name, mut content) = (None, None);
        walk.members(|member, walk| match member {
            b"name" => name = text(walk.skip()),
            b"value" => content = text(walk.skip()),
            _ => {}
        });
        if let Some(name) = name
            && list.len() < MOST_PAIRS
        {
            list.push((name.into_owned(), content.unwrap_or_default().into_owned()));
        }
    });
    list
}

/// A parameter of `postData.params`.
pub(super) struct Param {
    pub(super) name: String,
    pub(super) value: Option<String>,
    pub(super) filename: Option<String>,
    pub(super) media_type: Option<String>,
}

/// The parameters of a form.
pub(super) fn params(raw: Raw) -> Vec<Param> {
    let mut list = Vec::new();
    Walk::new(raw).elements(|walk| {
        let (mut name, mut value, mut filename, mut media) = (None, None, None, None);
        walk.members(|member, walk| match member {
            b"name" => name = text(walk.skip()),
            b"value" => value = text(walk.skip()),
            b"fileName" => filename = text(walk.skip()),
            b"contentType" => media = text(walk.skip()),
            _ => {}
        });
        if let Some(name) = name
            && list.len() < MOST_PAIRS
        {
            let given = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned).filter(|t| !t.is_empty());
            list.push(Param {
                name: name.into_owned(),
                value: value.map(Cow::into_owned),
                filename: given(filename),
                media_type: given(media),
            });
        }
    });
    list
}
