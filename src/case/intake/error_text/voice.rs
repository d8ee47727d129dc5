//! Whose words a sentence is: the answer's, or those of somebody who looks at it from outside (a client, a log, a person).
//!
//! An answer has no need to tell its own status in the middle of a sentence, to say how often it was asked again, or to
//! send its reader to the settings of a program.

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use crate::case::catalog::AnyOf;

/// Words that nobody but the one who sent the request says, whatever stands before them.
const SENDER: &[&str] = &[
    r"(?i)\b(?:backing off|attempt \d{1,3} ?(?:/|of) ?\d{1,3}|will (?:be )?retr(?:y|ied)|retry(?:ing)? (?:in|attempt|\d+/\d+))\b",
    r"(?i)^status ?text\s?[:=]",
    r"(?i)\bfalling back to\b|\bfall(?:s|ing)? back on\b|\bcircuit breaker\b|\bconsecutive failures\b",
    r"(?i)\b(?:restart|reopen|reload|reinstall) (?:the |your )?(?:app|application|program|editor|extension|plugin|service|comfyui|browser|vs ?code)\b",
    r"(?i)\b(?:open|in|under|via|go to|check) (?:the |your )?settings\b|\bsettings? ?(?:>|→|->)",
    r"(?i)\b(?:see|check|view|open) (?:the )?(?:screenshot|image|log|logs|console|terminal|stack ?trace)s?\b",
    r"(?i)\brun /[a-z-]{2,20}\b",
    r"请(?:重启|检查)(?:软件|程序|插件|应用|设置|网络设置|控制台)|(?:见|如)下?图|看(?:看|一下)?(?:日志|控制台)",
];

/// Words that an answer may say too: believed where nothing before them says that the answer speaks.
const OUTSIDE: &[&str] = &[
    // It tells the status as a thing that came.
    r"(?i)\bHTTP(?:/\d(?:\.\d)?)?(?: status| error| response| code)*\s?[:=]?\s?\(?[45]\d\d\b",
    r#"(?i)\bstatus(?:[ _-]?code)?(?: of| is| was)?\s?[:=]?\s?[("]?[45]\d\d\b"#,
    r"(?i)\b(?:returns?|returned|answers?|answered|responds?|responded)(?: with)?(?: an?)? HTTP[- ]?200\b",
    // A person tells in Chinese or Japanese when it comes, and that it is an error.
    r"报错|告错|没用|请教|大佬|试了|(?:调用|使用|请求)[^，。]{0,20}时|会(?:显示|提示|出现|报)|^【[^】]{2,60}】|あなた|解決策",
    // A sentence of German, French, Spanish, Portuguese or Italian that goes on and on: articles and little words.
    r"(?i)(?:\b(?:que|del|los|las|cuando|puede|para|esto|uma?|isso|não|dos|mas|der|und|ein|eine|einen|ist|nicht|wenn|für|mit|auf|sie|une|est|pas|cette|avec|dans|che|sono|nel)\b[^\n]*?){4}",
    r"(?i)[(（](?:error |code |http )?[45]\d\d[)）]",
    r#"(?i)\b(?:an?|the|got|with|returns?|returned|gives?|threw|throws?)\s+["'`“]?[45]\d\d\b"#,
    r"(?i)\b(?:provo\w+|causes?|caused|results? in|leads? to|ends? (?:up )?(?:in|with)|throws?|gives?|returns?) (?:an? |the |with )?(?:http )?(?:internal server error|bad request|bad gateway|gateway time-?out|too many requests|payload too large|request entity too large)\b",
    r"(?i)\b[45]\d\d (?:error|status|response)\b",
    r"(?:状态码|错误码|返回|报错|错误|出现|提示)(?:了|为|是)?\s?[:：]?\s?[45]\d\d",
    r"(?i)\b(?:status|code|código|codice|mit|avec|con|com|код\w*|статус\w*|ошибк\w*) [45]\d\d\b",
    r"(?i)^[a-z][a-z ,']{2,60}[:\s(]+(?:http |status |code )*[45]\d\d\)?\.?$",
    r"(?i)\b(?:always|sometimes|often|usually|occasionally|randomly|constantly|still|now|just|only) (?:fail|give|get|return|show|throw|answer|end)(?:s|ed|ing)? (?:with|in|me|an?|the)\b",
    // It sends its reader to look after the program.
    r"(?i)\b(?:check|verify) (?:your |the |that your )?(?:network|internet|connection|proxy|firewall|configuration|config\b|api key and|base ?url)",
    r"(?i)\bmake sure (?:the |your |that )*(?:server|service|ollama|backend|proxy) (?:is|are)\b",
    r"(?i)\b(?:couldn't|could not|failed to|unable to|cannot|can't) (?:fetch|reach|connect|contact|talk|send|get|call|communicate|load (?:the )?models|make (?:an? |the )?(?:api |http )?(?:request|call)s?)\b",
    r"请检查(?:您的|你的)?\s?(?:网络|配置|代理|API ?Key|接口|密钥和|设置)",
];

