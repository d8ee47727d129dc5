//! What clients, loggers and terminals write around an error: the frames that are peeled off, and the sentences that are
//! a client's own.
//!
//! Each frame is a fact on a program; its source stands beside it.

use std::sync::LazyLock;

use regex::Regex;

use super::prints;
use crate::case::catalog::AnyOf;

/// How much a frame in front of a text says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Weight {
    /// A time, a level, a bullet: any line may begin so.
    Mark,
    /// A client says here that something failed: what follows may be more of its own words.
    Client,
    /// What follows is the answer's: only frames of their own form are peeled from here on.
    Answer,
}

pub(super) struct Frame {
    pub(super) weight: Weight,
    /// A tag, or a name of an exception: clients write them behind a status too.
    is_name: bool,
    /// Anchored at the text's begin.
    pub(super) pattern: Regex,
}

/// Standard names of statuses (RFC 9110, nginx, `http.client`): alone they are no words of a gateway.
const REASON: &str = r"(?i:bad[ _]request|unauthorized|payment[ _]required|forbidden|not[ _]found|method[ _]not[ _]allowed|not acceptable|request time-?out|conflict|gone|request entity too large|payload too large|content too large|unsupported media type|unprocessable (?:entity|content)|too[ _]many[ _]requests|internal[ _]server[ _]error|not implemented|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|错误请求|请求错误|未授权|禁止访问|请求过多|服务器内部错误|内部服务器错误|网关错误|服务不可用|网关超时)";

