"""What the hub's client raises, in one line with the way out. No token stands in it."""

from __future__ import annotations

import re

_HIDDEN = re.compile(r"\bhf_\w+|(?<=\?)\S+")
"""Tokens, and what follows the `?` of an address: of storage, it is signed."""
_SAID = {
    401: "it does not take the token; `hf auth login` again, or set a valid HF_TOKEN",
    403: "this token may not do that there; give it the right to write, or name a repository of your own",
    404: "there is no such repository, or this token does not see it",
    409: "something else is at work in this repository; the same command goes on later",
    413: "a file is too large for it",
    429: "too many requests; the same command goes on in some minutes",
}


def told(error: BaseException) -> str:
    """An error of the hub's client in one line, with the way out; the token is not in it."""
    status = status_of(error)
    said = _SAID.get(status or 0)
    if said is not None:
        return f"the hub answers {status}: {said}"
    if status is not None and status >= 500:
        return f"the hub answers {status}: it has trouble; the same command goes on later"
    if is_passing(error):
        return f"the connection was lost ({_line(_causes(error)[-1])}); the same command goes on"
    return " ".join(dict.fromkeys(_line(one) for one in (error, _causes(error)[-1])))


def status_of(error: BaseException) -> int | None:
    """The hub's answer that an error stands for; None: it stands for none."""
    for one in _causes(error):
        answer = getattr(one, "response", None)
        if answer is not None:
            return int(answer.status_code)
    return None


def is_passing(error: BaseException) -> bool:
    """Whether an error may be gone in a moment: too many requests, trouble at the hub, a lost connection."""
    status = status_of(error)
    if status is not None:
        return status == 429 or status >= 500
    names = {name.__name__ for one in _causes(error) for name in type(one).__mro__}
    return bool(names & {"TransportError", "ConnectionError", "TimeoutError", "RequestError"})


def _causes(error: BaseException) -> list[BaseException]:
    found = [error]
    while (before := found[-1].__cause__ or found[-1].__context__) is not None and before not in found:
        found.append(before)
    return found


def _line(error: BaseException) -> str:
    return " ".join(_HIDDEN.sub("...", str(error)).split())[:200] or type(error).__name__
