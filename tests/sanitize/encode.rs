//! How values are dressed in a case: the opposite of the oracle's views, and streams.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::GzEncoder;

/// `text` in the dress `name`.
pub fn encode(name: &str, text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let middle = chars.len() / 2;
    let (head, tail): (String, String) = (chars[..middle].iter().collect(), chars[middle..].iter().collect());
    let every = |size: usize, glue: &str| {
        chars.chunks(size).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(glue)
    };
    let each = |write: &dyn Fn(char) -> String| chars.iter().map(|c| write(*c)).collect::<String>();
    let bytes = |write: &dyn Fn(u8) -> String| text.bytes().map(write).collect::<String>();
    match name {
        "b64" => STANDARD.encode(text),
        "b64url" => URL_SAFE_NO_PAD.encode(text),
        "b64off1" => STANDARD.encode(format!("u{text}")),
        "b64off2" => STANDARD.encode(format!("u:{text}")),
        "gz" => {
            let mut packer = GzEncoder::new(Vec::new(), Compression::default());
            packer.write_all(text.as_bytes()).expect("packs");
            STANDARD.encode(packer.finish().expect("packs"))
        }
        "hexupper" => bytes(&|b| format!("{b:02X}")),
        "hexspaced" => text.bytes().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" "),
        "octal" => bytes(&|b| format!("\\{b:03o}")),
        "percentlower" => bytes(&|b| format!("%{b:02x}")),
        "hex" => bytes(&|b| format!("{b:02x}")),
        "percent" => bytes(&|b| format!("%{b:02X}")),
        "form" => url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
        "x" => bytes(&|b| format!("\\x{b:02x}")),
        "u" => {
            each(&|c| if c.is_ascii_alphanumeric() { format!("\\u{:04x}", u32::from(c)) } else { c.into() })
        }
        "entities" => {
            each(&|c| if c.is_ascii_alphanumeric() { format!("&#x{:x};", u32::from(c)) } else { c.into() })
        }
        "entities10" => {
            each(&|c| if c.is_ascii_digit() || c == '-' { format!("&#{};", u32::from(c)) } else { c.into() })
        }
        "wide" => each(&|c| match c {
            '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).expect("a form").to_string(),
            c => c.to_string(),
        }),
        "bold" => each(&|c| match c {
            'a'..='z' => char::from_u32(u32::from(c) - 97 + 0x1d41a).expect("a form").to_string(),
            'A'..='Z' => char::from_u32(u32::from(c) - 65 + 0x1d400).expect("a form").to_string(),
            '0'..='9' => char::from_u32(u32::from(c) - 48 + 0x1d7ce).expect("a form").to_string(),
            c => c.to_string(),
        }),
        "zero" => every(5, "\u{200b}"),
        "hyphen" => every(6, "\u{ad}"),
        "colour" => every(6, "\u{1b}[31m\u{1b}[0m"),
        "tight" => text.replace(' ', ""),
        "reverse" => chars.iter().rev().collect(),
        "wrap" => every(20, "\n"),
        "fold" => format!("{head}\r\n {tail}"),
        "shell" => every(16, "\\\n"),
        "plus" => format!("{head}\" + \"{tail}"),
        "dots" => format!("{head}' . '{tail}"),
        "box" => every(24, " │\n│ "),
        "list" => every(7, "\", \""),
        "json" => serde_json::to_string(text).expect("a string").trim_matches('"').to_owned(),
        "json3" => (0..3).fold(text.to_owned(), |t, _| encode("json", &t)),
        "json8" => (0..8).fold(text.to_owned(), |t, _| encode("json", &t)),
        // As gateways echo a key: the public prefix and five characters, and four at the end.
        "mask" => {
            let public = chars[..13].iter().rposition(|c| *c == '-').map_or(0, |at| at + 1);
            let [head, tail] = [&chars[..public + 5], &chars[chars.len() - 4..]].map(String::from_iter);
            format!("{head}***{tail}")
        }
        "half" => head,
        "crlf" => text.replace('\n', "\r\n"),
        "tail4" => chars[chars.len() - 4..].iter().collect(),
        "upper" => text.to_uppercase(),
        name => streamed(name, &chars),
    }
}

/// A text as the stream of an API.
fn streamed(name: &str, chars: &[char]) -> String {
    match name {
        "sse" => stream(chars, &|t| {
            format!(
                "data: {{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{t}}},\"finish_reason\":null}}]}}"
            )
        }),
        // One character to an event, and two answers in turn.
        "sse-one" => chars
            .iter()
            .map(|c| {
                let quoted = serde_json::to_string(&c.to_string()).expect("a string");
                format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{quoted}}}}}]}}")
            })
            .collect::<Vec<_>>()
            .join("\n\n"),
        "sse-two" => stream(chars, &|t| {
            [0, 1]
                .map(|i| format!("data: {{\"choices\":[{{\"index\":{i},\"delta\":{{\"content\":{t}}}}}]}}"))
                .join("\n\n")
        }),
        "sse-text" => stream(chars, &|t| {
            format!("data: {{\"object\":\"text_completion\",\"choices\":[{{\"index\":0,\"text\":{t}}}]}}")
        }),
        "sse-arguments" => stream(chars, &|t| {
            format!(
                "event: response.function_call_arguments.delta\ndata: {{\"type\":\"response.function_call_arguments.delta\",\"item_id\":\"fc1\",\"delta\":{t}}}"
            )
        }),
        "sse-thinking" => stream(chars, &|t| {
            format!(
                "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"thinking_delta\",\"thinking\":{t}}}}}"
            )
        }),
        "sse-prefixed" => stream(chars, &|t| {
            format!("10:15:00.123 [recv] data: {{\"choices\":[{{\"delta\":{{\"content\":{t}}}}}]}}")
        }),
        "sse-reasoning" => stream(chars, &|t| {
            format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"reasoning_content\":{t}}}}}]}}")
        }),
        "sse-tool" => stream(chars, &|t| {
            format!(
                "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":{t}}}}}]}}}}]}}"
            )
        }),
        "sse-anthropic" => stream(chars, &|t| {
            format!(
                "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":{t}}}}}"
            )
        }),
        "sse-anthropic-json" => stream(chars, &|t| {
            format!(
                "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{{\"type\":\"input_json_delta\",\"partial_json\":{t}}}}}"
            )
        }),
        "sse-responses" => stream(chars, &|t| {
            format!(
                "event: response.output_text.delta\ndata: {{\"type\":\"response.output_text.delta\",\"item_id\":\"m1\",\"delta\":{t}}}"
            )
        }),
        "sse-gemini" => stream(chars, &|t| {
            format!(
                "data: {{\"candidates\":[{{\"content\":{{\"parts\":[{{\"text\":{t}}}],\"role\":\"model\"}}}}]}}"
            )
        }),
        "ndjson" => stream(chars, &|t| format!("{{\"model\":\"llama3\",\"response\":{t},\"done\":false}}"))
            .replace("\n\n", "\n"),
        _ => panic!("no encoding {name}"),
    }
}

/// Six characters to an event.
fn stream(chars: &[char], event: &dyn Fn(String) -> String) -> String {
    let quoted = |piece: &[char]| serde_json::to_string(&piece.iter().collect::<String>()).expect("a string");
    chars.chunks(6).map(|piece| event(quoted(piece))).collect::<Vec<_>>().join("\n\n")
}
