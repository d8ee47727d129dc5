#!/usr/bin/env bash
# start.sh DIR: Redmine with its own SQLite database at http://127.0.0.1:REDMINE_PORT/ ; login admin with DESK_PASSWORD,
# API keys (admin, guest) in DIR/key, one a line; project "desk". The instance that Debian's package configures is not touched.
source "$(dirname "$0")/../settings.sh"
need_dir "$@"
mkdir -p "$DIR"/{config,files,log,tmp}
cat > "$DIR/config/database.yml" <<YAML
production:
  adapter: sqlite3
  database: $DIR/redmine.sqlite
  encoding: utf8
YAML
[ -s "$DIR/config/secret_key.txt" ] || (umask 077; od -An -N32 -tx1 /dev/urandom | tr -d ' \n' > "$DIR/config/secret_key.txt")
unset X_DEBIAN_SITEID
# Debian's Redmine looks for an instance under one fixed folder; the dots lead from there to DIR.
export REDMINE_INSTANCE=../../../../../../../..$DIR RAILS_ENV=production REDMINE_LANG=en DESK_PASSWORD
if [ ! -s "$DIR/key" ]; then
  rm -f "$DIR/redmine.sqlite"
  cd /usr/share/redmine
  { bundle exec rake db:migrate && bundle exec rake redmine:load_default_data; } > "$DIR/setup.log" 2>&1
  (umask 077; bundle exec rails runner "$here/setup.rb" > "$DIR/key" 2>> "$DIR/setup.log")
fi
exec ruby "$here/serve.rb" "$REDMINE_PORT"