const FRONT: &[(Weight, &str)] = &[
    // LiteLLM: `OpenAIException - …` (litellm_core_utils/exception_mapping_utils.py).
    (Weight::Answer, r"[A-Z][A-Za-z0-9_]{2,40}Exception(?: [A-Z][A-Za-z0-9_]{2,40}Error)? - "),
    (Weight::Answer, r"\*\*[45][0-9]{2}\*\*:?\s+"),
    (Weight::Answer, r#"[`"“][45][0-9]{2} "#),
    (
        Weight::Client,
        r"(?:API|HTTP)?\s?(?:エラー|오류|[Оо]шибка|[Ff]ehler|[Ee]rreur|[Ee]rro)(?:コード)?(?: API)?\s*[:：]\s*",
    ),
    (Weight::Client, r"\*\*[A-Za-z ]{2,30}:\*\*\s+"),
    // Terminals, chats, Markdown: boxes, bullets, quotes (claude-code, qwen-code, codex draw them).
    (Weight::Mark, r"(?:[>│┃║⎿✕✖✘✗❌⏺●•·⚠✦➤■□▪◆◇▶►➜→↳ℹ⛔‼❗🔴🚫🚨🛑💥]|\x{fe0f}|[*-]\s|\*\*)\s*"),
    (Weight::Client, r"```(?:[a-z]{1,12}\n)?\s*"),
    // Times of loggers: ISO, one-api's `2024/04/03 - 23:13:25`, bare clocks; syslog's head.
    (
        Weight::Mark,
        r"[\[(]?[0-9]{4}[-/][0-9][0-9][-/][0-9][0-9](?:(?: - |[T ,])\s?[0-9][0-9]:[0-9][0-9](?::[0-9][0-9])?(?:[.,][0-9]{1,9})?)?\s?(?:Z|[+-][0-9][0-9]:?[0-9][0-9])?[\])]?(?:\s*[|:,]|\s+-)?\s+",
    ),
    (Weight::Mark, r"[\[(]?[0-9][0-9]:[0-9][0-9]:[0-9][0-9](?:[.,][0-9]{1,6})?[\])]?(?:\s*[|:,]|\s+-)?\s+"),
    (
        Weight::Mark,
        r"[A-Z][a-z]{2} [ 0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9] \S{1,60} [A-Za-z0-9_.@-]{1,40}(?:\[[0-9]{1,8}\])?: ",
    ),
    // Python's formatters put time and place in brackets without blanks: `[ERROR][2023-11-10 05:11:03][bot.py:181] - `.
    (
        Weight::Mark,
        r"\[(?:[0-9]{4}-[0-9][0-9]-[0-9][0-9][ T])?[0-9][0-9]:[0-9][0-9]:[0-9][0-9][0-9.,Z+:-]{0,14}\]\s?(?:- )?",
    ),
    (Weight::Mark, r"\[[A-Za-z0-9_./-]{1,60}\.(?:go|py|ts|js|rs|java|kt|rb|php|cs):[0-9]{1,6}\]\s?(?:- )?"),
    // A logger's name in a column of its own: `api.chat  `.
    (Weight::Mark, r"[a-z][A-Za-z0-9_]{0,30}(?:\.[A-Za-z0-9_]+){1,4}\s{2,}"),
    // docker compose and pm2 name the service before each line.
    (Weight::Mark, r"[A-Za-z0-9_.-]{1,40}\s{0,20}\| "),
    // An id that a logger prints on each line.
    (Weight::Mark, r"(?:[0-9]{20,40}|[0-9a-f]{8}-[0-9a-f-]{27})\s*\|?\s+"),
    (Weight::Mark, r"req_id: \S{4,64} "),
    // Levels, and the logger's name with them (Python's logging, loguru, pino, LiteLLM).
    (
        Weight::Client,
        r"(?:[A-Za-z0-9_. -]{1,40}:)?[\[(]?(?:ERROR|FATAL|CRITICAL|ERR|SEVERE)\b[\])]?\s*(?:\([A-Za-z0-9_]{1,12}\))?\s*(?:[|:-]\s*)?",
    ),
    (
        Weight::Mark,
        r"(?:[A-Za-z0-9_. -]{1,40}:)?[\[(]?(?:WARNING|WARN|INFO|DEBUG|TRACE|[Ww]arn|[Ii]nfo|[Dd]ebug)\b[\])]?\s*(?:\([A-Za-z0-9_]{1,12}\))?\s*(?:[|:-]\s*)?",
    ),
    (Weight::Mark, r"[A-Za-z0-9_./-]{1,60}\.(?:go|py|ts|js|rs|java|kt|rb|php|cs):[0-9]{1,6}(?:\s-)?\s+"),
    (
        Weight::Mark,
        r"[A-Za-z_][A-Za-z0-9_./]{1,60}(?:\.py|\.ts|\.js|\.go|\.rs)?(?::[A-Za-z0-9_.<>]{1,60})?(?::[0-9]{1,6})? - ",
    ),
    (Weight::Mark, r"[a-z_][A-Za-z0-9_]{0,30}(?:\.[A-Za-z_][A-Za-z0-9_]*){1,8}:\s?"),
    (Weight::Mark, r"\[[A-Za-z](?:[A-Za-z0-9_ ./@-]|:[A-Za-z0-9_/]){0,40}\]:?\s*"),
    (Weight::Mark, r"\[[0-9]{1,3}\]:?\s+"),
    // n8n's headings (packages/workflow, NodeApiError, STATUS_CODE_MESSAGES).
    (
        Weight::Answer,
        r"(?:Your request is invalid or could not be processed by the service|Bad request - please check your parameters|Authorization failed - please check your credentials|Payment required - perhaps check your payment details\?|Forbidden - perhaps check your credentials\?|The resource you are requesting could not be found|Method not allowed - please check you are using the right HTTP method|The service is receiving too many requests from you|The service failed to process your request|The service was not able to process your request|Bad gateway - the service failed to handle your request|Service unavailable - try again later or consider setting this node to retry automatically[^\n]{0,60}|Gateway timed out - perhaps try again later\?)(?: \[[^\]\n]{1,40}\])?\s*\n\s*(?:Error code:? [0-9]{3}\s+)?(?:(?:Full message|Error details|From \S{1,40})\s*:?\s+)?",
    ),
    // Dify's invocation errors (api/core/model_runtime/errors/invoke.py).
    (
        Weight::Client,
        r"(?:Rate Limit|Bad Request|Connection|Server Unavailable|Authorization|Invoke) Error, ",
    ),
    // LiteLLM's router and proxy name the call that raised.
    (Weight::Client, r"litellm[A-Za-z0-9_.]{1,80}\([^()\n]*\):?\s+Exception (?:occur+ed - )?"),
    // Structured logs: `key=value error="…"`; the error says more than the record's own message.
    (
        Weight::Client,
        r#"(?:[A-Za-z0-9_./-]+(?:=[^\s"]*|="[^"\n]*")?\s+)*?(?:error|err|errorMessage|error_message|reason)=["']"#,
    ),
    (
        Weight::Client,
        r#"(?:[A-Za-z0-9_./-]+(?:=[^\s"]*|="[^"\n]*")?\s+)*?(?:error|err|errorMessage|error_message|reason|msg|message)=["']"#,
    ),
    // The same without quotes: the error stands last and goes to the line's end.
    (
        Weight::Client,
        r#"(?:[A-Za-z0-9_./-]+\s+)?(?:[A-Za-z0-9_./-]+=(?:[^\s"]*|"[^"\n]*")\s+)+?(?:error|err)="#,
    ),
    // claude-code puts the status of a refusal into its sentence: `Request rejected (429) · …`.
    (Weight::Answer, r"[A-Z][A-Za-z ]{2,40} \([45][0-9]{2}\) · "),
    // go-anthropic (liushuangls, `APIError.Error`).
    (Weight::Answer, r"[A-Za-z ]{0,40}\btype: [a-z]{2,20}(?:_[a-z]{2,20}){0,4}, message: "),
    // google-cloud-rust (gax, `Error`'s `Display`).
    (Weight::Answer, r"the service reports an error with code [A-Z_]{2,40} described as: "),
    // claude-code, qwen-code, gemini-cli: `API Error: 401 …`, `[API Error: …]`, `API Error (429 …)`.
    (Weight::Client, r"\[?API [Ee]rror\s?(?::\s*|\()"),
    (Weight::Client, r"LLM 连接测试错误\s+"),
    (Weight::Answer, r"(?:[A-Za-z]{0,30}[Ee]rror: )?\[[45][0-9]{2} [A-Z][A-Za-z -]{2,40}\]:?\s+"),
    // The OpenAI library for .NET (ClientResultException): `HTTP 429 (insufficient_quota: insufficient_quota)`.
    (
        Weight::Answer,
        r"HTTP [1-5][0-9]{2} \([A-Za-z_]{0,60}(?:: [A-Za-z0-9_]{0,60})?\)\s+(?:Parameter: [^\n]{1,80}\s+)?",
    ),
    // openai-go's `Error.Error()`: method, address, status, body.
    (Weight::Answer, r#"(?:GET|POST|PUT|PATCH|DELETE) "?https?://[^\s"]+"?: [45][0-9]{2} REASON "#),
    // codex on a refused call.
    (
        Weight::Answer,
        r"[^:\n]{0,60}(?:[Dd]etails: )?Status: [45][0-9]{2}, Code: \S{1,60}, Type: \S{1,60}, Message: ",
    ),
    // A code on a line of its own above the message.
    (Weight::Answer, r"(?:[A-Za-z0-9_.-]{1,40}: )?[a-z]{2,20}(?:_[a-z]{2,20}){1,5}\n\s*"),
    // A status as SDKs print it: openai-python, anthropic, cohere, sashabaranov/go-openai, codex, one-api.
    (
        Weight::Answer,
        r"(?:error, )?(?:[Ee]rror[ _]code|[Ss]tatus[ _-]?[Cc]ode|[Ss]tatus|HTTP(?: [Ee]rror| [Ss]tatus)?(?: [Cc]ode)?|状态码|错误码|[Ee]rror)\s*[:=：]?\s*[\[(]?[1-5][0-9][0-9][\])]?(?:,? ?status: [^,\n]{0,60})?(?:\s*[,:：—-]|\s)\s*(?:(?:body|message|reason|response)\s*[:=]\s*)?",
    ),
    // A client's sentence with the status in it, whatever its words: `… failed with status 429: `, `API error (status 400): `.
    (
        Weight::Answer,
        r#"[^:：\n"'{}<>.|\[]{0,60}?\b(?i:status(?: code)?|code|http|error|failed)\b:?\s?[(\[]?(?i:status |code |http )?[1-5][0-9]{2}[)\]]?(?: ?\(?REASON\)?)?\s?[:：,-]\s+(?:(?:[Bb]ody|[Mm]essage|[Rr]eason|[Rr]esponse)\s*[:=]\s*)?"#,
    ),
    (Weight::Answer, r#"[^:：\n"'{}<>.|\[]{0,60}?\([45][0-9]{2}(?: REASON)?\)\s?[:：-]\s+"#),
    (Weight::Answer, r"[45][0-9]{2} REASON\n\s*"),
    (Weight::Answer, r"[Uu]nexpected status [1-5][0-9][0-9](?: [A-Z][A-Za-z -]{1,40})?:\s+"),
    (Weight::Answer, r"[\[(]?[45][0-9][0-9][\])]?\s*(?:[:：]|[—–-]\s)\s*"),
    (
        Weight::Answer,
        r"[\[(]?[45][0-9][0-9][\])]?\s*[,，;；]\s*(?i:message|msg|detail|reason|body|错误信息|消息|信息|原因)\s*[:：=]\s*",
    ),
    // gRPC for Go (status.Error).
    (Weight::Answer, r"rpc error: code = [A-Za-z]{2,30} desc = "),
    (Weight::Answer, r"[\[(]?[45][0-9][0-9][\])]?\s+"),
    // The name of the status, and labels behind it: `400 Bad Request: …`, `状态码：429，错误信息：…`.
    (Weight::Answer, r"\(?REASON\)?(?:\s*[:：—–]|\s+-|,)\s+"),
    (
        Weight::Answer,
        r"(?:[Ee]rror[ _])?(?:[Mm]essage|[Mm]sg|[Dd]etails?|[Rr]eason|[Bb]ody|[Rr]esponse|错误信息|错误消息|消息|信息|原因|详情|响应体?|返回)\s*[:：=]\s*",
    ),
    // @google/generative-ai: `[GoogleGenerativeAI Error]: Error fetching from https://…: [429 Too Many Requests] …`.
    (Weight::Answer, r"\[GoogleGenerativeAI Error\]: (?:\[[45][0-9]{2}[^\]\n]{0,60}\] )?"),
    (Weight::Client, r"Error fetching from \S+: "),
    (
        Weight::Answer,
        r"(?:[45][0-9]{2} (?:Client|Server) Error: [^\n]{1,80} for url: \S+ )?\(Request ID: [^()\n]{0,80}\)\s*\n\s*",
    ),
    // Headings of reports (Continue's, issue forms').
    (
        Weight::Client,
        r"(?:#{1,4} |\*\*)?(?:Error (?:[Oo]utput|[Mm]essage|[Dd]etails?|[Tt]ext|[Ll]ogs?)|错误详情|报错内容|报错信息)[:：]?(?:\*\*)?[:：]?\s*\n\s*",
    ),
    // The AI SDK's retries, langchain's, codex's.
    (
        Weight::Client,
        r"(?:AI_RetryError: )?Failed after [0-9]{1,3} attempts(?: with non-retryable error)?[.:] (?:Last error: )?",
    ),
    (Weight::Client, r"stream disconnected before completion: "),
    (Weight::Client, r"(?:External|Ollama|Open WebUI): "),
    (
        Weight::Client,
        r"(?:OpenAI|Azure(?: OpenAI)?|Anthropic|Claude|Gemini|DeepSeek|Groq|Mistral|OpenRouter|Moonshot|Kimi|Qwen|xAI|Grok|MiniMax)(?: API)?: ",
    ),
    (Weight::Client, r"\*{0,2}[A-Z][A-Za-z0-9_]{2,60}(?:Exception|Error)\*{0,2} => "),
    // google-api-core: `PermissionDenied: 403 …` (google/api_core/exceptions.py, GoogleAPICallError.__str__).
    (Weight::Answer, r"[A-Z][A-Za-z]{2,40}: [45][0-9][0-9] "),
    // botocore/exceptions.py, ClientError.MSG_TEMPLATE.
    (
        Weight::Answer,
        r"An error occurred \([A-Za-z0-9_]{1,80}\) when calling the [A-Za-z0-9_]{1,80} operation(?: \(reached max retries: [0-9]+\))?:\s*",
    ),
    // smithy-go (the AWS SDK for Go v2), OperationError and ResponseError.
    (
        Weight::Answer,
        r"operation error [A-Za-z0-9 ]{2,60}: [A-Za-z]{2,60}, (?:exceeded maximum number of attempts, [0-9]+, )?(?:https? response error )?StatusCode: [0-9]{3}, RequestID: [^\s,]{0,60}, (?:api error )?(?:[A-Za-z]{3,60}: )?",
    ),
    // azure-core: `(DeploymentNotFound) The API deployment …`.
    (Weight::Answer, r"\([A-Z][A-Za-z]{3,60}\) "),
    // gRPC's status names before the text (google.rpc.Code).
    (
        Weight::Answer,
        r"(?:INVALID_ARGUMENT|FAILED_PRECONDITION|OUT_OF_RANGE|UNAUTHENTICATED|PERMISSION_DENIED|NOT_FOUND|ABORTED|ALREADY_EXISTS|RESOURCE_EXHAUSTED|CANCELLED|DATA_LOSS|UNKNOWN|INTERNAL|UNAVAILABLE|DEADLINE_EXCEEDED|UNIMPLEMENTED)(?:[:.] |\s*\n\s*)",
    ),
    // Types of errors before the text (Anthropic's and OpenAI's lists).
    (Weight::Answer, r"(?:[a-z_]{3,30}_error): "),
    // A terminal wrapped the name before LiteLLM's.
    (Weight::Answer, r"(?:[A-Z][A-Za-z]+ ?){1,3}: [A-Z][A-Za-z0-9_]{2,40}Exception - "),
    // A name of an exception; spaces inside it are a terminal's. `t [Error]: `, `Uncaught RuntimeException: `.
    (
        Weight::Client,
        r"(?:Uncaught |Unhandled |Caused by: |cause: |\[|[A-Za-z0-9_]{1,3} \[)?(?:[A-Za-z_][A-Za-z0-9_]{0,40}(?:[.\\$]|::)\s?){0,8}(?:[A-Z][A-Za-z0-9_]{0,40}[\s$]?){0,2}(?:Error|Exception|Exceeded|Exhausted|Unavailable|PermissionDenied)\]?\s?:\s+",
    ),
    // A class with its package, as the JVM and Python print an exception whatever its name.
    (Weight::Client, r"(?:[a-z_][A-Za-z0-9_]*\.){2,8}[A-Z][A-Za-z0-9_$]{1,80}:\s+"),
    // An exception as Python's `repr` prints it.
    (Weight::Client, r#"(?:[a-z_][A-Za-z0-9_]*\.){0,8}[A-Z][A-Za-z0-9_]{0,60}(?:Error|Exception)\(["']"#),
    // A client's sentence right before an exception's name: `Error fetching response:Error: `.
    (Weight::Client, r"[A-Z][A-Za-z ]{3,60}:Error:\s+"),
    // openclacky names the provider's refusal.
    (Weight::Answer, r"Access denied: "),
];

/// A client's (or a person's) words before the error: `VLM validation failed: `, `报错如下：`. Only as long as nothing said
/// that the answer speaks already: gateways use the same words.
const WORDS: &[&str] = &[
    r#"[^:：\n"'{}<>.|]{0,80}?\b(?i:errors?|failed|failure|fails|exception|error message|errors? out|returned|returns|got)\b[`*]{0,2}[^:：\n"'{}<>.|`]{0,40}[:：]\s+"#,
    r#"[^:：\n"{}<>。|]{0,60}?(?:报错|错误|失败|异常|提示|出错)[^:：\n"{}<>。|]{0,12}[:：]\s*"#,
    r#"[^:：\n"{}<>。|]{0,60}?(?i:getting|got|gives?|throws?|keep getting|with|see)(?: me| an?| this| the)?(?: [A-Za-z0-9_]+)? error(?: message)?[:,]?\s+"#,
];

/// What clients write behind the text. Cut at the first of them.
const BACK: &[&str] = &[
    // Stacks.
    r"\n\s+at [^\n]*[(:]",
    r#"\n\s*File ""#,
    r"\n\s*Traceback ",
    r"\n\s*\^{2,}",
    r"\s+at (?:async )?[\w.$<>/]+ \((?:/|file:|node:|[A-Za-z]:\\)",
    r"\s+\{\s*$",
    r"\s+\{\n",
    // LiteLLM's router (litellm/router.py) and openhands' retries.
    r"\s*(?:Received Model Group=|Available Model Group Fallbacks=|LiteLLM Retried: |\bmodel=\S+\. content_policy_fallback=)",
    r"\.? Attempt #[0-9]+",
    // codex: `, url: http://…`; reqwest: ` for url (…)`.
    r" ?, url: https?://",
    r"\s*[(,]\s*request_id\s*[=:]\s*\S+\)?\s*$",
    r"\s*\([Ss]tatus(?: code)?: (?:-?[0-9]{1,3}|[A-Z_]+)\)",
    r"\n\s*(?:Retrying|Retry|Will retry|Attempt) (?:in|[0-9]+|after|attempt)\b",
    // aider (aider/exceptions.py) tells in its own words what the exception means.
    r"\n(?:The API provider|The API key|Your account|Check your|You may need|Learn more|See the docs)\b",
    r",? request id: [0-9a-f]{8}-[0-9a-f-]{27}\s*$",
    r"; retrying [0-9]+/[0-9]+ in ",
    r#"\s*\[\{"@type""#,
    r"\s*\(reset after [0-9]+[A-Za-z0-9_]*\)",
    r"\s*\(HTTP response code was [0-9]{3}\)",
    // The AWS SDK for Java.
    r"\s*\(Service: [A-Za-z0-9_]+, Status Code: [0-9]{3}",
    // google-api-core prints the details.
    r#"\s*\[(?:links \{|reason: "|violations \{|field_violations|detail: ")"#,
    r"\nCode: [A-Za-z0-9_]+\nMessage: ",
    r" · Retrying in ",
    // claude-code's advice behind an answer's words.
    r"\s+· (?:Please|Run|Check|See|Try|Use|Press|Restart) ",
    r"\.? This is a server-side issue, usually temporary",
    r"\.? If (?:it|this) persists, check (?:your |the |https?://|status)",
    // `huggingface_hub` on a task of its own.
    r"\n\s*Make sure '[a-z0-9-]{1,40}' task is supported by the model",
    r"\s+(?i:retrying|will retry|retry) in [0-9.]{1,6} ?(?:s|ms|secs?|seconds?|m|min)\b",
    // PHP names the place of the throw.
    r" in (?:/|[A-Z]:\\)[^\s:]+\.php(?::[0-9]{1,6}| on line [0-9]{1,6})",
    // A client tells the status behind the message.
    r"\s*[（(](?:HTTP )?(?:状态码?|错误码|(?i:status(?: code)?|code|http))\s?[:：=]?\s?[1-5][0-9]{2}[)）]\s*$",
    r"\n\s*\+-{6,}",
    // aichat tells type and code behind the message (src/client/common.rs, `catch_error`).
    r"\s*\((?:type|code)\s?[:=] ?[A-Za-z0-9_.-]{2,60}(?:[,;] ?(?:type|code|param)\s?[:=] ?[A-Za-z0-9_.-]{2,60}){0,2}\)\s*$",
    r"\s\([a-z]{2,20}(?:_[a-z]{2,20}){0,3}_error\)\s*$",
];

/// Sentences of a client's own, on a status, on its own code or on an answer that it cannot read.
const OWN: &[&str] = &[
    // openai-node and anthropic-sdk-typescript.
    r"(?:.{0,80} )?(?:[0-9]{3} )?(?:status code )?\(no body\)\.?",
    // axios (lib/core/settle.js) and what wraps it.
    r"(?:.{0,60} )?[Rr]equest failed with status(?: code)? [0-9]{3}\.?(?:[^:：\s-].*|\s[^:-].*)?",
    r".{0,40}\bfailed with status(?: code)?:? [0-9]{3}\.?",
    r"(?:got|received|returned) status(?: code)? [0-9]{3}\.?",
    // WebSocket clients where the upgrade is refused: websocket-client, websockets, gorilla, ws, tungstenite.
    r"(?:.{0,60}: )?[Hh]andshake status [0-9]{3}.*",
    r"server rejected WebSocket connection: HTTP [0-9]{3}",
    r"(?:.{0,80}: )?websocket: bad handshake.*",
    r"(?:.{0,60}: )?Unexpected server response: [0-9]{3}",
    r"(?:.{0,80}: )?(?:WebSocket|Web socket|websocket|WS) (?:connection|handshake|upgrade)[^:\n]{0,60}(?:HTTP|status|code|with) ?[45][0-9]{2}.*",
    // .NET's HttpClient.
    // curl -f, faraday, guzzle, codex, sillytavern, continue.
    r"(?:curl: \(22\) )?The requested URL returned error: [0-9]{3}.*",
    r"the server responded with status [0-9]{3}.*",
    r"Client error: `[A-Z]+ \S+` resulted in a `[0-9]{3} .*",
    r"(?:Server|Client|Network|Request|Upstream|Connection) [Ee]rror:? \(?[0-9]{3}\)?\.?",
    // claude-code on requests that it mixed up itself.
    r"due to tool use concurrency issues.*",
    r"(?:[A-Z][A-Za-z -]{2,30})? ?\(https?://\S+\)",
    r"exceeded retry limit, last status: [0-9]{3}.*",
    r"Got response status [0-9]{3}.*",
    r"HTTP [0-9]{3} [A-Za-z -]{2,40} from https?://\S+",
    r"(?:GET|POST|PUT|PATCH|DELETE) \S+:? [0-9]{3}(?: [A-Za-z -]{2,40})?",
    r"Response status code does not indicate success:.*",
    r"Error code: [0-9]{3}",
    // urllib, requests, httpx, aiohttp, reqwest.
    r"HTTP Error (?:[0-9]{3}: [A-Za-z -]{1,40}|30[0-9]: .*)",
    r"(?:[0-9]{3} )?(?:Client|Server) Error: .{0,80} for url: .*",
    r#"["']?(?:Client|Server) error '[0-9]{3} .{0,60}' for url .*"#,
    r"[0-9]{3}, message='[^']{0,80}',.*",
    r"<Response \[[0-9]{3}[^\]\n]{0,60}\]>",
    r"HTTP status (?:client|server) error \([0-9]{3} .{0,60}\) for url .*",
    r".*\b(?:req[w]est|hyper|h2|rustls)::(?:[a-z_]{1,30}::)?Error ?[{(].*",
    // Python's print of an object, Rust's of an enumeration's case: no string in it is called a message.
    r"(?:[A-Za-z_][A-Za-z0-9_]*\.){0,6}[A-Z][A-Za-z0-9_]{3,60}\([a-z_]{2,40}=.*\)",
    r"[A-Z][A-Za-z0-9]{3,40}\((?:Error|[A-Z][A-Za-z0-9]{2,40})\(.*\)\)",
    r"(?:prompt_?[fF]eedback|block_?[rR]eason): .{0,80}",
    // .NET Framework and PowerShell, PHP, the JDK, OpenURI, GNU Wget, HTTPie.
    r"(?:[A-Za-z-]{3,40} : )?The remote server returned an error: \([0-9]{3}\).*",
    r"file_get_contents\(.*HTTP request failed! HTTP/.*",
    r".*\bServer returned HTTP response code: [0-9]{3} for URL: .*",
    r"[0-9]{4}-[0-9-]{5} [0-9:]{8} ERROR [0-9]{3}: .*",
    r"http: (?:error|warning): .*",
    r"Username/Password Authentication Failed\.",
    // guzzle (RequestException::create).
    r"(?:Server error|Client error|Unsuccessful request): `[A-Z]+ \S+` resulted in a `[0-9]{3}.*",
    // got, ky, superagent, node-fetch, ofetch, Angular.
    r"Response code [0-9]{3} \(.*\)",
    r"Request failed with status code [0-9]{3}.*: (?:GET|POST|PUT|PATCH|DELETE) \S+",
    r"\[(?:GET|POST|PUT|PATCH|DELETE)\] .+: [0-9]{3}.*",
    r"Http failure response for .*",
    // Go clients and the AWS SDKs without a body.
    r"unexpected (?:HTTP )?(?:response )?status(?: code)?:? [0-9]{3}(?: [A-Za-z -]{2,40})?",
    r"UnknownError|Unknown(?: Error)?",
    r"[Rr]equest to \S+ failed(?: with)?:? (?:HTTP |status |code )*[0-9]{3}(?: [A-Za-z -]{2,40})?",
    r"[Ss]tatus[_ ]?code ?[:=] ?[0-9]{3}",
    r"(?:[0-9]{3} )?(?:Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out|Not Found|Forbidden) ?/ ?(?:nginx|openresty|cloudflare)\S{0,20}",
    // Spring's RestClient and RestTemplate.
    r"Error while extracting response for type \[.*",
    r"I/O error on (?:GET|POST|PUT|PATCH|DELETE) request for .*",
    // A status' line with an empty object behind it.
    r"\|? ?\{.{0,40}\} Error: .{0,60}",
    // LiteLLM's router before any call.
    r"You passed in model=\S+ There are no healthy deployments for this model\.?",
    // Spring: WebClientResponseException, HttpClientErrorException.
    r"(?:[0-9]{3} )?[A-Z][A-Za-z -]{2,40} from (?:GET|POST|PUT|PATCH|DELETE) \S+.*",
    r"(?:[0-9]{3} )?(?:[A-Z][A-Za-z -]{2,40}: )?\[no body\]",
    // dio (Dart).
    r"This exception was thrown because the response has a status code of [0-9]{3}.*",
    // Access logs of uvicorn, nginx and gin.
    r#".*"[A-Z]{3,7} /[^"]* HTTP/[0-9](?:\.[0-9])?" [0-9]{3}\b.*"#,
    r"\[GIN\] .*",
    // OkHttp's event source.
    r"Invalid content-type: \S+",
    // What a stack's line is.
    r"\s*at \S+ ?\(?\S+:[0-9]+:[0-9]+\)?",
    // LiteLLM where the provider's text is empty.
    r"[A-Z][A-Za-z0-9_]{2,40}Exception -?",
    // Nothing but an exception's name.
    r"(?:[^:\n]{0,80}: )?(?:[A-Za-z0-9_]+(?:::|\.))*[A-Z][A-Za-z0-9_]{0,60}(?:Error|Exception)",
    // An object that states no error, with or without a client's heading.
    r#"(?:[^\n]*[:：]\s*)?[{\[]["{].*"#,
    // 5ire and others on a 404.
    r"https?://\S+ not found, verify your API base.*",
];

/// Sentences on an answer that cannot be read, and on a stream that ended: a client's own, unless a status before them says
/// that a gateway tells them of its upstream.
const SOFT: &[&str] = &[
    // V8, Python, Go, Rust and PHP on text where JSON belongs.
    r"(?:[0-9]{3} )?Unexpected (?:token|end of JSON|non-whitespace|identifier).*",
    r".*\bis not valid JSON\b.*",
    r"Expecting value: line [0-9]+ column [0-9]+.*",
    r"(?:.{0,80}: )?invalid character '.{1,8}' (?:looking for|after|in) .*",
    r"(?:.{0,80}: )?unexpected end of JSON input.*",
    r"(?:.{0,80}: )?expected value at line [0-9]+ column [0-9]+.*",
    r"(?i)(?:failed to|could not|unable to|error) (?:parse|decode|decoding|deseriali[sz]e)(?:ing)? (?:.{0,40} )?(?:JSON|response)(?: response| body| data| output| as JSON| from \S{1,40})?(?:[:.,(] ?.*)?",
    r"(?:.{0,80}: )?(?:Unterminated string|Bad control character|Expected (?:',' or '\}'|property name|double-quoted)|Extra data: line|Invalid control character|Expecting (?:property name|',' delimiter|':' delimiter)|Invalid \\escape).*",
    r"(?:.{0,80}: )?(?:JSON|json) (?:parse|parsing|decode|decoding|syntax) (?:error|failed).*",
    r"(?:.{0,80}: )?error decoding response body.*",
    r"(?i)(?:.{0,60}: )?(?:invalid|malformed|unexpected|empty|incomplete|no) (?:json |http |api |server )?(?:response|reply)(?: (?:from|body|received|object|format|type|content)\b.*)?\.?",
    r"(?i)(?:the )?(?:model|api|server|provider|llm) (?:returned|gave|sent|did not return|produced) (?:an? )?(?:empty|no|invalid|malformed|unexpected)\b.*",
    r"Type validation failed.*",
    r"(?:.{0,60}: )?(?:index|slice bounds) out of range.*",
    r"(?:panic: )?runtime error: .*",
    r"'?(?:choices|content|message|usage|error|data|delta|candidates)'?",
    r"(?i)(?:unknown|unexpected|unhandled) error(?: occurred)?\.?",
    r"(?i)something went wrong.{0,60}",
    r"(?i)an? (?:unknown|unexpected|internal)? ?error (?:has )?occurred.{0,40}",
    r"(?i)(?:.{0,40} )?(?:max(?:imum)? )?retr(?:y|ies)(?: attempts?)? (?:exceeded|exhausted|limit reached).{0,80}",
    r"Repeated [0-9]{3} .*",
    r"Retrying .{0,40} in [0-9.]+ .*",
    r"(?:HTTP )?[0-9]{3}(?: [A-Za-z -]{2,40})? for url:? .*",
    r"(?:Moved Permanently|Found|See Other|Temporary Redirect|Permanent Redirect|Too many redirects?)\b.{0,60}",
    // Python and JavaScript on an object that is not what the code expects.
    r"'[A-Za-z0-9_]+' object (?:is not|has no|does not|cannot) .*",
    r"(?:list|string|tuple) ind(?:ex|ices) .*",
    r"Cannot read propert(?:y|ies) .*",
    r"Cannot destructure property .*",
    r"\S{1,80} is not (?:a function|iterable|defined)\b.*",
    r"(?:undefined|null) is not .*",
    r".*\bDecodingError\b.*",
    r"The data couldn.t be read because .*",
    r"(?:.{0,40}: )?(?:missing field|unknown variant|invalid type: ).* at line [0-9]+ column [0-9]+",
    r"(?:.{0,80}: )?Unexpected (?:number|string|EOF) .{0,40}",
    r"json: cannot unmarshal .*\b(?:Response|Completion|Chunk|Choices?|Usage|Candidates?)\b.*",
    r"json: cannot unmarshal .{0,60} Go struct field [A-Za-z]{0,60}(?:Response|Completion|Chunk|Choice|Usage|Candidate)[A-Za-z]{0,40}\..*",
    r".{0,30}(?:没有返回任何|未返回任何|返回(?:内容|结果|数据)?为空|返回了?空(?:内容|响应|结果)).{0,30}",
    r".{0,60}\b(?:doesn't|does not|didn't|did not) (?:return|send|give|contain|include|produce) any (?:data|content|output|text|choices|response|result)s?\b.*",
    r"[0-9]+ validation errors? for .*",
    r"(?:The )?`response\.(?:parts|text)` .*",
    r"Could not parse response content.*",
    // LiteLLM before any call.
    r"LLM Provider NOT provided\..*",
    // LiteLLM's router before any call (litellm/types/router.py, RouterErrors).
    r"No deployments available for selected model.*",
    // gptel, Cursor.
    r".*\bCould not parse HTTP response\b.*",
    r"We had a problem reaching .*",
    // Streams that end early, as their readers say it.
    r"(?i).*\bstream(?:ing)? (?:was |has |response )?(?:closed|ended|terminated|interrupted|stalled|aborted|cut off)\b.*",
    r"(?i).*\b(?:ended|closed|finished|completed) (?:before|without) (?:a |an |any |the )?(?:finish_reason|response\.completed|message_stop|\[?DONE\]?|completion|content|final).*",
    r"(?i)(?:no|empty) (?:output|content|choices|candidates|text|assistant message)s? (?:was |were |in |from |returned|generated|received|produced).*",
];

/// Languages' own exceptions: never the word of a gateway.
pub(super) const LANGUAGE: &[&str] = &[
    "TypeError",
    "AttributeError",
    "KeyError",
    "IndexError",
    "NameError",
    "UnboundLocalError",
    "ReferenceError",
    "SyntaxError",
    "JSONDecodeError",
    "ImportError",
    "ModuleNotFoundError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "AssertionError",
    "RangeError",
    "NullPointerException",
    "ClassCastException",
    "IllegalStateException",
    "JsonParseException",
    "JsonSyntaxException",
    "NoMethodError",
    "ValidationError",
];

impl Frame {
    /// It may be peeled where the answer speaks already.
    pub(super) fn of_answers(&self) -> bool {
        self.weight == Weight::Answer || self.is_name
    }
}

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// A client's words that end with the status and a name for the body behind it: `… failed with status 422. Body: `.
static BODY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let text = r#"^[^\n"{}<>]{0,120}?\b(?i:status|code|error|http)(?: (?i:code|status))?:? \(?[1-5][0-9]{2}\)?(?: \(?REASON\)?)?[.,;:]? (?:(?:and|with) )?(?:the )?(?:(?i:body|response(?: body| text)?|text|content)\s?[:=]|(?i:message|details?|reason)\s?:)\s*\S"#;
    pattern(&text.replace("REASON", REASON))
});

/// Bytes of such words at the begin of `text`.
pub(super) fn body(text: &str) -> Option<usize> {
    let found = BODY.as_ref()?.find(text)?;
    // The last character is the body's first.
    found.as_str().char_indices().next_back().map(|(at, _)| at)
}

/// The status that a frame names.
pub(super) fn status(frame: &str) -> Option<u16> {
    static NUMBER: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(r"(?:^|[^0-9.:])([45][0-9][0-9])(?:[^0-9]|$)"));
    NUMBER.as_ref()?.captures(frame)?.get(1)?.as_str().parse().ok()
}

fn one_of(patterns: &[&str]) -> String {
    patterns.iter().map(|p| format!("(?:{p})")).collect::<Vec<_>>().join("|")
}

pub(super) static FRONTS: LazyLock<Vec<Frame>> = LazyLock::new(|| {
    let frames =
        prints::FRONT.iter().chain(FRONT).map(|(weight, text)| (*weight, text.replace("REASON", REASON)));
    frames
        .chain(WORDS.iter().map(|text| (Weight::Client, (*text).to_owned())))
        .filter_map(|(weight, text)| {
            let is_name = text.contains("Uncaught ") || text.starts_with(r"\[");
            Some(Frame { weight, is_name, pattern: pattern(&format!("^(?:{text})"))? })
        })
        .collect()
});

/// How many of the last of [`FRONTS`] are words.
pub(super) const WORD_FRAMES: usize = WORDS.len();

pub(super) static BACKS: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(&format!("{}|{}", one_of(prints::BACK), one_of(BACK))));

