//! What an answer repeats of a prompt that nobody gave us: prose in quotes, behind `prompt:`, in a piece of JSON.
//!
//! A case may consist of an error's text alone. Then no dropped text is known to search for, and only where and how a
//! text stands says that somebody wrote it. The patterns are those of the filter for logs; the sentence of the server,
//! which a note is for, has to stay: what is not marked as somebody's is left alone.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use super::filter::prose::{is_dense_text, is_somebodys, is_written};
use crate::case::catalog::Detector;

/// The filter's patterns that ask for prose, without those that would take a page's own sentences or run to the end of
/// the line: behind a mark, [`Marks`] knows better where the text ends.
const NOT_HERE: [&str; 3] = ["text_of_a_page", "echoed_speech", "echoed_speech_zh"];
/// People write code, and lines of their logs, so.
const OF_CODE: &str = "echoed_backtick";
/// What opens these quotations is a word before the mark, so that the next mark closes them, be it on another line.
const OPENED_BY_A_WORD: [&str; 2] = ["echoed_quote", "echoed_assignment"];
/// Fields that hold text of a user or a model, in a piece of JSON or of a program's value.
const FIELD: &str = r#"(?i)["']?\b(?:prompts?|contents?|text|input|query|question|answer|output|arguments|instructions|system|completion|transcript|reply|lyrics|failed_generation)\\*["']?\s?[:=]\s?(?:"(?P<secret>(?:[^"\\\n]|\\.){16,})|'(?P<secret_too>(?:[^'\\\n]|\\.|'[a-z]){16,})|\\+["'](?P<secret_escaped>[^"\\\n]{16,}))"#;
/// Quotation marks of other languages.
const MARKS: &str = r"(?:„(?P<secret>[^“”\n]{16,})|«(?P<secret_too>[^»\n]{16,})»)";
/// A quotation that is glued to the word before it (which is not quoted itself), or is written with escapes; serde's `invalid type: string "…"`.
const GLUED: &str = r#"(?i)(?:^|[^"'\w])(?:got|received|given|near|found|saw|was|input|prompt|content|text|query|value|string|str)[\s:=,]{0,3}(?:"(?P<secret>(?:[^"\\\n]|\\.){20,})"|'(?P<secret_too>(?:[^'\\\n]|\\.|'[a-z]){20,})'|\\+["'](?P<secret_escaped>[^"'\\\n]{20,}))"#;
/// Prose in brackets behind a word for a user's text, between angles, or in a tag for what is quoted.
const BRACKETS: &str = r"(?i)(?:\b(?:prompts?|inputs?|contents?|text|query|question|messages?)\s?[(\[{]\s?(?P<secret>[^()\[\]{}\n]{20,})[)\]}]|<(?P<secret_too>[^<>=/\n]{24,})>|<(?:code|pre|q|blockquote|em|samp|kbd|b|i)>(?P<secret_escaped>[^<>\n]{20,})</)";
/// Marks that close elsewhere, or stand in words, where they open: behind a blank or a sign, and before a word.
const TURNED: &str = r"(?:^|[\s:：=,(\[])(?:”(?P<secret>[^\s“”][^“”\n]{15,})|»(?P<secret_too>[^\s«»][^«»\n]{15,})|[‘’‚‹›](?P<secret_escaped>[^\s‘’‹›][^‘‹›\n]{15,}?)(?:[‘’‹›](?:\W|$)|$))";
const CURLY: &str = r"(?:“(?P<secret>[^”\n]{10,})|(?:「|『)(?P<secret_too>[^」』\n]{10,}))";
/// A mark behind which a text may begin: the words before it say whose.
const MARK: &str = r#"(?P<label>[^\n:：\[]{0,40})(?::[\s"'`]|：)"#;
/// Words before a mark that say that a text of a user or a model follows.
const OF_A_USER: &str = r"(?i)(?:\b(?:got|received|given|prompt|input|contents?|text|query|question|flagged|transcript|output|completion|answer|reply|(?:user|human|assistant|customer|model)(?:'s)?[ _-](?:asked|said|wrote|typed|message|query|question|output|reply|response|text))|敏感[^\s，。]*|提示词[^\s，。]*|输入[^\s，。]*|用户(?:消息|说|提问|问题)|命中[^\s，。]*|违规(?:内容|词|文本)|原文|回复内容|模型(?:输出|回复|回答))\s*$";
/// Words before a mark behind which the server speaks.
const OF_A_SERVER: &str = r#"(?i)(?:message|msg|detail|details|error|description|reason|title|hint|cause|exception|warning|failure)["'\\\s]*$"#;
/// Where evidence goes on behind a text without quotes.
const TAIL: &str = r"(?i)(?:\s*[\[(（{/|,;-]+\s*|\s+)(?:(?:request|trace|event|log)[ _-]?id\b|x-request-id|ray id\b|(?:param|code|type|status|reason|model)\s?[:=]|retry \d|line \d|http \d|[a-z]+(?:_[a-z]+)+(?:$|[=:)\]\s])|[a-z_]{2,}=)";
/// Words from which on a text without quotes can be somebody's.
const WORDS: usize = 10;

