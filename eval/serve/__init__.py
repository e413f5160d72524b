"""`virality serve RUN`: a local page that suggests rewrites, and the same as an OpenAI-compatible endpoint."""

from __future__ import annotations

import contextlib
import re
import secrets
from pathlib import Path

from eval.local import is_loopback
from eval.serve.desk import Desk
from eval.serve.server import Server
from eval.suggest.assistant import Assistant
from eval.suggest.history import History
from virality.errors import ViralityError
from virality.progress import say

__all__ = ["command"]

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")


def command(
    run: str,
    *,
    scorer: Path | None = None,
    history: Path | None = None,
    port: int,
    host: str,
    token: str | None = None,
) -> int:
    """`virality serve`. Returns the exit code.

    Args:
        run: folder of a writer's run, or a base.
        scorer: folder of a scorer's run; None: the one that ranked what the writer learned from.
        history: a table of the author's own posts, whose voice is kept.
        port: to listen at; 0 takes a free one.
        host: address to listen at. Beyond this machine a token is asked for.
        token: that a browser and a client must know; None: none on this machine, a random one beyond it.

    Raises:
        ViralityError: the port is taken, the token too short, the run is no writer's, or the table has no post.
    """
    if token is not None and not _TOKEN.fullmatch(token):
        raise ViralityError("--token: has 16 to 128 of the letters a to z, digits, - and _; without it one is made")
    if token is None and not is_loopback(host):
        token = secrets.token_urlsafe(24)
    with Server(port, host, token) as server, contextlib.suppress(KeyboardInterrupt):
        posts = None if history is None else History.read(history)
        desk = Desk(Assistant.open(run, scorer), posts)
        where = "on this machine" if server.loopback else "on a machine that reaches this one; nothing is encrypted"
        key = "any" if token is None else token
        say(f"open {server.address} in a browser {where}")
        say(f"clients of OpenAI's API: base URL {server.root}/v1, API key {key}, model {desk.name}; Ctrl-C ends")
        server.serve(desk)
    return 0
