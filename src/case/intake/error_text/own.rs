//! Sentences of a client's own: no words of an answer.
//!
//! Each is a fact on a program; its source stands beside it.

/// Sentences of a client's own, on a status, on its own code or on an answer that it cannot read.
pub(super) const OWN: &[&str] = &[
    // openai-node and anthropic-sdk-typescript.
    r"(?:.{0,80} )?(?:[0-9]{3} )?(?:status code )?\(no body\)\.?",
    // axios (lib/core/settle.js) and what wraps it.
    r"(?:.{0,60} )?[Rr]equest failed with status(?: code)? [0-9]{3}\.?(?:[^:：\s-].*|\s[^:-].*)?",
    r".{0,40}\bfailed with status(?: code)?:? [0-9]{3}\.?",
    // VS Code's Copilot, and a person who goes on.
    r"(?:Server|Client) error: [45][0-9]{2} (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out|Not Found|Forbidden|Unauthorized|Bad Request|Too Many Requests|Payload Too Large|Payment Required)(?: [a-z]+){2,20}[.!?]?",
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
    r"(?:Server|Client|Network|Request|Upstream|Connection) [Ee]rror:? \(?[0-9]{3}\)?\.?",
    // claude-code on requests that it mixed up itself.
    r"due to tool use concurrency issues.*",
    r"(?:[A-Z][A-Za-z -]{2,30})? ?\(https?://\S+\)",
    r"exceeded retry limit, last status: [0-9]{3}.*",
    r"Got response status [0-9]{3}.*",
    r"HTTP [0-9]{3} [A-Za-z -]{2,40} from https?://\S+",
    r"(?:GET|POST|PUT|PATCH|DELETE) \S+:? [0-9]{3}(?: \(?[A-Za-z -]{2,40}\)?| \(\))?",
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
    r"(?:prompt_?[fF]eedback|block_?[rR]eason|finish_?[rR]eason): .{0,80}",
    // .NET Framework and PowerShell, PHP, the JDK, OpenURI, GNU Wget, HTTPie.
    r"(?:[A-Za-z-]{3,40} : )?The remote server returned an error: \([0-9]{3}\).*",
    r"file_get_contents\(.*HTTP request failed! HTTP/.*",
    r".*\bServer returned HTTP response code: [0-9]{3} for URL: .*",
    r"[0-9]{4}-[0-9-]{5} [0-9:]{8} ERROR [0-9]{3}: .*",
    r"http: (?:error|warning): .*",
    r"Username/Password Authentication Failed\.",
    // guzzle (RequestException::create).
    r"(?:Server error|Client error|Unsuccessful request): `[A-Z]+ \S+` resulted in a `[0-9]{3}[^`]*`(?: response)?\s?[:.]?\s?(?:\(empty body\))?\.?",
    // got, ky, superagent, node-fetch, ofetch, Angular.
    r"Response code [0-9]{3} \(.*\)",
    r"Request failed with status code [0-9]{3}.*: (?:GET|POST|PUT|PATCH|DELETE) \S+",
    r"\[(?:GET|POST|PUT|PATCH|DELETE)\] .+: [0-9]{3}.*",
    r"Http failure response for .*",
    // Go clients and the AWS SDKs without a body.
    r"[Uu]nexpected (?:HTTP )?(?:response )?status(?: code)?:? [0-9]{3}(?: [A-Za-z -]{2,40})?",
    // codex (`UnexpectedResponseError`) writes the last one where the body is empty.
    r"UnknownError|Unknown(?: Error)?|Unknown error\.?",
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
    // Foundation where the URL loading system or a library on top of it fails.
    r"[“\x22]?The operation couldn.t be completed\..*",
    // openai-python before 1.0 where the message is empty.
    r"<empty message>",
    r"(?:Server error - the server failed to fulfil an apparently valid request|Client error - the request contains bad syntax or cannot be fulfilled).*",
    // LibreChat where it knows no such provider.
    r"Provider \S{1,40} (?:is )?not supported\.?",
    // Go's print of a response (net/http, `%v`).
    r"(?:[A-Za-z ]{2,40}:\s+)?&?\{[1-5][0-9]{2} [A-Z][A-Za-z ]{2,40} [1-5][0-9]{2} HTTP/.*",
    // A library's name and no more.
    r"(?:Faraday|Axios|Dio|Guzzle|Ktor|Retrofit|Feign|Fetch|Requests?|HTTPX|Httpx|Client) [Ee]rror\.?",
    // A file of the own machine is missing.
    r".*\bENOENT: no such file\b.*",
    // Nothing but an exception's name.
    r"(?:[^:\n]{0,80}: )?(?:[A-Za-z0-9_]+(?:::|\.))*[A-Z][A-Za-z0-9_]{0,60}(?:Error|Exception)",
    // An object that states no error, with or without a client's heading.
    r#"(?:[^\n{}]*[:：]\s*)?[0-9]{0,3}[{\[]["{].*"#,
    r"[0-9]{0,3}\{'[\w-]{1,60}': .*",
    // pydantic's print of a model: names and values.
    r"[a-z_]{2,40}=(?:None|\[|\(|'|[A-Z][A-Za-z]+\()[^\n]* [a-z_]{2,40}=.*",
    // Go's bufio on a line that it could not hold.
    r"(?:.{0,120}: )?(?:bufio\.Scanner: )?token too long",
    // 5ire and others on a 404.
    r"https?://\S+ not found, verify your API base.*",
    // Access logs of sub2api and others (zap): the words are the same whatever came of it.
    r"(?:[Hh][Tt][Tt][Pp] )?[Rr]equest (?:completed|finished|served|handled)\b.*",
    // axios in translation.
    r".{0,40}상태 ?코드 ?[0-9]{3}(?:으)?로 (?:요청이 )?실패.*",
    r".{0,40}ステータス ?コード ?[0-9]{3} ?で(?:リクエスト|要求)?.{0,4}失敗.*",
    r".{0,20}请求失败[,，:：]? ?(?:HTTP )?状态码[:：为]? ?[0-9]{3}.{0,4}",
    // Azure.Core where the body holds nothing that it reads.
    r"Service request failed\.?(?:(?:\s|\\n)*Status: [0-9]{3}.*)?",
    // requests and httpx where a person cut the status off; an address, and what came of it.
    r"for url: https?://\S+",
    r"https?://\S+ ?(?:-{1,6}|=)> ?[0-9]{3}\b.*",
    // Programs that caught whatever there was, and go on.
    r"(?:[A-Za-z]{2,40} )?(?:Ignoring|Ignored|Unhandled|Uncaught|Caught|caught|Swallowed) exception (?:in|at|from|while|during) .*",
    r"\| \{.{0,80}\}",
    // A vendor's name and the status: `Anthropic API error 400`.
    r"(?:[A-Z][A-Za-z0-9.]{1,20} ){1,2}(?:API |HTTP )?[Ee]rror:? \(?[45][0-9]{2}\)?\.?",
    // What n8n's heading leaves of itself (packages/workflow, `NodeApiError`).
    r"please check your (?:parameters|credentials)(?: at | [A-Z]|\.? Hint: |\.?$).*",
    r"https?://\S+ [45][0-9]{2}\b.*",
    // Node's `IncomingMessage` as a console shows it.
    r#"status(?:Message|Text): ["'][A-Za-z -]{2,40}["'],?"#,
    // The number of Cloudflare's page.
    r"Error 1[0-9]{3}",
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
    // The SDKs of Anthropic where no key is set (`validateHeaders`, `_validate_headers`).
    r#""?Could not resolve authentication method\. Expected .*"#,
    // node-fetch (src/body.js), whatever ended the body.
    r"(?:[0-9]{3} )?Invalid response body while trying to fetch .*",
    // Go's encoding/json on the `404 page not found` of its own router.
    r"(?:.{0,80}: )?invalid character 'p' after top-level value",
    // Dify's plugin daemon.
    r".{0,80}\bfailed-[0-9]{3}",
    // .NET in Chinese.
    r"远程服务器返回了?错误.*",
    // nginx' log, which is no answer of it.
    r".*, client: [^,\n]+, server: [^,\n]*, request: .*",
    // @google/generative-ai on an answer that holds no text.
    r"(?:Candidate|Response|Prompt|Text) (?:was |not available\. Response was )?blocked due to [A-Z_]{3,40}.*",
];