/// Who writes the text around what is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// A server, in an error.
    Server,
    /// The operator, in a note.
    Operator,
}

/// A way in which a text is quoted.
struct Quotation {
    /// It is a user's text in an operator's words too.
    in_own_words: bool,
    /// It may be wrapped.
    goes_on: bool,
    /// One of them must be there.
    keywords: Vec<String>,
    regex: OnceLock<Option<Regex>>,
    pattern: String,
}

struct Patterns {
    list: Vec<Quotation>,
    /// Compiled at the first text that has a mark.
    marks: OnceLock<Option<Marks>>,
}

/// Patterns for what stands behind a mark.
struct Marks {
    mark: Regex,
    user: Regex,
    server: Regex,
    tail: Regex,
}

impl Marks {
    fn new() -> Option<Self> {
        Some(Self {
            mark: compiled(MARK)?,
            user: compiled(OF_A_USER)?,
            server: compiled(OF_A_SERVER)?,
            tail: compiled(TAIL)?,
        })
    }
}

fn compiled(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).build().ok()
}

fn patterns() -> &'static Patterns {
    static PATTERNS: OnceLock<Patterns> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        let of_the_filter: Vec<Detector> = serde_json::from_str(super::filter::ECHOES).unwrap_or_default();
        let shared = of_the_filter
            .into_iter()
            .filter(|d| d.condition.as_str() == "written" && !NOT_HERE.contains(&d.id.as_str()))
            .map(|d| Quotation {
                in_own_words: d.id != OF_CODE,
                goes_on: OPENED_BY_A_WORD.contains(&d.id.as_str()),
                keywords: d.keywords,
                regex: OnceLock::new(),
                pattern: d.pattern,
            });
        let own = [
            (FIELD, vec!["\"", "'"]),
            (GLUED, vec!["\"", "'"]),
            (BRACKETS, vec!["(", "[", "{", "<"]),
            (MARKS, vec!["„", "«"]),
            (TURNED, vec!["”", "»", "‘", "’", "‚", "‹", "›"]),
            (CURLY, vec!["“", "「", "『"]),
        ];
        let own = own.into_iter().map(|(pattern, keywords)| Quotation {
            in_own_words: true,
            goes_on: pattern == GLUED,
            keywords: keywords.into_iter().map(str::to_owned).collect(),
            regex: OnceLock::new(),
            pattern: pattern.to_owned(),
        });
        Patterns { list: shared.chain(own).collect(), marks: OnceLock::new() }
    })
}

/// The spans of `text` that repeat what somebody wrote, in bytes.
pub(super) fn spans(text: &[u8], voice: Voice) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    // Nothing shorter holds a sentence.
    if text.len() < 24 {
        return out;
    }
    let patterns = patterns();
    let lower = String::from_utf8_lossy(text).to_lowercase();
    let on_one_line: Vec<u8> =
        text.iter().map(|b| if matches!(b, b'\n' | b'\r') { b' ' } else { *b }).collect();
    for Quotation { in_own_words, goes_on, keywords, regex, pattern } in &patterns.list {
        if voice == Voice::Operator && !in_own_words {
            continue;
        }
        if !keywords.is_empty() && !keywords.iter().any(|k| lower.contains(k.as_str())) {
            continue;
        }
        let Some(regex) = regex.get_or_init(|| compiled(pattern)) else { continue };
        for found in regex.captures_iter(if *goes_on { &on_one_line } else { text }) {
            let group =
                ["secret", "secret_too", "secret_escaped"].into_iter().find_map(|name| found.name(name));
            if let Some(group) = group
                && is_somebodys(&readable(group.as_bytes()))
            {
                out.push((group.start(), group.end()));
            }
        }
    }
    behind_marks(text, patterns, &mut out);
    out
}

