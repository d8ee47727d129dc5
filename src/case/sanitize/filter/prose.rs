//! Whether a text is what a person or a model wrote, or what a server says of an error.

use std::borrow::Cow;

use crate::case::sanitize::normal::is_unspaced;

/// Words, and dense characters, from which on a text can be somebody's.
const WORDS: usize = 5;
const DENSE: usize = 8;
/// Words of which errors and their pages are made.
const OF_ERRORS: [&str; 183] = [
    "valid",
    "validation",
    "dictionary",
    "instance",
    "should",
    "error",
    "errors",
    "invalid",
    "request",
    "requests",
    "server",
    "servers",
    "model",
    "models",
    "token",
    "tokens",
    "limit",
    "limits",
    "rate",
    "exceeded",
    "exceeds",
    "exceed",
    "quota",
    "must",
    "required",
    "expected",
    "unsupported",
    "supported",
    "parameter",
    "parameters",
    "retry",
    "retries",
    "please",
    "try",
    "again",
    "later",
    "api",
    "key",
    "field",
    "value",
    "type",
    "string",
    "message",
    "messages",
    "response",
    "responses",
    "status",
    "code",
    "channel",
    "channels",
    "available",
    "unavailable",
    "found",
    "exist",
    "exists",
    "access",
    "denied",
    "forbidden",
    "timeout",
    "timed",
    "connection",
    "connect",
    "upstream",
    "gateway",
    "website",
    "page",
    "site",
    "browser",
    "cookies",
    "cookie",
    "javascript",
    "security",
    "blocked",
    "service",
    "temporarily",
    "contact",
    "support",
    "account",
    "billing",
    "plan",
    "context",
    "length",
    "maximum",
    "minimum",
    "reduce",
    "failed",
    "failure",
    "fail",
    "user",
    "group",
    "permission",
    "authentication",
    "authorization",
    "authorized",
    "unauthorized",
    "credentials",
    "network",
    "host",
    "proxy",
    "certificate",
    "overloaded",
    "load",
    "capacity",
    "content",
    "header",
    "headers",
    "url",
    "http",
    "https",
    "administrator",
    "owner",
    "ray",
    "resource",
    "method",
    "allowed",
    "missing",
    "provided",
    "function",
    "call",
    "calls",
    "tool",
    "array",
    "object",
    "integer",
    "input",
    "endpoint",
    "version",
    "deployment",
    "signature",
    "match",
    "rejected",
    "safety",
    "system",
    "policy",
    "violation",
    "flagged",
    "moderation",
    "unexpected",
    "unknown",
    "internal",
    "reset",
    "disconnect",
    "stream",
    "refused",
    "closed",
    "reached",
    "details",
    "docs",
    "documentation",
    "guide",
    "steps",
    "follow",
    "currently",
    "troubleshooting",
    "basic",
    "disabled",
    "expired",
    "deprecated",
    "documented",
    "sorry",
    "processing",
    "accepts",
    "accepted",
    "operation",
    "organization",
    "project",
    "region",
    "country",
    "territory",
    "purchase",
    "credits",
    "credit",
    "balance",
    "insufficient",
    "upgrade",
    "generated",
    "cloudfront",
    "cloudflare",
    "nginx",
    "id",
    "switched",
    "branch",
    "sensitive",
];
/// Words of which logs are made.
const OF_LOGS: [&str; 77] = [
    "byte",
    "streaming",
    "latency",
    "deploy",
    "deployed",
    "downgrade",
    "sdk",
    "curl",
    "dns",
    "tls",
    "provider",
    "dashboard",
    "logs",
    "reproduce",
    "reproduced",
    "workaround",
    "intermittent",
    "starting",
    "started",
    "stopping",
    "stopped",
    "listening",
    "loaded",
    "loading",
    "initialized",
    "initializing",
    "configuration",
    "config",
    "application",
    "port",
    "worker",
    "workers",
    "process",
    "thread",
    "cache",
    "database",
    "file",
    "files",
    "directory",
    "queue",
    "task",
    "job",
    "jobs",
    "scheduler",
    "session",
    "client",
    "clients",
    "connected",
    "disconnected",
    "registered",
    "enabled",
    "disabled",
    "using",
    "default",
    "deprecated",
    "warning",
    "debug",
    "info",
    "trace",
    "handler",
    "module",
    "package",
    "packages",
    "installed",
    "added",
    "removed",
    "updated",
    "bytes",
    "seconds",
    "minutes",
    "completed",
    "finished",
    "succeeded",
    "success",
    "skipping",
    "ignored",
    "build",
];

