"""anthropic_python.py HOW BASE: one message. HOW: plain, stream, async, caught."""
import asyncio
import os
import random
import sys

import anthropic

random.seed(7)
how, base = sys.argv[1:3]
options = {"base_url": base, "api_key": os.environ["CANARY"]}
call = {"model": "claude-sonnet-4-5", "max_tokens": 1024, "messages": [{"role": "user", "content": "Summarise the attached contract."}]}


async def ask_async():
    async with anthropic.AsyncAnthropic(**options) as client:
        print((await client.messages.create(**call)).content[0].text)


if how == "async":
    asyncio.run(ask_async())
elif how == "stream":
    with anthropic.Anthropic(**options).messages.stream(**call) as stream:
        for text in stream.text_stream:
            print(text, end="", flush=True)
    print()
elif how == "caught":
    try:
        anthropic.Anthropic(**options).messages.create(**call)
    except anthropic.APIStatusError as error:
        print(f"{type(error).__name__}: {error}")
        print("status:", error.status_code, "request:", error.request_id)
else:
    print(anthropic.Anthropic(**options).messages.create(**call).content[0].text)