static OWNS: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::new(
        OWN.iter()
            .chain(prints::OWN)
            .map(|text| format!("^(?:[A-Za-z]{{0,30}} ?[Ee]?rror: |[A-Z][A-Za-z ]{{2,30}}: )?(?:{text})$")),
    )
});

static SOFTS: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::new(
        SOFT.iter()
            .map(|text| format!("^(?:[A-Za-z]{{0,30}} ?[Ee]?rror: |[A-Z][A-Za-z ]{{2,30}}: )?(?:{text})$")),
    )
});

/// Sentences of gateways whose begin looks like a client's frame.
static OF_GATEWAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:Upstream error from [A-Z]|Input validation error: |Rate limit exceeded: |Too many requests, [a-z]|Rate limit reached for |Invalid request: |Authentication Error, |Authentication Fails|Internal server error, |Bad request, |Forbidden, |Unauthorized, [a-z]|Request too large for |bad response status code )",
    )
});

/// A member of an object as a console prints it, on a line of its own.
static MEMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"^\s*["']?[A-Za-z_][A-Za-z0-9_]{1,40}["']?: ?(?:\[|\{|["'`]|[0-9]|null|true|false|undefined|None|True|False).*[,\[{(]\s*$"#,
    )
});

/// True where `text` is a dump of an object: its first lines are members, and none of them is called a message.
pub(super) fn is_dump(text: &str) -> bool {
    // The line that opens it, `response: {` or the bracket alone.
    let opened = text.lines().next().is_some_and(|line| line.trim_end().ends_with('{') && line.len() < 40);
    let mut lines = text.lines().skip(usize::from(opened)).take(4);
    let member = |line: &str| MEMBER.as_ref().is_some_and(|p| p.is_match(line));
    let first = lines.next().is_some_and(|line| member(line) && !line.trim_start().starts_with("message"));
    let dumped = first && lines.filter(|line| member(line) && !line.contains("essage")).count() >= 2;
    dumped || text.starts_with("message: this.") || text.starts_with("this.")
}

/// True where `text` begins as a gateway's own sentence does.
pub(super) fn is_sentence_of_gateway(text: &str) -> bool {
    OF_GATEWAY.as_ref().is_some_and(|p| p.is_match(text))
}

/// `huggingface_hub` (utils/_http.py, `hf_raise_for_status`): the status' own line, then the server's words.
static HUB: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:[45][0-9]{2} (?:Client|Server) Error: [^\n]{1,80} for url: \S+ )?\(Request ID: [^()\n]{0,80}\)\s*\n\s*\S",
    )
});

