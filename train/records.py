"""What this room makes beside adapters: scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Score:
    """What a scorer says of one example.

    `value` is P(rewrite beats draft), or P(better beats worse) where the example is a pair; None = not scored, and
    `why` says why.
    """

    example_id: str
    scorer: str
    scorer_version: str
    value: float | None
    why: str | None


def score_schema() -> pa.Schema:
    """Schema of scores.parquet."""
    import pyarrow as pa

    words = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            pa.field("example_id", pa.string(), nullable=False),
            pa.field("scorer", words, nullable=False),
            pa.field("scorer_version", words, nullable=False),
            pa.field("value", pa.float32()),
            pa.field("why", words),
        ]
    )
