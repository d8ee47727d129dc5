#!/usr/bin/env python3
"""Writes build/order.txt: the functions that a start calls, as the linker names them (`build/link.rs` says what for).

    cargo rustc --release --bin casefile -- -C strip=none        # a release build that keeps its names
    python3 benches/order.py [--casefile PATH] [--out FILE]      # some twenty seconds; needs valgrind

Names belong to a compiler and to the versions in Cargo.lock: it is run again when one of them changes. `--memory` says only what
the first screen holds, in MB, before and after (Linux).
"""
import argparse, fcntl, os, pty, re, select, signal, struct, subprocess, sys, tempfile, termios, time

HERE = os.path.dirname(os.path.abspath(__file__))
SIZE = (40, 120)
# The first screen, the list of practice scenarios, and some keys on each.
SCREENS = [([], [b"?", b"\x1b", b":", b"\x1b"]), (["practice"], [b"\x1b[B", b"\x1b[A", b"j", b"k"])]
AT_ONCE = [["--version"], ["--help"]]


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


def called(program):
    found = set()
    with tempfile.TemporaryDirectory() as folder:
        watched = ["valgrind", "-q", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={folder}/%p", program]
        for arguments in AT_ONCE:
            subprocess.run([*watched, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        for arguments, keys in SCREENS:
            on_a_terminal([*watched, *arguments], keys, 2)
        for profile in os.listdir(folder):
            found |= names(os.path.join(folder, profile))
    return found


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
        return
    found = called(program)
    if len(found) < 500:
        sys.exit(f"only {len(found)} names: was {program} linked with its names (-C strip=none)?")
    with open(given.out, "w", encoding="ascii") as out:
        out.writelines(name + "\n" for name in sorted(found))
    print(f"{len(found)} names in {os.path.normpath(given.out)}")


if __name__ == "__main__":
    main()
