"""The hand-written drafts: facts marked, honest restatements, and rewrites that do not say the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parent / "drafts"
LANGUAGES = ("en", "ar")
SORTS = {3: ("light", "free", "lively"), 5: ("light", "structure", "free", "lively", "short")}
"""How many honest restatements a draft has -> what they are, in the order of the files."""
PLATFORM = "x"
"""Every draft fits it."""

Part = Literal["open", "held", "more", "last"]
"""Which part of the drafts. Two sets of two halves: `held` and `last` are for the last look alone."""
KEPT_BACK: tuple[Part, ...] = ("held", "last")


@dataclass(frozen=True, slots=True)
class Row:
    """One hand-written draft.

    Fields:
        lang: 'en' or 'ar'.
        text: the draft.
        facts: numbers, links, handles, hashtags and names, each as the draft spells it.
        restatements: honest ones.
        distorted: kind -> a rewrite that does not say the same.
    """

    id: str
    lang: str
    genre: str
    variety: str
    text: str
    facts: dict[str, list[str]]
    restatements: list[str]
    distorted: dict[str, str]

    @property
    def sorts(self) -> tuple[str, ...]:
        """What each of the restatements is."""
        return SORTS[len(self.restatements)]


def rows(lang: str, part: Part = "open") -> list[Row]:
    """The drafts of one file."""
    with (FOLDER / f"{lang}_{part}.jsonl").open(encoding="utf-8") as lines:
        return [_row(lang, json.loads(line)) for line in lines]


def _row(lang: str, fields: dict[str, Any]) -> Row:
    return Row(lang=lang, **fields)


@dataclass(frozen=True, slots=True)
class Slip:
    """A draft that a careless writer nearly copies.

    Fields:
        kind: what slipped: 'person_kind', 'quality', 'neighbour', 'empty_tail', 'grammar', 'pronoun', 'role', ...
        text: the draft.
        fine: a rewrite of about as many words that says the same.
        slip: one that does not, or in no sound language.
    """

    id: str
    kind: str
    text: str
    fine: str
    slip: str


def slips(lang: str, part: Literal["open", "held"] = "open") -> list[Slip]:
    """The drafts of one file of slips; `held` is for the last look alone."""
    with (FOLDER / f"slips_{lang}_{part}.jsonl").open(encoding="utf-8") as lines:
        return [Slip(**json.loads(line)) for line in lines]
