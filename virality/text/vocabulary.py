"""Word lists written as rows of text, so that a diff of one shows words and not brackets."""

from __future__ import annotations


def vocabulary(*rows: str) -> frozenset[str]:
    """The words of the rows, split at blanks; '_' stands for a blank inside an entry."""
    return frozenset(word.replace("_", " ") for row in rows for word in row.split())
