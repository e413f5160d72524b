"""Whether rewrites sound like each other: distinct-1, distinct-2 and self-BLEU, beside those of their drafts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import exp, log

import numpy as np

from eval.records import Figure
from eval.returned import Returned
from virality.gates.style import keys
from virality.statistics import Interval

ORDERS = 4
SMOOTHING = 0.1
"""What no match counts as (Chen and Cherry 2014, method 1), as in the self-BLEU of Zhu et al. (2018)."""

_PARTS = 20
Words = Sequence[str]


def distinct(texts: Sequence[Words], n: int) -> float:
    """Share of different n-grams among all n-grams of the texts (Li et al. 2016, arXiv:1510.03055).

    Raises:
        ValueError: no text has n words.
    """
    grams = [gram for text in texts for gram in _grams(text, n)]
    if not grams:
        raise ValueError(f"distinct-{n} of texts without {n} words in a row is not defined")
    return len(set(grams)) / len(grams)


def self_bleu(texts: Sequence[Words]) -> list[float]:
    """BLEU-4 of each text with all the others as references (Zhu et al. 2018, arXiv:1802.01886).

    BLEU is that of one sentence (Papineni et al. 2002): clipped precisions of 1- to 4-grams, their geometric mean, and
    a brevity penalty against the nearest reference length, the shorter of two as near. No match counts as `SMOOTHING`;
    an order of which the text has no n-gram counts as one n-gram without match. A text without words has 0.

    Raises:
        ValueError: there are fewer than two texts.
    """
    if len(texts) < 2:
        raise ValueError(f"self-BLEU of {len(texts)} texts is not defined; it takes two")
    logs = np.zeros(len(texts))
    for n in range(1, ORDERS + 1):
        counted = [Counter(_grams(text, n)) for text in texts]
        most = _two_most(counted)
        for at, mine in enumerate(counted):
            matched = sum(min(count, _elsewhere(most[gram], at)) for gram, count in mine.items())
            logs[at] += log((matched or SMOOTHING) / max(sum(mine.values()), 1)) / ORDERS
    lengths = Counter(len(text) for text in texts)
    return [exp(logs[at]) * _brevity(len(text), lengths) if text else 0.0 for at, text in enumerate(texts)]


def figures(returned: Returned) -> list[Figure]:
    """`writer.diversity.distinct_1`, `.distinct_2` and `.self_bleu`, each `.before`, `.after` and `.difference`.

    Distinct-n falls with length, so draft and rewrite are cut to the words of the shorter of the two; its intervals are
    of a jackknife over groups of components. Self-BLEU rises with the number of texts, which is the same before and
    after.
    """
    before, after = ([keys(text) for text in texts] for texts in (returned.drafts, returned.rewrites))
    if len(before) < 2:
        why = "one rewrite is too few to compare with each other"
        names = [f"diversity.{name}.{when}" for name in ("distinct_1", "distinct_2", "self_bleu") for when in _WHEN]
        return [returned.missing(name, why, "points" if name.endswith("difference") else "share") for name in names]
    out = [figure for n in (1, 2) for figure in _distinct(returned, before, after, n)]
    note = "mean BLEU-4 of each post with all others as references; 100% = all the same"
    alike = self_bleu(before), self_bleu(after)
    return [*out, *returned.before_and_after("diversity.self_bleu", *alike, note=note)]


_WHEN = ("before", "after", "difference")


def _distinct(returned: Returned, before: Sequence[Words], after: Sequence[Words], n: int) -> list[Figure]:
    lengths = [min(len(first), len(second)) for first, second in zip(before, after, strict=True)]
    old, new = ([text[:length] for text, length in zip(texts, lengths, strict=True)] for texts in (before, after))
    name, words = f"diversity.distinct_{n}", sum(lengths)
    if max(lengths) < n:
        why = f"no draft and rewrite have {n} words each"
        return [
            returned.missing(f"{name}.{when}", why, "points" if when == "difference" else "share") for when in _WHEN
        ]
    note = f"share of different {'words' if n == 1 else 'pairs of words'} among {words:,} words before and after"

    def of(texts: Sequence[Words]) -> Callable[[Sequence[int]], float]:
        return lambda rows: distinct([texts[row] for row in rows], n)

    def apart(rows: Sequence[int]) -> float:
        return 100 * (of(new)(rows) - of(old)(rows))

    return [
        returned.stated(f"{name}.before", _jackknife(of(old), returned.components), "share", note),
        returned.stated(f"{name}.after", _jackknife(of(new), returned.components), "share", note),
        returned.stated(f"{name}.difference", _jackknife(apart, returned.components), "points", note),
    ]


def _jackknife(statistic: Callable[[Sequence[int]], float], clusters: Sequence[str]) -> Interval:
    """A statistic of rows with a 95% interval from leaving out groups of clusters in turn (Tukey 1958).

    Resampling with repetition would repeat texts, and so lower what is distinct.
    """
    from scipy.stats import t

    names = sorted(set(clusters))
    parts = min(_PARTS, len(names))
    part_of = {name: at % parts for at, name in enumerate(names)}
    value, rows = statistic(range(len(clusters))), len(clusters)
    try:
        left = [statistic([at for at in range(rows) if part_of[clusters[at]] != part]) for part in range(parts)]
    except ValueError:  # one group holds all that can be counted
        return Interval(value, None, None, rows)
    if parts == 1:
        return Interval(value, None, None, rows)
    spread = np.sqrt((parts - 1) / parts * ((np.asarray(left) - np.mean(left)) ** 2).sum())
    reach = float(t.ppf(0.975, parts - 1) * spread)
    return Interval(value, value - reach, value + reach, rows) if reach else Interval(value, None, None, rows)


def _grams(text: Words, n: int) -> list[tuple[str, ...]]:
    return [tuple(text[at : at + n]) for at in range(len(text) - n + 1)]


def _two_most(counted: Sequence[Counter[tuple[str, ...]]]) -> dict[tuple[str, ...], tuple[int, int, int]]:
    """Of each n-gram: the text that has it most often, how often, and how often the next text has it."""
    most: dict[tuple[str, ...], tuple[int, int, int]] = {}
    for at, mine in enumerate(counted):
        for gram, count in mine.items():
            holder, first, second = most.get(gram, (-1, 0, 0))
            most[gram] = (at, count, first) if count > first else (holder, first, max(second, count))
    return most


def _elsewhere(most: tuple[int, int, int], at: int) -> int:
    """How often another text than `at` has it at most."""
    holder, first, second = most
    return second if holder == at else first


def _brevity(length: int, lengths: Counter[int]) -> float:
    others = (other for other, count in lengths.items() if count > (other == length))
    nearest = min(others, key=lambda other: (abs(other - length), other))
    return 1.0 if length >= nearest else exp(1 - nearest / length)
