"""What explains engagement apart from the wording: hour, weekday, age, followers, media, reply, thread.

A linear model on the differences between consecutive posts of one account, so that the account, its growth and its
audience cancel exactly (first differences; Wooldridge 2010, section 10.6). The form of the wording stands in the model
as a nuisance, so that an hour at which questions are asked does not get the question's credit; what is taken out of the
engagement is the confounders' part alone. All sums are of integers: the fit is the same for any number of threads.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data_prep.engine import Table, place
from data_prep.traits import FORM

if TYPE_CHECKING:
    import pyarrow as pa

FACTORS: dict[str, tuple[str, ...]] = {
    "hour": tuple(f"{hour:02d}:00" for hour in range(24)),
    "weekday": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "age": ("unknown", "< 6 h", "6-12 h", "12-24 h", "1-2 d", "2-4 d", "4-8 d", "8-16 d", "16-32 d", "> 32 d"),
    "reply": ("no", "yes"),
    "thread": ("no", "yes"),
}
"""Confounders and their levels; `media` has those of the corpus, `followers` is a number."""
MOST_MEDIA = 20

_QUARTER = 90 * 86400
_UNIT = 1_000_000
_GROWTH = 10_000
_MOST_GROWTH = 5 * _GROWTH
_WEIGHT = 256
_RIDGE = 20.0
_LEAST_SEEN = 50
LEAST_ROWS = 200
"""Fewer consecutive posts than this tell nothing, and nothing is taken out."""


@dataclass(frozen=True, slots=True)
class Model:
    """The fitted model.

    Fields:
        coefficients: factor -> level -> nats, centred over the posts of the fit and shrunk by their errors.
        errors: their standard errors.
        followers: nats for one nat of followers; 0 where followers are not known.
        rows: differences in the fit.
        before, after: variance of the differences before and after the confounders are taken out.
        checks: `instability`, the mean squared z between the confounders of two halves (1 where they are the same);
            `explained`, the share of the variance that all of the model explains.
    """

    coefficients: dict[str, dict[str, float]] = field(default_factory=dict)
    errors: dict[str, dict[str, float]] = field(default_factory=dict)
    followers: float = 0.0
    rows: int = 0
    before: float = 0.0
    after: float = 0.0
    checks: dict[str, float] = field(default_factory=dict)


def levels(corpus: Table, media: Sequence[str]) -> Table:
    """One row a dated post: n and the number of its level in each factor, with form and log followers."""
    import ibis

    hours = (corpus.collected - corpus.t) / 3600.0
    ages = ibis.cases(
        (hours.isnull(), 0),
        *((hours < limit, at) for at, limit in enumerate((6, 12, 24, 48, 96, 192, 384, 768), 1)),
        else_=9,
    )
    named: Table = ibis.literal(1)
    if media:
        named = ibis.cases(*((corpus.media == name, at) for at, name in enumerate(media, 1)), else_=len(media) + 1)
    return corpus.select(
        n=corpus.n,
        hour=(corpus.t // 3600) % 24,
        weekday=(corpus.t // 86400 + 3) % 7,
        age=ages,
        reply=corpus.reply.fill_null(False).ifelse(1, 0),
        thread=corpus.thread.notnull().ifelse(1, 0),
        media=ibis.ifelse(corpus.media.isnull(), 0, named),
        form=corpus.form,
        half=(corpus.account.fill_null(0) + corpus.t // _QUARTER) % 2,
        growth=((corpus.followers.cast("float64") + 1).ln() * _GROWTH).round().cast("int64"),
    )


def moves(signals: Table) -> Table:
    """Consecutive posts (a, then b) of each account."""
    import ibis

    dated = signals.filter(signals.account.notnull() & signals.t.notnull())
    order = ibis.window(group_by=["account", "rated"], order_by=["t", "n"])
    pairs = dated.select(a=dated.n.lag().over(order), b=dated.n)
    return pairs.filter(pairs.a.notnull())


def differences(gaps: Table, found: Table) -> Table:
    """Moves with a gap, the levels of both posts and `half`: every other quarter of every other account."""
    columns = [name for name in found.columns if name != "n"]
    one = found.select(a="n", **{f"{name}_a": found[name] for name in columns})
    two = found.select(b="n", **{f"{name}_b": found[name] for name in columns})
    spoken = gaps.filter(gaps.gap.notnull()).select("a", "b", "gap", "sampling")
    joined = spoken.join(one, "a").join(two, "b")
    joined = joined.drop("half_a", *(name for name in joined.columns if name.endswith("_right")))
    return joined.rename(half="half_b")


def fit(batches: Iterable[pa.RecordBatch], media: Sequence[str]) -> Model:
    """The model of batches of `differences`. Exact sums: neither the order nor the size of the batches matters."""
    design = _Design(media)
    sums = _Sums(design.width)
    for batch in batches:
        for part in _small(batch):
            sums.add(*design.rows(part))
    if sums.rows < LEAST_ROWS:
        return Model(rows=sums.rows)
    return _model(design, sums)


def taken_out(found: Table, model: Model, media: Sequence[str]) -> Table:
    """One row a post: n, `control` (what its confounders are worth, nats) and `growth` (log followers, for `grown`)."""
    import ibis

    control: Table = ibis.literal(0).cast("float64")
    for factor, names in _factors(media).items():
        if factor in model.coefficients:
            values = [round(model.coefficients[factor][name], 9) for name in names]
            control = control + ibis.array(values)[place(found[factor])]
    growth = ibis.ifelse(found.growth > 0, found.growth, None) if model.followers else ibis.null("int64")
    return found.select(n=found.n, control=control, growth=growth)


def grown(growth_a: Table, growth_b: Table, model: Model) -> Table:
    """What an account's growth between two posts is worth, in nats; 0 where the followers of one are not known."""
    import ibis

    change = (growth_b - growth_a).clip(-_MOST_GROWTH, _MOST_GROWTH).cast("float64")
    worth = change * (model.followers / _GROWTH)
    return worth.fill_null(ibis.literal(0).cast("float64"))


