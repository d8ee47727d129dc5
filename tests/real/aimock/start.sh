#!/usr/bin/env bash
# Scripted OpenAI-compatible upstream: answers are chosen by model name (fixtures.json). It takes UPSTREAM_KEY only.
#   start.sh         on AIMOCK_PORT
#   start.sh slow    on SLOW_PORT: takes any key; every answer waits 6 s before its first byte
#   start.sh open    on OPEN_PORT: takes any key; tests/real/others.rs adds the fixtures
source "$(dirname "$0")/../settings.sh"
port=$AIMOCK_PORT
chaos=()
export AIMOCK_API_KEYS=$UPSTREAM_KEY
if [ "${1:-}" = slow ]; then port=$SLOW_PORT chaos=(--chaos-latency 6000); unset AIMOCK_API_KEYS; fi
if [ "${1:-}" = open ]; then port=$OPEN_PORT; unset AIMOCK_API_KEYS; fi
exec "$TOOLS/aimock/node_modules/.bin/llmock" -h 127.0.0.1 -p "$port" -f "$here/fixtures.json" --log-level warn "${chaos[@]}"
