//! Whether a text is what a person or a model wrote, or what a server says of an error.

use crate::case::sanitize::normal::is_dense;

/// Words, and dense characters, from which on a text can be somebody's.
const WORDS: usize = 5;
const DENSE: usize = 8;
/// Words of which errors and their pages are made.
const OF_ERRORS: [&str; 123] = [
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
];
const OF_ERRORS_DENSE: [&str; 24] = [
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
];

/// True for a text of several words, few of which are words of an error. `+` and `%20` count as spaces.
pub(super) fn is_written(text: &str) -> bool {
    let plain = text.replace("%20", " ").replace("\\n", " ");
    let dense = plain.chars().filter(|c| is_dense(*c)).count();
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
            || !word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-' | '_' | '(' | ')'))
        {
            continue;
        }
        words += 1;
        let lower = word.to_lowercase();
        of_errors +=
            usize::from(OF_ERRORS.contains(&lower.as_str()) || word.contains('_') && !word.contains('('));
    }
    words >= WORDS && of_errors * 5 < words
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
        ] {
            assert!(!is_written(text), "{text}");
        }
    }
}