/// Sentences on an answer that cannot be read, and on a stream that ended: a client's own, unless a status before them says
/// that a gateway tells them of its upstream.
pub(super) const SOFT: &[&str] = &[
    // V8, Python, Go, Rust and PHP on text where JSON belongs.
    r"(?:[0-9]{3} )?Unexpected (?:token|end of JSON|non-whitespace|identifier).*",
    r".*\bis not valid JSON\b.*",
    // System.Text.Json, Newtonsoft, Jackson, Gson, kotlinx, Dart, Perl.
    r".*(?:\bis an invalid start of a value\b|\bexpected the input to start with a valid JSON token\b|\bUnrecognized token '.{1,40}': was expecting|\bUse JsonReader\.setLenient\b|\bUnexpected JSON token at offset [0-9]|\bUnexpected character \(at |\bUnexpected character encountered while parsing value\b|\bmalformed JSON string, neither\b).*",
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
    r"(?i)(?:.{0,40} )?(?:max(?:imum)? )?retr(?:y|ies)(?: attempts?)? (?:exceeded|exhausted|limit reached|reached).{0,80}",
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
    r".*\bDecoding ?Error\b.*",
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

/// Words that are a client's or a person's where they are all that is said: what failed, and no more than the status
/// behind it.
pub(super) const ALONE: &[&str] = &[
    r"[Ee]rror (?:while|during|when|in) [a-z]+ing(?: (?:a|an|the|your|my))?(?: [a-z]+){0,3}\.?",
    r"(?:[^:\n]{2,60}: )?(?:Failed|Unable|Could not|Cannot|Error|Failure)\b[^:\n]{2,80}:\s?(?:HTTP |status |code |error )*[45][0-9]{2}\.?",
    r"[A-Za-z][A-Za-z ]{2,60}:[45][0-9]{2} (?i:request entity too large|payload too large|too many requests|bad gateway|service unavailable|unauthorized|forbidden|not found|internal server error|gateway time-?out|bad request)\.?",
    r"(?i)(?:throwing|throws|getting|gets|got|returns?|returning|receiving|received|always|still) (?:an? )?[45][0-9]{2}(?: [a-z]+){0,4}(?: error)?[.!]?",
    // JavaScript's print of an object, Node's of what is deep inside one.
    r"\[object [A-Z][A-Za-z]{2,20}\]",
    r"\[(?:Async)?(?:Function|Class|Object|Array|Getter|Circular)\b[^\[\]\n]{0,60}\]",
    // What a person says of when and where it came.
    r"(?:from|when|whenever|while|during|after|since|upon) [A-Za-z][^.:'\x22`]{3,120}",
    // A form's field that nobody filled.
    r"(?i)(?:no|without|none|see) (?:relevant )?(?:logs?|output|response|error|stack ?trace|traceback|screenshots?|message)s?(?: (?:above|below|available|output|shown|given|provided))?\.?",
    r"(?i)errors?[.!]?",
    r"(?i)(?:[a-z]+ ){0,3}errors?\s?[,:–—-]\s?(?:bad request|unauthorized|payment required|forbidden|not found|method not allowed|conflict|request entity too large|payload too large|too many requests|internal server error|bad gateway|service unavailable|gateway time-?out)\.?",
    // A status that a person tells, and nothing more.
    r"[^:：\n“「]{0,60}(?:显示|返回|提示|报错?|出现|错误|都是)(?:了|的是)?\s?[45][0-9]{2}(?:\s?(?:错误|报错|异常))?[。！]?",
    // A code, and behind it no more than a person's word for an error.
    r"[a-z]{2,20}(?:_[a-z]{2,20}){1,5}`?\s?(?:에러|오류|エラー|错误|报错|錯誤|[Ee]rror|[Ff]ehler|erreur|ошибк\w*)(?:\s?[^\s.]{1,12}){0,2}",
];

/// Languages' own exceptions: never the word of a gateway.
pub(super) const LANGUAGE: &[&str] = &[
    "NullPointerException",
    "NullReferenceException",
    "ClassCastException",
    "IndexOutOfBoundsException",
    "NoSuchElementException",
    "NoMethodError",
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
