"""What ranks: one run of a sweep on validation examples, example by example. The test split is never looked at here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_prep.records import MEASURED, Pair
from eval import controls, outcomes, rewriting, steps
from eval.compare.reading import of_draft, of_pair
from eval.settings import EvaluateSettings
from eval.sweep.plan import Plan
from train import steps as training
from train.gate_settings import context
from train.scorers import Scorer
from virality import runs
from virality.atomic import aside
from virality.errors import ViralityError
from virality.progress import step

_DECIDE = ("data", "scorer", "judge", "drafts", "samples", "temperature", "copy_penalty", "distinct_starts", "seed",
           "engine", "gates")  # fmt: skip
"""Of an evaluate config: what a writer's values depend on."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What every run of a sweep is measured on and by.

    Fields:
        metric: that ranks.
        corpus: name of the data.
        pairs: measured ones of the validation split.
        evaluation: how a writer is measured.
        guide, judge: of a writer; None of a scorer.
        inputs: what is read -> its SHA-256.
    """

    metric: str
    corpus: str
    pairs: list[Pair]
    evaluation: EvaluateSettings | None
    guide: Scorer | None
    judge: Scorer | None
    inputs: dict[str, str]

    @property
    def asked(self) -> dict[str, Any]:
        """Settings of `evaluation` that decide a writer's values; {} of a scorer."""
        return {} if self.evaluation is None else self.evaluation.model_dump(mode="json", include=set(_DECIDE))


def bench(plan: Plan) -> Bench:
    """Read what measures the runs of a sweep.

    Raises:
        ViralityError: the validation split holds nothing from which chance could be told.
    """
    pairs = [one for one in training.read_pairs(plan.data).pairs if one.kind in MEASURED and one.split == "validation"]
    parts = len({pair.component for pair in pairs})
    if parts < 2:
        named = ", ".join(plan.data)
        raise ViralityError(f"data = {named}: its validation split holds {len(pairs)} measured pairs in {parts} "
                            "components, and two are needed to tell chance; raise splits.validation")  # fmt: skip
    corpus = "+".join(Path(one).name for one in plan.data)
    inputs = {folder: runs.digest(Path(folder)) for folder in plan.data}
    if plan.task == "scorer" or plan.evaluation is None:
        return Bench(plan.metric, corpus, pairs, None, None, None, inputs)
    guide, judge = str(plan.evaluation.scorer), str(plan.evaluation.judge)
    inputs |= {run: runs.digest(Path(run)) for run in (guide, judge)}
    return Bench(plan.metric, corpus, pairs, plan.evaluation, training.load_scorer(Path(guide)),
                 training.load_scorer(Path(judge)), inputs)  # fmt: skip


def components(bench: Bench) -> dict[str, str]:
    """Component of every example that can be measured: pairs, and the posts of which drafts are taken."""
    found = {pair.pair_id: pair.component for pair in bench.pairs}
    for pair in bench.pairs:
        found |= {pair.worse_id: pair.component, pair.better_id: pair.component}
    return found


def measure(bench: Bench, run: Path, work: Path) -> dict[str, float]:
    """The metric of a run on each example; kept in `work`, so that a sweep which goes on measures no run twice.

    Raises:
        ViralityError: no example has such a measure.
    """
    kept = work / f"{_identity(bench, run)}.json"
    if kept.is_file():
        return {one["example_id"]: one["value"] for one in json.loads(kept.read_text(encoding="utf-8"))}
    with step(f"measuring {run}"):
        every = _pairs(bench, run) if bench.evaluation is None else _drafts(bench, bench.evaluation, run, work)
    values = {name: mine[bench.metric] for name, mine in every.items() if bench.metric in mine}
    if not values:
        raise ViralityError(f"metric = {bench.metric}: no validation example of {bench.corpus} has it; name another")
    with aside(kept) as path:
        path.write_text(json.dumps([{"example_id": one, "value": values[one]} for one in values]), encoding="utf-8")
    return values


def _pairs(bench: Bench, run: Path) -> dict[str, dict[str, float]]:
    p = controls.probabilities(training.load_scorer(run), bench.pairs).tolist()
    return {pair.pair_id: of_pair(value, pair.p_value) for pair, value in zip(bench.pairs, p, strict=True)}


def _drafts(bench: Bench, asked: EvaluateSettings, run: Path, work: Path) -> dict[str, dict[str, float]]:
    """Rewrites of validation drafts, through the gates, chosen by the guide, judged by the judge."""
    assert bench.guide is not None
    assert bench.judge is not None
    chosen = steps.drafts(bench.pairs, asked.drafts, asked.seed)
    pieces = work / f"rewrites-{_identity(bench, run)}"
    rows = rewriting.rewrites(
        lambda: training.load_writer(run, engine=asked.writes_with()), chosen, pieces, samples=asked.samples,
        temperature=asked.temperature, seed=asked.seed, label=f"rewriting ({run.name})",
        steering=asked.steering(),
    )  # fmt: skip
    verdicts = steps.verdicts(rows, chosen, context(asked.gates, run))
    found = outcomes.outcomes(rows, verdicts, chosen, bench.guide, bench.judge)
    rewriting.clear(pieces)
    return {one.example_id: of_draft(one.judge, one.passed) for one in found}


def _identity(bench: Bench, run: Path) -> str:
    """Of all that the values of a run depend on."""
    known: Sequence[object] = ["example_id", bench.metric, bench.inputs, bench.asked, runs.digest(run)]
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:16]


def common(values: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Examples that every run was measured on, in the order of the first."""
    first, *others = values.values()
    return [name for name in first if all(name in other for other in others)]
