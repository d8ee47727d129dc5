"""litellm_python.py HOW BASE: one completion. HOW: plain, debug, caught, anthropic."""
import os
import sys

import litellm

how, base = sys.argv[1:3]
if how == "debug":
    litellm._turn_on_debug()
call = {"messages": [{"role": "user", "content": "Summarise the attached contract."}], "api_base": base, "api_key": os.environ["CANARY"], "num_retries": 0, "max_retries": 0, "timeout": 2}
call["model"] = "anthropic/claude-sonnet-4-5" if how == "anthropic" else "openai/gpt-4o-mini"
if how == "caught":
    try:
        litellm.completion(**call)
    except Exception as error:
        print(type(error).__module__ + "." + type(error).__name__)
        print("status_code:", error.status_code, "llm_provider:", error.llm_provider, "model:", error.model)
        print(str(error))
else:
    print(litellm.completion(**call).choices[0].message.content)
