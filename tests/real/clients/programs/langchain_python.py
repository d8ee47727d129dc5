"""langchain_python.py HOW BASE: one call of ChatOpenAI. HOW: plain, debug."""
import os
import random
import sys

from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

random.seed(7)
how, base = sys.argv[1:3]
if how == "debug":
    from langchain_core.globals import set_debug
    set_debug(True)
chain = ChatPromptTemplate.from_messages([("system", "You read contracts."), ("user", "{task}")]) | ChatOpenAI(
    model="gpt-4o-mini", base_url=base, api_key=os.environ["CANARY"], max_retries=1)
print(chain.invoke({"task": "Summarise the attached contract."}).content)
