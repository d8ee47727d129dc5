#!/usr/bin/env python3
"""Writes build/order.txt: the functions that a start calls, and behind them those that an import calls besides, as the linker
names them (`build/link.rs` says what for).

    cargo rustc --release --bin casefile -- -C strip=none        # a release build that keeps its names
    python3 benches/order.py [--casefile PATH] [--out FILE]      # a minute; needs valgrind

Names belong to a compiler and to the versions in Cargo.lock: it is run again when one of them changes. `--memory` says only what
the first screen holds, and what an import holds at most, in MB, before and after (Linux).
"""
import argparse, fcntl, os, pty, re, select, signal, struct, subprocess, sys, tempfile, termios, time

HERE = os.path.dirname(os.path.abspath(__file__))
SIZE = (40, 120)
# The first screen, the list of practice scenarios, and some keys on each.
SCREENS = [([], [b"?", b"\x1b", b":", b"\x1b"]), (["practice"], [b"\x1b[B", b"\x1b[A", b"j", b"k"])]
AT_ONCE = [["--version"], ["--help"]]
# Their functions stand behind those of a start, which are not moved apart by them.
FIXTURES = os.path.join(HERE, "../tests/fixtures")
COMMAND = """curl https://api.example.com/v1/chat/completions -H 'Content-Type: application/json' \\
  -H "Authorization: Bearer $API_KEY" -d '{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Hi \\u2019"}]}'
"""
HARS = ["chrome", "chrome_failed", "chrome_event_source", "firefox", "mitmproxy_recorded", "playwright"]
IMPORTS = [(["import", os.path.join(FIXTURES, "har", name + ".har")], "") for name in HARS] + [(["import", "-"], COMMAND)]


def on_a_terminal(command, keys, wait, look=None):
    """Runs `command` on a terminal of its own, presses `keys`, leaves by Ctrl-C; `look` is asked before that, with the process id."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, {**os.environ, "TERM": "xterm-256color", "HOME": tempfile.mkdtemp()})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))

    def until_quiet(first):
        """Reads until nothing came for `wait` seconds, at first for as long as it takes to begin; False at the end."""
        patience = first
        while select.select([terminal], [], [], patience)[0]:
            try:
                if not os.read(terminal, 65536):
                    return False
            except OSError:
                return False
            patience = wait
        return True

    until_quiet(60)
    for key in keys:
        os.write(terminal, key)
        until_quiet(wait)
    seen = look(child) if look else None
    os.write(terminal, b"\x03")
    while until_quiet(60):
        os.kill(child, signal.SIGTERM)
    os.waitpid(child, 0)
    return seen


def names(profile):
    """The mangled names in a profile of callgrind."""
    found = set()
    with open(profile, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            # Callgrind counts the depth of a recursion behind the name.
            named = re.match(r"c?fn=\(\d+\) ((?:_ZN|_R)[^\s']+)", line)
            if named:
                found.add(named.group(1))
    return found


def called(program, run):
    """The names that the runs of `run` call; it is given the words before the arguments of each."""
    found = set()
    with tempfile.TemporaryDirectory() as folder:
        run(["valgrind", "-q", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={folder}/%p", program])
        for profile in os.listdir(folder):
            found |= names(os.path.join(folder, profile))
    return found


def starts(watched):
    for arguments in AT_ONCE:
        at_once([*watched, *arguments])
    for arguments, keys in SCREENS:
        on_a_terminal([*watched, *arguments], keys, 2)


def imports(watched):
    for arguments, given in IMPORTS:
        at_once([*watched, *arguments], given)


def at_once(command, given=""):
    """Runs `command`; gives what it held at most, in MB."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, **quiet) as child:
        child.stdin.write(given)
        child.stdin.close()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}")
    return used.ru_maxrss / 1024


def resident(child):
    with open(f"/proc/{child}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--casefile", default=os.path.join(HERE, "../target/release/casefile"))
    parser.add_argument("--out", default=os.path.join(HERE, "../build/order.txt"))
    parser.add_argument("--memory", action="store_true", help="write nothing; print the memory of each screen")
    given = parser.parse_args()
    program = os.path.abspath(given.casefile)
    if given.memory:
        for arguments, _ in SCREENS:
            print(" ".join(["casefile", *arguments]), "%.1f MB" % on_a_terminal([program, *arguments], [], 1, resident))
        for arguments, text in IMPORTS:
            print("casefile import", os.path.basename(arguments[1]), "%.1f MB" % at_once([program, *arguments], text))
        return
    first = called(program, starts)
    if len(first) < 500:
        sys.exit(f"only {len(first)} names: was {program} linked with its names (-C strip=none)?")
    later = called(program, imports) - first
    with open(given.out, "w", encoding="ascii") as out:
        out.writelines(name + "\n" for name in [*sorted(first), *sorted(later)])
    print(f"{len(first)} names of a start and {len(later)} of an import in {os.path.normpath(given.out)}")


if __name__ == "__main__":
    main()
