#!/usr/bin/env python3
"""truth.py TOOLS LOGS: writes LOGS/truth.jsonl, what each log shows, from what the server answered and received.

A value is taken from the server's side and is kept only where the log shows it; what is not in the log is null.
README.md says what each field means. `AMENDED` holds what a reader of the log found and a rule does not.
"""
import json
import os
import re
import sys

import server
from cases import RUNS
from amended import AMENDED

TOOLS, LOGS = sys.argv[1:3]
ANSI = re.compile(r"\x1b\[[0-9;]*m")
IDS = [server.REQ, server.ANTHROPIC_REQ, server.ONEAPI_DEEP, server.ONEAPI, "req_first", "req_second", "req_third", server.RAY + "-FRA", server.RAY]


def views(text):
    """The log as it is, and with the escapes of one and of two levels undone."""
    text = ANSI.sub("", text)
    found = [text]
    for _ in range(2):
        last = found[-1]
        undone = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), last)
        undone = undone.replace("\\n", "\n").replace("\\r", "\r").replace('\\"', '"').replace("\\'", "'")
        found.append(undone)
    # what a console broke into 'a' + \n 'b'
    found.append(re.sub(r"(\\n)?' \+\n\s*'", "", text))
    return found


def without_source(text):
    """The log without the lines of source that a traceback quotes, and without the names of frames."""
    out, quoted = [], ""
    for line in ANSI.sub("", text).splitlines():
        if re.match(r'\s*File "[^"]+", line \d+', line):
            quoted = "python"
            out.append("")
        elif re.match(r"(file://|node:|<anonymous_script>)\S*:\d+$", line.replace("Once upon", "").replace("Once", "")):
            quoted = "node"
            out.append("")
        elif re.match(r"\s+at (?:async |new )?[\w.<>\[\] ]*\(?(?:file:|node:|[\w/.$]+\()?\S*[:)]", line):
            out.append(line[-2:] if line.endswith(" {") else "")
        elif quoted == "python" and line.startswith("    ") or quoted == "node" and line.strip(" ^"):
            out.append("")
        else:
            quoted = "" if quoted == "python" or not line.strip(" ^") else quoted
            out.append(line)
    return "\n".join(out)


def vendor(answer):
    """message, code, type, param of an answer, as it gave them."""
    body = answer[4]
    if isinstance(body, list):
        for piece in body:
            for line in (piece or "").splitlines():
                if line.startswith("data: ") and '"error"' in line:
                    body = line[6:]
        if isinstance(body, list):
            return {}
    try:
        data = json.loads(body)
    except ValueError:
        return {"message": body or None} if answer[2] == "text/plain" else {}
    if isinstance(data.get("detail"), list):
        return {"message": data["detail"][0]["msg"]}
    error = data.get("error", data)
    kind = error.get("type") or error.get("status")
    return {"message": error.get("message"), "code": error.get("code"), "type": kind, "param": error.get("param")}


def shown(name, value, texts):
    if value in (None, ""):
        return None
    pattern = rf"""["']?\b{name}["']?\s*[:=]\s*["']?{re.escape(str(value))}(?![\w])"""
    return str(value) if any(re.search(pattern, t) for t in texts) else None


def number(pattern, text):
    return len(re.findall(pattern, text))


def attempts(text):
    """How many requests the log shows to have gone out; null where it does not say."""
    candidates = [
        number(r"Sending HTTP Request: POST", text),
        number(r"(?<!Sending )HTTP Request: POST", text),
        number(r"sending request \{", text),
        number(r"sending request to POST", text),
        number(r"(?m)^> POST ", text),
        number(r"send: b'POST", text),
        number(r"(?m)=> Send header", text),
        number(r"(?m)^POST /\S+ HTTP/1\.1\r?$", text),
    ]
    for pattern in (r"Failed after (\d+) attempts",):
        candidates += [int(n) for n in re.findall(pattern, text)]
    return max(candidates) or None


def request_headers(text, names):
    """The names of sent headers that stand in the log as part of a request."""
    blocks = []
    blocks += re.findall(r"(?m)^> (?:POST|GET) .*\n((?:> .*\n)+)", text)
    blocks += re.findall(r"(?m)^POST /\S+ HTTP/1\.1\r?\n((?:[\w-]+: .*\n)+)", text)
    blocks += re.findall(r"=> Send header.*\n((?:[0-9a-f]{4}: .*\n)+)", text)
    blocks += [b.replace("\\r\\n", "\n") for b in re.findall(r"send: b'POST .*", text)]
    blocks += re.findall(r"sending request \{(.*?)\n\}", text, re.S)
    blocks += re.findall(r"Request options: \{.*'headers': \{(.*?)\}", text)
    if "axios" in text or "got/dist" in text:
        blocks += re.findall(r'"?headers"?: (?:Object \[AxiosHeaders\] )?\{(.*?)\n\s*\}', text, re.S)[:1]
    block = "\n".join(blocks)
    found = [n for n in dict.fromkeys(x.lower() for x in names) if re.search(rf"""(?im)(?:^|[\s"'>{{,(n]|: ){re.escape(n)}["']?\s*:""", block)]
    return found


