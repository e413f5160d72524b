"""Controls of a scorer's training: labels that say nothing, rows that leak, fewer pairs. They guide nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep.records import Pair
from data_prep.sources.table import identifier
from virality import runs
from virality.errors import ViralityError

CONTROLS = ("shuffled", "random", "fraction")
_DEALT = ("train", "validation", "test")


def turned(p_better: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Labels of which each is turned with probability one half, (N,): nothing can be learned from them."""
    turn = np.random.default_rng(seed).random(len(p_better)) < 0.5
    return np.where(turn, 1 - p_better, p_better)


def dealt(pairs: Sequence[Pair], seed: int) -> list[Pair]:
    """The rows of train, validation and test dealt anew at random, as many to each as there were; in memory alone.

    Texts of one test or component then stand in several parts: what that seems to gain is a leak. Pairs of the judge
    split stay where they are.

    Raises:
        ViralityError: the train or the test split holds no pair.
    """
    there = Counter(pair.split for pair in pairs)
    for split in ("train", "test"):
        if not there[split]:
            raise ViralityError(f"control = random: no measured pair in the {split} split to be dealt anew; there are "
                                f"{dict(there) or 'none at all'}")  # fmt: skip
    dealing = [at for at, pair in enumerate(pairs) if pair.split in _DEALT]
    splits = [pairs[at].split for at in np.random.default_rng(seed).permutation(dealing)]
    anew = dict(zip(dealing, splits, strict=True))
    return [replace(pair, split=anew[at]) if at in anew else pair for at, pair in enumerate(pairs)]


def share(pairs: Sequence[Pair], fraction: float, seed: int) -> list[Pair]:
    """A share of the pairs, at least one, in their order: whole components one after another, as if fewer were there.

    A smaller share of the same seed lies within a larger one. Only the last component may be cut.

    Args:
        pairs: of the training split.
        fraction: in (0, 1].
        seed: of the order of the components.
    """
    turn = {name: identifier(seed, "share", name) for name in {pair.component for pair in pairs}}
    order = sorted(range(len(pairs)), key=lambda at: (turn[pairs[at].component], at))
    kept = sorted(order[: max(1, round(fraction * len(pairs)))])
    return [pairs[at] for at in kept]


def wrong(document: Mapping[str, Any]) -> str | None:
    """Why the run of this run.json is not to guide, judge, pay or choose; None where it is no control."""
    control = document.get("control")
    if control is None:
        return None
    return f"is a control ({control}), which guides and judges nothing; name it in an eval config's controls alone"


def refuse(run: Path, key: str) -> None:
    """Refuse a control where a scorer is needed.

    Args:
        run: a train run.
        key: the setting that names it.

    Raises:
        ViralityError: it is a control.
    """
    found = wrong(runs.finished(run, "train"))
    if found is not None:
        raise ViralityError(f"{key} = {run}: {found}")
