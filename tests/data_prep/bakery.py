"""The world of these tests: a bakery's posts, written by hand, and the files they come in."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from data_prep.records import Post

START = dt.datetime(2024, 3, 4, 8, 0, tzinfo=dt.UTC)

WARES = (
    "sourdough", "rye bread", "plum cake", "poppy rolls", "olive ciabatta", "oat biscuits", "cheese twists",
    "walnut loaf", "cinnamon buns", "spelt baguette", "almond croissants", "potato focaccia",
)  # fmt: skip
"""Wares enough that no two tests have a text in common."""


def post(post_id: str, text: str = "The oven is warm and the bread is ready", **more: Any) -> Post:
    """A post with what a test does not care about filled in."""
    return Post(**({"source": "bakery", "rights": "own_export", "lang": "en"} | more), post_id=post_id, text=text)


def at(hours: float) -> dt.datetime:
    """So many hours after the bakery opened its account."""
    return START + dt.timedelta(hours=hours)


def headline_rows() -> list[dict[str, Any]]:
    """A test for each ware: two wordings, the question clicked more often than the statement."""
    rows: list[dict[str, Any]] = []
    for number, ware in enumerate(WARES):
        for wording, clicks in ((f"Our {ware} is out of the oven now", 40), (f"Who wants warm {ware} for supper?", 90)):
            rows.append(
                {
                    "id": f"{number}-{clicks}", "headline": wording, "test": f"test {number}", "picture": "oven",
                    "shown": 1000 + number, "clicked": clicks + number,
                }
            )  # fmt: skip
    return rows


HEADLINE_COLUMNS = {
    "post_id": "id", "text": "headline", "content_key": "test", "media": "picture", "impressions": "shown",
    "clicks": "clicked",
}  # fmt: skip


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Rows as a CSV with a header."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_config(folder: Path, name: str = "bakery", **changes: Any) -> Path:
    """A config of headline tests as a file; `changes` replace whole sections."""
    values = {
        "path": "headlines.csv",
        "source": {"kind": "table", "platform": "headline", "columns": HEADLINE_COLUMNS},
        "rights": {"basis": "own_ab_test"},
        "filters": {"min_words": 1},
        "pairs": {"kinds": ["ab_test"]},
    } | changes
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path