/// Prose without quotes, or behind a quote that does not close, behind a colon.
fn behind_marks(text: &[u8], patterns: &Patterns, out: &mut Vec<(usize, usize)>) {
    // What `MARK` ends with.
    let opens =
        |at: usize| matches!(text.get(at + 1), Some(b' ' | b'\t'..=b'\r' | 0x80.. | b'"' | b'\'' | b'`'));
    if !memchr::memchr_iter(b':', text).any(opens) && memchr::memmem::find(text, "：".as_bytes()).is_none() {
        return;
    }
    let Some(Marks { mark, user, server, tail }) = patterns.marks.get_or_init(Marks::new) else { return };
    let marks: Vec<(usize, usize, &[u8])> = mark
        .captures_iter(text)
        .filter_map(|c| {
            let whole = c.get(0)?;
            Some((whole.start(), whole.end(), c.name("label")?.as_bytes()))
        })
        .collect();
    for (index, (_, end, label)) in marks.iter().enumerate() {
        if server.is_match(label) {
            continue;
        }
        // Up to the next colon in the line: its label is a part of this text.
        let limit = marks.get(index + 1).map_or(text.len(), |next| next.1);
        let rest = text.get(*end..limit).unwrap_or(&[]);
        let line = rest.split(|b| *b == b'\n').next().unwrap_or(&[]);
        let lead = line.iter().take_while(|b| matches!(b, b' ' | b'"' | b'\'' | b'`' | b'\t')).count();
        let run = line.get(lead..).unwrap_or(&[]);
        let quote = lead.checked_sub(1).and_then(|at| line.get(at)).filter(|b| !b.is_ascii_whitespace());
        let run = quote.map_or(run, |quote| up_to(*quote, run));
        let run = run.get(..tail.find(run).map_or(run.len(), |t| t.start())).unwrap_or(run);
        let run = run.trim_ascii_end();
        if std::str::from_utf8(run).is_ok_and(|r| r.starts_with(['„', '«', '“', '「', '『'])) {
            // The patterns for quotation marks decide.
            continue;
        }
        let words = readable(run);
        let long = words.split_whitespace().count() >= WORDS || is_dense_text(&words);
        // Without a word that says so it is the server that speaks: its sentence is what a note is for.
        if long && user.is_match(label) && is_written(&words) {
            out.push((end + lead, end + lead + run.len()));
        }
    }
}

/// The part of `run` before the quote that closes it; the whole where it was cut off.
fn up_to(quote: u8, run: &[u8]) -> &[u8] {
    let closes = |at: &usize| !run.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
    memchr::memchr_iter(quote, run).find(closes).and_then(|at| run.get(..at)).unwrap_or(run)
}