def _factors(media: Sequence[str]) -> dict[str, tuple[str, ...]]:
    return FACTORS | {"media": ("none", *media, "other")}


class _Design:
    """Columns of the model: one a level of each confounder, log followers, one a bit of form."""

    def __init__(self, media: Sequence[str]) -> None:
        self.factors = _factors(media)
        self.starts: dict[str, int] = {}
        at = 0
        for name, names in self.factors.items():
            self.starts[name] = at
            at += len(names)
        self.growth = at
        self.form = at + 1
        self.width = self.form + len(FORM)

    def rows(
        self, columns: Mapping[str, NDArray[Any]]
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Differences (rows, width), gaps in fixed point, integer weights, and which half of the time each is of."""
        count = len(columns["gap"])
        x = np.zeros((count, self.width))
        every = np.arange(count)
        for name, start in self.starts.items():
            np.add.at(x, (every, start + columns[f"{name}_b"]), 1.0)
            np.add.at(x, (every, start + columns[f"{name}_a"]), -1.0)
        x[:, self.growth] = columns["growth_b"] - columns["growth_a"]
        bits = np.arange(len(FORM))
        x[:, self.form :] = ((columns["form_b"][:, None] >> bits) & 1) - ((columns["form_a"][:, None] >> bits) & 1)
        y = np.rint(np.clip(columns["gap"], -20, 20) * _UNIT)
        weights = np.rint(_WEIGHT * 0.5 / (0.5 + columns["sampling"]))
        return x, y, weights, columns["half"]


class _Sums:
    """Weighted sums of products for either half, in Python integers held by arrays of objects or int64."""

    def __init__(self, width: int) -> None:
        self.xx = np.zeros((2, width, width), dtype=object)
        self.xy = np.zeros((2, width), dtype=object)
        self.yy = [0, 0]
        self.weight = [0, 0]
        self.rows = 0

    def add(self, x: NDArray[Any], y: NDArray[Any], weights: NDArray[Any], half: NDArray[Any]) -> None:
        for side in (0, 1):
            mine = half == side
            weighed = x[mine] * weights[mine, None]
            self.xx[side] += (weighed.T @ x[mine]).astype(np.int64).astype(object)
            # in 64-bit integers: followers times engagement passes what a double holds exactly
            self.xy[side] += (weighed.T.astype(np.int64) @ y[mine].astype(np.int64)).astype(object)
            self.yy[side] += int((weights[mine] * np.rint(y[mine] / 1000) ** 2).sum())
            self.weight[side] += int(weights[mine].sum())
        self.rows += len(y)


def _small(batch: pa.RecordBatch) -> Iterator[dict[str, NDArray[Any]]]:
    """A batch's columns in pieces in which a sum of products stays below 2**53."""
    columns = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in batch.schema.names}
    for name in ("growth_a", "growth_b"):
        columns[name] = np.nan_to_num(columns[name].astype(np.float64))
    unknown = (columns["growth_a"] == 0) | (columns["growth_b"] == 0)
    columns["growth_a"][unknown] = columns["growth_b"][unknown] = 0
    # so that products of the followers' growth stay exact
    jump = np.clip(columns["growth_b"] - columns["growth_a"], -_MOST_GROWTH, _MOST_GROWTH)
    columns["growth_a"], columns["growth_b"] = np.zeros_like(jump), jump
    for begin in range(0, len(batch), 10_000):
        yield {name: values[begin : begin + 10_000] for name, values in columns.items()}


