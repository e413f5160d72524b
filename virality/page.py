"""What any HTML page of ours stands on: shell, escaping, numbers with intervals, marked changes, small plots.

A page is one file: its styles are inside, it runs no script and asks the network for nothing. Arguments named
`*_html`, cells of tables and bodies are HTML already; everything else is text and is escaped here.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from importlib import resources

NOT_MEASURED = "not measured"
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\u206a-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_STOPS = "[.,;:!?…،؛؟]"
_WORD = re.compile(rf"\s*(?:{_STOPS}+(?=\s|$)|\S+?(?={_STOPS}*(?:\s|$)))")
_LONE_WORDS = 2  # this many kept words between two changes are shown as part of the change: fewer, longer marks
_DECIMALS = {"share": 1, "points": 1, "nats": 3, "bits": 1, "probability": 3, "count": 0, "seconds": 1}
_SUFFIX = {"share": "%", "points": " points", "nats": " nats", "bits": " bits", "seconds": " s"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One row of an interval plot. `text_html` is what stands at its right; `value` None draws nothing."""

    label_html: str
    value: float | None
    low: float | None
    high: float | None
    text_html: str
    title: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a curve, with the ends of its interval, and of the band that it is to lie in; None where not known."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    band: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """An upright bar between two places of the x axis; `title` says it in words where the pointer rests."""

    left: float
    right: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its words, its ticks (the first and last are its ends), and the unit they are printed in.

    `names` stand at the ticks instead of their numbers; an empty one leaves its tick bare.
    """

    label: str
    ticks: list[float]
    unit: str = ""
    names: tuple[str, ...] = ()

    def place(self, value: float) -> float:
        """Where the value lies between the ends, 0 to 1; beyond them where the value is beyond them."""
        return (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])

    def name(self, tick: float) -> str:
        """The tick in words of the axis' unit."""
        if self.names:
            return escape(self.names[self.ticks.index(tick)])
        words = f"{tick * 100:g}%" if self.unit == "share" else f"{tick:,g}"
        if self.unit == "count" and tick >= 10_000:
            words = f"{tick / 1e6:,g}M" if tick >= 1e6 else f"{tick / 1e3:g}k"
        return words.replace("-", "\N{MINUS SIGN}")


def visible(text: str) -> str:
    """The text with control characters and directional overrides spelled out, e.g. `[U+202E]`.

    Kept are line breaks, tabs, joiners (emoji, Persian) and the direction marks and embeddings of honest
    Arabic posts: a post stands in a box of its own, which they cannot leave.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _HARMFUL.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)


def escape(text: str) -> str:
    """Any text, however hostile, as HTML that shows it; fit for element content and quoted attributes."""
    return html.escape(visible(text), quote=True)


def bdi(text: str) -> str:
    """Short text of unknown direction (a name, a reason) that cannot reorder what stands around it."""
    return f"<bdi>{escape(text)}</bdi>"


def post(body_html: str, lang: str | None = None) -> str:
    """A post's text in its own direction. `lang` is a BCP 47 tag; anything else is left out."""
    tag = f' lang="{lang}"' if lang and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", lang) else ""
    return f'<p class="post" dir="auto"{tag}>{body_html}</p>'


def marked_changes(before: str, after: str) -> str:
    """`after` with the words it adds to `before` in <ins> and those it leaves out in <del>, escaped."""
    old, new = (_WORD.findall(visible(text)) for text in (before, after))
    matcher = SequenceMatcher(None, [word.strip() for word in old], [word.strip() for word in new], autojunk=False)
    parts: list[str] = []
    left_out = added = ""
    for kind, i, j, k, m in matcher.get_opcodes():
        between = min(i, k) > 0 and j < len(old) and m < len(new)
        if kind != "equal" or (between and j - i <= _LONE_WORDS):
            left_out, added = left_out + "".join(old[i:j]), added + "".join(new[k:m])
            continue
        parts += [_changed(left_out, added, not parts), html.escape("".join(new[k:m]))]
        left_out = added = ""
    return "".join([*parts, _changed(left_out, added, not parts)]).strip()


