"""A scorer measured alone: its probabilities on the test pairs, and all that they are to be read beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from data_prep.records import Pair
from eval import baselines, controls, figures, metadata, named_controls, refits, slices, steps
from eval.controls import Control
from eval.metrics import right
from eval.place import Place
from eval.records import Curve, Figure
from train.records import Score
from train.scorers import Scorer
from virality import runs

_SWITCHED_OFF = "refit = false"
_NOT_NAMED = "no control run is named: train the same config with control=shuffled, and name it as controls.shuffled"


def measure(
    scorer: Scorer,
    run: Path,
    data: Path,
    corpus: Sequence[Pair],
    *,
    judge: Scorer | None,
    named: named_controls.Named,
    compared: Mapping[str, str],
    refit: bool,
    seed: int,
) -> tuple[list[Figure], list[Curve], list[Score]]:
    """Figures, curves and scores of a scorer on the measured test pairs of `corpus`.

    Args:
        scorer: that is measured.
        run: its own.
        data: the prepared run that is measured.
        corpus: all pairs of that.
        judge: measured beside it.
        named: control -> runs.
        compared: baseline -> its run.
        refit: whether the linear family is fitted again for controls.
        seed: of what is drawn.
    """
    pairs = steps.test_pairs(corpus)
    clusters = [pair.component for pair in pairs]
    training = steps.training_of(run)
    p = controls.probabilities(scorer, pairs)
    scores = steps.pair_scores("scorer", scorer, pairs, p)
    place = Place(corpus=data.name, source="scores.parquet", family=scorer.family, seed=seed)
    learned = [Path(folder) for folder in runs.finished(run)["settings"]["data"]]
    known = metadata.read([data], pairs)
    theirs = metadata.read(learned, [*training.train, *training.validation]) if training else {}
    own = right(p) if scorer.family == "linear" else None
    again = refits.refits(training, pairs, corpus, seed, own) if refit else refits.none(_SWITCHED_OFF)
    beside = {
        **controls.rules(pairs),
        "features_only": controls.of_form(training, pairs, seed),
        "metadata_only": metadata.only(training, theirs, pairs, known),
        "shuffled": Control.missing(_NOT_NAMED if refit else f"{_SWITCHED_OFF}, and {_NOT_NAMED}", scorer.family),
        **again.controls,
    }
    more_beside, more_scores = named_controls.beside(named, pairs)
    beside |= more_beside
    scores += more_scores
    of_baselines, more_scores = baselines.beside(compared, pairs)
    beside |= of_baselines
    scores += more_scores
    if judge is not None:
        of_judge = controls.probabilities(judge, pairs)
        beside["judge"] = Control.of(of_judge, judge.family)
        scores += steps.pair_scores("judge", judge, pairs, of_judge)
    made, curves = figures.of_scorer(
        pairs, p, place, beside, sure=scorer.sure, languages=scorer.languages, seed=seed,
        over=(*figures.GAINS, *of_baselines),
    )  # fmt: skip
    learning, drawn = figures.of_learning(again.curve, again.why, clusters, replace(place, family="linear"), seed)
    fewer = named_controls.learning(named, run, p, pairs, seed)
    made += [*slices.slices(pairs, p, known, place, seed), *slices.sets(pairs, p, place, seed)]
    return [*made, *learning], [*curves, *drawn, *fewer], scores
