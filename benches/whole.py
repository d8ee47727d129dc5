#!/usr/bin/env python3
"""Measures whole runs of casefile beside peers that are on the PATH, and writes PERFORMANCE.md.

    cargo build --release && python3 benches/whole.py            # target/release/casefile; the machine should be quiet
    python3 benches/whole.py --casefile PATH --out FILE --runs 20

Instructions are callgrind's (where valgrind is there: they do not depend on load), CPU is user and system time of the whole
process, runs of A and B take turns and the ratio is the median of the pairs. Screens are timed by benches/ptybench.py
(standard library only). A peer that is missing is left out of the table, which then says so. Linux only.
"""
import argparse, http.server, json, os, platform, re, shutil, statistics, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
REFUSED = json.dumps({"error": {"message": "The model `m-1` does not exist or you do not have access to it.",
                                "type": "invalid_request_error", "code": "model_not_found"}}).encode()


class Refusing(http.server.BaseHTTPRequestHandler):
    """A gateway on the loopback interface that knows no model."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(404)
        self.send_header("content-type", "application/json")
        self.send_header("x-request-id", "req_1234567890abcdef")
        self.send_header("content-length", str(len(REFUSED)))
        self.end_headers()
        self.wfile.write(REFUSED)

    def log_message(self, *_):
        pass


def run(command, env, stdin=None):
    """CPU and wall of one run, in ms; what it prints is thrown away."""
    with open(stdin or os.devnull, "rb") as given:
        begun = time.perf_counter()
        child = subprocess.Popen(command, env=env, stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, used = os.wait4(child.pid, 0)
        child.returncode = 0
    return (used.ru_utime + used.ru_stime) * 1e3, (time.perf_counter() - begun) * 1e3


def peak(command, env, stdin=None):
    """Peak memory of one run, MiB, as `time` tells it (a child of this program would inherit the interpreter's); None without."""
    timer = shutil.which("time")
    if not timer:
        return None
    with open(stdin or os.devnull, "rb") as given, tempfile.NamedTemporaryFile("r") as told:
        subprocess.run([timer, "-q", "-f", "%M", "-o", told.name, *command], env=env, stdin=given,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return int(told.read().split()[-1]) / 1024


def instructions(command, env, stdin=None):
    """Millions of instructions of one run; None without valgrind."""
    if not shutil.which("valgrind"):
        return None
    with open(stdin or os.devnull, "rb") as given:
        said = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command], env=env,
                              stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    found = re.search(rb"refs:\s+([\d,]+)", said.stderr)
    return int(found.group(1).replace(b",", b"")) / 1e6 if found else None


def row(name, ours, peers, env, runs, stdin=None, count=True):
    """One line of the first table: ours, and each peer by the median ratio of pairs."""
    mine, against = [], {peer: [] for peer, _ in peers}
    for _ in range(runs):
        first = run(ours, env, stdin)
        mine.append(first)
        for peer, command in peers:
            theirs = run(command, env, stdin)
            against[peer].append((first[0] / max(theirs[0], 0.01), first[1] / max(theirs[1], 0.01)))
    cpu, wall = (statistics.median(m[i] for m in mine) for i in range(2))
    most = peak(ours, env, stdin)
    most = f"{most:.1f}" if most else "not measured"
    counted = instructions(ours, env, stdin) if count else None
    beside = "; ".join(f"{peer} {statistics.median(r[0] for r in ratios):.2f} / {statistics.median(r[1] for r in ratios):.2f}"
                       for peer, ratios in against.items()) or "none on the PATH"
    told = f"{counted:,.2f}" if counted else "not counted"
    print(f"{name}: {told} M, {cpu:.1f} ms CPU, {wall:.1f} ms, {most} MiB; {beside}", file=sys.stderr)
    return f"| {name} | {told} | {cpu:.1f} | {wall:.1f} | {most} | {beside} |"


def there(*peers):
    return [(name, command) for name, command in peers if shutil.which(command[0])]


def screen(mode, env, ready, *more):
    """The figures of one kind of ptybench."""
    command = [sys.executable, os.path.join(HERE, "ptybench.py"), mode, "--json", "--ready", ready, "--quit", "<C-c>", *more]
    said = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    lines = [json.loads(line) for line in said.stdout.splitlines() if line.startswith(b"{")]
    return lines[0]["metrics"] if lines else {}


def middle(value):
    """The median of a figure; None where it is no number."""
    value = value.get("p50") if isinstance(value, dict) else value
    return f"{value:.2f}" if isinstance(value, (int, float)) else None


def screens(casefile, env, runs, log, pastes):
    """`pastes`: a short command and one of a megabyte."""
    practice, ready = ["--", casefile, "practice"], "choose one of"
    short, long = (["--pre", f"<PASTE:{paste}>=>127.0.0.1", "--", casefile] for paste in pastes)
    up_and_down = ["-n", "200", "--key", "<Down>", "--key", "<Up>", *practice]
    triage = ["-r", "5", "--", casefile, "triage", "--screen", log]
    named = {
        "start": screen("start", env, ready, "-r", str(runs), *practice),
        "idle": screen("idle", env, ready, "--idle-s", "10", "-r", "1", *practice),
        "keys": screen("keys", env, ready, "-r", "2", *up_and_down),
        "keys on a pasted request": screen("keys", env, "Request", "-r", "2", *up_and_down[:6], *short),
        "a paste of 1 kB": screen("start", env, "Request", "-r", "5", *short),
        "a paste of 1 MB": screen("start", env, "Request", "-r", "5", *long),
        "burst": screen("burst", env, ready, "-r", "3", *up_and_down),
        "first groups of a log of 100 MB": screen("start", env, "so far", *triage),
        "all groups of it": screen("start", env, "in groups:", *triage),
    }
    lines = []
    for mode, figures in named.items():
        for name in sorted(figures):
            if middle(figures[name]) is not None:
                lines.append(f"| {mode} | {name} | {middle(figures[name])} |")
    return lines


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--casefile", default=os.path.join(HERE, "../target/release/casefile"))
    asked.add_argument("--out", default=os.path.join(HERE, "../PERFORMANCE.md"))
    asked.add_argument("--runs", type=int, default=15)
    asked = asked.parse_args()
    casefile = os.path.abspath(asked.casefile)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1/chat/completions"
    with tempfile.TemporaryDirectory() as home:
        env = {"PATH": os.environ.get("PATH", ""), "HOME": home, "LANG": "C.UTF-8", "TERM": "xterm-256color",
               "CASEFILE_CONFIG_DIR": home + "/config", "CASEFILE_STATE_DIR": home + "/state"}
        body = '{"model":"m-1","messages":[{"role":"user","content":"hi"}]}'
        paste, records, log = home + "/paste.sh", home + "/records.jsonl", home + "/log.jsonl"
        with open(paste, "w", encoding="utf-8") as file:
            file.write(f"curl {url} -H 'Content-Type: application/json' -d '{body}'\n")
        with open(records, "w", encoding="utf-8") as file:
            for at in range(2000):
                file.write(json.dumps({"status": 404, "response_body": REFUSED.decode(), "request_id": f"req_{at:016x}"}) + "\n")
        with open(log, "w", encoding="utf-8") as file:
            for at in range(20000):
                file.write(json.dumps({"ts": 1764000000 + at, "status": [200, 404, 429, 502][at % 4], "model": f"m-{at % 9}",
                                       "request_id": f"req_{at:016x}", "path": "/v1/chat/completions",
                                       "error": {"message": f"The model `m-{at % 9}` does not exist (request id: req_{at:016x})",
                                                 "code": "model_not_found"}, "prompt": "word " * 60}) + "\n")
        curl = ("curl", ["curl", "-s", url, "-H", "Content-Type: application/json", "-d", body])
        xh = ("xh", ["xh", "--ignore-stdin", "-b", "POST", url, "model=m-1"])
        jq = ("jq -c .status", ["jq", "-c", ".status", log])
        rows = [
            row("`--version`", [casefile, "--version"], there(("xh", ["xh", "--version"]), ("curl", ["curl", "--version"])), env, asked.runs),
            row("`--help`", [casefile, "--help"], there(("xh", ["xh", "--help"]), ("curl", ["curl", "--help"])), env, asked.runs),
            row("a wrong argument", [casefile, "--versio"], [], env, asked.runs),
            row("`note`: read, send once over loopback, diagnose, sanitize, render, audit",
                [casefile, "note", "--from", paste, "--yes", "--retries", "0"], there(xh, curl), env, asked.runs),
            row("`explain`, 2,000 records", [casefile, "explain", "--input", "jsonl", "--output", "json", records], [], env, 3),
            row(f"`triage`, one log of {os.path.getsize(log) / 1e6:.0f} MB", [casefile, "triage", log], there(jq), env, 3),
        ]
        long = home + "/long.jsonl"
        with open(log, "rb") as part, open(long, "wb") as file:
            part = part.read()
            for _ in range(-(-100_000_000 // len(part))):
                file.write(part)
        megabyte = home + "/megabyte.sh"
        with open(megabyte, "w", encoding="utf-8") as file:
            messages = [{"role": "user", "content": f"line {at} of a long text " + "word " * 100} for at in range(1900)]
            file.write(f"curl {url} -H 'Content-Type: application/json' -d '{json.dumps({'model': 'm-1', 'messages': messages})}'\n")
        table = screens(casefile, env, asked.runs, long, (paste, megabyte))
    size = os.path.getsize(casefile) / 1e6
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if "model name" in line), "")
    with open(asked.out, "w", encoding="utf-8") as out:
        out.write("# Performance\n\n"
                  "Made by `python3 benches/whole.py` from the release build; nobody edits it. Ratios are ours to the peer's, CPU / wall,\n"
                  "the median of pairs that took turns; below 1 is less than the peer. Absolute figures belong to one machine:\n"
                  f"{os.cpu_count()} cores, {model or platform.machine()}, {platform.system()}. The program has {size:.1f} MB.\n\n"
                  "| whole run | instructions, M | CPU ms | wall ms | peak MiB | beside peers |\n|---|---:|---:|---:|---:|---|\n")
        out.write("\n".join(rows))
        out.write("\n\nThe terminal program in a pseudo-terminal of 120x40, on the list of practice scenarios where nothing else is said (medians;\n"
                  "`ready_ms` is from exec to "
                  "the complete first frame, `expect`/`stable` from a key to its complete frame):\n\n"
                  "| what | figure | median |\n|---|---|---:|\n")
        out.write("\n".join(table) + "\n")
    print(f"written: {asked.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
