"""What a reader of a log found in it and the rules of truth.py do not: log without .log -> field -> value."""

AMENDED = {
    # undici's own debug line puts a slash too many between origin and path; the log shows no other address
    "fetch-debug-nginx-502": {"url": "http://127.0.0.1:8080//v1/chat/completions", "path": "//v1/chat/completions"},
    # the error comes from under the SDK: no frame of it stands in the log
    "openai-node-stream-stream-cut": {"client": {"library": "fetch", "version": None}},
}