def transport(scenario, text):
    rules = [
        ("refused", r"ECONNREFUSED|[Cc]onnection refused|Connect call failed|java\.net\.ConnectException|Couldn't connect to server|ConnectError|All connection attempts failed"),
        ("dns", r"ENOTFOUND|EAI_AGAIN|Name or service not known|name resolution|Could not resolve host|NameResolutionError|getaddrinfo"),
        ("tls", r"self[- ]signed certificate|CERTIFICATE_VERIFY_FAILED|DEPTH_ZERO_SELF_SIGNED_CERT"),
        ("reset", r"ECONNRESET|Connection reset by peer"),
        ("closed", r"Empty reply from server|Server disconnected without sending|other side closed|socket hang up"),
        ("timeout", r"timed out|ETIMEDOUT|TimeoutError|timeout of \d+|ReadTimeout|Timeout"),
    ]
    expected = {"refused": "refused", "dns": "dns", "tls": "tls", "reset": "reset", "close": "closed", "slow": "timeout"}.get(scenario)
    for name, pattern in rules:
        if name == expected and re.search(pattern, text):
            return name
    return None


LIBRARY_SHOWN = {
    "openai-python": r"site-packages/openai/|openai\._base_client|\bopenai\.\w+Error", "anthropic-python": r"site-packages/anthropic/|anthropic\._base_client|\banthropic\.\w+Error",
    "httpx": r"\bhttpx\b", "requests": r"site-packages/requests/|python-requests", "aiohttp": r"aiohttp", "urllib": r"urllib/request\.py",
    "langchain-openai": r"langchain_openai", "litellm": r"litellm", "llama-index-llms-openai": r"llama_index", "google-genai": r"google/genai",
    "openai-node": r"node_modules/openai/|OpenAI/JS", "anthropic-node": r"node_modules/@anthropic-ai/sdk|Anthropic/JS", "node-fetch-builtin": r"undici|fetch failed",
    "axios": r"AxiosError", "got": r"node_modules/got/", "ai-sdk": r"AI_APICallError|node_modules/ai/", "langchain-openai-node": r"node_modules/@langchain/openai",
    "google-genai-node": r"@google/genai", "java-net-http": r"java\.net\.http|HttpTimeoutException|java\.net\.ConnectException", "curl": r"curl|^\* Closing connection|== Info:", "httpie": r"HTTPie/|http: (?:error|warning):",
}
NAMES = {"node-fetch-builtin": "fetch", "langchain-openai": "langchain", "langchain-openai-node": "langchain", "llama-index-llms-openai": "llama-index", "google-genai-node": "google-genai"}
VERSION_SHOWN = r"OpenAI/JS ([\d.]+)|Anthropic/JS ([\d.]+)|curl/([\d.]+)|HTTPie/([\d.]+)|python-requests/([\d.]+)|axios/([\d.]+)"


# SDKs that name the class of an error by its status
IMPLIED = {400: ["BadRequestError"], 401: ["AuthenticationError"], 403: ["PermissionDeniedError"], 404: ["NotFoundError"], 422: ["UnprocessableEntityError"], 429: ["RateLimitError"], 529: ["OverloadedError"]}


