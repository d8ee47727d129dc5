#!/usr/bin/env python3
"""Runs every command of commands.txt with the real HTTPie (`--offline`, so that nothing is sent) and writes the request
that it would send to truth.jsonl. Needs HTTPie 3.2 (`http`), bash and Python 3.

  tests/httpie/record.py            remake truth.jsonl
  tests/httpie/record.py NAME ...   print the truth of single commands

An environment variable NAME of a command has the value `[env:NAME]`, as casefile writes a reference to it.
"""
import json, os, pathlib, re, shutil, subprocess, sys, tempfile

here = pathlib.Path(__file__).resolve().parent
VARIABLES = ["KEY", "TOKEN", "MODEL"]


def cases(text):
    for block in re.split(r"^### ", text, flags=re.M)[1:]:
        name, _, rest = block.partition("\n")
        parts = re.split(r"^%%% file (.*?) (.*)\n", rest + "\n", flags=re.M)
        files = {name: json.loads(value) for name, value in zip(parts[1::3], parts[2::3])}
        yield {"name": name.strip(), "paste": parts[0].strip("\n"), "files": files}


def shims(folder):
    """`http` and `https` that print what they would send, and read the standard input only where a command gives one."""
    path = pathlib.Path(folder, "bin")
    path.mkdir()
    for name in ("http", "https"):
        real = shutil.which(name)
        (path / name).write_text(f"""#!/usr/bin/env python3
import os, sys
own = ["--offline", "--pretty=none", "--print=HB"]
import stat
mode = os.fstat(0).st_mode
if not (stat.S_ISFIFO(mode) or stat.S_ISREG(mode)):
    own.append("--ignore-stdin")
arguments = [a for a in sys.argv[1:] if not a.startswith("--print")]
os.execv({real!r}, [{name!r}, *own, *arguments, "--print=HB"])
""")
        (path / name).chmod(0o755)
    return path


def request(out, paste):
    head, _, body = out.partition("\r\n\r\n")
    lines = head.split("\r\n")
    method, target, _ = lines[0].split(" ")
    headers = [line.split(": ", 1) if ": " in line else [line.rstrip(":"), ""] for line in lines[1:]]
    return {"method": method, "target": target, "headers": headers, "body": body}


def main():
    wanted, truth = set(sys.argv[1:]), []
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": f"{shims(folder)}:{os.environ['PATH']}", "HOME": folder, "LANG": "C.UTF-8"}
        environment |= {name: f"[env:{name}]" for name in VARIABLES}
        for case in cases((here / "commands.txt").read_text()):
            if wanted and case["name"] not in wanted:
                continue
            work = pathlib.Path(folder, "work")
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            for name, text in case["files"].items():
                (work / name).write_text(text)
            done = subprocess.run(["bash", "-c", case["paste"]], cwd=work, env=environment, capture_output=True,
                                  stdin=subprocess.DEVNULL, timeout=60)
            line = {"name": case["name"]}
            if done.returncode == 0:
                line |= request(done.stdout.decode(), case["paste"])
            else:
                line["refused"] = done.returncode
            if wanted:
                print(json.dumps(line, indent=1, ensure_ascii=False), done.stderr.decode())
            truth.append(line)
    if not wanted:
        (here / "truth.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in truth))
        print(f"{len(truth)} commands, {sum('refused' in line for line in truth)} refused")


main()