/// Marks of somebody who tells of a failure, in the words that every report has whatever failed: who did what, how often, since
/// when, with which program, and what it led to. An answer speaks of none of these. Asked only of words that nothing framed.
const REPORTED: &[&str] = &[
    r"(?i)\bwe (?:hit|get|got|see|saw|use|used|tried|have tried|run|ran|keep|call|send|set|have)\b|\b(?:neither|nobody|someone|somebody|everyone|my|mine)\b",
    r"(?i)\b(?:gives|comes back|come back|came back|leads? to|breaks|ignores|appends|hits|tries|keeps|goes|shows|ends (?:up|with|in)|returns|sends|works|occurs|stops|causes (?:an?|the|it|this|every|all)|causing|treats|seems|thinks|says|complains|throws|raises|gets|answers|replies|responds|tells)\b",
    r"(?i)\b(?:always|often|sometimes|constantly|randomly|suddenly|repeatedly|again and again|any ?more|every time|each time|from time to time|since (?:yesterday|today|the|v?\d)|after (?:a few|only|updating|upgrading|some|about)|even (?:though|when|if|with)|as soon as|these days)\b",
    r"(?i)\b(?:although|whereas|but (?:it|the|with|when) [a-z]+|instead of (?:an?|the|failing|using))\b",
    r"(?i)\b(?:plug-?in|extension|add-?on|integration|wrapper|the logs|curls?|postman|screenshot|readme|front-?end|web ?ui|docker|container)\b",
    r"→|➜|⇒|(?:->|=>) [A-Za-z]",
    r"\b[\w/-]+\.(?:py|tsx?|jsx?|go|rs|java|kt|rb|php|cs|lua)\b",
    r"(?i)\b(?:rate limit|api|auth|network|server|quota|timeout)s? errors\b|`[a-z_]+` errors?\b",
    r"^(?:Handle|Fix|Support|Allow|Avoid|Prevent|Improve|Implement|Document|Investigate|Bump|Refactor|Wrong|How|Why|What|Feature|Bug)\b",
    r"(?i)\b(?:problem|issue|trouble)s? (?:with|in|of)\b",
    r"提示[^词詞语語]|显示|報?报[^告名]|似乎|好像|感觉|一直|经常|总是|老是|偶尔|有时|都(?:是|会|报|不|正常|遇到|没)|就(?:会|报|提示|是|不|没)|却|然后|结果|但是|不过|可是|而且|用不了|不行|不好使|调不通|可以(?:正常|调通|用)|才(?:正常|行|能)|怎么|为何|为什么|有没有|时候|以后|看了|日志|我|大家|求(?:助|解|救)|填写|填了|做了|了$|(?:调用|请求|使用)[^，。]{0,20}(?:模型|接口|时)",
    r"になり(?:ます|ました)|と(?:表示|出)|投げると|てしま|ようです|みたい|しても|のに|ですが|けど",
    r"떴|뜹니다|나와요|나옵니다|계속|했는데|하는데|네요|인데|안 ?(?:됩니다|돼요|되네요)",
    r"(?i)у меня|постоянно|всегда|видно|пробовал|получаю|выда[её]т|пишет|почему|теперь|когда|при (?:попытке|запросе|использовании)",
    r"(?i)\b(?:ich|meine?|bekomme|kommt|immer|obwohl|j'ai|mes|depuis|toujours|siempre|desde|cuando|me (?:da|sale|aparece)|meu|minha|sempre|quando|aunque|mientras|embora|estou|alors que|j.obtiens|anche se|mi dà|altijd|ik krijg|terwijl|zawsze|dostaję|mimo że|sürekli|her zaman|alıyorum|rağmen|luôn|mặc dù|khi tôi|selalu|ketika|saat saya|завжди|отримую|коли)\b",
    r"顯示|總是|為什麼|請問|毎回|ずっと|出ます$|出ました$|바꿔도|해도 ?(?:같|똑)",
];

static REPORTS: LazyLock<AnyOf> =
    LazyLock::new(|| AnyOf::new(REPORTED.iter().map(|text| (*text).to_owned())));

/// True where somebody tells of a failure.
pub(super) fn is_report(sentence: &str) -> bool {
    REPORTS.is_match(sentence)
}

static SENDERS: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(SENDER.iter().map(|text| (*text).to_owned())));
static OUTSIDES: LazyLock<AnyOf> =
    LazyLock::new(|| AnyOf::new(OUTSIDE.iter().map(|text| (*text).to_owned())));

/// True where only the one who sent the request can say so.
pub(super) fn is_senders(sentence: &str) -> bool {
    SENDERS.is_match(sentence)
}

/// True where the sentence speaks of an answer, and not for it.
pub(super) fn is_from_outside(sentence: &str) -> bool {
    OUTSIDES.is_match(sentence)
}

