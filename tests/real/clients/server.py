#!/usr/bin/env python3
"""server.py DIR [NAME...]: a gateway that fails, one loopback port for each scenario, for real clients to fail against.

A name is a scenario or `scenario@anything`: run.py gives each run a port of its own, so a port's count of requests is the run's.
Writes DIR/ports.json (scenario -> port) when all ports are open, then DIR/journal.jsonl, one line for each request it
received. Needs nothing but the standard library; answers, dates and ids are fixed. `tls` speaks TLS with the
self-signed DIR/cert.pem and DIR/key.pem where they exist. Ends when its standard input closes.
"""
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time

DATE = "Fri, 20 Nov 2026 09:30:00 GMT"
REQ = "req_5f8e1c0b7a2d4e3f9a6b1c2d3e4f5a6b"
ANTHROPIC_REQ = "req_011CVKq8TzPmW3xYb5NdRf7H"
ONEAPI = "2026112009300012345678AbCdEfGh"
ONEAPI_DEEP = "2026112017300087654321ZyXwVuTs"
RAY = "9a1b2c3d4e5f6a7b"
JSON = "application/json"


def openai(message, kind, code=None, param=None):
    return json.dumps({"error": {"message": message, "type": kind, "param": param, "code": code}}, indent=2)


def cloudflare(title, heading):
    return f"""<!DOCTYPE html>
<html lang="en-US">
<head>
<title>{title}</title>
<meta charset="UTF-8" />
<meta name="robots" content="noindex, nofollow" />
</head>
<body>
<div id="cf-wrapper">
<h1>{heading}</h1>
<div class="cf-section">Cloudflare Ray ID: <strong>{RAY}</strong> &bull; 2026-11-20 09:30:00 UTC</div>
</div>
</body>
</html>
"""


def nginx(line):
    return f"<html>\r\n<head><title>{line}</title></head>\r\n<body>\r\n<center><h1>{line}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"


def chunk(text, finish=None):
    return "data: " + json.dumps({
        "id": "chatcmpl-C9aB8cD7eF6gH5", "object": "chat.completion.chunk", "created": 1795253400,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}) + "\n\n"


def claude(event, data):
    return f"event: {event}\ndata: {json.dumps(data)}\n\n"


