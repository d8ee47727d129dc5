#!/usr/bin/env python3
"""run.py TOOLS LOGS [LOG...]: runs the rows of cases.py and writes their logs, with what changes from run to run made fixed.

Two at a time. Also writes TOOLS/runs.json, what truth.py needs to know of each run. The key is made here and never stored.
"""
import concurrent.futures
import datetime
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time

from cases import CLIENTS, RUNS

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS, LOGS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
ONLY = set(sys.argv[3:])
CANARY = "sk-" + secrets.token_hex(24)
EPOCH = datetime.datetime(2026, 11, 20, 9, 30, 0)
PYTHONS = {"py3": "py", "py2": "py2", "py1": "py1"}
CHAT = '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Summarise the attached contract."}]}'


def command(program, how, base):
    url = base + "/chat/completions"
    words = program.split(" ")
    if words[0] == "curl":
        # A trace breaks lines at 64 bytes and counts them: there the placeholder itself is sent, so that the log is exact.
        key = "[key]" if "--trace-ascii" in words else CANARY
        body = CHAT[:-1] + ',"stream":true}' if how == "curl-stream" else CHAT
        return [w.replace("\\n", "\n") for w in words] + [url, "-H", "Authorization: Bearer " + key, "-H", "Content-Type: application/json", "-d", body]
    if words[0] == "http":
        return [f"{TOOLS}/py/bin/http", *words[1:], "POST", url, "Authorization:Bearer " + CANARY, "model=gpt-4o-mini",
                'messages:=[{"role":"user","content":"Summarise the attached contract."}]']
    if words[0] == "java":
        return ["java", "-cp", f"{TOOLS}/java", "Summary", how, base]
    if words[0] == "node":
        return ["node", f"{TOOLS}/npm/{words[1]}", how, base]
    return [f"{TOOLS}/{PYTHONS[words[0]]}/bin/python", f"{TOOLS}/app/{words[1]}", how, base]


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def address(scenario, run, ports):
    """The address that the client is given, and the port in it that the log is to show as another."""
    if scenario == "dns":
        return "http://gateway.invalid", None, None
    if scenario == "refused":
        port = closed_port()
        return f"http://127.0.0.1:{port}", port, 8081
    if scenario == "tls":
        return f"https://127.0.0.1:{ports[run]}", ports[run], 8443
    return f"http://127.0.0.1:{ports[run]}", ports[run], 8080


class Clock:
    """Shifts the times that a program logged so that its first one is EPOCH; the distances stay."""

    def __init__(self):
        self.first = None

    def shift(self, moment):
        whole = moment.replace(microsecond=0)
        if self.first is None:
            self.first = whole
        return EPOCH + (moment - self.first)


def fixed_times(text):
    now = datetime.datetime.now()
    clock = Clock()

    def full(match):
        moment = datetime.datetime.fromisoformat(match[1] + "T" + match[3])
        if abs((moment - now).total_seconds()) > 3600:
            return match[0]
        return clock.shift(moment).strftime("%Y-%m-%d") + match[2] + clock.shift(moment).strftime("%H:%M:%S")

    text = re.sub(r"(\d{4}-\d\d-\d\d)([ T])(\d\d:\d\d:\d\d)", full, text)

    def short(match):
        moment = datetime.datetime.combine(now.date(), datetime.time.fromisoformat(match[0]))
        if abs((moment - now).total_seconds()) > 3600:
            return match[0]
        return clock.shift(moment).strftime("%H:%M:%S")

    return re.sub(r"(?<![\d:T])(?<!\d{4}-\d\d-\d\d )\d\d:\d\d:\d\d(?=\.\d|\s-\s)", short, text)


def fixed_milliseconds(text):
    """Epoch milliseconds of this hour become those of EPOCH; the distances stay."""
    now, first = time.time() * 1000, []

    def shift(match):
        value = int(match[0])
        if abs(value - now) > 3_600_000:
            return match[0]
        first.append(value)
        return str(int(EPOCH.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000) + value - first[0])

    return re.sub(r"(?<![\w.])\d{13}(?![\w.])", shift, text)


def numbered(text, pattern, shape):
    """Replaces the first distinct match by shape(1), the second by shape(2)..."""
    seen = {}
    return re.sub(pattern, lambda m: shape(seen.setdefault(m[0], len(seen) + 1)), text)


