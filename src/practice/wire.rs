//! HTTP/1.1 as far as the practice gateway needs it: one request per connection, bounded in size.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::gate::Asked;

/// Largest request head, bytes.
const HEAD: usize = 64 * 1024;

/// Largest request body, bytes.
pub(super) const BODY: usize = 16 * 1024 * 1024;

/// Most header lines.
const LINES: usize = 128;

/// Why no request could be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// Not HTTP.
    Malformed,
    /// The head is larger than [`HEAD`].
    HeadTooLarge,
    /// The body is larger than [`BODY`].
    BodyTooLarge,
    /// The connection ended or broke.
    Gone,
}

impl From<io::Error> for Unreadable {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// Reads one request.
pub(super) async fn read<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> Result<Asked, Unreadable> {
    let mut bytes = Vec::with_capacity(4096);
    let head_end = read_head(stream, &mut bytes).await?;
    let rest = bytes.split_off(head_end);
    let mut asked = parse_head(&bytes)?;
    let header = |name: &str| asked.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let chunked = header("transfer-encoding").is_some_and(|v| v.to_ascii_lowercase().contains("chunked"));
    let length = match header("content-length") {
        Some(text) => text.parse::<usize>().map_err(|_| Unreadable::Malformed)?,
        None => 0,
    };
    if length > BODY {
        return Err(Unreadable::BodyTooLarge);
    }
    if header("expect").is_some_and(|v| v.eq_ignore_ascii_case("100-continue")) {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    asked.body =
        if chunked { read_chunks(stream, rest).await? } else { read_length(stream, rest, length).await? };
    Ok(asked)
}

/// Reads until the blank line; gives the place behind it.
async fn read_head<S: AsyncRead + Unpin>(stream: &mut S, bytes: &mut Vec<u8>) -> Result<usize, Unreadable> {
    let mut searched = 0;
    loop {
        let from = searched;
        let unseen = bytes.get(from..).unwrap_or_default();
        let end = unseen.windows(4).position(|w| w == b"\r\n\r\n").map(|at| from + at + 4);
        if let Some(end) = end.filter(|end| *end <= HEAD) {
            return Ok(end);
        }
        if bytes.len() > HEAD {
            return Err(Unreadable::HeadTooLarge);
        }
        searched = bytes.len().saturating_sub(3);
        if stream.read_buf(bytes).await? == 0 {
            return Err(if bytes.is_empty() { Unreadable::Gone } else { Unreadable::Malformed });
        }
    }
}

fn parse_head(bytes: &[u8]) -> Result<Asked, Unreadable> {
    let mut lines = [httparse::EMPTY_HEADER; LINES];
    let mut head = httparse::Request::new(&mut lines);
    match head.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => return Err(Unreadable::HeadTooLarge),
        Ok(httparse::Status::Partial) | Err(_) => return Err(Unreadable::Malformed),
    }
    Ok(Asked {
        method: head.method.unwrap_or("").to_owned(),
        target: head.path.unwrap_or("").to_owned(),
        headers: head
            .headers
            .iter()
            .map(|line| (line.name.to_ascii_lowercase(), String::from_utf8_lossy(line.value).into_owned()))
            .collect(),
        body: Vec::new(),
    })
}

async fn read_length<S: AsyncRead + Unpin>(
    stream: &mut S,
    mut body: Vec<u8>,
    length: usize,
) -> Result<Vec<u8>, Unreadable> {
    let missing = length.saturating_sub(body.len()) as u64;
    stream.take(missing).read_to_end(&mut body).await?;
    body.truncate(length);
    if body.len() < length { Err(Unreadable::Gone) } else { Ok(body) }
}

async fn read_chunks<S: AsyncRead + Unpin>(stream: &mut S, mut raw: Vec<u8>) -> Result<Vec<u8>, Unreadable> {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        match httparse::parse_chunk_size(raw.get(at..).unwrap_or_default()) {
            Ok(httparse::Status::Complete((_, 0))) => return Ok(body),
            Ok(httparse::Status::Complete((line, size))) => {
                let size = usize::try_from(size).map_err(|_| Unreadable::BodyTooLarge)?;
                if body.len().saturating_add(size) > BODY {
                    return Err(Unreadable::BodyTooLarge);
                }
                let (start, end) = (at + line, at + line + size);
                while raw.len() < end + 2 {
                    read_more(stream, &mut raw).await?;
                }
                body.extend_from_slice(raw.get(start..end).unwrap_or_default());
                raw.drain(..end + 2);
                at = 0;
            }
            Ok(httparse::Status::Partial) if raw.len() < at + 4096 => read_more(stream, &mut raw).await?,
            Ok(httparse::Status::Partial) | Err(_) => return Err(Unreadable::Malformed),
        }
    }
}

async fn read_more<S: AsyncRead + Unpin>(stream: &mut S, bytes: &mut Vec<u8>) -> Result<(), Unreadable> {
    if stream.read_buf(bytes).await? == 0 { Err(Unreadable::Gone) } else { Ok(()) }
}
