"""Ranked candidates of a draft -> judged pairs: the best against what a writer should not have written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from data_prep.records import Pair
from data_prep.sources.table import identifier
from train.candidates import Ranked
from train.scorers.calibration import sigmoid_of
from virality.text.similarity import reworded

Against = Literal["draft", "worst", "failed"]
AGAINST: tuple[Against, ...] = get_args(Against)
APART = 0.1
"""Edit ratio by which two rewrites of one draft differ at least, to be learned both."""


def prefer(
    source: Pair,
    candidates: Sequence[Ranked],
    least_gain: float,
    least_edit: float,
    gates: str = "",
    *,
    targets: int = 1,
    against: Sequence[Against] = AGAINST,
    failures: int = 1,
) -> list[Pair]:
    """The best rewrites against the draft left as it is, against the worst one, and against one that failed.

    Best and worst are by utility less penalty; how sure a pair is, the guide alone says.

    The draft itself is a rewrite to avoid: a writer that copies says nothing. A sample that failed a gate is worth
    nothing, however the scorer likes it, so what passed beats it surely.

    Args:
        source: the measured pair whose worse post is the draft.
        candidates: its rewrites.
        least_gain: P(better beats the draft), by the guide, at least.
        least_edit: edit ratio between draft and better, at least.
        gates: their hash, for the pairs.
        targets: best rewrites, at most; any two differ by `APART`.
        against: what each is preferred to: the draft left as it is; the worst that passed, where the draft beats it;
            a sample of the writer that failed a gate.
        failures: samples that failed that each is preferred to, at most; no two best ones to the same, while there are
            enough.

    Returns:
        Empty where no candidate that passed every gate and changed enough beats the draft with `least_gain`.
    """
    passed = sorted((one for one in candidates if one.passed), key=lambda one: (one.penalty - one.utility, one.text))
    best: list[Ranked] = []
    for one in passed:
        if len(best) == targets:
            break
        if (
            sigmoid_of(one.utility) >= least_gain
            and reworded(source.worse, one.text) >= least_edit
            and all(reworded(other.text, one.text) >= APART for other in best)
        ):
            best.append(one)
    worst = [one for one in reversed(passed) if one.utility < 0]
    failed = [one for one in candidates if one.origin == "sample" and not one.passed and one.text]
    made: dict[str, Pair] = {}
    for at, one in enumerate(best):
        beaten = []
        if "draft" in against:
            beaten.append((source.worse, sigmoid_of(one.utility)))
        if "worst" in against and worst:
            least = worst[min(at, len(worst) - 1)]
            beaten.append((least.text, sigmoid_of(one.utility - least.utility)))
        if "failed" in against and failed:
            some = (failed[(at * failures + more) % len(failed)] for more in range(min(failures, len(failed))))
            beaten += [(sample.text, 1.0) for sample in some]
        for text, chance in beaten:
            pair = _judged(source, one.text, text, chance, gates)
            made.setdefault(pair.pair_id, pair)
    return list(made.values())


def _judged(source: Pair, better: str, worse: str, p_better: float, gates: str) -> Pair:
    return Pair(
        pair_id=identifier("judged", source.worse_id, worse, better),
        kind="judged",
        component=source.component,
        split="train",
        author_id=source.author_id,
        lang=source.lang,
        platform=source.platform,
        rights=source.rights,
        worse_id=f"{source.worse_id}:{identifier(worse)}",
        better_id=f"{source.worse_id}:{identifier(better)}",
        worse=worse,
        better=better,
        draft=source.worse,
        p_better=p_better,
        weight=2 * p_better - 1,
        faithful=True,
        gates_hash=gates,
    )
