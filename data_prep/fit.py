"""Whether constant effects and ordinary chance describe the pairs: what to know before believing lift."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data_prep.engine import Table
from data_prep.traits import FORM

if TYPE_CHECKING:
    import pyarrow as pa

MOST_INSTABLE = 2.5
MOST_HETEROGENEOUS = 4.0
MOST_KURTOSIS = 0.5
"""Above these the data sheet says that the model fits badly; docs/known-answer.md has the figures of the sound and the
broken simulated worlds between which they were set."""

_CLUSTERS = 4096
_FEW = 20
_QUARTER = 90 * 86400
_UNIT = 1_000_000
_STEP = 0.05
_BINS = 800
_LEAST = 500


@dataclass(frozen=True, slots=True)
class Fit:
    """How well the pairs are described.

    Fields:
        heterogeneity: variance of the effects of form when whole accounts vary together, over the variance when pairs
            are independent, mean over the features of form (Liang and Zeger 1986 against least squares). Above 1
            because a post may be in several pairs; far above where wording works for some accounts only.
        kurtosis: excess over the normal's, of what is left of well-counted gaps. About 0 for log-normal chance; viral
            cascades drive it up.
        pairs: how many were looked at; fewer than 500 tell nothing, and both figures are 0.
    """

    heterogeneity: float = 0.0
    kurtosis: float = 0.0
    pairs: int = 0


def formed(gaps: Table, levels: Table, posts: Table, *, accounts: int) -> Table:
    """The gap of each post to its likest one, with the form of both and `cluster`.

    A cluster is an account, or a quarter of one where there are few accounts. One gap a post, or accounts that post
    often would look as if wording worked differently in them, for the one post that all their gaps share.
    """
    import ibis

    likest = ibis.window(group_by="b", order_by=[ibis.desc((gaps.similar.fill_null(0.0) * 1e9).round()), "a"])
    gaps = gaps.mutate(place=ibis.row_number().over(likest))
    gaps = gaps.filter(gaps.place == 0)
    one = levels.select(a="n", form_a="form")
    two = levels.select(b="n", form_b="form")
    who = posts.select(b="n", account="account", t="t")
    both = gaps.select("a", "b", "gap", "sampling").join(one, "a").join(two, "b").join(who, "b")
    own = both.account.fill_null(0)
    cluster = own if accounts >= _FEW else own * 1000 + both.t // _QUARTER
    return both.select("gap", "sampling", "form_a", "form_b", cluster=(cluster * 2654435761) % _CLUSTERS)


def fit(batches: Callable[[], Iterable[pa.RecordBatch]]) -> Fit:
    """The figures of `Fit`; `batches` is called twice. All sums are of integers, so the order does not matter."""
    width = len(FORM)
    xx, xy = np.zeros((width, width), dtype=np.int64), np.zeros(width, dtype=np.int64)
    rows = 0
    for batch in batches():
        x, y, _, _ = _read(batch)
        xx, xy, rows = xx + x.T @ x, xy + x.T @ y, rows + len(y)
    there = np.flatnonzero(np.diagonal(xx) > _LEAST // 10)
    if rows < _LEAST or not len(there):
        return Fit(pairs=rows)
    inverse = np.linalg.pinv(xx[np.ix_(there, there)].astype(np.float64))
    effects = np.rint(inverse @ xy[there].astype(np.float64)).astype(np.int64)
    scores = np.zeros((_CLUSTERS, len(there)), dtype=np.int64)
    squares, sizes = 0, np.zeros(2 * _BINS + 1, dtype=np.int64)
    for batch in batches():
        x, y, cluster, clear = _read(batch)
        left = y - x[:, there] @ effects
        np.add.at(scores, cluster, x[:, there] * left[:, None])
        squares += int((left // 1000) @ (left // 1000))
        bins = np.clip(np.rint(left[clear] / (_STEP * _UNIT)), -_BINS, _BINS).astype(np.int64) + _BINS
        sizes += np.bincount(bins, minlength=len(sizes))
    meat = scores.astype(np.float64)
    robust = np.diagonal(inverse @ (meat.T @ meat) @ inverse)
    plain = np.diagonal(inverse) * (squares * 1e6 / rows)
    return Fit(round(float(np.mean(robust / plain)), 2), _kurtosis(sizes), rows)


def trouble(found: Fit, checks: Mapping[str, float]) -> list[str]:
    """What speaks against the assumptions, in words; empty where nothing does."""
    said = []
    if checks.get("instability", 0.0) > MOST_INSTABLE:
        said.append(
            "hour, weekday and the other confounders are not the same in the two halves of the corpus "
            f"(mean squared z {checks['instability']:.1f}, 1 expected)"
        )
    if found.heterogeneity > MOST_HETEROGENEOUS:
        said.append(
            "the same wording does not work alike for all accounts: effects vary between them "
            f"{found.heterogeneity:.1f} times as much as chance allows (1 to 2 expected)"
        )
    if found.kurtosis > MOST_KURTOSIS:
        said.append(
            f"a few posts decide the means: the tails are heavier than those of ordinary chance (excess kurtosis "
            f"{found.kurtosis:.1f}, 0 expected)"
        )
    return said


def _read(batch: pa.RecordBatch) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    columns: dict[str, NDArray[Any]] = {
        name: batch.column(name).to_numpy(zero_copy_only=False) for name in batch.schema.names
    }
    bits = np.arange(len(FORM))
    x = ((columns["form_b"][:, None] >> bits) & 1) - ((columns["form_a"][:, None] >> bits) & 1)
    y = np.rint(np.clip(columns["gap"], -20, 20) * _UNIT).astype(np.int64)
    return x.astype(np.int64), y, columns["cluster"].astype(np.int64), columns["sampling"] < 0.2


def _kurtosis(sizes: NDArray[np.int64]) -> float:
    total = int(sizes.sum())
    if total < _LEAST:
        return 0.0
    values = (np.arange(len(sizes)) - _BINS) * _STEP
    share = sizes / total
    spread = float(share @ values**2)
    return round(float(share @ values**4) / spread**2 - 3, 2) if spread > 0 else 0.0
