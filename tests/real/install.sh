#!/usr/bin/env bash
# install.sh TOOLS: puts aimock and mountebank (npm) and the LiteLLM proxy (PyPI) into TOOLS, pinned, and sees that nginx
# is there.
# What is there already is left alone, so a second run takes no time. Registries are those set up on the machine.
# PYTHON chooses the interpreter (3.10 or later; run on 3.11 and 3.12).
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: ${0##*/} TOOLS" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
tools=$(cd "$1" && pwd)
AIMOCK=1.43.0
MOUNTEBANK=2.9.1
LITELLM=1.106.2

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
  # Where it is missing, a policy of 101 for the while keeps nginx's package from starting a server of its own.
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

install_litellm() {
  local python
  python=$(python)
  "$python" -c 'import venv, ensurepip' 2> /dev/null || from_debian python3-venv
  say "LiteLLM $LITELLM with $("$python" --version)"
  rm -rf "$tools/litellm"
  "$python" -m venv "$tools/litellm"
  "$tools/litellm/bin/pip" install --quiet --disable-pip-version-check -c "$here/litellm/constraints.txt" "litellm[proxy]==$LITELLM" prisma >&2
  litellm_works || fail "LiteLLM $LITELLM was installed with $("$python" --version), but does not load; set PYTHON to another interpreter"
}

aimock_works() {
  grep -qs "\"version\": \"$AIMOCK\"" "$tools/aimock/node_modules/@copilotkit/aimock/package.json" \
    && "$tools/aimock/node_modules/.bin/llmock" --help > /dev/null 2>&1
}

mountebank_works() {
  grep -qs "\"version\": \"$MOUNTEBANK\"" "$tools/mountebank/node_modules/mountebank/package.json" \
    && "$tools/mountebank/node_modules/.bin/mb" help > /dev/null 2>&1
}

from_npm() { # FOLDER PACKAGE VERSION
  command -v npm > /dev/null || fail "npm is missing; $1 needs Node 20.15 or later with npm"
  say "$1 $3 with node $(node --version)"
  rm -rf "${tools:?}/$1"
  mkdir -p "$tools/$1"
  npm install --silent --no-audit --no-fund --prefix "$tools/$1" "$2@$3" >&2
  "$1_works" || fail "$1 $3 was installed, but does not start with node $(node --version); it needs 20.15 or later"
}

if ! nginx_works || ! command -v openssl > /dev/null; then from_debian nginx openssl; fi
nginx_works || fail "nginx was installed, but is not to be found"
aimock_works || from_npm aimock @copilotkit/aimock "$AIMOCK"
mountebank_works || from_npm mountebank mountebank "$MOUNTEBANK"
litellm_works || install_litellm
say "ready: aimock $AIMOCK, mountebank $MOUNTEBANK, LiteLLM $LITELLM, $("$(command -v nginx || echo /usr/sbin/nginx)" -v 2>&1)"