/// `bytes` without what stands for something that was taken out already.
fn readable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(']') {
        let open = part.rfind('[').unwrap_or(part.len());
        let taken = part.get(open..).is_some_and(super::placeholder::is_placeholder);
        out.push_str(if taken { part.get(..open).unwrap_or("") } else { part });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: &str =
        "Margaret wants the harbour report about frozen salmon before the lawyers leave town tonight";
    const CHINESE: &str = "把这封写给安娜的信翻译成英文并且不要告诉任何人";

    fn left(text: &str) -> String {
        let mut out = text.to_owned();
        let mut spans = super::super::echo::merge(spans(text.as_bytes(), Voice::Server));
        spans.reverse();
        for (start, end) in spans {
            out.replace_range(start..end, "_");
        }
        out
    }

    #[test]
    fn what_somebody_wrote_goes_and_the_servers_sentence_stays() {
        for (text, after) in [
            (
                "Rejected by our safety system. Prompt: \"@\" policy",
                "Rejected by our safety system. Prompt: \"_\" policy",
            ),
            (
                "Invalid value for 'content': expected a string, got '@'. (param: x)",
                "Invalid value for 'content': expected a string, got '_'. (param: x)",
            ),
            (
                "Unterminated string: line 1 column 12 (char 11): {\"answer\": \"@",
                "Unterminated string: line 1 column 12 (char 11): {\"answer\": \"_",
            ),
            (
                "input should be a valid list, got: @ (type=list_type)",
                "input should be a valid list, got: _ (type=list_type)",
            ),
            ("Flagged input: @ (request id: 2026)", "Flagged input: _ (request id: 2026)"),
            (
                "1 error [type=string_type, input_value={'text': '@'}, input_type=dict]",
                "1 error [type=string_type, input_value={'text': '_'}, input_type=dict]",
            ),
            ("Запрос отклонён: „@“ code=451", "Запрос отклонён: „_“ code=451"),
            ("refused: ”@“ code=451", "refused: ”_“ code=451"),
            ("refused: »@« code=451", "refused: »_« code=451"),
            ("refused ‘@’, code=451", "refused ‘_’, code=451"),
            ("a list was expected, got'@' (param: x)", "a list was expected, got'_' (param: x)"),
            (
                "invalid type: string \\\"@\\\", expected a map",
                "invalid type: string \\\"_\\\", expected a map",
            ),
            ("Invalid prompt (@)", "Invalid prompt (_)"),
            ("Invalid input [@], code=1", "Invalid input [_], code=1"),
            ("not allowed: <@> here", "not allowed: <_> here"),
            ("Invalid prompt <code>@</code>", "Invalid prompt <code>_</code>"),
            ("body {\\\"content\\\":\\\"@\\\",\\\"n\\\":1}", "body {\\\"content\\\":\\\"_\\\",\\\"n\\\":1}"),
            ("User asked: @", "User asked: _"),
            (
                "bad url https://x/y?prompt=Margaret%20wants%20the%20harbour%20report%20today&n=1",
                "bad url https://x/y?prompt=_&n=1",
            ),
        ] {
            assert_eq!(left(&text.replace('@', PROSE)), after);
        }
        for (text, after) in [
            ("敏感词检测失败: @ (request id: 2026)", "敏感词检测失败: _ (request id: 2026)"),
            ("提示词违规：“@”，请修改后重试", "提示词违规：“_”，请修改后重试"),
            ("输入内容：@", "输入内容：_"),
        ] {
            assert_eq!(left(&text.replace('@', CHINESE)), after);
        }
    }

    #[test]
    fn a_text_is_known_where_it_is_wrapped_cut_or_joined() {
        for (text, after) in [
            (
                "Invalid prompt: \"Margaret wants\nthe harbour report\nabout salmon\" (x)",
                "Invalid prompt: \"_\" (x)",
            ),
            ("Invalid prompt: \"Margaret wants the harbo…\" (x)", "Invalid prompt: \"_\" (x)"),
            (
                "Invalid prompt: \"Margaret_wants_the_harbour_report_about_the_salmon\" (x)",
                "Invalid prompt: \"_\" (x)",
            ),
            (
                "Invalid value: \"max_tokens_to_sample_per_request_limit_exceeded_for_now\"",
                "Invalid value: \"max_tokens_to_sample_per_request_limit_exceeded_for_now\"",
            ),
            (
                "Invalid input: \"the request exceeded the limit...\"",
                "Invalid input: \"the request exceeded the limit...\"",
            ),
        ] {
            assert_eq!(left(text), after);
        }
    }

    #[test]
    fn sentences_of_servers_stay() {
        for text in [
            "BadRequestError: You uploaded an unsupported image. Please make sure your image is valid.",
            "Error code: 400 - {'error': {'message': 'Your organization must be verified to stream this model. Please go to the settings and click on Verify.', 'type': 'invalid_request_error'}}",
            "Invalid type for messages (expected an array of objects, but got an object instead of the array that it has to be)",
            "Fields “messages” and then ”prompt” cannot go together in the very same call of ours, nor can “input”",
            "The model doesn’t see what the organisation’s owner set up for the members’ keys, and it won’t see it later",
            "Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt.",
            "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.",
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            "当前分组 default 下对于模型 gpt-5 无可用渠道，请联系管理员！",
            "提示：该令牌状态不可用，用户额度不足，模型 gpt-4o 无可用渠道（distributor）",
            "litellm.RateLimitError: No deployments available for selected model. Try again in 5 seconds.",
            "Error: An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.",
            "upstream refused: the harbour office wants you to sign in again before another report goes out tonight",
            "请求失败：您所在的地区暂未开放此服务，请更换线路后再试一次并等待十分钟",
            "Prompt: [prompt: 90 chars] content_policy_violation and then the sentence of the server goes on a little",
        ] {
            assert_eq!(left(text), text);
        }
    }
}
