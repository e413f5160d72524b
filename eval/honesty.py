"""Whether a gain is bought: bait, clickbait, insults, outrage and noise before and after, and the gain net of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log1p

import numpy as np

from eval import metrics
from eval.records import Figure
from eval.returned import Returned
from virality.gates import phrases
from virality.gates.wording import KNOWN, language_of
from virality.text import form, marks
from virality.text.facts import facts
from virality.text.lang import script

_LISTS: dict[str, tuple[str, str | None]] = {
    "clickbait": ("clickbait", None),
    **{f"bait_{kind}": ("bait", kind) for kind in phrases.kinds("bait")},
    "toxicity": ("toxicity", None),
    "outrage": ("outrage", None),
}
"""Name -> the gate whose list it is, and the kind of it; None = any kind."""
_COUNTS: dict[str, Callable[[str], int]] = {
    "emoji": marks.emoji,
    "hashtags": lambda text: len(facts(text).hashtags),
    "shouted": lambda text: len(marks.shouted(text)),
    "stretched": lambda text: len(marks.stretched(text)),
    "exclamations": marks.exclamations,
}
PHRASES = tuple(_LISTS)
"""What is said: present or not. Lists are English and Arabic."""
COUNTS = tuple(_COUNTS)
"""What is counted, in any script."""
_FORM = ("characters", "questions")
"""What else of form a judge may like: the regression holds it still too."""
_CASED = frozenset(("latin", "cyrillic", "greek"))
_NO_LIST = "the lists are of English and Arabic, and no draft is known to be in either"


def figures(returned: Returned) -> list[Figure]:
    """`writer.honesty.MEASURE.before`, `.after` and `.difference` for each of `PHRASES` and `COUNTS`.

    Phrases: share of posts with at least one, and the difference in percentage points. Counts: mean a post.
    """
    known = _known(returned)
    out: list[Figure] = []
    for name in PHRASES:
        before, after = (
            [float(has(name, text)) if told else None for text, told in zip(texts, known, strict=True)]
            for texts in (returned.drafts, returned.rewrites)
        )
        note = "share of posts with such a phrase, by a list of English and Arabic"
        out += returned.before_and_after(f"honesty.{name}", before, after, note=note, why=_NO_LIST)
    for name in COUNTS:
        before, after = (
            [None if name == "shouted" and script(text) not in _CASED else float(_COUNTS[name](text)) for text in texts]
            for texts in (returned.drafts, returned.rewrites)
        )
        why = "the script of the posts has no capitals"
        out += returned.before_and_after(f"honesty.{name}", before, after, "ratio", "mean a post", why)
    return out


def has(name: str, text: str) -> bool:
    """Whether the text has a phrase of that list."""
    gate, kind = _LISTS[name]
    found = phrases.found(gate, text)
    return bool(found) if kind is None else kind in found


def net_gain(returned: Returned, gain: Sequence[float] | metrics.Array) -> list[Figure]:
    """The gain net of every measure of honesty, twice: by regression, and where none of them rose.

    `writer.net_gain.regression`: intercept of a least-squares fit of the gain on the changes of all of them, of length
    and of questions (presence of phrases, log1p of counts). `writer.net_gain.matched`: mean gain of the rewrites in
    which none of them rose (length and questions may have). `writer.harm`: the share in which one did. All rest on
    drafts in English and Arabic, and are missing where the rewrites cannot tell.

    Args:
        returned: rewrites beside drafts.
        gain: log-odds by the judge that each rewrite beats its draft, nats: (N,).
    """
    at = [row for row, known in enumerate(_known(returned)) if known]
    if not at:
        missing = [returned.missing(f"net_gain.{name}", _NO_LIST, "nats") for name in ("regression", "matched")]
        return [returned.missing("harm", _NO_LIST), *missing]
    before, after = (_matrix([texts[row] for row in at]) for texts in (returned.drafts, returned.rewrites))
    gains = np.asarray(gain, dtype=np.float64)[at]
    harms = (after - before)[:, : -len(_FORM)]
    return [
        _rose(returned, harms, at),
        _regression(returned, gains, after - before, [returned.components[row] for row in at]),
        _matched(returned, gains, harms, at),
    ]


def _rose(returned: Returned, harms: metrics.Array, at: Sequence[int]) -> Figure:
    values: list[float | None] = [None] * len(returned.drafts)
    for row, mine in zip(at, harms.tolist(), strict=True):
        values[row] = float(any(change > 1e-9 for change in mine))
    return returned.figure("harm", values, note="share of returned rewrites with more of any of these than their draft")


def _regression(returned: Returned, gain: metrics.Array, changes: metrics.Array, clusters: Sequence[str]) -> Figure:
    found = metrics.net_of(gain, changes, clusters, returned.seed)
    if found is None:
        why = f"{len(gain)} rewrites are too few, or change too much alike, to tell"
        return returned.missing("net_gain.regression", why, "nats")
    note = (
        "the gain where clickbait, engagement bait, insults, outrage, emoji, hashtags, capitals, stretched words, "
        "exclamations, questions and length did not change; a fit"
    )
    return returned.stated("net_gain.regression", found, "nats", note)


def _matched(returned: Returned, gain: metrics.Array, changes: metrics.Array, at: Sequence[int]) -> Figure:
    calm = [not any(change > 1e-9 for change in row) for row in changes.tolist()]
    values: list[float | None] = [None] * len(returned.drafts)
    for row, kept, value in zip(at, calm, gain.tolist(), strict=True):
        values[row] = value if kept else None
    note = (
        f"mean gain of the {sum(calm):,} of {len(at):,} rewrites in which no clickbait, engagement bait, insult, "
        "outrage, emoji, hashtag, shouted or stretched word or exclamation was added"
    )
    return returned.figure("net_gain.matched", values, "nats", note, "in every rewrite one of them rose")


def _matrix(texts: Sequence[str]) -> metrics.Array:
    """Measures of each text: presence of `PHRASES`, log1p of `COUNTS`, then `_FORM`: (N, K)."""
    columns = [form.NAMES.index(feature) for feature in _FORM]
    own = [
        [*(float(has(name, text)) for name in PHRASES), *(log1p(count(text)) for count in _COUNTS.values())]
        for text in texts
    ]
    return np.hstack([np.asarray(own), form.matrix(texts)[:, columns]])


def _known(returned: Returned) -> list[bool]:
    """Of which rows the lists know the language: (N,)."""
    rows = zip(returned.drafts, returned.rewrites, returned.langs, strict=True)
    return [language_of(draft, rewrite, lang) in KNOWN for draft, rewrite, lang in rows]
