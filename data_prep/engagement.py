"""From counts to comparable engagement: the account's own past, and the gap between two posts. Expressions.

Where impressions exist, an action is a rate: the log of its beta-binomial posterior mean. Where only counts exist it is
log(1 + count). Both are in nats, and the two are never compared with each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data_prep.engine import Table, fixed_sum, place
from data_prep.records import ACTIONS
from virality.errors import ViralityError

WINDOW = 50
"""Earlier posts of the account that its baseline looks back on."""
LEAST_PAST = 10
"""Fewer earlier posts than this make no baseline."""

PROFILES: dict[str, dict[str, float]] = {
    "x-2026-08": {"likes": 0.5, "reposts": 1, "replies": 5, "quotes": 5, "shares": 5, "clicks": 0.2},
    "x-2023-04": {"likes": 0.5, "reposts": 1, "replies": 13.5},
    "mastodon": {"likes": 1, "reposts": 1},
}
"""What a platform's ranking said on a date that an action is worth. The weights multiply probabilities of actions, so a
profile applies to rates per impression and to nothing else (docs/decisions/0018)."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Beta prior of one action's rate: `rate` is its mean in (0, 1), `strength` in impressions."""

    rate: float
    strength: float


def weights(profile: str | Mapping[str, float] | None) -> dict[str, float] | None:
    """Weights of actions by a profile's name, or a custom one; None for `equal` (a plain mean of logs).

    Raises:
        ViralityError: there is no such profile or action, or no weight is positive.
    """
    if profile is None or profile == "equal":
        return None
    if isinstance(profile, str):
        if profile not in PROFILES:
            raise ViralityError(
                f"engagement.profile = {profile}: no such profile; there are equal, {', '.join(PROFILES)}, or give "
                "weights by action"
            )
        return PROFILES[profile]
    unknown = [name for name in profile if name not in ACTIONS]
    below = [name for name, value in profile.items() if value < 0]
    if unknown or below or not any(value > 0 for value in profile.values()):
        said = f"{', '.join(unknown)}: no such action" if unknown else f"{', '.join(below)}: below 0"
        said = said if unknown or below else "no weight is positive"
        raise ViralityError(f"engagement.profile: {said}; weigh some of {', '.join(ACTIONS)}, none below 0")
    return dict(profile)


def totals(corpus: Table) -> Table:
    """One row: posts with each count, and sums of actions and of impressions where both were counted."""
    sums = {}
    for name in ACTIONS:
        both = corpus[name].notnull() & (corpus.impressions > 0)
        sums[f"{name}_counted"] = corpus[name].count()
        sums[f"{name}_rated"] = both.ifelse(1, 0).sum()
        sums[f"{name}_sum"] = both.ifelse(corpus[name], 0).cast("float64").round().cast("int64").sum()
        sums[f"{name}_shown"] = both.ifelse(corpus.impressions, 0).sum()
    return corpus.aggregate(**sums)


def priors(found: Mapping[str, int | None]) -> dict[str, Prior]:
    """Priors of the rates of actions from `totals`: the corpus's own rate, as strong as one expected action."""
    out: dict[str, Prior] = {}
    for name in ACTIONS:
        done, shown = found[f"{name}_sum"] or 0, found[f"{name}_shown"] or 0
        if shown:
            rate = min(max((done + 0.5) / (shown + 1), 1e-9), 0.5)
            out[name] = Prior(rate, 1 / rate)
    return out


