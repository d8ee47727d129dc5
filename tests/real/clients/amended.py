"""What a reader of a log found in it and the rules of truth.py do not: log without .log -> field -> value."""

AMENDED = {
    # undici's own debug line puts a slash too many between origin and path; the log shows no other address
    "fetch-debug-nginx-502": {"url": "http://127.0.0.1:8080//v1/chat/completions", "path": "//v1/chat/completions"},
    # no answer came: LiteLLM gives its own time-out a status
    "litellm-caught-slow": {"allowed": {"status": [408]}},
    # LiteLLM logs a curl command to the base address; the request went elsewhere
    "litellm-debug-path-404": {"allowed": {"url": ["http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1"]}, "weak": ["status"]},
    "litellm-debug-rate-429": {"allowed": {"url": ["http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1"]}},
    # the number stands in the text of the answer only
    "litellm-nginx-502": {"weak": ["status"]},
    "openai-python1-path-404": {"weak": ["model", "status"]},
    # the error comes from under the SDK: no frame of it stands in the log
    "openai-node-stream-stream-cut": {"client": {"library": "fetch", "version": None}},
}