def fixed(text, port, shown, pid):
    text = text.replace(CANARY, "[key]")
    if port:
        text = re.sub(rf"(?<!\d){port}(?!\d)", str(shown), text)
    for folder in ("py", "py2", "py1"):
        text = text.replace(f"{TOOLS}/{folder}/", "/app/.venv/")
    text = text.replace(f"{TOOLS}/npm/", "/app/").replace(f"{TOOLS}/app/", "/app/").replace(f"{TOOLS}/java", "/app")
    # A file's name must not tell which library the program uses.
    text = re.sub(r"/app/\w+_python\.py", "/app/summary.py", text)
    text = re.sub(r"/app/\w+_node\.mjs", "/app/summary.mjs", text)
    text = re.sub(r"/\S*/versions/3\.[\d.]+/lib/", "/usr/local/lib/", text)
    text = fixed_milliseconds(fixed_times(text))
    text = re.sub(r"0x[0-9a-f]{8,16}\b", "0x7f0000000000", text)
    text = re.sub(r"\b(UNDICI|HTTP|NET|TLS|FETCH) \d+:", r"\1 4242:", text)
    text = re.sub(r"\(node:\d+\)", "(node:4242)", text)
    if pid:
        text = re.sub(rf"(?<![\d.]){pid}(?![\d.])", "4242", text)
    text = re.sub(r"stainless-(python|node)-retry-[0-9a-f-]{36}", lambda m: f"stainless-{m[1]}-retry-00000000-0000-4000-8000-000000000000", text)
    text = numbered(text, r"\b[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b", lambda n: f"00000000-0000-4000-8000-{n:012}")
    text = re.sub(r'("?local_?[pP]ort"?[:=] ?)\d+', r"\g<1>50000", text)
    text = re.sub(r"(\('127\.0\.0\.1', )\d{5}\)", r"\g<1>50000)", text)
    return text


def run_one(client, scenario, ports):
    library, program, how, path, more = CLIENTS[client]
    run = f"{scenario}@{client}"
    base, port, shown = address(scenario, run, ports)
    environment = {"PATH": os.environ["PATH"], "HOME": f"{TOOLS}/home", "LANG": "C.UTF-8", "TERM": "dumb", "CANARY": CANARY, "TZ": "UTC",
                   "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "ANONYMIZED_TELEMETRY": "False",
                   "LANGSMITH_TRACING": "false", "PYTHONUNBUFFERED": "1", **more}
    line = command(program, how, base + path)
    begun = time.monotonic()
    process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=f"{TOOLS}/app", env=environment)
    try:
        output, _ = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()
        return run, f"{run}: no end after 120 s"
    name = f"{client}-{scenario}.log"
    text = fixed(output.decode("utf-8", "replace"), port, shown, process.pid)
    if CANARY[3:15] in text or CANARY[-12:] in text:
        return run, f"{name}: a part of the key stands in it"
    with open(os.path.join(LOGS, name), "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return run, {"log": name, "client": client, "library": library, "scenario": scenario, "program": program, "how": how, "path": path,
                 "exit": process.returncode, "seconds": round(time.monotonic() - begun, 1)}


def main():
    os.makedirs(LOGS, exist_ok=True)
    os.makedirs(f"{TOOLS}/home", exist_ok=True)
    shutil.copytree(f"{HERE}/programs", f"{TOOLS}/app", dirs_exist_ok=True)
    for name in os.listdir(f"{HERE}/programs"):
        if name.endswith(".mjs"):
            shutil.copy(f"{HERE}/programs/{name}", f"{TOOLS}/npm/{name}")
    rows = [(client, scenario) for client, scenarios in RUNS.items() for scenario in scenarios.split() if not ONLY or f"{client}-{scenario}" in ONLY]
    folder = f"{TOOLS}/server"
    os.makedirs(folder, exist_ok=True)
    for name in ("ports.json", "journal.jsonl"):
        if os.path.exists(f"{folder}/{name}"):
            os.remove(f"{folder}/{name}")
    served = [f"{scenario}@{client}" for client, scenario in rows if scenario not in ("dns", "refused")]
    server = subprocess.Popen([sys.executable, f"{HERE}/server.py", folder, *served], stdin=subprocess.PIPE)
    while not os.path.exists(f"{folder}/ports.json"):
        if server.poll() is not None:
            sys.exit("the server did not start")
        time.sleep(0.05)
    with open(f"{folder}/ports.json", encoding="utf-8") as file:
        ports = json.load(file)
    stored = f"{TOOLS}/runs.json"
    results = {}
    if ONLY and os.path.exists(stored):
        with open(stored, encoding="utf-8") as file:
            results = json.load(file)
    lock, failed = threading.Lock(), []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for run, result in pool.map(lambda row: run_one(*row, ports), rows):
            with lock:
                if isinstance(result, str):
                    failed.append(result)
                else:
                    results[run] = result
    server.stdin.close()
    server.wait()
    journal = {}
    with open(f"{folder}/journal.jsonl", encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            journal.setdefault(entry.pop("scenario"), []).append(entry)
    for client, scenario in rows:
        run = f"{scenario}@{client}"
        if run in results:
            received = journal.get(run, [])
            results[run]["received"] = [{"method": r["method"], "path": r["path"], "headers": [[n, v.replace(CANARY, "[key]")] for n, v in r["headers"]], "body": r["body"], "time": r["time"]} for r in received]
    with open(stored, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    print(f"{len(rows)} runs, {len(failed)} failed")
    for line in failed:
        print("  " + line)
    sys.exit(bool(failed))


main()