def _model(design: _Design, sums: _Sums) -> Model:
    whole, half = _solve(sums, (0, 1)), [_solve(sums, (side,)) for side in (0, 1)]
    coefficients: dict[str, dict[str, float]] = {}
    errors: dict[str, dict[str, float]] = {}
    confounding = np.zeros(design.width)
    for name, start in design.starts.items():
        names = design.factors[name]
        part = slice(start, start + len(names))
        if np.count_nonzero(whole.seen[part]) < 2:
            continue
        values, error = whole.centred(part)
        values = np.round(values * _sure(values, error), 9)
        confounding[part] = values
        coefficients[name] = dict(zip(names, values.tolist(), strict=True))
        errors[name] = dict(zip(names, np.round(error, 6).tolist(), strict=True))
    growth, doubt = whole.solution[design.growth], math.sqrt(whole.covariance[design.growth, design.growth])
    confounding[design.growth] = growth if whole.seen[design.growth] > 0 and abs(growth) > 2 * doubt else 0.0
    checks = _checks(design, whole, half)
    return Model(
        coefficients=coefficients,
        errors=errors,
        followers=round(float(confounding[design.growth]) * _GROWTH, 6),
        rows=sums.rows,
        before=round(whole.variance, 6),
        after=round(whole.without(confounding), 6),
        checks=checks,
    )


def _sure(values: NDArray[np.float64], errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of each coefficient of a factor is believed: true variance over true variance and error (James-Stein).

    An account that posts every half hour says little of how noon differs from midnight: what is taken out of the
    engagement must not be noise.
    """
    seen = errors > 0
    if not seen.any():
        return np.zeros_like(values)
    true = max(float(np.mean(values[seen] ** 2 - errors[seen] ** 2)), 0.0)
    return np.where(seen, true / (true + errors**2 + 1e-12), 0.0)


@dataclass(frozen=True, slots=True)
class _Solved:
    solution: NDArray[np.float64]
    covariance: NDArray[np.float64]
    seen: NDArray[np.float64]
    xx: NDArray[np.float64]
    xy: NDArray[np.float64]
    variance: float
    weight: float

    def centred(self, part: slice) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """A factor's coefficients around their mean over the posts, and their standard errors; 0 where not seen."""
        seen = self.seen[part]
        move = np.eye(len(seen)) - seen / seen.sum()
        values = move @ self.solution[part]
        errors = np.sqrt(np.maximum(np.diagonal(move @ self.covariance[part, part] @ move.T), 0.0))
        return np.where(seen > 0, values, 0.0), np.where(seen > 0, errors, 0.0)

    def without(self, coefficients: NDArray[np.float64]) -> float:
        """Variance that is left when `coefficients` are taken out."""
        explained = 2 * coefficients @ self.xy - coefficients @ self.xx @ coefficients
        return float(self.variance - explained / self.weight)


def _solve(sums: _Sums, sides: Sequence[int]) -> _Solved:
    xx = sum(sums.xx[side] for side in sides).astype(np.float64) / _WEIGHT
    xy = sum(sums.xy[side] for side in sides).astype(np.float64) / (_WEIGHT * _UNIT)
    weight = max(sum(sums.weight[side] for side in sides) / _WEIGHT, 1e-9)
    variance = sum(sums.yy[side] for side in sides) / (_WEIGHT * 1e6) / weight
    seen = np.diagonal(xx).copy()
    ridge = np.where(seen > 0, np.minimum(_RIDGE, 1e-3 * seen + 1e-9), 1.0)
    inverse = np.linalg.inv(xx + np.diag(ridge))
    solution = np.round(inverse @ xy, 9)
    left = max(variance - float(2 * solution @ xy - solution @ xx @ solution) / weight, 1e-9)
    # consecutive differences share a post (correlation -1/2), which costs the errors about a fifth
    covariance = inverse @ xx @ inverse * left * 1.5
    return _Solved(solution, covariance, seen, xx, xy, variance, weight)


def _checks(design: _Design, whole: _Solved, half: Sequence[_Solved]) -> dict[str, float]:
    one, two = half
    scores: list[NDArray[np.float64]] = []
    for name, start in design.starts.items():
        part = slice(start, start + len(design.factors[name]))
        both = (one.seen[part] > _LEAST_SEEN) & (two.seen[part] > _LEAST_SEEN)
        if np.count_nonzero(both) >= 2:
            (first, error), (second, other) = one.centred(part), two.centred(part)
            scores.append(((first - second) / np.hypot(error, other).clip(1e-9))[both])
    return {
        "instability": round(float(np.mean(np.concatenate(scores) ** 2)), 3) if scores else 0.0,
        "explained": round(1 - whole.without(whole.solution) / whole.variance, 6) if whole.variance > 0 else 0.0,
    }
