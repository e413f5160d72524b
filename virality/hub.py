"""The Hugging Face Hub: whose token this is, and whether the hub can be reached."""

from __future__ import annotations

import json
import os

from virality.errors import ViralityError
from virality.reach import ask

_TRUE = {"1", "on", "yes", "true"}


def token() -> str | None:
    """The token of this machine: `HF_TOKEN`, or what `hf auth login` left; None: nobody is logged in."""
    from huggingface_hub import get_token

    return get_token()


def whoami(token: str) -> str:
    """The account that a token is of.

    Raises:
        ViralityError: the hub cannot be reached, or does not take the token.
    """
    answer = ask(f"{_endpoint()}/api/whoami-v2", {"Authorization": f"Bearer {token}"})
    if answer.status in (401, 403):
        way_out = "`hf auth login` again, or set a valid HF_TOKEN"
        raise ViralityError(f"{_endpoint()}: refuses the token ({answer.status}); {way_out}")
    if answer.status != 200:
        raise ViralityError(f"{_endpoint()}: cannot be reached ({answer.why or f'it answers {answer.status}'})")
    try:
        return str(json.loads(answer.body)["name"])
    except (ValueError, KeyError, TypeError) as error:
        raise ViralityError(f"{_endpoint()}: answers what is no account; see HF_ENDPOINT") from error


def reachable() -> str | None:
    """What is wrong with the way to the hub, in one line, within two seconds; None: nothing is.

    Without a token only the way is tried.
    """
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in _TRUE:
        return "hub: HF_HUB_OFFLINE is set, so only what is on this machine is used"
    try:
        if (mine := token()) is not None:
            whoami(mine)
            return None
    except ViralityError as error:
        return f"hub: {error}"
    answer = ask(f"{_endpoint()}/api/models?limit=1")
    if answer.status == 200:
        return None
    return f"hub: {_endpoint()}: cannot be reached ({answer.why or f'it answers {answer.status}'})"


def _endpoint() -> str:
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