/// Words with which APIs speak of requests, accounts and what they allow: frequent in 1,586 messages of real failures, rare in
/// what people ask.
const OF_APIS: [&str; 44] = [
    "accessible",
    "accounts",
    "argument",
    "blocks",
    "cannot",
    "completion",
    "completions",
    "configure",
    "configured",
    "dedicated",
    "deserialize",
    "dimensions",
    "embeddings",
    "endpoints",
    "exhausted",
    "filtered",
    "inference",
    "inputs",
    "malformed",
    "mode",
    "multimodal",
    "nullable",
    "params",
    "passed",
    "password",
    "payload",
    "permissions",
    "permitted",
    "propagate",
    "regional",
    "requested",
    "requires",
    "restrictions",
    "schema",
    "scopes",
    "settings",
    "specified",
    "subscription",
    "suspended",
    "throughput",
    "tier",
    "unable",
    "usage",
    "username",
];

fn of_errors_set() -> &'static std::collections::HashSet<&'static str> {
    static WORDS: std::sync::OnceLock<std::collections::HashSet<&'static str>> = std::sync::OnceLock::new();
    WORDS.get_or_init(|| OF_ERRORS.into_iter().chain(OF_LOGS).chain(OF_APIS).collect())
}

/// True for a word of errors or logs, whatever its case.
pub(super) fn is_of_errors(word: &str) -> bool {
    // Without an allocation: most words are short, and of ASCII.
    let mut buffer = [0; 24];
    if let Some(small) = buffer.get_mut(..word.len()).filter(|_| word.is_ascii()) {
        small.copy_from_slice(word.as_bytes());
        small.make_ascii_lowercase();
        return std::str::from_utf8(small).is_ok_and(|small| of_errors_set().contains(small));
    }
    of_errors_set().contains(word.to_lowercase().as_str())
}

pub(super) const OF_ERRORS_DENSE: [&str; 29] = [
    "请求",
    "错误",
    "模型",
    "分组",
    "渠道",
    "额度",
    "令牌",
    "稍后",
    "重试",
    "负载",
    "无效",
    "失败",
    "超时",
    "服务",
    "参数",
    "用户",
    "权限",
    "余额",
    "接口",
    "上游",
    "当前",
    "联系",
    "管理员",
    "格式",
    "提示词",
    "违规",
    "敏感",
    "内容安全",
    "修改后",
];
/// Words and phrases of errors in other languages, of which one is enough in a short sentence.
pub(super) const OF_ERRORS_ELSEWHERE: [&str; 33] = [
    "サーバー",
    "リクエスト",
    "エラー",
    "入力",
    "不正",
    "再度お試し",
    "混み合",
    "利用できません",
    "한도",
    "오류",
    "요청",
    "서버",
    "다시 시도",
    "fehlercode",
    "verfügbar",
    "versuchen sie es",
    "ungültig",
    "erneut",
    "serveur",
    "réessayer",
    "requête",
    "servidor",
    "solicitud",
    "inténtelo",
    "сервер",
    "запрос",
    "ข้อผิดพลาด",
    "เซิร์ฟเวอร์",
    "คำขอ",
    "โมเดล",
    "ลองใหม่",
    "ลองอีกครั้ง",
    "ไม่ถูกต้อง",
];
/// Phrases of which a sentence of an error is made: each counts as one more word of it.
const PHRASES: [&str; 14] = [
    "no longer",
    "too large",
    "less than",
    "greater than",
    "at most",
    "contact us",
    "help center",
    "not exist",
    "not found",
    "not have access",
    "not supported",
    "not allowed",
    "not available",
    "try again",
];
/// Characters of a sentence that words of other languages can explain.
const SENTENCE: usize = 130;

