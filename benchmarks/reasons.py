"""Whether reasons hold: `python -m benchmarks.reasons DATA SCORER [--other RUN] [--pairs 500] [--out FILE.json]`.

Over test pairs of a prepared run the words that a scorer names for each side are taken out for real, and what was said
is held against what is then seen, in log-odds. With the scorer that named them this is true by construction, up to the
calibration's steps. These are not: as many random words of the same texts, the words replaced instead of removed, the
moves of single words added up, the first word put back alone, and another scorer (`--other`), which named none of them.
Intervals are 95%, clustered by component.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.metrics import log_odds
from train.scorers import Scorer
from train.scorers.reasons import Reason, Texts, Word, reasons, sayable, without, words
from train.steps import few, load_scorer, read_pairs
from virality.circumstances import circumstances
from virality.statistics import Interval, bootstrap, mean, share

Array = NDArray[np.float64]
PLACEHOLDER = "_"
"""In the place of a word: no letter, and no mark that a feature of form counts (an ellipsis is one)."""


@dataclass(frozen=True, slots=True)
class Case:
    """One side of one pair: both texts, the words named for it, as many random ones, and its component."""

    two: Texts
    named: tuple[Reason, ...]
    random: tuple[Word, ...]
    component: str

    @property
    def said(self) -> float:
        """By how much the log-odds were said to move when all named words are out."""
        return sum(reason.moves for reason in self.named)


@dataclass(frozen=True, slots=True)
class Check:
    """What was said against what was seen, over `n` cases.

    Fields:
        right: share of cases in which the probability moves the way that was said; no move is not right.
        towards: mean move in that way, nats; negative where it goes the other way.
        points: the same in percentage points of probability.
        correlation: of said and seen log-odds (Pearson); None where either does not vary.
        error: mean absolute difference of said and seen, nats.
        said: mean size of what was said, nats.
    """

    name: str
    n: int
    said: float
    right: Interval
    towards: Interval
    points: Interval
    correlation: Interval | None
    error: Interval


def cases(scorer: Scorer, pairs: Sequence[tuple[Texts, str]], most: int, seed: int) -> list[Case]:
    """Both sides of each pair (texts and component) for which the scorer names at least one word."""
    draw = np.random.default_rng(seed)
    found = []
    for two, component in pairs:
        told = reasons(scorer, *two, most)
        for side in ("first", "second"):
            named = tuple(one for one in told if one.side == side and one.removable)
            if named:
                found.append(Case(two, named, at_random(two, named, draw), component))
    return found


def at_random(two: Texts, named: Sequence[Reason], draw: np.random.Generator) -> tuple[Word, ...]:
    """As many words of the same texts as are named, any of them, such that something is left."""
    wanted = Counter(one.stands_in for one in named)
    taken: list[Word] = []
    every = words(*two)
    for word in (every[at] for at in draw.permutation(len(every))):
        if wanted[word.stands_in] and sayable(*two, [*taken, word]):
            wanted[word.stands_in] -= 1
            taken.append(word)
    return tuple(taken)


def checks(scorer: Scorer, found: Sequence[Case], other: Scorer | None) -> list[Check]:
    """All checks; those on another scorer last."""
    clusters = [case.component for case in found]
    said = np.asarray([case.said for case in found])
    as_said = [(case.two, without(*case.two, case.named)) for case in found]
    random = [(case.two, without(*case.two, case.random)) for case in found]
    replaced = [(case.two, without(*case.two, case.named, PLACEHOLDER)) for case in found]
    several = [case for case in found if len(case.named) > 1]
    back = [(without(*case.two, case.named), without(*case.two, case.named[1:])) for case in several]
    alone = [(case.two, without(*case.two, [one])) for case in found for one in case.named]
    owner = np.repeat(np.arange(len(found)), [len(case.named) for case in found])
    before, after = _odds(scorer, alone)
    added = np.bincount(owner, weights=after - before, minlength=len(found)).astype(np.float64)
    made = [
        check("the words named, removed", said, _odds(scorer, as_said), clusters),
        check("as many random words removed", said, _odds(scorer, random), clusters),
        check(f"replaced by '{PLACEHOLDER}'", said, _odds(scorer, replaced), clusters),
        check("single words' moves added up", added, _odds(scorer, as_said), clusters),
    ]
    if several:
        first = np.asarray([-case.named[0].moves for case in several])
        held = [case.component for case in several]
        made.append(check("the first word put back alone", first, _odds(scorer, back), held))
    if other is not None:
        made.append(check("another scorer: the words named, removed", said, _odds(other, as_said), clusters))
        made.append(check("another scorer: as many random words", said, _odds(other, random), clusters))
    return made


def check(name: str, said: Array, odds: tuple[Array, Array], clusters: Sequence[str]) -> Check:
    """Said moves against those between log-odds before and after, each (n,)."""
    before, after = odds
    seen, way = after - before, np.sign(said)
    points = 100 * (1 / (1 + np.exp(-after)) - 1 / (1 + np.exp(-before)))

    def correlation(rows: NDArray[np.intp]) -> float:
        varies = min(said[rows].std(), seen[rows].std()) > 1e-9
        return float(np.corrcoef(said[rows], seen[rows])[0, 1]) if varies else float("nan")

    known = np.isfinite(correlation(np.arange(said.size)))
    return Check(
        name,
        said.size,
        float(np.abs(said).mean()),
        share((way * seen > 0).astype(float), clusters),
        mean(way * seen, clusters),
        mean(way * points, clusters),
        bootstrap(said.size, clusters, correlation) if known else None,
        mean(np.abs(seen - said), clusters),
    )


def _odds(scorer: Scorer, moved: Sequence[tuple[Texts, Texts]]) -> tuple[Array, Array]:
    """Calibrated log-odds before and after."""
    every = [two for pair in zip(*moved, strict=True) for two in pair]
    found = log_odds(scorer.probability([first for first, _ in every], [second for _, second in every]))
    return found[: len(moved)], found[len(moved) :]


def table(made: Sequence[Check]) -> list[str]:
    """The checks as a Markdown table."""
    head = ["| what is done | sides | moves as said | towards, nats | towards, points | correlation | error, nats |",
            "| --- | ---: | --- | --- | --- | --- | --- |"]  # fmt: skip
    return head + [
        f"| {one.name} | {one.n:,} | {_told(one.right, '.1%')} | {_told(one.towards, '+.2f')} "
        f"| {_told(one.points, '+.1f')} | {_told(one.correlation, '.2f')} | {_told(one.error, '.3f')} |"
        for one in made
    ]


def _told(found: Interval | None, form: str) -> str:
    if found is None:
        return "none"
    if found.low is None or found.high is None:
        return f"{found.value:{form}}"
    return f"{found.value:{form}} [{found.low:{form}}, {found.high:{form}}]"


def main() -> None:
    """Print the table, and write it as JSON where `--out` says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", help="a prepared run")
    parser.add_argument("scorer", help="the run of a scorer, of any family")
    parser.add_argument("--other", help="the run of another scorer, best trained on other pairs")
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--most", type=int, default=5, help="words named a side")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    test = [pair for pair in read_pairs([given.data]).pairs if pair.split == "test" and pair.kind != "paraphrase"]
    if not test:
        sys.exit(f"{given.data}: no measured test pair")
    drawn = few(test, given.pairs, given.seed)
    turned = np.random.default_rng(given.seed).random(len(drawn)) < 0.5
    texts = [(pair.worse, pair.better) if turn else (pair.better, pair.worse)
             for pair, turn in zip(drawn, turned, strict=True)]  # fmt: skip
    scorer = load_scorer(Path(given.scorer))
    began = time.perf_counter()
    found = cases(
        scorer, [(two, pair.component) for two, pair in zip(texts, drawn, strict=True)], given.most, given.seed
    )
    seconds = (time.perf_counter() - began) / len(drawn)
    if not found:
        sys.exit(f"{given.scorer}: names no word in {len(drawn)} pairs")
    made = checks(scorer, found, load_scorer(Path(given.other)) if given.other else None)
    print(f"{len(drawn)} pairs, {len(found)} sides with a word named, {np.mean([len(one.named) for one in found]):.1f} "
          f"words a side, {seconds:.2f} s a pair\n")  # fmt: skip
    print("\n".join(table(made)))
    if given.out:
        about = {"data": given.data, "scorer": given.scorer, "version": scorer.version, "other": given.other,
                 "pairs": len(drawn), "most": given.most, "seed": given.seed, "seconds_a_pair": seconds}  # fmt: skip
        given.out.write_text(json.dumps(about | {"checks": [asdict(one) for one in made]} | circumstances(), indent=2))


if __name__ == "__main__":
    main()
