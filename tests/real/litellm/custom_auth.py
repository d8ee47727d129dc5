"""Keys of the LiteLLM proxy without a database; LiteLLM's own limiter enforces their limits.

A key is "sk-", 40 random letters and digits, and a tag of four letters that says what the key may do. Every test makes
keys of its own, so that no two tests share a limit and a leaked key is known by its random part.
"""
import hashlib
import re

import litellm
from fastapi import Request
from litellm.proxy._types import UserAPIKeyAuth

LIMITS = {
    "Open": {},
    "Rpm2": {"rpm_limit": 2},
    "OneM": {"models": ["mock-ok"]},
    "Past": {"expires": "2026-01-01T00:00:00+00:00"},
    "Used": {},
}
KEY = re.compile(r"sk-[A-Za-z0-9]{40}(%s)" % "|".join(LIMITS))


async def user_api_key_auth(request: Request, api_key: str) -> UserAPIKeyAuth:
    match = KEY.fullmatch(api_key or "")
    if match is None:
        raise Exception("Invalid proxy server token passed.")
    tag = match.group(1)
    # Spend lives in the database, so this refusal is raised here; LiteLLM words the answer.
    if tag == "Used":
        raise litellm.BudgetExceededError(current_cost=0.02, max_budget=0.01)
    token = hashlib.sha256(api_key.encode()).hexdigest()
    return UserAPIKeyAuth(api_key=api_key, token=token, user_id="test-user", key_alias=tag, **LIMITS[tag])
