//! What clients, loggers and terminals write around an error: in front of it, and behind it.
//!
//! Each is a fact on a program; its source stands beside it. `REASON` and `HEADING` in a pattern stand for the constants.

use super::frames::Weight;

/// Standard names of statuses (RFC 9110, nginx, `http.client`): alone they are no words of a gateway.
pub(super) const REASON: &str = r"(?i:bad[ _]?request|unauthorized|payment[ _]?required|forbidden|not[ _]?found|method[ _]?not[ _]?allowed|not acceptable|request time-?out|conflict|gone|request entity too large|payload too large|content too large|unsupported media type|unprocessable (?:entity|content)|too[ _]?many[ _]?requests|internal[ _]?server[ _]?error|not implemented|bad[ _]?gateway|service[ _]?(?:temporarily )?unavailable|gateway[ _]?time-?out|错误请求|请求错误|未授权|禁止访问|请求过多|服务器内部错误|内部服务器错误|网关错误|服务不可用|网关超时)";

/// n8n's headings (packages/workflow, `NodeApiError`): no words of an answer where nothing stands below them.
pub(super) const HEADING: &str = r"(?:Your request is invalid or could not be processed by the service|Bad request - please check your parameters|Authorization failed - please check your credentials|Payment required - perhaps check your payment details\?|Forbidden - perhaps check your credentials\?|The resource you are requesting could not be found|Method not allowed - please check you are using the right HTTP method|The service is receiving too many requests from you|The service failed to process your request|The service was not able to process your request|Bad gateway - the service failed to handle your request|Service unavailable - try again later or consider setting this node to retry automatically[^\n]{0,60}|Gateway timed out - perhaps try again later\?)";

