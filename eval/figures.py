"""From measurements to the figures and curves of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from data_prep.records import Pair
from eval import controls, metrics
from eval.metrics import Array
from eval.records import Curve, Figure
from train.scorers import fitting
from virality.statistics import Interval, mean


@dataclass(frozen=True, slots=True)
class Place:
    """What all figures of one measurement share."""

    corpus: str
    source: str
    family: str | None = None
    best_of: int | None = None
    seed: int | None = None

    def figure(self, name: str, found: Interval, unit: Any = "share", subset: str = "all", note: str = "") -> Figure:
        """A measured figure."""
        return Figure(name=name, value=found.value, low=found.low, high=found.high, n=found.n, unit=unit, subset=subset,
                      corpus=self.corpus, source=self.source, family=self.family, best_of=self.best_of,
                      seed=self.seed, note=note)  # fmt: skip

    def missing(self, name: str, why: str, unit: Any = "share", subset: str = "all") -> Figure:
        """A figure that was not measured, and why."""
        return Figure(name=name, value=None, n=0, unit=unit, subset=subset, corpus=self.corpus, source=self.source,
                      family=self.family, note=why)  # fmt: skip


def of_scorer(
    pairs: Sequence[Pair], p: Array, place: Place, training: fitting.Training, others: dict[str, Array], seed: int
) -> tuple[list[Figure], list[Curve]]:
    """Everything that is said of a scorer.

    Args:
        pairs: of the test split, measured.
        p: the scorer's P(better beats worse), (N,).
        place: shared fields.
        training: what the scorer was fitted on, for the features-only baseline.
        others: P(better beats worse) of controls and of the judge, by name.
        seed: of bootstraps and baselines.
    """
    clusters = [pair.component for pair in pairs]
    length, form = controls.length_only(pairs), controls.features_only(training, pairs, seed)
    name = "scorer.pair_accuracy"
    bare = replace(place, family=None)
    out = [
        place.figure(name, metrics.accuracy(p, clusters, seed)),
        bare.figure(f"{name}.length_only", metrics.accuracy(length, clusters, seed), note="the longer text wins"),
        replace(place, family="linear").figure(f"{name}.features_only", metrics.accuracy(form, clusters, seed),
                                               note="a linear scorer of features of form alone"),
        place.figure("scorer.gain_over.length_only", metrics.difference(p, length, clusters, seed), "points"),
        place.figure("scorer.gain_over.features_only", metrics.difference(p, form, clusters, seed), "points"),
        place.figure("scorer.brier", metrics.brier(p, clusters, seed), "probability"),
        place.figure("scorer.ece", metrics.calibration_error(p, clusters, seed=seed), "probability",
                     note="five bins of equal mass"),
    ]  # fmt: skip
    out += [
        place.figure(f"{name}.{other}", metrics.accuracy(found, clusters, seed))
        if other != "judge"
        else replace(place, family="linear").figure(f"{name}.judge", metrics.accuracy(found, clusters, seed))
        for other, found in others.items()
    ]
    if "shuffled" not in others:
        out.append(bare.missing(f"{name}.shuffled", "no control run is named (controls.shuffled)"))
    out += _ceilings(name, pairs, bare, seed)
    out += _significant(name, pairs, p, place, seed)
    sure = metrics.most_confident(p, 0.25)
    out.append(place.figure(f"{name}.confident_quarter", metrics.accuracy(p[sure], [clusters[at] for at in sure], seed),
                            subset="confident_quarter"))  # fmt: skip
    return out, _curves(p)


def _ceilings(name: str, pairs: Sequence[Pair], place: Place, seed: int) -> list[Figure]:
    most = controls.ceiling(pairs)
    if most is None:
        return [
            place.missing(f"{name}.ceiling", "the corpus gives labels without counts, so their certainty is not known")
        ]
    note = "mean probability that the observed winner is the true one, given the counts"
    return [place.figure(f"{name}.ceiling", mean(most, [pair.component for pair in pairs], seed), note=note)]


def _significant(name: str, pairs: Sequence[Pair], p: Array, place: Place, seed: int) -> list[Figure]:
    out: list[Figure] = []
    for label, level in (("p05", 0.05), ("p01", 0.01)):
        rows = [at for at, pair in enumerate(pairs) if pair.p_value is not None and pair.p_value < level]
        if not rows:
            why = (
                "no pair of this corpus has a p-value"
                if all(pair.p_value is None for pair in pairs)
                else "no such pair"
            )
            out.append(place.missing(f"{name}.{label}", why, subset=label))
            continue
        chosen = [pairs[at] for at in rows]
        clusters = [pair.component for pair in chosen]
        out.append(place.figure(f"{name}.{label}", metrics.accuracy(p[rows], clusters, seed), subset=label))
        most = controls.ceiling(chosen)
        if most is not None:
            out.append(
                replace(place, family=None).figure(f"{name}.{label}.ceiling", mean(most, clusters, seed), subset=label)
            )
    return out


def _curves(p: Array) -> list[Curve]:
    bins = metrics.reliability(p)
    kept = metrics.coverage(p, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    return [
        Curve(name="scorer.reliability", x=[b[0] for b in bins], y=[b[1] for b in bins], n=[b[2] for b in bins]),
        Curve(name="scorer.coverage", x=[k[0] for k in kept], y=[k[1] for k in kept], n=[k[2] for k in kept]),
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one system did with one draft.

    Fields:
        component: of the draft.
        draft: the post.
        rewrites: generated, in order.
        passed: one a rewrite.
        scorer: the guide's P(rewrite beats draft), one a rewrite; None where it did not pass.
        returned: number of the passing rewrite that the guide prefers, or None.
        judge: P(returned beats draft), or None where nothing was returned.
        first: for each best-of k the judge's P of what the first k give, or None.
    """

    component: str
    draft: str
    rewrites: list[str]
    passed: list[bool]
    scorer: list[float | None]
    returned: int | None
    judge: float | None
    first: dict[int, float | None]

    @property
    def text(self) -> str:
        """What a person gets: the returned rewrite, or the draft."""
        return self.draft if self.returned is None else self.rewrites[self.returned]


