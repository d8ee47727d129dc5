#!/usr/bin/env python3
"""Runs every command of commands.txt with the real curl against a server on the loopback interface and writes what curl
sent, or how it refused, to truth.jsonl. Needs curl, bash, openssl and Python 3; nothing else of the network.

  tests/curl/record.py            remake truth.jsonl
  tests/curl/record.py NAME ...   print the truth of single commands

An environment variable NAME of a command has the value `[env:NAME]`, as casefile writes a reference to it.
"""
import base64, json, os, pathlib, re, shutil, socket, ssl, subprocess, sys, tempfile, threading

here = pathlib.Path(__file__).resolve().parent
VARIABLES = ["COMETAPI_KEY", "OPENAI_API_KEY", "API_KEY", "KEY", "TOKEN", "MODEL", "BASE_URL", "PROMPT"]


def cases(text):
    """`### name`, the paste, then perhaps `%%% run` (what a bash user runs for it) and `%%% file NAME`, its text
    as a JSON string."""
    for block in re.split(r"^### ", text, flags=re.M)[1:]:
        name, _, rest = block.partition("\n")
        parts = re.split(r"^%%% (.*)\n", rest, flags=re.M)
        case = {"name": name.strip(), "paste": parts[0].rstrip("\n"), "files": {}}
        for kind, text in zip(parts[1::2], parts[2::2]):
            if kind == "run":
                case["run"] = text.rstrip("\n")
            elif kind.startswith("file "):
                case["files"][kind[5:]] = json.loads(text)
        yield case


class Server:
    """Answers every request with 200 and `{}`, over TLS where the first byte says so."""

    def __init__(self, folder):
        self.seen = []
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/k.pem", "-out",
                        f"{folder}/c.pem", "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(f"{folder}/c.pem", f"{folder}/k.pem")
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.settimeout(5)
        scheme = "http"
        try:
            if connection.recv(1, socket.MSG_PEEK) == b"\x16":
                connection, scheme = self.tls.wrap_socket(connection, server_side=True), "https"
            stream = connection.makefile("rwb")
            while True:
                line = stream.readline()
                if not line.strip():
                    return
                headers = []
                while (header := stream.readline().rstrip(b"\r\n")):
                    name, _, value = header.decode("utf-8", "replace").partition(":")
                    headers.append([name, value.strip(" ")])
                known = {name.lower(): value for name, value in headers}
                if known.get("expect", "").lower() == "100-continue":
                    stream.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                    stream.flush()
                body = b""
                if known.get("transfer-encoding", "").lower() == "chunked":
                    while (size := int(stream.readline().split(b";")[0], 16)):
                        body += stream.read(size)
                        stream.readline()
                    stream.readline()
                else:
                    body = stream.read(int(known.get("content-length", "0")))
                method, target, _ = line.decode("utf-8", "replace").split(" ", 2)
                self.seen.append({"scheme": scheme, "method": method, "target": target, "headers": headers,
                                  "body": base64.b64encode(body).decode()})
                stream.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n")
                if method != "HEAD":
                    stream.write(b"{}")
                stream.flush()
        except (OSError, ValueError, ssl.SSLError):
            pass


def shim(folder, port):
    """A `curl` that goes to the server whatever the host, in each of its requests."""
    real = shutil.which("curl")
    path = pathlib.Path(folder, "bin", "curl")
    path.parent.mkdir()
    path.write_text(f"""#!/usr/bin/env python3
import os, sys
to = ["--connect-to", "::127.0.0.1:{port}", "-k", "-s", "--http1.1", "--noproxy", "*", "-m", "5"]
arguments = []
for argument in sys.argv[1:]:
    arguments.append(argument)
    if argument in ("--next", "-:"):
        arguments += to
os.execv({real!r}, ["curl", "-q", *to, *arguments])
""")
    path.chmod(0o755)
    for other in ("curl.exe",):
        (path.parent / other).symlink_to(path)
    return path.parent


def main():
    wanted = set(sys.argv[1:])
    truth = []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        path = shim(folder, server.port)
        environment = {"PATH": f"{path}:{os.environ['PATH']}", "HOME": folder, "LANG": "C.UTF-8"}
        environment |= {name: f"[env:{name}]" for name in VARIABLES}
        for case in cases((here / "commands.txt").read_text()):
            if wanted and case["name"] not in wanted:
                continue
            work = pathlib.Path(folder, "work")
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            for name, text in case["files"].items():
                (work / name).write_text(text)
            server.seen.clear()
            done = subprocess.run(["bash", "-c", case.get("run", case["paste"])], cwd=work, env=environment, capture_output=True,
                                  stdin=subprocess.DEVNULL, timeout=60)
            line = {"name": case["name"], "requests": list(server.seen)}
            if not server.seen:
                line["refused"] = done.returncode
            if wanted:
                print(json.dumps(line, indent=1, ensure_ascii=False), done.stderr.decode())
            truth.append(line)
    if not wanted:
        (here / "truth.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in truth))
        refused = sum("refused" in line for line in truth)
        print(f"{len(truth)} commands, {refused} refused")


main()
