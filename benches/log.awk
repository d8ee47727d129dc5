# Writes about BYTES bytes of a gateway's log, the same for the same SEED: HAR entries, one per line, as proxies and
# browsers' exports have them, and lines of a server's log in between. No value stands twice but where it would.
#   awk -v BYTES=100000000 -v SEED=1 -f benches/log.awk > log.jsonl
function below(n) { # Park and Miller's generator: its products stay within what a double can count.
    state = (state * 16807) % 2147483647
    return int(state / 2147483647 * n)
}
function text(alphabet, n,    out, i) {
    out = ""
    for (i = 0; i < n; i++) out = out substr(alphabet, below(length(alphabet)) + 1, 1)
    return out
}
function words(n,    out, i) {
    out = word[below(WORDS) + 1]
    for (i = 1; i < n; i++) out = out " " word[below(WORDS) + 1]
    return out
}
function two(n) { return sprintf("%02d", n) }
function moment() {
    millis += below(900)
    return sprintf("2026-11-%02dT%02d:%02d:%02d.%03dZ", 1 + int(millis / 86400000) % 28, int(millis / 3600000) % 24,
        int(millis / 60000) % 60, int(millis / 1000) % 60, millis % 1000)
}
function header(name, value) { return "{\"name\":\"" name "\",\"value\":\"" value "\"}" }
function entry(    status, model, body, answer, secret) {
    status = split("200 200 200 429 500 503 401", code, " ") ? code[below(7) + 1] : 200
    model = models[below(MODELS) + 1]
    secret = below(5) == 0 ? keys[below(KEYS) + 1] : keys[1]
    body = "{\\\"model\\\":\\\"" model "\\\",\\\"messages\\\":[{\\\"role\\\":\\\"user\\\",\\\"content\\\":\\\"" words(20 + below(40)) \
        "\\\"}],\\\"temperature\\\":0." below(10) ",\\\"max_tokens\\\":" below(4096) ",\\\"stream\\\":false}"
    answer = status == 200 ? "{\\\"id\\\":\\\"chatcmpl-" text(ALNUM, 29) "\\\",\\\"object\\\":\\\"chat.completion\\\",\\\"created\\\":17637" text(DIGIT, 5) \
        ",\\\"model\\\":\\\"" model "\\\",\\\"choices\\\":[{\\\"index\\\":0,\\\"message\\\":{\\\"role\\\":\\\"assistant\\\",\\\"content\\\":\\\"" words(30 + below(60)) \
        "\\\"},\\\"finish_reason\\\":\\\"stop\\\"}],\\\"usage\\\":{\\\"prompt_tokens\\\":" below(900) ",\\\"completion_tokens\\\":" below(900) "}}" \
        : "{\\\"error\\\":{\\\"message\\\":\\\"" said[below(SAID) + 1] " (request id: 20261121" text(DIGIT, 15) text(ALNUM, 8) ")\\\",\\\"type\\\":\\\"new_api_error\\\",\\\"code\\\":\\\"bad_response_status_code\\\"}}"
    return "{\"startedDateTime\":\"" moment() "\",\"time\":" below(30000) "." below(1000) ",\"request\":{\"method\":\"POST\",\"url\":\"https://api.cometapi.com/v1/chat/completions\",\"httpVersion\":\"h2\",\"headers\":[" \
        header("host", "api.cometapi.com") "," header("authorization", "Bearer " secret) "," header("content-type", "application/json") "," \
        header("user-agent", "OpenAI/Python 1." below(99) "." below(9)) "," header("accept-encoding", "gzip, deflate, br") "," header("x-stainless-os", "Linux") "," \
        header("traceparent", "00-" text(HEX, 32) "-" text(HEX, 16) "-01") "],\"cookies\":[],\"headersSize\":" below(900) ",\"bodySize\":" below(9000) \
        ",\"postData\":{\"mimeType\":\"application/json\",\"text\":\"" body "\"}},\"response\":{\"status\":" status ",\"statusText\":\"\",\"headers\":[" \
        header("date", "Sat, 21 Nov 2026 10:" two(below(60)) ":" two(below(60)) " GMT") "," header("content-type", "application/json; charset=utf-8") "," header("server", "cloudflare") "," \
        header("cf-ray", text(HEX, 16) "-FRA") "," header("x-request-id", text(HEX, 8) "-" text(HEX, 4) "-4" text(HEX, 3) "-a" text(HEX, 3) "-" text(HEX, 12)) "," \
        header("set-cookie", "__cf_bm=" text(ALNUM, 43) "-176373-1.0.1.1-" text(ALNUM, 40) "; path=/; HttpOnly; Secure") "," header("x-ratelimit-remaining-requests", below(9999)) \
        "],\"content\":{\"size\":" below(9000) ",\"mimeType\":\"application/json\",\"text\":\"" answer "\"}},\"serverIPAddress\":\"10.0." below(255) "." below(255) "\",\"timings\":{\"send\":0." below(100) ",\"wait\":" below(9999) ".1,\"receive\":" below(90) "." below(10) "}}"
}
function line(    kind) {
    kind = below(8)
    if (kind == 0) return moment() " INFO  gateway::relay channel=" below(400) " model=" models[below(MODELS) + 1] " status=200 latency_ms=" below(20000) " request_id=req_" text(ALNUM, 24)
    if (kind == 1) return moment() " WARN  gateway::retry upstream answered 429 for channel #" below(400) ", next try in " below(30) "." below(10) " s (request id: 20261121" text(DIGIT, 15) text(ALNUM, 8) ")"
    if (kind == 2) return "10.0." below(255) "." below(255) " - - [21/Nov/2026:10:" two(below(60)) ":" two(below(60)) " +0000] \"POST /v1/chat/completions HTTP/1.1\" 200 " below(99999) " \"-\" \"OpenAI/JS 4." below(99) ".0\""
    if (kind == 3) return moment() " ERROR gateway::auth " said[below(SAID) + 1]
    if (kind == 4) return moment() " DEBUG hyper::proto::h1::conn   read " below(9999) " bytes; trace_id=" text(HEX, 32) " span_id=" text(HEX, 16)
    if (kind == 5) return "  at com.example.gateway.RelayService.forward(RelayService.java:" below(900) ")"
    if (kind == 6) return moment() " INFO  gateway::pool idle=" below(90) " busy=" below(90) " wait_p99=" below(900) "ms build=" text(HEX, 40)
    return moment() " WARN  gateway::token Incorrect API key provided: " substr(keys[below(KEYS) + 1], 1, 51) ". You can find your API key at https://platform.openai.com/account/api-keys."
}
BEGIN {
    state = SEED ? SEED : 1
    ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    HEX = "0123456789abcdef"; DIGIT = "0123456789"
    WORDS = split("the a of to and in that it with for was on as are this be by from have not or one had but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know", word, " ")
    MODELS = split("gpt-4o gpt-4o-mini-2024-07-18 claude-3-5-sonnet-20241022 gemini-2.5-pro deepseek-chat qwen-max grok-4 llama-3.1-405b-instruct", models, " ")
    SAID = split("The model is currently overloaded. Please try again later.|No available channel for model gpt-4o under current group default|Rate limit reached for requests per minute (RPM): Limit 60, Used 60, Requested 1.|Request timed out after 600 seconds|This token has been disabled|当前分组上游负载已饱和，请稍后再试|The server had an error while processing your request. Sorry about that!|invalid character in field messages[0].content", said, "|")
    KEYS = 40
    for (i = 1; i <= KEYS; i++) keys[i] = "sk-" text(ALNUM, 48)
    for (written = 0; written < BYTES; written += length(out) + 1) {
        out = below(10) < 4 ? entry() : line()
        print out
    }
}