/// Bytes of the frame where the Hub's client begins its print.
pub(super) fn hub(text: &str) -> Option<usize> {
    let found = text.contains("(Request ID: ").then(|| HUB.as_ref()?.find(text))??;
    // The last character is the server's first.
    found.as_str().char_indices().next_back().map(|(at, _)| at)
}

static BARE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:(?:HTTP(?:/\d(?:\.\d)?)?|[Ss]tatus(?: code)?|Error|ERROR)[ :=]*)*(?:[1-5]\d\d)?[\s:(-]*(?:{REASON})?[).\s]*(?:[1-5]\d\d)?[)\s]*$"
    ))
});

/// A person who tells of a number.
static PERSON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        "^{}$",
        r"(?:I|I'm|I've|I am|We (?:keep|get|got|see|saw|are|receive|received)|My|Our|When I|If I) .*"
    ))
});

/// What a client prints right before the answer, wherever in a line it stands.
static ANCHOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"An error occurred \([A-Za-z0-9_]{1,80}\) when calling|\bHTTP [45][0-9]{2} \([A-Za-z_]{3,60}(?:: [A-Za-z0-9_]{0,60})?\)\s|\b[Ee]rror code: [0-9]{3} - |\bstatus_code[=:] ?[0-9]{3}, |\[?API Error: |\b[Ee]rror: [45][0-9]{2} |[Uu]nexpected status [0-9]{3} |\b[A-Z][A-Za-z0-9_]{2,40}Exception - |litellm\.[A-Z][A-Za-z]{2,40}: |\b(?:invalid_request|authentication|permission|not_found|rate_limit|overloaded|api|server|billing|timeout|internal|internal_server|upstream|[a-z]{2,12}_api)_error: |\[[45][0-9]{2}\]:? |\b[Ss]tatus(?: code)?:? [1-5][0-9]{2},? (?:and|with) (?:the )?(?:body|response|message|text|content)(?: body)?\s?[:=]",
    )
});

