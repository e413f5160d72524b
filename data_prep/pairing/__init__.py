"""Pairing: one file for each kind of pair. Each answers candidate pairs, without split or gates."""

from __future__ import annotations

from dataclasses import dataclass

from data_prep.records import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Two posts of one audience and what is known of their difference; `Pair` in the making."""

    kind: str
    worse: Post
    better: Post
    draft: str | None = None
    lift: float | None = None
    p_better: float | None = None
    p_value: float | None = None
    trials: tuple[int, int] | None = None
    """Of the worse and of the better one."""
    successes: tuple[int, int] | None = None
    hours_apart: float | None = None
    weight: float = 1.0
    file: str | None = None
    """Stem of the file that the corpus's own label stands in."""
