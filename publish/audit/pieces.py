"""What a decoder gives: the values of one column, key or record of a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

TOKENS = frozenset(("prompt", "completions", "input_ids", "token_ids", "ids", "tokens", "prompt_ids", "completion_ids"))
"""Columns and keys whose numbers are ids of a tokenizer's words."""

Decode = Callable[[Sequence[int]], str]
"""Token ids -> text."""
Tokenizer = Callable[[], Decode | None]
"""Finds what decodes the token ids of a file; None where no tokenizer is at hand."""


class Undecodable(Exception):
    """A file that cannot be read as what it says it is; the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Values of a file.

    Fields:
        name: of the column or key; None where they have none.
        values: text.
        runs: hashes of runs of words, where the file is an index of a corpus.
        undecoded: texts that stand there as token ids and for which no tokenizer is at hand.
    """

    name: str | None
    values: Sequence[str | None] = ()
    runs: Sequence[int] = ()
    undecoded: int = 0

    @property
    def size(self) -> int:
        """Bytes of what was decoded, about."""
        return sum(len(one) for one in self.values if one is not None) + 8 * len(self.runs)