/// Words in a row, and dense characters, from which on a text in a line is taken for somebody's without any other sign.
const WORDS_ALONE: usize = 10;
const DENSE_ALONE: usize = 14;

/// Of so many words one of an error, where the text is somebody's; with numbers between its words it is a report more often.
const OF_FIVE: usize = 5;
const OF_NUMBERED: usize = 9;

/// The runs of words in `text` that somebody wrote.
pub(super) fn spans(text: &[u8]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    if text.len() < 42 || text.is_ascii() && has_few_words(text) {
        return out;
    }
    let (mut at, mut start, mut words, mut end) = (0, 0, 0_usize, 0);
    let mut end_before = 0;
    let counted = std::cell::Cell::new(false);
    let mut close = |start: usize, end: usize, words: usize, dense: bool| {
        let most = if counted.take() { OF_NUMBERED } else { OF_FIVE };
        if words >= WORDS_ALONE || dense {
            let run = String::from_utf8_lossy(text.get(start..end).unwrap_or(&[]));
            let enough =
                words >= WORDS_ALONE || run.chars().filter(|c| is_unspaced(*c)).count() >= DENSE_ALONE;
            match quoted_part(&run).filter(|_| run.len() == end - start) {
                Some((from, to)) if is_written(run.get(from..to).unwrap_or("")) => {
                    out.push((start + from, start + to));
                }
                _ if enough && is_written_by(&run, most) => out.push((start, end)),
                _ => {}
            }
        }
    };
    let mut wide = false;
    while at < text.len() {
        let length =
            text.get(at..).map_or(0, |rest| memchr::memchr2(b' ', b'\n', rest).unwrap_or(rest.len()));
        let token = text.get(at..at + length).unwrap_or(&[]);
        if words > 0 && !wide && is_count(token) {
            // `lost 16 thousand pounds`: a number between words is one of them.
            counted.set(true);
            at += length + 1;
            continue;
        }
        let (from, to) = word_in(token);
        let whole = to > from && token.len() - to <= 3;
        let is_wide = token.get(from..to).is_some_and(|w| !w.is_ascii());
        if whole && words > 0 && (from > 0 || wide && words == 1 && !is_wide) {
            // A quote or a bracket opens, or the script changes.
            close(start, end, words, wide);
            words = 0;
        }
        if whole {
            if words == 0 {
                start = at + from;
                wide = false;
                counted.set(false);
            }
            words += 1;
            end_before = end;
            end = at + to;
            wide = wide || is_wide;
        }
        // A sign behind a word may end the text, a colon ends what stands before it.
        let closes = |b: &u8| matches!(b, b'"' | b'\'' | b'`' | b')' | b']' | b'}' | b'>');
        let goes_on = whole
            && !matches!(token.last(), Some(b':' | b'='))
            && !token.get(to..).is_some_and(|signs| signs.iter().any(closes));
        if !goes_on {
            // `耗时 1532ms`: the last word names a number.
            let names_number = !whole && words > 1 && wide && end - end_before <= 8;
            if names_number && token.first().is_some_and(u8::is_ascii_digit) {
                end = end_before;
            }
            if !matches!(token.last(), Some(b':' | b'=')) || words > 1 {
                close(start, end, words, wide);
            }
            words = 0;
        }
        at += length + 1;
    }
    close(start, end, words, wide);
    out
}

/// True for too few words for a text of letters of ASCII.
fn has_few_words(text: &[u8]) -> bool {
    let blanks = memchr::memchr_iter(b' ', text).count();
    // Lines of one short word each are a list.
    blanks + 1 < WORDS_ALONE
        && (blanks == 0 && text.len() < 60
            || blanks + memchr::memchr_iter(b'\n', text).count() + 1 < WORDS_ALONE)
}

