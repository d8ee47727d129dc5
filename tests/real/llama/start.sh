#!/usr/bin/env bash
# start.sh DIR: the llama.cpp server with random weights and a strict chat template on LLAMA_PORT; it takes LLAMA_KEY.
source "$(dirname "$0")/../settings.sh"
need_dir "$@"
python=$TOOLS/llama/bin/python
[ -s "$DIR/tiny.gguf" ] || "$python" "$here/mkgguf.py" "$DIR/tiny.gguf"
exec "$python" "$here/serve.py" "$DIR/tiny.gguf" "$LLAMA_PORT" "$LLAMA_KEY"