/// In front of the text, tried in this order.
pub(super) const FRONT: &[(Weight, &str)] = &[
    // @google/generative-ai (packages/main/src/requests/request.ts); pages break the line around the address.
    (
        Weight::Answer,
        r"\[?GoogleGenerativeAI Error\]:\s*(?:Error fetching from\s+(?:[^\s\[]\S*?\s*(?::|->)\s+)?)?(?:\[[45][0-9]{2}[^\]\n]{0,60}\]\s+)?",
    ),
    // debugpy, when a program stops (src/debugpy/_vendored/pydevd).
    (
        Weight::Client,
        r"Exception has occurred: [A-Za-z_][A-Za-z0-9_.]{2,80}\s+(?:\(note: [^()\n]{0,200}\)\s+)?",
    ),
    // A member of an object that lost the rest.
    (Weight::Client, r#"["'](?:message|msg|detail|errorMessage|error_message)["']\s?[:=]\s?["']"#),
    // google-api-core (google.api_core.exceptions, `from_http_response`): method and address before the words.
    (Weight::Answer, r"(?:[45][0-9]{2} )?(?:GET|POST|PUT|PATCH|DELETE) https?://[!-~]{4,240}: "),
    // MiniMax' tools join the code to the words.
    (Weight::Answer, r"API Error: [0-9]{4}-"),
    // googleapi (Go) in a sentence.
    (Weight::Answer, r"googleapi: [Ee]rror [45][0-9]{2}: "),
    // A heading of Markdown on a line of its own.
    (Weight::Client, r"\*{0,2}(?i:error|failure)(?: [A-Za-z]{2,20}){0,2}\*\*[ \t]*\n"),
    // llama.cpp's server (tools/server/server.cpp, `send_error`).
    (
        Weight::Answer,
        r"(?:[0-9.]{1,16} )?(?:[EWID] )?(?:srv|slot|main)\s{1,20}[a-z_]{3,40}: (?:[a-z ]{1,20}[=:]? ?-?[0-9]{1,9}[ ,|]{1,4}){0,3}error: ",
    ),
    // .NET before the inner exception.
    (Weight::Mark, r"-{2,4}> "),
    // A code in words between the status and the sentence: `HTTP 400 – error code 3210 – `.
    (
        Weight::Answer,
        r"(?:HTTP )?[45][0-9]{2}(?: REASON)?\s?[–—,:-]\s(?i:error )?(?i:code):?\s[0-9A-Za-z_.-]{2,40}\s?[–—,:-]\s+",
    ),
    // Eino (CloudWeGo) and others tell the vendor's code behind the status: `HTTP 400 (Code 20015): `.
    (Weight::Answer, r"(?:[a-z][a-z ]{3,60}: )?HTTP [1-5][0-9]{2} \([Cc]ode:? [0-9A-Za-z_.-]{1,40}\):\s+"),
    // The target that Rust's `tracing` prints: `runtime::http::v1::chat: `.
    (Weight::Mark, r"(?:[a-z_][a-z0-9_]{0,40}::){1,6}[a-z_][a-z0-9_]{0,40}:\s+"),
    // A person's words before what they quote: `Since the update I get: `.
    (
        Weight::Mark,
        r"[A-Z][A-Za-z' ,-]{0,60}\b(?:[Gg]ets?|got|getting|see|saw|receive|received|returns|returned|shows|says|said|throws|fails with)(?: (?:this|the|an?|following|back|error|message|response|now|only|it)){0,4}: ",
    ),
    // Go's and Rust's last words, Node's names of what nobody caught.
    (
        Weight::Client,
        r"(?:panic|fatal|FATAL|unhandledRejection|uncaughtException|UnhandledPromiseRejectionWarning): ",
    ),
    // Feign (feign.FeignException, errorStatus).
    (
        Weight::Answer,
        r"\[[45][0-9]{2}(?: [A-Za-z -]{2,40})?\] during \[[A-Z]{3,8}\] to \[[^\]\n]{0,200}\] \[[^\]\n]{0,120}\]: \[",
    ),
    (Weight::Client, r"feign\.FeignException(?:\$[A-Za-z]{2,40})?: "),
    // A status and a type in brackets (kubectl-ai, gollm).
    (Weight::Answer, r"(?:[A-Za-z ]{0,30}[Ee]rror:\s)?\[[45][0-9]{2}:[a-z_]{3,40}\]\s+"),
    // Status, type and sentence, joined with colons and no blanks: `Openai Error:500:server_error:The server …`.
    (Weight::Answer, r"[A-Za-z: ]{0,40}[Ee]rror:\s?[45][0-9]{2}:(?:[a-z]{2,20}(?:_[a-z]{2,20}){1,3}:)?"),
    // A person quotes the message of a status.
    (
        Weight::Answer,
        r#"(?:an? )?(?i:http |status |error |code ){0,3}[45][0-9]{2} with (?:the )?(?:error )?message:?\s+["“]"#,
    ),
    // guzzle (RequestException::create) prints the body behind its own words.
    (
        Weight::Answer,
        r"(?:Server error|Client error|Unsuccessful request): `[A-Z]+ \S+` resulted in a `[0-9]{3}[^`\n]*` response:\s+",
    ),
    // A code in words, then the message (DashScope's SDK as people print it).
    (Weight::Answer, r"[A-Z][a-z]+(?:[A-Z][a-z]+){1,5}(?:\.[A-Z][A-Za-z]+){0,3} - "),
    // openai-python before 1.0 (`APIError` of a body that is no JSON).
    (Weight::Answer, r"HTTP code [45][0-9]{2} from API \("),
    // Elixir's tuple of an error.
    (Weight::Client, r#"\{:error, (?:[A-Za-z0-9_.%{}]{1,40}, )?""#),
    // .NET's AggregateException around the one that says more.
    (Weight::Client, r"One or more errors occurred\. \("),
    // google-genai for Java where the reason is empty.
    (Weight::Answer, r"[45][0-9]{2} \. "),
    // httr2 (R, req_perform): the status, then the body's words as a bullet.
    (
        Weight::Answer,
        r"!?\s?(?:Warning: )?(?:Error in `?[a-z_.]{2,40}(?:\(\))?`?\s?:\s+)?!?\s?HTTP [45][0-9]{2} [A-Z][A-Za-z -]{1,40}\.\s*\n\s*[•*ℹi✖x!]\s+",
    ),
    // Words of a client that end with a name for the cause.
    (
        Weight::Client,
        r#"[^\n"{}<>]{0,80}?\b(?i:went wrong|failed|error)\b[^\n"{}<>]{0,60}?[.,:;]? (?:Reason|Cause|Details?|Error message|原因|详情)[:：]\s+"#,
    ),
    // Marks of loggers and of CI: GitHub, Azure Pipelines, npm, the kernel, glog, Android, Ruby's Logger, log4j, Laravel.
    (Weight::Mark, r"##\[(?:error|warning)\]|::(?:error|warning)[^:\n]{0,80}::|npm ERR! |<[0-7]>"),
    (
        Weight::Mark,
        r"[EWF][0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3,6}\s+[0-9]{1,8} [^\s:]{1,80}:[0-9]{1,6}\] ",
    ),
    (
        Weight::Mark,
        r"(?:ERROR|CRITICAL|WARNING|FATAL)\s+[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.,]{8,15} [^\s:]{1,80}:[0-9]{1,6}\] ",
    ),
    (Weight::Mark, r"[EWIDF]/[A-Za-z0-9_.-]{1,60}\s*\(\s*[0-9]{1,8}\): "),
    (
        Weight::Mark,
        r"[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}\s+[0-9]{1,8}\s+[0-9]{1,8} [EWIDF] [A-Za-z0-9_.-]{1,60}\s*: ",
    ),
    (Weight::Mark, r"[EWF], \[[^\]\n]{8,60}\]\s+(?:ERROR|WARN|FATAL) -- [^:\n]{0,40}: "),
    (Weight::Mark, r"[0-9]{1,8} --- \[[^\]\n]{1,60}\] [A-Za-z0-9_.$\[\]/]{1,80}\s*: "),
    (Weight::Client, r"(?:ERROR|CRITICAL|WARNING):[A-Za-z0-9_.]{1,60}:\s?"),
    // A row of a Markdown table.
    (Weight::Mark, r"\|\s*[A-Za-z *]{3,30}\s*\|\s*"),
    // PHP's error_log.
    (Weight::Mark, r"`?\[[0-9]{2}-[A-Z][a-z]{2}-[0-9]{4} [0-9:]{8}(?: [A-Za-z/_]{2,40})?\] "),
    // Loggers that write their name and an arrow.
    (Weight::Mark, r"[A-Za-z_][A-Za-z0-9_.]{1,60} -> "),
    // vLLM's log: `05-08 21:27:27 [serving_chat.py:198] `.
    (Weight::Mark, r"[0-9]{2}-[0-9]{2} [0-9:]{8} \[[A-Za-z0-9_./-]{1,60}\.py:[0-9]{1,6}\] "),
    // LibreChat's words before the answer's (client/src/locales, `com_error_…`).
    (Weight::Client, r"Something went wrong\. Here's the specific error message we encountered: "),
    // A client's exception that tells a status which never came: `AI_APICallError: undefined: `.
    (Weight::Client, r"[A-Za-z_][A-Za-z0-9_.]{0,60}(?:Error|Exception): (?:undefined|null|None|NaN): "),
    // The path between the status and the words: `500 /image/generate: `.
    (Weight::Answer, r"[\[(]?[45][0-9]{2}[\])]?(?: REASON)?:? (?:[A-Z]{3,7} )?/[a-z][A-Za-z0-9_./-]{1,80}: "),
    // pipecat's frames.
    (Weight::Client, r"[A-Za-z]{2,40}Frame#[0-9]{1,9}\((?:[a-z_]{2,20}: [^,()\n]{0,40}, ){0,4}error: "),
    // A case of Rust's or Swift's enumeration, or a class of an error, around the words: `Internal("…")`.
    (Weight::Client, r#"[A-Z][A-Za-z]{2,40}(?:::[A-Z][A-Za-z]{2,40}){0,2}\(""#),
    // Ruby names the place of the raise before the words.
    (Weight::Mark, r"[^\s:]{1,160}:[0-9]{1,6}:in [`'][^`'\n]{1,80}': "),
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
    (Weight::Mark, r"(?:[>│┃║⎿✕✖✘✗⨯❌⏺●•·⚠✦➤■□▪◆◇▶►➜→↳ℹ⛔‼❗🔴🚫🚨🛑💥]|\x{fe0f}|[*-]\s|\*\*)\s*"),
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
    // A logger's name with its package.
    (Weight::Mark, r"\[[a-z][a-z0-9_]{1,40}(?:\.[A-Za-z0-9_]{1,40}){1,8}\]:?\s*"),
    (Weight::Mark, r"\[[0-9]{1,20}\]:?\s+"),
    // n8n's headings (packages/workflow, NodeApiError, STATUS_CODE_MESSAGES).
    (
        Weight::Answer,
        r"HEADING(?: \[[^\]\n]{1,40}\])?\s*\n\s*(?:Error code:? [0-9]{3}\s+)?(?:(?:Full message|Error details|From \S{1,40})\s*:?\s+)?",
    ),
    // DeepSeek-Reasonix before the words of the answer.
    (
        Weight::Client,
        r"the request body was rejected\. This is likely a bug — please report it if it persists\. ",
    ),
    // codex before its words on a refused request.
    (Weight::Client, r"Invalid request - "),
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
    (Weight::Client, r"\[?API [Ee]rror \([a-z][A-Za-z0-9.:/_-]{2,60}\):\s*"),
    (Weight::Client, r"\[?API [Ee]rror\s?(?::\s*|\()"),
    (Weight::Client, r"LLM 连接测试错误\s+"),
    (Weight::Answer, r"(?:[A-Za-z]{0,30}[Ee]rror: )?\[[45][0-9]{2} [A-Z][A-Za-z_ -]{2,40}\]:?\s+"),
    // The OpenAI library for .NET (ClientResultException): `HTTP 429 (insufficient_quota: insufficient_quota)`.
    (
        Weight::Answer,
        r"HTTP [1-5][0-9]{2} \([A-Za-z_ ]{0,60}(?:: [A-Za-z0-9_]{0,60})?\)\s+(?:Parameter: [^\n]{1,80}\s+)?",
    ),
    // openai-go's `Error.Error()`: method, address, status, body.
    (Weight::Answer, r#"(?:GET|POST|PUT|PATCH|DELETE) "?https?://[^\s"]+"?: [45][0-9]{2} REASON "#),
    // codex on a refused call.
    (
        Weight::Answer,
        r"[^:\n]{0,60}(?:[Dd]etails: )?Status: [45][0-9]{2}, Code: \S{1,60}, Type: \S{1,60}, Message: ",
    ),
    // A code on a line of its own above the message.
    (Weight::Answer, r"[A-Za-z0-9_.-]{1,40}: [a-z]{2,20}(?:_[a-z]{2,20}){1,5}\n\s*"),
    (Weight::Client, r"[a-z]{2,20}(?:_[a-z]{2,20}){1,5}\n\s*"),
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
    (
        Weight::Client,
        r"(?:Reconnecting\.{3} [0-9]{1,2}/[0-9]{1,2}(?: \([^()\n]{0,60}\))?\s+)?[Ss]tream disconnected before completion: ",
    ),
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
        r"An\s+error\s+occurred\s+\([A-Za-z0-9_]{1,80}\)\s+when\s+calling\s+the\s+[A-Za-z0-9_]{1,80}\s+operation(?: \(reached max retries: [0-9]+\))?:\s*",
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
        r"(?:Uncaught |Unhandled |Caused by: |cause: |\[|[A-Za-z0-9_]{1,40} \[)?(?:[A-Za-z_][A-Za-z0-9_]{0,40}(?:[.\\$]|::)\s?){0,8}(?:[A-Z][A-Za-z0-9_]{0,40}[\s$]?){0,2}(?:Error|Exception|Exceeded|Exhausted|Unavailable|PermissionDenied)\]?\s?:\s+",
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
pub(super) const WORDS: &[&str] = &[
    r#"[^:：\n"'{}<>.|]{0,80}?\b(?i:errors?|failed|failure|fails|exception|error message|errors? out|returned|returns|got)\b[`*]{0,2}[^:：\n"'{}<>.|`]{0,40}[:：]\s+"#,
    r#"[^:：\n"{}<>。|]{0,60}?(?:报错|错误|失败|异常|提示|出错)[^:：\n"{}<>。|]{0,12}[:：]\s*"#,
    r#"[^:：\n"{}<>。|]{0,60}?(?i:getting|got|gives?|throws?|keep getting|with|see)(?: me| an?| this| the)?(?: [A-Za-z0-9_]+)? error(?: message)?[:,]?\s+"#,
];

/// What clients write behind the text. Cut at the first of them.
pub(super) const BACK: &[&str] = &[
    // What a person adds in brackets of when it came.
    r"\s\((?i:i |we |my |you |get|got|getting|this |when |while |after |before |happens|even |only |see |it |but |not )[^()\n]{0,160}\)\s*$",
    // Cherry Studio and others put their further labels on the same line.
    r"\s(?:堆栈信息|错误堆栈|堆栈|错误原因|请求路径|请求体|响应体|响应头|状态码|错误名称|錯誤堆疊|狀態碼|スタックトレース)\s?[:：]",
    // A quotation's end that a client parted with blanks, and the person's noun: `not found, try pulling it first  " error.`
    r#"\s{1,3}["”]\s(?:errors?|exceptions?|messages?|failures?)\b[^\n]*"#,
    // pipecat's frames and others show further members behind the words.
    r"(?:, [a-z_]{2,20}: (?:True|False|None|true|false|null)){1,4}\)\s*$",
    // LiteLLM's advice (litellm_core_utils/streaming_handler.py).
    r"\.? Handle with `litellm\.[A-Za-z]{3,60}`\.?",
    // winston's members behind the words.
    r#"\s\{"[A-Za-z_]{2,30}":(?:true|false|null)\}\s*$"#,
    // A table of a log puts the time behind the words.
    r"\s\|\s[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,16}Z?\s*$",
    // AWS' notebooks send their reader on.
    r"\s*\n\s*To troub\w{1,12} this issue please refer to ",
    // Octokit's clients put the id behind a quoted body.
    r#"(?:\\n)?["”] \(Request ID: [^()\n]{4,80}\)\s*$"#,
    // A person turns to another one.
    r"\s@[A-Za-z][A-Za-z0-9-]{1,38}\s*$",
    // A log names the stack behind the words.
    r"\n\s*(?i:stack ?trace|stack|backtrace|traceback)[:=] ?",
    // A client says what it does next.
    r"\.? Trying (?:the )?next(?: \w+){0,2}\.{0,3}\s*$",
    // A person tells the status behind the words.
    r"\s[—–]\s(?:HTTP )?[45][0-9]{2}(?: [A-Z][a-z]+)[^\n]*$",
    // Ruby names the class behind the words.
    r"\s\((?:[A-Z][A-Za-z0-9]{0,40}::){1,4}[A-Z][A-Za-z0-9]{0,40}\)\s*$",
    // Semantic Kernel (AIException) and others tell the status behind the words.
    r"(?:,? (?:HTTP )?Status(?: code)?|,? status code|, status): [1-5][0-9]{2}\s*$",
    // Elixir's tuple ends.
    r#""\}\s*$"#,
    // Node's console shows a list behind the words.
    r"\n\s*\[\s*\n",
    // A logger puts the stack behind the words.
    r"\.? Traceback: Traceback ",
    // A person goes on behind a quoted error.
    r"[，,。；]\s?(?:其他|其它|但|而|请问|怎么|为什么|不知道|换成|切换|求)[^\n]*",
    // A shell's and an editor's words when the program is over.
    r"\n\s*(?:exit status [0-9]{1,3}|Process finished with exit code|Command exited with)",
    // A client's setting in brackets.
    r"\s\([A-Za-z_.]{3,40}: https?://[^\s()]+\)\s*$",
    // rlang (R).
    r"\nRun `rlang",
    // Loggers whose record ends with an empty column.
    r"\s\|\s*$",
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
    r" ?, url: (?:https?|wss?)://",
    // A console and its user name the type below the words.
    r"\n(?:Type|Code|Param|Status): [A-Za-z0-9_.-]{2,60}[`'\x22]?\s*$",
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
    r"\.? Try switching to [a-z][\w.:/-]{3,80}\.?\s*$",
    r"\.? If (?:it|this) persists, check (?:your |the |https?://|status)",
    // `huggingface_hub` on a task of its own.
    r"\n\s*Make sure '[a-z0-9-]{1,40}' task is supported by the model",
    r"\s+(?i:retrying|will retry|retry) in [0-9.]{1,6} ?(?:s|ms|secs?|seconds?|m|min)\b",
    // Perl names the place of the `die`.
    r" at \S{1,200}\.(?:pm|pl|t|cgi) line [0-9]{1,6}\.?",
    // TruLens counts what is left of its tries.
    r"\.? Retries remaining=[0-9]+\.?",
    // A rule that somebody draws below the words.
    r"\n\s*[-=*_─━]{8,}[ \t]*\n",
    // VS Code's Copilot names the code behind its words.
    r"\s+Error Code: [a-z]{2,20}(?:_[a-z]{2,20}){1,4}\s*$",
    // PHP names the place of the throw.
    r" in (?:/|[A-Z]:\\)[^\s:]+\.php(?::[0-9]{1,6}| on line [0-9]{1,6})",
    // A client tells the status behind the message.
    r"\s*[（(](?:HTTP )?(?:状态码?|错误码|(?i:status(?: code)?|code|http))\s?[:：=]?\s?[1-5][0-9]{2}[)）]\s*$",
    r"\n\s*\+-{6,}",
    // aichat tells type and code behind the message (src/client/common.rs, `catch_error`).
    r"\s*\((?:type|code)\s?[:=] ?[A-Za-z0-9_.-]{2,60}(?:[,;] ?(?:type|code|param)\s?[:=] ?[A-Za-z0-9_.-]{2,60}){0,2}\)\s*$",
    r"\s\([a-z]{2,20}(?:_[a-z]{2,20}){0,3}_error\)\s*$",
];
