//! One HTTP/1.1 request off a socket, its head first: what the desks and gateways of these tests begin with.

use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;

/// A request whose body may still be on its way.
pub struct Asked {
    head: String,
    /// What has come of the body.
    body: Vec<u8>,
}

impl Asked {
    /// Reads as far as the end of the head; `None` where the client goes away before it.
    pub fn begin(stream: &mut TcpStream) -> std::io::Result<Option<Self>> {
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut bytes = Vec::new();
        loop {
            if let Some(at) = find(&bytes, b"\r\n\r\n") {
                let body = bytes.split_off(at + 4);
                bytes.truncate(at);
                return Ok(Some(Self { head: String::from_utf8_lossy(&bytes).into_owned(), body }));
            }
            if !more(stream, &mut bytes)? {
                return Ok(None);
            }
        }
    }

    /// Request line and header lines, without the empty one.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// Reads on to the end of the body and puts its chunks together; as much as came where the client goes away.
    pub fn body(&mut self, stream: &mut TcpStream) -> std::io::Result<&[u8]> {
        if self.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
            while !self.body.ends_with(b"0\r\n\r\n") && more(stream, &mut self.body)? {}
            self.body = unchunked(&self.body);
        } else {
            let length = self.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            while self.body.len() < length && more(stream, &mut self.body)? {}
        }
        Ok(&self.body)
    }
}

/// False where nothing more comes.
fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> std::io::Result<bool> {
    let mut buffer = [0; 16 * 1024];
    let count = stream.read(&mut buffer)?;
    bytes.extend_from_slice(&buffer[..count]);
    Ok(count > 0)
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(at) = find(rest, b"\r\n") {
        let size = usize::from_str_radix(String::from_utf8_lossy(&rest[..at]).trim(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        whole.extend_from_slice(&rest[at + 2..at + 2 + size]);
        rest = &rest[at + 2 + size + 2..];
    }
    whole
}
