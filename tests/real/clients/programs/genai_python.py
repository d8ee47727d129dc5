"""genai_python.py HOW BASE: one generateContent of google-genai."""
import os
import sys

from google import genai
from google.genai import types

how, base = sys.argv[1:3]
client = genai.Client(api_key=os.environ["CANARY"], http_options=types.HttpOptions(base_url=base))
print(client.models.generate_content(model="gemini-2.5-flash", contents="Summarise the attached contract.").text)
