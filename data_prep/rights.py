"""Who may train on what: the rights basis of each row, and what it allows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from virality.errors import ViralityError

BASES = ("own_export", "opt_in", "own_ab_test", "consent", "x_api", "unknown")
"""And `licence:<SPDX identifier>`."""
NOT_FOR_TRAINING = ("x_api", "unknown")
_LICENCE = re.compile(r"licence:[A-Za-z0-9.+-]+")


def is_basis(basis: str) -> bool:
    """Whether this is a rights basis we know."""
    return basis in BASES or bool(_LICENCE.fullmatch(basis))


def count(bases: Iterable[str]) -> dict[str, int]:
    """Rows by rights basis, most first."""
    return dict(Counter(bases).most_common())


def refuse_training(bases: dict[str, int], research_only: bool, place: str) -> None:
    """Refuse to train on rows that may not be trained on.

    Args:
        bases: rows by rights basis.
        research_only: the data run is marked `research_only`: what comes of it is for measuring and comparing, and is
            never published.
        place: named in the error.

    Raises:
        ViralityError: rows are `x_api` or `unknown` and the run is not marked.
    """
    barred = {basis: rows for basis, rows in bases.items() if basis in NOT_FOR_TRAINING}
    if barred and not research_only:
        named = ", ".join(f"{rows} rows with rights basis {basis}" for basis, rows in barred.items())
        raise ViralityError(
            f"{place}: {named} may not be trained on; name the basis you have (rights.basis), or prepare with "
            "rights.research_only=true to measure and never publish"
        )
