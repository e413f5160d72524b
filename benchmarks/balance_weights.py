"""Fit the weights of `virality.gates.balance`: `python -m benchmarks.balance_weights [--write]`.

On the hand-written drafts `open` and `more`, both languages together: restatements against added claims and causes, and
against what lost content. Printed is what is caught where so many restatements are stopped, on drafts that were not
fitted on (five folds by draft); `--write` fits on all of them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.virality.gates.labelled import LANGUAGES, Part, rows
from virality.gates.balance import FILE, sides
from virality.text.normalise import normalise

OUT = Path(f"virality/gates/data/{FILE}.json")
PARTS: tuple[Part, ...] = ("open", "more")
KINDS = {"claims": ("claim_added", "cause_added"), "omission": ("content_lost",)}
FOLDS = 5
STOPPED = (0.005, 0.01, 0.015, 0.02, 0.03)
_SOFT = 1.0
"""Strength of the fit, of `LogisticRegression`: weights are drawn towards 0."""


def counts(gate: str) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64], list[str]]:
    """Counts of both sides (N, 14), whether it is a distortion (N,), which draft (N,), and the languages."""
    found: list[tuple[tuple[int, ...], bool, int, str]] = []
    for lang in LANGUAGES:
        for row in (row for part in PARTS for row in rows(lang, part)):
            draft, at = normalise(row.text), len({one[2] for one in found})
            wrong = [text for kind, text in row.distorted.items() if kind in KINDS[gate]]
            for text, bad in [(text, False) for text in row.restatements] + [(text, True) for text in wrong]:
                came, went = sides(draft, normalise(text), lang)
                these, those = (came, went) if gate == "claims" else (went, came)
                found.append((astuple(these) + astuple(those), bad, at, lang))
    values = np.array([one[0] for one in found], dtype=np.float64)
    return values, np.array([one[1] for one in found]), np.array([one[2] for one in found]), [one[3] for one in found]


def fitted(values: NDArray[np.float64], bad: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    """Weights of the counts (14,) and the start, in nats."""
    from sklearn.linear_model import LogisticRegression

    spread = values.std(axis=0)
    model = LogisticRegression(C=_SOFT, max_iter=5000).fit(values / spread, bad)
    return model.coef_[0] / spread, float(model.intercept_[0])


def unseen(values: NDArray[np.float64], bad: NDArray[np.bool_], drafts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The log-odds of each by weights fitted on other drafts: (N,)."""
    odds = np.zeros(len(bad))
    for fold in range(FOLDS):
        held = drafts % FOLDS == fold
        weights, start = fitted(values[~held], bad[~held])
        odds[held] = values[held] @ weights + start
    return odds


def caught(odds: NDArray[np.float64], bad: NDArray[np.bool_], stopped: float) -> tuple[float, float]:
    """The least log-odds that stop no more than a share of the restatements, and the share caught there."""
    least = float(np.quantile(odds[~bad], 1 - stopped))
    return least, float((odds[bad] > least).mean())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the trade of each gate; with `--write`, write the weights."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.balance_weights", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {OUT}")
    write = parser.parse_args(arguments).write
    out: dict[str, Any] = {"about": f"benchmarks.balance_weights, drafts {' and '.join(PARTS)}"}
    for gate in KINDS:
        values, bad, drafts, langs = counts(gate)
        odds = unseen(values, bad, drafts)
        for lang in (*LANGUAGES, None):
            own = np.array([lang in (None, one) for one in langs])
            told = (caught(odds[own], bad[own], stopped) for stopped in STOPPED)
            rates = ", ".join(f"{s:.1%} {c:.1%} ({t:.2f})" for s, (t, c) in zip(STOPPED, told, strict=True))
            print(f"{gate} {lang or 'both'}: stopped, caught (odds): {rates}")
        weights, start = fitted(values, bad)
        half = len(weights) // 2
        rounded = [round(float(weight), 3) for weight in weights]
        out[gate] = {"start": round(start, 3), "these": rounded[:half], "those": rounded[half:]}
    print(json.dumps(out, indent=1))
    if write:
        OUT.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
