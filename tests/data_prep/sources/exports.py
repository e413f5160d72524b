"""The exports in `fixtures/`, and what a source makes of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import ModuleType

from data_prep.records import Dropped, Post
from data_prep.sources import About
from tests.data_prep.sources.reading import items

FIXTURES = Path(__file__).parent / "fixtures"
ARABIC = "خُبْزٌ طازجٌ الآن \u200f🥖 تفضّلوا"
"""With vowel marks, a right-to-left mark and an emoji."""


def read(source: ModuleType, path: str | Path, account: str | None = None) -> tuple[list[Post], Counter[str]]:
    """Posts of an export (the name of a fixture, or a file), and how many rows were dropped for which reason."""
    found = items(source, FIXTURES / path, About("bakery", "own_export", account=account))
    posts = [one for one in found if isinstance(one, Post)]
    return posts, Counter(one.reason for one in found if isinstance(one, Dropped))


def dropped(source: ModuleType, path: str | Path) -> list[Dropped]:
    """The drops of an export."""
    found = items(source, FIXTURES / path, About("bakery", "own_export"))
    return [one for one in found if isinstance(one, Dropped)]
