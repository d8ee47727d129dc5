#!/usr/bin/env bash
# remake.sh [TOOLS]: installs the clients, pinned, into TOOLS (a new temporary folder where none is named), runs each against
# server.py as cases.py says, and writes tests/fixtures/clients/*.log and truth.jsonl anew. Needs python3 (3.10 or later) with
# venv, node 20 with npm, a JDK 17, curl and openssl. Registries are those set up on the machine.
# remake.sh TOOLS LOG...: only these (a log's name without .log), into the same folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
logs=$(cd "$here/../../.." && pwd)/tests/fixtures/clients
tools=${1:-$(mktemp -d)}
shift || true
mkdir -p "$tools" "$logs"
tools=$(cd "$tools" && pwd)

venv() { # FOLDER PACKAGE...
  local folder=$tools/$1; shift
  [ -e "$folder/.ready" ] && return
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "$@"
  touch "$folder/.ready"
}

# Two steps: pip's resolver walks back for minutes when it is asked for all of these at once.
if [ ! -e "$tools/py/.ready" ]; then
  python3 -m venv "$tools/py"
  "$tools/py/bin/pip" install --quiet --disable-pip-version-check openai==3.54.0 langchain-openai==1.7.3
  venv py anthropic==2.12.0 requests==2.34.2 aiohttp==3.14.5 httpie==3.2.4
fi
venv py2 litellm==1.106.2 openai==2.54.0 httpx==0.28.1
venv py1 openai==1.109.1 httpx==0.28.1 llama-index-llms-openai==0.8.3 google-genai==3.4.0
if [ ! -e "$tools/npm/.ready" ]; then
  npm install --silent --no-audit --no-fund --prefix "$tools/npm" openai@6.49.0 @anthropic-ai/sdk@1.12.0 axios@1.21.1 got@14.6.6 \
    ai@6.0.326 @ai-sdk/openai@3.0.141 @ai-sdk/anthropic@3.0.138 @langchain/openai@1.5.8 @google/genai@2.32.0
  touch "$tools/npm/.ready"
fi
mkdir -p "$tools/java" "$tools/server"
javac -d "$tools/java" "$here/programs/Summary.java"
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=gateway.test -keyout "$tools/server/key.pem" -out "$tools/server/cert.pem" 2> /dev/null
PYTHONDONTWRITEBYTECODE=1 python3 "$here/run.py" "$tools" "$logs" "$@"
PYTHONDONTWRITEBYTECODE=1 python3 "$here/truth.py" "$tools" "$logs"
