//! Whether a number tells how many, and so is no status: `got 500 apples`, `failed: 502 tests passed`, `返回 500 条`.
//!
//! A status has a name, a sentence or nothing behind it. A number that counts has what it counts: a unit, or a noun in the
//! plural. Where the words before say what the number is (`status code`, `HTTP`, the name of an SDK's exception), nobody
//! has to ask.

use std::sync::LazyLock;

use crate::case::pattern::Regex;

/// A number that goes on (`500,000`, `502.5`, `500/600`), a unit, a word of quantity, a noun in the plural. What it says of
/// a plural in a place in the request (`messages.3`) is nothing.
static COUNTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:[.,:/]\d|\s?%|\s(?:of|out of|or more|or fewer|more|new|other|different|such)\s+[a-z0-9]",
        r"|\s?(?:ms|µs|sec|[KMGT]i?B|[kmg]b|bytes|px|rpm|tpm|qps|rps|USD|EUR|CNY|RMB)(?:[\s.,;:)\]]|$)",
        r"|\s(?:s|min|h|B)(?:[\s.,;:)\]]|$)",
        // A measure word, where it does not begin a word: 条件, 次数, 行为, 个人, 元素.
        r"|\s?(?:个[^人别]|個[^人別]|条[^件款]|條[^件款]|次[^数數日]|行[^为為业業]|元[^素]|字节|毫秒|秒|分钟|小时|万|亿|倍|美元|美金)",
        r"|\s?(?:回|円|개|번|건|행|원|초|명)[^\w]",
        r"|\s(?P<noun>[a-z]{2,30})(?:[\s,;:!?)\]]|\.(?:\s|$)|$))",
    ))
    .ok()
});

/// Plurals that a status stands before: `got 429 errors`.
const OF_A_STATUS: [&str; 5] = ["errors", "responses", "statuses", "replies", "answers"];

/// Words before a number that say what it is: a client's own exception, `code`, `status`, a protocol.
static SAID: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:\b(?:https?|status|code)\b|状态码|错误码|错误代码|статус|код)[^\n\d]{0,12}$|/\d\.\d\W{1,3}$",
    )
    .ok()
});

/// An exception that the SDKs raise on an answer, right before the number.
static RAISED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b([A-Z]\w*(?:Error|Exception))[:(]?\s*\[?$").ok());

/// `before`: the line up to the number; `behind`: what follows it.
pub(super) fn is_count(before: &str, behind: &str) -> bool {
    let Some(caught) = COUNTED.as_ref().and_then(|p| p.captures(super::plain::head(behind, 80))) else {
        return is_measured_by(before);
    };
    let counts = caught.name("noun").is_none_or(|noun| is_plural(noun.as_str()));
    let raised = || {
        let name = RAISED.as_ref()?.captures(before)?.get(1)?.as_str().to_owned();
        Some(super::is_of_an_answer(&name))
    };
    let said = || SAID.as_ref().is_some_and(|p| p.is_match(before));
    counts && !said() && raised() != Some(true)
}

/// `expected 404 rows, got 500`: the second number counts what the first one does.
fn is_measured_by(before: &str) -> bool {
    static EXPECTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:expect(?:ed|s|ing)?|want(?:ed)?|instead of|need(?:ed|s)?)\s+(?:\w{1,12}\s+){0,2}?(?P<number>\d[\d.]*)(?P<behind>\s?[^\n]{1,80})$").ok()
    });
    let Some(caught) = EXPECTED.as_ref().and_then(|p| p.captures(before)) else { return false };
    let behind = caught.name("behind").map_or("", |behind| behind.as_str());
    // What was expected is none either: `expected 768, got 512`.
    let number = caught.name("number").and_then(|number| number.as_str().parse().ok());
    is_count("", behind) || number.is_none_or(|number| !super::is_sent_by_servers(number))
}

fn is_plural(noun: &str) -> bool {
    let singular =
        noun.ends_with("ss") || noun.ends_with("us") || noun.ends_with("is") || noun.ends_with("as");
    noun.ends_with('s') && noun.len() > 3 && !singular && !OF_A_STATUS.contains(&noun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_things_is_no_status() {
        for (before, behind) in [
            ("got ", " apples"),
            ("failed: ", " tests passed"),
            ("found ", " of 600 rows"),
            ("took ", "ms"),
            ("took ", " ms."),
            ("got ", ",000 rows"),
            ("got ", ".5"),
            ("返回 ", " 条记录"),
            ("返回 ", " 次。"),
            ("返回了", "个结果"),
            ("AssertionError: ", " rows expected"),
            ("expected 404 rows, got ", ""),
            ("dimension mismatch: expected 768, got ", ""),
        ] {
            assert!(is_count(before, behind), "{before}500{behind}");
        }
    }

    #[test]
    fn a_status_has_a_name_a_sentence_or_nothing_behind_it() {
        for (before, behind) in [
            ("got ", ""),
            ("got ", "."),
            ("getting ", " errors"),
            ("getting ", "s since noon"),
            ("got ", " too many requests"),
            ("Error: ", " status code (no body)"),
            ("", " messages.7.content.0: unexpected"),
            ("", " thinking is enabled"),
            ("", " terminated"),
            ("API Error (", " no healthy upstream)"),
            ("HTTP ", " requests failed"),
            ("status code ", " messages must alternate"),
            ("BadRequestError: ", " messages must alternate"),
            ("返回 ", " 错误"),
            ("Error: ", " 分组 default 下模型 m 无可用渠道"),
            ("", " 余额不足"),
            ("Error: ", " 条件不满足"),
            ("Error: ", " 个人账户不可用"),
            ("expected 200, got ", ""),
            ("error ", " in the gateway"),
        ] {
            assert!(!is_count(before, behind), "{before}500{behind}");
        }
    }
}
