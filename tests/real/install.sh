#!/usr/bin/env bash
# install.sh TOOLS: puts aimock, mountebank and Prism (npm), the LiteLLM proxy and the llama.cpp server (PyPI) into TOOLS, pinned,
# and sees that nginx and HAProxy are there.
# What is there already is left alone, so a second run takes no time. Registries are those set up on the machine.
# PYTHON chooses the interpreter (3.10 or later; run on 3.11 and 3.12).
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: ${0##*/} TOOLS" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
tools=$(cd "$1" && pwd)
AIMOCK=1.43.0
MOUNTEBANK=2.9.1
PRISM=5.16.0                               # as tests/desks/install.sh: they share it
LITELLM=1.106.2
XLLAMACPP=2026.10.11549                    # the llama.cpp server
GGUF=0.19.0                                # writes the model; numpy of whatever version fits the interpreter

say() { echo "install: $*" >&2; }
fail() { say "$*"; exit 1; }

exec 9> "$tools/.lock"
flock 9                                    # two runs at once: the second waits

from_debian() { # PACKAGE...
  command -v apt-get > /dev/null || fail "$* is missing and there is no apt-get; install it and run again"
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2> /dev/null || fail "$* is missing and this user may not install it; run: apt-get install $*"
    as_root=(sudo -n)
  fi
  say "Debian packages: $*"
  "${as_root[@]}" apt-get update -qq
  # Where it is missing, a policy of 101 for the while keeps the packages from starting servers of their own.
  local policy=/usr/sbin/policy-rc.d made=no
  if [ ! -e "$policy" ]; then
    made=yes
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" > /dev/null
    "${as_root[@]}" chmod 755 "$policy"
  fi
  local status=0
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2 || status=$?
  if [ "$made" = yes ]; then "${as_root[@]}" rm -f "$policy"; fi
  [ "$status" = 0 ] || fail "apt-get could not install $*"
}

nginx_works() { command -v nginx > /dev/null || [ -x /usr/sbin/nginx ]; }
haproxy_works() { command -v haproxy > /dev/null || [ -x /usr/sbin/haproxy ]; }

usable() { # INTERPRETER: runs (a pyenv shim may not) and is new enough
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2> /dev/null
}

python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 python3.12 python3.11 python3.13 "$HOME"/.pyenv/versions/3.1[1-3]*/bin/python3; do
    if [ -n "$candidate" ] && usable "$candidate"; then echo "$candidate"; return; fi
  done
  fail "no Python 3.10 or later was found; install python3 and python3-venv, or set PYTHON"
}

# litellm_works: the installed version can be loaded, with prisma, without which a request with no key answers 500.
litellm_works() {
  "$tools/litellm/bin/python" - "$LITELLM" > /dev/null 2>&1 <<'PY'
import importlib.metadata as m, sys
import prisma, uvicorn, fastapi
sys.exit(m.version("litellm") != sys.argv[1])
PY
}

llama_works() {
  "$tools/llama/bin/python" - "$XLLAMACPP" "$GGUF" > /dev/null 2>&1 <<'PY'
import importlib.metadata as m, sys
import gguf, xllamacpp
sys.exit([m.version(name) for name in ("xllamacpp", "gguf")] != sys.argv[1:])
PY
}

from_pypi() { # FOLDER NAME ARGUMENTS-OF-PIP...
  local python
  python=$(python)
  "$python" -c 'import venv, ensurepip' 2> /dev/null || from_debian python3-venv
  say "$2 with $("$python" --version)"
  rm -rf "${tools:?}/$1"
  "$python" -m venv "$tools/$1"
  "$tools/$1/bin/pip" install --quiet --disable-pip-version-check "${@:3}" >&2
  "$1_works" || fail "$2 was installed with $("$python" --version), but does not load; set PYTHON to another interpreter"
}

aimock_works() {
  grep -qs "\"version\": \"$AIMOCK\"" "$tools/aimock/node_modules/@copilotkit/aimock/package.json" \
    && "$tools/aimock/node_modules/.bin/llmock" --help > /dev/null 2>&1
}

mountebank_works() {
  grep -qs "\"version\": \"$MOUNTEBANK\"" "$tools/mountebank/node_modules/mountebank/package.json" \
    && "$tools/mountebank/node_modules/.bin/mb" help > /dev/null 2>&1
}

prism_works() {
  grep -qs "\"version\": \"$PRISM\"" "$tools/prism/node_modules/@stoplight/prism-cli/package.json" \
    && "$tools/prism/node_modules/.bin/prism" --version > /dev/null 2>&1
}

from_npm() { # FOLDER PACKAGE VERSION
  command -v npm > /dev/null || fail "npm is missing; $1 needs Node 20.15 or later with npm"
  say "$1 $3 with node $(node --version)"
  rm -rf "${tools:?}/$1"
  mkdir -p "$tools/$1"
  npm install --silent --no-audit --no-fund --prefix "$tools/$1" "$2@$3" >&2
  "$1_works" || fail "$1 $3 was installed, but does not start with node $(node --version); it needs 20.15 or later"
}

missing=()
if ! nginx_works || ! command -v openssl > /dev/null; then missing+=(nginx openssl); fi
haproxy_works || missing+=(haproxy)
[ ${#missing[@]} = 0 ] || from_debian "${missing[@]}"
nginx_works && haproxy_works || fail "nginx and HAProxy were installed, but are not to be found"
aimock_works || from_npm aimock @copilotkit/aimock "$AIMOCK"
mountebank_works || from_npm mountebank mountebank "$MOUNTEBANK"
prism_works || from_npm prism @stoplight/prism-cli "$PRISM"
litellm_works || from_pypi litellm "LiteLLM $LITELLM" -c "$here/litellm/constraints.txt" "litellm[proxy]==$LITELLM" prisma
llama_works || from_pypi llama "llama.cpp (xllamacpp $XLLAMACPP)" "xllamacpp==$XLLAMACPP" "gguf==$GGUF" numpy
say "ready: aimock $AIMOCK, mountebank $MOUNTEBANK, Prism $PRISM, LiteLLM $LITELLM, xllamacpp $XLLAMACPP, $("$(command -v nginx || echo /usr/sbin/nginx)" -v 2>&1), $("$(command -v haproxy || echo /usr/sbin/haproxy)" -v | head -n 1)"
