#!/usr/bin/env python3
"""serve.py MODEL.gguf PORT KEY: the llama.cpp HTTP server on 127.0.0.1, one slot, 4,096 tokens of context, at most 40 tokens out."""
import sys
import threading

import xllamacpp

path, port, key = sys.argv[1:4]
params = xllamacpp.CommonParams()
params.model.path = path
params.model_alias = {"tiny-random"}
params.hostnames = ["127.0.0.1"]
params.port = int(port)
params.api_keys = [key]
params.n_ctx = 4096
params.n_parallel = 1
params.n_predict = 40
params.sampling.seed = 7  # the same request, the same noise
params.cpuparams.n_threads = 1
server = xllamacpp.Server(params)  # kept in a variable: it stops when it is collected
print("listening on", server.listening_address, flush=True)
threading.Event().wait()