def _changed(left_out: str, added: str, first: bool) -> str:
    gap = " " if first and left_out else ""  # only the first word of a text brings no space of its own
    return _marked("del", left_out) + gap + _marked("ins", added)


def _marked(tag: str, text: str) -> str:
    space = text[: len(text) - len(text.lstrip())]
    return f"{space}<{tag}>{html.escape(text.lstrip())}</{tag}>" if text else ""


def number(value: float | None, unit: str) -> str:
    """A value in its unit: shares (0 to 1) in percent, points as they are and signed, counts with thousands.

    None, and what is not finite, is 'not measured'.
    """
    if value is None or not math.isfinite(value):
        return NOT_MEASURED
    return _digits(value, unit) + _SUFFIX.get(unit, "")


def interval(low: float | None, high: float | None, unit: str) -> str:
    """Both ends as `[61.9, 66.4]`, in the unit of `number` without naming it; empty if an end is missing."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"[{_digits(low, unit)}, {_digits(high, unit)}]"


def _digits(value: float, unit: str) -> str:
    decimals = _DECIMALS.get(unit, 3)
    value = round(value * 100 if unit == "share" else value, decimals) + 0.0  # + 0.0: never '-0.0'
    sign = "+" if unit == "points" else ""
    return f"{value:{sign},.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def document(title: str, body_html: str, css: str = "") -> str:
    """A whole page around the body. `css` comes after the house styles and may override them."""
    styles = resources.files("virality").joinpath("page.css").read_text(encoding="utf-8") + css
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>\n{styles}</style>\n</head>\n"
        f"<body>\n<main>\n{body_html}\n</main>\n</body>\n</html>\n"
    )


def section(anchor: str, title: str, body_html: str) -> str:
    """A part of the page under its heading, which `#anchor` leads to."""
    heading = f'<h2 id="{anchor}-h">{escape(title)}</h2>'
    return f'<section id="{anchor}" aria-labelledby="{anchor}-h">\n{heading}\n{body_html}\n</section>'


def fold(summary: str, body_html: str) -> str:
    """A part that unfolds on a click, and is printed unfolded."""
    return f"<details>\n<summary>{escape(summary)}</summary>\n{body_html}\n</details>"


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], numeric: int = 1) -> str:
    """A table that scrolls inside its own box; the cells of `rows` are HTML, the first one names its row.

    Columns from index `numeric` on are aligned as numbers.
    """
    heads = "".join(f'<th scope="col"{_numeric(i, numeric)}>{escape(name)}</th>' for i, name in enumerate(head))
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(f"<td{_numeric(i, numeric)}>{cell}</td>" for i, cell in enumerate(row[1:], 1))
        + "</tr>\n"
        for row in rows
    )
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(title)}"><table>'
        f"<caption>{escape(title)}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody></table></div>"
    )


def _numeric(column: int, first: int) -> str:
    return ' class="num"' if column >= first else ""


def scale(values: Iterable[float], most: int = 6) -> list[float]:
    """At most about `most` round ticks that enclose all finite values: 0.4, 0.5, ... 0.9."""
    finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    rough = (high - low or abs(high) or 1.0) / (most - 1)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(m * unit for m in (1, 2, 5, 10) if m * unit >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, max(last, first + 1) + 1)]


def forest(title: str, marks: Sequence[Mark], axis: Axis, reference: float | None, reference_label: str) -> str:
    """Intervals in rows over one axis, a line at `reference` (chance, no gain); read aloud as a table."""
    at = f"{axis.place(reference) * 100:.2f}%" if reference is not None else ""
    line = f'<line class="reference" x1="{at}" x2="{at}" y1="0" y2="100%"/>' if at else ""
    below = (
        f'<text class="reference" x="{at}" y="36" text-anchor="middle">{escape(reference_label)}</text>' if at else ""
    )
    rows = "".join(
        f'<tr{" class=strong" if mark.strong else ""}><th scope="row">{mark.label_html}</th>'
        f'<td class="track"><svg class="row" role="img"><title>{escape(mark.title)}</title>'
        f"{line}{_interval_row(mark, axis)}</svg></td>"
        f'<td class="value">{mark.text_html}</td></tr>\n'
        for mark in marks
    )
    ticks = "".join(
        f'<line class="tick" x1="{x:.2f}%" x2="{x:.2f}%" y1="0" y2="5"/>'
        f'<text x="{x:.2f}%" y="19" text-anchor="middle">{axis.name(tick)}</text>'
        for tick, x in ((tick, axis.place(tick) * 100) for tick in axis.ticks)
    )
    return (
        f'<table class="forest"><caption>{escape(title)}</caption>\n<tbody>\n{rows}</tbody>\n'
        '<tfoot aria-hidden="true"><tr><td></td><td class="track"><svg class="axis">'
        f'<line class="rule" x1="0" x2="100%" y1="0" y2="0"/>{ticks}{below}</svg>'
        "</td><td></td></tr></tfoot></table>"
    )


def _interval_row(mark: Mark, axis: Axis) -> str:
    if mark.value is None or not math.isfinite(mark.value):
        return ""
    whisker = ""
    if mark.low is not None and mark.high is not None:
        ends = f'x1="{axis.place(mark.low) * 100:.2f}%" x2="{axis.place(mark.high) * 100:.2f}%"'
        whisker = f'<line class="whisker" {ends} y1="50%" y2="50%"/>'
    return f'{whisker}<circle cx="{axis.place(mark.value) * 100:.2f}%" cy="50%" r="{5 if mark.strong else 4}"/>'


def bar(part: float, of: float, title: str) -> str:
    """A horizontal bar, `part / of` of its box wide."""
    wide = 100 * min(part / of, 1.0) if of else 0.0
    return (
        f'<svg class="bar" role="img"><title>{escape(title)}</title>'
        f'<rect class="box" width="100%" height="100%"/><rect width="{wide:.2f}%" height="100%"/></svg>'
    )


_LEFT, _TOP, _WIDE, _TALL = 36.0, 26.0, 306.0, 190.0


def plot(
    title: str,
    description: str,
    points: Sequence[Point],
    x: Axis,
    y: Axis,
    diagonal: bool = False,
    reference: float | None = None,
    joined: bool = True,
) -> str:
    """Points with whiskers, joined by a line unless told otherwise, in a figure with its caption.

    `diagonal` draws y = x, `reference` a level line at that y; the bands of the points are joined to a shaded area.
    """
    low, high = max(x.ticks[0], y.ticks[0]), min(x.ticks[-1], y.ticks[-1])
    ideal = _reference(x, y, (low, low), (high, high)) if diagonal else ""
    if reference is not None:
        ideal += _reference(x, y, (x.ticks[0], reference), (x.ticks[-1], reference))
    whiskers = "".join(
        f'<line class="whisker" x1="{_across(x, p.x):.1f}" x2="{_across(x, p.x):.1f}" '
        f'y1="{_down(y, p.low):.1f}" y2="{_down(y, p.high):.1f}"/>'
        for p in points
        if p.low is not None and p.high is not None
    )
    path = " ".join(f"{_across(x, p.x):.1f},{_down(y, p.y):.1f}" for p in points)
    line = f'<polyline points="{path}"/>' if joined else ""
    dots = "".join(f'<circle cx="{_across(x, p.x):.1f}" cy="{_down(y, p.y):.1f}" r="3.5"/>' for p in points)
    return _figure(title, description, x, y, f"{_band(points, x, y)}{ideal}{whiskers}{line}{dots}")


def scatter(title: str, description: str, named: Sequence[tuple[str, float, float, bool]], x: Axis, y: Axis) -> str:
    """Named points (name, x, y, whether it stands out), not joined, in a figure with its caption."""
    middle = (x.ticks[0] + x.ticks[-1]) / 2
    drawn = "".join(
        f'<circle class="{"strong" if strong else "plain"}" cx="{_across(x, at):.1f}" cy="{_down(y, height):.1f}" '
        f'r="{5 if strong else 3.5}"/><text x="{_across(x, at):.1f}" y="{_down(y, height) - 8:.1f}" '
        f'text-anchor="{"end" if at > middle else "start"}">{escape(name)}</text>'
        for name, at, height, strong in named
    )
    return _figure(title, description, x, y, drawn)


def _band(points: Sequence[Point], x: Axis, y: Axis) -> str:
    """The area between the ends of the points' bands; empty where fewer than two have one."""
    banded = [(p.x, *p.band) for p in points if p.band is not None]
    there = [(at, low) for at, low, _ in banded]
    back = [(at, high) for at, _, high in reversed(banded)]
    edge = " ".join(f"{_across(x, at):.1f},{_down(y, end):.1f}" for at, end in [*there, *back])
    return f'<polygon class="band" points="{edge}"/>' if len(banded) > 1 else ""


