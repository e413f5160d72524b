"""`virality rate RUN`: a person chooses blindly between drafts and what an evaluation's writer returned for them."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from eval.rate.answers import Ratings, file_of
from eval.rate.figures import figures
from eval.rate.items import chosen, fingerprint, items
from eval.rate.results import enter, told
from eval.rate.server import Server
from eval.rate.session import Session
from virality import runs
from virality.errors import ViralityError
from virality.progress import say
from virality.spelling import nearest

__all__ = ["Asked", "command", "enter", "figures", "rate"]

_HOW = "virality rate RUN [rater=NAME] [most=100] [port=0] [--results]"


@dataclass(frozen=True, slots=True)
class Asked:
    """What `virality rate` may be told.

    Fields:
        rater: who rates, the name of the file of answers; None is the name of the user.
        most: pairs to rate; every rater gets the same ones, in an order of his own.
        port: of this machine; 0 takes a free one.
    """

    rater: str | None = None
    most: int = 100
    port: int = 0


def command(run: Path, words: Sequence[str], *, results: bool = False) -> int:
    """`virality rate`. Returns the exit code.

    Args:
        run: folder of a finished evaluation of a writer.
        words: `rater=NAME`, `most=N`, `port=N`.
        results: serve nothing; say what the raters said, and put it into the report.

    Raises:
        ViralityError: the run is none, has not ended, measured no writer or returned nothing; or a word does not fit.
    """
    asked = _asked(words)
    if runs.finished(run, "evaluate")["writer"] is None:
        raise ViralityError(f"{run}: measured no writer, so there is nothing to rate; evaluate with writer=RUN")
    if results:
        print(told(run, enter(run)))
    else:
        rate(run, asked)
    return 0


def rate(run: Path, asked: Asked) -> None:
    """Serve the page until it is interrupted, then put what was answered into the report. Raises as `command`."""
    name = asked.rater or _user()
    file_of(run, name)
    there = items(run)
    session = Session(name, chosen(there, asked.most, name), Ratings(run, name, fingerprint(there)))
    try:
        _serve(session, asked.port)
    finally:
        session.close()
    enter(run)
    left = len(session) - session.answered
    rest = f"the same command goes on with the {left} that are open" if left else f"see virality rate {run} --results"
    say(f"{session.answered} of {len(session)} pairs answered by {name}; {rest}")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise ViralityError("rater: the user of this machine has no name; give rater=NAME") from error


def _serve(session: Session, port: int) -> None:
    """Until Ctrl-C, which is how it is meant to end."""
    with Server(session, port) as server, contextlib.suppress(KeyboardInterrupt):
        say(f"open {server.address} in a browser on this machine; Ctrl-C ends, and every answer is kept at once")
        server.serve_forever(poll_interval=0.2)


def _asked(words: Sequence[str]) -> Asked:
    known = [field.name for field in fields(Asked)]
    given: dict[str, Any] = {}
    for word in words:
        key, _, value = word.partition("=")
        if key not in known or not value:
            raise ViralityError(f"{word}: is no setting of this command{nearest(key, known)}; {_HOW}")
        if key != "rater" and not (value.isascii() and value.isdecimal() and len(value) < 10):
            raise ViralityError(f"{word}: is not a whole number; {_HOW}")
        given[key] = value if key == "rater" else int(value)
    asked = Asked(**given)
    if asked.most < 1:
        raise ViralityError(f"most = {asked.most}: is at least 1")
    return asked
