"""A sweep as one HTML page: the ranking, the settings side by side, a plot each; it prints what sweep.json says."""

from __future__ import annotations

import math
from collections.abc import Sequence

from eval.report.data import definitions
from eval.report.figures import value
from eval.report.labels import value_and_interval
from eval.sweep.points import shown
from eval.sweep.records import Setting, Sweep
from eval.sweep.settings import Value
from virality.page import (
    NOT_MEASURED,
    Axis,
    Mark,
    Point,
    bar,
    bdi,
    document,
    escape,
    forest,
    number,
    plot,
    scale,
    section,
    table,
)

LEAD = (
    "Each setting is the mean of its seeds on the same examples; the interval is over other examples, clustered by "
    "component, and other seeds. 'Less luck' draws the settings towards their mean as far as chance explains how far "
    "they lie apart (empirical Bayes, Efron and Morris 1975): what the best of several owes to having been chosen. "
    "Where no difference is shown, the setting may be the best (Gupta 1965): all that do hold the best in 95 of 100."
)
HEAD = ("value [95% interval]", "less luck", "is the best", "behind the first")


def render_html(sweep: Sweep) -> str:
    """The page, complete in itself."""
    parts = [
        f'<header>\n<h1>{escape(sweep.title)}</h1>\n<p class="corpus">{escape(sweep.metric_title)}: '
        f'{escape(sweep.on)}</p>\n<p class="summary">{escape(sweep.summary)}</p>\n</header>',
        f"<p>{escape(LEAD)}</p>",
        _ranking(sweep),
        _side_by_side(sweep),
        _plots(sweep),
        section("next", "What is next", f"<p>{escape(sweep.next)}</p>"),
        _failed(sweep),
        section("limits", "Limits", f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in sweep.warnings)}</ul>"),
        section("provenance", "Provenance", f'<div class="provenance">{definitions(facts(sweep))}</div>'),
    ]
    return document(sweep.title, "\n".join(part for part in parts if part))


def name_of(one: Setting) -> str:
    """`1. lora.rank = 8, epochs = 2`."""
    return f"{one.rank}. " + ", ".join(f"{key} = {shown(value)}" for key, value in one.values.items())


def facts(sweep: Sweep) -> dict[str, str]:
    """What was run, name -> value."""
    kept = "not known" if sweep.kept is None else number(sweep.kept, "share")
    told = {"created": sweep.created, "training config": sweep.train, "evaluate config": sweep.evaluate or "none",
            "search": sweep.search, "seeds, averaged": ", ".join(map(str, sweep.seeds)), "metric": sweep.metric,
            "share of the spread that chance does not explain": kept}  # fmt: skip
    return told | {name_of(one): ", ".join(one.runs) for one in sweep.settings}


def odds(one: Setting) -> str:
    """The probability that a setting is the best."""
    return NOT_MEASURED if one.best is None else number(one.best, "share")


def _ranking(sweep: Sweep) -> str:
    marks = [
        Mark(f'{bdi(name_of(one))} <span class="beside">{escape(one.said)}</span>', one.figure.value, one.figure.low,
             one.figure.high, value(one.figure), f"{name_of(one)}: {value_and_interval(one.figure)}", one.may_be_best)
        for one in sweep.settings
    ]  # fmt: skip
    ends = [end for one in sweep.settings for end in _ends(one)]
    better = "lower is better" if sweep.lower_is_better else "higher is better"
    axis = Axis("", scale(ends), sweep.settings[0].figure.unit)
    drawn = forest(f"{sweep.metric_title}, {better}", marks, axis, None, "")
    rows = [
        (bdi(name_of(one)), value(one.figure), NOT_MEASURED if one.shrunk is None else value(one.shrunk), odds(one),
         "" if one.behind is None else value(one.behind))
        for one in sweep.settings
    ]  # fmt: skip
    return section("ranking", "Which is best", drawn + table("Ranking", ("setting", *HEAD), rows))


def _side_by_side(sweep: Sweep) -> str:
    """A row a setting, a column a key: bars show where a value lies between the least and the greatest tried."""
    rows = []
    for one in sweep.settings:
        cells = [f"{escape(shown(one.values[key]))} {_bar(sweep, key, one.values[key])}" for key in sweep.scales]
        rows.append((f"{one.rank}", *cells, value(one.figure), ", ".join(number(mine, one.figure.unit)
                     for mine in one.by_seed), number(one.seconds, "seconds")))  # fmt: skip
    head = ("rank", *sweep.scales, sweep.metric, "by seed", "trained in")
    return section("settings", "The settings side by side",
                   f'<div class="bars">{table("Settings and what they reached", head, rows)}</div>')  # fmt: skip


def _bar(sweep: Sweep, key: str, mine: Value) -> str:
    if sweep.scales[key] == "words":
        return ""
    places = [_place(sweep, key, one.values[key]) for one in sweep.settings]
    low, high = min(places), max(places)
    return bar(_place(sweep, key, mine) - low, high - low, f"{key} = {shown(mine)}")


def _plots(sweep: Sweep) -> str:
    drawn = "".join(f'<div class="curve">{_plot(sweep, key)}</div>' for key in sweep.scales)
    lead = "<p>Each point is a combination: what else differs stands above.</p>"
    return section("plots", "One setting at a time", f'{lead}<div class="curves">{drawn}</div>')


def _plot(sweep: Sweep, key: str) -> str:
    points = [Point(_place(sweep, key, one.values[key]), one.figure.value, one.figure.low, one.figure.high)
              for one in sweep.settings if one.figure.value is not None]  # fmt: skip
    y = Axis(sweep.metric, scale([end for one in sweep.settings for end in _ends(one)]), sweep.settings[0].figure.unit)
    said = f"{sweep.metric_title}, by {key}; whiskers are 95% intervals."
    return plot(key, said, points, _axis(sweep, key), y, joined=False)


def _axis(sweep: Sweep, key: str) -> Axis:
    tried = sorted({_place(sweep, key, one.values[key]): one.values[key] for one in sweep.settings}.items())
    if sweep.scales[key] == "words":
        names = ("", *(shown(value) for _, value in tried), "")
        return Axis(key, [-1.0, *(at for at, _ in tried), float(len(tried))], "", names)
    if sweep.scales[key] == "log":
        ticks = scale([at for at, _ in tried], 4)
        return Axis(key, ticks, "", tuple(f"{10**tick:.2g}" for tick in ticks))
    return Axis(key, scale([at for at, _ in tried]))


def _place(sweep: Sweep, key: str, mine: Value) -> float:
    if sweep.scales[key] == "words":
        words = list(dict.fromkeys(sorted(shown(one.values[key]) for one in sweep.settings)))
        return float(words.index(shown(mine)))
    found = float(mine or 0)
    return math.log10(found) if sweep.scales[key] == "log" else found


def _ends(one: Setting) -> Sequence[float]:
    return [end for end in (one.figure.value, one.figure.low, one.figure.high) if end is not None]


def _failed(sweep: Sweep) -> str:
    rows = [(bdi(one.run), bdi(", ".join(f"{key} = {shown(value)}" for key, value in one.values.items())),
             f"{one.seed}", escape(one.why)) for one in sweep.failed]  # fmt: skip
    return section("failed", "Runs that failed", table("Failed", ("run", "setting", "seed", "why"), rows, 4)) \
        if rows else ""  # fmt: skip
