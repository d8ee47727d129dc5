#!/usr/bin/env bash
# start.sh DIR: HAProxy in front of aimock, and as a proxy that wants a password; paths and faults are named in haproxy.cfg.in.
source "$(dirname "$0")/../settings.sh"
need_dir "$@"
fill "$here/haproxy.cfg.in" > "$DIR/haproxy.cfg"
exec "$(command -v haproxy || echo /usr/sbin/haproxy)" -db -f "$DIR/haproxy.cfg"