/// A number as people write it among words: `16`, `$4.20`, `85mm,`, `2nd`, `50%`.
fn is_count(token: &[u8]) -> bool {
    let sign = token.iter().take_while(|b| matches!(b, b'$' | b'#' | b'-')).count();
    let rest = token.get(sign..).unwrap_or(&[]);
    let digits = rest.iter().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')).count();
    let unit = rest.get(digits..).unwrap_or(&[]);
    let letters = unit.iter().take_while(|b| b.is_ascii_lowercase() || **b == b'%').count();
    let behind = unit.get(letters..).unwrap_or(&[]);
    sign <= 1
        && rest.first().is_some_and(u8::is_ascii_digit)
        && digits <= 9
        && letters <= 3
        && behind.len() <= 1
        && behind.iter().all(|b| matches!(b, b'.' | b',' | b'!' | b'?' | b';'))
}

/// The letters of a token, without the signs around them: empty where there is something else in it.
fn word_in(token: &[u8]) -> (usize, usize) {
    let letter = |b: &u8| b.is_ascii_alphabetic() || *b >= 0x80;
    let from = token.iter().take_while(|b| matches!(b, b'"' | b'\'' | b'(' | b'`' | b'>' | b'[')).count();
    let rest = token.get(from..).unwrap_or(&[]);
    let length = rest.iter().take_while(|b| letter(b) || matches!(b, b'\'' | b'-' | b',')).count();
    // A quote closes behind the last letter.
    let length = rest.iter().take(length).rposition(letter).map_or(0, |last| last + 1);
    let behind = rest.get(length..).unwrap_or(&[]);
    let signs = behind.iter().all(|b| b",.!?;:\"')`]}<-".contains(b));
    let shouted = length >= 3 && rest.iter().take(length).all(u8::is_ascii_uppercase);
    if !signs || shouted || !rest.first().is_some_and(letter) { (0, 0) } else { (from, from + length) }
}

/// True for a text of several words, few of which are words of an error. `+` and `%20` count as spaces.
pub(in crate::case::sanitize) fn is_written(text: &str) -> bool {
    is_written_by(text, OF_FIVE)
}

/// The same, where one word of an error in `most` is enough to make it none.
fn is_written_by(text: &str, most: usize) -> bool {
    let plain = if text.bytes().any(|b| matches!(b, b'%' | b'\\')) {
        Cow::Owned(text.replace("%20", " ").replace("\\n", " "))
    } else {
        Cow::Borrowed(text)
    };
    let is_ascii = plain.is_ascii();
    if plain.len() <= 4 * SENTENCE && plain.chars().count() <= SENTENCE {
        let small = plain.to_lowercase();
        // Words of other scripts stand in no text of ASCII alone.
        let may = |word: &&&str| !is_ascii || word.is_ascii();
        if OF_ERRORS_ELSEWHERE.iter().filter(may).filter(|word| small.contains(**word)).count() >= 2 {
            return false;
        }
    }
    let dense = if is_ascii { 0 } else { plain.chars().filter(|c| is_unspaced(*c)).count() };
    if dense >= DENSE {
        return OF_ERRORS_DENSE.iter().filter(|word| plain.contains(**word)).count() < 2;
    }
    if text
        .split('%')
        .skip(1)
        .filter(|part| part.as_bytes().first().is_some_and(|b| b"89abcdefABCDEF".contains(b)))
        .count()
        >= 12
    {
        return true;
    }
    let (mut words, mut of_errors) = (0, 0);
    for word in plain.split(|c: char| c.is_whitespace() || c == '+') {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if word.chars().count() < 2 && !matches!(word, "a" | "I")
            || !word
                .chars()
                .all(|c| c.is_alphabetic() || is_mark(c) || matches!(c, '\'' | '-' | '_' | '(' | ')'))
        {
            continue;
        }
        words += 1;
        of_errors += usize::from(is_of_errors(word) || word.contains('_') && !word.contains('('));
    }
    if words < WORDS || of_errors * most >= words {
        return false;
    }
    if (of_errors + PHRASES.len()) * most < words {
        return true;
    }
    let small = plain.to_lowercase();
    let phrases = PHRASES.iter().filter(|phrase| small.contains(**phrase)).count();
    (of_errors + phrases) * most < words
}