def signals(
    corpus: Table, actions: Sequence[str], rates: Mapping[str, Prior], profile: Mapping[str, float] | None
) -> Table:
    """One row a post that can be compared: n, account, t, `rated`, and y_<signal> in nats with e_<signal>.

    A signal is an action, or `profile` where weights are given (rates only). `e` is the expected count behind it, by
    which its sampling noise is known (variance of y is about 1 / e).

    Args:
        corpus: numbered posts.
        actions: those that are counted at all.
        rates: priors of rates; where an action has none, or a post no impressions, the count itself is used.
        profile: weights of actions; posts without impressions then have no signal.
    """
    import ibis

    rated = (corpus.impressions > 0).fill_null(False) if rates else ibis.literal(False)
    columns = {"n": corpus.n, "account": corpus.account, "t": corpus.t, "rated": rated}
    if profile is not None:
        value, expected = _weighed(corpus, rates, profile)
        columns |= {"y_profile": ibis.ifelse(rated, value, None), "e_profile": ibis.ifelse(rated, expected, None)}
    for name in [] if profile is not None else actions:
        count = corpus[name].cast("float64")
        plain = (count + 1).ln()
        if name in rates:
            posterior = (count + rates[name].rate * rates[name].strength) / (corpus.impressions + rates[name].strength)
            plain = ibis.ifelse(rated, posterior.ln(), plain)
        columns |= {f"y_{name}": plain, f"e_{name}": count}
    return corpus.select(**columns)


def names(found: Table) -> list[str]:
    """Signals of a table of signals."""
    return [name.removeprefix("y_") for name in found.columns if name.startswith("y_")]


def baselines(found: Table) -> Table:
    """One row a post with a past: n, `value`, `spread` and `past`.

    `value` is the mean over signals of y less the median of the account's own earlier y (at most `WINDOW` of them,
    never later ones), in nats. `spread` is the robust standard deviation (interquartile range / 1.349) of the earlier
    means. `past` is how many there were. Posts with fewer than `LEAST_PAST` have none.
    """
    import ibis

    mine = found.filter(found.account.notnull() & found.t.notnull())
    signal = names(mine)
    earlier = ibis.window(group_by=["account", "rated"], order_by=["t", "n"], preceding=(WINDOW, 1))
    counted = sum(mine[f"y_{name}"].notnull().ifelse(1, 0) for name in signal)
    level = sum(mine[f"y_{name}"].fill_null(0.0) for name in signal) / ibis.greatest(counted, 1)
    mine = mine.mutate(level=ibis.ifelse(counted > 0, level, None))
    mine = mine.mutate(
        **{f"past_{name}": mine[f"y_{name}"].collect().over(earlier) for name in signal},
        levels=mine.level.collect().over(earlier),
    )
    mine = mine.mutate(**{f"past_{name}": mine[f"past_{name}"].sort() for name in signal}, levels=mine.levels.sort())
    gaps = {name: mine[f"y_{name}"] - _middle(mine[f"past_{name}"]) for name in signal}
    known = {
        name: gap.notnull() & (mine[f"past_{name}"].length() >= LEAST_PAST).fill_null(False)
        for name, gap in gaps.items()
    }
    over = sum(known[name].ifelse(1, 0) for name in signal)
    value = sum(ibis.ifelse(known[name], gaps[name], 0.0) for name in signal) / ibis.greatest(over, 1)
    past = mine.levels.length()
    quarter = past // 4
    spread = (mine.levels[place(past - 1 - quarter)] - mine.levels[place(quarter)]) / 1.349
    table = mine.select("n", "account", value=ibis.ifelse(over > 0, value, None), spread=spread, past=past)
    return table.filter(table.value.notnull())


