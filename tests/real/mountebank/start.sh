#!/usr/bin/env bash
# start.sh DIR: mountebank without an imposter, its admin page on MOUNTEBANK_PORT; tests/real/others.rs makes imposters there.
source "$(dirname "$0")/../settings.sh"
need_dir "$@"
exec "$TOOLS/mountebank/node_modules/.bin/mb" start --localOnly --host 127.0.0.1 --port "$MOUNTEBANK_PORT" \
  --nologfile --loglevel warn --pidfile "$DIR/mb.pid"