/// Where such a print begins.
pub(super) fn anchor(text: &str) -> Option<usize> {
    ANCHOR.as_ref()?.find(text).map(|m| m.start())
}

static PROSE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:i|i'm|i've|my|anyone|someone|please help|any idea|keeps?|whenever|after upgrading|when using|works? (?:fine|well))\b|[?？]$|请问|怎么|为什么|我|大佬|求助|吗[?？。]?$",
    )
});

/// True for a text in which no frame of an error was found and that is a report: several lines, or a person's words.
pub(super) fn is_prose(text: &str, message: &str) -> bool {
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !super::plain::is_aside(line)).count();
    let fenced = text.contains("```");
    (lines > 3 && !fenced) || PROSE.as_ref().is_some_and(|p| p.is_match(message))
}

/// True where the text begins with a client's own sentence on one line.
pub(super) fn is_own_line(line: &str) -> bool {
    OWNS.is_match(line.trim())
}

/// Cloudflare's whole answer to a client that takes no HTML: `error code: 524`.
pub(super) fn is_edges(line: &str) -> bool {
    // Codex writes the address behind it.
    line.trim()
        .strip_prefix("error code: ")
        .map(|rest| rest.split(", url: ").next().unwrap_or(rest))
        .is_some_and(|code| (3..=4).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit()))
}