CLAUDE_START = claude("message_start", {"type": "message_start", "message": {
    "id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
    "content": [], "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 9, "output_tokens": 1}}}) + claude(
    "content_block_start", {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}) + claude(
    "content_block_delta", {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Ground"}})

X = [("x-request-id", REQ), ("openai-processing-ms", "17"), ("openai-version", "2020-10-01")]
ONE = [("X-Oneapi-Request-Id", ONEAPI)]
CF = [("Server", "cloudflare"), ("CF-RAY", RAY + "-FRA")]
A = [("request-id", ANTHROPIC_REQ)]
G = [("Server", "scaffolding on HTTPServer2"), ("Vary", "Origin")]
HTML = "text/html; charset=UTF-8"
RETRY = [("retry-after", "1"), ("x-ratelimit-limit-requests", "60"), ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1s")]

# scenario -> list of answers, one for each attempt, the last for all that follow:
# (status, reason, content type, further headers, body)
ANSWERS = {
    "auth-401": [(401, "Unauthorized", JSON, X, openai("Incorrect API key provided: sk-proj-********************WxYz. You can find your API key at https://platform.example.com/account/api-keys.", "invalid_request_error", "invalid_api_key"))],
    "newapi-401": [(401, "Unauthorized", "application/json; charset=utf-8", ONE, json.dumps({"error": {"code": "", "message": f"Invalid token (request id: {ONEAPI})", "type": "new_api_error"}}))],
    "waf-403": [(403, "Forbidden", HTML, CF + [("cf-mitigated", "challenge")], cloudflare("Attention Required! | Cloudflare", "Sorry, you have been blocked"))],
    "flat-403": [(403, "Forbidden", JSON, ONE, json.dumps({"code": "quota_not_enough", "message": "user quota is not enough", "data": None}))],
    "path-404": [(404, "Not Found", "text/plain", [], "404 page not found")],
    "model-404": [(404, "Not Found", JSON, X, openai("The model `gpt-4o-mini` does not exist or you do not have access to it.", "invalid_request_error", "model_not_found"))],
    "context-400": [(400, "Bad Request", JSON, X, openai("This model's maximum context length is 128000 tokens. However, your messages resulted in 214332 tokens. Please reduce the length of the messages.", "invalid_request_error", "context_length_exceeded", "messages"))],
    "param-400": [(400, "Bad Request", JSON, X, openai("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "invalid_request_error", "unsupported_parameter", "max_tokens"))],
    "detail-422": [(422, "Unprocessable Entity", JSON, [("server", "uvicorn")], json.dumps({"detail": [{"type": "missing", "loc": ["body", "messages"], "msg": "Field required", "input": {"model": "gpt-4o-mini"}}]}))],
    "rate-429": [(429, "Too Many Requests", JSON, X + RETRY, openai("Rate limit reached for gpt-4o-mini in organization org-Ab12Cd34 on requests per min (RPM): Limit 60, Used 60, Requested 1. Please try again in 1s.", "requests", "rate_limit_exceeded"))],
    "quota-429": [(429, "Too Many Requests", JSON, X, openai("You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", "insufficient_quota"))],
    "empty-429": [(429, "Too Many Requests", None, ONE, "")],
    "nested-500": [(500, "Internal Server Error", JSON, ONE, json.dumps({"error": {"message": f"field messages is required (request id: {ONEAPI_DEEP}) (request id: {ONEAPI})", "type": "new_api_error", "param": "", "code": "invalid_request"}}))],
    "server-500": [(500, "Internal Server Error", JSON, X, openai("The server had an error while processing your request. Sorry about that!", "server_error"))],
    "nginx-502": [(502, "Bad Gateway", "text/html", [("Server", "nginx")], nginx("502 Bad Gateway"))],
    "channel-503": [(503, "Service Unavailable", JSON, ONE, json.dumps({"error": {"code": "model_not_found", "message": f"No available channel for model gpt-4o-mini under group default (distributor) (request id: {ONEAPI})", "type": "new_api_error"}}, ensure_ascii=False))],
    "chinese-429": [(429, "Too Many Requests", JSON, ONE, json.dumps({"error": {"code": "", "message": f"当前分组上游负载已饱和，请稍后再试 (request id: {ONEAPI})", "type": "new_api_error"}}, ensure_ascii=False))],
    "origin-524": [(524, "<none>", HTML, CF, cloudflare("gateway.example.com | 524: A timeout occurred", "A timeout occurred <span>Error code 524</span>"))],
    "mixed": [
        (500, "Internal Server Error", JSON, [("x-request-id", "req_first")], openai("The server had an error while processing your request.", "server_error")),
        (429, "Too Many Requests", JSON, [("x-request-id", "req_second"), ("retry-after", "1")], openai("Rate limit reached, please slow down.", "requests", "rate_limit_exceeded")),
        (401, "Unauthorized", JSON, [("x-request-id", "req_third")], openai("Your API key has been revoked.", "invalid_request_error", "invalid_api_key")),
    ],
    "error-200": [(200, "OK", JSON, ONE, openai(f"bad response status code 504 (request id: {ONEAPI})", "upstream_error", "bad_response_status_code"))],
    "html-200": [(200, "OK", HTML, [("Server", "nginx")], "<!doctype html>\n<html lang=\"en\"><head><title>New API</title></head><body><div id=\"root\"></div></body></html>\n")],
    "overloaded-529": [(529, "<none>", JSON, A + [("x-should-retry", "true")], json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": ANTHROPIC_REQ}))],
    "claude-401": [(401, "Unauthorized", JSON, A + [("x-should-retry", "false")], json.dumps({"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}, "request_id": ANTHROPIC_REQ}))],
    "claude-400": [(400, "Bad Request", JSON, A, json.dumps({"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens: 9000000 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5"}, "request_id": ANTHROPIC_REQ}))],
    "claude-relay-400": [(400, "Bad Request", JSON, ONE, json.dumps({"error": {"type": "new_api_error", "message": f"Model claude-sonnet-4-5 has not been priced by the administrator yet (request id: {ONEAPI})"}, "type": "error"}))],
    "gemini-400": [(400, "Bad Request", "application/json; charset=UTF-8", G, json.dumps({"error": {"code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT", "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com", "metadata": {"service": "generativelanguage.googleapis.com"}}]}}, indent=2))],
    "gemini-429": [(429, "Too Many Requests", "application/json; charset=UTF-8", G, json.dumps({"error": {"code": 429, "message": "You exceeded your current quota, please check your plan and billing details.", "status": "RESOURCE_EXHAUSTED", "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "27s"}]}}, indent=2))],
    "redirect-301": [(301, "Moved Permanently", HTML, [("Location", "/site/index.html")], "<a href=\"/site/index.html\">Moved Permanently</a>.\n")],
    # streams: the body goes out chunked; None instead of a last chunk cuts the connection
    "stream-cut": [(200, "OK", "text/event-stream", X, [chunk(""), chunk("Once"), chunk(" upon"), None])],
    "stream-short": [(200, "OK", "text/event-stream", X, [chunk(""), chunk("Once"), chunk(" upon")])],
    "stream-error": [(200, "OK", "text/event-stream", X, [chunk(""), chunk("Once"), "data: " + json.dumps({"error": {"message": "The upstream model stopped responding.", "type": "upstream_error", "param": None, "code": "upstream_stalled"}}) + "\n\n"])],
    "claude-stream-error": [(200, "OK", "text/event-stream", A, [CLAUDE_START, claude("error", {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": ANTHROPIC_REQ})])],
    "claude-stream-cut": [(200, "OK", "text/event-stream", A, [CLAUDE_START, None])],
}
FAULTS = ["close", "reset", "slow", "tls"]


def encode(answer, head_only):
    status, reason, kind, headers, body = answer
    lines = [f"HTTP/1.1 {status} {reason}", f"Date: {DATE}"]
    if kind:
        lines.append(f"Content-Type: {kind}")
    streamed = isinstance(body, list)
    lines.append("Transfer-Encoding: chunked" if streamed else f"Content-Length: {len(body.encode())}")
    lines += [f"{name}: {value}" for name, value in headers]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode()
    if head_only:
        return [head], False
    if not streamed:
        return [head + body.encode()], False
    parts, cut = [head], False
    for piece in body:
        if piece is None:
            cut = True
        else:
            data = piece.encode()
            parts.append(b"%x\r\n%s\r\n" % (len(data), data))
    if not cut:
        parts.append(b"0\r\n\r\n")
    return parts, cut


def read_request(file):
    first = file.readline().decode("latin-1").rstrip("\r\n")
    if not first:
        return None
    headers = []
    while (line := file.readline().decode("latin-1").rstrip("\r\n")):
        name, _, value = line.partition(":")
        headers.append([name, value.strip()])
    low = {name.lower(): value for name, value in headers}
    body = b""
    if "chunked" in low.get("transfer-encoding", ""):
        while (size := int(file.readline() or b"0", 16)):
            body += file.read(size)
            file.readline()
        file.readline()
    elif "content-length" in low:
        body = file.read(int(low["content-length"]))
    method, path, _ = (first + "  ").split(" ", 2)
    return {"method": method, "path": path, "headers": headers, "body": body.decode("utf-8", "replace")}


class Gateway:
    def __init__(self, folder):
        self.folder = folder
        self.lock = threading.Lock()
        self.journal = open(os.path.join(folder, "journal.jsonl"), "a", encoding="utf-8")

    def note(self, scenario, request):
        with self.lock:
            self.journal.write(json.dumps({"scenario": scenario, "time": time.time(), **request}) + "\n")
            self.journal.flush()

    def serve(self, scenario, connection, counter):
        try:
            file = connection.makefile("rb")
            while (request := read_request(file)) is not None:
                self.note(scenario, request)
                number = next(counter)
                fault = scenario.split("@")[0]
                if fault == "close":
                    break
                if fault == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
                if fault == "slow":
                    time.sleep(6)
                    break
                if request["path"].startswith("/site/"):
                    answers = ANSWERS["html-200"]
                else:
                    answers = ANSWERS[fault]
                parts, cut = encode(answers[min(number, len(answers) - 1)], request["method"] == "HEAD")
                for part in parts:
                    connection.sendall(part)
                    time.sleep(0.02)
                if cut:
                    break
            file.close()
        except OSError:
            pass
        finally:
            connection.close()

    def listen(self, name):
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        context = None
        if name.split("@")[0] == "tls":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(os.path.join(self.folder, "cert.pem"), os.path.join(self.folder, "key.pem"))
        counter = iter(range(1 << 30))

        def accept():
            while True:
                connection, _ = listener.accept()
                def handle(connection=connection):
                    try:
                        if context:
                            connection = context.wrap_socket(connection, server_side=True)
                    except (OSError, ssl.SSLError):
                        connection.close()
                        return
                    self.serve(name, connection, counter)
                threading.Thread(target=handle, daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1]


def main():
    folder = sys.argv[1]
    names = sys.argv[2:] or list(ANSWERS) + FAULTS
    gateway = Gateway(folder)
    ports = {name: gateway.listen(name) for name in names}
    with open(os.path.join(folder, "ports.json.part"), "w", encoding="utf-8") as file:
        json.dump(ports, file)
    os.rename(os.path.join(folder, "ports.json.part"), os.path.join(folder, "ports.json"))
    sys.stdin.read()


if __name__ == "__main__":
    main()
