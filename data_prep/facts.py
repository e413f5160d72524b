"""What the data sheet says: counts and shares of a prepared corpus, worked out by the engine; no names of anybody."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data_prep.engine import UNITS, Engine, Table, columns, fixed_sum, one_row
from data_prep.fit import Fit, trouble
from data_prep.lifts import Chance
from data_prep.measures import Measures
from data_prep.records import ACTIONS, COUNTS, KINDS, MEASURED, SPLITS
from data_prep.settings import PrepareSettings
from data_prep.splits import Placed, Sides, largest_share
from data_prep.steps import Corpus

if TYPE_CHECKING:
    from data_prep.prepare import Prepared

LEARNING_CURVE = ((200, 0.57), (1000, 0.62), (9121, 0.66))
"""Pairs learned from, and the pair accuracy of the linear scorer on the tweet pairs of Tan, Lee and Pang (2014)."""
EXAMPLES = 3
_BINS = 24


def before(
    engine: Engine,
    found: Corpus,
    sides: Sides,
    placed: Placed,
    measures: Measures,
    chance: Mapping[str, Chance],
    fitted: Fit,
    settings: PrepareSettings,
) -> dict[str, Any]:
    """Facts that are known before the files are written: who and when, engagement, the model, the splits."""
    posts = found.posts
    kept = placed.component[placed.split >= 0]
    rights = settings.rights
    return {
        **_when(engine, posts),
        "accounts": _accounts(engine, posts),
        "languages": counts(engine, posts, "lang"),
        "platforms": counts(engine, posts, "platform"),
        "communities": dict(list(counts(engine, posts.filter(posts.community.notnull()), "community").items())[:20]),
        "rights": counts(engine, posts, "rights"),
        "research_only": rights.research_only if rights is not None else False,
        "counts": {name: _distribution(engine, posts, name) for name in _counted(engine, posts)},
        "engagement": {
            "profile": settings.engagement.profile,
            "rates": {n: p.rate for n, p in measures.priors.items()},
        },
        "model": _model(measures, fitted),
        "explains": _explains(engine, found, measures),
        "chance": {kind: asdict(each) for kind, each in chance.items()},
        "splits": settings.splits.model_dump(mode="json"),
        "components": len(np.unique(kept)),
        "largest_component": largest_share(kept),
        "leaks": placed.leaks,
        "seed": settings.seed,
    }


def after(engine: Engine, prepared: Prepared, read: Table, pairs: Table, settings: PrepareSettings) -> dict[str, Any]:
    """Facts of the written files: rows, drops, pairs, certainty and what to expect of them."""
    refused = prepared.corpus.refused
    reasons: dict[str, int] = {}
    for table in (read, refused):
        for reason, count in counts(engine, table, "reason").items():
            reasons[reason] = reasons.get(reason, 0) + count
    reasons = dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))
    size = prepared.corpus.size
    told = of_pairs(engine, pairs)
    return {
        "rows": size + sum(reasons.values()),
        "kept": size,
        "dropped": reasons,
        "bad": _bad(engine, read),
        **told,
    }


def of_pairs(engine: Engine, pairs: Table) -> dict[str, Any]:
    """Facts of a table of pairs."""
    import ibis

    table = pairs.mutate(kind=pairs.kind.cast("string"), split=pairs.split.cast("string"))
    rows = columns(
        engine,
        table.group_by(["kind", "split"]).aggregate(
            pairs=ibis._.count(), faithful=ibis._.faithful.ifelse(1, 0).sum(), components=ibis._.component.nunique()
        ),
    )
    by_kind: dict[str, dict[str, int]] = {}
    faithful: dict[str, int] = {}
    listed = zip(*(rows[name].tolist() for name in ("kind", "split", "pairs", "faithful")), strict=True)
    for kind, split, count, true in sorted(listed, key=lambda row: (row[0], SPLITS.index(row[1]))):
        by_kind.setdefault(kind, {})[split] = count
        faithful[kind] = faithful.get(kind, 0) + true
    measured = table.filter(table.kind.isin(MEASURED))
    clusters = columns(engine, measured.group_by("split").aggregate(components=ibis._.component.nunique()))
    components = dict(sorted(zip(clusters["split"].tolist(), clusters["components"].tolist(), strict=True)))
    return {
        "pairs": by_kind,
        "faithful": faithful,
        "components_of": components,
        "certainty": {
            kind: _certainty(engine, table.filter(table.kind == kind)) for kind in by_kind if kind in MEASURED
        },
        "expectations": _expectations(by_kind),
    }


def examples(engine: Engine, pairs: Table) -> list[dict[str, Any]]:
    """A few pairs of each kind with their texts, drawn by their ids."""
    table = pairs.mutate(kind=pairs.kind.cast("string"), split=pairs.split.cast("string"))
    wanted = ["kind", "split", "worse", "better", "lift", "p_better", "hours_apart", "faithful"]
    few = [table.filter(table.kind == kind).order_by("pair_id").limit(EXAMPLES).select(*wanted) for kind in KINDS]
    return [row for kind in few for batch in engine.batches(kind) for row in batch.to_pylist()]


def counts(engine: Engine, table: Table, name: str) -> dict[str, int]:
    """Rows by the value of a column, most first; null is 'unknown'."""
    import ibis

    values = table.select(value=table[name].cast("string").fill_null("unknown"))
    found = columns(engine, values.group_by("value").aggregate(rows=ibis._.count()))
    listed = zip(found["value"].tolist(), found["rows"].tolist(), strict=True)
    return dict(sorted(((str(value), int(rows)) for value, rows in listed), key=lambda item: (-item[1], item[0])))


def expectation(learned: int, tested: int) -> str:
    """What so many measured pairs are good for, in a sentence: '214 pairs to learn from: about 57%, ...'."""
    if learned < 50:
        said = f"{learned:,} measured pairs to learn from: too few for any scorer"
    else:
        logs = [math.log(pairs) for pairs, _ in LEARNING_CURVE]
        about = float(np.interp(math.log(learned), logs, [share for _, share in LEARNING_CURVE]))
        beyond = " or more" if learned > LEARNING_CURVE[-1][0] else ""
        said = f"{learned:,} measured pairs to learn from: about {about:.0%}{beyond} with the linear scorer"
    if not tested:
        return f"{said}; no pair to test on"
    points = 100 * 1.96 * math.sqrt(0.25 / tested)
    least = f"{points:.0f}" if points >= 2 else f"{points:.1f}"
    return (
        f"{said}; {tested:,} to test on: differences under {least} points cannot be seen, or more where pairs are alike"
    )


def summary(facts: Mapping[str, Any], folder: Path) -> str:
    """What a person at the terminal is told at the end."""
    lines = [f"{folder}: {facts['rows']:,} rows = {facts['kept']:,} kept + {sum(facts['dropped'].values()):,} dropped"]
    for reason, count in facts["dropped"].items():
        lines.append(f"  dropped {count:>7,}  {reason}")
    for kind, by_split in facts["pairs"].items():
        split = "  ".join(f"{name} {by_split[name]:,}" for name in SPLITS if name in by_split)
        lines.append(f"  {kind}: {split}   faithful {facts['faithful'][kind]:,}")
    for reason, count in facts["leaks"].items():
        lines.append(f"  left out {count:,} pairs: {reason}")
    if empty := _empty_parts(facts):
        lines.append(f"  no pair in {', '.join(empty)}: too few components for such shares, or too many leaks")
    lines += [f"  the model of confounders fits badly: {said}" for said in facts.get("model", {}).get("trouble", ())]
    if facts["expectations"]:
        lines.append(f"  {facts['expectations']}")
    return "\n".join(lines)


def _model(measures: Measures, fitted: Fit) -> dict[str, Any]:
    """The model with what speaks for and against it."""
    checks = measures.model.checks | {"heterogeneity": fitted.heterogeneity, "kurtosis": fitted.kurtosis}
    return asdict(measures.model) | {"checks": checks, "trouble": trouble(fitted, checks)}


def _when(engine: Engine, posts: Table) -> dict[str, Any]:
    import ibis

    dated = posts.filter(posts.t.notnull())
    days = columns(engine, dated.group_by(day=dated.t // 86400).aggregate(posts=ibis._.count()), sort="day")
    months: dict[str, int] = {}
    for day, count in zip(days["day"].tolist(), days["posts"].tolist(), strict=True):
        month = str(np.datetime64(int(day), "D"))[:7]
        months[month] = months.get(month, 0) + int(count)
    first, last = (days["day"][0], days["day"][-1]) if len(days["day"]) else (None, None)
    return {
        "first_post": None if first is None else str(np.datetime64(int(first), "D")),
        "last_post": None if last is None else str(np.datetime64(int(last), "D")),
        "months": months,
    }


def _accounts(engine: Engine, posts: Table) -> dict[str, Any]:
    """How many accounts, and deciles of posts and of median followers of an account."""
    import ibis

    known = posts.filter(posts.account.notnull())
    sizes = columns(engine, known.group_by("account").aggregate(posts=ibis._.count(), followers=ibis._.followers.max()))
    followers = sizes["followers"][sizes["followers"] >= 0] if len(sizes["posts"]) else sizes["posts"]
    return {
        "count": len(sizes["posts"]),
        "posts": _deciles(sizes["posts"]),
        "followers": _deciles(followers),
    }


def _deciles(values: Any) -> list[float]:
    return (
        [float(value) for value in np.quantile(values.astype(np.float64), np.linspace(0, 1, 11))] if len(values) else []
    )


def _counted(engine: Engine, posts: Table) -> list[str]:
    found = one_row(engine, posts.aggregate(**{name: posts[name].count() for name in COUNTS}))
    return [name for name in COUNTS if found[name]]


def _distribution(engine: Engine, posts: Table, name: str) -> dict[str, Any]:
    """How many posts have the count, and a histogram of log10(1 + count) in bins of a quarter."""
    import ibis

    known = posts.filter(posts[name].notnull())
    bins = ((known[name].cast("float64") + 1).log10() * 4).floor().cast("int64")
    found = columns(engine, known.group_by(bin=ibis.least(bins, 4 * _BINS)).aggregate(posts=ibis._.count()), sort="bin")
    return {
        "counted": int(found["posts"].sum()),
        "bins": dict(zip(map(str, found["bin"].tolist()), map(int, found["posts"]), strict=True)),
    }


def _explains(engine: Engine, found: Corpus, measures: Measures) -> dict[str, dict[str, float]]:
    """Share of variance that each factor explains by itself (between groups, corrected for their number).

    `before`: of the raw mean log count; `after`: of engagement above the account's baseline without confounders.
    """
    if measures.signals is None or measures.baselines is None or measures.controls is None:
        return {}
    import ibis

    posts = found.posts
    present = [name for name in ACTIONS if found.totals[f"{name}_counted"]]
    raw = sum(
        ((posts[name].fill_null(0).cast("float64") + 1).ln() for name in present[1:]),
        (posts[present[0]].fill_null(0).cast("float64") + 1).ln(),
    )
    table = posts.select(
        n=posts.n, raw=raw / len(present), account=posts.account, hour=(posts.t // 3600) % 24,
        weekday=(posts.t // 86400) % 7, media=posts.media, month=posts.t // (30 * 86400), language=posts.lang,
        length=(posts.form // 128) % 4,
    )  # fmt: skip
    values = measures.baselines.select("n", "value").join(measures.controls, "n")
    values = values.select("n", left=values.value - values.control)
    table = table.join(values, "n")
    told: dict[str, dict[str, float]] = {}
    for name in ("account", "month", "hour", "weekday", "media", "language", "length"):
        known = table.filter(table[name].notnull())
        sums = known.group_by(name).aggregate(
            rows=ibis._.count(),
            raw=fixed_sum(ibis._.raw),
            left=fixed_sum(ibis._.left),
            raw2=fixed_sum(ibis._.raw * ibis._.raw),
            left2=fixed_sum(ibis._.left * ibis._.left),
        )
        groups = columns(engine, sums, sort=name)
        if len(groups["rows"]) > 1:
            told[name] = {
                "before": _between(groups["rows"], groups["raw"], groups["raw2"]),
                "after": _between(groups["rows"], groups["left"], groups["left2"]),
            }
    return told


def _between(rows: Any, sums: Any, squares: Any) -> float:
    """Share of variance between groups (epsilon squared; Kelley 1935), at least 0."""
    count = rows.astype(np.float64)
    total, groups = count.sum(), len(count)
    values, second = sums.astype(np.float64) / UNITS, squares.astype(np.float64).sum() / UNITS
    mean = values.sum() / total
    all_of_it = second - total * mean**2
    within = second - (values**2 / count).sum()
    if all_of_it <= 0 or total <= groups:
        return 0.0
    return float(round(max(0.0, 1 - (within / (total - groups)) / (all_of_it / (total - 1))), 6))


def _bad(engine: Engine, read: Table) -> list[dict[str, Any]]:
    """For each reason and field of unreadable rows: how many, and where the first one stands."""
    import ibis

    wrong = read.filter(read.field.notnull() | read.reason.startswith("bad_"))
    wrong = wrong.select("file", "row", field=wrong.field.fill_null(""), reason=wrong.reason, value=wrong.value)
    first = ibis.row_number().over(group_by=["reason", "field"], order_by=["file", "row"])
    total = wrong.count().over(ibis.window(group_by=["reason", "field"]))
    firsts = wrong.mutate(place=first, rows=total)
    firsts = firsts.filter(firsts.place == 0).drop("place").order_by(["reason", "field"]).limit(50)
    return [row | {"file": Path(row["file"]).name} for batch in engine.batches(firsts) for row in batch.to_pylist()]


def _certainty(engine: Engine, pairs: Table) -> dict[str, Any]:
    """Pairs by p_better in steps of 0.05, and its mean: the accuracy that a perfect scorer would have."""
    import ibis

    known = pairs.filter(pairs.p_better.notnull())
    bins = ibis.least((known.p_better.cast("float64") * 20 + 1e-5).floor().cast("int64"), 19)
    found = columns(
        engine,
        known.group_by(bin=bins).aggregate(pairs=ibis._.count(), total=fixed_sum(ibis._.p_better.cast("float64"))),
        sort="bin",
    )
    count = int(found["pairs"].sum()) if len(found["pairs"]) else 0
    return {
        "bins": {f"{step / 20:.2f}": int(pairs) for step, pairs in zip(found["bin"], found["pairs"], strict=True)},
        "ceiling": float(found["total"].sum() / UNITS / count) if count else None,
    }


def _expectations(by_kind: Mapping[str, Mapping[str, int]]) -> str | None:
    learned, tested = (
        sum(by_kind[kind].get(part, 0) for kind in by_kind if kind in MEASURED) for part in ("train", "test")
    )
    return expectation(learned, tested) if learned or tested else None


def _empty_parts(facts: Mapping[str, Any]) -> Sequence[str]:
    """Parts that the config asks for and no pair is in."""
    if facts["splits"]["mode"] == "test_only":
        return []
    if not set(facts["pairs"]) & set(MEASURED):
        return []
    filled = {split for by_split in facts["pairs"].values() for split in by_split}
    return [part for part in SPLITS if facts["splits"].get(part, 1) > 0 and part not in filled]
