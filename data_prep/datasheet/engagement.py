"""How engaged readers were, as counted, and how much of it account, time and form explain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from data_prep.datasheet.labels import NOT_COUNTED, count, percent
from data_prep.records import ACTIONS, COUNTS
from virality.page import Axis, Column, bar, bars, bdi, escape, fold, scale, section, table

_FACTORS = {
    "account": ("account", "taken out: a post is compared with earlier posts of its account"),
    "month": ("stretch of 30 days", "taken out: only a recent past is compared with"),
    "hour": ("hour of the day", "taken out by the model"),
    "weekday": ("weekday", "taken out by the model"),
    "media": ("photo, video or none", "taken out by the model"),
    "language": ("language", "taken out only as far as an account keeps to one"),
    "length": ("length of the text", "left in: it is part of the wording"),
}


def engagement(facts: Mapping[str, Any]) -> str:
    """Histograms of counts, what was not counted, and how counts become engagement."""
    found = facts.get("counts")
    if not found:
        what = "No post carries a count." if found is not None else f"Counts of the posts: {NOT_COUNTED}."
        return section(
            "engagement", "Engagement", f"<p>{what} Nothing of this corpus comes from counts of its own.</p>"
        )
    drawn = "".join(_histogram(name, found[name], facts.get("kept")) for name in COUNTS if name in found)
    absent = ", ".join(name for name in COUNTS if name not in found)
    parts = [
        f"<p>{_profile(facts.get('engagement'))}</p>",
        f"<p>Not counted in this corpus, which is not zero: {absent}.</p>" if absent else "",
        _rates(facts.get("engagement")),
        f'<div class="plots">{drawn}</div>',
    ]
    return section("engagement", "Engagement", "\n".join(part for part in parts if part))


def _profile(said: Mapping[str, Any] | None) -> str:
    if not said:
        return f"How actions are weighed: {NOT_COUNTED}."
    profile, rates = said.get("profile"), said.get("rates")
    if isinstance(profile, Mapping):
        weighed = "Actions are weighed: " + ", ".join(f"{escape(str(k))} {v:g}" for k, v in profile.items()) + "."
    elif profile == "equal":
        weighed = "Every action that is counted weighs the same (profile: equal)."
    else:
        weighed = f"Actions are weighed as the profile {bdi(str(profile))} says."
    how = (
        "Where impressions are known, engagement is the log of the rate of actions to impressions; elsewhere it is the "
        "log of one plus the count, and the two are never compared."
        if rates
        else "No impressions are known, so engagement is the log of one plus the count, not a rate."
    )
    return f"{weighed} {how}"


def _rates(said: Mapping[str, Any] | None) -> str:
    rates = (said or {}).get("rates") or {}
    rows = [[escape(name), percent(rate) if rate >= 1e-4 else f"{rate:.2g}"] for name, rate in rates.items()]
    return table("Actions to impressions, over all posts that have both", ["action", "rate"], rows) if rows else ""


def _histogram(name: str, found: Mapping[str, Any], kept: int | None) -> str:
    bins = {int(at): posts for at, posts in (found.get("bins") or {}).items()}
    counted = found.get("counted") or sum(bins.values())
    if not bins:
        return ""
    words = {at: _range(at) for at in sorted(bins)}
    unit = name if name in ACTIONS else "followers of the account" if name == "followers" else name
    columns = [Column(at, at + 1, bins[at], f"{words[at]} {unit}: {bins[at]:,} posts") for at in words]
    left_out = f", {kept - counted:,} without" if kept is not None and kept > counted else ""
    zero = f" {percent(bins[0], counted)} have none." if 0 in bins else ""
    y = Axis("posts", scale([0.0, *map(float, bins.values())]), "count")
    drawn = bars(
        name.capitalize(), f"{counted:,} posts with the count{left_out}.{zero}", columns, _decades(bins, unit), y
    )
    rows = [[words[at], count(bins[at])] for at in words]
    numbers = table(f"{name.capitalize()} of a post", [unit, "posts"], rows)
    return f"<div>{drawn}{fold('The bars as numbers', numbers)}</div>"


def _range(at: int) -> str:
    """The counts that lie in a bin of a quarter of a power of ten."""
    low, high = (math.ceil(10 ** (edge / 4) - 1 - 1e-6) for edge in (at, at + 1))
    return f"{low:,}" if high - 1 <= low else f"{low:,} to {high - 1:,}"


def _decades(bins: Mapping[int, int], unit: str) -> Axis:
    """Powers of ten where log10(1 + count) puts them, in quarters, up to the end of the last bin."""
    end = float(max(bins) + 1)
    tens = [10**power for power in range(1, 24) if 4 * math.log10(1 + 10**power) < end - 0.5]
    ticks = [0.0, *(4 * math.log10(1 + ten) for ten in tens), end]
    names = ["0", *(_short(ten) for ten in tens), ""]
    return Axis(f"{unit} (each step is ten times as many)", ticks, names=tuple(names))


def _short(ten: int) -> str:
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if ten >= size:
            return f"{ten // size:,}{letter}"
    return str(ten)


def explained(facts: Mapping[str, Any]) -> str:
    """The share of variance each factor explains, before and after control."""
    found = facts.get("explains")
    title = "What explains engagement, before and after control"
    if not found:
        said = "No counts within accounts" if found is not None else "Not counted"
        return section("explained", title, f"<p>{said}: nothing can be said of what explains engagement here.</p>")
    top = scale([0.0, *(share for each in found.values() for share in each.values() if share is not None)])[-1]
    rows = []
    for name, each in found.items():
        label, how = _FACTORS.get(name, (name, ""))
        before, after = each.get("before"), each.get("after")
        said = f'<span class="figure">{_share(before)} \N{RIGHTWARDS ARROW} {_share(after)}</span>'
        rows.append([bdi(label), _pair(label, before, after, top), said, escape(how)])
    text = (
        "<p>How much of the differences between posts a factor explains by itself. The upper bar is the raw counts "
        "(their mean log), the lower one what is left when the account's own past and the confounders are taken out. "
        "Factors overlap, so shares do not add up. What is left of a factor that was taken out can still be mixed up "
        "with wording.</p>"
    )
    head = ["factor", f"bars: 0 to {top * 100:g}%", "before \N{RIGHTWARDS ARROW} after", "what is done about it"]
    shown = table("Share of variance explained, by factor", head, rows, 4)
    return section("explained", title, f'{text}<div class="factors told">{shown}</div>')


def _share(value: float | None) -> str:
    return NOT_COUNTED if value is None else percent(value)


def _pair(label: str, before: float | None, after: float | None, top: float) -> str:
    raw = bar(before or 0.0, top, f"{label}, before control: {_share(before)}")
    left = bar(after or 0.0, top, f"{label}, after control: {_share(after)}")
    return f'<div class="raw">{raw}</div>{left}'