/// True for a client's heading of a status, alone.
pub(super) fn is_heading(line: &str) -> bool {
    static HEADING: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(&format!("^{}$", prints::HEADING)));
    HEADING.as_ref().is_some_and(|p| p.is_match(line.trim()))
}

/// True for a sentence on an unreadable answer or an ended stream, on one line.
pub(super) fn is_soft_own(line: &str) -> bool {
    // OpenAI says so of its own server; the clients that use its words send their reader to somebody.
    if line.starts_with("An error occurred while processing your request.") && !line.contains("dmin") {
        return false;
    }
    SOFTS.is_match(line.trim())
}

/// True for the words of a person.
pub(super) fn is_person(line: &str) -> bool {
    PERSON.as_ref().is_some_and(|p| p.is_match(line.trim()))
}

/// True where a frame ends with a status' standard name.
pub(super) fn names_status(frame: &str) -> bool {
    static NAME: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(&format!(r"\b[45][0-9]{{2}} {REASON}:\s*$")));
    NAME.as_ref().is_some_and(|p| p.is_match(frame))
}

/// The text begins with a place in the request (`messages.3.content.0: …`), as providers name it; loggers' names look alike.
pub(super) fn is_field_path(text: &str) -> bool {
    static FIELD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"^(?:messages|tools|system|thinking|input|contents|generation_config|tool_choice|response_format|output_config|metadata|body)[.\[][A-Za-z0-9_.\[\]-]+: ",
        )
    });
    FIELD.as_ref().is_some_and(|p| p.is_match(text))
}