def of_writer(
    outcomes: dict[str, list[Outcome]], versus_base: Array, changes: Array, place: Place, seed: int
) -> tuple[list[Figure], list[Curve]]:
    """Everything that is said of the writer, beside the base model asked nicely.

    Args:
        outcomes: of the systems `writer` and `base`, for the same drafts.
        versus_base: judge's P(what the writer gives beats what the base gives), 1/2 where both give the draft: (N,).
        changes: form features of what the writer returned minus the draft's, for the drafts with a return: (M, K).
        place: shared fields; family is the judge's.
        seed: of bootstraps.
    """
    from virality.text.similarity import edit_ratio

    mine = outcomes["writer"]
    clusters = [one.component for one in mine]
    out: list[Figure] = []
    for system, suffix in (("writer", ""), ("base", ".base")):
        all_of = outcomes[system]
        rewrites = [(good, one.component) for one in all_of for good in one.passed]
        out += [
            place.figure(f"writer.win_rate{suffix}", mean([float((one.judge or 0) > 0.5) for one in all_of], clusters, seed),
                         note="of all drafts, the judge prefers the returned rewrite; nothing returned counts as a loss"),
            place.figure(f"writer.gate_pass_rate{suffix}", mean([float(good) for good, _ in rewrites], [c for _, c in rewrites], seed)),
            place.figure(f"writer.drafts_with_suggestion{suffix}",
                         mean([float(one.returned is not None) for one in all_of], clusters, seed)),
        ]  # fmt: skip
    out.append(place.figure("writer.win_rate.versus_base", mean(metrics.right(versus_base), clusters, seed),
                            note="what a person gets from each, the draft where nothing passed; a tie counts half"))  # fmt: skip
    every = [(one.draft, text, one.component) for one in mine for text in one.rewrites]
    out.append(
        place.figure(
            "writer.unchanged", mean([float(draft == text) for draft, text, _ in every], [c for *_, c in every], seed)
        )
    )
    back = [one for one in mine if one.judge is not None]
    if not back:
        why = "no rewrite passed the gates"
        names = {
            "writer.win_rate.returned": "share",
            "writer.gain": "nats",
            "writer.net_gain": "nats",
            "writer.edit_ratio": "share",
        }
        out += [place.missing(name, why, unit) for name, unit in names.items()]
        return out, [_best_of(mine)]
    groups = [one.component for one in back]
    gain = metrics.log_odds(np.asarray([one.judge for one in back], dtype=np.float64))
    out += [
        place.figure("writer.win_rate.returned", mean((gain > 0).astype(float), groups, seed), subset="returned"),
        place.figure("writer.gain", mean(gain, groups, seed), "nats", "returned",
                     "mean log-odds, by the judge, that the returned rewrite beats its draft"),
        place.figure("writer.net_gain", metrics.net_of(gain, changes, groups, seed), "nats", "returned",
                     "the same where length, emoji, hashtags, exclamations, questions and capitals did not change"),
        place.figure("writer.edit_ratio", mean([edit_ratio(one.draft, one.text) for one in back], groups, seed), subset="returned"),
        place.figure("writer.length_ratio", mean([len(one.text) / len(one.draft) for one in back], groups, seed), "ratio", "returned"),
    ]  # fmt: skip
    return out, [_best_of(mine)]


def _best_of(outcomes: Sequence[Outcome]) -> Curve:
    counts = sorted(outcomes[0].first)
    found = [
        mean([float((one.first[k] or 0) > 0.5) for one in outcomes], [one.component for one in outcomes])
        for k in counts
    ]
    return Curve(name="writer.best_of", x=[float(k) for k in counts], y=[one.value for one in found],
                 low=[one.low for one in found], high=[one.high for one in found], n=[one.n for one in found])  # fmt: skip
