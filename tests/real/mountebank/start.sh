#!/usr/bin/env bash
# start.sh DIR: mountebank with its admin page on MOUNTEBANK_PORT, where tests/real/others.rs makes imposters, and one imposter on
# CUT_PORT: it begins an answer of 4,000 bytes, sends fewer than that, and falls silent.
source "$(dirname "$0")/../settings.sh"
need_dir "$@"
begun=$(printf 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n\r\n{"id":"chatcmpl-cut","object":"chat.completion","model":"mock-ok","choices":[' | base64 -w 0)
cat > "$DIR/imposters.json" <<END
{ "imposters": [{ "port": $CUT_PORT, "host": "127.0.0.1", "protocol": "tcp", "mode": "binary",
    "stubs": [{ "responses": [{ "is": { "data": "$begun" } }] }] }] }
END
exec "$TOOLS/mountebank/node_modules/.bin/mb" start --localOnly --host 127.0.0.1 --port "$MOUNTEBANK_PORT" \
  --configfile "$DIR/imposters.json" --nologfile --loglevel warn --pidfile "$DIR/mb.pid"