def truth(row, header_names):
    with open(os.path.join(LOGS, row["log"]), encoding="utf-8", newline="") as file:
        raw = file.read()
    scenario, client = row["scenario"], row["client"]
    text = raw.replace("\r\n", "\n")
    texts = views(text)
    plain = without_source(text)
    plains = views(plain)
    everything = "\n".join(texts)
    weak, out = [], {"log": row["log"]}

    library = row["library"].split("@")[0]
    out["client"] = None
    version = None
    if re.search(LIBRARY_SHOWN[library], texts[0], re.M):
        version = next((v for m in re.findall(VERSION_SHOWN, everything) for v in m if v), None)
        out["client"] = {"library": NAMES.get(library, library), "version": version}

    received = row["received"]
    port = {"tls": 8443, "refused": 8081}.get(scenario, 8080)
    origin = "http://gateway.invalid" if scenario == "dns" else f"{'https' if scenario == 'tls' else 'http'}://127.0.0.1:{port}"
    path = received[0]["path"] if received else row["path"] + {"": "/v1/messages"}.get(row["path"], "/chat/completions")
    method = r"""\bPOST\b|["']?\bmethod["']?\s*[:=]\s*["']?post"""
    out["method"] = "POST" if re.search(method, plain) else None
    if not out["method"] and re.search(r"\.post\(|\bPOST\b|method=\"POST\"|\"post\"", text):
        out["method"] = "POST"
        weak.append("method")
    full = origin + path
    out["url"] = full if any(full in t for t in texts) else None
    if not out["url"]:
        head = re.search(r"(?m)(?:^|> |0000: |b')POST " + re.escape(path) + r" HTTP", texts[0]) and re.search(rf"(?i)host: {re.escape(origin.split('//')[1])}", everything)
        if head:
            out["url"] = full
    out["path"] = path if any(re.search(rf"(?<![\w]){re.escape(path)}(?![\w])", t) for t in texts) else None
    if not out["path"] and re.search(r"""["' ]/chat/completions["' ]""", plain):
        out["path"] = "/chat/completions"
    host = origin.split("//")[1]
    name, _, digits = host.partition(":")
    out["host"] = host if any(host in t for t in texts) else None
    if not out["host"] and digits and re.search(rf"""host(?:name)?=?'?["']?[^\n]{{0,4}}{re.escape(name)}'?,? port[=:]? ?{digits}|{re.escape(name)}[^\n]{{0,3}} port {digits}|address: '{name}',\s+port: {digits}|\('{name}', {digits}\)""", everything):
        out["host"] = host

    if out["url"]:
        out["path"], out["host"] = path, host

    sent_model = "claude-sonnet-4-5" if library.startswith("anthropic") or "anthropic" in client else "gemini-2.5-flash" if "genai" in library else "gpt-4o-mini"
    field = rf"""["']?\bmodel(?:_name)?["']?\s*[:=]\s*["']?(?:openai/|anthropic/)?{re.escape(sent_model)}(?![\w-])"""
    out["model"] = None
    if any(re.search(field, t) for t in plains) or f"models/{sent_model}:" in plain:
        out["model"] = sent_model
    elif re.search(rf"(?<![\w/-]){re.escape(sent_model)}(?![\w-])", everything):
        out["model"] = sent_model
        weak.append("model")

    answers = [] if scenario in ("dns", "refused", "tls", "close", "reset", "slow") else server.ANSWERS[scenario]
    got = answers[: max(1, len(received))] if answers else []
    last = got[min(len(received), len(got)) - 1] if got else None
    bare = re.sub(r"line \d+|:\d+:\d+|:\d+ - ", " ", plain)
    for known in IDS:
        bare = bare.replace(known, " ")

    def status_shown(code):
        return bool(re.search(rf"(?:HTTP/[\d.]+\"?,? \"?|HTTP |[Ss]tatus(?:_?[Cc]ode|_line)?[\"']?(?:\s*[:=]\s*|\s+)|[Ee]rror code:? |http_code\"?:|returned error: |<Response \[|Error: |code: |\"code\":\s?|'code': ){code}(?!\d)|\b{code} (?:Client|Server) Error|(?<![\w.:,-]){code} (?:None\b|[A-Z][a-z]+|\{{|field)|(?<![\w.:-]){code}: |many {code} error|[\"']{code} |POST {code}\b|answered {code}\b|[Ee]rror code:? ?{code}|code {code}\b|\" {code} \d+", bare))

    out["status"] = last[0] if last and status_shown(last[0]) else None
    out["statuses"] = [a[0] for a in got if status_shown(a[0])] if len(server.ANSWERS.get(scenario, [])) > 1 else None
    out["request_headers_seen"] = request_headers("\n".join(texts[:2]), header_names)
    fields = vendor(last) if last else {}
    message = fields.get("message")
    out["message"] = message if message and any(message in t for t in texts) else None
    for key in ("code", "type", "param"):
        out[key] = shown(key, fields.get(key), plains)
    if fields.get("type") and not out["type"]:
        out["type"] = shown("status", fields["type"], plains)
        if not out["type"] and fields["type"].isupper() and any(fields["type"] in t for t in plains):
            out["type"] = fields["type"]
    out["request_ids"] = [i for i in IDS if re.search(rf"(?<![\w-]){re.escape(i)}(?![\w-])", everything)]
    # oldest hop first, and each once, in the order of the log
    out["request_ids"].sort(key=lambda i: everything.index(i))
    stamp = r"(?m)^\[?(?:DEBUG:|INFO:)?(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?|\d\d:\d\d:\d\d(?:\.\d+)?(?= - |\s==|\s=>|\s<=))"
    out["at"] = list(dict.fromkeys(re.findall(stamp, ANSI.sub("", text))))
    out["date"] = server.DATE if server.DATE in everything else None
    out["attempts"] = attempts(texts[0])
    waits = [round(float(s) * 1000, 3) for s in re.findall(r"(?:Retrying request(?: to \S+)?|Will retry) in ([\d.]+) second", texts[0])]
    waits += [round(float(s) * 1000, 3) for s in re.findall(r"in ([\d.]+) seconds as it raised", texts[0])]
    out["waits_ms"] = waits
    out["retry_after"] = None
    if last:
        value = dict(last[3]).get("retry-after") or next((a for x in got for k, a in x[3] if k == "retry-after"), None)
        if value and re.search(rf"""(?i)retry-after["']?\)?\s*[:,]\s*b?["']?{value}\b""", everything):
            out["retry_after"] = value
        if scenario == "gemini-429" and "27s" in everything:
            out["retry_after"] = "27s"
    out["transport"] = transport(scenario, texts[0])
    codes = re.findall(r"""["']?\bcode["']?: ["']((?:E[A-Z]{3,}|ERR_\w+|UND_ERR_\w+|DEPTH_ZERO_SELF_SIGNED_CERT)\b)""", texts[0])
    codes += re.findall(r"\[SSL: (CERTIFICATE_VERIFY_FAILED)\]", texts[0])
    out["client_code"] = codes[0] if codes else None
    out["stream"] = None
    if scenario.endswith("stream-cut") and re.search(r"incomplete chunked read|terminated|other side closed|outstanding read data|Premature close|TransferEncodingError|peer closed", everything):
        out["stream"] = "truncated"
    if scenario.endswith("stream-error") and out["message"]:
        out["stream"] = "error"
    out["answer_model"] = "gpt-4o-mini-2024-07-18" if "gpt-4o-mini-2024-07-18" in everything else None
    out["client_message"] = None
    tail = [line for line in plain.splitlines() if re.match(r"(?:[\w.]+\.)?\w*(?:Error|Exception|Timeout|Expired|Refused)\b(?: \[[^\]]+\])?: ?.+|http: error: |curl: \(\d+\) |Exception in thread |DOMException", line)]
    if tail:
        out["client_message"] = tail[-1] if row["program"].startswith(("py", "http", "curl")) else tail[0]
    if not tail and (said := re.search(r'"message": "((?:Request failed|timeout of)[^"]*)"', plain)):
        out["client_message"] = said[1]
    allowed = {}
    if last and out["status"] is None and any(name in texts[0] for name in IMPLIED.get(last[0], ())):
        allowed["status"] = [last[0]]
    if scenario == "detail-422":
        allowed.update(type=["missing"], param=["messages", "body.messages", "body"])
    out["allowed"] = allowed
    out["weak"] = weak
    for key, value in AMENDED.get(row["log"].removesuffix(".log"), {}).items():
        out[key] = value
    return out


