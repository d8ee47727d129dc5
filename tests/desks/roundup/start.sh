#!/usr/bin/env bash
# start.sh DIR: a Roundup tracker "desk" at http://127.0.0.1:ROUNDUP_PORT/desk/ ; login admin, and guest who may do nothing, with DESK_PASSWORD.
# It takes itself to be at ROUNDUP_FRONT_PORT, where the tests put their own front before it.
source "$(dirname "$0")/../settings.sh"
need_dir "$@"
bin=$TOOLS/roundup/bin
tracker=$DIR/desk
settings() { sed -i "$@" "$tracker/config.ini"; }
if [ ! -e "$DIR/ready" ]; then
  rm -rf "$tracker"; mkdir "$tracker"
  "$bin/roundup-admin" -i "$tracker" install classic sqlite > "$DIR/setup.log" 2>&1
  settings -e 's|^#web = .*|web = |' -e 's|^#domain = .*|domain = desk.invalid|' -e 's|^#host = .*|host = 127.0.0.1|' \
    -e "s|^debug = *\$|debug = $DIR/mail.txt|"   # mail goes to that file
fi
settings "s|^web = .*|web = http://127.0.0.1:$ROUNDUP_FRONT_PORT/desk/|"   # as clients call it: Referer and Origin are compared with it
if [ ! -e "$DIR/ready" ]; then
  "$bin/roundup-admin" -i "$tracker" initialise "$DESK_PASSWORD" >> "$DIR/setup.log" 2>&1
  "$bin/roundup-admin" -i "$tracker" create user username=guest "password=$DESK_PASSWORD" address=guest@desk.invalid roles=Anonymous >> "$DIR/setup.log" 2>&1
  touch "$DIR/ready"
fi
as_root=()
if [ "$(id -u)" = 0 ]; then as_root=(-u root -g root); fi   # as root it refuses to start without a user
exec "$bin/roundup-server" "${as_root[@]}" -n 127.0.0.1 -p "$ROUNDUP_PORT" -t thread "desk=$tracker"
