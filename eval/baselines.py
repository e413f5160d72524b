"""Baselines that an eval config names: scorers' runs of any family, measured on the same pairs as the scorer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from data_prep.records import Pair
from eval import controls, steps
from eval.controls import Control
from eval.place import ACCURACY
from eval.report.labels import FIGURES, LANGUAGE, SLICES
from train.records import Score
from train.scorers.controls import refuse
from train.steps import load_scorer
from virality import runs
from virality.errors import ViralityError
from virality.progress import step


def no_name(name: str) -> str:
    """Why a baseline cannot be called this; empty where it can."""
    figure = f"{ACCURACY}.{name}"
    if name in ("all", "scorer") or figure in FIGURES or figure.startswith(LANGUAGE) or name.startswith(SLICES):
        return "is the name of something else in the report; give it another"
    if not re.fullmatch(r"[\w-]+", name):
        return "is not of letters, digits, _ and - alone; give it another name"
    return ""


def refuse_no_scorers(named: Iterable[tuple[str, str]]) -> None:
    """Refuse what is no scorer, and a control, which is named in an eval config's controls.

    Args:
        named: the setting that names a run, and the run.

    Raises:
        ViralityError: names the setting and the run.
    """
    for key, run in named:
        document = runs.finished(Path(run))
        what = f"{document.get('task')}'s run" if document["step"] == "train" else f"run of `{document['step']}`"
        if document.get("task") != "scorer":
            raise ViralityError(f"{key} = {run}: is a {what}, and a scorer's is needed here")
        refuse(Path(run), key)


def beside(named: Mapping[str, str], pairs: Sequence[Pair]) -> tuple[dict[str, Control], list[Score]]:
    """What each baseline does with the pairs, and its scores under its name.

    Args:
        named: name -> a scorer's run.
        pairs: of the test.
    """
    found: dict[str, Control] = {}
    scores: list[Score] = []
    for name, run in named.items():
        scorer = load_scorer(Path(run))
        with step(f"measuring the baseline {name} on {len(pairs):,} pairs"):
            p = controls.probabilities(scorer, pairs)
        found[name] = Control.of(p, scorer.family, f"{_what(runs.finished(Path(run)))} ({run})")
        scores += steps.pair_scores(name, scorer, pairs, p)
    return found, scores


def _what(document: Mapping[str, Any]) -> str:
    """What a scorer is, of its run.json, and how much it learned from: another may have seen more or fewer pairs."""
    settings, family = document["settings"], document["family"]
    if family == "prompted":
        return f"{settings['base']} as it is, asked which of two posts did better; it learned from no pair"
    count = f"{document['pairs']['train']:,} pairs of {', '.join(Path(folder).name for folder in settings['data'])}"
    if family == "encoder" and not settings.get("tune"):
        return f"embeddings by {settings['encoder']} as it is, and a linear model of them, fitted on {count}"
    learner = {
        "linear": "words, characters and form, linear",
        "encoder": f"{settings.get('encoder')}, fine-tuned",
        "lora": f"an adapter on {settings.get('base')}",
        "stack": f"a stack of {', '.join(one for one in document.get('families', ()) if one != 'stack')}",
    }
    return f"{learner[family]}; learned from {count}"
