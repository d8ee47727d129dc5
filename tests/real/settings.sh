# Sourced by the start scripts: where things are, and the template filler that they share.
# `.ci/real` sets the ports, the folders and the keys; everything listens on 127.0.0.1 only.
set -euo pipefail
: "${TOOLS:?the folder that install.sh filled}"
: "${AIMOCK_PORT:?} ${SLOW_PORT:?} ${GATEWAY_PORT:?} ${FRONT_PORT:?} ${SITE_PORT:?} ${FAULT_PORT:?} ${TLS_PORT:?} ${EXPIRED_PORT:?} ${DEAD_PORT:?} ${MOUNTEBANK_PORT:?} ${OPEN_PORT:?} ${LLAMA_PORT:?} ${PRISM_PORT:?} ${HAPROXY_PORT:?} ${PROXY_PORT:?} ${CUT_PORT:?}"
: "${UPSTREAM_KEY:?taken by aimock} ${LLAMA_KEY:?taken by llama.cpp}"

here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)

# need_dir "$@": takes the first argument as the server's own folder, made where missing, in absolute form.
need_dir() {
  [ $# -ge 1 ] || { echo "usage: ${0##*/} DIR   (a folder for this server's data and logs)" >&2; exit 2; }
  mkdir -p "$1"
  DIR=$(cd "$1" && pwd)
}

# fill TEMPLATE: prints it with @DIR@, every @..._PORT@ and the upstreams' keys replaced.
fill() {
  local name script="s|@DIR@|${DIR:-}|g"
  for name in $(compgen -A variable | grep '_PORT$') UPSTREAM_KEY LLAMA_KEY; do script+=";s|@$name@|${!name}|g"; done
  sed -e "$script" "$1"
}
