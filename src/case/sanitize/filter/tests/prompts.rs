//! Texts in places that name them, of which no look at the words would tell that they are somebody's.

use super::*;

#[test]
fn texts_in_places_that_name_them_go_however_short_they_are() {
    for (raw, clean) in [
        ("$ ollama run llama3 \"harbour of Priya\"\n", "$ ollama run llama3 \"[prompt: 16 chars]\"\n"),
        ("claude -p 'harbour of Priya'\n", "claude -p '[prompt: 16 chars]'\n"),
        ("GET /ask?prompt=who+pays&n=2 HTTP/1.1\n", "GET /ask?prompt=[prompt: 8 chars]&n=2 HTTP/1.1\n"),
        ("GET /ask?prompt=Harbour HTTP/1.1\n", "GET /ask?prompt=[prompt: 7 chars] HTTP/1.1\n"),
        ("KeyError: 'harbour of Priya'\n", "KeyError: '[prompt: 16 chars]'\n"),
        ("{\"suffix\":\"harbour of Priya\"}\n", "{\"suffix\":\"[prompt: 16 chars]\"}\n"),
        (
            "x\n  - role: user\n    content: |\n      - Priya\n\n      1. sells\nmodel: gpt-4o\n",
            "x\n  - role: user\n    content: |\n     [prompt: 15 chars]\nmodel: gpt-4o\n",
        ),
        (
            "User input: the harbour of Priya\n- the orchard of Priya\n\nStatus: 502\n",
            "User input: [prompt: 20 chars]\n- [prompt: 20 chars]\n\nStatus: 502\n",
        ),
        (
            "---------- user ----------\nPlease sell the harbour of Priya: soon\n\n- x=7 ms\n",
            "---------- user ----------\n[prompt: 38 chars]\n\n- x=7 ms\n",
        ),
        (
            "Prompt after formatting:\nharbour of Priya sold\n\n> Finished chain.\n",
            "Prompt after formatting:\n[prompt: 21 chars]\n\n> Finished chain.\n",
        ),
        ("INF User asked \"harbour of Priya\" in 7 ms\n", "INF User asked \"[prompt: 16 chars]\" in 7 ms\n"),
        ("INFO  app.chat User asked \"who sold it\"\n", "INFO  app.chat User asked \"[prompt: 11 chars]\"\n"),
        ("INFO app.chat User input: who sold it\n", "INFO app.chat User input: [prompt: 11 chars]\n"),
        ("/imagine prompt: harbour of Priya\n", "/imagine prompt: [prompt: 16 chars]\n"),
        ("<｜Assistant｜>harbour of Priya\n", "<｜Assistant｜>[prompt: 16 chars]\n"),
        ("[[ ## question ## ]]\nharbour of Priya\n", "[[ ## question ## ]]\n[prompt: 16 chars]\n"),
        ("QueryBundle(query_str='harbour of Priya')\n", "QueryBundle(query_str='[prompt: 16 chars]')\n"),
        ("[00:00.000 --> 00:04.000]  So then\n", "[00:00.000 --> 00:04.000]  [text: 7 chars]\n"),
        (
            "00:00:01,000 --> 00:00:04,000\nharbour of Priya\n\n2\n",
            "00:00:01,000 --> 00:00:04,000\n[prompt: 16 chars]\n\n2\n",
        ),
        (
            "...of Priya\"}],\"model\":\"gpt-4o\",\"stream\":false}\n",
            "[prompt: 11 chars]\"}],\"model\":\"gpt-4o\",\"stream\":false}\n",
        ),
    ] {
        assert_eq!(filtered(Kind::Log, raw), clean);
        assert_eq!(filtered(Kind::Log, clean), clean, "a second time");
    }
}

#[test]
fn what_only_looks_like_such_a_place_stays() {
    for text in [
        "GET /authorize?prompt=select_account+consent HTTP/1.1\n",
        "GET /authorize?scope=openid&prompt=consent HTTP/1.1\n",
        "KeyError: 'choices'\n",
        "- copy:\n    content: |\n      listen 80\n    dest: /etc/a\n",
        "INFO Status: 502\n- the retry failed\n",
        "===== Response =====\nHTTP/1.1 502 Bad Gateway\nserver: nginx\n",
        "----- user -----\nname: root\nhome=/root\n",
        "## Question\n\n`429` means that the rate limit was exceeded\n",
        "INFO received request \"POST /v1/chat/completions\" in 7 ms\n",
        "INFO user said \"rate limit exceeded\"\n",
        "│ KEY    │ VALUE │\n│ status │ 502   │\n",
        "0000: POST /v1/chat/completions HTTP/1.1\n0024: Host: api.openai.com\n",
    ] {
        assert_eq!(filtered(Kind::Log, text), text);
    }
}