/// A sign above, below or within letters (of India's scripts, Arabic, Hebrew, and accents of their own), which is no letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{65f}' | '\u{900}'..='\u{dff}')
}

/// [`is_written`], and what has the marks of a quotation without the length of one: a text that is cut off, or whose blanks
/// became signs.
pub(in crate::case::sanitize) fn is_somebodys(text: &str) -> bool {
    is_written(text) || is_cut_off(text) || is_joined(text)
}

/// `Margaret wants the harb…`: who quotes his own words does not cut them.
fn is_cut_off(text: &str) -> bool {
    let Some(begin) = text.trim_end().strip_suffix('…').or_else(|| text.trim_end().strip_suffix("..."))
    else {
        return false;
    };
    let words = || begin.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic));
    words().count() >= 3 && !words().any(|word| of_errors_set().contains(word.to_lowercase().as_str()))
}

/// `Margaret_wants_the_harbour_report_about_the_salmon`: names have no articles and few prepositions.
pub(in crate::case::sanitize) fn is_joined(text: &str) -> bool {
    const SMALL: [&str; 16] = [
        "the", "a", "an", "of", "to", "in", "is", "and", "for", "with", "about", "my", "your", "from",
        "before", "that",
    ];
    const PIECES: usize = 7;
    if text.contains(char::is_whitespace) {
        return false;
    }
    let pieces: Vec<&str> = text.split(['_', '.', '-', '|', '+', '~']).collect();
    pieces.len() >= PIECES
        && pieces.iter().filter(|piece| SMALL.contains(&piece.to_lowercase().as_str())).count() >= 2
        && is_written(&pieces.join(" "))
}

/// The part of a dense run that somebody wrote: where it is quoted in a sentence of an error, what the quotes hold.
fn quoted_part(run: &str) -> Option<(usize, usize)> {
    let pairs = [('“', '”'), ('「', '」'), ('『', '』'), ('„', '“'), ('«', '»')];
    let inside = pairs.into_iter().find_map(|(open, close)| {
        let from = run.find(open)? + open.len_utf8();
        let to = from + run.get(from..)?.find(close)?;
        Some((from, to))
    })?;
    let (before, after) = (run.get(..inside.0)?, run.get(inside.1..)?);
    let dense = |text: &str| text.chars().filter(|c| is_unspaced(*c)).count();
    let outside = format!("{before}{after}");
    let of_errors = OF_ERRORS_DENSE.iter().chain(&OF_ERRORS_ELSEWHERE).any(|word| outside.contains(word));
    (of_errors && dense(run.get(inside.0..inside.1)?) >= DENSE && dense(&outside) < 2 * DENSE_ALONE)
        .then_some(inside)
}

/// True for a text of a dense script that is long enough to be somebody's without any other sign.
pub(in crate::case::sanitize) fn is_dense_text(text: &str) -> bool {
    text.chars().filter(|c| is_unspaced(*c)).count() >= DENSE_ALONE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_and_servers_write_differently() {
        for text in [
            "covers fish because the lawyers left the warehouse",
            "stay+between+frozen+now+midnight",
            "没有成为公司三月请把应当保险",
            "нами должен после отчёт юристы заплатит",
            "สีส้มรถไฟภูเขานกฮูกแมว",
            "पत्थर चिड़िया हाथी पहाड़ बगीचा",
        ] {
            assert!(is_written(text), "{text}");
        }
        for text in [
            "The model is currently overloaded. Please try again later.",
            "You do not have access to this site. The site owner may have set restrictions.",
            "当前分组上游负载已饱和，请稍后再试",
            "must be a string",
            "`tool_calls` must be followed by tool messages responding to each `tool_call_id`",
            "application/json",
            "เซิร์ฟเวอร์เกิดข้อผิดพลาด กรุณาลองใหม่อีกครั้ง",
        ] {
            assert!(!is_written(text), "{text}");
        }
    }
}