def bars(title: str, description: str, columns: Sequence[Column], x: Axis, y: Axis) -> str:
    """Upright bars from the foot of the y axis, as of a histogram, in a figure with its caption."""
    drawn = "".join(
        f'<rect x="{_across(x, c.left):.2f}" y="{_down(y, c.height):.2f}" '
        f'width="{max(0.88 * (_across(x, c.right) - _across(x, c.left)), 0.4):.2f}" '
        f'height="{_TOP + _TALL - _down(y, c.height):.2f}"><title>{escape(c.title)}</title></rect>'
        for c in columns
    )
    return _figure(title, description, x, y, f'<g style="fill:var(--accent)">{drawn}</g>')


def _across(x: Axis, value: float) -> float:
    return _LEFT + _WIDE * x.place(value)


def _down(y: Axis, value: float) -> float:
    return _TOP + _TALL * (1 - y.place(value))


def _reference(x: Axis, y: Axis, start: tuple[float, float], end: tuple[float, float]) -> str:
    ends = (
        f'x1="{_across(x, start[0]):.1f}" y1="{_down(y, start[1]):.1f}" '
        f'x2="{_across(x, end[0]):.1f}" y2="{_down(y, end[1]):.1f}"'
    )
    return f'<line class="reference" {ends}/>'


def _figure(title: str, description: str, x: Axis, y: Axis, drawn: str) -> str:
    """A drawing over its grid, between its axes and under its caption."""
    grid = "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + _WIDE}" y1="{_down(y, t):.1f}" y2="{_down(y, t):.1f}"/>'
        f'<text x="{_LEFT - 7}" y="{_down(y, t) + 4:.1f}" text-anchor="end">{y.name(t)}</text>'
        for t in y.ticks
    ) + "".join(
        f'<text x="{_across(x, t):.1f}" y="{_TOP + _TALL + 17}" text-anchor="middle">{x.name(t)}</text>'
        for t in x.ticks
    )
    return (
        f'<figure class="plot"><figcaption><b>{escape(title)}</b> {escape(description)}</figcaption>'
        f'<svg viewBox="0 0 360 262" role="img"><title>{escape(title)}</title>'
        f"<desc>{escape(description)}</desc>"
        f'<g aria-hidden="true">{grid}<text x="0" y="10">{escape(y.label)}</text>'
        f'<text x="{_LEFT + _WIDE / 2}" y="{_TOP + _TALL + 38}" text-anchor="middle">{escape(x.label)}</text></g>'
        f"{drawn}</svg></figure>"
    )
