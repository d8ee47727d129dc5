"""http_python.py HOW BASE: one chat call without an SDK. HOW: httpx, httpx-debug, requests, requests-debug, requests-retry, aiohttp, urllib."""
import asyncio
import json
import os
import sys

how, base = sys.argv[1:3]
URL = base + "/chat/completions"
BODY = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Summarise the attached contract."}]}
HEADERS = {"Authorization": "Bearer " + os.environ["CANARY"]}


def with_httpx():
    import httpx
    answer = httpx.post(URL, json=BODY, headers=HEADERS, timeout=1)
    answer.raise_for_status()
    print(answer.json()["choices"][0]["message"]["content"])


def with_requests():
    import requests
    answer = requests.post(URL, json=BODY, headers=HEADERS, timeout=1)
    if not answer.ok:
        print(answer.status_code, answer.reason, answer.url)
        print(dict(answer.headers))
        print(answer.text)
    answer.raise_for_status()
    print(answer.json()["choices"][0]["message"]["content"])


def with_retries():
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry
    session = requests.Session()
    retry = Retry(total=2, status_forcelist=[429, 500, 502, 503], allowed_methods=None, backoff_factor=0.1)
    session.mount("http://", HTTPAdapter(max_retries=retry))
    session.post(URL, json=BODY, headers=HEADERS, timeout=1).raise_for_status()


async def with_aiohttp():
    import aiohttp
    async with aiohttp.ClientSession(raise_for_status=True, timeout=aiohttp.ClientTimeout(total=1)) as session:
        async with session.post(URL, json=BODY, headers=HEADERS) as answer:
            print((await answer.json())["choices"][0]["message"]["content"])


def with_urllib():
    import urllib.request
    request = urllib.request.Request(URL, json.dumps(BODY).encode(), {**HEADERS, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=1) as answer:
        print(json.load(answer)["choices"][0]["message"]["content"])


if how.endswith("-debug"):
    import logging
    logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(levelname)-5s [%(name)s] %(message)s")
if how == "requests-debug":
    import http.client
    http.client.HTTPConnection.debuglevel = 1

if how.startswith("httpx"):
    with_httpx()
elif how == "requests-retry":
    with_retries()
elif how.startswith("requests"):
    with_requests()
elif how == "aiohttp":
    asyncio.run(with_aiohttp())
else:
    with_urllib()
