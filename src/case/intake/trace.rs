//! What curl writes with `--trace-ascii` (and `--trace-time`): each piece that went out or came in, in lines behind their
//! offset (<https://curl.se/docs/manpage.html#--trace-ascii>).

/// Bytes of a line's text; a longer piece goes on in the next line.
const WIDTH: usize = 64;

/// What went out and what came in, as HTTP text.
#[derive(Default)]
pub(super) struct Traced {
    /// Head and body of the request.
    pub(super) sent: String,
    /// Heads and body of the answers.
    pub(super) received: String,
    /// What curl said on the connection, a line each.
    pub(super) said: String,
}

/// Reads `text`; `None` where it is no such trace.
pub(super) fn read(text: &str) -> Option<Traced> {
    let is_trace = text.lines().take(60).any(|line| {
        let line = without_time(line);
        line.starts_with("=> Send header")
            || line.starts_with("<= Recv header")
            || line.starts_with("== Info: ")
    });
    if !is_trace {
        return None;
    }
    let mut traced = Traced::default();
    let mut piece = Piece::None;
    for line in text.lines() {
        let bare = without_time(line);
        if let Some(begun) = Piece::begun(bare) {
            if let Some(info) = bare.strip_prefix("== Info: ") {
                traced.said.push_str(info);
                traced.said.push('\n');
            }
            piece = begun;
            continue;
        }
        let target = match piece {
            Piece::Sent(_) => &mut traced.sent,
            Piece::Received(_) => &mut traced.received,
            Piece::None => continue,
        };
        let Some(content) = content(line) else {
            // What the program printed itself, in between.
            piece = Piece::None;
            continue;
        };
        target.push_str(content);
        let is_head = matches!(piece, Piece::Sent(true) | Piece::Received(true));
        // A line that is not full ends a line of the piece.
        if is_head || content.len() < WIDTH {
            target.push('\n');
        }
    }
    traced.received = with_line_ends(traced.received);
    traced.sent = with_line_ends(traced.sent);
    (!traced.sent.is_empty() || !traced.received.is_empty() || !traced.said.is_empty()).then_some(traced)
}

/// A trace shows a line end inside a body as a full stop: in JSON, those outside strings were line ends.
fn with_line_ends(text: String) -> String {
    let Some(at) = text.find("\n\n").map(|at| at + 2) else { return text };
    let (head, body) = text.split_at(at);
    let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text.trim()).is_ok();
    if !body.starts_with(['{', '[']) || is_json(body) {
        return text;
    }
    let (mut out, mut in_string, mut escaped) = (String::with_capacity(body.len()), false, false);
    let mut before = '{';
    for c in body.chars() {
        let of_number = before.is_ascii_digit();
        out.push(if c == '.' && !in_string && !of_number { '\n' } else { c });
        in_string ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        before = c;
    }
    if is_json(&out) { format!("{head}{out}") } else { text }
}

/// The piece whose lines follow; the flag: it is a head.
#[derive(Clone, Copy)]
enum Piece {
    None,
    Sent(bool),
    Received(bool),
}

impl Piece {
    fn begun(line: &str) -> Option<Self> {
        Some(if line.starts_with("=> Send header") {
            Self::Sent(true)
        } else if line.starts_with("=> Send data") {
            Self::Sent(false)
        } else if line.starts_with("<= Recv header") {
            Self::Received(true)
        } else if line.starts_with("<= Recv data") {
            Self::Received(false)
        } else if ["== Info: ", "=> Send SSL", "<= Recv SSL"].iter().any(|begin| line.starts_with(begin)) {
            Self::None
        } else {
            return None;
        })
    }
}

/// The text behind `0040: `.
fn content(line: &str) -> Option<&str> {
    let (offset, text) = line.split_once(": ").or_else(|| Some((line.strip_suffix(':')?, "")))?;
    (offset.len() >= 4 && offset.bytes().all(|b| b.is_ascii_hexdigit())).then_some(text)
}

/// `09:30:00.753389 => …` without the time.
fn without_time(line: &str) -> &str {
    let Some((time, rest)) = line.split_once(' ') else { return line };
    let is_time = time.len() >= 8 && time.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
    if is_time { rest } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_put_together() {
        let long = "x".repeat(WIDTH);
        let text = format!(
            "09:30:00.1 == Info:   Trying 1.2.3.4:80...\n09:30:00.2 => Send header, 9 bytes (0x9)\n0000: POST /v1 HTTP/1.1\n0011: \n\
             => Send data, 70 bytes (0x46)\n0000: {long}\n0040: yz\n<= Recv header, 3 bytes (0x3)\n0000: HTTP/1.1 401 Unauthorized\n\
             <= Recv header, 2 bytes (0x2)\n0000: \n<= Recv data, 2 bytes (0x2)\n0000: {{}}\nmine\n== Info: Closing\n"
        );
        let traced = read(&text).expect("a trace");
        assert_eq!(traced.sent, format!("POST /v1 HTTP/1.1\n\n{long}yz\n"));
        assert_eq!(traced.received, "HTTP/1.1 401 Unauthorized\n\n{}\n");
        assert!(traced.said.contains("Trying"));
        assert!(read("nothing\nof it").is_none());
    }
}
