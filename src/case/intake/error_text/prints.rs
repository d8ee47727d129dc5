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
    // google-genai for Java where the reason is empty.
    (Weight::Answer, r"[45][0-9]{2} \. "),
    // httr2 (R, req_perform): the status, then the body's words as a bullet.
    (Weight::Answer, r"!?\s?HTTP [45][0-9]{2} [A-Z][A-Za-z -]{1,40}\.\s*\n\s*[•*]\s+"),
    // Words of a client that end with the status and a name for the body.
    (
        Weight::Answer,
        r#"[^:：\n"'{}<>|\[]{0,80}?\b[Ss]tatus(?: code)?:? [1-5][0-9]{2},? (?:and|with) (?:the )?(?:body|response|message|text|content)(?: body)?\s?[:=]\s*"#,
    ),
    // Ruby names the place of the raise before the words.
    (Weight::Mark, r"[^\s:]{1,160}:[0-9]{1,6}:in [`'][^`'\n]{1,80}': "),
];

pub(super) const BACK: &[&str] = &[
    // Ruby names the class behind the words.
    r"\s\((?:[A-Z][A-Za-z0-9]{0,40}::){1,4}[A-Z][A-Za-z0-9]{0,40}\)\s*$",
    // Semantic Kernel (AIException) and others tell the status behind the words.
    r",? (?:HTTP )?[Ss]tatus(?: code)?: [1-5][0-9]{2}\s*$",
    // Node's console shows a list behind the words.
    r"\n\s*\[\s*\n",
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
    // Clients that check the status themselves.
    r"(?:[A-Za-z]{2,40} )?(?:[Mm]essage: )?[Ee]xpected status(?: code)? [0-9]{3},? (?:but|got|was|received).*",
    // @google/generative-ai on an answer that holds no text.
    r"(?:Candidate|Response|Prompt|Text) (?:was |not available\. Response was )?blocked due to [A-Z_]{3,40}.*",
];

/// n8n's headings (packages/workflow, `NodeApiError`): no words of an answer where nothing stands below them.
pub(super) const HEADING: &str = r"(?:Your request is invalid or could not be processed by the service|Bad request - please check your parameters|Authorization failed - please check your credentials|Payment required - perhaps check your payment details\?|Forbidden - perhaps check your credentials\?|The resource you are requesting could not be found|Method not allowed - please check you are using the right HTTP method|The service is receiving too many requests from you|The service (?:failed|was not able) to process your request|Bad gateway - the service failed to handle your request|Gateway timed out - perhaps try again later\?)";
