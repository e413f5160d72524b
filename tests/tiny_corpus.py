"""A small simulated corpus: posts of two accounts whose wording decides how often they are liked. None is real."""

from __future__ import annotations

import csv
import datetime as dt
import random
from pathlib import Path
from typing import Any

_PLACES = ("Harbour", "Hilltop", "Riverside", "Market", "Station", "Garden")
_THINGS = ("bakery", "library", "theatre", "swimming pool", "museum", "bookshop")
_COLOURS = (
    "blue",
    "green",
    "amber",
    "silver",
    "crimson",
    "golden",
    "violet",
    "ivory",
    "copper",
    "black",
    "pink",
    "teal",
)
_BIRDS = ("heron", "finch", "swan", "owl", "crane", "raven", "robin", "wren", "dove", "kestrel", "plover", "magpie")
_NEWS = (
    "The {place} {thing} opens the {colour} {bird} room on Friday.",
    "The {place} {thing} sells {colour} {bird} tickets on Friday.",
    "The {place} {thing} invites children to the {colour} {bird} party.",
)
_LIVELY = (
    "Don't miss it, it's really worth the walk!",
    "We can't wait to see you there!",
    "It's free, so bring friends!",
)
_DULL = ("The office handles the forms in the basement.", "Further notes are with the office.", "Forms are mandatory.")
_START = dt.datetime(2021, 3, 1, tzinfo=dt.UTC)


def posts(count: int = 300, seed: int = 0) -> list[dict[str, Any]]:
    """Rows with id, account, time, text and likes. A lively second sentence brings five times the likes."""
    draw = random.Random(seed)
    made = []
    for at in range(count):
        lively = draw.random() < 0.5
        news = draw.choice(_NEWS).format(
            place=draw.choice(_PLACES),
            thing=draw.choice(_THINGS),
            colour=draw.choice(_COLOURS),
            bird=draw.choice(_BIRDS),
        )
        rate = (60.0 if lively else 12.0) * draw.lognormvariate(0, 0.1)
        made.append(
            {
                "id": 1000 + at,
                "account": f"town{at % 2}",
                "time": (_START + dt.timedelta(hours=5 * at)).isoformat(),
                "text": f"{news} {draw.choice(_LIVELY if lively else _DULL)}",
                "likes": round(rate),
            }
        )
    return made


def write(path: Path, count: int = 300, seed: int = 0) -> None:
    """The posts as a CSV."""
    rows = posts(count, seed)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
