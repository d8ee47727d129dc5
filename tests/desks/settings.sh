# Sourced by the start scripts: where things are, and the template filler that they share.
# `.ci/desks` sets the ports, the folders and the passwords; everything listens on 127.0.0.1 only.
set -euo pipefail
: "${TOOLS:?the folder that install.sh filled}"
: "${ROUNDUP_PORT:?} ${ROUNDUP_FRONT_PORT:?} ${RT_PORT:?} ${REDMINE_PORT:?} ${SMTP_PORT:?}"
: "${DESK_PASSWORD:?administrator of every desk}"

here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)

# need_dir "$@": takes the first argument as the server's own folder, made where missing, in absolute form.
need_dir() {
  [ $# -ge 1 ] || { echo "usage: ${0##*/} DIR   (a folder for this server's data and logs)" >&2; exit 2; }
  mkdir -p "$1"
  DIR=$(cd "$1" && pwd)
}

# fill TEMPLATE: prints it with @DIR@ and every @..._PORT@ replaced.
fill() {
  local name script="s|@DIR@|${DIR:-}|g"
  for name in $(compgen -A variable | grep '_PORT$'); do script+=";s|@$name@|${!name}|g"; done
  sed -e "$script" "$1"
}
