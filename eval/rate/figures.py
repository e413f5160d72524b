"""What the raters of an evaluation said, as figures of its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eval.place import Place
from eval.rate import answers
from eval.rate.agreement import agreeing, alpha_interval, counts
from eval.rate.answers import Answer
from eval.rate.items import Item, fingerprint, items
from eval.records import Figure
from virality.statistics import Interval, share

_UNITS = {"win_rate": "share", "agreement": "ratio", "raw_agreement": "share", "same_meaning": "share",
          "judge_agreement": "share"}  # fmt: skip
_WON = {"rewrite": 1.0, "no difference": 0.5, "draft": 0.0}


@dataclass(frozen=True, slots=True)
class Rated:
    """An item that was rated, and the answers to it by rater."""

    item: Item
    said: dict[str, Answer]

    @property
    def prefers(self) -> dict[str, str]:
        """What each rater who chose prefers."""
        return {rater: one.prefers for rater, one in self.said.items() if one.prefers is not None}

    @property
    def same(self) -> dict[str, bool]:
        """What each rater who was asked says of the meaning: True where both say the same."""
        return {rater: one.same for rater, one in self.said.items() if one.same is not None}

    @property
    def won(self) -> float:
        """1 where more raters prefer the rewrite than the draft, 0 where fewer do, 1/2 where as many."""
        lead = sum(_WON[one] - 0.5 for one in self.prefers.values())
        return 0.5 + 0.5 * float(np.sign(lead))


def figures(run: Path, place: Place) -> list[Figure]:
    """`raters.*` from the ratings that lie in an evaluation's folder; 'not measured' where there is none.

    Args:
        run: the folder, with rewrites.parquet and scores.parquet; it need not be finished.
        place: shared fields; its family is the judge's.

    Raises:
        ViralityError: a file of ratings is damaged, or rates other rewrites.
    """
    place = replace(place, source=f"{answers.FOLDER}/*.jsonl")
    human = replace(place, family=None)
    rated = ratings(run)
    chose = [one for one in rated if one.prefers]
    if not chose:
        why = "nobody has rated the rewrites; see `virality rate`"
        return [human.missing(f"raters.{name}", why, unit) for name, unit in _UNITS.items()]
    seed = place.seed or 0
    note = f"{_rests_on([one.prefers for one in chose])}; an item goes to what more raters prefer, a tie counts half"
    won = share([one.won for one in chose], _clusters(chose), seed)
    return [
        human.figure("raters.win_rate", won, note=note + _range(chose)),
        *_agreement([one for one in chose if len(one.prefers) > 1], human, seed),
        _same_meaning([one for one in rated if one.same], human, seed),
        _judge_agreement([one for one in chose if one.won != 0.5], place, seed),
    ]


def ratings(run: Path) -> list[Rated]:
    """The items of an evaluation that have an answer, in its order. Raises as `figures`."""
    if not answers.files(run):
        return []
    there = items(run)
    found = answers.read(run, fingerprint(there))
    rated = [
        Rated(item, {rater: mine[item.example_id] for rater, mine in found.items() if item.example_id in mine})
        for item in there
    ]
    return [one for one in rated if one.said]


def by_rater(rated: Sequence[Rated], seed: int = 0) -> dict[str, Interval]:
    """How often each rater prefers the rewrite, 'no difference' counting half."""
    out = {}
    for rater in sorted({rater for one in rated for rater in one.prefers}):
        mine = [one for one in rated if rater in one.prefers]
        out[rater] = share([_WON[one.prefers[rater]] for one in mine], _clusters(mine), seed)
    return out


def _agreement(both: Sequence[Rated], place: Place, seed: int) -> list[Figure]:
    """Of items with two answers or more."""
    if not both:
        why = "no item has the answers of two raters"
        return [place.missing("raters.agreement", why, "ratio"), place.missing("raters.raw_agreement", why)]
    rests = _rests_on([one.prefers for one in both])
    counted, clusters = counts([list(one.prefers.values()) for one in both]), _clusters(both)
    note = f"{rests}; how often two raters of an item both say draft, rewrite or no difference, mean over items"
    raw = place.figure("raters.raw_agreement", share(agreeing(counted), clusters, seed), note=note)
    found = alpha_interval(counted, clusters, seed)
    if found is None:
        why = "all answers are the same, so agreement beyond chance has no meaning"
        return [place.missing("raters.agreement", why, "ratio"), raw]
    note = f"{rests}; Krippendorff's alpha of draft, rewrite and no difference: 1 is full agreement, 0 that of chance"
    return [place.figure("raters.agreement", found, "ratio", note=note), raw]


def _same_meaning(told: Sequence[Rated], place: Place, seed: int) -> Figure:
    if not told:
        return place.missing("raters.same_meaning", "no rater answered whether draft and rewrite say the same")
    found = share([float(np.mean(list(one.same.values()))) for one in told], _clusters(told), seed)
    note = f"{_rests_on([one.same for one in told])}; answers that draft and rewrite say the same, mean over items"
    return place.figure("raters.same_meaning", found, note=note)


def _judge_agreement(settled: Sequence[Rated], place: Place, seed: int) -> Figure:
    """Of items on which more raters prefer one side than the other."""
    if not settled:
        return place.missing("raters.judge_agreement", "on no item is one side preferred by more raters",
                             subset="majority")  # fmt: skip
    hits = [0.5 if one.item.judge == 0.5 else float((one.item.judge > 0.5) == (one.won > 0.5)) for one in settled]
    note = f"{_rests_on([one.prefers for one in settled])}; items where one side has more raters, and the judge's vote"
    return place.figure("raters.judge_agreement", share(hits, _clusters(settled), seed), subset="majority", note=note)


def _rests_on(said: Sequence[Mapping[str, object]]) -> str:
    """`3 raters, 48 items, 130 answers`. `said`: by rater, for each item."""
    raters, given = len({rater for one in said for rater in one}), sum(len(one) for one in said)
    words = {"rater": raters, "item": len(said), "answer": given}
    return ", ".join(f"{count:,} {word}{'s' * (count != 1)}" for word, count in words.items())


def _range(chose: Sequence[Rated]) -> str:
    shares = [one.value for one in by_rater(chose).values()]
    return f"; single raters prefer the rewrite on {min(shares):.0%} to {max(shares):.0%}" if len(shares) > 1 else ""


def _clusters(rated: Sequence[Rated]) -> list[str]:
    return [one.item.component for one in rated]