def gap(pairs: Table, found: Table) -> Table:
    """Pairs (a, b) with `gap`, engagement of b less that of a in nats, and `sampling`, the variance of counting alone.

    log(1 + count) answers to the log of a rate with slope count / (1 + count); the gap is divided by that slope, so
    that small accounts do not make wording look weak: gap = sum of differences / sum of slopes over the signals that
    both have. Null where there is none, or one is a rate and the other a count.
    """
    import ibis

    signal = names(found)
    one = found.select(a="n", rated_a="rated", **_sided(found, signal, "a"))
    two = found.select(b="n", rated_b="rated", **_sided(found, signal, "b"))
    both = pairs.join(one, "a").join(two, "b")
    both = both.drop(*(name for name in both.columns if name.endswith("_right")))
    slopes, changes, noises = [], [], []
    for name in signal:
        change = both[f"y_{name}_b"] - both[f"y_{name}_a"]
        expected = (both[f"e_{name}_a"] + both[f"e_{name}_b"]) / 2
        slope = ibis.ifelse(both.rated_a, 1.0, expected / (expected + 1))
        there = change.notnull() & (both.rated_a == both.rated_b)
        slopes.append(ibis.ifelse(there, slope, 0.0))
        changes.append(ibis.ifelse(there, change, 0.0))
        noises.append(ibis.ifelse(there, slope * slope * 2 / (expected + 0.5), 0.0))
    slope = sum(slopes[1:], slopes[0])
    spoken = slope > 0
    safe = ibis.ifelse(spoken, slope, 1.0)
    return both.mutate(
        gap=ibis.ifelse(spoken, sum(changes[1:], changes[0]) / safe, None),
        sampling=ibis.ifelse(spoken, sum(noises[1:], noises[0]) / (safe * safe), None),
    ).drop("rated_a", "rated_b", *(f"{part}_{name}_{side}" for name in signal for part in "ye" for side in "ab"))


def gap_moments(pairs: Table) -> Table:
    """One row: `pairs`, and sums of squared gaps, sampling variances and scales, in fixed point of 1e-6."""
    parts = {"squares": pairs.gap * pairs.gap, "sampling": pairs.sampling, "scales": pairs.scale}
    return pairs.aggregate(pairs=pairs.gap.count(), **{name: fixed_sum(value) for name, value in parts.items()})


def repeats(found: Table, posts: Table, seconds: int) -> Table:
    """Pairs (a, b) of an account's consecutive postings of the same words within `seconds`: their gaps are noise."""
    import ibis

    dated = posts.filter(posts.account.notnull() & posts.t.notnull()).semi_join(found, "n")
    before = ibis.window(group_by=["account", "folded"], order_by=["t", "n"])
    pairs = dated.mutate(earlier=dated.n.lag().over(before), since=dated.t - dated.t.lag().over(before))
    pairs = pairs.filter(pairs.earlier.notnull() & (pairs.since <= seconds))
    return pairs.select(a="earlier", b="n")


def log_rate(successes: Table, trials: Table) -> tuple[Table, Table]:
    """Log of a rate in nats, smoothed so that zero stays finite, and the variance of that estimate (delta method)."""
    smoothed, out_of = successes.cast("float64") + 0.5, trials.cast("float64") + 1.0
    return (smoothed / out_of).ln(), 1.0 / smoothed - 1.0 / out_of


def needs_rates(profile: Mapping[str, float] | None, rates: Mapping[str, Prior]) -> None:
    """Refuse a profile where nothing says how often posts were shown.

    Raises:
        ViralityError: no weighed action has impressions beside it.
    """
    if profile is not None and not any(name in rates for name, weight in profile.items() if weight):
        raise ViralityError(
            "engagement.profile: a platform's weights multiply probabilities, and these posts carry counts without "
            "impressions; map impressions, or use engagement.profile=equal"
        )


def _weighed(corpus: Table, rates: Mapping[str, Prior], profile: Mapping[str, float]) -> tuple[Table, Table]:
    value: Table = 0.0
    expected: Table = 0.0
    scale = max(profile.values())
    for name, weight in profile.items():
        if name in rates and weight:
            prior = rates[name]
            count = corpus[name].cast("float64")  # what was not counted makes the whole value unknown
            rate = (count + prior.rate * prior.strength) / (corpus.impressions + prior.strength)
            value, expected = value + weight * rate, expected + weight / scale * count
    return value.ln(), expected


def _middle(sorted_past: Table) -> Table:
    length = sorted_past.length()
    return (sorted_past[place((length - 1) // 2)] + sorted_past[place(length // 2)]) / 2


def _sided(found: Table, signal: Sequence[str], side: str) -> dict[str, Table]:
    return {f"{part}_{name}_{side}": found[f"{part}_{name}"] for name in signal for part in "ye"}