/// A status, and behind it a colon or a dash and words: what the answer said stands there.
static STATED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?:[A-Za-z][:：] |[)\]>|] ?|[.!] |-> |[(（“「] ?|[\u2e80-\u9fff] ?|[\u2e80-\uffef][:：] ?)\[?[45]\d\d\]? ([A-Z'`"]\S*|[a-z]+\.\S+|[\u2e80-\u9fff]\S*)(?: |$)|(?:^|[\s(\[（,→]|\b(?:status|code|http)[=:])[45]\d\d[)\]）]?(?: [A-Z][a-z]+(?: [A-Z][a-z]+){0,3}| [a-z]{2,24}(?:_[a-z]{2,24}){1,4})?(?:\s?:\s+|\s?：\s*|\s[—–-]\s+)"#,
    )
    .ok()
});

/// The byte of `line` where the words behind such a status begin.
///
/// `goes_on`: the next line belongs to it, as a terminal wraps.
pub(super) fn behind_status(line: &str, goes_on: bool) -> Option<usize> {
    let near = super::plain::head(line, 400);
    let caught = STATED.as_ref()?.captures(near)?;
    let found = caught.get(0)?;
    let at = caught.get(1).map_or(found.end(), |word| word.start());
    let behind = line.get(at..)?.trim();
    let port = found.as_str().contains("443") || near.get(..found.start())?.to_lowercase().ends_with("port");
    // A quotation that was opened before the status is somebody's whole sentence.
    let quoted = near.get(..found.start())?.matches('"').count() % 2 == 1;
    let words = (behind.split_whitespace().count() >= 2 || goes_on) && !behind.starts_with(['{', '<']);
    let dense = behind.chars().filter(|c| *c >= '\u{2e80}' && c.is_alphanumeric()).count() >= 4;
    // A place in a file, or a number of something else.
    let before = near.get(..found.start())?.trim_end();
    let placed = ["line", "port", "row", "column", "page"].iter().any(|word| before.ends_with(word));
    // "返回 401 错误，提示 …" goes on in the writer's own voice.
    let told = ["错误，", "报错，", "错误,", "报错,"].iter().any(|word| behind.starts_with(word));
    // A clause of the sentence that told the status.
    let clause = ["but ", "and ", "so ", "which ", "because ", "although ", "while ", "when ", "if "]
        .iter()
        .any(|word| behind.starts_with(word));
    (!placed && !quoted && !port && !told && !clause && (words || dense)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::super::names_status;
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(SENDERS.is_sound() && OUTSIDES.is_sound() && REPORTS.is_sound() && STATED.is_some());
    }

    #[test]
    fn a_report_is_told_from_an_answer() {
        for told in [
            "Vidgen hits the hourly cap although nobody is using it",
            "Large uploads end in a 413 at night",
            "The desktop app often refuses the token as expired",
            "Token refused → the whole batch is lost",
            "在手机上一直是余额不足",
            "Avoid the wrong model id in client.py",
            "ボタンを押すと、すぐ認証エラーになります",
            "키를 바꿨는데 계속 한도 초과",
            "Saldo var, rağmen kota bitti diyor",
            "每次都顯示額度不足",
            "Ich habe genug Guthaben, obwohl das Kontingent erschöpft ist",
        ] {
            assert!(is_report(told) || names_status(told), "{told}");
        }
        for said in [
            "The upload is larger than 25 MB, please send a smaller file",
            "Your plan allows 500 requests per day. Upgrade to get more.",
            "No route for model x-1 in group default (distributor)",
            "账户余额不足，请充值后再试",
            "You have used all of your credits for this month",
            "this model's window holds 8192 tokens, the request has 9001",
        ] {
            assert!(!is_report(said) && !names_status(said), "{said}");
        }
    }

    #[test]
    fn the_words_behind_a_status_are_found() {
        let table = [
            ("node 'x': call failed with status code 400: role is not known", Some("role is not known")),
            ("(lib.Error) 429: wait a moment", Some("wait a moment")),
            ("m-1 → 404 no_such_model: it is gone", Some("it is gone")),
            ("调用失败 (401): 令牌无效了", Some("令牌无效了")),
            ("Here is it: Request failed: 400 Messages must alternate", Some("Messages must alternate")),
            ("HTTP 503. Please look at your network", None),
            ("file.py:404: in a function", None),
            ("got 404: gone", None),
            ("the service answers 404 — but the sentence is the client's", None),
            ("Pool(host='h', port=443): Max retries were used", None),
            ("h port 500: Timed out after 3 s", None),
            ("01:20:02.412] controller.py (98) - odd", None),
            ("job failed (503 当前分组下无可用渠道)", Some("当前分组下无可用渠道)")),
            ("turn failed -> 429 You are too fast", Some("You are too fast")),
            ("使用时提示 401 无效的令牌", Some("无效的令牌")),
        ];
        for (line, behind) in table {
            assert_eq!(behind_status(line, false).and_then(|at| line.get(at..)), behind, "{line}");
        }
    }
}
