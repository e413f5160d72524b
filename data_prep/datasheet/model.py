"""The model of confounders: what hour, weekday, media and the like are worth, and whether its assumptions hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from data_prep.confounders import LEAST_ROWS
from data_prep.datasheet.labels import NOT_COUNTED, count, percent, rests_on_model
from virality.page import Axis, Mark, Point, bdi, escape, fold, forest, number, plot, scale, section, table

_TITLES = {
    "hour": ("Hour of posting (UTC)", "hour of the day, UTC"),
    "weekday": ("Weekday of posting (UTC)", "weekday, UTC"),
    "age": "Age of the post when it was counted",
    "reply": "Whether the post is a reply",
    "thread": "Whether the post is part of a thread",
    "media": "Media of the post",
}
_CHECKS = {
    "instability": (
        "confounders in the two halves of the accounts: mean squared z of the change",
        "near 1; above 2.5 is trouble",
        "number",
    ),
    "heterogeneity": (
        "effects of wording between accounts: their variance against that of chance",
        "1 to 2; above 4 is trouble",
        "number",
    ),
    "kurtosis": ("tails of what is left of the pairs: excess kurtosis", "near 0; above 0.5 is trouble", "number"),
    "explained": ("variance that confounders and form of wording explain together", "says nothing of the fit", "share"),
}


def model(facts: Mapping[str, Any]) -> str:
    """Coefficients with their intervals, variance before and after, and the checks."""
    found = facts.get("model") or {}
    coefficients, errors = found.get("coefficients") or {}, found.get("errors") or {}
    title = "The model of confounders"
    if "model" not in facts:
        return section("model", title, f"<p>Whether there is one: {NOT_COUNTED}.</p>")
    if not coefficients:
        rows = found.get("rows")
        least = f": {rows:,} of the {LEAST_ROWS} differences it needs at least" if rows is not None else ""
        text = f"<p>It was not fitted{least}. Hour, weekday, age and media are not taken out of the engagement.</p>"
        return section("model", title, text)
    drawn = [
        _curve(name, coefficients[name], errors.get(name) or {}) for name in ("hour", "weekday") if name in coefficients
    ]
    rest = [name for name in (*_TITLES, *coefficients) if name in coefficients and name not in ("hour", "weekday")]
    forests = [_levels(name, coefficients[name], errors.get(name) or {}) for name in dict.fromkeys(rest)]
    parts = [
        _trouble(facts, found),
        f"<p>A straight-line model of the differences between consecutive posts of one account. {_rows(found)}</p>",
        "<p>Figures are nats, the natural log of a ratio, against the average post: 0.1 is about a tenth more, 0.69 is "
        "twice, \N{MINUS SIGN}0.69 is half. Lines and brackets are 95% intervals.</p>",
        f'<div class="plots">{"".join(drawn)}</div>' if drawn else "",
        *forests,
        _followers(found.get("followers")),
        _checks(found.get("checks")),
    ]
    return section("model", title, "\n".join(part for part in parts if part))


def _trouble(facts: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    trouble = found.get("trouble")
    if not trouble:
        return ""
    items = "".join(f"<li>{escape(one)}</li>" for one in trouble)
    kinds = ", ".join(map(escape, rests_on_model(facts))) or "none"
    said = f"<strong>It fits badly.</strong> Kinds of pairs that rest on it: {kinds}."
    return f'<div class="alarm">{said}<ul>{items}</ul></div>'


def _rows(found: Mapping[str, Any]) -> str:
    rows, before, after = found.get("rows"), found.get("before"), found.get("after")
    said = f"It is fitted on {count(rows, 'differences')}, none of a post in the test part." if rows else ""
    if before and after is not None:
        gone = percent(max(0.0, 1 - after / before))
        said += (
            f" Their variance is {before:.2f} before and {after:.2f} after the confounders are taken out: {gone} less."
        )
    return said


def _ends(value: float, error: float | None) -> tuple[float | None, float | None]:
    return (None, None) if error is None else (value - 1.96 * error, value + 1.96 * error)


def _seen(values: Mapping[str, float], errors: Mapping[str, float]) -> list[str]:
    """Levels that a post of the fit has; the others have the error 0."""
    return [level for level in values if errors.get(level) != 0.0]


def _curve(name: str, values: Mapping[str, float], errors: Mapping[str, float]) -> str:
    title, unit = _TITLES.get(name, (name, name))
    seen, every = _seen(values, errors), list(values)
    points = [Point(every.index(level), values[level], *_ends(values[level], errors.get(level))) for level in seen]
    ends = [end for p in points for end in (p.y, p.low, p.high) if end is not None]
    ticks, names = _places(every)
    rows = [[escape(level), *_cells(values, errors, level)] for level in every]
    numbers = table(title, [unit, "nats", "95% interval", "times"], rows)
    y = Axis("nats, against the average", scale([0.0, *ends]))
    drawn = plot(title, _span(values, seen), points, Axis(unit, ticks, names=names), y, reference=0.0)
    return f"<div>{drawn}{fold('The points as numbers', numbers)}</div>"


def _places(levels: list[str]) -> tuple[list[float], tuple[str, ...]]:
    step = 1 if len(levels) <= 8 else 6
    ticks = [at for at in range(len(levels)) if at % step == 0 or at == len(levels) - 1]
    return [float(at) for at in ticks], tuple(levels[at].removesuffix(":00") if at % step == 0 else "" for at in ticks)


def _span(values: Mapping[str, float], seen: list[str]) -> str:
    if len(seen) < 2:
        return ""
    best, worst = (pick(seen, key=lambda level: values[level]) for pick in (max, min))
    return f"From {worst} to {best}, the estimates differ by a factor of {_times(values[best] - values[worst])}."


def _times(nats: float) -> str:
    ratio = math.exp(min(nats, 50.0))
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}" if ratio >= 1.05 else f"{ratio:.2f}"


def _cells(values: Mapping[str, float], errors: Mapping[str, float], level: str) -> list[str]:
    if errors.get(level) == 0.0:
        return ['<span class="missing">no post</span>', "", ""]
    value = values[level]
    return [_nats(value), _bracket(*_ends(value, errors.get(level))), f"\N{MULTIPLICATION SIGN}{math.exp(value):.2f}"]


def _nats(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _bracket(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"[{_nats(low)}, {_nats(high)}]"


def _levels(name: str, values: Mapping[str, float], errors: Mapping[str, float]) -> str:
    """A row with its interval for each level; levels of no post have none."""
    title = str(_TITLES.get(name, name))
    marks, ends = [], [0.0]
    for level, value in values.items():
        said, bracket, times = _cells(values, errors, level)
        if not bracket and not times:
            marks.append(Mark(bdi(level), None, None, None, said, f"{level}: no post"))
            continue
        low, high = _ends(value, errors.get(level))
        ends += [end for end in (value, low, high) if end is not None]
        words = f'<span class="figure">{said} <span class="interval">{bracket}</span></span>'
        marks.append(Mark(bdi(level), value, low, high, words, f"{level}: {said} {bracket} nats, {times}"))
    return forest(f"{title}: nats against the average, 95% interval", marks, Axis("", scale(ends)), 0.0, "average")


def _followers(value: float | None) -> str:
    if value is None:
        return ""
    if not value:
        return (
            "<p>Growth of an account's followers: nothing is taken out, for it is not known or not clearly above "
            "chance.</p>"
        )
    return f"<p>Twice the followers of an account go with {math.exp(value * math.log(2)):.2f} times the engagement.</p>"


def _checks(found: Mapping[str, float] | None) -> str:
    if not found:
        return f"<p>Checks of the model: {NOT_COUNTED}.</p>"
    rows = []
    for name, value in found.items():
        words, expected, unit = _CHECKS.get(name, (name, "", "number"))
        shown = (
            percent(value)
            if unit == "share" and value >= 0
            else number(value, "share")
            if unit == "share"
            else f"{value:.2f}"
        )
        rows.append([escape(words), shown, escape(expected)])
    title = "Checks: every other quarter of every other account is held against the rest"
    return f'<div class="told">{table(title, ["check", "found", "where the assumptions hold"], rows, 3)}</div>'