def check(row, text):
    """Every text of the truth stands in its log."""
    texts = views(text.replace("\r\n", "\n"))
    problems = []
    for key in ("message", "code", "type", "param", "model", "retry_after", "path", "date", "answer_model", "client_code", "client_message"):
        if row[key] is not None and not any(str(row[key]) in t for t in texts):
            problems.append(f"{row['log']}: {key} {row[key]!r} does not stand in it")
    for name in row["request_headers_seen"]:
        if name not in text.lower():
            problems.append(f"{row['log']}: the header {name} does not stand in it")
    for value in row["request_ids"] + row["at"]:
        if not any(value in t for t in texts):
            problems.append(f"{row['log']}: {value!r} does not stand in it")
    return problems


def main():
    with open(f"{TOOLS}/runs.json", encoding="utf-8") as file:
        runs = json.load(file)
    headers = {}
    for row in runs.values():
        for received in row["received"]:
            headers.setdefault(row["program"].split(" -")[0], {}).update((n.lower(), None) for n, _ in received["headers"])
    rows, problems = [], []
    for row in sorted(runs.values(), key=lambda r: r["log"]):
        if row["scenario"] not in RUNS.get(row["client"], "").split():
            continue
        line = truth(row, headers.get(row["program"].split(" -")[0], {}))
        with open(os.path.join(LOGS, row["log"]), encoding="utf-8", newline="") as file:
            problems += check(line, file.read())
        rows.append(line)
    with open(os.path.join(LOGS, "truth.jsonl"), "w", encoding="utf-8") as file:
        for line in rows:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    print(f"{len(rows)} lines of truth, {len(problems)} values not found")
    print("\n".join(problems))
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
