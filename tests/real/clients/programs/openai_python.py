"""openai_python.py HOW BASE: one chat call. HOW: plain, async, stream, responses, caught, logged, timeout, model, once."""
import asyncio
import logging
import random
import sys

import openai

random.seed(7)
how, base = sys.argv[1:3]
PROMPT = [{"role": "user", "content": "Summarise the attached contract."}]
options = {"base_url": base, "api_key": __import__("os").environ["CANARY"]}
if how == "timeout":
    options["timeout"] = 1.0
    options["max_retries"] = 1
if how == "once":
    options["max_retries"] = 0


def ask(client, **more):
    return client.chat.completions.create(model="gpt-4o-mini", messages=PROMPT, temperature=0.2, **more)


async def ask_async():
    async with openai.AsyncOpenAI(**options) as client:
        answer = await ask(client)
        print(answer.choices[0].message.content)


def main():
    if how == "async":
        asyncio.run(ask_async())
        return
    client = openai.OpenAI(**options)
    if how == "stream":
        for event in ask(client, stream=True):
            print(event.choices[0].delta.content or "", end="", flush=True)
        print()
    elif how == "responses":
        print(client.responses.create(model="gpt-4o-mini", input="Summarise the attached contract.").output_text)
    elif how == "caught":
        try:
            ask(client)
        except openai.APIStatusError as error:
            print(f"{type(error).__name__}: {error}")
            print("status_code =", error.status_code)
            print("request_id =", error.request_id)
            print("body =", error.body)
            print("headers =", dict(error.response.headers))
    elif how == "logged":
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        log = logging.getLogger("contracts.summary")
        log.info("job 4711 started")
        try:
            ask(client)
        except openai.OpenAIError:
            log.exception("job 4711 failed")
    else:
        print(ask(client).choices[0].message.content)


main()
