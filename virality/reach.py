"""Whether a service answers: one request, two seconds' patience, and what came back in words."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

PATIENCE = 2.0
"""Seconds until a service counts as unreachable."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said.

    Fields:
        status: of HTTP; None where nothing came.
        body: as it came; empty where nothing came.
        why: one short phrase where nothing came, else empty.
    """

    status: int | None
    body: bytes = b""
    why: str = ""


def ask(
    url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None, *, patience: float = PATIENCE
) -> Answer:
    """GET `url`, or POST `body` to it.

    The time is that of all, the look-up of the name among it, for which no library takes a limit: so it is asked in a
    thread, which is left behind where it is late.
    """
    found = [Answer(None, why=f"no answer in {patience:g} seconds")]
    thread = threading.Thread(target=lambda: found.append(_ask(url, headers or {}, body, patience)), daemon=True)
    thread.start()
    thread.join(patience)
    return found[-1]


def _ask(url: str, headers: Mapping[str, str], body: bytes | None, patience: float) -> Answer:
    try:
        request = urllib.request.Request(url, body, {"User-Agent": "virality", **headers})
        with urllib.request.urlopen(request, timeout=patience) as answer:
            return Answer(answer.status, answer.read(1 << 20))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code)
    except (OSError, ValueError) as error:  # URLError is an OSError; ValueError: what is no address
        reason = getattr(error, "reason", error)
        return Answer(None, why=" ".join(str(getattr(reason, "strerror", None) or reason).split()) or "no connection")
