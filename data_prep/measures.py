"""How engagement is made comparable: account, confounders and chance taken out of the gap of every candidate pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from data_prep import confounders, engagement, fit, lifts
from data_prep.confounders import Model
from data_prep.engagement import Prior
from data_prep.engine import UNITS, Engine, Table, columns, in_parts, null, one_row, sums
from data_prep.fit import Fit
from data_prep.lifts import Chance
from data_prep.records import ACTIONS
from data_prep.steps import Corpus

LEAST_REPEATS = 20
"""Fewer repeated posts than this do not tell the noise; then half of the spread is taken to be noise."""
HALF_COUNTS = 100
"""Repeats that the assumption 'half of the spread is noise' counts for, where repeats say something else."""


@dataclass(frozen=True, slots=True)
class Measures:
    """How engagement was made comparable.

    Fields:
        signals, levels, baselines, controls: tables by post; None where nothing is counted.
        model: what the confounders explain.
        media: media kinds that the model tells apart.
        priors: of rates, by action.
    """

    signals: Table | None = None
    levels: Table | None = None
    baselines: Table | None = None
    controls: Table | None = None
    model: Model = field(default_factory=Model)
    media: tuple[str, ...] = ()
    priors: dict[str, Prior] = field(default_factory=dict)


def measure(engine: Engine, found: Corpus, tests: NDArray[np.int64], profile: Mapping[str, float] | None) -> Measures:
    """Engagement made comparable: signals, baselines and the confounders, fitted on what is not tested on.

    Args:
        engine: where expressions run.
        found: the corpus.
        tests: numbers of the posts in the test part.
        profile: weights of actions; None for a plain mean.

    Raises:
        ViralityError: a profile is asked for and there are no impressions.
    """
    import ibis
    import pyarrow as pa

    rates = engagement.priors(found.totals)
    engagement.needs_rates(profile, rates)
    actions = [name for name in ACTIONS if found.totals[f"{name}_counted"]]
    if not actions:
        return Measures(priors=rates)
    posts = found.posts
    signals = engine.keep(engagement.signals(posts, actions, rates, profile), "signals")
    baselines = in_parts(engine, signals, found.size, "baselines", engagement.baselines)
    common = posts.filter(posts.media.notnull()).group_by("media").aggregate(posts=ibis._.count())
    listed = columns(engine, common.order_by([ibis.desc("posts"), "media"]).limit(confounders.MOST_MEDIA))
    media = tuple(sorted(str(name) for name in listed["media"]))
    levels = engine.keep(confounders.levels(posts.filter(posts.t.notnull()), media), "levels")
    moves = confounders.moves(signals)
    if len(tests):
        held = engine.put(pa.table({"held": tests}), "tests")
        moves = moves.filter(moves.a.notin(held.held) & moves.b.notin(held.held))
    gaps = confounders.differences(engagement.gap(moves, signals), levels)
    model = confounders.fit(engine.batches(gaps), media)
    controls = engine.keep(confounders.taken_out(levels, model, media), "controls")
    return Measures(signals, levels, baselines, controls, model, media, rates)


def _accounts(engine: Engine, found: Corpus) -> int:
    return int(one_row(engine, found.posts.aggregate(accounts=found.posts.account.nunique()))["accounts"])


def gaps(
    engine: Engine, found: Corpus, placed: Table, measures: Measures, max_hours: float
) -> tuple[Table, Chance, Fit]:
    """Placed candidates with `gap`, `noise` (variance) and `sampling`; what chance does, and how well it all fits.

    A/B tests bring gap and noise of their own; labelled pairs have none.
    """
    own = placed.filter(placed.gap.notnull() | placed.label.notnull()).mutate(sampling=null("float64"))
    if measures.signals is None or measures.controls is None:
        return own, Chance(0.0, 0.0), Fit()
    mined = placed.filter(placed.gap.isnull() & placed.label.isnull()).drop("gap", "noise")
    raw = engagement.gap(mined, measures.signals)
    one = measures.controls.select(a="n", control_a="control", growth_a="growth")
    two = measures.controls.select(b="n", control_b="control", growth_b="growth")
    both = raw.left_join(one, "a").left_join(two, "b")
    control = both.control_b.fill_null(0.0) - both.control_a.fill_null(0.0)
    both = both.mutate(gap=both.gap - control - confounders.grown(both.growth_a, both.growth_b, measures.model))
    both = engine.keep(both.filter(both.gap.notnull()).select(*raw.columns), "gaps")
    chance = _chance(engine, found, both, measures, max_hours)
    noisy = engine.keep(lifts.with_noise(both, measures.baselines, chance), "noisy")
    found_in = sums(engine, noisy, squares=noisy.gap * noisy.gap, noise=noisy.noise, scales=noisy.scale)
    effect = lifts.effect_of(found_in["squares"], found_in["noise"], found_in["scales"])
    chance = Chance(chance.noise, effect, chance.typical, chance.repeats)
    known = engine.keep(fit.formed(noisy, measures.levels, found.posts, accounts=_accounts(engine, found)), "formed")
    return own.union(noisy[own.columns]), chance, fit.fit(lambda: engine.batches(known))


def choose(noisy: Table, *, least_gap: float, per_post: int) -> Table:
    """Pairs with a winner; of `neighbour` those `least_gap` nats apart, the `per_post` most similar of each post."""
    import ibis

    decided = noisy.filter(noisy.label.notnull() | (noisy.gap.notnull() & (noisy.gap != 0)))
    near = decided.filter((decided.kind == "neighbour") & (decided.gap.abs() >= least_gap))
    order = ibis.window(group_by="b", order_by=[ibis.desc((near.similar * 1e9).round().cast("int64")), "a"])
    near = near.mutate(place=ibis.row_number().over(order))
    near = near.filter(near.place < per_post).drop("place")
    return decided.filter(decided.kind != "neighbour").union(near[decided.columns])


def _chance(engine: Engine, found: Corpus, mined: Table, measures: Measures, max_hours: float) -> Chance:
    """What chance does to a gap at scale 1; its effect is not known yet."""
    own: Table = measures.baselines
    posts = one_row(engine, own.aggregate(posts=own.count()))["posts"]
    squares = sums(engine, own, squares=own.spread * own.spread)["squares"]
    usual = Chance(1.0, 0.0, squares / max(posts, 1))
    again = engagement.repeats(measures.signals, found.posts, round(max_hours * 3600))
    repeated = engagement.gap(again, measures.signals).mutate(scale=null("float64"))
    repeated = lifts.with_noise(repeated, own, usual)
    differences = columns(engine, repeated.select(gap=repeated.gap / repeated.scale.sqrt()))["gap"].astype(np.float64)
    differences = differences[np.isfinite(differences)]
    moments = one_row(engine, engagement.gap_moments(lifts.with_noise(mined, own, usual)))
    total, sampling, scales = ((moments[name] or 0) / UNITS for name in ("squares", "sampling", "scales"))
    counting, spread = (part / scales if scales else 0.0 for part in (sampling, total))
    half = max(spread / 2 - counting, spread / 20, 1e-6)
    if len(differences) >= LEAST_REPEATS:
        # the median, so that a post that went through the roof on its second posting does not decide
        seen = max(float((1.4826 * np.median(np.abs(differences))) ** 2) - counting, 1e-6)
        count = len(differences)
        return Chance((count * seen + HALF_COUNTS * half) / (count + HALF_COUNTS), 0.0, usual.typical, count)
    return Chance(half, 0.0, usual.typical)
