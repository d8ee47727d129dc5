//! What clients print, and what of it the answer said.

use crate::case::catalog::Catalog;
use crate::case::evidence::{Envelope, Outcome};
use crate::case::intake::read;
use crate::case::keyring::KeyRing;

/// Status, message, code and type; `None` for a failure below HTTP.
type Heard = (Option<u16>, Option<String>, Option<String>, Option<String>);

fn heard(text: &str) -> Option<Heard> {
    let intake = read(text, &Catalog::built_in(), &mut KeyRing::default());
    match intake.observed.map(|attempt| attempt.outcome) {
        Some(Outcome::Response(response)) => {
            let envelope = Envelope::of(&response);
            let word = |word: Option<String>| word.filter(|w| !w.is_empty());
            Some((response.status, envelope.message, word(envelope.code), word(envelope.error_type)))
        }
        _ => None,
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn the_answers_sentence_is_told_from_what_stands_around_it() {
    // Text, status, message.
    let table: &[(&str, Option<u16>, &str)] = &[
        // Who writes below a whole sentence in small letters is a person; what a program sets in goes on.
        (
            "Error Code 429 - You have used all the calls of this hour.\nit stays so since monday with both accounts",
            Some(429),
            "You have used all the calls of this hour.",
        ),
        (
            "Error: Assist API error (429): Team allowance reached.\n Ask your owner to raise it\n\nIt was new",
            Some(429),
            "Team allowance reached. Ask your owner to raise it",
        ),
        // A terminal's breaks within botocore's sentence, and the same once more below it.
        (
            "thinking\nAn error occurred (ValidationException) when calling the Converse\noperation: The image is of no known kind.\nError: An error occurred (ValidationException) when calling the Converse\noperation: The image is of no known kind.",
            None,
            "The image is of no known kind.",
        ),
        // The mask of a log: of a model's name, of braces.
        (
            "last error: litellm.NotFoundError: OpenAIException - The model `***` does not exist in this region.",
            None,
            "The model `***` does not exist in this region.",
        ),
        (
            "groq.BadRequestError: Error code: 400 - ***'error': ***'message': 'The tool is not known.', 'type': 'invalid_request_error'***",
            Some(400),
            "The tool is not known.",
        ),
        // What is left of the members behind a message.
        (
            "Error code: 400 - Your place is not supported for the API use.\", \"status\": \"FAILED_PRECONDITION\"",
            Some(400),
            "Your place is not supported for the API use.",
        ),
        // Codex counts its tries, and names the refusal before its words.
        (
            "Reconnecting... 2/5 (8s • esc to interrupt)\nStream disconnected before completion: Rate limit reached for m-1 on tokens per min. Please try again in 3s.",
            None,
            "Rate limit reached for m-1 on tokens per min. Please try again in 3s.",
        ),
        // Google's libraries in the middle of a line, without an address, with an arrow; a person goes on in other letters.
        (
            "[GoogleGenerativeAI Error]: Error fetching from [503 Service Unavailable] The model is overloaded. Please try again later.",
            Some(503),
            "The model is overloaded. Please try again later.",
        ),
        (
            "Chat failed (code 7) [GoogleGenerativeAI Error]: Error fetching from https://g.com/v1/models/x -> [400 Bad Request] API key not valid. Please pass a valid API key. 我的密钥没问题",
            Some(400),
            "API key not valid. Please pass a valid API key.",
        ),
        (
            "Device: x\n```\nInvalid key: [GoogleGenerativeAI Error]: Error fetching from https://g.com/v1/models/x: [429 Too Many Requests] You exceeded your current quota, please check your plan and billing details. See the page on it. Please retry in 37.8s. [{\"@type\":\"type.googleapis.com/google.rpc.Help\"}]\n```",
            Some(429),
            "You exceeded your current quota, please check your plan and billing details. See the page on it. Please retry in 37.8s.",
        ),
        (
            "google.api_core.exceptions.InvalidArgument: 400 POST https://g.com/v1beta/models/x:embed?alt=json: The model takes no images at all.",
            Some(400),
            "The model takes no images at all.",
        ),
        (
            "it says \"googleapi: Error 403: The API has not been used in project 1 before or it is disabled.\"\nI did enable it.",
            Some(403),
            "The API has not been used in project 1 before or it is disabled.",
        ),
        // A bracket of other letters, a heading, an address of a socket, a type on the next line.
        ("会显示余额（Error code: 402 - Insufficient Balance），请检查", Some(402), "Insufficient Balance"),
        (
            "**Error details**\nThe engine is currently overloaded, please try again later",
            None,
            "The engine is currently overloaded, please try again later",
        ),
        (
            "codex: unexpected status 429 Too Many Requests: You are going too fast, slow down., url: wss://h.example/v1/responses, cf-ray: 9ffa-YUL",
            Some(429),
            "You are going too fast, slow down.",
        ),
        (
            "Request to Groq\nError: max_tokens must be less than or equal to 8192\nType: invalid_request_error",
            None,
            "max_tokens must be less than or equal to 8192",
        ),
        // IPython lists numbered lines: none of them is a status.
        (
            "RateLimitError Traceback (most recent call last)\nFile ~/a.py:453, in f()\n    451 def f():\n    452     x = 1\n--> 453     y()\n    454     return\n\nRateLimitError: Error code: 429 - {'error': {'message': 'slow down please', 'code': Non}}",
            Some(429),
            "slow down please",
        ),
        // A word or two and a status in front of a sentence.
        (
            "Gemini 429 Resource has been exhausted (e.g. check quota)",
            Some(429),
            "Resource has been exhausted (e.g. check quota)",
        ),
        (
            "Mistral API 422 Value error, temperature must be below 1.5",
            Some(422),
            "Value error, temperature must be below 1.5",
        ),
        (
            "OpenRouter 402 This request requires more credits, or fewer max_tokens",
            Some(402),
            "This request requires more credits, or fewer max_tokens",
        ),
        // A sentence within other letters; the quotation marks of other languages.
        (
            "更新后经常出现No available accounts: no available accounts，实际上账号有额度",
            None,
            "No available accounts: no available accounts",
        ),
        (
            "一直返回You exceeded your current quota, please check your plan and billing details.但账户有钱",
            None,
            "You exceeded your current quota, please check your plan and billing details.",
        ),
        (
            "「Rate limit exceeded, please try again later.」と表示されます。",
            None,
            "Rate limit exceeded, please try again later.",
        ),
        (
            "Kommt die Meldung „Model is overloaded, please try again later“ sofort wieder.",
            None,
            "Model is overloaded, please try again later",
        ),
        (
            "Il me dit « Incorrect API key provided » alors que la clé marche ailleurs.",
            None,
            "Incorrect API key provided",
        ),
        // Pictures and labels below the words; what a client does next; a stack under a name.
        (
            "❌ Error: HTTP 503: upstream connect failed\n🔌 Provider: openrouter\n🌐 Endpoint: https://h",
            Some(503),
            "upstream connect failed",
        ),
        (
            "Error: 429 Rate limit reached for it.\n⏳ Waiting: 3s\n🔁 Retrying in 4s",
            Some(429),
            "Rate limit reached for it.",
        ),
        (
            "ERROR service=x error=Client gave a wrong argument\nstack=\"AI_APICallError: Client gave a wrong argument\"",
            None,
            "Client gave a wrong argument",
        ),
        // The last of several calls between which a person speaks; the last of a client's list.
        (
            "API error 412: {\"error\":{\"message\":\"it is suspended\"}}\n\nI paid more.\n\nAPI error 402: {\"error\":{\"message\":\"a charge is open\"}}",
            Some(402),
            "a charge is open",
        ),
        (
            "Errors:\n\n[{\"error\":\"Error: 401 {\\\"error\\\":{\\\"message\\\":\\\"no key\\\"}}\",\"timestamp\":\"1\"},{\"error\":\"Error: 500 {\\\"error\\\":{\\\"message\\\":\\\"it broke\\\"}}\",\"timestamp\":\"2\"}]",
            Some(500),
            "it broke",
        ),
        // JSON with the marks of East Asian keyboards.
        ("{“error”：{“message”：“Insufficient Balance”，“code”：“402”｝｝", None, "Insufficient Balance"),
        // The program that asked stands below what it printed.
        (
            "An error occurred (AccessDeniedException) when calling the Converse operation: You don't have access to it.\n\nresponse = client.chat.completions.create(model=model)",
            None,
            "You don't have access to it.",
        ),
        (
            "gave 400\n0.17.040.446 E srv  send_error: task id = 12, error: request (19185 tokens) exceeds the available context size\n0.17.040.488 I srv log_server_request: request 400: POST /v1",
            Some(400),
            "request (19185 tokens) exceeds the available context size",
        ),
        // A bracket, a quotation or a row of a table around the sentence, and a person's words behind it.
        (
            "(503 The service is overloaded, try later.) again and again since noon",
            Some(503),
            "The service is overloaded, try later.",
        ),
        (
            "API gibt zurück: 'The model `gpt-9` does not exist or you do not have access to it.' Kann man das abstellen?",
            None,
            "The model `gpt-9` does not exist or you do not have access to it.",
        ),
        (
            "In prod the model gave **429 \"Rate limit reached for requests\"**.",
            Some(429),
            "Rate limit reached for requests",
        ),
        (
            "The answer is a 403 \"Country, region, or territory not supported\" error.",
            Some(403),
            "Country, region, or territory not supported",
        ),
        (
            "It stopped today.\n> Your account has insufficient funds. Please top up.\nWhat now?",
            None,
            "Your account has insufficient funds. Please top up.",
        ),
        (
            "Seit gestern:\n> HTTP 402: Guthaben reicht nicht aus\n\nWas tun?",
            Some(402),
            "Guthaben reicht nicht aus",
        ),
        (
            "| A | B |\n|---|---|\n| `A cat that walks` | failed: output audio may contain sensitive information |",
            None,
            "output audio may contain sensitive information",
        ),
        (
            "Если сервер другой, пишет: API error 404 Not Found: 404 page not found, а модели видны.",
            Some(404),
            "404 page not found",
        ),
        (
            "{\"status\":\"ok\",\"message\":\"ready\"}\nError: 404 page not found",
            Some(404),
            "404 page not found",
        ),
        (
            "Error: 400 invalid chat setting (2013)\n invalid chat setting (2013) (type=bad_request_error)",
            Some(400),
            "invalid chat setting (2013)",
        ),
        (
            "ClientResultException: 'HTTP 404 (invalid_request_error: )\nFiles [f-1] were not found'",
            Some(404),
            "Files [f-1] were not found",
        ),
        // gRPC in Python's and C#'s prints.
        (
            "grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:\n\tstatus = StatusCode.NOT_FOUND\n\tdetails = \"Publisher Model m was not found.\"\n>",
            None,
            "Publisher Model m was not found.",
        ),
        (
            "Grpc.Core.RpcException: Status(StatusCode=\"ResourceExhausted\", Detail=\"Quota exceeded for it.\")",
            None,
            "Quota exceeded for it.",
        ),
        // A report quotes the answer's sentence, in its prose or in its title.
        (
            "# Audio\n\nA file of Voice Memos gives: `\"Invalid file format. Supported formats: ['mp3', 'wav']\"`. \n\nWhy?",
            None,
            "Invalid file format. Supported formats: ['mp3', 'wav']",
        ),
        (
            "# It stops\n\n有些时候会输出 ”Input data may contain inappropriate content.“\n\n模型 m-1",
            None,
            "Input data may contain inappropriate content.",
        ),
        (
            "# 上游报错503:“Our servers are currently overloaded. Please try again later.” 却不重试\n\n它没有重试。",
            Some(503),
            "Our servers are currently overloaded. Please try again later.",
        ),
        (
            "# AuthenticationError: Incorrect API key provided: m. You can find your key at https://h/keys.",
            None,
            "Incorrect API key provided: m. You can find your key at https://h/keys.",
        ),
        (
            "# Image Issue: Billing hard limit has been reached\n\nHi,\nI paid and it comes all the same.",
            None,
            "Billing hard limit has been reached",
        ),
        (
            "# Odd\n\nThe log has this explicit error:\n\n> The system is currently experiencing high demand and cannot process your request.\n\nWhy?",
            None,
            "The system is currently experiencing high demand and cannot process your request.",
        ),
        (
            "### What is wrong\n\nIt does not stream.\n\n### Actual behavior\n\nThe model m-1 does not exist or you do not have access to it.\n\n### Version\n\n1.2",
            None,
            "The model m-1 does not exist or you do not have access to it.",
        ),
        // Where the words end: a mention, another script, an address, a frame's members, the title.
        (
            "# HTTP 401: no\n\nHTTP 401: Invalid Authentication @someone\nhttps://h/1",
            Some(401),
            "Invalid Authentication",
        ),
        (
            "它报 status_code=500, upstream error: do request failed；如果重试成功就没有错",
            Some(500),
            "upstream error: do request failed",
        ),
        (
            "ErrorFrame#0(error: The server had an error while processing your request., fatal: True)",
            None,
            "The server had an error while processing your request.",
        ),
        (
            "LLMErrorFrame#12(id: 7, error: The model m-1 does not exist, retryable: false)",
            None,
            "The model m-1 does not exist",
        ),
        (
            "# Unknown parameter: 'x' is not supported with this model.\n\nUnknown parameter: 'x' is not supported with this model. With the models of Azure",
            None,
            "Unknown parameter: 'x' is not supported with this model.",
        ),
        (
            "In  **`status code: 400, message: [] is too short - 'messages'`**  I see it",
            Some(400),
            "[] is too short - 'messages'",
        ),
        (
            "litellm.InternalServerError: AnthropicException - Overloaded. Handle with `litellm.InternalServerError`.",
            None,
            "Overloaded",
        ),
        (
            "litellm.InternalServerError: OpenAIException - The server had an error while processing it!\nstack trace: Traceback (most recent call last):\n  File \"/a.py\", line 8, in f",
            None,
            "The server had an error while processing it!",
        ),
        // Frames of further programs.
        (
            "The error: `AI_APICallError: undefined: Invocation of model ID m-1 with on-demand throughput isn’t supported`\n\nHm.",
            None,
            "Invocation of model ID m-1 with on-demand throughput isn’t supported",
        ),
        (
            "\"ResponseError: json: cannot unmarshal string into Go struct field ChatRequest.messages\"",
            None,
            "json: cannot unmarshal string into Go struct field ChatRequest.messages",
        ),
        (
            "```\n500 /image/generate: Internal error occurred: it was filtered\n```",
            Some(500),
            "Internal error occurred: it was filtered",
        ),
        (
            "POST failed\n502 POST /v1/chat: the upstream is not there now",
            Some(502),
            "the upstream is not there now",
        ),
        (
            "`ERROR 05-08 21:27:27 [serving_chat.py:198] ValueError: This model's maximum context length is 8192 tokens.`",
            None,
            "This model's maximum context length is 8192 tokens.",
        ),
        (
            "Internal(\"An internal error occurred. Please contact us (x-request-id: 7a256f69-8ec2-9431-a893-0c3fc2b62927)\")",
            None,
            "An internal error occurred. Please contact us (x-request-id: 7a256f69-8ec2-9431-a893-0c3fc2b62927)",
        ),
        (
            "Something went wrong. Here's the specific error message we encountered: The model m-1 does not exist",
            None,
            "The model m-1 does not exist",
        ),
        // A log that lost its line ends.
        (
            "[INFO] 2024/05/25 - 02:20:27 | a | user 1 has quota  [GIN] 2024/05/25 - 02:20:27 | b | 429 | 94ms | POST /v1/x [ERR] 2024/05/25 - 02:20:27 | 2024052502202733503658994402104 | relay error (channel #5): 当前分组上游负载已饱和，请稍后再试",
            Some(429),
            "当前分组上游负载已饱和，请稍后再试",
        ),
        // A terminal cut the line within its frame.
        (
            "litellm.exceptions.RateLimitError: OpenAIException - Rate li\nmit reached for requests on tokens per minute for your organ\nization, please contact sales if you need more",
            None,
            "Rate limit reached for requests on tokens per minute for your organization, please contact sales if you need more",
        ),
        // A terminal's table.
        (
            "+--------+-----------+\n| status | message   |\n+--------+-----------+\n| 400    | \"Unknown parameter: 'foo' is not allowed\" |\n+--------+-----------+",
            Some(400),
            "Unknown parameter: 'foo' is not allowed",
        ),
        // What stands around an answer's words in the prints of further clients.
        (
            "LLM request rejected: messages.3.content.1: a result has no call before it.",
            None,
            "messages.3.content.1: a result has no call before it.",
        ),
        (
            "Server error: `POST https://h/v1/x` resulted in a `500 Internal Server Error` response: it broke in the middle",
            Some(500),
            "it broke in the middle",
        ),
        (
            "Error: Request failed with status code 404\nThe model `m-1` does not exist or you do not have access to it.",
            Some(404),
            "The model `m-1` does not exist or you do not have access to it.",
        ),
        (
            "Error\nAPI key not valid. Please pass a valid API key.",
            None,
            "API key not valid. Please pass a valid API key.",
        ),
        (
            "it says unexpected status 503 Service Unavailable: no channel is free,",
            Some(503),
            "no channel is free",
        ),
        (
            "POST /x\n> {}\n< 400 Bad Request\n< max_tokens (9) cannot exceed 8",
            Some(400),
            "max_tokens (9) cannot exceed 8",
        ),
        // Prefixes of clients.
        ("Error: 503 no channel is free", Some(503), "no channel is free"),
        ("Error: Error: 400 This model has no tools.", Some(400), "This model has no tools."),
        ("> Error: Too many tokens were asked for.", None, "Too many tokens were asked for."),
        ("❌ Upload failed: 403 - Your credit is used up", Some(403), "Your credit is used up"),
        ("Summarizing failed: Your trial is over.", None, "Your trial is over."),
        ("HTTP 400: [acme/m-1] [400]: top_k is not known here", Some(400), "top_k is not known here"),
        ("status_code=429, slow down please", Some(429), "slow down please"),
        ("Error code: 401 - the token is gone", Some(401), "the token is gone"),
        (
            "error, status code: 400, status: 400 Bad Request, message: no such model",
            Some(400),
            "no such model",
        ),
        (
            "unexpected status 401 Unauthorized: the key is wrong, url: http://h/v1/responses",
            Some(401),
            "the key is wrong",
        ),
        ("Error: 404 Not Found - model m-1 was removed", Some(404), "model m-1 was removed"),
        ("Failed to call the model: 400 Bad Request: m-1 was removed", Some(400), "m-1 was removed"),
        ("[API Error: 401 the login is over]", Some(401), "the login is over"),
        (
            "✕ [API Error: 400 <400> Internal.Check: not allowed.]",
            Some(400),
            "<400> Internal.Check: not allowed.",
        ),
        ("  ⎿  API Error: 529 the model is busy", Some(529), "the model is busy"),
        (
            "[API Error: quota used up for today (Status: RESOURCE_EXHAUSTED)]",
            None,
            "quota used up for today",
        ),
        (
            "AI_RetryError: Failed after 3 attempts. Last error: The plan has no tokens left",
            None,
            "The plan has no tokens left",
        ),
        (
            "[GoogleGenerativeAI Error]: Error fetching from https://h/v1beta/models/m:generateContent: [429 Too Many Requests] The quota is used up. [{\"@type\":\"x\"}]",
            Some(429),
            "The quota is used up.",
        ),
        ("External: the model needs 12 GiB of memory", None, "the model needs 12 GiB of memory"),
        ("stream disconnected before completion: The model is at capacity", None, "The model is at capacity"),
        (
            "stream error: unexpected status 400 Bad Request: bad tool; retrying 2/5 in 391ms…",
            Some(400),
            "bad tool",
        ),
        // Exceptions, chained and wrapped.
        ("litellm.BadRequestError: AzureException - The image is too small", None, "The image is too small"),
        (
            "litellm.RateLimitError: RateLimitError: OpenAIException - slow down. Received Model Group=m\nAvailable Model Group Fallbacks=None",
            None,
            "slow down.",
        ),
        (
            "litellm. NotFoundError: OpenAIException - no model m-1\n\nLLM failed: NotFoundError",
            None,
            "no model m-1",
        ),
        (
            "openhands:ERROR: retry_mixin.py:75 - litellm.APIError: APIError: OpenAIException - The engine stopped. Attempt #2",
            None,
            "The engine stopped",
        ),
        (
            "PermissionDenied: 403 The API is switched off in project 1. [reason: \"SERVICE_DISABLED\"\ndomain: \"x\"\n]",
            Some(403),
            "The API is switched off in project 1.",
        ),
        (
            "google.api_core.exceptions.ResourceExhausted: 429 Quota is used up for m [violations {\n}\n]",
            Some(429),
            "Quota is used up for m",
        ),
        (
            "com.acme.WebException: INVALID_ARGUMENT: The body is larger than 4 bytes.\n\tat com.acme.Rest.toException(Rest.java:61)\n\tat com.acme.X.y(Unknown Source)",
            None,
            "The body is larger than 4 bytes.",
        ),
        (
            "ollama._types.ResponseError: no model \"m\" here (status code: 404)",
            Some(404),
            "no model \"m\" here",
        ),
        ("BadRequestError('the role is not known')", None, "the role is not known"),
        (
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nacme.QuotaError: The balance is zero.\nINFO: done",
            None,
            "The balance is zero.",
        ),
        ("Fatal error: Uncaught RuntimeException: The key has no rights", None, "The key has no rights"),
        // Loggers.
        (
            "2026-01-02 10:11:12.345 | ERROR    | app.llm:ask:12 - failed to write: Error: Error code: 402 - No money left",
            Some(402),
            "No money left",
        ),
        (
            "2026-01-02T10:11:12.345Z error: [inference][7] inference job failed: Error: 403 Not from this place",
            Some(403),
            "Not from this place",
        ),
        (
            "2026-01-02T10:11:12Z warn agent/x end isError=true model=m-1 error=\"HTTP 401 authentication_error: The bearer is wrong\" hash=sha256:0123",
            Some(401),
            "The bearer is wrong",
        ),
        (
            "web-1  | ERROR:app.llm:Stream error: litellm.BadRequestError: OpenAIException - The text is too long.",
            None,
            "The text is too long.",
        ),
        (
            "[ERR] 2026/01/02 - 03:04:05 | relay error (channel #3): the user has no quota",
            None,
            "the user has no quota",
        ),
        // Reports of people.
        (
            "新版本可以启动了，但是还是不行。\nVLM check failed: The account is paused.",
            None,
            "The account is paused.",
        ),
        (
            "Getting error ```The key has a limit: 3 > 2. See https://h/keys```",
            None,
            "The key has a limit: 3 > 2. See https://h/keys",
        ),
        ("### What happened\n400 m-1 takes no audio.\n\nIt works with m-2", Some(400), "m-1 takes no audio."),
        (
            "It fails, the `error message` is\n```\n404 There is no such endpoint.\n```\nthanks",
            Some(404),
            "There is no such endpoint.",
        ),
        (
            "**Details**\n\nModel: M\nProvider: p\nStatus Code: 402\n\n**Error Output**\n```\n402 No balance\n```",
            Some(402),
            "No balance",
        ),
        ("Error Code: 401\nError Message: The key was revoked", Some(401), "The key was revoked"),
        ("请求失败，状态码：429，错误信息：负载已满", Some(429), "负载已满"),
        ("您好，提示：\n[LLM] Access denied: 余额不够 (request id: 1)；", None, "余额不够 (request id: 1)"),
        ("[API Error: 401 the login is over]接口有问题\n\nTool: 0.1", Some(401), "the login is over"),
        // Wraps.
        (
            "Error: 429 The account has used\n  up its tokens for\n  this minute.",
            Some(429),
            "The account has used up its tokens for this minute.",
        ),
        ("Error: 404 No endpoint. Request id: \n0217a", Some(404), "No endpoint. Request id: 0217a"),
        (
            "│ Error: 413 The text has too      │\n│ many tokens.                     │",
            Some(413),
            "The text has too many tokens.",
        ),
        ("404 page not found", Some(404), "404 page not found"),
        // Further clients.
        ("Error: **400** The field is unknown", Some(400), "The field is unknown"),
        ("**Error:** The key is not valid for this project", None, "The key is not valid for this project"),
        (
            "openai.BadRequestError: Error code: 400 - Model m-1 takes no images.\n\nDuring handling of the above exception, another exception occurred:",
            Some(400),
            "Model m-1 takes no images.",
        ),
        (
            "RuntimeError: API call failed with status 429: The pool is exhausted",
            Some(429),
            "The pool is exhausted",
        ),
        (
            "Exception: API Error 403: Your plan does not include m-1",
            Some(403),
            "Your plan does not include m-1",
        ),
        ("API error (status 400): m-1 needs max_tokens", Some(400), "m-1 needs max_tokens"),
        ("Request failed with status code 400: m-1 needs max_tokens", Some(400), "m-1 needs max_tokens"),
        ("APIStatusError: 402 - The wallet is empty", Some(402), "The wallet is empty"),
        ("HTTP error! status: 429, message: The pool is exhausted", Some(429), "The pool is exhausted"),
        ("HTTP error 404: model 'm-1' not found", Some(404), "model 'm-1' not found"),
        ("Server error: 500 The engine fell over", Some(500), "The engine fell over"),
        ("Error from API (503): The engine is overloaded", Some(503), "The engine is overloaded"),
        ("Got an error from the API: The account is not active", None, "The account is not active"),
        ("400 Bad Request\nThe field `x` is unknown", Some(400), "The field `x` is unknown"),
        (
            "ERROR 2026-01-02 10:00:00,123 llm.py:88 LLM call failed: The account is not active",
            None,
            "The account is not active",
        ),
        (
            "time=2026-01-02T10:00:00Z level=error msg=\"The account is not active\" code=7",
            None,
            "The account is not active",
        ),
        ("报错信息如下：\n429 您的请求太多", Some(429), "您的请求太多"),
        (
            "提示错误：401 无效的令牌 (request id: 20260205132859798638387SIHCnxzJ)",
            Some(401),
            "无效的令牌 (request id: 20260205132859798638387SIHCnxzJ)",
        ),
        ("渠道测试失败：status_code=404, 模型不存在", Some(404), "模型不存在"),
        ("请求出错: 503 - 没有渠道", Some(503), "没有渠道"),
        // What stands behind the words of a report, in other places than at the begin of a line.
        (
            "**Device:** phone\n\n```\nNo key: [GoogleGenerativeAI Error]: Error fetching from https://h/v1: [400 Bad Request] The key is not known. [{\"@type\":\"x\"}]\n```",
            Some(400),
            "The key is not known.",
        ),
        (
            "ThrottlingException (HTTP 429) now and then: 'An error occurred (ThrottlingException) when calling the Converse operation: Too many requests are open.'",
            Some(429),
            "Too many requests are open.",
        ),
        (
            "With it comes \"Upload failed: 403: The account is blocked\". Why?",
            Some(403),
            "The account is blocked",
        ),
        ("error 404 with message \"No endpoints found for m-1.\"", Some(404), "No endpoints found for m-1."),
        (
            "# Generation failed: 400: the image is too small (it is a JPEG)\n\nIt worked before.",
            Some(400),
            "the image is too small",
        ),
        (
            "请求错误（Acme 400）：messages[3].content: it is empty there",
            Some(400),
            "messages[3].content: it is empty there",
        ),
        (
            "Sending the pieces ended, or an error occured with the API: 400 Invalid file format. It is a text",
            Some(400),
            "Invalid file format. It is a text",
        ),
        // The exception that says something, not the last one.
        (
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nacme.QuotaError: The balance is zero now.\n\nDuring handling of the above exception, another exception occurred:\n\nacme.GiveUpError",
            None,
            "The balance is zero now.",
        ),
        (
            "x threw [failed; nested exception is com.acme.ai.AiHttpException: The input was rejected by our safety system.] with root cause\nretrofit2.HttpException: HTTP 400 \n\tat a.B.c(B.java:1)",
            Some(400),
            "The input was rejected by our safety system.",
        ),
        (
            "Error: Cannot ask the model\n\nCaused by:\n    0: it failed\n    1: no endpoint for m-1 (type: bad_request_error)",
            None,
            "no endpoint for m-1",
        ),
        (
            "Error: 500 Internal Server Error: unmarshal: the body is cut",
            Some(500),
            "unmarshal: the body is cut",
        ),
        // Quotations in back quotes: one of several, one that goes on in another script, one behind a program's own `{`.
        (
            "Use `gpt-4o` and you get `Error: 400 Unsupported value: 'temperature' does not support 0 with this model.` at once.",
            Some(400),
            "Unsupported value: 'temperature' does not support 0 with this model.",
        ),
        (
            "실행하면 `Error code: 401 - Invalid token provided`라고 나옵니다. `.env`는 맞습니다.",
            Some(401),
            "Invalid token provided",
        ),
        ("Claude Desktop zeigt `API Error: 529 Overloaded`, seit heute.", Some(529), "Overloaded"),
        (
            "With an upstream that closes without `[DONE]` the gateway answers at once with 502 (`502 transport error: error sending request for url ...`) and none of the chunks.",
            Some(502),
            "transport error: error sending request for url ...",
        ),
        ("「エラー: 503 Service overloaded, try again」", Some(503), "Service overloaded, try again"),
        ("【请求失败: 429 您的账户请求过于频繁】", Some(429), "您的账户请求过于频繁"),
        // A statement that throws says nothing.
        (
            "throw new ApiError(response.status, body);\n      ^\nApiError: 503 The engine is overloaded",
            Some(503),
            "The engine is overloaded",
        ),
        // R's clients, .NET around an inner exception, a code between status and words.
        (
            "Error in `httr2::req_perform()`:\n! HTTP 401 Unauthorized.\nℹ Incorrect API key provided: x.",
            Some(401),
            "Incorrect API key provided: x.",
        ),
        (
            "Error in `chat()`:\n! HTTP 404 Not Found.\n✖ The model 'foo' does not exist",
            Some(404),
            "The model 'foo' does not exist",
        ),
        (
            "The API deployment for this resource does not exist.\n ---> System.ClientModel.ClientResultException: HTTP 404 (: DeploymentNotFound)\n\nIs the name wrong? It did not work.",
            Some(404),
            "The API deployment for this resource does not exist.",
        ),
        (
            "HTTP 429 - error code 1302 - You have reached your request limit, slow down",
            Some(429),
            "You have reached your request limit, slow down",
        ),
        // Google's details stand behind the answer's words.
        (
            "### What is it\n\nError\nThe key was refused. [{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"API_KEY_INVALID\"}]\n\nTwo servers.\nOne proxy.\nIt is seen often.",
            None,
            "The key was refused.",
        ),
        // A log's good news before the error.
        (
            "app-1 | 2025-01-01 10:00:00 DEBUG loading\napp-1 | 2025-01-01 10:00:01 INFO ready\napp-1 | 2025-01-01 10:00:02 ERROR upstream said: 503 The model is overloaded",
            Some(503),
            "The model is overloaded",
        ),
        // The line of a bot's log that is a whole sentence to the caller.
        (
            "429 error\n\nIt falls\nClient is ready!\nHi\nYou exceeded your current quota, please check your plan and billing details.",
            Some(429),
            "You exceeded your current quota, please check your plan and billing details.",
        ),
        // A program breaks between words; some lines have one length by chance.
        (
            "a command of mine with words before it\n\n```\nx.RateLimitError: Error code: 429 - {'error': {'message': 'Rate\nlimit reached for this model on each minute: 6000 12345678,\nUsed 3513, Requested 3166. Please try again in a while, then',\n'type': 'tokens', 'code': 'rate_limit_exceeded'}}\n```",
            Some(429),
            "Rate limit reached for this model on each minute: 6000 12345678, Used 3513, Requested 3166. Please try again in a while, then",
        ),
        // A terminal cut a word in two.
        (
            "openai.error.InvalidRequestError: The prompt is too long for this model. Please reduce your prompt; or co\nmpletion length.",
            None,
            "The prompt is too long for this model. Please reduce your prompt; or completion length.",
        ),
        (
            "ResponseError: Internal Server Error (ref: 3f380fc3-f1b8-4b9e-aa2c-5c4486b28c08) (status code: 500)",
            Some(500),
            "Internal Server Error (ref: 3f380fc3-f1b8-4b9e-aa2c-5c4486b28c08)",
        ),
        (
            "message: Too many tokens, please wait.\nname: ThrottlingException\n$fault: client",
            None,
            "Too many tokens, please wait.",
        ),
    ];
    let mut wrong = Vec::new();
    for (text, status, message) in table {
        let heard = heard(text).map(|(status, message, _, _)| (status, message));
        if heard != Some((*status, Some((*message).to_owned()))) {
            wrong.push(format!("{text:?}\n    {heard:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_that_nobody_answered_are_no_message() {
    // Text, status.
    let table: &[(&str, Option<u16>)] = &[
        (
            "In the app: `Test failed: [object Object]` and in the log `{ \"error\": \"[object Object]\" }`. HTTP 422",
            Some(422),
        ),
        ("{\"message\":\"[object Object]\",\"statusCode\":400}", Some(400)),
        ("401\nUnauthorized\n[Function: text]\nData: {\"messages\":[]}", Some(401)),
        ("Error 500 from OpenRouter when I use tools", Some(500)),
        ("Error 429 while generating the title of a chat", Some(429)),
        ("litellm error , too many requests", None),
        // A report tells of a failure; an answer does not.
        ("Vidgen hits the hourly rate limit although nobody is using it", None),
        ("The desktop app often says that the model does not exist", None),
        ("在手机上调用这个模型时余额不足", None),
        ("The refusal 413 came from my proxy, whose limit on the size of requests is low.", Some(413)),
        ("404 error when I sumbit the key of Acme\n\nits models changed", Some(404)),
        (
            "[BUG]: API error occurred: Status 401\n\nPython 3.11.4 (main, Jul  5 2023) [GCC 12]\n\nlib==1.2.0",
            Some(401),
        ),
        ("Reason: Server error: 500 Internal Server Error what is wrong here please", Some(500)),
        ("[error] X: Request failed - {:unknown_error, {:forbidden, \"No way in\"}}", None),
        (
            "JsonException: '<' is an invalid start of a value. Path: $ | LineNumber: 0 | BytePositionInLine: 0.",
            None,
        ),
        (
            "# It always ends in 405\n\n```\nrequire(\"x\").setup({ url = \"http://localhost:1\", key = \"None\",\n```",
            Some(405),
        ),
        ("I get a HTTP 504 after a minute.\n\n```shell\nNo logs\n```", Some(504)),
        ("429 - rate_limit_exceeded 에러 응답", Some(429)),
        (
            "the default size is small; larger ones throw the `413 – Request Entity Too Large` error",
            Some(413),
        ),
        ("x/gemma does not support system_prompt and provokes an Internal Server Error", None),
        (
            "Traceback (most recent call last):\n  File \"a.py\", line 3, in f\n    raise HTTPStatusError(message, request=request, response=self)\nhtt",
            None,
        ),
        ("I get `HTTP 404 (: DeploymentNotFound)` Does the configured deployment exist?", Some(404)),
    ];
    for (text, status) in table {
        if let Some((heard, message, _, _)) = heard(text) {
            assert_eq!((heard, message.as_deref()), (*status, None), "{text:?}");
        }
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn codes_and_types_before_the_message_are_told() {
    let table: &[(&str, &str, Option<&str>, Option<&str>)] = &[
        (
            "Openai Error:401:invalid_request_error:Incorrect API key provided.",
            "Incorrect API key provided.",
            None,
            Some("invalid_request_error"),
        ),
        (
            "Error Code 400: BAD_REQUEST: One field is a list.",
            "One field is a list.",
            Some("BAD_REQUEST"),
            None,
        ),
        (
            "GenkitError: RESOURCE_EXHAUSTED: It is all used.",
            "It is all used.",
            Some("RESOURCE_EXHAUSTED"),
            None,
        ),
        (
            "ValidationException: The provided model identifier is invalid.\n    at de_ValidationExceptionRes (/app/node_modules/@aws-sdk/client-bedrock-runtime/dist-cjs/index.js:1:2)",
            "The provided model identifier is invalid.",
            Some("ValidationException"),
            None,
        ),
        (
            "Error Code: 403,\nMessage: Permission 'a.b' denied on resource 'r'.,\nStatus: PERMISSION_DENIED",
            "Permission 'a.b' denied on resource 'r'.",
            Some("403"),
            Some("PERMISSION_DENIED"),
        ),
        (
            "step failed, err=[E]\nfailed to create: HTTP 400 (Code 20015): Field required\n----------\nnode: [llm]",
            "Field required",
            Some("20015"),
            None,
        ),
        (
            "400 FAILED_PRECONDITION: m is not served here.",
            "m is not served here.",
            None,
            Some("FAILED_PRECONDITION"),
        ),
        (
            "Server Error: Sorry, all tokens are used. Error Code: rate_limited",
            "Sorry, all tokens are used.",
            Some("rate_limited"),
            None,
        ),
        (
            "E: Error: code: 4100, msg: the key is gone, logid: 2025110522060859DE7DB648C2DCC379B3",
            "the key is gone",
            Some("4100"),
            None,
        ),
        (
            "Error Code: 403, Message: No right to m., Status: PERMISSION_DENIED in /a/b.php:19",
            "No right to m.",
            Some("403"),
            Some("PERMISSION_DENIED"),
        ),
        (
            "Error Domain=Acme Code=429 \"The plan is used up.\" UserInfo={a=b}",
            "The plan is used up.",
            None,
            None,
        ),
        (
            "C(id=None, object='error', code=400, message=\"got 'name' here\", param=None, type='BadRequestError')",
            "got 'name' here",
            Some("400"),
            Some("BadRequestError"),
        ),
        (
            "An error occurred (ValidationException) when calling the InvokeModel operation: must not fit {\"required\":[\"messages\"]}#: try again.",
            "must not fit {\"required\":[\"messages\"]}#: try again.",
            Some("ValidationException"),
            None,
        ),
        (
            "botocore.errorfactory.AccessDeniedException: An error occurred (AccessDeniedException) when calling the Converse operation: No right to m.",
            "No right to m.",
            Some("AccessDeniedException"),
            None,
        ),
        (
            "raised: An error occurred (ThrottlingException) when calling the Converse operation (reached max retries: 4): Too fast",
            "Too fast",
            Some("ThrottlingException"),
            None,
        ),
        ("HTTP 401 permission_error: not for you", "not for you", None, Some("permission_error")),
        (
            "System.ClientModel.ClientResultException: HTTP 429 (tokens: rate_limit_exceeded)\n\nSlow down.\n   at A.B.C()",
            "Slow down.",
            Some("rate_limit_exceeded"),
            Some("tokens"),
        ),
        (
            "relay failed: {Error:{Message:no quota is left Type:acme_api_error Param: Code:no_quota} StatusCode:403}",
            "no quota is left",
            Some("no_quota"),
            Some("acme_api_error"),
        ),
        (
            "失败：type invalid_request_error, code <nil>, message Invalid URL (POST /v1/v1/x)",
            "Invalid URL (POST /v1/v1/x)",
            None,
            Some("invalid_request_error"),
        ),
        (
            "[Acme] said data:{error: {code: bad_size, message: This size, sir, is not known., param: null, type: invalid_request_error}}",
            "This size, sir, is not known.",
            Some("bad_size"),
            Some("invalid_request_error"),
        ),
        (
            "Request id: 6d1c5c4e-0f7c-4a0b-9d5e-2f1a3b4c5d6e, Status code: 400, error code: InvalidParameter, error message: The url is wrong.",
            "The url is wrong.",
            Some("InvalidParameter"),
            None,
        ),
        (
            "[TencentCloudSDKException] code:FailedOperation.Busy message:Busy now. requestId:6d1c5c4e-0f7c-4a0b-9d5e-2f1a3b4c5d6e",
            "Busy now.",
            Some("FailedOperation.Busy"),
            None,
        ),
        (
            "  \"message\": \"The head is lost\",\n  \"type\": \"auth_error\",\n  \"code\": \"no_head\"\n}",
            "The head is lost",
            Some("no_head"),
            Some("auth_error"),
        ),
        (
            "<Error><Code>AccessDenied</Code><Message>Not yours</Message></Error>",
            "Not yours",
            Some("AccessDenied"),
            None,
        ),
        (
            "S2S Error(message=\"No such field: 'a.b'.\", type='invalid_request_error', code='no_field', event_id='e', param='a.b')",
            "No such field: 'a.b'.",
            Some("no_field"),
            Some("invalid_request_error"),
        ),
        (
            "ThrottlingException(properties: R.ThrottlingException.Properties(message: Optional(\"Wait a bit.\")), httpResponse: Status Code: HTTP status code: 429)",
            "Wait a bit.",
            Some("ThrottlingException"),
            None,
        ),
        (
            "ApiError(ApiError { message: \"No key\", type: Some(\"auth\"), param: None, code: Some(\"no_key\") })",
            "No key",
            Some("no_key"),
            Some("auth"),
        ),
        (
            "Error code: 400 - {'error': {'message': 'The head is here', 'code': 'cut_off', 'type': ",
            "The head is here",
            Some("cut_off"),
            None,
        ),
        (
            "said '{\"object\":\"error\",\"message\":\"{\\\\\"detail\\\\\":\\\\\"no\\\\\"}\",\"type\":\"t\",\"code\":\"7\"}' (HTTP response code was 422)",
            "{\"detail\":\"no\"}",
            Some("7"),
            Some("t"),
        ),
        (
            "Error: [429:no_quota_left] The quota is used up.",
            "The quota is used up.",
            None,
            Some("no_quota_left"),
        ),
        (
            "Error:\n400 no_such_model\nThe model is not known here.",
            "The model is not known here.",
            Some("no_such_model"),
            None,
        ),
        (
            "Exception: embedding error: InvalidApiKey - Invalid API-key provided.",
            "Invalid API-key provided.",
            Some("InvalidApiKey"),
            None,
        ),
        (
            "HttpClientErrorException: 400 Bad Request: \"{<EOL>  \"error\": {<EOL>    \"message\": \"No\",<EOL>    \"code\": \"c\"<EOL>  }<EOL>}\"",
            "No",
            Some("c"),
            None,
        ),
    ];
    let mut wrong = Vec::new();
    for (text, message, code, error_type) in table {
        let heard = heard(text).map(|(_, message, code, kind)| (message, code, kind));
        let owned = |word: Option<&str>| word.map(str::to_owned);
        if heard != Some((Some((*message).to_owned()), owned(*code), owned(*error_type))) {
            wrong.push(format!("{text:?}\n    {heard:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_clients_own_words_are_no_message() {
    let table: &[(&str, Option<u16>)] = &[
        // Sentences of persons in other languages; a vendor's name and a status; a listing.
        (
            "Wenn ich die API mit dem Schlüssel benutze, kommt Rate limit exceeded und nicht die Antwort, obwohl ich für das Abo zahle",
            None,
        ),
        (
            "Cuando uso la API aparece que model is overloaded para todos los modelos que puede usar mi cuenta",
            None,
        ),
        ("【Bedrock】Access deniedで詰んだあなたへ!解決策はこれ", None),
        ("OpenAI API error 503", Some(503)),
        ("Gemini API Error: 500.", Some(500)),
        ("400, Bad request", Some(400)),
        ("A block answers HTTP-200 with `promptFeedback.blockReason` and no candidates.", None),
        (
            "Traceback\nFile ~/a.py:464, in g()\n    452     choices.append(\n    453         {\n    454             \"text\": 1,\n--> 455     h()\n",
            None,
        ),
        // What failed, and no more than a status; a log of nginx; an answer that pydantic cut.
        ("Error while fetching completion", None),
        // A status' name or a quotation in somebody's own sentence; axios in translation; a file of settings.
        ("Использую GPT-4, при каждом запросе приходит Too Many Requests, хотя лимиты не исчерпаны", None),
        ("항상 Bad Gateway 오류가 나고 있습니다 도와주세요 부탁드립니다", None),
        ("Beim Einbinden kommt die Meldung „Ungültiger API-Schlüssel“. Tippfehler gibt es keine.", None),
        ("LLM链接不上显示502", Some(502)),
        ("偶发 HTTP 400 错误，原因：invalid_parameter_value。特别是上下文很长的时候", Some(400)),
        ("リクエストエラー: ステータスコード 401 でリクエストが失敗しました", Some(401)),
        ("请求失败，状态码：429", Some(429)),
        ("# Bug\n\n```yaml\nmodel: m\ntimeout: 30\n```\n\nI get HTTP 503 all the time", Some(503)),
        ("Error during inference: 502", Some(502)),
        ("Failed to generate image: 413", Some(413)),
        ("Unable to call the model: 401", Some(401)),
        ("Request error:429 too many requests", Some(429)),
        ("Getting 502 errors", Some(502)),
        ("[ERROR] 429 [object Object]", Some(429)),
        (
            "2026/01/01 10:00:00 [error] 7#7: *1 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 10.0.0.1, server: api, request: \"POST /v1/x HTTP/1.1\", upstream: \"http://127.0.0.1:3000/v1/x\"",
            None,
        ),
        (
            "Response validation failed: 2 validation errors for Unmarshaller\nbody.id\n  Field required [type=missing, input_value={'error': {'message': 'Pr...9mRq'}, input_type=dict]",
            None,
        ),
        // A person's prose: a wish, a question, a status' name and where it came, a picture, a command, a piece of a page.
        (
            "# Add support for m-1\n\nThe model m-1 is not supported yet. Please add it to the list of models.",
            None,
        ),
        (
            "# Show rate limits\n\nIt would be nice to see the rate limits in the UI. Users often exceed their quota.",
            None,
        ),
        (
            "# Long talks\n\nWhen the context length is exceeded the app crashes. It should shorten the talk.",
            None,
        ),
        ("# [Bug]: 502 Bad Gateway in h.example\n\nIt comes since noon.", Some(502)),
        (
            "# 400 Bad Request Faraday error on a small variation of the sample\n\n400 Bad Request - Faraday Error",
            Some(400),
        ),
        (
            "## What\n\nThe service answers 404 — but the sentence is the client's own, and nobody learns what is missing.",
            Some(404),
        ),
        (
            "# 鉴别失败\n\n从控制台复制API填到插件里，显示秘钥无效\n<img width=\"8\" alt=\"Image\" src=\"https://h/1\" />",
            None,
        ),
        (
            "```\ndocker run --network host acme/llm:latest\n```\nbegins well, then\n```\nnothing\n```\nand a 503 error",
            Some(503),
        ),
        (
            "ERROR: 403 \n\n  <div class=\"cf-section cf-highlight\">\n    <div class=\"cf-wrapper\">",
            Some(403),
        ),
        ("res: Incoming {\n  url: '',\n  method: null,\n  statusCode: 429,\n  statusMessa", Some(429)),
        (
            "An error occured: ResponseError: Message: 42[\"m_progress\",{\"status\":\"failed\",\"text\":\"Error in processing query\"}]",
            None,
        ),
        (
            "Response:  &{429 Too Many Requests 429 HTTP/2.0 2 0 map[Content-Length:[206]] 0xc0 206 [] false}",
            Some(429),
        ),
        ("unexpected status 502 Bad Gateway: Unknown error, url: http://h/v1/responses", Some(502)),
        ("Error retrieving 'x': 429 Too Many Requests at /a/b/API.pm line 48.", Some(429)),
        ("POST http://h/v1/chat/completions 401 (Unauthorized)", Some(401)),
        ("Run failed: Request to Plugin Daemon Service failed-500", Some(500)),
        ("远程服务器返回了错误的 HTTP 响应码：405。", Some(405)),
        (
            "2026-01-02T09:49:38.008 [ERROR] - job AxiosError: Request failed with status code 502\n    at settle (file:///a/settle.js:19:12)",
            Some(502),
        ),
        ("[\"Error: Draw failed with status 429\\n    at A.b (/a.js:1:2)\"]", Some(429)),
        ("[AxiosError: Request failed with status code 404]", Some(404)),
        ("API request failed with status 402", Some(402)),
        ("Something is off. Error: 422 status code (no body)", Some(422)),
        ("TypeError: 'NoneType' object is not iterable", None),
        (
            "[2026-01-02 10:00:00] [DEBUG] x\nTraceback (most recent call last):\n  File \"a.py\", line 1\nAttributeError: 'str' object has no attribute 'id'\n[2026-01-02 10:00:01] [WARNING] done",
            None,
        ),
        ("TypeError: Cannot read properties of undefined (reading '0')", None),
        ("SyntaxError: Unexpected token '<', \"<html>\"... is not valid JSON", None),
        ("requests.exceptions.JSONDecodeError: Expecting value: line 1 column 1 (char 0)", None),
        ("Error: invalid character '<' looking for beginning of value", None),
        (
            "21:00:00 - LiteLLM Router:INFO: router.py:1 - litellm.acompletion(model=None) Exception No deployments available for selected model",
            None,
        ),
        ("com.acme.ai.AiException: 400 - Bad Request", Some(400)),
        ("ERROR:server.x:Error: Request failed: 503 Service Unavailable", Some(503)),
        (
            "INFO:     Uvicorn running on http://h:1\nINFO:     1.2.3.4:5 - \"GET /v1/x HTTP/1.1\" 405 Method Not Allowed",
            Some(405),
        ),
        ("Calling the API: Faraday::TooManyRequestsError", None),
        ("curl: (22) The requested URL returned error: 429", Some(429)),
        ("### Model\n\nacme-image-2.1\n\n### What\n\na 422 error comes", Some(422)),
        ("# HTTP 405 at /v1/x\n\nIn the browser it works.", Some(405)),
        ("It fails with 400 since today:\n```js\n  const safety = [\n  { a: 1 }\n```", Some(400)),
        ("PROXY ERROR 406:  (unk)", Some(406)),
        (
            "# error 401\n- Error status: 401\n- Error kind: provider\n- Error code: OLC-HTTP\n- Model: m",
            Some(401),
        ),
        ("failed to run: error making the index: error fetching: unexpected status code: 400", Some(400)),
        (
            "2026/01/02 10:00:00 process(): stream error: error, status code: 400, message: \n2026/01/02 10:00:01 worker: done",
            Some(400),
        ),
        (
            "x - ERROR - litellm.APIError: APIError: OpenAIException - . Attempt #1 | You can customize it",
            None,
        ),
        (
            "This comes again and again:\n[\"Error\": \"ENOENT: no such file or directory, open 'a.json'\"]",
            None,
        ),
        (
            "HTTPStatusError(\"Server error '502 Bad Gateway' for url 'http://h/v1'\nFor more information check: https://d\")",
            Some(502),
        ),
        ("ERROR: no picture in the answer: {\"name\":\"op/1\",\"done\":true}", None),
        (
            "We see this: `<html><body><h1>504 Gateway Time-out</h1>\n</body></html>`\n\nnow and then",
            Some(504),
        ),
        (
            "```\nERROR:root:<html>\n<head><title>413 Request Entity Too Large</title></head>\n</html>\n```",
            Some(413),
        ),
    ];
    let mut wrong = Vec::new();
    for (text, status) in table {
        let heard = heard(text).map(|(status, message, _, _)| (status, message));
        if heard != Some((*status, None)) {
            wrong.push(format!("{text:?}\n    {heard:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for text in [
        "ERROR service=llm error={\"error\":{\"code\":\"ECONNRESET\",\"path\":\"http://h/v1\",\"errno\":0}}",
        "[TypeError: fetch failed] {\n  cause:  [ConnectTimeoutError: Connect Timeout Error] {\n  name: 'ConnectTimeoutError',\n  code: 'UND_ERR_CONNECT_TIMEOUT',\n  message: 'Connect Timeout Error'\n}",
        "Request error: https://h/v1/x: Connection Failed: Connect error",
        "APIConnectionError: Error communicating with X: HTTPSConnectionPool(host='h', port=443): Max retries exceeded (Caused by NewConnectionError(': Failed to establish a new connection'))",
        "cannot reach h: SELF_SIGNED_CERT_IN_CHAIN",
    ] {
        assert_eq!(heard(text), None, "{text}");
    }
}

#[test]
fn a_status_is_told_in_many_ways() {
    for (text, status) in [
        (" ERROR  HTTP error: no\n\n--> POST /v1/messages?beta=true 400 3s", 400),
        // Behind a colon in Chinese; members without a parting; a console's line without the method; a type behind it.
        ("请求失败: 403", 403),
        ("模型列表获取失败：401，请检查", 401),
        ("{ httpCode: 401, x: 1 }", 401),
        ("it logs upstream_status: 502 and ends", 502),
        ("https://challenges.h.example/cdn-cgi/platform    403\n这是什么", 403),
        ("the log\n400 invalid_request_error: one value is odd", 400),
        // In a person's words, in several languages; in a client's own members.
        ("Azure OpenAI is throwing 429's.", 429),
        ("圖片無法產生\nPOST 504錯誤", 504),
        ("介面傳回 429", 429),
        ("In prod it gave 429 twice", 429),
        ("the response was a 503 each time", 503),
        ("see https://www.cloudflare.com/5xx-error-landing?utm_source=errorcode_522&utm_campaign=h", 522),
        (
            "10:00 - ERROR - async: 404 - 404 page not found\n\n10:08 - ERROR - async: 400 - {\"error\":{\"message\":\"bad value\",\"type\":\"t\"}}",
            400,
        ),
        ("We keep hitting 429 with it", 429),
        ("503, 503, 503 everywhere", 503),
        ("인증에 실패했습니다 (401)", 401),
        ("分析の要求に失敗しました（429）", 429),
        ("요청이 FastAPI의 502 응답으로만 보여서", 502),
        ("# eror 404 - no endpoints found matching it", 404),
        ("The status code of the request is 429.", 429),
        ("failed: responseStatusText: \"x\", responseStatusCode: \"400\"", 400),
        ("it ends as <400> InternalError.Algo.X: the text is odd", 400),
        ("OpenRouter answers 404 to it", 404),
        ("not now\n[401]: The session is over. Sign in again.", 401),
        ("ToolError: (400, 'bad', 'It contains a wrong word.')", 400),
        ("Model request failed: 400", 400),
        ("所有请求 403：余额充足", 403),
        ("Each time I receive a 302 Temporarily moved response.", 302),
        ("INFO: 1.2.3.4:5 - \"POST /v1/completions/ HTTP/1.1\" 307 Temporary Redirect", 307),
        ("Error while tagging: Acme m-1-instant 400 \n", 400),
        ("HttpClient: RESPONSE: 429 ", 429),
        ("Always Error: Error response 401 while fetching https://h/v1: no", 401),
        ("two keys, always the same 401 error", 401),
    ] {
        let heard = heard(text).and_then(|(status, ..)| status);
        assert_eq!(heard, Some(status), "{text}");
    }
    for text in ["error at line 400", "all failed: 404 rows in all", "the tests failed in 500 ms"] {
        let heard = heard(text).and_then(|(status, ..)| status);
        assert_eq!(heard, None, "{text}");
    }
}

#[test]
fn one_line_of_megabytes_is_read_at_its_ends() {
    let filler = "lorem ipsum ".repeat(400_000);
    let before = format!(
        "ERROR call failed: 429 {{\"error\":{{\"message\":\"slow down please\",\"type\":\"t\"}}}} request={filler}\n"
    );
    let behind = format!(
        "ERROR request={filler} failed: 429 {{\"error\":{{\"message\":\"slow down please\",\"type\":\"t\"}}}}\n"
    );
    for text in [before, behind] {
        let heard = heard(&text).map(|(status, message, ..)| (status, message));
        assert_eq!(heard, Some((Some(429), Some("slow down please".to_owned()))));
    }
}
