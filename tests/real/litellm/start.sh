#!/usr/bin/env bash
# start.sh DIR: the LiteLLM proxy on GATEWAY_PORT with the keys of custom_auth.py; ready in 9 to 26 s.
source "$(dirname "$0")/../settings.sh"
: "${LITELLM_MASTER_KEY:?LiteLLM refuses to start with none or a weak one}"
need_dir "$@"
(umask 077; fill "$here/config.yaml.in" > "$DIR/config.yaml")
cp "$here/custom_auth.py" "$DIR/"          # found beside the configuration
export LITELLM_LOCAL_MODEL_COST_MAP=True LITELLM_TELEMETRY=False DISABLE_ADMIN_UI=True NO_DOCS=True NO_REDOC=True DO_NOT_TRACK=1 LITELLM_LOG=ERROR
cd "$DIR"
exec "$TOOLS/litellm/bin/litellm" --config "$DIR/config.yaml" --host 127.0.0.1 --port "$GATEWAY_PORT" --telemetry False --num_workers 1
