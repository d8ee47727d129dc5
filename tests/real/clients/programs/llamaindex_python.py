"""llamaindex_python.py HOW BASE: one chat call of LlamaIndex's OpenAI. HOW: plain, debug (logging at DEBUG)."""
import logging
import os
import random
import sys

from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAI

random.seed(7)
how, base = sys.argv[1:3]
if how == "debug":
    logging.basicConfig(stream=sys.stdout, level=logging.DEBUG)
llm = OpenAI(model="gpt-4o-mini", api_base=base, api_key=os.environ["CANARY"], max_retries=1)
print(llm.chat([ChatMessage(role="user", content="Summarise the attached contract.")]))
