#!/usr/bin/env bash
# start.sh DIR: Request Tracker with its own SQLite database at http://127.0.0.1:RT_PORT/ ; login root with DESK_PASSWORD,
# API tokens (root, guest) in DIR/token, one a line. The instance that Debian's package configures is not touched.
source "$(dirname "$0")/../settings.sh"
need_dir "$@"
mkdir -p "$DIR/var/mason" "$DIR/var/session" "$DIR/site.d"
fill "$here/RT_SiteConfig.pm.in" > "$DIR/RT_SiteConfig.pm"
export RT_SITE_CONFIG=$DIR/RT_SiteConfig.pm RT_SITE_CONFIG_DIR=$DIR/site.d
if [ ! -s "$DIR/token" ]; then
  rm -f "$DIR/rt.sqlite"
  /usr/sbin/rt-setup-database-5 --action init > "$DIR/setup.log" 2>&1
  (umask 077; perl "$here/setup.pl" "$DESK_PASSWORD" > "$DIR/token" 2>> "$DIR/setup.log")
fi
exec /usr/share/request-tracker5/libexec/rt-server --port "$RT_PORT" --host 127.0.0.1
