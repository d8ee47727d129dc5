#!/usr/bin/env bash
# start.sh: Prism answers chat.yaml on PRISM_PORT, without streams. What breaks the contract gets its own 422
# application/problem+json with a list of what is wrong; `Prefer: code=429` picks an answer.
source "$(dirname "$0")/../settings.sh"
exec "$TOOLS/prism/node_modules/.bin/prism" mock -h 127.0.0.1 -p "$PRISM_PORT" --errors "$here/chat.yaml"