/// The one sentence that a person quotes in back quotes.
pub(super) fn back_quoted(text: &str) -> Option<&str> {
    static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"`([^`\n]{10,})`"));
    if text.contains("```") {
        return None;
    }
    let is_sentence =
        |span: &&str| span.split_whitespace().count() >= 3 && span.starts_with(|c: char| c.is_alphabetic());
    let mut spans =
        QUOTED.as_ref()?.captures_iter(text).filter_map(|c| Some(c.get(1)?.as_str())).filter(is_sentence);
    let only = spans.next()?;
    // A quotation inside the message is the message's own.
    let around = text.len() - only.len();
    (spans.next().is_none() && around < 240 && is_told(text)).then_some(only)
}

/// A person or a heading tells of an error around a quotation.
fn is_told(text: &str) -> bool {
    static TOLD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"(?i)^[^`]{0,240}?(?:\b[45]\d\d\b|error|fail\w*|message|returns?|saying|报错|错误|提示|出现|返回)[^`]{0,60}`",
        )
    });
    TOLD.as_ref().is_some_and(|p| p.is_match(text))
}

/// A status, its standard name, or both.
pub(super) fn is_bare(line: &str) -> bool {
    BARE.as_ref().is_some_and(|p| p.is_match(line.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(FRONTS.len(), prints::FRONT.len() + FRONT.len() + WORDS.len());
        assert!(OWNS.is_sound() && SOFTS.is_sound());
        for pattern in [&BACKS, &HUB, &BARE, &PERSON, &ANCHOR, &PROSE, &MEMBER, &BODY] {
            assert!(pattern.is_some());
        }
    }
}
