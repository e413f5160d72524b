"""What everything that learns from pairs says, and the forms of its values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from virality.config import RunSettings

Rule = tuple[tuple[str, ...], str]


def as_list(value: object) -> object:
    """`a,b` on the command line is a list."""
    return [part for part in value.split(",") if part] if isinstance(value, str) else value


Folders = Annotated[tuple[str, ...], BeforeValidator(as_list)]
Kinds = Annotated[
    tuple[Literal["ab_test", "same_link", "neighbour", "paraphrase", "judged"], ...], BeforeValidator(as_list)
]
Count = Annotated[int, Field(ge=1)]


class Learns(RunSettings):
    """What everything that learns from pairs says."""

    data: Folders = Field(min_length=1)
    """Folders of prepared or improve runs; one, a list, or a,b."""
    max_pairs: int | None = Field(None, ge=1)
    """Pairs to learn from, at most; those of the highest weight are kept (of grpo: drafts that the seed draws). null:
    all."""

    def broken(self) -> Iterator[Rule]:
        """No folder twice: its pairs would count double."""
        yield from super().broken()
        twice = sorted({folder for folder in self.data if self.data.count(folder) > 1})
        if twice:
            yield ("data",), f"names {', '.join(twice)} twice; give it once"
