//! Frames, tails and sentences of further clients, beside those of [`frames`](super::frames); they are tried first.
//!
//! Each is a fact on a program; its source stands beside it.

use super::frames::Weight;

pub(super) const FRONT: &[(Weight, &str)] = &[
    // @google/generative-ai (packages/main/src/requests/request.ts); pages break the line around the address.
    (
        Weight::Answer,
        r"\[GoogleGenerativeAI Error\]:\s*(?:Error fetching from\s+\S+?\s*:\s+)?(?:\[[45][0-9]{2}[^\]\n]{0,60}\]\s+)?",
    ),
    // The target that Rust's `tracing` prints: `runtime::http::v1::chat: `.
    (Weight::Mark, r"(?:[a-z_][a-z0-9_]{0,40}::){1,6}[a-z_][a-z0-9_]{0,40}:\s+"),
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
    // google-genai for Java where the reason is empty.
    (Weight::Answer, r"[45][0-9]{2} \. "),
    // httr2 (R, req_perform): the status, then the body's words as a bullet.
    (Weight::Answer, r"!?\s?HTTP [45][0-9]{2} [A-Z][A-Za-z -]{1,40}\.\s*\n\s*[•*]\s+"),
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
    // Ruby names the place of the raise before the words.
    (Weight::Mark, r"[^\s:]{1,160}:[0-9]{1,6}:in [`'][^`'\n]{1,80}': "),
];

pub(super) const BACK: &[&str] = &[
    // Ruby names the class behind the words.
    r"\s\((?:[A-Z][A-Za-z0-9]{0,40}::){1,4}[A-Z][A-Za-z0-9]{0,40}\)\s*$",
    // Semantic Kernel (AIException) and others tell the status behind the words.
    r"(?:,? (?:HTTP )?Status(?: code)?|,? status code|, status): [1-5][0-9]{2}\s*$",
    // Node's console shows a list behind the words.
    r"\n\s*\[\s*\n",
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
];

pub(super) const OWN: &[&str] = &[
    // PowerShell.
    r"Invoke-(?:WebRequest|RestMethod)\s?: Response status code .*",
    // OkHttp (Response.toString).
    r"(?:[A-Za-z ]{2,40} )?Response\{protocol=.*\}",
    // The SDKs of OpenAI and Anthropic for Node where the body is missing, whatever a person writes behind it.
    r"(?:[0-9]{3} )?status code \(no body\).*",
    // Spring's reactor names the status by its enumeration.
    r"(?:.{0,80} )?[0-9]{3} [A-Z]+(?:_[A-Z]+)* from (?:GET|POST|PUT|PATCH|DELETE)\b.*",
    // .NET's enumeration of statuses in a client's words.
    r"(?:.{0,60} )?HTTP Error - [A-Z][A-Za-z]{5,24}\b.*",
    // Clients that check the status themselves.
    r"(?:[A-Za-z]{2,40} )?(?:[Mm]essage: )?[Ee]xpected status(?: code)? [0-9]{3},? (?:but|got|was|received).*",
    // @google/generative-ai on an answer that holds no text.
    r"(?:Candidate|Response|Prompt|Text) (?:was |not available\. Response was )?blocked due to [A-Z_]{3,40}.*",
];

/// n8n's headings (packages/workflow, `NodeApiError`): no words of an answer where nothing stands below them.
pub(super) const HEADING: &str = r"(?:Your request is invalid or could not be processed by the service|Bad request - please check your parameters|Authorization failed - please check your credentials|Payment required - perhaps check your payment details\?|Forbidden - perhaps check your credentials\?|The resource you are requesting could not be found|Method not allowed - please check you are using the right HTTP method|The service is receiving too many requests from you|The service (?:failed|was not able) to process your request|Bad gateway - the service failed to handle your request|Gateway timed out - perhaps try again later\?)";
